"""One student after the other: of all that came one notebook in nbgrader's submitted folder, and a record."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat

from autograder import store
from autograder.course import Course
from autograder.intake import kinds, received, times
from autograder.intake.arrivals import SECRET, TIMESTAMP
from autograder.intake.choice import Candidate, Piece, candidates, choose, say
from autograder.intake.document import shown
from autograder.intake.files import as_json, asides, discard, holds, place, sha256_of, write
from autograder.intake.ledger import DISMISSED, OLDER, REFUSED, TAKEN, Entry, Ledger
from autograder.intake.roster import Roster
from autograder.intake.sorting import Sorter

Record = dict[str, Any]


class Desk:
    """Takes in what the ledger has of one student after the other, for one assignment."""

    def __init__(
        self,
        course: Course,
        assignment: str,
        releases: Mapping[str, nbformat.NotebookNode],
        ledger: Ledger,
        scratch: Path,
    ) -> None:
        self.course, self.assignment, self.release = course, assignment, releases[assignment]
        self.ledger, self.scratch = ledger, scratch
        self.sorter = Sorter(releases)
        self.work = course.work(assignment)
        self.name = course.release(assignment).name
        self.roster = Roster([], assignment)
        code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
        self.digest = hashlib.sha256(
            nbformat.writes(self.release).encode() + code + self.sorter.digest.encode()
        ).hexdigest()
        self.deadline, self.penalised = course.deadline(assignment), course.penalises_lateness()

    def recorded(self) -> list[str]:
        """Ids of the students who have a record."""
        return [path.stem for path in sorted((self.work / "intake").glob("*.json"))]

    def record_path(self, student: str) -> Path:
        return self.work / "intake" / f"{student}.json"

    # ---- what lies in nbgrader's folder and is not intake's

    def look(self, student: str) -> None:
        """Note in the ledger what somebody has put into the student's submitted folder.

        A notebook that was mended there counts before all that came; so does a time that was set there.
        """
        folder = self.course.submitted(student, self.assignment)
        for left in filter(Path.exists, asides(folder)):
            shutil.rmtree(left)  # by a killed run
        if folder.is_symlink():
            why = "it is a link, and links are not followed"
            self.ledger.add(folder.name, folder.name, None, [student], why=why)
        if folder.is_symlink() or not folder.is_dir():
            return
        about = self.ledger.about.setdefault(student, {})
        placed = {about.get("placed"), (self.load(student) or {}).get("sha256")} - {None}
        stamp = folder / TIMESTAMP
        text = stamp.read_bytes()[:200].decode("ascii", "replace") if stamp.is_file() else None
        time = None
        if text is not None:
            time, about["wrong"] = _understood(text)
        source = folder.relative_to(self.course.root).as_posix()
        if sha256_of(folder / self.name) in placed:
            if text is not None and text != about.get("stamp"):
                self.ledger.add(f"{source}/{TIMESTAMP}", TIMESTAMP, stamp, [student])
                if time is not None:
                    about["time"], about["from"] = time, TIMESTAMP
            return
        for file in received.walk(folder, self.scratch, lambda parts: student):
            kept, disk = file.parts, file.disk
            for index, archive in file.archives[:1]:
                kept, disk = file.parts[: index + 1], archive
            path = "/".join(shown(part, 200) for part in kept)
            entry, new = self.ledger.add(
                f"{source}/{path}", "/".join(kept), disk, [student], when=time, why=file.refused
            )
            if new and placed and kept == (self.name,):
                self.ledger.choose(entry)

    # ---- the record

    def load(self, student: str) -> Record | None:
        """The student's record; None where there is none that could be read."""
        try:
            found = json.loads(self.record_path(student).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and "sha256" in found else None

    def record(self, student: str, note: str | None = None) -> Record:
        """Take in what the ledger has of a student. Never raises for what was sent."""
        try:
            return self._record(student, note)
        except store.StoreError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in store.OF_THE_DISK:
                raise
            why = f"It could not be taken in: {type(error).__name__}: {shown(error, 300)}."
            record = self._blank(student, "unreadable") | {"flags": [why]}
            write(self.record_path(student), as_json(record))
            return record

    def keeps(self, student: str, note: str | None = None) -> bool:
        """Whether the record is made of what is known now, and the notebook lies where it belongs."""
        record = self.load(student)
        if record is None or record.get("made_of") != self._made_of(student, note):
            return False
        path = self.course.submitted(student, self.assignment) / self.name
        return record["sha256"] is None or record["sha256"] == sha256_of(path)

    def _made_of(self, student: str, note: str | None) -> str:
        """A digest of all that a record hangs on."""
        files = [
            [
                e.sha256,
                e.kept.get(student),
                e.delivery,
                e.choice,
                e.time,
                e.late,
                e.status == DISMISSED,
                e.why,
            ]
            for e in self.ledger.of(student)
        ]
        about = {k: v for k, v in self.ledger.about.get(student, {}).items() if k in ("time", "wrong", "due")}
        around = [str(self.deadline), self.penalised, self.course.timezone, note, self.digest]
        return hashlib.sha256(as_json([files, about, around])).hexdigest()

    def _blank(self, student: str, status: str) -> Record:
        return {
            "student": student,
            "assignment": self.assignment,
            "status": status,
            "flags": [],
            "notes": [],
            "original": None,
            "original_sha256": None,
            "sha256": None,
            "notebook_sha256": None,
            "cells": {},
            "answered": [],
            "time": None,
            "made_of": None,
        }

    def _record(self, student: str, note: str | None) -> Record:
        entries = [entry for entry in self.ledger.of(student) if entry.status != DISMISSED]
        folder = self.course.submitted(student, self.assignment)
        about = self.ledger.about.setdefault(student, {})
        if entries:
            record, notebook, nbgraders = self._examine(student, entries, about, note)
        else:
            record, notebook, nbgraders = self._blank(student, "not_submitted"), None, {}
        record["made_of"] = self._made_of(student, note)
        wanted = {self.name: notebook, **nbgraders}
        if not (self.load(student) == record and holds(folder, wanted) and not folder.is_symlink()):
            # In this order, so that a run killed anywhere leaves a state that the next one sees through.
            self.ledger.write()  # what lies in the folder is noted, and its bytes are kept
            if folder.is_symlink() or folder.is_dir():
                discard(folder)
            if self.record_path(student).is_file():
                self.record_path(student).unlink()
            about["placed"] = record["sha256"]
            about["stamp"] = nbgraders[TIMESTAMP].decode() if nbgraders.get(TIMESTAMP) else None
            self.ledger.write()
            write(self.record_path(student), as_json(record))
            if notebook is not None:
                place(folder, wanted)
        return record

    def _pieces(self, student: str, entries: Sequence[Entry]) -> list[Piece]:
        """The student's files, archives opened, and those of which no bytes are kept."""
        by_place = {
            tuple(entry.kept[student].split("/")): entry for entry in entries if student in entry.kept
        }
        pieces = [
            Piece(entry, tuple(entry.inner.split("/")), None, entry.why)
            for entry in entries
            if entry.status == REFUSED or student not in entry.kept
        ]
        folder = self.work / "originals" / student
        for file in received.walk(folder, self.scratch, lambda parts: student) if folder.is_dir() else []:
            ends = range(1, len(file.parts) + 1)
            entry = next((by_place[file.parts[:n]] for n in ends if file.parts[:n] in by_place), None)
            if entry is not None:
                pieces.append(Piece(entry, file.parts, file.disk, file.refused))
        return pieces

    def _without_others(self, pieces: Sequence[Piece]) -> tuple[list[Piece], list[tuple[Piece, str]]]:
        """The pieces but for notebooks of other assignments; and those, with the assignment of each.

        What a person has chosen stays.
        """
        own, others = [], []
        for piece in pieces:
            name = None
            if piece.is_notebook and piece.disk is not None and not piece.refused and not piece.entry.choice:
                name = self.sorter.of(piece.inner[-1], piece.disk.read_bytes())
            if name in (None, self.assignment):
                own.append(piece)
            else:
                others.append((piece, name))
        return own, others

    def _examine(
        self, student: str, entries: Sequence[Entry], about: dict[str, Any], note: str | None
    ) -> tuple[Record, bytes | None, dict[str, bytes | None]]:
        """The record of what was sent, the notebook's bytes, and nbgrader's own files, None for none."""
        record = self._blank(student, "unreadable")
        flags, notes = record["flags"], record["notes"]
        if note:
            notes.append(note)
        pieces, others = self._without_others(self._pieces(student, entries))
        first = {}
        for entry in sorted((e for e in entries if e.time), key=lambda e: e.time, reverse=True):
            first[entry.sha256] = entry.time
        found = candidates(pieces, self.release, self.name, first, flags)
        chosen = choose(found, self.name) if found else None
        delivery = chosen.piece.entry.delivery if chosen else max(entry.delivery for entry in entries)
        if chosen is None or chosen.document is None:
            delivery = max(entry.delivery for entry in entries)
        self._set_status(entries, chosen, delivery)
        with_it = [piece for piece in pieces if piece.entry.delivery == delivery]
        refused = [f"{piece.shown} was not read: {piece.refused}." for piece in with_it if piece.refused]
        flags[:0] = refused
        _say_others(with_it, flags, notes, not found)
        for piece, name in others:
            there = f"{piece.shown} is a notebook of {name}, and counts there only."
            notes.append(there) if chosen else flags.append(f"{there} Take it in for {name}.")
        if chosen is None:
            flags.append("No notebook that can be read was sent.")
            return record, None, {}
        say(chosen, found, student, self.name, flags, notes)
        self._say_place(chosen, student, flags, notes)
        entry = chosen.piece.entry
        record["original"] = f"originals/{student}/{entry.kept[student]}"
        record["original_sha256"] = entry.sha256
        if chosen.document is None:
            what = kinds.kind(chosen.piece.disk)
            why = (
                f"it is {what}, not a notebook: ask for the file that ends in .ipynb" if what else chosen.why
            )
            flags.append(f"{chosen.piece.shown} cannot be graded: {why}.")
            return record, None, {}
        notes += chosen.document.notes + chosen.rebased.notes
        flags += chosen.rebased.flags
        kernel = self.release.metadata.get("kernelspec", {}).get("name")
        if chosen.document.kernel != kernel:
            theirs = f"was {shown(chosen.document.kernel)!r}" if chosen.document.kernel else "was missing"
            notes.append(f"The kernel's name {theirs}; the assignment's is taken.")
        notebook = (nbformat.writes(chosen.rebased.notebook) + "\n").encode()
        record["cells"] = chosen.rebased.found
        record["answered"] = chosen.rebased.answered
        record["notebook_sha256"] = sha256_of(chosen.piece.disk)
        record["sha256"] = hashlib.sha256(notebook).hexdigest()
        time = self._time(chosen, entries, about, flags)
        record["time"] = time.isoformat() if time else None
        secrets = [e for e in entries if e.inner.rpartition("/")[2] == SECRET and student in e.kept]
        secret = max(secrets, key=lambda e: e.delivery, default=None)
        nbgraders = {
            TIMESTAMP: times.stamp(time) if time else None,
            SECRET: self.ledger.place(secret).read_bytes() if secret else None,
        }
        record["status"] = "flagged" if flags else "ok"
        return record, notebook, nbgraders

    def _set_status(self, entries: Sequence[Entry], chosen: Candidate | None, delivery: int) -> None:
        for entry in entries:
            if entry.status == REFUSED:
                continue
            is_rival = chosen is not None and entry is not chosen.piece.entry and _may_hold_notebook(entry)
            taken = entry is (chosen.piece.entry if chosen else None)
            taken = taken or (entry.delivery == delivery and not is_rival)
            entry.status = TAKEN if taken else OLDER

    def _say_place(self, chosen: Candidate, student: str, flags: list[str], notes: list[str]) -> None:
        entry, inner = chosen.piece.entry, chosen.piece.inner
        others = set().union(*map(self.roster.named, inner)) - {student, *entry.students}
        if others:
            flags.append(f"The path {chosen.piece.shown} names {', '.join(sorted(others))} as well.")
        kept = entry.kept[student].split("/")
        if len(inner) > len(kept):
            notes.append(f"It was in the archive {shown(kept[-1])}.")
        if len(entry.students) > 1:
            notes.append(f"It is the file of a group: {', '.join(entry.students)}.")
        if entry.choice and len(entry.students) == 1:
            notes.append("A person has chosen it: it was mended in the submitted folder, or assigned.")

    # ---- when it was handed in

    def _time(
        self, chosen: Candidate, entries: Sequence[Entry], about: dict[str, Any], flags: list[str]
    ) -> datetime | None:
        """The time of submission in UTC, None where nobody knows it."""
        if about.get("wrong"):
            flags.append(about["wrong"])
        text = about.get("time") or chosen.time
        if text is None:
            text = self._earlier(chosen, entries, flags)
        entry = chosen.piece.entry
        if text is None and entry.late:
            return self._late(about, flags)
        if text is None:
            return None
        naive = datetime.fromisoformat(text)
        time = times.in_utc(naive, self.course.timezone)
        guessed = naive.tzinfo is None and not self.course.has_timezone
        if guessed and self.penalised and self.deadline and times.near(time, self.deadline):
            flags.append(
                f"Its time {text} has no time zone, and UTC, as it was read, decides whether it is late: "
                "set c.Exchange.timezone in nbgrader_config.py, or give the time with --times."
            )
        if entry.late and self.deadline and time <= self.deadline:
            flags.append(f"The platform calls it LATE, but its time {time:%Y-%m-%d %H:%M} UTC is not.")
        return time

    def _earlier(self, chosen: Candidate, entries: Sequence[Entry], flags: list[str]) -> str | None:
        """A known time never gets lost: a file without one has that of the newest file before it."""
        before = [e for e in entries if e.time and e.delivery <= chosen.piece.entry.delivery]
        if not before:
            return None
        newest = max(before, key=lambda e: (e.delivery, e.time))
        flags.append(
            f"When {chosen.piece.shown} was handed in is not known; the time of an earlier delivery, "
            f"{newest.time}, stands there: give the right one with --times."
        )
        return newest.time

    def _late(self, about: dict[str, Any], flags: list[str]) -> datetime | None:
        """Canvas says late and not how late: a second after the deadline that was known when it came."""
        if about.get("due") is None and self.deadline is not None:
            about["due"] = self.deadline.isoformat()
        if about.get("due") is None:
            flags.append("Canvas calls it LATE; the gradebook has no deadline, so nothing follows from it.")
            return None
        due = datetime.fromisoformat(about["due"])
        flags.append(
            "Canvas calls it LATE and does not say how late: it counts as handed in a second after "
            f"{due:%Y-%m-%d %H:%M} UTC, the deadline when it came. Give the right time with --times."
        )
        return due + timedelta(seconds=1)


def _understood(text: str) -> tuple[str | None, str | None]:
    """The time in a timestamp.txt, ISO, or why it holds none."""
    try:
        return times.parse(text).isoformat(), None
    except times.NotUnderstood as error:
        return None, f"{TIMESTAMP} holds no time that could be relied on: {error}."


def _may_hold_notebook(entry: Entry) -> bool:
    return received.archives.is_archive(entry.path) or ".ipynb" in entry.path.lower()


def _say_others(pieces: Sequence[Piece], flags: list[str], notes: list[str], none_found: bool) -> None:
    """Files besides notebooks: Python files could stand in for a library, others do nothing."""
    own = (TIMESTAMP, SECRET)
    others = [p for p in pieces if not (p.is_notebook or p.refused or p.inner[-1] in own)]
    for is_python, told, what in ((True, flags, "Python files"), (False, notes, "Other files")):
        names = [p.shown for p in others if p.inner[-1].lower().endswith(".py") == is_python]
        if names:
            more = f" and {len(names) - 12} more" if len(names) > 12 else ""
            told.append(f"{what} sent along, kept but not used: {', '.join(names[:12])}{more}.")
    if none_found:
        said = [kinds.sentence(p.shown, p.disk) for p in others[:12] if p.disk is not None]
        flags += [sentence for sentence in said if sentence]
