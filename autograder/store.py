"""Results and records on disk: JSON, written whole or not at all."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


def key(submission: str, assignment: str, environment: str) -> str:
    """Where the result of a submission is kept: it hangs on these three digests and on nothing else."""
    return hashlib.sha256(f"{submission} {assignment} {environment}".encode()).hexdigest()


def write(path: Path, value: Any) -> None:
    """A value as JSON, atomically."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Atomically: whoever reads finds the old file or the new one, also if we are killed in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> Any:
    """The value, or None where there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def cell(text: str) -> str:
    """A text as a cell of a CSV file: one that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
