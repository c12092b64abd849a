"""Is it the same layer as torch's? One's weights in the other, and all compared that a layer hands out."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from helpers.probes.common import buffers_of, check_kwargs, map_tensors, put_back, random_state_kept, tensors

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
    kwargs = check_kwargs(kwargs)
    _check_alike(ours, theirs)
    compare = _Comparison(rtol, atol, equal_nan, axes, theirs)
    _load(ours, theirs, compare)

    buffers = buffers_of(ours) + buffers_of(theirs)
    try:
        with torch.enable_grad(), random_state_kept(inputs, kwargs, list(ours.parameters())) as seed:
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
        put_back(buffers)
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
        # As few digits as tell the two apart: the last ones are other ones on another processor.
        for digits in ".4g", ".6g", "":
            shown = [f"{v:{digits}}" if isinstance(v, float | complex) else str(v) for v in values]
            if shown[0] != shown[1]:
                break
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

        our_inputs, our_kwargs = map_tensors(copy_once, inputs), map_tensors(copy_once, kwargs)
        self._leaves: dict[str, Tensor] = {}
        self.arguments: dict[str, Tensor] = {}
        for name, tensor in itertools.chain(tensors("input", inputs), tensors("input", kwargs)):
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
