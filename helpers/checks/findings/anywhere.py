"""Findings of every kind of exercise."""

from helpers.checks.findings.row import EVERYTHING, Row

ROWS = (
    Row(
        "no_answer",
        EVERYTHING,
        "there is no answer yet",
        "your code in place of the line that raises NotImplementedError",
    ),
    Row(
        "misfit",
        EVERYTHING,
        "what came back from this check is not what it reports",
        likely="code that changes the check; if there is none, show this to whoever teaches the course",
    ),
    Row(
        "state_left",
        ("behaviour", "runs"),
        "it leaves something changed for all that runs after it: {what}",
        "whatever an answer changes for its own sake it puts back",
        "`with torch.no_grad():` and its like end by themselves",
    ),
)

# Costs nothing, since it harms nobody.
PUT_BACK = "{what} after `{line}`, for all that runs later; here it was put back"
