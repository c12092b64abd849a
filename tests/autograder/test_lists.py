"""Lists of people as platforms give them: who is enrolled under which id, who works together."""

import json

import pytest
from small_course import CLASS, FILE, NAME, send, take_in, zipped
from test_platform_files import CANVAS, GERMAN, MOODLE

from autograder.course import Student
from autograder.intake import lists
from autograder.sheet import SheetError

PARTICIPANTS = """"First name","Last name",Username,"Email address",Groups
Ada,Lovelace,al,ada.l@example.org,"Team 1"
Bob,Tables,bt,,"Team 1"
Zoë,Müller,zm,z.m@example.org,
"""


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "list.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_canvas_gradebook_is_a_list_of_students(table, encoding):
    found = lists.students(table(CANVAS, encoding), []).students
    assert found[0] == Student("11", "Ada", "Lovelace", "ada.l@example.org", "11")
    assert [one.id for one in found] == ["11", "12", "13", "14", "15", "16"]  # no rows above, no test student
    assert (found[2].first_name, found[2].last_name) == ("Zoë", 'Müller "Z"')


@pytest.mark.parametrize("text", [MOODLE, GERMAN])
def test_moodles_worksheet_says_the_numbers_of_one_assignment(table, text):
    found = lists.students(table(text), [Student("a.l", email="ADA.L@example.org")])
    assert found.students[0] == Student("a.l", "Ada", "Lovelace", "ada.l@example.org")
    assert found.moodle["a.l"] == "701" and len(found.moodle) == 6
    assert found.students[3].id == "max1@example.org"


def test_moodles_participants_and_our_own_list(table):
    found = lists.students(table(PARTICIPANTS), [Student("zoe", "Zoe", "Muller")])
    assert [one.id for one in found.students] == ["al", "bt", "zoe"]
    german = PARTICIPANTS.replace('"First name","Last name"', "Vorname,Nachname").replace(",", ";")
    assert [one.id for one in lists.students(table(german), []).students] == ["al", "bt", "zm"]
    own = "id,name\nada,Ada Lovelace\n"
    assert lists.students(table(own), []).students == [Student("ada", "Ada", "Lovelace")]
    own = "last_name,id,first_name,shoe\nLovelace,ada,Ada,38\n"
    assert lists.students(table(own), []).students == [Student("ada", "Ada", "Lovelace")]


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("a,b\n1,2\n", [], "has no column that says who it is: it may be Canvas's gradebook"),
        ("id,email\n,x@y\n", [], "line 2: the id is missing"),
        ("group,student\na,ada\n", [], "names no student: it names groups, so give it with --groups: it may"),
        ("id,email\n", [], "list.csv names no student: it may be Canvas's gradebook"),
        ("id,email\nada,\nbob,\nada,\n", [], "line 4: ada stands in line 2 already: take one out"),
        (
            "First name,Last name,Username\nMax,Meyer,mm\n",
            [Student("m1", "Max", "Meyer"), Student("m2", "Max", "Meyer")],
            "line 2: mm fits several of the gradebook: m1, m2",
        ),
        ("", [], "is empty"),
    ],
)
def test_a_list_that_cannot_be_used_is_told(table, text, known, said):
    with pytest.raises(SheetError, match=said):
        lists.students(table(text), known)


def test_a_worksheet_given_once_tells_namesakes_apart_in_later_deliveries(course, inbox, table, monkeypatch):
    people = [*CLASS, Student("max1", "Max", "Meyer", "max1@x"), Student("max2", "Max", "Meyer", "max2@x")]
    monkeypatch.setattr(type(course), "students", lambda self: list(people))
    sheet = (
        "Identifier,Full name,Email address,Grade\n"
        "Participant 1,Max Meyer,max1@x,\nParticipant 2,Max Meyer,max2@x,\n"
    )
    send(inbox, "Max Meyer_2_assignsubmission_file_", FILE)
    found = take_in(course, inbox)
    assert {name: r["status"] for name, r in found.items() if "ax" in name} == {
        f"Max Meyer_2_assignsubmission_file_/{FILE}": "unassigned",
        "max1": "not_submitted",
        "max2": "not_submitted",
    }
    assert take_in(course, inbox, students_csv=table(sheet))["max2"]["status"] == "ok"
    later = inbox / "later"
    send(later, "Max Meyer_1_assignsubmission_file_", FILE)
    found = take_in(course, later)
    assert (found["max1"]["status"], found["max2"]["status"]) == ("ok", "ok")
    # The numbers of another assignment are other ones.
    assert (
        json.loads((course.work(NAME) / "ledger.json").read_text("utf-8"))["students"]["max1"]["moodle"]
        == "1"
    )


def test_groups_share_one_file(course, inbox, table):
    send(inbox, "ada", FILE)
    found = take_in(course, inbox, groups_csv=table(PARTICIPANTS))
    assert {name: r["status"] for name, r in found.items()} == {
        "ada": "ok",
        "bob": "ok",
        "s-3": "not_submitted",
    }
    assert found["bob"]["notes"] == ["It is the file of a group: ada, bob."]
    assert found["bob"]["sha256"] == found["ada"]["sha256"]
    # Known from now on, for whoever sends.
    second = inbox / "second"
    send(second, "bob", "work.zip", data=zipped({FILE: (inbox / "ada" / FILE).read_bytes() + b" "}))
    found = take_in(course, second)
    assert found["ada"]["original"] == "originals/ada/work.zip"


def test_what_a_person_gave_to_one_stays_with_one(course, inbox, table):
    send(inbox, "stranger", FILE)
    take_in(course, inbox, groups_csv=table("group,student\n1,ada\n1,bob\n"))
    found = take_in(course, inbox, assign=[f"stranger/{FILE}=ada"])
    assert (found["ada"]["status"], found["bob"]["status"]) == ("ok", "not_submitted")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("team,student\n1,ada\n", "has no columns for group and student"),
        ("group,student\n1,ida\n", "line 2: 'ida': nobody enrolled is meant"),
        ("group,student\n1,ada\n2,ada\n", "line 3: ada is in '1' already: one group each"),
    ],
)
def test_a_table_of_groups_that_cannot_be_used_is_told(course, inbox, table, text, said):
    send(inbox, "ada", FILE)
    with pytest.raises(SheetError, match=said):
        take_in(course, inbox, groups_csv=table(text))
