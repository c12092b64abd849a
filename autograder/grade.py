"""A class is graded: what is missing is computed in parallel, then nbgrader writes its book."""

import contextlib
import csv
import io
import json
import statistics
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry
from tqdm import tqdm

from autograder import computing, lock, store
from autograder.assignment import worth
from autograder.book import marks, writer
from autograder.course import Course
from autograder.intake import taking
from autograder.intake.ledger import Ledger
from autograder.intake.saying import some
from autograder.report import page as report
from autograder.results import DAMAGED, GradeError, Results, earned, waiting
from autograder.sandbox import Limits, Sandbox
from helpers.checks import exercise


def run(
    course: Course,
    name: str,
    jobs: int = 1,
    scheduler: str | None = None,
    limits: Limits | None = None,
    unsandboxed: bool = False,
    students: Collection[str] = (),
    dry_run: bool = False,
    begun: Sandbox | None = None,
) -> Results:
    """Compute the results that are missing, let nbgrader write the book, write marks.csv and report.html.

    Args:
        jobs: how many submissions are computed at one time on this machine.
        scheduler: address of a running Dask scheduler, to use its workers instead.
        limits: what one submission may use.
        unsandboxed: run the submissions with all that this user may do.
        students: only these are computed and written into the book; everybody, if empty.
        dry_run: say what would be computed, and why, and write nothing.
        begun: a sandbox with these limits that has been begun already.

    Raises:
        GradeError: nothing was taken in, or the release is older than the source; says what to run. Or some
            marks are not in the book: all else has been written.
        LockedError: another process grades this course.
        SandboxError: no sandbox can be had.
        GradebookError, StoreError: book or disk cannot be used; what was computed is kept.
    """
    if dry_run:
        what = Results(course, name)
        _plan(what, students, limits or Limits(), jobs)
        return what
    with lock.held(course.work(name).parent, f"grade {name}"):
        what = _mended(Results(course, name))
        return _run(what, jobs, scheduler, limits or Limits(), unsandboxed, students, begun)


def taken_in(course: Course, name: str | None, students: Collection[str] = ()) -> list[str]:
    """The assignments to grade: the named one, or all of which something was taken in (of these students).

    Raises:
        GradeError: there is none.
    """
    if name is not None:
        return [name]
    found = course.taken_in()
    if students:
        intake = {one: course.work(one) / "intake" for one in found}
        found = [one for one in found if any((intake[one] / f"{s}.json").is_file() for s in students)]
    if not found:
        of = f" of {', '.join(students)}" if students else ""
        raise GradeError(f"nothing was taken in{of}: run `python -m autograder intake FOLDER` first")
    return found


def _mended(what: Results) -> Results:
    """The same, with records of intake that are damaged made anew from what it has kept; they stay named."""
    store.read(what.work / "unassigned.json", _is_list, what.damaged)
    if not what.damaged:
        return what
    print("records of intake are damaged, and made anew: " + ", ".join(sorted(p.stem for p in what.damaged)))
    taking.run(what.course, assignment=what.name)
    again = Results(what.course, what.name)
    again.damaged |= what.damaged
    return again


def _run(
    what: Results,
    jobs: int,
    scheduler: str | None,
    limits: Limits,
    unsandboxed: bool,
    students: Collection[str],
    begun: Sandbox | None,
) -> Results:
    contents, problems, missing, whose = _plan(what, students, limits, jobs)
    before = _booked(what)
    with contextlib.ExitStack() as stack:
        graded = stack.enter_context(tqdm(total=len(missing), desc="graded", unit="submission", position=0))
        booked = stack.enter_context(
            tqdm(total=len(contents), desc="in the book", unit="student", position=1)
        )
        book = stack.enter_context(writer.Writer(what, booked))

        def done(key: str) -> None:
            graded.update()
            for student in whose[key]:
                book.add(student)

        for key in whose.keys() - missing.keys():
            for student in whose[key]:
                book.add(student)
        failed = computing.results(what, missing, done, jobs, scheduler, limits, unsandboxed, begun)
    problems |= {student: reason for key, reason in failed.items() for student in whose[key]}
    problems |= book.failed
    for student, record in what.records.items():  # those who were not asked for keep the mark that they have
        if record["status"] in ("ok", "flagged") and student not in problems and not what.mark(student):
            problems[student] = "not graded yet"
    lost = []
    if book.failed:
        reasons = "; ".join(dict.fromkeys(book.failed.values()))
        lost.append(f"{len(book.failed)} of {len(contents)} marks are not in the book: {reasons}")
    print(f"{what.name}: {_moved(before, _booked(what))}")
    try:
        write_marks(what, problems)
        write_report(what, problems)
    except store.StoreError as error:
        lost.append(str(error))
    if lost:
        raise GradeError("; ".join(lost))
    return what


