"""One row for each student and assignment: where the mark stands, and the mark if there is one."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder import store
from autograder.book.lateness import Lateness
from autograder.book.marks import Booked, booked
from autograder.course import Course, Student
from autograder.results import Results, earned

OK, FLAGGED, TO_READ = "ok", "flagged", "to be read"
UNREADABLE, NOT_SUBMITTED, NOT_GRADED = "unreadable", "not submitted", "not graded"
COLUMNS = (
    "assignment",
    "student",
    "last_name",
    "first_name",
    "email",
    "status",
    "points",
    "max",
    "late_penalty",
    "late_minutes",
    "submitted",
    "to_read",
    "flags",
)


@dataclass(frozen=True)
class Mark:
    """Where one student's mark of one assignment stands.

    Attributes:
        status: ok; flagged (the mark stands, look at why); to be read (a person must still read some answers,
            whose points are not in the mark); not graded; unreadable; not submitted. The last three have no
            mark, and not a zero.
        points: after late penalty and manual marks; None where there is no mark.
        worth: the most that can be earned.
        submitted: when it was handed in, ISO, "" where nobody knows.
        stale: tests or environment are others than those it was graded with.
    """

    assignment: str
    student: Student
    status: str
    points: float | None
    worth: float
    penalty: float = 0.0
    late: float | None = None
    submitted: str = ""
    to_read: int = 0
    flags: tuple[str, ...] = ()
    stale: bool = False

    @property
    def is_final(self) -> bool:
        """Whether there is a mark, and nothing of it waits for a person."""
        return self.points is not None and self.status != TO_READ


def marks(course: Course, name: str) -> list[Mark]:
    """The marks of all who are enrolled, sorted by id.

    Raises:
        GradebookError: the book cannot be read.
        FileNotFoundError, SourceError: the assignment has no source, or one that cannot be graded.
    """
    what = Results(course, name)
    with course.gradebook() as book:
        have = booked(book, name)
        worth = book.find_assignment(name).max_score if have else _worth(what)
    people = {student.id: student for student in course.students()}
    lateness = Lateness(what)
    ids = sorted(what.records.keys() | people.keys())
    return [
        _mark(what, people.get(student, Student(student)), have.get(student), worth, lateness)
        for student in ids
    ]


def _worth(what: Results) -> float:
    return sum(check.points for check in what.assignment.checks.values())


def _mark(what: Results, student: Student, have: Booked | None, worth: float, lateness: Lateness) -> Mark:
    record = what.records.get(student.id)
    if record is None or record["status"] == "not_submitted":
        return Mark(what.name, student, NOT_SUBMITTED, None, worth)
    flags, submitted = list(record["flags"]), record.get("time") or ""
    if record["sha256"] is None:
        status = UNREADABLE if record["status"] == "unreadable" else NOT_GRADED
        return Mark(what.name, student, status, None, worth, submitted=submitted, flags=tuple(flags))
    result = _result(what, student.id, have, lateness)
    if result is None:
        return Mark(what.name, student, NOT_GRADED, None, worth, submitted=submitted, flags=tuple(flags))
    flags += [flag for flag in result["flags"] if flag not in flags]
    return Mark(
        what.name,
        student,
        TO_READ if have.to_read else FLAGGED if flags else OK,
        have.points,
        worth,
        have.penalty,
        have.late,
        submitted,
        have.to_read,
        tuple(flags),
        stale=result["key"] != what.key(student.id),
    )


def _result(what: Results, student: str, have: Booked | None, lateness: Lateness) -> dict[str, Any] | None:
    """The result that the book's mark comes from; None where that is not the notebook taken in, or late anew.

    Tests and environment may be others by now: what was marked with them stands until it is graded again.
    """
    last, note = what.last(student), what.booked(student)
    if have is None:
        return None
    if last and last.get("made_of", {}).get("notebook") == what.records[student]["sha256"]:
        return last if note.get("lateness") == lateness.of(student) else None
    now = what.result(student)  # by `nbgrader autograde` or formgrader, which leave no note
    return now if now and abs(have.automatic - earned(now)) < 0.005 else None


def table(rows: Sequence[Mark]) -> str:
    """The marks as CSV, in the columns of COLUMNS; empty where nothing is known."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in rows:
        graded = row.points is not None
        cells = [
            row.assignment,
            row.student.id,
            row.student.last_name,
            row.student.first_name,
            row.student.email,
            row.status,
            f"{row.points:g}" if graded else "",
            f"{row.worth:g}",
            f"{row.penalty:g}" if graded else "",
            f"{row.late / 60:.0f}" if row.late is not None else "",
            row.submitted,
            str(row.to_read) if graded else "",
            "; ".join(row.flags),
        ]
        lines.writerow(map(store.cell, cells))
    return text.getvalue()


def summary(rows: Sequence[Mark]) -> str:
    """How many there are of each status, in a sentence for each assignment."""
    counts: Mapping[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.assignment, Counter())[row.status] += 1
    order = (OK, FLAGGED, TO_READ, NOT_GRADED, UNREADABLE, NOT_SUBMITTED)
    said = []
    for name, found in counts.items():
        said.append(f"{name}: " + ", ".join(f"{found[one]} {one}" for one in order if found[one]))
    return "\n".join(said)
