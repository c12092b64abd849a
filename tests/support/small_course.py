"""A small course with one released assignment, and what its students send."""

import io
import json
import zipfile

import pytest
from small_assignment import answered, by_id, handed_out

from autograder.course import Course, Student
from autograder.intake import taking

NAME = "04_exercises"
FILE = f"{NAME}.ipynb"
CLASS = [
    Student("ada", "Ada", "Lovelace", "ada.l@example.org", "12345"),
    Student("bob", "Bob", "Tables"),
    Student("s-3", "Zoë", "Müller", "z.m@example.org"),
]
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "small"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.db_url = "sqlite:///grading/gradebook.db"
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one released assignment; CLASS is enrolled."""
    root = tmp_path / "course"
    for folder in ("notebooks", "solutions"):
        (root / folder / NAME).mkdir(parents=True)
        (root / folder / NAME / FILE).write_text(json.dumps(handed_out()))
    (root / "nbgrader_config.py").write_text(CONFIG)
    monkeypatch.setattr(Course, "students", lambda self: list(CLASS))
    return Course.load(root)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def notebook(**changes):
    """The bytes of a submission; `changes` are top-level fields of the file."""
    full = handed_out()
    return json.dumps(full | {"cells": answered(full["cells"])} | changes).encode()


def with_answer(text):
    full = handed_out()
    by_id(full["cells"], "alpha")["source"] = text
    return json.dumps(full).encode()


def send(folder, *path, data=None):
    file = folder.joinpath(*path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(notebook() if data is None else data)
    return file


def zipped(members, method=zipfile.ZIP_STORED):
    """The bytes of a zip archive; members are {name or ZipInfo: bytes}."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def take_in(course, folder, **more):
    """{student: record}; unassigned files under their paths."""
    return {r["student"] or r["original"]: r for r in taking.run(course, folder, NAME, **more)}


def submitted(course, student):
    folder = course.submitted(student, NAME)
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def answer(course, student, name="alpha"):
    cells = json.loads(submitted(course, student)[FILE])["cells"]
    return "".join(by_id(cells, name)["source"])


def everything(folder):
    """All files below a folder with their bytes and times, but the lock, which each command takes."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def contents(folder):
    return {path.relative_to(folder): data for path, (data, _) in everything(folder).items()}
