"""Marks out of a course: the table, the platforms' files, feedback; what is refused, and what comes next."""

import csv
import json
import os
import re
import shutil
import zipfile

import nbformat
import pytest
from course import EXERCISES, NAME, answer, course_copy, generate, notebook_of, read, source_answers
from test_platform_files import MOODLE

from autograder import __main__, grade
from autograder.course import Course
from autograder.export import run as export
from autograder.intake import taking
from autograder.results import Results

pytestmark = pytest.mark.seconds
MOODLES = {"ada": 701, "bob": 702, "zoe": 703, "max1": 704}
NAMES = {
    "ada": ("Ada", "Lovelace"),
    "bob": ("Bob", "Tables"),
    "zoe": ("Zoë", 'Müller "Z"'),
    "max1": ("Max", "Meyer"),
    "max2": ("Max", "Meyer"),
    "eve": ("Eve", "=cmd()"),
}
UNTIL = "2027-01-15 12:00:00 UTC"


def result(points):
    checks = {
        f"{name}_{part}": {
            "exercise": name, "points": points, "max": most, "status": "judged", "text": "said",
            "findings": [],
        }
        for name in EXERCISES
        for part, most in (("check", 4.0), ("hidden", 6.0))
    }  # fmt: skip
    return {"cells": {}, "checks": checks, "flags": [], "notes": [], "stopped_at": {}, "cpu": 0, "wall": 0}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course that is graded: Moodle's download with a broken notebook, a late one, an answer to read."""
    folder = course_copy(tmp_path_factory.mktemp("graded"))
    (folder / "private").mkdir()
    (folder / "private" / "nbgrader_config.py").write_text(
        'c = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n', encoding="utf-8"
    )
    generate(folder)
    course = Course.load(folder)
    with course.gradebook() as book:
        book.update_or_create_assignment(NAME, duedate=UNTIL)
        for student, (first, last) in NAMES.items():
            book.update_or_create_student(
                student, first_name=first, last_name=last, email=f"{student}@example.org"
            )
    answers = source_answers(folder)
    code = {name: answers[name] for name in EXERCISES}
    with zipfile.ZipFile(folder / "download.zip", "w") as download:
        for student, given in (("ada", {}), ("bob", None), ("zoe", code), ("max1", answers)):
            who = " ".join(NAMES[student]).replace('"', "")
            inner = f"{who}_{MOODLES[student]}_assignsubmission_file_/{NAME}.ipynb"
            book = nbformat.writes(answer(read(notebook_of(folder / "notebooks")), given or {}))
            download.writestr(inner, "{" if given is None else book)
        download.writestr("Zoë Müller Z_703_assignsubmission_file_/torch.py", "flagged = True")
    (folder / "times.csv").write_text(
        f"student,time\nada,{UNTIL}\nzoe,2027-01-15 13:30:00 UTC\n", encoding="utf-8"
    )
    taking.run(
        course,
        folder / "download.zip",
        NAME,
        times_csv=folder / "times.csv",
        assign=["Max Meyer_704_assignsubmission_file_=max1", "Zoë Müller Z_703_assignsubmission_file_=zoe"],
    )
    what = Results(course, NAME)
    points = {"ada": 1.0, "zoe": 2.0, "max1": 3.0}
    for student in points:
        what.keep(what.key(student), result(points[student]))
    grade.run(course, NAME)
    return course


@pytest.fixture
def course(graded):
    """The same, with nothing exported."""
    for path in graded.exports.glob("*"):
        path.unlink()
    return graded


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_one_table_with_status_blanks_lateness_and_what_waits(course, capsys):
    [path] = export.run(course, NAME)
    found = rows(path)
    keys = ("status", "points", "max", "late_penalty", "late_minutes", "to_read")
    assert {name: tuple(row[key] for key in keys) for name, row in found.items()} == {
        "ada": ("ok", "10", "60", "0", "0", "0"),
        "bob": ("unreadable", "", "60", "", "", ""),
        "zoe": ("flagged", "0", "60", "20", "90", "0"),
        "max1": ("to be read", "30", "60", "0", "", "2"),
        "max2": ("not submitted", "", "60", "", "", ""),
        "eve": ("not submitted", "", "60", "", "", ""),
    }
    assert found["eve"]["last_name"] == "'=cmd()"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{NAME}: 1 ok, 1 flagged, 1 to be read, 1 unreadable, 2 not submitted"
    assert said[1:] == [
        f"{NAME}: 2 answers wait for a person: formgrader, Manual Grading",
        f"written: grading/export/{NAME}.csv",
    ]
    assert rows(export.run(course)[0]) == found  # all assignments: there is one


def test_who_is_flagged_is_flagged_in_formgrader_too(course):
    with course.gradebook() as book:
        flagged = {
            who: book.find_submission_notebook(NAME, NAME, who).flagged for who in ("ada", "zoe", "max1")
        }
    assert flagged == {"ada": False, "zoe": True, "max1": False}


def exported(course, *words):
    """What the command prints, and its exit status; nothing but its own words is looked at."""
    before = os.getcwd()
    os.chdir(course.root)
    try:
        return __main__.main(["export", *map(str, words)])
    finally:
        os.chdir(before)


