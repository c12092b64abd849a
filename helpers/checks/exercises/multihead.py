"""Exercise 5 of 05_by_hand: attention whose heads of queries share heads of keys and values."""

import math
from collections.abc import Collection

import numpy as np
from torch import nn

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.layers import Layer
from helpers.checks.report import Item

TITLE = "Exercise 5, grouped-query attention"


def with_faults(faults: Collection[str]) -> type[nn.Module]:
    """The layer, with these faults in it."""

    def split(x, heads):
        B, T, width = x.shape
        if "split_without_transpose" in faults:
            return x.reshape(B, heads, T, width // heads)
        if "features_first" in faults:
            return x.reshape(B, T, width // heads, heads).permute(0, 3, 1, 2)
        return x.reshape(B, T, heads, width // heads).transpose(1, 2)

    def shared(x, times, values=False):
        in_turn = "values_repeated_in_wrong_order" in faults and values
        if in_turn or "heads_repeated_in_wrong_order" in faults:
            return x.repeat(1, times, 1, 1)
        if "first_head_for_all" in faults:
            return x[:, :1].expand(-1, x.shape[1] * times, -1, -1)
        return x.repeat_interleave(times, dim=1)

    class GroupedQueryAttention(nn.Module):
        def __init__(self, embed_dim, num_heads, num_kv_heads):
            super().__init__()
            self.heads, self.kv_heads = num_heads, num_kv_heads
            narrow = embed_dim // num_heads * num_kv_heads
            self.q_proj = nn.Linear(embed_dim, embed_dim)
            self.k_proj = nn.Linear(embed_dim, narrow)
            self.v_proj = nn.Linear(embed_dim, narrow)
            self.out_proj = nn.Linear(embed_dim, embed_dim)

        def forward(self, x, mask=None):
            B, T, width = x.shape
            times = self.heads // self.kv_heads
            q = split(x if "queries_not_projected" in faults else self.q_proj(x), self.heads)
            k = shared(split(self.k_proj(x), self.kv_heads), times)
            v = shared(split(self.v_proj(x), self.kv_heads), times, values=True)
            k, v = (v, k) if "keys_and_values_swapped" in faults else (k, v)
            scores = q @ k.transpose(-2, -1)
            if "not_scaled" not in faults:
                wide = width if "scaled_by_embed_dim" in faults else q.shape[-1]
                scores = scores / (wide if "divided_by_d" in faults else math.sqrt(wide))
            if mask is not None and "mask_ignored" not in faults:
                if "one_mask_for_rows" in faults and mask.ndim == 4:
                    mask = mask[:1]
                if "one_mask_for_heads" in faults and mask.ndim == 4:
                    mask = mask[:, :1]
                mask = ~mask if "mask_opposite_sense" in faults else mask
                if "score_zero_for_hidden" in faults:
                    scores = scores * mask
                elif "mask_after_softmax" not in faults:
                    scores = scores.masked_fill(~mask, -1e30)
            axis = -2 if "softmax_wrong_axis" in faults else 1 if "softmax_over_heads" in faults else -1
            weights = scores.softmax(axis)
            if mask is not None and "mask_after_softmax" in faults:
                weights = weights * mask
            y = weights @ v
            if "merged_without_transpose" in faults:
                y = y.reshape(B, T, width)
            elif "merged_in_wrong_order" in faults:
                y = y.permute(0, 2, 3, 1).reshape(B, T, width)
            else:
                y = y.transpose(1, 2).reshape(B, T, width)
            y = y if "output_layer_missing" in faults else self.out_proj(y)
            weights = weights.mean(1) if "weights_averaged_over_heads" in faults else weights
            weights = scores if "scores_for_weights" in faults else weights
            return (weights, y) if "wrong_return_order" in faults else (y, weights)

    return GroupedQueryAttention


def cases(random: np.random.Generator) -> list[Case]:
    def x(*shape):
        return random.standard_normal(shape).astype(np.float32)

    dH, T = int(random.integers(3, 5)), int(random.integers(5, 7))
    causal = np.tri(T, dtype=bool)
    # For each head another one, which hides its own step from a query here and there.
    by_head = random.random((2, 4, T, T)) < 0.5
    by_head[..., 0] = True
    by_row = np.arange(T) < np.array([[T - 2], [T], [2]])
    plain = {"embed_dim": 4 * dH, "num_heads": 4, "num_kv_heads": 2}
    equal = {"embed_dim": 2 * dH, "num_heads": 2, "num_kv_heads": 2}
    return [
        Case([x(2, T, 4 * dH)], build=plain),
        Case([x(2, T, 6 * dH)], build={"embed_dim": 6 * dH, "num_heads": 6, "num_kv_heads": 2}),
        Case([x(2, T, 4 * dH), causal], build=plain, item="mask"),
        Case([x(3, T, 2 * dH), by_row[:, None, None]], build=equal, item="mask"),
        Case([x(2, T, 4 * dH), by_head], build=plain, item="mask"),
        Case([x(1, 1, 3 * dH)], build={"embed_dim": 3 * dH, "num_heads": 3, "num_kv_heads": 1}, trivial=True),
    ]


_SPLIT = "view(B, T, heads, dH).transpose(1, 2)"
_ROOT = "scores / sqrt(dH), dH = embed_dim / num_heads"

register(
    Layer(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item("names", "q_proj, k_proj, v_proj, out_proj, in their shapes", 1),
            Item("output", "heads split, shared, and merged in order", 5),
            Item("mask", "mask: True = may look, broadcast to (B, nH, T, T)", 2),
            Item("gradients", "gradients of x and of all weights", 1),
            Item("device", "follows x to another device and precision", 1),
        ],
        cases=cases,
        reference=with_faults(()),
        together=with_faults,
        forbids=["attention"],
        parts=("output", "weights"),
        words={
            "names": Words(
                "the parameters have other names or shapes",
                "q_proj, out_proj: Linear(embed_dim, embed_dim); k_proj, v_proj: num_kv_heads * dH wide",
                "dH = embed_dim // num_heads, for queries, keys and values alike; all with bias",
            ),
            "returns": Words("what comes back has another form", "a tuple: (output, weights)"),
            "weights": Words("the weights are others", "(B, nH, T, T), one matrix for each head"),
        },
        wrong=[
            Wrong(
                "split_without_transpose",
                "view without transpose: a head's rows are pieces of different steps",
                expected=_SPLIT,
                hint="view(B, heads, T, dH) has the right shape and mixes time with heads",
                costs=("output",),
            ),
            Wrong(
                "features_first",
                "features and heads are swapped where the heads are split",
                expected=_SPLIT,
                hint="a head's features stand side by side: (heads, dH), not (dH, heads)",
                costs=("output",),
            ),
            Wrong(
                "heads_repeated_in_wrong_order",
                "heads of keys and values are repeated in the wrong order",
                expected="0 0 1 1: repeat_interleave",
                hint="repeat gives 0 1 0 1",
                costs=("output",),
            ),
            Wrong(
                "first_head_for_all",
                "all heads of queries share the first head of keys and values",
                expected="num_heads / num_kv_heads heads of queries for each head of keys and values",
                costs=("output",),
            ),
            Wrong(
                "values_repeated_in_wrong_order",
                "the heads of the values are repeated in another order than those of the keys",
                expected="0 0 1 1 for both: repeat_interleave",
                costs=("output",),
            ),
            Wrong(
                "merged_without_transpose",
                "heads are merged without transposing back",
                expected="transpose(1, 2).reshape(B, T, embed_dim)",
                hint="reshape of (B, nH, T, dH) has the right size and mixes time with heads",
                costs=("output",),
            ),
            Wrong(
                "merged_in_wrong_order",
                "heads are merged in the wrong order",
                expected="head 0's features first, then head 1's",
                costs=("output",),
            ),
            Wrong(
                "output_layer_missing",
                "the output layer is missing",
                expected="out_proj(merged heads)",
                costs=("output",),
            ),
            Wrong(
                "scaled_by_embed_dim",
                "the scores are scaled by the model's width",
                expected=_ROOT,
                costs=("output",),
            ),
            Wrong("not_scaled", "the scores are not scaled", expected=_ROOT, costs=("output",)),
            Wrong(
                "divided_by_d",
                "the scores are divided by the width",
                expected=_ROOT,
                hint="the root is missing",
                costs=("output",),
            ),
            Wrong(
                "keys_and_values_swapped",
                "keys and values are swapped",
                expected="scores from queries and keys, the mixture from values",
                costs=("output",),
            ),
            Wrong(
                "softmax_wrong_axis",
                "softmax goes over the queries",
                expected="over the keys: each query's weights sum to 1",
                costs=("output",),
            ),
            Wrong(
                "softmax_over_heads",
                "softmax goes over the heads",
                expected="over the keys: each query's weights sum to 1",
                costs=("output",),
            ),
            Wrong(
                "queries_not_projected",
                "q_proj is not used",
                expected="queries from q_proj(x)",
                costs=("output",),
            ),
            Wrong(
                "scores_for_weights",
                "the scores come back in place of the weights",
                expected="weights: each query's sum to 1",
                costs=("output",),
            ),
            Wrong(
                "wrong_return_order",
                "weights and output come in the wrong order",
                expected="(output, weights)",
                costs=("output",),
            ),
            Wrong(
                "weights_averaged_over_heads",
                "the weights are averaged over the heads",
                expected="(B, nH, T, T), one matrix for each head",
                hint="nn.MultiheadAttention averages them unless told otherwise",
                costs=("output",),
            ),
            Wrong(
                "mask_opposite_sense",
                "this is a mask of the opposite sense",
                expected="True = may look",
                hint="in nn.MultiheadAttention True means hidden: here it is the other way round",
                costs=("mask",),
            ),
            Wrong("mask_ignored", "mask does nothing", expected="hidden scores at -inf", costs=("mask",)),
            Wrong(
                "mask_after_softmax",
                "this is what comes out when the mask is applied after the softmax",
                expected="hidden scores at -inf before it",
                costs=("mask",),
            ),
            Wrong(
                "score_zero_for_hidden",
                "hidden keys have a score of 0, which still gets weight",
                expected="a score of -inf: exp(0) is 1, exp(-inf) is 0",
                costs=("mask",),
            ),
            Wrong(
                "one_mask_for_rows",
                "every row has the first row's mask",
                expected="mask broadcast to (B, nH, T, T)",
                costs=("mask",),
            ),
            Wrong(
                "one_mask_for_heads",
                "every head has the first head's mask",
                expected="mask broadcast to (B, nH, T, T)",
                costs=("mask",),
            ),
        ],
    )
)
