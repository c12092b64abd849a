"""Training mode: nothing random where it was not asked for, and batch norm with the batch's statistics."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from helpers.checks.recurrent.case import Case, differs
from helpers.checks.recurrent.network import run
from helpers.checks.recurrent.reading import Fit, Roles, forward, network_input, readings
from helpers.checks.recurrent.roles import leaves
from helpers.checks.recurrent.search import equal
from helpers.checks.running import failed


def training(case: Case, main: Mapping[str, Any]) -> None:
    done = main["train_run"]
    if failed(done):
        error = done["error"]
        case.find(
            "raises",
            f"in training mode: {error['type']}: {error['text']}",
            ("behaviour",),
            call="a training step",
        )
        return
    if case.spec.dropout:
        return
    if differs(done["output"], main["train_reseeded"]):
        case.find("dropout_not_asked")
        return
    if "main" not in case.found:
        return
    roles, fit = case.found["main"]
    x = torch.from_numpy(case.task["builds"]["main"]["x"]).double()
    target = torch.from_numpy(done["output"]).double()
    if not case.spec.norm:
        if fit.norm == "none" and not equal(forward(roles, fit, x).detach(), target):
            case.find("dropout_not_asked", "other logits in training mode than in eval mode")
        return
    if fit.norm != "running":
        return
    with torch.no_grad():
        if fit.reading == "every":
            case.find("norm_over_time")
        elif roles.norm.mean is not None and roles.norm.width == 1:
            case.find("one_mean_for_all")
        elif equal(forward(roles, replace(fit, norm="batch"), x), target):
            _statistics(case, roles, fit, x, main)
        elif equal(forward(roles, fit, x), target):
            case.find("running_statistics_in_training")
        elif fit.layout == "right" and equal(forward(roles, replace(fit, norm="over_time"), x), target):
            case.find("norm_over_time")
        else:
            case.find("wrong_in_training")


def _statistics(case: Case, roles: Roles, fit: Fit, x: Tensor, main: Mapping[str, Any]) -> None:
    """Did the running mean and variance move from where they were towards those of this batch?

    Any momentum is right, and so is the variance with or without Bessel's correction.
    """
    norm, kept = roles.norm, []
    _, buffers = leaves(main, case.task["seed"])
    after = [
        b for b, info in zip(main["train_run"]["buffers"], main["buffers"], strict=True) if info["floating"]
    ]
    now = dict(zip(buffers, map(torch.from_numpy, after), strict=True))
    for before in (norm.mean, norm.var):
        name = next(name for name, value in buffers.items() if torch.equal(value, before))
        kept.append(now[name].double())
    if any(one.shape != norm.mean.shape for one in kept):
        case.find("running_statistics_wrong", "statistics of another shape after a call")
        return
    done = run(roles.network, network_input(roles, fit, x))
    features = readings(roles.network, done, fit.layout)[fit.reading]()
    spreads = [features.var(0, unbiased=unbiased) for unbiased in (True, False)]
    mean = _share_of_the_way(norm.mean, features.mean(0), kept[0])
    variances = [_share_of_the_way(norm.var, spread, kept[1]) for spread in spreads]
    if abs(mean) < 1e-3 and abs(variances[0]) < 1e-3:
        case.find("running_statistics_stand_still")
    elif not (1e-3 < mean < 1.001 and any(abs(share - mean) < 1e-3 for share in variances)):
        case.find("running_statistics_wrong")


def _share_of_the_way(start: Tensor, end: Tensor, reached: Tensor) -> float:
    """How far `reached` is on the way from `start` to `end`, in shares of it; NaN if it is not on the way."""
    share = ((reached - start) * (end - start)).sum() / (end - start).square().sum()
    on_the_way = torch.allclose(reached, start + share * (end - start), rtol=1e-3, atol=1e-4)
    return float(share) if on_the_way else float("nan")
