"""Every file that ever arrived for an assignment, and what became of it. Nothing leaves the ledger by itself.

The bytes lie beside it: what is a student's below originals/STUDENT/, what is nobody's below unassigned/.
Files are only ever added there; which of them count is said here and nowhere else.
"""

import itertools
import json
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from autograder import store
from autograder.intake.files import as_json, safe, sha256_of, write
from autograder.intake.roster import Platform

FILE = "ledger.json"
TAKEN, OLDER, UNASSIGNED, DISMISSED, REFUSED = "taken", "older", "unassigned", "dismissed", "refused"


@dataclass
class Entry:
    """One file that arrived.

    path: as it was received, from the folder or archive that intake was given.
    delivery: the run of intake that brought it, counted from 1.
    arrived: when that was, in UTC.
    sha256, bytes: of its content; None where it could not be kept.
    inner: its path below the name that says whose it is.
    platform: the name and the number that a learning platform has written into the path.
    time: when it was handed in, ISO; without an offset where the zone is not known. None: not known.
    late: the platform's name for it says that it was late.
    students: whose it is; several for a group's file.
    kept: student -> where its bytes lie below originals/STUDENT; "" -> below unassigned/.
    status: taken, older, unassigned, dismissed or refused.
    why: what is wrong with it, or why it is nobody's.
    likely: students whose it may be; a proposal, and no more.
    choice: the larger, the later a person has chosen it; 0 for never.
    """

    path: str
    delivery: int
    arrived: str
    sha256: str | None = None
    bytes: int | None = None
    inner: str = ""
    platform: dict[str, Any] | None = None
    time: str | None = None
    late: bool = False
    students: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    status: str = TAKEN
    why: str = ""
    likely: list[str] = field(default_factory=list)
    choice: int = 0

    def is_at(self, path: str) -> bool:
        """Whether a person who types this path means it: its path, a folder above it, or where it is kept."""
        places = [
            self.path,
            *(f"originals/{s}/{kept}" if s else f"unassigned/{kept}" for s, kept in self.kept.items()),
        ]
        return any(place == path or place.startswith(path.rstrip("/") + "/") for place in places)


