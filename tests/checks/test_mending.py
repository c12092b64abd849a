"""Mending a fault never lowers a mark: answers with two faults against the same with one of them mended."""

import ast
import functools

import faults
import pytest

SEEDS = (0, 4011)


@functools.cache
def mark(exercise, fault, seed):
    """Points of 10 for the reference with a single fault, or with none."""
    if fault is None:
        answer = faults.answer(exercise, "right", faults.REFERENCES[exercise])
    else:
        answer = faults.single(exercise, fault)
    return round(10 * answer.verdict(seed).share, 2)


def lowered(pair, seed):
    """What is wrong with the mark of a pair: "" or a sentence."""
    verdict = faults.answer(pair.exercise, f"{pair.first} {pair.second}", pair.source).verdict(seed)
    both = round(10 * verdict.share, 2)
    names = [finding.name for finding in verdict.findings]
    for mended, left in ((pair.first, pair.second), (pair.second, pair.first)):
        one = mark(pair.exercise, left, seed)
        if one < both:
            return f"seed {seed}: {both} with both {names}, {one} once {mended} is mended and {left} is left"
    return ""


def pair_id(pair):
    return f"{pair.exercise}-{pair.first}-{pair.second}"


ALL = [pair for exercise in faults.REFERENCES for pair in faults.pairs(exercise)]


def test_two_faults_that_go_together_are_a_program():
    for pair in ALL:
        ast.parse(pair.source, pair_id(pair))


@pytest.mark.labelled
@pytest.mark.parametrize("exercise", faults.REFERENCES)
def test_the_reference_is_right_and_each_fault_costs(exercise):
    assert mark(exercise, None, 0) == 10
    assert len(faults.FAULTS[exercise]) >= 8
    assert {name for name in faults.FAULTS[exercise] if mark(exercise, name, 0) == 10} == set()


@pytest.mark.seconds
@pytest.mark.parametrize("pair", ALL[::97], ids=pair_id)
def test_mending_one_of_two_faults_does_not_lower_the_mark(pair):
    assert lowered(pair, 0) == ""


@pytest.mark.labelled
@pytest.mark.parametrize("pair", ALL, ids=pair_id)
def test_mending_one_of_any_two_faults_does_not_lower_the_mark(pair):
    assert [told for seed in SEEDS if (told := lowered(pair, seed))] == []


def test_an_output_for_every_step_and_half_precision_are_judged():
    """Dropout that cannot be followed pattern by pattern, in outputs that have an axis of time."""
    [pair] = [one for one in ALL if pair_id(one) == "dropout_classifier-half_precision-every_step"]
    assert lowered(pair, 0) == ""
