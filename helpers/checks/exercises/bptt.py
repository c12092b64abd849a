"""Exercise 7 of 05_by_hand: backpropagation through time of a ReLU RNN, without autograd."""

from collections.abc import Callable, Collection

import numpy as np
import torch
from torch import Tensor

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.report import Item

TITLE = "Exercise 7, backpropagation through time"


def with_faults(faults: Collection[str]) -> Callable[..., tuple[Tensor, ...]]:
    """The backward pass, with these faults in it."""
    faults = set(faults)

    def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
        T = x.shape[1]
        across = weight_hh if "weight_hh_transposed_forward" in faults else weight_hh.T
        states, raws = [torch.zeros_like(h_0) if "h_0_ignored" in faults else h_0], []
        for t in range(T):
            raw = (
                x[:, t] @ weight_ih.T
                + states[-1] @ across
                + (0 if "bias_missing_forward" in faults else bias)
            )
            raws.append(raw)
            states.append(raw.tanh() if "tanh_for_relu" in faults else raw.relu())
        grads = [torch.zeros_like(part) for part in (x, h_0, weight_ih, weight_hh, bias)]
        grad_x, grad_h_0, grad_ih, grad_hh, grad_bias = grads
        grad_h = grad_last
        for t in reversed(range(T)):
            after, before = states[t + 1], states[t]
            slope = (after > 0).to(x.dtype)
            if "tanh_derivative" in faults:
                slope = 1 - after**2
            if "tanh_derivative_of_raw" in faults:
                slope = 1 - raws[t].tanh() ** 2
            if "state_for_derivative" in faults:
                slope = after
            if "relu_derivative_missing" in faults or ("no_slope_at_the_end" in faults and t == T - 1):
                slope = torch.ones_like(after)
            if "derivative_at_wrong_step" in faults:
                slope = (before > 0).to(x.dtype)
            grad_raw = grad_h * slope
            if "grad_x_last_step_only" not in faults or t == T - 1:
                grad_x[:, T - 1 - t if "grad_x_reversed_in_time" in faults else t] = grad_raw @ weight_ih
            if "first_step_only" in faults:
                grad_ih, grad_hh, grad_bias = map(torch.zeros_like, (grad_ih, grad_hh, grad_bias))
            if "no_sum_over_time" not in faults or t == T - 1:
                state = after if "state_after_for_before" in faults else before
                if "h_0_not_in_weight_hh" in faults and t == 0:
                    state = torch.zeros_like(h_0)
                share = 1 / len(x) if "mean_over_batch" in faults else 1
                grad_ih += share * grad_raw.T @ x[:, t]
                grad_hh += share * grad_raw.T @ state
                bias_share = 1 / len(x) if "bias_mean_over_batch" in faults else share
                if "bias_of_first_step" in faults:
                    grad_bias = torch.zeros_like(grad_bias)
                if "bias_no_sum_over_time" not in faults or t == T - 1:
                    grad_bias += bias_share * grad_raw.sum(0)
            grad_h = grad_raw @ (weight_hh.T if "weight_hh_transposed" in faults else weight_hh)
            if "relu_missing_in_recursion" in faults:
                grad_h = grad_last
                for _ in range(T - t):
                    grad_h = grad_h @ weight_hh
            if t == T - 1:
                at_once = grad_h
            # Where there is one step alone, a loop that is left out changes nothing.
            cut = T > 1 and faults & {"cut_at_once", "cut_for_h_0_too"}
            if cut or "cut_after_a_step" in faults or ("cut_after_two" in faults and t < T - 1):
                grad_h = torch.zeros_like(grad_h)
            if "gradient_at_every_step" in faults and t > 0:
                grad_h = grad_h + grad_last
            if "grad_h_0_not_through_weight" in faults and t == 0:
                grad_h = grad_raw
        grad_h_0 += at_once if "cut_for_h_0_too" in faults else grad_h
        if "weight_gradients_transposed" in faults:
            grad_ih, grad_hh = grad_ih.T, grad_hh.T
        if "weight_hh_gradient_transposed" in faults:
            grad_hh = grad_hh.T
        if "wrong_return_order" in faults:
            return grad_ih, grad_hh, grad_bias, grad_x, grad_h_0
        if "weights_swapped" in faults:
            return grad_x, grad_h_0, grad_hh, grad_ih, grad_bias
        return grad_x, grad_h_0, grad_ih, grad_hh, grad_bias

    return rnn_backward


