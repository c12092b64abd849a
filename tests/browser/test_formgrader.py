"""Clicked in a browser: an instructor's round in formgrader, generate to CSV, and the Validate button."""

import csv

import nbformat
import pytest
from browser import open_lab
from course import (
    COURSE_ID,
    NAME,
    ROOT,
    answer,
    course_copy,
    nbgrader,
    notebook_of,
    read,
    source_answers,
    take_in,
)
from labelled import labelled
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return course_copy(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def right(course):
    return source_answers(course)


@pytest.fixture(scope="module")
def softmax():
    """A wrong answer to the first exercise that deserves 8 of 10 points."""
    [found] = [one for one in labelled("two_layer_lstm") if one.name == "softmax"]
    assert found.points == 8
    return {"two_layer_lstm": found.source}


class Formgrader:
    """Formgrader in JupyterLab, opened from the menu; each step ends when the page shows that it is done."""

    def __init__(self, browser, address, pictures):
        self.page, self.pictures = open_lab(browser, address, size=(1400, 950)), pictures
        self.page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
        self.page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        self.frame = self.page.frame_locator("iframe[src*='formgrader']")
        self.rows = self.frame.locator("#main-table tr")
        self.assignment = self.rows.filter(has=self.link(NAME))  # in the first list there are others too

    def picture(self, name):
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def link(self, name):
        return self.frame.get_by_role("link", name=name, exact=True)

    def student(self, name):
        return self.rows.filter(has=self.frame.locator(f".student-id:text-is('{name}')"))

    def confirm(self, text):
        """Wait for the dialog, which must say this, and close it."""
        dialog = self.frame.locator(".modal")
        dialog.wait_for()
        said = dialog.inner_text()
        assert text in said, said
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")

    def generate_and_release(self):
        expect(self.assignment.locator(".status")).to_have_text("draft")
        self.picture("1_draft")
        self.assignment.locator(".assign a").click()
        self.confirm(f"Successfully created the student version of '{NAME}'")
        self.assignment.locator(".preview a").click()
        expect(self.page.locator(".jp-DirListing-itemText")).to_have_text([f"{NAME}.ipynb"])
        self.assignment.locator(".release a").click()
        self.confirm(f"Successfully released '{NAME}'")
        expect(self.assignment.locator(".status")).to_have_text("released")

    def collect(self, number):
        self.assignment.locator(".collect a").click()
        self.confirm(f"Successfully collected submissions of '{NAME}'")
        expect(self.assignment.locator(".num-submissions")).to_have_text(str(number))
        self.picture("2_collected")
        self.assignment.locator(".num-submissions a").click()

    def autograde(self, name, score, status):
        expect(self.student(name).locator(".status")).to_have_text("needs autograding")
        self.student(name).locator(".autograde a").click()
        self.confirm(f"Successfully autograded '{NAME}' for student '{name}'")
        expect(self.student(name).locator(".score")).to_have_text(score)
        expect(self.student(name).locator(".status")).to_have_text(status)

    def to_manual_grading(self):
        self.link("Manual Grading").click()
        for depth in (1, 2):  # the assignment, then its one notebook, which bears the same name
            expect(self.frame.locator(".breadcrumb li")).to_have_count(depth)
            self.rows.get_by_role("link", name=NAME).click()

    def show_names(self, number):
        """The list of submissions is without names until one asks for them."""
        expect(self.rows).to_have_count(number)
        self.frame.get_by_role("button", name="Show All Names").click()

    def mark(self, name, marks, total):
        """grade_id -> points for the written answers of one student, each with a comment."""
        self.link(name).click()
        for question, points in marks.items():
            # The page gives the fields this class and a placeholder when it begins to listen to them;
            # what is typed before is lost.
            self.type_in(f"#{question}.needs_manual_grade", points, "/api/grade/")
            self.type_in(f"#{question}-comment[placeholder]", f"Read, worth {points}.", "/api/comment/")
            self.picture(f"4_{question}_of_{name}")
        self.link(NAME).last.click()  # back to the list
        expect(self.rows.filter(has_text=name).locator(".score")).to_have_text(total)

    def type_in(self, field, text, saved_by):
        """Fill a field and leave it; wait until the server has taken it."""
        field = self.frame.locator(field)
        with self.page.expect_response(lambda r: saved_by in r.url and r.request.method == "PUT") as taken:
            field.fill(text)
            field.press("Tab")
        assert taken.value.ok

    def generate_feedback(self):
        self.link("Manage Assignments").click()
        self.rows.locator(".generate-feedback a").click()
        self.confirm(f"Successfully generated feedback of '{NAME}'")


def submit(exchange, student, answers):
    """The released notebook with these answers, put where `nbgrader submit` puts it."""
    when = "2026-11-03 10:00:00.000000 UTC"
    folder = exchange / "inbound" / f"{student}+{NAME}+{when}"
    folder.mkdir()
    (folder / "timestamp.txt").write_text(when, encoding="utf-8")
    notebook = answer(read(notebook_of(exchange / "outbound")), answers)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


def test_from_generate_to_csv(course, address, browser, right, softmax, tmp_path):
    grader = Formgrader(browser, address, tmp_path)
    grader.generate_and_release()
    generated, committed = (notebook_of(folder / "notebooks") for folder in (course, ROOT))
    assert generated.read_bytes() == committed.read_bytes()

    exchange = course / "grading/exchange" / COURSE_ID
    submit(exchange, "full", right)
    half = {name: right[name] for name in ("gradient_clipping", "gradient_clipping_why")}
    submit(exchange, "half", softmax | half)
    submit(exchange, "empty", {})

    grader.collect(3)
    take_in(course)
    grader.autograde("full", "50 / 60", "needs manual grading")
    grader.autograde("half", "18 / 60", "needs manual grading")
    grader.autograde("empty", "0 / 60", "graded")
    grader.picture("3_autograded")

    grader.to_manual_grading()
    grader.show_names(3)
    grader.mark("full", {"birnn_bn_why": "5", "gradient_clipping_why": "4"}, "59 / 60")
    grader.show_names(3)
    grader.mark("half", {"gradient_clipping_why": "2.5"}, "20.5 / 60")
    grader.show_names(3)
    assert grader.rows.locator(".needs-manual-grade .glyphicon-ok").count() == 0
    grader.picture("5_marked")

    grader.generate_feedback()
    page = grader.page
    for student, total, words in (
        ("full", "59.0 / 60.0", ["Read, worth 5.", "Read, worth 4."]),
        ("half", "20.5 / 60.0", ["softmax was applied to them", "Read, worth 2.5."]),
        ("empty", "0.0 / 60.0", ["no answer yet"]),
    ):
        page.goto(notebook_of(course / "grading/feedback" / student).with_suffix(".html").as_uri())
        page.screenshot(path=tmp_path / f"6_feedback_of_{student}.png", full_page=True)
        text = page.locator("body").inner_text()
        assert f"{NAME} (Score: {total})" in text
        assert [word for word in words if word not in text] == []
    page.close()

    # Formgrader has no button for this one.
    nbgrader(course, "export", "--to", "grading/grades.csv")
    with open(course / "grading/grades.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scores = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows}
    assert scores == {"full": (59, 60), "half": (20.5, 60), "empty": (0, 60)}


def test_validate_button_tells_what_is_missing(course, address, browser, right, softmax, tmp_path):
    """What is right and what is not, as a student's Validate button says it; three notebooks."""
    said = {}
    for name, answers in (("empty", {}), ("part", right | softmax), ("right", right)):
        nbformat.write(answer(read(notebook_of(ROOT / "notebooks")), answers), course / f"{name}.ipynb")
        page = open_lab(browser, address, f"{name}.ipynb")
        page.get_by_role("button", name="Validate", exact=True).click()
        page.locator("#validation-message").wait_for()
        page.screenshot(path=tmp_path / f"validate_{name}.png")
        said[name] = page.locator("#validation-message").inner_text()
        page.close()
    assert said["empty"].count("The following cell failed:") == 7  # five checks, two written answers
    assert said["empty"].count("NotImplementedError: no answer yet") == 5
    assert said["empty"].count("You did not provide a response.") == 2
    assert said["part"].count("The following cell failed:") == 1
    assert "Partial credit" in said["part"]
    assert said["right"].strip() == "Success! Your notebook passes all the tests."
