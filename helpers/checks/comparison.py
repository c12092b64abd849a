"""An answer beside a reference: both go through the same cases, and what they show is compared key by key.

What the answer shows (its observation) is a dict of plain values: "output" first, then what follows from it.
Where something differs, the named wrong versions go through the same cases, and the first that shows what the
answer showed is the finding: "this is what comes out when the mask is applied after the softmax".
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from helpers.checks.by_hand import MOST, Watch, check_words
from helpers.checks.exercise import Exercise
from helpers.checks.findings import COMPARISONS, finding, row
from helpers.checks.findings.row import BY_CASE, Row, table
from helpers.checks.reply import Form, Misfit, anything, either, error, list_of, record, text
from helpers.checks.report import Finding, Item, Verdict, all_items, arguments_text, shape_text
from helpers.checks.running import attempt, describe, failed, no_answer, plain, quiet, seeded
from helpers.checks.state import fresh

# float32 against float64: a right answer differs by some 1e-6 of the largest value, a wrong one by far more.
TOLERANCE = 1e-4


# Where one of these differs, what comes after it in an observation follows from it and is not compared.
LEADING = ("ends", "names", "loaded", "output")
# What a wrong version shows besides what it is about: a wrong answer need not share it.
BESIDES = ("loaded", "gradients", "dtype", "device")


@dataclass(frozen=True)
class Case:
    """One call of the answer.

    args, kwargs: of the call; arrays become tensors, all else stays. build: of the constructor, for a class.
    item: what is lost where the output is another one, so that points go by argument. refuses: such a call
    must end in an error that says what is wrong with it.
    """

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    build: Mapping[str, Any] = field(default_factory=dict)
    item: str = "output"
    refuses: bool = False


@dataclass(frozen=True)
class Wrong:
    """A way of going wrong, as a program: `version` takes the place of the answer. `title` names it."""

    name: str
    title: str
    version: Callable[..., Any]
    expected: str = ""
    hint: str = ""

    def row(self) -> Row:
        return Row(self.name, BY_CASE, self.title, self.expected, self.hint)


@dataclass(frozen=True)
class Words:
    """What is said where one key of the observation differs: title, what was expected, what is likely."""

    title: str
    expected: str = ""
    hint: str = ""

    def row(self, key: str) -> Row:
        return Row(f"wrong_{key}", BY_CASE, self.title, self.expected, self.hint)


class Comparison(Exercise):
    """An exercise whose answer is compared with a reference; `functions`, `layers` and `loops` say how.

    Args:
        cases: random -> the cases; the first is the plainest. Sizes and inputs come from `random`.
        reference: what the answer must do, itself a right answer; it is run in float64.
        wrong: named wrong versions, the most likely first.
        forbids: what of torch's own the answer must not use, words of `by_hand.OPERATIONS`.
        words: what is said where a key of the observation differs, in place of the table's row.
        compared: what a right turn is told that it was compared with.
        chapter, hints: of a turn; see `Exercise`.
    """

    ASKS = "function"  # or "class": what an answer is
    TOLERANCES: Mapping[str, float] = {}  # key of an observation -> another one than TOLERANCE

    def __init__(
        self,
        module: str,
        *,
        title: str,
        cases: Callable[[np.random.Generator], Sequence[Case]],
        reference: Callable[..., Any],
        items: Sequence[Item] = (Item("output", "gives what it must", 1),),
        wrong: Sequence[Wrong] = (),
        forbids: Collection[str] = (),
        words: Mapping[str, Words] | None = None,
        compared: str = "the course's own version",
        chapter: int = 0,
        hints: Sequence[str] = (),
    ) -> None:
        super().__init__(module, title, items, compared, chapter, hints)
        check_words(forbids)
        self.cases, self.reference, self.wrong, self.forbids = cases, reference, tuple(wrong), tuple(forbids)
        said = table([words.row(key) for key, words in (words or {}).items()])
        usual = [row for row in COMPARISONS.values() if row.name not in said]
        self.rows = table(usual, list(said.values()), [one.row() for one in self.wrong])

    def task(self, seed: int) -> dict[str, Any]:
        cases = self.cases(np.random.default_rng([seed, 20]))
        self._check_items(cases)
        return {
            "seed": seed,
            "cases": [
                {
                    "args": list(case.args),
                    "kwargs": dict(case.kwargs),
                    "build": dict(case.build),
                    "item": case.item,
                    "refuses": case.refuses,
                }
                for case in cases
            ],
        }

    @abstractmethod
    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        """Put an answer, or the reference, through one case. Tensors stand where the case had arrays."""

    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        watch = Watch(self.forbids)
        with quiet():
            seen = [self._seen(answer, case, task["seed"], watch) for case in task["cases"]]
        return {"cases": seen, "operations": watch.names()}

    def reply(self, task: Mapping[str, Any]) -> Form:
        many = len(task["cases"])
        cases = list_of(either(error(), _observation), most=many, least=many)
        return record({"cases": cases, "operations": list_of(text(200), MOST)})

    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        verdict, cases, seen = Verdict(self.items), task["cases"], values["cases"]
        everything = all_items(self.items)
        if failed(seen[0]) and no_answer(seen[0]["error"]):
            verdict.add(finding(self.rows, "no_answer", self.items))
            return verdict
        if values["operations"]:
            found, forbidden = values["operations"], ", ".join(self.forbids)
            got = ", ".join(found[:2]) + (", …" if len(found) > 2 else "")
            verdict.add(finding(self.rows, "shortcut", self.items, got, forbidden=forbidden))
            return verdict
        with fresh():
            wanted = [self._wanted(self.reference, case, task["seed"]) for case in cases]
            findings, compared = self._differences(cases, seen, wanted)
            if findings:
                findings = self._named(task, seen, wanted, findings)
        if findings:
            # What could not be compared, since what it follows from is wrong already, earns nothing.
            missing = tuple(name for name in everything if name not in compared)
            findings[0] = replace(findings[0], costs=(*findings[0].costs, *missing))
        verdict.add(*findings)
        return verdict

    # --- observations

    def _seen(self, answer: Any, case: Mapping[str, Any], seed: int, watch: Watch) -> Any:
        seeded(seed)
        return attempt(lambda: self.observe(answer, _tensors(case), watch))

    def _wanted(self, version: Any, case: Mapping[str, Any], seed: int) -> dict[str, Any]:
        """What a version of ours shows, in float64."""
        with quiet():
            seeded(seed)
            shown = plain(self.observe(version, _tensors(case, double=True), Watch(())))
        # What ours cannot do (a device, say) is asked of nobody.
        return {key: value for key, value in shown.items() if not failed(value)}

    # --- comparing

    def _differences(
        self, cases: Sequence[Mapping], seen: Sequence[Any], wanted: Sequence[Mapping]
    ) -> tuple[list[Finding], set[str]]:
        """One finding for each key that differs anywhere, and the items for which something was compared."""
        findings: dict[str, Finding] = {}
        compared: set[str] = set()
        for case, got, want in zip(cases, seen, wanted, strict=True):
            if failed(got):
                compared.add(case["item"])
                _add(findings, self.raised(got["error"], (case["item"],), _with(case)))
                continue
            if "output" in got and got["output"] is None and want.get("output") is not None:
                compared.add(case["item"])
                _add(findings, self._nothing(case))
                continue
            for key in want:
                item = self.item_of(key, case)
                compared.add(item)
                difference = self._differs(key, got, want)
                if difference:
                    _add(findings, self._finding(key, item, case, got.get(key), want[key], difference))
                    if key in LEADING:
                        break
        return list(findings.values()), compared

    def _finding(
        self, key: str, item: str, case: Mapping[str, Any], got: Any, want: Any, difference: str
    ) -> Finding:
        said = row(self.rows, f"wrong_{key}")
        seen = self._sight(got, want) if key == "sees" else ""
        if key != "output" and _is_truth(want):
            difference = ""  # "True in place of False" says no more than the title
        return Finding(
            said.name, (item,), said.title + _with(case), said.expected, seen or difference, said.likely
        )

    def _nothing(self, case: Mapping[str, Any]) -> Finding:
        return Finding("returns_nothing", (case["item"],), row(self.rows, "returns_nothing").title)

    def item_of(self, key: str, case: Mapping[str, Any]) -> str:
        """The item that a key belongs to: the one of its own name, else the case's."""
        return key if key != "output" and any(item.name == key for item in self.items) else case["item"]

    def raised(self, problem: Mapping[str, str], costs: tuple[str, ...], when: str = "") -> Finding:
        """The finding for an error that `describe` described."""
        said = f"{problem['type']}: {problem['text']}"
        if problem["line"]:
            said += f", in the line: {problem['line']}"
        return Finding("raises", costs, row(self.rows, "raises").title + when, got=said)

    def _sight(self, got: Any, want: Any) -> str:
        if not (isinstance(got, np.ndarray) and got.dtype == bool and got.shape == want.shape):
            return ""
        ahead, blind = np.argwhere(got & ~want), np.argwhere(~got & want)
        pair, verb = (ahead[0], "sees") if len(ahead) else (blind[0], "does not see")
        return f"output {pair[0]} {verb} input {pair[1]}"

    def _named(
        self,
        task: Mapping[str, Any],
        seen: Sequence[Any],
        wanted: Sequence[Mapping],
        findings: list[Finding],
    ) -> list[Finding]:
        """The findings, or the one wrong version that shows all that the answer shows."""
        for wrong in self.wrong:
            if self._explains(wrong, task, seen, wanted):
                costs = tuple(dict.fromkeys(name for finding in findings for name in finding.costs))
                return [Finding(wrong.name, costs, wrong.title, wrong.expected, findings[0].got, wrong.hint)]
        return findings

    def _explains(
        self, wrong: Wrong, task: Mapping[str, Any], seen: Sequence[Any], wanted: Sequence[Mapping]
    ) -> bool:
        """Does a wrong version show what the answer shows, in every case? Most differ in the first."""
        says_something = False  # where it shows what the reference shows, it explains nothing
        for case, got, want in zip(task["cases"], seen, wanted, strict=True):
            try:
                shown = self._wanted(wrong.version, case, task["seed"])
            except Exception as problem:  # a wrong version may fail where the answer fails
                shown = {"error": describe(problem)}
            if not self._alike(got, shown):
                return False
            says_something = says_something or not self._alike(want, shown)
        return says_something

    def _differs(self, key: str, got: Mapping[str, Any], want: Mapping[str, Any]) -> str:
        return differs(got.get(key), want[key], tolerance=self.TOLERANCES.get(key, TOLERANCE))

    def _alike(self, got: Mapping[str, Any], want: Mapping[str, Any]) -> bool:
        """Do two observations show the same, as far as a wrong version is about it?"""
        if failed(got) or failed(want):
            return failed(got) and failed(want) and got["error"]["type"] == want["error"]["type"]
        return not any(self._differs(key, got, want) for key in want if key not in BESIDES)

    def _check_items(self, cases: Sequence[Case]) -> None:
        names = all_items(self.items)
        for case in cases:
            if case.item not in names:
                raise ValueError(
                    f"{self.name}: a case names the item {case.item!r}; there are {', '.join(names)}"
                )


