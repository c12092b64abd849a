"""Replies of labelled answers, changed at any place in any way: what a student's process may send.

No value of a reference is ever drawn on: what is put in is junk, or was in the reply already.
"""

import functools
import math

import numpy as np
from labelled import WRONG, through_bytes

from helpers import checks
from helpers.checks.reply import Misfit, fit

SCALARS = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    7,
    400_000,
    2**62,
    10**30,
    0.0,
    0.5,
    -3.5,
    1e30,
    math.nan,
    math.inf,
)
TEXTS = ("", "no", "lstm", "LSTM", "weight", "torch.float64", "x" * 2_000, "\ud800")
SHAPES = ((), (0,), (1,), (3,), (12, 4), (1, 0), (0, 7), (7000, 1), (2, 3, 4), (2048, 4), (1,) * 9)
KINDS = ("float32", "float64", "int64", "uint8", "bool")


@functools.cache
def replies(every):
    """(exercise, task, reply, honest share) of every so many labelled wrong answers, stubs among them."""
    return [_reply(answer) for answer in WRONG[::every]]


def replies_with(exercise, finding):
    """The same of the wrong answers to one exercise that are labelled with this finding, and no other."""
    return [_reply(one) for one in WRONG if (one.exercise, one.findings) == (exercise, (finding,))]


def _reply(answer):
    asked = checks.exercise(answer.exercise)
    task = asked.task(0)
    values = through_bytes(asked.probe(answer.answer(), task))
    return answer.name, asked, task, values, asked.judge(task, values).share


def changed(values, random):
    """A copy of a reply in which one place to three have been changed."""
    whole = {"": _copy(values)}
    for _ in range(random.choice((1, 1, 2, 3))):
        places = list(_places(whole))
        holder, key = random.choice(places)
        _change(holder, key, random, [h[k] for h, k in places if isinstance(h[k], np.ndarray)])
    return whole[""]


def changed_and_fitting(form, values, random):
    """The same, and what comes out still has the form of a reply: the judge must look at it."""
    for _ in range(50):
        found = changed(values, random)
        try:
            fit(form, found)
        except Misfit:
            continue
        return found
    return values


def _copy(value):
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_copy(part) for part in value]
    return value.copy() if isinstance(value, np.ndarray) else value


def _places(holder):
    """(dict or list, key) of every value; long lists do not drown the few single facts."""
    for key in list(holder) if isinstance(holder, dict) else range(min(len(holder), 12)):
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])


def _change(holder, key, random, arrays):
    value = holder[key]
    ways = [_junk]
    if isinstance(holder, list):
        ways += [_without, _twice]
    elif key:
        ways += [_without, _renamed]
    if isinstance(value, np.ndarray):
        ways += 3 * [_other_numbers]
        same = [one for one in arrays if one is not value and one.shape == value.shape]
        if same:
            other = random.choice(same).copy()
            ways.append(lambda holder, key, _: holder.__setitem__(key, other))
    if type(value) in (bool, int, float):
        ways += 2 * [_another]
    random.choice(ways)(holder, key, random)


def _junk(holder, key, random):
    shape = random.choice(SHAPES)
    numbers = np.random.default_rng(random.randrange(99)).normal(size=shape)
    holder[key] = random.choice(
        (
            random.choice(SCALARS),
            random.choice(TEXTS),
            numbers.astype(random.choice(KINDS)),
            [],
            {},
            [None] * random.choice((1, 2, 3_000)),
            {"error": {"type": "ValueError", "text": "batch size", "line": ""}},
            {"error": 3},
            {"type": "Tensor"},
        )
    )


def _without(holder, key, random):
    del holder[key]


def _twice(holder, key, random):
    holder.extend(_copy(holder[key]) for _ in range(random.choice((1, 1, 200))))


def _renamed(holder, key, random):
    holder[random.choice(TEXTS[1:4])] = holder.pop(key)


def _another(holder, key, random):
    value = holder[key]
    holder[key] = not value if isinstance(value, bool) else value + random.choice((1, -1, 3, 1_000))


def _other_numbers(holder, key, random):
    value, seed = holder[key], random.randrange(99)
    ways = [
        lambda: value * 0,
        lambda: value[:0] if value.ndim else value,
        lambda: value[:1] if value.ndim else value,
        lambda: value.T,
        lambda: value[..., None],
        lambda: value.astype(random.choice(KINDS)),
        lambda: np.random.default_rng(seed).normal(size=value.shape).astype(value.dtype),
        lambda: np.concatenate([value, value]) if value.ndim else value,
        lambda: _one_moved(value, seed),
        lambda: np.full(value.shape, math.nan, "float32"),
        lambda: np.full(value.shape, 1e30, "float32"),
    ]
    with np.errstate(all="ignore"):
        holder[key] = random.choice(ways)()


def _one_moved(value, seed):
    value = value.copy()
    if value.size:
        place = np.random.default_rng(seed).integers(value.size)
        value.flat[place] = not value.flat[place] if value.dtype == bool else value.flat[place] + 1
    return value
