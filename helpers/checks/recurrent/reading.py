"""The trusted reference, from above: how an answer reads its network, from input to logits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.checks.recurrent.network import Network, Norm, Run, run


@dataclass(frozen=True)
class Roles:
    """Which weights of an answer do what. `exact`: told by torch's own modules, not by trying."""

    network: Network | None
    head: tuple[Tensor, Tensor] | None  # weight (O, F), bias (O,)
    norm: Norm | None
    exact: bool
    key: str
    parameters: Mapping[str, Tensor]


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda z: z,
    "relu": torch.relu,
    "tanh": torch.tanh,
}
LOGITS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda z: z,
    "softmax": lambda z: F.softmax(z, dim=-1),
    "log_softmax": lambda z: F.log_softmax(z, dim=-1),
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "tanh": torch.tanh,
}


# Statistics of a norm that stands between the features and the head.
INSIDE = ("running", "batch", "batch_unbiased", "features")


@dataclass(frozen=True)
class Fit:
    """How an answer reads its network, from input to logits: the right way is all defaults.

    layout: "right"; "swapped", batch taken for time; "reshaped", (B, T, D) seen as (T, B, D).
    reading: one of `readings`. norm: "none", "running", "batch", "features", "over_time", "input_...",
    "output_...". before: an activation before the head. after: what is done to the logits.
    """

    layout: str = "right"
    reading: str = "last"
    norm: str = "none"
    before: str = "none"
    head: bool = True
    after: str = "none"

    def mistakes(self, right: "Fit") -> int:
        return sum(getattr(self, name) != getattr(right, name) for name in self.__dataclass_fields__)


def readings(network: Network, done: Run, layout: str) -> dict[str, Callable[[], Tensor]]:
    """Name -> features (B, F) or (B, T, F). `done` is the run in the layout's own time axis."""
    y, h, c, H = done.sequence, done.h, done.c, network.hidden
    both = network.directions == 2
    if layout == "swapped":
        # y is (T, B, F) here: what the answer takes for a sequence is what it got as one. Its h_n has T rows.
        done = replace(done, sequence=y.transpose(0, 1))
        found = readings(network, done, "right") | {"last_column": lambda: done.sequence[:, -1]}
        if both:
            ends = [done.sequence[:, -1, :H], done.sequence[:, 0, H:]]
            found["ends_of_columns"] = lambda: torch.cat(ends, dim=1)
        return found
    if layout == "reshaped":
        return {"last": lambda: torch.cat(h[-1], dim=1), "last_column": lambda: y[:, -1]}
    T = y.shape[1]
    found = {
        "last": lambda: torch.cat(h[-1], dim=1),
        "first_step": lambda: y[:, 0],
        "mean_over_time": lambda: y.mean(1),
        "max_over_time": lambda: y.amax(1),
        "sum_over_time": lambda: y.sum(1),
        "every": lambda: y,
        "every_flat": lambda: y.flatten(0, 1),
        "last_sequence": lambda: y[-1],
    }
    flat = [part for layer in h for part in layer]
    if len({part.shape for part in flat}) == 1:
        found["every_layer"] = lambda: torch.stack(flat)
    if T > 1:
        found["step_before_last"] = lambda: y[:, -2]
    if len(h) > 1:
        found["first_layer_state"] = lambda: torch.cat(h[0], dim=1)
        found["all_layers_read"] = lambda: torch.cat(flat, dim=1)
    if len(h) > 2:
        found["middle_layer_state"] = lambda: torch.cat(h[1], dim=1)
    if len(h) == 2 and not both and network.kind != "lstm":
        # `output, (h_n, c_n) = gru(x)` cuts h_n by its layers; h_n[-1] is then one sequence's state.
        found["unpacked_as_lstm"] = lambda: h[0][0][-1]
    if len(h) > 1 and both:
        found["layers_taken_for_directions"] = lambda: torch.cat([flat[len(h) - 1], flat[-1]], dim=1)
    if network.kind == "lstm":
        found["cell_state"] = lambda: torch.cat(c[-1], dim=1)
    if both:
        f, b = h[-1]
        found |= {
            "last_swapped": lambda: torch.cat([b, f], dim=1),
            "last_step_of_both": lambda: y[:, -1],
            "first_step_of_both": lambda: y[:, 0],
            "wrong_ends": lambda: torch.cat([y[:, 0, :H], y[:, -1, H:]], dim=1),
            "forward_only": lambda: f,
            "backward_only": lambda: b,
            "forward_twice": lambda: torch.cat([f, f], dim=1),
            "backward_twice": lambda: torch.cat([b, b], dim=1),
            "directions_summed": lambda: f + b,
            "directions_averaged": lambda: (f + b) / 2,
            "samples_mixed": lambda: torch.stack([f, b]).reshape(f.shape[0], -1),
            "along_the_batch": lambda: torch.cat([f, b]),
            "along_the_batch_swapped": lambda: torch.cat([b, f]),
        }
        del found["first_step"]
    return found


