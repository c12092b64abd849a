"""What became of the gradient between backward and step: clipped as it should be, or how not."""

from itertools import pairwise
from typing import Any

import numpy as np

from helpers.checks.training.history import History, close
from helpers.checks.training.probe import LEARNING_RATE


class Clipping(History):
    """The part of the judge that looks at each gradient's way to its step."""

    def clipping(self, backwards: list[dict[str, Any]]) -> None:
        if {"optimizer_ignored", "step_forgotten", "losses_summed"} & self.names():
            return
        if any(f.name == "zero_grad_after_backward" and "clipping" in f.costs for f in self.verdict.findings):
            return
        if self.loss_clipped(backwards):
            self.find("loss_clipped")
            return
        wrong = [b for b in backwards if not close(b["used"], self.clipped(b["base"]))]
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
            f"in {len(wrong)} of {len(backwards)} steps the gradient is another one",
        )

    def loss_clipped(self, backwards: list[dict[str, Any]]) -> bool:
        """Is the loss cut off at the bound, so that a large one has no gradient?"""
        losses = [(b["loss"], scale) for b in backwards for scale in b["scales"]]
        return any(scale == 0 for _, scale in losses) and all(
            scale == (loss <= self.bound) for loss, scale in losses
        )

    def used_up(self, backwards: list[dict[str, Any]]) -> bool:
        """Are all gradients but the first left alone, and returned as of norm 0?"""
        values, (first, *others) = numbers(self.returned), backwards
        return (
            values is not None
            and len(values) == len(backwards) > 1
            and values[0] > 0
            and not values[1:].any()
            and close(first["used"], self.clipped(first["base"]))
            and all(close(b["used"], b["base"]) for b in others)
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
            touched = [(base, used) for base, used in pairs if not close(used, base)]
            together = self.clipped(np.concatenate([base for base, _ in touched])) if touched else None
            return not touched or close(np.concatenate([used for _, used in touched]), together)

        def squared(b):
            norm = np.linalg.norm(b["base"]) ** 2
            return close(b["used"], b["base"] * min(1.0, bound / norm))

        def by_type(order):
            def scaled(b):
                norm = np.linalg.norm(b["base"], order)
                return close(b["used"], b["base"] * min(1.0, bound / norm))

            return scaled

        return {
            "unclipped": lambda b: close(b["used"], b["base"]),
            "clipped_by_value": lambda b: close(b["used"], np.clip(b["base"], -bound, bound)),
            "clipped_per_parameter": lambda b: close(b["used"], per_parameter(b)),
            "some_parameters_only": some_only,
            "square_root_forgotten": squared,
            "wrong_norm_type": lambda b: by_type(1)(b),
            "wrong_norm_type_largest": lambda b: by_type(np.inf)(b),
            "always_rescaled": lambda b: close(b["used"], b["base"] * bound / np.linalg.norm(b["base"])),
            "another_bound": lambda b: _parallel(b["used"], b["base"]),
        }

    def explain(self, name: str, backwards: list[dict[str, Any]]) -> None:
        norms = [np.linalg.norm(b["base"]) for b in backwards]
        seen = [event["gradient"] for event in self.named("step") if event["gradient"] is not None]
        largest = max(map(np.linalg.norm, seen), default=0.0)
        got = f"gradients of norm up to {largest:.2f} at the step" if seen else ""
        if name == "unclipped":
            returned = numbers(self.returned)
            late = returned is not None and len(returned) == len(norms)
            if late and (np.abs(returned).max() < 1e-6 or close(returned[1:], np.array(norms[:-1]))):
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


def numbers(returned: Any) -> np.ndarray | None:
    """The returned list as an array of floats, 0-d tensors among them; None if it is nothing of the kind."""
    if not isinstance(returned, list) or not returned:
        return returned.astype(float) if isinstance(returned, np.ndarray) and returned.ndim == 1 else None
    single = [
        np.ndim(value) == 0 and not isinstance(value, bool | str | dict | type(None)) for value in returned
    ]
    return np.array([float(value) for value in returned]) if all(single) else None


def _parallel(used: np.ndarray, base: np.ndarray) -> bool:
    norm = np.linalg.norm(used)
    return norm > 0 and close(used, base * norm / np.linalg.norm(base))
