"""What the hostile cases are made with: notebooks to start from, and what must become of a case.

A case is a function that takes a `Kit` and returns what its student hands in: a notebook, the bytes of a
file, or None where it has written its files itself into `kit.folder`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

NAME = "04_exercises"
EXERCISES = ("two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping", "dropout_classifier")
FIRST = EXERCISES[0]
EACH = 10.0
# An answer that runs, has the right shape and is worth nothing: most cheats try to get points for it.
WORTHLESS = """
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.fc = nn.Linear(input_size, output_size)

    def forward(self, x):
        return torch.zeros(len(x), self.fc.out_features)
"""


@dataclass(frozen=True)
class Target:
    """An assignment, and the exercise of it that most cases are about.

    signature: the line of its right answer behind which `Kit.in_first` puts lines.
    worthless: an answer that runs, has the right shape and is worth nothing.
    """

    assignment: str
    exercises: tuple[str, ...]
    first: str
    defines: str
    signature: str
    worthless: str


USUAL = Target(NAME, EXERCISES, FIRST, "TwoLayerLSTM", "    def forward(self, x):\n", WORTHLESS)


@dataclass(frozen=True)
class Places:
    """Where things lie on the machine that grades. A hostile submission may know all of it.

    Each file holds the word `canary` with the file's own name behind it; no answer may ever show it.
    """

    course: Path
    home: Path
    outside: Path
    port: int  # where a program of this machine listens
    canary: str


@dataclass(frozen=True)
class Kit:
    """One student's folder, the released and the right notebook, and where the machine's treasures are."""

    folder: Path
    release: str  # JSON
    answers: Mapping[str, str]  # grade_id -> the right answer
    places: Places
    target: Target = USUAL

    def notebook(self, *without: str, **changed: str) -> Any:
        """The released notebook with the right answers, but for `without`; `changed` is put in as it is."""
        notebook = self.empty()
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in changed:
                cell.source = changed[grade_id]
            elif grade_id in self.answers and grade_id not in without:
                cell.source = self.answers[grade_id]
        return notebook

    def empty(self) -> Any:
        return nbformat.reads(self.release, as_version=4)

    def scratch(self, source: str, after: str = "setup-imports", **changed: str) -> Any:
        """All right, and a cell of the student's own behind the one with this id."""
        return added(self.notebook(**changed), source, after)

    def cheat(self, source: str, answer: str = "") -> Any:
        """The first answer is worth nothing; a cell before it tries to get its points all the same."""
        return self.scratch(source, **{self.target.first: answer or self.target.worthless})

    def in_first(self, before: str = "", after: str = "", init: str = "", forward: str = "") -> Any:
        """All right, with these lines in the first answer: around it, or first in what it defines."""
        answer = self.answers[self.target.first]
        for line, lines in (("        super().__init__()\n", init), (self.target.signature, forward)):
            if lines:
                assert answer.count(line) == 1
                answer = answer.replace(line, line + _indented(lines, line))
        return self.notebook(**{self.target.first: f"{before}\n{answer}\n{after}"})

    def write(self, name: str, content: bytes | str) -> Path:
        """One more file that this student hands in."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def write_right(self) -> None:
        """The right notebook, in its usual place: for cases that add files."""
        self.write(f"{NAME}.ipynb", as_json(self.notebook()))


def _indented(lines: str, behind: str) -> str:
    """The lines as far in as what follows this one."""
    margin = behind[: len(behind) - len(behind.lstrip())] + "    " * behind.endswith(":\n")
    return "".join(f"{margin}{line}\n" for line in lines.strip("\n").split("\n"))


def added(notebook: Any, source: str, after: str = "setup-imports") -> Any:
    """The same notebook with one more code cell behind the one with this id."""
    index = next(i for i, cell in enumerate(notebook.cells) if cell.id == after)
    notebook.cells.insert(index + 1, new_code_cell(source))
    return notebook


def labelled(notebook: Any) -> Iterable[tuple[Any, Mapping[str, Any]]]:
    """Cells with nbgrader's metadata, each with that metadata."""
    return [(cell, cell.metadata["nbgrader"]) for cell in notebook.cells if "nbgrader" in cell.metadata]


def tests(notebook: Any) -> list[Any]:
    """The locked check cells."""
    return [cell for cell, label in labelled(notebook) if label["grade"] and label["locked"]]


def as_json(notebook: Any) -> str:
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


@dataclass(frozen=True)
class Case:
    """One submission and what must become of it.

    points: for each exercise; None where no mark may be given.
    status: what marks.csv must say: ok, flagged, unreadable, not_submitted; several where each is right.
    flag: words that must stand in the flags.
    stock: why stock nbgrader is not tried with this one; "" if it is.
    """

    name: str
    make: Callable[[Kit], Any]
    points: Mapping[str, float] | None
    status: tuple[str, ...] = ("ok",)
    flag: str = ""
    stock: str = ""
    about: str = field(default="", compare=False)
    target: Target = USUAL

    @property
    def total(self) -> float | None:
        return None if self.points is None else sum(self.points.values())


CASES: list[Case] = []
_ALL = dict.fromkeys(EXERCISES, EACH)
NO_MARK = object()
NOTHING = dict.fromkeys(EXERCISES, 0.0)
HARMS = "not run: it would harm the machine"


def case(points: Any = None, status: str | tuple[str, ...] = "ok", flag: str = "", stock: str = ""):
    """Register a function as a case of its name; its docstring says what the student does.

    points: {exercise: points} where it is not 10, or NO_MARK.
    """

    def register(make: Callable[[Kit], Any]) -> Callable[[Kit], Any]:
        must = None if points is NO_MARK else {**_ALL, **(points or {})}
        statuses = (status,) if isinstance(status, str) else status
        CASES.append(Case(make.__name__, make, must, statuses, flag, stock, (make.__doc__ or "").strip()))
        return make

    return register


def hand_in(one: Case, kit: Kit) -> None:
    """Write what this case's student hands in."""
    kit.folder.mkdir(parents=True, exist_ok=True)
    made = one.make(replace(kit, target=one.target))
    if made is not None:
        kit.write(f"{one.target.assignment}.ipynb", made if isinstance(made, bytes | str) else as_json(made))
