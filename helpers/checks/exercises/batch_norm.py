"""Exercise 2 of 05_by_hand: batch norm over (B, C) and (B, C, T)."""

from collections.abc import Collection

import numpy as np
import torch
from torch import nn

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.layers import Layer
from helpers.checks.report import Item

TITLE = "Exercise 2, batch norm"


def with_faults(faults: Collection[str]) -> type[nn.Module]:
    """The layer, with these faults in it."""

    class BatchNorm1d(nn.Module):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__()
            self.eps = 0 if "eps_missing" in faults else 1e-5 if "eps_fixed" in faults else eps
            self.momentum = 0.1 if "momentum_fixed" in faults else momentum
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))

        def forward(self, x):
            if "flat_rows" in faults and x.ndim == 3:
                return self.normalised(x.reshape(-1, x.shape[1])).reshape(x.shape)
            return self.normalised(x)

        def normalised(self, x):
            dims = [0] if x.ndim == 2 or "wrong_axes" in faults else [0, 2]
            dims = [2] if x.ndim == 3 and "over_time" in faults else dims
            dims = [1] if "over_features" in faults else dims
            dims = [1, 2] if x.ndim == 3 and "over_features" in faults else dims
            shape = [1, -1] + [1] * (x.ndim - 2)
            training = torch.is_grad_enabled() if "mode_from_gradients" in faults else self.training
            mean = x.mean(dims, keepdim=True)
            var = x.var(dims, unbiased="unbiased_normalising" in faults, keepdim=True)
            kept = x.var(dims, unbiased="biased_running_variance" not in faults, keepdim=True)
            if "factor_without_time" in faults:
                kept = x.var(dims, unbiased=False, keepdim=True) * len(x) / (len(x) - 1)
            if "variance_per_step" in faults and x.ndim == 3:
                var = x.var(0, unbiased=False, keepdim=True).mean(2, keepdim=True)
                kept = x.var(0, keepdim=True).mean(2, keepdim=True)
            if (
                training or "estimates_updated_in_eval" in faults
            ) and "estimates_never_updated" not in faults:
                self._move(mean, kept)
            use_batch = training != ("swapped_modes" in faults)
            use_batch = "batch_statistics_in_eval" in faults or (
                "running_statistics_in_training" not in faults and use_batch
            )
            if not use_batch:
                was = self.running_mean.clone(), self.running_var.clone()
                if "moved_after_eval" in faults:
                    self._move(mean, x.var(dims, keepdim=True))
                mean, var = (kept.view(shape) for kept in was)
            if "eps_outside_root" in faults:
                y = (x - mean) / (var.sqrt() + self.eps)
            elif "no_root" in faults:
                y = (x - mean) / (var + self.eps)
            else:
                y = (x - mean) / (var + self.eps).sqrt()
            if not {"no_weight", "no_affine"} & set(faults):
                y = y * self.weight.view(shape)
            return y if {"no_bias", "no_affine"} & set(faults) else y + self.bias.view(shape)

        @torch.no_grad()
        def _move(self, mean, var):
            share = 1 - self.momentum if "momentum_backwards" in faults else self.momentum
            for kept, new in ((self.running_mean, mean), (self.running_var, var)):
                # With wrong axes there are other numbers of values: the mean over what is left fits again.
                left = [dim for dim in range(new.ndim) if dim != 1]
                new = new.flatten() if new.numel() == kept.numel() else new.mean(left).expand_as(kept)
                kept.copy_((1 - share) * kept + share * new)

    return BatchNorm1d


def cases(random: np.random.Generator) -> list[Case]:
    C = int(random.integers(3, 6))

    def some(*shape, dtype=np.float32):
        values = random.uniform(0.5, 3, shape[1:2] + (1,) * (len(shape) - 2)) * random.standard_normal(shape)
        return (values + random.uniform(-2, 2, shape[1:2] + (1,) * (len(shape) - 2))).astype(dtype)

    B, T = int(random.integers(5, 9)), int(random.integers(3, 6))
    small = some(B, C, T)
    small[:, 0] *= 0.002  # as small as the root of the usual eps, so that it is seen
    return [
        Case([some(B, C)], build={"num_features": C}),
        Case([some(B, C)], build={"num_features": C, "momentum": 0.3, "eps": 0.05}),
        Case([small], build={"num_features": C}, item="three"),
        Case([some(C, C, C)], build={"num_features": C, "momentum": 0.4, "eps": 0.02}, item="three"),
        Case([some(6, C, 1)], build={"num_features": C}, item="three"),
    ]


