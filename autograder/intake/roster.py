"""Who is enrolled, and whose a received file is.

The outermost name of a path that fits a student decides: a learning platform writes it. What a student
writes (names of files and folders inside) cannot make a file another student's. Where a name fits two
students nobody is chosen.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.course import Student

# Moodle: "Jane Doe_1234567_assignsubmission_file_", as a folder or before a file's name.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_|$)", re.I)
# Canvas: "doejane_1234_56789_04_exercises-1.ipynb", "doejane_LATE_1234_56789_04_exercises.ipynb".
_CANVAS = re.compile(r"(?P<name>[^_]*[^\W\d_][^_]*)_(?P<late>LATE_)?(?P<number>\d+)_\d+_.+", re.I)
# Blackboard: "Task 4_jdoe_attempt_2027-01-15-20-00-00_04_exercises.ipynb", and ".txt" with the receipt.
_BLACKBOARD = re.compile(
    r"(?:.*?_)?(?P<name>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?P<receipt>\.txt$)?(?:[_.].*)?$", re.I
)
_SUFFIX = re.compile(r"\.(?:zip|tar|tgz|tar\.(?:gz|bz2|xz)|ipynb(?:\.(?:txt|json))?)$", re.I)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})
MAX_ID = 200  # bytes of a student's id: it names folders and files


@dataclass(frozen=True)
class Platform:
    """What a learning platform has written into a name.

    system: moodle, canvas or blackboard.
    name, number: of the person; Moodle's number belongs to one assignment, Canvas's to the person.
    late: Canvas calls it late.
    time: when it was handed in, in Blackboard's form.
    receipt: it is the text file that Blackboard lays beside an attempt.
    """

    system: str
    name: str
    number: str = ""
    late: bool = False
    time: str = ""
    receipt: bool = False


def platform(part: str) -> Platform | None:
    """Which platform has made this name of a file or folder, and what it says; None for none."""
    plain = _SUFFIX.sub("", part)
    if found := _MOODLE.match(plain):
        return Platform("moodle", found["name"], found["number"])
    if found := _CANVAS.fullmatch(plain):
        return Platform("canvas", found["name"], found["number"], late=bool(found["late"]))
    if found := _BLACKBOARD.fullmatch(part):
        return Platform("blackboard", found["name"], time=found["time"], receipt=bool(found["receipt"]))
    return None


def _fold(text: str) -> str:
    """Lower case without accents."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c)).casefold()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, as names are compared: without case and accents."""
    return tuple(re.findall(r"[^\W_]+", _fold(text)))


@dataclass(frozen=True)
class Owner:
    """Whose a file is: the student's id and how many parts of the path name them, or None and why not.

    likely: ids of those whose it may be, where it is nobody's.
    """

    student: str | None
    depth: int = 0
    why: str = ""
    likely: tuple[str, ...] = ()


class Roster:
    """The enrolled students, and what in a path names them.

    students : list of Student, each id once
    assignment : the assignment's name, or all that may stand in a file's name: none of a student's, even if
        one has the number 4
    listed : ids of those whose platform number was given for this assignment, so that Moodle's counts
    moodle : student -> their number in Moodle's assignment
    """

    def __init__(
        self,
        students: Sequence[Student],
        assignment: str | Sequence[str],
        listed: Iterable[str] = (),
        moodle: Mapping[str, str] | None = None,
    ) -> None:
        self._listed = set(listed)
        self._moodle = {number: student for student, number in (moodle or {}).items()}
        self._students = list(students)
        self.ids = {student.id for student in students}
        for name in sorted(self.ids):
            too_long = len(name.encode()) > MAX_ID
            if not name or name.startswith(".") or too_long or re.search(r"[/\\\x00]", name):
                raise ValueError(f"the student id {name!r} cannot name a folder: change it in the gradebook")
        names = [assignment] if isinstance(assignment, str) else sorted(assignment, key=len, reverse=True)
        words = "|".join(r"[\W_]+".join(map(re.escape, re.findall(r"[^\W_]+", name))) for name in names)
        # With what browsers, Colab and second attempts put around the name.
        around = rf"(?:copy[ _]of[ _])*(?<![^\W_])(?:{words})(?![^\W_])(?:-\d+(?![^\W_])|[ _]*-[ _]*copy)?"
        self._assignment = re.compile(rf"{around}|\(\d{{1,2}}\)", re.I)
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        self._numbers: dict[tuple[str, ...], set[str]] = {}
        for student in students:
            for text in (student.id, student.lms_user_id):
                if text:
                    self._numbers.setdefault(tokens(text), set()).add(student.id)
            for phrase in _phrases(student):
                self._phrases.setdefault(phrase, set()).add(student.id)
        self._longest = max(map(len, self._phrases), default=0)

    def owner(self, parts: Sequence[str]) -> Owner:
        """Whose the file with this path is."""
        for depth, part in enumerate(parts, 1):
            names = self.named(part)
            if len(names) == 1:
                return Owner(next(iter(names)), depth)
            if names:
                both = tuple(sorted(names))
                return Owner(None, depth, f"its name fits several students: {', '.join(both)}", both)
        why = "no enrolled student's id, name, email or platform number is in its path"
        return Owner(None, 0, why, tuple(sorted(set().union(*map(self._likely, parts)))))

    def named(self, part: str) -> set[str]:
        """Ids of the students whom one name (of a folder or file) fits: none, one, or several if in doubt."""
        plain = unicodedata.normalize("NFC", _SUFFIX.sub("", part))
        if plain in self.ids:
            return {plain}
        if _SUFFIX.sub("", part) in self.ids:
            return {_SUFFIX.sub("", part)}
        made = platform(part)
        if made and (both := tokens(f"{made.name} {made.number}")) in self._phrases:
            return self._phrases[both]
        found: dict[tuple[str, ...], set[str]] = {}
        for text in self._identity(plain):
            words = tokens(text)
            if words in self._phrases:
                found[words] = self._phrases[words]
                continue
            for start in range(len(words)):
                for end in range(start + 1, min(len(words), start + self._longest) + 1):
                    if (phrase := words[start:end]) in self._phrases:
                        found[phrase] = self._phrases[phrase]
        if made and made.system == "moodle":
            # The number is of this assignment only: it counts where the list was given for it.
            number = tokens(made.number)
            if made.number in self._moodle:
                found[number] = {self._moodle[made.number]}
            elif listed := self._numbers.get(number, set()) & self._listed:
                found[number] = listed
        if not found:
            return set()
        # Two of one name are told apart by a number; a name and a number of two people settle nothing.
        return set.intersection(*found.values()) or set.union(*found.values())

    def _identity(self, part: str) -> tuple[str, ...]:
        """The texts in a name that may tell whose it is."""
        made = platform(part)
        if made is None:
            return (self.without_assignment(part),)
        return (made.name, made.number) if made.system == "canvas" else (made.name,)

    def _likely(self, part: str) -> set[str]:
        """Ids of those whom a name may mean: ä written as ae, a middle name more or less, Moodle's number."""
        found = set()
        made = platform(part)
        if made and made.system == "moodle":
            found |= self._numbers.get(tokens(made.number), set())
        for text in self._identity(_SUFFIX.sub("", part)):
            words = _spelt(text)
            for student in self._students:
                name = _spelt(f"{student.first_name} {student.last_name}")
                short = name and len(words & name) >= min(2, len(name)) and (words <= name or name <= words)
                joined = "".join(sorted(words)) and len(words) == 1 and words <= _joined(student)
                if short or joined or words == _spelt(student.id):
                    found.add(student.id)
        return found if len(found) <= 5 else set()

    def without_assignment(self, name: str) -> str:
        """What a file's name holds besides the assignment's: the student's, if any."""
        return self._assignment.sub(" ", name).strip(" _-.,")


