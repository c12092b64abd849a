"""A class is graded: what is missing is computed in parallel, then nbgrader writes its book."""

import contextlib
import csv
import io
import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from autograder import store
from autograder.course import Course
from autograder.preprocessor import SandboxedExecute
from autograder.results import GradeError, Results
from autograder.sandbox import Limits, SandboxError
from autograder.worker import WorkerError, compute


def run(
    course: Course,
    name: str,
    jobs: int = 1,
    scheduler: str | None = None,
    limits: Limits | None = None,
    open: bool = False,
) -> Results:
    """Compute the results that are missing, let nbgrader write the book, write marks.csv.

    Args:
        jobs: worker processes on this machine.
        scheduler: address of a running Dask scheduler, to use its workers instead.
        limits: what one submission may use.
        open: run without a sandbox.

    Raises:
        GradeError: nothing was taken in, or the release is older than the source; says what to run.
        SandboxError: no sandbox can be had.
    """
    what = Results(course, name)
    if not what.records:
        raise GradeError(f"nothing was taken in for {name}: run `python -m autograder intake FOLDER` first")
    _same_points(what)
    contents, problems = {}, {}
    for student, record in what.records.items():
        if record["status"] in ("ok", "flagged"):
            try:
                contents[student] = what.content(student)
            except GradeError as error:
                problems[student] = str(error)
    missing = {what.key(s): content for s, content in contents.items() if what.result(s) is None}
    failed = _compute(what, missing, jobs, scheduler, limits or Limits(), open)
    for student in contents:
        if what.key(student) in failed:
            problems[student] = failed[what.key(student)]
    for student in book(what, [student for student in contents if student not in problems]):
        problems[student] = "nbgrader could not write it into its book: see what it says above"
    write_marks(what, problems)
    return what


def _same_points(what: Results) -> None:
    """The gradebook must know the same check cells with the same points as the source."""
    try:
        with Gradebook(what.course.db_url, what.course.course_id) as gradebook:
            notebook = gradebook.find_notebook(what.course.source(what.name).stem, what.name)
            known = {cell.name: cell.max_score for cell in notebook.grade_cells if cell.cell_type == "code"}
    except MissingEntry:
        known = None
    if known != {check.grade_id: check.points for check in what.assignment.checks.values()}:
        raise GradeError(
            f"the gradebook does not have {what.name} as its source is now: "
            f"run `nbgrader generate_assignment {what.name} --force`"
        )


def _compute(
    what: Results, missing: Mapping[str, bytes], jobs: int, scheduler: str | None, limits: Limits, open: bool
) -> dict[str, str]:
    """Compute and keep results on Dask workers. Returns key -> reason for those that could not be had."""
    if not missing:
        return {}
    # Only grading needs Dask, and its import takes a second.
    from distributed import Client, KilledWorker, LocalCluster, as_completed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that dies is told of below
    failed = {}
    with contextlib.ExitStack() as stack:
        if scheduler:
            client = stack.enter_context(Client(scheduler))
        else:
            # The sandbox bounds memory; Dask's own bound would end a worker for its sandbox's sake.
            cluster = LocalCluster(
                n_workers=min(jobs, len(missing)),
                silence_logs=logging.CRITICAL,
                threads_per_worker=1,
                dashboard_address=":0",
                memory_limit=0,
            )
            client = stack.enter_context(Client(stack.enter_context(cluster)))
        futures = {
            client.submit(compute, content, what.assignment, what.environment, limits, open, pure=False): key
            for key, content in missing.items()
        }
        bar = stack.enter_context(tqdm(total=len(futures), desc="graded", unit="submission"))
        for future in as_completed(futures):
            try:
                what.keep(futures[future], future.result())
            except (SandboxError, WorkerError):
                raise
            except KilledWorker:
                failed[futures[future]] = "its workers died, several times: look at it by hand"
            except Exception as error:  # whatever is wrong with one submission, the class goes on
                failed[futures[future]] = (
                    f"grading failed, {type(error).__name__}: {error}: look at it by hand"
                )
            future.release()
            bar.update()
    return failed


# --- the book


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


def book(what: Results, students: list[str]) -> list[str]:
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
    return done is not None and done["key"] == what.key(student) and notebook.is_file()


def _note(what: Results, student: str) -> None:
    path, now = what.work / "booked" / f"{student}.json", what.key(student)
    before = store.read(path) or {"key": None, "points": None}
    points = earned(what.result(student))
    if before["key"] != now:
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


def earned(result: Mapping[str, Any]) -> float:
    """Points of all checks of a result."""
    return round(sum(mark["points"] for mark in result["checks"].values()), 2)


def write_marks(what: Results, problems: Mapping[str, str]) -> Path:
    """marks.csv: a row for each enrolled student, points empty where nothing could be graded.

    Columns: student, status (ok, flagged, unreadable, not_submitted, not_graded), points of the checks, their
    maximum, flags. The book, with manual marks and late penalties in it, is exported by `nbgrader export`.
    """
    most = sum(check.points for check in what.assignment.checks.values())
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["student", "status", "points", "max", "flags"])
    for student, record in sorted(what.records.items()):
        status, points, flags = record["status"], "", list(record["flags"])
        if student in problems:
            status, flags = "not_graded", [*flags, problems[student]]
        elif status in ("ok", "flagged"):
            result = what.result(student)
            points, flags = f"{earned(result):g}", [*flags, *result["flags"]]
            status = "flagged" if flags else "ok"
        rows.writerow([student, status, points, f"{most:g}", "; ".join(flags)])
    path = what.work / "marks.csv"
    store.write_text(path, text.getvalue())
    return path
