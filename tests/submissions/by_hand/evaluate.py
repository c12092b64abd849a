# ruff: noqa
"""Labelled answers to `evaluate`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% modes_by_module | right | -
import torch


def evaluate(model, loader, criterion):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    total, correct, count = 0.0, 0, 0
    with torch.no_grad():
        for inputs, labels in loader:
            logits = model(inputs)
            total += criterion(logits, labels).item() * len(labels)
            correct += (logits.argmax(dim=-1) == labels).sum().item()
            count += len(labels)
    for module, mode in modes:
        module.training = mode
    return total / count, correct / count


# %% decorator | right | -
import torch


@torch.no_grad()
def evaluate(model, loader, criterion):
    was_training = {name: m.training for name, m in model.named_modules()}
    model.eval()
    losses = []
    hits = []
    sizes = []
    for x, y in loader:
        out = model(x)
        losses.append(criterion(out, y).item())
        hits.append((out.argmax(1) == y).float().sum().item())
        sizes.append(x.shape[0])
    for name, m in model.named_modules():
        m.training = was_training[name]
    loss = sum(l * n for l, n in zip(losses, sizes)) / sum(sizes)
    return loss, sum(hits) / sum(sizes)


# %% inference_mode | right | -
import torch


def evaluate(model, loader, criterion):
    trained = [m for m in model.modules() if m.training]
    model.eval()
    summed = correct = seen = 0
    with torch.inference_mode():
        for batch in loader:
            inputs, labels = batch
            logits = model(inputs)
            loss = criterion(logits, labels)
            predicted = torch.max(logits, 1)[1]
            summed += float(loss) * labels.numel()
            correct += int(torch.eq(predicted, labels).sum())
            seen += labels.numel()
    for m in trained:
        m.training = True
    return summed / seen, correct / seen


# %% all_logits_first | right | -
import torch


def evaluate(model, loader, criterion):
    modes = [m.training for m in model.modules()]
    model.eval()
    with torch.no_grad():
        pairs = [(model(x), y) for x, y in loader]
        logits = torch.cat([p[0] for p in pairs])
        labels = torch.cat([p[1] for p in pairs])
        loss = criterion(logits, labels).item()
        accuracy = (logits.argmax(-1) == labels).double().mean().item()
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return loss, accuracy


# %% try_finally | right | -
import torch


def evaluate(model, loader, criterion):
    before = [(m, m.training) for m in model.modules()]
    grad = torch.is_grad_enabled()
    try:
        model.eval()
        torch.set_grad_enabled(False)
        loss_sum, right, n = 0.0, 0, 0
        for x, y in loader:
            z = model(x)
            loss_sum += y.size(0) * criterion(z, y).item()
            right += (z.topk(1, dim=1).indices.squeeze(1) == y).sum().item()
            n += y.size(0)
        return loss_sum / n, right / n
    finally:
        torch.set_grad_enabled(grad)
        for m, mode in before:
            m.training = mode


# %% context_manager | right | -
import torch
from contextlib import contextmanager


@contextmanager
def evaluating(model):
    state = {m: m.training for m in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        for m, training in state.items():
            m.training = training


def evaluate(model, loader, criterion):
    totals = torch.zeros(3, dtype=torch.float64)
    with evaluating(model) as net:
        for inputs, labels in loader:
            scores = net(inputs)
            n = len(inputs)
            hits = (scores.argmax(dim=1) == labels).sum()
            totals += torch.tensor([criterion(scores, labels).item() * n, hits.item(), n], dtype=torch.float64)
    loss, hits, n = totals.tolist()
    return loss / n, hits / n


# %% class_heavy | right | -
import torch


class Meter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def add(self, mean, n):
        self.sum += mean * n
        self.count += n

    @property
    def mean(self):
        return self.sum / self.count


class Modes:
    def __init__(self, model):
        self.pairs = [(m, m.training) for m in model.modules()]

    def restore(self):
        for m, mode in self.pairs:
            m.training = mode


def evaluate(model, loader, criterion):
    loss, accuracy, modes = Meter(), Meter(), Modes(model)
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss.add(criterion(logits, y).item(), y.shape[0])
            accuracy.add((logits.argmax(1) == y).float().mean().item(), y.shape[0])
    modes.restore()
    return loss.mean, accuracy.mean


# %% over_defensive | right | -
import torch
from torch import nn


def evaluate(model, loader, criterion):
    if not isinstance(model, nn.Module):
        raise TypeError("model must be an nn.Module")
    training_flags = []
    for module in model.modules():
        training_flags.append(bool(module.training))
    model.eval()
    running_loss = 0.0
    running_hits = 0
    number = 0
    with torch.no_grad():
        for index, (inputs, labels) in enumerate(loader):
            outputs = model(inputs)
            assert outputs.dim() == 2, f"batch {index}: logits must be (B, classes)"
            batch_size = int(labels.shape[0])
            if batch_size == 0:
                continue
            batch_loss = criterion(outputs, labels)
            running_loss += float(batch_loss.detach().cpu()) * batch_size
            predictions = outputs.detach().argmax(dim=1)
            running_hits += int((predictions == labels).sum().cpu())
            number += batch_size
    for module, flag in zip(model.modules(), training_flags):
        module.training = flag
    if number == 0:
        raise ValueError("the loader gave nothing")
    return float(running_loss / number), float(running_hits / number)


# %% recursive | right | -
import torch


def evaluate(model, loader, criterion):
    def walk(batches):
        batch = next(batches, None)
        if batch is None:
            return 0.0, 0, 0
        x, y = batch
        z = model(x)
        here = criterion(z, y).item() * len(y), (z.argmax(1) == y).sum().item(), len(y)
        return tuple(a + b for a, b in zip(here, walk(batches)))

    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        loss, hits, n = walk(iter(loader))
    for m, mode in modes:
        m.training = mode
    return loss / n, hits / n


# %% terse | right | -
import torch


def evaluate(model, loader, criterion):
    on = [m for m in model.modules() if m.training]
    model.eval()
    with torch.no_grad():
        rows = [(len(y), criterion(z, y).item() * len(y), (z.argmax(-1) == y).sum().item()) for x, y in loader for z in [model(x)]]
    [setattr(m, "training", True) for m in on]
    n, loss, hits = map(sum, zip(*rows))
    return loss / n, hits / n


# %% running_mean | right | -
import torch


def evaluate(model, loader, criterion):
    """Running means, moved towards each batch by its share of what was seen."""
    flags = [m.training for m in model.modules()]
    for m in model.modules():
        m.training = False
    loss = accuracy = 0.0
    seen = 0
    for x, y in loader:
        with torch.no_grad():
            logits = model(x)
            batch_loss = criterion(logits, y)
        seen += len(x)
        share = len(x) / seen
        loss += share * (batch_loss.item() - loss)
        batch_accuracy = (logits.softmax(dim=1).argmax(dim=1) == y).float().mean().item()
        accuracy += share * (batch_accuracy - accuracy)
        print(f"{seen}: loss {loss:.3f}, accuracy {accuracy:.3f}")
    for m, flag in zip(model.modules(), flags):
        m.training = flag
    return loss, accuracy


# %% numpy_at_the_end | right | -
import torch
import numpy as np


def evaluate(model, loader, criterion):
    modes = {id(m): m.training for m in model.modules()}
    model.train(False)
    losses, sizes, hits = [], [], []
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            losses.append(criterion(logits, y).item())
            sizes.append(len(y))
            hits.extend((logits.numpy().argmax(axis=1) == y.numpy()).tolist())
    for m in model.modules():
        m.training = modes[id(m)]
    return float(np.average(losses, weights=sizes)), float(np.mean(hits))


# %% mean_of_batch_means | wrong | mean_of_batch_means
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, accuracies = [], []
    with torch.no_grad():
        for inputs, labels in loader:
            logits = model(inputs)
            losses.append(criterion(logits, labels).item())
            accuracies.append((logits.argmax(1) == labels).float().mean().item())
    for m, mode in modes:
        m.training = mode
    return sum(losses) / len(losses), sum(accuracies) / len(accuracies)


# %% the_tutorials_test_loop | wrong | mean_of_batch_means
import torch


def evaluate(model, loader, criterion):
    size = 0
    num_batches = 0
    modes = {m: m.training for m in model.modules()}
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in loader:
            pred = model(X)
            test_loss += criterion(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
            num_batches += 1
            size += len(X)
    test_loss /= num_batches
    correct /= size
    for m, was in modes.items():
        m.training = was
    return test_loss, correct


# %% never_eval | wrong | train_mode
import torch


def evaluate(model, loader, criterion):
    loss_sum = 0.0
    correct = 0
    total = 0
    with torch.no_grad():
        for inputs, labels in loader:
            outputs = model(inputs)
            loss_sum += criterion(outputs, labels).item() * inputs.size(0)
            _, predicted = torch.max(outputs.data, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()
    return loss_sum / total, correct / total


# %% left_in_eval | wrong | left_in_eval
import torch


@torch.no_grad()
def evaluate(model, loader, criterion):
    model.eval()
    loss = correct = n = 0
    for x, y in loader:
        z = model(x)
        loss += criterion(z, y).item() * len(y)
        correct += z.argmax(-1).eq(y).sum().item()
        n += len(y)
    return loss / n, correct / n


# %% always_back_to_train | wrong | put_to_train
import torch


def evaluate(model, loader, criterion):
    model.eval()
    total, hits, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            hits += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
    model.train()
    return total / count, hits / count


# %% only_the_tops_mode | wrong | submodules_mode_lost
import torch


def evaluate(model, loader, criterion):
    was_training = model.training
    model.eval()
    total, hits, count = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            hits += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
    model.train(was_training)
    return total / count, hits / count


# %% gradients_recorded | wrong | gradients_kept
def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss_sum, hits, n = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        loss = criterion(logits, y)
        loss_sum += loss.item() * len(y)
        hits += (logits.argmax(1) == y).sum().item()
        n += len(y)
    for m, mode in modes:
        m.training = mode
    return loss_sum / n, hits / n


# %% softmax_before_the_loss | wrong | softmax_twice
import torch


def evaluate(model, loader, criterion):
    modes = [m.training for m in model.modules()]
    model.eval()
    total, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            probabilities = torch.softmax(model(x), dim=1)
            total += criterion(probabilities, y).item() * len(y)
            hits += (probabilities.argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return total / n, hits / n


# %% log_softmax_before_the_loss | wrong | softmax_twice
import torch
import torch.nn.functional as F


def evaluate(model, loader, criterion):
    flags = {m: m.training for m in model.modules()}
    model.eval()
    summed, right, seen = 0.0, 0, 0
    with torch.no_grad():
        for inputs, labels in loader:
            scores = F.softmax(model(inputs), -1).log_softmax(-1)
            summed += criterion(scores, labels).item() * labels.numel()
            right += int((scores.max(-1).indices == labels).sum())
            seen += labels.numel()
    for m, flag in flags.items():
        m.training = flag
    return summed / seen, right / seen


# %% argmax_over_the_batch | wrong | argmax_wrong_axis
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    total, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += criterion(logits, y).item() * len(y)
            predictions = logits.argmax(dim=0)
            m = min(len(predictions), len(y))
            hits += (predictions[:m] == y[:m]).sum().item()
            n += len(y)
    for module, mode in modes:
        module.training = mode
    return total / n, hits / n


# %% percent | wrong | accuracy_percent
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    running_loss, correct, total = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            outputs = model(images)
            running_loss += criterion(outputs, labels).item() * images.size(0)
            _, predicted = outputs.max(1)
            total += labels.size(0)
            correct += predicted.eq(labels).sum().item()
    for m, mode in modes:
        m.training = mode
    return running_loss / total, 100.0 * correct / total


# %% number_of_right_ones | wrong | accuracy_count
import torch


def evaluate(model, loader, criterion):
    state = [m.training for m in model.modules()]
    model.eval()
    total, correct, n = 0.0, 0, 0
    with torch.inference_mode():
        for x, y in loader:
            out = model(x)
            total += float(criterion(out, y)) * len(y)
            correct += int((out.argmax(-1) == y).sum())
            n += len(y)
    for m, mode in zip(model.modules(), state):
        m.training = mode
    return total / n, float(correct)


# %% sums_over_the_number_of_batches | wrong | divided_by_batches
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    total, correct, batches = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += criterion(logits, y).item() * len(y)
            correct += (logits.argmax(1) == y).sum().item()
            batches += 1
    for m, mode in modes:
        m.training = mode
    return total / batches, correct / batches


# %% last_batch | wrong | last_batch_only
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss = criterion(logits, y).item()
            accuracy = (logits.argmax(dim=1) == y).float().mean().item()
    for m, mode in modes:
        m.training = mode
    return loss, accuracy


# %% returns_in_the_loop | wrong | first_batch_only
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    total, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += criterion(logits, y).item() * len(y)
            hits += (logits.argmax(1) == y).sum().item()
            n += len(y)
            for m, mode in modes:
                m.training = mode
            return total / n, hits / n


# %% optimises_as_well | wrong | trains_the_model
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    total, hits, n = 0.0, 0, 0
    for x, y in loader:
        optimizer.zero_grad()
        logits = model(x)
        loss = criterion(logits, y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        hits += (logits.argmax(1) == y).sum().item()
        n += len(y)
    for m, mode in modes:
        m.training = mode
    return total / n, hits / n


# %% backward_only | wrong | gradients_kept
def evaluate(model, loader, criterion):
    modes = [m.training for m in model.modules()]
    model.eval()
    total = hits = n = 0
    for x, y in loader:
        model.zero_grad()
        out = model(x)
        loss = criterion(out, y)
        loss.backward()
        total += loss.item() * len(y)
        hits += (out.argmax(1) == y).sum().item()
        n += len(y)
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return total / n, hits / n


# %% tensors_returned | wrong | returns_tensors
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss_sum, hits, n = 0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss_sum += criterion(logits, y) * len(y)
            hits += (logits.argmax(1) == y).sum()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    return loss_sum / n, hits / n


# %% sum_of_losses | wrong | loss_sum
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss += criterion(logits, y).item() * len(y)
            hits += (logits.argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    return loss, hits / n


# %% batch_means_over_examples | wrong | batch_means_over_examples
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            loss += criterion(logits, y).item()
            hits += (logits.argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    return loss / n, hits / n


# %% accuracy_first | wrong | wrong_return_order
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            losses += criterion(logits, y).item() * len(y)
            hits += (logits.argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    accuracy = hits / n
    loss = losses / n
    return accuracy, loss


# %% prints_the_result | wrong | returns_nothing
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            losses += criterion(logits, y).item() * len(y)
            hits += (logits.argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    print(f"loss: {losses / n:.4f}, accuracy: {hits / n:.4f}")


# %% loss_only | wrong | one_of_two
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, n = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            losses += criterion(model(x), y).item() * len(y)
            n += len(y)
    for m, mode in modes:
        m.training = mode
    return losses / n


# %% two_passes | wrong | more_than_one_pass
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        n = sum(len(y) for x, y in loader)
        loss = sum(criterion(model(x), y).item() * len(y) for x, y in loader) / n
        accuracy = sum((model(x).argmax(1) == y).sum().item() for x, y in loader) / n
    for m, mode in modes:
        m.training = mode
    return loss, accuracy


# %% batch_size_from_the_first | wrong | assumes_equal_batches
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    batch_size, batches = None, 0
    losses, hits = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            if batch_size is None:
                batch_size = len(y)
            logits = model(x)
            losses += criterion(logits, y).item() * batch_size
            hits += (logits.argmax(1) == y).sum().item()
            batches += 1
    for m, mode in modes:
        m.training = mode
    return losses / (batches * batch_size), hits / (batches * batch_size)


# %% gradients_switched_off_for_good | wrong | gradients_left_off
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    torch.set_grad_enabled(False)
    losses, hits, n = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        losses += criterion(logits, y).item() * len(y)
        hits += (logits.argmax(1) == y).sum().item()
        n += len(y)
    for m, mode in modes:
        m.training = mode
    return losses / n, hits / n


# %% parameters_frozen_for_good | wrong | parameters_left_frozen
def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    for p in model.parameters():
        p.requires_grad = False
    losses, hits, n = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        losses += criterion(logits, y).item() * len(y)
        hits += (logits.argmax(1) == y).sum().item()
        n += len(y)
    for m, mode in modes:
        m.training = mode
    return losses / n, hits / n


# %% train_mode_and_batch_means | wrong | train_mode, mean_of_batch_means
import torch


def evaluate(model, loader, criterion):
    losses, hits, n = [], 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            losses.append(criterion(logits, y).item())
            hits += (logits.argmax(1) == y).sum().item()
            n += len(y)
    return sum(losses) / len(losses), hits / n


# %% softmax_and_left_in_eval | wrong | softmax_twice, left_in_eval
import torch


@torch.no_grad()
def evaluate(model, loader, criterion):
    model.eval()
    loss = hits = n = 0
    for x, y in loader:
        p = model(x).softmax(-1)
        loss += criterion(p, y).item() * len(y)
        hits += (p.argmax(-1) == y).sum().item()
        n += len(y)
    return loss / n, hits / n


# %% axis_and_gradients | wrong | argmax_wrong_axis, gradients_kept
def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, n = 0.0, 0, 0
    for x, y in loader:
        z = model(x)
        loss += criterion(z, y).item() * len(y)
        best = z.max(0).indices
        hits += sum(int(a == b) for a, b in zip(best, y))
        n += len(y)
    for m, mode in modes:
        m.training = mode
    return loss / n, hits / n


# %% percent_and_batch_means | wrong | mean_of_batch_means, accuracy_percent
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, accuracy, batches = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            z = model(x)
            loss += criterion(z, y).item()
            accuracy += (z.argmax(1) == y).float().mean().item() * 100
            batches += 1
    for m, mode in modes:
        m.training = mode
    return loss / batches, accuracy / batches


# %% put_to_train_and_gradients | wrong | put_to_train, gradients_kept
def evaluate(model, loader, criterion):
    model.eval()
    loss, hits, n = 0.0, 0, 0
    for x, y in loader:
        z = model(x)
        loss += criterion(z, y).item() * x.size(0)
        hits += (z.argmax(1) == y).sum().item()
        n += x.size(0)
    model.train()
    return loss / n, hits / n


# %% swapped_and_sum | wrong | loss_sum, wrong_return_order
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            z = model(x)
            loss += criterion(z, y).item() * len(y)
            hits += (z.argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    return hits / n, loss


# %% last_batch_and_left_in_eval | wrong | last_batch_only, left_in_eval
import torch


def evaluate(model, loader, criterion):
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            z = model(x)
    return criterion(z, y).item(), (z.argmax(1) == y).float().mean().item()


# %% trains_and_train_mode | wrong | trains_the_model, train_mode
import torch


def evaluate(model, loader, criterion):
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_sum, hits, n = 0.0, 0, 0
    for x, y in loader:
        opt.zero_grad()
        z = model(x)
        loss = criterion(z, y)
        loss.backward()
        opt.step()
        loss_sum += loss.item() * len(y)
        hits += (z.argmax(1) == y).sum().item()
        n += len(y)
    return loss_sum / n, hits / n


# %% tensors_with_graph | wrong | gradients_kept, returns_tensors
def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, n = 0.0, 0, 0
    for x, y in loader:
        z = model(x)
        loss = loss + criterion(z, y) * len(y)
        hits = hits + (z.argmax(1) == y).sum()
        n += len(y)
    for m, mode in modes:
        m.training = mode
    return loss / n, hits / n


# %% tops_mode_and_softmax | wrong | softmax_twice, submodules_mode_lost
import torch
import torch.nn.functional as F


def evaluate(model, loader, criterion):
    training = model.training
    model.eval()
    loss, hits, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            z = F.softmax(model(x), dim=1)
            loss += criterion(z, y).item() * len(y)
            hits += (z.argmax(1) == y).sum().item()
            n += len(y)
    if training:
        model.train()
    return loss / n, hits / n


# %% count_and_divided_by_batches | wrong | mean_of_batch_means, accuracy_count
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, batches = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            z = model(x)
            loss += criterion(z, y).item()
            hits += (z.argmax(1) == y).sum().item()
            batches += 1
    for m, mode in modes:
        m.training = mode
    return loss / batches, float(hits)


# %% half_no_accuracy | half | accuracy_undone
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, n = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            loss += criterion(model(x), y).item() * len(y)
            n += len(y)
    for m, mode in modes:
        m.training = mode
    accuracy = None  # TODO
    return loss / n, accuracy


# %% half_no_loss | half | loss_undone
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    hits, n = 0, 0
    with torch.no_grad():
        for x, y in loader:
            hits += (model(x).argmax(1) == y).sum().item()
            n += len(y)
    for m, mode in modes:
        m.training = mode
    return 0.0, hits / n  # TODO the loss


# %% half_first_batch | half | first_batch_only, left_in_eval
import torch


def evaluate(model, loader, criterion):
    model.eval()
    with torch.no_grad():
        inputs, labels = next(iter(loader))
        logits = model(inputs)
        loss = criterion(logits, labels).item()
        accuracy = (logits.argmax(1) == labels).float().mean().item()
    # TODO: the other batches, and back to train
    return loss, accuracy


# %% half_numbers_only | half | train_mode, gradients_kept
def evaluate(model, loader, criterion):
    # TODO eval mode, no_grad
    loss, hits, n = 0.0, 0, 0
    for x, y in loader:
        z = model(x)
        loss += criterion(z, y).item() * len(y)
        hits += (z.argmax(1) == y).sum().item()
        n += len(y)
    return loss / n, hits / n


# %% half_lists | half | returns_lists
import torch


def evaluate(model, loader, criterion):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, hits = [], []
    with torch.no_grad():
        for x, y in loader:
            z = model(x)
            losses.append(criterion(z, y).item())
            hits.append((z.argmax(1) == y).float().mean().item())
    for m, mode in modes:
        m.training = mode
    return losses, hits  # TODO: one number each


# %% generator_and_fsum | wrong | submodules_mode_lost
import math

import torch


def evaluate(model, loader, criterion):
    def each():
        for inputs, labels in loader:
            logits = model(inputs)
            n = labels.shape[0]
            yield n, n * float(criterion(logits, labels)), int(torch.eq(logits.max(dim=1).indices, labels).sum())

    mode, _ = model.training, model.eval()
    with torch.no_grad():
        sizes, losses, hits = zip(*each())
    model.train(mode)
    return math.fsum(losses) / sum(sizes), sum(hits) / sum(sizes)


# %% grad_switched_by_hand | wrong | submodules_mode_lost
import torch


def evaluate(model, loader, criterion):
    training, grad = model.training, torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    model.train(False)
    totals = torch.zeros(3, dtype=torch.float64)
    try:
        for x, y in loader:
            out = model(x)
            totals += torch.tensor([criterion(out, y).item() * y.numel(), (out.argmax(1) == y).sum().item(), y.numel()])
    finally:
        torch.set_grad_enabled(grad)
        model.train(training)
    loss, right, n = totals.tolist()
    return loss / n, right / n


# %% one_pass_reduce | right | -
from functools import reduce

import torch


@torch.inference_mode()
def evaluate(model, loader, criterion):
    before = [(part, part.training) for part in model.modules()]

    def add(total, batch):
        inputs, labels = batch
        scores = model(inputs)
        winners = scores.topk(1, dim=-1).indices.squeeze(-1)
        share = (winners == labels).float().mean().item()
        value = criterion(scores, labels).item()
        loss, accuracy, count = total
        new = count + len(labels)
        return (loss * count + value * len(labels)) / new, (accuracy * count + share * len(labels)) / new, new

    loss, accuracy, _ = reduce(add, loader, (model.eval() and 0.0, 0.0, 0))
    for part, mode in before:
        part.training = mode
    return loss, accuracy


# %% walrus_and_dict | right | -
import torch


def evaluate(model, loader, criterion):
    kept = {name: part.training for name, part in model.named_modules()}
    model.eval()
    total = dict(loss=0.0, right=0, n=0)
    for x, y in loader:
        with torch.no_grad():
            total["n"] += (n := y.size(0))
            total["loss"] += n * criterion((logits := model(x)), y).item()
            total["right"] += torch.count_nonzero(logits.argmax(dim=-1) == y).item()
    for name, mode in kept.items():
        model.get_submodule(name).training = mode
    return total["loss"] / total["n"], total["right"] / total["n"]


# %% softmax_in_train_mode | wrong | softmax_twice, train_mode
import torch


def evaluate(model, loader, criterion):
    loss, right, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            probabilities = torch.softmax(model(x), dim=-1)
            loss += criterion(probabilities, y).item() * len(y)
            right += (probabilities.argmax(-1) == y).sum().item()
            n += len(y)
    return loss / n, right / n


# %% quickstart | wrong | more_than_one_pass, put_to_train
import torch


def evaluate(model, loader, criterion):
    size = len(loader.dataset) if hasattr(loader, "dataset") else sum(len(y) for _, y in loader)
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in loader:
            pred = model(X)
            test_loss += criterion(pred, y).item() * len(X)
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    model.train()
    return test_loss / size, correct / size


# %% all_at_once | wrong | submodules_mode_lost
import torch


def evaluate(model, loader, criterion):
    was = model.training
    model.train(False)
    try:
        with torch.no_grad():
            pairs = [(model(inputs), labels) for inputs, labels in loader]
            logits, labels = (torch.cat(side) for side in zip(*pairs))
            # one big batch: its mean is the mean over all examples
            return criterion(logits, labels).item(), (logits.argmax(-1) == labels).double().mean().item()
    finally:
        model.train(was)


# %% every_module | right | -
import math

import torch


class _Asked:
    """Puts each module back into the mode that it had, not only the outermost."""

    def __init__(self, model):
        self.modes = [(module, module.training) for module in model.modules()]
        self.model = model

    def __enter__(self):
        self.model.eval()

    def __exit__(self, *_):
        for module, mode in self.modes:
            module.training = mode


def evaluate(model, loader, criterion):
    losses, sizes, right = [], [], []
    with _Asked(model), torch.inference_mode():
        for inputs, labels in loader:
            logits = model(inputs)
            sizes.append(labels.size(0))
            losses.append(float(criterion(logits, labels)) * sizes[-1])
            _, best = torch.topk(logits, 1, dim=-1)
            right.extend((best.flatten() == labels).tolist())
    n = math.fsum(sizes)
    return math.fsum(losses) / n, sum(right) / n
