"""What is dropped, told by enumeration: each output is that of one pattern of dropped units."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.case import Case, differs, error_text
from helpers.checks.recurrent.network import Network, run
from helpers.checks.recurrent.reading import Fit, Roles, forward, readings
from helpers.checks.recurrent.search import find_fit, roles_of
from helpers.checks.recurrent.sequence import SINGLES, TRAIN_CALLS, copied, spread
from helpers.checks.recurrent.spec import ALONG, ALONG_TEXT, PLACES, Spec
from helpers.checks.report import arguments_text, number
from helpers.checks.running import failed

NOT_COMPARED = "something is dropped in training; its place and share could not be compared"
NOT_AS_ASKED = "what is dropped in training does not fit the share asked for with ({})"
_COPIES = ("copies", "copies_again", "copies_default")  # builds that run copies of one sequence
_TORCHS_P = 0.5  # what nn.Dropout() and F.dropout(x) take
_MOST_TRIED = 40  # roles whose every pattern of dropped units is written out
_SIMULATED = 24  # patterns of dropped units for each sequence of the main size
_MOST_UNITS = 12  # so many patterns as 2 to the power of it are tried
_GAP = "gap "  # and a number: between two of the layers only


# Ways of reading in which one sequence alone has its last hidden state as the last row of the last step.
_ENDS = ("last", "last_column", "every", "every_flat", "every_layer", "last_sequence")


def dropout(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    """Is anything dropped at all, and if so, where and in which share?

    What could not be compared is left to a person: the item is ticked only where it was seen to be right.
    """
    if "dropout_on_one_layer" in case.names():
        return
    main = case.values["builds"]["main"]
    if differs(main["output"], main["reseeded"]):
        case.find("dropout_in_eval")
    if _nothing_random(case, fit):
        return
    if _steady(case.values["extras"]["train_calls"]) and _always_the_same(case, fit):
        _steady_finding(case, fit)
        return
    _of_copies(case, fit)
    if "dropout" in case.verdict.lost or _not_at_ordinary_size(case, fit):
        return
    if "dropout" not in case.verdict.unverified:
        _of_ordinary_size(case, fit)


def _of_copies(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    """Judge each set of copies, up to the first that says something."""
    for name in _COPIES:
        values = case.values["builds"][name]
        bad = next((v for v in (values["output"], values.get("train_copies")) if failed(v)), None)
        if bad is not None:
            case.leave("dropout", f"the code stops with an error ({error_text(bad)})")
            return
        if _one_dropout(case, name, fit):
            return
    modules = case.values["builds"]["copies"]["modules"]
    if case.spec.dropout == "head" and any(module.get("dropout", 0) > 0 for module in modules):
        case.leave("dropout", "a recurrent layer is made to drop too, which does not reach what is read here")


def _of_ordinary_size(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    """Does a model of the main size drop in a sequence that is alone, and as asked in a batch?"""
    alone = case.values["extras"]["train_one_row"]
    seen = fit is not None and fit[1].before == "none" and fit[1].reading in _ENDS
    if seen and isinstance(alone, np.ndarray) and spread(alone) < 1e-5:
        got = "the same logits each time for a sequence that is alone in its batch"
        case.find("no_dropout", got, place=PLACES[case.spec.dropout])
    elif fit is not None and not _fits_at_ordinary_size(case, *fit):
        case.leave("dropout", NOT_AS_ASKED.format(arguments_text(case.task["builds"]["main"]["arguments"])))


def from_dropout(case: Case) -> tuple[Roles, Fit] | None:
    """Roles and reading of an answer that drops in eval mode too, told by what it drops in training."""
    values, given = case.values["builds"]["copies"], case.task["builds"]["copies"]
    if np.shape(values.get("train_copies")) != (copied(given), case.outputs("copies")):
        return None
    x, p = _sequence(values, given), given["arguments"]["dropout"]
    for role in itertools.islice(roles_of(case, "copies"), _MOST_TRIED):
        fit = case.spec.right
        if role.head is not None and _explain(role, fit, x, values["train_copies"], p, case.spec, (1,)):
            return role, fit
    return None


def _nothing_random(case: Case, fit: tuple[Roles, Fit] | None) -> bool:
    """Does training give the same logits each time? Says so; True where there is no more to be said."""
    main = case.values["builds"]["main"]
    done = main["train_run"]
    if failed(done) or differs(done["output"], main["train_reseeded"]):
        return False
    if any(_varies(case.values["builds"][name]) for name in _COPIES):
        return False
    reads_below = fit is None or fit[1].reading == "first_layer_state"
    if reads_below and case.spec.dropout == "between" and done["draws"]:
        case.leave("dropout", "what is dropped does not reach what the output layer reads")
    elif "dropout_in_eval" not in case.names():
        _steady_finding(case, fit)
    return True


def _steady_finding(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    """Training gives the same logits each time: is always the same dropped, or nothing?"""
    if _always_the_same(case, fit):
        case.find("dropout_same_each_call", "the same logits each time in training mode")
    else:
        got = f"the same logits each time in training mode: {case.call('main')}"
        case.find("no_dropout", got, place=PLACES[case.spec.dropout])


def _always_the_same(case: Case, fit: tuple[Roles, Fit] | None) -> bool:
    """Other logits than in eval mode, and a random choice behind them: a batch norm has none."""
    main, extras, builds = case.values["builds"]["main"], case.values["extras"], case.values["builds"]
    done = main["train_run"]
    if failed(done) or not differs(done["output"], main["output"]):
        return False
    copies = [builds[name].get("train_copies") for name in _COPIES]
    chosen = any(isinstance(rows, np.ndarray) and spread(rows) >= 1e-5 for rows in copies)
    if chosen or done["draws"] or differs(done["output"], main["train_reseeded"]):
        return True
    step = extras["train_one_step"]
    if fit is None or fit[1].layout != "right" or np.shape(step)[1:] != main["output"].shape:
        return False
    given = case.task["builds"]["main"]
    x, p = torch.from_numpy(given["x"][:1, :1]).double(), given["arguments"]["dropout"]
    return _countable(*fit, x, case.spec) and _each_a_pattern(*fit, x, step[:, 0], p, case.spec)


def _not_at_ordinary_size(case: Case, fit: tuple[Roles, Fit] | None) -> bool:
    """Does one model of the main size give the same logits in each training call? Says so.

    What drops in small models, in large batches or with a judge's weights only drops nothing where it counts.
    """
    extras = case.values["extras"]
    if _steady(extras["train_calls"]):
        _steady_finding(case, fit)
        return True
    own, plain = extras["train_unfilled"], extras["unfilled"]
    # Where the first values are all zero, what is dropped cannot be seen; nor can the input.
    seen = isinstance(plain, np.ndarray) and np.isfinite(plain).all() and spread(plain) > 1e-3
    if seen and _steady(own) and not differs(own[0], plain):
        got = "the same logits each time in training mode with the weights that it begins with"
        case.find("no_dropout", got, place=PLACES[case.spec.dropout])
        return True
    return False


def _steady(calls: Any) -> bool:
    """Are these outputs of several calls, all the same?"""
    return isinstance(calls, np.ndarray) and len(calls) > 1 and spread(calls) < 1e-5


def _fits_at_ordinary_size(case: Case, roles: Roles, fit: Fit) -> bool:
    """Do the training calls of the main size fit dropout as asked?

    With one step, few units may be dropped: each output is that of a pattern of them. With more steps means
    and spreads tell. Where the answer has another fault in what it reads or drops, that says enough.
    """
    said = {"state_kept", "dropout_in_eval"} & case.names()
    if said or "dropout" in case.verdict.lost or fit.layout != "right" or fit.mistakes(case.spec.right):
        return True
    if case.coarse or case.of_one_size:
        return True
    given, extras = case.task["builds"]["main"], case.values["extras"]
    x, p = torch.from_numpy(given["x"]).double(), given["arguments"]["dropout"]
    calls, step = extras["train_calls"], extras["train_one_step"]
    shape = (TRAIN_CALLS, *case.values["builds"]["main"]["output"].shape)
    if np.shape(calls) != shape:
        return False
    if not _as_spread(roles, fit, x, torch.from_numpy(calls).double(), p, case.spec):
        return False
    if {"one_step_fails"} & case.names():
        return True
    return np.shape(step) == shape and _each_a_pattern(roles, fit, x[:1, :1], step[:, 0], p, case.spec)


@torch.no_grad()
def _as_spread(roles: Roles, fit: Fit, x: Tensor, calls: Tensor, p: float, spec: Spec) -> bool:
    """Do outputs (calls, B, outputs) for x lie around their mean as far as dropout lets them?"""
    many = x.repeat(_SIMULATED, 1, 1)
    random = torch.Generator().manual_seed(0)
    units = _sizes(roles, fit, x[:1])[spec.dropout]
    kept = torch.rand(len(many), units, generator=random, dtype=torch.float64) >= p
    ours = _dropped(roles, fit, many, (spec.dropout,), kept / (1 - p)).reshape(_SIMULATED, *calls.shape[1:])
    centre, usual = ours.mean(0), ours.var(0).sum()
    far = (calls - centre).square().mean(0).sum()
    off = (calls.mean(0) - centre).square().sum()
    return bool(usual / 2.5 < far < 2.5 * usual and off < usual / 2)


@torch.no_grad()
def _each_a_pattern(roles: Roles, fit: Fit, x: Tensor, outputs: np.ndarray, p: float, spec: Spec) -> bool:
    """Is each output for x (1, T, D) that of some pattern of dropped units? True where they are too many."""
    made = _patterns(roles, fit, x, (spec.dropout,), p) if _countable(roles, fit, x, spec) else None
    if made is None:
        return True
    return bool(torch.cdist(torch.from_numpy(outputs).double(), made[0]).amin(dim=1).max() < 5e-4)


def _varies(values: Mapping[str, Any]) -> bool:
    """Does one sequence have other logits from call to call, or from copy to copy, in training?"""
    rows = values.get("train_singles", values.get("train_copies"))
    if not isinstance(rows, np.ndarray) or spread(rows) >= 1e-5:
        return True  # or it cannot be said
    calls = values["train_calls"]
    return bool(calls) and any(differs(call, calls[0]) for call in calls[1:])


def _one_dropout(case: Case, build: str, fit: tuple[Roles, Fit] | None) -> bool:
    """Judge one set of copies; True where there is no more to be said."""
    values, given = case.values["builds"][build], case.task["builds"][build]
    place = PLACES[case.spec.dropout]
    p = given["arguments"].get("dropout", case.spec.default_p)
    in_eval = differs(values["output"], values.get("reseeded"))
    if in_eval:
        case.find("dropout_in_eval")
    calls = values["train_calls"]
    alike = bool(calls)  # the probe makes other calls where all copies fared alike
    if any(not isinstance(call, np.ndarray) or call.shape != np.shape(calls[0]) for call in calls):
        case.find("dropout_unclear", "in training mode not every call gives logits of one shape", place=place)
        return True
    if alike and spread(np.stack(calls)) < 1e-5:
        if not in_eval:
            case.find("no_dropout", "the same logits each time in training mode", place=place)
        return True
    own = (
        fit and _same(case, build, fit)
        if in_eval
        else (fit and find_fit(case, build, fit)) or find_fit(case, build)
    )
    if not own:
        if not in_eval:
            case.leave("dropout", NOT_COMPARED)
        return True
    x, copies, fit = _sequence(values, given), values["train_copies"], own[1]
    if fit.layout != "right" or fit.reading in ("last_sequence", "every_layer", "every_flat"):
        singles = values.get("train_singles")
        wide = len(own[0].head[0]) if fit.head else values["output"].shape[-1]
        if fit.reading not in _ENDS or np.shape(singles)[:1] != (SINGLES,) or singles[0].size % wide:
            case.leave("dropout", NOT_COMPARED)
            return True
        rows = values["train_copies"]
        steps = fit.layout == "swapped" and np.shape(rows)[:1] == (copied(given),)
        if steps and spread(rows[len(rows) // 2 :]) < 1e-4:
            # The copies are steps here: after many of them the state rests, and only what is dropped differs.
            case.find("dropout_mask_reused", "the same units are dropped in all sequences of a batch")
            return True
        # One sequence alone, whose axes are swapped, is T sequences of one step; the last of them is read.
        x = torch.from_numpy(given["x"][:1, -1:] if fit.layout == "swapped" else given["x"][:1]).double()
        copies = singles.reshape(len(singles), -1, wide)[:, -1]
        fit = replace(fit, layout="right", reading="last")
    elif copies.shape != (copied(given), *values["output"].shape[1:]):
        case.leave("dropout", NOT_COMPARED)
        return True
    elif alike:
        case.find("dropout_mask_reused", "the same units are dropped in all sequences of a batch")
        return True
    told = None if case.coarse else _explain(own[0], fit, x, copies, p, case.spec)
    if told is not None:
        return _told(case, told, build, p, place) or in_eval
    if _countable(own[0], fit, x, case.spec) and not case.coarse:
        case.find("dropout_unclear", place=place)
        return True
    if not _as_simulated(own[0], fit, x, copies, p, case.spec):
        case.leave("dropout", NOT_COMPARED)
        return True
    return in_eval


def _same(case: Case, build: str, fit: tuple[Roles, Fit]) -> tuple[Roles, Fit] | None:
    """The same roles and reading in another build, where no output without dropout can tell them."""
    return next(((role, fit[1]) for role in roles_of(case, build) if role.key == fit[0].key), None)


def _sequence(values: Mapping[str, Any], given: Mapping[str, Any]) -> Tensor:
    """The sequence (1, T, D) that was copied."""
    k = values.get("sequence", 0)
    return torch.from_numpy(given["x"][k : k + 1]).double()


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
        elif any(abs(told.p - fixed) < 1e-6 for fixed in (case.spec.default_p, _TORCHS_P)):
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


def _explain(
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
    gaps = [f"{_GAP}{k}" for k in range(len(roles.network.layers) - 1)] if first == "between" else []
    single = [(first,)] + [(part,) for part in (*PLACES, *ALONG, *gaps) if part != first]
    pairs = list(itertools.combinations(PLACES, 2)) if 2 in counts else []
    shares = [p, 1 - p, p / 2, 1 - (1 - p) ** 2, spec.default_p, 0.5, *(k / 20 for k in range(1, 20))]
    for places in single + pairs:
        for share in (*dict.fromkeys(shares), 0.0):
            made = _patterns(roles, fit, x, places, share)
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
    roles: Roles, fit: Fit, x: Tensor, places: Sequence[str], p: float
) -> tuple[Tensor, Tensor] | None:
    """(outputs, kept): the output for each pattern of kept (1) and dropped (0) units; None: too many."""
    sizes = _sizes(roles, fit, x)
    count = sum(sizes[place] for place in places)
    if any(sizes[place] == 0 for place in places) or count > _MOST_UNITS:
        return None
    kept = torch.tensor(list(itertools.product((0.0, 1.0), repeat=count)), dtype=torch.float64)
    outputs = _dropped(roles, fit, x, places, kept / (1 - p))
    return outputs, kept


def _countable(roles: Roles, fit: Fit, x: Tensor, spec: Spec) -> bool:
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
    } | {f"{_GAP}{k}": T * size for k, size in enumerate(wide[:-1])}


def _widths(network: Network) -> list[int]:
    """How many features each layer hands up."""
    return [layer[0].hidden * network.directions for layer in network.layers]


def _dropped(roles: Roles, fit: Fit, x: Tensor, places: Sequence[str], factors: Tensor) -> Tensor:
    """The outputs for x (1, T, D), one for each row of `factors` on the units of all places."""
    network, (_, T, D) = roles.network, x.shape
    wide, sizes = _widths(network), _sizes(roles, fit, x)
    masks = dict(zip(places, factors.split([sizes[place] for place in places], dim=1), strict=True))
    many = x.expand(len(factors), -1, -1)
    if "input" in masks:
        many = many * masks["input"].reshape(-1, T, D)
    dropped = {int(name.removeprefix(_GAP)): masks[name] for name in masks if name.startswith(_GAP)}
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
def _as_simulated(roles: Roles, fit: Fit, x: Tensor, copies: np.ndarray, p: float, spec: Spec) -> bool:
    """With too many units to try every pattern: do means and spreads of the outputs fit dropout as asked?"""
    units = _sizes(roles, fit, x)[spec.dropout]
    random = torch.Generator().manual_seed(0)
    kept = torch.rand(4 * len(copies), units, generator=random, dtype=torch.float64) >= p
    ours, theirs = _dropped(roles, fit, x, (spec.dropout,), kept / (1 - p)), torch.from_numpy(copies).double()
    if ours.shape[1:] != theirs.shape[1:]:
        return False
    centre = ours.mean(0)
    for power in (1, 2):
        a, b = (ours - centre) ** power, (theirs - centre) ** power
        error = (a.var(0) / len(a) + b.var(0) / len(b)).sqrt()
        if ((a.mean(0) - b.mean(0)).abs() > 6 * error + 1e-6).any():
            return False
    return True
