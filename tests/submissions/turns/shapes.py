# ruff: noqa
"""Labelled answers to the turn `shapes`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 8, h, w), (B, 8, h2, w2), (B, 16, h2 - 2, w2 - 2)]


# %% by a loop | -
def my_shapes(B, H, W):
    shapes = []
    for C, k, s, p in [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]:
        H, W = math.floor((H + 2 * p - k) / s) + 1, math.floor((W + 2 * p - k) / s) + 1
        shapes.append([B, C, H, W])
    return shapes


# %% asked of torch | -
def my_shapes(B, H, W):
    layers = [nn.Conv2d(3, 8, 5, stride=2, padding=2), nn.MaxPool2d(3, stride=2), nn.Conv2d(8, 16, 3)]
    x, shapes = torch.zeros(B, 3, H, W), []
    for layer in layers:
        x = layer(x)
        shapes.append(x.shape)
    return shapes


# %% simplified, a tuple of tuples | -
def my_shapes(B, H, W):
    h, w = (H + 1) // 2, (W + 1) // 2
    h2, w2 = (h - 1) // 2, (w - 1) // 2
    return (B, 8, h, w), (B, 8, h2, w2), (B, 16, h2 - 2, w2 - 2)


# %% int of quotients, torch.Size | -
def my_shapes(B, H, W):
    a = [int((n - 1) / 2) + 1 for n in (H, W)]
    b = [int((n - 3) / 2 + 1) for n in a]
    c = [n - 2 for n in b]
    return [torch.Size([B, 8, *a]), torch.Size([B, 8, *b]), torch.Size([B, 16, *c])]


# %% padding forgotten | no_padding
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2), size(W, 5, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 8, h, w), (B, 8, h2, w2), (B, 16, h2 - 2, w2 - 2)]


# %% padding on one side | padding_once
def my_shapes(B, H, W):
    shapes = []
    for C, k, s, p in [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]:
        H, W = (H + p - k) // s + 1, (W + p - k) // s + 1
        shapes.append((B, C, H, W))
    return shapes


# %% no + 1 | place_missing
def my_shapes(B, H, W):
    shapes = []
    for C, k, s, p in [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]:
        H, W = (H + 2 * p - k) // s, (W + 2 * p - k) // s
        shapes.append((B, C, H, W))
    return shapes


# %% rounded up | rounded_up
def my_shapes(B, H, W):
    shapes = []
    for C, k, s, p in [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]:
        H, W = math.ceil((H + 2 * p - k) / s) + 1, math.ceil((W + 2 * p - k) / s) + 1
        shapes.append((B, C, H, W))
    return shapes


# %% strides forgotten | no_stride
def my_shapes(B, H, W):
    return [(B, 8, H, W), (B, 8, H - 2, W - 2), (B, 16, H - 4, W - 4)]


# %% pooling in steps of three | pool_step
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = h // 3, w // 3
    return [(B, 8, h, w), (B, 8, h2, w2), (B, 16, h2 - 2, w2 - 2)]


# %% pooling halves | pool_halves
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = h // 2, w // 2
    return [(B, 8, h, w), (B, 8, h2, w2), (B, 16, h2 - 2, w2 - 2)]


# %% the third keeps the size | third_keeps
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 8, h, w), (B, 8, h2, w2), (B, 16, h2, w2)]


# %% channels last | channels_behind
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, h, w, 8), (B, h2, w2, 8), (B, h2 - 2, w2 - 2, 16)]


# %% width first | sides_exchanged
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 8, w, h), (B, 8, w2, h2), (B, 16, w2 - 2, h2 - 2)]


# %% without the batch | without_batch
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(8, h, w), (8, h2, w2), (16, h2 - 2, w2 - 2)]


# %% the input first | input_too
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 3, H, W), (B, 8, h, w), (B, 8, h2, w2), (B, 16, h2 - 2, w2 - 2)]


# %% the last alone | last_shape
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return (B, 16, h2 - 2, w2 - 2)


# %% the channels that come in | channels_coming_in
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 3, h, w), (B, 8, h2, w2), (B, 8, h2 - 2, w2 - 2)]


# %% fractions | a_fraction
def my_shapes(B, H, W):
    shapes = []
    for C, k, s, p in [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]:
        H, W = (H + 2 * p - k) / s + 1, (W + 2 * p - k) / s + 1
        shapes.append((B, C, H, W))
    return shapes


# %% every layer begins with the image | from_the_image
def my_shapes(B, H, W):
    shapes = []
    for C, k, s, p in [(8, 5, 2, 2), (8, 3, 2, 0), (16, 3, 1, 0)]:
        shapes.append((B, C, (H + 2 * p - k) // s + 1, (W + 2 * p - k) // s + 1))
    return shapes


# %% square images | wrong_output
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h = size(H, 5, 2, 2)
    h2 = size(h, 3, 2)
    return [(B, 8, h, h), (B, 8, h2, h2), (B, 16, h2 - 2, h2 - 2)]


# %% numbers for 28 by 28 | wrong_output
def my_shapes(B, H, W):
    return [(B, 8, 14, 14), (B, 8, 6, 6), (B, 16, 4, 4)]


# %% pooling multiplies the channels | wrong_output
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    h2, w2 = size(h, 3, 2), size(w, 3, 2)
    return [(B, 8, h, w), (B, 24, h2, w2), (B, 16, h2 - 2, w2 - 2)]


# %% as texts | wrong_output
def my_shapes(B, H, W):
    return ["(B, 8, 14, 14)", "(B, 8, 6, 6)", "(B, 16, 4, 4)"]


# %% no return | returns_nothing
def my_shapes(B, H, W):
    def size(n, k, stride=1, padding=0):
        return (n + 2 * padding - k) // stride + 1

    h, w = size(H, 5, 2, 2), size(W, 5, 2, 2)
    print((B, 8, h, w))


# %% for an image alone | signature
def my_shapes(x):
    return [x.shape]
