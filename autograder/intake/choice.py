"""Which of a student's notebooks counts, and what is said about the others."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.intake import document
from autograder.intake.document import shown
from autograder.intake.ledger import Entry
from autograder.intake.rebase import Rebased, rebase

MOST = 20  # notebooks of one student that are looked into
_NOTEBOOK = re.compile(r"(?P<stem>.*)\.ipynb(?:\.(?:txt|json))?$", re.I | re.S)
_COPY = re.compile(r"(?:\((?P<browser>\d{1,6})\)|-(?P<attempt>\d{1,6}))$")


def is_notebook(name: str) -> bool:
    """Whether a file of this name is read as a notebook."""
    return _NOTEBOOK.fullmatch(name) is not None


@dataclass(frozen=True)
class Piece:
    """A file of a student's as it can be read: kept as `entry`, or in the archive that is.

    inner: its path below originals/STUDENT, an archive counts as a folder.
    disk: where its bytes lie now; None where they were not taken.
    """

    entry: Entry
    inner: tuple[str, ...]
    disk: Path | None
    refused: str = ""

    @property
    def is_notebook(self) -> bool:
        return is_notebook(self.inner[-1])

    @property
    def is_checkpoint(self) -> bool:
        return ".ipynb_checkpoints" in self.inner

    @property
    def shown(self) -> str:
        return shown("/".join(self.inner), 120)


@dataclass(frozen=True)
class Candidate:
    """A notebook of a student's: what it says, or why it cannot be read."""

    piece: Piece
    document: document.Document | None
    rebased: Rebased | None
    time: str | None
    why: str = ""

    def rank(self, name: str, timed: bool) -> tuple[Any, ...]:
        """The larger, the likelier it is the one meant: chosen by a person, more answers, newer.

        `name` is the assignment's; `timed`: all have a time, which says better than a number what is newer.
        """
        file = self.piece.inner[-1]
        copies = _COPY.search(_NOTEBOOK.fullmatch(file)["stem"])
        number = int(copies["browser"] or copies["attempt"]) if copies else 0
        return (
            self.document is not None,
            self.piece.entry.choice,
            not self.piece.is_checkpoint,
            len(self.rebased.answered) if self.rebased else 0,
            self.rebased is not None and self.rebased.worked,
            self.rebased.known if self.rebased else 0,
            self.time if timed else number,
            self.piece.entry.delivery,
            file == name,
            self.piece.entry.path,
        )

    @property
    def answers(self) -> str:
        """What it answers, in words."""
        if self.document is None:
            return f"cannot be read: {self.why}"
        names = self.rebased.answered
        return "answers " + ", ".join(f"`{shown(name)}`" for name in names) if names else "answers nothing"


def candidates(
    pieces: Sequence[Piece], release: NotebookNode, name: str, times: dict[str, str], flags: list[str]
) -> list[Candidate]:
    """The notebooks among the files, one for each content. `times`: digest of a file -> when it was sent."""
    files = [one for one in pieces if one.is_notebook and not one.refused]
    # Those that are likeliest meant first, should there be too many to look into.
    files.sort(key=lambda o: (-o.entry.choice, o.is_checkpoint, o.inner[-1] != name, -o.entry.delivery))
    if len(files) > MOST:
        flags.append(f"{len(files)} notebooks were sent; {MOST} were looked into.")
    found: dict[str, Candidate] = {}
    for one in files[:MOST]:
        data = one.disk.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in found:
            continue
        time = times.get(sha256, one.entry.time)
        try:
            read = document.read(data)
        except document.Unreadable as error:
            found[sha256] = Candidate(one, None, None, time, str(error))
        else:
            found[sha256] = Candidate(one, read, rebase(release, read.cells), time)
    return list(found.values())


def choose(found: Sequence[Candidate], name: str) -> Candidate:
    """The one that counts."""
    timed = all(candidate.time is not None for candidate in found)
    return max(found, key=lambda candidate: candidate.rank(name, timed))


def say(
    chosen: Candidate, found: Sequence[Candidate], student: str, name: str, flags: list[str], notes: list[str]
) -> None:
    """What an instructor should know of the choice. An older delivery that was replaced is a note only."""
    entry = chosen.piece.entry
    rivals = [c for c in found if not c.piece.is_checkpoint]
    if len(rivals) > 1:
        paths = [_full(candidate) for candidate in rivals]
        if len(set(paths)) < len(paths):
            paths = [f"originals/{student}/{c.piece.shown}" for c in rivals]
        path_of = dict(zip(map(id, rivals), paths, strict=True))
        taken = path_of.get(id(chosen), _full(chosen))
        replaced = (
            all(c.piece.entry.delivery < entry.delivery for c in rivals if c is not chosen)
            and not entry.choice
        )
        if replaced:
            others = ", ".join(path for c, path in zip(rivals, paths, strict=True) if c is not chosen)
            notes.append(f"{taken} has replaced what had come before it: {others}.")
        else:
            each = "; ".join(
                f"{path} {c.answers}" + (f", handed in {c.time}" if c.time else "")
                for c, path in sorted(zip(rivals, paths, strict=True), key=lambda pair: pair[1])
            )
            flags.append(
                f"{len(rivals)} different notebooks were sent ({each}); {taken} was taken. "
                f'To take another: python -m autograder intake --assign "PATH={student}".'
            )
    if chosen.piece.is_checkpoint:
        flags.append(f"Only Jupyter's checkpoint could be read: {chosen.piece.shown}.")
    elif chosen.piece.inner[-1] != name:
        notes.append(f"The file was named {shown(chosen.piece.inner[-1])}.")


def _full(candidate: Candidate) -> str:
    """The path as it was received, and on through the archive that it lies in."""
    entry, inner = candidate.piece.entry, candidate.piece.inner
    below = len(next(iter(entry.kept.values()), "").split("/"))
    return "/".join((entry.path, *(shown(part, 200) for part in inner[below:])))
