"""Two assignments are released: whatever a download holds of them goes where it belongs."""

import json

import pytest
from small_assignment import answered, handed_out
from small_course import FILE, NAME, everything, notebook, send, zipped

from autograder.intake import taking

OTHER = "05_more"


def other(given=True):
    """The second assignment as JSON: the first with all names changed."""
    text = json.dumps(handed_out())
    for name in ("alpha", "beta", "gamma", "words"):
        text = text.replace(name, f"second_{name}")
    full = json.loads(text)
    if given:
        for old, new in zip(answered(handed_out()["cells"]), full["cells"], strict=True):
            new["source"] = (
                old["source"] if new["metadata"].get("nbgrader", {}).get("solution") else new["source"]
            )
    return full


def second():
    return json.dumps(other()).encode()


@pytest.fixture
def two(course):
    for folder in ("notebooks", "solutions"):
        (course.root / folder / OTHER).mkdir()
        (course.root / folder / OTHER / f"{OTHER}.ipynb").write_text(json.dumps(other(given=False)))
    return course


def taken(course, folder, **more):
    """{assignment: {student or path: record}}"""
    found = {NAME: {}, OTHER: {}}
    for record in taking.run(course, folder, **more):
        found[record["assignment"]][record["student"] or record["original"]] = record
    return found


def statuses(found):
    return {name: {who: r["status"] for who, r in records.items()} for name, records in found.items()}


def test_one_download_holds_notebooks_of_both(two, inbox):
    both = zipped({f"work/{FILE}": notebook(), f"work/{OTHER}.ipynb": second(), "work/data.csv": b"1"})
    download = inbox / "download.zip"
    download.write_bytes(
        zipped(
            {
                "Ada Lovelace_1_assignsubmission_file_/homework.zip": both,
                "Bob Tables_2_assignsubmission_file_/answers.ipynb": second(),
                "Zoe Muller_3_assignsubmission_file_/both of mine.pdf": b"%PDF-1.7",
            }
        )
    )
    found = taken(two, download)
    assert statuses(found) == {
        NAME: {"ada": "ok", "bob": "not_submitted", "s-3": "unreadable"},
        OTHER: {"ada": "ok", "bob": "ok", "s-3": "unreadable"},
    }
    for name in (NAME, OTHER):
        said = found[name]["ada"]["notes"]
        missing = OTHER if name == NAME else NAME
        assert f"homework.zip/work/{missing}.ipynb is a notebook of {missing}, and counts there only." in said
        assert (two.submitted("ada", name) / f"{name}.ipynb").is_file()
    assert "The file was named answers.ipynb." in found[OTHER]["bob"]["notes"]
    before = everything(two.root)
    taken(two, download)
    assert everything(two.root) == before  # the second time nothing changes


def test_only_what_came_is_taken_in(two, inbox):
    send(inbox, "ada", "x.ipynb", data=second())
    assert statuses(taken(two, inbox))[NAME] == {}
    assert two.taken_in() == [OTHER]


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("x.ipynb", second()[: len(second()) // 2]),
        ("x.ipynb", second().replace(b'"nbgrader"', b'"lost"').replace(b"_check", b"")),
        (f"Copy of {OTHER} (1).ipynb", b"{"),
        (
            f"{OTHER}-2.ipynb",
            json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode(),
        ),
        (f"ada_{OTHER}.pdf", b"%PDF"),
        (f"work_{OTHER}.zip", zipped({"readme.txt": b"nothing"})),
    ],
    ids=["cut off", "no metadata", "broken", "empty", "a PDF", "an archive without a notebook"],
)
def test_what_is_hardly_to_be_read_goes_by_what_is_left_of_it(two, inbox, file, data):
    send(inbox, "bob", "y.ipynb")
    send(inbox, "ada", file, data=data)
    found = statuses(taken(two, inbox))
    assert found[NAME] == {"ada": "not_submitted", "bob": "ok", "s-3": "not_submitted"}
    assert found[OTHER]["ada"] in ("ok", "flagged", "unreadable")


