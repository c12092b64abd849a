"""What a student reads: every text is filled in, and the well-known mistakes are explained in words."""

import re
import string
import sys

import pytest
import torch
from labelled import ALL, DEFINES, RIGHT, WRONG, case_id
from torch import nn

from helpers import checks
from helpers.checks.comparison import Case, Words, Wrong
from helpers.checks.findings import COMPARISONS, MODELS, TRAINING, finding
from helpers.checks.findings.row import BY_CASE, EVERYTHING, Row, table
from helpers.checks.functions import Function
from helpers.checks.report import Finding, Item, Verdict

LOOP = "gradient_clipping"
FIELDS = set(
    [
        "call",
        "shape",
        "outputs",
        "what",
        "asked",
        "layers",
        "read",
        "cell",
        "hidden",
        "expected",
        "a_cell",
        "wanted",
        "place",
        "p",
        "bound",
        "does",
        "wants",
        "how",
        "top",
        "output",
        "forbidden",
    ]
)


def find(exercise, name):
    return next(a for a in ALL if (a.exercise, a.name) == (exercise, name))


def report(exercise, name, seed=0):
    return find(exercise, name).verdict(seed).text(10)


@pytest.mark.parametrize("rows", [MODELS, TRAINING, COMPARISONS], ids=["models", "training", "comparisons"])
def test_every_finding_has_a_title_and_says_what_is_expected(rows):
    for name, row in rows.items():
        assert re.fullmatch(r"[a-z_0-9]+", name)
        assert row.title and not row.title.endswith("."), name
        # Of what is compared with a reference, what came and what was expected stand in one line.
        assert row.expected or row.costs == BY_CASE or name == "misfit", name
        for text in (row.title, row.expected, row.likely):
            fields = {field for _, field, _, _ in string.Formatter().parse(text) if field}
            assert fields <= FIELDS, name


@pytest.mark.parametrize("rows, exercises", [(MODELS, set(DEFINES) - {LOOP}), (TRAINING, {LOOP})])
def test_costs_name_only_items_that_exist(rows, exercises):
    items = {item.name for name in exercises for item in checks.exercise(name).items}
    for row in rows.values():
        assert row.costs == EVERYTHING or set(row.costs) <= items | {"behaviour", "runs"}, row.name
    # What another exercise takes for a finding in place of the table's cost.
    for name in exercises - {LOOP}:
        assert set(checks.exercise(name).spec.costs) <= set(rows)


def test_labels_name_only_findings_that_exist():
    for answer in WRONG:
        assert set(answer.findings) <= set(TRAINING if answer.exercise == LOOP else MODELS), answer


def test_a_finding_without_a_row_is_an_error_and_so_are_two_rows_of_one_name():
    items = [Item("a", "first", 1), Item("b", "second", 3)]
    rows = table([Row("one", EVERYTHING, "one of {n}", "none", "{n}")], [Row("two", ("b", "c"), "two")])
    whole = finding(rows, "one", items, "seen", n=3)
    assert (whole.costs, whole.title, whole.got, whole.hint) == (("a", "b"), "one of 3", "seen", "3")
    assert finding(rows, "two", items).costs == ("b",)
    assert finding(rows, "two", items, costs=("a",)).costs == ("a",)
    with pytest.raises(LookupError, match="no row for the finding 'three': what it costs"):
        finding(rows, "three", items)
    with pytest.raises(ValueError, match="'one' stands in the table twice"):
        table(rows.values(), [Row("one", (), "again")])
    with pytest.raises(TypeError, match="costs"):
        Row("free", title="without a cost")


def test_an_exercise_of_a_comparison_adds_rows_and_doubles_none():
    def made(**more):
        return Function(
            "here", title="here", cases=lambda random: [Case([1.0])], reference=lambda x: x, **more
        )

    words = {"output": Words("not the same")}
    wrong = [Wrong("twice", "twice as much", lambda x: 2 * x)]
    rows = made(words=words, wrong=wrong).rows
    assert rows["wrong_output"].title == "not the same"
    assert rows["twice"].costs == BY_CASE
    assert set(rows) == {*COMPARISONS, "twice"}
    with pytest.raises(ValueError, match="'raises' stands in the table twice"):
        made(wrong=[Wrong("raises", "stops", lambda x: x)])
    with pytest.raises(ValueError, match="'twice' stands in the table twice"):
        made(wrong=wrong * 2)


def test_report_of_a_bidirectional_last_step():
    text = report("birnn_bn", "last_step_of_both")
    assert "✗ the final states of both directions go on: 0 of 3" in text
    assert "its backward half has seen one step only" in text
    assert "torch.cat([h_n[-2], h_n[-1]], dim=1)" in text
    assert text.endswith("7 of 10 points")


def test_report_of_clipping_after_the_step():
    text = report("gradient_clipping", "clipped_after_step")
    assert "the gradient is clipped after the step, when it has done its work" in text
    assert "expected: a norm of at most" in text
    assert "your code: gradients of norm up to" in text
    assert text.endswith("6 of 10 points")


