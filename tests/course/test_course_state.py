"""What a reader has done changes nothing that tests, nbval and `tools/notebooks.py` see."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from own_pytest import PYTEST

from helpers import checks, kept

ROOT = Path(__file__).resolve().parents[2]
STUB = 'def my_clip(parameters, max_norm):\n    """In place."""\n    ...\n'
LAYER = """from torch import nn
import torch

class MyRNNLayer(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(hidden_size))

"""
CELLS = (
    "from helpers import checks",
    STUB,
    'checks.turn("clip", my_clip)',
    "def my_bptt(W_hh, states, g):\n    return W_hh",
    'checks.turn("bptt", my_bptt)',
    'checks.hint("bptt")',
    "checks.progress()",
    LAYER + "    def forward(self, x):\n        ...\n",
    'checks.turn("rnn_layer", MyRNNLayer)',
    LAYER + "    def forward(self, x):\n        return x @ self.weight_hh_l0\n",
    'checks.turn("rnn_layer", MyRNNLayer)',
    "class MyRNNLayer(nn.Module):\n    def forward(self, x): ...\n",
    'checks.turn("rnn_layer", MyRNNLayer)',
    "from helpers import predict\n"
    "choices = [('none', lambda v: v == 0, 'No.'), ('one', lambda v: v == 1, 'Yes.')]\n"
    "predict.ask('zero', 'How many?', choices)",
    "predict.answer('zero', 1)",
    "predict.summary()",
)
FULL = {
    "turns": {name: {"done": True, "tries": 7, "hints": ["a", "b"], "likely": "c"} for name in checks.TURNS},
    "predictions": {"zero": {"chosen": "one", "right": True}},
}


def small_chapter(folder, full):
    """A chapter in a folder, beside what a reader has done where `full`."""
    folder.mkdir()
    if full:
        (folder / kept.FILE).write_text(json.dumps(FULL), encoding="utf-8")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(
        cells=[new_code_cell(source) for source in CELLS], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, folder / "small.ipynb")
    return notebook


def printed(folder, notebook):
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(folder))
    nbformat.write(notebook, folder / "small.ipynb")
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]


@pytest.mark.seconds
def test_a_chapter_beside_a_full_file_prints_what_it_prints_alone(tmp_path, monkeypatch):
    alone = printed(tmp_path / "alone", small_chapter(tmp_path / "alone", full=False))
    beside = printed(tmp_path / "beside", small_chapter(tmp_path / "beside", full=True))
    assert alone == beside
    assert alone[2] == "no answer yet\n" and alone[6].startswith("turns done: 0 of ")
    # A class that was defined in a notebook has no source of its own; its methods have.
    assert alone[8] == "no answer yet: forward is still empty\n"
    assert ", in the line: return x @ self.weight_hh_l0\n" in alone[10]
    assert alone[12] == "no answer yet\n"
    assert json.loads((tmp_path / "beside" / kept.FILE).read_text(encoding="utf-8")) == FULL
    assert sorted(path.name for path in (tmp_path / "alone").iterdir()) == ["small.ipynb"]
    # And it is this switch that does it.
    monkeypatch.setenv("COURSE_STATE", "on")
    reader = printed(tmp_path / "reader", small_chapter(tmp_path / "reader", full=True))
    assert re.match(r"turns done: ([1-9]\d*) of \1\n", reader[6]) and reader[6] != alone[6]

    # nbval, started by hand with nothing set: the file at the course's root does it.
    shutil.copy(ROOT / "conftest.py", tmp_path)
    shutil.copy(tmp_path / "alone" / "small.ipynb", tmp_path / "beside")
    without = {name: value for name, value in os.environ.items() if name != "COURSE_STATE"}
    done = subprocess.run(
        [*PYTEST, "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
        + ["--rootdir", ".", "beside/small.ipynb"],
        cwd=tmp_path,
        env=without,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
