"""The probe of the four models that read a sequence (B, T, D) and give logits (B, classes).

It builds the answer's class, fills its weights from the task's seed, runs it and reports what it saw, without
knowing what is right.
"""

import difflib
import sys
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
_LAYERS = {"num_layers": int, "bidirectional": bool, "proj_size": int, "dropout": float}
OPTIONS = {
    "RNN": _LAYERS | {"nonlinearity": str},
    "LSTM": _LAYERS,
    "GRU": _LAYERS,
    "RNNCell": {"nonlinearity": str},
    "BatchNorm1d": {"eps": float},
    "LayerNorm": {"eps": float},
}
COARSE = ("torch.bfloat16", "torch.float16")  # too coarse for a comparison to more than two digits
MOST_CALLS = 1_000  # of layers of torch's in one forward that are told: more say nothing that could be judged
ONE_ROW_CALLS = 24
TRAIN_CALLS = 16  # of one model of the main size, where dropout is asked for
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
        output = model(x.clone())
    return {"type": "a NumPy array"} if isinstance(output, np.ndarray | np.generic) else output


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
    statistics: Collection[tuple[str, str]] = ()
    unregistered: Collection[str] | None = None
    lazy: bool = False

    def made(self, train: bool = False, filled: bool = True) -> nn.Module:
        seeded(1)
        model = self.answer(**self.build["arguments"])
        if self.unregistered is None or self.lazy or self.unregistered:
            self._complete(model)
        if filled:
            fill(model, self.seed, self.constants)
        if self.build["x"].dtype == np.float64:
            model.double()
        model.train(train)  # an answer's own may return nothing
        return model

    def _complete(self, model: nn.Module) -> None:
        """Give each weight its shape, and let PyTorch see all of them."""
        self.lazy = any(is_lazy(p) for p in model.parameters())
        if self.lazy:  # nn.LazyLinear: a first call gives it its shape
            with torch.no_grad():
                model.eval()(torch.from_numpy(self.build["x"]))
        for module, attribute in self.statistics:
            part = model.get_submodule(module)
            value = vars(part).pop(attribute)
            part.register_buffer(attribute, value)
        found = unregistered(model)
        for k, (part, attribute, hidden) in enumerate(found):
            if isinstance(hidden, nn.Module):
                part.add_module(f"{attribute}_{k}", hidden)
            else:
                part.register_parameter(f"{attribute}_{k}", nn.Parameter(hidden.data))
        attributes = {attribute for _, attribute, _ in found} | {
            attribute for _, attribute in self.statistics
        }
        self.unregistered = sorted(attributes)

    def find_statistics(self, x: Tensor) -> None:
        """Find the tensors in plain attributes that a training call moves and a call in eval mode does not.

        Those are running statistics: they become buffers, so that they are filled and judged as such.
        """
        moved = []
        for train in (True, False):
            model = self.made(train)
            before = {key: value.clone() for key, value in _plain_tensors(model).items()}
            if not before:
                return
            with torch.no_grad():
                _drawn(model, x)
            now = _plain_tensors(model)
            moved.append(
                [
                    k
                    for k, v in before.items()
                    if k in now and v.shape == now[k].shape and not torch.equal(v, now[k])
                ]
            )
        self.statistics = [key for key in moved[0] if key not in moved[1]]
        self.unregistered = None

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


def _plain_tensors(model: nn.Module) -> dict[tuple[str, str], Tensor]:
    """(name of the module, its attribute) -> tensor in a plain attribute: PyTorch does not see it."""
    return {
        (name, attribute): value
        for name, part in model.named_modules()
        for attribute, value in vars(part).items()
        if isinstance(value, Tensor) and value.is_floating_point() and not value.requires_grad
    }


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
        return out | _names(answer)
    if _plain_tensors(models[0]):
        attempt(lambda: maker.find_statistics(x))
        models = [maker.made()]
    if any(True for _ in models[0].buffers()):
        attempt(lambda: maker.keep_constants(x))
        models = [maker.made()]
    model, called, fresh = models[0], [], []
    # Before the call: what forward makes by itself is told apart, and was not filled.
    inventory = _inventory(model, maker.constants)
    names = [[part["name"] for part in inventory[key]] for key in ("parameters", "buffers")]
    kinds = {name: _kind(part) for name, part in model.named_modules()}
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
    out["output"] = attempt(lambda: raw.append(_drawn(model, x)) or raw[0])
    for hook in hooks:
        hook.remove()
    if failed(out["output"]):
        name, shape = got[-1] if got else ("", [])
        at = {"name": name, "kind": kinds.get(name, ""), "shape": shape} if name else None
        return out | {"at": at, "sizes": _sizes(model)} | _names(answer)
    if isinstance(raw[0], Tensor):
        out["dtype"] = str(raw[0].dtype)
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
        return out | _copies(build, maker, x)
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


