"""helpers.data: shapes, types, reproducibility, no overlap of splits, and what bad input is told."""

import gzip
import math
import re
import shutil

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from helpers import data
from helpers.vision import datasets, transforms

# --- serving tensors in batches


def order(loader):
    """The samples of one epoch in their order; for a loader over torch.arange(N)."""
    return torch.cat([batch[0] for batch in loader]).tolist()


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("num", "batch_size"), [(10, 3), (9, 3), (2, 5), (1, 1)])
def test_batches_serve_each_sample_once(num, batch_size, shuffle):
    loader = data.batches(torch.arange(num), batch_size=batch_size, shuffle=shuffle, seed=0)
    sizes = [len(batch[0]) for batch in loader]
    assert sizes[:-1] == [batch_size] * (len(loader) - 1)
    assert sizes[-1] == num - batch_size * (len(loader) - 1) > 0
    assert sorted(order(loader)) == list(range(num))
    assert len(loader.dataset) == num


def test_batches_keep_the_order_unless_shuffled():
    loader = data.batches(torch.arange(100), batch_size=7)
    assert order(loader) == order(loader) == list(range(100))


def test_batches_shuffle_anew_each_epoch_and_reproducibly():
    def epochs(seed):
        loader = data.batches(torch.arange(100), batch_size=7, shuffle=True, seed=seed)
        return [order(loader) for _ in range(3)]

    first, second, third = epochs(1)
    assert first != second != third != first
    assert epochs(1) == [first, second, third]
    assert epochs(2)[0] != first


def test_batches_with_a_seed_leave_the_global_generator_alone():
    before = torch.get_rng_state()
    order(data.batches(torch.arange(10), batch_size=3, shuffle=True, seed=0))
    assert torch.equal(torch.get_rng_state(), before)


def test_batches_without_a_seed_follow_the_global_one():
    def epoch():
        return order(data.batches(torch.arange(50), batch_size=8, shuffle=True))

    torch.manual_seed(3)
    first, second = epoch(), epoch()
    torch.manual_seed(3)
    assert [epoch(), epoch()] == [first, second]
    assert first != second


@pytest.mark.parametrize("count", [1, 2, 3])
def test_batches_serve_any_number_of_tensors_together(count):
    rows = torch.arange(10)
    tensors = [rows.double(), rows.view(10, 1, 1).expand(10, 2, 3), rows > 4][:count]
    for batch in data.batches(*tensors, batch_size=4, shuffle=True, seed=0):
        assert isinstance(batch, list)
        assert len(batch) == count
        picked = batch[0].long()
        for served, tensor in zip(batch, tensors, strict=True):
            assert served.dtype == tensor.dtype
            assert torch.equal(served, tensor[picked])


def test_batches_fetch_a_batch_in_one_piece(monkeypatch):
    """One access to the data set for each batch, not one for each sample."""
    accesses = []
    fetch = TensorDataset.__getitem__
    monkeypatch.setattr(TensorDataset, "__getitem__", lambda self, i: accesses.append(i) or fetch(self, i))
    list(data.batches(torch.arange(10), torch.arange(10), batch_size=4))
    assert accesses == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize(
    ("tensors", "batch_size", "error", "text"),
    [
        ([], 2, ValueError, "the same number (at least 1) of samples, got shapes []"),
        ([torch.zeros(3, 2), torch.zeros(4)], 2, ValueError, "got shapes [(3, 2), (4,)]"),
        ([torch.tensor(1.0)], 2, ValueError, "got shapes [()]"),
        ([torch.zeros(0, 3)], 2, ValueError, "got shapes [(0, 3)]"),
        ([[1, 2, 3]], 2, TypeError, "batches serves tensors, got list; convert with torch.as_tensor"),
        ([torch.zeros(3)], 0, ValueError, "batch_size must be a whole number of at least 1, got 0"),
        ([torch.zeros(3)], 2.0, ValueError, "batch_size must be a whole number of at least 1, got 2.0"),
    ],
)
def test_batches_refuse(tensors, batch_size, error, text):
    with pytest.raises(error, match=re.escape(text)):
        data.batches(*tensors, batch_size=batch_size)


# --- handwritten digits

# How often each digit occurs, 0 to 9. The published counts.
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]

TO_TENSOR = transforms.Compose(
    [transforms.ToTensor(), transforms.Normalize((data.MNIST_MEAN,), (data.MNIST_STD,))]
)


@pytest.fixture(scope="module")
def mnist_train():
    return data.MNIST()


@pytest.fixture(scope="module")
def mnist_test():
    return data.MNIST(train=False)


@pytest.mark.parametrize(
    ("part", "count", "counts"), [("train", 60_000, TRAIN_COUNTS), ("test", 10_000, TEST_COUNTS)]
)
def test_mnist_is_whole(part, count, counts, request):
    mnist = request.getfixturevalue(f"mnist_{part}")
    assert len(mnist) == count
    assert mnist.data.shape == (count, 28, 28)
    assert mnist.data.dtype == torch.uint8
    assert mnist.targets.shape == (count,)
    assert mnist.targets.dtype == torch.int64
    assert mnist.targets.bincount().tolist() == counts


def test_mnist_splits_share_no_image(mnist_train, mnist_test):
    train, test = ({image.numpy().tobytes() for image in mnist.data} for mnist in (mnist_train, mnist_test))
    assert not train & test


