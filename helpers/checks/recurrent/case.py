"""One answer before the judge: what was asked, what the probe saw, and what was found so far."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.findings import MODELS, finding
from helpers.checks.recurrent.probe import COARSE
from helpers.checks.recurrent.reading import Fit, Roles
from helpers.checks.recurrent.spec import CELLS, READ, READ_BOTH, TOP, TOP_BOTH, Spec
from helpers.checks.report import Verdict, arguments_text, shape_text


class Case:
    """One answer's task and values, and the verdict that grows."""

    def __init__(self, spec: Spec, task: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self.spec, self.task, self.values = spec, task, values
        self.verdict = Verdict(spec.items)
        self.found: dict[str, tuple[Roles, Fit]] = {}
        # A coarse type of the logits allows no more than two digits to be compared.
        self.coarse = "dtype" in values and values["builds"]["main"].get("dtype") in COARSE

    def find(self, name: str, got: str = "", costs: Sequence[str] | None = None, **words: Any) -> None:
        both = self.spec.bidirectional
        words = {"read": READ_BOTH if both else READ, "top": TOP_BOTH if both else TOP, "how": ""} | words
        costs = self.spec.costs.get(name) if costs is None else costs
        self.verdict.add(finding(MODELS, name, self.spec.items, got, costs, **words))

    def leave(self, item: str, why: str) -> None:
        """Leave an item, where the exercise has it, to a person: nothing compared supports it."""
        if any(item == known.name for known in self.spec.items):
            self.verdict.leave(item, why)

    @property
    def of_one_size(self) -> bool:
        """Does the answer run with one batch size only?"""
        return "rows" in self.values

    def call(self, build: str) -> str:
        given = self.task["builds"][build]
        arguments = arguments_text(given["arguments"])
        return f"the model made with ({arguments}) on x of shape {shape_text(given['x'].shape)}"

    def outputs(self, build: str) -> int:
        return self.task["builds"][build]["arguments"][self.spec.output]

    def shape(self, build: str) -> str:
        return shape_text((len(self.task["builds"][build]["x"]), self.outputs(build)))

    def layers(self, asked: int) -> dict[str, Any]:
        return {
            "asked": asked,
            "layers": f"{asked} {CELLS[self.spec.cell]} layer{'' if asked == 1 else 's'}",
        }

    def names(self) -> set[str]:
        return {finding.name for finding in self.verdict.findings}

    def with_shape(self, build: str) -> tuple[str, ...]:
        wrong = self.values["builds"][build]["output"].shape != (
            len(self.task["builds"][build]["x"]),
            self.outputs(build),
        )
        return ("logits", "output") if wrong else ("output",)


def differs(a: Any, b: Any) -> bool:
    """Are these not two arrays with the same numbers? An empty one is never the same as another."""
    same = isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape and a.size > 0
    # Nearly always the two are equal to the last bit, which is seen much faster.
    return not same or not (np.array_equal(a, b) or np.allclose(a, b, 1e-4, 1e-5, equal_nan=True))


def some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def error_text(value: Mapping[str, Any]) -> str:
    return f"{value['error']['type']}: {value['error']['text']}"
