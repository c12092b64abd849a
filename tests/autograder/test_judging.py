"""From what a sandbox says to marks, with a sandbox that says whatever a test wants."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder import judging
from autograder.assignment import Assignment
from autograder.inside import wire
from autograder.sandbox import Limits, Reply
from helpers import checks
from helpers.checks.report import Item, Verdict

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "solutions" / "04_exercises" / "04_exercises.ipynb"
DONE = {"status": "done", "code": 0, "step": 2, "cpu": 0.1, "wall": 0.1}


def cell(name, source, points=None):
    mark = {
        "grade_id": name,
        "grade": points is not None,
        "solution": points is None,
        "locked": points is not None,
    }
    mark |= {"schema_version": 3, "task": False} | ({} if points is None else {"points": points})
    return new_code_cell(source, id=name, metadata={"nbgrader": mark})


@pytest.fixture
def course(tmp_path):
    """One exercise and one plain assert cell: (assignment, the notebook's bytes)."""
    call = 'checks.check("two_layer_lstm", TwoLayerLSTM, points=4, seed=7)'
    cells = [
        cell("answer", "class TwoLayerLSTM: ..."),
        cell("probe", call, 4),
        cell("plain", "assert answer == 3", 2),
    ]
    text = nbformat.writes(new_notebook(cells=cells))
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    return Assignment.load("a", path), text.encode()


@dataclass
class Saying:
    """A sandbox that answers each run with the next reply of a list, and keeps what it was asked."""

    replies: list
    limits: Limits = field(default_factory=Limits)
    asked: list = field(default_factory=list)

    def run(self, job, limits):
        self.asked.append([step["index"] for step in job["steps"]])
        return self.replies.pop(0)


def reply(*frames, **end):
    content = b"".join(
        frame if isinstance(frame, bytes) else wire.frame(wire.pack(frame)) for frame in frames
    )
    return Reply(content, DONE | end)


def said(index, **more):
    return {"index": index, "text": "", "error": None, **more}


def error(name, text=""):
    return {"name": name, "text": text, "traceback": ""}


def test_one_run_where_nothing_dies(course):
    sandbox = Saying([reply(said(0), said(1, values={"not_a_module": True}), said(2))])
    result = judging.grade(course[1], course[0], sandbox)
    assert sandbox.asked == [[0, 1, 2]]
    assert result["checks"]["probe"]["points"] == 0
    assert [finding["name"] for finding in result["checks"]["probe"]["findings"]] == ["not_a_module"]
    assert result["checks"]["plain"] | {"text": ""} == {
        "exercise": None, "points": 2.0, "max": 2.0, "findings": [], "to_read": [],
        "status": "plain", "text": "",
    }  # fmt: skip
    assert result["notes"] == [judging.FORGEABLE]
    assert result["flags"] == []
    json.dumps(result)


def test_an_answer_that_gets_hold_of_the_checks_own_code_is_flagged(course):
    replies = [reply(said(0), said(1, values={"not_a_module": True}), said(2))]
    content = course[1].replace(b"class TwoLayerLSTM: ...", b"from helpers.checks.exercises import conv1d")
    assert content != course[1]
    flags = judging.grade(content, course[0], Saying(replies))["flags"]
    assert flags == [
        "it gets hold of the checks' own code: look at from helpers.checks.exercises import conv1d"
    ]


def test_each_cell_is_sent_with_whose_it_is(course):
    sent = []
    sandbox = Saying([reply(said(0), said(1, values={"not_a_module": True}), said(2))])
    sandbox.run, run = lambda job, limits: (sent.extend(job["steps"]), run(job, limits))[1], sandbox.run
    judging.grade(course[1], course[0], sandbox)
    assert [(step["kind"], step.get("whose")) for step in sent] == [
        ("cell", "own"),
        ("probe", None),
        ("cell", "check"),
    ]


def test_a_step_that_dies_is_left_out_of_the_next_run_and_the_rest_is_done(course):
    first = reply(said(0), status="cpu_item", step=1, code=-9)
    sandbox = Saying([first, reply(said(0), said(2))])
    result = judging.grade(course[1], course[0], sandbox)
    assert sandbox.asked == [[0, 1, 2], [0, 2]]
    assert result["checks"]["probe"]["status"] == "died"
    assert "more than 10 seconds (an endless loop?)" in result["checks"]["probe"]["text"]
    assert result["checks"]["plain"]["points"] == 2


def test_an_answer_is_kept_though_the_process_dies_later(course):
    first = reply(said(0), said(1, values={"not_a_module": True}), status="died", step=2, code=139)
    sandbox = Saying([first])
    result = judging.grade(course[1], course[0], sandbox)
    assert sandbox.asked == [[0, 1, 2]]
    assert result["checks"]["probe"]["status"] == "judged"
    assert result["checks"]["plain"]["points"] == 0
    assert "signal 117" in result["checks"]["plain"]["text"]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"status": "died", "code": 3}, "exit code 3"),
        ({"status": "done", "code": 0}, "exit code 0"),
        ({"status": "died", "code": 247}, "too much memory"),
        ({"status": "died", "code": None}, "nothing could be run any more"),
        ({"status": "memory", "code": -9}, "too much memory"),
        ({"status": "processes", "code": -9}, "more than 64 processes"),
        ({"status": "wall", "code": -9}, "took more than 600 seconds"),
        ({"status": "reply", "code": -9}, "more than a result can be"),
    ],
)
def test_every_death_has_its_words(course, end, words):
    sandbox = Saying([reply(said(0), step=1, **end), reply(said(0), said(2))])
    assert words in judging.grade(course[1], course[0], sandbox)["checks"]["probe"]["text"]


