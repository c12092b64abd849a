"""The filter of system calls, call by call: as the kernel would read it, and as a submission meets it."""

import errno
import platform
import socket
import struct
from pathlib import Path

import pytest

from autograder import sandbox as walls
from autograder import seccomp, trials
from autograder.inside import wire
from autograder.sandbox import Limits, Sandbox, SandboxError

ROOT = Path(__file__).resolve().parent.parent.parent
X86_64, AARCH64, I386, ARM = 0xC000003E, 0xC00000B7, 0x40000003, 0x40000028
X32 = 0x40000000  # set in the number of a call
NUMBERS = {  # from the kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h
    X86_64: {
        "read": 0, "mmap": 9, "shmget": 29, "socket": 41, "socketpair": 53, "clone": 56, "fork": 57,
        "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298,
        "memfd_create": 319, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426,
        "io_uring_register": 427, "memfd_secret": 447,
    },
    AARCH64: {
        "read": 63, "mmap": 222, "shmget": 194, "socket": 198, "socketpair": 199, "clone": 220,
        "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97, "perf_event_open": 241,
        "memfd_create": 279, "bpf": 280, "userfaultfd": 282, "io_uring_setup": 425, "io_uring_enter": 426,
        "io_uring_register": 427, "memfd_secret": 447,
    },
}  # fmt: skip
MACHINE = {"x86_64": X86_64, "aarch64": AARCH64}.get(platform.machine())
needs_bubblewrap = pytest.mark.bubblewrap
needs_libseccomp = pytest.mark.skipif(
    MACHINE is None, reason="the filter is tried for x86_64 and aarch64, on Linux"
)
pytestmark = needs_libseccomp


