"""A student's Markdown, made harmless where it is taken in: whichever page shows it, no script of it runs.

Formulas, code and plain formatting stay as they are. A cell is rendered as nbgrader's pages render it. If
anything comes out that nh3 would not let pass, its tags go through nh3 one by one, and what does not pass
stands there as text; if that is not enough, so do links, then all tags; in the end it is a block of code.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MOST = 10_000  # characters that are rendered; a longer text is shown as it is
_SPACED = """
a b blockquote br caption center code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img
kbd li mark ol p pre s small span strike strong sub summary sup table tbody td tfoot th thead tr u ul
"""
_TAGS = set(_SPACED.split())
_VOID = {"br", "hr", "img"}
_OWN = {"a": {"href", "title"}, "img": {"src", "alt", "title", "width", "height"}}
_OWN |= {name: {"align", "colspan", "rowspan"} for name in ("td", "th")}
# What the renderer itself writes besides: anchors of headings, colours of code, boxes of task lists.
_RENDERED = {name: {"id"} for name in ("h1", "h2", "h3", "h4", "h5", "h6")}
_RENDERED |= {name: {"class"} for name in ("code", "div", "li", "pre", "span")}
_RENDERED |= {"a": _OWN["a"] | {"class"}, "img": _OWN["img"]}
_RENDERED |= {name: _OWN[name] | {"style"} for name in ("td", "th")}
_RENDERED |= {"input": {"class", "type", "disabled", "checked"}}
_SCHEMES = {"http", "https", "mailto", "data", "attachment"}
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*", re.I)
_FENCE = r"(?P<fence>^[ ]{0,3}(?P<ticks>`{3,}+|~{3,}+)[^\n]*\n(?:.*?\n)??[ ]{0,3}(?P=ticks)[`~]*[ \t]*$)"
_SPAN = r"(?P<span>(?<!`)(?P<tick>`++)[^\n]*?(?:\n[^\n]+?)*?(?<!`)(?P=tick)(?!`))"
_MATH = r"(?P<math>\$\$[^$]*\$\$|\$[^$\n]+\$|\\begin\{(?P<env>[a-z]+\*?)\}.*?\\end\{(?P=env)\})"
_LINK = r"<(?:https?://|mailto:)[^\s<>\"]*>"
_TAG = r"(?P<tag><[A-Za-z/!?][^>]*>?)"
_CAREFUL = re.compile("|".join((_FENCE, _SPAN, _MATH, _LINK, _TAG)), re.M | re.S)
_BREAK = r"(?P<link>(?<=\])(?=[(:\[]))"
_LINKS = re.compile("|".join((_FENCE, _SPAN, _MATH, _BREAK)), re.M | re.S)
_ROUGH = re.compile("|".join((_FENCE, r"(?P<tag><(?=[A-Za-z/!?]))", _BREAK)), re.M | re.S)
_MERMAID = re.compile(r"([`~]{3,}[ \t]*)(?=mermaid)", re.I)
_STRICT = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:=\"[^\"<>]*\")?)*)\s*/?>")
_ATTRIBUTE = re.compile(r"([a-z-]+)(?:=\"([^\"]*)\")?")
_CLASS = re.compile(r"highlight|anchor-link|task-list-item(?:-checkbox)?|language-\S+|[a-z]{1,2}\d?")
_ACTIVE = re.compile(r"\bon\w+\s*=|script|<\s*(?:iframe|object|embed|svg|form|style|link|meta|base)\b", re.I)


@dataclass(frozen=True)
class Cleaned:
    """`source` is the harmless text; `active`: something in the old one looked like a program."""

    source: str
    active: bool


def clean(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> Cleaned:
    """Make a text cell harmless; one that is harmless stays as it is, byte by byte."""
    attachments = attachments or {}
    active = _ACTIVE.search(source) is not None
    if len(source) > MOST:
        return Cleaned(fenced(source), active)
    plain = _MERMAID.sub(r"\1text ", source)
    for way in (str, _careful, _unlinked, _rough):
        text = way(plain)
        if _is_harmless(text, attachments):
            return Cleaned(text, active)
    return Cleaned(fenced(source), True)


def fenced(source: str) -> str:
    """The text as a block of code, shown as it is."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", source)), default=0))
    return f"{fence}\n{source}\n{fence}"


def _careful(source: str) -> str:
    """Each tag outside code and formulas as nh3 lets it pass, or as text."""
    return _CAREFUL.sub(lambda part: _tag(part["tag"]) if part["tag"] else part[0], source)


def _unlinked(source: str) -> str:
    """And no links, while code and formulas stay as they are."""
    return _LINKS.sub(lambda part: "\\" if part.lastgroup == "link" else part[0], _careful(source))


def _rough(source: str) -> str:
    """All tags as text, and no links."""
    instead: dict[str, Callable[[], str]] = {"tag": lambda: "&lt;", "link": lambda: "\\"}
    return _ROUGH.sub(lambda part: instead.get(part.lastgroup or "", lambda: part[0])(), source)


def _tag(tag: str) -> str:
    as_text = "&lt;" + tag[1:]
    if closing := re.fullmatch(r"</([A-Za-z][A-Za-z0-9]*)\s*>", tag):
        return tag if closing[1].lower() in _TAGS - _VOID else as_text
    kept = nh3.clean(
        tag, tags=_TAGS, attributes=_OWN, url_schemes=_SCHEMES, link_rel=None, attribute_filter=_filter
    )
    found = re.match(r"<([a-z][a-z0-9]*)[^>]*>", kept)
    return found[0] if found else as_text


def _filter(tag: str, name: str, value: str) -> str | None:
    if value.strip().lower().startswith("data:"):
        return value if (tag, name) == ("img", "src") and _PICTURE.fullmatch(value) else None
    if name == "class":
        return value if all(_CLASS.fullmatch(word) for word in value.split()) else None
    if name == "style":
        return value if re.fullmatch(r"text-align: ?(?:left|right|center);?", value) else None
    if (tag, name) == ("input", "type"):
        return value if value == "checkbox" else None
    return value


def _is_harmless(source: str, attachments: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether nbgrader's pages show the text with nothing in it that nh3 would take out, or close."""
    try:
        page = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=attachments)).render(
            source
        )
    except Exception:  # a picture that is not there, say: the pages would stop at it too
        return False
    kept = nh3.clean(
        page,
        tags=_TAGS | {"input"},
        attributes=_RENDERED,
        url_schemes=_SCHEMES,
        link_rel=None,
        attribute_filter=_filter,
    )
    tags = _tokens(page)
    return tags is not None and tags == _tokens(kept)


def _tokens(page: str) -> list[tuple[str, str, frozenset[tuple[str, str]]]] | None:
    """The tags of a page in order; None where some `<` does not begin one in the plainest form."""
    tags = list(_STRICT.finditer(page))
    if len(tags) != page.count("<"):
        return None
    return [
        (
            tag[1],
            tag[2],
            frozenset(
                (name, " ".join(html.unescape(value).split())) for name, value in _ATTRIBUTE.findall(tag[3])
            ),
        )
        for tag in tags
    ]