def test_the_budget_of_the_notebook_ends_it(course):
    spent = {"status": "cpu_item", "code": -9, "cpu": 121.0}
    sandbox = Saying([reply(said(0), step=1, **spent)])
    result = judging.grade(course[1], course[0], sandbox)
    assert "whole computed for more than 120 seconds" in result["checks"]["plain"]["text"]


def test_time_that_only_passes_takes_nothing_from_a_submission(course):
    slow = reply(said(0), status="cpu_item", step=1, code=-9, cpu=11.0, wall=50_000.0)
    sandbox = Saying([slow, reply(said(0), said(2))])
    result = judging.grade(course[1], course[0], sandbox)
    assert result["checks"]["plain"]["points"] == 2
    assert result["checks"]["probe"]["status"] == "died"
    assert not result["clock"]


@pytest.mark.parametrize("status", ["wall", "wall_item"])
def test_what_the_clock_has_cut_off_waits_for_a_person_and_is_flagged(course, status):
    cut = reply(said(0), status=status, step=1, code=-9, cpu=0.1, wall=50.0)
    result = judging.grade(course[1], course[0], Saying([cut, reply(said(0), said(2))]))
    mark = result["checks"]["probe"]
    assert mark["status"] == "unjudged"
    assert [part["points"] for part in mark["to_read"]] == [4.0]
    assert result["clock"]
    assert "probe: could not be judged" in result["flags"][0]
    assert result["checks"]["plain"]["points"] == 2


def test_a_name_that_is_missing_for_what_the_sandbox_lacks_is_flagged(course):
    failed = said(0, error=error("UsageError", "Line magic function `%cuda` not found."))
    missing = said(1, error=error("NameError", "name 'TwoLayerLSTM' is not defined"))
    result = judging.grade(course[1], course[0], Saying([reply(failed, missing, said(2))]))
    assert "may not: UsageError: Line magic function `%cuda` not found." in result["flags"][0]


def test_a_lying_step_number_cannot_keep_the_run_from_ending(course):
    sandbox = Saying([reply(status="died", step=99, code=1) for _ in range(3)])
    result = judging.grade(course[1], course[0], sandbox)
    assert {mark["status"] for mark in result["checks"].values()} == {"died"}


