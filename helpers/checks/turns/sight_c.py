"""Turn of chapter 3: the third broken model, what it really sees with any mask."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.sights import Sight
from helpers.checks.slips import slips


def reference(mask):
    return mask | ~mask.any(dim=-1, keepdim=True)


def cases(random):
    causal = torch.ones(4, 4, dtype=torch.bool).tril()
    some = torch.from_numpy(random.random((5, 3)) < 0.5)
    for k, row in enumerate(((0, 0, 0), (1, 0, 0), (0, 0, 0))):
        some[k] = torch.tensor(row).bool()
    return [Case([mask.numpy()]) for mask in (causal.tril(-1), causal, some, 0 * some > 0)]


WRONG = slips(
    reference,
    what_c_claims={" | ~mask.any(dim=-1, keepdim=True)": ""},
    nothing_is_hidden={"mask.any(dim=-1, keepdim=True)": "mask"},
    what_is_hidden={"mask | ~mask.any(dim=-1, keepdim=True)": "~mask"},
    all_or_nothing={"mask | ~mask.any(dim=-1, keepdim=True)": "mask | ~mask.any()"},
    columns={"dim=-1": "dim=0"},
    the_leak_alone={"mask | ~": "(mask != mask) | ~"},
)
HINTS = [
    "make masks in which one query may look at less and less: three keys, one key, none",
    "~mask.any(dim=-1, keepdim=True) is True in the rows that may look at nothing, (Tq, 1)",
]
register(
    Sight(
        __name__,
        title="Broken model C",
        chapter=3,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        ends=("output", "place"),
        hints=HINTS,
        compared="what the probe shows of model C with four masks, three of them with rows of False",
    )
)
