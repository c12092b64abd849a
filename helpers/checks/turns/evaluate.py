"""Turn of chapter 1: loss and accuracy of a model on held-out data."""

import torch
from torch import nn

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import floats
from helpers.checks.loops import IN_EVAL_MODE, WITHOUT_GRADIENTS, Loop
from helpers.checks.running import fill
from helpers.checks.slips import slips


def reference(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss += criterion(logits, y).item() * len(y)
            right += (logits.argmax(1) == y).sum().item()
            count += len(y)
    return loss / count, right / count


def world(record, batches, seed):
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 4)).to(batches[0][0].dtype)
    fill(model, seed)
    return record.model(model), record.loader(batches), record.loss(nn.CrossEntropyLoss())


def cases(random):
    batches = [[floats(random, n, 3), random.integers(0, 4, n)] for n in (6, 6, int(random.integers(1, 4)))]
    return [Case([some, int(random.integers(1000))]) for some in (batches, batches[:1])]


WRONG = slips(
    reference,
    loss_of_batches={" * len(y)": " * 1", "loss / count": "loss / len(loader)"},
    accuracy_of_batches={".sum().item()": ".float().mean().item()", "right / count": "right / len(loader)"},
    means_of_batches={
        " * len(y)": " * 1",
        ".sum().item()": ".float().mean().item()",
        "return loss / count, right / count": "return loss / len(loader), right / len(loader)",
    },
    divided_by_batches={"loss / count": "loss / len(loader)"},
    sum_of_means={" * len(y)": " * 1"},
    last_batch={"loss +=": "loss =", "right +=": "right =", "count +=": "count ="},
    counted={"right / count": "right"},
    percent={"right / count": "100 * right / count"},
)
HINTS = [
    "three sums over the batches: loss times size, right answers, samples",
    "criterion gives the mean over a batch; logits.argmax(1) == y says which answers are right",
]
register(
    Loop(
        __name__,
        title="Evaluation on held-out data",
        chapter=1,
        cases=cases,
        reference=reference,
        world=world,
        wrong=WRONG,
        hints=HINTS,
        facts={"mode": IN_EVAL_MODE, "gradients": WITHOUT_GRADIENTS},
        compared="your loss and accuracy weigh every sample the same, in eval mode and without gradients",
    )
)
