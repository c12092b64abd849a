"""What is written whole or not at all, what spreadsheets get, and which notebooks are called equal."""

import errno

import pytest

from autograder import grade, store


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_begins_like_a_formula_is_text(text):
    assert store.cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "ada", "12.5", "a=b", "x - y"])
def test_other_cells_stay(text):
    assert store.cell(text) == text


def test_equal_notebooks_are_those_with_answers_that_no_group_has_handed_in():
    def record(digest, answered=("alpha",), notes=()):
        return {
            "sha256": "x",
            "notebook_sha256": digest,
            "answered": list(answered),
            "notes": list(notes),
        }

    group = ["It is the file of a group: e, f."]
    records = {"a": record("1"), "b": record("1"), "c": record("2"), "d": record("1", ())}
    records |= {"e": record("3", notes=group), "f": record("3", notes=group)}
    assert grade._equal(records) == [["a", "b"]]


def test_a_file_is_copied_whole_or_not_at_all(tmp_path, monkeypatch):
    source, target = tmp_path / "source", tmp_path / "folder" / "target"
    source.write_bytes(b"first")
    store.copy(source, target)
    assert target.read_bytes() == b"first"

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.shutil, "copyfileobj", full)
    source.write_bytes(b"second")
    with pytest.raises(store.StoreError, match="target cannot be written .No space left on device."):
        store.copy(source, target)
    assert target.read_bytes() == b"first"
    assert [path.name for path in target.parent.iterdir()] == ["target"]
