"""Turn of chapter 1: the last state of words of different length, in a padded batch."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for a_t, letter_t in zip(from_input.unbind(1), is_letter.unbind(1), strict=True):
        h = torch.where(letter_t[:, None], torch.tanh(a_t + h @ W_hh.T), h)
    return h


def cases(random):
    def case(H, *lengths):
        is_letter = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
        return Case([floats(random, *is_letter.shape, H), is_letter.numpy(), floats(random, H, H) / H**0.5])

    return [case(3, 5, 3), case(4, 2, 6, 4, *random.integers(1, 7, 2)), case(2, 1, 1, 1)]


WRONG = slips(
    reference,
    reads_padding={"letter_t[:, None]": "letter_t[:, None] | True"},
    emptied={", h)\n": ", 0 * h)\n"},
    wrong_way_round={"letter_t[:, None]": "~letter_t[:, None]"},
    stops_early={"        h =": "        if not letter_t.all():\n            break\n        h ="},
    forgets={"h @ W": "(0 * h) @ W"},
    transposed={"W_hh.T": "W_hh"},
    not_squashed={"torch.tanh(": "("},
)
HINTS = [
    "the loop of Sitting 1 for a batch: h = torch.tanh(from_input[:, t] + h @ W_hh.T)",
    "is_letter[:, t] says which rows take the new state: with [:, None] behind it, it fits torch.where",
]
register(
    Function(
        __name__,
        title="The last state that is not padding",
        chapter=1,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        hints=HINTS,
        compared="each word's own last state and the gradients, in three padded batches",
    )
)
