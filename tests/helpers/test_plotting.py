"""What the plots draw (read from the Axes, not from pixels), what they refuse, that no glyph is missing."""

import importlib.util
import inspect
import json
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib import font_manager
from matplotlib.colors import to_rgba
from matplotlib.ft2font import FT2Font

matplotlib.use("agg")

from matplotlib import pyplot as plt

from helpers import diagrams, style
from helpers import plotting as p

ROOT = Path(__file__).resolve().parents[2]
LOSSES = torch.tensor([2.0, 1.0, 0.5])
EYE = torch.eye(3)
# One ordinary call of every plot, each with Chinese and mathematics where a text is given.
CALLS = {
    "loss_curve": lambda **k: p.loss_curve({"训练 $L$": LOSSES, "验证": [2, 1.5, 1]}, {"基线": 1.2}, **k),
    "sequence_forecast": lambda **k: p.sequence_forecast(torch.sin(torch.arange(9.0)), [0.1, 0.2], 7, **k),
    "unfolded_graph": lambda **k: diagrams.unfolded_graph(arrow="unfold (展开)", **k),
    "norms_over_time": lambda **k: p.norms_over_time({"RNN": [0, 1e-3, np.inf]}, xlabel="时间步 $t$", **k),
    "heat_map": lambda **k: p.heat_map(EYE, xticks="查询键", annotate=True, label="注意力 $w_{ij}$", **k),
    "confusion_matrix": lambda **k: p.confusion_matrix([[9, 1], [2, 8]], ["猫", "Portuguese"], **k),
    "image_sheet": lambda: p.image_sheet(torch.rand(5, 1, 4, 4), titles="一二三四五", columns=3),
    "sight": lambda **k: p.sight(EYE > 0, ylabel="输出 $y_t$", **k),
    "scores": lambda **k: p.scores({"GRU": 0.8, "门控 $h_t$": [0.7, 0.9]}, {"多数类": 0.1}, **k),
    "sliding_window": lambda: p.sliding_window(torch.eye(4), EYE, torch.ones(2, 2), padding=0),
    "transformer_graph": lambda **k: diagrams.transformer_graph(layers="N", **k),
    "attention_graph": lambda **k: diagrams.attention_graph(list("8.2.2041"), query="“.”", **k),
    "heads_graph": lambda **k: diagrams.heads_graph(n_head=2, **k),
    "layers_graph": lambda **k: diagrams.layers_graph(["卷积 $f$", "pool"], [(1, 4), (2, 4), (8,)], **k),
    "encoder_layer_graph": lambda **k: diagrams.encoder_layer_graph(**k),
    "lstm_cell": lambda **k: diagrams.lstm_cell(**k),
    "gru_cell": lambda **k: diagrams.gru_cell(**k),
    "dropout_graph": lambda **k: diagrams.dropout_graph(**k),
    "window_graph": lambda **k: diagrams.window_graph(**k),
    "shared_heads_graph": lambda **k: diagrams.shared_heads_graph(**k),
    "way_back_graph": lambda **k: diagrams.way_back_graph(**k),
}
FIGURES_OF_THEIR_OWN = ("image_sheet", "sliding_window")
SMALLEST_LETTERS = {"transformer_graph": 10.5}  # points; 11 everywhere else


@pytest.fixture(autouse=True)
def _clean():
    with matplotlib.rc_context(matplotlib.rcParamsDefault | {"backend": "agg"}):
        yield
    plt.close("all")


def first(axes):
    return axes.flat[0] if isinstance(axes, np.ndarray) else axes


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [] if ax.get_legend() is None else [text.get_text() for text in ax.get_legend().get_texts()]


def solid(ax):
    return [line for line in ax.lines if line.get_linestyle() == "-"]


