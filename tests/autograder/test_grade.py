"""A class from intake to the book: what is computed, what is kept, what nbgrader writes."""

import contextlib
import csv
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from datetime import datetime

import nbformat
import pytest
from course import (
    NAME,
    answer,
    converted,
    course_copy,
    generate,
    nbgrader,
    notebook_of,
    python,
    read,
    source_answers,
)
from nbgrader import api
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from autograder import computing, grade, results, store
from autograder.book import execute
from autograder.book.execute import SandboxedExecute
from autograder.course import Course
from autograder.intake import taking as intake
from autograder.report import pictures
from autograder.results import GradeError, Results
from autograder.sandbox import Limits, Sandbox, SandboxError
from autograder.worker import WorkerError

needs_bubblewrap = pytest.mark.bubblewrap
FIRST = ("two_layer_lstm",)
_HANGS = 1800  # seconds: longer takes only what never ends


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course, generated, and received: full, first (one exercise), empty, and a broken notebook."""
    folder = course_copy(tmp_path_factory.mktemp("generated"))
    generate(folder)
    answers = source_answers(folder)
    for student, put in (
        ("full", answers),
        ("first", {name: answers[name] for name in FIRST}),
        ("empty", {}),
    ):
        place = folder / "received" / student / f"{NAME}.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(answer(read(notebook_of(folder / "notebooks")), put), place)
    (folder / "received" / "broken").mkdir()
    (folder / "received" / "broken" / f"{NAME}.ipynb").write_text("{", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def taken_in(generated, tmp_path_factory):
    """The course with what was received taken in; nobody writes into it."""
    folder = tmp_path_factory.mktemp("taken") / "course"
    shutil.copytree(generated, folder)
    intake.run(Course.load(folder), folder / "received", NAME)
    return folder


@pytest.fixture
def course(taken_in, tmp_path):
    shutil.copytree(taken_in, tmp_path / "course")
    return Course.load(tmp_path / "course")


def result(points=1.0, **more):
    """A result as `judging.grade` gives it, every check with so many points."""
    checks = {
        f"{name}_{part}": {
            "exercise": name, "points": points, "max": most,
            "status": "judged", "text": "said", "findings": [],
        }
        for name in ("two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping", "dropout_classifier")
        for part, most in (("check", 4.0), ("hidden", 6.0))
    }  # fmt: skip
    return {
        "cells": {},
        "checks": checks,
        "flags": [],
        "notes": [],
        "stopped_at": {},
        "cpu": 0.1,
        "wall": 0.1,
    } | more


def without_a_sandbox(monkeypatch, keys):
    """Every result is `result()`, its key goes into `keys`; no sandbox is begun, which nobody would use."""

    def fake(what, missing, done, *_):
        for key in missing:
            keys.append(key)
            what.keep(key, result())
            done(key)
        return {}

    monkeypatch.setattr(computing, "results", fake)
    monkeypatch.setattr(Sandbox, "begin", lambda self: None)


@pytest.fixture(scope="module")
def graded_once(taken_in, tmp_path_factory):
    """The course as `grade.run` leaves it, every result `result()`; nobody writes into it."""
    folder = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(taken_in, folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        without_a_sandbox(monkeypatch, [])
        grade.run(Course.load(folder), NAME)
    return folder


@pytest.fixture
def graded(graded_once, tmp_path):
    """A course that was graded before."""
    shutil.copytree(graded_once, tmp_path / "course")
    return Course.load(tmp_path / "course")


@pytest.fixture
def computed(monkeypatch):
    """Results without a sandbox; the list of keys that were computed."""
    keys = []
    without_a_sandbox(monkeypatch, keys)
    return keys


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    """Each run writes a report: its pictures, drawn for `graded_once`, are those of test_report.py."""
    monkeypatch.setattr(pictures, "_png", lambda *_: b"")


def marks(course):
    with (course.work(NAME) / "marks.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def record_of(course, student):
    """Intake's record, but for the note that the student was unknown before."""
    record = json.loads(read_bytes(course, f"intake/{student}.json"))
    return {key: value for key, value in record.items() if key not in ("notes", "made_of")}


def read_bytes(course, path):
    return (course.work(NAME) / path).read_bytes()


