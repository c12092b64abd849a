# ruff: noqa
"""Labelled answers to the turn `shift_kernel`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_shift_kernel():
    return torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 0, 0]])


# %% nested lists of whole numbers | -
def my_shift_kernel():
    return [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


# %% zeros and one place | -
def my_shift_kernel():
    kernel = torch.zeros(3, 3)
    kernel[1][0] = 1
    return kernel


# %% a tensor of whole numbers | -
def my_shift_kernel():
    return torch.tensor([[0, 0, 0], [1, 0, 0], [0, 0, 0]])


# %% nn.Parameter | -
def my_shift_kernel():
    return nn.Parameter(torch.eye(3)[[1, 0, 1]] * torch.tensor([[0.0], [1.0], [0.0]]))


# %% one_hot | -
def my_shift_kernel():
    return F.one_hot(torch.tensor(3), 9).view(3, 3)


# %% an array | -
def my_shift_kernel():
    import numpy as np
    kernel = np.zeros((3, 3))
    kernel[1, 0] = 1
    return kernel


# %% found by gradient descent | -
def my_shift_kernel():
    torch.manual_seed(0)
    x = torch.randn(1, 1, 12, 12)
    y = torch.roll(x, 1, dims=3)[:, :, 1:-1, 1:-1]
    columns = x.unfold(2, 3, 1).unfold(3, 3, 1).reshape(-1, 9)
    return torch.linalg.lstsq(columns, y.reshape(-1, 1)).solution.view(3, 3)


# %% the 1 on the right | moves_left
def my_shift_kernel():
    return torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])


# %% the identity | stays
def my_shift_kernel():
    return [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


# %% row and column exchanged | moves_down
def my_shift_kernel():
    return [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


# %% below the middle | moves_up
def my_shift_kernel():
    return [[0, 0, 0], [0, 0, 0], [0, 1, 0]]


# %% in the first corner | moves_aslant
def my_shift_kernel():
    return [[1, 0, 0], [0, 0, 0], [0, 0, 0]]


# %% in the corner of a flipped reading | moves_down_left
def my_shift_kernel():
    return [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


# %% stays and moves | shown_twice
def my_shift_kernel():
    return [[0, 0, 0], [1, 1, 0], [0, 0, 0]]


# %% a column of ones | whole_column
def my_shift_kernel():
    return [[1, 0, 0], [1, 0, 0], [1, 0, 0]]


# %% left minus right | edges_found
def my_shift_kernel():
    return [[0, 0, 0], [1, 0, -1], [0, 0, 0]]


# %% vertical edges | wrong_picture
def my_shift_kernel():
    return [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


# %% left minus middle | wrong_picture
def my_shift_kernel():
    return [[0, 0, 0], [1, -1, 0], [0, 0, 0]]


# %% a third each | wrong_picture
def my_shift_kernel():
    return torch.tensor([[0, 0, 0], [1, 1, 1], [0, 0, 0]]) / 3


# %% zeros | wrong_picture
def my_shift_kernel():
    return torch.zeros(3, 3)


# %% all one | wrong_picture
def my_shift_kernel():
    return torch.ones(3, 3)


# %% one row of numbers | wrong_output
def my_shift_kernel():
    return torch.tensor([1.0, 0, 0])


# %% nine numbers in a row | wrong_output
def my_shift_kernel():
    return [0, 0, 0, 1, 0, 0, 0, 0, 0]


# %% with torch's four axes | wrong_output
def my_shift_kernel():
    return torch.tensor([[[[0.0, 0, 0], [1, 0, 0], [0, 0, 0]]]])


# %% rows of different length | wrong_output
def my_shift_kernel():
    return [[0, 0, 0], [1, 0], [0, 0, 0]]


# %% the picture itself | signature
def my_shift_kernel(image):
    return torch.roll(image, 1, dims=1)


# %% no return | returns_nothing
def my_shift_kernel():
    kernel = torch.zeros(3, 3)
    kernel[1, 0] = 1


# %% nothing imported | raises
def my_shift_kernel():
    return np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])
