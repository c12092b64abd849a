"""Turn of chapter 2: a kernel that moves every picture one pixel to the right."""

import torch
from torch.nn import functional as F

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import Effect, floats
from helpers.checks.slips import slips


def reference():
    kernel = torch.zeros(3, 3)
    kernel[1, 0] = 1.0
    return kernel


def does(kernel, picture):
    return {"picture": F.conv2d(picture[None, None], kernel.to(picture)[None, None], padding=1)[0, 0]}


def cases(random):
    picture = random.permutation(20).reshape(4, 5).astype("float32")
    return [Case([picture]), Case([floats(random, *random.integers(5, 9, 2))])]


WRONG = slips(
    reference,
    moves_left={"[1, 0]": "[1, 2]"},
    stays={"[1, 0]": "[1, 1]"},
    moves_down={"[1, 0]": "[0, 1]"},
    moves_up={"[1, 0]": "[2, 1]"},
    moves_aslant={"[1, 0]": "[0, 0]"},
    moves_down_left={"[1, 0]": "[0, 2]"},
    shown_twice={"kernel[1, 0] =": "kernel[1, 0] = kernel[1, 1] ="},
    whole_column={"[1, 0]": "[:, 0]"},
    edges_found={"kernel[1, 0] =": "kernel[1, 2], kernel[1, 0] = -1,"},
)
PICTURE = Words("the picture that comes out is another one", "every number one place further to the right")
HINTS = [
    "each output must be exactly one of the nine numbers under the window: which?",
    "a single 1 and eight zeros; the output in the middle of the window shall show its left neighbour",
]
register(
    Effect(
        __name__,
        title="A kernel that shifts",
        chapter=2,
        cases=cases,
        reference=reference,
        shape=(3, 3),
        does=does,
        wrong=WRONG,
        hints=HINTS,
        words={"picture": PICTURE},
        compared="two pictures made by chance, moved by your kernel and moved by hand",
    )
)