def _plan(
    what: Results, students: Collection[str], limits: Limits, jobs: int
) -> tuple[dict[str, bytes], dict[str, str], dict[str, bytes], dict[str, list[str]]]:
    """What is to be done, which is also said: what is to be computed, and why.

    Returns the notebooks by student; why somebody's cannot be graded; the notebooks to be computed, by key;
    whose each key is.
    """
    if not what.records:
        raise GradeError(
            f"nothing was taken in for {what.name}: run `python -m autograder intake FOLDER` first"
        )
    if unknown := sorted(set(students) - what.records.keys()):
        raise GradeError(f"nothing was taken in of {', '.join(unknown)}: the ids are those in marks.csv")
    _same_points(what)
    contents, problems = {}, {}
    for student, record in what.records.items():
        if record["status"] == DAMAGED:
            problems[student] = record["flags"][0]
        elif record["status"] in ("ok", "flagged") and (not students or student in students):
            try:
                contents[student] = what.content(student)
            except GradeError as error:
                problems[student] = str(error)
    whose: dict[str, list[str]] = {}
    for student in contents:
        whose.setdefault(what.key(student), []).append(student)
    missing = {key: contents[who[0]] for key, who in whose.items() if _is_missing(what, who[0], limits)}
    print(f"{what.name}: {_announced(what, [whose[key][0] for key in missing], jobs)}")
    return contents, problems, missing, whose


def _announced(what: Results, students: Sequence[str], jobs: int) -> str:
    """ "checks changed: 32 to compute, about 2 minutes"."""
    if not students:
        return "nothing to compute: every result is there"
    reasons = Counter(_why(what, student) for student in students)
    counted = "; ".join(f"{why}: {count} to compute" for why, count in reasons.most_common())
    took = [result["wall"] for student in students if (result := what.last(student))]
    if not took:
        return counted
    seconds = statistics.fmean(took) * len(students) / jobs
    about = f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{max(1, round(seconds))} seconds"
    return f"{counted}, about {about}"


def _booked(what: Results) -> dict[str, float]:
    """The marks that the book has."""
    with what.course.gradebook() as gradebook:
        return {student: one.points for student, one in marks.booked(gradebook, what.name).items()}


def _moved(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """ "18 new marks; 2 marks changed: ada 50 → 52, alan 10 → 0"."""
    new = len(now.keys() - before.keys())
    moved = [
        f"{student} {before[student]:g} → {points:g}"
        for student, points in sorted(now.items())
        if before.get(student, points) != points
    ]
    said = [f"{new} new mark{'s' if new > 1 else ''}"] if new else []
    if moved:
        said.append(f"{len(moved)} mark{'s' if len(moved) > 1 else ''} changed: {some(moved)}")
    return "; ".join(said) or "no mark changed"


def _why(what: Results, student: str) -> str:
    """What has changed since the result that the book has."""
    if what.damaged.get(what.kept(student)):
        return "a kept result is damaged"
    before, now = what.last(student), what.made_of(student)
    if before is None:
        return "not graded yet"
    was = before.get("made_of", {})
    changed = [name for name in now if was.get(name) != now[name]]
    said = [
        f"{name} changed" if len(now[name]) == 64 else f"{name} {was.get(name, 'unknown')} became {now[name]}"
        for name in changed
    ]
    return ", ".join(said) or "was stopped sooner than it would be now"


def _is_missing(what: Results, student: str, limits: Limits) -> bool:
    """Has no result yet, or one that was stopped sooner than it would be now?"""
    result = what.result(student)
    return result is None or any(getattr(limits, name) > was for name, was in result["stopped_at"].items())


def _same_points(what: Results) -> None:
    """The gradebook must know the same check cells with the same points as the source."""
    try:
        with what.course.gradebook() as gradebook:
            notebook = gradebook.find_notebook(what.course.source(what.name).stem, what.name)
            known = {cell.name: cell.max_score for cell in notebook.grade_cells}
    except MissingEntry:
        known = None
    by_check, by_person = worth(nbformat.read(what.course.source(what.name), as_version=4))
    if known != by_check | by_person:
        lost = known is None and any((what.work / "booked").glob("*.json"))
        raise GradeError(
            f"the gradebook does not have {what.name} as its source is now: "
            + ("it had, so put back your backup of it, or without one " if lost else "")
            + f"run `nbgrader generate_assignment {what.name} --force`"
        )


def write_marks(what: Results, problems: Mapping[str, str]) -> Path:
    """marks.csv: a row for each enrolled student, points empty where nothing could be graded.

    Columns: student, status (ok, flagged, unreadable, not_submitted, not_graded), points of the checks, their
    maximum, points that wait until a person has read the answer, flags. The book, with manual marks and late
    penalties in it, is exported by `nbgrader export`.
    """
    most = sum(check.points for check in what.assignment.checks.values())
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["student", "status", "points", "max", "to_read", "flags"])
    for student, record in sorted(what.records.items()):
        status, points, left, flags = record["status"], "", "", list(record["flags"])
        if student in problems:
            status, flags = "not_graded", [*flags, problems[student]]
        elif status in ("ok", "flagged"):
            result = what.mark(student)
            points, left = f"{earned(result):g}", f"{waiting(result):g}"
            flags += result["flags"]
            status = "flagged" if flags else "ok"
        cells = [student, status, points, f"{most:g}", left, "; ".join(dict.fromkeys(flags))]
        rows.writerow(map(store.cell, cells))
    path = what.work / "marks.csv"
    store.write_text(path, text.getvalue())
    return path


