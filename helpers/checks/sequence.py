"""The probe of the four models that read a sequence (B, T, D) and give logits (B, classes).

It builds the answer's class, fills its weights from the task's seed, runs it and reports what it saw, without
knowing what is right.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from helpers.checks.running import attempt, failed, fill, quiet

_RECURRENT = {kind.__name__: kind for kind in (nn.RNN, nn.LSTM, nn.GRU)}
_CELLS = {kind.__name__: kind for kind in (nn.RNNCell, nn.LSTMCell, nn.GRUCell)}
_OTHERS = {kind.__name__: kind for kind in (nn.Linear, nn.BatchNorm1d, nn.LayerNorm)}
_OPTIONS = {
    "input_size",
    "hidden_size",
    "num_layers",
    "bidirectional",
    "nonlinearity",
    "proj_size",
    "eps",
}


def probe(answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
    """Run a model class as a task says; returns plain values, one entry for each step, errors among them.

    Args:
        answer: the class.
        task: "seed"; "builds", name -> {"arguments", "x" (B, T, D) float32}, the first of which is the main
            one, others with "once" (one call in eval mode) or "copies" (so many of the first sequence);
            "defaults": [arguments, the same with the defaults written out].
    """
    if not isinstance(answer, type) or not issubclass(answer, nn.Module):
        return {"not_a_module": True}
    with quiet():
        builds = {name: _build(answer, task["seed"], build) for name, build in task["builds"].items()}
        main = next(iter(task["builds"].values()))
        if failed(builds[next(iter(builds))]["output"]):
            return {"builds": builds}
        return {
            "builds": builds,
            "defaults": [attempt(lambda a=a: _shapes(answer(**a))) for a in task["defaults"]],
            "extras": _extras(answer, task["seed"], main),
        }


def _drawn(model: nn.Module, x: Tensor, draw: int = 1) -> Any:
    """The output; `draw` seeds what the model draws at random on the way."""
    torch.manual_seed(draw)
    return model(x.clone())


def _made(answer: type, seed: int, arguments: Mapping[str, Any], train: bool = False) -> nn.Module:
    torch.manual_seed(1)
    model = answer(**arguments)
    fill(model, seed)
    return model.train(train)


def _shapes(model: nn.Module) -> list[list[int]]:
    return [list(p.shape) for p in model.parameters()]


def _build(answer: type, seed: int, build: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about one set of arguments. Keys are left out where the first call already fails."""
    made = attempt(lambda: str(_made(answer, seed, build["arguments"]) and ""))
    if failed(made):
        return {"output": made}
    x = torch.from_numpy(build["x"])
    model = _made(answer, seed, build["arguments"])
    called: list[str] = []
    hooks = [
        part.register_forward_pre_hook(lambda *_, name=name: called.append(name))
        for name, part in model.named_modules()
    ]
    out = {"output": attempt(lambda: _drawn(model, x))}
    for hook in hooks:
        hook.remove()
    if failed(out["output"]):
        return out
    out |= _inventory(model, called)
    if not isinstance(out["output"], np.ndarray):
        return out

    def again(train: bool = False, draw: int = 2, x: Tensor = x) -> Any:
        """A fresh model's output, with other random numbers for whatever it draws in forward."""
        return attempt(lambda: _drawn(_made(answer, seed, build["arguments"], train), x, draw))

    out["reseeded"] = again()
    if "copies" in build:
        one = x[:1].expand(build["copies"], -1, -1)
        return out | {
            "train_calls": [again(True, draw, one[:8]) for draw in range(10, 18)],
            "train_copies": again(True, x=one),
        }
    if build.get("once"):
        return out
    out["again"] = attempt(lambda: _drawn(model, x))
    out["train_reseeded"] = again(True)
    for mode in (False, True):
        key = "train_run" if mode else "eval_run"
        out[key] = attempt(lambda mode=mode: _run(_made(answer, seed, build["arguments"], mode), x))
    return out


def _inventory(model: nn.Module, called: list[str]) -> dict[str, Any]:
    modules = []
    for name, part in model.named_modules():
        for kind, known in (_RECURRENT | _CELLS | _OTHERS).items():
            if type(part) is known:
                options = {key: getattr(part, key) for key in _OPTIONS if hasattr(part, key)}
                modules.append({"name": name, "kind": kind, "first_call": _first(called, name)} | options)
    return {
        "modules": modules,
        "parameters": [
            {"name": name, "shape": list(p.shape), "learns": p.requires_grad}
            for name, p in model.named_parameters()
        ],
        "buffers": [
            {"name": name, "shape": list(b.shape), "floating": b.is_floating_point()}
            for name, b in model.named_buffers()
        ],
    }


def _first(called: list[str], name: str) -> int:
    return called.index(name) if name in called else -1


def _run(model: nn.Module, x: Tensor) -> dict[str, Any]:
    """Output, buffers after the call, and gradients of a fixed weighting of the outputs."""
    x = x.clone().requires_grad_()
    torch.manual_seed(1)
    output = model(x)
    values = {"output": output.detach().clone(), "buffers": [b.clone() for b in model.buffers()]}
    if not output.requires_grad:
        return values | {"input_gradient": None, "gradients": [None for _ in model.parameters()]}
    (output * loss_weights(output.shape)).sum().backward()
    return values | {"input_gradient": x.grad, "gradients": [p.grad for p in model.parameters()]}


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


def _extras(answer: type, seed: int, build: Mapping[str, Any]) -> dict[str, Any]:
    """Other sizes, places and types: what a right answer does without thinking of it."""
    arguments, x = build["arguments"], torch.from_numpy(build["x"])

    def count(rows: int) -> int:
        model = _made(answer, seed, arguments)
        with _Counter() as counter, torch.no_grad():
            model(x[:1].repeat(rows, 1, 1))
        return counter.count

    def moved() -> np.ndarray:
        """(T, B): does output b move when step t of sequence 0 changes?"""
        before = _drawn(_made(answer, seed, arguments), x)
        rows = []
        for t in range(x.shape[1]):
            changed = x.clone()
            changed[0, t] += 1.5
            after = _drawn(_made(answer, seed, arguments), changed)
            rows.append((after - before).abs().flatten(1).amax(1) > 1e-6)
        return torch.stack(rows).numpy()

    def on_meta() -> Any:
        return _made(answer, seed, arguments).to("meta")(x.to("meta"))

    def in_float64() -> dict[str, Any]:
        output = _made(answer, seed, arguments).double()(x.double())
        return {"dtype": str(output.dtype), "output": output}

    return {
        "one_row": attempt(lambda: _drawn(_made(answer, seed, arguments), x[:1])),
        "one_step": attempt(lambda: _drawn(_made(answer, seed, arguments), x[:, :1])),
        "operations": attempt(lambda: [count(2), count(8)]),
        "moved": attempt(moved),
        "meta": attempt(on_meta),
        "float64": attempt(in_float64),
    }
