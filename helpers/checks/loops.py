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
MOST_EVENTS = 5_000


class Endless(BaseException):
    """More happens than a loop of this length can need. No `except Exception` of an answer catches it."""


class Record:
    """What happened, in order: dicts with "event" and what was so at that moment.

    most: so many events, and so many batches, end the loop.
    """

    def __init__(self, most: int = MOST_EVENTS) -> None:
        self.most = self.batches_left = most
        self.events: Events = []

    def __deepcopy__(self, memo: dict[int, Any]) -> "Record":
        return self  # an answer may keep a copy of its best model

    def add(self, event: str, **what: Any) -> None:
        """Note an event.

        Raises:
            Endless: it would be one too many.
        """
        if len(self.events) >= self.most:
            raise Endless
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

    def loader(self, batches: Iterable[Any]) -> "Loader":
        """Serves the batches, as often as asked; each beginning is an event "epoch"."""
        return Loader(batches, self)

    def sgd(self, module: nn.Module, lr: float) -> "SGD":
        """Plain SGD; "step" (with the gradient that it takes) and "zero_grad" are events."""
        return SGD(module, lr, self)


class Loader(list):
    """The batches, as a list of them. It ends a loop that takes them for ever."""

    def __init__(self, batches: Iterable[Any], record: Record) -> None:
        super().__init__(batches)
        self.record = record

    def __iter__(self) -> Iterator[Any]:
        self.record.add("epoch")
        for batch in super().__iter__():
            self.record.batches_left -= 1
            if self.record.batches_left < 0:
                raise Endless
            yield batch

    @property
    def dataset(self) -> list[tuple[Any, ...]]:
        """All samples: people write `len(loader.dataset)`."""
        return [sample for batch in list.__iter__(self) for sample in zip(*batch, strict=True)]


class SGD(torch.optim.SGD):
    """Plain SGD on all parameters of a module, which writes down what it is asked to do."""

    def __init__(self, module: nn.Module, lr: float, record: Record) -> None:
        super().__init__(module.parameters(), lr=lr)
        self.module, self.record = module, record

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.record.add("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.record.add("step", gradient=gradient(self.module))
        super().step()
        return loss


@dataclass(frozen=True)
class Fact:
    """Something that must be as with the reference: `of` the record, in plain values or tensors.

    alone: it is a finding by itself, whatever wrong version explains the rest.
    """

    of: Callable[[Events], Any]
    words: Words
    alone: bool = False


class Loop(Comparison):
    """An exercise that asks for a loop.

    Args, besides those of `Comparison`:
        world: (record, *args, **kwargs of a case) -> the arguments with which the loop is called.
        facts: name -> `Fact`; each belongs to the item of its name where there is one, else to its case's.

    The last event is "end": mode, weights and gradients of what the loop was given, models or lists of
    parameters, as it leaves them.
    """

    def __init__(
        self, module: str, *, world: Callable[..., tuple], facts: Mapping[str, Fact], **described: Any
    ) -> None:
        described["words"] = {name: fact.words for name, fact in facts.items()} | described.get("words", {})
        super().__init__(module, **described)
        self.world, self.facts = world, facts
        self.besides = (*self.besides, *(name for name, fact in facts.items() if fact.alone))

    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        record = Record()
        arguments = self.world(record, *case["args"], **case["kwargs"])
        models = [part for part in arguments if isinstance(part, nn.Module)]
        groups = [list(model.parameters()) for model in models] + [
            part
            for part in arguments
            if isinstance(part, list) and part and isinstance(part[0], nn.Parameter)
        ]
        try:
            returned = watch(lambda: answer(*arguments))
        except Endless:
            return {"ends": "stopped from outside"}
        record.add(
            "end",
            training=[_mode(model) for model in models],
            weights=[flat(group) for group in groups],
            gradients=[[None if p.grad is None else p.grad.clone() for p in group] for group in groups],
        )
        # What the loop did comes before what it returns, since that follows from it.
        shown: dict[str, Any] = {"ends": "ended by itself"}
        shown |= {name: fact.of(record.events) for name, fact in self.facts.items()}
        return shown | self.returned(returned)


def _mode(model: nn.Module) -> bool | str:
    """The mode of a model and of all its parts."""
    modes = {part.training for part in model.modules()}
    return modes.pop() if len(modes) == 1 else "parts of it in training mode, parts in eval mode"


def flat(tensors: Iterable[Tensor]) -> Tensor:
    """All values of some tensors, one after the other."""
    parts = [tensor.detach().flatten() for tensor in tensors]
    return torch.cat(parts) if parts else torch.zeros(0)


def gradient(module: nn.Module, without: Tensor | None = None) -> Tensor | None:
    """The gradient of all parameters but one as one vector, 0 where one has none; None: there is none."""
    parameters = list(module.parameters())
    if all(p.grad is None for p in parameters):
        return None
    return flat(torch.zeros_like(p) if p.grad is None or p is without else p.grad for p in parameters)


def at_the_end(key: str) -> Callable[[Events], Any]:
    """What stood under `key` when the loop was over."""
    return lambda events: events[-1][key]


def every(name: str, key: str) -> Callable[[Events], list[Any]]:
    """What stood under `key` at every event of this name, each value once, in order."""

    def of(events: Events) -> list[Any]:
        seen: list[Any] = []
        for event in events:
            if event["event"] == name and event[key] not in seen:
                seen.append(event[key])
        return seen

    return of


IN_EVAL_MODE = Fact(
    every("forward", "training"),
    Words("the model is asked in training mode", "eval mode", "model.eval() before the loop"),
    alone=True,
)
WITHOUT_GRADIENTS = Fact(
    every("forward", "gradients"),
    Words("gradients are recorded for nothing", hint="with torch.no_grad(): around the loop"),
    alone=True,
)
SAME_GRADIENTS = Fact(
    at_the_end("gradients"),
    Words("the gradients are other ones afterwards", hint="p.grad is what is to be changed, in place"),
)
SAME_WEIGHTS = Fact(
    at_the_end("weights"), Words("the weights are changed", hint="p.grad, not p itself or p.data")
)
