"""A twin of `conv1d` with mistakes to switch on."""

import torch
import torch.nn.functional as F

from twins.common import Faults, Seen, gradients, normal, number, outcome

FORMS = {
    "sees_ahead": 2,
    "padding_both_sides_causal": 2,
    "causal_undone": 2,
    "output_too_long": 2,
    "wrong_dtype": 2,
}
FORBIDDEN = r"conv\d?d|conv_transpose\d?d|_?convolution"


def twin(faults: Faults):
    def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
        C, K = x.shape[1], weight.shape[2]
        if "causal_undone" in faults and causal:
            if faults["causal_undone"]:
                return None
            raise NotImplementedError
        if "raises_without_bias" in faults and bias is None:
            raise TypeError
        if "dilation_ignored" in faults:
            dilation = 1
        if "dilation_as_stride" in faults:
            stride, dilation = stride * dilation, 1
        if "stride_ignored" in faults:
            stride = 1
        if "padding_ignored" in faults:
            padding = 0
        if "causal_ignored" in faults:
            causal = False
        reach = dilation * (K - 1)
        pads = (padding, 0 if "padding_one_side" in faults else padding)
        if causal:
            pads = (reach, 0)
            if "padding_both_sides_causal" in faults:
                half = reach // 2
                pads = [(reach, reach), (reach - half, half)][faults["padding_both_sides_causal"]]
            if "sees_ahead" in faults:
                pads = [(reach - 1, 1), (0, reach)][faults["sees_ahead"]]
            if "causal_zeros_without_dilation" in faults:
                pads = (K - 1, 0)
        mode = "replicate" if "padding_repeats_the_edge" in faults else "constant"
        if "changes_input" in faults:
            x.data = F.pad(x.data, pads)
        else:
            x = F.pad(x, pads, mode=mode)
        if "raises_with_stride" in faults and (x.shape[2] - reach - 1) % stride:
            raise ValueError
        if "wrong_dtype" in faults and faults["wrong_dtype"]:
            x, weight, bias = x.float(), weight.float(), None if bias is None else bias.float()
        if "output_too_long" in faults:
            x = F.pad(x, (0, stride))
        if "flipped_kernel" in faults:
            weight = weight.flip(2)
        if "channel_axes_swapped" in faults:
            weight = weight.transpose(0, 1)
        if "first_channel_only" in faults:
            x, weight = x[:, :1], weight[:, :1]
        if "last_channel_only" in faults:
            x, weight = x[:, -1:], weight[:, -1:]
        if "one_example_only" in faults:
            x = x[:1]
        y = F.conv1d(x, weight, None, stride, 0, dilation)
        if faults.get("output_too_long") == 1:  # the 1 of the formula forgotten: too long at some sizes only
            y = y[:, :, : (x.shape[2] - stride - reach) // stride + 1]
        if "channel_mean" in faults:
            y = y / C
        if "output_too_short" in faults:
            y = y[:, :, :-1]
        times = C if "bias_per_channel" in faults else K if "bias_per_tap" in faults else 1
        if bias is not None and "bias_ignored" not in faults:
            y = y + times * bias[:, None]
        if "output_axes_swapped" in faults:
            y = y.transpose(1, 2)
        if "wrong_dtype" in faults:
            y = y.float()
        if "returns_nothing" in faults:
            return None
        return y.detach() if "no_gradient" in faults else y

    return conv1d


CALLS = {
    "plain": {},
    "stride 3": {"stride": 3},
    "padding": {"padding": 2},
    "dilation": {"dilation": 2},
    "all": {"stride": 2, "padding": 1, "dilation": 2},
    "causal": {"causal": True},
    "causal, all": {"causal": True, "stride": 2, "dilation": 2},
}


def observe(conv1d, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    B, C = 2, number(generator, 2, 3)
    outputs, T = C + 1, number(generator, 14, 16)
    # five taps tell one step ahead from padding on both sides
    values = [normal(generator, B, C, T), normal(generator, outputs, C, 5), normal(generator, outputs)]
    seen = {}
    for name, options in CALLS.items():
        for biased in (True, False) if name in ("plain", "causal") else (True,):
            inputs = [value.clone().requires_grad_() for value in values[: 3 if biased else 2]]
            key = f"{name}, {'with' if biased else 'no'} bias"
            seen[key] = outcome(lambda: conv1d(*inputs, **options))  # noqa: B023 (called at once)
            seen[f"{key}: gradients"] = gradients(seen[key], inputs)
            seen[f"{key}: inputs"] = [i.detach().clone() for i in inputs]
    one = [values[0][:1].clone(), values[1].clone(), values[2].clone()]
    seen["one sequence"] = outcome(lambda: conv1d(*one))
    return seen
