"""Grading that is killed, done twice, done in parallel, done again with a mended test: the same marks."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import cheats
import documents
import honest
import nbformat
import pytest
import running
from classroom import Classroom
from kit import CASES, NAME

pytestmark = [pytest.mark.hostile, pytest.mark.bubblewrap]
CHOSEN = {
    one.__name__
    for one in (
        honest.correct,
        honest.untouched,
        honest.half_right,
        honest.syntax_error,
        honest.scratch_cell_raises,
        running.os_exit_in_forward,
        running.raises_in_forward,
        cheats.forged_results,
        cheats.printed_mark,
        documents.tests_edited,
        documents.malformed,
        documents.never_sent,
    )
}
TWIN = "twin_of_correct"


def results(room):
    """Name -> time of change and content of each kept result."""
    return {
        path.name: (path.stat().st_mtime_ns, path.read_bytes())
        for path in (room.work / "results").glob("[!.]*.json")
    }


def marks(room):
    return (room.work / "marks.csv").read_bytes()


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """A class that has been taken in and not graded."""
    room = Classroom(tmp_path_factory.mktemp("resumed") / "first")
    room.folder.mkdir()
    room.build()
    chosen = [one for one in CASES if one.name in CHOSEN]
    room.enrol([*CHOSEN, TWIN])
    room.hand_in(chosen)
    shutil.copytree(room.received / "correct", room.received / TWIN)
    room.intake()
    return room


@pytest.fixture(scope="module")
def copy(taken_in):
    """Gives another copy of the class as it was taken in, gradebook and all."""

    def named(name):
        room = Classroom(taken_in.folder.parent / name)
        shutil.copytree(taken_in.folder, room.folder)
        return room

    return named


@pytest.fixture(scope="module")
def once(copy):
    """Graded in one go by one worker."""
    room = copy("once")
    room.grade(jobs=1)
    return room


def wait_for_results(room, process, count):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if len(results(room)) >= count:
            return
        assert process.poll() is None, "grading ended before it could be killed"
        time.sleep(0.02)
    raise AssertionError("no result within two minutes")


def sandboxes(process):
    """Process ids of the sandboxes below a grading process."""
    found = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "bwrap":
                found.append(int(child))
    return found


def processes_in(folder):
    """Processes that work in this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if Path(os.readlink(entry / "cwd")) == folder:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_the_marks_are_as_they_must_be(once):
    must = {one.name: one for one in CASES if one.name in CHOSEN}
    for student, row in once.marks().items():
        one = must["correct" if student == TWIN else student]
        assert row["status"] in one.status
        assert row["points"] == ("" if one.total is None else f"{one.total:g}"), student


def test_grading_killed_and_started_again_does_exactly_the_rest(copy, once):
    room = copy("killed")
    process = room.start(*room.grading(jobs=2))
    wait_for_results(room, process, 2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    before = results(room)
    assert 2 <= len(before) < len(results(once)), "it was killed too late to show anything"
    until = time.monotonic() + 30
    while processes_in(room.course) and time.monotonic() < until:
        time.sleep(0.1)
    assert not processes_in(room.course), "what the killed process had started goes on"
    before = results(room)  # a worker may have finished one more
    room.grade(jobs=2)
    after = results(room)
    assert {name: after[name] for name in before} == before, "a kept result was computed again"
    assert after.keys() == results(once).keys()
    assert marks(room) == marks(once)
    assert room.points() == once.points()


def test_killed_while_the_book_is_written(copy, once):
    room = copy("killed_late")
    process = room.start(*room.grading(jobs=2))
    wait_for_results(room, process, len(results(once)))
    until = time.monotonic() + 60
    while not list((room.work / "booked").glob("*.json")) and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    before = results(room)
    room.grade(jobs=2)
    assert results(room) == before
    assert marks(room) == marks(once)
    assert room.points() == once.points()


def test_sandbox_killed(copy, once):
    """Its submission runs once more, in another."""
    room = copy("sandbox_killed")
    process = room.start(*room.grading(jobs=2))
    wait_for_results(room, process, 1)
    os.kill(sandboxes(process)[0], signal.SIGKILL)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert marks(room) == marks(once)


def test_as_many_workers_as_you_like(copy, once):
    room = copy("many")
    room.grade(jobs=16)
    assert marks(room) == marks(once)
    assert room.points() == once.points()


def test_the_same_submission_twice(once):
    rows = once.marks()
    assert rows[TWIN] | {"student": "correct"} == rows["correct"]
    assert once.record(TWIN)["sha256"] == once.record("correct")["sha256"]


def test_again_changes_nothing(once):
    before, said = (results(once), marks(once)), once.grade(jobs=2)
    assert (results(once), marks(once)) == before, said


def test_mended_test_keeps_manual_marks_and_leaves_a_trail(copy):
    room = copy("mended")
    room.grade()
    old = room.points()
    with room.gradebook() as book:
        written = book.find_grade("birnn_bn_why", NAME, NAME, "correct")
        written.manual_score = 3.5
        corrected = book.find_grade("gradient_clipping_check", NAME, NAME, "half_right")
        corrected.manual_score = 1.25
        comment = book.find_comment("birnn_bn_why", NAME, NAME, "correct")
        comment.manual_comment = "well said"
        book.db.commit()
    before = results(room)
    path = room.course / "solutions" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    hidden = next(cell for cell in notebook.cells if cell.id == "two_layer_lstm_hidden")
    assert "points=6" in hidden.source
    hidden.source = hidden.source.replace("points=6", "points=9").replace("4011", "4111")
    hidden.metadata["nbgrader"]["points"] = 9
    nbformat.write(notebook, path)
    room.nbgrader("generate_assignment", NAME, "--force")
    room.intake()
    room.grade()
    with room.gradebook() as book:
        written = book.find_grade("birnn_bn_why", NAME, NAME, "correct")
        corrected = book.find_grade("gradient_clipping_check", NAME, NAME, "half_right")
        assert (written.manual_score, written.score) == (3.5, 3.5)
        assert (corrected.manual_score, corrected.score, corrected.auto_score) == (1.25, 1.25, 4.0)
        assert book.find_comment("birnn_bn_why", NAME, NAME, "correct").comment == "well said"
    new = room.points()
    assert new["correct"]["two_layer_lstm"] == 13
    assert {s: {e: p for e, p in of.items() if e != "two_layer_lstm"} for s, of in new.items()} == {
        s: {e: p for e, p in of.items() if e != "two_layer_lstm"} for s, of in old.items()
    }
    assert {row["max"] for row in room.marks().values()} == {"53"}
    assert before.keys() < results(room).keys(), "the results under the old test must stay"
    lines = [json.loads(line) for line in (room.work / "history.jsonl").read_text().splitlines()]
    trail = [line for line in lines if line["student"] == "correct"]
    assert [(line["points_before"], line["points"]) for line in trail] == [(None, 50), (50, 53)]
    assert trail[1]["result_before"] == trail[0]["result"]
    assert trail[0]["assignment"] != trail[1]["assignment"]
