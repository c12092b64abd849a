# ruff: noqa
"""Labelled answers to `gradient_clipping` by readers of the exercise who had not seen the judge.

Heading of a cell: name | points it deserves, of 10 | the findings that it must get ("-": none).
The points are those of the readers, the findings' names were put to their words afterwards.
"""


# %% fresh_r_by_hand_chinese | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    all_norms = []
    for epoch in range(num_epochs):
        for x, y in loader:
            # 前向传播
            out = model(x)
            loss = criterion(out, y)
            # 反向传播
            optimizer.zero_grad()
            loss.backward()
            # 计算所有参数梯度的总范数
            total = 0
            for p in model.parameters():
                if p.grad is not None:
                    total += p.grad.data.norm(2).item() ** 2
            total = total ** 0.5
            all_norms.append(total)
            # 梯度裁剪
            if total > max_norm:
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad.data.mul_(max_norm / total)
            # 更新参数
            optimizer.step()
    return all_norms


# %% fresh_r_stack_norm_assign | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    """Train the model; returns the gradient norms before clipping, one a step."""
    history = []
    for _ in range(num_epochs):
        for batch in loader:
            inputs, targets = batch
            optimizer.zero_grad(set_to_none=False)
            criterion(model(inputs), targets).backward()

            params = [p for p in model.parameters() if p.grad is not None]
            g_norm = torch.norm(torch.stack([torch.norm(p.grad) for p in params]))
            factor = torch.clamp(max_norm / (g_norm + 1e-6), max=1.0)
            for p in params:
                p.grad = p.grad * factor
            optimizer.step()
            history.append(float(g_norm))
    return history


# %% fresh_r_one_long_vector | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            model.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            with torch.no_grad():
                g = parameters_to_vector(grads)
                length = g.norm()
                norms.append(length.item())
                if length > max_norm:
                    g = g * (max_norm / length)
                    vector_to_parameters(g, grads)
            optimizer.step()
    return norms


# %% fresh_r_foreach | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    result = []
    for _ in range(num_epochs):
        for X, y in loader:
            optimizer.zero_grad(set_to_none=True)
            criterion(model(X), y).backward()
            gs = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gs)))
            coef = min(1.0, max_norm / max(norm.item(), 1e-12))
            torch._foreach_mul_(gs, coef)
            result.append(norm.tolist())
            optimizer.step()
    return result


# %% fresh_r_get_total_norm | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    from torch.nn.utils import clip_grads_with_norm_, get_total_norm

    norms = []
    for e in range(num_epochs):
        for step, (inputs, targets) in enumerate(loader):
            loss = criterion(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            total = get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
            clip_grads_with_norm_(model.parameters(), max_norm, total)
            norms.append(total.item())
            optimizer.step()
    return norms


# %% fresh_r_closure | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:

            def closure():
                optimizer.zero_grad()
                loss = criterion(model(inputs), targets)
                loss.backward()
                norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), max_norm)))
                return loss

            optimizer.step(closure)
    return norms


# %% fresh_r_zero_after_step | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    optimizer.zero_grad()
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            outputs = model(inputs)
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm).item())
            optimizer.step()
            optimizer.zero_grad()
    return norms


# %% fresh_r_param_groups | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    import math

    def grad_norm(parameters):
        return math.sqrt(sum((p.grad ** 2).sum().item() for p in parameters if p.grad is not None))

    params = [p for group in optimizer.param_groups for p in group["params"]]
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            n = grad_norm(params)
            norms.append(n)
            if n > max_norm:
                for p in params:
                    if p.grad is not None:
                        p.grad *= max_norm / n
            optimizer.step()
    return norms


