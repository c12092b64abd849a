"""Turn of chapter 3: one step of greedy decoding."""

import numpy as np
import torch

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import floats
from helpers.checks.loops import Loop
from helpers.checks.slips import slips


def reference(logits, trg, done, eos, pad):
    chosen = logits[:, -1].argmax(dim=-1).masked_fill(done, pad)
    return torch.cat([trg, chosen[:, None]], dim=1), done | (chosen == eos)


def cases(random):
    def case(T, V, done, ends, eos=2, pad=0):  # done: 0 or 1 for each text; ends: those that are about to
        done = np.array(done) > 0
        logits, trg = floats(random, len(done), T, V), random.integers(3, 5, (len(done), T))
        trg[done, -1] = eos
        logits[ends, -1, eos] = 9.0
        logits[:, -1, pad] = -9.0
        return Case([logits, trg, done, eos, pad])

    more = [0, 1, 0, 1, 0, 0]
    return [case(3, 5, [0], []), case(4, 6, more, [2, 3]), case(2, 8, more, [0]), case(2, 7, more, [2], 6, 5)]


CHOSEN = "logits[:, -1].argmax(dim=-1)"
WRONG = slips(
    reference,
    over_places={CHOSEN: "logits.argmax(dim=1)[:, -1]"},
    over_texts={CHOSEN: "logits[:, -1].argmax(dim=0)"},
    first_place={"[:, -1].argmax": "[:, 0].argmax"},
    writes_on={".masked_fill(done, pad)": ""},
    ends_again={"(done, pad)": "(done, eos)"},
    eos_not_written={
        ".masked_fill(done, pad)": "; done = done | (chosen == eos); chosen = chosen.masked_fill(done, pad)"
    },
    padded_too_early={"(done, pad)": "(~done, pad)"},
    done_forgotten={"done | (chosen == eos)": "chosen == eos"},
    own_marks={"(done, pad)": "(done, 0)", "chosen == eos": "chosen == 2"},
    never_done={"done | (chosen == eos)": "done"},
    put_in_front={"[trg, chosen[:, None]]": "[chosen[:, None], trg]"},
    token_alone={"torch.cat([trg, chosen[:, None]], dim=1)": "chosen"},
)
HINTS = [
    "the last place says what comes next: logits[:, -1] is (B, V)",
    "chosen.masked_fill(done, pad); torch.cat([trg, chosen[:, None]], dim=1); done now or before: done | ...",
]
register(
    Loop(
        __name__,
        title="One step of greedy decoding",
        chapter=3,
        cases=cases,
        reference=reference,
        facts={},
        parts=["trg", "done"],
        wrong=WRONG,
        words={
            "trg": Words("the texts are other ones", "each text, and behind it one token more: (B, T + 1)"),
            "done": Words("others are done", "who was done before, and whoever has just written EOS"),
        },
        hints=HINTS,
        world=lambda record, *arguments: arguments,
        compared="four batches, texts that are done, that end now, that go on",
    )
)
