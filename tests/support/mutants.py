"""Mutants of a program: copies in which one thing was changed, mechanically, as a slip would change it.

An operator looks at one node of the syntax tree and gives what might stand there instead. `mutants` puts
each of these in place, one at a time.
"""

import ast
import contextlib
import copy
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.MatMult: (),
    ast.Mod: (),
}
# Names of functions, methods and modules, with those that one may take for them.
NAMES = {
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh", "relu"),
    "relu": ("tanh",),
    "cat": ("stack",),
    "stack": ("cat",),
    "hstack": ("vstack",),
    "new_zeros": ("new_ones",),
    "zeros": ("ones", "randn", "rand"),
    "zeros_like": ("ones_like", "randn_like", "rand_like"),
    "rand_like": ("randn_like",),
    "mean": ("sum",),
    "sum": ("mean",),
    "var": ("std", "mean"),
    "sqrt": ("square",),
    "pow": ("mul",),
    "min": ("max",),
    "max": ("min",),
    "mul_": ("div_", "add_", "mul"),
    "lerp_": ("lerp",),
    "reshape": ("view",),
    "view": ("reshape",),
    "append": ("extend",),
    "extend": ("append",),
    "LSTM": ("GRU", "RNN"),
    "GRU": ("LSTM", "RNN"),
    "RNN": ("GRU", "LSTM"),
    "GRUCell": ("RNNCell",),
    "RNNCell": ("GRUCell",),
    "BatchNorm1d": ("LayerNorm", "InstanceNorm1d"),
    "Dropout": ("AlphaDropout", "Dropout1d", "Identity"),
    "dropout": ("alpha_dropout", "dropout1d"),
    "clip_grad_norm_": ("clip_grad_value_",),
    "train": ("eval",),
    "ModuleList": ("list",),
    "register_buffer": ("register_parameter",),
}


