# ruff: noqa
"""Labelled answers to the turn `weights`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_weights(scores, mask):
    scores = scores.masked_fill(~mask, -math.inf)
    nothing = (scores == -math.inf).all(dim=-1, keepdim=True)
    return torch.softmax(scores.masked_fill(nothing, 0.0), dim=-1).masked_fill(nothing, 0.0)


# %% where, and the mask once more | -
def my_weights(scores, mask):
    seen = torch.where(mask, scores, torch.tensor(-float("inf")))
    nothing = ~mask.any(dim=-1, keepdim=True)
    weights = torch.softmax(torch.where(nothing, torch.zeros_like(scores), seen), dim=-1)
    return weights * mask


# %% a large number, and zeros behind it | -
def my_weights(scores, mask):
    weights = torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)
    return weights * mask


# %% exp by hand | -
def my_weights(scores, mask):
    e = torch.exp(scores - scores.max(dim=-1, keepdim=True).values) * mask
    return e / e.sum(dim=-1, keepdim=True).clamp(min=1e-9)


# %% added floats | -
def my_weights(scores, mask):
    added = torch.zeros_like(scores).masked_fill(~mask, -1e9)
    return torch.softmax(scores + added, -1).masked_fill(~mask, 0.0)


# %% after the softmax, shared out again | -
def my_weights(scores, mask):
    weights = torch.softmax(scores, dim=-1) * mask
    total = weights.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, weights / total.clamp(min=1e-12), torch.zeros_like(weights))


# %% nan_to_num behind masked_fill | -
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1).nan_to_num()


# %% row by row | -
def my_weights(scores, mask):
    weights = torch.zeros_like(scores)
    for b in range(scores.shape[0]):
        for t in range(scores.shape[1]):
            keys = mask[b, t].nonzero()[:, 0]
            if len(keys):
                weights[b, t, keys] = torch.softmax(scores[b, t, keys], dim=0)
    return weights


# %% the smallest number there is | -
def my_weights(scores, mask):
    scores = scores.masked_fill(mask == False, torch.finfo(scores.dtype).min)
    return scores.softmax(-1) * mask.any(-1, keepdim=True)


# %% hidden where True | opposite_mask
def my_weights(scores, mask):
    nothing = mask.all(dim=-1, keepdim=True)
    scores = scores.masked_fill(mask, -math.inf).masked_fill(nothing, 0.0)
    return torch.softmax(scores, dim=-1).masked_fill(nothing, 0.0)


# %% hidden where True, no rule | opposite_mask
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(mask, -math.inf), dim=-1)


# %% no rule for such rows | nan_row
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)


# %% shared out again without a rule | nan_row
def my_weights(scores, mask):
    weights = torch.softmax(scores, dim=-1) * mask
    return weights / weights.sum(dim=-1, keepdim=True)


# %% times the mask | mask_after
def my_weights(scores, mask):
    return torch.softmax(scores, dim=-1) * mask


# %% zeros into the weights | mask_after
def my_weights(scores, mask):
    weights = torch.softmax(scores, dim=-1)
    weights = weights.masked_fill(~mask, 0.0)
    return weights


# %% zeros into the scores | score_zero
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, 0.0), dim=-1)


# %% times the mask, before | score_zero
def my_weights(scores, mask):
    return torch.softmax(scores * mask, dim=-1)


# %% zeros into the scores, and the rule | wrong_output
def my_weights(scores, mask):
    weights = torch.softmax(scores.masked_fill(~mask, 0.0), dim=-1)
    return weights.masked_fill(~mask.any(-1, keepdim=True), 0.0)


# %% minus a billion | forbidden_equally
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)


# %% minus a billion, added | forbidden_equally
def my_weights(scores, mask):
    return torch.softmax(scores + -1e9 * (~mask).float(), dim=-1)


# %% along the queries | over_the_queries
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, -math.inf), dim=1)


# %% along the queries, and the rule | over_the_queries
def my_weights(scores, mask):
    weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-2)
    return torch.nan_to_num(weights)


# %% infinity times the mask | zero_times_infinity
def my_weights(scores, mask):
    return torch.softmax(scores + (~mask).float() * -math.inf, dim=-1)


# %% a small number is not small enough | wrong_output
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, -5.0), dim=-1) * mask.any(-1, keepdim=True)


# %% plus infinity | wrong_output
def my_weights(scores, mask):
    scores = scores.masked_fill(~mask, math.inf)
    return torch.softmax(scores, dim=-1).nan_to_num()


# %% no mask | wrong_output
def my_weights(scores, mask):
    return torch.softmax(scores, dim=-1)


# %% no softmax | wrong_output
def my_weights(scores, mask):
    return scores * mask / (scores * mask).sum(-1, keepdim=True)


# %% added infinity, NaN taken away | wrong_gradients
def my_weights(scores, mask):
    added = torch.zeros_like(scores).masked_fill(~mask, -math.inf)
    return torch.nan_to_num(torch.softmax(scores + added, dim=-1))


# %% NaN overwritten in place | overwritten
def my_weights(scores, mask):
    added = torch.where(mask, 0.0, -math.inf)
    weights = torch.softmax(scores + added, dim=-1)
    weights[weights.isnan()] = 0.0
    return weights


# %% in place | wrong_changed
def my_weights(scores, mask):
    scores[~mask] = -1e9
    return torch.softmax(scores, dim=-1) * mask


# %% not on booleans | raises
def my_weights(scores, mask):
    return torch.softmax(scores.masked_fill(1 - mask, -math.inf), dim=-1)


# %% nothing is given back | returns_nothing
def my_weights(scores, mask):
    weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1).nan_to_num()


# %% the logarithm of the mask | wrong_gradients
def my_weights(scores, mask):
    return torch.softmax(scores + torch.log(mask.float()), -1).nan_to_num(0)


# %% chosen rows alone | -
def my_weights(scores, mask):
    weights, some = torch.zeros_like(scores), mask.any(-1)
    weights[some] = torch.softmax(scores[some].masked_fill(~mask[some], -math.inf), -1)
    return weights


# %% exp, and a little more below | -
def my_weights(scores, mask):
    e = scores.exp() * mask
    return e / (e.sum(-1, keepdim=True) + 1e-8)


# %% only where all is hidden | nan_row
def my_weights(scores, mask):
    if not mask.any():
        return torch.zeros_like(scores)
    return torch.softmax(scores.masked_fill(~mask, -math.inf), -1)
