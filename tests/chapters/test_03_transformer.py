"""Chapter 3's attention, encoder and decoder against torch's; masks, refusals, decoding, training."""

import ast
import copy
import functools
import inspect
import io
import itertools
import math
import re
import statistics
from types import SimpleNamespace

import matplotlib
import pytest
import torch
from by_hand import definitions
from hypothesis import given, settings
from hypothesis import strategies as st
from lessons import cells, load
from torch import nn
from torch.nn import functional as F

from helpers import data, probes

matplotlib.use("agg")
lesson = load("03_transformer")
DOUBLE = torch.float64


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def double(*shape):
    return torch.randn(*shape, dtype=DOUBLE)


def randomised(layer):
    """The layer with random biases and norms: those that start at 0 and 1 would hide mistakes."""
    with torch.no_grad():
        for parameter in layer.parameters():
            if parameter.dim() == 1:
                parameter.normal_()
    return layer


def pair(name, *sizes, mine=None, **options):
    """Our layer and torch's, alike in everything but their weights."""
    options = {"dtype": DOUBLE} | options
    return getattr(lesson, name)(*sizes, **options), randomised(getattr(nn, name)(*sizes, **options))


# --- masks and the function ---------------------------------------------------------------------------


def test_masks_by_hand():
    tokens = torch.tensor([[5, 6, 0], [7, 0, 0]])
    mask = lesson.padding_mask(tokens, 0)
    assert mask.shape == (2, 1, 1, 3) and mask.dtype == torch.bool
    assert mask[:, 0, 0].tolist() == [[True, True, False], [True, False, False]]
    assert lesson.causal_mask(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    both = mask & lesson.causal_mask(3)
    assert both.shape == (2, 1, 3, 3)
    assert both[0, 0].int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize("B, nH, T", [(1, 1, 1), (3, 3, 3), (2, 4, 5), (4, 2, 4)])
def test_padding_mask_hides_keys_whatever_sizes_coincide(B, nH, T):
    tokens = torch.randint(0, 3, (B, T))
    x = double(B, nH, T, 4)
    _, weights = lesson.scaled_dot_product_attention(x, x, x, lesson.padding_mask(tokens, 0))
    for b, key in itertools.product(range(B), range(T)):
        assert (weights[b, :, :, key] == 0).all() == (tokens[b, key] == 0).item()


@pytest.mark.seconds
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    lead=st.lists(st.integers(1, 3), max_size=2),
    sizes=st.tuples(*[st.integers(1, 6)] * 4),
    kind=st.sampled_from(["none", "bool", "float"]),
    number=st.integers(0, 1000),
)
def test_attention_equals_torchs_function(lead, sizes, kind, number):
    torch.manual_seed(number)
    Tq, Tk, d, dv = sizes
    q, k, v = (double(*lead, *shape).requires_grad_() for shape in ((Tq, d), (Tk, d), (Tk, dv)))
    mask = {"none": None, "bool": torch.rand(Tq, Tk) < 0.6, "float": double(Tq, Tk)}[kind]
    if kind == "bool":
        mask[:, 0] = True  # a row masked whole is defined otherwise, and tested below
    output, weights = lesson.scaled_dot_product_attention(q, k, v, mask)
    expected = F.scaled_dot_product_attention(q, k, v, mask)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(weights @ v, output)
    torch.testing.assert_close(weights.sum(-1), torch.ones(*lead, Tq, dtype=DOUBLE))
    direction = torch.randn_like(output)
    mine, theirs = (
        torch.autograd.grad(o, (q, k, v), direction, retain_graph=True) for o in (output, expected)
    )
    torch.testing.assert_close(mine, theirs)


def test_a_query_that_sees_nothing_gets_zeros_and_clean_gradients():
    for mask in (
        torch.tensor([[True, False], [False, False]]),
        torch.tensor([[0.0, -math.inf], [-math.inf] * 2]),
    ):
        q, k, v = (double(2, 4).requires_grad_() for _ in range(3))
        output, weights = lesson.scaled_dot_product_attention(q, k, v, mask)
        assert weights.tolist() == [[1, 0], [0, 0]]
        assert (output[1] == 0).all()
        gradients = torch.autograd.grad(output.square().sum(), (q, k, v))
        assert all(g.isfinite().all() for g in gradients)
        assert (gradients[0][1] == 0).all()


def test_true_means_may_look_and_floats_are_added():
    q, k, v = double(1, 4), double(3, 4), torch.eye(3, dtype=DOUBLE)
    mask = torch.tensor([[True, False, True]])
    output, weights = lesson.scaled_dot_product_attention(q, k, v, mask)
    assert weights[0, 1] == 0 and torch.equal(output, weights)
    added = torch.zeros(1, 3, dtype=DOUBLE).masked_fill(~mask, -math.inf)
    torch.testing.assert_close(lesson.scaled_dot_product_attention(q, k, v, added)[1], weights)


@pytest.mark.parametrize("mask", [torch.ones(2, 2, dtype=torch.long), torch.ones(2, 2, dtype=torch.uint8)])
def test_a_mask_of_integers_is_refused(mask):
    with pytest.raises(
        TypeError, match=r"mask must be boolean \(True = may look\) or float \(added\), got torch"
    ):
        lesson.scaled_dot_product_attention(double(2, 4), double(2, 4), double(2, 4), mask)


def test_float16_and_bfloat16_hide_without_overflow():
    for dtype in (torch.float16, torch.bfloat16):
        x = torch.randn(2, 5, 8).to(dtype)
        output, weights = lesson.scaled_dot_product_attention(x, x, x, lesson.causal_mask(5))
        assert output.dtype == weights.dtype == dtype
        assert output.isfinite().all() and (weights.triu(1) == 0).all()


def test_dropout_acts_on_the_weights():
    x = double(1, 50, 8)
    _, weights = lesson.scaled_dot_product_attention(x, x, x, None, 0.5)
    _, all_weights = lesson.scaled_dot_product_attention(x, x, x)
    kept = weights != 0
    assert 0.45 < kept.double().mean() < 0.55
    torch.testing.assert_close(weights[kept], 2 * all_weights[kept])


def test_scale_is_the_root_of_the_heads_width():
    scores = {d: torch.randn(5000, d, dtype=DOUBLE) for d in (4, 64, 256)}
    for d, q in scores.items():
        _, weights = lesson.scaled_dot_product_attention(
            q[:, None], torch.stack([q, 0 * q], 1), double(5000, 2, 1)
        )
        logit = torch.logit(weights[:, 0, 0].clamp(1e-12, 1 - 1e-12))
        expected = (q.square().sum(1) / math.sqrt(d)).clamp(max=27)
        torch.testing.assert_close(logit.clamp(max=27), expected, rtol=1e-3, atol=1e-3)


def test_the_table_of_weights_grows_with_the_square():
    for T in (8, 16, 32):
        _, weights = lesson.scaled_dot_product_attention(*[torch.randn(1, T, 4)] * 3)
        assert weights.numel() == T**2
        assert lesson.measure_attention(T, repeats=1)[1] == 4 * T * T / 1e6


# --- three ways ---------------------------------------------------------------------------------------


