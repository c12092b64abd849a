"""A turn and a prediction as a reader does them, in a real JupyterLab: typed wrong, then right."""

import json
import re
import runpy
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyterlab, open_lab, wait_until
from labelled_turns import labelled_turns
from playwright.sync_api import expect

from helpers import kept

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = runpy.run_path(str(ROOT / "tools/notebooks.py"))
CHAPTER = ROOT / "notebooks/01_rnn.ipynb"
NAMES = ["setup-imports", "s1-weights", "s1-step-one", "ask-zero-input", "s1-step-two", "answer-zero-input"]
NAMES += ["my-final-state", "check-final-state", "final-state", "s7-done"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """These cells of chapter 1 open in a browser, as they are committed: (page, folder)."""
    folder = tmp_path_factory.mktemp("reader")
    notebook = nbformat.read(CHAPTER, as_version=4)
    by_name = {cell.id: cell for cell in notebook.cells}
    notebook.cells = [by_name[name] for name in NAMES]
    NOTEBOOKS["save"](notebook, folder / "small.ipynb")
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
    expect(cell(page, "my-final-state").locator(".cm-content")).to_be_visible()
    expect(cell(page, "final-state").locator(".cm-content")).not_to_be_visible()
    assert "0.3634" not in below(page, "s1-step-two")
    assert page.locator(".jp-mod-dirty").count() == 0
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    assert (folder / "small.ipynb").read_bytes() == before


def test_a_turn_is_typed_wrong_then_right(lab):
    page, folder = lab
    answers = {one.name: one.source.strip() for one in labelled_turns() if one.turn == "final_state"}
    run(page, "setup-imports")
    run(page, "my-final-state")
    assert run(page, "check-final-state") == "no answer yet"

    type_in(page, "my-final-state", answers["new name, the state never changes"])
    said = run(page, "check-final-state")
    assert said.startswith("✗ not yet: every step begins with an empty memory")
    assert 'a hint: checks.hint("final_state")' in said

    type_in(page, "my-final-state", answers["tanh at the end"])
    said = run(page, "check-final-state")
    assert said.startswith("✗ not yet: only the last state is squashed")
    assert "hint: tanh belongs to the step: into the loop" in said

    type_in(page, "my-final-state", answers["a number is no vector"])
    assert "in the line: h = torch.tanh(W_xh @ x + W_hh @ h)" in run(page, "check-final-state")

    type_in(page, "my-final-state", answers["by index, in two lines"])
    assert run(page, "check-final-state").startswith("✓ right: your last states")
    assert (
        json.loads((folder / kept.FILE).read_text(encoding="utf-8"))["turns"]["final_state"]["done"] is True
    )


def test_a_prediction_is_chosen_measured_and_answered(lab):
    page, folder = lab
    for name in ("setup-imports", "s1-weights", "s1-step-one"):
        run(page, name)
    asked = run(page, "ask-zero-input")
    assert "What is the second state?" in asked
    wrong = re.search(r"(\d)\. (zero as well.*)", asked)
    cell(page, "ask-zero-input").locator(".widget-toggle-button", has_text=wrong[1]).click()
    wait_until(
        lambda: (folder / kept.FILE).exists() and "predictions" in (folder / kept.FILE).read_text(),
        "not kept",
    )
    assert "0.3634" in run(page, "s1-step-two"), "the hidden output opens when the cell is run"
    expect(cell(page, "s1-step-two").get_by_text("0.3634")).to_be_visible()
    assert run(page, "answer-zero-input").startswith(f"✗ you chose: {wrong[2].strip()}. From outside")
    assert "predictions: right 0 of 1; look again at what memory is" in run(page, "s7-done")
    page.keyboard.press("Control+s")

    def saved():
        cells = nbformat.read(folder / "small.ipynb", as_version=4).cells
        return "look again" in json.dumps(cells[NAMES.index("s7-done")])

    wait_until(saved, "not saved")
    own = nbformat.read(folder / "small.ipynb", as_version=4).cells[NAMES.index("final-state")]
    assert own.metadata.jupyter.source_hidden is True and own.metadata.cellView == "form"