def test_report_of_dropout_on_one_layer():
    text = report("dropout_gru", "one_layer")
    assert "with one layer there is no place for the dropout" in text
    assert text.endswith("5 of 10 points")


def test_batch_norm_needs_more_than_one_row_in_training():
    answer = find("birnn_bn", "nn_rnn_h_n").answer()
    model = answer(input_size=3, hidden_size=4, output_size=2)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        model(torch.randn(1, 5, 3))
    assert model.eval()(torch.randn(1, 5, 3)).shape == (1, 2)


def test_a_state_of_the_default_type_costs_nothing_and_is_remarked():
    text = report("dropout_gru", "state_in_the_default_type")
    assert torch.get_default_dtype() is torch.float32
    assert "✗" not in text
    assert "note: a tensor is made in PyTorch's default type, say by torch.zeros(...) without dtype" in text
    assert "x.new_zeros(...) takes type and device from x" in text
    assert text.endswith("10 of 10 points")


def test_a_type_that_is_written_down_costs():
    text = report("two_layer_lstm", "state_float32")
    assert "the code works for float32 only" in text
    assert "note:" not in text
    assert text.endswith("8 of 10 points")


@pytest.mark.parametrize(
    "exercise, name, phrases",
    [
        ("two_layer_lstm", "fresh_python_list", ["your code: self.layers", "nn.ModuleList"]),
        ("two_layer_lstm", "fresh_fixed_batch", ["one batch size only", "runs with 4 sequences only"]),
        ("two_layer_lstm", "fresh_head_in_forward", ["is made in forward", "made in forward: Linear"]),
        ("two_layer_lstm", "fresh_state_handed_on", ["starts from the final state of the layer below"]),
        ("two_layer_lstm", "fresh_top_reads_one_step", ["a layer reads one step only"]),
        ("two_layer_lstm", "fresh_no_tanh_on_cell", ["lacks its tanh", "h = o * tanh(c)"]),
        ("two_layer_lstm", "fresh_lagging_top", ["(counted from 0) do not reach the logits"]),
        ("two_layer_lstm", "fresh_shared_layer", ["embed (Linear), lstm (LSTM), lstm (LSTM), fc (Linear)"]),
        ("dropout_gru", "fresh_first_gap_only", ["dropout between layers 1 and 2 alone"]),
        ("dropout_gru", "fresh_along_too", ["on the states that are carried from step to step"]),
        ("dropout_gru", "fresh_half_unpacks_as_lstm", ["as if it were that of an LSTM"]),
        ("dropout_gru", "fresh_halved_upper_layers", ["hidden units for hidden_size="]),
        (
            "dropout_gru",
            "first_layer_state",
            ["reads the bottom layer", "not verified: what is dropped does not"],
        ),
        ("dropout_gru", "last_sequence", ["the last sequence of the batch is read", "out[:, -1]"]),
        ("dropout_gru", "sizes_swapped", ["swapped", "likely: input_size comes first: nn.GRU(input_size"]),
        ("two_layer_lstm", "sizes_swapped", ["input_size and hidden_size are swapped", "nn.LSTM(input_size"]),
        ("two_layer_lstm", "sizes_of_the_head_swapped", ["nn.Linear(hidden_size, output_size)"]),
        (
            "two_layer_lstm",
            "init_misspelt",
            ["called _init_; it must be called __init__", "two underscores on"],
        ),
        ("two_layer_lstm", "init_with_letters_swapped", ["called __int__; it must be called __init__"]),
        ("two_layer_lstm", "forward_misspelt", ["called foward; it must be called forward"]),
        ("two_layer_lstm", "super_init_forgotten", ["super().__init__() must be the first line"]),
        (
            "two_layer_lstm",
            "arguments_renamed",
            ["it takes input_size, hidden_size, output_size, num_layers"],
        ),
        (
            "two_layer_lstm",
            "argmax_at_the_end",
            ["int64 numbers of shape", "argmax, a comparison or round()"],
        ),
        ("two_layer_lstm", "under_autocast", ["the code gives bfloat16 only", "torch.autocast around it"]),
        ("two_layer_lstm", "first_step_only_where_one_row", ["one sequence alone gets other logits"]),
        ("birnn_bn", "concatenated_along_the_batch", ["concatenate along dim=1", "bn (BatchNorm1d) got"]),
        ("birnn_bn", "states_of_all_layers", ["reads the states of all layers", "top one are h_n[-2:]"]),
        ("birnn_bn", "norm_with_unbiased_variance", ["divided by B - 1", "unbiased=False"]),
        ("dropout_classifier", "functional_dropout_with_defaults", ["in eval mode", "0.50 of the units"]),
        ("birnn_bn", "fresh_view_wrong_order", ["states of two layers", "h_n.view(num_layers, 2, B, H)"]),
        ("birnn_bn", "fresh_layers_misaligned", ["out of step", "flipped back"]),
        ("birnn_bn", "fresh_shared_directions", ["one set of weights serves in two places"]),
        ("birnn_bn", "fresh_backward_detached", ["no gradient for rnn.weight_ih_l0_reverse"]),
        ("gradient_clipping", "fresh_w_empty_generator", ["only the first gradient", "gone through once"]),
        ("gradient_clipping", "fresh_w_no_square_root", ["the square root is missing"]),
        ("gradient_clipping", "norms_squared", ["the squares of the norms"]),
    ],
)
def test_report_says_in_words_what_is_wrong(exercise, name, phrases):
    text = report(exercise, name)
    for phrase in phrases:
        assert phrase in text, text


