# ruff: noqa
"""Labelled answers to `gradient_clipping`: each cell is what a student might put into the solution cell.

Heading of a cell: name | points it deserves, of 10 | the finding that it must get ("-": none).
"""


# %% clip_grad_norm_ | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_first | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_last | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
            norms.append(norm.item())
    return norms


# %% model_zero_grad | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            model.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% grads_set_to_none | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            for p in model.parameters():
                p.grad = None
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% by_hand | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            if norm > max_norm:
                for p in model.parameters():
                    p.grad.mul_(max_norm / norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% by_hand_coefficient | 10 | -
def global_norm(parameters):
    return torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]).norm()


def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    history = []
    parameters = list(model.parameters())
    model.train()
    for _ in range(num_epochs):
        for batch in loader:
            optimizer.zero_grad(set_to_none=False)
            criterion(model(batch[0]), batch[1]).backward()
            total = global_norm(parameters)
            factor = min(1.0, max_norm / (total.item() + 1e-6))
            with torch.no_grad():
                for p in parameters:
                    p.grad *= factor
            optimizer.step()
            history.append(float(total))
    return history


# %% tensors_and_prints | 10 | -
import sys

from torch.nn.utils import clip_grad_norm_


def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(1, num_epochs + 1):
        total, seen = 0.0, 0
        for X, y in loader:
            outputs = model(X)
            loss = criterion(outputs, y)
            optimizer.zero_grad()
            loss.backward()
            norms += [clip_grad_norm_(model.parameters(), max_norm=max_norm)]
            optimizer.step()
            total += loss.item() * len(X)
            seen += len(X)
        print(f"epoch {epoch}: loss {total / seen:.4f}")
        print("still going", file=sys.stderr)
    return norms


# %% closure | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for _ in range(num_epochs):
        for inputs, targets in loader:

            def closure():
                optimizer.zero_grad()
                loss = criterion(model(inputs), targets)
                loss.backward()
                norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
                return loss

            optimizer.step(closure)
    return norms


# %% while_loop | 10 | -
def one_step(model, batch, criterion, optimizer, max_norm):
    inputs, targets = batch
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    total_norm = nn.utils.get_total_norm([p.grad for p in model.parameters()])
    nn.utils.clip_grads_with_norm_(model.parameters(), max_norm, total_norm)
    optimizer.step()
    return total_norm.item()


def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    result, epoch = [], 0
    while epoch < num_epochs:
        result.extend(one_step(model, batch, criterion, optimizer, max_norm) for batch in loader)
        epoch += 1
    return result


# %% no_clipping | 6 | no_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% clipped_after_step | 6 | clipped_after_step
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
    return norms


