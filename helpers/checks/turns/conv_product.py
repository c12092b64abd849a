"""Turn of chapter 2: the matrix product that makes a convolution of the columns."""

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(columns, weight, bias, Ho, Wo):
    B, Co = len(columns), len(weight)
    y = weight.flatten(1) @ columns + bias[:, None]
    return y.view(B, Co, Ho, Wo)


def cases(random):
    def case(B, C, Co, kH, kW, Ho, Wo):
        columns, weight = floats(random, B, C * kH * kW, Ho * Wo), floats(random, Co, C, kH, kW)
        return Case([columns, weight, floats(random, Co), Ho, Wo])

    return [case(1, 1, 2, 2, 2, 3, 4), case(3, 2, 4, 3, 2, 2, 2), case(2, 3, 3, 2, 3, 4, 3)]


WRONG = slips(
    reference,
    no_bias={" + bias[:, None]": ""},
    bias_along_places={"bias[:, None]": "bias"},
    bias_along_columns={" + bias[:, None]": "", "Co, Ho, Wo)": "Co, Ho, Wo) + bias"},
    kernels_mixed={"weight.flatten(1)": "weight.reshape(-1, Co).T"},
    channels_fastest={"weight.flatten(1)": "weight.movedim(1, 3).flatten(1)"},
    kernel_flipped={"weight.flatten(1)": "weight.flip(2, 3).flatten(1)"},
    sides_exchanged={"Co, Ho, Wo": "Co, Wo, Ho"},
    channels_behind={"y.view(B, Co, Ho, Wo)": "y.transpose(1, 2).reshape(B, Ho, Wo, Co)"},
    axes_mixed={"y.view": "y.transpose(1, 2).reshape"},
    first_image={"@ columns": "@ columns[:1]", "y.view": "y.expand(B, -1, -1).reshape"},
)
HINTS = [
    "weight.flatten(1) has a row for each kernel, (Co, C·kH·kW); times the columns it is (B, Co, Ho·Wo)",
    "bias[:, None] is (Co, 1): the same number at every place of an output channel; then view(B, Co, Ho, Wo)",
]
register(
    Function(
        __name__,
        title="The product of kernels and columns",
        chapter=2,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        hints=HINTS,
        forbids=["convolution"],
        compared="one to three images, two to four kernels, and the gradients",
    )
)
