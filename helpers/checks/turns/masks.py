"""Turn of chapter 3: the padding mask, the causal mask, both."""

import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.slips import slips


def reference(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


def cases(random):
    def case(pad_idx, T, *lengths):
        tokens = random.integers(1, 8, (len(lengths), T))
        for row, length in zip(tokens, lengths, strict=True):
            row[length:] = pad_idx
        return Case([tokens, pad_idx])

    return [case(0, 4, 4, 2), case(0, 4, 4, 1, 3, 2), case(9, 5, 2, 5, 3), case(0, 1, 1)]


WRONG = slips(
    reference,
    opposite_masks={"!=": "==", ".tril()": ".triu(1)", "&": "|"},
    padding_opposite={"!=": "=="},
    future_seen={".tril()": ".triu()"},
    blind_to_itself={".tril()": ".tril(-1)"},
    either={"&": "|"},
    padding_asks={"[:, None, None, :]": "[:, None, :, None]"},
    no_axis_for_heads={"[:, None, None, :]": "[:, None, :]"},
    no_axes={"[:, None, None, :]": ""},
    zero_is_padding={"!= pad_idx": "!= 0"},
)
SHAPES = {"padding": "(B, 1, 1, T)", "causal": "(T, T)", "both": "(B, 1, T, T)"}
HINTS = [
    "tokens != pad_idx is (B, T); indexing with None makes an axis: [:, None, None, :]",
    "torch.ones(T, T, dtype=torch.bool).tril() keeps what lies on and below the diagonal",
]
register(
    Function(
        __name__,
        title="The masks",
        chapter=3,
        cases=cases,
        reference=reference,
        parts=tuple(SHAPES),
        wrong=WRONG,
        words={
            part: Words(
                f"the third, {part}, is another one" if part == "both" else f"{part} is another one",
                f"boolean, {shape}, True = may look",
            )
            for part, shape in SHAPES.items()
        },
        hints=HINTS,
        compared="four batches, two tokens that stand for padding: which query may look at which key",
    )
)
