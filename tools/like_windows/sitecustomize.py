"""Windows, and macOS's file system, as far as Linux can play them.

`python tools/simulate.py windows` puts this folder on Python's path; every Python that starts reads a file of
this name. From then on

- the course's own code finds no `resource`, `fcntl`, `pwd`, `grp`, `termios`, no `os.mkfifo`, no `os.fork`;
  Python's own modules and other packages keep them, since their branches for Windows do not run here;
- a text file without an encoding is read and written in cp1252, and lines that are written end in CRLF;
- what a child process prints is read in cp1252 where no encoding is named;
- there are no symbolic links, and no file can be made whose name Windows or APFS refuses.

`sys.platform` and `os.name` stay as they are: a test has to ask for what it needs, not for a system's name.
"""

import builtins
import errno
import io
import os
import re
import subprocess
import sys

COURSE = os.environ["LIKE_WINDOWS"]
MODULES = {"resource", "fcntl", "pwd", "grp", "termios", "pty"}
ENCODING = "cp1252"
# Reserved characters, control characters, what is no UTF-8, a dot or blank at the end, names of devices.
REFUSED = re.compile(r'[<>:"|?*\\\x00-\x1f\ud800-\udfff]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.I)

plain_import, plain_open, plain_popen = builtins.__import__, io.open, subprocess.Popen.__init__
plain_fork = os.fork


def ours(file):
    return str(file).startswith(COURSE) and "site-packages" not in str(file)  # .venv may lie in the course


def import_as_there(name, globals=None, locals=None, fromlist=(), level=0):
    importer = globals or {}
    asks = ours(importer.get("__file__", "")) or importer.get("__name__") == "_pytest.outcomes"
    if name in MODULES and asks:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return plain_import(name, globals, locals, fromlist, level)


def open_as_there(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *rest, **more):
    if "b" not in mode:
        encoding = ENCODING if encoding in (None, "locale") else encoding
        if newline is None and "r" not in mode:
            newline = "\r\n"
    return plain_open(file, mode, buffering, encoding, errors, newline, *rest, **more)


def popen_as_there(self, *args, text=None, universal_newlines=None, encoding=None, errors=None, **more):
    if encoding is None and (text or universal_newlines or errors):
        encoding = ENCODING
    plain_popen(
        self,
        *args,
        text=text,
        universal_newlines=universal_newlines,
        encoding=encoding,
        errors=errors,
        **more,
    )


def refuse(event, arguments):
    if event == "os.symlink":
        raise OSError(errno.EPERM, "A required privilege is not held by the client")
    made = {"os.mkdir": 0, "os.rename": 1, "os.link": 1}.get(event)
    if event == "open":
        _, mode, flags = arguments
        made = 0 if flags & os.O_CREAT or (mode and set(mode) & set("wax")) else None
    if made is not None and isinstance(arguments[made], str | bytes | os.PathLike):
        name = os.path.basename(os.fsdecode(arguments[made]).rstrip("/"))
        if REFUSED.search(name):
            raise OSError(errno.EILSEQ, "Illegal byte sequence, or a name that Windows refuses", name)


def attribute_of_os(name):
    """What is no longer there by itself: multiprocessing, and so torch's workers, cannot do without it."""
    if name == "fork" and not ours(sys._getframe(1).f_code.co_filename):
        return plain_fork
    raise AttributeError(f"module 'os' has no attribute {name!r}")


builtins.__import__ = import_as_there
builtins.open = io.open = open_as_there
subprocess.Popen.__init__ = popen_as_there
sys.addaudithook(refuse)
del os.mkfifo, os.mknod, os.fork
os.__getattr__ = attribute_of_os