def history(course):
    lines = (course.work(NAME) / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def scores(course):
    from nbgrader.api import Gradebook

    with Gradebook(course.db_url, course.course_id) as book:
        return {
            (submission.student.id, one.cell.name): one.auto_score
            for submission in book.find_assignment(NAME).submissions
            for notebook in submission.notebooks
            for one in notebook.grades
            if one.cell.cell_type == "code"
        }


def test_nothing_taken_in_is_said(generated):
    with pytest.raises(GradeError, match=r"run `python -m autograder intake FOLDER` first"):
        grade.run(Course.load(generated), NAME)


def test_results_are_computed_once_and_written_into_the_book(course, computed):
    grade.run(course, NAME)
    assert len(computed) == 3
    assert set(scores(course).values()) == {1.0}
    assert {student: row["status"] for student, row in marks(course).items()} == {
        "full": "ok", "first": "ok", "empty": "ok", "broken": "unreadable",
    }  # fmt: skip
    assert marks(course)["full"] == {
        "student": "full",
        "status": "ok",
        "points": "10",
        "max": "50",
        "to_read": "0",
        "flags": "",
    }
    assert marks(course)["broken"]["points"] == ""
    before = notebook_of(course.root / "grading" / "autograded" / "full").stat().st_mtime_ns
    grade.run(course, NAME)
    assert len(computed) == 3
    assert len(history(course)) == 3
    assert notebook_of(course.root / "grading" / "autograded" / "full").stat().st_mtime_ns == before


def test_the_marks_of_all_students_are_written_through_one_engine(course, computed, monkeypatch):
    """`writer._shared` stands where nbgrader's Gradebook makes an engine, which takes most of its time."""
    made, create = [], api.create_engine

    def noting(*given, **more):
        made.append(threading.current_thread())
        return create(*given, **more)

    monkeypatch.setattr(api, "create_engine", noting)
    grade.run(course, NAME)
    by_writer = [thread for thread in made if thread is not threading.main_thread()]
    assert len(made) > 1, "nbgrader.api.create_engine is not what makes a Gradebook's engine any more"
    assert len(by_writer) == 1
    assert api.create_engine is noting


def test_the_same_notebook_twice_is_computed_once(course, computed):
    received = course.root / "received"
    shutil.copytree(received / "full", received / "twin")
    intake.run(course, received, NAME)
    grade.run(course, NAME)
    assert len(computed) == 3
    assert marks(course)["twin"]["points"] == marks(course)["full"]["points"]


def test_what_was_stopped_sooner_than_now_is_computed_again(graded, computed):
    what = Results(graded, NAME)
    what.keep(what.key("first"), result(0.0, stopped_at={"cpu_item": 2.0}))
    grade.run(graded, NAME, limits=Limits(cpu_item=2.0))
    assert not computed
    grade.run(graded, NAME, limits=Limits(cpu_item=5.0))
    assert computed == [what.key("first")]
    assert marks(graded)["first"]["points"] == "10"
    assert scores(graded)["first", "birnn_bn_check"] == 1.0


def test_the_report_is_written(graded_once):
    text = read_bytes(Course.load(graded_once), "report.html").decode()
    assert "Exercise 3, a bidirectional RNN" in text
    assert "broken" in text


def test_a_notebook_changed_after_intake_is_not_graded_and_the_class_goes_on(course, computed):
    path = notebook_of(course.root / "grading" / "submitted" / "full")
    path.write_bytes(path.read_bytes() + b" ")
    grade.run(course, NAME)
    assert marks(course)["full"]["status"] == "not_graded"
    assert "is not the notebook that intake has made" in marks(course)["full"]["flags"]
    assert marks(course)["first"]["points"] == "10"


def test_what_fails_for_one_does_not_end_the_class(course, monkeypatch):
    def fake(what, missing, done, *_):
        first, *rest = sorted(missing)
        for key in rest:
            what.keep(key, result(flags=["look"]))
            done(key)
        return {first: "its workers died, several times: look at it by hand"}

    monkeypatch.setattr(computing, "results", fake)
    grade.run(course, NAME)
    assert sorted(row["status"] for row in marks(course).values()) == [
        "flagged", "flagged", "not_graded", "unreadable",
    ]  # fmt: skip


def test_a_release_older_than_its_source_is_refused(course, computed):
    path = course.source(NAME)
    notebook = read(path)
    for cell in notebook.cells:
        if cell.id == "two_layer_lstm_check":
            cell.metadata.nbgrader.points = 5
    nbformat.write(notebook, path)
    with pytest.raises(GradeError, match=re.escape(f"run `nbgrader generate_assignment {NAME} --force`")):
        grade.run(course, NAME)
    assert not computed


def test_a_test_mended_later_is_booked_and_noted_and_manual_marks_stay(graded, computed, monkeypatch):
    from nbgrader.api import Gradebook

    with Gradebook(graded.db_url, graded.course_id) as book:
        book.find_grade("birnn_bn_why", NAME, NAME, "full").manual_score = 4
        book.db.commit()
    source = graded.source(NAME)
    source.write_text(source.read_text(encoding="utf-8").replace("seed=40", "seed=50"), encoding="utf-8")

    def again(what, missing, done, *_):
        for key in missing:
            what.keep(key, result(2.0))
            done(key)
        return {}

    monkeypatch.setattr(computing, "results", again)
    grade.run(graded, NAME)
    with Gradebook(graded.db_url, graded.course_id) as book:
        assert book.find_grade("birnn_bn_why", NAME, NAME, "full").manual_score == 4
    assert scores(graded)["full", "birnn_bn_check"] == 2.0
    changes = [line for line in history(graded) if line["student"] == "full"]
    assert [(line["points_before"], line["points"]) for line in changes] == [(None, 10.0), (10.0, 20.0)]
    assert changes[1]["result_before"] == changes[0]["result"] != changes[1]["result"]


def test_a_changed_deadline_time_or_penalty_reaches_the_marks_at_the_next_grade(course, computed):
    """Without --force: `full` is eight hours late, then not, then again, then it costs nothing."""
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    stamp = course.submitted("full", NAME) / "timestamp.txt"

    from nbgrader.api import Gradebook

    def graded(due=None):
        if due:
            with Gradebook(course.db_url, course.course_id) as book:
                book.update_or_create_assignment(NAME, duedate=datetime.fromisoformat(due))
        grade.run(course, NAME)
        with Gradebook(course.db_url, course.course_id) as book:
            found = book.find_submission(NAME, "full")
            return found.score - (found.late_submission_penalty or 0)

    points = graded("2027-01-15T12:00:00")
    assert points > 0
    stamp.write_text("2027-01-15 20:00:00 UTC")
    assert graded() == 0
    assert graded("2027-01-17T12:00:00") == points
    stamp.write_text("2027-01-18 20:00:00 UTC")
    assert graded() == 0
    stamp.unlink()
    assert graded() == points  # nobody knows when it came
    stamp.write_text("2027-01-18 20:00:00 UTC")
    assert graded() == 0
    course.config.LateSubmissionPlugin.penalty_method = "none"
    assert graded() == points
    assert len(computed) == len(set(computed))  # nothing was computed again


def test_what_nothing_verified_waits_for_a_person_whose_verdict_survives(course, monkeypatch):
    from nbgrader.api import Gradebook

    left = {"item": "dropout between the layers", "points": 1.2, "why": "its place was not seen"}

    def compute(what, missing, done, *_):
        for key in missing:
            made = result(2.8)
            made["checks"]["dropout_gru_check"]["to_read"] = [left]
            what.keep(key, made)
            done(key)
        return {}

    def grade_of(cell):
        with Gradebook(course.db_url, course.course_id) as book:
            one = book.find_grade(cell, NAME, NAME, "full")
            return one.auto_score, one.manual_score, one.score, one.needs_manual_grade

    monkeypatch.setattr(computing, "results", compute)
    what = grade.run(course, NAME)
    assert grade_of("dropout_gru_check") == (2.8, None, 2.8, True)
    assert grade_of("dropout_gru_hidden") == (2.8, None, 2.8, False)
    assert marks(course)["full"]["to_read"] == "1.2"
    page = (what.work / "report.html").read_text(encoding="utf-8")
    assert "To be read by a person: these points are not in the mark yet" in page
    assert "dropout_gru: dropout between the layers: its place was not seen" in page
    with Gradebook(course.db_url, course.course_id) as book:  # what formgrader does with a typed score
        one = book.find_grade("dropout_gru_check", NAME, NAME, "full")
        one.manual_score, one.needs_manual_grade = 3.5, False
        book.db.commit()
    again(course)
    assert grade_of("dropout_gru_check")[1:] == (3.5, 3.5, False)  # a person has seen all that is there
    left["points"] = 0.6
    again(course)
    assert grade_of("dropout_gru_check")[1:] == (3.5, 3.5, True)  # and has not seen this


def again(course):
    """Graded once more, each result computed anew."""
    shutil.rmtree(course.work(NAME) / "results")
    shutil.rmtree(course.root / "grading" / "autograded")
    execute._last.clear()  # it holds what was computed before
    return grade.run(course, NAME)


def test_what_a_person_has_read_waits_again_only_where_it_is_another(graded, computed, monkeypatch):
    from nbgrader.api import Gradebook

    def waiting(*given):
        with Gradebook(graded.db_url, graded.course_id) as book:
            for cell in given:  # what formgrader does with a typed score
                one = book.find_grade(cell, NAME, NAME, "full")
                one.manual_score, one.needs_manual_grade = 2.0, False
            book.db.commit()
            grades = book.find_submission_notebook(NAME, NAME, "full").grades
            assert all(one.manual_score == 2.0 for one in grades if one.name in read)
            return {one.name for one in grades if one.needs_manual_grade}

    read = ("birnn_bn_why", "gradient_clipping_why", "birnn_bn_check")
    assert waiting(*read) == set()
    again(graded)
    assert waiting() == set()
    path = notebook_of(graded.root / "grading" / "submitted" / "full")
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.get("id") == "birnn_bn_why").source = "Another answer."
    nbformat.write(notebook, path)
    intake.run(graded, graded.submissions)
    again(graded)
    assert waiting() == {"birnn_bn_why", "birnn_bn_check"}  # a check's verdict is on the whole notebook


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
def test_nbgraders_autograding_refuses_what_was_not_taken_in(generated, tmp_path, caplog):
    course = tmp_path / "course"
    shutil.copytree(generated, course)
    place = notebook_of(course / "grading" / "submitted" / "ada")
    place.parent.mkdir(parents=True)
    shutil.copy(course / "received" / "full" / f"{NAME}.ipynb", place)
    with pytest.raises(NbGraderException):
        converted(Autograde, course)
    assert "ada has no intake record for 04_exercises: run `python -m autograder intake" in caplog.text
    assert not (course / "grading" / "autograded" / "ada" / NAME).exists()


