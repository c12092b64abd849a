"""What an instructor wants to know when a class has been graded, as one page: report.html.

Plain data in, one HTML file out, without scripts, fonts or pictures from elsewhere. Everything that comes
from a student is hostile until it has passed through the template, which escapes all that it is given.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder import store
from autograder.intake.document import shown
from autograder.judging import UNJUDGED
from autograder.report import pictures, similarity
from autograder.report.exercises import NO_ANSWER, NOT_JUDGED, per_exercise

MOST_GROUPS = 50
MOST_VERSIONS = 4  # of an answer that are shown side by side
MOST_SLOW = 5
MOST_CODE = 4_000  # characters of an answer that are shown beside another

Record = Mapping[str, Any]
Result = Mapping[str, Any]


def write(
    work: Path,
    name: str,
    records: Mapping[str, Record],
    results: Mapping[str, Result],
    answers: Mapping[str, Mapping[str, str]],
    starter: Mapping[str, str],
    points: Mapping[str, float | None],
    worth: float | None = None,
    titles: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    prose: Collection[str] = (),
    problems: Mapping[str, str] | None = None,
    unassigned: Sequence[Mapping[str, str]] = (),
    files: Mapping[str, int] | None = None,
    equal: Sequence[Sequence[str]] = (),
    untimed: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
    damaged: Mapping[str, str] | None = None,
    waiting: Mapping[str, int] | None = None,
) -> Path:
    """Write the report of one assignment; returns its path, report.html in `work`.

    Args:
        work: the folder in which the autograder keeps what it knows of the assignment.
        name: of the assignment.
        records: student -> intake record, for everybody who is enrolled.
        results: student -> result (see `judging.grade`), for those who were graded.
        answers, starter, prose: see `similarity.pairs`.
        points: student -> mark in the book, with manual marks and late penalties; None where there is none.
        worth: the most that can be earned; without it, what the checks are worth.
        titles: exercise -> title; without it, the exercise's name stands there.
        names: student -> what to call them, beside their id.
        problems: student -> why a readable submission could not be graded.
        unassigned: {"path", "why"} of each file that is nobody's.
        files: what became of the files that ever came -> how many of them.
        equal: groups of students whose notebooks are equal byte by byte.
        untimed: those of whom nobody knows when they handed in, where being late costs something.
        about: further lines for "How it was graded": the assignment's digest, the date, the machine.
        damaged: what was wrong with files of ours that could not be used, by path in `work`.
        waiting: student -> how many answers a person must still read, of graded ones with any.

    The same data give the same bytes.
    """
    names, problems, waiting = names or {}, problems or {}, waiting or {}
    page = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters["shown"] = lambda text: shown(text, 400)
    # A reason ends with the command to type; names that a student has chosen were cut before.
    page.filters["whole"] = lambda text: shown(text, 4_000)
    graded = {student: results[student] for student in sorted(results)}
    exercises = per_exercise(graded, titles or {})
    if worth is None:
        worth = sum(e["worth"] for e in exercises)
    alike = _alike(answers, similarity.pairs(answers, starter, prose))
    text = page.get_template("report.html.jinja").render(
        name=name,
        students=len(records),
        who=lambda student: shown(f"{names[student]} ({student})" if names.get(student) else student),
        headline=_headline(records, graded),
        sums=_sums(records, graded, unassigned, files or {}),
        damaged=sorted((damaged or {}).items()),
        marks=_marks(
            [points[s] for s in sorted(points) if points[s] is not None], worth, sum(waiting.values())
        ),
        overview=pictures.url(pictures.outcomes([(shown(e["title"]), e["ended"]) for e in exercises]))
        if exercises
        else "",
        exercises=exercises,
        unassigned=unassigned,
        equal=equal,
        untimed=untimed,
        look=_look(records, graded, problems, waiting),
        missing=[s for s in sorted(records) if records[s]["status"] == "not_submitted"],
        slowest=_slowest(graded),
        alike=alike[:MOST_GROUPS],
        more_alike=len(alike[MOST_GROUPS:]),
        same_mistakes=_same_mistakes(graded)[:MOST_GROUPS],
        how=[*_how(graded), *(about or {}).items()],
    )
    path = work / "report.html"
    store.write_text(path, text)
    return path


# --- the class


def _headline(records: Mapping[str, Record], results: Mapping[str, Result]) -> list[tuple[str, int]]:
    statuses = Counter(record["status"] for record in records.values())
    flagged = [
        s for s in records if _flags(records[s], results.get(s)) and records[s]["status"] != "unreadable"
    ]
    counts = [
        ("enrolled", len(records)),
        ("graded", len(results)),
        ("flagged", len(flagged)),
        ("unreadable", statuses["unreadable"]),
        ("not submitted", statuses["not_submitted"]),
    ]
    left = _not_graded(records, results)
    return [*counts, ("not graded", left)] if left else counts


def _not_graded(records: Mapping[str, Record], results: Mapping[str, Result]) -> int:
    """Those who handed in what could be read, or whose record is damaged, and have no result."""
    settled = ("unreadable", "not_submitted")
    return sum(r["status"] not in settled and s not in results for s, r in records.items())


def _sums(
    records: Mapping[str, Record],
    results: Mapping[str, Result],
    unassigned: Sequence[Mapping[str, str]],
    files: Mapping[str, int],
) -> str:
    """The counts as sums: one that comes to all who are enrolled, one that comes to all files."""
    statuses = Counter(record["status"] for record in records.values())
    parts = [
        (len(results), "graded"),
        (_not_graded(records, results), "not graded"),
        (statuses["unreadable"], "unreadable"),
        (statuses["not_submitted"], "not submitted"),
    ]
    text = f"{len(records)} enrolled = " + " + ".join(f"{n} {what}" for n, what in parts if n)
    if unassigned:
        text += (
            f". Beside them {len(unassigned)} {'file is' if len(unassigned) == 1 else 'files are'} nobody's"
        )
    if files:
        came = sum(files.values())
        text += f". {came} {'file' if came == 1 else 'files'} came = "
        text += " + ".join(f"{n} {what}" for what, n in sorted(files.items()))
    return f"{text}."


def _flags(record: Record, result: Result | None) -> list[str]:
    """What is told under "Flagged": all flags but those of checks that could not be judged.

    Those are told under a heading of their own. Only whole sentences that we have made are left out: parts of
    others are a student's words.
    """
    checks = result["checks"].items() if result else []
    waiting = [
        (name, part) for name, m in checks if m["status"] == "unjudged" for part in m.get("to_read", [])
    ]
    told = {f"{name}{UNJUDGED}{part['why']}" for name, part in waiting}
    found = [flag for flag in result["flags"] if flag not in told] if result else []
    return list(dict.fromkeys([*record["flags"], *found]))


def _marks(points: list[float], worth: float, waiting: int) -> dict[str, str] | None:
    if not points:
        return None
    many = "1 student has a mark" if len(points) == 1 else f"{len(points)} students have a mark"
    sentence = (
        f"{many}, of {worth:g} points at most: median {statistics.median(points):g}, "
        f"mean {statistics.fmean(points):.1f}, lowest {min(points):g}, highest {max(points):g}."
    )
    if waiting:
        sentence += f" {waiting} {'answer waits' if waiting == 1 else 'answers wait'} for a person."
    return {"sentence": sentence, "picture": pictures.url(pictures.marks(points, worth))}


def _look(
    records: Mapping[str, Record],
    results: Mapping[str, Result],
    problems: Mapping[str, str],
    to_read: Mapping[str, int],
) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Headings, and under each the reasons with those whom they concern, the rarest reason first."""
    said: dict[str, dict[str, list[str]]] = {heading: defaultdict(list) for heading in _HEADINGS}
    failed, unjudged, waiting, unreadable, flagged, stopped = said.values()
    for student in sorted(records):
        record, result = records[student], results.get(student)
        if student in problems:
            failed[problems[student]].append(student)
        for flag in _flags(record, result):
            (unreadable if record["status"] == "unreadable" else flagged)[flag].append(student)
        for reason in _unjudged(result) if result else []:
            unjudged[reason].append(student)
        if count := to_read.get(student):
            answers = "1 answer waits" if count == 1 else f"{count} answers wait"
            waiting[f"{answers} in formgrader, Manual Grading"].append(student)
        for reason in _to_read(result) if result else []:
            waiting[reason].append(student)
        for reason in _stopped(result) if result else []:
            stopped[reason].append(student)
    return [
        (heading, sorted(reasons.items(), key=lambda row: (len(row[1]), row[1], row[0])))
        for heading, reasons in said.items()
        if reasons
    ]


