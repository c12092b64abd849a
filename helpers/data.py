"""Data sets of the course. Nothing is downloaded: all is computed, or comes with this package or with Babel.

Inputs and targets are tensors in memory, or texts; the first dimension counts the samples.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from numbers import Integral
from typing import Any, NamedTuple

import torch
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from torch.nn import functional as F

_OF_IMAGES = ("LETTERS", "MNIST", "MNIST_MEAN", "MNIST_STD", "letters", "mnist_tensors")


def __getattr__(name: str) -> Any:
    """What belongs to images comes from `helpers.images`, imported when it is asked for.

    torchvision takes about as long to import as all else of this module, and one chapter of three needs it.
    """
    if name in _OF_IMAGES:
        from helpers import images

        return getattr(images, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF_IMAGES})


def _check_positive(**sizes: int) -> None:
    for name, value in sizes.items():
        if not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")


# --- batches of sequences


def batches_of_similar_length(lengths: torch.Tensor, batch_size: int, pool: int = 20) -> list[torch.Tensor]:
    """Random batches of sequences within which the lengths are similar, so that little of a batch is padding.

    All sequences are shuffled (from torch's global generator), cut into pools of `pool` batches, sorted by
    length inside each pool and cut into batches; then the batches are shuffled.

    Args:
        lengths: (N,) integers, one for each sequence.
        batch_size: B, sequences in a batch; where B does not divide a pool the rest is a smaller batch.
        pool: batches sorted together; 1 is plain shuffling, a large number sorts the whole set.

    Returns:
        ceil(N / B) tensors of indices (B,) int64; together they hold each of 0 .. N-1 once.

    Raises:
        ValueError: lengths is not one-dimensional or empty, batch_size or pool below 1.
    """
    _check_positive(batch_size=batch_size, pool=pool)
    if lengths.dim() != 1 or len(lengths) == 0:
        raise ValueError(f"lengths must have shape (N,) with N at least 1, got {tuple(lengths.shape)}")
    chosen = []
    for chunk in torch.randperm(len(lengths)).split(pool * batch_size):
        chosen += chunk[lengths[chunk].argsort()].split(batch_size)
    return [chosen[i] for i in torch.randperm(len(chosen))]


# --- sequences


class SineWindows(NamedTuple):
    """What `sine_windows` returns; all tensors are float32, T is seq_len."""

    x_train: torch.Tensor  # (N_train, T, 1)
    y_train: torch.Tensor  # (N_train, T, 1)
    x_test: torch.Tensor  # (N_test, T, 1)
    y_test: torch.Tensor  # (N_test, T, 1)
    series_train: torch.Tensor  # (P_train,)
    series_test: torch.Tensor  # (P_test,), goes on where series_train ends


def sine_windows(
    seq_len: int = 20, num_points: int = 1000, step: float = 0.2, test_fraction: float = 0.2
) -> SineWindows:
    """Windows of sin(0), sin(step), sin(2 step), ...; the target of each point is the next point.

    The series is split first and the windows are cut inside each part. Cut first and split afterwards, the
    last training windows and the first test windows would share points, and the test would not be one.

    Args:
        seq_len: T, points in a window.
        num_points: points in the whole series.
        step: distance of two points in radians, above 0; a period has 2 pi / step points.
        test_fraction: share of the series, its end, that is kept for the test; above 0, below 1.

    Returns:
        SineWindows. In each part of P points x[i, t, 0] = series[i + t] and y[i, t, 0] = series[i + t + 1]
        for 0 <= i < N = P - T and 0 <= t < T.

    Raises:
        ValueError: an argument out of its range, or a part too short for one window and its target.
    """
    _check_positive(seq_len=seq_len, num_points=num_points)
    if not 0 < step < math.inf:
        raise ValueError(f"step must be a number above 0, got {step!r}")
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction must lie between 0 and 1, both excluded, got {test_fraction!r}")
    num_test = round(num_points * test_fraction)
    if min(num_test, num_points - num_test) < seq_len + 1:
        raise ValueError(
            f"{num_points} points give {num_points - num_test} to train and {num_test} to test; each part "
            f"needs seq_len + 1 = {seq_len + 1}: take more points, shorter windows or another test_fraction"
        )
    series = torch.sin(step * torch.arange(num_points, dtype=torch.float64)).float()
    series_train, series_test = series.split([num_points - num_test, num_test])

    def cut(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        windows = part.unfold(0, seq_len + 1, 1).unsqueeze(-1)  # (P - T, T + 1, 1), a view
        x, y = windows[:, :-1], windows[:, 1:]
        # A clone even where the view is contiguous (one window): nothing shares memory with the series.
        return x.clone(memory_format=torch.contiguous_format), y.clone(memory_format=torch.contiguous_format)

    return SineWindows(*cut(series_train), *cut(series_test), series_train, series_test)


class Hello(NamedTuple):
    """What `hello` returns."""

    chars: str  # "ehlo": the character of index 0, 1, 2, 3
    inputs: torch.Tensor  # int64 (1, 5), "hello" as indices
    targets: torch.Tensor  # int64 (1, 5), "elloh" as indices
    one_hot: torch.Tensor  # float32 (1, 5, 4), `inputs` as one-hot rows


def hello() -> Hello:
    """The smallest task for a character model: read "hello", say "elloh" (at each step the next character).

    B = 1 sequence, T = 5 characters, V = 4 distinct ones. The vocabulary is a set: taken from the list of
    letters, the second l would be a fifth class that no target ever names.

    Returns:
        Hello.
    """
    source, target = "hello", "elloh"
    chars = "".join(sorted(set(source)))
    inputs = torch.tensor([[chars.index(char) for char in source]])
    targets = torch.tensor([[chars.index(char) for char in target]])
    return Hello(chars, inputs, targets, F.one_hot(inputs, len(chars)).float())


def last_value_sequences(
    num_samples: int = 1000,
    seq_len: int = 50,
    input_size: int = 10,
    num_classes: int = 2,
    position: int = -1,
    seed: int = 0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random sequences whose class can be read off one value, so that a classifier has something to learn.

    x is standard normal noise. The number line is cut into num_classes intervals that are equally likely
    under the standard normal; y says in which of them x[:, position, 0] lies. A model that sees nothing
    reaches 1 / num_classes. With position=-1 the value comes last; with position=0 it must be remembered
    through all other steps.

    Args:
        num_samples: N.
        seq_len: T.
        input_size: D, values at each step; only the first of them matters.
        num_classes: at least 2. With 2 classes y is 1 where the value is above 0.
        position: the step that decides, from -T to T - 1.
        seed: of the noise; the same arguments give the same tensors, the global generator is not touched.

    Returns:
        x: float32 (N, T, D).
        y: int64 (N,), 0 to num_classes - 1, larger for larger values.

    Raises:
        ValueError: an argument out of its range.
    """
    _check_positive(num_samples=num_samples, seq_len=seq_len, input_size=input_size, num_classes=num_classes)
    if num_classes < 2:
        raise ValueError(f"num_classes must be at least 2, got {num_classes}")
    if not isinstance(position, Integral) or not -seq_len <= position < seq_len:
        raise ValueError(
            f"position must be a step of the sequence, {-seq_len} to {seq_len - 1} for seq_len={seq_len}, "
            f"got {position!r}"
        )
    x = torch.randn(num_samples, seq_len, input_size, generator=torch.Generator().manual_seed(seed))
    edges = torch.special.ndtri(torch.arange(1, num_classes) / num_classes)
    return x, torch.bucketize(x[:, position, 0].contiguous(), edges)


# --- names of languages

EUROPEAN_LANGUAGES = ("cs", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "sv")


class LabelledNames(NamedTuple):
    """N names and, beside each, the number of its language: `texts, labels = names.train`."""

    texts: list[str]  # N strings, as `normalise_name` writes them
    labels: torch.Tensor  # (N,) int64, indices into `LanguageNames.languages`


class LanguageNames(NamedTuple):
    """The task "which language is this name?" No text and no CLDR key stands in two of the three splits."""

    languages: tuple[str, ...]  # English names of the languages
    train: LabelledNames
    val: LabelledNames
    test: LabelledNames


def normalise_name(text: str) -> str:
    """Write a name as `language_names` does; a word of your own goes through here before a model sees it.

    Lower case, because capitals follow a rule of spelling that would give the answer away (German capitalises
    every noun, English the names of languages, French neither), and because a typed word seldom keeps them.
    Unicode NFC, so that an accented letter is one character. The typographic apostrophe becomes the
    keyboard's, and any run of white space (CLDR has no-break spaces) a single space.
    """
    return " ".join(unicodedata.normalize("NFC", text.lower()).replace("’", "'").split())


def _names_of(locale: Locale) -> dict[str, tuple[str, str]]:
    """All names in one language that are fit for the task: text → CLDR key, such as ("territories", "FR")."""
    entries = [
        ((kind, code), text)
        for kind in ("territories", "languages", "currencies")
        for code, text in getattr(locale, kind).items()
    ]
    # In some languages a month has one form inside a date ("tammikuuta") and another alone ("tammikuu").
    entries += [
        ((kind, str(number)), text)
        for kind in ("months", "days")
        for context in ("format", "stand-alone")
        for number, text in getattr(locale, kind)[context]["wide"].items()
    ]
    names = {}
    for (kind, code), text in entries:
        text = normalise_name(text)
        untranslated = text == code.lower()
        if not untranslated and not any(character.isdigit() for character in text):
            names.setdefault(text, (kind, code))
    return names


def language_names(
    codes: Sequence[str] = EUROPEAN_LANGUAGES,
    *,
    val_share: float = 0.1,
    test_share: float = 0.1,
    seed: int = 0,
) -> LanguageNames:
    """Names of countries, languages, currencies, months and weekdays, each labelled with its language.

    Source: the Unicode Common Locale Data Repository (CLDR, Unicode License v3), as Babel (BSD-3-Clause)
    brings it along. Nothing is downloaded, and none of it is copied into this package.

    Dropped are names with a digit in them ("zaire (1993–1998)"), names that are only their code, not a
    translation ("fon"), and every name that two of the languages write alike ("andorra"), since it has no
    right answer. A name that one language has for two things (Finnish "ranska": France, French) counts once,
    under the first of its keys.

    The split goes by CLDR key: all names of one thing ("deutschland", "germany", "německo") fall on the same
    side, so a model is tested on things of which it has seen no name. Words inside names ("dollar", "south")
    do recur on both sides. With the defaults and Babel 2.18: 8,570 names (582 to 969 a language), 6,981 for
    training, 851 for validation, 738 for the test; 2 to 50 characters long, half of them at most 12; 88
    different characters, of which a few stand in val or test only.

    Args:
        codes: CLDR codes of at least two languages; the default is twelve languages in Latin letters.
        val_share, test_share: parts of the keys, each above 0; what they leave is for training.
        seed: picks which keys go where, the same on every machine.

    Returns:
        `LanguageNames`; texts in the order of `codes`, so shuffle them for training.

    Raises:
        TypeError: `codes` is a string.
        ValueError: an unknown or repeated code, fewer than two codes, shares that leave nothing for training
            or so small that a split lacks a language.
    """
    if isinstance(codes, str):
        raise TypeError(f"codes must be a sequence such as ('de', 'fi'), not the string {codes!r}")
    if len(codes) < 2 or len(set(codes)) < len(codes):
        raise ValueError(f"codes must name at least two languages and none twice, got {tuple(codes)}")
    if not (val_share > 0 and test_share > 0 and val_share + test_share < 1):
        raise ValueError(
            "val_share and test_share must be above 0 and together below 1 (the rest is for training), "
            f"got {val_share} and {test_share}"
        )
    locales = [_locale(code) for code in codes]
    names_by_label = [_names_of(locale) for locale in locales]
    n_languages_with = Counter(text for names in names_by_label for text in names)
    kept = [
        (text, label, key)
        for label, names in enumerate(names_by_label)
        for text, key in names.items()
        if n_languages_with[text] == 1
    ]

    # A hash orders the keys: a shuffle may differ from one version of a library to the next.
    keys = sorted({key for _, _, key in kept}, key=lambda key: sha256(f"{seed} {key}".encode()).digest())
    n_val, n_test = round(val_share * len(keys)), round(test_share * len(keys))
    split_of = dict.fromkeys(keys, "train")
    split_of |= dict.fromkeys(keys[:n_val], "val")
    split_of |= dict.fromkeys(keys[n_val : n_val + n_test], "test")

    splits = {}
    for split in ("train", "val", "test"):
        texts = [text for text, _, key in kept if split_of[key] == split]
        labels = [label for _, label, key in kept if split_of[key] == split]
        missing = [code for label, code in enumerate(codes) if label not in labels]
        if missing:
            raise ValueError(f"no name in {missing} is left for {split}; make its share larger")
        splits[split] = LabelledNames(texts, torch.tensor(labels))
    return LanguageNames(tuple(locale.english_name for locale in locales), **splits)


def alphabet(texts: Sequence[str]) -> tuple[str, ...]:
    """The symbols of a vocabulary: "<pad>", "<unknown>", "<start>", "<end>" (0 to 3), then the characters.

    The characters come in the order of their code points, so the same texts give the same numbers everywhere.
    """
    return ("<pad>", "<unknown>", "<start>", "<end>", *sorted(set("".join(texts))))


def encode(texts: Sequence[str], symbols: Sequence[str]) -> torch.Tensor:
    """Write texts as numbers: tokens (N, L) int64, L the longest text, filled up at the end with 0 ("<pad>").

    Args:
        texts: N strings, none of them empty.
        symbols: what `alphabet` returns; the number of a symbol is its place. A character that is not among
            them becomes 1 ("<unknown>").

    Raises:
        ValueError: no text, or an empty one.
    """
    if not texts or not all(texts):
        raise ValueError("encode needs at least one text, and none may be empty")
    number_of = {symbol: number for number, symbol in enumerate(symbols)}
    rows = [torch.tensor([number_of.get(character, 1) for character in text]) for text in texts]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise ValueError(f"Babel knows no language {code!r}; codes look like 'de' or 'fi'") from error


# --- dates as people write them

DATE_LOCALES = (
    "cs", "de", "el", "en", "es", "fi", "fr", "hr", "hu", "it", "nl", "pl", "pt", "ru", "tr", "zh"
)  # fmt: skip
HELD_OUT_DATE_LOCALES = ("sv", "uk")

_DATE_FORMS = ("full", "long", "medium")  # "short" leaves day and month in an order that one must know
_LEAP_YEARS = range(2000, 2028, 4)  # in these seven, every day of the year meets every weekday once


class DatePairs(NamedTuple):
    """N dates: `texts[i]` is how people write the day `targets[i]` in `locales[i]`."""

    texts: list[str]  # "Freitag, 20. November 2026"
    targets: list[str]  # "2026-11-20", ISO 8601, always 10 characters
    locales: list[str]  # "de"


class HumanDates(NamedTuple):
    """The task "which day is meant?" No date stands in two of the three splits, no text has two targets."""

    train: DatePairs
    val: DatePairs
    test: DatePairs
    held_out: dict[str, DatePairs]  # locale → the dates of `test` in a locale that is in no other split


def normalise_date(text: str) -> str:
    """Write a date as `human_dates` does; one of your own goes through here before a model sees it.

    Unicode NFC, so that an accented letter is one character; any run of white space (CLDR has no-break and
    narrow spaces) becomes one space; invisible marks for the direction of writing are dropped.
    """
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def _date_texts(code: str) -> dict[str, dict[tuple[int, int, int], str]]:
    """How a locale writes each day of the year: form → (month, day, weekday) → text with "{year}" in it."""
    locale, texts = _locale(code), {}
    for form in _DATE_FORMS:
        fields = re.sub(r"'[^']*'", "", locale.date_formats[form].pattern)  # 'de' is a word, not a field
        has_weekday = bool(set(fields) & set("Eec"))
        texts[form] = {}
        for year in _LEAP_YEARS if has_weekday else _LEAP_YEARS[:1]:
            first = date(year, 1, 1)
            for day in (first + timedelta(days=n) for n in range(366)):
                text = normalise_date(format_date(day, form, locale=locale))
                if len(re.findall(rf"(?<!\d){year}(?!\d)", text)) != 1:
                    raise ValueError(f"{code!r} writes {day} as {text!r}, without the year in four digits")
                for weekday in (day.weekday(),) if has_weekday else range(7):
                    texts[form][day.month, day.day, weekday] = text.replace(str(year), "{year}")
    return texts


def human_dates(
    codes: Sequence[str] = DATE_LOCALES,
    held_out: Sequence[str] = HELD_OUT_DATE_LOCALES,
    *,
    num_train: int = 20_000,
    num_val: int = 1_000,
    num_test: int = 2_000,
    years: tuple[int, int] = (1950, 2049),
    seed: int = 0,
) -> HumanDates:
    """Dates as people write them in many languages, each with the same day in ISO 8601.

    Source: the full, long and medium date formats of the Unicode Common Locale Data Repository (CLDR,
    Unicode License v3), as Babel (BSD-3-Clause) brings them along; nothing is downloaded.

    The days are shuffled and dealt out to the splits, so each day occurs once at most, and one locale and one
    form are drawn for it. A text that two of the locales (held-out ones included) write for different days
    is never drawn: "05/11/2026" is in November in pt_PT, in May in es_PR. Among the default locales there is
    no such text, but a near one: "20 lis 2026" is November (Polish), "20. lis 2026." is October (Croatian).

    Args:
        codes: CLDR codes of the locales to train, validate and test on. The default has sixteen, in Latin,
            Greek, Cyrillic and Chinese script; all their characters are in the fonts of `plotting`.
        held_out: codes of locales that are kept out of the three splits; they come with the days of `test`.
        num_train, num_val, num_test: pairs in each split.
        years: first and last year, both included, from 1000 to 9999.
        seed: picks days, locales and forms, the same on every machine.

    Returns:
        `HumanDates`, in random order. With the defaults and Babel 2.18: texts of 8 to 38 characters, 17 in
        the mean, of 149 different ones. A day that a locale can only write in an ambiguous way is left out
        there, so `held_out` may hold fewer than num_test.

    Raises:
        TypeError: `codes` or `held_out` is a string.
        ValueError: an unknown or repeated code, no code, a size below 1, years out of order or range, more
            pairs than there are days, a locale that does not write the year in four digits.
    """
    for option, given in (("codes", codes), ("held_out", held_out)):
        if isinstance(given, str):
            raise TypeError(f"{option} must be a sequence such as ('de', 'fi'), not the string {given!r}")
    everywhere = (*codes, *held_out)
    if not codes or len(set(everywhere)) < len(everywhere):
        raise ValueError(f"codes must name at least one locale, and none twice with held_out: {everywhere}")
    _check_positive(num_train=num_train, num_val=num_val, num_test=num_test)
    first, last = years
    if not 1000 <= first <= last <= 9999:
        raise ValueError(f"years must be a first and a last year from 1000 to 9999, got {years}")
    start, end = date(first, 1, 1), date(last, 12, 31)
    num_days = (end - start).days + 1
    if num_train + num_val + num_test > num_days:
        raise ValueError(
            f"{num_train} + {num_val} + {num_test} pairs need as many days, but {first} to {last} have "
            f"{num_days}: take more years or fewer pairs"
        )

    texts = {code: _date_texts(code) for code in everywhere}
    days_of = {}  # text → the days (month, day) that some locale writes so
    for forms in texts.values():
        for form in forms.values():
            for (month, day, _), text in form.items():
                days_of.setdefault(text, set()).add((month, day))

    # A hash orders the days and picks the texts: a shuffle may differ from one version to the next.
    def drawn(*what) -> int:
        return int.from_bytes(sha256(" ".join(map(str, (seed, *what))).encode()).digest()[:8], "big")

    days = sorted((start + timedelta(days=n) for n in range(num_days)), key=lambda day: drawn("day", day))

    def pairs(days: list[date], codes: Sequence[str]) -> DatePairs:
        found = DatePairs([], [], [])
        for day in days:
            key = day.month, day.day, day.weekday()
            by_code = {
                code: sorted({f[key] for f in texts[code].values() if len(days_of[f[key]]) == 1})
                for code in codes
            }
            choices = [code for code in codes if by_code[code]]
            if not choices:
                continue
            code = choices[drawn("locale", day) % len(choices)]
            text = by_code[code][drawn("form", day) % len(by_code[code])]
            found.texts.append(text.replace("{year}", str(day.year)))
            found.targets.append(day.isoformat())
            found.locales.append(code)
        return found

    test, val, train = (
        days[:num_test],
        days[num_test : num_test + num_val],
        days[num_test + num_val :][:num_train],
    )
    return HumanDates(
        pairs(train, codes),
        pairs(val, codes),
        pairs(test, codes),
        {code: pairs(test, [code]) for code in held_out},
    )
