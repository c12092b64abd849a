"""What is written whole or not at all, what spreadsheets get, and which notebooks are called equal."""

import errno
import io
from pathlib import Path

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

    source.write_bytes(b"second")
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", full)
        with pytest.raises(store.StoreError, match="target cannot be written .No space left on device."):
            store.copy(source, target)
    assert target.read_bytes() == b"first"
    assert [path.name for path in target.parent.iterdir()] == ["target"]


def test_what_cannot_be_read_is_not_said_to_be_the_place_that_cannot_be_written(tmp_path, monkeypatch):
    class Broken(io.BytesIO):
        def read(self, *_):
            raise OSError(errno.EIO, "Input/output error")

    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"first")
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *how: Broken() if path == source else opened(path, *how))
    with pytest.raises(store.StoreError, match=r"/source cannot be read \(Input/output error\): see to that"):
        store.copy(source, target)
    with pytest.raises(store.StoreError, match=r"/missing cannot be read \(No such file or directory\)"):
        store.copy(tmp_path / "missing", target)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_what_others_use_of_this_module_is_all_that_is_public():
    module = Path(store.__file__)
    others = "".join(
        path.read_text(encoding="utf-8") for path in module.parent.rglob("*.py") if path != module
    )
    own = {name for name, value in vars(store).items() if getattr(value, "__module__", "") == store.__name__}
    public = {name for name in own if not name.startswith("_")}
    assert "write" in public and {name for name in public if f"store.{name}" not in others} == set()
