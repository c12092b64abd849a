"""Which of a student's cells is which of the released ones: by labels, ids, texts and places."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

ALIKE = 0.6  # share of words in common from which two cells are taken for versions of one
MAX_COMPARED = 50_000  # characters of a cell whose words are compared
SOME_WORDS = 8  # from here on a text cell of the student's own may be an answer
ANSWER, TEST, READ_ONLY, PLAIN = "answer", "test", "read-only", "plain"
_DEFINED = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^([^\W\d]\w*)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE
)


class View:
    """A cell, the released or the student's, with what matching asks of it."""

    def __init__(self, kind: str, source: str, identity: str | None, label: dict[str, Any]) -> None:
        self.type = kind
        self.normal = "\n".join(line.rstrip() for line in source.strip().split("\n"))
        self.id = identity
        grade_id = label.get("grade_id")
        self.grade_id = grade_id if isinstance(grade_id, str) else None
        self.names = {a or b for a, b in _DEFINED.findall(self.normal)}
        self._words: Counter[str] | None = None

    @property
    def words(self) -> Counter[str]:
        if self._words is None:
            self._words = Counter(re.findall(r"\w+|[^\w\s]", self.normal[:MAX_COMPARED]))
            self._total = self._words.total()
        return self._words

    @property
    def is_text(self) -> bool:
        """Whether it is prose: a text cell, or a code cell with nothing but comments or no Python at all."""
        if self.type != "code":
            return True
        try:
            body = ast.parse(self.normal).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return re.search(r"[(=:%!\]]", self.normal) is None
        return all(isinstance(x, ast.Expr) and isinstance(x.value, ast.Constant) for x in body)

    def alike(self, other: "View") -> float:
        """Dice's measure of the words in common, 0 to 1."""
        shared = (self.words & other.words).total()
        return 2 * shared / max(1, self._total + other._total)


class Place(View):
    """A cell of the released notebook."""

    def __init__(self, cell: NotebookNode) -> None:
        self.cell = cell
        self.label = cell.metadata.get("nbgrader", {})
        super().__init__(cell.cell_type, cell.source, cell.id, self.label)
        if is_solution(cell):
            self.kind = ANSWER
        elif is_grade(cell):
            self.kind = TEST
        elif is_locked(cell) or is_task(cell):
            self.kind = READ_ONLY
        else:
            self.kind = PLAIN
        self.name = self.grade_id or self.id

    @property
    def protected(self) -> bool:
        return self.kind in (TEST, READ_ONLY)

    def labelled(self, cell: View) -> bool:
        """Whether the student's cell bears this one's grade_id."""
        return self.grade_id is not None and self.grade_id == cell.grade_id

    def answered_by(self, cell: View) -> bool:
        """Whether the cell holds more than the starter code."""
        return cell.normal not in ("", self.normal)

    def defined_by(self, cell: View) -> bool:
        """Whether the cell defines what the starter code defines at top level (True if that is nothing)."""
        return self.names <= cell.names


@dataclass
class Match:
    """Cells of the student's by the places of the release, all as indices.

    home: place -> the cell that stands for it, one to one.
    how: place -> by what that was found: "grade_id", "cell_id" or "place".
    left: untouched starter code that another cell stands for.
    along: cells that go before a place, since the cell that was found for it needs them.
    after: cells that run after a place, whose starter code would undo them.
    written: place -> cells of text beside an unanswered question, which are its answer.
    elsewhere: unanswered questions after which text stands that may answer them.
    """

    home: dict[int, int] = field(default_factory=dict)
    how: dict[int, str] = field(default_factory=dict)
    left: dict[int, int | None] = field(default_factory=dict)
    along: dict[int, int] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)
    written: dict[int, list[int]] = field(default_factory=dict)
    elsewhere: list[int] = field(default_factory=list)


Pairs = Iterable[tuple[Any, int, int, str]]
Take = Callable[[Pairs], None]


