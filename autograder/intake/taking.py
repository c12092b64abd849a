"""Takes in what students sent: one well-formed notebook each in nbgrader's submitted folder, and a record.

What an assignment's work folder (grading/autograder/ASSIGNMENT) holds afterwards:

  ledger.json               every file that ever arrived, and what became of it (see `ledger`)
  originals/STUDENT/        the files as they were received, archives unopened; nothing is ever removed
  unassigned/               the same for files of which it is not clear whose they are
  intake/STUDENT.json       the record: status, why, how each answer cell was found
  unassigned.json           the ledger's unassigned files in short

The same files taken in twice change nothing. A run that was killed is made good by the next: bytes are kept
and noted before anything of a student changes, and the submitted notebook is written last.
"""

import difflib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from autograder import lock
from autograder.course import Course, Student
from autograder.intake import arrivals, lists, made_up, received, roster, saying, times
from autograder.intake.arrivals import display
from autograder.intake.desk import Desk
from autograder.intake.files import as_json, write
from autograder.intake.ledger import DISMISSED, UNASSIGNED, Entry, Ledger
from autograder.intake.rebase import read_release
from autograder.intake.sorting import Sorter

Record = dict[str, Any]


def run(
    course: Course,
    folder: Path | str | None = None,
    assignment: str | None = None,
    students_csv: Path | str | None = None,
    times_csv: Path | str | None = None,
    assign: Sequence[str] = (),
    dismiss: Sequence[str] = (),
    groups_csv: Path | str | None = None,
) -> list[Record]:
    """Take in everything in `folder`, and print for each assignment in it what needs a look.

    What lies in the submitted folder and has not been taken in yet is taken in as well, whatever `folder` is.

    Args:
        folder: a folder, an archive, or nbgrader's own submitted folder; None for nothing new.
        assignment: where it is left out, each notebook goes to the assignment that it belongs to.
        students_csv: a list of students (see `lists.students`), who are then in the gradebook too.
        times_csv: when who has handed in (see `times.read_csv`).
        assign: "FILE=STUDENT" or "FILE=STUDENT,STUDENT": whose a file is, and that it is the one that counts.
        dismiss: files that do not count.
        groups_csv: who works together (see `lists.groups`): what one of them sends is the file of all.

    Returns:
        The record of each enrolled student, sorted by id, then one with status "unassigned" (student None)
        for each file that is nobody's.

    Raises:
        FileNotFoundError, ValueError: the call itself is wrong; never for what a student sent.
        LockedError: somebody grades or takes in at this moment.
    """
    folder = Path(folder) if folder is not None else None
    names = course.assignments()
    if not names:  # before anybody is enrolled
        sources = ", ".join(course.sources()) or "none has a source"
        raise ValueError(
            "no assignment is released yet, and what was handed in is compared with what students got: run "
            f"`nbgrader generate_assignment NAME` first, of each that you give out ({sources})"
        )
    known, listed, moodle = _known(course, students_csv)
    with (
        lock.held(course.work("any").parent, f"intake {assignment or ''}".strip()),
        tempfile.TemporaryDirectory(prefix="intake-") as scratch,
    ):
        wrapper = folder.stem if folder else ""
        whose = _whose(known, listed, moodle, names, wrapper)
        own = folder is None or folder.resolve() == course.submissions.resolve()
        files = [] if own else received.walk(folder, scratch, whose)
        releases = {name: read_release(course.release(name)) for name in names}
        if assignment is not None:
            course.release(assignment)
            shares = {assignment: files}
        elif len(names) == 1 or own:
            shares = dict.fromkeys(_meant(course, names, assign, dismiss, times_csv) if own else names, files)
        else:
            shares = Sorter(releases).share(files, whose)
        if not shares:
            raise ValueError(f"nothing in {folder} says which assignment it is: {_say_which(names)}")
        if len(shares) > 1 and (assign or dismiss):
            raise ValueError(f"{folder} holds notebooks of {', '.join(shares)}: {_say_which(list(shares))}")
        found = []
        for name, share in shares.items():
            ledger = Ledger(course.work(name))
            desk = Desk(course, name, releases, ledger, Path(scratch))
            students, note = _enrolled(known, listed, moodle, course, share, names, wrapper, desk)
            owners = {students.owner(file.parts).student for file in share} - {None}
            # Numbers, times and groups are of the assignment that was handed in. Where a download has
            # notebooks of several, what it says of somebody counts where there is something of theirs.
            said_of = owners if len(shares) > 1 else students.ids
            for student in said_of & moodle.keys():
                ledger.about.setdefault(student, {})["moodle"] = moodle[student]
            found += _take_in(desk, share, students, note, times_csv, assign, dismiss, groups_csv, said_of)
    return found


