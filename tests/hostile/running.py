"""Code that raises, loops, explodes or exits: 0 for that item only, the others graded."""

from kit import HARMS, case

ZERO_FIRST = {"two_layer_lstm": 0}
LOOP = "while True: pass"


@case(ZERO_FIRST)
def raises_in_cell(kit):
    """The answer's cell raises before the class is there."""
    return kit.in_first(before='raise RuntimeError("stop")')


@case(ZERO_FIRST)
def raises_in_forward(kit):
    return kit.in_first(forward='raise RuntimeError("stop")')


@case(ZERO_FIRST)
def raises_base_exception(kit):
    """Not caught by `except Exception`."""
    return kit.in_first(forward='class Odd(BaseException): pass\nraise Odd("stop")')


@case(ZERO_FIRST)
def raises_keyboard_interrupt(kit):
    return kit.in_first(forward="raise KeyboardInterrupt")


@case(ZERO_FIRST)
def error_that_cannot_be_printed(kit):
    """An exception whose text, name and type are traps."""
    trap = """
class Trap(Exception):
    def __str__(self): raise SystemExit(3)
    __repr__ = __str__
Trap.__name__ = "x" * 100_000
"""
    return kit.in_first(before=trap, forward="raise Trap()")


@case(ZERO_FIRST)
def endless_loop(kit):
    return kit.in_first(forward=LOOP)


@case(ZERO_FIRST)
def endless_loop_swallows_interrupt(kit):
    """Cannot be stopped by an exception or a signal that Python handles."""
    before = """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
"""
    loop = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    return kit.in_first(before=before, forward=loop)


@case(ZERO_FIRST)
def endless_loop_in_c(kit):
    """Never comes back to the interpreter."""
    return kit.in_first(
        before="import collections, itertools", forward="collections.deque(itertools.count(), maxlen=0)"
    )


@case()
def endless_loop_in_scratch_cell(kit):
    """A cell that nobody marks."""
    return kit.scratch(LOOP)


@case({name: 0 for name in ("two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping")})
def endless_loop_in_four_answers(kit):
    """The fifth is right: it must still get its turn."""
    looping = {
        name: kit.answers[name].replace("):\n        _, ", f"):\n        {LOOP}\n        _, ")
        for name in ("two_layer_lstm", "dropout_gru", "birnn_bn")
    }
    looping["gradient_clipping"] = kit.answers["gradient_clipping"].replace("norms = []", LOOP)
    assert all(LOOP in source for source in looping.values())
    return kit.notebook(**looping)


@case(ZERO_FIRST, status=("flagged",))
def waits_for_ever(kit):
    """Uses no CPU time at all."""
    return kit.in_first(before="import time", forward="time.sleep(1e9)")


@case(ZERO_FIRST, status=("flagged",))
def stops_itself(kit):
    """SIGSTOP to its whole process group."""
    return kit.in_first(before="import os, signal", forward="os.kill(0, signal.SIGSTOP)\nsignal.pause()")


@case(ZERO_FIRST, stock=HARMS)
def memory_hog(kit):
    return kit.in_first(forward="hoard = []\nwhile True: hoard.append(bytearray(1 << 24))")


@case(ZERO_FIRST, stock=HARMS)
def memory_hog_tensor(kit):
    return kit.in_first(forward="return [torch.ones(1 << 28) for _ in range(100)]")


@case(ZERO_FIRST, stock=HARMS)
def memory_hog_shared(kit):
    """Shared memory does not count for the limit of a single process."""
    return kit.in_first(
        before="import mmap",
        forward="""
hoard = []
while True:
    hoard.append(mmap.mmap(-1, 1 << 26))
    hoard[-1].write(b"x" * (1 << 26))
""",
    )


@case(ZERO_FIRST, stock=HARMS)
def memory_hog_of_children(kit):
    """Many processes, each within the limit of one."""
    hoard = "hoard = bytearray(b'x') * (1 << 29)\ntime.sleep(1e6)"
    lines = "\n".join("        " + line for line in hoard.split("\n"))
    return kit.in_first(
        before="import os, time",
        forward=f"for _ in range(30):\n    if os.fork() == 0:\n{lines}\nos.wait()",
    )


@case(ZERO_FIRST, stock=HARMS)
def fork_bomb(kit):
    return kit.in_first(
        before="import os", forward="while True:\n    try: os.fork()\n    except OSError: pass"
    )


@case(ZERO_FIRST, stock=HARMS)
def thread_bomb(kit):
    wait = "threading.Thread(target=threading.Event().wait).start()"
    return kit.in_first(before="import threading", forward=f"while True: {wait}")


@case(ZERO_FIRST, stock=HARMS)
def endless_print(kit):
    return kit.in_first(forward="while True: print('the same line again and again')")


@case(stock=HARMS)
def endless_print_in_scratch_cell(kit):
    return kit.scratch("while True: print('the same line again and again')")


