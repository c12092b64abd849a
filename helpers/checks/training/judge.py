"""The judge of a training loop: goes through what was recorded, and explains."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from helpers.checks.findings import TRAINING, finding
from helpers.checks.findings.anywhere import put_back
from helpers.checks.findings.row import EVERYTHING
from helpers.checks.report import Item, Verdict, number
from helpers.checks.running import failed, no_answer
from helpers.checks.state import KINDS, left
from helpers.checks.training.clipping import Clipping, numbers
from helpers.checks.training.history import close

_GRAPH_ERRORS = ("modified by an inplace operation", "backward through the graph a second time")
# What torch and Python say of a loss from which no way leads back to the weights.
_NO_GRADIENT = ("does not require grad", "not have been used in the graph", "has no attribute 'backward'")


def judge(items: Sequence[Item], task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
    """The verdict on what `probe` reported for `task`, once it has the form of `replies.reply`."""
    verdict = Verdict(items)
    if "not_a_function" in values:
        verdict.add(finding(TRAINING, "raises", items, "this is not a function"))
        return verdict
    for kind, line in left(values["left"], [values[name]["left"] for name in task["runs"]]):
        if KINDS[kind].harms:
            verdict.add(finding(TRAINING, "state_left", items, line, what=KINDS[kind].words))
        else:
            verdict.remarks.append(put_back(kind, line))
    for name, run in task["runs"].items():
        loop = _Loop(verdict, run, values[name])
        if failed(values[name]):
            loop.raised(values[name]["error"])
            return verdict
        loop.judge()
    return verdict


class _Loop(Clipping):
    """One training, from its first batch to what it returns."""

    def raised(self, error: Mapping[str, str]) -> None:
        """Something stopped the training. In backward the record may tell what."""
        got = f"{error['type']}: {error['text']}"
        name = "no_answer" if no_answer(error) else "raises"
        if any(part in error["text"] for part in _NO_GRADIENT):
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
        self.find(name, "" if name == "no_answer" else got, EVERYTHING)

    def judge(self) -> None:
        backwards = self.backwards()
        self.runs(backwards)
        seen = self.named("loss") or self.named("forward")
        learns = not seen or any(event["learns"] for event in seen)
        # Of such a loss backward stops with an error, which costs everything: leaving it out pays nothing.
        costs = None if learns else EVERYTHING
        if not self.named("backward"):
            self.find("backward_forgotten" if learns and not self.asked else "no_gradient", "", costs)
            return
        lost = [b for b in backwards if not b["reaches"]]
        if lost:
            costs = costs if len(lost) == len(backwards) else None
            self.find("no_gradient", f"in {len(lost)} of {len(backwards)} calls of backward", costs)
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
        if not any(b["used"].any() and not close(b["used"], b["base"]) for b in final):
            costs.append("clipping")  # nothing was clipped as long as it was there
        values = numbers(self.returned)
        if values is not None and not values.any():
            costs.append("norms")
        self.find("zero_grad_after_backward", costs=tuple(costs))

    # --- what is returned

    def norms(self, backwards: list[dict[str, Any]], final: list[dict[str, Any]]) -> None:
        values = numbers(self.returned)
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
        if close(values, norms):
            return
        used = np.array([np.linalg.norm(b["used"]) for b in against])
        if close(values, np.minimum(norms, self.bound)) or close(values, used):
            self.find("norms_after_clipping", f"numbers up to {values.max():.2f}")
        elif close(values, np.array([b["loss"] for b in against])):
            self.find("losses_returned")
        else:
            squares = ": the squares of the norms" if close(values, norms**2) else ""
            self.find("wrong_norms", f"{_short(values)}, where {_short(norms)} were expected{squares}")


def _again(former: dict[str, Any], later: dict[str, Any] | None) -> bool:
    """Do two backwards that follow one another go through the same batch, with no step between them?"""
    return later is not None and former["batches"] == later["batches"] and not later["stepped_since"]


def _short(values: np.ndarray) -> str:
    return "[" + ", ".join(f"{value:.2f}" for value in values[:4]) + (", …]" if len(values) > 4 else "]")
