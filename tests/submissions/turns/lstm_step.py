# ruff: noqa
"""Labelled answers to the turn `lstm_step`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c


# %% by slices | -
def my_lstm_step(blocks, c):
    H = c.shape[1]
    i = blocks[:, :H].sigmoid()
    f = blocks[:, H : 2 * H].sigmoid()
    g = blocks[:, 2 * H : 3 * H].tanh()
    o = blocks[:, 3 * H :].sigmoid()
    new = f * c + i * g
    return o * new.tanh(), new


# %% a list of two | -
def my_lstm_step(blocks, c):
    i, f, g, o = torch.split(blocks, c.size(1), dim=-1)
    sigma = lambda a: 1 / (1 + torch.exp(-a))
    c = c * sigma(f) + sigma(i) * torch.tanh(g)
    return [sigma(o) * torch.tanh(c), c]


# %% by view | -
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.view(len(c), 4, -1).unbind(1)
    i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
    c = f * c + i * torch.tanh(g)
    return o * torch.tanh(c), c


# %% another order | order_ifog
def my_lstm_step(blocks, c):
    i, f, o, g = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% forget first | order_figo
def my_lstm_step(blocks, c):
    f, i, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% no sigmoids | no_sigmoid
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = f * c + i * torch.tanh(g)
    return o * torch.tanh(c), c


# %% sigmoid of everything | all_sigmoid
def my_lstm_step(blocks, c):
    i, f, g, o = torch.sigmoid(blocks).chunk(4, dim=1)
    c = f * c + i * g
    return o * torch.tanh(c), c


# %% no tanh of the cell | cell_shown
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c


# %% h from the old cell | old_cell_shown
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    h = torch.sigmoid(o) * torch.tanh(c)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return h, c


# %% no forget gate | nothing_forgotten
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% forget means forget | forgets_the_rest
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = (1 - torch.sigmoid(f)) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% c before h | changed_round
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return c, h


# %% h alone | wrong_output
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c)


# %% cut along the batch | raises
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% writes into the old cell | wrong_changed
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c *= torch.sigmoid(f)
    c += torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


# %% no return | returns_nothing
def my_lstm_step(blocks, c):
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)


# %% a reader's attempt 1 | -
def my_lstm_step(blocks, c):
    """blocks (B, 4H), the old cell c (B, H) -> the new h and the new c, each (B, H)."""
    i, f, g, o = blocks.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c
