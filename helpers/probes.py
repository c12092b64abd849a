"""Two questions to put to a model: which inputs does each output see, and is it the same layer as torch's?

`who_sees_whom` changes the input at one place and marks where the output moves. `same_as` loads the weights
of one layer into another and compares all that a layer hands out: outputs, gradients and buffers.
"""

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

# --- what both probes share


def _map_tensors(change: Callable[[Tensor], Tensor], value: Any) -> Any:
    """The same nested tuples, lists and dicts, with change(tensor) in the place of each tensor."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _map_tensors(change, part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        parts = [_map_tensors(change, part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def _tensors(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    """(name, tensor) for each tensor in nested tuples, lists and dicts, in order: "output[1][0]"."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _tensors(f"{name}[{key!r}]", part)
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from _tensors(f"{name}[{number}]", part)


@contextmanager
def _random_state_kept(*values: Any) -> Iterator[Callable[[int], Any]]:
    """Put torch's random state back afterwards. Gives the function that seeds it inside."""
    # Seeding CUDA where nothing lies on it would change the numbers that its first later use draws.
    cuda = any(tensor.is_cuda for _, tensor in _tensors("", values))
    with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if cuda else []):
        yield torch.manual_seed if cuda else torch.default_generator.manual_seed


def _buffers_of(module: nn.Module) -> list[tuple[nn.Module, str, Tensor, Tensor]]:
    return [
        (part, name, buffer, buffer.detach().clone())
        for part in module.modules()
        for name, buffer in part._buffers.items()
        if buffer is not None
    ]


@torch.no_grad()
def _put_back(buffers: list[tuple[nn.Module, str, Tensor, Tensor]]) -> None:
    for part, name, buffer, value in buffers:
        part._buffers[name] = buffer
        if not torch.equal(buffer, value):
            buffer.copy_(value)


def _check_kwargs(kwargs: Any) -> Mapping[str, Any]:
    if kwargs is not None and not isinstance(kwargs, Mapping):
        raise TypeError(f"kwargs must be a dict of arguments for the call, got {type(kwargs).__name__}")
    return kwargs or {}


# --- who sees whom

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
    kwargs = _check_kwargs(kwargs)
    in_dims = _axes_of("in_dims", in_dims, "x", x)
    values = _values_to_put_in(x, ids)

    with torch.no_grad(), _random_state_kept(x, kwargs), _eval_mode(model), _no_fast_path():
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
            buffers.extend(entry for entry in _buffers_of(module) if entry[0] not in modes)
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
        _put_back(buffers)


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
        result = call(x.clone(), **_map_tensors(torch.clone, kwargs))
        if select is not None:
            result = select(result)
        found = next((tensor for _, tensor in _tensors("output", result)), None)
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
        wide, wide_kwargs = as_float64(x), _map_tensors(as_float64, kwargs)

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


# --- the same layer?

# Sums of the same numbers in another order differ by rounding that grows with the length of the sum and
# with its largest terms. Wrong layers differ by far more: eps of 1e-6 for 1e-5 in a layer norm by 5e-6.
_RTOL = {
    torch.float64: 1e-10,
    torch.complex128: 1e-10,
    torch.float32: 1e-5,
    torch.complex64: 1e-5,
    torch.float16: 1e-2,
    torch.bfloat16: 5e-2,
}


@dataclass(frozen=True)
class Same:
    """What `same_as` compared and found equal. As text it is the same on every machine.

    `largest` is the largest difference found, divided by the largest value of its tensor where that is above
    1. The text gives only a coarse bound on it (1e-12, 1e-8, 1e-4): the last digits differ between machines.
    """

    outputs: int
    input_gradients: int
    parameter_gradients: int
    buffers: int
    largest: float

    def __repr__(self) -> str:
        def count(number: int, what: str) -> str:
            return f"{number} {what}{'' if number == 1 else 's'}"

        bound = next((bound for bound in ("1e-12", "1e-8", "1e-4", "1") if self.largest < float(bound)), None)
        return (
            f"same: {count(self.outputs, 'output')}, {count(self.input_gradients, 'input gradient')}, "
            f"{count(self.parameter_gradients, 'parameter gradient')}, {count(self.buffers, 'buffer')}; "
            f"largest difference {f'below {bound}' if bound else f'{self.largest:.1g}'}"
        )


