# ruff: noqa
"""Labelled answers to `bptt`: each cell is what a student might put into the solution cell.

Heading of a cell: name | right, wrong or half | the mistakes in it, the heaviest first ("-": none).
README.md beside this file says what each mistake is.
"""


# %% lists_forward_and_back | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T = x.shape[1]
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_ih = torch.zeros_like(weight_ih)
    grad_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_ih += grad_a.T @ x[:, t]
        grad_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_ih, grad_hh, grad_bias


# %% in_place_tensors | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    H = h_0.shape[1]
    h = torch.empty(T + 1, B, H, dtype=x.dtype, device=x.device)
    a = torch.empty(T, B, H, dtype=x.dtype, device=x.device)
    h[0] = h_0
    for t in range(T):
        a[t] = x[:, t] @ weight_ih.t() + h[t] @ weight_hh.t() + bias
        h[t + 1] = a[t].clamp(min=0)
    d = torch.empty_like(a)  # gradients at the pre-activations
    g = grad_last.clone()
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    grad_x = (d @ weight_ih).transpose(0, 1).contiguous()
    flat = d.reshape(T * B, H)
    grad_ih = flat.t() @ x.transpose(0, 1).reshape(T * B, I)
    grad_hh = flat.t() @ h[:-1].reshape(T * B, H)
    return grad_x, g, grad_ih, grad_hh, flat.sum(0)


# %% einsum | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = [h_0]
    for x_t in x.unbind(1):
        z = torch.einsum("bi,hi->bh", x_t, weight_ih) + torch.einsum("bk,hk->bh", states[-1], weight_hh) + bias
        states.append(z.relu())
    deltas = []
    delta = grad_last
    for state in states[:0:-1]:
        delta = torch.where(state > 0, delta, torch.zeros_like(delta))
        deltas.insert(0, delta)
        delta = torch.einsum("bh,hk->bk", delta, weight_hh)
    deltas = torch.stack(deltas, dim=1)
    before = torch.stack(states[:-1], dim=1)
    return (
        torch.einsum("bth,hi->bti", deltas, weight_ih),
        delta,
        torch.einsum("bth,bti->hi", deltas, x),
        torch.einsum("bth,btk->hk", deltas, before),
        torch.einsum("bth->h", deltas),
    )


# %% recursive | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    def step(t, h):
        """From step t on: the gradients of x[:, t:], of h, and of the three parameters."""
        if t == x.shape[1]:
            return [], grad_last, 0, 0, 0
        a = x[:, t] @ weight_ih.mT + h @ weight_hh.mT + bias
        later, g, ih, hh, b = step(t + 1, a.relu())
        d = g * a.gt(0)
        return [d @ weight_ih] + later, d @ weight_hh, ih + d.mT @ x[:, t], hh + d.mT @ h, b + d.sum(0)

    xs, g, ih, hh, b = step(0, h_0)
    return torch.stack(xs, 1), g, ih, hh, b


# %% example_by_example | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    gx, gh = torch.zeros_like(x), torch.zeros_like(h_0)
    gi, gw, gb = torch.zeros_like(weight_ih), torch.zeros_like(weight_hh), torch.zeros_like(bias)
    for b in range(x.shape[0]):
        h, tape = h_0[b], []
        for t in range(x.shape[1]):
            a = weight_ih @ x[b, t] + weight_hh @ h + bias
            tape.append((h, a))
            h = torch.maximum(a, torch.zeros_like(a))
        g = grad_last[b]
        for t in range(x.shape[1] - 1, -1, -1):
            before, a = tape.pop()
            d = g * (a > 0)
            gx[b, t] = weight_ih.T @ d
            gi += torch.outer(d, x[b, t])
            gw += torch.outer(d, before)
            gb += d
            g = weight_hh.T @ d
        gh[b] = g
    return gx, gh, gi, gw, gb


