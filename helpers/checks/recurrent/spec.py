"""What each of the four exercises asks for, in which words, and what its tasks are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers.checks.recurrent.reading import Fit
from helpers.checks.report import Item

CELLS = {
    "lstm": "LSTM",
    "gru": "GRU",
    "gru_without_reset": "GRU without a reset gate",
    "rnn_tanh": "tanh RNN",
    "rnn_relu": "relu RNN",
}
PLACES = {
    "input": "on the input",
    "between": "between the layers",
    "head": "before the output layer",
    "logits": "on the logits",
}
# Dropped and carried on: in all layers but the top one, and in all of them.
ALONG = ("along", "along_all")
ALONG_TEXT = "on the states that are carried from step to step"
TOP = "h_n[-1] is the top one"
TOP_BOTH = "the two states of the top one are h_n[-2:], h_n[-2] forward and h_n[-1] backward"
READ = "the hidden state of the top layer after the last step"
READ_BOTH = "the final states of both directions of the top layer"


@dataclass(frozen=True)
class Spec:
    """What one of the four exercises asks for.

    cell: a key of the reference's GATES. dropout: None, "between" or "head"; with its default p.
    output: the name of the argument for the number of logits.
    """

    items: Sequence[Item]
    cell: str
    costs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bidirectional: bool = False
    norm: bool = False
    dropout: str | None = None
    default_p: float = 0.0
    output: str = "output_size"

    @property
    def right(self) -> Fit:
        return Fit(norm="running" if self.norm else "none")


# --- what the tasks are made of


def sizes(seed: int) -> tuple[int, int, int, int, int]:
    """B, T, inputs, hidden units, outputs: all different, none the sum or a multiple of others."""
    random = np.random.default_rng([seed, 1])
    inputs, hidden, outputs = [(3, 7, 4), (4, 7, 3), (3, 5, 4), (4, 9, 3), (5, 7, 3)][random.integers(5)]
    return int(random.choice([12, 14, 17])), int(random.choice([4, 5])), inputs, hidden, outputs


def sequences(seed: int, *shape: int) -> np.ndarray:
    """(B, T, D) float32, standard normal times 1.5."""
    return (1.5 * np.random.default_rng([seed, 2]).standard_normal(shape)).astype(np.float32)


def other_share(seed: int, default: float) -> tuple[float, float]:
    """Two shares to drop, other than the default, the half and the complement of one another."""
    pairs = [(0.4, 0.55), (0.45, 0.2)] if default == 0.3 else [(0.3, 0.6), (0.2, 0.35)]
    return pairs[int(np.random.default_rng([seed, 3]).integers(2))]


def copies(arguments: Mapping[str, Any], x: np.ndarray, count: int = 2048) -> dict[str, Any]:
    """A build that also runs `count` copies of the first sequence of x."""
    return {"arguments": dict(arguments), "x": x, "copies": count}
