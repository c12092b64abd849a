"""The course as nbgrader sees it: which folders, which gradebook, who is enrolled."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from glob import escape, glob
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config, PyFileConfigLoader

from autograder.errors import Told

CONFIG_FILE = "nbgrader_config.py"
_DAMAGED = (
    "is damaged: put your last backup of it in its place {again}; without a backup move it away, run "
    "`nbgrader generate_assignment`, import the students and grade: all marks come back but those that were "
    "given by hand"
)
_DATABASE = (  # what SQLite says, and what it means
    (
        "is locked",
        "is locked by another program (formgrader, or a folder that is synchronised): end that {again}",
    ),
    ("not a database", _DAMAGED),
    ("malformed", _DAMAGED),
    ("disk is full", "cannot be written, the disk is full: make room {again}"),
    ("disk I/O error", "cannot be read or written, the disk fails or is full: see to that {again}"),
    ("readonly", "may not be written: change its permissions {again}"),
    ("unable to open", "cannot be opened: look at the permissions of its folder {again}"),
)


class GradebookError(Told):
    """The gradebook cannot be read or written; the text says why, and what to do."""


@dataclass(frozen=True)
class Student:
    """One enrolled student; what nbgrader keeps of a person. Only the id is always there."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


class Course:
    """Paths and people of one course. Nothing is written or made by looking at it.

    Attributes:
        root: the course's folder.
        config: the whole of nbgrader_config.py.
        course_id: its name in the gradebook.
        db_url: SQLAlchemy's address of the gradebook; a relative SQLite path is made absolute.
    """

    def __init__(self, root: Path | str, config: Config) -> None:
        self.root = Path(root).resolve()
        self.config = config
        self._directory = CourseDirectory(config=config, root=str(self.root))
        self.course_id = self._directory.course_id
        url = make_url(self._directory.db_url)
        self._book = None  # the gradebook's file, if it is a file
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            self._book = self.root / url.database
            url = url.set(database=self._book.as_posix())
        self.db_url = url.render_as_string(hide_password=False)

    @classmethod
    def load(cls, folder: Path | str = ".") -> "Course":
        """The course in `folder`, by the nbgrader_config.py there.

        Raises:
            FileNotFoundError: there is none, and nbgrader's defaults would put a gradebook anywhere.
        """
        folder = Path(folder).resolve()
        if not (folder / CONFIG_FILE).is_file():
            raise FileNotFoundError(
                f"there is no {CONFIG_FILE} in {folder}: start this in the course's folder, beside that file"
            )
        config = PyFileConfigLoader(CONFIG_FILE, path=str(folder)).load_config()
        return cls(folder, config)

    def _step(self, step: str, student: str, assignment: str) -> Path:
        name = getattr(self._directory, f"{step}_directory")
        return Path(self._directory.format_path(name, student, assignment))

    def _all(self, step: str, student: str, assignment: str) -> list[str]:
        """The folders that there are; `*` is any name, and brackets in the course's path are no pattern."""
        pattern = escape(
            str(self._step(step, *("\0" if name == "*" else name for name in (student, assignment))))
        )
        return glob(pattern.replace("\0", "*"))

    def _notebook(self, folder: Path, assignment: str) -> Path | None:
        """The assignment's one notebook in `folder`, or None.

        Raises:
            ValueError: there are several, and none has the assignment's name.
        """
        named = folder / f"{assignment}.ipynb"
        if named.is_file():
            return named
        others = sorted(folder.glob("*.ipynb"))
        if len(others) > 1:
            raise ValueError(
                f"{folder} holds {len(others)} notebooks and none is {named.name}: "
                "an assignment is graded as one notebook; put the others in assignments of their own"
            )
        return others[0] if others else None

    def assignments(self) -> list[str]:
        """Names of the released assignments, sorted."""
        return self._with_notebook("release")

    def sources(self) -> list[str]:
        """Names of the assignments that have a source, sorted."""
        return self._with_notebook("source")

    def _with_notebook(self, step: str) -> list[str]:
        folders = sorted(Path(p) for p in self._all(step, ".", "*"))
        return [folder.name for folder in folders if any(folder.glob("*.ipynb"))]

    def taken_in(self) -> list[str]:
        """The released assignments of which something was taken in."""
        return [one for one in self.assignments() if any((self.work(one) / "intake").glob("*.json"))]

    def source(self, assignment: str) -> Path:
        """The instructor's notebook, with answers and hidden tests.

        Raises:
            FileNotFoundError: there is none; names the released assignments.
        """
        folder = self._step("source", ".", assignment)
        found = self._notebook(folder, assignment)
        if found is None:
            raise FileNotFoundError(
                f"there is no notebook in {folder}: the assignment {assignment!r} has no source. "
                f"Released assignments: {', '.join(self.assignments()) or 'none'}"
            )
        return found

    def release(self, assignment: str) -> Path:
        """The notebook that students were given.

        Raises:
            FileNotFoundError: there is none; says which command makes it.
        """
        folder = self._step("release", ".", assignment)
        found = self._notebook(folder, assignment)
        if found is None:
            raise FileNotFoundError(
                f"there is no notebook in {folder}: run `nbgrader generate_assignment {assignment}` first. "
                f"Released assignments: {', '.join(self.assignments()) or 'none'}"
            )
        return found

    def submitted(self, student: str, assignment: str) -> Path:
        """Folder from which nbgrader grades this student's notebook (it may not exist yet)."""
        return self._step("submitted", student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        """Folder to which nbgrader writes this student's graded notebook (it may not exist yet)."""
        return self._step("autograded", student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        """Folder to which nbgrader writes this student's feedback (it may not exist yet)."""
        return self._step("feedback", student, assignment)

    @property
    def submissions(self) -> Path:
        """Folder that holds all students' submitted folders."""
        return self.root / self._directory.submitted_directory

    def submitters(self, assignment: str) -> list[str]:
        """The ids of those who have a submitted folder for this assignment, sorted."""
        step = self._directory.submitted_directory
        pattern = re.compile(self._directory.format_path(step, "(?P<student>[^/]+)", assignment, escape=True))
        found = (pattern.fullmatch(path) for path in self._all("submitted", "*", assignment))
        return sorted(match["student"] for match in found if match)

    def work(self, assignment: str) -> Path:
        """Folder for everything that the autograder keeps of an assignment (it may not exist yet).

        It lies beside the gradebook, or under grading/ where the gradebook is a server or lies in the root.
        """
        return self._beside / "autograder" / assignment

    @property
    def exports(self) -> Path:
        """Folder for what is handed on: tables of marks, platforms' files (it may not exist yet)."""
        return self._beside / "export"

    def shown(self, path: Path) -> str:
        """A path as it is typed in the course's folder."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    @property
    def _beside(self) -> Path:
        beside = self._book.parent if self._book else self.root
        return self.root / "grading" if beside == self.root else beside

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, open.

        Raises:
            GradebookError: it is locked, damaged, or may not be written; says which.
        """
        try:
            with Gradebook(self.db_url, self.course_id) as book:
                yield book
        except SQLAlchemyError as error:
            raise GradebookError(self.said_of_gradebook(error)) from error

    def said_of_gradebook(self, error: Exception) -> str:
        """What an error of the database means, in one sentence."""
        why, place = str(getattr(error, "orig", None) or error), self._book or self.course_id
        again = "and run the same command again: nothing that was written before is lost"
        for sign, said in _DATABASE:
            if sign in why:
                return f"the gradebook {place} {said.format(again=again)}"
        return f"the gradebook {place} could not be used ({why.splitlines()[0]})"

    def students(self) -> list[Student]:
        """The enrolled students, sorted by id; none where there is no gradebook yet."""
        if self._book is not None and not self._book.exists():
            return []  # opening it would make one
        with self.gradebook() as book:
            people = [
                Student(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
                for s in book.students
            ]
        return sorted(people, key=lambda s: s.id)

    def enrol(self, students: Iterable[Student]) -> None:
        """Write students into the gradebook, where there is one; what is empty here stays as it is there."""
        if self._book is not None and not self._book.exists():
            return
        known = {one.id: one for one in self.students()}
        with self.gradebook() as book:
            for one in students:
                there = known.get(one.id)
                given = {
                    f.name: value for f in fields(one) if f.name != "id" and (value := getattr(one, f.name))
                }
                if there is None or any(getattr(there, name) != value for name, value in given.items()):
                    book.update_or_create_student(one.id, **given)

    @property
    def timezone(self) -> str:
        """The zone of times without one: nbgrader's Exchange.timezone, UTC where it is not set."""
        return str(self.config.Exchange.timezone) if self.has_timezone else "UTC"

    @property
    def has_timezone(self) -> bool:
        """Whether the configuration says in which zone the course is."""
        return "timezone" in self.config.get("Exchange", {})

    def penalises_lateness(self) -> bool:
        """Whether being late may cost points: a penalty method, or a plug-in of the course's own."""
        own = "plugin_class" in self.config.get("AssignLatePenalties", {})
        return own or self.config.get("LateSubmissionPlugin", {}).get("penalty_method", "none") != "none"

    def deadline(self, assignment: str) -> datetime | None:
        """The assignment's deadline in UTC, None where the gradebook has none."""
        if self._book is not None and not self._book.exists():
            return None
        with Gradebook(self.db_url, self.course_id) as book:
            try:
                due = book.find_assignment(assignment).duedate
            except MissingEntry:
                return None
        return None if due is None else due.replace(tzinfo=UTC)