_HEADINGS = (
    "Not graded",
    "Could not be judged: a person must look, all points of these wait",
    "To be read by a person: these points are not in the mark yet",
    "Unreadable: no mark",
    "Flagged: the mark stands",
    "Stopped or crashed: 0 points for this",
)


def _waiting(result: Result, unjudged: bool) -> list[tuple[str, Mapping[str, Any]]]:
    """(exercise, what waits of it) of the checks that could not be judged, or of all others."""
    checks = [(m["exercise"] or name, m) for name, m in result["checks"].items()]
    chosen = [(name, m) for name, m in checks if (m["status"] == "unjudged") == unjudged]
    return [(name, part) for name, m in chosen for part in m.get("to_read", [])]


def _unjudged(result: Result) -> list[str]:
    """What could not be judged, by exercise, and why."""
    return sorted({f"{name}: {part['why']}" for name, part in _waiting(result, unjudged=True)})


def _to_read(result: Result) -> list[str]:
    """What no comparison supports, by exercise; its check and its hidden check say the same."""
    waiting = _waiting(result, unjudged=False)
    return sorted({f"{name}: {part['item']}: {part['why']}" for name, part in waiting})


def _stopped(result: Result) -> list[str]:
    """The exercises whose checks died, and why; of other cells only why: their ids tell a reader nothing."""
    checks = [(m["exercise"] or name, m) for name, m in sorted(result["checks"].items())]
    # A dead check says `0 of 4 points: ` and then why.
    marked = [f"{name}: {m['text'].partition(': ')[2]}" for name, m in checks if m["status"] == "died"]
    others = [f"a cell: {cell['error']}" for cell in result["cells"].values() if cell["status"] == "died"]
    return list(dict.fromkeys([*marked, *sorted(others)]))


