"""An answer beside a reference: both go through the same cases, and what they show is compared key by key.

What the answer shows (its observation) is a dict of plain values: "output" first, then what follows from it.
Where something differs, the named wrong versions go through the same cases, and the first that shows what the
answer showed is the finding: "this is what comes out when the mask is applied after the softmax".
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import numpy as np

from helpers.checks.by_hand import MOST, Watch, check_words
from helpers.checks.described import Case, Words, Wrong
from helpers.checks.difference import TOLERANCE, differs, error_text, kind_of
from helpers.checks.exercise import Exercise
from helpers.checks.findings import COMPARISONS, finding, row
from helpers.checks.findings.anywhere import put_back
from helpers.checks.findings.row import table
from helpers.checks.known import Known
from helpers.checks.reply import LEFT, Form, either, error, list_of, observation, record, text
from helpers.checks.report import Finding, Item, Verdict, all_items, arguments_text, shape_text
from helpers.checks.running import attempt, describe, failed, no_answer, plain, quiet, seeded, tensors
from helpers.checks.state import fresh, left
from helpers.checks.way_back import IN_PLACE

# Where one of these differs, what comes after it in an observation follows from it and is not compared.
LEADING = ("ends", "names", "loaded", "returns", "output")

# What nobody asked for by a word: one tensor of a fixed precision shows in every case and costs one item.
ONCE = ("wrong_changed", "wrong_type", "wrong_dtype", "wrong_device")

SHORT = bool | int | float | str  # arguments that are told in a finding


class Comparison(Exercise):
    """An exercise whose answer is compared with a reference; `functions`, `layers` and `loops` say how.

    Args:
        cases: random -> the cases; the first is the plainest. Sizes and inputs come from `random`.
        reference: what the answer must do, itself a right answer; it is run in float64.
        wrong: named wrong versions, the most likely first.
        together: names of some of `wrong` -> the program that has all these faults. Where it is given, two
            faults at once are found and named too.
        forbids: what of torch's own the answer must not use, words of `by_hand.OPERATIONS`.
        parts: what the values of a returned tuple are called, where each is to be compared, and to earn its
            points, by itself: ("loss", "accuracy"). Each belongs to the item of its name where there is one.
        belongs: key of an observation -> the item that is lost where it differs.
        words: what is said where a key of the observation differs, in place of the table's row.
        compared: what a right turn is told that it was compared with.
        chapter, hints: of a turn; assignment: of an exercise; see `Exercise`.
    """

    ASKS = "function"  # or "class": what an answer is
    ends = ("output", "input")  # what sees, and what is seen
    TOLERANCES: Mapping[str, float] = {}  # key of an observation -> another one than TOLERANCE
    # What a wrong version shows besides what it is about: a wrong answer need not share it.
    besides: tuple[str, ...] = ()

    def __init__(
        self,
        module: str,
        *,
        title: str,
        cases: Callable[[np.random.Generator], Sequence[Case]],
        reference: Callable[..., Any],
        items: Sequence[Item] = (Item("output", "gives what it must", 1),),
        wrong: Sequence[Wrong] = (),
        together: Callable[[Collection[str]], Callable[..., Any]] | None = None,
        forbids: Collection[str] = (),
        parts: Sequence[str] = (),
        belongs: Mapping[str, str] | None = None,
        words: Mapping[str, Words] | None = None,
        compared: str = "the course's own version",
        chapter: int = 0,
        hints: Sequence[str] = (),
        assignment: str = "",
    ) -> None:
        super().__init__(module, title, items, compared, chapter, hints, assignment)
        check_words(forbids)
        self.cases, self.reference, self.forbids = cases, reference, tuple(forbids)
        self.wrong, self.together, self.parts = tuple(wrong), together, tuple(parts)
        self.belongs, self._known = dict(belongs or {}), Known()
        named = {item for one in self.wrong for item in one.costs} | set(self.belongs.values())
        unknown = named - {item.name for item in self.items}
        if unknown:
            raise ValueError(f"{self.name}: a cost names {', '.join(sorted(unknown))}: no such item")
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
                    "trivial": case.trivial,
                }
                for case in cases
            ],
        }

    @abstractmethod
    def observe(self, answer: Any, case: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
        """Put an answer, or the reference, through one case. Tensors stand where the case had arrays."""

    def returned(self, output: Any) -> dict[str, Any]:
        """What an answer returned, as part of an observation: a tuple as a list, or by its parts' names."""
        if not self.parts:
            return {"output": list(output) if isinstance(output, tuple) else output}
        if output is None:
            return {"output": None}
        if not isinstance(output, tuple | list) or len(output) != len(self.parts):
            many = f"{len(output)} values" if isinstance(output, tuple | list) else kind_of(plain(output))
            return {"returns": f"a dict: {many}" if isinstance(output, dict) else many}
        return {"returns": ", ".join(self.parts), **dict(zip(self.parts, output, strict=True))}

    def probe(self, answer: Any, task: Mapping[str, Any]) -> dict[str, Any]:
        watch = Watch(self.forbids)
        with quiet() as state:
            seen = [self._seen(answer, case, task["seed"], watch) for case in task["cases"]]
        return {"cases": seen, "operations": watch.names(), "left": state.told(answer)}

    def reply(self, task: Mapping[str, Any]) -> Form:
        many = len(task["cases"])
        cases = list_of(either(error(), observation), most=many, least=many)
        return record({"cases": cases, "operations": list_of(text(200), MOST), "left": LEFT})

    def compare(self, task: Mapping[str, Any], values: Mapping[str, Any]) -> Verdict:
        verdict, cases, seen = Verdict(self.items), task["cases"], values["cases"]
        verdict.remarks += [put_back(kind, line) for kind, line in left(values["left"])]
        if failed(seen[0]) and no_answer(seen[0]["error"]):
            verdict.add(finding(self.rows, "no_answer", self.items))
            return verdict
        if values["operations"]:
            found, forbidden = values["operations"], ", ".join(self.forbids)
            got = ", ".join(found[:2]) + (", …" if len(found) > 2 else "")
            verdict.add(finding(self.rows, "shortcut", self.items, got, forbidden=forbidden))
            return verdict
        with fresh():
            wanted = [self._wanted((), case, task["seed"]) for case in cases]
            findings, compared = self._differences(cases, seen, wanted)
            if findings:
                # What could not be compared, since what it follows from is wrong already, earns nothing.
                missing = tuple(name for name in all_items(self.items) if name not in compared)
                findings[0] = replace(findings[0], costs=(*findings[0].costs, *missing))
                findings = self._named(task, seen, wanted, findings)
        verdict.add(*findings)
        return verdict

    # --- observations

    def _seen(self, answer: Any, case: Mapping[str, Any], seed: int, watch: Watch) -> Any:
        seeded(seed)
        return attempt(lambda: self.observe(answer, tensors(case), watch))

    def _wanted(self, faults: Sequence[Wrong], case: Mapping[str, Any], seed: int) -> dict[str, Any]:
        """What the reference, or a program with these faults, shows in float64."""
        names = [one.name for one in faults]
        return self._known.of([names, case, seed], lambda: self._computed(faults, case, seed))

    def _computed(self, faults: Sequence[Wrong], case: Mapping[str, Any], seed: int) -> dict[str, Any]:
        of_one = faults[0].version if len(faults) == 1 else None
        version = (of_one or self.together([one.name for one in faults])) if faults else self.reference
        try:
            with quiet():
                seeded(seed)
                shown = plain(self.observe(version, tensors(case, double=True), Watch(())))
        except Exception as problem:  # a wrong version may fail where the answer fails
            if not faults:
                raise
            return {"error": describe(problem)}
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
                _add(findings, self.raised(got["error"], (case["item"],), self._with(case, shapes=True)))
                continue
            if "output" in got and got["output"] is None and want.get("output", ...) is not None:
                compared.add(case["item"])
                _add(findings, self._nothing(case))
                continue
            for key in want:
                item = self.item_of(key, case)
                difference = self._differs(key, got, want)
                if difference or not case["trivial"]:
                    compared.add(item)
                if difference:
                    _add(findings, self._finding(key, item, case, got.get(key), want[key], difference))
                    if key in LEADING:
                        break
        return list(findings.values()), compared

    def _finding(
        self, key: str, item: str, case: Mapping[str, Any], got: Any, want: Any, difference: str
    ) -> Finding:
        name = f"wrong_{key}"
        if failed(got) and isinstance(got["error"], dict):
            difference = error_text(got["error"])
            if key == "gradients":
                overwritten = IN_PLACE in difference
                name = "overwritten" if overwritten else "no_way_back"
                difference = (got["error"].get("line") or "") if overwritten else difference
        said = row(self.rows, name)
        seen = self._sight(got, want) if key == "sees" else ""
        if key != "output" and _is_truth(want):
            difference = ""  # "True in place of False" says no more than the title
        return Finding(
            said.name, (item,), said.title + self._with(case), said.expected, seen or difference, said.likely
        )

    def _nothing(self, case: Mapping[str, Any]) -> Finding:
        return Finding("returns_nothing", (case["item"],), row(self.rows, "returns_nothing").title)

    def item_of(self, key: str, case: Mapping[str, Any]) -> str:
        """The item that a key belongs to: the one of its own name or in `belongs`, else the case's."""
        if key in self.belongs:
            return self.belongs[key]
        return key if key != "output" and any(item.name == key for item in self.items) else case["item"]

    def raised(self, problem: Mapping[str, str], costs: tuple[str, ...], when: str = "") -> Finding:
        """The finding for an error that `describe` described."""
        return Finding("raises", costs, row(self.rows, "raises").title + when, got=error_text(problem))

    def _sight(self, got: Any, want: Any) -> str:
        if not (isinstance(got, np.ndarray) and got.dtype == bool and got.shape == want.shape):
            return ""
        ahead, blind = np.argwhere(got & ~want), np.argwhere(~got & want)
        pair, verb = (ahead[0], "sees") if len(ahead) else (blind[0], "does not see")
        row, column = self.ends
        return f"{row} {pair[0]} {verb} {column} {pair[1]}"

    def _named(
        self,
        task: Mapping[str, Any],
        seen: Sequence[Any],
        wanted: Sequence[Mapping],
        findings: list[Finding],
    ) -> list[Finding]:
        """The findings, or the wrong versions that show all that the answer shows."""
        everything = tuple(dict.fromkeys(name for finding in findings for name in finding.costs))
        for faults in chain(self._explanations(), self._case_by_case(task, seen, wanted)):
            shown = self._shown(faults, task, seen)
            # Where it shows what the reference shows, it explains nothing, but for `besides` of the answer.
            if shown is None or (
                all(map(self._alike, wanted, shown))
                and (all(map(self._same, wanted, shown)) or not all(map(self._same, seen, shown)))
            ):
                continue
            got = findings[0].got
            named = [
                Finding(one.name, one.costs or everything, one.title, one.expected, got, one.hint)
                for one in faults
            ]
            return named + self._aside(task["cases"], seen, shown)
        return findings

    def _explanations(self) -> Iterator[tuple[Wrong, ...]]:
        """What may explain an answer: each wrong version, then each two of them."""
        yield from ((one,) for one in self.wrong)
        if self.together is not None:
            yield from combinations(self.wrong, 2)

    def _case_by_case(
        self, task: Mapping[str, Any], seen: Sequence[Any], wanted: Sequence[Mapping]
    ) -> Iterator[tuple[Wrong, ...]]:
        """More than two faults, where each shows in cases of its own: the first that explains each case."""
        found: dict[str, Wrong] = {}
        for case, got, want in zip(task["cases"], seen, wanted, strict=True):
            if self.together is not None and not self._alike(got, want):
                alone = {"cases": [case], "seed": task["seed"]}
                if one := next((each for each in self.wrong if self._shown((each,), alone, [got])), None):
                    found[one.name] = one
        if len(found) > 2:
            yield tuple(found.values())

    def _shown(
        self, faults: Sequence[Wrong], task: Mapping[str, Any], seen: Sequence[Any]
    ) -> list[dict[str, Any]] | None:
        """What a program with these faults shows in each case; None where the answer shows something else."""
        shown = []
        for case, got in zip(task["cases"], seen, strict=True):
            shown.append(self._wanted(faults, case, task["seed"]))
            if not self._alike(got, shown[-1]):
                return None
        return shown

    def _aside(
        self, cases: Sequence[Mapping], seen: Sequence[Any], shown: Sequence[Mapping]
    ) -> list[Finding]:
        """What is wrong besides the faults that explain the rest: gradients, say, that do not follow."""
        findings: dict[str, Finding] = {}
        for case, got, want in zip(cases, seen, shown, strict=True):
            for key in () if failed(got) else filter(want.__contains__, self.besides):
                difference = self._differs(key, got, want)
                if difference:
                    item = self.item_of(key, case)
                    _add(findings, self._finding(key, item, case, got.get(key), want[key], difference))
        return list(findings.values())

    def _differs(self, key: str, got: Mapping[str, Any], want: Mapping[str, Any]) -> str:
        return differs(got.get(key), want[key], tolerance=self.TOLERANCES.get(key, TOLERANCE))

    def _alike(self, got: Mapping[str, Any], want: Mapping[str, Any]) -> bool:
        """Do two observations show the same, as far as a wrong version is about it?"""
        if failed(got) or failed(want):
            return failed(got) and failed(want) and got["error"]["type"] == want["error"]["type"]
        return not any(self._differs(key, got, want) for key in want if key not in self.besides)

    def _same(self, got: Mapping[str, Any], want: Mapping[str, Any]) -> bool:
        return not failed(want) and not any(self._differs(key, got, want) for key in want)

    def told(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """name -> argument of a case, of which a finding may tell those that fit into a line."""
        return {**case["build"], **case["kwargs"]}

    def _with(self, case: Mapping[str, Any], shapes: bool = False) -> str:
        """What of a case is told in one line: ", with x (3, 4), stride=2, causal=True"."""
        told, parts = self.told(case), []
        if shapes:
            arrays = {name: value for name, value in told.items() if isinstance(value, np.ndarray)}
            parts = [f"{name} {shape_text(value.shape)}" for name, value in arrays.items()]
        if small := {name: value for name, value in told.items() if isinstance(value, SHORT)}:
            parts.append(arguments_text(small))
        return f", with {', '.join(parts)}" if parts else ""

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
    """Take a finding in: where there is one of its name, that one costs these items too, if not `ONCE`."""
    known = findings.get(finding.name, finding)
    if known is not finding and finding.name in ONCE:
        return
    costs = tuple(dict.fromkeys([*known.costs, *finding.costs]))
    findings[finding.name] = replace(known, costs=costs)
