# ruff: noqa
"""Labelled answers to the turn `sight_b`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""

# %% the course's own | -
def my_sight_b(lengths, text, T):
    rows = torch.tensor([2 * text, 2 * text + 1]) % len(lengths)
    return torch.arange(T) < lengths[rows, None]


# %% the lengths laid down twice | -
def my_sight_b(lengths, text, T):
    ends = lengths.repeat(2)[2 * text : 2 * text + 2]
    return torch.stack([torch.arange(T) < end for end in ends])


# %% a loop over heads | -
def my_sight_b(lengths, text, T):
    seen = torch.zeros(2, T, dtype=torch.bool)
    for head in range(2):
        seen[head, : lengths[(2 * text + head) % len(lengths)]] = True
    return seen


# %% the mask repeated, as the model does it | -
def my_sight_b(lengths, text, T):
    is_real = torch.arange(T) < lengths[:, None]
    return is_real.repeat(2, 1).unflatten(0, (len(lengths), 2))[text]


# %% each head through a list | -
def my_sight_b(lengths, text, T):
    B = len(lengths)
    return torch.tensor([[s < int(lengths[(text + text + h) % B]) for s in range(T)] for h in (0, 1)])


# %% not the padding | -
def my_sight_b(lengths, text, T):
    ends = torch.cat([lengths, lengths]).view(-1, 2)[text]
    return ~(torch.arange(T).expand(2, T) >= ends.unsqueeze(1))


# %% what it claims | what_b_claims
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths[text]).expand(2, T)


# %% each row twice, as the model should | what_b_claims
def my_sight_b(lengths, text, T):
    is_real = torch.arange(T) < lengths[:, None]
    return is_real.repeat_interleave(2, dim=0)[2 * text : 2 * text + 2]


# %% no mask | no_mask_at_all
def my_sight_b(lengths, text, T):
    return torch.ones(2, T, dtype=torch.bool)


# %% guessed from the picture of text 0: heads for texts | heads_as_texts
def my_sight_b(lengths, text, T):
    return torch.arange(T)[None, :] < lengths[:2, None]


# %% guessed from the picture of text 0: the next text | own_and_next
def my_sight_b(lengths, text, T):
    other = (text + 1) % len(lengths)
    return torch.stack([torch.arange(T) < lengths[text], torch.arange(T) < lengths[other]])


# %% the longest for all | longest_of_all
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths.max()).repeat(2, 1)


# %% text 0 for all | all_like_the_first
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths[0]).repeat(2, 1)


# %% head 1 first | heads_turned
def my_sight_b(lengths, text, T):
    ends = [lengths[(2 * text + h) % len(lengths)] for h in (1, 0)]
    return torch.stack([torch.arange(T) < n for n in ends])


# %% the padding | only_padding
def my_sight_b(lengths, text, T):
    rows = (2 * text + torch.arange(2)) % len(lengths)
    return torch.arange(T) >= lengths[rows][:, None]


# %% one place more | one_too_far
def my_sight_b(lengths, text, T):
    rows = (2 * text + torch.arange(2)) % len(lengths)
    return torch.arange(T) <= lengths[rows][:, None]


# %% what both allow | own_padding_too
def my_sight_b(lengths, text, T):
    rows, place = (2 * text + torch.arange(2)) % len(lengths), torch.arange(T)
    return (place < lengths[rows][:, None]) & (place < lengths[text])


# %% the longest comes first, as in the picture | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths.sort(descending=True).values[:2, None]


# %% three texts, whatever is given | wrong_sees
def my_sight_b(lengths, text, T):
    ends = [(6, 4), (2, 6), (4, 2)][text % 3]
    return torch.stack([torch.arange(T) < n for n in ends])


# %% a row for each text | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths[:, None]


# %% one row for both heads | wrong_sees
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths[text]


# %% for all texts | wrong_sees
def my_sight_b(lengths, text, T):
    return (torch.arange(T) < lengths[:, None]).repeat(2, 1).unflatten(0, (len(lengths), 2))


# %% behind the last length | raises
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths[[2 * text, 2 * text + 1]][:, None]


# %% the axis is missing | raises
def my_sight_b(lengths, text, T):
    return torch.arange(T) < lengths


# %% no return | returns_nothing
def my_sight_b(lengths, text, T):
    seen = torch.arange(T) < lengths[:2, None]


# %% as wide as the longest text | wrong_sees
def my_sight_b(lengths, text, T):
    rows = (2 * text + torch.arange(2)) % len(lengths)
    return torch.arange(int(lengths.max())) < lengths[rows][:, None]
