"""Turn of chapter 3: a residual step, the norm before or after."""

import torch
from torch.nn import functional as F

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import floats
from helpers.checks.loops import Loop
from helpers.checks.slips import slips


def reference(x, norm, f, norm_first):
    return x + f(norm(x)) if norm_first else norm(x + f(x))


def world(record, x, norm_first):
    return x, lambda x: F.layer_norm(x, x.shape[-1:]), lambda x: torch.tanh(2 * x.roll(1, -1)), norm_first


def cases(random):
    return [Case([floats(random, 2, 3, 5, scale=2)], {"norm_first": first}) for first in (False, True)]


WRONG = slips(
    reference,
    no_residual={"x + f(norm(x))": "f(norm(x))", "x + f(x)": "f(x)"},
    path_lost={"x + f(norm(x))": "f(norm(x))"},
    path_normed={"x + f(norm(x))": "norm(x) + f(norm(x))"},
    norm_on_the_path={"x + f(norm(x))": "norm(x) + f(x)"},
    norm_behind={"x + f(norm(x))": "x + norm(f(x))"},
    normed_twice={"x + f(norm(x))": "norm(x + f(norm(x)))"},
    always_after={" if norm_first": " if False"},
    always_before={" if norm_first": " if True"},
    orders_changed={"if norm_first": "if not norm_first"},
    norm_of_part={"norm(x + f(x))": "x + norm(f(x))"},
)
HINTS = [
    "two cases, one line each; in both something is added to x",
    "after: norm(...) around the whole sum; before: norm(x) inside f(...), and x itself is added",
]
register(
    Loop(
        __name__,
        title="A residual step",
        chapter=3,
        cases=cases,
        reference=reference,
        facts={},
        wrong=WRONG,
        hints=HINTS,
        world=world,
        compared="both orders, with a layer norm and a function that mixes features",
    )
)
