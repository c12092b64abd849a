"""A twin of `evaluate` with mistakes to switch on."""

import torch
import torch.nn.functional as F
from torch import nn

from twins.common import Faults, Seen, normal, number, outcome

FORMS = {"mean_of_batch_means": 2, "trains_the_model": 2, "gradients_kept": 2}
FORBIDDEN = None


def restored(faults: Faults, model, modes):
    if "train_mode" in faults or "left_in_eval" in faults:
        return
    if "put_to_train" in faults:
        model.train()
    elif "submodules_mode_lost" in faults:
        model.train(modes[0])
    else:
        for module, mode in zip(model.modules(), modes, strict=True):
            module.training = mode


def twin(faults: Faults):
    def step(model, criterion, x, y, optimizer):
        logits = model(x)
        loss = criterion(logits.softmax(1) if "softmax_twice" in faults else logits, y)
        if "trains_the_model" in faults:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if faults.get("gradients_kept") == 1:
            model.zero_grad()
            loss.backward()
        if "argmax_wrong_axis" in faults:
            best = logits.argmax(0)
            hits = sum(int(a == b) for a, b in zip(best, y))  # noqa: B905 (as the mistaken do)
        else:
            hits = int((logits.argmax(1) == y).sum())
        return len(y), loss.detach(), hits

    def evaluate(model, loader, criterion):
        modes = [module.training for module in model.modules()]
        if "train_mode" not in faults:
            model.eval()
        if "parameters_left_frozen" in faults:
            model.requires_grad_(False)
        optimizer = None
        if "trains_the_model" in faults:
            kind, rate = ((torch.optim.SGD, 0.01), (torch.optim.Adam, 1e-3))[faults["trains_the_model"]]
            optimizer = kind(model.parameters(), lr=rate)
        recording = {"gradients_kept", "trains_the_model", "parameters_left_frozen"} & faults.keys()
        with torch.set_grad_enabled(bool(recording)):
            rows = []
            for x, y in loader:
                rows.append(step(model, criterion, x, y, optimizer))
                if "first_batch_only" in faults:
                    break
            if "more_than_one_pass" in faults:
                for _ in range(2):
                    for x, _ in loader:
                        model(x)
        if "gradients_left_off" in faults:
            torch.set_grad_enabled(False)
        restored(faults, model, modes)
        if "last_batch_only" in faults:
            rows = rows[-1:]
        n, batches = sum(row[0] for row in rows), len(rows)
        losses, shares = [float(row[1]) for row in rows], [row[2] / row[0] for row in rows]
        hits = sum(row[2] for row in rows)
        loss, accuracy = sum(row[0] * float(row[1]) for row in rows) / n, hits / n
        if "mean_of_batch_means" in faults:
            loss = sum(losses) / batches
            if faults["mean_of_batch_means"] == 0:
                accuracy = sum(shares) / batches
        if "assumes_equal_batches" in faults:
            loss, accuracy = sum(losses) / batches, hits / (batches * rows[0][0])
        if "divided_by_batches" in faults:
            loss, accuracy = loss * n / batches, hits / batches
        if "loss_sum" in faults:
            loss *= n
        if "batch_means_over_examples" in faults:
            loss = sum(losses) / n
        if "accuracy_percent" in faults:
            accuracy *= 100
        if "accuracy_count" in faults:
            accuracy = float(hits)
        if "returns_tensors" in faults:
            loss, accuracy = torch.tensor(loss, dtype=torch.float64), torch.tensor(hits) / n
            loss.requires_grad_("gradients_kept" in faults)
        if "returns_lists" in faults:
            loss, accuracy = losses, shares
        if "accuracy_undone" in faults:
            accuracy = None
        if "loss_undone" in faults:
            loss = 0.0
        if "returns_nothing" in faults:
            return None
        if "one_of_two" in faults:
            return loss
        return (accuracy, loss) if "wrong_return_order" in faults else (loss, accuracy)

    return evaluate


class Watched(nn.Module):
    """A classifier that notes in which mode it runs and whether its steps are recorded."""

    def __init__(self, weight, random):
        super().__init__()
        self.inner = nn.Sequential(nn.Dropout(0.5 if random else 0.0), nn.Identity())
        self.weight = nn.Parameter(weight)
        self.notes = set()

    def forward(self, x):
        logits = F.linear(self.inner(x), self.weight)
        self.notes.add(f"training {self.training}, {self.inner.training}, recorded {logits.requires_grad}")
        return logits


class Loader(list):
    """Batches, and how often they are asked for."""

    asked = 0

    def __iter__(self):
        self.asked += 1
        return super().__iter__()


def observe(evaluate, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    seen = {}
    # the numbers are compared without dropout, which would say the same of every wrong number in train mode
    for name, modes in (("train", (True, True)), ("eval", (False, False)), ("mixed", (True, False))):
        classes, width = number(generator, 3, 4), number(generator, 3, 5)
        sizes = [6, 6, number(generator, 1, 3)]
        model = Watched(normal(generator, classes, width), random=False)
        model.training = modes[0]
        model.inner.train(modes[1])
        loader = Loader()
        for n in sizes:
            x = normal(generator, n, width)
            y = torch.randint(classes, (n,), generator=generator)
            best = F.linear(x, model.weight).argmax(1)
            loader.append((x, torch.where(torch.rand(n, generator=generator) < 0.6, best, y)))
        before = model.weight.detach().clone()
        found = outcome(lambda: evaluate(model, loader, F.cross_entropy))  # noqa: B023 (called at once)
        seen[f"{name}: gradients stay on"] = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
        seen[f"{name}: result"] = found
        if isinstance(found, tuple):
            graphs = [isinstance(v, torch.Tensor) and v.requires_grad for v in found]
            seen[f"{name}: result"] = tuple(
                v.detach().double() if isinstance(v, torch.Tensor) else v for v in found
            )
            seen[f"{name}: result in the graph"] = any(graphs)
        else:
            seen[f"{name}: result in the graph"] = False
        seen[f"{name}: notes"] = sorted(model.notes)
        seen[f"{name}: modes after"] = [module.training for module in model.modules()]
        seen[f"{name}: parameters"] = [model.weight.detach().clone(), model.weight.requires_grad]
        seen[f"{name}: changed"] = not torch.equal(before, model.weight)
        seen[f"{name}: gradient left"] = model.weight.grad is not None
        seen[f"{name}: passes"] = min(loader.asked, 2)
    return seen
