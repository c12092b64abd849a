"""Probes tell the truth on layers whose answer is known, leave no trace, and say what is wrong in words."""

import functools
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from helpers.probes import Same, same_as, who_sees_whom

T = 6
TRIANGLE = torch.ones(T, T, dtype=torch.bool).tril()
DIAGONAL = torch.eye(T, dtype=torch.bool)
SQUARE = torch.ones(T, T, dtype=torch.bool)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def band(size_out, size_in, kernel, stride=1, padding=0, dilation=1):
    """What output o of a convolution sees along one axis: o * stride - padding + k * dilation."""
    seen = torch.zeros(size_out, size_in, dtype=torch.bool)
    for o in range(size_out):
        for k in range(kernel):
            place = o * stride - padding + k * dilation
            if 0 <= place < size_in:
                seen[o, place] = True
    return seen


class Lambda(nn.Module):
    """A module from a function of (self, x), with a weight of 2 so that there is something to learn."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.weight = nn.Parameter(torch.full((1,), 2.0))

    def forward(self, *inputs, **kwargs):
        return self.function(self, *inputs, **kwargs)


# --- who_sees_whom: known truths


@pytest.mark.parametrize("layer", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_recurrent_layer_sees_the_past_and_a_bidirectional_one_everything(layer, layers):
    x = torch.randn(2, T, 3)
    assert torch.equal(who_sees_whom(layer(3, 4, layers, batch_first=True), x), TRIANGLE)
    assert who_sees_whom(layer(3, 4, layers, batch_first=True, bidirectional=True), x).all()


def test_time_on_the_first_axis_and_unbatched_input():
    rnn = nn.RNN(3, 4)
    assert torch.equal(who_sees_whom(rnn, torch.randn(T, 2, 3), in_dims=0, out_dims=0), TRIANGLE)
    assert torch.equal(who_sees_whom(rnn, torch.randn(T, 3), in_dims=-2, out_dims=0), TRIANGLE)


def test_samples_of_a_batch_do_not_see_each_other_unless_axes_are_confused():
    x = torch.randn(T, 4, 3)
    right = who_sees_whom(nn.RNN(3, 4, batch_first=True), x, in_dims=0, out_dims=0)
    wrong = who_sees_whom(nn.RNN(3, 4), x, in_dims=0, out_dims=0)
    assert torch.equal(right, DIAGONAL)
    assert torch.equal(wrong, TRIANGLE)


def test_a_layer_applied_step_by_step_gives_the_diagonal():
    model = nn.Sequential(nn.Linear(3, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 2))
    assert torch.equal(who_sees_whom(model, torch.randn(2, T, 3)), DIAGONAL)


def test_causal_and_padding_mask_of_an_encoder():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    x = torch.randn(2, T, 8)
    causal = nn.Transformer.generate_square_subsequent_mask(T)
    padding = torch.zeros(2, T, dtype=torch.bool)
    padding[:, 4:] = True

    assert who_sees_whom(encoder, x).all()
    assert torch.equal(who_sees_whom(encoder, x, kwargs={"mask": causal, "is_causal": True}), TRIANGLE)
    seen = who_sees_whom(encoder, x, kwargs={"src_key_padding_mask": padding})
    expected = SQUARE.clone()
    expected[:, 4:] = DIAGONAL[:, 4:]  # the residual: a padded position sees itself
    assert torch.equal(seen, expected)


def test_torchs_fast_path_for_nested_tensors_does_not_blank_the_padded_rows():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2).eval()
    padding = torch.zeros(2, T, dtype=torch.bool)
    padding[:, 4:] = True
    x, before = torch.randn(2, T, 8), torch.backends.mha.get_fastpath_enabled()
    seen = who_sees_whom(encoder, x, kwargs={"src_key_padding_mask": padding})
    assert seen.shape == (T, T) and seen[4, :4].all()
    assert torch.backends.mha.get_fastpath_enabled() == before


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.booleans(), min_size=T * T, max_size=T * T))
def test_any_mask_of_an_attention_comes_back_as_it_was(bits):
    mask = torch.tensor(bits).view(T, T) | DIAGONAL  # no row is masked whole
    q = torch.randn(1, T, 4)
    seen = who_sees_whom(lambda x: F.scaled_dot_product_attention(q, x, x, mask), torch.randn(1, T, 4))
    assert torch.equal(seen, mask)


def test_the_memory_of_a_decoder_is_probed_through_a_function():
    decoder = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
    target = torch.randn(2, 3, 8)
    padding = torch.tensor([[False] * 4 + [True]] * 2)
    seen = who_sees_whom(
        lambda memory: decoder(target, memory, memory_key_padding_mask=padding), torch.randn(2, 5, 8)
    )
    assert torch.equal(seen, ~padding[:1].expand(3, 5))


@pytest.mark.parametrize(
    "kernel, stride, padding, dilation", [(3, 1, 1, 1), (3, 2, 0, 1), (2, 1, 3, 2), (1, 3, 0, 1)]
)
def test_conv1d_sees_a_band(kernel, stride, padding, dilation):
    conv = nn.Conv1d(2, 3, kernel, stride, padding, dilation)
    seen = who_sees_whom(conv, torch.randn(2, 2, 11), in_dims=2, out_dims=2)
    assert torch.equal(seen, band(seen.shape[0], 11, kernel, stride, padding, dilation))


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.AvgPool2d(2)])
def test_pixels_through_convolution_and_pooling(pool):
    model = nn.Sequential(nn.Conv2d(1, 3, (3, 2)), nn.BatchNorm2d(3), nn.ReLU(), pool)
    seen = who_sees_whom(model, torch.randn(1, 1, 8, 7), in_dims=(2, 3), out_dims=(2, 3))
    rows = band(3, 6, 2, 2).int() @ band(6, 8, 3).int() > 0
    columns = band(3, 6, 2, 2).int() @ band(6, 7, 2).int() > 0
    assert seen.shape == (3, 3, 8, 7)
    assert torch.equal(seen, rows[:, None, :, None] & columns[None, :, None, :])


def test_one_axis_of_an_image_in_and_another_order_of_axes_out():
    conv = nn.Conv2d(1, 1, (3, 1))
    rows = who_sees_whom(conv, torch.randn(1, 1, 7, 5), in_dims=2, out_dims=2)
    assert torch.equal(rows, band(5, 7, 3))
    swapped = who_sees_whom(conv, torch.randn(1, 1, 7, 5), in_dims=2, out_dims=(3, -2))
    assert torch.equal(swapped, band(5, 7, 3).expand(5, 5, 7))


def test_convolution_by_fft_sees_the_same_band_in_spite_of_its_rounding():
    kernel = torch.randn(3, dtype=torch.float64)

    def convolve(x):
        spectrum = torch.fft.rfft(x, 66) * torch.fft.rfft(kernel.to(x), 66)
        return torch.fft.irfft(spectrum, 66)[..., 2:64]

    for dtype in (torch.float64, torch.float32):
        for size in (1e-6, 1, 1e6):
            x = size * torch.randn(2, 64, dtype=dtype)
            assert torch.equal(who_sees_whom(convolve, x, in_dims=1, out_dims=1), band(62, 64, 3))


def test_a_model_that_ignores_time_or_all_of_its_input():
    def last_step(self, x):
        return x[:, -1]

    def constant(self, x):
        return self.weight.expand(2, T, 1)

    seen = who_sees_whom(Lambda(last_step), torch.randn(2, T, 3), out_dims=None)
    assert seen.tolist() == [[False] * (T - 1) + [True]]
    assert not who_sees_whom(Lambda(constant), torch.randn(2, T, 3)).any()


def test_the_last_output_of_a_bidirectional_layer_and_its_two_final_states():
    lstm = nn.LSTM(3, 4, batch_first=True, bidirectional=True)
    x = torch.randn(2, T, 3)
    backward_half = who_sees_whom(lstm, x, select=lambda out: out[0][:, -1, 4:], out_dims=None)
    final_states = who_sees_whom(lstm, x, select=lambda out: torch.cat((*out[1][0],), -1), out_dims=None)
    assert backward_half.tolist() == [[False] * (T - 1) + [True]]
    assert final_states.all()


# --- who_sees_whom: tokens and masks


class Tagger(nn.Module):
    """Tokens (B, T) -> (B, T, 2); 0 is padding, which only a mask keeps from being read."""

    def __init__(self, masked=True):
        super().__init__()
        self.embedding, self.masked = nn.Embedding(9, 8), masked
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, tokens, padding=None):
        x = self.embedding(tokens)
        return self.attention(x, x, x, key_padding_mask=padding if self.masked else None)[0]


def test_tokens():
    lstm = nn.LSTM(8, 4, batch_first=True)
    embedding = nn.Embedding(9, 8)
    tokens = torch.randint(9, (2, T))
    assert torch.equal(who_sees_whom(lambda t: lstm(embedding(t)), tokens, ids=range(9)), TRIANGLE)
    assert torch.equal(who_sees_whom(lambda t: lstm(embedding(t)), tokens), TRIANGLE)


def test_the_leak_of_a_forgotten_padding_mask():
    tokens = torch.tensor([[3, 1, 4, 1, 0, 0]])
    kwargs = {"padding": tokens == 0}
    right = who_sees_whom(Tagger(), tokens, kwargs=kwargs, ids=range(1, 9))
    wrong = who_sees_whom(Tagger(masked=False), tokens, kwargs=kwargs, ids=range(1, 9))
    assert not right[:4, 4:].any() and right[:4, :4].all()
    assert wrong.all()


def test_only_the_given_ids_are_put_in_and_each_try_is_another_token():
    asked = []

    def model(tokens):
        asked.append(tokens.clone())
        return tokens == 7

    tokens = torch.tensor([[1, 2, 3]])
    assert torch.equal(who_sees_whom(model, tokens, ids=[5, 6, 7, 5]), torch.eye(3, dtype=torch.bool))
    put_in = {int(a[0, t]) for a in asked for t in range(3) if a[0, t] != tokens[0, t]}
    assert put_in <= {5, 6, 7}

    asked.clear()
    tokens = torch.tensor([[4, 4, 4]])
    who_sees_whom(model, tokens, ids=[*range(7), 8])  # nothing ever moves, so all 7 tries are made
    tries = asked[-21:]
    assert [(t != 4).sum().item() for t in tries] == [1] * 21
    assert all(len({int(t[0, place]) for t in tries}) == 8 for place in range(3))
    asked.clear()
    who_sees_whom(model, tokens, ids=[4, 4, 5, 4, 5])
    assert all((t != tokens).any() for t in asked[2:])


def test_integers_without_ids_stay_among_those_in_x_and_bools_are_flipped():
    def table(tokens):
        return torch.tensor([0.0, 1, 2, 3])[tokens // 100]  # any other id would be an IndexError

    assert torch.equal(who_sees_whom(table, torch.tensor([[0, 300, 300]])), torch.eye(3, dtype=torch.bool))
    flags = torch.zeros(1, 3, dtype=torch.bool)
    assert torch.equal(who_sees_whom(lambda m: m.cummax(1)[0], flags), torch.ones(3, 3).tril().bool())


# --- who_sees_whom: hard to see


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.tanh(100 * x),
        lambda x: torch.tanh(x + 50),
        lambda x: torch.sigmoid(x - 60),
        lambda x: F.relu(x - 20),
        lambda x: F.relu(-x - 20),
        lambda x: x.clamp(5, 6),
        lambda x: x.round(),
        lambda x: 1e-6 * x,
        lambda x: 1e6 + x,
        lambda x: x.detach(),
    ],
)
def test_saturation_and_dead_zones_do_not_hide_a_dependence(function):
    x = torch.randn(1, T, 1)
    assert torch.equal(who_sees_whom(function, x), DIAGONAL)


@pytest.mark.parametrize(
    "size, function",
    [
        (1e4, torch.tanh),
        (1e4, lambda x: x.abs() < 5),  # only what does not go with the size of x gets there
        (0, torch.tanh),
        (0, lambda x: F.relu(x - 12)),
        (1e-8, torch.tanh),
        (1, lambda x: (x - 1.1).abs() < 0.05),  # a large step jumps over it
        (1, lambda x: (x - 2).abs() < 0.5),
        (1, lambda x: x > 15),
        (1, lambda x: x < -13),
    ],
)
def test_inputs_of_any_size_and_outputs_that_answer_in_one_place_only(size, function):
    x = torch.full((1, T, 1), float(size))
    assert torch.equal(who_sees_whom(function, x), DIAGONAL)


def test_a_maximum_is_moved_by_whoever_can_exceed_it():
    x = torch.linspace(0, 5, T).view(1, T, 1)
    assert who_sees_whom(lambda x: x.amax(1), x, out_dims=None).all()


def test_integer_outputs_and_masked_logits():
    x = torch.randn(1, T, 3)
    assert torch.equal(who_sees_whom(lambda x: x.argmax(-1), x), DIAGONAL)
    masked = who_sees_whom(lambda x: torch.cat([x, torch.full((1, T, 1), -torch.inf)], -1), x)
    assert torch.equal(masked, DIAGONAL)


def test_a_change_that_overflows_is_left_out():
    def naive_softmax(x):  # exp(710) is infinite, and infinity over infinity is NaN
        weights = (20 * x).exp()
        return weights / weights.sum(1, keepdim=True)

    assert who_sees_whom(naive_softmax, torch.rand(1, T, 1)).all()


# --- who_sees_whom: odd models


class Counting(nn.Module):
    """Writes its results into a tensor of its own, which it hands out each time."""

    def __init__(self):
        super().__init__()
        self.register_buffer("cache", torch.zeros(2, T, 3))

    def forward(self, x):
        self.cache.copy_(x.cumsum(1))
        return self.cache


class KeepsMaps(nn.Module):
    """Keeps a tensor with a history, which deepcopy refuses."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(3, 4, batch_first=True)
        self.last = None

    def forward(self, x):
        self.last, _ = self.rnn(x)
        return self.last