# %% fresh_r_grads_none_by_hand | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = list()
    params = list(model.parameters())
    for epoch in range(0, num_epochs):
        for data in loader:
            inputs = data[0]
            targets = data[1]
            for p in params:
                p.grad = None
            pred = model(inputs)
            loss = criterion(pred, targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(
                params, max_norm=max_norm, norm_type=2.0, error_if_nonfinite=True
            )
            norms += [norm.detach().cpu().item()]
            optimizer.step()
    return norms


# %% fresh_r_autograd_grad | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    params = [p for p in model.parameters() if p.requires_grad]
    for _ in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            grads = torch.autograd.grad(loss, params, allow_unused=True)
            norm = sum(g.pow(2).sum() for g in grads if g is not None).sqrt()
            scale = 1.0 if norm <= max_norm else max_norm / norm
            for p, g in zip(params, grads):
                p.grad = None if g is None else g * scale
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% fresh_r_chatbot | 10 | -
def train_with_clipping(
    model: nn.Module,
    loader,
    criterion,
    optimizer: torch.optim.Optimizer,
    num_epochs: int,
    max_norm: float = 5.0,
) -> list[float]:
    """Train ``model`` with gradient norm clipping.

    Args:
        model: The network to train.
        loader: Iterable yielding ``(inputs, targets)`` batches.
        max_norm: Upper bound for the global gradient norm.

    Returns:
        The total gradient norm *before* clipping for every optimisation step.
    """
    device = next(model.parameters()).device
    grad_norms: list[float] = []
    model.train()  # make sure dropout / batch norm are in training mode

    for epoch in range(num_epochs):
        running_loss, num_batches = 0.0, 0
        for inputs, targets in loader:
            inputs, targets = inputs.to(device), targets.to(device)

            # 1. Reset gradients
            optimizer.zero_grad(set_to_none=True)

            # 2. Forward + backward
            loss = criterion(model(inputs), targets)
            loss.backward()

            # 3. Clip (the function returns the norm *before* clipping)
            total_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            grad_norms.append(total_norm.item())

            # 4. Update
            optimizer.step()

            running_loss += loss.item()
            num_batches += 1
        print(f"Epoch [{epoch + 1}/{num_epochs}]  loss: {running_loss / max(num_batches, 1):.4f}")

    return grad_norms


# %% fresh_r_while_iterators | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    epoch = 0
    while epoch < num_epochs:
        it = iter(loader)
        while True:
            try:
                inputs, targets = next(it)
            except StopIteration:
                break
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            with torch.no_grad():
                flat = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
                norm = float(flat.norm())
                ratio = min(1, max_norm / norm) if norm > 0 else 1
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad.copy_(p.grad * ratio)
            optimizer.step()
            norms.append(norm)
        epoch += 1
    return norms


# %% fresh_r_one_step_comprehension | 10 | -
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    def one_step(inputs, targets):
        optimizer.zero_grad()
        criterion(model(inputs), targets).backward()
        norm = nn.utils.clip_grad_norm_(list(model.parameters()), max_norm, foreach=False)
        optimizer.step()
        return norm.item()

    return [one_step(x, y) for _ in range(num_epochs) for x, y in loader]


# %% fresh_w_clip_after_step | 6 | clipped_after_step
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
    return norms


# %% fresh_w_clip_before_backward | 4 | clipped_before_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            loss.backward()
            optimizer.step()
            norms.append(float(norm))
    return norms


# %% fresh_w_by_value | 6 | clipped_by_value
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            sq = 0.0
            for p in model.parameters():
                if p.grad is not None:
                    sq += p.grad.pow(2).sum().item()
            norms.append(sq ** 0.5)
            nn.utils.clip_grad_value_(model.parameters(), max_norm)
            optimizer.step()
    return norms


# %% fresh_w_per_parameter | 6 | clipped_per_parameter
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for _ in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            parts = [nn.utils.clip_grad_norm_(p, max_norm) for p in model.parameters()]
            norms.append(torch.stack(parts).norm().item())
            optimizer.step()
    return norms


# %% fresh_w_hard_coded_five | 6 | bound_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for i, (inputs, targets) in enumerate(loader):
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, targets)
            loss.backward()
            grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
            optimizer.step()
            norms.append(grad_norm.item())
    return norms


# %% fresh_w_bound_one | 6 | bound_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
            optimizer.step()
    return norms


