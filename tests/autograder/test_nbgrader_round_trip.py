"""nbgrader's own commands from source to CSV, in the order in which an instructor and the students type them.

Three students take the exchange: one answers everything, one a part, one nothing. Two come in a learning
platform's download: a notebook that a browser renamed, and one as Colab saves it.
"""

import csv
import html
import json
import re
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from course import (
    COURSE_ID,
    EXERCISES,
    NAME,
    ROOT,
    WRITTEN,
    answer,
    course_copy,
    nbgrader,
    notebook_of,
    read,
    source_answers,
    take_in,
)
from labelled import labelled
from nbgrader.api import Gradebook

pytestmark = pytest.mark.classroom

EXCHANGE = ("full", "half", "empty")
MOODLE, CANVAS = "1234567", "4711"
CODE_CELLS = {
    f"{name}_{part}": points for name in EXERCISES for part, points in (("check", 4), ("hidden", 6))
}
# What the half-done notebook gets: one exercise right, one wrong in a way worth 7 of 10.
HALF = {"two_layer_lstm_check": 4, "two_layer_lstm_hidden": 6, "birnn_bn_check": 2.8, "birnn_bn_hidden": 4.2}
SEEDS = re.compile(r"seed=\d+")


def half_answers(answers):
    [wrong] = [a for a in labelled("birnn_bn") if a.name == "last_step_of_both"]
    return {
        "two_layer_lstm": answers["two_layer_lstm"],
        "birnn_bn": wrong.source,
        "birnn_bn_why": "It reads one step.",
    }


def as_colab_saves(notebook):
    """Format 4.0, no cell ids, Colab's own metadata, widget views, and their state in Colab's own form."""
    notebook.nbformat_minor = 0
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "6e9", "version_major": 2}}
    state = {
        "6e9": {"model_module": "@jupyter-widgets/controls", "model_name": "IntSliderModel", "state": {}}
    }
    notebook.metadata = nbformat.from_dict(
        {
            "accelerator": "GPU",
            "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
            "kernelspec": {"display_name": "Python 3", "name": "python3"},
            "language_info": {"name": "python"},
            "widgets": {"application/vnd.jupyter.widget-state+json": state},
        }
    )
    for number, cell in enumerate(notebook.cells):
        del cell["id"]
        cell.metadata["id"] = f"aBc{number:03d}xYz"
        if cell.cell_type == "code":
            cell.metadata["outputId"] = "b6a2"
            cell.metadata["colab"] = {"base_uri": "https://localhost:8080/"}
            cell.execution_count = number
            cell.outputs = [nbformat.from_dict({"output_type": "display_data", "data": view, "metadata": {}})]
    return notebook


def take_the_exchange(course, students, answers):
    """Fetch, answer and submit for each student; returns student -> the folder they work in."""
    folders = {}
    for student, given in answers.items():
        folder = folders[student] = students / student
        folder.mkdir(parents=True)
        exchange = exchange_of(course, folder)
        nbgrader(folder, "fetch_assignment", NAME, *exchange)
        path = notebook_of(folder)
        nbformat.write(answer(read(path), given), path)
        nbgrader(folder, "submit", NAME, f"--student={student}", *exchange)
    return folders


def exchange_of(course, folder):
    """What a student's nbgrader must know; on a hub the administrator has it in a file for all."""
    root = course / "grading" / "exchange"
    return [f"--course={COURSE_ID}", f"--Exchange.root={root}", f"--Exchange.cache={folder / 'cache'}"]


def download(course, answers):
    """What Moodle (a zip of folders) and Canvas (loose files) give to the instructor."""
    archive = course / "grading" / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    release = notebook_of(course / "notebooks")
    with zipfile.ZipFile(archive / "Nets by hand-Chapter 4-99.zip", "w") as bundle:
        name = f"Zoë van den Berg_{MOODLE}_assignsubmission_file_/{NAME} (1).ipynb"
        bundle.writestr(name, nbformat.writes(answer(read(release), answers)))
    colab = as_colab_saves(answer(read(release), answers))
    name = f"doejane_LATE_{CANVAS}_56789_Copy_of_{NAME}-2.ipynb"
    (archive / name).write_text(json.dumps(colab), encoding="utf-8")


def book(course):
    url = f"sqlite:///{(course / 'grading' / 'gradebook.db').as_posix()}"
    return Gradebook(url, COURSE_ID)


def mark_by_hand(course, marks):
    """What formgrader writes when a person gives points and a comment: (student, cell) -> points."""
    with book(course) as gradebook:
        for (student, cell), points in marks.items():
            grade = gradebook.find_grade(cell, NAME, NAME, student)
            assert grade.needs_manual_grade
            grade.manual_score = points
            grade.needs_manual_grade = False
            comment = gradebook.find_comment(cell, NAME, NAME, student)
            comment.manual_comment = "Says what the *backward* half has read."
        gradebook.db.commit()


