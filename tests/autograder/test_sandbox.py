"""The sandbox from inside: what a submission cannot do, and what it can do without harm to the next one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import limits
from autograder import sandbox as walls
from autograder.inside import wire
from autograder.sandbox import Limits, Sandbox, SandboxError

ROOT = Path(__file__).resolve().parents[2]
needs_bubblewrap = pytest.mark.bubblewrap
slow = pytest.mark.classroom


@pytest.fixture(scope="module")
def warm():
    with Sandbox(ROOT / "helpers", limits=Limits(cpu_item=2.0, cpu=8.0)) as sandbox:
        sandbox.start()
        yield sandbox


def run(sandbox, *sources):
    """(text and error of each cell that came back, the end)."""
    steps = [{"kind": "cell", "index": k, "source": source, "seed": k} for k, source in enumerate(sources)]
    reply = sandbox.run({"steps": steps})
    return [wire.unpack(part) for part in wire.frames(reply.stream) if part.strip(b"\0")], reply.end


def text(sandbox, source):
    said, end = run(sandbox, source)
    assert end["status"] == "done", end
    return said[0]["text"].strip()


def kind_of_error(sandbox, source):
    said, end = run(sandbox, source)
    assert end["status"] == "done", end
    return said[0]["error"] and said[0]["error"]["name"]


@slow
@needs_bubblewrap
def test_the_proof_holds_on_this_machine():
    assert walls.prove()[-1].startswith("memory and processes are bounded by")


@slow
@needs_bubblewrap
def test_the_proof_holds_without_a_control_group(monkeypatch):
    monkeypatch.setattr(walls, "control_group", lambda *_: None)
    assert "supervisor" in walls.prove()[-1]


@slow
@needs_bubblewrap
def test_the_proof_refuses_where_a_wall_is_missing(monkeypatch):
    monkeypatch.setattr(walls, "control_group", lambda *_: None)
    monkeypatch.setattr(
        walls, "_TRIALS", [("pigs fly", "print('they walk')", lambda said, _: said == "they fly")]
    )
    with pytest.raises(SandboxError, match="'pigs fly' is not so"):
        walls.prove()


@slow
@needs_bubblewrap
def test_the_proof_sees_a_file_of_the_course(monkeypatch):
    shown = ["--ro-bind", str(ROOT / "README.md"), "/srv/course/README.md"]
    command = Sandbox.command

    def with_a_file(sandbox):
        words = command(sandbox)
        place = words.index("--remount-ro")
        return [*words[:place], *shown, *words[place:]]

    monkeypatch.setattr(Sandbox, "command", with_a_file)
    with pytest.raises(SandboxError, match="no course' is not so .seen: ..*README.md"):
        walls.prove()


def test_groups_of_graders_that_were_killed_are_swept_away(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = {f"autograder-{os.getpid()}-a", f"autograder-{gone.pid}-busy", "another"}
    for name in (*kept, f"autograder-{gone.pid}-b"):
        (tmp_path / name).mkdir()
    (tmp_path / f"autograder-{gone.pid}-busy" / "child").mkdir()  # the kernel, too, refuses to remove it
    limits._sweep(tmp_path)
    assert {folder.name for folder in tmp_path.iterdir()} == kept


@slow
@needs_bubblewrap
def test_cells_run_as_in_jupyter(warm):
    assert text(warm, "a = 2\na + 1") == "3"
    assert text(warm, "%%capture out\nprint(5)") == ""
    assert text(warm, "import asyncio\nawait asyncio.sleep(0)\nprint('awaited')") == "awaited"
    assert text(warm, "!echo hello\nprint('after')").split() == ["hello", "after"]
    said, _ = run(warm, "x = 1", "1 / 0", "x + 1")
    assert [part["error"] and part["error"]["name"] for part in said] == [None, "ZeroDivisionError", None]
    assert said[2]["number"] == 2.0
    assert "1 / 0" in said[1]["text"]


@slow
@needs_bubblewrap
def test_each_step_has_its_seed(warm):
    draw = "import torch, random, numpy\nprint(torch.rand(1).item(), random.random(), numpy.random.rand())"
    said, _ = run(warm, draw, "torch.rand(100)", draw)
    again, _ = run(warm, "0", "0", draw)
    assert said[2]["text"] == again[2]["text"] != said[0]["text"]


@slow
@needs_bubblewrap
@pytest.mark.parametrize(
    ("source", "error"),
    [
        (f"open({str(ROOT / 'README.md')!r})", "FileNotFoundError"),
        (f"open({str(ROOT / 'solutions/04_exercises/04_exercises.ipynb')!r})", "FileNotFoundError"),
        ("open('/etc/passwd')", "FileNotFoundError"),
        ("open('/proc/self/environ')", "FileNotFoundError"),
        ("open('/grader/helpers/x.py', 'w')", "OSError"),
        ("open('/usr/x', 'w')", "OSError"),
        ("open('/x', 'w')", "OSError"),
        ("open('/dev/x', 'w')", "OSError"),
        ("import socket; socket.create_connection(('127.0.0.1', 22), 1)", "OSError"),
        ("input()", "EOFError"),
        ("open('big', 'wb').write(bytes(200 << 20))", "OSError"),
        ("bytearray(4 << 30)", "MemoryError"),
        ("import resource; resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))", "ValueError"),
    ],
)
def test_what_is_out_of_reach(warm, source, error):
    assert kind_of_error(warm, source) == error


@slow
@needs_bubblewrap
@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("while True: pass", "cpu_item"),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "cpu_item"),
        ("while True: print('x' * 1000)", "cpu_item"),
        ("import time; time.sleep(60)", "wall_item"),
        ("import os; os._exit(3)", "died"),
        ("import ctypes; ctypes.string_at(0)", "died"),
        ("import os, signal; os.abort()", "died"),
        (
            "import os\nfor f in range(3, 20):\n"
            "    try: os.write(f, bytes(64 << 20))\n    except OSError: pass",
            "reply",
        ),
    ],
)
def test_what_ends_a_step_by_force(warm, source, status):
    _, end = run(warm, source)
    assert end["status"] == status
    assert text(warm, "print('next')") == "next"


@slow
@needs_bubblewrap
def test_one_endless_line_is_cut_and_harms_nobody(warm):
    said, end = run(warm, "print('x' * (50 << 20))", "print('after')")
    assert end["status"] == "done"
    assert len(said[0]["text"]) < 30_000
    assert "more was printed and is left out" in said[0]["text"]
    assert said[1]["text"] == "after\n"


@slow
@needs_bubblewrap
def test_nothing_is_left_for_the_next_student(warm):
    leave = """
