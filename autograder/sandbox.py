"""The outer wall: bubblewrap around a warm process that forks one child a submission.

Inside there are the Python installation and `helpers`, read-only, an empty home, and nothing else: no
network, no course, no submission but the one that is run.
"""

import contextlib
import importlib.util
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
from autograder.errors import Told
from autograder.inside import HOME, wire
from autograder.limits import ControlGroup, control_group

INSIDE = "/grader"
# The package that exercises import: found, and not imported.
PACKAGE = Path(importlib.util.find_spec("helpers").origin).resolve().parent
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


class SandboxError(Told):
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
        helpers: Path = PACKAGE,
        modules: Sequence[str] = (),
        limits: Limits | None = None,
        unsandboxed: bool = False,
    ) -> None:
        self.helpers, self.modules, self.limits = helpers, list(modules), limits or Limits()
        self.unsandboxed = unsandboxed
        self.process: subprocess.Popen | None = None
        self.ready = False
        self.group: ControlGroup | None = None
        self._filter: int | None = None  # a pipe that holds the filter of system calls

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def command(self) -> list[str]:
        """The command line that starts the warm process."""
        server = [sys.executable, "-I", "-c", _START, INSIDE, "walls"]
        if self.unsandboxed:
            place = str(Path(__file__).resolve().parent.parent)
            return [*server[:4], os.pathsep.join([place, str(self.helpers.parent)]), "unsandboxed"]
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
        for place in read_only():
            words += ["--ro-bind", place, place]
        for link in ("/bin", "/lib", "/lib64"):
            if os.path.islink(link):
                words += ["--symlink", os.readlink(link), link]
            elif os.path.isdir(link):
                words += ["--ro-bind", link, link]
        words += [
            "--ro-bind",
            str(Path(__file__).resolve().parent / "inside"),
            f"{INSIDE}/autograder/inside",
        ]
        words += ["--ro-bind", str(self.helpers), f"{INSIDE}/{self.helpers.name}"]
        # A variant's own check modules, and nothing else of private/: the answers lie there too.
        private = self.helpers.parent / "private" / "checks"
        if private.is_dir():
            words += ["--ro-bind", str(private), f"{INSIDE}/private/checks"]
        # What bubblewrap has made itself could be written to, and would outlive a submission.
        words += ["--remount-ro", "/dev", "--remount-ro", "/"]
        return [*words, "--chdir", "/", "--", *server]

    def begin(self) -> None:
        """Start the warm process, if it does not run yet: it loads torch while others do something else."""
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

    def start(self) -> None:
        """The same, and wait until it has loaded `modules` and is ready."""
        if self.ready:
            return
        self.begin()
        with contextlib.suppress(BrokenPipeError):  # it has ended: its last words say why
            self.process.stdin.write(wire.frame(json.dumps(self.modules).encode()))
            self.process.stdin.flush()
        if self._frame() != b"r":
            raise SandboxError(f"the sandbox did not start: {self._last_words()}")
        self.ready = True

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
            self.process, self.ready = None, False
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


def read_only() -> list[str]:
    """The system's programs and libraries, and the Python that runs us: what a sandbox needs to start."""
    places = ["/usr", sys.base_prefix]
    # Of a virtual environment its parts alone: what else lies in that folder may be the course.
    places += [os.path.join(sys.prefix, part) for part in ("bin", "lib", "lib64", "pyvenv.cfg")]
    places += ["/etc/ld.so.cache", "/etc/fonts"]
    places = [place for place in places if os.path.exists(place)]
    return list(dict.fromkeys(str(Path(place)) for place in places))


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
