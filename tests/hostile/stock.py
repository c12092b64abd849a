"""The hostile cases through stock nbgrader, for comparison: a table ours/stock as CSV and Markdown.

    python tests/hostile/stock.py MARKS_OF_OURS OUT [CASE ...]

MARKS_OF_OURS is the marks.csv of a class run over the same cases, and says which assignment's these are; OUT
a folder. Stock nbgrader runs submissions with all that its user may do, so each case gets a course of its own
inside bubblewrap, with a read-only system, a private /tmp, no network and a time limit. Cases that could harm
the machine all the same are left out, and the table says so.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cheats  # noqa: F401 - registers its cases
import documents  # noqa: F401
import honest  # noqa: F401
import running  # noqa: F401
from classroom import COURSE_ID, ROOT, Classroom
from exercises_by_hand import BY_HAND
from kit import CASES, Case
from nbgrader.api import Gradebook

SECONDS = 100  # for one case; a cell may take nbgrader's own 30
CELL_SECONDS = 10
# Graded in one course, one after the other: the second finds what the first has left.
BEFORE = {
    "startup_file_next_student": "startup_file",
    "startup_file_next_student_attention": "startup_file_attention",
}
EVERY = (*CASES, *BY_HAND)
_MIB = 1 << 20


def main(ours: Path, out: Path, only: list[str]) -> None:
    with ours.open(encoding="utf-8", newline="") as file:
        marks = {row["student"]: row for row in csv.DictReader(file)}
    [assignment] = {one.target.assignment for one in EVERY if one.name in marks}
    of_it = [one for one in EVERY if one.target.assignment == assignment]
    chosen = [one for one in of_it if not only or one.name in only]
    with tempfile.TemporaryDirectory(prefix="stock-") as folder, ThreadPoolExecutor(2) as pool:
        template = Path(folder) / "template"
        template.mkdir()
        Classroom(template, chosen[0].target).build()

        def tried(one: Case) -> dict[str, str]:
            found = row(one, marks.get(one.name), one.stock or run(one, template, Path(folder) / one.name))
            print(" | ".join(found.values()), flush=True)
            return found

        rows = list(pool.map(tried, chosen))
    write(rows, out)


def run(one: Case, template: Path, folder: Path) -> str:
    """What stock nbgrader says of one case: the points, or why there are none."""
    shutil.copytree(template, folder)
    room = Classroom(folder, one.target)
    (room.course / "nbgrader_config.py").unlink()
    students = [BEFORE[one.name], one.name] if one.name in BEFORE else [one.name]
    room.enrol(students)
    room.hand_in(case for case in EVERY if case.name in students)
    submitted = room.course / "submitted"
    shutil.move(room.received, submitted)
    options = {
        "course_id": COURSE_ID,
        "source_directory": "solutions",
        "release_directory": "notebooks",
        "db_url": f"sqlite:///{room.course}/grading/gradebook.db",
    }
    command = [
        sys.executable,
        "-m",
        "nbgrader",
        "autograde",
        room.assignment,
        f"--Execute.timeout={CELL_SECONDS}",
    ]
    command += [f"--CourseDirectory.{name}={value}" for name, value in options.items()]
    try:
        code = subprocess.run(
            [*walls(room), *command],
            cwd=room.course,
            env=room.environment() | {"JUPYTER_NO_CONFIG": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        ).returncode
    except subprocess.TimeoutExpired:
        return f"no end within {SECONDS} s"
    with Gradebook(options["db_url"], COURSE_ID) as book:
        found = {s.student_id: s for s in book.assignment_submissions(room.assignment)}
        if one.name not in found or code:
            return "no mark" if one.name in found else "no row"
        submission = found[one.name]
        grades = [g for n in submission.notebooks for g in n.grades if g.cell.cell_type == "code"]
        if any(grade.auto_score is None for grade in grades):
            return "no mark"
        return f"{sum(grade.auto_score for grade in grades):g}"


def walls(room: Classroom) -> list[str]:
    """The outer bubblewrap: everything read-only but this case's own folder."""
    # What got in by mistake does not take the machine along.
    words = ["prlimit", f"--cpu={SECONDS}", f"--data={4096 * _MIB}", f"--fsize={200 * _MIB}", "--core=0"]
    words += ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    words += ["--tmpfs", "/root", "--tmpfs", "/home", "--tmpfs", "/run", "--unshare-all", "--die-with-parent"]
    words += ["--new-session", "--cap-drop", "ALL", "--bind", str(room.folder), str(room.folder)]
    if ROOT.is_relative_to("/root") or ROOT.is_relative_to("/home"):
        words += ["--ro-bind", str(ROOT), str(ROOT)]
    if not Path(sys.base_prefix).is_relative_to("/usr"):
        words += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    return [*words, "--chdir", str(room.course), "--"]


def row(one: Case, ours: dict[str, str] | None, stock: str) -> dict[str, str]:
    must = "no mark" if one.total is None else f"{one.total:g}"
    got = "-" if ours is None else ours["points"] or "no mark"
    return {
        "case": one.name,
        "must": f"{must} ({' or '.join(one.status)})",
        "ours": got if ours is None else f"{got} ({ours['status']})",
        "ours right": "yes" if ours and got == must and ours["status"] in one.status else "NO",
        "stock": stock,
        "stock right": verdict(one, must, stock),
    }


def verdict(one: Case, must: str, stock: str) -> str:
    """A submission that cannot be graded is right if stock gives no mark; a flag is asked of ours alone."""
    if one.stock:
        return "-"
    if stock == must or (must == "no mark" and stock == "no row"):
        return "yes"
    try:
        return "too high" if float(stock) > (one.total or 0) else "too low"
    except ValueError:
        return "no mark"


def write(rows: list[dict[str, str]], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "hostile.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    lines = [" | ".join(rows[0]), " | ".join("---" for _ in rows[0]), *(" | ".join(r.values()) for r in rows)]
    counts = {
        word: sum(r["stock right"] == word for r in rows)
        for word in ("yes", "too high", "too low", "no mark", "-")
    }
    right = sum(r["ours right"] == "yes" for r in rows)
    lines += [
        "",
        f"{len(rows)} cases. Ours: {right} right. Stock nbgrader: "
        + ", ".join(f"{number} {word if word != '-' else 'not run'}" for word, number in counts.items()),
    ]
    (out / "hostile.md").write_text(
        "\n".join(f"| {line} |" if " | " in line else line for line in lines) + "\n"
    )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
