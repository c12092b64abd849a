# ruff: noqa
"""Labelled answers to the turn `weight_gradient`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own, by columns | -
def my_weight_gradient(x, grad, kH, kW):
    columns = F.unfold(x, (kH, kW))
    dW = (grad.flatten(2) @ columns.transpose(1, 2)).sum(0)
    return dW.view(grad.shape[1], x.shape[1], kH, kW)


# %% one slice for each number | -
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("bohw,bchw->oc", grad, x[:, :, m : m + Ho, n : n + Wo])
    return dW


# %% loops over the places | -
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, :, i : i + kH, j : j + kW]
            dW += (grad[:, :, None, i, j, None, None] * window[:, None]).sum(0)
    return dW


# %% every sum by itself | -
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for o in range(Co):
        for c in range(C):
            for m in range(kH):
                for n in range(kW):
                    dW[o, c, m, n] = (grad[:, o] * x[:, c, m:m+Ho, n:n+Wo]).sum()
    return dW


# %% windows by Tensor.unfold | -
def my_weight_gradient(x, grad, kH, kW):
    windows = x.unfold(2, kH, 1).unfold(3, kW, 1)
    return torch.einsum("bohw,bchwmn->ocmn", grad, windows)


# %% tensordot | -
def my_weight_gradient(x, grad, kH, kW):
    windows = x.unfold(2, kH, 1).unfold(3, kW, 1)
    return torch.tensordot(grad, windows, dims=([0, 2, 3], [0, 2, 3]))


# %% NumPy | -
def my_weight_gradient(x, grad, kH, kW):
    import numpy as np
    g, X = grad.numpy(), x.numpy()
    Ho, Wo = g.shape[2:]
    dW = np.zeros((g.shape[1], X.shape[1], kH, kW), dtype=X.dtype)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = np.tensordot(g, X[:, :, m:m + Ho, n:n + Wo], axes=([0, 2, 3], [0, 2, 3]))
    return torch.from_numpy(dW)


# %% image by image, outer products | -
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for b in range(B):
        for i in range(Ho):
            for j in range(Wo):
                window = x[b, :, i : i + kH, j : j + kW].flatten()
                dW += torch.outer(grad[b, :, i, j], window).view_as(dW)
    return dW


# %% flipped | kernel_flipped
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, kH - 1 - m, kW - 1 - n] = torch.einsum("bohw,bchw->oc", grad, x[:, :, m:m+Ho, n:n+Wo])
    return dW


# %% one image | first_image
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("ohw,chw->oc", grad[0], x[0, :, m:m+Ho, n:n+Wo])
    return dW


# %% each image takes the place of the last | last_image
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for b in range(B):
        for m in range(kH):
            for n in range(kW):
                dW[:, :, m, n] = torch.einsum("ohw,chw->oc", grad[b], x[b, :, m:m+Ho, n:n+Wo])
    return dW


# %% mean over the batch | mean_of_images
def my_weight_gradient(x, grad, kH, kW):
    columns = F.unfold(x, (kH, kW))
    dW = (grad.flatten(2) @ columns.transpose(1, 2)).mean(0)
    return dW.view(grad.shape[1], x.shape[1], kH, kW)


# %% mean over the places | mean_of_places
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("bohw,bchw->oc", grad, x[:, :, m:m+Ho, n:n+Wo]) / (Ho * Wo)
    return dW


# %% mean over all | mean_of_both
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for o in range(Co):
        for c in range(C):
            for m in range(kH):
                for n in range(kW):
                    dW[o, c, m, n] = (grad[:, o] * x[:, c, m:m+Ho, n:n+Wo]).mean()
    return dW


# %% input channels first | channels_exchanged
def my_weight_gradient(x, grad, kH, kW):
    Ho, Wo = grad.shape[2:]
    dW = torch.zeros(x.shape[1], grad.shape[1], kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("bohw,bchw->co", grad, x[:, :, m:m+Ho, n:n+Wo])
    return dW


# %% summed over the input channels | channels_added
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for o in range(Co):
        for m in range(kH):
            for n in range(kW):
                dW[o, :, m, n] = (grad[:, o, None] * x[:, :, m:m+Ho, n:n+Wo]).sum()
    return dW


# %% always the same window | same_window
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("bohw,bchw->oc", grad, x[:, :, :Ho, :Wo])
    return dW


# %% not added | last_window
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, :, i : i + kH, j : j + kW]
            dW = (grad[:, :, None, i, j, None, None] * window[:, None]).sum(0)
    return dW


# %% the pixels alone | pixels_alone
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = x[:, :, m:m+Ho, n:n+Wo].sum(dim=(0, 2, 3))
    return dW


# %% the batch kept | wrong_output
def my_weight_gradient(x, grad, kH, kW):
    columns = F.unfold(x, (kH, kW))
    dW = grad.flatten(2) @ columns.transpose(1, 2)
    return dW.view(len(x), grad.shape[1], x.shape[1], kH, kW)


# %% not brought into shape | wrong_output
def my_weight_gradient(x, grad, kH, kW):
    columns = F.unfold(x, (kH, kW))
    return (grad.flatten(2) @ columns.transpose(1, 2)).sum(0)


# %% the product the other way round, in the wrong shape | axes_mixed
def my_weight_gradient(x, grad, kH, kW):
    columns = F.unfold(x, (kH, kW))
    dW = (columns @ grad.flatten(2).transpose(1, 2)).sum(0)
    return dW.reshape(grad.shape[1], x.shape[1], kH, kW)


# %% padded like the gradient of the image | wrong_output
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    x = F.pad(x, (kW - 1, kW - 1, kH - 1, kH - 1))
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = (grad * x[:, :, m:m+Ho, n:n+Wo]).sum()
    return dW


# %% the product without a transpose | raises
def my_weight_gradient(x, grad, kH, kW):
    columns = F.unfold(x, (kH, kW))
    return (grad.flatten(2) @ columns).sum(0)


# %% the slice as large as the kernel | raises
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("bohw,bchw->oc", grad, x[:, :, m:m+kH, n:n+kW])
    return dW


# %% autograd | shortcut
def my_weight_gradient(x, grad, kH, kW):
    weight = torch.zeros(grad.shape[1], x.shape[1], kH, kW, requires_grad=True)
    columns = F.unfold(x, (kH, kW))
    (weight.flatten(1) @ columns * grad.flatten(2)).sum().backward()
    return weight.grad


# %% torch's own gradient | shortcut
def my_weight_gradient(x, grad, kH, kW):
    return torch.nn.grad.conv2d_weight(x, (grad.shape[1], x.shape[1], kH, kW), grad)


# %% a convolution with channels and batch exchanged | shortcut
def my_weight_gradient(x, grad, kH, kW):
    return F.conv2d(x.transpose(0, 1), grad.transpose(0, 1)).transpose(0, 1)


# %% no return | returns_nothing
def my_weight_gradient(x, grad, kH, kW):
    B, Co, Ho, Wo = grad.shape
    C = x.shape[1]
    dW = torch.zeros(Co, C, kH, kW)
    for m in range(kH):
        for n in range(kW):
            dW[:, :, m, n] = torch.einsum("bohw,bchw->oc", grad, x[:, :, m:m+Ho, n:n+Wo])