def test_every_plot_and_drawing_is_tried_here():
    """A new function of `plotting` or `diagrams` gets a line in CALLS, and with it all the tests below."""
    public = {
        name
        for module in (p, diagrams)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public - {"label_texts"} == set(CALLS)


# ---------------------------------------- style


def test_import_changes_nothing_and_use_style_does():
    code = (
        "import matplotlib as m; from matplotlib import font_manager as f; before = dict(m.rcParams);"
        "from helpers import plotting as p; names = lambda: {e.name for e in f.fontManager.ttflist};"
        "assert dict(m.rcParams) == before and 'Course Sans CJK' not in names();"
        "p.use_style(); p.use_style(); assert m.rcParams['font.family'][0] == 'Course Sans CJK';"
        "assert sum(e.name == 'Course Sans CJK' for e in f.fontManager.ttflist) == 1;"
        "assert not m.pyplot.get_fignums()"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("name", CALLS)
def test_plot_leaves_style_as_it_was_and_needs_no_call_before(name):
    before = dict(matplotlib.rcParams)
    ax = first(CALLS[name]())
    assert dict(matplotlib.rcParams) == before
    figure = ax.figure
    assert figure.dpi == 100 and figure.get_figwidth() <= 8.5 and figure.get_figheight() <= 8
    figure.canvas.draw()
    written = [
        text for text in figure.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()
    ]
    assert {text.get_fontfamily()[0] for text in written} == {"Course Sans CJK"}
    assert min(text.get_fontsize() for text in written) >= SMALLEST_LETTERS.get(name, 11)


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_cut_off_at_the_edge_of_the_figure(name):
    figure = first(CALLS[name]()).figure
    figure.canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 >= -0.01 and drawn.y0 >= -0.01 and drawn.x1 <= width + 0.01 and drawn.y1 <= height + 0.01


@pytest.mark.parametrize("name", [name for name in CALLS if name not in FIGURES_OF_THEIR_OWN])
def test_draws_into_the_given_axes_which_then_look_alike(name):
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    assert CALLS[name](ax=right) is right
    assert not left.has_data() and plt.get_fignums() == [figure.number]
    figure.canvas.draw()
    for text in (right.xaxis.label, right.title, *right.get_xticklabels(), *right.get_yticklabels()):
        assert text.get_fontfamily()[0] == "Course Sans CJK" and text.get_fontsize() >= 11
    figure.colorbar(plt.cm.ScalarMappable(), ax=left)
    plt.tight_layout()  # what many notebooks write next must not fail


def test_two_calls_share_axes_colours_and_legend():
    ax = plt.figure().add_subplot()
    p.loss_curve({"a": [2, 1]}, ax=ax)
    p.loss_curve({"b": [3, 2]}, ax=ax)
    assert [line.get_color() for line in ax.lines] == [style.BLUE, style.VERMILLION]
    assert legend(ax) == ["a", "b"]


# ---------------------------------------- what is drawn


@pytest.mark.parametrize(
    "losses",
    [
        LOSSES.clone().requires_grad_(),
        LOSSES.to(torch.bfloat16),
        LOSSES.numpy(),
        [2, 1, 0.5],
        [torch.tensor(2.0, requires_grad=True), torch.tensor(1.0), 0.5],  # losses appended without .item()
        pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")),
    ],
    ids=["grad", "bfloat16", "numpy", "list", "list of tensors", "cuda"],
)
def test_loss_curve_takes_any_kind_of_numbers(losses):
    ax = p.loss_curve(LOSSES.cuda() if isinstance(losses, str) else losses)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2, 1, 0.5])
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3])
    assert (ax.get_xlabel(), ax.get_ylabel(), legend(ax)) == ("epoch", "loss", [])


def test_loss_curve_with_baselines():
    ax = p.loss_curve({"train": [3, 2], "test": [3, 2.5, 2]}, {"copy": 1.5, "mean": 2.2}, first=0, log=True)
    assert legend(ax) == ["train", "test", "copy", "mean"]
    assert ax.get_yscale() == "log" and list(ax.lines[1].get_xdata()) == [0, 1, 2]
    levels = ax.lines[2:]
    assert [line.get_ydata()[0] for line in levels] == [1.5, 2.2]
    assert len({line.get_linestyle() for line in levels}) == 1 and levels[0].is_dashed()
    assert levels[0]._dash_pattern != levels[1]._dash_pattern  # told apart without colour
    assert legend(p.loss_curve([1], torch.tensor(0.5), baseline_label="entropy"))[-1] == "entropy"


