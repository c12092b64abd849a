"""Plots as one-liners: tensors in, a matplotlib `Axes` out.

Every function takes torch tensors (on any device, requiring grad or not), arrays or lists. It draws into
`ax`, or into a figure of its own (at most 8.5 inches wide, 100 dpi), and returns the Axes, so that a title
or a limit can still be set. Each function draws in the course's style by itself and says in one sentence
what it drew, the figure's alternative text (helpers/alt_text.py); `use_style()` gives the same look, Chinese
labels included, to plots made by hand.

A wrong shape or value raises ValueError, which says what came and what was expected.
"""

import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from helpers import alt_text
from helpers.alt_text import describe
from helpers.style import BLACK, BLUE, GREY, SKY, VERMILLION, axes_for, letter, styled
from helpers.style import use_style as use_style

# Baselines are all grey: what tells them apart is the dash pattern.
DASHES = ((0, (6, 2)), (0, (2, 2)), (0, (6, 2, 1, 2)), (0, (1, 3)), (0, (10, 3)))
# How a value that has no place on the axis is marked at its edge.
MARKS = {"v": "0 or less", "^": "infinite", "x": "not a number"}


def _plain(values) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = values if values.layout == torch.strided else values.to_dense()
        return (values.float() if values.dtype == torch.bfloat16 else values).numpy()  # numpy has no bfloat16
    if isinstance(values, (list, tuple)):
        values = [_plain(value) for value in values]
        if len({value.shape for value in values}) > 1:
            raise ValueError(f"entries have different shapes: {[value.shape for value in values]}")
    return np.asarray(values)


def _array(values, what: str, *shapes: str) -> np.ndarray:
    """`values` as an array of numbers with as many axes as one of `shapes`, such as "(T,)"."""
    expected = f"{what} must be numbers of shape {' or '.join(shapes)}, no axis empty"
    try:
        array = _plain(values)
    except ValueError as error:
        raise ValueError(f"{expected}; {error}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{expected}; got dtype {array.dtype}, type {type(values).__name__}")
    axes = [0 if shape == "()" else len(shape.strip("(),").split(",")) for shape in shapes]
    if array.ndim not in axes or 0 in array.shape:
        raise ValueError(f"{expected}; got shape {array.shape}")
    return array


def _number(value, what: str) -> float:
    number = float(_array(value, what, "()"))
    if not np.isfinite(number):
        raise ValueError(f"{what} must be finite; got {number}")
    return number


def _curves(values, what: str, name=None) -> dict[str, np.ndarray]:
    """Curves (T,) by name; one bare curve goes by `name`."""
    values = values if isinstance(values, dict) else {name: values}
    if not values:
        raise ValueError(f"{what} is an empty dict; expected name: values")
    return {key: _array(y, what if key == name else f"{what} {key!r}", "(T,)") for key, y in values.items()}


def _levels(values) -> dict[str, float]:
    return {name: _number(value, f"baseline {name!r}") for name, value in values.items()}


def label_texts(labels, count: int, what: str) -> list[str]:
    labels = labels.tolist() if isinstance(labels, (torch.Tensor, np.ndarray)) else labels
    labels = [str(label.item() if isinstance(label, torch.Tensor) else label) for label in labels]
    if len(labels) != count:
        raise ValueError(f"{what} must hold {count} labels; got {len(labels)}")
    return labels


def _line(ax, x, y, name, log: bool, **style) -> None:
    """Draw one curve. What has no place on the axis is marked at its edge, not dropped."""
    below = (y == -np.inf) | ((y <= 0) if log else False)
    above, undefined = y == np.inf, np.isnan(y)
    marker = "o" if len(y) <= 20 else None  # without one, a curve of one point would be invisible
    shown = np.where(below | above, np.nan, y)
    (line,) = ax.plot(x, shown, label=name, marker=marker, markersize=4, **style)
    for where, symbol, edge in ((below, "v", 0), (above, "^", 1), (undefined, "x", 1)):
        if where.any():
            ax.plot(
                x[where],
                np.full(where.sum(), edge),
                symbol,
                color=line.get_color(),
                label=f"_{MARKS[symbol]}",  # the underscore: one entry for all curves, made by _legend
                transform=ax.get_xaxis_transform(),
                clip_on=False,
                zorder=3,
            )