def same_as(
    ours: nn.Module,
    theirs: nn.Module,
    *inputs: Any,
    kwargs: Mapping[str, Any] | None = None,
    axes: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
) -> Same:
    """Assert that two layers are the same: weights load, outputs, gradients and buffers are equal.

    Loads the weights and buffers of theirs into ours and runs both on copies of the same inputs from the
    same random state, so that dropout that draws alike is compared too. Then come, in this order: every
    output; the gradient of every floating input and of every parameter, for random gradients of all
    outputs; the buffers after the call, those that are in the state dict; the inputs after the call (did
    the model write on them?).

    A weight of 0 or 1, like the bias and the scale that some layers begin with, hides mistakes: give theirs
    random weights first. In eval mode dropout hides; compare in both modes.

    Ours keeps the loaded weights and buffers. All else stays: theirs, both modes, all `.grad`, the inputs,
    torch's random state.

    Args:
        ours, theirs: modules on the same device and in the same mode, called as `model(*inputs, **kwargs)`.
        inputs: anything: tensors of any shape, tuples like (h_0, c_0), None, numbers. A tensor that is passed
            twice stays one tensor, as in `same_as(ours, theirs, x, x, x)` for self-attention.
        kwargs: further arguments of the call; compared like inputs.
        axes: names of axes for the error text, for the first input and output with as many axes, such as
            `("batch", "time", "feature")`, or for any tensor by name:
            `{"output[1]": ("layer", "batch", "feature")}`. Where an axis is called "time", the first
            difference is the earliest. By default they follow `batch_first` of theirs; four axes are
            batch, channel, row, column.
        rtol, atol: two values are equal if |ours - theirs| <= atol + rtol * |theirs|. By default rtol is
            1e-10 for float64, 1e-5 for float32, 1e-2 for float16, 5e-2 for bfloat16, and atol is rtol times
            the largest |theirs| in the tensor, at least rtol: rounding goes with the largest terms of a
            sum. Integers and bools must be equal.
        equal_nan: a NaN equals a NaN at the same place. By default it equals nothing.

    Returns:
        A `Same`, which reads in a notebook as "same: 2 outputs, 1 input gradient, 4 parameter gradients,
        0 buffers; largest difference below 1e-12". A gradient counts where there is one.

    Raises:
        AssertionError: names the first tensor that differs, where, by how much, and in how many places; or
            keys and shapes that do not load, another structure, shape, dtype or device of an output, or a
            gradient that only one of the two has.
        TypeError: not two modules.
        ValueError: twice the same module, other devices or modes, or no tensor in the outputs.
    """
    for name, model in (("ours", ours), ("theirs", theirs)):
        if not isinstance(model, nn.Module):
            raise TypeError(f"{name} must be a torch.nn.Module, got {type(model).__name__}")
    if ours is theirs:
        raise ValueError("ours and theirs are one and the same module: that proves nothing")
    kwargs = _check_kwargs(kwargs)
    _check_alike(ours, theirs)
    compare = _Comparison(rtol, atol, equal_nan, axes, theirs)
    _load(ours, theirs, compare)

    buffers = _buffers_of(ours) + _buffers_of(theirs)
    try:
        with torch.enable_grad(), _random_state_kept(inputs, kwargs, list(ours.parameters())) as seed:
            our_run, their_run = (
                _Run(name, model, inputs, kwargs, seed)
                for name, model in (("ours", ours), ("theirs", theirs))
            )
            outputs = _pairs("output", our_run.output, their_run.output)
            if not outputs:
                raise ValueError(f"there is no tensor to compare in the output: {_kind(their_run.output)}")
            for name, our_tensor, their_tensor in outputs:
                compare(name, our_tensor, their_tensor)

            generator = torch.Generator().manual_seed(1)  # on the CPU: the same on every device
            directions = [
                torch.randn(tensor.shape, dtype=tensor.dtype, generator=generator).to(tensor.device)
                if tensor.is_floating_point() or tensor.is_complex()
                else None
                for _, _, tensor in outputs
            ]
            our_gradients = our_run.gradients([tensor for _, tensor, _ in outputs], directions)
            their_gradients = their_run.gradients([tensor for _, _, tensor in outputs], directions)
            for name, gradient in their_gradients.items():
                compare.gradients(f"gradient of {name}", our_gradients[name], gradient)
            buffer_count = _compare_buffers(ours, theirs, compare)
            for name, argument in their_run.arguments.items():
                compare(f"{name} after the call", our_run.arguments[name], argument)
    finally:
        _put_back(buffers)
    found = {name for name, gradient in their_gradients.items() if gradient is not None}
    from_inputs = len(found & their_run.arguments.keys())
    return Same(len(outputs), from_inputs, len(found) - from_inputs, buffer_count, compare.largest)


