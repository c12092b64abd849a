"""What people do with a layer of torch's beside calling it, done with the twins: the same must come out."""

import copy
import warnings

import pytest
import torch
from lessons import load
from torch import nn

ONE, TWO, THREE = (load(name) for name in ("01_rnn", "02_cnn", "03_transformer"))

RECURRENT = [(getattr(ONE, name), getattr(nn, name)) for name in ("RNN", "LSTM", "GRU")]
IMAGES = [
    (lambda m, **how: m.Conv2d(4, 6, 3, padding=1, groups=2, **how), (5, 4, 7, 6)),
    (lambda m, **how: m.Conv2d(4, 6, (3, 2), bias=False, dilation=2, stride=(1, 2), **how), (5, 4, 7, 6)),
    (lambda m, **how: m.BatchNorm2d(4, **how), (5, 4, 7, 6)),
    (lambda m, **how: m.MaxPool2d(2, 1), (5, 4, 7, 6)),
    (lambda m, **how: m.AvgPool2d(3, 2, 1, count_include_pad=False), (5, 4, 7, 6)),
]
SEQUENCES = [
    (lambda m, **how: m.LayerNorm(8, **how), (5, 6, 8)),
    (lambda m, **how: m.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True, **how), (5, 6, 8)),
]


def twins(make, ours, theirs=nn):
    torch.manual_seed(0)
    a, b = make(ours), make(theirs)
    a.load_state_dict(b.state_dict())
    return a, b


def close(ours, theirs, **how):
    assert ours.dtype == theirs.dtype
    torch.testing.assert_close(ours, theirs, **how)


# --- tensors that somebody else laid out


@pytest.mark.parametrize("make, shape", IMAGES)
def test_channels_last(make, shape):
    ours, theirs = (layer.to(memory_format=torch.channels_last) for layer in twins(make, TWO))
    x = torch.randn(shape).to(memory_format=torch.channels_last)
    close(ours(x), theirs(x))
    close(ours(x.transpose(2, 3)), theirs(x.transpose(2, 3)))


@pytest.mark.parametrize("ours, theirs", RECURRENT)
def test_states_and_weights_that_are_not_contiguous(ours, theirs):
    a, b = twins(lambda layer: layer(3, 4, num_layers=2, batch_first=True), ours, theirs)
    for layer in (a, b):
        for parameter in layer.parameters():
            if parameter.dim() == 2:
                parameter.data = parameter.data.T.contiguous().T
    state = torch.randn(5, 2, 4).transpose(0, 1)  # (2, 5, 4)
    hx = (state, state * 2) if ours is ONE.LSTM else state
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would like them in one block
        x = torch.randn(6, 5, 3).transpose(0, 1)  # (5, 6, 3)
        close(a(x, hx)[0], b(x, hx)[0])


def test_masks_that_are_not_contiguous():
    ours, theirs = twins(lambda m: m.MultiheadAttention(8, 2, batch_first=True), THREE)
    x = torch.randn(3, 5, 8)
    padding = torch.zeros(5, 3, dtype=torch.bool).T  # (3, 5)
    padding[1, 3:] = True
    mask = torch.randn(1, 5, 5).expand(6, 5, 5)  # one for all heads, without a copy
    how = {"key_padding_mask": torch.zeros(5, 3).masked_fill(padding.T, -torch.inf).T, "attn_mask": mask}
    close(ours(x, x, x, **how)[0], theirs(x, x, x, **how)[0])
    close(ours(x, x, x, padding)[0], theirs(x, x, x, padding)[0])


# --- sizes that stay free


@pytest.mark.seconds
@pytest.mark.parametrize("make, shape", IMAGES)
def test_exported_with_a_free_batch_size(make, shape):
    layer = make(TWO).eval()
    free = ({0: torch.export.Dim("B", min=2, max=64)},)
    exported = torch.export.export(layer, (torch.randn(shape),), dynamic_shapes=free).module()
    x = torch.randn(9, *shape[1:])
    close(exported(x), layer(x))