def _legend(ax, handles=None, apart=0.5) -> None:
    """Legend beside the axes, where it hides no curve: `handles`, or the named lines of `ax`, and marks."""
    if handles is None:
        handles = [line for line in ax.lines if not line.get_label().startswith("_")]
        found = {line.get_label() for line in ax.lines}
        handles += [
            Line2D([], [], color=GREY, marker=symbol, linestyle="none", label=meaning)
            for symbol, meaning in MARKS.items()
            if f"_{meaning}" in found
        ]
    if handles:
        ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), borderaxespad=apart)


def _whole_numbers(axis) -> None:
    axis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def _finish(ax, xlabel, ylabel, log: bool, lines, levels=()) -> None:
    """Labels, ticks, legend and the sentence on `lines` (name, x, y) and `levels` (name, value)."""
    describe(ax, alt_text.curves(xlabel, ylabel, lines, levels, log))
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    _whole_numbers(ax.xaxis)
    _legend(ax)


@styled
def loss_curve(
    losses,
    baseline=None,
    baseline_label="baseline",
    ax=None,
    xlabel="epoch",
    ylabel="loss",
    log=False,
    first=1,
):
    """Draw loss against epoch, with what a trivial predictor reaches as dashed lines.

    losses: (T,), or dict name -> (T,); the lengths may differ. The first value stands at x = `first`.
    baseline: a number (drawn under the name `baseline_label`), or dict name -> number.
    Values that have no place on the axis (infinite, not a number, <= 0 when `log`) are marked at its edge.
    """
    curves = _curves(losses, "losses")
    if baseline is None:
        baseline = {}
    levels = _levels(baseline if isinstance(baseline, dict) else {baseline_label: baseline})
    if log and any(value <= 0 for value in levels.values()):
        raise ValueError(f"log=True needs baselines above 0; got {levels}")
    ax = axes_for(ax)
    lines = [(name, first + np.arange(len(y)), y) for name, y in curves.items()]
    for name, x, y in lines:
        _line(ax, x, y, name, log)
    for i, (name, value) in enumerate(levels.items()):
        ax.axhline(value, color=GREY, linestyle=DASHES[i % len(DASHES)], label=name)
    _finish(ax, xlabel, ylabel, log, lines, levels.items())
    return ax


@styled
def sequence_forecast(truth, forecast, start=0, ax=None, xlabel="step", ylabel="value"):
    """Draw a series and its forecast, which begins at step `start`; a dotted line marks where.

    truth: (T,). forecast: (F,), or dict name -> (F,); it may reach beyond the truth. start: 0 ... T.
    """
    truth = _array(truth, "truth", "(T,)")
    forecasts = _curves(forecast, "forecast", name="forecast")
    if not 0 <= start <= len(truth):
        raise ValueError(f"start must be a step of the truth, 0 ... {len(truth)}; got {start}")
    ax = axes_for(ax)
    lines = [("truth", np.arange(len(truth)), truth)]
    lines += [(name, start + np.arange(len(y)), y) for name, y in forecasts.items()]
    for i, (name, x, y) in enumerate(lines):
        # The truth is broad and pale: a forecast that meets it is drawn inside it, and both are seen.
        _line(ax, x, y, name, log=False, **({} if i else {"color": "0.75", "linewidth": 7}))
    ax.axvline(start - 0.5, color=BLACK, linestyle=":", linewidth=1.5, label="forecast begins")
    _finish(ax, xlabel, ylabel, log=False, lines=lines)
    distance = [
        f"{name} is off by {alt_text.number(np.abs(y - truth[start : start + len(y)]).mean())} on average"
        for name, _, y in lines[1:]
        if start + len(y) <= len(truth)
    ]
    describe(ax, f"{ax.alt_text}; the forecast begins at {start}" + "".join(f"; {text}" for text in distance))
    return ax


