"""What is to be graded: the instructor's source, its check cells, and the steps of one submission."""

import ast
import functools
import hashlib
import inspect
import json
import math
import platform
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat

import helpers
from helpers import checks

# The tag of an instructor's cell that only shows something: no answer can need it, and it is not run.
NOT_GRADED = "not-graded"


class SourceError(ValueError):
    """The instructor's source cannot be graded as it stands; says in which cell and line, and what to do."""


@dataclass(frozen=True)
class Check:
    """A graded code cell.

    `exercise` is None for a cell of plain asserts; otherwise the cell is one call of `checks.check`, `answer`
    the expression that it hands over, `seed` the one that its inputs come from, and `called` the points that
    the call names.
    """

    grade_id: str
    points: float
    source: str
    exercise: str | None = None
    answer: str = ""
    seed: int = 0
    called: float = 0.0


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
            SourceError: one of its marks could be forged; says in which cell and line.
        """
        if not path.is_file():
            raise FileNotFoundError(f"there is no source notebook {path} for the assignment {name}")
        notebook = nbformat.read(path, as_version=4)
        found: dict[str, Check] = {}
        for cell in _graded(notebook):
            mark = cell.metadata["nbgrader"]
            try:
                check = _check(mark["grade_id"], float(mark["points"]), cell.source)
            except SourceError as error:
                raise SourceError(f"{path}: {error}") from None
            found[check.grade_id] = check
        known = [[check.grade_id, check.points, check.source] for check in found.values()]
        return cls(name, found, _imports(notebook), _digest(json.dumps([name, known]).encode()))

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


def worth(notebook: Any) -> tuple[dict[str, float], dict[str, float]]:
    """What the graded cells are worth, by name: those that are graded by running them, and by a person."""
    by_check = {cell.metadata["nbgrader"]["grade_id"] for cell in _graded(notebook)}
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    points = {mark["grade_id"]: float(mark["points"]) for mark in marks if mark.get("grade")}
    by_person = {name: most for name, most in points.items() if name not in by_check}
    return {name: points[name] for name in points if name in by_check}, by_person


def faults(notebook: Any) -> list[str]:
    """What is wrong with an instructor's source: a sentence each, with the cell and its line."""
    found, ids = [], Counter()
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") or mark.get("solution"):
            ids[mark.get("grade_id")] += 1
        if mark.get("grade") and not _is_number(mark.get("points")):
            found.append(
                f"cell {mark.get('grade_id')}: its points are {mark.get('points')!r}, no number from 0 on"
            )
        for begin, end in _REGIONS:
            opened, closed = (re.findall(rf"^\s*{re.escape(one)}", cell.source, re.M) for one in (begin, end))
            if len(opened) != len(closed):
                found.append(
                    f"cell {mark.get('grade_id') or cell.get('id')}: {len(opened)} times `{begin}` and "
                    f"{len(closed)} times `{end}`"
                )
    found += [
        f"{count} cells are called {name}: give each a name of its own"
        for name, count in ids.items()
        if count > 1
    ]
    for cell in _graded(notebook):
        mark = cell.metadata["nbgrader"]
        try:
            check = _check(mark["grade_id"], mark["points"], cell.source)
        except SourceError as error:
            found.append(str(error))
            continue
        if check.exercise and _is_number(check.points) and check.called != check.points:
            found.append(
                f"cell {check.grade_id}: it is worth {check.points:g} points by its metadata and "
                f"{check.called:g} by its call: make the two equal"
            )
    return found


_REGIONS = [(f"### BEGIN {what}", f"### END {what}") for what in ("SOLUTION", "HIDDEN TESTS")]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf


def _graded(notebook: Any) -> list[Any]:
    """The code cells that are graded by running them: where the student writes into one, a person grades."""
    marked = (
        (cell.metadata.get("nbgrader", {}), cell) for cell in notebook.cells if cell.cell_type == "code"
    )
    return [cell for mark, cell in marked if mark.get("grade") and not mark.get("solution")]


