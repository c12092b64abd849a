"""Gradients, defaults, other sizes, places and types."""

from typing import Any

import numpy as np
import torch

from helpers.checks.findings.models_in_training import DEFAULT_DTYPE
from helpers.checks.recurrent.case import Case, error_text, some
from helpers.checks.recurrent.extras import other_sizes
from helpers.checks.recurrent.network import run
from helpers.checks.recurrent.probe import loss_weights
from helpers.checks.recurrent.reading import Fit, Roles, forward, readings
from helpers.checks.recurrent.search import equal
from helpers.checks.report import arguments_text, shape_text
from helpers.checks.running import failed
from helpers.checks.state import left


def _switched_off(case: Case) -> bool:
    """Has the answer switched gradients off? Then nothing of it can learn, which is said already."""
    return any(name in ("gradients", "inference") for name, _ in left(case.values["left"]))


_IN_FLOAT64 = "a model turned to float64 by .double() gives float64 logits"
_NO_DTYPE = "torch.zeros(...) without dtype, or .float(): x.new_zeros(...) takes device and dtype from x"
_CAST = ".double(), .half() or .bfloat16() on the way, or torch.autocast around it"


def gradients_only(case: Case) -> None:
    main = case.values["builds"]["main"]
    if _switched_off(case):
        return
    if any(not p["learns"] for p in main["parameters"]):
        case.find("frozen", some([p["name"] for p in main["parameters"] if not p["learns"]]))
    elif isinstance(main["eval_run"], dict) and not failed(main["eval_run"]):
        gradient = main["eval_run"]["input_gradient"]
        if gradient is None or not np.abs(gradient).max() > 0:
            case.find("detached", "no gradient for x")


def gradients(case: Case, roles: Roles, fit: Fit, build: str) -> None:
    values = case.values["builds"][build]
    if values["unregistered"] or _switched_off(case):
        return  # they do not learn, said already
    if any(not p["learns"] for p in values["parameters"]):
        gradients_only(case)
        return
    if values["made_in_forward"]:
        case.find("made_in_forward", f"with {arguments_text(case.task['builds'][build]['arguments'])}")
        return
    done = values["eval_run"]
    if failed(done):
        case.find("detached", f"{done['error']['type']}: {done['error']['text']}")
        return
    if case.coarse:
        gradients_only(case)
        return
    x = torch.from_numpy(case.task["builds"][build]["x"]).double().requires_grad_()
    output = forward(roles, fit, x)
    tensors = [x, *roles.parameters.values()]
    expected = torch.autograd.grad((output * loss_weights(output.shape)).sum(), tensors, allow_unused=True)
    names, gradients = ["x", *roles.parameters], [done["input_gradient"], *done["gradients"]]
    without, wrong = [], []
    for name, want, got in zip(names, expected, gradients, strict=True):
        if want is None or not want.numel() or not want.abs().max() > 1e-7:
            continue
        if got is None or not np.abs(got).max() > 0:
            without.append(name)
        elif not np.all(np.abs(want.numpy() - got) <= 1e-3 * float(want.abs().max()) + 1e-2 * np.abs(got)):
            wrong.append(name)
    if without:
        case.find("detached", f"no gradient for {some(without)}")
    elif wrong:
        case.find("wrong_gradient", f"other gradients for {some(wrong)}")


def defaults(case: Case) -> None:
    short, full = case.values["defaults"]
    if failed(short) or failed(full):
        bad = short if failed(short) else full
        given = case.task["defaults"][0 if failed(short) else 1]
        case.find(
            "wrong_default",
            f"{bad['error']['type']}: {bad['error']['text']}",
            expected=f"({arguments_text(given)}) is enough",
        )
    elif short != full and "hidden_size_ignored" not in case.names():
        given, spelled = case.task["defaults"]
        left = {key: value for key, value in spelled.items() if key not in given}
        case.find("wrong_default", "other sizes", expected=arguments_text(left))


