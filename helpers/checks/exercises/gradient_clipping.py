"""Exercise 4: a training loop that clips the norm of the gradient.

The probe trains a small network of its own with the answer's loop, under plain SGD (Adam would hide whether
the gradient was clipped), and records what happens: loss, backward, zero_grad and step, each with the weights
and the gradient at that moment. The judge works out the gradient that each backward must have given at those
weights, and looks at what became of it.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.checks.exercise import Exercise, register
from helpers.checks.recurrent.stopped import error_name
from helpers.checks.recurrent.texts import LOOP, PUT_BACK
from helpers.checks.reply import (
    ERROR,
    LEFT,
    Form,
    Misfit,
    anything,
    array,
    either,
    list_of,
    one_of,
    optional,
    record,
    some_array,
    truth,
    whole,
)
from helpers.checks.reply import number as a_number
from helpers.checks.report import Finding, Item, Verdict, all_items, number
from helpers.checks.running import attempt, describe, failed, fill, quiet, seeded
from helpers.checks.state import KINDS, Watch, left

TITLE = "Exercise 4, a training loop with gradient clipping"
ITEMS = (
    Item("runs", "goes through all batches of all epochs with the loss and the mode it was given", 1),
    Item("order", "each step uses the gradient of its own batch, once", 3),
    Item("clipping", "the gradient's norm is clipped to max_norm between backward and step", 4),
    Item("norms", "returns the norm before clipping, one number a step", 2),
)
COSTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["epochs_ignored", "eval_mode", "left_in_eval", "criterion_ignored"], ("runs",)),
    **dict.fromkeys(["criterion_gets_others", "loss_scaled", "state_left"], ("runs",)),
    "never_ends": ("runs", "norms"),  # what was recorded is judged; what would be returned is not known
    "criterion_arguments_swapped": ("runs", "order"),
    **dict.fromkeys(["optimizer_ignored", "step_forgotten"], ("order", "clipping")),
    **dict.fromkeys(
        ["zero_grad_forgotten", "zero_grad_once_an_epoch", "zero_grad_after_backward", "step_once_an_epoch"],
        ("order",),
    ),
    **dict.fromkeys(["step_before_backward", "stepped_twice", "backward_twice"], ("order",)),
    **dict.fromkeys(["losses_summed", "no_gradient"], ("runs", "order", "clipping", "norms")),
    "backward_forgotten": ("order", "clipping", "norms"),
    **dict.fromkeys(
        ["clipped_before_backward", "wrong_norm_type", "some_parameters_only"], ("clipping", "norms")
    ),
    **dict.fromkeys(["square_root_forgotten", "parameters_used_up", "loss_clipped"], ("clipping", "norms")),
    **dict.fromkeys(
        ["nothing_returned", "wrong_count", "losses_returned", "norms_after_clipping", "wrong_norms"],
        ("norms",),
    ),
}
LEARNING_RATE = 0.01
_MOST_EVENTS = 30  # a batch; a loop needs five or six, and one that looks at its loss now and then some more
_ENDS = ("step", "zero_grad", "backward", "end")  # of a gradient's way from its backward on
_GRAPH_ERRORS = ("modified by an inplace operation", "backward through the graph a second time")
_equal = torch.equal  # kept: whoever patches torch to pass a test must not change what is recorded


def task(seed: int) -> dict[str, Any]:
    """Two trainings: one with a bound of its own, one with the default."""
    random = np.random.default_rng([seed, 4])
    inputs, hidden, outputs = [(3, 4, 2), (4, 3, 2), (2, 5, 3)][random.integers(3)]
    # Some gradients must lie below both bounds and some above both; so does the first, should it be alone.
    sizes = [12.0, *random.permutation([0.1, 1.0, 4.0])]
    batches = []
    for size in sizes:
        rows = int(random.integers(5, 9))
        x = random.standard_normal((rows, inputs)).astype(np.float32)
        y = (size * (1 + random.random((rows, outputs)))).astype(np.float32)
        batches.append([x, y])
    bound = float(random.choice([1.2, 1.5, 1.8]))
    run = {"sizes": [inputs, hidden, outputs], "batches": batches, "epochs": int(random.integers(2, 4))}
    return {"seed": seed, "runs": {"given": {**run, "max_norm": bound}, "default": {**run, "max_norm": None}}}


# --- the probe


def squared_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """Summed over the outputs, averaged over the batch."""
    return (outputs - targets).pow(2).sum(1).mean()


class _Endless(BaseException):
    """More happens than a training of this length can need. No `except Exception` of an answer catches it."""


class _Recorder:
    """Keeps the events of one training in order, each with the weights and the gradient at that moment."""

    def __init__(self, batches: list[list[Tensor]], most: int) -> None:
        self.batches, self.most, self.events = batches, most, []
        self.outputs: dict[int, Tensor] = {}  # of each forward, by the number of its event
        self.model: nn.Module

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Recorder":
        return self  # an answer may keep a copy of its best model

    def watch(self, model: nn.Module) -> None:
        self.model = model
        for parameter in model.parameters():
            parameter.register_post_accumulate_grad_hook(self._accumulated)

    def note(self, event: str, **more: Any) -> None:
        if len(self.events) >= self.most:
            raise _Endless
        weights = torch.cat([p.detach().flatten() for p in self.model.parameters()])
        self.events.append({"event": event, "weights": weights, "gradient": self._gradient()} | more)

    def _gradient(self, without: Tensor | None = None) -> Tensor | None:
        """The gradient of all parameters as one vector, 0 where a parameter has none; None: there is none."""
        parameters = list(self.model.parameters())
        if all(p.grad is None for p in parameters):
            return None
        parts = [torch.zeros_like(p) if p.grad is None or p is without else p.grad for p in parameters]
        return torch.cat([part.detach().flatten() for part in parts])

    def training(self) -> bool:
        return all(part.training for part in self.model.modules())

    def forward(self, inputs: Tensor, outputs: Tensor) -> None:
        index = len(self.events)
        self.note(
            "forward",
            batch=self._batch(inputs, 0),
            training=self.training(),
            learns=outputs.requires_grad,
        )
        self.outputs[index] = outputs.detach().clone()
        if outputs.requires_grad:
            outputs.register_hook(lambda slope: self._backward("forwards", index, slope))

    def criterion(self, outputs: Tensor, targets: Tensor) -> Tensor:
        loss = squared_error(outputs, targets)
        batch, index = self._batch(targets, 1), len(self.events)
        swapped = batch < 0 and self._batch(outputs, 1) >= 0
        given = targets if swapped else outputs
        self.note(
            "loss",
            batch=self._batch(outputs, 1) if swapped else batch,
            swapped=swapped,
            value=float(loss.detach()),
            training=self.training(),
            learns=loss.requires_grad,
            # Where the layers were called one by one there is nothing to compare with.
            of_model=not self.outputs or any(_equal(one, given) for one in self.outputs.values()),
        )
        if loss.requires_grad:
            loss.register_hook(lambda scale: self._backward("losses", index, float(scale)))
        return loss

    def _backward(self, part: str, index: int, slope: Any) -> None:
        """backward has come to a loss, or to outputs of the model: one event for all that it comes to."""
        last = self.events[-1]
        if last["event"] != "backward" or last["accumulated"] is not None or index in last[part]:
            self.note("backward", losses=[], scales=[], forwards=[], slopes=[], accumulated=None)
            last = self.events[-1]
        last[part].append(index)
        last["scales" if part == "losses" else "slopes"].append(slope)

    def _accumulated(self, parameter: Tensor) -> None:
        """backward has added to the gradient of a parameter; torch.autograd.grad never does."""
        if self.events[-1]["event"] != "backward":  # neither a loss of the criterion nor a call of the model
            self.note("backward", losses=[], scales=[], forwards=[], slopes=[], accumulated=None)
            # What was there before: this parameter, the first of all, does not tell any more.
            self.events[-1]["gradient"] = self._gradient(without=parameter)
        self.events[-1]["accumulated"] = self._gradient()

    def _batch(self, part: Any, place: int) -> int:
        """Which batch these inputs (place 0) or targets (1) belong to; -1 for none."""
        same = (k for k, batch in enumerate(self.batches) if _same(batch[place], part))
        return next(same, -1)


def _same(a: Tensor, b: Any) -> bool:
    return isinstance(b, Tensor) and a.shape == b.shape and a.dtype == b.dtype and _equal(a, b)


class _Network(nn.Sequential):
    """Two layers. It tells the recorder what becomes of it."""

    def __init__(self, sizes: list[int], seed: int, recorder: _Recorder) -> None:
        inputs, hidden, outputs = sizes
        super().__init__(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, outputs))
        fill(self, seed)
        self.recorder = recorder
        recorder.watch(self)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs = super().forward(inputs)
        self.recorder.forward(inputs, outputs)
        return outputs

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.recorder.note("zero_grad")
        super().zero_grad(set_to_none)


class _Loader(list):
    """The batches. It ends a loop that takes them for ever."""

    def __init__(self, batches: list[tuple[Tensor, Tensor]], most: int) -> None:
        super().__init__(batches)
        self.left = most

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in super().__iter__():
            self.left -= 1
            if self.left < 0:
                raise _Endless
            yield batch


class _Criterion(nn.Module):
    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self.recorder.criterion(outputs, targets)


class _SGD(torch.optim.SGD):
    def __init__(self, parameters, recorder: _Recorder) -> None:
        super().__init__(parameters, lr=LEARNING_RATE)
        self.recorder = recorder

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.recorder.note("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.recorder.note("step")
        super().step()
        return loss


def probe(answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
    """Train with the answer's loop; returns events and what the loop returned, for each run of the task."""
    if not callable(answer):
        return {"not_a_function": True}
    with quiet() as watch:
        runs = {name: _train(answer, task["seed"], run, watch) for name, run in task["runs"].items()}
        return runs | {"left": watch.told(answer)}


