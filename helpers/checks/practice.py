"""A learner's turn in a chapter: what is said to an answer, which hint comes next, what is kept of it.

Nothing depends on a turn, and nothing that an answer does stops the notebook.
"""

import ast
import contextlib
import difflib
import functools
import hashlib
import inspect
import textwrap
import types
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from torch import nn

from helpers import kept
from helpers.checks import turns
from helpers.checks.comparison import Comparison
from helpers.checks.exercise import Shelf
from helpers.checks.findings import finding
from helpers.checks.overtime import Overtime, at_most
from helpers.checks.report import Finding, Verdict, all_items
from helpers.checks.running import NO_ANSWER, describe

_TURNS = Shelf(turns)
TURNS = tuple(_TURNS)
PART = "turns"  # of the file beside the notebook
SECONDS = 10.0  # what a turn asks for takes some thousandths
FREE = 1  # wrong answers that are told their finding alone
NO_MORE = "there are no more; the course's own version stands below, folded"

_met: list[str] = []  # the turns that this kernel has come to, in the order of the notebook


@dataclass
class Taken:
    """What is kept of one turn.

    tries: wrong answers, each once. likely: the hint that the last mistake brought. last: a mark of the last
    wrong answer, by which the same one is known again.
    """

    done: bool = False
    tries: int = 0
    hints: list[str] = field(default_factory=list)
    likely: str = ""
    last: str = ""

    @classmethod
    def read(cls, name: str) -> "Taken":
        """What the file says; whatever has not its type counts as not there, for people edit files."""
        entry = kept.entries(PART).get(name, {})
        fresh = asdict(cls())
        found = {key: entry[key] for key in fresh if type(entry.get(key)) is type(fresh[key])}
        found["hints"] = [text for text in found.get("hints", []) if isinstance(text, str)]
        return cls(**found)

    def keep(self, name: str) -> None:
        kept.keep(PART, name, asdict(self))

    def next_hint(self, asked: Comparison) -> str:
        """A hint that was not given yet, that of the mistake first; "" where all were given."""
        hint = next((text for text in (self.likely, *asked.hints) if text and text not in self.hints), "")
        if hint:
            self.hints.append(hint)
        return hint


def turn(name: str, answer: Any, seed: int = 0) -> None:
    """Look at a learner's turn and print one finding, or what the answer was compared with.

    A stub that nobody touched prints "no answer yet". Never raises, whatever the answer does.
    """
    asked = _asked(name, answer)
    if asked is None:
        return
    if asked.name not in _met:
        _met.append(asked.name)
    source = _source(answer)
    missing = "" if _unfit(asked, answer) else untouched(answer)
    if missing:
        print(missing)
        return
    verdict, taken = look(asked, answer, seed), Taken.read(asked.name)
    if verdict.findings:
        found = verdict.findings[0]
        lines = [f"✗ not yet: {found.title}", *replace(found, hint="").lines()]
        lines.append(_help(asked, taken, found, source))
    else:
        lines, taken.done = [f"✓ right: {asked.compared}"], True
    lines += [f"note: {remark}" for remark in verdict.remarks]
    if "print(" in source:
        lines.append("note: what it prints is not shown here; call it in a cell of its own to see that")
    print("\n  ".join(lines))
    taken.keep(asked.name)


def hint(name: str) -> None:
    """Print the next hint of a turn; the first is chosen by the mistake that was found last."""
    asked = _asked(name)
    if asked is not None:
        taken = Taken.read(asked.name)
        print(taken.next_hint(asked) or NO_MORE)
        taken.keep(asked.name)


def progress(chapter: int | None = None) -> None:
    """Print which turns of a chapter are done; by default of those that this kernel has come to."""
    chapters = {chapter} if chapter else {_TURNS[name].chapter for name in _met}
    order = dict.fromkeys((*_met, *(one.name for one in _TURNS.by_title())))
    shown = [name for name in order if _TURNS[name].chapter in chapters or not chapters]
    taken = {name: Taken.read(name) for name in shown}
    print(f"turns done: {sum(one.done for one in taken.values())} of {len(shown)}")
    for name, one in taken.items():
        tries = f", tried {one.tries} time{'s' * (one.tries > 1)}" if one.tries and not one.done else ""
        print(f"  {'✓' if one.done else '·'} {_TURNS[name].title}{tries}")


def look(asked: Comparison, answer: Any, seed: int = 0) -> Verdict:
    """The verdict on an answer, whatever it does; its first finding explains most."""
    unfit = _unfit(asked, answer)
    if unfit is not None:
        return Verdict(asked.items, [unfit])
    _warm(asked)
    try:
        with at_most(SECONDS):
            return asked.verdict(answer, seed)
    except KeyboardInterrupt:  # the reader has stopped it
        raise
    except Overtime as over:
        at = describe(over)["line"]
        got = f"stopped after {SECONDS:g} seconds" + (f", in the line: {at}" if at else "")
        found = finding(asked.rows, "endless", asked.items, got)
    except BaseException as problem:  # SystemExit, or a result that cannot even be looked at
        found = asked.raised(describe(problem), all_items(asked.items))
    return Verdict(asked.items, [found])


