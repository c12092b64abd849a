"""Who is enrolled, and whose a received file is.

The outermost name of a path that fits a student decides: a learning platform writes it. What a student
writes (names of files and folders inside) cannot make a file another student's. Where a name fits two
students nobody is chosen.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass

from autograder.course import Student

# Moodle: "Jane Doe_1234567_assignsubmission_file_", as a folder or before a file's name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_|$)", re.I)
# Canvas: "doejane_1234_56789_04_exercises-1.ipynb", "doejane_LATE_1234_56789_04_exercises.ipynb".
_CANVAS = re.compile(r"(?P<name>[^_]*[^\W\d_][^_]*)_(?:LATE_)?(?P<number>\d+)_\d+_.+", re.I)
_SUFFIX = re.compile(r"\.(?:zip|ipynb(?:\.(?:txt|json))?)$", re.I)
_FIELDS = ("id", "first_name", "last_name", "email", "lms_user_id")


def read_csv(path):
    """The students in a CSV file with the header that `nbgrader db student import` takes: list of Student.

    Only the column id is required; others than first_name, last_name, email, lms_user_id are passed over.
    Raises ValueError for a file without it, or for a line without an id.
    """
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if "id" not in (reader.fieldnames or ()):
            raise ValueError(f"{path} has no column `id`; its first line should be {','.join(_FIELDS)}")
        students = [Student(**{key: (row.get(key) or "").strip() for key in _FIELDS}) for row in reader]
    for line, student in enumerate(students, 2):
        if not student.id:
            raise ValueError(f"{path}, line {line}: the id is missing")
    return students


def _fold(text):
    """Lower case without accents."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c)).casefold()


def _tokens(text):
    return tuple(re.findall(r"[^\W_]+", _fold(text)))


@dataclass(frozen=True)
class Owner:
    """Whose a file is: the student's id and how many parts of the path name them, or None and why not."""

    student: str | None
    depth: int = 0
    why: str = ""


class Roster:
    """The enrolled students, and what in a path names them.

    students : list of Student, each id once
    assignment : the assignment's name, which is no student's even if one has the number 4
    """

    def __init__(self, students, assignment):
        self.ids = {student.id for student in students}
        for name in sorted(self.ids):
            if not name or name.startswith(".") or re.search(r"[/\\\x00]", name):
                raise ValueError(f"the student id {name!r} cannot name a folder: change it in the gradebook")
        words = r"[\W_]+".join(map(re.escape, re.findall(r"[^\W_]+", assignment)))
        # With what browsers, Colab and second attempts put around the name.
        around = rf"(?:copy[ _]of[ _])*(?<![^\W_]){words}(?![^\W_])(?:-\d+(?![^\W_])|[ _]*-[ _]*copy)?"
        self._assignment = re.compile(rf"{around}|\(\d{{1,2}}\)", re.I)
        self._phrases = {}
        for student in students:
            for phrase in _phrases(student):
                self._phrases.setdefault(phrase, set()).add(student.id)
        self._longest = max(map(len, self._phrases), default=0)

    def owner(self, parts):
        """Whose the file with this path (tuple of names) is: Owner."""
        for depth, part in enumerate(parts, 1):
            names = self.named(part)
            if len(names) == 1:
                return Owner(next(iter(names)), depth)
            if names:
                return Owner(None, depth, f"its name fits several students: {', '.join(sorted(names))}")
        return Owner(None, 0, "no enrolled student's id, name, email or platform number is in its path")

    def named(self, part):
        """Ids of the students whom one name (of a folder or file) fits: none, one, or several if in doubt."""
        plain = _SUFFIX.sub("", part)
        if plain in self.ids:
            return {plain}
        found = {}
        for text in self._identity(plain):
            words = _tokens(text)
            if words in self._phrases:
                found[words] = self._phrases[words]
                continue
            for start in range(len(words)):
                for end in range(start + 1, min(len(words), start + self._longest) + 1):
                    if (phrase := words[start:end]) in self._phrases:
                        found[phrase] = self._phrases[phrase]
        if not found:
            return set()
        # Two of one name are told apart by a number; a name and a number of two people settle nothing.
        return set.intersection(*found.values()) or set.union(*found.values())

    def _identity(self, part):
        """The texts in a name that may tell whose it is."""
        platform = _MOODLE.match(part) or _CANVAS.fullmatch(part)
        if platform:
            return platform["name"], platform["number"]
        return (self.without_assignment(part),)

    def without_assignment(self, name):
        """What a file's name holds besides the assignment's: the student's, if any."""
        return self._assignment.sub(" ", name).strip(" _-.,")


def _phrases(student):
    """What names a student, as tuples of words: id, platform number, email, its local part, both names."""
    texts = [student.id, student.lms_user_id, student.email, student.email.split("@")[0]]
    first, last = student.first_name, student.last_name
    if first and last:
        texts += [f"{first} {last}", f"{last} {first}"]
        # Canvas writes "lovelaceada".
        texts += ["".join(_tokens(first + " " + last)), "".join(_tokens(last + " " + first))]
    return {_tokens(text) for text in texts} - {()}


def from_layout(paths, assignment, wrapper):
    """Students made up from received paths (tuples of names), for a course without any: list of Student.

    A folder for each student, a platform's folder or file, or a file's name without the assignment's is taken
    for an id. Folders that are named like the assignment or like `wrapper` (what was received) are none.
    """
    roster = Roster([], assignment)
    wrappers = (_tokens(assignment), _tokens(wrapper))
    found = {}
    for parts in paths:
        while len(parts) > 1 and _tokens(_SUFFIX.sub("", parts[0])) in wrappers:
            parts = parts[1:]
        plain = _SUFFIX.sub("", parts[0])
        platform = _MOODLE.match(plain) or _CANVAS.fullmatch(plain)
        if platform:
            name = platform["number"]
        elif len(parts) > 1:
            name = plain if plain == parts[0] else roster.without_assignment(plain)
        elif plain != parts[0]:
            name = roster.without_assignment(plain)
        else:
            continue  # a lone file that is neither notebook nor archive
        if _tokens(name) and not name.startswith(".") and name.isprintable():
            found.setdefault(_tokens(name), Student(name))
    return sorted(found.values(), key=lambda student: student.id)
