"""Training mode: nothing random where it was not asked for, and batch norm with the batch's statistics."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.checks.recurrent.case import Case, differs
from helpers.checks.recurrent.network import run
from helpers.checks.recurrent.reading import Fit, Roles, forward, network_input, readings
from helpers.checks.recurrent.search import equal
from helpers.checks.running import failed

_EPS = (1e-5, 1e-3, 0.0, 1e-4, 1e-6, 1e-8)


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
        case.leave("norm", "training could not be compared")
        return
    if case.spec.dropout:
        return
    if differs(done["output"], main["train_reseeded"]):
        case.find("dropout_not_asked")
        case.leave("norm", "what is random in training cannot be compared")
        return
    if "main" not in case.found:
        return
    roles, fit = case.found["main"]
    x = torch.from_numpy(case.task["builds"]["main"]["x"]).double()
    target = torch.from_numpy(done["output"]).double()
    if not case.spec.norm:
        if fit.norm == "none" and not equal(forward(roles, fit, x).detach(), target, case.coarse):
            case.find("dropout_not_asked", "other logits in training mode than in eval mode")
        return
    if fit.norm != "running":
        return
    with torch.no_grad():
        if fit.reading == "every":
            case.find("norm_over_time")
        elif roles.norm.mean is not None and roles.norm.width == 1:
            case.find("one_mean_for_all")
        elif _as_batch(roles, fit, x, "batch", target, case.coarse):
            _statistics(case, roles, fit, x, main)
            _three_rows(case, roles, fit, x)
        elif _as_batch(roles, fit, x, "batch_unbiased", target, case.coarse):
            case.find("unbiased_variance")
            _statistics(case, roles, fit, x, main)
        elif equal(forward(roles, fit, x), target, case.coarse):
            case.find("running_statistics_in_training")
        elif fit.layout == "right" and equal(
            forward(roles, replace(fit, norm="over_time"), x), target, case.coarse
        ):
            case.find("norm_over_time")
        else:
            case.find("wrong_in_training")


def _three_rows(case: Case, roles: Roles, fit: Fit, x: Tensor) -> None:
    """The statistics of a small batch must be its own, too."""
    got = case.values["extras"]["train_three_rows"]
    if not isinstance(got, np.ndarray):
        case.leave("norm", "a training batch of three sequences could not be compared")
    elif not case.of_one_size and fit.layout == "right":
        target = torch.from_numpy(got).double()
        if not _as_batch(roles, fit, x[:3], "batch", target, case.coarse):
            case.find("wrong_in_training", "with three sequences in the batch")


def _as_batch(roles: Roles, fit: Fit, x: Tensor, statistics: str, target: Tensor, coarse: bool) -> bool:
    """Are these logits those of a norm with the statistics of this batch, whatever its eps is?

    A feature may vary so little in a batch that eps counts, which running statistics have not told.
    """
    norms = (replace(roles.norm, eps=eps) for eps in (roles.norm.eps, *_EPS))
    fit = replace(fit, norm=statistics)
    return any(equal(forward(replace(roles, norm=norm), fit, x), target, coarse) for norm in norms)


def _statistics(case: Case, roles: Roles, fit: Fit, x: Tensor, main: Mapping[str, Any]) -> None:
    """Did the running mean and variance move from where they were towards those of this batch?

    Any momentum is right, and so is the variance with or without Bessel's correction.
    """
    floating = [buffer["name"] for buffer in main["buffers"] if buffer["floating"]]
    after = [
        b for b, info in zip(main["train_run"]["buffers"], main["buffers"], strict=True) if info["floating"]
    ]
    now = dict(zip(floating, (torch.from_numpy(b).double().flatten() for b in after), strict=True))
    done = run(roles.network, network_input(roles, fit, x))
    features = readings(roles.network, done, fit.layout)[fit.reading]()
    norm, start = roles.norm, 0
    for mean_of, var_of in norm.kept:
        reached, spread = now[mean_of], now[var_of]
        part = slice(start, start := start + len(reached))
        if len(spread) != len(reached) or start > len(norm.mean):
            case.find("running_statistics_wrong", "statistics of another shape after a call")
            return
        seen = features[:, part]
        mean = _share_of_the_way(norm.mean[part], seen.mean(0), reached)
        spreads = (seen.var(0, unbiased=unbiased) for unbiased in (True, False))
        variances = [_share_of_the_way(norm.var[part], end, spread) for end in spreads]
        if abs(mean) < 1e-3 and abs(variances[0]) < 1e-3:
            case.find("running_statistics_stand_still")
        elif not (1e-3 < mean < 1.001 and any(abs(share - mean) < 1e-3 for share in variances)):
            case.find("running_statistics_wrong")


def _share_of_the_way(start: Tensor, end: Tensor, reached: Tensor) -> float:
    """How far `reached` is on the way from `start` to `end`, in shares of it; NaN if it is not on the way."""
    share = ((reached - start) * (end - start)).sum() / (end - start).square().sum()
    on_the_way = torch.allclose(reached, start + share * (end - start), rtol=1e-3, atol=1e-4)
    return float(share) if on_the_way else float("nan")
