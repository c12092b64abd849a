"""Findings, items and the verdict on one answer, and the verdict as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an answer, or worth knowing.

    `name` is fixed and short, for statistics and tests. `title`, `expected`, `got` and `hint` are for the
    student; the last three may be empty. `costs` names the items of the exercise that it takes the points of.
    """

    name: str
    costs: tuple[str, ...]
    title: str
    expected: str = ""
    got: str = ""
    hint: str = ""

    def lines(self) -> list[str]:
        parts = (("expected: ", self.expected), ("your code: ", self.got), ("likely: ", self.hint))
        return [label + text for label, text in parts if text]


@dataclass(frozen=True)
class Item:
    """What an exercise asks for, and how much of its points it earns."""

    name: str
    text: str
    points: float


@dataclass
class Verdict:
    """What the judge says: the exercise's items, the findings, and remarks that cost nothing."""

    items: Sequence[Item]
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, *findings: Finding) -> None:
        """Take findings in, each name once."""
        for finding in findings:
            if all(finding.name != known.name for known in self.findings):
                self.findings.append(finding)

    @property
    def share(self) -> float:
        """The part of the exercise's points that is earned, 0 to 1."""
        lost = {name for finding in self.findings for name in finding.costs}
        earned = sum(item.points for item in self.items if item.name not in lost)
        return earned / sum(item.points for item in self.items)

    def text(self, points: float) -> str:
        """The report that a student reads; `points` is what the whole exercise is worth in this cell."""
        scale = points / sum(item.points for item in self.items)
        lost = {name for finding in self.findings for name in finding.costs}
        lines = []
        for item in self.items:
            earned = 0 if item.name in lost else item.points * scale
            mark = "✗" if item.name in lost else "✓"
            lines.append(f"{mark} {item.text}: {number(earned)} of {number(item.points * scale)}")
        for finding in self.findings:
            lines += ["", f"✗ {finding.title}", *("  " + line for line in finding.lines())]
        lines += [f"\nnote: {remark}" for remark in self.remarks]
        return "\n".join([*lines, "", f"{number(self.share * points)} of {number(points)} points"])


def number(value: float) -> str:
    """At most two decimals, none where there are none: 4, 2.8, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shape_text(shape: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def all_items(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(item.name for item in items)


def arguments_text(arguments: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in arguments.items())
