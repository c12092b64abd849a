"""From one submission to its result: run it in the sandbox, judge what came back, out here.

Nothing that comes out of a sandbox is believed: values are compared with the reference by the judge, frames
that were not asked for are flagged, and whatever cannot be read earns nothing and is flagged. The judge works
under limits of its own (see `bounded`): what it cannot bring to an end waits for a person.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from autograder.assignment import Assignment, Check, Step
from autograder.borrowed import borrowed
from autograder.bounded import Failed, bounded
from autograder.inside import TEXT, WALL, wire
from autograder.sandbox import Limits, Reply
from helpers import checks
from helpers.checks.reply import MISFIT
from helpers.checks.report import number

_REASONS = {
    "cpu_item": "it computed for more than {cpu_item:g} seconds (an endless loop?) and was stopped",
    "cpu": "the notebook as a whole computed for more than {cpu:g} seconds and was stopped here",
    "wall_item": "it waited for more than {wall_item:g} seconds and was stopped",
    "wall": "the notebook as a whole took more than {wall:g} seconds and was stopped here",
    "reply": "it sent more than a result can be, and was stopped",
    "memory": "it was ended by the system, most likely because it asked for too much memory",
    "processes": "it started more than {processes} processes and was stopped",
    "exit": "it ended Python here (exit code {code})",
    "signal": "it crashed Python here (signal {code})",
    "unfinished": "nothing could be run any more after what came before",
    "forged": "its process sent something that is no result of this, and was not believed from here on",
}
# Errors of a cell that may come from the sandbox: no network, no front end, no such files and modules.
_OURS = ("UsageError", "StdinNotImplementedError", "ModuleNotFoundError", "ImportError", "ConnectionError")
_OURS += ("OSError", "FileNotFoundError", "PermissionError", "URLError", "gaierror", "MemoryError")
UNJUDGED = ": could not be judged: "  # in a flag, between the check and the reason
FORGED = "its process sent something that is no result: look at its code"
FORGEABLE = (
    "a cell was marked by its own asserts, which run beside the student's code: such a mark can be forged"
)


class Runner(Protocol):
    """What runs a submission's job: a sandbox, or several behind the face of one."""

    limits: Limits

    def run(self, job: Mapping[str, Any], limits: Limits | None = None) -> Reply: ...


def grade(content: bytes, assignment: Assignment, sandbox: Runner) -> dict[str, Any]:
    """The result of one submission: plain values, ready for JSON.

    Returns {"cells": {cell id: {"status": ok | error | died, "text", "error"}}, "checks": {grade id:
    {"exercise", "points", "max", "status", "text", "findings", "to_read"}}, "flags": [...], "notes": [...],
    "stopped_at": {limit: s}, "clock": did the clock end something?, "cpu": s, "wall": s}. A check's status is
    judged, no_answer, undefined, died,
    malformed, unjudged or plain. Its `to_read` lists what waits for a person, {"item", "points", "why"}:
    points that are neither in "points" nor lost; where it is unjudged, all of them.
    """
    steps = assignment.steps(content)
    run = _Run(steps, assignment, sandbox)
    for step in steps:
        if step.author != "instructor" and (what := borrowed(step.source)):
            run.flag(what)
    run.to_the_end()
    marks = run.marks()
    # A cell that the student has added may have spoilt a check behind it, or made it so dear that it was
    # stopped; without it the answer may be right.
    given = [step for step in steps if step.author != "scratch"]
    spoilt = any(mark["status"] in ("undefined", "malformed", "died", "unjudged") for mark in marks.values())
    if spoilt and len(given) < len(steps):
        again = run.with_steps(given)
        again.to_the_end()
        marks = {name: max(marks[name], mark, key=_worth) for name, mark in again.marks().items()}
        flags = dict.fromkeys(run.flags + again.flags)
        waiting = {name for name, mark in marks.items() if mark["status"] == "unjudged"}
        run.flags = [text for text in flags if UNJUDGED not in text or text.split(UNJUDGED)[0] in waiting]
        run.cpu, run.wall = again.cpu, again.wall
        run.clock |= again.clock
        run.stopped_at |= again.stopped_at
    return _readable(run.result(marks))


