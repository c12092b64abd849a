"""Turn of chapter 3: the second broken model, what its heads really see."""

import numpy as np
import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.sights import Sight
from helpers.checks.slips import slips


def reference(lengths, text, T):
    rows = 2 * text + torch.arange(2)
    return torch.arange(T) < lengths[rows % len(lengths)][:, None]


def cases(random):
    three, five = np.array([4, 6, 2]), np.array([3, 7, 1, 5, 2])
    return [Case([three, text, 6]) for text in range(3)] + [Case([five, text, 9]) for text in (3, 2)]


ROWS, LENGTHS = "2 * text + torch.arange(2)", "lengths[rows % len(lengths)][:, None]"
WRONG = slips(
    reference,
    what_b_claims={ROWS: "torch.tensor([text, text])"},
    no_mask_at_all={LENGTHS: "T + 0 * lengths[:2, None]"},
    heads_as_texts={ROWS: "torch.arange(2)"},
    own_and_next={ROWS: "text + torch.arange(2)"},
    all_like_the_first={LENGTHS: "lengths[:1].expand(2, 1)"},
    longest_of_all={LENGTHS: "lengths.max().expand(2, 1)"},
    heads_turned={ROWS: "2 * text + torch.arange(2).flip(0)"},
    only_padding={"<": ">="},
    one_too_far={"<": "<="},
    own_padding_too={LENGTHS: "lengths[rows % len(lengths)].clamp(max=lengths[text])[:, None]"},
)
HINTS = [
    "three texts: where do the heads end in text 0, in text 1, in text 2? Write the six numbers in one row",
    "texts and heads lie on one axis, head h of a text at 2 * text + h; along it the lengths stand again and "
    "again: % len(lengths)",
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
        compared="what the probe shows of model B, every text of three and two of five",
    )
)
