"""Exercise 3 of 05_by_hand: loss and accuracy of a model on held-out data."""

from collections.abc import Callable, Collection

import numpy as np
import torch
from torch import nn
from torch.nn.utils import skip_init

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.loops import IN_EVAL_MODE, WITHOUT_GRADIENTS, Fact, Loop, Record, at_the_end
from helpers.checks.report import Item
from helpers.checks.running import fill

TITLE = "Exercise 3, evaluation on held-out data"
CLASSES = 4


def with_faults(faults: Collection[str]) -> Callable[..., tuple[float, float]]:
    """The evaluation, with these faults in it."""

    def evaluate(model, loader, criterion):
        was = model.training
        model.eval()
        losses, right, sizes = [], [], []
        if "criterion_not_asked" in faults:
            criterion = nn.functional.cross_entropy
        with torch.no_grad():
            for x, y in loader:
                logits = model(x)
                scores = logits.softmax(-1) if "softmax_twice" in faults else logits
                losses.append(criterion(scores, y).item())
                chosen = logits.argmin(-1) if "argmin" in faults else logits.argmax(-1)
                if {"argmax_wrong_axis", "argmax_over_batch_in_pairs"} & set(faults):
                    chosen = logits.argmax(0)
                many = min(len(chosen), len(y)) if "argmax_over_batch_in_pairs" in faults else len(chosen)
                right.append((chosen[:many] == y[:many]).sum().item())
                sizes.append(len(y))
        model.train(was)
        if "first_batch_only" in faults:
            losses, right, sizes = losses[:1], right[:1], sizes[:1]
        if "last_batch_only" in faults:
            losses, right, sizes = losses[-1:], right[-1:], sizes[-1:]
        loss = sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)
        accuracy = sum(right) / sum(sizes)
        if {"mean_of_batch_means", "loss_of_batches", "as_large_as_the_first"} & set(faults):
            loss = sum(losses) / len(losses)
        if "mean_of_batch_means" in faults:
            accuracy = sum(n / size for n, size in zip(right, sizes, strict=True)) / len(sizes)
        if "accuracy_of_batches" in faults:
            accuracy = sum(n / size for n, size in zip(right, sizes, strict=True)) / len(sizes)
        if "as_large_as_the_first" in faults:
            accuracy = sum(right) / (len(sizes) * sizes[0])
        if "batch_means_over_examples" in faults:
            loss = sum(losses) / sum(sizes)
        if "divided_by_batches" in faults:
            loss, accuracy = loss * sum(sizes) / len(sizes), sum(right) / len(sizes)
        if "loss_sum" in faults:
            loss *= sum(sizes)
        if "sum_of_means" in faults:
            loss = sum(losses)
        if "accuracy_percent" in faults:
            accuracy *= 100
        if "accuracy_count" in faults:
            accuracy = sum(right)
        if "accuracy_by_batches" in faults:
            accuracy = sum(right) / len(sizes)
        return (accuracy, loss) if "wrong_return_order" in faults else (loss, accuracy)

    return evaluate


def network(features: int, seed: int) -> nn.Module:
    """It does the same in both modes: what the mode changes is not counted twice."""
    # skip_init: what a layer begins with would be drawn from the global generator, and is filled at once.
    layers = [skip_init(nn.Linear, features, 8), nn.Tanh(), skip_init(nn.Linear, 8, CLASSES)]
    model = nn.Sequential(*layers)
    fill(model, seed)
    return model


def world(record: Record, batches: list, seed: int, training: bool, smoothing: float) -> tuple:
    model = network(batches[0][0].shape[1], seed).to(batches[0][0].dtype).train(training)
    criterion = nn.CrossEntropyLoss(label_smoothing=smoothing)
    return record.model(model), record.loader(batches), record.loss(criterion)


def cases(random: np.random.Generator) -> list[Case]:
    def batch(model, n, right):
        """n examples, so many answered rightly; the others are labelled by a middling class."""
        x = (2 * random.standard_normal((n, 3))).astype(np.float32)
        with torch.no_grad():
            best_last = model(torch.from_numpy(x)).numpy().argsort(-1)
        y = best_last[np.arange(n), random.integers(1, CLASSES - 1, n)]
        y[:right] = best_last[:right, -1]
        order = random.permutation(n)
        return [x[order], y[order]]

    def case(sizes, rights, training=True, smoothing=0.0):
        seed = int(random.integers(1000))
        model = network(3, seed)
        batches = [batch(model, n, right) for n, right in zip(sizes, rights, strict=True)]
        return Case([batches, seed, training, smoothing], item="loss")

    n, m = int(random.integers(6, 9)), int(random.integers(1, 4))
    return [
        case([n, n, m], [n, n - 1, 1]),  # the last batch is smaller
        case([4, 4, 4, 4], [3, 2, 1, 3]),  # as many examples as classes: the wrong axis raises nothing
        case([5, 3], [3, 2], training=False),
        case([1], [1]),
        case([6, 2], [4, 1], smoothing=0.3),  # a criterion that is not the usual one
    ]


