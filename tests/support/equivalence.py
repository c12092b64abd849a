"""Do two answers to an exercise do the same? Told by running both; shares no code with `helpers.checks`.

Each answer is watched in the same twenty-odd situations with the same weights: a model in eval and in
training mode, in float64, in float32 and on the meta device, with its gradients, buffers, defaults and
the spread of what it drops; a training loop with the weights after each step and what it returns.

A situation belongs to an exercise only where its right answers agree. So exercise 1 is asked for two layers
only. A loop gets a model in training mode, with no gradient left over and none that is exactly zero, and
without dropout or batch norm: a loop that runs the model once more, for the record, is right.
"""

import contextlib
import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

# exercise: (the argument for the number of logits, values of num_layers, has dropout)
_MODELS = {
    "two_layer_lstm": ("output_size", (2,), False),
    "dropout_gru": ("output_size", (2, 3, 1, 4), True),
    "birnn_bn": ("output_size", (1, 2, 3), False),
    "dropout_classifier": ("num_classes", (2, 1, 3), True),
}
_COPIES = 3000
Relabel = Callable[[dict[str, Tensor], Mapping[str, Any]], dict[str, Tensor]]
Watch = Callable[..., dict[str, Any]]


class Difference(NamedTuple):
    situation: str
    told: str


def difference(
    exercise: str, right: Callable, other: Callable, memory: dict, relabel: Relabel | None = None
) -> Difference | None:
    """The first thing that tells `other` from the right answer; None where nothing does.

    Args:
        memory: keeps what was seen of `right` from call to call; empty at first.
        relabel: changes the weights that `other` is given; gradients and buffers are then not compared.
    """
    for name, watch in situations(exercise):
        if name not in memory:
            memory[name] = _seen(watch, right, None)
        told = _told(memory[name], _seen(watch, other, relabel), relabel is not None)
        if told:
            return Difference(name, told)
    return None


def situations(exercise: str) -> Iterator[tuple[str, Watch]]:
    """(name, watch): `watch(answer, relabel)` gives what is to be seen, by name.

    With `brief` as a third argument a model is only run once, in eval mode.
    """
    return _trainings() if exercise == "gradient_clipping" else _runs(exercise)


def keeps_its_shape(exercise: str, answer: Callable) -> bool:
    """Does the answer give (B, outputs) in eval and training mode, or one number a step?

    Raises whatever the answer raises.
    """
    if exercise == "gradient_clipping":
        return all(
            isinstance(numbers, list) and len(numbers) == steps and all(_is_number(n) for n in numbers)
            for numbers, steps in _returned(answer)
        )
    outputs_name, layers, _ = _MODELS[exercise]
    for B, T, D, H, outputs in ((3, 5, 2, 4, 2), (4, 3, 5, 3, 3), (2, 4, 3, 2, 5)):
        arguments = {"input_size": D, "hidden_size": H, outputs_name: outputs, "num_layers": layers[0]}
        model = answer(**arguments)
        for mode in (True, False):
            output = model.train(mode)(torch.randn(B, T, D))
            if not isinstance(output, Tensor) or output.shape != (B, outputs):
                return False
    return True


def _seen(watch: Watch, answer: Callable, relabel: Relabel | None) -> dict[str, Any]:
    try:
        with _default(torch.float64):
            return watch(answer, relabel)
    except Exception as error:
        return {"stops": Stop(type(error).__name__)}


@contextlib.contextmanager
def _default(dtype: torch.dtype) -> Iterator[None]:
    """What torch.zeros(...) makes inside. Some right answers leave the dtype of a state to it."""
    kept = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(kept)


