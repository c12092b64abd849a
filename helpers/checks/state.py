"""What an answer can leave behind for whatever runs after it: noticed, told, and put back.

Gradients switched off, another default dtype, a `no_grad` that was entered and never left: torch and numpy
keep such things for the whole process. An answer is run under the values that a fresh Python has, and what
was there before comes back behind it.
"""

import contextlib
import linecache
import os
import random
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

AS_FOUND = object()  # in place of a fresh Python's value: any will do
_guards: list[Any] = []  # inference mode ends with the object that began it


@dataclass(frozen=True)
class Kind:
    """One thing that a process keeps.

    words: what there is to be said where it is another one than in a fresh Python. lines: a pattern of the
    lines that change it. harms: others' answers may come out wrong by it.
    """

    words: str
    lines: str
    get: Callable[[], Any]
    set: Callable[[Any], Any]
    fresh: Any = AS_FOUND
    harms: bool = False


def _set_inference(on: bool) -> None:
    guard = torch.inference_mode(on)
    guard.__enter__()
    _guards.append(guard)


def _autocast() -> tuple[bool, torch.dtype, bool]:
    return (
        torch.is_autocast_enabled("cpu"),
        torch.get_autocast_dtype("cpu"),
        torch.is_autocast_cache_enabled(),
    )


def _set_autocast(to: tuple[bool, torch.dtype, bool]) -> None:
    torch.set_autocast_enabled("cpu", to[0])
    torch.set_autocast_dtype("cpu", to[1])
    torch.set_autocast_cache_enabled(to[2])
    torch.clear_autocast_cache()


def _device() -> torch.device:
    # It takes long to ask for, and another than the CPU is always a mode.
    return torch.get_default_device() if torch._C._len_torch_function_stack() else torch.device("cpu")


def _set_device(to: torch.device) -> None:
    # A default device is one mode, at the bottom; a `torch.device(...)` that was entered lies above it.
    _set_modes(1 if torch._GLOBAL_DEVICE_CONTEXT.__dict__.get("device_context") else 0)
    if _device() != to:
        torch.set_default_device(None if to == torch.device("cpu") else to)


def _set_modes(count: int) -> None:
    """End what was begun by `torch.device(...).__enter__()` and its like."""
    while torch._C._len_torch_function_stack() > count:
        torch._C._pop_torch_function_stack()


def _set_environment(to: dict[str, str]) -> None:
    for name in os.environ.keys() - to.keys():
        del os.environ[name]
    os.environ.update(to)


def _set_filters(to: list[Any]) -> None:
    warnings.filters[:] = to
    warnings._filters_mutated() if hasattr(
        warnings, "_filters_mutated"
    ) else warnings._filters_mutated_lock_held()


