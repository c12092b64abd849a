"""Turn of chapter 3: the second broken model, what its heads really see."""

import numpy as np
import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.sights import Sight
from helpers.checks.slips import slips


def reference(lengths, text, T):
    return torch.arange(T) < lengths[:, None]


def cases(random):
    three, four = (
        np.array([4, 6, 2]),
        np.array([3, 7, 1, 5]),
    )  # text 0 is neither the longest nor the shortest
    return [Case([three, text, 6]) for text in range(3)] + [Case([four, 2, 9])]


WRONG = slips(
    reference,
    what_b_claims={"lengths[:, None]": "lengths[text].expand(len(lengths), 1)"},
    no_mask_at_all={"< lengths[:, None]": "< T + 0 * lengths[:, None]"},
    all_like_the_first={"lengths[:, None]": "lengths[:1].expand(len(lengths), 1)"},
    longest_of_all={"lengths[:, None]": "lengths.max().expand(len(lengths), 1)"},
    shortest_of_all={"lengths[:, None]": "lengths.min().expand(len(lengths), 1)"},
    heads_turned={"lengths[:, None]": "lengths.flip(0)[:, None]"},
    only_padding={"<": ">="},
    one_too_far={"<": "<="},
    own_padding_too={"lengths[:, None]": "lengths.clamp(max=lengths[text])[:, None]"},
)
HINTS = [
    "the picture of text 0, then of text 1: what differs? Then other lengths: what becomes of the rows?",
    "a head's row is a length: torch.arange(T) < that number; which length is it for head h?",
]
register(
    Sight(
        __name__,
        title="Broken model B",
        chapter=3,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        ends=("head", "place"),
        hints=HINTS,
        compared="what the probe shows of model B: three texts and four, each length in each place",
    )
)
