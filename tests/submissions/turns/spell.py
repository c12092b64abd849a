# ruff: noqa
"""Labelled answers to the turn `spell`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
@torch.no_grad()
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    return word


# %% numbers first, letters at the end | -
def my_spell(model, chars, first, steps):
    numbers, hx = [chars.index(first)], None
    for _ in range(steps):
        x = torch.zeros(1, 1, len(chars))
        x[0, 0, numbers[-1]] = 1
        logits, hx = model(x, hx)
        numbers.append(int(logits.squeeze().argmax()))
    return "".join(chars[n] for n in numbers)


# %% the whole word from a fresh state each time | -
def my_spell(model, chars, first, steps):
    word = first
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(c) for c in word]]), len(chars)).float()
        word += chars[model(x)[0][0, -1].argmax().item()]
    return word


# %% the likeliest by way of the softmax | -
def my_spell(model, chars, first, steps):
    letter, hx, word = first, None, first
    for _ in range(steps):
        x = torch.eye(len(chars))[chars.index(letter)].view(1, 1, -1)
        logits, hx = model(x, hx)
        letter = chars[torch.softmax(logits, -1).flatten().topk(1).indices.item()]
        word = word + letter
    return word


# %% the state is thrown away | no_state
def my_spell(model, chars, first, steps):
    word = first
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x)
        word += chars[logits[0, -1].argmax()]
    return word


# %% the state is always the first | no_state
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, new = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    return word


# %% the first letter again and again | first_again
def my_spell(model, chars, first, steps):
    word, hx = first, None
    x = F.one_hot(torch.tensor([[chars.index(first)]]), len(chars)).float()
    for _ in range(steps):
        logits, hx = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    return word


# %% the whole word and the state | read_twice
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(c) for c in word]]), len(chars)).float()
        logits, hx = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    return word


# %% steps counts the first letter | letter_missing
def my_spell(model, chars, first, steps):
    word, hx = first, None
    while len(word) < steps:
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    return word


# %% without the first letter | without_first
def my_spell(model, chars, first, steps):
    word, letter, hx = "", first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(letter)]]), len(chars)).float()
        logits, hx = model(x, hx)
        letter = chars[logits[0, -1].argmax()]
        word += letter
    return word


# %% a list of letters | wrong_output
def my_spell(model, chars, first, steps):
    word, hx = [first], None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        word.append(chars[logits[0, -1].argmax()])
    return word


# %% the number is no letter | raises
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        word += logits[0, -1].argmax()
    return word


# %% a letter index in place of one-hot | raises
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        logits, hx = model(torch.tensor([[chars.index(word[-1])]]), hx)
        word += chars[logits[0, -1].argmax()]
    return word


# %% the loop never ends | endless
def my_spell(model, chars, first, steps):
    word, hx = first, None
    while steps:
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
    return word


# %% no return | returns_nothing
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        word += chars[logits[0, -1].argmax()]
    print(word)


# %% the least likely | unlikely
def my_spell(model, chars, first, steps):
    word, hx = first, None
    for _ in range(steps):
        x = F.one_hot(torch.tensor([[chars.index(word[-1])]]), len(chars)).float()
        logits, hx = model(x, hx)
        loss = -logits[0, -1].log_softmax(-1)
        word += chars[loss.argmax()]
    return word


# %% a reader's attempt 1 | -
@torch.no_grad()
def my_spell(model, chars, first, steps):
    """The first letter and `steps` predictions, each read in again: a string of 1 + steps letters."""
    word = first
    hx = None
    for _ in range(steps):
        x = torch.zeros(1, 1, len(chars))
        x[0, 0, chars.index(word[-1])] = 1
        logits, hx = model(x, hx)
        word += chars[logits.argmax()]
    return word
