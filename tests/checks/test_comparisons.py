"""Functions, layers and loops: right answers earn all, wrong ones lose what they get wrong, with reasons."""

import itertools
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from labelled import through_bytes
from torch import nn
from torch.nn import functional as F

from helpers import checks
from helpers.checks import exercises, known
from helpers.checks.by_hand import OPERATIONS, STOPPED, Watch
from helpers.checks.comparison import Case, Wrong, differs
from helpers.checks.exercise import Shelf, _registered, register, registered
from helpers.checks.functions import Function
from helpers.checks.layers import Layer
from helpers.checks.report import Item


def verdict(exercise, answer, seed=0):
    task = exercise.task(seed)
    return exercise.judge(task, through_bytes(exercise.probe(answer, task)))


def names(exercise, answer, seed=0):
    return [finding.name for finding in verdict(exercise, answer, seed).findings]


def some(random, *shape):
    return random.standard_normal(shape).astype("float32")


# --- a function


def attention(q, k, v, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(~torch.ones_like(scores).tril().bool(), -math.inf)
    weights = scores.softmax(-1)
    return weights @ v, weights


def mask_after_softmax(q, k, v, causal=False):
    weights = attention(q, k, v)[1]
    weights = weights.tril() if causal else weights
    return weights @ v, weights


def attention_cases(random):
    q, k, v = (some(random, 2, 5, 4) for _ in range(3))
    return [Case([q, k, v], item="plain"), Case([q, k, v], {"causal": True}, item="causal")]


ATTENTION = Function(
    "worked.attention",
    title="attention",
    items=[Item("plain", "weights and output", 4), Item("causal", "the mask", 4), Item("gradients", "", 2)],
    cases=attention_cases,
    reference=attention,
    wrong=[
        Wrong(
            "mask_after_softmax",
            "this is what comes out when the mask is applied after the softmax",
            mask_after_softmax,
        )
    ],
)
SIGHTED = Function(
    "worked.sighted",
    title="attention",
    cases=lambda random: [Case([some(random, 1, 4, 3)])],
    reference=lambda x: attention(x, x, x, causal=True)[0],
    sight=(1, 1),
)


def test_a_right_function_earns_everything_whatever_the_seed():
    for seed in range(5):
        assert verdict(ATTENTION, attention, seed).share == 1


def test_points_go_by_argument_and_the_reason_has_the_wrong_versions_name():
    wrong = verdict(ATTENTION, mask_after_softmax)
    [finding] = wrong.findings
    assert (finding.name, wrong.share) == ("mask_after_softmax", 0.6)
    assert "when the mask is applied after the softmax" in wrong.text(10)


def test_a_wrong_version_is_no_reason_where_it_shows_what_is_right():
    spoilt = Function(
        "worked.spoilt",
        title="t",
        items=[Item("output", "", 1), Item("gradients", "", 1)],
        cases=lambda random: [Case([some(random, 3)])],
        reference=torch.tanh,
        wrong=[Wrong("the_same", "never", torch.tanh)],
    )
    assert names(spoilt, lambda x: x.tanh().detach()) == ["wrong_gradients"]


def test_what_ours_shows_is_computed_once_for_the_same_case():
    called = []

    def noting(version):
        return lambda x: (called.append(version.__name__), version(x))[1]

    counted = Function(
        "worked.counted",
        title="t",
        cases=lambda random: [Case([some(random, 3)])],
        reference=noting(torch.tanh),
        wrong=[Wrong("sine", "", noting(torch.sin)), Wrong("fails", "", noting(torch.linalg.inv))],
    )
    texts = [verdict(counted, torch.cos).text(10)]
    once = [*called]
    assert {*once} == {"tanh", "sin", "linalg_inv"}
    texts += [verdict(counted, torch.cos).text(10) for _ in range(3)]
    assert called == once and len({*texts}) == 1
    assert names(counted, torch.cos, seed=1) == ["wrong_output"]
    assert called == 2 * once
    assert names(counted, torch.sin) == ["sine"] and names(counted, torch.linalg.inv) == ["fails"]
    assert called == 2 * once


@pytest.mark.parametrize("most", [1, 5])
def test_what_is_known_has_an_end(monkeypatch, most):
    monkeypatch.setattr(known, "MOST", most)
    values = known.Known()
    for _ in range(2):
        assert [values.of([k, np.arange(k)], lambda k=k: k) for k in range(10)] == [*range(10)]
    assert len(values._values) <= most


@pytest.mark.parametrize(
    "answer, name, share, said",
    [
        (lambda q, k, v, causal=False: attention(q, k, v), "wrong_output", 0.6, "with causal=True"),
        (lambda q, k, v, **o: attention(q.detach(), k, v, **o), "wrong_gradients", 0.8, " at q in"),
        (lambda q, k, v, **o: attention(q.mul_(1.1), k, v, **o), "wrong_output", 0, "in place of"),
        (
            lambda q, k, v, causal=False: attention(q, k, v)[0],
            "wrong_output",
            0,
            "a tensor of shape (2, 5, 4)",
        ),
        (lambda q, k, v, causal=False: None, "returns_nothing", 0, "is the `return` missing?"),
        (lambda q, k, v: attention(q, k, v), "raises", 0.6, "unexpected keyword argument 'causal'"),
        (
            lambda q, k, v, **o: (attention(q, k, v, **o)[0], 7),
            "wrong_output",
            0,
            "shape () at [1] in place of (2, 5, 5)",
        ),
    ],
)
def test_a_wrong_function_loses_what_it_gets_wrong(answer, name, share, said):
    wrong = verdict(ATTENTION, answer)
    assert (wrong.findings[0].name, wrong.share) == (name, share), wrong.text(10)
    assert said in wrong.text(10)


def test_inputs_are_left_alone():
    exercise = Function(
        "worked.inputs",
        title="t",
        cases=lambda random: [Case([some(random, 3)])],
        reference=torch.tanh,
    )
    assert names(exercise, lambda x: x.tanh_()) == ["wrong_changed"]
    assert names(exercise, lambda x: x.tanh()) == []


def test_who_sees_whom_is_told_before_the_numbers():
    first = verdict(SIGHTED, lambda x: attention(x, x, x)[0]).findings[0]
    assert (first.name, first.got) == ("wrong_sees", "output 0 sees input 1")
    blind = verdict(SIGHTED, lambda x: x).findings[0]
    assert (blind.name, blind.got) == ("wrong_sees", "output 1 does not see input 0")
    assert verdict(SIGHTED, lambda x: attention(x, x, x, causal=True)[0]).share == 1


def test_nothing_random_is_taken_for_right():
    assert names(SIGHTED, lambda x: attention(x, x, x, causal=True)[0] + torch.rand(1)) != []


# --- by hand

BY_OTHER_NAMES = {
    "convolution": [
        lambda x: F.conv1d(x, torch.ones(3, 3, 2)),
        lambda x: torch.ops.aten.conv1d(x, torch.ones(3, 3, 2)),
        lambda x: nn.Conv1d(3, 3, 2)(x),
    ],
    "softmax": [lambda x: x.softmax(-1), lambda x: nn.Softmax(-1)(x), lambda x: F.log_softmax(x, -1).exp()],
    "normalization": [
        lambda x: F.layer_norm(x, x.shape[-1:]),
        nn.LazyBatchNorm1d(),
        lambda x: F.group_norm(x, 1),
    ],
    "pooling": [lambda x: F.max_pool1d(x, 2), lambda x: F.avg_pool1d(x, 2), nn.AdaptiveMaxPool1d(2)],
    "attention": [lambda x: F.scaled_dot_product_attention(x, x, x)],
    "dropout": [lambda x: F.dropout(x, 0.5)],
    "recurrent layers": [lambda x: nn.GRU(4, 2)(x)[0], lambda x: nn.LSTM(4, 2)(x)[0], nn.RNNCell(4, 2)],
    "fft": [lambda x: torch.fft.fft(x).real],
    "embedding": [
        lambda x: F.embedding(x.long(), torch.ones(2, 3)),
        lambda x: nn.EmbeddingBag(2, 3)(x[0].long()),
    ],
    "loss": [
        lambda x: F.cross_entropy(x[0], torch.zeros(3, dtype=torch.long)),
        lambda x: F.nll_loss(x[0], torch.zeros(3, dtype=torch.long)),
        lambda x: nn.MSELoss()(x, x),
        lambda x: F.binary_cross_entropy(x, x),
    ],
}
ALLOWED = {
    "convolution": lambda x: x.unfold(-1, 2, 1).sum(-1),
    "softmax": lambda x: x.exp() / x.exp().sum(-1, keepdim=True),
    "recurrent layers": lambda x: torch.tanh(x @ torch.ones(4, 2)),
    "pooling": lambda x: x.unfold(-1, 2, 2).amax(-1),
    "embedding": lambda x: torch.ones(2, 3)[x.long()],
    "loss": lambda x: x.logsumexp(-1) - x[..., 0],
}


@pytest.mark.parametrize(
    "word, call", [(word, call) for word, calls in BY_OTHER_NAMES.items() for call in calls]
)
def test_what_is_forbidden_is_seen_by_whatever_name(word, call):
    watch = Watch([word])
    watch(lambda: call(torch.ones(2, 3, 4) if not isinstance(call, nn.RNNCell) else torch.ones(2, 4)))
    assert watch.names()


def test_with_torchs_own_switches_off_it_is_seen_too():
    watch = Watch(["softmax"])
    with torch._C.DisableTorchFunction(), torch.no_grad():
        watch(lambda: torch.ops.aten._softmax(torch.ones(3), -1, False))
    assert watch.names() == ["aten::_softmax"]


def in_a_thread(x):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.softmax, x, -1).result()