def _train(answer: Any, seed: int, run: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    seeded(seed)
    batches = [[torch.from_numpy(part) for part in batch] for batch in run["batches"]]
    most = _MOST_EVENTS * len(batches) * run["epochs"]
    recorder = _Recorder(batches, most)
    model = _Network(run["sizes"], seed, recorder)
    loader = _Loader([(x.clone(), y.clone()) for x, y in batches], most)
    bound = {} if run["max_norm"] is None else {"max_norm": run["max_norm"]}
    optimizer = _SGD(model.parameters(), recorder)
    done = {"returned": None, "stopped": False}
    try:
        with watch.step():
            returned = answer(model, loader, _Criterion(recorder), optimizer, run["epochs"], **bound)
        recorder.note("end", training=recorder.training())
        done["returned"] = attempt(lambda: returned)
    except _Endless:
        done["stopped"] = True
    except Exception as error:
        done["error"] = describe(error)
    return done | {"events": attempt(lambda: recorder.events)}


# --- the judge


def judge(task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
    """The verdict on what `probe` reported for `task`."""
    verdict = Verdict(ITEMS)
    if "not_a_function" in values:
        _find(verdict, "raises", "this is not a function", all_items(ITEMS))
        return verdict
    for kind, line in left(values["left"]):
        what = KINDS[kind].words
        if KINDS[kind].harms:
            _find(verdict, "state_left", line, what=what)
        else:
            verdict.remarks.append(PUT_BACK.format(what=what, line=line or "the answer"))
    for name, run in task["runs"].items():
        loop = _Loop(verdict, run, values[name])
        if failed(values[name]):
            loop.raised(values[name]["error"])
            return verdict
        loop.judge()
    return verdict


def _find(
    verdict: Verdict, name: str, got: str = "", costs: tuple[str, ...] | None = None, **words: Any
) -> None:
    title, expected, hint = LOOP[name]
    costs = costs or COSTS.get(name, ("clipping",))
    verdict.add(Finding(name, costs, title.format(**words), expected.format(**words), got, hint))


class _Loop:
    """One training: what was recorded against what should have been."""

    def __init__(self, verdict: Verdict, run: Mapping[str, Any], done: Mapping[str, Any]) -> None:
        self.verdict, self.run, self.events, self.returned = verdict, run, done["events"], done["returned"]
        self.stopped = done["stopped"]
        self.is_default = run["max_norm"] is None
        self.bound = 5.0 if self.is_default else run["max_norm"]
        inputs, hidden, outputs = run["sizes"]
        self.shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]

    def find(self, name: str, got: str = "", **words: Any) -> None:
        _find(self.verdict, name, got, bound=number(self.bound), **words)

    def names(self) -> set[str]:
        return {finding.name for finding in self.verdict.findings}

    def named(self, *kinds: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] in kinds]

    def split(self, flat: np.ndarray) -> list[np.ndarray]:
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        return np.split(flat, ends)

    # --- what each backward has added

    def added(self, event: Mapping[str, Any]) -> np.ndarray | None:
        """The gradient that this backward must have added; None where that cannot be told."""
        sources = self.sources(event)
        if not sources or any(self.events[k]["batch"] < 0 for k in sources):
            return None
        total = np.zeros(len(event["weights"]))
        for k, slope in zip(event["forwards"], event["slopes"], strict=True):
            along = torch.from_numpy(slope).double()
            total += self.gradient(self.events[k], lambda outputs, _, along=along: (outputs * along).sum())
        if not event["forwards"]:
            for k, scale in zip(event["losses"], event["scales"], strict=True):
                total += scale * self.gradient(self.events[k], squared_error)
        return total

    def sources(self, event: Mapping[str, Any]) -> list[int]:
        """The calls of the model that this backward goes through; of the criterion, where there are none."""
        return event["forwards"] or event["losses"]

    def gradient(self, event: Mapping[str, Any], loss: Callable[[Tensor, Tensor], Tensor]) -> np.ndarray:
        """The true gradient of a loss of (outputs, targets), on the batch and at the weights of an event."""
        parts = [
            torch.from_numpy(part).double().reshape(shape).requires_grad_()
            for part, shape in zip(self.split(event["weights"]), self.shapes, strict=True)
        ]
        x, y = (torch.from_numpy(part).double() for part in self.run["batches"][event["batch"]])
        outputs = (x @ parts[0].T + parts[1]).tanh() @ parts[2].T + parts[3]
        found = torch.autograd.grad(loss(outputs, y), parts)
        return torch.cat([part.flatten() for part in found]).numpy()

    def backwards(self) -> list[dict[str, Any]]:
        """For each backward what was left "before", the "base" (that plus what it added), the "used".

        "used" is the gradient that the next step, zero_grad or backward found: "by" says which. "wiped": it
        was there, and the step found none. "batches" are those that it came from.
        """
        found = []
        for k, event in enumerate(self.events):
            if event["event"] != "backward":
                continue
            nothing = np.zeros(len(event["weights"]))
            left = event["gradient"]
            if left is None or event["accumulated"] is None:  # torch.autograd.grad adds to nothing
                left = nothing
            added, before = self.added(event), left.astype(float)
            if added is not None:
                base = before + added
            else:
                base = nothing if event["accumulated"] is None else event["accumulated"].astype(float)
            later = self.events[k + 1 :]
            place = next((i for i, e in enumerate(later) if e["event"] in _ENDS), None)
            if place is None:
                break  # stopped before anything came of it
            after, rest = later[place], later[place + 1 :]
            at_step = after
            if after["event"] == "zero_grad":
                at_step = next((e for e in rest if e["event"] != "zero_grad"), after)
            used = nothing if after["gradient"] is None else after["gradient"].astype(float)
            stepped = nothing if at_step["gradient"] is None else at_step["gradient"]
            losses = [self.events[i] for i in event["losses"]]
            found.append(
                {
                    "sources": self.sources(event),
                    "batches": [self.events[i]["batch"] for i in self.sources(event)],
                    "before": before,
                    "base": base,
                    "full": before + sum(self.gradient(e, squared_error) for e in losses if e["batch"] >= 0),
                    "used": used,
                    "loss": sum(e["value"] for e in losses),
                    "scales": event["scales"],
                    "by": after["event"],
                    "wiped": at_step["event"] == "step" and base.any() and not stepped.any(),
                    "stepped_since": not found
                    or any(e["event"] == "step" for e in self.events[found[-1]["place"] : k]),
                    "then": rest,
                    "place": k,
                }
            )
        return found

    # --- the way through

    def raised(self, error: Mapping[str, str]) -> None:
        """Something stopped the training. In backward the record may tell what."""
        got = f"{error['type']}: {error['text']}"
        name = "no_answer" if error_name(error) == "no_answer" else "raises"
        if "does not require grad" in error["text"]:
            name = "no_gradient"
        tries = [(k, event) for k, event in enumerate(self.events) if event["event"] == "backward"]
        in_graph = any(part in error["text"] for part in _GRAPH_ERRORS)
        if in_graph:  # torch's text is long, and tells beginners nothing
            got = f"{error['type']} in backward"
        got += f"\n    in: {error['line']}" if error["line"] else ""
        if tries and in_graph:
            (place, last), former = tries[-1], tries[-2:-1]
            # It may have come to a loss, and not to the outputs before it.
            sources = last["losses"] or last["forwards"]
            between = self.events[sources[0] if sources else 0 : place]
            if len(sources) > 1:
                name = "losses_summed"
            elif any((event["losses"] or event["forwards"]) == sources for _, event in former):
                name = "backward_twice"
            elif any(event["event"] == "step" for event in between):
                name = "step_before_backward"
        _find(self.verdict, name, "" if name == "no_answer" else got, all_items(ITEMS))

    def judge(self) -> None:
        backwards = self.backwards()
        self.runs(backwards)
        if not any(event["event"] == "backward" for event in self.events):
            seen = self.named("loss") or self.named("forward")
            self.find("no_gradient" if seen and not any(e["learns"] for e in seen) else "backward_forgotten")
            return
        # A gradient that the next backward adds to, or takes the place of, is not used yet.
        final = [b for b in backwards if b["by"] != "backward"]
        self.order(backwards, final)
        self.clipping(final)
        if not self.stopped:
            self.norms(backwards, final)

    def runs(self, backwards: list[dict[str, Any]]) -> None:
        losses, wanted = self.named("loss"), list(range(len(self.run["batches"]))) * self.run["epochs"]
        events = self.named("backward")
        # A loss computed for the record, say after the step, is nobody's business.
        used = list(dict.fromkeys(k for event in events for k in event["losses"]))
        judged = [self.events[k] for k in used] or losses
        calls = [self.events[k] for event in events for k in self.sources(event)] or judged
        if not judged or any(not event["losses"] for event in events):
            self.find("criterion_ignored")
        if any(not event["training"] for event in calls):
            self.find("eval_mode")
        elif any(not event["training"] for event in self.named("end")):
            self.find("left_in_eval")
        if any(event["swapped"] for event in judged):
            self.find("criterion_arguments_swapped")
        if any(event["batch"] < 0 or not event["of_model"] for event in judged):
            self.find("criterion_gets_others")
        if self.stopped:
            got = f"stopped when the loop was in its batch {len(losses)}, where {len(wanted)} were expected"
            self.find("never_ends", got)
            return
        batches = [event["batch"] for event in calls]
        if events:
            pairs = pairwise([*backwards, None])
            batches = [k for b, later in pairs if not _again(b, later) for k in dict.fromkeys(b["batches"])]
        if {"losses_summed"} & self.names() or not batches:
            return
        if batches != wanted:
            self.find("epochs_ignored", f"{len(batches)} batches, where {len(wanted)} were expected")

    # --- the order of things

    def order(self, backwards: list[dict[str, Any]], final: list[dict[str, Any]]) -> None:
        steps = self.named("step")
        pairs = list(pairwise([None, *backwards]))
        many = [(former, b) for former, b in pairs if former and len(b["sources"]) > 1]
        if any(set(b["sources"]) & set(former["sources"]) for former, b in many):
            self.find("losses_summed")
            return
        if any(former is not None and _again(former, b) and b["before"].any() for former, b in pairs):
            self.find("backward_twice")
        left = [b for former, b in pairs if b["before"].any() and not (former and _again(former, b))]
        if left:
            starts = [b for b in backwards if 0 in b["batches"]]
            once = self.run["epochs"] > 1 and not any(b["before"].any() for b in starts)
            self.find("zero_grad_once_an_epoch" if once else "zero_grad_forgotten")
        if any(not np.allclose(b["scales"], 1) for b in backwards) and not self.loss_clipped(final):
            scales = sorted({round(scale, 3) for b in backwards for scale in b["scales"]})
            self.find("loss_scaled", f"the loss times {number(scales[0])}")
        if not steps:
            moved = not np.array_equal(self.events[0]["weights"], self.events[-1]["weights"])
            self.find("optimizer_ignored" if moved else "step_forgotten")
            return
        kinds = [event["event"] for event in self.events if event["event"] in ("step", "backward")]
        wanted = sum(len(dict.fromkeys(b["batches"])) or 1 for b in final)
        if kinds[0] == "step":
            self.find("step_before_backward")
        elif any(b["wiped"] for b in final):
            self.wiped(final)
        elif any(pair == ("step", "step") for pair in pairwise(kinds)):
            self.find("stepped_twice")
        elif len(steps) < max(len(final), wanted):
            self.find("step_once_an_epoch", f"{len(steps)} steps for {max(len(final), wanted)} batches")
        if any(not b["sources"] for b in backwards):
            self.verdict.leave("order", "which batch each gradient came from could not be seen")

    def wiped(self, final: list[dict[str, Any]]) -> None:
        """The gradient was taken away before the step. What was done with it is still judged, if it was."""
        costs = ["order"]
        if not any(b["used"].any() and not _close(b["used"], b["base"]) for b in final):
            costs.append("clipping")  # nothing was clipped as long as it was there
        values = _numbers(self.returned)
        if values is not None and not values.any():
            costs.append("norms")
        self.find("zero_grad_after_backward", costs=tuple(costs))

    # --- what became of the gradient

    def clipping(self, backwards: list[dict[str, Any]]) -> None:
        if {"optimizer_ignored", "step_forgotten", "losses_summed"} & self.names():
            return
        if any(f.name == "zero_grad_after_backward" and _costs(f, "clipping") for f in self.verdict.findings):
            return
        if self.loss_clipped(backwards):
            self.find("loss_clipped")
            return
        wrong = [b for b in backwards if not _close(b["used"], self.clipped(b["base"]))]
        if not wrong:
            if not self.weights_between_steps() and not any(self.is_long(b["base"]) for b in backwards):
                self.verdict.leave("clipping", "no gradient was long enough to be clipped")
            return
        if self.used_up(backwards):
            self.find("parameters_used_up")
            return
        for name, matches in self.explanations().items():
            if all(matches(b) for b in backwards):
                self.explain(name, backwards)
                return
        self.find(
            "wrong_clipping",
            "in " + _count(len(wrong), len(backwards)) + " steps the gradient is another one",
        )

    def loss_clipped(self, backwards: list[dict[str, Any]]) -> bool:
        """Is the loss cut off at the bound, so that a large one has no gradient?"""
        losses = [(b["loss"], scale) for b in backwards for scale in b["scales"]]
        return any(scale == 0 for _, scale in losses) and all(
            scale == (loss <= self.bound) for loss, scale in losses
        )

    def used_up(self, backwards: list[dict[str, Any]]) -> bool:
        """Are all gradients but the first left alone, and returned as of norm 0?"""
        values, (first, *others) = _numbers(self.returned), backwards
        return (
            values is not None
            and len(values) == len(backwards) > 1
            and values[0] > 0
            and not values[1:].any()
            and _close(first["used"], self.clipped(first["base"]))
            and all(_close(b["used"], b["base"]) for b in others)
        )

    def is_long(self, gradient: np.ndarray) -> bool:
        return np.linalg.norm(gradient) > 1.01 * self.bound

    def clipped(self, gradient: np.ndarray, bound: float | None = None) -> np.ndarray:
        norm = np.linalg.norm(gradient)
        return gradient * min(1.0, (bound or self.bound) / (norm + 1e-12))

    def explanations(self) -> dict[str, Any]:
        """Name -> does this explain what became of one gradient? In the order in which they are tried."""
        bound = self.bound

        def per_parameter(b):
            return np.concatenate([self.clipped(part) for part in self.split(b["base"])])

        def some_only(b):
            pairs = list(zip(self.split(b["base"]), self.split(b["used"]), strict=True))
            touched = [(base, used) for base, used in pairs if not _close(used, base)]
            together = self.clipped(np.concatenate([base for base, _ in touched])) if touched else None
            return not touched or _close(np.concatenate([used for _, used in touched]), together)

        def squared(b):
            norm = np.linalg.norm(b["base"]) ** 2
            return _close(b["used"], b["base"] * min(1.0, bound / norm))

        def by_type(order):
            def scaled(b):
                norm = np.linalg.norm(b["base"], order)
                return _close(b["used"], b["base"] * min(1.0, bound / norm))

            return scaled

        return {
            "unclipped": lambda b: _close(b["used"], b["base"]),
            "clipped_by_value": lambda b: _close(b["used"], np.clip(b["base"], -bound, bound)),
            "clipped_per_parameter": lambda b: _close(b["used"], per_parameter(b)),
            "some_parameters_only": some_only,
            "square_root_forgotten": squared,
            "wrong_norm_type": lambda b: by_type(1)(b),
            "wrong_norm_type_largest": lambda b: by_type(np.inf)(b),
            "always_rescaled": lambda b: _close(b["used"], b["base"] * bound / np.linalg.norm(b["base"])),
            "another_bound": lambda b: _parallel(b["used"], b["base"]),
        }

    def explain(self, name: str, backwards: list[dict[str, Any]]) -> None:
        norms = [np.linalg.norm(b["base"]) for b in backwards]
        seen = [event["gradient"] for event in self.named("step") if event["gradient"] is not None]
        largest = max(map(np.linalg.norm, seen), default=0.0)
        got = f"gradients of norm up to {largest:.2f} at the step" if seen else ""
        if name == "unclipped":
            returned = _numbers(self.returned)
            late = returned is not None and len(returned) == len(norms)
            if late and (np.abs(returned).max() < 1e-6 or _close(returned[1:], np.array(norms[:-1]))):
                self.find("clipped_before_backward", got)
            elif self.weights_between_steps():
                pass
            elif self.clipped_later(backwards):
                self.find("clipped_after_step", got)
            else:
                self.find("no_clipping", got)
        elif name == "another_bound":
            if self.is_default and "bound_ignored" not in self.names():
                self.find("wrong_default" if not {"wrong_bound"} & self.names() else "wrong_bound", got)
            elif round(largest, 2) in (0.5, 1.0, 5.0, 10.0):  # a round number, whatever was asked for
                self.find("bound_ignored", got)
            else:
                self.find("wrong_bound", got)
        else:
            self.find(name.removesuffix("_largest"), got)

    def clipped_later(self, backwards: list[dict[str, Any]]) -> bool:
        """Was the gradient clipped once the step had been made?"""
        for b in backwards:
            later = next((e for e in b["then"] if e["gradient"] is not None), None)
            if b["by"] == "step" and later is not None and self.is_long(b["base"]):
                return np.linalg.norm(later["gradient"]) < 1.01 * self.bound
        return False

    def weights_between_steps(self) -> bool:
        """Find weights that change other than by the optimizer's step."""
        for event, following in pairwise(self.events):
            want = event["weights"]
            if event["event"] == "step":
                gradient = event["gradient"]
                want = want - LEARNING_RATE * (0 if gradient is None else gradient)
            if not np.allclose(following["weights"], want, rtol=1e-3, atol=1e-4):
                self.find("weights_clipped")
                return True
        return False

    # --- what is returned

    def norms(self, backwards: list[dict[str, Any]], final: list[dict[str, Any]]) -> None:
        values = _numbers(self.returned)
        if values is None:
            kinds = {"NoneType": "None", "float": "one number", "list": "an empty list"}
            kind = kinds.get(type(self.returned).__name__, "no list of numbers")
            if kind == "an empty list" and self.returned:
                kind = "a list of other things than numbers"
            self.find("nothing_returned", f"returned {kind}")
            return
        steps = [b for b in final if b["by"] == "step" or b["wiped"]]
        against = next((some for some in (final, backwards, steps) if len(some) == len(values)), None)
        if against is None:
            self.find("wrong_count", f"{len(values)} numbers for {len(final)} steps")
            return
        if "norms" in self.verdict.lost:
            return
        norms = np.array([np.linalg.norm(b["base"]) for b in against])
        if _close(values, norms):
            return
        used = np.array([np.linalg.norm(b["used"]) for b in against])
        if _close(values, np.minimum(norms, self.bound)) or _close(values, used):
            self.find("norms_after_clipping", f"numbers up to {values.max():.2f}")
        elif _close(values, np.array([b["loss"] for b in against])):
            self.find("losses_returned")
        else:
            squares = ": the squares of the norms" if _close(values, norms**2) else ""
            self.find("wrong_norms", f"{_short(values)}, where {_short(norms)} were expected{squares}")


