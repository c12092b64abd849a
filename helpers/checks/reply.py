"""What a probe may report: a few forms, from which each kind of probe describes its reply to a task.

A reply comes out of the process in which a student's code ran, so that every value in it may be anything. A
form is a function of a value and of the place where it stands, which raises `Misfit` where the value is not
what a probe can have reported. Each kind of probe has a function of the task that gives the form of its whole
reply: what follows from the task (how many rows, which shapes) is exact in it, what hangs on the answer (how
many parameters) is bounded.

    form = record({"output": either(array(rows, 3), error()), "norms": list_of(number(), most=100)})
    verdict = read(form, values, ITEMS, lambda: judge(task, values))
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.checks.findings import ANYWHERE, finding
from helpers.checks.report import Item, Verdict
from helpers.checks.state import KINDS

Form = Callable[[Any, str], None]

# A wide answer (256 units where 7 were asked for) gives a million numbers in some hundred arrays.
MOST_PARTS, MOST_NUMBERS = 50_000, 8_000_000
MISFIT = "misfit"  # the name of the finding
_LARGEST = 2**63  # of whole numbers: what is larger cannot be turned into a float or an index
_KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "numbers"}


class Misfit(ValueError):
    """What came back is not what a probe reports for its task; the text says where, and what was expected.

    `place` is where it stands in the reply: "builds.main.output".
    """

    def __init__(self, place: str, words: str) -> None:
        super().__init__(f"{place or 'the reply'}: {words}")
        self.place = place


def fit(form: Form, values: Any) -> None:
    """Look at a whole reply, first at how much it is.

    Raises:
        Misfit: it is no reply of this form.
    """
    anything(MOST_PARTS, MOST_NUMBERS)(values, "")
    form(values, "")


def read(form: Form, values: Any, items: Sequence[Item], judge: Callable[[], Verdict]) -> Verdict:
    """What `judge` says of values that have this form; else a verdict that tells what does not fit.

    Such a reply earns nothing: either it was forged, or a probe reports what its form does not know.
    """
    try:
        fit(form, values)
    except Misfit as misfit:
        return Verdict(items, [finding(ANYWHERE, MISFIT, items, str(misfit))])
    return judge()


# --- single values


def array(*shape: int, kinds: str = "f") -> Form:
    """An array of exactly this shape; `kinds`: the letters of the dtypes that may be, as numpy has them."""

    def form(value: Any, place: str) -> None:
        _array(value, place, kinds)
        if value.shape != shape:
            raise Misfit(place, f"an array of shape {value.shape} in place of {shape}")

    return form


def some_array(numbers: int, least_dims: int = 0, most_dims: int = 6, kinds: str = "biuf") -> Form:
    """An array whose shape hangs on the answer: at most so many numbers, and as many dimensions."""

    def form(value: Any, place: str) -> None:
        _array(value, place, kinds)
        if value.size > numbers:
            raise Misfit(place, f"an array of {value.size} numbers, more than {numbers}")
        if not least_dims <= value.ndim <= most_dims:
            raise Misfit(place, f"an array of {value.ndim} dimensions")

    return form


def _array(value: Any, place: str, kinds: str) -> None:
    if type(value) is not np.ndarray:
        raise Misfit(place, f"{_kind(value)} in place of an array")
    if value.dtype.kind not in kinds:
        expected = " or ".join(dict.fromkeys(_KINDS[kind] for kind in kinds))
        raise Misfit(place, f"an array of {value.dtype} in place of one of {expected}")


def number() -> Form:
    """A number that a float can hold; NaN and the infinite ones are numbers too."""

    def form(value: Any, place: str) -> None:
        if type(value) not in (int, float):
            raise Misfit(place, f"{_kind(value)} in place of a number")
        _of_a_size(value, place)

    return form


def whole(least: int, most: int) -> Form:
    """A whole number within these."""

    def form(value: Any, place: str) -> None:
        if type(value) is not int or not least <= value <= most:
            raise Misfit(place, f"{_shown(value)} in place of a whole number from {least} to {most}")

    return form


def text(most: int) -> Form:
    """A text of at most so many characters."""

    def form(value: Any, place: str) -> None:
        if type(value) is not str or len(value) > most:
            raise Misfit(place, f"{_kind(value)} in place of a text of at most {most} characters")

    return form


def one_of(*values: bool | int | str | None) -> Form:
    """One of these values, of the same type: True is not 1."""

    def form(value: Any, place: str) -> None:
        if not any(type(value) is type(one) and value == one for one in values):
            raise Misfit(place, f"{_shown(value)} in place of {' or '.join(map(repr, values))}")

    return form


def truth() -> Form:
    return one_of(False, True)


# --- values of several parts


def list_of(form: Form, most: int, least: int = 0) -> Form:
    """A list of so many values, all of one form."""

    def whole_list(value: Any, place: str) -> None:
        if type(value) is not list:
            raise Misfit(place, f"{_kind(value)} in place of a list")
        if not least <= len(value) <= most:
            so_many = least if least == most else f"{least} to {most}"
            raise Misfit(place, f"a list of {len(value)} values in place of {so_many}")
        for k, part in enumerate(value):
            form(part, f"{place}[{k}]")

    return whole_list


def record(needed: Mapping[str, Form], possible: Mapping[str, Form] | None = None) -> Form:
    """A dict with these keys, each value of its form, and no others but `possible` ones."""
    forms = {**needed, **(possible or {})}

    def form(value: Any, place: str) -> None:
        if type(value) is not dict:
            raise Misfit(place, f"{_kind(value)} in place of a dict")
        for key in needed:
            if key not in value:
                raise Misfit(place, f"{key!r} is missing")
        for key, part in value.items():
            if key not in forms:
                raise Misfit(place, f"{_shown(key)} is not part of it")
            forms[key](part, f"{place}.{key}".removeprefix("."))

    return form


def either(*forms: Form) -> Form:
    """A value of one of these forms. Of several misfits the one that goes deepest is told."""

    def form(value: Any, place: str) -> None:
        misfits = []
        for one in forms:
            try:
                return one(value, place)
            except Misfit as misfit:
                misfits.append(misfit)
        raise max(misfits, key=lambda misfit: len(misfit.place))

    return form


def optional(form: Form) -> Form:
    """None, or a value of this form."""
    return either(one_of(None), form)


# An exception, as `running.describe` does, and what `state.Watch.told` reports.
ERROR = record({"type": text(200), "text": text(400), "line": text(200)})
LEFT = list_of(record({"kind": one_of(*KINDS), "line": text(200)}), most=len(KINDS))
LEAVINGS = list_of(one_of(*KINDS), most=len(KINDS))  # of a part of a probe, as `running.leavings` gives them


def error() -> Form:
    """What `running.attempt` reports of an exception."""
    return record({"error": ERROR})


def anything(parts: int, numbers: int) -> Form:
    """Any plain value of at most so many parts, and so many numbers in its arrays."""

    def form(value: Any, place: str) -> None:
        waiting, seen, size = [value], 0, 0
        while waiting:
            part = waiting.pop()
            seen += 1
            if type(part) is np.ndarray:
                _array(part, place, "biuf")
                size += part.size
            elif type(part) is dict:
                waiting += [*part, *part.values()]
            elif type(part) is list:
                waiting += part
            elif type(part) in (int, float):
                _of_a_size(part, place)
            elif part is not None and type(part) not in (bool, str):
                raise Misfit(place, f"{_kind(part)} is not plain")
            if seen + len(waiting) > parts or size > numbers:
                raise Misfit(place, "more values than any probe reports")

    return form


# --- words


def _of_a_size(value: int | float, place: str) -> None:
    if type(value) is int and not -_LARGEST <= value < _LARGEST:
        raise Misfit(place, f"{_shown(value)} is too large")


def _kind(value: Any) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _shown(value: Any) -> str:
    if type(value) is int and not -_LARGEST <= value < _LARGEST:  # Python refuses to write out very long ones
        return f"a whole number of {math.floor(math.log10(abs(value))) + 1} digits"
    return repr(value)[:60] if type(value) in (bool, int, float, str) else _kind(value)


def observation(value: Any, place: str) -> None:
    """The form of what `observe` shows of an answer: a dict of anything plain."""
    anything(5_000, 1 << 20)(value, place)
    if type(value) is not dict or "error" in value or any(type(key) is not str for key in value):
        raise Misfit(place, "this is no observation")
