"""What is to be graded: the instructor's source, its check cells, and the steps of one submission."""

import ast
import functools
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat

import helpers
from helpers import checks

# The tag of an instructor's cell that only shows something: no answer can need it, and it is not run.
NOT_GRADED = "not-graded"


@dataclass(frozen=True)
class Check:
    """A graded code cell.

    `exercise` is None for a cell of plain asserts; otherwise the cell is one call of `checks.check`, `answer`
    the expression that it hands over, and `seed` the one that its inputs come from.
    """

    grade_id: str
    points: float
    source: str
    exercise: str | None = None
    answer: str = ""
    seed: int = 0


@dataclass(frozen=True)
class Step:
    """One thing that is done in the sandbox: `check` is None where it is a cell that nobody marks.

    `author`: instructor, student (an answer) or scratch (a cell that the student has added).
    """

    index: int
    cell_id: str
    source: str
    check: Check | None = None
    author: str = "instructor"


@dataclass(frozen=True)
class Assignment:
    """The check cells of an assignment, what its cells import, and the digest of all that a mark hangs on."""

    name: str
    checks: Mapping[str, Check]
    imports: Sequence[str]
    digest: str

    @classmethod
    def load(cls, name: str, path: Path) -> "Assignment":
        """From the instructor's source notebook.

        Raises:
            FileNotFoundError: there is none; says where it was looked for.
        """
        if not path.is_file():
            raise FileNotFoundError(f"there is no source notebook {path} for the assignment {name}")
        notebook = nbformat.read(path, as_version=4)
        found = {}
        for cell in notebook.cells:
            mark = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and mark.get("grade"):
                found[mark["grade_id"]] = _check(mark["grade_id"], float(mark["points"]), cell.source)
        code = [[cell.get("id"), cell.source] for cell in notebook.cells if cell.cell_type == "code"]
        marks = [[check.grade_id, check.points] for check in found.values()]
        digest = _digest(json.dumps([name, code, marks]).encode())
        return cls(name, found, _imports(notebook), digest)

    def steps(self, content: bytes) -> list[Step]:
        """The steps of a notebook that intake has made: its code cells in order, checks as in the source."""
        notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
        steps: list[Step] = []
        for cell in notebook.cells:
            if cell.cell_type == "code":
                label = cell.metadata.get("nbgrader", {})
                check = self.checks.get(label.get("grade_id", ""))
                author = "student" if label.get("solution") else "instructor"
                author = "scratch" if "autograder" in cell.metadata else author
                source = check.source if check else cell.source
                if author == "instructor" and not check and NOT_GRADED in cell.metadata.get("tags", []):
                    continue
                steps.append(Step(len(steps), cell.id, source, check, author))
        return steps

    def seed(self, check: Check) -> int:
        """Not the seed in the notebook, which students can see, but one that follows from it."""
        return int(_digest(f"{self.digest} {check.grade_id} {check.seed}".encode())[:7], 16)


def _check(grade_id: str, points: float, source: str) -> Check:
    """A cell that is `checks.check("name", answer, points=...)` and nothing else is a probe."""
    try:
        body = ast.parse(source).body
    except SyntaxError:  # magics, say
        body = []
    if len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Call):
        call = body[0].value
        named = {word.arg: word.value for word in call.keywords}
        first = call.args[0] if call.args else None
        is_check = ast.unparse(call.func) == "checks.check" and len(call.args) >= 2
        if is_check and isinstance(first, ast.Constant):
            checks.exercise(first.value)  # an unknown name is an error now, not at the first student
            seed = ast.literal_eval(named["seed"]) if "seed" in named else 0
            return Check(grade_id, points, source, first.value, ast.unparse(call.args[1]), seed)
    return Check(grade_id, points, source)


def _imports(notebook: Any) -> list[str]:
    """The modules that the instructor's cells import: loaded once, before the first submission."""
    names: dict[str, None] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.update(dict.fromkeys([node.module, *(f"{node.module}.{a.name}" for a in node.names)]))
    return list(names)


@functools.cache
def environment() -> str:
    """A digest of what runs the answers and judges them: Python, the libraries, the graders' own code."""
    versions = {name: metadata.version(name) for name in ("torch", "numpy", "ipython")}
    ours = Path(__file__).parent
    files = [ours / f"{name}.py" for name in ("assignment", "judging", "sandbox")]
    files += [
        path for folder in (Path(helpers.__file__).parent, ours / "inside") for path in folder.rglob("*.py")
    ]
    code = [_digest(path.read_bytes()) for path in sorted(files)]
    return _digest(json.dumps([sys.version, versions, code], sort_keys=True).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
