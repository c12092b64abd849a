"""Is anything dropped at all, and if so, where, in which share, and anew in each call?"""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.case import Case, differs, error_text
from helpers.checks.recurrent.extras import TRAIN_CALLS
from helpers.checks.recurrent.patterns import (
    GAP,
    Dropout,
    as_simulated,
    as_spread,
    countable,
    each_a_pattern,
    explain,
)
from helpers.checks.recurrent.probe import SINGLES, copied, spread
from helpers.checks.recurrent.reading import Fit, Roles
from helpers.checks.recurrent.search import find_fit, roles_of, sizes_fit
from helpers.checks.recurrent.spec import ALONG_TEXT, PLACES
from helpers.checks.report import arguments_text, number
from helpers.checks.running import failed

NOT_COMPARED = "something is dropped in training; its place and share could not be compared"
NOT_AS_ASKED = "what is dropped in training does not fit the share asked for with ({})"
_COPIES = ("copies", "copies_again", "copies_default")  # builds that run copies of one sequence
_TORCHS_P = 0.5  # what nn.Dropout() and F.dropout(x) take
_NEAR = 2.0  # so far at most an untrained model's logits move where units are dropped: its weights are small
_MOST_TRIED = 40  # roles whose every pattern of dropped units is written out


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
        if not sizes_fit(case, "copies", role, fit):
            continue
        if explain(role, fit, x, values["train_copies"], p, case.spec, (1,)):
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
    return countable(*fit, x, case.spec) and each_a_pattern(*fit, x, step[:, 0], p, case.spec)


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
    # Where calls are alike though sequences differ, something is wrong with one of the two, whatever it is.
    odd = _steady(own) and (seen or spread(own[0]) > 1e-3)
    if odd or (seen and (np.shape(own) != (2, *plain.shape) or not np.abs(own - plain).max() < _NEAR)):
        case.leave("dropout", "what is dropped with the weights that it begins with could not be compared")
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
    if not as_spread(roles, fit, x, torch.from_numpy(calls).double(), p, case.spec):
        return False
    if {"one_step_fails"} & case.names():
        return True
    return np.shape(step) == shape and each_a_pattern(roles, fit, x[:1, :1], step[:, 0], p, case.spec)


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
    # What nothing explains at ordinary size is not looked for again: that would take as long.
    own = None
    if fit is not None:
        own = _same(case, build, fit) if in_eval else find_fit(case, build, fit) or find_fit(case, build)
    if own is None:
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
    told = None if case.coarse else explain(own[0], fit, x, copies, p, case.spec)
    if told is not None:
        return _told(case, told, build, p, place) or in_eval
    if countable(own[0], fit, x, case.spec) and not case.coarse:
        case.find("dropout_unclear", place=place)
        return True
    if not as_simulated(own[0], fit, x, copies, p, case.spec):
        case.leave("dropout", NOT_COMPARED)
        return True
    return in_eval


def _same(case: Case, build: str, fit: tuple[Roles, Fit]) -> tuple[Roles, Fit] | None:
    """The same roles and reading in another build, where no output without dropout can tell them."""
    alike = (role for role in roles_of(case, build) if role.key == fit[0].key)
    return next(((role, fit[1]) for role in alike if sizes_fit(case, build, role, fit[1])), None)


def _sequence(values: Mapping[str, Any], given: Mapping[str, Any]) -> Tensor:
    """The sequence (1, T, D) that was copied."""
    k = values.get("sequence", 0)
    return torch.from_numpy(given["x"][k : k + 1]).double()


def _told(case: Case, told: Dropout, build: str, p: float, place: str) -> bool:
    if case.spec.dropout == "between" and told.places[0].startswith(GAP):
        k = int(told.places[0].removeprefix(GAP))
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
