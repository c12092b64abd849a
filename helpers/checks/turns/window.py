"""Turn of chapter 2: one window, the sum of products over all channels, plus the bias."""

import numpy as np

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.slips import slips


def reference(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    window = x[:, i : i + kH, j : j + kW]
    return (window * weight).sum() + bias


def cases(random):
    def case(C, kH, kW, i, j):
        # Whole numbers: a sum that comes out near 0 is exact in float32 too.
        x, weight = (random.integers(-4, 5, size).astype(np.float32) for size in ((C, 6, 7), (C, kH, kW)))
        return Case([x, weight, round(random.uniform(1, 2), 1), i, j])

    places = random.integers(0, 4, 2).tolist()
    return [case(2, 3, 3, 0, 0), case(3, 2, 3, 2, 1), case(1, 3, 2, 0, 3), case(4, 3, 3, *places)]


WRONG = slips(
    reference,
    no_bias={" + bias": ""},
    bias_each_product={"(window * weight).sum() + bias": "(window * weight + bias).sum()"},
    bias_each_channel={"+ bias": "+ len(x) * bias"},
    first_channel={"(window * weight)": "(window * weight)[0]"},
    last_channel={"(window * weight)": "(window * weight)[-1]"},
    channels_apart={".sum()": ".sum(dim=(1, 2))"},
    place_exchanged={"i : i + kH, j : j + kW": "j : j + kH, i : i + kW"},
    kernel_flipped={"* weight": "* weight.flip(1, 2)"},
    mean_of_products={".sum()": ".mean()"},
    matrix_product={"* weight": "@ weight"},
)
HINTS = [
    "the window is x[:, i : i + kH, j : j + kW]: all channels, kH rows, kW columns",
    "(window * weight) has C·kH·kW products: .sum() adds them all, and the bias comes once, behind it",
]
register(
    Function(
        __name__,
        title="One window",
        chapter=2,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        forbids=["convolution"],
        compared="single windows of one to four channels, at four places",
    )
)
