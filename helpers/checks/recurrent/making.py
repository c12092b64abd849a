"""Models of an answer's class, made for the probe: filled with known values, each weight in sight."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from helpers.checks.running import contained, fill, seeded


def output_of(model: nn.Module, x: Tensor, draw: int = 1) -> Any:
    """The output; `draw` seeds what the model draws at random on the way."""
    seeded(draw)
    with contained():
        output = model(x.clone())
    return {"type": "a NumPy array"} if isinstance(output, np.ndarray | np.generic) else output


@dataclass
class Maker:
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
            before = {key: value.clone() for key, value in plain_tensors(model).items()}
            if not before:
                return
            with torch.no_grad():
                output_of(model, x)
            now = plain_tensors(model)
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
                output_of(model, x)
            now = dict(model.named_buffers())
            self.constants = [name for name, tensor in before.items() if torch.equal(tensor, now[name])]


def plain_tensors(model: nn.Module) -> dict[tuple[str, str], Tensor]:
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
