"""What the checks of this kernel have said: points so far, item by item, and what is still open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from helpers.checks.exercise import Exercise
from helpers.checks.report import Verdict, number
from helpers.checks.running import NO_ANSWER

NOTHING = "no check has been run in this kernel yet: run the cells above first"


@dataclass(frozen=True)
class _Said:
    points: float  # what the check is worth
    verdict: Verdict

    @property
    def earned(self) -> float:
        return round(self.verdict.share * self.points, 2)

    @property
    def unanswered(self) -> bool:
        return any(finding.name == "no_answer" for finding in self.verdict.findings)


_said: dict[tuple[str, int], _Said] = {}  # (exercise, seed): the same check, run again, replaces what it said


def note(name: str, seed: int, points: float, verdict: Verdict) -> None:
    _said[name, seed] = _Said(points, verdict)


def forget(name: str, seed: int) -> None:
    """What a check said of an answer is not true of the next one, should its check be stopped."""
    _said.pop((name, seed), None)


def met() -> Collection[str]:
    """The exercises of which a check was run."""
    return {name for name, _ in _said}


def text(exercises: Sequence[Exercise]) -> str:
    """The summary of these exercises, in their order."""
    if not _said:
        return NOTHING
    lines: list[str] = []
    open_yet: list[str] = []
    earned = worth = 0.0
    for exercise in exercises:
        checks = [said for (name, _), said in _said.items() if name == exercise.name]
        earned += sum(said.earned for said in checks)
        worth += sum(said.points for said in checks)
        lines += _lines(exercise, checks)
        if not checks or any(said.verdict.findings for said in checks):
            open_yet.append(exercise.title)
    lines += ["", f"so far: {number(earned)} of the {number(worth)} points of the checks that were run"]
    lines += ["still open: " + "; ".join(open_yet) if open_yet else "nothing is open"]
    return "\n".join(lines)


def _lines(exercise: Exercise, checks: Sequence[_Said]) -> list[str]:
    if not checks:
        return [f"· {exercise.title}: not checked yet"]
    lines = []
    for said in checks:
        if said.unanswered:
            lines.append(f"· {exercise.title}: {NO_ANSWER} ({number(said.points)} points)")
            continue
        mark = "✗" if said.verdict.findings else "?" if said.verdict.to_read else "✓"
        lines.append(f"{mark} {exercise.title}: {said.verdict.total(said.points)}")
        if mark != "✓":
            lines += [f"    {line}" for line in said.verdict.item_lines(said.points)]
    return lines