# %% fresh_w_only_measured | 6 | no_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item())
            optimizer.step()
    return norms


# %% fresh_w_zero_forgotten | 7 | zero_grad_forgotten
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
            optimizer.step()
    return norms


# %% fresh_w_zero_before_step | 7 | zero_grad_after_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            outputs = model(inputs)
            loss = criterion(outputs, targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.zero_grad()
            optimizer.step()
    return norms


# %% fresh_w_step_before_backward | 7 | step_before_backward
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.step()
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            norms.append(norm.item())
    return norms


# %% fresh_w_two_steps | 7 | stepped_twice
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()

            def closure():
                loss = criterion(model(inputs), targets)
                loss.backward()
                norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
                return loss

            optimizer.step(closure)
            optimizer.step()
    return norms


# %% fresh_w_norm_after | 8 | norms_after_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            total = torch.sqrt(sum((p.grad ** 2).sum() for p in model.parameters() if p.grad is not None))
            norms.append(total.item())
            optimizer.step()
    return norms


# %% fresh_w_losses | 8 | losses_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    losses = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% fresh_w_norm_per_epoch | 8 | wrong_count
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    history = []
    for epoch in range(num_epochs):
        epoch_norm = 0.0
        n = 0
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            epoch_norm += nn.utils.clip_grad_norm_(model.parameters(), max_norm).item()
            optimizer.step()
            n += 1
        history.append(epoch_norm / n)
    return history


# %% fresh_w_nothing_returned | 8 | nothing_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            print("epoch", epoch, "norm", norm.item())


# %% fresh_w_return_indented | 9 | epochs_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
        return norms


# %% fresh_w_eval_mode | 9 | eval_mode
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    model.eval()
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% fresh_w_own_loss | 9 | criterion_ignored
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    criterion = nn.CrossEntropyLoss()
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm).item())
            optimizer.step()
    return norms


# %% fresh_w_skip_bias | 4 | some_parameters_only
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    weights = [p for name, p in model.named_parameters() if "bias" not in name]
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(weights, max_norm).item())
            optimizer.step()
    return norms


# %% fresh_w_norm_type_one | 4 | wrong_norm_type
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm, 1).item())
            optimizer.step()
    return norms


# %% fresh_w_no_square_root | 4 | square_root_forgotten
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            total = 0
            for p in model.parameters():
                if p.grad is not None:
                    total = total + (p.grad ** 2).sum().item()
            norms.append(total)
            if total > max_norm:
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad.mul_(max_norm / total)
            optimizer.step()
    return norms


# %% fresh_w_always_scaled | 6 | always_rescaled
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.norm(torch.stack([g.norm() for g in grads]))
            for g in grads:
                g *= max_norm / norm
            norms.append(norm.item())
            optimizer.step()
    return norms


# %% fresh_w_not_in_place | 6 | no_clipping
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            grads = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.cat([g.reshape(-1) for g in grads]).norm().item()
            norms.append(norm)
            if norm > max_norm:
                for g in grads:
                    g = g * max_norm / norm
            optimizer.step()
    return norms


# %% fresh_w_empty_generator | 4 | parameters_used_up
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    params = model.parameters()
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(params, max_norm).item())
            optimizer.step()
    return norms


# %% fresh_h_plain_loop_todo | 4 | no_clipping, nothing_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            # TODO clip here
            optimizer.step()
    return norms


# %% fresh_h_raises_model_not_parameters | 0 | raises
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    norms = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model, max_norm)
            optimizer.step()
            norms.append(norm.item())
    return norms


# %% fresh_h_no_zero_and_losses | 5 | zero_grad_forgotten, losses_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    losses = []
    for epoch in range(num_epochs):
        for inputs, targets in loader:
            loss = criterion(model(inputs), targets)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            losses.append(loss.item())
    return losses


# %% fresh_h_value_and_one_epoch | 3 | epochs_ignored, clipped_by_value, nothing_returned
def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), max_norm)
        optimizer.step()
