"""What a reader has done is kept beside the notebook: whole, damaged, read-only, switched off."""

import json
import os

import pytest

from helpers import kept


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_STATE", raising=False)
    monkeypatch.setattr(kept, "_path", lambda: tmp_path / kept.FILE)
    monkeypatch.setattr(kept, "_memory", {})
    monkeypatch.setattr(kept, "_told", set())
    return tmp_path


def test_what_is_kept_is_there_again_and_the_rest_of_the_file_stays(folder):
    file = folder / kept.FILE
    file.write_text('{"other": {"x": {"y": [1, "é"]}}, "turns": {"b": {"done": false}}}', encoding="utf-8")
    kept.keep("turns", "a", {"done": True})
    assert kept.entries("turns") == {"a": {"done": True}, "b": {"done": False}}
    assert json.loads(file.read_text(encoding="utf-8"))["other"] == {"x": {"y": [1, "é"]}}
    assert [path.name for path in folder.iterdir()] == [kept.FILE]


def test_two_kernels_do_not_overwrite_each_other(folder):
    kept.keep("turns", "a", {"n": 1})
    document = json.loads((folder / kept.FILE).read_text(encoding="utf-8"))
    document["turns"]["of another chapter"] = {"n": 2}
    (folder / kept.FILE).write_text(json.dumps(document), encoding="utf-8")
    kept.keep("turns", "b", {"n": 3})
    assert set(kept.entries("turns")) == {"a", "b", "of another chapter"}


def test_a_deleted_file_is_forgotten(folder):
    kept.keep("turns", "a", {"n": 1})
    (folder / kept.FILE).unlink()
    assert kept.entries("turns") == {}


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"turns": 5}',
        b'{"turns": {"a": 5}}',
        b"[" * 100_000,
        b'{"turns": {}}' + b" " * (1 << 21),
    ],
    ids=range(9),
)
def test_a_damaged_file_counts_as_empty_is_told_once_and_written_anew(folder, capsys, damaged):
    (folder / kept.FILE).write_bytes(damaged)
    assert kept.entries("turns") == {} and kept.entries("predictions") == {}
    kept.keep("turns", "a", {"n": 1})
    assert kept.entries("turns") == {"a": {"n": 1}}
    told = capsys.readouterr().out
    assert (
        told
        == "course_progress.json is damaged: it counts as empty, and is written anew with the next answer.\n"
    )


def test_where_nothing_can_be_written_it_is_remembered(monkeypatch, folder, capsys):
    (folder / kept.FILE).write_text('{"turns": {"old": {"n": 0}}}', encoding="utf-8")

    def refuse(*args, **kwargs):
        raise PermissionError("read-only")

    monkeypatch.setattr(kept.tempfile, "mkstemp", refuse)  # root may write everywhere
    kept.keep("turns", "a", {"n": 1})
    kept.keep("turns", "b", {"n": 2})
    assert kept.entries("turns") == {"old": {"n": 0}, "a": {"n": 1}, "b": {"n": 2}}
    assert capsys.readouterr().out.count("\n") == 1
    monkeypatch.undo()


def test_a_folder_in_the_files_place(folder, capsys):
    (folder / kept.FILE).mkdir()
    kept.keep("turns", "a", {"n": 1})
    assert kept.entries("turns") == {"a": {"n": 1}}
    assert "cannot be written here" in capsys.readouterr().out
    assert [path.name for path in folder.iterdir()] == [kept.FILE]  # no half-written file stays


def test_what_stood_there_stays_until_the_new_file_is_complete(monkeypatch, folder):
    kept.keep("turns", "a", {"n": 1})
    before = (folder / kept.FILE).read_bytes()
    monkeypatch.setattr(kept.json, "dump", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        kept.keep("turns", "b", {"n": 2})
    assert (folder / kept.FILE).read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [kept.FILE]


@pytest.mark.parametrize("word", ["off", "OFF", " off "])
def test_switched_off_nothing_is_read_and_nothing_is_written(monkeypatch, folder, word):
    kept.keep("turns", "a", {"n": 1})
    before = os.stat(folder / kept.FILE)
    monkeypatch.setenv("COURSE_STATE", word)
    assert kept.entries("turns") == {}
    kept.keep("turns", "b", {"n": 2})
    assert kept.entries("turns") == {"b": {"n": 2}}  # as long as the kernel runs
    assert os.stat(folder / kept.FILE).st_mtime_ns == before.st_mtime_ns
    assert json.loads((folder / kept.FILE).read_text(encoding="utf-8")) == {"turns": {"a": {"n": 1}}}
