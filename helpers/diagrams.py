"""Drawings of structures, made of boxes, arrows and letters: no data in, an `Axes` out."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from helpers.alt_text import describe
from helpers.plotting import label_texts
from helpers.style import BLACK, GREY, axes_for, styled


@styled
def unfolded_graph(
    steps=3,
    folded=True,
    ax=None,
    kind="many-to-many",
    rows=("input", "hidden state", "output"),
    arrow="unfold",
):
    """Draw the recurrent cell, folded (with its loop W) and unfolded over `steps` steps, 1 ... 6.

    U leads from input x to hidden state h, W from h to the next h, V from h to output y: the same letters at
    every step, because the weights are shared. `kind` is "many-to-many", "many-to-one" (y at the last step
    only) or "one-to-many" (x at the first step only). `rows` names the rows from the bottom, `arrow` the
    arrow between the two graphs.
    """
    kinds = ("many-to-many", "many-to-one", "one-to-many")
    if steps not in range(1, 7):
        raise ValueError(f"steps must be a whole number, 1 ... 6, to stay legible; got {steps}")
    if kind not in kinds:
        raise ValueError(f"kind must be one of {', '.join(kinds)}; got {kind!r}")
    rows = label_texts(rows, 3, "rows")
    gap = 1.6 if steps <= 4 else 1.45
    xs = (3.5 if folded else 0.0) + gap * np.arange(steps)
    left, right = (-0.5 if folded else -1.5), xs[-1] + 1.2
    width = right - left + 1.5  # 1.5 for the names of the rows
    size = min(0.95, 8.5 / width)  # inches a unit
    ax = axes_for(ax, width=size * width, height=size * 4.0)
    ax.set(xlim=(left - 1.5, right), ylim=(-0.55, 3.45), aspect="equal")
    ax.axis("off")
    middle, radius, font = 1.45, 0.38, 14 if size > 0.7 else 11
    heights = (0.0, middle, 2 * middle)

    def node(x, row, text):
        # sky, green and orange, lightened
        look = {"facecolor": ("#CDE8F8", "#C5EBDD", "#FBE3B5")[row], "edgecolor": BLACK, "linewidth": 1.2}
        if row == 1:
            side, corner = 2 * radius, (x - radius, middle - radius)
            ax.add_patch(FancyBboxPatch(corner, side, side, "round,pad=0,rounding_size=0.1", **look))
        else:
            ax.add_patch(Circle((x, heights[row]), radius, **look))
        ax.text(x, heights[row], text, ha="center", va="center", fontsize=font)

    def edge(start, end, weight, at, curve=0.0):
        look = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.5, "color": BLACK}
        path = f"arc3,rad={curve}"
        ax.add_patch(FancyArrowPatch(start, end, connectionstyle=path, shrinkA=0, shrinkB=0, **look))
        ax.text(*at, weight, ha="center", va="center", fontsize=font)

    def column(x, subscript, has_input=True, has_output=True):
        node(x, 1, f"$h{subscript}$")
        if has_input:
            node(x, 0, f"$x{subscript}$")
            edge((x, radius), (x, middle - radius), "$U$", (x + 0.24, middle / 2))
        if has_output:
            node(x, 2, f"$y{subscript}$")
            edge((x, middle + radius), (x, 2 * middle - radius), "$V$", (x + 0.24, 1.5 * middle))

    def step(start, end, at):
        edge((start, middle), (end, middle), "$W$", (at, middle + 0.25))

    for height, name in zip(heights, rows, strict=True):
        ax.text(left - 0.1, height, name, ha="right", va="center", fontsize=12, color=GREY)
    if folded:
        column(0.0, "")
        edge((radius, middle + 0.22), (radius, middle - 0.22), "$W$", (1.2, middle), curve=-2.2)
        big = {
            "arrowstyle": "simple,head_width=14,head_length=12,tail_width=5",
            "color": "0.6",
            "linewidth": 0,
        }
        ax.add_patch(FancyArrowPatch((1.35, 0.75), (2.25, 0.75), **big))
        ax.text(1.8, 0.55, arrow, ha="center", va="top", fontsize=12)
    for i, x in enumerate(xs):
        offset = i - (steps - 1) // 2
        subscript = f"_{{t{offset:+d}}}" if offset else "_t"
        column(x, subscript, kind != "one-to-many" or i == 0, kind != "many-to-one" or i == steps - 1)
        if i:
            step(xs[i - 1] + radius, x - radius, x - gap / 2)
    if kind != "one-to-many":
        step(xs[0] - 0.95, xs[0] - radius, xs[0] - 0.7)
        ax.text(xs[0] - 1.0, middle, r"$\cdots$", ha="right", va="center", fontsize=font)
    if kind != "many-to-one":
        step(xs[-1] + radius, xs[-1] + 0.95, xs[-1] + 0.66)
        ax.text(xs[-1] + 1.0, middle, r"$\cdots$", ha="left", va="center", fontsize=font)
    describe(
        ax,
        f"a recurrent network {'folded and ' * folded}unfolded over {steps} steps, {kind}: U leads "
        "from input x to hidden state h, W from each h to the next, V from h to output y, the same letters "
        "at every step",
    )
    return ax


@styled
def transformer_graph(ax=None, layers="N"):
    """Draw the encoder–decoder Transformer: what each part reads, and where the memory goes.

    layers: what stands beside the two stacks, the number of their layers.
    """
    ax = axes_for(ax, width=8.4, height=6.6)
    ax.set(xlim=(-0.9, 9.9), ylim=(-0.75, 8.6), aspect="equal")
    ax.axis("off")
    sky, green, orange, grey = "#CDE8F8", "#C5EBDD", "#FBE3B5", "#E8E8E8"

    def box(x, y, text, colour, height=0.5):
        look = {"facecolor": colour, "edgecolor": BLACK, "linewidth": 1.0}
        corner = (x - 1.35, y - height / 2)
        ax.add_patch(FancyBboxPatch(corner, 2.7, height, "round,pad=0,rounding_size=0.08", **look))
        ax.text(x, y, text, ha="center", va="center", fontsize=10.5)

    def arrow(*points):
        xs, ys = zip(*points, strict=True)
        ax.plot(xs[:-1], ys[:-1], color=BLACK, linewidth=1.3)
        look = {"arrowstyle": "-|>", "mutation_scale": 11, "linewidth": 1.3, "color": BLACK}
        ax.add_patch(FancyArrowPatch(points[-2], points[-1], shrinkA=0, shrinkB=0, **look))

    def stack(x, sublayers, outside):
        """Sub-layers with residual and norm from the bottom up; returns the height of the last norm."""
        bottom, y = 1.75, 2.3
        for text, colour in sublayers:
            arrow((x, y - 0.85), (x, y - 0.25))
            arrow(
                (x, y - 0.55),
                (x + 1.65 * outside, y - 0.55),
                (x + 1.65 * outside, y + 0.75),
                (x + 1.35 * outside, y + 0.75),
            )
            box(x, y, text, colour)
            arrow((x, y + 0.25), (x, y + 0.5))
            box(x, y + 0.75, "add, layer norm", grey)
            y += 1.85
        frame = {"facecolor": "none", "edgecolor": GREY, "linewidth": 1.2, "linestyle": (0, (4, 3))}
        height = y - 0.8 - bottom + 0.2
        ax.add_patch(
            FancyBboxPatch((x - 1.85, bottom - 0.1), 3.7, height, "round,pad=0,rounding_size=0.1", **frame)
        )
        ax.text(x + 2.3 * outside, bottom + height / 2, f"{layers} ×", ha="center", va="center", fontsize=12)
        return y - 1.1

    def entrance(x, tokens):
        ax.text(x, -0.5, tokens, ha="center", va="center", fontsize=11)
        arrow((x, -0.3), (x, 0.0))
        box(x, 0.25, "embedding", orange)
        arrow((x, 0.5), (x, 0.8))
        box(x, 1.05, "+ position", orange)

    left, right = 2.0, 7.0
    entrance(left, "source tokens")
    entrance(right, "target tokens, shifted right")
    arrow((left, 1.3), (left, 2.05))
    arrow((right, 1.3), (right, 2.05))
    attention, forward = ("self-attention", sky), ("feed-forward", green)
    top = stack(left, [attention, forward], -1)
    end = stack(right, [("masked self-attention", sky), ("cross-attention", sky), forward], 1)
    memory, cross = top + 0.75, 2.3 + 1.85
    arrow((left, top + 0.25), (left, memory), (4.5, memory), (4.5, cross), (right - 1.35, cross))
    ax.text(3.3, memory + 0.2, "memory", ha="center", va="center", fontsize=10.5)
    ax.text(4.82, cross + 0.18, "k, v", ha="center", va="center", fontsize=10.5)
    ax.text(right + 0.15, cross - 0.4, "q", ha="left", va="center", fontsize=10.5)
    arrow((right, end + 0.25), (right, end + 0.65))
    box(right, end + 0.9, "linear, softmax", orange)
    ax.text(right, end + 1.4, "next token at every position", ha="center", va="center", fontsize=11)
    ax.text(left, memory + 0.9, "encoder", ha="center", fontsize=13)
    ax.text(right - 2.6, end + 0.9, "decoder", ha="center", fontsize=13)
    describe(
        ax,
        f"the Transformer: source tokens pass embedding, position and {layers} encoder layers of "
        "self-attention and feed-forward; their result, the memory, gives keys and values to the "
        f"cross-attention of the {layers} decoder layers, between masked self-attention and feed-forward; "
        "linear and softmax give the next token at every position",
    )
    return ax
