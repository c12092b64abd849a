"""Cells written by hand: every way in which weights may be the gates of recurrent layers."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from helpers.checks.recurrent.network import GATES, SLIPS_OF_CELLS, Network, Unit

_LETTERS = {"lstm": "ifgo", "gru": "rzn", "gru_without_reset": "zn", "rnn_tanh": "h", "rnn_relu": "h"}
# Conventions in which the cells of the GRU family are written: (reset_first, keeps_with_z) of a Unit.
_GRUS = {
    "gru": [(False, True), (False, False), (True, True), (True, False)],
    "gru_without_reset": [(False, True), (False, False)],
}


def hand_networks(
    rest: Mapping[str, Tensor], owned: set[str], inputs: int, wide: int, bidirectional: bool
) -> Iterator[tuple[Network, dict[str, Tensor], str]]:
    """Networks whose top gives `wide` features, the weights left over, a name for the way they are kept."""
    slips = []
    kinds = ("rnn_tanh", "rnn_relu") if bidirectional else tuple(GATES)
    apart = _taken_apart(rest, owned)
    ways = [(rest, "")] + ([(apart, " apart")] if len(apart) > len(rest) else [])
    for kind, (weights, way) in itertools.product(kinds, ways):
        if bidirectional and wide % 2 == 0:
            for units, left, key in _hand_units(kind, weights, owned, inputs, wide // 2):
                for k, network in enumerate(pairs(units, inputs)):
                    yield network, left, f"{key}{way}, pair {k}"
        for units, left, key in _hand_units(kind, weights, owned, inputs, wide):
            chain = Network([[unit] for unit in units])
            if chain.fits(inputs):
                yield chain, left, key + way
                slips += [(chain, slip, left, key + way) for slip in SLIPS_OF_CELLS.get(kind, ())]
    for chain, slip, left, key in slips:
        layers = [[replace(unit, slip=slip) for unit in layer] for layer in chain.layers]
        yield Network(layers, slip=slip), left, f"{key} {slip}"


def _hand_units(
    kind: str, rest: Mapping[str, Tensor], owned: set[str], inputs: int, H: int
) -> Iterator[tuple[list[Unit], dict[str, Tensor], str]]:
    """Every way to make units of H out of the weights. A unit has between 1 and 2 G matrices."""
    G = GATES[kind]
    # Where each gate has its block of one (G, H, D) tensor, (G, H) is a bias; else it may be one.
    stacked = any(p.ndim == 3 for p in rest.values())
    matrices = [n for n, p in rest.items() if p.ndim > 1]
    plain = [n for n in matrices if owner_of(n) in owned or rest[n].shape not in ((G, H), (H, G))]
    lists = [plain] if stacked or plain == matrices else [matrices, plain]
    grouped = itertools.chain(*(_grouped(names, range(1, 2 * G + 1)) for names in lists))
    for (n, groups, how), turned in itertools.product(grouped, _TURNS if stacked else _TURNS[:2]):
        matrices = _oriented(groups, rest, owned, turned)
        pattern = _pattern(matrices, inputs, G, H)
        if pattern is None:
            continue
        biases = [[_own_bias(name, rest, owned) for name in group] for group in groups]
        used = {name for group in groups for name in group}
        used |= {f"{owner_of(name)}.bias" for name in used if owner_of(name) in owned}
        raw = {
            m: (p.T if p.shape == (H, G) and G != H else p).flatten()
            for m, p in rest.items()
            if m not in used and p.numel() in (H, G * H)
        }
        conventions = itertools.product(
            itertools.permutations(range(G)),
            ("xh", "hx") if pattern == "both" else ("",),
            _GRUS.get(kind, [(False, True)]),
            enumerate(_shared_out(raw, len(groups), G * H, H)),
        )
        for order, concat, (reset, keeps), (share, (vectors, taken)) in conventions:
            take = _in_order(order, G, H)
            units = []
            for k, parts in enumerate(matrices):
                w_ih, w_hh = _blocks(parts, pattern, concat, H, take)
                b_ih, b_hh = _bias_blocks(biases[k], parts, pattern, take)
                # A vector of H after one of G H: the candidate's second bias, which a GRU may keep apart.
                more = [take(v) if len(v) == G * H else torch.cat([b_hh[:-H], v]) for v in vectors[k]]
                b_ih = b_ih + (more[0] if more else 0)
                b_hh = b_hh + (more[1] if len(more) > 1 else 0)
                units.append(Unit(kind, w_ih, w_hh, b_ih, b_hh, reset, keeps))
            letters = "".join(_LETTERS[kind][g] for g in order)
            left = without(rest, used | taken)
            yield units, left, f"{kind} {n} {how} {turned} {letters} {concat} {reset} {keeps} {share}"


def _taken_apart(rest: Mapping[str, Tensor], owned: set[str]) -> dict[str, Tensor]:
    """The same weights where those of both directions, or of all layers, are kept in one tensor each."""
    found = {}
    for name, p in rest.items():
        if owner_of(name) not in owned and p.ndim > 1 and len(p) in (2, 3):
            found |= {f"{name}[{k}]": part for k, part in enumerate(p)}
        else:
            found[name] = p
    return found


def owner_of(name: str) -> str:
    return name.rpartition(".")[0]


def _grouped(names: Sequence[str], sizes: Sequence[int]) -> Iterator[tuple[int, list[list[str]], str]]:
    """(matrices a unit, the matrices of each unit, how they were grouped)."""
    for n in sizes:
        if not names or len(names) % n:
            continue
        count = len(names) // n
        yield n, [list(names[k * n : (k + 1) * n]) for k in range(count)], "in a row"
        if count > 1 and n > 1:
            yield n, [list(names[k::count]) for k in range(count)], "by role"


# How a weight is kept, as the order of its axes that makes (G, H, in) of it; None: the last two are swapped.
_TURNS = ((0, 1, 2), None, (1, 2, 0), (2, 1, 0), (1, 0, 2), (2, 0, 1))


def _oriented(groups, rest, owned, turned: tuple[int, ...] | None) -> list[list[Tensor]]:
    """The matrices as (rows, in): those of nn.Linear as they are, others as they are or all `turned`."""

    def oriented(name: str) -> Tensor:
        whole = rest[name]
        if owner_of(name) not in owned:
            if turned is None:
                whole = whole.mT
            elif whole.ndim == 3:
                whole = whole.permute(turned)
        return whole.flatten(0, -2)

    return [[oriented(name) for name in group] for group in groups]


def _pattern(
    matrices: Sequence[Sequence[Tensor]], inputs: int, G: int, H: int
) -> str | tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Which matrices of a unit read x and which h: "both", or (places of x, places of h); None: no fit.

    The first unit tells. Both kinds must have blocks of H rows, G of them in all.
    """
    columns = [m.shape[1] for m in matrices[0]]
    everything = tuple(range(len(columns)))
    xs = tuple(k for k in everything if columns[k] == inputs)
    hs = tuple(k for k in everything if columns[k] == H)
    if all(width == inputs + H for width in columns):
        parts = (everything,)
    elif len(xs) + len(hs) == len(columns) and xs and hs:
        parts = (xs, hs)
    else:
        return None
    for unit in matrices:
        if any(len(m) % H for m in unit) or any(sum(len(unit[k]) for k in part) != G * H for part in parts):
            return None
        if any(len({unit[k].shape[1] for k in part}) > 1 for part in parts):  # matrices of two layers
            return None
        if len(parts) == 2 and any(unit[k].shape[1] != H for k in hs):
            return None
    return "both" if len(parts) == 1 else (xs, hs)


