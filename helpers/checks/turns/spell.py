"""Turn of chapter 1: greedy decoding, each predicted letter read in again."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.loops import Loop
from helpers.checks.running import fill
from helpers.checks.slips import slips


class Letters(nn.Module):
    def __init__(self, seed, V):
        super().__init__()
        self.rnn, self.head = nn.RNN(V, 8, batch_first=True), nn.Linear(8, V)
        fill(self, seed)

    def forward(self, x, hx=None):
        output, h_n = self.rnn(x, hx)
        return self.head(output), h_n


def reference(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    return word


def cases(random):
    return [
        Case([int(random.integers(10_000)), "helo" + more, "h", n]) for more in ("", "ab") for n in (4, 9, 12)
    ]


WRONG = slips(
    reference,
    no_state={"(x, hx)": "(x)"},
    first_again={"word[-1]": "word[0]"},
    read_twice={"[[chars.index(word[-1])]]": "[[chars.index(c) for c in word]]"},
    letter_missing={"range(steps)": "range(steps - 1)"},
    without_first={"return word": "return word[1:]"},
    unlikely={"argmax": "argmin"},
)
HINTS = [
    "model(x, hx) gives logits (1, 1, V) and the new state; logits[0, -1].argmax() is the letter's number",
    "x = F.one_hot(torch.tensor([[number]]), len(chars)).float() is one letter as a batch of one step",
]
register(
    Loop(
        __name__,
        title="Greedy decoding",
        chapter=1,
        cases=cases,
        reference=reference,
        facts={},
        wrong=WRONG,
        hints=HINTS,
        world=lambda record, seed, chars, *rest: (record.model(Letters(seed, len(chars))), chars, *rest),
        compared="your words, of up to 13 letters, from six networks",
    )
)
