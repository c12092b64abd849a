"""What the penalty for being late hangs on, besides the mark itself."""

import hashlib
import importlib.util
import json
from pathlib import Path

from nbgrader.api import MissingEntry, SubmittedAssignment

from autograder.results import Results

TIMESTAMP = "timestamp.txt"


class Lateness:
    """Deadline, extensions and penalty method of an assignment, as they are when this is made."""

    def __init__(self, what: Results) -> None:
        self.what = what
        config = what.course.config
        plugin = config.get("AssignLatePenalties", {}).get("plugin_class")
        self._method = [repr(config.get("LateSubmissionPlugin")), repr(plugin), _code(plugin)]
        self._due, self._extensions, self._by_hand = None, {}, {}
        with what.course.gradebook() as gradebook:
            try:
                assignment = gradebook.find_assignment(what.name)
            except MissingEntry:
                return
            self._due = str(assignment.duedate)
            self._extensions = {s.student.id: str(s.extension) for s in assignment.submissions if s.extension}
            # nbgrader has made the penalty of what the mark was then; marks by hand may have come since.
            late = [s for s in assignment.submissions if s.total_seconds_late > 0]
            self._by_hand = {s.student.id: _by_hand(s) for s in late}

    def of(self, student: str) -> str:
        """A digest of all that decides this student's penalty, their time of submission included."""
        stamp = self.what.course.submitted(student, self.what.name) / TIMESTAMP
        text = stamp.read_text(encoding="utf-8", errors="replace") if stamp.is_file() else None
        parts = [self._due, self._extensions.get(student), text, self._method]
        if self._by_hand.get(student):
            parts.append(self._by_hand[student])
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def forget_times(what: Results, students: set[str]) -> None:
    """nbgrader keeps the time of submission that it has where a student has none any more."""
    gone = [s for s in sorted(students) if not (what.course.submitted(s, what.name) / TIMESTAMP).is_file()]
    if not gone:
        return
    with what.course.gradebook() as gradebook:
        for student in gone:
            try:
                gradebook.find_submission(what.name, student).timestamp = None
            except MissingEntry:  # never graded before
                continue
        gradebook.db.commit()


def _by_hand(submission: SubmittedAssignment) -> list[tuple[str, float]]:
    """The points that a person has given, by the name of the cell."""
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    return sorted((grade.name, grade.manual_score) for grade in grades if grade.manual_score is not None)


def _code(plugin: object) -> str | None:
    """The text of a course's own penalty plug-in, by the name or the class that the configuration gives."""
    name = plugin if isinstance(plugin, str) else getattr(plugin, "__module__", "")
    for module in (name, name.rpartition(".")[0]):
        try:
            found = importlib.util.find_spec(module) if module else None
        except (ImportError, ValueError):
            continue
        if found and found.origin and Path(found.origin).is_file():
            return Path(found.origin).read_text(encoding="utf-8", errors="replace")
    return None
