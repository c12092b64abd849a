"""The Transformer that is trained, with one thing changed: the tests of chapter 3 must notice.

Every class and function that the trained model runs through is changed mechanically (`mutants`), one place at
a time, within the lesson itself. A mutant dies when one of KILLERS, which are tests of chapter 3 or steps of
them, raises. What survives is named below with the reason why it is no fault.
"""

import ast
import contextlib
import io

import pytest
import test_03_transformer as chapter
import torch
from by_hand import definitions
from mutants import mutants
from test_03_transformer import is_torchs, learnt, lesson
from torch import nn

from helpers import probes

FAMILY = (
    "padding_mask",
    "causal_mask",
    "masked_softmax",
    "scaled_dot_product_attention",
    "split_heads",
    "join_heads",
    "LayerNorm",
    "ResidualAttention",
    "PositionalEncoding",
    "add",
    "PositionwiseFeedForward",
    "EncoderLayer",
    "DecoderLayer",
    "Entrance",
    "Encoder",
    "Decoder",
    "draw_weights",
    "Transformer",
)


SOURCES = {name: ast.unparse(node) for name, node in definitions("03_transformer").items() if name in FAMILY}


@contextlib.contextmanager
def changed(name, source):
    """The lesson with another definition of `name`, for a moment."""
    kept = getattr(lesson, name)
    try:
        exec(compile(source, f"<{name}>", "exec"), vars(lesson))
        yield
    finally:
        setattr(lesson, name, kept)


# --- slips that were found to pass every test once