@pytest.fixture
def worksheet(course, tmp_path):
    path = tmp_path / "worksheet.csv"
    path.write_text(MOODLE.replace("60.00,No", "60.00,Yes"), encoding="utf-8")
    return path


def test_moodles_worksheet_and_feedback_in_one_go(course, worksheet, capsys):
    assert exported(course, NAME, "--moodle", worksheet, "--feedback-zip", "--provisional") == 0
    old = worksheet.read_text("utf-8").split("\n")
    new = (course.exports / f"{NAME}-moodle.csv").read_text("utf-8").split("\n")
    assert [line.split(",")[4] for line in new[1:5]] == ["10.00", "", "0.00", "30.00"]
    assert [n for n in range(len(old)) if old[n] != new[n]] == [1, 3, 4]
    with zipfile.ZipFile(course.exports / f"{NAME}-feedback-moodle.zip") as archive:
        assert archive.namelist() == [
            f"Ada Lovelace_701_assignsubmission_file_/{NAME}.html",
            f"Max Meyer_704_assignsubmission_file_/{NAME}.html",
            f"Zoë Müller Z_703_assignsubmission_file_/{NAME}.html",
        ]
        assert f"{NAME} (Score: 30.0 / 60.0)" in archive.read(archive.namelist()[1]).decode()
    assert f"written: grading/export/{NAME}-feedback-moodle.zip" in capsys.readouterr().out


def test_feedback_without_a_platform_s_file_is_told(course, monkeypatch, capsys):
    monkeypatch.setattr("autograder.export.feedback.places", lambda *about: {})  # all came by hand
    assert exported(course, NAME, "--feedback-zip") == 1
    said = (
        f"autograder: no feedback can be laid out for {NAME}: no file of its students came from Moodle or "
        "Canvas; the pages themselves: `nbgrader generate_feedback`\n"
    )
    assert capsys.readouterr().err == said


def test_a_page_that_is_there_already_is_made_afresh(course, worksheet):
    page = course.feedback("ada", NAME) / f"{NAME}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("old", encoding="utf-8")
    assert exported(course, NAME, "--feedback-zip") == 0
    with zipfile.ZipFile(course.exports / f"{NAME}-feedback-moodle.zip") as archive:
        assert len(archive.namelist()) == 2  # of those whose mark is final
        assert b"Score" in archive.read(f"Ada Lovelace_701_assignsubmission_file_/{NAME}.html")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MOODLE, None),
        ("", "is empty"),
        (MOODLE.replace("Ada Lovelace", "Ida Lovelace"), None),
        (re.sub("Ada Lovelace|ada[.]l", "nobody", MOODLE.replace("701", "799")), "line 2, 'nobody'"),
        (MOODLE.replace("60.00", "100.00"), "worth 100 points in Moodle, and 60 here"),
    ],
)
def test_a_template_that_is_refused_leaves_nothing_behind(course, tmp_path, capsys, text, said):
    path = tmp_path / "worksheet.csv"
    path.write_text(text, encoding="utf-8")
    assert exported(course, NAME, "--moodle", path) == (1 if said else 0)
    if said:
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
        assert not course.exports.exists() or not list(course.exports.iterdir())
    assert path.read_text("utf-8") == text


def test_a_wrong_order_of_steps_is_told(course, tmp_path, capsys):
    assert exported(course, "05_none") == 1
    assert "05_none" in capsys.readouterr().err
    fresh = course_copy(tmp_path / "fresh", "notebooks")
    assert exported(Course.load(fresh)) == 1
    assert (
        "nothing was taken in yet: run `python -m autograder intake FOLDER` first" in capsys.readouterr().err
    )
    assert exported(Course.load(fresh), NAME) == 1
    said = (
        f"nothing was taken in for {NAME}: run `python -m autograder intake FOLDER --assignment {NAME}` first"
    )
    assert said in capsys.readouterr().err


def test_a_mark_of_another_notebook_is_no_mark(course, monkeypatch, capsys):
    record = course.work(NAME) / "intake" / "ada.json"
    before = record.read_text("utf-8")
    record.write_text(before.replace(json.loads(before)["sha256"], "0" * 64), encoding="utf-8")
    try:
        found = rows(export.run(course, NAME)[0])
    finally:
        record.write_text(before, encoding="utf-8")
    assert (found["ada"]["status"], found["ada"]["points"]) == ("not graded", "")
    said = f"{NAME}: 1 not graded as taken in: run `python -m autograder grade {NAME}`"
    assert said in capsys.readouterr().out


def test_points_by_hand_do_not_outlive_a_penalty(graded, tmp_path):
    """nbgrader makes the penalty when it grades; what a person gives later would count in full."""
    course = Course.load(shutil.copytree(graded.root, tmp_path / "course"))
    with course.gradebook() as book:
        book.find_grade("birnn_bn_why", NAME, NAME, "zoe").manual_score = 5
        book.db.commit()
    assert rows(export.run(course, NAME)[0])["zoe"]["status"] == "not graded"
    grade.run(course, NAME)
    row = rows(export.run(course, NAME)[0])["zoe"]
    assert (row["points"], row["late_penalty"]) == ("0", "25")
