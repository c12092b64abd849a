"""What an answer must do: `check` judges an exercise on the spot, `turn` a learner's turn in a chapter.

What an exercise is stands in `exercise`; its kinds are `functions`, `layers`, `loops` and `recurrent`. The
exercises themselves are the modules of `exercises` and `turns`, each a description that registers itself.
"""

from typing import Any

from helpers.checks import exercises, tally
from helpers.checks.exercise import Exercise, Shelf
from helpers.checks.practice import TURNS, hint, progress, turn
from helpers.checks.report import Verdict
from helpers.checks.running import NO_ANSWER

__all__ = ["EXERCISES", "TURNS", "check", "exercise", "hint", "progress", "summary", "turn", "unanswered"]

_EXERCISES = Shelf(exercises)
EXERCISES = tuple(_EXERCISES)


def exercise(name: str) -> Exercise:
    """One exercise.

    Raises:
        ValueError: there is no such exercise; names those there are.
    """
    if name not in _EXERCISES:
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(EXERCISES)}")
    return _EXERCISES[name]


def unanswered(title: str, verdict: Verdict) -> str:
    """What to say where there is no answer yet; "" where there is one."""
    found = next((finding for finding in verdict.findings if finding.name == "no_answer"), None)
    if found is None:
        return ""
    return f"{NO_ANSWER}: {title}" + (f" ({found.got})" if found.got else "")


def check(name: str, answer: Any, points: float, seed: int = 0) -> float:
    """Run and judge an answer, print the report, and return the points earned: nbgrader reads them.

    Args:
        name: the exercise, one of EXERCISES.
        answer: the class or function that the student wrote.
        points: what this check is worth in all.
        seed: decides sizes, weights and inputs.

    Raises:
        NotImplementedError: the answer still raises "no answer yet".
    """
    asked = exercise(name)
    tally.forget(name, seed)
    verdict = asked.verdict(answer, seed)
    tally.note(name, seed, points, verdict)
    missing = unanswered(asked.title, verdict)
    if missing:
        error = NotImplementedError(missing)
        # IPython shows this in place of a traceback, which leads through our code and tells students nothing.
        error._render_traceback_ = lambda: [f"NotImplementedError: {error}"]
        raise error
    print(asked.title, verdict.text(points), sep="\n\n")
    return round(verdict.share * points, 2)


def summary() -> None:
    """Print what the checks of this kernel have said so far, exercise by exercise, and what is still open.

    The last cell of an assignment. An exercise of it whose check was not run yet is named too.
    """
    assignments = {exercise(name).assignment for name in tally.met()} - {""}
    shown = [one for one in _EXERCISES.by_title() if one.assignment in assignments or one.name in tally.met()]
    print(tally.text(shown))
