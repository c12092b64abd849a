"""Turn of chapter 2: a kernel that answers to strokes which fall to the right, and hardly to others."""

import numpy as np
import torch
from torch.nn import functional as F

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import Effect


def reference():
    return torch.tensor([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]])


def does(kernel, pictures):
    answers = F.conv2d(pictures[:, None], kernel[None, None]).flatten(1)
    sizes, tiny = answers.abs().amax(1), 1e-4 * kernel.abs().sum()
    positive = answers[0].max() >= sizes[0] - tiny and sizes[0] > tiny
    falls = "a positive number" if positive else f"{answers[0].min():.3g}"
    shown = {"falls": falls, "even": "0" if sizes[1] <= tiny else f"{answers[1].mean():.3g}"}
    for name, size in zip(("lies", "stands", "rises"), sizes[2:], strict=True):
        weak = 2 * size <= sizes[0] + tiny
        shown[name] = "half as much at most" if weak else f"{size:.3g} there, {sizes[0]:.3g} where it falls"
    return shown


def cases(random):
    row, column = np.indices(random.integers(9, 14, 2)) - 4
    return [Case([1.0 * np.stack([row == column, row == row, row == 0, column == 0, row == -column])])]


ZERO = "add up each row and each column: a stroke that lies or stands is answered by that sum"
RISES = "row 0 is above: a stroke that falls to the right runs from [0, 0] to [2, 2]"
WORDS = {
    "falls": Words("no positive answer where a stroke falls to the right", hint=RISES),
    "even": Words("an even surface is answered too", hint="nine numbers that add up to 0 do not answer it"),
    "lies": Words("strokes that lie are answered too", hint=ZERO),
    "stands": Words("strokes that stand are answered too", hint=ZERO),
    "rises": Words("strokes that rise are answered too", hint=RISES),
}
register(
    Effect(
        __name__,
        title="A kernel that finds diagonals",
        chapter=2,
        cases=cases,
        reference=reference,
        shape=(3, 3),
        does=does,
        words=WORDS,
        hints=["positive numbers where the stroke runs, negative ones beside it", ZERO],
        compared="its answers to an even surface and to strokes of four directions",
    )
)
