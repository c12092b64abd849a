"""A CSV file of somebody else's in which single cells change: every other byte stays as it is."""

import codecs
import re
from collections import Counter
from pathlib import Path

from autograder.intake import kinds

_MARKS = (  # UTF-8 comes before UTF-16: their first bytes differ
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEPARATORS = ",;\t"
_SAID = re.compile(r'"?sep=(.)"?(\r\n|\n|\r)', re.I)  # the line that tells Excel the separator
_NUMBER = re.compile(r"[-+]?\d+([.,])(\d+)")
_END = re.compile(r"\r\n|\n|\r|")  # of a line


class SheetError(ValueError):
    """A CSV file cannot be used as it is; the text says which, why, and what to do."""


class Sheet:
    """The cells of a CSV file.

    Attributes:
        path: where it was read.
        rows: the rows that are not empty, the header first: their cells' texts.
    """

    def __init__(self, path: Path | str) -> None:
        """Read a file; encoding and separator are found out.

        Raises:
            SheetError: it is none, it is empty, or a quotation mark is not closed.
        """
        self.path = Path(path)
        self._mark, self._encoding, text = _decoded(self.path)
        said = _SAID.match(text)
        self._head = said[0] if said else ""
        text = text[len(self._head) :]
        first = text.lstrip("\r\n")
        self._separator = said[1] if said else max(_SEPARATORS, key=lambda one: len(_row(first, one)))
        lines = self._lines(text)
        self._raw, self._ends = [cells for cells, _ in lines], [end for _, end in lines]
        self._places = [n for n, cells in enumerate(self._raw) if any(map(_text, cells))]
        if not self._places:
            raise SheetError(f"{self.path} is empty: export it once more")
        self.rows = [[_text(cell) for cell in self._raw[n]] for n in self._places]

    @property
    def header(self) -> list[str]:
        """The first row's cells, without space around them."""
        return [name.strip() for name in self.rows[0]]

    def line(self, row: int) -> int:
        """The number of the line in which a row begins, as an editor counts."""
        before = zip(self._raw[: self._places[row]], self._ends, strict=False)
        return _line(self._head + "".join(self._separator.join(cells) + end for cells, end in before))

    def cell(self, row: int, column: int) -> str:
        """A cell's text without space around it; "" where the row ends before it."""
        return self.rows[row][column].strip() if column < len(self.rows[row]) else ""

    def put(self, row: int, column: int, text: str) -> None:
        """Write a cell; it is quoted where it was, or has to be."""
        raw = self._raw[self._places[row]]
        raw += [""] * (column + 1 - len(raw))
        quoted = raw[column].startswith('"') or re.search(rf'["\r\n{re.escape(self._separator)}]', text)
        raw[column] = '"' + text.replace('"', '""') + '"' if quoted else text
        self.rows[row] = [_text(cell) for cell in raw]

    def number(self, value: float, column: int) -> str:
        """A number as the file writes its own: with a comma or a point, and the column's decimals."""
        here = [self.cell(row, column) for row in range(1, len(self.rows))]
        there = [cell.strip() for row in self.rows[1:] for cell in row]
        point, least = "," if self._separator == ";" else ".", 0
        for cells, tells_decimals in ((there, False), (here, True)):
            found = [match for match in map(_NUMBER.fullmatch, cells) if match]
            if found:
                point = Counter(match[1] for match in found).most_common(1)[0][0]
                least = len(found[0][2]) if tells_decimals else 0
        decimals = max(least, len(f"{value:.2f}".rstrip("0").partition(".")[2]))
        return f"{value:.{decimals}f}".replace(".", point)

    def content(self) -> bytes:
        """The whole file."""
        lines = zip(self._raw, self._ends, strict=True)
        text = self._head + "".join(self._separator.join(cells) + end for cells, end in lines)
        return self._mark + text.encode(self._encoding)

    def _lines(self, text: str) -> list[tuple[list[str], str]]:
        """The lines, each as its cells with their quotation marks, and what ends it."""
        lines, place = [], 0
        while place < len(text):
            cells = _row(text, self._separator, place)
            if cells is _OPEN:
                line = _line(self._head + text[:place])
                raise SheetError(
                    f"{self.path}, line {line}: a quotation mark is not closed, or one too many: "
                    "export it once more"
                )
            place += sum(map(len, cells)) + len(cells) - 1
            end = _END.match(text, place)[0]
            place += len(end)
            lines.append((cells, end))
        return lines


_OPEN: list[str] = []  # in place of a row whose quotation mark is not closed


def _row(text: str, separator: str, place: int = 0) -> list[str]:
    """The cells of the row that begins there, as they are written; `_OPEN` where one does not end."""
    mark = re.escape(separator)
    # After a closing quotation mark nothing but the cell's end: else a mark is missing somewhere before it.
    field = re.compile(rf'"(?:[^"]|"")*+"(?=[{mark}\r\n]|\Z)|(?!")[^{mark}\r\n]*')
    cells = []
    while True:
        found = field.match(text, place)
        if found is None:
            return _OPEN
        cells.append(found[0])
        place = found.end()
        if text[place : place + 1] != separator:
            return cells
        place += 1


def _line(before: str) -> int:
    """The number of the line that follows on a text."""
    return 1 + len(re.findall(r"\r\n|\n|\r", before))


def _text(raw: str) -> str:
    """What a cell says: without its quotation marks."""
    if not raw.startswith('"'):
        return raw
    return raw[1:-1].replace('""', '"')


def _decoded(path: Path) -> tuple[bytes, str, str]:
    """The mark at a file's beginning, its encoding, and its text.

    Raises:
        SheetError: it is empty or no text.
    """
    if path.is_dir():
        raise SheetError(f"{path} is a folder: name the CSV file")
    if not path.is_file():
        raise SheetError(f"there is no file {path}")
    data = path.read_bytes()
    if not data.strip():
        raise SheetError(f"{path} is empty: export it once more")
    what = kinds.kind(path)
    if what:
        raise SheetError(f"{path} is {what}, no CSV file: export it as CSV")
    for mark, name in _MARKS:
        if data.startswith(mark):
            names = [(mark, name)]
            break
    else:
        names = [(b"", "utf-8"), (b"", "cp1252")]
    for mark, name in names:
        try:
            text = data[len(mark) :].decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return mark, name, text
    raise SheetError(f"{path} is no CSV file: it holds bytes that are no text; export it as CSV")
