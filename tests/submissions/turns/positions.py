# ruff: noqa
"""Labelled answers to the turn `positions`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_positions(T, D):
    position = torch.arange(T, dtype=torch.float64)[:, None]
    rate = 10000.0 ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
    pe = torch.zeros(T, D)
    pe[:, 0::2] = torch.sin(position * rate)
    pe[:, 1::2] = torch.cos(position * rate[: D // 2])
    return pe


# %% exp and log | -
def my_positions(T, D):
    pe = torch.zeros(T, D)
    position = torch.arange(0, T).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, D, 2) * (-math.log(10000.0) / D))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)[:, : D // 2]
    return pe


# %% two loops | -
def my_positions(T, D):
    pe = torch.zeros(T, D)
    for t in range(T):
        for i in range(D):
            angle = t / 10000 ** ((i - i % 2) / D)
            pe[t, i] = math.sin(angle) if i % 2 == 0 else math.cos(angle)
    return pe


# %% stacked and flattened | -
def my_positions(T, D):
    i = torch.arange((D + 1) // 2)
    angles = torch.arange(T)[:, None] / 10000 ** (2 * i / D)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :D]


# %% a cosine is a shifted sine | -
def my_positions(T, D):
    column = torch.arange(D)
    angle = torch.outer(torch.arange(T).float(), 10000.0 ** (-(column // 2 * 2) / D))
    return torch.sin(angle + math.pi / 2 * (column % 2))


# %% where | -
def my_positions(T, D):
    c = torch.arange(D)
    a = torch.arange(T)[:, None] * torch.pow(10000.0, -2 * (c // 2) / D)
    return torch.where(c % 2 == 0, a.sin(), a.cos())


# %% as many cosines as sines | odd_width
def my_positions(T, D):
    pe = torch.zeros(T, D)
    position = torch.arange(T).float()[:, None]
    rate = 10000 ** (-torch.arange(0, D, 2).float() / D)
    pe[:, 0::2] = torch.sin(position * rate)
    pe[:, 1::2] = torch.cos(position * rate)
    return pe


# %% sines, then cosines | halves
def my_positions(T, D):
    rate = 10000 ** (-torch.arange(0, D, 2).float() / D)
    angle = torch.arange(T).float()[:, None] * rate
    return torch.cat([angle.sin(), angle[:, : D // 2].cos()], dim=1)


# %% cosines first | sine_and_cosine
def my_positions(T, D):
    pe = torch.zeros(T, D)
    for t in range(T):
        for i in range(D):
            angle = t / 10000 ** ((i - i % 2) / D)
            pe[t, i] = math.cos(angle) if i % 2 == 0 else math.sin(angle)
    return pe


# %% i for 2i | rate_of_pair
def my_positions(T, D):
    i = torch.arange((D + 1) // 2)
    angles = torch.arange(T)[:, None] * 10000.0 ** (-i / D)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :D]


# %% every column a rate | own_rate_for_cosine
def my_positions(T, D):
    pe = torch.zeros(T, D)
    for t in range(T):
        for i in range(D):
            angle = t * 10000 ** (-i / D)
            pe[t, i] = math.sin(angle) if i % 2 == 0 else math.cos(angle)
    return pe


# %% from one | from_one
def my_positions(T, D):
    pe = torch.zeros(T, D)
    position = torch.arange(1, T + 1)[:, None]
    rate = 10000.0 ** (-torch.arange(0, D, 2) / D)
    pe[:, 0::2] = torch.sin(position * rate)
    pe[:, 1::2] = torch.cos(position * rate[: D // 2])
    return pe


# %% the minus is lost | rates_rise
def my_positions(T, D):
    pe = torch.zeros(T, D, dtype=torch.float64)
    position = torch.arange(T, dtype=torch.float64)[:, None]
    rate = 10000.0 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    pe[:, 0::2] = torch.sin(position * rate)
    pe[:, 1::2] = torch.cos(position * rate[: D // 2])
    return pe


# %% an even table, cut | width_rounded_up
def my_positions(T, D):
    even = D + D % 2
    i = torch.arange(0, even, 2)
    angles = torch.arange(T)[:, None] / 10000 ** (i / even)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :D]


# %% 1000 | wrong_output
def my_positions(T, D):
    c = torch.arange(D)
    a = torch.arange(T)[:, None] * torch.pow(1000.0, -2 * (c // 2) / D)
    return torch.where(c % 2 == 0, a.sin(), a.cos())


# %% D / 2 in the exponent | wrong_output
def my_positions(T, D):
    i = torch.arange((D + 1) // 2)
    angles = torch.arange(T)[:, None] * 10000.0 ** (-2 * i / (D // 2))
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :D]


# %% sines only | wrong_output
def my_positions(T, D):
    c = torch.arange(D)
    return torch.sin(torch.arange(T)[:, None] * torch.pow(10000.0, -2 * (c // 2) / D))


# %% columns for rows | wrong_output
def my_positions(T, D):
    c = torch.arange(D)
    a = torch.arange(T)[:, None] * torch.pow(10000.0, -2 * (c // 2) / D)
    return torch.where(c % 2 == 0, a.sin(), a.cos()).T


# %% a batch axis | wrong_output
def my_positions(T, D):
    c = torch.arange(D)
    a = torch.arange(T)[:, None] * torch.pow(10000.0, -2 * (c // 2) / D)
    return torch.where(c % 2 == 0, a.sin(), a.cos())[None]


# %% whole numbers | wrong_output
def my_positions(T, D):
    pe = torch.zeros(T, D, dtype=torch.long)
    position, rate = torch.arange(T)[:, None], 10000.0 ** (-torch.arange(0, D, 2) / D)
    pe[:, 0::2] = torch.sin(position * rate).long()
    pe[:, 1::2] = torch.cos(position * rate[: D // 2]).long()
    return pe


# %% two rows that do not fit | raises
def my_positions(T, D):
    position = torch.arange(T)
    rate = 10000.0 ** (-torch.arange(0, D, 2) / D)
    return torch.sin(position * rate)


# %% the quotient outside of the power | wrong_output
def my_positions(T, D):
    position = torch.arange(T)[:, None]
    rate = 10000 ** -torch.arange(0, D, 2) / D
    pe = torch.zeros(T, D)
    pe[:, 0::2] = torch.sin(position * rate)
    pe[:, 1::2] = torch.cos(position * rate[: D // 2])
    return pe


# %% no return | returns_nothing
def my_positions(T, D):
    pe = torch.zeros(T, D)
    rate = 10000.0 ** (-torch.arange(0, D, 2) / D)
    pe[:, 0::2] = torch.sin(torch.arange(T)[:, None] * rate)


# %% as many sines as cosines | last_sine_missing
def my_positions(T, D):
    pe = torch.zeros(T, D)
    for t in range(T):
        for i in range(D // 2):
            pe[t, 2 * i] = math.sin(t * 10000 ** (-2 * i / D))
            pe[t, 2 * i + 1] = math.cos(t * 10000 ** (-2 * i / D))
    return pe


# %% two times two | rates_fall_twice
def my_positions(T, D):
    pe = torch.zeros(T, D)
    for t in range(T):
        for i in range(0, D, 2):
            pe[t, i] = math.sin(t / 10000 ** (2 * i / D))
            if i + 1 < D:
                pe[t, i + 1] = math.cos(t / 10000 ** (2 * i / D))
    return pe


# %% loops, both of the pair | -
def my_positions(T, D):
    pe = torch.zeros(T, D)
    for t in range(T):
        for i in range(0, D, 2):
            pe[t, i] = math.sin(t / 10000 ** (i / D))
            if i + 1 < D:
                pe[t, i + 1] = math.cos(t / 10000 ** (i / D))
    return pe


# %% pairs, one too few | wrong_output
def my_positions(T, D):
    angles = torch.arange(T)[:, None] * 10000.0 ** (-2 * torch.arange(D // 2) / D)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
