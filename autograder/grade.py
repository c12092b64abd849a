"""A class is graded: what is missing is computed in parallel, then nbgrader writes its book."""

import csv
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm

from autograder import store
from autograder.assignment import Assignment, environment
from autograder.course import Course
from autograder.sandbox import Limits
from autograder.worker import compute


class GradeError(RuntimeError):
    """Something must be done before grading can go on; the text says what."""


@dataclass
class Class:
    """One assignment and all that was received for it.

    `records` are intake's, by student. A result is found by `key`, made of the digests of the submission, the
    assignment and the environment.
    """

    course: Course
    name: str
    assignment: Assignment = field(init=False)
    environment: str = field(init=False)
    records: Mapping[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.assignment = Assignment.load(self.name, self.course.source(self.name))
        self.environment = environment()
        self.work = self.course.work(self.name)
        paths = sorted((self.work / "intake").glob("*.json"))
        self.records = {record["student"]: record for record in map(store.read, paths)}

    def content(self, student: str) -> bytes:
        """The notebook that intake has made for this student.

        Raises:
            GradeError: there is none, or it is no longer the one that intake has made.
        """
        record = self.records.get(student)
        again = f"run `python -m autograder intake {self.course.submissions}` first"
        if record is None:
            raise GradeError(f"{student} has no intake record for {self.name}: {again}")
        if record["sha256"] is None:
            raise GradeError(f"{student}: {record['status']}; there is nothing to grade")
        path = self.course.submitted(student, self.name) / f"{self.name}.ipynb"
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != record["sha256"]:
            raise GradeError(f"{student}: {path} is not the notebook that intake has made: {again}")
        return content

    def key(self, student: str) -> str:
        return store.key(self.records[student]["sha256"], self.assignment.digest, self.environment)

    def result(self, student: str) -> dict[str, Any] | None:
        """The kept result, or None where it is still to be computed."""
        return store.read(self._kept(self.key(student)))

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        store.write(self._kept(key), {"key": key, **result})

    def _kept(self, key: str) -> Path:
        return self.work / "results" / f"{key}.json"


def run(
    course: Course,
    name: str,
    jobs: int = 1,
    scheduler: str | None = None,
    limits: Limits | None = None,
    open: bool = False,
) -> Class:
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
    what = Class(course, name)
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
    book(what, [student for student in contents if student not in problems])
    write_marks(what, problems)
    return what


def _same_points(what: Class) -> None:
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
    what: Class, missing: Mapping[str, bytes], jobs: int, scheduler: str | None, limits: Limits, open: bool
) -> dict[str, str]:
    """Compute and keep results on Dask workers. Returns key -> reason for those that could not be had."""
    if not missing:
        return {}
    # Only grading needs Dask, and its import takes a second.
    from distributed import Client, KilledWorker, LocalCluster, as_completed

    failed = {}
    with ExitStack() as stack:
        if scheduler:
            client = stack.enter_context(Client(scheduler))
        else:
            # The sandbox bounds memory; Dask's own bound would end a worker for its sandbox's sake.
            cluster = LocalCluster(
                n_workers=min(jobs, len(missing)),
                threads_per_worker=1,
                dashboard_address=None,
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
            except KilledWorker:
                failed[futures[future]] = "not graded: its worker died several times; look at it by hand"
            future.release()
            bar.update()
    return failed


# --- the book


class _Book(Autograde):
    """nbgrader's own autograding, for a given list of students."""

    def __init__(self, students: list[str], written: Callable[[str], None], **options: Any) -> None:
        super().__init__(**options)
        self.students, self.force = students, True
        self.post_convert_hook = lambda student, **_: written(student)

    def init_notebooks(self) -> None:
        name = self.coursedir.assignment_id
        folders = [self._format_source(name, student) for student in self.students]
        self.assignments = {folder: [os.path.join(folder, f"{name}.ipynb")] for folder in folders}


def book(what: Class, students: list[str]) -> None:
    """Let nbgrader write the marks of those whose result is not the one that is in the book.

    Manual marks stay; each change is noted in history.jsonl: when, whose, from which result to which.
    """
    waiting = [student for student in students if not _is_booked(what, student)]
    if not waiting:
        return
    coursedir = CourseDirectory(config=what.course.config, root=str(what.course.root))
    coursedir.assignment_id = what.name
    with tqdm(total=len(waiting), desc="written into the book", unit="student") as bar:

        def written(student: str) -> None:
            _note(what, student)
            bar.update()

        app = _Book(waiting, written, coursedir=coursedir, config=what.course.config)
        app.log.setLevel("ERROR")
        app.start()


def _is_booked(what: Class, student: str) -> bool:
    done = store.read(what.work / "booked" / f"{student}.json")
    notebook = what.course.autograded(student, what.name) / f"{what.name}.ipynb"
    return done is not None and done["key"] == what.key(student) and notebook.is_file()


def _note(what: Class, student: str) -> None:
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


def write_marks(what: Class, problems: Mapping[str, str]) -> Path:
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