def test_a_notebook_of_the_other_assignment_is_told_as_such(two, inbox):
    send(inbox, "ada", FILE, data=second())
    send(inbox, "bob", FILE)
    send(inbox, "bob", "second.ipynb", data=second())
    found = taken(two, inbox, assignment=NAME)
    assert found[OTHER] == {}
    ada, bob = found[NAME]["ada"], found[NAME]["bob"]
    assert ada["status"] == "unreadable" and bob["status"] == "ok"
    assert ada["flags"][0] == (
        f"{FILE} is a notebook of {OTHER}, and counts there only. Take it in for {OTHER}."
    )
    # A person may say that it is meant all the same.
    found = taken(two, None, assignment=NAME, assign=[f"ada/{FILE}=ada"])
    assert found[NAME]["ada"]["sha256"] is not None


def test_files_are_assigned_and_dismissed_without_naming_the_assignment(two, inbox):
    send(inbox, "stranger", "y.ipynb", data=second())
    send(inbox, "bob", "y.ipynb")
    found = taken(two, inbox)
    assert found[OTHER]["stranger/y.ipynb"]["status"] == "unassigned"
    assert statuses(taken(two, None, assign=["stranger/y.ipynb=ada"]))[OTHER]["ada"] == "ok"
    assert statuses(taken(two, None, dismiss=["stranger/y.ipynb"]))[OTHER]["ada"] == "not_submitted"
    with pytest.raises(ValueError, match="no file 'nowhere.ipynb' has arrived"):
        taken(two, None, assign=["nowhere.ipynb=ada"])


def test_a_stray_notebook_does_not_carry_times_numbers_and_groups_of_others_along(two, inbox, tmp_path):
    send(inbox, "Ada Lovelace_1_assignsubmission_file_", FILE)
    send(inbox, "Zoe Muller_3_assignsubmission_file_", FILE, data=second())  # of the other assignment
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(
        "Identifier,Full name,Grade,Last modified (submission)\n"
        'Participant 1,Ada Lovelace,,"Friday, 15 January 2027, 8:15 PM"\n'
        'Participant 2,Bob Tables,,"Friday, 15 January 2027, 8:15 PM"\n'
        'Participant 3,Zoe Muller,,"Friday, 15 January 2027, 8:15 PM"\n'
    )
    groups = tmp_path / "groups.csv"
    groups.write_text("group,student\n1,ada\n1,bob\n")
    found = taken(two, inbox, students_csv=sheet, times_csv=sheet, groups_csv=groups)
    assert statuses(found) == {
        NAME: {"ada": "ok", "bob": "ok", "s-3": "not_submitted"},
        OTHER: {"ada": "not_submitted", "bob": "not_submitted", "s-3": "ok"},
    }
    about = {
        name: json.loads((two.work(name) / "ledger.json").read_text("utf-8"))["students"]
        for name in (NAME, OTHER)
    }
    knows = {
        name: {who: {"time", "moodle", "group"} & one.keys() for who, one in people.items() if one}
        for name, people in about.items()
    }
    assert {who: what for who, what in knows[NAME].items() if what} == {
        "ada": {"time", "moodle", "group"},
        "bob": {"time", "group"},
    }
    assert {who: what for who, what in knows[OTHER].items() if what} == {"s-3": {"time", "moodle"}}


def test_what_says_nothing_is_refused_with_the_names(two, inbox):
    send(inbox, "ada", "essay.pdf", data=b"%PDF-1.7")
    said = f"says which assignment it is: say which .* --assignment. Released: {NAME}, {OTHER}"
    with pytest.raises(ValueError, match=said):
        taken(two, inbox)
    assert two.taken_in() == []


def test_nbgraders_folder_is_looked_through_for_both(two):
    for name, data in ((NAME, notebook()), (OTHER, second())):
        send(two.submissions, "ada", name, f"{name}.ipynb", data=data)
    assert {name: r["ada"] for name, r in statuses(taken(two, two.submissions)).items()} == {
        NAME: "ok",
        OTHER: "ok",
    }
