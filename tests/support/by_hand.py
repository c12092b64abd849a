"""Is a layer written by hand? Told by its source, and by what it calls when it runs."""

import ast
import re
from collections.abc import Iterator

from lessons import cells, parse
from torch.overrides import TorchFunctionMode


def definitions(chapter: str) -> dict[str, ast.stmt]:
    """Every top-level function and class of a chapter, by name."""
    nodes = (node for cell in cells(chapter) for node in parse(cell).body)
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def parts(chapter: str, name: str) -> dict[str, ast.stmt]:
    """A definition of a chapter, and every one of the chapter's that it names, bases among them."""
    known, pending, found = definitions(chapter), [name], {}
    while pending:
        current = pending.pop()
        found[current] = known[current]
        used = {node.id for node in ast.walk(known[current]) if isinstance(node, ast.Name)}
        pending += [other for other in used if other in known and other not in found]
    return found


def borrowed(node: ast.AST, forbidden: re.Pattern[str]) -> Iterator[str]:
    """Attributes, imports and one-word strings inside a definition that `forbidden` names."""
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(attr=name):
                names = [name]
            case ast.ImportFrom(names=imported):
                names = [alias.name for alias in imported]
            case ast.Constant(value=str(word)) if word.isidentifier():
                names = [word]
            case _:
                names = []
        yield from filter(forbidden.fullmatch, names)


class Called(TorchFunctionMode):
    """Records the names of torch functions called inside."""

    def __enter__(self):
        self.names = set()
        return super().__enter__()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.names.add(getattr(function, "__name__", str(function)))
        return function(*args, **(kwargs or {}))
