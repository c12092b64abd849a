"""What the fit of an answer tells, or that there is none."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.recurrent.behaviour import gradients_only
from helpers.checks.recurrent.case import Case, differs
from helpers.checks.recurrent.network import GATES
from helpers.checks.recurrent.reading import Fit, Roles
from helpers.checks.recurrent.spec import CELLS
from helpers.checks.report import shape_text

UNEXPLAINED = (
    "no known way of reading these weights gives these logits; if they are right, the person who reads them "
    "will see it"
)


def reading_findings(case: Case, roles: Roles, fit: Fit, build: str) -> None:
    """What the way of reading has to do with what was asked for."""
    spec, network = case.spec, roles.network
    given = case.task["builds"][build]
    arguments = given["arguments"]
    output = case.values["builds"][build]["output"]
    others = {unit.kind for layer in network.layers for unit in layer} - {spec.cell}
    if others and others | {spec.cell} == {"rnn_tanh", "rnn_relu"}:
        case.find("wrong_nonlinearity")
    elif others:
        kinds = " and ".join(CELLS[kind] for kind in sorted(others))
        case.find("wrong_cell", f"layers of this kind: {kinds}", cell=CELLS[spec.cell])
    if spec.bidirectional and (network.directions == 1 or not network.flips):
        case.find("unidirectional")
    if not spec.bidirectional and network.directions == 2:
        case.find("extra_direction")
    if network.shared:
        case.find("weights_shared")
    if spec.norm and roles.norm is not None and roles.norm.twice and fit.norm != "none":
        case.find("norm_shared")
    if network.slip:
        case.find(
            {"features_flipped": "wrong_axis_flipped", "batch_flipped": "wrong_axis_flipped"}.get(
                network.slip, network.slip
            )
        )
    asked, hidden = arguments.get("num_layers", 2), arguments["hidden_size"]
    words = case.layers(asked)
    have = len(network.layers)
    if have != asked and not {"one_layer", "too_many_layers"} & case.names():
        got = f"{have} layer{'' if have == 1 else 's'}"
        if build == "other" or (asked == 1 and have > 1):
            case.find("num_layers_ignored", got, **words)
        else:
            case.find("one_layer" if have < asked else "too_many_layers", got, **words)
        if spec.dropout == "between" and have == 1:
            case.find("dropout_on_one_layer")
    widths = [layer[0].hidden for layer in network.layers]
    if set(widths) != {hidden}:
        got = " and ".join(map(str, dict.fromkeys(widths))) + " hidden units"
        case.find("hidden_size_ignored", got, hidden=hidden)
    if fit.layout != "right":
        costs = case.with_shape(build)
        if spec.bidirectional and fit.reading not in ("last", "last_swapped", "ends_of_columns"):
            # Two mistakes give the right shape by chance: with the final states alone it would be another.
            costs = ("logits", "output")
        case.find("batch_time_swapped", costs=costs)
    elif fit.reading in ("every", "every_flat", "every_layer"):
        name = "every_layer" if fit.reading == "every_layer" else "every_step"
        case.find(name, f"an output of shape {shape_text(output.shape)}", shape=case.shape(build))
    elif fit.reading in ("forward_only", "backward_only", "forward_twice", "backward_twice"):
        if spec.bidirectional:  # else the other direction should not be there at all
            case.find("one_direction_read")
    elif fit.reading == "unpacked_as_lstm":
        got = f"an output of shape {shape_text(output.shape)}"
        case.find("unpacked_as_lstm", got)
    elif fit.reading == "along_the_batch_swapped":
        case.find("along_the_batch")
    elif fit.reading == "directions_averaged":
        case.find("directions_summed")
    elif fit.reading not in ("last", "last_swapped"):
        case.find(fit.reading)
    if fit.before != "none":
        case.find("activation_before_head", what=fit.before)
    if not fit.head:
        case.find("no_head", f"an output of shape {shape_text(output.shape)}", shape=case.shape(build))
    elif output.shape[-1] != case.outputs(build):
        count = output.shape[-1]
        got = f"{count} logit{'' if count == 1 else 's'}"
        case.find("output_size_ignored", got, outputs=case.outputs(build))
    if fit.after in ("softmax", "log_softmax", "sigmoid"):
        case.find("softmax", what=fit.after)
    elif fit.after != "none":
        case.find("activation_on_logits", what=fit.after)
    _norm(case, roles, fit)


def _norm(case: Case, roles: Roles, fit: Fit) -> None:
    if not case.spec.norm:
        if fit.norm != "none":
            case.find("norm_not_asked")
        return
    if fit.norm == "none":
        case.find("no_batch_norm")
    elif "features" in fit.norm:
        case.find("layer_norm")
    elif fit.norm.startswith("output_"):
        case.find("norm_after_output")
    elif fit.norm.startswith("input_"):
        case.find("norm_on_input")
    elif fit.norm.startswith("batch"):
        case.find("batch_statistics_in_eval")


def shape_alone(case: Case, build: str) -> None:
    """Is the output's shape wrong? To be seen though its numbers explain nothing."""
    shape = case.values["builds"][build]["output"].shape
    if shape != (len(case.task["builds"][build]["x"]), case.outputs(build)):
        case.find("wrong_shape", f"an output of shape {shape_text(shape)}", shape=case.shape(build))


