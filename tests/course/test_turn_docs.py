"""The worked turn of docs/turns.md: its own answer is right, its slips are found, its stub is none yet."""

import re
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import torch

from helpers import checks
from helpers.checks import practice
from helpers.checks.exercise import _registered, registered

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/turns.md").read_text(encoding="utf-8")


@pytest.fixture
def worked(tmp_path, monkeypatch):
    """(turn, cell -> source) as the page gives them; the module lies in a file, as a turn does."""
    description, cells = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    (tmp_path / "leaky.py").write_text(description, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    turn = registered("leaky")
    monkeypatch.setattr(practice, "_TURNS", {"leaky": turn})
    yield turn, dict(chunk.split("\n", 1) for chunk in cells.split("# %% ")[1:])
    del _registered["leaky"], sys.modules["leaky"]


def defined(source, tmp_path):
    file = tmp_path / "cell.py"
    file.write_text(source, encoding="utf-8")
    module = ModuleType("cell")
    module.torch = torch
    exec(compile(source, str(file), "exec"), module.__dict__)
    return next(value for name, value in vars(module).items() if name.endswith("leaky"))


def test_the_worked_turn_does_what_the_page_says(worked, tmp_path, capsys):
    turn, cells = worked
    checks.turn("leaky", defined(cells["leaky-stub"], tmp_path))
    assert capsys.readouterr().out == "no answer yet\n"
    assert practice.look(turn, defined(cells["leaky | folded"], tmp_path)).findings == []
    for wrong in turn.wrong:
        assert [found.name for found in practice.look(turn, wrong.version).findings] == [wrong.name]


def test_every_path_that_the_page_names_is_there():
    for path in re.findall(r"`((?:helpers|tests|tools|docs)/[\w./]+)", PAGE):
        assert (ROOT / path.replace("NAME.py", "clip.py")).exists(), path


def test_the_plan_for_teachers_has_each_turn_at_its_sitting():
    page = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\.\d) \|[^|]*\|[^|]*\|([^|]*)\|$", page, re.M)
    planned = {turn: place for place, turns in rows for turn in re.findall(r"`(\w+)`", turns)}
    there = {}
    for path in sorted((ROOT / "notebooks").glob("0*.ipynb")):
        place = ""
        for cell in nbformat.read(path, as_version=4).cells:
            if sitting := re.search(r"^# (Sitting (\d)|Optional)", cell.source, re.M):
                # What is optional stands with the sitting that sends to it.
                place = f"{int(path.name[:2])}.{sitting[2]}" if sitting[2] else "optional"
            for turn in re.findall(r'^checks\.turn\("(\w+)"', cell.source, re.M):
                there[turn] = place
    assert planned.keys() == there.keys()
    assert {t: p for t, p in planned.items() if there[t] not in (p, "optional")} == {}
