"""What `probe.probe` may report: exact where it follows from the task, bounded where from the answer."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.recurrent.inventory import MOST_CALLS, OPTIONS
from helpers.checks.recurrent.probe import COARSE, MOST_ROWS, spread, with_rows
from helpers.checks.reply import (
    LEAVINGS,
    LEFT,
    Form,
    Misfit,
    anything,
    array,
    either,
    error,
    list_of,
    number,
    one_of,
    optional,
    record,
    some_array,
    text,
    truth,
    whole,
)
from helpers.checks.running import failed

# 64 rows of 5 steps with 1,024 units in both directions, and 2,048 copies of 2 steps with as many.
_MOST_OUTPUTS, _MOST_COPIES = 1 << 20, 1 << 22
# LSTM layers of 1,024 units, whatever was asked for, have 13 million weights.
_MOST_PARAMETERS, _MOST_WEIGHTS = 2_000, 1 << 24
# A list, a dict or None in place of a tensor: only what kind of thing it is counts.
_PLAIN = anything(2_000, _MOST_OUTPUTS)


def _anything(value: Any, place: str) -> None:
    (error() if failed(value) else _PLAIN)(value, place)


_OUTPUT = either(some_array(_MOST_OUTPUTS), _anything)
_NAME = text(300)
_SIZE = whole(0, _MOST_WEIGHTS)
_SHAPE = list_of(_SIZE, most=6)
_OPTION = {int: whole(0, 10_000), bool: truth(), str: one_of("tanh", "relu"), float: number()}
_PARAMETER = record({"name": _NAME, "shape": _SHAPE, "learns": truth()})
_VALUE = some_array(_MOST_WEIGHTS, kinds="f")
_BUFFER = record({"name": _NAME, "shape": _SHAPE, "floating": truth(), "value": optional(_VALUE)})


_SIZES = {"name": _NAME, "kind": _NAME, "takes": whole(0, 10**6), "gives": whole(0, 10**6)}
# Of a forward that stops: the last layer that it called, with the shape of what that got, and all sizes.
_STOPPED = {
    "at": optional(record({"name": _NAME, "kind": _NAME, "shape": list_of(_SIZE, most=8)})),
    "sizes": list_of(record(_SIZES), MOST_CALLS),
    **dict.fromkeys(("methods", "raising", "similar"), list_of(text(100), 50)),
}
_STOPS = {"output": error(), "left": LEAVINGS}


def reply(task: Mapping[str, Any]) -> Form:
    """The form of what `probe.probe(answer, task)` reports."""

    def form(values: Any, place: str) -> None:
        ran, rows = task, {"left": LEFT}
        if isinstance(values, dict) and "rows" in values:
            whole(1, MOST_ROWS)(values["rows"], "rows")
            ran, rows = with_rows(task, values["rows"]), {"left": LEFT, "rows": one_of(values["rows"])}
        stopped = record({"builds": record({_first(task): record(_STOPS, _STOPPED)}), **rows})
        either(record({"not_a_module": one_of(True)}), stopped, _model(ran, rows))(values, place)

    return form


def _first(task: Mapping[str, Any]) -> str:
    return next(iter(task["builds"]))


def _model(task: Mapping[str, Any], rows: Mapping[str, Form]) -> Form:
    """Of an answer whose first call gave something."""
    main = task["builds"][_first(task)]
    T = main["x"].shape[1]
    builds = {name: _build(build, name == _first(task)) for name, build in task["builds"].items()}
    possible = {name: builds.pop(name) for name, build in task["builds"].items() if build.get("if_random")}
    shapes = either(error(), list_of(_SHAPE, _MOST_PARAMETERS))
    extras = {
        **dict.fromkeys(("one_row", "one_step", "longer", "backwards", "alike"), _OUTPUT),
        "train_one_row": _OUTPUT,
        "train_three_rows": _OUTPUT,
        "operations": either(error(), list_of(whole(0, 10**7), 2, 2)),
        "moved": either(error(), some_array(T * _MOST_OUTPUTS, 2, 2, kinds="b")),
        "meta": _anything,
        "float64": _OUTPUT,
        "float64_by_default": _OUTPUT,
    }
    if "dropout" in main["arguments"]:
        extras |= dict.fromkeys(("train_calls", "train_one_step", "unfilled", "train_unfilled"), _OUTPUT)
    form = record(
        {
            "builds": record(builds, possible),
            "defaults": list_of(shapes, len(task["defaults"]), len(task["defaults"])),
            "extras": record(extras),
            **rows,
        },
        {"dtype": one_of(*COARSE, "torch.float64")},
    )

    def agreeing(values: Any, place: str) -> None:
        form(values, place)
        output, moved = values["builds"][_first(task)]["output"], values["extras"]["moved"]
        if isinstance(moved, np.ndarray) and moved.shape != (T, *np.shape(output)[:1]):
            raise Misfit("extras.moved", f"shape {moved.shape} for {T} steps and these outputs")

    return agreeing


def _build(build: Mapping[str, Any], main: bool) -> Form:
    some = some_array(_MOST_OUTPUTS)
    inventory = {
        "modules": list_of(_module, _MOST_PARAMETERS),
        "calls": list_of(_NAME, MOST_CALLS),
        "called": list_of(text(400), 12),
        "parameters": list_of(_PARAMETER, _MOST_PARAMETERS),
        "buffers": list_of(_BUFFER, _MOST_PARAMETERS),
        "made_in_forward": list_of(record({"name": _NAME, "value": _VALUE}), _MOST_PARAMETERS),
        "unregistered": list_of(_NAME, _MOST_PARAMETERS),
        "left": LEAVINGS,
    }
    run = either(
        error(),
        record(
            {
                "output": some,
                "buffers": list_of(some, _MOST_PARAMETERS),
                "draws": truth(),
                "input_gradient": optional(array(*build["x"].shape)),
                "gradients": list_of(optional(_VALUE), _MOST_PARAMETERS),
            }
        ),
    )
    more = {"reseeded": _OUTPUT}
    if "copies" in build:
        more |= {
            "sequence": whole(0, len(build["x"]) - 1),
            "train_copies": either(error(), some_array(_MOST_COPIES)),
            "train_calls": either(list_of(_OUTPUT, 0), list_of(_OUTPUT, 8, 8)),
        }
    elif build.get("once"):
        more |= {"train_calls": list_of(_OUTPUT, 2, 2), "eval_run": run}
    else:
        more |= {"again": _OUTPUT, "train_reseeded": _OUTPUT, "eval_run": run, "train_run": run}
    possible = {"dtype": text(100)}
    if "copies" in build:
        possible["train_singles"] = either(error(), some_array(_MOST_COPIES))
    whole_build = record({"output": some, **inventory, **more}, possible)
    no_tensor = record({"output": _anything, **inventory}, possible)
    stopped = record(_STOPS, _STOPPED)

    def form(value: Any, place: str) -> None:
        output = value.get("output") if isinstance(value, dict) else None
        if failed(output) and not main:
            stopped(value, place)
            return
        (whole_build if isinstance(output, np.ndarray) else no_tensor)(value, place)
        if failed(output):
            raise Misfit(f"{place}.output", "an error, and yet there is more")
        _agrees(value, place)

    return form


def _module(value: Any, place: str) -> None:
    kind = value.get("kind") if isinstance(value, dict) else None
    options = OPTIONS.get(kind, {}) if isinstance(kind, str) else {}
    needed = {key: _OPTION[of] for key, of in options.items()}
    record({"name": _NAME, "kind": _NAME, "first_call": whole(-1, 10**6), **needed})(value, place)


def _agrees(build: Mapping[str, Any], place: str) -> None:
    """What is reported twice must be the same both times."""
    parameters, buffers = build["parameters"], build["buffers"]
    for key in ("modules", "parameters", "buffers", "made_in_forward"):
        names = [part["name"] for part in build[key]]
        if len(set(names)) < len(names):
            raise Misfit(f"{place}.{key}", "one name stands for two")
    weights = sum(math.prod(part["shape"]) for part in parameters + buffers)
    if weights > _MOST_WEIGHTS:
        raise Misfit(f"{place}.parameters", f"{weights} weights, more than {_MOST_WEIGHTS}")
    for k, buffer in enumerate(buffers):
        if buffer["value"] is not None and list(buffer["value"].shape) != buffer["shape"]:
            raise Misfit(f"{place}.buffers[{k}]", "the value is of another shape")
    layers = {module["name"] for module in build["modules"] if module["kind"] in ("RNN", "LSTM", "GRU")}
    if not layers.issuperset(build["calls"]):
        raise Misfit(f"{place}.calls", "a layer that is not there was called")
    if "train_copies" in build:
        copies = build["train_copies"]
        alike = failed(copies) or spread(copies) < 1e-5
        if alike != bool(build["train_calls"]):
            raise Misfit(f"{place}.train_calls", "they belong to copies that all fared alike")
    for key in ("eval_run", "train_run"):
        run = build.get(key, {"error": None})
        if "error" in run:
            continue
        if (len(run["gradients"]), len(run["buffers"])) != (len(parameters), len(buffers)):
            raise Misfit(f"{place}.{key}", "not as many gradients and buffers as there are")
        for k, (gradient, parameter) in enumerate(zip(run["gradients"], parameters, strict=True)):
            if gradient is not None and list(gradient.shape) != parameter["shape"]:
                raise Misfit(f"{place}.{key}.gradients[{k}]", "the weights are of another shape")