def without_fit(case: Case, build: str) -> None:
    """No assignment of roles explains the output: what can be said from the outside."""
    values = case.values["builds"][build]
    output, moved = values["output"], case.values["extras"]["moved"]
    backwards = case.values["extras"]["backwards"]
    rows = len(case.task["builds"][build]["x"])
    shape_alone(case, build)
    recurrent = any(
        m["kind"] in ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell") for m in values["modules"]
    )
    if isinstance(moved, np.ndarray) and output.shape[:1] == (rows,):
        if moved[:, 1:].any():
            case.find("sequences_see_one_another")
        elif moved[:, 0].sum() <= 1:
            case.find("no_recurrence")
        elif not differs(output, backwards):
            case.find("no_recurrence", "the same logits for the sequence read backwards")
        elif not moved[:, 0].all():
            steps = [t for t in range(len(moved)) if not moved[t, 0]]
            case.find("wrong_output", f"steps {steps} (counted from 0) do not reach the logits")
    if not {"sequences_see_one_another", "no_recurrence", "wrong_output"} & case.names():
        if recurrent:
            # No proof that it is wrong: this may be a right answer of a kind that the search does not know.
            case.find("wrong_output", f"forward calls {', '.join(values['called'])}", ())
            case.leave("output", UNEXPLAINED)
        else:
            cell = CELLS[case.spec.cell]
            case.find("cell_not_recognised", a_cell=f"{'an' if cell in ('LSTM',) else 'a'} {cell}")
            case.leave("output", UNEXPLAINED)
    if not layers_as_asked(case, build):
        case.leave("layers", UNEXPLAINED)
    for item in ("norm", "behaviour"):
        case.leave(item, UNEXPLAINED)
    gradients_only(case)


def layers_as_asked(case: Case, build: str) -> bool:
    """Are torch's own layers called, as many and of the kind and width asked for?

    Their kinds and numbers are what the answer says of itself: they count where its weights bear them out,
    and weights tell nothing of the nonlinearity of an RNN.
    """
    spec, values = case.spec, case.values["builds"][build]
    arguments = case.task["builds"][build]["arguments"]
    modules = {
        m["name"]: m for m in values["modules"] if m["kind"].removesuffix("Cell") in ("RNN", "LSTM", "GRU")
    }
    cells = [m for m in modules.values() if m["kind"].endswith("Cell")]
    stacks = [modules[name] for name in values["calls"] if name in modules]
    kinds = {
        f"rnn_{m['nonlinearity']}" if "nonlinearity" in m else m["kind"].removesuffix("Cell").lower()
        for m in modules.values()
    }
    widths = {p["shape"][-1] for p in values["parameters"] if "weight_hh" in p["name"] and p["shape"]}
    shapes = {p["name"]: p["shape"] for p in values["parameters"]}
    return (
        not spec.cell.startswith("rnn")
        and kinds == {spec.cell}
        and all(_borne_out(module, shapes) for module in modules.values())
        and widths == {arguments["hidden_size"]}
        and all(m.get("bidirectional", False) == spec.bidirectional for m in modules.values())
        and {m["name"] for m in stacks} == modules.keys() - {m["name"] for m in cells}
        and sum(m["num_layers"] for m in stacks) + len(cells) == arguments.get("num_layers", 2)
    )


def _borne_out(module: Mapping[str, Any], shapes: Mapping[str, Sequence[int]]) -> bool:
    """Are there weights of just those layers and directions that this module says it has?"""
    kind, prefix = module["kind"].removesuffix("Cell").lower(), f"{module['name']}." if module["name"] else ""
    ways = ["", "_reverse"] if module.get("bidirectional") else [""]
    suffixes = [f"_l{k}{way}" for k in range(module.get("num_layers", 0)) for way in ways] or [""]
    own = {name: shape for name, shape in shapes.items() if name.startswith(f"{prefix}weight_hh")}
    return own.keys() == {f"{prefix}weight_hh{suffix}" for suffix in suffixes} and all(
        len(shape) == 2 and shape[0] == GATES[kind] * shape[1] for shape in own.values()
    )
