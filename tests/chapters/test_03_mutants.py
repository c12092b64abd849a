"""The Transformer that is trained, with one slip: its comparison with torch's layers must notice.

Made in eval mode, with weights that are given, that cannot see all: the rest `drops_and_starts_as_told` sees.
"""

import ast
import contextlib
import math

import pytest
import torch
from by_hand import definitions, parts
from test_03_transformer import SIZES, is_torchs, learnt, lesson
from torch import nn

SOURCES = {name: ast.unparse(node) for name, node in definitions("03_transformer").items()}


@contextlib.contextmanager
def changed(name, source):
    """The lesson with another definition of `name`, for a moment."""
    kept = dict(vars(lesson))
    try:
        exec(compile(source, f"<{name}>", "exec"), vars(lesson))
        yield
    finally:
        vars(lesson).update(kept)


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


# What once passed every fast test, and its relatives.

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
    "divided by the width": ("scaled_dot_product_attention", "math.sqrt(q.shape[-1])", "q.shape[-1]"),
    "a mask turned round": ("scaled_dot_product_attention", "masked_fill(~mask", "masked_fill(mask"),
    "softmax over the queries": ("masked_softmax", "dim=-1).masked_fill", "dim=-2).masked_fill"),
    "padding may be seen": ("padding_mask", "tokens != pad_idx", "tokens != pad_idx - 1"),
    "a triangle one too wide": ("causal_mask", ".tril()", ".tril(1)"),
    "heads cut without a transpose": (
        "split_heads",
        ".transpose(1, 2)",
        ".flatten(1, 2).unflatten(1, (n_head, -1))",
    ),
    "heads joined without a transpose": (
        "join_heads",
        "x.transpose(1, 2).flatten(2)",
        "x.reshape(x.shape[0], x.shape[2], -1)",
    ),
    "variance about zero": ("LayerNorm", "x = x - x.mean(dim=axes, keepdim=True)", "pass"),
    "no bias of the norm": ("LayerNorm", "x if self.bias is None else x + self.bias", "x"),
    "positions from one on": (
        "PositionalEncoding",
        "self.pe[:, start:end]",
        "self.pe[:, start + 1 : end + 1]",
    ),
    "an encoder without its mask": ("EncoderLayer", "self.slf_attn(x, x, x, mask)", "self.slf_attn(x, x, x)"),
    "an encoder without feed-forward": (
        "EncoderLayer",
        "return (self.pos_ffn(x), weights)",
        "return (x, weights)",
    ),
    "memory attends to what is written": (
        "DecoderLayer",
        "self.enc_attn(x, memory, memory, memory_mask)",
        "self.enc_attn(x, x, x, mask)",
    ),
    "a decoder that sees the padding of its memory": ("DecoderLayer", "memory, memory_mask)", "memory)"),
    "the first layer again and again": ("Encoder", "layer(x, mask)", "self.layer_stack[0](x, mask)"),
    "the decoder's first layer again": ("Decoder", "layer(x, memory,", "self.layer_stack[0](x, memory,"),
    "logits not scaled": ("Transformer", "self.logit_scale * self.trg_word_prj(x)", "self.trg_word_prj(x)"),
    "no causal mask": ("Transformer", " & causal_mask(trg.shape[1], trg.device)", ""),
    "memory without its mask": (
        "Transformer",
        "self.decoder(trg, trg_mask, memory, src_mask)",
        "self.decoder(trg, trg_mask, memory)",
    ),
}


def test_every_part_of_the_trained_family_has_its_slips():
    """All that the trained model's class names, and what these name, but the drawing of first weights, see
    below, and `TransformerParts`: how it ties and scales is compared in test_03_transformer.py.
    """
    family = set(parts("03_transformer", "Transformer")) - {"draw_weights", "TransformerParts"}
    assert {name for name, _, _ in SLIPS.values()} == family


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_the_trained_family_is_noticed(slip):
    name, right, wrong = SLIPS[slip]
    source = SOURCES[name]
    assert source.count(right) == 1
    is_torchs(*learnt())
    norm_first_is_torchs()
    noticed = (AssertionError, TypeError)  # TypeError: a weight that gets no gradient
    with changed(name, source.replace(right, wrong)), pytest.raises(noticed):
        is_torchs(*learnt())
        norm_first_is_torchs()


# What a comparison in eval mode with given weights cannot see.


def drops_and_starts_as_told():
    """Dropout 1 leaves nothing of any part; linear layers start by Glorot's rule, padding at 0."""
    torch.manual_seed(0)
    model = lesson.Transformer(12, 12, 0, 0, **SIZES, dropout=1.0).train()
    src, trg = torch.randint(1, 12, (2, 5)), torch.randint(1, 12, (2, 4))
    logits, attns = model(src, trg, return_attns=True)
    assert not model.encode(src)[0].any() and not logits.any()
    assert len(attns) == 3 and not any(weights.any() for kind in attns.values() for weights in kind)
    assert model.eval()(src, trg).any()
    untied = lesson.Transformer(12, 12, 0, 0, **SIZES, trg_emb_prj_weight_sharing=False)
    for name, part in untied.named_modules():
        if isinstance(part, nn.Linear):
            bound = math.sqrt(6 / sum(part.weight.shape))
            assert 0.8 * bound < part.weight.abs().max() <= bound, name
        if isinstance(part, nn.Embedding):
            assert not part.weight[0].any() and part.weight[1:].all(), name


UNSEEN = {
    "no dropout on the weights": ("ResidualAttention", "(q, k, v, mask, p)", "(q, k, v, mask)"),
    "no dropout in feed-forward": ("PositionwiseFeedForward", "return self.dropout(", "return ("),
    "no dropout at the entrance": ("Entrance", "self.layer_norm(self.dropout(", "self.layer_norm(("),
    "an encoder layer's attention with a dropout of its own": (
        "EncoderLayer",
        "d_v, dropout, ",
        "d_v, 0.1, ",
    ),
    "its feed-forward, too": ("EncoderLayer", "d_inner, dropout, ", "d_inner, 0.1, "),
    "a decoder layer's feed-forward with a dropout of its own": (
        "DecoderLayer",
        "d_inner, dropout)",
        "d_inner)",
    ),
    "an encoder that hands no dropout down": ("Encoder", "d_v, dropout)", "d_v)"),
    "a decoder that hands no dropout down": ("Decoder", "d_v, dropout)", "d_v)"),
    "an entrance of the encoder with a dropout of its own": (
        "Encoder",
        "d_model, dropout, n",
        "d_model, 0.1, n",
    ),
    "an entrance of the decoder with a dropout of its own": (
        "Decoder",
        "d_model, dropout, n",
        "d_model, 0.1, n",
    ),
    "a Transformer that hands no dropout down": ("TransformerParts", "dropout=dropout, ", ""),
    "linear layers as torch draws them": ("draw_weights", "nn.init.xavier_uniform_(module.weight)", "pass"),
    "padding that is drawn as well": ("draw_weights", "zeros_(module.weight[", "ones_(module.weight["),
}


@pytest.mark.parametrize("slip", UNSEEN)
def test_a_slip_in_dropout_or_first_weights_is_noticed(slip):
    name, right, wrong = UNSEEN[slip]
    assert SOURCES[name].count(right) == 1
    drops_and_starts_as_told()
    source = SOURCES[name].replace(right, wrong) + "\n" + SOURCES["Transformer"]  # derived from its parts
    with changed(name, source), pytest.raises(AssertionError):
        drops_and_starts_as_told()
