"""The data set of names, the rules by which it drops and splits them."""

import json
import os
import subprocess
import sys
import unicodedata
from collections import defaultdict

import pytest
import torch
from babel import Locale

from helpers.data import (
    EUROPEAN_LANGUAGES,
    language_names,
    normalise_name,
)

SEEDS = range(5)


def babel_names(code):
    """Every fit name of one language with all its CLDR keys, read from Babel without helpers.data."""
    locale = Locale.parse(code)
    tables = {
        "territories": locale.territories,
        "languages": locale.languages,
        "currencies": locale.currencies,
    }
    found = [(kind, key, name) for kind, table in tables.items() for key, name in table.items()]
    for kind, calendar in (("months", locale.months), ("days", locale.days)):
        for context in ("format", "stand-alone"):
            found += [(kind, str(key), name) for key, name in calendar[context]["wide"].items()]
    keys_of = defaultdict(set)
    for kind, key, name in found:
        name = unicodedata.normalize("NFC", name.lower()).replace("\u2019", "'")
        name = " ".join(name.split())
        if name != key.lower() and not any(unicodedata.category(c).startswith("N") for c in name):
            keys_of[name].add((kind, key))
    return keys_of


@pytest.fixture(scope="module")
def from_babel():
    return [babel_names(code) for code in EUROPEAN_LANGUAGES]


@pytest.fixture(scope="module")
def names():
    return language_names()


def splits_of(names):
    return {"train": names.train, "val": names.val, "test": names.test}


# What is in it


def test_shapes_types_and_language_names(names):
    assert names.languages == (
        *("Czech", "German", "English", "Spanish", "Finnish", "French"),
        *("Hungarian", "Italian", "Dutch", "Polish", "Portuguese", "Swedish"),
    )
    for texts, labels in splits_of(names).values():
        assert labels.dtype == torch.int64
        assert labels.shape == (len(texts),)
        assert all(isinstance(text, str) for text in texts)


def test_known_names_bear_the_right_language(names):
    labelled = {t: names.languages[y] for split in names[1:] for t, y in zip(*split, strict=True)}
    assert labelled["deutschland"] == "German"
    assert labelled["germany"] == "English"
    assert labelled["německo"] == "Czech"
    assert labelled["ranska"] == "Finnish"
    assert labelled["tammikuu"] == labelled["tammikuuta"] == "Finnish"
    assert labelled["magyarország"] == labelled["szombat"] == "Hungarian"


def test_exactly_the_names_that_one_language_alone_has_are_kept(names, from_babel):
    languages_with = defaultdict(set)
    for label, keys_of in enumerate(from_babel):
        for text in keys_of:
            languages_with[text].add(label)
    expected = {(text, min(labels)) for text, labels in languages_with.items() if len(labels) == 1}
    kept = [(t, y) for split in names[1:] for t, y in zip(split.texts, split.labels.tolist(), strict=True)]
    assert len(kept) == len(set(kept))
    assert set(kept) == expected
    shared = [text for text, labels in languages_with.items() if len(labels) > 1]
    assert len(shared) > 1000 and "andorra" in shared  # the rule has something to drop


def test_no_digits_and_every_text_is_normalised(names):
    texts = [text for split in names[1:] for text in split.texts]
    assert len(texts) > 8000
    assert not any(character.isdigit() for text in texts for character in text)
    assert all(normalise_name(text) == text and unicodedata.is_normalized("NFC", text) for text in texts)


def test_a_code_that_was_not_translated_is_no_name():
    # With twelve languages all of these stand in several anyway; with these two, each stands in one.
    texts = {text for split in language_names(("fi", "sv"))[1:] for text in split.texts}
    assert not {"fon", "tiv", "gan"} & texts


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Österreich", "österreich"),
        ("O\u0308sterreich", "österreich"),  # o and a combining diaeresis
        ("Côte d\u2019Ivoire", "côte d'ivoire"),
        ("  Sri\u00a0 Lanka\n", "sri lanka"),
        ("STRAßE", "straße"),
        ("", ""),
    ],
)
def test_normalise_name(raw, clean):
    assert normalise_name(raw) == clean
    assert normalise_name(clean) == clean


