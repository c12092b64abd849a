# ruff: noqa
"""Labelled answers to the turn `max_pool`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own, rows then columns | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    x = x[:, :, : Ho * k, : Wo * k]
    x = x.reshape(B, C, Ho * k, Wo, k).max(-1).values
    return x.reshape(B, C, Ho, k, Wo).max(3).values


# %% unfold | -
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1).values


# %% blocks brought together | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    blocks = x[..., : Ho * k, : Wo * k].reshape(B, C, Ho, k, Wo, k).permute(0, 1, 2, 4, 3, 5)
    values, places = blocks.reshape(B, C, Ho, Wo, k * k).max(dim=-1)
    return values


# %% loops and argmax | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    y = torch.zeros(B, C, Ho, Wo)
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, :, i * k : i * k + k, j * k : j * k + k].flatten(2)
            y[:, :, i, j] = window.gather(2, window.argmax(2, keepdim=True))[..., 0]
    return y


# %% a number by itself, larger only | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    out = torch.zeros(B, C, Ho, Wo)
    for b in range(B):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    best = x[b, c, i * k, j * k]
                    for m in range(k):
                        for n in range(k):
                            if x[b, c, i * k + m, j * k + n] > best:
                                best = x[b, c, i * k + m, j * k + n]
                    out[b, c, i, j] = best
    return out


# %% slices, where larger | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    best = x[:, :, : Ho * k : k, : Wo * k : k]
    for m in range(k):
        for n in range(k):
            other = x[:, :, m : Ho * k : k, n : Wo * k : k]
            best = torch.where(other > best, other, best)
    return best


# %% the maximum of a list | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    parts = [x[:, :, m : Ho * k : k, n : Wo * k : k] for m in range(k) for n in range(k)]
    return torch.stack(parts).max(dim=0)[0]


# %% the columns of F.unfold | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    columns = F.unfold(x, k, stride=k).view(B, C, k * k, Ho * Wo)
    return columns.max(dim=2).values.view(B, C, Ho, Wo)


# %% torch.max | -
def my_max_pool(x, k):
    windows = x.unfold(2, k, k).unfold(3, k, k)
    rows, _ = torch.max(windows, -1)
    return torch.max(rows, -1)[0]


# %% begins at minus infinity | -
def my_max_pool(x, k):
    B, C, H, W = x.shape
    best = torch.full((B, C, H // k, W // k), -math.inf)
    for m in range(k):
        for n in range(k):
            other = x[:, :, m : H // k * k : k, n : W // k * k : k]
            best = torch.where(other > best, other, best)
    return best


# %% amax | shared_out
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    return x[..., : Ho * k, : Wo * k].reshape(B, C, Ho, k, Wo, k).amax(dim=(3, 5))


# %% max of each window in loops | shared_out
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    y = torch.zeros(B, C, Ho, Wo)
    for b in range(B):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    y[b, c, i, j] = x[b, c, i*k:(i+1)*k, j*k:(j+1)*k].max()
    return y


# %% maximum of two, twice | shared_in_halves
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    best = x[:, :, : Ho * k : k, : Wo * k : k]
    for m in range(k):
        for n in range(k):
            if (m, n) != (0, 0):
                best = torch.maximum(best, x[:, :, m : Ho * k : k, n : Wo * k : k])
    return best


# %% larger or equal | last_of_equals
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    best = x[:, :, : Ho * k : k, : Wo * k : k]
    for m in range(k):
        for n in range(k):
            other = x[:, :, m : Ho * k : k, n : Wo * k : k]
            best = torch.where(other >= best, other, best)
    return best


# %% sorted | last_of_equals
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).sort(dim=-1, stable=True).values[..., -1]


# %% columns first, then rows | leftmost_of_equals
def my_max_pool(x, k):
    windows = x.unfold(2, k, k).unfold(3, k, k)
    return windows.max(-2).values.max(-1).values


# %% a list, column by column | leftmost_of_equals
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    parts = [x[:, :, m : Ho * k : k, n : Wo * k : k] for n in range(k) for m in range(k)]
    return torch.stack(parts).max(dim=0).values


# %% the mean | mean_pooled
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    return x[..., : Ho * k, : Wo * k].reshape(B, C, Ho, k, Wo, k).mean((3, 5))


# %% the sum | sum_pooled
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).sum((-1, -2))


# %% begins at 0 | never_negative
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    best = torch.zeros(B, C, Ho, Wo)
    for m in range(k):
        for n in range(k):
            other = x[:, :, m : Ho * k : k, n : Wo * k : k]
            best = torch.where(other > best, other, best)
    return best


# %% values and places | no_values
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1)


# %% the places | places_given
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).argmax(-1)


# %% only the rows | rows_alone
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).max(-1).values


# %% windows overlap | steps_of_one
def my_max_pool(x, k):
    return x.unfold(2, k, 1).unfold(3, k, 1).flatten(-2).max(-1).values


# %% reshaped without moving axes | axes_mixed
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    return x[:, :, : Ho * k, : Wo * k].reshape(B, C, Ho, Wo, k * k).max(-1).values


# %% the first number of each window | wrong_output
def my_max_pool(x, k):
    return x[:, :, ::k, ::k]


# %% the smallest | wrong_output
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).min(-1).values


# %% of absolute value | wrong_output
def my_max_pool(x, k):
    return x.abs().unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1).values


# %% over all channels | wrong_output
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1).values.max(1).values


# %% one maximum for everything | wrong_output
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).max()


# %% what fills no window stays | wrong_output
def my_max_pool(x, k):
    B, C, H, W = x.shape
    x = F.pad(x, (0, -W % k, 0, -H % k), value=-math.inf)
    return x.unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1).values


# %% nothing cut off | raises
def my_max_pool(x, k):
    B, C, H, W = x.shape
    Ho, Wo = H // k, W // k
    return x.view(B, C, Ho, k, Wo, k).max(5).values.max(3).values


# %% max of two axes | raises
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).max(dim=(-1, -2)).values


# %% amax of rows, amax of columns | wrong_gradients
def my_max_pool(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).amax(-1).amax(-1)


# %% a kernel of NumPy's | wrong_gradients
def my_max_pool(x, k):
    import numpy as np
    X = x.detach().numpy()
    B, C, H, W = X.shape
    X = X[:, :, : H // k * k, : W // k * k].reshape(B, C, H // k, k, W // k, k)
    return torch.from_numpy(np.max(X, axis=(3, 5)))


# %% detached | wrong_gradients
def my_max_pool(x, k):
    return x.detach().unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1).values


# %% equals all get the whole | wrong_gradients
def my_max_pool(x, k):
    windows = x.unfold(2, k, k).unfold(3, k, k).flatten(-2)
    top = windows.detach().amax(-1, keepdim=True)
    equal = windows == top
    return top[..., 0] + ((windows - top) * equal).sum(-1)


# %% torch's pooling | shortcut
def my_max_pool(x, k):
    return F.max_pool2d(x, k)


# %% torch's module | shortcut
def my_max_pool(x, k):
    return nn.MaxPool2d(k)(x)


# %% an adaptive pooling | shortcut
def my_max_pool(x, k):
    return F.adaptive_max_pool2d(x, (x.shape[2] // k, x.shape[3] // k))


# %% no return | returns_nothing
def my_max_pool(x, k):
    x.unfold(2, k, k).unfold(3, k, k).flatten(-2).max(-1).values
