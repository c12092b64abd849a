"""The counting baselines: by hand, as probabilities, and how far they come on the names."""

import inspect
import math
import re
from pathlib import Path

import pytest
import torch

from helpers import baselines
from helpers.baselines import letter_ngrams, majority, naive_bayes, naive_bayes_predict
from helpers.data import language_names


def test_every_baseline_is_tried_here():
    """A new one without a test fails here."""
    named = set(re.findall(r"\w+", Path(__file__).read_text(encoding="utf-8")))
    own = [
        name
        for name, f in inspect.getmembers(baselines, inspect.isfunction)
        if f.__module__ == baselines.__name__
    ]
    assert {name for name in own if not name.startswith("_")} <= named


def test_majority_takes_the_most_frequent_training_label():
    assert majority(torch.tensor([0, 2, 2, 1]), torch.tensor([2, 2, 0, 1, 2])) == pytest.approx(3 / 5)
    assert majority(torch.tensor([1, 1, 0]), torch.tensor([0, 0])) == 0.0


def test_letter_ngrams_mark_both_ends():
    assert letter_ngrams("suomi", 1) == ["s", "u", "o", "m", "i"]
    assert letter_ngrams("suomi", 2) == ["^s", "su", "uo", "om", "mi", "i$"]
    assert letter_ngrams("ab", 3) == ["^^a", "^ab", "ab$", "b$$"]


def test_naive_bayes_by_hand():
    # Letters: label 0 has a 3, b 1 (total 4); label 1 has a 1, b 1 (total 2); V = 2 + 1. α = 1:
    #   "b": 2/3 · (1+1)/(4+3) = 0.190   against   1/3 · (1+1)/(2+3) = 0.133   → 0
    #   "bb": 0.190 · 2/7 = 0.0544       against   0.133 · 2/5 = 0.0533        → 0
    #   "bbb": 0.0155                    against   0.0213                      → 1
    #   "c", seen nowhere: 2/3 · 1/7 = 0.095   against   1/3 · 1/5 = 0.067     → 0
    train = (["aa", "ab", "ba"], torch.tensor([0, 0, 1]))
    tests = ["b", "bb", "bbb", "c"]
    predictions = naive_bayes_predict(*train, tests, n=1, alpha=1)
    assert predictions.dtype == torch.int64
    assert predictions.tolist() == [0, 0, 1, 0]
    assert naive_bayes(*train, tests, torch.tensor([0, 1, 1, 1]), n=1, alpha=1) == 0.5
    # A large α drowns the counts and leaves the prior: "bbb" goes over to label 0.
    assert naive_bayes_predict(*train, ["bbb"], n=1, alpha=1000).tolist() == [0]


def test_naive_bayes_with_bigrams_sees_order_and_ends():
    train = (["ab", "ba"], torch.tensor([5, 3]))
    assert naive_bayes_predict(*train, ["ab", "ba"], n=2).tolist() == [5, 3]
    assert naive_bayes_predict(*train, ["ab", "ba"], n=1).tolist() == [3, 3]  # a tie: the smaller label
    # "a" alone: ^a was seen with 5, a$ with 3: a tie again, broken once ^a is seen twice more.
    more = (["ab", "ba", "ac"], torch.tensor([5, 3, 5]))
    assert naive_bayes_predict(*train, ["a"], n=2).tolist() == [3]
    assert naive_bayes_predict(*more, ["a"], n=2, alpha=0.01).tolist() == [5]


def test_smoothed_probabilities_sum_to_one(monkeypatch):
    # Every log that naive Bayes takes for one-letter texts over the alphabet {a, b, anything else}.
    taken = []
    monkeypatch.setattr(baselines.math, "log", lambda p: taken.append(p) or 0.0)
    naive_bayes_predict(["aab"], torch.tensor([0]), ["a", "b", "c"], n=1, alpha=0.3)
    priors, letters = taken[0::2], taken[1::2]
    assert priors == [1, 1, 1]
    assert math.fsum(letters) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(5))
def test_longer_ngrams_know_more(seed):
    names = language_names(seed=seed)
    most_frequent = majority(names.train.labels, names.test.labels)
    letters, bigrams, trigrams = (naive_bayes(*names.train, *names.test, n) for n in (1, 2, 3))
    assert most_frequent < 0.15
    assert 0.44 < letters < 0.57
    assert 0.69 < bigrams < 0.81
    assert 0.76 < trigrams < 0.88
    assert most_frequent < letters < bigrams < trigrams


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: letter_ngrams("ab", 0), r"n must be 1 \(letters\), 2 \(bigrams\) or more, got 0"),
        (
            lambda: naive_bayes_predict(["a"], torch.tensor([0]), ["a"], 1, 0),
            "alpha must be above 0, .* got 0",
        ),
        (
            lambda: naive_bayes_predict([], torch.tensor([]), ["a"], 1),
            "at least one example is needed, got none",
        ),
        (lambda: naive_bayes_predict(["a"], torch.tensor([0, 1]), ["a"], 1), "got 1 texts and 2 labels"),
        (
            lambda: naive_bayes(["a"], torch.tensor([0]), ["a", "b"], torch.tensor([0]), 1),
            "got 2 texts and 1 lab",
        ),
        (lambda: naive_bayes(["a"], torch.tensor([0]), [], torch.tensor([]), 1), "got none"),
        (lambda: majority(torch.tensor([]), torch.tensor([1])), "got none"),
        (lambda: majority(torch.tensor([1]), torch.tensor([])), "got none"),
    ],
)
def test_errors_of_the_baselines(call, message):
    with pytest.raises(ValueError, match=message):
        call()