class OwnState(nn.Module):
    """Makes its first state in the default dtype and casts to float32, as one finds in the wild."""

    def __init__(self, cast):
        super().__init__()
        self.cell, self.cast = nn.RNNCell(3, 4), cast

    def forward(self, x):
        h, outputs = torch.zeros(len(x), 4), []
        for t in range(x.shape[1]):
            h = self.cell(x[:, t].float() if self.cast else x[:, t], h)
            outputs.append(h)
        return torch.stack(outputs, 1)


def test_models_that_overwrite_their_output_keep_maps_or_make_their_own_state():
    x = torch.randn(2, T, 3)
    assert torch.equal(who_sees_whom(Counting(), x), TRIANGLE)
    assert torch.equal(who_sees_whom(OwnState(cast=False), x), TRIANGLE)
    assert torch.equal(who_sees_whom(OwnState(cast=True), x), TRIANGLE)
    model = KeepsMaps()
    model(x)
    assert torch.equal(who_sees_whom(model, x), TRIANGLE)
    assert torch.get_default_dtype() == torch.float32


def test_it_computes_in_float64_where_the_model_can():
    dtypes = []

    def note(self, x, mask):
        dtypes.append((x.dtype, self.weight.dtype, mask.dtype, torch.zeros(1).dtype, torch.is_grad_enabled()))
        return x * self.weight

    who_sees_whom(Lambda(note), torch.randn(1, T, 1, dtype=torch.bfloat16), kwargs={"mask": torch.ones(1)})
    assert set(dtypes) == {(torch.float64,) * 4 + (False,)}
    # In float32 an influence of 1e-7 drowns.
    assert who_sees_whom(nn.Linear(1, 1), torch.ones(1, 2, 1), select=lambda y: y.sum(1) * 1e-7 + 1).all()


