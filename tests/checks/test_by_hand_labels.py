"""The labelled answers of `05_by_hand`: that each is what its label says, shown without the judge.

A twin of each exercise (tests/support/twins) can have single mistakes switched on. Without any it is compared
with torch; right answers are compared with it, and wrong ones with the twin that has exactly their mistakes.
"""

import ast
import re
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from by_hand_answers import ALL, DEFINES, FOLDER, answers, twin_of
from torch import nn
from torch_state import unharmed
from twins import bptt
from twins.common import where_they_differ

TOLERANCE = {"evaluate": 1e-6}  # a share by way of float32 is right too
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def case_id(answer):
    return f"{answer.exercise}-{answer.name}"


@cache
def twin_seen(exercise, faults, seed=0):
    """What there is to see of a twin with these mistakes, each given with its form."""
    module = twin_of(exercise)
    with unharmed():
        return module.observe(module.twin(dict(faults)), seed)


def told_apart(answer, seen, faults):
    """Where the answer does another thing than the twin with these mistakes."""
    return where_they_differ(seen, twin_seen(answer.exercise, tuple(faults.items())), answer.tolerance)


@pytest.mark.parametrize("exercise", DEFINES)
def test_there_are_enough(exercise):
    found = answers(exercise)
    of_kind = {kind: [a for a in found if a.kind == kind] for kind in ("right", "wrong", "half")}
    assert sum(map(len, of_kind.values())) == len(found)
    assert len(of_kind["right"]) >= 10
    assert len(of_kind["wrong"]) >= 24
    assert len(of_kind["half"]) >= 5
    assert sum(len(a.mistakes) >= 2 for a in of_kind["wrong"]) >= 10
    assert all((a.mistakes == ()) == (a.kind == "right") for a in found)
    assert len({a.name for a in found}) == len(found)
    assert len({ast.dump(ast.parse(a.source)) for a in found}) == len(found)


@pytest.mark.parametrize("exercise", DEFINES)
def test_every_mistake_is_explained_and_every_explained_one_is_made(exercise):
    sections = {part.split("\n")[0]: part for part in README.split("\n## ")[1:]}
    rows = {
        title: [row.split(" | ")[0] for row in text.splitlines() if row.startswith("| `")]
        for title, text in sections.items()
    }
    explained = {title: set(re.findall(r"`(\w+)`", " ".join(names))) for title, names in rows.items()}
    made = {mistake for answer in answers(exercise) for mistake in answer.mistakes}
    assert made - explained["Everywhere"] == explained[exercise]


@pytest.mark.parametrize("answer", [a for a in ALL if a.kind == "right"], ids=case_id)
def test_a_right_answer_does_what_torch_does(answer):
    for seed in (0, 1):
        expected = twin_seen(answer.exercise, (), seed)
        assert not where_they_differ(answer.seen(seed), expected, TOLERANCE.get(answer.exercise, 1e-9))
    assert not answer.forbidden()


@pytest.mark.parametrize("answer", [a for a in ALL if a.kind != "right"], ids=case_id)
def test_a_wrong_answer_makes_exactly_its_mistakes(answer):
    assert answer.forbidden() == ("forbidden_function" in answer.mistakes)
    seen = answer.seen(0)
    forms = [faults for faults in answer.faults() if not told_apart(answer, seen, faults)]
    assert forms, min((told_apart(answer, seen, faults) for faults in answer.faults()), key=len)
    for mistake in forms[0]:  # each of them is to be seen beside the other
        for faults in answer.faults():
            fewer = {name: form for name, form in faults.items() if name != mistake}
            assert told_apart(answer, seen, fewer), f"the same without {mistake}"


def torchs_attention(q, k, v, lengths=None, causal=False):
    T, S = q.shape[2], k.shape[2]
    mask = torch.ones(len(q), 1, T, S, dtype=torch.bool)
    if lengths is not None:
        mask = mask & (torch.arange(S) < lengths[:, None])[:, None, None]
    mask = mask.tril() if causal else mask
    blind = ~mask.any(-1, keepdim=True)
    output = F.scaled_dot_product_attention(q, k, v, mask | blind).masked_fill(blind, 0)
    eye = torch.eye(S, dtype=q.dtype).expand(*k.shape[:2], S, S)
    return output, F.scaled_dot_product_attention(q, k, eye, mask | blind).masked_fill(blind, 0)


@pytest.mark.parametrize(
    "exercise, torchs",
    [("attention", torchs_attention), ("batch_norm", nn.BatchNorm1d), ("bptt", bptt.by_autograd)],
)
def test_the_twin_without_mistakes_is_torchs(exercise, torchs):
    """That of `conv1d` is torch's own function; those of `evaluate` and `greedy_decode` have no other."""
    for seed in (0, 1, 2):
        with unharmed():
            seen = twin_of(exercise).observe(torchs, seed)
        assert not where_they_differ(seen, twin_seen(exercise, (), seed))


def test_the_twin_of_many_heads_is_torchs():
    """With as many heads of keys as of queries, and the same numbers."""
    ours = twin_of("multihead").twin({})(12, 3, 3).double()
    theirs = nn.MultiheadAttention(12, 3, batch_first=True).double()
    layers = (ours.q_proj, ours.k_proj, ours.v_proj)
    theirs.in_proj_weight.data = torch.cat([layer.weight for layer in layers]).detach()
    theirs.in_proj_bias.data = torch.cat([layer.bias for layer in layers]).detach()
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    x, mask = torch.randn(2, 5, 12, dtype=torch.float64), torch.ones(5, 5, dtype=torch.bool).tril()
    output, weights = theirs(x, x, x, attn_mask=~mask, average_attn_weights=False)
    torch.testing.assert_close(ours(x, mask), (output, weights))


def test_the_twin_of_fewer_heads_is_torchs_grouped_attention():
    D, nH, nK = 12, 6, 3
    ours = twin_of("multihead").twin({})(D, nH, nK).double()
    x = torch.randn(2, 5, D, dtype=torch.float64)
    heads = [
        layer(x).unflatten(2, (n, -1)).transpose(1, 2)
        for layer, n in ((ours.q_proj, nH), (ours.k_proj, nK), (ours.v_proj, nK))
    ]
    mixed = F.scaled_dot_product_attention(*heads, enable_gqa=True)
    torch.testing.assert_close(ours(x)[0], ours.out_proj(mixed.transpose(1, 2).flatten(2)))
