"""Slips: the mistakes that learners make in turns, as they are typed; what is said stands in `findings`.

A slip is a wrong version of a turn, made from the right one by typing something else in a place or two.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.comparison import Wrong
from helpers.checks.findings import SLIPS, row


def slips(of: Callable[..., Any], **typed: Mapping[str, str]) -> list[Wrong]:
    """Wrong versions of a function or class: name of the slip -> {what stands there: what is typed for it}.

    Raises:
        LookupError: the table of findings has no such slip.
        ValueError: what is to be replaced does not stand there exactly once.
    """
    return [_slip(of, name, edits) for name, edits in typed.items()]


def _slip(of: Callable[..., Any], name: str, edits: Mapping[str, str]) -> Wrong:
    said, source = row(SLIPS, name), inspect.getsource(of)
    for old, new in edits.items():
        if source.count(old) != 1:
            raise ValueError(f"{name}: {old!r} stands {source.count(old)} times in {of.__name__}")
        source = source.replace(old, new)
    scope = dict(vars(sys.modules[of.__module__]))
    exec(source, scope)
    return Wrong(name, said.title, scope[of.__name__], said.expected, said.likely)
