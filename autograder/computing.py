"""The results that are missing are computed: on this machine, or on a cluster."""

import contextlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from autograder.judging import grade
from autograder.results import Results
from autograder.sandbox import Limits, Sandbox, SandboxError
from autograder.store import StoreError
from autograder.worker import Sandboxes, WorkerError, compute

_WORTH_A_SANDBOX = 12  # submissions: as long as these take in a warm sandbox, it takes to start another
# What hands a notebook over; what gives the futures back as they end; what says that workers have died.
_Workers = tuple[
    Callable[[bytes], Any], Callable[[Sequence[Any]], Iterator[Any]], tuple[type[Exception], ...]
]


def results(
    what: Results,
    missing: Mapping[str, bytes],
    done: Callable[[str], None],
    jobs: int,
    scheduler: str | None,
    limits: Limits,
    unsandboxed: bool,
    begun: Sandbox | None = None,
) -> dict[str, str]:
    """Compute and keep results. Returns key -> reason for those that could not be had.

    `done` is called with each key whose result is kept.
    """
    if not missing:
        return {}
    failed = {}
    with contextlib.ExitStack() as stack:
        if scheduler:
            submit, completed, died = _on_cluster(stack, what, scheduler, limits, unsandboxed)
        else:
            submit, completed, died = _here(stack, what, len(missing), jobs, limits, unsandboxed, begun)

        def together(keys: Collection[str], last: bool) -> list[str]:
            """Compute these at one time; returns those that the clock has cut off, but on the last try."""
            futures = {submit(missing[key]): key for key in keys}
            cut = []
            for future in completed(list(futures)):
                key = futures.pop(future)
                try:
                    result = future.result()
                    if result["clock"] and not last:
                        cut.append(key)
                    else:
                        what.keep(key, result)
                        done(key)
                except (SandboxError, WorkerError, StoreError):
                    raise
                except died:
                    failed[key] = "its workers died, several times: look at it by hand"
                except Exception as error:  # whatever is wrong with one submission, the class goes on
                    failed[key] = f"grading failed, {type(error).__name__}: {error}: look at it by hand"
            return cut

        # What took too long while others were computed may not do so alone.
        for key in together(missing, last=False):
            together([key], last=True)
    return failed


def _here(
    stack: contextlib.ExitStack,
    what: Results,
    count: int,
    jobs: int,
    limits: Limits,
    unsandboxed: bool,
    begun: Sandbox | None,
) -> _Workers:
    """On this machine, in threads: a submission runs in a process of its sandbox, judged in another one."""
    warm = min(jobs, 1 + count // _WORTH_A_SANDBOX)
    sandboxes = stack.enter_context(Sandboxes(what.assignment, limits, unsandboxed, warm, begun))
    # One more than sandboxes: while it is judged, the next one runs.
    pool = ThreadPoolExecutor(warm + 1 if jobs > 1 else 1)
    stack.callback(pool.shutdown, cancel_futures=True)
    return lambda content: pool.submit(grade, content, what.assignment, sandboxes), as_completed, ()


def _on_cluster(
    stack: contextlib.ExitStack, what: Results, scheduler: str, limits: Limits, unsandboxed: bool
) -> _Workers:
    """On the workers of a Dask scheduler."""
    from distributed import Client, KilledWorker  # half a second, for those who have a cluster
    from distributed import as_completed as completed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that dies is told of by us
    client = stack.enter_context(Client(scheduler))
    given = (what.assignment, what.environment, limits, unsandboxed)
    return lambda content: client.submit(compute, content, *given, pure=False), completed, (KilledWorker,)