def test_legend_lies_beside_the_axes_and_hides_no_curve():
    ax = CALLS["loss_curve"]()
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1


def test_what_has_no_place_on_the_axis_is_marked_at_its_edge():
    ax = p.loss_curve({"a": [1, np.nan, np.inf, -np.inf, 0]}, log=True)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1] + [np.nan] * 4)
    marks = {line.get_marker(): (list(line.get_xdata()), line.get_ydata()[0]) for line in ax.lines[1:]}
    assert marks == {"v": ([4, 5], 0), "^": ([3], 1), "x": ([2], 1)}
    assert legend(ax) == ["a", "0 or less", "infinite", "not a number"]
    linear = p.loss_curve([1, 0])
    np.testing.assert_array_equal(linear.lines[0].get_ydata(), [1, 0])
    assert len(linear.lines) == 1


def test_sequence_forecast_begins_at_its_step():
    ax = p.sequence_forecast([0, 1, 2, 3], {"model": [2.5, 3.5, 4.5], "copy": [1, 1]}, start=2)
    truth, model, copy = solid(ax)
    np.testing.assert_array_equal(truth.get_xdata(), [0, 1, 2, 3])
    np.testing.assert_array_equal(model.get_xdata(), [2, 3, 4])
    np.testing.assert_array_equal(copy.get_ydata(), [1, 1])
    assert ax.lines[-1].get_xdata()[0] == 1.5
    assert legend(ax) == ["truth", "model", "copy", "forecast begins"]


def test_norms_over_time_marks_vanished_and_exploded():
    ax = p.norms_over_time({"RNN": [0.0, 0.0, 1e-20, 1.0], "LSTM": torch.full((4,), 0.5)})
    assert ax.get_yscale() == "log" and "partial" in ax.get_ylabel()
    rnn, zeros, lstm = ax.lines
    np.testing.assert_array_equal(rnn.get_ydata(), [np.nan, np.nan, 1e-20, 1.0])
    assert list(zeros.get_xdata()) == [0, 1] and zeros.get_color() == rnn.get_color()
    assert legend(ax) == ["RNN", "LSTM", "0 or less"]
    np.testing.assert_array_equal(p.norms_over_time([0, 1], log=False).lines[0].get_ydata(), [0, 1])


@pytest.mark.parametrize(
    "kind, edges",
    [("many-to-many", "UUUVVVWWWW"), ("many-to-one", "UUUVWWW"), ("one-to-many", "UVVVWWW")],
)
def test_unfolded_graph_shares_its_weights(kind, edges):
    ax = diagrams.unfolded_graph(3, folded=False, kind=kind)
    assert sorted(text[1] for text in texts(ax) if text in ("$U$", "$V$", "$W$")) == list(edges)
    assert {"$h_{t-1}$", "$h_t$", "$h_{t+1}$"} <= set(texts(ax))
    assert sum(text.startswith("$x") for text in texts(ax)) == edges.count("U")
    assert sum(text.startswith("$y") for text in texts(ax)) == edges.count("V")


def test_unfolded_graph_puts_the_folded_cell_on_the_left():
    ax = diagrams.unfolded_graph(2, arrow="展开", rows=("输入", "h", "y"))
    at = {text.get_text(): text.get_position() for text in ax.texts}
    assert at["输入"][0] < at["$h$"][0] < at["展开"][0] < at["$h_t$"][0] < at["$h_{t+1}$"][0]
    assert at["$x_t$"][1] < at["$h_t$"][1] < at["$y_t$"][1]
    assert texts(ax).count("$W$") == 4  # the loop, in, between, out


def test_unfolded_graph_in_other_letters():
    found = texts(diagrams.unfolded_graph(2, weights=("W_{xh}", "W_{hh}", "W_{hy}")))
    assert [found.count(name) for name in ("$W_{xh}$", "$W_{hh}$", "$W_{hy}$")] == [3, 4, 3]


