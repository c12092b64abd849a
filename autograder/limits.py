"""Bounds on memory and processes of a whole sandbox, by control group where this machine lets us make one.

Two layouts are known: version 1 (a folder below each controller's) and version 2 (one folder, which must have
been handed to us with both controllers; `systemd-run --user --scope` does that). Sources: the kernel's
admin-guide/cgroup-v1 and cgroup-v2.rst. Where there is none, the kernel's per-process limits and the
supervisor remain; `sandbox.prove` shows whether these hold, and refuses if not.
"""

import contextlib
import os
import shlex
import time
import uuid
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
_NAME = "autograder-"  # and the number of the process that has made it


class ControlGroup:
    """One group for one sandbox: its memory in bytes and its number of processes are bounded as a whole."""

    def __init__(self, folders: list[Path], memory: int, processes: int) -> None:
        self.folders = folders
        for folder in folders:
            folder.mkdir()
        try:
            for name, value in (
                ("memory.limit_in_bytes", memory),
                ("memory.max", memory),
                ("memory.memsw.limit_in_bytes", memory),
                ("memory.swap.max", 0),
                ("pids.max", processes),
            ):
                for folder in folders:
                    # Swap may not be counted on this machine.
                    if (folder / name).exists():
                        with contextlib.suppress(OSError) if "sw" in name else contextlib.nullcontext():
                            (folder / name).write_text(str(value))
        except OSError:
            self.remove()
            raise

    def command(self, command: list[str]) -> list[str]:
        """The command, started inside the group: it enters before it becomes the program."""
        enter = "; ".join(f"echo $$ > {shlex.quote(str(folder / 'cgroup.procs'))}" for folder in self.folders)
        return ["sh", "-ec", f'{enter}; exec "$@"', "sh", *command]

    def remove(self) -> None:
        """Once its processes have ended. A group that is still busy after a second is left to the system."""
        for folder in self.folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)


def control_group(memory: int, processes: int) -> ControlGroup | None:
    """A fresh group, or None where this machine does not let us make one."""
    name = f"{_NAME}{os.getpid()}-{uuid.uuid4().hex[:8]}"
    for folders in (_version_2(name), _version_1(name)):
        if folders:
            for folder in folders:
                _sweep(folder.parent)
            with contextlib.suppress(OSError):
                return ControlGroup(folders, memory, processes)
    return None


def _sweep(parent: Path) -> None:
    """Remove the groups of graders that were killed: whoever made them is gone, and nothing runs in them."""
    for folder in parent.glob(f"{_NAME}*"):
        maker = folder.name.removeprefix(_NAME).partition("-")[0]
        if not Path("/proc", maker).exists():
            with contextlib.suppress(OSError):  # something runs in it still
                folder.rmdir()


def _version_1(name: str) -> list[Path]:
    parents = [_MOUNT / "memory", _MOUNT / "pids"]
    return [parent / name for parent in parents] if all(map(_writable, parents)) else []


def _version_2(name: str) -> list[Path]:
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        own = next(line[3:].strip() for line in lines if line.startswith("0::"))
        parent = _MOUNT / own.lstrip("/")
        # A group with processes of its own cannot hand controllers down: ours goes beside it.
        for folder in (parent, parent.parent):
            handed = (folder / "cgroup.subtree_control").read_text().split()
            if {"memory", "pids"} <= set(handed) and _writable(folder):
                return [folder / name]
    except (OSError, StopIteration):
        pass
    return []


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)
