"""The assignment under stock nbgrader: full answers get full marks, the untouched notebook none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = "04_exercises"


def nbgrader(course, *words):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done


def submitted(course, student, answers):
    """The release with the source's solution cells of these grade_ids put in."""
    source = nbformat.read(course / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    notebook = nbformat.read(course / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
    right = {cell.id: cell.source for cell in source.cells}
    for cell in notebook.cells:
        if cell.id in answers:
            cell.source = right[cell.id]
    folder = course / "grading" / "submitted" / student / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


@pytest.mark.slow
def test_stock_autograde_gives_each_answer_its_points(tmp_path):
    from nbgrader.api import Gradebook

    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    nbgrader(tmp_path, "generate_assignment", NAME)
    names = ["two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping", "dropout_classifier"]
    submitted(tmp_path, "full", names)
    submitted(tmp_path, "half", names[:2])
    submitted(tmp_path, "empty", [])
    nbgrader(tmp_path, "autograde", NAME, "--create")
    database = tmp_path / "grading" / "gradebook.db"
    with Gradebook(f"sqlite:///{database.as_posix()}", "nets-by-hand") as book:
        scores = {
            student: {
                grade.cell.name: grade.auto_score
                for grade in book.find_submission_notebook(NAME, NAME, student).grades
                if grade.cell.cell_type == "code"
            }
            for student in ("full", "half", "empty")
        }
    per_cell = {f"{name}_{part}": points for name in names for part, points in (("check", 4), ("hidden", 6))}
    assert scores["full"] == per_cell
    assert scores["half"] == {
        cell: points * cell.startswith(tuple(names[:2])) for cell, points in per_cell.items()
    }
    assert set(scores["empty"].values()) == {0}
