"""A twin of `rnn_backward` with mistakes to switch on."""

import torch

from twins.common import Faults, Seen, normal, number, outcome

FORMS = {
    "tanh_derivative": 2,
    "no_sum_over_time": 2,
    "cut_after_a_step": 3,
    "grad_h_0_not_through_weight": 2,
    "wrong_return_order": 2,
}
FORBIDDEN = r"\.backward\(|autograd|torch\.func\b"
ORDERS = ((2, 3, 4, 0, 1), (0, 1, 3, 2, 4))


def twin(faults: Faults):
    def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
        B, T = x.shape[:2]
        if "raises_for_one_step" in faults and T == 1:
            raise AssertionError
        states = [torch.zeros_like(h_0) if "h_0_ignored" in faults else h_0]
        before_relu = []
        U = weight_hh.T if "weight_hh_transposed_forward" in faults else weight_hh
        for t in range(T):
            a = x[:, t] @ weight_ih.T + states[-1] @ U.T
            before_relu.append(a if "bias_missing_forward" in faults else a + bias)
            states.append((torch.tanh if "tanh_for_relu" in faults else torch.relu)(before_relu[-1]))
        if "backward_undone" in faults:
            return torch.stack(states[1:], 1)
        back = weight_hh.T if "weight_hh_transposed" in faults else weight_hh
        cut = faults.get("cut_after_a_step")
        deltas, grad = [], grad_last
        for t in reversed(range(T)):
            h = states[t] if "derivative_at_wrong_step" in faults else states[t + 1]
            slope = (h > 0).to(h.dtype)
            if "tanh_derivative" in faults:
                slope = 1 - (h if faults["tanh_derivative"] == 0 else torch.tanh(before_relu[t])) ** 2
            if "tanh_for_relu" in faults:
                slope = 1 - h**2
            if "state_for_derivative" in faults:
                slope = h
            if "relu_derivative_missing" in faults:
                slope = torch.ones_like(h)
            delta = grad * slope
            deltas.insert(0, delta)
            first_of_all = delta @ back
            grad = (grad if "relu_missing_in_recursion" in faults else delta) @ back
            if cut == 0 and t < T - 1 or cut in (1, 2) and T > 1:
                grad = torch.zeros_like(grad)
            if cut == 2 and t == T - 1:
                from_the_end = first_of_all
            if "gradient_at_every_step" in faults and t > 0:
                grad = grad + grad_last
        if cut == 2:
            grad = from_the_end
        if "grad_h_0_not_through_weight" in faults:
            grad = (deltas[0], grad_last)[faults["grad_h_0_not_through_weight"]]
        d, before = torch.stack(deltas, 1), torch.stack(states[:-1], 1)
        if "state_after_for_before" in faults:
            before = torch.stack(states[1:], 1)
        grad_x = d @ weight_ih
        if "grad_x_last_step_only" in faults:
            grad_x = torch.cat([torch.zeros_like(grad_x[:, :-1]), grad_x[:, -1:]], 1)
        if "grad_x_reversed_in_time" in faults:
            grad_x = grad_x.flip(1)
        counted = torch.ones(T, dtype=x.dtype)
        only = torch.zeros(T, dtype=x.dtype)
        only[0 if faults.get("no_sum_over_time", 0) == 0 else -1] = 1
        weights_count = only if "no_sum_over_time" in faults else counted
        bias_count = only if "no_sum_over_time" in faults or "bias_no_sum_over_time" in faults else counted
        share = B if "mean_over_batch" in faults else 1
        grad_ih = torch.einsum("bth,bti,t->hi", d, x, weights_count) / share
        grad_hh = torch.einsum("bth,btk,t->hk", d, before, weights_count) / share
        grad_b = torch.einsum("bth,t->h", d, bias_count) / (B if "bias_mean_over_batch" in faults else share)
        if "weight_gradients_transposed" in faults:
            grad_ih, grad_hh = grad_ih.T, grad_hh.T
        if "weight_gradients_undone" in faults:
            grad_ih, grad_hh = torch.zeros_like(grad_ih), torch.zeros_like(grad_hh)
        found = [grad_x, grad, grad_ih, grad_hh, grad_b]
        if "grad_x_undone" in faults:
            found[0] = None
        if "grad_h_0_undone" in faults:
            found[1] = None
        if "wrong_dtype" in faults:
            found = [gradient.float() for gradient in found]
        if "changes_input" in faults:
            grad_last *= deltas[-1] != 0
        if "wrong_return_order" in faults:
            found = [found[k] for k in ORDERS[faults["wrong_return_order"]]]
        if "three_of_five" in faults:
            found = found[2:]
        return None if "returns_nothing" in faults else tuple(found)

    return rnn_backward


def by_autograd(x, h_0, weight_ih, weight_hh, bias, grad_last):
    """The same from torch itself."""
    leaves = [value.detach().clone().requires_grad_() for value in (x, h_0, weight_ih, weight_hh, bias)]
    x, h, W, U, b = leaves
    for t in range(x.shape[1]):
        h = torch.relu(x[:, t] @ W.T + h @ U.T + b)
    return torch.autograd.grad(h, leaves, grad_last)


def observe(rnn_backward, seed: int) -> Seen:
    generator = torch.Generator().manual_seed(seed)
    seen = {}
    for T in (1, number(generator, 4, 6)):
        B, D, H = number(generator, 2, 4), number(generator, 2, 3), number(generator, 5, 6)
        shapes = [(B, T, D), (B, H), (H, D), (H, H), (H,), (B, H)]
        inputs = [normal(generator, *shape) for shape in shapes]
        given = [value.clone() for value in inputs]
        seen[f"T = {T > 1}"] = outcome(lambda: rnn_backward(*given))  # noqa: B023 (called at once)
        seen[f"T = {T > 1}: inputs"] = [value.clone() for value in given]
    return seen
