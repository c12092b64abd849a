"""Runs one submission, in the child: its cells as Jupyter would, and the probes between them.

A job is {"steps": [...]}, plain values. A step is
{"kind": "cell", "index", "source", "seed", "whose"} or
{"kind": "probe", "index", "module", "answer", "task", "seed"}: `answer` is an expression over what the cells
have defined, `module` the one whose `probe(answer, task)` is called. `whose` is "given" (a cell of the
notebook itself), "own" (the student's) or "check" (asserts: they run in the state of torch and numpy that the
given cells have set, whatever the student's have left). Each step is answered by a frame
{"index", "text", "error": None | {"name", "text", "traceback"}} and, where it was a probe that ran,
"values"; where it was a cell whose last line is a number, "number".
"""

import builtins
import contextlib
import io
import os
import random
import struct
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.inside import TEXT, wire

_STEP = struct.Struct(">I")
_SPARE = 128 << 20  # bytes that a step must leave to those after it
_NO_MEMORY = 247  # as if the system had ended it with signal 9
_shell = None


def warm() -> None:
    """Load what every submission needs, once: torch and IPython."""
    global _shell
    from IPython.core.displayhook import DisplayHook
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Plain(DisplayHook):
        """A value on a cell's last line is printed without `Out[3]:`."""

        def write_output_prompt(self) -> None: ...

    class Shell(InteractiveShell):
        """Without a front end: what only one can do, a window for a figure say, is passed over."""

        def enable_gui(self, gui: str | None = None) -> None: ...

        def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
            return "agg", "agg"

    torch.set_num_threads(1)
    settings = Config()
    settings.HistoryManager.enabled = False  # it would start a thread, and write
    settings.InteractiveShell.colors = "nocolor"
    settings.InteractiveShell.xmode = "Context"
    settings.InteractiveShell.displayhook_class = Plain
    settings.InteractiveShell.cache_size = 0
    _shell = Shell.instance(config=settings)
    # Jupyter's kernel has these beside IPython's own; students write them, and nothing hangs on them here.
    for name in ("connect_info", "qtconsole", "store", "notebook"):
        _shell.register_magic_function(_nothing, "line", name)
    # Without a network nothing can be installed: what the class was told to use is there.
    for name in ("pip", "conda", "mamba", "micromamba", "uv"):
        _shell.register_magic_function(_nothing, "line", name)
    _cell({"source": "pass"})  # the first cell of all loads parts of IPython


def load(modules: list[str]) -> None:
    """Load, once, what the assignment imports, and what its probes need."""
    tried = set()
    for name in modules:
        # What cannot be imported will say so in the cell that imports it.
        with contextlib.suppress(Exception):
            exercise = _exercise(name)  # of an import that is no exercise: that it is none
            # torch loads much only when it is first needed (its meta device: a second): need it here, once
            # for each way of probing.
            if type(exercise) not in tried:
                tried.add(type(exercise))
                exercise.probe(_StandIn, exercise.task(0))


def _nothing(line: str) -> None: ...


def _exercise(name: str) -> Any:
    """The exercise of a module."""
    # Imported here, since the walls are tried where there is no package `helpers`.
    from helpers.checks.exercise import registered

    return registered(name)


class _StandIn(nn.Module):
    """No answer to any exercise, but it runs: it takes any arguments and gives numbers of some shape."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__()
        sizes = [size for size in (*arguments, *named.values()) if type(size) is int]
        width = sizes[0] if sizes else 1
        self.layers = nn.ModuleList(
            [nn.LSTM(width, width, batch_first=True), nn.GRU(width, width), nn.RNN(width, width)]
        )
        self.norm, self.dropout = nn.BatchNorm1d(width), nn.Dropout(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x, _ = layer(x)
        return self.dropout(self.norm(x[:, -1]))


class _Bounded(io.TextIOBase):
    """Keeps the beginning of what is written and forgets the rest: an endless print fills no memory."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = TEXT

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.parts.append("\n[… more was printed and is left out]")
        return len(text)

    def text(self) -> str:
        return "".join(self.parts)


def run(job: dict[str, Any], reply: int, steps: int) -> None:
    """Go through the steps; write each one's number to `steps` when it begins and its frame to `reply`."""
    # The student's code can replace whatever it can reach by name: keep what we go on using.
    me, getpid, leave, write, pack, spare = os.getpid(), os.getpid, os._exit, os.write, wire.pack, np.empty
    # On the CPU: there is nothing else here, and torch.manual_seed takes a millisecond to see that.
    seed_torch = torch.default_generator.manual_seed
    _shell.user_ns["__builtins__"] = builtins
    # As in Jupyter: what a cell has written with %%writefile, the next one can import.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, "")
    probes = {
        step["module"]: _exercise(step["module"]).probe for step in job["steps"] if step["kind"] == "probe"
    }
    kept = _kept(job["steps"])
    for step in job["steps"]:
        write(steps, _STEP.pack(step["index"]))
        random.seed(step["seed"])
        np.random.seed(step["seed"])
        seed_torch(step["seed"])
        if step["kind"] == "cell":
            with kept.get(step.get("whose"), contextlib.nullcontext)():
                said = _cell(step)
        else:
            said = _probe(step, probes[step["module"]])
        if getpid() != me:  # the cell has forked, and this is the copy
            leave(0)
        try:
            spare(_SPARE, np.uint8)  # asked for, and not touched
        except MemoryError:  # what it holds would make the steps after it fail
            leave(_NO_MEMORY)
        content = pack({"index": step["index"], **said})
        view = memoryview(wire.frame(content))
        while view:
            view = view[write(reply, view) :]


def _kept(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Whose cell it is -> what it is run in; {} where no check is a cell, and nothing hangs on it."""
    if all(step.get("whose") != "check" for step in steps):
        return {}
    # Imported here, since the walls are tried where there is no package `helpers`.
    from helpers.checks.state import Kept

    kept = Kept()
    return {"given": kept.noting, "check": kept.back}


@contextlib.contextmanager
def _captured() -> Iterator["_Bounded"]:
    """sys.stdout and sys.stderr in one bounded text."""
    kept, into = (sys.stdout, sys.stderr), _Bounded()
    sys.stdout = sys.stderr = into
    try:
        yield into
    finally:
        sys.stdout, sys.stderr = kept


def _cell(step: dict[str, Any]) -> dict[str, Any]:
    with _captured() as printed:
        result = _shell.run_cell(step["source"], store_history=False)
    error = result.error_before_exec or result.error_in_exec
    said = {"text": printed.text(), "error": _described(error)}
    if type(result.result) in (bool, int, float):
        said["number"] = float(result.result)
    return said


def _probe(step: dict[str, Any], probe: Any) -> dict[str, Any]:
    with _captured() as printed:
        try:
            answer = eval(step["answer"], _shell.user_ns)
            said = {"error": None, "values": probe(answer, step["task"])}
            wire.pack(said)
        except BaseException as error:  # an answer may raise SystemExit just as well
            said = {"error": _described(error)}
    return {"text": printed.text(), **said}


def _described(error: BaseException | None) -> dict[str, str] | None:
    if error is None:
        return None
    try:
        lines = traceback.format_exception_only(error)
        text = str(error)
    except Exception:  # an exception whose text cannot be made
        lines, text = [], ""
    return {"name": type(error).__name__[:100], "text": text[:2000], "traceback": "".join(lines)[:4000]}
