"""The assignments: the release is fresh and leaks nothing; answered it runs, unanswered it says so."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import by_hand_answers
import labelled
import nbformat
import pytest
from course import course_copy, generate
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from helpers import checks

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Assignment:
    """What the public assignments hold on purpose."""

    name: str
    exercises: tuple[str, ...]
    written: tuple[str, ...]
    points: int

    @property
    def source(self):
        return ROOT / "solutions" / self.name / f"{self.name}.ipynb"

    @property
    def release(self):
        return ROOT / "notebooks" / self.name / f"{self.name}.ipynb"


ASSIGNMENTS = [
    Assignment(
        "04_exercises",
        ("two_layer_lstm", "dropout_gru", "birnn_bn", "gradient_clipping", "dropout_classifier"),
        ("birnn_bn_why", "gradient_clipping_why"),
        60,
    ),
    Assignment(
        "05_by_hand",
        ("conv1d", "batch_norm", "evaluate", "attention", "multihead", "greedy_decode", "bptt"),
        (),
        70,
    ),
]


def read(path):
    return nbformat.read(path, as_version=4)


def by_grade_id(notebook):
    return {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}


def executed(path, folder, **options):
    """The notebook run from a fresh kernel in `folder`, the cells as they are on disk."""
    notebook = read(path)
    place = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place, **options).execute()


def errors(cell):
    return [o for o in cell.get("outputs", []) if o.output_type == "error"]


def files(folder):
    """name -> bytes of what is handed out; what Jupyter and Python leave there does not count.

    Neither does how lines end: nbconvert writes them as the system does.
    """
    left = {".ipynb_checkpoints", "__pycache__"}
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {
        path.as_posix(): (folder / path).read_bytes().replace(b"\r\n", b"\n")
        for path in found
        if not left & set(path.parts)
    }


def said(cell):
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


@pytest.fixture(scope="module", params=ASSIGNMENTS, ids=lambda one: one.name)
def assignment(request):
    return request.param


@pytest.fixture(scope="module")
def source(assignment):
    return read(assignment.source)


@pytest.fixture(scope="module")
def release(assignment):
    return read(assignment.release)


@pytest.fixture(scope="module")
def empty(assignment, tmp_path_factory):
    """The release as a student gets it, run as *Run All* does: it stops where an untagged cell fails."""
    return executed(assignment.release, tmp_path_factory.mktemp("empty"))


def test_all_public_assignments_are_listed():
    assert [one.name for one in ASSIGNMENTS] == sorted(path.name for path in (ROOT / "solutions").iterdir())
    for one in ASSIGNMENTS:
        asked = [checks.exercise(name) for name in checks.EXERCISES]
        asked = sorted((own for own in asked if own.assignment == one.name), key=lambda own: own.title)
        assert [own.name for own in asked] == list(one.exercises)


def test_every_public_exercise_has_labelled_answers():
    public = {name for name in checks.EXERCISES if checks.exercise(name).assignment}
    assert public == {*labelled.DEFINES, *by_hand_answers.DEFINES}, "docs/exercises.md says where they go"


def test_release_is_what_nbgrader_makes_of_the_source(assignment, tmp_path):
    generate(course_copy(tmp_path), assignment.name)
    made, kept = tmp_path / "notebooks" / assignment.name, files(assignment.release.parent)
    stale = f"stale: run `nbgrader generate_assignment {assignment.name} --force`"
    assert files(made).keys() == kept.keys(), stale
    assert [name for name, content in files(made).items() if content != kept[name]] == [], stale


def test_only_cells_that_need_an_answer_fail_and_each_says_so(assignment, empty):
    needing = {f"{name}_{what}" for name in assignment.exercises for what in ("try", "check")}
    assert {cell.id for cell in empty.cells if errors(cell)} == needing
    for cell in empty.cells:
        for error in errors(cell):
            assert error.ename == "NotImplementedError", cell.id
            assert "no answer yet" in error.evalue, cell.id


def test_cells_that_need_an_answer_do_not_stop_run_all(assignment, source, release):
    needing = {
        name + what
        for name in assignment.exercises
        for what in ("", "_try", "_check")
        if name in assignment.exercises
    }
    for notebook in (source, release):
        tagged = {cell.id for cell in notebook.cells if "raises-exception" in cell.metadata.get("tags", ())}
        assert tagged == needing


def test_the_last_cell_sums_up_where_nothing_is_answered(assignment, empty):
    last = empty.cells[-1]
    assert last.source == "checks.summary()"
    lines = said(last).splitlines()
    titles = [checks.exercise(name).title for name in assignment.exercises]
    assert lines[: len(titles)] == [f"· {title}: no answer yet (4 points)" for title in titles]
    worth = 4 * len(titles)
    assert lines[-2:] == [
        f"so far: 0 of the {worth} points of the checks that were run",
        "still open: " + "; ".join(titles),
    ]


def test_a_half_done_assignment_runs_to_its_end_and_is_summed_up(assignment, source, tmp_path):
    """One answer right, one with a slip of the pen, one that is not even Python; the others untouched."""
    first, second, third, *rest = assignment.exercises
    notebook, answers = read(assignment.release), by_grade_id(source)
    cells = by_grade_id(notebook)
    cells[first].source = answers[first].source
    cells[second].source = (
        answers[second]
        .source.replace("self.fc(h_n[-1])", "self.fc(h_n[0])")
        .replace("rows.var(0), self", "rows.var(0, unbiased=False), self")
    )
    assert cells[second].source != answers[second].source
    cells[third].source = "def half a thought"
    nbformat.write(notebook, tmp_path / "half.ipynb")
    done = executed(tmp_path / "half.ipynb", tmp_path)
    lines = said(done.cells[-1]).splitlines()
    title = {name: checks.exercise(name).title for name in assignment.exercises}
    assert f"✓ {title[first]}: 4 of 4 points" in lines
    [at] = [k for k, line in enumerate(lines) if line.startswith(f"✗ {title[second]}: ")]
    items = checks.exercise(second).items
    told = lines[at + 1 : at + 1 + len(items)]
    assert [line[6:].split(": ")[0] for line in told] == [item.text.split(": ")[0] for item in items]
    assert any(line.startswith("    ✗ ") for line in told) and any(line.startswith("    ✓ ") for line in told)
    assert f"· {title[third]}: not checked yet" in lines
    for name in rest:
        assert f"· {title[name]}: no answer yet (4 points)" in lines
    assert lines[-1] == "still open: " + "; ".join(title[name] for name in (second, third, *rest))


def test_what_the_source_has_printed_are_full_marks_and_nbval_compares_it(source):
    """`make test` runs the sources and compares every output with what is saved: the marks are there too."""
    for cell in source.cells:
        assert not errors(cell), cell.id
        if cell.cell_type == "code":  # nbval compares no output of a cell that was not run, or says so
            assert cell.execution_count and "nbval-ignore-output" not in cell.metadata.get("tags", ()), (
                cell.id
            )
            assert not re.search("# *(NBVAL|PYTEST)_", cell.source), cell.id
    for name, cell in by_grade_id(source).items():
        if cell.metadata.nbgrader.grade and cell.cell_type == "code":
            [result] = [o for o in cell.outputs if o.output_type == "execute_result"]
            assert float(result.data["text/plain"]) == cell.metadata.nbgrader.points, name
    assert said(source.cells[-1]).endswith("nothing is open\n")
    asked = r"--nbval --nbval-current-env .* tests notebooks solutions$"
    assert re.search(asked, (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


def test_points_in_the_calls_are_those_of_the_cells(source):
    for name, cell in by_grade_id(source).items():
        if cell.metadata.nbgrader.grade and cell.cell_type == "code":
            [points] = re.findall(r"points=(\d+)", cell.source)
            assert int(points) == cell.metadata.nbgrader.points, name


def test_grade_ids_are_fixed(assignment, source):
    wanted = {f"{name}{what}" for name in assignment.exercises for what in ("", "_check", "_hidden")}
    assert set(by_grade_id(source)) == wanted | set(assignment.written)
    assert all(cell.id == name for name, cell in by_grade_id(source).items())
    graded = [cell.metadata.nbgrader for cell in by_grade_id(source).values() if cell.metadata.nbgrader.grade]
    assert sum(cell.points for cell in graded) == assignment.points


def test_no_answer_and_no_hidden_test_leaks_into_the_release(assignment, source, release):
    everything = assignment.release.read_text(encoding="utf-8")
    for mark in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "seed="):
        assert mark in assignment.source.read_text(encoding="utf-8")
        assert mark not in everything
    released = by_grade_id(release)
    for name, cell in by_grade_id(source).items():
        for answer in re.findall(r"BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S):
            for line in answer.splitlines():
                line = line.strip()
                if len(line) > 12:
                    assert json.dumps(line)[1:-1] not in everything, f"{name}: {line}"
        if cell.metadata.nbgrader.solution and cell.cell_type == "markdown":
            assert released[name].source == "*Your answer goes here.*"
    assert not [cell.id for cell in release.cells if cell.get("outputs")]
    assert not [name for name in files(assignment.release.parent) if name.endswith(".py")]


def test_the_table_at_the_top_says_what_the_exercises_say(assignment, source):
    """Stars, minutes and points stand in two places."""
    cells = {cell.id: cell.source for cell in source.cells}
    table = re.findall(r"^\| \d \| .* \| (★\S+) \| (\d+) min \| (\d+)", cells["title"], re.M)
    titles = [
        re.search(r"(★\S+) · about (\d+) minutes · (\d+) points", cells[f"e{k}-title"]).groups()
        for k in range(1, len(assignment.exercises) + 1)
    ]
    assert table == titles


@pytest.mark.parametrize("template", ["lab", "classic"])
def test_hints_stay_folded_in_html(assignment, release, template):
    page, _ = HTMLExporter(template_name=template).from_notebook_node(release)
    hints = [c.source.count("<details><summary>Hint") for c in release.cells if c.id.endswith("-hints")]
    assert len(hints) == len(assignment.exercises) and all(count >= 2 for count in hints)
    folded = re.findall(r"<details><summary>Hint.*?</details>", page, re.S)
    assert len(folded) == sum(hints)
    assert not [hint for hint in folded if len(re.sub("<[^>]*>", "", hint)) < 60]  # the text is inside


def test_no_picture_is_drawn_with_letters(source):
    """What is drawn with letters wraps in a narrow window."""
    assert not [cell.id for cell in source.cells if cell.cell_type == "markdown" and "```" in cell.source]
    pictures = [
        output.metadata.get("image/png", {}).get("alt", "")
        for cell in source.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    assert pictures and all(len(alt) > 20 for alt in pictures)
