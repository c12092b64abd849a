"""The probe of the four models that read a sequence (B, T, D) and give logits (B, classes).

It builds the answer's class, fills its weights from the task's seed, runs it and reports what it saw, without
knowing what is right.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode

from helpers.checks.running import attempt, contained, failed, fill, plain, quiet, seeded

_RECURRENT = {kind.__name__: kind for kind in (nn.RNN, nn.LSTM, nn.GRU)}
_CELLS = {kind.__name__: kind for kind in (nn.RNNCell, nn.LSTMCell, nn.GRUCell)}
_OTHERS = {kind.__name__: kind for kind in (nn.Linear, nn.BatchNorm1d, nn.LayerNorm)}
KINDS = _RECURRENT | _CELLS | _OTHERS  # torch's layers that a judge knows
# What a judge must know of a layer of torch's, as plain values: torch takes a NumPy number or a tensor too.
_LAYERS = {"num_layers": int, "bidirectional": bool, "proj_size": int}
OPTIONS = {
    "RNN": _LAYERS | {"nonlinearity": str},
    "LSTM": _LAYERS,
    "GRU": _LAYERS,
    "RNNCell": {"nonlinearity": str},
    "BatchNorm1d": {"eps": float},
    "LayerNorm": {"eps": float},
}
MOST_CALLS = 1_000  # of layers of torch's in one forward that are told: more say nothing that could be judged
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
        return values | {"left": watch.told(answer)}


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
        "extras": _extras(answer, task["seed"], main, _stateless(built)),
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
        maker = _Maker(answer, task["seed"], main)
        return failed(attempt(lambda: _drawn(maker.made(), _rows(main["x"], rows))))

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


def _drawn(model: nn.Module, x: Tensor, draw: int = 1) -> Any:
    """The output; `draw` seeds what the model draws at random on the way."""
    seeded(draw)
    with contained():
        return model(x.clone())


@dataclass
class _Maker:
    """Makes models of an answer: with the same arguments, filled with the same values, in either mode.

    `unregistered`: names of lists and attributes with layers or weights that PyTorch does not see; None as
    long as no model was made. `lazy`: some weights have no shape before the first call.
    """

    answer: type
    seed: int
    build: Mapping[str, Any]
    constants: Collection[str] = ()
    unregistered: Collection[str] | None = None
    lazy: bool = False

    def made(self, train: bool = False) -> nn.Module:
        seeded(1)
        model = self.answer(**self.build["arguments"])
        if self.unregistered is None or self.lazy or self.unregistered:
            self._complete(model)
        fill(model, self.seed, self.constants)
        model.train(train)  # an answer's own may return nothing
        return model

    def _complete(self, model: nn.Module) -> None:
        """Give each weight its shape, and let PyTorch see all of them."""
        self.lazy = any(is_lazy(p) for p in model.parameters())
        if self.lazy:  # nn.LazyLinear: a first call gives it its shape
            with torch.no_grad():
                model.eval()(torch.from_numpy(self.build["x"]))
        found = unregistered(model)
        for k, (part, attribute, hidden) in enumerate(found):
            if isinstance(hidden, nn.Module):
                part.add_module(f"{attribute}_{k}", hidden)
            else:
                part.register_parameter(f"{attribute}_{k}", nn.Parameter(hidden.data))
        self.unregistered = sorted({attribute for _, attribute, _ in found})

    def keep_constants(self, x: Tensor) -> None:
        """Find the buffers that a training call leaves as they are, say a zero state; they stay so."""
        model = self.made(train=True)
        owned = {
            f"{name}.{buffer}"
            for name, part in model.named_modules()
            if isinstance(part, nn.BatchNorm1d)
            for buffer, _ in part.named_buffers()
        }
        before = {
            name: tensor.clone()
            for name, tensor in model.named_buffers()
            if tensor.is_floating_point() and name not in owned
        }
        if before:
            with torch.no_grad():
                _drawn(model, x)
            now = dict(model.named_buffers())
            self.constants = [name for name, tensor in before.items() if torch.equal(tensor, now[name])]


def unregistered(model: nn.Module) -> list[tuple[nn.Module, str, nn.Module | Tensor]]:
    """(the module, its attribute, the part) for each layer or weight in a plain list, dict or attribute.

    PyTorch does not see them there: no optimizer gets them, and .to(device) leaves them behind.
    """
    known = {id(part) for part in (*model.modules(), *model.parameters(), *model.buffers())}
    found = []
    for module in list(model.modules()):
        for attribute, value in list(vars(module).items()):
            if attribute.startswith("_") or attribute == "training":
                continue
            parts = value.values() if isinstance(value, dict) else value
            for part in parts if isinstance(value, list | tuple | dict) else [value]:
                weight = isinstance(part, Tensor) and part.requires_grad
                if (weight or isinstance(part, nn.Module)) and id(part) not in known:
                    known.add(id(part))
                    found.append((module, attribute, part))
    return found


def _shapes(answer: type, arguments: Mapping[str, Any]) -> Any:
    """The shapes of the parameters that these arguments give."""

    def shapes() -> list[list[int]]:
        return [[] if is_lazy(p) else list(p.shape) for p in answer(**arguments).parameters()]

    with torch.device("meta"):  # spares the drawing of first values
        found = attempt(shapes)
    return attempt(shapes) if failed(found) else found


def _build(answer: type, seed: int, build: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about one set of arguments. Keys are left out where the first call already fails."""
    x = torch.from_numpy(build["x"])
    maker, models = _Maker(answer, seed, build), []
    out = {"output": attempt(lambda: models.append(maker.made()))}
    if failed(out["output"]):
        return out
    if any(True for _ in models[0].buffers()):
        attempt(lambda: maker.keep_constants(x))
        models = [maker.made()]
    model, called, fresh = models[0], [], []
    # Before the call: what forward makes by itself is told apart, and was not filled.
    inventory = _inventory(model, maker.constants)
    names = [[part["name"] for part in inventory[key]] for key in ("parameters", "buffers")]
    kinds = {name: type(part).__name__ for name, part in model.named_modules()}
    hooks = [
        part.register_forward_pre_hook(lambda *_, name=name: called.append(name))
        for name, part in model.named_modules()
    ]
    hooks.append(register_module_parameter_registration_hook(lambda part, *_: fresh.append(part)))
    out["output"] = attempt(lambda: _drawn(model, x))
    for hook in hooks:
        hook.remove()
    if failed(out["output"]):
        return out
    out |= inventory | _calls(called, kinds, inventory["modules"])
    made, out["made_in_forward"] = _fresh(fresh)
    out["modules"] += made
    out["unregistered"] = maker.unregistered
    if not isinstance(out["output"], np.ndarray):
        return out

    def again(train: bool = False, draw: int = 2, x: Tensor = x) -> Any:
        """A fresh model's output, with other random numbers for whatever it draws in forward."""
        return attempt(lambda: _drawn(maker.made(train), x, draw))

    out["reseeded"] = again()
    if "copies" in build:
        few = x[:1].expand(build.get("rows", 8), -1, -1)
        many = x[:1].expand(build.get("rows", build["copies"]), -1, -1)
        draws = range(2, 2 + copied(build) // len(many))
        out["train_copies"] = attempt(
            lambda: torch.cat([_drawn(maker.made(True), many, draw) for draw in draws])
        )
        alike = failed(out["train_copies"]) or spread(out["train_copies"]) < 1e-5
        # Nothing random, or the same in every row: other calls tell.
        return out | {"train_calls": [again(True, draw, few) for draw in range(10, 18) if alike]}
    if build.get("once"):
        run = attempt(lambda: _run(maker.made(), x, *names))
        return out | {"train_calls": [again(True, draw) for draw in (10, 11)], "eval_run": run}
    out["again"] = attempt(lambda: _drawn(model, x))
    out["train_reseeded"] = again(True)
    for mode in (False, True):
        key = "train_run" if mode else "eval_run"
        out[key] = attempt(lambda mode=mode: _run(maker.made(mode), x, *names))
    return out


def copied(build: Mapping[str, Any]) -> int:
    """How many copies are run in all: so many as whole batches hold."""
    rows = build.get("rows", build["copies"])
    return build["copies"] // rows * rows


def spread(rows: np.ndarray) -> float:
    """How far the rows of an array lie apart at most; 0 where there is nothing in it."""
    return float(np.ptp(rows.astype(float), axis=0).max()) if rows.size else 0.0


def _inventory(model: nn.Module, constants: Collection[str]) -> dict[str, Any]:
    return {
        "modules": [_layer(name, part) for name, part in model.named_modules() if _known(part)],
        "parameters": [
            {"name": name, "shape": list(p.shape), "learns": p.requires_grad}
            for name, p in model.named_parameters()
        ],
        "buffers": [
            {
                "name": name,
                "shape": list(b.shape),
                "floating": b.is_floating_point(),
                "value": plain(b) if name in constants else None,
            }
            for name, b in model.named_buffers()
        ],
    }


def _known(part: nn.Module) -> bool:
    return KINDS.get(type(part).__name__) is type(part)


def _layer(name: str, part: nn.Module) -> dict[str, Any]:
    kind = type(part).__name__
    if not _known(part):
        return {"name": name, "kind": f"{kind} of its own" if kind in KINDS else kind, "first_call": -1}
    options = OPTIONS.get(kind, {}).items()
    return {"name": name, "kind": kind, "first_call": -1} | {
        key: as_plain(getattr(part, key)) for key, as_plain in options
    }


def _calls(
    called: list[str], kinds: Mapping[str, str], modules: list[dict[str, Any]]
) -> dict[str, list[str]]:
    """What forward called, in its order; notes each layer's first call."""
    for module in modules:
        module["first_call"] = _first(called, module["name"])
    layers = {module["name"] for module in modules if module["kind"] in _RECURRENT}
    return {
        "calls": [name for name in called if name in layers][:MOST_CALLS],
        "called": [f"{name} ({kinds[name]})" for name in called if name][:12],
    }


def _fresh(fresh: list[nn.Module]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(layers that forward made by itself, their weights with the values that they had in this call)."""
    layers, weights = [], []
    for k, part in enumerate(dict.fromkeys(fresh)):
        owner = f"made in forward {k}"
        layers.append(_layer(owner, part))
        weights += [{"name": f"{owner}.{name}", "value": plain(p)} for name, p in part.named_parameters()]
    return layers, weights


def _first(called: list[str], name: str) -> int:
    return called.index(name) if name in called else -1


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


class _Counter(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


def _extras(answer: type, seed: int, build: Mapping[str, Any], stateless: bool) -> dict[str, Any]:
    """Other sizes, places and types: what a right answer does without thinking of it.

    stateless: one model will do for several calls.
    """
    x = torch.from_numpy(build["x"])
    maker = _Maker(answer, seed, build)
    if any(True for _ in maker.made().buffers()):
        attempt(lambda: maker.keep_constants(x))
    made = maker.made
    one = made() if stateless else None
    # A state that was made for the first call's batch size would spoil the calls after it.
    if one is not None and failed(attempt(lambda: [_drawn(one, x), _drawn(one, x[:1])])):
        one = None

    def ready() -> nn.Module:
        return made() if one is None else one

    def count(rows: int) -> int:
        model = ready()
        with contained(), _Counter() as counter, torch.no_grad():
            model(x[:1].repeat(rows, 1, 1))
        return counter.count

    def moved() -> np.ndarray:
        """(T, B): does output b move when step t of sequence 0 changes?"""
        before = _drawn(ready(), x)
        rows = []
        for t in range(x.shape[1]):
            changed = x.clone()
            changed[0, t] += 1.5
            after = _drawn(ready(), changed)
            rows.append((after - before).abs().flatten(1).amax(1) > 1e-6)
        return torch.stack(rows).numpy()

    def on_meta(steps: int) -> Any:
        return made().to("meta")(x[:, :steps].to("meta"))

    def in_float64() -> str:
        return str(made().double()(x.double()).dtype)

    def in_float64_by_default() -> str:
        kept = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            return in_float64()
        finally:
            torch.set_default_dtype(kept)

    # On this device each operation is slow: one step, unless one step alone fails for another reason.
    meta = attempt(lambda: on_meta(1))
    if failed(meta) and "device" not in meta["error"]["text"]:
        meta = attempt(lambda: on_meta(x.shape[1]))
    float64 = attempt(in_float64)

    def alike() -> Tensor:
        """In training, twice the same sequence: no feature varies over the batch."""
        return _drawn(made(train=True), x[:1].repeat(2, 1, 1))

    return {
        "one_row": attempt(lambda: _drawn(ready(), x[:1])),
        "one_step": attempt(lambda: _drawn(ready(), x[:, :1])),
        "backwards": attempt(lambda: _drawn(ready(), x.flip(1))),
        "alike": attempt(alike),
        "operations": attempt(lambda: [count(2), count(8)]),
        "moved": attempt(moved),
        "meta": meta,
        "float64": float64,
        "float64_by_default": attempt(in_float64_by_default) if failed(float64) else float64,
    }
