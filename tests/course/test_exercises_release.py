"""The assignment: the release is fresh and leaks nothing; answered it runs, unanswered it says so."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NAME = "04_exercises"
SOURCE = ROOT / "solutions" / NAME / f"{NAME}.ipynb"
RELEASE = ROOT / "notebooks" / NAME / f"{NAME}.ipynb"
EXERCISES = ["two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping", "dropout_classifier"]
WRITTEN = ["birnn_bn_why", "gradient_clipping_why"]


def read(path):
    return nbformat.read(path, as_version=4)


def by_grade_id(notebook):
    return {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}


def executed(path, folder, **options):
    """The notebook run from a fresh kernel in `folder`, the cells as they are on disk."""
    notebook = read(path)
    place = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place, **options).execute()


def errors(cell):
    return [o for o in cell.get("outputs", []) if o.output_type == "error"]


def files(folder):
    """name -> bytes of what is handed out; what Jupyter and Python leave there does not count.

    Neither does how lines end: nbconvert writes them as the system does.
    """
    left = {".ipynb_checkpoints", "__pycache__"}
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {
        path.as_posix(): (folder / path).read_bytes().replace(b"\r\n", b"\n")
        for path in found
        if not left & set(path.parts)
    }


@pytest.fixture(scope="module")
def source():
    return read(SOURCE)


@pytest.fixture(scope="module")
def release():
    return read(RELEASE)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """The release as a student gets it, executed to its end."""
    return executed(RELEASE, tmp_path_factory.mktemp("empty"), allow_errors=True)


def test_release_is_what_nbgrader_makes_of_the_source(tmp_path):
    for part in ("solutions", "nbgrader_config.py"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", NAME, "--no-db"]
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "notebooks" / NAME
    stale = f"stale: run `nbgrader generate_assignment {NAME} --force`"
    assert files(made).keys() == files(RELEASE.parent).keys(), stale
    assert [name for name, content in files(made).items() if content != files(RELEASE.parent)[name]] == [], (
        stale
    )


def test_only_cells_that_need_an_answer_fail_and_each_says_so(empty):
    needing = {f"{name}_{what}" for name in EXERCISES for what in ("try", "check")}
    assert {cell.id for cell in empty.cells if errors(cell)} == needing
    for cell in empty.cells:
        for error in errors(cell):
            assert error.ename == "NotImplementedError", cell.id
            assert "no answer yet" in error.evalue, cell.id


def test_source_runs_and_gets_full_marks(source, tmp_path):
    done = executed(SOURCE, tmp_path)
    assert not [cell.id for cell in done.cells if errors(cell)]
    for name, cell in by_grade_id(done).items():
        if cell.metadata.nbgrader.grade and cell.cell_type == "code":
            [result] = [o for o in cell.outputs if o.output_type == "execute_result"]
            assert float(result.data["text/plain"]) == cell.metadata.nbgrader.points, name


def test_points_in_the_calls_are_those_of_the_cells(source):
    for name, cell in by_grade_id(source).items():
        if cell.metadata.nbgrader.grade and cell.cell_type == "code":
            [points] = re.findall(r"points=(\d+)", cell.source)
            assert int(points) == cell.metadata.nbgrader.points, name


def test_grade_ids_are_fixed(source):
    wanted = {f"{name}{what}" for name in EXERCISES for what in ("", "_check", "_hidden")} | set(WRITTEN)
    assert set(by_grade_id(source)) == wanted
    assert all(cell.id == name for name, cell in by_grade_id(source).items())
    graded = [cell.metadata.nbgrader for cell in by_grade_id(source).values() if cell.metadata.nbgrader.grade]
    assert sum(cell.points for cell in graded) == 60


def test_no_answer_and_no_hidden_test_leaks_into_the_release(source, release):
    everything = RELEASE.read_text(encoding="utf-8")
    for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "seed="):
        assert mark in SOURCE.read_text(encoding="utf-8")
        assert mark not in everything
    released = by_grade_id(release)
    for name, cell in by_grade_id(source).items():
        for answer in re.findall(r"BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S):
            for line in answer.splitlines():
                line = line.strip()
                if len(line) > 12:
                    assert json.dumps(line)[1:-1] not in everything, f"{name}: {line}"
        if cell.metadata.nbgrader.solution and cell.cell_type == "markdown":
            assert released[name].source == "*Your answer goes here.*"
    assert not [cell.id for cell in release.cells if cell.get("outputs")]
    assert not [name for name in files(RELEASE.parent) if name.endswith(".py")]
