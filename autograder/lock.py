"""One grader at a time: two on one course would write the same folders, book and marks."""

import contextlib
import getpass
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from autograder.errors import Told

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None

_PAUSE = 0.1  # seconds
_UNNAMED = 100  # pauses for one that has not written down who it is: others write that at once

_held: dict[Path, int] = {}  # by this process: how many times


class LockedError(Told):
    """Another process works on this course; the text says whose, and what to do."""


@contextlib.contextmanager
def held(folder: Path, doing: str, waits: bool = False) -> Iterator[None]:
    """No other process may hold the lock of this folder meanwhile; who holds it already may enter again.

    A process that has died holds nothing: the system frees the lock, and where it knows no such locks the
    number of the process tells.

    Args:
        doing: in a word, for whoever comes second.
        waits: until another that does the same has let go; it is not refused for that. For whom is said once,
            on stderr: one that has died on another machine is to be seen by a person only.

    Raises:
        LockedError: another process holds it.
    """
    path = folder.resolve() / "lock"
    if path not in _held:
        _held[path] = 0
        try:
            let_go = _take(path, doing, waits)
        except BaseException:
            del _held[path]
            raise
    else:
        let_go = None
    _held[path] += 1
    try:
        yield
    finally:
        _held[path] -= 1
        if let_go:
            del _held[path]
            let_go()


def _take(path: Path, doing: str, waits: bool) -> Any:
    """Take the lock; returns what gives it back."""
    said, unnamed = False, 0
    while True:
        try:
            return _take_now(path, doing)
        except LockedError:
            # Between taking it and writing down who has it, or after that was wiped, nobody is named; who was
            # killed in between never will be.
            named = _holder(path).get("doing")
            unnamed = 0 if named else unnamed + 1
            if not waits or named not in (None, doing) or unnamed > _UNNAMED:
                raise
        if named and not said:
            print(_sentence(path, "this waits until that has ended"), file=sys.stderr, flush=True)
            said = True
        time.sleep(_PAUSE)


def _take_now(path: Path, doing: str) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | (0 if fcntl else os.O_EXCL)
    for _ in range(2):
        try:
            file = os.open(path, flags, 0o666)
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except FileExistsError:  # without such locks of the system: the file itself is the lock
            if not _is_stale(_holder(path)):
                raise LockedError(_sentence(path)) from None
            path.unlink(missing_ok=True)
        except BlockingIOError:
            os.close(file)
            raise LockedError(_sentence(path)) from None
    else:
        raise LockedError(_sentence(path))
    os.ftruncate(file, 0)
    os.write(file, json.dumps(_myself(doing)).encode())

    def let_go() -> None:
        if fcntl:
            os.ftruncate(file, 0)  # the file stays: another may be about to lock it
            os.close(file)
        else:
            os.close(file)
            path.unlink(missing_ok=True)

    return let_go


def _myself(doing: str) -> dict[str, Any]:
    try:
        user = getpass.getuser()
    except Exception:  # no such user is known to the system
        user = "somebody"
    return {
        "user": user,
        "host": socket.gethostname(),
        "process": os.getpid(),
        "began": psutil.Process().create_time(),
        "doing": doing,
        "since": time.strftime("%Y-%m-%d %H:%M"),
    }


def _holder(path: Path) -> dict[str, Any]:
    """What the holder has written of itself, {} where nothing can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_stale(holder: dict[str, Any]) -> bool:
    """Has the process died that holds it? Not known where it runs on another machine."""
    if holder.get("host") != socket.gethostname():
        return False
    try:
        return abs(psutil.Process(holder["process"]).create_time() - holder["began"]) > 1
    except psutil.NoSuchProcess:
        return True
    except (KeyError, TypeError, ValueError):
        return False


def _sentence(path: Path, then: str = "wait until that has ended, and try again") -> str:
    who = _holder(path)
    said = (
        f"{who.get('user')} on {who.get('host')} (process {who.get('process')}, since {who.get('since')}, "
        f"{who.get('doing')})"
        if who
        else "another process"
    )
    where = " on another machine" if who else ""  # on this one a number tells that it is dead
    return f"this course is being worked on by {said}: {then}. If it has died{where}, delete {path}"
