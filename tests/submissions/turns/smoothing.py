# ruff: noqa
"""Labelled answers to the turn `smoothing`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, dim=-1)
    return -((1 - smoothing) * log_p[range(len(target)), target] + smoothing * log_p.mean(dim=-1)).mean()


# %% the shares written down | -
def my_smoothing(logits, target, smoothing):
    N, V = logits.shape
    shares = torch.full((N, V), smoothing / V)
    shares[torch.arange(N), target] += 1 - smoothing
    return -(shares * F.log_softmax(logits, -1)).sum(dim=1).mean()


# %% one-hot | -
def my_smoothing(logits, target, smoothing):
    V = logits.shape[1]
    q = (1 - smoothing) * F.one_hot(target, V) + smoothing / V
    return -(q * logits.log_softmax(1)).sum() / len(target)


# %% cross-entropy of shares | -
def my_smoothing(logits, target, smoothing):
    V = logits.shape[1]
    q = F.one_hot(target, V).float() * (1 - smoothing) + smoothing / V
    return F.cross_entropy(logits, q)


# %% two losses | -
def my_smoothing(logits, target, smoothing):
    plain = F.cross_entropy(logits, target)
    spread = -F.log_softmax(logits, dim=-1).mean()
    return (1 - smoothing) * plain + smoothing * spread


# %% row by row, by hand | -
def my_smoothing(logits, target, smoothing):
    total = 0
    for row, t in zip(logits, target):
        log_p = row - torch.log(torch.exp(row).sum())
        for c in range(len(row)):
            share = smoothing / len(row) + (1 - smoothing if c == t else 0)
            total = total - share * log_p[c]
    return total / len(logits)


# %% gather | -
def my_smoothing(logits, target, smoothing):
    log_p = torch.log(torch.softmax(logits, dim=1))
    nll = -log_p.gather(dim=-1, index=target.unsqueeze(1)).squeeze(1)
    uniform = -log_p.sum(1) / log_p.size(1)
    return torch.mean((1 - smoothing) * nll + smoothing * uniform)


# %% torch's own | -
def my_smoothing(logits, target, smoothing):
    return F.cross_entropy(logits, target, label_smoothing=smoothing)


# %% over the others | over_the_others
def my_smoothing(logits, target, smoothing):
    N, V = logits.shape
    shares = torch.full((N, V), smoothing / (V - 1))
    shares[torch.arange(N), target] = 1 - smoothing
    return -(shares * F.log_softmax(logits, -1)).sum(dim=1).mean()


# %% the right one set, not added | right_left_out
def my_smoothing(logits, target, smoothing):
    N, V = logits.shape
    shares = torch.full((N, V), smoothing / V)
    shares[torch.arange(N), target] = 1 - smoothing
    return -(shares * F.log_softmax(logits, -1)).sum(dim=1).mean()


# %% nothing is taken away | nothing_taken_away
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    return F.nll_loss(log_p, target) - smoothing * log_p.mean()


# %% all of it to each | not_spread
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.sum(-1)).mean()


# %% the shares swapped | shares_swapped
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return -(smoothing * right + (1 - smoothing) * log_p.mean(-1)).mean()


# %% plain | not_smoothed
def my_smoothing(logits, target, smoothing):
    return F.cross_entropy(logits, target)


# %% the right part alone | right_part_alone
def my_smoothing(logits, target, smoothing):
    return (1 - smoothing) * F.cross_entropy(logits, target)


# %% summed | summed_up
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(-1)).sum()


# %% the sign | sign_lost
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return ((1 - smoothing) * right + smoothing * log_p.mean(-1)).mean()


# %% no log | without_logarithm
def my_smoothing(logits, target, smoothing):
    p = F.softmax(logits, -1)
    right = p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * p.mean(-1)).mean()


# %% over the batch | softmax_over_rows
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, 0)
    right = log_p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(-1)).mean()


# %% a mean over everything | wrong_output
def my_smoothing(logits, target, smoothing):
    N, V = logits.shape
    shares = torch.full((N, V), smoothing / V)
    shares[torch.arange(N), target] += 1 - smoothing
    return -(shares * F.log_softmax(logits, -1)).mean()


# %% columns of the targets | wrong_output
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[:, target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(-1, keepdim=True)).mean()


# %% a number for each row | wrong_output
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(-1))


# %% the mean of logits | wrong_output
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * logits.mean(-1)).mean()


# %% a plain number | wrong_gradients
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[torch.arange(len(target)), target]
    return -((1 - smoothing) * right + smoothing * log_p.mean(-1)).mean().item()


# %% targets as they are | raises
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p.gather(1, target)
    return -((1 - smoothing) * right + smoothing * log_p.mean(-1)).mean()


# %% no return | returns_nothing
def my_smoothing(logits, target, smoothing):
    loss = F.cross_entropy(logits, target)


# %% the number of the text | fixed_smoothing
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = log_p[range(len(target)), target]
    return -(0.9 * right + 0.1 * log_p.mean(-1)).mean()


# %% logits for logarithms | logits_as_logarithms
def my_smoothing(logits, target, smoothing):
    right = logits[range(len(target)), target]
    return -((1 - smoothing) * right + smoothing * logits.mean(-1)).mean()


# %% a divergence in place of an entropy | wrong_output
def my_smoothing(logits, target, smoothing):
    q = torch.full_like(logits, smoothing / logits.shape[1])
    q[range(len(target)), target] += 1 - smoothing
    return F.kl_div(F.log_softmax(logits, 1), q, reduction="batchmean")


# %% as printed elsewhere, over the others | over_the_others
def my_smoothing(logits, target, smoothing):
    log_p = F.log_softmax(logits, -1)
    right = -log_p.gather(1, target[:, None]).squeeze(1)
    eps = smoothing / (log_p.size(-1) - 1)
    return ((1 - smoothing - eps) * right - eps * log_p.sum(-1)).mean()
