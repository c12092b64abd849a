"""Handwritten digits, MNIST, out of this package, as torchvision's data set or as tensors; printed letters.

Chapters reach all of it as `data.MNIST`, `data.mnist_tensors`, ...: `helpers.data` imports this module, and
torchvision with it, when it is asked for one of them.
"""

import gzip
import random
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import matplotlib as mpl
import torch
from PIL import Image, ImageDraw, ImageFont

from helpers.vision import datasets

MNIST_MEAN, MNIST_STD = 0.1307, 0.3081  # of all pixels of the 60,000 training images, scaled to 0..1

_MNIST_FOLDER = Path(__file__).parent / "assets" / "mnist"
_MNIST_SHA256 = {  # of the uncompressed files
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def _read_mnist_file(name: str) -> torch.Tensor:
    """One file of MNIST, unpacked in memory, as a uint8 tensor: (N, 28, 28) images or (N,) labels."""
    path = _MNIST_FOLDER / f"{name}.gz"
    cure = (
        "Restore it with `git checkout -- helpers/assets/mnist` in a clone of the course; "
        "otherwise install the course again."
    )
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} is missing. {cure}") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged ({error}). {cure}") from error
    if sha256(content).hexdigest() != _MNIST_SHA256[name]:
        raise ValueError(f"{path} is damaged (its SHA-256 is not that of MNIST). {cure}")
    # IDX: two zero bytes, the type (8 = uint8), the number of dimensions, each size as 4 bytes, the data.
    ndim = content[3]
    shape = [int.from_bytes(content[4 * i : 4 * i + 4], "big") for i in range(1, ndim + 1)]
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=4 + 4 * ndim).reshape(shape)


class MNIST(datasets.MNIST):
    """The handwritten digits, 60,000 to train on and 10,000 to test on, as torchvision's data set.

    Differs from `torchvision.datasets.MNIST` in where the images come from only: they lie in this package
    and are unpacked in memory, so there is no `root` and no `download`, and nothing is written to disk.

    Args:
        train: True for the 60,000 training images, False for the 10,000 test images.
        transform: applied to each PIL image (28 x 28, mode "L"), for example `transforms.ToTensor()`.
        target_transform: applied to each label, an int from 0 to 9.

    Attributes:
        data: uint8 tensor (N, 28, 28), 0 is the background, 255 full ink.
        targets: int64 tensor (N,), the digits.

    Raises:
        TypeError: `train` is not a bool, such as the `root` of torchvision's class.
        FileNotFoundError: a file of the package is missing.
        ValueError: a file of the package is damaged (each is checked against its SHA-256).

    Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits". Licence
    CC BY-SA 3.0.
    """

    def __init__(
        self,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
    ) -> None:
        if not isinstance(train, bool):
            raise TypeError(
                f"train must be True or False, got {train!r}; the images come with the course, so there is "
                "no folder to name"
            )
        # Not the parent's own __init__, which looks for the files in a folder of the user's.
        super(datasets.MNIST, self).__init__(transform=transform, target_transform=target_transform)
        self.train = train
        self.data, self.targets = self._load_data()

    def _load_data(self) -> tuple[torch.Tensor, torch.Tensor]:
        part = "train" if self.train else "t10k"
        images = _read_mnist_file(f"{part}-images-idx3-ubyte")
        return images, _read_mnist_file(f"{part}-labels-idx1-ubyte").long()

    def download(self) -> None:
        raise NotImplementedError("there is nothing to download: the images come with the course")


def mnist_tensors(train: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """MNIST as two tensors, images normalised once instead of at each access.

    Args:
        train: True for the 60,000 training images, False for the 10,000 test images.

    Returns:
        images: float32 (N, 1, 28, 28), (pixel / 255 - MNIST_MEAN) / MNIST_STD, the values that `ToTensor`
            and `Normalize((MNIST_MEAN,), (MNIST_STD,))` give. The training images take 188 MB.
        labels: int64 (N,), 0 to 9.

    Errors and source: see `MNIST`.
    """
    mnist = MNIST(train)
    images = mnist.data.unsqueeze(1).float().div_(255).sub_(MNIST_MEAN).div_(MNIST_STD)
    return images, mnist.targets


LETTERS = "ABCDEFGHIJ"
_FONTS = {  # files that come with matplotlib, free to use; those to be tested on are of other families
    True: [f"DejaVu{family}" for family in ("Sans", "Sans-Bold", "Sans-Oblique", "Serif", "Serif-Italic")],
    False: ["STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "cmr10", "cmss10", "cmtt10"],
}


def letters(train: bool = True, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Printed capitals A to J as tensors that look like `mnist_tensors`: a small task for borrowed filters.

    They are drawn here from fonts that come with matplotlib, each a little turned, moved and resized. The
    fonts to be tested on are of other families than those to train on.

    Args:
        train: True for 100 images to train on, False for 1,000 to test on; each letter equally often.
        seed: picks fonts, angles, places and sizes, the same on every machine.

    Returns:
        images: float32 (N, 1, 28, 28), normalised as `mnist_tensors` normalises (paper is -0.42).
        labels: int64 (N,), 0 for A ... 9 for J, in random order.

    Source: DejaVu, STIX and the BaKoMa Computer Modern, free fonts that matplotlib brings along, each with
    its licence; no font is copied into this package.
    """
    drawn = random.Random(f"{seed} {train}")
    labels = list(range(len(LETTERS))) * (10 if train else 100)
    drawn.shuffle(labels)
    pictures = [_letter(LETTERS[label], drawn.choice(_FONTS[train]), drawn) for label in labels]
    images = torch.stack([torch.frombuffer(bytearray(p.tobytes()), dtype=torch.uint8) for p in pictures])
    images = images.view(-1, 1, 28, 28).float().div_(255).sub_(MNIST_MEAN).div_(MNIST_STD)
    return images, torch.tensor(labels)


def _letter(letter: str, font: str, drawn: random.Random) -> Image.Image:
    """One letter, white on black, 28 x 28: drawn four times as large, then made smaller."""
    path = Path(mpl.get_data_path(), "fonts", "ttf", f"{font}.ttf")
    size, angle = drawn.randint(72, 96), drawn.uniform(-20, 20)
    place = (56 + drawn.uniform(-10, 10), 56 + drawn.uniform(-10, 10))
    picture = Image.new("L", (112, 112))
    ImageDraw.Draw(picture).text(place, letter, 255, ImageFont.truetype(path, size), anchor="mm")
    return picture.rotate(angle, Image.Resampling.BILINEAR).resize((28, 28), Image.Resampling.BOX)