@styled
def norms_over_time(norms, ax=None, xlabel="step $t$", ylabel=r"$\|\partial L/\partial h_t\|$", log=True):
    """Draw norms against the step, such as how much of a gradient is left at each step.

    norms: dict name -> (T,), or one (T,); t counts from 0. A norm that has no place on the axis (0 on a log
    axis, infinite, not a number) is marked at its edge; a negative one is an error.
    """
    curves = _curves(norms, "norms")
    for name, y in curves.items():
        if (y < 0).any():
            raise ValueError(f"norms {name or ''} must not be negative; got {y.min()}")
    ax = axes_for(ax)
    lines = [(name, np.arange(len(y)), y) for name, y in curves.items()]
    for name, x, y in lines:
        _line(ax, x, y, name, log)
    _finish(ax, xlabel, ylabel, log, lines)
    return ax


def _names(labels, count: int, what: str) -> list[str] | None:
    # A space as label (attention over letters) would look like a missing one.
    return None if labels is None else ["␣" if x == " " else x for x in label_texts(labels, count, what)]


def _ticks(axis, names) -> None:
    """Name every row or column; without names, number them."""
    if names is None:
        return _whole_numbers(axis)
    axis.set_ticks(range(len(names)), names)
    if axis.axis_name == "x" and max(map(len, names)) > 3:
        plt.setp(axis.get_ticklabels(), rotation=45, ha="right", rotation_mode="anchor")


def _matrix_axes(ax, shape, cell=0.62):
    """Axes for a matrix; a figure of its own is as large as the cells (inches) want and a notebook allows."""
    rows, columns = shape
    # Few cells are drawn larger: axis labels need 2.5 inches.
    cell = min(max(cell, 2.5 / max(shape)), 6.0 / columns, 6.0 / rows)
    ax = axes_for(ax, width=max(cell * columns, 2.0) + 2.4, height=max(cell * rows, 1.5) + 1.0)
    ax.grid(False)
    ax.spines[:].set_visible(True)
    return ax


def _colour_bar(ax, image, label) -> None:
    # An inset is as high as the matrix is drawn, whatever its aspect.
    letter(ax.figure.colorbar(image, cax=ax.inset_axes([1.04, 0, 0.04, 1]), label=label).ax)


def _write_cells(ax, image, texts) -> None:
    """Write texts (rows, columns) into the cells of `image`, black on light colours, white on dark."""
    rows, columns = texts.shape
    box = ax.get_position()
    width, height = (
        ax.get_figure(root=True).get_size_inches() * (box.width, box.height) * 72 / (columns, rows)
    )
    longest = max(1, *(len(text) for text in texts.flat))
    size = float(np.clip(min(1.5 * width / longest, 0.7 * height), 7, 11))  # points
    colours = image.to_rgba(image.get_array())
    for (row, column), text in np.ndenumerate(texts):
        if text:
            dark = colours[row, column, :3] @ (0.299, 0.587, 0.114) < 0.55
            colour = "white" if dark else BLACK
            ax.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def _heat(matrix, xlabel, ylabel, xticks, yticks, label) -> str:
    """A heat map in words: its size and range, and where the largest value of each row stands."""
    rows, columns = matrix.shape
    finite = np.isfinite(matrix)
    text = f"{label} as colours, {rows} {ylabel} × {columns} {xlabel}"
    if not finite.any():
        return f"{text}, all masked"
    text += f", from {alt_text.number(matrix[finite].min())} to {alt_text.number(matrix[finite].max())}"
    if not finite.all():
        text += f", {(~finite).sum()} masked"
    if rows <= 20:
        best = [
            f"{yticks[i] if yticks else i} → {xticks[j] if xticks else j}"
            for i, j in enumerate(np.where(finite, matrix, -np.inf).argmax(1))
            if finite[i].any()
        ]
        text += f"; the largest of each row: {', '.join(best)}"
    return text


