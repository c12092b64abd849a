# ruff: noqa
"""Labelled answers to the turn `sight_b`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""

# %% the course's own | -
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths[:, None]


# %% rows stacked | -
def my_sight_b(lengths, text, T):
    return torch.stack([torch.arange(T) < n for n in lengths])


# %% a loop over heads | -
def my_sight_b(lengths, text, T):
    seen = torch.zeros(len(lengths), T, dtype=torch.bool)
    for head, length in enumerate(lengths.tolist()):
        seen[head, :length] = True
    return seen


# %% the mask of all texts, cut out as the scores meet it | -
def my_sight_b(lengths, text, T):
    is_real = torch.arange(T)[None] < lengths[:, None]
    return is_real[:, None].expand(len(lengths), len(lengths), 1, T)[text][:, 0]


# %% each head through a list | -
def my_sight_b(lengths, text, T):
    return torch.tensor([[s < int(lengths[h]) for s in range(T)] for h in range(len(lengths))])


# %% not the padding | -
def my_sight_b(lengths, text, T):
    return ~(torch.arange(T).expand(len(lengths), T) >= lengths.unsqueeze(1))


# %% what it claims | what_b_claims
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths[text]).expand(len(lengths), T)


# %% no mask | no_mask_at_all
def my_sight_b(lengths, text, T):
    return torch.ones(len(lengths), T, dtype=torch.bool)


# %% the longest for all | longest_of_all
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths.max()).repeat(len(lengths), 1)


# %% text 0 for all | all_like_the_first
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths[0]).repeat(len(lengths), 1)


# %% the shortest for all | shortest_of_all
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths.min()).repeat(len(lengths), 1)


# %% from behind | heads_turned
def my_sight_b(lengths, text, T):
    return torch.stack([torch.arange(T) < n for n in reversed(lengths)])


# %% the padding | only_padding
def my_sight_b(lengths, text, T):
    return torch.arange(T) >= lengths[:, None]


# %% one place more | one_too_far
def my_sight_b(lengths, text, T):
    return torch.arange(T) <= lengths[:, None]


# %% what both allow | own_padding_too
def my_sight_b(lengths, text, T):
    place = torch.arange(T)
    return (place < lengths[:, None]) & (place < lengths[text])


# %% sorted lengths, as in the picture | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths.sort(descending=True).values[:, None]


# %% only the head of the text's number goes right | wrong_sees
def my_sight_b(lengths, text, T):
    seen = torch.ones(len(lengths), T, dtype=torch.bool)
    seen[text] = torch.arange(T) < lengths[text]
    return seen


# %% three heads, whatever is given | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 0, 0]]).bool()


# %% one row for all heads | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths[text]


# %% for all texts | wrong_sees
def my_sight_b(lengths, text, T):
    B = len(lengths)
    return (torch.arange(T) < lengths[:, None]).expand(B, B, T)


# %% the axis is missing | raises
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths


# %% no return | returns_nothing
def my_sight_b(lengths, text, T):
    seen = torch.arange(T) < lengths[:, None]


# %% as wide as the longest text | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.arange(int(lengths.max())) < lengths[:, None]
