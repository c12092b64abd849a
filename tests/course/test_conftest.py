"""The tests' own running: kinds, needs, order, and torch as every test finds and leaves it."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import torch
from order import LONGEST, OF_COMMANDS, in_order
from own_pytest import PYTEST
from times import lines
from torch_state import difference, torchs_state, unharmed

TESTS = Path(__file__).resolve().parents[1]
LEAVES_SOMETHING = """
import pytest, torch
def test_leaves_gradients_off(): torch.set_grad_enabled(False)
def test_leaves_a_dtype(): torch.set_default_dtype(torch.float64)
def test_comes_after(): assert torch.ones(2, requires_grad=True).sum().requires_grad
@pytest.mark.browser
def test_clicks(): pass
@pytest.mark.bubblewrap
def test_walls(): pass
"""


def test_what_a_test_leaves_behind_is_its_own_failure_and_what_is_not_there_skips(tmp_path):
    (tmp_path / "test_small.py").write_text(LEAVES_SOMETHING, encoding="utf-8")
    words = [
        "-p",
        "no:cacheprovider",
        "-p",
        "conftest",
        "-c",
        TESTS.parent / "pyproject.toml",
    ]
    path = os.pathsep.join([str(TESTS), str(TESTS / "support")])
    said = subprocess.run(
        [*PYTEST, *words, "-c", TESTS.parent / "pyproject.toml", "--rootdir", tmp_path, tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PATH": str(tmp_path), "PYTHONPATH": path},
    ).stdout
    assert "left behind in torch: gradients: False" in said
    assert "left behind in torch: default dtype: torch.float64" in said
    assert "chromium is not installed" in said and "bwrap is not installed" in said
    assert "3 passed, 2 skipped, 2 errors" in said, said


def some_items(*names):
    return [SimpleNamespace(path=Path(name), name=f"{name}{k}") for name in names for k in range(5)]


def test_the_longest_files_come_first_and_the_rest_as_they_were():
    items = some_items("test_a.py", LONGEST[1], "test_b.py", LONGEST[0])
    assert in_order(items) == items[15:] + items[5:10] + items[:5] + items[10:15]


def test_the_lists_of_files_name_files():
    there = {path.name for folder in ("tests", "notebooks") for path in (TESTS.parent / folder).rglob("*.*")}
    assert {*LONGEST, *OF_COMMANDS} <= there


def test_random_order_keeps_files_together_and_notebooks_in_sequence():
    items = some_items("test_a.py", "x.ipynb", "test_b.py", "test_c.py")
    first, second = in_order(items, 1), in_order(items, 2)
    assert first == in_order(items, 1) != second != items
    for order in (first, second):
        assert sorted(order, key=items.index) == items
        assert [item for item in order if item.path.suffix == ".ipynb"] == items[5:10]
        files = [item.path.name for item in order]
        assert sum(a != b for a, b in zip(files, files[1:], strict=False)) == 3


def test_an_answer_in_here_harms_nobody():
    before = torchs_state()
    with unharmed():
        torch.set_grad_enabled(False)
        torch.set_num_threads(before["threads"] + 1)
        torch.nn.modules.module.register_module_forward_hook(print)
        assert {part.split(":")[0] for part in difference(before).split(", ")} == {
            "gradients",
            "threads",
            "hooks on all modules",
        }
    assert difference(before) == ""


def test_the_time_of_each_suite_is_told():
    def report(nodeid, minutes, when="call", **keywords):
        return SimpleNamespace(nodeid=nodeid, duration=60 * minutes, when=when, keywords=keywords)

    reports = [
        report("tests/checks/test_a.py::b", 1, "setup"),
        report("tests/checks/test_a.py::b", 2),
        report("tests/checks/test_a.py::c", 4, browser=1),
        report("notebooks/01_rnn.ipynb::Cell 0", 0.5),
    ]
    assert lines(reports, ["browser"]) == [
        "   4.0 min      1  -m browser",
        "   3.0 min      1  tests/checks/",
        "   0.5 min      1  notebooks/",
    ]