def test_a_step_that_sends_more_results_than_one_is_flagged_and_not_believed(course):
    forged = said(2, error=error("AssertionError"))
    sandbox = Saying([reply(said(0), said(1, values={"not_a_module": True}), said(2), forged)])
    result = judging.grade(course[1], course[0], sandbox)
    assert result["checks"]["probe"]["status"] == "judged"
    assert result["checks"]["plain"]["points"] == 0
    assert "was not believed from here on" in result["checks"]["plain"]["text"]
    assert result["flags"] == [judging.FORGED]


@pytest.mark.parametrize(
    "frame",
    [
        wire.frame(b"\x80\x04pickle"),
        {"index": "1", "text": ""},
        {"text": ""},
        [1],
        said(0) | {"text": 3},
        said(7),
    ],
)
def test_what_is_no_result_is_flagged_and_the_rest_is_run_again_without_its_step(course, frame):
    good = reply(said(1, values={"not_a_module": True}), said(2))
    sandbox = Saying([reply(frame, said(0), said(1), said(2)), good])
    result = judging.grade(course[1], course[0], sandbox)
    assert sandbox.asked == [[0, 1, 2], [1, 2]]
    assert result["flags"] == [judging.FORGED]
    assert result["checks"]["plain"]["points"] == 2


@pytest.mark.parametrize(
    "values",
    [
        None,
        3,
        [],
        {},
        {"builds": 3},
        {"builds": {"main": {"output": np.zeros(3)}}, "extras": None},
        {"builds": {}},
    ],
)
def test_values_of_another_form_earn_nothing_and_are_flagged(course, values):
    sandbox = Saying([reply(said(0), said(1, values=values), said(2))])
    result = judging.grade(course[1], course[0], sandbox)
    assert result["checks"]["probe"]["points"] == 0
    assert result["checks"]["probe"]["status"] == "malformed"
    assert "probe: what came back is not what a probe gives" in result["flags"][0]


@pytest.mark.parametrize("second", ["done", "wall_item"])
@pytest.mark.parametrize("first", ["cpu_item", "wall_item", "died"])
def test_a_check_that_an_added_cell_has_brought_down_is_run_again_without_it(course, first, second):
    assignment, content = course
    notebook = nbformat.reads(content.decode(), as_version=4)
    mine = new_code_cell("while_away()", id="mine", metadata={"autograder": {"scratch": True}})
    notebook.cells.insert(0, mine)
    answers = [said(1), said(2, values={"not_a_module": True}), said(3)]
    ended = {"step": 3, "code": None, "cpu": 10.0}
    sandbox = Saying([reply(said(0), *answers[:2], **ended, status=first)])
    sandbox.replies += [reply(*answers[: 3 if second == "done" else 2], **ended, status=second)]
    result = judging.grade(nbformat.writes(notebook).encode(), assignment, sandbox)
    assert sandbox.asked == [[0, 1, 2, 3], [1, 2, 3]]
    plain = result["checks"]["plain"]
    waits = sum(part["points"] for part in plain["to_read"])
    assert (plain["points"], waits) == ((2, 0) if second == "done" else (0, 2))
    flagged = any("plain" in text and judging.UNJUDGED in text for text in result["flags"])
    assert flagged == bool(waits)


def test_a_name_that_is_missing_tells_which_cell_failed_before(course):
    frames = [said(0, error=error("SyntaxError", "invalid syntax")), said(2)]
    missing = said(1, error=error("NameError", "name 'TwoLayerLSTM' is not defined"))
    result = judging.grade(course[1], course[0], Saying([reply(frames[0], missing, frames[1])]))
    text = result["checks"]["probe"]["text"]
    assert (
        "TwoLayerLSTM is not defined; the last cell before it that failed says: SyntaxError: invalid syntax"
        in text
    )


