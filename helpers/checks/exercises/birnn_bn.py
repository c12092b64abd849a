"""Exercise 3: a bidirectional RNN with batch norm before its output layer."""

from typing import Any

from helpers.checks.exercise import register
from helpers.checks.recurrent.exercise import Recurrent
from helpers.checks.recurrent.spec import Spec, sequences, sizes
from helpers.checks.report import Item

TITLE = "Exercise 3, a bidirectional RNN with batch norm"
SPEC = Spec(
    items=(
        Item("logits", "builds, and gives raw logits (B, output_size)", 2),
        Item("layers", "num_layers layers of a tanh RNN in both directions", 2),
        Item("output", "the final states of both directions go on", 3),
        Item("norm", "batch norm stands directly before the output layer", 2),
        Item("behaviour", "learns everywhere, keeps nothing, runs at any size, on any device", 1),
    ),
    cell="rnn_tanh",
    costs={"activation_before_head": ("norm",)},
    bidirectional=True,
    norm=True,
)


def task(seed: int) -> dict[str, Any]:
    """What the probe is to do; another seed gives other sizes, weights and inputs."""
    B, T, D, H, outputs = sizes(seed)
    shape = {"input_size": D, "hidden_size": H, "output_size": outputs}
    x = sequences(seed, B, T, D)
    return {
        "seed": seed,
        "builds": {
            "main": {"arguments": {**shape, "num_layers": 1}, "x": x},
            "other": {"arguments": {**shape, "num_layers": 2}, "x": x, "once": True},
        },
        "defaults": [shape, {**shape, "num_layers": 1}],
    }


register(Recurrent(__name__, TITLE, SPEC, task, assignment="04_exercises"))
