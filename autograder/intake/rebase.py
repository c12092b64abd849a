"""A student's cells put on the instructor's notebook, so that nothing later has to trust a received document.

The result has every cell of the released notebook, in order, exactly once, with its metadata. Answer cells
(nbgrader's solution cells) carry the student's text. The student's other cells stand behind the known cell
that they followed. Test cells are always the instructor's.
"""

import copy
import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

import nbformat
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from autograder.intake.document import shown

ALIKE = 0.6  # share of words in common from which two cells are taken for versions of one
MAX_COMPARED = 50_000  # characters of a cell whose words are compared
_DEFINED = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^([^\W\d]\w*)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE
)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ANSWER, TEST, READ_ONLY, PLAIN = "answer", "test", "read-only", "plain"


@dataclass
class Rebased:
    """The well-formed notebook, and how it came about.

    found : {grade_id of each solution cell: "grade_id" | "cell_id" | "place" | "missing"}
    flags : sentences on what an instructor should look at
    notes : sentences on what is odd but harmless
    known : how many of the released cells the student's notebook has
    worked : whether the student wrote anything: an answer or a cell of their own
    """

    notebook: nbformat.NotebookNode
    found: dict[str, str]
    flags: list[str]
    notes: list[str]
    known: int
    worked: bool


def read_release(path):
    """The released notebook at `path`, in format 4.5; a cell without an id gets the same one each time."""
    notebook = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
    if notebook.get("nbformat") != 4:
        version = notebook.get("nbformat")
        raise ValueError(
            f"{path} is in notebook format {version}: generate the assignment anew with nbgrader"
        )
    notebook.nbformat_minor = 5
    taken = {cell.id for cell in notebook.cells if "id" in cell}
    for index, cell in enumerate(notebook.cells):
        if isinstance(cell.source, list):
            cell.source = "".join(cell.source)
        if "id" not in cell:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            cell.id = grade_id if _ID.fullmatch(grade_id) and grade_id not in taken else f"cell-{index}"
            taken.add(cell.id)
    nbformat.validate(notebook)
    return notebook


class _View:
    """A cell, the released or the student's, with what matching asks of it."""

    def __init__(self, kind, source, identity, label):
        self.type = kind
        self.normal = "\n".join(line.rstrip() for line in source.strip().split("\n"))
        self.id = identity
        grade_id = label.get("grade_id")
        self.grade_id = grade_id if isinstance(grade_id, str) else None
        self.names = {a or b for a, b in _DEFINED.findall(self.normal)}
        self._words = None

    @property
    def words(self):
        if self._words is None:
            self._words = Counter(re.findall(r"\w+|[^\w\s]", self.normal[:MAX_COMPARED]))
            self._total = self._words.total()
        return self._words

    def alike(self, other):
        """Dice's measure of the words in common, 0 to 1."""
        shared = (self.words & other.words).total()
        return 2 * shared / max(1, self._total + other._total)


class _Place(_View):
    """A cell of the released notebook."""

    def __init__(self, cell):
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
    def protected(self):
        return self.kind in (TEST, READ_ONLY)

    def labelled(self, cell):
        """Whether the student's cell bears this one's grade_id."""
        return self.grade_id is not None and self.grade_id == cell.grade_id

    def answered_by(self, cell):
        """Whether the cell holds more than the starter code."""
        return cell.normal not in ("", self.normal)

    def defined_by(self, cell):
        """Whether the cell defines what the starter code defines at top level (True if that is nothing)."""
        return self.names <= cell.names


# ---- which of the student's cells is which of the released ones


def _match(places, views):
    """Two dicts: {place: view} by index, one to one, and {place: "grade_id" | "cell_id" | "place"}."""
    home, how, used = {}, {}, set()

    def take(pairs):
        """Greedy: the best pair first, each place and each cell once. Pairs are (rank, place, view, way)."""
        for _, p, v, way in sorted(pairs, key=lambda pair: (pair[0], -pair[1]), reverse=True):
            if p not in home and v not in used:
                home[p], how[p] = v, way
                used.add(v)

    def by_label(kinds, rank):
        bearers = {}
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

    def answer_rank(place, view, v):
        answered, defined = place.answered_by(view), place.defined_by(view)
        # A copied cell made into a scratch cell defines nothing: the starter code is the better answer then.
        return (answered and defined, defined, answered, place.labelled(view), v)

    def original_rank(place, view, v):
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
    return home, how


