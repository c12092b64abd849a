"""`python -m autograder export`: the table, and what goes back to the platforms."""

from collections.abc import Sequence
from pathlib import Path

from autograder import store
from autograder.book.feedback import write_pages
from autograder.course import Course
from autograder.export import canvas, feedback, moodle
from autograder.export.fill import How, Table
from autograder.export.marks import NOT_GRADED, TO_READ, Mark, marks, summary, table
from autograder.export.people import People
from autograder.intake.ledger import Ledger
from autograder.results import GradeError


def run(
    course: Course,
    name: str | None = None,
    canvas_csv: Path | str | None = None,
    moodle_csv: Path | str | None = None,
    with_feedback: bool = False,
    how: How | None = None,
) -> list[Path]:
    """Write the marks of one assignment, or of all that were taken in; returns the files written.

    All is read and understood before anything is written.

    Args:
        canvas_csv, moodle_csv: the platform's own file, which is filled in; it itself is not touched.
        with_feedback: write the zips of feedback too.

    Raises:
        GradeError: nothing was taken in, or graded; or several assignments are meant where one must be.
        SheetError: a platform's file cannot be filled; says why.
        GradebookError, StoreError: book or disk cannot be used.
    """
    how = how or How()
    names = _names(course, name)
    if len(names) > 1 and (canvas_csv or moodle_csv or with_feedback):
        raise GradeError(
            f"say which assignment: `python -m autograder export {names[0]} …`, of {_and(names)}"
        )
    rows = {one: marks(course, one) for one in names}
    folder = course.exports
    tables, said = [], []
    if canvas_csv or moodle_csv or with_feedback:
        one = names[0]
        by_student = {mark.student.id: mark for mark in rows[one]}
        readers = (("canvas", canvas, canvas_csv), ("moodle", moodle, moodle_csv))
        for system, reader, path in readers:
            if path is not None:
                found = reader.read(path, one, how)
                said += found.find_owners(_people(course, one, rows[one], system), how)
                said += found.fill(by_student, how)
                tables.append((folder / f"{one}-{system}.csv", found))
    written = [folder / (f"{names[0]}.csv" if name else "marks.csv")]
    store.write_text(written[0], table([mark for some in rows.values() for mark in some]))
    for path, found in tables:
        store.write_bytes(path, found.sheet.content())
        written.append(path)
    if with_feedback:
        more, left = _feedback(course, names[0], rows[names[0]], [found for _, found in tables], how)
        written += more
        said += left
    print(summary([mark for some in rows.values() for mark in some]))
    for sentence in [*said, *_next(rows)]:
        print(sentence)
    for path in written:
        print(f"written: {course.shown(path)}")
    return written


def _names(course: Course, name: str | None) -> list[str]:
    """The assignments that are meant: one, or all of which something was taken in."""
    taken = course.taken_in()
    if name is None and not taken:
        raise GradeError("nothing was taken in yet: run `python -m autograder intake FOLDER` first")
    if name is not None and name not in taken:
        course.source(name)  # an assignment that is not known is told with those that are
        raise GradeError(
            f"nothing was taken in for {name}: run `python -m autograder intake FOLDER --assignment {name}` "
            "first"
        )
    return [name] if name else taken


def _and(names: Sequence[str]) -> str:
    return ", ".join(names)


def _people(course: Course, name: str, rows: Sequence[Mark], system: str) -> People:
    """The students, and the numbers that a platform's file names have shown to be theirs.

    Canvas's numbers belong to a person, Moodle's to a person in one assignment.
    """
    numbers: dict[str, str] = {}
    clash: set[str] = set()
    if system == "moodle":
        about = Ledger(course.work(name)).about
        numbers = {known["moodle"]: student for student, known in about.items() if "moodle" in known}
    for one in course.assignments() if system == "canvas" else [name]:
        for entry in Ledger(course.work(one)).entries:
            made = entry.platform
            if made and made["system"] == system and made["number"] and len(entry.students) == 1:
                student = entry.students[0]
                if numbers.setdefault(made["number"], student) != student:
                    clash.add(made["number"])
    numbers = {number: student for number, student in numbers.items() if number not in clash}
    return People((mark.student for mark in rows), numbers)


def _feedback(
    course: Course, name: str, rows: Sequence[Mark], tables: Sequence[Table], how: How
) -> tuple[list[Path], list[str]]:
    """Write the zips; returns them, and sentences on those whose page is in none."""
    ready = [m.student.id for m in rows if m.is_final or (how.provisional and m.points is not None)]
    worksheet = next((found for found in tables if found.platform == "Moodle"), None)
    people = _people(course, name, rows, "moodle")
    where = feedback.places(Ledger(course.work(name)), people, name, worksheet)
    if not any(student in where for student in ready):
        raise GradeError(
            f"no feedback can be laid out for {name}: "
            + (
                "no file of its students came from Moodle or Canvas"
                if ready
                else "nobody's mark is final yet"
            )
            + "; the pages themselves: `nbgrader generate_feedback`"
        )
    pages = write_pages(course, name, [student for student in ready if student in where])
    written = feedback.write_zips(pages, where, course.exports, name)
    homeless = sorted(set(ready) - where.keys())
    left = [
        f"feedback: {len(pages)} page{'s' if len(pages) > 1 else ''}",
        *([f"no place in a zip is known for the page of {_and(homeless)}"] if homeless else []),
    ]
    return written, left


def _next(rows: dict[str, list[Mark]]) -> list[str]:
    """What is still to be done before the marks are all there."""
    said = []
    for name, some in rows.items():
        undone = sum(mark.status == NOT_GRADED for mark in some)
        waits = sum(mark.to_read for mark in some if mark.status == TO_READ)
        stale = sum(mark.stale for mark in some)
        if undone:
            said.append(f"{name}: {undone} not graded as taken in: run `python -m autograder grade {name}`")
        if waits:
            answers = "1 answer waits" if waits == 1 else f"{waits} answers wait"
            said.append(f"{name}: {answers} for a person: formgrader, Manual Grading")
        if stale:
            marks = "1 mark is" if stale == 1 else f"{stale} marks are"
            said.append(
                f"{name}: {marks} of other tests or another environment than today's: "
                f"`python -m autograder grade {name} --dry-run` says why"
            )
    return said
