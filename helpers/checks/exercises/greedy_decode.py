"""Exercise 6 of 05_by_hand: greedy decoding of a batch, each row to its own end."""

from collections.abc import Callable, Collection

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.exercise import register
from helpers.checks.loops import IN_EVAL_MODE, WITHOUT_GRADIENTS, Events, Fact, Loop, Record, at_the_end
from helpers.checks.report import Item

TITLE = "Exercise 6, greedy decoding"
VOCABULARY, BOS, EOS = 11, 1, 2
# Where a row ends, at -1 not at all -> how many such rows there must be: the n-th row of a case is the n-th.
NEEDED = {-1: 3, 1: 3, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2}


def with_faults(faults: Collection[str]) -> Callable[..., Tensor]:
    """The decoding, with these faults in it."""

    @torch.no_grad()
    def greedy_decode(model, source, bos, eos, max_len):
        was = model.training
        model.eval()
        B = len(source)
        first = eos if "begins_with_eos" in faults else 0 if "no_bos" in faults else bos
        target = source[:, :1] if "begins_with_source" in faults else torch.full((B, 1), first)
        done = torch.zeros(B, dtype=torch.bool)
        many = max_len + ("one_too_many" in faults) - ("max_len_off_by_one" in faults)
        for _ in range(many):
            given = (source, target[:, -1:] if "last_token_alone" in faults else target)
            last = -1
            if {"places_not_written_yet", "zeros_not_written_yet"} & set(faults):
                last = target.shape[1] - 1
                empty = 0 if "zeros_not_written_yet" in faults else eos
                given = (source, F.pad(target, (0, max_len + 1 - target.shape[1]), value=empty))
            if "source_and_target_swapped" in faults:
                given = given[::-1]
            if "source_not_handed_on" in faults:
                given = (given[1], given[1])
            logits = model(*given)
            chosen = logits[:, 0 if "first_position_read" in faults else last].argmax(-1)
            if "row_zero_for_all" in faults:
                chosen = chosen[:1].expand(B)
            if "runs_past_eos" not in faults:
                chosen = chosen.masked_fill(done, 0 if "padded_with_other_than_eos" in faults else eos)
            done = done | (chosen == eos)
            if "eos_left_out" in faults and bool(done.all()):
                break
            target = torch.cat([target, chosen[:, None]], dim=1)
            over = done[0] if "row_zero_ends_all" in faults else done.all()
            over = done.any() if "stops_with_first_row" in faults else over
            if bool(over) and "does_not_stop" not in faults:
                break
        model.train(was)
        return target if "bos_kept" in faults else target[:, 1:]

    return greedy_decode


class Scripted(nn.Module):
    """(source, target) -> logits (B, T, V): the next token hangs on all that is handed in, at every place."""

    def __init__(self, seed: int):
        super().__init__()
        random = np.random.default_rng(seed)
        table = random.integers(3, VOCABULARY, 997)
        table[random.random(997) < 0.2] = EOS
        self.register_buffer("table", torch.from_numpy(table))
        self.scale = nn.Parameter(torch.tensor(3.0))
        self.part = nn.Identity()  # its mode is to be put back too

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        place = torch.arange(1, target.shape[1] + 1)
        of_source = (source * torch.arange(3, 3 + source.shape[1])).sum(1, keepdim=True)
        of_all = target.sum(1, keepdim=True) * 17 + target.shape[1] * 29
        key = (of_source * 31 + of_all + (target * place * 7 + place * 5).cumsum(1) * 13) % len(self.table)
        return self.scale * F.one_hot(self.table[key], VOCABULARY)


def world(record: Record, seed: int, source: Tensor, bos: int, eos: int, max_len: int, training: bool):
    return record.model(Scripted(seed).train(training)), source, bos, eos, max_len


def asked_in_vain(events: Events) -> bool:
    """Was there a call in which every row of the target had its EOS already?"""
    targets = [event["inputs"][1] for event in events if event["event"] == "forward" and event["inputs"][1:]]
    return any(bool((target[:, 1:] == EOS).any(1).all()) for target in targets if target.ndim == 2)


def cases(random: np.random.Generator) -> list[Case]:
    # Many rows are decoded once; the batches are put together by where their rows end.
    ends: list[int] = []
    while any(ends.count(end) < rows for end, rows in NEEDED.items()):
        seed, source = int(random.integers(1 << 30)), random.integers(3, VOCABULARY, (300, 4))
        written = with_faults(())(Scripted(seed), torch.from_numpy(source), BOS, EOS, 8).numpy()
        ends = [int(np.argmax(row == EOS)) if EOS in row else -1 for row in written]

    def case(wanted, item, max_len=8, training=True):
        rows = [[k for k, end in enumerate(ends) if end == one][n] for n, one in enumerate(wanted)]
        return Case([seed, source[rows], BOS, EOS, max_len, training], item=item)

    late = int(random.integers(4, 7))
    return [
        case([2, late, 1], "ends"),
        case([-1, -1, -1], "tokens"),
        case([-1, -1], "tokens", training=False),
        case([3, -1, 1], "ends"),
        case([late - 2, late - 2], "ends"),
        case([2], "ends"),
        case([2, 5], "tokens", max_len=1),
    ]


