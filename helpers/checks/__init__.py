"""What an answer must do: `check` judges an exercise on the spot, `turn` a learner's turn in a chapter.

What an exercise is stands in `exercise`; its kinds are `functions`, `layers`, `loops` and `recurrent`. The
exercises themselves are the modules of `exercises` and `turns`, each a description that registers itself.
"""

import ast
import inspect
import textwrap
from typing import Any

from helpers.checks import exercises, state, turns
from helpers.checks.exercise import Exercise, exercises_of
from helpers.checks.report import Verdict
from helpers.checks.running import NO_ANSWER

_EXERCISES, _TURNS = exercises_of(exercises), exercises_of(turns)
EXERCISES, TURNS = tuple(_EXERCISES), tuple(_TURNS)


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
    verdict = _verdict(asked, answer, seed)
    missing = unanswered(asked.title, verdict)
    if missing:
        error = NotImplementedError(missing)
        # IPython shows this in place of a traceback, which leads through our code and tells students nothing.
        error._render_traceback_ = lambda: [f"NotImplementedError: {error}"]
        raise error
    print(asked.title, verdict.text(points), sep="\n\n")
    return round(verdict.share * points, 2)


def turn(name: str, answer: Any, seed: int = 0) -> None:
    """Look at a learner's turn and print one finding, or what the answer was compared with.

    Nothing depends on it: a stub that nobody touched prints "no answer yet", a wrong answer stops nothing.

    Raises:
        ValueError: there is no such turn; names those there are.
    """
    if name not in _TURNS:
        raise ValueError(f"there is no turn {name!r}; there are {', '.join(TURNS)}")
    asked = _TURNS[name]
    if untouched(answer):
        print(NO_ANSWER)
        return
    verdict = _verdict(asked, answer, seed)
    if verdict.findings:
        first = verdict.findings[0]
        print("\n  ".join([f"not yet: {first.title}", *first.lines()]))
    else:
        print(f"right: {asked.compared}")


def untouched(answer: Any) -> bool:
    """Is there nothing but `...`, `pass` or `raise NotImplementedError` in every function of the answer?"""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):  # no source to be had
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return bool(functions) and all(_empty(step) for function in functions for step in function.body)


def _empty(step: ast.stmt) -> bool:
    if isinstance(step, ast.Raise):
        return "NotImplementedError" in ast.unparse(step)
    is_constructor = isinstance(step, ast.Expr) and ast.unparse(step) == "super().__init__()"
    return (
        is_constructor
        or isinstance(step, ast.Pass)
        or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
    )


def _verdict(asked: Exercise, answer: Any, seed: int) -> Verdict:
    with state.fresh() as watch:
        task = asked.task(seed)
        verdict = asked.judge(task, asked.probe(answer, task))
    if watch.found:
        changed = " and ".join(state.KINDS[name].words for name in watch.found)
        verdict.remarks.append(f"in your notebook {changed}; the check ran without that")
    return verdict
