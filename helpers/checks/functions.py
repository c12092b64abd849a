"""A function of tensors against a reference: outputs, inputs left alone, gradients, who sees whom; draws.

And a function whose result is judged by what it does, where many are right.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.by_hand import Watch
from helpers.checks.comparison import Comparison
from helpers.checks.difference import kind_of
from helpers.checks.report import Item, shape_text
from helpers.checks.running import attempt, fill_values, plain
from helpers.checks.way_back import way_back
from helpers.probes import who_sees_whom

WITH_GRADIENTS = (Item("output", "gives what it must", 1), Item("gradients", "and so do its gradients", 1))
REFUSED = "an error that says so"


def floats(random: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Inputs of a case."""
    return (scale * random.standard_normal(shape)).astype(np.float32)


class Function(Comparison):
    """An exercise that asks for a function.

    Args, besides those of `Comparison`:
        sight: (axis of the first argument, axis of the first output): who sees whom along these is compared.
        through: how many of the outputs gradients are asked through, the first ones; all of them if None.
        besides: what an answer need not share with the wrong version that explains it. Where wrong versions
            differ in gradients alone, "gradients" must not be among it.

    Points for gradients are given where an item is called "gradients"; then the gradient of every floating
    argument is compared, for one random gradient of the outputs.
    """

    besides = ("changed", "gradients", "type")

    def __init__(
        self,
        module: str,
        *,
        sight: tuple[int, int] | None = None,
        through: int | None = None,
        besides: tuple[str, ...] = besides,
        **described: Any,
    ) -> None:
        super().__init__(module, **described)
        self.sight, self.through, self.besides = sight, through, besides
        self.gradients = any(item.name == "gradients" for item in self.items)

    def told(self, case: Mapping[str, Any]) -> dict[str, Any]:
        return dict(zip(self._names(), case["args"], strict=False)) | super().told(case)

    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        args, kwargs = case["args"], case["kwargs"]
        if case["refuses"]:
            return {"refused": refused(lambda: watch(lambda: answer(*args, **kwargs)))}
        names = self._names()
        names += [f"argument {k + 1}" for k in range(len(names), len(args))]
        named = dict(zip(names, args, strict=False)) | kwargs
        leaves = {
            name: value.requires_grad_()
            for name, value in named.items()
            if self.gradients and isinstance(value, Tensor) and value.is_floating_point()
        }
        # A function may write on its arguments, a leaf cannot be written on: give it copies.
        given, named_given = copies(args), copies(kwargs)
        shown: dict[str, Any] = {}
        if self.sight is not None:
            shown["sees"] = sight(
                lambda x: answer(x, *copies(args[1:]), **copies(kwargs)), args[0], self.sight
            )
        output = watch(lambda: answer(*given, **named_given))
        shown |= self.returned(output)
        shown["changed"] = changed([*args, *kwargs.values()], [*given, *named_given.values()])
        types = {value.dtype for value in given if isinstance(value, Tensor) and value.is_floating_point()}
        shown["type"] = all(part.dtype in types for part in tensors_of(output))
        if leaves:
            shown["gradients"] = way_back(
                lambda: input_gradients(tensors_of(output)[: self.through], leaves),
                lambda: tensors_of(answer(*copies(args), **copies(kwargs))),
            )
        return shown

    def _names(self) -> list[str]:
        """What the reference calls its arguments, as the task does; none where it is written in C."""
        try:
            return list(inspect.signature(self.reference).parameters)
        except (ValueError, TypeError):
            return []


