"""Which inputs does each output see? Change the input at one place, mark where the output moves."""

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from helpers.probes.common import buffers_of, check_kwargs, map_tensors, put_back, random_state_kept, tensors

# An output that does not depend on the changed input is, with the usual kernels, the same to the last bit:
# each value comes from the same operations on the same numbers. An FFT mixes all places and cancels them
# again: up to 2.2 eps of the largest output are left (images of 8x8 to 128x128, perturbations up to 1000
# times the input). So a move counts from 32 eps of the largest output on: 7e-15 of it in float64.
_ROUNDING = 32


def who_sees_whom(
    model: Callable[..., Any],
    x: Tensor,
    *,
    in_dims: int | Sequence[int] = 1,
    out_dims: int | Sequence[int] | None = 1,
    kwargs: Mapping[str, Any] | None = None,
    select: Callable[[Any], Tensor] | None = None,
    ids: Iterable[int] | None = None,
) -> Tensor:
    """Mark which output positions move when the input changes at one position: `seen[t_out, t_in]`.

    Row t_out shows all that output t_out sees. An RNN gives the lower triangle, a bidirectional one a full
    square, a convolution a band, a causal mask the lower triangle, a padding mask columns that are False.

    The input is changed at one position at a time, in all samples and features at once, up to 7 times with
    other random directions and sizes, so that neither a saturated tanh nor a ReLU at 0 hides what is there.
    An output moves if any of its samples or features does: use a batch of one where samples differ, as
    with padding. An influence below the rounding (7e-15 of the largest output in float64) counts as none,
    so in a net that forgets very fast the far past can look unseen.

    The model runs in eval mode, in float64 if it can, else in the dtypes given (then the bound is 4e-6 of
    the largest output in float32). Its mode, parameters, gradients and buffers, the input and torch's
    random state stay as they are. Where torch has a fast path for attention it is off: it would
    blank padded positions.

    Args:
        model: a module or a function, called as `model(x, **kwargs)`. For another argument than the first
            write a function: `lambda memory: decoder(target, memory)`.
        x: one input. Floating: changed by sizes from a tenth of to 30 times its largest value.
            Integer (tokens) or bool: put in other values. Shape (B, T, D) or (B, T) by default.
        in_dims: the axis of x to go along, or several: `(2, 3)` for the pixels of (B, C, H, W).
        out_dims: the same for the output. None: the output has no such axis, as with a classifier that
            gives (B, classes); it then counts as one position.
        kwargs: further arguments of the call; floating tensors inside are cast as the model is.
        select: picks the output tensor from what the model returns. By default it is the first tensor, as
            `output` in `output, h_n`.
        ids: the tokens that may be put in, such as `range(1, V)` where 0 is padding (a real token in the
            place of padding is no longer padding, and rightly seen). By default those that occur in x.

    Returns:
        bool tensor on the CPU of shape (T_out, T_in). With several axes: the sizes along out_dims, then the
        sizes along in_dims, so (H_out, W_out, H_in, W_in) for images.

    Raises:
        TypeError: x is no tensor or complex, or there is no tensor in the output.
        ValueError: an axis that is not there, an empty x or output, NaN or infinity in x, NaN in the output,
            fewer than two ids; a model that gives other outputs, or another shape, on being asked again.
    """
    if not callable(model):
        raise TypeError(f"model must be a module or a function, got {type(model).__name__}")
    if not isinstance(x, Tensor) or x.is_complex():
        got = x.dtype if isinstance(x, Tensor) else type(x).__name__
        raise TypeError(f"x must be a tensor of floats, integers or bools, got {got}")
    kwargs = check_kwargs(kwargs)
    in_dims = _axes_of("in_dims", in_dims, "x", x)
    values = _values_to_put_in(x, ids)

    with torch.no_grad(), random_state_kept(x, kwargs), _eval_mode(model), _no_fast_path():
        x, run, before = _first_call(model, x, kwargs, select)
        if out_dims is None:
            run, before, out_dims = (lambda x, run=run: run(x)[None]), before[None], 0
        out_dims = _axes_of("out_dims", out_dims, "the output", before)
        _check_output(before, out_dims)
        if _moved(before, run(x)).any():
            raise ValueError(
                "the same input gave two different outputs, so what moves would mean nothing: the model "
                "draws random numbers even in eval mode (F.dropout needs training=self.training), or it "
                "keeps a state from call to call"
            )

        out_sizes, in_sizes = ([t.shape[d] for d in dims] for t, dims in ((before, out_dims), (x, in_dims)))
        seen = torch.zeros(*out_sizes, *in_sizes, dtype=torch.bool)
        generator = torch.Generator().manual_seed(0)
        for position in itertools.product(*map(range, in_sizes)):
            index = [slice(None)] * x.ndim
            for dim, place in zip(in_dims, position, strict=True):
                index[dim] = place
            told = False
            for part in _changes(x, tuple(index), values, generator):
                changed = x.clone()
                changed[tuple(index)] = part
                after = run(changed)
                if after.isnan().any():
                    continue  # too large a change for this model: an overflow says nothing of who sees whom
                told = True
                moves = _moved(before, after).movedim(out_dims, tuple(range(len(out_dims))))
                seen[(..., *position)] |= moves.reshape(*out_sizes, -1).any(-1).cpu()
                if seen[(..., *position)].all():
                    break
            if not told:
                raise ValueError(f"the output holds NaN for every change of x at {_position(position)}")
    return seen