def _take_in(
    desk: Desk,
    files: Sequence[received.File],
    students: roster.Roster,
    note: str | None,
    times_csv: Path | str | None,
    assign: Sequence[str],
    dismiss: Sequence[str],
    groups_csv: Path | str | None,
    said_of: set[str],
) -> list[Record]:
    """Take in the files of one assignment, and print the table; returns as `run`."""
    course, assignment, ledger = desk.course, desk.assignment, desk.ledger
    desk.roster = students
    others = set(course.assignments()) - {assignment}
    _receive(ledger, arrivals.arrivals(files, students, assignment, others))
    for student in sorted(students.ids):
        desk.look(student)
    ledger.adopt()
    _look_again(ledger, students)
    decided = _decide(ledger, assign, dismiss, students)
    _set_groups(ledger, groups_csv, students, said_of)
    _set_times(ledger, times_csv, students, said_of)
    ledger.write()
    records = []
    for student in sorted(students.ids):
        records.append(desk.load(student) if desk.keeps(student, note) else desk.record(student, note))
    made_up.withdraw(desk, students)
    ledger.write()
    unassigned = [
        {"path": e.path, "why": e.why, "likely": e.likely} for e in ledger.entries if e.status == UNASSIGNED
    ]
    unassigned += _not_enrolled(course, assignment, students)
    write(desk.work / "unassigned.json", as_json(unassigned))
    nobodys = {"student": None, "assignment": assignment, "status": "unassigned", "notes": []}
    lost = [
        nobodys | {"original": entry["path"], "flags": [entry["why"] + saying.proposal(entry)]}
        for entry in unassigned
    ]
    print(saying.table(assignment, records + lost))
    for sentence in [
        *map(saying.became, decided),
        *ledger.said,
        *saying.unknown_times(desk.deadline, desk.penalised, records),
    ]:
        print(sentence)
    return records + lost


def _say_which(names: Sequence[str]) -> str:
    """What to type where it is not clear which assignment is meant."""
    return f"say which assignment was received, with --assignment. Released: {', '.join(names)}"


def _meant(
    course: Course,
    names: Sequence[str],
    assign: Sequence[str],
    dismiss: Sequence[str],
    times_csv: Path | str | None,
) -> list[str]:
    """The assignments that are meant where nothing new is given: those that know the files, or have any."""
    if len(names) == 1:
        return list(names)
    if times_csv:
        raise ValueError(_say_which(names))
    if not (assign or dismiss):
        return [name for name in names if course.submitters(name) or name in course.taken_in()]
    spoken = [text[:i] for text in assign for i, letter in enumerate(text) if letter == "="]
    paths = {*spoken, *dismiss}
    knows = {name: Ledger(course.work(name)).entries for name in names}
    found = [name for name in names if any(e.is_at(path) for e in knows[name] for path in paths)]
    if not found:  # the file is named wrongly, not the assignment
        arrived = [entry for entries in knows.values() for entry in entries]
        for path in [*(_spoken(arrived, text)[0] for text in assign), *dismiss]:
            _find(arrived, path)
    if len(found) != 1:
        raise ValueError(_say_which(found))
    return found


# ---- who is enrolled


def _known(course: Course, students_csv: Path | str | None) -> tuple[list[Student], set[str], dict[str, str]]:
    """The students of the gradebook and of the list; the ids of those in the list; Moodle's numbers in it."""
    students = {student.id: student for student in course.students()}
    listed = lists.students(students_csv, list(students.values())) if students_csv else lists.Listed()
    before = set(students)
    for student in listed.students:
        given = {f.name: value for f in fields(student) if (value := getattr(student, f.name))}
        students[student.id] = replace(students.get(student.id, student), **given)
    course.enrol(listed.students)
    if new := sorted({student.id for student in listed.students} - before):
        print(f"{Path(students_csv).name}: {saying.enrolled(new)}")
    return list(students.values()), {student.id for student in listed.students}, listed.moodle


