"""What a reader has done, turns and predictions, kept in a small file beside the notebook.

The file is the reader's own: deleting it is allowed at any time, and nothing of it is sent anywhere. Where it
cannot be written, what is done is remembered until the kernel ends. With COURSE_STATE=off nothing is read and
nothing is written: what a chapter prints then hangs on the chapter alone.
"""

import contextlib
import functools
import json
import os
import tempfile
from pathlib import Path
from typing import Any

FILE = "course_progress.json"
LARGEST = 1 << 20  # bytes; a whole course fills some ten thousand

_memory: dict[tuple[str, str], dict[str, Any]] = {}  # what the file does not hold yet
_told: set[str] = set()


def entries(part: str) -> dict[str, dict[str, Any]]:
    """key -> what was kept under it, in one part of the file ("turns", "predictions")."""
    own = {key: entry for (of, key), entry in _memory.items() if of == part}
    return {**_read().get(part, {}), **own}


def keep(part: str, key: str, entry: dict[str, Any]) -> None:
    """Keep something, in place of what stood under this key; in memory where there is no file to be had."""
    _memory[part, key] = entry
    if is_off():
        return
    document = _read()
    for (of, name), one in _memory.items():
        document.setdefault(of, {})[name] = one
    try:
        _write(document)
    except OSError:
        _tell(f"{FILE} cannot be written here: what you do is remembered until this kernel ends.")
    else:
        _memory.clear()


def is_off() -> bool:
    return os.environ.get("COURSE_STATE", "").strip().lower() == "off"


@functools.cache
def _path() -> Path:
    """Beside the notebook: a kernel starts in its folder. Later changes of the folder do not count."""
    return Path.cwd() / FILE


def _read() -> dict[str, dict[str, dict[str, Any]]]:
    if is_off():
        return {}
    try:
        with _path().open("rb") as file:
            raw = file.read(LARGEST + 1)
        document = json.loads(raw) if len(raw) <= LARGEST else None
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        document = None
    if _is_sound(document):
        return document
    _tell(f"{FILE} is damaged: it counts as empty, and is written anew with the next answer.")
    return {}


def _is_sound(document: Any) -> bool:
    return isinstance(document, dict) and all(
        isinstance(part, dict) and all(isinstance(entry, dict) for entry in part.values())
        for part in document.values()
    )


def _write(document: dict[str, Any]) -> None:
    """Whole or not at all: what stood there stays until the new file is complete."""
    handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=_path().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            json.dump(document, file, indent=1, sort_keys=True)
        os.replace(name, _path())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _tell(sentence: str) -> None:
    """Say it once."""
    if sentence not in _told:
        _told.add(sentence)
        print(sentence)