# The order counts: inference mode decides over gradients, and a default device is a mode too.
KINDS: dict[str, Kind] = {
    "inference": Kind(
        "inference mode is on",
        r"inference_mode",
        torch.is_inference_mode_enabled,
        _set_inference,
        False,
        harms=True,
    ),
    "gradients": Kind(
        "gradients are switched off",
        r"set_grad_enabled|no_grad|_set_grad",
        torch.is_grad_enabled,
        torch._C._set_grad_enabled,
        True,
        harms=True,
    ),
    "device": Kind(
        "the default device is another one",
        r"set_default_device|__enter__",
        _device,
        _set_device,
        torch.device("cpu"),
        harms=True,
    ),
    "modes": Kind(
        "a mode was entered and never left",
        r"__enter__|enter_context",
        torch._C._len_torch_function_stack,
        _set_modes,
        harms=True,
    ),
    "dtype": Kind(
        "the default dtype is another one",
        r"set_default_dtype|set_default_tensor_type",
        torch.get_default_dtype,
        torch.set_default_dtype,
        torch.float32,
        harms=True,
    ),
    "autocast": Kind(
        "autocast is on", r"autocast", _autocast, _set_autocast, (False, torch.bfloat16, True), harms=True
    ),
    "deterministic": Kind(
        "torch insists on deterministic algorithms",
        r"use_deterministic_algorithms|set_deterministic",
        torch.get_deterministic_debug_mode,
        torch.set_deterministic_debug_mode,
        0,
    ),
    "anomaly": Kind(
        "anomaly detection is on",
        r"anomaly",
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        lambda to: torch.set_anomaly_enabled(*to),
        (False, True),
    ),
    "precision": Kind(
        "float32 matrices are multiplied with less precision",
        r"matmul_precision|fp32_precision|allow_tf32",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
        "highest",
    ),
    # All that is computed here is small: several threads would wait for one another, and add differently.
    "threads": Kind(
        "torch uses another number of threads",
        r"set_num_threads",
        torch.get_num_threads,
        torch.set_num_threads,
        1,
    ),
    "numpy": Kind(
        "numpy treats errors of arithmetic in another way",
        r"seterr|errstate",
        np.geterr,
        lambda to: np.seterr(**to),
        {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
    ),
    "warnings": Kind(
        "other warnings are shown",
        r"filterwarnings|simplefilter|resetwarnings",
        lambda: list(warnings.filters),
        _set_filters,
    ),
    "environment": Kind(
        "the environment's variables are others",
        r"environ|putenv|setenv",
        lambda: dict(os.environ),
        _set_environment,
    ),
    "folder": Kind("the working folder is another one", r"chdir", os.getcwd, os.chdir),
    "recursion": Kind(
        "the bound on recursion is another one",
        r"setrecursionlimit",
        sys.getrecursionlimit,
        sys.setrecursionlimit,
    ),
}
_PART_OF = {"gradients": "inference", "modes": "device"}  # changed with the other, and not told twice
_THREADS = "threads"  # differ from one machine to the next: nobody has changed them
_QUICK = {name: kind for name, kind in KINDS.items() if name != "environment"}  # that one takes long to copy


class Watch:
    """What was not as in a fresh Python before anything ran (`found`), what steps left changed (`left`)."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.left: list[str] = []

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        """Whatever the code inside leaves changed is noted, and put back."""
        before = {name: kind.get() for name, kind in _QUICK.items()}
        try:
            yield
        finally:
            for name, kind in _QUICK.items():
                if kind.get() != before[name]:
                    if name not in self.left:
                        self.left.append(name)
                    kind.set(before[name])

    def told(self, answer: Any) -> list[dict[str, str]]:
        """Plain values: [{"kind", "line"}], the line that did it as it stands in the answer's cell, or "".

        What does no harm is told only where there is such a line: libraries change warnings and more, too.
        """
        lines, kinds = _lines(answer), [name for name in self.left if _PART_OF.get(name) not in self.left]
        found = {
            name: next((one for one in lines if re.search(KINDS[name].lines, one)), "") for name in kinds
        }
        return [{"kind": name, "line": line} for name, line in found.items() if line or KINDS[name].harms]


@contextlib.contextmanager
def fresh() -> Iterator[Watch]:
    """Inside, all is as in a fresh Python, on one thread; behind it, as it was before, random states too."""
    watch = Watch()
    before = {name: kind.get() for name, kind in KINDS.items()}
    draws = torch.get_rng_state(), np.random.get_state(), random.getstate()
    for name, kind in KINDS.items():
        if kind.fresh is not AS_FOUND and kind.get() != kind.fresh:
            kind.set(kind.fresh)
            if name != _THREADS:
                watch.found.append(name)
    try:
        yield watch
    finally:
        _set(before)
        torch.set_rng_state(draws[0])
        np.random.set_state(draws[1])
        random.setstate(draws[2])


def left(told: list[dict[str, str]], leavings: Iterable[list[str]] = ()) -> list[tuple[str, str]]:
    """(kind, line) of what `Watch.told` reported, and of what parts of the probe told besides."""
    found = {part["kind"]: part["line"] for part in told}
    kinds = dict.fromkeys([*found, *(kind for part in leavings for kind in part)])
    return [(kind, found.get(kind, "")) for kind in kinds if _PART_OF.get(kind) not in kinds]


def _lines(answer: Any) -> list[str]:
    """The lines of the cells or files that an answer's functions stand in: its own first."""
    functions = [answer, *vars(answer).values()] if isinstance(answer, type) else [answer]
    codes = [f.__code__ for f in functions if isinstance(f, types.FunctionType)]
    found = []
    for code in codes:
        lines = linecache.getlines(code.co_filename)
        own = [line for *_, line in code.co_lines() if line]
        found += [lines[k - 1] for k in sorted(set(own)) if k <= len(lines)]
    for name in dict.fromkeys(code.co_filename for code in codes):
        found += linecache.getlines(name)
    return [line.strip()[:200] for line in found]


class Kept:
    """What a notebook's own cells have set, apart from whatever a student's cells leave behind."""

    def __init__(self) -> None:
        self._values = {name: kind.get() for name, kind in KINDS.items()}

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """A cell of the notebook itself: what it sets is there for all checks behind it."""
        before = {name: kind.get() for name, kind in KINDS.items()}
        yield
        for name, kind in KINDS.items():
            if (now := kind.get()) != before[name]:
                self._values[name] = now

    @contextlib.contextmanager
    def back(self) -> Iterator[None]:
        """Inside, all is as the notebook's own cells have set it; behind it, as it was before."""
        before = {name: kind.get() for name, kind in KINDS.items()}
        _set(self._values)
        try:
            yield
        finally:
            _set(before)


def _set(values: Mapping[str, Any]) -> None:
    for name, kind in KINDS.items():
        if kind.get() != values[name]:
            kind.set(values[name])
