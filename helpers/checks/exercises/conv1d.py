"""Exercise 1 of 05_by_hand: a convolution in one dimension, causal or not, dilated or not."""

from collections.abc import Callable, Collection

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.checks.comparison import Case, Wrong
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.report import Item

TITLE = "Exercise 1, a convolution in one dimension"


def with_faults(faults: Collection[str]) -> Callable[..., Tensor]:
    """The convolution, with these faults in it."""

    def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
        if "flipped_kernel" in faults:
            weight = weight.flip(-1)
        if "channel_axes_swapped" in faults:  # stops with an error where these are not equally many
            weight = weight.transpose(0, 1)
        apart = 1 if "dilation_ignored" in faults else dilation
        if "dilation_as_stride" in faults:
            apart, stride = 1, stride * dilation
        before, after = padding, padding
        if causal:
            before, after = apart * (weight.shape[-1] - 1), 0
            if "padding_both_sides_causal" in faults:
                before, after = before - before // 2, before // 2
            if "causal_ignored" in faults:
                before = after = padding
            if "sees_ahead" in faults:
                before, after = before - 1, 1
            if "causal_one_late" in faults:
                before, after = before + 1, -1
            if "causal_zeros_less_stride" in faults:
                before = before + 1 - stride
            if "cut_after_stride" in faults:
                after = before
            if "causal_zeros_without_dilation" in faults:
                before = weight.shape[-1] - 1
            if "causal_cut_behind" in faults:  # zeros on both sides, too many outputs
                after = before
            if "zeros_behind" in faults:
                before, after = after, before
        elif "padding_in_front" in faults:
            before, after = 2 * padding, 0
        elif "padding_ignored" in faults:
            before = after = 0
        elif "padding_one_side" in faults:
            before, after = padding, 0
        x = F.pad(
            x, (before, after), mode="replicate" if "padding_repeats_the_edge" in faults else "constant"
        )
        T, reach = x.shape[-1], apart * (weight.shape[-1] - 1)
        if "window_too_long" in faults:
            T = T - (apart - 1)
        count = T - reach
        step = 1 if "stride_ignored" in faults else stride
        taken = range(0, count, step)
        starts = [t + ("from_stride" in faults) * (step - 1) for t in taken]
        starts = [t for t in starts if t + reach < T]
        if "output_too_short" in faults:
            starts = starts[:-1]
        rounded = "length_formula" in faults and (T - reach) % step == 0
        if "output_too_long" in faults or rounded:
            x, starts = F.pad(x, (0, step)), [*starts, starts[-1] + step]
        places = torch.tensor(starts, dtype=torch.long)[:, None] + torch.arange(0, reach + 1, apart)
        windows = x[..., places]  # (B, C, To, K)
        if "first_channel_only" in faults:
            windows, weight = windows[:, :1], weight[:, :1]
        if "last_channel_only" in faults:
            windows, weight = windows[:, -1:], weight[:, -1:]
        y = torch.einsum("bctk,ock->bot", windows, weight)
        if "channel_mean" in faults:
            y = y / weight.shape[1]
        if causal and "cut_after_stride" in faults:
            y = y[..., : y.shape[-1] - reach]
        if causal and "cut_of_nothing" in faults and reach == 0:
            y = y[..., :0]
        if bias is None or "bias_ignored" in faults:
            return y
        times = weight.shape[1] if "bias_per_channel" in faults else 1
        times = weight.shape[2] if "bias_per_place" in faults else times
        times = weight.shape[1] * weight.shape[2] if "bias_per_tap" in faults else times
        return y + times * bias[:, None]

    return conv1d


