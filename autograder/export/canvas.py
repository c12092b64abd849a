"""Canvas's gradebook, as it exports it and takes it back: Student, ID, …, Section, then "Name (id)" columns.

Above the students stand a row "Points Possible" and, where marks are posted by hand, a row "Manual Posting";
columns that Canvas computes are called "(read only)" there.
"""

import re
from pathlib import Path

from autograder.export.fill import How, Line, Table, as_number, only_column
from autograder.intake.document import shown
from autograder.intake.roster import tokens
from autograder.sheet import Sheet, SheetError

_ASSIGNMENT = re.compile(r"(?P<name>.+) \(\d+\)")
_KEYS = ("SIS User ID", "SIS Login ID", "Integration ID")
_TEST = ("student", "test")  # Canvas's own "Test Student", always the last
_NO_MARK = {"EX": "excused", "N/A": "not assigned"}


def read(path: Path | str, assignment: str, how: How) -> Table:
    """The columns and lines of an exported gradebook.

    Raises:
        SheetError: it is none, or not one column fits the assignment; says what to do.
    """
    sheet = Sheet(path)
    number = only_column(sheet, ["ID"])
    whole = only_column(sheet, ["Student"], needed=False)
    if whole is None:
        names = [only_column(sheet, ["LastName"]), only_column(sheet, ["FirstName"])]
    else:
        names = [whole]
    keys = [n for key in _KEYS if (n := only_column(sheet, [key], needed=False)) is not None]
    above = _points_row(sheet, names[0])
    column = _column(sheet, assignment, above, how)
    lines = []
    for row in range(1, len(sheet.rows)):
        name = ", ".join(sheet.cell(row, n) for n in names)
        if sheet.cell(row, number) and tuple(sorted(tokens(name))) != _TEST:
            # The number is Canvas's, and may be the id here too.
            found = [sheet.cell(row, n) for n in (number, *keys)]
            locked = _NO_MARK.get(sheet.cell(row, column).upper(), "")
            lines.append(Line(row, name, found, sheet.cell(row, number), locked))
    if not lines:
        raise SheetError(f"{sheet.path} holds no student: export it once more")
    worth = as_number(sheet.cell(above, column)) if above is not None else None
    return Table("Canvas", sheet, column, worth, lines)


def _points_row(sheet: Sheet, name: int) -> int | None:
    rows = range(1, len(sheet.rows))
    return next((row for row in rows if sheet.cell(row, name).casefold() == "points possible"), None)


def _column(sheet: Sheet, assignment: str, above: int | None, how: How) -> int:
    """The column of the assignment: the one that is named, or whose name is the assignment's."""
    open_ = {
        n: found["name"]
        for n, header in enumerate(sheet.header)
        if (found := _ASSIGNMENT.fullmatch(header))
        and (above is None or sheet.cell(above, n).casefold() != "(read only)")
    }
    there = ", ".join(repr(shown(sheet.header[n])) for n in open_) or "none"
    if how.column:
        fits = [n for n, name in open_.items() if how.column in (name, sheet.header[n])]
    else:
        words = tokens(assignment)
        fits = [n for n, name in open_.items() if tokens(name) == words]
        fits = fits or [n for n, name in open_.items() if _holds(tokens(name), words)]
    if len(fits) == 1:
        return fits[0]
    wanted = how.column or assignment
    if fits:
        both = " and ".join(repr(shown(sheet.header[n])) for n in fits)
        raise SheetError(f"{sheet.path}: {both} fit {wanted!r}: say which with --column")
    raise SheetError(
        f"{sheet.path}: no column that takes marks fits {wanted!r}: name one with --column, of {there}"
    )


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[n : n + len(part)] == part for n in range(len(words)))