def test_what_nothing_verified_waits_with_its_points(course, monkeypatch):
    def judge(task, values):
        verdict = Verdict((Item("a", "the first", 1), Item("b", "the second", 3)))
        verdict.leave("b", "not seen")
        return verdict

    monkeypatch.setattr(checks.exercise("two_layer_lstm"), "judge", judge)
    sandbox = Saying([reply(said(0), said(1, values={}), said(2))])
    mark = judging.grade(course[1], course[0], sandbox)["checks"]["probe"]
    assert mark["status"] == "judged"
    assert mark["points"] == 1.0
    assert mark["to_read"] == [{"item": "the second", "points": 3.0, "why": "not seen"}]


def test_a_number_is_a_plain_cells_mark_within_its_points(course):
    for number, points in ((1.5, 1.5), (9.0, 2.0), (-3.0, 0.0), (float("nan"), 2.0)):
        sandbox = Saying([reply(said(0), said(1, values={"not_a_module": True}), said(2, number=number))])
        assert judging.grade(course[1], course[0], sandbox)["checks"]["plain"]["points"] == points


def test_right_values_get_full_marks_and_no_seed_of_the_notebook_is_used():
    assignment = Assignment.load("04_exercises", SOURCE)
    check = assignment.checks["gradient_clipping_check"]
    assert (check.exercise, check.answer, check.points) == ("gradient_clipping", "train_with_clipping", 4)
    assert len({assignment.seed(check) for check in assignment.checks.values()}) == 10
    assert not {assignment.seed(check) for check in assignment.checks.values()} & {0, *range(4000, 4100)}


def test_an_unknown_exercise_is_an_error_before_the_first_student(tmp_path):
    path = tmp_path / "a.ipynb"
    call = cell("c", 'checks.check("no_such_thing", X, points=1)', 1)
    path.write_text(nbformat.writes(new_notebook(cells=[call])), encoding="utf-8")
    with pytest.raises(ValueError, match="no exercise 'no_such_thing'"):
        Assignment.load("a", path)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no source notebook"):
        Assignment.load("a", tmp_path / "a.ipynb")


def test_the_digest_hangs_on_points_and_code_and_not_on_prose(tmp_path):
    def digest(**changes):
        notebook = nbformat.read(SOURCE, as_version=4)
        for one in notebook.cells:
            for name, change in changes.items():
                if one.id == name:
                    change(one)
        path = tmp_path / "x.ipynb"
        nbformat.write(notebook, path)
        return Assignment.load("04_exercises", path).digest

    plain = digest()
    assert digest(title=lambda one: one.update(source="# Other words")) == plain
    assert digest(two_layer_lstm_check=lambda one: one.metadata.nbgrader.update(points=5)) != plain
    assert digest(two_layer_lstm_hidden=lambda one: one.update(source=one.source + "\n# changed")) != plain


def test_every_module_of_the_exercises_keeps_judge_and_probe_apart():
    for name in checks.EXERCISES:
        module = checks.exercise(name)
        task = module.task(1)
        assert wire.unpack(wire.pack(task)).keys() == task.keys()  # a task travels as it is


def test_an_instructors_cell_that_only_shows_something_is_not_run():
    assignment = Assignment.load("04_exercises", SOURCE)
    notebook = nbformat.read(SOURCE, as_version=4)
    shown = [one for one in notebook.cells if "not-graded" in one.metadata.get("tags", [])]
    assert {one.id for one in shown} >= {"two_layer_lstm_try", "e3-sight"}
    ids = {step.cell_id for step in assignment.steps(nbformat.writes(notebook).encode())}
    assert not ids & {one.id for one in shown}
    assert {"setup-imports", "two_layer_lstm", "two_layer_lstm_check"} <= ids
    shown[0].metadata["autograder"] = {"from": "student"}  # a changed copy, which an answer may need
    ids = {step.cell_id for step in assignment.steps(nbformat.writes(notebook).encode())}
    assert shown[0].id in ids
