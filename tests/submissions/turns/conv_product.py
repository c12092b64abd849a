# ruff: noqa
"""Labelled answers to the turn `conv_product`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    B, Co = len(columns), len(weight)
    rows = weight.flatten(1).expand(B, -1, -1)
    return torch.baddbmm(bias[:, None].expand(B, Co, 1), rows, columns).view(B, Co, Ho, Wo)


# %% broadcast | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = weight.flatten(1) @ columns + bias[:, None]
    return y.view(len(columns), -1, Ho, Wo)


# %% einsum | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = torch.einsum("ok,bkl->bol", weight.reshape(len(weight), -1), columns)
    return y.unflatten(-1, (Ho, Wo)) + bias.view(1, -1, 1, 1)


# %% F.linear on rows | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = F.linear(columns.transpose(1, 2), weight.flatten(1), bias)
    return y.transpose(1, 2).reshape(len(columns), -1, Ho, Wo)


# %% image by image | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    Co, C, kH, kW = weight.shape
    images = []
    for image in columns:
        y = weight.view(Co, C * kH * kW).matmul(image)
        images.append(y.view(Co, Ho, Wo) + bias.reshape(Co, 1, 1))
    return torch.stack(images)


# %% bias added in place | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = torch.matmul(weight.flatten(start_dim=1), columns)
    y += bias.unsqueeze(1)
    return y.reshape(y.shape[0], y.shape[1], Ho, Wo)


# %% all images in one matrix | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    B, K, L = columns.shape
    wide = columns.permute(1, 0, 2).reshape(K, B * L)
    y = weight.flatten(1).mm(wide).view(-1, B, Ho, Wo) + bias[:, None, None, None]
    return y.permute(1, 0, 2, 3)


# %% a bias row of ones | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    ones = columns.new_ones(len(columns), 1, columns.shape[2])
    rows = torch.cat([weight.flatten(1), bias[:, None]], dim=1)
    return (rows @ torch.cat([columns, ones], dim=1)).view(len(columns), len(weight), Ho, Wo)


# %% the kernels repeated | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    B = columns.size(0)
    W = weight.flatten(1).unsqueeze(0).repeat(B, 1, 1)
    return (torch.bmm(W, columns) + bias[None, :, None]).view(B, -1, Ho, Wo)


# %% products and sums | -
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = (weight.flatten(1)[None, :, :, None] * columns[:, None]).sum(2)
    return y.view(len(columns), len(weight), Ho, Wo) + bias[:, None, None]


# %% no bias | no_bias
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.flatten(1) @ columns).view(len(columns), -1, Ho, Wo)


# %% bias along the places | bias_along_places
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.flatten(1) @ columns + bias).view(len(columns), -1, Ho, Wo)


# %% bias along the columns of the image | bias_along_columns
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.flatten(1) @ columns).view(len(columns), -1, Ho, Wo) + bias


# %% kernels as columns by reshape | kernels_mixed
def my_conv_product(columns, weight, bias, Ho, Wo):
    Co, C, kH, kW = weight.shape
    rows = weight.reshape(C * kH * kW, Co).T
    return (rows @ columns + bias[:, None]).view(len(columns), Co, Ho, Wo)


# %% channels last in the kernels | channels_fastest
def my_conv_product(columns, weight, bias, Ho, Wo):
    rows = weight.permute(0, 2, 3, 1).flatten(1)
    return (rows @ columns + bias[:, None]).view(len(columns), -1, Ho, Wo)


# %% flipped | kernel_flipped
def my_conv_product(columns, weight, bias, Ho, Wo):
    rows = weight.flip(-1, -2).flatten(1)
    return (rows @ columns + bias[:, None]).view(len(columns), -1, Ho, Wo)


# %% width before height | sides_exchanged
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.flatten(1) @ columns + bias[:, None]).view(len(columns), -1, Wo, Ho)


# %% channels behind | channels_behind
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = columns.transpose(1, 2) @ weight.flatten(1).T + bias
    return y.view(len(columns), Ho, Wo, len(weight))


# %% rows reshaped to maps | axes_mixed
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = columns.transpose(1, 2) @ weight.flatten(1).T + bias
    return y.reshape(len(columns), len(weight), Ho, Wo)


# %% one image for all | first_image
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = weight.flatten(1) @ columns[0] + bias[:, None]
    return y.expand(len(columns), -1, -1).reshape(len(columns), -1, Ho, Wo)


# %% without the batch | wrong_output
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = weight.flatten(1) @ columns[0] + bias[:, None]
    return y.view(len(weight), Ho, Wo)


# %% not made to images | wrong_output
def my_conv_product(columns, weight, bias, Ho, Wo):
    return weight.flatten(1) @ columns + bias[:, None]


# %% all images in one matrix, not brought back | wrong_output
def my_conv_product(columns, weight, bias, Ho, Wo):
    B, K, L = columns.shape
    wide = columns.permute(1, 0, 2).reshape(K, B * L)
    y = weight.flatten(1) @ wide + bias[:, None]
    return y.view(B, -1, Ho, Wo)


# %% a mean of products | wrong_output
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = (weight.flatten(1)[None, :, :, None] * columns[:, None]).mean(2)
    return y.view(len(columns), len(weight), Ho, Wo) + bias[:, None, None]


# %% all flattened | raises
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.flatten() @ columns + bias).view(len(columns), -1, Ho, Wo)


# %% not flattened | raises
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight @ columns + bias[:, None]).view(len(columns), -1, Ho, Wo)


# %% the wrong way round | raises
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (columns @ weight.flatten(1) + bias[:, None]).view(len(columns), -1, Ho, Wo)


# %% number by number | raises
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.flatten(1) * columns + bias[:, None]).view(len(columns), -1, Ho, Wo)


# %% the weight without gradient | wrong_gradients
def my_conv_product(columns, weight, bias, Ho, Wo):
    return (weight.data.flatten(1) @ columns + bias[:, None]).view(len(columns), -1, Ho, Wo)


# %% through NumPy | wrong_gradients
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = torch.from_numpy(weight.detach().flatten(1).numpy() @ columns.detach().numpy()) + bias[:, None]
    return y.view(len(columns), -1, Ho, Wo)


# %% a convolution of one by one | shortcut
def my_conv_product(columns, weight, bias, Ho, Wo):
    x = columns.view(len(columns), -1, Ho, Wo)
    return F.conv2d(x, weight.flatten(1)[:, :, None, None], bias)


# %% no return | returns_nothing
def my_conv_product(columns, weight, bias, Ho, Wo):
    y = (weight.flatten(1) @ columns + bias[:, None]).view(len(columns), -1, Ho, Wo)
