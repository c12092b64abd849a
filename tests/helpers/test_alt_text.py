"""Every figure says in words what it shows: each plotting function's sentence, and its way into the page."""

import inspect
import re

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from IPython.core.interactiveshell import InteractiveShell
from nbconvert import HTMLExporter

from helpers import alt_text, diagrams, plotting

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def said(*_):
    return alt_text.alt_text(plt.gcf())


@pytest.mark.parametrize(
    "draw, sentence",
    [
        (
            lambda: plotting.loss_curve({"ours": [1.0, 0.25]}, baseline=0.5, baseline_label="persistence"),
            "Loss against epoch: ours from 1 to 0.25; dashed line persistence at 0.5.",
        ),
        (
            lambda: plotting.loss_curve([1.0, 0.1, 0.5], log=True),
            "Loss on a logarithmic axis against epoch: from 1 to 0.5, lowest 0.1 at 2.",
        ),
        (
            lambda: plotting.loss_curve([1.0, float("nan")]),
            "Loss against epoch: from 1 to not a number.",
        ),
        (
            lambda: plotting.sequence_forecast([0.0, 1.0, 2.0], [1.0, 4.0], start=1),
            "Value against step: truth from 0 to 2; forecast from 1 to 4; the forecast begins at 1; "
            "forecast is off by 1 on average.",
        ),
        (
            lambda: plotting.norms_over_time({"radius 3": [1e-9, 2.0, 1.0]}),
            "‖∂L/∂h_t‖ on a logarithmic axis against step t: radius 3 from 1e-09 to 1, highest 2 at 1.",
        ),
        (
            lambda: plotting.heat_map(
                [[0.25, 0.75], [1.0, -np.inf]], xticks="ab", yticks="cd", label="weight"
            ),
            "Weight as colours, 2 row × 2 column, from 0.25 to 1, 1 masked; the largest of each row: "
            "c → b, d → a.",
        ),
        (
            lambda: plotting.heat_map([[-np.inf]]),
            "Value as colours, 1 row × 1 column, all masked.",
        ),
        (
            lambda: plotting.confusion_matrix([[5, 1], [0, 4]], ["Dutch", "German"]),
            "Confusion matrix of 2 classes, 9 of 10 right; most frequent errors: "
            "Dutch taken for German 1 times.",
        ),
        (
            lambda: plotting.image_sheet(torch.rand(3, 5, 4), ["7", "1", "2"], highlight=[False, True, True]),
            "3 images of 5 × 4 in rows of 3, titles: 7, 1, 2; in red: 1–2, counted from 0.",
        ),
        (
            lambda: plotting.scores({"our RNN": 0.5, "GRU": [0.25, 0.75]}, baselines={"guessing": 0.1}),
            "Mean of 2 runs accuracy on held-out data: our RNN 0.5; GRU 0.5; dashed line guessing at 0.1.",
        ),
        (
            lambda: plotting.sliding_window(np.ones((3, 3)), np.ones((2, 2)), 4 * np.ones((2, 2)), 1, 0),
            "Image of 3 × 3 numbers, padding 0; the window of the 2 × 2 kernel that gives 4 at row 1, "
            "column 0 of the 2 × 2 output is marked.",
        ),
    ],
)
def test_what_a_plot_says(draw, sentence):
    assert said(draw()) == sentence


@pytest.mark.parametrize(
    "seen, sentence",
    [
        (np.tri(4), "each output sees its own and all earlier inputs, a lower triangle"),
        (np.tri(4).T, "each output sees its own and all later inputs, an upper triangle"),
        (np.eye(3), "each output sees its own input only, a diagonal"),
        (np.ones((2, 5)), "every output sees every input"),
        (np.zeros((2, 5)), "no output sees any input"),
        ([[1, 1, 0, 1, 0]], "the output sees 0–1, 3 of inputs 0–4"),
        ([[0, 0]], "the output sees none of inputs 0–1"),
        ([[1, 1, 0], [0, 0, 0]], "output 0 sees 0–1; output 1 sees none"),
        (np.triu(np.tri(20, k=1), -1), "an output sees 2 to 3 of 20 inputs"),
    ],
)
def test_who_sees_whom_in_words(seen, sentence):
    plotting.sight(np.asarray(seen, bool))
    assert said() == sentence[0].upper() + sentence[1:] + "."


