"""An answer that stops with an error, in words: what the error, and the sizes of its layers, tell."""

import difflib
from collections.abc import Mapping
from typing import Any

from helpers.checks.findings.row import EVERYTHING
from helpers.checks.recurrent.case import Case, error_text
from helpers.checks.recurrent.probe import STATE_SIZES
from helpers.checks.report import shape_text
from helpers.checks.running import no_answer

_SHAPES = (
    "cannot be multiplied",
    "running_mean should contain",
    "input.size(-1) must be equal",
    "Expected input_size",
    "normalized_shape",
    "input has inconsistent",
)
_TWO_WAYS = (
    "a bidirectional layer gives 2 * hidden_size features, a one-directional one hidden_size; batch norm "
    "takes features on axis 1"
)
_ONE_WAY = "the recurrent layer takes input_size features and gives hidden_size, which the output layer takes"
# What Python and PyTorch say, and the mistake behind it.
_LIKELY = {
    "before Module.__init__() call": "super().__init__() must be the first line of __init__",
    "takes 0 positional arguments": "self is missing among the arguments of a method",
    "must be Tensor, not tuple": "a recurrent layer returns two things: output, state = self.rnn(x)",
    "'tuple' object has no attribute": "a recurrent layer returns two things: output, state = self.rnn(x)",
}


def error_name(error: Mapping[str, str]) -> str:
    """Which finding an exception stands for."""
    text = error["text"]
    if no_answer(error):
        return "no_answer"
    if any(part in text for part in _SHAPES):
        return "feature_count"
    if any(part in text for part in STATE_SIZES):
        return "batch_size_fixed"
    return "raises"


def stopped(case: Case, main: Mapping[str, Any]) -> None:
    """Nothing came out with the main arguments."""
    error = main["output"]["error"]
    got = error_text(main["output"]) + (f"\n    in: {error['line']}" if error["line"] else "")
    name, words = error_name(error), {"call": case.call("main"), "how": ""}
    if name == "no_answer":
        got = _unanswered(main)
    elif name == "feature_count":
        name, words = _sizes(case, main, words)
    elif name == "raises":
        words["how"] = _likely(case, main, error)
    at = main.get("at")
    if name in ("feature_count", "along_the_batch") and at:
        got += f"\n    {at['name']} ({at['kind']}) got a tensor of shape {shape_text(at['shape'])}"
    case.find(name, got, EVERYTHING, **words)


def reads_every_layer(case: Case, other: Mapping[str, Any]) -> bool:
    """Did the layer at which forward stops get the states of all layers in place of the top one's?"""
    arguments, at = case.task["builds"]["other"]["arguments"], other.get("at")
    states = arguments["hidden_size"] * (2 if case.spec.bidirectional else 1)
    return bool(at and at["shape"] and at["shape"][-1] == arguments["num_layers"] * states)


def _sizes(case: Case, main: Mapping[str, Any], words: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Which two sizes do not fit: the finding, and its words."""
    given = case.task["builds"]["main"]
    arguments, rows = given["arguments"], len(given["x"])
    inputs, hidden, outputs = arguments["input_size"], arguments["hidden_size"], case.outputs("main")
    layers = [s for s in main.get("sizes", ()) if s["kind"] != "Linear"]
    if layers and (layers[0]["takes"], layers[0]["gives"]) == (hidden, inputs):
        kind = layers[0]["kind"]
        return "arguments_swapped", words | {"how": f"nn.{kind}(input_size, hidden_size, ...)"}
    heads = [s for s in main.get("sizes", ()) if s["kind"] == "Linear"]
    wide = "2 * hidden_size" if case.spec.bidirectional else "hidden_size"
    if any(s["takes"] == outputs and s["gives"] in (hidden, 2 * hidden) for s in heads):
        return "head_swapped", words | {"how": wide, "output": case.spec.output}
    at = main.get("at")
    if case.spec.bidirectional and at and at["shape"] == [2 * rows, hidden]:
        return "along_the_batch", words
    return "feature_count", words | {"how": _TWO_WAYS if case.spec.bidirectional else _ONE_WAY}


def _unanswered(main: Mapping[str, Any]) -> str:
    """Which line is left, or under which other name an answer stands; "" of an untouched stub."""
    told = []
    if len(main.get("raising", [])) == 1:
        told.append(f"the line with raise NotImplementedError is left in {main['raising'][0]}")
    if main.get("similar"):
        told.append(f"{' and '.join(main['similar'])} is another name: the check does not look there")
    return "; ".join(told)


def _likely(case: Case, main: Mapping[str, Any], error: Mapping[str, str]) -> str:
    """What is likely behind an error of another kind."""
    methods, text = main.get("methods", []), error["text"]
    for name, told in (
        ("__init__", "unexpected keyword argument"),
        ("forward", 'required "forward" function'),
    ):
        if told in text and name not in methods:
            near = next(iter(difflib.get_close_matches(name, methods, 1, 0.5)), None)
            sides = ", with two underscores on each side" if name == "__init__" else ""
            return (f"the method is called {near}; " if near else "") + f"it must be called {name}{sides}"
    if "unexpected keyword argument" in text:
        names = ", ".join(case.task["builds"]["main"]["arguments"])
        return f"the first line of __init__ should stay as it was given: it takes {names}"
    return next((likely for told, likely in _LIKELY.items() if told in text), "")