register(
    Loop(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item("loss", "the mean loss over all examples", 3),
            Item("accuracy", "the share of right answers", 3),
            Item("mode", "the model is asked in eval mode", 1.5),
            Item("left", "and left in the mode in which it came", 1),
            Item("gradients", "no gradients are recorded", 1),
            Item("untouched", "its weights stay as they are", 0.5),
        ],
        cases=cases,
        world=world,
        reference=with_faults(()),
        together=with_faults,
        parts=("loss", "accuracy"),
        facts={
            "mode": IN_EVAL_MODE,
            "gradients": WITHOUT_GRADIENTS,
            "left": Fact(
                at_the_end("training"),
                Words(
                    "the model is left in another mode than it came in",
                    "training = model.training before, model.train(training) after",
                ),
                alone=True,
            ),
            "untouched": Fact(
                at_the_end("weights"),
                Words("the weights were changed", "an evaluation trains nothing"),
                alone=True,
            ),
        },
        words={
            "returns": Words("what comes back has another form", "a tuple of two numbers: (loss, accuracy)"),
            "loss": Words("the loss is another one"),
            "accuracy": Words("the accuracy is another one"),
        },
        wrong=[
            Wrong(
                "mean_of_batch_means",
                "this is the mean of the batches' means",
                expected="every example counts the same; the last batch is smaller than the others",
                hint="loss * len(y), summed, and divided by the number of examples",
                costs=("loss",),
            ),
            Wrong(
                "loss_of_batches",
                "the loss is the mean of the batches' means",
                expected="every example counts the same; the last batch is smaller than the others",
                hint="loss * len(y), summed, and divided by the number of examples",
                costs=("loss",),
            ),
            Wrong(
                "accuracy_of_batches",
                "the accuracy is the mean of the batches' accuracies",
                expected="every example counts the same; the last batch is smaller than the others",
                hint="count the right ones of all batches, and divide by the number of examples",
                costs=("accuracy",),
            ),
            Wrong(
                "as_large_as_the_first",
                "every batch counts as if it were as large as the first",
                expected="len(y) of each batch; the last one is smaller",
                costs=("loss", "accuracy"),
            ),
            Wrong(
                "softmax_twice",
                "softmax is taken twice",
                expected="raw logits into the criterion: cross-entropy does the softmax itself",
                costs=("loss",),
            ),
            Wrong(
                "criterion_not_asked",
                "the criterion that is handed in is not asked",
                expected="criterion(logits, y): it may be another one than plain cross-entropy",
                costs=("loss",),
            ),
            Wrong(
                "argmax_wrong_axis",
                "argmax goes over the batch",
                expected="argmax(-1): over the classes of each example",
                costs=("accuracy",),
            ),
            Wrong(
                "argmax_over_batch_in_pairs",
                "argmax goes over the batch",
                expected="argmax(-1): over the classes of each example",
                hint="there are then as many guesses as classes, not as examples",
                costs=("accuracy",),
            ),
            Wrong(
                "argmin",
                "what is taken is the class of the lowest logit",
                expected="argmax: the likeliest class has the highest logit",
                costs=("accuracy",),
            ),
            Wrong(
                "accuracy_percent",
                "the accuracy is in percent",
                expected="a share, 0 to 1",
                costs=("accuracy",),
            ),
            Wrong(
                "accuracy_count",
                "the accuracy is a count",
                expected="the count divided by the number of examples",
                costs=("accuracy",),
            ),
            Wrong(
                "accuracy_by_batches",
                "the right answers are divided by the number of batches",
                expected="by the number of examples",
                costs=("accuracy",),
            ),
            Wrong(
                "batch_means_over_examples",
                "means of batches are summed, and divided by the number of examples",
                expected="the criterion gives a mean: times len(y) it is the batch's sum",
                costs=("loss",),
            ),
            Wrong(
                "sum_of_means",
                "the loss is a sum over batches",
                expected="the mean over all examples",
                costs=("loss",),
            ),
            Wrong(
                "divided_by_batches",
                "sums over the examples are divided by the number of batches",
                expected="by the number of examples",
                costs=("loss",),
            ),
            Wrong(
                "loss_sum",
                "the loss is the sum over all examples",
                expected="their mean",
                costs=("loss",),
            ),
            Wrong(
                "first_batch_only",
                "only the first batch counts",
                expected="sums over all batches, divided once at the end",
                hint="a return inside the loop",
                costs=("loss", "accuracy"),
            ),
            Wrong(
                "last_batch_only",
                "only the last batch counts",
                expected="sums over all batches, divided once at the end",
                costs=("loss", "accuracy"),
            ),
            Wrong(
                "wrong_return_order",
                "loss and accuracy come in the wrong order",
                expected="(loss, accuracy)",
                costs=("loss",),
            ),
        ],
    )
)
