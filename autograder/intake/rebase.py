"""A student's cells put on the instructor's notebook, so that nothing later has to trust a received document.

The result has every cell of the released notebook, in order, exactly once, with its metadata. Answer cells
(nbgrader's solution cells) carry the student's text. The student's other cells stand behind the known cell
that they followed. Test cells are always the instructor's.
"""

import copy
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.intake.clean import clean
from autograder.intake.document import Cell, shown
from autograder.intake.matching import ALIKE, ANSWER, PLAIN, Match, Place, View, chain, match

# What stands in an unanswered question where the answer may be elsewhere: nbgrader lets it wait for a person.
ELSEWHERE = "*(Nothing was written here. The student wrote text in other cells: please read those.)*"
STRANGE = "None of the answer cells was found: is it a notebook of this assignment?"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_Behind = dict[int, list[Cell]]


@dataclass
class Rebased:
    """The well-formed notebook, and how it came about.

    found : {grade_id of each solution cell: "grade_id" | "cell_id" | "place" | "missing"}
    flags : sentences on what an instructor should look at
    notes : sentences on what is odd but harmless
    known : how many of the released cells the student's notebook has
    answered : names of the answer cells in which the student wrote something
    worked : whether the student wrote anything: an answer or a cell of their own
    """

    notebook: nbformat.NotebookNode
    found: dict[str, str]
    flags: list[str]
    notes: list[str]
    known: int
    answered: list[str]
    worked: bool


def read_release(path: Path) -> nbformat.NotebookNode:
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


# ---- the new notebook, and what is said about it


class _Findings:
    """Sentences; those that differ only in a cell's name are said once, with all the names."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], list[str]] = {}

    def say(self, before: str, name: str | None = None, after: str = ".") -> None:
        names = self._names.setdefault((before, after), [])
        if name is not None:
            names.append(f"`{shown(name)}`")

    def sentences(self) -> list[str]:
        return [before + self._listed(names) + after for (before, after), names in self._names.items()]

    @staticmethod
    def _listed(names: list[str], most: int = 12) -> str:
        names = list(dict.fromkeys(names))
        more = f" and {len(names) - most} more" if len(names) > most else ""
        return ", ".join(names[:most]) + more


def rebase(release: nbformat.NotebookNode, cells: Sequence[Cell]) -> Rebased:
    """Put a student's cells on the release notebook.

    Pure and deterministic. Never raises for anything that the student's cells may hold.
    """
    places = [Place(cell) for cell in release.cells]
    views = [View(cell.type, cell.source, cell.id, cell.label) for cell in cells]
    found = match(places, views)
    flags, notes = _Findings(), _Findings()
    strange = _is_strange(places, found)
    _compare_places(places, views, found, flags, notes)
    _compare_labels(places, cells, found, flags)
    behind = _own_cells(places, views, cells, found, flags, notes)
    answers = {p: place for p, place in enumerate(places) if place.kind == ANSWER}
    answered = [
        place.name
        for p, place in answers.items()
        if p in found.written or (p in found.home and place.answered_by(views[found.home[p]]))
    ]
    return Rebased(
        notebook=_notebook(release, answers, cells, found, behind, flags, notes),
        found={place.name: found.how.get(p, "missing") for p, place in answers.items()},
        # What is said of each cell of another assignment's notebook says no more than that.
        flags=[STRANGE] if strange else flags.sentences(),
        notes=[] if strange else notes.sentences(),
        known=len(found.home),
        answered=answered,
        worked=bool(answered or behind),
    )


def _is_strange(places: Sequence[Place], found: Match) -> bool:
    """Is no answer of it found? Then it is most likely the notebook of something else."""
    answers = [p for p, place in enumerate(places) if place.kind == ANSWER]
    return bool(answers) and not any(p in found.home or p in found.written for p in answers)


def _compare_places(
    places: Sequence[Place], views: Sequence[View], found: Match, flags: _Findings, notes: _Findings
) -> None:
    """What was deleted, edited, moved, left as it was, or turned into another type of cell."""
    home = found.home
    standing = set(chain(places, home))
    for p, place in enumerate(places):
        if p in found.written:
            after = " holds no answer; the text in the cells beside it counts as one."
            flags.say("The answer cell of ", place.name, after)
            continue
        if p in found.elsewhere:
            flags.say(
                "Not answered in its cell: ", place.name, "; text in cells of the student's own follows."
            )
        if found.left.get(p) is not None:
            after = " holds no answer; the cell that defines what it asks for counts in its place."
            flags.say("The answer cell of ", place.name, after)
            continue
        if p in found.after.values():
            after = " holds no answer; cells of the student's own that define a part of it run after it."
            flags.say("The answer cell of ", place.name, after)
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


def _compare_labels(places: Sequence[Place], cells: Sequence[Cell], found: Match, flags: _Findings) -> None:
    """What was changed in nbgrader's metadata."""
    home = found.home
    labelled = [p for p in sorted(home) if places[p].label and found.left.get(p) is None]
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


