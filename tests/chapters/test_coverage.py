"""The table of what the course must cover (coverage.toml) against the notebooks as they are."""

import ast
import functools
import json
import tomllib
from pathlib import Path

import pytest
from lessons import NOTEBOOKS, defined_or_called

HERE = Path(__file__).resolve().parent
TABLE = tomllib.loads((HERE / "coverage.toml").read_text(encoding="utf-8"))
CHAPTERS = ("01_rnn", "02_cnn", "03_transformer", "04_exercises", "05_by_hand")
CHECKS = ("assert_close", "assert_equal", "same_as", "gradcheck")  # calls that raise on a difference


def notebook_of(chapter):
    """The chapter's file: its notebook, or the instructor's source of the exercises."""
    source = NOTEBOOKS.parent / "solutions" / chapter / f"{chapter}.ipynb"
    if source.exists():
        return source
    return NOTEBOOKS / f"{chapter}.ipynb"


@functools.cache
def cells_of(chapter):
    """id (or nbgrader's grade_id) → (cell type, source); pending if the chapter is not written yet."""
    path = notebook_of(chapter)
    if not path.exists():
        pytest.skip(f"pending: chapter {chapter} is not written yet")
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        names = {cell["id"], cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])}
        found |= dict.fromkeys(names, (cell["cell_type"], "".join(cell["source"])))
    return found


def missing(chapter, row):
    cells = cells_of(chapter)
    assert row["cells"], "a row of a written chapter must name its cells"
    return [name for name in row["cells"] if name not in cells]


@pytest.mark.parametrize("row", TABLE["content"], ids=lambda row: f"{row['chapter']}: {row['row'][:60]}")
def test_content_is_there(row):
    assert row["chapter"] in CHAPTERS
    assert missing(row["chapter"], row) == []
    code = [source for kind, source in map(cells_of(row["chapter"]).get, row["cells"]) if kind == "code"]
    symbols = set().union(*map(defined_or_called, code))
    assert row["symbol"] in symbols, f"none of {row['cells']} defines or calls {row['symbol']}"


@functools.cache
def functions_of(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", TABLE["errors"], ids=lambda row: f"error {row['number']} in {row['chapter']}")
def test_error_is_put_right_and_guarded(row):
    assert row["chapter"] in CHAPTERS
    assert missing(row["chapter"], row) == []
    kind, _, name = row["guard"].rpartition(":")
    if kind == "cell":
        kind, source = cells_of(row["chapter"])[name]
        tree = ast.parse(source)
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(tree))
        checks = any(called.endswith(CHECKS) for called in defined_or_called(source))
        assert kind == "code" and (asserts or checks), f"{name} asserts nothing"
    else:
        file = HERE.parents[1] / kind.rstrip(":")
        assert name.startswith("test_") and name in functions_of(file), f"{file.name} has no test {name}"


def prose_of(row):
    """The text cells of a row as one line; "" where it names code cells only."""
    cells = map(cells_of(row["chapter"]).get, row["cells"])
    return " ".join(" ".join(source.split()) for kind, source in cells if kind == "markdown")


@pytest.mark.parametrize(
    "row",
    TABLE["content"] + TABLE["errors"],
    ids=lambda row: f"{row['chapter']}: {row.get('row', row.get('number'))}"[:80],
)
def test_the_prose_still_says_it(row):
    """What a row is about is said in words that stand in one of its cells, not only computed beside them."""
    prose = prose_of(row)
    assert ("phrase" in row) == bool(prose), "a row with a text cell names a phrase of it"
    assert row.get("phrase", "") in prose, f"none of {row['cells']} says: {row['phrase']}"


def test_every_published_error_has_a_row():
    numbers = {row["number"] for row in TABLE["errors"]}
    written = {chapter for chapter in CHAPTERS if notebook_of(chapter).exists()}
    expected = {number for chapter in written for number in ERRORS[chapter]}
    assert expected - numbers == set()


# Which chapter puts which published error right (58 in all).
ERRORS = {
    "01_rnn": [1, 2, 3, 4, 18, 29, *range(33, 48), 49, 50, 54, 56, 57],
    "02_cnn": [5, 6, 7, 8, *range(13, 18), 27, 28, 51],
    "03_transformer": [9, 10, 11, 12, *range(19, 27), 30, 31, 32, 52, 53, 55, 58],
    "04_exercises": [45, 46, 47, 48, 49, 50, 51],
    "05_by_hand": [],
}


def test_the_chapters_share_out_all_58_errors():
    assert sorted(set().union(*ERRORS.values())) == list(range(1, 59))
