# ruff: noqa
"""Labelled answers to the turn `padded_state`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for a_t, letter_t in zip(from_input.unbind(1), is_letter.unbind(1)):
        h = torch.where(letter_t[:, None], torch.tanh(a_t + h @ W_hh.T), h)
    return h


# %% run through, pick afterwards | -
def my_padded_state(from_input, is_letter, W_hh):
    B, T, H = from_input.shape
    h, states = from_input.new_zeros(B, H), []
    for t in range(T):
        h = torch.tanh(from_input[:, t] + h @ W_hh.T)
        states.append(h)
    last = is_letter.sum(dim=1) - 1
    return torch.stack(states, dim=1)[torch.arange(B), last]


# %% a mixture by numbers | -
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros(from_input.shape[0], from_input.shape[2])
    for t in range(from_input.shape[1]):
        m = is_letter[:, t].float().unsqueeze(1)
        h = m * torch.tanh(from_input[:, t] + h @ W_hh.T) + (1 - m) * h
    return h


# %% word by word | -
def my_padded_state(from_input, is_letter, W_hh):
    finals = []
    for row, letters in zip(from_input, is_letter):
        h = torch.zeros(len(W_hh))
        for a in row[letters]:
            h = torch.tanh(a + W_hh @ h)
        finals.append(h)
    return torch.stack(finals)


# %% the last column | reads_padding
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        h = torch.tanh(from_input[:, t] + h @ W_hh.T)
    return h


# %% times the mask | emptied
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        h = torch.tanh(from_input[:, t] + h @ W_hh.T) * is_letter[:, t, None]
    return h


# %% where the wrong way round | wrong_way_round
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        new = torch.tanh(from_input[:, t] + h @ W_hh.T)
        h = torch.where(is_letter[:, t].unsqueeze(1), h, new)
    return h


# %% stops at the first pad | stops_early
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        if not is_letter[:, t].all():
            return h
        h = torch.tanh(from_input[:, t] + h @ W_hh.T)
    return h


# %% one off | wrong_output
def my_padded_state(from_input, is_letter, W_hh):
    B, T, H = from_input.shape
    h = from_input.new_zeros(B, H)
    states = [h]
    for t in range(T):
        h = torch.tanh(from_input[:, t] + h @ W_hh.T)
        states.append(h)
    last = is_letter.sum(dim=1) - 1
    return torch.stack(states, dim=1)[torch.arange(B), last]


# %% nothing is remembered | forgets
def my_padded_state(from_input, is_letter, W_hh):
    h0 = torch.zeros_like(from_input[:, 0])
    h = h0
    for t in range(from_input.shape[1]):
        h = torch.where(is_letter[:, t, None], torch.tanh(from_input[:, t] + h0 @ W_hh.T), h)
    return h


# %% not transposed | transposed
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        h = torch.where(is_letter[:, t, None], torch.tanh(from_input[:, t] + h @ W_hh), h)
    return h


# %% no tanh | not_squashed
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        h = torch.where(is_letter[:, t, None], from_input[:, t] + h @ W_hh.T, h)
    return h


# %% the mask lacks an axis | raises
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        h = torch.where(is_letter[:, t], torch.tanh(from_input[:, t] + h @ W_hh.T), h)
    return h


# %% if on a tensor | raises
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        if is_letter[:, t]:
            h = torch.tanh(from_input[:, t] + h @ W_hh.T)
    return h


# %% no return | returns_nothing
def my_padded_state(from_input, is_letter, W_hh):
    h = torch.zeros_like(from_input[:, 0])
    for t in range(from_input.shape[1]):
        h = torch.where(is_letter[:, t, None], torch.tanh(from_input[:, t] + h @ W_hh.T), h)


# %% a reader's attempt 1 | overwritten
def my_padded_state(from_input, is_letter, W_hh):
    """from_input (B, T, H), is_letter (B, T) boolean, W_hh (H, H) -> the last state of each word (B, H)."""
    B, T, H = from_input.shape
    h = from_input.new_zeros(B, H)
    for t in range(T):
        new = torch.tanh(from_input[:, t] + h @ W_hh.T)
        mask = is_letter[:, t]
        h[mask] = new[mask]
    return h


# %% a reader's attempt 2 | -
def my_padded_state(from_input, is_letter, W_hh):
    """from_input (B, T, H), is_letter (B, T) boolean, W_hh (H, H) -> the last state of each word (B, H)."""
    B, T, H = from_input.shape
    h = from_input.new_zeros(B, H)
    for t in range(T):
        new = torch.tanh(from_input[:, t] + h @ W_hh.T)
        mask = is_letter[:, t, None]
        h = torch.where(mask, new, h)
    return h
