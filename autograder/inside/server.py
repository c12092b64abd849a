"""The warm process: has torch loaded, forks one child a submission, watches it, passes its reply on.

It never reads a submission itself (the child does, straight from the pipe), so that no child can find another
student's work in the memory it is forked with.

In, on file 0: a frame with the names of the modules to import before the first fork, as a JSON list; then for
each submission a frame with the limits as JSON {"size", "cpu_item", "cpu", "memory",
"processes", "disk", "reply"}, then `size` bytes of job, which are the child's. Out, on file 1: frames that
begin with `r` (ready), `d` (a piece of the child's reply) or `e` (the end, as JSON: "status", "code", "step",
"read", "cpu", "wall"). Limits and times are in bytes and seconds.
"""

import gc
import json
import os
import select
import signal
import struct
import sys
import time
from typing import Any

from autograder.inside import HOME, WALL, student, walls, wire

STEP = struct.Struct(">I")
_READ = 2**32 - 1  # in place of a step's number: the job has been taken from the pipe
_PIECE = 1 << 16
_TICK = os.sysconf("SC_CLK_TCK")


def main(arguments: list[str]) -> None:
    """Arguments: "walls" or "unsandboxed"."""
    [kind] = arguments
    os.nice(5)  # the judge and the book go first: they must keep up with what is computed here
    student.warm()
    modules = _frame()
    if modules is None:
        return
    student.load(json.loads(modules))
    # What is loaded stays: a child that looks through it for garbage would copy the memory it lies in.
    gc.collect()
    gc.freeze()
    sys.stdout.flush()
    _send(1, b"r")
    while True:
        limits = _frame()
        if limits is None:
            return
        if not _serve(json.loads(limits), kind == "walls"):
            return  # the child left its job in the pipe: what comes next can no longer be told


def _serve(limits: dict[str, Any], walled: bool) -> bool:
    reply_in, reply_out = os.pipe()
    steps_in, steps_out = os.pipe()
    keeper = os.fork()
    if keeper == 0:
        os.close(reply_in)
        os.close(steps_in)
        _shut_in(limits, walled, reply_out, steps_out)
    os.close(reply_out)
    os.close(steps_out)
    end = _watch(keeper, limits, walled, reply_in, steps_in)
    os.close(reply_in)
    os.close(steps_in)
    _send(1, b"e" + json.dumps(end).encode())
    return end["read"]


def _shut_in(limits: dict[str, Any], walled: bool, reply: int, steps: int) -> None:
    """In the forked process: build the inner wall, fork into it, run the student there. Does not return."""
    os.setsid()
    code = 70
    try:
        if walled:
            walls.own_namespaces()
            inside = os.fork()
            if inside:
                for file in (0, 1, reply, steps):
                    os.close(file)
                _, status = os.waitpid(inside, 0)
                os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
            os.setsid()  # signals to the group must not reach the keeper
            walls.empty_folders(limits["disk"])
            os.chdir(HOME)
        walls.limit(limits["cpu"], limits["memory"], limits["disk"])
        if walled:
            walls.limit_processes(limits["processes"])
            walls.give_up_powers()
        job = _read(0, limits["size"])
        os.write(steps, STEP.pack(_READ))
        null = os.open(os.devnull, os.O_RDWR)
        for file in (0, 1, 2):
            os.dup2(null, file)
        os.closerange(3, min(reply, steps))
        os.closerange(max(reply, steps) + 1, 256)
        student.run(wire.unpack(job), reply, steps)
        code = 0
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


