# ruff: noqa
"""Labelled answers to the turn `gru_step`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# %% the gates together | -
def my_gru_step(from_input, from_past, h):
    H = h.shape[1]
    r, z = (from_input + from_past)[:, : 2 * H].sigmoid().chunk(2, 1)
    n = (from_input[:, 2 * H :] + r * from_past[:, 2 * H :]).tanh()
    return n + z * (h - n)


# %% lerp | -
def my_gru_step(from_input, from_past, h):
    x, p = from_input.split(h.shape[1], dim=1), from_past.split(h.shape[1], dim=1)
    r = torch.sigmoid(x[0] + p[0])
    z = torch.sigmoid(x[1] + p[1])
    return torch.lerp(torch.tanh(x[2] + r * p[2]), h, z)


# %% z is the share of the new | shares_changed
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return z * n + (1 - z) * h


# %% r before the bracket | reset_over_all
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(r * (xn + hn))
    return (1 - z) * n + z * h


# %% r is not used | no_reset
def my_gru_step(from_input, from_past, h):
    r, z, n = (from_input + from_past).chunk(3, dim=1)
    r, z, n = torch.sigmoid(r), torch.sigmoid(z), torch.tanh(n)
    return (1 - z) * n + z * h


# %% r times h | wrong_output
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * h)
    return (1 - z) * n + z * h


# %% r times hn times h | reset_of_state
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + hn * (r * h))
    return (1 - z) * n + z * h


# %% update first | order_zrn
def my_gru_step(from_input, from_past, h):
    xz, xr, xn = from_input.chunk(3, dim=1)
    hz, hr, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# %% no sigmoids | no_sigmoid
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = xr + hr, xz + hz
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# %% candidate as it is | candidate_not_squashed
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    return (1 - z) * (xn + r * hn) + z * h


# %% the old state is lost | candidate_alone
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    h = (1 - z) * n
    return h


# %% cut along the batch | raises
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3)
    hr, hz, hn = from_past.chunk(3)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# %% gives the gates back too | wrong_output
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h, r, z


# %% detached | wrong_gradients
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr).detach(), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h


# %% no return | returns_nothing
def my_gru_step(from_input, from_past, h):
    xr, xz, xn = from_input.chunk(3, dim=1)
    hr, hz, hn = from_past.chunk(3, dim=1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    h = (1 - z) * n + z * h


# %% a reader's attempt 1 | -
def my_gru_step(from_input, from_past, h):
    """from_input, from_past (B, 3H), the old state h (B, H) -> the new state (B, H)."""
    ri, zi, ni = from_input.chunk(3, dim=1)
    rp, zp, np_ = from_past.chunk(3, dim=1)
    r = torch.sigmoid(ri + rp)
    z = torch.sigmoid(zi + zp)
    n = torch.tanh(ni + r * np_)
    return (1 - z) * n + z * h
