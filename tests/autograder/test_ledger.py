"""Nothing received is lost: what came, whose it is, which of it counts, and when it was handed in."""

import csv
import json
import unicodedata
from datetime import UTC, datetime

import pytest
from small_assignment import ANSWERS, by_id, handed_out
from small_course import (
    FILE,
    NAME,
    answer,
    contents,
    everything,
    notebook,
    send,
    submitted,
    take_in,
    with_answer,
)
from system import needs_links, needs_tags_in_names

from autograder.course import Course, Student
from autograder.intake import taking, times
from autograder.intake.ledger import Ledger

ADA = "class Alpha:\n    mended = True"


def entries(course):
    return {entry.path: entry for entry in Ledger(course.work(NAME)).entries}


def states(course):
    return [(entry.path, entry.status) for entry in Ledger(course.work(NAME)).entries]


def mend(course, student, text=ADA):
    """What an instructor does in an editor."""
    path = course.submitted(student, NAME) / FILE
    full = json.loads(path.read_text())
    by_id(full["cells"], "alpha")["source"] = text
    path.write_text(json.dumps(full))


# ---- what came


@needs_links
def test_every_file_is_in_the_ledger(course, inbox):
    send(inbox, f"lovelaceada_LATE_12345_67_{FILE}")
    send(inbox, "Bob Tables_9_assignsubmission_file_", FILE, data=with_answer("x = 1"))
    send(inbox, f"stranger_77_88_{FILE}")
    (inbox / "s-3").mkdir()
    (inbox / "s-3" / FILE).symlink_to("/etc/passwd")
    take_in(course, inbox)
    found = entries(course)
    assert {path: entry.status for path, entry in found.items()} == {
        f"lovelaceada_LATE_12345_67_{FILE}": "taken",
        f"Bob Tables_9_assignsubmission_file_/{FILE}": "taken",
        f"stranger_77_88_{FILE}": "unassigned",
        f"s-3/{FILE}": "refused",
    }
    ada = found[f"lovelaceada_LATE_12345_67_{FILE}"]
    assert ada.platform == {"system": "canvas", "name": "lovelaceada", "number": "12345"}
    assert ada.late and ada.bytes == len(notebook()) and ada.students == ["ada"]
    bob = found[f"Bob Tables_9_assignsubmission_file_/{FILE}"]
    assert bob.platform == {"system": "moodle", "name": "Bob Tables", "number": "9"}
    work = course.work(NAME)
    assert (work / "unassigned" / f"stranger_77_88_{FILE}").read_bytes() == notebook()


def test_a_second_intake_never_empties_the_list_of_unassigned(course, inbox, tmp_path):
    send(inbox, f"stranger_{FILE}")
    take_in(course, inbox)
    later = tmp_path / "later"
    send(later, "ada", FILE)
    records = take_in(course, later)
    assert records[f"stranger_{FILE}"]["status"] == "unassigned"
    assert len(json.loads((course.work(NAME) / "unassigned.json").read_text())) == 1


def test_a_late_download_of_an_older_version_changes_nothing(course, inbox, tmp_path):
    send(inbox, "ada", "first", FILE, data=with_answer("class Alpha: old"))
    take_in(course, inbox)
    second = tmp_path / "second"
    send(second, "ada", FILE)
    take_in(course, second)
    before = everything(course.root)
    take_in(course, inbox)
    assert everything(course.root) == before
    assert answer(course, "ada") == ANSWERS["alpha"]
    older = tmp_path / "older"  # bytes that never came before, with fewer answers
    send(older, "ada", FILE, data=with_answer("class Alpha: older"))
    ada = take_in(course, older)["ada"]
    assert answer(course, "ada") == ANSWERS["alpha"]
    assert ada["flags"][0].startswith("3 different notebooks were sent")
    assert sorted(status for _, status in states(course)) == ["older", "older", "taken"]


def test_a_notebook_mended_by_hand_is_never_replaced_silently(course, inbox, tmp_path):
    send(inbox, "ada", NAME, FILE)
    send(inbox, "ada", NAME, "timestamp.txt", data=b"2026-11-02 15:58:23 UTC")
    take_in(course, inbox)
    mend(course, "ada")
    take_in(course, inbox)
    assert answer(course, "ada") == ADA
    assert submitted(course, "ada")["timestamp.txt"].startswith(b"2026-11-02 15:58:23")
    later = tmp_path / "later"
    send(later, "ada", FILE, data=notebook(nbformat_minor=4))
    ada = take_in(course, later)["ada"]
    assert answer(course, "ada") == ADA
    assert f"ada/{FILE} answers" in ada["flags"][0] and "grading/submitted/ada" in ada["flags"][0]
    assert set(submitted(course, "ada")) == {FILE, "timestamp.txt"}
    # Mended again, and then the instructor prefers what came last.
    mend(course, "ada", "class Alpha:\n    again = True")
    take_in(course, later)
    assert answer(course, "ada") == "class Alpha:\n    again = True"
    taking.run(course, None, NAME, assign=[f"ada/{FILE}=ada"])
    assert answer(course, "ada") == ANSWERS["alpha"]


