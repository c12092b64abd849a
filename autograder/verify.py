"""Tries an instructor's source before students see it: its form, its own answers, its stubs."""

import nbformat
from nbgrader.preprocessors import ClearSolutions

from autograder.assignment import Assignment, faults, worth
from autograder.course import Course
from autograder.judging import grade
from autograder.sandbox import Limits
from autograder.worker import Sandboxes


def run(course: Course, name: str, unsandboxed: bool = False) -> list[str]:
    """All that is wrong with the source of an assignment, a sentence each; none where it can be released.

    Its own answers must earn every check's points, and its stubs none: each is graded like a submission.

    Raises:
        SandboxError: no sandbox can be had.
    """
    path = course.source(name)
    notebook = nbformat.read(path, as_version=4)
    found = faults(notebook)
    if found:
        return [f"{path}: {fault}" for fault in found]
    assignment = Assignment.load(name, path)
    if not assignment.checks:
        return [f"{path}: no cell is graded by running it"]
    with Sandboxes(assignment, Limits(), unsandboxed) as sandbox:
        answers = grade(nbformat.writes(notebook).encode(), assignment, sandbox)["checks"]
        stubs, _ = ClearSolutions(config=course.config).preprocess(notebook, {})
        empty = grade(nbformat.writes(stubs).encode(), assignment, sandbox)["checks"]
    for check in assignment.checks.values():
        mark, blank = answers[check.grade_id], empty[check.grade_id]
        if mark["points"] != check.points:
            found.append(
                f"cell {check.grade_id}: the source's own answer earns {mark['points']:g} of "
                f"{check.points:g} points: {mark['text']}"
            )
        if blank["points"]:
            found.append(
                f"cell {check.grade_id}: its stub, which answers nothing, earns {blank['points']:g} points"
            )
    return [f"{path}: {fault}" for fault in found]


def summary(course: Course, name: str) -> str:
    """What a source without faults holds, in one sentence."""
    notebook = nbformat.read(course.source(name), as_version=4)
    by_check, by_person = worth(notebook)
    return (
        f"{name}: {len(by_check)} checks worth {sum(by_check.values()):g} points, {len(by_person)} answers "
        f"for a person worth {sum(by_person.values()):g}; its own answers earn full marks, its stubs 0"
    )
