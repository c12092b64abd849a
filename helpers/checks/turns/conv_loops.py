"""Turn of chapter 2: the loops of a convolution with padding and stride, for one image."""

from torch.nn import functional as F

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function, floats
from helpers.checks.slips import slips


def reference(x, weight, bias, stride, padding):
    x = F.pad(x, (padding, padding, padding, padding))
    Co, _, kH, kW = weight.shape
    Ho, Wo = (x.shape[1] - kH) // stride + 1, (x.shape[2] - kW) // stride + 1
    y = x.new_zeros(Co, Ho, Wo)
    for o in range(Co):
        for i in range(Ho):
            for j in range(Wo):
                window = x[:, i * stride : i * stride + kH, j * stride : j * stride + kW]
                y[o, i, j] = (window * weight[o]).sum() + bias[o]
    return y


def cases(random):
    def case(C, Co, kH, kW, stride, padding):
        x, weight = floats(random, C, 4 - padding, 5 - padding), floats(random, Co, C, kH, kW)
        return Case([x, weight, 1 + floats(random, Co), stride, padding])

    return [case(1, 2, 2, 2, 1, 0), case(3, 2, 2, 3, 2, 0), case(2, 2, 2, 2, 1, 1), case(2, 2, 2, 2, 2, 1)]


WRONG = slips(
    reference,
    no_padding={"x = F.pad(x, (padding, padding, padding, padding))": "pass"},
    no_stride={"i * stride : i * stride": "i : i", "j * stride : j * stride": "j : j"},
    window_spread={
        "i * stride : i * stride + kH": "i : i + (kH - 1) * stride + 1 : stride",
        "j * stride : j * stride + kW": "j : j + (kW - 1) * stride + 1 : stride",
    },
    bias_each_channel={"+ bias[o]": "+ len(x) * bias[o]"},
    bias_each_row={"+ bias[o]": "+ Ho * bias[o]"},
    bias_each_place={"+ bias[o]": "+ Ho * Wo * bias[o]"},
    bias_each_product={").sum() + bias[o]": " + bias[o]).sum()"},
    bias_written={"(window * weight[o]).sum() + bias[o]": "bias[o].add_((window * weight[o]).sum())"},
    no_bias={" + bias[o]": ""},
    first_channel={"(window * weight[o])": "(window * weight[o])[0]"},
    last_channel={"(window * weight[o])": "(window * weight[o])[-1]"},
    one_kernel={"* weight[o]": "* weight[0]"},
    kernel_flipped={"* weight[o]": "* weight[o].flip(1, 2)"},
    place_missing={"kH) // stride + 1": "kH) // stride", "kW) // stride + 1": "kW) // stride"},
    last_place={"range(Ho)": "range(Ho - 1)", "range(Wo)": "range(Wo - 1)"},
)
HINTS = [
    "pad x; Ho and Wo from the padded x; y = torch.zeros(Co, Ho, Wo); then loops over o, i and j",
    "the window of place (i, j) begins at row i * stride, column j * stride, and takes all channels",
]
register(
    Function(
        __name__,
        title="The loops of a convolution",
        chapter=2,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        forbids=["convolution", "im2col"],
        compared="images of one to three channels with four settings of kernel, stride and padding",
    )
)