def test_nbgraders_own_command_uses_the_kept_result(graded, computed):
    shutil.rmtree(graded.root / "grading" / "autograded" / "full")
    what = Results(graded, NAME)
    what.keep(what.key("full"), result(3.0))
    nbgrader(graded.root, "autograde", NAME, "--student=full")
    assert scores(graded)["full", "birnn_bn_check"] == 3.0
    cells = {
        cell.id: cell for cell in read(notebook_of(graded.root / "grading" / "autograded" / "full")).cells
    }
    assert cells["birnn_bn_check"].outputs[0].text == "said\n"


def test_the_course_uses_the_sandbox(generated):
    steps = Course.load(generated).config.Autograde.autograde_preprocessors
    assert steps[0] == f"{SandboxedExecute.__module__}.{SandboxedExecute.__name__}"


@pytest.mark.parametrize("error", [SandboxError("no bubblewrap"), WorkerError("another torch")])
def test_what_concerns_every_submission_ends_the_run_with_its_text(course, monkeypatch, capsys, error):
    from autograder.__main__ import main

    def fail(*_):
        raise error

    monkeypatch.setattr(computing, "results", fail)
    monkeypatch.chdir(course.root)
    assert main(["grade", NAME]) == 1
    assert capsys.readouterr().err.endswith(f"autograder: {error}\n")


