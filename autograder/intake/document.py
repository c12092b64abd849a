"""One received notebook file, bytes to cells. Forgiving: it mends what can be mended and says what it did."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import nbformat

MAX_FILE = 200_000_000  # bytes of a notebook file
MAX_MARKS = 8_000_000  # brackets and quotation marks of one that is larger than MAX_BYTES
MAX_BYTES = 50_000_000  # characters of it that are used: all but what its cells have put out
MAX_CELLS = 2_000  # a student's own cells over all; matching is quadratic in the worst case
TYPES = ("code", "markdown", "raw")
# No UTF-8 file can hold a lone surrogate, and no program text a NUL.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
# A UTF-32 mark begins like the UTF-16 one: longest first.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 with a byte order mark"),
)


# What may grow large in a notebook and is not used: outputs, and the state of widgets.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_UNUSED = re.compile(r"\s*+:\s*+(?=[\[{])")


class Unreadable(ValueError):
    """The file is no notebook that could be graded; the text says why, in plain words."""


@dataclass
class Cell:
    """What a student's cell brings along. `label` is its nbgrader metadata, {} if it has none."""

    type: str
    source: str
    id: str | None = None
    label: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Document:
    """The cells of a notebook file, the name of its kernel, and what was mended on the way."""

    cells: list[Cell]
    kernel: str | None
    notes: list[str]


def shown(text: object, most: int = 80) -> str:
    """`text` as it may stand in a sentence: one line, printable, no longer than `most` characters."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(text))
    return text if len(text) <= most else text[: most - 1] + "…"


def read(data: bytes) -> Document:
    """The notebook in these bytes.

    Raises:
        Unreadable: they are no notebook: empty, not text, not JSON, not a list of cells, too large, nested
            too deeply.
    """
    if len(data) > MAX_FILE:
        raise Unreadable(f"it is larger than {MAX_FILE // 1_000_000} MB")
    notes: list[str] = []
    text = _decode(data, notes)
    if len(text) > MAX_BYTES:
        if sum(map(text.count, '"[{')) > MAX_MARKS:
            raise Unreadable(f"it is larger than {MAX_BYTES // 1_000_000} MB, and of too many small parts")
        text = _without_outputs(text)
    if len(text) > MAX_BYTES:
        raise Unreadable(f"it is larger than {MAX_BYTES // 1_000_000} MB without its outputs")
    found = _parse(text)
    if not isinstance(found, dict):
        raise Unreadable("it is JSON, but no notebook: it has no list of cells")
    if not isinstance(found.get("cells"), list):
        found = _from_old_format(found, notes)
    elif (found.get("nbformat"), found.get("nbformat_minor")) != (4, 5):
        version = f"{shown(found.get('nbformat'))}.{shown(found.get('nbformat_minor'))}"
        notes.append(f"It says that it is in notebook format {version}; it was read as 4.5.")
    raws = [raw for raw in found["cells"] if isinstance(raw, dict)]
    if len(raws) < len(found["cells"]):
        notes.append(
            f"{len(found['cells']) - len(raws)} entries of its list of cells are no cells; left out."
        )
    if len(raws) > MAX_CELLS:
        some = [raw for raw in raws if _text(raw.get("source")).strip()]
        if len(some) > MAX_CELLS:
            raise Unreadable(f"it has {len(some)} cells that hold something; at most {MAX_CELLS} are read")
        notes.append(f"{len(raws) - len(some)} empty cells were left out.")
        raws = some
    _note_mended(raws, notes)
    about = found.get("metadata")
    about = about if isinstance(about, dict) else {}
    if "colab" in about:
        notes.append("It was saved by Google Colab.")
    kernel = about.get("kernelspec")
    name = kernel.get("name") if isinstance(kernel, dict) else None
    return Document([_cell(raw) for raw in raws], name if isinstance(name, str) else None, notes)


def _decode(data: bytes, notes: list[str]) -> str:
    if not data.strip():
        raise Unreadable("it is empty")
    encoding = "utf-8"
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            encoding = codec
            notes.append(f"The file is in {name}.")
            break
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not text in UTF-8: byte {error.start} does not fit") from None
    if not text.strip():
        raise Unreadable("it is empty")
    return text


def _without_outputs(text: str) -> str:
    """The JSON text with nothing in its "outputs" and "widgets"; one that is broken keeps what it has."""
    kept, start, pos = [], 0, 0
    while token := _TOKEN.search(text, pos):
        pos = token.end()
        if token[0] in ('"outputs"', '"widgets"') and (colon := _UNUSED.match(text, pos)):
            kept.append(text[start : colon.end() + 1])
            start = pos = _end(text, colon.end())
    return "".join([*kept, text[start:]])


def _end(text: str, start: int) -> int:
    """Where the bracket that closes the one at `start` stands; the text's end where there is none."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.start()
    return len(text)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno} "
            "(a notebook file is JSON; was it cut off, or is it another kind of file?)"
        ) from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except ValueError as error:  # a number with more digits than Python converts
        raise Unreadable(f"it cannot be read as JSON: {shown(error)}") from None


