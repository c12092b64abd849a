"""The worked turn of docs/turns.md: its own answer is right, its slips are found, its stub is none yet."""

import re
import sys
from pathlib import Path
from types import ModuleType

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
    monkeypatch.setitem(practice._TURNS, "leaky", turn)
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
