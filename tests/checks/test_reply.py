"""The forms of replies: what fits, and what is said of that which does not."""

import numpy as np
import pytest
from labelled import ALL, case_id, through_bytes
from torch import nn

from helpers import checks
from helpers.checks import reply
from helpers.checks.recurrent import replies
from helpers.checks.recurrent.probe import with_rows
from helpers.checks.report import Item

FITTING = [
    (reply.array(2, 3), np.zeros((2, 3), np.float32)),
    (reply.array(kinds="b"), np.array(True)),
    (reply.some_array(6), np.zeros((3, 2), np.int64)),
    (reply.number(), float("nan")),
    (reply.number(), -3),
    (reply.whole(0, 3), 3),
    (reply.text(3), "abc"),
    (reply.one_of(True, "yes", None), None),
    (reply.list_of(reply.truth(), most=2), [True, False]),
    (reply.record({"a": reply.number()}, {"b": reply.number()}), {"a": 1}),
    (reply.either(reply.number(), reply.text(3)), "abc"),
    (reply.optional(reply.number()), None),
    (reply.error(), {"error": {"type": "ValueError", "text": "no", "line": ""}}),
    (reply.anything(9, 9), {"a": [1, None, np.zeros(9)], "b": "text"}),
]
NOT_FITTING = [
    (
        reply.array(2, 3),
        np.zeros((3, 2), np.float32),
        "the reply: an array of shape (3, 2) in place",
    ),
    (reply.array(2), np.zeros(2, np.int64), "an array of int64 in place of one of numbers"),
    (reply.array(2), [0.0, 0.0], "a value of type list in place of an array"),
    (reply.array(1), None, "None in place of an array"),
    (reply.array(1), np.array([object()]), "an array of object in place of one of"),
    (reply.some_array(6), np.zeros(7), "an array of 7 numbers, more than 6"),
    (reply.some_array(6, least_dims=1), np.array(1.0), "an array of 0 dimensions"),
    (reply.number(), True, "a value of type bool in place of a number"),
    (reply.number(), 10**5000, "a whole number of 5001 digits is too large"),
    (reply.whole(0, 3), 4, "4 in place of a whole number from 0 to 3"),
    (reply.whole(0, 3), 10**5000, "a whole number of 5001 digits"),
    (reply.whole(0, 3), True, "True in place of a whole number"),
    (reply.text(3), "abcd", "in place of a text of at most 3 characters"),
    (reply.one_of(1, "yes"), True, "True in place of 1 or 'yes'"),
    (reply.list_of(reply.number(), most=2), [1, 2, 3], "a list of 3 values in place of 0 to 2"),
    (reply.list_of(reply.number(), 2, 2), [1], "a list of 1 values in place of 2"),
    (reply.list_of(reply.number(), most=2), [1, "2"], "[1]: a value of type str in place of a number"),
    (reply.list_of(reply.number(), most=2), {}, "a value of type dict in place of a list"),
    (reply.record({"a": reply.number()}), {}, "'a' is missing"),
    (reply.record({"a": reply.number()}), {"a": 1, "b": 2}, "'b' is not part of it"),
    (reply.record({"a": reply.record({"b": reply.truth()})}), {"a": {"b": 1}}, "a.b: 1 in place of"),
    (reply.record({}), [], "a value of type list in place of a dict"),
    # Of several misfits the deepest: who meant to report an error is told what is wrong with it.
    (reply.either(reply.number(), reply.error()), {"error": {"type": 3}}, "error: 'text' is missing"),
    (reply.anything(9, 9), [np.zeros(5), np.zeros(5)], "more values than any probe reports"),
    (reply.anything(9, 9), 10 * [None], "more values than any probe reports"),
    (reply.anything(9, 9), [object()], "a value of type object is not plain"),
]


@pytest.mark.parametrize("form, value", FITTING)
def test_what_fits(form, value):
    reply.fit(form, value)


# A number of 5,001 digits cannot be part of a test's name.
@pytest.mark.parametrize("form, value, words", NOT_FITTING, ids=range(len(NOT_FITTING)))
def test_what_does_not_fit_is_told_with_its_place(form, value, words):
    with pytest.raises(reply.Misfit) as caught:
        reply.fit(form, value)
    assert words in str(caught.value)


def test_what_does_not_fit_reaches_no_judge_and_earns_nothing():
    verdict = reply.read(reply.number(), "a", [Item("a", "all of it", 3)], judge=None)
    assert verdict.share == 0
    assert [finding.name for finding in verdict.findings] == ["misfit"]
    assert "your code: the reply: a value of type str in place of a number" in verdict.text(3)


# With seed 0 the labelled suite shows it: what does not fit gets the finding "misfit", and no other.
@pytest.mark.seconds
@pytest.mark.parametrize("answer", [a for a in ALL if a.exercise != "gradient_clipping"][::6], ids=case_id)
def test_what_the_probe_reports_of_labelled_answers_fits(answer):
    module = checks.exercise(answer.exercise)
    task = module.task(1)
    reply.fit(replies.reply(task), through_bytes(module.probe(answer.answer(), task)))


