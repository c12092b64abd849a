"""Turn of chapter 1: one tanh layer as a class, its parameters called as torch calls them."""

import torch
from torch import nn

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import floats
from helpers.checks.layers import Layer
from helpers.checks.slips import slips


class Twin(nn.RNN):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, batch_first=True)


class ByHand(Twin):
    def forward(self, x):
        h, states = x.new_zeros(len(x), self.hidden_size), []
        for x_t in x.unbind(1):
            a = x_t @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0
            h = torch.tanh(a)
            states.append(h)
        return torch.stack(states, dim=1), h[None]


def cases(random):
    D, H = int(random.integers(2, 5)), int(random.integers(5, 8))
    build = {"input_size": D, "hidden_size": H}
    return [Case([floats(random, B, T, D)], build=build) for B, T in [(3, 4), (2, 6)]]


WRONG = slips(
    ByHand,
    forgets={"+ h @": "+ (0 * h) @"},
    transposed={"hh_l0.T": "hh_l0"},
    not_squashed={"torch.tanh(a)": "a"},
    one_bias={" + self.bias_hh_l0": ""},
    time_first={"dim=1": "dim=0"},
    no_layer_axis={"h[None]": "h"},
    last_only={"torch.stack(states, dim=1)": "h[:, None]"},
)
HINTS = [
    "x[:, t] is the input of step t for the whole batch, (B, D); times weight_ih_l0.T it is (B, H)",
    "a list outside the loop, outputs.append(h) inside, torch.stack(outputs, dim=1) behind it",
]
register(
    Layer(
        __name__,
        title="The layer's loop",
        chapter=1,
        cases=cases,
        reference=Twin,
        sight=(1, 1),
        forbids=["recurrent layers"],
        wrong=WRONG,
        hints=HINTS,
        compared="as nn.RNN with the same weights: all states, the last one, every gradient, who sees whom",
    )
)