def test_a_view_of_the_input_and_writing_on_it():
    x = torch.randn(2, T, 3)
    kept = x.clone()

    def write(self, x):
        return x.mul_(2).cumsum(1)

    assert torch.equal(who_sees_whom(Lambda(lambda self, x: x[:, 1:]), x), DIAGONAL[1:])
    assert torch.equal(who_sees_whom(Lambda(lambda self, x: x), x), DIAGONAL)
    assert torch.equal(who_sees_whom(Lambda(write), x), TRIANGLE)
    assert torch.equal(who_sees_whom(lambda x: x.mul_(2).cumsum(1), x), TRIANGLE)
    assert torch.equal(x, kept)


def test_outputs_as_dict_nested_tuple_and_by_select():
    x = torch.randn(2, T, 3)
    assert torch.equal(who_sees_whom(lambda x: {"n": 3, "y": x.cumsum(1)}, x), TRIANGLE)
    assert torch.equal(who_sees_whom(lambda x: [None, (x.cumsum(1), x)], x), TRIANGLE)
    assert torch.equal(who_sees_whom(lambda x: (x.cumsum(1), x), x, select=lambda out: out[1]), DIAGONAL)


def test_input_that_requires_grad_is_not_contiguous_or_expanded():
    x = torch.randn(3, T, 2, requires_grad=True)
    assert torch.equal(who_sees_whom(lambda x: x.cumsum(1), x.transpose(0, 2)), TRIANGLE)
    assert torch.equal(who_sees_whom(lambda x: x.cumsum(1), torch.ones(1, 1, 1).expand(2, T, 3)), TRIANGLE)
    assert x.grad is None


