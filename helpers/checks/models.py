"""The judge of the four models: compares what the probe saw with the trusted reference, and explains."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.reference import (
    Fit,
    Norm,
    Roles,
    forward,
    network_input,
    readings,
    run,
    to_logits,
    variants,
)
from helpers.checks.report import Finding, Item, Verdict, all_items, arguments_text, number, shape_text
from helpers.checks.roles import candidates
from helpers.checks.running import NO_ANSWER, failed, one_thread
from helpers.checks.sequence import loss_weights
from helpers.checks.texts import MODEL

_CELLS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "tanh RNN", "rnn_relu": "relu RNN"}
_PLACES = {
    "input": "on the input",
    "between": "between the layers",
    "head": "before the output layer",
    "logits": "on the logits",
}


@dataclass(frozen=True)
class Spec:
    """What one of the four exercises asks for.

    cell: a key of the reference's GATES. dropout: None, "between" or "head"; with its default p.
    output: the name of the argument for the number of logits.
    """

    items: Sequence[Item]
    cell: str
    costs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bidirectional: bool = False
    norm: bool = False
    dropout: str | None = None
    default_p: float = 0.0
    output: str = "output_size"

    @property
    def right(self) -> Fit:
        return Fit(norm="running" if self.norm else "none")


COSTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["softmax", "activation_on_logits", "output_size_ignored", "wrong_shape"], ("logits",)),
    **dict.fromkeys(["every_step", "no_head"], ("logits", "output")),
    **dict.fromkeys(
        ["one_layer", "too_many_layers", "num_layers_ignored", "hidden_size_ignored", "wrong_cell"],
        ("layers",),
    ),
    **dict.fromkeys(
        ["wrong_nonlinearity", "extra_direction", "wrong_default", "cell_not_recognised"], ("layers",)
    ),
    "unidirectional": ("layers", "output"),
    **dict.fromkeys(
        ["batch_time_swapped", "first_step", "step_before_last", "mean_over_time", "sum_over_time"],
        ("output",),
    ),
    **dict.fromkeys(
        ["max_over_time", "first_layer_state", "all_layers_read", "cell_state", "last_step_of_both"],
        ("output",),
    ),
    **dict.fromkeys(
        ["first_step_of_both", "wrong_ends", "one_direction_read", "directions_summed", "samples_mixed"],
        ("output",),
    ),
    **dict.fromkeys(["activation_before_head", "wrong_output", "norm_not_asked"], ("output",)),
    "no_recurrence": ("layers", "output", "dropout", "norm", "behaviour"),
    "random_in_eval": ("output", "behaviour"),
    **dict.fromkeys(
        ["no_dropout", "dropout_on_one_layer", "dropout_in_eval", "dropout_wrong_place", "dropout_unscaled"],
        ("dropout",),
    ),
    **dict.fromkeys(
        ["dropout_mask_reused", "wrong_p", "dropout_argument_ignored", "dropout_unclear"], ("dropout",)
    ),
    **dict.fromkeys(
        ["no_batch_norm", "norm_after_output", "norm_on_input", "norm_over_time", "layer_norm"], ("norm",)
    ),
    **dict.fromkeys(
        ["batch_statistics_in_eval", "running_statistics_in_training", "running_statistics_stand_still"],
        ("norm",),
    ),
    "wrong_in_training": ("norm",),
}


class Judge:
    """Goes through one answer's values, finding by finding."""

    def __init__(self, spec: Spec, task: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self.spec, self.task, self.values = spec, task, values
        self.verdict = Verdict(spec.items)
        self.found: dict[str, tuple[Roles, Fit]] = {}

    def find(self, name: str, got: str = "", costs: Sequence[str] | None = None, **words: Any) -> None:
        title, expected, hint = MODEL[name]
        known = [item.name for item in self.spec.items]
        if costs is None:
            costs = self.spec.costs.get(name) or COSTS.get(name) or ("behaviour",)
        costs = tuple(cost for cost in costs if cost in known)
        self.verdict.add(
            Finding(name, costs, title.format(**words), expected.format(**words), got, hint.format(**words))
        )

    # --- the way through

    def judge(self) -> Verdict:
        if "not_a_module" in self.values:
            self.find("not_a_module", costs=all_items(self.spec.items))
            return self.verdict
        main = self.values["builds"]["main"]
        if not self._runs(main):
            return self.verdict
        moved = self.values["extras"]["moved"]
        if isinstance(moved, np.ndarray) and not moved.any() and np.ptp(main["output"], axis=0).max() < 1e-5:
            self.find("constant", costs=all_items(self.spec.items))
            return self.verdict
        self._state(main)
        random = self._differs(main["output"], main["reseeded"])
        name = "main"
        if random and "undropped" in self.values["builds"]:
            undropped = self.values["builds"]["undropped"]
            if not failed(undropped["output"]) and not self._differs(
                undropped["output"], undropped["reseeded"]
            ):
                name = "undropped"
        if random and name == "main":
            self.find("random_in_eval" if self.spec.dropout is None else "dropout_in_eval")
            if self.spec.dropout:
                self.find("random_in_eval")
            self._gradients_only()
            self._extras(None)
            return self.verdict
        fit = self._fit(name)
        if fit is None:
            self._without_fit(name)
        else:
            self.found["main"] = fit
            self._reading(*fit, name)
            self._gradients(*fit, name)
        if "other" in self.values["builds"]:
            self._other()
        self._training(main)
        self._defaults()
        if self.spec.dropout:
            self._dropout(fit)
        self._extras(fit)
        return self.verdict

    def _runs(self, main: Mapping[str, Any]) -> bool:
        output, everything = main["output"], all_items(self.spec.items)
        if failed(output):
            error = output["error"]
            got = f"{error['type']}: {error['text']}" + (
                f"\n    in: {error['line']}" if error["line"] else ""
            )
            name = error_name(error)
            self.find(name, got, costs=everything, call=self._call("main"))
            return False
        if not isinstance(output, np.ndarray):
            kind = (
                "None"
                if output is None
                else output.get("type", "dict")
                if isinstance(output, dict)
                else ("a tuple or list" if isinstance(output, list) else type(output).__name__)
            )
            self.find("not_a_tensor", f"forward returned {kind}", costs=everything, shape=self._shape("main"))
            return False
        return True

    def _call(self, build: str) -> str:
        given = self.task["builds"][build]
        arguments = arguments_text(given["arguments"])
        return f"the model made with ({arguments}) on x of shape {shape_text(given['x'].shape)}"

    def _outputs(self, build: str) -> int:
        return self.task["builds"][build]["arguments"][self.spec.output]

    def _shape(self, build: str) -> str:
        return shape_text((len(self.task["builds"][build]["x"]), self._outputs(build)))

    @staticmethod
    def _differs(a: Any, b: Any) -> bool:
        same = isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape
        return not same or not np.allclose(a, b, rtol=1e-4, atol=1e-5)

    def _state(self, main: Mapping[str, Any]) -> None:
        if self._differs(main["output"], main["again"]):
            again = main["again"]
            got = (
                "other logits for the same input"
                if isinstance(again, np.ndarray)
                else "an error the second time"
            )
            self.find("state_kept", got)

    # --- which weights do what

    def _fit(self, build: str, like: tuple[Roles, Fit] | None = None) -> tuple[Roles, Fit] | None:
        """The roles and the way of reading under which the reference gives what the answer gave."""
        given, values = self.task["builds"][build], self.values["builds"][build]
        if failed(values["output"]) or not isinstance(values["output"], np.ndarray):
            return None
        x = torch.from_numpy(given["x"]).double()
        target = torch.from_numpy(values["output"]).double()
        inputs, outputs = x.shape[2], self._outputs(build)
        roles = candidates(values, self.task["seed"], inputs, outputs, self.spec.bidirectional)
        for role in roles:
            if like is not None and role.key != like[0].key:
                continue
            with torch.no_grad():
                best = self._read(role, x, target, like and like[1])
            if best is not None:
                return role, best
        return None

    def _read(self, roles: Roles, x: Tensor, target: Tensor, only: Fit | None = None) -> Fit | None:
        """The way of reading with the fewest mistakes that gives `target`; None if there is none."""
        norms = _norm_places(roles.norm)
        inside = [name for name in norms if not name.startswith("input_")]
        limit = 4 if roles.exact else 2
        for layout, place in itertools.product(("right", "swapped", "reshaped"), (None, *norms)):
            if place in inside or (place and roles.norm.width not in (1, x.shape[2])):
                continue
            start = Fit(layout=layout, norm=place or "none")
            done = run(roles.network, network_input(roles, start, x))
            ways = {name: way() for name, way in readings(roles.network, done, layout).items()}
            fits = (
                [only]
                if only
                else variants(self.spec.right, tuple(ways), (place,) if place else tuple(inside), limit)
            )
            for fit in fits:
                fit = replace(fit, layout=layout)
                if fit.reading not in ways or not _possible(roles, fit, ways[fit.reading], target):
                    continue
                if _equal(to_logits(roles, fit, ways[fit.reading]), target):
                    return fit
        return None

    # --- findings from a fit

    def _reading(self, roles: Roles, fit: Fit, build: str) -> None:
        spec, network = self.spec, roles.network
        given = self.task["builds"][build]
        arguments = given["arguments"]
        output = self.values["builds"][build]["output"]
        if network.kind != spec.cell:
            if {network.kind, spec.cell} == {"rnn_tanh", "rnn_relu"}:
                self.find("wrong_nonlinearity")
            else:
                self.find("wrong_cell", f"{_CELLS[network.kind]} layers", cell=_CELLS[spec.cell])
        if spec.bidirectional and (network.directions == 1 or not network.flips):
            self.find("unidirectional")
        if not spec.bidirectional and network.directions == 2:
            self.find("extra_direction")
        asked, hidden = arguments.get("num_layers", 2), arguments["hidden_size"]
        words = {"asked": asked, "cell": _CELLS[spec.cell]}
        have = len(network.layers)
        if have != asked and not {"one_layer", "too_many_layers"} & self._names():
            got = f"{have} layer{'' if have == 1 else 's'}"
            if build == "other" or (asked == 1 and have > 1):
                self.find("num_layers_ignored", got, **words)
            else:
                self.find("one_layer" if have < asked else "too_many_layers", got, **words)
            if spec.dropout == "between" and have == 1:
                self.find("dropout_on_one_layer")
        if network.hidden != hidden:
            self.find("hidden_size_ignored", f"{network.hidden} hidden units", hidden=hidden)
        if fit.layout != "right":
            self.find("batch_time_swapped", costs=self._with_shape(build))
        elif fit.reading == "every":
            self.find(
                "every_step", f"an output of shape {shape_text(output.shape)}", shape=self._shape(build)
            )
        elif fit.reading in ("forward_only", "backward_only", "forward_twice", "backward_twice"):
            self.find("one_direction_read")
        elif fit.reading == "directions_averaged":
            self.find("directions_summed")
        elif fit.reading not in ("last", "last_swapped"):
            self.find(fit.reading)
        if fit.before != "none":
            self.find("activation_before_head", what=fit.before)
        if not fit.head:
            self.find("no_head", f"an output of shape {shape_text(output.shape)}", shape=self._shape(build))
        elif output.shape[-1] != self._outputs(build):
            self.find("output_size_ignored", f"{output.shape[-1]} logits", outputs=self._outputs(build))
        if fit.after in ("softmax", "log_softmax", "sigmoid"):
            self.find("softmax", what=fit.after)
        elif fit.after != "none":
            self.find("activation_on_logits", what=fit.after)
        self._norm(roles, fit)

    def _names(self) -> set[str]:
        return {finding.name for finding in self.verdict.findings}

    def _with_shape(self, build: str) -> tuple[str, ...]:
        wrong = self.values["builds"][build]["output"].shape != (
            len(self.task["builds"][build]["x"]),
            self._outputs(build),
        )
        return ("logits", "output") if wrong else ("output",)

    def _norm(self, roles: Roles, fit: Fit) -> None:
        if not self.spec.norm:
            if fit.norm != "none":
                self.find("norm_not_asked")
            return
        if fit.norm == "none":
            self.find("no_batch_norm")
        elif "features" in fit.norm:
            self.find("layer_norm")
        elif fit.norm.startswith("output_"):
            self.find("norm_after_output")
        elif fit.norm.startswith("input_"):
            self.find("norm_on_input")
        elif fit.norm == "batch":
            self.find("batch_statistics_in_eval")

    def _without_fit(self, build: str) -> None:
        """No assignment of roles explains the output: what can be said from the outside."""
        values = self.values["builds"][build]
        output, moved = values["output"], self.values["extras"]["moved"]
        rows = len(self.task["builds"][build]["x"])
        if output.shape != (rows, self._outputs(build)):
            self.find(
                "wrong_shape", f"an output of shape {shape_text(output.shape)}", shape=self._shape(build)
            )
        recurrent = any(
            m["kind"] in ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell") for m in values["modules"]
        )
        if isinstance(moved, np.ndarray) and len(output) == rows:
            if moved[:, 1:].any():
                self.find("batch_time_swapped")
            elif moved[:, 0].sum() <= 1:
                self.find("no_recurrence")
            elif not moved[:, 0].all():
                steps = [t for t in range(len(moved)) if not moved[t, 0]]
                self.find("wrong_output", f"steps {steps} (counted from 0) do not reach the logits")
        if not {"batch_time_swapped", "no_recurrence", "wrong_output"} & self._names():
            if recurrent:
                self.find("wrong_output")
            else:
                cell = _CELLS[self.spec.cell]
                self.find("cell_not_recognised", a_cell=f"{'an' if cell in ('LSTM',) else 'a'} {cell}")
        self._gradients_only()

    # --- gradients

    def _gradients_only(self) -> None:
        main = self.values["builds"]["main"]
        if any(not p["learns"] for p in main["parameters"]):
            self.find("frozen", ", ".join(p["name"] for p in main["parameters"] if not p["learns"]))
        elif isinstance(main["eval_run"], dict) and not failed(main["eval_run"]):
            gradient = main["eval_run"]["input_gradient"]
            if gradient is None or not np.abs(gradient).max() > 0:
                self.find("detached")

    def _gradients(self, roles: Roles, fit: Fit, build: str) -> None:
        values = self.values["builds"][build]
        if any(not p["learns"] for p in values["parameters"]):
            self._gradients_only()
            return
        done = values["eval_run"]
        if failed(done):
            self.find("detached", f"{done['error']['type']}: {done['error']['text']}")
            return
        x = torch.from_numpy(self.task["builds"][build]["x"]).double().requires_grad_()
        output = forward(roles, fit, x)
        tensors = [x, *roles.parameters.values()]
        expected = torch.autograd.grad(
            (output * loss_weights(output.shape)).sum(), tensors, allow_unused=True
        )
        for want, got in zip(expected, [done["input_gradient"], *done["gradients"]], strict=True):
            if want is None or not want.abs().max() > 1e-7:
                continue
            if got is None or not np.abs(got).max() > 0:
                self.find("detached")
            elif not np.allclose(want.numpy(), got, rtol=1e-2, atol=1e-3 * float(want.abs().max())):
                self.find("wrong_gradient")

    # --- the same with other arguments

    def _other(self) -> None:
        other = self.values["builds"]["other"]
        if failed(other["output"]):
            error = other["output"]["error"]
            got = f"{self._call('other')}: {error['type']}: {error['text']}"
            words = {
                "asked": self.task["builds"]["other"]["arguments"]["num_layers"],
                "cell": _CELLS[self.spec.cell],
            }
            self.find("num_layers_ignored", got, **words)
            return
        if self._differs(other["output"], other["reseeded"]):
            return  # dropout in eval mode: said already
        fit = self._fit("other")
        if fit is not None:
            self.found["other"] = fit
            self._reading(*fit, "other")
        elif "main" in self.found:
            asked = self.task["builds"]["other"]["arguments"]["num_layers"]
            self.find("wrong_output", f"with num_layers={asked} the logits are others than expected")

    # --- training mode

    def _training(self, main: Mapping[str, Any]) -> None:
        done = main["train_run"]
        if failed(done):
            error = done["error"]
            self.find(
                "raises",
                f"in training mode: {error['type']}: {error['text']}",
                ("behaviour",),
                call="a training step",
            )
            return
        if self.spec.dropout:
            return
        if self._differs(done["output"], main["train_reseeded"]):
            self.find("dropout_not_asked")
            return
        if "main" not in self.found:
            return
        roles, fit = self.found["main"]
        x = torch.from_numpy(self.task["builds"]["main"]["x"]).double()
        target = torch.from_numpy(done["output"]).double()
        if not self.spec.norm:
            if fit.norm == "none" and not _equal(forward(roles, fit, x).detach(), target):
                self.find("dropout_not_asked", "other logits in training mode than in eval mode")
            return
        if fit.norm != "running":
            return
        with torch.no_grad():
            if fit.reading == "every":
                self.find("norm_over_time")
            elif _equal(forward(roles, replace(fit, norm="batch"), x), target):
                floating = [
                    b for b, info in zip(done["buffers"], main["buffers"], strict=True) if info["floating"]
                ]
                before = [roles.norm.mean, roles.norm.var]
                still = all(any(np.allclose(b.numpy(), after) for after in floating) for b in before)
                if still:
                    self.find("running_statistics_stand_still")
            elif _equal(forward(roles, fit, x), target):
                self.find("running_statistics_in_training")
            elif fit.layout == "right" and _equal(forward(roles, replace(fit, norm="over_time"), x), target):
                self.find("norm_over_time")
            else:
                self.find("wrong_in_training")

    # --- defaults

    def _defaults(self) -> None:
        short, full = self.values["defaults"]
        if failed(short) or failed(full):
            bad = short if failed(short) else full
            given = self.task["defaults"][0 if failed(short) else 1]
            self.find(
                "wrong_default",
                f"{bad['error']['type']}: {bad['error']['text']}",
                expected=f"({arguments_text(given)}) is enough",
            )
        elif short != full and "hidden_size_ignored" not in self._names():
            given, spelled = self.task["defaults"]
            left = {key: value for key, value in spelled.items() if key not in given}
            self.find("wrong_default", "other sizes", expected=arguments_text(left))

    # --- dropout

    def _dropout(self, fit: tuple[Roles, Fit] | None) -> None:
        if "dropout_on_one_layer" in self._names():
            return
        place = _PLACES[self.spec.dropout]
        for name in ("copies", "copies_again", "copies_default"):
            values = self.values["builds"][name]
            bad = next((v for v in (values["output"], values.get("train_copies")) if failed(v)), None)
            if bad is not None:
                self.find("no_dropout", _error_text(bad), place=place)
                return
            if self._one_dropout(name, fit, place):
                return

    def _one_dropout(self, build: str, fit: tuple[Roles, Fit] | None, place: str) -> bool:
        """Judge one set of copies; True where there is no more to be said."""
        values, given = self.values["builds"][build], self.task["builds"][build]
        p = given["arguments"].get("dropout", self.spec.default_p)
        copies, calls = values["train_copies"], np.stack(values["train_calls"])
        if self._differs(values["output"], values["reseeded"]):
            self.find("dropout_in_eval")
            return True
        if np.ptp(calls, axis=0).max() < 1e-5:
            if fit is not None and "relu" in (fit[1].before, fit[1].after):
                return False  # relu may have put all units of this one sequence to 0: nothing to be seen
            self.find("no_dropout", "the same logits each time in training mode", place=place)
            return True
        if fit is not None and fit[1].layout != "right":
            return True  # sequences see one another: which one dropped what cannot be told
        if np.ptp(calls, axis=1).max() < 1e-5:
            self.find("dropout_mask_reused", "the same units are dropped in all sequences of a batch")
            return True
        own = self._fit(build, fit) or self._fit(build)
        if own is None or own[0].network.hidden != given["arguments"]["hidden_size"]:
            self.verdict.remarks.append(
                "dropout acts in training only; its place and share were not verified"
            )
            return True
        told = _explain(*own, torch.from_numpy(given["x"][:1]).double(), copies, p, self.spec)
        if told is None:
            self.find("dropout_unclear", place=place)
            return True
        return self._told(told, build, p, place)

    def _told(self, told: "Dropout", build: str, p: float, place: str) -> bool:
        if told.places != (self.spec.dropout,):
            where = " and ".join(_PLACES[part] for part in told.places)
            self.find("dropout_wrong_place", f"dropout {where}", place=place)
        elif told.reused:
            self.find("dropout_mask_reused")
        elif not told.scaled:
            self.find("dropout_unscaled", "what is kept stays as large as it was")
        elif abs(told.p - p) > 1e-6 or told.odd_rate:
            got = f"{told.rate:.2f} of the units dropped"
            if build == "copies_default":
                self.find("wrong_default", got, ("dropout",), expected=f"dropout={number(p)}")
            elif abs(told.p - self.spec.default_p) < 1e-6:
                self.find("dropout_argument_ignored", got, p=p)
            else:
                self.find("wrong_p", got, p=p)
        else:
            return False
        return True

    # --- other sizes, places and types

    def _extras(self, fit: tuple[Roles, Fit] | None) -> None:
        extras, outputs = self.values["extras"], self._outputs("main")
        rows = len(self.task["builds"]["main"]["x"])
        right = fit is not None and fit[1].layout == "right" and fit[1].reading in ("last", "last_swapped")
        right = right and fit[1].norm != "batch"
        if right and fit[1].head:
            for key, shape in (("one_row", (1, outputs)), ("one_step", (rows, outputs))):
                got = extras[key]
                if failed(got):
                    self.find(
                        f"{key}_fails",
                        f"{got['error']['type']}: {got['error']['text']}",
                        shape=shape_text(shape),
                    )
                elif got.shape != shape and "output_size_ignored" not in self._names():
                    self.find(f"{key}_fails", f"shape {shape_text(got.shape)}", shape=shape_text(shape))
        operations = extras["operations"]
        if (
            isinstance(operations, list)
            and operations[1] > 1.5 * operations[0]
            and (fit is None or fit[1].layout == "right")
        ):
            got = f"{operations[0]} operations for 2 sequences, {operations[1]} for 8"
            if "batch_time_swapped" not in self._names():
                self.find("loop_over_batch", got)
        if failed(extras["meta"]) and "device" in extras["meta"]["error"]["text"]:
            self.find("device_fixed", _error_text(extras["meta"]))
        if failed(extras["float64"]):
            self.find("dtype_fixed", _error_text(extras["float64"]))
        elif extras["float64"]["dtype"] != "torch.float64":
            self.find("dtype_fixed", f"{extras['float64']['dtype']} from a model in float64")


def _error_text(value: Mapping[str, Any]) -> str:
    return f"{value['error']['type']}: {value['error']['text']}"


def error_name(error: Mapping[str, str]) -> str:
    """Which finding an exception stands for."""
    text = error["text"]
    if error["type"] == "NotImplementedError" and NO_ANSWER in text:
        return "no_answer"
    shapes = ("cannot be multiplied", "running_mean should contain", "input.size(-1) must be equal")
    if any(
        part in text
        for part in (*shapes, "Expected input_size", "normalized_shape", "input has inconsistent")
    ):
        return "feature_count"
    if "Expected hidden" in text or "expected hidden" in text or "batch size" in text:
        return "batch_size_fixed"
    return "raises"


def _norm_places(norm: Norm | None) -> list[str]:
    if norm is None:
        return ["none"]
    if norm.kind == "layer":
        return ["none", "features", "output_features", "input_features"]
    names = ["batch", "output_batch", "input_batch"]
    if norm.mean is not None:
        names = ["running", "output_running", "input_running", *names]
    return ["none", *names]


def _possible(roles: Roles, fit: Fit, features: Tensor, target: Tensor) -> bool:
    """Do the sizes allow this way of reading? Spares most of the computing."""
    wide = features.shape[-1]
    if fit.norm in ("running", "batch", "features") and roles.norm.width not in (1, wide):
        return False
    if fit.head:
        if roles.head is None:
            return False
        weight = roles.head[0]
        if weight.shape[1] != wide:
            return False
        wide = len(weight)
    if fit.norm.startswith("output_") and roles.norm.width not in (1, wide):
        return False
    return (*features.shape[:-1], wide) == tuple(target.shape)


def _equal(ours: Tensor, theirs: Tensor) -> bool:
    return ours.shape == theirs.shape and torch.allclose(ours, theirs, rtol=1e-4, atol=2e-5)


# --- dropout, by enumeration


@dataclass(frozen=True)
class Dropout:
    """What was dropped: where, with which p (told by the scale), in which share, scaled or not."""

    places: tuple[str, ...]
    p: float
    rate: float
    scaled: bool
    reused: bool
    odd_rate: bool


def _explain(roles: Roles, fit: Fit, x: Tensor, copies: np.ndarray, p: float, spec: Spec) -> Dropout | None:
    """Which dropout gives these outputs of copies of one input x (1, T, D)?

    With few units every pattern of dropped units can be written out, and each output is one of them.
    """
    target = torch.from_numpy(copies).double()
    if fit.reading == "every":
        target, fit = target[:, -1], replace(fit, reading="last")
    first = spec.dropout
    single = [(first,)] + [(part,) for part in _PLACES if part != first]
    pairs = list(itertools.combinations(_PLACES, 2))
    shares = [p, 1 - p, p / 2, 1 - (1 - p) ** 2, spec.default_p, 0.5, *(k / 10 for k in range(1, 10))]
    for places in single + pairs:
        for share in (*dict.fromkeys(shares), 0.0):
            made = _patterns(roles, fit, x, places, share)
            if made is None:
                break
            outputs, kept = made
            if torch.cdist(target[:16], outputs).amin(dim=1).max() > 5e-4:
                continue
            distance, which = torch.cdist(target, outputs).min(dim=1)
            if distance.max() > 5e-4:
                continue
            seen = kept[which]  # (copies, places)
            rate = float(1 - seen.mean())
            if share == 0.0 and rate == 0.0:
                continue
            share_ = share or rate
            error = 6 * (share_ * (1 - share_) / len(seen)) ** 0.5  # one column alone, the widest case
            return Dropout(
                places, share_, rate, share > 0, _together(seen), share > 0 and abs(rate - share) > error
            )
    return None


def _together(seen: Tensor) -> bool:
    """Are two units always dropped together?"""
    varying = seen[:, seen.std(dim=0) > 0]
    if varying.shape[1] < 2:
        return seen.shape[1] > 1 and varying.shape[1] < seen.shape[1]
    correlation = torch.corrcoef(varying.T) - torch.eye(varying.shape[1], dtype=torch.float64)
    return bool(correlation.abs().max() > 0.5)


@torch.no_grad()
def _patterns(
    roles: Roles, fit: Fit, x: Tensor, places: Sequence[str], p: float
) -> tuple[Tensor, Tensor] | None:
    """(outputs, kept): the output for each pattern of kept (1) and dropped (0) units; None if too many."""
    network = roles.network
    _, T, D = x.shape
    wide = network.hidden * network.directions
    features = readings(network, run(network, x), "right")[fit.reading]().shape[-1]
    outputs = len(roles.head[0]) if fit.head else features
    sizes = {
        "input": T * D,
        "between": T * wide * (len(network.layers) - 1),
        "head": features,
        "logits": outputs,
    }
    count = sum(sizes[place] for place in places)
    if any(sizes[place] == 0 for place in places) or count > 10:
        return None
    kept = torch.tensor(list(itertools.product((0.0, 1.0), repeat=count)), dtype=torch.float64)
    masks = dict(zip(places, (kept / (1 - p)).split([sizes[place] for place in places], dim=1), strict=True))
    many = x.expand(len(kept), -1, -1)
    if "input" in masks:
        many = many * masks["input"].reshape(-1, T, D)
    between = None
    if "between" in masks:
        mask = masks["between"].reshape(len(kept), -1, T, wide)

        def between(sequence: Tensor, layer: int) -> Tensor:
            return sequence * mask[:, layer]

    outputs = forward(roles, fit, many, between, {k: masks[k] for k in ("head", "logits") if k in masks})
    # What is dropped where nobody looks cannot be told: after the step that is read, say.
    halves = [outputs.unflatten(0, (2**k, 2, -1)) for k in range(count)]
    heard = [bool((half[:, 0] - half[:, 1]).abs().max() > 1e-4) for half in halves]
    return (outputs, kept[:, heard]) if any(heard) else None


def judge(spec: Spec, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
    """The verdict on what `sequence.probe` reported for `task`."""
    with one_thread():
        return Judge(spec, task, values).judge()


# --- what the tasks are made of


def sizes(seed: int) -> tuple[int, int, int, int, int]:
    """B, T, inputs, hidden units, outputs: all different, none the sum or a multiple of others."""
    random = np.random.default_rng([seed, 1])
    inputs, hidden, outputs = [(3, 7, 4), (4, 7, 3), (3, 5, 4), (4, 9, 3), (5, 7, 3)][random.integers(5)]
    return int(random.choice([12, 14, 17])), int(random.choice([4, 5])), inputs, hidden, outputs


def sequences(seed: int, *shape: int) -> np.ndarray:
    """(B, T, D) float32, standard normal times 1.5."""
    return (1.5 * np.random.default_rng([seed, 2]).standard_normal(shape)).astype(np.float32)


def other_share(seed: int, default: float) -> tuple[float, float]:
    """Two shares to drop, other than the default, the half and the complement of one another."""
    pairs = [(0.4, 0.55), (0.45, 0.2)] if default == 0.3 else [(0.3, 0.6), (0.2, 0.35)]
    return pairs[int(np.random.default_rng([seed, 3]).integers(2))]


def copies(arguments: Mapping[str, Any], x: np.ndarray, count: int = 2048) -> dict[str, Any]:
    """A build that also runs `count` copies of the first sequence of x."""
    return {"arguments": dict(arguments), "x": x, "copies": count}
