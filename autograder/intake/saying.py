"""What intake says: how many there are of each status, and who needs a look; no line for each of a class."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from autograder.intake.document import shown
from autograder.intake.ledger import DISMISSED, TAKEN, Entry

MOST = 12  # that are told in full, of each status
_LOOK = ("unassigned", "unreadable", "flagged")


def table(name: str, records: Sequence[dict[str, Any]]) -> str:
    """A line with the counts of an assignment, and below it what needs a look, what is rarest first.

    Args:
        records: of the students, and with student None of files that are nobody's.
    """
    enrolled = Counter(record["status"] for record in records if record["student"])
    counts = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in sorted(enrolled.items()))
    nobodys = sum(record["student"] is None for record in records)
    head = f"{name}: {counts or 'no students'}"
    if nobodys:
        head += f"; {nobodys} {'file is' if nobodys == 1 else 'files are'} nobody's"
    return "\n".join([head, *_lines(records)])


def _lines(records: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for status in _LOOK:
        # Whom the same is said of stand together.
        same: dict[str, list[str]] = defaultdict(list)
        for record in records:
            if record["status"] == status:
                same[" ".join(record["flags"])].append(record["student"] or shown(record["original"], 200))
        told = [f"  {status}: {some(who)}: {why}" for why, who in same.items()]
        lines += told[:MOST]
        if len(told) > MOST:
            lines.append(f"  {status}: and {len(told) - MOST} more: they stand in intake/ and in the report")
    missing = [record["student"] for record in records if record["status"] == "not_submitted"]
    return lines + ([f"  not submitted: {some(missing)}"] if missing else [])


def some(who: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    return ", ".join(who[:MOST]) + (f" and {len(who) - MOST} more" if len(who) > MOST else "")


def proposal(entry: dict[str, Any]) -> str:
    """How to say whose a file is, with those whose it may be."""
    likely = entry.get("likely") or []
    if not likely:
        return ""
    of = "perhaps of " + " or ".join(likely)
    return f'; {of}: python -m autograder intake --assign "{entry["path"]}={likely[0]}"'


def enrolled(new: Sequence[str]) -> str:
    """How many there are, and what an id is: a list may have no column of that name."""
    few = ", ".join(new[:2]) + (", …" if len(new) > 2 else "")
    return f"{len(new)} new {'student' if len(new) == 1 else 'students'} in the gradebook, by id {few}"


def became(entry: Entry) -> str:
    """What became of a file of which a person has said whose it is, or that it does not count."""
    of = f", of {', '.join(entry.students)}" if entry.students else ""
    said = f"{shown(entry.path, 200)}: {entry.status}{of}"
    if entry.status not in (TAKEN, DISMISSED):
        said += f" ({shown(entry.why, 200)})" if entry.why else " (another of theirs counts)"
    return said


def unknown_times(deadline: datetime | None, penalised: bool, records: Iterable[dict[str, Any]]) -> list[str]:
    """Whose lateness nobody knows, where it would cost something."""
    if not (penalised and deadline):
        return []
    who = [r["student"] for r in records if r["student"] and r["sha256"] and r.get("time") is None]
    if not who:
        return []
    return [
        f"Late work is penalised (deadline {deadline:%Y-%m-%d %H:%M} UTC), and it is not known when these "
        f"were handed in: {some(who)}. They count as in time; use --times CSV (columns student,time)."
    ]
