"""What decides a mark: the source's checks as they are written, and the code that runs and judges answers."""

import functools
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from course import NAME, ROOT, course_copy, nbgrader, notebook_of, python, read
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import assignment as source
from autograder.assignment import Assignment, SourceError, faults

SOURCE = notebook_of(ROOT / "solutions")
GOOD = 'checks.check("two_layer_lstm", TwoLayerLSTM, points=4, seed=7)'


def cell(grade_id, text, points=4.0, **flags):
    mark = {"grade_id": grade_id, "grade": True, "solution": False, "locked": True, "points": points}
    return new_code_cell(
        text, id=grade_id, metadata={"nbgrader": mark | {"schema_version": 3, "task": False} | flags}
    )


def load(tmp_path, *cells):
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return Assignment.load("a", path)


# --- no mark that the student's code could forge


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (f"{GOOD}\nassert True", 2, "`assert True` stands beside a call"),
        (f"from helpers import checks\n{GOOD}", 1, "`from helpers import checks` stands beside"),
        (f"# first\n{GOOD}\n\n{GOOD}", 4, "stands beside a call"),
        (f"x = 1; {GOOD}", 1, "`x = 1` stands beside"),
        (f"points = {GOOD}\npoints", 1, "no statement is a call of `checks.check`"),
        (f"print({GOOD})", 1, "no statement is a call of `checks.check`"),
        (f"if True:\n    {GOOD}", 2, "no statement is a call"),
        (f"%time {GOOD}", 1, "this is not plain Python"),
        (f"import os\n!ls\n{GOOD}", 3, "this is not plain Python"),
        (
            "from helpers.checks import check\ncheck('two_layer_lstm', TwoLayerLSTM, points=4)",
            1,
            "no statement",
        ),
        ("from helpers.checks import check as c\nc('two_layer_lstm', X, points=4)", 1, "no statement"),
        ("import helpers.checks as c\nc.check('two_layer_lstm', X, points=4)", 2, "no statement"),
        ("getattr(checks, 'check')('two_layer_lstm', X, 4)", 1, "no statement"),
        ("exec('checks.check(\"two_layer_lstm\", X, 4)')", 1, "no statement"),
        ("run = checks.check\nrun('two_layer_lstm', X, points=4)", 1, "no statement"),
        ("checks.check(NAME, X, points=4)", 1, "`name` must be a text, written out"),
        ("checks.check('two_layer_lstm', X, points=POINTS)", 1, "`points` must be a number, written out"),
        (
            "checks.check('two_layer_lstm', X, 4,\n    seed=2027 + 1)",
            2,
            "`seed` must be a whole number, written",
        ),
        ("checks.check(*ALL, points=4)", 1, "its arguments must be written out"),
        ("checks.check('two_layer_lstm', X, **ALL)", 1, "its arguments must be written out"),
        (
            "checks.check('two_layer_lstm', X)",
            1,
            r"the arguments do not fit \(missing a required argument: 'points'\)",
        ),
        ("checks.check('two_layer_lstm', X, points=4, tries=2)", 1, "the arguments do not fit"),
        ("checks.check('no_such_thing', X, points=4)", 1, "there is no exercise 'no_such_thing'"),
    ],
)
def test_a_call_that_could_be_forged_is_refused_with_its_line(tmp_path, text, line, why):
    with pytest.raises(SourceError, match=f"cell c, line {line}: .*{why}") as error:
        load(tmp_path, cell("c", text))
    assert str(tmp_path / "a.ipynb") in str(error.value)
    assert "put all else into cells of its own" in str(error.value)
    assert len(faults(new_notebook(cells=[cell("c", text)]))) == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"# with a word before it\n\n### BEGIN HIDDEN TESTS\n{GOOD}  # and behind\n### END HIDDEN TESTS",
        "checks.check(\n    'two_layer_lstm',\n    TwoLayerLSTM,\n    4,\n    7,\n)",
        'checks.check(answer=TwoLayerLSTM, points=4.0, name="two_layer_lstm", seed=7)',
    ],
)
def test_the_same_call_in_other_layouts_is_moved_outside(tmp_path, text):
    check = load(tmp_path, cell("c", text)).checks["c"]
    assert (check.exercise, check.answer, check.seed, check.called) == (
        "two_layer_lstm",
        "TwoLayerLSTM",
        7,
        4.0,
    )


@pytest.mark.parametrize(
    "text",
    [
        "assert value == 3, 'please check the sign'",
        "# check(value) was here\nassert value == 3",
        "%matplotlib inline\nassert value == 3",
        "checked = [value]\nassert checked",
    ],
)
def test_plain_asserts_stay_what_they_are(tmp_path, text):
    assert load(tmp_path, cell("c", text)).checks["c"].exercise is None


