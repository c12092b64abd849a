"""From one submission to its result: run it in the sandbox, judge what came back, out here.

Nothing that comes out of a sandbox is believed: values are compared with the reference by the judge, frames
that were not asked for are flagged, and whatever cannot be read earns nothing and is flagged.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograder.assignment import Assignment, Step
from autograder.inside import wire
from autograder.sandbox import Reply, Sandbox
from helpers import checks
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
}
FORGEABLE = (
    "a cell was marked by its own asserts, which run beside the student's code: such a mark can be forged"
)


def grade(content: bytes, assignment: Assignment, sandbox: Sandbox) -> dict[str, Any]:
    """The result of one submission: plain values, ready for JSON.

    Returns {"cells": {cell id: {"status": ok | error | died, "text", "error"}}, "checks": {grade id:
    {"exercise", "points", "max", "status", "text", "findings"}}, "flags": [...], "notes": [...], "cpu": s,
    "wall": s}. A check's status is judged, no_answer, undefined, died, malformed or plain.
    """
    return _Run(assignment.steps(content), assignment, sandbox).result()


class _Run:
    """One submission: as many forks as it takes until each step has been answered or has died."""

    def __init__(self, steps: list[Step], assignment: Assignment, sandbox: Sandbox) -> None:
        self.steps, self.assignment, self.sandbox = steps, assignment, sandbox
        self.said: dict[int, dict[str, Any]] = {}
        self.died: dict[int, str] = {}
        self.flags: list[str] = []
        self.cpu = self.wall = 0.0
        self.tasks = {
            step.index: checks.exercise(step.check.exercise).task(assignment.seed(step.check))
            for step in steps
            if step.check and step.check.exercise
        }

    def result(self) -> dict[str, Any]:
        while any(step.index not in self.said and step.index not in self.died for step in self.steps):
            self.once()
        marks = {step.check.grade_id: self.mark(step) for step in self.steps if step.check}
        forgeable = any(mark["status"] == "plain" for mark in marks.values())
        return {
            "cells": {step.cell_id: self.cell(step) for step in self.steps if not step.check},
            "checks": marks,
            "flags": self.flags,
            "notes": [FORGEABLE] if forgeable else [],
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
        left = self.sandbox.limits.cpu - self.cpu
        if left <= 0:
            for step in asked:
                self.died.setdefault(step.index, self.reason({"status": "cpu", "code": 0}))
            return
        job = {"steps": [self.order(step) for step in asked]}
        reply = self.sandbox.run(job, replace(self.sandbox.limits, cpu=left))
        self.cpu += reply.end["cpu"]
        self.wall += reply.end["wall"]
        self.take(reply, {step.index for step in asked})
        unanswered = [step.index for step in asked if step.index not in self.said]
        if not unanswered:
            return
        # The step that was running, if it was one we asked for: else the first that has no answer.
        last = reply.end["step"] if reply.end["step"] in unanswered else unanswered[0]
        self.died[last] = self.reason(reply.end)

    def order(self, step: Step) -> dict[str, Any]:
        common = {"index": step.index, "seed": 1000 + step.index}
        if step.index in self.tasks:
            module = checks.exercise(step.check.exercise).__name__
            task = self.tasks[step.index]
            return {"kind": "probe", **common, "module": module, "answer": step.check.answer, "task": task}
        return {"kind": "cell", **common, "source": step.source}

    def take(self, reply: Reply, asked: set[int]) -> None:
        """Keep the first answer to each step that was asked for."""
        seen: set[int] = set()
        for content in wire.frames(reply.stream):
            try:
                frame = wire.unpack(content)
                index = frame["index"]
                if type(index) is not int or type(frame["text"]) is not str:
                    raise wire.WireError("no answer to a step")
            except (wire.WireError, KeyError, TypeError):
                self.flag("its process sent something that is no result: look at its code")
                continue
            if index not in asked or index in seen:
                self.flag("its process sent more results than were asked for: look at its code")
                continue
            seen.add(index)
            self.said.setdefault(index, frame)

    def reason(self, end: Mapping[str, Any]) -> str:
        """Why a step died, in words."""
        limits, status, code = self.sandbox.limits, end["status"], end["code"]
        if status in ("died", "done"):
            status = "unfinished" if code is None else "memory" if code == -9 or code == 247 else "exit"
            if status == "exit" and code is not None and (code < 0 or code > 128):
                status, code = "signal", -code if code < 0 else 256 - code
        return _REASONS[status].format(
            processes=limits.processes,
            cpu_item=limits.cpu_item,
            cpu=limits.cpu,
            wall_item=5 * limits.cpu_item,
            wall=5 * limits.cpu,
            code=code,
        )

    # --- what it is worth

    def cell(self, step: Step) -> dict[str, Any]:
        if step.index in self.died and step.index not in self.said:
            return {"status": "died", "text": "", "error": self.died[step.index]}
        said = self.said[step.index]
        error = _error(said)
        return {"status": "error" if error else "ok", "text": said["text"], "error": error}

    def mark(self, step: Step) -> dict[str, Any]:
        check = step.check
        mark = {"exercise": check.exercise, "points": 0.0, "max": check.points, "findings": []}
        if step.index not in self.said:
            return mark | {
                "status": "died",
                "text": f"0 of {number(check.points)} points: {self.died[step.index]}",
            }
        said = self.said[step.index]
        if check.exercise is None:
            return mark | self.plain(step, said)
        if said.get("error") or "values" not in said:
            return mark | self.without_values(step, said)
        module = checks.exercise(check.exercise)
        try:
            verdict = module.judge(self.tasks[step.index], said["values"])
        except Exception as error:  # the values are the student's: they need not have the form of a probe's
            self.flag(f"{check.grade_id}: what came back is not what a probe gives ({type(error).__name__})")
            text = f"0 of {number(check.points)} points: the result of this check could not be read"
            return mark | {"status": "malformed", "text": text}
        names = [finding.name for finding in verdict.findings]
        return mark | {
            "status": "no_answer" if "no_answer" in names else "judged",
            "points": round(verdict.share * check.points, 2),
            "text": f"{module.TITLE}\n\n{verdict.text(check.points)}",
            "findings": [{"name": finding.name, "title": finding.title} for finding in verdict.findings],
        }

    def without_values(self, step: Step, said: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's name is not there, or the probe did not come to its end."""
        error, worth = _error(said) or "no result", number(step.check.points)
        if not error.startswith("NameError"):
            return {"status": "undefined", "text": f"0 of {worth} points: {error}"}
        text = f"0 of {worth} points: {step.check.answer} is not defined"
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


def _error(said: Mapping[str, Any]) -> str:
    """`NameError: name 'x' is not defined`, or "" where there was none."""
    error = said.get("error")
    if not isinstance(error, dict):
        return ""
    return f"{error.get('name')}: {error.get('text')}"[:2000]
