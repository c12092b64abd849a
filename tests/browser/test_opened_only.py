"""A notebook that is opened and not touched: no unsaved changes, nothing fetched, no broken picture."""

import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from browser import chromium, jupyterlab, open_lab, wait_until

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [*sorted(ROOT.glob("notebooks/**/*.ipynb")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab in a folder as the course's, and a browser: (folder, address, browser)."""
    folder = tmp_path_factory.mktemp("course")
    for path in [ROOT / "lab.py", *NOTEBOOKS]:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    with jupyterlab(folder, "lab.py") as address, chromium() as browser:
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


@pytest.mark.parametrize("release", ["3.11.99", "3.13.0"])
def test_opening_what_another_python_saved_changes_nothing(lab, release):
    folder, address, browser = lab
    written = NOTEBOOKS[0].read_text(encoding="utf-8")
    changed = re.sub(r'"version": "3\.[\d.]+"', f'"version": "{release}"', written)
    assert changed != written
    (folder / "elsewhere.ipynb").write_text(changed, encoding="utf-8", newline="\n")
    page = open_lab(browser, address, "elsewhere.ipynb")
    page.wait_for_timeout(2000)
    assert page.locator(".jp-mod-dirty").count() == 0, "unsaved changes as soon as it is opened"
    assert (folder / "elsewhere.ipynb").read_text(encoding="utf-8") == changed
    # Once something is written, the file says which Python it was.
    page.locator(".jp-MarkdownCell").first.dblclick()
    page.keyboard.type("x")
    page.locator(".jp-mod-dirty").first.wait_for()
    page.keyboard.press("Control+s")
    here = sys.version.split()[0]
    wait_until(
        lambda: f'"version": "{here}"' in (folder / "elsewhere.ipynb").read_text(encoding="utf-8"),
        "what was saved does not say which Python",
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
