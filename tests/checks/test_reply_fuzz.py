"""The judges, fed with what a student's process may send in place of a probe's reply (see `hostile_replies`).

Whatever comes, a judge comes to its end with little time and memory. The mark is hardly ever better than that
of the honest reply: only where the one fact changed is what a finding stood on, and nothing else tells of it.
"""

import random
import time

import hostile_replies
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from helpers.checks.reply import MISFIT

SECONDS, MIB = 2.0, 300


def held():
    """The most memory that this process has held so far, in MiB."""
    resource = pytest.importorskip("resource", reason="Windows does not say how much a process held")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def judged(seed, every):
    """Judge one changed reply; returns (CPU seconds, how much better the mark is than the honest one)."""
    source = random.Random(seed)
    name, asked, task, values, honest = source.choice(hostile_replies.replies(every))
    hostile = hostile_replies.changed(values, source)
    start = time.process_time()
    verdict = asked.judge(task, hostile)
    spent = time.process_time() - start
    note(f"{asked.name}, {name}: {verdict.share} in place of {honest}, {spent:.2f} s")
    if any(finding.name == MISFIT for finding in verdict.findings):
        assert verdict.share == 0
    return spent, verdict.share - honest


@settings(max_examples=200, deadline=None, database=None)
@given(st.integers(0, 2**32))
def test_a_changed_reply_never_stops_the_judge(seed):
    judged(seed, every=24)


@pytest.mark.labelled
def test_thousands_of_changed_replies_cost_little_and_hardly_ever_pay():
    hostile_replies.replies(1)
    before, count, slowest, paid = held(), 6_000, 0.0, []
    for seed in range(count):
        try:
            spent, more = judged(seed, every=1)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        slowest = max(slowest, spent)
        paid += [seed] if more > 1e-9 else []
    print(f"{count} replies, {len(paid)} paid; slowest {slowest:.2f} s; {held() - before:.0f} MiB more")
    assert slowest < SECONDS
    assert held() - before < MIB
    assert len(paid) < count / 200, paid