def _copies(build: Mapping[str, Any], maker: _Maker, x: Tensor) -> dict[str, Any]:
    """Training calls of many copies of one sequence: the first one in which anything random can be seen."""

    def again(draw: int, x: Tensor) -> Any:
        return attempt(lambda: _drawn(maker.made(True), x, draw))

    many = build.get("rows", build["copies"])
    for k in range(len(x)):
        one = x[k : k + 1]
        copies = one.expand(many, -1, -1)
        draws = range(2, 2 + copied(build) // many)
        done = attempt(
            lambda copies=copies, draws=draws: torch.cat([_drawn(maker.made(True), copies, d) for d in draws])
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
    rows = [attempt(lambda draw=draw: _drawn(maker.made(), few, draw)) for draw in (1, 2)]
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


def _kind(part: nn.Module) -> str:
    """The name of its class, also of one that torch.jit.script compiled."""
    return part.original_name if isinstance(part, torch.jit.ScriptModule) else type(part).__name__


def _known(part: nn.Module) -> bool:
    kind = _kind(part)
    if isinstance(part, torch.jit.ScriptModule):
        torchs = ".torch.nn.modules." in str(part._c._type().qualified_name())
        return kind in KINDS and torchs and all(hasattr(part, key) for key in OPTIONS.get(kind, {}))
    return KINDS.get(kind) is type(part)


def _sizes(model: nn.Module) -> list[dict[str, Any]]:
    """What torch's layers take in and give, for a model that stops."""
    found = []
    for name, part in model.named_modules():
        for takes, gives in (("input_size", "hidden_size"), ("in_features", "out_features")):
            if _known(part) and hasattr(part, takes):
                sizes = {"takes": as_size(getattr(part, takes)), "gives": as_size(getattr(part, gives))}
                found.append({"name": name, "kind": _kind(part), **sizes})
    return found[:MOST_CALLS]


def as_size(value: Any) -> int:
    return min(max(int(value), 0), 10**6)


def _layer(name: str, part: nn.Module) -> dict[str, Any]:
    kind = _kind(part)
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


# Slicing, joining and copying are no computing: they may go sequence by sequence.
_MOVES = frozenset(
    """
    _local_scalar_dense _pack_padded_sequence _reshape_alias _to_copy _unsafe_view alias arange as_strided cat
    chunk clone constant_pad_nd contiguous copy_ detach empty expand fill_ flatten flip full gather index
    index_put_ index_select item lift_fresh masked_select movedim narrow new_empty new_zeros ones pad permute
    repeat reshape roll scalar_tensor scatter select select_scatter slice slice_scatter split split_with_sizes
    squeeze stack t take tensor transpose unbind unfold unsqueeze view zero_ zeros zeros_like
    """.split()  # noqa: SIM905
)


def _computes(func: Any) -> bool:
    return func.overloadpacket.__name__ not in _MOVES


class _Counter(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += _computes(func)
        return func(*args, **(kwargs or {}))


def other_sizes(x: Tensor) -> dict[str, Tensor]:
    """Inputs of other sizes, made of x (B, T, D)."""
    return {"one_row": x[:1], "one_step": x[:, :1], "longer": x[:3].repeat(1, 3, 1)}


def _several(model: nn.Module, x: Tensor, calls: int) -> Tensor:
    """(calls, ...): the outputs of one model, call after call, with nothing seeded in between."""
    seeded(1)
    with torch.no_grad():
        return torch.stack([_contained(model, x) for _ in range(calls)])


def _dropping(maker: _Maker, x: Tensor) -> dict[str, Any]:
    """What tells whether one model of the main size drops, anew in each call, with its own weights too."""
    return {
        "train_calls": attempt(lambda: _several(maker.made(train=True), x, TRAIN_CALLS)),
        "train_one_step": attempt(lambda: _several(maker.made(train=True), x[:, :1], TRAIN_CALLS)),
        "unfilled": attempt(lambda: _drawn(maker.made(filled=False), x)),
        "train_unfilled": attempt(lambda: _several(maker.made(train=True, filled=False), x, 2)),
    }


def one_row_in_training(model: nn.Module, row: Tensor) -> Tensor:
    """(ONE_ROW_CALLS, ...): the outputs for a single sequence; they differ where anything is dropped."""
    seeded(1)
    return torch.stack([_contained(model, row) for _ in range(ONE_ROW_CALLS)])


def _contained(model: nn.Module, x: Tensor) -> Tensor:
    """One call of several: what it leaves changed is not there any more in the next."""
    with contained():
        return model(x.clone())


def _extras(answer: type, seed: int, build: Mapping[str, Any], stateless: bool) -> dict[str, Any]:
    """Other sizes, places and types: what a right answer does without thinking of it.

    stateless: one model will do for several calls.
    """
    x = torch.from_numpy(build["x"])
    maker = _Maker(answer, seed, build)
    if _plain_tensors(maker.made()):
        attempt(lambda: maker.find_statistics(x))
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
        **(_dropping(maker, x) if "dropout" in build["arguments"] else {}),
        **{key: attempt(lambda some=some: _drawn(ready(), some)) for key, some in other_sizes(x).items()},
        "train_one_row": attempt(lambda: one_row_in_training(made(train=True), x[:1])),
        "train_three_rows": attempt(lambda: _drawn(made(train=True), x[:3])),
        "backwards": attempt(lambda: _drawn(ready(), x.flip(1))),
        "alike": attempt(alike),
        "operations": attempt(lambda: [count(2), count(8)]),
        "moved": attempt(moved),
        "meta": meta,
        "float64": float64,
        "float64_by_default": attempt(in_float64_by_default) if failed(float64) else float64,
    }
