# ruff: noqa
"""Labelled answers to `multihead`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% repeat_interleave | right | -
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("num_heads must divide embed_dim")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_kv_heads must divide num_heads")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        k = k.repeat_interleave(self.num_heads // self.num_kv_heads, dim=1)
        v = v.repeat_interleave(self.num_heads // self.num_kv_heads, dim=1)
        scores = q @ k.transpose(-2, -1) / self.head_dim**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=-1)
        out = (weights @ v).transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% groups_broadcast | right | -
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError(f"{embed_dim}, {num_heads}, {num_kv_heads}: the later must divide the former")
        self.nH, self.nK, self.dH = num_heads, num_kv_heads, embed_dim // num_heads
        self.g = num_heads // num_kv_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, self.nK * self.dH)
        self.v_proj = nn.Linear(embed_dim, self.nK * self.dH)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        q = self.q_proj(x).reshape(B, T, self.nK, self.g, self.dH).permute(0, 2, 3, 1, 4)  # (B, nK, g, T, dH)
        k = self.k_proj(x).reshape(B, T, self.nK, 1, self.dH).permute(0, 2, 3, 1, 4)
        v = self.v_proj(x).reshape(B, T, self.nK, 1, self.dH).permute(0, 2, 3, 1, 4)
        scores = (q @ k.mT / math.sqrt(self.dH)).flatten(1, 2)  # (B, nH, T, T)
        if mask is not None:
            scores = torch.where(mask, scores, -torch.inf)
        weights = torch.softmax(scores, -1)
        mixed = weights.unflatten(1, (self.nK, self.g)) @ v
        return self.out_proj(mixed.permute(0, 3, 1, 2, 4).reshape(B, T, -1)), weights


# %% einsum | right | -
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("not divisible")
        dH = embed_dim // num_heads
        self.shape_q = (num_kv_heads, num_heads // num_kv_heads, dH)
        self.shape_k = (num_kv_heads, dH)
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * dH)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * dH)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        q = self.q_proj(x).unflatten(-1, self.shape_q)
        k = self.k_proj(x).unflatten(-1, self.shape_k)
        v = self.v_proj(x).unflatten(-1, self.shape_k)
        B, T = x.shape[:2]
        scores = torch.einsum("btkgd,bskd->bkgts", q, k) * self.shape_k[1] ** -0.5
        scores = scores.reshape(B, -1, T, T)
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), -math.inf)
        weights = scores.softmax(-1)
        grouped = weights.view(B, *self.shape_q[:2], T, T)
        out = torch.einsum("bkgts,bskd->btkgd", grouped, v).flatten(2)
        return self.out_proj(out), weights


# %% loop_over_heads | right | -
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0:
            raise ValueError
        if num_heads % num_kv_heads != 0:
            raise ValueError
        self.num_heads = num_heads
        self.group = num_heads // num_kv_heads
        self.d = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        Q, K, V = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        if mask is not None:
            mask = mask.expand(B, self.num_heads, T, T)
        outs, all_weights = [], []
        for h in range(self.num_heads):
            j = h // self.group
            q = Q[:, :, h * self.d : (h + 1) * self.d]
            k = K[:, :, j * self.d : (j + 1) * self.d]
            v = V[:, :, j * self.d : (j + 1) * self.d]
            s = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(self.d)
            if mask is not None:
                s = s.masked_fill(~mask[:, h], float("-inf"))
            w = torch.softmax(s, dim=2)
            all_weights.append(w)
            outs.append(torch.bmm(w, v))
        return self.out_proj(torch.cat(outs, dim=-1)), torch.stack(all_weights, dim=1)


# %% expand_and_reshape | right | -
import math

import torch
import torch.nn.functional as F
from torch import nn


def repeat_kv(z, n):
    """(B, nKV, T, dH) -> (B, nKV * n, T, dH)"""
    B, H, T, d = z.shape
    return z[:, :, None].expand(B, H, n, T, d).reshape(B, H * n, T, d)


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim % num_heads and num_heads % num_kv_heads must be 0")
        self.embed_dim = embed_dim
        self.n_heads = num_heads
        self.n_kv = num_kv_heads
        self.n_rep = num_heads // num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.head_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(num_heads * self.head_dim, embed_dim)

    def forward(self, x, mask=None):
        bsz, seqlen, _ = x.shape
        xq = self.q_proj(x).view(bsz, seqlen, self.n_heads, self.head_dim).transpose(1, 2)
        xk = self.k_proj(x).view(bsz, seqlen, self.n_kv, self.head_dim).transpose(1, 2)
        xv = self.v_proj(x).view(bsz, seqlen, self.n_kv, self.head_dim).transpose(1, 2)
        keys, values = repeat_kv(xk, self.n_rep), repeat_kv(xv, self.n_rep)
        scores = torch.matmul(xq, keys.transpose(2, 3)) / math.sqrt(self.head_dim)
        if mask is not None:
            bias = torch.zeros_like(mask, dtype=x.dtype).masked_fill(~mask, float("-inf"))
            scores = scores + bias
        scores = F.softmax(scores, dim=-1)
        output = torch.matmul(scores, values)
        output = output.transpose(1, 2).contiguous().view(bsz, seqlen, -1)
        return self.out_proj(output), scores


# %% index_of_the_group | right | -
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_heads")
        self.dims = embed_dim, num_heads, num_kv_heads, embed_dim // num_heads
        D, nH, nK, dH = self.dims
        self.q_proj, self.out_proj = nn.Linear(D, D), nn.Linear(D, D)
        self.k_proj, self.v_proj = nn.Linear(D, nK * dH), nn.Linear(D, nK * dH)
        self.register_buffer("owner", torch.arange(nH) // (nH // nK), persistent=False)

    def forward(self, x, mask=None):
        D, nH, nK, dH = self.dims
        B, T, _ = x.shape
        q = torch.stack(self.q_proj(x).split(dH, dim=-1), dim=1)
        k = torch.stack(self.k_proj(x).split(dH, dim=-1), dim=1)[:, self.owner]
        v = torch.stack(self.v_proj(x).split(dH, dim=-1), dim=1)[:, self.owner]
        scores = (q[:, :, :, None] * k[:, :, None]).sum(-1) / dH**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(3)
        heads = (weights[..., None] * v[:, :, None]).sum(3)
        return self.out_proj(torch.cat(heads.unbind(1), dim=-1)), weights


# %% functional_weights | right | -
import torch
import torch.nn.functional as F
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("widths")
        self.heads, self.groups = num_heads, num_kv_heads
        kv_width = num_kv_heads * (embed_dim // num_heads)
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, kv_width)
        self.v_proj = nn.Linear(embed_dim, kv_width)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        dH = D // self.heads
        W = torch.cat([self.q_proj.weight, self.k_proj.weight, self.v_proj.weight])
        b = torch.cat([self.q_proj.bias, self.k_proj.bias, self.v_proj.bias])
        both = self.groups * dH
        q, k, v = F.linear(x, W, b).split([D, both, both], dim=-1)
        q = q.reshape(B, T, self.heads, dH).movedim(2, 1)
        k, v = (z.reshape(B, T, self.groups, dH).movedim(2, 1) for z in (k, v))
        k, v = (torch.repeat_interleave(z, self.heads // self.groups, 1) for z in (k, v))
        e = q.matmul(k.mT).mul(dH**-0.5)
        if mask is not None:
            e = e.masked_fill(mask == False, -1e9)
        a = torch.exp(e - e.amax(-1, keepdim=True).detach())
        a = a / a.sum(-1, keepdim=True)
        y = a.matmul(v).movedim(1, 2).reshape(B, T, D)
        return F.linear(y, self.out_proj.weight, self.out_proj.bias), a


# %% class_heavy | right | -
import math

import torch
from torch import nn


class Split(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.heads = heads

    def forward(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Merge(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2).flatten(2)


class Core(nn.Module):
    def forward(self, q, k, v, mask):
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        weights = nn.functional.softmax(scores, dim=-1)
        return weights @ v, weights


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        for big, small in ((embed_dim, num_heads), (num_heads, num_kv_heads)):
            if big % small:
                raise ValueError(f"{small} does not divide {big}")
        width = embed_dim // num_heads * num_kv_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, width)
        self.v_proj = nn.Linear(embed_dim, width)
        self.out_proj = nn.Linear(embed_dim, embed_dim)
        self.split_q, self.split_kv = Split(num_heads), Split(num_kv_heads)
        self.share = num_heads // num_kv_heads
        self.core, self.merge = Core(), Merge()

    def forward(self, x, mask=None):
        q = self.split_q(self.q_proj(x))
        k = self.split_kv(self.k_proj(x)).repeat_interleave(self.share, 1)
        v = self.split_kv(self.v_proj(x)).repeat_interleave(self.share, 1)
        mixed, weights = self.core(q, k, v, mask)
        return self.out_proj(self.merge(mixed)), weights


# %% over_defensive | right | -
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if num_heads <= 0 or num_kv_heads <= 0 or embed_dim <= 0:
            raise ValueError("all must be positive")
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim {embed_dim} is not a multiple of num_heads {num_heads}")
        if num_heads % num_kv_heads != 0:
            raise ValueError(f"num_heads {num_heads} is not a multiple of num_kv_heads {num_kv_heads}")
        self.embed_dim = int(embed_dim)
        self.num_heads = int(num_heads)
        self.num_kv_heads = int(num_kv_heads)
        self.head_dim = self.embed_dim // self.num_heads
        self.q_proj = nn.Linear(self.embed_dim, self.embed_dim, bias=True)
        self.k_proj = nn.Linear(self.embed_dim, self.num_kv_heads * self.head_dim, bias=True)
        self.v_proj = nn.Linear(self.embed_dim, self.num_kv_heads * self.head_dim, bias=True)
        self.out_proj = nn.Linear(self.embed_dim, self.embed_dim, bias=True)

    def forward(self, x, mask=None):
        if x.dim() != 3:
            raise ValueError("x must be (B, T, embed_dim)")
        batch, length, width = x.shape
        if width != self.embed_dim:
            raise ValueError("wrong width")
        q = self.q_proj(x).contiguous().view(batch, length, self.num_heads, self.head_dim)
        k = self.k_proj(x).contiguous().view(batch, length, self.num_kv_heads, self.head_dim)
        v = self.v_proj(x).contiguous().view(batch, length, self.num_kv_heads, self.head_dim)
        q = q.permute(0, 2, 1, 3).contiguous()
        k = k.permute(0, 2, 1, 3).contiguous()
        v = v.permute(0, 2, 1, 3).contiguous()
        group = self.num_heads // self.num_kv_heads
        keys = torch.cat([k[:, j : j + 1] for j in range(self.num_kv_heads) for _ in range(group)], dim=1)
        values = torch.cat([v[:, j : j + 1] for j in range(self.num_kv_heads) for _ in range(group)], dim=1)
        scores = torch.matmul(q, keys.permute(0, 1, 3, 2)) / math.sqrt(self.head_dim)
        if mask is not None:
            mask = mask.to(device=x.device, dtype=torch.bool)
            mask = torch.broadcast_to(mask, scores.shape)
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = torch.matmul(weights, values)
        out = out.permute(0, 2, 1, 3).contiguous().view(batch, length, self.embed_dim)
        out = self.out_proj(out)
        assert out.shape == x.shape
        return out, weights


# %% terse | right | -
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        D, n, m = embed_dim, num_heads, num_kv_heads
        if D % n or n % m:
            raise ValueError("divide!")
        self.n, self.m, self.d = n, m, D // n
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(D, w) for w in (D, m * self.d, m * self.d, D))

    def forward(self, x, mask=None):
        q, k, v = (f(x).unflatten(2, (-1, self.d)).transpose(1, 2) for f in (self.q_proj, self.k_proj, self.v_proj))
        k, v = (z.repeat_interleave(self.n // self.m, 1) for z in (k, v))
        s = q @ k.mT / self.d**0.5
        w = (s if mask is None else s.masked_fill(~mask, -1e30)).softmax(-1)
        return self.out_proj((w @ v).transpose(1, 2).flatten(2)), w


# %% output_head_by_head | right | -
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    """The output layer is applied head by head: its columns belong to the heads, and the parts are added."""

    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("must divide")
        self.h, self.kv, self.d = num_heads, num_kv_heads, embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        print("attention over", x.shape[1], "steps")
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        y = self.out_proj.bias
        weights = []
        for h, q_h in enumerate(q.chunk(self.h, -1)):
            g = h * self.kv // self.h
            k_h, v_h = k.chunk(self.kv, -1)[g], v.chunk(self.kv, -1)[g]
            e = q_h @ k_h.mT / math.sqrt(self.d)
            if mask is not None:
                m = mask
                if m.dim() == 4:
                    m = m[:, h if m.shape[1] > 1 else 0]
                elif m.dim() == 3:
                    m = m[h if m.shape[0] > 1 else 0]
                e = e.masked_fill(~m, -math.inf)
            weights.append(e.softmax(-1))
            y = y + weights[-1] @ v_h @ self.out_proj.weight[:, h * self.d : (h + 1) * self.d].T
        return y, torch.stack(weights, 1)


# %% view_without_transpose | wrong | split_without_transpose
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, self.num_heads, T, self.head_dim)
        k = self.k_proj(x).view(B, self.num_kv_heads, T, self.head_dim)
        v = self.v_proj(x).view(B, self.num_kv_heads, T, self.head_dim)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% heads_repeated_by_repeat | wrong | heads_repeated_in_wrong_order
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat(1, groups, 1, 1)
        v = v.repeat(1, groups, 1, 1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% remainder_for_quotient | wrong | heads_repeated_in_wrong_order
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) % self.nK
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% scaled_by_embed_dim | wrong | scaled_by_embed_dim
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.D**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% scale_forgotten | wrong | not_scaled
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1))
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn


# %% merged_without_transpose | wrong | merged_without_transpose
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.reshape(B, T, D)
        return self.out_proj(out), weights


# %% heads_inside | wrong | merged_in_wrong_order
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->btdh", a, v).flatten(2)
        return self.out_proj(y), a


# %% no_output_layer | wrong | output_layer_missing
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return y, attn


# %% true_means_hidden | wrong | mask_opposite_sense
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(mask, -1e9)
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% mask_not_looked_at | wrong | mask_ignored
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% mask_on_the_weights | wrong | mask_after_softmax
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        p = torch.softmax(scores, dim=-1)
        if mask is not None:
            p = p.masked_fill(mask == 0, 0)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn


# %% softmax_over_queries | wrong | softmax_wrong_axis
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = torch.softmax(scores, dim=2)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% softmax_over_heads | wrong | softmax_wrong_axis
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, e, -1e9)
        a = e.softmax(1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% weights_averaged | wrong | weights_averaged_over_heads
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn.mean(dim=1)


# %% keys_for_values | wrong | keys_and_values_swapped
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ v.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ k
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% full_width_projections | wrong | kv_projections_full_width
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim)
        self.v_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_heads, self.head_dim)[:, :, : self.num_kv_heads].transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_heads, self.head_dim)[:, :, : self.num_kv_heads].transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% no_grouping_at_all | wrong | kv_projections_full_width
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn


# %% no_bias | wrong | projections_without_bias
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim, bias=False), nn.Linear(embed_dim, embed_dim, bias=False)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv, bias=False), nn.Linear(embed_dim, kv, bias=False)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% queries_unprojected | wrong | queries_not_projected
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = x.view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% names_of_its_own | wrong | wrong_names
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.w_q = nn.Linear(embed_dim, num_heads * self.d_k)
        self.w_k = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.w_v = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.w_o = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.w_q(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.w_k(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.w_v(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.w_o(y), attn


# %% output_alone | wrong | one_of_two
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y)


# %% weights_before_output | wrong | wrong_return_order
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return attn, self.out_proj(y)


# %% scores_for_weights | wrong | scores_for_weights
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), scores


# %% no_value_error | wrong | no_value_error
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% asserts_in_place_of_value_error | wrong | no_value_error
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        assert embed_dim % num_heads == 0
        assert num_heads % num_kv_heads == 0
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn


# %% fused | wrong | forbidden_function
import math

import torch
import torch.nn.functional as F
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% needs_a_mask | wrong | raises_without_mask
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        e = e.masked_fill(~mask, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% mask_of_two_dimensions | wrong | raises_with_four_dimensional_mask
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask.view(1, 1, q.size(2), q.size(2)) == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn


# %% values_not_grouped | wrong | values_repeated_in_wrong_order
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat(1, groups, 1, 1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% repeat_and_no_scale | wrong | heads_repeated_in_wrong_order, not_scaled
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1))
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat(1, self.group, 1, 1)
        value = value.repeat(1, self.group, 1, 1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn


# %% view_and_merge | wrong | split_without_transpose, merged_without_transpose
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, self.num_heads, T, self.head_dim)
        k = self.k_proj(x).view(B, self.num_kv_heads, T, self.head_dim)
        v = self.v_proj(x).view(B, self.num_kv_heads, T, self.head_dim)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.reshape(B, T, D)
        return self.out_proj(out), weights


# %% embed_dim_and_no_output_layer | wrong | output_layer_missing, scaled_by_embed_dim
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.D**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return y, a


# %% opposite_and_averaged | wrong | mask_opposite_sense, weights_averaged_over_heads
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask, -1e9)
        p = torch.softmax(scores, dim=-1)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return self.out_proj(y), attn.mean(1)


# %% mask_ignored_and_merge | wrong | merged_without_transpose, mask_ignored
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.reshape(B, T, D)
        return self.out_proj(out), weights


# %% swapped_and_embed_dim | wrong | keys_and_values_swapped, scaled_by_embed_dim
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ v.transpose(-2, -1) / math.sqrt(D)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ k
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% after_softmax_and_repeat | wrong | heads_repeated_in_wrong_order, mask_after_softmax
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nK, device=x.device).repeat(self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        a = e.softmax(-1)
        if mask is not None:
            a = a * mask
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% axis_and_no_output_layer | wrong | softmax_wrong_axis, output_layer_missing
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def attend(self, q, k, v, mask):
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p = torch.softmax(scores, dim=-2)
        return torch.matmul(p, v), p

    def forward(self, x, mask=None):
        nbatches, length = x.size(0), x.size(1)
        query = self.q_proj(x).view(nbatches, length, self.heads, self.d_k).transpose(1, 2)
        key = self.k_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        value = self.v_proj(x).view(nbatches, length, self.kv_heads, self.d_k).transpose(1, 2)
        key = key.repeat_interleave(self.group, dim=1)
        value = value.repeat_interleave(self.group, dim=1)
        y, attn = self.attend(query, key, value, mask)
        y = y.transpose(1, 2).contiguous().view(nbatches, length, self.heads * self.d_k)
        return y, attn


# %% full_width_and_no_scale | wrong | kv_projections_full_width, not_scaled
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim)
        self.v_proj = nn.Linear(embed_dim, embed_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        scores = q @ k.transpose(-2, -1)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% order_and_opposite | wrong | mask_opposite_sense, wrong_return_order
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, -1e9, e)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return a, self.out_proj(y)


# %% no_check_and_not_scaled | wrong | not_scaled, no_value_error
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k)
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bthd", a, v).flatten(2)
        return self.out_proj(y), a


# %% half_no_mask_yet | half | mask_undone
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            raise NotImplementedError("TODO mask")
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% half_as_many_as_heads | half | grouping_undone
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("embed_dim, num_heads, num_kv_heads must divide")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        # TODO: fewer heads of keys and values than of queries
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% half_only_built | half | forward_undone
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super(GroupedQueryAttention, self).__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("embed_dim must be divisible by num_heads")
        if num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must be divisible by num_kv_heads")
        self.embed_dim = embed_dim
        self.heads = num_heads
        self.kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.d_k = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.d_k)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.d_k)
        self.out_proj = nn.Linear(num_heads * self.d_k, embed_dim)

    def forward(self, x, mask=None):
        q = self.q_proj(x)
        k = self.k_proj(x)
        v = self.v_proj(x)
        # TODO heads, scores, weights
        raise NotImplementedError


# %% half_no_merge_no_output | half | heads_not_merged
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads:
            raise ValueError("num_heads does not divide embed_dim")
        if num_heads % num_kv_heads:
            raise ValueError("num_kv_heads does not divide num_heads")
        self.D, self.nH, self.nK = embed_dim, num_heads, num_kv_heads
        self.dH = embed_dim // num_heads
        kv = self.nK * self.dH
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, kv), nn.Linear(embed_dim, kv)

    def heads(self, z, n):
        return z.unflatten(-1, (n, self.dH)).transpose(1, 2)

    def forward(self, x, mask=None):
        q = self.heads(self.q_proj(x), self.nH)
        share = torch.arange(self.nH, device=x.device) // (self.nH // self.nK)
        k = self.heads(self.k_proj(x), self.nK)[:, share]
        v = self.heads(self.v_proj(x), self.nK)[:, share]
        e = torch.einsum("bhtd,bhsd->bhts", q, k) * self.dH**-0.5
        if mask is not None:
            e = torch.where(mask, e, -torch.inf)
        a = e.softmax(-1)
        y = torch.einsum("bhts,bhsd->bhtd", a, v)
        return y, a  # TODO merge, out_proj


# %% half_mask_and_checks_missing | half | mask_ignored, no_value_error
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        # TODO check the arguments
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.head_dim)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.num_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.num_kv_heads, self.head_dim).transpose(1, 2)
        groups = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(groups, dim=1)
        v = v.repeat_interleave(groups, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        # TODO mask
        weights = torch.softmax(scores, dim=-1)
        out = weights @ v
        out = out.transpose(1, 2).reshape(B, T, D)
        return self.out_proj(out), weights


# %% grouped_queries_five_axes | right | -
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("sizes do not divide")
        self.dims = (num_kv_heads, num_heads // num_kv_heads, embed_dim // num_heads)
        narrow = self.dims[0] * self.dims[2]
        for name, width in dict(q_proj=embed_dim, k_proj=narrow, v_proj=narrow, out_proj=embed_dim).items():
            setattr(self, name, nn.Linear(embed_dim, width))

    def forward(self, x, mask=None):
        B, T, D = x.shape
        h, g, d = self.dims
        q = self.q_proj(x).view(B, T, h, g, d).permute(0, 2, 3, 1, 4)
        k = self.k_proj(x).view(B, T, h, 1, d).permute(0, 2, 3, 4, 1)
        v = self.v_proj(x).view(B, T, h, 1, d).permute(0, 2, 3, 1, 4)
        scores = (q @ k).flatten(1, 2) * d**-0.5
        if mask is not None:
            scores = scores + torch.where(mask, 0.0, -torch.inf).to(scores)
        weights = torch.softmax(scores, -1)
        mixed = weights.unflatten(1, (h, g)) @ v
        return self.out_proj(mixed.permute(0, 3, 1, 2, 4).reshape(B, T, D)), weights


# %% chunk_and_cat | right | -
import math

import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        d, rest = divmod(embed_dim, num_heads)
        g, more = divmod(num_heads, num_kv_heads)
        if rest or more:
            raise ValueError(f"{embed_dim}, {num_heads}, {num_kv_heads}")
        self.num_heads, self.group, self.kv = num_heads, g, num_kv_heads
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.k_proj, self.v_proj = nn.Linear(embed_dim, d * num_kv_heads), nn.Linear(embed_dim, d * num_kv_heads)

    def forward(self, x, mask=None):
        queries = self.q_proj(x).chunk(self.num_heads, dim=-1)
        keys, values = self.k_proj(x).chunk(self.kv, -1), self.v_proj(x).chunk(self.kv, -1)
        if mask is not None:
            mask = mask.expand(len(x), self.num_heads, x.shape[1], x.shape[1])
        outs, ws = [], []
        for i, q in enumerate(queries):
            k, v = keys[i // self.group], values[i // self.group]
            s = torch.baddbmm(q.new_zeros(()), q, k.mT, beta=0, alpha=1 / math.sqrt(q.shape[-1]))
            if mask is not None:
                s = s.masked_fill(mask[:, i].logical_not(), -math.inf)
            ws.append(s.softmax(2))
            outs.append(ws[-1] @ v)
        return self.out_proj(torch.cat(outs, -1)), torch.stack(ws, 1)


# %% index_select_of_groups | right | -
import torch
from torch import nn
import torch.nn.functional as F


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        for whole, part in ((embed_dim, num_heads), (num_heads, num_kv_heads)):
            if whole % part:
                raise ValueError(f"{part} does not divide {whole}")
        self.n, self.d = num_heads, embed_dim // num_heads
        self.register_buffer("which", torch.arange(num_heads) * num_kv_heads // num_heads, persistent=False)
        self.q_proj = nn.Linear(embed_dim, embed_dim, bias=True)
        self.k_proj = nn.Linear(embed_dim, self.d * num_kv_heads, bias=True)
        self.v_proj = nn.Linear(embed_dim, self.d * num_kv_heads, bias=True)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=True)

    def forward(self, x, mask=None):
        def heads(layer):
            return layer(x).unflatten(-1, (-1, self.d)).movedim(2, 1)

        q = heads(self.q_proj)
        k, v = (heads(layer).index_select(1, self.which) for layer in (self.k_proj, self.v_proj))
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) / self.d**0.5
        if mask is not None:
            scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
        weights = F.softmax(scores, dim=3)
        return self.out_proj(torch.einsum("bhts,bhsd->bthd", weights, v).flatten(2)), weights


# %% linear_written_out | right | -
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError
        self.E, self.H, self.G = embed_dim, num_heads, num_heads // num_kv_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim // self.G)
        self.v_proj = nn.Linear(embed_dim, embed_dim // self.G)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        d = self.E // self.H
        Q = x @ self.q_proj.weight.T + self.q_proj.bias
        K = x @ self.k_proj.weight.T + self.k_proj.bias
        V = x @ self.v_proj.weight.T + self.v_proj.bias
        y, weights = self.out_proj.bias, []
        for h in range(self.H):
            mine = slice(h * d, (h + 1) * d)
            theirs = slice(h // self.G * d, (h // self.G + 1) * d)
            s = Q[..., mine] @ K[..., theirs].transpose(1, 2) / d**0.5
            if mask is not None:
                one = mask if mask.dim() == 2 else mask[:, h if mask.shape[1] > 1 else 0]
                s = s.masked_fill(~one, -1e9)
            weights.append(torch.softmax(s, -1))
            y = y + weights[h] @ V[..., theirs] @ self.out_proj.weight[:, mine].T
        return y, torch.stack(weights, 1)


# %% stacked_projection_loop | right | -
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("embed_dim / num_heads / num_kv_heads")
        super().__init__()
        self.heads = {"q": num_heads, "k": num_kv_heads, "v": num_kv_heads}
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim * num_kv_heads // num_heads)
        self.v_proj = nn.Linear(embed_dim, embed_dim * num_kv_heads // num_heads)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        parts = {}
        for name, n in self.heads.items():
            part = getattr(self, f"{name}_proj")(x)
            part = torch.stack(part.split(part.shape[-1] // n, dim=-1), dim=1)
            parts[name] = torch.stack([part[:, h * n // self.heads["q"]] for h in range(self.heads["q"])], 1)
        scores = parts["q"].matmul(parts["k"].transpose(-1, -2)) / parts["q"].shape[-1] ** 0.5
        if mask is not None:
            scores.masked_fill_(torch.logical_not(mask), float("-inf"))
        weights = scores.softmax(dim=-1)
        together = weights.matmul(parts["v"])
        return self.out_proj(torch.cat(together.unbind(1), dim=-1)), weights


# %% five_axes_wrong_order_and_embed_dim | wrong | heads_repeated_in_wrong_order, scaled_by_embed_dim
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("sizes")
        self.dims = (num_heads // num_kv_heads, num_kv_heads, embed_dim // num_heads)
        narrow = num_kv_heads * self.dims[2]
        self.q_proj, self.k_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, narrow)
        self.v_proj, self.out_proj = nn.Linear(embed_dim, narrow), nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        g, h, d = self.dims
        q = self.q_proj(x).view(B, T, g, h, d).permute(0, 2, 3, 1, 4)
        k = self.k_proj(x).view(B, T, 1, h, d).permute(0, 2, 3, 4, 1)
        v = self.v_proj(x).view(B, T, 1, h, d).permute(0, 2, 3, 1, 4)
        scores = (q @ k).flatten(1, 2) / D**0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        weights = scores.softmax(-1)
        mixed = weights.unflatten(1, (g, h)) @ v
        return self.out_proj(mixed.permute(0, 3, 1, 2, 4).reshape(B, T, D)), weights


# %% opposite_and_no_output_layer | wrong | output_layer_missing, mask_opposite_sense
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("sizes")
        self.n, self.d, self.g = num_heads, embed_dim // num_heads, num_heads // num_kv_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, self.d * num_kv_heads)
        self.v_proj = nn.Linear(embed_dim, self.d * num_kv_heads)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        q, k, v = (
            layer(x).unflatten(-1, (-1, self.d)).movedim(2, 1) for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        k, v = (part.repeat_interleave(self.g, 1) for part in (k, v))
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) / self.d**0.5
        if mask is not None:
            scores = scores.masked_fill(mask, -1e30)
        weights = scores.softmax(3)
        return torch.einsum("bhts,bhsd->bthd", weights, v).flatten(2), weights


# %% after_softmax_and_not_scaled | wrong | mask_after_softmax, not_scaled
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("sizes")
        self.H, self.G, self.d = num_heads, num_heads // num_kv_heads, embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, embed_dim // self.G)
        self.v_proj = nn.Linear(embed_dim, embed_dim // self.G)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        Q, K, V = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        outs, ws = [], []
        for h in range(self.H):
            a, b = h * self.d, h // self.G * self.d
            w = torch.softmax(Q[..., a : a + self.d] @ K[..., b : b + self.d].mT, -1)
            if mask is not None:
                w = w * (mask if mask.dim() == 2 else mask[:, min(h, mask.shape[1] - 1)])
            ws.append(w)
            outs.append(w @ V[..., b : b + self.d])
        return self.out_proj(torch.cat(outs, 2)), torch.stack(ws, 1)


# %% swapped_kv_and_order | wrong | keys_and_values_swapped, wrong_return_order
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("sizes")
        self.n, self.d, self.g = num_heads, embed_dim // num_heads, num_heads // num_kv_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, self.d * num_kv_heads)
        self.v_proj = nn.Linear(embed_dim, self.d * num_kv_heads)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, D = x.shape
        q = self.q_proj(x).view(B, T, self.n, self.d)
        v = self.k_proj(x).view(B, T, -1, self.d).repeat_interleave(self.g, 2)
        k = self.v_proj(x).view(B, T, -1, self.d).repeat_interleave(self.g, 2)
        scores = torch.einsum("bthd,bshd->bhts", q, k) * self.d**-0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e30)
        w = scores.softmax(-1)
        return w, self.out_proj(torch.einsum("bhts,bshd->bthd", w, v).reshape(B, T, D))


# %% five_axes_einsum | right | -
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    """Keys and values are never copied: the queries get an axis for their group."""

    def __init__(self, embed_dim, num_heads, num_kv_heads):
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError((embed_dim, num_heads, num_kv_heads))
        super().__init__()
        self.shape = (num_kv_heads, num_heads // num_kv_heads, embed_dim // num_heads)
        kv, _, width = self.shape
        for name, out in ("q_proj", embed_dim), ("k_proj", kv * width), ("v_proj", kv * width), ("out_proj", embed_dim):
            setattr(self, name, nn.Linear(embed_dim, out))

    def forward(self, x, mask=None):
        kv, g, width = self.shape
        q = self.q_proj(x).unflatten(-1, (kv, g, width))
        k = self.k_proj(x).unflatten(-1, (kv, width))
        v = self.v_proj(x).unflatten(-1, (kv, width))
        scores = torch.einsum("bthgd,bshd->bhgts", q * width ** -0.5, k).flatten(1, 2)
        if mask is not None:
            scores = torch.where(mask, scores, scores.new_tensor(-float("inf")))
        weights = scores.softmax(-1)
        out = torch.einsum("bhgts,bshd->bthgd", weights.unflatten(1, (kv, g)), v)
        return self.out_proj(out.flatten(2)), weights


# %% expand_wrong_side | wrong | heads_repeated_in_wrong_order
import torch
import torch.nn.functional as F
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("embed_dim, num_heads and num_kv_heads do not fit")
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.group = num_heads // num_kv_heads
        self.dH = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, num_heads * self.dH)
        self.k_proj = nn.Linear(embed_dim, num_kv_heads * self.dH)
        self.v_proj = nn.Linear(embed_dim, num_kv_heads * self.dH)
        self.out_proj = nn.Linear(num_heads * self.dH, embed_dim)

    def split(self, t, heads):
        B, T, _ = t.shape
        return t.view(B, T, heads, self.dH).transpose(1, 2)

    def share(self, t):
        B, kv, T, dH = t.shape
        return t.unsqueeze(1).expand(B, self.group, kv, T, dH).reshape(B, self.num_heads, T, dH)

    def forward(self, x, mask=None):
        q = self.split(self.q_proj(x), self.num_heads)
        k = self.share(self.split(self.k_proj(x), self.num_kv_heads))
        v = self.share(self.split(self.v_proj(x), self.num_kv_heads))
        scores = q @ k.transpose(-1, -2) / self.dH ** 0.5
        if mask is not None:
            scores = scores.masked_fill(mask.logical_not(), float("-inf"))
        weights = F.softmax(scores, -1)
        out = (weights @ v).transpose(1, 2).flatten(2)
        return self.out_proj(out), weights


# %% head_after_head | right | -
import torch
from torch import nn


class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()
        if embed_dim % num_heads != 0 or num_heads % num_kv_heads != 0:
            raise ValueError("num_heads must divide embed_dim, and num_kv_heads num_heads")
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        width = embed_dim // num_heads
        self.q_proj = nn.Linear(embed_dim, embed_dim)
        self.k_proj = nn.Linear(embed_dim, width * num_kv_heads)
        self.v_proj = nn.Linear(embed_dim, width * num_kv_heads)
        self.out_proj = nn.Linear(embed_dim, embed_dim)

    def forward(self, x, mask=None):
        B, T, _ = x.shape
        width = self.embed_dim // self.num_heads
        heads_q = self.q_proj(x).split(width, dim=-1)
        heads_k = self.k_proj(x).split(width, dim=-1)
        heads_v = self.v_proj(x).split(width, dim=-1)
        if mask is None:
            mask = torch.ones(T, T, dtype=torch.bool, device=x.device)
        mask = torch.broadcast_to(mask, (B, self.num_heads, T, T))
        outputs, weights = [], []
        for number, query in enumerate(heads_q):
            shared = number * self.num_kv_heads // self.num_heads
            score = torch.bmm(query, heads_k[shared].transpose(1, 2)).div(width ** 0.5)
            score[~mask[:, number]] = -float("inf")
            weights.append(torch.softmax(score, dim=2))
            outputs.append(torch.bmm(weights[-1], heads_v[shared]))
        return self.out_proj(torch.cat(outputs, dim=-1)), torch.stack(weights, dim=1)
