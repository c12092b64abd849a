"""The trusted reference is torch's own arithmetic, and hand-written cells are found in every usual form."""

import contextlib
import itertools
import time
from dataclasses import replace

import pytest
import torch
from labelled import RIGHT
from torch import nn

from helpers import checks
from helpers.checks.recurrent.making import unregistered
from helpers.checks.recurrent.network import Network, Norm, Unit, run
from helpers.checks.recurrent.probe import probe
from helpers.checks.recurrent.reading import Fit, Roles, forward, network_input, readings, variants
from helpers.checks.recurrent.search import Search
from helpers.checks.running import failed, fill_values, plain

KINDS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn_tanh": nn.RNN, "rnn_relu": nn.RNN}


def network_of(module, kind):
    ways = ["", "_reverse"] if module.bidirectional else [""]
    parameters = dict(module.named_parameters())
    layers = [
        [
            Unit(
                kind,
                *(
                    parameters[f"{name}_l{k}{way}"]
                    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                ),
            )
            for way in ways
        ]
        for k in range(module.num_layers)
    ]
    return Network(layers)


@pytest.mark.parametrize("kind, bidirectional", list(itertools.product(KINDS, (False, True))))
def test_a_network_gives_what_torch_gives(kind, bidirectional):
    torch.manual_seed(0)
    options = {"nonlinearity": kind[4:]} if kind.startswith("rnn") else {}
    module = KINDS[kind](3, 4, 2, batch_first=True, bidirectional=bidirectional, **options).double()
    x = torch.randn(5, 6, 3, dtype=torch.float64)
    output, states = module(x)
    h_n, c_n = states if kind == "lstm" else (states, states)
    network = network_of(module, kind)
    assert network.fits(3) and not network.fits(2)
    by_hand = [torch.ones(5, 6, 4, dtype=torch.float64)] * 2  # factors on states: step by step, in our code
    for along in (None, by_hand):
        done = run(network, x, along=along)
        torch.testing.assert_close(done.sequence, output)
        torch.testing.assert_close(torch.stack([h for layer in done.h for h in layer]), h_n)
        torch.testing.assert_close(torch.stack([c for layer in done.c for c in layer]), c_n)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_that_is_handed_in_is_gone_on_from(kind):
    torch.manual_seed(0)
    options = {"nonlinearity": kind[4:]} if kind.startswith("rnn") else {}
    [[unit]] = network_of(KINDS[kind](3, 4, batch_first=True, **options).double(), kind).layers
    x, h, c = (torch.randn(5, *shape, dtype=torch.float64) for shape in ((6, 3), (4,), (4,)))
    ones = torch.ones(5, 6, 4, dtype=torch.float64)
    for ours, torchs in zip(unit.run(x, (h, c), ones), unit.run(x, (h, c)), strict=True):
        torch.testing.assert_close(ours, torchs)


def test_batch_norm_gives_what_torch_gives():
    torch.manual_seed(0)
    module = nn.BatchNorm1d(4).double()
    for tensor in (module.weight.data, module.bias.data, module.running_mean):
        tensor.normal_()
    x = torch.randn(6, 4, dtype=torch.float64)
    ours = Norm("batch", module.weight, module.bias, module.running_mean.clone(), module.running_var.clone())
    torch.testing.assert_close(ours.apply(x, "running"), module.eval()(x))
    torch.testing.assert_close(ours.apply(x, "batch"), module.train()(x))
    layer = nn.LayerNorm(4).double()
    torch.testing.assert_close(
        Norm("layer", layer.weight, layer.bias, None, None).apply(x, "features"), layer(x)
    )


def test_filled_values_are_never_close_to_zero_and_repeat():
    for shape in ((5, 4), (7,)):
        values = fill_values(3, 0, shape)
        assert abs(values).min() >= 0.02
        assert (values < 0).any() and (values > 0).any()
        assert (values == fill_values(3, 0, shape)).all()
        assert (values != fill_values(3, 1, shape)).all()
        assert (fill_values(3, 0, shape, buffer=True) > 0).all()


def test_a_zeroed_model_with_a_constant_head_does_not_stay_zero():
    class Zeroed(nn.Module):
        def __init__(self, input_size, hidden_size, output_size, num_layers):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
            self.fc = nn.Linear(hidden_size, output_size)
            for p in self.parameters():
                p.data.zero_()

        def forward(self, x):
            return self.fc(self.lstm(x)[0][:, -1])

    from helpers.checks.exercises.two_layer_lstm import task

    values = probe(Zeroed, task(0))
    assert abs(values["builds"]["main"]["output"]).min() > 0


def test_a_layer_that_waits_for_its_shape_gets_the_judges_values_too():
    class Waiting(nn.Module):
        def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
            self.fc = nn.LazyLinear(output_size)

        def forward(self, x):
            return self.fc(self.lstm(x)[0][:, -1])

    exercise = checks.exercise("two_layer_lstm")
    task = exercise.task(0)
    verdict = exercise.judge(task, exercise.probe(Waiting, task))
    assert (verdict.share, verdict.findings) == (1, [])