def _whose(
    known: Sequence[Student],
    listed: set[str],
    moodle: Mapping[str, str],
    names: Sequence[str],
    wrapper: str,
) -> Callable[[tuple[str, ...]], str | None]:
    """A function that says for a path whose it is, as far as the path alone tells."""
    enrolled = roster.Roster(known, names, listed, moodle)

    def whose(parts: tuple[str, ...]) -> str | None:
        if known:
            return enrolled.owner(parts).student
        return next((s.id for s in roster.from_layout([parts], names, wrapper)), None)

    return whose


def _enrolled(
    known: Sequence[Student],
    listed: set[str],
    moodle: Mapping[str, str],
    course: Course,
    files: Sequence[received.File],
    names: Sequence[str],
    wrapper: str,
    desk: Desk,
) -> tuple[roster.Roster, str | None]:
    """The roster, and a note for every record if it had to be made up from what was received."""
    if known:
        before = {s: about["moodle"] for s, about in desk.ledger.about.items() if "moodle" in about}
        return roster.Roster(known, names, listed, before | moodle), None
    found = {s.id: s for s in roster.from_layout([f.parts for f in files], names, wrapper)}
    found |= {name: Student(name) for name in {*course.submitters(desk.assignment), *desk.recorded()}}
    return roster.Roster(list(found.values()), names, found), made_up.NOTE


def _not_enrolled(course: Course, assignment: str, students: roster.Roster) -> list[dict[str, Any]]:
    """Folders in the submitted folder that are nobody's: they stay where they are."""
    found = []
    for student in sorted(set(course.submitters(assignment)) - students.ids):
        path = course.submitted(student, assignment).relative_to(course.root)
        why = f"no student {student!r} is enrolled: `nbgrader db student add {student}`"
        found.append({"path": path.as_posix(), "why": why})
    return found


# ---- the ledger


def _receive(ledger: Ledger, found: Sequence[arrivals.Arrival]) -> None:
    """Note what has arrived."""
    said, wrong = arrivals.said_times(found)
    for one in found:
        owner = one.owner
        why = f"{owner.why}; {one.refused}" if owner.why and one.refused else owner.why or one.refused
        inner = "/".join(one.inner) if owner.student else "/".join(one.path)
        if owner.student and one.inner[-1] == arrivals.TIMESTAMP:
            ledger.about.setdefault(owner.student, {})["wrong"] = wrong.get(owner.student)
        ledger.add(
            display(one.path),
            inner,
            one.disk,
            [owner.student] if owner.student else [],
            one.platform,
            said.get(one),
            why,
            owner.likely,
        )


def _look_again(ledger: Ledger, students: roster.Roster) -> None:
    """Files that were nobody's when they came may be somebody's who was enrolled since."""
    for entry in ledger.entries:
        if entry.status == UNASSIGNED:
            parts = tuple(entry.path.split("/"))
            owner = students.owner(parts)
            if owner.student is not None:
                entry.inner = "/".join(parts[min(owner.depth, len(parts) - 1) :])
                ledger.give(entry, [owner.student])
            else:
                entry.likely = list(owner.likely)


def _decide(
    ledger: Ledger, assign: Sequence[str], dismiss: Sequence[str], students: roster.Roster
) -> list[Entry]:
    """What a person says about files; returns the files that it is said of."""
    plans = [_assignment(ledger, text, students) for text in assign]
    gone = [_find(ledger.entries, path) for path in dismiss]
    for entries, ids in plans:
        for entry in entries:
            entry.status = UNASSIGNED if entry.status == DISMISSED else entry.status
            if "/" in entry.inner and not entry.students:
                entry.inner = entry.inner.rpartition("/")[2]
            ledger.give(entry, ids)
            ledger.choose(entry)
    for entries in gone:
        for entry in entries:
            entry.status = DISMISSED
    return [entry for entries in [*(entries for entries, _ in plans), *gone] for entry in entries]


