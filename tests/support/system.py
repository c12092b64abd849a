"""What the system can do under the tests: they ask for it, not for the system's name."""

import os
import tempfile
from pathlib import Path

import pytest


def _possible(make):
    with tempfile.TemporaryDirectory() as folder:
        try:
            make(Path(folder))
        except (OSError, AttributeError):
            return False
    return True


needs_links = pytest.mark.skipif(
    not _possible(lambda folder: (folder / "link").symlink_to(folder)),
    reason="no symbolic links here (Windows without developer mode)",
)
needs_pipes = pytest.mark.skipif(
    not _possible(lambda folder: os.mkfifo(folder / "pipe")), reason="no named pipes here (Windows)"
)
needs_any_name = pytest.mark.skipif(
    not _possible(lambda folder: (folder / os.fsdecode(b"\xff:")).touch()),
    reason="no names here that are not UTF-8 or have a colon (Windows, macOS)",
)
needs_tags_in_names = pytest.mark.skipif(
    not _possible(lambda folder: (folder / "<b>").touch()), reason="no names here with < or > (Windows)"
)