# --- who_sees_whom: leaves no trace


class Everything(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.drop, self.rnn = nn.BatchNorm1d(3), nn.Dropout(0.5), nn.RNN(3, 4, batch_first=True)

    def encode(self, x):
        x = F.dropout(self.norm(x.transpose(1, 2)).transpose(1, 2), training=self.training)
        return self.rnn(self.drop(x))

    def forward(self, x):
        return self.encode(x)


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model,
        lambda model: lambda x: model(x),
        lambda model: model.encode,
        lambda model: functools.partial(model),
    ],
    ids=["module", "function", "method", "partial"],
)
@pytest.mark.parametrize("frozen", [False, True])
def test_mode_buffers_parameters_gradients_and_random_state_stay(ask, frozen):
    model, x = Everything(), torch.randn(2, T, 3)
    model(x)[0].sum().backward()
    model.norm.train(not frozen)  # a mixture of modes
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
    buffers = {name: id(buffer) for name, buffer in model.named_buffers()}
    random_state = torch.get_rng_state()

    assert torch.equal(who_sees_whom(ask(model), x), TRIANGLE)

    assert torch.equal(torch.get_rng_state(), random_state)
    assert model.training and model.drop.training and model.norm.training != frozen
    assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
    assert all(p.dtype == torch.float32 for p in model.parameters())
    assert all(torch.equal(p.grad, gradients[name]) for name, p in model.named_parameters())
    assert buffers == {name: id(buffer) for name, buffer in model.named_buffers()}
    assert not torch.nn.modules.module._global_forward_pre_hooks


def test_all_comes_back_after_an_error_too():
    def fail(self, x):
        self.steps = torch.zeros(3)
        self.steps += 1
        raise RuntimeError("no luck")

    model = Lambda(fail)
    model.register_buffer("steps", torch.zeros(3))
    kept = model.steps
    with pytest.raises(RuntimeError, match="no luck"):
        who_sees_whom(model, torch.randn(1, T, 1))
    assert model.training and model.steps is kept and not kept.any()
    assert torch.get_default_dtype() == torch.float32
    assert not torch.nn.modules.module._global_forward_pre_hooks
    assert torch.is_grad_enabled()


def test_a_kwarg_that_the_model_writes_on_stays():
    mask = torch.ones(1, T, 1, dtype=torch.float64)
    who_sees_whom(lambda x, mask: x + 0 * mask.mul_(0.5), torch.randn(1, T, 1), kwargs={"mask": mask})
    assert mask.eq(1).all()


# --- who_sees_whom: errors


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.h = nn.RNN(3, 4, batch_first=True), None

    def forward(self, x):
        y, self.h = self.rnn(x, self.h)
        return y


TWO_ANSWERS = "the same input gave two different outputs.*training=self.training.*keeps a state"
X = torch.ones(2, T, 3)


def test_random_state_comes_back_where_the_model_draws():
    random_state = torch.get_rng_state()
    with pytest.raises(ValueError, match=TWO_ANSWERS):
        who_sees_whom(lambda x: F.dropout(x), X)
    assert torch.equal(torch.get_rng_state(), random_state)


@pytest.mark.parametrize(
    "error, text, call",
    [
        (TypeError, "model must be a module or a function, got int", lambda: who_sees_whom(3, X)),
        (TypeError, "x must be a tensor .* got list", lambda: who_sees_whom(torch.tanh, [1.0])),
        (TypeError, "got torch.complex64", lambda: who_sees_whom(torch.tanh, X.cfloat())),
        (TypeError, "kwargs must be a dict .* got set", lambda: who_sees_whom(torch.tanh, X, kwargs={1})),
        (ValueError, r"x of shape \(0, 6, 3\) is empty", lambda: who_sees_whom(torch.tanh, X[:0])),
        (ValueError, "x holds NaN or infinity", lambda: who_sees_whom(torch.tanh, X / 0)),
        (
            ValueError,
            r"in_dims=3 does not name axes of x, which has shape \(2, 6, 3\)$",
            lambda: who_sees_whom(torch.tanh, X, in_dims=3),
        ),
        (ValueError, r"in_dims=\(\) does not name axes", lambda: who_sees_whom(torch.tanh, X, in_dims=())),
        (ValueError, "names an axis twice", lambda: who_sees_whom(torch.tanh, X, in_dims=(1, -2))),
        (
            ValueError,
            r"out_dims=1 .* the output, which has shape \(2,\); out_dims=None if it has no such axis$",
            lambda: who_sees_whom(lambda x: x.sum((1, 2)), X),
        ),
        (ValueError, r"output of shape \(2, 0, 3\) is empty", lambda: who_sees_whom(lambda x: x[:, :0], X)),
        (ValueError, "ids are for an x of tokens", lambda: who_sees_whom(torch.tanh, X, ids=range(3))),
        (
            ValueError,
            r"two or more to choose from, got \[1\]: .* ids=range\(V\)",
            lambda: who_sees_whom(torch.cumsum, X.long()),
        ),
        (TypeError, "the model gave str with no tensor in it.*select=", lambda: who_sees_whom(repr, X)),
        (
            ValueError,
            "holds NaN before anything is changed, at position 1, position 4: .* masked whole",
            lambda: who_sees_whom(lambda x: x.index_fill(1, torch.tensor([4, 1]), torch.nan), X),
        ),
        (
            ValueError,
            r"at position \(0, 0\), position \(0, 1\), .* position \(1, 1\), \.\.\.: whether",
            lambda: who_sees_whom(lambda x: x * torch.nan, X, out_dims=(1, 2)),
        ),
        (
            ValueError,
            "the output holds NaN for every change of x at position 0$",
            lambda: who_sees_whom(lambda x: x.where(x[:, :1] == 1, torch.nan), X),
        ),
        (ValueError, TWO_ANSWERS, lambda: who_sees_whom(lambda x: F.dropout(x), X)),
        (ValueError, TWO_ANSWERS, lambda: who_sees_whom(Stateful(), torch.randn(2, T, 3))),
        (
            ValueError,
            r"output's shape changes with the values of x: \(2, 6, 3\), then \(2, 5, 3\)",
            lambda: who_sees_whom(lambda x: x if (x == 1).all() else x[:, 1:], X),
        ),
        (RuntimeError, "mat1 and mat2 shapes", lambda: who_sees_whom(nn.Linear(4, 4), X)),
    ],
)
def test_what_is_wrong_is_said(error, text, call):
    with pytest.raises(error, match=text):
        call()