register(
    Loop(
        __name__,
        title=TITLE,
        assignment="05_by_hand",
        items=[
            Item("tokens", "each token the likeliest after all before it", 5),
            Item("ends", "each row to its own end", 3),
            Item("mode", "in eval mode, and left as it came", 1),
            Item("gradients", "no gradients are recorded", 1),
        ],
        cases=cases,
        world=world,
        reference=with_faults(()),
        together=with_faults,
        facts={
            "mode": IN_EVAL_MODE,
            "left": Fact(
                at_the_end("training"),
                Words(
                    "the model is left in another mode than it came in",
                    "training = model.training before, model.train(training) after",
                ),
                alone=True,
            ),
            "gradients": WITHOUT_GRADIENTS,
            "in_vain": Fact(
                asked_in_vain,
                Words(
                    "the model is asked again when all rows have ended",
                    "a stop as soon as every row has written EOS",
                ),
                alone=True,
            ),
        },
        belongs={"left": "mode", "in_vain": "ends"},
        words={"output": Words("the tokens are others", "(B, n) whole numbers, n at most max_len")},
        wrong=[
            Wrong(
                "last_token_alone",
                "only the last token is fed in",
                expected="all tokens so far, from BOS: model(source, target)",
                hint="a Transformer keeps no state between calls",
                costs=("tokens",),
            ),
            Wrong(
                "places_not_written_yet",
                "the model gets places that are not written yet, with EOS in them",
                expected="all tokens so far and nothing else: target[:, :t + 1]",
                hint="a model may look at all that it is handed, at the length too",
                costs=("tokens",),
            ),
            Wrong(
                "zeros_not_written_yet",
                "the model gets places that are not written yet, with 0 in them",
                expected="all tokens so far and nothing else: target[:, :t + 1]",
                hint="a model may look at all that it is handed, at the length too",
                costs=("tokens",),
            ),
            Wrong("begins_with_eos", "it begins with EOS", expected="a column of BOS", costs=("tokens",)),
            Wrong(
                "no_bos",
                "it begins without BOS, with token 0",
                expected="a column of BOS",
                costs=("tokens",),
            ),
            Wrong(
                "begins_with_source",
                "it begins without BOS, with the first token of the source",
                expected="a column of BOS",
                costs=("tokens",),
            ),
            Wrong(
                "source_and_target_swapped",
                "source and target are swapped",
                expected="model(source, target)",
                costs=("tokens",),
            ),
            Wrong(
                "source_not_handed_on",
                "the model does not get the source",
                expected="model(source, target)",
                costs=("tokens",),
            ),
            Wrong(
                "bos_kept",
                "BOS stands in front of what comes back",
                expected="the tokens written, without BOS",
                costs=("tokens",),
            ),
            Wrong(
                "first_position_read",
                "the logits of the first position are read",
                expected="those of the last: logits[:, -1]",
                costs=("tokens",),
            ),
            Wrong(
                "row_zero_for_all",
                "all rows get the first row's token",
                expected="each row its own: argmax(-1) of (B, V)",
                costs=("tokens",),
            ),
            Wrong("one_too_many", "one token more than max_len", expected="max_len", costs=("tokens",)),
            Wrong("max_len_off_by_one", "one token less than max_len", expected="max_len", costs=("tokens",)),
            Wrong(
                "runs_past_eos",
                "a row goes on behind its EOS",
                expected="EOS again, until all rows have ended",
                hint="the model is asked for all rows: what it says of those that have ended is not taken",
                costs=("ends",),
            ),
            Wrong(
                "stops_with_first_row",
                "all rows stop with the first one that ends",
                expected="until every row has written EOS",
                hint="any in place of all",
                costs=("ends",),
            ),
            Wrong(
                "row_zero_ends_all",
                "all rows stop when the first row of the batch ends",
                expected="until every row has written EOS",
                costs=("ends",),
            ),
            Wrong(
                "padded_with_other_than_eos",
                "a row that has ended is filled up with 0",
                expected="with EOS",
                costs=("ends",),
            ),
            Wrong(
                "does_not_stop",
                "it goes on to max_len when all rows have ended",
                expected="a stop as soon as every row has written EOS",
                costs=("ends",),
            ),
            Wrong(
                "eos_left_out",
                "the last EOS is left out",
                expected="the EOS that ends a row is one of its tokens",
                costs=("ends",),
            ),
        ],
    )
)