def cases(random: np.random.Generator) -> list[Case]:
    def some(*shape, dtype=np.float32):
        return random.standard_normal(shape).astype(dtype)

    B, C, T = int(random.integers(2, 4)), int(random.integers(2, 4)), int(random.integers(11, 15))
    out = C + int(random.integers(1, 3))
    K = C + int(random.integers(1, 3))  # another number than C: which of the two was counted is seen
    s, p, d = int(random.integers(2, 4)), int(random.integers(1, 3)), int(random.integers(2, 4))
    T += (T - K + 1) % s == 0  # where every stride divides what is left, two slips of length do the same
    x, weight, bias = some(B, C, T), some(out, C, K), some(out)
    long = some(B, C, T + d * K)
    return [
        Case([x, weight], item="kernel"),
        Case([x, weight, bias], item="bias"),
        Case([x, weight], {"stride": s}, item="stride"),
        Case([x, weight], {"padding": p}, item="padding"),
        Case([long, weight], {"dilation": d}, item="dilation"),
        Case([x, weight], {"causal": True}, item="causal"),
        Case([long, weight], {"dilation": d, "causal": True}, item="causal"),
        Case([some(1, C, K + 1), some(C, C, K)], item="kernel"),  # two windows, as many channels out as in
        Case(
            [some(2, 1, T, dtype=np.float64), some(1, 1, 1, dtype=np.float64)],
            {"causal": True},  # there are no zeros to be put in front, and nothing is to be cut off behind
            item="causal",
            trivial=True,
        ),
        Case([long, weight, bias, s, p, d], item="together"),
        Case([long, weight, bias], {"stride": s, "dilation": d, "causal": True}, item="together"),
    ]


_CAUSAL = "dilation * (K - 1) zeros in front and none behind"

