"""One assignment as it goes in a term, by the commands that are typed: the marks are right after each step.

A class is graded, the deadline moves, one student's notebook is mended by hand, a late download is taken in.
"""

import csv
import json

import nbformat
import pytest
from course import EXERCISES, NAME, answer, course_copy, nbgrader, notebook_of, python, read, source_answers

pytestmark = [pytest.mark.classroom, pytest.mark.bubblewrap]
HALF = EXERCISES[:2]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = course_copy(tmp_path_factory.mktemp("term"))
    (folder / "private").mkdir()
    (folder / "private" / "nbgrader_config.py").write_text(
        'c = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n', encoding="utf-8"
    )
    nbgrader(folder, "generate_assignment", NAME)
    for student in ("ada", "ben", "cy", "dee", "eve"):
        nbgrader(folder, "db", "student", "add", student)
    due(folder, "2027-01-15 12:00:00 UTC")
    return folder


def due(folder, when):
    nbgrader(folder, "db", "assignment", "add", NAME, f"--duedate={when}")


def hand_in(folder, download, student, names, when):
    """One student's folder in a download; `names`: the answers that are given, None for a broken file."""
    place = folder / download / student
    place.mkdir(parents=True)
    (place / "timestamp.txt").write_text(when, encoding="utf-8")
    if names is None:
        (place / f"{NAME}.ipynb").write_text('{"cells": [', encoding="utf-8")
        return
    given = {name: text for name, text in source_answers(folder).items() if name in names}
    nbformat.write(answer(read(notebook_of(folder / "notebooks")), given), place / f"{NAME}.ipynb")


def command(folder, *words):
    done = python(folder, "-m", "autograder", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def graded(folder):
    """(status and points of marks.csv, score in nbgrader's book), by student, after another `grade`."""
    said = command(folder, "grade", NAME)
    nbgrader(folder, "export", "--to=grades.csv")
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    with (folder / "grading" / "autograder" / NAME / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return {name: (row["status"], row["points"], scores[name]) for name, row in rows.items()}, said


def test_a_term(course):
    hand_in(course, "first", "ada", EXERCISES, "2027-01-15 10:00:00 UTC")
    hand_in(course, "first", "ben", EXERCISES, "2027-01-15 20:00:00 UTC")
    hand_in(course, "first", "cy", None, "2027-01-15 09:00:00 UTC")
    (course / "first" / "a stranger.ipynb").write_bytes((course / "first/ada" / f"{NAME}.ipynb").read_bytes())
    command(course, "intake", "first", "--assignment", NAME)
    marks, _ = graded(course)
    assert marks == {
        "ada": ("ok", "50", 50.0),
        "ben": ("ok", "50", 0.0),  # eight hours late, and late is 0 here
        "cy": ("unreadable", "", 0.0),
        "dee": ("not_submitted", "", 0.0),
        "eve": ("not_submitted", "", 0.0),
    }

    # The deadline moves: nothing is computed again, the penalty is gone.
    due(course, "2027-01-17 12:00:00 UTC")
    marks, said = graded(course)
    assert marks["ada"] == ("ok", "50", 50.0) and marks["ben"] == ("ok", "50", 50.0)

    # Cy's file is mended in an editor.
    mended = course / "grading" / "submitted" / "cy" / NAME / f"{NAME}.ipynb"
    mended.parent.mkdir(parents=True, exist_ok=True)
    given = {name: text for name, text in source_answers(course).items() if name in HALF}
    nbformat.write(answer(read(notebook_of(course / "notebooks")), given), mended)
    command(course, "intake", "grading/submitted", "--assignment", NAME)
    marks, _ = graded(course)
    assert marks["cy"][1:] == ("20", 20.0)
    assert marks["ada"][1:] == ("50", 50.0) and marks["ben"][1:] == ("50", 50.0)

    # A late download: Cy's broken file again, an older one of Ada's with less in it, and Dee, too late.
    hand_in(course, "second", "ada", HALF, "2027-01-14 10:00:00 UTC")
    hand_in(course, "second", "cy", None, "2027-01-15 09:00:00 UTC")
    hand_in(course, "second", "dee", EXERCISES, "2027-01-18 10:00:00 UTC")
    command(course, "intake", "second", "--assignment", NAME)
    marks, _ = graded(course)
    assert {name: row[1:] for name, row in marks.items()} == {
        "ada": ("50", 50.0),
        "ben": ("50", 50.0),
        "cy": ("20", 20.0),
        "dee": ("50", 0.0),
        "eve": ("", 0.0),
    }

    # The stranger's file is still on the list; it is Eve's.
    ledger = json.loads((course / "grading" / "autograder" / NAME / "unassigned.json").read_text("utf-8"))
    assert [entry["path"] for entry in ledger] == ["a stranger.ipynb"]
    command(course, "intake", "--assign", "a stranger.ipynb=eve", "--assignment", NAME)
    marks, _ = graded(course)
    assert marks["eve"][1] == "50"
    assert marks["ada"][1:] == ("50", 50.0) and marks["dee"][1:] == ("50", 0.0)
