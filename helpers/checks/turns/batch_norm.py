"""Turn of chapter 2: batch norm, the step in training, its running statistics, and their use."""

import torch
from torch import nn

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import floats
from helpers.checks.layers import Layer
from helpers.checks.slips import slips


class ByHand(nn.BatchNorm2d):
    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            n, share = x.numel() // x.shape[1], self.momentum
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
            with torch.no_grad():
                self.running_mean += share * (mean - self.running_mean)
                self.running_var += share * (var * n / (n - 1) - self.running_var)
        x_hat = (x - mean[:, None, None]) / torch.sqrt(var[:, None, None] + self.eps)
        return self.weight[:, None, None] * x_hat + self.bias[:, None, None]


def cases(random):
    def case(*shape, **build):
        return Case([1 + 2 * floats(random, *shape)], build={"num_features": shape[1]} | build)

    return [case(4, 3, 2, 3), case(3, 2, 2, 1, eps=0.5, momentum=0.3), case(2, 4, 3, 2, momentum=0.2)]


WRONG = slips(
    ByHand,
    biased_running={"var * n / (n - 1)": "var"},
    unbiased_both={"correction=0": "correction=1", "var * n / (n - 1)": "var"},
    unbiased_twice={"correction=0": "correction=1"},
    unbiased_exchanged={"correction=0": "correction=1", "var * n / (n - 1)": "var * (n - 1) / n"},
    images_counted={"x.numel() // x.shape[1]": "len(x)"},
    pixels_counted={"x.numel() // x.shape[1]": "x[0, 0].numel()"},
    channels_counted={" // x.shape[1]": ""},
    momentum_turned={"self.momentum\n": "1 - self.momentum\n"},
    batch_alone={"self.momentum\n": "1\n"},
    never_moved={"self.momentum\n": "0\n"},
    mean_alone={"+= share * (var * n": "+= 0 * (var * n"},
    one_for_all_channels={
        " // x.shape[1]": "",
        "x.mean(dim=(0, 2, 3))": "0 * mean + x.mean()",
        "x.var(dim=(0, 2, 3), ": "0 * var + x.var(",
    },
    along_last_axis={
        "mean[:, None, None]": "mean",
        "var[:, None, None]": "var",
        "weight[:, None, None]": "weight",
        "bias[:, None, None]": "bias",
    },
    running_in_training={"x_hat =": "mean, var = self.running_mean, self.running_var; x_hat ="},
    no_gamma={"self.weight[:, None, None] * ": ""},
    no_beta={" + self.bias[:, None, None]": ""},
    no_gamma_beta={"self.weight[:, None, None] * x_hat + self.bias[:, None, None]": "x_hat"},
    no_eps={" + self.eps": ""},
    no_root={"torch.sqrt(var[:, None, None] + self.eps)": "(var[:, None, None] + self.eps)"},
    eps_outside={"torch.sqrt(var[:, None, None] + self.eps)": "(torch.sqrt(var[:, None, None]) + self.eps)"},
)
HINTS = [
    "one mean and one variance per channel: x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)",
    "running += momentum * (batch - running), under torch.no_grad(); n is x.numel() // x.shape[1]",
]
register(
    Layer(
        __name__,
        title="Batch norm and its running statistics",
        chapter=2,
        cases=cases,
        reference=nn.BatchNorm2d,
        forbids=["normalization"],
        wrong=WRONG,
        hints=HINTS,
        compared="nn.BatchNorm2d: training, gradients, running averages after two batches, and use",
    )
)
