"""Other sizes, places and types: what a right answer does without thinking of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from helpers.checks.recurrent.making import Maker, output_of, plain_tensors
from helpers.checks.running import attempt, contained, failed, seeded

ONE_ROW_CALLS = 24
TRAIN_CALLS = 16  # of one model of the main size, where dropout is asked for

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


def _dropping(maker: Maker, x: Tensor) -> dict[str, Any]:
    """What tells whether one model of the main size drops, anew in each call, with its own weights too."""
    return {
        "train_calls": attempt(lambda: _several(maker.made(train=True), x, TRAIN_CALLS)),
        "train_one_step": attempt(lambda: _several(maker.made(train=True), x[:, :1], TRAIN_CALLS)),
        "unfilled": attempt(lambda: output_of(maker.made(filled=False), x)),
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


def extras(answer: type, seed: int, build: Mapping[str, Any], stateless: bool) -> dict[str, Any]:
    """Other sizes, places and types: what a right answer does without thinking of it.

    stateless: one model will do for several calls.
    """
    x = torch.from_numpy(build["x"])
    maker = Maker(answer, seed, build)
    if plain_tensors(maker.made()):
        attempt(lambda: maker.find_statistics(x))
    if any(True for _ in maker.made().buffers()):
        attempt(lambda: maker.keep_constants(x))
    made = maker.made
    one = made() if stateless else None
    # A state that was made for the first call's batch size would spoil the calls after it.
    if one is not None and failed(attempt(lambda: [output_of(one, x), output_of(one, x[:1])])):
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
        before = output_of(ready(), x)
        rows = []
        for t in range(x.shape[1]):
            changed = x.clone()
            changed[0, t] += 1.5
            after = output_of(ready(), changed)
            rows.append((after - before).abs().flatten(1).amax(1) > 1e-6)
        return torch.stack(rows).numpy()

    def on_meta(steps: int) -> Any:
        return made().to("meta")(x[:, :steps].to("meta"))

    def in_float64() -> Tensor:
        return output_of(made().double(), x.double())

    def in_float64_by_default() -> Tensor:
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
        return output_of(made(train=True), x[:1].repeat(2, 1, 1))

    return {
        **(_dropping(maker, x) if "dropout" in build["arguments"] else {}),
        **{key: attempt(lambda some=some: output_of(ready(), some)) for key, some in other_sizes(x).items()},
        "train_one_row": attempt(lambda: one_row_in_training(made(train=True), x[:1])),
        "train_three_rows": attempt(lambda: output_of(made(train=True), x[:3])),
        "backwards": attempt(lambda: output_of(ready(), x.flip(1))),
        "alike": attempt(alike),
        "operations": attempt(lambda: [count(2), count(8)]),
        "moved": attempt(moved),
        "meta": meta,
        "float64": float64,
        "float64_by_default": attempt(in_float64_by_default) if failed(float64) else float64,
    }
