"""The outer wall: bubblewrap around a warm process that forks one child a submission.

Inside there are the Python installation and `helpers`, read-only, an empty home, and nothing else: no
network, no course, no submission but the one that is run.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder import seccomp
from autograder.inside import HOME, wire
from autograder.limits import ControlGroup, control_group

_INSIDE = "/grader"
_MIB = 1 << 20
_WARM = 768 * _MIB  # what the warm process and its copies in a child may take up of a control group
_OURS = 4  # bubblewrap's two processes, the warm one and the keeper
MISSING = """\
bubblewrap (the command bwrap) is not on this machine, so a submission cannot be shut in.
  Debian, Ubuntu:  sudo apt install bubblewrap
  Fedora:          sudo dnf install bubblewrap
  macOS, Windows:  there is no bubblewrap; grade in a Linux container or virtual machine (Windows: WSL 2)
"""
UNSANDBOXED = "To run the submissions all the same, with all that this user may do: --unsandboxed"


class SandboxError(RuntimeError):
    """The sandbox cannot be had on this machine, or its walls do not hold; the text says what to do."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds, bytes, numbers of processes. Wall time is five times CPU time."""

    cpu_item: float = 10.0
    cpu: float = 120.0
    memory: int = 1536 * _MIB
    processes: int = 64
    disk: int = 64 * _MIB
    reply: int = 32 * _MIB


@dataclass(frozen=True)
class Reply:
    """What came back: the frames as bytes, untrusted, and the supervisor's word on how it ended.

    end: "status" (done, died, or the limit that was passed: cpu_item, cpu, wall_item, wall, reply), "code",
    "step" (the index of the last step that began), "cpu" and "wall" in seconds.
    """

    stream: bytes
    end: Mapping[str, Any]


