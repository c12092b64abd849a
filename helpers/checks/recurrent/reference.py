"""The trusted reference: recurrent layers, batch norm and head in float64, from weights with known roles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

GATES = {"lstm": 4, "gru": 3, "gru_without_reset": 2, "rnn_tanh": 1, "rnn_relu": 1}
# Ways to write a cell wrongly, and to put layers together wrongly: any layers, and those of two directions.
SLIPS_OF_CELLS = {"lstm": ("tanh_forgotten", "sigmoid_for_tanh")}
SLIPS = ("state_handed_on", "one_step_handed_up")
SLIPS_OF_TWO = ("not_flipped_back", "features_flipped", "batch_flipped")


@dataclass(frozen=True)
class Unit:
    """One layer in one direction. Gates lie one after the other: i, f, g, o or r, z, n, as in torch.

    For a GRU: `reset_first` multiplies the state by the reset gate before the matrix and not after it;
    `keeps_with_z` is torch's h = z h + (1 - z) n, else z and 1 - z change places. `slip`: what is wrong with
    a cell written by hand, one of SLIPS_OF_CELLS.
    """

    kind: str
    w_ih: Tensor  # (G H, D)
    w_hh: Tensor  # (G H, H)
    b_ih: Tensor  # (G H,)
    b_hh: Tensor
    reset_first: bool = False
    keeps_with_z: bool = True
    slip: str = ""

    @property
    def hidden(self) -> int:
        return self.w_hh.shape[1]

    @property
    def inputs(self) -> int:
        return self.w_ih.shape[1]

    def run(
        self, x: Tensor, start: tuple[Tensor, Tensor] | None = None, along: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """x (B, T, D) -> every hidden state (B, T, H), last cell state (B, H; for all but an LSTM: h).

        start: first h and c, each (B, H); None: zeros. along: factors (B, T, H) on the state carried on.
        """
        h = c = x.new_zeros(x.shape[0], self.hidden)
        if start is not None:
            h, c = start
        # The recurrent bias joins the input's, but in a GRU, whose reset gate comes between.
        projected = x @ self.w_ih.T + (self.b_ih if self.kind == "gru" else self.b_ih + self.b_hh)
        turned = self.w_hh.T
        states = []
        for t, px in enumerate(projected.unbind(1)):
            h, c = self._step(px, turned, h, c)
            if along is not None:
                h = h * along[:, t]
            states.append(h)
        return torch.stack(states, dim=1), c

    def _step(self, px: Tensor, turned: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One step; px: what x gives to all gates, turned: (H, G H), the recurrent weights."""
        if self.kind == "lstm":
            i, f, g, o = torch.addmm(px, h, turned).chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * (g.sigmoid() if self.slip == "sigmoid_for_tanh" else g.tanh())
            return o.sigmoid() * (c if self.slip == "tanh_forgotten" else c.tanh()), c
        if self.kind == "gru_without_reset":
            z, n = torch.addmm(px, h, turned).chunk(2, dim=1)
            z, n = z.sigmoid(), n.tanh()
            h = z * h + (1 - z) * n if self.keeps_with_z else (1 - z) * h + z * n
            return h, h
        if self.kind == "gru":
            H = self.hidden
            if self.reset_first:
                gates = px[:, : 2 * H] + torch.addmm(self.b_hh[: 2 * H], h, turned[:, : 2 * H])
                r, z = gates.sigmoid().chunk(2, dim=1)
                recurrent = torch.addmm(self.b_hh[2 * H :], r * h, turned[:, 2 * H :])
            else:
                state = torch.addmm(self.b_hh, h, turned)
                r, z = (px[:, : 2 * H] + state[:, : 2 * H]).sigmoid().chunk(2, dim=1)
                recurrent = r * state[:, 2 * H :]
            n = (px[:, 2 * H :] + recurrent).tanh()
            h = z * h + (1 - z) * n if self.keeps_with_z else (1 - z) * h + z * n
            return h, h
        total = torch.addmm(px, h, turned)
        h = total.tanh() if self.kind == "rnn_tanh" else total.relu()
        return h, h


@dataclass(frozen=True)
class Network:
    """Layers from bottom to top, each with one or two directions.

    `joined`: each layer reads both directions of the one below; else each direction is a stack of its own.
    `flips`: the second direction reads from the end; without it there are two networks forward in time.
    `slip`: what else is wrong with the way in which the layers hang together, a name out of SLIPS.
    """

    layers: Sequence[Sequence[Unit]]
    joined: bool = True
    flips: bool = True
    slip: str = ""

    @property
    def directions(self) -> int:
        return len(self.layers[0])

    @property
    def hidden(self) -> int:
        return self.layers[-1][0].hidden

    @property
    def kind(self) -> str:
        return self.layers[0][0].kind

    def fits(self, inputs: int) -> bool:
        """Do the sizes of the layers follow from one another?"""
        wide = inputs
        for layer in self.layers:
            if any(unit.inputs != wide for unit in layer):
                return False
            wide = layer[0].hidden * (self.directions if self.joined else 1)
        return True

    @property
    def shared(self) -> bool:
        """Does one set of weights stand in two places?"""
        weights = [id(unit.w_hh) for layer in self.layers for unit in layer]
        return len(set(weights)) < len(weights)


