"""What a training did, worked out from its events: the gradient that each backward must have given, and
what became of it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.findings import TRAINING, finding
from helpers.checks.report import Verdict, number
from helpers.checks.training.probe import squared_error

_ENDS = ("step", "zero_grad", "backward", "end")  # of a gradient's way from its backward on


class History:
    """One training: what was recorded, beside what should have been."""

    def __init__(self, verdict: Verdict, run: Mapping[str, Any], done: Mapping[str, Any]) -> None:
        self.verdict, self.run, self.events, self.returned = verdict, run, done["events"], done["returned"]
        self.stopped, self.asked = done["stopped"], done["asked"]
        self.is_default = run["max_norm"] is None
        self.bound = 5.0 if self.is_default else run["max_norm"]
        inputs, hidden, outputs = run["sizes"]
        self.shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]

    def find(self, name: str, got: str = "", costs: tuple[str, ...] | None = None) -> None:
        found = finding(TRAINING, name, self.verdict.items, got, costs, bound=number(self.bound))
        self.verdict.add(found)

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

    def goes_everywhere(self, event: Mapping[str, Any], before: np.ndarray, added: np.ndarray | None) -> bool:
        """Has it added something to each parameter that must have got something?"""
        if added is None or event["accumulated"] is None:
            return True
        parts = map(self.split, (before, added, event["accumulated"].astype(float)))
        return not any(
            np.array_equal(now, was) and np.abs(more).max() > 1e-4 * (np.abs(was).max() + 1e-2)
            for was, more, now in zip(*parts, strict=True)
        )

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
        was there, and the step found none. "reaches": it came to all weights, and not to copies of them or
        of outputs. "batches" are those that it came from.
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
            held = after["gradient"] is not None or at_step["gradient"] is not None
            arrives = event["accumulated"] is not None or held
            # No step was made: what torch.autograd.grad gave may have been used otherwise.
            arrives |= bool(event["forwards"]) and at_step["event"] != "step"
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
                    "reaches": arrives and self.goes_everywhere(event, before, added),
                    "by": after["event"],
                    "wiped": at_step["event"] == "step" and base.any() and not stepped.any(),
                    "stepped_since": not found
                    or any(e["event"] == "step" for e in self.events[found[-1]["place"] : k]),
                    "then": rest,
                    "place": k,
                }
            )
        return found


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.allclose(a, b, rtol=2e-3, atol=2e-4 * (1e-3 + float(np.abs(b).max()))))