class Draws(Function):
    """An exercise that asks for a function that draws: logits (B, V) -> one token for each row, (B,).

    A case gives one row of logits; it is handed over many times, and how often each token comes is compared.
    """

    MANY = 4000
    TOLERANCES = {"shares": 0.1}  # of the largest share: five times what chance does

    def told(self, case: Mapping[str, Any]) -> dict[str, Any]:
        # The row of a case is not what the answer is given.
        return {name: value for name, value in super().told(case).items() if np.ndim(value) == 0}

    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        row, *args = case["args"]
        logits = row.repeat(self.MANY, 1)
        if case["refuses"]:
            return {"refused": refused(lambda: answer(logits, *args, **case["kwargs"]))}
        drawn = watch(lambda: answer(logits, *args, **case["kwargs"]))
        if not isinstance(drawn, Tensor):
            return {"output": drawn}
        kind = "numbers" if drawn.is_floating_point() else "whole numbers"
        shown: dict[str, Any] = {"output": f"{kind} of shape {shape_text(drawn.shape)}"}
        if drawn.shape == (self.MANY,):
            tokens = torch.arange(len(row))
            shown["shares"] = (drawn[:, None] == tokens).double().mean(0)
        return shown


class Effect(Comparison):
    """An exercise that asks for a function whose result is judged by what it does, so that many are right.

    The answer is called with the keyword arguments of a case and gives numbers: a tensor, an array, nested
    lists.

    Args, besides those of `Comparison`:
        shape: of the numbers.
        does: (numbers, *args of a case) -> name -> what is seen, a text or a tensor; each is compared.
    """

    def __init__(
        self, module: str, *, shape: tuple[int, ...], does: Callable[..., Mapping[str, Any]], **described: Any
    ) -> None:
        super().__init__(module, **described)
        self.shape, self.does = shape, does

    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        given = plain(watch(lambda: answer(**case["kwargs"])))
        if given is None:
            return {"output": None}
        try:
            numbers = torch.from_numpy(np.array(given, dtype=np.float64))
        except (TypeError, ValueError):  # rows of different length, a text, a function
            return {"output": kind_of(given)}
        shown = {"output": f"numbers of shape {shape_text(numbers.shape)}"}
        return shown | self.does(numbers, *case["args"]) if numbers.shape == self.shape else shown


def refused(call: Callable[[], Any]) -> str:
    """How a call ends that must be refused."""
    try:
        call()
    except (ValueError, AssertionError) as error:
        return REFUSED if str(error) else f"{type(error).__name__} without a word"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "it is taken like a good one"


def copies(values: Any) -> Any:
    """A list or dict with a copy in the place of each tensor."""
    if isinstance(values, Mapping):
        return dict(zip(values, copies(list(values.values())), strict=True))
    return [value.clone() if isinstance(value, Tensor) else value for value in values]


def changed(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Is any tensor of a call another one than before it?"""
    return any(
        isinstance(one, Tensor) and not torch.equal(one, other)
        for one, other in zip(before, after, strict=True)
    )


def sight(call: Callable[[Tensor], Any], x: Tensor, axes: tuple[int, int]) -> Any:
    """Who sees whom along an axis of the input and one of the output, or the error of the attempt."""
    in_dim, out_dim = axes
    return attempt(lambda: who_sees_whom(call, x.detach(), in_dims=in_dim, out_dims=out_dim))


def tensors_of(output: Any) -> list[Tensor]:
    """The floating tensors among what was returned."""
    parts = output if isinstance(output, tuple | list) else [output]
    return [part for part in parts if isinstance(part, Tensor) and part.is_floating_point()]


def input_gradients(outputs: Sequence[Tensor], leaves: Mapping[str, Tensor]) -> dict[str, Tensor | None]:
    """name -> gradient of the outputs' sum, each value weighted; None where none arrives."""
    ends = [
        (output * torch.from_numpy(fill_values(0, k, tuple(output.shape)).copy()).to(output)).sum()
        for k, output in enumerate(outputs)
        if output.requires_grad
    ]
    wanted = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    if not ends or not wanted:
        return dict.fromkeys(leaves)
    found = torch.autograd.grad(sum(ends), list(wanted.values()), allow_unused=True)
    return dict.fromkeys(leaves) | dict(zip(wanted, found, strict=True))
