"""What an answer can switch in torch, as values to compare and to put back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules import module

GLOBAL_HOOKS = (
    module._global_forward_hooks,
    module._global_forward_pre_hooks,
    module._global_backward_hooks,
    module._global_backward_pre_hooks,
)
TINY = torch.tensor([1e-40], dtype=torch.float32)


def _end_modes(count: int) -> None:
    """A default device is a mode, too: while there is one, every call of torch takes a long way round."""
    torch.set_default_device(None)
    while torch._C._len_torch_function_stack() > count:
        torch._C._pop_torch_function_stack()


def _clear_hooks(_: int) -> None:
    for hooks in GLOBAL_HOOKS:  # torch itself has none
        hooks.clear()


# What is put back, and how. A default device ends with its mode; inference mode with what began it.
PUT: dict[str, Callable[[Any], Any]] = {
    "gradients": torch.set_grad_enabled,
    "default dtype": torch.set_default_dtype,
    "modes": _end_modes,
    "threads": torch.set_num_threads,
    "deterministic algorithms": torch.use_deterministic_algorithms,
    "anomaly detection": torch.autograd.set_detect_anomaly,
    "fast path of attention": torch.backends.mha.set_fastpath_enabled,
    "autocast": lambda on: torch.set_autocast_enabled("cpu", on),
    "flushing of tiny numbers": torch.set_flush_denormal,
    "hooks on all modules": _clear_hooks,
}


def torchs_state() -> dict[str, Any]:
    """What an answer, or a test, may leave behind in torch for whoever comes next."""
    return {
        "gradients": torch.is_grad_enabled(),
        "inference mode": torch.is_inference_mode_enabled(),
        "default dtype": torch.get_default_dtype(),
        "default device": torch.get_default_device(),
        "modes": torch._C._len_torch_function_stack(),
        "threads": torch.get_num_threads(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "anomaly detection": torch.is_anomaly_enabled(),
        "fast path of attention": torch.backends.mha.get_fastpath_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "flushing of tiny numbers": TINY.mul(1).item() == 0,
        "hooks on all modules": sum(map(len, GLOBAL_HOOKS)),
    }


def put_back(state: dict[str, Any]) -> None:
    now = torchs_state()
    for name, put in PUT.items():
        if now[name] != state[name]:
            put(state[name])


def difference(state: dict[str, Any]) -> str:
    """What is another than in `state`, in words; "" if nothing is."""
    now = torchs_state()
    return ", ".join(f"{name}: {now[name]}" for name in state if now[name] != state[name])


@contextmanager
def unharmed() -> Iterator[None]:
    """Run somebody's answer in here: what it switches in torch is switched back for whoever comes next."""
    before = torchs_state()
    try:
        yield
    finally:
        put_back(before)
