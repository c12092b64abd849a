"""Labelled answers (tests/submissions/): each must get the points it deserves and the finding it must get."""

import ast

import pytest
from labelled import ALL, RIGHT, case_id, labelled

from helpers import checks


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_there_are_enough_labelled_answers(exercise):
    right = [a for a in labelled(exercise) if a.points == 10]
    wrong = [a for a in labelled(exercise) if a.points < 10]
    assert len(right) >= 8
    assert len(wrong) >= 20
    assert len({a.name for a in right + wrong}) == len(right + wrong)
    assert len({ast.dump(ast.parse(a.source)) for a in right + wrong}) == len(right + wrong)


# Every fifth, so that the quick suite stays quick; test-slow grades them all.
@pytest.mark.parametrize("answer", ALL[::5], ids=case_id)
def test_some_labelled_answers_in_the_quick_suite(answer):
    answer.check(seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ALL, ids=case_id)
def test_every_labelled_answer_gets_its_points_and_its_finding(answer):
    for seed in (0, 1, 2):
        answer.check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ALL, ids=case_id)
def test_the_check_in_the_notebook_gives_the_same_points(answer, capsys):
    if "no_answer" in answer.findings:
        with pytest.raises(NotImplementedError, match="no answer yet"):
            checks.check(answer.exercise, answer.answer(), points=10)
        return
    assert checks.check(answer.exercise, answer.answer(), points=10) == answer.points
    assert capsys.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("answer", RIGHT, ids=case_id)
def test_no_verdict_on_a_right_answer_hangs_on_the_seed(answer):
    for seed in range(100, 150):
        answer.check(seed)