@styled
def heat_map(
    matrix,
    ax=None,
    xlabel="column",
    ylabel="row",
    xticks=None,
    yticks=None,
    annotate=False,
    diverging=False,
    label="value",
    vmin=None,
    vmax=None,
):
    """Draw a matrix as colours, row 0 on top; entries that are not finite (masked scores) are grey.

    matrix: (R, C). xticks: C labels, yticks: R labels. annotate: write the value into each cell. diverging:
    white is 0, blue negative, red positive, both sides to the same depth. label: what the colour bar
    measures; vmin, vmax: its ends, to make several maps comparable; by default those of the matrix.
    """
    matrix = _array(matrix, "matrix", "(R, C)")
    rows, columns = matrix.shape
    xticks, yticks = _names(xticks, columns, "xticks"), _names(yticks, rows, "yticks")
    finite = matrix[np.isfinite(matrix)].astype(float)
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    if diverging:
        high = max(abs(low), abs(high))
        low = -high
    ax = _matrix_axes(ax, matrix.shape)
    image = ax.imshow(
        np.ma.masked_invalid(matrix.astype(float)),
        cmap=mpl.colormaps["RdBu_r" if diverging else "Blues"].with_extremes(bad="0.8"),
        vmin=low if vmin is None else vmin,
        vmax=high if vmax is None else vmax,
        aspect="equal" if 1 / 3 <= rows / columns <= 3 else "auto",
    )
    if annotate:
        form = "{:.2f}" if matrix.dtype.kind == "f" else "{}"
        texts = [[form.format(v).replace("inf", "∞").replace("-", "−") for v in row] for row in matrix]
        _write_cells(ax, image, np.array(texts))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _ticks(ax.xaxis, xticks)
    _ticks(ax.yaxis, yticks)
    _colour_bar(ax, image, label)
    describe(ax, _heat(matrix, xlabel, ylabel, xticks, yticks, label))
    return ax


@styled
def confusion_matrix(matrix, labels=None, ax=None, normalize=True):
    """Draw counts of true class (row) against predicted class (column); the count stands in every cell.

    matrix: (C, C), counts. labels: C names. Right answers (the diagonal) are blue, errors orange, each with a
    scale of its own, so that the diagonal does not drown the errors. normalize: colour by the share of the
    true class, else by the count.
    """
    counts = _array(matrix, "matrix", "(C, C)")
    classes = len(counts)
    if counts.shape != (classes, classes):
        raise ValueError(f"matrix must be square, true by predicted class; got shape {counts.shape}")
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.round(counts)).any():
        raise ValueError("matrix must hold counts, whole numbers from 0; normalize=True makes shares of them")
    names = _names(range(classes) if labels is None else labels, classes, "labels")
    counts = counts.astype(int)
    # A class without examples has shares 0.
    shown = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) if normalize else counts
    right = np.eye(classes, dtype=bool)
    # One error in a thousand shall not look like a catastrophe: the scale of shares ends at 1 % or later.
    worst = max(shown[~right].max(initial=0), 0.01 if normalize else 1)
    best = 1 if normalize else max(shown[right].max(), 1)
    ax = _matrix_axes(ax, counts.shape)
    errors = ax.imshow(np.ma.array(shown, mask=right), cmap="Oranges", vmin=0, vmax=worst)
    # Up to 1.6 times the largest: the darkest blues would leave the counts less legible.
    hits = ax.imshow(np.ma.array(shown, mask=~right), cmap="Blues", vmin=0, vmax=1.6 * best)
    texts = counts.astype(str)
    _write_cells(ax, errors, np.where(right, "", texts))
    _write_cells(ax, hits, np.where(right, texts, ""))
    ax.set(xlabel="predicted class", ylabel="true class")
    _ticks(ax.xaxis, names)
    _ticks(ax.yaxis, names)
    meaning = "errors, share of the true class" if normalize else "errors, examples"
    _colour_bar(ax, errors, meaning)
    named = names or [str(i) for i in range(classes)]
    wrong = np.where(right, 0, counts)
    worst = [np.unravel_index(i, wrong.shape) for i in np.argsort(-wrong, axis=None, kind="stable")[:3]]
    mistakes = [f"{named[i]} taken for {named[j]} {wrong[i, j]} times" for i, j in worst if wrong[i, j]]
    describe(
        ax,
        f"confusion matrix of {classes} classes, {counts.trace()} of {counts.sum()} right"
        + (f"; most frequent errors: {', '.join(mistakes)}" if mistakes else ""),
    )
    return ax


