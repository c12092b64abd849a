"""What an exercise or a turn is, and how it is found.

`checks.check(name, answer, points)` looks the exercise up, and then

    task = exercise.task(seed)               what is to be run, chosen by the judge: plain values
    values = exercise.probe(answer, task)    what the answer did, in plain values
    verdict = exercise.judge(task, values)   what that means: items, findings, points

In a notebook all three run on the spot. Where a class is graded the probe alone runs beside the student's
code, in the sandbox; task and judge stay outside, and what comes back is looked at by `reply` first.
"""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from helpers.checks import state
from helpers.checks.reply import Form, read
from helpers.checks.report import Item, Verdict


class Exercise(ABC):
    """One exercise or turn. Kinds of exercises derive from it: `functions`, `layers`, `loops`, `recurrent`.

    Attributes:
        module: the module that registers it; `name`, the last part of that, is what it is called by.
        title: "Exercise 1, a two-layer LSTM".
        items: what is asked for, and the points of each.
        compared: what a right turn is told that it was compared with.
        chapter, hints: of a turn: where it stands, and what helps when the mistake's own hint did not.
        assignment: the assignment that an exercise stands in; "" where it is part of none.
    """

    def __init__(
        self,
        module: str,
        title: str,
        items: Sequence[Item],
        compared: str = "",
        chapter: int = 0,
        hints: Sequence[str] = (),
        assignment: str = "",
    ) -> None:
        if not items or any(item.points <= 0 for item in items):
            raise ValueError(f"{module} needs at least one item, each of more than 0 points")
        self.module, self.name = module, module.rpartition(".")[2]
        self.title, self.items, self.compared = title, tuple(items), compared
        self.chapter, self.hints, self.assignment = chapter, tuple(hints), assignment

    @abstractmethod
    def task(self, seed: int) -> dict[str, Any]:
        """What the probe is to do; another seed gives other sizes, weights and inputs."""

    @abstractmethod
    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        """Run the answer and report what it did, in plain values (see `running`)."""

    @abstractmethod
    def reply(self, task: Mapping[str, Any]) -> Form:
        """The form of what the probe may report for this task (see `reply`)."""

    @abstractmethod
    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        """What values of this form say about the answer."""

    def judge(self, task: Mapping[str, Any], values: Any) -> Verdict:
        """The verdict on what a probe reported; what has not its form earns nothing."""
        return read(self.reply(task), values, self.items, lambda: self.compare(task, values))

    def verdict(self, answer: Any, seed: int) -> Verdict:
        """Probe and judge here and now; what the answer changes in torch or Python is put back behind it."""
        with state.fresh() as watch:
            task = self.task(seed)
            verdict = self.judge(task, self.probe(answer, task))
        if watch.found:
            changed = " and ".join(state.KINDS[name].words for name in watch.found)
            verdict.remarks.append(f"in your notebook {changed}; the check ran without that")
        return verdict


_registered: dict[str, Exercise] = {}


def register(exercise: Exercise) -> Exercise:
    """Make an exercise known under the name of its module. The last statement of each description."""
    _registered[exercise.module] = exercise
    return exercise


def registered(module: str) -> Exercise:
    """The exercise that a module of this name registers; the module is imported.

    Raises:
        LookupError: it registers none.
    """
    if module not in _registered:
        with state.fresh():  # it may be loaded late, behind what a notebook has set: a default dtype, say
            importlib.import_module(module)
    if module not in _registered:
        raise LookupError(f"{module} registers no exercise: end it with register(...)")
    return _registered[module]


class Shelf(Mapping[str, Exercise]):
    """name -> exercise, of all modules of a package; each is imported when it is first asked for."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package.__name__
        self._names = tuple(part.name for part in pkgutil.iter_modules(package.__path__))

    def __getitem__(self, name: str) -> Exercise:
        if name not in self._names:
            raise KeyError(name)
        return registered(f"{self._package}.{name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def by_title(self) -> list[Exercise]:
        """All of them, imported, in the order of their titles."""
        return sorted(self.values(), key=lambda exercise: exercise.title)