def _costs(finding: Finding, item: str) -> bool:
    return item in finding.costs


def _again(former: dict[str, Any], later: dict[str, Any] | None) -> bool:
    """Do two backwards that follow one another go through the same batch, with no step between them?"""
    return later is not None and former["batches"] == later["batches"] and not later["stepped_since"]


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.allclose(a, b, rtol=2e-3, atol=2e-4 * (1e-3 + float(np.abs(b).max()))))


def _parallel(used: np.ndarray, base: np.ndarray) -> bool:
    norm = np.linalg.norm(used)
    return norm > 0 and _close(used, base * norm / np.linalg.norm(base))


def _numbers(returned: Any) -> np.ndarray | None:
    """The returned list as an array of floats, 0-d tensors among them; None if it is nothing of the kind."""
    if not isinstance(returned, list) or not returned:
        return returned.astype(float) if isinstance(returned, np.ndarray) and returned.ndim == 1 else None
    single = [
        np.ndim(value) == 0 and not isinstance(value, bool | str | dict | type(None)) for value in returned
    ]
    return np.array([float(value) for value in returned]) if all(single) else None


def _short(values: np.ndarray) -> str:
    return "[" + ", ".join(f"{value:.2f}" for value in values[:4]) + (", …]" if len(values) > 4 else "]")


