"""Reads the labelled answers to turns: tests/submissions/turns/."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).resolve().parents[1] / "submissions" / "turns"


@dataclass(frozen=True)
class LabelledTurn:
    """`finding` is the one that the answer must get, "-" where it is right."""

    turn: str
    name: str
    finding: str
    source: str

    def answer(self) -> Any:
        """What the cell defines, run as in a chapter, where torch, nn, F and math are imported."""
        scope = {"torch": torch, "nn": nn, "F": F, "math": math, "__name__": "__main__"}
        exec(compile(self.source, f"{self.turn}, {self.name}", "exec"), scope)
        return next(value for name, value in reversed(scope.items()) if name.lower().startswith("my"))


def labelled_turns() -> Iterator[LabelledTurn]:
    for path in sorted(FOLDER.glob("*.py")):
        given, *chunks = path.read_text(encoding="utf-8").split("\n# %% ")
        for chunk in chunks:
            heading, source = chunk.split("\n", 1)
            name, finding = (part.strip() for part in heading.split("|"))
            yield LabelledTurn(path.stem, name, finding, given + "\n" + source)