class _Odd(nn.Module):
    """An honest answer to exercise 1 that does what few do."""

    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.sizes = input_size, hidden_size, num_layers
        self.lstm = nn.LSTM(*self.sizes, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[1][0][-1])


class _TrainGivesNothing(_Odd):
    def train(self, mode=True):
        super().train(mode)


class _LayerOnlyOnce(_Odd):
    def forward(self, x):
        if not hasattr(self, "late"):
            self.late = nn.LSTM(*self.sizes, batch_first=True)
        return self.fc(self.late(x)[1][0][-1])


class _NormInForward(_Odd):
    def forward(self, x):
        return self.fc(nn.BatchNorm1d(self.sizes[1])(self.lstm(x)[1][0][-1]))


class _BufferInForward(_Odd):
    def forward(self, x):
        self.register_buffer("zeros", x.new_zeros(self.sizes[2], len(x), self.sizes[1]))
        return self.fc(self.lstm(x, (self.zeros, self.zeros))[1][0][-1])


class _NoFeatures(_Odd):
    def forward(self, x):
        return super().forward(x)[:, :0]


class _OneNumber(_Odd):
    def forward(self, x):
        return super().forward(x).sum()


class _TruthValues(_Odd):
    def forward(self, x):
        return super().forward(x) > 0


class _NothingForOneRow(_Odd):
    def forward(self, x):
        return super().forward(x) if len(x) > 1 else None


class _EmptyWeight(_Odd):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.spare = nn.Parameter(self.fc.weight.new_zeros(0))


class _Projected(_Odd):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__(input_size, hidden_size, output_size, num_layers)
        self.lstm = nn.LSTM(*self.sizes, batch_first=True, proj_size=2)
        self.fc = nn.Linear(2, output_size)


class _WeightNorm(_Odd):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        nn.utils.parametrizations.weight_norm(self.lstm, "weight_hh_l0")


class _OneWeightForTwo(_Odd):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__(input_size, hidden_size, output_size, num_layers)
        self.top = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.lstm = nn.LSTM(hidden_size, hidden_size, batch_first=True)
        self.embed = nn.Linear(input_size, hidden_size)
        self.top.weight_hh_l0 = self.lstm.weight_hh_l0

    def forward(self, x):
        return self.fc(self.top(self.lstm(self.embed(x))[0])[1][0][-1])


@pytest.mark.parametrize("answer", _Odd.__subclasses__(), ids=lambda answer: answer.__name__)
@pytest.mark.parametrize("seed", [0, 3])
def test_no_reply_of_an_honest_answer_raises_or_misfits(answer, seed):
    module = checks.exercise("two_layer_lstm")
    task = module.task(seed)
    verdict = module.judge(task, through_bytes(module.probe(answer, task)))
    names = [finding.name for finding in verdict.findings]
    assert reply.MISFIT not in names
    assert verdict.share == 1 or names


def test_a_layer_made_in_forward_is_named_and_the_rest_is_worth_something():
    class MadeInForward(nn.Module):
        def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
            super().__init__()
            self.sizes = input_size, hidden_size, num_layers
            self.fc = nn.Linear(hidden_size, output_size)

        def forward(self, x):
            lstm = nn.LSTM(*self.sizes, batch_first=True).to(x.device, x.dtype)
            return self.fc(lstm(x)[1][0][-1])

    module = checks.exercise("two_layer_lstm")
    task = module.task(0)
    verdict = module.judge(task, module.probe(MadeInForward, task))
    assert "made in forward: LSTM" in verdict.text(10)
    assert verdict.share == 0.8


def test_a_reply_of_no_rows_is_never_equal_to_anything():
    module = checks.exercise("two_layer_lstm")
    task = module.task(0)
    values = module.probe(_Odd, task)
    none = module.probe(_Odd, {**task, "builds": {"main": with_rows(task, 1)["builds"]["main"]}})
    assert module.judge(task, values).share == 1
    for rows in (0, -1, 65, 400_000, True, 1.0, None):
        verdict = module.judge(task, none | {"rows": rows})
        assert (verdict.share, verdict.findings[0].name) == (0, reply.MISFIT)


@pytest.mark.parametrize("junk", [{"error": 3}, {"error": {"type": "ValueError"}}])
@pytest.mark.parametrize("key", ["meta", "one_row", "alike", "backwards"])
def test_what_claims_to_be_an_error_must_be_one(key, junk):
    module = checks.exercise("two_layer_lstm")
    task = module.task(0)
    values = through_bytes(module.probe(_Odd, task))
    values["extras"][key] = junk
    assert [finding.name for finding in module.judge(task, values).findings] == [reply.MISFIT]