def _is_truth(value: Any) -> bool:
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    return isinstance(one, bool)


def _add(findings: dict[str, Finding], finding: Finding) -> None:
    """Take a finding in: where there is one of its name, that one costs this one's items too."""
    known = findings.get(finding.name, finding)
    costs = tuple(dict.fromkeys([*known.costs, *finding.costs]))
    findings[finding.name] = replace(known, costs=costs)


def _observation(value: Any, place: str) -> None:
    """The form of what `observe` shows of an answer: a dict of anything plain."""
    anything(5_000, 1 << 20)(value, place)
    if type(value) is not dict or "error" in value or any(type(key) is not str for key in value):
        raise Misfit(place, "this is no observation")


def _tensors(value: Any, double: bool = False) -> Any:
    """The same with a fresh tensor in the place of each array."""
    if isinstance(value, np.ndarray):
        tensor = torch.from_numpy(value.copy())
        return tensor.double() if double and tensor.is_floating_point() else tensor
    if isinstance(value, dict):
        return {key: _tensors(part, double) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_tensors(part, double) for part in value]
    return value


def differs(got: Any, want: Any, place: str = "", tolerance: float = TOLERANCE) -> str:
    """What differs first, in words; "" where nothing does."""
    at = f" at {place}" if place else ""
    if isinstance(want, dict | list):
        if type(got) is not type(want) or len(got) != len(want):
            return f"{_kind(got)}{at} in place of {_kind(want)}"
        keys = list(want) if isinstance(want, dict) else range(len(want))
        if isinstance(want, dict) and set(got) != set(want):
            return f"{_kind(got)}{at} in place of {_kind(want)}"
        parts = (differs(got[key], want[key], _inside(place, key), tolerance) for key in keys)
        return next(filter(None, parts), "")
    if isinstance(want, np.ndarray | float | int) and not isinstance(want, bool):
        return _numbers_differ(got, want, at, tolerance)
    return "" if type(got) is type(want) and got == want else f"{_kind(got)}{at} in place of {_kind(want)}"


