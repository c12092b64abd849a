"""How long a sitting takes: counted from the chapters as saved, measured by running them.

    python tools/times.py                              all chapters, nothing executed
    python tools/times.py --run                        each chapter is executed first, nothing is saved
    python tools/times.py --run notebooks/02_cnn.ipynb

A reader's rate: 120 words and 12 lines of code a minute, half a minute for a figure, a turn by its own
estimate. Words are prose (a formula or a code span is one), without what is folded away in `<details>`; code
is what stands in the open, without the cells of a turn or a prediction. Where a chapter was run, the wait for
its cells is added. `tests/course/test_times.py` compares with the minutes that each sitting announces.
"""

import os
import platform
import re
import sys
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
WORDS, LINES, FIGURE = 120, 12, 0.5  # words a minute, lines a minute, minutes for a figure
TITLE = re.compile(r"^# (Sitting \d+|Optional)\b.*", re.M)
ANNOUNCED = re.compile(r"^\*\*.+\*\* About (\d+) minutes", re.M)
TURN = re.compile(r"\*\*Your turn\*\* \((\d+) minutes?\)")
ASKED = re.compile(r"^(predict\.|checks\.|def my_|class My)", re.M)
NOT_PROSE = re.compile(r"<details>.*?</details>|^```.*?^```|^\s*\|?[-:| ]+\|?\s*$", re.M | re.S)
ONE_WORD = re.compile(r"\$\$.+?\$\$|\$[^$]+\$|`[^`]+`", re.S)


class Sitting(NamedTuple):
    title: str
    announced: int | None
    words: int
    lines: int
    figures: int
    turns: int  # minutes
    wait: float  # minutes, 0 where nothing was run

    @property
    def minutes(self) -> float:
        read = self.words / WORDS + self.lines / LINES + self.figures * FIGURE
        return read + self.turns + self.wait


def words(source: str) -> int:
    """How many words a reader reads: `**The *end*** of $x_t$` has three."""
    prose = ONE_WORD.sub(" x ", NOT_PROSE.sub(" ", source))
    prose = re.sub(r"\]\([^)]*\)", "] ", prose)  # an address is not read
    return len(re.findall(r"\w[\w'’.,-]*", prose))


def lines(cell: nbformat.NotebookNode) -> int:
    """Lines of code in the open: a stub is written on, and its minutes are in the turn's own estimate."""
    if "folded" in cell.metadata.get("tags", ()) or ASKED.search(cell.source):
        return 0
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def figures(cell: nbformat.NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))


def sittings(notebook: nbformat.NotebookNode, seconds: dict[str, float]) -> list[Sitting]:
    """Each sitting of a chapter. seconds: cell id -> how long it ran. What stands before the first sitting
    is nobody's."""
    parts: dict[str, list] = {}
    cells: list = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (title := TITLE.search(cell.source)):
            cells = parts.setdefault(title[0].removeprefix("# "), [])
        cells.append(cell)
    return [counted(title, cells, seconds) for title, cells in parts.items()]


def counted(title: str, cells: list, seconds: dict[str, float]) -> Sitting:
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code"]
    told = [int(found[1]) for cell in prose if (found := ANNOUNCED.search(cell.source))]
    return Sitting(
        title,
        told[0] if told else None,
        sum(words(cell.source) for cell in prose),
        sum(map(lines, code)),
        sum(map(figures, code)),
        sum(int(minutes) for cell in prose for minutes in TURN.findall(cell.source)),
        sum(seconds.get(cell.id, 0.0) for cell in code) / 60,
    )


def run(notebook: nbformat.NotebookNode, folder: Path) -> dict[str, float]:
    """Execute it from a fresh kernel; cell id -> seconds."""
    begun: dict[str, float] = {}
    taken: dict[str, float] = {}

    def end(cell, **_):
        taken[cell.id] = time.perf_counter() - begun[cell.id]

    NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=lambda cell, **_: begun.update({cell.id: time.perf_counter()}),
        on_cell_executed=end,
    ).execute()
    return taken


def table(name: str, found: list[Sitting]) -> str:
    head = f"{name:60}  says  counted  words  lines  figures  turns   wait"
    rows = [
        f"{s.title[:60]:60} {s.announced or '–':>5} {s.minutes:8.0f} {s.words:6} {s.lines:6} {s.figures:8} "
        f"{s.turns:6} {s.wait:6.1f}"
        for s in found
    ]
    return "\n".join([head, *rows])


def machine() -> str:
    system, python = f"{platform.system()} {platform.machine()}", platform.python_version()
    return f"{system}, {os.cpu_count()} cores, Python {python}"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the chapters are executed when they are saved
    os.environ["COURSE_STATE"] = "off"
    given = [Path(name).resolve() for name in sys.argv[1:] if name != "--run"]
    print(f"Minutes; {machine()}" + (", one thread" if "--run" in sys.argv else ", nothing was run"))
    for chapter in given or sorted((ROOT / "notebooks").glob("*.ipynb")):
        read = nbformat.read(chapter, as_version=4)
        taken = run(read, chapter.parent) if "--run" in sys.argv else {}
        print(table(chapter.stem, sittings(read, taken)), end="\n\n")
