"""Resolve constraints.txt anew from requirements.txt and the extras of pyproject.toml, for every system."""

import subprocess
import sys
from pathlib import Path

HEADER = "# All packages behind requirements.txt and the extras, for every system; written by `make lock`.\n"
EXTRAS = ["--extra", "test", "--extra", "grade", "--extra", "hub"]

if __name__ == "__main__":
    # An old constraints.txt would hold everything where it is; what refuses a machine is no package.
    lines = Path("requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    done = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11", "--quiet"]
        + ["--no-annotate", "--no-header", *EXTRAS, "pyproject.toml", "-"],
        input="".join(line for line in lines if not line.startswith("-c") and "@ file:" not in line),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    pins = [line for line in done.stdout.splitlines() if "==" in line]
    Path("constraints.txt").write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8", newline="\n")
    print(f"constraints.txt: {len(pins)} packages")
