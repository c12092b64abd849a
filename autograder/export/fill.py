"""Marks into one column of a platform's table: which lines get one, which stay, and what is said of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.export.marks import TO_READ, Mark
from autograder.export.people import NotKnown, People
from autograder.intake.document import shown
from autograder.sheet import Sheet, SheetError

MOST = 6  # that are named in a sentence


@dataclass(frozen=True)
class Line:
    """One student's line of a platform's table.

    Attributes:
        row: in the sheet.
        name, keys, number: what tells whose it is (see `People.whose`).
        locked: why the platform takes no mark here; "" where it does.
    """

    row: int
    name: str
    keys: Sequence[str]
    number: str = ""
    locked: str = ""


@dataclass(frozen=True)
class How:
    """What a person says about filling.

    Attributes:
        column: the header of the column that takes the marks, "" to find it.
        scale: marks are made to fit the platform's maximum where it is another one.
        skip_unknown: lines of nobody known stay as they are.
        provisional: marks of which something waits for a person are written too.
    """

    column: str = ""
    scale: bool = False
    skip_unknown: bool = False
    provisional: bool = False


@dataclass
class Table:
    """A platform's file as far as it is understood: its sheet, the column of the marks, a line a student.

    `worth`: the most that the platform gives, None where the file does not say it.
    """

    platform: str
    sheet: Sheet
    column: int
    worth: float | None
    lines: Sequence[Line]
    owners: dict[int, str] = field(default_factory=dict)  # row -> student

    def find_owners(self, people: People, how: How) -> list[str]:
        """Say whose each line is; returns sentences on those that are nobody's.

        Raises:
            SheetError: lines are nobody's, and are not to be skipped; or one student has two.
        """
        unknown: dict[int, str] = {}
        for line in self.lines:
            if len(self.sheet.rows[line.row]) > len(self.sheet.header):
                number = self.sheet.line(line.row)
                raise SheetError(
                    f"{self.sheet.path}, line {number}: more cells than columns: export it once more"
                )
            try:
                student = people.whose(line.keys, line.number, line.name)
            except NotKnown as why:
                label = line.name or line.number or next(filter(None, line.keys), "")
                unknown[line.row] = f"line {self.sheet.line(line.row)}, {shown(label)!r} ({why})"
                continue
            twice = next((row for row, owner in self.owners.items() if owner == student), None)
            if twice is not None:
                a, b = self.sheet.line(twice), self.sheet.line(line.row)
                raise SheetError(f"{self.sheet.path}: lines {a} and {b} are both of {student}: take one out")
            self.owners[line.row] = student
        if unknown and not how.skip_unknown:
            raise SheetError(
                f"{self.sheet.path}: nobody known is meant by {_some(unknown.values())}: give the list of "
                "students to `python -m autograder intake --students`, or leave these lines as they are with "
                "--skip-unknown"
            )
        return [f"not filled, nobody known is meant: {_some(unknown.values())}"] if unknown else []

    def fill(self, marks: Mapping[str, Mark], how: How) -> list[str]:
        """Write the marks of the lines' owners; returns sentences: how many, and which lines stay and why.

        Raises:
            SheetError: the platform's maximum is another one than the assignment's.
        """
        factor = self._factor(next(iter(marks.values())).worth if marks else None, how)
        written, stay = 0, {"wait": [], "none": [], "locked": []}
        locked = {line.row: line.locked for line in self.lines}
        for row, student in self.owners.items():
            mark = marks.get(student)
            if mark is None or mark.points is None:
                if self.sheet.cell(row, self.column):
                    stay["none"].append(student)
            elif locked[row]:
                stay["locked"].append(f"{student} ({locked[row]})")
            elif mark.status == TO_READ and not how.provisional:
                stay["wait"].append(student)
            else:
                text = self.sheet.number(mark.points * factor, self.column)
                self.sheet.put(row, self.column, text)
                written += 1
        name = self.sheet.header[self.column]
        said = [f"{self.platform}: {written} marks in the column {shown(name)!r}"]
        if factor != 1:
            said[0] += f", multiplied by {factor:g} so that the most is {self.worth:g}"
        if stay["wait"]:
            said.append(
                f"left out, answers wait for a person (read them in formgrader, or --provisional): "
                f"{_some(stay['wait'])}"
            )
        if stay["locked"]:
            said.append(f"left as it is by {self.platform}'s own word: {_some(stay['locked'])}")
        if stay["none"]:
            said.append(f"has no mark here, and what the file holds stays: {_some(stay['none'])}")
        absent = sorted(s for s, m in marks.items() if m.points is not None and s not in self.owners.values())
        if absent:
            said.append(f"has a mark and no line in {self.sheet.path.name}: {_some(absent)}")
        return said

    def _factor(self, worth: float | None, how: How) -> float:
        if worth is None or self.worth is None or self.worth == worth:
            return 1.0
        if how.scale and worth and self.worth:
            return self.worth / worth
        name = self.sheet.header[self.column]
        raise SheetError(
            f"{self.sheet.path}: {shown(name)!r} is worth {self.worth:g} points in {self.platform}, and "
            f"{worth:g} here: make them equal there, or let --scale multiply the marks"
        )


def only_column(sheet: Sheet, names: Sequence[str], needed: bool = True) -> int | None:
    """The one column whose header is one of these names, in any case; None where there is none.

    Raises:
        SheetError: several fit; or none does, and it is needed.
    """
    wanted = {name.casefold() for name in names}
    found = [n for n, name in enumerate(sheet.header) if name.casefold() in wanted]
    if len(found) > 1:
        twice = shown(sheet.header[found[0]])
        raise SheetError(f"{sheet.path}: {len(found)} columns are called {twice!r}: keep one of them")
    if not found and needed:
        there = ", ".join(repr(shown(name)) for name in sheet.header[:12])
        raise SheetError(f"{sheet.path} has no column {names[0]!r} (it has {there}): export it once more")
    return found[0] if found else None


def as_number(text: str) -> float | None:
    """The number in a cell, with a comma or a point; None where there is none."""
    found = re.fullmatch(r"(-?\d+)(?:[.,](\d+))?", text.strip())
    return float(f"{found[1]}.{found[2] or 0}") if found else None


def _some(who: Sequence[str]) -> str:
    who = list(who)
    return ", ".join(who[:MOST]) + (f" and {len(who) - MOST} more" if len(who) > MOST else "")
