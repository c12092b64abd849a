# ruff: noqa
"""Labelled answers to the turn `final_state`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x_t in series:
        h = torch.tanh(W_xh @ x_t[None] + W_hh @ h)
    return h


# %% by index, in two lines | -
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(W_hh.shape[0])
    for t in range(len(series)):
        a = W_xh[:, 0] * series[t] + W_hh @ h
        h = a.tanh()
    return h


# %% columns all the way | -
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(W_hh.size(0), 1)
    for x in series:
        h = torch.tanh(W_xh * x + W_hh.matmul(h))
    return h.squeeze(1)


# %% with an inner function | -
def my_final_state(series, W_xh, W_hh):
    def step(h, x):
        return torch.tanh(W_xh.flatten() * x + torch.mv(W_hh, h))

    h = torch.zeros_like(W_xh[:, 0])
    for x in series.unbind():
        h = step(h, x)
    return h


# %% returns inside the loop | first_step
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(W_xh @ x[None] + W_hh @ h)
        return h


# %% new name, the state never changes | forgets
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h_new = torch.tanh(W_xh @ x[None] + W_hh @ h)
    return h_new


# %% the state is made inside the loop | forgets
def my_final_state(series, W_xh, W_hh):
    for x in series:
        h = torch.zeros(len(W_hh))
        h = torch.tanh(W_xh @ x[None] + W_hh @ h)
    return h


# %% no tanh | not_squashed
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = W_xh @ x[None] + W_hh @ h
    return h


# %% tanh at the end | squashed_once
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = W_xh @ x[None] + W_hh @ h
    return torch.tanh(h)


# %% adds the old state | without_weights
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(W_xh @ x[None] + h)
    return h


# %% vector on the left | transposed
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(x * W_xh[:, 0] + h @ W_hh)
    return h


# %% column plus row | column
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(W_xh * x + W_hh @ h)
    return h


# %% range one short | one_short
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for t in range(len(series) - 1):
        h = torch.tanh(W_xh @ series[t][None] + W_hh @ h)
    return h


# %% all states | wrong_output
def my_final_state(series, W_xh, W_hh):
    h, all_h = torch.zeros(len(W_hh)), []
    for x in series:
        h = torch.tanh(W_xh @ x[None] + W_hh @ h)
        all_h.append(h)
    return torch.stack(all_h)


# %% a number is no vector | raises
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(W_xh @ x + W_hh @ h)
    return h


# %% forgets to return | returns_nothing
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(W_xh @ x[None] + W_hh @ h)
    print(h)


# %% takes the state too | signature
def my_final_state(series, W_xh, W_hh, h):
    for x in series:
        h = torch.tanh(W_xh @ x[None] + W_hh @ h)
    return h


# %% by way of NumPy | wrong_gradients
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(len(W_hh))
    for x in series:
        h = torch.tanh(W_xh[:, 0] * x.item() + W_hh @ h)
    return h.detach()


# %% a reader's attempt 1 | two_units
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(2)
    for x_t in series:
        h = torch.tanh(W_xh @ x_t[None] + W_hh @ h)
    return h


# %% a reader's attempt 2 | -
def my_final_state(series, W_xh, W_hh):
    h = torch.zeros(W_hh.shape[0])
    for x_t in series:
        h = torch.tanh(W_xh @ x_t[None] + W_hh @ h)
    return h
