# ruff: noqa
"""Labelled answers to the turn `window`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i : i + kH, j : j + kW] * weight).sum() + bias


# %% loops over everything | -
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    total = bias
    for c in range(C):
        for m in range(kH):
            for n in range(kW):
                total += weight[c, m, n] * x[c, i + m, j + n]
    return total


# %% a sum for each channel, numbers of Python | -
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    return sum((x[c, i:i+kH, j:j+kW] * weight[c]).sum().item() for c in range(C)) + bias


# %% einsum | -
def my_window(x, weight, bias, i, j):
    _, kH, kW = weight.size()
    return torch.einsum("cmn,cmn->", x[:, i : i + kH, j : j + kW], weight) + bias


# %% a product of two vectors | -
def my_window(x, weight, bias, i, j):
    window = x[:, i : i + weight.shape[1], j : j + weight.shape[2]].flatten()
    return window @ weight.flatten() + bias


# %% narrow and tensordot | -
def my_window(x, weight, bias, i, j):
    window = x.narrow(1, i, weight.shape[1]).narrow(2, j, weight.shape[2])
    return torch.tensordot(window, weight, dims=3) + bias


# %% through NumPy | -
def my_window(x, weight, bias, i, j):
    import numpy as np
    X, K = x.numpy(), weight.numpy()
    return np.sum(X[:, i:i + K.shape[1], j:j + K.shape[2]] * K) + bias


# %% written on a copy | -
def my_window(x, weight, bias, i, j):
    window = x[:, i : i + weight.size(1), j : j + weight.size(2)].clone()
    window *= weight
    return window.sum(dim=(0, 1, 2)).add(bias)


# %% without bias | no_bias
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH, j:j+kW] * weight).sum()


# %% bias in the brackets | bias_each_product
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    return (x[:, i:i+kH, j:j+kW] * weight + bias).sum()


# %% bias inside the innermost loop | bias_each_product
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    total = 0
    for c in range(C):
        for m in range(kH):
            for n in range(kW):
                total += weight[c, m, n] * x[c, i + m, j + n] + bias
    return total


# %% bias in the loop over channels | bias_each_channel
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    total = 0
    for c in range(C):
        total += (x[c, i:i+kH, j:j+kW] * weight[c]).sum() + bias
    return total


# %% only channel 0 | first_channel
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[0, i:i+kH, j:j+kW] * weight[0]).sum() + bias


# %% return inside the loop | first_channel
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    total = 0
    for c in range(C):
        total += (x[c, i:i+kH, j:j+kW] * weight[c]).sum()
        return total + bias


# %% only the last channel | last_channel
def my_window(x, weight, bias, i, j):
    C, kH, kW = weight.shape
    for c in range(C):
        total = (x[c, i:i+kH, j:j+kW] * weight[c]).sum()
    return total + bias


# %% a number for each channel | channels_apart
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH, j:j+kW] * weight).sum((1, 2)) + bias


# %% i to the right | place_exchanged
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, j:j+kH, i:i+kW] * weight).sum() + bias


# %% flipped as in mathematics | kernel_flipped
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH, j:j+kW] * weight.flip(1, 2)).sum() + bias


# %% the mean | mean_of_products
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH, j:j+kW] * weight).mean() + bias


# %% the wrong product | matrix_product
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH, j:j+kW] @ weight).sum() + bias


# %% always three by three | raises
def my_window(x, weight, bias, i, j):
    return (x[:, i:i+3, j:j+3] * weight).sum() + bias


# %% the channel axis forgotten | raises
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[i:i+kH, j:j+kW] * weight).sum() + bias


# %% one short | raises
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH-1, j:j+kW-1] * weight).sum() + bias


# %% the size of the kernel with its channels | raises
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape
    return (x[:, i:i+kH, j:j+kW] * weight).sum() + bias


# %% the window centred | wrong_output
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    x = F.pad(x, (kW // 2, kW // 2, kH // 2, kH // 2))
    return (x[:, i:i+kH, j:j+kW] * weight).sum() + bias


# %% the products alone | wrong_output
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return x[:, i:i+kH, j:j+kW] * weight + bias


# %% the biggest product | wrong_output
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    return (x[:, i:i+kH, j:j+kW] * weight).max() + bias


# %% torch's convolution | shortcut
def my_window(x, weight, bias, i, j):
    return F.conv2d(x[None], weight[None], torch.tensor([bias]))[0, 0, i, j]


# %% no return | returns_nothing
def my_window(x, weight, bias, i, j):
    kH, kW = weight.shape[1:]
    y = (x[:, i:i+kH, j:j+kW] * weight).sum() + bias
