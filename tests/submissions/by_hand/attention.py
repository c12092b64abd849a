# ruff: noqa
"""Labelled answers to `attention`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% masked_fill_and_nan_to_zero | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    scores = q @ k.transpose(-2, -1) / d**0.5
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths.to(q.device)[:, None])[:, None, None, :]
    if causal:
        mask = mask & torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights


# %% exp_and_renormalise | right | -
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.size(2)
    see = torch.ones(B, nH, T, S, device=q.device, dtype=q.dtype)
    if lengths is not None:
        for b in range(B):
            see[b, :, :, int(lengths[b]) :] = 0
    if causal:
        see = see.tril()
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(d)
    scores = scores - scores.detach().masked_fill(see == 0, -1e30).amax(-1, keepdim=True)
    e = torch.exp(scores.clamp(max=0)) * see
    total = e.sum(-1, keepdim=True)
    weights = e / torch.where(total > 0, total, torch.ones_like(total))
    output = torch.einsum("bhts,bhsd->bhtd", weights, v)
    return output, weights


# %% smallest_number_then_zero | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    d = q.shape[-1]
    T, S = q.shape[-2], k.shape[-2]
    allowed = q.new_ones((q.shape[0], 1, T, S), dtype=torch.bool)
    if lengths is not None:
        positions = torch.arange(S, device=q.device).view(1, 1, 1, S)
        allowed = allowed & (positions < lengths.view(-1, 1, 1, 1))
    if causal:
        t = torch.arange(T, device=q.device).view(T, 1)
        s = torch.arange(S, device=q.device).view(1, S)
        allowed = allowed & (s <= t)
    scores = (q * d**-0.5).matmul(k.mT)
    scores = torch.where(allowed, scores, torch.finfo(scores.dtype).min)
    weights = scores.softmax(-1) * allowed
    return weights.matmul(v), weights


# %% additive_mask | right | -
import math

import torch
import torch.nn.functional as F


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[-2]
    bias = torch.zeros(B, 1, T, S, dtype=q.dtype, device=q.device)
    if causal:
        bias = bias.masked_fill(torch.ones(T, S, device=q.device).triu(1).bool(), -math.inf)
    if lengths is not None:
        hidden = torch.arange(S, device=q.device)[None] >= lengths[:, None]
        bias = bias.masked_fill(hidden[:, None, None], -math.inf)
    blind = (bias == -math.inf).all(-1, keepdim=True)  # sees nothing: let it see all, and take it out afterwards
    bias = bias.masked_fill(blind, 0.0)
    weights = F.softmax(q @ k.transpose(2, 3) / math.sqrt(d) + bias, dim=-1)
    weights = weights.masked_fill(blind, 0.0)
    return weights @ v, weights


# %% loops | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    W = []
    for b in range(B):
        for h in range(nH):
            for t in range(T):
                n = S if lengths is None else int(lengths[b])
                if causal:
                    n = min(n, t + 1)
                zeros = q.new_zeros(S - n)
                if n == 0:
                    W.append(zeros)
                    continue
                s = (k[b, h, :n] * q[b, h, t]).sum(-1) / d**0.5
                W.append(torch.cat([torch.softmax(s, 0), zeros]))
    weights = torch.stack(W).view(B, nH, T, S)
    return weights @ v, weights


# %% row_by_row | right | -
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    """One example at a time, its real keys only: no mask for the padding is needed at all."""
    B, nH, T, d = q.shape
    S = k.shape[2]
    weights = torch.zeros(B, nH, T, S, dtype=q.dtype, device=q.device)
    for b in range(B):
        n = S if lengths is None else lengths[b].item()
        if n == 0:
            continue
        scores = q[b] @ k[b, :, :n].transpose(1, 2) / math.sqrt(d)
        if causal:
            ahead = torch.arange(n, device=q.device)[None, :] > torch.arange(T, device=q.device)[:, None]
            scores = scores.masked_fill(ahead, float("-inf"))
        weights[b, :, :, :n] = scores.softmax(dim=2)
    return torch.matmul(weights, v), weights


# %% batched_bmm | right | -
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S, dv = k.shape[2], v.shape[3]
    q2, k2, v2 = q.reshape(B * nH, T, d), k.reshape(B * nH, S, d), v.reshape(B * nH, S, dv)
    scores = torch.bmm(q2, k2.transpose(1, 2)).div(math.sqrt(d))
    hide = torch.zeros(B * nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        per_head = lengths.repeat_interleave(nH)  # each row's length once per head
        hide |= torch.arange(S, device=q.device)[None, None, :] >= per_head[:, None, None]
    if causal:
        hide |= torch.triu(torch.ones(T, S, dtype=torch.bool, device=q.device), diagonal=1)
    scores = scores.masked_fill(hide, float("-inf"))
    weights = torch.softmax(scores, -1).masked_fill(hide, 0)
    output = torch.bmm(weights, v2)
    return output.view(B, nH, T, dv), weights.view(B, nH, T, S)


# %% class_heavy | right | -
import math

import torch


class Sight:
    """Who may look where: True = may look."""

    def __init__(self, B, T, S, device):
        self.mask = torch.full((B, 1, T, S), True, device=device)

    def only_real(self, lengths):
        S = self.mask.shape[-1]
        real = torch.arange(S, device=self.mask.device).expand(len(lengths), S) < lengths.unsqueeze(1)
        self.mask = torch.logical_and(self.mask, real[:, None, None, :])
        return self

    def no_future(self):
        self.mask = torch.tril(self.mask)
        return self


class Softmax:
    def __init__(self, mask):
        self.mask = mask

    def __call__(self, scores):
        top = scores.masked_fill(~self.mask, torch.finfo(scores.dtype).min).amax(-1, keepdim=True).detach()
        e = (scores - top).masked_fill(~self.mask, -torch.inf).exp()
        return e / e.sum(-1, keepdim=True).clamp(min=1e-30)


def attention(q, k, v, lengths=None, causal=False):
    sight = Sight(q.shape[0], q.shape[2], k.shape[2], q.device)
    if lengths is not None:
        sight.only_real(lengths)
    if causal:
        sight.no_future()
    weights = Softmax(sight.mask)(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]))
    return weights @ v, weights


# %% over_defensive | right | -
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    if not (q.dim() == k.dim() == v.dim() == 4):
        raise ValueError("q, k, v must be (B, nH, T, d)")
    batch, heads, queries, width = q.size()
    keys = k.size(2)
    if k.size(3) != width:
        raise ValueError("q and k differ in width")
    if v.size(2) != keys:
        raise ValueError("k and v differ in length")
    may_look = torch.ones((batch, heads, queries, keys), dtype=torch.bool, device=q.device)
    if lengths is not None:
        lengths = torch.as_tensor(lengths, device=q.device).long()
        if lengths.shape != (batch,):
            raise ValueError("lengths must be (B,)")
        for row in range(batch):
            length = int(lengths[row].item())
            if length < 0 or length > keys:
                raise ValueError("a length is out of range")
            may_look[row, :, :, length:] = False
    if causal:
        for position in range(queries):
            may_look[:, :, position, position + 1 :] = False
    scale = 1.0 / math.sqrt(float(width))
    scores = torch.matmul(q, k.permute(0, 1, 3, 2)) * scale
    scores = torch.where(may_look, scores, torch.full_like(scores, float("-inf")))
    something = may_look.any(dim=-1, keepdim=True)
    scores = torch.where(something, scores, torch.zeros_like(scores))
    weights = torch.softmax(scores, dim=-1)
    weights = torch.where(something, weights, torch.zeros_like(weights))
    output = torch.matmul(weights, v)
    assert output.shape == (batch, heads, queries, v.size(3))
    return output, weights


# %% terse | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    s = q @ k.mT / q.shape[-1] ** 0.5
    m = torch.ones_like(s, dtype=torch.bool)
    if lengths is not None:
        m = m & (torch.arange(k.shape[2], device=q.device) < lengths[:, None, None, None])
    m = m.tril() if causal else m
    w = s.masked_fill(~m, -1e30).softmax(-1) * m
    return w @ v, w


# %% recursive_over_heads | right | -
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    if q.shape[1] > 1:
        first = attention(q[:, :1], k[:, :1], v[:, :1], lengths, causal)
        rest = attention(q[:, 1:], k[:, 1:], v[:, 1:], lengths, causal)
        return torch.cat([first[0], rest[0]], 1), torch.cat([first[1], rest[1]], 1)
    q, k, v = q[:, 0], k[:, 0], v[:, 0]
    T, S = q.shape[1], k.shape[1]
    scores = torch.baddbmm(q.new_zeros(len(q), T, S), q, k.transpose(1, 2), alpha=1 / math.sqrt(q.shape[2]))
    mask = torch.zeros(len(q), T, S, dtype=torch.bool, device=q.device)
    for i in range(len(q)):
        mask[i, :, : S if lengths is None else lengths[i]] = True
    if causal:
        mask = mask & (torch.arange(T)[:, None] >= torch.arange(S)).to(q.device)
    weights = scores.masked_fill(mask.logical_not(), -float("inf")).softmax(2)
    weights = torch.where(mask, weights, weights.new_zeros(()))
    return (weights @ v)[:, None], weights[:, None]


# %% log_sum_exp | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    visible = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        visible &= (torch.arange(S, device=q.device)[None, :] < lengths[:, None]).reshape(B, 1, 1, S)
    if causal:
        visible &= torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    print("visible", visible.sum().item())
    scores = torch.einsum("...td,...sd->...ts", q, k) * d ** (-1 / 2)
    scores = scores.masked_fill(~visible, -1e9)
    norm = torch.logsumexp(scores, dim=-1, keepdim=True)
    weights = torch.exp(scores - norm) * visible.to(scores.dtype)
    return torch.einsum("...ts,...sd->...td", weights, v), weights


# %% no_scale | wrong | not_scaled
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask &= (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None]
    if causal:
        mask &= torch.tril(torch.ones(T, S, dtype=torch.bool, device=q.device))
    scores = (q @ k.transpose(-2, -1)).masked_fill(~mask, float("-inf"))
    weights = scores.softmax(-1).masked_fill(~mask, 0)
    return weights @ v, weights


# %% root_of_the_values_width | wrong | scaled_by_other_width
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    d_k = v.size(-1)
    T, S = q.size(-2), k.size(-2)
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d_k)
    mask = torch.ones(q.size(0), 1, T, S, device=q.device).bool()
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device)[None] < lengths[:, None])[:, None, None]
    if causal:
        mask = mask & torch.ones(T, S, device=q.device).tril().bool()
    scores = scores.masked_fill(~mask, -1e9)
    p_attn = scores.softmax(dim=-1) * mask
    return torch.matmul(p_attn, v), p_attn


# %% root_of_all_heads_width | wrong | scaled_by_other_width
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    embed_dim = nH * d
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(embed_dim)
    hide = torch.zeros(B, nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        for b, n in enumerate(lengths.tolist()):
            hide[b, :, :, n:] = True
    if causal:
        hide = hide | torch.ones(T, S, dtype=torch.bool, device=q.device).triu(1)
    weights = scores.masked_fill(hide, -math.inf).softmax(-1).masked_fill(hide, 0)
    return torch.einsum("bhts,bhsd->bhtd", weights, v), weights


# %% root_of_the_length | wrong | scaled_by_other_width
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, S = *q.shape[:3], k.shape[2]
    may = torch.ones(B, nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        may &= torch.arange(S, device=q.device) < lengths.view(B, 1, 1, 1)
    if causal:
        may = may.tril()
    s = q @ k.mT / math.sqrt(T)
    w = torch.where(may, s, -1e20).softmax(-1)
    w = torch.where(may, w, 0.0)
    return w @ v, w


# %% divided_by_d | wrong | divided_by_d
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = q.new_ones(B, 1, T, S).bool()
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths.reshape(-1, 1)).reshape(B, 1, 1, S)
    if causal:
        mask = mask.tril()
    scores = q @ k.permute(0, 1, 3, 2) / d
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    weights = torch.where(mask, weights, torch.zeros_like(weights))
    return weights @ v, weights


# %% lengths_of_the_queries | wrong | lengths_on_queries
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        real = torch.arange(T, device=q.device) < lengths[:, None]
        mask = mask & real[:, None, :, None]
    if causal:
        mask = mask & torch.tril(torch.ones(T, S, dtype=torch.bool, device=q.device))
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1).masked_fill(~mask, 0.0)
    return weights @ v, weights


# %% multiplied_after_the_softmax | wrong | mask_after_softmax
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(d), dim=-1)
    if lengths is not None:
        mask = torch.arange(S, device=q.device)[None, :] < lengths[:, None]
        weights = weights * mask[:, None, None, :]
    if causal:
        weights = weights.tril()
    return weights @ v, weights


# %% score_zero | wrong | score_zero_for_hidden
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(d)
    mask = torch.ones(B, 1, T, S, device=q.device, dtype=q.dtype)
    if lengths is not None:
        mask = mask * (torch.arange(S, device=q.device) < lengths[:, None]).to(q.dtype)[:, None, None]
    if causal:
        mask = mask.tril()
    scores = scores * mask
    weights = scores.softmax(dim=-1)
    weights = weights * mask.any(-1, keepdim=True)
    return weights.matmul(v), weights


# %% one_key_too_many | wrong | lengths_off_by_one
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask &= (torch.arange(S, device=q.device) <= lengths[:, None])[:, None, None, :]
    if causal:
        mask &= torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    scores = (q / d**0.5) @ k.mT
    scores = scores.masked_fill(mask == 0, -1e9)
    weights = torch.softmax(scores, dim=-1) * mask
    return weights @ v, weights


# %% one_key_too_few | wrong | lengths_off_by_one
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    hidden = torch.zeros(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        last = (lengths - 1).view(B, 1, 1, 1)
        hidden = hidden | (torch.arange(S, device=q.device) >= last)
    if causal:
        hidden = hidden | torch.ones(T, S, dtype=torch.bool, device=q.device).triu(1)
    scores = torch.einsum("bhqd,bhkd->bhqk", q, k) / d**0.5
    weights = scores.masked_fill(hidden, -math.inf).softmax(-1).masked_fill(hidden, 0)
    return torch.einsum("bhqk,bhkd->bhqd", weights, v), weights


# %% causal_blocks_itself | wrong | causal_blocks_itself
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device)[None] < lengths[:, None])[:, None, None]
    if causal:
        i = torch.arange(T, device=q.device)
        mask = mask & (i[None, :] < i[:, None])
    scores = q @ k.transpose(-1, -2) / math.sqrt(d)
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), -1)
    weights = weights.masked_fill(~mask, 0)
    return weights @ v, weights


# %% causal_one_ahead | wrong | causal_sees_ahead
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    hide = torch.zeros(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        hide = hide | (torch.arange(S, device=q.device)[None] >= lengths[:, None])[:, None, None]
    if causal:
        hide = hide | torch.triu(torch.ones(T, S, device=q.device), diagonal=2).bool()
    scores = q @ k.transpose(-1, -2) / math.sqrt(d)
    scores = scores.masked_fill(hide, torch.finfo(q.dtype).min)
    weights = scores.softmax(-1).masked_fill(hide, 0)
    return weights @ v, weights


# %% lengths_repeated_wrongly | wrong | heads_taken_for_batch
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S, dv = k.shape[2], v.shape[3]
    q, k, v = q.reshape(B * nH, T, d), k.reshape(B * nH, S, d), v.reshape(B * nH, S, dv)
    scores = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(d)
    mask = torch.ones(B * nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        lengths = lengths.repeat(nH)
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None]
    if causal:
        mask = mask & torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1).masked_fill(~mask, 0)
    return (weights @ v).view(B, nH, T, dv), weights.view(B, nH, T, S)


# %% mask_without_head_axis | wrong | heads_taken_for_batch
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    d = q.shape[-1]
    T, S = q.shape[2], k.shape[2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    mask = torch.ones(T, S, dtype=torch.bool, device=q.device)
    if causal:
        mask = mask.tril()
    if lengths is not None:
        # (B, 1, S): broadcast against (B, nH, T, S)
        mask = mask & (torch.arange(S, device=q.device)[None, None, :] < lengths[:, None, None])
    scores = scores.masked_fill(~mask, -1e9)
    weights = torch.softmax(scores, dim=-1) * mask
    return weights @ v, weights


# %% nan_where_nothing | wrong | nan_where_nothing_to_see
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if lengths is not None:
        padding = torch.arange(S, device=q.device)[None, :] >= lengths[:, None]
        scores = scores.masked_fill(padding[:, None, None, :], float("-inf"))
    if causal:
        future = torch.triu(torch.ones(T, S, dtype=torch.bool, device=q.device), diagonal=1)
        scores = scores.masked_fill(future, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights


# %% nan_in_the_gradient | wrong | nan_gradient
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    bias = torch.zeros(B, 1, T, S, dtype=q.dtype, device=q.device)
    if lengths is not None:
        for b in range(B):
            bias[b, :, :, int(lengths[b]) :] = float("-inf")
    if causal:
        bias = bias + torch.full((T, S), float("-inf"), dtype=q.dtype, device=q.device).triu(1)
    weights = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(d) + bias, dim=-1)
    weights = torch.nan_to_num(weights, nan=0.0)
    return weights @ v, weights


# %% uniform_where_nothing | wrong | uniform_where_nothing_to_see
import math

import torch
import torch.nn.functional as F


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask & torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d)
    scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
    weights = F.softmax(scores, dim=-1)
    return torch.matmul(weights, v), weights


# %% softmax_over_the_queries | wrong | softmax_wrong_axis
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask & torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    weights = scores.masked_fill(~mask, -1e9).softmax(dim=2) * mask
    return weights @ v, weights


# %% mask_of_the_opposite_sense | wrong | mask_opposite_sense
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if lengths is not None or causal:
        mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
        if lengths is not None:
            mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
        if causal:
            mask = mask.tril()
        scores = scores.masked_fill(mask, float("-inf"))
        weights = scores.softmax(-1).masked_fill(mask, 0)
    else:
        weights = scores.softmax(-1)
    return weights @ v, weights


# %% causal_upside_down | wrong | causal_transposed
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    see = torch.ones(B, nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        see &= torch.arange(S, device=q.device) < lengths[:, None, None, None]
    if causal:
        see = see.triu()
    weights = (q @ k.mT / d**0.5).masked_fill(~see, -1e30).softmax(-1) * see
    return weights @ v, weights


# %% either_causal_or_lengths | wrong | lengths_ignored_when_causal
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    if causal:
        mask = torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    elif lengths is not None:
        mask = (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    else:
        mask = torch.ones(T, S, dtype=torch.bool, device=q.device)
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1)
    weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights


# %% scores_returned | wrong | scores_for_weights
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    attn = scores.masked_fill(~mask, -1e9).softmax(-1) * mask
    return attn @ v, scores


# %% weights_first | wrong | wrong_return_order
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    weights = scores.masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights, weights @ v


# %% output_only | wrong | one_of_two
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    return (scores.masked_fill(~mask, -1e9).softmax(-1) * mask) @ v


# %% torch_does_it | wrong | forbidden_function
import math

import torch
import torch.nn.functional as F


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    output = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    weights = (q @ k.mT / math.sqrt(d)).masked_fill(~mask, -1e9).softmax(-1) * mask
    return output, weights


# %% values_in_place | wrong | changes_input
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    if lengths is not None:
        for b in range(B):
            k.data[b, :, int(lengths[b]) :] = 0  # padding
            v.data[b, :, int(lengths[b]) :] = 0
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    weights = (q @ k.mT / d**0.5).masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


# %% scale_as_float32 | wrong | wrong_dtype
import torch


def attention(q, k, v, lengths=None, causal=False):
    q, k, v = q.float(), k.float(), v.float()
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    weights = (q @ k.mT / d**0.5).masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


# %% self_attention_only | wrong | raises_when_lengths_differ
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    mask = torch.ones(B, 1, T, T, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(T, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    weights = scores.masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


# %% detached_weights | wrong | no_gradient
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    with torch.no_grad():
        mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
        if lengths is not None:
            mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
        if causal:
            mask = mask.tril()
        scores = q @ k.transpose(-2, -1) / math.sqrt(d)
        weights = scores.masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


# %% no_scale_and_nan | wrong | not_scaled, nan_where_nothing_to_see
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    scores = torch.einsum("bhtd,bhsd->bhts", q, k)
    T, S = scores.shape[-2:]
    if lengths is not None:
        pad = torch.arange(S, device=q.device) >= lengths[:, None]
        scores = scores.masked_fill(pad[:, None, None], -math.inf)
    if causal:
        scores = scores.masked_fill(torch.ones(T, S, device=q.device).triu(1) == 1, -math.inf)
    weights = torch.softmax(scores, -1)
    return torch.einsum("bhts,bhsd->bhtd", weights, v), weights


# %% divided_by_d_and_one_key_too_many | wrong | lengths_off_by_one, divided_by_d
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.zeros(B, 1, 1, S, dtype=torch.bool, device=q.device)
    for b in range(B):
        mask[b, ..., : S if lengths is None else int(lengths[b]) + 1] = True
    mask = mask.expand(B, 1, T, S)
    if causal:
        mask = mask.tril()
    weights = (q @ k.mT / d).masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


# %% opposite_sense_and_no_scale | wrong | mask_opposite_sense, not_scaled
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    allowed = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        allowed &= (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None]
    if causal:
        allowed &= torch.ones(T, S, dtype=torch.bool, device=q.device).tril()
    scores = q @ k.transpose(2, 3)
    if lengths is not None or causal:
        scores = scores.masked_fill(allowed, -1e9)
    weights = scores.softmax(-1)
    if lengths is not None or causal:
        weights = weights.masked_fill(allowed, 0)
    return weights @ v, weights


# %% after_softmax_and_blocks_itself | wrong | mask_after_softmax, causal_blocks_itself
import torch
import torch.nn.functional as F


def attention(q, k, v, lengths=None, causal=False):
    d = q.size(-1)
    S = k.size(-2)
    weights = F.softmax(q @ k.transpose(-2, -1) / d**0.5, dim=-1)
    if lengths is not None:
        keep = (torch.arange(S, device=q.device) < lengths.unsqueeze(-1)).to(weights.dtype)
        weights = weights * keep.view(-1, 1, 1, S)
    if causal:
        weights = torch.tril(weights, diagonal=-1)
    return weights @ v, weights


# %% queries_lengths_and_other_width | wrong | lengths_on_queries, scaled_by_other_width
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(T, device=q.device)[None, :] < lengths[:, None]).view(B, 1, T, 1)
    if causal:
        mask = mask.tril()
    scores = q @ k.transpose(-2, -1) / math.sqrt(d * nH)
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1).masked_fill(~mask, 0.0)
    return weights @ v, weights


# %% wrong_axis_and_no_scale | wrong | softmax_wrong_axis, not_scaled
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    see = torch.ones(B, nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        see &= torch.arange(S, device=q.device) < lengths.view(B, 1, 1, 1)
    if causal:
        see = see.tril()
    weights = (q @ k.mT).masked_fill(~see, -1e20).softmax(-2) * see
    return weights @ v, weights


# %% uniform_and_ahead | wrong | causal_sees_ahead, uniform_where_nothing_to_see
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if lengths is not None:
        gone = (torch.arange(S, device=q.device) >= lengths[:, None])[:, None, None]
        scores = scores.masked_fill(gone, -1e9)
    if causal:
        scores = scores.masked_fill(torch.ones(T, S, device=q.device).triu(2).bool(), -1e9)
    weights = scores.softmax(-1)
    return weights @ v, weights


# %% transposed_and_lengths_ignored | wrong | causal_transposed, lengths_ignored_when_causal
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if causal:
        mask = mask.triu()
    elif lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    weights = (q @ k.mT / math.sqrt(d)).masked_fill(~mask, -1e9).softmax(-1) * mask
    return weights @ v, weights


# %% score_zero_and_divided_by_d | wrong | score_zero_for_hidden, divided_by_d
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    scores = (q @ k.mT / d).masked_fill(~mask, 0.0)
    weights = torch.softmax(scores, -1)
    weights = weights.masked_fill(~mask.any(-1, keepdim=True), 0)
    return weights @ v, weights


# %% heads_for_batch_and_one_of_two | wrong | heads_taken_for_batch, one_of_two
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S, dv = k.shape[2], v.shape[3]
    q, k, v = q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1)
    mask = torch.ones(B * nH, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask &= (torch.arange(S, device=q.device) < torch.cat([lengths] * nH)[:, None])[:, None]
    if causal:
        mask = mask.tril()
    weights = (q @ k.mT / math.sqrt(d)).masked_fill(~mask, -1e9).softmax(-1) * mask
    return (weights @ v).view(B, nH, T, dv)


# %% in_place_and_nan | wrong | nan_where_nothing_to_see, changes_input
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    q.data /= math.sqrt(d)
    scores = q @ k.transpose(-2, -1)
    if lengths is not None:
        padding = torch.arange(S, device=q.device)[None, :] >= lengths[:, None]
        scores = scores.masked_fill(padding[:, None, None, :], float("-inf"))
    if causal:
        scores = scores.masked_fill(torch.ones(T, S, device=q.device).triu(1).bool(), float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    return weights @ v, weights


# %% half_no_masks | half | lengths_ignored, causal_ignored
import math


def attention(q, k, v, lengths=None, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    # TODO lengths
    # TODO causal
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


# %% half_lengths_undone | half | lengths_undone
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    T, S, d = q.shape[2], k.shape[2], q.shape[3]
    if lengths is not None:
        raise NotImplementedError("lengths: to do")
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if causal:
        scores = scores.masked_fill(~torch.ones(T, S, dtype=torch.bool, device=q.device).tril(), -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


# %% half_causal_missing | half | causal_ignored, nan_where_nothing_to_see
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(d)
    if lengths is not None:
        mask = torch.arange(S, device=q.device) < lengths[:, None]
        scores = scores.masked_fill(~mask[:, None, None], float("-inf"))
    if causal:
        pass  # TODO
    weights = scores.softmax(-1)
    return weights @ v, weights


# %% half_weights_only | half | output_undone
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = mask & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None, :]
    if causal:
        mask = mask.tril()
    weights = (q @ k.mT / math.sqrt(d)).masked_fill(~mask, -1e9).softmax(-1) * mask
    output = None  # TODO
    return output, weights


# %% half_scale_missing | half | not_scaled, lengths_ignored
import torch


def attention(q, k, v, lengths=None, causal=False):
    T, S = q.shape[2], k.shape[2]
    scores = q @ k.transpose(-2, -1)  # TODO scale
    if causal:
        scores = scores.masked_fill(torch.ones(T, S, dtype=torch.bool, device=q.device).triu(1), float("-inf"))
    # TODO lengths
    weights = scores.softmax(-1)
    return weights @ v, weights


# %% exp_by_hand | wrong | exp_overflows
import torch


def attention(q, k, v, lengths=None, causal=False):
    T, S = q.size(-2), k.size(-2)
    seen = torch.ones(q.size(0), 1, T, S, dtype=q.dtype, device=q.device)
    if lengths is not None:
        keys = torch.arange(S, device=q.device).view(1, 1, 1, S)
        seen = seen * (keys < lengths.view(-1, 1, 1, 1))
    if causal:
        seen = seen.tril()
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / q.size(-1) ** 0.5
    e = torch.exp(scores) * seen
    weights = e / (e.sum(-1, keepdim=True) + 1e-9)
    return torch.einsum("bhts,bhsd->bhtd", weights, v), weights


# %% softmax_then_share | wrong | hidden_drown_seen
import torch
import torch.nn.functional as F


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[-2]
    w = F.softmax(q.matmul(k.transpose(2, 3)) / d ** 0.5, dim=3)
    if lengths is not None:
        real = torch.stack([torch.arange(S, device=q.device) < n for n in lengths])
        w = w * real[:, None, None, :]
    if causal:
        w = torch.tril(w)
    w = w / w.sum(dim=3, keepdim=True).clamp(min=1e-12)
    return w.matmul(v), w


# %% mask_as_numbers_and_softmax_by_hand | wrong | hidden_drown_seen
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, T, S = len(q), q.size(2), k.size(2)
    place = torch.arange(S, device=q.device)
    allowed = torch.ones(B, 1, T, S, dtype=q.dtype, device=q.device)
    if lengths is not None:
        allowed = allowed * place.lt(lengths.reshape(B, 1)).reshape(B, 1, 1, S)
    if causal:
        allowed = allowed * place.le(torch.arange(T, device=q.device).reshape(T, 1))
    logits = torch.einsum("bhtd,bhsd->bhts", q, k) * q.size(-1) ** -0.5
    shifted = logits - logits.detach().amax(-1, keepdim=True)
    odds = shifted.exp() * allowed
    total = odds.sum(-1, keepdim=True)
    weights = odds / torch.where(total > 0, total, torch.ones_like(total))
    return torch.einsum("bhts,bhsv->bhtv", weights, v), weights


# %% where_with_safe_rows | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    scores = torch.matmul(q / q.shape[-1] ** 0.5, k.mT)
    hidden = torch.zeros_like(scores, dtype=torch.bool)
    if lengths is not None:
        hidden |= torch.arange(k.shape[2], device=q.device).expand(len(q), -1).ge(lengths.unsqueeze(1))[:, None, None]
    if causal:
        hidden |= torch.triu(torch.ones_like(scores[0, 0]), 1).bool()
    blind = hidden.all(dim=-1, keepdim=True)
    scores = torch.where(hidden & ~blind, float("-inf"), scores)
    weights = torch.where(blind, 0.0, torch.softmax(scores, dim=-1))
    return weights @ v, weights


# %% one_length_at_a_time | right | -
import math

import torch
from torch.nn.functional import pad


def attention(q, k, v, lengths=None, causal=False):
    rows = []
    for b in range(q.shape[0]):
        n = k.shape[2] if lengths is None else int(lengths[b])
        heads = []
        for h in range(q.shape[1]):
            lines = []
            for t in range(q.shape[2]):
                seen = min(n, t + 1) if causal else n
                s = k[b, h, :seen] @ q[b, h, t] / math.sqrt(q.shape[3])
                lines.append(pad(s.softmax(0), (0, k.shape[2] - seen)))
            heads.append(torch.stack(lines))
        rows.append(torch.stack(heads))
    weights = torch.stack(rows)
    return torch.matmul(weights, v), weights


# %% flattened_heads_baddbmm | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    mask = q.new_zeros(B, T, S)
    if lengths is not None:
        mask = mask.masked_fill((torch.arange(S, device=q.device)[None] >= lengths[:, None])[:, None], -torch.inf)
    if causal:
        mask = mask + torch.full((T, S), -torch.inf, dtype=q.dtype, device=q.device).triu(1)
    mask = mask.repeat_interleave(nH, 0)
    dead = torch.isinf(mask).all(-1, keepdim=True)
    scores = torch.baddbmm(mask.masked_fill(dead, 0), q.flatten(0, 1), k.flatten(0, 1).transpose(1, 2), alpha=d**-0.5)
    weights = scores.softmax(-1) * ~dead
    return torch.bmm(weights, v.flatten(0, 1)).unflatten(0, (B, nH)), weights.unflatten(0, (B, nH))


# %% scatter_of_indices | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    b, t, s = torch.meshgrid(*(torch.arange(n, device=q.device) for n in (B, T, S)), indexing="ij")
    may = torch.full_like(b, True, dtype=torch.bool)
    if causal:
        may &= s <= t
    if lengths is not None:
        may &= s < lengths[b]
    may = may[:, None].expand(B, nH, T, S)
    scores = (q.unsqueeze(3) * k.unsqueeze(2)).sum(-1).div(d**0.5)
    top = scores.masked_fill(~may, -1e4).max(-1, keepdim=True).values.detach()
    e = torch.zeros_like(scores).masked_scatter(may, (scores - top)[may].exp())
    weights = e / e.sum(-1, keepdim=True).clamp_min(torch.finfo(q.dtype).tiny)
    return weights.matmul(v), weights


# %% numbers_mask_one_too_many_not_scaled | wrong | lengths_off_by_one, not_scaled
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, T, S = len(q), q.size(2), k.size(2)
    place = torch.arange(S, device=q.device)
    allowed = torch.ones(B, 1, T, S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        allowed = allowed & place.le(lengths.reshape(B, 1)).reshape(B, 1, 1, S)
    if causal:
        allowed = allowed & place.le(torch.arange(T, device=q.device).reshape(T, 1))
    s = torch.einsum("bhtd,bhsd->bhts", q, k).masked_fill(~allowed, -1e30)
    weights = s.softmax(-1) * allowed
    return weights @ v, weights


# %% where_transposed_and_nan | wrong | causal_transposed, nan_where_nothing_to_see
import torch


def attention(q, k, v, lengths=None, causal=False):
    scores = torch.matmul(q / q.shape[-1] ** 0.5, k.mT)
    if lengths is not None:
        gone = torch.arange(k.shape[2], device=q.device).expand(len(q), -1).ge(lengths.unsqueeze(1))
        scores = torch.where(gone[:, None, None], float("-inf"), scores)
    if causal:
        scores = torch.where(torch.tril(torch.ones_like(scores[0, 0]), -1).bool(), float("-inf"), scores)
    weights = scores.softmax(-1)
    return weights @ v, weights


# %% after_softmax_divided_by_d | wrong | mask_after_softmax, divided_by_d
import torch


def attention(q, k, v, lengths=None, causal=False):
    w = torch.softmax(q @ k.transpose(2, 3) / q.shape[3], 3)
    if lengths is not None:
        w = w * (torch.arange(k.shape[2], device=q.device) < lengths.view(-1, 1, 1, 1))
    if causal:
        w = torch.tril(w)
    return w @ v, w


# %% swapped_return_and_blocks_itself | wrong | causal_blocks_itself, wrong_return_order
import torch


def attention(q, k, v, lengths=None, causal=False):
    S = k.shape[2]
    may = torch.ones(len(q), 1, q.shape[2], S, dtype=torch.bool, device=q.device)
    if lengths is not None:
        may = may & (torch.arange(S, device=q.device) < lengths[:, None])[:, None, None]
    if causal:
        may = may & (torch.arange(S, device=q.device) < torch.arange(q.shape[2], device=q.device)[:, None])
    s = (q @ k.mT).div(q.shape[-1] ** 0.5).masked_fill(~may, -1e30)
    w = s.softmax(-1).masked_fill(~may, 0)
    return w, w @ v


# %% zero_scores_and_ahead | wrong | score_zero_for_hidden, causal_sees_ahead
import torch


def attention(q, k, v, lengths=None, causal=False):
    s = torch.einsum("...td,...sd->...ts", q, k) / q.shape[-1] ** 0.5
    may = torch.ones_like(s)
    if lengths is not None:
        may = may * (torch.arange(k.shape[2], device=q.device) < lengths[:, None])[:, None, None].to(s)
    if causal:
        may = may.tril(1)
    w = (s * may).softmax(-1) * may.amax(-1, keepdim=True)
    return w @ v, w


# %% annotated_src_mask | wrong | raises_when_lengths_differ
import math

import torch


def attention(q, k, v, lengths=None, causal=False):
    B, h, T, d_k = q.shape
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(d_k)
    mask = torch.ones(B, 1, 1, T, dtype=torch.bool, device=q.device)
    if lengths is not None:
        mask = (torch.arange(T, device=q.device)[None, :] < lengths[:, None]).view(B, 1, 1, T)
    if causal:
        subsequent = torch.triu(torch.ones(1, 1, T, T, device=q.device), diagonal=1) == 0
        mask = mask & subsequent
    scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    p_attn = p_attn.masked_fill(mask == 0, 0.0)
    return torch.matmul(p_attn, v), p_attn


# %% additive_inf | wrong | nan_gradient
import torch


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    attn_mask = q.new_zeros(B, 1, T, S)
    if lengths is not None:
        key_padding_mask = torch.arange(S, device=q.device) >= lengths.unsqueeze(1)
        attn_mask = attn_mask.masked_fill(key_padding_mask[:, None, None, :], float("-inf"))
    if causal:
        attn_mask = attn_mask + torch.full((T, S), float("-inf"), device=q.device, dtype=q.dtype).triu(1)
    scores = q @ k.transpose(-2, -1) * d ** -0.5 + attn_mask
    weights = torch.softmax(scores, dim=-1).nan_to_num(0.0)
    return weights @ v, weights


# %% d2l_valid_lens | wrong | heads_taken_for_batch
import math

import torch
from torch import nn


def sequence_mask(X, valid_len, value):
    maxlen = X.size(1)
    mask = torch.arange(maxlen, device=X.device)[None, :] < valid_len[:, None]
    return X.masked_fill(~mask, value), mask


def masked_softmax(X, valid_lens):
    """X (N, T, S), valid_lens (N, T)."""
    shape = X.shape
    X, mask = sequence_mask(X.reshape(-1, shape[-1]), valid_lens.reshape(-1), value=-1e6)
    return (nn.functional.softmax(X, dim=-1) * mask).reshape(shape)


def attention(q, k, v, lengths=None, causal=False):
    B, nH, T, d = q.shape
    S = k.shape[2]
    Q, K, V = (t.reshape(B * nH, t.shape[2], t.shape[3]) for t in (q, k, v))
    if lengths is None:
        valid_lens = torch.full((B * nH, T), S, device=q.device)
    else:
        valid_lens = lengths.repeat(nH)[:, None].expand(-1, T)
    if causal:
        valid_lens = torch.minimum(valid_lens, torch.arange(1, T + 1, device=q.device)[None, :])
    W = masked_softmax(torch.bmm(Q, K.transpose(1, 2)) / math.sqrt(d), valid_lens)
    return torch.bmm(W, V).reshape(B, nH, T, -1), W.reshape(B, nH, T, S)


# %% query_by_query | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    # A query sees a beginning of the keys, always: say how long it is, and cut.
    B, nH, T, d = q.shape
    S = k.shape[2]
    rows = []
    for b in range(B):
        real = S if lengths is None else int(lengths[b])
        steps = []
        for t in range(T):
            n = min(real, t + 1) if causal else real
            nothing = q.new_zeros(nH, S - n)
            if n == 0:
                steps.append(nothing)
                continue
            scores = (k[b, :, :n] @ q[b, :, t].unsqueeze(-1)).squeeze(-1) / d ** 0.5    # (nH, n)
            steps.append(torch.cat([scores.softmax(-1), nothing], dim=-1))
        rows.append(torch.stack(steps, dim=1))
    weights = torch.stack(rows)
    return weights @ v, weights


# %% logsumexp_of_seen | right | -
import torch


def attention(q, k, v, lengths=None, causal=False):
    scores = torch.einsum("...td,...sd->...ts", q, k) * q.shape[-1] ** -0.5
    T, S = scores.shape[-2:]
    t = torch.arange(T, device=q.device)[:, None]
    s = torch.arange(S, device=q.device)[None, :]
    end = torch.full((q.shape[0], 1, 1, 1), S, device=q.device) if lengths is None else lengths.to(q.device)[:, None, None, None]
    seen = s < end
    if causal:
        seen = seen & (s <= t)
    seen = seen.expand_as(scores)
    # queries without keys look at everything for the moment, so that no sum is empty ...
    blind = ~seen.any(-1, keepdim=True)
    scores = scores.masked_fill(~(seen | blind), -torch.inf)
    weights = (scores - scores.logsumexp(-1, keepdim=True)).exp()
    # ... and at nothing in the end
    weights = weights.masked_fill(blind, 0)
    return weights @ v, weights


# %% numbers_as_masks | wrong | scaled_by_other_width
import torch


def attention(q, k, v, lengths=None, causal=False):
    T, S = q.shape[-2], k.shape[-2]
    mask = torch.ones(T, S, dtype=q.dtype, device=q.device)
    if causal:
        mask = torch.tril(mask)
    mask = mask[None, None]
    if lengths is not None:
        idx = torch.arange(S, device=q.device).expand(len(lengths), S)
        mask = mask * (idx < lengths[:, None]).to(q.dtype)[:, None, None]
    d = v.shape[-1]
    logits = torch.matmul(q, k.permute(0, 1, 3, 2)) / d ** 0.5
    logits = logits + (1.0 - mask) * -10000.0
    weights = torch.softmax(logits, -1) * mask
    return torch.matmul(weights, v), weights
