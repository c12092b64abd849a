"""A copy of the course in a folder of its own, and nbgrader's commands as people type them."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbgrader import api
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course

ROOT = Path(__file__).resolve().parents[2]
NAME = "04_exercises"
COURSE_ID = "nets-by-hand"
EXERCISES = ("two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping", "dropout_classifier")
# In place of the home folder's settings, which nbgrader and Jupyter would read too.
NO_SETTINGS = str(Path(tempfile.gettempdir()) / "no-jupyter-settings")
WRITTEN = ("birnn_bn_why", "gradient_clipping_why")
# Where a gradebook is new nbgrader asks, in a process of its own, which version its tables have.
api.get_alembic_version = functools.cache(api.get_alembic_version)


def course_copy(folder, *more):
    """The instructor's files (and `more`, by path from the root) in `folder`, nothing generated yet."""
    for part in ("nbgrader_config.py", "solutions", *more):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def python(folder, *words, **environment):
    """Python with these words in this folder, the environment active; returns the finished process."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env=os.environ | {"PATH": path, "JUPYTER_CONFIG_DIR": NO_SETTINGS} | environment,
        capture_output=True,
        text=True,
    )


def nbgrader(folder, *words, **environment):
    """One of nbgrader's commands, which must succeed; returns what it says on its way."""
    done = python(folder, "-m", "nbgrader", *words, **environment)
    assert done.returncode == 0, f"nbgrader {' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def generate(folder, name=NAME):
    """What `nbgrader generate_assignment` does, in this process: the command takes seconds to start."""
    converted(GenerateAssignment, folder, name)


def converted(converter, folder, name=NAME, student="*"):
    """Run one of nbgrader's converters on this course in this process, as its command does.

    Raises:
        NbGraderException: where the command ends with a status that is not 0; what it says is logged.
    """
    config = Course.load(folder).config
    place = CourseDirectory(config=config, root=str(folder), assignment_id=name, student_id=student)
    converter(coursedir=place, config=config).start()


def read(path):
    return nbformat.read(path, as_version=4)


def notebook_of(folder, name=NAME):
    return folder / name / f"{name}.ipynb"


def source_answers(course, name=NAME):
    """grade_id -> the instructor's answer, for all cells that a student writes."""
    cells = read(notebook_of(course / "solutions", name)).cells
    return {cell.id: cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")}


def answer(notebook, answers):
    """Put these sources into the cells with these grade_ids; returns the same notebook."""
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    return notebook


def take_in(folder, received="grading/submitted", name=NAME, **environment):
    """`python -m autograder intake`: what was received becomes what may be graded."""
    done = python(folder, "-m", "autograder", "intake", received, "--assignment", name, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
