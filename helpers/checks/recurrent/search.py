"""Looks for the roles of an answer's weights, and for the way in which it reads them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.case import Case
from helpers.checks.recurrent.network import Network, Norm, run
from helpers.checks.recurrent.reading import (
    ACTIVATIONS,
    INSIDE,
    LOGITS,
    Fit,
    Roles,
    network_input,
    readings,
    to_logits,
    variants,
)
from helpers.checks.recurrent.roles import candidates

# The search for roles ends somewhere, whatever it is given. No labelled answer needs more than 1,300 trials,
# or has more than 10 ** 6 weights.
_MOST_ROLES, _MOST_WORK = 3_000, 2 * 10**8
_MOST_READ = 24  # of them with which every way of reading is tried: labelled answers need up to 5


def find_fit(case: Case, build: str, like: tuple[Roles, Fit] | None = None) -> tuple[Roles, Fit] | None:
    """The roles and the way of reading under which the reference gives what the answer gave.

    like: only the same roles and the same reading as in another build.
    """
    given, values = case.task["builds"][build], case.values["builds"][build]
    if not isinstance(values["output"], np.ndarray):
        return None
    x = torch.from_numpy(given["x"]).double()
    target = torch.from_numpy(values["output"]).double()
    roles = roles_of(case, build)
    if like is not None:
        roles = (role for role in roles if role.key == like[0].key)
    tried = []
    with torch.no_grad():
        search = Search(x, target, case.coarse)
        # The right way of reading is tried with all roles first: most answers are right in that.
        ways = [case.spec.right if like is None else like[1]]
        if like is None and case.spec.bidirectional:  # either direction may come first
            ways.append(replace(case.spec.right, reading="last_swapped"))
        for role in roles:
            tried.append(role)
            for way in ways:
                fit = search.only(role, way)
                if fit is not None:
                    return role, fit
        for role in tried[:_MOST_READ] if like is None else ():
            fit = search.best(role, case.spec.right)
            if fit is not None:
                return role, fit
    return None


def roles_of(case: Case, build: str) -> Iterator[Roles]:
    """Every assignment of roles to the weights of a build, up to a bound."""
    given, values = case.task["builds"][build], case.values["builds"][build]
    roles = candidates(
        values,
        case.task["seed"],
        given["x"].shape[2],
        case.outputs(build),
        case.spec.bidirectional,
        case.spec.norm,
    )
    numbers = sum(int(np.prod(parameter["shape"])) for parameter in values["parameters"])
    return itertools.islice(roles, min(_MOST_ROLES, _MOST_WORK // (numbers + 1)))


def sizes_fit(case: Case, build: str, roles: Roles, fit: Fit) -> bool:
    """Do the sizes of a build's weights and outputs allow this way of reading, whatever the numbers are?"""
    x = torch.from_numpy(case.task["builds"][build]["x"]).double()
    if fit.norm not in _norm_places(roles.norm):
        return False
    with torch.no_grad():
        done = run(roles.network, network_input(roles, fit, x))
        ways = readings(roles.network, done, fit.layout)
        output = torch.from_numpy(case.values["builds"][build]["output"])
        return fit.reading in ways and _possible(roles, fit, ways[fit.reading](), output)


