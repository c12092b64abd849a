# ruff: noqa
"""Labelled answers to the turn `shifted`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
def my_shifted(target, bos, eos):
    marked = F.pad(F.pad(target, (1, 0), value=bos), (0, 1), value=eos)
    return marked[:, :-1], marked[:, 1:]


# %% two cats | -
def my_shifted(target, bos, eos):
    B = target.shape[0]
    given = torch.cat([torch.full((B, 1), bos), target], dim=1)
    wanted = torch.cat([target, torch.full((B, 1), eos)], dim=1)
    return given, wanted


# %% filled in | -
def my_shifted(target, bos, eos):
    B, T = target.shape
    given, wanted = target.new_zeros(B, T + 1), target.new_zeros(B, T + 1)
    given[:, 0], given[:, 1:] = bos, target
    wanted[:, -1], wanted[:, :-1] = eos, target
    return given, wanted


# %% lists | -
def my_shifted(target, bos, eos):
    rows = [[bos, *row, eos] for row in target.tolist()]
    return torch.tensor([row[:-1] for row in rows]), torch.tensor([row[1:] for row in rows])


# %% rolled, then written over | -
def my_shifted(target, bos, eos):
    wanted = F.pad(target, (0, 1), value=eos)
    given = wanted.roll(1, dims=1)
    given[:, 0] = bos
    return [given, wanted]


# %% the wrong way round | in_and_out_changed
def my_shifted(target, bos, eos):
    marked = F.pad(F.pad(target, (1, 0), value=bos), (0, 1), value=eos)
    return marked[:, 1:], marked[:, :-1]


# %% the same goes in and is wanted, EOS behind | not_shifted
def my_shifted(target, bos, eos):
    wanted = F.pad(target, (0, 1), value=eos)
    return wanted, wanted


# %% no BOS | no_bos
def my_shifted(target, bos, eos):
    return target, F.pad(target, (0, 1), value=eos)


# %% no EOS | no_eos
def my_shifted(target, bos, eos):
    return F.pad(target, (1, 0), value=bos), target


# %% everything goes in | all_goes_in
def my_shifted(target, bos, eos):
    marked = F.pad(F.pad(target, (1, 0), value=bos), (0, 1), value=eos)
    return marked, marked[:, 1:]


# %% the same goes in and is wanted, BOS in front | wanted_is_given
def my_shifted(target, bos, eos):
    given = F.pad(target, (1, 0), value=bos)
    return given, given


# %% rolled | rolled
def my_shifted(target, bos, eos):
    wanted = F.pad(target, (0, 1), value=eos)
    return wanted.roll(1, dims=1), wanted


# %% EOS in front | marks_changed
def my_shifted(target, bos, eos):
    return F.pad(target, (1, 0), value=eos), F.pad(target, (0, 1), value=bos)


# %% BOS is wanted | bos_is_wanted
def my_shifted(target, bos, eos):
    marked = F.pad(F.pad(target, (1, 0), value=bos), (0, 1), value=eos)
    return marked[:, :-1], marked


# %% the slices of marked targets | marks_missing
def my_shifted(target, bos, eos):
    return target[:, :-1], target[:, 1:]


# %% as long as the target | wrong_given
def my_shifted(target, bos, eos):
    given = torch.cat([torch.full((len(target), 1), bos), target[:, :-1]], dim=1)
    return given, target


# %% shifted to the left | wrong_given
def my_shifted(target, bos, eos):
    marked = F.pad(F.pad(target, (1, 0), value=bos), (0, 1), value=eos)
    return marked[:, 1:], F.pad(marked[:, 2:], (0, 1))


# %% rows in place of columns | wrong_given
def my_shifted(target, bos, eos):
    B, T = target.shape
    given = torch.cat([torch.full((1, T), bos), target], dim=0)
    wanted = torch.cat([target, torch.full((1, T), eos)], dim=0)
    return given, wanted


# %% floats | wrong_given
def my_shifted(target, bos, eos):
    B = len(target)
    return torch.cat([bos * torch.ones(B, 1), target], dim=1), torch.cat([target, eos * torch.ones(B, 1)], dim=1)


# %% one of them | wrong_returns
def my_shifted(target, bos, eos):
    return F.pad(target, (1, 0), value=bos)


# %% a number is no tensor | raises
def my_shifted(target, bos, eos):
    return torch.cat([bos, target], dim=1), torch.cat([target, eos], dim=1)


# %% a vector is no column | raises
def my_shifted(target, bos, eos):
    B = len(target)
    return torch.cat([torch.full((B,), bos), target], 1), torch.cat([target, torch.full((B,), eos)], 1)


# %% no return | returns_nothing
def my_shifted(target, bos, eos):
    given = F.pad(target, (1, 0), value=bos)
    wanted = F.pad(target, (0, 1), value=eos)


# %% BOS on both ends | wrong_wanted
def my_shifted(target, bos, eos):
    marked = F.pad(target, (1, 1), value=bos)
    return marked[:, :-1], marked[:, 1:]


# %% the marks written over the target | wrong_given
def my_shifted(target, bos, eos):
    given, wanted = target.clone(), target.clone()
    given[:, 0], wanted[:, -1] = bos, eos
    return given, wanted
