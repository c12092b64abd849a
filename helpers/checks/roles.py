"""Which of an answer's weights does what: told by torch's own modules, or found by trying.

Cells written by hand may order their gates in any way, keep one matrix or eight, one bias or two, and hold
matrices either way round. `candidates` gives every assignment that fits the shapes; the judge takes the one
under which the reference gives what the answer gave.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from helpers.checks.reference import GATES, Network, Norm, Roles, Unit
from helpers.checks.running import fill_values

_LETTERS = {"lstm": "ifgo", "gru": "rzn", "rnn_tanh": "h", "rnn_relu": "h"}


def leaves(values: Mapping[str, Any], seed: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(parameters, floating buffers) of an answer with the values that the probe put in, in float64."""
    parameters = {
        p["name"]: torch.from_numpy(fill_values(seed, k, tuple(p["shape"]))).double().requires_grad_()
        for k, p in enumerate(values["parameters"])
    }
    buffers = {
        b["name"]: torch.from_numpy(fill_values(seed, k, tuple(b["shape"]), buffer=True)).double()
        for k, b in enumerate(values["buffers"])
        if b["floating"]
    }
    return parameters, buffers


def candidates(
    values: Mapping[str, Any], seed: int, inputs: int, outputs: int, bidirectional: bool
) -> Iterator[Roles]:
    """Every assignment of roles that fits the shapes; for torch's own layers one or few, the likely first."""
    parameters, buffers = leaves(values, seed)
    modules = values["modules"]
    recurrent = [m for m in modules if m["kind"] in ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")]
    recurrent.sort(key=lambda m: m["first_call"] if m["first_call"] >= 0 else 10**6)
    norms = [m for m in modules if m["kind"] in ("BatchNorm1d", "LayerNorm")]
    claimed = {f"{m['name']}." for m in recurrent + norms}
    free = {n: p for n, p in parameters.items() if not any(n.startswith(prefix) for prefix in claimed)}
    owned = {m["name"] for m in modules if m["kind"] == "Linear"}
    norm = _torch_norm(norms, parameters, buffers) if norms else None
    if recurrent:
        networks = list(_torch_networks(recurrent, parameters, inputs, bidirectional))
        heads = list(_heads(free, owned)) or [(None, free)]
        for (k, network), (head, rest) in itertools.product(enumerate(networks), heads):
            roles = Roles(network, head, norm, True, f"torch {k}", parameters)
            yield from _with_norm(roles, rest, buffers)
        return
    for head, rest in _heads(free, owned):
        if head[0].shape[0] != outputs:
            continue
        for network, left, key in _hand_networks(rest, owned, inputs, head[0].shape[1], bidirectional):
            yield from _with_norm(Roles(network, head, norm, False, key, parameters), left, buffers)


# --- torch's own layers


def _torch_units(module: Mapping[str, Any], parameters: Mapping[str, Tensor]) -> list[list[Unit]]:
    kind = module["kind"].removesuffix("Cell").lower()
    if kind == "rnn":
        kind = f"rnn_{module['nonlinearity']}"
    if module["kind"].endswith("Cell"):
        suffixes = [[""]]
    else:
        ways = ["", "_reverse"] if module["bidirectional"] else [""]
        suffixes = [[f"_l{k}{way}" for way in ways] for k in range(module["num_layers"])]

    def unit(suffix: str) -> Unit:
        prefix = f"{module['name']}." if module["name"] else ""
        w_ih = parameters[f"{prefix}weight_ih{suffix}"]
        w_hh = parameters[f"{prefix}weight_hh{suffix}"]
        zero = torch.zeros(len(w_ih), dtype=torch.float64)
        return Unit(
            kind,
            w_ih,
            w_hh,
            parameters.get(f"{prefix}bias_ih{suffix}", zero),
            parameters.get(f"{prefix}bias_hh{suffix}", zero),
        )

    return [[unit(suffix) for suffix in layer] for layer in suffixes]


def _torch_networks(
    modules: Sequence[Mapping[str, Any]], parameters: Mapping[str, Tensor], inputs: int, bidirectional: bool
) -> Iterator[Network]:
    blocks = [_torch_units(module, parameters) for module in modules]
    layers = [layer for block in blocks for layer in block]
    if all(len(layer) == len(layers[0]) for layer in layers):
        chain = Network(layers)
        if chain.fits(inputs):
            yield chain
    if all(len(layer) == 1 for layer in layers):
        yield from _pairs([layer[0] for layer in layers], inputs)


def _pairs(units: Sequence[Unit], inputs: int) -> Iterator[Network]:
    """Two directions made of single ones: grouped by direction or by layer, joined or not, flipped or not."""
    if len(units) % 2 or not units:
        return
    half = len(units) // 2
    groupings = [list(zip(units[:half], units[half:], strict=True))]
    if half > 1:
        groupings.append(list(zip(units[::2], units[1::2], strict=True)))
    for layers, joined, flips in itertools.product(groupings, (True, False), (True, False)):
        network = Network(layers, joined, flips)
        if network.fits(inputs) and (half > 1 or joined):
            yield network


# --- head and norm


def _heads(
    free: Mapping[str, Tensor], owned: set[str]
) -> Iterator[tuple[tuple[Tensor, Tensor], dict[str, Tensor]]]:
    """(weight (O, F), bias (O,)) of each matrix that may be the head, last first, and what is left."""
    matrices = [(name, p) for name, p in free.items() if p.ndim == 2]
    for name, matrix in reversed(matrices):
        owner = name.rpartition(".")[0]
        if owner in owned:
            bias = free.get(f"{owner}.bias")
            taken = {name, f"{owner}.bias"}
            yield (matrix, _or_zero(bias, len(matrix))), _without(free, taken)
            continue
        for weight in (matrix, matrix.T):
            vectors = [n for n, p in free.items() if p.shape == (len(weight),)]
            bias = free[vectors[-1]] if vectors else None
            yield (weight, _or_zero(bias, len(weight))), _without(free, {name, *vectors[-1:]})


def _or_zero(bias: Tensor | None, size: int) -> Tensor:
    return torch.zeros(size, dtype=torch.float64) if bias is None else bias


def _without(free: Mapping[str, Tensor], taken: set[str]) -> dict[str, Tensor]:
    return {name: p for name, p in free.items() if name not in taken}


def _torch_norm(
    norms: Sequence[Mapping[str, Any]], parameters: Mapping[str, Tensor], buffers: Mapping[str, Tensor]
) -> Norm:
    used = [m for m in norms if m["first_call"] >= 0] or norms
    module = used[-1]
    prefix = f"{module['name']}."
    gamma, beta = parameters.get(f"{prefix}weight"), parameters.get(f"{prefix}bias")
    kind = "batch" if module["kind"] == "BatchNorm1d" else "layer"
    one = torch.ones(1, dtype=torch.float64)
    mean, var = buffers.get(f"{prefix}running_mean"), buffers.get(f"{prefix}running_var")
    return Norm(
        kind, one if gamma is None else gamma, 0 * one if beta is None else beta, mean, var, module["eps"]
    )


def _with_norm(roles: Roles, rest: Mapping[str, Tensor], buffers: Mapping[str, Tensor]) -> Iterator[Roles]:
    """The same roles, with a norm made of vectors and buffers that are left over if torch's is not there."""
    wide = roles.network.hidden * roles.network.directions
    vectors = [p for p in rest.values() if p.ndim == 1 and len(p) == wide]
    statistics = [b for b in buffers.values() if b.ndim == 1 and len(b) == wide]
    if roles.norm is not None or len(vectors) != 2:
        yield roles
        return
    kind, pairs = (
        ("batch", [statistics, statistics[::-1]]) if len(statistics) == 2 else ("layer", [(None, None)])
    )
    for k, ((gamma, beta), (mean, var)) in enumerate(itertools.product((vectors, vectors[::-1]), pairs)):
        yield replace(roles, norm=Norm(kind, gamma, beta, mean, var), key=f"{roles.key}, norm {k}")


# --- cells written by hand


def _hand_networks(
    rest: Mapping[str, Tensor], owned: set[str], inputs: int, wide: int, bidirectional: bool
) -> Iterator[tuple[Network, dict[str, Tensor], str]]:
    """Networks whose top gives `wide` features, the weights left over, a name for the way they are kept."""
    for kind in ("rnn_tanh", "rnn_relu") if bidirectional else ("lstm", "gru", "rnn_tanh", "rnn_relu"):
        if bidirectional and wide % 2 == 0:
            for units, left, key in _hand_units(kind, rest, owned, inputs, wide // 2):
                for k, network in enumerate(_pairs(units, inputs)):
                    yield network, left, f"{key}, pair {k}"
        for units, left, key in _hand_units(kind, rest, owned, inputs, wide):
            chain = Network([[unit] for unit in units])
            if chain.fits(inputs):
                yield chain, left, key


def _hand_units(
    kind: str, rest: Mapping[str, Tensor], owned: set[str], inputs: int, H: int
) -> Iterator[tuple[list[Unit], dict[str, Tensor], str]]:
    """Every way to make units of H out of the weights. A unit has 1, 2, G or 2 G matrices."""
    G = GATES[kind]
    names = [name for name, p in rest.items() if p.ndim == 2]
    for n, groups, how in _grouped(names, sorted({1, 2, G, 2 * G})):
        rows = G * H if n <= 2 else H
        matrices = _oriented(groups, rest, owned, rows, inputs)
        if matrices is None:
            continue
        pattern = _pattern([m.shape[1] for m in matrices[0]], inputs, H)
        if pattern is None:
            continue
        biases = [[_own_bias(name, rest, owned) for name in group] for group in groups]
        used = {name for group in groups for name in group}
        used |= {f"{_owner(name)}.bias" for name in used if _owner(name) in owned}
        raw = [m for m, p in rest.items() if m not in used and p.ndim == 1 and len(p) in (H, G * H)]
        conventions = itertools.product(
            itertools.permutations(range(G)),
            ("xh", "hx") if pattern == "both" else ("",),
            itertools.product((False, True), (True, False)) if kind == "gru" else [(False, True)],
            _shared_out(raw, rest, len(groups), G * H),
        )
        for order, concat, (reset, keeps), (vectors, taken) in conventions:
            take = _in_order(order, G, H)
            units = []
            for k, parts in enumerate(matrices):
                w_ih, w_hh = _blocks(parts, pattern, concat, H, take)
                b_ih, b_hh = _bias_blocks(biases[k], rows, pattern, take)
                more = [take(v) for v in vectors[k]]
                b_ih = b_ih + (more[0] if more else 0)
                b_hh = b_hh + (more[1] if len(more) > 1 else 0)
                units.append(Unit(kind, w_ih, w_hh, b_ih, b_hh, reset, keeps))
            letters = "".join(_LETTERS[kind][g] for g in order)
            left = _without(rest, used | taken)
            yield units, left, f"{kind} {n} {how} {letters} {concat} {reset} {keeps} {len(taken)}"


def _owner(name: str) -> str:
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


def _oriented(groups, rest, owned, rows: int, inputs: int) -> list[list[Tensor]] | None:
    """The matrices as (rows, in), those of nn.Linear as they are, others turned if need be; None: no fit."""
    raw = [rest[name] for group in groups for name in group if _owner(name) not in owned]
    turned = any(m.shape[0] != rows for m in raw)
    oriented = [
        [rest[name].T if turned and _owner(name) not in owned else rest[name] for name in group]
        for group in groups
    ]
    return oriented if all(m.shape[0] == rows for group in oriented for m in group) else None


def _pattern(
    columns: Sequence[int], inputs: int, H: int
) -> str | tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Which matrices of the first unit read x and which h: "both", or (places of x, places of h)."""
    if all(width == inputs + H for width in columns):
        return "both"
    xs = tuple(k for k, width in enumerate(columns) if width == inputs)
    hs = tuple(k for k, width in enumerate(columns) if width == H)
    return (xs, hs) if len(xs) == len(hs) == len(columns) / 2 else None


def _own_bias(name: str, rest: Mapping[str, Tensor], owned: set[str]) -> Tensor | None:
    return rest.get(f"{_owner(name)}.bias") if _owner(name) in owned else None


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


def _bias_blocks(biases: Sequence[Tensor | None], rows: int, pattern, take) -> tuple[Tensor, Tensor]:
    filled = [_or_zero(bias, rows) for bias in biases]
    if pattern == "both":
        b = take(torch.cat(filled))
        return b, torch.zeros_like(b)
    return tuple(take(torch.cat([filled[k] for k in places])) for places in pattern)


def _shared_out(
    raw: Sequence[str], rest: Mapping[str, Tensor], count: int, size: int
) -> list[tuple[list[list[Tensor]], set[str]]]:
    """(one or two vectors of `size` for each unit, the names used): how biases may be shared out."""
    found = [([[] for _ in range(count)], set())]
    each = len(raw) // count
    if not raw or len(raw) % count:
        return found
    groupings = [[raw[k * each : (k + 1) * each] for k in range(count)]]
    if each > 1 and count > 1:
        groupings.append([raw[k::count] for k in range(count)])
    for groups in groupings:
        flat = [torch.cat([rest[name] for name in group]) for group in groups]
        if all(len(vector) in (size, 2 * size) for vector in flat):
            found.insert(0, ([list(vector.split(size)) for vector in flat], set(raw)))
    return found
