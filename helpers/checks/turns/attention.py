"""Turn of chapter 3: all queries at once."""

import math

import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(q, k, v):
    scores = q @ k.T / math.sqrt(q.shape[-1])
    return torch.softmax(scores, dim=-1) @ v


def cases(random):
    sizes = [(1, 5, 4, 2), (3, 5, 4, 2), (4, 4, 4, 4), (6, int(random.integers(2, 5)), 9, 3)]
    return [
        Case([floats(random, Tq, d), floats(random, Tk, d), floats(random, Tk, dv)])
        for Tq, Tk, d, dv in sizes
    ]


WRONG = slips(
    reference,
    not_divided={" / math.sqrt(q.shape[-1])": ""},
    divided_by_d={"math.sqrt(q.shape[-1])": "q.shape[-1]"},
    width_of_the_example={"math.sqrt(q.shape[-1])": "math.sqrt(4)"},
    divided_by_length={"math.sqrt(q.shape[-1])": "math.sqrt(len(k))"},
    times_root={" / math.sqrt": " * math.sqrt"},
    divided_too_late={" / math.sqrt(q.shape[-1])": "", ") @ v": ") @ v / math.sqrt(q.shape[-1])"},
    over_the_queries={"dim=-1": "dim=0"},
    no_softmax={"torch.softmax(scores, dim=-1)": "scores"},
    one_query={"return torch.softmax(scores, dim=-1)": "return torch.softmax(scores[0], dim=-1)"},
    weights_alone={" @ v": ""},
)
HINTS = [
    "one query above: scores = k @ q / math.sqrt(d), their softmax, times v",
    "q @ k.T is (Tq, Tk): a row for each query; the softmax runs along the row, dim=-1",
]
register(
    Function(
        __name__,
        title="Attention of all queries",
        chapter=3,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        forbids=["attention"],
        wrong=WRONG,
        words={
            "output": Words(
                "the mixtures are other ones", "a row for each query, (Tq, dv): softmax(q kᵀ / √d) v"
            )
        },
        hints=HINTS,
        compared="one query, three, four and six, with keys of two widths, and the gradients",
    )
)
