"""Turn of chapter 1: one step of a GRU, from the blocks of input and past to the new state."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


def cases(random):
    sizes = [(2, 1), (3, 4), (3, 3), (1, 5)]
    return [
        Case([floats(random, B, 3 * H), floats(random, B, 3 * H), floats(random, B, H)]) for B, H in sizes
    ]


WRONG = slips(
    reference,
    shares_changed={"(1 - z) * n + z * h": "z * n + (1 - z) * h"},
    reset_over_all={"xn + r * hn": "r * (xn + hn)"},
    no_reset={"xn + r * hn": "xn + hn"},
    reset_of_state={"r * hn": "hn * r * h"},
    order_zrn={"xr, xz, xn": "xz, xr, xn", "hr, hz, hn": "hz, hr, hn"},
    no_sigmoid={"torch.sigmoid(xr + hr)": "xr + hr", "torch.sigmoid(xz + hz)": "xz + hz"},
    candidate_not_squashed={"torch.tanh(": "("},
    candidate_alone={" + z * h": ""},
)
HINTS = [
    "both inputs in three: xr, xz, xn = from_input.chunk(3, dim=1), and hr, hz, hn in the same way",
    "r = torch.sigmoid(xr + hr), z in the same way; then n, then the mixture of n and h",
]
register(
    Function(
        __name__,
        title="The GRU step",
        chapter=1,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        hints=HINTS,
        compared="your new state and its gradients, for four sizes of batch and layer",
    )
)