# %% jacobians | right | -
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    """With the Jacobian of each step, dh_t / dh_{t-1} = diag(step) W_hh, multiplied from the right."""
    B, T, I = x.shape
    h, befores, gates = h_0, [], []
    for t in range(T):
        befores.append(h)
        z = F.linear(x[:, t], weight_ih, bias) + F.linear(h, weight_hh)
        gates.append(torch.diag_embed((z > 0).to(x.dtype)))
        h = F.relu(z)
    row = grad_last.unsqueeze(1)  # (B, 1, H)
    grad_x = [None] * T
    g_ih, g_hh, g_b = 0, 0, 0
    for t in range(T - 1, -1, -1):
        at_z = row @ gates[t]
        grad_x[t] = (at_z @ weight_ih).squeeze(1)
        g_ih = g_ih + (at_z.transpose(1, 2) * x[:, t].unsqueeze(1)).sum(0)
        g_hh = g_hh + (at_z.transpose(1, 2) * befores[t].unsqueeze(1)).sum(0)
        g_b = g_b + at_z.sum((0, 1))
        row = at_z @ weight_hh
    return torch.stack(grad_x, 1), row.squeeze(1), g_ih, g_hh, g_b


# %% forward_accumulation | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    """Forwards in time: how the state depends on everything so far is carried along."""
    B, T, I = x.shape
    H = h_0.shape[1]
    eye = torch.eye(H, dtype=x.dtype, device=x.device)
    h = h_0
    d_h0 = eye.expand(B, H, H)
    d_b = x.new_zeros(B, H, H)
    d_ih = x.new_zeros(B, H, H, I)
    d_hh = x.new_zeros(B, H, H, H)
    d_x = x.new_zeros(B, H, T, I)
    for t in range(T):
        a = x[:, t] @ weight_ih.T + h @ weight_hh.T + bias
        on = (a > 0).to(x.dtype)
        J = on[:, :, None] * weight_hh
        direct = on[:, :, None] * eye  # (B, H, H)
        d_h0 = J @ d_h0
        d_b = J @ d_b + direct
        d_ih = torch.einsum("bhk,bkmi->bhmi", J, d_ih) + direct[..., None] * x[:, t][:, None, None]
        d_hh = torch.einsum("bhk,bkmn->bhmn", J, d_hh) + direct[..., None] * h[:, None, None]
        d_x = torch.einsum("bhk,bkti->bhti", J, d_x)
        d_x[:, :, t] += on[:, :, None] * weight_ih
        h = a * on
    g = grad_last
    return (
        torch.einsum("bh,bhti->bti", g, d_x),
        torch.einsum("bh,bhk->bk", g, d_h0),
        torch.einsum("bh,bhmi->mi", g, d_ih),
        torch.einsum("bh,bhmn->mn", g, d_hh),
        torch.einsum("bh,bhk->k", g, d_b),
    )


# %% class_heavy | right | -
import torch


class Step:
    def __init__(self, x, h, W, U, b):
        self.x, self.h, self.W, self.U = x, h, W, U
        self.a = x @ W.T + h @ U.T + b
        self.out = torch.relu(self.a)

    def backward_pass(self, grad, sums):
        d = grad * torch.heaviside(self.a, torch.zeros_like(self.a))
        sums.add(d.T @ self.x, d.T @ self.h, d.sum(dim=0))
        return d @ self.W, d @ self.U


class Sums:
    def __init__(self):
        self.values = None

    def add(self, *parts):
        self.values = parts if self.values is None else tuple(a + b for a, b in zip(self.values, parts))


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    steps, h = [], h_0
    for t in range(x.size(1)):
        steps.append(Step(x[:, t], h, weight_ih, weight_hh, bias))
        h = steps[-1].out
    sums, grad, grad_x = Sums(), grad_last, []
    for step in reversed(steps):
        g_x, grad = step.backward_pass(grad, sums)
        grad_x.append(g_x)
    return (torch.stack(grad_x[::-1], dim=1), grad, *sums.values)