def _match_equal(places, views, home, used, take):
    """Cells without a label whose text is unchanged: those in order first, then the others."""
    matched = {v: p for p, v in home.items()}

    def key(view, p):
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


def _match_gaps(places, views, home, used, take):
    """Changed cells without a label: by what they define, by their words, by their place."""
    chain = _chain(places, home)
    in_order = 2 * len(chain) >= len(home)  # in a shuffled notebook a place says nothing
    ends = [(-1, -1), *((p, home[p]) for p in chain), (len(places), len(views))]
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


def _chain(places, home):
    """The places whose cells stand in the released order: a longest increasing run, sorted list of indices.

    Where two runs are equally long, the one with fewer test cells: they count as moved then, not the answer.
    """
    order = sorted(home, key=home.get)  # places, in the order of the student's notebook
    best = []  # for each: (weight of the best run that ends here, index of the one before it)
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


# ---- the new notebook, and what is said about it


class _Findings:
    """Sentences; those that differ only in a cell's name are said once, with all the names."""

    def __init__(self):
        self._names = {}

    def say(self, before, name=None, after="."):
        names = self._names.setdefault((before, after), [])
        if name is not None:
            names.append(f"`{shown(name)}`")

    def sentences(self):
        return [before + self._listed(names) + after for (before, after), names in self._names.items()]

    @staticmethod
    def _listed(names, most=12):
        names = list(dict.fromkeys(names))
        more = f" and {len(names) - most} more" if len(names) > most else ""
        return ", ".join(names[:most]) + more


def rebase(release, cells):
    """Put a student's `cells` (list of document.Cell) on the `release` notebook: Rebased.

    Pure and deterministic. Never raises for anything that the student's cells may hold.
    """
    places = [_Place(cell) for cell in release.cells]
    views = [_View(cell.type, cell.source, cell.id, cell.label) for cell in cells]
    home, how = _match(places, views)
    flags, notes = _Findings(), _Findings()
    _compare_places(places, views, home, flags, notes)
    _compare_labels(places, cells, home, flags)
    behind = _own_cells(places, views, cells, home, flags, notes)
    answers = {p: place for p, place in enumerate(places) if place.kind == ANSWER}
    answered = any(place.answered_by(views[home[p]]) for p, place in answers.items() if p in home)
    return Rebased(
        notebook=_notebook(release, answers, cells, home, behind),
        found={place.name: how.get(p, "missing") for p, place in answers.items()},
        flags=flags.sentences(),
        notes=notes.sentences(),
        known=len(home),
        worked=answered or bool(behind),
    )


def _compare_places(places, views, home, flags, notes):
    """What was deleted, edited, moved, or turned into another type of cell."""
    answers = [p for p, place in enumerate(places) if place.kind == ANSWER]
    if answers and not any(p in home for p in answers):
        flags.say("None of the answer cells was found: is it a notebook of this assignment", after="?")
    standing = set(_chain(places, home))
    for p, place in enumerate(places):
        if p not in home:
            if place.kind == ANSWER:
                flags.say("Missing answer cells: ", place.name, "; what was handed out stands there.")
            elif place.protected:
                flags.say(f"Deleted {place.kind} cells: ", place.name, "; they were put back.")
            else:
                notes.say("Deleted cells of the assignment: ", place.name, "; they were put back.")
            continue
        view = views[home[p]]
        if place.protected and (place.type, place.normal) != (view.type, view.normal):
            flags.say(f"Edited {place.kind} cells: ", place.name, "; the instructor's were put back.")
        elif place.kind == ANSWER and place.type != view.type:
            after = f"; their text counts as {place.type} all the same."
            flags.say(f"Answer cells turned into {view.type} cells: ", place.name, after)
        if place.kind == ANSWER and not view.normal:
            notes.say("Empty answer cells: ", place.name)
        if p not in standing:
            kind = f"{place.kind} cells" if place.kind != PLAIN else "cells of the assignment"
            (flags if place.protected else notes).say(
                f"Moved {kind}: ", place.name, "; they were moved back."
            )


def _compare_labels(places, cells, home, flags):
    """What was changed in nbgrader's metadata."""
    labelled = [p for p in sorted(home) if places[p].label]
    stripped = [p for p in labelled if not cells[home[p]].label]
    if len(stripped) > 1 and stripped == labelled:
        flags.say(
            "The nbgrader metadata is missing from all answer and test cells; "
            "they were found by their ids, texts and places"
        )
    else:
        for p in stripped:
            flags.say("The nbgrader metadata is missing from ", places[p].name)
    for p in labelled:
        label, theirs = places[p].label, cells[home[p]].label
        if not theirs:
            continue
        for key, default in _LABEL.items():
            was, now = label.get(key, default), theirs.get(key, default)
            if was != now:
                change = f"`{key}` was changed from {_value(was)} to {_value(now)} in "
                flags.say(change, places[p].name, "; the instructor's counts.")