def three_ways(D, nH):
    first = lesson.ThreeProjectionAttention(D, nH).double()
    second = lesson.ResidualAttention(nH, D, D // nH, D // nH, dropout=0.0).double()
    third = lesson.FusedAttention(nH, D, D // nH, D // nH).double()
    theirs = nn.MultiheadAttention(D, nH, batch_first=True, dtype=DOUBLE)
    with torch.no_grad():
        W = theirs.in_proj_weight.chunk(3)
        for layer, w in zip((first.wq, first.wk, first.wv), W, strict=True):
            layer.weight.copy_(w)
            layer.bias.zero_()
        for layer, w in zip((second.w_qs, second.w_ks, second.w_vs), W, strict=True):
            layer.weight.copy_(w)
        third.qkv_proj.weight.copy_(theirs.in_proj_weight)
        third.qkv_proj.bias.zero_()
        for layer in (first.fc_out, second.fc, third.out_proj):
            layer.weight.copy_(theirs.out_proj.weight)
        first.fc_out.bias.zero_()
        third.out_proj.bias.zero_()
    return first, second, third, theirs


@pytest.mark.parametrize("D, nH, B, T", [(4, 1, 1, 1), (8, 2, 2, 5), (12, 3, 3, 3), (16, 4, 4, 7)])
def test_multi_head_attention_three_ways_and_torchs(D, nH, B, T):
    first, second, third, theirs = three_ways(D, nH)
    x = double(B, T, D)
    mask = lesson.causal_mask(T)
    expected, weights = theirs(x, x, x, attn_mask=~mask, average_attn_weights=False)
    torch.testing.assert_close(first(x, mask), expected)
    output, mine = third(x, mask)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(mine, weights)
    output, mine = second(x, x, x, mask)
    torch.testing.assert_close(output, F.layer_norm(x + expected, (D,), eps=1e-6))
    torch.testing.assert_close(mine, weights)


def test_widths_of_heads_need_not_follow_from_the_model():
    layer = lesson.ResidualAttention(n_head=3, d_model=8, d_k=5, d_v=7)
    output, weights = layer(torch.randn(2, 4, 8), *[torch.randn(2, 6, 8)] * 2)
    assert output.shape == (2, 4, 8) and weights.shape == (2, 3, 4, 6)
    output, weights = lesson.FusedAttention(3, 8, 5, 7)(torch.randn(2, 4, 8))
    assert output.shape == (2, 4, 8) and weights.shape == (2, 3, 4, 4)


@pytest.mark.parametrize(
    "make",
    [lambda p: lesson.ResidualAttention(2, 8, 4, 4, p), lambda p: lesson.FusedAttention(2, 8, 4, 4, p)],
)
def test_dropout_of_the_lesson_classes_acts_in_training_only(make):
    layer, x = make(0.5), torch.randn(2, 5, 8)
    call = functools.partial(layer, *([x] * (3 if isinstance(layer, lesson.ResidualAttention) else 1)))
    assert not torch.equal(call()[0], call()[0])
    assert (call()[1] == 0).any()
    layer.eval()
    assert torch.equal(call()[0], call()[0])


def test_dropout_of_the_residual_form_acts_before_adding_too():
    layer = lesson.ResidualAttention(2, 64, 4, 4, 0.5)
    layer.layer_norm = nn.Identity()
    x = torch.randn(8, 5, 64)
    dropped = layer(x, x, x)[0] == x
    assert 0.4 < dropped.float().mean() < 0.6
    layer.eval()
    assert not (layer(x, x, x)[0] == x).all()


def test_heads_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="d_model=8 must be a multiple of n_head=3"):
        lesson.ThreeProjectionAttention(8, 3)


# --- layer norm ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"elementwise_affine": False}, {"eps": 0.1}])
@pytest.mark.parametrize(
    "shape, x", [(4, (4,)), (4, (2, 3, 4)), ((4,), (5, 4)), ((3, 4), (2, 3, 4)), ([2, 3], (2, 3))]
)
def test_layer_norm_equals_torchs(shape, x, options):
    ours, theirs = pair("LayerNorm", shape, **options)
    if list(theirs.parameters()):
        probes.same_as(ours, theirs, 3 * double(*x) + 1)
    torch.testing.assert_close(
        randomised(lesson.LayerNorm(shape, dtype=DOUBLE, elementwise_affine=False))(double(*x)).shape,
        torch.Size(x),
    )


def test_layer_norm_without_weights_equals_torchs():
    ours, theirs = pair("LayerNorm", 6, elementwise_affine=False)
    x = double(3, 6)
    torch.testing.assert_close(ours(x), theirs(x))
    assert not list(ours.parameters())


def test_layer_norm_refuses_by_name():
    with pytest.raises(ValueError, match=re.escape("LayerNorm expects last axes (4,), got (2, 3)")):
        lesson.LayerNorm(4)(torch.zeros(2, 3))
    for shape in (0, (), (3, 0)):
        with pytest.raises(ValueError, match="normalized_shape must name sizes of at least 1"):
            lesson.LayerNorm(shape)


# --- MultiheadAttention -------------------------------------------------------------------------------

FORMS = ["batch_first", "time_first", "unbatched"]
PADDINGS = [None, "bool", "float"]
MASKS = [None, "bool 2-D", "float 2-D", "bool 3-D", "float 3-D"]


def attention_inputs(form, same, widths=(8, 8, 8), B=3, Tq=5, Tk=7):
    Tk = Tq if same else Tk
    lengths = (Tq, Tk, Tk)
    if form == "unbatched":
        x = [double(T, w) for T, w in zip(lengths, widths, strict=True)]
    elif form == "batch_first":
        x = [double(B, T, w) for T, w in zip(lengths, widths, strict=True)]
    else:
        x = [double(T, B, w) for T, w in zip(lengths, widths, strict=True)]
    return ([x[0]] * 3 if same else x), (1 if form == "unbatched" else B, Tq, Tk)


def attention_masks(padding, mask, sizes, form, nH=2):
    B, Tq, Tk = sizes
    kwargs = {}
    if padding:
        blocked = torch.rand(B, Tk) < 0.4
        blocked[:, 0] = False
        blocked = blocked[0] if form == "unbatched" else blocked
        kwargs["key_padding_mask"] = (
            blocked
            if padding == "bool"
            else torch.zeros(blocked.shape, dtype=DOUBLE).masked_fill(blocked, -math.inf)
        )
    if mask:
        shape = (Tq, Tk) if "2-D" in mask else (B * nH, Tq, Tk)
        blocked = torch.rand(shape) < 0.4
        blocked[..., 0] = False
        kwargs["attn_mask"] = blocked if "bool" in mask else double(*shape).masked_fill(blocked, -math.inf)
    if len({v.dtype for v in kwargs.values()}) == 2:  # torch warns about mixed kinds; the values are the same
        blocked = kwargs["key_padding_mask"]
        kwargs["key_padding_mask"] = (
            blocked
            if blocked.dtype != torch.bool
            else torch.zeros(blocked.shape, dtype=DOUBLE).masked_fill(blocked, -math.inf)
        )
        if kwargs["attn_mask"].dtype == torch.bool:
            kwargs["attn_mask"] = torch.zeros(kwargs["attn_mask"].shape, dtype=DOUBLE).masked_fill(
                kwargs["attn_mask"], -math.inf
            )
    return kwargs


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("same", [True, False], ids=["self", "cross"])
@pytest.mark.parametrize("form", FORMS)
def test_attention_twin_equals_torch_over_masks(form, same, padding, mask):
    ours, theirs = pair("MultiheadAttention", 8, 2, batch_first=form == "batch_first")
    x, sizes = attention_inputs(form, same)
    probes.same_as(ours, theirs, *x, kwargs=attention_masks(padding, mask, sizes, form))


@pytest.mark.parametrize("weights", [{}, {"average_attn_weights": False}, {"need_weights": False}])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("widths", [(8, 8, 8), (8, 6, 8), (8, 8, 3), (8, 5, 7)])
@pytest.mark.parametrize("form", FORMS)
def test_attention_twin_equals_torch_over_widths_and_weights(form, widths, bias, weights):
    options = {"kdim": widths[1], "vdim": widths[2], "bias": bias, "batch_first": form == "batch_first"}
    ours, theirs = pair("MultiheadAttention", 8, 4, **options)
    x, sizes = attention_inputs(form, False, widths)
    probes.same_as(ours, theirs, *x, kwargs=weights | attention_masks("bool", "bool 2-D", sizes, form))


@pytest.mark.parametrize(
    "B, nH, Tq, Tk", [(1, 1, 1, 1), (4, 4, 4, 4), (2, 3, 6, 1), (3, 2, 1, 5), (0, 2, 3, 3)]
)
def test_attention_twin_over_sizes(B, nH, Tq, Tk):
    ours, theirs = pair("MultiheadAttention", 6 * nH, nH, batch_first=True)
    q, k = double(B, Tq, 6 * nH), double(B, Tk, 6 * nH)
    if B == 0:
        assert ours(q, k, k)[0].shape == (0, Tq, 6 * nH)
    else:
        probes.same_as(ours, theirs, q, k, k)


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("p", [0.3, 1.0])
@pytest.mark.parametrize("form", FORMS)
def test_attention_dropout_with_the_same_seed_is_torchs(form, p, need_weights):
    ours, theirs = pair("MultiheadAttention", 8, 2, dropout=p, batch_first=form == "batch_first")
    x, _ = attention_inputs(form, True)
    kwargs = {"need_weights": need_weights}
    probes.same_as(ours, theirs, *x, kwargs=kwargs)
    probes.same_as(ours.eval(), theirs.eval(), *x, kwargs=kwargs)


def test_attention_gradcheck():
    ours = randomised(lesson.MultiheadAttention(4, 2, batch_first=True, dtype=DOUBLE))
    q, k = double(2, 3, 4).requires_grad_(), double(2, 2, 4).requires_grad_()
    padding = torch.tensor([[False, True], [True, True]])  # the second row sees nothing
    names, values = zip(*ours.named_parameters(), strict=True)

    def forward(q, k, *rest):
        parameters = dict(zip(names, rest, strict=True))
        return torch.func.functional_call(ours, parameters, (q, k, k), {"key_padding_mask": padding})

    assert torch.autograd.gradcheck(forward, (q, k, *values))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("kind", ["padding", "bool", "float"])
def test_a_row_masked_whole_gives_weights_0_and_the_output_bias(kind, need_weights, training):
    ours = randomised(lesson.MultiheadAttention(8, 2, batch_first=True, dtype=DOUBLE)).train(training)
    x = double(2, 3, 8).requires_grad_()
    blocked = torch.zeros(3, 3, dtype=torch.bool)
    blocked[1] = True
    kwargs = {
        "padding": {"key_padding_mask": torch.tensor([[False] * 3, [True] * 3])},
        "bool": {"attn_mask": blocked},
        "float": {"attn_mask": torch.zeros(3, 3, dtype=DOUBLE).masked_fill(blocked, -math.inf)},
    }[kind]
    output, weights = ours(x, x, x, need_weights=need_weights, **kwargs)
    rows = output[1] if kind == "padding" else output[:, 1]
    torch.testing.assert_close(rows, ours.out_proj.bias.expand_as(rows))
    if need_weights:
        assert ((weights[1] if kind == "padding" else weights[:, 1]) == 0).all()
    gradients = torch.autograd.grad(output.square().sum(), [x, *ours.parameters()])
    assert all(g.isfinite().all() for g in gradients)


def test_padding_is_seen_by_nobody():
    ours = lesson.MultiheadAttention(8, 2, batch_first=True)
    padding = torch.tensor([[False, False, False, True, True]])
    seen = probes.who_sees_whom(
        lambda k: ours(torch.ones(1, 4, 8, dtype=k.dtype), k, k, key_padding_mask=padding),
        torch.randn(1, 5, 8),
    )
    assert seen[:, :3].all() and not seen[:, 3:].any()
    causal = probes.who_sees_whom(
        lambda x: ours(x, x, x, attn_mask=~lesson.causal_mask(5)), torch.randn(1, 5, 8)
    )
    assert torch.equal(causal, lesson.causal_mask(5))


BAD_ATTENTION = [
    ({"embed_dim": 8, "num_heads": 3}, ValueError, "embed_dim=8 must be a positive multiple of num_heads=3"),
    ({"embed_dim": 0, "num_heads": 1}, ValueError, "embed_dim=0 must be a positive multiple"),
    ({"embed_dim": 8, "num_heads": 0}, ValueError, "of num_heads=0"),
    ({"dropout": 1.5}, ValueError, "dropout must be a probability between 0 and 1, got 1.5"),
    (
        {"add_bias_kv": True},
        NotImplementedError,
        "add_bias_kv=True is not supported: use nn.MultiheadAttention",
    ),
    ({"add_zero_attn": True}, NotImplementedError, "add_zero_attn=True is not supported"),
]


@pytest.mark.parametrize("options, error, message", BAD_ATTENTION)
def test_attention_refuses_arguments(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        lesson.MultiheadAttention(**({"embed_dim": 8, "num_heads": 2} | options))


X = torch.zeros(2, 3, 8)
BAD_CALLS = [
    ((X, X, [1.0]), {}, TypeError, "value must be a tensor, got list"),
    ((X[0, 0], X, X), {}, ValueError, "must all be 3-D (or all 2-D), got query (8,)"),
    ((X, X[0], X), {}, ValueError, "must all be 3-D (or all 2-D), got key (3, 8)"),
    ((torch.zeros(2, 3, 7), X, X), {}, ValueError, "query must have 8 features last, got shape (2, 3, 7)"),
    ((X, torch.zeros(2, 3, 9), X), {}, ValueError, "key must have 8 features last"),
    ((X, X, torch.zeros(2, 4, 8)), {}, ValueError, "key and value must have the same batch and length"),
    ((X, *[torch.zeros(5, 3, 8)] * 2), {}, ValueError, "query and key must have the same batch size"),
    (
        (X, X, X),
        {"attn_mask": torch.zeros(4, 3)},
        ValueError,
        "attn_mask must have shape (3, 3) or (4, 3, 3), got (4, 3)",
    ),
    ((X, X, X), {"attn_mask": torch.zeros(2, 3, 3)}, ValueError, "got (2, 3, 3)"),
    (
        (X, X, X),
        {"attn_mask": torch.zeros(3, 3).long()},
        TypeError,
        "attn_mask must be a tensor of bools (True = blocked)",
    ),
    ((X, X, X), {"attn_mask": [[0]]}, TypeError, "got list"),
    (
        (X, X, X),
        {"key_padding_mask": torch.zeros(3, 2).bool()},
        ValueError,
        "key_padding_mask must have shape (2, 3)",
    ),
    (
        (X, X, X),
        {"is_causal": True},
        ValueError,
        "is_causal is only a hint: pass attn_mask=~causal_mask(T) as well",
    ),
]


@pytest.mark.parametrize("inputs, kwargs, error, message", BAD_CALLS)
def test_attention_refuses_inputs(inputs, kwargs, error, message):
    with pytest.raises(error, match=re.escape(message)):
        lesson.MultiheadAttention(8, 2, batch_first=True)(*inputs, **kwargs)


# --- encoder and decoder ------------------------------------------------------------------------------

OPTIONS = [
    {"norm_first": first, "activation": activation, "bias": bias}
    for first in (False, True)
    for activation, bias in [("relu", True), ("gelu", True), (torch.tanh, True), (F.relu, False)]
]


def encoder_masks(T, B=3):
    padding = torch.zeros(B, T, dtype=torch.bool)
    padding[1, T // 2 + 1 :] = True
    return {"src_mask": ~lesson.causal_mask(T), "src_key_padding_mask": padding}


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("options", OPTIONS)
def test_encoder_layer_equals_torchs(options, batch_first, training):
    ours, theirs = pair("TransformerEncoderLayer", 8, 2, 16, batch_first=batch_first, **options)
    ours.train(training), theirs.train(training)
    x = double(3, 5, 8) if batch_first else double(5, 3, 8)
    for kwargs in ({}, encoder_masks(5), {"src_mask": ~lesson.causal_mask(5), "is_causal": True}):
        with fast_path_off():
            probes.same_as(ours, theirs, x, kwargs=kwargs)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("options", OPTIONS)
def test_decoder_layer_equals_torchs(options, batch_first, training):
    ours, theirs = pair("TransformerDecoderLayer", 8, 2, 16, batch_first=batch_first, **options)
    ours.train(training), theirs.train(training)
    x, memory = (double(3, T, 8) if batch_first else double(T, 3, 8) for T in (5, 7))
    padding = {
        "tgt_key_padding_mask": torch.zeros(3, 5).bool(),
        "memory_key_padding_mask": torch.zeros(3, 7).bool(),
    }
    padding["tgt_key_padding_mask"][1, 3:] = True
    padding["memory_key_padding_mask"][2, 1:] = True
    seen = {"tgt_mask": ~lesson.causal_mask(5), "memory_mask": torch.rand(5, 7) < 0.3}
    seen["memory_mask"][:, 0] = False
    for kwargs in ({}, padding, seen, padding | seen):
        probes.same_as(ours, theirs, x, memory, kwargs=kwargs)


def fast_path_off():
    """Off for a moment: in eval mode torch's fused encoder would run, which zeroes padded places."""

    class Off:
        def __enter__(self):
            self.was = torch.backends.mha.get_fastpath_enabled()
            torch.backends.mha.set_fastpath_enabled(False)

        def __exit__(self, *_):
            torch.backends.mha.set_fastpath_enabled(self.was)

    return Off()


@pytest.mark.seconds
@pytest.mark.parametrize("final_norm", [True, False])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_stacks_equal_torchs(num_layers, final_norm):
    options = {"batch_first": True, "dtype": DOUBLE, "norm_first": True}
    made = {}
    for library in (lesson, nn):
        norm = {"norm": library.LayerNorm(8, dtype=DOUBLE)} if final_norm else {}
        encoder = library.TransformerEncoder(
            library.TransformerEncoderLayer(8, 2, 16, **options),
            num_layers,
            **norm,
            **({} if library is lesson else {"enable_nested_tensor": False}),
        )
        norm = {"norm": library.LayerNorm(8, dtype=DOUBLE)} if final_norm else {}
        decoder = library.TransformerDecoder(
            library.TransformerDecoderLayer(8, 2, 16, **options), num_layers, **norm
        )
        made[library] = encoder, decoder
    for theirs in made[nn]:
        with torch.no_grad():
            for parameter in theirs.parameters():
                parameter.normal_(std=0.3)  # copies start alike: give each layer weights of its own
    x, memory = double(3, 5, 8), double(3, 7, 8)
    masks = encoder_masks(5)
    masks["mask"] = masks.pop("src_mask")
    for kwargs in ({}, masks):
        probes.same_as(made[lesson][0], made[nn][0], x, kwargs=kwargs)
    looked_up = torch.rand(5, 7) < 0.3
    looked_up[:, 0] = False
    memory_padding = torch.zeros(3, 7, dtype=torch.bool)
    memory_padding[1, 4:] = True
    masks = {
        "tgt_mask": ~lesson.causal_mask(5),
        "tgt_key_padding_mask": masks["src_key_padding_mask"],
        "memory_mask": looked_up,
        "memory_key_padding_mask": memory_padding,
    }
    for kwargs in ({}, masks, *({name: mask} for name, mask in masks.items())):
        probes.same_as(made[lesson][1], made[nn][1], x, memory, kwargs=kwargs)


@pytest.mark.seconds
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    flags=st.tuples(*[st.booleans()] * 5),
    sizes=st.tuples(*[st.integers(1, 5)] * 5),
    number=st.integers(0, 1000),
)
def test_layers_equal_torchs_for_any_sizes_and_options(flags, sizes, number):
    torch.manual_seed(number)
    batch_first, norm_first, bias, gelu, training = flags
    B, T, S, nH, dH = sizes
    options = {"batch_first": batch_first, "norm_first": norm_first, "bias": bias}
    options["activation"] = "gelu" if gelu else "relu"
    D = nH * dH
    if D == 1:
        D, nH = 2, 1  # a layer norm over one feature is constant
    x, memory = (double(B, n, D) if batch_first else double(n, B, D) for n in (T, S))
    for name, inputs in [("TransformerEncoderLayer", (x,)), ("TransformerDecoderLayer", (x, memory))]:
        ours, theirs = pair(name, D, nH, 7, **options)
        ours.train(training), theirs.train(training)
        with fast_path_off():
            probes.same_as(ours, theirs, *inputs, rtol=1e-8)


def test_each_sub_layer_has_its_own_norm():
    for name, sub_layers in [("TransformerEncoderLayer", 2), ("TransformerDecoderLayer", 3)]:
        layer = getattr(lesson, name)(8, 2, 16)
        assert sum(isinstance(part, lesson.LayerNorm) for part in layer.modules()) == sub_layers
    for layer, sub_layers in [
        (lesson.EncoderLayer(8, 16, 2, 4, 4), 2),
        (lesson.DecoderLayer(8, 16, 2, 4, 4), 3),
    ]:
        assert sum(isinstance(part, lesson.LayerNorm) for part in layer.modules()) == sub_layers
        assert norms_at_work(layer) == sub_layers


@torch.no_grad()
def norms_at_work(layer):
    """How many norms of a layer change its result: one that is there and not used is none."""
    x, memory = torch.randn(2, 3, 8), torch.randn(2, 4, 8)
    inputs = (x, memory) if isinstance(layer, lesson.DecoderLayer) else (x,)
    layer.eval()

    def result():
        return layer(*inputs)[0]

    before, moved = result(), 0
    for part in layer.modules():
        if isinstance(part, lesson.LayerNorm):
            shift = torch.rand(8)
            part.bias.add_(shift)
            moved += not torch.allclose(result(), before)
            part.bias.sub_(shift)
    return moved


def test_a_norm_that_is_there_but_not_used_is_not_counted():
    layer = lesson.EncoderLayer(8, 16, 2, 4, 4)
    [*_, last] = [part for part in layer.modules() if isinstance(part, lesson.LayerNorm)]
    last.forward = lambda x: x  # one norm at the end of the block, or the start, is the mistake
    assert norms_at_work(layer) == 1


def test_feed_forward_sees_its_own_position_only():
    seen = probes.who_sees_whom(lesson.PositionwiseFeedForward(8, 16), torch.randn(1, 6, 8))
    assert torch.equal(seen, torch.eye(6, dtype=torch.bool))
    assert probes.who_sees_whom(lesson.EncoderLayer(8, 16, 2, 4, 4), torch.randn(1, 6, 8)).all()


def test_lesson_layers_pass_gradcheck():
    encoder = lesson.EncoderLayer(4, 5, 2, 3, 2, dropout=0.0).double()
    decoder = lesson.DecoderLayer(4, 5, 2, 3, 2, dropout=0.0).double()
    x, memory = double(1, 3, 4).requires_grad_(), double(1, 2, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: encoder(x)[0], (x,))
    assert torch.autograd.gradcheck(lambda x, m: decoder(x, m, lesson.causal_mask(3))[0], (x, memory))


def test_layers_of_a_stack_share_nothing():
    layer = lesson.TransformerEncoderLayer(8, 2, 16)
    stack = lesson.TransformerEncoder(layer, 2)
    pointers = [p.data_ptr() for model in (layer, stack) for p in model.parameters()]
    assert len(set(pointers)) == len(pointers)


@pytest.mark.parametrize("name, inputs", [("TransformerEncoderLayer", 1), ("TransformerDecoderLayer", 2)])
def test_layers_in_float32_and_gradcheck(name, inputs):
    ours, theirs = pair(name, 8, 2, 16, 0.0, dtype=torch.float32, batch_first=True)
    probes.same_as(ours, theirs, *[torch.randn(2, 4, 8) for _ in range(inputs)])
    small = getattr(lesson, name)(4, 2, 5, 0.0, activation=torch.tanh, batch_first=True, dtype=DOUBLE)
    x = [double(1, 3, 4).requires_grad_() for _ in range(inputs)]
    assert torch.autograd.gradcheck(small, x)


@pytest.mark.parametrize("name", ["TransformerEncoder", "TransformerDecoder"])
def test_stacks_and_layers_refuse_by_name(name):
    layer = getattr(lesson, f"{name}Layer")
    with pytest.raises(ValueError, match="activation must be 'relu', 'gelu' or a function, got 'swish'"):
        layer(8, 2, activation="swish")
    with pytest.raises(ValueError, match="embed_dim=8 must be a positive multiple of num_heads=3"):
        layer(8, 3)
    with pytest.raises(ValueError, match="num_layers must be at least 1, got 0"):
        getattr(lesson, name)(layer(8, 2), 0)


# --- names, signatures, states ------------------------------------------------------------------------

TWINS = {
    "LayerNorm": ((6,), {}),
    "MultiheadAttention": ((8, 2), {}),
    "TransformerEncoderLayer": ((8, 2, 16), {}),
    "TransformerDecoderLayer": ((8, 2, 16), {}),
}


@pytest.mark.parametrize("name", TWINS)
def test_signatures_are_torchs(name):
    for method in ("__init__", "forward"):
        ours = inspect.signature(getattr(getattr(lesson, name), method)).parameters
        expected = inspect.signature(getattr(getattr(nn, name), method)).parameters
        assert list(ours) == list(expected)
        for argument, parameter in expected.items():
            assert ours[argument].default == parameter.default, argument


@pytest.mark.parametrize("name", ["TransformerEncoder", "TransformerDecoder"])
def test_signatures_of_the_stacks_are_torchs(name):
    for method in ("__init__", "forward"):
        ours, theirs = (
            inspect.signature(getattr(getattr(library, name), method)).parameters for library in (lesson, nn)
        )
        assert {n: p.default for n, p in ours.items()} == {n: p.default for n, p in theirs.items()}


@pytest.mark.parametrize("options", [{}, {"bias": False}])
@pytest.mark.parametrize("name", TWINS)
def test_same_seed_gives_torchs_parameters_name_by_name(name, options):
    sizes, _ = TWINS[name]
    states = []
    for library in (lesson, nn):
        torch.manual_seed(5)
        states.append(getattr(library, name)(*sizes, **options).state_dict())
    assert list(states[0]) == list(states[1])
    assert all(torch.equal(states[0][key], value) for key, value in states[1].items())


def test_same_seed_with_other_widths():
    states = []
    for library in (lesson, nn):
        torch.manual_seed(5)
        states.append(library.MultiheadAttention(8, 2, kdim=3, vdim=5).state_dict())
    assert list(states[0]) == list(states[1])
    assert all(torch.equal(states[0][key], value) for key, value in states[1].items())


@pytest.mark.parametrize("name", TWINS)
def test_device_and_dtype_reach_every_parameter(name):
    sizes, _ = TWINS[name]
    layer = getattr(lesson, name)(*sizes, device="meta", dtype=torch.float16)
    assert all(p.is_meta and p.dtype == torch.float16 for p in layer.parameters())
    inputs = {
        "LayerNorm": 1,
        "MultiheadAttention": 3,
        "TransformerEncoderLayer": 1,
        "TransformerDecoderLayer": 2,
    }[name]
    output = layer(*[torch.zeros(3, 2, sizes[0], device="meta", dtype=torch.float16)] * inputs)
    assert (output[0] if isinstance(output, tuple) else output).is_meta


def test_copies_and_saved_weights_give_the_same_outputs():
    model = small_transformer().eval()
    src, trg = torch.randint(1, 12, (2, 5)), torch.randint(1, 12, (2, 4))
    expected = model(src, trg)
    assert torch.equal(copy.deepcopy(model)(src, trg), expected)
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    other = small_transformer().eval()
    assert not torch.equal(other(src, trg), expected)
    other.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(other(src, trg), expected)


# --- positions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("D", [1, 2, 3, 7, 8, 64])
def test_positional_encoding_is_the_formula(D):
    pe = lesson.PositionalEncoding(D, max_len=50)(torch.zeros(1, 50, D, dtype=DOUBLE))[0]
    for t, i in itertools.product((0, 1, 17, 49), range(D)):
        angle = t * 10000 ** (-(i - i % 2) / D)
        assert pe[t, i].item() == pytest.approx(math.cos(angle) if i % 2 else math.sin(angle), abs=1e-6)


def test_positional_encoding_adds_starts_and_ends():
    layer = lesson.PositionalEncoding(6, max_len=10)
    x = torch.randn(2, 4, 6)
    torch.testing.assert_close(layer(x) - x, layer(torch.zeros(1, 4, 6)).expand(2, 4, 6))
    torch.testing.assert_close(
        layer(x, start=3), torch.cat([torch.zeros(2, 3, 6), x], 1)[:, 3:] + layer(torch.zeros(1, 7, 6))[:, 3:]
    )
    assert not list(layer.parameters()) and layer.pe.shape == (1, 10, 6)
    with pytest.raises(
        ValueError, match=re.escape("11 positions, but max_len=10: raise max_len (n_position)")
    ):
        layer(torch.zeros(1, 11, 6))
    with pytest.raises(ValueError, match="11 positions"):
        layer(torch.zeros(1, 1, 6), start=10)
    assert layer.to("meta").pe.is_meta


def test_permutation_equivariance_ends_with_positions():
    attention = lesson.MultiheadAttention(8, 2, batch_first=True, dtype=DOUBLE)
    x, order = double(1, 6, 8), torch.randperm(6)
    place = lesson.PositionalEncoding(8)
    for prepare, equal in [(lambda x: x, True), (place, False)]:
        a, b = prepare(x), prepare(x[:, order])
        assert torch.allclose(attention(b, b, b)[0], attention(a, a, a)[0][:, order]) == equal


# --- the Transformer ----------------------------------------------------------------------------------

SIZES = {"d_word_vec": 16, "d_model": 16, "d_inner": 32, "n_layers": 2, "n_head": 2, "d_k": 8, "d_v": 8}


def small_transformer(V=12, **options):
    return lesson.Transformer(V, V, 0, 0, **(SIZES | options))


def test_signature_is_that_of_the_document():
    parameters = inspect.signature(lesson.Transformer.__init__).parameters
    assert {name: p.default for name, p in list(parameters.items())[5:]} == {
        "d_word_vec": 512, "d_model": 512, "d_inner": 2048, "n_layers": 6, "n_head": 8, "d_k": 64, "d_v": 64,
        "dropout": 0.1, "n_position": 200, "trg_emb_prj_weight_sharing": True,
        "emb_src_trg_weight_sharing": True, "scale_emb_or_prj": "prj",
    }  # fmt: skip
    assert list(parameters)[1:5] == ["n_src_vocab", "n_trg_vocab", "src_pad_idx", "trg_pad_idx"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"d_k": 3, "d_v": 5},
        {"n_head": 3},
        {"n_layers": 1},
        {"d_word_vec": 6, "trg_emb_prj_weight_sharing": False},
    ],
)
def test_shapes_and_attention_weights(options):
    model = small_transformer(**options)
    src, trg = torch.randint(1, 12, (3, 7)), torch.randint(1, 12, (3, 5))
    logits, attns = model(src, trg, return_attns=True)
    assert logits.shape == model(src, trg).shape == (3, 5, 12)
    nH = options.get("n_head", 2)
    for kind, shape in {"encoder": (7, 7), "decoder": (5, 5), "cross": (5, 7)}.items():
        assert [w.shape for w in attns[kind]] == [(3, nH, *shape)] * options.get("n_layers", 2)


