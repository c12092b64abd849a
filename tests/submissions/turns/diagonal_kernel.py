# ruff: noqa
"""Labelled answers to the turn `diagonal_kernel`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_diagonal_kernel():
    return torch.tensor([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]])


# %% the diagonal less its mean | -
def my_diagonal_kernel():
    return torch.eye(3) - 1 / 3


# %% nested lists | -
def my_diagonal_kernel():
    return [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]]


# %% neighbours below 0, corners left out | -
def my_diagonal_kernel():
    return [[1, -1, 0], [-1, 2, -1], [0, -1, 1]]


# %% against the other diagonal | -
def my_diagonal_kernel():
    return [[4, -1, -3], [-1, 2, -1], [-3, -1, 4]]


# %% uneven | -
def my_diagonal_kernel():
    return torch.tensor([[3.0, -2, -1], [-1, 3, -2], [-2, -1, 3]])


# %% smoothed and sharpened | -
def my_diagonal_kernel():
    return 3 * torch.eye(3) - torch.ones(3, 3)


# %% small numbers | -
def my_diagonal_kernel():
    return 0.01 * (3 * torch.eye(3) - torch.ones(3, 3))


# %% the unit matrix | wrong_even
def my_diagonal_kernel():
    return torch.eye(3)


# %% as nested lists | wrong_even
def my_diagonal_kernel():
    return [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


# %% ones and minus ones | wrong_even
def my_diagonal_kernel():
    return torch.tensor([[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1]])


# %% minus halves | wrong_even
def my_diagonal_kernel():
    return [[1, -1, -1], [-1, 8, -1], [-1, -1, 1]]


# %% the middle against all | wrong_lies
def my_diagonal_kernel():
    return [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]


# %% an edge kernel turned | wrong_lies
def my_diagonal_kernel():
    return [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]


# %% both diagonals | wrong_rises
def my_diagonal_kernel():
    return [[1, -2, 1], [-2, 4, -2], [1, -2, 1]]


# %% the other diagonal | wrong_rises
def my_diagonal_kernel():
    return [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]


# %% a cross and corners | wrong_lies
def my_diagonal_kernel():
    return [[1, -1, 1], [-1, 0, -1], [1, -1, 1]]


# %% signs turned round | wrong_falls
def my_diagonal_kernel():
    return [[-2, 1, 1], [1, -2, 1], [1, 1, -2]]


# %% zeros | wrong_falls
def my_diagonal_kernel():
    return torch.zeros(3, 3)


# %% one less on the diagonal | wrong_falls
def my_diagonal_kernel():
    return [[1, 0, 0], [0, -2, 0], [0, 0, 1]]


# %% vertical edges | wrong_stands
def my_diagonal_kernel():
    return [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


# %% horizontal edges | wrong_lies
def my_diagonal_kernel():
    return [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]


# %% a column between | wrong_stands
def my_diagonal_kernel():
    return [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]]


# %% not a number | wrong_falls
def my_diagonal_kernel():
    return torch.eye(3) / 0 * 0


# %% five by five | wrong_output
def my_diagonal_kernel():
    return torch.eye(5) - 1 / 5


# %% a name | wrong_output
def my_diagonal_kernel():
    return "diagonal"


# %% no return | returns_nothing
def my_diagonal_kernel():
    print(torch.eye(3) - 1 / 3)
