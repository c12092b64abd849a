"""Turn of chapter 3: label smoothing's loss."""

from torch.nn import functional as F

from helpers.checks.comparison import Case, Words
from helpers.checks.exercise import register
from helpers.checks.functions import WITH_GRADIENTS, Function, floats
from helpers.checks.slips import slips


def reference(logits, target, smoothing):
    log_p = F.log_softmax(logits, dim=-1)
    right = log_p.gather(1, target[:, None])[:, 0]
    return -((1 - smoothing) * right + smoothing * log_p.mean(dim=-1)).mean()


def cases(random):
    return [
        Case([floats(random, N, V), random.integers(0, V, N), smoothing])
        for N, V, smoothing in ((4, 5, 0.1), (1, 3, 0.3), (6, 6, 0.2), (3, 4, 0.0))
    ]


SPREAD = "log_p.mean(dim=-1)"
SHARES = "(1 - smoothing) * right + smoothing *"
WRONG = slips(
    reference,
    over_the_others={SPREAD: "(log_p.sum(dim=-1) - right) / (logits.shape[1] - 1)"},
    right_left_out={SPREAD: "(log_p.sum(dim=-1) - right) / logits.shape[1]"},
    nothing_taken_away={"(1 - smoothing) * right": "right"},
    not_spread={SPREAD: "log_p.sum(dim=-1)"},
    shares_swapped={SHARES: "smoothing * right + (1 - smoothing) *"},
    not_smoothed={SHARES: "right + 0 *"},
    fixed_smoothing={"    log_p = ": "    smoothing = 0.1\n    log_p = "},
    logits_as_logarithms={"F.log_softmax(logits, dim=-1)": "logits"},
    right_part_alone={f" + smoothing * {SPREAD}": ""},
    summed_up={").mean()": ").sum()"},
    sign_lost={"return -(": "return ("},
    without_logarithm={"F.log_softmax": "F.softmax"},
    softmax_over_rows={"(logits, dim=-1)": "(logits, dim=0)"},
)
HINTS = [
    "log_p = F.log_softmax(logits, dim=-1); the loss of a row is -(sum of wanted share times log_p)",
    "the right one alone: log_p[torch.arange(N), target]; spread over all: log_p.mean(dim=-1)",
]
register(
    Function(
        __name__,
        title="The loss with label smoothing",
        chapter=3,
        cases=cases,
        reference=reference,
        items=WITH_GRADIENTS,
        wrong=WRONG,
        words={
            "output": Words(
                "the loss is another one",
                "the mean over the rows of minus the sum of share · log p over the classes",
            )
        },
        hints=HINTS,
        compared="the formula for three shares of smoothing and for none, and the gradient of the logits",
    )
)
