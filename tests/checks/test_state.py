"""State that an answer leaves behind: noticed, told with its line, put back; and right answers stay right."""

import gc
import linecache
import os
import random
import sys
import warnings

import numpy as np
import pytest
import torch
from labelled import ALL, labelled
from torch_state import unharmed

from helpers import checks
from helpers.checks import state

# name of a kind -> a line that changes it
LINES = {
    "gradients": "torch.set_grad_enabled(False)",
    # It ends with the object that began it.
    "inference": "globals()['mode'] = torch.inference_mode(); globals()['mode'].__enter__()",
    "device": "torch.set_default_device('meta')",
    "dtype": "torch.set_default_dtype(torch.float64)",
    "autocast": "torch.autocast('cpu', torch.bfloat16).__enter__()",
    "deterministic": "torch.use_deterministic_algorithms(True)",
    "anomaly": "torch.autograd.set_detect_anomaly(True)",
    "precision": "torch.set_float32_matmul_precision('medium')",
    "threads": "torch.set_num_threads(2)",
    "numpy": "np.seterr(all='raise')",
    "warnings": "warnings.simplefilter('error')",
    "environment": "os.environ['LEFT'] = 'behind'",
    "folder": "os.chdir('/')",
    "recursion": "sys.setrecursionlimit(500)",
}
UNFINISHED = {
    "gradients": "torch.no_grad().__enter__()",
    "device": "torch.device('meta').__enter__()",
}
POISONED = """
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out = self.fc(self.lstm(x)[1][0][-1])
        {line}
        return out
"""


@pytest.fixture(autouse=True, scope="module")
def what_was_there_before():
    """Left out by `gc.collect`, which would look through all of it behind every test."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def clean():
    """Whatever a test here leaves behind, the next one does not find it."""
    with state.fresh():
        yield
        # An inference mode that was never left ends when it is collected: in the middle of another test, say.
        gc.collect()


def defined(source, name="TwoLayerLSTM"):
    """What a cell defines; its lines can be found as those of a cell in a notebook."""
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {
        "torch": torch,
        "nn": torch.nn,
        "np": np,
        "os": os,
        "warnings": warnings,
        "sys": sys,
    }
    exec(compile(source, file, "exec"), space)
    return space[name]


def verdict(answer, exercise="two_layer_lstm"):
    asked = checks.exercise(exercise)
    task = asked.task(0)
    return asked.judge(task, asked.probe(answer, task))


@pytest.mark.parametrize("kind", state.KINDS)
def test_every_kind_is_put_back_behind_a_step_and_at_the_end(kind):
    if kind == "modes":  # a default device is one, and told as such
        return
    before = state.KINDS[kind].get()
    with state.fresh() as watch:
        inside = state.KINDS[kind].get()
        with watch.step():
            exec(LINES[kind])
            assert state.KINDS[kind].get() != inside
        if kind != "environment":
            assert kind in watch.left
            assert state.KINDS[kind].get() == inside
    assert state.KINDS[kind].get() == before
    assert torch.zeros(1).add(1).device.type == "cpu"


@pytest.mark.parametrize("kind", UNFINISHED)
def test_what_was_entered_and_never_left_is_put_back(kind):
    with state.fresh() as watch:
        with watch.step():
            exec(UNFINISHED[kind])
        assert [part["kind"] for part in watch.told(None)] == [kind]
        assert torch.zeros(1, requires_grad=True).add(1).requires_grad
        assert torch.zeros(1).device.type == "cpu"


@pytest.mark.parametrize("line", ["set_default_device('meta')", "device('meta').__enter__()", "rand(1)"])
def test_what_the_tests_put_back_leaves_no_mode(line):
    """Under one, small calls of torch take several times as long, in all tests that follow."""
    with unharmed():
        exec(f"torch.{line}")
    assert torch._C._len_torch_function_stack() == 0
    assert torch.zeros(1).device.type == "cpu"


def test_random_states_are_put_back():
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    with state.fresh():
        random.seed(2), np.random.seed(2), torch.manual_seed(2)
    drawn = random.random(), np.random.rand(), torch.rand(1).item()
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    assert drawn == (random.random(), np.random.rand(), torch.rand(1).item())


@pytest.mark.parametrize("kind", [name for name in state.KINDS if state.KINDS[name].harms and name in LINES])
def test_an_answer_that_leaves_harm_behind_is_told_its_line_and_the_next_one_is_right(kind):
    found = verdict(defined(POISONED.format(line=LINES[kind])))
    assert [finding.name for finding in found.findings] == ["state_left"]
    assert f"your code: {LINES[kind]}" in found.text(10)
    assert state.KINDS[kind].words in found.text(10)
    assert 10 * found.share == 8
    [right] = [one for one in labelled("two_layer_lstm") if one.name == "nn_lstm_h_n"]
    assert checks.check("two_layer_lstm", right.answer(), points=10) == 10


@pytest.mark.parametrize("kind", ["threads", "numpy", "deterministic", "precision", "anomaly"])
def test_what_does_no_harm_costs_nothing_and_is_told_too(kind):
    found = verdict(defined(POISONED.format(line=LINES[kind])))
    assert found.share == 1
    assert f"{state.KINDS[kind].words} after `{LINES[kind]}`" in found.text(10)


@pytest.mark.parametrize("kind", [kind for kind in LINES if kind not in ("folder", "warnings")])
def test_a_notebook_whose_state_is_changed_gets_its_marks_and_keeps_its_state(kind, capsys):
    exec(LINES[kind])
    changed = state.KINDS[kind].get()
    for name in ("two_layer_lstm", "gradient_clipping"):
        right = next(one for one in ALL if one.exercise == name and one.points == 10)
        assert checks.check(name, right.answer(), points=10) == 10
    assert state.KINDS[kind].get() == changed
    said = capsys.readouterr().out
    told = state.KINDS[kind].fresh is not state.AS_FOUND and kind != "threads"
    assert (f"in your notebook {state.KINDS[kind].words}" in said) == told


def test_gradients_left_off_are_one_finding_and_not_two():
    source = POISONED.replace(
        "        out = self", "        torch.set_grad_enabled(False)\n        out = self"
    )
    found = verdict(defined(source.format(line="")))
    assert [finding.name for finding in found.findings] == ["state_left"]
    assert "detached" not in found.text(10)