class _Run:
    """One submission: as many forks as it takes until each step has been answered or has died."""

    def __init__(self, steps: list[Step], assignment: Assignment, sandbox: Runner) -> None:
        self.steps, self.assignment, self.sandbox = steps, assignment, sandbox
        self.said: dict[int, dict[str, Any]] = {}
        self.died: dict[int, str] = {}
        self.flags: list[str] = []
        self.cpu = self.wall = 0.0
        self.stopped_at: dict[str, float] = {}  # the limits of time that ended something
        self.clock: set[int] = set()  # the steps that the clock has ended: this machine may have been busy
        # Before this step nothing of the student's can have run.
        self.first_own = next((step.index for step in steps if step.author != "instructor"), len(steps))
        self.tasks = {
            step.index: checks.exercise(step.check.exercise).task(assignment.seed(step.check))
            for step in steps
            if step.check and step.check.exercise
        }

    def with_steps(self, steps: list[Step]) -> "_Run":
        """Another run of the same submission, on what is left of its time."""
        other = _Run(steps, self.assignment, self.sandbox)
        other.cpu, other.wall = self.cpu, self.wall
        return other

    def to_the_end(self) -> None:
        while any(step.index not in self.said and step.index not in self.died for step in self.steps):
            self.once()

    def marks(self) -> dict[str, dict[str, Any]]:
        given = [step for step in self.steps if step.check]
        probed = [s for s in given if s.index in self.tasks and _has_values(self.said.get(s.index))]
        judge = [
            partial(_judged, step.check, self.tasks[step.index], self.said[step.index]["values"])
            for step in probed
        ]
        verdicts = dict(zip([step.index for step in probed], bounded(judge), strict=True))
        return {step.check.grade_id: self.mark(step, verdicts.get(step.index)) for step in given}

    def result(self, marks: dict[str, dict[str, Any]]) -> dict[str, Any]:
        forgeable = any(mark["status"] == "plain" for mark in marks.values())
        return {
            "cells": {step.cell_id: self.cell(step) for step in self.steps if not step.check},
            "checks": marks,
            "flags": self.flags,
            "notes": [FORGEABLE] if forgeable else [],
            "stopped_at": self.stopped_at,
            "clock": bool(self.clock),
            "cpu": round(self.cpu, 3),
            "wall": round(self.wall, 3),
        }

    def flag(self, text: str) -> None:
        if text not in self.flags:
            self.flags.append(text)

    # --- running

    def once(self) -> None:
        """One fork: all cells that have not died, and the checks that have no answer yet."""
        asked = [
            step
            for step in self.steps
            if step.index not in self.died and not (step.check and step.index in self.said)
        ]
        # What was computed counts, and not the time that passed: others may have kept this machine busy.
        left = self.sandbox.limits.cpu - self.cpu
        if left <= 0:
            for step in asked:
                self.died.setdefault(step.index, self.reason({"status": "cpu", "code": 0}))
            return
        job = {"steps": [self.order(step) for step in asked]}
        reply = self.sandbox.run(job, replace(self.sandbox.limits, cpu=left))
        self.cpu += reply.end["cpu"]
        self.wall += reply.end["wall"]
        forger = self.take(reply, asked)
        unanswered = [step.index for step in asked if step.index not in self.said]
        if forger is not None:
            self.died[forger] = _REASONS["forged"]
            self.flag(FORGED)
        elif unanswered:
            # The step that was running; where the process says that it has come to its end, the first one
            # whose answer is not there.
            stopped = reply.end["status"] != "done" and reply.end["step"] in {step.index for step in asked}
            last = reply.end["step"] if stopped else unanswered[0]
            self.died[last] = self.reason(reply.end)
            if reply.end["status"] in ("wall", "wall_item"):
                self.clock.add(last)
            if reply.end["status"] in ("cpu_item", "wall_item"):
                self.no_more_of(last)

    def no_more_of(self, last: int) -> None:
        """An answer that took too long in one check is not run in the next: the others need the time."""
        check = next(step.check for step in self.steps if step.index == last)
        for step in self.steps:
            same = check and step.check and step.check.exercise and step.check.answer == check.answer
            if same and step.index not in self.said:
                self.died.setdefault(step.index, self.died[last])
                self.clock |= {step.index} if last in self.clock else set()

    def order(self, step: Step) -> dict[str, Any]:
        common = {"index": step.index, "seed": 1000 + step.index}
        if step.index in self.tasks:
            module = checks.exercise(step.check.exercise).module
            task = self.tasks[step.index]
            return {"kind": "probe", **common, "module": module, "answer": step.check.answer, "task": task}
        whose = "check" if step.check else "given" if step.author == "instructor" else "own"
        return {"kind": "cell", **common, "source": step.source, "whose": whose}

    def take(self, reply: Reply, asked: list[Step]) -> int | None:
        """Keep the answers that came as they must: one to each step that has begun, in their order.

        Returns the step that sent something else, None if none did. What came from that step on is not kept.
        """
        last = reply.end["step"]
        known = any(step.index == last for step in asked)
        begun = [step for step in asked if step.index <= last] if known else asked
        kept: list[dict[str, Any]] = []
        contents = wire.frames(reply.stream)
        sent = sum(len(wire.frame(content)) for content in contents)
        # A process that was stopped may have been stopped in the middle of an answer.
        forged = reply.end["status"] == "done" and sent < len(reply.stream)
        for content in contents:
            frame = _answer(content)
            if len(kept) == len(begun) or frame is None or frame["index"] != begun[len(kept)].index:
                forged = True
                # A second answer to the step just answered: the first was forged, in that very step.
                again = frame is not None and kept and frame["index"] == kept[-1]["index"]
                if len(kept) == len(begun) or (again and kept[-1]["index"] >= self.first_own):
                    kept.pop()
                break
            kept.append(frame)
        for frame in kept:
            self.said.setdefault(frame["index"], frame)
        return begun[min(len(kept), len(begun) - 1)].index if forged else None

    def reason(self, end: Mapping[str, Any]) -> str:
        """Why a step died, in words."""
        limits, status, code = self.sandbox.limits, end["status"], end["code"]
        if status in ("cpu_item", "wall_item"):
            self.stopped_at["cpu_item"] = limits.cpu_item
        elif status in ("cpu", "wall"):
            self.stopped_at["cpu"] = limits.cpu
        if status in ("died", "done"):
            status = "unfinished" if code is None else "memory" if code == -9 or code == 247 else "exit"
            if status == "exit" and code is not None and (code < 0 or code > 128):
                status, code = "signal", -code if code < 0 else 256 - code
        return _REASONS[status].format(
            processes=limits.processes,
            cpu_item=limits.cpu_item,
            cpu=limits.cpu,
            wall_item=WALL * limits.cpu_item,
            wall=WALL * limits.cpu,
            code=code,
        )

    # --- what it is worth

    def cell(self, step: Step) -> dict[str, Any]:
        if step.index in self.died and step.index not in self.said:
            return {"status": "died", "text": "", "error": self.died[step.index]}
        said = self.said[step.index]
        error = _error(said)
        return {"status": "error" if error else "ok", "text": said["text"], "error": error}

    def mark(self, step: Step, verdict: dict[str, Any] | Failed | None) -> dict[str, Any]:
        """What a check is worth; `verdict`: what `_judged` gave, None where there was nothing to judge."""
        check = step.check
        mark = {"exercise": check.exercise, "points": 0.0, "max": check.points, "findings": []}
        mark |= {"to_read": []}
        if step.index in self.clock:
            return mark | self.unjudged(check, self.died[step.index])
        if step.index not in self.said:
            return mark | {
                "status": "died",
                "text": f"0 of {number(check.points)} points: {self.died[step.index]}",
            }
        said = self.said[step.index]
        if check.exercise is None:
            return mark | self.plain(step, said)
        if not _has_values(said):
            return mark | self.without_values(step, said)
        if isinstance(verdict, Failed):
            return mark | self.unjudged(check, f"the judge could not bring it to an end: {verdict}")
        if "misfit" in verdict:
            self.flag(f"{check.grade_id}: what came back is not what a probe gives ({verdict.pop('misfit')})")
        return mark | verdict

    def unjudged(self, check: Check, why: str) -> dict[str, Any]:
        """What a check gets that we, not the answer, could not bring to its end: flagged, never a 0."""
        self.flag(f"{check.grade_id}{UNJUDGED}{why}")
        return {
            "status": "unjudged",
            "text": f"not judged, a person will look at it ({number(check.points)} points wait): {why}",
            "to_read": [{"item": "the whole answer", "points": check.points, "why": why}],
        }

    def without_values(self, step: Step, said: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's name is not there, or the probe did not come to its end."""
        error, worth = _error(said) or "no result", number(step.check.points)
        if not error.startswith("NameError"):
            return {"status": "undefined", "text": f"0 of {worth} points: {error}"}
        text = f"0 of {worth} points: {step.check.answer} is not defined"
        for cell in self.steps[: step.index]:
            if cell.author != "instructor" and self.cell(cell)["error"].startswith(_OURS):
                self.flag(f"a cell stopped where its own kernel may not: {self.cell(cell)['error'][:200]}")
        before = [cell for cell in self.steps[: step.index] if not cell.check]
        broken = [self.cell(cell)["error"] for cell in before if self.cell(cell)["status"] != "ok"]
        if broken:
            text += f"; the last cell before it that failed says: {broken[-1]}"
        return {"status": "undefined", "text": text}

    def plain(self, step: Step, said: Mapping[str, Any]) -> dict[str, Any]:
        """nbgrader's own rule: an error is 0, a number is the mark, anything else full marks."""
        error, points = _error(said), step.check.points
        value = said.get("number")
        if error:
            return {"status": "plain", "text": f"{said['text']}\n{error}".strip()}
        earned = min(max(value, 0.0), points) if type(value) is float and value == value else points
        return {"status": "plain", "points": earned, "text": said["text"]}


def _answer(content: bytes) -> dict[str, Any] | None:
    """A frame as the answer to a step, None if it is none. Its text is cut where the sandbox cuts it."""
    try:
        frame = wire.unpack(content)
    except wire.WireError:
        return None
    if (
        not isinstance(frame, dict)
        or type(frame.get("index")) is not int
        or type(frame.get("text")) is not str
    ):
        return None
    return frame | {"text": frame["text"][:TEXT]}


def _has_values(said: Mapping[str, Any] | None) -> bool:
    return said is not None and not said.get("error") and "values" in said


def _judged(check: Check, task: Mapping[str, Any], values: Any) -> dict[str, Any]:
    """What the judge says of a probe's values, plain: a part of the check's mark.

    "misfit", where they are no reply to this task: in what.
    """
    asked = checks.exercise(check.exercise)
    verdict = asked.judge(task, values)
    missing = checks.unanswered(asked.title, verdict)
    if missing:
        return {"status": "no_answer", "text": missing}
    text = f"{asked.title}\n\n{verdict.text(check.points)}"
    misfit = next((finding.got for finding in verdict.findings if finding.name == MISFIT), None)
    if misfit is not None:
        return {"status": "malformed", "text": text, "misfit": misfit}
    scale = check.points / sum(item.points for item in verdict.items)
    return {
        "status": "judged",
        "points": round(verdict.share * check.points, 2),
        "text": text,
        "findings": [{"name": f.name, "title": f.title, "hint": f.hint} for f in verdict.findings],
        "to_read": [
            {"item": item.text, "points": round(item.points * scale, 2), "why": why}
            for item, why in verdict.to_read
        ],
    }


def _worth(mark: Mapping[str, Any]) -> tuple[float, float]:
    """What is sure comes first; of two that are equally sure, the one of which more waits for a person."""
    return mark["points"], sum(part["points"] for part in mark["to_read"])


def _readable(value: Any) -> Any:
    """The same with each text as one that a UTF-8 file can hold: a student's may have lone surrogates."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_readable(key): _readable(part) for key, part in value.items()}
    return [_readable(part) for part in value] if isinstance(value, list) else value


def _error(said: Mapping[str, Any]) -> str:
    """`NameError: name 'x' is not defined`, or "" where there was none."""
    error = said.get("error")
    if not isinstance(error, dict):
        return ""
    return f"{error.get('name')}: {error.get('text')}"[:2000]
