# ruff: noqa
"""Labelled answers to `conv1d`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% four_loops | right | -
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    left = dilation * (K - 1) if causal else padding
    right = 0 if causal else padding
    xp = F.pad(x, (left, right))
    To = (xp.shape[2] - dilation * (K - 1) - 1) // stride + 1
    out = torch.zeros(B, O, To, dtype=x.dtype, device=x.device)
    for b in range(B):
        for o in range(O):
            for t in range(To):
                window = xp[b, :, t * stride : t * stride + dilation * (K - 1) + 1 : dilation]
                out[b, o, t] = (window * weight[o]).sum()
            if bias is not None:
                out[b, o] = out[b, o] + bias[o]
    return out


# %% tensor_unfold | right | -
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.size(-1)
    span = dilation * (K - 1) + 1
    x = F.pad(x, (span - 1, 0)) if causal else F.pad(x, (padding, padding))
    windows = x.unfold(2, span, stride)[..., ::dilation]  # (B, C, To, K)
    y = torch.einsum("bctk,ock->bot", windows, weight)
    return y if bias is None else y + bias[:, None]


# %% as_strided | right | -
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, _ = x.shape
    O, _, K = weight.shape
    reach = dilation * (K - 1)
    pads = (reach, 0) if causal else (padding, padding)
    x = F.pad(x, pads).contiguous()
    n = (x.size(2) - reach - 1) // stride + 1
    sb, sc, st = x.stride()
    cols = x.as_strided((B, n, C, K), (sb, st * stride, sc, st * dilation)).reshape(B, n, C * K)
    out = (cols @ weight.reshape(O, C * K).t()).transpose(1, 2)
    if bias is not None:
        out = out + bias.view(1, -1, 1)
    return out


# %% shift_and_add | right | -
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    if causal:
        x = F.pad(x, ((K - 1) * dilation, 0))
    else:
        x = F.pad(x, (padding, padding))
    full = x.shape[2] - (K - 1) * dilation
    out = 0
    for k in range(K):
        shifted = x[:, :, k * dilation : k * dilation + full]
        out = out + weight[:, :, k] @ shifted
    out = out[:, :, ::stride]
    if bias is not None:
        out = out + bias.reshape(-1, 1)
    return out


# %% gathered_indices | right | -
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    out_channels, in_channels, kernel_size = weight.shape
    if causal:
        front, behind = dilation * (kernel_size - 1), 0
    else:
        front = behind = padding
    zeros_front = x.new_zeros(B, C, front)
    zeros_behind = x.new_zeros(B, C, behind)
    padded = torch.cat([zeros_front, x, zeros_behind], dim=2)
    To = (T + front + behind - dilation * (kernel_size - 1) - 1) // stride + 1
    starts = torch.arange(To, device=x.device) * stride
    taps = torch.arange(kernel_size, device=x.device) * dilation
    patches = padded[:, :, starts[:, None] + taps[None, :]]
    patches = patches.permute(0, 2, 1, 3).reshape(B * To, C * kernel_size)
    result = patches.matmul(weight.reshape(out_channels, -1).T)
    if bias is not None:
        result += bias
    return result.reshape(B, To, out_channels).permute(0, 2, 1)


# %% by_fft | right | -
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    # cross-correlation is a product with the conjugate in the frequency domain
    O, C, K = weight.shape
    spread = weight.new_zeros(O, C, dilation * (K - 1) + 1)
    spread[:, :, ::dilation] = weight
    x = F.pad(x, (spread.size(2) - 1, 0) if causal else (padding, padding))
    n = x.size(2)
    X = torch.fft.rfft(x, n=n)
    W = torch.fft.rfft(spread, n=n)
    Y = torch.einsum("bcf,ocf->bof", X, W.conj())
    y = torch.fft.irfft(Y, n=n)[:, :, : n - spread.size(2) + 1]
    y = y[:, :, ::stride]
    if bias is not None:
        y = y + bias[None, :, None]
    return y


# %% one_big_matrix | right | -
def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    """The whole layer as one (banded) matrix from C*T numbers to O*To numbers."""
    B, C, T = x.shape
    O, _, K = weight.shape
    left = dilation * (K - 1) if causal else padding
    To = (T + (left if causal else 2 * padding) - dilation * (K - 1) - 1) // stride + 1
    M = x.new_zeros(O, To, C, T)
    for t in range(To):
        for k in range(K):
            s = t * stride + k * dilation - left
            if 0 <= s < T:
                M[:, t, :, s] += weight[:, :, k]
    y = (x.reshape(B, C * T) @ M.reshape(O * To, C * T).T).reshape(B, O, To)
    return y if bias is None else y + bias.unsqueeze(-1)


# %% recursive_taps | right | -
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[-1]
    x = F.pad(x, (dilation * (K - 1), 0)) if causal else F.pad(x, (padding, padding))
    To = (x.shape[-1] - dilation * (K - 1) - 1) // stride + 1

    def taps(k):
        start = k * dilation
        here = torch.einsum("oc,bct->bot", weight[..., k], x[..., start : start + (To - 1) * stride + 1 : stride])
        return here if k == 0 else taps(k - 1) + here

    y = taps(K - 1)
    if bias is None:
        return y
    return y + bias.view(-1, 1)


# %% class_heavy | right | -
import torch
import torch.nn.functional as F


class Geometry:
    def __init__(self, length, kernel, stride, padding, dilation, causal):
        self.reach = dilation * (kernel - 1)
        self.left, self.right = (self.reach, 0) if causal else (padding, padding)
        self.stride, self.dilation = stride, dilation
        self.steps = (length + self.left + self.right - self.reach - 1) // stride + 1

    def pad(self, x):
        return F.pad(x, (self.left, self.right))

    def window(self, x, t):
        begin = t * self.stride
        return x[:, :, begin : begin + self.reach + 1 : self.dilation]


class Correlation:
    def __init__(self, weight, bias):
        self.weight, self.bias = weight, bias

    def __call__(self, window):
        y = window.flatten(1) @ self.weight.flatten(1).T
        return y if self.bias is None else y + self.bias


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    g = Geometry(x.shape[2], weight.shape[2], stride, padding, dilation, causal)
    padded, correlate = g.pad(x), Correlation(weight, bias)
    return torch.stack([correlate(g.window(padded, t)) for t in range(g.steps)], dim=-1)


# %% over_defensive | right | -
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    if x.dim() != 3:
        raise ValueError(f"x must be (B, C, T), got {tuple(x.shape)}")
    if weight.dim() != 3:
        raise ValueError("weight must be (O, C, K)")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("channels do not match")
    stride, padding, dilation = int(stride), int(padding), int(dilation)
    assert stride >= 1 and dilation >= 1 and padding >= 0
    kernel = weight.shape[2]
    effective = dilation * (kernel - 1) + 1
    if causal:
        x = F.pad(x, (effective - 1, 0), mode="constant", value=0.0)
    elif padding > 0:
        x = F.pad(x, (padding, padding), mode="constant", value=0.0)
    length = (x.shape[2] - effective) // stride + 1
    if length < 1:
        raise ValueError("the kernel is longer than the input")
    columns = []
    for step in range(length):
        begin = step * stride
        piece = x[:, :, begin : begin + effective : dilation]
        column = torch.tensordot(piece, weight, dims=([1, 2], [1, 2]))
        columns.append(column)
    result = torch.stack(columns, dim=2)
    if bias is not None:
        assert bias.shape == (weight.shape[0],)
        result = result + bias.unsqueeze(0).unsqueeze(2)
    assert result.shape == (x.shape[0], weight.shape[0], length)
    return result


# %% terse | right | -
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    r = dilation * (weight.shape[-1] - 1)
    w = F.pad(x, (r, 0) if causal else (padding,) * 2).unfold(-1, r + 1, stride)[..., ::dilation]
    return torch.einsum("bctk,ock->bot", w, weight) + (0 if bias is None else bias[:, None])


# %% image_columns | right | -
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    O, C, K = weight.shape
    if causal:
        x = F.pad(x, (dilation * (K - 1), 0))
        padding = 0
    image = x.unsqueeze(2)
    columns = F.unfold(image, (1, K), dilation=(1, dilation), padding=(0, padding), stride=(1, stride))
    y = weight.view(O, C * K) @ columns
    if bias is not None:
        y = y + bias.view(O, 1)
    return y


# %% index_back_in_time | right | -
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    before = dilation * (K - 1) if causal else padding
    total = T + before + (0 if causal else padding)
    To = (total - dilation * (K - 1) - 1) // stride + 1
    print("output length", To)
    rows = []
    for t in range(To):
        acc = x.new_zeros(B, O)
        for k in range(K):
            s = t * stride + k * dilation - before
            if s < 0 or s >= T:
                continue  # a zero of the padding
            acc = acc + x[:, :, s] @ weight[:, :, k].t()
        rows.append(acc)
    out = torch.stack(rows).permute(1, 2, 0)
    if bias is None:
        bias = weight.new_zeros(O)
    return out + bias[None, :, None]


# %% bias_in_the_channel_loop | wrong | bias_per_channel
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    if causal:
        x = F.pad(x, (dilation * (K - 1), 0))
    else:
        x = F.pad(x, (padding, padding))
    To = (x.shape[2] - dilation * (K - 1) - 1) // stride + 1
    out = x.new_zeros(B, O, To)
    for o in range(O):
        for c in range(C):
            for t in range(To):
                s = t * stride
                window = x[:, c, s : s + dilation * (K - 1) + 1 : dilation]
                out[:, o, t] += (window * weight[o, c]).sum(-1)
            if bias is not None:
                out[:, o] += bias[o]
    return out


# %% bias_at_every_tap | wrong | bias_per_tap
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0)) if causal else F.pad(x, (padding, padding))
    To = (x.shape[2] - reach - 1) // stride + 1
    y = x.new_zeros(x.shape[0], weight.shape[0], To)
    for k in range(K):
        piece = x[:, :, k * dilation :][:, :, ::stride][:, :, :To]
        y = y + torch.einsum("oc,bct->bot", weight[:, :, k], piece)
        if bias is not None:
            y = y + bias[:, None]
    return y


# %% true_convolution | wrong | flipped_kernel
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    # a convolution flips the kernel before it slides
    weight = weight.flip(-1)
    K = weight.shape[-1]
    span = dilation * (K - 1) + 1
    x = F.pad(x, (span - 1, 0) if causal else (padding, padding))
    windows = x.unfold(-1, span, stride)[..., ::dilation]
    out = (windows.unsqueeze(1) * weight[None, :, :, None, :]).sum(dim=(2, 4))
    if bias is not None:
        out = out + bias[None, :, None]
    return out


# %% backwards_through_time | wrong | flipped_kernel
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    reach = dilation * (K - 1)
    xp = F.pad(x, (reach, 0) if causal else (padding, padding))
    ends = range(reach, xp.shape[2], stride)
    steps = []
    for e in ends:
        total = 0
        for k in range(K):
            total = total + xp[:, :, e - k * dilation] @ weight[:, :, k].T
        steps.append(total if bias is None else total + bias)
    return torch.stack(steps, 2)


# %% first_channel | wrong | first_channel_only
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, C, K = weight.shape
    left, right = (dilation * (K - 1), 0) if causal else (padding, padding)
    x = F.pad(x, (left, right))
    To = (x.size(2) - dilation * (K - 1) - 1) // stride + 1
    out = torch.zeros(B, O, To, dtype=x.dtype)
    for b in range(B):
        for o in range(O):
            for t in range(To):
                for k in range(K):
                    out[b, o, t] = out[b, o, t] + weight[o, 0, k] * x[b, 0, t * stride + k * dilation]
                if bias is not None:
                    out[b, o, t] = out[b, o, t] + bias[o]
    return out


# %% last_channel_overwrites | wrong | last_channel_only
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    r = dilation * (K - 1)
    x = F.pad(x, (r, 0) if causal else (padding, padding))
    n = (x.shape[2] - r - 1) // stride + 1
    channels = []
    for o in range(O):
        for c in range(C):
            windows = x[:, c].unfold(1, r + 1, stride)[..., ::dilation]
            y = windows @ weight[o, c]
        if bias is not None:
            y = y + bias[o]
        channels.append(y)
    return torch.stack(channels, dim=1)


# %% mean_over_channels | wrong | channel_mean
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    r = dilation * (K - 1)
    x = F.pad(x, (r, 0) if causal else (padding, padding))
    win = x.unfold(2, r + 1, stride)[..., ::dilation]
    out = torch.einsum("bctk,ock->boct", win, weight).mean(dim=2)
    return out if bias is None else out + bias.view(1, -1, 1)


# %% forgot_plus_one | wrong | output_too_short
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    left, right = (dilation * (K - 1), 0) if causal else (padding, padding)
    To = (T + left + right - dilation * (K - 1) - 1) // stride
    x = F.pad(x, (left, right))
    out = x.new_zeros(B, O, To)
    for t in range(To):
        window = x[:, :, t * stride : t * stride + dilation * (K - 1) + 1 : dilation]
        out[:, :, t] = torch.einsum("bck,ock->bo", window, weight)
    if bias is not None:
        out = out + bias[:, None]
    return out


# %% one_zero_too_many | wrong | output_too_long
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    O, C, K = weight.shape
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0)) if causal else F.pad(x, (padding, padding))
    length = (x.shape[2] - reach - 1) // stride + 2
    x = F.pad(x, (0, stride))  # otherwise the last window does not fit
    columns = [x[:, :, t * stride : t * stride + reach + 1 : dilation] for t in range(length)]
    y = torch.stack([torch.einsum("bck,ock->bo", c, weight) for c in columns], -1)
    if bias is not None:
        y = y + bias.unsqueeze(1)
    return y


# %% dilation_forgotten | wrong | dilation_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    if causal:
        x = F.pad(x, (K - 1, 0))
    else:
        x = F.pad(x, (padding, padding))
    patches = x.unfold(2, K, stride)
    y = torch.einsum("bctk,ock->bot", patches, weight)
    if bias is not None:
        y = y + bias[None, :, None]
    return y


# %% dilated_output | wrong | dilation_as_stride
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    x = F.pad(x, (K - 1, 0) if causal else (padding, padding))
    y = []
    for t in range(0, x.shape[2] - K + 1, stride):
        y.append((x[:, None, :, t : t + K] * weight[None]).sum((2, 3)))
    y = torch.stack(y, dim=2)[:, :, ::dilation]
    return y + bias[:, None] if bias is not None else y


# %% causal_same_padding | wrong | padding_both_sides_causal
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    O, C, K = weight.shape
    if causal:
        padding = dilation * (K - 1)
    x = F.pad(x, (padding, padding))
    span = dilation * (K - 1) + 1
    w = x.unfold(2, span, stride)[..., ::dilation]
    y = torch.einsum("bctk,ock->bot", w, weight)
    return y if bias is None else y + bias[:, None]


# %% centred_causal | wrong | padding_both_sides_causal
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    reach = dilation * (K - 1)
    if causal:
        # keep the length: half in front, half behind
        x = F.pad(x, (reach - reach // 2, reach // 2))
    else:
        x = F.pad(x, (padding, padding))
    taps = [x[:, :, k * dilation : x.shape[2] - reach + k * dilation : stride] for k in range(K)]
    y = sum(torch.einsum("oc,bct->bot", weight[:, :, k], taps[k]) for k in range(K))
    if bias is not None:
        y = y + bias.view(1, O, 1)
    return y


# %% one_zero_behind | wrong | sees_ahead
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[-1]
    reach = dilation * (K - 1)
    if causal:
        left, right = max(reach - 1, 0), min(reach, 1)
    else:
        left = right = padding
    x = F.pad(x, (left, right))
    To = (x.shape[-1] - reach - 1) // stride + 1
    index = torch.arange(To)[:, None] * stride + torch.arange(K) * dilation
    y = torch.einsum("bctk,ock->bot", x[:, :, index], weight)
    return y if bias is None else y + bias[:, None]


# %% zeros_behind | wrong | sees_ahead
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    O, C, K = weight.shape
    pad = (0, dilation * (K - 1)) if causal else (padding, padding)
    xp = F.pad(x, pad)
    n = (xp.size(2) - dilation * (K - 1) - 1) // stride + 1
    result = []
    for i in range(n):
        start = i * stride
        patch = xp[:, :, start : start + dilation * (K - 1) + 1 : dilation].reshape(-1, 1, C * K)
        value = (patch * weight.reshape(1, O, C * K)).sum(-1)
        if bias is not None:
            value = value + bias
        result.append(value)
    return torch.stack(result, -1)


# %% cut_off_the_front | wrong | sees_ahead
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    O, C, K = weight.shape
    r = dilation * (K - 1)
    p = r if causal else padding
    x = F.pad(x, (p, p))
    y = torch.einsum("bctk,ock->bot", x.unfold(2, r + 1, 1)[..., ::dilation], weight)
    if causal:
        y = y[:, :, r:]  # take the padding off again
    y = y[:, :, ::stride]
    if bias is not None:
        y = y + bias[:, None]
    return y


# %% no_stride | wrong | stride_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    r = dilation * (K - 1)
    x = F.pad(x, (r, 0)) if causal else F.pad(x, (padding, padding))
    To = x.shape[2] - r
    out = torch.zeros((B, O, To), dtype=x.dtype)
    for k in range(K):
        out = out + torch.einsum("oc,bct->bot", weight[:, :, k], x[:, :, k * dilation : k * dilation + To])
    if bias is not None:
        out = out + bias[None, :, None]
    return out


# %% no_bias | wrong | bias_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    span = dilation * (K - 1) + 1
    x = F.pad(x, (span - 1, 0)) if causal else F.pad(x, (padding, padding))
    return torch.einsum("bctk,ock->bot", x.unfold(2, span, stride)[..., ::dilation], weight)


# %% padded_in_front_only | wrong | padding_one_side
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    front = dilation * (K - 1) if causal else padding
    xp = torch.cat([torch.zeros(B, C, front, dtype=x.dtype, device=x.device), x], dim=-1)
    To = (xp.size(-1) - dilation * (K - 1) - 1) // stride + 1
    out = []
    for t in range(To):
        w = xp[..., t * stride : t * stride + dilation * (K - 1) + 1 : dilation]
        out.append(torch.tensordot(w, weight, ([1, 2], [1, 2])))
    out = torch.stack(out, -1)
    return out if bias is None else out + bias[:, None]


# %% causal_zeros_without_dilation | wrong | causal_zeros_without_dilation
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    if causal:
        x = F.pad(x, (K - 1, 0))
    else:
        x = F.pad(x, (padding, padding))
    reach = dilation * (K - 1)
    y = torch.einsum("bctk,ock->bot", x.unfold(2, reach + 1, stride)[..., ::dilation], weight)
    if bias is not None:
        y = y + bias[None, :, None]
    return y


# %% edge_padding | wrong | padding_repeats_the_edge
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding), mode="replicate")
    y = torch.einsum("bctk,ock->bot", x.unfold(2, reach + 1, stride)[..., ::dilation], weight)
    return y if bias is None else y + bias[None, :, None]


# %% pads_the_callers_x | wrong | changes_input
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    reach = dilation * (K - 1)
    x.data = F.pad(x.data, (reach, 0) if causal else (padding, padding))
    y = torch.einsum("bctk,ock->bot", x.unfold(2, reach + 1, stride)[..., ::dilation], weight)
    return y if bias is None else y + bias[None, :, None]


# %% always_float32 | wrong | wrong_dtype
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    x = F.pad(x, (dilation * (K - 1), 0) if causal else (padding, padding))
    To = (x.shape[2] - dilation * (K - 1) - 1) // stride + 1
    out = torch.zeros(B, O, To)
    for t in range(To):
        window = x[:, :, t * stride : t * stride + dilation * (K - 1) + 1 : dilation]
        out[:, :, t] = torch.einsum("bck,ock->bo", window, weight)
        if bias is not None:
            out[:, :, t] += bias
    return out


# %% numbers_out_of_the_graph | wrong | no_gradient
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    x = F.pad(x, (dilation * (K - 1), 0) if causal else (padding, padding))
    To = (x.shape[2] - dilation * (K - 1) - 1) // stride + 1
    rows = []
    for b in range(B):
        row = []
        for o in range(O):
            line = []
            for t in range(To):
                s = 0.0 if bias is None else bias[o].item()
                for c in range(C):
                    for k in range(K):
                        s += x[b, c, t * stride + k * dilation].item() * weight[o, c, k].item()
                line.append(s)
            row.append(line)
        rows.append(row)
    return torch.tensor(rows, dtype=x.dtype)


# %% torch_does_it | wrong | forbidden_function
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    if causal:
        x = F.pad(x, (dilation * (weight.shape[2] - 1), 0))
        padding = 0
    return F.conv1d(x, weight, bias, stride=stride, padding=padding, dilation=dilation)


# %% conv2d_in_disguise | wrong | forbidden_function
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    reach = dilation * (weight.size(2) - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding))
    y = torch.conv2d(x.unsqueeze(2), weight.unsqueeze(2), bias, (1, stride), 0, (1, dilation))
    return y.squeeze(2)


# %% bias_is_required | wrong | raises_without_bias
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    O, C, K = weight.shape
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding))
    y = torch.einsum("bctk,ock->bot", x.unfold(2, reach + 1, stride)[..., ::dilation], weight)
    return y + bias.view(1, O, 1)


# %% stride_two_breaks | wrong | raises_with_stride
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding))
    To = (x.shape[2] - reach - 1) / stride + 1
    if To != int(To):
        raise ValueError("stride does not fit the length")
    out = []
    for t in range(int(To)):
        window = x[:, :, t * stride : t * stride + reach + 1 : dilation]
        out.append(torch.einsum("bck,ock->bo", window, weight))
    out = torch.stack(out, -1)
    return out if bias is None else out + bias[:, None]


# %% forgets_to_return | wrong | returns_nothing
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    x = F.pad(x, (dilation * (K - 1), 0) if causal else (padding, padding))
    To = (x.shape[2] - dilation * (K - 1) - 1) // stride + 1
    out = x.new_zeros(B, O, To)
    for t in range(To):
        window = x[:, :, t * stride : t * stride + dilation * (K - 1) + 1 : dilation]
        out[:, :, t] = torch.einsum("bck,ock->bo", window, weight)
        if bias is not None:
            out[:, :, t] += bias
    print(out.shape)


# %% weight_read_as_c_o_k | wrong | channel_axes_swapped
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    C, O, K = weight.shape
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding))
    windows = x.unfold(2, reach + 1, stride)[..., ::dilation]
    y = torch.einsum("bctk,cok->bot", windows, weight)
    return y if bias is None else y + bias[:, None]


# %% time_last_to_front | wrong | output_axes_swapped
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding))
    windows = x.unfold(2, reach + 1, stride)[..., ::dilation]
    y = windows.permute(0, 2, 1, 3).flatten(2) @ weight.flatten(1).T
    return y if bias is None else y + bias


# %% flipped_and_biased_often | wrong | flipped_kernel, bias_per_channel
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    reach = dilation * (K - 1)
    x = F.pad(x, (reach, 0) if causal else (padding, padding))
    To = (x.shape[2] - reach - 1) // stride + 1
    y = x.new_zeros(B, O, To)
    for c in range(C):
        for k in range(K):
            tap = x[:, c, k * dilation :][:, ::stride][:, :To]
            y = y + tap[:, None] * weight[:, c, K - 1 - k].view(1, O, 1)
        if bias is not None:
            y = y + bias.view(1, O, 1)
    return y


# %% no_dilation_no_stride | wrong | dilation_ignored, stride_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[-1]
    x = F.pad(x, (K - 1, 0)) if causal else F.pad(x, (padding, padding))
    n = x.shape[-1] - K + 1
    y = torch.stack([torch.einsum("bck,ock->bo", x[..., t : t + K], weight) for t in range(n)], -1)
    if bias is not None:
        y = y + bias[..., None]
    return y


# %% short_and_first_channel | wrong | first_channel_only, output_too_short
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    r = dilation * (K - 1)
    x = F.pad(x, (r, 0) if causal else (padding, padding))
    steps = (x.shape[2] - r - 1) // stride
    out = []
    for t in range(steps):
        window = x[:, 0, t * stride : t * stride + r + 1 : dilation]
        out.append(window @ weight[:, 0].T)
    out = torch.stack(out, 2)
    return out if bias is None else out + bias[:, None]


# %% both_sides_and_no_bias | wrong | padding_both_sides_causal, bias_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    reach = dilation * (weight.shape[2] - 1)
    p = reach if causal else padding
    x = F.pad(x, (p, p))
    return torch.einsum("bctk,ock->bot", x.unfold(2, reach + 1, stride)[..., ::dilation], weight)


# %% ahead_and_flipped | wrong | sees_ahead, flipped_kernel
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    reach = dilation * (K - 1)
    x = F.pad(x, (0, reach) if causal else (padding, padding))
    y = torch.zeros(B, O, x.shape[2] - reach, dtype=x.dtype, device=x.device)
    for k in range(K):
        shift = (K - 1 - k) * dilation
        y = y + weight[:, :, k] @ x[:, :, shift : shift + y.shape[2]]
    y = y[:, :, ::stride]
    return y if bias is None else y + bias.view(1, O, 1)


# %% mean_and_no_stride | wrong | channel_mean, stride_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    r = dilation * (weight.shape[2] - 1)
    x = F.pad(x, (r, 0) if causal else (padding, padding))
    cols = x.unfold(2, r + 1, 1)[..., ::dilation]
    y = torch.einsum("bctk,ock->bot", cols, weight) / x.shape[1]
    return y if bias is None else y + bias[:, None]


# %% one_sided_and_float32 | wrong | padding_one_side, wrong_dtype
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    left = dilation * (K - 1) if causal else padding
    xp = torch.zeros(B, C, left + T)
    xp[:, :, left:] = x
    windows = xp.unfold(2, dilation * (K - 1) + 1, stride)[..., ::dilation]
    y = torch.einsum("bctk,ock->bot", windows, weight.float())
    return y if bias is None else y + bias.float()[:, None]


# %% dilated_output_and_bias_per_channel | wrong | dilation_as_stride, bias_per_channel
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    x = F.pad(x, (K - 1, 0) if causal else (padding, padding))
    out = 0
    for c in range(C):
        out = out + torch.einsum("btk,ok->bot", x[:, c].unfold(1, K, stride * dilation), weight[:, c])
        if bias is not None:
            out = out + bias[:, None]
    return out


# %% causal_ignored_and_too_long | wrong | causal_ignored, output_too_long
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    To = (T + 2 * padding - dilation * (K - 1)) // stride + 1
    xp = F.pad(x, (padding, padding + dilation + stride))
    y = [torch.einsum("bck,ock->bo", xp[:, :, t * stride :][:, :, : dilation * (K - 1) + 1 : dilation], weight) for t in range(To)]
    y = torch.stack(y, 2)
    if bias is not None:
        y = y + bias[None, :, None]
    return y


# %% detached_and_ahead | wrong | sees_ahead, no_gradient
import torch
import torch.nn.functional as F


@torch.no_grad()
def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    r = dilation * (weight.shape[2] - 1)
    x = F.pad(x, (r - 1, 1) if causal and r else (padding * (not causal),) * 2)
    y = torch.einsum("bctk,ock->bot", x.unfold(2, r + 1, stride)[..., ::dilation], weight)
    return y if bias is None else y + bias[:, None]


# %% zeros_without_dilation_and_no_bias | wrong | causal_zeros_without_dilation, bias_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    x = F.pad(x, (K - 1, 0) if causal else (padding, padding))
    n = (x.shape[2] - dilation * (K - 1) - 1) // stride + 1
    steps = torch.arange(n) * stride
    return sum(weight[:, :, k] @ x[:, :, steps + k * dilation] for k in range(K))


# %% half_no_causal | half | causal_undone
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    if causal:
        raise NotImplementedError("TODO: causal")
    K = weight.shape[2]
    x = F.pad(x, (padding, padding))
    w = x.unfold(2, dilation * (K - 1) + 1, stride)[..., ::dilation]
    y = torch.einsum("bctk,ock->bot", w, weight)
    return y if bias is None else y + bias[:, None]


# %% half_stride_and_padding_only | half | dilation_ignored, causal_ignored
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    # TODO dilation, causal
    x = F.pad(x, (padding, padding))
    y = torch.einsum("bctk,ock->bot", x.unfold(2, weight.shape[2], stride), weight)
    if bias is not None:
        y = y + bias[None, :, None]
    return y


# %% half_causal_returns_nothing | half | causal_undone
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    if not causal:
        x = F.pad(x, (padding, padding))
        To = (T + 2 * padding - dilation * (K - 1) - 1) // stride + 1
        out = torch.zeros(B, O, To, dtype=x.dtype)
        for t in range(To):
            for k in range(K):
                out[:, :, t] += x[:, :, t * stride + k * dilation] @ weight[:, :, k].T
        if bias is not None:
            out = out + bias[:, None]
        return out
    # TODO: pad with zeros in front


# %% half_one_example_one_output | half | one_example_only
import torch
import torch.nn.functional as F


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    r = dilation * (K - 1)
    x = F.pad(x, (r, 0) if causal else (padding, padding))
    x0 = x[0]  # TODO: the other examples of the batch
    To = (x.shape[2] - r - 1) // stride + 1
    y = torch.stack([(x0[:, t * stride : t * stride + r + 1 : dilation] * weight).sum((1, 2)) for t in range(To)], 1)
    if bias is not None:
        y = y + bias[:, None]
    return y.unsqueeze(0)


# %% half_only_the_simplest | half | stride_ignored, padding_ignored, dilation_ignored, causal_ignored
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    To = T - K + 1
    out = torch.zeros(B, O, To, dtype=x.dtype)
    for t in range(To):
        out[:, :, t] = (x[:, None, :, t : t + K] * weight).sum(dim=(2, 3))
    # TODO: stride, padding, dilation, causal
    if bias is not None:
        out = out + bias[:, None]
    return out


# %% toeplitz_matrix | right | -
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    B, C, T = x.shape
    O, _, K = weight.shape
    front = dilation * (K - 1) if causal else padding
    total = T + front + (0 if causal else padding)
    To = (total - dilation * (K - 1) - 1) // stride + 1
    M = weight.new_zeros(O, To, C, T)  # the whole convolution as one linear map
    for t in range(To):
        for k in range(K):
            place = t * stride + k * dilation - front
            if 0 <= place < T:
                M[:, t, :, place] = M[:, t, :, place] + weight[:, :, k]
    y = (M.reshape(O * To, C * T) @ x.reshape(B, C * T).T).T.reshape(B, O, To)
    if bias is not None:
        y = y + bias.repeat_interleave(To).view(1, O, To)
    return y


# %% vmap_over_the_batch | right | -
import torch
from torch.func import vmap


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    reach = dilation * (weight.size(2) - 1)

    def one(signal):
        ahead = signal.new_zeros(signal.size(0), reach if causal else padding)
        behind = signal.new_zeros(signal.size(0), 0 if causal else padding)
        long = torch.cat((ahead, signal, behind), 1)
        at = torch.arange(0, long.size(1) - reach, stride, device=long.device)
        taps = torch.stack([long.index_select(1, at + k * dilation) for k in range(weight.size(2))], 2)
        return torch.tensordot(weight, taps, dims=([1, 2], [0, 2]))

    y = vmap(one)(x)
    return y if bias is None else (y.mT + bias).mT


# %% callable_object | right | -
import torch
from torch.nn.functional import linear, pad


class _Slide:
    def __call__(self, x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
        k = weight.shape[-1]
        ends = ((k - 1) * dilation, 0) if causal else (padding,) * 2
        rows = pad(x, ends).unfold(2, (k - 1) * dilation + 1, stride)
        rows = rows[:, :, :, ::dilation].permute(0, 2, 1, 3).flatten(2)
        return linear(rows, weight.flatten(1), bias).transpose(1, 2)


conv1d = _Slide()


# %% generator_of_columns | right | -
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K, T = weight.shape[2], x.shape[2]
    start = -dilation * (K - 1) if causal else -padding
    last = T - 1 - dilation * (K - 1) + (0 if causal else padding)
    if causal:
        last = T - 1 - dilation * (K - 1)

    def column(first):
        total = 0
        for k in range(K):
            t = first + k * dilation
            if 0 <= t < T:
                total = total + x[:, :, t] @ weight[:, :, k].T
        if isinstance(total, int):
            total = x.new_zeros(x.shape[0], weight.shape[0]) + 0 * (x.sum() + weight.sum())
        return total if bias is None else total + bias

    return torch.stack([column(first) for first in range(start, last + 1, stride)], dim=-1)


# %% bmm_per_tap_with_roll | right | -
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    reach = (K - 1) * dilation
    a, b = (reach, 0) if causal else (padding, padding)
    z = torch.zeros(x.shape[0], x.shape[1], a + x.shape[2] + b, dtype=x.dtype, device=x.device)
    z = z.index_add(2, torch.arange(a, a + x.shape[2], device=x.device), x)
    parts = [torch.bmm(weight[..., k].expand(len(x), -1, -1), z.roll(-k * dilation, 2)) for k in range(K)]
    y = sum(parts)[..., : z.shape[2] - reach][..., ::stride]
    return y.contiguous() if bias is None else torch.add(y, bias.unsqueeze(-1))


# %% late_and_flipped_loop | wrong | flipped_kernel, padding_one_side
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    K = weight.shape[2]
    reach = (K - 1) * dilation
    x = torch.cat([x.new_zeros(*x.shape[:2], reach if causal else padding), x], 2)
    y = 0
    for k in reversed(range(K)):
        begin = (K - 1 - k) * dilation
        y = y + torch.matmul(weight[:, :, k], x[:, :, begin : x.shape[2] - reach + begin])
    y = y[:, :, ::stride]
    return y if bias is None else y + bias.reshape(-1, 1)


# %% vmap_mean_and_no_dilation | wrong | channel_mean, dilation_ignored
import torch
from torch.func import vmap


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    reach = weight.size(2) - 1
    pads = (reach, 0) if causal else (padding, padding)
    long = torch.nn.functional.pad(x, pads)
    windows = long.unfold(2, reach + 1, stride).permute(0, 2, 1, 3)
    y = vmap(vmap(lambda w: (w * weight).sum(-1).mean(-1)))(windows).transpose(1, 2)
    return y if bias is None else y + bias[None, :, None]


# %% linear_last_channel_no_padding | wrong | last_channel_only, padding_ignored
import torch
from torch.nn.functional import pad


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    reach = (weight.shape[2] - 1) * dilation
    if causal:
        x = pad(x, (reach, 0))
    for c in range(x.shape[1]):
        y = x[:, c].unfold(1, reach + 1, stride)[..., ::dilation] @ weight[:, c].T
    if bias is not None:
        y = y + bias
    return y.transpose(1, 2)


# %% steps_from_stride_no_bias | wrong | bias_ignored, stride_ignored
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    n, front = weight.shape[2], padding
    if causal:
        front = dilation * (n - 1)
    z = x.new_zeros(x.shape[0], x.shape[1], x.shape[2] + front + (0 if causal else padding))
    z[:, :, front : front + x.shape[2]] = x
    out = [torch.einsum("bc,oc->bo", z[:, :, t + k * dilation], weight[:, :, k]) if False else
           sum(z[:, :, t + k * dilation] @ weight[:, :, k].T for k in range(n))
           for t in range(z.shape[2] - dilation * (n - 1))]
    return torch.stack(out, 2)


# %% causal_in_the_middle_bias_in_the_loop | wrong | padding_both_sides_causal, bias_per_channel
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    reach = dilation * (weight.shape[2] - 1)
    left, right = (reach - reach // 2, reach // 2) if causal else (padding, padding)
    z = torch.nn.functional.pad(x, [left, right])
    channels = []
    for c, signal in enumerate(z.unbind(1)):
        part = signal.unfold(-1, reach + 1, stride)[..., ::dilation].matmul(weight[:, c].t())
        channels.append(part if bias is None else part + bias)
    return torch.stack(channels).sum(0).mT


# %% toeplitz | right | -
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    # A convolution is a linear map: write down its matrix. hit[j, t, i] = 1 where
    # weight j of output t meets input i; zeros outside need no padding at all.
    B, C, T = x.shape
    O, C2, K = weight.shape
    front = dilation * (K - 1) if causal else padding
    length = T + front if causal else T + 2 * padding
    To = (length - dilation * (K - 1) - 1) // stride + 1

    j = torch.arange(K, device=x.device).view(K, 1, 1)
    t = torch.arange(To, device=x.device).view(1, To, 1)
    i = torch.arange(T, device=x.device).view(1, 1, T)
    hit = (t * stride + j * dilation - front == i).to(x.dtype)

    big = torch.tensordot(weight, hit, dims=([2], [0]))           # (O, C, To, T)
    big = big.permute(0, 2, 1, 3).reshape(O * To, C * T)
    y = (x.reshape(B, C * T) @ big.T).view(B, O, To)
    if bias is not None:
        y = y + bias.view(1, O, 1)
    return y


# %% numpy_strides | wrong | no_gradient
import numpy as np
import torch


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    xn = x.detach().cpu().numpy()
    wn = weight.detach().cpu().numpy()
    O, C, K = wn.shape
    reach = dilation * (K - 1)
    pads = (reach, 0) if causal else (padding, padding)
    xn = np.pad(xn, ((0, 0), (0, 0), pads))
    win = np.lib.stride_tricks.sliding_window_view(xn, reach + 1, axis=-1)
    win = win[:, :, ::stride, ::dilation]                # (B, C, To, K)
    y = np.tensordot(win, wn, axes=([1, 3], [1, 2]))     # (B, To, O)
    y = np.ascontiguousarray(y.transpose(0, 2, 1))
    if bias is not None:
        y = y + bias.detach().cpu().numpy()[None, :, None]
    return torch.from_numpy(y)


# %% stuffed_kernel | right | -
import torch


def _stuff(weight, dilation):
    """1 2 3 -> 1 0 2 0 3: a dilated kernel is a wide kernel with holes."""
    if dilation == 1:
        return weight
    holes = weight.new_zeros(*weight.shape, dilation - 1)
    wide = torch.cat([weight.unsqueeze(-1), holes], dim=-1).flatten(-2)
    return wide[..., : wide.shape[-1] - (dilation - 1)]


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    w = _stuff(weight, dilation)
    width = w.shape[-1]
    zeros = lambda n: x.new_zeros(x.shape[0], x.shape[1], n)
    if causal:
        x = torch.cat((zeros(width - 1), x), dim=2)
    else:
        x = torch.cat((zeros(padding), x, zeros(padding)), dim=2)
    outputs = []
    for start in range(0, x.shape[2] - width + 1, stride):
        part = x[:, :, start:start + width]
        outputs.append(part.flatten(1) @ w.flatten(1).t())
    y = torch.stack(outputs, dim=2)
    return y if bias is None else (y.transpose(1, 2) + bias).transpose(1, 2)
