"""What the page says of each exercise: how the class did, and the findings that most had."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from autograder.intake.document import shown
from autograder.report import pictures

MOST_FINDINGS = 6  # an exercise
# What became of a check that was not judged; `no_answer` is counted as an outcome of its own.
NOT_JUDGED = {
    "died": "the code was stopped or crashed",
    "undefined": "an error came before there was anything to judge",
    "malformed": "the result could not be read",
    "unjudged": "the judge came to no end, and a person must look",
}
NO_ANSWER = "no_answer"

Result = Mapping[str, Any]


def per_exercise(results: Mapping[str, Result], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each exercise what the template and the pictures show of it."""
    checks: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for student, result in results.items():
        for grade_id, mark in sorted(result["checks"].items()):
            checks[mark["exercise"] or grade_id][student].append(mark)
    made = [_exercise(titles.get(key, key), list(by.values())) for key, by in checks.items()]
    return sorted(made, key=lambda exercise: exercise["title"])


def _exercise(title: str, students: list[list[Mapping[str, Any]]]) -> dict[str, Any]:
    """`students` holds for each student the marks of this exercise's checks."""
    shares, ended, lost = [], Counter(dict.fromkeys(pictures.OUTCOMES, 0)), Counter()
    found: Counter[str] = Counter()
    words: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for marks in students:
        share = sum(mark["points"] for mark in marks) / (sum(mark["max"] for mark in marks) or 1)
        shares.append(share)
        ended[_outcome(share, {mark["status"] for mark in marks})] += 1
        lost.update({mark["status"] for mark in marks} & NOT_JUDGED.keys())
        seen = {f["name"]: (f["title"], f.get("hint", "")) for mark in marks for f in mark["findings"]}
        seen.pop(NO_ANSWER, None)
        found.update(seen.keys())
        for name, text in seen.items():
            words[name][text] += 1
    rows = []
    for name, count in sorted(found.items(), key=lambda row: (-row[1], row[0])):
        # One finding may be worded with different numbers: take the wording that most students got.
        (text, hint), _ = min(words[name].items(), key=lambda row: (-row[1], row[0]))
        share = f"{100 * count / len(students):.0f} %"
        rows.append({"name": name, "title": text, "hint": hint, "count": count, "share": share})
    top = rows[:MOST_FINDINGS]
    picture = pictures.findings([(shown(r["title"]), r["count"]) for r in top], len(students)) if top else b""
    return {
        "title": title,
        "worth": max(sum(mark["max"] for mark in marks) for marks in students),
        "ended": ended,
        "sentence": _sentence(statistics.fmean(shares), ended, lost),
        "findings": top,
        "more": len(rows) - len(top),
        "picture": pictures.url(picture) if top else "",
    }


def _outcome(share: float, statuses: set[str]) -> str:
    if statuses == {NO_ANSWER}:
        return "no answer"
    return "full marks" if share > 0.9999 else "a part" if share > 0 else "0 points"


def _sentence(mean: float, ended: Mapping[str, int], lost: Mapping[str, int]) -> str:
    words = {"full marks": "with full marks", "a part": "with a part", "0 points": "with none"}
    counts = ", ".join(f"{n} {words.get(name, 'without an answer')}" for name, n in ended.items() if n)
    text = f"On average {100 * mean:.0f} % of the points: {counts}."
    return text + "".join(f" In {lost[s]} {words}." for s, words in NOT_JUDGED.items() if lost[s])
