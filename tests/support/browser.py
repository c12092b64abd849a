"""A JupyterLab and a browser without a screen, for the tests that click and read as people do."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells in the page, not only those in view
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
MINUTE = 60_000  # playwright counts milliseconds


@contextmanager
def jupyterlab(folder, script=None):
    """A JupyterLab started in this folder, the environment active, no settings of one's own; its address.

    By the course's own `lab.py` where its name is given.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    programs = Path(sys.executable).parent
    command = [sys.executable, script] if script else [programs / "jupyter", "lab"]
    command += ["--no-browser", "--allow-root"]
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as own:
        for name, values in SETTINGS.items():
            file = Path(own, "lab/user-settings/@jupyterlab", f"{name}.jupyterlab-settings")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values), encoding="utf-8")
        server = subprocess.Popen(
            [*command, f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=course"],
            cwd=folder,
            env=os.environ | {"PATH": path, "JUPYTER_CONFIG_DIR": own, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: answers(f"{address}/api?token=course"), "JupyterLab did not start")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=60)


def answers(address):
    try:
        return urllib.request.urlopen(address, timeout=5).status == 200
    except OSError:
        return False


def wait_until(condition, complaint, seconds=120):
    """For what the page does not show; in the page, wait for what it shows."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, complaint
        time.sleep(0.2)


@contextmanager
def chromium():
    expect.set_options(timeout=2 * MINUTE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_lab(browser, address, path="", size=(1200, 900)):
    """A page with JupyterLab, and with this notebook in it where one is named, its kernel ready."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(2 * MINUTE)
    page.goto(f"{address}/lab{'/tree/' if path else ''}{path}?token=course&reset")
    if path:
        # Cells that are run before the kernel is there are not run at all.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    else:
        page.locator("#jp-main-dock-panel").wait_for()
    return page
