# ruff: noqa
"""Labelled answers to the turn `bptt`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_bptt(W_hh, states, g):
    dW_hh = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW_hh += torch.outer(a, states[t - 1])
        g = W_hh.T @ a
    return dW_hh


# %% reversed pairs | -
def my_bptt(W_hh, states, g):
    total = 0
    for before, after in reversed(list(zip(states[:-1], states[1:]))):
        g = (1 - after * after) * g
        total = total + g[:, None] * before[None, :]
        g = g @ W_hh
    return total


# %% with the Jacobian | -
def my_bptt(W_hh, states, g):
    T = len(states) - 1
    grad = torch.zeros(W_hh.shape)
    for t in range(T, 0, -1):
        D = torch.diag(1 - states[t].pow(2))
        grad = grad + torch.ger(D @ g, states[t - 1])
        g = (D @ W_hh).T @ g
    return grad


# %% without the slope | no_slope
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        dW += torch.outer(g, states[t - 1])
        g = W_hh.T @ g
    return dW


# %% the slope of the step before | slope_before
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t - 1] ** 2)
        dW += torch.outer(a, states[t - 1])
        g = W_hh.T @ a
    return dW


# %% forwards in place of backwards | back_the_wrong_way
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW += torch.outer(a, states[t - 1])
        g = W_hh @ a
    return dW


# %% one step only | last_step
def my_bptt(W_hh, states, g):
    a = g * (1 - states[-1] ** 2)
    return torch.outer(a, states[-2])


# %% = for += | not_added
def my_bptt(W_hh, states, g):
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW = torch.outer(a, states[t - 1])
        g = W_hh.T @ a
    return dW


# %% g stays | not_carried
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        dW += torch.outer(g * (1 - states[t] ** 2), states[t - 1])
    return dW


# %% the state of the step itself | same_state
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW += torch.outer(a, states[t])
        g = W_hh.T @ a
    return dW


# %% outer product turned | outer_turned
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW += torch.outer(states[t - 1], a)
        g = W_hh.T @ a
    return dW


# %% forwards in time | wrong_output
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(1, len(states)):
        a = g * (1 - states[t] ** 2)
        dW += torch.outer(a, states[t - 1])
        g = W_hh.T @ a
    return dW


# %% an inner product | wrong_output
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW += a @ states[t - 1]
        g = W_hh.T @ a
    return dW


# %% by autograd | shortcut
def my_bptt(W_hh, states, g):
    W = W_hh.clone().requires_grad_()
    h = states[0]
    for t in range(1, len(states)):
        a = torch.atanh(states[t]) - W_hh @ states[t - 1]
        h = torch.tanh(a + W @ h)
    return torch.autograd.grad(h @ g, W)[0]


# %% changes what it was given | wrong_changed
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        g *= 1 - states[t] ** 2
        dW += torch.outer(g, states[t - 1])
        g = W_hh.T @ g
    return dW


# %% one index too far | raises
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states), 0, -1):
        a = g * (1 - states[t] ** 2)
        dW += torch.outer(a, states[t - 1])
        g = W_hh.T @ a
    return dW


# %% no return | returns_nothing
def my_bptt(W_hh, states, g):
    dW = torch.zeros_like(W_hh)
    for t in range(len(states) - 1, 0, -1):
        a = g * (1 - states[t] ** 2)
        dW += torch.outer(a, states[t - 1])
        g = W_hh.T @ a


# %% a reader's attempt 1 | -
def my_bptt(W_hh, states, g):
    """W_hh (H, H), states (T + 1, H): h_0 to h_T, g (H,): dL/dh_T -> dL/dW_hh (H, H)."""
    dW = torch.zeros(W_hh.shape)
    dh = g
    for t in range(len(states) - 1, 0, -1):
        alpha = (1 - states[t] ** 2) * dh
        dW += alpha[:, None] * states[t - 1]
        dh = W_hh.T @ alpha
    return dW
