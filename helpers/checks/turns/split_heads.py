"""Turn of chapter 3: an axis for the heads."""

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(x, n_head):
    return x.unflatten(-1, (n_head, -1)).transpose(1, 2)


def cases(random):
    sizes = [(2, 3, 8, 2), (2, 2, 4, 2), (1, 4, 6, int(random.choice([1, 3, 6]))), (3, 1, 4, 2)]
    return [Case([floats(random, B, T, D), n_head]) for B, T, D, n_head in sizes]


SPLIT = ".unflatten(-1, (n_head, -1)).transpose(1, 2)"
WRONG = slips(
    reference,
    viewed_straight={SPLIT: ".reshape(len(x), n_head, x.shape[1], -1)"},
    every_other_column={SPLIT: ".unflatten(-1, (-1, n_head)).permute(0, 3, 1, 2)"},
    heads_behind_time={".transpose(1, 2)": ""},
    heads_in_front={".transpose(1, 2)": ".permute(2, 0, 1, 3)"},
    width_before_time={".transpose(1, 2)": ".permute(0, 2, 3, 1)"},
    widths_for_heads={"(n_head, -1)": "(-1, n_head)"},
)
HINTS = [
    "two steps: cut the last axis in two, (B, T, n_head, dH); then change the places of two axes",
    "x.reshape(B, T, n_head, dH), then .transpose(1, 2)",
]
register(
    Function(
        __name__,
        title="Heads split",
        chapter=3,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        words={
            "output": Words(
                "the heads are other ones", "(B, n_head, T, D / n_head); head 0 is the first columns"
            )
        },
        hints=HINTS,
        compared="four sizes of batch, length, width and number of heads, and the gradients",
    )
)
