"""What a file is that is no notebook, by its first bytes: people send what their screen shows them."""

import re
import zipfile
from pathlib import Path

_ASK = "ask for the notebook file itself, which ends in .ipynb"
_STARTS = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text in RTF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive, which is not opened"),
    (b"Rar!", "a RAR archive, which is not opened"),
    (b"\xfd7zXZ", "an XZ archive, which is not opened"),
    (b"BZh", "a bzip2 archive, which is not opened"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "a document of an old Microsoft Office"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_OFFICE = (
    ("word/", "a Word document"),
    ("xl/", "an Excel sheet"),
    ("ppt/", "a PowerPoint file"),
    ("content.xml", "an OpenDocument file"),
)
_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S)


def kind(path: Path) -> str | None:
    """`a PDF`, `an HTML page` and so on, by the bytes of the file at `path`; None where they tell nothing."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _STARTS:
        if start.startswith(mark):
            return name
    if _PAGE.match(start.removeprefix(b"\xef\xbb\xbf")):
        return "an HTML page (a saved or exported view, not the notebook)"
    if start.startswith(b"PK\x03\x04"):
        return _office(path)
    return None


def _office(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception:  # whatever a malformed directory makes of zipfile
        return "a damaged zip archive"
    for inside, what in _OFFICE:
        if any(name.startswith(inside) for name in names):
            return what
    return "a zip archive"


def sentence(named: str, path: Path) -> str | None:
    """What the file is and what to do, as a sentence about `named`; None where the bytes tell nothing."""
    found = kind(path)
    return None if found is None else f"{named} is {found}: {_ASK}."
