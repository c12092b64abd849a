"""The graders are tested: a right answer with one thing changed must lose points, unless it is still right.

All labelled right answers are changed mechanically (`mutants`). What still runs and gives the right shape is
graded with the seeds of the notebook. Whether such a mutant does the same as the answer that it was made from
is told by `equivalence`, which shares nothing with the graders. Both set all weights, so that initial weights
do not count.

Of each exercise so many mutants are graded as KEPT says, in a mixed but fixed order: about five minutes on
one core. `MUTANTS=4 python -m pytest -m labelled tests/checks/test_mutants.py` takes four times as many.
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

import equivalence
import mutants
import pytest
from labelled import DEFINES, RIGHT
from mutants import Endless, at_most
from torch_state import unharmed

from helpers.checks.state import fresh

# How many that run and keep their shape: the training loop is the fastest to judge.
KEPT = {
    "two_layer_lstm": 50,
    "dropout_gru": 45,
    "birnn_bn": 120,  # one in 80 may have another momentum, which is right: 98 in 100 needs so many
    "gradient_clipping": 200,
    "dropout_classifier": 45,
}
TIMES = int(os.environ.get("MUTANTS", 1))
# Called with wrong arguments, PyTorch's inner functions read and write beyond their memory: the process dies.
RAW = re.compile(r"torch\.(_VF\.)?(lstm|gru|rnn_tanh)\(")
# The hidden cell's seed in the notebook; the visible cell's is 0.
HIDDEN = {
    "two_layer_lstm": 4011,
    "dropout_gru": 4012,
    "birnn_bn": 4013,
    "gradient_clipping": 4014,
    "dropout_classifier": 4015,
}
# Right in the exercise, whose network is three layers in a row; others are trained here too.
NARROW = ("layers_one_by_one_and_autograd_grad",)
# A module that was traced in float32 stops in float64, in which answers are told apart.
ONE_TYPE = ("traced_lstm",)
LISTED = tomllib.loads(Path(__file__).with_name("mutants.toml").read_text(encoding="utf-8"))


def made_of(exercise):
    """(right answer, mutant's name, mutant), each program once; nothing that is labelled itself."""
    seen = {ast.unparse(ast.parse(answer.source)) for answer in RIGHT}
    for answer in RIGHT:
        if answer.exercise != exercise or answer.name in (*NARROW, *ONE_TYPE) or RAW.search(answer.source):
            continue
        for mutant in mutants.mutants(answer.source):
            if mutant.source not in seen:
                seen.add(mutant.source)
                yield answer, f"{answer.name}: {mutant.change}", mutant


def trial(answer, mutant):
    """What `_trial` says. A mutant may leave gradients off for all that comes after it: not beyond this."""
    with unharmed():
        return _trial(answer, mutant)


def _trial(answer, mutant):
    """(what became of the mutant, what tells it from the right answer or "", findings of the hidden cell)."""
    changed = replace(answer, source=mutant.source)
    try:
        with at_most(2):
            if not equivalence.keeps_its_shape(answer.exercise, changed.answer()):
                return "other shape", "", []
    except Endless:
        return "endless", "", []
    except Exception:
        return "crashed", "", []
    try:
        with at_most(120):
            verdicts = [changed.verdict(seed) for seed in (HIDDEN[answer.exercise], 0)]
    except Endless:
        return "caught", "endless", []
    findings = [finding.name for finding in verdicts[0].findings]
    told, relabelled = _different(answer, changed)
    if told and not relabelled:
        return "caught" if all(v.share < 1 for v in verdicts) else "survived", told, findings
    if any(v.share < 1 for v in verdicts):
        if not relabelled and not any(v.lost for v in verdicts):
            return "to be read", told, findings
        return "refused" if relabelled else "false alarm", told, findings
    return "other weights" if relabelled else "equivalent", told, findings


@functools.cache
def seen_of(answer):
    """What `equivalence` has seen of a right answer, kept for its next mutant."""
    return {}


def different(answer, changed):
    """What `_different` says, with torch put back as it was."""
    with unharmed():
        return _different(answer, changed)


def _different(answer, changed):
    """(what tells the two apart, or ""; whether they are the same once the weights are relabelled)."""
    right, other, seen = answer.answer(), changed.answer(), seen_of(answer)
    try:
        with at_most(120):
            found = equivalence.difference(answer.exercise, right, other, seen)
            if found is None:
                return "", False
            relabelled = equivalence.same_with_other_weights(answer.exercise, right, other, seen, found)
    except Endless:
        return "endless", False
    return f"{found.situation}: {found.told}", relabelled


def right(exercise, name):
    return next(answer for answer in RIGHT if (answer.exercise, answer.name) == (exercise, name))


def test_each_mutant_has_one_change_and_is_there_once():
    source = "def f(a, b):\n    c = a - 1\n    if c > b:\n        return c\n    return g(c, b)"
    made = mutants.mutants(source)
    sources = [mutant.source for mutant in made]
    assert len(set(sources)) == len(sources)
    assert ast.unparse(ast.parse(source)) not in sources
    changes = {mutant.change: mutant.operator for mutant in made}
    assert changes["c = a - 1 → c = a + 1"] == "arithmetic"
    assert changes["c = a - 1 → c = b - 1"] == "another_name"
    assert changes["if c > b: → if c >= b:"] == "comparison"
    assert changes["return g(c, b) → return g(b, c)"] == "argument"
    assert changes["dropped: c = a - 1"] == "dropped"
    assert changes["swapped: c = a - 1 / if c > b:"] == "swapped"


@pytest.mark.labelled
@pytest.mark.filterwarnings("ignore:dropout option")
@pytest.mark.parametrize(
    "exercise, name, old, new, told",
    [
        ("dropout_gru", "nn_gru_h_n", "h_n[-1]", "out[:, -1]", None),
        ("dropout_gru", "nn_gru_h_n", "h_n[-1]", "h_n[1]", "num_layers=3"),
        ("dropout_gru", "nn_gru_h_n", "dropout=dropout", "dropout=0.3", "spread differs"),
        ("dropout_gru", "nn_gru_h_n", "h_n[-1]", "h_n[-1].detach()", "gradient of x differs"),
        ("birnn_bn", "nn_rnn_h_n", "(2 * hidden_size)", "(2 * hidden_size, momentum=0.2)", "after training"),
        ("two_layer_lstm", "nn_lstm_h_n", "=256", "=255", "defaults"),
        ("gradient_clipping", "zero_grad_last", "optimizer.zero_grad()", "model.zero_grad()", None),
        ("gradient_clipping", "zero_grad_last", "optimizer.zero_grad()", "", "weights after each step"),
        ("gradient_clipping", "zero_grad_last", "norm.item()", "min(norm.item(), max_norm)", "norms differs"),
    ],
)
def test_equivalence_tells_what_is_different(exercise, name, old, new, told):
    answer = right(exercise, name)
    assert old in answer.source
    found = different(answer, replace(answer, source=answer.source.replace(old, new)))[0]
    assert (told in found) if told else found == ""


@pytest.mark.labelled
@pytest.mark.filterwarnings("ignore:dropout option")
def test_equivalence_knows_the_same_functions_kept_in_other_weights():
    answer = right("dropout_gru", "by_hand_torch_convention")
    for old, new in (("zx, rx, nx", "rx, zx, nx"), ("zh, rh, nh", "rh, zh, nh")):
        answer = replace(answer, source=answer.source.replace(old, new))
    found, relabelled = different(right("dropout_gru", "by_hand_torch_convention"), answer)
    assert "eval: output differs" in found
    assert relabelled


@pytest.mark.labelled
def test_equivalence_takes_all_right_loops_for_one():
    loops = [answer for answer in RIGHT if answer.exercise == "gradient_clipping"]
    first, *others = [answer for answer in loops if answer.name not in NARROW]
    assert {
        answer.name: different(first, answer)[0] for answer in others if different(first, answer)[0]
    } == {}


@pytest.mark.labelled
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="endless mutants are stopped by a timer of Unix")
@pytest.mark.parametrize("exercise", DEFINES)
def test_mutants_of_right_answers_are_marked_down_unless_they_are_right(exercise, capsys):
    counts, noted = Counter(), {"survived": {}, "refused": {}, "false alarm": {}}
    tried = set()
    with fresh(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for answer, name, mutant in sorted(made_of(exercise), key=lambda made: zlib.crc32(made[1].encode())):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                became, told, findings = trial(answer, mutant)
            counts[became] += 1
            tried.add(name)
            if became in noted:
                noted[became][name] = (told, findings)
            kept = counts.total() - counts["crashed"] - counts["other shape"] - counts["endless"]
            if kept == TIMES * KEPT[exercise]:
                break
    with capsys.disabled():
        print(f"\n{exercise}: {counts.total()} mutants, {kept} run and keep their shape:", dict(counts))
    assert not noted["false alarm"], noted["false alarm"]
    stopped = {a.name for a in RIGHT for seen in seen_of(a).values() if "stops" in seen}
    assert not stopped, f"these right answers stop, so that nothing can be told: {stopped}"
    for became in ("survived", "refused"):
        known = LISTED[became].get(exercise, {}).keys() & tried
        assert noted[became].keys() == known, (became, noted[became], known)
    assert counts["to be read"] <= 0.05 * counts.total(), counts  # a person reads these: nothing is lost
    assert counts["caught"] >= 0.98 * (counts["caught"] + counts["survived"])