@case(stock=HARMS)
def one_line_of_50_mb(kit):
    return kit.scratch("print('x' * 50_000_000)")


@case(stock=HARMS)
def error_of_50_mb(kit):
    return kit.scratch("raise ValueError('x' * 50_000_000)")


@case(stock=HARMS)
def raw_output_of_200_mb(kit):
    """Past Python's own sys.stdout."""
    return kit.scratch("import os\nfor number in 200 * [1, 2]:\n    os.write(number, b'x' * 1_000_000)")


@case(stock=HARMS)
def disk_filling(kit):
    """Writes wherever it may until nothing goes any more, and leaves it there."""
    return kit.scratch("""
import os
for folder in ("/tmp", "/dev/shm", ".", "/var/tmp", "/run", "/"):
    try:
        with open(os.path.join(folder, "filler"), "wb") as file:
            while True: file.write(b"x" * (1 << 20))
    except OSError as error:
        print(folder, error)
""")


@case(stock=HARMS)
def a_million_files(kit):
    return kit.scratch("""
try:
    for number in range(1_000_000): open(f"/tmp/{number}", "x").close()
except OSError as error:
    print(number < 100_000, error)
""")


@case(ZERO_FIRST)
def sys_exit_in_cell(kit):
    return kit.in_first(before="import sys\nsys.exit(0)")


@case(ZERO_FIRST)
def sys_exit_in_forward(kit):
    return kit.in_first(before="import sys", forward="sys.exit(0)")


@case(ZERO_FIRST)
def os_exit_in_cell(kit):
    return kit.in_first(before="import os\nos._exit(0)")


@case(ZERO_FIRST)
def os_exit_in_forward(kit):
    return kit.in_first(before="import os", forward="os._exit(0)")


@case()
def quits_in_scratch_cell(kit):
    """IPython's own words for it."""
    return kit.scratch("quit\nexit()\nget_ipython().ask_exit()\nget_ipython().kernel.do_shutdown(False)")


@case(ZERO_FIRST, status="flagged", flag="import ctypes")
def segfault(kit):
    return kit.in_first(before="import ctypes", forward="ctypes.string_at(0)")


@case(ZERO_FIRST)
def aborts(kit):
    return kit.in_first(before="import os", forward="os.abort()")


@case(ZERO_FIRST)
def endless_recursion(kit):
    return kit.in_first(before="import sys\nsys.setrecursionlimit(10**9)", forward="return self.forward(x)")


@case(stock=HARMS)
def kills_the_parent(kit):
    """And its process group, and every process that it can name; the answers are right."""
    return kit.scratch("""
import os, signal
for target in (os.getppid(), -1, *range(2, 100), 0):
    try: os.kill(target, signal.SIGKILL)
    except OSError: pass
""")


@case(ZERO_FIRST, stock=HARMS)
def keeps_all_memory(kit):
    """Fills the memory, catches the error and keeps what it has: the answers after it must get theirs."""
    return kit.in_first(
        before="hoard = []",
        forward="""
try:
    while True: hoard.append(bytearray(1 << 24))
except MemoryError:
    raise ValueError("full") from None
""",
    )


@case()
def time_bomb(kit):
    """A thread ends the process while a later cell is running; the cell that started it is a try-out."""
    return kit.scratch(
        "import os, threading\nthreading.Timer(0.01, os._exit, [1]).start()\nimport time\ntime.sleep(1)"
    )


@case()
def surviving_child(kit):
    """A child in a session of its own goes on after the notebook, with all files open."""
    return kit.scratch("""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
""")


@case()
def surviving_child_runs_the_notebook_too(kit):
    """A fork that returns: two copies of everything behind it."""
    return kit.scratch("import os\nos.fork()")


@case()
def surviving_threads(kit):
    """One waits, one writes what it finds."""
    return kit.scratch("""
import threading, time
def talk():
    while True:
        print("still here")
        time.sleep(0.01)
threading.Thread(target=talk).start()
threading.Thread(target=threading.Event().wait).start()
""")


@case()
def asks_in_scratch_cell(kit):
    return kit.scratch('name = input("Your name? ")')


@case(ZERO_FIRST)
def asks_in_forward(kit):
    return kit.in_first(
        forward='input("How many layers? ")\nimport sys\nsys.stdin.buffer.read()\nraise ValueError'
    )


@case(status=("ok", "flagged"))
def closes_all_files(kit):
    """Among them the pipe on which results go out. It is the scratch cell that has to go, nothing else."""
    return kit.scratch("import os\nos.closerange(0, 256)")


@case(stock=HARMS)
def leaves_its_folder(kit):
    """Deletes what it can, changes folder and mask."""
    return kit.scratch("""
import os, shutil
os.umask(0o777)
for folder in ("/tmp", os.getcwd(), os.path.expanduser("~"), "/"):
    shutil.rmtree(folder, ignore_errors=True)
os.chdir("/")
""")