@pytest.mark.seconds
@pytest.mark.parametrize("name", ["MyCNN", "SimpleCNN"])
def test_networks_exported_with_a_free_batch_size(name):
    model = getattr(TWO, name)().eval()
    free = ({0: torch.export.Dim("B", min=2, max=64)},)
    exported = torch.export.export(model, (torch.randn(3, 1, 28, 28),), dynamic_shapes=free).module()
    x = torch.randn(5, 1, 28, 28)
    close(exported(x), model(x))


@pytest.mark.seconds
@pytest.mark.parametrize("make, shape", SEQUENCES)
def test_sequences_exported_with_a_free_batch_size(make, shape):
    layer = make(THREE).eval()
    free = ({0: torch.export.Dim("B", min=2, max=64)},)
    exported = torch.export.export(layer, (torch.randn(shape),), dynamic_shapes=free).module()
    x = torch.randn(9, *shape[1:])
    close(exported(x), layer(x))


# --- half precision and autocast


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_layer_norm_sums_in_float32(dtype):
    ours, theirs = (layer.to(dtype) for layer in twins(lambda m: m.LayerNorm((2, 4)), THREE))
    for scale in (1, 300, 3000):
        x = (scale * torch.randn(3, 2, 4)).to(dtype)
        close(ours(x), theirs(x))
    x = torch.linspace(-300, 300, 8).half().reshape(2, 4)
    assert THREE.LayerNorm((2, 4)).half()(x).abs().max() > 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("include", [True, False])