def _check_alike(ours: nn.Module, theirs: nn.Module) -> None:
    devices = [
        sorted({str(tensor.device) for tensor in itertools.chain(model.parameters(), model.buffers())})
        for model in (ours, theirs)
    ]
    if all(devices) and devices[0] != devices[1]:
        raise ValueError(
            f"ours is on {' and '.join(devices[0])}, theirs on {' and '.join(devices[1])}: "
            "move one of them with .to(device)"
        )
    if ours.training != theirs.training:
        modes = ["train" if model.training else "eval" for model in (ours, theirs)]
        raise ValueError(
            f"ours is in {modes[0]} mode, theirs in {modes[1]} mode: call .train() or .eval() on both"
        )


class _Comparison:
    """Compares tensors, raises at the first that differs, and keeps the largest difference so far."""

    def __init__(
        self,
        rtol: float | None,
        atol: float | None,
        equal_nan: bool,
        axes: Sequence[str] | Mapping[str, Sequence[str]] | None,
        theirs: nn.Module,
    ):
        self.rtol, self.atol, self.equal_nan, self.axes = rtol, atol, equal_nan, axes
        self.batch_first = next((m.batch_first for m in theirs.modules() if hasattr(m, "batch_first")), None)
        self.largest = 0.0

    def __call__(self, name: str, ours: Tensor, theirs: Tensor) -> None:
        for what, a, b in (
            ("has shape", tuple(ours.shape), tuple(theirs.shape)),
            ("is", ours.dtype, theirs.dtype),
            ("is on", ours.device, theirs.device),
        ):
            if a != b:
                raise AssertionError(f"{name} {what} {a} in ours, {b} in theirs")
        if ours.numel() == 0:
            return
        ours, theirs = (tensor.detach().to_dense() for tensor in (ours, theirs))
        if not (theirs.is_floating_point() or theirs.is_complex()):
            wrong, difference = ours != theirs, (ours.double() - theirs.double()).abs()
        else:
            rtol = _RTOL[theirs.dtype] if self.rtol is None else self.rtol
            sizes = theirs.abs()
            scale = max(1.0, sizes.where(sizes.isfinite(), 0).max().item())
            atol = rtol * scale if self.atol is None else self.atol
            wrong = ~torch.isclose(ours, theirs, rtol=rtol, atol=atol, equal_nan=self.equal_nan)
            difference = (ours - theirs).abs()
            # Two NaN or two infinities that count as equal have no distance.
            self.largest = max(self.largest, difference.nan_to_num(0).max().item() / scale)
        if wrong.any():
            raise AssertionError(self._text(name, ours, theirs, wrong, difference))

    def gradients(self, name: str, ours: Tensor | None, theirs: Tensor | None) -> None:
        if (ours is None) != (theirs is None):
            kinds = ["None" if gradient is None else "a tensor" for gradient in (ours, theirs)]
            raise AssertionError(
                f"{name} is {kinds[0]} in ours, {kinds[1]} in theirs "
                "(None: no output depends on it, or the way back to it is cut: detach, no_grad, frozen)"
            )
        if ours is not None:
            self(name, ours, theirs)

    def _text(self, name: str, ours: Tensor, theirs: Tensor, wrong: Tensor, difference: Tensor) -> str:
        axes = self._axes(name, ours.ndim)
        places = wrong.nonzero()
        if "time" in axes:
            places = places[places[:, axes.index("time")].argsort(stable=True)]
        first = tuple(places[0].tolist())
        our_value, their_value = ours[first].item(), theirs[first].item()
        values = our_value, their_value
        shown = [f"{value:.6g}" if isinstance(value, float | complex) else str(value) for value in values]
        if shown[0] == shown[1] != "nan":
            shown = [repr(our_value), repr(their_value)]
        labels = axes or [""] * len(first)
        index = ", ".join(f"{axis} {place}".strip() for axis, place in zip(labels, first, strict=True))
        text = f"{name} first differs at index ({index}): " if first else f"{name} differs: "
        text += f"ours {shown[0]}, theirs {shown[1]}; "
        text += f"{len(places)} of {wrong.numel()} values differ, "
        text += f"largest difference {difference[wrong].max().item():.2g}"
        if (ours.isnan() & theirs.isnan()).any() and not self.equal_nan:
            text += "; a NaN equals a NaN only with equal_nan=True"
        return text

    def _axes(self, name: str, ndim: int) -> Sequence[str]:
        """Names of the axes of this tensor, or none."""
        tensor = name.removeprefix("gradient of ").removesuffix(" after the call")
        if isinstance(self.axes, Mapping):
            axes = self.axes.get(tensor, ())
        elif tensor not in ("output", "output[0]", "input[0]"):
            axes = ()
        elif self.axes is not None:
            axes = self.axes
        elif ndim == 4:
            axes = ("batch", "channel", "row", "column")
        elif self.batch_first is None or ndim not in (2, 3):
            axes = ()
        else:
            batched = ("batch", "time", "feature") if self.batch_first else ("time", "batch", "feature")
            axes = batched if ndim == 3 else ("time", "feature")
        return tuple(axes) if len(axes) == ndim else ()


