"""nbgrader writes its book: marks, late penalties, and the graded notebooks that feedback is made of."""

import contextlib
import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from autograder import store
from autograder.preprocessor import SandboxedExecute
from autograder.results import Results, earned


class _Book(Autograde):
    """nbgrader's own autograding for a given list of students, with our results for its execution."""

    def __init__(self, students: list[str], written: Callable[[str], None], **options: Any) -> None:
        super().__init__(**options)
        self.students, self.written, self.force = students, written, True
        ours = [SandboxedExecute if step is Execute else step for step in self.autograde_preprocessors]
        self.autograde_preprocessors = ours

    def init_notebooks(self) -> None:
        name = self.coursedir.assignment_id
        folders = [self._format_source(name, student) for student in self.students]
        self.assignments = {folder: [os.path.join(folder, f"{name}.ipynb")] for folder in folders}

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """The last thing that nbgrader does for a student."""
        super().set_permissions(assignment_id, student_id)
        self.written(student_id)


def write(what: Results, students: list[str]) -> list[str]:
    """Let nbgrader write the marks of those whose result is not the one that is in the book.

    Manual marks stay; each change is noted in history.jsonl: when, whose, from which result to which. Returns
    the students whose marks nbgrader could not write.
    """
    waiting = {student for student in students if not _is_booked(what, student)}
    if not waiting:
        return []
    coursedir = CourseDirectory(config=what.course.config, root=str(what.course.root))
    coursedir.assignment_id = what.name
    with tqdm(total=len(waiting), desc="written into the book", unit="student") as bar, _quiet_database():

        def written(student: str) -> None:
            _note(what, student)
            waiting.discard(student)
            bar.update()

        app = _Book(sorted(waiting), written, coursedir=coursedir, config=what.course.config)
        app.log.setLevel(logging.ERROR)
        with contextlib.suppress(NbGraderException):  # it has gone on to the end of the class before
            app.start()
    return sorted(waiting)


@contextlib.contextmanager
def _quiet_database() -> Iterator[None]:
    """nbgrader's models make SQLAlchemy 2 warn, three times for each student."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
        yield


def _is_booked(what: Results, student: str) -> bool:
    done = store.read(what.work / "booked" / f"{student}.json")
    notebook = what.course.autograded(student, what.name) / f"{what.name}.ipynb"
    wanted = {"key": what.key(student), "points": earned(what.result(student))}
    return done == wanted and notebook.is_file()


def _note(what: Results, student: str) -> None:
    path, now = what.work / "booked" / f"{student}.json", what.key(student)
    before = store.read(path) or {"key": None, "points": None}
    points = earned(what.result(student))
    if before != {"key": now, "points": points}:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "student": student,
            "points": points,
            "points_before": before["points"],
            "result": now,
            "result_before": before["key"],
            "assignment": what.assignment.digest,
        }
        with (what.work / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    store.write(path, {"key": now, "points": points})