def _numbers_differ(got: Any, want: Any, at: str, tolerance: float) -> str:
    if isinstance(got, bool) or not isinstance(got, np.ndarray | float | int):
        return f"{_kind(got)}{at} in place of {_kind(want)}"
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        return f"shape {shape_text(got.shape)}{at} in place of {shape_text(want.shape)}"
    if (got.dtype.kind == "b") != (want.dtype.kind == "b"):
        return f"{got.dtype}{at} in place of {want.dtype}"
    if want.dtype.kind in "biu" and got.dtype.kind in "biu":
        wrong = got != want
    else:
        finite = np.abs(want[np.isfinite(want)])
        bound = tolerance * max(1e-3, float(finite.max())) if finite.size else 0.0
        wrong = ~np.isclose(got, want, rtol=tolerance, atol=bound, equal_nan=True)
    if not wrong.any():
        return ""
    place = tuple(int(k) for k in np.argwhere(wrong)[0])
    where = f", index {shape_text(place)}," if place else ""
    pair = got[place].item(), want[place].item()
    shown, expected = (f"{value:.4g}" if isinstance(value, float) else str(value) for value in pair)
    if shown == expected:
        shown, expected = map(repr, pair)
    many = f"; {int(wrong.sum())} of {wrong.size} values differ" if wrong.size > 1 else ""
    return f"{shown}{at}{where} in place of {expected}{many}"


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"a tensor of shape {shape_text(value.shape)}"
    if isinstance(value, list):
        return f"{len(value)} values"
    if failed(value) and isinstance(value["error"], dict):
        return f"{value['error'].get('type')}: {value['error'].get('text')}"[:200]
    if isinstance(value, dict):
        return f"an object of type {value['type']}"[:90] if set(value) == {"type"} else ", ".join(value)[:200]
    if isinstance(value, float):
        return f"{value:.4g}"
    return value[:200] if isinstance(value, str) else "None" if value is None else repr(value)[:60]


def _inside(place: str, key: Any) -> str:
    return f"{place}[{key}]" if place or isinstance(key, int) else str(key)


def _with(case: Mapping[str, Any]) -> str:
    """with stride=2, causal=True: what of a case is told in one line."""
    told = {
        key: value
        for key, value in {**case["build"], **case["kwargs"]}.items()
        if isinstance(value, bool | int | float | str)
    }
    return f" with {arguments_text(told)}" if told else ""
