"""Formgrader, feedback and report ask for nothing outside; formulas are drawn, and formgrader's keys work."""

import json
import urllib.request

import nbformat
import pytest
from browser import open_lab
from course import NAME, answer, course_copy, nbgrader, notebook_of, python, read, take_in
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.bubblewrap]
WHY = "Since $h_t \\in \\mathbb{R}^{2H}$ and\n\n$$\\sum_{t=1}^{T} \\frac{x_t}{\\sqrt{T}}$$\n\nfollows."


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """One student, who has answered the questions in words, with formulas; graded, with a page."""
    folder = course_copy(tmp_path_factory.mktemp("course"))
    nbgrader(folder, "generate_assignment", NAME)
    sent = notebook_of(folder / "grading/submitted/ada")
    sent.parent.mkdir(parents=True)
    written = {"birnn_bn_why": WHY, "gradient_clipping_why": WHY}
    nbformat.write(answer(read(notebook_of(folder / "notebooks")), written), sent)
    take_in(folder)
    for words in (("-m", "autograder", "grade"), ("-m", "nbgrader", "generate_feedback", NAME)):
        done = python(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def page(browser, address):
    """A page that knows the server, in which whatever is asked for elsewhere is counted and refused."""
    page = open_lab(browser, address, size=(1200, 900))
    outside = []

    def only_here(route):
        if route.request.url.startswith((address, "file:", "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", only_here)
    yield page
    page.close()
    assert outside == []


def test_formgrader(page, address, tmp_path):
    asked = f"{address}/formgrader/api/submitted_notebooks/{NAME}/{NAME}?token=course"
    [submission] = json.load(urllib.request.urlopen(asked))
    page.goto(f"{address}/formgrader/submissions/{submission['id']}")
    answered = page.locator(".nbgrader_cell", has=page.locator("#birnn_bn_why"))
    expect(answered.locator(".MathJax, .MathJax_SVG, .MathJax_CHTML")).to_have_count(2)
    page.wait_for_function("MathJax.loaded")  # from then on the first field has the cursor
    first = page.locator(".tabbable").first
    expect(first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".tabbable").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".tabbable").nth(1)).not_to_be_focused()
    page.keyboard.press("Control+Shift+F")
    expect(page.locator("#statusmessage")).to_contain_text("flagged")
    answered.screenshot(path=tmp_path / "formgrader.png")
    for part in ("manage_assignments", "gradebook", "manage_students", f"manage_submissions/{NAME}"):
        page.goto(f"{address}/formgrader/{part}")
        expect(page.locator("#main-table, .table").first).to_be_visible()


def test_feedback(page, course, tmp_path):
    page.goto(notebook_of(course / "grading/feedback/ada").with_suffix(".html").as_uri())
    assert page.locator("script").count() == 0
    answered = page.locator(".nbgrader_cell", has_text="Since").first
    answered.screenshot(path=tmp_path / "feedback.png")
    formulas = answered.locator("math")
    expect(formulas).to_have_count(2)
    fraction = formulas.nth(1).locator("mfrac")
    above, below = (part.bounding_box() for part in fraction.locator(":scope > *").all())
    assert above["y"] + above["height"] <= below["y"] + 1
    assert "$" not in answered.inner_text()


def test_report(page, course):
    page.goto((course / f"grading/autograder/{NAME}/report.html").as_uri())
    expect(page.locator("body")).to_contain_text("ada")
