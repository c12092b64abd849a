# ruff: noqa
"""Labelled answers to the turn `evaluate`: each cell is what a reader might type.

Heading of a cell: name | the finding that it must get ("-": it is right).
"""


# %% the course's own | -
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(dim=1) == y).sum().item()
        count += len(y)
    return loss / count, right / count


# %% puts the mode back | -
def my_evaluate(model, loader, criterion):
    was = model.training
    model.eval()
    losses, hits, sizes = [], [], []
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            losses.append(criterion(out, y) * y.size(0))
            hits.append((out.argmax(-1) == y).float().sum())
            sizes.append(y.size(0))
    model.train(was)
    return sum(losses) / sum(sizes), sum(hits) / sum(sizes)


# %% all at once | -
def my_evaluate(model, loader, criterion):
    model.eval()
    with torch.inference_mode():
        logits, labels = zip(*[(model(x), y) for x, y in loader])
        logits, labels = torch.cat(logits), torch.cat(labels)
        return criterion(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()


# %% train in place of eval | wrong_mode
def my_evaluate(model, loader, criterion):
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss += criterion(logits, y).item() * len(y)
            right += (logits.argmax(dim=1) == y).sum().item()
            count += len(y)
    return loss / count, right / count


# %% eval is thought to be enough | wrong_gradients
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(dim=1) == y).sum().item()
        count += len(y)
    return loss / count, right / count


# %% mean of means | means_of_batches
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    losses, accuracies = [], []
    for x, y in loader:
        logits = model(x)
        losses.append(criterion(logits, y).item())
        accuracies.append((logits.argmax(1) == y).float().mean().item())
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)


# %% loss by batches, accuracy by samples | loss_of_batches
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item()
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss / len(loader), right / count


# %% accuracy by batches | accuracy_of_batches
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, accuracy, count = 0.0, 0.0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        accuracy += (logits.argmax(1) == y).float().mean().item()
        count += len(y)
    return loss / count, accuracy / len(loader)


# %% means divided by samples | sum_of_means
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item()
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss / count, right / count


# %% only the last batch | last_batch
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    for x, y in loader:
        logits = model(x)
        loss = criterion(logits, y).item()
        accuracy = (logits.argmax(1) == y).float().mean().item()
    return loss, accuracy


# %% in percent | percent
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss / count, 100 * right / count


# %% a count | counted
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss / count, right


# %% returns in the loop | wrong_output
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
        return loss / count, right / count


# %% no accuracy | wrong_output
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, count = 0.0, 0
    for x, y in loader:
        loss += criterion(model(x), y).item() * len(y)
        count += len(y)
    return loss / count


# %% softmax first | wrong_output
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        p = model(x).softmax(1)
        loss += criterion(p, y).item() * len(y)
        right += (p.argmax(1) == y).sum().item()
        count += len(y)
    return loss / count, right / count


# %% eval without brackets | wrong_mode
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss / count, right / count


# %% divided by the size of the data set | -
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right = 0.0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
    return loss / len(loader.dataset), right / len(loader.dataset)


# %% no return | returns_nothing
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    print(loss / count, right / count)


# %% weighed, then divided by the batches | divided_by_batches
@torch.no_grad()
def my_evaluate(model, loader, criterion):
    model.eval()
    loss, right, count = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        right += (logits.argmax(1) == y).sum().item()
        count += len(y)
    return loss / len(loader), right / count


# %% a reader's attempt 1 | -
def my_evaluate(model, loader, criterion):
    """loader: batches (x, y) -> (mean loss, share of right answers), two numbers."""
    model.eval()
    total, right, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += criterion(logits, y).item() * len(x)
            right += (logits.argmax(1) == y).sum().item()
            n += len(x)
    return total / n, right / n
