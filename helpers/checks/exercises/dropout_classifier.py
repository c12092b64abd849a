"""Exercise 5: an LSTM classifier with dropout before its output layer."""

from typing import Any

from helpers.checks.exercise import register
from helpers.checks.recurrent.exercise import Recurrent
from helpers.checks.recurrent.spec import Spec, copies, other_share, sequences, sizes
from helpers.checks.report import Item

TITLE = "Exercise 5, a classifier with dropout before its output layer"
SPEC = Spec(
    items=(
        Item("logits", "builds, and gives raw logits (B, num_classes)", 2),
        Item("layers", "num_layers LSTM layers of hidden_size units", 2),
        Item("output", "the top layer's last hidden state goes through the output layer", 2),
        Item("dropout", "dropout before the output layer, in training only, with the share asked for", 3),
        Item("behaviour", "learns everywhere, keeps nothing, runs at any size, on any device", 1),
    ),
    cell="lstm",
    dropout="head",
    default_p=0.5,
    output="num_classes",
)


def task(seed: int) -> dict[str, Any]:
    """What the probe is to do; another seed gives other sizes, weights, inputs and shares."""
    B, T, D, H, outputs = sizes(seed)
    shape = {"input_size": D, "hidden_size": H, "num_classes": outputs}
    x = sequences(seed, B, T, D)
    p, q = other_share(seed, SPEC.default_p)
    tiny = {"input_size": 2, "hidden_size": 3, "num_classes": 4}
    few = sequences(seed + 1, 6, 2, 2)
    return {
        "seed": seed,
        "builds": {
            "main": {"arguments": {**shape, "num_layers": 1, "dropout": p}, "x": x},
            "undropped": {"arguments": {**shape, "num_layers": 1, "dropout": 0.0}, "x": x, "if_random": True},
            "other": {"arguments": {**shape, "num_layers": 3, "dropout": p}, "x": x, "once": True},
            "copies": copies({**tiny, "num_layers": 2, "dropout": p}, few),
            "copies_again": copies({**tiny, "num_layers": 1, "dropout": q}, few),
            "copies_default": copies({**tiny, "num_layers": 1}, few),
        },
        "defaults": [{**shape, "num_layers": 1}, {**shape, "num_layers": 1, "dropout": 0.5}],
    }


register(Recurrent(__name__, TITLE, SPEC, task, assignment="04_exercises"))
