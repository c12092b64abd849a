"""`make bench` on a class so small that it shows only that the figures come out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.classroom
@pytest.mark.bubblewrap
def test_a_small_class_is_measured(tmp_path):
    words = ["--students", "6", "--stock", "1", "--scaling", "6", "--folder", str(tmp_path)]
    subprocess.run([sys.executable, ROOT / "tools" / "bench.py", *words], check=True, capture_output=True)
    said = (tmp_path / "bench.md").read_text(encoding="utf-8")
    assert said.startswith("# 6 submissions")
    assert "0 differ." in said  # from the labels
    assert "| marks that differ |  | 0 of 1 |" in said  # from stock nbgrader's
    assert "marks.csv the same, byte for byte: yes" in said
    classes, stock, scaling = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert [one["students"] for one in classes] == [6]
    assert stock["each"] > 0 and len(scaling["rows"]) == 3
    assert (tmp_path / "bench.png").stat().st_size > 10_000
