"""helpers.data: shapes, types, reproducibility, no overlap of splits, and what bad input is told."""

import inspect
import math
import re

import pytest
import torch

from helpers import data, images

# --- sequences


@pytest.mark.parametrize(
    ("seq_len", "num_points", "fraction", "num_test"),
    [(20, 1000, 0.2, 200), (1, 4, 0.5, 2), (7, 101, 0.3, 30), (9, 20, 0.5, 10)],
)
def test_sine_windows(seq_len, num_points, fraction, num_test):
    windows = data.sine_windows(seq_len, num_points, step=0.3, test_fraction=fraction)
    num_train = num_points - num_test
    assert windows.series_train.shape == (num_train,)
    assert windows.series_test.shape == (num_test,)
    assert windows.x_train.shape == windows.y_train.shape == (num_train - seq_len, seq_len, 1)
    assert windows.x_test.shape == windows.y_test.shape == (num_test - seq_len, seq_len, 1)
    for tensor in windows:
        assert tensor.dtype == torch.float32
        assert tensor.is_contiguous()
    series = torch.cat([windows.series_train, windows.series_test])
    expected = torch.tensor([0.3 * i for i in range(num_points)], dtype=torch.float64).sin().float()
    torch.testing.assert_close(series, expected, rtol=0, atol=1e-6)
    for x, y, part in (
        (windows.x_train, windows.y_train, windows.series_train),
        (windows.x_test, windows.y_test, windows.series_test),
    ):
        for i in range(len(x)):
            assert torch.equal(x[i, :, 0], part[i : i + seq_len])
            assert torch.equal(y[i, :, 0], part[i + 1 : i + 1 + seq_len])


def test_sine_windows_touch_only_their_part(monkeypatch):
    """With the sine replaced by the number of the point, each value says which point it is."""
    monkeypatch.setattr(torch, "sin", lambda angle: (angle / 0.2).round())
    windows = data.sine_windows(seq_len=20, num_points=1000, step=0.2, test_fraction=0.2)
    train = {int(i) for part in (windows.x_train, windows.y_train) for i in part.unique()}
    test = {int(i) for part in (windows.x_test, windows.y_test) for i in part.unique()}
    assert train == set(range(800))
    assert test == set(range(800, 1000))
    assert torch.equal(windows.y_train, windows.x_train + 1)
    assert torch.equal(windows.y_test, windows.x_test + 1)


