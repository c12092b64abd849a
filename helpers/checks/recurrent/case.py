"""One answer before the judge: what was asked, what the probe saw, and what was found so far."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.findings import MODELS, finding
from helpers.checks.recurrent.reading import Fit, Roles
from helpers.checks.recurrent.spec import CELLS, READ, READ_BOTH, TOP, TOP_BOTH, Spec
from helpers.checks.report import Verdict, arguments_text, shape_text


class Case:
    """One answer's task and values, and the verdict that grows."""

    def __init__(self, spec: Spec, task: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self.spec, self.task, self.values = spec, task, values
        self.verdict = Verdict(spec.items)
        self.found: dict[str, tuple[Roles, Fit]] = {}
        self.other_type, coarse = _type_of_logits(values)
        # A coarse type of the logits allows no more than two digits to be compared.
        self.coarse = bool(coarse)

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


# The bits of a number in float32 that one of a coarse type has not.
_MASKS = {"bfloat16": 0xFFFF, "float16": 0x1FFF}


def _type_of_logits(values: Mapping[str, Any]) -> tuple[str, str]:
    """(their type where it is not that of x, the coarse one that they have now), "" for none.

    What the answer says of itself may be wrong: the numbers tell too.
    """
    output = values["builds"]["main"]["output"] if "builds" in values else None
    if not isinstance(output, np.ndarray) or output.dtype.kind != "f" or not output.any():
        return "", ""
    bits = np.ascontiguousarray(output, np.float32).view(np.uint32)
    coarse = next((name for name, mask in _MASKS.items() if not (bits & mask).any()), "")
    told = values.get("dtype", "" if output.dtype == np.float32 else str(output.dtype))
    return told.removeprefix("torch.") or coarse, coarse


def differs(a: Any, b: Any) -> bool:
    """Are these not two arrays with the same numbers? An empty one is never the same as another."""
    same = isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape and a.size > 0
    # Nearly always the two are equal to the last bit, which is seen much faster.
    return not same or not (np.array_equal(a, b) or np.allclose(a, b, 1e-4, 1e-5, equal_nan=True))


def some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def error_text(value: Mapping[str, Any]) -> str:
    return f"{value['error']['type']}: {value['error']['text']}"
