"""The probe of the four models that read a sequence (B, T, D) and give logits (B, classes).

It builds the answer's class, fills its weights from the task's seed, runs it and reports what it saw, without
knowing what is right.
"""

import difflib
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.nn.parameter import is_lazy

from helpers.checks.recurrent.extras import extras
from helpers.checks.recurrent.inventory import calls_of, inventory_of, kind_of, made_in_forward, sizes_of
from helpers.checks.recurrent.making import Maker, output_of, plain_tensors
from helpers.checks.running import attempt, contained, failed, leavings, quiet, seeded

COARSE = ("torch.bfloat16", "torch.float16")  # too coarse for a comparison to more than two digits
SINGLES = 512  # calls of one sequence alone
MOST_ROWS = 64  # up to which an answer's one batch size is looked for


def probe(answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
    """Run a model class as a task says; returns plain values, one entry for each step, errors among them.

    Args:
        answer: the class.
        task: "seed"; "builds", name -> {"arguments", "x" (B, T, D) float32}, the first of which is the main
            one, others with "once" (fewer calls), "copies" (so many of the first sequence) or "if_random"
            (only if the main one gives other logits each time in eval mode);
            "defaults": [arguments, the same with the defaults written out].
    """
    if not isinstance(answer, type) or not issubclass(answer, nn.Module):
        return {"not_a_module": True}
    with quiet() as watch:
        values = _probe(answer, task)
        rows = _only_rows(answer, task, values)
        if rows is not None:
            values = _probe(answer, with_rows(task, rows)) | {"rows": rows}
        dtype = _first_dtype(values)
        if rows is None and (dtype in COARSE or dtype == "torch.float64"):
            # Not the type of x. In float64 it may follow all the same: autocast leaves that alone.
            again = _probe(answer, in_float64(task))
            values = (again if _first_dtype(again) == "torch.float64" else values) | {"dtype": dtype}
        return values | {"left": watch.told(answer)}


def _first_dtype(values: Mapping[str, Any]) -> str:
    return next(iter(values["builds"].values())).get("dtype", "")


def in_float64(task: Mapping[str, Any]) -> dict[str, Any]:
    """The same task with models and inputs in float64."""
    builds = {name: {**build, "x": build["x"].astype(np.float64)} for name, build in task["builds"].items()}
    return {**task, "builds": builds}


def _probe(answer: type, task: Mapping[str, Any]) -> dict[str, Any]:
    (first, main), *others = task["builds"].items()
    built = _build(answer, task["seed"], main)
    builds = {first: built}
    if failed(built["output"]):
        return {"builds": builds}
    steady = np.array_equal(built["output"], built.get("reseeded"))
    for name, build in others:
        if not (steady and build.get("if_random")):
            builds[name] = _build(answer, task["seed"], build)
    return {
        "builds": builds,
        "defaults": [_shapes(answer, arguments) for arguments in task["defaults"]],
        "extras": extras(answer, task["seed"], main, _stateless(built)),
    }


def _stateless(built: Mapping[str, Any]) -> bool:
    """Did a second call of the same model, with other random numbers, give the same output?"""
    return isinstance(built["output"], np.ndarray) and all(
        np.array_equal(built["output"], built[key], equal_nan=True) for key in ("again", "reseeded")
    )


def _only_rows(answer: type, task: Mapping[str, Any], values: Mapping[str, Any]) -> int | None:
    """The one batch size of an answer that stopped because of its states' sizes; else None."""
    main = next(iter(task["builds"].values()))
    done = values["builds"][next(iter(task["builds"]))]["output"]
    if not failed(done) or not any(part in done["error"]["text"] for part in STATE_SIZES):
        return None

    def stops(rows: int) -> bool:
        maker = Maker(answer, task["seed"], main)
        return failed(attempt(lambda: output_of(maker.made(), _rows(main["x"], rows))))

    return next((rows for rows in range(1, MOST_ROWS + 1) if not stops(rows)), None)


# What torch says where a state was made for another batch size.
STATE_SIZES = ("xpected hidden", "batch size")


def _rows(x: np.ndarray, rows: int) -> Tensor:
    return torch.from_numpy(x[np.arange(rows) % len(x)])


def with_rows(task: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """The same task with `rows` sequences in each batch."""
    builds = {
        name: {**build, "x": _rows(build["x"], rows).numpy(), "rows": rows}
        for name, build in task["builds"].items()
    }
    return {**task, "builds": builds}


def _shapes(answer: type, arguments: Mapping[str, Any]) -> Any:
    """The shapes of the parameters that these arguments give."""

    def shapes() -> list[list[int]]:
        return [[] if is_lazy(p) else list(p.shape) for p in answer(**arguments).parameters()]

    with torch.device("meta"):  # spares the drawing of first values
        found = attempt(shapes)
    return attempt(shapes) if failed(found) else found


def _build(answer: type, seed: int, build: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about one set of arguments, and what that left changed."""
    with leavings() as left:
        built = _built(answer, seed, build)
    return built | {"left": left}


def _built(answer: type, seed: int, build: Mapping[str, Any]) -> dict[str, Any]:
    """Keys are left out where the first call already fails."""
    x = torch.from_numpy(build["x"])
    maker, models = Maker(answer, seed, build), []
    out = {"output": attempt(lambda: models.append(maker.made()))}
    if failed(out["output"]):
        return out | _names(answer)
    if plain_tensors(models[0]):
        attempt(lambda: maker.find_statistics(x))
        models = [maker.made()]
    if any(True for _ in models[0].buffers()):
        attempt(lambda: maker.keep_constants(x))
        models = [maker.made()]
    model, called, fresh = models[0], [], []
    # Before the call: what forward makes by itself is told apart, and was not filled.
    inventory = inventory_of(model, maker.constants)
    names = [[part["name"] for part in inventory[key]] for key in ("parameters", "buffers")]
    kinds = {name: kind_of(part) for name, part in model.named_modules()}
    got: list[tuple[str, list[int]]] = []  # what each call got, for the one at which forward stops

    def note(name: str, inputs: tuple) -> None:
        called.append(name)
        got.append((name, list(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else []))

    hooks = [
        part.register_forward_pre_hook(lambda _, inputs, name=name: note(name, inputs))
        for name, part in model.named_modules()
        if not isinstance(part, torch.jit.ScriptModule)  # has no hooks: when it is called is not seen
    ]
    hooks.append(register_module_parameter_registration_hook(lambda part, *_: fresh.append(part)))
    raw: list[Any] = []
    out["output"] = attempt(lambda: raw.append(output_of(model, x)) or raw[0])
    for hook in hooks:
        hook.remove()
    if failed(out["output"]):
        name, shape = got[-1] if got else ("", [])
        at = {"name": name, "kind": kinds.get(name, ""), "shape": shape} if name else None
        return out | {"at": at, "sizes": sizes_of(model)} | _names(answer)
    if isinstance(raw[0], Tensor):
        out["dtype"] = str(raw[0].dtype)
    out |= inventory | calls_of(called, kinds, inventory["modules"])
    made, out["made_in_forward"] = made_in_forward(fresh)
    out["modules"] += made
    out["unregistered"] = maker.unregistered
    if not isinstance(out["output"], np.ndarray):
        return out

    def again(train: bool = False, draw: int = 2, x: Tensor = x) -> Any:
        """A fresh model's output, with other random numbers for whatever it draws in forward."""
        return attempt(lambda: output_of(maker.made(train), x, draw))

    out["reseeded"] = again()
    if "copies" in build:
        return out | _copies(build, maker, x)
    if build.get("once"):
        run = attempt(lambda: _run(maker.made(), x, *names))
        return out | {"train_calls": [again(True, draw) for draw in (10, 11)], "eval_run": run}
    out["again"] = attempt(lambda: output_of(model, x))
    out["train_reseeded"] = again(True)
    for mode in (False, True):
        key = "train_run" if mode else "eval_run"
        out[key] = attempt(lambda mode=mode: _run(maker.made(mode), x, *names))
    return out


def copied(build: Mapping[str, Any]) -> int:
    """How many copies are run in all: so many as whole batches hold."""
    rows = build.get("rows", build["copies"])
    return build["copies"] // rows * rows


def _names(answer: type) -> dict[str, list[str]]:
    """Names that tell what is misspelt or missing in an answer that stops.

    "methods": those of its class; "raising": those of them that raise NotImplementedError; "similar": other
    models beside it, under a name that is nearly the same.
    """
    methods = {str(name): value for name, value in vars(answer).items() if callable(value)}
    codes = {name: getattr(value, "__code__", None) for name, value in methods.items()}
    raising = [name for name, code in codes.items() if code and "NotImplementedError" in code.co_names]
    beside = vars(sys.modules.get(answer.__module__, sys))
    models = [
        name
        for name, value in list(beside.items())
        if isinstance(value, type) and issubclass(value, nn.Module) and value is not answer
    ]
    found = {"methods": list(methods), "raising": raising, "similar": _near(answer.__name__, models)}
    return {key: [name[:100] for name in names][:50] for key, names in found.items()}


def _near(name: str, others: list[str]) -> list[str]:
    lower = {other.lower(): other for other in others}
    return [lower[other] for other in difflib.get_close_matches(name.lower(), lower, 3, 0.7)]


def _copies(build: Mapping[str, Any], maker: Maker, x: Tensor) -> dict[str, Any]:
    """Training calls of many copies of one sequence: the first one in which anything random can be seen."""

    def again(draw: int, x: Tensor) -> Any:
        return attempt(lambda: output_of(maker.made(True), x, draw))

    many = build.get("rows", build["copies"])
    for k in range(len(x)):
        one = x[k : k + 1]
        copies = one.expand(many, -1, -1)
        draws = range(2, 2 + copied(build) // many)
        done = attempt(
            lambda copies=copies, draws=draws: torch.cat(
                [output_of(maker.made(True), copies, d) for d in draws]
            )
        )
        drawn = not torch.equal(torch.get_rng_state(), _seeded_state(draws[-1]))
        alike = failed(done) or spread(done) < 1e-5
        # Nothing random, or the same in every row: other calls tell.
        few = one.expand(build.get("rows", 8), -1, -1)
        calls = [again(d, few) for d in range(10, 18) if alike]
        found = {"sequence": k, "train_copies": done, "train_calls": calls}
        if k == 0:
            first = found
        if not alike or failed(done) or any(map(failed, calls)):
            break
        if not drawn or spread(np.stack(calls)) >= 1e-5:
            break
    else:
        found = first
    rows = [attempt(lambda draw=draw: output_of(maker.made(), few, draw)) for draw in (1, 2)]
    if not np.array_equal(*map(np.asarray, rows)):
        return found  # random in eval mode too
    if not isinstance(rows[0], np.ndarray) or len(rows[0]) != len(few) or spread(rows[0]) > 1e-5:
        found["train_singles"] = attempt(lambda: _singles(maker.made(True), one))
    return found


def _seeded_state(seed: int) -> Tensor:
    seeded(seed)
    return torch.get_rng_state()


def _singles(model: nn.Module, one: Tensor) -> Tensor:
    """Where a row of the output is not one of the copies: one call for each of them."""
    seeded(2)
    with torch.no_grad(), contained():
        return torch.stack([model(one.clone()) for _ in range(SINGLES)])


def spread(rows: np.ndarray) -> float:
    """How far the rows of an array lie apart at most; 0 where there is nothing in it."""
    return float(np.ptp(rows.astype(float), axis=0).max()) if rows.size else 0.0


def _run(model: nn.Module, x: Tensor, parameters: list[str], buffers: list[str]) -> dict[str, Any]:
    """Output, these buffers after the call, and these parameters' gradients of a fixed weighting of outputs.

    What forward has added to the model stays out.
    """
    x = x.clone().requires_grad_()
    seeded(1)
    before = torch.get_rng_state()
    with contained():
        output = model(x)
    values = {
        "output": output.detach().clone(),
        "buffers": [model.get_buffer(name).clone() for name in buffers],
        "draws": not torch.equal(before, torch.get_rng_state()),
    }
    if not output.requires_grad:
        return values | {"input_gradient": None, "gradients": [None for _ in parameters]}
    (output * loss_weights(output.shape)).sum().backward()
    gradients = [model.get_parameter(name).grad for name in parameters]
    return values | {"input_gradient": x.grad, "gradients": gradients}


def loss_weights(shape: tuple[int, ...]) -> Tensor:
    """Fixed and different for each output, so that each has a gradient of its own."""
    count = int(np.prod(shape))
    return torch.cos(torch.arange(1, count + 1)).reshape(*shape)
