"""A turn and a prediction as a reader does them, in a real JupyterLab: typed wrong, then right."""

import json
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyterlab, open_lab, wait_until
from labelled_turns import labelled_turns
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import expect

from helpers import kept

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = runpy.run_path(str(ROOT / "tools/notebooks.py"))
ASK = """predict.ask("square", "What is 2 ** 3?", [
    predict.Choice("6", 6, "That is 2 * 3."),
    predict.Choice("8", 8, "2 * 2 * 2."),
])"""
CELLS = (  # id, source, tags
    ("setup", "import math\nimport torch\nfrom torch import nn\nfrom helpers import checks, predict", []),
    ("stub", 'def my_lstm_step(blocks, c):\n    """blocks, c -> h, c."""\n    ...', []),
    ("turn", 'checks.turn("lstm_step", my_lstm_step)', []),
    ("own", "def lstm_step(blocks, c):\n    return 'one way to write it'", ["folded"]),
    ("ask", ASK, ["folded", "nbval-ignore-output"]),
    ("measure", "power = 2 ** 3\nprint('measured:', power)", ["prediction"]),
    ("answer", 'predict.answer("square", power)', ["nbval-ignore-output"]),
    ("end", "checks.progress()\npredict.summary()", []),
)
NAMES = [name for name, _, _ in CELLS]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The notebook open in a browser, as it is committed: (page, folder)."""
    folder = tmp_path_factory.mktemp("reader")
    cells = [new_code_cell(source, id=name, metadata={"tags": tags}) for name, source, tags in CELLS]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
    cells[NAMES.index("measure")].outputs = [new_output("stream", name="stdout", text="measured: 8\n")]
    NOTEBOOKS["save"](NOTEBOOKS["clean"](new_notebook(cells=cells)), folder / "small.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_STATE", "on")
        with jupyterlab(folder) as address, chromium() as browser:
            yield open_lab(browser, address, "small.ipynb"), folder


def cell(page, name):
    return page.locator(".jp-Notebook .jp-Cell").nth(NAMES.index(name))


def below(page, name):
    return "\n".join(cell(page, name).locator(".jp-OutputArea-output").all_inner_texts()).strip()


def run(page, name):
    """Select the cell by its margin, press Control+Enter, wait for its end; returns what stands below it."""
    prompt = cell(page, name).locator(".jp-InputPrompt").first
    cell(page, name).locator(".jp-InputArea, .jp-Placeholder").first.click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    prompt.evaluate("prompt => prompt.textContent = 'not yet'")
    page.keyboard.press("Control+Enter")
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))
    return below(page, name)


def type_in(page, name, source):
    cell(page, name).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    run(page, name)


def test_opened_and_saved_untouched_the_folds_are_there(lab):
    page, folder = lab
    before = (folder / "small.ipynb").read_bytes()
    expect(cell(page, "stub").locator(".cm-content")).to_be_visible()
    assert (
        cell(page, "own").locator(".cm-content").count() == 0
        or not cell(page, "own").locator(".cm-content").is_visible()
    )
    assert "measured: 8" not in below(page, "measure")
    assert page.locator(".jp-mod-dirty").count() == 0
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    assert (folder / "small.ipynb").read_bytes() == before


def test_a_turn_is_typed_wrong_then_right(lab):
    page, folder = lab
    answers = {one.name: one.source.strip() for one in labelled_turns() if one.turn == "lstm_step"}
    assert run(page, "setup") == ""
    run(page, "stub")
    assert run(page, "turn") == "no answer yet"

    type_in(page, "stub", answers["h from the old cell"])
    said = run(page, "turn")
    assert said.startswith("✗ not yet: what is shown is the old cell")
    assert 'a hint: checks.hint("lstm_step")' in said

    type_in(page, "stub", answers["sigmoid of everything"])
    said = run(page, "turn")
    assert said.startswith("✗ not yet: the candidate goes through a sigmoid")
    assert "hint: g may be negative: tanh" in said

    type_in(page, "stub", answers["by slices"])
    assert run(page, "turn").startswith("✓ right: h and c for four sizes")
    assert json.loads((folder / kept.FILE).read_text(encoding="utf-8"))["turns"]["lstm_step"]["done"] is True


def test_a_prediction_is_chosen_measured_and_answered(lab):
    page, folder = lab
    assert run(page, "setup") == ""
    asked = run(page, "ask")
    assert "What is 2 ** 3?" in asked and "2. 8" in asked
    cell(page, "ask").locator(".widget-toggle-button", has_text="1").click()
    wait_until(
        lambda: (folder / kept.FILE).exists() and "predictions" in (folder / kept.FILE).read_text(),
        "not kept",
    )
    assert "measured: 8" in run(page, "measure"), "the hidden output opens when the cell is run"
    expect(cell(page, "measure").get_by_text("measured: 8")).to_be_visible()
    assert run(page, "answer") == "✗ you chose: 6. That is 2 * 3.\n  as measured: 8"
    assert "predictions: right 0 of 1; look again at square" in run(page, "end")
    page.keyboard.press("Control+s")

    def saved():
        cells = nbformat.read(folder / "small.ipynb", as_version=4).cells
        return bool(cells[NAMES.index("end")].outputs)

    wait_until(saved, "not saved")
    own = nbformat.read(folder / "small.ipynb", as_version=4).cells[NAMES.index("own")]
    assert own.metadata.jupyter.source_hidden is True and own.metadata.cellView == "form"
