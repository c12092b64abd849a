"""Findings of every kind of exercise."""

from helpers.checks.findings.row import EVERYTHING, Row
from helpers.checks.state import KINDS

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


def put_back(kind: str, line: str) -> str:
    """The remark on what an answer left changed, by which of its lines. It costs nothing."""
    return (
        f"{KINDS[kind].words} after `{line or 'the answer'}`, for all that runs later; here it was put back"
    )
