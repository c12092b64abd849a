"""Folds are written from tags; what students get has the outputs of predictions empty."""

import runpy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = runpy.run_path(str(ROOT / "tools/notebooks.py"))
RELEASE = runpy.run_path(str(ROOT / "tools/release.py"))


@pytest.mark.parametrize(
    "before, after",
    [
        ({}, {}),
        ({"jupyter": {"source_hidden": True}}, {}),
        (
            {"tags": ["folded"]},
            {"tags": ["folded"], "jupyter": {"source_hidden": True}, "cellView": "form"},
        ),
        (
            {"tags": ["prediction"]},
            {"tags": ["prediction"], "jupyter": {"outputs_hidden": True}, "collapsed": True},
        ),
        (
            {"tags": ["prediction", "folded", "x"], "cellView": "code", "collapsed": True},
            {
                "tags": ["prediction", "folded", "x"],
                "jupyter": {"source_hidden": True, "outputs_hidden": True},
                "cellView": "form",
                "collapsed": True,
            },
        ),
        (
            {"tags": ["x"], "cellView": "form", "nbgrader": {"grade": True}},
            {"tags": ["x"], "nbgrader": {"grade": True}},
        ),
    ],
)
def test_a_cells_folds_follow_from_its_tags_alone(before, after):
    cell = new_code_cell("1", metadata=before)
    assert NOTEBOOKS["clean"](new_notebook(cells=[cell])).cells[0].metadata == after


def test_folding_executes_nothing(tmp_path):
    cells = [
        new_markdown_cell("# One"),
        new_code_cell("1", execution_count=1, metadata={"tags": ["prediction"]}),
    ]
    cells[1].outputs = [new_output("execute_result", {"text/plain": "1"}, execution_count=1)]
    notebook = NOTEBOOKS["fold"](new_notebook(cells=cells))
    assert notebook.cells[1].outputs and notebook.cells[1].metadata.jupyter == {"outputs_hidden": True}


def test_what_students_get_has_no_answer_to_a_prediction(tmp_path):
    measured = new_code_cell("print(2)", execution_count=3, metadata={"tags": ["prediction"]})
    measured.outputs = [new_output("stream", text="2\n")]
    nbformat.write(NOTEBOOKS["fold"](new_notebook(cells=[measured])), tmp_path / "source.ipynb")
    RELEASE["write_chapter"](tmp_path / "source.ipynb", tmp_path / "target.ipynb")
    [cell] = nbformat.read(tmp_path / "target.ipynb", as_version=4).cells
    assert cell.outputs == [] and cell.execution_count is None
    assert cell.metadata == {"tags": ["prediction"], "jupyter": {"outputs_hidden": True}, "collapsed": True}