def answer(architecture, call, *arguments, on=None):
    """What the filter for `architecture` says to a call with these arguments: 0 (go on) or an errno.

    A reader of the kernel's classic BPF, as far as libseccomp uses it (Documentation/networking/filter.rst).
    `on`: the architecture that the call is made on, where that is another one.
    """
    filter = seccomp.program() if architecture == MACHINE else seccomp.program(architecture)
    number = NUMBERS[architecture][call] if isinstance(call, str) else call
    data = struct.pack("<IIQ6Q", number, on or architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    program = list(struct.iter_unpack("<HBBI", filter))
    place = value = 0
    while True:
        code, yes, no, k = program[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:
            value &= k
        elif code == 0x05:
            place += k
        elif code in (0x15, 0x25, 0x35, 0x45):
            holds = {0x15: value == k, 0x25: value > k, 0x35: value >= k, 0x45: bool(value & k)}[code]
            place += yes if holds else no
        elif code == 0x06:
            assert k == 0x7FFF0000 or k >> 16 == 5, f"{k:x} is neither `allow` nor `errno`"
            return 0 if k == 0x7FFF0000 else k & 0xFFFF
        else:
            raise AssertionError(f"unknown instruction {code:x}")


both = pytest.mark.parametrize("architecture", [X86_64, AARCH64], ids=["x86_64", "aarch64"])


@both
def test_what_is_refused_and_what_is_not(architecture):
    for call in (name for group in seccomp.REFUSED for name in group):
        assert answer(architecture, call) == errno.EPERM, call
    # The inner wall is built inside the filter; answers read files and start processes.
    for call in ("read", "clone", "unshare"):
        assert answer(architecture, call) == 0, call
    known = {name for group in seccomp.REFUSED for name in group}
    assert known < set(NUMBERS[architecture])


@both
def test_sockets_of_three_families_only(architecture):
    allowed = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6}
    for call in ("socket", "socketpair"):
        for family in range(50):  # AF_VSOCK is 40, AF_ALG 38, AF_PACKET 17, AF_NETLINK 16
            wanted = 0 if family in allowed else errno.EAFNOSUPPORT
            assert answer(architecture, call, family, 1, 0) == wanted, (call, family)
            # The kernel takes the lower half of the register for the family.
            assert answer(architecture, call, (1 << 32) + family, 1, 0) == errno.EAFNOSUPPORT


@both
def test_memory_without_a_file_is_not_shared(architecture):
    shared, private, validated, anonymous, huge, stack = 1, 2, 3, 0x20, 0x40000, 0x20000

    def flags(value):
        return answer(architecture, "mmap", 0, 1 << 26, 3, value, 2**64 - 1, 0)

    for refused in (shared | anonymous, validated | anonymous, shared | anonymous | stack, private | huge):
        assert flags(refused) == errno.EPERM
        assert flags(refused | 1 << 40) == errno.EPERM
    for allowed in (private | anonymous, private | anonymous | stack, shared, private):
        assert flags(allowed) == 0


@both
def test_calls_of_another_architecture_are_refused_whole(architecture):
    for other in (X86_64, AARCH64, I386, ARM, X86_64 & 0x7FFFFFFF):
        if other != architecture:
            for number in (0, 1, 20, 425):
                assert answer(architecture, number, on=other) == errno.ENOSYS
    if architecture == X86_64:
        for number in (0, 9, 41, 425, 512, 547):
            assert answer(architecture, X32 | number) == errno.ENOSYS


def test_a_library_that_is_missing_or_too_old_is_said(monkeypatch):
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    fresh = seccomp.program.__wrapped__
    with monkeypatch.context() as patch:
        patch.setattr(seccomp.ctypes, "CDLL", missing)
        with pytest.raises(OSError, match="sudo apt install libseccomp2"):
            fresh()
        patch.setattr(seccomp, "program", fresh)
        patch.setattr(walls.shutil, "which", lambda _: "/usr/bin/bwrap")
        with pytest.raises(SandboxError, match=r"(?s)libseccomp2.*Fedora.*--unsandboxed"):
            Sandbox(ROOT / "helpers").start()
    monkeypatch.setattr(seccomp, "REFUSED", [("call_of_next_year",)])
    with pytest.raises(OSError, match="cannot make a rule for call_of_next_year"):
        fresh()


# --- as a submission meets it


@pytest.fixture(scope="module")
def warm():
    with Sandbox(ROOT / "helpers", limits=Limits(cpu_item=5.0, cpu=60.0)) as sandbox:
        yield sandbox


def said(sandbox, source):
    reply = sandbox.run({"steps": [{"kind": "cell", "index": 0, "source": source, "seed": 0}]})
    frames = [wire.unpack(part) for part in wire.frames(reply.stream)]
    assert frames and frames[0]["error"] is None, (reply.end, frames)
    return frames[0]["text"].strip()


CALLS = {  # arguments with which the call would succeed, or fail with another error
    "io_uring_setup": "4, ctypes.create_string_buffer(120)",
    "io_uring_enter": "-1, 0, 0, 0, None, 0",
    "io_uring_register": "-1, 0, None, 0",
    "bpf": "0, ctypes.create_string_buffer(120), 120",
    "perf_event_open": "ctypes.create_string_buffer(120), 0, -1, -1, 0",
    "userfaultfd": "1",
    "add_key": "b'user', b'left', b'x', 1, -3",
    "keyctl": "0, -3, 1",
    "request_key": "b'user', b'left', None, 0",
    "memfd_create": "b'x', 0",
    "memfd_secret": "0",
    "shmget": "0, 4096, 0o1600",
}


@pytest.mark.classroom
@needs_bubblewrap
@pytest.mark.parametrize("name", CALLS)
def test_each_refused_call_from_inside(warm, name):
    source = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    source += f"print(libc.syscall({NUMBERS[MACHINE][name]}, {CALLS[name]}), ctypes.get_errno())"
    assert said(warm, source) == f"-1 {errno.EPERM}"


def test_every_refused_call_is_tried():
    assert set(CALLS) == {name for group in seccomp.REFUSED for name in group}


@pytest.mark.classroom
@needs_bubblewrap
def test_sockets_from_inside(warm):
    source = """
import socket
for family in range(48):
    try:
        socket.socket(family, socket.SOCK_STREAM).close()
        print(family)
    except OSError as error:
        assert error.errno == 97, (family, error)  # EAFNOSUPPORT
print(*(one.family.name for one in socket.socketpair()))
"""
    assert said(warm, source).split() == ["1", "2", "10", "AF_UNIX", "AF_UNIX"]


@pytest.mark.classroom
@needs_bubblewrap
@pytest.mark.skipif(MACHINE != X86_64, reason="instructions of this processor")
def test_the_old_door_into_the_kernel_is_shut(warm):
    """`int 0x80` makes a call of the 32-bit table from 64-bit code; x32 numbers carry bit 30."""
    source = """
import ctypes, mmap
room = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
# push rbx; mov eax, 20 (getpid); int 0x80; pop rbx; ret
room.write(bytes.fromhex("53 b814000000 cd80 5b c3"))
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(room)))())
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(0x40000000 | 39), ctypes.get_errno())
"""
    assert said(warm, source).split() == [str(-errno.ENOSYS), "-1", str(errno.ENOSYS)]


@pytest.mark.classroom
@needs_bubblewrap
def test_what_answers_may_use_goes_on_working(warm):
    """Threads, processes, workers of a data loader, memory shared by way of files, programs, sub-shells."""
    source = """
import multiprocessing, subprocess, threading, torch
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import shared_memory
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(abs, range(-3, 3))))
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(sum(pool.map(abs, range(-3, 3))))
data = torch.utils.data.TensorDataset(torch.arange(6.0))
print(sum(batch[0].sum().item() for batch in torch.utils.data.DataLoader(data, 2, num_workers=2)))
block = shared_memory.SharedMemory(create=True, size=1000)
block.buf[0] = 7
print(block.buf[0], multiprocessing.Value("i", 5).value)
block.unlink()
print(torch.ones(4).share_memory_().sum().item())
print(subprocess.run(["echo", "program"], capture_output=True, text=True).stdout)
"""
    assert said(warm, source).split() == ["9", "9", "15.0", "7", "5", "4.0", "program"]


@pytest.mark.classroom
@needs_bubblewrap
def test_the_proof_fails_without_the_filter_where_nothing_else_counts_shared_memory(monkeypatch):
    allow_all = struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF0000)
    monkeypatch.setattr(walls, "control_group", lambda *_: None)
    monkeypatch.setattr(seccomp, "program", lambda: allow_all)
    monkeypatch.setattr(trials, "_TRIALS", [one for one in trials._TRIALS if "processes share it" in one[0]])
    with pytest.raises(SandboxError, match=r"memory is bounded, also where processes share it' is not so"):
        trials.prove()


@pytest.mark.classroom
@needs_bubblewrap
def test_memory_of_programs_that_were_started_counts_in_full(monkeypatch):
    """What a fork begins with is not charged to it; a program that is started anew begins with nothing."""
    monkeypatch.setattr(walls, "control_group", lambda *_: None)
    monkeypatch.setattr(
        trials, "_TRIALS", [one for one in trials._TRIALS if "programs that it starts" in one[0]]
    )
    assert trials.prove()[0] == "memory is bounded, also over programs that it starts"
