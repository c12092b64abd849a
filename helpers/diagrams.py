"""Drawings of structures, made of boxes, arrows and letters: no data in, an `Axes` out."""

import functools

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from helpers.alt_text import describe
from helpers.plotting import label_texts
from helpers.style import BLACK, GREY, ORANGE, axes_for, styled

LIGHT_SKY, LIGHT_GREEN, LIGHT_ORANGE, LIGHT_GREY = "#CDE8F8", "#C5EBDD", "#FBE3B5", "#E8E8E8"


def _box(ax, x, y, text, colour, width=2.7, height=0.5, fontsize=10.5):
    look = {"facecolor": colour, "edgecolor": BLACK, "linewidth": 1.0, "zorder": 3}
    corner = (x - width / 2, y - height / 2)
    ax.add_patch(FancyBboxPatch(corner, width, height, "round,pad=0,rounding_size=0.08", **look))
    ax.text(x, y, text, ha="center", va="center", fontsize=fontsize, zorder=4)


def _arrow(ax, *points):
    """An arrow along the points (x, y), straight from each to the next."""
    xs, ys = zip(*points, strict=True)
    ax.plot(xs[:-1], ys[:-1], color=BLACK, linewidth=1.3)
    look = {"arrowstyle": "-|>", "mutation_scale": 11, "linewidth": 1.3, "color": BLACK}
    ax.add_patch(FancyArrowPatch(points[-2], points[-1], shrinkA=0, shrinkB=0, **look))


RADIUS = 0.22  # of the circle around a sign


def _sign(ax, x, y, text):
    """An operation number by number, in a circle."""
    look = {"facecolor": "white", "edgecolor": BLACK, "linewidth": 1.2, "zorder": 3}
    ax.add_patch(Circle((x, y), RADIUS, **look))
    ax.text(x, y - 0.01, text, ha="center", va="center", fontsize=12, zorder=4)


def _canvas(ax, xlim, ylim):
    """Axes without frame in which a unit is as long to the right as upwards."""
    inches = min(0.78, 8.4 / (xlim[1] - xlim[0]))  # a unit, in a new figure
    ax = axes_for(ax, width=inches * (xlim[1] - xlim[0]), height=inches * (ylim[1] - ylim[0]))
    ax.set(xlim=xlim, ylim=ylim, aspect="equal")
    ax.axis("off")
    return ax


def _cell_axes(ax, height):
    ax = axes_for(ax, width=8.0, height=8.0 * (height + 0.9) / 10.6)
    ax.set(xlim=(-0.5, 10.1), ylim=(-0.55, height + 0.35), aspect="equal")
    ax.axis("off")
    return ax


def _gate(ax, x, text, name, lines, beside=0.3):
    """A gate at x that reads from horizontal lines at these heights; its name stands beside its way up."""
    _arrow(ax, (x, min(lines)), (x, 1.25))
    ax.plot([x] * len(lines), lines, "o", color=BLACK, markersize=4)
    _box(ax, x, 1.5, text, LIGHT_ORANGE, width=0.9, fontsize=12)
    ax.text(x + beside, 2.0, name, ha="center", va="center", fontsize=13)


