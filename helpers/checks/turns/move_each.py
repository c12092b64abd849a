"""Turn of chapter 2: each image of a batch moved by its own numbers of pixels."""

import torch
from torch.nn import functional as F

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function, floats
from helpers.checks.slips import slips


def reference(x, down, right, paper):
    moved = [F.pad(image, (r, -r, d, -d), value=paper) for image, d, r in zip(x, down, right, strict=True)]
    return torch.stack(moved)


def cases(random):
    def case(H, W, down, right, paper):
        return Case([floats(random, len(down), 1, H, W), down, right, paper])

    return [
        case(4, 5, [1, 0, -2], [2, -1, 0], -1.5),
        case(
            6, 5, random.permutation([-3, -1, 0, 2]).tolist(), random.permutation([-2, 0, 1, 3]).tolist(), 4.0
        ),
        case(5, 5, [0], [-3], -0.5),
    ]


FOUR = "(r, -r, d, -d)"
WRONG = slips(
    reference,
    other_way={FOUR: "(-r, r, -d, d)"},
    rows_for_columns={FOUR: "(d, -d, r, -r)"},
    up_for_down={FOUR: "(r, -r, -d, d)"},
    left_for_right={FOUR: "(-r, r, d, -d)"},
    only_sideways={FOUR: "(r, -r, 0, 0)"},
    only_upright={FOUR: "(0, 0, d, -d)"},
    never_back={FOUR: "(max(r, 0), -max(r, 0), max(d, 0), -max(d, 0))"},
    comes_round={f"F.pad(image, {FOUR}, value=paper)": "image.roll((d, r), (1, 2))"},
    zeros_come_in={"value=paper": "value=0.0"},
    first_for_all={"zip(x, down, right, strict=True)": "((image, down[0], right[0]) for image in x)"},
)
HINTS = [
    "image by image: for image, d, r in zip(x, down, right), and torch.stack at the end",
    "F.pad(image, (left, right, top, bottom), value=paper) puts paper around; below zero it cuts off",
]
register(
    Function(
        __name__,
        title="Each image moved by its own",
        chapter=2,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        compared="batches of one to four images, moved up, down, left and right, and two kinds of paper",
    )
)
