"""What a worker does, on this machine or on another: one submission in, one result out."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import helpers
from autograder.assignment import Assignment, environment
from autograder.judging import grade
from autograder.sandbox import Limits, Sandbox, prove
from helpers.checks import exercise


class WorkerError(RuntimeError):
    """This worker cannot compute results for the machine that asks; the text says why."""


_own = threading.local()  # a sandbox does one thing at a time: each thread has its own, and keeps it warm


def compute(
    content: bytes, assignment: Assignment, wanted: str, limits: Limits, unsandboxed: bool
) -> dict[str, Any]:
    """The result of one submission (see `judging.grade`).

    Args:
        content: the notebook that intake has made.
        wanted: the digest of the environment that this result is kept under.
        unsandboxed: without walls.

    Raises:
        WorkerError: this worker has another environment; its result would be kept under a wrong name.
        SandboxError: no sandbox can be had here.
    """
    if environment() != wanted:
        raise WorkerError(
            "this worker has another Python, torch, numpy, IPython, course or autograder than the machine "
            "that asks for results: install the same versions of everything on all workers"
        )
    return grade(content, assignment, sandbox(assignment, limits, unsandboxed))


def modules(assignment: Assignment) -> Sequence[str]:
    """What the sandbox loads before the first submission: the assignment's imports and its probes."""
    probes = [exercise(check.exercise).module for check in assignment.checks.values() if check.exercise]
    return list(dict.fromkeys([*assignment.imports, *probes]))


def sandbox(assignment: Assignment, limits: Limits, unsandboxed: bool) -> Sandbox:
    """This thread's warm sandbox for an assignment."""
    wanted = (assignment.digest, limits, unsandboxed)
    if getattr(_own, "what", None) != wanted:
        if hasattr(_own, "sandbox"):
            _own.sandbox.close()
        _own.sandbox = Sandbox(
            Path(helpers.__file__).resolve().parent, modules(assignment), limits, unsandboxed
        )
        _own.sandbox.start()
        # The kernel has not been asked to bound memory and processes as a whole: see whether they are.
        if _own.sandbox.group is None and not unsandboxed:
            prove()
        _own.what = wanted
    return _own.sandbox