@dataclass(frozen=True)
class Mutant:
    """A changed program: `operator` says what kind of change, `change` shows the line before and after."""

    operator: str
    change: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of `source`, each program once, in a fixed order."""
    tree = ast.parse(source)
    seen, found, times = {ast.unparse(tree)}, [], Counter()
    for operator, path, replacement, change in _changes(tree):
        before = "" if change else _line(tree, path)
        kept = _put(tree, path, replacement)
        changed = ast.unparse(ast.fix_missing_locations(tree))
        change = change or f"{before} → {_line(tree, path)}"
        _put(tree, path, kept)
        if changed in seen:
            continue
        seen.add(changed)
        times[change] += 1
        if times[change] > 1:
            change += f" ({times[change]})"
        found.append(Mutant(operator, change, changed))
    return found


# --- where a change goes: a path of fields and places in lists, from the root

Path = tuple[str | int, ...]


def _get(tree: ast.AST, path: Path):
    for step in path:
        tree = tree[step] if isinstance(step, int) else getattr(tree, step)
    return tree


def _put(tree: ast.AST, path: Path, value):
    """Put a node in place of another one; returns what was there."""
    parent, last = _get(tree, path[:-1]), path[-1]
    if isinstance(last, int):
        kept, parent[last] = parent[last], value
    else:
        kept = getattr(parent, last)
        setattr(parent, last, value)
    return kept


def _line(tree: ast.AST, path: Path) -> str:
    """The innermost statement on the path, on one line."""
    nodes = [_get(tree, path[:end]) for end in range(1, len(path) + 1)]
    return _header([node for node in nodes if isinstance(node, ast.stmt | ast.arguments)][-1])


def _header(node: ast.AST) -> str:
    text = ast.unparse(node).split("\n")
    if isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.FunctionDef | ast.ClassDef):
        return text[0]
    return " ".join(part.strip() for part in text)


def _changes(tree: ast.Module) -> Iterator[tuple[str, Path, object, str]]:
    """(operator, where, what to put there, the change in words or "")."""
    for path, node, function in _walk(tree, (), None):
        for operator in EXPRESSIONS:
            for replacement in operator(node):
                yield operator.__name__, path, replacement, ""
        if function is not None:
            for replacement in _another_name(node, function):
                yield "another_name", path, replacement, ""
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list) and not isinstance(node, ast.Module | ast.ClassDef):
                for name, changed, statements in _blocks(block):
                    change = f"{name}: {' / '.join(map(_header, statements))}"
                    yield name, (*path, field), changed, change


def _walk(node, path: Path, function) -> Iterator[tuple[Path, ast.AST, ast.FunctionDef | None]]:
    yield path, node, function
    if isinstance(node, ast.FunctionDef):
        function = node
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield from _walk(value, (*path, field), function)
        elif isinstance(value, list):
            for k, part in enumerate(value):
                if isinstance(part, ast.AST):
                    yield from _walk(part, (*path, field, k), function)


# --- changes of expressions: each function gives what may stand in place of one node


def _with(node: ast.AST, **fields) -> ast.AST:
    changed = copy.copy(node)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


def _without(parts: list, k: int) -> list:
    return parts[:k] + parts[k + 1 :]


def _swapped(parts: list, k: int) -> list:
    return [*parts[:k], parts[k + 1], parts[k], *parts[k + 2 :]]


def comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for kind in COMPARISONS.get(type(node.ops[0]), ()):
            yield _with(node, ops=[kind(), *node.ops[1:]])


def arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for kind in ARITHMETIC.get(type(node.op), ()):
            yield _with(node, op=kind())
    if isinstance(node, ast.BinOp):
        yield node.left
        yield node.right
        yield _with(node, left=node.right, right=node.left)
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)


def condition(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        for test in (ast.UnaryOp(ast.Not(), node.test), ast.Constant(True), ast.Constant(False)):
            yield _with(node, test=test)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    if isinstance(node, ast.comprehension) and node.ifs:
        yield _with(node, ifs=[])


def constant(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        for other in (value + 1, value - 1, 0, 1, 2, -value, -1, -2):
            yield ast.Constant(other)
    elif isinstance(value, float):
        for other in (0.0, value / 2, value * 2, value + 1, 1 - value, -value):
            yield ast.Constant(round(other, 9))


def argument(node: ast.AST) -> Iterator[ast.AST]:
    """Left out, or changed places with the next one."""
    if not isinstance(node, ast.Call):
        return
    for k in range(len(node.args)):
        yield _with(node, args=_without(node.args, k))
    for k in range(len(node.keywords)):
        yield _with(node, keywords=_without(node.keywords, k))
    for k in range(len(node.args) - 1):
        yield _with(node, args=_swapped(node.args, k))


def argument_added(node: ast.AST) -> Iterator[ast.AST]:
    """An option of torch's that was not asked for; not bias=False, which is right too."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    options = {
        **dict.fromkeys(["LSTM", "GRU"], {"bidirectional": True, "dropout": 0.25}),
        "RNN": {"bidirectional": True, "dropout": 0.25, "nonlinearity": "relu"},
        "RNNCell": {"nonlinearity": "relu"},
        "BatchNorm1d": {"track_running_stats": False},
        "clip_grad_norm_": {"norm_type": 1.0},
        "get_total_norm": {"norm_type": 1.0},
    }.get(node.func.attr, {})
    for name, value in options.items():
        if all(keyword.arg != name for keyword in node.keywords):
            yield _with(node, keywords=[*node.keywords, ast.keyword(name, ast.Constant(value))])


def call_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """f(x, ...) → x; a.m(...) → a."""
    if isinstance(node, ast.Call):
        yield from node.args[:1]
        if isinstance(node.func, ast.Attribute):
            yield node.func.value


def other_function(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute):
        for name in NAMES.get(node.attr, ()):
            yield _with(node, attr=name)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for name in NAMES.get(node.id, ()):
            yield _with(node, id=name)