# --- same_as: equal


class ByHand(nn.Module):
    """A one-layer tanh RNN in torch's names, with a fault on request."""

    def __init__(self, input_size, hidden_size, fault=None):
        super().__init__()
        like = nn.RNN(input_size, hidden_size)
        for name, weight in like.named_parameters():
            setattr(self, name, nn.Parameter(weight.detach().clone()))
        self.fault = fault

    def forward(self, x, h=None):  # x (B, T, D)
        B, T, _ = x.shape
        if self.fault == "state":
            h = None
        h = x.new_zeros(1, B, self.bias_hh_l0.numel()) if h is None else h
        h, outputs = h[0], []
        for t in range(T):
            x_t = x[:, t].detach() if self.fault == "input detached" else x[:, t]
            h_in = h.detach() if self.fault == "state detached" else h
            b = self.bias_hh_l0.detach() if self.fault == "frozen bias" else self.bias_hh_l0
            h = torch.tanh(x_t @ self.weight_ih_l0.T + self.bias_ih_l0 + h_in @ self.weight_hh_l0.T + b)
            if self.fault == "step 3" and t == 3:
                h = h + torch.tensor([0.0, 0.5, 0.0, 0.0]) * (torch.arange(B) == B - 1)[:, None]
            outputs.append(h)
        y, h = torch.stack(outputs, 1), h[None]
        match self.fault:
            case "one output":
                return y
            case "list":
                return [y, h]
            case "three":
                return y, h, None
            case "shape":
                return y.transpose(0, 1), h
            case "dtype":
                return y.double(), h
            case "writes":
                x.zero_()
            case "nan":
                y = y.clone()
                y[1, 2, 0] = torch.nan
            case "random":
                return y + torch.rand(()), h
        return y, h


def torchs(**options):
    return nn.RNN(3, 4, batch_first=True, **options)


def test_a_layer_by_hand_is_torchs():
    ours, theirs = ByHand(3, 4), torchs()
    report = same_as(ours, theirs, torch.randn(2, 5, 3))
    assert (report.outputs, report.input_gradients, report.parameter_gradients, report.buffers) == (
        2,
        1,
        4,
        0,
    )
    assert torch.equal(ours.weight_hh_l0, theirs.weight_hh_l0)  # ours has got the weights
    report = same_as(
        ours.double(), theirs.double(), torch.randn(2, 5, 3).double(), torch.randn(1, 2, 4).double()
    )
    assert repr(report) == str(report)
    assert str(report) == (
        "same: 2 outputs, 2 input gradients, 4 parameter gradients, 0 buffers; largest difference below 1e-12"
    )


def test_the_text_of_a_report():
    assert str(Same(1, 0, 2, 1, 0.0)) == (
        "same: 1 output, 0 input gradients, 2 parameter gradients, 1 buffer; largest difference below 1e-12"
    )
    ends = {3e-12: "below 1e-8", 2e-7: "below 1e-4", 0.02: "below 1", 33.3: "3e+01"}
    for largest, end in ends.items():
        assert str(Same(1, 1, 1, 1, largest)).endswith(f"largest difference {end}")


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize(
    "make, inputs, kwargs",
    [
        (lambda: nn.LSTM(3, 4, 2, dropout=0.5), lambda: (torch.randn(5, 2, 3),), {}),
        (
            lambda: nn.LSTM(3, 4, batch_first=True),
            lambda: (torch.randn(2, 5, 3), (torch.randn(1, 2, 4), torch.randn(1, 2, 4))),
            {},
        ),
        (
            lambda: nn.LSTM(3, 4),
            lambda: (nn.utils.rnn.pack_sequence([torch.ones(3, 3), torch.ones(2, 3)]),),
            {},
        ),
        (lambda: nn.Embedding(5, 3, padding_idx=0), lambda: (torch.tensor([[1, 0, 4]]),), {}),
        (lambda: nn.Embedding(5, 3, sparse=True), lambda: (torch.tensor([[1, 0, 4]]),), {}),
        (lambda: nn.BatchNorm2d(3), lambda: (torch.randn(2, 3, 4, 4),), {}),
        (lambda: nn.MaxPool2d(2, return_indices=True), lambda: (torch.randn(2, 3, 4, 4),), {}),
        (lambda: nn.ReLU(inplace=True), lambda: (torch.randn(4),), {}),
        (lambda: nn.Identity(), lambda: (torch.randn(4),), {}),
        (lambda: nn.Linear(3, 2), lambda: (torch.randn(0, 3),), {}),
        (lambda: nn.CrossEntropyLoss(), lambda: (torch.randn(4, 3), torch.tensor([0, 1, 2, 0])), {}),
        (
            lambda: nn.TransformerDecoderLayer(8, 2, 16, batch_first=True),
            lambda: (torch.randn(2, 3, 8),),
            {
                "memory": torch.randn(2, 4, 8),
                "memory_key_padding_mask": torch.tensor([[False] * 3 + [True]] * 2),
            },
        ),
        (
            lambda: nn.Linear(3, 2, dtype=torch.bfloat16),
            lambda: (torch.randn(4, 3, dtype=torch.bfloat16),),
            {},
        ),
        (lambda: nn.Linear(3, 2, dtype=torch.cfloat), lambda: (torch.randn(4, 3, dtype=torch.cfloat),), {}),
    ],
)
def test_each_layer_is_its_own_twin(make, inputs, kwargs, train):
    same_as(make().train(train), make().train(train), *inputs(), kwargs=kwargs)


