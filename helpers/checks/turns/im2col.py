"""Turn of chapter 2: the windows of an image as columns, filled by slices."""

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = x.new_zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            rows = slice(m, m + stride * (Ho - 1) + 1, stride)
            columns[:, :, m, n] = x[:, :, rows, n : n + stride * (Wo - 1) + 1 : stride]
    return columns.reshape(B, C * kH * kW, Ho * Wo)


def cases(random):
    def case(B, C, H, W, *options):
        return Case([floats(random, B, C, H, W), *options])

    return [case(1, 1, 3, 4, 2, 2, 1), case(2, 3, 4, 5, 3, 2, 1), case(3, 2, 4, 5, 2, 3, 2)]


WRONG = slips(
    reference,
    channels_fastest={"columns.reshape": "columns.movedim(1, 3).reshape"},
    window_by_columns={"columns.reshape": "columns.transpose(2, 3).reshape"},
    places_downwards={"columns.reshape": "columns.transpose(4, 5).reshape"},
    windows_as_rows={"Ho * Wo)": "Ho * Wo).transpose(1, 2)"},
    axes_mixed={"columns.reshape": "columns.permute(0, 4, 5, 1, 2, 3).reshape"},
    not_permuted={"columns.reshape": "columns.permute(0, 1, 4, 5, 2, 3).reshape"},
    slices_mixed={"columns.reshape": "columns.permute(2, 3, 0, 1, 4, 5).reshape"},
    images_mixed={"columns.reshape": "columns.permute(1, 2, 3, 0, 4, 5).reshape"},
    no_stride={
        "m + stride * (Ho - 1) + 1, stride)": "m + Ho)",
        "n + stride * (Wo - 1) + 1 : stride": "n + Wo",
    },
    place_missing={"kH) // stride + 1": "kH) // stride", "kW) // stride + 1": "kW) // stride"},
    one_row_written={"[:, :, m, n] =": "[:, :, 0, 0] ="},
)
HINTS = [
    "number (m, n) of every window at once: x[:, :, m : m + stride * (Ho - 1) + 1 : stride, …]",
    "columns = x.new_zeros(B, C, kH, kW, Ho, Wo), filled at [:, :, m, n]; one reshape at the end",
]
register(
    Function(
        __name__,
        title="im2col by slices",
        chapter=2,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        hints=HINTS,
        forbids=["im2col", "convolution"],
        compared="the columns of one to three images with one to three channels, and their gradients",
    )
)
