"""Write what students get, as a folder and as a zip: dist/nets-by-hand/ and dist/nets-by-hand.zip.

    python tools/release.py            into dist/
    python tools/release.py FOLDER     into another folder

nbgrader makes the exercises afresh from the instructor's source, so that no answer and no hidden test can
come along; chapters and helpers are copied. The same course gives the same bytes.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
NAME = "nets-by-hand"
COPIED = ["helpers", "LICENSE", "NOTICE", "requirements.txt", "constraints.txt", "environment.yml"]
COPIED += ["pyproject.toml"]
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".DS_Store")


def assignments():
    """Names of the exercise notebooks' folders, from where nbgrader_config.py says that their source lies."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    source = ROOT / config.CourseDirectory.source_directory
    found = sorted({path.parent.name for path in source.glob("[!.]*/*.ipynb")})
    return found or sys.exit(f"no exercises in {source}: is CourseDirectory.source_directory right?")


def generate(name, notebooks):
    """The students' version of one assignment, by nbgrader, in `notebooks`; no gradebook is touched."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", name, "--no-db"]
    # nbgrader calls alembic by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [*command, f"--CourseDirectory.release_directory={notebooks}"],
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"nbgrader could not generate {name}:\n{done.stderr}")


def write_folder(folder):
    """Everything that students get, in `folder`, which is replaced."""
    if ROOT.is_relative_to(folder):
        sys.exit(f"{folder} holds this course and would be replaced: name another folder")
    names = assignments()
    if folder.exists():
        shutil.rmtree(folder)
    notebooks = folder / "notebooks"
    notebooks.mkdir(parents=True)
    for part in COPIED:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / part, folder / part)
    shutil.copy(ROOT / "docs" / "students.md", folder / "README.md")
    for chapter in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(chapter, notebooks)
    for name in names:
        generate(name, notebooks)


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


def main(target):
    folder, bundle = target / NAME, target / f"{NAME}.zip"
    write_folder(folder)
    write_zip(folder, bundle)
    count = sum(path.is_file() for path in folder.rglob("*"))
    print(f"{folder}: {count} files\n{bundle}: {bundle.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1] if len(sys.argv) == 2 else ROOT / "dist").resolve())