def test_average_pooling_sums_in_float32(dtype, include):
    x = (30_000 + 1000 * torch.randn(2, 3, 6, 6)).to(dtype)
    arguments = {"kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": include}
    close(TWO.AvgPool2d(**arguments)(x), nn.AvgPool2d(**arguments)(x), rtol=2e-2, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_batch_norm_sums_in_float32(dtype, mode):
    ours, theirs = twins(lambda m: m.BatchNorm2d(3), TWO)
    x = (300 * torch.randn(4, 3, 8, 8)).to(dtype)
    close(getattr(ours, mode)()(x), getattr(theirs, mode)()(x), rtol=2e-2, atol=2e-2)
    close(ours.running_var, theirs.running_var, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("ours, theirs", RECURRENT)
def test_recurrent_layers_under_autocast(ours, theirs, bidirectional):
    a, b = twins(lambda layer: layer(3, 4, num_layers=2, bidirectional=bidirectional), ours, theirs)
    x = torch.randn(5, 2, 3)
    zeros = torch.zeros(4 if bidirectional else 2, 2, 4)
    with torch.autocast("cpu", torch.bfloat16):
        for hx in (None, (zeros, zeros) if ours is ONE.LSTM else zeros):
            (y, states), (z, expected) = a(x, hx), b(x, hx)
            close(y, z, rtol=5e-2, atol=2e-2)
            for state, right in zip(
                *((s if isinstance(s, tuple) else (s,)) for s in (states, expected)), strict=True
            ):
                close(state, right, rtol=5e-2, atol=2e-2)


@pytest.mark.parametrize("make, shape", SEQUENCES)
def test_transformer_layers_under_autocast(make, shape):
    ours, theirs = twins(make, THREE)
    x = torch.randn(shape)
    with torch.autocast("cpu", torch.bfloat16):
        close(ours(x), theirs(x), rtol=5e-2, atol=5e-2)


# --- nothing to look at


@pytest.mark.parametrize("mask", [None, "padding", "attention", "both"])
@pytest.mark.parametrize("need_weights", [True, False])
def test_attention_to_no_key(mask, need_weights):
    ours, theirs = twins(lambda m: m.MultiheadAttention(8, 2, batch_first=True), THREE)
    q, k = torch.randn(2, 5, 8), torch.randn(2, 0, 8)
    how = {"need_weights": need_weights}
    if mask in ("padding", "both"):
        how["key_padding_mask"] = torch.zeros(2, 0, dtype=torch.bool)
    if mask in ("attention", "both"):
        how["attn_mask"] = torch.zeros(5, 0, dtype=torch.bool)
    output, weights = ours(q, k, k, **how)
    close(output, ours.out_proj.bias.expand(2, 5, 8))
    assert weights is None if not need_weights else weights.shape == (2, 5, 0)


@pytest.mark.parametrize("mask", [torch.ones(5, 0, dtype=torch.bool), torch.zeros(5, 0)])
def test_attention_function_with_no_key(mask):
    output, weights = THREE.scaled_dot_product_attention(
        torch.randn(2, 5, 3), torch.randn(2, 0, 3), torch.randn(2, 0, 4), mask
    )
    assert weights.shape == (2, 5, 0) and torch.equal(output, torch.zeros(2, 5, 4))


# --- names beside forward and parameters


@pytest.mark.parametrize("ours, theirs", RECURRENT)
def test_recurrent_names(ours, theirs):
    a, b = twins(lambda layer: layer(3, 4, num_layers=2, bidirectional=True), ours, theirs)
    a.flatten_parameters()
    torch.manual_seed(3)
    a.reset_parameters()
    torch.manual_seed(3)
    b.reset_parameters()
    for name, value in b.named_parameters():
        assert torch.equal(dict(a.named_parameters())[name], value), name
    assert [[tuple(w.shape) for w in layer] for layer in a.all_weights] == [
        [tuple(w.shape) for w in layer] for layer in b.all_weights
    ]
    assert a.bidirectional is True and a.num_layers == 2
    assert torch.equal(copy.deepcopy(a)(torch.ones(2, 1, 3))[0], a(torch.ones(2, 1, 3))[0])


def test_encoder_takes_what_torchs_takes():
    layer = THREE.TransformerEncoderLayer(8, 2)
    encoder = THREE.TransformerEncoder(layer, 2, enable_nested_tensor=False, mask_check=True)
    assert encoder(torch.randn(3, 2, 8)).shape == (3, 2, 8)


def test_batch_norm_from_a_checkpoint_without_the_count():
    ours, theirs = twins(lambda m: m.BatchNorm2d(3), TWO)
    theirs(torch.randn(2, 3, 4, 4))
    state = {name: value for name, value in theirs.state_dict().items() if name != "num_batches_tracked"}
    ours.load_state_dict(state)  # torch's own takes it: state dicts of before 2018 lack it
    nn.BatchNorm2d(3).load_state_dict(state)
    close(ours.running_mean, theirs.running_mean)
    with pytest.raises(RuntimeError, match="running_var"):
        ours.load_state_dict({"running_mean": state["running_mean"]})


@pytest.mark.parametrize("name, arguments", [("LayerNorm", (8,)), ("MultiheadAttention", (8, 2))])
def test_initial_values_can_be_drawn_again(name, arguments):
    ours, theirs = twins(lambda m: getattr(m, name)(*arguments), THREE)
    again = "_reset_parameters" if name == "MultiheadAttention" else "reset_parameters"
    for layer in (ours, theirs):
        for parameter in layer.parameters():
            nn.init.constant_(parameter, 7.0)
        torch.manual_seed(1)
        getattr(layer, again)()
    for key, value in theirs.state_dict().items():
        if key != "out_proj.weight":  # torch leaves it as it is
            assert torch.equal(ours.state_dict()[key], value), key


# --- sampling


def writer():
    torch.manual_seed(0)
    return ONE.NameWriter(10, 2, 8), list("....abcdef")


def test_temperature_zero_takes_the_likeliest_letter():
    model, symbols = writer()
    torch.manual_seed(1)
    words = {ONE.write_name(model, 0, symbols, temperature=0) for _ in range(5)}
    assert len(words) == 1
    assert words == {ONE.write_name(model, 0, symbols, temperature=1e-6)}


@pytest.mark.parametrize("bad", [-0.5, float("nan"), float("inf")])
def test_a_temperature_that_makes_no_sense_is_refused(bad):
    model, symbols = writer()
    with pytest.raises(ValueError, match="temperature"):
        ONE.write_name(model, 0, symbols, temperature=bad)
