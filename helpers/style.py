"""The look of every figure of the course: colours, font with Chinese, sizes, layout.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart too.
"""

import functools
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib import pyplot as plt

from helpers import alt_text

BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY, BLACK = "#CC79A7", "#56B4E9", "#000000"
GREY = "0.35"
FONT = Path(__file__).parent / "assets" / "fonts" / "CourseSansCJK-Regular.otf"
# Ours is first, because text with $...$ in it is set in the first family only; DejaVu Sans comes with
# matplotlib and has the letters that ours lacks (Polish, Czech, Ukrainian ...).
FAMILIES = ["Course Sans CJK", "DejaVu Sans"]


def _style() -> dict:
    """The course's rcParams; registers its font with matplotlib when it is not there yet."""
    known = font_manager.fontManager.ttflist
    if all(font.name != FAMILIES[0] for font in known):
        font_manager.fontManager.addfont(FONT)
    # matplotlib's cache lacks matplotlib's own fonts if it was written as an environment was being deleted.
    shipped = mpl.get_data_path()
    if not any(font.fname.startswith(shipped) for font in known):
        for path in sorted(Path(shipped, "fonts", "ttf").glob("*.ttf")):
            font_manager.fontManager.addfont(path)
    return {
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.labelsize": 12,
        "axes.prop_cycle": mpl.cycler(color=[BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK]),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": 13,
        # Makes room for the legends beside the axes; unlike constrained layout, it does not make a later
        # plt.tight_layout() fail.
        "figure.autolayout": True,
        "figure.dpi": 100,
        "figure.figsize": (8.0, 3.8),  # inches; about 800 of the 900 pixels that a notebook is wide
        "font.family": FAMILIES,
        "font.size": 12,
        "grid.alpha": 0.3,
        "image.interpolation": "nearest",
        "legend.fontsize": 11,
        "legend.frameon": False,
        "lines.linewidth": 2,
        "mathtext.fontset": "dejavusans",
        "savefig.dpi": "figure",
        "xtick.labelsize": 11,
        "ytick.labelsize": 11,
    }


def use_style() -> None:
    """Give every plot of this kernel the course's look (font with Chinese, colours, sizes, layout) and
    every figure that a notebook shows its alternative text."""
    plt.rcParams.update(_style())
    alt_text.in_notebooks()


def styled(plot):
    """Run a plot function within the course's style, whatever the caller's rcParams are."""

    @functools.wraps(plot)
    def wrapper(*args, **kwargs):
        with mpl.rc_context(_style()):
            return plot(*args, **kwargs)

    return wrapper


def axes_for(ax, width=8.0, height=3.8):
    """`ax`, dressed in the style that it may have been made without, or the Axes of a new figure (inches)."""
    if ax is None:
        ax = plt.subplots(figsize=(width, height))[1]
    elif not ax.has_data():
        ax.set_prop_cycle(mpl.rcParams["axes.prop_cycle"])
        ax.set_axisbelow(True)
        ax.grid(True, alpha=mpl.rcParams["grid.alpha"])
        ax.spines[["top", "right"]].set_visible(False)
        figure = ax.get_figure(root=True)
        if figure.get_layout_engine() is None:
            figure.set_layout_engine("tight")
    ax.title.set(fontfamily=FAMILIES, fontsize=13)
    letter(ax)
    return ax


def letter(ax) -> None:
    """Font and size of the axis labels, and of the tick labels, which matplotlib makes only when it draws."""
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(fontfamily=FAMILIES, fontsize=12)
    ax.tick_params(which="both", labelsize=11, labelfontfamily=FAMILIES)
