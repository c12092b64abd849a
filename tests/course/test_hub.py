"""docs/hub.md as it is written: a hub, an exchange, two students and a teacher, on this machine.

It is done behind walls with an /etc, /home and /srv of their own: accounts are made, nothing of them is left.
"""

import csv
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course import NAME, ROOT, course_copy
from hub import ANSWER

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.bubblewrap,
    pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="accounts are made by root alone"),
    pytest.mark.skipif(
        importlib.util.find_spec("jupyterhub") is None,
        reason='no JupyterHub here: python -m pip install -c constraints.txt -e ".[hub]"',
    ),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    for name in ("home", "srv"):
        (folder / name).mkdir()
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    (folder / "course").mkdir()
    course = course_copy(folder / "course", "tools/hub")
    command = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run"]
    command += ["--unshare-pid", "--unshare-net", "--die-with-parent", "--cap-add", "ALL"]
    # Root's own folder is closed to the others, and Python may lie in it.
    home = Path.home()
    command += ["--perms", "0755", "--tmpfs", home]
    for place in {Path(sys.base_prefix), Path(sys.prefix), ROOT}:
        if place.is_relative_to(home):
            for above in reversed([one for one in place.parents if one.is_relative_to(home) and one != home]):
                command += ["--perms", "0755", "--dir", above]
            command += ["--ro-bind", place, place]
    for name in ("etc", "home", "srv"):
        command += ["--bind", folder / name, f"/{name}"]
    support = ROOT / "tests/support"
    command += [sys.executable, support / "hub.py", ROOT / "docs/hub.md", sys.prefix, course]
    done = subprocess.run(
        list(map(str, command)), env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
    return json.loads((folder / "srv/found.json").read_text(encoding="utf-8"))


def test_the_last_submission_is_collected(found):
    assert ANSWER in found["collected"]["ada"]
    assert ANSWER not in found["collected"]["emmy"]


def test_marks_come_out(found):
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(found["marks"]))}
    assert {name: (row["assignment"], row["status"], row["to_read"]) for name, row in rows.items()} == {
        "ada": (NAME, "to be read", "1"),
        "emmy": (NAME, "ok", "0"),
    }


def test_the_teacher_sees_them_in_the_hub_s_formgrader(found):
    seen = found["formgrader"]
    assert {"ada", "emmy"} <= set(seen["submissions"][NAME])
    assert seen["waits"] == {"ada": True, "emmy": False}


def test_each_student_gets_a_page(found):
    assert found["feedback"] == 2


def test_no_student_reads_what_is_another_s(found):
    assert found["refused"] != 0