@styled
def lstm_cell(ax=None):
    """Draw one step of an LSTM: c_t = f ⊙ c_{t-1} + i ⊙ g above, h_t = o ⊙ tanh(c_t) below right."""
    ax = _cell_axes(ax, 4.3)
    top, h, x = 4.0, 0.65, 0.25  # the lines of c, h_{t-1} and x_t
    _arrow(ax, (0.1, top), (2.0 - RADIUS, top))
    _arrow(ax, (2.0 + RADIUS, top), (4.6 - RADIUS, top))
    _arrow(ax, (4.6 + RADIUS, top), (9.4, top))
    for line, end in ((h, 7.0), (x, 7.0)):
        ax.plot([0.1, end], [line, line], color=BLACK, linewidth=1.3)
    for at, text, name in ((2.0, r"$\sigma$", "$f$"), (3.7, r"$\sigma$", "$i$"), (5.5, "tanh", "$g$")):
        _gate(ax, at, text, name, (h, x))
    _gate(ax, 7.0, r"$\sigma$", "$o$", (h, x), beside=-0.3)
    _arrow(ax, (2.0, 1.75), (2.0, top - RADIUS))
    _arrow(ax, (3.7, 1.75), (3.7, 2.9), (4.6 - RADIUS, 2.9))
    _arrow(ax, (5.5, 1.75), (5.5, 2.9), (4.6 + RADIUS, 2.9))
    _arrow(ax, (4.6, 2.9 + RADIUS), (4.6, top - RADIUS))
    _arrow(ax, (8.2, top), (8.2, 3.45))
    ax.plot(8.2, top, "o", color=BLACK, markersize=4)
    _box(ax, 8.2, 3.2, "tanh", "white", width=0.9, fontsize=12)
    _arrow(ax, (8.2, 2.95), (8.2, 2.3 + RADIUS))
    _arrow(ax, (7.0, 1.75), (7.0, 2.3), (8.2 - RADIUS, 2.3))
    _arrow(ax, (8.2, 2.3 - RADIUS), (8.2, h), (9.4, h))
    for at, height, text in ((2.0, top, "⊙"), (4.6, top, "+"), (4.6, 2.9, "⊙"), (8.2, 2.3, "⊙")):
        _sign(ax, at, height, text)
    for height, left in ((top, "$c_{t-1}$"), (h, "$h_{t-1}$"), (x, "$x_t$")):
        ax.text(0.0, height, left, ha="right", va="center", fontsize=13)
    for height, right in ((top, "$c_t$"), (h, "$h_t$")):
        ax.text(9.5, height, right, ha="left", va="center", fontsize=13)
    describe(
        ax,
        "one step of an LSTM: the gates f, i and o (σ) and the candidate g (tanh) read h_{t-1} and x_t; "
        "along the upper line c_{t-1} is multiplied by f, i ⊙ g is added, which gives c_t; tanh(c_t) times o "
        "is h_t",
    )
    return ax


@styled
def gru_cell(ax=None):
    """Draw one step of a GRU: h_t = (1 - z) ⊙ n + z ⊙ h_{t-1}, r inside the candidate n."""
    ax = _cell_axes(ax, 4.7)
    top, h, x = 4.4, 0.65, 0.25  # the lines of the state, of h_{t-1} to the gates, and of x_t
    _arrow(ax, (0.1, top), (1.9 - RADIUS, top))
    _arrow(ax, (1.9 + RADIUS, top), (7.6 - RADIUS, top))
    _arrow(ax, (7.6 + RADIUS, top), (9.4, top))
    ax.plot([0.6, 0.6, 5.2], [top, h, h], color=BLACK, linewidth=1.3)
    ax.plot(0.6, top, "o", color=BLACK, markersize=4)
    ax.plot([0.1, 7.6], [x, x], color=BLACK, linewidth=1.3)
    _gate(ax, 1.9, r"$\sigma$", "$z$", (h, x), beside=-0.3)
    _gate(ax, 3.4, r"$\sigma$", "$r$", (h, x))
    _arrow(ax, (5.2, h), (5.2, 1.25))
    _box(ax, 5.2, 1.5, "$W_{hn}h_{t-1}+b_{hn}$", LIGHT_ORANGE, width=2.0, fontsize=11)
    _arrow(ax, (7.6, x), (7.6, 1.25))
    _box(ax, 7.6, 1.5, "$W_{in}x_t+b_{in}$", LIGHT_ORANGE, width=1.8, fontsize=11)
    _arrow(ax, (1.9, 1.75), (1.9, top - RADIUS))
    _arrow(ax, (3.4, 1.75), (3.4, 2.6), (5.2 - RADIUS, 2.6))
    _arrow(ax, (5.2, 1.75), (5.2, 2.6 - RADIUS))
    _arrow(ax, (5.2 + RADIUS, 2.6), (7.15, 2.6))
    _arrow(ax, (7.6, 1.75), (7.6, 2.35))
    _box(ax, 7.6, 2.6, "+, tanh", "white", width=0.9, fontsize=11)
    _arrow(ax, (7.6, 2.85), (7.6, 3.55 - RADIUS))
    ax.text(7.85, 3.08, "$n$", ha="center", va="center", fontsize=13)
    _arrow(ax, (1.9, 3.55), (3.15, 3.55))
    ax.plot(1.9, 3.55, "o", color=BLACK, markersize=4)
    _box(ax, 3.6, 3.55, "$1-z$", "white", width=0.9, fontsize=12)
    _arrow(ax, (4.05, 3.55), (7.6 - RADIUS, 3.55))
    _arrow(ax, (7.6, 3.55 + RADIUS), (7.6, top - RADIUS))
    for at, height, text in ((1.9, top, "⊙"), (7.6, top, "+"), (5.2, 2.6, "⊙"), (7.6, 3.55, "⊙")):
        _sign(ax, at, height, text)
    ax.text(0.0, top, "$h_{t-1}$", ha="right", va="center", fontsize=13)
    ax.text(0.0, x, "$x_t$", ha="right", va="center", fontsize=13)
    ax.text(9.5, top, "$h_t$", ha="left", va="center", fontsize=13)
    describe(
        ax,
        "one step of a GRU: the gates z and r (σ) read h_{t-1} and x_t; r multiplies W_hn h_{t-1} + b_hn, "
        "W_in x_t + b_in is added, and tanh gives the candidate n; along the upper line h_{t-1} times z plus "
        "n times 1 - z is h_t",
    )
    return ax


