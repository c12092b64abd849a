"""Which of an answer's weights does what: told by torch's own modules, or found by trying.

Cells written by hand may order their gates in any way, keep one matrix or eight, one bias or two, and hold
matrices either way round. `candidates` gives every assignment that fits the shapes; the judge takes the one
under which the reference gives what the answer gave.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from helpers.checks.recurrent.cells import hand_networks, or_zero, owner_of, pairs, without
from helpers.checks.recurrent.network import GATES, SLIPS, SLIPS_OF_TWO, Network, Unit
from helpers.checks.recurrent.norms import torch_norms, with_norm
from helpers.checks.recurrent.reading import Roles
from helpers.checks.running import fill_values

# More weights, or more layers and calls of them, belong to no answer that could be told by trying: labelled
# answers have up to 34.
_MOST_WEIGHTS = 150
_MOST_NUMBERS = 1 << 22  # in all of them: two LSTM layers of 512 units have 3 million


def leaves(values: Mapping[str, Any], seed: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(parameters, floating buffers) of an answer in float64, with the values put in or left by the probe."""
    parameters = {
        p["name"]: torch.tensor(fill_values(seed, k, tuple(p["shape"]))).double().requires_grad_()
        for k, p in enumerate(values["parameters"])
    }
    for p in values["made_in_forward"]:
        parameters[p["name"]] = torch.from_numpy(p["value"]).double()
    buffers = {}
    for k, b in enumerate(values["buffers"]):
        if b["floating"]:
            filled = fill_values(seed, k, tuple(b["shape"]), buffer=True)
            buffers[b["name"]] = torch.tensor(filled if b["value"] is None else b["value"]).double()
    return parameters, buffers