def test_weights_that_pytorch_does_not_see_are_found():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.seen = nn.ModuleList([nn.Linear(2, 3)])
            self.again = list(self.seen)
            self.layers = {"one": nn.Linear(2, 3)}
            self.weight = torch.zeros(2, requires_grad=True)
            self.state = torch.zeros(2)

    assert [attribute for _, attribute, _ in unregistered(Hidden())] == ["layers", "weight"]


def test_plain_values_hold_nothing_of_the_answer():
    class Strange:
        pass

    value = plain({1: (torch.ones(2), Strange(), None), "a": [True, 2, 0.5, "x"]})
    assert value["1"][1:] == [{"type": "Strange"}, None]
    assert value["1"][0].tolist() == [1, 1]
    assert value["a"] == [True, 2, 0.5, "x"]


@pytest.fixture(scope="module")
def roles_with_norm():
    """A network in two directions with a head, and a norm that is as wide as what the head reads."""
    torch.manual_seed(0)
    module = nn.RNN(3, 4, 2, batch_first=True, bidirectional=True).double()
    head = (torch.randn(5, 8, dtype=torch.float64), torch.randn(5, dtype=torch.float64))
    values = [torch.rand(8, dtype=torch.float64) + 0.5 for _ in range(4)]
    return Roles(network_of(module, "rnn_tanh"), head, Norm("batch", *values), True, "", {})


@torch.no_grad()
@pytest.mark.seconds
@pytest.mark.parametrize("layout", ["right", "swapped", "reshaped"])
def test_every_way_of_reading_is_found_again(roles_with_norm, layout):
    """Many ways are tried in one computation: each must come out as if it had been tried alone."""
    roles, right = roles_with_norm, Fit(norm="running")
    x = torch.randn(6, 4, 3, dtype=torch.float64)
    names = tuple(
        readings(roles.network, run(roles.network, network_input(roles, Fit(layout=layout), x)), layout)
    )
    for fit in variants(right, names, ("none", "running", "batch"), 2):
        fit = replace(fit, layout=layout)
        try:
            target = forward(roles, fit, x)
        except RuntimeError:  # a head or a norm that is not as wide as these features
            continue
        found = Search(x, target).best(roles, right)
        assert found is not None, fit
        torch.testing.assert_close(forward(roles, found, x), target, rtol=1e-4, atol=2e-5)
        assert found.mistakes(right) <= fit.mistakes(right)


def test_one_model_does_not_serve_where_the_first_call_leaves_a_trace():
    class KeepsItsFirstZeros(nn.Module):
        def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
            self.fc, self.zeros = nn.Linear(hidden_size, output_size), None

        def forward(self, x):
            if self.zeros is None:
                self.zeros = x.new_zeros(2, len(x), self.fc.in_features)
            return self.fc(self.lstm(x, (self.zeros, self.zeros))[1][0][-1])

    module = checks.exercise("two_layer_lstm")
    extras = module.probe(KeepsItsFirstZeros, module.task(0))["extras"]
    assert not any(failed(extras[key]) for key in ("one_row", "one_step", "backwards", "moved"))


def called_often(main, hidden):
    main["calls"] += 40_000 * ["second"]


def with_many_layers(main, hidden):
    second = next(module for module in main["modules"] if module["name"] == "second")
    for k in range(8_000):
        main["modules"].append({**second, "name": f"more{k}"})
        for part, shape in (("weight_ih", [4 * hidden, hidden]), ("weight_hh", [4 * hidden, hidden])):
            main["parameters"].append({"name": f"more{k}.{part}_l0", "shape": shape, "learns": True})


def with_many_weights(main, hidden):
    shape = [4 * hidden, hidden]
    main["parameters"] += [{"name": f"w{k}", "shape": shape, "learns": True} for k in range(4_000)]


@pytest.mark.parametrize(
    "name, spoil",
    [
        ("two_stacked", called_often),
        ("two_stacked", with_many_layers),
        ("by_hand_parameters", with_many_weights),
    ],
)
def test_what_is_judged_may_be_as_large_as_it_likes(name, spoil):
    """A forged reply must not keep the judge busy: roles are not looked for without end."""
    module = checks.exercise("two_layer_lstm")
    task = module.task(0)
    answer = next(a for a in RIGHT if (a.exercise, a.name) == ("two_layer_lstm", name)).answer()
    values = module.probe(answer, task)
    main = values["builds"]["main"]
    main["output"] = main["again"] = main["reseeded"] = main["output"] + 1.0  # nothing explains it
    spoil(main, task["builds"]["main"]["arguments"]["hidden_size"])
    start = time.process_time()
    with contextlib.suppress(KeyError, ValueError):  # refused: values of no probe
        module.judge(task, values)
    assert time.process_time() - start < 5