@styled
def image_sheet(images, titles=None, columns=8, highlight=None, diverging=False):
    """Draw images in rows of `columns`, all on one brightness scale; return their Axes, shape (N,).

    images: (N, H, W) or (N, 1, H, W): grey, from the smallest value of the sheet (black) to the largest.
    (N, 3, H, W): colours, integers in 0 ... 255 or floats in 0 ... 1; others are stretched to that range.
    titles: N texts. highlight: (N,) booleans; True draws frame and title in red (a wrong prediction, say).
    diverging: grey images in blue, white (0) and red (kernels, say).
    """
    images = _array(images, "images", "(N, H, W)", "(N, 1 or 3, H, W)")
    if images.ndim == 4 and images.shape[1] not in (1, 3):
        raise ValueError(f"images must have 1 or 3 channels, (N, 1 or 3, H, W); got shape {images.shape}")
    if columns < 1:
        raise ValueError(f"columns must be at least 1; got {columns}")
    count = len(images)
    titles = [""] * count if titles is None else label_texts(titles, count, "titles")
    marked = np.zeros(count, bool) if highlight is None else _array(highlight, "highlight", "(N,)")
    if marked.dtype != bool or len(marked) != count:
        raise ValueError(
            f"highlight must be {count} booleans; got dtype {marked.dtype}, shape {marked.shape}"
        )
    images = images / 255 if images.dtype.kind in "iu" else images.astype(float)
    low, high = images.min(), images.max()
    if not np.isfinite([low, high]).all():
        raise ValueError("images must be finite; some values are infinite or not a number")
    if images.ndim == 4 and images.shape[1] == 3:
        images = images.transpose(0, 2, 3, 1)
        if low < 0 or high > 1:
            images = (images - low) / max(high - low, 1e-12)
    else:
        images = images.reshape(count, *images.shape[-2:])
    if diverging:
        high = max(abs(low), abs(high))
        low = -high
    columns = min(columns, count)
    rows = -(-count // columns)
    side = min(1.3, 8.5 / columns)
    line = 0.28 * max(title.count("\n") + 1 if title else 0 for title in titles)  # inches
    figure = plt.figure(figsize=(side * columns, (side * images.shape[1] / images.shape[2] + line) * rows))
    sheet = [figure.add_subplot(rows, columns, i + 1) for i in range(count)]
    for ax, image, title, mark in zip(sheet, images, titles, marked, strict=True):
        ax.imshow(image, cmap="RdBu_r" if diverging else "gray", vmin=low, vmax=high)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color=VERMILLION if mark else GREY, linewidth=4 if mark else 0.8)
        ax.set_title(title, fontsize=11, color=VERMILLION if mark else BLACK)
    named = f", titles: {alt_text.listed(titles)}" if any(titles) else ""
    red = f"; in red: {alt_text.places(marked)}, counted from 0" if marked.any() else ""
    describe(
        figure, f"{count} images of {images.shape[1]} × {images.shape[2]} in rows of {columns}{named}{red}"
    )
    return np.array(sheet)


