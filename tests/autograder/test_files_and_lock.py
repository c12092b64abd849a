"""Files of ours: whole or not at all, damaged ones named; and one grader at a time."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import lock, store
from autograder.lock import LockedError
from autograder.store import StoreError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b'{"key": "abc", "poi', "it is cut off or no JSON"),
        (bytes(4096), "it is cut off or no JSON"),
        (b'{"key"\0: 1}', "it is cut off or no JSON"),
        (b"\xff\xfe{}", "it is cut off or no JSON"),
        (b"[" * 100_000, "it is cut off or no JSON"),
        (b"[1, 2]", "it has another form"),
        (b"null", "it has another form"),
        (b'{"other": 1}', "it has another form"),
    ],
    ids=str,
)
def test_what_cannot_be_used_counts_as_missing_and_is_named(tmp_path, content, why):
    path, damaged = tmp_path / "x.json", {}
    path.write_bytes(content)
    assert store.read(path, lambda value: isinstance(value, dict) and "key" in value, damaged) is None
    assert damaged == {path: why}
    store.write(path, {"key": 1})
    assert store.read(path) == {"key": 1}


def test_what_is_not_there_is_not_damaged(tmp_path):
    damaged = {}
    assert store.read(tmp_path / "x.json", damaged=damaged) is None
    assert not damaged


def test_a_folder_in_place_of_a_file_is_put_aside_with_all_that_is_in_it(tmp_path):
    path, damaged = tmp_path / "x.json", {}
    (path / "inner").mkdir(parents=True)
    (path / "inner" / "notes.txt").write_text("kept", encoding="utf-8")
    assert store.read(path, damaged=damaged) is None
    assert damaged == {path: "it is a folder"}
    store.write(path, [1])
    assert store.read(path) == [1]
    [aside] = tmp_path.glob("x.json.aside-*")
    assert (aside / "inner" / "notes.txt").read_text(encoding="utf-8") == "kept"


def test_on_a_full_disk_the_old_file_stays_and_one_sentence_says_it(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    store.write(path, ["old"])

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", full)
        with pytest.raises(
            StoreError, match=r"x.json cannot be written \(No space left on device\): see to that"
        ):
            store.write(path, ["new"])
    assert store.read(path) == ["old"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="a limit of POSIX systems")
def test_a_file_that_the_system_cuts_off_is_not_put_in_place(tmp_path):
    """RLIMIT_FSIZE: the write itself ends in the middle."""
    path = tmp_path / "x.json"
    store.write(path, ["old"])
    source = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom autograder import store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: store.write(Path(sys.argv[1]), ['x' * 5000])\n"
        "except store.StoreError as error: print(error)\n"
        "try: store.append_line(Path(sys.argv[1]).with_name('lines'), 'x' * 5000)\n"
        "except store.StoreError as error: print(error)\n"
        "try: store.copy(Path(sys.executable), Path(sys.argv[1]))\n"
        "except store.StoreError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    first, second, third = done.stdout.splitlines()
    assert "x.json cannot be written (File too large)" in first
    assert second == first.replace("x.json", "lines")
    assert third == first
    assert store.read(path) == ["old"]
    store.append_line(tmp_path / "lines", "next")  # behind what was cut off
    assert (tmp_path / "lines").read_text(encoding="utf-8").splitlines() == ["x" * 1000, "next"]


def test_a_line_is_never_glued_to_one_that_was_cut_off(tmp_path):
    path = tmp_path / "history.jsonl"
    store.append_line(path, '{"a": 1}')
    with path.open("a", encoding="utf-8") as file:
        file.write('{"b": ')
    store.append_line(path, '{"c": 3}')
    assert path.read_text(encoding="utf-8").splitlines() == ['{"a": 1}', '{"b": ', '{"c": 3}']


# --- one at a time

HOLD = """
import sys, time
from pathlib import Path
from autograder import lock
with lock.held(Path(sys.argv[1]), "grade 04_exercises"):
    print("held", flush=True)
    time.sleep(120)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_second_is_refused_with_the_holders_name_and_let_in_once_it_has_died(tmp_path, holder):
    with pytest.raises(LockedError) as error, lock.held(tmp_path, "grade"):
        pass
    text = str(error.value)
    assert f"(process {holder.pid}, since " in text and "grade 04_exercises" in text
    assert f" on {lock.socket.gethostname()} " in text and "wait until that has ended" in text
    holder.kill()  # -9: nothing is tidied up
    holder.wait()
    with lock.held(tmp_path, "grade"):
        pass


