"""nbgrader's autograding, with our results in place of its own execution of the notebook.

In nbgrader_config.py `SandboxedExecute` stands where nbgrader's `Execute` would, and `WaitForPerson` behind
its `SaveAutoGrades`: everything else (overwriting of locked cells, late penalties, manual marks, feedback)
stays nbgrader's.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool
from traitlets.config import Config

from autograder import lock, store
from autograder.course import Course
from autograder.results import Results
from autograder.sandbox import Limits
from autograder.worker import compute

_last: dict[str, Any] = {}


class SandboxedExecute(NbGraderPreprocessor):
    """Puts outputs and marks of a submission's result into its cells; computes it if none is kept.

    A notebook that was not taken in is refused (`GradeError`): what is graded must be what intake has made.
    """

    unsandboxed = Bool(
        False,
        help="Run submissions without a sandbox, with all that this user may do: only where you trust them.",
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        place = resources["nbgrader"]
        # nbgrader works in the course's folder while it converts.
        what = _class(Path.cwd(), place["assignment"], self.config)
        content = what.content(place["student"])
        # Beside `grade` no mark is written: what that has written would be removed again. Of two runs of
        # nbgrader's own one waits: where it is refused, nbgrader removes what the other one has written.
        with lock.held(what.work.parent, "nbgrader autograde", waits=True):
            result = what.result(place["student"])
            if result is None:
                result = compute(content, what.assignment, what.environment, Limits(), self.unsandboxed)
                what.keep(what.key(place["student"]), result)
        for cell in nb.cells:
            if cell.cell_type == "code":
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                if grade_id in result["checks"]:
                    cell.outputs = _marked(result["checks"][grade_id])
                else:
                    cell.outputs = _printed(result["cells"].get(cell.get("id"), {}))
        place["flags"] = [*what.records[place["student"]]["flags"], *result["flags"]]
        place["to_read"] = [grade_id for grade_id, mark in result["checks"].items() if mark.get("to_read")]
        place["shown_in"] = what.work / "shown" / f"{place['student']}.json"
        place["shown"] = _shown(nb, result["checks"], what.records[place["student"]]["notebook_sha256"])
        before = store.read(place["shown_in"], lambda value: isinstance(value, dict)) or {}
        # Now, while the book still says what was read: nbgrader's SaveAutoGrades asks for all of it again.
        place["settled"] = {
            grade_id for grade_id in _read(place) if before.get(grade_id) == place["shown"].get(grade_id, "")
        }
        return nb, resources


class WaitForPerson(NbGraderPreprocessor):
    """Points that nothing verified wait for a person: formgrader lists their cells as those to be graded.

    What is flagged has formgrader's flag too; who has looked may take it off.

    nbgrader asks for a person only where there is no automatic score, or where a manual one is already there.
    What the person then types stays, as every manual score does; and it does not wait again for as long as
    what formgrader shows there, the answer in words or the check's verdict on a notebook, stays the same.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as gradebook:
            for grade_id in place["settled"].union(place["to_read"]):
                who = (grade_id, place["notebook"], place["assignment"], place["student"])
                gradebook.find_grade(*who).needs_manual_grade = grade_id not in place["settled"]
            who = (place["notebook"], place["assignment"], place["student"])
            gradebook.find_submission_notebook(*who).flagged = bool(place.get("flags"))
            gradebook.db.commit()
        store.write(place["shown_in"], place["shown"])
        return nb, resources


def _read(place: Mapping[str, Any]) -> set[str]:
    """The cells that a person has given points for, and that do not wait for one."""
    who = (place["notebook"], place["assignment"], place["student"])
    with Gradebook(place["db_url"]) as gradebook:
        grades = gradebook.find_submission_notebook(*who).grades
        return {g.name for g in grades if g.manual_score is not None and not g.needs_manual_grade}


def _shown(nb: Any, checks: Mapping[str, Any], notebook: str) -> dict[str, str]:
    """By graded cell a digest of what a person sees there: an answer in words, or a check's verdict.

    A verdict is on all that the student has sent, its own wording and the points of others left out.
    """
    shown = {}
    for cell in nb.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("grade"):
            verdict = checks.get(mark["grade_id"])
            of_check = [notebook, *map((verdict or {}).get, ("status", "points", "max", "to_read"))]
            text = repr(of_check if verdict else [mark["points"], cell.source])
            shown[mark["grade_id"]] = hashlib.sha256(text.encode()).hexdigest()
    return shown


def _class(root: Path, name: str, config: Config) -> Results:
    """Prepared once for a whole run, and anew when the source or a record has changed in between."""
    course = Course(root, config)
    intake = course.work(name) / "intake"
    stamps = [path.stat().st_mtime_ns for path in (course.source(name), intake) if path.exists()]
    if _last.get("what") != (root, name, stamps):
        _last.update(what=(root, name, stamps), prepared=Results(course, name))
    return _last["prepared"]


def _marked(mark: dict[str, Any]) -> list[Any]:
    """The report, and the points as the cell's value: nbgrader reads them there."""
    if mark["status"] == "no_answer":  # as the check says it in the student's own notebook
        said = {"ename": "NotImplementedError", "evalue": mark["text"]}
        return [new_output("error", **said, traceback=["{ename}: {evalue}".format(**said)])]
    outputs = [new_output("stream", name="stdout", text=mark["text"] + "\n")] if mark["text"] else []
    return [*outputs, new_output("execute_result", data={"text/plain": repr(float(mark["points"]))})]


def _printed(cell: dict[str, Any]) -> list[Any]:
    outputs = [new_output("stream", name="stdout", text=cell["text"])] if cell.get("text") else []
    if cell.get("status") == "died":  # an error is in what was printed
        outputs.append(new_output("stream", name="stdout", text=f"[{cell['error']}]\n"))
    return outputs
