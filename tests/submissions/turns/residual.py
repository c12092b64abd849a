# ruff: noqa
"""Labelled answers to the turn `residual`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_residual(x, norm, f, norm_first):
    return x + f(norm(x)) if norm_first else norm(x + f(x))


# %% two branches | -
def my_residual(x, norm, f, norm_first):
    if norm_first:
        return x + f(norm(x))
    return norm(x + f(x))


# %% step by step | -
def my_residual(x, norm, f, norm_first):
    before, after = (norm, lambda y: y) if norm_first else ((lambda y: y), norm)
    added = f(before(x))
    return after(torch.add(x, added))


# %% in place on its own | -
def my_residual(x, norm, f, norm_first):
    residual = x
    h = norm(x) if norm_first else x.clone()
    h = f(h)
    h += residual
    if not norm_first:
        h = norm(h)
    return h


# %% nothing is added | no_residual
def my_residual(x, norm, f, norm_first):
    return f(norm(x)) if norm_first else norm(f(x))


# %% nothing is added with the norm first | path_lost
def my_residual(x, norm, f, norm_first):
    if norm_first:
        return f(norm(x))
    return norm(x + f(x))


# %% the normed one is added to | path_normed
def my_residual(x, norm, f, norm_first):
    if norm_first:
        x = norm(x)
        return x + f(x)
    return norm(x + f(x))


# %% normed twice | normed_twice
def my_residual(x, norm, f, norm_first):
    if norm_first:
        return norm(x + f(norm(x)))
    return norm(x + f(x))


# %% always after | always_after
def my_residual(x, norm, f, norm_first):
    return norm(x + f(x))


# %% always before | always_before
def my_residual(x, norm, f, norm_first):
    return x + f(norm(x))


# %% the other way round | orders_changed
def my_residual(x, norm, f, norm_first):
    if not norm_first:
        return x + f(norm(x))
    return norm(x + f(x))


# %% the norm of what is added | norm_of_part
def my_residual(x, norm, f, norm_first):
    return x + f(norm(x)) if norm_first else x + norm(f(x))


# %% the norm of both parts | wrong_output
def my_residual(x, norm, f, norm_first):
    return x + f(norm(x)) if norm_first else norm(x) + norm(f(x))


# %% the function of the sum | wrong_output
def my_residual(x, norm, f, norm_first):
    return f(x + norm(x)) if norm_first else norm(f(x + x))


# %% times | wrong_output
def my_residual(x, norm, f, norm_first):
    return x * f(norm(x)) if norm_first else norm(x * f(x))


# %% minus | wrong_output
def my_residual(x, norm, f, norm_first):
    return x - f(norm(x)) if norm_first else norm(x - f(x))


# %% functions added | raises
def my_residual(x, norm, f, norm_first):
    return x + f(norm) if norm_first else norm(x + f)


# %% no else | returns_nothing
def my_residual(x, norm, f, norm_first):
    if norm_first:
        return x + f(norm(x))
    norm(x + f(x))


# %% the norm on the path | norm_on_the_path
def my_residual(x, norm, f, norm_first):
    if norm_first:
        return norm(x) + f(x)
    return norm(x + f(x))


# %% the norm behind the function | norm_behind
def my_residual(x, norm, f, norm_first):
    if norm_first:
        return x + norm(f(x))
    return norm(x + f(x))


# %% in place | -
def my_residual(x, norm, f, norm_first):
    x += f(norm(x)) if norm_first else f(x)
    return x if norm_first else norm(x)


# %% a layer norm of its own | -
def my_residual(x, norm, f, norm_first):
    norm = nn.LayerNorm(x.shape[-1], dtype=x.dtype)
    return x + f(norm(x)) if norm_first else norm(x + f(x))
