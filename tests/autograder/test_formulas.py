"""Formulas of a feedback page: drawn without a script, and harmless whatever a student typed as a formula."""

import re
from pathlib import Path

import pytest
from course import NAME, ROOT, read
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets.config.loader import PyFileConfigLoader

from autograder.book.formulas import MOST, markdown2html, mathml


@pytest.fixture
def config():
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def page_of(source):
    return markdown2html({"cell": new_markdown_cell(source)}, source)


@pytest.mark.parametrize("name", [NAME, "05_by_hand"])
def test_every_formula_of_the_exercises_is_written_as_mathml(name):
    cells = read(ROOT / "solutions" / name / f"{name}.ipynb").cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    pages = [page_of(text) for text in texts]
    assert sum(page.count("<math") for page in pages) > 10
    # What is not drawn would stand there as code: of that there is no more than was typed as such.
    for text, page in zip(texts, pages, strict=True):
        assert "$" not in re.sub(r"<(code|pre).*?</\1>", "", page, flags=re.S)
        assert page.count("<code") <= text.count("`") / 2


@pytest.mark.parametrize("path", [*ROOT.glob("notebooks/**/*.ipynb"), *ROOT.glob("solutions/**/*.ipynb")])
def test_no_underscore_stands_in_a_formulas_text(path):
    r"""MathJax shows the backslash of \text{num\_classes}; \mathrm it reads as mathematics."""
    texts = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert not [found for text in texts for found in re.findall(r"\\text\{[^}]*_[^}]*\}", text)]


@pytest.mark.parametrize(
    "typed, written",
    [
        (r"x < y", "<mi>x</mi><mo>&lt;</mo><mi>y</mi>"),
        (r"W \in \mathbb{R}^{d}", '<mi mathvariant="normal">ℝ</mi>'),
        (r"\mathcal{B}\mathcal{A}", '<mi mathvariant="normal">ℬ</mi><mi mathvariant="normal">𝒜</mi>'),
        (r"\mathfrak{C}", '<mi mathvariant="normal">ℭ</mi>'),
        (r"\mathbb R", '<mi mathvariant="normal">ℝ</mi>'),
        (r"\mathbf{W}", '<mi mathvariant="bold">W</mi>'),
        (r"\sin x", '<mi mathvariant="normal">sin</mi>'),
        (r"\text{output\_size}", "<mtext>output_size</mtext>"),
        (r"\begin{aligned}a&=b\\c&=d\end{aligned}", "</mtr><mtr>"),
    ],
)
def test_what_is_written(typed, written):
    assert written in mathml(typed)


@pytest.mark.parametrize(
    "typed",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{<b>x</b>}",
        r"\text{</mtext></math><script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{panel}{x}",
        r'\color{red" onload="alert(1)}{x}',
        r"a & b",
        r"\nosuchcommand x",
        r"x^",
        "{",
        "",
        r"\newcommand{\a}{bb}\newcommand{\c}{\a\a\a}\c\c\c",
        r"\def\a{b}\a",
        r"\sqrt{" * 300 + "}" * 300,
        "x" * (MOST + 1),
    ],
)
def test_what_cannot_be_drawn_stands_there_as_it_was_typed(typed):
    written = mathml(typed)
    shown = re.fullmatch(r"<code>([^<>]*)</code>", written)
    assert shown, written[:200]


def test_formulas_of_all_forms_in_a_text():
    page = page_of(
        "So $h_t$ and\n\n$$\\frac{a}{b}$$\n\n\\begin{align*}a&=b\\end{align*}\n\nbut `$x$` is code."
    )
    assert page.count("<math") == 3
    assert page.count('display="block"') == 2
    assert "<code>$x$</code>" in page


@pytest.mark.parametrize("template, loads", [("feedback", []), ("formgrade", ["../../../static/"])])
def test_no_page_names_an_address_outside(template, loads, config):
    """What is loaded is formgrader's own; without our templates nbgrader's load MathJax from outside."""
    # nbgrader's feedback converter adds the folder of Bootstrap's styles.
    [templates] = [path for path in config.HTMLExporter.extra_template_basedirs if "formgrader" in path]
    styles = str(Path(templates).parent / "static/node_modules/bootstrap/dist/css")
    exporter = HTMLExporter(config=config, template_name=template, extra_template_paths=[styles])
    nbgrader = {"notebook": "n", "score": 1, "max_score": 2, "late_penalty": 0}
    notebook = new_notebook(cells=[new_markdown_cell("So $h_t$.")])
    resources = {"nbgrader": nbgrader, "base_url": "", "index": 0, "total": 1}
    page, _ = exporter.from_notebook_node(notebook, resources)
    sources = re.findall(r"<(?:script|img|iframe|link)[^>]*?(?:src|href)=\"([^\"]*)", page)
    assert [one for one in sources if "//" in one] == []
    assert [one[:16] for one in sources if "formgrader/static" not in one] == loads
