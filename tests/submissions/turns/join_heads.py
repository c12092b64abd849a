# ruff: noqa
"""Labelled answers to the turn `join_heads`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_join_heads(heads):
    return heads.transpose(1, 2).flatten(2)


# %% reshape | -
def my_join_heads(heads):
    B, n_head, T, dH = heads.shape
    return heads.permute(0, 2, 1, 3).reshape(B, T, n_head * dH)


# %% contiguous, view | -
def my_join_heads(heads):
    B, n_head, T, dH = heads.size()
    return heads.transpose(1, 2).contiguous().view(B, T, -1)


# %% cat of the heads | -
def my_join_heads(heads):
    return torch.cat([heads[:, i] for i in range(heads.shape[1])], dim=-1)


# %% unbind | -
def my_join_heads(heads):
    return torch.cat(heads.unbind(1), 2)


# %% einsum | -
def my_join_heads(heads):
    return torch.einsum("bhtd->bthd", heads).flatten(start_dim=-2)


# %% straight | flattened_straight
def my_join_heads(heads):
    B, n_head, T, dH = heads.shape
    return heads.reshape(B, T, n_head * dH)


# %% columns between each other | columns_mixed
def my_join_heads(heads):
    return heads.permute(0, 2, 3, 1).flatten(2)


# %% one behind the other | behind_each_other
def my_join_heads(heads):
    return torch.cat(heads.unbind(1), dim=1)


# %% the places joined | places_joined
def my_join_heads(heads):
    return heads.flatten(2)


# %% added | heads_added
def my_join_heads(heads):
    return sum(heads[:, i] for i in range(heads.shape[1]))


# %% the mean | heads_averaged
def my_join_heads(heads):
    return heads.mean(1)


# %% the axis stays | axis_kept
def my_join_heads(heads):
    return heads.transpose(1, 2)


# %% view after transpose | raises
def my_join_heads(heads):
    B, n_head, T, dH = heads.shape
    return heads.transpose(1, 2).view(B, T, n_head * dH)


# %% the last two axes without moving | wrong_output
def my_join_heads(heads):
    return heads.transpose(1, 3).flatten(2)


# %% the first head | wrong_output
def my_join_heads(heads):
    return heads[:, 0]


# %% no return | returns_nothing
def my_join_heads(heads):
    torch.cat(heads.unbind(1), dim=-1)