@pytest.mark.parametrize("num_points", [10, 20])  # 1 and 6 windows
def test_sine_windows_own_their_memory(num_points):
    windows = data.sine_windows(seq_len=4, num_points=num_points, test_fraction=0.5)
    for number, tensor in enumerate(windows):
        tensor.fill_(number)
    for number, tensor in enumerate(windows):
        assert torch.equal(tensor, torch.full_like(tensor, number))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"seq_len": 0}, "seq_len must be a whole number of at least 1, got 0"),
        ({"seq_len": 2.5}, "seq_len must be a whole number of at least 1, got 2.5"),
        ({"num_points": -3}, "num_points must be a whole number of at least 1, got -3"),
        ({"step": 0}, "step must be a number above 0, got 0"),
        ({"step": float("nan")}, "step must be a number above 0, got nan"),
        ({"step": float("inf")}, "step must be a number above 0, got inf"),
        ({"test_fraction": 0}, "test_fraction must lie between 0 and 1, both excluded, got 0"),
        ({"test_fraction": 1.0}, "test_fraction must lie between 0 and 1, both excluded, got 1.0"),
        (
            {"num_points": 100},
            "100 points give 80 to train and 20 to test; each part needs seq_len + 1 = 21: take more points, "
            "shorter windows or another test_fraction",
        ),
        ({"num_points": 100, "test_fraction": 0.8}, "100 points give 20 to train and 80 to test"),
    ],
)
def test_sine_windows_refuse(arguments, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        data.sine_windows(**arguments)


def test_sine_windows_shortest_series():
    assert len(data.sine_windows(seq_len=20, num_points=105).x_test) == 1
    with pytest.raises(ValueError, match="each part needs"):
        data.sine_windows(seq_len=20, num_points=100)


def test_hello():
    chars, inputs, targets, one_hot = data.hello()
    assert chars == "ehlo"
    assert inputs.tolist() == [[1, 0, 2, 2, 3]]
    assert targets.tolist() == [[0, 2, 2, 3, 1]]
    assert "".join(chars[i] for i in inputs[0]) == "hello"
    assert "".join(chars[i] for i in targets[0]) == "elloh"
    assert inputs.dtype == targets.dtype == torch.int64
    assert one_hot.shape == (1, 5, 4)
    assert one_hot.dtype == torch.float32
    assert torch.equal(one_hot.argmax(-1), inputs)
    assert torch.equal(one_hot.sum(-1), torch.ones(1, 5))
    assert set(targets.unique().tolist()) == set(range(len(chars))), "a class that no target names"


@pytest.mark.parametrize("num_classes", [2, 3, 5])
@pytest.mark.parametrize("position", [-1, 0, 3, -5])
def test_last_value_sequences(num_classes, position):
    x, y = data.last_value_sequences(9000, 5, 2, num_classes=num_classes, position=position)
    assert x.shape == (9000, 5, 2)
    assert y.shape == (9000,)
    assert x.dtype == torch.float32
    assert y.dtype == torch.int64
    # Equally likely classes: each within five standard deviations of a binomial count.
    p = 1 / num_classes
    counts = y.bincount(minlength=num_classes)
    assert len(counts) == num_classes
    assert (counts - 9000 * p).abs().max() < 5 * (9000 * p * (1 - p)) ** 0.5
    # The class is the share of the standard normal below the value, in steps of 1 / num_classes.
    below = torch.distributions.Normal(0.0, 1.0).cdf(x[:, position, 0].double())
    assert torch.equal(y, (below * num_classes).long())
    # No other value tells anything: the class means of all others are those of noise.
    for label in range(num_classes):
        means = x[y == label].mean(dim=0)
        means[position, 0] = 0
        assert means.abs().max() < 0.1


def test_last_value_sequences_defaults():
    x, y = data.last_value_sequences()
    assert x.shape == (1000, 50, 10)
    assert torch.equal(y, (x[:, -1, 0] > 0).long())


def test_last_value_sequences_are_reproducible():
    before = torch.get_rng_state()
    first, again, other = (data.last_value_sequences(20, 4, 3, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    elsewhere = data.last_value_sequences(20, 4, 3, position=0, seed=1)
    assert torch.equal(first[0], elsewhere[0]), "the position changes the labels only"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"num_samples": 0}, "num_samples must be a whole number of at least 1, got 0"),
        ({"seq_len": -1}, "seq_len must be a whole number of at least 1, got -1"),
        ({"input_size": 1.5}, "input_size must be a whole number of at least 1, got 1.5"),
        ({"num_classes": 1}, "num_classes must be at least 2, got 1"),
        ({"num_classes": 2.0}, "num_classes must be a whole number of at least 1, got 2.0"),
        ({"position": 50}, "position must be a step of the sequence, -50 to 49 for seq_len=50, got 50"),
        ({"position": -51}, "position must be a step of the sequence, -50 to 49 for seq_len=50, got -51"),
        ({"position": "last"}, "-50 to 49 for seq_len=50, got 'last'"),
    ],
)
def test_last_value_sequences_refuse(arguments, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        data.last_value_sequences(**arguments)


# --- tokens and batches of sequences


@pytest.mark.parametrize("num, batch_size, pool", [(1, 4, 2), (10, 4, 1), (1000, 64, 5), (7, 7, 20)])
def test_batches_of_similar_length_hold_each_sequence_once(num, batch_size, pool):
    lengths = torch.randint(1, 30, (num,))
    chosen = data.batches_of_similar_length(lengths, batch_size, pool)
    assert sorted(torch.cat(chosen).tolist()) == list(range(num))
    assert len(chosen) == math.ceil(num / batch_size) and max(map(len, chosen)) <= batch_size


def test_batches_of_similar_length_are_of_similar_length_and_random():
    torch.manual_seed(0)
    lengths = torch.randint(1, 50, (1280,))

    def spread(pool):
        chosen = data.batches_of_similar_length(lengths, 64, pool)
        return sum((lengths[b].max() - lengths[b].min()).item() for b in chosen) / len(chosen)

    assert spread(pool=20) < 5 < 40 < spread(pool=1)
    first, second = (data.batches_of_similar_length(lengths, 64) for _ in range(2))
    assert not torch.equal(first[0], second[0])
    longest = [int(lengths[b].max()) for b in first]
    assert longest != sorted(longest)  # short and long batches take turns
    torch.manual_seed(3)
    again = data.batches_of_similar_length(lengths, 64)
    torch.manual_seed(3)
    assert all(map(torch.equal, again, data.batches_of_similar_length(lengths, 64)))


@pytest.mark.parametrize(
    "arguments, text",
    [
        ((torch.ones(2, 2), 4), r"lengths must have shape \(N,\) with N at least 1, got \(2, 2\)"),
        ((torch.ones(0), 4), r"got \(0,\)"),
        ((torch.ones(3), 0), "batch_size must be a whole number of at least 1, got 0"),
        ((torch.ones(3), 2, 0), "pool must be a whole number of at least 1, got 0"),
    ],
)
def test_batches_of_similar_length_refuse(arguments, text):
    with pytest.raises(ValueError, match=text):
        data.batches_of_similar_length(*arguments)


def test_alphabet_and_encode():
    symbols = data.alphabet(["ba", "cab", ""])
    assert symbols == ("<pad>", "<unknown>", "<start>", "<end>", "a", "b", "c")
    tokens = data.encode(["cab", "x", "ab"], symbols)
    assert tokens.dtype == torch.int64
    assert tokens.tolist() == [[6, 4, 5], [1, 0, 0], [4, 5, 0]]


@pytest.mark.parametrize("texts", [[], ["a", ""]])
def test_encode_refuses_nothing_to_encode(texts):
    with pytest.raises(ValueError, match="at least one text, and none may be empty"):
        data.encode(texts, data.alphabet(["a"]))


# --- what a new data set must say

COMPUTED = {"sine_windows", "hello", "last_value_sequences"}  # nobody's data, so no source and no licence
TOOLS = {"batches_of_similar_length", "alphabet", "encode", "normalise_name", "normalise_date"}


def public():
    return {
        name: thing
        for module in (data, images)
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
    }


@pytest.mark.parametrize("name", sorted(public()))
def test_a_data_set_says_what_goes_in_what_comes_out_and_where_it_is_from(name):
    thing = public()[name]
    text = thing.__doc__ or ""
    assert text, f"{name} has no docstring"
    if name in TOOLS or (inspect.isclass(thing) and issubclass(thing, tuple)):
        return  # a NamedTuple: what its function returns; shapes stand beside the fields
    missing = [p for p in inspect.signature(thing).parameters if p not in text]
    assert not missing, f"the docstring of {name} does not speak of {', '.join(missing)}"
    if name not in COMPUTED:
        words = text.lower()
        assert "source" in words, f"the docstring of {name} must say where the data comes from (Source: ...)"
        assert "licen" in words or "see `mnist`" in words, f"the docstring of {name} must name the licence"
