"""What differs first between two plain values, in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from helpers.checks.report import shape_text
from helpers.checks.running import failed, short

# float32 against float64: a right answer differs by some 1e-6 of the largest value, a wrong one by far more.
TOLERANCE = 1e-4


def differs(got: Any, want: Any, place: str = "", tolerance: float = TOLERANCE, least: float = 1e-3) -> str:
    """What differs first, in words; "" where nothing does. Numbers are as large as `least` at least."""
    at = f" at {place}" if place else ""
    if isinstance(want, dict | list):
        if type(got) is not type(want) or len(got) != len(want):
            return f"{kind_of(got)}{at} in place of {kind_of(want)}"
        keys = list(want) if isinstance(want, dict) else range(len(want))
        if isinstance(want, dict):
            if set(got) != set(want):
                return f"{kind_of(got)}{at} in place of {kind_of(want)}"
            # A gradient that is 0 by rights is rounding, of the size of the gradients beside it.
            least = max([least, *(0.05 * _largest(part) for part in want.values())])
        parts = (differs(got[key], want[key], _inside(place, key), tolerance, least) for key in keys)
        return next(filter(None, parts), "")
    if isinstance(want, np.ndarray | float | int) and not isinstance(want, bool):
        return _numbers_differ(got, want, at, tolerance, least)
    if type(got) is type(want) and got == want:
        return ""
    shown, expected = kind_of(got), kind_of(want)
    same = shown.partition("(")[0]
    # "whole numbers of shape (4, 1) in place of (4,)": what both are is said once.
    if "(" in expected and expected.startswith(f"{same}("):
        expected = expected[len(same) :]
    return f"{shown}{at} in place of {expected}"


def _largest(value: Any) -> float:
    """The largest size among the numbers that are finite."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return 0.0
    finite = np.abs(value[np.isfinite(value)])
    return float(finite.max()) if finite.size else 0.0


def _numbers_differ(got: Any, want: Any, at: str, tolerance: float, least: float) -> str:
    if isinstance(got, bool) or not isinstance(got, np.ndarray | float | int):
        return f"{kind_of(got)}{at} in place of {kind_of(want)}"
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        return f"shape {shape_text(got.shape)}{at} in place of {shape_text(want.shape)}"
    if (got.dtype.kind == "b") != (want.dtype.kind == "b"):
        return f"{got.dtype}{at} in place of {want.dtype}"
    if want.dtype.kind in "iu" and want.ndim and got.dtype.kind == "f":
        return f"numbers of type {got.dtype}{at} in place of whole numbers"
    if want.dtype.kind in "biu" and got.dtype.kind in "biu":
        wrong = got != want
    else:
        wrong = ~np.isclose(
            got, want, rtol=tolerance, atol=tolerance * max(least, _largest(want)), equal_nan=True
        )
    if not wrong.any():
        return ""
    place = tuple(int(k) for k in np.argwhere(wrong)[0])
    where = f", index {shape_text(place)}," if place else ""
    pair = got[place].item(), want[place].item()
    shown, expected = (f"{value:.4g}" if isinstance(value, float) else str(value) for value in pair)
    if shown == expected:
        shown, expected = map(repr, pair)
    many = f"; {int(wrong.sum())} of {wrong.size} values differ" if wrong.size > 1 else ""
    return f"{shown}{at}{where} in place of {expected}{many}"


def kind_of(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"a tensor of shape {shape_text(value.shape)}"
    if isinstance(value, list):
        return "1 value" if len(value) == 1 else f"{len(value)} values"
    if failed(value) and isinstance(value["error"], dict):
        return error_text(value["error"])
    if isinstance(value, dict):
        known = set(value) == {"type"}
        return (
            short(f"an object of type {value['type']}", 90)
            if known
            else short(", ".join(value) or "nothing", 200)
        )
    if isinstance(value, float):
        return f"{value:.4g}"
    return short(value, 200) if isinstance(value, str) else "None" if value is None else repr(value)[:60]


def error_text(error: Mapping[str, Any]) -> str:
    """What `running.describe` says of an error, with the line of the answer where there is one."""
    line = error.get("line")
    return f"{error.get('type')}: {error.get('text')}" + (f", in the line: {line}" if line else "")


def _inside(place: str, key: Any) -> str:
    return f"{place}[{key}]" if place or isinstance(key, int) else str(key)
