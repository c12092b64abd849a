"""Grade a folder of submissions with stock nbgrader, for comparison: marks in grading/stock/grades.csv.

    python tools/grade_stock.py FOLDER

FOLDER holds STUDENT/04_exercises/04_exercises.ipynb for each student, as nbgrader's own submitted folder
does; it is only read. The course's own way of grading takes no part: nbgrader works in grading/stock/, with a
gradebook and a configuration of its own, which take over only what the course is called and where its source
lies. Run again, it grades everybody again; marks given by hand in that gradebook stay.

Stock nbgrader runs the answers unprotected, as the user who calls it.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
STOCK = ROOT / "grading" / "stock"


def configure(submitted):
    """Make grading/stock/ a course of its own: the same name and source, nbgrader's defaults for the rest."""
    course = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config().CourseDirectory
    STOCK.mkdir(parents=True, exist_ok=True)
    (STOCK / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.CourseDirectory.course_id = {course.course_id!r}\n"
        f"c.CourseDirectory.source_directory = {str(ROOT / course.source_directory)!r}\n"
        f"c.CourseDirectory.submitted_directory = {str(submitted)!r}\n",
        encoding="utf-8",
    )


def nbgrader(*words):
    """One of nbgrader's commands, away from the course's configuration; returns its exit status."""
    # nbgrader calls alembic by name; nobody's own settings may take part.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words, "--log-level=WARN"],
        cwd=STOCK,
        env=os.environ | {"PATH": path, "JUPYTER_NO_CONFIG": "1"},
    ).returncode


def main(submitted):
    names = sorted({path.parent.name for path in submitted.glob("*/*/*.ipynb")})
    if not names:
        sys.exit(f"no submission in {submitted}: it must hold STUDENT/ASSIGNMENT/NOTEBOOK.ipynb")
    configure(submitted)
    ungraded = False
    for name in names:
        if nbgrader("generate_assignment", name, "--force"):
            sys.exit(f"there is no assignment {name!r} in this course, or its source is broken: see above")
        start = time.perf_counter()
        ungraded |= nbgrader("autograde", name, "--force") != 0
        seconds, count = time.perf_counter() - start, len(list(submitted.glob(f"*/{name}")))
        print(f"{name}: {count} submissions in {seconds:.0f} s, {seconds / count:.1f} s each")
    marks = STOCK / "grades.csv"
    if nbgrader("export", f"--to={marks}"):
        sys.exit("the marks could not be written: see above")
    print(f"marks: {marks}")
    if ungraded:
        sys.exit("not every submission was graded: see above; the CSV shows 0 or no row for these")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1] or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python tools/grade_stock.py FOLDER (make grade-stock FOLDER=...)")
    main(Path(sys.argv[1]).resolve())
