"""Turn of chapter 2: the shapes along a network of three layers."""

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.slips import slips

LAYERS = [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]  # channels, window, stride, padding


def reference(B, H, W):
    trace = []
    for C, k, stride, padding in LAYERS:
        H, W = ((n + 2 * padding - k) // stride + 1 for n in (H, W))
        trace.append((B, C, H, W))
    return trace


def cases(random):
    H, W = (int(side) for side in random.integers(30, 60, 2))
    return [
        Case([B, *sides]) for B, *sides in ((4, 28, 32), (2, 32, 29), (7, 31, 31), (1, 45, 38), (3, H, W))
    ]


def layers(*changed):
    return {"in LAYERS": f"in {list(changed)}"}


WRONG = slips(
    reference,
    no_padding={"2 * padding": "0 * padding"},
    padding_once={"2 * padding": "padding"},
    place_missing={" + 1 for": " for"},
    rounded_up={"(n + 2": "-(-(n + 2", "// stride": "// stride)"},
    no_stride={"// stride": "// 1"},
    a_fraction={"// stride": "/ stride"},
    from_the_image={"H, W = (": "h, w = (", "(B, C, H, W)": "(B, C, h, w)"},
    channels_coming_in=layers((3, 5, 2, 2), (8, 3, 2, 0), (8, 3, 1, 0)),
    pool_step=layers((8, 5, 2, 2), (8, 3, 3, 0), (16, 3, 1, 0)),
    pool_halves=layers((8, 5, 2, 2), (8, 2, 2, 0), (16, 3, 1, 0)),
    third_keeps=layers((8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 1)),
    channels_behind={"(B, C, H, W)": "(B, H, W, C)"},
    sides_exchanged={"(B, C, H, W)": "(B, C, W, H)"},
    without_batch={"(B, C, H, W)": "(C, H, W)"},
    input_too={"trace = []": "trace = [(B, 3, H, W)]"},
    last_shape={"return trace": "return trace[-1]"},
)
HINTS = [
    "one step: (n + 2 * padding - k) // stride + 1, for H and for W, three times; pooling keeps the channels",
    "the first layer gives (B, 8, (H - 1) // 2 + 1, (W - 1) // 2 + 1)",
]
register(
    Function(
        __name__,
        title="Shapes along three layers",
        chapter=2,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        compared="the three shapes for five sizes of batch and image",
    )
)