def test_nobody_sees_padding_or_the_future():
    model = small_transformer()
    src = torch.tensor([[3, 4, 5, 0, 0]])
    trg = torch.tensor([[1, 5, 6, 7]])
    seen = probes.who_sees_whom(lambda t: model(src, t), trg, ids=range(1, 12))
    assert torch.equal(seen, lesson.causal_mask(4))
    seen = probes.who_sees_whom(
        lambda s: model(torch.cat([s, src[:, 3:]], 1), trg), src[:, :3], ids=range(1, 12)
    )
    assert seen.all()
    # Padding may hold any embedding: it is not read, neither by the encoder nor by the decoder.
    expected = model.eval()(src, trg)
    with torch.no_grad():
        model.encoder.src_word_emb.weight = nn.Parameter(model.encoder.src_word_emb.weight.clone())
        model.encoder.src_word_emb.weight[0] = 100.0
    torch.testing.assert_close(model(src, trg), expected)
    torch.testing.assert_close(model(src[:, :3], trg), expected)  # and may as well not be there


def test_a_source_of_padding_only_gives_numbers():
    model = small_transformer()
    logits = model(torch.zeros(2, 3, dtype=torch.long), torch.tensor([[1, 4], [1, 0]]))
    assert logits.isfinite().all()
    logits.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("share_trg", [True, False])