@styled
def sight(seen, ax=None, xlabel="input step (changed)", ylabel="output step", legend=True, xticks=None):
    """Draw who sees whom: a cell is filled when that output moves as that input is changed; row 0 on top.

    seen: (T_out, T_in) booleans, such as `helpers.probes.who_sees_whom` returns.
    legend: False leaves it out, for all but the last of several plots in a row. xticks: T_in names of inputs.
    """
    seen = _array(seen, "seen", "(T_out, T_in)")
    if seen.dtype != bool:
        raise ValueError(f"seen must be booleans (write change > 0); got dtype {seen.dtype}")
    rows, columns = seen.shape
    xticks = _names(xticks, columns, "xticks")
    ax = _matrix_axes(ax, seen.shape, cell=0.45)
    ax.imshow(seen, cmap=ListedColormap(["white", BLUE]), vmin=0, vmax=1)
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="0.6", alpha=1, linewidth=0.8 if max(rows, columns) <= 40 else 0.3)
    ax.tick_params(which="minor", length=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _ticks(ax.xaxis, xticks)
    _whole_numbers(ax.yaxis)
    describe(ax, alt_text.sight(seen) + (f", which are {', '.join(xticks)}" if xticks else ""))
    if legend:
        handles = [
            Patch(facecolor=BLUE, edgecolor="0.6", label="output moves"),
            Patch(facecolor="white", edgecolor="0.6", label="output stays"),
        ]
        _legend(ax, handles)
    return ax


@styled
def scores(values, baselines=None, ax=None, xlabel="accuracy on held-out data"):
    """Draw one row for each name: a bar for a number; dots and their mean for several runs, (seeds,).

    values: dict name -> number or (seeds,). baselines: dict name -> number, drawn as dashed vertical lines.
    The number (the mean) stands beside each row. Bars begin at 0; with dots alone the axis shows their range.
    """
    baselines = {} if baselines is None else baselines
    for what, given in (("values", values), ("baselines", baselines)):
        if not isinstance(given, dict) or given is values and not given:
            raise ValueError(f"{what} must be a dict of numbers by name, not empty; got {given!r}")
    runs = {name: _array(value, f"values {name!r}", "()", "(seeds,)") for name, value in values.items()}
    for name, value in runs.items():
        if not np.isfinite(value).all():
            raise ValueError(f"values {name!r} must be finite; got {value}")
    levels = _levels(baselines)
    ax = axes_for(ax, height=1.1 + 0.5 * max(len(runs), len(levels) + 1))
    handles = []
    if any(value.ndim for value in runs.values()):
        tick = {"marker": "|", "markersize": 12, "markeredgewidth": 2.5, "linestyle": "none"}
        handles.append(Line2D([], [], color=BLUE, marker="o", alpha=0.7, linestyle="none", label="one seed"))
        handles.append(Line2D([], [], color=BLACK, label="mean", **tick))
    for i, (name, value) in enumerate(levels.items()):
        handles.append(ax.axvline(value, color=GREY, linestyle=DASHES[i % len(DASHES)], label=name))
    for row, value in enumerate(runs.values()):
        text = f"{value.mean():.3f}"
        if value.ndim == 0:
            ax.barh(row, value, height=0.6, color=SKY)
        else:
            apart = np.linspace(-0.15, 0.15, len(value)) if len(value) > 1 else np.zeros(1)  # equal runs
            ax.plot(value, row + apart, "o", color=BLUE, markersize=6, alpha=0.7)
            ax.plot(value.mean(), row, "|", color=BLACK, markersize=24, markeredgewidth=2.5)
            text = f"mean {text}"
        ax.text(1.01, row, text, transform=ax.get_yaxis_transform(), va="center")
    _legend(ax, handles, apart=8)  # the numbers stand between
    ax.set_yticks(range(len(runs)), [str(name) for name in runs])
    ax.set(xlabel=xlabel, ylim=(len(runs) - 0.5, -0.5))  # the first name on top
    ax.grid(False, axis="y")
    means = [f"{name} {alt_text.number(value.mean())}" for name, value in runs.items()]
    seeds = f" of {max(value.size for value in runs.values())} runs" if len(handles) > len(levels) else ""
    lines = [f"dashed line {name} at {alt_text.number(value)}" for name, value in levels.items()]
    describe(ax, f"{'mean' * bool(seeds)}{seeds} {xlabel}: {'; '.join(means + lines)}")
    return ax


@styled
def sliding_window(image, kernel, output, row=0, column=0, stride=1, dilation=1, padding=0):
    """Draw one place of a sliding window: image, kernel and output, with all their numbers.

    image: (H, W), without its padding, which is drawn as dotted zeros. kernel: (kH, kW). output: (Ho, Wo), as
    computed by whoever calls; nothing is computed here. row, column: the output cell whose window is
    marked. stride, dilation, padding: whole numbers, the same for height and width. Returns the three Axes.
    """
    image, kernel, output = (
        _array(grid, name, "(rows, columns)")
        for grid, name in ((image, "image"), (kernel, "kernel"), (output, "output"))
    )
    if not (0 <= row < output.shape[0] and 0 <= column < output.shape[1]):
        raise ValueError(f"row {row}, column {column} is no cell of an output of shape {output.shape}")
    padded = np.pad(image, padding)
    corner = row * stride, column * stride
    reach = [at + dilation * (size - 1) for at, size in zip(corner, kernel.shape, strict=True)]
    if any(last >= size for last, size in zip(reach, padded.shape, strict=True)):
        raise ValueError(
            f"the window of output row {row}, column {column} ends at {tuple(reach)}, outside the padded "
            f"image of shape {padded.shape}: do stride, dilation and padding belong to this output?"
        )
    inside = {
        (corner[0] + dilation * m, corner[1] + dilation * n) for m, n in np.ndindex(kernel.shape)
    }  # what the window covers
    border = {
        place
        for place in np.ndindex(padded.shape)
        if not all(padding <= at < padding + size for at, size in zip(place, image.shape, strict=True))
    }
    grids = (padded, kernel, output)
    marked = (inside, set(np.ndindex(kernel.shape)), {(row, column)})
    columns = [grid.shape[1] for grid in grids]
    cell = min(0.5, 7.6 / (sum(columns) + 2))  # inches
    height = cell * max(grid.shape[0] for grid in grids) + 0.5
    figure, axes = plt.subplots(
        1, 3, figsize=(cell * (sum(columns) + 2), height), width_ratios=columns, layout="constrained"
    )
    colours = ("#FBE3B5", "#FBE3B5", "#C5EBDD")  # the window and its kernel alike, the result apart
    for ax, grid, cells, colour, name in zip(
        axes, grids, marked, colours, ("image", "kernel", "output"), strict=True
    ):
        for place, value in np.ndenumerate(grid):
            y, x = place
            look = {"facecolor": colour if place in cells else "white", "edgecolor": GREY, "linewidth": 1}
            if name == "image" and place in border:
                look |= {"linestyle": ":"}
            ax.add_patch(Rectangle((x, y), 1, 1, **look))
            text = f"{value:g}" if value == round(float(value)) else f"{value:.2f}"
            ax.text(
                x + 0.5,
                y + 0.5,
                text.replace("-", "−"),
                ha="center",
                va="center",
                fontsize=12 if cell > 0.35 else 9,
                color=GREY if name == "image" and place in border else BLACK,
            )
        ax.set(xlim=(-0.05, grid.shape[1] + 0.05), ylim=(grid.shape[0] + 0.05, -0.05), aspect="equal")
        ax.set_title(name)
        ax.axis("off")
    describe(
        figure,
        f"image of {image.shape[0]} × {image.shape[1]} numbers, padding {padding}; the window of the "
        f"{kernel.shape[0]} × {kernel.shape[1]} kernel that gives {alt_text.number(output[row, column])} at "
        f"row {row}, column {column} of the {output.shape[0]} × {output.shape[1]} output is marked",
    )
    return axes