def test_a_broken_mend_gives_way_to_what_was_sent(course, inbox):
    send(inbox, "ada", FILE)
    take_in(course, inbox)
    (course.submitted("ada", NAME) / FILE).write_text("{")
    ada = take_in(course, inbox)["ada"]
    assert answer(course, "ada") == ANSWERS["alpha"]
    assert "cannot be read: it is not JSON" in ada["flags"][0]


def test_a_damaged_ledger_is_made_anew_from_what_is_kept(course, inbox, capsys):
    send(inbox, "ada", FILE)
    send(inbox, f"stranger_{FILE}", data=with_answer("y"))
    take_in(course, inbox)
    path = course.work(NAME) / "ledger.json"
    for text in (path.read_text()[:100], "[]", '{"files": [3], "students": {}}', ""):
        path.write_text(text)
        records = taking.run(course, None, NAME)
        assert [r["status"] for r in records] == ["ok", "not_submitted", "not_submitted", "unassigned"]
        assert "could not be read and was made anew from the files" in capsys.readouterr().out
    assert (course.work(NAME) / "ledger.damaged.json").exists()


# ---- whose is what


@pytest.mark.parametrize(
    "path, likely",
    [
        (f"Mueller Zoe {FILE}", ["s-3"]),
        ("Zoë Maria Müller_7_assignsubmission_file_", ["s-3"]),
        (f"muellerzoe_999_55_{FILE}", ["s-3"]),
        ("Carl Gauss_7_assignsubmission_file_", []),
    ],
)
def test_likely_owners_are_proposed_and_never_guessed(course, inbox, path, likely):
    send(inbox, *((path,) if path.endswith(".ipynb") else (path, FILE)))
    records = take_in(course, inbox)
    [lost] = [record for record in records.values() if record["status"] == "unassigned"]
    assert [e.likely for e in entries(course).values()] == [likely]
    assert ("perhaps of" in lost["flags"][0]) == bool(likely)
    assert {r["status"] for r in records.values()} == {"unassigned", "not_submitted"}


def test_names_in_any_normal_form_and_case(course, inbox):
    send(inbox, unicodedata.normalize("NFD", "ZOË MÜLLER") + "_7_assignsubmission_file_", FILE)
    assert take_in(course, inbox)["s-3"]["status"] == "ok"


def test_assign_and_the_same_download_again(course, inbox, capsys):
    send(inbox, "Unknown_7_assignsubmission_file_", FILE)
    take_in(course, inbox)
    path = f"Unknown_7_assignsubmission_file_/{FILE}"
    capsys.readouterr()
    taking.run(course, None, NAME, assign=[f"{path}=ada"])
    assert f"\n{path}: taken, of ada\n" in capsys.readouterr().out
    assert answer(course, "ada") == ANSWERS["alpha"]
    before = everything(course.root)
    records = take_in(course, inbox)
    assert everything(course.root) == before
    assert "unassigned" not in {r["status"] for r in records.values()}
    # The same participant's newer version is theirs too; a nameless file of the same name is not.
    send(inbox, "Unknown_7_assignsubmission_file_", FILE, data=with_answer(ADA))
    send(inbox, "x", FILE, data=with_answer("z"))
    records = take_in(course, inbox)
    assert [name for name, r in records.items() if r["status"] == "unassigned"] == [f"x/{FILE}"]
    assert {status for _, status in states(course)} == {"taken", "older", "unassigned"}


def test_what_became_of_a_file_that_a_person_spoke_of_is_said(course, inbox, capsys):
    send(inbox, f"a_7_8_{FILE}")
    send(inbox, f"b_8_9_{FILE}", data=with_answer("y = 1"))
    take_in(course, inbox)
    both = [f"a_7_8_{FILE}=ada", f"b_8_9_{FILE}=ada"]
    taking.run(course, None, NAME, assign=both)
    said = capsys.readouterr().out
    taking.run(course, None, NAME, dismiss=[f"b_8_9_{FILE}"])
    assert f"b_8_9_{FILE}: dismissed, of ada\n" in capsys.readouterr().out
    lines = [line for line in said.splitlines() if line.startswith(("a_7", "b_8"))]
    assert sorted(line.partition(": ")[2] for line in lines) == [
        "older, of ada (another of theirs counts)",
        "taken, of ada",
    ]


