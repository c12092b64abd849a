"""What a delivery holds, file by file as it is kept: whose each is, and when it was handed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.intake import times
from autograder.intake.document import shown
from autograder.intake.received import File
from autograder.intake.roster import Owner, Platform, Roster, platform

TIMESTAMP = "timestamp.txt"  # nbgrader's late penalties read it
SECRET = "submission_secret.txt"  # and its exchange of feedback this one
UNTRUSTED = "-by-the-student.txt"


@dataclass(frozen=True)
class Arrival:
    """A file as it is kept: one that was received, or the archive that a student has sent.

    path: as it was received.
    inner: its path below the name that says whose it is.
    disk: where its bytes lie now, None if they were not taken.
    """

    path: tuple[str, ...]
    inner: tuple[str, ...]
    disk: Path | None
    owner: Owner
    platform: Platform | None = None
    refused: str = ""

    @property
    def by_nbgrader(self) -> bool:
        """Whether it is a file that nbgrader makes, not one that a student put into an upload."""
        return not self.refused and self.inner[-1] in (TIMESTAMP, SECRET)


def arrivals(
    files: Sequence[File], students: Roster, assignment: str, other_assignments: Iterable[str] = ()
) -> list[Arrival]:
    """What was received, each file once, without what nbgrader's layout gives to another assignment."""
    owners = [students.owner(file.parts) for file in files]
    # An archive that holds several people's files was packed by a platform; another one is kept as it is.
    carriers = {
        archive
        for file, owner in zip(files, owners, strict=True)
        for index, archive in file.archives
        if index < 0 or (owner.student is not None and index < owner.depth - 1)
    }
    found: dict[tuple[str | None, Path | tuple[str, ...]], Arrival] = {}
    for file, owner in zip(files, owners, strict=True):
        one = _below(file, owner, carriers)
        if owner.student is not None and len(one.inner) > 1 and one.inner[0] in other_assignments:
            continue
        if one.by_nbgrader:
            theirs = owner.student is None or file.parts[owner.depth - 1] != owner.student
            if theirs or one.inner[:-1] not in ((), (assignment,)):
                one = replace(one, inner=(*one.inner[:-1], one.inner[-1].removesuffix(".txt") + UNTRUSTED))
        found.setdefault((owner.student, one.disk or file.parts), one)
    return list(found.values())


def _below(file: File, owner: Owner, carriers: set[Path]) -> Arrival:
    """The file as its owner's; the first `depth` parts of its path led to the owner."""
    depth = owner.depth if owner.student is not None else 0
    names_itself = depth > 0 and (depth == len(file.parts) or any(i == depth - 1 for i, _ in file.archives))
    start = depth - 1 if names_itself else depth
    made = next((found for part in file.parts[: depth or None] if (found := platform(part))), None)
    for index, archive in file.archives:
        if index >= start and archive not in carriers:
            parts = file.parts[: index + 1]
            return Arrival(parts, parts[start:], archive, owner, made)
    return Arrival(file.parts, file.parts[start:], file.disk, owner, made, file.refused)


def said_times(found: Sequence[Arrival]) -> tuple[dict[Arrival, str], dict[str, str]]:
    """When each was handed in, ISO, as nbgrader or the platform says it; and why a timestamp.txt does not."""
    receipts: dict[tuple[str, str, str], str] = {}
    stamps: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for one in found:
        made, student = one.platform, one.owner.student
        if made and made.receipt and one.disk:
            time = times.in_receipt(one.disk.read_text(encoding="utf-8", errors="replace"))
            if time is not None:
                receipts[(made.system, made.name, made.time)] = time.isoformat()
        if student is not None and one.disk and one.inner[-1] == TIMESTAMP:
            try:
                stamps[student] = times.parse(
                    one.disk.read_bytes()[:200].decode("ascii", "replace")
                ).isoformat()
            except times.NotUnderstood as error:
                wrong[student] = f"{TIMESTAMP} holds no time that could be relied on: {error}."
    said = {}
    for one in found:
        made = one.platform
        if one.owner.student in stamps:
            said[one] = stamps[one.owner.student]
        elif made and made.time:
            try:
                named = times.in_name(made.time).isoformat()
            except ValueError:  # no such day
                continue
            said[one] = receipts.get((made.system, made.name, made.time), named)
    return said, wrong


def display(path: Sequence[str]) -> str:
    """A received path as it may stand in a sentence and be typed again."""
    return "/".join(shown(part, 200) for part in path)
