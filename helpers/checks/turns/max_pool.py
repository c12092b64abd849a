"""Turn of chapter 2: max pooling, where the first of equals has all of the gradient."""

import functools

import numpy as np
import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(x, k):
    windows = x.unfold(2, k, k).unfold(3, k, k)
    return windows.flatten(-2).max(-1).values


def halved(numbers):
    return functools.reduce(torch.maximum, numbers)


def cases(random):
    def case(k, *shape):
        x = floats(random, *shape)
        x[..., :2, :2] = [[-4, -2], [-3, -1]]
        return Case([x, k])

    ties = random.integers(0, 2, (3, 2, 5, 8)).astype(np.float32)
    ties[0] = 0
    ties[1, 0, :2, :2] = [[0, 1], [1, 0]]
    return [case(2, 1, 1, 4, 6), Case([ties, 2]), case(2, 2, 3, 5, 7), case(3, 2, 2, 6, 10)]


WRONG = slips(
    reference,
    shared_out={"max(-1).values": "amax(-1)"},
    shared_in_halves={"windows.flatten(-2).max(-1).values": "halved(windows.flatten(-2).unbind(-1))"},
    last_of_equals={"max(-1)": "flip(-1).max(-1)"},
    leftmost_of_equals={"k)\n": "k).transpose(-1, -2)\n"},
    mean_pooled={".max(-1).values": ".mean(-1)"},
    sum_pooled={".max(-1).values": ".sum(-1)"},
    never_negative={".max(-1).values": ".max(-1).values.relu()"},
    no_values={".values": ""},
    places_given={".values": ".indices"},
    rows_alone={".flatten(-2).max(-1)": ".flatten(-2).unflatten(-1, (k, k)).max(-1)"},
    steps_of_one={"unfold(2, k, k)": "unfold(2, k, 1)", "unfold(3, k, k)": "unfold(3, k, 1)"},
    axes_mixed={
        "x.unfold(2, k, k).unfold(3, k, k)": "x[:, :, : x.shape[2] // k * k, : x.shape[3] // k * k]",
        "windows.flatten(-2)": "windows.reshape(*x.shape[:2], x.shape[2] // k, x.shape[3] // k, k * k)",
    },
)
GRADIENTS = Words(
    "the result is right, its gradient arrives elsewhere",
    "all of it at the largest number of each window, of equals the first",
    "max(dim).values takes one place, the first; amax, max() and torch.maximum share it out",
)
HINTS = [
    "two reshapes bring the k * k numbers of each window together; what fills no window is cut off first",
    "the max along one axis picks one place, the first: windows.flatten(-2).max(-1).values",
]
register(
    Function(
        __name__,
        title="Max pooling, and who gets the gradient",
        chapter=2,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        besides=("changed", "type"),
        wrong=WRONG,
        hints=HINTS,
        words={"gradients": GRADIENTS},
        forbids=["pooling"],
        compared="windows of two and three, some of them full of equals, and where their gradients arrive",
    )
)