class Stop(str):
    """The name of an exception; one is as good as another."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stop)

    __hash__ = str.__hash__


def _told(want: Mapping[str, Any], got: Mapping[str, Any], relabelled: bool) -> str | None:
    if want.keys() != got.keys():
        return f"stops with {got['stops']}" if "stops" in got else f"{sorted(want.keys() ^ got.keys())}"
    for name in want:
        by_weight = name in ("state", "learns") or "gradients" in name or "buffer" in name
        if not (relabelled and by_weight) and not _same(want[name], got[name]):
            return f"{name} differs"
    return None


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Sample) and isinstance(b, Sample):
        return a.like(b)
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        if a.shape != b.shape or a.dtype != b.dtype or a.device != b.device:
            return False
        if a.device.type == "meta":
            return True
        exact = a.dtype == torch.float64
        return torch.allclose(
            a, b, rtol=1e-5 if exact else 1e-3, atol=1e-7 if exact else 1e-5, equal_nan=True
        )
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


# --- models


def _runs(exercise: str) -> Iterator[tuple[str, Watch]]:
    outputs_name, layers, drops = _MODELS[exercise]
    chance = random.Random(exercise)
    # B, T, D, H, outputs: first sizes that tell most mutants apart, then corners. No other size is 2 to 4 H,
    # so that blocks of H can be found.
    sizes = [(5, 4, 3, 4, 2), (4, 3, 5, 2, 3), (3, 6, 2, 3, 5), (4, 4, 4, 4, 4), (6, 2, 3, 3, 3)]
    sizes += [(2, 5, 5, 2, 7), (2, 2, 2, 2, 2), (3, 3, 1, 1, 1), (7, 1, 3, 4, 2)]
    while len(sizes) < 18:
        B, T, D, H, outputs = (chance.randint(low, 6) for low in (2, 1, 1, 1, 1))
        if not {D, outputs} & {2 * H, 3 * H, 4 * H}:
            sizes.append((B, T, D, H, outputs))
    sizes += [(1, 4, 3, 4, 2), (1, 1, 1, 1, 1)]
    for k, (B, T, D, H, outputs) in enumerate(sizes):
        arguments = {"input_size": D, "hidden_size": H, outputs_name: outputs}
        arguments["num_layers"] = layers[k % len(layers)]
        if drops:
            arguments["dropout"] = (0.4, 0.7, 0.0, 0.15)[k // 2 % 4]
        name = f"B={B}, T={T}, " + ", ".join(f"{key}={value}" for key, value in arguments.items())
        yield name, _model_watch(arguments, B, T, k)
    short = {"input_size": 3, "hidden_size": 4, outputs_name: 2}
    if exercise == "dropout_classifier":
        short["num_layers"] = 2
    if exercise == "two_layer_lstm":  # 256 units: their sizes say enough
        yield "defaults", lambda answer, _: {"state": _shapes(answer(input_size=3))}
    else:
        yield "defaults", _model_watch(short, 4, 3, 0)
    in_order = [3, 4, 2, 5] if exercise == "dropout_classifier" else [3, 4, 5, 2]
    yield "arguments in order", lambda answer, _: {"state": _shapes(answer(*in_order))}


def _model_watch(arguments: Mapping[str, Any], B: int, T: int, seed: int) -> Watch:
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(B, T, arguments["input_size"], generator=chance, dtype=torch.float64)
    return lambda answer, relabel, brief=False: _model(answer, relabel, arguments, x, seed, brief)


def _seed(seed: int) -> None:
    """On the CPU alone: `torch.manual_seed` notes a call stack for each other device, a third of all time."""
    torch.default_generator.manual_seed(seed)


def _shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(p.shape) for name, p in model.state_dict().items()}


def _values(shapes: Mapping[str, tuple[int, ...]], seed: int) -> dict[str, Tensor]:
    """A value for each entry of a state dict, by its name: no weight near zero, statistics positive."""
    values = {}
    for name in shapes:
        chance = torch.Generator().manual_seed(zlib.crc32(name.encode()) + seed)
        size = torch.rand(shapes[name], generator=chance, dtype=torch.float64)
        sign = torch.rand(shapes[name], generator=chance).sub(0.5).sign()
        positive = name.rpartition(".")[2] in ("running_mean", "running_var", "mean", "var")
        values[name] = 0.4 + size if positive else (0.2 + 0.6 * size) * sign
    return values


def _filled(
    answer: Callable, relabel: Relabel | None, arguments: Mapping[str, Any], seed: int, dtype: torch.dtype
) -> nn.Module:
    _seed(0)
    model = answer(**arguments).to(dtype)
    values = _values(_shapes(model), seed)
    if relabel is not None:
        values = relabel(values, arguments)
    with torch.no_grad():
        for name, part in model.state_dict().items():
            if part.is_floating_point():
                part.copy_(values[name])
    return model


def _model(
    answer: Callable, relabel: Relabel | None, arguments: Mapping[str, Any], x: Tensor, seed: int, brief: bool
) -> dict[str, Any]:
    """Everything to be seen of one model."""

    def fresh(dtype: torch.dtype = torch.float64) -> nn.Module:
        return _filled(answer, relabel, arguments, seed, dtype)

    model = fresh().eval()
    if brief:
        _seed(1)
        with torch.no_grad():
            return {"eval: output": model(x)}
    seen: dict[str, Any] = {
        "state": _shapes(model),
        "learns": {n: p.requires_grad for n, p in model.named_parameters()},
    }
    _seed(1)
    seen |= _passed(model, x, "eval")
    _seed(2)
    seen["eval, another batch"] = model(x[: max(1, len(x) // 2)].flip(1)).detach()
    _seed(3)
    seen["eval, again"] = model(x).detach()
    seen["meta"] = fresh().eval().to("meta")(x.to("meta")).detach()
    with _default(torch.float32):
        seen["float32"] = fresh(torch.float32).eval()(x.float()).detach()
    if len(x) == 1:
        return seen
    model = fresh().train()
    _seed(4)
    trained = _passed(model, x, "training")
    buffers = {f"buffer {name}": b.clone() for name, b in model.named_buffers()}
    _seed(5)
    model(2 * x.flip(0) + 1)
    buffers |= {f"buffer {name}, two calls": b.clone() for name, b in model.named_buffers()}
    seen["eval after training"] = model.eval()(x).detach()
    model = fresh().train()
    _seed(6)
    again = [model(x).detach() for _ in range(4)]
    seen["depends on chance"] = not all(_same(call, again[0]) for call in again)
    if not seen["depends on chance"]:
        return seen | trained | buffers
    return seen | (_spread(fresh().train(), x[:1]) if seed < 6 else {})


def _passed(model: nn.Module, x: Tensor, mode: str) -> dict[str, Any]:
    """Output and gradients of one call."""
    given = x.clone().requires_grad_()
    output = model(given)
    weights = torch.arange(1, output.numel() + 1, dtype=output.dtype).sin().reshape(output.shape)
    seen = {f"{mode}: output": output.detach().clone(), f"{mode}: x left alone": torch.equal(given, x)}
    if not output.requires_grad:
        return seen | {f"{mode}: no gradient": True}
    (output * weights).sum().backward()
    gradients = {name: p.grad for name, p in model.named_parameters()}
    return seen | {f"{mode}: gradient of x": given.grad, f"{mode}: gradients": gradients}


class Sample:
    """Draws (draw, numbers). Two samples are alike unless a test at one in a million tells them apart.

    Compared are the single numbers, mixtures of them, and mixtures of the differences between neighbouring
    draws, so that draws which hang together show.
    """

    def __init__(self, draws: Tensor) -> None:
        rows = draws.detach().flatten(1)
        mix = torch.arange(1, 3 * rows.shape[1] + 1, dtype=rows.dtype).cos().reshape(rows.shape[1], 3)
        self.columns = [rows.T, (rows @ mix).T, ((rows[::2] - rows[1::2]) @ mix).T]

    def like(self, other: "Sample") -> bool:
        return all(
            a.shape == b.shape and all(_alike(p, q) for p, q in zip(a, b, strict=True))
            for a, b in zip(self.columns, other.columns, strict=True)
        )


def _alike(a: Tensor, b: Tensor) -> bool:
    """Kolmogorov's and Smirnov's test; numbers closer than 1e-6 count as equal."""
    a, b = a.round(decimals=6).sort().values, b.round(decimals=6).sort().values
    all_values = torch.cat([a, b])
    apart = torch.searchsorted(a, all_values, right=True) - torch.searchsorted(b, all_values, right=True)
    return float(apart.abs().max()) / len(a) < 2.7 * (2 / len(a)) ** 0.5


def _spread(model: nn.Module, x: Tensor) -> dict[str, Sample]:
    """Outputs and input gradients of many copies of one sequence, and outputs of two copies in many calls."""
    many = x.repeat(_COPIES, 1, 1).requires_grad_()
    _seed(7)
    output = model(many)
    (gradient,) = torch.autograd.grad(output[:, 0].sum() + 2 * output[:, -1].sum(), many, allow_unused=True)
    with torch.no_grad():
        calls = torch.stack([model(x.repeat(2, 1, 1)).flatten() for _ in range(200)])
    gradient = torch.zeros_like(many) if gradient is None else gradient
    return {"spread": Sample(output), "spread of gradients of x": Sample(gradient), "calls": Sample(calls)}


# --- training loops


def _networks() -> dict[str, Callable[[], nn.Module]]:
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(1, 4, batch_first=True)
            self.head = nn.Linear(4, 2)

        def forward(self, x):
            return self.head(self.rnn(x.unsqueeze(2))[1][0][-1])

    return {
        "linear": lambda: nn.Linear(3, 2),
        "tanh": lambda: nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)),
        "layer norm": lambda: nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Tanh(), nn.Linear(4, 2)),
        "sigmoid": lambda: nn.Sequential(nn.Linear(3, 6, bias=False), nn.Sigmoid(), nn.Linear(6, 2)),
        "lstm": Recurrent,
    }


def _batches(kind: str, count: int, seed: int, scale: float) -> Any:
    """Batches of inputs (B, 3) and targets (B, 2), with gradients of different sizes."""
    chance = torch.Generator().manual_seed(seed)
    made = []
    for k in range(count):
        rows = 4 if kind == "loader" else 3 + k
        x = torch.randn(rows, 3, generator=chance, dtype=torch.float64)
        y = (1 + torch.rand(rows, 2, generator=chance, dtype=torch.float64)) * scale * (0.1, 1.0, 6.0)[k % 3]
        made.append((x, y))
    if kind == "loader":
        x, y = (torch.cat(parts) for parts in zip(*made, strict=True))
        return DataLoader(TensorDataset(x, y), batch_size=4)
    return [list(batch) for batch in made] if kind == "lists" else made


def _trainings() -> Iterator[tuple[str, Watch]]:
    chance = random.Random("trainings")
    bounds = (None, 1.0, 0.5, 2.5, None, 1e6)
    for k in range(20):
        network = list(_networks())[k % 5]
        kind, count = ("tuples", "loader", "lists")[k % 3], (3, 4, 1, 2, 5)[k // 5 + k % 2]
        epochs, bound = (2, 3, 1, 4)[k % 4], bounds[k % 6]
        options = ({}, {"momentum": 0.9}, {"weight_decay": 0.1})[chance.randrange(3)]
        criterion = (_uneven, F.l1_loss, F.mse_loss)[k % 3]
        name = (
            f"{network}, {count} batches as {kind}, {epochs} epochs, max_norm={bound}, SGD {options}, run {k}"
        )
        yield name, _training_watch(network, kind, count, epochs, bound, options, criterion, k)


def _uneven(outputs: Tensor, targets: Tensor) -> Tensor:
    """A loss that is another one when its arguments change places."""
    return ((outputs - targets).square() + 0.3 * outputs.square()).sum()


def _training_watch(network, kind, count, epochs, bound, options, criterion, seed) -> Watch:
    def watch(answer: Callable, _: Relabel | None) -> dict[str, Any]:
        _seed(seed)
        model = _networks()[network]().double()
        weights, modes = [], []

        def flat() -> Tensor:
            # Right answers differ by the 1e-6 that some add to the norm: compared as float32.
            return torch.cat([p.detach().flatten() for p in model.parameters()]).float()

        class Criterion(nn.Module):
            def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
                if outputs.requires_grad or targets.requires_grad:  # else a loss for the record
                    modes.append(model.training)
                return criterion(outputs, targets)

        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, **options)
        optimizer.register_step_post_hook(lambda *_: weights.append(flat()))
        loader = _batches(kind, count, seed, scale=5.0)
        given = {} if bound is None else {"max_norm": bound}
        norms = answer(model, loader, Criterion(), optimizer, epochs, **given)
        return {
            "weights after each step": dict(enumerate(weights)),
            "weights at the end": flat(),
            "norms": torch.tensor([float(n) for n in norms]),
            "training mode": set(modes),
        }

    return watch


def _returned(answer: Callable) -> Iterator[tuple[Any, int]]:
    for count, epochs in ((3, 2), (1, 1), (2, 3)):
        model = nn.Linear(3, 2).double()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        yield (
            answer(model, _batches("tuples", count, 0, 1.0), nn.MSELoss(), optimizer, epochs),
            count * epochs,
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, Tensor) and value.ndim == 0)


# --- the same functions with other weights


def same_with_other_weights(
    exercise: str, right: Callable, other: Callable, memory: dict, found: Difference
) -> bool:
    """Does `other` do what `right` does once its weights change places, or some of them their sign?

    A GRU may keep its update gate or the complement, an LSTM its gates in any order, either of two final
    states may come first, and there may be one bias more: the same functions, kept in other weights.

    Args:
        found: what `difference` gave for the two.
    """
    if found.told not in ("eval: output differs", "state differs"):
        return False
    want, watch = memory[found.situation], dict(situations(exercise))[found.situation]
    for relabel in _relabellings(list(want["state"])):
        output = _seen(lambda *given: watch(*given, True), other, relabel).get("eval: output")
        mended = "eval: output" in want and _same(want["eval: output"], output)
        if mended and difference(exercise, right, other, memory, relabel) is None:
            return True
    return False


def _relabellings(names: list[str]) -> Iterator[Relabel]:
    known = {re.sub(r"\d+", "", name) for name in names}
    yield lambda values, _: {
        name: 0 * value if "bias" in name and re.sub(r"\d+", "", name) not in known else value
        for name, value in values.items()
    }
    parts = sorted({part for name in names for part in name.split(".") if not part.isdigit()})
    for k, a in enumerate(parts):
        for b in parts[k + 1 :]:
            yield _names_swapped(a, b)
    changes = [_negated, _rotated("input_size"), _rotated("hidden_size")]
    for G in (2, 3, 4):
        changes += [_block_negated(G, i) for i in range(G)]
        changes += [_blocks_swapped(G, i, j) for i in range(G) for j in range(i)]
    for change in changes:
        yield _each(change, lambda _: True)
        for part in parts:
            yield _each(change, lambda name, part=part: part in name.split("."))
            yield _each(change, lambda name, part=part: part not in name.split("."))


def _names_swapped(a: str, b: str) -> Relabel:
    other = {a: b, b: a}

    def relabel(values, _):
        renamed = {
            ".".join(other.get(part, part) for part in name.split(".")): v for name, v in values.items()
        }
        return {name: renamed.get(name, value) for name, value in values.items()}

    return relabel


def _each(
    change: Callable[[Tensor, int, Mapping[str, Any]], Tensor], chosen: Callable[[str], bool]
) -> Relabel:
    """Change every entry whose name is chosen, along each of its axes."""

    def relabel(values, arguments):
        changed = {}
        for name, value in values.items():
            if chosen(name):
                for dim in range(value.ndim):
                    value = change(value, dim, arguments)
            changed[name] = value
        return changed

    return relabel


def _negated(t, dim, _):
    return -t if dim == 0 else t


def _blocks_swapped(G: int, i: int, j: int):
    def change(t, dim, arguments):
        H = arguments["hidden_size"]
        if t.shape[dim] != G * H:
            return t
        blocks = list(t.split(H, dim))
        blocks[i], blocks[j] = blocks[j], blocks[i]
        return torch.cat(blocks, dim)

    return change


def _block_negated(G: int, i: int):
    def change(t, dim, arguments):
        H = arguments["hidden_size"]
        if t.shape[dim] != G * H:
            return t
        blocks = list(t.split(H, dim))
        blocks[i] = -blocks[i]
        return torch.cat(blocks, dim)

    return change


def _rotated(first: str):
    """[x | h] as [h | x], and the other way round."""

    def change(t, dim, arguments):
        D, H = arguments["input_size"], arguments["hidden_size"]
        if dim != 1 or t.shape[1] not in (D + H, 2 * H):
            return t
        cut = arguments[first] if t.shape[1] == D + H else H
        return torch.cat([t[:, cut:], t[:, :cut]], 1)

    return change
