"""What the clock has cut off is computed again, alone: no mark depends on how busy the machine was.

A cluster's workers are threads here, so that what is computed at one time can be told without a clock.
"""

import contextlib
import threading
from types import SimpleNamespace

import pytest
from distributed import LocalCluster

from autograder import computing
from autograder.sandbox import Limits

CUT_ONCE, CUT_TWICE, NEVER = b"cut off beside others", b"cut off alone as well", b"has time enough"
_lock = threading.Lock()
_side_by_side = threading.Barrier(3)
_now: set[bytes] = set()
_began: list[tuple[bytes, set[bytes]]] = []  # each computing, with those that were under way when it began


def compute(content, *_):
    """A result in place of `worker.compute`: the first time all three are under way before one ends."""
    with _lock:
        first = content not in [one for one, _ in _began]
        _began.append((content, set(_now)))
        _now.add(content)
    if first:
        _side_by_side.wait(timeout=600)  # only where it never comes
    with _lock:
        _now.remove(content)
    return {
        "content": content,
        "clock": content == CUT_TWICE or (content == CUT_ONCE and first),
        "first": first,
    }


pytestmark = pytest.mark.seconds


@pytest.fixture(params=["here", "on a cluster"])
def scheduler(request, monkeypatch):
    """Three at one time, on this machine or on three workers: the scheduler's address."""
    _began.clear()
    _side_by_side.reset()
    if request.param == "here":
        monkeypatch.setattr(computing, "grade", compute)
        monkeypatch.setattr(computing, "Sandboxes", lambda *_: contextlib.nullcontext())
        monkeypatch.setattr(computing, "_WORTH_A_SANDBOX", 2)  # two for three submissions, and one is judged
        yield None
        return
    monkeypatch.setattr(computing, "compute", compute)
    with LocalCluster(n_workers=1, threads_per_worker=3, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_what_the_clock_cut_off_is_computed_again_alone(scheduler):
    kept, done = {}, []
    what = SimpleNamespace(assignment=None, environment="", keep=kept.__setitem__)
    missing = {content.decode(): content for content in (CUT_ONCE, CUT_TWICE, NEVER)}
    assert computing.results(what, missing, done.append, 3, scheduler, Limits(), False) == {}
    again = _began[3:]
    assert {content for content, _ in again} == {CUT_ONCE, CUT_TWICE}
    assert [beside for _, beside in again] == [set(), set()]
    assert sorted(done) == sorted(kept) == sorted(missing)
    # Kept is what came of it alone; what was cut off even so says that, and waits for a person.
    said = {key: (result["first"], result["clock"]) for key, result in kept.items()}
    assert said == {
        CUT_ONCE.decode(): (False, False),
        CUT_TWICE.decode(): (False, True),
        NEVER.decode(): (True, False),
    }
