"""The kept results of an assignment: which submission is graded, and where its result lies."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import store
from autograder.assignment import Assignment, environment
from autograder.course import Course


class GradeError(RuntimeError):
    """Something must be done before grading can go on; the text says what."""


@dataclass
class Results:
    """What was received for one assignment, and the results that are kept of it.

    `records` are intake's, by student. A result is found by `key`, made of the digests of the submission, the
    assignment and the environment.
    """

    course: Course
    name: str
    assignment: Assignment = field(init=False)
    environment: str = field(init=False)
    records: Mapping[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.assignment = Assignment.load(self.name, self.course.source(self.name))
        self.environment = environment()
        self.work = self.course.work(self.name)
        paths = sorted((self.work / "intake").glob("*.json"))
        self.records = {record["student"]: record for record in map(store.read, paths)}

    def content(self, student: str) -> bytes:
        """The notebook that intake has made for this student.

        Raises:
            GradeError: there is none, or it is no longer the one that intake has made.
        """
        record = self.records.get(student)
        again = f"run `python -m autograder intake {self.course.submissions}` first"
        if record is None:
            raise GradeError(f"{student} has no intake record for {self.name}: {again}")
        if record["sha256"] is None:
            raise GradeError(f"{student}: {record['status']}; there is nothing to grade")
        path = self.course.submitted(student, self.name) / f"{self.name}.ipynb"
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != record["sha256"]:
            raise GradeError(f"{student}: {path} is not the notebook that intake has made: {again}")
        return content

    def key(self, student: str) -> str:
        return store.key(self.records[student]["sha256"], self.assignment.digest, self.environment)

    def result(self, student: str) -> dict[str, Any] | None:
        """The kept result, or None where it is still to be computed."""
        return store.read(self._kept(self.key(student)))

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        store.write(self._kept(key), {"key": key, **result})

    def _kept(self, key: str) -> Path:
        return self.work / "results" / f"{key}.json"


def earned(result: Mapping[str, Any]) -> float:
    """Points of all checks of a result."""
    return round(sum(mark["points"] for mark in result["checks"].values()), 2)


def waiting(result: Mapping[str, Any]) -> float:
    """Points of all checks that are neither earned nor lost: a person must read the answer first."""
    parts = [part for mark in result["checks"].values() for part in mark.get("to_read", [])]
    return round(sum(part["points"] for part in parts), 2)