def behind_a_stopped_profiler(x):
    torch.autograd._disable_profiler()
    return x.softmax(-1)


@pytest.mark.parametrize("call, seen", [(in_a_thread, "aten::softmax"), (behind_a_stopped_profiler, STOPPED)])
def test_where_the_profiler_would_not_look_it_is_seen_too(call, seen):
    watch = Watch(["softmax"])
    watch(lambda: call(torch.ones(3)))
    assert seen in watch.names()


@pytest.mark.parametrize("word", ALLOWED)
def test_what_is_allowed_is_not_seen(word):
    watch = Watch([word])
    watch(lambda: ALLOWED[word](torch.ones(2, 3, 4)))
    watch(lambda: torch.ones(3, requires_grad=True).sum().backward())
    assert watch.names() == []


def test_a_word_that_cannot_be_forbidden_is_refused():
    with pytest.raises(ValueError, match=r"cannot forbid convolutions; there are convolution, recurrent"):
        Function("worked.x", title="t", cases=list, reference=abs, forbids=["convolutions"])
    assert all(OPERATIONS.values())


# --- a layer


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


class BatchNorm(nn.Module):
    def __init__(self, num_features, momentum=0.1):
        super().__init__()
        self.momentum = momentum
        self.weight, self.bias = (
            nn.Parameter(torch.ones(num_features)),
            nn.Parameter(torch.zeros(num_features)),
        )
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def statistics(self, x):
        if not self.training:
            return self.running_mean, self.running_var
        self.running_mean.lerp_(x.detach().mean(0), self.momentum)
        self.running_var.lerp_(x.detach().var(0), self.momentum)
        return x.mean(0), x.var(0, unbiased=False)

    def forward(self, x):
        mean, var = self.statistics(x)
        return (x - mean) / (var + 1e-5).sqrt() * self.weight + self.bias


