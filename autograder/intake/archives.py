"""What an archive holds, one entry after the other: zip and tar, without trusting a name or a size in it."""

import bz2
import contextlib
import gzip
import lzma
import re
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.intake.document import MAX_FILE, shown

MAX_FILES = 10_000  # in all archives of one student together
MAX_UNPACKED = 500_000_000  # bytes of these files
RATIO = 30  # so many times its size may come out of an archive that is no one student's
DEPTH = 2  # archives in one another: the platform's download, and what the student packed
_DIRECTORY = 400  # bytes that a zip archive's directory has for a file, with a long name
_SUFFIXES = re.compile(r"\.(?:zip|tar|tgz|tar\.(?:gz|bz2|xz)|tbz2|txz)$", re.I)
_PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))


class Refused(ValueError):
    """An archive, or an entry of one, is not opened; the text says why."""


@dataclass
class Budget:
    """What may still be unpacked. All archives of one student draw on one, those inside archives too."""

    files: int
    bytes: int
    whose: str = "the archives of one student"

    def __post_init__(self) -> None:
        self._limits = f"{self.files} files or {self.bytes // 1_000_000} MB"

    def take(self, size: int) -> None:
        """One file of this size.

        Raises:
            Refused: there is not so much left; then nothing more is to be had.
        """
        self.files, self.bytes = self.files - 1, self.bytes - size
        if self.files < 0 or self.bytes < 0:
            self.files = -1
            raise Refused(f"it, and what follows it, is more than {self.whose} may hold: {self._limits}")


@dataclass(frozen=True)
class Entry:
    """A file in an archive.

    names : its path as parts, those that lead out of the archive left out
    refused : why it is not unpacked; "" if it is
    size : bytes, by the archive's own word; `save` writes no more than these
    save : writes its bytes to a path
    """

    names: tuple[str, ...]
    refused: str
    size: int
    save: Callable[[Path], None]


def is_archive(name: str) -> bool:
    """Whether a file of this name is opened as an archive."""
    return _SUFFIXES.search(name) is not None


def entries(path: Path, most: int) -> Iterator[Entry]:
    """The files in the archive at `path`, notebooks first where the form allows it.

    No more than `most` bytes are read of a packed tar archive.

    Raises:
        Refused: this is no archive.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if start[:2] != b"PK" and (any(start.startswith(mark) for mark, _ in _PACKED) or b"ustar" in start):
        yield from _tar(path, start, most)
    else:
        yield from _zip(path)


def _zip(path: Path) -> Iterator[Entry]:
    if _directory_size(path) > MAX_FILES * _DIRECTORY and path.stat().st_size <= MAX_FILE:
        raise Refused(f"it is an archive of more than {MAX_FILES} files")
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # whatever a malformed directory makes of zipfile
        raise Refused(f"it is a damaged archive: {shown(error)}") from None
    with archive:
        for info in sorted(archive.infolist(), key=lambda info: not info.filename.lower().endswith(".ipynb")):
            why = ""
            if stat.S_ISLNK(info.external_attr >> 16):
                why = "it is a link, and links are not followed"
            elif info.flag_bits & 1:
                why = "it is encrypted: ask for it without a password"
            if not info.filename.endswith(("/", "\\")):
                yield _entry(info.filename, info.file_size, why, lambda info=info: archive.open(info))


def _directory_size(path: Path) -> int:
    """Bytes of a zip archive's directory, by its last record; reading it takes twenty times as many."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_557))
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    return int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0


class _Limited:
    """A file of which no more than so many bytes are read: a packed one may be endless."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self.file, self.left = file, most

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise Refused("unpacked it is too large")
        return data


def _tar(path: Path, start: bytes, most: int) -> Iterator[Entry]:
    unpack = next((opener for mark, opener in _PACKED if start.startswith(mark)), open)
    try:
        with contextlib.ExitStack() as stack:
            plain = _Limited(stack.enter_context(unpack(path, "rb")), most)
            archive = stack.enter_context(tarfile.open(fileobj=plain, mode="r|"))
            for info in archive:
                if info.isdir():
                    continue
                why = "" if info.isreg() else "it is neither a file nor a folder"
                why = "it is a link, and links are not followed" if info.issym() or info.islnk() else why
                yield _entry(info.name, info.size, why, lambda info=info: archive.extractfile(info))
    except Refused:
        raise
    except Exception as error:  # damaged in one of a dozen ways
        raise Refused(f"it is a damaged archive: {shown(error)}") from None


def _entry(name: str, size: int, why: str, source: Callable[[], IO[bytes]]) -> Entry:
    names = re.split(r"[/\\]", name)
    # Names that lead out of the archive are left out; what remains tells whose it is.
    inner = tuple(n for n in names if n not in ("", ".", "..")) or ("unnamed",)
    if names[0] == "" or ".." in names or re.match(r"[A-Za-z]:", names[0]):
        why = "its path leads out of the archive"
    elif not why and size > MAX_FILE:
        why = f"it is larger than {MAX_FILE // 1_000_000} MB"

    def save(disk: Path) -> None:
        try:
            with source() as data, disk.open("xb") as target:
                shutil.copyfileobj(data, target)
        except Refused:
            raise
        except Exception as error:  # damaged data, an unknown method: a dozen exception classes
            disk.unlink(missing_ok=True)
            raise Refused(f"it is damaged: {type(error).__name__}: {shown(error)}") from None

    return Entry(inner, why, size, save)