def match(places: Sequence[Place], views: Sequence[View]) -> Match:
    """Find each released cell among the student's."""
    found = Match()
    home, how = found.home, found.how
    used: set[int] = set()

    def take(pairs: Pairs) -> None:
        """Greedy: the best pair first, each place and each cell once. Pairs are (rank, place, view, way)."""
        for _, p, v, way in sorted(pairs, key=lambda pair: (pair[0], -pair[1]), reverse=True):
            if p not in home and v not in used:
                home[p], how[p] = v, way
                used.add(v)

    def by_label(kinds: Sequence[str], rank: Callable[[Place, View, int], Any]) -> None:
        bearers: dict[tuple[str, str | None], list[int]] = {}
        for v, view in enumerate(views):
            for key in {("grade_id", view.grade_id), ("id", view.id)}:
                bearers.setdefault(key, []).append(v)
        pairs = []
        for p, place in enumerate(places):
            if place.kind not in kinds:
                continue
            labelled = bearers.get(("grade_id", place.grade_id), []) if place.grade_id else []
            for v in sorted({*labelled, *bearers.get(("id", place.id), [])}):
                way = "grade_id" if place.labelled(views[v]) else "cell_id"
                pairs.append((rank(place, views[v], v), p, v, way))
        take(pairs)

    def answer_rank(place: Place, view: View, v: int) -> tuple[Any, ...]:
        answered, defined = place.answered_by(view), place.defined_by(view)
        # A copied cell made into a scratch cell defines nothing: the starter code is the better answer then.
        return (answered and defined, defined, answered, place.labelled(view), v)

    def original_rank(place: Place, view: View, v: int) -> tuple[Any, ...]:
        return (place.normal == view.normal, place.labelled(view), -v)

    by_label((ANSWER,), answer_rank)
    by_label((TEST, READ_ONLY), original_rank)
    by_label((PLAIN,), original_rank)
    _match_equal(places, views, home, used, take)
    _match_gaps(places, views, home, used, take)
    # What is still missing: the last cell, wherever it stands, that defines the right names.
    take(
        ((place.type == view.type, v), p, v, "place")
        for p, place in enumerate(places)
        if place.kind == ANSWER and place.names
        for v, view in enumerate(views)
        if place.defined_by(view) and place.answered_by(view)
    )
    _stubs_yield(places, views, found)
    _texts_count(places, views, found)
    return found


def _stubs_yield(places: Sequence[Place], views: Sequence[View], found: Match) -> None:
    """Starter code that was left as it is, or is missing, gives way to cells that define its names."""
    used = set(found.home.values())
    for p, place in enumerate(places):
        stub = found.home.get(p)
        if place.kind != ANSWER or not place.names or (stub is not None and place.answered_by(views[stub])):
            continue
        own = [
            v
            for v, view in enumerate(views)
            if v not in used
            and (place.defined_by(view) or (view.type == "code" and place.names & view.names))
            if place.answered_by(view)
        ]
        if not own:
            continue
        if not place.names <= set().union(*(views[v].names for v in own)):
            # What is missing stands in the starter code only: it stays, and what was written comes after it.
            found.after.update((v, p) for v in own)
            continue
        last = max(own, key=lambda v: (place.defined_by(views[v]), views[v].type == place.type, v))
        found.home[p], found.how[p], found.left[p] = last, "place", stub
        used.add(last)
        before = last - 1
        while before >= 0 and before not in used and before != stub and views[before].type == "code":
            found.along[before] = p
            before -= 1


def _texts_count(places: Sequence[Place], views: Sequence[View], found: Match) -> None:
    """Text beside a question whose own cell is unanswered is the answer; further below it may be one.

    In a shuffled notebook what stands beside it may be the answer to another one: a person looks.
    """
    open_ = [
        p
        for p, place in enumerate(places)
        if place.kind == ANSWER and place.type == "markdown"
        if p not in found.home or not place.answered_by(views[found.home[p]])
    ]
    place_of = {v: p for p, v in found.home.items()}
    taken = {*place_of, *found.along, *found.after, *found.left.values()}
    given = {place.normal for place in places}
    own: list[tuple[int, int]] = []  # a text cell of the student's, and the place that it follows
    follows = -1
    for v, view in enumerate(views):
        follows = place_of.get(v, follows)
        own_text = view.normal and view.normal not in given and view.grade_id is None and view.is_text
        if v not in taken and own_text:
            own.append((v, follows))
    in_order = _in_order(places, found.home)
    for p in open_:
        stub = found.home.get(p)
        beside = [v for v, before in own if before == p or (before == p - 1 and (stub is None or v < stub))]
        if beside and not in_order:
            found.elsewhere.append(p)
        elif beside:
            found.written[p] = beside
            found.how[p] = "place"
            own = [(v, before) for v, before in own if v not in beside]
    for p in open_:
        below = [v for v, before in own if before >= p - 1 and len(views[v].normal.split()) >= SOME_WORDS]
        if p not in found.written and p not in found.elsewhere and below:
            found.elsewhere.append(p)


