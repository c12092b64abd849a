"""What docs/instructors.md and docs/exercises.md tell an instructor to do, done as they say."""

import csv
import re
import shlex
import shutil
import time
import zipfile

import nbformat
import pytest
from course import (
    NAME,
    ROOT,
    answer,
    course_copy,
    nbgrader,
    notebook_of,
    python,
    read,
    source_answers,
    take_in,
)
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp

TYPES = {  # what the panel Create Assignment writes
    "Autograded answer": {"grade": False, "solution": True, "locked": False},
    "Autograded tests": {"grade": True, "solution": False, "locked": True},
}


def page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(name, language):
    """The code blocks of a page in one language ("": commands)."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", page(name), re.M | re.S)
    return [text for kind, text in fenced if kind == language]


def cells(text):
    """A block of cells, each headed by grade_id, type and points, as a source notebook has them."""
    made = []
    for chunk in text.split("# %% ")[1:]:
        heading, source = chunk.split("\n", 1)
        grade_id, kind, *points = (part.strip() for part in heading.split("|"))
        marks = {"grade_id": grade_id, "schema_version": 3, "task": False} | TYPES[kind]
        marks |= {"points": int(points[0])} if points else {}
        made.append(new_code_cell(source.rstrip(), id=grade_id, metadata={"nbgrader": marks}))
    return made


def hand_in(course, release, answers, when="2027-01-15 12:00:00 UTC"):
    for student, given in answers.items():
        path = notebook_of(course / "grading" / "submitted" / student)
        path.parent.mkdir(parents=True)
        nbformat.write(answer(read(release), given), path)
        (path.parent / "timestamp.txt").write_text(when, encoding="utf-8")


def csv_rows(course, to):
    nbgrader(course, "export", f"--to={to}")
    with to.open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.mark.classroom
def test_adding_an_exercise_as_the_page_says(tmp_path):
    start = time.perf_counter()
    course = course_copy(tmp_path / "course", "helpers")
    *_, module, group = blocks("exercises.md", "python")
    (course / "helpers" / "checks" / "exercises" / "plain_gru.py").write_text(module, encoding="utf-8")
    path = notebook_of(course / "solutions")
    source = read(path)
    source.cells[-1:-1] = cells(group)
    nbformat.write(source, path)
    own = {"PYTHONPATH": str(course)}  # the copy's helpers, not those that are installed
    found = python(course, "-c", "from helpers import checks; print(*checks.EXERCISES)", **own)
    assert "plain_gru" in found.stdout.split(), found.stderr

    nbgrader(course, "generate_assignment", NAME, **own)
    release = notebook_of(course / "notebooks")
    assert "plain_gru_check" in release.read_text(encoding="utf-8")
    assert "2027" not in release.read_text(encoding="utf-8")
    right = {cell.id: cell.source for cell in source.cells if cell.id == "plain_gru"}
    hand_in(course, release, {"right": right, "empty": {}})
    take_in(course, **own)
    nbgrader(course, "autograde", NAME, **own)
    with Gradebook(f"sqlite:///{(course / 'grading' / 'gradebook.db').as_posix()}", "nets-by-hand") as book:
        got = {
            (student, cell): book.find_grade(cell, NAME, NAME, student).auto_score
            for student in ("right", "empty")
            for cell in ("plain_gru_check", "plain_gru_hidden")
        }
        assert book.find_assignment(NAME).max_score == 70
    assert got == {
        ("right", "plain_gru_check"): 4,
        ("right", "plain_gru_hidden"): 6,
        ("empty", "plain_gru_check"): 0,
        ("empty", "plain_gru_hidden"): 0,
    }
    print(f"from two blocks of text to two graded notebooks: {time.perf_counter() - start:.0f} s")


@pytest.mark.classroom
def test_a_private_variant_counts_and_leaves_the_public_files_alone(tmp_path):
    bundle = ["tools/release.py", "helpers", "notebooks", "docs/students.md", "docs/AGENTS.md"]
    bundle += ["LICENSE", "NOTICE", "lab.py"]
    bundle += ["requirements.txt", "constraints.txt", "environment.yml", "pyproject.toml"]
    course = course_copy(tmp_path / "course", *bundle)
    public = {path: path.read_bytes() for path in course.rglob("*.ipynb")}
    shutil.copytree(course / "solutions", course / "private" / "solutions")
    overlay, _ = blocks("instructors.md", "python")
    (course / "private" / "nbgrader_config.py").write_text(overlay, encoding="utf-8")
    source = read(notebook_of(course / "private" / "solutions"))
    [hidden] = [cell for cell in source.cells if cell.id == "dropout_classifier_hidden"]
    hidden.source = hidden.source.replace("points=6, seed=4015", "points=16, seed=9091")
    hidden.metadata.nbgrader.points = 16
    nbformat.write(source, notebook_of(course / "private" / "solutions"))

    shown = rf"^nbgrader (db assignment add {NAME}) --duedate=\"(.*)\"$"
    command, deadline = re.findall(shown, page("instructors.md"), re.M)[-1]  # the one of a private course
    nbgrader(course, *command.split(), f"--duedate={deadline}")
    nbgrader(course, "generate_assignment", NAME, "--force")
    answers = source_answers(course)
    release = notebook_of(course / "private" / "notebooks")
    hand_in(course, release, {"in_time": answers}, when="2027-01-15 22:59:00 UTC")
    hand_in(course, release, {"late": answers}, when="2027-01-15 23:00:00 UTC")
    take_in(course)
    nbgrader(course, "autograde", NAME)
    rows = csv_rows(course, course / "grading" / "grades.csv")
    marks = {student: (float(row["raw_score"]), float(row["score"])) for student, row in rows.items()}
    assert marks == {"in_time": (60, 60), "late": (60, 0)}
    assert {row["max_score"] for row in rows.values()} == {"70.0"}
    graded = notebook_of(course / "grading" / "autograded" / "late").read_text(encoding="utf-8")
    assert "seed=9091" in graded and "seed=4015" not in graded

    done = python(course, "tools/release.py")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(course / "dist" / "nets-by-hand.zip") as archive:
        assert archive.read(f"nets-by-hand/notebooks/{NAME}/{NAME}.ipynb") == release.read_bytes()
    assert {path: path.read_bytes() for path in public} == public


@pytest.mark.classroom
@pytest.mark.bubblewrap
def test_a_check_beside_a_private_variant_is_graded_from_intake_to_marks(tmp_path):
    course = course_copy(tmp_path / "course", "helpers")
    private = course / "private"
    shutil.copytree(course / "solutions", private / "solutions")
    overlay, _ = blocks("instructors.md", "python")
    (private / "nbgrader_config.py").write_text(overlay, encoding="utf-8")
    *_, module, group = blocks("exercises.md", "python")
    (private / "checks").mkdir()
    (private / "checks" / "plain_gru.py").write_text(module, encoding="utf-8")
    source = read(notebook_of(private / "solutions"))
    source.cells[-1:-1] = cells(group)
    nbformat.write(source, notebook_of(private / "solutions"))
    own = {"PYTHONPATH": str(course)}  # the copy's helpers, not those that are installed

    def command(*words):
        done = python(course, "-m", "autograder", *words, **own)
        assert done.returncode == 0, done.stdout + done.stderr

    nbgrader(course, "generate_assignment", NAME, **own)
    command("verify", NAME)
    right = {cell.id: cell.source for cell in source.cells if cell.id == "plain_gru"}
    hand_in(course, notebook_of(private / "notebooks"), {"right": right, "empty": {}})
    take_in(course, **own)
    command("grade", NAME)
    with (course / "grading" / "autograder" / NAME / "marks.csv").open(encoding="utf-8", newline="") as file:
        marks = {row["student"]: (row["status"], float(row["points"])) for row in csv.DictReader(file)}
    assert marks == {"right": ("ok", 10), "empty": ("ok", 0)}
    assert not (course / "helpers" / "checks" / "exercises" / "plain_gru.py").exists()


def test_every_command_on_the_page_is_one_that_nbgrader_has():
    typed = re.findall(r"^nbgrader (\w+)", "".join(blocks("instructors.md", "")), re.M)
    used = {*typed, *re.findall(r"`nbgrader (\w+)", page("instructors.md"))}
    assert {"db", "generate_assignment", "collect", "autograde"} <= used
    assert used <= {name.replace("-", "_") for name in NbGraderApp().subcommands}


@pytest.mark.classroom
@pytest.mark.bubblewrap
def test_the_class_of_24_goes_as_the_page_shows(tmp_path):
    section = page("instructors.md").split("## In ten minutes\n")[1].split("\n## ")[0]
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.M | re.S)
    folder = ROOT
    said = ""
    for kind, text in fenced:
        if kind == "text":
            shown, real = text.splitlines(), said.splitlines()
            for line in shown:
                begin, cut, _ = line.partition("…")
                assert any(one.startswith(begin) if cut else one == line for one in real), (line, said)
            assert len(shown) == len(real), said
        said = ""
        for line in text.splitlines() if kind == "" else ():
            command, *words = shlex.split(line)
            if command == "cd":
                folder = tmp_path / words[0]
                continue
            if words[0].endswith("demo_class.py"):
                words.append(tmp_path / "demo")
            done = python(folder, *(["-m", "nbgrader"] if command == "nbgrader" else []), *words)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            said += done.stdout
    exported = tmp_path / "demo" / "grading" / "export"
    assert len(zipfile.ZipFile(exported / "04_exercises-feedback-moodle.zip").namelist()) == 18
    template = (tmp_path / "demo" / "downloads" / "gradebook.csv").read_text(encoding="utf-8").splitlines()
    filled = (exported / "05_by_hand-canvas.csv").read_text(encoding="utf-8").splitlines()
    assert sum(old != new for old, new in zip(template, filled, strict=True)) == 22
    report = (tmp_path / "demo/grading/autograder/04_exercises/report.html").read_text(encoding="utf-8")
    assert "konrad.zuse@example.org" in report and "lynn.conway@example.org" in report
    again = python(ROOT, "tools/demo_class.py", tmp_path / "demo")  # and takes no marks away
    assert again.returncode == 1 and "holds what was taken in and graded" in again.stderr


def test_every_path_and_link_on_the_pages_leads_somewhere():
    for name in ("instructors.md", "exercises.md", "teaching.md"):
        for target in re.findall(r"\]\(((?!https?:)[^)#]+)", page(name)):
            assert (ROOT / "docs" / target).exists(), target
        for path in re.findall(r"`((?:helpers|solutions|tests|tools|notebooks)/[\w./]*)`", page(name)):
            if "NAME" not in path and "plain_gru" not in path:
                assert (ROOT / path).exists(), path