def test_dropout_draws_from_the_same_random_state():
    class Drop(nn.Module):
        def forward(self, x):
            return x * (torch.empty_like(x).bernoulli_(0.5)) / 0.5

    assert same_as(Drop(), nn.Dropout(0.5), torch.randn(100)).outputs == 1


def test_a_tensor_passed_twice_stays_one_tensor():
    seen = []

    def attend(self, q, k, v):
        seen.append(q is k is v)
        return q + 2 * k + 3 * v

    x = torch.randn(3)
    report = same_as(Lambda(attend), Lambda(attend), x, x, x)
    assert seen == [True, True] and report.input_gradients == 1


def test_unused_parameters_and_inputs_have_no_gradient_on_either_side():
    def ignore(self, x, y):
        return y * 2

    report = same_as(Lambda(ignore), Lambda(ignore), torch.randn(3), torch.randn(3))
    assert (report.input_gradients, report.parameter_gradients) == (1, 0)
    cut = [Lambda(lambda self, x: (x * 2, x.detach())) for _ in range(2)]
    report = same_as(*cut, torch.randn(3))
    assert (report.outputs, report.input_gradients, report.parameter_gradients) == (2, 1, 0)
    report = same_as(
        Lambda(lambda self, x: x.argmax()), Lambda(lambda self, x: x.argmax()), torch.tensor([1.0, 2.0])
    )
    assert (report.outputs, report.input_gradients, report.parameter_gradients) == (1, 0, 0)


def test_buffers_outside_the_state_dict_are_the_layers_own_affair():
    ours, theirs = nn.Linear(3, 2), nn.Linear(3, 2)
    ours.register_buffer("cache", torch.ones(1), persistent=False)
    assert same_as(ours, theirs, torch.randn(4, 3)).buffers == 0
    ours = nn.Tanh()
    ours.register_buffer("cache", torch.ones(1), persistent=False)
    assert same_as(ours, nn.Tanh(), torch.randn(4, 3)).buffers == 0


def test_tied_weights_are_one_parameter_and_no_buffer():
    def tied():
        model = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
        model[1].weight = model[0].weight
        return model

    report = same_as(tied(), tied(), torch.randn(4, 3))
    assert (report.parameter_gradients, report.buffers) == (1, 0)
    untied = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    with pytest.raises(AssertionError, match="only ours has: 1.weight; that only theirs has: none"):
        same_as(untied, tied(), torch.randn(4, 3))


def test_equal_nan():
    def nan(self, x):
        return x.where(x > 0, torch.nan)

    x = torch.tensor([1.0, -1.0])
    with pytest.raises(AssertionError, match=r"ours nan, theirs nan; 1 of 2 .* only with equal_nan=True"):
        same_as(Lambda(nan), Lambda(nan), x)
    assert same_as(Lambda(nan), Lambda(nan), x, equal_nan=True).largest == 0
    # Detached: a gradient would have a largest difference of its own.
    off, right = (Lambda(lambda self, x, by=by: nan(self, x).detach() * by) for by in (1 + 1e-6, 1))
    assert 5e-7 < same_as(off, right, x, equal_nan=True).largest < 2e-6
    infinite = same_as(Lambda(lambda self, x: x / 0), Lambda(lambda self, x: x / 0), x, equal_nan=True)
    assert infinite.largest == 0


def test_tolerances():
    ours, theirs = nn.LayerNorm(8, eps=1e-6).double(), nn.LayerNorm(8).double()
    x = torch.randn(4, 8, dtype=torch.float64)
    with pytest.raises(AssertionError, match="output first differs"):
        same_as(ours, theirs, x)
    assert str(same_as(ours, theirs, x, rtol=1e-3)).endswith("below 1e-4")
    with pytest.raises(AssertionError, match="output first differs"):
        same_as(ours, theirs, x, rtol=0, atol=1e-9)
    same_as(ours, theirs, x, rtol=0, atol=1e-3)


def test_a_sum_in_another_order_is_the_same():
    class Loops(nn.Conv2d):
        def forward(self, x):
            columns = F.unfold(x, self.kernel_size).transpose(1, 2)  # (B, Ho*Wo, C*kH*kW)
            y = columns.flip(-1) @ self.weight.flatten(1).flip(-1).T + self.bias
            return y.transpose(1, 2).unflatten(2, (x.shape[2] - 4, x.shape[3] - 4))

    for dtype, end in ((torch.float32, "1e-4"), (torch.float64, "1e-12")):
        x = torch.randn(16, 8, 20, 20, dtype=dtype)
        report = same_as(Loops(8, 16, 5, dtype=dtype), nn.Conv2d(8, 16, 5, dtype=dtype), x)
        assert report.largest > 0 and str(report).endswith(f"largest difference below {end}")


# --- same_as: different


