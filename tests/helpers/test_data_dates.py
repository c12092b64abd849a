"""The task "which day is meant?": splits without overlap, texts with one target, every script legible."""

import re
from datetime import date

import pytest
from babel.dates import format_date
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager, rc_context

from helpers import data, style

SPLITS = ("train", "val", "test")
SMALL = {"num_train": 300, "num_val": 50, "num_test": 80}


@pytest.fixture(scope="module")
def dates():
    return data.human_dates()


def everything(dates):
    return [getattr(dates, name) for name in SPLITS] + list(dates.held_out.values())


def test_sizes_and_types(dates):
    assert [len(getattr(dates, name).texts) for name in SPLITS] == [20_000, 1_000, 2_000]
    assert set(dates.held_out) == {"sv", "uk"}
    for pairs in everything(dates):
        assert len(pairs.texts) == len(pairs.targets) == len(pairs.locales)
        assert all(isinstance(value, str) for part in pairs for value in part)
        assert all(8 <= len(text) <= 38 for text in pairs.texts)
    for code, pairs in dates.held_out.items():
        assert set(pairs.locales) == {code} and len(pairs.texts) == 2_000
    for name in SPLITS:
        assert set(getattr(dates, name).locales) == set(data.DATE_LOCALES)


def test_every_text_is_what_babel_writes_for_the_target(dates):
    for pairs in everything(dates):
        for text, target, locale in list(zip(*pairs, strict=True))[:200]:
            day = date.fromisoformat(target)
            forms = [format_date(day, form, locale=locale) for form in ("full", "long", "medium")]
            assert text in {data.normalise_date(form) for form in forms}
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", target) and target == day.isoformat()


def test_no_day_is_in_two_splits_nor_twice_in_one(dates):
    days = {name: getattr(dates, name).targets for name in SPLITS}
    for name in SPLITS:
        assert len(set(days[name])) == len(days[name])
    assert not set(days["train"]) & set(days["val"])
    assert not set(days["train"]) & set(days["test"])
    assert not set(days["val"]) & set(days["test"])
    for pairs in dates.held_out.values():
        assert set(pairs.targets) <= set(days["test"])


def test_no_text_has_two_targets(dates):
    meant = {}
    for pairs in everything(dates):
        for text, target in zip(pairs.texts, pairs.targets, strict=True):
            assert meant.setdefault(text, target) == target, text


NUMERIC = re.compile(r"(\d\d)/(\d\d)/\d{4}")


def ambiguous(text):
    """05/11/2026: the fifth of November in pt_PT, the eleventh of May in es_PR."""
    found = NUMERIC.fullmatch(text)
    return bool(found) and found[1] != found[2] and int(found[1]) <= 12 and int(found[2]) <= 12


def test_a_text_that_another_locale_would_give_another_day_is_left_out():
    alone = data.human_dates(("pt_PT",), (), **SMALL)
    assert any(map(ambiguous, alone.train.texts))
    both = data.human_dates(("pt_PT", "es_PR"), (), **SMALL)
    assert any(map(NUMERIC.fullmatch, both.train.texts)) and not any(map(ambiguous, both.train.texts))


def test_a_held_out_locale_makes_a_text_ambiguous_too():
    dates = data.human_dates(("pt_PT",), ("es_PR",), **SMALL)
    assert not any(map(ambiguous, dates.train.texts + dates.held_out["es_PR"].texts))


def test_a_month_that_two_languages_call_alike_is_told_apart_by_two_dots():
    dates = data.human_dates(("hr", "pl"), (), **SMALL)
    months = {
        (code, target[5:7])
        for text, target, code in zip(*dates.train, strict=True)
        if re.search(r"\d\.? lis \d", text)
    }
    assert months == {("hr", "10"), ("pl", "11")}


def test_a_text_is_drawn_in_each_form(dates):
    german = [t for t, code in zip(dates.train.texts, dates.train.locales, strict=True) if code == "de"]
    shapes = (r"\w+, \d+\. \w+ \d{4}", r"\d+\. \w+ \d{4}", r"\d\d\.\d\d\.\d{4}")
    shares = [sum(bool(re.fullmatch(shape, t)) for t in german) / len(german) for shape in shapes]
    assert sum(shares) == 1 and min(shares) > 0.25