def _phrases(student: Student) -> set[tuple[str, ...]]:
    """What names a student, as tuples of words: id, platform number, email, its local part, both names."""
    texts = [student.id, student.lms_user_id, student.email, student.email.split("@")[0]]
    first, last = student.first_name, student.last_name
    if first and last:
        texts += [f"{first} {last}", f"{last} {first}"]
        # Canvas writes "lovelaceada".
        texts += ["".join(tokens(first + " " + last)), "".join(tokens(last + " " + first))]
    return {tokens(text) for text in texts} - {()}


def _spelt(text: str) -> set[str]:
    """The words of a name, ä as ae."""
    return set(tokens(unicodedata.normalize("NFC", text).lower().translate(_GERMAN)))


def _joined(student: Student) -> set[str]:
    """Both names in one word, as Canvas writes them, ä as ae."""
    first, last = (
        tokens(unicodedata.normalize("NFC", t).lower().translate(_GERMAN))
        for t in (student.first_name, student.last_name)
    )
    return {"".join(last + first), "".join(first + last)} | (
        {"".join(last + first[:1])} if first and last else set()
    )


def from_layout(paths: Iterable[Sequence[str]], assignments: Sequence[str], wrapper: str) -> list[Student]:
    """Students made up from received paths, for a course without any.

    A folder for each student, a platform's folder or file, or a file's name without the assignment's is taken
    for an id; of Moodle's the name, since its number is another one in the next assignment. Folders that are
    named like an assignment or like `wrapper` (what was received) are none.
    """
    roster = Roster([], assignments)
    wrappers = {tokens(name) for name in (*assignments, wrapper)}
    found: dict[tuple[str, ...], Student] = {}
    moodle: dict[str, set[str]] = {}
    for parts in paths:
        while len(parts) > 1 and tokens(_SUFFIX.sub("", parts[0])) in wrappers:
            parts = parts[1:]
        plain = unicodedata.normalize("NFC", _SUFFIX.sub("", parts[0]))
        made = platform(parts[0])
        if (
            made
            and made.system == "moodle"
            and tokens(made.name) not in ((), ("participant",), ("teilnehmer",))
        ):
            moodle.setdefault(made.name, set()).add(made.number)
            continue
        if made:
            name = made.number or made.name
        elif len(parts) > 1:
            name = plain if _SUFFIX.search(parts[0]) is None else roster.without_assignment(plain)
        elif _SUFFIX.search(parts[0]):
            name = roster.without_assignment(plain)
        else:
            continue  # a lone file that is neither notebook nor archive
        if tokens(name) and not name.startswith(".") and name.isprintable():
            found.setdefault(tokens(name), Student(name))
    for name, numbers in moodle.items():
        if name.startswith(".") or not name.isprintable() or "/" in name:
            continue
        for number in sorted(numbers):
            # Two of one name are two people.
            one = Student(name) if len(numbers) == 1 else Student(f"{name}_{number}")
            found.setdefault(tokens(one.id), one)
    return sorted(found.values(), key=lambda student: student.id)
