"""MNIST out of the package: the published images, and what a missing or damaged file is told."""

import gzip
import shutil
import subprocess
import sys

import pytest
import torch
from torch.utils.data import DataLoader

from helpers import data, images
from helpers.vision import datasets, transforms

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
    for packed in images._MNIST_FOLDER.glob("*.gz"):
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
    pixels, labels = next(iter(DataLoader(mnist, batch_size=32)))
    assert pixels.shape == (32, 1, 28, 28)
    assert pixels.dtype == torch.float32
    assert torch.equal(pixels[:, 0], mnist.data[:32] / 255)
    assert torch.equal(labels, 9 - mnist.targets[:32])


def test_mnist_writes_nothing(tmp_path, monkeypatch):
    def listing():
        return sorted((path, path.stat().st_mtime_ns) for path in images._MNIST_FOLDER.rglob("*"))

    before = listing()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    data.MNIST(train=False)
    assert listing() == before
    assert list(tmp_path.iterdir()) == []


def test_mnist_files_are_small_and_packed_reproducibly():
    files = sorted(images._MNIST_FOLDER.glob("*"))
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
    for file in images._MNIST_FOLDER.glob("t10k-*.gz"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(images, "_MNIST_FOLDER", tmp_path)
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
    pixels, labels = data.mnist_tensors(train=False)
    assert pixels.shape == (10_000, 1, 28, 28)
    assert pixels.dtype == torch.float32
    assert pixels.is_contiguous()
    assert torch.equal(labels, mnist_test.targets)
    mnist = data.MNIST(train=False, transform=TO_TENSOR)
    for i in range(0, 10_000, 101):
        assert torch.equal(pixels[i], mnist[i][0])


def test_mnist_tensors_take_the_training_images_by_default():
    pixels, labels = data.mnist_tensors()
    assert len(pixels) == len(labels) == 60_000
    assert abs(pixels.mean().item()) < 1e-3
    assert abs(pixels.std().item() - 1) < 1e-3


def test_what_takes_time_is_imported_where_it_is_asked_for():
    """Images took 1.2 of the 2.6 seconds that the imports of a chapter take, turns and exercises 0.3."""
    code = (
        "import sys; from helpers import baselines, checks, data, diagrams, plotting, probes;"
        "asked = [name for name in sys.modules if name.startswith(('helpers.checks.exercises.',"
        " 'helpers.checks.turns.', 'helpers.checks.recurrent'))]; assert not asked, asked;"
        "assert 'torchvision' not in sys.modules and {'MNIST', 'mnist_tensors'} <= set(dir(data));"
        "assert data.MNIST_MEAN == 0.1307 and 'torchvision' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_that_no_data_set_has_is_refused_as_usual():
    with pytest.raises(AttributeError, match=r"module 'helpers\.data' has no attribute 'CIFAR'"):
        data.CIFAR  # noqa: B018


@pytest.mark.parametrize("train, count", [(True, 100), (False, 1000)])
def test_printed_letters(train, count):
    x, y = data.letters(train=train)
    assert x.shape == (count, 1, 28, 28) and x.dtype == torch.float32
    assert y.bincount().tolist() == [count // 10] * 10 and len(data.LETTERS) == 10
    assert y[:10].tolist() != sorted(y[:10].tolist())
    paper = (0 - data.MNIST_MEAN) / data.MNIST_STD
    assert x.min().item() == pytest.approx(paper)
    ink = x.sub(paper).flatten(1).sum(1)
    assert ink.min() > 30 and x.amax((1, 2, 3)).min() > 1  # every letter is there, and bright
    rim = torch.cat([x[:, 0, 0], x[:, 0, -1], x[:, 0, :, 0], x[:, 0, :, -1]], dim=1)
    assert (rim > 1).any(1).float().mean() < 0.05  # and hardly any is cut off


def test_letters_are_the_same_for_a_seed_and_of_other_fonts_in_the_test():
    assert torch.equal(data.letters(seed=3)[0], data.letters(seed=3)[0])
    assert not torch.equal(data.letters(seed=3)[0], data.letters(seed=4)[0])
    assert not set(images._FONTS[True]) & set(images._FONTS[False])
