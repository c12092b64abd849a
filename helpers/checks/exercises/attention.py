"""Exercise 4 of 05_by_hand: scaled dot-product attention that builds its own mask."""

import math
from collections.abc import Callable, Collection

import numpy as np
import torch
from torch import Tensor

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.report import Item

TITLE = "Exercise 4, attention that builds its own mask"
WRITTEN_OUT = {"exp_overflows", "exp_of_hidden_overflows", "one_largest_for_all", "hidden_drown_seen"}


def with_faults(faults: Collection[str]) -> Callable[..., tuple[Tensor, Tensor]]:
    """The attention, with these faults in it."""

    def seen(q, k, lengths, causal):
        """Who may look at whom, (B or 1, nH or 1, T or 1, S or 1); None where everybody may."""
        B, nH, T, _ = q.shape
        S, may = k.shape[2], None
        forgotten = "lengths_ignored" in faults or (causal and "lengths_ignored_when_causal" in faults)
        if lengths is not None and not forgotten:
            most = lengths + int("lengths_off_by_one" in faults) - int("length_too_short" in faults)
            if "lengths_on_queries" in faults:
                may = (torch.arange(T) < most[:, None])[:, None, :, None]
            elif "heads_taken_for_batch" in faults:  # stops with an error where these are not equally many
                may = (torch.arange(S) < most[:, None])[None, :, None, :]
            elif "mask_as_long_as_queries" in faults:  # stops with an error where S is another number than T
                may = (torch.arange(T) < most[:, None])[:, None, None, :]
            elif "queries_hidden_too" in faults:  # so does this
                real = torch.arange(S) < most[:, None]
                may = (real[:, None, :] & real[:, :, None])[:, None]
            elif "lengths_repeated_wrongly" in faults:
                may = (torch.arange(S) < most.repeat(nH)[:, None]).view(B, nH, 1, S)
            else:
                may = (torch.arange(S) < most[:, None])[:, None, None, :]
        if causal and "causal_ignored" not in faults:
            past = (
                torch.ones(T, S)
                .tril(("causal_sees_ahead" in faults) - ("causal_blocks_itself" in faults))
                .bool()
            )
            past = past.T if "causal_transposed" in faults and T == S else past
            may = past if may is None else may & past
            if "either" in faults and lengths is not None:
                may = past | (torch.arange(S) < lengths[:, None])[:, None, None, :]
        return ~may if may is not None and "mask_opposite_sense" in faults else may

    def written_out(scores, may):
        """The softmax as exp over its sum, as those write it who do not take torch's."""
        may = torch.ones_like(scores, dtype=torch.bool) if may is None else may
        before = {"exp_of_hidden_overflows", "hidden_drown_seen"} & set(faults)
        shown = scores if before else scores.masked_fill(~may, -math.inf)
        if {"exp_overflows", "exp_of_hidden_overflows"} & set(faults):
            largest = 0
        elif "one_largest_for_all" in faults:
            largest = shown.max()
        else:
            largest = shown.amax(-1, keepdim=True).clamp(min=-1e30)
        e = (shown - largest).exp() * may
        total = e.sum(-1, keepdim=True)
        if "nan_where_nothing_to_see" not in faults:
            total = total.masked_fill(total == 0, 1)
        return e / total

    def attention(q, k, v, lengths=None, causal=False):
        scores = q @ k.transpose(-2, -1)
        width = v.shape[-1] if "root_of_values" in faults else q.shape[-1]
        width = q.shape[1] * q.shape[-1] if "scaled_by_other_width" in faults else width
        width = k.shape[2] if "root_of_keys" in faults else width
        width = q.shape[2] if "root_of_queries" in faults else width
        if "not_scaled" not in faults:
            scores = scores / (width if "divided_by_d" in faults else math.sqrt(width))
        may = seen(q, k, lengths, causal)
        if WRITTEN_OUT & set(faults):
            weights = written_out(scores, may)
            return weights @ v, weights
        axis = -2 if "softmax_wrong_axis" in faults else -1
        if may is None:
            weights = scores.softmax(axis)
        elif "mask_after_softmax" in faults:
            weights = scores.softmax(axis) * may
        elif "score_zero_for_hidden" in faults:
            weights = (scores * may).softmax(axis)
            if "uniform_where_nothing_to_see" not in faults:
                weights = weights * may.any(-1, keepdim=True)
        else:
            weights = scores.masked_fill(~may, -math.inf).softmax(axis)
            if "uniform_where_nothing_to_see" in faults:
                weights = scores.masked_fill(~may, -1e9).softmax(axis)
            elif "nan_where_nothing_to_see" not in faults:
                weights = scores.masked_fill(~may, -1e30).softmax(axis).masked_fill(~may, 0.0)
        output = weights @ v
        weights = scores if "scores_for_weights" in faults else weights
        return (weights, output) if "wrong_return_order" in faults else (output, weights)

    return attention