import os, pathlib, sys, time, torch, builtins
for place in ("left", "/dev/shm/left"):
    pathlib.Path(place).write_text("x")
os.makedirs("/home/student/.ipython/profile_default/startup", exist_ok=True)
pathlib.Path("/home/student/.ipython/profile_default/startup/00.py").write_text("print('hello')")
builtins.print = None
torch.allclose = lambda *a, **k: True
if os.fork() == 0:
    time.sleep(300)
"""
    assert kind_of_error(warm, leave) is None
    look = "import os, torch\nprint(os.listdir(), os.listdir('/dev/shm'))\n"
    look += "print(torch.allclose(torch.ones(1), torch.zeros(1)))"
    assert text(warm, look).split() == ["[]", "[]", "False"]
    assert len(os.listdir(f"/proc/{warm.process.pid}/task")) == 1


@slow
@needs_bubblewrap
def test_a_forked_copy_of_the_runner_says_nothing(warm):
    said, end = run(warm, "import os\nfor _ in range(3): os.fork()\nprint('x')", "print('y')")
    assert [part["index"] for part in said] == [0, 1]
    assert end["status"] == "done"


@slow
@needs_bubblewrap
def test_memory_holds_nothing_of_the_student_before(warm):
    secret = "a-very-long-and-secret-" + "word"
    run(warm, f"kept = '{secret}' * 10\nprint(kept)")
    search = """
import gc
part = "a-very-long-and-" + "secret-"
kinds = (str, bytes, bytearray, dict, list)
texts = [str(o)[:5000] for o in gc.get_objects() if type(o) in kinds and o is not globals()]
print(len([text for text in texts if part + "word" in text]))
"""
    assert text(warm, search) == "0"


@slow
@needs_bubblewrap
def test_signals_to_the_parent_reach_nobody(warm):
    assert text(warm, "import os\nos.kill(os.getppid(), 9)\nprint(os.getppid())") == "0"


@slow
@needs_bubblewrap
def test_a_dead_warm_process_is_replaced(warm):
    warm.process.kill()
    assert run(warm, "1")[1]["code"] is None
    assert text(warm, "print('again')") == "again"


def test_no_bubblewrap_is_said_with_what_to_do(monkeypatch):
    monkeypatch.setattr(walls.shutil, "which", lambda _: None)
    with pytest.raises(SandboxError, match="sudo apt install bubblewrap") as error:
        Sandbox(ROOT / "helpers").start()
    for part in ("macOS, Windows", "WSL 2", "--unsandboxed"):
        assert part in str(error.value)


@slow
def test_without_walls_only_when_told_so():
    with Sandbox(ROOT / "helpers", limits=Limits(cpu_item=2.0, cpu=8.0), unsandboxed=True) as sandbox:
        assert text(sandbox, "print('unsandboxed')") == "unsandboxed"
        assert run(sandbox, "while True: pass")[1]["status"] == "cpu_item"
        assert text(sandbox, "print('next')") == "next"
