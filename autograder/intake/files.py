"""Files of the work folder: written whole or not at all, and only if that changes them."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder import store


def sha256_of(path: Path) -> str | None:
    """Of a file's bytes; None if there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_json(value: Any) -> bytes:
    """Sorted, so that equal values are equal bytes."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "replace")


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and only if that changes it.

    Raises:
        StoreError: the disk is full, or the place may not be written to; the old file is still there.
    """
    if path.is_file() and path.read_bytes() == data:
        return
    store.write_bytes(path, data)


def safe(name: str, most: int = 150) -> str:
    """A file name that any file system and any text can hold."""
    name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name)
    if len(name.encode()) <= most:
        return name
    suffix = name[-20:]
    return name.encode()[: most - len(suffix.encode())].decode(errors="ignore") + suffix


def holds(folder: Path, wanted: Mapping[str, bytes | None]) -> bool:
    """Whether the folder has these files; None stands for a file that must not be there."""
    for name, data in wanted.items():
        path = folder / name
        if (path.read_bytes() if path.is_file() else None) != data:
            return False
    return True


def asides(folder: Path) -> tuple[Path, Path]:
    """Where a folder goes when it is removed, and comes from when it is made."""
    return folder.with_name(f".{folder.name}.old"), folder.with_name(f".{folder.name}.new")


def discard(folder: Path) -> None:
    """Remove a folder (or a link to one) at one stroke: there is no moment when half of it is left."""
    if folder.is_symlink():
        folder.unlink()
        return
    gone, _ = asides(folder)
    folder.rename(gone)
    shutil.rmtree(gone)


def place(folder: Path, wanted: Mapping[str, bytes | None]) -> None:
    """Make the folder, with these files, at one stroke."""
    _, new = asides(folder)
    new.mkdir(parents=True)
    for name, data in wanted.items():
        if data is not None:
            (new / name).write_bytes(data)
    if folder.exists():
        folder.rmdir()  # nbgrader's, empty
    new.rename(folder)