@functools.cache
def _warm(asked: Comparison) -> None:
    """Run the course's own version once: what torch loads at a first use is not the reader's time."""
    asked.verdict(asked.reference, 0)


def untouched(answer: Any) -> str:
    """What to say of a stub as it was handed out, by its source; "" where there is an answer.

    The body of a function must be nothing but a docstring and `...`, `pass` or a NotImplementedError. A class
    may come with some methods written; then one that is still empty is named.
    """
    functions = _functions(answer)
    empty = [function.__name__ for function in functions if _is_empty(function)]
    if len(empty) == len(functions) > 0:
        return NO_ANSWER
    # A constructor that makes nothing is whole where a layer has no parameters.
    empty = [name for name in empty if name != "__init__"]
    return f"{NO_ANSWER}: {empty[0]} is still empty" if empty else ""


# --- what was given


def _asked(name: Any, answer: Any = None) -> Comparison | None:
    """The turn of this name; where there is none, that is said in a sentence."""
    if isinstance(name, str) and name in _TURNS:
        return _TURNS[name]
    if not isinstance(name, str):
        example = answer if isinstance(answer, str) else TURNS[0]
        print(f'the name of the turn comes first, in quotation marks: "{example}"')
    else:
        near = difflib.get_close_matches(name, TURNS, n=1)
        print(
            f"there is no turn {name!r}; "
            + (f"is it {near[0]!r}?" if near else f"there are {', '.join(TURNS)}")
        )
    return None


def _unfit(asked: Comparison, answer: Any) -> Finding | None:
    """The finding where something was given that cannot be run as this turn's answer."""
    is_class = isinstance(answer, type)
    if not callable(answer) or is_class != (asked.ASKS == "class"):
        return finding(asked.rows, f"not_a_{asked.ASKS}", asked.items, _kind(answer))
    if is_class and not issubclass(answer, nn.Module):
        return finding(asked.rows, "not_a_module", asked.items, what=answer.__name__)
    needed = [
        name
        for name, parameter in inspect.signature(asked.reference).parameters.items()
        if parameter.default is parameter.empty
    ]
    try:
        signature = inspect.signature(answer)
    except (ValueError, TypeError):  # written in C
        return None
    try:
        signature.bind(*needed)
    except TypeError:
        wanted = f"({', '.join(needed)})"
        return finding(asked.rows, "signature", asked.items, str(signature), wanted=wanted)
    return None


def _kind(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, nn.Module):
        return f"a layer that is already built, {type(value).__name__}(...)"
    if isinstance(value, types.FunctionType):
        return f"the function {value.__name__}"
    return "None" if value is None else f"an object of type {type(value).__name__}"


def _functions(answer: Any) -> list[types.FunctionType]:
    """A function, or the methods that a class itself defines."""
    parts = vars(answer).values() if isinstance(answer, type) else [answer]
    return [part for part in parts if isinstance(part, types.FunctionType)]


def _source(answer: Any) -> str:
    """The source of its functions. A class that was defined in a notebook has none of its own."""
    found = []
    for function in _functions(answer):
        with contextlib.suppress(OSError, TypeError, IndentationError, SyntaxError):
            found.append(textwrap.dedent(inspect.getsource(function)))
    return "\n".join(found)


def _is_empty(function: types.FunctionType) -> bool:
    try:
        [definition] = ast.parse(_source(function)).body
    except (ValueError, SyntaxError):  # no source to be had
        return False
    return isinstance(definition, ast.FunctionDef) and all(map(_is_nothing, definition.body))


def _is_nothing(step: ast.stmt) -> bool:
    if isinstance(step, ast.Raise):
        return "NotImplementedError" in ast.unparse(step)
    is_constructor = isinstance(step, ast.Expr) and ast.unparse(step) == "super().__init__()"
    is_constant = isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    return is_constructor or is_constant or isinstance(step, ast.Pass)


# --- hints


def _help(asked: Comparison, taken: Taken, found: Finding, source: str) -> str:
    """The line under a finding: how to get a hint, or, from the second wrong answer on, the next hint."""
    mark = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:16] if source else ""
    again = bool(mark) and mark == taken.last
    taken.likely, taken.last = found.hint, mark
    if again:
        hint = taken.hints[-1] if taken.hints else ""
    else:
        taken.tries += 1
        hint = (taken.next_hint(asked) or NO_MORE) if taken.tries > FREE else ""
    return f"hint: {hint}" if hint else f'a hint: checks.hint("{asked.name}")'
