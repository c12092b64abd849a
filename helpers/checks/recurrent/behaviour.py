"""Gradients, defaults, other sizes, places and types."""

from dataclasses import replace
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
_NOT_COMPARED = "the logits of {} could not be compared"
_SIZES = {"one_row": "one sequence", "one_step": "sequences of one step", "longer": "longer sequences"}
# What torch says where "meta" is no stand-in for a device: of code that looks at values, and of traced code.
_NO_STAND_IN = ("on meta tensors", "meta tensor; no data", "register_meta", "Meta tensors", "TorchScript")
_CAST = ".double(), .half() or .bfloat16() on the way, or torch.autocast around it"


def gradients_only(case: Case, build: str = "main") -> None:
    values = case.values["builds"][build]
    if _switched_off(case):
        return
    done = values["eval_run"]
    if any(not p["learns"] for p in values["parameters"]):
        case.find("frozen", some([p["name"] for p in values["parameters"] if not p["learns"]]))
    elif failed(done):
        case.leave("behaviour", f"no gradient could be computed ({error_text(done)})")
    elif done["input_gradient"] is None or not np.abs(done["input_gradient"]).max() > 0:
        case.find("detached", "no gradient for x")
    elif any(gradient is None for gradient in done["gradients"]):
        case.leave("behaviour", "some weights have no gradient")


def gradients(case: Case, roles: Roles, fit: Fit, build: str) -> None:
    values = case.values["builds"][build]
    if values["unregistered"] or _switched_off(case):
        return  # they do not learn, said already
    if any(not p["learns"] for p in values["parameters"]):
        gradients_only(case, build)
        return
    if values["made_in_forward"]:
        case.find("made_in_forward", f"with {arguments_text(case.task['builds'][build]['arguments'])}")
        return
    done = values["eval_run"]
    if failed(done):
        case.find("detached", f"{done['error']['type']}: {done['error']['text']}")
        return
    if case.coarse:
        gradients_only(case, build)
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
    if right and case.spec.norm:
        _alike(case, *fit)
    _operations(case, fit)
    if not case.values["builds"]["main"]["unregistered"]:
        _device(case)
        _dtype(case, fit, extras["float64"], extras["float64_by_default"])


def _alike(case: Case, roles: Roles, fit: Fit) -> None:
    """A batch in which no feature varies: batch norm gives its shift, and no division by zero."""
    got = case.values["extras"]["alike"]
    if not isinstance(got, np.ndarray):
        case.leave("behaviour", "a batch of twice the same sequence could not be compared")
    elif not np.isfinite(got).all():
        case.find("divides_by_zero")
    elif "norm" not in case.verdict.lost | case.verdict.unverified.keys():
        x = torch.from_numpy(case.task["builds"]["main"]["x"][:1]).double().repeat(2, 1, 1)
        with torch.no_grad():
            want = forward(roles, replace(fit, norm="batch"), x).numpy()
        # What rounding leaves of differences of 0 is divided by the root of eps.
        if want.shape != got.shape or not np.allclose(got, want, 1e-2, 1e-2):
            case.leave("behaviour", "a batch of twice the same sequence gives other logits than expected")


def _operations(case: Case, fit: tuple[Roles, Fit] | None) -> None:
    """Does the number of operations grow with the batch?"""
    operations = case.values["extras"]["operations"]
    if fit is not None and fit[1].layout != "right":
        return
    if {"batch_time_swapped", "sequences_see_one_another"} & case.names():
        return
    if failed(operations) or operations[1] < operations[0]:
        case.leave("behaviour", "its operations could not be counted")
    elif operations[1] > 1.5 * operations[0]:
        got = f"{operations[0]} operations for 2 sequences, {operations[1]} for 8"
        case.find("loop_over_batch", got)