def linear_cases(random):
    x = some(random, 4, 3)
    return [
        Case([x], build={"in_features": 3, "out_features": 5}, item="plain"),
        Case([x], build={"in_features": 3, "out_features": 5, "bias": False}, item="bias"),
    ]


LINEAR = Layer(
    "worked.linear",
    title="t",
    items=[Item("plain", "", 6), Item("bias", "bias=False", 2), Item("device", "", 2)],
    cases=linear_cases,
    reference=nn.Linear,
)
NORM = Layer(
    "worked.norm",
    title="t",
    items=[Item("output", "", 3), Item("gradients", "", 3), Item("buffers", "", 2), Item("eval", "", 2)],
    cases=lambda random: [
        Case([some(random, 6, 3)], build={"num_features": 3, "momentum": m}) for m in (0.1, 0.4)
    ],
    reference=nn.BatchNorm1d,
)


@pytest.mark.parametrize("exercise, answer", [(LINEAR, Linear), (NORM, BatchNorm), (NORM, nn.BatchNorm1d)])
def test_a_right_layer_earns_everything(exercise, answer):
    for seed in range(3):
        right = verdict(exercise, answer, seed)
        assert right.share == 1, right.text(10)


def changed(base, **methods):
    return type(base.__name__, (base,), methods)