def _from_old_format(found: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """A notebook of format 2 or 3, whose cells lie in worksheets, as one of format 4."""
    sheets = found.get("worksheets")
    sheets = [s for s in sheets if isinstance(s, dict)] if isinstance(sheets, list) else []
    lists = [sheet["cells"] for sheet in sheets if isinstance(sheet.get("cells"), list)]
    if not lists:
        raise Unreadable("it is JSON, but no notebook: it has no list of cells")
    # Outputs are not carried anyway, and broken ones would stop the conversion.
    plain = [
        {key: _text(value) if key in ("source", "input") else value for key, value in cell.items()}
        | {"outputs": []}
        for cells in lists
        for cell in cells
        if isinstance(cell, dict)
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": plain}]}
    try:
        new = nbformat.convert(nbformat.from_dict(old), 4)
    except Exception as error:  # whatever a malformed cell makes of nbformat's conversion
        why = f"{type(error).__name__}: {shown(error)}"
        raise Unreadable(f"it is in an old notebook format that cannot be converted: {why}") from None
    for cell in new.cells:
        cell.pop("id", None)  # made up, at random, by the conversion
    version = shown(found.get("nbformat", "3"))
    notes.append(f"It is in notebook format {version}; it was converted to 4.")
    return {"cells": new.cells, "metadata": found.get("metadata")}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return ""


def _cell(raw: dict[str, Any]) -> Cell:
    kind = raw.get("cell_type")
    if kind not in TYPES:
        kind = "code" if "outputs" in raw or "execution_count" in raw else "raw"
    metadata = raw.get("metadata")
    label = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    identity = raw.get("id")
    source = _text(raw.get("source")).replace("\r\n", "\n")
    return Cell(
        type=kind,
        source=_UNWRITABLE.sub("\ufffd", source),
        id=identity if isinstance(identity, str) else None,
        label=dict(label) if isinstance(label, dict) else {},
        attachments=_attachments(raw.get("attachments")) if kind == "markdown" else {},
    )


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a text cell, {name: {media type: base64}}; what has another form is left out."""
    if not isinstance(value, dict):
        return {}
    kept = {
        _UNWRITABLE.sub("\ufffd", name): {
            media: _UNWRITABLE.sub("\ufffd", data) for media, data in bundle.items() if isinstance(data, str)
        }
        for name, bundle in value.items()
        if isinstance(bundle, dict)
    }
    return {name: bundle for name, bundle in kept.items() if bundle}


def _note_mended(raws: list[dict[str, Any]], notes: list[str]) -> None:
    mended = sum(
        not isinstance(raw.get("metadata"), dict)
        or not isinstance(raw.get("source"), str | list)
        or raw.get("cell_type") not in TYPES
        or (raw["cell_type"] == "code" and not isinstance(raw.get("outputs"), list))
        for raw in raws
    )
    if mended:
        notes.append(f"{mended} cells lacked a required field; it was filled in.")
    replaced = sum(len(_UNWRITABLE.findall(_text(raw.get("source")))) for raw in raws)
    if replaced:
        notes.append(f"{replaced} characters that no text file can hold were replaced by \ufffd.")
    ids = Counter(raw["id"] for raw in raws if isinstance(raw.get("id"), str))
    if repeated := sum(n > 1 for n in ids.values()):
        notes.append(f"{repeated} cell ids occur more than once.")