def _own_bias(name: str, rest: Mapping[str, Tensor], owned: set[str]) -> Tensor | None:
    return rest.get(f"{owner_of(name)}.bias") if owner_of(name) in owned else None


def _in_order(order: Sequence[int], G: int, H: int):
    """The function that puts gate blocks kept in `order` into torch's order."""
    places = [order.index(g) for g in range(G)]

    def take(whole: Tensor) -> Tensor:
        blocks = whole.split(H)
        return torch.cat([blocks[k] for k in places])

    return take


def _blocks(parts: Sequence[Tensor], pattern, concat: str, H: int, take) -> tuple[Tensor, Tensor]:
    if pattern == "both":
        whole = take(torch.cat(list(parts)))
        return (whole[:, :-H], whole[:, -H:]) if concat == "xh" else (whole[:, H:], whole[:, :H])
    return tuple(take(torch.cat([parts[k] for k in places])) for places in pattern)


def _bias_blocks(
    biases: Sequence[Tensor | None], parts: Sequence[Tensor], pattern, take
) -> tuple[Tensor, Tensor]:
    filled = [or_zero(bias, len(part)) for bias, part in zip(biases, parts, strict=True)]
    if pattern == "both":
        b = take(torch.cat(filled))
        return b, torch.zeros_like(b)
    return tuple(take(torch.cat([filled[k] for k in places])) for places in pattern)


def _shared_out(
    raw: Mapping[str, Tensor], count: int, size: int, H: int
) -> list[tuple[list[list[Tensor]], set[str]]]:
    """(one or two vectors for each unit, the names used): how biases may be shared out.

    The first vector has `size` numbers, the second as many, or H. Of two as long either may be the one of x,
    which matters to a GRU only.
    """
    found = [([[] for _ in range(count)], set())]
    names = list(raw)
    each = len(raw) // count
    if not raw or len(raw) % count:
        return found
    groupings = [[names[k * each : (k + 1) * each] for k in range(count)]]
    if each > 1 and count > 1:
        groupings.append([names[k::count] for k in range(count)])
    for groups in groupings:
        flat = [torch.cat([raw[name] for name in group]) for group in groups]
        if all(len(vector) in (size, size + H, 2 * size) for vector in flat):
            shared = [list(vector.split(size)) for vector in flat]
            found.insert(0, (shared, set(raw)))
            if size == 3 * H and all(len(vector) == 2 * size for vector in flat):
                found.insert(1, ([parts[::-1] for parts in shared], set(raw)))
    return found


def pairs(units: Sequence[Unit], inputs: int) -> Iterator[Network]:
    """Two directions made of single ones: grouped by direction or by layer, joined or not, flipped or not.

    Either direction may be the first one: some compute the backward one before the forward one.
    """
    if len(units) % 2 or not units:
        return
    half = len(units) // 2
    groupings = [(units[:half], units[half:]), (units[half:], units[:half])]
    if half > 1:
        groupings += [(units[::2], units[1::2]), (units[1::2], units[::2])]
    groupings = [list(zip(*pair, strict=True)) for pair in groupings]
    for layers, joined, flips in itertools.product(groupings, (True, False), (True, False)):
        network = Network(layers, joined, flips)
        if network.fits(inputs) and (half > 1 or joined):
            yield network


def or_zero(bias: Tensor | None, size: int) -> Tensor:
    return torch.zeros(size, dtype=torch.float64) if bias is None else bias


def without(free: Mapping[str, Tensor], taken: set[str]) -> dict[str, Tensor]:
    return {name: p for name, p in free.items() if name not in taken}