def to_logits(roles: Roles, fit: Fit, features: Tensor, drop: Mapping[str, Tensor] | None = None) -> Tensor:
    """From features to the answer's output. `drop`: masks for "head" and "logits"."""
    drop = drop or {}
    z = features
    if fit.norm in INSIDE:
        z = roles.norm.apply(z, fit.norm)
    z = ACTIVATIONS[fit.before](z)
    if "head" in drop:
        z = z * drop["head"]
    if fit.head:
        weight, bias = roles.head
        z = z @ weight.T + bias
    if fit.norm.startswith("output_"):
        z = roles.norm.apply(z, fit.norm.removeprefix("output_"))
    if "logits" in drop:
        z = z * drop["logits"]
    return LOGITS[fit.after](z)


def network_input(roles: Roles, fit: Fit, x: Tensor) -> Tensor:
    """What the network reads, in its own layout (rows, time, D)."""
    if fit.norm.startswith("input_"):
        x = roles.norm.apply(x, fit.norm.removeprefix("input_"))
    if fit.layout == "swapped":
        return x.transpose(0, 1)
    if fit.layout == "reshaped":
        B, T, D = x.shape
        return x.reshape(T, B, D).transpose(0, 1)
    return x


def forward(
    roles: Roles, fit: Fit, x: Tensor, between=None, drop: Mapping[str, Tensor] | None = None, along=None
) -> Tensor:
    """The output of an answer that is built as `roles` and `fit` say, from x (B, T, D) in float64.

    between, along: see `run`. drop: see `to_logits`.
    """
    done = run(roles.network, network_input(roles, fit, x), between, along)
    if fit.norm == "over_time":
        done = replace(done, **_normed_over_time(roles, done))
        fit = replace(fit, norm="none")
    return to_logits(roles, fit, readings(roles.network, done, fit.layout)[fit.reading](), drop=drop)


def _normed_over_time(roles: Roles, done: Run) -> dict:
    """Every step normalised by the statistics over batch and time, then read as before."""
    y = roles.norm.apply(done.sequence, "batch")
    H = done.h[-1][0].shape[1]
    finals = [y[:, -1, :H], y[:, 0, H:]] if len(done.h[-1]) == 2 else [y[:, -1]]
    return {"sequence": y, "h": [*done.h[:-1], finals]}


@lru_cache
def variants(right: Fit, names: Sequence[str], norms: Sequence[str], limit: int) -> Sequence[Fit]:
    """Every way to read with at most `limit` mistakes, those with the fewest first."""
    fits = [
        Fit("right", reading, norm, before, head, after)
        for reading in names
        for norm in norms
        for before in ACTIVATIONS
        for head in (True, False)
        for after in (LOGITS if head else ["none"])
    ]
    return sorted((fit for fit in fits if fit.mistakes(right) <= limit), key=lambda fit: fit.mistakes(right))
