"""Who computes: as many sandboxes as are worth their start, the one that has been begun first."""

import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import computing, trials, worker
from autograder.sandbox import Limits, Reply, SandboxError


class Fake:
    """In place of a sandbox: says when it starts, and each run waits until `together` are under way."""

    made: list["Fake"] = []
    together = threading.Barrier(1)

    def __init__(self, limits=None, unsandboxed=False):
        self.started, self.runs, self.closed, self.modules = 0, 0, False, []
        self.group, self.unsandboxed, self.end = None, unsandboxed, {"code": 0}
        Fake.made.append(self)

    def start(self):
        self.started += 1

    def run(self, job, limits):
        self.runs += 1
        Fake.together.wait(timeout=60)
        return Reply(b"", self.end)

    def close(self):
        self.closed = True


@pytest.fixture
def fakes(monkeypatch):
    Fake.made, Fake.together = [], threading.Barrier(1)
    monkeypatch.setattr(worker, "Sandbox", Fake)
    monkeypatch.setattr(worker, "modules", lambda _: ["torch"])
    monkeypatch.setattr(trials, "hold", lambda: None)
    monkeypatch.setattr(computing, "grade", lambda content, assignment, sandbox: sandbox.run({}).end | CLEAN)
    return Fake


ROOT = Path(__file__).resolve().parents[2]
CLEAN = {"clock": False}


def compute(count, jobs, begun=None):
    """So many submissions; returns the results that were kept."""
    kept = {}
    what = SimpleNamespace(assignment=None, environment="", keep=kept.__setitem__)
    missing = {str(k): b"" for k in range(count)}
    failed = computing.results(what, missing, lambda key: None, jobs, None, Limits(), False, begun)
    assert failed == {}
    return kept


@pytest.mark.parametrize(
    ("count", "jobs", "warm"), [(1, 8, 1), (computing._WORTH_A_SANDBOX - 1, 2, 1), (100, 2, 2), (100, 1, 1)]
)
def test_no_more_sandboxes_than_are_worth_their_start(fakes, count, jobs, warm):
    assert len(compute(count, jobs)) == count
    assert len(fakes.made) == warm
    assert all(one.modules == ["torch"] and one.closed for one in fakes.made)
    assert sum(one.runs for one in fakes.made) == count


def test_one_that_was_begun_is_the_first_to_be_used(fakes):
    begun = Fake()
    compute(3, 1, begun)
    assert begun.runs == 3
    assert fakes.made == [begun]


def test_submissions_run_at_one_time_in_different_sandboxes(fakes):
    fakes.together = threading.Barrier(2)
    compute(2 * computing._WORTH_A_SANDBOX, 2)
    assert [one.runs for one in fakes.made] == [computing._WORTH_A_SANDBOX] * 2


def test_a_sandbox_that_was_ended_from_outside_is_asked_once_more(fakes):
    begun = Fake()
    begun.end = {"code": None}
    compute(1, 1, begun)
    assert begun.runs == 2


def test_no_sandbox_ends_the_run(fakes, monkeypatch):
    def refuse(self):
        raise SandboxError("no bubblewrap")

    monkeypatch.setattr(Fake, "start", refuse)
    with pytest.raises(SandboxError, match="no bubblewrap"):
        compute(5, 2)


def test_walls_are_tried_where_nothing_bounds_a_sandbox_as_a_whole(fakes, monkeypatch):
    tried = []
    monkeypatch.setattr(trials, "hold", lambda: tried.append(1))
    begun = Fake()
    compute(1, 1, begun)
    begun.group = "a control group"
    compute(1, 1, begun)
    begun.group, begun.unsandboxed = None, True
    compute(1, 1, begun)
    assert tried == [1]


def test_a_command_loads_only_what_it_needs():
    """Help and `doctor` without torch and nbgrader; a notebook's schema without a grammar for addresses."""
    source = (
        "import sys\nfrom autograder.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([name for name in ('torch', 'nbgrader', 'matplotlib') if name in sys.modules])\n"
        "import nbformat\nnbformat.validate(nbformat.v4.new_notebook())\n"
        "print(sys.modules['rfc3987_syntax'])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[-2:] == ["[]", "None"], done.stdout + done.stderr