def test_a_groups_file_is_assigned_to_several(course, inbox):
    send(inbox, f"team1_500_600_{FILE}")
    take_in(course, inbox)
    taking.run(course, None, NAME, assign=[f"team1_500_600_{FILE}=ada, bob"])
    assert answer(course, "ada") == answer(course, "bob") == ANSWERS["alpha"]
    assert "It is the file of a group: ada, bob." in take_in(course, inbox)["bob"]["notes"]


def test_a_folder_is_assigned_with_all_that_is_in_it(course, inbox):
    send(inbox, "Unknown_7_assignsubmission_file_", FILE)
    send(inbox, "Unknown_7_assignsubmission_file_", "data.csv", data=b"1")
    take_in(course, inbox)
    taking.run(course, None, NAME, assign=["Unknown_7_assignsubmission_file_=ada"])
    assert {status for _, status in states(course)} == {"taken"}
    assert answer(course, "ada") == ANSWERS["alpha"]


def test_dismiss_and_take_back(course, inbox):
    send(inbox, "ada", FILE)
    send(inbox, "ada", "old.ipynb", data=with_answer(ADA))
    send(inbox, f"stranger_{FILE}")
    take_in(course, inbox)
    taking.run(course, None, NAME, dismiss=[f"ada/{FILE}", f"stranger_{FILE}"])
    assert answer(course, "ada") == ADA
    records = take_in(course, inbox)
    assert answer(course, "ada") == ADA
    assert records["ada"]["flags"] == [] and "unassigned" not in {r["status"] for r in records.values()}
    assert sorted(status for _, status in states(course)) == ["dismissed", "dismissed", "taken"]
    taking.run(course, None, NAME, assign=[f"ada/{FILE}=ada"])
    assert answer(course, "ada") == ANSWERS["alpha"]


def test_a_file_given_to_the_wrong_student_goes_to_the_right_one(course, inbox):
    send(inbox, f"ada_{FILE}")
    take_in(course, inbox)
    taking.run(course, None, NAME, assign=[f"ada_{FILE}=bob"])
    records = take_in(course, inbox)
    assert (records["ada"]["status"], submitted(course, "ada")) == ("not_submitted", {})
    assert answer(course, "bob") == ANSWERS["alpha"]


def test_who_is_enrolled_later_gets_what_waited(course, inbox, monkeypatch):
    send(inbox, f"hal_{FILE}")
    take_in(course, inbox)
    monkeypatch.setattr(Course, "students", lambda self: [Student("hal")])
    records = taking.run(course, None, NAME)
    assert [(r["student"], r["status"]) for r in records] == [("hal", "ok")]


def test_an_archive_that_is_nobodys_is_kept_whole(course, inbox):
    from small_course import zipped

    data = zipped({f"{n}.csv": b"1" for n in range(5)} | {FILE: notebook()})
    send(inbox, "homework.zip", data=data)
    take_in(course, inbox)
    assert states(course) == [("homework.zip", "unassigned")]
    assert (course.work(NAME) / "unassigned" / "homework.zip").read_bytes() == data
    taking.run(course, None, NAME, assign=["homework.zip=ada"])
    assert answer(course, "ada") == ANSWERS["alpha"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"assign": ["nothing=ada"]}, "no file 'nothing' has arrived .*stranger"),
        ({"assign": [f"stranger_{FILE}=zed"]}, "no student 'zed' is enrolled"),
        ({"assign": [f"stranger_{FILE}"]}, "says no student: write --assign FILE=STUDENT"),
        ({"dismiss": ["nothing"]}, "no file 'nothing' has arrived"),
    ],
)
def test_a_wrong_decision_says_what_is_wrong_and_changes_nothing(course, inbox, options, message):
    send(inbox, f"stranger_{FILE}")
    take_in(course, inbox)
    before = everything(course.root)
    with pytest.raises(ValueError, match=message):
        taking.run(course, None, NAME, **options)
    assert everything(course.root) == before