class Sandbox:
    """A warm sandbox. Use it as a context manager; `run` may be called any number of times.

    Args:
        helpers: the folder of the package that exercises import, shown inside read-only.
        modules: what to import before the first submission, so that no submission waits for it.
        limits: for one submission.
        unsandboxed: no walls at all; the caller must have been told so in words.

    Raises:
        SandboxError: no bubblewrap, or it cannot start here; says what to do.
    """

    def __init__(
        self,
        helpers: Path,
        modules: Sequence[str] = (),
        limits: Limits | None = None,
        unsandboxed: bool = False,
    ) -> None:
        self.helpers, self.modules, self.limits = helpers, list(modules), limits or Limits()
        self.unsandboxed = unsandboxed
        self.process: subprocess.Popen | None = None
        self.group: ControlGroup | None = None
        self._filter: int | None = None  # a pipe that holds the filter of system calls

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def command(self) -> list[str]:
        """The command line that starts the warm process."""
        server = [sys.executable, "-I", "-c", _START, _INSIDE, "walls", *self.modules]
        if self.unsandboxed:
            place = str(Path(__file__).resolve().parent.parent)
            return [
                *server[:4],
                os.pathsep.join([place, str(self.helpers.parent)]),
                "unsandboxed",
                *self.modules,
            ]
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            raise SandboxError(MISSING + UNSANDBOXED)
        try:
            calls = seccomp.program()
        except OSError as error:
            raise SandboxError(f"{error.strerror or error}\n{UNSANDBOXED}") from None
        self._filter, into = os.pipe()
        os.write(into, calls)
        os.close(into)
        words = [bwrap, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        # Not as root: the kernel lets only the powerful map root once more, and the inner wall maps its user.
        words += ["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
        words += ["--die-with-parent", "--new-session", "--clearenv"]
        words += ["--seccomp", str(self._filter)]
        for name, value in _ENVIRONMENT.items():
            words += ["--setenv", name, value]
        words += ["--proc", "/proc", "--dev", "/dev", "--dir", "/tmp"]
        # Mapped, /dev/zero is memory that several processes share and that nothing counts.
        words += ["--dev-bind", "/dev/null", "/dev/zero"]
        words += [
            "--size",
            str(self.limits.disk),
            "--tmpfs",
            HOME,
        ]  # the warm process's; each child has its own
        for place in _read_only():
            words += ["--ro-bind", place, place]
        for link in ("/bin", "/lib", "/lib64"):
            if os.path.islink(link):
                words += ["--symlink", os.readlink(link), link]
            elif os.path.isdir(link):
                words += ["--ro-bind", link, link]
        words += [
            "--ro-bind",
            str(Path(__file__).resolve().parent / "inside"),
            f"{_INSIDE}/autograder/inside",
        ]
        words += ["--ro-bind", str(self.helpers), f"{_INSIDE}/{self.helpers.name}"]
        # A variant's own check modules, and nothing else of private/: the answers lie there too.
        private = self.helpers.parent / "private" / "checks"
        if private.is_dir():
            words += ["--ro-bind", str(private), f"{_INSIDE}/private/checks"]
        # What bubblewrap has made itself could be written to, and would outlive a submission.
        words += ["--remount-ro", "/dev", "--remount-ro", "/"]
        return [*words, "--chdir", "/", "--", *server]

    def start(self) -> None:
        """Start the warm process, if it does not run yet, and wait until it is ready."""
        if self.process is not None:
            return
        command = self.command()
        if not self.unsandboxed:
            self.group = control_group(self.limits.memory + _WARM, self.limits.processes + _OURS)
        self.process = subprocess.Popen(
            command if self.group is None else self.group.command(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT | ({"PATH": os.environ["PATH"]} if self.unsandboxed else {}),
            start_new_session=True,
            pass_fds=[] if self._filter is None else [self._filter],
        )
        if self._filter is not None:
            os.close(self._filter)
            self._filter = None
        if self._frame() != b"r":
            raise SandboxError(f"the sandbox did not start: {self._last_words()}")

    def run(self, job: Mapping[str, Any], limits: Limits | None = None) -> Reply:
        """Run one job (see `inside.student`) in a child of its own; other limits than usual may be given."""
        self.start()
        content = wire.pack(dict(job))
        head = json.dumps({**asdict(limits or self.limits), "size": len(content)}).encode()
        pieces = []
        try:
            self.process.stdin.write(wire.frame(head) + content)
            self.process.stdin.flush()
            while True:
                frame = self._frame()
                if frame is None or frame[:1] == b"e":
                    break
                pieces.append(frame[1:])
        except BrokenPipeError:
            frame = None
        if frame is None:  # the warm process itself has ended: the next run starts another
            self.close()
            end = {"status": "died", "code": None, "step": -1, "cpu": 0.0, "wall": 0.0}
            return Reply(b"".join(pieces), end)
        end = json.loads(frame[1:])
        if not end["read"]:  # nothing of the submission has run yet
            raise SandboxError(f"the inner wall cannot be built here: {self._last_words()} ({end})")
        return Reply(b"".join(pieces), end)

    def close(self) -> None:
        """End the warm process and everything in its sandbox."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
            self.process = None
        if self.group is not None:
            self.group.remove()
            self.group = None

    def _last_words(self) -> str:
        """Ends the process; what it had written to stderr."""
        self.process.kill()
        said = self.process.stderr.read().decode(errors="replace").strip()
        self.close()
        return said or "it gave no reason"

    def _frame(self) -> bytes | None:
        head = self.process.stdout.read(8)
        if len(head) < 8:
            return None
        return self.process.stdout.read(int.from_bytes(head, "big"))


def prove() -> list[str]:
    """Try the walls from inside, the way a hostile submission would; one sentence for each that holds.

    Raises:
        SandboxError: one does not; says which.
    """
    limits, sentences = Limits(cpu_item=20.0, cpu=60.0), []
    with Sandbox(Path(__file__).resolve().parent / "inside", limits=limits) as sandbox:
        for sentence, source, holds in _TRIALS:
            reply = sandbox.run({"steps": [{"kind": "cell", "index": 0, "source": source, "seed": 0}]})
            frames = [wire.unpack(content) for content in wire.frames(reply.stream)]
            said = frames[0]["text"].strip() if frames else reply.end["status"]
            if not holds(said, limits):
                raise SandboxError(
                    f"the sandbox does not hold here: {sentence!r} is not so (seen: {said[:200]}). "
                    "Grade on a machine with control groups, or in a container that hands them down"
                )
            sentences.append(sentence)
        by = "a control group" if sandbox.group else "per-process limits and the supervisor"
        return [*sentences, f"memory and processes are bounded by {by}"]


def _read_only() -> list[str]:
    """The system's programs and libraries, and the Python that runs us: what a sandbox needs to start."""
    places = ["/usr", sys.base_prefix]
    # Of a virtual environment its parts alone: what else lies in that folder may be the course.
    places += [os.path.join(sys.prefix, part) for part in ("bin", "lib", "lib64", "pyvenv.cfg")]
    places += ["/etc/ld.so.cache", "/etc/fonts"]
    places = [place for place in places if os.path.exists(place)]
    return list(dict.fromkeys(str(Path(place)) for place in places))


_TRIALS = (
    (
        "no network",
        "import socket\ntry: socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except OSError as e: print(e.errno)",
        lambda said, limits: said == "101",  # ENETUNREACH: not even the loopback is up
    ),
    (
        "no home, no other process, no course",
        # Every file that is neither the system's nor Python's nor ours, and what its own folder holds.
        f"import os\nknown = {[*_read_only(), '/bin', '/lib', '/lib64', '/dev', _INSIDE, HOME]!r}\n"
        "def files(folder):\n    for entry in os.scandir(folder):\n        if entry.path in known: continue\n"
        "        if entry.is_dir(follow_symlinks=False): yield from files(entry.path)\n"
        "        else: yield entry.path\n"
        "print([*files('/')], os.listdir())",
        lambda said, limits: said == "[] []",
    ),
    (
        "nothing but its own home can be written",
        "import os\nfor place in ('/', '/dev', '/usr', '/grader', '/home'):\n"
        "    try: open(place + '/x', 'w')\n    except OSError as e: print(e.errno, end=' ')",
        lambda said, limits: said == "30 30 30 30 30",  # EROFS
    ),
    (
        "no namespaces of its own",
        "import ctypes; print(ctypes.CDLL(None).unshare(0x10000000))",
        lambda said, limits: said == "-1",
    ),
    (
        "the number of processes is bounded",
        "import os, time\nn = 0\nwhile n < 500:\n    try: pid = os.fork()\n    except OSError: break\n"
        "    if pid == 0: time.sleep(60); os._exit(0)\n    n += 1\nprint(n)",
        # Each takes some memory, and that bound may come first.
        lambda said, limits: (
            said in ("processes", "memory") or (said.isdigit() and int(said) <= limits.processes)
        ),
    ),
    (
        "memory is bounded, also over several processes",
        # Each child says when it has its gigabyte; one that has not got it has died.
        "import os, select, time\nheard, say = os.pipe()\nready, died = 0, 0\nfor _ in range(6):\n"
        "    if os.fork() == 0:\n        kept = bytearray(1 << 30)\n"
        "        kept[::4096] = bytes([1]) * (1 << 18)\n"
        "        os.write(say, b'.')\n        time.sleep(600)\n"
        "while ready < 6 and not died:\n    if select.select([heard], [], [], 0.1)[0]:\n"
        "        ready += len(os.read(heard, 6))\n    died, _ = os.waitpid(-1, os.WNOHANG)\n"
        "print('all six' if ready == 6 else ready)",
        lambda said, limits: said != "all six",
    ),
    (
        "memory is bounded, also over programs that it starts",
        # These have none of the memory that a fork begins with, and for which it is not charged.
        "import subprocess, sys\n"
        "hold = 'import time; kept = bytearray(180 << 20); kept[::4096] = bytes([1]) * (180 << 8); '\n"
        "hold += 'print(1, flush=True); time.sleep(600)'\n"
        "started = [subprocess.Popen([sys.executable, '-c', hold], stdout=-1) for _ in range(12)]\n"
        "print('all twelve' if all(one.stdout.readline() for one in started) else 'some ended')",
        lambda said, limits: said != "all twelve",
    ),
    (
        "memory is bounded, also where processes share it",
        "import ctypes, mmap, os\nsize, libc, kept = 1 << 26, ctypes.CDLL(None), []\n"
        "libc.shmat.restype = ctypes.c_void_p\n"
        "def mapped(file):\n    kept.append(mmap.mmap(file, size))\n    kept[-1][:] = bytes(size)\n"
        "def in_a_file():\n    kept.append(os.memfd_create('x'))\n    os.pwrite(kept[-1], bytes(size), 0)\n"
        "def by_number():\n    place = libc.shmat(libc.shmget(0, size, 0o1600), None, 0)\n"
        "    if place == 2 ** 64 - 1: raise OSError\n"
        "    ctypes.memset(place, 1, size)\n    kept.append(place)\n"
        "def of_a_device(): mapped(os.open('/dev/zero', os.O_RDWR))\n"
        "for make in (lambda: mapped(-1), of_a_device, in_a_file, by_number):\n"
        "    try:\n        while len(kept) < 30: make()\n    except (OSError, ValueError): pass\n"
        "print(len(kept))",
        lambda said, limits: said in ("memory", "died") or (said.isdigit() and int(said) < 24),
    ),
)


_START = (
    "import os, sys; sys.path[:0] = sys.argv.pop(1).split(os.pathsep); "
    "from autograder.inside import server; server.main(sys.argv[1:])"
)
_ENVIRONMENT = {
    "HOME": HOME,
    "IPYTHONDIR": f"{HOME}/.ipython",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": f"{HOME}/.matplotlib",
    "OMP_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TMPDIR": HOME,
}
