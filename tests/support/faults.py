"""Faults as small changes of a right answer, and all pairs of them: what mending one of two may not do.

A fault is a name and replacements of text; two faults go together where the text of both is there.
"""

import ast
import contextlib
import itertools
from dataclasses import dataclass

from labelled import Labelled

_LAST = "last = out[:, -1]"
_TWO_WAYS = "last = torch.cat([h_n[-2], h_n[-1]], dim=1)"

# Faults in what is common to the four models. "{rnn}" is the layer's name in the answer.
_COMMON = {
    "axes_swapped": [(", batch_first=True", "")],
    "softmax": [("return logits", "return torch.softmax(logits, dim=-1)")],
    "relu_on_logits": [("return logits", "return torch.relu(logits)")],
    "argmax": [("return logits", "return logits.argmax(-1)")],
    "relu_before_head": [("self.fc(last)", "self.fc(torch.relu(last))")],
    "no_head": [("logits = self.fc(last)", "logits = last")],
    "detached": [("self.fc(last)", "self.fc(last.detach())")],
    "random_state": [("self.rnn(x)", "self.rnn(x, self.state(x, torch.randn))")],
    "state_in_float32": [("self.rnn(x)", "self.rnn(x.float(), self.state(x.float(), torch.zeros))")],
    "half_precision": [("return logits", "return logits.bfloat16()")],
}
_ONE_WAY = {
    "first_step": [(_LAST, "last = out[:, 0]")],
    "mean_over_time": [(_LAST, "last = out.mean(1)")],
    "last_sequence": [(_LAST, "last = out[-1]")],
    "every_step": [(_LAST, "last = out")],
    "first_step_of_one_row": [(_LAST, "last = out[:, -1] if len(x) > 1 else out[:, 0]")],
    "first_layer": [(_LAST, "last = h_n[0]")],
    "all_of_h_n": [(_LAST, "last = h_n")],
    "wider": [
        ("(input_size, hidden_size", "(input_size, hidden_size + 2"),
        ("(hidden_size,", "(hidden_size + 2,"),
    ],
}
_STATE = """
    def state(self, x, make):
        rows = x.size(1 - int(self.rnn.batch_first))
        ways = 2 if self.rnn.bidirectional else 1
        shape = (ways * self.rnn.num_layers, rows, self.rnn.hidden_size)
        return {state}
"""
_LSTM_STATE, _ONE_STATE = (
    "make(*shape, dtype=x.dtype), make(*shape, dtype=x.dtype)",
    "make(*shape, dtype=x.dtype)",
)

_TWO_LAYER_LSTM = """
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.rnn(x)
        last = out[:, -1]
        logits = self.fc(last)
        return logits
""" + _STATE.format(state=_LSTM_STATE)
_DROPOUT_GRU = """
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        self.rnn = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        last = out[:, -1]
        logits = self.fc(last)
        return logits
""" + _STATE.format(state=_ONE_STATE)
_BIRNN_BN = """
class BiRNNWithBN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.bn = nn.BatchNorm1d(2 * hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, h_n = self.rnn(x)
        last = torch.cat([h_n[-2], h_n[-1]], dim=1)
        last = self.bn(last)
        logits = self.fc(last)
        return logits
""" + _STATE.format(state=_ONE_STATE)
_DROPOUT_CLASSIFIER = """
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        out, (h_n, c_n) = self.rnn(x)
        last = out[:, -1]
        last = self.drop(last)
        logits = self.fc(last)
        return logits
""" + _STATE.format(state=_LSTM_STATE)

_DROP = "last = self.drop(last)"
_NORM = "last = self.bn(last)"
_BY_HAND = "last = (last - last.mean(0)) / torch.sqrt(last.var(0, unbiased=False) + 1e-5)"
_GRU_DROPOUT = "batch_first=True, dropout=dropout"

