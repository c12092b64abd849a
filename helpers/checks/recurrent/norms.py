"""Which norm an answer may have: torch's modules, or one made of vectors and buffers that are left over.

Norms side by side, one for each direction, are one norm: batch norm treats each feature on its own.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from helpers.checks.recurrent.network import Norm
from helpers.checks.recurrent.reading import Roles

_EPS = (1e-5, 1e-3)  # tried for a norm written by hand
# Four vectors of two norms side by side, by their places: by norm or by role, either direction first.
_SIDES = (((0, 2), (1, 3)), ((2, 0), (3, 1)), ((0, 1), (2, 3)), ((1, 0), (3, 2)))


def torch_norms(
    modules: Sequence[Mapping[str, Any]], parameters: Mapping[str, Tensor], buffers: Mapping[str, Tensor]
) -> list[Norm]:
    """The last of torch's norms alone, then each two of them side by side, then each one twice."""
    used = [m for m in modules if m["first_call"] >= 0] or modules
    found = (_torch_norm(module, parameters, buffers) for module in used)
    norms = [norm for norm in found if norm is not None]
    wide = [norm for norm in norms if norm.kind == "batch" and norm.width > 1]
    return [
        *norms[-1:],
        *(_beside(a, b) for a, b in itertools.permutations(wide, 2)),
        *(replace(_beside(norm, norm), twice=True) for norm in wide[-1:]),
    ]


def _torch_norm(
    module: Mapping[str, Any], parameters: Mapping[str, Tensor], buffers: Mapping[str, Tensor]
) -> Norm | None:
    """None where its parts are no vectors of one length: that of two axes, say."""
    prefix = f"{module['name']}."
    gamma, beta = parameters.get(f"{prefix}weight"), parameters.get(f"{prefix}bias")
    kind = "batch" if module["kind"] == "BatchNorm1d" else "layer"
    one = torch.ones(1, dtype=torch.float64)
    names = f"{prefix}running_mean", f"{prefix}running_var"
    mean, var = map(buffers.get, names)
    shapes = {part.shape for part in (gamma, beta, mean, var) if part is not None}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes) or (mean is None) != (var is None):
        return None
    return Norm(
        kind,
        one if gamma is None else gamma,
        0 * one if beta is None else beta,
        mean,
        var,
        module["eps"],
        kept=[names] if mean is not None else [],
    )


def _beside(a: Norm, b: Norm) -> Norm:
    def both(one: Tensor | None, other: Tensor | None) -> Tensor | None:
        if one is None or other is None:
            return None
        return torch.cat([one.expand(a.width), other.expand(b.width)])

    parts = (both(getattr(a, name), getattr(b, name)) for name in ("gamma", "beta", "mean", "var"))
    eps = torch.tensor([a.eps] * a.width + [b.eps] * b.width, dtype=torch.float64)
    return Norm("batch", *parts, eps, kept=[*a.kept, *b.kept])


def with_norm(
    roles: Roles, rest: Mapping[str, Tensor], buffers: Mapping[str, Tensor], asked: bool
) -> Iterator[Roles]:
    """The same roles, with each norm that vectors and buffers which are left over may make.

    asked: does the exercise ask for a norm? Only then one is looked for that has no scale and shift.
    """
    wide = roles.network.hidden * roles.network.directions
    scales = [p.flatten() for p in rest.values() if p.numel() == wide]
    if roles.norm is not None or (len(scales) != 2 and not asked):
        yield roles
        return
    if len(scales) != 2:
        yield roles
    for k, norm in enumerate(_by_hand(roles, rest, buffers, wide)):
        yield replace(roles, norm=norm, key=f"{roles.key}, norm {k}")


def _by_hand(
    roles: Roles, rest: Mapping[str, Tensor], buffers: Mapping[str, Tensor], wide: int
) -> Iterator[Norm]:
    sides = roles.network.directions == 2
    scales = _pairs([(n, p.flatten()) for n, p in rest.items()], wide, sides, alone=True)
    statistics = _pairs([(n, b.flatten()) for n, b in buffers.items()], wide, sides)
    one = torch.ones(1, dtype=torch.float64)
    if statistics:
        for (_, pair), (kept, (mean, var)), eps in itertools.product(scales or [((), ())], statistics, _EPS):
            gamma, beta = pair or (one, 0 * one)
            yield Norm("batch", gamma, beta, mean, var, eps, kept=kept)
        return
    for kind, (_, pair), eps in itertools.product(("layer", "batch"), scales or [((), ())], _EPS):
        gamma, beta = pair or (one, 0 * one)
        yield Norm(kind, gamma, beta, None, None, eps)


def _pairs(
    vectors: Sequence[tuple[str, Tensor]], wide: int, sides: bool, alone: bool = False
) -> list[tuple[list[tuple[str, str]], tuple[Tensor, Tensor]]]:
    """([(names of a part of the first, and of the second)], (first, second)): two vectors of `wide` numbers.

    sides: each of them may be kept as one for each direction. alone: a single vector is a scale or a shift.
    """
    whole = [(name, v) for name, v in vectors if len(v) == wide]
    halves = [(name, v) for name, v in vectors if sides and 2 * len(v) == wide]
    if len(whole) == 2:
        return [([(a[0], b[0])], (a[1], b[1])) for a, b in (whole, whole[::-1])]
    if not whole and len(halves) == 4:
        found = []
        for places in _SIDES:
            for first, second in (places, places[::-1]):
                a, b = ([halves[k] for k in side] for side in (first, second))
                kept = [(p[0], q[0]) for p, q in zip(a, b, strict=True)]
                found.append((kept, tuple(torch.cat([v for _, v in side]) for side in (a, b))))
        return found
    single = [v for _, v in whole]
    if not whole and len(halves) == 2:
        single = [torch.cat([v for _, v in side]) for side in (halves, halves[::-1])]
    if not alone or (len(whole) != 1 and len(halves) != 2):
        return []
    ones, zeros = torch.ones(wide, dtype=torch.float64), torch.zeros(wide, dtype=torch.float64)
    return [([], pair) for v in single for pair in ((v, zeros), (ones, v))]
