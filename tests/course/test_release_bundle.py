"""What students get: everything they need, nothing that gives an answer away, the same bytes every time."""

import re
import runpy
import shutil
import subprocess
import tomllib
import zipfile

import pytest
from course import ROOT, course_copy, notebook_of, python, read

TOOL = "tools/release.py"
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir())
PARTS = {"helpers", "notebooks", "LICENSE", "NOTICE", "README.md", "constraints.txt", "environment.yml"}
PARTS |= {"AGENTS.md", "lab.py", "pyproject.toml", "requirements.txt"}
COPIED = ["docs/students.md", "docs/AGENTS.md", *PARTS - {"README.md", "AGENTS.md"}]


def build(target, course=ROOT):
    """The zip written into `target` by the tool that `make release` runs."""
    done = python(course, TOOL, target)
    assert done.returncode == 0, done.stderr
    return target / "nets-by-hand.zip"


@pytest.fixture
def release(tmp_path, capsys):
    """A function: the tool of a course's folder, run in here, where nbgrader is loaded; (status, output)."""

    def run(course, target=tmp_path / "dist", branch=None):
        capsys.readouterr()
        try:
            runpy.run_path(str(course / TOOL))["main"](target, branch)
        except SystemExit as refused:
            return refused.code, "".join(capsys.readouterr())
        return 0, capsys.readouterr().out

    return run


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(bundle, tmp_path_factory):
    student = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(student)
    return student / "nets-by-hand"


def test_zip_and_folder_hold_the_same(bundle, unpacked):
    def content(folder):
        return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    assert content(unpacked) == content(bundle.with_suffix(""))


def test_every_part_is_there_and_nothing_else(unpacked):
    assert {path.name for path in unpacked.iterdir()} == PARTS
    chapters = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (unpacked / "notebooks").iterdir()} == chapters | set(ASSIGNMENTS)
    for name in ASSIGNMENTS:
        assert [path.name for path in (unpacked / "notebooks" / name).iterdir()] == [f"{name}.ipynb"]
    assert not [path for path in unpacked.rglob("*") if path.name in ("__pycache__", ".ipynb_checkpoints")]


