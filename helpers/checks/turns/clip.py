"""Turn of chapter 1: gradients scaled down together, so that their common norm is at most max_norm."""

import torch
from torch import nn

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import floats
from helpers.checks.loops import SAME_GRADIENTS, SAME_WEIGHTS, Loop
from helpers.checks.slips import slips


def reference(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.sqrt(sum((g**2).sum() for g in grads))
    scale = torch.clamp(max_norm / (total + 1e-6), max=1.0)
    for g in grads:
        g.mul_(scale)
    return total


def world(record, weights, grads, max_norm):
    parameters = [nn.Parameter(w) for w in weights]
    for p, g in zip(parameters, grads, strict=True):
        p.grad = g
    return parameters, max_norm


def cases(random):
    def case(scale, *shapes, without=()):
        grads = [floats(random, *shape, scale=scale) for shape in shapes] + [None for _ in without]
        return Case([[floats(random, *shape) for shape in [*shapes, *without]], grads, 1.5])

    return [case(3, (4, 3), (4,)), case(0.05, (4, 3), (4,)), case(2, (2, 2), (5,), (1,), without=[(3,)])]


WRONG = slips(
    reference,
    each_alone={"g.mul_(scale)": "g.mul_((max_norm / g.norm()).clamp(max=1.0))"},
    by_value={"g.mul_(scale)": "g.clamp_(-max_norm, max_norm)"},
    always={"torch.clamp(max_norm / (total + 1e-6), max=1.0)": "max_norm / total"},
    squared={"torch.sqrt(": "("},
    sum_of_norms={"torch.sqrt(sum((g**2).sum() for g in grads))": "sum(g.norm() for g in grads)"},
    norm_after={"return total": "return total * scale"},
    no_gradient={" if p.grad is not None": ""},
)
HINTS = [
    "the sum of (g**2).sum() over all gradients is the square of the common norm",
    "p.grad.mul_(factor) changes a gradient in place; the factor is max_norm / norm, at most 1",
]
register(
    Loop(
        __name__,
        title="Clipping by the norm of all gradients",
        chapter=1,
        cases=cases,
        reference=reference,
        world=world,
        facts={"clipped": SAME_GRADIENTS, "weights": SAME_WEIGHTS},
        wrong=WRONG,
        hints=HINTS,
        compared="long gradients are cut to max_norm together, short ones stay, None is passed over",
    )
)
