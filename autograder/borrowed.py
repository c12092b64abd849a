"""Answers that get hold of the checks' own code: a reference that is imported is nobody's own answer.

Students have that code, so that they are told at once what is wrong. Who copies its text copies as from
anybody else; who imports it is seen here.
"""

import ast
from collections.abc import Iterator

from helpers import checks

_HOME = checks.__name__
_OFFERED = {"check", "hint", "progress", "summary", "turn"}


def borrowed(source: str) -> str:
    """What a cell takes of the checks beyond what they offer everybody, as it is written; "" if nothing."""
    try:
        return next(_taken(ast.parse(source)), "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, or no program at all
        return next((line.strip() for line in source.splitlines() if f"{_HOME}." in line), "")


def _taken(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            own = any(name.startswith(f"{_HOME}.") for name in names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [alias.name for alias in node.names]
            own = module.startswith(f"{_HOME}.") or (module == _HOME and not {*names} <= _OFFERED)
        elif isinstance(node, ast.Attribute):
            whose = node.value
            if isinstance(whose, ast.Attribute) and getattr(whose.value, "id", "") == "helpers":
                name = whose.attr
            else:
                name = getattr(whose, "id", "")
            own = name == "checks" and node.attr not in _OFFERED
        else:
            own = isinstance(node, ast.Constant) and isinstance(node.value, str) and f"{_HOME}." in node.value
        if own:
            yield ast.unparse(node)
