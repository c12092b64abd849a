"""Moodle's grading worksheet, as it is downloaded and uploaded: Identifier, Full name, …, Grade, ….

Its headers are in the language of whoever downloads it. The identifier ("Participant 12345") is found by what
its cells look like, the other columns by their English and German names; `--column` names that of the marks.
"""

import re
from pathlib import Path

from autograder.export.fill import How, Line, Table, as_number, only_column
from autograder.sheet import Sheet, SheetError

IDENTIFIER = ("Identifier", "ID")
NAME = ("Full name", "Vollständiger Name")
EMAIL = ("Email address", "E-Mail-Adresse")
_KEYS = (EMAIL, ("ID number", "ID-Nummer"), ("Username", "Anmeldename"))
_GRADE = ("Grade", "Bewertung")
_MOST = ("Maximum grade", "Bestwertung")
_OPEN = ("Grade can be changed", "Bewertung kann geändert werden")
_PARTICIPANT = re.compile(r"\D+?\s?(\d+)")  # "Participant 12345", "Teilnehmer/in12345"


def identifiers(sheet: Sheet) -> int | None:
    """The column whose every cell is "Participant 12345", in any language; None where there is none."""
    for column in range(len(sheet.header)):
        cells = [sheet.cell(row, column) for row in range(1, len(sheet.rows))]
        if cells and all(map(_PARTICIPANT.fullmatch, cells)):
            words = {_PARTICIPANT.fullmatch(cell)[0].rstrip("0123456789") for cell in cells}
            if len(words) == 1:
                return column
    return None


def number(cell: str) -> str:
    """The participant's number in an identifier; it belongs to one assignment."""
    return _PARTICIPANT.fullmatch(cell)[1]


def read(path: Path | str, assignment: str, how: How) -> Table:
    """The columns and lines of a grading worksheet.

    Raises:
        SheetError: it is none; says what is missing and what to do.
    """
    sheet = Sheet(path)
    if len(sheet.rows) < 2:
        raise SheetError(f"{sheet.path} holds no student: export it once more")
    column = only_column(sheet, [how.column] if how.column else _GRADE)
    identifier = identifiers(sheet)
    if identifier is None:
        only_column(sheet, IDENTIFIER)
        raise SheetError(
            f"{sheet.path}: {sheet.header[only_column(sheet, IDENTIFIER)]!r} does not hold "
            "'Participant 12345' in each line: take the worksheet as Moodle gives it"
        )
    named, changes = only_column(sheet, NAME, needed=False), only_column(sheet, _OPEN, needed=False)
    keys = [n for key in _KEYS if (n := only_column(sheet, key, needed=False)) is not None]
    most = only_column(sheet, _MOST, needed=False)
    lines = []
    for row in range(1, len(sheet.rows)):
        is_locked = changes is not None and sheet.cell(row, changes).casefold() in ("no", "nein")
        lines.append(
            Line(
                row,
                sheet.cell(row, named) if named is not None else "",
                [sheet.cell(row, n) for n in keys],
                number(sheet.cell(row, identifier)),
                "the grade may not be changed" if is_locked else "",
            )
        )
    found = {as_number(sheet.cell(line.row, most)) for line in lines if most is not None}
    if len(found) > 1:
        raise SheetError(
            f"{sheet.path}: {sheet.header[most]!r} is not the same in all lines: take it as Moodle gives it"
        )
    return Table("Moodle", sheet, column, next(iter(found), None), lines)