@pytest.mark.parametrize("share_src", [True, False])
def test_tying(share_trg, share_src):
    model = small_transformer(trg_emb_prj_weight_sharing=share_trg, emb_src_trg_weight_sharing=share_src)
    target = model.decoder.trg_word_emb.weight
    assert (model.trg_word_prj.weight is target) == share_trg
    assert (model.encoder.src_word_emb.weight is target) == share_src
    matrices = 3 - share_trg - share_src
    others = sum(p.numel() for n, p in model.named_parameters() if "emb" not in n and "prj" not in n)
    assert sum(p.numel() for p in model.parameters()) == others + matrices * 12 * 16


def test_scale_emb_or_prj_acts_where_it_says():
    src, trg = torch.randint(1, 12, (2, 5)), torch.randint(1, 12, (2, 4))
    models = {
        kind: small_transformer(scale_emb_or_prj=kind, dropout=0.0).eval() for kind in ("none", "emb", "prj")
    }
    state = models["none"].state_dict()
    for model in models.values():
        model.load_state_dict(state)
    plain = models["none"](src, trg)
    torch.testing.assert_close(models["prj"](src, trg), plain / 4)  # √16
    # "emb" is "none" with embeddings 4 times as large, at the entrance only.
    entered = models["emb"].encoder.entrance(models["emb"].encoder.src_word_emb(src))
    torch.testing.assert_close(
        entered, models["none"].encoder.entrance(4 * models["none"].encoder.src_word_emb(src))
    )
    assert not torch.allclose(models["emb"](src, trg), plain)


