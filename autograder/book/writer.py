"""nbgrader writes its book: marks, late penalties, and the graded notebooks that feedback is made of."""

import contextlib
import functools
import json
import logging
import math
import os
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nbgrader import api
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, Execute, SaveAutoGrades
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from tqdm import tqdm

from autograder import store
from autograder.book.execute import SandboxedExecute, WaitForPerson
from autograder.book.lateness import Lateness, forget_times
from autograder.book.marks import automatic
from autograder.course import GradebookError
from autograder.results import Results, earned


class _Stopped(BaseException):
    """The book cannot be written: nbgrader, which goes on after any other error, must not go on."""


class _Book(Autograde):
    """nbgrader's own autograding for a given list of students, with our results for its execution."""

    def __init__(self, students: list[str], written: Callable[[str], None], **options: Any) -> None:
        super().__init__(**options)
        self.students, self.written, self.force = students, written, True
        self.errors: dict[str, Exception] = {}  # by student: what ended the writing of their marks
        ours = [SandboxedExecute if step is Execute else step for step in self.autograde_preprocessors]
        if WaitForPerson not in ours:
            ours.insert(ours.index(SaveAutoGrades) + 1, WaitForPerson)
        self.autograde_preprocessors = _without_metadata_check(ours)
        self.sanitize_preprocessors = _without_metadata_check(self.sanitize_preprocessors)

    def init_notebooks(self) -> None:
        name = self.coursedir.assignment_id
        folders = [self._format_source(name, student) for student in self.students]
        self.assignments = {folder: [os.path.join(folder, f"{name}.ipynb")] for folder in folders}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        with self._noting(student_id):
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._noting(os.path.basename(os.path.dirname(os.path.dirname(notebook_filename)))):
            super().convert_single_notebook(notebook_filename)

    @contextlib.contextmanager
    def _noting(self, student: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.errors.setdefault(student, error)
            if _of_database(error):  # each of the others would wait for it, and fail as well
                raise _Stopped from error
            raise

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """The last thing that nbgrader does for a student."""
        super().set_permissions(assignment_id, student_id)
        self.written(student_id)


def _without_metadata_check(steps: Sequence[type]) -> list[type]:
    """Intake has put the instructor's metadata into a notebook; to check it takes a fifth of the time."""
    return [step for step in steps if step is not CheckCellMetadata]


class Writer:
    """Writes the marks of students into nbgrader's book, one after another, while others are still computed.

    Use it as a context manager: `add` hands a student over, and leaving waits until all are written. Manual
    marks stay; each change is noted in history.jsonl: when, whose, from which result to which.

    failed: the students whose marks nbgrader could not write, and why.
    """

    def __init__(self, what: Results, bar: tqdm) -> None:
        self.what, self.bar = what, bar
        self.failed: dict[str, str] = {}
        self._lateness = Lateness(what)
        self._book: dict[str, float] = {}
        self._engine = functools.cache(api.create_engine)
        self._stopped = ""  # why the book cannot be written at all
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work)

    def add(self, student: str) -> None:
        self._queue.put(student)

    def __enter__(self) -> "Writer":
        with self.what.course.gradebook() as book:
            self._book = automatic(book, self.what.name)
        self._thread.start()
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        while kind is not None and not self._queue.empty():  # the run ends here: so does the book
            self._queue.get()
        self._queue.put(None)
        self._thread.join()
        if self._error is not None and kind is None:
            raise self._error

    def _work(self) -> None:
        more = True
        while more:
            students = [self._queue.get()]
            while not self._queue.empty():
                students.append(self._queue.get())
            more = None not in students
            try:
                with _shared(self._engine):
                    self._write([student for student in students if student is not None])
            except BaseException as error:  # told where the thread is joined
                self._error = error

    def _write(self, students: list[str]) -> None:
        waiting = {student for student in students if not self._is_booked(student)}
        self.bar.update(len(students) - len(waiting))
        if not waiting:
            return
        try:
            if not self._stopped:
                forget_times(self.what, waiting)
        except GradebookError as error:
            self._stopped = str(error)
        if self._stopped:
            self.failed |= dict.fromkeys(waiting, self._stopped)
            return
        coursedir = CourseDirectory(config=self.what.course.config, root=str(self.what.course.root))
        coursedir.assignment_id = self.what.name

        def written(student: str) -> None:
            _note(self.what, student, self._lateness)
            waiting.discard(student)
            self.bar.update()

        app = _Book(sorted(waiting), written, coursedir=coursedir, config=self.what.course.config)
        app.log.setLevel(logging.ERROR)
        # nbgrader has gone on to the end of the list before it raises this.
        with _quiet_database(), contextlib.suppress(NbGraderException, _Stopped):
            app.start()
        for student in sorted(waiting):
            error = app.errors.get(student) or next(iter(app.errors.values()), None)
            self.failed[student] = self._why(error)
            if _of_database(error):
                self._stopped = self.failed[student]

    def _is_booked(self, student: str) -> bool:
        """Whether book, graded notebook and our own note of both have the result as it is now."""
        done, points = self.what.booked(student), earned(self.what.result(student))
        notebook = self.what.course.autograded(student, self.what.name) / f"{self.what.name}.ipynb"
        return (
            done == {"key": self.what.key(student), "points": points, "lateness": self._lateness.of(student)}
            and notebook.is_file()
            and abs(self._book.get(student, math.inf) - points) < 0.005
        )

    def _why(self, error: Exception | None) -> str:
        if of_database := _of_database(error):
            return self.what.course.said_of_gradebook(of_database)
        if isinstance(error, OSError):
            return f"{error.filename or 'a file'} cannot be written ({error.strerror or error}): see to that"
        return f"nbgrader could not write its book ({type(error).__name__}: {error}): see what it says above"


@contextlib.contextmanager
def _shared(engine: Callable[..., Any]) -> Iterator[None]:
    """One engine for every gradebook that nbgrader opens meanwhile, a dozen for each student.

    An engine of its own compiles all statements anew: a third of the time that the book takes.
    """
    own, api.create_engine = api.create_engine, engine
    try:
        yield
    finally:
        api.create_engine = own


@contextlib.contextmanager
def _quiet_database() -> Iterator[None]:
    """nbgrader's models make SQLAlchemy 2 warn, three times for each student."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
        yield


def _of_database(error: BaseException | None) -> SQLAlchemyError | None:
    """The database's own error, which nbgrader has made another one of."""
    while error is not None and not isinstance(error, SQLAlchemyError):
        error = error.__cause__ or error.__context__
    return error


def _note(what: Results, student: str, lateness: Lateness) -> None:
    path, now = what.work / "booked" / f"{student}.json", what.key(student)
    before = what.booked(student) or {"key": None, "points": None}
    points = earned(what.result(student))
    late = lateness.of(student)
    if before != {"key": now, "points": points, "lateness": late}:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "student": student,
            "points": points,
            "points_before": before["points"],
            "result": now,
            "result_before": before["key"],
            "assignment": what.assignment.digest,
        }
        store.append_line(what.work / "history.jsonl", json.dumps(line))
    store.write(path, {"key": now, "points": points, "lateness": late})
