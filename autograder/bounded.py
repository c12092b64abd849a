"""Work that must not take this process with it: done in a copy of it, under limits of memory and CPU time.

The judge reads what a student's process has sent. Replies are looked at before they are judged; this is the
second wall, for the one that was not thought of.
"""

import contextlib
import gc
import json
import os
import select
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

CPU = 20.0  # seconds for one piece of work; the slowest labelled answer is judged in one
MEMORY = 1 << 30  # bytes above what this process holds
_WAIT = 20  # times the CPU time, on the clock: a busy machine alone must never end a piece of work


class Failed(str):
    """In place of a result: why there is none."""


def bounded(works: Sequence[Callable[[], Any]], cpu: float = CPU, memory: int = MEMORY) -> list[Any | Failed]:
    """What each piece of work gives, plain values that JSON can hold, or why it gave nothing.

    Nothing that the work changes is seen here. Each has `cpu` seconds for itself; after one that was ended
    the others are done all the same.
    """
    if not hasattr(os, "fork"):  # Windows, where nothing is graded but without a sandbox
        return [_done(work) for work in works]
    results: list[Any | Failed] = []
    while len(results) < len(works):
        results += _copy(works[len(results) :], cpu, memory)
    return results


def _copy(works: Sequence[Callable[[], Any]], cpu: float, memory: int) -> list[Any | Failed]:
    """Results of a first part of the works, at least of one."""
    heard, say = os.pipe()
    with warnings.catch_warnings():
        # Python warns of threads, which a copy lacks: Dask's, of which the judge knows nothing.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            os.close(heard)
            _work(works, say, cpu, memory)
        finally:
            os._exit(0)
    os.close(say)
    results, reason = [], None
    with os.fdopen(heard, "rb") as stream:
        for _ in works:
            if not select.select([stream], [], [], _WAIT * cpu)[0]:
                reason = Failed(f"it took more than {_WAIT * cpu:g} seconds")
                break
            line = stream.readline()
            if not line.endswith(b"\n"):
                break
            result, failed = json.loads(line)
            results.append(Failed(failed) if failed else result)
    if reason is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if len(results) < len(works):
        code = os.waitstatus_to_exitcode(status)
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            reason = reason or Failed(f"it computed for more than {cpu:g} seconds")
        results.append(reason or Failed(f"it crashed (exit code {code})"))
    return results


def _work(works: Sequence[Callable[[], Any]], say: int, cpu: float, memory: int) -> None:
    """In the copy: one line of JSON for each piece of work, [result, ""] or [null, reason]."""
    import resource  # not on every system

    gc.freeze()  # what is there already is not looked through, and so not copied
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open("/proc/self/statm") if os.path.exists("/proc/self/statm") else contextlib.nullcontext() as file:
        if file is not None:
            most = int(file.read().split()[0]) * resource.getpagesize() + memory
            _lower(resource, resource.RLIMIT_AS, most)
    for work in works:
        _lower(resource, resource.RLIMIT_CPU, int(time.process_time() + cpu) + 1)
        done = _done(work)
        line = json.dumps([None, str(done)] if isinstance(done, Failed) else [done, ""]).encode() + b"\n"
        view = memoryview(line)
        while view:
            view = view[os.write(say, view) :]


def _lower(resource: Any, what: int, most: int) -> None:
    """The soft limit alone: the next piece of work has another one."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _done(work: Callable[[], Any]) -> Any | Failed:
    try:
        return work()
    except MemoryError:
        return Failed("it needed too much memory")
    except Exception as error:
        text = str(error).split("\n")[0]
        if "can't allocate memory" in text:  # torch's
            return Failed("it needed too much memory")
        return Failed(f"{type(error).__name__}: {text[:200]}")
