"""The sandbox from inside: what a submission cannot do, and what it can do without harm to the next one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import limits, trials
from autograder import sandbox as walls
from autograder.inside import wire
from autograder.sandbox import Limits, Sandbox, SandboxError

inner = pytest.importorskip("autograder.inside.walls", reason="the sandbox's inner walls are Unix's")
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
    assert trials.prove()[-1].startswith("memory and processes are bounded by")


@slow
@needs_bubblewrap
def test_the_proof_holds_without_a_control_group(monkeypatch):
    monkeypatch.setattr(walls, "control_group", lambda *_: None)
    assert "supervisor" in trials.prove()[-1]


@slow
@needs_bubblewrap
def test_the_proof_refuses_where_a_wall_is_missing(monkeypatch):
    monkeypatch.setattr(walls, "control_group", lambda *_: None)
    monkeypatch.setattr(
        trials, "_TRIALS", [("pigs fly", "print('they walk')", lambda said, _: said == "they fly")]
    )
    with pytest.raises(SandboxError, match="'pigs fly' is not so"):
        trials.prove()


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
        trials.prove()


def test_the_walls_are_tried_once_for_all_that_they_hang_on(tmp_path, monkeypatch):
    tried, here = [], ["one start of the kernel"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(trials, "prove", lambda: tried.append(here[0]))
    monkeypatch.setattr(trials, "surroundings", lambda: here[0])
    trials.hold()
    trials.hold()
    here[0] = "another"
    trials.hold()
    trials.hold()
    assert tried == ["one start of the kernel", "another"]


def test_walls_that_do_not_hold_are_not_remembered(tmp_path, monkeypatch):
    def refuse():
        raise SandboxError("they do not")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(trials, "prove", refuse)
    for _ in range(2):
        with pytest.raises(SandboxError, match="they do not"):
            trials.hold()


def test_walls_are_tried_where_nothing_can_be_remembered(tmp_path, monkeypatch):
    tried = []
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    monkeypatch.setattr(trials, "prove", lambda: tried.append(1))
    trials.hold()
    trials.hold()
    assert tried == [1, 1]


def test_what_the_walls_hang_on(monkeypatch):
    """The same twice; another with another bubblewrap, other limits, other code of ours."""
    assert trials.surroundings() == trials.surroundings()
    seen = {trials.surroundings()}
    with monkeypatch.context() as patch:
        patch.setattr(trials.shutil, "which", lambda _: sys.executable)
        seen.add(trials.surroundings())
    with monkeypatch.context() as patch:
        patch.setattr(trials, "Limits", lambda: Limits(memory=1))
        seen.add(trials.surroundings())
    with monkeypatch.context() as patch:
        patch.setattr(trials, "__file__", str(ROOT / "helpers" / "probes.py"))
        seen.add(trials.surroundings())
    assert len(seen) == 4


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


@pytest.mark.seconds
def test_asserts_run_in_the_state_that_the_notebook_has_set_and_no_answer():
    """What an answer leaves behind spoils no check behind it, and is there again in those that follow."""
    cells = [
        ("given", "import torch, numpy as np\ntorch.set_default_dtype(torch.float64)"),
        (
            "own",
            "torch.set_grad_enabled(False)\ntorch.set_default_dtype(torch.float16)\nnp.seterr(all='raise')",
        ),
        ("check", "torch.is_grad_enabled(), torch.get_default_dtype(), np.geterr()['divide']"),
        ("own", "torch.is_grad_enabled(), torch.get_default_dtype(), np.geterr()['divide']"),
    ]
    steps = [
        {"kind": "cell", "index": k, "source": source, "seed": k, "whose": whose}
        for k, (whose, source) in enumerate(cells)
    ]
    with Sandbox(ROOT / "helpers", unsandboxed=True) as sandbox:
        reply = sandbox.run({"steps": steps})
    said = [wire.unpack(part) for part in wire.frames(reply.stream)]
    assert [part["error"] for part in said] == [None] * 4
    assert said[2]["text"].strip() == "(True, torch.float64, 'warn')"
    assert said[3]["text"].strip() == "(False, torch.float16, 'raise')"


@slow
def test_without_walls_only_when_told_so():
    with Sandbox(ROOT / "helpers", limits=Limits(cpu_item=2.0, cpu=8.0), unsandboxed=True) as sandbox:
        assert text(sandbox, "print('unsandboxed')") == "unsandboxed"
        assert run(sandbox, "while True: pass")[1]["status"] == "cpu_item"
        assert text(sandbox, "print('next')") == "next"


def test_bubblewraps_arguments_are_these(monkeypatch):
    """Its protection is what these say, no more: whoever changes one changes it here too, and says why."""
    monkeypatch.setattr(walls.shutil, "which", lambda _: "/usr/bin/bwrap")
    sandbox = Sandbox(ROOT / "helpers")
    words = sandbox.command()
    os.close(int(words[words.index("--seccomp") + 1]))
    words[words.index("--seccomp") + 1] = "FILTER"
    system = [word for place in walls.read_only() for word in ("--ro-bind", place, place)]
    for link in ("/bin", "/lib", "/lib64"):  # merged into /usr on most systems, folders on others
        if os.path.islink(link):
            system += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            system += ["--ro-bind", link, link]
    assert words == [
        "/usr/bin/bwrap",
        "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL",
        "--die-with-parent", "--new-session", "--clearenv",
        "--seccomp", "FILTER",
        "--setenv", "HOME", "/home/student",
        "--setenv", "IPYTHONDIR", "/home/student/.ipython",
        "--setenv", "LANG", "C.UTF-8",
        "--setenv", "MPLBACKEND", "Agg",
        "--setenv", "MPLCONFIGDIR", "/home/student/.matplotlib",
        "--setenv", "OMP_NUM_THREADS", "1",
        "--setenv", "PATH", "/usr/bin:/bin",
        "--setenv", "PYTHONDONTWRITEBYTECODE", "1",
        "--setenv", "PYTHONHASHSEED", "0",
        "--setenv", "TMPDIR", "/home/student",
        "--proc", "/proc", "--dev", "/dev", "--dir", "/tmp",
        "--dev-bind", "/dev/null", "/dev/zero",
        "--size", str(64 << 20), "--tmpfs", "/home/student",
        *system,
        "--ro-bind", str(ROOT / "autograder" / "inside"), "/grader/autograder/inside",
        "--ro-bind", str(ROOT / "helpers"), "/grader/helpers",
        "--remount-ro", "/dev", "--remount-ro", "/",
        "--chdir", "/",
        "--", sys.executable, "-I", "-c", walls._START, "/grader", "walls",
    ]  # fmt: skip


def test_of_the_machine_only_python_and_the_system_can_be_seen(monkeypatch, tmp_path):
    """Of a virtual environment in the course's folder its parts, never the folder."""
    for part in ("bin", "lib"):
        (tmp_path / ".venv" / part).mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").touch()
    monkeypatch.setattr(walls.sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr(walls.sys, "base_prefix", "/usr")
    parts = [str(tmp_path / ".venv" / part) for part in ("bin", "lib", "pyvenv.cfg")]
    rest = [place for place in walls.read_only() if place not in parts]
    assert set(rest) <= {"/usr", "/etc/ld.so.cache", "/etc/fonts"}
    assert set(parts) <= set(walls.read_only())


_KEYS = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
_ADD_KEY, _REQUEST_KEY = (248, 249) if os.uname().machine == "x86_64" else (217, 218)
_SHOWN = ["/usr/bin/env", "/grader/helpers/__init__.py", "/dev"]
_SHOWN += [f"/dev/{name}" for name in inner.DEVICES]
BETWEEN = {  # a place: what one student leaves there, and what the next one would print if it found it
    "files": (
        "for place in ('.', '/tmp', '/dev/shm', '/proc'):\n    open(place + '/left', 'w').write('x')",
        "import os\nfor place in ('.', '/tmp', '/dev/shm', '/proc'):\n"
        "    if 'left' in os.listdir(place): print(place)",
        "",
    ),
    "start-up files of Python and IPython": (
        "import os\nos.makedirs('/home/student/.ipython/profile_default/startup')\n"
        "open('/home/student/.ipython/profile_default/startup/0.py', 'w').write('print(1)')\n"
        "open('/home/student/usercustomize.py', 'w').write('print(1)')\nopen('torch.py', 'w').write('')",
        "import torch, subprocess, sys\nprint(torch.__file__ == '/home/student/torch.py')\n"
        "print(subprocess.run([sys.executable, '-c', ''], capture_output=True, text=True).stdout)",
        "False",
    ),
    "libraries in memory": (
        "import torch, numpy, random\nfrom helpers import checks\n"
        "torch.ones = numpy.ones = checks.check = None\n"
        "torch.set_default_dtype(torch.float64)\ntorch.set_grad_enabled(False)\nrandom.seed = None",
        "import torch, numpy, random\nfrom helpers import checks\n"
        "print(None in (torch.ones, numpy.ones, checks.check, random.seed), torch.get_default_dtype(),"
        " torch.is_grad_enabled())",
        "False torch.float32 True",
    ),
    "environment, folder, mask, priority, processors": (
        "import os\nos.environ['LEFT'] = '1'\nos.chdir('/tmp')\nos.umask(0o777)\nos.nice(3)\n"
        "os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])",
        "import os\nprint('LEFT' in os.environ, os.getcwd(), oct(os.umask(0)),"
        f" os.nice(0) == {min(19, os.nice(0) + 5)},"
        f" len(os.sched_getaffinity(0)) == {len(os.sched_getaffinity(0))})",
        "False /home/student 0o22 True True",
    ),
    "a process that goes on, and all that it holds": (
        "import os, socket, time, fcntl\nif os.fork() == 0:\n    os.setsid()\n"
        "    heard = socket.socket(socket.AF_UNIX)\n    heard.bind('\\0left')\n    heard.listen()\n"
        "    lock = open('/usr/bin/env')\n    fcntl.flock(lock, fcntl.LOCK_EX)\n    time.sleep(300)\n"
        "time.sleep(0.3)",
        "import fcntl, os, socket\n"
        "try: socket.socket(socket.AF_UNIX).connect('\\0left')\nexcept OSError as e: print(e.errno)\n"
        "fcntl.flock(open('/usr/bin/env'), fcntl.LOCK_EX | fcntl.LOCK_NB)\nprint('not locked')",
        "111 not locked",
    ),
    "numbered queues and semaphores": (
        _KEYS + "print(libc.msgget(77, 0o1666), libc.semget(77, 1, 0o1666))",
        _KEYS + "print(libc.msgget(77, 0), libc.semget(77, 1, 0))",
        "-1 -1",
    ),
    "named queues and semaphores": (
        _KEYS + "libc.mq_open.restype = ctypes.c_int\nprint(libc.mq_open(b'/left', 0o102, 0o666, None))\n"
        "import multiprocessing\nmade = multiprocessing.Semaphore(1)\nopen('/dev/shm/sem.left', 'w')",
        _KEYS + "import os\nprint(libc.mq_open(b'/left', 0), os.listdir('/dev/shm'))",
        "-1 []",
    ),
    "keyrings": (
        _KEYS + f"for ring in range(-5, 0): libc.syscall({_ADD_KEY}, b'user', b'left', b'x', 1, ring)",
        _KEYS + f"print(libc.syscall({_REQUEST_KEY}, b'user', b'left', None, 0))",
        "-1",
    ),
    "the machine's name": (
        "import socket\ntry: socket.sethostname('left')\nexcept OSError as e: print(e.errno)",
        "import socket\nprint(socket.gethostname() == 'left')",
        "False",
    ),
    "the network": (
        "import socket\nheard = socket.socket()\ntry: heard.bind(('127.0.0.1', 4711)); heard.listen()\n"
        "except OSError: pass\nimport os, time\nif os.fork() == 0: time.sleep(300)",
        "import socket\ntry: socket.create_connection(('127.0.0.1', 4711), 1)\n"
        "except OSError as e: print(e.errno)",
        "101",
    ),
    "terminals": (
        "import os\ntry: print(os.openpty())\nexcept OSError as e: print(e)\nif os.fork() == 0:\n"
        "    import time; time.sleep(300)",
        "import os\nprint([name for name in os.listdir('/dev/pts') if name != 'ptmx'])",
        "[]",
    ),
    "mounts": (
        _KEYS + "print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), ctypes.get_errno())",
        _KEYS + "print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), ctypes.get_errno())",
        "-1 1",
    ),
    "what the system and Python show": (
        f"import os\nfor path in {_SHOWN}:\n"
        "    for act in (lambda: os.utime(path, (1, 1)), lambda: os.setxattr(path, 'user.left', b'x'),\n"
        "                lambda: os.rename(path, path + 'x')):\n"
        "        try: act()\n        except OSError: pass",
        f"import os\nfor path in {_SHOWN}:\n"
        "    if os.stat(path).st_mtime == 1 or 'user.left' in os.listxattr(path): print(path)",
        "",
    ),
}  # fmt: skip


@slow
@needs_bubblewrap
@pytest.mark.parametrize("place", BETWEEN)
def test_places_that_two_students_might_share(warm, place):
    leave, look, nothing = BETWEEN[place]
    said, end = run(warm, leave)
    assert end["status"] == "done" and said[0]["error"] is None, said
    assert text(warm, look).split() == nothing.split()


MAGICS = [
    *("%matplotlib inline", "%matplotlib widget", "%matplotlib notebook", "%matplotlib", "%gui qt"),
    *("%config InlineBackend.figure_format = 'retina'", "%load_ext autoreload", "%autoreload 2"),
    *("%time 1", "%%time\n1", "%timeit -n 1 -r 1 1", "%%capture\nprint(1)", "%pip install x", "%conda list"),
    *("!ls", "%%bash\necho", "%%html\n<b>", "%env A=1", "%pwd", "%who", "%store -r", "%xmode Plain"),
    "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
]


@pytest.mark.classroom
@pytest.mark.bubblewrap
def test_magics_that_work_in_jupyter_work_or_are_passed_over(warm):
    said, end = run(warm, *MAGICS)
    assert end["status"] == "done"
    failed = {MAGICS[part["index"]]: part["error"] for part in said if part["error"]}
    assert not failed


@pytest.mark.classroom
@pytest.mark.bubblewrap
def test_what_a_cell_writes_another_one_imports(warm):
    said, _ = run(warm, "%%writefile mine.py\nY = 5", "from mine import Y\nprint(Y)", "%run mine.py")
    assert [part["error"] for part in said] == [None, None, None]
    assert said[1]["text"] == "5\n"