def _load(ours: nn.Module, theirs: nn.Module, compare: _Comparison) -> None:
    state = theirs.state_dict()
    try:
        ours.load_state_dict(state)
    except RuntimeError as error:
        own, shapes = ours.state_dict(), {}
        for name, model_state in (("ours", own), ("theirs", state)):
            shapes[name] = {key: tuple(v.shape) for key, v in model_state.items() if isinstance(v, Tensor)}
        reasons = [
            f"{what}: {', '.join(keys)}"
            for what, keys in (
                ("missing in ours", [key for key in state if key not in own]),
                ("unexpected, in ours only", [key for key in own if key not in state]),
                (
                    "other shapes",
                    [
                        f"{key} {shapes['ours'][key]} in ours, {shape} in theirs"
                        for key, shape in shapes["theirs"].items()
                        if shapes["ours"].get(key, shape) != shape
                    ],
                ),
            )
            if keys
        ]
        text = "; ".join(reasons) or str(error)
        raise AssertionError(f"the weights of theirs do not load into ours: {text}") from None
    loaded = ours.state_dict()
    for name, tensor in state.items():
        if isinstance(tensor, Tensor) and isinstance(loaded.get(name), Tensor):
            compare(f"{name} after loading", loaded[name], tensor)
    names = [{name for name, _ in model.named_parameters()} for model in (ours, theirs)]
    if names[0] != names[1]:
        only = [", ".join(sorted(a - b)) or "none" for a, b in (names, names[::-1])]
        raise AssertionError(f"parameters that only ours has: {only[0]}; that only theirs has: {only[1]}")


def _compare_buffers(ours: nn.Module, theirs: nn.Module, compare: _Comparison) -> int:
    """Compare those in the state dict: others, such as a cached mask, are a layer's own affair."""
    parameters = dict(theirs.named_parameters(remove_duplicate=False))
    our_state, count = ours.state_dict(), 0
    for name, tensor in theirs.state_dict().items():
        if name not in parameters and isinstance(tensor, Tensor) and name in our_state:
            compare(f"buffer {name}", our_state[name], tensor)
            count += 1
    return count


