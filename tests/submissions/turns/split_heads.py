# ruff: noqa
"""Labelled answers to the turn `split_heads`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_split_heads(x, n_head):
    return x.unflatten(-1, (n_head, -1)).transpose(1, 2)


# %% view and transpose | -
def my_split_heads(x, n_head):
    B, T, D = x.shape
    return x.view(B, T, n_head, D // n_head).transpose(1, 2)


# %% permute | -
def my_split_heads(x, n_head):
    return x.reshape(x.shape[0], x.shape[1], n_head, -1).permute(0, 2, 1, 3).contiguous()


# %% chunks stacked | -
def my_split_heads(x, n_head):
    return torch.stack(x.chunk(n_head, dim=-1), dim=1)


# %% a loop over columns | -
def my_split_heads(x, n_head):
    dH = x.shape[-1] // n_head
    heads = [x[:, :, i * dH : (i + 1) * dH] for i in range(n_head)]
    return torch.cat([h[:, None] for h in heads], dim=1)


# %% filled one by one | -
def my_split_heads(x, n_head):
    B, T, D = x.shape
    out = x.new_zeros(B, n_head, T, D // n_head)
    for h in range(n_head):
        for d in range(D // n_head):
            out[:, h, :, d] = x[:, :, h * (D // n_head) + d]
    return out


# %% einsum moves the axes | -
def my_split_heads(x, n_head):
    B, T, D = x.shape
    return torch.einsum("bthd->bhtd", x.reshape(B, T, n_head, D // n_head))


# %% straight | viewed_straight
def my_split_heads(x, n_head):
    B, T, D = x.shape
    return x.view(B, n_head, T, D // n_head)


# %% every n-th column | every_other_column
def my_split_heads(x, n_head):
    return torch.stack([x[:, :, i::n_head] for i in range(n_head)], dim=1)


# %% time first | heads_behind_time
def my_split_heads(x, n_head):
    return x.reshape(*x.shape[:2], n_head, -1)


# %% heads in front | heads_in_front
def my_split_heads(x, n_head):
    return torch.stack(x.chunk(n_head, dim=-1))


# %% two transposes | width_before_time
def my_split_heads(x, n_head):
    return x.unflatten(-1, (n_head, -1)).transpose(1, 2).transpose(2, 3)


# %% as many heads as width | widths_for_heads
def my_split_heads(x, n_head):
    B, T, D = x.shape
    return x.view(B, T, D // n_head, n_head).transpose(1, 2)


# %% a list of heads | wrong_output
def my_split_heads(x, n_head):
    return x.chunk(n_head, dim=-1)


# %% time cut in place of width | wrong_output
def my_split_heads(x, n_head):
    return torch.stack(x.repeat(1, n_head, 1).chunk(n_head, dim=1), dim=1)


# %% into the batch | wrong_output
def my_split_heads(x, n_head):
    B, T, D = x.shape
    return x.view(B, T, n_head, -1).transpose(1, 2).reshape(B * n_head, T, -1)


# %% a float for a size | raises
def my_split_heads(x, n_head):
    B, T, D = x.shape
    return x.view(B, T, n_head, D / n_head).transpose(1, 2)


# %% no return | returns_nothing
def my_split_heads(x, n_head):
    x = x.unflatten(-1, (n_head, -1)).transpose(1, 2)