def candidates(
    values: Mapping[str, Any], seed: int, inputs: int, outputs: int, bidirectional: bool, normed: bool
) -> Iterator[Roles]:
    """Every assignment of roles that fits the shapes; for torch's own layers one or few, the likely first.

    bidirectional, normed: what the exercise asks for; only that is looked for among cells and norms by hand.
    """
    if any(len(values[key]) > _MOST_WEIGHTS for key in ("parameters", "buffers", "modules", "calls")):
        return
    if sum(math.prod(part["shape"]) for part in values["parameters"] + values["buffers"]) > _MOST_NUMBERS:
        return
    parameters, buffers = leaves(values, seed)
    modules = values["modules"]
    recurrent = [m for m in modules if m["kind"] in ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")]
    recurrent.sort(key=lambda m: m["first_call"] if m["first_call"] >= 0 else 10**6)
    norms = [m for m in modules if m["kind"] in ("BatchNorm1d", "LayerNorm")]
    claimed = {f"{m['name']}." for m in recurrent + norms}
    owned = {m["name"] for m in modules if m["kind"] == "Linear" and _is_linear(m["name"], parameters)}
    # An axis of length 1 says nothing: a bias may be (4, 1, H).
    free = {
        n: p if owner_of(n) in owned else p.squeeze()
        for n, p in parameters.items()
        if p.numel() and not any(n.startswith(prefix) for prefix in claimed)
    }
    unused = all(module["first_call"] < 0 for module in norms)
    norms = [*torch_norms(norms, parameters, buffers), *([None] if unused else [])] or [None]
    if recurrent:
        blocks = {module["name"]: _torch_units(module, parameters) for module in recurrent}
        if None in blocks.values():
            return
        networks = list(_torch_networks(blocks, values["calls"], inputs))
        heads = [*_heads(free, owned), *_two_heads(free, owned)] or [(None, free)]
        ways = itertools.product(enumerate(networks), heads, enumerate(norms))
        for (k, network), (head, rest), (n, norm) in ways:
            roles = Roles(network, head, norm, True, f"torch {k}, norm {n}", parameters)
            yield from with_norm(roles, rest, buffers, normed)
        return
    for head, rest in _heads(free, owned):
        if head[0].shape[0] != outputs:
            continue
        for network, left, key in hand_networks(rest, owned, inputs, head[0].shape[1], bidirectional):
            for n, norm in enumerate(norms):
                roles = Roles(network, head, norm, False, f"{key}, norm {n}", parameters)
                yield from with_norm(roles, left, buffers, normed)


# --- torch's own layers


def _torch_units(module: Mapping[str, Any], parameters: Mapping[str, Tensor]) -> list[list[Unit]] | None:
    """[layer][direction]; None where its weights are not kept as torch does: normed, projected, shared."""
    kind = module["kind"].removesuffix("Cell").lower()
    if kind == "rnn":
        kind = f"rnn_{module['nonlinearity']}"
    if module["kind"].endswith("Cell"):
        suffixes = [[""]]
    else:
        ways = ["", "_reverse"] if module["bidirectional"] else [""]
        suffixes = [[f"_l{k}{way}" for way in ways] for k in range(module["num_layers"])]

    prefix = f"{module['name']}." if module["name"] else ""
    layers = []
    for layer in suffixes:
        units = []
        for suffix in layer:
            w_ih, w_hh, b_ih, b_hh = (
                parameters.get(f"{prefix}{name}{suffix}")
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            if w_ih is None or w_hh is None or w_ih.ndim != 2 or w_hh.ndim != 2:
                return None
            rows = GATES[kind] * w_hh.shape[1]
            biases = or_zero(b_ih, rows), or_zero(b_hh, rows)
            if any(len(part) != rows for part in (w_ih, w_hh)) or any(b.shape != (rows,) for b in biases):
                return None
            units.append(Unit(kind, w_ih, w_hh, *biases))
        layers.append(units)
    return layers or None


def _torch_networks(
    blocks: Mapping[str, list[list[Unit]]], calls: Sequence[str], inputs: int
) -> Iterator[Network]:
    """Every way in which these modules' layers can follow one another."""
    found = []
    # In the order of the calls, a module that is called twice stands for two layers with the same weights.
    for names in dict.fromkeys([tuple(blocks), tuple(calls)]):
        layers = [layer for name in names for layer in blocks[name]]
        if layers and all(len(layer) == len(layers[0]) for layer in layers):
            chain = Network(layers)
            if chain.fits(inputs):
                found.append(chain)
        if all(len(layer) == 1 for layer in layers):
            found += pairs([layer[0] for layer in layers], inputs)
    yield from found
    for network in found:
        widths = {unit.hidden for layer in network.layers for unit in layer}
        for slip in SLIPS if len(network.layers) > 1 else ():
            if slip != "state_handed_on" or len(widths) == 1:  # the state of another layer must fit
                yield replace(network, slip=slip)
        for slip in SLIPS_OF_TWO if network.directions == 2 and network.flips else ():
            yield replace(network, slip=slip)


# --- head and norm


def _is_linear(name: str, parameters: Mapping[str, Tensor]) -> bool:
    """Are weight and bias of this module what nn.Linear makes them?"""
    weight, bias = parameters.get(f"{name}.weight"), parameters.get(f"{name}.bias")
    return weight is not None and weight.ndim == 2 and (bias is None or bias.shape == weight.shape[:1])


def _heads(
    free: Mapping[str, Tensor], owned: set[str]
) -> Iterator[tuple[tuple[Tensor, Tensor], dict[str, Tensor]]]:
    """(weight (O, F), bias (O,)) of each matrix that may be the head, last first, and what is left."""
    matrices = [(name, p) for name, p in free.items() if p.ndim in (2, 3)]
    for name, matrix in reversed(matrices):
        owner = name.rpartition(".")[0]
        if owner in owned:
            bias = free.get(f"{owner}.bias")
            taken = {name, f"{owner}.bias"}
            yield (matrix, or_zero(bias, len(matrix))), without(free, taken)
            continue
        # (2, F, O) and (2, O, F): one block for each direction.
        blocks = (matrix.flatten(0, 1).T, matrix.transpose(0, 1).flatten(1)) if matrix.ndim == 3 else ()
        for weight in blocks or (matrix, matrix.T):
            vectors = [n for n, p in free.items() if p.shape == (len(weight),)]
            bias = free[vectors[-1]] if vectors else None
            yield (weight, or_zero(bias, len(weight))), without(free, {name, *vectors[-1:]})


def _two_heads(
    free: Mapping[str, Tensor], owned: set[str]
) -> Iterator[tuple[tuple[Tensor, Tensor], dict[str, Tensor]]]:
    """Two linear layers whose results are added up are one that reads what both read, side by side."""
    names = [name for name, p in free.items() if p.ndim == 2 and owner_of(name) in owned]
    for pair in itertools.permutations(names, 2):
        weights = [free[name] for name in pair]
        if len(weights[0]) == len(weights[1]):
            biases = [or_zero(free.get(f"{owner_of(name)}.bias"), len(weights[0])) for name in pair]
            taken = {*pair, *(f"{owner_of(name)}.bias" for name in pair)}
            yield (torch.cat(weights, dim=1), biases[0] + biases[1]), without(free, taken)
