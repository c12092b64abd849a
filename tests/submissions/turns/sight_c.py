# ruff: noqa
"""Labelled answers to the turn `sight_c`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""

# %% the course's own | -
def my_sight_c(mask):
    return mask | ~mask.any(dim=-1, keepdim=True)


# %% rows filled one by one | -
def my_sight_c(mask):
    seen = mask.clone()
    for row in seen:
        if not row.any():
            row[:] = True
    return seen


# %% where | -
def my_sight_c(mask):
    nothing = mask.sum(dim=1, keepdim=True) == 0
    return torch.where(nothing, torch.ones_like(mask), mask)


# %% rows by their number | -
def my_sight_c(mask):
    seen = mask.clone()
    seen[(~mask).all(dim=1)] = True
    return seen


# %% the softmax itself | -
def my_sight_c(mask):
    scores = torch.zeros(mask.shape).masked_fill(~mask, -1e9)
    return torch.softmax(scores, dim=-1) > 0


# %% masked_fill of the mask | -
def my_sight_c(mask):
    return mask.masked_fill((~mask).all(-1, keepdim=True), True)


# %% asked of the probe | -
def my_sight_c(mask):
    from helpers import broken, probes

    return probes.who_sees_whom(broken.model_c, torch.randn(1, mask.shape[1], 4), kwargs={"mask": mask})


# %% a list of rows | -
def my_sight_c(mask):
    return torch.stack([row if row.any() else ~row for row in mask])


# %% what it claims | what_c_claims
def my_sight_c(mask):
    return mask


# %% it sees all | nothing_is_hidden
def my_sight_c(mask):
    return torch.ones_like(mask)


# %% True is blocked, as in torch's layer | what_is_hidden
def my_sight_c(mask):
    return ~mask


# %% if nothing may be seen at all | all_or_nothing
def my_sight_c(mask):
    if mask.any():
        return mask
    return torch.ones_like(mask)


# %% columns that nobody sees | columns
def my_sight_c(mask):
    return mask | ~mask.any(dim=0)


# %% the leak alone | the_leak_alone
def my_sight_c(mask):
    return (~mask.any(-1, keepdim=True)).expand_as(mask)


# %% a row of one key goes wrong too | wrong_sees
def my_sight_c(mask):
    return mask | (mask.sum(-1, keepdim=True) < 2)


# %% itself at least | wrong_sees
def my_sight_c(mask):
    return mask | torch.eye(*mask.shape, dtype=torch.bool)


# %% the first key in its place | wrong_sees
def my_sight_c(mask):
    seen = mask.clone()
    seen[~mask.any(-1), 0] = True
    return seen


# %% numbers, not True and False | wrong_sees
def my_sight_c(mask):
    return torch.where(mask.any(-1, keepdim=True), mask.float(), torch.ones(mask.shape))


# %% or on a tensor | raises
def my_sight_c(mask):
    return mask or ~mask.any(dim=-1, keepdim=True)


# %% any without its axis kept | wrong_sees
def my_sight_c(mask):
    return mask | ~mask.any(dim=-1)


# %% the mask itself is changed | wrong_changed
def my_sight_c(mask):
    mask[~mask.any(-1)] = True
    return mask


# %% no return | returns_nothing
def my_sight_c(mask):
    mask | ~mask.any(dim=-1, keepdim=True)
