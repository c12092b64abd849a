"""A function that says what a model sees: its table is held against what the probe shows."""

from typing import Any

from helpers.checks.comparison import Words
from helpers.checks.functions import Function


class Sight(Function):
    """An exercise that asks for a table of truths: which rows move when which columns are changed.

    Args, besides those of `Function`:
        ends: what a row and a column of the table are.
    """

    def __init__(self, module: str, *, ends: tuple[str, str] = ("output", "input"), **described: Any) -> None:
        row, column = ends
        table = (
            f"a row for each {row}, a column for each {column}: True where the {row} moves when that changes"
        )
        super().__init__(module, words={"sees": Words("the probe shows something else", table)}, **described)
        self.ends = ends

    def returned(self, output: Any) -> dict[str, Any]:
        return {"output": None} if output is None else {"sees": output}
