"""What a command cannot do, it says on stderr: what was wrong, and what to type."""

import pytest
from small_course import FILE, NAME, notebook, send, zipped
from test_several import OTHER, second, two

from autograder import __main__
from autograder.intake.ledger import Ledger

__all__ = ["two"]


@pytest.fixture
def told(course, monkeypatch, capsys):
    """The exit status and the last line on stderr of a command, typed in the course's folder."""
    monkeypatch.chdir(course.root)

    def type_in(*words):
        status = __main__.main([str(word) for word in words])
        return status, capsys.readouterr().err.strip().splitlines()[-1:]

    return type_in


def refused(sentence):
    return 1, [f"autograder: {sentence}"]


@pytest.fixture
def both(two, inbox, told):
    """One download with notebooks of two assignments, and a file that waits in each."""
    download = inbox / "download.zip"
    waiting = {"who/is/this.ipynb": notebook(), "who/is/that.ipynb": second()}
    download.write_bytes(zipped({f"ada/{FILE}": notebook(), f"bob/{OTHER}.ipynb": second()} | waiting))
    assert told("intake", download)[0] == 0
    return two


@pytest.mark.parametrize("words", [("--assign", "who/is/thsi.ipynb=ada"), ("--dismiss", "who/is/thsi.ipynb")])
def test_of_several_assignments_a_file_that_never_came_is_told_with_those_like_it(both, told, words):
    status, [said] = told("intake", *words)
    assert status == 1
    assert "no file 'who/is/thsi.ipynb' has arrived (take the path that intake prints): " in said
    assert "this.ipynb" in said and "--assignment" not in said


def test_where_files_have_come_none_is_not_said_to_have_arrived(course, inbox, told):
    send(inbox, "ada", FILE)
    assert told("intake", inbox)[0] == 0
    said = "no file 'PATH' has arrived (take the path that intake prints): others have"
    assert told("intake", "--assign", "PATH=ada") == refused(said)


def test_of_several_assignments_an_assign_without_a_student_is_told(both, told):
    said = "--assign 'who/is/this.ipynb' says no student: write --assign FILE=STUDENT"
    assert told("intake", "--assign", "who/is/this.ipynb") == refused(said)


def test_files_of_two_assignments_at_a_time_are_told(both, told):
    words = []
    for name, file in ((NAME, "this.ipynb"), (OTHER, "that.ipynb")):
        [path] = [entry.path for entry in Ledger(both.work(name)).entries if entry.path.endswith(file)]
        words += ["--assign", f"{path}=s-3"]
    said = f"say which assignment was received, with --assignment. Released: {NAME}, {OTHER}"
    assert told("intake", *words) == refused(said)


def test_grade_and_export_before_intake(course, told):
    first = "run `python -m autograder intake FOLDER` first"
    assert told("grade") == refused(f"nothing was taken in: {first}")
    assert told("grade", "--student", "ada") == refused(f"nothing was taken in of ada: {first}")
    assert told("export") == refused(f"nothing was taken in yet: {first}")


def test_verify_without_a_source(course, told):
    (course.root / "solutions" / NAME / FILE).unlink()
    said = "there is no source to verify: is CourseDirectory.source_directory right?"
    assert told("verify") == refused(said)
