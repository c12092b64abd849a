# ruff: noqa
"""Labelled answers to the turn `masks`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% views and comparisons | -
def my_masks(tokens, pad_idx):
    B, T = tokens.shape
    padding = tokens.ne(pad_idx).view(B, 1, 1, T)
    t = torch.arange(T)
    causal = t[:, None] >= t[None, :]
    both = torch.logical_and(padding, causal)
    return padding, causal, both


# %% not the opposite | -
def my_masks(tokens, pad_idx):
    padding = ~(tokens == pad_idx).unsqueeze(1).unsqueeze(2)
    T = tokens.size(1)
    causal = ~torch.triu(torch.ones(T, T), diagonal=1).bool()
    return [padding, causal, padding * causal]


# %% loops | -
def my_masks(tokens, pad_idx):
    B, T = tokens.shape
    padding = torch.zeros(B, 1, 1, T, dtype=torch.bool)
    causal = torch.zeros(T, T, dtype=torch.bool)
    for b in range(B):
        for t in range(T):
            if tokens[b, t] != pad_idx:
                padding[b, 0, 0, t] = True
    for q in range(T):
        causal[q, : q + 1] = True
    both = torch.stack([padding[b] & causal for b in range(B)])
    return padding, causal, both


# %% subtracting | -
def my_masks(tokens, pad_idx):
    T = tokens.shape[-1]
    padding = (tokens - pad_idx).bool()[:, None, None]
    causal = (torch.tril(torch.ones((T, T))) == 1)
    return padding, causal, padding.expand(-1, 1, T, T) & causal.expand(1, 1, T, T)


# %% where | -
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    p = (tokens != pad_idx)[:, None, None, :]
    c = torch.ones(T, T).tril().bool()
    return p, c, torch.where(c, p, False)


# %% True is blocked | opposite_masks
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens == pad_idx)[:, None, None, :]
    causal = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    return padding, causal, padding | causal


# %% True at the padding | padding_opposite
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens == pad_idx)[:, None, None, :]
    causal = torch.tril(torch.ones(T, T)).bool()
    return padding, causal, padding & causal


# %% the upper triangle | future_seen
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.triu(torch.ones(T, T)).bool()
    return padding, causal, padding & causal


# %% no diagonal | blind_to_itself
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    t = torch.arange(T)
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = t[:, None] > t
    return padding, causal, padding & causal


# %% or | either
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding | causal


# %% added up | either
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding + causal


# %% rows of queries | padding_asks
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, :, None]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% one axis | no_axis_for_heads
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx).unsqueeze(1)
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% the comparison alone | no_axes
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = tokens != pad_idx
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% 0 | zero_is_padding
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != 0)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% by truth | zero_is_padding
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = tokens.bool()[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% numbers | wrong_padding
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx).int()[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.int).tril()
    return padding, causal, padding & causal


# %% floats | wrong_causal
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.tril(torch.ones(T, T))
    return padding, causal, padding * causal


# %% one triangle for each text | wrong_causal
def my_masks(tokens, pad_idx):
    B, T = tokens.shape
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(B, 1, T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal


# %% the batch for the length | wrong_causal
def my_masks(tokens, pad_idx):
    T = len(tokens)
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding & causal if T == tokens.shape[1] else padding


# %% both is only the causal one | wrong_both
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, causal.expand(len(tokens), 1, T, T)


# %% both alone | wrong_returns
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    return (tokens != pad_idx)[:, None, None, :] & torch.ones(T, T, dtype=torch.bool).tril()


# %% and | raises
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return padding, causal, padding and causal


# %% no return | returns_nothing
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    both = padding & torch.ones(T, T, dtype=torch.bool).tril()


# %% a dict | wrong_returns
def my_masks(tokens, pad_idx):
    T = tokens.shape[1]
    padding = (tokens != pad_idx)[:, None, None, :]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    return {"padding": padding, "causal": causal, "both": padding & causal}