def test_who_does_the_same_may_wait_until_the_first_has_let_go(tmp_path, holder, monkeypatch):
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        holder.kill()
        holder.wait()

    monkeypatch.setattr(lock.time, "sleep", sleep)
    with (
        pytest.raises(LockedError, match="grade 04_exercises"),
        lock.held(tmp_path, "nbgrader autograde", waits=True),
    ):
        pass
    with lock.held(tmp_path, "grade 04_exercises", waits=True):
        assert waited


def test_whom_it_waits_for_is_said_once(tmp_path, holder, monkeypatch, capsys):
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        if len(waited) == 300:  # longer than it waits where nobody is named
            holder.kill()
            holder.wait()

    monkeypatch.setattr(lock.time, "sleep", sleep)
    with lock.held(tmp_path, "grade 04_exercises", waits=True):
        pass
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"(process {holder.pid}, since " in said
    assert "this waits until that has ended. If it has died on another machine, delete " in said
    assert "try again" not in said


@pytest.mark.parametrize("system", [True, False], ids=["locks", "no_locks"])
def test_it_does_not_wait_for_ever_for_one_that_has_never_said_who_it_is(
    request, tmp_path, monkeypatch, capsys, system
):
    """Killed between making the file and writing into it, where the file itself is the lock."""
    other = (tmp_path / "lock").open("w", encoding="utf-8")
    request.addfinalizer(other.close)
    if not system:
        monkeypatch.setattr(lock, "fcntl", None)
    elif lock.fcntl:
        lock.fcntl.flock(other, lock.fcntl.LOCK_EX)
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        assert sum(waited) < 60

    monkeypatch.setattr(lock.time, "sleep", sleep)
    with (
        pytest.raises(LockedError, match="by another process: wait .* If it has died, delete .*lock"),
        lock.held(tmp_path, "nbgrader autograde", waits=True),
    ):
        pass
    assert sum(waited) > 5
    assert capsys.readouterr().err == ""


def test_whoever_holds_it_may_enter_again(tmp_path):
    with lock.held(tmp_path, "grade"):
        with lock.held(tmp_path, "autograde"):
            pass
        assert lock._holder(tmp_path / "lock")["doing"] == "grade"
    with lock.held(tmp_path, "grade"):
        pass


def test_where_the_system_has_no_such_locks(tmp_path, monkeypatch):
    """The file is the lock; that of a process that has died is recognised, on this machine."""
    monkeypatch.setattr(lock, "fcntl", None)
    with lock.held(tmp_path, "grade"):
        monkeypatch.setattr(lock, "_held", {})  # as another process would see it
        with pytest.raises(LockedError, match=f"process {os.getpid()}, "), lock.held(tmp_path, "grade"):
            pass
        monkeypatch.undo()
        monkeypatch.setattr(lock, "fcntl", None)
    assert not (tmp_path / "lock").exists()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine = lock._myself("grade")
    for process, began in (
        (gone.pid, 0.0),
        (os.getpid(), mine["began"] - 100),
    ):  # its number given away again
        (tmp_path / "lock").write_text(
            json.dumps(mine | {"process": process, "began": began}), encoding="utf-8"
        )
        with lock.held(tmp_path, "grade"):
            pass
    (tmp_path / "lock").write_text(json.dumps(mine | {"host": "elsewhere"}), encoding="utf-8")
    with pytest.raises(LockedError, match=" on elsewhere .*delete .*lock"), lock.held(tmp_path, "grade"):
        pass
    (tmp_path / "lock").write_text("", encoding="utf-8")
    with pytest.raises(LockedError, match="by another process: wait"), lock.held(tmp_path, "grade"):
        pass