register(
    Layer(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item(
                "names", "parameters and buffers under torch's names, weight and bias as they begin there", 1
            ),
            Item("output", "training mode: normalises each feature over the batch", 2.5),
            Item("three", "the same for (B, C, T)", 1.5),
            Item("buffers", "running mean and variance are buffers, and move as torch's do", 2),
            Item("eval", "eval mode: uses the running ones and leaves them alone", 2),
            Item("gradients", "gradients of x, weight and bias", 1),
        ],
        cases=cases,
        reference=nn.BatchNorm1d,
        together=with_faults,
        forbids=["normalization"],
        belongs={"changed": "output"},
        words={
            "names": Words(
                "the parameters or buffers have other names or shapes",
                "weight and bias as nn.Parameter, running_mean and running_var by register_buffer, (C,) each",
            )
        },
        wrong=[
            Wrong(
                "batch_statistics_in_eval",
                "the batch's own statistics are used in eval mode",
                expected="running_mean and running_var, so that a row's result hangs on no other row",
                hint="self.training is not asked",
                costs=("eval",),
            ),
            Wrong(
                "running_statistics_in_training",
                "the running statistics are used in training mode",
                expected="mean and variance of this batch",
                costs=("output",),
            ),
            Wrong(
                "swapped_modes",
                "training and eval mode are swapped",
                expected="the batch's statistics in training, the running ones in eval",
                costs=("output", "eval"),
            ),
            Wrong(
                "biased_running_variance",
                "running_var takes the biased variance",
                expected="the variance that divides by n - 1, as torch's running_var does",
                hint="the variance that normalises divides by n, the one that is kept by n - 1",
                costs=("buffers",),
            ),
            Wrong(
                "factor_without_time",
                "running_var takes the variance times B / (B - 1) where there are B * T values",
                expected="n / (n - 1), n the number of values that a feature has: B, or B * T",
                costs=("buffers",),
            ),
            Wrong(
                "mode_from_gradients",
                "the mode is taken from torch.is_grad_enabled()",
                expected="self.training: eval mode and no_grad are two things",
                costs=("buffers",),
            ),
            Wrong(
                "unbiased_normalising",
                "the batch is normalised by the unbiased variance",
                expected="the variance that divides by n",
                hint="x.var(...) divides by n - 1 unless it is told unbiased=False",
                costs=("output",),
            ),
            Wrong(
                "momentum_backwards",
                "momentum is used the wrong way round",
                expected="(1 - momentum) * running + momentum * batch",
                hint="in torch momentum is the share of the new value",
                costs=("buffers",),
            ),
            Wrong(
                "momentum_fixed",
                "momentum does nothing",
                expected="the share that the constructor was given",
                costs=("buffers",),
            ),
            Wrong(
                "eps_missing",
                "eps is left out",
                expected="sqrt(var + eps)",
                costs=("output",),
            ),
            Wrong(
                "eps_fixed",
                "eps does nothing",
                expected="the eps that the constructor was given",
                costs=("output",),
            ),
            Wrong(
                "estimates_never_updated",
                "the running statistics never move",
                expected="they move in every call in training mode",
                costs=("buffers",),
            ),
            Wrong(
                "estimates_updated_in_eval",
                "the running statistics move in eval mode too",
                expected="in eval mode they are used and stay",
                costs=("eval",),
            ),
            Wrong(
                "moved_after_eval",
                "the running statistics move in eval mode too",
                expected="in eval mode they are used and stay",
                hint="the update stands outside of: if self.training",
                costs=("eval",),
            ),
            Wrong(
                "wrong_axes",
                "with three dimensions each feature has a mean for each step",
                expected="one mean for each feature, over batch and time: x.mean((0, 2))",
                costs=("three",),
            ),
            Wrong(
                "over_time",
                "with three dimensions the mean goes over time alone",
                expected="one mean for each feature, over batch and time: x.mean((0, 2))",
                hint="a mean for each example is instance norm",
                costs=("three",),
            ),
            Wrong(
                "variance_per_step",
                "with three dimensions the variance is taken for each step, and averaged",
                expected="one variance for each feature, about one mean over batch and time",
                hint="what the steps differ among themselves belongs to it",
                costs=("three",),
            ),
            Wrong(
                "flat_rows",
                "with three dimensions reshape mixes the features up",
                expected="features last before the reshape: x.transpose(1, 2).reshape(-1, C)",
                hint="reshape(-1, C) keeps the order in which (B, C, T) lies in memory",
                costs=("three",),
            ),
            Wrong(
                "over_features",
                "the mean goes over the features of each example",
                expected="a mean for each feature, over the batch",
                hint="over the features it is layer norm",
                costs=("output", "three"),
            ),
            Wrong(
                "eps_outside_root",
                "eps stands outside the root",
                expected="sqrt(var + eps)",
                costs=("output",),
            ),
            Wrong(
                "no_root",
                "what is divided by is the variance",
                expected="its root: sqrt(var + eps)",
                costs=("output",),
            ),
            Wrong(
                "no_affine",
                "weight and bias are not used",
                expected="y * weight + bias",
                costs=("output",),
            ),
            Wrong("no_weight", "weight is not used", expected="y * weight + bias", costs=("output",)),
            Wrong("no_bias", "bias is not used", expected="y * weight + bias", costs=("output",)),
        ],
    )
)
