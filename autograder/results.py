"""The kept results of an assignment: which submission is graded, and where its result lies."""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import store
from autograder.assignment import Assignment, environment, parts
from autograder.course import Course
from autograder.errors import Told

DAMAGED = "damaged"  # the status in place of a record that cannot be used


class GradeError(Told):
    """Something must be done before grading can go on; the text says what."""


@dataclass
class Results:
    """What was received for one assignment, and the results that are kept of it.

    `records` are intake's, by student. A result is found by `key`, made of the digests of the submission, the
    assignment and the environment. A file that cannot be used counts as missing, and `damaged` names it.
    """

    course: Course
    name: str
    assignment: Assignment = field(init=False)
    environment: str = field(init=False)
    records: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.assignment = Assignment.load(self.name, self.course.source(self.name))
        self.environment = environment()
        self.work = self.course.work(self.name)
        self.damaged: dict[Path, str] = {}
        self._whose: dict[str, str] = {}  # a student with the submission that a key was made of
        self.records = {}
        for path in sorted((self.work / "intake").glob("*.json")):
            record = store.read(path, _is_record, self.damaged)
            self.records[path.stem] = record or _no_record(path.stem, self.name, self.damaged[path])

    def content(self, student: str) -> bytes:
        """The notebook that intake has made for this student.

        Raises:
            GradeError: there is none, or it is no longer the one that intake has made.
        """
        record = self.records.get(student)
        again = f"run `python -m autograder intake {self.course.submissions}` first"
        if record is None:
            raise GradeError(f"{student} has no intake record for {self.name}: {again}")
        if record["status"] == DAMAGED:
            raise GradeError(f"{student}: {record['flags'][0]}")
        if record["sha256"] is None:
            raise GradeError(f"{student}: {record['status']}; there is nothing to grade")
        path = self.course.submitted(student, self.name) / f"{self.name}.ipynb"
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != record["sha256"]:
            raise GradeError(f"{student}: {path} is not the notebook that intake has made: {again}")
        return content

    def key(self, student: str) -> str:
        key = store.key(self.records[student]["sha256"], self.assignment.digest, self.environment)
        self._whose[key] = student
        return key

    def made_of(self, student: str) -> dict[str, str]:
        """What a result hangs on, part by part."""
        return {"notebook": self.records[student]["sha256"], "tests": self.assignment.digest, **parts()}

    def result(self, student: str) -> dict[str, Any] | None:
        """The kept result, or None where it is still to be computed."""
        return self._read(self.key(student))

    def mark(self, student: str) -> dict[str, Any] | None:
        """The result that counts: today's, or where that is still to be computed, the one in the book."""
        return self.result(student) or self.last(student)

    def kept(self, student: str) -> Path:
        """Where the result lies, or will lie."""
        return self._kept(self.key(student))

    def booked(self, student: str) -> dict[str, Any] | None:
        """What was last written into the book: {"key": of the result, "points": of its checks}."""
        return store.read(self.work / "booked" / f"{student}.json", _is_booked, self.damaged)

    def last(self, student: str) -> dict[str, Any] | None:
        """The result that the book has, be it of today's tests or of earlier ones."""
        booked = self.booked(student)
        return self._read(booked["key"]) if booked else None

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        """Keep a result under its key, one that `key` has given."""
        store.write(self._kept(key), {"key": key, "made_of": self.made_of(self._whose[key]), **result})

    def _read(self, key: str) -> dict[str, Any] | None:
        return store.read(self._kept(key), lambda value: _is_result(value, key), self.damaged)

    def _kept(self, key: str) -> Path:
        return self.work / "results" / f"{key}.json"


def _is_result(value: Any, key: str) -> bool:
    """Has it the form of `judging.grade`'s results, and is it kept under its own key?"""
    if not isinstance(value, dict) or value.get("key") != key:
        return False
    numbers = [value.get(name) for name in ("cpu", "wall")]
    marks = value.get("checks")
    if not isinstance(marks, dict) or not all(isinstance(mark, dict) for mark in marks.values()):
        return False
    numbers += [mark.get(name) for mark in marks.values() for name in ("points", "max")]
    numbers += [part["points"] for mark in marks.values() for part in mark.get("to_read", [])]
    return (
        all(type(number) in (int, float) and math.isfinite(number) for number in numbers)
        and all(isinstance(value.get(name), dict) for name in ("cells", "stopped_at"))
        and all(isinstance(value.get(name), list) for name in ("flags", "notes"))
        and all(isinstance(mark.get(name), str) for mark in marks.values() for name in ("status", "text"))
        and all(isinstance(mark.get("findings"), list) for mark in marks.values())
    )


def _is_booked(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("key"), str)
        and re.fullmatch("[0-9a-f]{64}", value["key"]) is not None
        and type(value.get("points")) in (int, float)
    )


def _is_record(value: Any) -> bool:
    """Has it the form of intake's records?"""
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in ("student", "status"))
        and all(isinstance(value.get(name), list) for name in ("flags", "notes"))
        and isinstance(value.get("sha256", 0), str | None)
    )


def _no_record(student: str, assignment: str, why: str) -> dict[str, Any]:
    again = "run `python -m autograder intake` again, which makes it anew from what was received"
    return {
        "student": student,
        "assignment": assignment,
        "status": DAMAGED,
        "flags": [f"The record of what was taken in is damaged, {why}: {again}."],
        "notes": [],
        "sha256": None,
        "cells": {},
    }


def earned(result: Mapping[str, Any]) -> float:
    """Points of all checks of a result."""
    return round(sum(mark["points"] for mark in result["checks"].values()), 2)


def waiting(result: Mapping[str, Any]) -> float:
    """Points of all checks that are neither earned nor lost: a person must read the answer first."""
    parts = [part for mark in result["checks"].values() for part in mark.get("to_read", [])]
    return round(sum(part["points"] for part in parts), 2)
