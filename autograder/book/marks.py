"""The marks that nbgrader's book has: after manual marks and late penalties."""

from dataclasses import dataclass
from typing import Any

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func


@dataclass(frozen=True)
class Booked:
    """One student's mark of one assignment.

    Attributes:
        points: what counts, the late penalty taken off.
        automatic: what the checks alone give.
        penalty: what being late has cost.
        late: seconds after the deadline; None where there is no deadline, or no time.
        to_read: how many answers a person must still read.
    """

    points: float
    automatic: float
    penalty: float
    late: float | None
    to_read: int


def booked(book: Gradebook, name: str) -> dict[str, Booked]:
    """All marks of an assignment, by student; none where the book does not know it."""
    try:
        assignment = book.find_assignment(name)
    except MissingEntry:
        return {}
    left, checked = waiting(book, name), automatic(book, name)
    found = {}
    for one in assignment.submissions:
        penalty = one.late_submission_penalty
        known = one.timestamp is not None and assignment.duedate is not None
        found[one.student.id] = Booked(
            points=round(max(0.0, one.score - penalty), 2),
            automatic=checked.get(one.student.id, 0.0),
            penalty=round(penalty, 2),
            late=one.total_seconds_late if known else None,
            to_read=left.get(one.student.id, 0),
        )
    return found


def waiting(book: Gradebook, name: str) -> dict[str, int]:
    """How many answers to an assignment a person must still read, by student."""
    return _by_student(book, name, func.count(), Grade.needs_manual_grade)


def automatic(book: Gradebook, name: str) -> dict[str, float]:
    """What the automatic scores of an assignment come to, by student."""
    found = _by_student(book, name, func.sum(Grade.auto_score))
    return {student: points or 0.0 for student, points in found.items()}


def _by_student(book: Gradebook, name: str, value: Any, *which: Any) -> dict[str, Any]:
    """One value for each student of an assignment, over all grades or some: {} if there is no assignment."""
    try:
        assignment = book.find_assignment(name)
    except MissingEntry:
        return {}
    rows = (
        book.db.query(SubmittedAssignment.student_id, value)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedAssignment.assignment_id == assignment.id, *which)
        .group_by(SubmittedAssignment.student_id)
    )
    return dict(rows.all())
