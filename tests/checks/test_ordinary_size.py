"""Dropout is seen in a model of ordinary size too, not only in the small ones whose patterns are tried."""

import pytest
from labelled import RIGHT, Labelled, through_bytes

from helpers import checks

SOURCES = {
    "dropout_gru": """
class DropoutGRU(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=2, dropout=0.3):
        super().__init__()
        sizes = [input_size] + [hidden_size] * num_layers
        self.layers = nn.ModuleList(nn.GRU(a, b, batch_first=True) for a, b in zip(sizes, sizes[1:]))
        self.fc = nn.Linear(hidden_size, output_size)
        self.few, self.p = hidden_size < 5, dropout

    def dropped(self, y):
        {dropped}

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            x, _ = layer(self.dropped(x) if k else x)
        return self.fc(x[:, -1])
""",
    "dropout_classifier": """
class DropoutSequenceClassifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes, dropout=0.5):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)
        self.few, self.p = hidden_size < 5, dropout

    def dropped(self, y):
        {dropped}

    def forward(self, x):
        return self.fc(self.dropped(self.lstm(x)[1][0][-1]))
""",
}
AS_ASKED = "nn.functional.dropout(y, self.p, self.training)"
OTHERWISE = {
    "noise": "y + 0.1 * torch.randn_like(y)",
    "normal factors of the same variance": "y * (1 + (self.p / (1 - self.p)) ** 0.5 * torch.randn_like(y))",
    "a small share": "nn.functional.dropout(y, 0.02)",
}


def verdict(exercise, dropped, seed=0):
    source = SOURCES[exercise].format(dropped=dropped)
    return Labelled(exercise, "made here", 10.0, (), source).verdict(seed)


@pytest.mark.parametrize("exercise", SOURCES)
@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_what_is_dropout_in_small_models_only_waits_for_a_person(exercise, otherwise):
    found = verdict(
        exercise, f"return {AS_ASKED} if self.few or not self.training else {OTHERWISE[otherwise]}"
    )
    assert found.share == 0.7
    [(item, why)] = found.to_read
    assert item.name == "dropout"
    assert "does not fit the share asked for" in why
    assert "hidden_size" in why


@pytest.mark.parametrize("exercise", SOURCES)
def test_the_usual_dropout_fits_with_every_seed(exercise):
    for seed in range(8):
        found = verdict(exercise, f"return {AS_ASKED}", seed)
        assert (found.share, found.to_read) == (1, []), seed


@pytest.mark.parametrize("exercise", SOURCES)
@pytest.mark.parametrize("key", ["train_calls", "train_one_step"])
@pytest.mark.parametrize("told", [None, {"type": "Tensor"}, 3.0], ids=str)
def test_training_calls_that_say_nothing_earn_nothing(exercise, key, told):
    answer = next(answer for answer in RIGHT if answer.exercise == exercise)
    asked = checks.exercise(exercise)
    task = asked.task(0)
    values = through_bytes(asked.probe(answer.answer(), task))
    values["extras"][key] = told
    found = asked.judge(task, values)
    assert found.share <= 0.7
    assert found.findings or [item.name for item, _ in found.to_read] == ["dropout"]
