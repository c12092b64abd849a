# ruff: noqa
"""Labelled answers to the turn `clip`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.sqrt(sum((g**2).sum() for g in grads))
    scale = torch.clamp(max_norm / (total + 1e-6), max=1.0)
    for g in grads:
        g.mul_(scale)
    return total


# %% one long vector | -
def my_clip(parameters, max_norm):
    grads = [p.grad.flatten() for p in parameters if p.grad is not None]
    norm = torch.cat(grads).norm()
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad *= max_norm / norm
    return norm


# %% a new gradient in its place | -
def my_clip(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += p.grad.pow(2).sum().item()
    total = total**0.5
    factor = min(1.0, max_norm / total)
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad * factor
    return total


# %% torch's own | -
def my_clip(parameters, max_norm):
    return nn.utils.clip_grad_norm_(parameters, max_norm)


# %% the norm of the norms | -
def my_clip(parameters, max_norm):
    with_grad = [p for p in parameters if p.grad is not None]
    norm = torch.stack([p.grad.norm() for p in with_grad]).norm()
    for p in with_grad:
        p.grad.data.mul_(min(1, max_norm / norm.item()))
    return norm


# %% each for itself | each_alone
def my_clip(parameters, max_norm):
    total = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]).norm()
    for p in parameters:
        if p.grad is not None:
            n = p.grad.norm()
            if n > max_norm:
                p.grad.mul_(max_norm / n)
    return total


# %% values cut off | by_value
def my_clip(parameters, max_norm):
    total = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]).norm()
    for p in parameters:
        if p.grad is not None:
            p.grad = torch.clamp(p.grad, -max_norm, max_norm)
    return total


# %% always max_norm long | always
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.sqrt(sum((g * g).sum() for g in grads))
    for g in grads:
        g *= max_norm / total
    return total


# %% no root | squared
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum((g**2).sum() for g in grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


# %% norms added | sum_of_norms
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(g.norm() for g in grads)
    for g in grads:
        g.mul_(min(1.0, max_norm / total))
    return total


# %% the length afterwards | norm_after
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return torch.cat([g.flatten() for g in grads]).norm()


# %% a gradient that is not there | no_gradient
def my_clip(parameters, max_norm):
    total = torch.sqrt(sum((p.grad**2).sum() for p in parameters))
    for p in parameters:
        p.grad *= min(1.0, max_norm / total.item())
    return total


# %% the weights | wrong_clipped
def my_clip(parameters, max_norm):
    total = torch.cat([p.flatten() for p in parameters]).norm()
    for p in parameters:
        p.data *= min(1.0, max_norm / total.item())
    return total


# %% nothing is written back | wrong_clipped
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g = g * min(1.0, max_norm / total)
    return total


# %% gradients returned | wrong_clipped
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    return [g * min(1.0, max_norm / total) for g in grads]


# %% no return | returns_nothing
def my_clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.cat([g.flatten() for g in grads]).norm()
    for g in grads:
        g.mul_(min(1.0, max_norm / total))


# %% a reader's attempt 1 | -
def my_clip(parameters, max_norm):
    """parameters: a list; scales their gradients in place; returns the length of all of them before."""
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum((g**2).sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return norm
