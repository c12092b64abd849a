"""Stand-ins for machines that are not at hand. Where anything differs, the exit status is 1.

    python tools/simulate.py kernels [SETTING ...] [NOTEBOOK ...]    another processor
    python tools/simulate.py windows [WHAT ...]                      Windows, and macOS's file system
    python tools/simulate.py colab [NOTEBOOK ...]                    Google Colab, whose Python is 3.13
    python tools/simulate.py python 3.12 3.13 [WHAT ...]             other Pythons
    python tools/simulate.py newest [WHAT ...]                       the newest releases, as CI tries them

`kernels` executes chapters and exercises with the slowest arithmetic of each library (SETTING: MKL, oneDNN,
ATen), where sums come in other orders, and compares every text. `windows` runs `make test` in a checkout with
CRLF, with what Windows lacks taken away (tools/like_windows). `colab` opens each notebook alone in an empty
folder, with the versions that Colab has; its first cell installs the package from the tag that
`make release BRANCH=students` makes. `python` and `newest` do what CI does, step by step, in a clean clone.

WHAT are words for pytest in place of "tests notebooks solutions". The last three install gigabytes: with
`--keep FOLDER` before the first word what they install stays there for the next time. All but `kernels` try
what is committed. None needs make or a shell.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from configparser import RawConfigParser
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).resolve().parent.parent
# nbgrader writes these from solutions/, answers left out: run from end to end they stop at each stub.
GENERATED = ["--ignore", "notebooks/04_exercises", "--ignore", "notebooks/05_by_hand"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg"]
KERNELS = {
    "MKL": {"MKL_CBWR": "COMPATIBLE"},
    "oneDNN": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "ATen": {"ATEN_CPU_CAPABILITY": "default"},
}
# Colab's published list of August 2026.
COLAB = ["torch==2.11.0", "torchvision==0.26.0", "ipywidgets==7.7.1", "ipython==7.34.0", "matplotlib==3.10.0"]
COLAB += ["numpy==2.1.3", "tqdm", "ipykernel", "nbclient"]


def run(words, folder, **environment):
    """True where the command succeeds; what it prints goes to the screen."""
    print("$", *words, flush=True)
    return subprocess.run([*map(str, words)], cwd=folder, env=os.environ | environment).returncode == 0


def clone(folder):
    if not run(["git", "clone", "--quiet", ROOT, folder], ROOT):
        sys.exit("git could not clone the course")
    return folder


def venv(folder, version):
    """The bin folder of a virtual environment of this Python, made where it is not there yet."""
    find = [sys.executable, "-m", "uv", "python", "find", "--system", "--no-project", version]
    found = subprocess.run(find, capture_output=True, encoding="utf-8")
    if found.returncode:
        sys.exit(f"Python {version} is not installed here: {found.stderr.strip()}")
    folder /= version
    if not run([found.stdout.strip(), "-m", "venv", folder], ROOT):
        sys.exit(f"{found.stdout.strip()} could not make a virtual environment")
    return folder / ("Scripts" if os.name == "nt" else "bin")


def kernels(settings, notebooks):
    what = notebooks or ["notebooks", "solutions", *GENERATED]
    results = {}
    for name in settings or KERNELS:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NBVAL, *what]
        results[name] = run(command, ROOT, OMP_NUM_THREADS="1", **KERNELS[name])
    print(
        *(f"{name}: {'no error, no other text' if good else 'DIFFERS'}" for name, good in results.items()),
        sep="\n",
    )
    return all(results.values())


def windows(what):
    with tempfile.TemporaryDirectory() as own:
        course = clone(Path(own).resolve() / "course")
        for name in subprocess.check_output(["git", "-C", course, "ls-files"], encoding="utf-8").splitlines():
            content = (course / name).read_bytes()
            # Notebooks keep their line ends by .gitattributes; what is no text has zeros in it.
            if not name.endswith(".ipynb") and b"\0" not in content:
                (course / name).write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        programs = Path(own) / "programs"
        programs.mkdir()
        (programs / "git").symlink_to(shutil.which("git"))
        there = {
            "LIKE_WINDOWS": str(course),
            "PYTHONPATH": os.pathsep.join([str(course / "tools/like_windows"), str(course)]),
            "PYTHONIOENCODING": "cp1252",  # of what is printed into a pipe
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(programs)]),
            "OMP_NUM_THREADS": "1",
        }
        what = what or ["tests", "notebooks", "solutions", *GENERATED]
        command = [sys.executable, "-m", "pytest", "-m", "not slow", "-p", "no:cacheprovider", *NBVAL]
        return run([*command, *what], course, **there)


def texts(notebook):
    """cell id -> its text without warnings, as nbval compares it, for the cells that are compared."""
    cleaned = RawConfigParser()
    cleaned.read(ROOT / "tests/nbval.cfg", encoding="utf-8")
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", []):
            said = [o for o in cell.outputs if o.get("name") != "stderr"]
            text = "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in said)
            for rule in cleaned.sections():
                text = re.sub(cleaned[rule]["regex"], cleaned[rule]["replace"], text)
            found[cell.id] = text
    return found


def colab(names, kept):
    with tempfile.TemporaryDirectory() as own:
        own = Path(own)
        course, programs = clone(own / "course"), venv((kept or own) / "colab", "3.13")
        if not run([programs / "python", "-m", "pip", "install", "--quiet", *COLAB], own):
            return False
        return colab_notebooks(names, course, programs, own)


def colab_notebooks(names, course, programs, own):
    run([sys.executable, course / "tools/release.py", own / "dist", "--branch", "students"], course)
    every = [*course.glob("notebooks/*.ipynb"), *course.glob("solutions/*/*.ipynb")]
    good = True
    for path in [course / name for name in names] or sorted(every):
        notebook = nbformat.read(path, as_version=4)
        expected = texts(notebook)
        for cell in notebook.cells:
            if cell.id == "setup-colab":
                address = re.search(r"git\+(\S+)@", cell.source)[1]
                cell.source = "import sys\nsys.modules['google.colab'] = sys\n" + cell.source
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        folder = own / "alone" / path.stem
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / path.name)
        run([programs / "python", "-m", "pip", "uninstall", "--quiet", "--yes", "nets-by-hand-helpers"], own)
        instead = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{course}.insteadOf",
            "GIT_CONFIG_VALUE_0": address,
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
            "OMP_NUM_THREADS": "1",
        }
        done = run([programs / "jupyter-execute", "--inplace", path.name], folder, **instead)
        executed = nbformat.read(folder / path.name, as_version=4)
        warned = [c.id for c in executed.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
        got = texts(executed)
        got.pop("setup-colab"), expected.pop("setup-colab")
        differing = [name for name in expected if expected[name] != got[name]]
        print(f"{path.name}: {'no error' if done else 'ERROR'}; other text in {differing or 'no cell'}")
        print(f"  warnings in {warned or 'no cell'}")
        good &= done and not differing
    return good


def as_ci_does(job, version, what, kept):
    """The commands of one job of the workflow, one after the other, in a clean clone with this Python."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    commands = [shlex.split(step["run"]) for step in workflow["jobs"][job]["steps"] if "run" in step]
    if what:
        everything = ("tests", "notebooks", "solutions")
        commands[-1] = [word for word in commands[-1] if word not in everything] + what
    with tempfile.TemporaryDirectory() as own:
        course, programs = clone(Path(own) / "course"), venv((kept or Path(own)) / job, version)
        path = os.pathsep.join([str(programs), os.environ["PATH"]])
        for program, *words in commands:
            # Windows looks for a program along our own path, not along that of its environment.
            if not run([shutil.which(program, path=path), *words], course, PATH=path, OMP_NUM_THREADS="1"):
                return False
    return True


def simulate(words, kept=None):
    match words:
        case ["--keep", folder, *rest] if kept is None:
            return simulate(rest, Path(folder).resolve())
        case ["kernels", *words]:
            return kernels([w for w in words if w in KERNELS], [w for w in words if w not in KERNELS])
        case ["windows", *what]:
            return windows(what)
        case ["colab", *notebooks]:
            return colab(notebooks, kept)
        case ["python", *words] if versions := [w for w in words if re.fullmatch(r"3\.\d+", w)]:
            what = [w for w in words if w not in versions]
            return all([as_ci_does("pinned", version, what, kept) for version in versions])
        case ["newest", *what]:
            return as_ci_does("newest", "3.13", what, kept)
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(not simulate(sys.argv[1:]))
