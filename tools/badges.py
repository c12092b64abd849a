"""Write the repository's address, which stands once in pyproject.toml, into README.md and the notebooks.

    python tools/badges.py           write
    python tools/badges.py --check   only say which files are stale (exit 1)

In README.md and in markdown cells a badge is any link to Colab that ends in a notebook's path; in code cells
it is the address behind `git+`. Both are rewritten in place: moving the repository is one edit, one command.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLAB = re.compile(
    r"https://colab\.research\.google\.com/github/[\w.-]+/[\w.-]+/blob/[\w.-]+/(notebooks/[\w./-]+\.ipynb)"
)
INSTALL = re.compile(r"git\+https://[\w./-]+@[\w.-]+")


def stamped(text, address, tag):
    """`text` with every Colab link and every `git+` address pointing at `address`, the latter at `tag`."""
    slug = address.removeprefix("https://github.com/")
    text = COLAB.sub(rf"https://colab.research.google.com/github/{slug}/blob/main/\1", text)
    return INSTALL.sub(f"git+{address}@{tag}", text)


def stamp_notebook(text, address, tag):
    """The same for the sources of a notebook's cells; the rest of the file keeps every byte."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for line in cell["source"]:
            new = stamped(line, address, tag)
            if new != line:
                text = text.replace(json.dumps(line, ensure_ascii=False), json.dumps(new, ensure_ascii=False))
    return text


def main(check):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address, tag = project["urls"]["Repository"], f"v{project['version']}"
    stale = []
    notebooks = [*ROOT.glob("notebooks/**/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")]
    for path in [ROOT / "README.md", *sorted(notebooks)]:
        old = path.read_text(encoding="utf-8")
        new = (stamp_notebook if path.suffix == ".ipynb" else stamped)(old, address, tag)
        if new != old:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(new, encoding="utf-8", newline="\n")
    if check and stale:
        sys.exit(f"the repository's address is stale in {', '.join(stale)}: run `make badges`")
    print("written: " + ", ".join(stale) if stale else "every address is fresh")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