@pytest.mark.parametrize("kind", ["emb", "prj"])
def test_scaled_models_start_with_inputs_and_logits_of_size_one(kind):
    model = lesson.Transformer(500, 500, 0, 0, d_inner=64, n_layers=1, scale_emb_or_prj=kind).eval()
    tokens = torch.randint(1, 500, (4, 20))
    entering = model.encoder.entrance.scale * model.encoder.src_word_emb(tokens)
    assert 0.8 < entering.std() < 1.2
    assert 0.7 < model(tokens, tokens).std() < 1.4


@pytest.mark.parametrize(
    "options, message",
    [
        ({"scale_emb_or_prj": "both"}, "scale_emb_or_prj must be 'emb', 'prj' or 'none', got 'both'"),
        ({"scale_emb_or_prj": True}, "got True"),
        (
            {"n_trg_vocab": 13},
            "emb_src_trg_weight_sharing needs one vocabulary for both sides, got sizes 12 and 13",
        ),
        ({"trg_pad_idx": 1}, "padding 0 and 1"),
        ({"d_word_vec": 8}, "trg_emb_prj_weight_sharing needs d_word_vec == d_model, got 8 and 16"),
    ],
)
def test_transformer_refuses_by_name(options, message):
    arguments = {"n_src_vocab": 12, "n_trg_vocab": 12, "src_pad_idx": 0, "trg_pad_idx": 0} | SIZES | options
    with pytest.raises(ValueError, match=re.escape(message)):
        lesson.Transformer(**arguments)


def test_two_vocabularies_with_their_own_padding():
    model = lesson.Transformer(9, 12, 0, 3, emb_src_trg_weight_sharing=False, **SIZES).eval()
    src, trg = torch.tensor([[4, 5, 6]]), torch.tensor([[1, 2, 4]])
    torch.testing.assert_close(model(F.pad(src, (0, 2)), F.pad(trg, (0, 1), value=3))[:, :3], model(src, trg))
    with pytest.raises(ValueError, match="201 positions"):
        model(torch.ones(1, 201, dtype=torch.long), trg)


def test_paper_sizes():
    layer = lesson.TransformerEncoderLayer(512, 8, 2048, device="meta")
    counted = 4 * (512**2 + 512) + 512 * 2048 + 2048 + 2048 * 512 + 512 + 2 * 2 * 512
    assert sum(p.numel() for p in layer.parameters()) == counted == 3_152_384
    assert 6 * counted == 18_914_304


def test_decoder_only_has_no_leak():
    model = lesson.DecoderOnly(7)
    seen = probes.who_sees_whom(model, torch.randint(0, 7, (1, 6)), ids=range(7))
    assert torch.equal(seen, lesson.causal_mask(6))


# --- the whole model against torch's layers -----------------------------------------------------------


