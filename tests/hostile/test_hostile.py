"""Submissions that misbehave, graded as one class: each gets what it deserves, nothing else is touched."""

import re
import sysconfig
import tempfile
from contextlib import contextmanager
from pathlib import Path

import cheats  # noqa: F401 - registers its cases
import documents  # noqa: F401
import honest  # noqa: F401
import pytest
import running  # noqa: F401
from classroom import ROOT, Classroom, names, snapshot
from kit import CASES, EACH, NAME, USUAL

pytestmark = [pytest.mark.hostile, pytest.mark.bubblewrap]
SITE = Path(sysconfig.get_paths()["purelib"])
REAL_STARTUP = Path.home() / ".ipython" / "profile_default" / "startup"


class Graded:
    """The class after one run, and what the machine looked like before and after."""

    def __init__(self, room, cases):
        self.room, self.cases = room, cases
        room.build()
        room.enrol(["harmless", *(one.name for one in cases)])
        # Before anything dangerous runs: is there a sandbox at every step, the book's among them?
        room.hand_in_harmless("harmless")
        self.said = room.intake() + room.grade(jobs=1)
        assert not room.marker.exists(), "submissions run outside the sandbox: the hostile ones are not tried"
        with room.listening():
            room.hand_in(cases)
            self.before = self.look()
            self.said += room.intake() + room.grade()
        self.after = self.look()
        self.marks, self.points = room.marks(), room.points()

    def look(self):
        course = self.room.course
        kept = [course / part for part in ("solutions", "notebooks", "helpers", "autograder", "canary.txt")]
        return {
            "files": snapshot(*kept, course / "nbgrader_config.py", self.room.outside.parent),
            "received": snapshot(*(p for p in self.room.received.iterdir() if not p.is_symlink())),
            "home": {
                str(p)
                for p in self.room.home.rglob("*")
                if ".jupyter" not in p.parts and ".local" not in p.parts
            },
            "packages": names(SITE),
            "torch": names(SITE / "torch"),
            "startup": names(REAL_STARTUP) if REAL_STARTUP.is_dir() else set(),
        }


@contextmanager
def graded_class(target, cases):
    """In the repository's build folder: /tmp is another one inside a sandbox, which would prove little."""
    place = ROOT / "build"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hostile-", dir=place) as folder:
        yield Graded(Classroom(Path(folder), target), cases)


@pytest.fixture(scope="session")
def graded():
    with graded_class(USUAL, CASES) as found:
        yield found


def test_there_are_enough_cases():
    assert len(CASES) >= 60
    assert len({one.name for one in CASES}) == len(CASES)


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_outcome(graded, one):
    check_outcome(graded, one)


def check_outcome(graded, one):
    row = graded.marks[one.name]
    assert row["status"] in one.status, row
    assert one.flag in row["flags"]
    if one.points is None:
        assert row["points"] == ""
        assert one.name not in graded.points, "a mark for nothing"
    else:
        assert graded.points[one.name] == one.points, row
        assert float(row["points"]) == one.total
    if row["status"] == "flagged" or row["status"] == "unreadable":
        assert row["flags"], "a flag must say why"


def test_every_enrolled_student_has_a_row(graded):
    assert sorted(graded.marks) == sorted(["harmless", *(one.name for one in graded.cases)])
    assert {row["max"] for row in graded.marks.values()} == {f"{EACH * len(graded.room.target.exercises):g}"}


@pytest.mark.parametrize("what", ["files", "received", "home", "packages", "torch", "startup"])
def test_nothing_was_changed(graded, what):
    assert graded.after[what] == graded.before[what]


def test_no_treasure_came_out(graded):
    """The canaries' word stands in no result, no record, no graded notebook; in submissions only as sent."""
    room = graded.room
    word = room.canary.encode()
    showing = {
        path.relative_to(room.course).as_posix()
        for path in (room.course / "grading").rglob("*")
        if path.is_file() and word in path.read_bytes()
    }
    assert not {path for path in showing if "/results/" in path or path.endswith((".csv", ".html", ".jsonl"))}
    for path in (room.course / "grading" / "autograded").rglob("*.ipynb"):
        if "classmate_with_a_secret" not in path.parts:
            assert f"{room.canary} ".encode() not in path.read_bytes(), path


# As a number of its own: a hash holds any four digits sooner or later.
HIDDEN_SEED = re.compile(r"(?<![0-9a-fA-F.])(?:4011|5014)(?![0-9a-fA-F])")


def test_a_seed_is_a_number_of_its_own():
    assert HIDDEN_SEED.search("points=6, seed=4011)") and HIDDEN_SEED.search("points=6, seed=5014)")
    assert not HIDDEN_SEED.search('"key": "9f4011b2"') and not HIDDEN_SEED.search("0.4011")


def test_no_source_came_out(graded):
    """What only the instructor's notebook holds: the seeds of the hidden checks."""
    for path in (graded.room.work / "results").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert not HIDDEN_SEED.search(text) and "BEGIN HIDDEN" not in text and "SQLite" not in text, path


def test_nothing_was_done_outside(graded):
    assert graded.room.visitors == []
    assert not (graded.room.outside.parent / "pickled").exists()


def test_attacks_ran_and_found_nothing(graded):
    """The cells that search say what they found; they must have come to their end, with empty hands."""
    text = "".join(p.read_text(encoding="utf-8") for p in (graded.room.work / "results").glob("*.json"))
    for words in ("FOUND []", "BROKE OUT []", "LEFT BEHIND [] []", "patched False None None"):
        assert words in text, words
    for words in ("WROTE /", "MOVED /", "CONNECTED", "NAME ", "STARTED BEFORE"):
        assert f"{words}" not in text.replace(f'print("{words}', ""), words


def test_results_are_small(graded):
    """Nothing of what was printed without end is kept."""
    sizes = {p.name: p.stat().st_size for p in (graded.room.work / "results").glob("*.json")}
    assert max(sizes.values()) < 500_000
    assert all(
        p.stat().st_size < 2_000_000 for p in (graded.room.course / "grading" / "autograded").rglob("*.ipynb")
    )


def test_feedback_of_a_hostile_student(graded):
    """nbgrader's own feedback works on what was graded; markup that a student printed does not come alive."""
    room = graded.room
    for student in ("prints_html", "letters_of_all_kinds", "forged_results"):
        room.nbgrader("generate_feedback", NAME, "--student", student)
        html = (room.course / "grading" / "feedback" / student / NAME / f"{NAME}.html").read_text(
            encoding="utf-8"
        )
        assert "<script>document.title" not in html
        assert room.canary not in html
