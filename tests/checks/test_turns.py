"""Turns: every labelled answer gets its finding; whatever an answer does, a chapter goes on and says it."""

import ast
import contextlib
import inspect
import json
import os
import random
import sys
import threading
import time
from collections import Counter

import lessons
import numpy as np
import pytest
import torch
from labelled_turns import labelled_turns
from torch import nn
from torch_state import unharmed

from helpers import checks, kept
from helpers.checks import practice, turns
from helpers.checks.exercise import Shelf
from helpers.checks.findings import SLIPS
from helpers.checks.slips import slips

TURNS = Shelf(turns)
LABELLED = list(labelled_turns())
CLIP = TURNS["clip"].reference


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    """Each test in a folder of its own, with nothing done yet."""
    monkeypatch.setenv("COURSE_STATE", "on")
    monkeypatch.setattr(kept, "_path", lambda: tmp_path / kept.FILE)
    monkeypatch.setattr(kept, "_memory", {})
    monkeypatch.setattr(kept, "_told", set())
    monkeypatch.setattr(practice, "_met", [])
    monkeypatch.setattr(practice, "SECONDS", 300.0)  # for answers that end, however busy the machine


def said(capsys, *given):
    checks.turn(*given)
    return capsys.readouterr().out


def first(name, answer, seed=0):
    with unharmed():
        verdict = practice.look(TURNS[name], answer, seed)
    return verdict.findings[0].name if verdict.findings else "-"


# --- the descriptions


@pytest.mark.parametrize("one", LABELLED, ids=lambda one: f"{one.turn}: {one.name}")
def test_every_labelled_answer_gets_its_finding(one, monkeypatch):
    seeds = (0,) if one.finding == "endless" else (0, 1)
    if one.finding == "endless":
        monkeypatch.setattr(practice, "SECONDS", 1.0)
    assert [first(one.turn, one.answer(), seed) for seed in seeds] == [one.finding] * len(seeds)


@pytest.mark.parametrize("name", TURNS)
def test_each_turn_has_right_answers_and_six_wrong_ones(name):
    found = Counter(one.finding for one in LABELLED if one.turn == name)
    assert found["-"] >= 3
    assert sum(found.values()) - found["-"] >= 6
    named = {wrong.name for wrong in TURNS[name].wrong}
    assert named <= set(found), f"no labelled answer gets {named - set(found)}"


@pytest.mark.parametrize("name", TURNS)
def test_each_slip_is_found_by_its_name_and_the_reference_is_right_whatever_the_seed(name):
    exercise = TURNS[name]
    exercise.forbids, kept_words = (), exercise.forbids  # the reference may be torch's own
    try:
        for seed in range(3):
            assert first(name, exercise.reference, seed) == "-"
            for wrong in exercise.wrong:
                assert first(name, wrong.version, seed) == wrong.name
    finally:
        exercise.forbids = kept_words


OWN = {  # chapter -> turn -> the course's own version, where it takes what the turn takes
    "01_rnn": {
        "final_state": "final_state",
        "rnn_layer": "RNNLayer",
        "spell": "spell",
        "clip": "clip_by_hand",
        "evaluate": "evaluate",
    },
    "02_cnn": {
        "shift_kernel": "shift_kernel",
        "diagonal_kernel": "diagonal_kernel",
        "window": "window",
        "output_size": "output_size",
        "batch_norm": "BatchNormLayer",
        "shapes": "shapes",
        "move_each": "move_each",
        "weight_gradient": "weight_gradient",
    },
    "03_transformer": {
        "split_heads": "split_heads",
        "join_heads": "join_heads",
        "residual": "add",
        "shifted": "shifted",
        "smoothing": "smoothing_loss",
        "sight_a": "sight_a",
        "sight_b": "sight_b",
        "sight_c": "sight_c",
    },
}


