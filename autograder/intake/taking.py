"""Takes in what students sent: one well-formed notebook each in nbgrader's submitted folder, and a record.

What an assignment's work folder (grading/autograder/ASSIGNMENT) holds afterwards:

  originals/STUDENT/        the files as they were received, archives unopened
  earlier/STUDENT/1, 2, …   what an earlier delivery had brought and a later one replaced
  intake/STUDENT.json       the record: status, why, how each answer cell was found
  unassigned.json           files of which it is not clear whose they are

The same files taken in twice change nothing. A run that was killed is made good by the next: a record is
removed before anything of a student changes, and the submitted notebook is written last.
"""

import hashlib
import itertools
import json
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, fields, replace
from pathlib import Path

import nbformat
from nbgrader.utils import parse_utc

from autograder.intake import document, received, roster
from autograder.intake.document import shown
from autograder.intake.rebase import Rebased, read_release, rebase

MAX_NOTEBOOKS = 20  # of one student that are looked into
TIMESTAMP = "timestamp.txt"  # nbgrader's late penalties read it
SECRET = "submission_secret.txt"  # and its exchange of feedback this one
UNTRUSTED = "-by-the-student.txt"
_NOTEBOOK = re.compile(r"(?P<stem>.*)\.ipynb(?:\.(?:txt|json))?$", re.I | re.S)
_COPY = re.compile(r"(?:\((?P<browser>\d{1,6})\)|-(?P<attempt>\d{1,6}))$")


def run(course, folder, assignment=None, students_csv=None):
    """Take in everything in `folder` for one assignment, and print a table of who sent what.

    Parameters
    ----------
    course : course.Course
    folder : path of a folder, a zip archive, or nbgrader's own submitted folder
    assignment : str; may be left out where only one is released
    students_csv : path of a list of students, with the header of `nbgrader db student import`, besides
        those in the gradebook

    Returns
    -------
    list of dict : the record of each enrolled student, sorted by id, then one with status "unassigned"
        (student None) for each file that is nobody's

    What lies in the submitted folder and has not been taken in yet is taken in as well, whatever `folder` is.
    Raises FileNotFoundError or ValueError where the call itself is wrong; never for what a student sent.
    """
    assignment = assignment or _only(course.assignments())
    release = read_release(course.release(assignment))
    folder = Path(folder)
    with tempfile.TemporaryDirectory(prefix="intake-") as scratch:
        own = folder.resolve() == course.submissions.resolve()
        known = _known(course, students_csv)
        whose = _whose(known, assignment, folder.stem)
        files = [] if own else received.walk(folder, scratch, whose)
        desk = _Desk(course, assignment, release, Path(scratch))
        students, note = _enrolled(known, course, files, assignment, folder.stem, desk)
        sent, unassigned = _sort(files, students, assignment, set(course.assignments()) - {assignment})
        for student in sorted(set(course.submitters(assignment)) - students.ids):
            path = course.submitted(student, assignment).relative_to(course.root)
            unassigned.append(
                {
                    "path": path.as_posix(),
                    "why": f"no student {student!r} is enrolled: `nbgrader db student add {student}`",
                }
            )
        records = [desk.record(student, sent.get(student, []), note) for student in sorted(students.ids)]
        _write(desk.work / "unassigned.json", _as_json(unassigned))
    nobodys = {"student": None, "assignment": assignment, "status": "unassigned", "notes": []}
    lost = [nobodys | {"original": entry["path"], "flags": [entry["why"]]} for entry in unassigned]
    print(table(records + lost))
    return records + lost


def table(records):
    """Student, status and why, a line each, and how many there are of each status: str."""
    rows = [
        (
            record["student"] or shown(record["original"]),
            record["status"],
            " ".join(record["flags"]),
        )
        for record in records
    ]
    wide = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
    lines = [f"{who:{wide[0]}}  {status:{wide[1]}}  {why}".rstrip() for who, status, why in rows]
    counts = Counter(status for _, status, _ in rows)
    total = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in sorted(counts.items()))
    return "\n".join([*lines, total or "no students"])


