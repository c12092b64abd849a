"""What a student writes into a text cell does not run in the page that an instructor opens."""

import json

import nbformat
import pytest
from browser import chromium
from nbconvert import HTMLExporter
from small_assignment import answered, by_id, handed_out, raw_cell

from autograder.intake import document
from autograder.intake.rebase import read_release, rebase

pytestmark = pytest.mark.browser

RUN = "document.title = 'changed'"
TEXTS = [
    f'<img src="x" onerror="{RUN}">',
    f"<script>{RUN}</script>",
    f'<svg onload="{RUN}"></svg>',
    f'```mermaid\n<img src=x onerror="{RUN}">\n```',
    f"[<b id=link>click</b>](javascript:{RUN.replace(' ', '')})",
    f"[click][1]\n\n[1]: javascript:{RUN.replace(' ', '')}",
    f'<details open ontoggle="{RUN}">x</details>',
    f'<math><mtext><form><mglyph><style></math><img src onerror="{RUN}">',
    f'`` <img src=x onerror="{RUN}"> `',
]


def page(texts, folder, cleaned):
    full = handed_out()
    path = folder / "release.ipynb"
    path.write_text(json.dumps(full), encoding="utf-8")
    cells = answered(json.loads(json.dumps(full))["cells"])
    by_id(cells, "words")["source"] = "$a<b$, `x < y`\n\n" + texts[0]
    cells += [raw_cell("markdown", f"own{n}", text) for n, text in enumerate(texts)]
    data = json.dumps(full | {"cells": cells})
    notebook = rebase(read_release(path), document.read(data.encode()).cells).notebook
    if not cleaned:
        notebook = nbformat.reads(data, as_version=4)
    html, _ = HTMLExporter().from_notebook_node(notebook)
    (folder / "page.html").write_text(html, encoding="utf-8")
    return folder / "page.html"


@pytest.mark.parametrize("cleaned", [False, True], ids=["as it was sent", "as it was taken in"])
def test_no_script_in_a_text_cell_runs(tmp_path, cleaned):
    with chromium() as browser:
        ran = []
        for n, text in enumerate(TEXTS):
            folder = tmp_path / str(n)
            folder.mkdir()
            tab = browser.new_page()
            tab.goto(page([text], folder, cleaned).as_uri(), wait_until="domcontentloaded")
            title = tab.title()
            links = tab.locator("a[href^='javascript']")
            if links.count():
                links.first.evaluate("link => link.click()")
            tab.wait_for_timeout(500)
            ran.append(tab.title() == "changed")
            if cleaned:
                assert title == "Notebook"
                assert "x < y" in tab.inner_text("body")
                assert "a<b" in tab.inner_text("body").replace(" ", "")
            tab.close()
    assert any(ran) != cleaned
