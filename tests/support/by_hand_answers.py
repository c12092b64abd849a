"""Reads the labelled answers of tests/submissions/by_hand/."""

import importlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from by_hand import Called
from torch_state import unharmed
from twins.common import Faults, Seen

FOLDER = Path(__file__).resolve().parents[1] / "submissions" / "by_hand"
DEFINES = {
    "conv1d": "conv1d",
    "batch_norm": "BatchNorm1d",
    "evaluate": "evaluate",
    "attention": "attention",
    "multihead": "GroupedQueryAttention",
    "greedy_decode": "greedy_decode",
    "bptt": "rnn_backward",
}


def twin_of(exercise: str) -> ModuleType:
    return importlib.import_module(f"twins.{exercise}")


@dataclass(frozen=True)
class Answer:
    exercise: str
    name: str
    kind: str
    mistakes: tuple[str, ...]
    source: str

    def defined(self) -> Any:
        """What the solution cell defines, run by itself."""
        namespace = {"__name__": "__main__"}
        exec(compile(self.source, f"{self.exercise}, {self.name}", "exec"), namespace)
        return namespace[DEFINES[self.exercise]]

    @property
    def tolerance(self) -> float:
        """How near a twin with the same mistakes comes: float32 is seen in the gradients of float64 too."""
        return 1e-3 if "wrong_dtype" in self.mistakes else 1e-6

    def seen(self, seed: int) -> Seen:
        with unharmed():
            return twin_of(self.exercise).observe(self.defined(), seed)

    def forbidden(self) -> bool:
        """Whether it uses what its exercise forbids: found by what it calls; for autograd by its source."""
        forbidden = twin_of(self.exercise).FORBIDDEN
        if forbidden is None:
            return False
        if self.exercise == "bptt":
            return re.search(forbidden, self.source) is not None
        with Called() as called:
            self.seen(seed=0)
        return any(re.fullmatch(forbidden, name) for name in called.names)

    def faults(self) -> Iterator[Faults]:
        """The mistakes, in every form that the twin knows of them."""
        named = [m for m in self.mistakes if m != "forbidden_function"]
        forms = [range(twin_of(self.exercise).FORMS.get(mistake, 1)) for mistake in named]
        for chosen in itertools.product(*forms):
            yield dict(zip(named, chosen, strict=True))


def answers(exercise: str) -> list[Answer]:
    found = []
    text = (FOLDER / f"{exercise}.py").read_text(encoding="utf-8")
    for chunk in text.split("\n# %% ")[1:]:
        heading, source = chunk.split("\n", 1)
        name, kind, mistakes = (part.strip() for part in heading.split("|"))
        found.append(
            Answer(exercise, name, kind, () if mistakes == "-" else tuple(mistakes.split(", ")), source)
        )
    return found


ALL = [answer for exercise in DEFINES for answer in answers(exercise)]
