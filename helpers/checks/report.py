"""Findings, items and the verdict on one answer, and the verdict as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

MOST_SHOWN = 3  # findings at once: who reads more of them mends none


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
    """What the judge says: the exercise's items, the findings, what a person must read, and remarks.

    `unverified`: the name of an item -> why no comparison supports its points. They are neither lost nor
    earned: they wait for a person. Remarks cost nothing.
    """

    items: Sequence[Item]
    findings: list[Finding] = field(default_factory=list)
    unverified: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def add(self, *findings: Finding) -> None:
        """Take findings in, each name once; one that is there already costs the later one's items too."""
        for finding in findings:
            names = [known.name for known in self.findings]
            if finding.name in names:
                k = names.index(finding.name)
                costs = dict.fromkeys([*self.findings[k].costs, *finding.costs])
                self.findings[k] = replace(self.findings[k], costs=tuple(costs))
            else:
                self.findings.append(finding)

    def leave(self, item: str, why: str) -> None:
        """Leave an item to a person: nothing compared supports its points. The first reason stays."""
        self.unverified.setdefault(item, why)

    @property
    def lost(self) -> set[str]:
        """The names of the items that a finding costs."""
        return {name for finding in self.findings for name in finding.costs}

    @property
    def to_read(self) -> list[tuple[Item, str]]:
        """Each item that waits for a person, with the reason. What is lost anyway does not wait."""
        return [
            (item, self.unverified[item.name])
            for item in self.items
            if item.name in self.unverified and item.name not in self.lost
        ]

    @property
    def share(self) -> float:
        """The part of the exercise's points that is earned, 0 to 1."""
        kept = self.lost | self.unverified.keys()
        return sum(item.points for item in self.items if item.name not in kept) / self._worth

    @property
    def _worth(self) -> float:
        return sum(item.points for item in self.items)

    def text(self, points: float) -> str:
        """The report that a student reads; `points` is what the whole exercise is worth in this cell."""
        lines = self.item_lines(points)
        shown = self._by_weight()
        for finding in shown[:MOST_SHOWN]:
            lines += ["", f"✗ {finding.title}", *("  " + line for line in finding.lines())]
        if len(shown) > MOST_SHOWN:
            lines += ["", f"and {len(shown) - MOST_SHOWN} more once these are mended"]
        lines += [f"\nnot verified: {why}" for why in dict.fromkeys(why for _, why in self.to_read)]
        lines += [f"\nnote: {remark}" for remark in self.remarks]
        return "\n".join([*lines, "", self.total(points)])

    def item_lines(self, points: float) -> list[str]:
        """A line for each item, of an exercise that is worth `points` in all."""
        scale, waiting = points / self._worth, {item.name for item, _ in self.to_read}
        lines = []
        for item in self.items:
            worth = number(item.points * scale)
            if item.name in waiting:
                lines.append(f"? {item.text}: not verified, a person will read it ({worth} wait)")
            elif item.name in self.lost:
                lines.append(f"✗ {item.text}: 0 of {worth}")
            else:
                lines.append(f"✓ {item.text}: {worth} of {worth}")
        return lines

    def total(self, points: float) -> str:
        """What is earned of `points`, and what waits."""
        earned = f"{number(self.share * points)} of {number(points)} points"
        left = sum(item.points for item, _ in self.to_read) * points / self._worth
        return f"{earned}; {number(left)} more wait for a person" if left else earned

    def _by_weight(self) -> list[Finding]:
        """The findings, the one that explains most first: the one that costs most."""
        worth = {item.name: item.points for item in self.items}
        return sorted(self.findings, key=lambda finding: -sum(worth[name] for name in finding.costs))


def number(value: float) -> str:
    """At most two decimals, none where there are none: 4, 2.8, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shape_text(shape: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def all_items(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(item.name for item in items)


def arguments_text(arguments: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in arguments.items())