def scores(course, student):
    with book(course) as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        return {grade.cell.name: grade.score for grade in notebook.grades}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    course = course_copy(tmp_path_factory.mktemp("course"))
    answers = source_answers(course)
    before = (course / "solutions" / NAME / f"{NAME}.ipynb").read_bytes()
    nbgrader(course, "generate_assignment", NAME)
    released = {
        path.name: path.read_bytes().replace(b"\r\n", b"\n")
        for path in (course / "notebooks" / NAME).iterdir()
    }
    nbgrader(course, "release_assignment", NAME)
    given = {"full": answers, "half": half_answers(answers), "empty": {}}
    folders = take_the_exchange(course, tmp_path_factory.mktemp("students"), given)
    nbgrader(course, "collect", NAME)
    download(course, answers)
    nbgrader(course, "zip_collect", NAME)
    take_in(course)
    nbgrader(course, "autograde", NAME)
    auto = {student: scores(course, student) for student in (*EXCHANGE, MOODLE, CANVAS)}
    marks = {(student, cell): 5 for student in ("full", MOODLE, CANVAS) for cell in WRITTEN}
    mark_by_hand(course, marks | {("half", "birnn_bn_why"): 2.5})
    nbgrader(course, "generate_feedback", NAME)
    without_secret = f"--CourseDirectory.student_id_exclude={MOODLE},{CANVAS}"
    nbgrader(course, "release_feedback", NAME, without_secret)
    for folder in folders.values():
        nbgrader(folder, "fetch_feedback", NAME, *exchange_of(course, folder))
    nbgrader(course, "export", f"--to={course / 'grading' / 'grades.csv'}")
    assert (course / "solutions" / NAME / f"{NAME}.ipynb").read_bytes() == before
    return SimpleNamespace(course=course, folders=folders, released=released, auto=auto)


def page(done, student):
    path = done.course / "grading" / "feedback" / student / NAME / f"{NAME}.html"
    return path.read_text(encoding="utf-8")


def test_what_is_released_is_what_is_committed(done):
    committed = {path.name: path.read_bytes() for path in (ROOT / "notebooks" / NAME).glob("*.ipynb")}
    assert done.released == committed


@pytest.mark.parametrize("student", ["full", MOODLE, CANVAS])
def test_right_answers_get_full_marks_however_they_came(done, student):
    unread = dict.fromkeys(WRITTEN, 0)
    assert done.auto[student] == CODE_CELLS | unread
    assert scores(done.course, student) == CODE_CELLS | dict.fromkeys(WRITTEN, 5)


def test_half_done_gets_its_part(done):
    wanted = dict.fromkeys([*CODE_CELLS, *WRITTEN], 0) | HALF
    assert done.auto["half"] == pytest.approx(wanted)
    assert scores(done.course, "half") == pytest.approx(wanted | {"birnn_bn_why": 2.5})


def test_untouched_gets_nothing_and_waits_for_nobody(done):
    assert set(done.auto["empty"].values()) == {0}
    with book(done.course) as gradebook:
        assert not gradebook.find_submission(NAME, "empty").needs_manual_grade
        assert not gradebook.find_submission(NAME, "full").needs_manual_grade


def test_where_an_answer_is_missing_the_tests_say_so(done):
    graded = read(notebook_of(done.course / "grading" / "autograded" / "empty"))
    for cell in graded.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in CODE_CELLS:
            [error] = [output for output in cell.outputs if output.output_type == "error"]
            assert error.ename == "NotImplementedError"
            assert error.evalue.startswith("no answer yet")


@pytest.mark.parametrize("student", [*EXCHANGE, MOODLE, CANVAS])
def test_feedback_hides_the_hidden_tests(done, student):
    source = notebook_of(done.course / "solutions").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]*>", "", page(done, student))
    hidden = SEEDS.findall(source)
    assert len(hidden) == len(EXERCISES)
    for seed in hidden:
        assert seed not in text
        assert seed.removeprefix("seed=") not in text
    assert "HIDDEN TESTS" not in text
    # What students can see anyway is still there, and the marks.
    for name in EXERCISES:
        assert f'checks.check("{name}"' in html.unescape(text)
    assert text.count("this cell checks the answer again") == len(EXERCISES)
    assert text.count("Test cell") == 2 * len(EXERCISES)


def test_feedback_shows_findings_marks_and_comments(done):
    half = page(done, "half")
    # In the check that the student could run, and in the one that was hidden.
    assert half.count("✗ the last step of the bidirectional output is read") == 2
    assert "2.8 of 4 points" in half and "4.2 of 6 points" in half
    assert "(Score: 19.5 / 60.0)" in half
    assert "Says what the <em>backward</em> half has read." in half
    assert "(Score: 60.0 / 60.0)" in page(done, "full")
    empty = page(done, "empty")
    assert "(Score: 0.0 / 60.0)" in empty
    assert empty.count("NotImplementedError: no answer yet: Exercise") == 2 * len(EXERCISES)


def test_students_fetch_the_page_that_the_instructor_generated(done):
    for student, folder in done.folders.items():
        [fetched] = (folder / NAME / "feedback").rglob("*.html")
        assert fetched.read_text(encoding="utf-8") == page(done, student)


def test_no_widget_state_is_left_that_would_stop_formgrader(done):
    originals = done.course / "grading" / "autograder" / NAME / "originals" / CANVAS
    [original] = originals.rglob("*.ipynb")
    graded = read(notebook_of(done.course / "grading" / "autograded" / CANVAS))
    assert "widgets" in read(original).metadata
    assert set(graded.metadata) == {"kernelspec", "language_info"}


def test_csv_has_every_student(done):
    with (done.course / "grading" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in rows.items()} == pytest.approx(
        {"full": 60, "half": 19.5, "empty": 0, MOODLE: 60, CANVAS: 60}
    )
    assert {row["max_score"] for row in rows.values()} == {"60.0"}
    assert {row["assignment"] for row in rows.values()} == {NAME}
