"""The house itself: commands, pins, workflow, addresses."""

import asyncio
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement
from readme import plain_commands

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(path):
    """name -> version of the exact pins of a requirements file, without markers."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line)
        if match:
            found.setdefault(match[1].lower().replace("_", "-").replace(".", "-"), set()).add(match[2])
    return found


def commands_of(target):
    """The recipe lines of a Makefile target, as a reader would type them inside the environment."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", makefile, re.M)[1]
    for variable, plain in (
        ("$(BIN)/", ""),
        (" $(AS_ROOT)", ""),
        (' $(if $(BRANCH),--branch "$(BRANCH)")', ""),
        ("$(PYTHON)", "python3"),
        (" $(ONLY)", ""),
        ('"$(or $(FOLDER),grading/submitted)"', "grading/submitted"),
        ('"$(FOLDER)"', "FOLDER"),
    ):
        recipe = recipe.replace(variable, plain)
    return [line.strip() for line in recipe.splitlines()]


def test_requirements_are_exact():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    loose = [x for x in lines if x and not x.startswith(("#", "-", "not-this-")) and "==" not in x]
    assert loose == []
    assert pins(ROOT / "requirements.txt")["torch"] == {"2.13.0"}
    assert pins(ROOT / "requirements.txt")["torchvision"] == {"0.28.0"}


def test_constraints_agree_with_every_pin():
    constraints = pins(ROOT / "constraints.txt")
    wanted = pins(ROOT / "requirements.txt")
    for extra in PYPROJECT["project"]["optional-dependencies"].values():
        for requirement in extra:
            name, version = requirement.split("==")
            wanted[name.lower()] = {version}
    for name, version in wanted.items():
        assert version <= constraints.get(name, set()), f"{name}: run `make lock`"


def test_installed_packages_are_those_of_the_constraints():
    from importlib.metadata import distributions

    constraints = pins(ROOT / "constraints.txt")
    own = {"pip", "setuptools", "nets-by-hand-helpers"}
    for dist in distributions():
        name = dist.metadata["Name"].lower().replace("_", "-").replace(".", "-")
        # Once something has imported setuptools, what it carries along is found too.
        if name in own or "_vendor" in Path(dist.locate_file("")).parts:
            continue
        assert name in constraints, f"{name} is installed but stands in no pin: run `make lock`"
        # A local build tag (2.13.0+cpu) is the same release.
        assert dist.version.split("+")[0] in constraints[name], name


def test_package_pins_no_torch():
    """On Colab a pin would replace the installed torch by another build of several gigabytes."""
    torch_lines = [d for d in PYPROJECT["project"]["dependencies"] if d.startswith("torch")]
    assert sorted(torch_lines) == ["torch", "torchvision"]


def test_readme_gives_every_target_as_a_plain_command_and_nothing_else():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):.*##", makefile, re.M)) - {"help"}
    assert len(targets) > 15
    table = plain_commands()
    assert {target: commands_of(target) for target in targets} == {
        name.removeprefix("make ").split()[0]: commands
        for name, commands in table.items()
        if name.startswith("make ")
    }


def test_the_plain_set_up_is_what_make_does():
    quiet = " --quiet --disable-pip-version-check"
    [for_all, for_tests] = (
        re.search(r"python -m pip install .*(?= \|\|)", commands_of(target)[1])[0].replace(quiet, "")
        for target in (".venv/.course", ".venv/.all")
    )
    table = plain_commands()
    assert table["*set-up*"] == ["python3 -m venv .venv", "source .venv/bin/activate", for_all]
    assert table["*set-up for tests*"] == [for_tests]
    page = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
    [block, *_] = re.findall(r"^```\n(.*?)^```$", page, re.M | re.S)
    assert [line.partition("  ")[0] for line in block.splitlines()] == table["*set-up*"]


def test_the_plain_clean_leaves_what_is_not_generated(tmp_path):
    generated = [".venv", "build", "dist", ".pytest_cache", ".ruff_cache", ".hypothesis", "x.egg-info"]
    kept = ["notebooks", "grading", "private", ".git"]
    for name in generated + kept:
        (tmp_path / name / "inner").mkdir(parents=True)
    [command] = plain_commands()["make clean"]
    for _ in range(2):  # the second time nothing is there
        subprocess.run([sys.executable, *shlex.split(command)[1:]], cwd=tmp_path, check=True)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


