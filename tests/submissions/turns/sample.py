# ruff: noqa
"""Labelled answers to the turn `sample`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be 0 or a positive number, got {temperature}")
    if temperature == 0:
        return logits.argmax(dim=-1)
    return torch.multinomial((logits / temperature).softmax(dim=-1), 1).squeeze(1)


# %% torch's distribution | -
def my_sample(logits, temperature):
    if temperature < 0 or math.isnan(temperature) or math.isinf(temperature):
        raise ValueError("the temperature must be a number from 0 on")
    if temperature == 0:
        return logits.argmax(1)
    return torch.distributions.Categorical(logits=logits / temperature).sample()


# %% noise and argmax | -
def my_sample(logits, temperature):
    assert math.isfinite(temperature) and temperature >= 0, "bad temperature"
    noise = -torch.log(-torch.log(torch.rand_like(logits)))
    return (logits + temperature * noise).argmax(-1)


# %% by the running sum | -
def my_sample(logits, temperature):
    if not (temperature >= 0 and temperature != float("inf")):
        raise ValueError("temperature: 0 or more")
    if temperature == 0:
        return torch.max(logits, 1)[1]
    p = torch.exp((logits - logits.max()) / temperature)
    p = p / p.sum(dim=1, keepdim=True)
    return (p.cumsum(1) < torch.rand(len(p), 1)).sum(1)


# %% multiplied | turned_round
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits * temperature).softmax(-1), 1)[:, 0]


# %% after the softmax | no_temperature
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    p = logits.softmax(-1) / temperature
    return torch.multinomial(p / p.sum(-1, keepdim=True), 1)[:, 0]


# %% argmax of the softmax | always_likeliest
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    return (logits / temperature).softmax(-1).argmax(-1)


# %% multinomial's column | token_column
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1)


# %% one row only | one_for_all
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    token = torch.multinomial((logits[0] / temperature).softmax(-1), 1)
    return token.repeat(len(logits))


# %% anything goes | wrong_refused
def my_sample(logits, temperature):
    if temperature == 0:
        return logits.argmax(-1)
    return torch.distributions.Categorical(logits=(logits / temperature).nan_to_num()).sample()


# %% below 0 only | wrong_refused
def my_sample(logits, temperature):
    if temperature < 0 or temperature == float("inf"):
        raise ValueError("temperature must not be negative or infinite")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).nan_to_num().softmax(-1), 1)[:, 0]


# %% infinite passes | wrong_refused
def my_sample(logits, temperature):
    if not temperature >= 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1)[:, 0]


# %% torch's own complaint is no answer | wrong_refused
def my_sample(logits, temperature):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1)[:, 0]


# %% an error without a word | wrong_refused
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1)[:, 0]


# %% divides by 0 | raises
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    return torch.multinomial((logits / temperature).softmax(-1), 1)[:, 0]


# %% the probabilities themselves | wrong_output
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    return (logits / temperature).softmax(-1)


# %% uniform | wrong_shares
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        raise ValueError("temperature")
    if temperature == 0:
        return logits.argmax(-1)
    return torch.randint(0, logits.shape[1], (len(logits),))


# %% refuses 0 too | raises
def my_sample(logits, temperature):
    if temperature <= 0 or not math.isfinite(temperature):
        raise ValueError("temperature must be positive")
    return torch.multinomial((logits / temperature).softmax(-1), 1)[:, 0]


# %% says it, does not raise it | wrong_refused
def my_sample(logits, temperature):
    if not 0 <= temperature < math.inf:
        print("bad temperature")
        temperature = 1
    if temperature == 0:
        return logits.argmax(-1)
    return torch.multinomial((logits / temperature).softmax(-1), 1)[:, 0]


# %% a reader's attempt 1 | token_column
def my_sample(logits, temperature):
    """logits (B, V), a number >= 0 -> tokens (B,), drawn from softmax(logits / temperature)."""
    if temperature < 0 or math.isinf(temperature) or math.isnan(temperature):
        raise ValueError("bad temperature")
    if temperature == 0:
        return logits.argmax(dim=1)
    p = torch.softmax(logits / temperature, dim=1)
    return torch.multinomial(p, 1)


# %% a reader's attempt 2 | -
def my_sample(logits, temperature):
    """logits (B, V), a number >= 0 -> tokens (B,), drawn from softmax(logits / temperature)."""
    if temperature < 0 or math.isinf(temperature) or math.isnan(temperature):
        raise ValueError("bad temperature")
    if temperature == 0:
        return logits.argmax(dim=1)
    p = torch.softmax(logits / temperature, dim=1)
    return torch.multinomial(p, 1)[:, 0]