def _only(assignments):
    if len(assignments) == 1:
        return assignments[0]
    names = ", ".join(assignments) or "none; run `nbgrader generate_assignment` first"
    raise ValueError(f"say which assignment was received, with --assignment. Released: {names}")


def _known(course, students_csv):
    """The students of the gradebook and of the list."""
    students = {student.id: student for student in course.students()}
    for student in roster.read_csv(students_csv) if students_csv else []:
        given = {f.name: value for f in fields(student) if (value := getattr(student, f.name))}
        students[student.id] = replace(students.get(student.id, student), **given)
    return list(students.values())


def _whose(known, assignment, wrapper):
    """A function that says for a path whose it is, as far as the path alone tells."""
    enrolled = roster.Roster(known, assignment)

    def whose(parts):
        if known:
            return enrolled.owner(parts).student
        return next((s.id for s in roster.from_layout([parts], assignment, wrapper)), None)

    return whose


def _enrolled(known, course, files, assignment, wrapper, desk):
    """The roster, and a note for every record if it had to be made up from what was received."""
    if known:
        return roster.Roster(known, assignment), None
    made_up = {s.id: s for s in roster.from_layout([f.parts for f in files], assignment, wrapper)}
    earlier = {*course.submitters(assignment), *desk.recorded()}
    made_up |= {name: roster.Student(name) for name in earlier}
    note = "No list of students was given; enrolled because something was received."
    return roster.Roster(list(made_up.values()), assignment), note


# ---- whose is what


@dataclass(frozen=True)
class _Sent:
    """A file that is known to be one student's.

    inner : its path below the name that says whose it is
    kept : path below originals/STUDENT under which its bytes are kept (its archive's, if it lies in one)
    disk : where these bytes lie now, or None if they were not taken
    others : other students whose names occur in `inner`
    """

    file: received.File
    inner: tuple[str, ...]
    kept: tuple[str, ...]
    disk: Path | None
    others: tuple[str, ...] = ()


def _below(file, depth, others=()):
    """The file as its owner's; the first `depth` parts of its path led to the owner."""
    names_itself = depth > 0 and (depth == len(file.parts) or any(i == depth - 1 for i, _ in file.archives))
    start = depth - 1 if names_itself else depth
    inner = file.parts[start:]
    for index, archive in file.archives:
        if index >= start:
            return _Sent(file, inner, file.parts[start : index + 1], archive, others)
    return _Sent(file, inner, inner, file.disk, others)


def _sort(files, students, assignment, other_assignments):
    """Files by student, {id: list of _Sent}, and those that are nobody's, list of {"path", "why"}."""
    sent, unassigned = {}, []
    for file in files:
        owner = students.owner(file.parts)
        if owner.student is None:
            why = f"{owner.why}; {file.refused}" if file.refused else owner.why
            unassigned.append({"path": "/".join(shown(part, 200) for part in file.parts), "why": why})
            continue
        one = _below(file, owner.depth)
        if len(one.inner) > 1 and one.inner[0] in other_assignments:
            continue  # nbgrader's own layout, another assignment
        by_nbgrader = file.parts[owner.depth - 1] == owner.student
        beside = one.inner[:-1] in ((), (assignment,))
        if _is_nbgraders(one) and not (by_nbgrader and beside):
            one = replace(one, kept=(*one.inner[:-1], one.inner[-1].removesuffix(".txt") + UNTRUSTED))
        others = set().union(*map(students.named, one.inner)) - {owner.student}
        sent.setdefault(owner.student, []).append(replace(one, others=tuple(sorted(others))))
    return sent, unassigned


# ---- one student


@dataclass(frozen=True)
class _Candidate:
    """A notebook file of a student: what it says, or why it cannot be read."""

    sent: _Sent
    sha256: str
    document: document.Document | None
    rebased: Rebased | None
    why: str = ""

    def rank(self, name):
        """The larger, the likelier it is the one meant; `name` is the assignment's."""
        file = self.sent.inner[-1]
        stem = _NOTEBOOK.fullmatch(file)["stem"]
        copies = _COPY.search(stem)
        return (
            self.document is not None,
            not _is_checkpoint(self.sent),
            self.rebased is not None and self.rebased.worked,
            file == name,
            self.rebased.known if self.rebased else 0,
            int(copies["browser"] or copies["attempt"]) if copies else 0,
        )


