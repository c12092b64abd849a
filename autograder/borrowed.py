"""Answers that get hold of the checks' own code: a reference that is imported is nobody's own answer.

Students have that code, so that they are told at once what is wrong. Who copies its text copies as from
anybody else; who takes it while the answer runs is seen here. Where a cell says outright whose code it wants,
that is told; where it only uses the ways by which any code can be reached without its name, that is told as
what it is. There is always a way that no list has, so a person looks, and no mark hangs on it.
"""

import ast
import re
from collections.abc import Iterator

from helpers import checks

_HOME = checks.__name__
_PACKAGE, _NAME = _HOME.split(".")
_OFFERED = {"check", "hint", "progress", "summary", "turn"}
# By what name something is imported, or run, is known to nobody before it happens.
_IMPORTING = {"importlib", "runpy", "pkgutil", "imp", "ctypes"}
_RUNNING = {"exec", "eval", "compile", "globals", "__import__"}
# From one thing in the memory to all others, and from a module to its text.
_LEADING = {"__globals__", "__builtins__", "__subclasses__", "__loader__", "__spec__", "__file__", "__path__"}
_LEADING |= {"f_globals", "f_locals", "f_back"}
_OF_MODULES = {
    "sys": {"modules", "_getframe", "settrace", "setprofile"},
    "gc": {"get_objects", "get_referrers", "get_referents"},
    "inspect": {"currentframe", "getmodule", "getsource", "getsourcefile", "getsourcelines", "stack"},
}
_MAGIC = re.compile(r"^([ \t]*)[%!].*", re.M)  # lines that are IPython's


def borrowed(source: str) -> str:
    """What a cell takes of the checks beyond what they offer everybody, in a sentence; "" if nothing."""
    try:
        tree = _parsed(source)
        if taken := next(_taken(tree), ""):
            return _told("it gets hold of the checks' own code", taken)
        if way := next(_ways(tree), ""):
            return _told("it reaches for code that it does not name, perhaps the checks' own", way)
        return ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # no program at all
        line = next((line.strip() for line in source.splitlines() if f"{_HOME}." in line), "")
        return _told("it gets hold of the checks' own code", line) if line else ""


def _parsed(source: str) -> ast.AST:
    """The program; without IPython's lines only where it is none with them: `% 3` may go on from above."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse(_MAGIC.sub(r"\1pass", source))


def _told(what: str, where: str) -> str:
    return f"{what}: look at {where[:80]}"


def _taken(tree: ast.AST) -> Iterator[str]:
    """What names the checks, and is more than a call of what they offer."""
    packages, modules = _known_as(tree)

    def is_checks(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == _NAME and getattr(node.value, "id", "") in packages
        return getattr(node, "id", "") in modules

    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_checks(node.value)]
    as_offered = {id(node.value) for node in used if node.attr in _OFFERED}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            own = any(alias.name.startswith(f"{_HOME}.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module, names = node.module or "", {alias.name for alias in node.names}
            own = module.startswith(f"{_HOME}.") or (module == _HOME and not names <= _OFFERED)
        elif isinstance(node, ast.Attribute | ast.Name):
            own = is_checks(node) and isinstance(node.ctx, ast.Load) and id(node) not in as_offered
        else:
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            own = text == _HOME or f"{_HOME}." in text
        if own:
            whole = next((one for one in used if one.value is node), node)  # checks.exercise, not just checks
            yield ast.unparse(whole)


def _known_as(tree: ast.AST) -> tuple[set[str], set[str]]:
    """The names of the package and of the checks in this cell; the notebook has imported both before it."""
    packages, modules = {_PACKAGE}, {_NAME}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            packages |= {alias.asname for alias in node.names if alias.name == _PACKAGE and alias.asname}
            modules |= {alias.asname for alias in node.names if alias.name == _HOME and alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module == _PACKAGE:
            modules |= {alias.asname for alias in node.names if alias.name == _NAME and alias.asname}
    return packages, modules


def _ways(tree: ast.AST) -> Iterator[str]:
    """What leads to any code there is without naming it."""
    bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    # `"google.colab" in sys.modules` is how one asks where a notebook runs.
    asked = {id(of) for node in ast.walk(tree) if isinstance(node, ast.Compare) for of in node.comparators}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            leads = any(alias.name.split(".")[0] in _IMPORTING for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")[0]
            leads = module in _IMPORTING or bool(
                {alias.name for alias in node.names} & _OF_MODULES.get(module, set())
            )
        elif isinstance(node, ast.Name):  # an argument may be called `eval`
            leads = node.id in _RUNNING and (node.id not in bound or id(node) in called)
        elif isinstance(node, ast.Attribute):
            whose = getattr(node.value, "id", "")
            leads = node.attr in _LEADING or node.attr in _OF_MODULES.get(whose, set())
            leads = leads and id(node) not in asked
        else:
            leads = False
        if leads:
            yield ast.unparse(node)
