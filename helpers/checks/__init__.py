"""What an exercise must do: a probe runs the answer and returns plain values, a judge says what they mean.

Each exercise is a module of `exercises`:

- `TITLE`: "Exercise 1, a two-layer LSTM";
- `task(seed)`: what is to be run, chosen by the judge: arguments, inputs, the seed of the weights;
- `probe(answer, task)`: runs the answer and reports what it saw, in plain values (see `running`);
- `judge(task, values)`: compares with the trusted reference and returns a `Verdict`.

In a notebook `check` does all three on the spot. Where a class is graded, the probe alone runs beside the
student's code; task and judge stay outside.
"""

import importlib
import pkgutil
from typing import Any

from helpers.checks import exercises
from helpers.checks.running import NO_ANSWER

_PARTS = {
    part.name: importlib.import_module(f"{exercises.__name__}.{part.name}")
    for part in pkgutil.iter_modules(exercises.__path__)
}
_TITLES = {name: part.TITLE for name, part in _PARTS.items()}
EXERCISES = tuple(sorted(_TITLES, key=_TITLES.get))


def exercise(name: str):
    """The module of one exercise.

    Raises:
        ValueError: there is no such exercise; names those there are.
    """
    if name not in EXERCISES:
        raise ValueError(f"there is no exercise {name!r}; there are {', '.join(EXERCISES)}")
    return _PARTS[name]


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
    module = exercise(name)
    task = module.task(seed)
    verdict = module.judge(task, module.probe(answer, task))
    if any(finding.name == "no_answer" for finding in verdict.findings):
        error = NotImplementedError(f"{NO_ANSWER}: {module.TITLE}")
        # IPython shows this in place of a traceback, which leads through our code and tells students nothing.
        error._render_traceback_ = lambda: [f"NotImplementedError: {error}"]
        raise error
    print(module.TITLE, verdict.text(points), sep="\n\n")
    return round(verdict.share * points, 2)
