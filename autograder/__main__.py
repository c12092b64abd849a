"""python -m autograder: take submissions in, grade a class, see whether the sandbox holds.

Each command imports what it needs: to import all takes seconds.
"""

import argparse
import contextlib
import sys
from dataclasses import replace

from autograder.errors import Told
from autograder.sandbox import Limits, Sandbox, SandboxError

# jsonschema, which comes with nbformat, builds a grammar for international addresses as it is imported. It
# takes a second, and no notebook's schema asks for one: without that package it goes without.
sys.modules.setdefault("rfc3987_syntax", None)


def main(words: list[str] | None = None) -> int:
    """0: done. 1: something must be done first, stderr says what. 2: the command line is not understood."""
    options = _parser().parse_args(words)
    try:
        return options.run(options)
    except (Told, FileNotFoundError, ValueError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # the disk is full, say, where others than we write
        where, why = error.filename or "a file", error.strerror or error
        again = "see to that and run the same command again; what was written before is kept"
        print(f"autograder: {where} cannot be used ({why}): {again}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    words = commands.add_parser("intake", help="make one well-formed notebook a student of what was received")
    words.add_argument(
        "folder", nargs="?", help="a folder or an archive, or nbgrader's folder of submissions"
    )
    words.add_argument("--assignment", help="where what is given says too little")
    words.add_argument(
        "--students", metavar="CSV", help="who is enrolled: Canvas's or Moodle's own list, or id,first_name,…"
    )
    words.add_argument(
        "--groups", metavar="CSV", help="who works together, and sends one file: group,student"
    )
    words.add_argument(
        "--times", metavar="CSV", help="when who has handed in: student,time, or Moodle's worksheet"
    )
    words.add_argument(
        "--assign",
        action="append",
        default=[],
        metavar="FILE=STUDENT",
        help="whose a file is, and that it counts; several students with commas between them",
    )
    words.add_argument(
        "--dismiss", action="append", default=[], metavar="FILE", help="this file does not count"
    )
    words.set_defaults(run=_intake)

    words = commands.add_parser("grade", help="grade what was taken in, and let nbgrader write its book")
    words.add_argument("assignment", nargs="?", help="all that were taken in, where none is named")
    words.add_argument("--jobs", type=int, default=1, metavar="N", help="so many at one time on this machine")
    words.add_argument("--scheduler", metavar="ADDRESS", help="use this Dask scheduler's workers instead")
    words.add_argument(
        "--cpu-item",
        type=float,
        default=Limits.cpu_item,
        metavar="SECONDS",
        help="CPU time that one cell or check may use (default: %(default)g)",
    )
    words.add_argument(
        "--unsandboxed",
        action="store_true",
        help="run submissions with all that this user may do: only where you trust them",
    )
    words.add_argument("--student", action="append", metavar="ID", help="only this one; may be repeated")
    words.add_argument("--dry-run", action="store_true", help="say what would be computed, and write nothing")
    words.set_defaults(run=_grade)

    words = commands.add_parser("export", help="write the marks as a table, and for Canvas and Moodle")
    words.add_argument("assignment", nargs="?", help="all that were taken in, where none is named")
    words.add_argument("--canvas", metavar="CSV", help="fill in the gradebook that Canvas has exported")
    words.add_argument("--moodle", metavar="CSV", help="fill in the grading worksheet that Moodle gives")
    words.add_argument(
        "--feedback-zip", action="store_true", help="lay out feedback so that the platform takes it in one go"
    )
    words.add_argument("--column", default="", metavar="NAME", help="the platform's column for the marks")
    words.add_argument(
        "--scale", action="store_true", help="multiply the marks where the platform's maximum is another one"
    )
    words.add_argument(
        "--skip-unknown", action="store_true", help="lines of nobody known stay as they are, and are named"
    )
    words.add_argument(
        "--provisional", action="store_true", help="marks of which answers wait for a person too"
    )
    words.set_defaults(run=_export)

    words = commands.add_parser("verify", help="try a source: points, names, hidden tests, answers and stubs")
    words.add_argument("assignment", nargs="?", help="all that have a source, where none is named")
    words.add_argument(
        "--unsandboxed", action="store_true", help="run the source's answers without a sandbox"
    )
    words.set_defaults(run=_verify)

    words = commands.add_parser("doctor", help="show whether this machine's sandbox holds")
    words.set_defaults(run=_doctor)
    return parser


def _intake(options: argparse.Namespace) -> int:
    if not (options.folder or options.assign or options.dismiss or options.times or options.groups):
        what = "a folder or an archive (or --assign, --dismiss, --times, --groups)"
        raise ValueError(f"say what was received: {what}")
    from autograder.course import Course
    from autograder.intake import taking

    records = taking.run(
        Course.load(),
        options.folder,
        options.assignment,
        options.students,
        options.times,
        options.assign,
        options.dismiss,
        options.groups,
    )
    names = sorted({record["assignment"] for record in records if record["student"]})
    look = "look at what is named above, then " if any(r["flags"] for r in records) else ""
    grade = f"`python -m autograder grade{f' {names[0]}' if len(names) == 1 else ''}`"
    print(f"next: {look}{grade}" if names else "next: give the list of students with --students")
    return 0


def _grade(options: argparse.Namespace) -> int:
    usual = Limits()
    limits = replace(usual, cpu_item=options.cpu_item, cpu=usual.cpu * options.cpu_item / usual.cpu_item)
    with Sandbox(limits=limits, unsandboxed=options.unsandboxed) as sandbox:
        if not (options.dry_run or options.scheduler):
            with contextlib.suppress(SandboxError):  # it is told of where a sandbox is needed
                sandbox.begin()  # loads torch while we load nbgrader
        from autograder import grade
        from autograder.course import Course

        course = Course.load()
        for name in grade.taken_in(course, options.assignment, options.student or ()):
            done = grade.run(
                course,
                name,
                options.jobs,
                options.scheduler,
                limits,
                options.unsandboxed,
                options.student or (),
                options.dry_run,
                sandbox,
            )
            if not options.dry_run:
                print(f"{name}: {course.shown(done.work / 'report.html')}, and marks.csv beside it")
    if not options.dry_run:
        print("next: look at the reports, read what waits in formgrader, `python -m autograder export`")
    return 0


def _export(options: argparse.Namespace) -> int:
    from autograder.course import Course
    from autograder.export import run as export
    from autograder.export.fill import How

    how = How(options.column, options.scale, options.skip_unknown, options.provisional)
    export.run(Course.load(), options.assignment, options.canvas, options.moodle, options.feedback_zip, how)
    return 0


def _verify(options: argparse.Namespace) -> int:
    from autograder import verify
    from autograder.course import Course

    course = Course.load()
    names = [options.assignment] if options.assignment else course.sources()
    if not names:
        raise ValueError("there is no source to verify: is CourseDirectory.source_directory right?")
    is_bad = False
    for name in names:
        found = verify.run(course, name, options.unsandboxed)
        for fault in found:
            print(fault, file=sys.stderr)
        if not found:
            print(verify.summary(course, name))
        is_bad |= bool(found)
    if not is_bad:
        print(f"next: nbgrader generate_assignment {names[0]} --force")
    return is_bad


def _doctor(options: argparse.Namespace) -> int:
    from autograder import trials

    for sentence in trials.prove():
        print(sentence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
