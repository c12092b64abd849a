"""The files of a received folder or archive, read without trusting a name or a size in it.

Nothing is unpacked under a name that somebody else chose: what an archive holds is written to a scratch
folder under running numbers. Links are never followed.
"""

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.intake import archives
from autograder.intake.archives import Budget, Refused
from autograder.intake.document import MAX_FILE
from helpers import kept

# What systems leave in folders, and what a reader of the chapters has done.
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", kept.FILE}

Parts = tuple[str, ...]
Whose = Callable[[Parts], str | None]


@dataclass(frozen=True)
class File:
    """One received file.

    parts : its path, folder by folder; an archive counts as a folder
    disk : where its bytes lie now; None where they were not taken
    refused : why it must not be read; "" if it may
    archives : the archives it lies in, as (index in parts, where the archive itself lies), outermost first
    """

    parts: Parts
    disk: Path | None = None
    refused: str = ""
    archives: tuple[tuple[int, Path], ...] = ()


def walk(root: Path | str, scratch: Path | str, whose: Whose = lambda parts: None) -> list[File]:
    """All files in `root`, a folder, an archive or one file, sorted by their paths.

    What archives hold is written to the folder `scratch`, which must outlive the files' use. `whose` says for
    a path which student it belongs to, or None: all archives of one student share one budget.

    Raises:
        FileNotFoundError: there is nothing at `root`.
        ValueError: it is a broken archive.
    """
    root = Path(root)
    walker = _Walker(Path(tempfile.mkdtemp(dir=scratch)), whose)
    if root.is_dir():
        files = list(walker.folder(root.resolve()))
    elif not root.is_file():
        raise FileNotFoundError(f"there is no file or folder {root}")
    elif archives.is_archive(root.name):
        files = list(walker.archive(root, (), ()))
        broken = [file.refused for file in files if not file.parts]
        if broken:
            raise ValueError(
                f"{root} is not a zip or tar archive, or it is damaged: {broken[0]}. Download it again"
            )
    else:
        files = [_file(root, (root.name,))]
    return sorted((f for f in files if not _litter(f.parts)), key=lambda f: f.parts)


def _litter(parts: Parts) -> bool:
    return any(part in LITTER or part.startswith(("._", f".{kept.FILE}.")) for part in parts)


def _file(path: Path, parts: Parts) -> File:
    """A file on disk. One too large is kept, but not read."""
    large = f"it is larger than {MAX_FILE // 1_000_000} MB" if path.stat().st_size > MAX_FILE else ""
    return File(parts, path, large)


class _Walker:
    """Yields File after File of a folder or an archive, and of the archives in it."""

    def __init__(self, scratch: Path, whose: Whose) -> None:
        self._numbers = (scratch / str(n) for n in itertools.count())
        self._whose = whose
        self._budgets: dict[str, Budget] = {}

    def folder(self, root: Path) -> Iterator[File]:
        waiting: list[tuple[Path, Parts]] = [(root, ())]
        while waiting:
            folder, above = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                if not above:
                    raise
                yield File(above, refused=f"the folder cannot be read: {error.strerror}")
                continue
            for entry in entries:
                parts = (*above, entry.name)
                if entry.is_symlink():
                    yield File(parts, refused="it is a link, and links are not followed")
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((Path(entry.path), parts))
                elif not entry.is_file(follow_symlinks=False):
                    yield File(parts, refused="it is neither a file nor a folder")
                elif archives.is_archive(entry.name):
                    yield from self.archive(Path(entry.path), parts, ())
                else:
                    yield _file(Path(entry.path), parts)

    def archive(
        self,
        path: Path,
        parts: Parts,
        outer: tuple[tuple[int, Path], ...],
        budgets: tuple[Budget, ...] = (),
    ) -> Iterator[File]:
        """The files of the archive at `path`, which itself is the file `parts`."""
        if len(outer) >= archives.DEPTH:
            why = f"it is an archive inside {len(outer)} others, which is not opened: unpack it by hand"
            yield File(parts, path, why, outer)
            return
        around = (*outer, (len(parts) - 1, path))
        student = self._whose(parts) if parts else None
        size = path.stat().st_size
        if (student or budgets) and size > MAX_FILE:
            yield File(parts, path, f"it is an archive larger than {MAX_FILE // 1_000_000} MB", outer)
            return
        if not budgets or student:
            budgets = (*budgets, self._budget(student, size))
        try:
            for entry in archives.entries(path, min(budget.bytes for budget in budgets)):
                inner = (*parts, *entry.names)
                disk, why, spent = None, entry.refused, False
                if not why:
                    try:
                        spent = True
                        for budget in budgets:
                            budget.take(entry.size)
                        spent = False
                        disk = next(self._numbers)
                        entry.save(disk)
                    except Refused as error:
                        disk, why = None, str(error)
                if disk is not None and archives.is_archive(inner[-1]):
                    yield from self.archive(disk, inner, around, budgets)
                else:
                    yield File(inner, disk, why, around)
                if spent:
                    return  # one sentence for all the rest
        except Refused as error:
            yield File(parts, path, str(error), outer)

    def _budget(self, student: str | None, size: int) -> Budget:
        if student is not None:
            fresh = Budget(archives.MAX_FILES, archives.MAX_UNPACKED)
            return self._budgets.setdefault(student, fresh)
        most = max(archives.MAX_UNPACKED, archives.RATIO * size)
        return Budget(20 * archives.MAX_FILES, most, "an archive of its size")
