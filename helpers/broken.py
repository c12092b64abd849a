"""Three broken models of chapter 3. Who reads on reads the answers to three of its turns.

Each claims something and does something else, and none of them raises an error. They have no weights to be
learnt: what is wrong is a mask.
"""

import math

import torch
from torch import Tensor


def model_a(x: Tensor) -> Tensor:
    """Self-attention of x (B, T, D) -> (B, T, D). Claims to be causal."""
    T = x.shape[1]
    # The fault: the triangle is one diagonal too wide.
    return _attend(x, x, torch.ones(T, T, dtype=torch.bool, device=x.device).tril(1))


def model_b(memory: Tensor, lengths: Tensor) -> Tensor:
    """Two heads ask each text one question: memory (B, T, D), lengths (B,) -> (B, 2, D / 2).

    Claims that nobody looks at padding. Keeps texts and heads on one axis, a text's two heads together.
    """
    B, T, D = memory.shape
    if len(lengths) != B or D % 2:
        raise ValueError(
            f"{B} texts need {B} lengths and a width that two heads share, got {len(lengths)} and {D}"
        )
    heads = memory.unflatten(-1, (2, D // 2)).transpose(1, 2).flatten(0, 1)  # (2 * B, T, D / 2)
    is_real = torch.arange(T, device=memory.device) < lengths[:, None]
    # The fault: the mask is repeated as a whole; repeat_interleave would keep a text's two rows together.
    seen = _attend(_questions(1, heads), heads, is_real.repeat(2, 1)[:, None])
    return seen[:, 0].unflatten(0, (B, 2))


def model_c(memory: Tensor, mask: Tensor) -> Tensor:
    """A question for each row of mask (Tq, Tk), True = may look: memory (B, Tk, D) -> (B, Tq, D).

    Claims that each question sees what its row allows.
    """
    # The fault: a large number in the place of infinity.
    return _attend(_questions(len(mask), memory), memory, mask, hidden=-1e9)


def _attend(q: Tensor, memory: Tensor, mask: Tensor, hidden: float = -math.inf) -> Tensor:
    scores = q @ memory.transpose(-2, -1) / math.sqrt(memory.shape[-1])
    return torch.softmax(scores.masked_fill(~mask, hidden), dim=-1) @ memory


def _questions(count: int, memory: Tensor) -> Tensor:
    """The same ones for every text, so that a question sees nothing but the keys and values."""
    width = memory.shape[-1]
    return torch.linspace(-1, 1, count * width).view(count, width).to(memory)