@pytest.mark.parametrize("chapter", OWN)
def test_the_chapters_stubs_are_untouched_and_its_own_versions_are_right(chapter):
    lesson = lessons.load(chapter)
    stubs = {name: getattr(lesson, name) for name in vars(lesson) if name.lower().startswith("my")}
    stubs.pop("MyCNN", None)  # the course's own, of the documents
    asked = {name for name, exercise in TURNS.items() if exercise.chapter == int(chapter[:2])}
    assert len(stubs) == len(asked) >= 10
    assert all(practice.untouched(stub).startswith("no answer yet") for stub in stubs.values())
    for name, own in OWN[chapter].items():
        assert first(name, getattr(lesson, own)) == "-"


def test_descriptions_are_short_and_whole():
    """At most 40 lines, the table of slips, imports and empty lines not counted."""
    for name, exercise in TURNS.items():
        source = inspect.getsource(sys.modules[exercise.module])
        lines, body = source.splitlines(), ast.parse(source).body
        parts = [
            part
            for part in body[1:]
            if not isinstance(part, ast.Import | ast.ImportFrom)
            and not (isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "WRONG")
        ]
        count = sum(bool(line.strip()) for part in parts for line in lines[part.lineno - 1 : part.end_lineno])
        assert count <= 40, f"{name}: {count} lines"
        assert exercise.chapter in (1, 2, 3) and 2 <= len(exercise.hints) <= 3
        assert exercise.compared and exercise.title


def test_every_slip_is_used_and_an_unknown_one_is_refused():
    used = {wrong.name for exercise in TURNS.values() for wrong in exercise.wrong}
    assert set(SLIPS) == used
    with pytest.raises(LookupError, match="no row for the finding 'forgot'"):
        slips(CLIP, forgot={"a": "b"})
    with pytest.raises(ValueError, match="'nowhere' stands 0 times in reference"):
        slips(CLIP, forgets={"nowhere": "b"})


# --- what is said


def my_clip(parameters, max_norm):
    """A docstring."""
    ...


