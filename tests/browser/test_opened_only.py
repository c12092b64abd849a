"""A notebook that is opened and not touched: no unsaved changes, nothing fetched, no broken picture."""

import shutil
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyterlab, open_lab

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [*sorted(ROOT.glob("notebooks/**/*.ipynb")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab in a folder with a copy of every notebook, and a browser: (folder, address, browser)."""
    folder = tmp_path_factory.mktemp("course")
    for path in NOTEBOOKS:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    with jupyterlab(folder) as address, chromium() as browser:
        yield folder, address, browser


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_opening_changes_nothing_and_fetches_nothing(lab, path):
    folder, address, browser = lab
    name = path.relative_to(ROOT)
    page = open_lab(browser, address, name.as_posix())
    page.get_by_role("link", name="Open in Colab").wait_for()
    # What JupyterLab writes into a notebook by itself it writes before the kernel is idle.
    page.wait_for_timeout(2000)
    assert page.locator(".jp-mod-dirty").count() == 0, "unsaved changes as soon as it is opened"
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    assert (folder / name).read_bytes() == path.read_bytes(), "saving it untouched changes the file"
    pictures = page.locator(".jp-Notebook img").evaluate_all(
        "all => all.map(picture => picture.src.slice(0, 90))"
    )
    assert [src for src in pictures if not src.startswith(("data:", "blob:"))] == [], (
        "fetched: broken when offline"
    )
    page.close()


def test_a_kernel_that_dies_says_what_students_look_up(lab):
    folder, address, browser = lab
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os\n\nos._exit(9)")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, folder / "dies.ipynb")
    page = open_lab(browser, address, "dies.ipynb")
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    said = page.locator(".jp-Dialog").inner_text()
    listed = (ROOT / "docs/students.md").read_text(encoding="utf-8")
    begin, end = "The kernel for", "appears to have died"
    assert begin in said and end in said
    assert f"`{begin} … {end}`" in listed
    page.close()