def _match_equal(
    places: Sequence[Place], views: Sequence[View], home: dict[int, int], used: set[int], take: Take
) -> None:
    """Cells without a label whose text is unchanged: those in order first, then the others."""
    matched = {v: p for p, v in home.items()}

    def key(view: View, p: int | None) -> Any:
        return p if p is not None else (view.type, view.normal)

    ours = [key(place, p if p in home else None) for p, place in enumerate(places)]
    theirs = [key(view, matched.get(v)) for v, view in enumerate(views)]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    take((0, a + i, b + i, "place") for a, b, size in blocks for i in range(size) if places[a + i].normal)
    take(
        (-v, p, v, "place")
        for p, place in enumerate(places)
        if place.normal and p not in home
        for v, view in enumerate(views)
        if v not in used and (place.type, place.normal) == (view.type, view.normal)
    )


def _match_gaps(
    places: Sequence[Place], views: Sequence[View], home: dict[int, int], used: set[int], take: Take
) -> None:
    """Changed cells without a label: by what they define, by their words, by their place."""
    standing, in_order = chain(places, home), _in_order(places, home)
    ends = [(-1, -1), *((p, home[p]) for p in standing), (len(places), len(views))]
    for (p0, v0), (p1, v1) in zip(ends, ends[1:], strict=False):
        gap_p = [p for p in range(p0 + 1, p1) if p not in home]
        gap_v = [v for v in range(v0 + 1, v1) if v not in used and views[v].normal]
        if not gap_p or not gap_v:
            continue
        pairs = []
        for p in gap_p:
            place = places[p]
            for v in gap_v:
                view = views[v]
                if place.type != view.type:
                    continue
                if place.kind == ANSWER and place.names and place.defined_by(view):
                    # A later version counts more, as with copies.
                    pairs.append((2 + place.answered_by(view) + v / len(views), p, v, "place"))
                elif (score := place.alike(view)) >= ALIKE:
                    pairs.append((score, p, v, "place"))
        take(pairs)
        # A written answer shares no words with its stub, and may be the only thing here that it can be.
        for kind in ("code", "markdown"):
            open_p = [
                p
                for p in gap_p
                if p not in home
                and places[p].kind == ANSWER
                and places[p].type == kind
                and not places[p].names
            ]
            open_v = [v for v in gap_v if v not in used and views[v].type == kind]
            if in_order and (len(open_p) == 1 or len(open_p) == len(open_v)):
                take((0, p, v, "place") for p, v in zip(open_p, open_v, strict=False))


def _in_order(places: Sequence[Place], home: dict[int, int]) -> bool:
    """Whether most cells stand where they were handed out: in a shuffled notebook a place says nothing."""
    return 2 * len(chain(places, home)) >= len(home)


def chain(places: Sequence[Place], home: dict[int, int]) -> list[int]:
    """The places whose cells stand in the released order: a longest increasing run, sorted list of indices.

    Where two runs are equally long, the one with fewer test cells: they count as moved then, not the answer.
    """
    order = sorted(home, key=home.get)  # places, in the order of the student's notebook
    best: list[
        tuple[tuple[int, int], int]
    ] = []  # for each: (weight of the best run that ends here, index of the one before it)
    for i, p in enumerate(order):
        before = max(((best[j][0], -j) for j in range(i) if order[j] < p), default=((0, 0), 1))
        length, plain = before[0]
        best.append(((length + 1, plain + (not places[p].protected)), -before[1]))
    if not best:
        return []
    i = max(range(len(best)), key=lambda k: (best[k][0], -k))
    run = []
    while i >= 0:
        run.append(order[i])
        i = best[i][1]
    return run[::-1]
