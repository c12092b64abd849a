"""Feedback as the platforms take it back: one zip, each page under the name that the platform has given.

Moodle looks for the student's number in the folder's name, Canvas for two numbers in the file's; both are as
they were in the download that was taken in.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import store
from autograder.export.fill import Table
from autograder.export.people import People
from autograder.intake.files import safe
from autograder.intake.ledger import DISMISSED, Entry, Ledger
from autograder.intake.roster import platform

_MOODLE = re.compile(r".+?_\d+_assignsubmission_(?:file|onlinetext)_?", re.I)
_TIME = (1980, 1, 1, 0, 0, 0)  # the same pages give the same bytes


@dataclass(frozen=True)
class Place:
    """Where a platform looks for a student's page: its system, and a path in the zip without ".html"."""

    system: str
    path: str


def places(ledger: Ledger, people: People, name: str, table: Table | None) -> dict[str, Place]:
    """The place of each student's page, as far as a download or Moodle's worksheet tells it."""
    found: dict[str, Place] = {}
    if table is not None:  # members of a group have a line there, and no file of their own
        for line in table.lines:
            if line.row in table.owners and line.number and table.platform == "Moodle":
                who = safe((line.name or "Participant").replace("_", " "))
                folder = f"{who}_{line.number}_assignsubmission_file_"
                found[table.owners[line.row]] = Place("moodle", f"{folder}/{name}")
    for entry in sorted(ledger.entries, key=lambda one: one.delivery):
        if entry.status != DISMISSED and (place := _place(entry, name)):
            for student in _senders(entry, people):
                found[student] = place
    return found


def _place(entry: Entry, name: str) -> Place | None:
    for part in entry.path.split("/"):
        made = platform(part)
        if made and made.system == "moodle":
            return Place("moodle", f"{_MOODLE.match(part)[0]}/{name}")
        if made and made.system == "canvas":
            return Place("canvas", part[: part.rindex(".")] if "." in part else part)
    return None


def _senders(entry: Entry, people: People) -> Iterator[str]:
    """Who has uploaded it: of a group the one whom the platform names."""
    if len(entry.students) == 1:
        yield from entry.students
    elif entry.platform:
        named = people.named(entry.platform["name"]) & set(entry.students)
        yield from named if len(named) == 1 else ()


def write_zips(pages: Mapping[str, Path], where: Mapping[str, Place], folder: Path, name: str) -> list[Path]:
    """One zip for each platform in `folder`, of the pages whose place is known; returns their paths."""
    written = []
    for system in sorted({where[student].system for student in pages if student in where}):
        target = folder / f"{name}-feedback-{system}.zip"
        scratch = target.with_suffix(".part")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as bundle:
                for student in sorted(pages):
                    if student in where and where[student].system == system:
                        entry = zipfile.ZipInfo(f"{where[student].path}.html", _TIME)
                        entry.compress_type = zipfile.ZIP_DEFLATED
                        entry.external_attr = 0o644 << 16
                        bundle.writestr(entry, pages[student].read_bytes())
            store.copy(scratch, target)
        finally:
            scratch.unlink(missing_ok=True)
        written.append(target)
    return written
