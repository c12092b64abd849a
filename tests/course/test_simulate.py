"""The stand-ins for machines that are not at hand: what they take away is gone, what differs is told."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from own_pytest import PYTEST
from system import needs_links

ROOT = Path(__file__).resolve().parents[2]
VERSION = "{}.{}".format(*sys.version_info)
TOOL = runpy.run_path(str(ROOT / "tools/simulate.py"))


def notebook(*sources):
    """A notebook of these cells, each with the text that it printed."""
    cells = [
        nbformat.v4.new_code_cell(s, id=f"cell-{i}", execution_count=1) for i, (s, _) in enumerate(sources)
    ]
    for cell, (_, text) in zip(cells, sources, strict=True):
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.seconds
def test_another_text_under_one_setting_is_told(tmp_path, capfd):
    source = "import os\nprint('MKL_CBWR' in os.environ)"
    nbformat.write(notebook((source, "False\n")), tmp_path / "prints.ipynb")
    assert not TOOL["simulate"](["kernels", "MKL", "oneDNN", str(tmp_path / "prints.ipynb")])
    said = capfd.readouterr().out
    assert said.splitlines()[-2:] == ["MKL: DIFFERS", "oneDNN: no error, no other text"]
    assert "ATen" not in said


def test_every_setting_is_tried_where_none_is_named(monkeypatch, capsys):
    tried = []

    def run(words, folder, **environment):
        tried.append((words[-1], environment.keys() - {"OMP_NUM_THREADS"}))
        return True

    monkeypatch.setitem(TOOL["simulate"].__globals__, "run", run)
    assert TOOL["simulate"](["kernels", "prints.ipynb"])
    own = ("MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")
    assert tried == [("prints.ipynb", {name}) for name in own]
    said = [f"{name}: no error, no other text" for name in ("MKL", "oneDNN", "ATen")]
    assert capsys.readouterr().out.splitlines() == said


@pytest.fixture
def small_course(tmp_path, monkeypatch):
    """A course whose CI says with which Python it was called with what; PATH has git and Python alone."""
    course, programs = tmp_path / "course", tmp_path / "programs"
    programs.mkdir()
    # No pip in its environments: it takes seconds to make, and nothing is installed here.
    bare = '[ "$2" = venv ] && set -- -m venv --without-pip "$3"'
    for name, line, real in (
        ("git", "", shutil.which("git")),
        (f"python{VERSION}", bare, sys._base_executable),
    ):
        script = f'#!/bin/sh\n{line}\nexec {real} "$@"\n'
        (programs / name).write_text(script, encoding="utf-8", newline="\n")
        (programs / name).chmod(0o755)
    jobs = {"pinned": ["python says.py one", 'python says.py -m "not slow" tests']}
    jobs["newest"] = ["python none.py", "python says.py"]
    steps = {job: {"steps": [{"uses": "x"}, *({"run": each} for each in jobs[job])]} for job in jobs}
    (course / ".github/workflows").mkdir(parents=True)
    (course / ".github/workflows/ci.yml").write_text(yaml.safe_dump({"jobs": steps}), encoding="utf-8")
    (course / "says.py").write_text("import sys; print(sys.prefix, sys.argv[1:])", encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "-m", "a course"]):
        subprocess.run(["git", "-C", course, *words], check=True)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setitem(TOOL["simulate"].__globals__, "ROOT", course)


@pytest.mark.seconds
@pytest.mark.skipif(sys.platform == "win32", reason="its programs are shell scripts")
@needs_links  # an environment of Unix is made of them
def test_another_python_does_what_ci_does_without_make_and_without_a_shell(small_course, tmp_path, capfd):
    kept = tmp_path / "kept"
    assert TOOL["simulate"](["--keep", str(kept), "python", VERSION])
    said = [line for line in capfd.readouterr().out.splitlines() if not line.startswith("$")]
    own = kept.resolve() / "pinned" / VERSION
    assert said == [f"{own} ['one']", f"{own} ['-m', 'not slow', 'tests']"]
    # Once more, with what is there, and only a part.
    assert TOOL["simulate"](["--keep", str(kept), "python", VERSION, "--fast", "tests/helpers"])
    assert f"{own} ['-m', 'not slow', '--fast', 'tests/helpers']" in capfd.readouterr().out


@pytest.mark.seconds
@pytest.mark.skipif(sys.platform == "win32", reason="its programs are shell scripts")
@needs_links  # an environment of Unix is made of them
def test_what_fails_ends_it_and_a_python_that_is_not_there_is_said(small_course, capfd):
    assert not TOOL["as_ci_does"]("newest", VERSION, [], None)
    assert "none.py" in capfd.readouterr().err
    with pytest.raises(SystemExit, match="Python 3.5 is not installed here"):
        TOOL["simulate"](["python", "3.5"])
    with pytest.raises(SystemExit, match="Stand-ins for machines"):
        TOOL["simulate"](["python", "python3.12"])


def test_colab_compares_what_nbval_compares():
    ignored = notebook(("1", "0.1 s"), ("2", "took 3 ms, <object at 0x7f00aa11bb>"))
    ignored.cells[0].metadata["tags"] = ["nbval-ignore-output"]
    ignored.cells[1].outputs += [nbformat.v4.new_output("stream", name="stderr", text="UserWarning")]
    assert TOOL["texts"](ignored) == {"cell-1": "took TIME, <object at ADDRESS>"}


def on_windows(folder, code):
    """What this code says, as a file of a course in this folder, where Windows is played."""
    (folder / "asks.py").write_text(code, encoding="utf-8")
    environment = os.environ | {
        "LIKE_WINDOWS": str(folder),
        "PYTHONPATH": str(ROOT / "tools/like_windows"),
        "PYTHONIOENCODING": "cp1252",
    }
    done = subprocess.run([sys.executable, "asks.py"], cwd=folder, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode("cp1252")
    return done.stdout.decode("cp1252").split()


def refused(statement):
    return (
        f"try:\n    {statement}\nexcept (OSError, ImportError, AttributeError, UnicodeError) as error:\n"
        + ("    print(type(error).__name__)\nelse:\n    print('passes')\n")
    )


@pytest.mark.seconds
@pytest.mark.skipif(sys.platform == "win32", reason="the real one")
def test_every_file_of_tests_can_be_imported_on_windows():
    """Where one cannot, pytest runs none at all."""
    like = {"LIKE_WINDOWS": str(ROOT), "PYTHONPATH": str(ROOT / "tools/like_windows")}
    # Plain asserts: to rewrite them takes as long as to import.
    collect = ["--collect-only", "--assert=plain", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(
        [*PYTEST, *collect],
        cwd=ROOT,
        env=os.environ | like,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.skipif(sys.platform == "win32", reason="the real one")
def test_what_windows_lacks_is_gone_and_what_it_does_is_done(tmp_path):
    code = "import multiprocessing, os, subprocess, sys\nfrom pathlib import Path\n"
    statements = {
        "import resource": "ModuleNotFoundError",
        "import fcntl": "ModuleNotFoundError",
        "import asyncio, tempfile, shutil": "passes",
        "os.mkfifo('pipe')": "AttributeError",
        "os.fork": "AttributeError",
        "multiprocessing.get_context('fork').Process(target=str).start()": "passes",
        "os.symlink('asks.py', 'link')": "PermissionError",
        "Path('a:b').touch()": "OSError",
        "Path('aux.txt').write_text('x')": "OSError",
        "os.mkdir(os.fsdecode(b'\\xff'))": "OSError",
        "Path('ü.txt').touch()": "passes",
        "Path('text').write_text('\\u4f60')": "UnicodeEncodeError",
        "Path('text').write_text('\\u4f60', encoding='utf-8')": "passes",
        "print('\\u4f60', file=sys.stdout)": "UnicodeEncodeError",
    }
    code += "".join(refused(statement) for statement in statements)
    code += "lines = Path('lines')\nlines.write_text('a\\n')\n"
    code += "print(lines.read_bytes().hex(), lines.read_text())\n"
    code += "child = [sys.executable, '-c', 'print(chr(233))']\n"
    code += "print(subprocess.run(child, capture_output=True, text=True).stdout == chr(233) + chr(10))\n"
    assert on_windows(tmp_path, code) == [*statements.values(), "610d0a", "a", "True"]
