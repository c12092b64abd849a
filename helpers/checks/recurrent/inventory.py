"""What a model is made of, and which of its layers a call goes through, as plain values."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import nn

from helpers.checks.running import plain

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
MOST_CALLS = 1_000  # of layers of torch's in one forward that are told: more say nothing that could be judged


def inventory_of(model: nn.Module, constants: Collection[str]) -> dict[str, Any]:
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


def kind_of(part: nn.Module) -> str:
    """The name of its class, also of one that torch.jit.script compiled."""
    return part.original_name if isinstance(part, torch.jit.ScriptModule) else type(part).__name__


def _known(part: nn.Module) -> bool:
    kind = kind_of(part)
    if isinstance(part, torch.jit.ScriptModule):
        torchs = ".torch.nn.modules." in str(part._c._type().qualified_name())
        return kind in KINDS and torchs and all(hasattr(part, key) for key in OPTIONS.get(kind, {}))
    return KINDS.get(kind) is type(part)


def sizes_of(model: nn.Module) -> list[dict[str, Any]]:
    """What torch's layers take in and give, for a model that stops."""
    found = []
    for name, part in model.named_modules():
        for takes, gives in (("input_size", "hidden_size"), ("in_features", "out_features")):
            if _known(part) and hasattr(part, takes):
                sizes = {"takes": as_size(getattr(part, takes)), "gives": as_size(getattr(part, gives))}
                found.append({"name": name, "kind": kind_of(part), **sizes})
    return found[:MOST_CALLS]


def as_size(value: Any) -> int:
    return min(max(int(value), 0), 10**6)


def _layer(name: str, part: nn.Module) -> dict[str, Any]:
    kind = kind_of(part)
    if not _known(part):
        return {"name": name, "kind": f"{kind} of its own" if kind in KINDS else kind, "first_call": -1}
    options = OPTIONS.get(kind, {}).items()
    return {"name": name, "kind": kind, "first_call": -1} | {
        key: as_plain(getattr(part, key)) for key, as_plain in options
    }


def calls_of(
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


def made_in_forward(fresh: list[nn.Module]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(layers that forward made by itself, their weights with the values that they had in this call)."""
    layers, weights = [], []
    for k, part in enumerate(dict.fromkeys(fresh)):
        owner = f"made in forward {k}"
        layers.append(_layer(owner, part))
        weights += [{"name": f"{owner}.{name}", "value": plain(p)} for name, p in part.named_parameters()]
    return layers, weights


def _first(called: list[str], name: str) -> int:
    return called.index(name) if name in called else -1