@styled
def unfolded_graph(
    steps=3,
    folded=True,
    ax=None,
    kind="many-to-many",
    rows=("input", "hidden state", "output"),
    arrow="unfold",
    weights=("U", "W", "V"),
):
    """Draw the recurrent cell, folded (with its loop W) and unfolded over `steps` steps, 1 ... 6.

    `weights` names what leads from input x to hidden state h, from h to the next h and from h to output y:
    the same at every step, because the weights are shared. `kind` is "many-to-many", "many-to-one" (y at the
    last step only) or "one-to-many" (x at the first step only). `rows` names the rows from the bottom,
    `arrow` the arrow between the two graphs.
    """
    kinds = ("many-to-many", "many-to-one", "one-to-many")
    if steps not in range(1, 7):
        raise ValueError(f"steps must be a whole number, 1 ... 6, to stay legible; got {steps}")
    if kind not in kinds:
        raise ValueError(f"kind must be one of {', '.join(kinds)}; got {kind!r}")
    rows = label_texts(rows, 3, "rows")
    into, along, out = (f"${name}$" for name in label_texts(weights, 3, "weights"))
    beside = 0.24 if max(map(len, weights)) == 1 else 0.42  # room for an index
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
        look = {
            "facecolor": (LIGHT_SKY, LIGHT_GREEN, LIGHT_ORANGE)[row],
            "edgecolor": BLACK,
            "linewidth": 1.2,
        }
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
            edge((x, radius), (x, middle - radius), into, (x + beside, middle / 2))
        if has_output:
            node(x, 2, f"$y{subscript}$")
            edge((x, middle + radius), (x, 2 * middle - radius), out, (x + beside, 1.5 * middle))

    def step(start, end, at):
        edge((start, middle), (end, middle), along, (at, middle + 0.25))

    for height, name in zip(heights, rows, strict=True):
        ax.text(left - 0.1, height, name, ha="right", va="center", fontsize=12, color=GREY)
    if folded:
        column(0.0, "")
        edge(
            (radius, middle + 0.22), (radius, middle - 0.22), along, (1.03 + 0.7 * beside, middle), curve=-2.2
        )
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
        f"a recurrent network {'folded and ' * folded}unfolded over {steps} steps, {kind}: {weights[0]} "
        f"leads from input x to hidden state h, {weights[1]} from each h to the next, {weights[2]} from h to "
        "output y, the same at every step",
    )
    return ax


