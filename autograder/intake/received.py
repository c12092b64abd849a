"""The files of a received folder or archive, read without trusting a name or a size in it.

Nothing is unpacked under a name that somebody else chose: what an archive holds is written to a scratch
folder under running numbers. Links are never followed.
"""

import itertools
import os
import re
import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.document import MAX_BYTES, shown

MAX_FILES = 10_000  # of an archive inside what was received
MAX_UNPACKED = 1_000_000_000  # bytes of such an archive
MAX_DEPTH = 2  # archives in one another: the platform's download, and what the student packed
LITTER = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class File:
    """One received file.

    parts : its path, folder by folder; an archive counts as a folder
    disk : where its bytes lie now; None where they were not taken
    refused : why it must not be read; "" if it may
    archives : the archives it lies in, as (index in parts, where the archive itself lies), outermost first
    """

    parts: tuple[str, ...]
    disk: Path | None = None
    refused: str = ""
    archives: tuple[tuple[int, Path], ...] = ()


def walk(root, scratch):
    """All files in `root`, a folder, a zip archive or one file: list of File sorted by their paths.

    What archives hold is written to the folder `scratch`, which must outlive the files' use.
    Raises FileNotFoundError if there is nothing at `root`, ValueError if it is a broken archive.
    """
    root, scratch = Path(root), Path(tempfile.mkdtemp(dir=scratch))
    numbers = (scratch / str(n) for n in itertools.count())
    if root.is_dir():
        files = list(_folder(root.resolve(), numbers))
    elif not root.is_file():
        raise FileNotFoundError(f"there is no file or folder {root}")
    elif root.suffix.lower() == ".zip":
        try:
            zipfile.ZipFile(root).close()
        except Exception as error:  # zipfile.BadZipFile, or whatever else a damaged directory leads to
            raise ValueError(
                f"{root} is not a zip archive, or it is damaged ({error}): download it again"
            ) from None
        files = list(_archive(root, (), (), numbers, limited=False))
    else:
        files = [_file(root, (root.name,))]
    return sorted((f for f in files if not _litter(f.parts)), key=lambda f: f.parts)


def _litter(parts):
    return any(part in LITTER or part.startswith("._") for part in parts)


def _file(path, parts):
    """A file on disk. One too large is kept, but not read."""
    size = path.stat().st_size
    large = f"it is larger than {MAX_BYTES // 1_000_000} MB" if size > MAX_BYTES else ""
    return File(parts, path, large)


def _folder(root, numbers):
    waiting = [(root, ())]
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
            elif entry.name.lower().endswith(".zip"):
                yield from _archive(Path(entry.path), parts, (), numbers)
            else:
                yield _file(Path(entry.path), parts)


def _archive(path, parts, archives, numbers, limited=True):
    """The files of the zip archive at `path`, which itself is the file `parts`."""
    archives = (*archives, (len(parts) - 1, path))
    if limited and path.stat().st_size > MAX_BYTES:
        yield File(parts, path, f"it is an archive larger than {MAX_BYTES // 1_000_000} MB")
        return
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # whatever a malformed directory makes of zipfile
        yield File(parts, path, f"it is a damaged archive: {shown(error)}")
        return
    with archive:
        count = total = 0
        for info in archive.infolist():
            names = re.split(r"[/\\]", info.filename)
            if names[-1] == "":
                continue  # a folder
            # Names that lead out of the archive are left out; what remains tells whose it is.
            inner = (*parts, *(n for n in names if n not in ("", ".", "..")))
            inner = inner or ("unnamed",)
            count, total = count + 1, total + info.file_size
            why = _refusal(info, names)
            if limited and (count > MAX_FILES or total > MAX_UNPACKED):
                why = f"the archive holds more than {MAX_FILES} files or {MAX_UNPACKED // 1_000_000} MB"
            if not why:
                disk = next(numbers)
                why = _unpack(archive, info, disk)
            if why:
                yield File(inner, None, why, archives)
                if count > MAX_FILES and limited:
                    return  # one sentence for all the rest
            elif inner[-1].lower().endswith(".zip"):
                yield from _nested(disk, inner, archives, numbers)
            else:
                yield File(inner, disk, "", archives)


def _nested(disk, parts, archives, numbers):
    if len(archives) >= MAX_DEPTH:
        yield File(parts, disk, "it is an archive in an archive in an archive, which is not opened", archives)
    else:
        yield from _archive(disk, parts, archives, numbers)


def _refusal(info, names):
    """Why an entry of an archive is not unpacked; "" if it is."""
    if names[0] == "" or ".." in names or re.match(r"[A-Za-z]:", names[0]):
        return "its path leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, and links are not followed"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.file_size > MAX_BYTES:
        return f"it is larger than {MAX_BYTES // 1_000_000} MB"
    return ""


def _unpack(archive, info, disk):
    """Write an entry's bytes to `disk`, never more than its header claims; says what went wrong, or ""."""
    try:
        with archive.open(info) as source, disk.open("xb") as target:
            shutil.copyfileobj(source, target)
    except Exception as error:  # damaged data, an unknown method: a dozen exception classes
        return f"it is damaged: {type(error).__name__}: {shown(error)}"
    return ""
