"""A row of the table of findings, and how a row becomes a finding of one answer."""

from collections.abc import Sequence
from dataclasses import dataclass

EVERYTHING = ("*",)  # all items of the exercise
BY_CASE = ("case",)  # the item of the case, or of the key, in which an answer differs


@dataclass(frozen=True)
class Row:
    """One finding: its name, the items that it costs, and what a student reads of it.

    Items that an exercise does not have are passed over. `{...}` in the texts is filled in by the judge.
    """

    name: str
    costs: tuple[str, ...]
    title: str
    expected: str = ""
    likely: str = ""


def table(*parts: Sequence[Row]) -> dict[str, Row]:
    """name -> row, of all parts.

    Raises:
        ValueError: two rows have the same name.
    """
    rows: dict[str, Row] = {}
    for row in (row for part in parts for row in part):
        if row.name in rows:
            raise ValueError(f"the finding {row.name!r} stands in the table twice")
        rows[row.name] = row
    return rows