def test_a_folder_that_is_no_course_is_said(tmp_path, monkeypatch, capsys):
    from autograder.__main__ import main

    monkeypatch.chdir(tmp_path)
    assert main(["grade", NAME]) == 1
    assert "there is no nbgrader_config.py" in capsys.readouterr().err


# --- the whole way, in the sandbox


@pytest.mark.classroom
@needs_bubblewrap
def test_a_class_in_the_sandbox_and_nbgraders_button_give_the_same(course):
    done = python(course.root, "-m", "autograder", "grade", NAME, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    points = {student: row["points"] for student, row in marks(course).items()}
    assert points == {"full": "50", "first": "10", "empty": "0", "broken": ""}
    text = (course.work(NAME) / "marks.csv").read_bytes()
    shutil.rmtree(course.work(NAME) / "results")
    shutil.rmtree(course.root / "grading" / "autograded")
    nbgrader(course.root, "autograde", NAME)
    assert sum(points for (student, _), points in scores(course).items() if student == "full") == 50
    python(course.root, "-m", "autograder", "grade", NAME)
    assert (course.work(NAME) / "marks.csv").read_bytes() == text


@pytest.mark.classroom
@needs_bubblewrap
def test_two_dask_workers_one_killed_on_the_way(course):
    """However busy the machine is: nothing here waits for so many seconds, only for what must happen."""
    from distributed import Client

    file = course.root / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--scheduler-file", str(file)]
    scheduler = subprocess.Popen(
        [*dask, "--port", "0", "--dashboard-address", ":0"], stderr=subprocess.DEVNULL
    )
    workers = []
    try:
        address = None
        while address is None:
            assert scheduler.poll() is None
            time.sleep(0.1)
            with contextlib.suppress(OSError, ValueError):  # not there yet, or half written
                address = json.loads(file.read_text(encoding="utf-8"))["address"]
        worker = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            address,
            "--no-nanny",
            "--nthreads",
            "1",
        ]
        workers = [
            subprocess.Popen([*worker, "--dashboard-address", ":0"], stderr=subprocess.DEVNULL) for _ in "ab"
        ]
        with Client(address, timeout=_HANGS) as client:
            client.wait_for_workers(2, timeout=_HANGS)
        words = [sys.executable, "-m", "autograder", "grade", NAME, "--scheduler", address]
        # The clock, which ends what waits, gives five times as much as this.
        words += ["--cpu-item", "200"]
        grading = subprocess.Popen(words, cwd=course.root)
        results = course.work(NAME) / "results"
        while not (results.exists() and list(results.glob("*.json"))):
            assert grading.poll() is None
            time.sleep(0.1)
        workers[0].kill()
        assert grading.wait(timeout=_HANGS) == 0
        assert {student: row["points"] for student, row in marks(course).items()} == {
            "full": "50", "first": "10", "empty": "0", "broken": "",
        }  # fmt: skip
    finally:
        for process in [*workers, scheduler]:
            process.kill()
            process.wait()


