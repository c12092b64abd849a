"""Cases on 05_by_hand: those of 04_exercises that hang on how answers are run and judged, and its own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cheats
import honest
import running
from kit import CASES, EACH, FIRST, Case, Kit, Target

EXERCISES = ("conv1d", "batch_norm", "evaluate", "attention", "multihead", "greedy_decode", "bptt")
FUNCTION = Target(
    "05_by_hand",
    EXERCISES,
    "attention",
    "attention",
    "def attention(q, k, v, lengths=None, causal=False):\n",
    """
def attention(q, k, v, lengths=None, causal=False):
    weights = (q @ k.transpose(-2, -1)) * 0
    return weights @ v, weights
""",
)
LAYER = Target(
    "05_by_hand",
    EXERCISES,
    "batch_norm",
    "BatchNorm1d",
    "    def forward(self, x):\n",
    """
class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(num_features))

    def forward(self, x):
        return x * 0
""",
)
LOOP = Target(
    "05_by_hand",
    EXERCISES,
    "greedy_decode",
    "greedy_decode",
    "def greedy_decode(model, source, bos, eos, max_len):\n",
    """
def greedy_decode(model, source, bos, eos, max_len):
    return torch.zeros(len(source), max_len, dtype=torch.long)
""",
)
EITHER = ("ok", "flagged")
OF_04 = {one.name: one for one in CASES}
BY_HAND: list[Case] = []


def moved(make: Callable[[Kit], Any], *targets: Target) -> None:
    """The same case about other exercises."""
    one = OF_04[make.__name__]
    others = set(one.points.values()) if one.points[FIRST] == 0 else {EACH}
    for target in targets:
        points = dict.fromkeys(EXERCISES, max(others)) | {target.first: one.points[FIRST]}
        name = f"{one.name}_{target.first}"
        BY_HAND.append(replace(one, name=name, points=points, target=target))


def case(target: Target, points: float, status: tuple[str, ...] = EITHER, flag: str = ""):
    """Register a function as a case about this exercise, with what it earns; the other six are right."""

    def register(make: Callable[[Kit], Any]) -> Callable[[Kit], Any]:
        all_points = dict.fromkeys(EXERCISES, EACH) | {target.first: points}
        name = f"{make.__name__}_{target.first}"
        BY_HAND.append(Case(name, make, all_points, status, flag, about=make.__doc__ or "", target=target))
        return make

    return register


# What hangs on how a function, a layer and a loop are run: each of the three.
for each in (
    running.raises_in_forward,
    running.endless_loop_swallows_interrupt,
    cheats.patched_judge,
    cheats.forged_results,
):
    moved(each, FUNCTION, LAYER, LOOP)
# What does not: one of them.
for each in (honest.correct, honest.untouched, honest.leaves_torch_in_another_state):
    moved(each, FUNCTION)
for each in (cheats.patched_check, running.os_exit_in_forward, running.endless_loop, running.memory_hog):
    moved(each, LOOP)
for each in (cheats.leaves_the_process_changed, running.keeps_all_memory, running.segfault):
    moved(each, LOOP)
for each in (running.raises_base_exception, running.waits_for_ever, running.endless_print):
    moved(each, LAYER)
for each in (cheats.searches_memory, cheats.reads_tests_and_source, cheats.reads_classmates):
    moved(each, FUNCTION)
for each in (cheats.startup_file, cheats.startup_file_next_student, cheats.forged_traps, cheats.breaks_out):
    moved(each, FUNCTION)
for each in (cheats.printed_mark, cheats.ast_transformer, cheats.writes_the_package, cheats.forged_pickle):
    moved(each, LAYER)


# --- the probe's reply

# What is seen of the worthless answer in each case is another thing before it leaves.
FORGED = """
from helpers.checks.comparison import Comparison
from helpers.checks.layers import Layer
def patched(kind):
    original = kind._seen
    def forged(self, answer, *words):
        seen = original(self, answer, *words)
        return {change} if answer.__name__ == {defines!r} else seen
    kind._seen = forged
patched(Comparison), patched(Layer)
"""


def forged(change: str) -> Callable[[Kit], Any]:
    return lambda kit: kit.cheat(FORGED.format(change=change, defines=kit.target.defines))


CLAIMS = {
    "claims_success": ('{"passed": True, "points": 10.0, "output": None}', FUNCTION, LAYER, LOOP),
    "claims_nothing": ("{}", FUNCTION, LOOP),
    "claims_what_is_no_number": ('{key: float("nan") for key in seen}', FUNCTION, LAYER),
    "claims_gigabytes": ('{"output": ["x" * 1_000_000] * 1_000}', LAYER),
}
for name, (change, *targets) in CLAIMS.items():
    make = forged(change)
    make.__name__ = name
    for target in targets:
        case(target, 0, ("flagged",), cheats.BORROWED)(make)


def always_equal(kit):
    """An object that says yes to every question."""
    yes = """
class Yes:
    def __getattr__(self, name): return self
    def __call__(self, *words, **named): return self
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter([self, self])
    def __getitem__(self, key): return self
    def __hash__(self): return 0
"""
    return kit.in_first(before=yes, forward="return Yes()")


for target, earned in ((FUNCTION, 0), (LAYER, 3), (LOOP, 0)):  # the layer is made as it must be
    case(target, earned, ("ok",))(always_equal)


@case(FUNCTION, EACH, ("flagged",), cheats.BORROWED)
def borrows_the_reference(kit):
    """The checks' own version as the answer: it is right, and a person decides."""
    return kit.cheat("", answer='attention = checks.exercise("attention").reference')


def borrows_by_another_name(kit):
    """The same, and neither the word nor the module stands in the notebook."""
    module = f'"helpers.che" + "cks.exercises.{kit.target.first}"'
    borrowed = f"{kit.target.defines} = importlib.import_module({module}).with_faults(())"
    return kit.cheat("", answer=f"import importlib\n{borrowed}")


for target in (FUNCTION, LOOP):
    case(target, EACH, ("flagged",), cheats.REACHES)(borrows_by_another_name)


# --- torch's own where by hand is asked for: it runs beside the right answer, which is shortcut enough


@case(FUNCTION, 0, ("ok",))
def torchs_own(kit):
    return kit.in_first(forward="F.scaled_dot_product_attention(q, k, v)")


@case(FUNCTION, 0, ("ok",))
def torchs_own_in_a_thread(kit):
    """torch's profiler looks at one thread, if it is not told otherwise."""
    start = "threading.Thread(target=F.scaled_dot_product_attention, args=(q, k, v))"
    return kit.in_first(before="import threading", forward=f"run = {start}\nrun.start()\nrun.join()")


@case(FUNCTION, 0, ("ok",))
def torchs_own_behind_a_stopped_profiler(kit):
    lines = "torch.autograd._disable_profiler()\nF.scaled_dot_product_attention(q, k, v)"
    return kit.in_first(forward=lines)


@case(LAYER, 0, ("ok",))
def torchs_own_with_switches_off(kit):
    call = "torch.ops.aten.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)"
    return kit.in_first(forward=f"with torch._C.DisableTorchFunction():\n    {call}")
