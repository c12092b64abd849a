"""Predictions: the reply goes by the choice, what is right by the measured value."""

import json
import sys

import pytest
import torch

from helpers import kept, predict
from helpers.predict import Choice

QUESTION = (
    "zero",
    "The second input is 0. Is the second state 0 too?",
    [
        Choice("yes: nothing comes in", lambda h: not h.any(), "The first state comes in, through W_hh."),
        Choice("no: it remembers", lambda h: bool(h.any()), "W_hh carries the first input over."),
        Choice("it is the first state again", "the same", "W_hh and tanh change it."),
    ],
    "what memory is",
)
REMEMBERS = torch.tensor([0.4, 0.8])
ASKED = """The second input is 0. Is the second state 0 too?
  1. yes: nothing comes in
  2. no: it remembers
  3. it is the first state again
choose below, or type predict.choose("zero", 1)
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_STATE", raising=False)
    monkeypatch.setattr(kept, "_path", lambda: tmp_path / kept.FILE)
    monkeypatch.setattr(kept, "_memory", {})
    monkeypatch.setattr(predict, "_asked", {})
    return tmp_path


def said(capsys, call, *given):
    call(*given)
    return capsys.readouterr().out


def test_the_question_stands_there_as_text(capsys):
    assert said(capsys, predict.ask, *QUESTION) == ASKED


def test_nothing_is_said_where_nothing_was_chosen(capsys, folder):
    predict.ask(*QUESTION)
    capsys.readouterr()
    assert said(capsys, predict.answer, "zero", REMEMBERS) == ""
    assert not (folder / kept.FILE).exists()


@pytest.mark.parametrize(
    "number, value, told",
    [
        (2, REMEMBERS, "✓ right. W_hh carries the first input over.\n"),
        (
            1,
            REMEMBERS,
            "✗ you chose: yes: nothing comes in. The first state comes in, through W_hh.\n"
            "  as measured: no: it remembers\n",
        ),
        (
            3,
            REMEMBERS,
            "✗ you chose: it is the first state again. W_hh and tanh change it.\n"
            "  as measured: no: it remembers\n",
        ),
        (1, torch.zeros(2), "✓ right. The first state comes in, through W_hh.\n"),
        (2, "a word", "zero: what was measured here fits none of the choices, or several\n"),
    ],
)
def test_the_reply_goes_by_the_choice_and_right_is_what_was_measured(capsys, number, value, told):
    predict.ask(*QUESTION)
    predict.choose("zero", number)
    capsys.readouterr()
    assert said(capsys, predict.answer, "zero", value) == told


def test_a_plain_value_is_compared(capsys):
    predict.ask("best", "Which?", [Choice("RNN", "RNN", "no"), Choice("GRU", "GRU", "yes")])
    predict.choose("best", 2)
    capsys.readouterr()
    assert said(capsys, predict.answer, "best", "GRU") == "✓ right. yes\n"


def test_choices_that_do_not_decide_are_told_even_where_nothing_was_chosen(capsys):
    predict.ask("both", "Which?", [Choice("a", lambda v: v > 0, "x"), Choice("b", lambda v: v > 1, "y")])
    capsys.readouterr()
    assert said(capsys, predict.answer, "both", 1) == ""
    for value in (2, 0, None):
        assert predict.UNDECIDED in said(capsys, predict.answer, "both", value)


@pytest.mark.parametrize(
    "call, told",
    [
        (lambda: predict.choose("zero", 4), "there are the choices 1 to 3\n"),
        (lambda: predict.choose("zero", 0), "there are the choices 1 to 3\n"),
        (lambda: predict.choose("zero", "2"), "there are the choices 1 to 3\n"),
        (lambda: predict.choose("zero", True), "there are the choices 1 to 3\n"),
        (lambda: predict.choose("one", 1), "nothing was asked under 'one': run the cell that asks first\n"),
        (lambda: predict.answer("one", 1), "nothing was asked under 'one': run the cell that asks first\n"),
        (lambda: predict.choose("zero", 2), "chosen: 2. no: it remembers\n"),
    ],
)
def test_what_is_typed_gets_a_sentence(capsys, call, told):
    predict.ask(*QUESTION)
    assert said(capsys, call).removeprefix(ASKED) == told


@pytest.mark.parametrize("choices", [[], [Choice("a", 1, "x")], [Choice("a", 1, "x"), Choice("a", 2, "y")]])
def test_a_question_without_a_choice_is_refused(choices):
    with pytest.raises(ValueError, match="few: a prediction needs two choices or more"):
        predict.ask("few", "Which?", choices)


def test_what_was_chosen_is_there_another_day_whatever_the_order(capsys, monkeypatch, folder):
    predict.ask(*QUESTION)
    predict.choose("zero", 1)
    monkeypatch.setattr(predict, "_asked", {})
    key, question, choices, about = QUESTION
    capsys.readouterr()
    assert said(capsys, predict.ask, key, question, choices[::-1], about).endswith("chosen: 3\n")
    monkeypatch.setenv("COURSE_STATE", "off")
    assert said(capsys, predict.ask, *QUESTION) == ASKED


def test_the_end_sums_up(capsys):
    two = [Choice("a", "a", "x"), Choice("b", "b", "y")]
    assert said(capsys, predict.summary) == "predictions: none made, 0 asked\n"
    for key in ("masks", "the-last-state", "padding", "order"):
        predict.ask(key, "Which?", two)
    capsys.readouterr()
    assert said(capsys, predict.summary) == "predictions: none made, 4 asked\n"
    for key, number in (("masks", 1), ("the-last-state", 2), ("padding", 2)):
        predict.choose(key, number)
        predict.answer(key, "a")
    capsys.readouterr()
    assert said(capsys, predict.summary) == (
        "predictions: right 1 of 3; look again at the last state, padding; 1 not made\n"
    )
    predict.choose("padding", 1)  # another choice counts when it was answered
    capsys.readouterr()
    assert said(capsys, predict.summary).startswith(
        "predictions: right 1 of 2; look again at the last state; 2"
    )


@pytest.mark.parametrize("entry", [{"chosen": 5}, {"chosen": "a", "right": "yes"}, {}, {"right": True}])
def test_an_entry_that_somebody_edited_stops_nothing(capsys, folder, entry):
    (folder / kept.FILE).write_text(json.dumps({"predictions": {"k": entry}}), encoding="utf-8")
    predict.ask("k", "Which?", [Choice("a", "a", "x"), Choice("b", "b", "y")])
    predict.answer("k", "a")
    predict.summary()
    assert "predictions: " in capsys.readouterr().out


# --- the buttons


class Kernel:
    """Stands for a running one."""


def test_a_button_chooses(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(predict, "get_ipython", Kernel)
    monkeypatch.setattr(predict, "display", shown.append)
    predict.ask(*QUESTION)
    [buttons] = shown
    assert buttons.value is None and buttons.options == (("1", 1), ("2", 2), ("3", 3))
    buttons.value = 2
    capsys.readouterr()
    assert said(capsys, predict.answer, "zero", REMEMBERS).startswith("✓ right.")
    predict.ask(*QUESTION)
    assert shown[1].value == 2


def test_without_ipywidgets_the_text_serves(monkeypatch, capsys):
    monkeypatch.setattr(predict, "get_ipython", Kernel)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert said(capsys, predict.ask, *QUESTION) == ASKED
