"""The pictures of the instructor's report: numbers in, PNG bytes out. No window, no file, no global state."""

import base64
import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.style import BLUE, GREEN, ORANGE, VERMILLION, use_style

PALE = "0.85"
OUTCOMES = {"full marks": GREEN, "a part": ORANGE, "0 points": VERMILLION, "no answer": PALE}
_DARK = (GREEN, VERMILLION)
_WIDTH = 8.0  # inches
_DPI = 160  # sharp on paper too


def marks(points: Sequence[float], worth: float) -> bytes:
    """How many students have how many points; the median as a line. `points` must not be empty."""
    low, high = min(0, *points), max(worth, *points)
    edges = MaxNLocator(nbins=14, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.hist(points, bins=edges, color=BLUE, edgecolor="white", linewidth=1.5)
        median = float(np.median(points))
        axes.axvline(median, color=VERMILLION, linestyle="--", label=f"median {median:g}")
        axes.set(xlabel=f"points, of {worth:g}", ylabel="students", xlim=(edges[0], edges[-1]))
        axes.set_xticks(edges)
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
        axes.grid(axis="x", visible=False)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)

    return _png(draw, 3.2)


def outcomes(rows: Sequence[tuple[str, Mapping[str, int]]]) -> bytes:
    """For each exercise how many answers ended how: (title, {name in OUTCOMES: count}), from the top down."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = np.arange(len(rows))
        total = max(sum(counts.values()) for _, counts in rows)
        left = np.zeros(len(rows))
        for name, colour in OUTCOMES.items():
            width = np.array([counts[name] for _, counts in rows])
            bars = axes.barh(places, width, 0.65, left=left, color=colour, label=name)
            numbers = [str(count) if count >= 0.04 * total else "" for count in width]
            axes.bar_label(bars, numbers, label_type="center", color="white" if colour in _DARK else "black")
            left += width
        _names(axes, places, [title for title, _ in rows])
        axes.set(xlabel="students", xlim=(0, total))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(ncols=4, loc="outside upper center")

    return _png(draw, 1.3 + 0.5 * len(rows))


def findings(rows: Sequence[tuple[str, int]], students: int) -> bytes:
    """How many of the students have each finding: (title, count), the longest bar first."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = np.arange(len(rows))
        bars = axes.barh(places, [count for _, count in rows], 0.65, color=BLUE)
        shares = [f"{count}  ({100 * count / students:.0f} %)" for _, count in rows]
        axes.bar_label(bars, shares, padding=5)
        _names(axes, places, [title for title, _ in rows])
        axes.set(xlim=(0, 1.25 * rows[0][1]), xticks=[])
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False)

    return _png(draw, 0.3 + 0.46 * len(rows))


def _names(axes: Any, places: np.ndarray, names: Sequence[str]) -> None:
    """Names beside bars, the first on top. Not as formulas: a `$` is a `$`."""
    lines = [textwrap.fill(textwrap.shorten(name, 90, placeholder=" …"), 46) for name in names]
    axes.set_yticks(places, lines, fontsize=10.5, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)


def _png(draw: Callable[[Figure], None], height: float) -> bytes:
    with mpl.rc_context():
        use_style()
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
    return file.getvalue()


def url(png: bytes) -> str:
    """A picture as the address of an <img>, with all of it in it."""
    return "data:image/png;base64," + base64.b64encode(png).decode()
