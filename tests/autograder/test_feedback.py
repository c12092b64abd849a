"""What nbgrader_config.py does to a graded notebook before it becomes a student's page."""

import pytest
from course import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config.loader import PyFileConfigLoader

HIDDEN = (
    '# The same check again.\n### BEGIN HIDDEN TESTS\nchecks.check("gru", GRU, seed=77)\n### END HIDDEN TESTS'
)


@pytest.fixture
def hide():
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    [found] = [part for part in config.GenerateFeedback.preprocessors if part.__name__ == "HideTests"]
    return lambda *cells: found().preprocess(new_notebook(cells=list(cells)), {})[0].cells


def failed(source, **flags):
    traceback = ['----> 3 checks.check("gru", GRU, seed=77)', "NameError: name 'GRU' is not defined"]
    error = new_output("error", ename="NameError", evalue="name 'GRU' is not defined", traceback=traceback)
    marks = {"grade_id": "gru_hidden", "schema_version": 3, "locked": True, "task": False, "points": 6}
    return new_code_cell(source, outputs=[error], metadata={"nbgrader": marks | flags})


@pytest.mark.parametrize("grade", [True, False])
@pytest.mark.parametrize("solution", [True, False])
def test_hidden_tests_are_hidden_whatever_the_flags_say(hide, grade, solution):
    [cell] = hide(failed(HIDDEN, grade=grade, solution=solution))
    assert cell.source == "# The same check again."
    assert cell.outputs[0].traceback == ["NameError: name 'GRU' is not defined"]


def test_findings_and_marks_stay(hide):
    outputs = [new_output("stream", text="✗ the last step is read"), new_output("execute_result")]
    [cell] = hide(new_code_cell(HIDDEN, outputs=outputs))
    assert cell.outputs == outputs


def test_other_cells_keep_source_and_traceback(hide):
    shown = failed("checks.check('gru', GRU)", grade=True, solution=False)
    text = new_markdown_cell("In words")
    assert hide(shown.copy(), text.copy()) == [shown, text]


@pytest.mark.parametrize("line", ["### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"])
def test_a_delimiter_typed_by_a_student_ends_nothing(hide, line):
    typed = new_code_cell(f"x = 1\n{line}\ny = 2")
    cells = hide(typed, failed(HIDDEN, grade=True, solution=False))
    assert "x = 1" in cells[0].source and "y = 2" in cells[0].source
    assert "77" not in cells[1].source