def cases(random: np.random.Generator) -> list[Case]:
    def qkv(B, nH, T, S, d, dv=None):
        return [
            (1.5 * random.standard_normal(shape)).astype(np.float32)
            for shape in [(B, nH, T, d), (B, nH, S, d), (B, nH, S, dv or d)]
        ]

    def far(case, *offsets):
        """The same with one feature more, which adds such an offset to the scores of a (row, keys)."""
        q, k, v, *lengths = (part.astype(np.float64) if part.dtype.kind == "f" else part for part in case)
        root = np.sqrt(q.shape[-1] + 1)
        q, k = (np.concatenate([part, np.zeros_like(part[..., :1])], -1) for part in (q, k))
        q[..., -1] = 30
        for row, keys, offset in offsets:
            k[row, :, keys, -1] = offset * root / 30
        return [q, k, v, *lengths]

    d = int(random.integers(5, 8))
    nH, T, S = int(random.integers(2, 4)), int(random.integers(4, 6)), int(random.integers(6, 8))
    full = np.array([S, *random.integers(1, S, 2)])
    some = np.array([*random.integers(2, T, 2), T])
    short = random.integers(2, S, 2)
    return [
        Case(qkv(3, nH, T, S, d, d + 2), item="plain"),
        Case([*qkv(3, nH, T, S, d), full], item="lengths"),
        Case([*qkv(3, 3, T, T, d), some], item="lengths"),  # as many heads as rows, as many queries as keys
        Case(qkv(2, nH, T, T, d), {"causal": True}, item="causal"),
        Case([*qkv(3, nH, T, T, d), some], {"causal": True}, item="together"),
        Case([*qkv(2, nH, T, S, d), np.array([0, 3])], item="nothing"),
        Case([part.astype(np.float64) for part in qkv(1, 1, 1, 2, 3)], item="plain", trivial=True),
        # exp is finite up to 709: a row of scores above that beside one of usual ones.
        Case(far(qkv(2, nH, T, S, d), (0, slice(None), 900)), item="large"),
        # What is hidden stands so far above what is seen that a softmax over both leaves nothing for it.
        Case(
            far([*qkv(2, nH, T, S, d), short], *((b, slice(short[b], S), 1200) for b in (0, 1))), item="large"
        ),
    ]


_ROOT = "scores / sqrt(d), d the width of one query"
_LARGEST = "softmax, or exp(scores - scores.amax(-1, keepdim=True)), hidden scores at -inf first"
_MASK = "torch.arange(S) < lengths[:, None], as (B, 1, 1, S)"