class _Run:
    """One forward pass of a model on copies of the inputs."""

    def __init__(
        self,
        name: str,
        model: nn.Module,
        inputs: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        seed: Callable[[int], Any],
    ):
        self._name, self._model = name, model
        copies: dict[int, tuple[Tensor, Tensor]] = {}

        def copy_once(tensor: Tensor) -> Tensor:
            if id(tensor) not in copies:
                leaf = tensor.detach().clone()
                leaf.requires_grad_(leaf.is_floating_point() or leaf.is_complex())
                # The model gets a clone of the leaf, since a model may write on its input, a leaf not.
                copies[id(tensor)] = leaf, leaf.clone()
            return copies[id(tensor)][1]

        our_inputs, our_kwargs = _map_tensors(copy_once, inputs), _map_tensors(copy_once, kwargs)
        self._leaves: dict[str, Tensor] = {}
        self.arguments: dict[str, Tensor] = {}
        for name, tensor in itertools.chain(_tensors("input", inputs), _tensors("input", kwargs)):
            if id(tensor) in copies:
                self._leaves[name], self.arguments[name] = copies.pop(id(tensor))
        seed(0)
        with self._named():
            self.output = model(*our_inputs, **our_kwargs)

    def gradients(
        self, outputs: Sequence[Tensor], directions: Sequence[Tensor | None]
    ) -> dict[str, Tensor | None]:
        """name -> gradient of the sum of outputs times directions, None where nothing arrives."""
        sources = {name: leaf for name, leaf in self._leaves.items() if leaf.requires_grad}
        sources |= self._model.named_parameters()
        wanted = [source for source in sources.values() if source.requires_grad]
        ends = [
            (output, direction)
            for output, direction in zip(outputs, directions, strict=True)
            if output.requires_grad and direction is not None
        ]
        if not ends or not wanted:
            return dict.fromkeys(sources)
        heads, cotangents = zip(*ends, strict=True)
        with self._named():
            found = torch.autograd.grad(heads, wanted, grad_outputs=cotangents, allow_unused=True)
        by_source = dict(zip(map(id, wanted), found, strict=True))
        return {name: by_source.get(id(source)) for name, source in sources.items()}

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            error.add_note(f"(raised by {self._name}, a {type(self._model).__name__})")
            raise


def _kind(value: Any) -> str:
    if isinstance(value, Tensor):
        return "a tensor"
    if isinstance(value, Mapping):
        return f"a dict with keys {', '.join(sorted(map(repr, value)))}"
    if isinstance(value, tuple | list):
        return f"a {'tuple' if isinstance(value, tuple) else 'list'} of {len(value)}"
    return repr(value) if isinstance(value, _PLAIN) else f"an object of class {type(value).__name__}"


_PLAIN = (type(None), bool, int, float, complex, str)


def _pairs(name: str, ours: Any, theirs: Any) -> list[tuple[str, Tensor, Tensor]]:
    """(name, our tensor, their tensor) for all tensors in two outputs, which must be built alike."""
    kinds = _kind(ours), _kind(theirs)
    if kinds[0] != kinds[1]:
        raise AssertionError(f"{name} is {kinds[0]} in ours, {kinds[1]} in theirs")
    if isinstance(theirs, Tensor):
        return [(name, ours, theirs)]
    if isinstance(theirs, Mapping):
        parts = [(f"{name}[{key!r}]", ours[key], theirs[key]) for key in theirs]
    elif isinstance(theirs, tuple | list):
        parts = [(f"{name}[{n}]", *pair) for n, pair in enumerate(zip(ours, theirs, strict=True))]
    elif isinstance(theirs, _PLAIN):
        return []
    else:
        raise TypeError(
            f"{name} is {kinds[0]}: only tensors, tuples, lists, dicts and numbers can be compared"
        )
    return [pair for part in parts for pair in _pairs(*part)]