def test_report_of_an_error_names_the_line():
    text = report("two_layer_lstm", "name_error")
    assert "NameError: name 'hn' is not defined" in text
    assert text.endswith("0 of 10 points")


def test_report_of_a_right_answer_is_short():
    text = report("two_layer_lstm", "nn_lstm_h_n")
    assert "✗" not in text
    assert "expected" not in text
    assert text.endswith("10 of 10 points")


def test_points_are_shared_out_by_items():
    verdict = Verdict([Item("a", "first", 1), Item("b", "second", 3)])
    verdict.add(Finding("x", ("b",), "wrong"), Finding("y", ("b",), "wrong too"), Finding("x", (), "again"))
    assert verdict.share == 0.25
    assert len(verdict.findings) == 2
    assert "✓ first: 1.5 of 1.5" in verdict.text(6)
    assert "1.5 of 6 points" in verdict.text(6)


def test_check_prints_and_returns_points(capsys):
    class TwoLayerLSTM(nn.Module):
        def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size, 1, batch_first=True)
            self.fc = nn.Linear(hidden_size, output_size)

        def forward(self, x):
            return self.fc(self.lstm(x)[0][:, -1])

    torch.manual_seed(5)
    state = torch.random.get_rng_state()
    assert checks.check("two_layer_lstm", TwoLayerLSTM, points=4) == 2.8
    assert torch.equal(torch.random.get_rng_state(), state)
    out, err = capsys.readouterr()
    assert "one layer where 2 were asked for" in out
    assert "num_layers is not handed on" in out
    assert err == ""


def test_no_answer_raises_and_names_the_exercise():
    def train_with_clipping(model, loader, criterion, optimizer, num_epochs, max_norm=5.0):
        raise NotImplementedError("no answer yet: put your code in place of this line")

    with pytest.raises(NotImplementedError, match="no answer yet: Exercise 4") as raised:
        checks.check("gradient_clipping", train_with_clipping, points=4)
    # All that Jupyter shows of it.
    shown = "NotImplementedError: no answer yet: Exercise 4, a training loop with gradient clipping"
    assert raised.value._render_traceback_() == [shown]


def test_no_answer_says_which_line_is_left():
    class TwoLayerLSTM(nn.Module):
        def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)

        def forward(self, x):
            raise NotImplementedError("no answer yet: put your code in place of this line")

    with pytest.raises(NotImplementedError, match="raise NotImplementedError is left in forward"):
        checks.check("two_layer_lstm", TwoLayerLSTM, points=4)


def test_no_answer_names_a_class_that_was_renamed(monkeypatch):
    def raises(self, *_, **__):
        raise NotImplementedError("no answer yet: put your code in place of this line")

    stub = type(
        "TwoLayerLSTM", (nn.Module,), {"__init__": raises, "forward": raises, "__module__": "__main__"}
    )
    renamed = type("TwoLayerLstm2", (nn.Module,), {"__module__": "__main__"})
    monkeypatch.setattr(sys.modules["__main__"], "TwoLayerLstm2", renamed, raising=False)
    with pytest.raises(NotImplementedError, match=r"TwoLayerLstm2 is another name: the check does not look"):
        checks.check("two_layer_lstm", stub, points=4)


FOREIGN = re.compile(r"batch ?norm|bidirectional|two directions|Dropout1d", re.I)


@pytest.mark.labelled
@pytest.mark.parametrize("answer", [a for a in WRONG if a.exercise == "two_layer_lstm"], ids=case_id)
def test_no_hint_speaks_of_what_the_exercise_does_not_have(answer):
    text = answer.verdict(0).text(10)
    assert FOREIGN.search(answer.source) or not FOREIGN.search(text), text


def test_an_unknown_exercise_is_refused_by_name():
    with pytest.raises(ValueError, match="no exercise 'lstm'; there are .*dropout_gru, .*two_layer_lstm"):
        checks.check("lstm", nn.LSTM, points=1)


def test_neither_prints_nor_warnings_of_an_answer_reach_the_page(capfd):
    talkative = find("two_layer_lstm", "talkative")
    assert talkative in RIGHT
    checks.check("two_layer_lstm", talkative.answer(), points=4)
    out, err = capfd.readouterr()
    assert "building" not in out
    assert err == ""


@pytest.mark.labelled
@pytest.mark.parametrize("answer", WRONG, ids=case_id)
def test_no_report_holds_an_unfilled_or_empty_text(answer):
    text = answer.verdict(0).text(10)
    assert "✗" in text
    assert not re.search(r"\{\w*\}", text)
    assert not re.search(r"(expected|likely|your code):\s*$", text, re.M)