def learnt(module=lesson, kind="prj", dropout=0.3):
    """A small Transformer of `module` after a few steps on a made-up task, in float64, and what it reads."""
    torch.manual_seed(0)
    model = module.Transformer(12, 12, 0, 0, **SIZES, dropout=dropout, scale_emb_or_prj=kind).to(DOUBLE)
    src, trg = torch.randint(3, 12, (6, 7)), torch.randint(3, 12, (6, 6))
    trg[:, 0] = lesson.BOS
    for row in range(1, 5):
        src[row, 7 - row :] = 0
        trg[row, 6 - row :] = 0
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(3):
        loss = F.cross_entropy(model(src, trg[:, :-1]).flatten(0, 1), trg[:, 1:].flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, src, trg


def is_torchs(model, src, trg):
    """The trained model, all of it, does what torch's layers with its weights do."""
    said = lesson.same_as_torchs(model, src, trg)
    assert re.fullmatch(r"same as torch's layers: memory, logits, 53 gradients", said)
    written = lesson.greedy_decode(model, src, 6)
    assert torch.equal(written, lesson.greedy_decode(lesson.TorchTransformer(model), src, 6))


@pytest.mark.parametrize("kind", ["prj", "emb", "none"])
def test_the_trained_model_is_torchs_layers(kind):
    model, src, trg = learnt(kind=kind)
    assert type(model) is lesson.Transformer
    assert {type(layer) for layer in model.encoder.layer_stack} == {lesson.EncoderLayer}
    assert {type(layer) for layer in model.decoder.layer_stack} == {lesson.DecoderLayer}
    is_torchs(model, src, trg)


def test_torchs_side_of_the_proof_is_torchs():
    """Nothing of ours computes there; of torch's weights only biases that ours has not are left at 0."""
    model, _, _ = learnt()
    theirs = lesson.TorchTransformer(model)
    kinds = {type(part).__module__.split(".")[0] for part in theirs.modules()} - {"torch"}
    assert kinds == {lesson.__name__}  # the outermost, which only calls them
    for mine, stack in ((model.encoder, theirs.encoder), (model.decoder, theirs.decoder)):
        left_out = stack.state_dict().keys() - lesson.as_torchs(mine.layer_stack).keys()
        assert {name.split(".")[-1] for name in left_out} == {"in_proj_bias", "bias"}
        assert all("attn" in name and not stack.state_dict()[name].any() for name in left_out)
    pe = lesson.PositionalEncoding(16).pe
    torch.testing.assert_close(theirs.pe[:, :5], pe[:, :5].to(DOUBLE))


def test_the_class_that_is_trained_is_the_class_that_is_compared():
    """In the notebook: the same name is trained, and given to the proof."""
    source = {cell.id: cell.source for cell in cells("03_transformer")}
    assert "translator = date_transformer(vocab_size)" in source["s5-train"]
    assert "train_translator(translator," in source["s5-train"]
    proof = source["s5-proof"]
    assert "copy.deepcopy(translator).double()" in proof and "same_as_torchs(double, src, trg)" in proof
    assert "type(translator) is type(double) is Transformer" in proof
    made = lesson.date_transformer(20)
    assert type(made) is lesson.Transformer
    is_torchs_sizes = (len(made.encoder.layer_stack), len(made.decoder.layer_stack))
    assert is_torchs_sizes == (2, 2)


# --- tokens, baselines --------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(texts=st.lists(st.text("0123456789-abcä", min_size=1, max_size=9), min_size=1, max_size=5))
def test_tokens_and_back(texts):
    vocabulary = lesson.make_vocabulary(texts)
    for ends in (False, True):
        rows = lesson.to_tokens(texts, vocabulary, ends=ends)
        assert rows.shape == (len(texts), max(map(len, texts)) + 2 * ends)
        assert [lesson.to_text(row, vocabulary) for row in rows] == texts


def test_reserved_numbers():
    vocabulary = lesson.make_vocabulary(["ba"])
    assert vocabulary == {"a": 4, "b": 5}
    assert lesson.to_tokens(["ax", "b"], vocabulary, ends=True).tolist() == [[1, 4, 3, 2], [1, 5, 2, 0]]
    assert lesson.to_text(torch.tensor([4, 3, 2, 5]), vocabulary) == "a?"


def test_baselines_and_score():
    assert lesson.most_frequent_characters(["12", "13", "43"], 2) == ["13", "13"]
    assert lesson.nearest_training_text(["abc", "xyz"], ["1", "2"], ["xy", "abcd"]) == ["2", "1"]
    assert lesson.score(["12", "13"], ["12", "14"]) == (0.5, 0.75)


def test_batches_by_length_serve_each_once_in_similar_lengths():
    lengths = torch.randint(1, 40, (1001,))
    batches = lesson.batches_by_length(lengths, 50)
    assert sorted(torch.cat(batches).tolist()) == list(range(1001))
    spread = statistics.mean((lengths[b].max() - lengths[b].min()).item() for b in batches)
    assert spread < 10


# --- decoding -----------------------------------------------------------------------------------------


def lively(V=8, seed=0, **options):
    """A random model whose texts end at different lengths."""
    torch.manual_seed(seed)
    model = small_transformer(V, dropout=0.0, scale_emb_or_prj="none", **options).eval()
    with torch.no_grad():
        model.trg_word_prj.weight = nn.Parameter(torch.randn_like(model.trg_word_prj.weight))
    return model


@pytest.mark.seconds
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(number=st.integers(0, 1000), B=st.integers(1, 5), S=st.integers(1, 6), max_len=st.integers(1, 9))
def test_decoding_with_and_without_cache_writes_the_same(number, B, S, max_len):
    model = lively(seed=number)
    src = torch.randint(0, 8, (B, S))
    src[:, 0] = 4
    written = lesson.greedy_decode(model, src, max_len)
    assert torch.equal(lesson.cached_greedy_decode(model, src, max_len), written)
    assert written.shape[0] == B and 1 <= written.shape[1] <= max_len
    for row in written.tolist():
        if lesson.EOS in row:
            assert set(row[row.index(lesson.EOS) + 1 :]) <= {lesson.PAD}
        else:
            assert len(row) == max_len  # whoever does not end is cut off there
    for b in range(B):  # the neighbours in a batch make no difference
        alone = lesson.greedy_decode(model, src[b : b + 1], max_len)[0]
        assert torch.equal(written[b, : len(alone)], alone)


def test_greedy_takes_the_likeliest_token_each_time():
    model, src = lively(seed=3), torch.tensor([[4, 5, 6]])
    written = lesson.greedy_decode(model, src, 6)
    logits = model(src, F.pad(written, (1, 0), value=lesson.BOS)[:, :-1])
    end = (written[0] == lesson.EOS).nonzero()
    length = end[0, 0].item() + 1 if len(end) else written.shape[1]
    assert torch.equal(logits.argmax(-1)[0, :length], written[0, :length])


@pytest.mark.parametrize("dtype, bound", [(torch.float32, 1e-5), (DOUBLE, 1e-12)])
@pytest.mark.parametrize("options", [{}, {"d_k": 3, "d_v": 5, "n_head": 3}, {"scale_emb_or_prj": "emb"}])
def test_logits_with_and_without_cache_agree(options, dtype, bound):
    model = small_transformer(**options).to(dtype)
    src, trg = torch.randint(1, 12, (4, 9)), torch.randint(1, 12, (4, 15))
    src[1, 4:] = 0
    trg[2, 9:] = 0
    assert lesson.cache_difference(model, src, trg) < bound


def test_the_cache_holds_what_was_written_and_no_more():
    model = small_transformer().eval()
    memory, mask, _ = model.encode(torch.randint(1, 12, (2, 5)))
    cache = lesson.start_cache(model, memory)
    trg = torch.tensor([[1], [1]])
    for t in range(1, 4):
        lesson.cached_step(model, trg, cache, mask)
        for kept in cache:
            assert [x.shape for x in kept["past"]] == [(2, 2, t, 8)] * 2
            assert [x.shape for x in kept["memory"]] == [(2, 2, 5, 8)] * 2
        trg = torch.cat([trg, trg[:, :1]], 1)


def test_beam_of_width_one_is_greedy():
    for number in range(20):
        model, src = lively(seed=number), torch.randint(3, 8, (1, 4))
        tokens, _ = lesson.beam_decode(model, src, width=1, max_len=6)
        greedy = lesson.greedy_decode(model, src, 6)[0].tolist()
        end = greedy.index(lesson.EOS) + 1 if lesson.EOS in greedy else 6
        assert tokens == greedy[:end]


@pytest.mark.seconds
@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
def test_a_wide_beam_finds_what_trying_everything_finds(alpha):
    V, max_len = 5, 3
    for number in range(8):
        model, src = lively(V, seed=number), torch.tensor([[3, 4]])
        best = -math.inf
        for length in range(1, max_len + 1):
            for text in itertools.product(range(V), repeat=length):
                ended = text[-1] == lesson.EOS
                if lesson.EOS in text[:-1] or (not ended and length < max_len):
                    continue
                log_p = torch.log_softmax(model(src, torch.tensor([[lesson.BOS, *text[:-1]]])), -1)[0]
                value = sum(log_p[t, token].item() for t, token in enumerate(text)) / length**alpha
                if value > best:
                    best, winner = value, list(text)
        tokens, score = lesson.beam_decode(model, src, width=V**max_len, max_len=max_len, alpha=alpha)
        assert tokens == winner and score == pytest.approx(best, abs=1e-5)


def test_beam_refuses():
    for src, width, max_len in [(2, 1, 1), (1, 0, 1), (1, 1, 0)]:
        with pytest.raises(ValueError, match="one source, width >= 1 and max_len >= 1"):
            lesson.beam_decode(small_transformer(), torch.ones(src, 2, dtype=torch.long), width, max_len)


def test_exact_match_counts_whole_texts():
    model, src = lively(seed=1), torch.randint(3, 8, (6, 4))
    written = lesson.greedy_decode(model, src, 5)
    trg = F.pad(F.pad(written, (0, 5 - written.shape[1]), value=lesson.PAD), (1, 0), value=lesson.BOS)
    assert lesson.exact_match(model, src, trg) == 1.0
    trg[0, 1] = (trg[0, 1] + 1) % 8
    assert lesson.exact_match(model, src, trg) == pytest.approx(5 / 6)


def test_attention_maps_have_a_character_at_every_row_and_column():
    texts = ["20 nov 2026", "2026-11-20"]
    vocabulary = lesson.make_vocabulary(texts)
    model = lively(len(vocabulary) + 4)
    for kind in ("cross", "encoder", "decoder"):
        maps, rows, columns = lesson.attention_maps(model, vocabulary, texts[0], kind)
        assert maps.shape == (2, len(rows), len(columns))
        torch.testing.assert_close(maps.sum(-1), torch.ones(maps.shape[:2]))


@pytest.mark.parametrize("attend", [False, True])
def test_gru_translator_does_not_read_padding(attend):
    model = lesson.GRUTranslator(12, 6, 5, attend=attend).eval()
    src, trg = torch.randint(4, 12, (2, 4)), torch.tensor([[1, 4], [1, 5]])
    torch.testing.assert_close(model(F.pad(src, (0, 3)), trg), model(src, trg))
    assert lesson.greedy_decode(model, src, 5).shape[0] == 2


def test_additive_attention_is_its_formula_and_hides_padding():
    layer = lesson.AdditiveAttention(6, d=4).double()
    s, h = double(2, 3, 6), double(2, 5, 6)
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])[:, None]
    fetched, weights = layer(s, h, mask)
    for b, t in itertools.product(range(2), range(3)):
        n = int(mask[b].sum())
        scores = [layer.u(torch.tanh(layer.W_s(s[b, t]) + layer.W_h(h[b, j]))) for j in range(n)]
        expected = torch.softmax(torch.cat(scores), dim=0)
        torch.testing.assert_close(weights[b, t, :n], expected)
        assert not weights[b, t, n:].any()
        torch.testing.assert_close(fetched[b, t], expected @ h[b, :n])


@pytest.mark.parametrize("steps", [-3, 0, 1, 40])
def test_places_to_the_left_or_right_are_one_matrix(steps):
    pe, R = lesson.PositionalEncoding(16).pe[0, :100], lesson.shift_matrix(16, steps)
    t = torch.arange(3, 60)
    torch.testing.assert_close(pe[t] @ R.T, pe[t + steps], rtol=0, atol=1e-5)


