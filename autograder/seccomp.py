"""System calls that no submission needs, refused by the kernel: a seccomp filter, which bubblewrap loads.

What is refused reaches deep into the kernel, makes memory that is counted as nobody's, or outlives a
submission. All else is allowed: the namespaces hold what it could reach. Calls of another architecture (32
bit, x32) are refused whole, since each would be a way around the rules for this one.

The filter is made by libseccomp, which every systemd brings along. Six of its functions are needed; no
package of PyPI ships it, and what wraps it there adds nothing to them.
"""

import ctypes
import errno
import functools
import mmap
import socket
import tempfile

MISSING = """\
libseccomp (libseccomp.so.2) is not on this machine, so system calls cannot be filtered.
  Debian, Ubuntu:  sudo apt install libseccomp2
  Fedora:          sudo dnf install libseccomp"""
REFUSED = (
    # They do their work out of sight of all that looks at single calls; the kernel's own, and often holed.
    ("io_uring_setup", "io_uring_enter", "io_uring_register"),
    ("bpf", "perf_event_open", "userfaultfd"),
    # Keyrings belong to no namespace that is ours: the next student would find what the last one left.
    ("add_key", "keyctl", "request_key"),
    # Memory that lives on without a process that has it mapped, and so is in no process's count.
    ("memfd_create", "memfd_secret", "shmget"),
)
# Families of sockets: those that Python and torch ask for, and that end at the empty network namespace.
SOCKETS = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
_HUGE_PAGES = 0x40000  # MAP_HUGETLB, which no count of a process's memory shows

_NATIVE, _ALLOW, _REFUSE = 0, 0x7FFF0000, 0x00050000
_BAD_ARCH = 2
_EQUAL, _GREATER, _MASKED = 4, 6, 7


class _Argument(ctypes.Structure):
    _fields_ = [
        ("place", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


@functools.cache
def program(architecture: int = _NATIVE) -> bytes:
    """The filter, as the kernel reads it.

    Args:
        architecture: whose calls are allowed, if not this machine's: libseccomp's number of another one.

    Raises:
        OSError: there is no libseccomp, or it does not know one of the calls; says which.
    """
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        raise OSError(MISSING) from None
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_ALLOW)))

    def done(status: int, what: str) -> None:
        if status < 0:
            raise OSError(-status, f"libseccomp cannot make a rule for {what}")

    def refuse(name: str, error: int, *arguments: tuple[int, int, int, int]) -> None:
        number = library.seccomp_syscall_resolve_name(name.encode())
        done(0 if number != -1 else -errno.ENOSYS, name)
        wanted = (_Argument * len(arguments))(*arguments)
        done(library.seccomp_rule_add_array(rules, _REFUSE | error, number, len(arguments), wanted), name)

    try:
        if architecture != _NATIVE:
            done(library.seccomp_arch_add(rules, ctypes.c_uint32(architecture)), "the architecture")
            done(library.seccomp_arch_remove(rules, _NATIVE), "the architecture")
        done(library.seccomp_attr_set(rules, _BAD_ARCH, _REFUSE | errno.ENOSYS), "other architectures")
        for name in (name for group in REFUSED for name in group):
            refuse(name, errno.EPERM)
        for name in ("socket", "socketpair"):
            # A family is an int in a register of 64 bits: what is larger than the largest is no smaller one.
            refuse(name, errno.EAFNOSUPPORT, (0, _GREATER, max(SOCKETS), 0))
            for family in set(range(max(SOCKETS))) - {*SOCKETS}:
                refuse(name, errno.EAFNOSUPPORT, (0, _EQUAL, family, 0))
        # Shared memory without a file: it stays whole when most of it is unmapped, so nothing can count it.
        shared = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
        for flags in (shared, _HUGE_PAGES):
            refuse("mmap", errno.EPERM, (3, _MASKED, flags, flags))
        with tempfile.TemporaryFile() as file:
            done(library.seccomp_export_bpf(rules, file.fileno()), "a file")
            file.seek(0)
            return file.read()
    finally:
        library.seccomp_release(rules)
