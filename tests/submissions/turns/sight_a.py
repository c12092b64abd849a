# ruff: noqa
"""Labelled answers to the turn `sight_a`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""

# %% the course's own | -
def my_sight_a(T):
    return torch.ones(T, T, dtype=torch.bool).tril(1)


# %% by comparing numbers | -
def my_sight_a(T):
    t = torch.arange(T)
    return t <= t[:, None] + 1


# %% two loops | -
def my_sight_a(T):
    seen = torch.zeros(T, T, dtype=torch.bool)
    for t in range(T):
        for s in range(T):
            if s - t <= 1:
                seen[t, s] = True
    return seen


# %% the upper triangle turned round | -
def my_sight_a(T):
    return torch.triu(torch.ones(T, T), diagonal=2) == 0


# %% the triangle and its leak | -
def my_sight_a(T):
    causal = torch.tril(torch.ones((T, T))).bool()
    leak = torch.diag(torch.ones(T - 1), 1).bool() if T > 1 else torch.zeros(1, 1).bool()
    return causal | leak


# %% rows by slices | -
def my_sight_a(T):
    seen = torch.full((T, T), False)
    for t in range(T):
        seen[t, : t + 2] = True
    return seen


# %% what it should see | what_it_claims
def my_sight_a(T):
    return torch.tril(torch.ones(T, T, dtype=torch.bool))


# %% no mask | no_mask_at_all
def my_sight_a(T):
    return torch.ones(T, T).bool()


# %% the future alone | sees_only_later
def my_sight_a(T):
    return torch.triu(torch.ones(T, T, dtype=torch.bool))


# %% the shift the other way | not_itself
def my_sight_a(T):
    return torch.ones(T, T, dtype=torch.bool).tril(diagonal=-1)


# %% columns for rows | rows_and_columns
def my_sight_a(T):
    t = torch.arange(T)
    return t[:, None] <= t + 1


# %% what is blocked | what_is_hidden
def my_sight_a(T):
    return torch.ones(T, T, dtype=torch.bool).triu(2)


# %% it sees nothing | wrong_sees
def my_sight_a(T):
    return torch.zeros(T, T, dtype=torch.bool)


# %% one more | two_too_many
def my_sight_a(T):
    t = torch.arange(T)
    return t - 2 <= t[:, None]


# %% the forbidden ones only | the_leak_alone
def my_sight_a(T):
    t = torch.arange(T)
    return t == t[:, None] + 1


# %% a band | wrong_sees
def my_sight_a(T):
    t = torch.arange(T)
    return (t - t[:, None]).abs() <= 1


# %% read off the picture of six | wrong_sees
def my_sight_a(T):
    return torch.ones(6, 6, dtype=torch.bool).tril(1)


# %% zeros and ones | wrong_sees
def my_sight_a(T):
    return torch.ones(T, T).tril(1)


# %% lists | wrong_sees
def my_sight_a(T):
    return [[s <= t + 1 for s in range(T)] for t in range(T)]


# %% in words | wrong_sees
def my_sight_a(T):
    return "every place sees the next one"


# %% the model in place of its sight | wrong_sees
def my_sight_a(T):
    from helpers import broken

    return broken.model_a(torch.randn(1, T, 4))[0]


# %% shown, not given back | returns_nothing
def my_sight_a(T):
    print(torch.ones(T, T, dtype=torch.bool).tril(1))


# %% bool is no function of torch | raises
def my_sight_a(T):
    return torch.ones(T, T, dtype=bool).trill(1)