def always_biased(self, x):
    mean, _ = BatchNorm.statistics(self, x)
    if self.training:
        self.running_var.lerp_(x.detach().var(0, unbiased=False), self.momentum)
    return mean, x.var(0, unbiased=False) if self.training else self.running_var


def in_eval_too(self, x):
    return x.mean(0), x.var(0, unbiased=False)


def moved_in_eval(self, x):
    mean, var = BatchNorm.statistics(self, x)
    if not self.training:
        mean, var = mean.clone(), var.clone()
        self.running_mean.lerp_(x.detach().mean(0), self.momentum)
    return mean, var


def with_graph(self, x):
    if self.training:
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * x.mean(0)
        self.running_var.lerp_(x.detach().var(0), self.momentum)
        return x.mean(0), x.var(0, unbiased=False)
    return self.running_mean, self.running_var


def from_one(self, num_features, momentum=0.1):
    BatchNorm.__init__(self, num_features, momentum)
    self.running_mean.fill_(1.0)


def of_parameters(self, num_features, momentum=0.1):
    BatchNorm.__init__(self, num_features, momentum)
    del self.running_mean
    self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)


def of_attributes(self, num_features, momentum=0.1):
    BatchNorm.__init__(self, num_features, momentum)
    del self.running_mean
    self.running_mean = torch.zeros(num_features)


def unsaved(self, num_features, momentum=0.1):
    BatchNorm.__init__(self, num_features, momentum)
    self.register_buffer("running_mean", torch.zeros(num_features), persistent=False)


def kept_from_the_first(self, x):
    """A length that is looked up once."""
    self.places = getattr(self, "places", torch.arange(len(x)))
    return BatchNorm.forward(self, x)[self.places]


def kept_from_the_longest(self, x):
    """What was made for a longer input is cut, and what was made for a shorter one is not made longer."""
    self.places = getattr(self, "places", torch.arange(len(x)))
    return BatchNorm.forward(self, x)[self.places[: len(x)]]


def emptied(self, x):
    y = BatchNorm.forward(self, x.clone())
    x.zero_()
    return y


def asked_for_a_value(self, x):
    return Linear.forward(self, x) * (1.0 if x.sum().item() < 1e9 else 2.0)


def detached(self, x):
    return Linear.forward(self, x.detach())


def of_one_precision(self, x):
    return Linear.forward(self, x).float()


def transposed(self, in_features, out_features, bias=True):
    nn.Module.__init__(self)
    self.weight = nn.Parameter(torch.randn(in_features, out_features))
    self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None


