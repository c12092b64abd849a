"""The wall around the judge: what takes too much ends alone, and is told from a result."""

import os
import signal

import numpy as np
import pytest
import torch
from test_judging import Saying, course, reply, said  # noqa: F401

from autograder import judging
from autograder.bounded import Failed, bounded
from helpers import checks

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a copy of a process needs fork")
MIB = 1 << 20


def endless():
    while True:
        pass


def greedy():
    return len(bytearray(1 << 34))


def greedy_tensor():
    return torch.ones(1 << 32).numel()


def crash():
    os.kill(os.getpid(), signal.SIGTERM)


def leave():
    os._exit(3)


def wrong():
    raise KeyError("num_layers")


def test_results_come_back_in_their_order():
    assert bounded([lambda: 1, lambda: {"a": ["é\ud800", None]}, lambda: [2.5]]) == [
        1,
        {"a": ["é\ud800", None]},
        [2.5],
    ]
    assert bounded([]) == []


@pytest.mark.parametrize(
    "work, why",
    [
        (endless, "it computed for more than 1 seconds"),
        (greedy, "it needed too much memory"),
        (greedy_tensor, "it needed too much memory"),
        (crash, "it crashed (exit code -15)"),
        (leave, "it crashed (exit code 3)"),
        (wrong, "KeyError: 'num_layers'"),
    ],
)
def test_what_takes_too_much_ends_alone_and_the_others_are_done(work, why):
    first, failed, last = bounded([lambda: 1, work, lambda: 2], cpu=1, memory=512 * MIB)
    assert (first, last) == (1, 2)
    assert isinstance(failed, Failed)
    assert failed == why


def test_each_piece_of_work_has_its_own_time():
    def half_a_second():
        start = os.times().user
        while os.times().user - start < 0.5:
            np.ones(1000).sum()
        return "done"

    assert bounded(4 * [half_a_second], cpu=1, memory=512 * MIB) == 4 * ["done"]


def test_what_the_work_changes_is_not_seen_here():
    seen = []
    bounded([lambda: seen.append(1)])
    assert seen == []


@pytest.mark.parametrize("fault", [endless, greedy, wrong])
def test_what_the_judge_cannot_bring_to_an_end_waits_for_a_person(course, monkeypatch, fault):  # noqa: F811
    asked = checks.exercise("two_layer_lstm")
    monkeypatch.setattr(asked, "judge", lambda task, values: fault())
    monkeypatch.setattr("autograder.judging.bounded", lambda works: bounded(works, cpu=1, memory=512 * MIB))
    sandbox = Saying([reply(said(0), said(1, values={"not_a_module": True}), said(2))])
    result = judging.grade(course[1], course[0], sandbox)
    mark = result["checks"]["probe"]
    assert (mark["status"], mark["points"], mark["to_read"][0]["points"]) == ("unjudged", 0.0, 4)
    assert "not judged, a person will look at it (4 points wait)" in mark["text"]
    assert "probe: could not be judged: the judge could not bring it to an end" in result["flags"][0]
    assert result["checks"]["plain"]["points"] == 2