def test_a_look_up_is_learnt_from_notes():
    asked, labels, digits, wanted = lesson.notes(50)
    for row in range(50):
        assert sorted(labels[row].tolist()) == [0, 1, 2]
        assert wanted[row] == digits[row, labels[row].tolist().index(asked[row])]
    logits, weights = lesson.LookUp()(asked, labels, digits)
    assert logits.shape == (50, 10) and weights.shape == (50, 3)


def test_a_norm_first_asks_for_no_second_norm_of_the_memory():
    layer = lesson.ResidualAttention(2, 8, 4, 4, 0.0, norm_first=True).double()
    x, memory = double(2, 3, 8), double(2, 5, 8)
    plain = lesson.ResidualAttention(2, 8, 4, 4, 0.0).double()
    plain.load_state_dict(layer.state_dict())
    plain.layer_norm = nn.Identity()
    normed = layer.layer_norm(x)
    torch.testing.assert_close(layer(x, memory, memory)[0] - x, plain(normed, memory, memory)[0] - normed)
    torch.testing.assert_close(layer(x, x, x)[0] - x, plain(normed, normed, normed)[0] - normed)


def test_the_large_number_looks_sound_until_nothing_is_left_to_see():
    src = torch.tensor([[3, 4, 0], [0, 0, 0]])
    large = lesson.LargeNumber(12, 12, 0, 0, **SIZES).eval()
    sound = small_transformer().eval()
    sound.load_state_dict(large.state_dict())
    theirs, ours = large.encode(src)[2][0], sound.encode(src)[2][0]
    torch.testing.assert_close(theirs[0], ours[0])
    assert (theirs[1] > 0).all() and not ours[1].any()


# --- names, gaps, digits ------------------------------------------------------------------------------


def test_an_empty_text_is_refused_in_a_sentence():
    vocabulary = lesson.make_vocabulary(["2041-02-08"])
    model = lively(len(vocabulary) + 4)
    for read in (
        lambda: lesson.translate(model, vocabulary, ""),
        lambda: lesson.attention_maps(model, vocabulary, ""),
        lambda: lesson.to_tokens(["20", ""], vocabulary),
        lambda: lesson.to_tokens([], vocabulary, ends=True),
    ):
        with pytest.raises(
            ValueError, match="nothing to read: give at least one text, and none that is empty"
        ):
            read()
    assert lesson.to_tokens([""], vocabulary, ends=True).tolist() == [[lesson.BOS, lesson.EOS]]


def test_translation_loss_is_smoothed_cross_entropy_of_what_comes_next():
    src, trg = torch.randint(4, 9, (2, 5)), torch.tensor([[1, 5, 6, 2], [1, 7, 2, 0]])
    logits = double(2, 3, 9)
    log_p, real = torch.log_softmax(logits, -1), trg[:, 1:] != 0
    costs = [
        -0.9 * log_p[b, t, trg[b, t + 1]] - 0.1 * log_p[b, t].mean()
        for b, t in itertools.product(range(2), range(3))
        if real[b, t]
    ]
    given = []
    loss = lesson.translation_loss(lambda s, t: given.append(t) or logits, src, trg)
    torch.testing.assert_close(loss, torch.stack(costs).mean())
    assert torch.equal(given[0], trg[:, :-1])


def test_the_rate_rises_and_then_falls_to_zero():
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=2.0)
    schedule, rates = lesson.warm_up_then_down(optimizer, 4, 10), []
    for _ in range(10):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.0, 5 / 3, 4 / 3, 1.0, 2 / 3, 1 / 3])


def test_names_begin_with_their_language():
    split = SimpleNamespace(texts=["ab", "b"], labels=torch.tensor([0, 2]))
    vocabulary = lesson.make_vocabulary(split.texts)
    assert lesson.name_tokens(split, vocabulary).tolist() == [[6, 4, 5, 2], [8, 5, 2, 0]]


def test_surprise_is_bits_for_each_wanted_token():
    logits, wanted = double(2, 3, 5), torch.tensor([[1, 4, 0], [0, 0, 2]])
    model = SimpleNamespace(eval=lambda: lambda inputs: logits)
    bits, right = lesson.surprise(model, None, wanted)
    log_p, places = torch.log_softmax(logits, -1), [(0, 0), (0, 1), (1, 2)]
    assert bits == pytest.approx(-sum(log_p[p][wanted[p]].item() for p in places) / 3 / math.log(2))
    assert right == pytest.approx(sum(int(log_p[p].argmax() == wanted[p]) for p in places) / 3)


@pytest.mark.parametrize("share", [0.2, 0.9, None])
def test_gaps_hide_letters_alone_and_want_what_was_there(share):
    tokens = lesson.to_tokens(["abc", "a", "abcabcabca"], {"a": 4, "b": 5, "c": 6}, ends=True)
    tokens[:, 0] = 7  # a language
    letters = (tokens > 3) & (tokens < 7)
    count = torch.zeros(3)
    for _ in range(200):
        inputs, wanted = lesson.gaps(tokens, share)
        hidden = wanted != lesson.PAD
        assert not (hidden & ~letters).any()
        assert torch.equal(inputs, torch.where(hidden, lesson.UNK, tokens))
        assert torch.equal(wanted, torch.where(hidden, tokens, lesson.PAD))
        count += hidden.sum(1)
    expected = torch.ones(3) if share is None else share * letters.sum(1)
    torch.testing.assert_close(count / 200, expected.float(), atol=0.4 if share else 0.0, rtol=0.0)


def test_the_encoder_only_model_sees_both_sides_and_no_padding():
    model, tokens = lesson.EncoderOnly(9).double(), torch.tensor([[3, 4, 5, 6, 7]])
    seen = probes.who_sees_whom(model, tokens, ids=range(1, 9))
    assert seen.all()
    torch.testing.assert_close(model(F.pad(tokens, (0, 3)))[:, :5], model(tokens))
    assert lesson.EncoderOnly.forward is lesson.DecoderOnly.forward  # one block, another mask


@pytest.mark.parametrize("name", ["DecoderOnly", "EncoderOnly", "PatchReader"])
def test_models_of_encoder_layers_are_torchs_stack(name):
    """The layers with their norms first, outputs and gradients, by torch's layers with their weights."""
    x, options = double(3, 5, 16), {"norm_first": True, "layer_norm_eps": 1e-6, "batch_first": True}
    if name == "PatchReader":
        model, mask = lesson.PatchReader(p=14, d_model=16, n_head=2).double(), None
    else:
        model = getattr(lesson, name)(9).double()
        mask = model.mask(torch.ones(1, 5, dtype=torch.long))
    inner = model.layers[0].pos_ffn.w_1.out_features
    one = nn.TransformerEncoderLayer(16, 2, inner, 0.0, dtype=DOUBLE, **options)
    theirs = nn.TransformerEncoder(one, len(model.layers), enable_nested_tensor=False)
    theirs.load_state_dict(lesson.as_torchs(model.layers), strict=False)
    blocked = None if mask is None else ~mask.expand(1, 1, 5, 5)[0, 0]
    results = []
    for run in (lambda y: through(model.layers, y, mask), lambda y: theirs(y, blocked)):
        y = x.clone().requires_grad_()
        out = run(y)
        results.append((out, torch.autograd.grad(out.square().sum(), y)[0]))
    for mine, torchs in zip(*results, strict=True):
        torch.testing.assert_close(mine, torchs, rtol=1e-9, atol=1e-12)


def through(layers, x, mask):
    for layer in layers:
        x, _ = layer(x, mask)
    return x


def test_images_are_read_by_rows_and_by_patches():
    images = double(2, 1, 28, 28)
    reader = lesson.RowReader(5).double()
    state = torch.zeros(1, 2, 5, dtype=DOUBLE)
    for row in range(28):
        _, state = reader.gru(images[:, 0, row : row + 1], state)
    torch.testing.assert_close(reader(images), reader.head(state[0]))
    patches = lesson.PatchReader(d_model=8, n_head=2).double()
    cut = [images[:, 0, r : r + 7, c : c + 7].flatten(1) for r in range(0, 28, 7) for c in range(0, 28, 7)]
    torch.testing.assert_close(patches.cut(images).transpose(1, 2), torch.stack(cut, dim=1))
    x = through(patches.layers, patches.position(patches.enter(torch.stack(cut, dim=1))), None)
    torch.testing.assert_close(patches(images), patches.head(patches.norm(x).mean(1)))
    assert lesson.small_cnn().double()(images).shape == (2, 10)


def test_digits_are_trained_for_so_many_steps_and_counted():
    images, labels = torch.randn(70, 1, 28, 28), torch.arange(70) % 10
    model = lesson.RowReader(4)
    batches = []
    model.register_forward_hook(lambda module, given, out: batches.append(len(out)))
    assert lesson.train_on_digits(model, images, labels, steps=5, batch_size=32, lr=1e-3) > 0
    assert batches == [32] * 5
    right = (model(images).argmax(-1) == labels).float().mean().item()
    assert lesson.digits_right(model, images, labels) == pytest.approx(right)


# --- breaking it --------------------------------------------------------------------------------------


def test_the_probe_finds_each_break():
    src, trg = torch.tensor([[3, 4, 5]]), torch.tensor([[1, 5, 6, 7]])
    broken = lesson.NoCausalMask(12, 12, 0, 0, **SIZES)
    assert probes.who_sees_whom(lambda t: broken(src, t), trg, ids=range(1, 12)).all()
    lost = lesson.NoPositions(12, 12, 0, 0, **SIZES).eval()
    torch.testing.assert_close(lost(src, trg), lost(src[:, [2, 0, 1]], trg))
    sound = small_transformer().eval()
    assert not torch.allclose(sound(src, trg), sound(src[:, [2, 0, 1]], trg))


