"""What both probes need: nested tensors, and a model and torch's random state left as they were."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


def map_tensors(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    """The same nested tuples, lists and dicts, with change(tensor) in the place of each tensor."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {key: map_tensors(change, part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        parts = [map_tensors(change, part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def tensors(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    """(name, tensor) for each tensor in nested tuples, lists and dicts, in order: "output[1][0]"."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from tensors(f"{name}[{key!r}]", part)
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from tensors(f"{name}[{number}]", part)


@contextmanager
def random_state_kept(*values: Any) -> Iterator[Callable[[int], Any]]:
    """Put torch's random state back afterwards. Gives the function that seeds it inside."""
    # Seeding CUDA where nothing lies on it would change the numbers that its first later use draws.
    cuda = any(tensor.is_cuda for _, tensor in tensors("", values))
    with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if cuda else []):
        yield torch.manual_seed if cuda else torch.default_generator.manual_seed


def buffers_of(module: nn.Module) -> list[tuple[nn.Module, str, Tensor, Tensor]]:
    return [
        (part, name, buffer, buffer.detach().clone())
        for part in module.modules()
        for name, buffer in part._buffers.items()
        if buffer is not None
    ]


@torch.no_grad()
def put_back(buffers: list[tuple[nn.Module, str, Tensor, Tensor]]) -> None:
    for part, name, buffer, value in buffers:
        part._buffers[name] = buffer
        if not torch.equal(buffer, value):
            buffer.copy_(value)


def check_kwargs(kwargs: Any) -> Mapping[str, Any]:
    if kwargs is not None and not isinstance(kwargs, Mapping):
        raise TypeError(f"kwargs must be a dict of arguments for the call, got {type(kwargs).__name__}")
    return kwargs or {}
