"""Turn of chapter 1: loss and accuracy of a model on held-out data."""

import numpy as np
import torch
from torch import nn

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.loops import Fact, Loop, every
from helpers.checks.report import Item
from helpers.checks.running import fill


def reference(model, loader, criterion):
    training = model.training
    model.eval()
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss += criterion(logits, y).item() * len(y)
            right += (logits.argmax(-1) == y).sum().item()
            count += len(y)
    model.train(training)
    return loss / count, right / count


def mean_of_batches(model, loader, criterion):
    parts = [reference(model, [batch], criterion) for batch in loader]
    return tuple(sum(values) / len(parts) for values in zip(*parts, strict=True))


def world(record, batches, seed):
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 4)).to(batches[0][0].dtype)
    fill(model, seed)
    return record.model(model), record.loader(batches), record.loss(nn.CrossEntropyLoss())


def cases(random: np.random.Generator) -> list[Case]:
    sizes = [6, 6, int(random.integers(1, 4))]  # the last batch is smaller
    batches = [[random.standard_normal((n, 3)).astype(np.float32), random.integers(0, 4, n)] for n in sizes]
    return [Case([batches, int(random.integers(1000))], item="values")]


register(
    Loop(
        __name__,
        title="Evaluate a model",
        cases=cases,
        world=world,
        compared="same loss and accuracy, every sample once, in eval mode and without gradients",
        reference=reference,
        items=[Item("values", "loss and accuracy", 3), Item("mode", "eval mode, no gradients", 2)],
        facts={
            "mode": Fact(
                every("forward", "training"),
                Words("the model is asked in training mode", "model.eval() before the loop"),
            ),
            "gradients": Fact(
                every("forward", "gradients"),
                Words("gradients are recorded for nothing", "with torch.no_grad() around the loop"),
            ),
            "end": Fact(
                every("end", "training"),
                Words("the model is left in another mode", "training mode, if it was so before"),
            ),
        },
        wrong=[
            Wrong(
                "mean_of_batches",
                "this is the mean of the batches' means",
                mean_of_batches,
                "every sample counts the same; the last batch is smaller than the others",
            )
        ],
    )
)