register(
    Function(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item("plain", "weights from scaled scores, outputs from weights", 2),
            Item("lengths", "lengths: keys behind the end are hidden", 2),
            Item("causal", "causal: no later key is seen", 2),
            Item("together", "both at once", 1),
            Item("nothing", "a query with nothing to see has weights 0", 1),
            Item("large", "scores in the hundreds: nothing overflows, nothing seen is lost", 0.5),
            Item("gradients", "gradients of q, k and v", 1),
            Item("inputs", "inputs left alone, their precision kept", 0.5),
        ],
        cases=cases,
        reference=with_faults(()),
        together=with_faults,
        forbids=["attention"],
        through=1,
        parts=("output", "weights"),
        belongs={"changed": "inputs", "type": "inputs"},
        words={
            "returns": Words("what comes back has another form", "a tuple: (output, weights)"),
            "weights": Words("the weights are others", "(B, nH, T, S), each query's sum to 1"),
        },
        wrong=[
            Wrong("not_scaled", "the scores are not scaled", expected=_ROOT, costs=("plain",)),
            Wrong(
                "divided_by_d",
                "the scores are divided by the width",
                expected=_ROOT,
                hint="the root is missing",
                costs=("plain",),
            ),
            Wrong(
                "root_of_values",
                "the root is that of the values' width",
                expected=_ROOT,
                costs=("plain",),
            ),
            Wrong(
                "scaled_by_other_width",
                "the root is that of all heads together",
                expected=_ROOT,
                hint="that is the model's width; each head's is smaller",
                costs=("plain",),
            ),
            Wrong(
                "root_of_keys",
                "the root is that of the number of keys",
                expected=_ROOT,
                costs=("plain",),
            ),
            Wrong(
                "root_of_queries",
                "the root is that of the number of queries",
                expected=_ROOT,
                costs=("plain",),
            ),
            Wrong(
                "scores_for_weights",
                "the scores come back in place of the weights",
                expected="weights: each query's sum to 1",
                costs=("plain",),
            ),
            Wrong(
                "softmax_wrong_axis",
                "softmax goes over the queries",
                expected="over the keys: each query's weights sum to 1",
                costs=("plain",),
            ),
            Wrong(
                "wrong_return_order",
                "weights and output come in the wrong order",
                expected="(output, weights)",
                costs=("plain",),
            ),
            Wrong(
                "mask_opposite_sense",
                "this is a mask of the opposite sense",
                expected="True = may look",
                hint="in nn.MultiheadAttention True means hidden: here it is the other way round",
                costs=("lengths", "causal"),
            ),
            Wrong(
                "mask_after_softmax",
                "this is what comes out when the mask is applied after the softmax",
                expected="hidden scores at -inf before it, so that the weights of those seen sum to 1",
                costs=("lengths", "causal"),
            ),
            Wrong(
                "score_zero_for_hidden",
                "hidden keys have a score of 0, which still gets weight",
                expected="a score of -inf: exp(0) is 1, exp(-inf) is 0",
                costs=("lengths", "causal"),
            ),
            Wrong(
                "lengths_on_queries",
                "the lengths hide queries",
                expected="they hide keys: " + _MASK,
                costs=("lengths",),
            ),
            Wrong(
                "mask_as_long_as_queries",
                "the mask of real keys is as long as there are queries",
                expected=_MASK,
                hint="S may be another number than T",
                costs=("lengths", "nothing"),
            ),
            Wrong(
                "queries_hidden_too",
                "the lengths hide queries as well as keys",
                expected="they hide keys alone: " + _MASK,
                hint="S may be another number than T, and queries have no lengths",
                costs=("lengths", "together", "nothing"),
            ),
            Wrong(
                "heads_taken_for_batch",
                "where there are as many heads as rows, each head has a row's length",
                expected=_MASK,
                hint="the mask (B, S) lacks the axes of heads and queries",
                costs=("lengths",),
            ),
            Wrong(
                "lengths_repeated_wrongly",
                "the lengths are repeated in the wrong order: a head has another row's length",
                expected=_MASK,
                hint="repeat gives 0 1 0 1; heads of one row stand side by side: repeat_interleave, 0 0 1 1",
                costs=("lengths",),
            ),
            Wrong(
                "lengths_ignored",
                "lengths does nothing",
                expected="they hide keys: " + _MASK,
                costs=("lengths", "together", "nothing"),
            ),
            Wrong(
                "lengths_off_by_one",
                "one key too many is seen",
                expected="keys 0 .. length - 1",
                hint="<= in place of <",
                costs=("lengths",),
            ),
            Wrong(
                "length_too_short",
                "one key too few is seen",
                expected="keys 0 .. length - 1",
                costs=("lengths",),
            ),
            Wrong(
                "causal_ignored",
                "causal does nothing",
                expected="query t sees keys 0 .. t",
                costs=("causal",),
            ),
            Wrong(
                "causal_sees_ahead",
                "causal: each query sees one key ahead",
                expected="query t sees keys 0 .. t",
                hint="tril(1), or triu(2)",
                costs=("causal",),
            ),
            Wrong(
                "causal_blocks_itself",
                "causal: no query sees its own key",
                expected="query t sees keys 0 .. t, its own among them",
                hint="tril(-1), or triu(0) for what is hidden",
                costs=("causal",),
            ),
            Wrong(
                "causal_transposed",
                "causal: each query sees what comes later",
                expected="query t sees keys 0 .. t: the lower triangle",
                costs=("causal",),
            ),
            Wrong(
                "lengths_ignored_when_causal",
                "where causal is set, the lengths are forgotten",
                expected="both hold: lengths & causal",
                costs=("together",),
            ),
            Wrong(
                "either",
                "lengths or causal is enough to be seen",
                expected="both must allow it: & in place of |",
                costs=("together",),
            ),
            Wrong(
                "nan_where_nothing_to_see",
                "a query with nothing to see gives NaN",
                expected="weights 0 and output 0, and gradients that are numbers",
                hint="softmax over -inf alone is 0 / 0",
                costs=("nothing",),
            ),
            Wrong(
                "uniform_where_nothing_to_see",
                "a query with nothing to see looks at everything",
                expected="weights 0",
                hint="softmax over equal scores, -1e9 each, gives equal weights",
                costs=("nothing",),
            ),
            Wrong(
                "exp_overflows",
                "exp of a large score is inf",
                expected=_LARGEST,
                hint="exp(710) is inf even in float64, and inf / inf is NaN",
                costs=("large",),
            ),
            Wrong(
                "exp_of_hidden_overflows",
                "exp of a large score is inf, that of a hidden one too, and inf * 0 is NaN",
                expected=_LARGEST,
                costs=("large",),
            ),
            Wrong(
                "one_largest_for_all",
                "the largest score of all is taken off: a query whose scores are far below gets nothing",
                expected=_LARGEST,
                hint="scores.max() in place of scores.amax(-1, keepdim=True)",
                costs=("large",),
            ),
            Wrong(
                "hidden_drown_seen",
                "where a hidden score is far above those that are seen, nothing is left for them",
                expected="hidden scores at -inf first, then the softmax over what is seen",
                hint="the softmax went over all keys, and what is hidden was taken out afterwards",
                costs=("large",),
            ),
        ],
    )
)
