"""Exercise 4: a training loop that clips the norm of the gradient.

The probe trains a small network of its own with the answer's loop, under plain SGD (Adam would hide whether
the gradient was clipped), and records what happens: loss, backward, zero_grad and step, each with the weights
and the gradient at that moment. The judge works out the gradient that each backward must have given at those
weights, and looks at what became of it.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.checks.exercise import Exercise, register
from helpers.checks.recurrent.judge import error_name
from helpers.checks.recurrent.texts import LOOP
from helpers.checks.reply import MOST_NUMBERS, MOST_PARTS, Form, anything
from helpers.checks.report import Finding, Item, Verdict, all_items, number
from helpers.checks.running import attempt, describe, failed, fill, quiet, seeded

TITLE = "Exercise 4, a training loop with gradient clipping"
ITEMS = (
    Item("runs", "goes through all batches of all epochs with the loss and the mode it was given", 1),
    Item("order", "each step uses the gradient of its own batch, once", 3),
    Item("clipping", "the gradient's norm is clipped to max_norm between backward and step", 4),
    Item("norms", "returns the norm before clipping, one number a step", 2),
)
COSTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["epochs_ignored", "eval_mode", "criterion_ignored"], ("runs",)),
    "criterion_arguments_swapped": ("runs", "order"),
    **dict.fromkeys(["optimizer_ignored", "step_forgotten"], ("order", "clipping")),
    **dict.fromkeys(
        ["zero_grad_forgotten", "zero_grad_once_an_epoch", "zero_grad_after_backward", "step_once_an_epoch"],
        ("order",),
    ),
    **dict.fromkeys(["step_before_backward", "stepped_twice"], ("order",)),
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
_equal = torch.equal  # kept: whoever patches torch to pass a test must not change what is recorded


def task(seed: int) -> dict[str, Any]:
    """Two trainings: one with a bound of its own, one with the default."""
    random = np.random.default_rng([seed, 4])
    inputs, hidden, outputs = [(3, 4, 2), (4, 3, 2), (2, 5, 3)][random.integers(3)]
    # Some gradients must lie below both bounds and some above both.
    sizes = random.permutation([0.1, 1.0, 4.0, 12.0])
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


def _network(sizes: list[int], seed: int) -> nn.Sequential:
    inputs, hidden, outputs = sizes
    model = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, outputs))
    fill(model, seed)
    return model


def squared_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """Summed over the outputs, averaged over the batch."""
    return (outputs - targets).pow(2).sum(1).mean()


class _Recorder:
    """Keeps the events of one training in order, each with the weights and the gradient at that moment."""

    def __init__(self, model: nn.Module, batches: list[list[Tensor]]) -> None:
        self.model, self.batches, self.events = model, batches, []
        model.register_forward_pre_hook(
            lambda _, inputs: self.note("forward", batch=self._batch(inputs[0], 0))
        )
        for parameter in model.parameters():
            parameter.register_post_accumulate_grad_hook(self._accumulated)

    def note(self, event: str, **more: Any) -> None:
        weights = torch.cat([p.detach().flatten() for p in self.model.parameters()])
        self.events.append({"event": event, "weights": weights, "gradient": self._gradient()} | more)

    def _gradient(self, without: Tensor | None = None) -> Tensor | None:
        """The gradient of all parameters as one vector, 0 where a parameter has none; None: there is none."""
        parameters = list(self.model.parameters())
        if all(p.grad is None for p in parameters):
            return None
        parts = [torch.zeros_like(p) if p.grad is None or p is without else p.grad for p in parameters]
        return torch.cat([part.detach().flatten() for part in parts])

    def criterion(self, outputs: Tensor, targets: Tensor) -> Tensor:
        loss = squared_error(outputs, targets)
        batch, index = self._batch(targets, 1), len(self.events)
        swapped = batch < 0 and self._batch(outputs, 1) >= 0
        self.note(
            "loss",
            batch=self._batch(outputs, 1) if swapped else batch,
            swapped=swapped,
            value=float(loss.detach()),
            training=self.model.training,
        )
        if loss.requires_grad:
            loss.register_hook(lambda _: self.note("backward", of=index, accumulated=None))
        return loss

    def _accumulated(self, parameter: Tensor) -> None:
        """backward has added to the gradient of a parameter; torch.autograd.grad never does."""
        if self.events[-1]["event"] != "backward":  # the loss was not the criterion's
            self.note("backward", of=None, accumulated=None)
            # What was there before: this parameter, the first of all, does not tell any more.
            self.events[-1]["gradient"] = self._gradient(without=parameter)
        self.events[-1]["accumulated"] = self._gradient()

    def _batch(self, part: Tensor, place: int) -> int:
        """Which batch these inputs (place 0) or targets (1) belong to; -1 for none."""
        return next((k for k, batch in enumerate(self.batches) if _equal(batch[place], part)), -1)


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
    with quiet():
        return {name: _train(answer, task["seed"], run) for name, run in task["runs"].items()}


def _train(answer: Any, seed: int, run: Mapping[str, Any]) -> dict[str, Any]:
    seeded(seed)
    model = _network(run["sizes"], seed)
    batches = [[torch.from_numpy(part) for part in batch] for batch in run["batches"]]
    recorder = _Recorder(model, batches)
    loader = [(x.clone(), y.clone()) for x, y in batches]
    bound = {} if run["max_norm"] is None else {"max_norm": run["max_norm"]}
    optimizer = _SGD(model.parameters(), recorder)
    try:
        returned = answer(model, loader, _Criterion(recorder), optimizer, run["epochs"], **bound)
    except Exception as error:
        return {"error": describe(error)}
    recorder.note("end")
    return {"returned": attempt(lambda: returned), "events": attempt(lambda: recorder.events)}


# --- the judge


def judge(task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
    """The verdict on what `probe` reported for `task`."""
    verdict = Verdict(ITEMS)
    if "not_a_function" in values:
        _find(verdict, "raises", "this is not a function", all_items(ITEMS))
        return verdict
    for name, run in task["runs"].items():
        done = values[name]
        if failed(done):
            error = done["error"]
            got = f"{error['type']}: {error['text']}" + (
                f"\n    in: {error['line']}" if error["line"] else ""
            )
            name = "no_answer" if error_name(error) == "no_answer" else "raises"
            # torch notices weights that change between forward and backward.
            if "modified by an inplace operation" in error["text"]:
                name, got = (
                    "step_before_backward",
                    f"{error['type']} in backward: the weights have changed since",
                )
            _find(verdict, name, got, all_items(ITEMS))
            return verdict
        _Loop(verdict, task["seed"], run, done).judge()
    return verdict


def _find(
    verdict: Verdict, name: str, got: str = "", costs: tuple[str, ...] | None = None, **words: Any
) -> None:
    title, expected, hint = LOOP[name]
    costs = costs or COSTS.get(name, ("clipping",))
    verdict.add(Finding(name, costs, title, expected.format(**words), got, hint))


class _Loop:
    """One training: what was recorded against what should have been."""

    def __init__(self, verdict: Verdict, seed: int, run: Mapping[str, Any], done: Mapping[str, Any]) -> None:
        self.verdict, self.run, self.events, self.returned = verdict, run, done["events"], done["returned"]
        self.seed = seed
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

    def gradient(self, weights: np.ndarray, batch: int) -> np.ndarray:
        """The true gradient of the loss on one batch, at these weights."""
        parts = [
            torch.from_numpy(part).double().reshape(shape).requires_grad_()
            for part, shape in zip(self.split(weights), self.shapes, strict=True)
        ]
        x, y = (torch.from_numpy(part).double() for part in self.run["batches"][batch])
        outputs = (x @ parts[0].T + parts[1]).tanh() @ parts[2].T + parts[3]
        found = torch.autograd.grad(squared_error(outputs, y), parts)
        return torch.cat([part.flatten() for part in found]).numpy()

    def judge(self) -> None:
        losses, wanted = self.named("loss"), list(range(len(self.run["batches"]))) * self.run["epochs"]
        # A loss computed for the record, say after the step, is nobody's business.
        used = [event["of"] for event in self.named("backward")]
        losses = [self.events[k] for k in dict.fromkeys(used) if k is not None] or losses
        if None in used or not losses:
            self.find("criterion_ignored")
        if any(not event["training"] for event in losses):
            self.find("eval_mode")
        if any(event["swapped"] for event in losses):
            self.find("criterion_arguments_swapped")
        backwards = list(self.backwards())
        batches = [b["batch"] for b in backwards] if None in used else [event["batch"] for event in losses]
        if batches != wanted and (used or losses):
            self.find("epochs_ignored", f"{len(batches)} batches, where {len(wanted)} were expected")
        if not backwards:
            self.find("backward_forgotten")
            return
        self.order(backwards)
        self.clipping(backwards)
        self.norms(backwards, len(batches))

    def backwards(self) -> Iterator[dict[str, Any]]:
        """For each backward: what was left "before", the "base" (that plus the true gradient), the "used".

        "used" is the gradient that the next step or zero_grad found.
        """
        for k, event in enumerate(self.events):
            if event["event"] == "backward":
                # Where the loss was another one there is no true gradient: then it counts as it came.
                known = event["of"] is not None
                forwards = [e for e in self.events[:k] if e["event"] == "forward"]
                loss = self.events[event["of"]] if known else (forwards or [{"batch": -1}])[-1]
                left = event["gradient"]
                if left is None or event["accumulated"] is None:  # torch.autograd.grad adds to nothing
                    left = np.zeros_like(event["weights"])
                before = left.astype(float)
                later = self.events[k + 1 :]
                after = next(e for e in later if e["event"] in ("step", "zero_grad", "end"))
                rest = later[later.index(after) + 1 :] if after["event"] != "end" else []
                following = next((e for e in rest if e["event"] != "zero_grad"), None)
                used = np.zeros_like(event["weights"]) if after["gradient"] is None else after["gradient"]
                yield {
                    "before": before,
                    "base": before + self.gradient(loss["weights"], loss["batch"])
                    if known
                    else event["accumulated"].astype(float),
                    "used": used.astype(float),
                    "loss": loss["value"] if known else 0.0,
                    "batch": loss["batch"],
                    "epoch_start": loss["batch"] == 0,
                    "by": after["event"],
                    "zeroed": after["event"] == "zero_grad"
                    and following is not None
                    and following["event"] == "step",
                    "then": rest,
                }

    # --- the order of things

    def order(self, backwards: list[dict[str, Any]]) -> None:
        steps = self.named("step")
        left = [bool(np.abs(b["before"]).max() > 0) for b in backwards]
        starts = [dirty for dirty, b in zip(left, backwards, strict=True) if b["epoch_start"]]
        if any(left):
            once = not any(starts) and self.run["epochs"] > 1
            self.find("zero_grad_once_an_epoch" if once else "zero_grad_forgotten")
        if not steps:
            moved = not np.array_equal(self.events[0]["weights"], self.events[-1]["weights"])
            self.find("optimizer_ignored" if moved else "step_forgotten")
            return
        kinds = [event["event"] for event in self.events if event["event"] in ("step", "backward")]
        if kinds[0] == "step":
            self.find("step_before_backward")
        elif any(b["zeroed"] for b in backwards):
            self.find("zero_grad_after_backward")
        elif any(pair == ("step", "step") for pair in pairwise(kinds)):
            self.find("stepped_twice")
        elif len(steps) < len(backwards):
            self.find("step_once_an_epoch", f"{len(steps)} steps for {len(backwards)} batches")

    # --- what became of the gradient

    def clipping(self, backwards: list[dict[str, Any]]) -> None:
        if {"optimizer_ignored", "step_forgotten"} & self.names():
            return
        wrong = [b for b in backwards if not _close(b["used"], self.clipped(b["base"]))]
        if not wrong:
            self.weights_between_steps()
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
            "loss_clipped": lambda b: _close(b["used"], b["base"] * (b["loss"] <= bound)),
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
        largest = max(np.linalg.norm(b["used"]) for b in backwards)
        got = f"gradients of norm up to {largest:.2f} at the step"
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
            if b["by"] == "step" and later is not None and np.linalg.norm(b["base"]) > 1.01 * self.bound:
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

    def norms(self, backwards: list[dict[str, Any]], count: int) -> None:
        values = _numbers(self.returned)
        if values is None:
            kinds = {"NoneType": "None", "float": "one number", "list": "an empty list"}
            kind = kinds.get(type(self.returned).__name__, "no list of numbers")
            if kind == "an empty list" and self.returned:
                kind = "a list of other things than numbers"
            self.find("nothing_returned", f"returned {kind}")
            return
        if len(values) != count:
            self.find("wrong_count", f"{len(values)} numbers for {count} steps")
            return
        if len(backwards) != len(values) or any(_costs(f, "norms") for f in self.verdict.findings):
            return
        norms = np.array([np.linalg.norm(b["base"]) for b in backwards])
        if _close(values, norms):
            return
        used = np.array([np.linalg.norm(b["used"]) for b in backwards])
        if _close(values, np.minimum(norms, self.bound)) or _close(values, used):
            self.find("norms_after_clipping", f"numbers up to {values.max():.2f}")
        elif _close(values, np.array([b["loss"] for b in backwards])):
            self.find("losses_returned")
        else:
            squares = ": the squares of the norms" if _close(values, norms**2) else ""
            self.find("wrong_norms", f"{_short(values)}, where {_short(norms)} were expected{squares}")


def _costs(finding: Finding, item: str) -> bool:
    return item in finding.costs


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


class _Clipping(Exercise):
    """This module as an exercise."""

    def task(self, seed: int) -> dict[str, Any]:
        return task(seed)

    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        return probe(answer, task)

    def reply(self, task: Mapping[str, Any]) -> Form:
        return anything(MOST_PARTS, MOST_NUMBERS)

    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        return judge(task, values)


register(_Clipping(__name__, TITLE, ITEMS))