def test_several_axes_are_told_by_their_titles():
    _, axes = plt.subplots(1, 2)
    for ax, name in zip(axes, ("RNN", "linear"), strict=True):
        plotting.sight(np.tri(3, dtype=bool) if name == "RNN" else np.eye(3, dtype=bool), ax=ax)
        ax.set_title(name)
    assert said() == (
        "RNN: each output sees its own and all earlier inputs, a lower triangle; "
        "linear: each output sees its own input only, a diagonal."
    )


def test_a_figure_made_by_hand_is_told_from_what_stands_in_it():
    ax = plt.subplots()[1]
    ax.plot([1, 2], [3, 4], label="ours")
    ax.set(xlabel="T", ylabel="seconds")
    assert said() == "Seconds against T: ours from 3 to 4."
    plt.figure().add_subplot().barh(["fast", "slow"], [1, 9])
    plt.gca().set_xlabel("ms")
    assert said() == "Bars of ms: fast 1, slow 9."
    plt.figure().add_subplot().imshow(np.ones((2, 3)))
    assert said() == "A picture of 2 × 3 cells."


@pytest.mark.parametrize(
    "draw",
    [
        diagrams.unfolded_graph,
        diagrams.transformer_graph,
        diagrams.lstm_cell,
        diagrams.gru_cell,
        diagrams.heads_graph,
        diagrams.encoder_layer_graph,
        diagrams.dropout_graph,
        diagrams.window_graph,
        diagrams.way_back_graph,
        diagrams.shared_heads_graph,
    ],
)
def test_drawings_name_their_parts(draw):
    draw()
    assert len(said().split()) > 20


def test_the_drawing_of_a_network_names_the_shapes_between_its_parts():
    diagrams.layers_graph(["conv1", "pool ", "fc"], [(1, 4, 4), (8, 4, 4), (8, 2, 2), (10,)])
    assert said() == ("Shapes through a network: 1 × 4 × 4; conv1 → 8 × 4 × 4; pool → 8 × 2 × 2; fc → 10.")
    with pytest.raises(ValueError, match="3 parts need 4 shapes, before and after each; got 3"):
        diagrams.layers_graph(["conv1", "pool", "fc"], [(1, 4, 4), (8, 4, 4), (10,)])


def test_every_function_of_the_plots_describes():
    """A new one without a sentence fails here: each that draws calls `describe`, itself or in `_finish`."""
    for module in (plotting, diagrams):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and hasattr(function, "__wrapped__"):
                source = inspect.getsource(function)
                assert re.search(r"\bdescribe\(|_finish\(", source), name


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_a_shown_figure_carries_it_into_the_page(shell):
    plotting.use_style()
    plotting.loss_curve({'a "quoted" <name>': [1.0, 0.5]})
    shell.display_formatter.formatters["image/png"].for_type(plt.Figure, lambda figure: "iVBORw0KGgo=")
    data, metadata = shell.display_formatter.format(plt.gcf())
    assert data["image/png"] == "iVBORw0KGgo="
    assert metadata["image/png"]["alt"] == said()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("", outputs=[output])
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    found = BeautifulSoup(page, "html.parser").img["alt"]
    assert found == 'Loss against epoch: a "quoted" <name> from 1 to 0.5.'


def test_a_line_over_words_is_told():
    plt.plot(["a", "b", "c"], [1.0, 3.0, 2.0])
    plt.xlabel("letter")
    plt.ylabel("count")
    assert said() == "Count against letter: from 1 to 2, highest 3 at 1."


def test_bars_that_a_chapter_draws_itself_are_told_by_their_names():
    for offset, whose in ((-0.2, "ours"), (0.2, "torch's")):
        plt.barh([0 + offset, 1 + offset], [3.25, 4.0], height=0.3, label=whose)
    plt.yticks([0, 1], ["pool", "norm"])
    plt.xlabel("milliseconds")
    assert said() == (
        "Bars of milliseconds ours: pool 3.25, norm 4; bars of milliseconds torch's: pool 3.25, norm 4."
    )
    plt.figure()
    plt.bar(range(3), [0.5, 0.25, 0.25])
    plt.xticks(range(3), list("8.8"))
    plt.title("weights")
    assert said() == "Weights: bars: 8 0.5, . 0.25, 8 0.25."