def write_report(what: Results, problems: Mapping[str, str]) -> Path:
    """report.html: what the class's results say to whoever teaches it (see `report`)."""
    release = nbformat.read(what.course.release(what.name), as_version=4)
    own = nbformat.read(what.course.source(what.name), as_version=4)
    graded = [s for s, record in what.records.items() if record["sha256"] and s not in problems]
    starter = _answers(release)
    # Nobody is suspected for writing the expected lines.
    starter = {name: f"{text}\n{_answers(own).get(name, '')}" for name, text in starter.items()}
    exercises = {check.exercise for check in what.assignment.checks.values() if check.exercise}
    answers = {student: _answers(nbformat.from_dict(json.loads(what.content(student)))) for student in graded}
    with what.course.gradebook() as gradebook:
        worth = gradebook.find_assignment(what.name).max_score
        have = marks.booked(gradebook, what.name)
    people = {student.id: student for student in what.course.students()}
    return report.write(
        what.work,
        what.name,
        what.records,
        {student: what.mark(student) for student in graded},
        answers,
        starter,
        {s: have[s].points if s in graded and s in have else None for s in what.records},
        worth=worth,
        titles={name: exercise(name).title for name in exercises},
        names={id: f"{one.first_name} {one.last_name}".strip() for id, one in people.items()},
        prose=[name for name, cell in _solution_cells(release).items() if cell.cell_type == "markdown"],
        problems=problems,
        files=Counter(entry.status for entry in Ledger(what.work).entries),
        equal=_equal(what.records),
        untimed=_untimed(what),
        unassigned=store.read(what.work / "unassigned.json", _is_list, what.damaged) or [],
        damaged={path.relative_to(what.work).as_posix(): why for path, why in what.damaged.items()},
        waiting={s: have[s].to_read for s in graded if s in have and have[s].to_read},
        about={"assignment": what.assignment.digest[:12], "environment": what.environment[:12]},
    )


def _equal(records: Mapping[str, dict[str, Any]]) -> list[list[str]]:
    """Groups of students whose notebooks hold answers and are equal, byte by byte; not a group's file."""
    same: dict[str, list[str]] = {}
    for student, record in sorted(records.items()):
        group = any(note.startswith("It is the file of a group") for note in record["notes"])
        if record["sha256"] and record.get("answered") and not group:
            same.setdefault(record["notebook_sha256"], []).append(student)
    return [students for students in same.values() if len(students) > 1]


def _untimed(what: Results) -> list[str]:
    """Students of whom nobody knows when they handed in, where being late costs something."""
    if not (what.course.penalises_lateness() and what.course.deadline(what.name)):
        return []
    stamp = {s: what.course.submitted(s, what.name) / "timestamp.txt" for s in what.records}
    return [s for s, record in sorted(what.records.items()) if record["sha256"] and not stamp[s].is_file()]


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and {"path", "why"} <= one.keys() for one in value
    )


def _solution_cells(notebook: Any) -> dict[str, Any]:
    marked = ((cell.metadata.get("nbgrader", {}), cell) for cell in notebook.cells)
    return {mark["grade_id"]: cell for mark, cell in marked if mark.get("solution")}


def _answers(notebook: Any) -> dict[str, str]:
    # In a file that has not been validated a source is a list of lines.
    return {name: "".join(cell.source) for name, cell in _solution_cells(notebook).items()}