def _axes_of(option: str, dims: int | Sequence[int], what: str, tensor: Tensor) -> tuple[int, ...]:
    given = dims
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    if not dims or any(not -tensor.ndim <= dim < tensor.ndim for dim in dims):
        hint = "; out_dims=None if it has no such axis" if option == "out_dims" else ""
        raise ValueError(
            f"{option}={given!r} does not name axes of {what}, which has shape {tuple(tensor.shape)}{hint}"
        )
    dims = tuple(dim % tensor.ndim for dim in dims)
    if len(set(dims)) < len(dims):
        raise ValueError(f"{option}={given!r} names an axis twice")
    return dims


def _values_to_put_in(x: Tensor, ids: Iterable[int] | None) -> Tensor | None:
    """What may stand in x: None for floats, the distinct ids for integers and bools. Checks x on the way."""
    if x.numel() == 0:
        raise ValueError(f"x of shape {tuple(x.shape)} is empty: there is nothing to change")
    if x.is_floating_point():
        if ids is not None:
            raise ValueError(f"ids are for an x of tokens (integers), but x is {x.dtype}")
        if not x.isfinite().all():
            raise ValueError("x holds NaN or infinity: give finite values")
        return None
    if ids is not None:
        values = torch.tensor(list(ids), dtype=x.dtype, device=x.device).unique()
    elif x.dtype == torch.bool:
        values = torch.tensor([False, True], device=x.device)
    else:
        values = x.unique()
    if len(values) < 2:
        raise ValueError(
            f"a token can be changed only if there are two or more to choose from, got {values.tolist()}: "
            "say which are valid, for example ids=range(V)"
        )
    return values


def _changes(
    x: Tensor, index: tuple[Any, ...], values: Tensor | None, generator: torch.Generator
) -> Iterator[Tensor]:
    """What to put in the place of x[index], one try after the other."""
    part = x[index]
    if values is not None:
        place = (part[..., None] == values).long().argmax(-1)
        # A step of 1 to n - 1 around the ring of n ids never comes back to the same id.
        for step in 1 + torch.randperm(len(values) - 1, generator=generator)[:7]:
            yield values[(place + step.to(x.device)) % len(values)]
        return

    def random(draw: Callable[..., Tensor]) -> Tensor:
        # Drawn on the CPU in float64, so that every device and dtype gets the same changes.
        return draw(part.shape, generator=generator, dtype=torch.float64).to(part)

    unit = x.abs().max()
    unit = unit if unit > 0 else torch.ones_like(unit)
    for size in (1.0, 0.1, 30.0):
        # No entry is close to 0, and both signs are tried: a max or a ReLU hears only one of them.
        step = size * unit * (0.5 + random(torch.rand)) * (2.0 * random(torch.rand) - 1.0).sign()
        yield part + step
        yield part - step
    yield random(torch.randn)  # however large x is, this one lies where tanh and sigmoid still bend


