"""`make grade-stock`: marks of stock nbgrader, whatever the course's own grading is set to."""

import csv

import nbformat
import pytest
from course import (
    COURSE_ID,
    EXERCISES,
    NAME,
    ROOT,
    answer,
    course_copy,
    notebook_of,
    python,
    read,
    source_answers,
)
from nbgrader.api import Gradebook

TOOL = "tools/grade_stock.py"


def hand_in(course, folder, answers):
    for student, given in answers.items():
        path = notebook_of(folder / student)
        path.parent.mkdir(parents=True)
        nbformat.write(answer(read(notebook_of(ROOT / "notebooks")), given), path)
    return folder


def marks(course):
    with (course / "grading" / "stock" / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.mark.classroom
def test_marks_are_stock_nbgraders_and_nothing_else_is_touched(tmp_path):
    course = course_copy(tmp_path / "course", TOOL)
    # The course's own way of grading must not show: here it would give nobody a mark.
    with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("c.Autograde.autograde_preprocessors = []\nc.Autograde.sanitize_preprocessors = []\n")
    (course / "grading").mkdir()
    (course / "grading" / "gradebook.db").write_bytes(b"earlier marks")
    answers = source_answers(course)
    half = {name: answers[name] for name in EXERCISES[:2]}
    submitted = hand_in(course, tmp_path / "received", {"full": answers, "half": half, "empty": {}})
    before = {path: path.read_bytes() for path in submitted.rglob("*.ipynb")}

    found_by_jupyter = {"JUPYTER_CONFIG_DIR": str(course)}
    done = python(course, TOOL, submitted, **found_by_jupyter)
    assert done.returncode == 0, done.stderr
    assert f"{NAME}: 3 submissions in" in done.stdout
    assert marks(course) == {"full": 50, "half": 20, "empty": 0}

    database = course / "grading" / "stock" / "gradebook.db"
    with Gradebook(f"sqlite:///{database.as_posix()}", COURSE_ID) as book:
        grade = book.find_grade("birnn_bn_why", NAME, NAME, "full")
        grade.manual_score = 3
        book.db.commit()
    answer_more = {name: answers[name] for name in EXERCISES[:3]}
    path = notebook_of(submitted / "half")
    nbformat.write(answer(read(path), answer_more), path)
    (submitted / "broken" / NAME).mkdir(parents=True)
    (submitted / "broken" / NAME / f"{NAME}.ipynb").write_text("no notebook", encoding="utf-8")
    done = python(course, TOOL, submitted, **found_by_jupyter)
    assert done.returncode != 0
    assert "not every submission was graded: see above" in done.stderr
    again = marks(course)
    assert (again["full"], again["half"], again["empty"]) == (53, 30, 0)

    assert (course / "grading" / "gradebook.db").read_bytes() == b"earlier marks"
    assert not (course / "notebooks").exists()
    for path, content in before.items():
        assert path.read_bytes() == content or path == notebook_of(submitted / "half")
    assert sorted(path.name for path in (submitted / "full").rglob("*")) == [NAME, f"{NAME}.ipynb"]


def test_a_wrong_folder_is_refused_in_words(tmp_path):
    for words in ([], [""], [tmp_path / "missing"]):
        done = python(ROOT, TOOL, *words)
        assert done.returncode != 0
        assert "usage: python tools/grade_stock.py FOLDER" in done.stderr
    done = python(ROOT, TOOL, tmp_path)
    assert done.returncode != 0
    assert "it must hold STUDENT/ASSIGNMENT/NOTEBOOK.ipynb" in done.stderr
