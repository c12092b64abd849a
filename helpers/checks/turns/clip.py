"""Turn of chapter 1: gradients scaled down together, so that their common norm is at most max_norm."""

import numpy as np
import torch

from helpers.checks.comparison import Case, Wrong
from helpers.checks.exercise import register
from helpers.checks.functions import Function


def reference(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g * min(1.0, max_norm / norm.item()) for g in gradients]


def cases(random: np.random.Generator) -> list[Case]:
    def gradients(scale):
        return [(scale * random.standard_normal(shape)).astype(np.float32) for shape in [(4, 3), (4,)]]

    return [Case([gradients(3.0), 1.5]), Case([gradients(0.01), 1.5])]


register(
    Function(
        __name__,
        title="Clip gradients by their common norm",
        cases=cases,
        reference=reference,
        compared="large and small gradients of two shapes, scaled by one number",
        wrong=[
            Wrong(
                "each_alone",
                "this is what comes out when each gradient is clipped by its own norm",
                lambda gradients, max_norm: [g * min(1.0, max_norm / g.norm().item()) for g in gradients],
                "one norm of all values together, so that the direction of the step stays",
            ),
            Wrong(
                "by_value",
                "this is what comes out when each value is cut off",
                lambda gradients, max_norm: [g.clamp(-max_norm, max_norm) for g in gradients],
                "all values times the same number",
            ),
            Wrong(
                "always",
                "small gradients are made larger",
                lambda gradients, max_norm: [
                    g * max_norm / torch.cat([h.flatten() for h in gradients]).norm() for g in gradients
                ],
                "gradients whose norm is below max_norm stay as they are",
                "the factor must not be above 1",
            ),
        ],
    )
)