# %% clipped_before_backward | 4 | clipped_before_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            loss.backward()
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% clipped_before_zero_grad | 4 | clipped_before_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% clipped_by_value | 6 | clipped_by_value
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            nn.utils.clip_grad_value_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% clamped | 6 | clipped_by_value
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            for p in model.parameters():
                p.grad.clamp_(-max_norm, max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% clipped_per_parameter | 6 | clipped_per_parameter
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            for p in model.parameters():
                nn.utils.clip_grad_norm_(p, max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% bound_fixed_at_5 | 6 | bound_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% bound_fixed_at_1 | 6 | bound_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% bound_doubled | 6 | wrong_bound
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 2 * max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% wrong_default | 6 | wrong_default
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=1.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% l1_norm | 4 | wrong_norm_type
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=1)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% max_norm_of_entries | 4 | wrong_norm_type
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm, norm_type=float("inf"))
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% always_rescaled | 6 | always_rescaled
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            if norm > 0:
                for p in model.parameters():
                    p.grad.mul_(max_norm / norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% weights_clipped | 6 | weights_clipped
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            optimizer.step()
            with torch.no_grad():
                total = torch.sqrt(sum(p.pow(2).sum() for p in model.parameters()))
                for p in model.parameters():
                    p.mul_(torch.clamp(max_norm / total, max=1.0))
            norms.append(norm.item())
    return norms


# %% loss_clipped | 4 | loss_clipped
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = torch.clamp(criterion(model(inputs), targets), max=max_norm)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% first_parameter_only | 4 | some_parameters_only
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(list(model.parameters())[:1], max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% norms_after_clipping | 8 | norms_after_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norm = torch.sqrt(sum(p.grad.pow(2).sum() for p in model.parameters()))
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% norms_capped | 8 | norms_after_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(min(norm.item(), max_norm))
    return norms


# %% norms_squared | 8 | wrong_norms
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item() ** 2)
    return norms


# %% losses_returned | 8 | losses_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(loss.item())
    return norms


# %% weight_norms_returned | 8 | wrong_norms
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(sum(p.norm() ** 2 for p in model.parameters()).sqrt().item())
    return norms


# %% nothing_returned | 8 | nothing_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())


# %% last_norm_returned | 8 | nothing_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms[-1]


# %% one_norm_an_epoch | 8 | wrong_count
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        norms.append(norm.item())
    return norms


# %% norms_of_the_last_epoch | 8 | wrong_count
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    for epoch in range(num_epochs):
        norms = []
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_forgotten | 7 | zero_grad_forgotten
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_once_an_epoch | 7 | zero_grad_once_an_epoch
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        optimizer.zero_grad()
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_once | 7 | zero_grad_forgotten
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    optimizer.zero_grad()
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_after_backward | 1 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.zero_grad()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_before_step | 7 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.zero_grad()
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% step_forgotten | 3 | step_forgotten
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
    return norms


# %% step_once_an_epoch | 7 | step_once_an_epoch
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
        optimizer.step()
    return norms


# %% backward_forgotten | 1 | backward_forgotten
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% step_before_backward | 0 | step_before_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
    return norms


# %% stepped_twice | 7 | stepped_twice
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% accumulated_over_two | 7 | zero_grad_once_an_epoch
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        optimizer.zero_grad()
        for inputs, targets in loader:
            criterion(model(inputs), targets).backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% epochs_ignored | 9 | epochs_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    if True:
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% one_epoch_too_many | 9 | epochs_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs + 1):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% own_criterion | 9 | criterion_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = nn.functional.cross_entropy(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% first_batch_only | 9 | epochs_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
            break
    return norms


# %% own_optimizer | 3 | optimizer_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% eval_mode | 9 | eval_mode
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    model.eval()
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% no_grad | 0 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            with torch.no_grad():
                loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% raises | 0 | raises
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(total_norm.item())
    return norms


# %% no_answer | 0 | no_answer
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    raise NotImplementedError("no answer yet: put your code in place of this line")


# %% criterion_arguments_swapped | 6 | criterion_arguments_swapped
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(targets, model(inputs))
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% loss_for_the_record | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms, losses = [], []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            criterion(outputs, targets).backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
            losses.append(criterion(model(inputs), targets).item())
        model.eval()
        with torch.no_grad():
            total = sum(criterion(model(inputs), targets).item() for inputs, targets in loader)
        model.train()
        print(f"epoch {epoch}: {total / len(loader):.3f} after {len(losses)} steps")
    return norms


# %% each_value_bent_by_tanh | 6 | wrong_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
            for p in model.parameters():
                p.grad = max_norm * torch.tanh(p.grad / max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% zero_grad_between_backward_and_clip | 1 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms=[]
    for epoch in range(num_epochs):
        for inputs,targets in loader:
            loss=criterion(model(inputs),targets)
            loss.backward()
            optimizer.zero_grad()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(),max_norm).item())
            optimizer.step()
    return norms


# %% model_zero_grad_behind_backward | 1 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            model.zero_grad()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% gradients_none_behind_backward | 1 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            for p in model.parameters():
                p.grad = None
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% gradients_filled_with_zeros_behind_backward | 1 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            for p in model.parameters():
                p.grad.zero_()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% backward_twice | 7 | backward_twice
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms=[]
    for epoch in range(num_epochs):
        for inputs,targets in loader:
            optimizer.zero_grad()
            loss=criterion(model(inputs),targets)
            loss.backward(retain_graph=True)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(),max_norm).item())
            optimizer.step()
    return norms


# %% backward_twice_in_a_loop | 7 | backward_twice
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            for _ in range(2):
                loss.backward(retain_graph=True)
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% forward_and_backward_twice | 7 | backward_twice
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            again = criterion(model(inputs), targets)
            again.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% backward_twice_without_retain_graph | 0 | backward_twice
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% losses_summed_over_batches | 0 | losses_summed
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms=[]
    for epoch in range(num_epochs):
        total=0
        for inputs,targets in loader:
            optimizer.zero_grad()
            loss=criterion(model(inputs),targets)
            total=total+loss
            total.backward(retain_graph=True)
            norms.append(nn.utils.clip_grad_norm_(model.parameters(),max_norm).item())
            optimizer.step()
    return norms


# %% losses_summed_over_all | 0 | losses_summed
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    total = 0
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            total += loss
            total.backward(retain_graph=True)
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% mean_of_a_list_of_losses | 0 | losses_summed
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    losses = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            losses.append(loss)
            torch.stack(losses).mean().backward(retain_graph=True)
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% losses_summed_without_retain_graph | 0 | losses_summed
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    total = 0
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            total = total + loss
            total.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% loop_without_end | 7 | never_ends
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms=[]
    epoch=0
    while epoch<num_epochs:
        for inputs,targets in loader:
            optimizer.zero_grad()
            loss=criterion(model(inputs),targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(),max_norm).item())
            optimizer.step()
    return norms


# %% while_true | 7 | never_ends
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    epoch = 0
    while True:
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
        epoch += 1
    return norms


