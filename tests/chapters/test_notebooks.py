"""How the chapters are committed: executed, clean, small, and re-executed with every output compared."""

import ast
import json
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from sittings import sittings

from helpers import checks, predict

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_executed_from_a_fresh_kernel(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


def test_no_error_and_no_warning_in_the_outputs(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert not (output.output_type == "stream" and output.name == "stderr"), (cell.id, output.text)


def test_metadata_is_clean(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"tags", "jupyter", "cellView", "collapsed"}, cell["id"]


def test_what_is_folded_follows_from_the_tags(path):
    folds = runpy.run_path(str(ROOT / "tools/notebooks.py"))["folds"]
    for cell in nbformat.read(path, as_version=4).cells:
        written = {key: cell.metadata[key] for key in cell.metadata if key != "tags"}
        assert written == folds(cell.metadata.get("tags", ())), f"{cell.id}: tools/notebooks.py --fold"


def test_each_turn_is_there_and_each_prediction_is_asked_answered_and_hidden(path):
    """What is asked under a name is answered under it, by the cell behind a hidden output."""
    cells = code_cells(path)
    calls = [
        (place, ast.unparse(call.func), ast.literal_eval(call.args[0]))
        for place, cell in enumerate(cells)
        for call in ast.walk(ast.parse(cell.source.replace("%pip", "pass  #")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("checks.turn", "predict.ask", "predict.answer")
    ]
    turns = [key for _, name, key in calls if name == "checks.turn"]
    assert set(turns) <= set(checks.TURNS) and len(turns) == len(set(turns))
    asked = {key: place for place, name, key in calls if name == "predict.ask"}
    answered = {key: place for place, name, key in calls if name == "predict.answer"}
    assert asked.keys() == answered.keys()
    for place, name, key in calls:
        if name != "checks.turn":
            assert "nbval-ignore-output" in cells[place].metadata.get("tags", ()), key
            said = "".join(output.get("text", "") for output in cells[place].outputs)
            assert predict.UNDECIDED not in said and "✗" not in said and "✓" not in said, said
    for key, place in asked.items():
        between = [cell.metadata.get("tags", ()) for cell in cells[place + 1 : answered[key]]]
        assert any("prediction" in tags for tags in between), f"{key}: no cell before its answer is tagged"


def test_choices_of_a_prediction_have_one_form(path):
    """Each with a short reason after a colon, or none: else the bare one is chosen unread, and is right."""
    for cell in code_cells(path):
        if cell.source.startswith("predict.ask("):
            key, _, choices = ast.parse(cell.source).body[0].value.args
            texts = [ast.literal_eval(choice.elts[0]) for choice in choices.elts]
            assert len({": " in text for text in texts}) == 1, f"{key.value}: {texts}"


def test_allclose_says_how_close(path):
    """Its own bound, 1e-8 + 1e-5 * |y|, is less than what float32 rounds off where a sum is near 0: another
    processor, which adds in another order, then prints another answer."""
    for cell in code_cells(path):
        for call in ast.walk(ast.parse(cell.source.replace("%pip", "pass  #"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("allclose"):
                assert "atol" in {word.arg for word in call.keywords}, f"{cell.id}: {ast.unparse(call)}"


def test_pictures_are_small(path):
    size = sum(
        len(output.data["image/png"]) * 3 // 4
        for cell in code_cells(path)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    )
    assert size <= 800_000


def test_every_figure_says_what_it_shows(path):
    """In the metadata of its output, where a page takes the alternative text from."""
    figures = [(c.id, o) for c in code_cells(path) for o in c.outputs if "image/png" in o.get("data", {})]
    assert figures
    for cell_id, output in figures:
        text = output.metadata.get("image/png", {}).get("alt", "")
        assert len(text.split()) >= 6 and text.endswith("."), f"{cell_id}: {text!r}; run `make notebooks`"


def says_something(source):
    """Does the cell, at top level, print, or end in a value that is not silenced?"""
    body = ast.parse(source.replace("%pip", "pass  #")).body
    prints = any(
        isinstance(call, ast.Call) and getattr(call.func, "id", "") == "print"
        for node in body
        if not isinstance(node, ast.FunctionDef | ast.ClassDef)
        for call in ast.walk(node)
    )
    last_is_value = bool(body) and isinstance(body[-1], ast.Expr) and not source.rstrip().endswith(";")
    is_call = last_is_value and isinstance(body[-1].value, ast.Call)
    # A call may return None; of those only print and plt.show leave something behind for sure.
    shows = is_call and ast.unparse(body[-1].value.func) == "plt.show"
    return prints or shows or (last_is_value and not is_call)


def test_what_a_cell_says_is_stored(path):
    """A cell without stored output is not compared when it is executed again."""
    for cell in code_cells(path):
        if says_something(cell.source):
            assert cell.outputs, f"{cell.id}: no output stored; run `make notebooks`"


def test_no_sentence_stands_twice(path):
    """What is moved from one place to another is easily left behind."""
    seen = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for sentence in re.split(r"(?<=[.?!])\s+|\n+", cell.source):
                if len(sentence) > 45 and not sentence.startswith("|"):
                    assert sentence not in seen, f"{cell.id} and {seen[sentence]}: {sentence}"
                    seen[sentence] = cell.id


def asks(cell):
    """A turn's stub and its check, a prediction and its answer: neither prose nor the lesson's code."""
    source = cell.source.rstrip()
    calls, stub = source.startswith(("predict.", "checks.")), source.endswith("    ...")
    return cell.cell_type == "code" and (calls or stub)


def test_cells_are_short_and_prose_carries_the_lesson(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if not asks(cell)]
    prose = sum(cell.cell_type == "markdown" for cell in cells) / len(cells)
    assert 0.5 <= prose <= 0.65, f"{prose:.0%} of the cells are prose"
    lengths = sorted(len(c.source.splitlines()) for c in code_cells(path))
    assert lengths[len(lengths) // 2] <= 8
    for cell in code_cells(path):
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        # What is folded is cut by its meaning; what stands open is read at once.
        assert len(cell.source.splitlines()) <= (100 if folded else 30), cell.id


def only_defines(cell):
    """Is it a code cell of imports, functions, classes and NAME = literal, so that nothing runs?"""
    if cell.cell_type != "code":
        return False
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
        or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
        for node in ast.parse(cell.source.replace("%pip", "pass  #")).body
    )


@pytest.mark.seeds
def test_every_sitting_runs_on_its_own(path):
    """After the set-up cells alone; where the chapter says that its sittings build on each other, after the
    set-up and the definitions of the sittings before: nothing that they trained or computed is needed."""
    setup, parts = sittings(path)
    assert len(parts) >= 2
    build_on_each_other = "build on each other" in setup[0].source
    defined = []
    for title, cells in parts.items():
        notebook = nbformat.v4.new_notebook(cells=setup + defined + cells)
        client = NotebookClient(notebook, timeout=1200, kernel_name="python3")
        try:
            client.execute(cwd=str(path.parent))
        except CellExecutionError as error:
            pytest.fail(f"{title} does not run on its own: {error}")
        if build_on_each_other:
            defined += [cell for cell in cells if only_defines(cell)]
