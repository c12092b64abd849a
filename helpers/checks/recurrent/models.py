"""The judge of the four models: compares what the probe saw with the trusted reference, and explains."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.reference import (
    ACTIVATIONS,
    LOGITS,
    Fit,
    Network,
    Norm,
    Roles,
    forward,
    network_input,
    readings,
    run,
    to_logits,
    variants,
)
from helpers.checks.recurrent.roles import candidates, leaves
from helpers.checks.recurrent.sequence import STATE_SIZES, loss_weights, with_rows
from helpers.checks.recurrent.texts import DEFAULT_DTYPE, MODEL
from helpers.checks.report import Finding, Item, Verdict, all_items, arguments_text, number, shape_text
from helpers.checks.running import NO_ANSWER, failed, one_thread

_CELLS = {
    "lstm": "LSTM",
    "gru": "GRU",
    "gru_without_reset": "GRU without a reset gate",
    "rnn_tanh": "tanh RNN",
    "rnn_relu": "relu RNN",
}
_PLACES = {
    "input": "on the input",
    "between": "between the layers",
    "head": "before the output layer",
    "logits": "on the logits",
}
# Dropped and carried on: in all layers but the top one, and in all of them.
_ALONG = ("along", "along_all")
_ALONG_TEXT = "on the states that are carried from step to step"
_READ = "the hidden state of the top layer after the last step"
_READ_BOTH = "the final states of both directions of the top layer"
_GAP = "gap "  # and a number: between two of the layers only
# The search for roles ends somewhere, whatever it is given. No labelled answer needs more than 400 trials, or
# has more than 10 ** 6 weights.
_MOST_ROLES, _MOST_WORK = 5_000, 2 * 10**9


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
    **dict.fromkeys(["weights_shared", "state_handed_on", "one_step_handed_up"], ("layers",)),
    **dict.fromkeys(["not_flipped_back", "wrong_axis_flipped"], ("layers",)),
    **dict.fromkeys(["tanh_forgotten", "sigmoid_for_tanh"], ("layers",)),
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
    **dict.fromkeys(
        ["middle_layer_state", "layers_taken_for_directions", "sequences_see_one_another"], ("output",)
    ),
    "no_recurrence": ("layers", "output", "dropout", "norm", "behaviour"),
    "random_in_eval": ("output", "behaviour"),
    # Dropout and batch norm cannot be told from weights that change.
    "made_in_forward": ("dropout", "norm", "behaviour"),
    **dict.fromkeys(
        ["no_dropout", "dropout_on_one_layer", "dropout_in_eval", "dropout_wrong_place", "dropout_unscaled"],
        ("dropout",),
    ),
    **dict.fromkeys(
        ["dropout_mask_reused", "wrong_p", "dropout_argument_ignored", "dropout_unclear"], ("dropout",)
    ),
    "dropout_missing_above": ("dropout",),
    **dict.fromkeys(
        ["no_batch_norm", "norm_after_output", "norm_on_input", "norm_over_time", "layer_norm"], ("norm",)
    ),
    **dict.fromkeys(
        ["batch_statistics_in_eval", "running_statistics_in_training", "running_statistics_stand_still"],
        ("norm",),
    ),
    **dict.fromkeys(["running_statistics_wrong", "wrong_in_training", "one_mean_for_all"], ("norm",)),
}


class Judge:
    """Goes through one answer's values, finding by finding."""

    def __init__(self, spec: Spec, task: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self.spec, self.task, self.values = spec, task, values
        self.verdict = Verdict(spec.items)
        self.found: dict[str, tuple[Roles, Fit]] = {}

    def find(self, name: str, got: str = "", costs: Sequence[str] | None = None, **words: Any) -> None:
        title, expected, hint = MODEL[name]
        words.setdefault("read", _READ_BOTH if self.spec.bidirectional else _READ)
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
        if "rows" in self.values:
            self.task = with_rows(self.task, self.values["rows"])
            self.find("batch_size_fixed", f"runs with {self.values['rows']} sequences only")
        if not self._runs(main):
            return self.verdict
        if main["unregistered"]:
            self.find("not_registered", "self." + ", self.".join(main["unregistered"]))
        if not np.isfinite(main["output"]).all():
            self.find("not_finite", costs=all_items(self.spec.items))
            return self.verdict
        random = self._differs(main["output"], main["reseeded"])
        moved = self.values["extras"]["moved"]
        still = isinstance(moved, np.ndarray) and not moved.any()
        if still and (random or np.ptp(main["output"], axis=0).max() < 1e-5):
            got = "random numbers, whatever the input" if random else ""
            self.find("constant", got, costs=all_items(self.spec.items))
            return self.verdict
        self._state(main)
        name = "main"
        if random and "undropped" in self.values["builds"]:
            undropped = self.values["builds"]["undropped"]
            if not failed(undropped["output"]) and not self._differs(
                undropped["output"], undropped["reseeded"]
            ):
                name = "undropped"
        if main["made_in_forward"]:
            self._made_in_forward()
            return self.verdict
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
            if "unpacked_as_lstm" in self._names():
                return self.verdict
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
        # Nearly always the two are equal to the last bit, which is seen much faster.
        return not same or not (np.array_equal(a, b) or np.allclose(a, b, 1e-4, 1e-5, equal_nan=True))

    def _state(self, main: Mapping[str, Any]) -> None:
        if self._differs(main["output"], main["again"]):
            again = main["again"]
            got = (
                "other logits for the same input"
                if isinstance(again, np.ndarray)
                else "an error the second time"
            )
            self.find("state_kept", got)

    def _made_in_forward(self) -> None:
        """The rest of an answer whose weights may change from call to call, judged by a single call."""
        main = self.values["builds"]["main"]
        owners = {part["name"].rpartition(".")[0] for part in main["made_in_forward"]}
        kinds = [module["kind"] for module in main["modules"] if module["name"] in owners]
        self.find("made_in_forward", f"made in forward: {', '.join(kinds)}")
        fit = self._fit("main")
        if fit is None:
            self._without_fit("main")
        else:
            self._reading(*fit, "main")
        self._defaults()
        self._extras(None)

    # --- which weights do what

    def _fit(self, build: str, like: tuple[Roles, Fit] | None = None) -> tuple[Roles, Fit] | None:
        """The roles and the way of reading under which the reference gives what the answer gave.

        like: only the same roles and the same reading as in another build.
        """
        given, values = self.task["builds"][build], self.values["builds"][build]
        if failed(values["output"]) or not isinstance(values["output"], np.ndarray):
            return None
        x = torch.from_numpy(given["x"]).double()
        target = torch.from_numpy(values["output"]).double()
        inputs, outputs = x.shape[2], self._outputs(build)
        roles = candidates(values, self.task["seed"], inputs, outputs, self.spec.bidirectional)
        numbers = sum(int(np.prod(parameter["shape"])) for parameter in values["parameters"])
        roles = itertools.islice(roles, min(_MOST_ROLES, _MOST_WORK // (numbers + 1)))
        if like is not None:
            roles = (role for role in roles if role.key == like[0].key)
        tried = []
        with torch.no_grad():
            search = _Search(x, target)
            # The right way of reading is tried with all roles first: most answers are right in that.
            for role in roles:
                tried.append(role)
                fit = search.only(role, self.spec.right if like is None else like[1])
                if fit is not None:
                    return role, fit
            for role in tried if like is None else ():
                fit = search.best(role, self.spec.right)
                if fit is not None:
                    return role, fit
        return None

    # --- findings from a fit

    def _reading(self, roles: Roles, fit: Fit, build: str) -> None:
        spec, network = self.spec, roles.network
        given = self.task["builds"][build]
        arguments = given["arguments"]
        output = self.values["builds"][build]["output"]
        others = {unit.kind for layer in network.layers for unit in layer} - {spec.cell}
        if others and others | {spec.cell} == {"rnn_tanh", "rnn_relu"}:
            self.find("wrong_nonlinearity")
        elif others:
            kinds = " and ".join(_CELLS[kind] for kind in sorted(others))
            self.find("wrong_cell", f"layers of this kind: {kinds}", cell=_CELLS[spec.cell])
        if spec.bidirectional and (network.directions == 1 or not network.flips):
            self.find("unidirectional")
        if not spec.bidirectional and network.directions == 2:
            self.find("extra_direction")
        if network.shared:
            self.find("weights_shared")
        if network.slip:
            self.find(
                {"features_flipped": "wrong_axis_flipped", "batch_flipped": "wrong_axis_flipped"}.get(
                    network.slip, network.slip
                )
            )
        asked, hidden = arguments.get("num_layers", 2), arguments["hidden_size"]
        words = self._layers(asked)
        have = len(network.layers)
        if have != asked and not {"one_layer", "too_many_layers"} & self._names():
            got = f"{have} layer{'' if have == 1 else 's'}"
            if build == "other" or (asked == 1 and have > 1):
                self.find("num_layers_ignored", got, **words)
            else:
                self.find("one_layer" if have < asked else "too_many_layers", got, **words)
            if spec.dropout == "between" and have == 1:
                self.find("dropout_on_one_layer")
        widths = [layer[0].hidden for layer in network.layers]
        if set(widths) != {hidden}:
            got = " and ".join(map(str, dict.fromkeys(widths))) + " hidden units"
            self.find("hidden_size_ignored", got, hidden=hidden)
        if fit.layout != "right":
            self.find("batch_time_swapped", costs=self._with_shape(build))
        elif fit.reading == "every":
            self.find(
                "every_step", f"an output of shape {shape_text(output.shape)}", shape=self._shape(build)
            )
        elif fit.reading in ("forward_only", "backward_only", "forward_twice", "backward_twice"):
            if spec.bidirectional:  # else the other direction should not be there at all
                self.find("one_direction_read")
        elif fit.reading == "unpacked_as_lstm":
            got = f"an output of shape {shape_text(output.shape)}"
            self.find("unpacked_as_lstm", got, all_items(spec.items))
        elif fit.reading == "directions_averaged":
            self.find("directions_summed")
        elif fit.reading not in ("last", "last_swapped"):
            self.find(fit.reading)
        if fit.before != "none":
            self.find("activation_before_head", what=fit.before)
        if not fit.head:
            self.find("no_head", f"an output of shape {shape_text(output.shape)}", shape=self._shape(build))
        elif output.shape[-1] != self._outputs(build):
            count = output.shape[-1]
            got = f"{count} logit{'' if count == 1 else 's'}"
            self.find("output_size_ignored", got, outputs=self._outputs(build))
        if fit.after in ("softmax", "log_softmax", "sigmoid"):
            self.find("softmax", what=fit.after)
        elif fit.after != "none":
            self.find("activation_on_logits", what=fit.after)
        self._norm(roles, fit)

    def _layers(self, asked: int) -> dict[str, Any]:
        return {
            "asked": asked,
            "layers": f"{asked} {_CELLS[self.spec.cell]} layer{'' if asked == 1 else 's'}",
        }

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
        backwards = self.values["extras"]["backwards"]
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
                self.find("sequences_see_one_another")
            elif moved[:, 0].sum() <= 1:
                self.find("no_recurrence")
            elif np.shape(backwards) == output.shape and not self._differs(output, backwards):
                self.find("no_recurrence", "the same logits for the sequence read backwards")
            elif not moved[:, 0].all():
                steps = [t for t in range(len(moved)) if not moved[t, 0]]
                self.find("wrong_output", f"steps {steps} (counted from 0) do not reach the logits")
        if not {"sequences_see_one_another", "no_recurrence", "wrong_output"} & self._names():
            if recurrent:
                self.find("wrong_output", f"forward calls {', '.join(values['called'])}")
            else:
                cell = _CELLS[self.spec.cell]
                self.find("cell_not_recognised", a_cell=f"{'an' if cell in ('LSTM',) else 'a'} {cell}")
        self._gradients_only()

    # --- gradients

    def _gradients_only(self) -> None:
        main = self.values["builds"]["main"]
        if any(not p["learns"] for p in main["parameters"]):
            self.find("frozen", _some([p["name"] for p in main["parameters"] if not p["learns"]]))
        elif isinstance(main["eval_run"], dict) and not failed(main["eval_run"]):
            gradient = main["eval_run"]["input_gradient"]
            if gradient is None or not np.abs(gradient).max() > 0:
                self.find("detached", "no gradient for x")

    def _gradients(self, roles: Roles, fit: Fit, build: str) -> None:
        values = self.values["builds"][build]
        if values["unregistered"]:
            return  # they do not learn, said already
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
        names, gradients = ["x", *roles.parameters], [done["input_gradient"], *done["gradients"]]
        without, wrong = [], []
        for name, want, got in zip(names, expected, gradients, strict=True):
            if want is None or not want.abs().max() > 1e-7:
                continue
            if got is None or not np.abs(got).max() > 0:
                without.append(name)
            elif not np.all(
                np.abs(want.numpy() - got) <= 1e-3 * float(want.abs().max()) + 1e-2 * np.abs(got)
            ):
                wrong.append(name)
        if without:
            self.find("detached", f"no gradient for {_some(without)}")
        elif wrong:
            self.find("wrong_gradient", f"other gradients for {_some(wrong)}")

    # --- the same with other arguments

    def _other(self) -> None:
        other = self.values["builds"]["other"]
        if failed(other["output"]):
            error = other["output"]["error"]
            got = f"{self._call('other')}: {error['type']}: {error['text']}"
            asked = self.task["builds"]["other"]["arguments"]["num_layers"]
            self.find("num_layers_ignored", got, **self._layers(asked))
            return
        if self._differs(other["output"], other["reseeded"]):
            return  # dropout in eval mode: said already
        if self.spec.dropout is None and self._differs(*other["train_calls"]):
            layers = self.task["builds"]["other"]["arguments"]["num_layers"]
            self.find("dropout_not_asked", f"with num_layers={layers}, other logits each time")
        main = self.found.get("main")
        fit = (main and self._fit("other", main)) or self._fit("other")
        if fit is not None:
            self.found["other"] = fit
            self._reading(*fit, "other")
            self._gradients(*fit, "other")
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
            elif roles.norm.mean is not None and roles.norm.width == 1:
                self.find("one_mean_for_all")
            elif _equal(forward(roles, replace(fit, norm="batch"), x), target):
                self._statistics(roles, fit, x, main)
            elif _equal(forward(roles, fit, x), target):
                self.find("running_statistics_in_training")
            elif fit.layout == "right" and _equal(forward(roles, replace(fit, norm="over_time"), x), target):
                self.find("norm_over_time")
            else:
                self.find("wrong_in_training")

    def _statistics(self, roles: Roles, fit: Fit, x: Tensor, main: Mapping[str, Any]) -> None:
        """Did the running mean and variance move from where they were towards those of this batch?

        Any momentum is right, and so is the variance with or without Bessel's correction.
        """
        norm, kept = roles.norm, []
        _, buffers = leaves(main, self.task["seed"])
        after = [
            b
            for b, info in zip(main["train_run"]["buffers"], main["buffers"], strict=True)
            if info["floating"]
        ]
        now = dict(zip(buffers, map(torch.from_numpy, after), strict=True))
        for before in (norm.mean, norm.var):
            name = next(name for name, value in buffers.items() if torch.equal(value, before))
            kept.append(now[name].double())
        done = run(roles.network, network_input(roles, fit, x))
        features = readings(roles.network, done, fit.layout)[fit.reading]()
        spreads = [features.var(0, unbiased=unbiased) for unbiased in (True, False)]
        mean = _share_of_the_way(norm.mean, features.mean(0), kept[0])
        variances = [_share_of_the_way(norm.var, spread, kept[1]) for spread in spreads]
        if abs(mean) < 1e-3 and abs(variances[0]) < 1e-3:
            self.find("running_statistics_stand_still")
        elif not (1e-3 < mean < 1.001 and any(abs(share - mean) < 1e-3 for share in variances)):
            self.find("running_statistics_wrong")

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
        copies = values["train_copies"]
        if np.shape(copies)[:1] > (4 * given["copies"],):  # every one is compared with every pattern below
            raise ValueError("more copies came back than were asked for")
        if self._differs(values["output"], values["reseeded"]):
            self.find("dropout_in_eval")
            return True
        alike = bool(values["train_calls"])  # the probe makes other calls where all copies fared alike
        if alike and np.ptp(np.stack(values["train_calls"]), axis=0).max() < 1e-5:
            reads_below = fit is not None and fit[1].reading == "first_layer_state"
            if reads_below and self.spec.dropout == "between" and self._draws():
                self.verdict.remarks.append("what is dropped above the bottom layer cannot be seen here")
                return True
            if fit is not None and "relu" in (fit[1].before, fit[1].after):
                return False  # relu may have put all units of this one sequence to 0: nothing to be seen
            self.find("no_dropout", "the same logits each time in training mode", place=place)
            return True
        if fit is not None and fit[1].layout != "right":
            return True  # sequences see one another: which one dropped what cannot be told
        if alike:
            self.find("dropout_mask_reused", "the same units are dropped in all sequences of a batch")
            return True
        own = (fit and self._fit(build, fit)) or self._fit(build)
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

    def _draws(self) -> bool:
        """Was anything drawn at random in training?"""
        done = self.values["builds"]["main"]["train_run"]
        return not failed(done) and done["draws"]

    def _told(self, told: "Dropout", build: str, p: float, place: str) -> bool:
        if self.spec.dropout == "between" and told.places[0].startswith(_GAP):
            k = int(told.places[0].removeprefix(_GAP))
            self.find("dropout_missing_above", f"dropout between layers {k + 1} and {k + 2} alone")
        elif told.places != (self.spec.dropout,):
            where = " and ".join(_PLACES.get(part, _ALONG_TEXT) for part in told.places)
            self.find("dropout_wrong_place", f"dropout {where}", place=place)
        elif told.reused:
            self.find("dropout_mask_reused")
        elif not told.scaled:
            self.find("dropout_unscaled", "what is kept stays as large as it was")
        # With a layer too many, two patterns of dropped units may come too close to be told apart.
        elif abs(told.p - p) > 1e-6 or (told.odd_rate and "too_many_layers" not in self._names()):
            got = f"{told.rate if told.odd_rate else told.p:.2f} of the units dropped"
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
        right = right and fit[1].norm != "batch" and "rows" not in self.values
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
        alike = extras["alike"]
        if right and self.spec.norm and isinstance(alike, np.ndarray) and not np.isfinite(alike).all():
            self.find("divides_by_zero")
        operations = extras["operations"]
        if (
            isinstance(operations, list)
            and operations[1] > 1.5 * operations[0]
            and (fit is None or fit[1].layout == "right")
        ):
            got = f"{operations[0]} operations for 2 sequences, {operations[1]} for 8"
            if not {"batch_time_swapped", "sequences_see_one_another"} & self._names():
                self.find("loop_over_batch", got)
        seen = not self.values["builds"]["main"]["unregistered"]
        if failed(extras["meta"]) and "device" in extras["meta"]["error"]["text"] and seen:
            self.find("device_fixed", _error_text(extras["meta"]))
        self._dtype(extras["float64"], extras["float64_by_default"])

    def _dtype(self, float64: Any, float64_by_default: Any) -> None:
        if float64 == "torch.float64" or self.values["builds"]["main"]["unregistered"]:
            return
        if float64_by_default == "torch.float64":
            self.verdict.remarks.append(DEFAULT_DTYPE)
            return
        got = _error_text(float64) if failed(float64) else f"{float64} from a model in float64"
        self.find("dtype_fixed", got)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


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
    if any(part in text for part in STATE_SIZES):
        return "batch_size_fixed"
    return "raises"


class _Search:
    """Looks for ways of reading under which given roles lead from x (B, T, D) to `target`, both float64."""

    def __init__(self, x: Tensor, target: Tensor) -> None:
        self.x, self.target = x, target
        self._ways: dict[tuple[int, str], tuple[Network, dict[str, Tensor]]] = {}

    def only(self, roles: Roles, fit: Fit) -> Fit | None:
        """`fit`, if it is the way."""
        if fit.norm not in _norm_places(roles.norm):
            return None
        features = self._features(roles, fit.layout, fit.norm).get(fit.reading)
        if features is None or not _possible(roles, fit, features, self.target):
            return None
        return fit if _equal(to_logits(roles, fit, features), self.target) else None

    def best(self, roles: Roles, right: Fit) -> Fit | None:
        """The way with the fewest mistakes; None if there is none."""
        norms = _norm_places(roles.norm)
        inside = tuple(name for name in norms if not name.startswith("input_"))
        limit = 4 if roles.exact else 2
        layouts = ("right", "swapped", "reshaped")
        if roles.network.slip or roles.network.shared:
            layouts, limit = layouts[:1], 2  # not many mistakes at once
        outside = [name for name in norms if name.startswith("input_")]
        if roles.norm is None or roles.norm.width not in (1, self.x.shape[2]):
            outside = []
        for layout, place in itertools.product(layouts, (None, *outside)):
            features = self._features(roles, layout, place or "none")
            places = (place,) if place else inside
            found = self._all(roles, features, places)
            for fit in variants(right, tuple(features), places, limit) if found else ():
                if (fit.reading, fit.norm, fit.before, fit.head, fit.after) in found:
                    return replace(fit, layout=layout)
        return None

    def _features(self, roles: Roles, layout: str, norm: str) -> dict[str, Tensor]:
        """Name of a reading -> features, kept for the next roles with the same network."""
        outside = norm if norm.startswith("input_") else "none"
        key = (id(roles.network), layout)
        if outside == "none" and key in self._ways:
            return self._ways[key][1]
        done = run(roles.network, network_input(roles, Fit(layout=layout, norm=outside), self.x))
        features = {name: way() for name, way in readings(roles.network, done, layout).items()}
        if outside == "none":
            self._ways[key] = roles.network, features  # the network is kept so that its id stays its own
        return features

    def _all(self, roles: Roles, features: Mapping[str, Tensor], norms: Sequence[str]) -> set[tuple]:
        """(reading, norm, before, head, after) of all ways that give the target; many in one computation."""
        alike: dict[tuple[int, ...], list[str]] = {}
        for name, part in features.items():
            alike.setdefault(tuple(part.shape), []).append(name)
        found = set()
        for names, norm in itertools.product(alike.values(), norms):
            # Statistics of the batch must be those of one reading alone.
            for some in [[name] for name in names] if "batch" in norm else [names]:
                stacked = None
                for head, before in itertools.product((True, False), ACTIVATIONS):
                    fit = Fit(norm=norm, before=before, head=head)
                    if not _possible(roles, fit, features[some[0]], self.target):
                        continue
                    if stacked is None:
                        stacked = torch.stack([features[name] for name in some])
                    logits = to_logits(roles, fit, stacked)
                    for after in LOGITS if head else ("none",):
                        same = _close(LOGITS[after](logits), self.target).flatten(1).all(dim=1)
                        equal = itertools.compress(some, same.tolist())
                        found |= {(name, norm, before, head, after) for name in equal}
        return found


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


def _share_of_the_way(start: Tensor, end: Tensor, reached: Tensor) -> float:
    """How far `reached` is on the way from `start` to `end`, in shares of it; NaN if it is not on the way."""
    share = ((reached - start) * (end - start)).sum() / (end - start).square().sum()
    on_the_way = torch.allclose(reached, start + share * (end - start), rtol=1e-3, atol=1e-4)
    return float(share) if on_the_way else float("nan")


def _close(ours: Tensor, theirs: Tensor) -> Tensor:
    return (ours - theirs).abs() <= 2e-5 + 1e-4 * theirs.abs()


def _equal(ours: Tensor, theirs: Tensor) -> bool:
    return ours.shape == theirs.shape and bool(_close(ours, theirs).all())


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
    gaps = [f"{_GAP}{k}" for k in range(len(roles.network.layers) - 1)] if first == "between" else []
    single = [(first,)] + [(part,) for part in (*_PLACES, *_ALONG, *gaps) if part != first]
    pairs = list(itertools.combinations(_PLACES, 2))
    shares = [p, 1 - p, p / 2, 1 - (1 - p) ** 2, spec.default_p, 0.5, *(k / 10 for k in range(1, 10))]
    for places in single + pairs:
        for share in (*dict.fromkeys(shares), 0.0):
            made = _patterns(roles, fit, x, places, share)
            if made is None:
                break
            outputs, kept, audible = made
            if torch.cdist(target[:16], outputs).amin(dim=1).max() > 5e-4:
                continue
            distance, which = torch.cdist(target, outputs).min(dim=1)
            if distance.max() > 5e-4:
                continue
            # A unit whose readers are all dropped themselves makes no difference: it must not count.
            seen, heard = kept[which], audible[which]  # (copies, units)
            rate = float(1 - seen[heard].mean())
            seen = torch.where(heard, seen, seen.mean(dim=0))
            if share == 0.0 and rate == 0.0:
                continue
            share_ = share or rate
            error = 6 * (share_ * (1 - share_) / len(seen)) ** 0.5  # one column alone, the widest case
            odd_rate = share > 0 and abs(rate - share) > error
            return Dropout(places, share_, rate, share > 0, _together(seen), odd_rate)
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
) -> tuple[Tensor, Tensor, Tensor] | None:
    """(outputs, kept, audible): the output for each pattern of kept (1) and dropped (0) units.

    audible: would the output be another one if this unit changed? None: there are too many patterns.
    """
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
        "along": T * wide * (len(network.layers) - 1),
        "along_all": T * wide * len(network.layers),
    } | {f"{_GAP}{k}": T * wide for k in range(len(network.layers) - 1)}
    count = sum(sizes[place] for place in places)
    if any(sizes[place] == 0 for place in places) or count > 12:
        return None
    kept = torch.tensor(list(itertools.product((0.0, 1.0), repeat=count)), dtype=torch.float64)
    masks = dict(zip(places, (kept / (1 - p)).split([sizes[place] for place in places], dim=1), strict=True))
    many = x.expand(len(kept), -1, -1)
    if "input" in masks:
        many = many * masks["input"].reshape(-1, T, D)
    dropped = {int(name.removeprefix(_GAP)): masks[name] for name in masks if name.startswith(_GAP)}
    if "between" in masks:
        dropped = dict(enumerate(masks["between"].split(T * wide, dim=1)))

    def between(sequence: Tensor, layer: int) -> Tensor:
        mask = dropped.get(layer)
        return sequence if mask is None else sequence * mask.reshape(-1, T, wide)

    along = None
    for name in set(masks) & set(_ALONG):
        mask = masks[name].reshape(len(kept), -1, T, wide).unbind(1)
        along = [*mask, *[None] * (len(network.layers) - len(mask))]
    outputs = forward(roles, fit, many, between, masks, along)
    # What is dropped where nobody looks cannot be told: after the step that is read, say.
    halves = [outputs.unflatten(0, (2**k, 2, -1)) for k in range(count)]
    moves = [(half[:, :1] - half[:, 1:]).abs().amax(-1) > 1e-4 for half in halves]
    audible = torch.stack([move.expand(-1, 2, -1).flatten() for move in moves], dim=1)
    heard = audible.any(dim=0)
    return (outputs, kept[:, heard], audible[:, heard]) if heard.any() else None


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