def _value(value: Any) -> str:
    simple = value is None or isinstance(value, bool | int | float | str)
    return shown(json.dumps(value), 40) if simple else f"a {type(value).__name__}"


def _own_cells(
    places: Sequence[Place],
    views: Sequence[View],
    cells: Sequence[Cell],
    found: Match,
    flags: _Findings,
    notes: _Findings,
) -> _Behind:
    """The cells to insert, by the place that they stand behind, -1 for the top."""
    home = found.home
    gone = {*found.left.values()}.union(*found.written.values())
    place_of = {v: p for p, v in home.items()}
    by_grade_id = {place.grade_id: p for p, place in enumerate(places) if place.grade_id is not None}
    by_id = {place.id: p for p, place in enumerate(places)}
    protected_texts = {(place.type, place.normal): place for place in places if place.protected}
    behind: _Behind = {}
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
        if v in gone:
            continue
        q = by_grade_id.get(view.grade_id, by_id.get(view.id))
        relative = places[q] if q is not None else None
        spot = found.after.get(v, found.along[v] - 1 if v in found.along else anchor)
        if relative is not None and relative.kind == ANSWER:
            flags.say("Answer cells that occur more than once: ", relative.name, "; the last answer counts.")
            if not relative.answered_by(view):
                continue
            # Whatever moved, an earlier version must run before the one that counts.
            if v < home.get(q, -1):
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


def _notebook(
    release: nbformat.NotebookNode,
    answers: Mapping[int, Place],
    cells: Sequence[Cell],
    found: Match,
    behind: _Behind,
    flags: _Findings,
    notes: _Findings,
) -> nbformat.NotebookNode:
    """The new notebook; `answers` are the places to fill. Text is made harmless on its way."""
    taken = {cell.id for cell in release.cells}
    fresh = (name for n in itertools.count(1) if (name := f"student-{n}") not in taken)
    notebook = copy.deepcopy(release)
    new = [_own(cell, next(fresh)) for cell in behind.get(-1, [])]
    for p, node in enumerate(notebook.cells):
        if p in answers:
            _fill(node, [cells[v] for v in found.written.get(p, [found.home[p]] if p in found.home else [])])
        if p in found.elsewhere:
            node.source = f"{node.source}\n\n{ELSEWHERE}".strip()
        if node.cell_type == "code":
            node.outputs, node.execution_count = [], None
        new.append(node)
        new += [_own(cell, next(fresh)) for cell in behind.get(p, [])]
    for node in new:
        by_student = "autograder" in node.metadata or node.metadata.get("nbgrader", {}).get("solution")
        if node.cell_type == "markdown" and by_student:
            _clean(node, flags, notes)
    notebook.cells = new
    nbformat.validate(notebook)
    return notebook


def _fill(node: nbformat.NotebookNode, cells: Sequence[Cell]) -> None:
    """Put the text of an answer's cells, mostly one, into its place."""
    if not cells:
        return
    node.source = "\n\n".join(cell.source for cell in cells)
    node.pop("attachments", None)
    pictures = {name: data for cell in cells for name, data in cell.attachments.items()}
    if node.cell_type == "markdown" and pictures:
        node.attachments = nbformat.from_dict(pictures)


def _clean(node: nbformat.NotebookNode, flags: _Findings, notes: _Findings) -> None:
    name = node.metadata.get("nbgrader", {}).get("grade_id", node.id)
    done = clean(node.source, node.get("attachments", {}))
    if done.source != node.source:
        told = flags if done.active else notes
        told.say("HTML or links in text cells that no page should follow stand there as text: ", name)
    node.source = done.source


def _own(cell: Cell, identity: str) -> nbformat.NotebookNode:
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
