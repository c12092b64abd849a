"""The house itself: commands, pins, workflow, addresses."""

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

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
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.M)[1]
    for variable, plain in (
        ("$(BIN)/", ""),
        ("$(AS_ROOT) ", ""),
        ('"$(or $(FOLDER),grading/submitted)"', "grading/submitted"),
        ('"$(FOLDER)"', "FOLDER"),
    ):
        recipe = recipe.replace(variable, plain)
    return [line.strip() for line in recipe.splitlines()]


def test_requirements_are_exact():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    loose = [x for x in lines if x and not x.startswith(("#", "-")) and "==" not in x]
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


@pytest.mark.parametrize(
    "target",
    ["lab", "test", "test-slow", "notebooks", "release", "grade", "grade-stock", "bench", "badges"]
    + ["lock", "clean"],
)
def test_readme_gives_every_target_as_a_plain_command(target):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in commands_of(target):
        assert command in readme, f"README.md lacks the plain form of `make {target}`: {command}"


def test_workflow_runs_what_make_test_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    for command in commands_of("test"):
        steps = [s.get("run", "") for s in workflow["jobs"]["pinned"]["steps"]]
        assert command in steps
    systems = {entry["os"] for entry in workflow["jobs"]["pinned"]["strategy"]["matrix"]["include"]}
    assert systems == {"ubuntu-latest", "macos-latest", "windows-latest"}


def test_workflow_fits_githubs_schema():
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*schema, str(ROOT / ".github/workflows/ci.yml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_environment_file_installs_the_same_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip_part = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert pip_part == ["-r requirements.txt"]
    assert "python=3.11" in environment["dependencies"]


def test_repository_address_stands_once_and_badges_are_fresh():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/badges.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_badges_follow_a_new_address_in_prose_and_in_code():
    tool = runpy.run_path(str(ROOT / "tools/badges.py"))
    new = ("https://github.com/elsewhere/course", "v9.9")
    readme = tool["stamped"]((ROOT / "README.md").read_text(encoding="utf-8"), *new)
    assert "github/elsewhere/course/blob/main/notebooks/01_rnn.ipynb" in readme
    old = (ROOT / "notebooks/01_rnn.ipynb").read_text(encoding="utf-8")
    notebook = tool["stamp_notebook"](old, *new)
    assert "git+https://github.com/elsewhere/course@v9.9 babel" in notebook
    assert PYPROJECT["project"]["urls"]["Repository"] not in notebook
    changed = [a for a, b in zip(old.splitlines(), notebook.splitlines(), strict=True) if a != b]
    assert len(changed) == 2  # the badge and the install line, nothing else


@pytest.mark.skipif(
    sys.platform == "win32", reason="make and sh are not there; README has the plain commands"
)
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