@contextmanager
def _eval_mode(model: Callable[..., Any]) -> Iterator[None]:
    """Whatever modules are called inside, in a function too, run in eval mode; mode and buffers come back."""
    modes: dict[nn.Module, bool] = {}
    buffers: list[tuple[nn.Module, str, Tensor, Tensor]] = []

    def before_forward(module: nn.Module, _: Any = None) -> None:
        if module not in modes:
            buffers.extend(entry for entry in buffers_of(module) if entry[0] not in modes)
            modes.update({part: part.training for part in module.modules() if part not in modes})
            module.eval()

    hook = nn.modules.module.register_module_forward_pre_hook(before_forward)
    try:
        owner = getattr(model, "__self__", model)  # of a method like `net.encode`, which no hook sees
        if isinstance(owner, nn.Module):
            before_forward(owner)
        yield
    finally:
        hook.remove()
        for part, mode in modes.items():
            part.training = mode
        put_back(buffers)


@contextmanager
def _no_fast_path() -> Iterator[None]:
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(enabled)


def _first_call(
    model: Callable[..., Any], x: Tensor, kwargs: Mapping[str, Any], select: Callable[[Any], Tensor] | None
) -> tuple[Tensor, Callable[[Tensor], Tensor], Tensor]:
    """(x, run, run(x)) in float64 if the model can do that, else in the dtypes given."""

    def output(call: Callable[..., Any], x: Tensor, kwargs: Mapping[str, Any]) -> Tensor:
        # Clones on the way in, since a model may write on its input; on the way out, since it may hand out
        # a tensor of its own that the next call overwrites.
        result = call(x.clone(), **map_tensors(torch.clone, kwargs))
        if select is not None:
            result = select(result)
        found = next((tensor for _, tensor in tensors("output", result)), None)
        if found is None:
            raise TypeError(
                f"the model gave {type(result).__name__} with no tensor in it: name one with select="
            )
        return found.clone()

    def as_float64(tensor: Tensor) -> Tensor:
        return tensor.double() if tensor.is_floating_point() else tensor

    default = torch.get_default_dtype()
    try:
        call = copy.deepcopy(model)  # a function comes back as it is
        owner = getattr(call, "__self__", call)
        if isinstance(owner, nn.Module):
            owner.double()
        wide, wide_kwargs = as_float64(x), map_tensors(as_float64, kwargs)

        def run(x: Tensor) -> Tensor:
            torch.set_default_dtype(torch.float64)  # for a model that makes its first state by torch.zeros
            try:
                return output(call, x, wide_kwargs)
            finally:
                torch.set_default_dtype(default)

        return wide, run, run(wide)
    except Exception:
        # A function around a float32 model, a cast inside the model, a tensor that cannot be copied, or a
        # device without float64: all of these run in their own dtype. A mistake in the call fails again.
        pass
    return x, lambda x: output(model, x, kwargs), output(model, x, kwargs)


def _moved(before: Tensor, after: Tensor) -> Tensor:
    """bool tensor of the output's shape: differs by more than rounding."""
    if before.shape != after.shape:
        raise ValueError(
            "the output's shape changes with the values of x: "
            f"{tuple(before.shape)}, then {tuple(after.shape)}"
        )
    differs = before != after
    if not (before.is_floating_point() or before.is_complex()):
        return differs
    sizes = torch.stack([before.abs(), after.abs()])
    largest = sizes.where(sizes.isfinite(), 0).max()
    return differs & ~((before - after).abs() <= _ROUNDING * torch.finfo(before.dtype).eps * largest)


def _position(place: Sequence[int]) -> str:
    return f"position {place[0] if len(place) == 1 else tuple(place)}"


def _check_output(before: Tensor, out_dims: tuple[int, ...]) -> None:
    if before.numel() == 0:
        raise ValueError(f"the output of shape {tuple(before.shape)} is empty")
    nan = before.isnan().nonzero()
    if len(nan):
        places = nan[:, list(out_dims)].unique(dim=0).tolist()
        shown = ", ".join(map(_position, places[:5]))
        raise ValueError(
            f"the output holds NaN before anything is changed, at {shown}"
            f"{', ...' if len(places) > 5 else ''}: whether it moves cannot be told "
            "(a likely cause: a softmax over a row that is masked whole)"
        )
