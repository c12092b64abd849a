"""An exercise that asks for a free-form sequence classifier, described by a `Spec`."""

from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.exercise import Exercise
from helpers.checks.recurrent import probe, replies
from helpers.checks.recurrent.judge import judge
from helpers.checks.recurrent.spec import Spec
from helpers.checks.reply import Form
from helpers.checks.report import Verdict


class Recurrent(Exercise):
    """`task`: seed -> what `probe.probe` is to do, with the sizes and inputs of this exercise."""

    def __init__(
        self,
        module: str,
        title: str,
        spec: Spec,
        task: Callable[[int], dict[str, Any]],
        assignment: str = "",
    ) -> None:
        super().__init__(module, title, spec.items, assignment=assignment)
        self.spec, self._task = spec, task

    def task(self, seed: int) -> dict[str, Any]:
        return self._task(seed)

    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        return probe.probe(answer, task)

    def reply(self, task: Mapping[str, Any]) -> Form:
        return replies.reply(task)

    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        return judge(self.spec, task, values)