def _count(part: int, whole: int) -> str:
    return f"{part} of {whole}"


# --- what the probe may report


def _training(run: Mapping[str, Any]) -> Form:
    inputs, hidden, outputs = run["sizes"]
    count = (inputs + 1) * hidden + (hidden + 1) * outputs
    most = _MOST_EVENTS * len(run["batches"]) * run["epochs"]
    batch, place, vector = whole(-1, len(run["batches"]) - 1), whole(0, most), array(count)
    more = {
        "forward": {"batch": batch, "training": truth(), "learns": truth()},
        "loss": {
            **{"batch": batch, "swapped": truth(), "value": a_number(), "training": truth()},
            **{"learns": truth(), "of_model": truth()},
        },
        "backward": {
            **{"losses": list_of(place, most), "scales": list_of(a_number(), most)},
            **{"forwards": list_of(place, most), "slopes": list_of(some_array(10_000, 2, 2, "f"), most)},
            "accumulated": optional(vector),
        },
        "zero_grad": {},
        "step": {},
        "end": {"training": truth()},
    }
    known = {
        kind: record({"event": one_of(kind), "weights": vector, "gradient": optional(vector), **parts})
        for kind, parts in more.items()
    }

    def event(value: Any, place: str) -> None:
        kind = value.get("event") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in known:
            raise Misfit(place, "no event of a training")
        known[kind](value, place)

    form = record(
        {"returned": anything(most, 10 * most), "stopped": truth(), "events": list_of(event, most)},
        {"error": ERROR},
    )

    def agreeing(value: Any, place: str) -> None:
        form(value, place)
        events = value["events"]
        if not events and "error" not in value and not value["stopped"]:
            raise Misfit(place, "a training in which nothing happened")
        for k, one in enumerate(events):
            if one["event"] != "backward":
                continue
            if (len(one["losses"]), len(one["forwards"])) != (len(one["scales"]), len(one["slopes"])):
                raise Misfit(f"{place}.events[{k}]", "not one slope for each")
            for kind, places in (("loss", one["losses"]), ("forward", one["forwards"])):
                if any(i >= k or events[i]["event"] != kind for i in places):
                    raise Misfit(f"{place}.events[{k}]", f"it comes to a {kind} that has not been")
            for i, slope in zip(one["forwards"], one["slopes"], strict=True):
                rows = (
                    slope.shape[0] if events[i]["batch"] < 0 else len(run["batches"][events[i]["batch"]][0])
                )
                if slope.shape != (rows, outputs):
                    raise Misfit(f"{place}.events[{k}]", f"slopes of shape {slope.shape}")

    return agreeing


class _Clipping(Exercise):
    """This module as an exercise."""

    def task(self, seed: int) -> dict[str, Any]:
        return task(seed)

    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        return probe(answer, task)

    def reply(self, task: Mapping[str, Any]) -> Form:
        runs = {name: _training(run) for name, run in task["runs"].items()}
        return either(record({"not_a_function": one_of(True)}), record({**runs, "left": LEFT}))

    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        return judge(task, values)


register(_Clipping(__name__, TITLE, ITEMS))
