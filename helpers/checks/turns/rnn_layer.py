"""Turn of chapter 1: one tanh layer as a class, its parameters called as torch calls them."""

import numpy as np
import torch
from torch import nn

from helpers.checks.comparison import Case, Wrong
from helpers.checks.exercise import register
from helpers.checks.layers import Layer


class Twin(nn.RNN):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, batch_first=True)


class WithoutState(Twin):
    def forward(self, x):
        by_step = [super(WithoutState, self).forward(step[:, None])[0] for step in x.unbind(1)]
        return torch.cat(by_step, dim=1), by_step[-1].transpose(0, 1)


class StepsAsBatch(Twin):
    def forward(self, x):
        outputs, h_n = super().forward(x.transpose(0, 1))
        return outputs.transpose(0, 1), outputs[-1:]


def cases(random: np.random.Generator) -> list[Case]:
    def x(*shape):
        return random.standard_normal(shape).astype(np.float32)

    D, H = int(random.integers(2, 5)), int(random.integers(5, 8))
    build = {"input_size": D, "hidden_size": H}
    return [Case([x(3, 4, D)], build=build), Case([x(1, 1, D)], build=build)]


register(
    Layer(
        __name__,
        title="An RNN layer",
        cases=cases,
        reference=Twin,
        sight=(1, 1),
        forbids=["recurrent layers"],
        wrong=[
            Wrong("without_state", "every step begins with a state of 0", WithoutState, hint="h goes on"),
            Wrong("steps_as_batch", "the loop goes over the sequences of the batch", StepsAsBatch),
        ],
        compared="same outputs, gradients and weights as nn.RNN, and it sees the past alone",
    )
)
