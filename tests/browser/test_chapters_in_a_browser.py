"""Chapter 1 in a real JupyterLab, in a real browser without a screen: run from the menu, look at it."""

from pathlib import Path

import nbformat
import pytest
from browser import MINUTE, chromium, jupyterlab, open_lab, wait_until
from sittings import sittings

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with the set-up and one sitting of chapter 1 in each notebook: (folder, address)."""
    folder = tmp_path_factory.mktemp("course")
    setup, parts = sittings(ROOT / "notebooks/01_rnn.ipynb")
    for number, cells in enumerate(parts.values(), start=1):
        notebook = nbformat.read(ROOT / "notebooks/01_rnn.ipynb", as_version=4)
        notebook.cells = setup + cells
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / f"sitting_{number}.ipynb")
    with jupyterlab(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def run_from_the_menu(browser, lab, number):
    """Open a sitting, choose Run > Run All Cells, save; returns the page and the saved notebook."""
    folder, address = lab
    file = folder / f"sitting_{number}.ipynb"
    last = sum(cell.cell_type == "code" for cell in nbformat.read(file, as_version=4).cells)
    page = open_lab(browser, address, file.name)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(f".jp-InputPrompt:text-is('[{last}]:')").wait_for(state="attached", timeout=5 * MINUTE)
    page.keyboard.press("Control+s")

    def saved():
        cells = nbformat.read(file, as_version=4).cells
        return [cell.execution_count for cell in cells if cell.cell_type == "code"][-1] == last

    wait_until(saved, "the notebook was not saved with its outputs")
    return page, nbformat.read(file, as_version=4)


def failed_cells(notebook):
    return [c.id for c in notebook.cells for o in c.get("outputs", []) if o.output_type == "error"]


def test_first_sitting_runs_from_the_menu(browser, lab):
    page, saved = run_from_the_menu(browser, lab, 1)
    assert failed_cells(saved) == []
    assert page.locator(".jp-OutputArea-output img").count() >= 5
    assert page.locator(".MathJax, mjx-container").count() > 10, "formulas are not drawn"
    prose = page.locator(".jp-RenderedMarkdown").all_inner_texts()
    assert not [text for text in prose if "$" in text], "a formula stands there as text"
    page.close()


def test_the_slider_redraws_the_gradient_lab(browser, lab):
    page, saved = run_from_the_menu(browser, lab, 4)
    assert failed_cells(saved) == []
    explorer = page.locator(".widget-interact")
    picture = explorer.locator("img")
    picture.first.wait_for()
    before = picture.first.get_attribute("src")
    handle = explorer.locator(".noUi-handle").first
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function(
        "before => { const i = document.querySelector('.widget-interact img'); return i && i.src != before }",
        arg=before,
    )
    page.close()
