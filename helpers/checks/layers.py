"""A layer of prescribed parameter names against its twin: torch's, or one built from torch's functions.

The judge sets the weights and knows what each of them is called, so there is nothing to search.
"""

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks.by_hand import Watch
from helpers.checks.comparison import Comparison
from helpers.checks.difference import differs
from helpers.checks.functions import changed, copies, input_gradients, sight, tensors_of
from helpers.checks.report import shape_text
from helpers.checks.running import attempt, failed, fill_values, plain, seeded, tensors
from helpers.checks.way_back import way_back

# Keys of an observation that belong to the item of another key.
AKIN = {
    "kept": "eval",
    "start": "buffers",
    "graph": "buffers",
    "registered": "buffers",
    "first_weights": "names",
}
BUFFER, PLAIN, UNSAVED = "a buffer", "a plain attribute", "a buffer that is not saved"


class Layer(Comparison):
    """An exercise that asks for a class derived from nn.Module.

    `reference` is the twin. Each case gives the constructor's arguments (`build`) and one call. Compared are,
    in this order: names, kinds and shapes of parameters and buffers, whether buffers are registered as such,
    where they begin, and the parameters that the twin begins with one number, the weights after loading, who
    sees whom, outputs in training mode, inputs left alone, gradients of inputs and parameters, buffers
    without a graph, buffers after two such calls, outputs in eval mode and buffers kept there, dtype and
    device. Each belongs to the item of its own name where there is one, else to the item of its case.
    What an earlier call leaves behind ("again") is looked at last: an input of another size must give what it
    gives on a layer that was never called.

    Args, besides those of `Comparison`:
        sight: (axis of the input, axis of the output): who sees whom along these is compared, in eval mode.
    """

    ASKS = "class"
    besides = (
        "loaded",
        "changed",
        "gradients",
        "dtype",
        "device",
        "graph",
        "start",
        "first_weights",
        "registered",
        "again",
    )

    def __init__(self, module: str, *, sight: tuple[int, int] | None = None, **described: Any) -> None:
        super().__init__(module, **described)
        self.sight = sight

    def task(self, seed: int) -> dict[str, Any]:
        task = super().task(seed)
        for case in task["cases"]:
            twin = self.reference(**case["build"])
            case["parameters"] = [name for name, _ in twin.named_parameters()]
            case["state"] = self._state(twin, case["parameters"], seed)
            case["constant"] = [
                name for name, value in twin.named_parameters() if value.numel() > 1 and _constant(value)
            ]
        return task

    def _seen(self, answer: Any, case: Mapping[str, Any], seed: int, watch: Watch) -> Any:
        shown = super()._seen(answer, case, seed, watch)
        if not failed(shown) and "kept" in shown:
            # Running values that move in eval mode are charged as that.
            shown["again"] = not shown["kept"] or attempt(
                lambda: _forgets(lambda: _in_use(answer, tensors(case)), tensors(case))
            )
        return shown

    # Asked of answers alone: versions of ours, which are run by the thousand, keep nothing.
    def _differences(self, cases: Sequence[Mapping], seen: Sequence[Any], wanted: Sequence[Mapping]) -> Any:
        return super()._differences(cases, seen, [{**want, "again": True} for want in wanted])

    def _aside(self, cases: Sequence[Mapping], seen: Sequence[Any], shown: Sequence[Mapping]) -> Any:
        return super()._aside(cases, seen, [{**want, "again": True} for want in shown])

    def _state(self, twin: nn.Module, parameters: Collection[str], seed: int) -> dict[str, Any]:
        """name -> values, for every parameter and floating buffer of the twin; a variance is above 0."""
        return {
            name: fill_values(seed, k, tuple(value.shape), buffer=name not in parameters)
            for k, (name, value) in enumerate(twin.state_dict().items())
            if value.is_floating_point()
        }

    def _differs(self, key: str, got: Mapping[str, Any], want: Mapping[str, Any]) -> str:
        registered = got.get("registered")
        if key in ("dtype", "device") and isinstance(registered, dict) and PLAIN in registered.values():
            return ""  # what is no buffer does not follow the layer: that is charged already
        # What asks a tensor for its value cannot be tried on a device that holds none. It costs nothing
        # where nothing is given for it.
        untried = failed(got.get(key)) and "on meta tensors" in got[key]["error"]["text"]
        if key == "device" and untried and all(item.name != key for item in self.items):
            return ""
        return super()._differs(key, got, want)

    def item_of(self, key: str, case: Mapping[str, Any]) -> str:
        return super().item_of(key if key in self.belongs else AKIN.get(key, key), case)

    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        state, args, kwargs = case["state"], case["args"], case["kwargs"]
        wide = any(value.dtype == torch.float64 for value in state.values())
        model = answer(**case["build"])
        if not isinstance(model, nn.Module):
            raise TypeError(f"{type(model).__name__} is not a class derived from nn.Module")
        model = model.double() if wide else model
        buffers = sorted(set(state) - set(case["parameters"]))
        kinds = {name: _kind(model, name) for name in buffers}
        own = {key: value for key, value in model.state_dict().items() if value.is_floating_point()}
        own |= {name: attrgetter(name)(model) for name, kind in kinds.items() if kind}
        parameters = {name for name, _ in model.named_parameters()} - set(buffers)
        shown: dict[str, Any] = {"names": _shapes(own, parameters)}
        if shown["names"] != _shapes(state, case["parameters"]):
            return shown
        shown["registered"] = kinds
        shown["start"] = _values(model, buffers)
        shown["first_weights"] = _values(model, case["constant"])
        _load(model, state, kinds)
        shown["loaded"] = _values(model, sorted(state))

        if self.sight is not None:
            shown["sees"] = sight(lambda x: model(x, *args[1:], **kwargs), args[0], self.sight)

        model.train()
        leaves = {
            f"input {k + 1}": value.requires_grad_()
            for k, value in enumerate(args)
            if isinstance(value, Tensor) and value.is_floating_point()
        }
        given = copies(args)
        output = watch(lambda: model(*given, **kwargs))
        shown |= self.returned(_detached(output))
        shown["changed"] = changed(args, given)
        weights = {name: value for name, value in model.named_parameters() if name in case["parameters"]}
        shown["gradients"] = way_back(
            lambda: input_gradients(tensors_of(output), leaves | weights),
            lambda: tensors_of(copy.deepcopy(model)(*copies(args), **kwargs)),  # running values move
        )
        shown["graph"] = any(attrgetter(name)(model).grad_fn is not None for name in buffers)
        with torch.no_grad():
            model(*copies(args), **kwargs)  # what a call changes is not charged again in the next
            shown["buffers"] = _values(model, buffers)
            model.eval()
            shown["eval"] = _detached(watch(lambda: model(*copies(args), **kwargs)))
            after = _values(model, buffers)
            shown["kept"] = all(torch.equal(after[name], value) for name, value in shown["buffers"].items())
            shown["dtype"] = attempt(lambda: _precision(answer, case))
            shown["device"] = attempt(lambda: _elsewhere(answer, case))
        return shown


