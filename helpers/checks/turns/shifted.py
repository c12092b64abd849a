"""Turn of chapter 3: what goes into the decoder, and what is wanted of it."""

from torch.nn import functional as F

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import Function
from helpers.checks.slips import slips


def reference(target, bos, eos):
    marked = F.pad(F.pad(target, (1, 0), value=bos), (0, 1), value=eos)
    return marked[:, :-1], marked[:, 1:]


def cases(random):
    def case(B, T, bos, eos):
        return Case([random.integers(4, 30, (B, T)), bos, eos])

    return [case(1, 4, 1, 2), case(3, 6, 1, 2), case(2, 3, 31, 30), case(2, 1, 1, 2)]


IN = "marked[:, :-1]"
OUT = "marked[:, 1:]"
WRONG = slips(
    reference,
    in_and_out_changed={f"{IN}, {OUT}": f"{OUT}, {IN}"},
    not_shifted={IN: OUT},
    no_bos={IN: "target"},
    no_eos={OUT: "target"},
    marks_missing={IN: "target[:, :-1]", OUT: "target[:, 1:]"},
    all_goes_in={IN: "marked"},
    wanted_is_given={OUT: IN},
    rolled={IN: f"{OUT}.roll(1, 1)"},
    marks_changed={
        "(target, (1, 0), value=bos)": "(target, (1, 0), value=eos)",
        "(0, 1), value=eos": "(0, 1), value=bos",
    },
    bos_is_wanted={OUT: "marked"},
)
HINTS = [
    "write one row on paper: BOS a b c EOS; which of them go in, which are wanted, and where?",
    "torch.cat([column, target], dim=1) puts a column (B, 1) in front: target.new_full((B, 1), bos)",
]
register(
    Function(
        __name__,
        title="Targets shifted right",
        chapter=3,
        cases=cases,
        reference=reference,
        parts=["given", "wanted"],
        wrong=WRONG,
        words={
            "given": Words("what goes in is something else", "BOS and the whole target, (B, T + 1)"),
            "wanted": Words("what is wanted is something else", "the whole target and EOS, (B, T + 1)"),
        },
        hints=HINTS,
        compared="four batches, two pairs of marks: what goes in and what is wanted at each place",
    )
)
