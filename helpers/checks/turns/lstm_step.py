"""Turn of chapter 1: one step of an LSTM, from its four blocks to the new state and cell."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def cases(random):
    return [
        Case([floats(random, B, 4 * H), floats(random, B, H)]) for B, H in [(2, 1), (3, 4), (4, 4), (1, 5)]
    ]


WRONG = slips(
    reference,
    order_ifog={"i, f, g, o =": "i, f, o, g ="},
    order_figo={"i, f, g, o =": "f, i, g, o ="},
    no_sigmoid={"torch.sigmoid(f)": "f", "torch.sigmoid(i)": "i", "torch.sigmoid(o)": "o"},
    all_sigmoid={"torch.tanh(g)": "torch.sigmoid(g)"},
    cell_shown={"torch.tanh(c), c": "c, c"},
    old_cell_shown={"    c = ": "    old, c = c, ", "torch.tanh(c), c": "torch.tanh(old), c"},
    nothing_forgotten={"torch.sigmoid(f) * c": "c"},
    forgets_the_rest={"torch.sigmoid(f) * c": "(1 - torch.sigmoid(f)) * c"},
    changed_round={
        "return torch.sigmoid(o) * torch.tanh(c), c": "return c, torch.sigmoid(o) * torch.tanh(c)"
    },
)
HINTS = [
    "blocks.chunk(4, dim=1) cuts the columns into i, f, g, o, each (B, H)",
    "two lines: the new c from f, the old c, i and g; then h from o and the new c",
]
register(
    Function(
        __name__,
        title="The LSTM step",
        chapter=1,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        hints=HINTS,
        compared="your h and c, and their gradients, for four sizes of batch and layer",
    )
)