def _assignment(ledger: Ledger, text: str, students: roster.Roster) -> tuple[list[Entry], list[str]]:
    """The files and the students of "FILE=STUDENT,STUDENT"; names may hold `=` and commas themselves."""
    path, who = _spoken(ledger.entries, text)
    ids = [who] if who in students.ids else [one.strip() for one in who.split(",")]
    for student in ids:
        if student not in students.ids:
            near = ", ".join(difflib.get_close_matches(student, students.ids)) or "none like it"
            raise ValueError(
                f"no student {student!r} is enrolled (near: {near}): "
                f"`nbgrader db student add {student}` first, or give the list with --students"
            )
    return _find(ledger.entries, path), ids


def _spoken(entries: Sequence[Entry], text: str) -> tuple[str, str]:
    """The two sides of "FILE=STUDENTS": the file is one that has arrived, where the text can be read so."""
    if "=" not in text:
        raise ValueError(f"--assign {text!r} says no student: write --assign FILE=STUDENT")
    splits = [(text[:i], text[i + 1 :]) for i, letter in enumerate(text) if letter == "="]
    return next(((p, w) for p, w in splits if any(e.is_at(p) for e in entries)), splits[-1])


def _find(entries: Sequence[Entry], path: str) -> list[Entry]:
    """The files that a person means: one, or all below a folder or an archive."""
    exact = [entry for entry in entries if entry.path == path]
    found = exact[-1:] or [entry for entry in entries if entry.is_at(path)]
    if not found:
        waiting = [entry.path for entry in entries if entry.status == UNASSIGNED]
        near = difflib.get_close_matches(path, [entry.path for entry in entries])
        told = near or waiting[:10]
        names = "; ".join(told) or ("others have" if entries else "none has arrived")
        raise ValueError(f"no file {path!r} has arrived (take the path that intake prints): {names}")
    return found


def _set_groups(
    ledger: Ledger, groups_csv: Path | str | None, students: roster.Roster, said_of: set[str]
) -> None:
    """What one of a group has sent is the file of all, but for what a person has given to somebody.

    A table counts for the groups that have one of `said_of` in them.
    """
    if groups_csv:
        given = lists.groups(groups_csv, students.named)
        here = {given[student] for student in said_of & given.keys()}
        for student in given:
            ledger.about.setdefault(student, {}).pop("group", None)
            if given[student] in here:
                ledger.about[student]["group"] = given[student]
    members: dict[str, list[str]] = {}
    for student, about in sorted(ledger.about.items()):
        if about.get("group") and student in students.ids:
            members.setdefault(about["group"], []).append(student)
    for entry in ledger.entries:
        group = {ledger.about.get(student, {}).get("group") for student in entry.students}
        by_nbgrader = entry.inner.rpartition("/")[2] in (arrivals.TIMESTAMP, arrivals.SECRET)
        if len(group) == 1 and (name := group.pop()) in members and not entry.choice and not by_nbgrader:
            ledger.give(entry, members[name])


def _set_times(
    ledger: Ledger, times_csv: Path | str | None, students: roster.Roster, said_of: set[str]
) -> None:
    """The times in a table count before all others, for those of `said_of`, and who works with them."""

    def whose(text: str) -> str | None:
        names = students.named(text) if text else set()
        if len(names) == 1:
            return next(iter(names))
        # Moodle's worksheet: "Participant 123", by the number that its file names have.
        words = text.split()
        found = {
            student
            for entry in ledger.entries
            if words and entry.platform and words[-1] == entry.platform["number"] != ""
            for student in entry.students
        }
        return next(iter(found)) if len(found) == 1 else None

    given = times.read_csv(times_csv, whose) if times_csv else {}
    groups = {ledger.about.get(student, {}).get("group") for student in said_of} - {None}
    for student, time in given.items():
        if student not in said_of and ledger.about.get(student, {}).get("group") not in groups:
            continue
        about = ledger.about.setdefault(student, {})
        about["time"], about["from"] = time.isoformat(), "--times"