def _is_checkpoint(sent):
    return ".ipynb_checkpoints" in sent.inner


class _Desk:
    """Takes in one student after the other, for one assignment."""

    def __init__(self, course, assignment, release, scratch):
        self.course, self.assignment, self.release, self.scratch = course, assignment, release, scratch
        self.work = course.work(assignment)
        self.name = course.release(assignment).name

    def recorded(self):
        """Ids of the students who have a record."""
        return [path.stem for path in sorted((self.work / "intake").glob("*.json"))]

    def record(self, student, sent, note=None):
        """Take in what a student sent (list of _Sent): their record. Never raises for what was sent."""
        try:
            return self._record(student, sent, note)
        except Exception as error:
            why = f"It could not be taken in: {type(error).__name__}: {shown(error, 300)}."
            record = self._blank(student, "unreadable") | {"flags": [why]}
            _write(self._record_path(student), _as_json(record))
            return record

    def _record(self, student, sent, note):
        old = self._load(student)
        folder = self.course.submitted(student, self.assignment)
        originals = self.work / "originals" / student
        for left in filter(Path.exists, _asides(folder)):
            shutil.rmtree(left)  # by a killed run
        was = old["sha256"] if old else None
        ours = was is not None and was == _sha256_of(folder / self.name)
        lies_there = [] if ours else self._kept(folder)
        taken = sent or lies_there
        if not taken and (old is None or (was is not None and not ours)):
            taken = self._kept(originals)  # a run that was killed got no further with this student
        if not taken and old is not None:
            return old
        if not taken:
            record = self._blank(student, "not_submitted")
            _write(self._record_path(student), _as_json(record))
            return record
        plan = _plan(taken)
        record, notebook, nbgraders = self._examine(student, taken, plan, note)
        same = _tree(originals) == {path: _sha256_of(disk) for path, disk in plan.items()}
        wanted = {self.name: notebook, **nbgraders}
        if not (same and old == record and not lies_there and _holds(folder, wanted)):
            # In this order, so that a run killed anywhere leaves a state that the next one sees through.
            if ours:
                _discard(folder)
            self._record_path(student).unlink(missing_ok=True)
            if not same:
                self._keep(student, plan)
            if lies_there and taken is lies_there and all(one.disk for one in lies_there):
                _discard(folder)  # it lies in the originals now, whole
            elif lies_there:
                self._put_away(student, folder)
            _write(self._record_path(student), _as_json(record))
            if notebook is not None:
                _place(folder, wanted)
        return record

    def _record_path(self, student):
        return self.work / "intake" / f"{student}.json"

    def _load(self, student):
        try:
            return json.loads(self._record_path(student).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def _blank(self, student, status):
        return {
            "student": student,
            "assignment": self.assignment,
            "status": status,
            "flags": [],
            "notes": [],
            "original": None,
            "original_sha256": None,
            "sha256": None,
            "cells": {},
        }

    def _kept(self, folder):
        """The files in a folder that is known to be one student's: list of _Sent, empty if there is none."""
        if folder.is_symlink():
            link = received.File((folder.name,), None, "it is a link, and links are not followed")
            return [_below(link, 0)]
        if not folder.is_dir():
            return []
        return [_below(file, 0) for file in received.walk(folder, self.scratch)]

    def _examine(self, student, sent, plan, note):
        """The record of what was sent, the notebook's bytes, and nbgrader's own files, None for none."""
        record = self._blank(student, "unreadable")
        flags, notes = record["flags"], record["notes"]
        if note:
            notes.append(note)
        for one in sent:
            if one.file.refused:
                flags.append(f"{_path(one)} was not read: {one.file.refused}.")
        candidates = self._candidates(sent, flags)
        self._say_others(sent, flags, notes)
        if not candidates:
            flags.append("No notebook that can be read was sent.")
            return record, None, {}
        chosen = max(candidates, key=lambda candidate: candidate.rank(self.name))
        self._say_choice(chosen, candidates, flags, notes)
        where = {disk: path for path, disk in plan.items()}[chosen.sent.disk]
        record["original"] = "/".join(("originals", student, *where))
        record["original_sha256"] = _sha256_of(chosen.sent.disk)
        if chosen.document is None:
            flags.append(f"{_path(chosen.sent)} cannot be graded: {chosen.why}.")
            return record, None, {}
        notes += chosen.document.notes + chosen.rebased.notes
        flags += chosen.rebased.flags
        kernel = self.release.metadata.get("kernelspec", {}).get("name")
        if chosen.document.kernel != kernel:
            theirs = f"was {shown(chosen.document.kernel)!r}" if chosen.document.kernel else "was missing"
            notes.append(f"The kernel's name {theirs}; the assignment's is taken.")
        notebook = (nbformat.writes(chosen.rebased.notebook) + "\n").encode()
        record["cells"] = chosen.rebased.found
        record["sha256"] = hashlib.sha256(notebook).hexdigest()
        nbgraders = {TIMESTAMP: self._timestamp(sent, flags), SECRET: _own_file(sent, SECRET)}
        record["status"] = "flagged" if flags else "ok"
        return record, notebook, nbgraders

    def _candidates(self, sent, flags):
        """The notebooks among the files, one for each content: list of _Candidate."""
        files = [one for one in sent if _is_notebook(one) and not one.file.refused]
        # Those that are likeliest meant first, should there be too many to look into.
        files.sort(key=lambda one: (_is_checkpoint(one), one.inner[-1] != self.name))
        if len(files) > MAX_NOTEBOOKS:
            flags.append(f"{len(files)} notebooks were sent; {MAX_NOTEBOOKS} were looked into.")
        found = {}
        for one in files[:MAX_NOTEBOOKS]:
            data = one.file.disk.read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in found:
                continue
            try:
                read = document.read(data)
            except document.Unreadable as error:
                found[sha256] = _Candidate(one, sha256, None, None, str(error))
            else:
                found[sha256] = _Candidate(one, sha256, read, rebase(self.release, read.cells))
        return list(found.values())

    def _say_choice(self, chosen, candidates, flags, notes):
        rivals = [c for c in candidates if not _is_checkpoint(c.sent)]
        if len(rivals) > 1:
            names = ", ".join(sorted(_path(c.sent) for c in rivals))
            taken = _path(chosen.sent)
            flags.append(f"{len(rivals)} different notebooks were sent ({names}); {taken} was taken.")
        if _is_checkpoint(chosen.sent):
            flags.append(f"Only Jupyter's checkpoint could be read: {_path(chosen.sent)}.")
        elif chosen.sent.inner[-1] != self.name:
            notes.append(f"The file was named {shown(chosen.sent.inner[-1])}.")
        if chosen.sent.kept != chosen.sent.inner:
            notes.append(f"It was in the archive {shown(chosen.sent.kept[-1])}.")
        if chosen.sent.others:
            flags.append(f"The path {_path(chosen.sent)} names {', '.join(chosen.sent.others)} as well.")

    def _say_others(self, sent, flags, notes):
        """Files besides notebooks: Python files could stand in for a library, others do nothing."""
        others = [one for one in sent if not (_is_notebook(one) or _is_nbgraders(one) or one.file.refused)]
        for is_python, told, what in ((True, flags, "Python files"), (False, notes, "Other files")):
            names = [_path(one) for one in others if one.inner[-1].lower().endswith(".py") == is_python]
            if names:
                more = f" and {len(names) - 12} more" if len(names) > 12 else ""
                told.append(f"{what} sent along, kept but not used: {', '.join(names[:12])}{more}.")

    def _timestamp(self, sent, flags):
        """The bytes of nbgrader's time of submission, if they hold a time."""
        data = _own_file(sent, TIMESTAMP)
        if data is None:
            return None
        try:
            parse_utc(data.decode("ascii").strip())
        except Exception as error:  # dateutil raises a handful of classes
            flags.append(f"{TIMESTAMP} holds no time that nbgrader could read: {shown(error)}.")
            return None
        return data

    def _keep(self, student, plan):
        """Put the files of a plan into originals/STUDENT, all or none; what lay there is put away."""
        originals = self.work / "originals" / student
        originals.parent.mkdir(parents=True, exist_ok=True)
        new = self.work / ".new"
        shutil.rmtree(new, ignore_errors=True)  # left by a killed run
        new.mkdir()
        for path, disk in plan.items():
            target = new.joinpath(*path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(disk, target)
        if originals.exists():
            self._put_away(student, originals)
        new.rename(originals)

    def _put_away(self, student, folder):
        """Move a folder to earlier/STUDENT under the next number."""
        shelf = self.work / "earlier" / student
        shelf.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, shelf / str(1 + sum(1 for _ in shelf.iterdir())))


def _is_notebook(sent):
    return _NOTEBOOK.fullmatch(sent.inner[-1]) is not None


def _is_nbgraders(sent):
    """Whether it is a file that nbgrader makes, not one that a student put into an archive or an upload."""
    return sent.kept == sent.inner and sent.inner[-1] in (TIMESTAMP, SECRET) and not sent.file.refused


def _own_file(sent, name):
    """The bytes of nbgrader's file of this name, None if there is none; the innermost of several."""
    files = [one for one in sent if _is_nbgraders(one) and one.inner[-1] == name]
    return max(files, key=lambda one: len(one.inner)).disk.read_bytes() if files else None


def _path(sent):
    return shown("/".join(sent.inner), 120)


def _plan(sent):
    """Where each file's bytes are to be kept below originals/STUDENT: {path as tuple: where they lie now}."""
    wished = {}
    for one in sent:
        if one.disk is not None:
            wished.setdefault(one.disk, tuple(map(_safe, one.kept)))
    plan = {}
    for disk, path in wished.items():
        stem, dot, suffix = path[-1].rpartition(".")
        for n in itertools.count(2):
            if path not in plan:
                break
            path = (*path[:-1], f"{stem}~{n}{dot}{suffix}")
        plan[path] = disk
    return plan


def _safe(name, most=150):
    """A file name that any file system and any text can hold."""
    name = "".join(c if c.isprintable() else "_" for c in name)
    if len(name.encode()) <= most:
        return name
    suffix = name[-20:]
    return name.encode()[: most - len(suffix.encode())].decode(errors="ignore") + suffix


def _tree(folder):
    """What lies in a folder: {path as tuple: sha256}."""
    return {
        path.relative_to(folder).parts: _sha256_of(path) for path in folder.rglob("*") if not path.is_dir()
    }


def _holds(folder, wanted):
    """Whether the folder has these files, {name: bytes, or None for a file that must not be there}."""
    for name, data in wanted.items():
        path = folder / name
        if (path.read_bytes() if path.is_file() else None) != data:
            return False
    return True


def _asides(folder):
    """Where a folder goes when it is removed, and comes from when it is made."""
    return folder.with_name(f".{folder.name}.old"), folder.with_name(f".{folder.name}.new")


def _discard(folder):
    """Remove a folder at one stroke: there is no moment when half of it is left."""
    gone, _ = _asides(folder)
    folder.rename(gone)
    shutil.rmtree(gone)


def _place(folder, wanted):
    """Make the folder, with the files {name: bytes, or None for none}, at one stroke."""
    _, new = _asides(folder)
    new.mkdir(parents=True)
    for name, data in wanted.items():
        if data is not None:
            (new / name).write_bytes(data)
    if folder.exists():
        folder.rmdir()  # nbgrader's, empty
    new.rename(folder)


def _sha256_of(path):
    """Of a file's bytes; None if there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _as_json(value):
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
    return (text + "\n").encode("utf-8", "replace")


def _write(path, data):
    """Write a file whole or not at all, and only if that changes it."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")  # always the same: the next run writes over a killed one's
    new.write_bytes(data)
    new.replace(path)
