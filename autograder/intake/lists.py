"""Lists of people, as the platforms give them: who is enrolled, and who works together.

Canvas: the exported gradebook. Moodle: the grading worksheet of an assignment, the list of participants, the
exported grades, in English or German. Ours: what `nbgrader db student import` takes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from autograder.course import Student
from autograder.intake.roster import tokens
from autograder.sheet import Sheet, SheetError

_FIRST = ("first name", "firstname", "first_name", "vorname")
_LAST = ("last name", "lastname", "last_name", "surname", "nachname")
_EMAIL = ("email address", "email", "e-mail-adresse")
_LOGIN = ("username", "sis login id", "anmeldename", "login_id")
_NUMBER = ("id number", "sis user id", "id-nummer", "user_id")
_WHOLE = ("student", "full name", "vollständiger name")
_GROUP = ("group", "group_name", "groups", "gruppe", "gruppen")
_PARTICIPANT = re.compile(r"\D+?\s?(\d+)")  # Moodle's identifier, "Participant 12345"


@dataclass
class Listed:
    """The people of a list.

    Attributes:
        students: those who are known already under their own id, others under the platform's.
        moodle: Moodle's number of each, which belongs to the one assignment that the list is of.
    """

    students: list[Student] = field(default_factory=list)
    moodle: dict[str, str] = field(default_factory=dict)


def students(path: Path | str, known: Sequence[Student]) -> Listed:
    """Who is in a list.

    Args:
        known: the students of the gradebook: who is one of them by id, address or platform number, or by a
            name that nobody else has, keeps the id.

    Raises:
        ValueError: no column says who it is, a line names nobody, or two lines the same; says which.
    """
    sheet = Sheet(path)
    columns = {name.casefold(): n for n, name in reversed(list(enumerate(sheet.header)))}
    found = Listed()
    lines: dict[str, int] = {}
    for row in range(1, len(sheet.rows)):
        cells = {name: sheet.cell(row, n) for name, n in columns.items()}
        read = _ours if "id" in columns and "student" not in columns and not _is_moodles(cells) else _theirs
        student, number = read(cells, sheet)
        if student is None:  # Canvas's rows above the students, and its test student
            continue
        where = f"{sheet.path}, line {sheet.line(row)}"
        if not student.id:
            raise SheetError(f"{where}: the id is missing")
        student = student if read is _ours else _as_known(student, known, where)
        if student.id in lines:
            raise SheetError(
                f"{where}: {student.id} stands in line {lines[student.id]} already: take one out"
            )
        lines[student.id] = sheet.line(row)
        found.students.append(student)
        if number:
            found.moodle[student.id] = number
    if not found.students:
        groups = ": it names groups, so give it with --groups" if columns.keys() & set(_GROUP) else ""
        raise SheetError(
            f"{sheet.path} names no student{groups}: it may be Canvas's gradebook, Moodle's worksheet or "
            "list of participants, or begin with id,first_name,last_name,email"
        )
    return found


def groups(path: Path | str, whose: Callable[[str], set[str]]) -> dict[str, str]:
    """The group of each student, from a table with a column for the group and one that says who it is.

    Raises:
        ValueError: a column is missing, somebody is not known, or is in two groups; says in which line.
    """
    sheet = Sheet(path)
    columns = {name.casefold(): n for n, name in enumerate(sheet.header)}
    group = next((columns[name] for name in _GROUP if name in columns), None)
    keys = ("student", "id", "canvas_user_id", *_LOGIN, *_EMAIL, *_NUMBER, *_WHOLE, "name")
    who = list(dict.fromkeys(columns[name] for name in keys if name in columns))
    both = [columns[name] for names in (_FIRST, _LAST) for name in names if name in columns]
    if group is None or not who:
        raise SheetError(
            f"{sheet.path} has no columns for group and student: its first line should be group,student"
        )
    found: dict[str, str] = {}
    for row in range(1, len(sheet.rows)):
        name = sheet.cell(row, group)
        if not name:  # in no group
            continue
        where = f"{sheet.path}, line {sheet.line(row)}"
        texts = [*(sheet.cell(row, n) for n in who), " ".join(sheet.cell(row, n) for n in both)]
        meant = next((ids for text in texts if text and (ids := whose(text))), set())
        if len(meant) != 1:
            said = f"several are meant: {', '.join(sorted(meant))}" if meant else "nobody enrolled is meant"
            raise SheetError(f"{where}: {sheet.cell(row, who[0])!r}: {said}")
        [student] = meant
        if found.setdefault(student, name) != name:
            raise SheetError(f"{where}: {student} is in {found[student]!r} already: one group each")
    return found


def _ours(cells: Mapping[str, str], sheet: Sheet) -> tuple[Student | None, str]:
    student = Student(**{f.name: cells.get(f.name, "") for f in fields(Student)})
    if not (student.first_name or student.last_name):  # in other columns than nbgrader's
        first, last = _named(cells, (*_WHOLE, "name"))
        student = replace(student, first_name=first, last_name=last)
    return student, ""


def _theirs(cells: Mapping[str, str], sheet: Sheet) -> tuple[Student | None, str]:
    """A platform's line: the student, by what the platform itself calls them, and Moodle's number."""

    def cell(names: Sequence[str]) -> str:
        return _first(cells, names)

    (first, last), email = _named(cells), cell(_EMAIL)
    login, number = cell(_LOGIN), cell(_NUMBER)
    email = email or (login if "@" in login else "")
    if "student" in cells or ("id" in cells and not _is_moodles(cells)):  # Canvas
        if not cells.get("id") or sorted(tokens(f"{first} {last}")) == ["student", "test"]:
            return None, ""
        return Student(cells["id"], first, last, email, cells["id"]), ""
    moodle = _PARTICIPANT.fullmatch(cells.get("identifier") or cells.get("id") or "")
    name = f"{first} {last}".strip()
    if not (login or number or email or name):
        raise SheetError(
            f"{sheet.path} has no column that says who it is: it may be Canvas's gradebook, Moodle's "
            "worksheet or list of participants, or begin with id,first_name,last_name,email"
        )
    return Student(login or number or email or name, first, last, email), moodle[1] if moodle else ""


def _first(cells: Mapping[str, str], names: Sequence[str]) -> str:
    """What stands in the first of these columns in which something stands."""
    return next((cells[name] for name in names if cells.get(name)), "")


def _named(cells: Mapping[str, str], whole: Sequence[str] = _WHOLE) -> tuple[str, str]:
    """First and last name, from columns of their own or from one for both, one of `whole`."""
    first, last = _first(cells, _FIRST), _first(cells, _LAST)
    return (first, last) if first or last else _split(_first(cells, whole))


def _is_moodles(cells: Mapping[str, str]) -> bool:
    """Whether it is a line of a grading worksheet, whose first column is called ID in German."""
    has_grade = "bewertung" in cells or "grade" in cells
    return "identifier" in cells or (has_grade and _PARTICIPANT.fullmatch(cells.get("id", "")) is not None)


def _split(name: str) -> tuple[str, str]:
    """First and last name of "Lovelace, Ada" or "Ada Lovelace"."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def _as_known(student: Student, known: Sequence[Student], where: str) -> Student:
    """The same person under the id of the gradebook, where they are in it.

    Raises:
        SheetError: what the line says fits several of the gradebook.
    """
    keys = {text.casefold() for text in (student.id, student.email, student.lms_user_id) if text}
    fits = [one for one in known if keys & {t.casefold() for t in (one.id, one.email, one.lms_user_id) if t}]
    if not fits:
        name = sorted(tokens(f"{student.first_name} {student.last_name}"))
        fits = [one for one in known if name and sorted(tokens(f"{one.first_name} {one.last_name}")) == name]
    if len(fits) > 1:
        several = ", ".join(one.id for one in fits)
        raise SheetError(f"{where}: {student.id} fits several of the gradebook: {several}")
    return replace(student, id=fits[0].id) if fits else student
