"""Predictions: asked before something is measured, answered by what was measured, summed up at the end.

    predict.ask("zero-input", "The second input is 0. Is the second state 0 too?", [
        predict.Choice("yes: nothing comes in", lambda h: not h.any(), "the old state comes in"),
        predict.Choice("no: it remembers", lambda h: h.any(), "W_hh carries the first input over."),
    ], about="what memory is")

    h_2 = torch.tanh(W_xh @ x_2 + W_hh @ h_1)      the cell that measures, tagged `prediction`

    predict.answer("zero-input", h_2)

What was chosen is kept beside the notebook (`helpers.kept`) and goes nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from IPython import get_ipython
from IPython.display import display

from helpers import kept

PART = "predictions"  # of the file beside the notebook
UNDECIDED = "what was measured here fits none of the choices, or several"


class Choice(NamedTuple):
    """One thing that a reader may expect.

    text: what it says. when: the measured value with which it is right, or a function of that value. reply:
    what is said to somebody who chose it: why it is so, or what the mistake in it is.
    """

    text: str
    when: Any | Callable[[Any], Any]
    reply: str

    def fits(self, value: Any) -> bool:
        return bool(self.when(value) if callable(self.when) else self.when == value)


@dataclass(frozen=True)
class _Question:
    choices: tuple[Choice, ...]
    about: str


_asked: dict[str, _Question] = {}  # in the order of the notebook


def ask(key: str, question: str, choices: Sequence[Choice], about: str = "") -> None:
    """Print a question and its choices, and show buttons below where there is a front end.

    Args:
        key: by what it is answered, and kept.
        choices: two or more, of which exactly one will fit what is measured.
        about: what to look at again where it was wrong: "look again at masks"; by default the key's words.

    Raises:
        ValueError: fewer than two choices, or two that say the same.
    """
    choices = tuple(Choice(*choice) for choice in choices)
    if len({choice.text for choice in choices}) < max(2, len(choices)):
        raise ValueError(f"{key}: a prediction needs two choices or more, each another one")
    _asked[key] = _Question(choices, about or key.replace("-", " "))
    print(question)
    for number, choice in enumerate(choices, start=1):
        print(f"  {number}. {choice.text}")
    number = _chosen(key)
    print(f"chosen: {number}" if number else f'choose below, or type predict.choose("{key}", 1)')
    _show_buttons(key, len(choices), number)


def choose(key: str, number: int) -> None:
    """Choose one of the choices, which are counted from 1; what the buttons do, for where there are none."""
    if _note(key, number):
        print(f"chosen: {number}. {_asked[key].choices[number - 1].text}")
    elif key in _asked:
        print(f"there are the choices 1 to {len(_asked[key].choices)}")
    else:
        print(f"nothing was asked under {key!r}: run the cell that asks first")


def answer(key: str, value: Any) -> None:
    """Say whether the choice was right, by what was measured, and why; nothing where none was made."""
    question = _asked.get(key)
    if question is None:
        print(f"nothing was asked under {key!r}: run the cell that asks first")
        return
    fitting = _fitting(question.choices, value)
    if len(fitting) != 1:
        print(f"{key}: {UNDECIDED}")
        return
    number = _chosen(key)
    if number:
        chosen, right = question.choices[number - 1], fitting[0]
        kept.keep(PART, key, {"chosen": chosen.text, "right": chosen == right})
        if chosen == right:
            print(f"✓ right. {chosen.reply}")
        else:
            print(f"✗ you chose: {chosen.text}. {chosen.reply}\n  as measured: {right.text}")


def summary() -> None:
    """Print how many predictions were right, of those that this kernel asked, and what to look at again."""
    entries = kept.entries(PART)
    made = {key: entries[key].get("right") for key in _asked if _chosen(key)}
    made = {key: right for key, right in made.items() if isinstance(right, bool)}
    missing = len(_asked) - len(made)
    if not made:
        print(f"predictions: none made, {len(_asked)} asked")
        return
    again = dict.fromkeys(_asked[key].about for key, right in made.items() if not right)
    print(
        f"predictions: right {sum(made.values())} of {len(made)}"
        + (f"; look again at {', '.join(again)}" if again else "")
        + (f"; {missing} not made" if missing else "")
    )


def _note(key: str, number: Any) -> bool:
    """Keep a choice; False where there is none of this number."""
    if key not in _asked or type(number) is not int or not 1 <= number <= len(_asked[key].choices):
        return False
    if number != _chosen(key):
        kept.keep(PART, key, {"chosen": _asked[key].choices[number - 1].text})
    return True


def _chosen(key: str) -> int | None:
    """The number of what was chosen; by its text, since choices may have been put in another order."""
    text = kept.entries(PART).get(key, {}).get("chosen")
    return next((n for n, choice in enumerate(_asked[key].choices, start=1) if choice.text == text), None)


def _fitting(choices: Sequence[Choice], value: Any) -> list[Choice]:
    try:
        return [choice for choice in choices if choice.fits(value)]
    except Exception:  # a value of another kind than the choices were written for: told, not raised
        return []


def _show_buttons(key: str, count: int, number: int | None) -> None:
    """A button for each choice, where there are a kernel and ipywidgets; the text above serves without."""
    if get_ipython() is None:
        return
    try:
        from ipywidgets import ToggleButtons
    except ImportError:
        return
    buttons = ToggleButtons(options=[(str(n), n) for n in range(1, count + 1)], value=number)
    buttons.style.button_width = "3em"
    buttons.observe(lambda change: _note(key, change["new"]), names="value")
    display(buttons)
