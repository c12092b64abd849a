"""The trusted reference, from below: recurrent layers and norms in float64, from weights with known roles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

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
        if along is None and self._is_torchs:
            return self._by_torch(x, h, c)
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

    @property
    def _is_torchs(self) -> bool:
        """Is it one of torch's own cells? Those are run by torch, several times as fast as step by step."""
        return not (self.slip or self.reset_first or self.kind == "gru_without_reset") and self.keeps_with_z

    def _by_torch(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        weights = [self.w_ih, self.w_hh, self.b_ih, self.b_hh]
        how = (weights, True, 1, 0.0, False, False, True)  # one layer forward, (B, T, D), nothing dropped
        if self.kind == "lstm":
            states, _, c = torch.lstm(x, (h[None], c[None]), *how)
        else:
            run = {"gru": torch.gru, "rnn_tanh": torch.rnn_tanh, "rnn_relu": torch.rnn_relu}[self.kind]
            states, c = run(x, h[None], *how)
        return states, c[0]

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
    """A normalisation over F features; `mean` and `var` are None where it keeps no running statistics.

    `kept`: the buffers in which mean and variance are kept, by name, in the order of the features. `twice`:
    one norm serves both directions.
    """

    kind: str  # "batch" or "layer"
    gamma: Tensor
    beta: Tensor
    mean: Tensor | None
    var: Tensor | None
    eps: float | Tensor = 1e-5
    kept: Sequence[tuple[str, str]] = ()
    twice: bool = False

    @cached_property
    def width(self) -> int:
        """The number of features; 1 where nothing says it."""
        return max(len(part) for part in (self.gamma, self.beta, self.mean) if part is not None)

    def apply(self, x: Tensor, statistics: str) -> Tensor:
        """x (B, F) or (B, T, F); statistics "running", "features" or "batch" (over all but the last axis).

        "batch_unbiased" divides the squares by one less than there are.
        """
        if statistics == "features":
            mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
        elif statistics == "running":
            mean, var = self.mean, self.var
        else:
            axes = tuple(range(x.ndim - 1))
            mean, var = x.mean(axes), x.var(axes, unbiased=statistics == "batch_unbiased")
        return (x - mean) / (var + self.eps).sqrt() * self.gamma + self.beta