def index(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Subscript):
        yield node.value
        if isinstance(node.slice, ast.Tuple):
            elements = node.slice.elts
            for k in range(len(elements)):
                left = _without(elements, k)
                yield _with(node, slice=left[0] if len(left) == 1 else ast.Tuple(left, ast.Load()))
    if isinstance(node, ast.Slice):
        if node.lower is not None or node.upper is not None:
            yield _with(node, lower=node.upper, upper=node.lower)
            yield ast.Slice()
        if node.step is not None:
            yield _with(node, step=None)


def order_of_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Two neighbours of a tuple or list change places, or one is left out."""
    if isinstance(node, ast.Tuple | ast.List):
        for k in range(len(node.elts) - 1):
            yield _with(node, elts=_swapped(node.elts, k))
        if isinstance(node, ast.List) and len(node.elts) > 1:
            for k in range(len(node.elts)):
                yield _with(node, elts=_without(node.elts, k))


def call_added(node: ast.AST) -> Iterator[ast.AST]:
    """A result is detached or activated, a loop runs the other way."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield _with(node, value=_method(node.value, "detach"))
        for name in ("softmax", "log_softmax"):
            called = _method(node.value, name)
            called.args = [ast.Constant(1)]
            yield _with(node, value=called)
        for name in ("sigmoid", "relu", "squeeze"):
            yield _with(node, value=_method(node.value, name))
    if isinstance(node, ast.Assign):
        yield _with(node, value=_method(node.value, "detach"))
    if isinstance(node, ast.For):
        listed = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        yield _with(node, iter=ast.Call(ast.Name("reversed", ast.Load()), [listed], []))


def _method(value: ast.AST, name: str) -> ast.Call:
    return ast.Call(ast.Attribute(value, name, ast.Load()), [], [])


EXPRESSIONS: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (
    comparison,
    arithmetic,
    condition,
    constant,
    argument,
    argument_added,
    call_dropped,
    other_function,
    index,
    order_of_parts,
    call_added,
)


def _another_name(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.AST]:
    """A local name, or an attribute of self, in place of its neighbours in the alphabet."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        names = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        names = sorted((names | {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}) - {"self"})
        if node.id in names:
            k = names.index(node.id)
            for other in sorted({names[k - 1], names[(k + 1) % len(names)]} - {node.id}):
                yield _with(node, id=other)


# --- changes of a block of statements


def _blocks(block: list[ast.stmt]) -> Iterator[tuple[str, list[ast.stmt], list[ast.stmt]]]:
    """(operator, the changed block, the statements that it concerns)."""
    for k, statement in enumerate(block):
        yield "dropped", _without(block, k) or [ast.Pass()], [statement]
        if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign):
            yield "twice", [*block[: k + 1], statement, *block[k + 1 :]], [statement]
        if k + 1 < len(block):
            yield "swapped", _swapped(block, k), block[k : k + 2]
        if isinstance(statement, ast.For | ast.While | ast.If | ast.With):
            inner = statement.body
            if k + 1 < len(block):
                longer = _with(statement, body=[*inner, block[k + 1]])
                yield "moved into the block", [*block[:k], longer, *block[k + 2 :]], block[k : k + 2]
            if len(inner) > 1:
                first = [*block[:k], inner[0], _with(statement, body=inner[1:]), *block[k + 1 :]]
                last = [*block[:k], _with(statement, body=inner[:-1]), inner[-1], *block[k + 1 :]]
                yield "moved before the block", first, [statement, inner[0]]
                yield "moved behind the block", last, [statement, inner[-1]]


# --- one that does not end


class Endless(BaseException):
    """Not an Exception: a probe must not take it for a fault of the answer."""


@contextlib.contextmanager
def at_most(seconds):
    """Raise Endless inside after so many seconds of computing, however busy the machine is."""

    def stop(*_):
        raise Endless

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