REFERENCES = {
    "two_layer_lstm": _TWO_LAYER_LSTM,
    "dropout_gru": _DROPOUT_GRU,
    "birnn_bn": _BIRNN_BN,
    "dropout_classifier": _DROPOUT_CLASSIFIER,
}
FAULTS = {
    "two_layer_lstm": {
        **_COMMON,
        **_ONE_WAY,
        "cell_state": [(_LAST, "last = c_n[-1]")],
        "one_layer": [("(input_size, hidden_size, num_layers", "(input_size, hidden_size, 1")],
        "three_layers": [("(input_size, hidden_size, num_layers", "(input_size, hidden_size, 3")],
        "gru": [("nn.LSTM", "nn.GRU"), ("(h_n, c_n)", "h_n"), (_LSTM_STATE, _ONE_STATE)],
    },
    "dropout_gru": {
        **_COMMON,
        **_ONE_WAY,
        "one_layer": [("(input_size, hidden_size, num_layers", "(input_size, hidden_size, 1")],
        "tanh_rnn": [("nn.GRU", "nn.RNN")],
        "no_dropout": [("dropout=dropout", "dropout=0.0")],
        "share_kept": [("dropout=dropout", "dropout=1 - dropout")],
        "share_fixed": [("dropout=dropout", "dropout=0.3")],
        "dropped_before_head": [
            ("self.fc(last)", "self.fc(nn.functional.dropout(last, 0.4, self.training))")
        ],
        "dropped_logits": [
            ("logits = self.fc(last)", "logits = nn.functional.dropout(self.fc(last), 0.4, self.training)")
        ],
        "dropped_in_eval": [("        out,", "        self.rnn.train()\n        out,")],
    },
    "birnn_bn": {
        **_COMMON,
        "last_step_of_both": [(_TWO_WAYS, "last = out[:, -1]")],
        "mean_over_time": [(_TWO_WAYS, "last = out.mean(1)")],
        "samples_mixed": [(_TWO_WAYS, "last = h_n[-2:].reshape(len(x), -1)")],
        "forward_twice": [(_TWO_WAYS, "last = torch.cat([h_n[-2], h_n[-2]], dim=1)")],
        "lowest_layer": [(_TWO_WAYS, "last = torch.cat([h_n[0], h_n[1]], dim=1)")],
        "num_layers_ignored": [("(input_size, hidden_size, num_layers", "(input_size, hidden_size, 1")],
        "relu_rnn": [("batch_first=True", 'batch_first=True, nonlinearity="relu"')],
        "no_norm": [(_NORM, "")],
        "norm_of_this_batch": [(_NORM, "last = nn.functional.batch_norm(last, None, None, training=True)")],
        "norm_by_hand_without_statistics": [(_NORM, _BY_HAND)],
        "layer_norm": [("nn.BatchNorm1d", "nn.LayerNorm")],
        "norm_behind_the_head": [
            (_NORM, ""),
            ("1d(2 * hidden_size)", "1d(output_size)"),
            ("return logits", "return self.bn(logits)"),
        ],
        "no_norm_of_one_row": [(_NORM, "last = self.bn(last) if len(last) > 1 else last")],
        "norm_in_eval_mode": [(_NORM, "last = self.bn.eval()(last)")],
    },
    "dropout_classifier": {
        **_COMMON,
        **_ONE_WAY,
        "cell_state": [(_LAST, "last = c_n[-1]")],
        "num_layers_ignored": [("(input_size, hidden_size, num_layers", "(input_size, hidden_size, 1")],
        "no_dropout": [(_DROP, "")],
        "share_kept": [("Dropout(dropout)", "Dropout(1 - dropout)")],
        "share_fixed": [("Dropout(dropout)", "Dropout(0.5)")],
        "dropped_in_eval": [(_DROP, "last = nn.functional.dropout(last, self.drop.p)")],
        "dropped_with_defaults": [(_DROP, "last = nn.functional.dropout(last)")],
        "one_mask_for_the_batch": [(_DROP, "last = last * self.drop(torch.ones_like(last[:1]))")],
        "dropped_in_the_lstm_too": [("batch_first=True", "batch_first=True, dropout=dropout")],
    },
}


# With one layer the lowest is the top one: the first fault then changes nothing that is computed.
_ONE_PROGRAM = {("birnn_bn", "lowest_layer", "num_layers_ignored")}


@dataclass(frozen=True)
class Pair:
    exercise: str
    first: str
    second: str

    @property
    def source(self) -> str | None:
        """The reference with both faults; None where they do not go together.

        They do not where the second finds its text as a part only of what the first has put there.
        """
        one = changed(REFERENCES[self.exercise], FAULTS[self.exercise][self.first])
        both = changed(one, FAULTS[self.exercise][self.second])
        with contextlib.suppress(SyntaxError):
            ast.parse(both or "")
            return both
        return None


def changed(source: str, replacements: list[tuple[str, str]]) -> str | None:
    for old, new in replacements:
        if old not in source:
            return None
        source = source.replace(old, new)
    return source


def pairs(exercise: str) -> list[Pair]:
    """Each two faults that go together, in either order."""
    found = [Pair(exercise, a, b) for a, b in itertools.combinations(FAULTS[exercise], 2)]
    found += [Pair(exercise, pair.second, pair.first) for pair in found if pair.source is None]
    known = {(pair.exercise, pair.first, pair.second) for pair in found if pair.source is not None}
    return [Pair(*names) for names in sorted(known - _ONE_PROGRAM)]


def answer(exercise: str, name: str, source: str) -> Labelled:
    """The answer as a labelled one; its points are not known beforehand."""
    return Labelled(exercise, name, 0, (), source)


def single(exercise: str, fault: str) -> Labelled:
    return answer(exercise, fault, changed(REFERENCES[exercise], FAULTS[exercise][fault]))
