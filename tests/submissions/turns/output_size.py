# ruff: noqa
"""Labelled answers to the turn `output_size`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


# %% floor of a quotient | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return math.floor((n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)


# %% int | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    covered = dilation * (k - 1) + 1
    return int((n + 2 * padding - covered) / stride) + 1


# %% counted | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    window = (k - 1) * dilation + 1
    places = 0
    start = 0
    while start + window <= n + 2 * padding:
        places += 1
        start += stride
    return places


# %% the length of a range | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1), stride))


# %% rounded up at the other end | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return -(-(n + 2 * padding - dilation * (k - 1)) // stride)


# %% divmod | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    steps, rest = divmod(n + 2 * padding - dilation * k + dilation - 1, stride)
    return 1 + steps


# %% floor of a tensor | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return torch.floor(torch.tensor((n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)).int()


# %% unfolded | -
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return len(torch.zeros(n + 2 * padding).unfold(0, dilation * (k - 1) + 1, stride))


# %% the first place forgotten | place_missing
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride


# %% rounded up | rounded_up
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return math.ceil((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1


# %% a fraction | a_fraction
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1


# %% one side padded | padding_once
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + padding - dilation * (k - 1) - 1) // stride + 1


# %% no padding | no_padding
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n - dilation * (k - 1) - 1) // stride + 1


# %% no stride | no_stride
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return n + 2 * padding - dilation * (k - 1)


# %% no dilation | no_dilation
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - k) // stride + 1


# %% dilation times k | dilated_once_too_often
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * k) // stride + 1


# %% the 1 divided | one_inside
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1 + 1) // stride


# %% brackets left out | brackets_missing
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return n + 2 * padding - (dilation * (k - 1) + 1) // stride + 1


# %% precedence | brackets_missing_too
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return n + 2 * padding - dilation * (k - 1) - 1 // stride + 1


# %% rounded | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return round((n + 2 * padding - dilation * (k - 1) - 1) / stride + 1)


# %% neither padding nor dilation | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n - k) // stride + 1


# %% neither dilation nor floor | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - k) / stride + 1


# %% the window forgotten | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding) // stride


# %% for the size of an image | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    size = (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1
    return size, size


# %% counted once too often | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1) + 1, stride))


# %% k minus 1 without brackets | wrong_output
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * k - 1 - 1) // stride + 1


# %% a loop that never ends | endless
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    places, start = 0, 0
    while start + dilation * (k - 1) + 1 <= n + 2 * padding:
        places += 1
    return places


# %% without defaults and out of order | wrong_output
def my_output_size(k, n, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


# %% without padding and dilation | raises
def my_output_size(n, k, stride=1):
    return (n - k) // stride + 1


# %% printed | returns_nothing
def my_output_size(n, k, stride=1, padding=0, dilation=1):
    print((n + 2 * padding - dilation * (k - 1) - 1) // stride + 1)