SLIPS = {
    "no layer norm after attention": ("ResidualAttention", "else self.layer_norm(x)", "else x"),
    "no layer norm before attention": ("ResidualAttention", "normed = self.layer_norm(x)", "normed = x"),
    "no residual around attention": ("ResidualAttention", "x = x + F.dropout", "x = F.dropout"),
    "no residual around feed-forward": ("add", "else norm(x + f(x))", "else norm(f(x))"),
    "no residual with the norm first": ("add", "return x + f(norm(x))", "return f(norm(x))"),
    "no layer norm after feed-forward": ("add", "else norm(x + f(x))", "else x + f(x)"),
    "no ReLU": ("PositionwiseFeedForward", "torch.relu(self.w_1(x))", "self.w_1(x)"),
    "no layer norm at the entrance": ("Entrance", "return self.layer_norm(", "return ("),
    "no positions": ("Entrance", "self.position_enc(self.scale * embedded, start)", "self.scale * embedded"),
    "another eps": ("ResidualAttention", "eps=1e-06", "eps=1e-05"),
    "scores not divided": ("scaled_dot_product_attention", "q / math.sqrt(q.shape[-1])", "q"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_the_trained_family_is_noticed(slip):
    name, right, wrong = SLIPS[slip]
    source = SOURCES[name]
    assert source.count(right) == 1
    is_torchs(*learnt())
    norm_first_is_torchs()
    with changed(name, source.replace(right, wrong)), pytest.raises(AssertionError):
        is_torchs(*learnt())
        norm_first_is_torchs()


# --- every mechanical change


def norm_first_is_torchs():
    """The encoder layer with its norms first, which `DecoderOnly` is made of, against torch's."""
    torch.manual_seed(0)
    ours = lesson.EncoderLayer(8, 16, 2, 4, 4, 0.5, norm_first=True).double().eval()
    options = {"norm_first": True, "layer_norm_eps": 1e-6, "batch_first": True, "dtype": torch.float64}
    theirs = nn.TransformerEncoderLayer(8, 2, 16, 0.0, **options).eval()
    weights = {key.removeprefix("layers.0."): value for key, value in lesson.as_torchs([ours]).items()}
    theirs.load_state_dict(weights, strict=False)
    x = torch.randn(3, 5, 8, dtype=torch.float64).requires_grad_()
    mask = lesson.causal_mask(5)
    mine, torchs = ours(x, mask)[0], theirs(x, src_mask=~mask)
    torch.testing.assert_close(mine, torchs, rtol=1e-9, atol=1e-12)
    gradients = [torch.autograd.grad(y.square().sum(), x)[0] for y in (mine, torchs)]
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-12)
    decoder = lesson.DecoderLayer(8, 16, 2, 4, 4, 0.0).double().eval()
    decoder.enc_attn.norm_first = True  # a memory is not normalised again
    memory = torch.randn(3, 4, 8, dtype=torch.float64)
    attended, _ = decoder.enc_attn(x, memory, memory)
    part = nn.MultiheadAttention(8, 2, bias=False, batch_first=True, dtype=torch.float64)
    own = lesson.as_torchs([decoder])
    for key in part.state_dict():
        part.state_dict()[key].copy_(own[f"layers.0.multihead_attn.{key}"])
    normed = decoder.enc_attn.layer_norm(x)
    torch.testing.assert_close(attended, x + part(normed, memory, memory)[0], rtol=1e-9, atol=1e-12)


def acts_alike():
    """What a comparison in eval mode cannot see: dropout, weights handed out, refusals, where things are."""
    model, src, trg = learnt(dropout=1.0)
    model.train()
    dropped, attns = model(src, trg, return_attns=True)
    assert set(attns) == {"encoder", "decoder", "cross"}
    assert all(not weights.any() for kind in attns.values() for weights in kind)  # dropout 1 drops every look
    torch.testing.assert_close(dropped[:, :1].expand_as(dropped), dropped)  # and all that enters
    seen = probes.who_sees_whom(lambda t: model.eval()(src[:1], t), trg[:1], ids=range(3, 12))
    assert torch.equal(seen, torch.ones(6, 6).bool().tril())
    assert not model.encoder.src_word_emb.weight[0].any()
    kinds = [type(module) for module in model.modules()]
    assert kinds.count(nn.Embedding) == 2 and kinds.count(lesson.LayerNorm) == 2 * 2 + 2 * 3 + 2


KILLERS = (
    lambda: is_torchs(*learnt()),
    norm_first_is_torchs,
    acts_alike,
    chapter.test_masks_by_hand,
    chapter.test_a_query_that_sees_nothing_gets_zeros_and_clean_gradients,
    chapter.test_true_means_may_look_and_floats_are_added,
    chapter.test_dropout_acts_on_the_weights,
    chapter.test_dropout_of_the_residual_form_acts_before_adding_too,
    lambda: chapter.test_a_mask_of_integers_is_refused(torch.ones(2, 2, dtype=torch.long)),
    chapter.test_widths_of_heads_need_not_follow_from_the_model,
    chapter.test_layer_norm_refuses_by_name,
    chapter.test_layer_norm_without_weights_equals_torchs,
    lambda: chapter.test_layer_norm_equals_torchs((3, 4), (2, 3, 4), {"bias": False}),
    lambda: chapter.test_layer_norm_equals_torchs(4, (2, 3, 4), {"eps": 0.1}),
    lambda: chapter.test_positional_encoding_is_the_formula(7),
    chapter.test_positional_encoding_adds_starts_and_ends,
    chapter.test_signature_is_that_of_the_document,
    lambda: chapter.test_shapes_and_attention_weights({"d_word_vec": 6, "trg_emb_prj_weight_sharing": False}),
    lambda: chapter.test_shapes_and_attention_weights({"d_k": 3, "d_v": 5}),
    chapter.test_nobody_sees_padding_or_the_future,
    chapter.test_a_source_of_padding_only_gives_numbers,
    lambda: chapter.test_tying(False, False),
    chapter.test_scale_emb_or_prj_acts_where_it_says,
    lambda: chapter.test_scaled_models_start_with_inputs_and_logits_of_size_one("emb"),
    chapter.test_two_vocabularies_with_their_own_padding,
    chapter.test_copies_and_saved_weights_give_the_same_outputs,
    lambda: chapter.test_device_and_dtype_reach_every_parameter("LayerNorm"),
    lambda: chapter.test_same_seed_gives_torchs_parameters_name_by_name("LayerNorm", {"bias": False}),
    lambda: chapter.test_signatures_are_torchs("LayerNorm"),
)


def killed(name, source):
    """Does a killer raise on the lesson with this definition?"""
    try:
        with changed(name, source), contextlib.redirect_stdout(io.StringIO()):
            for killer in KILLERS:
                torch.manual_seed(0)
                killer()
    except Exception:
        return True
    return False


def test_without_a_change_nothing_raises():
    for name in FAMILY:
        assert not killed(name, SOURCES[name])


# What a mutant may change without being wrong, by a part of its description.
NO_FAULT = ()


@pytest.mark.labelled
@pytest.mark.parametrize("name", FAMILY)
def test_every_mechanical_change_is_noticed(name):
    survivors = [mutant.change for mutant in mutants(SOURCES[name]) if not killed(name, mutant.source)]
    print(name, *survivors, sep="\n  ")
    assert [change for change in survivors if not any(part in change for part in NO_FAULT)] == []
