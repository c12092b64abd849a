"""By hand: which of torch's own operations an answer ran, by whatever name it called them.

torch's profiler sees an operation however it is reached: by a module, a function of `torch.nn.functional`,
`torch._VF`, `torch.ops`, with `__torch_function__` switched off, in a thread. It does not see NumPy or SciPy.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from torch._C._profiler import _ExperimentalConfig
from torch.autograd.profiler import profile, record_function

# What an exercise may forbid, and the names under which torch runs it.
OPERATIONS = {
    "convolution": r"^aten::\w*conv(?!ert)",
    "recurrent layers": r"^aten::\w*(rnn|lstm|gru)",
    "attention": r"^aten::\w*(attention|multi_head|transformer_encoder)",
    "im2col": r"^aten::(im2col|col2im)",
    "normalization": r"^aten::\w*(batch|layer|group|instance|rms)_norm",
    "pooling": r"^aten::\w*pool",
    "softmax": r"^aten::\w*softmax",
    "dropout": r"^aten::\w*dropout",
    "embedding": r"^aten::\w*embedding",
    "loss": r"^aten::\w*(_loss|cross_entropy|kl_div)",
    "fft": r"^aten::\w*fft",
    "autograd": r"^autograd::engine",
}
MOST = 100  # names that a probe reports
STILL_WATCHED, STOPPED = "still watched", "whatever torch's profiler was stopped for"
try:
    ALL_THREADS = {"experimental_config": _ExperimentalConfig(profile_all_threads=True)}
except TypeError:  # a student's torch may be older, and watch one thread alone; a class is graded with ours
    ALL_THREADS = {}


class Watch:
    """Runs calls of an answer and keeps the names of the forbidden operations among those that it ran."""

    def __init__(self, forbids: Collection[str]) -> None:
        self.pattern = re.compile("|".join(OPERATIONS[word] for word in forbids)) if forbids else None
        self.seen: set[str] = set()

    def __call__(self, call: Callable[[], Any]) -> Any:
        if self.pattern is None:
            return call()
        watching = profile(**ALL_THREADS)
        try:
            with watching:
                try:
                    return call()
                finally:
                    with record_function(STILL_WATCHED):
                        pass
        finally:
            ran = {event.name for event in watching.function_events or ()}
            self.seen |= set(filter(self.pattern.search, ran)) if STILL_WATCHED in ran else {STOPPED}

    def names(self) -> list[str]:
        return sorted(self.seen)[:MOST]


def check_words(forbids: Collection[str]) -> None:
    """Refuse a word that nobody can forbid.

    Raises:
        ValueError: names those that there are.
    """
    unknown = set(forbids) - set(OPERATIONS)
    if unknown:
        raise ValueError(f"cannot forbid {', '.join(sorted(unknown))}; there are {', '.join(OPERATIONS)}")