# %% over_defensive | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    if x.dim() != 3:
        raise ValueError("x must be (B, T, I)")
    batch, steps, inputs = x.shape
    hidden = weight_hh.shape[0]
    assert h_0.shape == (batch, hidden)
    assert weight_ih.shape == (hidden, inputs)
    assert weight_hh.shape == (hidden, hidden)
    assert bias.shape == (hidden,)
    assert grad_last.shape == (batch, hidden)
    with torch.no_grad():
        states = {0: h_0.clone()}
        pre = {}
        for t in range(1, steps + 1):
            pre[t] = x[:, t - 1].matmul(weight_ih.transpose(0, 1))
            pre[t] = pre[t] + states[t - 1].matmul(weight_hh.transpose(0, 1))
            pre[t] = pre[t] + bias.unsqueeze(0)
            states[t] = torch.where(pre[t] > 0, pre[t], torch.zeros_like(pre[t]))
        grad_x = torch.zeros((batch, steps, inputs), dtype=x.dtype, device=x.device)
        grad_weight_ih = torch.zeros((hidden, inputs), dtype=x.dtype, device=x.device)
        grad_weight_hh = torch.zeros((hidden, hidden), dtype=x.dtype, device=x.device)
        grad_bias = torch.zeros((hidden,), dtype=x.dtype, device=x.device)
        grad_state = grad_last.clone()
        t = steps
        while t >= 1:
            derivative = (pre[t] > 0).to(dtype=x.dtype)
            grad_pre = grad_state * derivative
            grad_x[:, t - 1, :] = grad_pre.matmul(weight_ih)
            grad_weight_ih = grad_weight_ih + grad_pre.transpose(0, 1).matmul(x[:, t - 1])
            grad_weight_hh = grad_weight_hh + grad_pre.transpose(0, 1).matmul(states[t - 1])
            grad_bias = grad_bias + grad_pre.sum(dim=0)
            grad_state = grad_pre.matmul(weight_hh)
            t -= 1
    assert grad_state.shape == h_0.shape
    return grad_x, grad_state, grad_weight_ih, grad_weight_hh, grad_bias


# %% terse | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    h = [h_0]
    for v in x.unbind(1):
        h.append((v @ weight_ih.T + h[-1] @ weight_hh.T + bias).relu())
    g, D = grad_last, []
    for s in h[:0:-1]:
        D = [g * (s > 0)] + D
        g = D[0] @ weight_hh
    d, p = torch.stack(D, 1), torch.stack(h[:-1], 1)
    return d @ weight_ih, g, d.flatten(0, 1).T @ x.flatten(0, 1), d.flatten(0, 1).T @ p.flatten(0, 1), d.sum((0, 1))


# %% one_matrix | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    """[x, h, 1] times one matrix: the three parameters get their gradient together."""
    B, T, I = x.shape
    H = h_0.shape[1]
    one = x.new_ones(B, 1)
    M = torch.cat([weight_ih, weight_hh, bias[:, None]], dim=1)  # (H, I + H + 1)
    inputs, h = [], h_0
    for t in range(T):
        inputs.append(torch.cat([x[:, t], h, one], dim=1))
        h = torch.relu(inputs[-1] @ M.T)
    print("last state", h.shape)
    grad_M, grad_h = torch.zeros_like(M), grad_last
    grad_x = x.new_empty(B, T, I)
    for t in range(T - 1, -1, -1):
        d = grad_h * (inputs[t] @ M.T > 0)
        grad_M += d.T @ inputs[t]
        grad_x[:, t], grad_h, _ = (d @ M).split([I, H, 1], dim=1)
    grad_ih, grad_hh, grad_b = grad_M.split([I, H, 1], dim=1)
    return grad_x, grad_h, grad_ih, grad_hh, grad_b.squeeze(1)


# %% tanhs_derivative | wrong | tanh_derivative
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (1 - hs[t + 1] ** 2)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% tanhs_derivative_of_a | wrong | tanh_derivative
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (1 - torch.tanh(a[t]) ** 2)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% state_as_derivative | wrong | state_for_derivative
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = grad * state
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% no_derivative | wrong | relu_derivative_missing
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% no_derivative_in_the_recursion | wrong | relu_missing_in_recursion
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = g @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% last_step_of_the_weights | wrong | no_sum_over_time
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih = grad_a.T @ x[:, t]
        grad_weight_hh = grad_a.T @ hs[t]
        grad_bias = grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% weights_at_the_last_step | wrong | no_sum_over_time
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = deltas[:, -1].T @ x[:, -1]
    dU = deltas[:, -1].T @ before[:, -1]
    db = deltas[:, -1].sum(0)
    return dx, g, dW, dU, db