@needs_tags_in_names
def test_names_that_mean_harm(course, inbox, monkeypatch):
    """HTML, dots, and an id longer than a folder's name may be."""
    monkeypatch.setattr(Course, "students", lambda self: [Student("<b>x"), Student("y" * 200)])
    send(inbox, f"<b>x_{FILE}")
    send(inbox, "y" * 200, FILE)
    send(inbox, "<script>alert(1)<.script>.ipynb")
    records = take_in(course, inbox)
    assert (records["<b>x"]["status"], records["y" * 200]["status"]) == ("ok", "ok")
    monkeypatch.setattr(Course, "students", lambda self: [Student("z" * 300)])
    with pytest.raises(ValueError, match="cannot name a folder"):
        take_in(course, inbox)


# ---- when it was handed in


@pytest.fixture
def deadline(monkeypatch):
    monkeypatch.setattr(Course, "deadline", lambda self, name: datetime(2027, 1, 15, 12, tzinfo=UTC))
    monkeypatch.setattr(Course, "penalises_lateness", lambda self: True)


def stamp(course, student):
    return submitted(course, student).get("timestamp.txt", b"").decode()[:19]


def test_of_blackboards_attempts_the_later_counts_with_its_time(course, inbox):
    for day, data in (("14-10", notebook()), ("15-20", notebook(nbformat_minor=4))):
        send(inbox, f"Task 4_ada_attempt_2027-01-{day}-00-00_{FILE}", data=data)
    ada = take_in(course, inbox)["ada"]
    assert ada["original"].endswith(f"2027-01-15-20-00-00_{FILE}")
    assert stamp(course, "ada") == "2027-01-15 20:00:00"
    assert "2027-01-14-10-00-00" in ada["flags"][0]


def test_blackboards_receipt_knows_the_zone(course, inbox):
    name = "Task 4_ada_attempt_2027-01-15-20-00-00"
    send(inbox, f"{name}_{FILE}")
    text = "Name: Ada (ada)\nDate Submitted: Friday, January 15, 2027 8:00:00 PM CET\n"
    send(inbox, f"{name}.txt", data=text.encode())
    take_in(course, inbox)
    assert stamp(course, "ada") == "2027-01-15 19:00:00"


def test_a_time_without_a_zone_is_in_the_courses(course, inbox, deadline):
    send(inbox, f"Task 4_ada_attempt_2027-01-15-12-30-00_{FILE}")
    ada = take_in(course, inbox)["ada"]
    assert "has no time zone, and UTC, as it was read, decides whether it is late" in ada["flags"][0]
    course.config.Exchange.timezone = "Europe/Berlin"
    assert take_in(course, inbox)["ada"]["flags"] == []
    assert stamp(course, "ada") == "2027-01-15 11:30:00"


def test_what_a_student_writes_into_a_name_is_no_time(course, inbox):
    send(inbox, "ada", f"Task 4_ada_attempt_2020-01-01-00-00-00_{FILE}")
    send(inbox, f"tablesbob_1_2_attempt_2020-01-01-00-00-00_{FILE}")
    take_in(course, inbox)
    assert stamp(course, "ada") == stamp(course, "bob") == ""


def test_canvas_says_late(course, inbox, deadline, monkeypatch):
    send(inbox, f"lovelaceada_LATE_12345_67_{FILE}")
    ada = take_in(course, inbox)["ada"]
    assert ada["flags"][0].startswith("Canvas calls it LATE and does not say how late")
    assert stamp(course, "ada") == "2027-01-15 12:00:01"
    # A deadline that is moved later does not move what came before it.
    monkeypatch.setattr(Course, "deadline", lambda self, name: datetime(2027, 1, 20, tzinfo=UTC))
    take_in(course, inbox)
    assert stamp(course, "ada") == "2027-01-15 12:00:01"


def test_times_from_a_table(course, inbox, tmp_path, deadline, capsys):
    for student in ("ada", "bob", "s-3"):
        send(inbox, student, FILE)
    take_in(course, inbox)
    said = capsys.readouterr().out
    assert "Late work is penalised (deadline 2027-01-15 12:00 UTC)" in said and "ada, bob, s-3" in said
    table = tmp_path / "times.csv"
    table.write_text(
        "\ufeffstudent,time\nada,2027-01-15 12:30:00 UTC\nZoë Müller,2027-01-15 11:00 +01:00\n", "utf-8"
    )
    taking.run(course, None, NAME, times_csv=table)
    assert "bob. They count as in time" in capsys.readouterr().out
    assert stamp(course, "ada") == "2027-01-15 12:30:00"
    assert stamp(course, "s-3") == "2027-01-15 10:00:00"
    take_in(course, inbox)
    assert stamp(course, "ada") == "2027-01-15 12:30:00"


