"""What a worker does, on this machine or on another: one submission in, one result out."""

import queue
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from autograder import trials
from autograder.assignment import Assignment, environment
from autograder.errors import Told
from autograder.judging import grade
from autograder.sandbox import Limits, Reply, Sandbox
from helpers.checks import exercise


class WorkerError(Told):
    """This worker cannot compute results for the machine that asks; the text says why."""


class Sandboxes:
    """Warm sandboxes behind the face of one: what runs at one time runs in different ones.

    Each is started when it is first needed. The one that was used last is taken first, so that no more are
    warm than are needed. Use it as a context manager.

    Args:
        most: that many are there at most; whoever finds none free waits.
        begun: one of them, which may have been begun already.
    """

    def __init__(
        self,
        assignment: Assignment,
        limits: Limits,
        unsandboxed: bool = False,
        most: int = 1,
        begun: Sandbox | None = None,
    ) -> None:
        self.limits = limits
        first = begun or Sandbox(limits=limits, unsandboxed=unsandboxed)
        more = [Sandbox(limits=limits, unsandboxed=unsandboxed) for _ in range(most - 1)]
        self._all = [*more, first]
        self._free: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in self._all:
            sandbox.modules = modules(assignment)
            self._free.put(sandbox)

    def __enter__(self) -> "Sandboxes":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def run(self, job: Mapping[str, Any], limits: Limits | None = None) -> Reply:
        """As `Sandbox.run`.

        Raises:
            SandboxError: no sandbox can be had here.
        """
        sandbox = self._free.get()
        try:
            sandbox.start()
            # The kernel has not been asked to bound memory and processes as a whole: see whether they are.
            if sandbox.group is None and not sandbox.unsandboxed:
                trials.hold()
            reply = sandbox.run(job, limits)
            if reply.end["code"] is None:  # the warm process itself was ended: nothing a submission can do
                reply = sandbox.run(job, limits)
            return reply
        finally:
            self._free.put(sandbox)

    def close(self) -> None:
        for sandbox in self._all:
            sandbox.close()


_kept = threading.local()  # on a worker of a cluster: each thread has its own, and keeps it warm


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
    what = (assignment.digest, limits, unsandboxed)
    if getattr(_kept, "what", None) != what:
        if hasattr(_kept, "sandboxes"):
            _kept.sandboxes.close()
        _kept.sandboxes, _kept.what = Sandboxes(assignment, limits, unsandboxed), what
    return grade(content, assignment, _kept.sandboxes)


def modules(assignment: Assignment) -> Sequence[str]:
    """What the sandbox loads before the first submission: the assignment's imports and its probes."""
    probes = [exercise(check.exercise).module for check in assignment.checks.values() if check.exercise]
    return list(dict.fromkeys([*assignment.imports, *probes]))
