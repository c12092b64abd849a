"""Whether the walls hold on this machine: tried from inside, the way a hostile submission would."""

import contextlib
import hashlib
import os
import platform
import shutil
import threading
from dataclasses import asdict
from pathlib import Path

from autograder import store
from autograder.inside import HOME, wire
from autograder.sandbox import INSIDE, Limits, Sandbox, SandboxError, read_only

_lock = threading.Lock()


def hold() -> None:
    """See to it that the walls have been tried here: now, or before with all that they hang on as it is.

    Raises:
        SandboxError: one does not hold; says which.
    """
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder" / "walls"
    here = surroundings()
    with _lock:
        with contextlib.suppress(OSError):
            if kept.read_text(encoding="utf-8") == here:
                return
        prove()
        with contextlib.suppress(OSError, store.StoreError):  # then they are tried again next time
            kept.parent.mkdir(parents=True, exist_ok=True)
            store.write_text(kept, here)


def surroundings() -> str:
    """A digest of what the walls hang on: this start of the kernel, this container, powers, programs."""
    known = [platform.version(), platform.python_version(), str(asdict(Limits())), str(os.getuid())]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/cgroup", "/proc/self/limits"):
        with contextlib.suppress(OSError):
            known.append(Path(path).read_text())
    with contextlib.suppress(OSError):
        known += [f"{space}: {os.readlink(f'/proc/self/ns/{space}')}" for space in ("user", "mnt", "cgroup")]
        powers = ("Cap", "NoNewPrivs", "Seccomp")
        known += [
            line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(powers)
        ]
    ours = Path(__file__).resolve().parent
    programs = [*sorted(ours.glob("*.py")), *sorted((ours / "inside").glob("*.py"))]
    for program in filter(None, [shutil.which("bwrap"), *programs]):
        known.append(hashlib.sha256(Path(program).read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


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
        f"import os\nknown = {[*read_only(), '/bin', '/lib', '/lib64', '/dev', INSIDE, HOME]!r}\n"
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
