"""Exercise 4: a training loop that clips the norm of the gradient."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.exercise import Exercise, register
from helpers.checks.reply import Form
from helpers.checks.report import Item, Verdict
from helpers.checks.training import judge, probe, replies

ITEMS = (
    Item("runs", "goes through all batches of all epochs with the loss and the mode it was given", 1),
    Item("order", "each step uses the gradient of its own batch, once", 3),
    Item("clipping", "the gradient's norm is clipped to max_norm between backward and step", 4),
    Item("norms", "returns the norm before clipping, one number a step", 2),
)


def task(seed: int) -> dict[str, Any]:
    """Two trainings: one with a bound of its own, one with the default."""
    random = np.random.default_rng([seed, 4])
    inputs, hidden, outputs = [(3, 4, 2), (4, 3, 2), (2, 5, 3)][random.integers(3)]
    # Some gradients must lie below both bounds and some above both; so does the first, should it be alone.
    sizes = [12.0, *random.permutation([0.1, 1.0, 4.0])]
    batches = []
    for size in sizes:
        rows = int(random.integers(5, 9))
        x = random.standard_normal((rows, inputs)).astype(np.float32)
        y = (size * (1 + random.random((rows, outputs)))).astype(np.float32)
        batches.append([x, y])
    bound = float(random.choice([1.2, 1.5, 1.8]))
    run = {"sizes": [inputs, hidden, outputs], "batches": batches, "epochs": int(random.integers(2, 4))}
    return {"seed": seed, "runs": {"given": {**run, "max_norm": bound}, "default": {**run, "max_norm": None}}}


class _Clipping(Exercise):
    """This module as an exercise."""

    def task(self, seed: int) -> dict[str, Any]:
        return task(seed)

    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        return probe.probe(answer, task)

    def reply(self, task: Mapping[str, Any]) -> Form:
        return replies.reply(task)

    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        return judge.judge(ITEMS, task, values)


TITLE = "Exercise 4, a training loop with gradient clipping"
register(_Clipping(__name__, TITLE, ITEMS, assignment="04_exercises"))