@pytest.mark.parametrize(
    "fault, text",
    [
        (
            "step 3",
            r"^output\[0\] first differs at index \(batch 1, time 3, feature 1\): "
            r"ours -?\d\.\d+, theirs -?\d\.\d+; "
            r"\d of 40 values differ, largest difference 0\.5$",
        ),
        ("state", r"^output\[0\] first differs at index \(batch 0, time 0, feature 0\)"),
        ("one output", r"^output is a tensor in ours, a tuple of 2 in theirs$"),
        ("list", r"^output is a list of 2 in ours, a tuple of 2 in theirs$"),
        ("three", r"^output is a tuple of 3 in ours, a tuple of 2 in theirs$"),
        ("shape", r"^output\[0\] has shape \(5, 2, 4\) in ours, \(2, 5, 4\) in theirs$"),
        ("dtype", r"^output\[0\] is torch.float64 in ours, torch.float32 in theirs$"),
        (
            "nan",
            r"^output\[0\] .*\(batch 1, time 2, feature 0\): ours nan, theirs .*; 1 of 40 .* difference nan$",
        ),
        ("random", r"^output\[0\] first differs .* 40 of 40 values differ"),
        (
            "input detached",
            r"^gradient of input\[0\] is None in ours, a tensor in theirs \(None: no output depends on it",
        ),
        ("state detached", r"^gradient of input\[0\] first differs at index \(batch 0, time 0, feature 0\)"),
        ("frozen bias", r"^gradient of bias_hh_l0 is None in ours, a tensor in theirs"),
    ],
)
def test_the_first_difference_is_named(fault, text):
    with pytest.raises(AssertionError, match=text):
        same_as(ByHand(3, 4, fault), torchs(), torch.randn(2, 5, 3), torch.randn(1, 2, 4))


def test_time_counts_before_the_place_in_memory_and_axes_can_be_named():
    def late(self, x):
        y = x.clone()
        y[0, 4, 0] += 1
        y[1, 2, 1] += 1
        return y

    models = Lambda(late), Lambda(lambda self, x: x.clone())
    x = torch.randn(2, 5, 3)
    for axes, place in (
        (None, "(0, 4, 0)"),
        (("batch", "time", "feature"), "(batch 1, time 2, feature 1)"),
        ({"output": ("sentence", "word", "letter")}, "(sentence 0, word 4, letter 0)"),
        (("batch", "time"), "(0, 4, 0)"),
        ({"input[0]": ("batch", "time", "feature")}, "(0, 4, 0)"),
    ):
        with pytest.raises(AssertionError, match=re.escape(f"output first differs at index {place}: ours")):
            same_as(*models, x, axes=axes)


@pytest.mark.parametrize(
    "theirs, shape, place",
    [
        (nn.RNN(3, 3), (5, 2, 3), r"\(time 0, batch 0, feature 0\)"),
        (nn.RNN(3, 3, batch_first=True), (2, 5, 3), r"\(batch 0, time 0, feature 0\)"),
        (nn.RNN(3, 3), (5, 3), r"\(time 0, feature 0\)"),
        (nn.AvgPool2d(1), (2, 3, 4, 4), r"\(batch 0, channel 0, row 0, column 0\)"),
        (nn.Tanh(), (2, 3, 4), r"\(0, 0, 0\)"),
    ],
)
def test_axes_by_default(theirs, shape, place):
    class Off(type(theirs)):
        def forward(self, x):
            out = super().forward(x)
            return out + 1 if isinstance(out, torch.Tensor) else (out[0] + 1, out[1])

    ours = Off(*[1] if isinstance(theirs, nn.AvgPool2d) else [3, 3] if isinstance(theirs, nn.RNN) else [])
    if isinstance(theirs, nn.RNN):
        ours.batch_first = theirs.batch_first
    with pytest.raises(AssertionError, match=f"first differs at index {place}"):
        same_as(ours, theirs, torch.randn(shape))


def test_a_gradient_a_second_output_and_a_scalar():
    def twice(self, x):
        return x, {"h": x.mean() * self.weight[0]}

    def other(self, x):
        return x, {"h": x.mean() * self.weight[0] + 1}

    with pytest.raises(
        AssertionError, match=r"^output\[1\]\['h'\] differs: ours .*, theirs .*; 1 of 1 values"
    ):
        same_as(Lambda(other), Lambda(twice), torch.randn(3))

    def amax(self, x):
        return x.amax(0) * self.weight

    def first(self, x):
        return x.max(0)[0] * self.weight

    x = torch.tensor([[1.0], [1.0]])  # a tie: amax shares the gradient, max gives it to one
    with pytest.raises(AssertionError, match=r"^gradient of input\[0\] first differs at index \(0, 0\)"):
        same_as(Lambda(amax), Lambda(first), x)


def test_numbers_that_differ_early_are_shown_with_four_digits():
    """The last digits of an output are other ones on another processor; a lesson prints them."""
    off = Lambda(lambda self, x: x * 1.5)
    x = torch.full((1,), 0.56110851, dtype=torch.float64)
    with pytest.raises(AssertionError, match=r"ours 0\.8417, theirs 0\.5611; 1 of 1"):
        same_as(off, Lambda(lambda self, x: x * 1), x)
    close = Lambda(lambda self, x: x * 1.00001)
    with pytest.raises(AssertionError, match=r"ours 0\.561114, theirs 0\.561109; 1 of 1"):
        same_as(close, Lambda(lambda self, x: x * 1), x)


def test_numbers_that_look_alike_are_shown_in_full():
    off = Lambda(lambda self, x: x * (1 + 1e-9))
    x = torch.ones(1, dtype=torch.float64)
    with pytest.raises(AssertionError, match=r"ours 1\.000000001, theirs 1\.0; 1 of 1 .* difference 1e-09$"):
        same_as(off, Lambda(lambda self, x: x * 1), x)


class BiasedBatchNorm(nn.BatchNorm1d):
    """Takes the biased variance into its running statistics: a common mistake."""

    def forward(self, x):
        with torch.no_grad():
            self.running_mean.lerp_(x.mean(0), self.momentum)
            self.running_var.lerp_(x.var(0, unbiased=False), self.momentum)
            self.num_batches_tracked += 1
        return F.batch_norm(x, None, None, self.weight, self.bias, True, 0.0, self.eps)


def test_a_buffer_that_differs_after_the_call_and_all_buffers_come_back():
    ours, theirs = BiasedBatchNorm(3), nn.BatchNorm1d(3)
    buffers = [buffer for model in (ours, theirs) for buffer in model.buffers()]
    with pytest.raises(AssertionError, match=r"^buffer running_var first differs at index \(0\): ours"):
        same_as(ours, theirs, torch.randn(4, 3))
    assert all(a is b for a, b in zip(buffers, (*ours.buffers(), *theirs.buffers()), strict=True))
    for model in (ours, theirs):
        assert model.num_batches_tracked == 0
        assert model.running_mean.eq(0).all() and model.running_var.eq(1).all()


