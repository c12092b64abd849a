"""What chapter 2 writes out by hand, with one slip each: its comparison with torch must notice."""

import ast
import contextlib

import pytest
import test_02_cnn as judge
import torch
from by_hand import definitions
from test_02_cnn import lesson

SOURCES = {name: ast.unparse(node) for name, node in definitions("02_cnn").items()}


@contextlib.contextmanager
def changed(name, source):
    """The lesson with another definition of `name`, for a moment."""
    kept = getattr(lesson, name)
    try:
        exec(compile(source, f"<{name}>", "exec"), vars(lesson))
        yield
    finally:
        setattr(lesson, name, kept)


def columns():
    for kernel_size, stride, dilation in (((2, 3), (2, 3), (1, 3)), ((3, 1), (1, 1), (2, 1))):
        judge.test_columns_are_torchs_and_the_way_back_adds_them_up(kernel_size, stride, dilation)


def norm_back():
    judge.test_the_backward_pass_of_batch_norm_by_hand((2, 3, 4, 5))


def conv_back():
    judge.test_the_backward_pass_by_hand(((1, 2), (2, 1), (2, 1)))


def weight_gradient():
    judge.test_the_gradient_of_the_weight_by_hand(3, 2, 4, 3, 2)


def copies():
    judge.test_shifted_copies_move_whole_images_by_drawn_numbers_of_pixels()


def moves():
    judge.test_each_image_is_moved_by_its_own_numbers_and_paper_comes_in()


# (definition, what stands there, what is written instead, the test that must fail)
SLIPS = {
    "columns: dilation forgotten": ("im2col", "m * dH, m", "m, m", columns),
    "columns: stride of the other axis": (
        "im2col",
        "sH * (Ho - 1) + 1, sH",
        "sW * (Ho - 1) + 1, sW",
        columns,
    ),
    "columns: window by window": ("im2col", "dim=2).reshape", "dim=1).reshape", columns),
    "columns: across before down": (
        "im2col",
        "for m in range(kH):\n        for n in range(kW):",
        "for n in range(kW):\n        for m in range(kH):",
        columns,
    ),
    "back: overlaps are not added up": ("col2im", "+= columns", "= columns", columns),
    "back: stride forgotten": ("col2im", "+ 1, sH)", "+ 1, 1)", columns),
    "norm: the way through the mean": ("HandBatchNorm", " - (db / n)[:, None, None]", "", norm_back),
    "norm: the way through the variance": (
        "HandBatchNorm",
        " - x_hat * (dw / n)[:, None, None]",
        "",
        norm_back,
    ),
    "norm: gamma forgotten": ("HandBatchNorm", "weight[:, None, None] / std * dx", "dx / std", norm_back),
    "norm: divided by n - 1": ("HandBatchNorm", "correction=0", "correction=1", norm_back),
    "convolution: padding left on": (
        "HandConv2d",
        "dX[:, :, pH:H - pH, pW:W - pW]",
        "dX",
        conv_back,
    ),
    "convolution: bias of one image": (
        "HandConv2d",
        "delta.sum(dim=(0, 2))",
        "delta[0].sum(dim=1)",
        conv_back,
    ),
    "weight: mean over the batch": ("weight_gradient", "dW.sum(0)", "dW.mean(0)", weight_gradient),
    "copies: one shift for all": (
        "shifted",
        "(2, len(x))).tolist()",
        "(2, 1)).repeat(1, len(x)).tolist()",
        copies,
    ),
    "copies: black comes in, not paper": ("shifted", "paper=x.min().item()", "paper=-9.0", copies),
    "copies: one side only": ("shifted", "-most", "0", copies),
    "copies: further up where it should be down": ("move_each", "d, -d", "-d, d", moves),
    "copies: rows and columns exchanged": ("move_each", "(r, -r, d, -d)", "(d, -d, r, -r)", moves),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_noticed(slip):
    name, right, wrong, noticed = SLIPS[slip]
    source = SOURCES[name]
    assert source.count(right) == 1, source
    noticed()
    torch.manual_seed(0)
    with changed(name, source.replace(right, wrong)), pytest.raises((AssertionError, RuntimeError)):
        noticed()
