"""The inner wall, between one student and the next: namespaces, limits, a fresh empty folder.

The outer wall is bubblewrap's (see `autograder.sandbox`); this one is thin, because bubblewrap starts a new
program and cannot fork from one that has torch loaded. Linux only: man 2 unshare, mount, setrlimit, prctl.
"""

import ctypes
import os
import resource
import sys
from typing import Any

from autograder.inside import HOME

_NEW_MOUNTS, _NEW_HOSTNAME, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PIDS, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x4000, 0x40000, 2, 4
_MS_READ_ONLY, _MS_REMOUNT, _MS_BIND = 1, 0x20, 0x1000
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")  # those that bubblewrap shows
_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 38, 24


def _call(name: str, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def own_namespaces() -> None:
    """User, processes, mounts, network, IPC, host name of one's own; the next fork is process 1 in them."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", _NEW_USER | _NEW_PIDS | _NEW_MOUNTS | _NEW_NETWORK | _NEW_IPC | _NEW_HOSTNAME)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def empty_folders(disk: int) -> None:
    """Fresh folders of so many bytes to write in, nothing in /proc; in this process's mount namespace.

    /proc would show the supervisor's processes: bubblewrap's covers keep us from mounting one of our own. All
    else is read-only already, or would outlive this submission. Devices are the machine's own: read-only,
    they can still be written to, but root's submissions cannot change their mode and times.
    """
    _call("mount", b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    # No user namespace below this one: with it, full powers over mounts would be had again.
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    # Where Python itself lies under /tmp, that stays as it is, and read-only.
    tmp = [] if any(place.startswith("/tmp/") for place in (sys.prefix, sys.base_prefix)) else ["/tmp"]
    for place, size in ((HOME, disk), *((place, disk) for place in tmp), ("/dev/shm", disk), ("/proc", 4096)):
        options = f"size={size},nr_inodes=4096,mode=1777".encode()
        _call("mount", b"tmpfs", place.encode(), b"tmpfs", _MS_NOSUID | _MS_NODEV, options)
    for name in DEVICES:
        flags = _MS_REMOUNT | _MS_BIND | _MS_READ_ONLY | _MS_NOSUID
        _call("mount", None, f"/dev/{name}".encode(), None, flags, None)


def limit(cpu: float, memory: int, disk: int) -> None:
    """Kernel limits of this process and its children: seconds, bytes, bytes. They cannot be raised again."""
    _lower(
        (resource.RLIMIT_CPU, int(cpu) + 1),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    )


def limit_processes(most: int) -> None:
    """So many processes and threads; the kernel counts them by user namespace, and never for root."""
    _lower((resource.RLIMIT_NPROC, most))


def _lower(*limits: tuple[int, int]) -> None:
    for what, most in limits:
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def give_up_powers() -> None:
    """No capability left, nor any to be had by starting a program."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        try:
            _call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:  # past the last one that this kernel knows
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    _call("capset", header, (ctypes.c_uint32 * 6)())
