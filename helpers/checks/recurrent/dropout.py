"""What is dropped, told by enumeration: each output is that of one pattern of dropped units."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.case import Case, differs, error_text
from helpers.checks.recurrent.network import run
from helpers.checks.recurrent.reading import Fit, Roles, forward, readings
from helpers.checks.recurrent.search import find_fit
from helpers.checks.recurrent.sequence import copied, spread
from helpers.checks.recurrent.spec import ALONG, ALONG_TEXT, PLACES, Spec
from helpers.checks.report import number
from helpers.checks.running import failed

_GAP = "gap "  # and a number: between two of the layers only


def dropout(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    if "dropout_on_one_layer" in case.names():
        return
    place = PLACES[case.spec.dropout]
    for name in ("copies", "copies_again", "copies_default"):
        values = case.values["builds"][name]
        bad = next((v for v in (values["output"], values.get("train_copies")) if failed(v)), None)
        if bad is not None:
            case.find("no_dropout", error_text(bad), place=place)
            return
        if _one_dropout(case, name, fit, place):
            return


def _one_dropout(case: Case, build: str, fit: tuple[Roles, Fit] | None, place: str) -> bool:
    """Judge one set of copies; True where there is no more to be said."""
    values, given = case.values["builds"][build], case.task["builds"][build]
    p = given["arguments"].get("dropout", case.spec.default_p)
    if differs(values["output"], values.get("reseeded")):
        case.find("dropout_in_eval")
        return True
    copies, calls = values["train_copies"], values["train_calls"]
    alike = bool(calls)  # the probe makes other calls where all copies fared alike
    if any(not isinstance(call, np.ndarray) or call.shape != np.shape(calls[0]) for call in calls):
        case.find("dropout_unclear", "in training mode not every call gives logits of one shape", place=place)
        return True
    if alike and spread(np.stack(calls)) < 1e-5:
        reads_below = fit is not None and fit[1].reading == "first_layer_state"
        if reads_below and case.spec.dropout == "between" and _draws(case):
            case.verdict.remarks.append("what is dropped above the bottom layer cannot be seen here")
            return True
        if fit is not None and "relu" in (fit[1].before, fit[1].after):
            return False  # relu may have put all units of this one sequence to 0: nothing to be seen
        case.find("no_dropout", "the same logits each time in training mode", place=place)
        return True
    if fit is not None and fit[1].layout != "right":
        return True  # sequences see one another: which one dropped what cannot be told
    if alike:
        case.find("dropout_mask_reused", "the same units are dropped in all sequences of a batch")
        return True
    own = (fit and find_fit(case, build, fit)) or find_fit(case, build)
    if own is None or own[0].network.hidden != given["arguments"]["hidden_size"]:
        case.verdict.remarks.append("dropout acts in training only; its place and share were not verified")
        return True
    told, count = None, copied(given)
    if copies.shape == (count, *values["output"].shape[1:]):
        told = _explain(*own, torch.from_numpy(given["x"][:1]).double(), copies, p, case.spec)
    if told is None:
        case.find("dropout_unclear", place=place)
        return True
    return _told(case, told, build, p, place)


def _draws(case: Case) -> bool:
    """Was anything drawn at random in training?"""
    done = case.values["builds"]["main"]["train_run"]
    return not failed(done) and done["draws"]


def _told(case: Case, told: "Dropout", build: str, p: float, place: str) -> bool:
    if case.spec.dropout == "between" and told.places[0].startswith(_GAP):
        k = int(told.places[0].removeprefix(_GAP))
        case.find("dropout_missing_above", f"dropout between layers {k + 1} and {k + 2} alone")
    elif told.places != (case.spec.dropout,):
        where = " and ".join(PLACES.get(part, ALONG_TEXT) for part in told.places)
        case.find("dropout_wrong_place", f"dropout {where}", place=place)
    elif told.reused:
        case.find("dropout_mask_reused")
    elif not told.scaled:
        case.find("dropout_unscaled", "what is kept stays as large as it was")
    # With a layer too many, two patterns of dropped units may come too close to be told apart.
    elif abs(told.p - p) > 1e-6 or (told.odd_rate and "too_many_layers" not in case.names()):
        got = f"{told.rate if told.odd_rate else told.p:.2f} of the units dropped"
        if build == "copies_default":
            case.find("wrong_default", got, ("dropout",), expected=f"dropout={number(p)}")
        elif abs(told.p - case.spec.default_p) < 1e-6:
            case.find("dropout_argument_ignored", got, p=p)
        else:
            case.find("wrong_p", got, p=p)
    else:
        return False
    return True


@dataclass(frozen=True)
class Dropout:
    """What was dropped: where, with which p (told by the scale), in which share, scaled or not."""

    places: tuple[str, ...]
    p: float
    rate: float
    scaled: bool
    reused: bool
    odd_rate: bool


def _explain(roles: Roles, fit: Fit, x: Tensor, copies: np.ndarray, p: float, spec: Spec) -> Dropout | None:
    """Which dropout gives these outputs of copies of one input x (1, T, D)?

    With few units every pattern of dropped units can be written out, and each output is one of them.
    """
    target = torch.from_numpy(copies).double()
    if fit.reading == "every":
        target, fit = target[:, -1], replace(fit, reading="last")
    first = spec.dropout
    gaps = [f"{_GAP}{k}" for k in range(len(roles.network.layers) - 1)] if first == "between" else []
    single = [(first,)] + [(part,) for part in (*PLACES, *ALONG, *gaps) if part != first]
    pairs = list(itertools.combinations(PLACES, 2))
    shares = [p, 1 - p, p / 2, 1 - (1 - p) ** 2, spec.default_p, 0.5, *(k / 10 for k in range(1, 10))]
    for places in single + pairs:
        for share in (*dict.fromkeys(shares), 0.0):
            made = _patterns(roles, fit, x, places, share)
            if made is None:
                break
            outputs, kept, audible = made
            if torch.cdist(target[:16], outputs).amin(dim=1).max() > 5e-4:
                continue
            distance, which = torch.cdist(target, outputs).min(dim=1)
            if distance.max() > 5e-4:
                continue
            # A unit whose readers are all dropped themselves makes no difference: it must not count.
            seen, heard = kept[which], audible[which]  # (copies, units)
            rate = float(1 - seen[heard].mean())
            seen = torch.where(heard, seen, seen.mean(dim=0))
            if share == 0.0 and rate == 0.0:
                continue
            share_ = share or rate
            error = 6 * (share_ * (1 - share_) / len(seen)) ** 0.5  # one column alone, the widest case
            odd_rate = share > 0 and abs(rate - share) > error
            return Dropout(places, share_, rate, share > 0, _together(seen), odd_rate)
    return None


def _together(seen: Tensor) -> bool:
    """Are two units always dropped together?"""
    varying = seen[:, seen.std(dim=0) > 0]
    if varying.shape[1] < 2:
        return seen.shape[1] > 1 and varying.shape[1] < seen.shape[1]
    correlation = torch.corrcoef(varying.T) - torch.eye(varying.shape[1], dtype=torch.float64)
    return bool(correlation.abs().max() > 0.5)


@torch.no_grad()
def _patterns(
    roles: Roles, fit: Fit, x: Tensor, places: Sequence[str], p: float
) -> tuple[Tensor, Tensor, Tensor] | None:
    """(outputs, kept, audible): the output for each pattern of kept (1) and dropped (0) units.

    audible: would the output be another one if this unit changed? None: there are too many patterns.
    """
    network = roles.network
    _, T, D = x.shape
    wide = network.hidden * network.directions
    features = readings(network, run(network, x), "right")[fit.reading]().shape[-1]
    outputs = len(roles.head[0]) if fit.head else features
    sizes = {
        "input": T * D,
        "between": T * wide * (len(network.layers) - 1),
        "head": features,
        "logits": outputs,
        "along": T * wide * (len(network.layers) - 1),
        "along_all": T * wide * len(network.layers),
    } | {f"{_GAP}{k}": T * wide for k in range(len(network.layers) - 1)}
    count = sum(sizes[place] for place in places)
    if any(sizes[place] == 0 for place in places) or count > 12:
        return None
    kept = torch.tensor(list(itertools.product((0.0, 1.0), repeat=count)), dtype=torch.float64)
    masks = dict(zip(places, (kept / (1 - p)).split([sizes[place] for place in places], dim=1), strict=True))
    many = x.expand(len(kept), -1, -1)
    if "input" in masks:
        many = many * masks["input"].reshape(-1, T, D)
    dropped = {int(name.removeprefix(_GAP)): masks[name] for name in masks if name.startswith(_GAP)}
    if "between" in masks:
        dropped = dict(enumerate(masks["between"].split(T * wide, dim=1)))

    def between(sequence: Tensor, layer: int) -> Tensor:
        mask = dropped.get(layer)
        return sequence if mask is None else sequence * mask.reshape(-1, T, wide)

    along = None
    for name in set(masks) & set(ALONG):
        mask = masks[name].reshape(len(kept), -1, T, wide).unbind(1)
        along = [*mask, *[None] * (len(network.layers) - len(mask))]
    outputs = forward(roles, fit, many, between, masks, along)
    # What is dropped where nobody looks cannot be told: after the step that is read, say.
    halves = [outputs.unflatten(0, (2**k, 2, -1)) for k in range(count)]
    moves = [(half[:, :1] - half[:, 1:]).abs().amax(-1) > 1e-4 for half in halves]
    audible = torch.stack([move.expand(-1, 2, -1).flatten() for move in moves], dim=1)
    heard = audible.any(dim=0)
    return (outputs, kept[:, heard], audible[:, heard]) if heard.any() else None
