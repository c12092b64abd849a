"""What README tells people to type."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def plain_commands():
    """First cell of each row of README's table of commands -> the commands of its second cell."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| as plain commands |\n")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[1:]]
    return {
        name.strip("`"): [re.match("`([^`]+)`", part)[1] for part in cell.split(" <br> ")]
        for name, cell in rows
    }