@pytest.mark.parametrize(
    "exercise, answer, found, share",
    [
        (LINEAR, changed(Linear, __init__=transposed), ["wrong_names"], 0),
        (LINEAR, changed(Linear, forward=lambda self, x: x @ self.weight.T), ["wrong_output"], 0.4),
        (LINEAR, changed(Linear, forward=detached), ["wrong_gradients"], 0.2),
        (
            LINEAR,
            changed(Linear, forward=lambda self, x: Linear.forward(self, x) + torch.zeros(5, dtype=x.dtype)),
            ["wrong_device"],
            0.8,
        ),
        (NORM, changed(BatchNorm, statistics=always_biased), ["wrong_buffers", "wrong_eval"], 0.6),
        (
            NORM,
            changed(BatchNorm, statistics=in_eval_too),
            ["wrong_buffers", "wrong_eval"],
            0.6,
        ),
        (NORM, changed(BatchNorm, statistics=moved_in_eval), ["wrong_kept"], 0.8),
        (NORM, changed(BatchNorm, statistics=with_graph), ["wrong_graph"], 0.8),
        (NORM, changed(BatchNorm, __init__=from_one), ["wrong_start"], 0.8),
        (NORM, changed(BatchNorm, __init__=of_parameters), ["wrong_registered"], 0.8),
        (NORM, changed(BatchNorm, __init__=of_attributes), ["wrong_registered"], 0.8),
        (NORM, changed(BatchNorm, __init__=unsaved), ["wrong_registered"], 0.8),
        (NORM, changed(BatchNorm, forward=emptied), ["wrong_changed"], 0.7),
        (NORM, changed(BatchNorm, forward=kept_from_the_first), ["wrong_again"], 0.7),
        (NORM, changed(BatchNorm, forward=kept_from_the_longest), ["wrong_again"], 0.7),
        (LINEAR, changed(Linear, forward=asked_for_a_value), ["wrong_device"], 0.8),
        (LINEAR, changed(Linear, forward=of_one_precision), ["wrong_dtype"], 0.4),
        (LINEAR, lambda **build: Linear(**build).requires_grad_(False), ["wrong_gradients"], 0.2),
        (NORM, lambda num_features, momentum: nn.LayerNorm(num_features), ["wrong_names"], 0),
        (NORM, lambda **build: build, ["raises"], 0),
    ],
)
def test_a_wrong_layer_loses_what_it_gets_wrong(exercise, answer, found, share):
    wrong = verdict(exercise, answer)
    assert [finding.name for finding in wrong.findings] == found, wrong.text(10)
    assert wrong.share == pytest.approx(share), wrong.text(10)


