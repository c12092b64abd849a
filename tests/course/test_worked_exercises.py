"""The worked exercises of docs/exercises.md: built as the page says, judged, and each wrong version named."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from labelled import through_bytes
from torch import nn

from autograder.sandbox import Sandbox
from helpers.checks.exercise import _registered, registered

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/exercises.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
NAMES = ("conv1d", "batch_norm", "greedy_decode", "plain_gru")
PAIRS = {name: BLOCKS[2 * k : 2 * k + 2] for k, name in enumerate(NAMES)}


@pytest.fixture
def built(request, monkeypatch):
    """(exercise, the page's own answer) of one pair of blocks."""
    name = request.param
    description, cells = PAIRS[name]
    module = ModuleType(f"worked.{name}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(description, module.__name__, "exec"), module.__dict__)
    namespace = {"torch": torch, "nn": nn, "__name__": "__main__"}
    solution = cells.split("# %% ")[1].split("\n", 1)[1]
    exec(compile(solution, f"{name}, its answer", "exec"), namespace)
    defined = [n.name for n in ast.parse(solution).body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    yield registered(module.__name__), namespace[defined[0]]
    del _registered[module.__name__]


@pytest.mark.parametrize("built", PAIRS, indirect=True)
def test_the_pages_own_answer_is_right(built):
    exercise, answer = built
    for seed in range(3):
        task = exercise.task(seed)
        verdict = exercise.judge(task, through_bytes(exercise.probe(answer, task)))
        assert verdict.share == 1, verdict.text(10)


@pytest.mark.parametrize("built", [name for name in PAIRS if name != "plain_gru"], indirect=True)
def test_each_wrong_version_of_the_page_is_found_by_its_name(built):
    exercise, _ = built
    for wrong in exercise.wrong:
        for seed in range(3):
            task = exercise.task(seed)
            verdict = exercise.judge(task, exercise.probe(wrong.version, task))
            if exercise.forbids:  # a version made of torch's own is refused as that
                exercise.forbids, kept = (), exercise.forbids
                verdict = exercise.judge(task, exercise.probe(wrong.version, task))
                exercise.forbids = kept
            assert verdict.findings[0].name == wrong.name, verdict.text(10)
            assert verdict.share < 1


@pytest.mark.parametrize("name", PAIRS)
def test_an_exercise_with_its_cells_is_short(name):
    lines = [line for block in PAIRS[name] for line in block.splitlines() if line.strip()]
    assert len(lines) <= 60, len(lines)


def test_a_check_module_may_lie_beside_a_private_variant(tmp_path):
    shutil.copytree(
        ROOT / "helpers", tmp_path / "helpers", ignore=shutil.ignore_patterns("assets", "__pycache__")
    )
    (tmp_path / "private" / "checks").mkdir(parents=True)
    (tmp_path / "private" / "checks" / "own_conv1d.py").write_text(PAIRS["conv1d"][0], encoding="utf-8")
    code = "from helpers import checks; print(checks.exercise('own_conv1d').title)"
    own = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=own, cwd=tmp_path)
    assert done.stdout == "Exercise 7, a convolution in one dimension\n", done.stderr


@pytest.mark.bubblewrap
def test_the_sandbox_shows_private_checks_and_no_private_answers(tmp_path):
    for part in ("helpers", "private/checks", "private/solutions"):
        (tmp_path / part).mkdir(parents=True)
    words = Sandbox(tmp_path / "helpers").command()
    shown = words[words.index(str(tmp_path / "private" / "checks")) + 1]
    assert shown.endswith("/private/checks")
    assert not any("solutions" in word for word in words) and str(tmp_path / "private") not in words