@pytest.mark.parametrize(
    "draw, letters, signs",
    [
        (diagrams.lstm_cell, ["f", "i", "g", "o", "c_{t-1}", "c_t", "h_{t-1}", "h_t", "x_t"], "⊙⊙⊙+"),
        (
            diagrams.gru_cell,
            ["z", "r", "n", "1-z", "h_{t-1}", "h_t", "x_t", "W_{hn}h_{t-1}+b_{hn}", "W_{in}x_t+b_{in}"],
            "⊙⊙⊙+",
        ),
    ],
)
def test_cells_are_drawn_in_the_letters_of_their_equations(draw, letters, signs):
    found = texts(draw())
    assert [found.count(f"${letter}$") for letter in letters] == [1] * len(letters)
    assert sorted(text for text in found if text in "⊙+") == sorted(signs)


@pytest.mark.parametrize("steps, kernel, dilation", [(4, 2, 1), (8, 3, 2), (5, 4, 3)])
def test_window_graph_has_the_zeros_of_a_causal_convolution(steps, kernel, dilation):
    found = texts(diagrams.window_graph(steps, kernel, dilation))
    assert found.count("0") == dilation * (kernel - 1)
    assert (
        sum(text.startswith("$y") for text in found) == sum(text.startswith("$x") for text in found) == steps
    )


def test_dropout_graph_drops_on_the_ways_up_between_layers_only():
    found = texts(diagrams.dropout_graph(layers=3, steps=4))
    assert (found.count("drop"), found.count("logits")) == (2 * 4, 1)


def test_shared_heads_graph_tells_who_shares():
    ax = diagrams.shared_heads_graph(6, 3)
    assert texts(ax).count("$k_2,\\,v_2$") == 1
    assert "heads 2 to 3 share keys and values 1" in ax.alt_text


def test_transformer_graph_names_its_parts():
    ax = diagrams.transformer_graph(layers="6")
    found = texts(ax)
    once = ("self-attention", "masked self-attention", "cross-attention", "memory", "encoder", "decoder")
    for part in once:
        assert found.count(part) == 1
    assert found.count("feed-forward") == 2 and found.count("add, layer norm") == 5
    assert found.count("6 ×") == 2


def test_a_forecast_that_meets_the_truth_is_drawn_inside_it():
    ax = p.sequence_forecast([0.0, 1.0, 2.0], [1.0, 2.0], start=1)
    truth, forecast = ax.lines[:2]
    assert truth.get_linewidth() > 2 * forecast.get_linewidth() and truth.get_color() != forecast.get_color()


def test_inputs_of_who_sees_whom_by_name():
    ax = p.sight(EYE > 0, xticks=["s", "u", "pad"])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["s", "u", "pad"]
    with pytest.raises(ValueError, match="xticks must hold 3 labels; got 2"):
        p.sight(EYE > 0, xticks="ab")