class Padded(nn.Module):
    """torch's embedding from an index: the row of padding gets no gradient."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))

    def forward(self, x):
        rows = self.weight[x]
        return rows if self.padding_idx is None else torch.where((x == 1)[..., None], rows.detach(), rows)


EMBEDDING = Layer(
    "worked.embedding",
    title="t",
    items=[Item("plain", "", 5), Item("padding", "", 3), Item("gradients", "", 2)],
    cases=lambda random: [
        Case(
            [np.array([[0, 1, 2], [1, 4, 4]])],
            build={"num_embeddings": 5, "embedding_dim": 3} | padding,
            item=item,
        )
        for item, padding in (("plain", {}), ("padding", {"padding_idx": 1}))
    ],
    reference=nn.Embedding,
    wrong=[
        Wrong(
            "no_padding",
            "padding_idx does nothing",
            lambda padding_idx=None, **sizes: nn.Embedding(**sizes),
            costs=("padding",),
        )
    ],
)


def test_a_wrong_version_that_shows_in_gradients_alone_is_named():
    assert names(EMBEDDING, Padded) == []
    found = verdict(EMBEDDING, changed(Padded, forward=lambda self, x: self.weight[x]))
    assert [finding.name for finding in found.findings] == ["no_padding"] and found.share == 0.7
    frozen = changed(Padded, forward=lambda self, x: self.weight.detach()[x])
    assert names(EMBEDDING, frozen) == ["wrong_gradients"]  # gradients that are wrong in another way


def test_what_is_not_there_is_told_as_nothing():
    found = verdict(EMBEDDING, changed(Padded, __init__=lambda self, **sizes: nn.Module.__init__(self)))
    assert found.findings[0].got == "nothing in place of weight"


def test_where_a_finding_was_seen_does_not_read_as_its_reason():
    found = verdict(EMBEDDING, changed(Padded, forward=lambda self, x: self.weight.detach()[x]))
    assert found.findings[0].title.endswith("its gradient is not, with num_embeddings=5, embedding_dim=3")


# --- replies, which may be anything

GARBAGE = [
    None,
    [],
    {"cases": []},
    {"cases": [{"error": 5}] * 2, "operations": []},
    {"cases": [{"error": {"type": 1}}] * 2, "operations": []},
    {"cases": [{"output": {"type": "x" * 10**6}}] * 2, "operations": []},
    {"cases": [{"output": [[[[[[7]]]]]]}] * 2, "operations": []},
    {"cases": [{1: 2}] * 2, "operations": []},
    {
        "cases": [{"output": float("nan"), "gradients": 3, "changed": "no", "sees": np.ones(3)}] * 2,
        "operations": [],
    },
    {"cases": [{"output": [np.ones(1 << 21)]}] * 2, "operations": []},
    {"cases": [{}] * 2, "operations": ["x" * 999]},
    {"cases": [{}] * 2, "operations": []},
    {"cases": [{"names": {}, "loaded": [], "output": np.ones(0)}] * 2, "operations": []},
    {"cases": [{"output": [np.array(True), 10**400]}] * 2, "operations": []},
]


@pytest.mark.parametrize("exercise", [ATTENTION, LINEAR], ids=["function", "layer"])
@pytest.mark.parametrize("values", GARBAGE, ids=range(len(GARBAGE)))
def test_a_forged_reply_earns_nothing_and_stops_nothing(exercise, values):
    said = exercise.judge(exercise.task(0), values)
    assert said.share == 0 and said.findings
    assert len(said.text(10)) < 5_000


def test_differences_in_words():
    assert differs([1], [1, 2]) == "1 value in place of 2 values"
    assert differs(np.ones(2), np.array([1.0, 2.0])) == "1, index (1,), in place of 2; 1 of 2 values differ"
    assert differs(1.00001, 1.0) == "" and differs(3, 4.0) == "3 in place of 4"
    assert differs(True, 1) == "True in place of 1"
    assert differs(np.ones((2, 1)), np.ones(2)) == "shape (2, 1) in place of (2,)"
    assert differs([1, [2, None]], [1, [2, 3]]) == "None at [1][1] in place of 3"
    assert differs({"a": 1}, {"b": 1}) == "a in place of b"
    assert differs({"a": [1]}, {"a": [2]}) == "1 at a[0] in place of 2"
    assert differs(np.array([True]), np.array([False])).startswith("True, index (0,), in place of False")
    for got, want in itertools.product((np.array(np.nan), np.nan), repeat=2):
        assert differs(got, want) == ""


# --- registration


def test_a_module_that_registers_nothing_is_named():
    with pytest.raises(LookupError, match=r"helpers\.style registers no exercise: end it with register"):
        registered("helpers.style")
    assert {*Shelf(exercises)} == {*checks.EXERCISES}


def test_an_exercise_needs_items_and_cases_name_them():
    with pytest.raises(ValueError, match="needs at least one item"):
        Function("worked.none", title="t", cases=list, reference=abs, items=[])
    lost = Function("worked.lost", title="t", cases=lambda random: [Case(item="x")], reference=abs)
    with pytest.raises(ValueError, match="lost: a case names the item 'x'; there are output"):
        lost.task(0)
    assert register(lost) is registered_and_gone(lost)


def registered_and_gone(exercise):
    return _registered.pop(exercise.module)