def now() -> str:
    """The present, in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Ledger:
    """The ledger of one assignment, read from its work folder.

    entries: every file, in the order of arrival.
    about: student -> what is known of them besides: "time" and "from" where a person has set their time;
        "placed", the digest of the notebook, and "stamp", the text of the timestamp.txt that intake has put
        into the submitted folder; "due", the deadline by which a platform called them late.
    said: sentences on a ledger that could not be read.
    """

    def __init__(self, work: Path) -> None:
        self.work, self.entries, self.about, self.said = work, [], {}, []
        path = work / FILE
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            names = {one.name for one in fields(Entry)}
            self.entries = [Entry(**{k: v for k, v in row.items() if k in names}) for row in found["files"]]
            self.about = {str(student): dict(known) for student, known in found["students"].items()}
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, KeyError, AttributeError):
            shutil.copyfile(path, path.with_name("ledger.damaged.json"))
            self.entries, self.about = [], {}
            self.said.append(
                f"{path} could not be read and was made anew from the files that are kept beside it; "
                "times, assignments and dismissals are lost (the damaged one is ledger.damaged.json)."
            )
        self._by_sha: dict[str | None, list[Entry]] = {}
        for entry in self.entries:
            self._by_sha.setdefault(entry.sha256, []).append(entry)
        self.delivery = 1 + max((entry.delivery for entry in self.entries), default=0)
        self._now = now()

    def of(self, student: str) -> list[Entry]:
        """The student's files, dismissed ones too."""
        return [entry for entry in self.entries if student in entry.students]

    def add(
        self,
        path: str,
        inner: str,
        disk: Path | None,
        students: Iterable[str] = (),
        platform: Platform | None = None,
        when: str | None = None,
        why: str = "",
        likely: Iterable[str] = (),
    ) -> tuple[Entry, bool]:
        """Note a file that has arrived, and keep its bytes; returns its entry, and whether it is news.

        The same bytes of the same student are the same file, however they come. A file that is nobody's is
        the same where its path is too; one that a person has assigned or dismissed stays so.
        """
        students = list(students)
        sha256 = sha256_of(disk) if disk else None
        known = self._known(path, inner, sha256, students, when)
        if known:
            news = known.time is None and when is not None
            known.time = known.time or when
            if known.status == UNASSIGNED:
                known.why, known.likely = why, list(likely)
            return known, news
        entry = Entry(
            path,
            self.delivery,
            self._now,
            sha256,
            disk.stat().st_size if disk else None,
            inner,
            {"system": platform.system, "name": platform.name, "number": platform.number}
            if platform
            else None,
            when,
            bool(platform and platform.late),
            status=(TAKEN if disk else REFUSED) if students else UNASSIGNED,
            why=why,
            likely=list(likely),
        )
        self._note(entry)
        if disk and not students:
            # Whom a person has given such a file of the same person's before, by the platform's own number.
            students = next(
                (e.students for e in self.entries if e.choice and platform and e.platform == entry.platform),
                [],
            )
            entry.kept[""] = self._keep(Path("unassigned"), path, disk)
        self.give(entry, students, disk)
        return entry, True

    def _note(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._by_sha.setdefault(entry.sha256, []).append(entry)

    def _known(
        self, path: str, inner: str, sha256: str | None, students: list[str], when: str | None
    ) -> Entry | None:
        name = inner.rpartition("/")[2]
        for entry in self._by_sha.get(sha256, []):
            if students and sha256 and entry.status == UNASSIGNED and entry.path == path:
                self.give(entry, students)
                return entry
            same_name = name == entry.inner.rpartition("/")[2]
            if students and same_name and set(students) <= set(entry.kept) - {""}:
                if entry.time is None or when is None or entry.time == when:
                    return entry
            elif entry.path == path and (sha256 is None or not students):
                return entry
        return None

    def give(self, entry: Entry, students: Iterable[str], disk: Path | None = None) -> None:
        """Make it the file of these students and of nobody else."""
        students = list(students)
        source = disk or self.place(entry)
        for student in students:
            if source is not None and student not in entry.kept:
                entry.kept[student] = self._keep(Path("originals", student), entry.inner, source)
        entry.students = students
        if students and entry.status == UNASSIGNED:
            entry.status, entry.why, entry.likely = TAKEN, "", []

    def choose(self, entry: Entry) -> None:
        """A person says that this is the one that counts."""
        entry.choice = 1 + max(e.choice for e in self.entries)

    def place(self, entry: Entry) -> Path | None:
        """Where its bytes lie, None where none are kept."""
        for student, kept in entry.kept.items():
            path = self.work / (Path("originals", student) if student else "unassigned") / kept
            if path.is_file():
                return path
        return None

    def _keep(self, folder: Path, path: str, disk: Path) -> str:
        """Copy a file below a folder; returns its path there. One that lies there already is not touched."""
        parts = [safe(part) for part in path.split("/") if part not in ("", ".", "..")] or ["unnamed"]
        digest = sha256_of(disk)
        stem, dot, suffix = parts[-1].partition(".")
        for n in itertools.count(1):
            name = parts[-1] if n == 1 else f"{stem}~{n}{dot}{suffix}"
            target = (self.work / folder).joinpath(*parts[:-1], name)
            if any(above.is_file() for above in target.parents):
                parts = [f"{parts[0]}~", *parts[1:]]
                continue
            if target.is_file() and sha256_of(target) == digest:
                break
            if not target.exists():
                # Begun outside: what a killed run leaves there would be taken for the student's.
                store.copy(disk, target, beside=self.work)
                break
        return target.relative_to(self.work / folder).as_posix()

    def adopt(self) -> None:
        """Note what lies in the folders and is not in the ledger: a killed run's, or a lost ledger's."""
        kept = {(student, path) for entry in self.entries for student, path in entry.kept.items()}
        known = {entry.sha256 for entry in self.entries}
        for folder in ("originals", "unassigned"):
            for path in sorted((self.work / folder).rglob("*")):
                if not path.is_file() or store.is_left(path):
                    continue
                parts = path.relative_to(self.work / folder).parts
                student, inner = (
                    (parts[0], "/".join(parts[1:])) if folder == "originals" else ("", "/".join(parts))
                )
                sha256 = sha256_of(path) if (student, inner) not in kept else None
                if sha256 is None or not inner or (not student and sha256 in known):
                    continue
                entry = Entry(inner, self.delivery, self._now, sha256, path.stat().st_size, inner)
                entry.kept[student] = inner
                entry.students = [student] if student else []
                entry.status = TAKEN if student else UNASSIGNED
                entry.why = "" if student else "it was found among the files that are nobody's"
                self._note(entry)
                known.add(sha256)

    def write(self) -> None:
        """Atomically, and only if something has changed."""
        files = [asdict(entry) for entry in self.entries]
        write(self.work / FILE, as_json({"files": files, "students": self.about}))
