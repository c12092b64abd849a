"""The comparison of `make test` sees what changes in a printed output, and nothing else stops it."""

import os
import re
import subprocess
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from own_pytest import PYTEST

ROOT = Path(__file__).resolve().parents[2]


def notebook(*cells):
    """A notebook of (source, printed) cells, as if it had been executed."""
    made = [
        new_code_cell(source, execution_count=n, outputs=[new_output("stream", name="stdout", text=printed)])
        for n, (source, printed) in enumerate(cells, start=1)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=made, metadata={"kernelspec": kernel})


# (source, stored output, does it count as changed?)
CELLS = (
    ("print('loss', 0.25, 'after 3 epochs')", "loss 0.25 after 3 epochs\n", False),
    ("print('loss', 0.25, 'after 3 epochs')", "loss 0.26 after 3 epochs\n", True),
    ("print('loss', 0.25, 'after 3 epochs')", "loss 0.25 after 3 epochs\nand more\n", True),
    ("print('loss', 0.25, 'after 3 epochs')", "loss 0.25 after 3  epochs\n", True),
    (
        "print('took 0.1 s, at', object.__repr__(1))",
        "took 97.3 s, at <int object at 0x7f0000000000>\n",
        False,
    ),
)


def test_a_changed_output_is_caught(tmp_path):
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook(*((source, printed) for source, printed, _ in CELLS)), path)
    plain = [*PYTEST, "-rA", "-p", "no:cacheprovider", "-c", os.devnull]
    words = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", str(ROOT / "tests/nbval.cfg")]
    done = subprocess.run(
        [*plain, *words, str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    failed = [bool(re.search(rf"^FAILED .*Cell {n}\b", done.stdout, re.M)) for n in range(len(CELLS))]
    passed = [bool(re.search(rf"^PASSED .*Cell {n}\b", done.stdout, re.M)) for n in range(len(CELLS))]
    changed = [changed for _, _, changed in CELLS]
    assert failed == changed and passed == [not c for c in changed], done.stdout