def test_writing_on_the_input():
    with pytest.raises(
        AssertionError, match=r"^input\[0\] after the call first differs at index \(0\): ours 0"
    ):
        same_as(nn.ReLU(inplace=True), nn.ReLU(), torch.tensor([-1.0, 1.0]))
    with pytest.raises(RuntimeError) as failure:  # what autograd needs for the gradient has been overwritten
        same_as(ByHand(3, 4, "writes"), torchs(), torch.randn(2, 5, 3))
    assert failure.value.__notes__ == ["(raised by ours, a ByHand)"]


def test_weights_that_do_not_load():
    class Other(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(2, 4))
            self.beta = nn.Parameter(torch.zeros(2))

        def forward(self, x):
            return x

    text = (
        "the weights of theirs do not load into ours: missing in ours: bias; unexpected, in ours only: beta; "
        "other shapes: weight (2, 4) in ours, (2, 3) in theirs"
    )
    with pytest.raises(AssertionError, match=re.escape(text) + "$"):
        same_as(Other(), nn.Linear(3, 2), torch.randn(4, 3))


def test_weights_of_another_dtype_or_kind():
    with pytest.raises(
        AssertionError, match="^weight after loading is torch.float64 in ours, torch.float32 in"
    ):
        same_as(nn.Linear(3, 2).double(), nn.Linear(3, 2), torch.randn(4, 3))
    ours = nn.Linear(3, 2, bias=False)
    ours.register_buffer("extra", torch.zeros(2))
    del ours._parameters["bias"]
    ours.register_buffer("bias", torch.zeros(2))
    del ours._buffers["extra"]
    with pytest.raises(
        AssertionError, match="^parameters that only ours has: none; that only theirs has: bias$"
    ):
        same_as(ours, nn.Linear(3, 2), torch.randn(4, 3))


def test_all_but_our_weights_stays():
    ours, theirs = nn.GRU(3, 4, 2, dropout=0.5), nn.GRU(3, 4, 2, dropout=0.5)
    x = torch.randn(5, 2, 3, requires_grad=True)
    theirs(x)[0].sum().backward()
    kept = [t.clone() for t in (x, x.grad, *theirs.parameters(), *(p.grad for p in theirs.parameters()))]
    random_state = torch.get_rng_state()
    with torch.no_grad():
        report = same_as(ours, theirs, x)
    assert report.input_gradients == 1
    assert torch.equal(torch.get_rng_state(), random_state)
    assert ours.training and theirs.training
    assert all(p.grad is None for p in ours.parameters())
    now = (x, x.grad, *theirs.parameters(), *(p.grad for p in theirs.parameters()))
    assert all(torch.equal(a, b) for a, b in zip(now, kept, strict=True))


# --- same_as: errors


class Opaque:
    pass


LINEAR = nn.Linear(3, 3)


@pytest.mark.parametrize(
    "error, text, call",
    [
        (
            TypeError,
            "theirs must be a torch.nn.Module, got builtin_f",
            lambda: same_as(LINEAR, torch.tanh, X),
        ),
        (ValueError, "one and the same module", lambda: same_as(LINEAR, LINEAR, X)),
        (TypeError, "kwargs must be a dict", lambda: same_as(nn.Tanh(), nn.Tanh(), X, kwargs=[1])),
        (
            ValueError,
            r"ours is on cpu, theirs on meta: move one of them with .to\(device\)",
            lambda: same_as(LINEAR, nn.Linear(3, 3, device="meta"), X),
        ),
        (
            ValueError,
            r"ours is in train mode, theirs in eval mode: call .train\(\) or .eval\(\) on both",
            lambda: same_as(nn.Tanh(), nn.Tanh().eval(), X),
        ),
        (
            ValueError,
            "no tensor to compare in the output: None",
            lambda: same_as(Lambda(lambda s, x: None), Lambda(lambda s, x: None), X),
        ),
        (
            TypeError,
            r"output\[1\] is an object of class Opaque: only tensors",
            lambda: same_as(Lambda(lambda s, x: (x, Opaque())), Lambda(lambda s, x: (x, Opaque())), X),
        ),
        (
            AssertionError,
            r"output\[1\] is 2 in ours, 3 in theirs",
            lambda: same_as(Lambda(lambda s, x: (x, 2)), Lambda(lambda s, x: (x, 3)), X),
        ),
        (
            AssertionError,
            "output is a dict with keys 'a' in ours, a dict with keys 'a', 'b' in theirs",
            lambda: same_as(Lambda(lambda s, x: {"a": x}), Lambda(lambda s, x: {"b": x, "a": x}), X),
        ),
        (
            AssertionError,
            r"output first differs at index \(0\): ours 3, theirs 4; 2 of 2 values differ, largest diff.* 1$",
            lambda: same_as(Lambda(lambda s, x: x + 2), Lambda(lambda s, x: x + 3), torch.tensor([1, 2])),
        ),
        (
            AssertionError,
            "ours True, theirs False; 1 of 2 values differ, largest difference 1$",
            lambda: same_as(Lambda(lambda s, x: x >= 1), Lambda(lambda s, x: x > 1), torch.tensor([1, 2])),
        ),
        (
            AssertionError,
            "ours inf, theirs 1; 1 of 1 values differ, largest difference inf$",
            lambda: same_as(Lambda(lambda s, x: x / 0), Lambda(lambda s, x: x * 1), torch.ones(1)),
        ),
    ],
)
def test_what_cannot_be_compared_is_said(error, text, call):
    with pytest.raises(error, match=text):
        call()
