"""Students who were made up of folder names, before a list of the enrolled was given."""

import contextlib

from autograder.intake.desk import Desk
from autograder.intake.files import discard, sha256_of
from autograder.intake.roster import Roster

NOTE = "No list of students was given; enrolled because something was received."


def withdraw(desk: Desk, students: Roster) -> None:
    """Take back those who were made up of folder names before a list was given, where all of theirs is now
    somebody's who is enrolled: they would be graded beside them. What was received stays in originals/.
    """
    ledger = desk.ledger.entries
    enrolled = {(entry.path, entry.sha256) for entry in ledger if students.ids.intersection(entry.students)}
    for name in sorted(set(desk.recorded()) - students.ids):
        record, folder = desk.load(name), desk.course.submitted(name, desk.assignment)
        if record is None or NOTE not in record["notes"]:
            continue
        own = {(entry.path, entry.sha256) for entry in desk.ledger.of(name)}
        if own <= enrolled and record["sha256"] in (None, sha256_of(folder / desk.name)):
            if folder.is_dir():
                discard(folder)
                with contextlib.suppress(OSError):  # there is more in it, of another assignment
                    folder.parent.rmdir()
            desk.record_path(name).unlink()