# %% bias_not_summed | wrong | bias_no_sum_over_time
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias = grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% cut_after_one_step | wrong | cut_after_a_step
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh if t == T - 1 else torch.zeros_like(grad_a)
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% no_recursion | wrong | cut_after_a_step
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    for t in range(T - 1, -1, -1):
        d[t] = torch.zeros_like(a[t])
    d[-1] = grad_last * (a[-1] > 0).to(grad_last.dtype)
    g = d[0] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% hh_transposed | wrong | weight_hh_transposed
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh.T
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% hh_transposed_forward | wrong | weight_hh_transposed_forward
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U.T @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% grad_at_every_step | wrong | gradient_at_every_step
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        if t < T - 1:
            grad_h = grad_h + grad_last
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% grad_restarts_at_every_step | wrong | gradient_at_every_step
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh + (grad_last if t > 0 else 0)
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% state_after_for_before | wrong | state_after_for_before
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t + 1]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% state_after_in_stack | wrong | state_after_for_before
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[1:], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% mean_of_the_batch | wrong | mean_over_batch
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t] / B
        grad_weight_hh += grad_a.T @ hs[t] / B
        grad_bias += grad_a.mean(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% bias_mean | wrong | bias_mean_over_batch
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ previous, delta.mean(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% derivative_of_the_step_before | wrong | derivative_at_wrong_step
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% h_0_not_through_w | wrong | grad_h_0_not_through_weight
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh if t > 0 else grad_a
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% h_0_is_grad_last | wrong | grad_h_0_not_through_weight
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, d[0], dW, dU, db


# %% weights_gradients_transposed | wrong | weight_gradients_transposed
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->ih", deltas, x)
    dU = torch.einsum("bth,btk->kh", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% x_at_the_last_step | wrong | grad_x_last_step_only
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x if t == len(states) - 1 else torch.zeros_like(grad_x))
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% x_in_reverse | wrong | grad_x_reversed_in_time
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.append(grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% autograd | wrong | forbidden_function
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    leaves = [v.detach().clone().requires_grad_() for v in (x, h_0, weight_ih, weight_hh, bias)]
    x, h, W, U, b = leaves
    for t in range(x.shape[1]):
        h = torch.relu(x[:, t] @ W.T + h @ U.T + b)
    h.backward(grad_last)
    return tuple(leaf.grad for leaf in leaves)


# %% autograd_grad_of_nn_rnn | wrong | forbidden_function
import torch
from torch import nn


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    rnn = nn.RNN(x.shape[2], h_0.shape[1], nonlinearity="relu", batch_first=True).to(x.dtype)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(weight_ih)
        rnn.weight_hh_l0.copy_(weight_hh)
        rnn.bias_ih_l0.copy_(bias)
        rnn.bias_hh_l0.zero_()
    x = x.detach().requires_grad_()
    h_0 = h_0.detach().requires_grad_()
    _, h_n = rnn(x, h_0[None])
    wanted = [x, h_0, rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0]
    return torch.autograd.grad(h_n[0], wanted, grad_outputs=grad_last)


# %% weights_first | wrong | wrong_return_order
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_weight_ih, grad_weight_hh, grad_bias, grad_x, grad_h


# %% hh_before_ih | wrong | wrong_return_order
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dU, dW, db


# %% parameters_alone | wrong | three_of_five
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dW, dU, db


# %% float32 | wrong | wrong_dtype
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros(B, T, I)
    grad_weight_ih = torch.zeros(weight_ih.shape)
    grad_weight_hh = torch.zeros(weight_hh.shape)
    grad_bias = torch.zeros(bias.shape)
    grad_h = grad_last.float()
    hs = [h.float() for h in hs]
    x, weight_ih, weight_hh = x.float(), weight_ih.float(), weight_hh.float()
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% in_place_grad_last | wrong | changes_input
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_h *= hs[t + 1] > 0
        grad_a = grad_h
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% bias_forgotten_forward | wrong | bias_missing_forward
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% tanh_forward | wrong | tanh_for_relu
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.tanh(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (1 - hs[t + 1] ** 2)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% h_0_taken_as_zero | wrong | h_0_ignored
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [torch.zeros_like(h_0)]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, g, dW, dU, db


# %% steps_from_one | wrong | raises_for_one_step
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    assert hs[-2] is not h_0
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% prints_the_shapes | wrong | returns_nothing
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    grads = (torch.stack(grads_x, dim=1), grad, *totals)
    print([g.shape for g in grads])


# %% tanh_and_transposed | wrong | tanh_derivative, weight_hh_transposed
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (1 - hs[t + 1] ** 2)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh.T
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% no_sum_and_state_after | wrong | no_sum_over_time, state_after_for_before
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ state, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% every_step_and_mean | wrong | gradient_at_every_step, mean_over_batch
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh + (grad_last if t > 0 else 0)
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x) / len(x)
    dU = torch.einsum("bth,btk->hk", deltas, before) / len(x)
    db = deltas.mean(0).sum(0)
    return dx, g, dW, dU, db


# %% no_derivative_and_order | wrong | relu_derivative_missing, wrong_return_order
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dW, dU, db, dx, g


# %% cut_and_h_0 | wrong | cut_after_a_step, grad_h_0_not_through_weight
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = torch.zeros_like(grad_a)
    grad_h = grad_last
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% transposed_and_x_last | wrong | weight_hh_transposed, grad_x_last_step_only
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = torch.where(state > 0, grad, torch.zeros_like(grad))
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U.T, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    grad_xs = torch.zeros_like(x)
    grad_xs[:, -1] = grads_x[-1]
    return (grad_xs, grad, *totals)


# %% wrong_step_and_in_place | wrong | derivative_at_wrong_step, changes_input
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_h *= hs[t] > 0
        grad_a = grad_h
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% state_after_and_bias_once | wrong | state_after_for_before, bias_no_sum_over_time
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t + 1]
        grad_bias = grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% recursion_and_bias_mean | wrong | relu_missing_in_recursion, bias_mean_over_batch
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = g @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = deltas @ weight_ih
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(1).mean(0)
    return dx, g, dW, dU, db


# %% transposed_shapes_and_transposed_w | wrong | weight_hh_transposed, weight_gradients_transposed
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih.T)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += x[:, t].T @ grad_a
        grad_weight_hh += hs[t].T @ grad_a
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh.T
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% h_0_zero_and_every_step | wrong | gradient_at_every_step, h_0_ignored
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [torch.zeros_like(h_0)]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        grad_weight_ih += grad_a.T @ x[:, t]
        grad_weight_hh += grad_a.T @ hs[t]
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
        if t > 0:
            grad_h = grad_h + grad_last
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% tanh_and_x_reversed | wrong | tanh_derivative, grad_x_reversed_in_time
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = grad * (1 - state * state)
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.append(grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% half_weights_left_out | half | weight_gradients_undone
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    for t in reversed(range(T)):
        grad_a = grad_h * (hs[t + 1] > 0)
        grad_x[:, t] = grad_a @ weight_ih
        # TODO grad_weight_ih, grad_weight_hh
        grad_bias += grad_a.sum(0)
        grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% half_last_step | half | cut_after_a_step
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    grad_x = torch.zeros_like(x)
    grad_weight_ih = torch.zeros_like(weight_ih)
    grad_weight_hh = torch.zeros_like(weight_hh)
    grad_bias = torch.zeros_like(bias)
    grad_h = grad_last
    # TODO: the steps before the last
    grad_a = grad_h * (hs[-1] > 0)
    grad_x[:, -1] = grad_a @ weight_ih
    grad_weight_ih = grad_a.T @ x[:, -1]
    grad_weight_hh = grad_a.T @ hs[-2]
    grad_bias = grad_a.sum(0)
    grad_h = grad_a @ weight_hh
    return grad_x, grad_h, grad_weight_ih, grad_weight_hh, grad_bias


# %% half_forward_only | half | backward_undone
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, I = x.shape
    hs = [h_0]
    for t in range(T):
        hs.append(torch.relu(x[:, t] @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    # TODO backwards
    return torch.stack(hs[1:], dim=1)


# %% half_x_and_h_0_undone | half | grad_x_undone, grad_h_0_undone
import torch
import torch.nn.functional as F


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    T, H = x.shape[1], h_0.shape[1]
    a, h = [], [h_0]
    for t in range(T):
        a.append(F.linear(x[:, t], weight_ih, bias) + F.linear(h[t], weight_hh))
        h.append(F.relu(a[t]))
    d = [None] * T
    g = grad_last
    for t in range(T - 1, -1, -1):
        d[t] = g * (a[t] > 0).to(g.dtype)
        g = d[t] @ weight_hh
    deltas = torch.stack(d, dim=1)
    before = torch.stack(h[:-1], dim=1)
    dx = None  # TODO
    dW = torch.einsum("bth,bti->hi", deltas, x)
    dU = torch.einsum("bth,btk->hk", deltas, before)
    db = deltas.sum(dim=(0, 1))
    return dx, None, dW, dU, db


# %% half_relu_to_do | half | relu_derivative_missing
import torch


def forward_states(x, h, W, U, b):
    states = []
    for x_t in x.transpose(0, 1):
        h = (W @ x_t.T + U @ h.T + b[:, None]).T.clamp(min=0)
        states.append(h)
    return states


def step_back(grad, state, previous, x_t, W, U):
    delta = grad  # TODO: through the ReLU
    to_weights = delta.T @ x_t, delta.T @ previous, delta.sum(dim=0)
    return delta @ W, delta @ U, to_weights


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    states = forward_states(x, h_0, weight_ih, weight_hh, bias)
    grads_x, totals, grad = [], None, grad_last
    for t in range(len(states) - 1, -1, -1):
        previous = states[t - 1] if t > 0 else h_0
        grad_x, grad, parts = step_back(grad, states[t], previous, x[:, t], weight_ih, weight_hh)
        grads_x.insert(0, grad_x)
        totals = parts if totals is None else [total + part for total, part in zip(totals, parts)]
    return (torch.stack(grads_x, dim=1), grad, *totals)


# %% closure_per_step | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    backs, h = [], h_0
    for t in range(x.shape[1]):
        a = x[:, t] @ weight_ih.T + h @ weight_hh.T + bias

        def back(g, a=a, x_t=x[:, t], before=h):
            d = torch.where(a > 0, g, 0)
            return d @ weight_hh, d @ weight_ih, d.T @ x_t, d.T @ before, d.sum(0)

        backs.append(back)
        h = a.clamp(min=0)
    g, xs, total = grad_last, [], None
    for back in reversed(backs):
        g, grad_x, *shares = back(g)
        xs.insert(0, grad_x)
        total = shares if total is None else [a + b for a, b in zip(total, shares)]
    return torch.stack(xs, 1), g, *total


# %% all_steps_stacked_then_one_product | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    B, T, _ = x.shape
    H = torch.empty(T + 1, B, h_0.shape[1], dtype=x.dtype, device=x.device)
    H[0] = h_0
    drive = torch.tensordot(x, weight_ih, ([2], [1])) + bias
    for t in range(T):
        H[t + 1] = (drive[:, t] + H[t] @ weight_hh.mT).relu()
    D = torch.empty_like(H[1:])
    g = grad_last
    for t in range(T - 1, -1, -1):
        D[t] = g * H[t + 1].sign()
        g = D[t] @ weight_hh
    D = D.transpose(0, 1)  # (B, T, H)
    rows = D.reshape(B * T, -1)
    return (
        D @ weight_ih,
        g,
        rows.T @ x.reshape(B * T, -1),
        rows.T @ H[:-1].transpose(0, 1).reshape(B * T, -1),
        rows.sum(0),
    )


# %% accumulate_from_itertools | right | -
from itertools import accumulate

import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    step = lambda h, x_t: torch.relu(torch.addmm(bias + x_t @ weight_ih.T, h, weight_hh.T))
    hs = list(accumulate(x.unbind(1), step, initial=h_0))
    gates = [h.gt(0).to(x.dtype) for h in hs[1:]]
    gs = list(accumulate(reversed(gates), lambda g, gate: (g * gate) @ weight_hh, initial=grad_last))
    ds = [g * gate for g, gate in zip(gs, reversed(gates))][::-1]
    return (
        torch.stack([d @ weight_ih for d in ds], dim=1),
        gs[-1],
        sum(torch.outer(a, b) for d, x_t in zip(ds, x.unbind(1)) for a, b in zip(d, x_t)),
        sum(torch.outer(a, b) for d, h in zip(ds, hs) for a, b in zip(d, h)),
        torch.stack(ds).sum((0, 1)),
    )


# %% bias_as_one_more_weight | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    I, H = x.shape[2], h_0.shape[1]
    W = torch.cat([weight_ih, weight_hh, bias[:, None]], 1)  # (H, I + H + 1)
    inputs, h = [], h_0
    for x_t in x.split(1, dim=1):
        inputs.append(torch.cat([x_t.squeeze(1), h, h.new_ones(len(h), 1)], 1))
        h = torch.nn.functional.relu(inputs[-1] @ W.T)
    states = [z[:, I : I + H] for z in inputs[1:]] + [h]
    dW, dx, g = torch.zeros_like(W), [], grad_last
    for z, state in zip(inputs[::-1], states[::-1]):
        d = g * (state != 0)
        dW = dW + d.T @ z
        dz = d @ W
        dx.append(dz[:, None, :I])
        g = dz[:, I : I + H]
    ih, hh, b = dW.split([I, H, 1], dim=1)
    return torch.cat(dx[::-1], 1), g, ih, hh, b.squeeze(1)


# %% numpy_all_the_way | right | -
import numpy as np
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    X, h, W, U, b, g = (part.detach().cpu().numpy() for part in (x, h_0, weight_ih, weight_hh, bias, grad_last))
    states = [h]
    for t in range(X.shape[1]):
        states.append(np.maximum(X[:, t] @ W.T + states[-1] @ U.T + b, 0))
    dX, dW, dU, db = np.zeros_like(X), np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for t in range(X.shape[1])[::-1]:
        d = np.where(states[t + 1] > 0, g, 0).astype(X.dtype)
        dX[:, t], g = d @ W, d @ U
        dW, dU, db = dW + d.T @ X[:, t], dU + d.T @ states[t], db + d.sum(axis=0)
    return tuple(torch.from_numpy(np.ascontiguousarray(part)).to(x) for part in (dX, g, dW, dU, db))


# %% closures_no_relu_and_mean | wrong | relu_derivative_missing, mean_over_batch
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    hs = [h_0]
    for x_t in x.unbind(1):
        hs.append(torch.relu(x_t @ weight_ih.T + hs[-1] @ weight_hh.T + bias))
    g, n = grad_last, len(x)
    dx, dw, du, db = [], 0, 0, 0
    for t in reversed(range(x.shape[1])):
        dx.append(g @ weight_ih)
        dw, du, db = dw + g.T @ x[:, t] / n, du + g.T @ hs[t] / n, db + g.mean(0)
        g = g @ weight_hh
    return torch.stack(dx[::-1], 1), g, dw, du, db


# %% stacked_after_and_reversed | wrong | state_after_for_before, grad_x_reversed_in_time
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    h, hs = h_0, []
    for x_t in x.unbind(1):
        h = torch.relu(x_t @ weight_ih.T + h @ weight_hh.T + bias)
        hs.append(h)
    g, ds = grad_last, []
    for h in hs[::-1]:
        ds.append(g * (h > 0))
        g = ds[-1] @ weight_hh
    D, Hs, X = torch.stack(ds), torch.stack(hs[::-1]), x.flip(1).transpose(0, 1)
    return (
        (D @ weight_ih).transpose(0, 1),
        g,
        torch.einsum("tbh,tbi->hi", D, X),
        torch.einsum("tbh,tbk->hk", D, Hs),
        D.sum((0, 1)),
    )


# %% every_step_and_transposed | wrong | gradient_at_every_step, weight_hh_transposed
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    hs = [h_0]
    for x_t in x.unbind(1):
        hs.append((x_t @ weight_ih.T + hs[-1] @ weight_hh.T + bias).clamp_min(0))
    dx, dw, du, db = torch.zeros_like(x), 0, 0, 0
    g = torch.zeros_like(h_0)
    for t in range(x.shape[1])[::-1]:
        d = (g + grad_last) * (hs[t + 1] > 0)
        dx[:, t], dw, du, db = d @ weight_ih, dw + d.T @ x[:, t], du + d.T @ hs[t], db + d.sum(0)
        g = d @ weight_hh.T
    return dx, g, dw, du, db


# %% last_step_weights_and_h_0_zero | wrong | no_sum_over_time, h_0_ignored
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    hs = [torch.zeros_like(h_0)]
    for x_t in x.unbind(1):
        hs.append((x_t @ weight_ih.T + hs[-1] @ weight_hh.T + bias).relu())
    g, dx, shares = grad_last, torch.zeros_like(x), None
    for t in range(x.shape[1])[::-1]:
        d = g * (hs[t + 1] > 0)
        dx[:, t] = d @ weight_ih
        if shares is None:
            shares = d.T @ x[:, t], d.T @ hs[t], d.sum(0)
        g = d @ weight_hh
    return dx, g, *shares


# %% products_of_jacobians | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    """dh_T / dh_t as a product of matrices, for each row of the batch, and then the chain rule."""
    B, T, I = x.shape
    H = h_0.shape[1]
    h, previous, slopes = h_0, [], []
    for t in range(T):
        previous.append(h)
        a = x[:, t] @ weight_ih.T + h @ weight_hh.T + bias
        slopes.append(torch.heaviside(a, torch.zeros_like(a)))
        h = a * slopes[-1]

    onward = torch.eye(H, dtype=x.dtype, device=x.device).expand(B, H, H)     # dh_T / dh_t
    d_a = [None] * T
    for t in reversed(range(T)):
        to_a = onward * slopes[t][:, None, :]                                  # dh_T / da_t
        d_a[t] = torch.einsum("bi,bij->bj", grad_last, to_a)
        onward = to_a @ weight_hh
    d_a = torch.stack(d_a, dim=1)                                              # (B, T, H)
    previous = torch.stack(previous, dim=1)
    return (
        torch.einsum("bth,hi->bti", d_a, weight_ih),
        torch.einsum("bi,bij->bj", grad_last, onward),
        torch.einsum("bth,bti->hi", d_a, x),
        torch.einsum("bth,btk->hk", d_a, previous),
        torch.einsum("bth->h", d_a),
    )


# %% there_and_back | right | -
import torch


def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    # Goes to the end by calling itself; on the way out of the calls it goes back.
    T = x.shape[1]
    both = torch.cat([weight_ih, weight_hh], dim=1)                # (H, I + H): one matrix for input and state
    I = weight_ih.shape[1]

    def visit(t, h):
        if t == T:
            return grad_last, [], torch.zeros_like(both), torch.zeros_like(bias)
        z = torch.cat([x[:, t], h], dim=1)
        new = torch.nn.functional.relu(torch.addmm(bias, z, both.T))
        g, grads_x, grad_both, grad_bias = visit(t + 1, new)
        da = g * new.sign()
        dz = da @ both
        return dz[:, I:], [dz[:, :I]] + grads_x, grad_both + da.T @ z, grad_bias + da.sum(0)

    grad_h_0, grads_x, grad_both, grad_bias = visit(0, h_0)
    return torch.stack(grads_x, dim=1), grad_h_0, grad_both[:, :I], grad_both[:, I:], grad_bias
