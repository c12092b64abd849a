"""Definitions out of the lessons, for tests: nothing of a notebook runs but what defines a name.

A chapter is the only copy of its layers. `load` takes its imports, functions, classes and constants
(`NAME = literal`, NAME in capitals), so that nothing trains.
"""

import ast
import functools
import json
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from IPython.core.inputtransformer2 import TransformerManager

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True)
class Cell:
    """A code cell. `number` counts the code cells from 1, as `In [1]` does; `where` is for error texts."""

    notebook: str
    number: int
    id: str
    tags: frozenset[str]
    source: str

    @property
    def where(self) -> str:
        return f"{self.notebook}, code cell {self.number}" + (f" (id {self.id})" if self.id else "")


def cells(notebook: str | Path) -> list[Cell]:
    """The code cells of a notebook in order.

    Args:
        notebook: a path, or what stands between `notebooks/` and `.ipynb`, such as "01_rnn".

    Raises:
        FileNotFoundError: there is no such notebook; names those there are.
        ValueError: the file is no notebook of format 4.
    """
    path = Path(notebook)
    if path.suffix != ".ipynb":
        path = NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        there = sorted(file.relative_to(NOTEBOOKS).as_posix() for file in NOTEBOOKS.rglob("*.ipynb"))
        raise FileNotFoundError(f"no notebook {path}; there are: {', '.join(there) or 'none'}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        return [
            Cell(
                notebook=path.name,
                number=number,
                id=cell.get("id", ""),
                tags=frozenset(cell["metadata"].get("tags", ())),
                source="".join(cell["source"]),  # a string, or a list of lines
            )
            for number, cell in enumerate(code, start=1)
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a notebook of format 4: {error!r}") from error


def load(notebook: str | Path, names: Iterable[str] = ()) -> ModuleType:
    """A fresh module with what the top level of a notebook's code cells imports and defines.

    Taken are imports, functions, classes and `NAME = literal`, NAME in capitals. All else is left out: calls,
    loops, `if` and `try` (so the install guard of Colab too), other assignments, cells under a `%%magic`.
    A definition that uses anything left out fails with a NameError where it is called.

    Args:
        notebook: as for `cells`.
        names: what must be among the definitions.

    Raises:
        AssertionError: a name is defined twice, by another cell or in the same one: names both. As a second
            definition counts also an import or, for a function or class, an assignment of the same name.
        AttributeError: a name in `names` is not defined.
        SyntaxError, or whatever an import, a decorator or a default value raises: each names the cell.
        FileNotFoundError, ValueError: as for `cells`.
    """
    parsed = [(cell, parse(cell)) for cell in cells(notebook)]
    _check_defined_once(parsed)
    module = ModuleType(Path(notebook).stem)
    for cell, tree in parsed:
        tree.body = [statement for statement in tree.body if _kind(statement) not in (None, "assignment")]
        # So that a traceback and inspect.getsource show the lines of the cell.
        lines = _plain_python(cell.source).splitlines(keepends=True)
        linecache.cache[cell.where] = (len(cell.source), None, lines, cell.where)
        try:
            exec(compile(tree, cell.where, "exec", dont_inherit=True), module.__dict__)
        except Exception as error:
            error.add_note(f"in {cell.where}")
            raise
    missing = [name for name in names if not hasattr(module, name)]
    if missing:
        raise AttributeError(f"{Path(notebook).stem} does not define {', '.join(missing)}")
    return module


@functools.cache  # a chapter is loaded by several files of tests
def _plain_python(source: str) -> str:
    """With `%magic`, `!command` and `name?` as the calls that Jupyter makes of them, line by line."""
    return TransformerManager().transform_cell(source)


def parse(cell: Cell) -> ast.Module:
    """The syntax tree of a cell, magics as the calls that Jupyter makes of them."""
    # The file name of a SyntaxError is part of its text, up to the last slash.
    return ast.parse(_plain_python(cell.source), filename=cell.where)


def _names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node.id


def _kind(statement: ast.stmt) -> str | None:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "function"
        case ast.ClassDef():
            return "class"
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return "constant" if name.isupper() and _is_literal(statement.value) else "assignment"
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            return "assignment"
    return None


def _is_literal(value: ast.expr | None) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def _check_defined_once(parsed: list[tuple[Cell, ast.Module]]) -> None:
    bound: dict[str, list[tuple[str, str]]] = {}
    for cell, tree in parsed:
        for statement in tree.body:
            for name in _names(statement):
                bound.setdefault(name, []).append((_kind(statement), cell.where))
    for name, places in bound.items():
        kinds = {kind for kind, _ in places}
        if not kinds & {"function", "class", "constant"}:
            continue  # imported again, or a variable of the lesson
        if not kinds & {"function", "class"}:
            places = [(kind, where) for kind, where in places if kind != "assignment"]
        if len(places) > 1:
            places = "; ".join(f"{kind} in {where}" for kind, where in places)
            raise AssertionError(f"{name} must be defined once, but is bound by: {places}")


def defined_or_called(source: str) -> set[str]:
    """The names that a cell defines or calls, for a table of what is covered where.

    Defined: functions (methods too), classes, and variables of the top level. Called: the name as written and
    what it ends in: `nn.utils.clip_grad_norm_(...)` counts as that, as "utils.clip_grad_norm_" and as
    "clip_grad_norm_". A class is an exception: `torch.nn.LSTM(...)` counts as "torch.nn.LSTM" and "nn.LSTM",
    never as "LSTM", which is ours.

    Raises:
        SyntaxError: the source is no Python, even with IPython's magics put aside.
    """
    tree = ast.parse(_plain_python(source))
    found: set[str] = set()
    for statement in tree.body:
        if _kind(statement) != "import":
            found.update(_names(statement))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Call) and not ast.unparse(node.func).startswith("get_ipython"):  # a magic
            found.update(_endings(node.func))
    return found


def _endings(function: ast.expr) -> Iterator[str]:
    """`a.b.c` -> "c", "b.c", "a.b.c"; of `f(x).c` just "c", since what stands before has no name."""
    name = ""
    while isinstance(function, ast.Attribute):
        name = f"{function.attr}.{name}" if name else function.attr
        if "." in name or not name[0].isupper():
            yield name
        function = function.value
    if isinstance(function, ast.Name):
        yield f"{function.id}.{name}" if name else function.id
