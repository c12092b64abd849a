"""What the author of a comparison writes down: calls, ways of going wrong, words for what differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.checks.findings.row import BY_CASE, Row


@dataclass(frozen=True)
class Case:
    """One call of the answer.

    args, kwargs: of the call; arrays become tensors, all else stays. build: of the constructor, for a class.
    item: what is lost where the output is another one, so that points go by argument. refuses: such a call
    must end in an error that says what is wrong with it. trivial: so small that much which is wrong comes out
    right; what is right here earns nothing that is not seen in another case too.
    """

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    build: Mapping[str, Any] = field(default_factory=dict)
    item: str = "output"
    refuses: bool = False
    trivial: bool = False


@dataclass(frozen=True)
class Wrong:
    """A way of going wrong, as a program: `version` takes the place of the answer. `title` names it.

    costs: the items that it takes, however much else follows from it; empty for all that differ. version may
    be left out where the exercise makes its wrong versions by name (`together`).
    """

    name: str
    title: str
    version: Callable[..., Any] | None = None
    expected: str = ""
    hint: str = ""
    costs: tuple[str, ...] = ()

    def row(self) -> Row:
        return Row(self.name, BY_CASE, self.title, self.expected, self.hint)


@dataclass(frozen=True)
class Words:
    """What is said where one key of the observation differs: title, what was expected, what is likely."""

    title: str
    expected: str = ""
    hint: str = ""

    def row(self, key: str) -> Row:
        return Row(f"wrong_{key}", BY_CASE, self.title, self.expected, self.hint)