# What nbgrader's metadata says of a cell that matters for marks, with what holds where it says nothing.
_LABEL = {"grade_id": None, "grade": False, "solution": False, "locked": False, "task": False, "points": None}


def _value(value):
    simple = value is None or isinstance(value, bool | int | float | str)
    return shown(json.dumps(value), 40) if simple else f"a {type(value).__name__}"


def _own_cells(places, views, cells, home, flags, notes):
    """The cells to insert: {place: [document.Cell]} behind that place, -1 for the top."""
    place_of = {v: p for p, v in home.items()}
    by_grade_id = {place.grade_id: p for p, place in enumerate(places) if place.grade_id is not None}
    by_id = {place.id: p for p, place in enumerate(places)}
    protected_texts = {(place.type, place.normal): place for place in places if place.protected}
    behind = {}
    anchor = -1
    for v, (view, cell) in enumerate(zip(views, cells, strict=True)):
        if v in place_of:
            anchor = place_of[v]
            place = places[anchor]
            changed = (place.type, place.normal) != (view.type, view.normal)
            if place.kind == PLAIN and changed and view.normal:
                behind.setdefault(anchor, []).append(cell)
                notes.say(
                    "Changed cells of the assignment: ", place.name, "; the changed copies follow them."
                )
            continue
        q = by_grade_id.get(view.grade_id, by_id.get(view.id))
        relative = places[q] if q is not None else None
        spot = anchor
        if relative is not None and relative.kind == ANSWER:
            flags.say("Answer cells that occur more than once: ", relative.name, "; the last answer counts.")
            if not relative.answered_by(view):
                continue
            # Whatever moved, an earlier version must run before the one that counts.
            if v < home[q]:
                spot = min(anchor, q - 1)
        else:
            twin = protected_texts.get((view.type, view.normal))
            if twin is None and relative is not None and relative.protected:
                twin = relative if relative.labelled(view) or relative.alike(view) >= ALIKE else None
            if twin is not None:
                flags.say(f"Copied {twin.kind} cells: ", twin.name, "; the copies were left out.")
                continue
            if view.grade_id not in by_grade_id and any(cell.label.get(k) for k in _CLAIMS):
                name = view.grade_id or view.id or f"cell {v + 1}"
                flags.say("Cells that claim to be graded, but are not of this assignment: ", name)
        if view.normal:
            behind.setdefault(spot, []).append(cell)
    return behind


_CLAIMS = ("grade", "solution", "locked", "task")


def _notebook(release, answers, cells, home, behind):
    """The new notebook; `answers` are the places to fill."""
    taken = {cell.id for cell in release.cells}
    fresh = (name for n in itertools.count(1) if (name := f"student-{n}") not in taken)
    notebook = copy.deepcopy(release)
    new = [_own(cell, next(fresh)) for cell in behind.get(-1, [])]
    for p, node in enumerate(notebook.cells):
        if p in answers and p in home:
            cell = cells[home[p]]
            node.source = cell.source
            node.pop("attachments", None)
            if node.cell_type == "markdown" and cell.attachments:
                node.attachments = nbformat.from_dict(cell.attachments)
        if node.cell_type == "code":
            node.outputs, node.execution_count = [], None
        new.append(node)
        new += [_own(cell, next(fresh)) for cell in behind.get(p, [])]
    notebook.cells = new
    nbformat.validate(notebook)
    return notebook


def _own(cell, identity):
    """A cell of the student's own, with nothing but its text (and pictures)."""
    about = {"id": identity, "metadata": {"autograder": {"from": "student"}}}
    if cell.type == "code":
        return nbformat.v4.new_code_cell(cell.source, **about)
    if cell.type == "raw":
        # nbconvert would write a raw cell into the feedback as it is, HTML included.
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", cell.source)), default=0))
        return nbformat.v4.new_markdown_cell(f"{fence}\n{cell.source}\n{fence}", **about)
    if cell.attachments:
        about["attachments"] = cell.attachments
    return nbformat.v4.new_markdown_cell(cell.source, **about)
