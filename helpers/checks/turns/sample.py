"""Turn of chapter 1: sampling with a temperature."""

import math

import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import Draws
from helpers.checks.slips import slips


def reference(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be 0 or a positive number, got {temperature}")
    if temperature == 0:
        return logits.argmax(dim=-1)
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1)[:, 0]


def cases(random):
    row = random.permutation([2.0, 1.0, 0.0, -1.0, -1.5]).astype("float32")
    bad = [Case([row], {"temperature": value}, refuses=True) for value in (-1.0, math.nan, math.inf)]
    return [Case([row], {"temperature": value}) for value in (0.5, 2.0, 1.0, 0)] + bad


WRONG = slips(
    reference,
    no_temperature={"logits / temperature": "logits"},
    turned_round={"logits / temperature": "logits * temperature"},
    always_likeliest={"temperature == 0": "True"},
    one_for_all={
        "(logits / temperature)": "(logits[:1] / temperature)",
        "[:, 0]": ".expand(len(logits), 1)[:, 0]",
    },
    token_column={"[:, 0]": ""},
)
REFUSED = Words(
    "a bad temperature is not refused",
    "a ValueError that says so, for a negative number, infinity, and nan",
    "nan < 0 is False: ask for what is good, not 0 <= temperature < math.inf",
)
HINTS = [
    "three cases: a bad temperature, temperature 0, all others",
    "(logits / temperature).softmax(dim=-1) gives probabilities, torch.multinomial(probabilities, 1) draws",
]
register(
    Draws(
        __name__,
        title="Sampling with a temperature",
        chapter=1,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        words={"refused": REFUSED},
        compared="each token comes as often as it should, at 0 the likeliest, bad temperatures are refused",
    )
)