def test_heat_map_values_ticks_and_cells():
    matrix = torch.tensor([[0.25, -1.0], [0.5, -torch.inf]], requires_grad=True)
    ax = p.heat_map(matrix, xlabel="key", xticks=["a", " "], yticks=torch.tensor([3, 4]), annotate=True)
    shown = ax.images[0].get_array()
    np.testing.assert_array_equal(shown.mask, [[False, False], [False, True]])
    np.testing.assert_array_equal(shown.compressed(), [0.25, -1, 0.5])
    assert texts(ax) == ["0.25", "−1.00", "0.50", "−∞"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "␣"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["3", "4"]
    assert ax.get_ylim() == (1.5, -0.5) and ax.get_xlabel() == "key"  # row 0 on top


def test_heat_map_colours():
    assert p.heat_map([[-1.0, 3.0]], diverging=True).images[0].get_clim() == (-3, 3)
    assert p.heat_map([[-1.0, 3.0]]).images[0].get_clim() == (-1, 3)
    assert p.heat_map([[0.2, 0.4]], vmin=0, vmax=1).images[0].get_clim() == (0, 1)
    assert p.heat_map([[np.nan, -np.inf]], annotate=True).images[0].get_array().mask.all()
    sparse = p.heat_map(EYE.to_sparse()).images[0].get_array()
    np.testing.assert_array_equal(sparse, np.eye(3))
    dark, light = p.heat_map([[1.0, 0.0]], annotate=True).texts
    assert (dark.get_color(), to_rgba(light.get_color())) == ("white", to_rgba("black"))


def test_heat_map_numbers_do_not_run_into_one_another():
    ax = p.heat_map(-torch.rand(20, 20), annotate=True)
    ax.figure.canvas.draw()
    row = [text.get_window_extent() for text in ax.texts[:20]]
    assert all(left.x1 < right.x0 for left, right in zip(row, row[1:], strict=False))


def test_confusion_matrix_colours_errors_by_their_own_scale():
    counts = torch.tensor([[985, 15, 0], [0, 0, 0], [1, 2, 997]])
    ax = p.confusion_matrix(counts, ["a", "b", "c"])
    errors, right = ax.images
    np.testing.assert_allclose(errors.get_array().compressed(), [0.015, 0, 0, 0, 0.001, 0.002])
    np.testing.assert_allclose(right.get_array().compressed(), [0.985, 0, 0.997])
    assert errors.get_clim() == (0, 0.015) and right.get_clim()[1] > 1
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    assert cells == {(c, r): str(int(counts[r, c])) for r in range(3) for c in range(3)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert p.confusion_matrix(counts, normalize=False).images[0].get_clim() == (0, 15)
    assert p.confusion_matrix([[1000, 1], [0, 999]]).images[0].get_clim() == (0, 0.01)


def test_confusion_matrix_is_readable_at_twelve_classes():
    names = ["Portuguese", "Spanish", "Italian", "French", "German", "Dutch"]
    names += ["Danish", "Swedish", "Finnish", "Polish", "Czech", "Hungarian"]
    ax = p.confusion_matrix(np.full((12, 12), 1135), names)
    ax.figure.canvas.draw()
    for labels in (ax.texts, ax.get_xticklabels(), ax.get_yticklabels()):
        assert min(label.get_fontsize() for label in labels) >= 10
    cells = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(cells) for b in cells[i + 1 :])
    rows = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for i, a in enumerate(rows) for b in rows[i + 1 :])


def test_image_sheet():
    images = torch.arange(5 * 4 * 6, dtype=torch.uint8).reshape(5, 1, 4, 6)
    sheet = p.image_sheet(images, titles=torch.arange(5), columns=3, highlight=torch.arange(5) == 1)
    assert sheet.shape == (5,) and len(sheet[0].figure.axes) == 5
    np.testing.assert_allclose(sheet[2].images[0].get_array(), images[2, 0] / 255)
    assert len({ax.images[0].get_clim() for ax in sheet}) == 1  # one brightness scale
    assert [ax.get_title() for ax in sheet] == list("01234")
    frames = [to_rgba(ax.spines["left"].get_edgecolor()) == to_rgba(style.VERMILLION) for ax in sheet]
    assert frames == [False, True, False, False, False]
    assert sheet[3].get_subplotspec().rowspan.start == 1


def test_image_sheet_colours():
    colours = torch.rand(2, 3, 4, 5)
    shown = p.image_sheet(colours)[1].images[0].get_array()
    np.testing.assert_allclose(shown, colours[1].permute(1, 2, 0), rtol=1e-6)
    stretched = np.stack([ax.images[0].get_array() for ax in p.image_sheet(colours * 4 - 2)])
    assert stretched.min() == 0 and stretched.max() == 1
    assert (
        p.image_sheet(torch.full((1, 3, 2, 2), 7.0))[0].images[0].get_array().max() == 0
    )  # nothing to stretch
    assert p.image_sheet(torch.tensor([[[-1.0, 3.0]]]), diverging=True)[0].images[0].get_clim() == (-3, 3)
    whole = p.image_sheet(np.full((1, 3, 2, 2), 255))[0].images[0].get_array()
    np.testing.assert_array_equal(whole, np.ones((2, 2, 3)))


