"""Turn of chapter 3: the sinusoids, odd width too."""

import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.slips import slips


def reference(T, D):
    position = torch.arange(T, dtype=torch.float64)[:, None]
    rate = 10000.0 ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
    table = torch.zeros(T, D, dtype=torch.float64)
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate[: D // 2])
    return table


def cases(random):
    return [Case(size) for size in ([5, 4], [int(random.integers(7, 12)), 6], [4, 5], [6, 3], [1, 2])]


WRONG = slips(
    reference,
    odd_width={"rate[: D // 2]": "rate"},
    halves={"0::2": ": (D + 1) // 2", "1::2": "(D + 1) // 2 :"},
    sine_and_cosine={"0::2] = torch.sin": "0::2] = torch.cos", "1::2] = torch.cos": "1::2] = torch.sin"},
    rate_of_pair={"torch.arange(0, D, 2,": "torch.arange((D + 1) // 2,"},
    own_rate_for_cosine={"rate[: D // 2]": "rate[: D // 2] * 10000.0 ** (-1 / D)"},
    last_sine_missing={"return table": "table[:, D // 2 * 2 :] = 0\n    return table"},
    rates_fall_twice={"/ D)": "* 2 / D)"},
    from_one={"torch.arange(T,": "torch.arange(1, T + 1,"},
    rates_rise={"(-torch": "(torch"},
    width_rounded_up={"/ D)": "/ (D + D % 2))"},
)
HINTS = [
    "a column of positions (T, 1) times a row of rates is (T, number of rates)",
    "rate = 10000 ** (-torch.arange(0, D, 2) / D); columns 0::2 are sines, columns 1::2 cosines",
]
register(
    Function(
        __name__,
        title="The sinusoids",
        chapter=3,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        words={"output": Words("the table is another one", "(T, D): a row for each position, from 0 on")},
        hints=HINTS,
        compared="five tables, two of them of odd width",
    )
)