# --- what it says before it computes


def kept(course, student):
    what = Results(course, NAME)
    return what.kept(student)


def test_what_triggers_a_regrade_is_said_and_a_dry_run_writes_nothing(course, computed, monkeypatch, capsys):
    grade.run(course, NAME, dry_run=True)
    assert capsys.readouterr().out == f"{NAME}: not graded yet: 3 to compute\n"
    assert not computed and not (course.work(NAME) / "marks.csv").exists()
    grade.run(course, NAME)
    capsys.readouterr()
    grade.run(course, NAME, dry_run=True)
    assert capsys.readouterr().out == f"{NAME}: nothing to compute: every result is there\n"

    now = results.parts()
    for part, said in (
        ("checks", "checks changed"),
        ("grader", "grader changed"),
        ("torch", f"torch {now['torch']} became 9.9"),
    ):
        monkeypatch.setattr(
            results, "parts", lambda part=part: now | {part: "9.9" if part == "torch" else "f" * 64}
        )
        monkeypatch.setattr(results, "environment", lambda part=part: part)
        grade.run(course, NAME, dry_run=True)
        assert capsys.readouterr().out == f"{NAME}: {said}: 3 to compute, about 1 seconds\n"
    monkeypatch.undo()

    what = Results(course, NAME)
    what.key("first")
    what.keep(what.key("first"), result(stopped_at={"cpu_item": 2.0}))
    kept(course, "full").write_text("{", encoding="utf-8")
    grade.run(course, NAME, limits=Limits(cpu_item=5.0), dry_run=True)
    said = capsys.readouterr().out
    assert "a kept result is damaged: 1 to compute" in said
    assert "was stopped sooner than it would be now: 1 to compute" in said