def test_mnist_is_torchvisions(mnist_test, tmp_path):
    """The same images and labels as torchvision reads from the unpacked files, as a subclass of its class."""
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for packed in (data.ASSETS / "mnist").glob("*.gz"):
        with gzip.open(packed) as source, (folder / packed.stem).open("wb") as target:
            shutil.copyfileobj(source, target)
    theirs = datasets.MNIST(tmp_path, train=False)
    assert isinstance(mnist_test, datasets.MNIST)
    assert torch.equal(mnist_test.data, theirs.data)
    assert torch.equal(mnist_test.targets, theirs.targets)
    assert mnist_test.classes == theirs.classes
    image, label = mnist_test[0]
    assert (image.mode, image.size, label) == ("L", (28, 28), 7)
    assert image.tobytes() == theirs[0][0].tobytes()
    assert "Number of datapoints: 10000" in repr(mnist_test)
    assert "Split: Test" in repr(mnist_test)


def test_mnist_with_transforms_and_dataloader():
    mnist = data.MNIST(train=False, transform=transforms.ToTensor(), target_transform=lambda label: 9 - label)
    images, labels = next(iter(DataLoader(mnist, batch_size=32)))
    assert images.shape == (32, 1, 28, 28)
    assert images.dtype == torch.float32
    assert torch.equal(images[:, 0], mnist.data[:32] / 255)
    assert torch.equal(labels, 9 - mnist.targets[:32])


def test_mnist_writes_nothing(tmp_path, monkeypatch):
    def listing():
        return sorted((path, path.stat().st_mtime_ns) for path in (data.ASSETS / "mnist").rglob("*"))

    before = listing()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    data.MNIST(train=False)
    assert listing() == before
    assert list(tmp_path.iterdir()) == []


def test_mnist_files_are_small_and_packed_reproducibly():
    files = sorted((data.ASSETS / "mnist").glob("*"))
    assert [file.name for file in files] == [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    ]
    assert sum(file.stat().st_size for file in files) < 12_000_000
    for file in files:
        assert file.read_bytes()[3:8] == bytes(5), f"{file.name} holds a file name or a time"


@pytest.mark.parametrize("train", ["./data", 1, None])
def test_mnist_refuses_a_folder(train):
    with pytest.raises(TypeError, match=f"train must be True or False, got {train!r}; the images come with"):
        data.MNIST(train)


def test_mnist_downloads_nothing(mnist_test):
    with pytest.raises(TypeError, match="download"):
        data.MNIST(download=True)
    with pytest.raises(NotImplementedError, match="nothing to download: the images come with the course"):
        mnist_test.download()


def change_the_last_label_or_pixel(path):
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(gzip.compress(content, compresslevel=1))


def spoil_the_first_block(path):
    content = bytearray(path.read_bytes())
    content[10] = 0xFF  # the first byte after the header of gzip; no block begins like this
    path.write_bytes(content)


DAMAGES = {
    "missing": (lambda path: path.unlink(), FileNotFoundError, "is missing"),
    "truncated": (
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        ValueError,
        "is damaged (Compressed file",
    ),
    "empty": (
        lambda path: path.write_bytes(b""),
        ValueError,
        "is damaged (its SHA-256 is not that of MNIST)",
    ),
    "not gzip": (lambda path: path.write_bytes(b"version 1"), ValueError, "is damaged (Not a gzipped file"),
    "a byte": (spoil_the_first_block, ValueError, "is damaged (Error -3 while decompressing"),
    "one value": (
        change_the_last_label_or_pixel,
        ValueError,
        "is damaged (its SHA-256 is not that of MNIST)",
    ),
}


@pytest.mark.parametrize("kind", ["images-idx3", "labels-idx1"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_mnist_names_the_damaged_file(damage, kind, tmp_path, monkeypatch):
    spoil, error, text = DAMAGES[damage]
    for file in (data.ASSETS / "mnist").glob("t10k-*.gz"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(data, "_MNIST_FOLDER", tmp_path)
    data.MNIST(train=False)  # whole so far
    path = tmp_path / f"t10k-{kind}-ubyte.gz"
    spoil(path)
    with pytest.raises(error) as caught:
        data.MNIST(train=False)
    assert str(caught.value).startswith(f"{path} {text}")
    assert str(caught.value).endswith(
        "Restore it with `git checkout -- helpers/assets/mnist` in a clone of the course; "
        "otherwise install the course again."
    )


def test_mnist_mean_and_std_are_those_of_the_training_images(mnist_train):
    pixels = mnist_train.data.double() / 255
    assert round(pixels.mean().item(), 4) == data.MNIST_MEAN
    assert round(pixels.std().item(), 4) == data.MNIST_STD


def test_mnist_tensors(mnist_test):
    images, labels = data.mnist_tensors(train=False)
    assert images.shape == (10_000, 1, 28, 28)
    assert images.dtype == torch.float32
    assert images.is_contiguous()
    assert torch.equal(labels, mnist_test.targets)
    mnist = data.MNIST(train=False, transform=TO_TENSOR)
    for i in range(0, 10_000, 101):
        assert torch.equal(images[i], mnist[i][0])


def test_mnist_tensors_take_the_training_images_by_default():
    images, labels = data.mnist_tensors()
    assert len(images) == len(labels) == 60_000
    assert abs(images.mean().item()) < 1e-3
    assert abs(images.std().item() - 1) < 1e-3


def test_batches_of_mnist_are_the_epoch_of_the_usual_loader(mnist_test):
    images, labels = data.mnist_tensors(train=False)
    usual = DataLoader(data.MNIST(train=False, transform=TO_TENSOR), batch_size=64)
    for ours, theirs in zip(data.batches(images, labels, batch_size=64), usual, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


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
