"""Turn of chapter 2: the gradient of a convolution with respect to its weight."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import Function, floats
from helpers.checks.slips import slips


def reference(x, grad, kH, kW):
    Ho, Wo = grad.shape[2:]
    dW = x.new_zeros(grad.shape[1], x.shape[1], kH, kW)
    for m in range(kH):
        for n in range(kW):
            met = x[:, :, m : m + Ho, n : n + Wo]
            dW[:, :, m, n] = torch.einsum("bohw,bchw->oc", grad, met)
    return dW


def cases(random):
    def case(B, C, Co, kH, kW, Ho, Wo):
        x, grad = floats(random, B, C, Ho + kH - 1, Wo + kW - 1), floats(random, B, Co, Ho, Wo)
        return Case([x, grad, kH, kW])

    return [case(1, 1, 1, 2, 2, 2, 3), case(3, 2, 4, 3, 2, 3, 4), case(2, 3, 3, 3, 3, 4, 2)]


WRONG = slips(
    reference,
    kernel_flipped={"m : m + Ho, n : n + Wo": "kH - 1 - m : kH - 1 - m + Ho, kW - 1 - n : kW - 1 - n + Wo"},
    first_image={'"bohw,bchw->oc", grad, met': '"ohw,chw->oc", grad[0], met[0]'},
    last_image={'"bohw,bchw->oc", grad, met': '"ohw,chw->oc", grad[-1], met[-1]'},
    last_window={"grad, met)": "grad[:, :, -1:, -1:], met[:, :, -1:, -1:])"},
    pixels_alone={"grad, met)": "torch.ones_like(grad), met)"},
    axes_mixed={"return dW": "return dW.flatten(1).T.reshape(dW.shape)"},
    mean_of_images={"met)": "met) / len(x)"},
    mean_of_places={"met)": "met) / (Ho * Wo)"},
    mean_of_both={"met)": "met) / (len(x) * Ho * Wo)"},
    channels_exchanged={"->oc": "->co", "(grad.shape[1], x.shape[1]": "(x.shape[1], grad.shape[1]"},
    channels_added={
        "bohw,bchw->oc": "bohw,bchw->o",
        "[:, :, m, n] =": "[:, :, m, n] = 0 * dW[:, :, m, n] +",
        "grad, met)": "grad, met)[:, None]",
    },
    same_window={"m : m + Ho, n : n + Wo": ":Ho, :Wo"},
)
HINTS = [
    "for each (m, n) of the kernel one slice of x, as large as grad: x[:, :, m : m + Ho, n : n + Wo]",
    'slice times grad, added over images, rows and columns: torch.einsum("bohw,bchw->oc", grad, slice)',
]
register(
    Function(
        __name__,
        title="The gradient of the weight",
        chapter=2,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        forbids=["autograd", "convolution"],
        compared="three sizes of batch, image and kernel, against sums in double precision",
    )
)