def extras(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    extras, outputs = case.values["extras"], case.outputs("main")
    rows = len(case.task["builds"]["main"]["x"])
    right = fit is not None and fit[1].layout == "right" and fit[1].reading in ("last", "last_swapped")
    right = right and not fit[1].norm.startswith("batch") and not case.of_one_size
    if right and fit[1].head:
        for key, shape in (("one_row", (1, outputs)), ("one_step", (rows, outputs))):
            got = extras[key]
            if failed(got):
                case.find(f"{key}_fails", error_text(got), shape=shape_text(shape))
            elif not isinstance(got, np.ndarray):
                case.find(f"{key}_fails", "no tensor", shape=shape_text(shape))
            elif got.shape != shape and "output_size_ignored" not in case.names():
                case.find(f"{key}_fails", f"shape {shape_text(got.shape)}", shape=shape_text(shape))
    if fit is not None and not case.of_one_size:
        _other_sizes(case, *fit)
    alike = extras["alike"]
    if right and case.spec.norm and isinstance(alike, np.ndarray) and not np.isfinite(alike).all():
        case.find("divides_by_zero")
    operations = extras["operations"]
    if (
        isinstance(operations, list)
        and operations[1] > 1.5 * operations[0]
        and (fit is None or fit[1].layout == "right")
    ):
        got = f"{operations[0]} operations for 2 sequences, {operations[1]} for 8"
        if not {"batch_time_swapped", "sequences_see_one_another"} & case.names():
            case.find("loop_over_batch", got)
    seen = not case.values["builds"]["main"]["unregistered"]
    if failed(extras["meta"]) and "device" in extras["meta"]["error"]["text"] and seen:
        case.find("device_fixed", error_text(extras["meta"]))
    _dtype(case, extras["float64"], extras["float64_by_default"])


def _other_sizes(case: Case, roles: Roles, fit: Fit) -> None:
    """Are the logits those of the same weights at other sizes too? What fails is said elsewhere."""
    said = {"state_kept", "dropout_in_eval", "random_in_eval"} & case.names()
    if said or fit.layout != "right" or fit.norm.startswith("batch"):
        return
    x = torch.from_numpy(case.task["builds"]["main"]["x"]).double()
    for key, inputs in other_sizes(x).items():
        got = case.values["extras"][key]
        if not isinstance(got, np.ndarray):
            continue
        got = torch.from_numpy(got).double()
        with torch.no_grad():
            if fit.reading not in readings(roles.network, run(roles.network, inputs), "right"):
                continue  # the step before the last, where there is one step
            want = forward(roles, fit, inputs)
            # Many steps of a wide network without training make a rounding error large.
            error = (want - forward(roles, fit, inputs * (1 + 1e-6))).abs().max()
        if (
            want.shape == got.shape
            and not equal(want, got, case.coarse)
            and (want - got).abs().max() > 10 * error
        ):
            case.find(f"{key}_differs")
    alone = case.values["extras"]["train_one_row"]
    if case.spec.norm or not isinstance(alone, np.ndarray) or "dropout_not_asked" in case.names():
        return
    if case.spec.dropout is None:
        with torch.no_grad():
            want = forward(roles, fit, x[:1])
        got = torch.from_numpy(alone).double()
        if want.shape == got.shape[1:] and not equal(want.expand(got.shape), got, case.coarse):
            case.find("one_row_differs", "in training mode")


def _dtype(case: Case, float64: Any, float64_by_default: Any) -> None:
    """Does the type of the logits follow the model's and the input's?"""
    if case.values["builds"]["main"]["unregistered"]:
        return
    if "dtype" in case.values:
        dtype = case.values["dtype"].removeprefix("torch.")
        got = f"{dtype} from a model and an x in float32"
        case.find("dtype_fixed", got, does=f"gives {dtype}", wants="logits of the type that x has", how=_CAST)
    elif float64_by_default == "torch.float64" != float64:
        case.verdict.remarks.append(DEFAULT_DTYPE)
    elif float64 != "torch.float64":
        got = error_text(float64) if failed(float64) else f"{float64} from a model in float64"
        case.find("dtype_fixed", got, does="works for float32", wants=_IN_FLOAT64, how=_NO_DTYPE)