def test_a_change_of_tests_is_named(graded, computed, capsys):
    source = graded.source(NAME)
    source.write_text(source.read_text(encoding="utf-8").replace("seed=40", "seed=50"), encoding="utf-8")
    grade.run(graded, NAME, dry_run=True)
    assert capsys.readouterr().out.startswith(f"{NAME}: tests changed: 3 to compute, about ")


def test_how_many_marks_a_run_has_changed_is_said(course, computed, monkeypatch, capsys):
    def said():
        grade.run(course, NAME)
        return capsys.readouterr().out.splitlines()[1]

    assert said() == f"{NAME}: 3 new marks"
    assert said() == f"{NAME}: no mark changed"
    monkeypatch.setattr(results, "environment", lambda: "another")
    what = Results(course, NAME)
    what.keep(what.key("first"), result(points=0.5))
    monkeypatch.setattr(execute, "_last", {})  # as in another process, which has another environment
    assert said() == f"{NAME}: 1 mark changed: first 10 → 5"


def test_one_student_alone_and_the_others_keep_their_marks(course, computed, monkeypatch):
    grade.run(course, NAME, students=["first"])
    assert len(computed) == 1
    assert {student: (row["status"], row["points"]) for student, row in marks(course).items()} == {
        "first": ("ok", "10"), "full": ("not_graded", ""), "empty": ("not_graded", ""),
        "broken": ("unreadable", ""),
    }  # fmt: skip
    assert marks(course)["full"]["flags"] == "not graded yet"
    grade.run(course, NAME)
    monkeypatch.setattr(results, "environment", lambda: "another")
    grade.run(course, NAME, students=["first"])
    assert len(computed) == 4
    assert {student: row["points"] for student, row in marks(course).items()} == {
        "first": "10", "full": "10", "empty": "10", "broken": "",
    }  # fmt: skip
    with pytest.raises(GradeError, match="nothing was taken in of nobody: the ids are those in marks.csv"):
        grade.run(course, NAME, students=["nobody"])


# --- it survives its surroundings


BROKEN = {
    "empty": lambda path: path.write_bytes(b""),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "another form": lambda path: path.write_text('{"points": 50}', encoding="utf-8"),
    "a list": lambda path: path.write_text("[]", encoding="utf-8"),
    "a folder": lambda path: (path.unlink(), path.mkdir(), (path / "x").touch()),
}


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN)
def test_a_damaged_result_or_note_is_made_anew_and_named(graded, computed, harm):
    before = (graded.work(NAME) / "marks.csv").read_bytes()
    damaged = kept(graded, "full")
    harm(damaged)
    harm(graded.work(NAME) / "booked" / "first.json")
    what = grade.run(graded, NAME)
    assert len(computed) == 1
    assert (graded.work(NAME) / "marks.csv").read_bytes() == before
    assert set(scores(graded).values()) == {1.0}
    page = (what.work / "report.html").read_text(encoding="utf-8")
    assert f"results/{damaged.name}" in page and "booked/first.json" in page
    again = grade.run(graded, NAME)
    assert len(computed) == 1 and not again.damaged
    assert "Damaged files" not in (what.work / "report.html").read_text(encoding="utf-8")


