"""Turn of chapter 3: heads side by side again."""

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(heads):
    return heads.transpose(1, 2).flatten(2)


def cases(random):
    sizes = [(2, 2, 3, 4), (2, 2, 2, 2), (1, int(random.integers(2, 5)), 4, 3), (3, 2, 1, 2)]
    return [Case([floats(random, *size)]) for size in sizes]


WRONG = slips(
    reference,
    flattened_straight={"transpose(1, 2).flatten(2)": "reshape(len(heads), heads.shape[2], -1)"},
    columns_mixed={"transpose(1, 2)": "permute(0, 2, 3, 1)"},
    behind_each_other={"transpose(1, 2).flatten(2)": "flatten(1, 2)"},
    places_joined={"transpose(1, 2).": ""},
    heads_added={"transpose(1, 2).flatten(2)": "sum(dim=1)"},
    heads_averaged={"transpose(1, 2).flatten(2)": "mean(dim=1)"},
    axis_kept={".flatten(2)": ""},
)
HINTS = [
    "the way back: first the axes, (B, T, n_head, dH), then the last two become one",
    "heads.transpose(1, 2).reshape(B, T, n_head * dH)",
]
register(
    Function(
        __name__,
        title="Heads joined",
        chapter=3,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        words={
            "output": Words(
                "the rows are other ones",
                "(B, T, n_head * dH): the heads of a position side by side, head 0 first",
            )
        },
        hints=HINTS,
        compared="four sizes of batch, length and heads, and the gradients",
    )
)
