"""How long each suite of CONTRIBUTING's map took: printed at the end of a run."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any


def suite_of(report: Any, kinds: Collection[str]) -> str:
    """ "-m browser" for a test of that kind, else the folder that it lies in."""
    kind = next((kind for kind in kinds if kind in report.keywords), None)
    if kind:
        return f"-m {kind}"
    first, second, *_ = [*report.nodeid.split("::")[0].split("/"), ""]
    return f"{first}/{second}/" if first == "tests" and second else f"{first}/"


def lines(reports: Iterable[Any], kinds: Collection[str]) -> list[str]:
    """A line for each suite, the longest first: minutes of its tests one after another, how many."""
    seconds: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for report in reports:
        seconds[suite_of(report, kinds)] += report.duration
        tests[suite_of(report, kinds)] += report.when == "call"
    return [f"{took / 60:6.1f} min  {tests[suite]:5}  {suite}" for suite, took in seconds.most_common()]
