"""The minutes that a sitting announces, beside what is counted in it."""

import runpy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
TIMES = runpy.run_path(str(ROOT / "tools/times.py"))
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST = 40


def counted(path):
    found = TIMES["sittings"](nbformat.read(path, as_version=4), {})
    return [sitting for sitting in found if sitting.title != "Optional"]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_sitting_takes_as_long_as_it_says(path):
    for sitting in counted(path):
        assert sitting.announced, f"{sitting.title} does not say how long it takes"
        assert sitting.announced <= LONGEST
        # What trains is waited for, and not counted here.
        assert 0.95 * sitting.minutes <= sitting.announced <= 1.5 * sitting.minutes, sitting


def test_what_is_counted():
    picture = new_output("display_data", {"image/png": ""})
    cells = [
        new_markdown_cell("# Set-up\n\nNot in a sitting."),
        new_code_cell("import torch"),
        new_markdown_cell("# Sitting 1 · One\n\n**What it is about.** About 30 minutes."),
        new_markdown_cell("The *end* of $x_t$, see [there](https://a.b/c).\n\n<details>no word</details>"),
        new_markdown_cell("**Your turn** (7 minutes). Write it."),
        new_code_cell("def my_step(x):\n    ..."),
        new_code_cell('checks.turn("step", my_step)'),
        new_code_cell("a = 1\n\nb = 2", outputs=[picture]),
        new_code_cell("c = 3", metadata={"tags": ["folded"]}),
        new_markdown_cell("# Optional\n\nMore."),
    ]
    cells[7].id = "trains"
    first, optional = TIMES["sittings"](new_notebook(cells=cells), {"trains": 90.0})
    assert first == ("Sitting 1 · One", 30, 10 + 6 + 6, 2, 1, 7, 1.5)
    assert first.minutes == pytest.approx(22 / 120 + 2 / 12 + 0.5 + 7 + 1.5)
    assert (optional.title, optional.announced) == ("Optional", None)


def test_the_table_names_what_was_counted():
    rows = TIMES["table"]("01_rnn", counted(CHAPTERS[0])).splitlines()
    assert rows[0].split() == ["01_rnn", "says", "counted", "words", "lines", "figures", "turns", "wait"]
    assert len(rows) == 8 and rows[1].startswith("Sitting 1 · ")


def test_a_chapter_is_run_and_each_cell_timed(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("import time; time.sleep(0.2)"), new_code_cell("1")])
    taken = TIMES["run"](notebook, tmp_path)
    assert set(taken) == {cell.id for cell in notebook.cells}
    assert taken[notebook.cells[0].id] > 0.2
