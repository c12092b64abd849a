"""Exercise 1: a two-layer LSTM, 256 hidden units unless told otherwise, for two classes."""

from typing import Any

from helpers.checks.exercise import register
from helpers.checks.recurrent.exercise import Recurrent
from helpers.checks.recurrent.spec import Spec, sequences, sizes
from helpers.checks.report import Item

TITLE = "Exercise 1, a two-layer LSTM"
SPEC = Spec(
    items=(
        Item("logits", "builds, and gives raw logits (B, output_size)", 2),
        Item("layers", "two LSTM layers of hidden_size units", 3),
        Item("output", "the top layer's last hidden state goes through the output layer", 3),
        Item("behaviour", "learns everywhere, keeps nothing, runs at any size, on any device", 2),
    ),
    cell="lstm",
)


def task(seed: int) -> dict[str, Any]:
    """What the probe is to do; another seed gives other sizes, weights and inputs."""
    B, T, D, H, outputs = sizes(seed)
    arguments = {"input_size": D, "hidden_size": H, "output_size": outputs, "num_layers": 2}
    defaults = [{"input_size": D}, {"input_size": D, "hidden_size": 256, "output_size": 2, "num_layers": 2}]
    return {
        "seed": seed,
        "builds": {"main": {"arguments": arguments, "x": sequences(seed, B, T, D)}},
        "defaults": defaults,
    }


register(Recurrent(__name__, TITLE, SPEC, task, assignment="04_exercises"))
