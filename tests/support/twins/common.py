"""What the twins share: how an answer is run, and how what was seen of two is compared.

A twin is the right answer of one exercise, in which single mistakes can be switched on. `observe` of its
module runs a right or a wrong one on random sizes and notes what there is to see: outputs, gradients, modes.
"""

from collections.abc import Callable
from typing import Any

import torch

Seen = dict[str, Any]
Faults = dict[str, int]  # mistake -> which of its forms


def outcome(run: Callable[[], Any]) -> Any:
    """What comes back, or that an error comes."""
    try:
        return run()
    except Exception:  # whatever an answer raises is what there is to see of it
        return "raises"


def gradients(output: Any, inputs: list[torch.Tensor]) -> list[Any]:
    """Of the output, weighted at random, for each input; a word where there is none."""
    if not isinstance(output, torch.Tensor) or not output.requires_grad:
        return ["no graph"]
    weighing = torch.randn(output.shape, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    total = (output.double() * weighing).sum()
    found = outcome(lambda: torch.autograd.grad(total, inputs, retain_graph=True, allow_unused=True))
    if isinstance(found, str):
        return [found]
    return [torch.zeros_like(i) if g is None else g for i, g in zip(inputs, found, strict=True)]


def same(a: Any, b: Any, tolerance: float) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        alike = a.shape == b.shape and a.dtype == b.dtype
        single = a.dtype == torch.float32
        close = 1e-4 if single else tolerance
        return alike and torch.allclose(a.double(), b.double(), rtol=close, atol=close, equal_nan=True)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= tolerance * max(1.0, abs(b))
    return type(a) is type(b) and a == b


def where_they_differ(a: Seen, b: Seen, tolerance: float = 1e-9) -> list[str]:
    assert a.keys() == b.keys()
    return [key for key in a if not same(a[key], b[key], tolerance)]


def number(generator: torch.Generator, low: int, high: int) -> int:
    """A whole number from low to high, both possible."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def normal(generator: torch.Generator, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)
