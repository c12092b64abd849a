"""Turn of chapter 2: how many places a window finds in a row."""

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.slips import slips


def reference(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


def cases(random):
    named = [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"stride": 2, "padding": 1}]
    named += [{"stride": 3, "padding": 2, "dilation": 2}, {"stride": 3, "padding": 1, "dilation": 3}]
    sizes = [(7, 3), (8, 3), (9, 4), (10, 3), (12, 3), (int(random.integers(13, 40)), 5)]
    return [Case([n, k], options) for options in named for n, k in sizes]


WRONG = slips(
    reference,
    place_missing={" + 1": ""},
    rounded_up={"return (n": "return -(-(n", "// stride": "// stride)"},
    a_fraction={"//": "/"},
    padding_once={"2 * padding": "padding"},
    no_padding={" + 2 * padding": ""},
    no_stride={" // stride": ""},
    no_dilation={"dilation * (k - 1)": "(k - 1)"},
    dilated_once_too_often={"dilation * (k - 1) - 1": "dilation * k"},
    one_inside={"- 1) // stride + 1": ") // stride"},
    brackets_missing={"return (": "return ", "dilation * (k - 1) - 1)": "(dilation * (k - 1) + 1)"},
    brackets_missing_too={"return (": "return ", "- 1) //": "- 1 //"},
)
HINTS = [
    "three numbers: the padded row, the pixels that a window covers, and how far it can move between them",
    "the padded row is n + 2 * padding; a window covers dilation * (k - 1) + 1; // divides and rounds down",
]
register(
    Function(
        __name__,
        title="The output size",
        chapter=2,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        compared="42 rows and windows, with stride, padding and dilation",
    )
)
