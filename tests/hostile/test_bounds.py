"""What one submission may use as a whole, at the sandbox's own proportions, and what it may see."""

import sys
from pathlib import Path

import nbformat
import pytest
from classroom import ROOT
from kit import EXERCISES, NAME, added

from autograder.assignment import Assignment
from autograder.judging import grade
from autograder.sandbox import Limits, Sandbox
from autograder.worker import modules

pytestmark = [pytest.mark.hostile, pytest.mark.bubblewrap]
SOURCE = ROOT / "solutions" / NAME / f"{NAME}.ipynb"
FACTOR = Limits.cpu / Limits.cpu_item


@pytest.fixture(scope="module")
def assignment():
    return Assignment.load(NAME, SOURCE)


@pytest.fixture
def graded(assignment):
    """Grades a notebook with so many CPU seconds for each item, the rest in proportion."""

    def of(notebook, cpu_item):
        limits = Limits(cpu_item=cpu_item, cpu=FACTOR * cpu_item)
        with Sandbox(Path(ROOT / "helpers"), modules(assignment), limits) as sandbox:
            sandbox.start()
            return grade(nbformat.writes(notebook).encode(), assignment, sandbox)

    return of


def right():
    return nbformat.read(SOURCE, as_version=4)


def points(result):
    of = dict.fromkeys(EXERCISES, 0.0)
    for check in result["checks"].values():
        of[check["exercise"]] += check["points"]
    return of


def test_endless_loops_leave_time_for_the_last_answer(graded):
    notebook = right()
    for cell in notebook.cells:
        if cell.id in EXERCISES[:4]:
            body = "def forward(self, x):" if "def forward" in cell.source else '    """Train'
            loop = body + "\n        while True: pass" if "def" in body else "    while True: pass\n" + body
            cell.source = cell.source.replace(body, loop, 1)
    result = graded(notebook, cpu_item=1.5)
    assert points(result) == {name: 10.0 * (name == EXERCISES[-1]) for name in EXERCISES}


def test_cells_that_wait_are_bounded_as_a_whole(graded):
    """Each cell waits a little less than it may: no CPU time, and hours in all."""
    notebook = right()
    for _ in range(60):
        added(notebook, "import time\ntime.sleep(1e6)")
    result = graded(notebook, cpu_item=0.5)
    assert any(cell["status"] == "died" for cell in result["cells"].values())


def test_a_virtual_environment_does_not_show_the_folder_it_is_made_in(tmp_path, monkeypatch):
    """`python -m venv .` in the course: its libraries are needed inside, its solutions must not be there."""
    for part in ("bin", "lib", "solutions", "grading"):
        (tmp_path / part).mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    words = Sandbox(ROOT / "helpers").command()
    assert str(tmp_path / "lib") in words
    binds = [Path(words[i + 1]) for i, word in enumerate(words) if "bind" in word]
    assert not [path for path in binds if (tmp_path / "solutions").is_relative_to(path)]
