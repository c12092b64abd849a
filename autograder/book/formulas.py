"""Formulas of students' pages as MathML, which browsers draw by themselves: no network, no script.

A formula is a student's text. What is made of it is read as XML and passes only where each element and
attribute is known here; otherwise the formula stands on the page as it was typed.
"""

import html
import re
import unicodedata
from typing import Any
from xml.etree import ElementTree

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MOST = 2_000  # characters of a formula; a longer one is shown as it was typed
_SPACED = """
math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle mphantom mpadded merror
msub msup msubsup munder mover munderover mmultiscripts mtable mtr mtd
"""
_ELEMENTS = set(_SPACED.split())
_SPACED = """
accent accentunder columnalign columnspacing depth display displaystyle fence form height largeop
linethickness lspace mathsize mathvariant maxsize minsize movablelimits rowspacing rspace scriptlevel
separator stretchy symmetric voffset width
"""
_ATTRIBUTES = set(_SPACED.split())
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
# A macro may call others: a line of them makes a page of any length.
_MACRO = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[egx]?def|let|DeclareMathOperator)\b")
# Browsers know no `mathvariant` but "normal". Letters of these alphabets stand for themselves; bold, italic
# and the like are styles of the page (its template), since many machines have no font with such letters.
_STYLED = re.compile(
    "MATHEMATICAL ((?:SANS-SERIF )?(?:BOLD )?ITALIC|(?:SANS-SERIF )?BOLD|SANS-SERIF|MONOSPACE) [CSD]"
)
_ALPHABETS = {"double-struck": "DOUBLE-STRUCK", "script": "SCRIPT", "fraktur": "FRAKTUR"}


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """nbconvert's filter of this name for a feedback page, formulas included."""
    attachments = (context.get("cell") or {}).get("attachments", {})
    renderer = _Renderer(escape=False, attachments=attachments, anchor_link_text="¶")
    return MarkdownWithMath(renderer=renderer).render(source)


def mathml(formula: str, block: bool = False) -> str:
    """The formula as MathML; as it was typed, in a piece of code, where that is not possible."""
    try:
        if len(formula) > MOST or _MACRO.search(formula):
            raise ValueError("too long, or with macros")
        # `aligned` is laid out as `split`, the name of the two that latex2mathml knows.
        known = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{split}", formula)
        written = convert(known, display="block" if block else "inline")
        tree = ElementTree.fromstring(written.replace(_NAMESPACE, "", 1))
        for element in tree.iter():
            _pass(element)
    except Exception:  # latex2mathml has errors of its own, Python's of depth, and XML's
        return f"<code>{html.escape(formula.strip())}</code>"
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def _pass(element: ElementTree.Element) -> None:
    if element.tag not in _ELEMENTS or not _ATTRIBUTES.issuperset(element.keys()):
        raise ValueError(f"{element.tag} with {list(element.keys())}")
    text = re.sub(r"\\([_%&#${}])", r"\1", element.text or "")
    if "\\" in text:
        raise ValueError(f"not known: {text}")
    if alphabet := _ALPHABETS.get(element.get("mathvariant", "")):
        text = "".join(_letter(letter, alphabet) for letter in text)
        element.set("mathvariant", "normal")
    plain = unicodedata.normalize("NFKC", text)
    if styled := _STYLED.match(unicodedata.name(text, "") if len(text) == 1 else ""):
        element.set("mathvariant", styled[1].lower().replace(" ", "-"))
        text = plain
    elif element.tag == "mi" and element.get("mathvariant") is None and (len(text) > 1 or text != plain):
        element.set("mathvariant", "normal")
    element.text = text


def _letter(letter: str, alphabet: str) -> str:
    if not (letter.isascii() and letter.isalpha()):
        return letter
    name = f"{alphabet} {'CAPITAL' if letter.isupper() else 'SMALL'} {letter.upper()}"
    for full in (f"MATHEMATICAL {name}", name, name.replace("FRAKTUR", "BLACK-LETTER")):
        try:
            return unicodedata.lookup(full)
        except KeyError:  # ℝ, ℬ and some others stand apart from their alphabet
            continue
    return letter


class _Renderer(IPythonRenderer):
    """nbconvert's, with formulas written out."""

    def block_math(self, body: str) -> str:
        return mathml(body, block=True)

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)