class Search:
    """Looks for ways of reading under which given roles lead from x (B, T, D) to `target`, both float64."""

    def __init__(self, x: Tensor, target: Tensor, coarse: bool = False) -> None:
        self.x, self.target, self.coarse = x, target, coarse
        self._bound = _bound(target, coarse)
        self._ways: dict[tuple[int, str], tuple[Network, dict[str, Tensor]]] = {}

    def only(self, roles: Roles, fit: Fit) -> Fit | None:
        """`fit`, if it is the way."""
        if fit.norm not in _norm_places(roles.norm):
            return None
        features = self._features(roles, fit.layout, fit.norm).get(fit.reading)
        if features is None or not _possible(roles, fit, features, self.target):
            return None
        return fit if equal(to_logits(roles, fit, features), self.target, self.coarse) else None

    def best(self, roles: Roles, right: Fit) -> Fit | None:
        """The way with the fewest mistakes; None if there is none."""
        norms = _norm_places(roles.norm)
        inside = tuple(name for name in norms if not name.startswith("input_"))
        limit = 4 if roles.exact else 2
        layouts = ("right", "swapped", "reshaped")
        if roles.network.slip or roles.network.shared:
            layouts, limit = layouts[:1], 2  # not many mistakes at once
        outside = [name for name in norms if name.startswith("input_")]
        if roles.norm is None or roles.norm.width not in (1, self.x.shape[2]):
            outside = []
        for layout, place in itertools.product(layouts, (None, *outside)):
            features = self._features(roles, layout, place or "none")
            places = (place,) if place else inside
            found = self._all(roles, features, places)
            for fit in variants(right, tuple(features), places, limit) if found else ():
                if (fit.reading, fit.norm, fit.before, fit.head, fit.after) in found:
                    return replace(fit, layout=layout)
        return None

    def _features(self, roles: Roles, layout: str, norm: str) -> dict[str, Tensor]:
        """Name of a reading -> features, kept for the next roles with the same network."""
        outside = norm if norm.startswith("input_") else "none"
        key = (id(roles.network), layout)
        if outside == "none" and key in self._ways:
            return self._ways[key][1]
        done = run(roles.network, network_input(roles, Fit(layout=layout, norm=outside), self.x))
        features = {name: way() for name, way in readings(roles.network, done, layout).items()}
        if outside == "none":
            self._ways[key] = roles.network, features  # the network is kept so that its id stays its own
        return features

    def _all(self, roles: Roles, features: Mapping[str, Tensor], norms: Sequence[str]) -> set[tuple]:
        """(reading, norm, before, head, after) of all ways that give the target; many in one computation."""
        alike: dict[tuple[int, ...], list[str]] = {}
        for name, part in features.items():
            alike.setdefault(tuple(part.shape), []).append(name)
        found = set()
        for names, norm in itertools.product(alike.values(), norms):
            # Statistics of the batch must be those of one reading alone.
            for some in [[name] for name in names] if "batch" in norm else [names]:
                stacked = None
                for head in (True, False):
                    if not _possible(roles, Fit(norm=norm, head=head), features[some[0]], self.target):
                        continue
                    if stacked is None:
                        stacked = torch.stack([features[name] for name in some])
                    for before in ACTIVATIONS:
                        logits = to_logits(roles, Fit(norm=norm, before=before, head=head), stacked)
                        for after in LOGITS if head else ("none",):
                            same = self._close(LOGITS[after](logits)).flatten(1).all(dim=1)
                            equal = itertools.compress(some, same.tolist())
                            found |= {(name, norm, before, head, after) for name in equal}
        return found

    def _close(self, ours: Tensor) -> Tensor:
        return (ours - self.target).abs() <= self._bound


def _norm_places(norm: Norm | None) -> list[str]:
    if norm is None:
        return ["none"]
    if norm.kind == "layer":
        return ["none", "features", "output_features", "input_features"]
    names = [f"{place}batch{kind}" for kind in ("", "_unbiased") for place in ("", "output_", "input_")]
    if norm.mean is not None:
        names = ["running", "output_running", "input_running", *names]
    return ["none", *names]


def _possible(roles: Roles, fit: Fit, features: Tensor, target: Tensor) -> bool:
    """Do the sizes allow this way of reading? Spares most of the computing."""
    wide = features.shape[-1]
    if fit.norm in INSIDE and roles.norm.width not in (1, wide):
        return False
    if fit.head:
        if roles.head is None:
            return False
        weight = roles.head[0]
        if weight.shape[1] != wide:
            return False
        wide = len(weight)
    if fit.norm.startswith("output_") and roles.norm.width not in (1, wide):
        return False
    return (*features.shape[:-1], wide) == tuple(target.shape)


def _bound(theirs: Tensor, coarse: bool) -> Tensor:
    """How far another output may be from this one, and still be taken for it."""
    close = 2e-5 + 1e-4 * theirs.abs()
    return 100 * close if coarse else close


def equal(ours: Tensor, theirs: Tensor, coarse: bool = False) -> bool:
    return ours.shape == theirs.shape and bool(((ours - theirs).abs() <= _bound(theirs, coarse)).all())
