"""The exercises as a student does them: typed into JupyterLab, checked on the spot, read on the page."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyterlab, open_lab
from labelled import labelled
from playwright.sync_api import expect

RELEASE = Path(__file__).resolve().parents[2] / "notebooks/04_exercises/04_exercises.ipynb"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The released notebook open in a browser, its set-up cells run."""
    folder = tmp_path_factory.mktemp("student")
    shutil.copy(RELEASE, folder)
    with jupyterlab(folder) as address, chromium() as browser:
        page = open_lab(browser, address, RELEASE.name)
        for name in ("setup-colab", "setup-imports"):
            assert run(page, name) == ""
        yield page


def cell(page, name):
    names = [cell.id for cell in nbformat.read(RELEASE, as_version=4).cells]
    return page.locator(".jp-Notebook .jp-Cell").nth(names.index(name))


def run(page, name):
    """Click into the cell, press Shift+Enter, wait for its end; returns the text that stands below it."""
    prompt = cell(page, name).locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell(page, name).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(prompt).not_to_have_text(before)  # [*]: it runs
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))
    return "\n".join(cell(page, name).locator(".jp-OutputArea-output").all_inner_texts())


def answer(page, name, source):
    """Put this into the solution cell as one who pastes it: click, select all, insert; then run it."""
    cell(page, name).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    assert run(page, name) == ""


def picture(page, name, file):
    """A screenshot of this cell, its output and what stands around it."""
    cell(page, name).evaluate("cell => cell.scrollIntoView({block: 'center'})")
    page.screenshot(path=file)


def test_the_check_answers_on_the_spot(page, tmp_path):
    submitted = {one.name: one.source.strip() for one in labelled("two_layer_lstm")}
    check = "two_layer_lstm_check"

    assert run(page, "two_layer_lstm") == "", "the stub alone must not fail"
    report = run(page, check)
    picture(page, check, tmp_path / "1_no_answer.png")
    assert "NotImplementedError: no answer yet" in report

    answer(page, "two_layer_lstm", submitted["softmax"])
    report = run(page, check)
    picture(page, check, tmp_path / "2_softmax.png")
    assert "✗ the output is not logits any more: softmax was applied to them" in report
    assert "expected: the output layer's result as it is" in report
    assert "3.2 of 4 points" in report

    answer(page, "two_layer_lstm", submitted["nn_lstm_h_n"])
    report = run(page, check)
    picture(page, check, tmp_path / "3_right.png")
    assert "✗" not in report
    assert "4 of 4 points" in report


def test_hints_unfold_at_a_click(page, tmp_path):
    hints = cell(page, "e3-hints").locator("details")
    body = hints.first.locator("p")
    assert hints.count() == 3
    assert not body.is_visible()
    for hint in hints.all():
        hint.locator("summary").click()
    body.wait_for(state="visible")
    picture(page, "e3-hints", tmp_path / "hints.png")
    assert "h_n" in body.inner_text()