def test_sight_fills_what_moves():
    seen = torch.tril(torch.ones(3, 4, dtype=torch.bool))
    ax = p.sight(seen)
    image = ax.images[0]
    np.testing.assert_array_equal(image.get_array(), seen)
    assert to_rgba(style.BLUE) == tuple(image.to_rgba(image.get_array())[2, 0])
    assert tuple(image.to_rgba(image.get_array())[0, 3]) == (1, 1, 1, 1)
    assert ax.get_legend() is not None and p.sight(EYE > 0, legend=False).get_legend() is None
    assert p.sight(torch.ones(2, 2) > 0).images[0].get_clim() == (0, 1)  # all True is not drawn as all white
    assert ax.get_ylim() == (2.5, -0.5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input step (changed)", "output step")
    np.testing.assert_array_equal(
        ax.get_xticks(minor=True), [-0.5, 0.5, 1.5, 2.5, 3.5]
    )  # lines between cells


def test_scores_bars_dots_and_baselines():
    ax = p.scores({"bar": 0.5, "seeds": torch.tensor([0.7, 0.9, 0.8])}, {"majority": 0.1, "bigrams": 0.74})
    (bar,) = ax.patches
    assert bar.get_width() == 0.5 and bar.get_x() == 0
    dots, mean = (line for line in ax.lines if line.get_marker() in ("o", "|"))
    np.testing.assert_allclose(dots.get_xdata(), [0.7, 0.9, 0.8])
    np.testing.assert_allclose(mean.get_xdata(), [0.8])
    assert len(set(dots.get_ydata())) == 3  # equal runs would else hide one another
    assert [line.get_xdata()[0] for line in ax.lines if line.is_dashed()] == [0.1, 0.74]
    assert legend(ax) == ["one seed", "mean", "majority", "bigrams"]
    assert texts(ax) == ["0.500", "mean 0.800"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bar", "seeds"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first on top
    assert ax.get_xlim()[0] <= 0
    assert p.scores({"a": [0.98, 0.99]}).get_xlim()[0] > 0.9


# ---------------------------------------- what is refused


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: p.loss_curve(torch.ones(2, 3)), r"losses must be .* \(T,\), .*; got shape \(2, 3\)"),
        (lambda: p.loss_curve({"a": []}), r"losses 'a' must be .* no axis empty; got shape \(0,\)"),
        (lambda: p.loss_curve({}), "losses is an empty dict"),
        (lambda: p.loss_curve(["high", "low"]), "losses must be numbers .*; got dtype <U4, type list"),
        (lambda: p.loss_curve([[1, 2], [3]]), r"different shapes: \[\(2,\), \(1,\)\]"),
        (
            lambda: p.loss_curve([1], {"copy": [1, 2]}),
            r"baseline 'copy' must be .* \(\), .*; got shape \(2,\)",
        ),
        (lambda: p.loss_curve([1], np.nan), "baseline 'baseline' must be finite; got nan"),
        (lambda: p.loss_curve([1], 0, log=True), "log=True needs baselines above 0"),
        (lambda: p.sequence_forecast(EYE, [1]), r"truth must be .* \(T,\), .*; got shape \(3, 3\)"),
        (lambda: p.sequence_forecast([1, 2], EYE), r"forecast must be .*; got shape \(3, 3\)"),
        (
            lambda: p.sequence_forecast([1, 2], [1], start=3),
            r"start must be a step of the truth, 0 ... 2; got 3",
        ),
        (lambda: p.norms_over_time({"RNN": EYE}), r"norms 'RNN' must be .*; got shape \(3, 3\)"),
        (lambda: p.norms_over_time({"RNN": [-1]}), "norms RNN must not be negative; got -1"),
        (lambda: diagrams.unfolded_graph(7), "steps must be a whole number, 1 ... 6, .* got 7"),
        (lambda: diagrams.unfolded_graph(kind="one"), "kind must be one of many-to-many, .* got 'one'"),
        (lambda: diagrams.unfolded_graph(rows="xh"), "rows must hold 3 labels; got 2"),
        (lambda: diagrams.dropout_graph(1), "layers must be 2 ... 4, steps 2 ... 6; got 1 and 3"),
        (lambda: diagrams.window_graph(12), "steps must be 4 ... 10, .*; got 12, 3, 2"),
        (lambda: diagrams.shared_heads_graph(4, 3), "a multiple of num_kv_heads; got 4 and 3"),
        (lambda: diagrams.way_back_graph(9), "steps must be 2 ... 5; got 9"),
        (lambda: p.heat_map([1, 2]), r"matrix must be .* \(R, C\), .*; got shape \(2,\)"),
        (lambda: p.heat_map(torch.ones(1, 2, 3)), r"got shape \(1, 2, 3\)"),
        (lambda: p.heat_map(EYE, xticks="ab"), "xticks must hold 3 labels; got 2"),
        (lambda: p.heat_map(EYE, yticks="abcd"), "yticks must hold 3 labels; got 4"),
        (lambda: p.confusion_matrix(torch.ones(2, 3)), r"matrix must be square, .* got shape \(2, 3\)"),
        (lambda: p.confusion_matrix([[0.9, 0.1], [0.2, 0.8]]), "matrix must hold counts"),
        (lambda: p.confusion_matrix([[1, -1], [0, 1]]), "matrix must hold counts"),
        (lambda: p.confusion_matrix(EYE, ["a"]), "labels must hold 3 labels; got 1"),
        (
            lambda: p.image_sheet(torch.ones(28, 28)),
            r"images must be .* \(N, H, W\) or .*; got shape \(28, 28\)",
        ),
        (lambda: p.image_sheet(torch.ones(2, 8, 4, 4)), r"1 or 3 channels, .*; got shape \(2, 8, 4, 4\)"),
        (lambda: p.image_sheet(torch.ones(2, 4, 4), titles="abc"), "titles must hold 2 labels; got 3"),
        (lambda: p.image_sheet(torch.ones(2, 4, 4), columns=0), "columns must be at least 1; got 0"),
        (
            lambda: p.image_sheet(torch.ones(2, 4, 4), highlight=[1, 0]),
            "highlight must be 2 booleans; got dtype int",
        ),
        (lambda: p.image_sheet(torch.full((1, 2, 2), torch.nan)), "images must be finite"),
        (lambda: p.sight(EYE), "seen must be booleans .* got dtype float32"),
        (lambda: p.sight(torch.ones(3) > 0), r"seen must be .* \(T_out, T_in\), .*; got shape \(3,\)"),
        (lambda: p.scores([0.5]), r"values must be a dict .* got \[0.5\]"),
        (lambda: p.scores({}), "values must be a dict .* not empty; got {}"),
        (lambda: p.scores({"a": 1}, baselines=0.5), "baselines must be a dict .* got 0.5"),
        (lambda: p.scores({"a": EYE}), r"values 'a' must be .* \(\) or \(seeds,\), .*; got shape \(3, 3\)"),
        (lambda: p.scores({"a": [0.5, np.nan]}), "values 'a' must be finite"),
    ],
)
def test_wrong_input_is_refused_and_no_figure_is_left(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    # An empty figure left open would appear below the error in a notebook.
    assert not plt.get_fignums()


# ---------------------------------------- the font


@pytest.fixture
def only_our_fonts(monkeypatch):
    """matplotlib's own fonts and ours: one that the system has could hide a missing glyph."""
    shipped = Path(matplotlib.get_data_path())
    fonts = [font for font in font_manager.fontManager.ttflist if shipped in Path(font.fname).parents]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
    font_manager.fontManager._findfont_cached.cache_clear()
    p.use_style()


# matplotlib's cache of fonts, as it is after it was written while an environment was being deleted.
SPOILT = """
import pathlib, matplotlib
from matplotlib import font_manager as f
f.fontManager.ttflist = []  # not even what the system has
cache = pathlib.Path(matplotlib.get_cachedir(), f"fontlist-v{f.FontManager.__version__}.json")
f.json_dump(f.fontManager, cache)
"""
DRAWS = """
import matplotlib
matplotlib.use("agg")
from matplotlib import font_manager, pyplot
from helpers import plotting
plotting.use_style()
pyplot.figure().suptitle("ł")
pyplot.figtext(0, 0.5, r"你 $\\sum_t x_t$")
pyplot.savefig("drawn.png")
print(font_manager.findfont("DejaVu Sans", fallback_to_default=False))
"""


def test_a_spoilt_cache_of_fonts_spoils_no_plot(tmp_path):
    own = {"MPLCONFIGDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for code in (SPOILT, DRAWS):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | own, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert done.stderr == "", "fonts that matplotlib did not find"
    assert Path(done.stdout.strip()).is_relative_to(matplotlib.get_data_path())


def missing(draw, caplog) -> list[str]:
    """What matplotlib says about missing glyphs: a warning for plain text, a log entry beside $...$."""
    caplog.clear()
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.WARNING):
        warnings.simplefilter("always")
        draw()
    return [str(w.message) for w in caught] + [record.getMessage() for record in caplog.records]


def character_set() -> str:
    spec = importlib.util.spec_from_file_location("font_subset", ROOT / "tools" / "font_subset.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CHARACTERS


@pytest.mark.parametrize("name", CALLS)
def test_no_glyph_is_missing_from_any_plot(name, only_our_fonts, caplog):
    assert missing(lambda: first(CALLS[name]()).figure.canvas.draw(), caplog) == []


@pytest.mark.parametrize("maths", ["", "$h_t$ "])
def test_every_character_of_the_font_is_drawn_alone_and_beside_maths(maths, only_our_fonts, caplog):
    letters = [c for c in character_set() if c not in "$\\"]
    lines = ["".join(letters[i : i + 60]) for i in range(0, len(letters), 60)]
    figure = plt.figure()
    for line in lines:
        figure.text(0, 0.5, maths + line)
    assert missing(figure.canvas.draw, caplog) == []


@pytest.mark.parametrize("maths", ["", "$h_t$ "])
def test_a_character_that_the_font_lacks_is_reported(maths, only_our_fonts, caplog):
    assert "鑫" not in character_set()
    figure = plt.figure()
    figure.text(0, 0.5, maths + "隐藏鑫")
    reports = missing(figure.canvas.draw, caplog)
    assert reports and all("946b" in report.lower() for report in reports)


def test_european_names_are_drawn(only_our_fonts, caplog):
    figure = plt.figure()
    figure.text(
        0, 0.5, "Łódź žluťoučký kůň Győr ştiinţă Țara Ångström ñ ç ß Українська Ελληνικά ħ ı ģ ķ ļ ņ ē ė į ų"
    )
    assert missing(figure.canvas.draw, caplog) == []


def test_font_file_is_small_renamed_and_licensed():
    font = FT2Font(str(style.FONT))
    assert font.family_name == "Course Sans CJK"
    assert {chr(code) for code in font.get_charmap()} == set(character_set())
    assert style.FONT.stat().st_size < 300_000
    licence = style.FONT.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "2014-2021 Adobe" in licence


def code_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "".join("".join(cell["source"]) for cell in cells)


@pytest.mark.parametrize("folder", ["notebooks", "solutions", "helpers"])
def test_font_has_all_chinese_of_the_code(folder):
    files = [
        f for f in (ROOT / folder).rglob("*") if f.suffix in (".py", ".ipynb") and ".ipynb_c" not in str(f)
    ]
    for path in files:
        lacking = {c for c in code_of(path) if "\u4e00" <= c <= "\u9fff"} - set(character_set())
        assert not lacking, (
            f"{path.name} uses {''.join(sorted(lacking))}: add them to tools/font_subset.py, run it"
        )