def test_an_answer_in_code_that_a_person_grades_is_no_check(tmp_path):
    by_hand = cell("by_hand", "### BEGIN SOLUTION\n1\n### END SOLUTION", solution=True, locked=False)
    assignment = load(tmp_path, cell("c", GOOD), by_hand)
    assert set(assignment.checks) == {"c"}
    [step] = [
        step for step in assignment.steps((tmp_path / "a.ipynb").read_bytes()) if step.cell_id == "by_hand"
    ]
    assert (step.check, step.author) == (None, "student")


def test_the_courses_own_source_has_no_faults():
    assert faults(read(SOURCE)) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            [cell("c", GOOD, 6)],
            "cell c: it is worth 6 points by its metadata and 4 by its call: make the two equal",
        ),
        (
            [cell("c", GOOD), nbformat.from_dict(cell("c", GOOD) | {"id": "d"})],
            "2 cells are called c: give each a name of its own",
        ),
        ([cell("c", GOOD, None)], "cell c: its points are None, no number from 0 on"),
        ([cell("c", "assert x", -1)], "cell c: its points are -1, no number from 0 on"),
        (
            [cell("c", f"### BEGIN HIDDEN TESTS\n{GOOD}")],
            "1 times `### BEGIN HIDDEN TESTS` and 0 times `### END",
        ),
        ([new_code_cell("### END SOLUTION", id="x")], "cell x: 0 times `### BEGIN SOLUTION` and 1 times"),
    ],
)
def test_faults_that_generating_refuses(cells, said):
    assert any(said in fault for fault in faults(new_notebook(cells=cells)))


def test_all_faults_are_told_at_once():
    cells = [cell("a", GOOD, 1), cell("b", f"{GOOD}\npass")]
    assert len(faults(new_notebook(cells=cells))) == 2


# --- what a result hangs on


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The course's code in a folder of its own, where a test may change it."""
    for package in ("helpers", "autograder"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "assets")
        )
    monkeypatch.setattr(source.helpers, "__file__", str(tmp_path / "helpers" / "__init__.py"))
    monkeypatch.setattr(source.checks, "__file__", str(tmp_path / "helpers" / "checks" / "__init__.py"))
    monkeypatch.setattr(source, "__file__", str(tmp_path / "autograder" / "assignment.py"))
    folders = [str(tmp_path / Path(folder).relative_to(ROOT)) for folder in source.checks.exercises.__path__]
    monkeypatch.setattr(source.checks.exercises, "__path__", folders)
    monkeypatch.setattr(source, "parts", source.parts.__wrapped__)
    # Of two hundred files one is another from one call to the next.
    monkeypatch.setattr(source, "_named", functools.cache(source._named))
    return tmp_path


def changed(folder, path):
    """Which parts of the environment another line in this file changes."""
    before = source.parts()
    with (folder / path).open("a", encoding="utf-8") as file:
        file.write("\n# another line\n")
    after = source.parts()
    return {part for part in after if after[part] != before[part]}


@pytest.mark.seconds
def test_the_environment_is_what_runs_and_judges_answers(elsewhere):
    for path in sorted(elsewhere.glob("helpers/checks/**/*.py"))[::6]:
        assert changed(elsewhere, path) == {"checks"}, path
    inside = sorted(path.relative_to(elsewhere) for path in elsewhere.glob("autograder/inside/*.py"))
    for path in (*inside, *(f"autograder/{name}.py" for name in ("judging", "sandbox", "seccomp", "limits"))):
        assert changed(elsewhere, path) == {"grader"}, path


def test_what_decides_no_mark_is_not_in_the_environment(elsewhere):
    decides = {
        "assignment",
        "judging",
        "borrowed",
        "bounded",
        "sandbox",
        "seccomp",
        "limits",
        "errors",
        "__init__",
    }
    others = [path for path in elsewhere.glob("autograder/**/*.py") if path.stem not in decides]
    others = [path for path in others if path.parent.name != "inside"]
    others += [
        path for path in elsewhere.glob("helpers/*.py") if path.stem in ("plotting", "style", "diagrams")
    ]
    assert {"grade", "store", "worker", "page", "writer", "taking", "plotting"} <= {
        path.stem for path in others
    }
    before = source.parts()
    for path in others:
        with path.open("a", encoding="utf-8") as file:
            file.write("\n# another line\n")
    assert source.parts() == before


def test_what_the_checks_come_to_import_is_in_the_environment_from_then_on(elsewhere):
    assert changed(elsewhere, "helpers/baselines.py") == set()
    with (elsewhere / "helpers" / "checks" / "report.py").open("a", encoding="utf-8") as file:
        file.write("\ndef later():\n    from helpers import baselines\n")
    assert changed(elsewhere, "helpers/baselines.py") == {"checks"}