@styled
def attention_graph(labels, query, ax=None):
    """Draw attention as a soft look-up: a query is compared with every key; the weights mix the values.

    labels: 2 ... 8 texts, what stands at the places that are looked at. query: what stands where one looks
    from.
    """
    if len(labels) not in range(2, 9):
        raise ValueError(f"labels must be 2 ... 8 texts, to stay legible; got {len(labels)}")
    labels = label_texts(labels, len(labels), "labels")
    xs = 2.3 + 1.0 * np.arange(len(labels))
    ax = _canvas(ax, (-1.0, xs[-1] + 0.7), (-0.5, 5.9))
    middle, wide = (xs[0] + xs[-1]) / 2, xs[-1] - xs[0] + 0.8
    _box(ax, 0, 0, f"query of {query}", LIGHT_ORANGE, width=1.7, fontsize=11)
    ax.text(0, 0.45, "$q$", ha="center", fontsize=13)
    for j, (x, label) in enumerate(zip(xs, labels, strict=True)):
        _box(ax, x, 0, label, "white", width=0.8, fontsize=11)
        _arrow(ax, (x, 0.25), (x, 0.75))
        _box(ax, x, 1.0, f"$k_{j}$", LIGHT_SKY, width=0.8, fontsize=11)
        _arrow(ax, (x, 1.25), (x, 1.75))
        _arrow(ax, (x, 2.25), (x, 2.75))
        _arrow(ax, (x, 3.25), (x, 3.65))
        _box(ax, x, 3.9, f"$w_{j} v_{j}$", LIGHT_GREEN, width=0.8, fontsize=11)
        _arrow(ax, (x, 4.15), (x, 4.65))
    _arrow(ax, (0, 0.85), (0, 2.0), (xs[0] - 0.4, 2.0))
    _box(ax, middle, 2.0, r"compare: score$_j$ = $q\cdot k_j\,/\sqrt{d}$", LIGHT_SKY, width=wide, fontsize=11)
    _box(
        ax, middle, 3.0, r"softmax: weights $w_j$, positive, with sum 1", LIGHT_GREY, width=wide, fontsize=11
    )
    _box(ax, middle, 4.9, r"add: output = $\sum_j w_j v_j$", LIGHT_GREEN, width=wide, fontsize=11)
    _arrow(ax, (middle, 5.15), (middle, 5.65))
    describe(
        ax,
        f"{query} asks {len(labels)} places, {', '.join(labels)}: its query is compared with each key, "
        "the softmax makes weights of the scores, and the values are added up, each times its weight",
    )
    return ax


@styled
def heads_graph(n_head=2, ax=None):
    """Draw multi-head attention: every head looks for itself, the answers stand side by side, one matrix
    mixes them. n_head: 1 ... 4 heads."""
    if n_head not in range(1, 5):
        raise ValueError(f"n_head must be 1 ... 4, to stay legible; got {n_head}")
    gap = 2.5
    xs = gap * np.arange(n_head)
    middle, wide = xs.mean(), xs[-1] + 2.3
    ax = _canvas(ax, (-2.3, xs[-1] + 3.3), (-0.5, 5.4))

    def shape(y, text):
        ax.text(xs[-1] + 1.3, y, text, ha="left", va="center", fontsize=11, color=GREY)

    _box(ax, middle, 0, "$X$", LIGHT_ORANGE, width=wide, fontsize=11)
    for i, x in enumerate(xs, start=1):
        _arrow(ax, (x, 0.25), (x, 0.85))
        _box(ax, x, 1.1, f"$XW^Q_{i}\\;\\; XW^K_{i}\\;\\; XW^V_{i}$", LIGHT_SKY, width=2.3, fontsize=11)
        _arrow(ax, (x, 1.35), (x, 1.95))
        _box(ax, x, 2.2, f"attention, head {i}", LIGHT_SKY, width=2.3, fontsize=11)
        _arrow(ax, (x, 2.45), (x, 3.05))
        _box(ax, x, 3.3, f"head$_{i}$", LIGHT_GREEN, width=2.3, fontsize=11)
    ax.text(-1.4, 3.3, "side by\nside", ha="right", va="center", fontsize=11, color=GREY)
    _arrow(ax, (middle, 3.55), (middle, 4.15))
    _box(ax, middle, 4.4, "$[\\mathrm{head}_1, \\ldots]\\;W^O$", LIGHT_GREY, width=wide, fontsize=11)
    _arrow(ax, (middle, 4.65), (middle, 5.2))
    for y, text in (
        (0, "(B, T, D)"),
        (1.1, "(B, T, dH) each"),
        (2.2, "(B, T, T) weights"),
        (3.3, "(B, T, dH)"),
    ):
        shape(y, text)
    shape(4.4, "(B, T, D)")
    describe(
        ax,
        f"multi-head attention with {n_head} heads: each makes queries, keys and values of X by its own "
        "matrices and attends; the answers stand side by side and are mixed by one matrix",
    )
    return ax