def _load(model: nn.Module, state: Mapping[str, Tensor], kinds: Mapping[str, str]) -> None:
    model.load_state_dict(state, strict=False)  # counters of calls keep what they begin with
    for name, kind in kinds.items():
        if kind in (PLAIN, UNSAVED):
            owner, _, last = name.rpartition(".")
            setattr(model.get_submodule(owner), last, state[name].clone())


def _in_use(answer: Any, case: Mapping[str, Any]) -> nn.Module:
    """A layer that was never called, with the weights of the case, in eval mode."""
    seeded(0)
    model, state = answer(**case["build"]), case["state"]
    _load(model, state, {name: _kind(model, name) for name in set(state) - set(case["parameters"])})
    return model.eval()


def _forgets(make: Callable[[], nn.Module], case: Mapping[str, Any]) -> bool:
    """Does each call of a layer give what it gives on a layer that was never called before?

    Tried with the first half of the inputs along each axis of the first of them, before and after all of it.
    What the layer does not take by itself is asked of nobody.
    """

    def call(model: nn.Module, args: list[Any]) -> list[Tensor]:
        return tensors_of(model(*copies(args), **copies(case["kwargs"])))

    args = case["args"]
    sizes = next((list(value.shape) for value in args if isinstance(value, Tensor)), [])
    with torch.no_grad():
        for axis, size in enumerate(sizes):
            part = [_half(value, axis, size) for value in args]
            for first, then in ((part, args), (args, part)):
                if size < 2 or any(failed(attempt(lambda a=a: call(make(), a))) for a in (first, then)):
                    continue
                used, want = make(), call(make(), then)
                call(used, first)
                got = attempt(lambda model=used, args=then: call(model, args))
                if failed(got) or differs(plain(got), plain(want)):
                    return False
    return True


def _half(value: Any, axis: int, size: int) -> Any:
    """The first half along an axis that is as long as `size`; all else as it is."""
    if not isinstance(value, Tensor) or value.ndim <= axis or value.shape[axis] != size:
        return value
    return value.narrow(axis, 0, size // 2)


def _kind(model: nn.Module, name: str) -> str:
    """What stands under the name of a buffer; "" where no tensor of numbers does."""
    if name in model.state_dict():
        return "a parameter" if name in dict(model.named_parameters()) else BUFFER
    try:
        value = attrgetter(name)(model)
    except AttributeError:
        return ""
    if not (isinstance(value, Tensor) and value.is_floating_point()):
        return ""
    return UNSAVED if name in dict(model.named_buffers()) else PLAIN


def _constant(value: Tensor) -> bool:
    return bool((value == value.flatten()[0]).all())


def _values(model: nn.Module, names: Collection[str]) -> dict[str, Tensor]:
    """name -> a copy of what stands under it."""
    return {name: attrgetter(name)(model).detach().clone() for name in names}


def _shapes(state: Mapping[str, Tensor], parameters: Collection[str]) -> dict[str, str]:
    """name -> what it is, and its shape: "parameter (4, 3)"."""
    kinds = {key: "parameter" if key in parameters else "buffer" for key in state}
    return {key: f"{kinds[key]} {shape_text(state[key].shape)}" for key in sorted(state)}


def _detached(output: Any) -> Any:
    if isinstance(output, tuple | list):
        return tuple(_detached(part) for part in output)
    return output.detach().clone() if isinstance(output, Tensor) else output


def _precision(answer: Any, case: Mapping[str, Any]) -> list[str]:
    seeded(0)
    model = answer(**case["build"]).double()
    args = [v.double() if isinstance(v, Tensor) and v.is_floating_point() else v for v in case["args"]]
    return [str(part.dtype) for part in tensors_of(model(*args, **case["kwargs"]))]


def _elsewhere(answer: Any, case: Mapping[str, Any]) -> list[list[int]]:
    """Shapes of the outputs on the meta device, a stand-in for a GPU: a tensor of the CPU fails there."""
    model = answer(**case["build"]).to("meta")
    args = [_to_meta(value) for value in case["args"]]
    kwargs = {key: _to_meta(value) for key, value in case["kwargs"].items()}
    return [list(part.shape) for part in tensors_of(model(*args, **kwargs))]


def _to_meta(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    return (value.detach().float() if value.is_floating_point() else value).to("meta")