register(
    Function(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item("kernel", "windows times weights, summed over channels", 2.5),
            Item("bias", "the bias, once for each output", 1),
            Item("stride", "stride", 1),
            Item("padding", "padding", 1),
            Item("dilation", "dilation", 1),
            Item("causal", "causal: no output sees a later input", 1.5),
            Item("together", "all of them at once", 0.5),
            Item("gradients", "gradients of x, weight and bias", 1),
            Item("inputs", "inputs left alone, their precision kept", 0.5),
        ],
        cases=cases,
        reference=with_faults(()),
        together=with_faults,
        forbids=["convolution"],
        belongs={"changed": "inputs", "type": "inputs"},
        wrong=[
            Wrong(
                "bias_per_channel",
                "the bias is added once for each input channel",
                expected="once for each output, when the sum over the channels is done",
                hint="it stands inside the loop over input channels",
                costs=("bias",),
            ),
            Wrong(
                "bias_per_tap",
                "the bias is added once for each product",
                expected="once for each output, when the sum is done",
                hint="it stands inside the innermost loop",
                costs=("bias",),
            ),
            Wrong(
                "bias_per_place",
                "the bias is added once for each weight of the kernel",
                expected="once for each output, when the sum is done",
                hint="it stands inside the loop over the kernel",
                costs=("bias",),
            ),
            Wrong(
                "bias_ignored", "the bias is left out", expected="bias[o] added to channel o", costs=("bias",)
            ),
            Wrong(
                "flipped_kernel",
                "the kernel is turned round",
                expected="cross-correlation, as torch has it: weight[..., 0] meets the earliest input",
                hint="a flip, or an index that counts down",
                costs=("kernel",),
            ),
            Wrong(
                "first_channel_only",
                "only the first input channel counts",
                expected="the sum over all input channels",
                costs=("kernel",),
            ),
            Wrong(
                "last_channel_only",
                "only the last input channel counts",
                expected="the sum over all input channels",
                hint="= in place of +=: each channel overwrites the one before",
                costs=("kernel",),
            ),
            Wrong(
                "channel_mean",
                "this is the mean over the input channels",
                expected="their sum",
                costs=("kernel",),
            ),
            Wrong(
                "channel_axes_swapped",
                "the two channel axes of the weight are swapped",
                expected="weight (O, C, K): first the output channels",
                costs=("kernel",),
            ),
            Wrong(
                "output_too_short",
                "one output too few: the last window is missing",
                expected="floor((T + 2 padding - dilation (K - 1) - 1) / stride) + 1 outputs",
                costs=("kernel",),
            ),
            Wrong(
                "output_too_long",
                "one output too many, from zeros that nobody asked for",
                expected="floor((T + 2 padding - dilation (K - 1) - 1) / stride) + 1 outputs",
                costs=("kernel",),
            ),
            Wrong(
                "length_formula",
                "one output too many where the stride divides what is left",
                expected="floor((T + 2 padding - dilation (K - 1) - 1) / stride) + 1 outputs",
                hint="the - 1 in front of the division is missing",
                costs=("kernel",),
            ),
            Wrong(
                "stride_ignored",
                "stride does nothing",
                expected="every stride-th window",
                costs=("stride",),
            ),
            Wrong(
                "from_stride",
                "the first window begins too late",
                expected="the first window begins at the first input, whatever the stride",
                hint="[stride - 1::stride] in place of [::stride]",
                costs=("stride",),
            ),
            Wrong(
                "padding_ignored",
                "padding does nothing",
                expected="that many zeros on both sides of x",
                costs=("padding",),
            ),
            Wrong(
                "padding_one_side",
                "the zeros stand on one side only",
                expected="that many zeros on both sides",
                costs=("padding",),
            ),
            Wrong(
                "padding_in_front",
                "all zeros stand in front",
                expected="as many behind as in front, where causal is False",
                costs=("padding",),
            ),
            Wrong(
                "padding_repeats_the_edge",
                "the edge is repeated where zeros are meant",
                expected="that many zeros on both sides",
                costs=("padding",),
            ),
            Wrong(
                "dilation_ignored",
                "dilation does nothing",
                expected="neighbouring weights meet inputs that are dilation apart",
                costs=("dilation",),
            ),
            Wrong(
                "dilation_as_stride",
                "dilation acts on the output",
                expected="it spreads the inputs of one window; the windows begin where they did",
                hint="it was multiplied with the stride",
                costs=("dilation",),
            ),
            Wrong(
                "window_too_long",
                "outputs are missing at the end where dilation is above 1",
                expected="windows of dilation * (K - 1) + 1 inputs",
                hint="a window of K * dilation inputs is longer than the kernel reaches",
                costs=("dilation",),
            ),
            Wrong(
                "padding_both_sides_causal",
                "causal: zeros stand on both sides, so that outputs see later inputs",
                expected=_CAUSAL,
                hint='half on each side is "same" padding',
                costs=("causal",),
            ),
            Wrong(
                "causal_ignored",
                "causal does nothing",
                expected=_CAUSAL,
                costs=("causal",),
            ),
            Wrong(
                "zeros_behind",
                "causal: the zeros stand behind, so that outputs see later inputs",
                expected=_CAUSAL,
                costs=("causal",),
            ),
            Wrong(
                "sees_ahead",
                "causal: each output sees one step ahead",
                expected=_CAUSAL,
                hint="one zero too few in front",
                costs=("causal",),
            ),
            Wrong(
                "causal_one_late",
                "causal: each output misses the input of its own step",
                expected=_CAUSAL + "; output t sees input t",
                hint="one zero too many in front",
                costs=("causal",),
            ),
            Wrong(
                "causal_zeros_without_dilation",
                "causal: dilation was forgotten in the number of zeros",
                expected=_CAUSAL,
                costs=("causal",),
            ),
            Wrong(
                "causal_cut_behind",
                "causal: the zeros stand on both sides, and there are too many outputs",
                expected=_CAUSAL + ": the length is kept at stride 1",
                hint="padding=dilation * (K - 1) pads behind as well: cut the end off",
                costs=("causal",),
            ),
            Wrong(
                "cut_after_stride",
                "causal: too much is cut off behind where stride is above 1",
                expected=_CAUSAL + ", then every stride-th window",
                hint="dilation * (K - 1) zeros behind are fewer outputs where the stride passes over some",
                costs=("together",),
            ),
            Wrong(
                "cut_of_nothing",
                "causal: nothing is left for a kernel of one weight",
                expected="as many outputs as inputs at stride 1",
                hint="y[..., :-0] is empty",
                costs=("causal",),
            ),
            Wrong(
                "causal_zeros_less_stride",
                "causal: too few zeros in front where stride is above 1",
                expected=_CAUSAL + ", whatever the stride",
                costs=("together",),
            ),
        ],
    )
)