# The split


@pytest.mark.parametrize("seed", SEEDS)
def test_no_text_and_no_key_stands_in_two_splits(seed, from_babel):
    names = language_names(seed=seed)
    texts = [set(split.texts) for split in names[1:]]
    assert sum(map(len, texts)) == len(set.union(*texts))
    splits_with_key = defaultdict(set)
    for split, (texts, labels) in splits_of(names).items():
        for text, label in zip(texts, labels.tolist(), strict=True):
            keys = from_babel[label][text]
            if len(keys) == 1:  # a name of two things goes with one of them; either is right
                splits_with_key[min(keys)].add(split)
    assert len(splits_with_key) > 500
    assert all(len(splits) == 1 for splits in splits_with_key.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_every_language_is_in_every_split_and_shares_are_near(seed):
    names = language_names(seed=seed)
    total = sum(len(split.texts) for split in names[1:])
    for split, share in (("train", 0.8), ("val", 0.1), ("test", 0.1)):
        texts, labels = splits_of(names)[split]
        assert labels.unique().tolist() == list(range(12))
        assert len(texts) / total == pytest.approx(share, abs=0.025)


def test_shares_are_obeyed():
    names = language_names(val_share=0.05, test_share=0.4)
    sizes = [len(split.texts) for split in names[1:]]
    assert [size / sum(sizes) for size in sizes] == pytest.approx([0.55, 0.05, 0.4], abs=0.025)


def test_a_seed_gives_the_same_split_again_and_another_seed_another():
    first, again, other = language_names(seed=3), language_names(seed=3), language_names(seed=4)
    for split, same in zip(first[1:], again[1:], strict=True):
        assert split.texts == same.texts
        assert torch.equal(split.labels, same.labels)
    assert set(first.test.texts) != set(other.test.texts)


def test_another_process_gets_the_same_split(names):
    # Python salts the hash of strings anew in each process: what rests on the order of a set differs there.
    code = (
        "import json; from helpers.data import language_names; print(json.dumps(language_names()[3].texts))"
    )
    for salt in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": salt}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
        assert json.loads(done.stdout) == names.test.texts


def test_languages_can_be_chosen():
    names = language_names(("tr", "et"))
    assert names.languages == ("Turkish", "Estonian")
    labelled = {text: label for split in names[1:] for text, label in zip(*split, strict=True)}
    assert labelled["almanya"] == 0
    assert labelled["saksamaa"] == 1
    assert labelled["namiibia"] == 1  # and "namibya" in Turkish
    assert "andorra" not in labelled


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"codes": "de"}, TypeError, r"sequence such as \('de', 'fi'\), not the string 'de'"),
        ({"codes": ("de",)}, ValueError, r"at least two languages and none twice, got \('de',\)"),
        ({"codes": ("de", "fi", "de")}, ValueError, "none twice"),
        ({"codes": ("de", "xx")}, ValueError, "Babel knows no language 'xx'; codes look like 'de' or 'fi'"),
        ({"codes": ("de", "not-a-code")}, ValueError, "Babel knows no language 'not-a-code'"),
        ({"codes": ("de", 7)}, ValueError, "Babel knows no language 7"),
        ({"codes": ("de", None)}, ValueError, "Babel knows no language None"),
        ({"val_share": 0}, ValueError, "above 0 and together below 1 .* got 0 and 0.1"),
        ({"test_share": -0.1}, ValueError, "got 0.1 and -0.1"),
        ({"val_share": 0.5, "test_share": 0.5}, ValueError, "the rest is for training"),
        ({"test_share": float("nan")}, ValueError, "above 0"),
        ({"test_share": 0.001}, ValueError, r"no name in \[.*\] is left for test; make its share larger"),
    ],
)
def test_errors_of_language_names(arguments, error, message):
    with pytest.raises(error, match=message):
        language_names(**arguments)
