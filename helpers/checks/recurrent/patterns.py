"""What is dropped, told by enumeration: each output is that of one pattern of dropped units."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.network import Network, run
from helpers.checks.recurrent.reading import Fit, Roles, forward, readings
from helpers.checks.recurrent.spec import ALONG, PLACES, Spec

_SIMULATED = 24  # patterns of dropped units for each sequence of the main size
_MOST_UNITS = 12  # so many patterns as 2 to the power of it are tried
GAP = "gap "  # and a number: between two of the layers only


@dataclass(frozen=True)
class Dropout:
    """What was dropped: where, with which p (told by the scale), in which share, scaled or not."""

    places: tuple[str, ...]
    p: float
    rate: float
    scaled: bool
    reused: bool
    odd_rate: bool


def explain(
    roles: Roles,
    fit: Fit,
    x: Tensor,
    copies: np.ndarray,
    p: float,
    spec: Spec,
    counts: Sequence[int] = (1, 2),
) -> Dropout | None:
    """Which dropout gives these outputs of copies of one input x (1, T, D)?

    With few units every pattern of dropped units can be written out, and each output is one of them.
    counts: in how many places at once something may be dropped.
    """
    target = torch.from_numpy(copies).double()
    if fit.reading == "every":
        target, fit = target[:, -1], replace(fit, reading="last")
    first = spec.dropout
    gaps = [f"{GAP}{k}" for k in range(len(roles.network.layers) - 1)] if first == "between" else []
    single = [(first,)] + [(part,) for part in (*PLACES, *ALONG, *gaps) if part != first]
    pairs = list(itertools.combinations(PLACES, 2)) if 2 in counts else []
    sizes = _sizes(roles, fit, x)
    shares = [p, 1 - p, p / 2, 1 - (1 - p) ** 2, spec.default_p, 0.5, *(k / 20 for k in range(1, 20))]
    for places in single + pairs:
        for share in (*dict.fromkeys(shares), 0.0):
            made = _patterns(roles, fit, x, places, share, sizes)
            if made is None:
                break
            outputs, kept = made
            if outputs.shape[1:] != target.shape[1:]:
                return None  # read in another way than `fit` says
            if torch.cdist(target[:16], outputs).amin(dim=1).max() > 5e-4:
                continue
            distance, which = torch.cdist(target, outputs).min(dim=1)
            if distance.max() > 5e-4:
                continue
            first_alike = _first_alike(outputs)
            told = _told_units(first_alike, kept)
            if not told.any():
                break
            counts = torch.bincount(which, minlength=len(kept)).double()
            rate = _rate(kept, told, first_alike, counts)
            if share == 0.0 and rate == 0.0:
                continue
            odd, reused = _compare(kept, told, counts, share or rate, rate)
            return Dropout(places, share or rate, rate, share > 0, reused, share > 0 and odd)
    return None


def _first_alike(outputs: Tensor) -> Tensor:
    """For each pattern the first one with the same output: behind a relu whole patterns are alike."""
    parts = outputs.split(256)
    return torch.cat([torch.cdist(part, outputs).lt(2e-5).int().argmax(dim=1) for part in parts])


def _told_units(first: Tensor, kept: Tensor) -> Tensor:
    """(patterns, units): do all patterns with the output of this one agree about this unit?"""
    alike = torch.zeros(len(kept), dtype=kept.dtype).index_add_(0, first, torch.ones_like(kept[:, 0]))
    sums = torch.zeros_like(kept).index_add_(0, first, kept)
    return (sums == 0)[first] | (sums == alike[:, None])[first]


def _rate(kept: Tensor, told: Tensor, first: Tensor, counts: Tensor) -> float:
    """The share of the units that was dropped; counts says how often each pattern came."""
    if told.all():
        return float(1 - (counts @ kept).sum() / counts.sum() / kept.shape[1])
    # The share under which what came is the most likely.
    rates = torch.arange(1, 100, dtype=kept.dtype)[:, None] / 100
    gone = (1 - kept).sum(dim=1)
    chances = rates**gone * (1 - rates) ** (kept.shape[1] - gone)
    alike = torch.zeros_like(chances).index_add_(1, first, chances)[:, first]
    return float(rates[(alike.log() * counts).sum(dim=1).argmax()])


def _compare(kept: Tensor, told: Tensor, counts: Tensor, share: float, rate: float) -> tuple[bool, bool]:
    """(is a unit dropped too often or too seldom for `share`, are two always, or never, dropped together).

    What would come out if each unit were dropped on its own follows from the patterns; only what the outputs
    tell is counted on both sides.
    """

    def chances(p: float) -> Tensor:
        return (kept * (1 - p) + (1 - kept) * p).prod(dim=1) * counts.sum()

    as_asked, on_its_own = chances(share), chances(rate)

    odd = reused = False
    for u in range(kept.shape[1]):
        gone = told[:, u] & (kept[:, u] == 0)
        want = float(as_asked[gone].sum())
        odd |= (
            abs(float(counts[gone].sum()) - want) > 6 * max(want * (1 - want / float(counts.sum())), 1) ** 0.5
        )
        for v, alike in itertools.product(range(u), (True, False)):
            some = told[:, u] & told[:, v] & ((kept[:, u] == kept[:, v]) == alike)
            want = float(on_its_own[some].sum())
            reused |= want > 30 and float(counts[some].sum()) < want / 10
    return odd, reused


@torch.no_grad()
def _patterns(
    roles: Roles, fit: Fit, x: Tensor, places: Sequence[str], p: float, sizes: Mapping[str, int]
) -> tuple[Tensor, Tensor] | None:
    """(outputs, kept): the output for each pattern of kept (1) and dropped (0) units; None: too many."""
    count = sum(sizes[place] for place in places)
    if any(sizes[place] == 0 for place in places) or count > _MOST_UNITS:
        return None
    kept = torch.tensor(list(itertools.product((0.0, 1.0), repeat=count)), dtype=torch.float64)
    outputs = _dropped(roles, fit, x, places, kept / (1 - p), sizes)
    return outputs, kept


def countable(roles: Roles, fit: Fit, x: Tensor, spec: Spec) -> bool:
    """Are there so few units that every pattern of dropped ones could be tried?"""
    return _sizes(roles, fit, x)[spec.dropout] <= _MOST_UNITS


def _sizes(roles: Roles, fit: Fit, x: Tensor) -> dict[str, int]:
    """How many units may be dropped in each place, for one sequence x (1, T, D)."""
    network, (_, T, D) = roles.network, x.shape
    wide = _widths(network)
    features = readings(network, run(network, x), "right")[fit.reading]().shape[-1]
    return {
        "input": T * D,
        "between": T * sum(wide[:-1]),
        "head": features,
        "logits": len(roles.head[0]) if fit.head else features,
        "along": T * sum(wide[:-1]),
        "along_all": T * sum(wide),
    } | {f"{GAP}{k}": T * size for k, size in enumerate(wide[:-1])}


def _widths(network: Network) -> list[int]:
    """How many features each layer hands up."""
    return [layer[0].hidden * network.directions for layer in network.layers]


def _dropped(
    roles: Roles,
    fit: Fit,
    x: Tensor,
    places: Sequence[str],
    factors: Tensor,
    sizes: Mapping[str, int],
) -> Tensor:
    """The outputs for x (1, T, D), one for each row of `factors` on the units of all places.

    sizes: see `_sizes`, which runs the network to find them.
    """
    network, (_, T, D) = roles.network, x.shape
    wide = _widths(network)
    masks = dict(zip(places, factors.split([sizes[place] for place in places], dim=1), strict=True))
    # What is dropped behind the network changes nothing in it: once is enough.
    many = x if masks.keys() <= {"head", "logits"} else x.expand(len(factors), -1, -1)
    if "input" in masks:
        many = many * masks["input"].reshape(-1, T, D)
    dropped = {int(name.removeprefix(GAP)): masks[name] for name in masks if name.startswith(GAP)}
    if "between" in masks:
        dropped = dict(enumerate(masks["between"].split([T * size for size in wide[:-1]], dim=1)))

    def between(sequence: Tensor, layer: int) -> Tensor:
        mask = dropped.get(layer)
        return sequence if mask is None else sequence * mask.reshape(sequence.shape)

    along = None
    for name in set(masks) & set(ALONG):
        carried = wide if name == "along_all" else wide[:-1]
        parts = masks[name].split([T * size for size in carried], dim=1)
        along = [part.reshape(-1, T, size) for part, size in zip(parts, carried, strict=True)]
        along += [None] * (len(wide) - len(carried))
    return forward(roles, fit, many, between, masks, along)


@torch.no_grad()
def as_simulated(roles: Roles, fit: Fit, x: Tensor, copies: np.ndarray, p: float, spec: Spec) -> bool:
    """With too many units to try every pattern: do means and spreads of the outputs fit dropout as asked?"""
    if spec.dropout == "head" and copies.ndim > 2:  # an output for every step, each dropped on its own
        return False
    sizes = _sizes(roles, fit, x)
    units = sizes[spec.dropout]
    random = torch.Generator().manual_seed(0)
    # Of wide layers fewer patterns tell as much: their outputs are means of more units.
    rows = len(copies) * (4 if units <= 64 else 1)
    kept = torch.rand(rows, units, generator=random, dtype=torch.float64) >= p
    ours = _dropped(roles, fit, x, (spec.dropout,), kept / (1 - p), sizes)
    theirs = torch.from_numpy(copies).double()
    if ours.shape[1:] != theirs.shape[1:]:
        return False
    centre = ours.mean(0)
    for power in (1, 2):
        a, b = (ours - centre) ** power, (theirs - centre) ** power
        error = (a.var(0) / len(a) + b.var(0) / len(b)).sqrt()
        if ((a.mean(0) - b.mean(0)).abs() > 6 * error + 1e-6).any():
            return False
    return True


@torch.no_grad()
def as_spread(roles: Roles, fit: Fit, x: Tensor, calls: Tensor, p: float, spec: Spec) -> bool:
    """Do outputs (calls, B, outputs) for x lie around their mean as far as dropout lets them?"""
    many = x.repeat(_SIMULATED, 1, 1)
    random = torch.Generator().manual_seed(0)
    sizes = _sizes(roles, fit, x[:1])
    units = sizes[spec.dropout]
    kept = torch.rand(len(many), units, generator=random, dtype=torch.float64) >= p
    ours = _dropped(roles, fit, many, (spec.dropout,), kept / (1 - p), sizes)
    ours = ours.reshape(_SIMULATED, *calls.shape[1:])
    centre, usual = ours.mean(0), ours.var(0).sum()
    far = (calls - centre).square().mean(0).sum()
    off = (calls.mean(0) - centre).square().sum()
    return bool(usual / 2.5 < far < 2.5 * usual and off < usual / 2)


@torch.no_grad()
def each_a_pattern(roles: Roles, fit: Fit, x: Tensor, outputs: np.ndarray, p: float, spec: Spec) -> bool:
    """Is each output for x (1, T, D) that of some pattern of dropped units? True where they are too many."""
    made = _patterns(roles, fit, x, (spec.dropout,), p, _sizes(roles, fit, x))
    if made is None:
        return True
    return bool(torch.cdist(torch.from_numpy(outputs).double(), made[0]).amin(dim=1).max() < 5e-4)
