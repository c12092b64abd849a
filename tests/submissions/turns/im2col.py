# ruff: noqa
"""Labelled answers to the turn `im2col`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = x.new_empty(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% a list of slices, stacked | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    parts = []
    for m in range(kH):
        for n in range(kW):
            parts.append(x[:, :, m : m + stride * (Ho - 1) + 1 : stride, n : n + stride * (Wo - 1) + 1 : stride])
    return torch.stack(parts, dim=2).reshape(B, C * kH * kW, Ho * Wo)


# %% one window after the other | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C * kH * kW, Ho * Wo)
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, :, i * stride : i * stride + kH, j * stride : j * stride + kW]
            columns[:, :, i * Wo + j] = window.reshape(B, -1)
    return columns


# %% windows listed, stacked behind | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    columns = [
        x[:, :, r : r + kH, c : c + kW].flatten(1)
        for r in range(0, H - kH + 1, stride)
        for c in range(0, W - kW + 1, stride)
    ]
    return torch.stack(columns, dim=-1)


# %% row by row of the result | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    rows = []
    for c in range(C):
        for m in range(kH):
            for n in range(kW):
                rows.append(x[:, c, m::stride, n::stride][:, :Ho, :Wo].flatten(1))
    return torch.stack(rows, 1)


# %% Tensor.unfold | -
def my_im2col(x, kH, kW, stride):
    windows = x.unfold(2, kH, stride).unfold(3, kW, stride)
    B, C, Ho, Wo = windows.shape[:4]
    return windows.permute(0, 1, 4, 5, 2, 3).reshape(B, C * kH * kW, Ho * Wo)


# %% strides | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    x = x.contiguous()
    b, c, h, w = x.stride()
    view = x.as_strided((B, C, kH, kW, Ho, Wo), (b, c, h, w, h * stride, w * stride))
    return view.reshape(B, C * kH * kW, -1)


# %% indices | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    i = torch.arange(kH)[:, None, None, None] + stride * torch.arange(Ho)[:, None]
    j = torch.arange(kW)[:, None, None] + stride * torch.arange(Wo)
    return x[:, :, i, j].reshape(B, C * kH * kW, Ho * Wo)


# %% every number by itself | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.empty(B, C * kH * kW, Ho * Wo)
    for b in range(B):
        for c in range(C):
            for m in range(kH):
                for n in range(kW):
                    for i in range(Ho):
                        for j in range(Wo):
                            columns[b, (c * kH + m) * kW + n, i * Wo + j] = x[b, c, i * stride + m, j * stride + n]
    return columns


# %% image by image | -
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    images = []
    for image in x:
        rows = [image[:, m : m + stride * (Ho - 1) + 1 : stride, n : n + stride * (Wo - 1) + 1 : stride] for m in range(kH) for n in range(kW)]
        images.append(torch.stack(rows, 1).view(C * kH * kW, Ho * Wo))
    return torch.stack(images)


# %% channels fastest | channels_fastest
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    parts = []
    for m in range(kH):
        for n in range(kW):
            parts.append(x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo].flatten(2))
    return torch.cat(parts, dim=1)


# %% written channel after channel in each window | channels_fastest
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, kH, kW, C, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    return columns.view(B, -1, Ho * Wo)


# %% down the window first | window_by_columns
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    parts = []
    for n in range(kW):
        for m in range(kH):
            parts.append(x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo])
    return torch.stack(parts, dim=2).reshape(B, C * kH * kW, Ho * Wo)


# %% windows counted downwards | places_downwards
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    columns = []
    for c in range(0, W - kW + 1, stride):
        for r in range(0, H - kH + 1, stride):
            columns.append(x[:, :, r : r + kH, c : c + kW].flatten(1))
    return torch.stack(columns, dim=2)


# %% a row for each window | windows_as_rows
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    rows = []
    for r in range(0, H - kH + 1, stride):
        for c in range(0, W - kW + 1, stride):
            rows.append(x[:, :, r : r + kH, c : c + kW].flatten(1))
    return torch.stack(rows, dim=1)


# %% rows made to columns by reshape | axes_mixed
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    rows = []
    for r in range(0, H - kH + 1, stride):
        for c in range(0, W - kW + 1, stride):
            rows.append(x[:, :, r : r + kH, c : c + kW].flatten(1))
    rows = torch.stack(rows, dim=1)
    return rows.reshape(B, C * kH * kW, len(rows[0]))


# %% Tensor.unfold without permute | not_permuted
def my_im2col(x, kH, kW, stride):
    windows = x.unfold(2, kH, stride).unfold(3, kW, stride)
    B, C, Ho, Wo = windows.shape[:4]
    return windows.reshape(B, C * kH * kW, Ho * Wo)


# %% slices along the batch | slices_mixed
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    parts = []
    for m in range(kH):
        for n in range(kW):
            parts.append(x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo])
    return torch.stack(parts).reshape(B, C * kH * kW, Ho * Wo)


# %% channels before images | images_mixed
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(C, kH, kW, B, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo].transpose(0, 1)
    return columns.reshape(B, C * kH * kW, Ho * Wo)


# %% windows one apart | no_stride
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m : m + Ho, n : n + Wo]
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% no + 1 | place_missing
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride, (W - kW) // stride
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% each slice over the one before | one_row_written
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, 0, 0] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% only the first image | wrong_output
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    return columns.view(C * kH * kW, Ho * Wo)


# %% to the end of the row | raises
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m::stride, n::stride]
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% offset times stride | wrong_output
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m * stride : m * stride + Ho, n * stride : n * stride + Wo]
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% a view of what was turned | raises
def my_im2col(x, kH, kW, stride):
    windows = x.unfold(2, kH, stride).unfold(3, kW, stride)
    return windows.permute(0, 1, 4, 5, 2, 3).view(len(x), x.shape[1] * kH * kW, -1)


# %% places kept apart | wrong_output
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    return columns.view(B, C * kH * kW, Ho, Wo)


# %% all images in one matrix | wrong_output
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(C, kH, kW, Ho, Wo, B)
    for m in range(kH):
        for n in range(kW):
            columns[:, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo].permute(1, 2, 3, 0)
    return columns.view(C * kH * kW, Ho * Wo * B)


# %% windows do not overlap | wrong_output
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    windows = x.unfold(2, kH, kH).unfold(3, kW, kW)
    return windows.permute(0, 1, 4, 5, 2, 3).reshape(B, C * kH * kW, -1)


# %% gradients cut off | wrong_gradients
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo].detach()
    return columns.view(B, C * kH * kW, Ho * Wo)


# %% torch's own | shortcut
def my_im2col(x, kH, kW, stride):
    return F.unfold(x, (kH, kW), stride=stride)


# %% torch's module | shortcut
def my_im2col(x, kH, kW, stride):
    return nn.Unfold((kH, kW), stride=stride)(x)


# %% no return | returns_nothing
def my_im2col(x, kH, kW, stride):
    B, C, H, W = x.shape
    Ho, Wo = (H - kH) // stride + 1, (W - kW) // stride + 1
    columns = torch.zeros(B, C, kH, kW, Ho, Wo)
    for m in range(kH):
        for n in range(kW):
            columns[:, :, m, n] = x[:, :, m : m + stride * Ho : stride, n : n + stride * Wo : stride][:, :, :Ho, :Wo]
    columns = columns.view(B, C * kH * kW, Ho * Wo)
