"""A loop that the learner writes, run in a world that keeps a record: training, evaluation, decoding.

The world is made of ours: a model, a loader, a loss, an optimizer, each of which writes down what is done
with it. What counts of the record are `facts`, each a short function of the list of events; they and what the
loop returns are compared with what the reference does in the same world.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks.by_hand import Watch
from helpers.checks.comparison import Comparison, Words

Events = list[dict[str, Any]]


class Record:
    """What happened, in order: dicts with "event" and what was so at that moment."""

    def __init__(self) -> None:
        self.events: Events = []

    def add(self, event: str, **what: Any) -> None:
        self.events.append({"event": event, **what})

    def model(self, module: nn.Module) -> nn.Module:
        """The same module; each call of it is an event "forward": training, gradients, rows, inputs."""

        def called(module: nn.Module, args: tuple[Any, ...]) -> None:
            inputs = [arg.detach().clone() for arg in args if isinstance(arg, Tensor)]
            self.add(
                "forward",
                training=module.training,
                gradients=torch.is_grad_enabled(),
                rows=len(inputs[0]) if inputs and inputs[0].ndim else 0,
                inputs=inputs,
            )

        module.register_forward_pre_hook(called)
        return module

    def loss(self, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """The same loss; each call is an event "loss" with its value."""

        def computed(*args: Any, **kwargs: Any) -> Tensor:
            value = function(*args, **kwargs)
            self.add("loss", value=value.detach().clone())
            return value

        return computed

    def loader(self, batches: Iterable[Any]) -> "_Loader":
        """Serves the batches, as often as asked; each beginning is an event "epoch"."""
        return _Loader(list(batches), self)

    def sgd(self, module: nn.Module, lr: float) -> torch.optim.Optimizer:
        """Plain SGD; "step" (with the gradient that it takes) and "zero_grad" are events."""
        record, parameters = self, list(module.parameters())

        class Recorded(torch.optim.SGD):
            def step(self, closure: Any = None) -> Any:
                record.add("step", gradient=flat(p.grad if p.grad is not None else p * 0 for p in parameters))
                return super().step(closure)

            def zero_grad(self, set_to_none: bool = True) -> None:
                record.add("zero_grad")
                super().zero_grad(set_to_none)

        return Recorded(parameters, lr)


class _Loader:
    def __init__(self, batches: list[Any], record: Record) -> None:
        self.batches, self.record = batches, record

    def __iter__(self) -> Iterator[Any]:
        self.record.add("epoch")
        return iter(self.batches)

    def __len__(self) -> int:
        return len(self.batches)


@dataclass(frozen=True)
class Fact:
    """Something that must be as with the reference: `of` the record, in plain values or tensors."""

    of: Callable[[Events], Any]
    words: Words


class Loop(Comparison):
    """An exercise that asks for a loop.

    Args, besides those of `Comparison`:
        world: (record, *args, **kwargs of a case) -> the arguments with which the loop is called.
        facts: name -> `Fact`; each belongs to the item of its name where there is one, else to its case's.

    The last event is "end": mode and weights of the models that the loop was given, as it leaves them.
    """

    def __init__(
        self, module: str, *, world: Callable[..., tuple], facts: Mapping[str, Fact], **described: Any
    ) -> None:
        described["words"] = {name: fact.words for name, fact in facts.items()} | described.get("words", {})
        super().__init__(module, **described)
        self.world, self.facts = world, facts

    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        record = Record()
        arguments = self.world(record, *case["args"], **case["kwargs"])
        returned = watch(lambda: answer(*arguments))
        models = [part for part in arguments if isinstance(part, nn.Module)]
        record.add(
            "end",
            training=[model.training for model in models],
            weights=[flat(model.parameters()) for model in models],
        )
        # What the loop did comes before what it returns, since that follows from it.
        shown: dict[str, Any] = {name: fact.of(record.events) for name, fact in self.facts.items()}
        return shown | {"output": list(returned) if isinstance(returned, tuple) else returned}


def flat(tensors: Iterable[Tensor]) -> Tensor:
    """All values of some tensors, one after the other."""
    parts = [tensor.detach().flatten() for tensor in tensors]
    return torch.cat(parts) if parts else torch.zeros(0)


def every(name: str, key: str) -> Callable[[Events], list[Any]]:
    """What stood under `key` at every event of this name, each value once, in order."""

    def of(events: Events) -> list[Any]:
        seen: list[Any] = []
        for event in events:
            if event["event"] == name and event[key] not in seen:
                seen.append(event[key])
        return seen

    return of