def _check(grade_id: str, points: float, source: str) -> Check:
    """A cell that is `checks.check("name", answer, points=...)` and nothing else is a probe.

    Raises:
        SourceError: it calls `check` in another way, so that its mark would be decided beside the student's
            code, which could forge it; says in which line.
    """
    line = _mention(source)
    if line is None:
        return Check(grade_id, points, source)

    def refused(line: int, why: str) -> SourceError:
        return SourceError(
            f"cell {grade_id}, line {line}: {why}. A graded cell that calls `check` must be "
            '`checks.check("exercise", answer, points=…, seed=…)` and nothing else, so that it can be judged '
            "away from the student's code: put all else into cells of its own"
        )

    try:
        body = ast.parse(source).body
    except SyntaxError as error:  # magics, say
        raise refused(line, f"this is not plain Python ({error.msg}, line {error.lineno})") from None
    calls = [node for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    calls = [node.value for node in calls if ast.unparse(node.value.func) == "checks.check"]
    other = [node for node in body if not isinstance(node, ast.Expr) or node.value not in calls]
    if not calls:
        raise refused(line, "`check` is mentioned, and no statement is a call of `checks.check`")
    if other or len(calls) > 1:
        extra = (other or [node for node in body if node.value is not calls[0]])[0]
        raise refused(
            extra.lineno, f"`{ast.unparse(extra).splitlines()[0]}` stands beside a call of `checks.check`"
        )
    [call] = calls
    if any(isinstance(argument, ast.Starred) for argument in call.args) or any(
        word.arg is None for word in call.keywords
    ):
        raise refused(call.lineno, "its arguments must be written out")
    try:
        given = inspect.signature(checks.check).bind(
            *call.args, **{word.arg: word.value for word in call.keywords}
        )
    except TypeError as error:
        raise refused(call.lineno, f"the arguments do not fit ({error})") from None
    plain = {}
    for name, kind, what in (
        ("name", str, "a text"),
        ("points", (int, float), "a number"),
        ("seed", int, "a whole number"),
    ):
        node = given.arguments.get(name)
        if node is not None and not (isinstance(node, ast.Constant) and isinstance(node.value, kind)):
            raise refused(node.lineno, f"`{name}` must be {what}, written out")
        plain[name] = node.value if node else 0
    try:
        checks.exercise(plain["name"])  # an unknown name is an error now, not at the first student
    except ValueError as error:
        raise refused(call.lineno, str(error)) from None
    answer = ast.unparse(given.arguments["answer"])
    return Check(grade_id, points, source, plain["name"], answer, plain["seed"], float(plain["points"]))


def _mention(source: str) -> int | None:
    """The first line in which `check` is called, imported or got hold of by name; None if none is."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        lines = enumerate(source.splitlines(), 1)
        return next((n for n, line in lines if re.search(r"\bcheck\s*\(|helpers\.checks", line)), None)
    lines = [
        node.lineno
        for node in nodes
        if (isinstance(node, ast.Name) and node.id == "check")
        or (isinstance(node, ast.Attribute) and node.attr == "check")
        or (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(r"\bcheck\s*\(|^check$", node.value)
        )
        or (isinstance(node, ast.ImportFrom) and node.module == "helpers.checks")
    ]
    return min(lines, default=None)


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


def environment() -> str:
    """A digest of all that runs the answers and judges them (see `parts`)."""
    return _digest(json.dumps(parts(), sort_keys=True).encode())


@functools.cache
def parts() -> Mapping[str, str]:
    """What runs the answers and judges them, part by part: versions, and digests of our own code.

    Of the code those modules count which a result is computed with: a plot's colour decides no mark.
    """
    ours = Path(__file__).parent
    start = [path for folder in checks.exercises.__path__ for path in Path(folder).glob("*.py")]
    start += [
        *Path(checks.__file__).parent.rglob("*.py"),
        *(ours / "inside").glob("*.py"),
        ours / "judging.py",
    ]
    code: dict[str, list[str]] = {"checks": [], "grader": []}
    for path in sorted(_imported(start)):
        code["grader" if path.is_relative_to(ours) else "checks"].append(_digest(path.read_bytes()))
    return {
        "Python": platform.python_version(),
        **{name: metadata.version(name) for name in ("torch", "numpy", "IPython")},
        **{name: _digest(" ".join(digests).encode()) for name, digests in code.items()},
    }


def _imported(start: Iterable[Path]) -> set[Path]:
    """These files and all of ours that they import, directly or by way of others."""
    homes = {"helpers": Path(helpers.__file__).parent.parent, "autograder": Path(__file__).parent.parent}
    found: set[Path] = set()
    waiting = set(start)
    while waiting:
        path = waiting.pop()
        found.add(path)
        for name in _named(path.read_bytes()):
            home = homes.get(name.partition(".")[0])
            if home:
                place = home.joinpath(*name.split("."))
                waiting |= {one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file()}
        waiting -= found
    return found


def _named(code: bytes) -> set[str]:
    """What this code imports, and the modules that it may be importing it from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return names


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