# %% loader_without_end | 7 | never_ends
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    import itertools
    for epoch in range(num_epochs):
        for inputs, targets in itertools.cycle(loader):
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% counter_set_back | 7 | never_ends
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    epoch = 0
    while epoch < num_epochs:
        for epoch, (inputs, targets) in enumerate(loader):
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
        epoch = 0
    return norms


# %% left_in_eval_mode | 9 | left_in_eval
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms=[]
    for epoch in range(num_epochs):
        for inputs,targets in loader:
            optimizer.zero_grad()
            loss=criterion(model(inputs),targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(),max_norm).item())
            optimizer.step()
    model.eval()
    return norms


# %% left_in_eval_by_train_false | 9 | left_in_eval
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    model.train(False)
    return norms


# %% left_in_eval_by_an_evaluation | 9 | left_in_eval
def mean_loss(model, loader, criterion):
    model.eval()
    with torch.no_grad():
        return sum(criterion(model(x), y).item() for x, y in loader) / len(loader)


def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    print(mean_loss(model, loader, criterion))
    return norms


# %% a_layer_left_in_eval | 9 | left_in_eval
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    model[0].eval()
    return norms


# %% eval_mode_from_the_second_epoch_on | 9 | eval_mode
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
        model.eval()
    return norms


# %% loss_divided | 9 | loss_scaled
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            (loss / len(loader)).backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% gradients_off_at_the_end | 9 | state_left
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            norms.append(norm.item())
    torch.set_grad_enabled(False)
    return norms


# %% evaluates_in_between | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        model.train()
        for inputs, targets in loader:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), max_norm)))
            optimizer.step()
        model.eval()
        with torch.no_grad():
            print(sum(criterion(model(x), y) for x, y in loader))
    model.train()
    return norms


# %% numpy_numbers | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    import numpy as np

    norms = []
    for _ in range(num_epochs):
        for x, y in loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            flat = np.concatenate([p.grad.numpy().ravel() for p in model.parameters()])
            norms.append(np.linalg.norm(flat))
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return norms


# %% numpy_arrays_without_axis | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    import numpy as np

    norms = []
    for _ in range(num_epochs):
        for x, y in loader:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            norms.append(np.asarray(nn.utils.clip_grad_norm_(model.parameters(), max_norm)))
            optimizer.step()
    return norms


# %% running_loss_as_a_tensor | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms, running = [], 0.0
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            running = running + loss
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    print(running / len(norms))
    return norms


# %% keeps_the_best_model | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    import copy

    norms, best, lowest = [], None, float("inf")
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
            if loss.item() < lowest:
                best, lowest = copy.deepcopy(model), loss.item()
    return norms


# %% outputs_detached | 0 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs).detach(), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% softmax_before_the_criterion | 5 | criterion_gets_others
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs).softmax(dim=1), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% targets_shuffled | 9 | criterion_gets_others
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets[torch.randperm(len(targets))])
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% criterion_sees_half_a_batch | 9 | criterion_gets_others
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs)[:2], targets[:2])
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% outputs_detached_and_made_to_require | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs).detach().requires_grad_()
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% outputs_as_data | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs).data
            outputs.requires_grad = True
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% outputs_in_a_new_tensor | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = torch.tensor(model(inputs).tolist(), requires_grad=True)
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% outputs_through_numpy | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = torch.from_numpy(model(inputs).detach().numpy())
            loss = criterion(outputs.requires_grad_(), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% outputs_without_gradients_and_made_to_require | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            with torch.no_grad():
                outputs = model(inputs)
            outputs.requires_grad_()
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% loss_in_a_new_tensor | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss = torch.tensor(loss.item(), requires_grad=True)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% loss_detached_and_made_to_require | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.detach().requires_grad_().backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% loss_as_a_number | 0 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets).item()
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% first_layer_detached | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            hidden = torch.tanh(model[0](inputs)).detach()
            loss = criterion(model[2](hidden), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% first_layer_frozen | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            model[0].requires_grad_(False)
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% a_copy_is_trained | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            import copy

            loss = criterion(copy.deepcopy(model)(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% grad_of_detached_outputs | 0 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs).detach().requires_grad_()
            loss = criterion(outputs, targets)
            parameters = list(model.parameters())
            for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                p.grad = gradient
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% every_other_batch_detached | 1 | no_gradient
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            if len(norms) % 2:
                outputs = outputs.detach().requires_grad_()
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% gradient_handed_over_by_hand | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            leaf = outputs.detach().requires_grad_()
            loss = criterion(leaf, targets)
            loss.backward()
            outputs.backward(leaf.grad)
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% layers_one_by_one_and_autograd_grad | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            outputs = model[2](model[1](model[0](inputs)))
            loss = criterion(outputs, targets)
            parameters = list(model.parameters())
            for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                p.grad = gradient
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% functional_call | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            weights = dict(model.named_parameters())
            outputs = torch.func.functional_call(model, weights, (inputs,))
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms
