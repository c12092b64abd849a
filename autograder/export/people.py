"""Whose a line of a platform's table is: by what is unique first, by a name only where nobody shares it."""

import re
from collections.abc import Iterable, Mapping, Sequence

from autograder.course import Student
from autograder.intake.roster import Roster, tokens


class NotKnown(ValueError):
    """A line is nobody's for certain; the text says why."""


class People:
    """Students, and what tells one from another.

    Args:
        numbers: a platform's own numbers -> the student's id, as its file names have shown.
    """

    def __init__(self, students: Iterable[Student], numbers: Mapping[str, str]) -> None:
        students = list(students)
        self._roster = Roster(students, "")
        self._numbers = dict(numbers)
        self._keys: dict[str, set[str]] = {}
        self._names: dict[tuple[str, ...], set[str]] = {}
        for one in students:
            for key in {one.id, one.lms_user_id, one.email, one.email.split("@")[0]} - {""}:
                self._keys.setdefault(key.casefold(), set()).add(one.id)
            # An id made up from what was received may be a name.
            for name in {_name(f"{one.first_name} {one.last_name}"), _name(one.id)} - {()}:
                self._names.setdefault(name, set()).add(one.id)

    def whose(self, keys: Sequence[str], number: str, name: str) -> str:
        """The student's id.

        Args:
            keys: the line's ids, logins and addresses; "" for none.
            number: the platform's own number, "" for none.
            name: in any order, with or without a comma.

        Raises:
            NotKnown: nobody, or several, or what is in the line contradicts itself.
        """
        found = [self._keys[key.casefold()] for key in keys if key.casefold() in self._keys]
        if number in self._numbers:
            found.append({self._numbers[number]})
        named = self._names.get(_name(name), set())
        if not found:
            if len(named) == 1:
                return next(iter(named))
            raise NotKnown(f"its name fits {' and '.join(sorted(named))}" if named else self._perhaps(name))
        one = set.intersection(*found)
        if len(one) > 1:
            one &= named
        if len(one) != 1 or (named and not one & named):
            both = sorted(set.union(*found, named))
            raise NotKnown(f"one cell fits {both[0]} and another {' or '.join(both[1:])}")
        return next(iter(one))

    def named(self, name: str) -> set[str]:
        """The ids of all who have this name."""
        return self._names.get(_name(name), set())

    def _perhaps(self, name: str) -> str:
        likely = self._roster.owner([name]).likely
        return f"perhaps {' or '.join(likely)}" if likely else "nobody like it is known"


def _name(text: str) -> tuple[str, ...]:
    """A name's words in an order of their own; () for what is no name: a number, a single word."""
    words = tuple(sorted(tokens(text)))
    return words if len(words) > 1 and not any(re.search(r"\d", word) for word in words) else ()
