"""An assignment that asks for a layer by hand: torch's own is no answer, whatever name it is called by."""

import shutil
from pathlib import Path

import nbformat
import pytest
from classroom import Classroom
from kit import as_json
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = [pytest.mark.hostile, pytest.mark.bubblewrap]
NAME = "own_layer"
FIXTURE = Path(__file__).resolve().parent / "fixture"
HEAD = """
class RNN(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.w_x = nn.Parameter(torch.zeros(input_size, hidden_size))
        self.w_h = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.b = nn.Parameter(torch.zeros(hidden_size))
"""
BY_HAND = """
    def forward(self, x):
        h = x.new_zeros(len(x), len(self.b))
        for step in x.unbind(1):
            h = torch.tanh(step @ self.w_x + h @ self.w_h + self.b)
        return h
"""
CALLS = """
    def forward(self, x):
        flat = [self.w_x.T.contiguous(), self.w_h.T.contiguous(), self.b, torch.zeros_like(self.b)]
        h = x.new_zeros(1, len(x), len(self.b))
        {call}
        return out[1][0]
"""
MODULE = """
    def forward(self, x):
        rnn = nn.RNN(x.shape[2], len(self.b), batch_first=True)
        rnn.weight_ih_l0.data.copy_(self.w_x.T)
        rnn.weight_hh_l0.data.copy_(self.w_h.T)
        rnn.bias_ih_l0.data.copy_(self.b)
        rnn.bias_hh_l0.data.zero_()
        return rnn(x)[1][0]
"""
ARGUMENTS = "(x, h, flat, True, 1, 0.0, False, False, True)"
ANSWERS = {
    "by_hand": (BY_HAND, 10),
    "by_hand_with_idle_layer": (BY_HAND.replace("h = x", "self.spare = nn.RNN(1, 1)\n        h = x"), 10),
    "by_hand_but_wrong": (BY_HAND.replace("torch.tanh", "torch.relu"), 0),
    "module_made_in_forward": (MODULE, 0),
    "module_in_init": (MODULE.replace("rnn", "self.rnn"), 0),
    "torch_function": (CALLS.format(call=f"out = torch.rnn_tanh{ARGUMENTS}"), 0),
    "inner_function": (CALLS.format(call=f"from torch import _VF; out = _VF.rnn_tanh{ARGUMENTS}"), 0),
    "operator": (CALLS.format(call=f"out = torch.ops.aten.rnn_tanh.input{ARGUMENTS}"), 0),
    "with_modes_switched_off": (
        CALLS.format(call=f"with torch._C.DisableTorchFunction(): out = torch.rnn_tanh{ARGUMENTS}"),
        0,
    ),
}


def source():
    """The instructor's notebook."""

    def label(grade_id, **more):
        base = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
        return {"nbgrader": base | {"grade_id": grade_id} | more}

    answer = f"{HEAD.strip()}\n\n    ### BEGIN SOLUTION{BY_HAND}    ### END SOLUTION"
    check = 'checks.check("rnn_by_hand", RNN, points=10)'
    cells = [
        new_code_cell("import torch\nfrom torch import nn\n\nfrom helpers import checks", id="setup"),
        new_code_cell(answer, id="rnn_by_hand", metadata=label("rnn_by_hand", solution=True)),
        new_code_cell(
            check,
            id="rnn_by_hand_check",
            metadata=label("rnn_by_hand_check", grade=True, locked=True, points=10),
        ),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("by_hand"))
    room.build()
    shutil.copy(FIXTURE / "rnn_by_hand.py", room.course / "helpers" / "checks" / "exercises")
    place = room.course / "solutions" / NAME / f"{NAME}.ipynb"
    place.parent.mkdir()
    nbformat.write(source(), place)
    room.nbgrader("generate_assignment", NAME)
    room.enrol([*ANSWERS, "untouched"])
    for student, (forward, _) in {**ANSWERS, "untouched": ("", 0)}.items():
        notebook = nbformat.read(room.course / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
        if forward:
            notebook.cells[1].source = HEAD + forward
        path = room.received / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(as_json(notebook), encoding="utf-8")
    room.intake(NAME)
    room.grade(name=NAME)
    return {student: of["rnn_by_hand"] for student, of in room.points(NAME, ["rnn_by_hand"]).items()}


@pytest.mark.parametrize(
    ("student", "must"), [(name, must) for name, (_, must) in ANSWERS.items()] + [("untouched", 0)]
)
def test_only_the_hand_written_layer_earns(points, student, must):
    assert points[student] == must
