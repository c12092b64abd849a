"""The probe of a training loop: a network of ours is trained with it, and what happens is recorded.

The network learns under plain SGD: Adam would hide whether the gradient was clipped. Each event, a forward, a
loss, a backward, zero_grad, a step, is kept with the weights and the gradient at that moment.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks.loops import Endless, Record, flat, gradient
from helpers.checks.running import attempt, describe, fill, leavings, quiet, seeded
from helpers.checks.state import Watch

LEARNING_RATE = 0.01
_MOST_EVENTS = 30  # a batch; a loop needs five or six, and one that looks at its loss now and then some more
_equal = torch.equal  # kept: whoever patches torch to pass a test must not change what is recorded


def squared_error(outputs: Tensor, targets: Tensor) -> Tensor:
    """Summed over the outputs, averaged over the batch."""
    return (outputs - targets).pow(2).sum(1).mean()


def most_events(run: Mapping[str, Any]) -> int:
    """How many events a training of this length may have."""
    return _MOST_EVENTS * len(run["batches"]) * run["epochs"]


class Training(Record):
    """The events of one training in order, each with the weights and the gradient at that moment."""

    def __init__(self, batches: list[list[Tensor]], most: int) -> None:
        super().__init__(most)
        self.batches = batches
        self.asked = 0  # how often backward was called, on whatever it was
        self.outputs: dict[int, Tensor] = {}  # of each forward, by the number of its event
        self.module: nn.Module

    def model(self, module: nn.Module) -> nn.Module:
        """The network that is trained; it tells of its calls itself."""
        self.module = module
        for parameter in module.parameters():
            parameter.register_post_accumulate_grad_hook(self._accumulated)
        return module

    def add(self, event: str, **what: Any) -> None:
        if event == "epoch":  # how often a loop asks for the batches is its own business
            return
        now = {"weights": flat(self.module.parameters()), "gradient": gradient(self.module)}
        super().add(event, **now | what)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Count the calls of backward: one on a number, or on a copy, comes to nothing that is recorded."""
        backward = torch.autograd.backward

        def counted(*arguments: Any, **named: Any) -> None:
            self.asked = min(self.asked + 1, self.most)
            backward(*arguments, **named)

        torch.autograd.backward = counted
        try:
            yield
        finally:
            torch.autograd.backward = backward

    def training(self) -> bool:
        return all(part.training for part in self.module.modules())

    def forward(self, inputs: Tensor, outputs: Tensor) -> None:
        index = len(self.events)
        self.add(
            "forward",
            batch=self._batch(inputs, 0),
            training=self.training(),
            learns=outputs.requires_grad,
        )
        self.outputs[index] = outputs.detach().clone()
        if outputs.requires_grad:
            outputs.register_hook(lambda slope: self._backward("forwards", index, slope))

    def criterion(self, outputs: Tensor, targets: Tensor) -> Tensor:
        loss = squared_error(outputs, targets)
        batch, index = self._batch(targets, 1), len(self.events)
        swapped = batch < 0 and self._batch(outputs, 1) >= 0
        given = targets if swapped else outputs
        self.add(
            "loss",
            batch=self._batch(outputs, 1) if swapped else batch,
            swapped=swapped,
            value=float(loss.detach()),
            training=self.training(),
            learns=loss.requires_grad,
            # Where the layers were called one by one there is nothing to compare with.
            of_model=not self.outputs or any(_equal(one, given) for one in self.outputs.values()),
        )
        if loss.requires_grad:
            loss.register_hook(lambda scale: self._backward("losses", index, float(scale)))
        return loss

    def _backward(self, part: str, index: int, slope: Any) -> None:
        """backward has come to a loss, or to outputs of the model: one event for all that it comes to."""
        last = self.events[-1]
        if last["event"] != "backward" or last["accumulated"] is not None or index in last[part]:
            self.add("backward", losses=[], scales=[], forwards=[], slopes=[], accumulated=None)
            last = self.events[-1]
        last[part].append(index)
        last["scales" if part == "losses" else "slopes"].append(slope)

    def _accumulated(self, parameter: Tensor) -> None:
        """backward has added to the gradient of a parameter; torch.autograd.grad never does."""
        if self.events[-1]["event"] != "backward":  # neither a loss of the criterion nor a call of the model
            self.add("backward", losses=[], scales=[], forwards=[], slopes=[], accumulated=None)
            # What was there before: this parameter, the first of all, does not tell any more.
            self.events[-1]["gradient"] = gradient(self.module, without=parameter)
        self.events[-1]["accumulated"] = gradient(self.module)

    def _batch(self, part: Any, place: int) -> int:
        """Which batch these inputs (place 0) or targets (1) belong to; -1 for none."""
        same = (k for k, batch in enumerate(self.batches) if _same(batch[place], part))
        return next(same, -1)


def _same(a: Tensor, b: Any) -> bool:
    return isinstance(b, Tensor) and a.shape == b.shape and a.dtype == b.dtype and _equal(a, b)


class _Network(nn.Sequential):
    """Two layers. It tells the record what becomes of it."""

    def __init__(self, sizes: list[int], seed: int, record: Training) -> None:
        inputs, hidden, outputs = sizes
        super().__init__(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, outputs))
        fill(self, seed)
        self.record = record
        record.model(self)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs = super().forward(inputs)
        self.record.forward(inputs, outputs)
        return outputs

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.record.add("zero_grad")
        super().zero_grad(set_to_none)


class _Criterion(nn.Module):
    def __init__(self, record: Training) -> None:
        super().__init__()
        self.record = record

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self.record.criterion(outputs, targets)


def probe(answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
    """Train with the answer's loop; returns events and what the loop returned, for each run of the task."""
    if not callable(answer):
        return {"not_a_function": True}
    with quiet() as watch:
        runs = {name: _train(answer, task["seed"], run, watch) for name, run in task["runs"].items()}
        return runs | {"left": watch.told(answer)}


def _train(answer: Any, seed: int, run: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    seeded(seed)
    batches = [[torch.from_numpy(part) for part in batch] for batch in run["batches"]]
    record = Training(batches, most_events(run))
    model = _Network(run["sizes"], seed, record)
    loader = record.loader([(x.clone(), y.clone()) for x, y in batches])
    bound = {} if run["max_norm"] is None else {"max_norm": run["max_norm"]}
    optimizer = record.sgd(model, LEARNING_RATE)
    done = {"returned": None, "stopped": False}
    try:
        with leavings() as done["left"], watch.step(), record.listening():
            returned = answer(model, loader, _Criterion(record), optimizer, run["epochs"], **bound)
        record.add("end", training=record.training())
        done["returned"] = attempt(lambda: returned)
    except Endless:
        done["stopped"] = True
    except Exception as error:
        done["error"] = describe(error)
    return done | {"asked": record.asked, "events": attempt(lambda: record.events)}
