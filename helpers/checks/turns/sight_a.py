"""Turn of chapter 3: the first broken model, what it really sees."""

import torch

from helpers.checks.comparison import Case
from helpers.checks.exercise import register
from helpers.checks.sights import Sight
from helpers.checks.slips import slips


def reference(T):
    return torch.ones(T, T, dtype=torch.bool).tril(1)


def cases(random):
    return [Case([T]) for T in (6, int(random.integers(7, 11)), 1, 2)]


WRONG = slips(
    reference,
    what_it_claims={"tril(1)": "tril()"},
    no_mask_at_all={".tril(1)": ""},
    sees_only_later={"tril(1)": "triu()"},
    not_itself={"tril(1)": "tril(-1)"},
    rows_and_columns={"tril(1)": "triu(-1)"},
    what_is_hidden={"torch.ones": "~torch.ones"},
    two_too_many={"tril(1)": "tril(2)"},
    the_leak_alone={"tril(1)": "tril(1).triu(1)"},
)
HINTS = [
    "probes.who_sees_whom(broken.model_a, torch.randn(1, T, 8)) with small T: 2, 3, 6. What does row 0 see?",
    "a triangle as torch draws it, with a diagonal: torch.ones(T, T, dtype=torch.bool).tril(...)",
]
register(
    Sight(
        __name__,
        title="Broken model A",
        chapter=3,
        cases=cases,
        reference=reference,
        wrong=WRONG,
        hints=HINTS,
        compared="what the probe shows of model A at four lengths",
    )
)