def test_a_result_of_another_submission_under_this_ones_name_is_not_believed(graded, computed):
    what = Results(graded, NAME)
    what.keep(what.key("full"), result(4.0))
    shutil.copy(kept(graded, "full"), kept(graded, "empty"))
    grade.run(graded, NAME)
    assert (marks(graded)["full"]["points"], marks(graded)["empty"]["points"]) == ("40", "10")


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["checks"]["birnn_bn_check"].update(points=float("nan")),
        lambda found: found["checks"]["birnn_bn_check"].update(points="10"),
        lambda found: found["checks"]["birnn_bn_check"].pop("text"),
        lambda found: found["checks"].update(birnn_bn_check=3),
        lambda found: found.update(flags=None),
        lambda found: found.update(cells=[]),
        lambda found: found.pop("wall"),
    ],
)
def test_a_result_of_another_form_is_computed_anew(graded, computed, change):
    found = json.loads(kept(graded, "full").read_text(encoding="utf-8"))
    change(found)
    kept(graded, "full").write_text(json.dumps(found), encoding="utf-8")
    grade.run(graded, NAME)
    assert len(computed) == 1
    assert marks(graded)["full"]["points"] == "10"


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN)
def test_a_damaged_record_is_made_anew_and_named(graded, computed, harm, capsys):
    before = marks(graded), record_of(graded, "first"), read_bytes(graded, "unassigned.json")
    harm(graded.work(NAME) / "intake" / "first.json")
    harm(graded.work(NAME) / "unassigned.json")
    grade.run(graded, NAME)
    assert "records of intake are damaged, and made anew: first" in capsys.readouterr().out
    assert (marks(graded), record_of(graded, "first"), read_bytes(graded, "unassigned.json")) == before
    page = (graded.work(NAME) / "report.html").read_text(encoding="utf-8")
    assert "intake/first.json" in page
    assert "4 enrolled = 3 graded + 1 unreadable. " in page
    grade.run(graded, NAME)
    assert "intake/first.json" not in (graded.work(NAME) / "report.html").read_text(encoding="utf-8")


def test_a_damaged_record_of_whom_nobody_knows_any_more_says_what_to_do(graded, computed, monkeypatch):
    """Where intake cannot make it anew, say since the student is not enrolled any more."""
    monkeypatch.setattr(grade.taking, "run", lambda *_, **__: None)
    (graded.work(NAME) / "intake" / "first.json").write_bytes(b"")
    grade.run(graded, NAME)
    assert marks(graded)["first"]["status"] == "not_graded"
    assert "run `python -m autograder intake` again" in marks(graded)["first"]["flags"]
    assert marks(graded)["full"]["points"] == "10"
    with pytest.raises(GradeError, match="first: The record of what was taken in is damaged"):
        Results(graded, NAME).content("first")


def test_a_run_killed_between_result_and_book_is_made_good(course, computed):
    what = Results(course, NAME)
    what.keep(what.key("full"), result(2.0))  # kept, and then kill -9
    grade.run(course, NAME)
    assert len(computed) == 2
    assert scores(course)["full", "birnn_bn_check"] == 2.0


def test_a_book_that_lost_its_marks_gets_them_again(graded, computed, taken_in):
    """The note says that all is booked; the book is an older copy."""
    book = graded.root / "grading" / "gradebook.db"
    book.write_bytes((taken_in / "grading" / "gradebook.db").read_bytes())
    grade.run(graded, NAME)
    assert not computed
    assert len(scores(graded)) == 30 and set(scores(graded).values()) == {1.0}
    assert len(history(graded)) == 3


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda book: book.write_bytes(b"nothing of the kind" * 100), "is damaged: put your last backup"),
        (lambda book: book.write_bytes(book.read_bytes()[:20_000]), "is damaged: put your last backup"),
        (
            lambda book: book.write_bytes(b""),
            "it had, so put back your backup of it, or without one run `nbgrader",
        ),
    ],
    ids=["no database", "cut off", "empty"],
)
def test_a_damaged_gradebook_is_one_sentence(graded, computed, monkeypatch, capsys, harm, said):
    from autograder.__main__ import main

    book = graded.root / "grading" / "gradebook.db"
    whole = book.read_bytes()
    harm(book)
    monkeypatch.chdir(graded.root)
    assert main(["grade", NAME]) == 1
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("autograder: ")]
    assert said in line
    book.write_bytes(whole)
    assert main(["grade", NAME]) == 0
    assert not computed