def test_moodles_worksheet(course, inbox, tmp_path):
    send(inbox, "Ada Lovelace_71_assignsubmission_file_", FILE)
    send(inbox, "Bob Tables_72_assignsubmission_file_", FILE)
    take_in(course, inbox)
    rows = [
        ("Identifier", "Full name", "Email address", "Status", "Last modified (submission)"),
        ("Participant 71", "", "", "Submitted", "Friday, 15 January 2027, 8:15 PM"),
        ("Participant 72", "Bob Tables", "", "No submission", "-"),
    ]
    with (tmp_path / "sheet.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    taking.run(course, None, NAME, times_csv=tmp_path / "sheet.csv")
    assert (stamp(course, "ada"), stamp(course, "bob")) == ("2027-01-15 20:15:00", "")


@pytest.mark.parametrize(
    "text, message",
    [
        ("who,when\n", "no columns for student and time: its first line should be student,time"),
        ("student,time\nzed,2027-01-15 12:00 UTC\n", "line 2: no student 'zed' is enrolled"),
        ("student,time\nada,01/02/2027 8:00\n", "line 2: .* can be read in more than one way: write it like"),
    ],
)
def test_a_table_of_times_that_is_none(course, inbox, tmp_path, text, message):
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        taking.run(course, None, NAME, times_csv=tmp_path / "times.csv")


def test_a_time_set_by_hand_beside_the_notebook_stays(course, inbox, tmp_path):
    send(inbox, "ada", FILE)
    take_in(course, inbox)
    (course.submitted("ada", NAME) / "timestamp.txt").write_text("2027-01-15 20:00:00 Europe/Berlin")
    later = tmp_path / "later"
    send(later, "ada", FILE, data=with_answer(ADA))
    take_in(course, later)
    assert stamp(course, "ada") == "2027-01-15 19:00:00"


def test_a_new_delivery_without_time_does_not_take_the_old_time_away(course, inbox, tmp_path):
    send(inbox, "ada", NAME, FILE, data=with_answer(ADA))
    send(inbox, "ada", NAME, "timestamp.txt", data=b"2026-11-02 15:58:23 UTC")
    take_in(course, inbox)
    later = tmp_path / "later"
    send(later, "ada", NAME, FILE)
    ada = take_in(course, later)["ada"]
    assert (answer(course, "ada"), stamp(course, "ada")) == (ANSWERS["alpha"], "2026-11-02 15:58:23")
    assert "the time of an earlier delivery" in ada["flags"][0]


@pytest.mark.parametrize(
    "text, time",
    [
        ("2026-11-02 15:58:23.948203 UTC", "2026-11-02T15:58:23.948203+00:00"),
        ("2027-01-15 18:00:00 PDT", "2027-01-15T18:00:00-07:00"),
        ("2027-01-15 20:15:00 Europe/Berlin", "2027-01-15T20:15:00+01:00"),
        ("2027-01-02 8:00 PM", "2027-01-02T20:00:00"),
        ("Friday, 15 January 2027, 8:15 PM", "2027-01-15T20:15:00"),
        ("2027-01-15 20:15 +0100", "2027-01-15T20:15:00+01:00"),
    ],
)
def test_times_that_are_understood(text, time):
    assert times.parse(text).isoformat() == time


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15 20:00 CST",
        "2027-01-15 20:00 Nowhere/Land",
        "01/02/2027 20:00",
        "20:15",
        "2027-01-15",
        "yesterday",
    ]
    + ["", "2027-01-15 20:15 UTC+3", "2027-13-15 20:00", "January 2027", "Friday 8 PM", "\x00", "9" * 5000],
)
def test_times_that_are_refused_with_what_to_write_instead(text):
    with pytest.raises(times.NotUnderstood, match=times.HOW):
        times.parse(text)


def test_the_untouched_notebook_is_no_answer(course, inbox):
    """Of two notebooks both are shown with what they answer."""
    send(inbox, "ada", FILE, data=json.dumps(handed_out()).encode())
    send(inbox, "ada", "copy", FILE)
    ada = take_in(course, inbox)["ada"]
    assert f"ada/{FILE} answers nothing; ada/copy/{FILE} answers `alpha`" in ada["flags"][0]
    assert f"ada/copy/{FILE} was taken" in ada["flags"][0]
    assert not contents(course.work(NAME)).keys() & {"earlier"}
