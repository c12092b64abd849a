"""README's set-up without make, typed as it stands there, in a clean clone."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from browser import wait_until
from readme import plain_commands

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = plain_commands()

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.skipif(sys.platform == "win32", reason="types what README gives for bash"),
]


def clone(folder):
    """What git has, in a new folder."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)


def terminal(python, own):
    """The environment of a new terminal whose `python3` is this one, in which no environment is active."""
    (own / "programs").mkdir()
    (own / "programs" / "python3").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n', encoding="utf-8")
    (own / "programs" / "python3").chmod(0o755)
    left_out = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    around = {name: text for name, text in os.environ.items() if name not in left_out}
    active = str(Path(sys.executable).parent)
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != active]
    return around | {"PATH": os.pathsep.join([str(own / "programs"), *path])}


def typed(commands, folder, environment):
    """The finished bash in which these lines were typed, one after the other; the first failure ends it."""
    script = "\n".join(["set -e", *commands])
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, encoding="utf-8"
    )


def fetched(tmp_path):
    """Can pip fetch anything here? Otherwise the test ends with pip's own words."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d", tmp_path / "fetched"]
    done = subprocess.run([*pip, "tqdm==4.70.1"], capture_output=True, encoding="utf-8")
    if done.returncode:
        pytest.skip(f"pip can fetch nothing here: {done.stderr.strip().splitlines()[-1]}")


def test_the_plain_commands_set_the_course_up_in_a_clean_clone(tmp_path):
    fetched(tmp_path)
    course, there = tmp_path / "nets by hand", terminal(sys._base_executable, tmp_path)
    clone(course)
    set_up = COMMANDS["*set-up*"]
    done = typed(set_up, course, there)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    # A student's course is there: JupyterLab opens chapter 1, everything that chapters import is found.
    settings = tmp_path / "settings"
    settings.mkdir()
    own = {"ServerApp": {"allow_root": True, "open_browser": False, "port": 0}}
    (settings / "jupyter_server_config.json").write_text(json.dumps(own), encoding="utf-8")
    [activate] = set_up[1:2]
    [lab] = COMMANDS["make lab"]
    said = tmp_path / "lab.log"
    with said.open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            ["bash", "-c", f"{activate}\nexec {lab}"],
            cwd=course,
            env=there | {"JUPYTER_CONFIG_DIR": str(settings)},
            stdout=log,
            stderr=log,
        )
    try:
        page = "/lab/tree/notebooks/01_rnn.ipynb?token="
        wait_until(lambda: page in said.read_text(encoding="utf-8"), "JupyterLab does not say where it is")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    imports = "import sys, helpers, helpers.checks, helpers.vision; print(sys.prefix, helpers.__file__)"
    done = typed([activate, f"python -c '{imports}'"], course, there)
    assert done.stdout.split("\n")[0] == f"{course}/.venv {course}/helpers/__init__.py", done.stderr

    # And a contributor's: what `make test` runs is found, and every test of it.
    collects = {"PYTEST_ADDOPTS": "--collect-only -q"}
    commands = [activate, *COMMANDS["*set-up for tests*"], *COMMANDS["make test"]]
    done = typed(commands, course, there | collects)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "notebooks/01_rnn.ipynb::" in done.stdout and " tests collected" in done.stdout
    shutil.rmtree(course / ".venv")  # 1.3 GB


@pytest.mark.parametrize("wrong", ["<3.11", ">=3.14"])
def test_the_plain_commands_refuse_a_wrong_python_before_anything_is_downloaded(tmp_path, wrong):
    find = [sys.executable, "-m", "uv", "python", "find", "--system", "--no-project", wrong]
    found = subprocess.run(find, capture_output=True, encoding="utf-8")
    if found.returncode:
        pytest.skip(f"no Python {wrong} here")
    course = tmp_path / "course"
    clone(course)
    done = typed(COMMANDS["*set-up*"], course, terminal(found.stdout.strip(), tmp_path))
    assert done.returncode != 0
    assert "This_course_runs_on_Python_3.11_or_3.12_or_3.13_and_this_is_another_one" in done.stderr
    assert "Collecting" not in done.stdout and "Downloading" not in done.stdout