def test_the_same_seed_gives_the_same_dates_another_seed_others():
    first = data.human_dates(("de", "fi"), ("sv",), **SMALL)
    assert first == data.human_dates(("de", "fi"), ("sv",), **SMALL)
    assert first.train != data.human_dates(("de", "fi"), ("sv",), seed=1, **SMALL).train


def test_the_first_dates_are_the_same_on_every_machine(dates):
    assert list(zip(dates.train.targets[:2], dates.train.texts[:2], strict=True)) == [
        ("2004-03-09", "March 9, 2004"),
        ("1964-02-08", "8 feb 1964"),
    ]


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(
    codes=st.lists(st.sampled_from(data.DATE_LOCALES), min_size=1, max_size=3, unique=True),
    first=st.integers(1000, 9990),
    seed=st.integers(0, 1000),
)
def test_any_locales_years_and_seed(codes, first, seed):
    dates = data.human_dates(codes, (), years=(first, first + 1), seed=seed, **SMALL)
    for name in SPLITS:
        pairs = getattr(dates, name)
        assert set(pairs.locales) <= set(codes)
        assert all(first <= int(target[:4]) <= first + 1 for target in pairs.targets)
    days = dates.train.targets + dates.val.targets + dates.test.targets
    assert len(set(days)) == len(days)


def test_every_character_is_in_the_fonts_of_the_plots(dates):
    glyphs = set(TTFont(style.FONT).getBestCmap())
    with rc_context():
        style.use_style()  # finds it where matplotlib's cache of fonts is spoilt
    dejavu = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    glyphs |= set(TTFont(dejavu).getBestCmap())
    characters = {c for pairs in everything(dates) for text in pairs.texts for c in text}
    assert not {c for c in characters if ord(c) not in glyphs}
    assert {"Freitag"[0], "Ν", "н", "星"} <= characters  # Latin, Greek, Cyrillic, Chinese


@pytest.mark.parametrize(
    "text, expected",
    [
        ("20 ноября 2026\u202fг.", "20 ноября 2026 г."),
        ("  20.\u00a0November \n 2026 ", "20. November 2026"),
        ("\u200f20.11.2026", "20.11.2026"),
        ("février", "février"),  # a letter and a combining accent
    ],
)
def test_normalise_date(text, expected):
    assert data.normalise_date(text) == expected
    assert data.normalise_date(expected) == expected


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"codes": "de"}, TypeError, "codes must be a sequence such as ('de', 'fi'), not the string 'de'"),
        ({"held_out": "sv"}, TypeError, "held_out must be a sequence"),
        ({"codes": ()}, ValueError, "codes must name at least one locale"),
        ({"codes": ("de", "de")}, ValueError, "none twice"),
        ({"codes": ("de", "sv")}, ValueError, "none twice with held_out"),
        ({"codes": ("xx",)}, ValueError, "Babel knows no language 'xx'"),
        ({"num_val": 0}, ValueError, "num_val must be a whole number of at least 1, got 0"),
        ({"num_train": 1.5}, ValueError, "num_train must be a whole number"),
        ({"years": (2020, 2019)}, ValueError, "years must be a first and a last year from 1000 to 9999"),
        ({"years": (99, 2019)}, ValueError, "from 1000 to 9999, got (99, 2019)"),
        ({"years": (2020, 2021)}, ValueError, "2020 to 2021 have 731: take more years or fewer pairs"),
    ],
)
def test_refusals(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        data.human_dates(**arguments)


def test_a_locale_that_writes_no_year_in_four_digits_is_refused(monkeypatch):
    monkeypatch.setattr(
        data, "format_date", lambda day, form, locale: f"{day.day}.{day.month}.{day.year % 100}"
    )
    with pytest.raises(
        ValueError, match="'de' writes 2000-01-01 as '1.1.0', without the year in four digits"
    ):
        data.human_dates(("de",), (), **SMALL)
