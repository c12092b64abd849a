"""Gradients of an answer; where the way back stops, which of its lines has overwritten what was needed."""

import contextlib
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode

from helpers.checks.running import attempt, contained, failed, is_own, short

IN_PLACE = "modified by an inplace operation"  # torch's words for it


def way_back(step: Callable[[], Any], forward: Callable[[], Sequence[Tensor]]) -> Any:
    """What `attempt` makes of a step that asks for gradients.

    An error of autograd's engine names no line of the answer; where a value was overwritten, the line that
    did it is looked for by running `forward` once more.
    """
    found = attempt(step)
    if failed(found) and IN_PLACE in found["error"]["text"]:
        found["error"]["line"] = _overwriting_line(forward)
    return found


def _overwriting_line(forward: Callable[[], Sequence[Tensor]]) -> str:
    writes = _Writes()
    with contained(), contextlib.suppress(Exception), saved_tensors_hooks(writes.keep, writes.give):
        with writes:
            outputs = [output.sum() for output in forward() if output.requires_grad]
        sum(outputs).backward()
    return writes.line


class _Writes(TorchFunctionMode):
    """Knows the lines that wrote on each tensor; `line`: the one that the way back stumbles over first."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, list[str]] = {}  # by storage: a view of it is overwritten with the whole
        self.alive: list[Tensor] = []  # so that no storage takes the place of another one
        self.line = ""

    def keep(self, tensor: Tensor) -> tuple[Tensor, int]:
        """What autograd keeps for the way back, and how often it was written on until then."""
        return tensor, len(self._lines(tensor))

    def give(self, kept: tuple[Tensor, int]) -> Tensor:
        tensor, before = kept
        later = self._lines(tensor)[before:]
        self.line = self.line or (later[0] if later else "")
        return tensor

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        tensors = [value for value in (*args, kwargs.get("out")) if isinstance(value, Tensor)]
        before = [tensor._version for tensor in tensors]
        result = func(*args, **kwargs)
        for tensor, version in zip(tensors, before, strict=True):
            if tensor._version > version:
                own = [frame for frame in traceback.extract_stack() if is_own(frame)]
                self._lines(tensor).append(short(own[-1].line or "", 200) if own else "")
        return result

    def _lines(self, tensor: Tensor) -> list[str]:
        self.alive.append(tensor)
        return self.lines.setdefault(tensor.untyped_storage().data_ptr(), [])
