"""Chapter 1's recurrent layers against torch's: values, gradients, names, refusals."""

import ast
import copy
import inspect
import io
import itertools
import re
import statistics
import time
import typing

import pytest
import torch
from by_hand import Called, borrowed, parts
from hypothesis import given, settings
from hypothesis import strategies as st
from lessons import load
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

lesson = load("01_rnn")

KINDS = {
    "tanh": ("RNN", {"nonlinearity": "tanh"}),
    "relu": ("RNN", {"nonlinearity": "relu"}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
}
TWINS = ["RNN", "LSTM", "GRU"]


def pair(kind, *sizes, seed=0, **options):
    """Our layer and torch's with the same (random) weights, float64 unless options say otherwise."""
    name, extra = KINDS[kind]
    options = {"dtype": torch.float64} | extra | options
    torch.manual_seed(seed)
    theirs = getattr(nn, name)(*sizes, **options)
    ours = getattr(lesson, name)(*sizes, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def tensors(result):
    """(output, h_n) or (output, (h_n, c_n)) as a flat tuple."""
    output, states = result
    return (output, *((states,) if isinstance(states, torch.Tensor) else states))


def make_states(layer, shape, **factory):
    """Random initial states of the given shape: a tensor, or a pair for an LSTM."""
    states = tuple(torch.randn(shape, **factory) for _ in range(2))
    return states if "LSTM" in type(layer).__name__ else states[0]


def run(layer, x, hx, seed=0):
    """Outputs, final states, and the gradients of a random weighting of all of them, by name."""
    x = x.clone().requires_grad_()
    starts = () if hx is None else hx if isinstance(hx, tuple) else (hx,)
    starts = tuple(s.clone().requires_grad_() for s in starts)
    torch.manual_seed(seed)  # the random stream of dropout
    result = layer(x) if hx is None else layer(x, starts if isinstance(hx, tuple) else starts[0])
    values = tensors(result)
    generator = torch.Generator().manual_seed(seed)
    loss = sum((v * torch.randn(v.shape, generator=generator, dtype=v.dtype)).sum() for v in values)
    gradients = torch.autograd.grad(loss, [x, *starts, *layer.parameters()])
    names = ["output", "h_n", "c_n"][: len(values)]
    names += ["grad input", *["grad h_0", "grad c_0"][: len(starts)]]
    names += [f"grad {name}" for name, _ in layer.named_parameters()]
    return dict(zip(names, (*values, *gradients), strict=True))


def assert_same(ours, theirs, x, hx=None, tolerance=1e-8):
    """Outputs, final states and every gradient agree in shape and, to the tolerance, in value."""
    mine, expected = run(ours, x, hx), run(theirs, x, hx)
    assert list(mine) == list(expected)
    for name, value in expected.items():
        assert mine[name].shape == value.shape, f"{name}: {mine[name].shape}, not {value.shape}"
        assert mine[name].dtype == value.dtype, f"{name}: {mine[name].dtype}, not {value.dtype}"
        torch.testing.assert_close(
            mine[name], value, rtol=tolerance, atol=tolerance, msg=lambda m, n=name: f"{n}: {m}"
        )


# --- values and gradients -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["batch", "batch_first", "unbatched", "unbatched batch_first"])
@pytest.mark.parametrize("with_states", [False, True], ids=["zeros", "states"])
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_equals_torch_over_the_grid_of_options(kind, num_layers, bidirectional, bias, with_states, form):
    batch_first = "batch_first" in form
    ours, theirs = pair(
        kind, 3, 4, num_layers, bias=bias, bidirectional=bidirectional, batch_first=batch_first
    )
    shape, state = {"batch": ((5, 2, 3), (2, 4)), "batch_first": ((2, 5, 3), (2, 4))}.get(
        form, ((5, 3), (4,))
    )
    x = torch.randn(shape, dtype=torch.float64)
    directions = num_layers * (1 + bidirectional)
    hx = make_states(theirs, (directions, *state), dtype=torch.float64) if with_states else None
    assert_same(ours, theirs, x, hx)


@pytest.mark.parametrize(
    "B, T, D, H", [(1, 1, 1, 1), (1, 6, 3, 5), (4, 1, 2, 3), (3, 9, 7, 2), (2, 40, 1, 8)]
)
@pytest.mark.parametrize("kind", KINDS)
def test_equals_torch_over_sizes(kind, B, T, D, H):
    ours, theirs = pair(kind, D, H, num_layers=2, bidirectional=True)
    x = torch.randn(T, B, D, dtype=torch.float64)
    assert_same(ours, theirs, x, make_states(theirs, (4, B, H), dtype=torch.float64))


@pytest.mark.parametrize("dtype, tolerance", [(torch.float32, 1e-5), (torch.float64, 1e-8)])
@pytest.mark.parametrize("kind", KINDS)
def test_equals_torch_in_both_dtypes(kind, dtype, tolerance):
    ours, theirs = pair(kind, 5, 6, num_layers=2, bidirectional=True, dtype=dtype)
    hx = make_states(theirs, (4, 3, 6), dtype=dtype)
    assert_same(ours, theirs, torch.randn(4, 3, 5, dtype=dtype), hx, tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_equals_torch_in_bfloat16(kind):
    ours, theirs = pair(kind, 5, 6, num_layers=2, bidirectional=True, dtype=torch.bfloat16)
    x = torch.randn(4, 3, 5, dtype=torch.bfloat16)
    for mine, expected in zip(tensors(ours(x)), tensors(theirs(x)), strict=True):
        torch.testing.assert_close(mine, expected, rtol=0, atol=0.02)  # bfloat16 has 8 bits


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_batch_gives_empty_outputs_as_in_torch(kind):
    ours, theirs = pair(kind, 3, 4, num_layers=2)
    x = torch.randn(5, 0, 3, dtype=torch.float64)
    assert [v.shape for v in tensors(ours(x))] == [v.shape for v in tensors(theirs(x))]


@pytest.mark.parametrize("kind", KINDS)
def test_views_are_good_inputs_and_are_left_unchanged(kind):
    ours, theirs = pair(kind, 3, 4, num_layers=2)
    wide = torch.randn(6, 2, 5, dtype=torch.float64)
    x = wide.permute(2, 1, 0)[:, :, ::2]  # (5, 2, 3), strides of no standard layout
    learnt = torch.randn(1, 1, 4, dtype=torch.float64).expand(2, 2, 4)  # one start for all: strides 0
    hx = (learnt, learnt) if kind == "lstm" else learnt
    before = x.clone(), learnt.clone()
    for mine, expected in zip(tensors(ours(x, hx)), tensors(theirs(x, hx)), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-8, atol=1e-8)
    assert torch.equal(x, before[0]) and torch.equal(learnt, before[1])


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(data=st.data(), kind=st.sampled_from(list(KINDS)), seed=st.integers(0, 10_000))
def test_equals_torch_for_any_sizes_and_options(data, kind, seed):
    B, T, D, H = (
        data.draw(st.integers(1, most), label=name) for name, most in dict(B=5, T=9, D=6, H=6).items()
    )
    L = data.draw(st.integers(1, 3), label="num_layers")
    names = ("bias", "batch_first", "bidirectional", "unbatched", "with_states")
    flags = {name: data.draw(st.booleans(), label=name) for name in names}
    unbatched, with_states = flags.pop("unbatched"), flags.pop("with_states")
    dropout = data.draw(st.sampled_from([0.0, 0.3, 1.0]), label="dropout") if L > 1 else 0.0
    ours, theirs = pair(kind, D, H, L, dropout=dropout, seed=seed, **flags)
    training = data.draw(st.booleans(), label="training")
    for layer in (ours, theirs):
        layer.train(training)
    shape = (T, D) if unbatched else (B, T, D) if flags["batch_first"] else (T, B, D)
    state = (L * (1 + flags["bidirectional"]), *(() if unbatched else (B,)), H)
    x = torch.randn(shape, dtype=torch.float64)
    assert_same(ours, theirs, x, make_states(theirs, state, dtype=torch.float64) if with_states else None)


@pytest.mark.seconds
@pytest.mark.parametrize("kind", KINDS)
def test_gradcheck_through_input_states_and_parameters(kind):
    ours, _ = pair(kind, 2, 3, num_layers=2, bidirectional=True)
    x = torch.randn(3, 2, 2, dtype=torch.float64, requires_grad=True)
    hx = make_states(ours, (4, 2, 3), dtype=torch.float64, requires_grad=True)
    states = hx if isinstance(hx, tuple) else (hx,)
    names, values = zip(*ours.named_parameters(), strict=True)

    def forward(x, *rest):
        starts, parameters = rest[: len(states)], dict(zip(names, rest[len(states) :], strict=True))
        starts = starts if len(starts) > 1 else starts[0]
        return tensors(torch.func.functional_call(ours, parameters, (x, starts)))

    assert torch.autograd.gradcheck(forward, (x, *states, *values))


@pytest.mark.parametrize("kind", KINDS)
def test_a_sequence_in_two_parts_gives_what_the_whole_gives(kind):
    ours, _ = pair(kind, 3, 4, num_layers=2)
    x = torch.randn(7, 2, 3, dtype=torch.float64)
    output, states = ours(x)
    first, between = ours(x[:4])
    second, last = ours(x[4:], between)
    torch.testing.assert_close(torch.cat([first, second]), output)
    torch.testing.assert_close(last, states)


# --- the lesson classes -------------------------------------------------------------------------------


@pytest.mark.parametrize("B, T, D, H", [(1, 1, 1, 1), (3, 7, 5, 4), (2, 12, 2, 6)])
@pytest.mark.parametrize("name", TWINS)
def test_lesson_class_equals_torch_with_batch_first(name, B, T, D, H):
    torch.manual_seed(0)
    theirs = getattr(nn, name)(D, H, batch_first=True)
    torch.manual_seed(0)
    ours = getattr(lesson, f"{name}Layer")(D, H)
    for (mine, value), (key, expected) in zip(
        ours.state_dict().items(), theirs.state_dict().items(), strict=True
    ):
        assert mine == key and torch.equal(value, expected)  # same names, order and initial values
    assert_same(ours.double(), theirs.double(), torch.randn(B, T, D, dtype=torch.float64))


# --- names, initial values, weights both ways ---------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", TWINS)
def test_same_seed_gives_torchs_parameters_name_by_name(name, bidirectional, bias):
    layers = []
    for library in (lesson, nn):
        torch.manual_seed(5)
        layers.append(getattr(library, name)(3, 4, 3, bias=bias, bidirectional=bidirectional))
    ours, theirs = (layer.state_dict() for layer in layers)
    assert list(ours) == list(theirs)
    for key, value in theirs.items():
        assert torch.equal(ours[key], value), key
    for layer in layers:
        torch.manual_seed(6)
        layer.reset_parameters()
    assert all(torch.equal(layers[0].state_dict()[k], v) for k, v in layers[1].state_dict().items())


@pytest.mark.parametrize("kind", KINDS)
def test_weights_move_both_ways(kind):
    ours, theirs = pair(kind, 3, 4, num_layers=2, bidirectional=True)
    ours.reset_parameters()
    assert theirs.load_state_dict(ours.state_dict(), strict=True)
    assert_same(ours, theirs, torch.randn(5, 2, 3, dtype=torch.float64))
    theirs.reset_parameters()
    assert ours.load_state_dict(theirs.state_dict(), strict=True)
    assert_same(ours, theirs, torch.randn(5, 2, 3, dtype=torch.float64))


@pytest.mark.parametrize("name", TWINS)
def test_signature_is_torchs(name):
    expected = inspect.signature(typing.get_overloads(getattr(nn, name).__init__)[0]).parameters
    ours = inspect.signature(getattr(lesson, name).__init__).parameters
    assert list(ours) == list(expected)
    for argument, parameter in expected.items():
        assert ours[argument].default == parameter.default, argument
    assert list(inspect.signature(getattr(lesson, name).forward).parameters) == ["self", "input", "hx"]


@pytest.mark.parametrize(
    "name, arguments",
    [("RNN", (3, 4, 2, "relu", False, True, 0.25, True))]
    + [(name, (3, 4, 2, False, True, 0.25, True)) for name in ("LSTM", "GRU")],
)
def test_positional_arguments_attributes_and_repr_are_torchs(name, arguments):
    ours, theirs = getattr(lesson, name)(*arguments), getattr(nn, name)(*arguments)
    for attribute in (
        "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"
    ):  # fmt: skip
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    assert name != "RNN" or ours.nonlinearity == "relu"
    assert ours.proj_size == theirs.proj_size
    assert repr(ours) == repr(theirs)
    assert repr(getattr(lesson, name)(3, 4)) == repr(getattr(nn, name)(3, 4))


# --- dropout ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("dtype, tolerance", [(torch.float32, 1e-5), (torch.float64, 1e-8)])
@pytest.mark.parametrize("kind", KINDS)
def test_dropout_with_the_same_seed_is_torchs(kind, dtype, tolerance, p):
    ours, theirs = pair(kind, 3, 8, 3, dropout=p, bidirectional=True, batch_first=True, dtype=dtype)
    x = torch.randn(4, 5, 3, dtype=dtype)
    assert_same(ours, theirs, x, tolerance=tolerance)
    assert_same(ours.eval(), theirs.eval(), x, tolerance=tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_between_layers_in_training_only(kind):
    ours, _ = pair(kind, 3, 8, 2, dropout=0.5)
    x = torch.randn(6, 4, 3, dtype=torch.float64)
    assert not torch.equal(ours(x)[0], ours(x)[0])
    assert torch.equal(ours.eval()(x)[0], ours(x)[0])
    ours.train().dropout = 1.0  # now the second layer reads zeros: its output no longer knows x
    assert torch.equal(ours(x)[0], ours(2 * x)[0])
    assert kind == "relu" or (ours(x)[0] != 0).all()  # and the last layer's output is not dropped


@pytest.mark.parametrize("name", TWINS)
def test_dropout_of_a_single_layer_warns(name):
    with pytest.warns(UserWarning, match=r"dropout=0\.3 does nothing with num_layers=1"):
        getattr(lesson, name)(3, 4, dropout=0.3)


# --- refusals -----------------------------------------------------------------------------------------

BAD_ARGUMENTS = [
    ({"input_size": 0}, ValueError, "input_size must be at least 1, got 0"),
    ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1, got 0"),
    ({"hidden_size": -2}, ValueError, "hidden_size must be at least 1, got -2"),
    ({"num_layers": 0}, ValueError, "num_layers must be at least 1, got 0"),
    ({"input_size": 3.0}, TypeError, "input_size must be an int, got 3.0 of type float"),
    ({"hidden_size": "4"}, TypeError, "hidden_size must be an int, got '4' of type str"),
    ({"num_layers": 1.5}, TypeError, "num_layers must be an int, got 1.5 of type float"),
    ({"bias": 1}, TypeError, "bias must be True or False, got 1"),
    ({"batch_first": 0.3}, TypeError, "batch_first must be True or False, got 0.3"),
    ({"dropout": 1.5}, ValueError, "dropout must be a probability between 0 and 1, got 1.5"),
    ({"dropout": -0.1}, ValueError, "dropout must be a probability between 0 and 1, got -0.1"),
    ({"dropout": float("nan")}, ValueError, "dropout must be a probability between 0 and 1, got nan"),
    ({"dropout": True}, ValueError, "dropout must be a probability between 0 and 1, got True"),
    ({"dropout": "0.3"}, ValueError, "dropout must be a probability between 0 and 1, got '0.3'"),
]


@pytest.mark.parametrize("options, error, message", BAD_ARGUMENTS)
@pytest.mark.parametrize("name", TWINS)
def test_constructor_refuses(name, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(lesson, name)(**({"input_size": 3, "hidden_size": 4} | options))
    with pytest.raises(error):  # torch refuses the same, with the same class of error
        getattr(nn, name)(**({"input_size": 3, "hidden_size": 4} | options))


def test_what_is_not_supported_is_refused_by_name():
    with pytest.raises(NotImplementedError, match=r"proj_size=2 is not supported: use nn\.LSTM"):
        lesson.LSTM(3, 4, proj_size=2)
    assert lesson.LSTM(3, 4, proj_size=0)
    with pytest.raises(ValueError, match="nonlinearity must be 'tanh' or 'relu', got 'sigmoid'"):
        lesson.RNN(3, 4, nonlinearity="sigmoid")
    with pytest.raises(ValueError, match="nonlinearity must be 'tanh' or 'relu', got True"):
        lesson.RNN(3, 4, 1, True)  # the fourth argument of RNN is not bias
    for name in ("RNN", "GRU"):
        with pytest.raises(TypeError, match="proj_size"):
            getattr(lesson, name)(3, 4, proj_size=2)


@pytest.mark.parametrize("name", TWINS)
def test_packed_sequence_is_refused_by_name(name):
    packed = nn.utils.rnn.pack_sequence([torch.randn(4, 3), torch.randn(2, 3)])
    with pytest.raises(NotImplementedError, match=f"{name} takes no PackedSequence: .*pad_packed_sequence"):
        getattr(lesson, name)(3, 4)(packed)


BAD_INPUTS = [
    ([[1.0, 2.0, 3.0]], TypeError, "expects a tensor, got list"),
    (torch.zeros(3), ValueError, "expects 2 dimensions (T, D) or 3 with a batch, got shape (3,)"),
    (torch.zeros(1, 1, 1, 3), ValueError, "or 3 with a batch, got shape (1, 1, 1, 3)"),
    (torch.zeros(5, 2, 4), ValueError, "expects input_size=3 features last, got shape (5, 2, 4)"),
    (torch.zeros(5, 4), ValueError, "expects input_size=3 features last, got shape (5, 4)"),
    (torch.zeros(0, 2, 3), ValueError, "expects at least one time step, got shape (0, 2, 3)"),
    (torch.zeros(0, 3), ValueError, "expects at least one time step, got shape (0, 3)"),
    (torch.zeros(5, 2, 3).double(), ValueError, "has torch.float32 weights, got torch.float64 input"),
    (torch.zeros(5, 2, 3).long(), ValueError, "convert it with .to(torch.float32)"),
]


@pytest.mark.parametrize("x, error, message", BAD_INPUTS)
@pytest.mark.parametrize("name", TWINS)
def test_forward_refuses_input(name, x, error, message):
    with pytest.raises(error, match=f"^{name} " + ".*" + re.escape(message)):
        getattr(lesson, name)(3, 4)(x)


@pytest.mark.parametrize("name", TWINS)
def test_no_time_steps_with_batch_first(name):
    layer = getattr(lesson, name)(3, 4, batch_first=True)
    with pytest.raises(ValueError, match=re.escape("at least one time step, got shape (2, 0, 3)")):
        layer(torch.zeros(2, 0, 3))
    assert layer(torch.zeros(0, 2, 3))[0].shape == (0, 2, 4)  # here 0 is the batch


BAD_STATES = [  # x, shape of each state; expected shape
    ((5, 2, 3), (2, 4), (4, 2, 4)),  # no batch axis
    ((5, 3), (4, 1, 4), (4, 4)),  # a batch axis for unbatched input
    ((5, 2, 3), (2, 4, 4), (4, 2, 4)),  # batch first
    ((5, 2, 3), (2, 2, 4), (4, 2, 4)),  # one direction only
    ((5, 2, 3), (4, 1, 4), (4, 2, 4)),  # another batch size
    ((5, 2, 3), (4, 2, 3), (4, 2, 4)),  # another width
]


@pytest.mark.parametrize("shape, came, expected", BAD_STATES)
@pytest.mark.parametrize("name", TWINS)
def test_forward_refuses_states_of_another_shape(name, shape, came, expected):
    layer = getattr(lesson, name)(3, 4, 2, bidirectional=True)
    hx = make_states(layer, came)
    with pytest.raises(ValueError, match=re.escape(f"{name} expects h_0 of shape {expected}, got {came}")):
        layer(torch.zeros(shape), hx)
    if name == "LSTM":
        with pytest.raises(ValueError, match=re.escape(f"c_0 of shape {expected}, got {came}")):
            layer(torch.zeros(shape), (torch.zeros(expected), hx[1]))


def test_forward_refuses_another_number_of_states():
    x, h = torch.zeros(5, 2, 3), torch.zeros(1, 2, 4)
    for name in ("RNN", "GRU"):
        for hx, came in (((h, h), "['Tensor', 'Tensor']"), ([h], "['Tensor']"), (0, "int")):
            with pytest.raises(
                TypeError, match=re.escape(f"{name} expects hx to be one tensor h_0, got {came}")
            ):
                getattr(lesson, name)(3, 4)(x, hx)
    for hx, came in (
        (h, "Tensor"),
        ((h,), "['Tensor']"),
        ((h, None), "['Tensor', 'NoneType']"),
        ((h,) * 3, "["),
    ):
        with pytest.raises(TypeError, match=re.escape(f"hx to be a pair of tensors (h_0, c_0), got {came}")):
            lesson.LSTM(3, 4)(x, hx)


def test_a_truth_value_is_no_number_of_layers():
    """torch takes it for 1; it is an argument out of order."""
    with pytest.raises(TypeError, match="num_layers must be an int, got True of type bool"):
        lesson.GRU(3, 4, True)


# --- copies, dtypes, devices --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_copies_and_saved_weights_give_the_same_outputs(kind):
    ours, _ = pair(kind, 3, 4, num_layers=2, bidirectional=True)
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    expected = ours(x)[0]
    twin = copy.deepcopy(ours)
    assert torch.equal(twin(x)[0], expected)
    ours.reset_parameters()
    assert torch.equal(twin(x)[0], expected)  # nothing shared
    file = io.BytesIO()
    torch.save(twin.state_dict(), file)
    file.seek(0)
    ours.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(ours(x)[0], expected)


@pytest.mark.parametrize("kind", KINDS)
def test_to_another_dtype(kind):
    ours, _ = pair(kind, 3, 4, num_layers=2, dtype=torch.float32)
    x = torch.randn(5, 2, 3)
    single, double = tensors(ours(x)), tensors(ours.to(torch.float64)(x.double()))
    for narrow, wide in zip(single, double, strict=True):
        assert (narrow.dtype, wide.dtype) == (torch.float32, torch.float64)
        torch.testing.assert_close(narrow.double(), wide, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_states_are_made_where_the_input_is(kind):
    name, extra = KINDS[kind]
    layer = getattr(lesson, name)(3, 4, 2, bidirectional=True, device="meta", **extra)
    for value in tensors(layer(torch.zeros(5, 2, 3, device="meta"))):
        assert value.is_meta
    with pytest.raises(ValueError, match=r"convert it with \.to\(torch\.float32\)"):
        layer(torch.zeros(5, 2, 3, device="meta", dtype=torch.float64))
    moved = getattr(lesson, name)(3, 4, **extra).to("meta")
    assert moved(torch.zeros(5, 3, device="meta"))[0].is_meta


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("of_states", [None, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("of_input", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", KINDS)
def test_autocast_gives_torchs_values_and_types(kind, of_input, of_states, half):
    ours, theirs = pair(kind, 3, 4, num_layers=2, bidirectional=True, dtype=torch.float32)
    x = torch.randn(5, 2, 3).to(of_input)
    hx = None if of_states is None else make_states(theirs, (4, 2, 4), dtype=of_states)
    with torch.autocast("cpu", dtype=half):
        try:
            expected = tensors(theirs(x, hx))
        except RuntimeError:  # torch refuses some mixtures on some machines
            return
        mine = tensors(ours(x, hx))
    for value, right in zip(mine, expected, strict=True):
        assert value.dtype == right.dtype
        torch.testing.assert_close(value.float(), right.float(), rtol=0, atol=0.03)


# --- by hand ------------------------------------------------------------------------------------------

FORBIDDEN = re.compile(
    r"(nn\.)?(RNN|LSTM|GRU)(Base|Cell|CellBase)?|_VF|.*_?(rnn|lstm|gru)_.*|lstm|gru|_thnn.*"
)


@pytest.mark.parametrize("name", [*TWINS, "RNNLayer", "LSTMLayer", "GRULayer"])
def test_source_is_short_and_uses_no_ready_made_layer(name):
    found, limit = parts("01_rnn", name), 30 if name.endswith("Layer") else 100
    assert name.endswith("Layer") or len(found) > 2  # the search did follow the bases
    for part, node in found.items():
        assert list(borrowed(node, FORBIDDEN)) == [], f"{part} uses a ready-made layer"
        assert node.end_lineno - node.lineno < limit, f"{part} is longer than {limit} lines"


def test_the_search_finds_a_ready_made_layer():
    for line in ("nn.LSTM(3, 4)", "torch._VF.rnn_tanh(x)", "torch.gru_cell(x, h)", "getattr(nn, 'GRU')",
                 "nn.RNNCell(3, 4)", "from torch.nn import LSTM", "torch.ops.aten.lstm"):  # fmt: skip
        assert list(borrowed(ast.parse(line), FORBIDDEN)), line


@pytest.mark.parametrize("kind", KINDS)
def test_running_calls_no_ready_made_layer(kind):
    for layer, ready_made in zip(pair(kind, 3, 4, num_layers=2), (False, True), strict=True):
        with Called() as called:
            layer(torch.randn(5, 2, 3, dtype=torch.float64))
        assert bool(called.names & {"rnn_tanh", "rnn_relu", "lstm", "gru"}) == ready_made
        assert ready_made or not any("cell" in name for name in called.names)


class Matmuls(TorchDispatchMode):
    """Counts matrix products."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        self.count += name in ("mm", "addmm", "bmm", "baddbmm", "linear", "matmul")
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", KINDS)
def test_the_input_projection_is_outside_the_time_loop(kind):
    ours, _ = pair(kind, 3, 4, num_layers=2, bidirectional=True)
    counts = []
    for T in (10, 20):
        with Matmuls() as matmuls:
            ours(torch.randn(T, 2, 3, dtype=torch.float64))
        counts.append(matmuls.count)
    assert counts == [44, 84]  # 2 layers · 2 directions · (1 + T)


@pytest.mark.seeds
@pytest.mark.parametrize("name, limit", [("RNN", 3), ("GRU", 3.5), ("LSTM", 5)])
def test_forward_and_backward_take_at_most_so_many_times_torchs(name, limit):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        x = torch.randn(100, 64, 128, requires_grad=True)
        layers = getattr(lesson, name)(128, 128), getattr(nn, name)(128, 128)
        times = ([], [])
        for _, (layer, spent) in itertools.product(range(6), zip(layers, times, strict=True)):
            start = time.perf_counter()
            layer(x)[0].sum().backward()
            spent.append(time.perf_counter() - start)
        ours, theirs = (statistics.median(spent[1:]) for spent in times)  # the first only warms up
        assert ours <= limit * theirs, f"{ours / theirs:.1f} times torch's"
    finally:
        torch.set_num_threads(threads)