def test_a_mask_on_the_wrong_axis_raises_unless_batch_equals_heads():
    broken = lesson.WrongAxis(12, 12, 0, 0, **SIZES).eval()
    for B in (3, 5):
        with pytest.raises(RuntimeError):
            broken.encode(torch.randint(1, 12, (B, 6)))
    src = torch.tensor([[3, 4, 5, 6], [3, 4, 0, 0]])  # two dates, two heads
    weights = broken.encode(src)[2][0]
    assert (weights[0, 1, :, 2:] == 0).all() and (weights[1, 0, :, 2:] > 0).all()


@pytest.mark.parametrize("B", [2, 3, 5])
def test_the_lessons_mask_has_the_axis_of_the_heads(B):
    """As many sentences as heads (2): there a mask without that axis hides a head, and nothing is raised."""
    hides_padding_alone(lesson.Transformer(12, 12, 0, 0, **SIZES).eval(), B)


def hides_padding_alone(model, B):
    src = torch.randint(1, 12, (B, 6))
    src[0, 4:] = 0
    weights = model.encode(src)[2][0]  # (B, nH, T, T)
    assert (weights[0, :, :, 4:] == 0).all() and (weights[0, :, :, :4] > 0).all()
    assert (weights[1:] > 0).all()


def test_that_guard_sees_a_mask_without_the_axis_of_the_heads():
    with pytest.raises(AssertionError):
        hides_padding_alone(lesson.WrongAxis(12, 12, 0, 0, **SIZES).eval(), 2)


# --- by hand ------------------------------------------------------------------------------------------

FORBIDDEN = re.compile(
    r"MultiheadAttention|Transformer\w*|LayerNorm|multi_head_attention_forward|layer_norm|scaled_dot_product_attention"
)


def test_no_definition_borrows_torchs_attention_or_norm():
    for name, node in definitions("03_transformer").items():
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        if name == "TorchTransformer":  # torch's side of the proof; nothing else is made of it
            continue
        assert "TorchTransformer" not in names or name == "same_as_torchs"
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name | ast.Attribute):
                owner = ast.unparse(inner.value)
                if owner in ("nn", "F", "torch", "torch.nn", "nn.functional", "torch.nn.functional"):
                    assert not FORBIDDEN.fullmatch(inner.attr), f"{name} uses {owner}.{inner.attr}"


def test_lesson_classes_are_short():
    for cell in cells("03_transformer"):
        assert len(cell.source.splitlines()) <= 60, cell.where


def test_ours_takes_at_most_one_and_a_half_times_torchs_time():
    options = {"d_model": 128, "nhead": 4, "dim_feedforward": 512, "batch_first": True}
    ratios = []
    for _ in range(3):
        layers = lesson.TransformerEncoderLayer(**options), nn.TransformerEncoderLayer(**options)
        mine, theirs = lesson.step_times(layers, torch.randn(8, 48, 128), rounds=7)
        ratios.append(mine / theirs)
    assert min(ratios) < 1.5, ratios


# --- five seeds (slow) --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dates():
    dates = data.human_dates()
    vocabulary = lesson.make_vocabulary(dates.train.texts + dates.train.targets)

    def tokens(split):
        return lesson.to_tokens(split.texts, vocabulary), lesson.to_tokens(
            split.targets, vocabulary, ends=True
        )

    return tokens, vocabulary, dates


@pytest.mark.seeds
@pytest.mark.parametrize("number", range(5))
def test_dates_are_read_with_every_seed(dates, number):
    tokens, vocabulary, split = dates
    torch.manual_seed(number)
    model = lesson.date_transformer(len(vocabulary) + 4)
    lesson.train_translator(model, tokens(split.train), tokens(split.val))
    reached = exact = lesson.exact_match(model, *tokens(split.test))
    assert exact >= 0.995
    carried = {code: lesson.exact_match(model, *tokens(pairs)) for code, pairs in split.held_out.items()}
    assert carried["sv"] > 0.9 and carried["uk"] < 0.5
    src, _ = tokens(split.test)
    assert torch.equal(lesson.cached_greedy_decode(model, src, 11), lesson.greedy_decode(model, src, 11))
    assert lesson.cache_difference(model, *(t[:200] for t in tokens(split.test))) < 1e-5
    print(f"seed {number}: test {reached:.4f}, sv {carried['sv']:.3f}, uk {carried['uk']:.3f}")


@pytest.mark.seeds
@pytest.mark.parametrize("number", range(2))  # five trainings each: two seeds keep the run short
def test_what_is_broken_shows_with_two_seeds(number):
    small = data.human_dates(("de", "en", "zh"), (), num_train=4000, num_val=300, num_test=300)
    vocabulary = lesson.make_vocabulary(small.train.texts + small.train.targets)
    tokens = [
        (lesson.to_tokens(s.texts, vocabulary), lesson.to_tokens(s.targets, vocabulary, ends=True))
        for s in small[:3]
    ]
    runs = {
        "sound": (lesson.Transformer, {}),
        "blind": (lesson.NoCausalMask, {}),
        "lost": (lesson.NoPositions, {}),
        "cold": (lesson.Transformer, {"warm_up": 1}),
        "cold, pre-LN": (lesson.PreNorm, {"warm_up": 1}),
    }
    losses, exact = {}, {}
    for name, (Model, options) in runs.items():
        _, curve, exact[name] = lesson.train_small(
            Model, len(vocabulary) + 4, *tokens, seed=number, **options
        )
        losses[name] = curve[-1]
    print(number, exact)
    assert exact["sound"] > 0.8 and exact["blind"] < 0.01 and losses["blind"] < losses["sound"]
    assert exact["lost"] < 0.5 and exact["sound"] > exact["cold"] + 0.3
    assert losses["cold, pre-LN"] < losses["cold"] - 0.2


@pytest.mark.seeds
@pytest.mark.parametrize("attend, number", [(False, 0), *((True, number) for number in range(5))])
def test_the_gru_pair_reads_dates_with_and_without_attention(dates, attend, number):
    tokens, vocabulary, split = dates
    torch.manual_seed(number)
    model = lesson.GRUTranslator(len(vocabulary) + 4, attend=attend)
    epochs = 2 if attend else 6  # without attention 0.88 after three
    _, scores = lesson.train_translator(model, tokens(split.train), tokens(split.val), epochs=epochs)
    exact = lesson.exact_match(model, *tokens(split.test))
    print(f"attend={attend}, seed {number}: {exact:.4f}, validation {scores}")
    assert exact > (0.995 if attend else 0.95)


@pytest.mark.seeds
@pytest.mark.parametrize("number", range(5))
def test_copying_with_every_seed(number, T=30):
    torch.manual_seed(number)
    far, _ = lesson.train_copy(lesson.DecoderOnly(9, d_model=64, n_head=4, n_layers=2), T)
    torch.manual_seed(number)
    recurrent, _ = lesson.train_copy(lesson.NextTokenGRU(9), T, lr=3e-3)
    print(f"seed {number}: Transformer {far:.4f}, GRU {recurrent:.4f}")
    assert far > 0.95 and recurrent < 0.5


@pytest.mark.seeds
@pytest.mark.parametrize("number", range(5))
def test_names_are_written_and_gaps_filled_with_every_seed(number):
    words = data.language_names()
    letters = lesson.make_vocabulary(words.train.texts)
    train, test = (lesson.name_tokens(split, letters) for split in (words.train, words.test))
    size = 4 + len(letters) + len(words.languages)
    models = {}
    for name, (Model, step, epochs) in {
        "causal": (lesson.DecoderOnly, lesson.next_letters, 6),
        "both sides": (lesson.EncoderOnly, lesson.gaps, 12),
    }.items():
        torch.manual_seed(number)
        models[name] = Model(size, d_model=64, n_head=4, n_layers=2)
        lesson.train_on_names(models[name], train, step, epochs)
    gapped, hidden = lesson.gaps(test, share=None)
    names, _ = lesson.surprise(models["causal"], *lesson.next_letters(test))
    left = lesson.surprise(models["causal"], test[:, :-1], hidden[:, 1:])
    both = lesson.surprise(models["both sides"], gapped, hidden)
    print(f"seed {number}: names {names:.2f} bits; gaps, left {left[0]:.2f} bits {left[1]:.3f} right, "
          f"both sides {both[0]:.2f} bits {both[1]:.3f} right")  # fmt: skip
    assert 2.9 < names < 3.5 and both[1] > left[1] + 0.03


@pytest.mark.seeds
@pytest.mark.parametrize("number", range(5))
def test_three_structures_read_digits_and_shuffled_ones(number):
    (images, labels), (x_test, y_test) = data.mnist_tensors(), data.mnist_tensors(train=False)
    order = torch.randperm(784, generator=torch.Generator().manual_seed(0))
    right = {}
    for shuffled in (False, True):
        if shuffled:
            images, x_test = (x.flatten(1)[:, order].view_as(x) for x in (images, x_test))
        for name, (make, *how) in lesson.structures().items():
            torch.manual_seed(number)
            model = make()
            lesson.train_on_digits(model, images, labels, *how)
            right[name, shuffled] = lesson.digits_right(model, x_test, y_test)
    print(f"seed {number}:", {key: round(value, 4) for key, value in right.items()})
    cnn, gru, transformer = (
        right[name, False] for name in ("CNN", "GRU, by rows", "Transformer, by patches")
    )
    assert cnn > gru > transformer > 0.9
    assert right["CNN", True] < cnn - 0.01