class _Clock:
    """CPU and wall seconds of the child, as a whole and since its present step began."""

    def __init__(self, keeper: int, walled: bool) -> None:
        self.keeper, self.walled = keeper, walled
        self.started = self.step_started = time.monotonic()
        self.spent = self.step_spent = 0.0
        self.status: int | None = None  # of the child, once it has ended

    def look(self) -> list[int]:
        """Take the CPU time; returns the processes that there are."""
        processes = self.processes()
        # What has ended no longer counts in /proc, so the sum can fall: the largest one seen holds.
        self.spent = max(self.spent, sum(map(_cpu, processes)))
        return processes

    def processes(self) -> list[int]:
        """All processes but ours: in this sandbox they can only be the student's."""
        if not self.walled or not os.path.isdir("/proc/self"):
            return [self.keeper]
        return [
            int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())
        ]

    def next_step(self) -> None:
        self.look()
        self.step_started, self.step_spent = time.monotonic(), self.spent

    def over(self, limits: dict[str, Any]) -> str:
        """Which limit is passed, or ""."""
        processes = self.look()
        now = time.monotonic()
        for name, used, most in (
            ("cpu_item", self.spent - self.step_spent, limits["cpu_item"]),
            ("cpu", self.spent, limits["cpu"]),
            ("wall_item", now - self.step_started, WALL * limits["cpu_item"]),
            ("wall", now - self.started, WALL * limits["cpu"]),
            ("processes", len(processes), limits["processes"] + 1),  # the keeper is ours
        ):
            if used > most:
                return name
        return "memory" if _hold_more(processes, limits["memory"]) else ""

    def ended(self, grace: float) -> bool:
        """Has the child ended by itself, or does it within so many seconds?"""
        if self.status is not None:
            return True
        until = time.monotonic() + grace
        while True:
            done, status = os.waitpid(self.keeper, os.WNOHANG)
            if done:
                self.status = status
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.001)

    def kill(self) -> None:
        """Everything of the student's, until nothing is left."""
        while True:
            for process in self.processes():
                try:
                    if self.walled:
                        os.kill(process, signal.SIGKILL)
                    else:
                        os.killpg(process, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    continue
            if self.ended(grace=0.002) and not (self.walled and self.processes()):
                return


def _watch(keeper: int, limits: dict[str, Any], walled: bool, reply: int, steps: int) -> dict[str, Any]:
    """Pass the reply on until it ends; returns the end. "read": did the child take its job from the pipe?"""
    clock, piece = _Clock(keeper, walled), bytearray(_PIECE)
    was_read, step, passed, reason = False, -1, 0, ""
    poll = select.poll()
    for file in (reply, steps):
        poll.register(file, select.POLLIN | select.POLLHUP)
    open_files = {reply, steps}
    while reply in open_files and not reason:
        for file, _ in poll.poll(20):
            count = os.readv(file, [piece])
            if count == 0:
                poll.unregister(file)
                open_files.discard(file)
            elif file == reply:
                passed += count
                if passed > limits["reply"]:
                    reason = "reply"
                    break
                _send(1, b"d", memoryview(piece)[:count])
            elif count >= STEP.size:
                was_read = True
                (latest,) = STEP.unpack_from(piece, (count // STEP.size - 1) * STEP.size)
                if latest != _READ:
                    step = latest
                    clock.next_step()
        reason = reason or clock.over(limits)
    clock.look()
    # The reply ends a moment before the process does, or it has been closed by a process that goes on.
    if reason or not clock.ended(grace=1.0):
        clock.kill()
    piece[:] = bytes(_PIECE)  # the next child is forked with this memory
    code = os.waitstatus_to_exitcode(clock.status)
    return {
        "status": reason or ("done" if code == 0 else "died"),
        "code": code,
        "step": step,
        "read": was_read,
        "cpu": round(clock.spent, 3),
        "wall": round(time.monotonic() - clock.started, 3),
    }


def _cpu(process: int) -> float:
    """Seconds that a process and its ended children have used; 0 if it is gone. man 5 proc, stat."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rsplit(b")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICK


def _hold_more(processes: list[int], most: int) -> bool:
    """Do these hold more bytes than that, in memory or swapped out? man 5 proc, status and smaps_rollup.

    Shared memory is in no such count. None can be had but for files in the submission's own folders, which
    are bounded (see `autograder.seccomp`).
    """
    # A fork has its parent's memory, which costs nothing until it is written to. To count it for each is
    # quick, and too much: only the exact count, which divides it and takes milliseconds, can condemn.
    held = [_kilobytes(process, "status", b"RssAnon", b"VmSwap") for process in processes]
    if sum(held) <= most:
        return False
    total = 0
    for process, at_most in zip(processes, held, strict=True):
        total += _kilobytes(process, "smaps_rollup", b"Pss_Anon", b"SwapPss") or at_most
        if total > most:
            return True
    return False


def _kilobytes(process: int, name: str, *fields: bytes) -> int:
    """The sum of fields of a file in /proc, in bytes; 0 where it cannot be read."""
    try:
        with open(f"/proc/{process}/{name}", "rb") as file:
            content = file.read()
    except OSError:
        return 0
    parts = (content.partition(b"\n%b:" % field)[2].split(None, 1) for field in fields)
    return 1024 * sum(int(part[0]) for part in parts if part)


def _frame() -> bytes | None:
    """What comes next on file 0; None at its end."""
    head = _read(0, 8)
    return head and _read(0, int.from_bytes(head, "big"))


def _read(file: int, size: int) -> bytes | None:
    """Exactly so many bytes and not one more; None if the file ends first."""
    parts = []
    while size:
        part = os.read(file, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _send(file: int, *parts: bytes | memoryview) -> None:
    for part in (sum(map(len, parts)).to_bytes(8, "big"), *parts):
        view = memoryview(part)
        while view:
            view = view[os.write(file, view) :]


if __name__ == "__main__":
    main(sys.argv[1:])