def test_workflow_runs_what_make_test_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    for command in commands_of("test"):
        steps = [s.get("run", "") for s in workflow["jobs"]["pinned"]["steps"]]
        assert command in steps
    systems = {entry["os"] for entry in workflow["jobs"]["pinned"]["strategy"]["matrix"]["include"]}
    assert systems == {"ubuntu-latest", "macos-latest", "windows-latest"}


def test_the_weekly_job_takes_everything_newest_but_the_data():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    install, upgrade, run = (s["run"] for s in workflow["jobs"]["newest"]["steps"] if "run" in s)
    [babel] = pins(ROOT / "requirements.txt")["babel"]
    words = [set(command.split()) for command in (install, upgrade)]
    assert all(f"babel=={babel}" in each and "babel" not in each for each in words)
    ours = pins(ROOT / "requirements.txt").keys() - {"babel"} | {"nbgrader"}
    assert "--upgrade" in words[1] and ours <= words[1]
    wanted = commands_of("test")[-1].split()
    assert [
        word for word in run.split() if not word.startswith(("--deselect", "tests/course/test_infra"))
    ] == wanted


def test_workflow_fits_githubs_schema():
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*schema, str(ROOT / ".github/workflows/ci.yml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_environment_file_installs_the_same_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip_part = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert pip_part == ["-r requirements.txt"]
    assert "python=3.11" in environment["dependencies"]


NOTEBOOKS = [*sorted(ROOT.glob("notebooks/**/*.ipynb")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]


def badges(course, *words):
    """The tool that `make badges` runs, in this folder."""
    return subprocess.run(
        [sys.executable, course / "tools/badges.py", *words], capture_output=True, encoding="utf-8"
    )


def badges_copy(folder):
    """What the tool reads and writes, with a git repository around it."""
    for path in [ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "requirements.txt", *NOTEBOOKS]:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def test_address_and_version_are_the_same_everywhere():
    done = badges(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_badges_lead_somewhere():
    if "Repository" not in PYPROJECT["project"].get("urls", {}):
        pytest.skip("no address yet: pyproject.toml has no Repository, so no badge can lead anywhere")
    assert badges(ROOT, "--check").stdout.startswith(PYPROJECT["project"]["urls"]["Repository"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).parts[0] + path.stem)
def test_what_colab_opens_and_what_it_installs_are_of_one_version(path):
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"]}
    name = path.relative_to(ROOT).as_posix().replace("solutions/", "notebooks/")
    [opened] = re.findall(rf"colab.research.google.com/github/([\w/.-]+)/blob/(\S+)/{name}", cells["title"])
    [installed] = re.findall(r"git\+https://github.com/([\w/.-]+)@(\S+)", cells["setup-colab"])
    assert opened == installed
    assert installed[1] == f"v{PYPROJECT['project']['version']}"
    assert len(cells["setup-colab"].splitlines()) <= 5
    # A picture that is fetched would be a broken one wherever there is no network.
    assert "](http" in cells["title"] and "![" not in cells["title"]


@pytest.mark.parametrize(
    "remote",
    ["https://github.com/someone/course.git", "https://x:secret@github.com/someone/course/"]
    + ["git@github.com:someone/course.git", "ssh://git@github.com/someone/course"],
)
def test_without_an_address_badges_take_it_from_the_git_remote_and_say_so(tmp_path, remote):
    course = badges_copy(tmp_path)
    subprocess.run(["git", "-C", course, "remote", "add", "origin", remote], check=True)
    done = badges(course)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("https://github.com/someone/course at v")
    assert "from the git remote `origin`): written into README.md, notebooks/01_rnn.ipynb" in done.stdout
    for path in [ROOT / "README.md", *NOTEBOOKS]:
        old, new = (r / path.relative_to(ROOT) for r in (ROOT, course))
        assert "no_address_yet" not in new.read_text("utf-8") and "secret" not in new.read_text("utf-8")
        before, after = old.read_text("utf-8").splitlines(), new.read_text("utf-8").splitlines()
        changed = [line for line, other in zip(before, after, strict=True) if line != other]
        assert len(changed) == (
            5 if path.suffix == ".md" else 2
        )  # the links; a notebook's link and install line
    assert "fresh" in badges(course).stdout


@pytest.mark.parametrize(
    ("remote", "sentence"),
    [
        (None, "git has no remote `origin` here"),
        ("https://gitlab.example/someone/course.git", "Colab opens only what lies on github.com"),
        ("../elsewhere", "the git remote `origin` is ../elsewhere"),
    ],
)
def test_no_address_yet_is_said_in_words(tmp_path, remote, sentence):
    course = badges_copy(tmp_path)
    if remote:
        subprocess.run(["git", "-C", course, "remote", "add", "origin", remote], check=True)
    done = badges(course)
    assert done.returncode == 1 and done.stderr.startswith("No address yet: ")
    assert sentence in done.stderr
    assert (course / "README.md").read_bytes() == (ROOT / "README.md").read_bytes()


def test_an_address_in_pyproject_counts_and_a_new_version_makes_the_badges_stale(tmp_path):
    course = badges_copy(tmp_path)
    pyproject = (course / "pyproject.toml").read_text("utf-8")
    pyproject = re.sub(r"\[project.urls\]\n", r'\g<0>Repository = "https://github.com/a/b"\n', pyproject)
    (course / "pyproject.toml").write_text(re.sub(r'\nversion = "[^"]+"', r'\nversion = "9.9"', pyproject))
    stale = badges(course, "--check")
    assert stale.returncode == 1 and "stale in README.md, notebooks/01_rnn.ipynb" in stale.stderr
    assert badges(course).returncode == 0
    text = (course / "notebooks/02_cnn.ipynb").read_text("utf-8")
    assert "git+https://github.com/a/b@v9.9" in text and "github/a/b/blob/v9.9/notebooks/02_cnn" in text
    assert badges(course, "--check").returncode == 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).parts[0] + path.stem)
def test_the_guard_of_colab_counts_no_failure_as_success(path, tmp_path):
    """The cell as a kernel runs it where `google.colab` is there and the address, or the tag, is not."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    [guard] = ["".join(cell["source"]) for cell in cells if cell["id"] == "setup-colab"]
    guard = re.sub(r"git\+https://\S+@", f"git+{(tmp_path / 'nowhere').as_uri()}@", guard)
    colab = nbformat.v4.new_code_cell("import sys\nsys.modules['google.colab'] = sys")
    notebook = nbformat.v4.new_notebook(cells=[colab, nbformat.v4.new_code_cell(guard)])
    with pytest.raises(CellExecutionError, match="The course was not installed: pip says why, above"):
        NotebookClient(notebook, kernel_name="python3", timeout=120).execute(cwd=str(tmp_path))


def refused(**machine):
    """What pip says, before it downloads anything, to who installs requirements.txt on this machine."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    first = [line for line in lines if not line.startswith(("#", "-c"))][:2]
    rules = [Requirement(line) for line in first]
    here = {"python_version": "3.11", "sys_platform": "linux", "platform_machine": "x86_64"} | machine
    return [
        rule.url.removeprefix("file:///").replace("_", " ") for rule in rules if rule.marker.evaluate(here)
    ]


def test_the_plain_command_too_refuses_where_the_course_cannot_run():
    for version in ("3.8", "3.10", "3.14"):
        assert refused(python_version=version) == [
            "This course runs on Python 3.11 or 3.12 or 3.13 and this is another one"
        ]
    for system, processor in (("darwin", "x86_64"), ("win32", "ARM64")):
        [words] = refused(sys_platform=system, platform_machine=processor)
        assert words.endswith("open the course in Colab")
    for system, processor in (
        ("darwin", "arm64"),
        ("win32", "AMD64"),
        ("linux", "x86_64"),
        ("linux", "aarch64"),
    ):
        for version in ("3.11", "3.12", "3.13"):
            assert refused(sys_platform=system, platform_machine=processor, python_version=version) == []


def test_pip_stops_at_once_with_these_words(tmp_path):
    """As on the wrong Python: the rule holds, everything after it would be downloaded."""
    rule = next(
        x for x in (ROOT / "requirements.txt").read_text("utf-8").splitlines() if x.startswith("not-this")
    )
    (tmp_path / "requirements.txt").write_text(
        rule.partition(" ; ")[0] + "\ntorch==2.13.0\n", encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "-r",
        "requirements.txt",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "This_course_runs_on_Python_3.11_or_3.12_or_3.13" in done.stderr
    assert "Collecting" not in done.stdout and "Downloading" not in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here; README has the plain commands")
@pytest.mark.parametrize("awk", list(filter(shutil.which, ["mawk", "gawk", "original-awk", "awk"])))
def test_make_help_lists_every_target(tmp_path, awk):
    """With every awk that is installed; that of macOS and the BSDs is Debian's original-awk."""
    (tmp_path / "awk").write_text(f'#!/bin/sh\nexec {shutil.which(awk)} "$@"\n', encoding="utf-8")
    (tmp_path / "awk").chmod(0o755)
    # Beneath another make (`make test`) make would say which folder it enters.
    above = {name: text for name, text in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS")}
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    done = subprocess.run(
        ["make", "help"], cwd=ROOT, env=above | {"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    listed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = " ".join(re.findall(r"^\.PHONY: (.*)", makefile, re.M)).split()
    assert set(listed) == set(phony)
    assert listed["lab"] == "open the course in JupyterLab"


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here; README has the plain commands")
def test_wrong_python_is_refused_in_words(tmp_path):
    # A Python that believes it is 3.9: it runs the Makefile's own version check, with another version_info.
    old = tmp_path / "python3"
    old.write_text(
        f"""#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 9, 18); $2"\n"""
    )
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(["make", f"PYTHON={old}", "lab"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "This course runs on Python 3.11, 3.12 or 3.13" in done.stderr
    assert "is 3.9. Try: make PYTHON=python3.11 lab" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here; README has the plain commands")
@pytest.mark.parametrize("target", ["lab", "test"])
def test_an_installation_that_stops_says_what_to_do(tmp_path, target):
    """pip without network or space: its own words, then what to do; the next try goes on from there."""
    for name in ("Makefile", "requirements.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho '[Errno 28] No space left on device' >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    os.utime(python, (2e9, 2e9))
    if target == "test":
        (tmp_path / ".venv/.course").touch()
        os.utime(tmp_path / ".venv/.course", (2e9, 2e9))
    done = subprocess.run(["make", target], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode != 0
    assert "The installation stopped; pip says why, above. No network: connect." in done.stdout
    assert "type the same command again: what is there is kept" in done.stdout
    assert not (tmp_path / ".venv" / {"lab": ".course", "test": ".all"}[target]).exists()


def symptoms():
    """What stands in the first column of the students' page, as one sees it on the screen."""
    page = (
        (ROOT / "docs/students.md").read_text(encoding="utf-8").partition("## When something goes wrong")[2]
    )
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    return [words for row in rows for words in re.findall("`([^`]+)`", row)]


def test_the_words_that_students_look_up_are_those_that_are_said():
    listed = symptoms()
    refusals = re.findall(r"file:///(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert len(refusals) == 2 and set(refusals) <= set(listed)
    guards = json.loads((ROOT / "notebooks/01_rnn.ipynb").read_text(encoding="utf-8"))["cells"]
    assert any(words.startswith("The course was not installed") for words in listed)
    assert [x for x in listed if any(x in "".join(c["source"]) for c in guards if c["id"] == "setup-colab")]
    import jupyter_server.serverapp
    import torch

    server = Path(jupyter_server.serverapp.__file__).read_text(encoding="utf-8")
    assert "The port 8888 is already in use, trying another port." in listed
    assert "The port %i is already in use, trying another port." in server
    assert f"{torch.OutOfMemoryError.__name__}: CUDA out of memory" in listed
    assert os.strerror(28) == "No space left on device" and os.strerror(28) in listed
    with pytest.raises(ModuleNotFoundError) as missing:
        __import__("helpers.not_there")
    assert str(missing.value).startswith("No module named 'helpers") and "No module named 'helpers'" in listed
    # Without an environment: a Python that finds no installed package.
    bare = subprocess.run([sys.executable, "-S", ROOT / "lab.py"], capture_output=True, encoding="utf-8")
    assert bare.returncode == 1 and "'jupyter_server'" in listed
    assert bare.stderr == "No module named 'jupyter_server': activate the course's environment, .venv\n"


def test_the_readme_says_first_what_is_needed():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = readme.partition("make test ")[2].partition("```")[2].partition("Without make")[0]
    for words in (
        "1.3 GB",
        "5.4 GB",
        "CUDA",
        "`python3`",
        "Intel",
        "Windows on ARM",
        "macOS before 14",
        "Colab",
    ):
        assert words in first, words
    for name in ("README.md", "docs/students.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "`python -m venv" not in text and "\npython -m venv" not in text, (
            "Debian and macOS have no python"
        )
    anchor = readme.partition("docs/students.md#")[2].partition(")")[0]
    page = (ROOT / "docs/students.md").read_text(encoding="utf-8")
    titles = [line[3:].lower().replace(" ", "-") for line in page.splitlines() if line.startswith("## ")]
    assert anchor in titles


def test_every_path_and_link_of_the_contributors_page_leads_somewhere():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)", page):
        assert (ROOT / target).exists(), target
    for path in re.findall(r"`((?:helpers|solutions|tests|tools|notebooks)/[\w./]*)`", page):
        assert (ROOT / path).exists(), path
    checks = re.search(r"\| module of `helpers/checks/` .*?\n\n", page, re.S)[0]
    named = set(re.findall(r"`(\w+)\.py`", checks))
    there = {path.stem for path in (ROOT / "helpers" / "checks").glob("*.py")} - {"__init__"}
    assert named == there, "the map of helpers/checks/ names every module, and no other"


def test_what_jupyterlab_hands_out_says_this_python_and_the_file_stays(tmp_path):
    contents = runpy.run_path(str(ROOT / "lab.py"))["Contents"](root_dir=str(tmp_path))
    julia, here = {"name": "julia", "version": "1.11"}, {"name": "python", "version": sys.version.split()[0]}
    for language, expected in (({"name": "python", "version": "3.10.1"}, here), (julia, julia), (None, None)):
        notebook = nbformat.v4.new_notebook(metadata={"language_info": language} if language else {})
        nbformat.write(notebook, tmp_path / "a.ipynb")
        before = (tmp_path / "a.ipynb").read_bytes()
        model = asyncio.run(contents.get("a.ipynb"))
        assert model["content"]["metadata"].get("language_info") == expected
        assert asyncio.run(contents.get("a.ipynb", content=False))["content"] is None
        assert (tmp_path / "a.ipynb").read_bytes() == before
    assert [each["name"] for each in asyncio.run(contents.get(""))["content"]] == ["a.ipynb"]


@pytest.mark.seconds
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here, so no figure is printed")
def test_the_memory_that_a_notebook_took_is_printed(tmp_path):
    source = "taken = bytearray(400_000_000)\ntaken[::1000] = b'x' * 400_000\ndel taken"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    tool = [sys.executable, ROOT / "tools/notebooks.py", tmp_path / "a.ipynb"]
    said = subprocess.run(tool, capture_output=True, encoding="utf-8", check=True).stdout
    peak = float(re.match(r"a\.ipynb: \d+ s, ([\d.]+) GB at its highest, pictures", said)[1])
    assert 0.4 < peak < 0.7, said


def test_both_pages_give_the_same_memory():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^\| \[[123] · .*\| ([\d.]+) GB \|", readme, re.M)
    page = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
    assert f"chapters 1, 2 and 3 need {chapters[0]}, {chapters[1]} and {chapters[2]} GB" in page


@pytest.mark.seconds
@pytest.mark.parametrize("name", ["nets [2026]", "nets by hand"])
def test_a_path_that_nbgrader_takes_for_a_pattern_is_said(tmp_path, name):
    (tmp_path / name).mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path / name)
    loads = (
        "from traitlets.config.loader import PyFileConfigLoader as L; L('nbgrader_config.py').load_config()"
    )
    done = subprocess.run(
        [sys.executable, "-c", loads], cwd=tmp_path / name, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert ("nets [2026]: nbgrader finds no notebook where a path has [" in done.stderr) == ("[" in name)
