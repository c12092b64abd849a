"""Labelled answers (tests/submissions/): each must get the points it deserves and the finding it must get."""

import ast

import numpy as np
import pytest
from labelled import ALL, DEFINES, RIGHT, case_id, labelled

from helpers import checks
from helpers.checks.findings import MODELS, TRAINING


def result(answer):
    """What an answer gives on the first task: logits, or for a training loop the weights at the end."""
    module = checks.exercise(answer.exercise)
    values = module.probe(answer.answer(), module.task(0))
    if answer.exercise == "gradient_clipping":
        return values["given"]["events"][-1]["weights"] if "events" in values["given"] else None
    return values["builds"]["main"]["output"] if "builds" in values else None  # a class that is no module


def nearest(exercise, count=10):
    """The wrong answers that are nearest to right: most points, then the least difference in the result."""
    answers = labelled(exercise)
    want = result(next(a for a in answers if a.points == 10))

    def distance(answer):
        got = result(answer)
        same = isinstance(got, np.ndarray) and got.shape == want.shape
        return -answer.points, float(np.abs(got - want).max()) if same else np.inf

    return sorted((a for a in answers if a.points < 10), key=distance)[:count]


def verdicts(answer, seeds):
    """Every different verdict: points, and the findings' names."""
    found = [answer.verdict(seed) for seed in seeds]
    return {(round(10 * v.share, 2), tuple(finding.name for finding in v.findings)) for v in found}


@pytest.mark.parametrize("exercise", DEFINES)
def test_there_are_enough_labelled_answers(exercise):
    right = [a for a in labelled(exercise) if a.points == 10]
    wrong = [a for a in labelled(exercise) if a.points < 10]
    assert len(right) >= 8
    assert len(wrong) >= 20
    assert len({a.name for a in right + wrong}) == len(right + wrong)
    assert len({ast.dump(ast.parse(a.source)) for a in right + wrong}) == len(right + wrong)


# Every fifth, so that the quick suite stays quick, after each change every 25th; test-slow grades them all.
@pytest.mark.parametrize(
    "answer",
    [pytest.param(a, marks=[pytest.mark.seconds] if k % 5 else []) for k, a in enumerate(ALL[::5])],
    ids=map(case_id, ALL[::5]),
)
def test_some_labelled_answers_in_the_quick_suite(answer):
    answer.check(seed=0)


@pytest.mark.labelled
@pytest.mark.parametrize("answer", ALL, ids=case_id)
def test_every_labelled_answer_gets_its_points_and_its_finding(answer):
    for seed in (0, 1, 2):
        answer.check(seed)


@pytest.mark.labelled
@pytest.mark.parametrize("answer", ALL, ids=case_id)
def test_the_check_in_the_notebook_gives_the_same_points(answer, capsys):
    if "no_answer" in answer.findings:
        with pytest.raises(NotImplementedError, match="no answer yet"):
            checks.check(answer.exercise, answer.answer(), points=10)
        return
    assert checks.check(answer.exercise, answer.answer(), points=10) == answer.points
    assert capsys.readouterr().err == ""


# Those who had not seen the judge wrote many more right answers: three seeds of these are tried above.
@pytest.mark.labelled
@pytest.mark.parametrize("answer", [a for a in RIGHT if not a.name.startswith("fresh_")], ids=case_id)
def test_no_verdict_on_a_right_answer_hangs_on_the_seed(answer):
    assert verdicts(answer, range(100, 150)) == {(10, ())}


@pytest.mark.labelled
@pytest.mark.parametrize("exercise", DEFINES)
def test_no_verdict_on_the_nearest_wrong_answers_hangs_on_the_seed(exercise):
    for answer in nearest(exercise):
        [(points, names)] = verdicts(answer, range(100, 150))
        assert (points, set(answer.findings) <= set(names)) == (answer.points, True), answer.name


@pytest.mark.parametrize("loop, table", [(False, MODELS), (True, TRAINING)], ids=["models", "loop"])
def test_every_finding_is_named_by_a_labelled_answer(loop, table):
    """A finding that no answer gets is either never found or never tried (a forged reply: test_reply)."""
    answers = [answer for answer in ALL if (answer.exercise == "gradient_clipping") == loop]
    named = {finding for answer in answers for finding in answer.findings}
    assert set(table) - named == {"misfit"}
