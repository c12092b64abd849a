"""What an answer can switch in torch, as values to compare and to put back."""

from collections.abc import Iterator
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


def torchs_state() -> dict[str, Any]:
    """What an answer, or a test, may leave behind in torch for whoever comes next."""
    return {
        "gradients": torch.is_grad_enabled(),
        "inference mode": torch.is_inference_mode_enabled(),
        "default dtype": torch.get_default_dtype(),
        "default device": torch.get_default_device(),
        "threads": torch.get_num_threads(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "anomaly detection": torch.is_anomaly_enabled(),
        "fast path of attention": torch.backends.mha.get_fastpath_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "flushing of tiny numbers": torch.tensor([1e-40]).mul(1).item() == 0,
        "hooks on all modules": sum(map(len, GLOBAL_HOOKS)),
    }


def put_back(state: dict[str, Any]) -> None:
    torch.set_grad_enabled(state["gradients"])
    torch.set_default_dtype(state["default dtype"])
    torch.set_default_device(state["default device"])
    torch.set_num_threads(state["threads"])
    torch.use_deterministic_algorithms(state["deterministic algorithms"])
    torch.autograd.set_detect_anomaly(state["anomaly detection"])
    torch.backends.mha.set_fastpath_enabled(state["fast path of attention"])
    torch.set_autocast_enabled("cpu", state["autocast"])
    torch.set_flush_denormal(state["flushing of tiny numbers"])
    if difference(state):
        for hooks in GLOBAL_HOOKS:  # torch itself has none
            hooks.clear()


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