def test_a_locked_gradebook_is_one_sentence_and_the_next_run_goes_on(course, computed, monkeypatch, capsys):
    import sqlite3

    from autograder.__main__ import main

    monkeypatch.chdir(course.root)
    other = sqlite3.connect(course.root / "grading" / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # others may read, and nobody else can write
    try:
        assert main(["grade", NAME]) == 1
    finally:
        other.rollback()
        other.close()
    err = capsys.readouterr().err
    assert "autograder: 3 of 3 marks are not in the book: the gradebook" in err
    assert err.count("is locked by another program (formgrader") == 1
    assert {row["status"] for row in marks(course).values()} == {"not_graded", "unreadable"}
    assert len(computed) == 3  # and kept
    assert main(["grade", NAME]) == 0
    assert len(computed) == 3
    assert set(scores(course).values()) == {1.0}


def test_marks_that_may_not_be_written_are_one_sentence(graded, computed, monkeypatch, capsys):
    from autograder.__main__ import main

    monkeypatch.chdir(graded.root)
    replace = store.os.replace

    def refused(old, new):
        if str(new).endswith("marks.csv"):
            raise PermissionError(13, "Permission denied")
        replace(old, new)

    monkeypatch.setattr(store.os, "replace", refused)
    before = (graded.work(NAME) / "marks.csv").read_bytes()
    assert main(["grade", NAME]) == 1
    assert "marks.csv cannot be written (Permission denied): see to that" in capsys.readouterr().err
    assert (graded.work(NAME) / "marks.csv").read_bytes() == before


@contextlib.contextmanager
def files_up_to(size):
    """As on a full disk: no file, nbgrader's own among them, gets more bytes."""
    resource = pytest.importorskip("resource", reason="no such limit on this system")
    _, most = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_nbgrader_can_write_no_notebook_one_sentence_says_it_and_the_next_run_goes_on(
    graded, computed, monkeypatch, capsys
):
    """Only the graded notebooks, which nbgrader writes, have no room. The next run goes on."""
    from autograder.__main__ import main

    book = graded.root / "grading" / "gradebook.db"
    notebooks = sorted((graded.root / "grading" / "autograded").rglob(f"{NAME}.ipynb"))
    before = marks(graded)
    room = max(path.stat().st_size for path in notebooks) - 1
    shutil.rmtree(graded.root / "grading" / "autograded")
    monkeypatch.chdir(graded.root)
    with files_up_to(room):
        status = main(["grade", NAME])
    err = capsys.readouterr().err
    assert status == 1, err
    [line] = [line for line in err.splitlines() if line.startswith("autograder: ")]
    assert "marks are not in the book: " in line and "cannot be written (File too large): see to that" in line
    assert "Traceback" not in err
    assert book.stat().st_size > room  # what was there before is there
    grade.run(graded, NAME)
    assert marks(graded) == before and not computed
    assert sorted((graded.root / "grading" / "autograded").rglob(f"{NAME}.ipynb")) == notebooks


HOLDS = """
import sys
from pathlib import Path
from autograder import lock
with lock.held(Path(sys.argv[1]), "grade 04_exercises"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def another_grader(course):
    """Another process that holds the course's lock; its number."""
    words = [sys.executable, "-c", HOLDS, course.work(NAME).parent]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        yield other.pid


def test_two_graders_at_once(graded, computed, monkeypatch, capsys, caplog):
    """The second is refused, be it ours or nbgrader's own, and changes nothing."""
    from autograder.__main__ import main

    shutil.rmtree(graded.root / "grading" / "autograded" / "full")
    before = (graded.work(NAME) / "marks.csv").read_bytes()
    monkeypatch.chdir(graded.root)
    with another_grader(graded) as process:
        assert main(["grade", NAME]) == 1
        said = capsys.readouterr().err
        assert f"(process {process}, since " in said
        assert said.startswith("autograder: this course is being worked on by ")
        assert main(["intake", "received", "--assignment", NAME]) == 1
        assert "this course is being worked on by " in capsys.readouterr().err
        with pytest.raises(NbGraderException):
            converted(Autograde, graded.root, student="full")
        assert "this course is being worked on by " in caplog.text
    assert (graded.work(NAME) / "marks.csv").read_bytes() == before
    assert set(scores(graded).values()) == {1.0}
    assert main(["grade", NAME]) == 0
    assert notebook_of(graded.root / "grading" / "autograded" / "full").is_file()


def test_what_waits_for_a_person_stands_beside_the_mean(graded_once):
    """The written answers of one student; what nobody touched does not wait."""
    page = read_bytes(Course.load(graded_once), "report.html").decode()
    assert "2 answers wait for a person." in page
    at = page.index("2 answers wait in formgrader, Manual Grading")
    assert "full" in page[at : at + 120]
    assert "4 enrolled = 3 graded + 1 unreadable. 4 files came = 4 taken." in page
