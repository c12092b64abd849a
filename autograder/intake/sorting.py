"""Which assignment a file belongs to, where several are released: one download may hold notebooks of all."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence

from nbformat import NotebookNode

from autograder.intake.choice import is_notebook
from autograder.intake.document import MAX_FILE
from autograder.intake.received import File
from autograder.intake.roster import tokens


class Sorter:
    """Tells notebooks of several assignments apart by the cells that only one of them has.

    They are looked for in a file's bytes, so that one that is cut off or has lost its metadata is told too.

    Attributes:
        names: the assignments.
        digest: of all that decides.
    """

    def __init__(self, releases: Mapping[str, NotebookNode]) -> None:
        self.names = sorted(releases)
        marks = {name: _marks(release) for name, release in releases.items()}
        shared = [m for name in marks for m in marks[name] if sum(m in other for other in marks.values()) > 1]
        self._marks = {name: sorted(found - set(shared)) for name, found in marks.items()}
        self.digest = hashlib.sha256(repr(self._marks).encode()).hexdigest()

    def of(self, file: str, data: bytes) -> str | None:
        """The assignment of a notebook with this name and content; None where nothing tells."""
        counts = {name: sum(mark in data for mark in found) for name, found in self._marks.items()}
        most = max(counts.values(), default=0)
        best = [name for name, count in counts.items() if count == most]
        return best[0] if most and len(best) == 1 else self.named(file)

    def named(self, text: str) -> str | None:
        """The assignment whose name a file's name holds; None where it is none or several."""
        words = tokens(text)
        found = [name for name in self.names if _holds(words, tokens(name))]
        return found[0] if len(found) == 1 else None

    def share(
        self, files: Sequence[File], whose: Callable[[tuple[str, ...]], str | None]
    ) -> dict[str, list[File]]:
        """The files of a delivery by assignment; one of none of them goes with its sender's others.

        What somebody sent who sent no notebook goes to all assignments that came with this delivery.
        """
        own = {file: self._of_file(file) for file in files}
        of_sender: dict[str | None, set[str]] = {}
        for file, name in own.items():
            if name:
                of_sender.setdefault(whose(file.parts), set()).add(name)
        all_of_it = set().union(*of_sender.values())
        shares: dict[str, list[File]] = {name: [] for name in sorted(all_of_it)}
        for file, name in own.items():
            for one in {name} if name else of_sender.get(whose(file.parts), all_of_it):
                shares[one].append(file)
        return shares

    def _of_file(self, file: File) -> str | None:
        for part in file.parts[:-1]:
            if part in self.names:  # nbgrader's layout
                return part
        *above, name = file.parts
        readable = file.disk is not None and file.disk.stat().st_size <= MAX_FILE
        own = self.of(name, file.disk.read_bytes()) if is_notebook(name) and readable else self.named(name)
        return own or next(filter(None, map(self.named, reversed(above))), None)


def _marks(release: NotebookNode) -> set[bytes]:
    """What stands in everybody's file of this notebook: names and first lines of its graded cells."""
    found = set()
    for cell in release.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            found.add(json.dumps(mark["grade_id"]).encode())
            found |= {json.dumps(line)[1:-1].encode() for line in _lines(cell.source)[:1]}
    return found


def _lines(source: str) -> list[str]:
    return [line for line in source.splitlines() if re.match(r"\s*\w", line)]


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[n : n + len(part)] == part for n in range(len(words)))