def test_assistants_are_asked_to_be_tutors_and_students_are_told_so(unpacked):
    asked = (unpacked / "AGENTS.md").read_text(encoding="utf-8")
    assert asked.startswith("# To coding assistants in this folder: be a tutor")
    for path in re.findall(r"`(notebooks/[\w./]+)`", asked):
        assert (unpacked / path).exists(), path
    assert "`AGENTS.md`" in (unpacked / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name, exercises", [("04_exercises", 5), ("05_by_hand", 7)])
def test_no_answer_and_no_hidden_test_is_in_it(unpacked, name, exercises):
    source = ROOT / "solutions" / name / f"{name}.ipynb"
    hidden = re.findall(r"seed=\d+", source.read_text(encoding="utf-8"))
    assert len(hidden) == exercises
    answers = [
        line.strip()
        for cell in read(source).cells
        for region in re.findall(r"BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S)
        for line in region.splitlines()
        if len(line.strip()) > 12
    ]
    assert len(answers) > 20
    released = read(unpacked / "notebooks" / name / f"{name}.ipynb")
    text = "\n".join(cell.source for cell in released.cells)
    assert not [line for line in answers if line in text]
    for path in unpacked.rglob("*"):
        if path.suffix in (".ipynb", ".py", ".md", ".toml", ".txt"):
            text = path.read_text(encoding="utf-8")
            for mark in ("BEGIN SOLUTION", "HIDDEN TESTS", *hidden):
                assert mark not in text, path


def test_exercises_are_those_that_are_committed(unpacked):
    assert notebook_of(unpacked / "notebooks").read_bytes() == notebook_of(ROOT / "notebooks").read_bytes()


def test_chapters_are_not_executed_yet(unpacked):
    """What a cell prints would answer what the text before it asks."""
    for path in (unpacked / "notebooks").glob("*.ipynb"):
        opened, committed = read(path), read(ROOT / "notebooks" / path.name)
        assert [cell.source for cell in opened.cells] == [cell.source for cell in committed.cells]
        assert opened.metadata == committed.metadata
        for cell in opened.cells:
            assert not cell.get("outputs") and cell.get("execution_count") is None, cell.id


def test_no_line_ends_as_on_windows(unpacked):
    for path in unpacked.rglob("*.ipynb"):
        assert b"\r" not in path.read_bytes(), path.name


def git(folder, *words):
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    done = subprocess.run(["git", "-C", folder, *who, *words], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """The course as a repository with one commit; of one assignment, since nbgrader's start takes longest."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.org")
    course = course_copy(tmp_path / "course", TOOL, *COPIED)
    for name in ASSIGNMENTS[1:]:
        shutil.rmtree(course / "solutions" / name)
    git(tmp_path, "init", "--quiet", course)
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "-m", "The course")
    return course


def test_the_branch_holds_what_students_get_and_where_it_comes_from(repository, release, tmp_path):
    status, said = release(repository, branch="students")
    assert status == 0
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"git push origin students v{version}" in said
    folder = tmp_path / "dist/nets-by-hand"
    inside = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(git(repository, "ls-tree", "-r", "--name-only", f"v{version}").splitlines()) == inside
    assert git(repository, "rev-parse", "students") == git(repository, "rev-parse", f"v{version}")
    assert git(repository, "rev-parse", "students^1") == git(repository, "rev-parse", "HEAD")
    assert git(repository, "status", "--porcelain", "--untracked-files=no") == ""

    # The same again changes nothing; something else needs a version of its own; then the branch goes on.
    status, said = release(repository, branch="students")
    assert status == 0 and "is there already and holds the same" in said
    (repository / "NOTICE").write_text("another one\n", encoding="utf-8")
    refused, _ = release(repository, branch="students")
    assert "commit first" in refused
    git(repository, "commit", "--quiet", "--all", "-m", "Another notice")
    refused, _ = release(repository, branch="students")
    assert "raise the version in pyproject.toml" in refused
    pyproject = (
        (repository / "pyproject.toml").read_text(encoding="utf-8").replace(f'"{version}"', '"99.0"', 1)
    )
    (repository / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    git(repository, "commit", "--quiet", "--all", "-m", "Version 99")
    assert release(repository, branch="students")[0] == 0
    assert git(repository, "rev-parse", "students^1") == git(repository, "rev-parse", f"v{version}")
    assert git(repository, "rev-parse", "students^2") == git(repository, "rev-parse", "HEAD")


def test_readme_names_what_is_there(unpacked):
    readme = (unpacked / "README.md").read_text(encoding="utf-8")
    for notebook in (unpacked / "notebooks").rglob("*.ipynb"):
        assert notebook.relative_to(unpacked).as_posix() in readme
    for name in re.findall(r"`(notebooks/[^`]+|[\w-]+\.txt|[\w-]+\.yml)`", readme):
        assert (unpacked / name).exists(), name


def test_helpers_and_their_data_come_from_the_unpacked_folder(unpacked):
    code = "from helpers import checks, data; print(checks.__file__, len(data.mnist_tensors(train=False)[0]))"
    done = python(unpacked, "-B", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(unpacked / "helpers" / "checks" / "__init__.py"), "10000"]


def test_a_folder_that_holds_the_course_is_not_replaced(release, tmp_path):
    course = course_copy(tmp_path / "nets-by-hand", TOOL)
    refused, _ = release(course, target=tmp_path)
    assert "holds this course and would be replaced: name another folder" in refused
    assert (course / TOOL).exists()


def test_a_folder_that_nbgrader_takes_for_a_pattern_is_named(release, tmp_path):
    course = course_copy(tmp_path / "class [2027]" / "course", TOOL, *COPIED)
    refused, said = release(course)
    assert refused.startswith(f"nbgrader could not generate {ASSIGNMENTS[0]}: No notebooks were matched by ")
    assert "class [2027]/course: nbgrader finds no notebook where a path has [ or * or ?" in said
    assert "Rename the folder." in said


def test_a_source_that_nbgrader_refuses_is_named_with_what_is_wrong(repository, release, caplog):
    path = notebook_of(repository / "solutions")
    path.write_text(path.read_text(encoding="utf-8").replace("points=4", "points=5", 1), encoding="utf-8")
    refused, _ = release(repository)
    assert refused.startswith("nbgrader could not generate 04_exercises: ")
    assert "it is worth 4 points by its metadata and 5 by its call: make the two equal" in caplog.text


def test_a_course_without_exercises_is_refused_in_words(release, tmp_path):
    course = course_copy(tmp_path / "course", TOOL)
    for name in ASSIGNMENTS:
        shutil.rmtree(course / "solutions" / name)
    refused, _ = release(course)
    assert "is CourseDirectory.source_directory right?" in refused


@pytest.mark.classroom
def test_the_same_course_gives_the_same_bytes(bundle, tmp_path):
    assert build(tmp_path).read_bytes() == bundle.read_bytes()


@pytest.mark.classroom
def test_pip_builds_the_package_out_of_it(unpacked, tmp_path):
    folder = shutil.copytree(unpacked, tmp_path / "course")  # setuptools builds in the folder that it reads
    words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, folder]
    done = python(tmp_path, "-m", "pip", *words)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    ours = [path for path in unpacked.glob("helpers/**/*") if path.is_file()]
    assert len(ours) > 20
    assert {path.relative_to(unpacked).as_posix() for path in ours} <= names
    # What Colab installs is this: nothing of the grader's comes along.
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"helpers"}
