"""05_by_hand asks for transfers: nothing that a chapter defines, pasted and renamed, earns full marks."""

import functools
import gc

import pytest
from by_hand import definitions
from by_hand_answers import DEFINES
from lessons import load
from torch_state import unharmed

from helpers import checks
from helpers.checks.overtime import Overtime, at_most

CHAPTERS = ("01_rnn", "02_cnn", "03_transformer")
SECONDS = 5  # a definition that trains is stopped


@functools.cache
def defined():
    """(chapter, name) -> every function and class that the top level of a chapter defines."""
    found = {}
    for chapter in CHAPTERS:
        module = load(chapter)
        found |= {(chapter, name): getattr(module, name) for name in definitions(chapter)}
    return found


def share(exercise, pasted):
    """What a definition earns; one that does not come to its end earns nothing.

    The first case is the plainest: what loses points there is not run in the others, where it loses them too.
    """
    task = exercise.task(0)
    first = earned(exercise, pasted, task | {"cases": task["cases"][:1]})
    return first if first < 1 else earned(exercise, pasted, task)


def earned(exercise, pasted, task):
    try:
        with unharmed(), at_most(SECONDS):
            values = exercise.probe(pasted, task)
    except Overtime:
        return 0
    return exercise.judge(task, values).share


def test_the_chapters_define_what_is_pasted():
    names = {name for _, name in defined()}
    assert len(names) > 100
    assert {"evaluate", "RNN", "BatchNorm2d", "scaled_dot_product_attention", "MultiheadAttention"} <= names


@pytest.mark.labelled
@pytest.mark.parametrize("name", DEFINES)
def test_no_definition_of_a_chapter_earns_full_marks(name, monkeypatch):
    exercise = checks.exercise(name)
    monkeypatch.setattr(exercise, "_explanations", lambda: ())  # the mark, not its reasons
    with (
        unharmed()
    ):  # what was stopped in a generator is put back by the generator's end, whenever that comes
        shares = {place: share(exercise, pasted) for place, pasted in defined().items()}
        gc.collect()
    assert {place for place, points in shares.items() if points == 1} == set()
