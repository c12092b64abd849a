"""Turn of chapter 1: backpropagation through time, the gradient of W_hh as a sum over the steps."""

import numpy as np
import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function, floats
from helpers.checks.slips import slips


def reference(W_hh, states, g):
    dW_hh = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW_hh += torch.outer(a, states[t - 1])
        g = W_hh.T @ a
    return dW_hh


def cases(random):
    def case(T, H):
        W_hh, states = floats(random, H, H) / H**0.5, [np.zeros(H, np.float32)]
        for a_t in floats(random, T, H):
            states.append(np.tanh(a_t + W_hh @ states[-1]))
        return Case([W_hh, np.stack(states), floats(random, H)])

    return [case(3, 2), case(int(random.integers(5, 9)), int(random.integers(3, 6))), case(2, 3)]


WRONG = slips(
    reference,
    no_slope={"g * (1 - states[t] ** 2)": "g"},
    slope_before={"states[t] ** 2": "states[t - 1] ** 2"},
    back_the_wrong_way={"W_hh.T @ a": "W_hh @ a"},
    last_step={"0, -1)": "len(states) - 2, -1)"},
    not_added={"+=": "="},
    not_carried={"g = W_hh.T @ a": "pass"},
    same_state={"states[t - 1])": "states[t])"},
    outer_turned={"(a, states[t - 1])": "(states[t - 1], a)"},
)
HINTS = [
    "at each step three lines: through tanh, into the sum for W_hh, back to h_{t-1}",
    "for t in range(len(states) - 1, 0, -1): a = g * (1 - states[t]**2), then two more lines with a",
]
register(
    Function(
        __name__,
        title="Backpropagation through time by hand",
        chapter=1,
        cases=cases,
        reference=reference,
        forbids=["autograd"],
        wrong=WRONG,
        hints=HINTS,
        compared="your sum is the gradient of W_hh, for sequences of three lengths",
    )
)
