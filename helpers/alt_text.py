"""The alternative text of a figure: one sentence on what it shows, for readers who cannot see it.

Each plotting function writes the sentence from its own data (`describe`). When a notebook shows the figure,
it goes into the metadata of the output, as `alt` of "image/png". That is where IPython's own `Image(alt=…)`
puts it and where a converter finds it: nbconvert's template "classic" makes it the `alt` of the image. Its
default template and JupyterLab 4 pass over it. An `<img alt=…>` as HTML would reach them, but in a notebook
that is not trusted yet JupyterLab drops pictures embedded in HTML, so that the figures would be gone.
"""

import re

import numpy as np
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

# What stands in labels for the eye, as a screen reader can say it.
MATHS = ((r"\partial ", "∂"), (r"\|", "‖"), (r"\cdots", "…"), (r"\leftarrow", "←"), (r"\odot", "⊙"))


def plain(text: str) -> str:
    """Text without line breaks and TeX."""
    for tex, sign in MATHS:
        text = text.replace(tex, sign)
    return " ".join(re.sub(r"[${}]", "", text).split())


def number(value) -> str:
    """Three digits, as in the plots' own numbers."""
    return "not a number" if np.isnan(value) else f"{value:.3g}".replace("inf", "infinite")


def listed(names, most=12) -> str:
    """Names in a row; of a long list the first ones, and how many there are."""
    names = [str(name) for name in names]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def curve(name, x, y) -> str:
    """Where a curve begins and ends, and its turn, if it goes below or above both."""
    text = f"{name} " if name else ""
    text += f"from {number(y[0])} to {number(y[-1])}" if len(y) > 1 else number(y[0])
    inside = np.where(np.isfinite(y), y, y[0])
    for word, at in (("lowest", inside.argmin()), ("highest", inside.argmax())):
        if inside[at] not in (inside[0], inside[-1]):
            text += f", {word} {number(inside[at])} at {number(x[at])}"
    return text


def curves(xlabel, ylabel, lines, levels=(), log=False) -> str:
    """Lines (name, x, y) and horizontal levels (name, value) of one plot."""
    parts = [curve(*line) for line in lines]
    parts += [f"dashed line {name} at {number(value)}" for name, value in levels]
    axis = " on a logarithmic axis" if log else ""
    return f"{ylabel}{axis} against {xlabel}: {'; '.join(parts)}"


def places(marked) -> str:
    """Where booleans (N,) are true, neighbours as a range: 0–3, 5."""
    if not marked.any():
        return "none"
    at = marked.nonzero()[0]
    groups = np.split(at, np.where(np.diff(at) > 1)[0] + 1)
    return ", ".join(f"{g[0]}–{g[-1]}" if len(g) > 1 else f"{g[0]}" for g in groups)


def sight(seen) -> str:
    """Which inputs (columns) move which outputs (rows), by the name of the pattern where it has one."""
    rows, columns = seen.shape
    patterns = {
        "no output sees any input": np.zeros_like(seen),
        "every output sees every input": np.ones_like(seen),
        "each output sees its own input only, a diagonal": np.eye(rows, columns, dtype=bool),
        "each output sees its own and all earlier inputs, a lower triangle": np.tri(
            rows, columns, dtype=bool
        ),
        "each output sees its own and all later inputs, an upper triangle": ~np.tri(
            rows, columns, -1, dtype=bool
        ),
        "each output sees all earlier inputs but not its own": np.tri(rows, columns, -1, dtype=bool),
    }
    if rows == 1:
        return f"the output sees {places(seen[0])} of inputs 0–{columns - 1}"
    for words, pattern in patterns.items():
        if np.array_equal(seen, pattern):
            return words
    if rows <= 12:
        return "; ".join(f"output {i} sees {places(row)}" for i, row in enumerate(seen))
    return f"an output sees {seen.sum(1).min()} to {seen.sum(1).max()} of {columns} inputs"


def describe(drawn, sentence: str) -> None:
    """Say what an Axes shows, or a Figure whose Axes make one picture."""
    drawn.alt_text = sentence


def _drawn(ax) -> str:
    """A sentence from what stands in Axes that nobody described."""
    lines = [(line.get_label(), *line.get_data(orig=False)) for line in ax.lines if len(line.get_xdata()) > 1]
    # A line without a name has one that begins with an underscore.
    lines = [
        ("" if str(name).startswith("_") else name, np.asarray(x), np.asarray(y)) for name, x, y in lines
    ]
    if lines:
        return curves(ax.get_xlabel(), ax.get_ylabel(), lines, log=ax.get_yscale() == "log")
    if ax.images:
        rows, columns = ax.images[0].get_array().shape[:2]
        return f"a picture of {rows} × {columns} cells"
    bars = [_bars(ax, group) for group in ax.containers if isinstance(group, BarContainer)]
    if bars:
        return "; ".join(bars)
    return "a drawing"


def _bars(ax, group: BarContainer) -> str:
    """One set of bars: what they measure, and each by the name that stands beside it."""
    upright = group.orientation == "vertical"
    along, measured = (ax.xaxis, ax.yaxis) if upright else (ax.yaxis, ax.xaxis)
    names = [tick.get_text() for tick in along.get_ticklabels()]
    values = [bar.get_height() if upright else bar.get_width() for bar in group]
    if len(names) != len(values) or not all(names):
        names = [str(k) for k in range(len(values))]
    label = group.get_label()
    whose = "" if label.startswith("_") else f" {label}"
    of = measured.get_label_text()
    told = ", ".join(f"{name} {number(value)}" for name, value in zip(names, values, strict=True))
    return f"bars{f' of {of}' if of else ''}{whose}: {told}"


def alt_text(figure: Figure) -> str:
    """The figure's own sentence, or those of its Axes, each after its title, as one."""
    text = getattr(figure, "alt_text", "")
    if not text:
        described = [ax for ax in figure.axes if hasattr(ax, "alt_text")]
        told = described or [ax for ax in figure.axes if ax.has_data()]
        sentences = [ax.alt_text if described else _drawn(ax) for ax in told]
        # Of several Axes each is told by its name: the title, or what stands beside its one row.
        titles = [ax.get_title() or (ax.get_ylabel() if len(told) > 1 and described else "") for ax in told]
        text = "; ".join(f"{t}: {s}" if t else s for t, s in zip(titles, sentences, strict=True))
    text = plain(text)
    return f"{text[:1].upper()}{text[1:]}."


def _bundle(figure, include=None, exclude=None):
    return {}, {"image/png": {"alt": alt_text(figure)}}


def in_notebooks() -> None:
    """From now on every figure that this kernel shows carries its alternative text."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Figure, _bundle)