class Stub(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih_l0 = nn.Parameter(torch.randn(hidden_size, input_size))

    def forward(self, x):
        """x -> outputs, h."""
        ...


class EmptyStub(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        raise NotImplementedError("no answer yet")

    def forward(self, x): ...


def test_a_stub_that_nobody_touched_is_told_by_its_source(capsys):
    assert said(capsys, "clip", my_clip) == "no answer yet\n"
    assert said(capsys, "rnn_layer", EmptyStub) == "no answer yet\n"
    assert said(capsys, "rnn_layer", Stub) == "no answer yet: forward is still empty\n"
    decorated = torch.no_grad()(my_clip)
    assert said(capsys, "clip", decorated) == "no answer yet\n"
    assert not kept._path().exists() or "tries" not in kept._path().read_text(encoding="utf-8")


class WithoutParameters(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        return x


def test_a_constructor_that_makes_nothing_is_no_stub():
    assert checks.practice.untouched(WithoutParameters) == ""


def my_other_clip(parameters, max_norm):
    """A docstring."""
    ...
    parameters = 0  # noqa: F841


def test_what_gives_nothing_back_is_asked_for_its_return(capsys):
    assert "returns nothing: is the `return` missing?" in said(capsys, "clip", my_other_clip)
    assert "returns nothing" in said(capsys, "clip", eval("lambda parameters, max_norm: None"))


def test_a_right_answer_is_told_what_it_was_compared_with(capsys):
    assert said(capsys, "clip", CLIP).startswith("✓ right: long gradients are cut to max_norm together")


def test_who_says_what_a_model_sees_is_told_where_the_probe_shows_something_else(capsys):
    claims = said(capsys, "sight_a", lambda T: torch.ones(T, T, dtype=torch.bool).tril())
    assert "this is what the model claims\n  your code: output 0 does not see input 1\n" in claims
    whole = said(capsys, "sight_b", lambda lengths, text, T: torch.ones(2, T) > 0)
    assert "your code: head 0 sees place 4\n" in whole
    assert "returns nothing" in said(capsys, "sight_c", lambda mask: None)


def test_a_wrong_answer_is_told_the_small_arguments_of_the_call(capsys):
    text = said(capsys, "output_size", lambda n, k, stride=1, padding=0, dilation=1: n // stride)
    assert text.startswith("✗ not yet: the result is another one, with n=7, k=3\n"), text


def each_alone(parameters, max_norm):
    total = 0
    for p in parameters:
        total += p.gradient.norm()
    return total


def written_over(from_input, is_letter, W_hh):
    h = from_input.new_zeros(len(from_input), len(W_hh))
    for t in range(from_input.shape[1]):
        new = torch.tanh(from_input[:, t] + h @ W_hh.T)
        h[is_letter[:, t]] = new[is_letter[:, t]]
    return h


class StatesInOne(nn.RNN):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, batch_first=True)

    def forward(self, x):
        h = x.new_zeros(len(x), x.shape[1] + 1, self.hidden_size)
        for t in range(x.shape[1]):
            from_input = x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0
            from_past = h[:, t] @ self.weight_hh_l0.T + self.bias_hh_l0
            torch.tanh(from_input + from_past, out=None).add_(0)
            h[:, t + 1].copy_(torch.tanh(from_input + from_past))
        return h[:, 1:], h[:, -1][None]


def two_zeros(series, W_xh, W_hh):
    h = torch.zeros(2)
    for x_t in series:
        h = torch.tanh(W_xh @ x_t[None] + W_hh @ h)
    return h


def four_zeros(series, W_xh, W_hh):
    h = torch.zeros(4)
    return torch.tanh(W_xh @ series[:1] + W_hh @ h)


def without_a_derivative(series, W_xh, W_hh):
    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a.tanh()

        @staticmethod
        def backward(ctx, grad):
            raise ValueError("not written " + "yet " * 200)

    h = torch.zeros(len(W_hh))
    for x_t in series:
        h = Own.apply(W_xh @ x_t[None] + W_hh @ h)
    return h


def in_a_column(logits, temperature):
    if not 0 <= temperature < float("inf"):
        raise ValueError("a temperature from 0 on")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1)


@pytest.mark.parametrize(
    "turn, answer, told",
    [
        (
            "padded_state",
            written_over,
            "a value that the way back needs is overwritten\n"
            "  expected: a new tensor at each step: torch.where(…), or a list of the steps and torch.stack\n"
            "  your code: h[is_letter[:, t]] = new[is_letter[:, t]]\n",
        ),
        ("rnn_layer", StatesInOne, "your code: h[:, t + 1].copy_(torch.tanh(from_input + from_past))\n"),
        ("final_state", two_zeros, "✗ not yet: the memory has two units"),
        ("final_state", four_zeros, "an error, with series (4,), W_xh (2, 1), W_hh (2, 2)\n"),
        (
            "final_state",
            without_a_derivative,
            "way back stops with an error\n  your code: ValueError: not",
        ),
        ("final_state", without_a_derivative, "yet yet …, in the line: raise ValueError("),
        ("sample", in_a_column, "whole numbers of shape (4000, 1) in place of (4000,)\n"),
    ],
)
def test_what_readers_stumbled_over_is_told_with_their_line_and_the_tasks_names(capsys, turn, answer, told):
    text = said(capsys, turn, answer)
    assert told in text, text
    assert "argument 1" not in text


def raising(error):
    def my_answer(parameters, max_norm):
        raise error

    return my_answer


def recursing(parameters, max_norm):
    return recursing(parameters, max_norm)


def flooding(parameters, max_norm):
    while True:
        print("x" * 10_000)


def leaving(parameters, max_norm):
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    os.environ["LEFT"] = "behind"
    return CLIP(parameters, max_norm)


class Odd:
    def __getattribute__(self, name):
        raise SystemExit(name)


def holding_itself(parameters, max_norm):
    inside = []
    inside.append(inside)
    return inside


@pytest.mark.parametrize(
    "answer, told",
    [
        (
            each_alone,
            "has no attribute 'gradient', in the line: total += p.gradient.norm()",
        ),
        (raising(SystemExit("enough")), "SystemExit: enough, in the line: raise error"),
        (raising(GeneratorExit()), "GeneratorExit: , in the line: raise error"),
        (raising(ZeroDivisionError("\x1b[31m\n" * 9000)), "ZeroDivisionError"),
        (recursing, "RecursionError: maximum recursion depth exceeded"),
        (flooding, "stopped after 1 seconds, in the line: "),
        (lambda parameters, max_norm: Odd(), "✗ not yet"),
        (holding_itself, "✗ not yet"),
        (lambda parameters, max_norm: (yield 3), "✗ not yet"),
        (lambda parameters, max_norm: torch.zeros(2, 2).to_sparse(), "✗ not yet"),
        (lambda parameters, max_norm: parameters.clear(), "✗ not yet"),
    ],
)
def test_whatever_an_answer_does_is_told_and_stops_nothing(capsys, monkeypatch, answer, told):
    if answer is flooding:
        monkeypatch.setattr(practice, "SECONDS", 1.0)
    with unharmed():
        text = said(capsys, "clip", answer)
    assert text.startswith("✗ not yet: ") and told in text, text
    assert len(text) < 1500 and text.count("\n") < 9


def test_who_stops_a_cell_stops_it():
    with pytest.raises(KeyboardInterrupt):
        checks.turn("clip", raising(KeyboardInterrupt()))


def test_what_an_answer_leaves_behind_is_put_back(capsys):
    draws = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
    with unharmed():
        text = said(capsys, "clip", leaving)
        assert text.startswith("✓ right")
        assert torch.is_grad_enabled() and torch.get_default_dtype() == torch.float32
    assert "LEFT" not in os.environ
    assert torch.equal(torch.get_rng_state(), draws[0])
    assert (np.random.get_state()[1].tolist(), random.getstate()) == draws[1:]


def test_no_watcher_is_left_behind_and_a_late_end_does_no_harm():
    from helpers.checks.overtime import Overtime, at_most

    before = threading.active_count()
    for _ in range(30):
        with contextlib.suppress(Overtime), at_most(1e-6):
            pass
    with pytest.raises(Overtime), at_most(0.05):
        while True:
            time.sleep(0.001)
    time.sleep(0.05)
    assert threading.active_count() <= before


@pytest.mark.parametrize(
    "given, told",
    [
        (("clipp", CLIP), "there is no turn 'clipp'; is it 'clip'?"),
        (("zzz", CLIP), "there is no turn 'zzz'; there are "),
        ((CLIP, "clip"), 'the name of the turn comes first, in quotation marks: "clip"'),
        (("clip", Stub), "the class Stub"),
        (
            ("clip", None),
            "something else was given\n  expected: a function, by its name alone\n  your code: None",
        ),
        (("clip", torch.ones(3)), "your code: an object of type Tensor"),
        (("clip", lambda grads: grads), "expected: (parameters, max_norm)\n  your code: (grads)"),
        (
            ("rnn_layer", CLIP),
            "expected: a class, by its name alone, without brackets\n  your code: the function reference",
        ),
        (("rnn_layer", nn.RNN(2, 3)), "a layer that is already built, RNN(...)"),
        (("rnn_layer", Odd), "the class is not derived from nn.Module"),
        (("rnn_layer", nn.RNN), "by hand was asked for, and this is torch's own"),
        (("clip", len), "✗ not yet"),
    ],
)
def test_something_else_in_its_place_gets_a_sentence(capsys, given, told):
    assert told in said(capsys, *given)


def test_prints_of_an_answer_are_not_shown_and_that_is_said(capsys, monkeypatch):
    monkeypatch.setattr(practice, "SECONDS", 1.0)
    text = said(capsys, "clip", flooding)
    assert "what it prints is not shown here" in text


# --- hints and progress

WRONG = {wrong.name: wrong for wrong in TURNS["clip"].wrong}
HINTS = TURNS["clip"].hints


def typed(name):
    """A wrong version with a source of its own."""
    version = WRONG[name].version

    def my_clip(parameters, max_norm):
        return version(parameters, max_norm)

    return my_clip


def sources(monkeypatch, *marks):
    """Each call of `turn` sees the next of these as the answer's source."""
    following = iter(marks)
    monkeypatch.setattr(practice, "_source", lambda answer: next(following))
    monkeypatch.setattr(practice, "untouched", lambda answer: "")


def test_the_second_wrong_answer_brings_the_hint_of_its_mistake_and_the_next_ones_the_others(
    capsys, monkeypatch
):
    sources(monkeypatch, "a", "b", "c", "d", "e")
    own = WRONG["squared"].hint
    assert said(capsys, "clip", typed("squared")).endswith('a hint: checks.hint("clip")\n')
    assert said(capsys, "clip", typed("squared")).endswith(f"hint: {own}\n")
    assert said(capsys, "clip", typed("squared")).endswith(f"hint: {HINTS[0]}\n")
    assert said(capsys, "clip", typed("always")).endswith(f"hint: {WRONG['always'].hint}\n")
    assert said(capsys, "clip", typed("always")).endswith(f"hint: {HINTS[1]}\n")


def test_the_same_wrong_answer_again_counts_once(capsys, monkeypatch):
    sources(monkeypatch, "a", "a", "a", "b", "b")
    texts = [said(capsys, "clip", typed("squared")) for _ in range(5)]
    assert texts[0] == texts[1] == texts[2] and texts[3] == texts[4] != texts[0]
    checks.progress()
    assert "Clipping by the norm of all gradients, tried 2 times\n" in capsys.readouterr().out


def test_a_hint_can_be_asked_for_and_they_come_to_an_end(capsys, monkeypatch):
    checks.hint("clip")
    checks.hint("clip")
    checks.hint("clip")
    assert capsys.readouterr().out.splitlines() == [*HINTS, practice.NO_MORE]
    sources(monkeypatch, "a")
    checks.turn("clip", typed("squared"))
    checks.hint("clip")
    assert capsys.readouterr().out.endswith(f"{WRONG['squared'].hint}\n")
    checks.hint("clipp")
    checks.hint(my_clip)
    assert capsys.readouterr().out == (
        "there is no turn 'clipp'; is it 'clip'?\n"
        f'the name of the turn comes first, in quotation marks: "{checks.TURNS[0]}"\n'
    )


def test_progress_names_the_turns_of_the_chapter_in_the_order_in_which_they_came(capsys, monkeypatch):
    checks.turn("clip", CLIP)
    checks.turn("bptt", my_bptt)
    capsys.readouterr()
    checks.progress()
    lines = capsys.readouterr().out.splitlines()
    of_chapter_1 = [one for one in TURNS.values() if one.chapter == 1]
    assert lines[0] == f"turns done: 1 of {len(of_chapter_1)}"
    assert lines[1:3] == [
        "  ✓ Clipping by the norm of all gradients",
        "  · Backpropagation through time by hand",
    ]
    assert len(lines) == 1 + len(of_chapter_1)
    monkeypatch.setattr(practice, "_met", [])  # another day
    checks.progress(1)
    assert "✓ Clipping" in capsys.readouterr().out


def my_bptt(W_hh, states, g): ...


@pytest.mark.parametrize(
    "entry",
    [
        {"done": "yes", "tries": -1, "hints": 3, "likely": None, "last": 5},
        {"hints": [1, "known", None], "tries": True},
        {"done": True, "more": {}},
        {},
    ],
)
def test_an_entry_that_somebody_edited_stops_nothing(capsys, entry):
    document = {"turns": {"clip": entry, "gone": {"done": True}}, "later": {}}
    kept._path().write_text(json.dumps(document), encoding="utf-8")
    checks.hint("clip")
    checks.turn("clip", CLIP)
    checks.progress()
    assert "✓ Clipping" in capsys.readouterr().out
    assert json.loads(kept._path().read_text(encoding="utf-8"))["turns"]["gone"] == {"done": True}