@dataclass(frozen=True)
class Run:
    """What a network gives on (B, T, D): top sequence (B, T, n H) and the final states of every layer."""

    sequence: Tensor
    h: Sequence[Sequence[Tensor]]  # [layer][direction] (B, H)
    c: Sequence[Sequence[Tensor]]


def run(
    network: Network,
    x: Tensor,
    between: Callable[[Tensor, int], Tensor] | None = None,
    along: Sequence[Tensor | None] | None = None,
) -> Run:
    """Run a network (its layers, directions and slip).

    between: `between(sequence, k)` changes what layer k hands to the next one (dropout). along: for each
    layer, factors on the states that it carries from step to step.
    """
    slip = network.slip
    axis = {"features_flipped": 2, "batch_flipped": 0}.get(slip, 1)  # the axis that is flipped: time is 1
    below = [x] * network.directions
    h, c = [], []
    for k, layer in enumerate(network.layers):
        outputs, finals, cells = [], [], []
        for direction, unit in enumerate(layer):
            backward = direction == 1 and network.flips
            start = (h[-1][direction], c[-1][direction]) if slip == "state_handed_on" and h else None
            read = below[direction].flip(axis) if backward else below[direction]
            y, cell = unit.run(read, start, along and along[k])
            outputs.append(y.flip(axis) if backward and slip != "not_flipped_back" else y)
            finals.append(y[:, -1])
            cells.append(cell)
        h.append(finals)
        c.append(cells)
        joined = torch.cat(outputs, dim=2)
        if between is not None and k + 1 < len(network.layers):
            joined = between(joined, k)
        below = [joined] * len(layer) if network.joined else list(joined.split(layer[0].hidden, dim=2))
        if slip == "one_step_handed_up":
            final = torch.cat(finals, dim=1)[:, None]
            below = [final] * len(layer) if network.joined else list(final.split(layer[0].hidden, dim=2))
    return Run(joined, h, c)


@dataclass(frozen=True)
class Norm:
    """A normalisation over F features; `mean` and `var` are None where it keeps no running statistics."""

    kind: str  # "batch" or "layer"
    gamma: Tensor
    beta: Tensor
    mean: Tensor | None
    var: Tensor | None
    eps: float = 1e-5

    @property
    def width(self) -> int:
        """The number of features; 1 where nothing says it."""
        return len(self.gamma) if self.mean is None else len(self.mean)

    def apply(self, x: Tensor, statistics: str) -> Tensor:
        """x (B, F) or (B, T, F); statistics "running", "batch" (over all but the last axis) or "features"."""
        if statistics == "features":
            mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
        elif statistics == "batch":
            axes = tuple(range(x.ndim - 1))
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / (var + self.eps).sqrt() * self.gamma + self.beta


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
        # y is (T, B, F) here: the answer's own [:, -1] picks the last step of every sequence.
        caller = y.transpose(0, 1)
        found = {"last_column": lambda: caller[:, -1], "last": lambda: torch.cat(h[-1], dim=1)}
        if both:
            found["ends_of_columns"] = lambda: torch.cat([caller[:, -1, :H], caller[:, 0, H:]], dim=1)
        return found | {"every": lambda: caller}
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
    }
    if T > 1:
        found["step_before_last"] = lambda: y[:, -2]
    if len(h) > 1:
        found["first_layer_state"] = lambda: torch.cat(h[0], dim=1)
        found["all_layers_read"] = lambda: torch.cat([part for layer in h for part in layer], dim=1)
    if len(h) > 2:
        found["middle_layer_state"] = lambda: torch.cat(h[1], dim=1)
    if len(h) == 2 and not both and network.kind != "lstm":
        # `output, (h_n, c_n) = gru(x)` cuts h_n by its layers; h_n[-1] is then one sequence's state.
        found["unpacked_as_lstm"] = lambda: h[0][0][-1]
    if len(h) > 1 and both:
        flat = [part for layer in h for part in layer]
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
        }
        del found["first_step"]
    return found


def to_logits(roles: Roles, fit: Fit, features: Tensor, drop: Mapping[str, Tensor] | None = None) -> Tensor:
    """From features to the answer's output. `drop`: masks for "head" and "logits"."""
    drop = drop or {}
    z = features
    if fit.norm in ("running", "batch", "features"):
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
