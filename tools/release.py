"""Write what students get, as a folder and as a zip: dist/nets-by-hand/ and dist/nets-by-hand.zip.

    python tools/release.py                       into dist/
    python tools/release.py FOLDER                into another folder
    python tools/release.py --branch students     and as a branch of this repository, with the tag v<version>

nbgrader makes the exercises afresh from the instructor's source, so that no answer and no hidden test can
come along; chapters are copied without their outputs, which would answer what a reader is asked to predict;
helpers are copied. The same course gives the same bytes.

Colab opens the notebooks of the tag and installs the package from it (tools/badges.py). The branch's commit
has the commit that it was made from as a parent, so that git says what a tag holds.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from copy import deepcopy
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
NAME = "nets-by-hand"
COPIED = ["helpers", "LICENSE", "NOTICE", "requirements.txt", "constraints.txt", "environment.yml"]
COPIED += ["pyproject.toml", "lab.py"]
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".DS_Store")


def configuration():
    """nbgrader_config.py as nbgrader reads it."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def assignments(config):
    """Names of the exercise notebooks' folders, from where nbgrader_config.py says that their source lies."""
    source = ROOT / config.CourseDirectory.source_directory
    found = sorted({path.parent.name for path in source.glob("[!.]*/*.ipynb")})
    return found or sys.exit(f"no exercises in {source}: is CourseDirectory.source_directory right?")


def generate(config, name, notebooks):
    """The students' version of one assignment, by nbgrader, in `notebooks`; no gradebook is touched."""
    config = deepcopy(config)
    config.CourseDirectory.release_directory = str(notebooks)
    config.SaveCells.enabled, config.GenerateAssignment.no_database = False, True  # `--no-db`
    course = CourseDirectory(config=config, root=str(ROOT), assignment_id=name)
    try:
        GenerateAssignment(coursedir=course, config=config).start()
    except NbGraderException as error:
        sys.exit(f"nbgrader could not generate {name}: {error}")
    for written in (notebooks / name).glob("*.ipynb"):
        # nbconvert ends lines as the system does; the same course gives the same bytes on Windows too.
        written.write_bytes(written.read_bytes().replace(b"\r\n", b"\n"))


def write_chapter(source, target):
    """The chapter as a student opens it: nothing is executed yet."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def write_folder(folder):
    """Everything that students get, in `folder`, which is replaced."""
    if ROOT.is_relative_to(folder):
        sys.exit(f"{folder} holds this course and would be replaced: name another folder")
    config = configuration()
    names = assignments(config)
    if folder.exists():
        shutil.rmtree(folder)
    notebooks = folder / "notebooks"
    notebooks.mkdir(parents=True)
    for part in COPIED:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / part, folder / part)
    private = ROOT / "private" / "checks"  # of this course's own variant: students' checks need them too
    if private.is_dir():
        exercises = folder / "helpers" / "checks" / "exercises"
        shutil.copytree(private, exercises, ignore=LEFT_OUT, dirs_exist_ok=True)
    shutil.copy(ROOT / "docs" / "students.md", folder / "README.md")
    shutil.copy(ROOT / "docs" / "AGENTS.md", folder)  # where coding assistants look for it
    for chapter in sorted((ROOT / "notebooks").glob("*.ipynb")):
        write_chapter(chapter, notebooks / chapter.name)
    for name in names:
        generate(config, name, notebooks)


def write_zip(folder, target):
    """The folder as a zip without times, owners and the disk's order: its bytes follow from its content."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        files = {path.relative_to(folder.parent).as_posix(): path for path in folder.rglob("*")}
        for name in sorted(name for name, path in files.items() if path.is_file()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is written: what the permissions are read as
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, files[name].read_bytes())


def git(*words, **environment):
    """What git prints, without the last line's end; where it fails, its own words and the end."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), *words],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        sys.exit(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def found(ref):
    """The commit that a branch or tag of this repository points to, or an empty string."""
    return git("for-each-ref", "--format=%(objectname)", ref)


def write_branch(folder, branch):
    """The folder as a commit on a branch of its own, and the tag v<version> on it; says what to push."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    tag = f"v{version}"
    with tempfile.TemporaryDirectory() as own:
        of_its_own = {
            "GIT_DIR": git("rev-parse", "--absolute-git-dir"),
            "GIT_INDEX_FILE": str(Path(own) / "index"),
            "GIT_WORK_TREE": str(folder),
        }
        # --force: what the repository ignores does not count here.
        git("-c", "core.autocrlf=false", "-C", str(folder), "add", "--all", "--force", ".", **of_its_own)
        tree = git("write-tree", **of_its_own)
    before = found(f"refs/heads/{branch}")
    if found(f"refs/tags/{tag}"):
        if git("rev-parse", f"{tag}^{{tree}}") != tree:
            sys.exit(
                f"{tag} is there already and holds something else: raise the version in pyproject.toml, "
                "run `make badges`, commit, and try again"
            )
        print(f"{tag} is there already and holds the same")
        return
    parents = [word for parent in (before, git("rev-parse", "HEAD")) if parent for word in ("-p", parent)]
    commit = git("commit-tree", tree, *parents, "-m", f"What students get: {tag}")
    git("update-ref", f"refs/heads/{branch}", commit)
    git("tag", tag, commit)
    print(f"branch {branch} and tag {tag}; now: git push origin {branch} {tag}")


def main(target, branch):
    folder, bundle = target / NAME, target / f"{NAME}.zip"
    if branch and git("status", "--porcelain", "--untracked-files=no"):
        sys.exit(
            "there are changes that are not committed: a tag must say what it was made from; commit first"
        )
    write_folder(folder)
    write_zip(folder, bundle)
    count = sum(path.is_file() for path in folder.rglob("*"))
    print(f"{folder}: {count} files\n{bundle}: {bundle.stat().st_size / 1e6:.1f} MB")
    if branch:
        write_branch(folder, branch)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default=ROOT / "dist", type=Path)
    parser.add_argument("--branch")
    given = parser.parse_args()
    logging.basicConfig(format="%(message)s", level=logging.ERROR)  # what nbgrader says of an error
    main(given.folder.resolve(), given.branch)
