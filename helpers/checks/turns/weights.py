"""Turn of chapter 3: from scores and a mask to weights."""

import math

import numpy as np
import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(scores, mask):
    scores = scores.masked_fill(~mask, -math.inf)
    nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    return torch.softmax(scores.masked_fill(nothing, 0.0), dim=-1).masked_fill(nothing, 0.0)


def cases(random):
    def case(*seen):  # how many keys each query may look at, from its own place on; S = 4
        places = np.arange(4) - np.arange(len(seen))[:, None]
        mask = np.stack([places % 4 < np.array(row)[:, None] for row in (seen, seen[::-1])])
        return Case([floats(random, *mask.shape), mask])

    return [case(2, 1, 3, 2), case(3, 2, 1, 2, 0), case(1, 0, 2, 3, 2, 3)]


WRONG = slips(
    reference,
    opposite_mask={"~mask": "mask"},
    nan_row={"nothing = (scores": "return torch.softmax(scores, dim=-1)\n    nothing = (scores"},
    mask_after={
        "scores = scores.masked_fill(~mask, -math.inf)": "return torch.softmax(scores, dim=-1) * mask"
    },
    score_zero={
        "scores = scores.masked_fill(~mask, -math.inf)": "return torch.softmax(scores * mask, dim=-1)"
    },
    forbidden_equally={"(~mask, -math.inf)": "(~mask, -1e9)"},
    over_the_queries={"nothing = (scores": "return torch.softmax(scores, dim=1)\n    nothing = (scores"},
    zero_times_infinity={
        "scores = scores.masked_fill(~mask, -math.inf)": "return (scores + ~mask * -math.inf).softmax(-1)"
    },
)
HINTS = [
    "before the softmax: scores.masked_fill(~mask, -math.inf)",
    "rows with nothing: ~mask.any(dim=-1, keepdim=True); a 0 into their scores, and a 0 into their weights",
]
register(
    Function(
        __name__,
        title="Weights from scores and a mask",
        chapter=3,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        words={
            "output": Words(
                "the weights are other ones",
                "the softmax of the scores that may be seen, 0 for all others",
                "what must not be seen needs the score -inf, a number with e^score = 0",
            ),
            "gradients": Words(
                "the weights are right, their gradient is not",
                "0 for the scores of a row that sees nothing, no NaN",
                "a NaN that is taken away afterwards stays in the gradient: fill such a row before",
            ),
        },
        hints=HINTS,
        compared="three masks, rows that may look at nothing among them, and the gradients",
    )
)
