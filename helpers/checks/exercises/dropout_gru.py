"""Exercise 2: a GRU with dropout between its layers."""

from typing import Any

from helpers.checks.exercise import register
from helpers.checks.recurrent.exercise import Recurrent
from helpers.checks.recurrent.spec import Spec, copies, other_share, sequences, sizes
from helpers.checks.report import Item

TITLE = "Exercise 2, a GRU with dropout between its layers"
SPEC = Spec(
    items=(
        Item("logits", "builds, and gives raw logits (B, output_size)", 2),
        Item("layers", "num_layers GRU layers of hidden_size units", 2),
        Item("output", "the top layer's last hidden state goes through the output layer", 2),
        Item("dropout", "dropout between the layers, in training only, with the share asked for", 3),
        Item("behaviour", "learns everywhere, keeps nothing, runs at any size, on any device", 1),
    ),
    cell="gru",
    dropout="between",
    default_p=0.3,
)


def task(seed: int) -> dict[str, Any]:
    """What the probe is to do; another seed gives other sizes, weights, inputs and shares."""
    B, T, D, H, outputs = sizes(seed)
    shape = {"input_size": D, "hidden_size": H, "output_size": outputs}
    x = sequences(seed, B, T, D)
    p, q = other_share(seed, SPEC.default_p)
    tiny = {"input_size": 2, "hidden_size": 3, "output_size": 4, "num_layers": 2}
    few = sequences(seed + 1, 6, 2, 2)
    # Three layers, so that a second gap can lack its dropout; narrow, so that all patterns can be tried.
    high = {"input_size": 3, "hidden_size": 2, "output_size": 4, "num_layers": 3, "dropout": q}
    return {
        "seed": seed,
        "builds": {
            "main": {"arguments": {**shape, "num_layers": 2, "dropout": p}, "x": x},
            "undropped": {"arguments": {**shape, "num_layers": 2, "dropout": 0.0}, "x": x, "if_random": True},
            "other": {"arguments": {**shape, "num_layers": 3, "dropout": p}, "x": x, "once": True},
            "copies": copies({**tiny, "dropout": p}, few),
            "copies_again": copies(high, sequences(seed + 1, 6, 2, 3)),
            "copies_default": copies({k: v for k, v in tiny.items() if k != "num_layers"}, few),
        },
        "defaults": [shape, {**shape, "num_layers": 2, "dropout": 0.3}],
    }


register(Recurrent(__name__, TITLE, SPEC, task, assignment="04_exercises"))