def _slowest(results: Mapping[str, Result]) -> list[tuple[str, str, str]]:
    order = sorted(results, key=lambda student: (-results[student]["cpu"], student))
    return [(s, f"{results[s]['cpu']:.1f}", f"{results[s]['wall']:.1f}") for s in order[:MOST_SLOW]]


def _how(results: Mapping[str, Result]) -> list[tuple[str, str]]:
    """Figures of the whole run."""
    if not results:
        return []
    cells = Counter(cell["status"] for result in results.values() for cell in result["cells"].values())
    checks = Counter(mark["status"] for result in results.values() for mark in result["checks"].values())
    cpu = [result["cpu"] for result in results.values()]
    rows = [
        ("Time", f"{sum(cpu):.0f} CPU seconds for all, median {statistics.median(cpu):.2f} a submission"),
        (
            "Cells of the students' notebooks",
            f"{cells.total()} run; {cells['error']} ended in an error; {cells['died']} stopped or crashed",
        ),
        (
            "Checks",
            f"{checks.total()} in all; {checks['judged']} judged; {checks[NO_ANSWER]} without an answer"
            + "".join(f"; in {checks[s]} {words}" for s, words in NOT_JUDGED.items() if checks[s]),
        ),
    ]
    if checks["plain"]:
        rows.append(
            (
                "Plain asserts",
                f"{checks['plain']} checks were marked beside the student's code: can be forged",
            )
        )
    return rows


# --- answers that are alike


def _alike(
    answers: Mapping[str, Mapping[str, str]], pairs: Sequence[similarity.Pair]
) -> list[dict[str, Any]]:
    """The pairs gathered into groups of students, each with all exercises in which it is the same group."""
    groups: dict[tuple[str, str], set[str]] = {}  # (grade_id, student) -> the group, one object for all of it
    for pair in pairs:
        first, second = (groups.get((pair.grade_id, s), {s}) for s in (pair.a, pair.b))
        if first is not second:
            both = first | second
            groups.update({(pair.grade_id, student): both for student in both})
    gathered: dict[tuple[str, ...], dict[str, list[similarity.Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        gathered[tuple(sorted(groups[pair.grade_id, pair.a]))][pair.grade_id].append(pair)
    rows = [
        {
            "students": students,
            "exercises": [_same(answers, students, name, found) for name, found in exercises.items()],
            "weight": sum(max(p.score * p.tokens for p in found) for found in exercises.values()),
        }
        for students, exercises in gathered.items()
    ]
    return sorted(rows, key=lambda row: (-row["weight"], row["students"]))


def _same_mistakes(results: Mapping[str, Result]) -> list[tuple[tuple[str, str], list[str]]]:
    """Pairs of students, and the titles of the rare findings that both have."""
    titles: dict[tuple[str, str], str] = {}
    mistakes: dict[str, set[tuple[str, str]]] = {student: set() for student in results}
    for student, result in results.items():
        for mark in result["checks"].values():
            for finding in mark["findings"] if mark["status"] == "judged" else ():
                titles[mark["exercise"], finding["name"]] = finding["title"]
                mistakes[student].add((mark["exercise"], finding["name"]))
    rows = similarity.shared_mistakes(mistakes)
    return [(pair, [f"{name}: {titles[name, finding]}" for name, finding in common]) for pair, common in rows]


def _same(
    answers: Mapping[str, Mapping[str, str]],
    students: Sequence[str],
    grade_id: str,
    pairs: Sequence[similarity.Pair],
) -> dict[str, Any]:
    """One exercise of a group: figures, and the different texts, each with those who wrote it."""
    low, high = (f"{bound(pair.score for pair in pairs):.0f}" for bound in (min, max))
    versions: dict[str, list[str]] = defaultdict(list)
    for student in students:
        versions[answers[student][grade_id]].append(student)
    return {
        "grade_id": grade_id,
        "score": low if low == high else f"{low} to {high}",
        "tokens": max(pair.tokens for pair in pairs),
        "versions": [(ids, _code(text)) for text, ids in list(versions.items())[:MOST_VERSIONS]],
        "more": len(versions) - MOST_VERSIONS,
    }


def _code(source: str) -> str:
    """Code for the page: nothing in it may turn its direction or hide what stands beside it."""
    text = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in source[:MOST_CODE])
    return text if len(source) <= MOST_CODE else f"{text}\n… ({len(source) - MOST_CODE} more characters)"
