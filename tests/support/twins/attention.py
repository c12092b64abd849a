"""A twin of `attention` with mistakes to switch on."""

import math

import torch

from twins.common import Faults, Seen, gradients, normal, number, outcome

FORMS = {
    "scaled_by_other_width": 3,
    "lengths_off_by_one": 2,
    "heads_taken_for_batch": 2,
    "changes_input": 2,
}
FORBIDDEN = r"scaled_dot_product_attention|multi_head_attention_forward|_native_multi_head_attention"


def scale(faults: Faults, q, v) -> float:
    nH, T, d = q.shape[1:]
    if "not_scaled" in faults:
        return 1.0
    if "divided_by_d" in faults:
        return 1 / d
    widths = (v.shape[-1], nH * d, T)
    return 1 / math.sqrt(widths[faults["scaled_by_other_width"]] if "scaled_by_other_width" in faults else d)


def real_keys(faults: Faults, lengths, B, nH, T, S):
    """(B or 1, nH or 1, T or 1, S or 1): which keys the lengths let each query see."""
    if "lengths_on_queries" in faults:
        return (torch.arange(T) < lengths[:, None])[:, None, :, None]
    shift = (1, -1)[faults["lengths_off_by_one"]] if "lengths_off_by_one" in faults else 0
    real = torch.arange(S) < lengths[:, None] + shift
    if "heads_taken_for_batch" in faults:
        if faults["heads_taken_for_batch"]:
            return real[:, None, :].expand(-1, 1, -1)  # (B, 1, S), against (B, nH, T, S)
        return real.repeat(nH, 1).view(B, nH, 1, S)
    return real[:, None, None, :]


def order_in_time(faults: Faults, T, S):
    ones = torch.ones(T, S, dtype=torch.bool)
    if "causal_transposed" in faults:
        return ones.triu()
    return ones.tril(-1 if "causal_blocks_itself" in faults else 1 if "causal_sees_ahead" in faults else 0)


def normalise(faults: Faults, scores, mask):
    """The weights of all queries; `mask` True = may look."""
    if "mask_after_softmax" in faults:
        return scores.softmax(-1) * mask
    if "exp_overflows" in faults:
        e = scores.exp() * mask
        return e / (e.sum(-1, keepdim=True) + 1e-12)
    if "hidden_drown_seen" in faults:
        shares = scores.softmax(-1) * mask
        return shares / shares.sum(-1, keepdim=True).clamp(min=1e-12)
    axis = 2 if "softmax_wrong_axis" in faults else 3
    blind = ~mask.any(axis, keepdim=True)
    if "nan_gradient" in faults:
        return (scores + torch.zeros_like(scores).masked_fill(~mask, -math.inf)).softmax(-1).nan_to_num(nan=0)
    if "score_zero_for_hidden" in faults:
        return scores.masked_fill(~mask, 0).softmax(-1).masked_fill(blind, 0)
    weights = scores.masked_fill(~mask, -math.inf).masked_fill(blind, 0).softmax(axis)
    if "uniform_where_nothing_to_see" in faults:
        return weights.masked_fill(blind, 1 / mask.shape[3])
    if "nan_where_nothing_to_see" in faults:
        return weights.masked_fill(blind, math.nan)
    return weights.masked_fill(blind, 0)


def twin(faults: Faults):
    def attention(q, k, v, lengths=None, causal=False):
        B, nH, T, d = q.shape
        S = k.shape[2]
        if "raises_when_lengths_differ" in faults and T != S:
            raise RuntimeError
        if "lengths_undone" in faults and lengths is not None:
            raise NotImplementedError
        if "wrong_dtype" in faults:
            q, k, v = q.float(), k.float(), v.float()
        if "changes_input" in faults:
            if faults["changes_input"]:
                q.data /= math.sqrt(d)
                q = q * math.sqrt(d)
            elif lengths is not None:
                for b in range(B):
                    k.data[b, :, int(lengths[b]) :] = 0
                    v.data[b, :, int(lengths[b]) :] = 0
        scores = q @ k.mT * scale(faults, q, v)
        mask = torch.ones(B, nH, T, S, dtype=torch.bool)
        ignored = "lengths_ignored" in faults or causal and "lengths_ignored_when_causal" in faults
        if lengths is not None and not ignored:
            mask = mask & real_keys(faults, lengths, B, nH, T, S)
        if causal and "causal_ignored" not in faults:
            mask = mask & order_in_time(faults, T, S)
        if "mask_opposite_sense" in faults and (causal or lengths is not None):
            mask = ~mask
        weights = normalise(faults, scores, mask)
        if "no_gradient" in faults:
            weights = weights.detach()
        output = weights @ v
        if "scores_for_weights" in faults:
            weights = scores
        if "output_undone" in faults:
            output = None
        if "one_of_two" in faults:
            return output
        return (weights, output) if "wrong_return_order" in faults else (output, weights)

    return attention


def observe(attention, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    B = nH = number(generator, 2, 3)  # as many heads as rows: a mix-up of the two raises nothing
    d, dv = number(generator, 2, 3), number(generator, 4, 6)
    seen = {}
    for name, more_keys, lengths, causal, heads in (
        ("plain", 2, None, False, nH),
        ("lengths", 3, (3, 6, 0), False, nH),
        ("lengths, other heads", 3, (3, 1, 5), False, nH + 1),
        ("causal", 0, None, True, nH),
        ("both", 0, (2, 4, 0), True, nH),
        ("scores of 900", 2, None, False, nH),
        ("hidden scores of 1200", 3, (3, 6, 2), False, nH),
    ):
        T = number(generator, 5, 6)
        shapes = [(B, heads, T, d), (B, heads, T + more_keys, d), (B, heads, T + more_keys, dv)]
        q, k, v = (normal(generator, *shape) for shape in shapes)
        if "scores of" in name:
            q[..., -1], k[..., -1] = 30, 0
            if lengths is None:
                k[0, ..., -1] = 900 * math.sqrt(d) / 30
            for row, length in enumerate((lengths or ())[-B:]):
                k[row, :, length:, -1] = 1200 * math.sqrt(d) / 30
        inputs = [part.requires_grad_() for part in (q, k, v)]
        arguments = {"causal": True} if causal else {}
        if lengths is not None:
            arguments["lengths"] = torch.tensor(lengths)[-B:]
        found = outcome(lambda: attention(*inputs, **arguments))  # noqa: B023 (called at once)
        seen[name] = found
        parts = found if isinstance(found, tuple) else (found,)
        seen[f"{name}: gradients"] = [gradients(part, inputs) for part in parts]
        seen[f"{name}: inputs"] = [i.detach().clone() for i in inputs]
    return seen
