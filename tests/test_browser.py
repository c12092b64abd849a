"""Chapter 1 in a real JupyterLab, in a real browser without a screen: run from the menu, look at it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from test_notebooks import sittings

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells in the page, not only those in view
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine (.ci/run installs it)"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with the set-up and one sitting of chapter 1 in each notebook: (folder, address)."""
    folder, settings = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("settings")
    setup, parts = sittings(ROOT / "notebooks/01_rnn.ipynb")
    for number, cells in enumerate(parts.values(), start=1):
        notebook = nbformat.read(ROOT / "notebooks/01_rnn.ipynb", as_version=4)
        notebook.cells = setup + cells
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / f"sitting_{number}.ipynb")
    for name, values in SETTINGS.items():
        file = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    server = subprocess.Popen(
        [*command, "--IdentityProvider.token=course", "--ServerApp.port_retries=0"],
        cwd=folder,
        env=os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(settings), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api?token=course", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        yield folder, address
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def run_from_the_menu(browser, lab, number):
    """Open a sitting, choose Run > Run All Cells, save; returns the page and the saved notebook."""
    folder, address = lab
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{address}/lab/tree/sitting_{number}.ipynb?token=course&reset")
    code = [c for c in nbformat.read(folder / f"sitting_{number}.ipynb", as_version=4).cells]
    last = sum(c.cell_type == "code" for c in code)
    page.locator(".jp-Notebook .jp-CodeCell").nth(last - 1).wait_for(state="attached", timeout=60_000)
    # Cells that are run before the kernel is there are not run at all.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(f".jp-InputPrompt:text-is('[{last}]:')").wait_for(state="attached", timeout=300_000)
    page.keyboard.press("Control+s")
    for _ in range(60):
        saved = nbformat.read(folder / f"sitting_{number}.ipynb", as_version=4)
        if [c.execution_count for c in saved.cells if c.cell_type == "code"][-1] == last:
            return page, saved
        time.sleep(0.5)
    raise AssertionError("the notebook was not saved with its outputs")


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
    picture.first.wait_for(timeout=60_000)
    before = picture.first.get_attribute("src")
    handle = explorer.locator(".noUi-handle").first
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function(
        "before => { const i = document.querySelector('.widget-interact img'); return i && i.src != before }",
        arg=before,
        timeout=30_000,
    )
    page.close()
