"""What every probe needs: run a step of an answer quietly, and bring back plain values.

Plain values are None, bool, int, float, str, numpy arrays, and lists and dicts of these: all that may leave
the process in which a student's code runs.
"""

import contextlib
import functools
import io
import math
import os
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.checks.state import KINDS, Watch, fresh

NO_ANSWER = "no answer yet"


# Where code lies that is not the answer's: libraries, Python's own, ours.
_NOT_THE_ANSWERS = (
    "site-packages",
    sysconfig.get_paths()["stdlib"],
    os.path.dirname(os.path.dirname(__file__)),  # written as in a traceback, links and dots included
)
_watches: list[Watch] = []  # the one that steps are run under now comes last


class _Nowhere(io.TextIOBase):
    """A stream that keeps nothing: an answer that prints without end must not fill the memory."""

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def quiet() -> Iterator[Watch]:
    """Nothing that runs inside can print or warn, not even from C++, or leave anything behind (see `state`).

    nbgrader takes any text on stderr for a failure, so a warning would cost a right answer its points.
    """
    null = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(2)
    try:
        os.dup2(null, 2)
        with (
            contextlib.redirect_stdout(_Nowhere()),
            contextlib.redirect_stderr(_Nowhere()),
            warnings.catch_warnings(),
            fresh() as watch,
        ):
            warnings.simplefilter("ignore")
            _watches.append(watch)
            try:
                yield watch
            finally:
                _watches.pop()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


@contextlib.contextmanager
def leavings() -> Iterator[list[str]]:
    """The harmful kinds of state that steps inside leave changed; `Watch.told` tells them of the whole."""
    watch, found = _watches[-1], []
    before, watch.left = watch.left, []
    try:
        yield found
    finally:
        found += [name for name in watch.left if KINDS[name].harms]
        watch.left = [*before, *(name for name in watch.left if name not in before)]


def contained() -> contextlib.AbstractContextManager:
    """What the answer's code inside leaves changed is put back before ours goes on."""
    return _watches[-1].step() if _watches else contextlib.nullcontext()


def attempt(step: Callable[[], Any]) -> Any:
    """`step()` as plain values, or {"error": ...} with type, text and the line where the answer failed."""
    with contained():
        try:
            return plain(step())
        except Exception as error:
            return {"error": describe(error)}


def failed(value: Any) -> bool:
    return isinstance(value, dict) and "error" in value


def no_answer(error: Mapping[str, str]) -> bool:
    """Is this the error of a stub that nobody has written in?"""
    return error["type"] == "NotImplementedError" and NO_ANSWER in error["text"]


def describe(error: BaseException) -> dict[str, str]:
    """Type, text and the innermost line that is neither a library's nor ours."""
    line = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if is_own(frame):
            line = (frame.line or "").strip() or line
    text = str(error).strip().split("\n")[0]
    return {"type": type(error).__name__, "text": short(text, 400), "line": short(line, 200)}


def is_own(frame: traceback.FrameSummary) -> bool:
    """Is this a line of the answer, neither a library's nor ours?"""
    return not any(part in frame.filename for part in _NOT_THE_ANSWERS)


def short(text: str, most: int) -> str:
    """At most so many characters; what is longer ends after a word, with a sign that it went on."""
    if len(text) <= most:
        return text
    begin = text[: most - 1]
    return (begin.rsplit(" ", 1)[0] if " " in begin[most // 2 :] else begin[:-1]) + " …"


def plain(value: Any) -> Any:
    """The same with each tensor as an array; anything else that is not plain as its type's name."""
    if value is None or isinstance(value, bool | int | float | str | np.ndarray):
        return value
    if isinstance(value, np.number | np.bool_):
        return plain(value.item())
    if isinstance(value, Tensor):
        if value.device.type == "meta":
            return {"meta": list(value.shape)}
        value = value.detach().cpu()
        if value.is_floating_point() and value.element_size() < 4:
            value = value.float()  # NumPy has no bfloat16
        if value.is_complex() or value.layout is not torch.strided or value.is_quantized:
            return {"type": f"a tensor of type {value.dtype}"}
        return value.numpy().copy()
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return {"type": type(value).__name__}


def seeded(seed: int) -> None:
    """Seed what is drawn on the CPU. torch.manual_seed also notes a call stack for each other device."""
    torch.default_generator.manual_seed(seed)


def fill_values(seed: int, index: int, shape: tuple[int, ...], buffer: bool = False) -> np.ndarray:
    """The values of the index-th parameter or buffer of a model: the judge knows them, the answer does not.

    Parameters are as large as those of a trained net and never close to 0, vectors smaller than matrices, so
    that a bias does not drown what it is added to. Buffers are positive: one of them may be a variance. How
    large and how far apart follows the seed, lest an answer could tell them from weights of its own.
    """
    # Those of common sizes are kept for the next call: a class has the same models over and over.
    return (_kept if math.prod(shape) <= _SMALL else _made)(seed, index, shape, buffer)


def _made(seed: int, index: int, shape: tuple[int, ...], buffer: bool) -> np.ndarray:
    random = np.random.default_rng([seed, index, int(buffer)])
    least, most = np.random.default_rng([seed, 5]).uniform((0.1, 0.7), (0.25, 0.9))
    if buffer:
        values = random.uniform(0.5, 1.5, shape)
    else:
        values = random.uniform(least, most, shape) * (0.25 if len(shape) < 2 else 1.0)
        values = values * random.choice([-1.0, 1.0], shape)
    values = np.asarray(values, np.float32)  # a float where the shape is ()
    values.flags.writeable = False
    return values


_SMALL = 1 << 12
_kept = functools.lru_cache(maxsize=512)(_made)


@torch.no_grad()
def fill(model: nn.Module, seed: int, constants: Collection[str] = ()) -> None:
    """Put `fill_values` into every parameter and floating buffer, in the order in which they are named.

    constants: names of buffers that stay as they are.
    """
    for index, (_, tensor) in enumerate(model.named_parameters()):
        tensor.copy_(torch.tensor(fill_values(seed, index, tuple(tensor.shape))))
    for index, (name, tensor) in enumerate(model.named_buffers()):
        if tensor.is_floating_point() and name not in constants:
            tensor.copy_(torch.tensor(fill_values(seed, index, tuple(tensor.shape), buffer=True)))


def tensors(value: Any, double: bool = False) -> Any:
    """The same with a fresh tensor in the place of each array."""
    if isinstance(value, np.ndarray):
        tensor = torch.from_numpy(value.copy())
        return tensor.double() if double and tensor.is_floating_point() else tensor
    if isinstance(value, dict):
        return {key: tensors(part, double) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [tensors(part, double) for part in value]
    return value