def cases(random: np.random.Generator) -> list[Case]:
    def case(B, T, features, H, dtype=np.float32, trivial=False):
        shapes = [(B, T, features), (B, H), (H, features), (H, H), (H,), (B, H)]
        scales = [1, 1, 0.8, 1.2 / np.sqrt(H), 0.3, 1]
        return Case(
            [
                (scale * random.standard_normal(shape)).astype(dtype)
                for scale, shape in zip(scales, shapes, strict=True)
            ],
            item="time",
            trivial=trivial,
        )

    features, H = int(random.integers(2, 4)), int(random.integers(5, 7))
    return [
        case(3, int(random.integers(4, 6)), features, H),
        case(2, 3, H, H),
        case(3, 1, features, H, trivial=True),
        case(2, 7, 1, 4, np.float64),
    ]


_BACK = "grad_h[t - 1] = (grad_h[t] * relu'(t)) @ weight_hh"

register(
    Function(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item("time", "the gradient goes back through time, to h_0", 3),
            Item("x", "gradient of x, at every step", 2),
            Item("weights", "gradients of both weights, summed over the steps", 3.5),
            Item("bias", "gradient of the bias", 1),
            Item("inputs", "inputs left alone, their precision kept", 0.5),
        ],
        cases=cases,
        reference=with_faults(()),
        together=with_faults,
        forbids=["autograd"],
        belongs={
            "changed": "inputs",
            "type": "inputs",
            "h_0": "time",
            "weight_ih": "weights",
            "weight_hh": "weights",
        },
        parts=("x", "h_0", "weight_ih", "weight_hh", "bias"),
        words={
            "returns": Words(
                "what comes back has another form",
                "five gradients: of x, h_0, weight_ih, weight_hh, bias",
            ),
            "x": Words("the gradient of x is another one", "grad_raw[t] @ weight_ih, at every step t"),
            "h_0": Words("the gradient of h_0 is another one", _BACK + ", down to h_0"),
            "weight_ih": Words(
                "the gradient of weight_ih is another one", "the sum over t of grad_raw[t].T @ x[:, t]"
            ),
            "weight_hh": Words(
                "the gradient of weight_hh is another one", "the sum over t of grad_raw[t].T @ h[t - 1]"
            ),
            "bias": Words("the gradient of the bias is another one", "grad_raw summed over steps and batch"),
        },
        wrong=[
            Wrong(
                "tanh_derivative",
                "the derivative is that of tanh",
                expected="relu's: 1 where the new state is above 0, else 0",
                hint="1 - h**2 belongs to tanh",
                costs=("time",),
            ),
            Wrong(
                "tanh_derivative_of_raw",
                "the derivative is that of tanh",
                expected="relu's: 1 where the new state is above 0, else 0",
                costs=("time",),
            ),
            Wrong(
                "state_for_derivative",
                "the state stands where its derivative belongs",
                expected="1 where the new state is above 0, else 0",
                costs=("time",),
            ),
            Wrong(
                "relu_missing_in_recursion",
                "on the way back in time the derivative of relu is missing",
                expected=_BACK,
                costs=("time",),
            ),
            Wrong(
                "relu_derivative_missing",
                "the derivative of relu is missing",
                expected="nothing passes where the new state is 0",
                costs=("time",),
            ),
            Wrong(
                "no_slope_at_the_end",
                "at the last step the derivative of relu is missing",
                expected="grad_last belongs to h[T]: nothing passes where that is 0",
                costs=("time",),
            ),
            Wrong(
                "derivative_at_wrong_step",
                "the derivative is taken one step too early",
                expected="at step t that of h[t], not of h[t - 1]",
                costs=("time",),
            ),
            Wrong(
                "tanh_for_relu",
                "the states are those of a tanh RNN",
                expected="h[t] = relu(...)",
                costs=("time",),
            ),
            Wrong(
                "bias_missing_forward",
                "the states are computed without the bias",
                expected="x[:, t] @ weight_ih.T + h[t - 1] @ weight_hh.T + bias",
                costs=("time",),
            ),
            Wrong(
                "no_sum_over_time",
                "the gradients of the weights are those of the last step alone",
                expected="a sum over all steps: the same weights work at each",
                costs=("weights",),
            ),
            Wrong(
                "cut_after_a_step",
                "the gradient is cut after one step",
                expected=_BACK,
                costs=("time",),
            ),
            Wrong(
                "cut_at_once",
                "the gradient is cut after one step",
                expected=_BACK,
                costs=("time",),
            ),
            Wrong(
                "cut_for_h_0_too",
                "the gradient is cut after one step, and h_0 gets what has gone back one step",
                expected=_BACK + ", down to h_0",
                costs=("time",),
            ),
            Wrong(
                "cut_after_two",
                "the gradient is cut after two steps",
                expected=_BACK,
                costs=("time",),
            ),
            Wrong(
                "weight_hh_transposed_forward",
                "the states are computed with weight_hh transposed",
                expected="h[t - 1] @ weight_hh.T",
                costs=("time",),
            ),
            Wrong(
                "h_0_ignored",
                "the first state is taken to be 0",
                expected="h_0, which was given",
                costs=("time",),
            ),
            Wrong(
                "grad_x_last_step_only",
                "only the last step's x gets a gradient",
                expected="grad_raw[t] @ weight_ih, at every step t",
                costs=("x",),
            ),
            Wrong(
                "grad_x_reversed_in_time",
                "the gradient of x is reversed in time",
                expected="in the order of the steps",
                hint="a list that was filled on the way back",
                costs=("x",),
            ),
            Wrong(
                "bias_no_sum_over_time",
                "the gradient of the bias is that of one step",
                expected="summed over all steps",
                costs=("bias",),
            ),
            Wrong(
                "bias_of_first_step",
                "the gradient of the bias is that of one step",
                expected="summed over all steps: += in place of =",
                costs=("bias",),
            ),
            Wrong(
                "bias_mean_over_batch",
                "the gradient of the bias is a mean over the batch",
                expected="a sum",
                costs=("bias",),
            ),
            Wrong(
                "first_step_only",
                "the gradients of the weights are those of the first step alone",
                expected="a sum over all steps: += in place of =",
                costs=("weights",),
            ),
            Wrong(
                "weight_hh_transposed",
                "W is transposed on the way back",
                expected=_BACK + ": forward has weight_hh.T, so backward has weight_hh",
                costs=("time",),
            ),
            Wrong(
                "gradient_at_every_step",
                "grad_last is put in at every step",
                expected="at the last step only: the loss sees no other state",
                costs=("time",),
            ),
            Wrong(
                "state_after_for_before",
                "the gradient of weight_hh is taken with h[t]",
                expected="with h[t - 1], which weight_hh was multiplied by",
                costs=("weights",),
            ),
            Wrong(
                "h_0_not_in_weight_hh",
                "in the gradient of weight_hh the share of the first step is missing",
                expected="the sum over t of grad_raw[t].T @ h[t - 1], that of h_0 among them",
                hint="h_0 need not be 0",
                costs=("weights",),
            ),
            Wrong(
                "weight_hh_gradient_transposed",
                "the gradient of weight_hh is transposed",
                expected="grad_raw[t].T @ h[t - 1]",
                hint="both are (H, H): their shapes do not tell",
                costs=("weights",),
            ),
            Wrong(
                "mean_over_batch",
                "the gradients of the weights are means over the batch",
                expected="sums: a mean, if there is one, is in grad_last already",
                costs=("weights",),
            ),
            Wrong(
                "grad_h_0_not_through_weight",
                "the gradient of h_0 has not gone through weight_hh",
                expected=_BACK + ", down to h_0",
                costs=("time",),
            ),
            Wrong(
                "wrong_return_order",
                "the gradients come in another order",
                expected="in the order of the arguments: x, h_0, weight_ih, weight_hh, bias",
                costs=("x",),
            ),
            Wrong(
                "weights_swapped",
                "the gradients of the two weights have changed places",
                expected="in the order of the arguments: x, h_0, weight_ih, weight_hh, bias",
                costs=("weights",),
            ),
            Wrong(
                "weight_gradients_transposed",
                "the gradients of the weights are transposed",
                expected="grad_raw[t].T @ x[:, t] and grad_raw[t].T @ h[t - 1], in the shapes of the weights",
                costs=("weights",),
            ),
        ],
    )
)
