# ruff: noqa
"""Labelled answers to the turn `move_each`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_move_each(x, down, right, paper):
    moved = [F.pad(image, (r, -r, d, -d), value=paper) for image, d, r in zip(x, down, right)]
    return torch.stack(moved)


# %% cut out of a larger sheet | -
def my_move_each(x, down, right, paper):
    H, W = x.shape[2:]
    most = max(abs(n) for n in [*down, *right])
    around = F.pad(x, (most, most, most, most), value=paper)
    result = []
    for b in range(len(x)):
        top, left = most - down[b], most - right[b]
        result.append(around[b, :, top : top + H, left : left + W])
    return torch.stack(result)


# %% pixel by pixel | -
def my_move_each(x, down, right, paper):
    B, _, H, W = x.shape
    y = torch.full_like(x, paper)
    for b in range(B):
        for i in range(H):
            for j in range(W):
                to_i, to_j = i + down[b], j + right[b]
                if 0 <= to_i < H and 0 <= to_j < W:
                    y[b, 0, to_i, to_j] = x[b, 0, i, j]
    return y


# %% where each pixel comes from, by its numbers | -
def my_move_each(x, down, right, paper):
    B, _, H, W = x.shape
    most = 10
    around = F.pad(x, (most, most, most, most), value=paper)
    rows = most - torch.tensor(down)[:, None, None] + torch.arange(H)[:, None]
    columns = most - torch.tensor(right)[:, None, None] + torch.arange(W)
    return around[torch.arange(B)[:, None, None], 0, rows, columns][:, None]


# %% rolled, then painted over | -
def my_move_each(x, down, right, paper):
    y = []
    for image, d, r in zip(x, down, right):
        image = torch.roll(image, (d, r), dims=(1, 2))
        if d > 0:
            image[:, :d] = paper
        if d < 0:
            image[:, d:] = paper
        if r > 0:
            image[:, :, :r] = paper
        if r < 0:
            image[:, :, r:] = paper
        y.append(image)
    return torch.stack(y)


# %% slices written into paper | -
def my_move_each(x, down, right, paper):
    H, W = x.shape[2:]
    out = torch.full_like(x, paper)
    for b, (d, r) in enumerate(zip(down, right)):
        out[b, :, max(d, 0) : H + min(d, 0), max(r, 0) : W + min(r, 0)] = x[
            b, :, max(-d, 0) : H + min(-d, 0), max(-r, 0) : W + min(-r, 0)
        ]
    return out


# %% the cut begins further down | other_way
def my_move_each(x, down, right, paper):
    H, W = x.shape[2:]
    most = 8
    around = F.pad(x, (most, most, most, most), value=paper)
    result = []
    for b in range(len(x)):
        top, left = most + down[b], most + right[b]
        result.append(around[b, :, top : top + H, left : left + W])
    return torch.stack(result)


# %% padded below and on the right | other_way
def my_move_each(x, down, right, paper):
    return torch.stack([F.pad(image, (-r, r, -d, d), value=paper) for image, d, r in zip(x, down, right)])


# %% F.pad taken to begin with the rows | rows_for_columns
def my_move_each(x, down, right, paper):
    return torch.stack([F.pad(image, (d, -d, r, -r), value=paper) for image, d, r in zip(x, down, right)])


# %% y axis as in mathematics | up_for_down
def my_move_each(x, down, right, paper):
    H, W = x.shape[2:]
    around = F.pad(x, (9, 9, 9, 9), value=paper)
    return torch.stack([around[b, :, 9 + d : 9 + d + H, 9 - r : 9 - r + W] for b, (d, r) in enumerate(zip(down, right))])


# %% the sign of the columns forgotten | left_for_right
def my_move_each(x, down, right, paper):
    H, W = x.shape[2:]
    around = F.pad(x, (9, 9, 9, 9), value=paper)
    return torch.stack([around[b, :, 9 - d : 9 - d + H, 9 + r : 9 + r + W] for b, (d, r) in enumerate(zip(down, right))])


# %% sideways alone | only_sideways
def my_move_each(x, down, right, paper):
    return torch.stack([F.pad(image, (r, -r), value=paper) for image, r in zip(x, right)])


# %% the second step begins with the old image | only_upright
def my_move_each(x, down, right, paper):
    out = []
    for image, d, r in zip(x, down, right):
        new = F.pad(image, (r, -r), value=paper)
        new = F.pad(image, (0, 0, d, -d), value=paper)
        out.append(new)
    return torch.stack(out)


# %% range of a negative number is empty | never_back
def my_move_each(x, down, right, paper):
    y = x.clone()
    for b in range(len(x)):
        for _ in range(down[b]):
            y[b] = F.pad(y[b], (0, 0, 1, 0), value=paper)[:, :-1]
        for _ in range(right[b]):
            y[b] = F.pad(y[b], (1, 0), value=paper)[:, :, :-1]
    return y


# %% rolled | comes_round
def my_move_each(x, down, right, paper):
    return torch.stack([torch.roll(image, (d, r), dims=(1, 2)) for image, d, r in zip(x, down, right)])


# %% pad's own zeros | zeros_come_in
def my_move_each(x, down, right, paper):
    return torch.stack([F.pad(image, (r, -r, d, -d)) for image, d, r in zip(x, down, right)])


# %% zeros_like | zeros_come_in
def my_move_each(x, down, right, paper):
    H, W = x.shape[2:]
    out = torch.zeros_like(x)
    for b, (d, r) in enumerate(zip(down, right)):
        out[b, :, max(d, 0) : H + min(d, 0), max(r, 0) : W + min(r, 0)] = x[
            b, :, max(-d, 0) : H + min(-d, 0), max(-r, 0) : W + min(-r, 0)
        ]
    return out


# %% the whole batch at once | first_for_all
def my_move_each(x, down, right, paper):
    d, r = down[0], right[0]
    return F.pad(x, (r, -r, d, -d), value=paper)


# %% not cut off | wrong_output
def my_move_each(x, down, right, paper):
    most = 4
    return F.pad(x, (most, most, most, most), value=paper)


# %% the channel lost | wrong_output
def my_move_each(x, down, right, paper):
    return torch.stack([F.pad(image[0], (r, -r, d, -d), value=paper) for image, d, r in zip(x, down, right)])


# %% nothing given back | returns_nothing
def my_move_each(x, down, right, paper):
    for b in range(len(x)):
        x[b] = F.pad(x[b], (right[b], -right[b], down[b], -down[b]), value=paper)


# %% written on x, whose rows are overwritten before they are read | wrong_output
def my_move_each(x, down, right, paper):
    B, _, H, W = x.shape
    for b in range(B):
        for i in range(H):
            for j in range(W):
                i0, j0 = i - down[b], j - right[b]
                x[b, 0, i, j] = x[b, 0, i0, j0] if 0 <= i0 < H and 0 <= j0 < W else paper
    return x