def _device(case: Case) -> None:
    """Does it run on another device?"""
    meta = case.values["extras"]["meta"]
    if failed(meta) and "device" in meta["error"]["text"]:
        case.find("device_fixed", error_text(meta))
    elif failed(meta) and any(text in meta["error"]["text"] for text in _NO_STAND_IN):
        return
    elif not (isinstance(meta, dict) and isinstance(meta.get("meta"), list) and meta["meta"]):
        case.leave("behaviour", "whether it runs on another device could not be seen")


def _random(case: Case) -> bool:
    """Are the logits others each time in eval mode, as was said already?"""
    return bool({"dropout_in_eval", "random_in_eval"} & case.names())


def _other_sizes(case: Case, roles: Roles, fit: Fit) -> None:
    """Are the logits those of the same weights at other sizes too? What fails is said elsewhere."""
    if _random(case) or "state_kept" in case.names() or fit.layout != "right" or fit.norm.startswith("batch"):
        return
    x = torch.from_numpy(case.task["builds"]["main"]["x"]).double()
    for key, inputs in other_sizes(x).items():
        got = case.values["extras"][key]
        with torch.no_grad():
            if fit.reading not in readings(roles.network, run(roles.network, inputs), "right"):
                continue  # the step before the last, where there is one step
            want = forward(roles, fit, inputs)
            # Many steps of a wide network without training make a rounding error large.
            error = (want - forward(roles, fit, inputs * (1 + 1e-6))).abs().max()
        if not isinstance(got, np.ndarray) or got.shape != tuple(want.shape):
            if f"{key}_fails" not in case.names():
                case.leave("behaviour", _NOT_COMPARED.format(_SIZES[key]))
            continue
        got = torch.from_numpy(got).double()
        if not equal(want, got, case.coarse) and (want - got).abs().max() > 10 * error:
            case.find(f"{key}_differs")
    alone = case.values["extras"]["train_one_row"]
    if case.spec.norm or case.spec.dropout or fit.norm != "none" or "dropout_not_asked" in case.names():
        return
    with torch.no_grad():
        want = forward(roles, fit, x[:1])
    if not isinstance(alone, np.ndarray) or alone.shape[1:] != tuple(want.shape):
        case.leave("behaviour", _NOT_COMPARED.format(_SIZES["one_row"] + " in training mode"))
    elif not equal(want.expand(alone.shape), torch.from_numpy(alone).double(), case.coarse):
        case.find("one_row_differs", "in training mode")


def _dtype(case: Case, fit: tuple[Roles, Fit] | None, float64: Any, float64_by_default: Any) -> None:
    """Does the type of the logits follow the model's and the input's?"""
    fixed = case.other_type
    if fixed:
        got = f"{fixed} from a model and an x in float32"
        case.find("dtype_fixed", got, does=f"gives {fixed}", wants="logits of the type that x has", how=_CAST)
    elif _in_float64(float64_by_default) and not _in_float64(float64):
        _same_in_float64(case, fit, float64_by_default)
        case.verdict.remarks.append(DEFAULT_DTYPE)
    elif not _in_float64(float64):
        kind = str(float64.dtype) if isinstance(float64, np.ndarray) else "no tensor"
        got = error_text(float64) if failed(float64) else f"{kind} from a model in float64"
        case.find("dtype_fixed", got, does="works for float32", wants=_IN_FLOAT64, how=_NO_DTYPE)
    else:
        _same_in_float64(case, fit, float64)


def _in_float64(output: Any) -> bool:
    return isinstance(output, np.ndarray) and output.dtype == np.float64


def _same_in_float64(case: Case, fit: tuple[Roles, Fit] | None, got: np.ndarray) -> None:
    """Digits that float32 does not have come from a computation in float64."""
    if fit is None or _random(case):
        return
    x = torch.from_numpy(case.task["builds"]["main"]["x"]).double()
    with torch.no_grad():
        same = equal(forward(*fit, x), torch.from_numpy(got))
    if not same or (got.any() and np.array_equal(got, got.astype(np.float32))):
        case.leave("behaviour", "the logits in float64 could not be compared")
