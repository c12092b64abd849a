"""Turn of chapter 1: one step, and the loop over time."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(series, W_xh, W_hh):
    h = W_hh.new_zeros(len(W_hh))
    for x_t in series:
        h = torch.tanh(W_xh @ x_t[None] + W_hh @ h)
    return h


def cases(random):
    sizes = [(4, 2), (int(random.integers(5, 9)), int(random.integers(3, 6))), (1, 3)]
    return [Case([floats(random, T), floats(random, H, 1), floats(random, H, H) / H**0.5]) for T, H in sizes]


WRONG = slips(
    reference,
    forgets={"@ h)": "@ (0 * h))"},
    without_weights={"W_hh @ h)": "h)"},
    transposed={"W_hh @ h)": "W_hh.T @ h)"},
    not_squashed={"torch.tanh(": "("},
    squashed_once={"torch.tanh(": "(", "return h": "return torch.tanh(h)"},
    first_step={"\n    return": "\n        return"},
    one_short={"in series": "in series[:-1]"},
    two_units={"W_hh.new_zeros(len(W_hh))": "W_hh.new_zeros(2)"},
    column={"@ x_t[None]": "* x_t"},
)
HINTS = [
    "h_2 above is one step: take that line, with x_t for x_2 and h for both states",
    "begin with h = torch.zeros(len(W_hh)); then for x_t in series: …; `return h` behind the loop",
]
register(
    Function(
        __name__,
        title="One step and the loop over time",
        chapter=1,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        hints=HINTS,
        compared="your last states and their gradients, for three lengths and three sizes of memory",
    )
)
