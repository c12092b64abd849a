"""Our files on disk: written whole or not at all; what is damaged counts as missing, and is named."""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, BinaryIO

from autograder.errors import Told

# Errors that say nothing about a file, and all about the place where it is to be written.
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


class StoreError(Told):
    """A file cannot be written, or not be read; the text says which, why, and what to do."""


def key(submission: str, assignment: str, environment: str) -> str:
    """Where the result of a submission is kept: it hangs on these three digests and on nothing else."""
    return hashlib.sha256(f"{submission} {assignment} {environment}".encode()).hexdigest()


def write(path: Path, value: Any) -> None:
    """A value as JSON, atomically."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Text as UTF-8, atomically."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Atomically: whoever reads finds the old file or the new one, also if we are killed in between.

    Raises:
        StoreError: the disk is full, or the place may not be written to; the old file is still there.
    """
    with _new(path) as file:
        file.write(data)


def copy(source: Path, path: Path, beside: Path | None = None) -> None:
    """A file's bytes under another name, atomically too.

    Args:
        beside: a folder of the same disk in which the new file is begun, where none may be seen half
            written in the folder of `path`.

    Raises:
        StoreError: as for `write_bytes`; or `source` cannot be read.
    """
    with _new(path, beside) as file:
        for block in _blocks(source):
            file.write(block)


def is_left(path: Path) -> bool:
    """Has it the name of a file that was being written, and stays where we are killed meanwhile?"""
    return re.fullmatch(r"\..+\.[a-z0-9_]{8}", path.name) is not None


@contextlib.contextmanager
def _new(path: Path, beside: Path | None = None) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `path` in the end."""
    temporary = (beside or path.parent) / f".{path.name}.{secrets.token_hex(4)}"
    with _telling(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = temporary.open("xb")  # `tempfile` would keep it from all others, whatever the umask says
        try:
            with new:
                yield new
            _put(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def _put(new: Path, path: Path) -> None:
    """Put a written file in the place of another. A folder there is nothing of ours: it goes aside."""
    if path.is_dir():
        path.rename(tempfile.mkdtemp(dir=path.parent, prefix=f"{path.name}.aside-"))
    os.replace(new, path)


def _blocks(source: Path) -> Iterator[bytes]:
    """A file's bytes, piece by piece."""
    with _telling(source, "read"), source.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


@contextlib.contextmanager
def _telling(path: Path, done: str) -> Iterator[None]:
    """What the system says where this file is "written" or "read" becomes a `StoreError`."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path} cannot be {done} ({error.strerror or error}): see to that and run the same command "
            "again; what was written before is kept"
        ) from error


def append_line(path: Path, line: str) -> None:
    """One more line of a file of lines; one that a full disk has cut off is ended first.

    Raises:
        StoreError: it cannot be written.
    """
    with _telling(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                line = line if file.read() == b"\n" else f"\n{line}"
            file.write(f"{line}\n".encode())


def read(
    path: Path,
    fits: Callable[[Any], bool] = lambda value: True,
    damaged: MutableMapping[Path, str] | None = None,
) -> Any:
    """The value, or None where there is none, or none that could be used.

    Args:
        fits: whether a value has the form that it must have.
        damaged: takes the path and what is wrong, where there is a file that cannot be used.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        why = "it is a folder" if path.is_dir() else f"it cannot be read ({error.strerror})"
    else:
        why = "it is empty"
        if content.strip():
            try:
                value = json.loads(content)
            except (ValueError, RecursionError):
                why = "it is cut off or no JSON"
            else:
                if fits(value):
                    return value
                why = "it has another form"
    if damaged is not None:
        damaged[path] = why
    return None


def cell(text: str) -> str:
    """A text as a cell of a CSV file: one that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
