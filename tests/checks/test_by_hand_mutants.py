"""The judges of 05_by_hand are tested: a right answer with one thing changed must lose points, unless right.

All labelled right answers are changed mechanically (`mutants`). Whether a mutant does the same as the answer
that it was made from is told by the exercise's twin (`tests/support/twins`), which shares nothing with the
judges. Counted is what runs and gives the same shapes. `MUTANTS=4 python -m pytest -m labelled
tests/checks/test_by_hand_mutants.py` takes four times as many.
"""

import ast
import contextlib
import functools
import io
import os
import re
import signal
import tomllib
import warnings
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import mutants
import pytest
import torch
from by_hand_answers import ALL, DEFINES
from mutants import Endless, at_most
from torch_state import unharmed
from twins.common import where_they_differ

from helpers import checks
from helpers.checks.state import fresh

KEPT = 80  # of each exercise
TIMES = int(os.environ.get("MUTANTS", 1))
SEEDS = (0, 1, 2)  # of the twin
HIDDEN = {name: 5011 + k for k, name in enumerate(DEFINES)}  # the hidden cell's seed; the visible cell's is 0
LISTED = tomllib.loads(Path(__file__).with_name("by_hand_mutants.toml").read_text(encoding="utf-8"))
# What no exercise asks for, and points do not hang on.
COUNTER = re.compile(r"num_batches_tracked|ValueError")
BESIDES = re.compile(r"^mixed: modes after$|: passes$")


def made_of(exercise):
    """(right answer, mutant's name, mutant), each program once; nothing that is labelled itself."""
    seen = {ast.unparse(ast.parse(answer.source)) for answer in ALL}
    for answer in (one for one in ALL if one.exercise == exercise and one.kind == "right"):
        for mutant in mutants.mutants(answer.source):
            if mutant.source not in seen and not COUNTER.search(mutant.change):
                seen.add(mutant.source)
                yield answer, f"{answer.name}: {mutant.change}", mutant


def form(value):
    """Shapes, types and errors of what a twin has noted, without the numbers."""
    if isinstance(value, torch.Tensor):
        return tuple(value.shape), value.dtype
    if isinstance(value, dict):
        return {key: form(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [form(part) for part in value]
    return value if isinstance(value, str) else type(value)


def asked(value):
    """What was seen, without what no exercise asks for: counters, modes of parts that came mixed, passes."""
    if isinstance(value, dict):
        return {key: asked(part) for key, part in value.items() if not BESIDES.search(key)}
    if isinstance(value, list):
        return [asked(part) for part in value if not _counts_calls(part)]
    return value


def _counts_calls(part):
    """Is this ((kind, name), value) of a counter?"""
    return isinstance(part, tuple) and isinstance(part[0], tuple) and bool(COUNTER.search(part[0][1]))


def seen_of(answer):
    return [asked(answer.seen(seed)) for seed in SEEDS]


noted = functools.cache(seen_of)  # what was seen of a right answer serves all its mutants


def trial(answer, mutant):
    """(what became of the mutant, what tells it from the right answer)."""
    changed = replace(answer, source=mutant.source)
    try:
        with at_most(10):
            seen = seen_of(changed)
    except Endless:
        return "endless", ""
    except Exception:
        return "crashed", ""
    before = noted(answer)
    if form(seen) != form(before):
        return "other shape", ""
    told = [key for a, b in zip(before, seen, strict=True) for key in where_they_differ(a, b, 1e-6)]
    try:
        with at_most(60):
            shares = [verdict(changed, seed).share for seed in (HIDDEN[answer.exercise], 0)]
    except Endless:
        return "caught", "endless"
    if told:
        return ("caught" if all(share < 1 for share in shares) else "survived"), ", ".join(told)
    return ("false alarm" if any(share < 1 for share in shares) else "equivalent"), ""


def verdict(answer, seed):
    exercise = checks.exercise(answer.exercise)
    task = exercise.task(seed)
    with unharmed():
        return exercise.judge(task, exercise.probe(answer.defined(), task))


@pytest.mark.labelled
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="endless mutants are stopped by a timer of Unix")
@pytest.mark.parametrize("exercise", DEFINES)
def test_mutants_of_right_answers_lose_points_unless_they_are_right(exercise, monkeypatch, capsys):
    monkeypatch.setattr(checks.exercise(exercise), "_explanations", lambda: ())  # the mark, not its reasons
    counts, by_name, tried = Counter(), {"survived": {}, "false alarm": {}}, set()
    with fresh(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for answer, name, mutant in sorted(made_of(exercise), key=lambda made: zlib.crc32(made[1].encode())):
            quiet = io.StringIO()
            with unharmed(), contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                became, told = trial(answer, mutant)
            counts[became] += 1
            tried.add(name)
            if became in by_name:
                by_name[became][name] = told
            kept = sum(counts[one] for one in ("caught", "survived", "false alarm", "equivalent"))
            if kept == TIMES * KEPT:
                break
    with capsys.disabled():
        print(f"\n{exercise}: {counts.total()} mutants, {kept} run and keep their shape:", dict(counts))
    assert kept == TIMES * KEPT
    for became, found in by_name.items():
        known = LISTED.get(became, {}).get(exercise, {}).keys() & tried
        assert found.keys() == known, (became, found)
    assert counts["caught"] >= 0.98 * (counts["caught"] + counts["survived"])