@styled
def layers_graph(parts, shapes, columns=4, ax=None):
    """Draw a network as boxes in a row, with the shape that goes along each arrow; in rows of `columns`.

    parts: N names. shapes: N + 1 tuples, the shape of what goes in, between the parts, and of what comes out.
    """
    parts, shapes = [str(part).strip() for part in parts], [tuple(shape) for shape in shapes]
    if not parts or len(shapes) != len(parts) + 1:
        raise ValueError(
            f"{len(parts)} parts need {len(parts) + 1} shapes, before and after each; got {len(shapes)}"
        )
    gap, wide, line = 4.1, 2.0, 1.8
    rows = -(-len(parts) // columns)
    across = min(columns, len(parts))
    last = gap - wide if len(parts) % across == 0 else 0.1  # the arrow that leaves
    ax = _canvas(ax, (-0.1, gap * across + last), (-line * (rows - 1) - 0.7, 0.8))
    for i, part in enumerate(parts):
        row, column = divmod(i, columns)
        x, y = gap * column, -line * row
        _arrow(ax, (x, y), (x + gap - wide, y))
        _box(
            ax,
            x + gap - wide / 2,
            y,
            part.replace(", ", "\n"),
            LIGHT_SKY,
            width=wide,
            height=1.1,
            fontsize=11,
        )
        _shape(ax, x + (gap - wide) / 2, y, shapes[i])
    x, y = gap * (column + 1), -line * row
    _arrow(ax, (x, y), (x + gap - wide, y))
    _shape(ax, x + (gap - wide) / 2, y, shapes[-1])
    steps = [f"{part} → {_written(shape)}" for part, shape in zip(parts, shapes[1:], strict=True)]
    describe(ax, f"shapes through a network: {_written(shapes[0])}; {'; '.join(steps)}")
    return ax


def _written(shape) -> str:
    return " × ".join(map(str, shape))


def _shape(ax, x, y, shape):
    ax.text(x, y + 0.14, _written(shape).replace(" ", ""), ha="center", va="bottom", fontsize=11)


@styled
def encoder_layer_graph(ax=None):
    """Draw an encoder layer twice: layer norm after each residual sum (post-LN), and before each part."""
    ax = _canvas(ax, (-2.4, 7.6), (-0.7, 6.9))
    for x, after in ((0.0, True), (5.2, False)):
        ax.text(x, 6.55, "post-LN" if after else "pre-LN", ha="center", fontsize=13)
        ax.text(x, -0.45, "x", ha="center", va="center", fontsize=13)
        y = 0.0
        for part, colour in (("self-attention", LIGHT_SKY), ("feed-forward", LIGHT_GREEN)):
            first, second = (part, "layer norm") if after else ("layer norm", part)
            plus = y + (1.55 if after else 2.4)
            below = 0.2 if y == 0 else 0.35 if after else 0.25
            _arrow(ax, (x, y - below), (x, y + 0.6))
            _box(ax, x, y + 0.85, first, colour if after else LIGHT_GREY, fontsize=11)
            if not after:
                _arrow(ax, (x, y + 1.1), (x, y + 1.35))
                _box(ax, x, y + 1.6, second, colour, fontsize=11)
            _arrow(ax, (x, plus - (0.45 if after else 0.55)), (x, plus - 0.2))
            ax.add_patch(Circle((x, plus), 0.2, facecolor="white", edgecolor=BLACK, linewidth=1.2))
            ax.text(x, plus, "+", ha="center", va="center", fontsize=13)
            # The residual path: what comes in is added back.
            _arrow(ax, (x, y + 0.15), (x - 1.75, y + 0.15), (x - 1.75, plus), (x - 0.2, plus))
            if after:
                _arrow(ax, (x, plus + 0.2), (x, plus + 0.45))
                _box(ax, x, plus + 0.7, second, LIGHT_GREY, fontsize=11)
            y += 2.85
        _arrow(ax, (x, y - 0.35 if after else y - 0.25), (x, y + 0.4))
    describe(
        ax,
        "an encoder layer twice: self-attention and feed-forward, each with a path around it that is added "
        "back; in post-LN the layer norm stands behind each sum, in pre-LN in front of each part",
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
    sky, green, orange, grey = LIGHT_SKY, LIGHT_GREEN, LIGHT_ORANGE, LIGHT_GREY
    box, arrow = functools.partial(_box, ax), functools.partial(_arrow, ax)

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


@styled
def dropout_graph(layers=2, steps=3, ax=None):
    """Draw where dropout stands in a stack of recurrent layers: on the ways up between two layers, nowhere
    else. layers: 2 ... 4. steps: 2 ... 6."""
    if layers not in range(2, 5) or steps not in range(2, 7):
        raise ValueError(f"layers must be 2 ... 4, steps 2 ... 6; got {layers} and {steps}")
    across, up = 1.9, 1.75
    ax = _canvas(ax, (-2.4, across * (steps - 1) + 1.4), (-0.4, up * layers + 1.75))
    for level in range(1, layers + 1):
        y = up * level
        ax.text(-0.8, y, f"layer {level}", ha="right", va="center", fontsize=11, color=GREY)
        for t in range(steps):
            x = across * t
            _box(ax, x, y, f"$h^{{({level})}}_{t + 1}$", LIGHT_SKY, width=0.9, height=0.6, fontsize=12)
            if t:
                _arrow(ax, (x - across + 0.45, y), (x - 0.45, y))
            if level == 1:
                _arrow(ax, (x, 0.25), (x, y - 0.3))
            else:
                _arrow(ax, (x, y - up + 0.3), (x, y - up / 2 - 0.2))
                _box(ax, x, y - up / 2, "drop", LIGHT_ORANGE, width=0.9, height=0.4, fontsize=11)
                _arrow(ax, (x, y - up / 2 + 0.2), (x, y - 0.3))
    for t in range(steps):
        _box(ax, across * t, 0, f"$x_{t + 1}$", "white", width=0.9, fontsize=12)
    last, top = across * (steps - 1), up * layers
    _arrow(ax, (last, top + 0.3), (last, top + 0.85))
    _box(ax, last, top + 1.1, "logits", LIGHT_GREEN, width=1.3, fontsize=11)
    describe(
        ax,
        f"{layers} recurrent layers over {steps} steps: dropout stands on every way up from a layer to the "
        "next; there is none on the input, none along the steps, none before the logits",
    )
    return ax


@styled
def window_graph(steps=8, kernel=3, dilation=2, ax=None):
    """Draw a causal convolution: the zeros in front, and which inputs the first and the last output read.

    steps: 4 ... 10. kernel: 2 ... 4. dilation: 1 ... 3.
    """
    if steps not in range(4, 11) or kernel not in range(2, 5) or dilation not in range(1, 4):
        raise ValueError(
            f"steps must be 4 ... 10, kernel 2 ... 4, dilation 1 ... 3; got {steps}, {kernel}, {dilation}"
        )
    reach = dilation * (kernel - 1)
    ax = _canvas(ax, (-reach - 2.2, steps - 0.3), (-0.6, 3.2))
    for t in range(-reach, steps):
        name, colour = (f"$x_{t}$", LIGHT_SKY) if t >= 0 else ("0", LIGHT_GREY)
        _box(ax, t, 0, name, colour, width=0.75, height=0.6, fontsize=12)
    for t in range(steps):
        ends = t in (0, steps - 1)
        _box(ax, t, 2.6, f"$y_{t}$", LIGHT_GREEN if ends else "white", width=0.75, height=0.6, fontsize=12)
        for tap in range(kernel) if ends else ():
            _arrow(ax, (t - reach + dilation * tap, 0.3), (t, 2.3))
    for y, name in ((0, "inputs"), (2.6, "outputs")):
        ax.text(-reach - 0.7, y, name, ha="right", va="center", fontsize=11, color=GREY)
    describe(
        ax,
        f"a causal convolution over {steps} steps, {kernel} weights {dilation} apart: {reach} zeros stand in "
        "front of the inputs, none behind; output 0 reads zeros and input 0, output "
        f"{steps - 1} reads inputs {', '.join(map(str, range(steps - 1 - reach, steps, dilation)))}; "
        "there are as many outputs as inputs",
    )
    return ax


@styled
def shared_heads_graph(num_heads=4, num_kv_heads=2, ax=None):
    """Draw which heads of queries share which head of keys and values. num_heads: 2 ... 8, a multiple of
    num_kv_heads."""
    if num_heads not in range(2, 9) or num_kv_heads < 1 or num_heads % num_kv_heads:
        raise ValueError(
            f"num_heads must be 2 ... 8 and a multiple of num_kv_heads; got {num_heads} and {num_kv_heads}"
        )
    group = num_heads // num_kv_heads
    ax = _canvas(ax, (-2.4, num_heads - 0.4), (-0.5, 2.5))
    for head in range(num_heads):
        shared = head // group
        _box(ax, head, 2.0, f"$q_{head}$", LIGHT_ORANGE, width=0.8, fontsize=12)
        _arrow(ax, (head, 1.75), (group * shared + (group - 1) / 2, 0.25))
    for head in range(num_kv_heads):
        middle = group * head + (group - 1) / 2
        _box(ax, middle, 0, f"$k_{head},\\,v_{head}$", LIGHT_SKY, width=min(0.8 * group, 1.6), fontsize=12)
    for y, name in ((2.0, "num_heads"), (0, "num_kv_heads")):
        ax.text(-0.7, y, name, ha="right", va="center", fontsize=11, color=GREY)
    shares = [
        f"heads {group * head} to {group * head + group - 1} share keys and values {head}"
        if group > 1
        else f"head {head} has keys and values {head}"
        for head in range(num_kv_heads)
    ]
    describe(ax, f"{num_heads} heads of queries, {num_kv_heads} of keys and values: " + ", ".join(shares))
    return ax


@styled
def way_back_graph(steps=3, ax=None):
    """Draw backpropagation through time where the loss sees the last state alone. steps: 2 ... 5."""
    if steps not in range(2, 6):
        raise ValueError(f"steps must be 2 ... 5; got {steps}")
    across = 2.3
    ax = _canvas(ax, (-0.9, across * steps + 2.9), (-0.5, 3.0))

    def back(start, end):
        look = {"arrowstyle": "-|>", "mutation_scale": 12, "linewidth": 1.8, "color": ORANGE}
        ax.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, linestyle="--", **look))

    for t in range(steps + 1):
        x = across * t
        _box(ax, x, 2.0, f"$h_{t}$", LIGHT_GREY if t == 0 else LIGHT_SKY, width=0.9, height=0.9, fontsize=13)
        if t:
            _arrow(ax, (x - across + 0.45, 2.2), (x - 0.45, 2.2))
            back((x - 0.45, 1.8), (x - across + 0.45, 1.8))
            _box(ax, x, 0, f"$x_{t}$", "white", width=0.9, fontsize=13)
            _arrow(ax, (x - 0.15, 0.25), (x - 0.15, 1.55))
            back((x + 0.15, 1.55), (x + 0.15, 0.25))
    end = across * steps
    back((end + 1.3, 1.8), (end + 0.45, 1.8))
    ax.text(end + 1.4, 1.8, "grad_last", ha="left", va="center", fontsize=11)
    describe(
        ax,
        f"a recurrent network over {steps} steps: forward, each state comes from the one before and from its "
        f"input; backward, grad_last arrives at h_{steps} alone and goes back from state to state down to "
        "h_0, and at each step down to that step's input",
    )
    return ax
