"""An end to a call that takes too long: a loop that never ends is a mistake that learners make.

It works in the thread that makes the call, on every system: torch keeps its modes by thread, and Windows has
no alarm. A single call of a library that takes long is not cut short.
"""

import contextlib
import ctypes
import threading
from collections.abc import Iterator


class Overtime(BaseException):
    """Not an Exception: an answer that catches those must not catch this one.

    One that catches everything without end is stopped as any such cell is: by interrupting the kernel.
    """


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """`Overtime` is raised inside after so many seconds."""
    thread, over = ctypes.c_ulong(threading.get_ident()), threading.Event()
    send = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        if not over.wait(seconds):
            send(thread, ctypes.py_object(Overtime))

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
        yield
    finally:
        while watcher.is_alive():
            # It may arrive just here, where it is no longer wanted.
            with contextlib.suppress(Overtime):
                over.set()
                watcher.join()
                send(thread, None)