@pytest.mark.parametrize("package", ["torch", "numpy", "IPython"])
def test_versions_are_in_the_environment(elsewhere, monkeypatch, package):
    before, version = source.parts(), source.metadata.version
    monkeypatch.setattr(source.metadata, "version", lambda name: "99" if name == package else version(name))
    after = source.parts()
    assert {part for part in after if after[part] != before[part]} == {package}
    monkeypatch.setattr(source.platform, "python_version", lambda: "3.99.0")
    assert source.parts()["Python"] == "3.99.0"


def test_an_answer_and_a_picture_in_the_source_decide_no_mark(tmp_path):
    def digest(name=None, text=""):
        notebook = read(SOURCE)
        for one in notebook.cells:
            if one.id == name:
                one.source += text
        nbformat.write(notebook, tmp_path / "x.ipynb")
        return Assignment.load(NAME, tmp_path / "x.ipynb").digest

    plain = digest()
    for name in ("title", "two_layer_lstm", "two_layer_lstm_try", "e3-sight"):
        assert digest(name, "\n# other words") == plain
    assert digest("two_layer_lstm_hidden", "\n# other words") != plain


# --- generate


@pytest.mark.classroom
def test_generate_refuses_a_forgeable_cell_in_a_private_source_too(tmp_path):
    course = course_copy(tmp_path / "course")
    shutil.copytree(course / "solutions", course / "private" / "solutions")
    (course / "private" / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.CourseDirectory.source_directory = "private/solutions"\n'
        'c.CourseDirectory.release_directory = "private/notebooks"\n',
        encoding="utf-8",
    )
    path = notebook_of(course / "private" / "solutions")
    notebook = read(path)
    [hidden] = [one for one in notebook.cells if one.id == "birnn_bn_hidden"]
    good = hidden.source
    hidden.source += "\nassert True"
    [check] = [one for one in notebook.cells if one.id == "birnn_bn_check"]
    check.metadata.nbgrader.points = 5
    nbformat.write(notebook, path)
    done = python(course, "-m", "nbgrader", "generate_assignment", NAME)
    assert done.returncode != 0
    assert "cell birnn_bn_hidden, line 5: `assert True` stands beside a call" in done.stderr
    assert "cell birnn_bn_check: it is worth 5 points by its metadata and 4 by its call" in done.stderr
    done = python(course, "-m", "autograder", "verify", NAME)
    assert done.returncode == 1
    assert "line 5: `assert True`" in done.stderr and "5 points by its metadata" in done.stderr
    assert "private/solutions" in done.stderr and not done.stdout

    hidden.source, check.metadata.nbgrader.points = good, 4
    own = "[Open in Colab](https://colab.research.google.com/github/ours/private/blob/main/notebooks/x.ipynb)"
    notebook.cells.append(new_markdown_cell(f"Ours: {own}", id="own-link"))
    nbformat.write(notebook, path)
    nbgrader(course, "generate_assignment", NAME)
    release = read(notebook_of(course / "private" / "notebooks"))
    title = next(one.source for one in release.cells if one.id == "title")
    assert "colab.research" in next(one.source for one in notebook.cells if one.id == "title")
    assert "colab" not in title.lower() and title.startswith("# Chapter 4 · Exercises\n\nFive pieces")
    assert own in release.cells[-1].source
    assert "colab.research" in read(notebook_of(ROOT / "notebooks")).cells[0].source


# --- verify


@pytest.mark.classroom
@pytest.mark.bubblewrap
def test_verify_runs_the_sources_own_answers_and_its_stubs(tmp_path):
    course = course_copy(tmp_path / "course")
    done = python(course, "-m", "autograder", "verify", NAME)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        "04_exercises: 10 checks worth 50 points, 2 answers for a person worth 10; "
        "its own answers earn full marks, its stubs 0\n"
        "next: nbgrader generate_assignment 04_exercises --force"
    )
    path = notebook_of(course / "solutions")
    notebook = read(path)
    for one in notebook.cells:
        if one.id == "two_layer_lstm":  # an answer with a mistake
            one.source = one.source.replace("batch_first=True", "batch_first=False")
        if one.id == "dropout_gru":  # a stub that is an answer
            whole = one.source.replace("### BEGIN SOLUTION", "#").replace("### END SOLUTION", "#")
            stub = "try:\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION\n"
            stub += "except NotImplementedError: pass\n"
            one.source = stub + whole
    nbformat.write(notebook, path)
    done = python(course, "-m", "autograder", "verify", NAME)
    assert done.returncode == 1
    assert "cell two_layer_lstm_check: the source's own answer earns" in done.stderr
    for name, points in (("check", 4), ("hidden", 6)):
        assert (
            f"cell dropout_gru_{name}: its stub, which answers nothing, earns {points} points" in done.stderr
        )
    assert len(re.findall("^.*04_exercises.ipynb: cell", done.stderr, re.M)) == 4
