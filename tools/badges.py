"""Write the course's address and version into README.md and the notebooks: the Colab links and install lines.

    python tools/badges.py           write
    python tools/badges.py --check   only say which files are stale (exit 1)

The address is `Repository` in pyproject.toml; where none stands there yet, that of the git remote `origin`.
Link and install line of a notebook both name the tag v<version>, which `make release BRANCH=students` makes:
what Colab opens and what it installs are of one piece. Babel, which the install line names too, is pinned as
in requirements.txt.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What stands in the files until there is an address: nobody can have it, since GitHub's names have no "_".
NO_ADDRESS = "https://github.com/no_address_yet/nets-by-hand"
COLAB = re.compile(
    r"https://colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob/[\w.-]+/(notebooks/[\w./-]+\.ipynb)"
)
INSTALL = re.compile(r"babel==[\w.]+ git\+https://[\w./-]+@[\w.-]+")
GITHUB = re.compile(
    r"(?:https?://(?:[^/@]*@)?|ssh://git@|git@)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?", re.I
)


def address_of_remote():
    """The address of the git remote `origin` as https://github.com/OWNER/NAME, or a sentence and the end."""
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        sys.exit(
            'No address yet: git is not installed. Put Repository = "https://github.com/…" into '
            "pyproject.toml, [project.urls]."
        )
    remote = done.stdout.strip()
    if done.returncode:
        sys.exit(
            "No address yet: pyproject.toml has no Repository in [project.urls], and git has no remote "
            "`origin` here. Set either one."
        )
    fitting = GITHUB.fullmatch(remote)
    if not fitting:
        sys.exit(
            f"No address yet: the git remote `origin` is {remote}, and Colab opens only what lies on "
            "github.com. Put the course's address into pyproject.toml: [project.urls], Repository."
        )
    return f"https://github.com/{fitting[1]}"


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def tag():
    return f"v{project()['version']}"


def babel():
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.search(r"^babel==\S+", requirements, re.M)[0]


def stamped(text, address, tag, babel):
    """`text` with every Colab link and every install line of this address, at this tag, with this Babel."""
    slug = address.removeprefix("https://github.com/")
    text = COLAB.sub(rf"https://colab.research.google.com/github/{slug}/blob/{tag}/\2", text)
    return INSTALL.sub(f"{babel} git+{address}@{tag}", text)


def stamp_notebook(text, *stamp):
    """The same for the sources of a notebook's cells; the rest of the file keeps every byte."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for line in cell["source"]:
            new = stamped(line, *stamp)
            if new != line:
                text = text.replace(json.dumps(line, ensure_ascii=False), json.dumps(new, ensure_ascii=False))
    return text


def main(check):
    address = project().get("urls", {}).get("Repository")
    source = "pyproject.toml"
    if not address and check:
        # Whatever the files hold, they hold it alike.
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        address, source = "https://github.com/" + COLAB.search(readme)[1], "README.md; no address yet"
    elif not address:
        address, source = address_of_remote(), "the git remote `origin`"
    stale = []
    notebooks = [*ROOT.glob("notebooks/**/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")]
    for path in [ROOT / "README.md", *sorted(notebooks)]:
        old = path.read_text(encoding="utf-8")
        stamp = stamp_notebook if path.suffix == ".ipynb" else stamped
        new = stamp(old, address, tag(), babel())
        if new != old:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(new, encoding="utf-8", newline="\n")
    if check and stale:
        sys.exit(f"address or version is stale in {', '.join(stale)}: run `make badges`")
    print(f"{address} at {tag()} (from {source}): {'written into ' + ', '.join(stale) if stale else 'fresh'}")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
