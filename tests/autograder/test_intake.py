"""Whatever a class sends, in whatever form: one well-formed notebook and one record for every student."""

import copy
import hashlib
import json
import os
import runpy
import shutil
from pathlib import Path

import nbformat
import pytest
from small_assignment import ANSWERS, handed_out, raw_cell
from small_course import (
    CLASS,
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
    zipped,
)
from system import needs_any_name, needs_links, needs_pipes

from autograder import lock, store
from autograder.course import Course, Student
from autograder.intake import choice, document, ledger, received, roster, saying
from autograder.intake import taking as intake
from autograder.intake.received import walk
from helpers import kept

# ---- layouts


def test_nbgraders_layout(course, inbox):
    send(inbox, "ada", NAME, FILE)
    send(inbox, "ada", NAME, "timestamp.txt", data=b"2026-11-02 15:58:23.948203 UTC\n")
    send(inbox, "ada", NAME, "submission_secret.txt", data=b"6ef0")
    send(inbox, "s-3", NAME, FILE)
    records = take_in(course, inbox)
    assert {name: r["status"] for name, r in records.items()} == {
        "ada": "ok",
        "bob": "not_submitted",
        "s-3": "ok",
    }
    ada = records["ada"]
    assert (ada["flags"], ada["notes"]) == ([], [])
    assert ada["cells"] == dict.fromkeys(ANSWERS, "grade_id")
    assert ada["original"] == f"originals/ada/{NAME}/{FILE}"
    work = course.work(NAME)
    assert (work / ada["original"]).read_bytes() == notebook()
    assert ada["original_sha256"] == hashlib.sha256(notebook()).hexdigest()
    assert set(submitted(course, "ada")) == {FILE, "timestamp.txt", "submission_secret.txt"}
    assert submitted(course, "ada")["submission_secret.txt"] == b"6ef0"
    assert submitted(course, "ada")["timestamp.txt"].startswith(b"2026-11-02")
    assert ada["sha256"] == hashlib.sha256(submitted(course, "ada")[FILE]).hexdigest()
    assert set(submitted(course, "s-3")) == {FILE}
    assert submitted(course, "bob") == {}
    assert records["bob"]["sha256"] is None
    for student, record in records.items():
        assert json.loads((work / "intake" / f"{student}.json").read_text()) == record
    assert json.loads((work / "unassigned.json").read_text()) == []
    nbformat.validate(nbformat.read(course.submitted("ada", NAME) / FILE, as_version=4))
    assert answer(course, "ada") == ANSWERS["alpha"]


@pytest.mark.parametrize(
    "path",
    [
        ("ada", "homework.ipynb"),
        ("Ada Lovelace_9876_assignsubmission_file_", FILE),
        (f"Ada Lovelace_9876_assignsubmission_file_{FILE}",),
        ("Participant 12345", "Ada Lovelace_77_assignsubmission_file_", FILE),
        (f"lovelaceada_12345_67890_{NAME}-2.ipynb",),
        (f"ada_{FILE}",),
        (f"{NAME}_ada.ipynb",),
        (f"ADA-{NAME} (1).ipynb",),
        (f"Lovelace, Ada - {FILE}",),
        (f"ada.l@example.org_{FILE}",),
        (f"{NAME}_ada.l.ipynb",),
        ("week 3", "Ada_Lovelace", "work", FILE),
        (f"HW_12345_attempt_2026-11-02-10-00-00_{FILE}",),
    ],
    ids="/".join,
)
def test_a_student_is_recognised(course, inbox, path):
    send(inbox, *path)
    records = take_in(course, inbox)
    assert set(records) == {"ada", "bob", "s-3"}
    assert records["ada"]["status"] == "ok"
    assert answer(course, "ada") == ANSWERS["alpha"]


def test_accents_and_case_do_not_matter(course, inbox):
    send(inbox, f"MULLER Zoe {FILE}")
    assert take_in(course, inbox)["s-3"]["status"] == "ok"


def test_a_platforms_zip_with_archives_in_it(course, inbox):
    inner = zipped({f"work/{FILE}": notebook(), "work/data.csv": b"1,2"})
    download = inbox / "download.zip"
    download.write_bytes(
        zipped(
            {
                "Ada Lovelace_1_assignsubmission_file_/homework.zip": inner,
                f"Bob Tables_2_assignsubmission_file_/{FILE}": notebook(),
                "__MACOSX/Ada Lovelace_1_assignsubmission_file_/._x.ipynb": b"\x00",
            }
        )
    )
    records = take_in(course, download)
    assert (records["ada"]["status"], records["bob"]["status"]) == ("ok", "ok")
    assert records["ada"]["original"] == "originals/ada/homework.zip"
    assert (course.work(NAME) / "originals" / "ada" / "homework.zip").read_bytes() == inner
    assert records["ada"]["notes"] == [
        "Other files sent along, kept but not used: homework.zip/work/data.csv.",
        "It was in the archive homework.zip.",
    ]
    assert set(submitted(course, "ada")) == {FILE}


def test_a_zip_named_after_the_student(course, inbox):
    send(inbox, f"ada_{NAME}.zip", data=zipped({FILE: notebook()}))
    assert take_in(course, inbox)["ada"]["original"] == f"originals/ada/ada_{NAME}.zip"


def test_a_single_file(course, inbox):
    assert take_in(course, send(inbox, f"ada_{FILE}"))["ada"]["status"] == "ok"


def test_another_assignment_in_nbgraders_layout_is_passed_over(course, inbox):
    (course.root / "notebooks" / "05_more").mkdir()
    (course.root / "notebooks" / "05_more" / "05_more.ipynb").write_text(json.dumps(handed_out()))
    send(inbox, "ada", NAME, FILE)
    send(inbox, "ada", "05_more", "05_more.ipynb", data=with_answer("x"))
    assert take_in(course, inbox)["ada"]["flags"] == []


# ---- never a guess


def test_a_name_that_fits_two_or_nobody_is_listed(course, inbox):
    send(inbox, f"ada_bob_{FILE}")
    send(inbox, f"adam_{FILE}")
    send(inbox, FILE)
    records = take_in(course, inbox)
    lost = {name: r for name, r in records.items() if r["status"] == "unassigned"}
    assert set(lost) == {f"ada_bob_{FILE}", f"adam_{FILE}", FILE}
    both = "its name fits several students: ada, bob; perhaps of ada or bob: "
    both += f'python -m autograder intake --assign "ada_bob_{FILE}=ada"'
    assert lost[f"ada_bob_{FILE}"]["flags"] == [both]
    nobody = "no enrolled student's id, name, email or platform number is in its path"
    assert lost[FILE]["flags"] == lost[f"adam_{FILE}"]["flags"] == [nobody]
    assert {records[s.id]["status"] for s in CLASS} == {"not_submitted"}
    listed = json.loads((course.work(NAME) / "unassigned.json").read_text())
    assert {entry["path"] for entry in listed} == set(lost)
    assert all(lost[entry["path"]]["flags"][0].startswith(entry["why"]) for entry in listed)


def test_two_of_one_name_are_told_apart_by_the_number_only(course, inbox, monkeypatch):
    twins = [
        Student("a1", "Ada", "Lovelace", lms_user_id="1"),
        Student("a2", "Ada", "Lovelace", lms_user_id="2"),
    ]
    monkeypatch.setattr(Course, "students", lambda self: twins)
    send(inbox, f"lovelaceada_2_55_{FILE}")
    send(inbox, f"lovelaceada_3_55_{FILE}")
    records = take_in(course, inbox)
    assert (records["a1"]["status"], records["a2"]["status"]) == ("not_submitted", "ok")
    assert f"lovelaceada_3_55_{FILE}" in records


def test_moodles_number_belongs_to_one_assignment(course, inbox, tmp_path):
    """In the gradebook it says nothing; in a list that is given for this assignment it does."""
    send(inbox, "Participant_12345_assignsubmission_file_", FILE)
    send(inbox, "Bob Tables_12345_assignsubmission_file_", FILE)
    records = take_in(course, inbox)
    assert (records["ada"]["status"], records["bob"]["status"]) == ("not_submitted", "ok")
    path = f"Participant_12345_assignsubmission_file_/{FILE}"
    assert records[path]["flags"][0].endswith(
        f'perhaps of ada: python -m autograder intake --assign "{path}=ada"'
    )
    people = tmp_path / "people.csv"
    people.write_text("id,lms_user_id\ns-3,12345\n")
    assert take_in(course, inbox, students_csv=people)["s-3"]["status"] == "ok"


def test_a_name_and_a_number_of_two_people_settle_nothing(course, inbox):
    send(inbox, f"tablesbob_12345_55_{FILE}")
    assert {r["status"] for r in take_in(course, inbox).values()} == {"not_submitted", "unassigned"}


def test_what_a_student_names_inside_does_not_make_it_anothers(course, inbox):
    send(inbox, "bob", "ada", f"ada_{FILE}")
    send(inbox, f"tablesbob_777_888_ada_{FILE}")
    records = take_in(course, inbox)
    assert {name: r["status"] for name, r in records.items()} == {
        "ada": "not_submitted",
        "bob": "flagged",
        "s-3": "not_submitted",
    }
    assert records["bob"]["flags"][-1:] == [f"The path ada/ada_{FILE} names ada as well."]


@pytest.mark.parametrize("path", [f"4_{FILE}", f"{NAME}_4.ipynb"])
def test_a_short_number_is_not_taken_from_the_assignments_name(course, inbox, monkeypatch, path):
    monkeypatch.setattr(Course, "students", lambda self: [Student("4"), Student("04"), Student("2")])
    send(inbox, path)
    send(inbox, "04_exercises (2).ipynb")
    send(inbox, "04_exercises-2.ipynb")
    records = take_in(course, inbox)
    taken = {name for name, r in records.items() if r["status"] == "ok"}
    assert taken == {"4"}


def test_the_folder_named_by_the_id_is_the_students(course, inbox, monkeypatch):
    """An id counts even where it is another's mail name."""
    monkeypatch.setattr(
        Course, "students", lambda self: [Student("ada"), Student("x", email="ada@example.org")]
    )
    send(inbox, "ada", FILE)
    assert take_in(course, inbox)["ada"]["status"] == "ok"


# ---- who is enrolled


def test_without_any_students_those_who_sent_something_are_enrolled(course, inbox, monkeypatch):
    monkeypatch.setattr(Course, "students", lambda self: [])
    send(inbox, NAME, "carl", FILE)
    send(inbox, "Dora Doe_77_assignsubmission_file_", FILE)
    send(inbox, f"erik_{FILE}")
    send(inbox, f"doefay_88_99_{FILE}")
    send(inbox, "readme.txt", data=b"x")
    send(inbox, FILE)
    records = take_in(course, inbox)
    assert {n: r["status"] for n, r in records.items()} == {
        "88": "ok",
        "Dora Doe": "ok",
        "carl": "ok",
        "erik": "ok",
        "readme.txt": "unassigned",
        FILE: "unassigned",
    }
    assert records["carl"]["notes"] == [
        "No list of students was given; enrolled because something was received."
    ]
    # Who came earlier stays, when others come later.
    later = inbox.parent / "later"
    send(later, "gina", FILE)
    assert {"carl", "erik", "gina"} <= set(take_in(course, later))


def test_those_made_up_of_folder_names_go_when_the_list_comes(course, inbox, tmp_path, monkeypatch):
    known = Course.students
    monkeypatch.setattr(Course, "students", lambda self: [])
    send(inbox, "Hal Nine_999_assignsubmission_file_", FILE)
    send(inbox, "Bob Tables_555_assignsubmission_file_", "work.pdf", data=b"%PDF-1.7")
    send(inbox, "Dora Doe_77_assignsubmission_file_", FILE)
    assert {"Hal Nine", "Bob Tables", "Dora Doe"} == set(take_in(course, inbox))
    monkeypatch.setattr(Course, "students", known)
    people = tmp_path / "people.csv"
    people.write_text("id,first_name,last_name,email\nhal,Hal,Nine,\nbob,Bob,Tables,\n", encoding="utf-8")
    records = take_in(course, inbox, students_csv=people)
    assert (records["hal"]["status"], records["bob"]["status"]) == ("ok", "unreadable")
    left = {path.stem for path in (course.work(NAME) / "intake").glob("*.json")}
    assert "Dora Doe" in left and not left & {"Hal Nine", "Bob Tables"}  # of Dora nothing is in the list
    assert not (course.submissions / "Hal Nine").exists()
    assert (course.work(NAME) / "originals" / "Hal Nine" / FILE).is_file()


def test_a_list_of_students(course, inbox, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(
        "\ufeffid,first_name,last_name,email,lms_user_id,group\nhal,Hal,Nine,,999,b\nbob,,,,555,\n",
        encoding="utf-8",
    )
    send(inbox, "ninehal_999_1_work.ipynb")
    send(inbox, "tablesbob_555_1_work.ipynb")
    records = take_in(course, inbox, students_csv=people)
    assert {n: r["status"] for n, r in records.items()} == {
        "ada": "not_submitted",
        "bob": "ok",
        "hal": "ok",
        "s-3": "not_submitted",
    }


def test_what_a_list_has_added_is_said_with_what_an_id_is(course, inbox, tmp_path, capsys):
    people = tmp_path / "people.csv"
    people.write_text(
        "First name,Last name,Email address\nHal,Nine,hal@x\nDora,Doe,dora@x\n", encoding="utf-8"
    )
    send(inbox, "ada", NAME, FILE)
    take_in(course, inbox, students_csv=people)
    assert capsys.readouterr().out.startswith(
        "people.csv: 2 new students in the gradebook, by id dora@x, hal@x\n"
    )
    people.write_text("id\nada\n", encoding="utf-8")  # who is known already is not told
    take_in(course, inbox, students_csv=people)
    assert "in the gradebook" not in capsys.readouterr().out


def test_before_anything_is_released_nobody_is_enrolled(course, inbox, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("id\nhal\n", encoding="utf-8")
    send(inbox, "ada", NAME, FILE)
    before = [student.id for student in course.students()]
    course.release(NAME).unlink()
    with pytest.raises(
        ValueError, match="no assignment is released yet, .*: run `nbgrader generate_assignment NAME`"
    ):
        intake.run(course, inbox, students_csv=people)
    assert [student.id for student in course.students()] == before


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "name\nhal\n",
            "has no column that says who it is: .* or begin with id,first_name,last_name,email",
        ),
        ("id,email\nhal,\n,x@y\n", "line 3: the id is missing"),
        ("id\n../hal\n", "the student id '../hal' cannot name a folder"),
    ],
)
def test_a_list_that_is_none(course, inbox, tmp_path, text, message):
    people = tmp_path / "people.csv"
    people.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        take_in(course, inbox, students_csv=people)


# ---- twice, later, killed


@pytest.fixture
def mixed(inbox):
    """Something of everything."""
    send(inbox, "ada", NAME, FILE)
    send(inbox, "ada", NAME, "timestamp.txt", data=b"2026-11-02 15:58:23 UTC")
    send(inbox, "ada", NAME, "torch.py", data=b"def allclose(*_): return True")
    send(inbox, f"bob_{NAME}.zip", data=zipped({"a/x.ipynb": with_answer("class Alpha: pass")}))
    send(inbox, "s-3", FILE, data=b"not json")
    send(inbox, FILE)
    return inbox


def test_taking_in_twice_changes_nothing(course, mixed):
    first = take_in(course, mixed)
    before = everything(course.root)
    assert take_in(course, mixed) == first
    assert everything(course.root) == before
    assert not (course.work(NAME) / "earlier").exists()


def test_the_kept_originals_can_be_taken_in_again(course, mixed):
    first = take_in(course, mixed)
    before = everything(course.root)
    assert take_in(course, course.work(NAME) / "originals") == first
    assert everything(course.root) == before


def test_nbgraders_submitted_folder_is_taken_in_where_it_lies(course, mixed):
    for student in ("ada", "s-3"):
        source = mixed / student / NAME if student == "ada" else mixed / student
        shutil.copytree(source, course.submitted(student, NAME))
    send(course.submissions, "zed", NAME, FILE)
    records = take_in(course, course.submissions)
    assert (records["ada"]["status"], records["s-3"]["status"]) == ("flagged", "unreadable")
    assert records["ada"]["original"] == f"originals/ada/{FILE}"
    assert set(contents(course.work(NAME) / "originals" / "ada")) == {
        Path(FILE),
        Path("torch.py"),
        Path("timestamp.txt"),
    }
    assert set(submitted(course, "ada")) == {FILE, "timestamp.txt"}
    assert submitted(course, "s-3") == {}
    assert records[f"grading/submitted/zed/{NAME}"]["flags"] == [
        "no student 'zed' is enrolled: `nbgrader db student add zed`"
    ]
    before = everything(course.root)
    assert take_in(course, course.submissions) == records
    assert everything(course.root) == before
    # Collected anew: the new one counts, the old one is kept.
    shutil.rmtree(course.submitted("ada", NAME))
    send(course.submitted("ada", NAME), FILE, data=with_answer("class Alpha:\n    new = True"))
    ada = take_in(course, course.submissions)["ada"]
    assert ada["flags"][0].startswith("2 different notebooks were sent")
    assert "A person has chosen it: it was mended in the submitted folder, or assigned." in ada["notes"]
    assert answer(course, "ada") == "class Alpha:\n    new = True"
    assert (course.work(NAME) / "originals" / "ada" / "torch.py").exists()
    assert set(submitted(course, "ada")) == {FILE, "timestamp.txt"}  # a known time never gets lost


def test_a_later_delivery_leaves_the_others_alone(course, mixed, tmp_path):
    first = take_in(course, mixed)
    later = tmp_path / "later"
    send(later, "bob", FILE)
    records = take_in(course, later)
    assert {s: records[s] for s in ("ada", "s-3")} == {s: first[s] for s in ("ada", "s-3")}
    assert records["bob"]["status"] == "ok"
    assert answer(course, "bob") == ANSWERS["alpha"]
    replaced = f"bob/{FILE} has replaced what had come before it: bob_{NAME}.zip/a/x.ipynb."
    assert replaced in records["bob"]["notes"]
    assert set(contents(course.work(NAME) / "originals" / "bob")) == {Path(f"bob_{NAME}.zip"), Path(FILE)}


def test_what_was_collected_is_not_lost_under_a_later_delivery(course, inbox):
    send(course.submitted("ada", NAME), FILE, data=with_answer("collected"))
    send(course.submitted("bob", NAME), FILE)
    send(inbox, "ada", FILE)
    records = take_in(course, inbox)
    assert (records["ada"]["status"], records["bob"]["status"]) == ("flagged", "ok")
    assert f"ada/{FILE} was taken" in records["ada"]["flags"][0]
    assert answer(course, "ada") == ANSWERS["alpha"]
    assert with_answer("collected") in contents(course.work(NAME) / "originals" / "ada").values()


class Killed(BaseException):
    pass


@pytest.mark.classroom
@pytest.mark.parametrize("own", [False, True], ids=["received", "submitted"])
def test_a_killed_run_is_made_good_by_the_next(course, mixed, monkeypatch, own, tmp_path):
    """Stopped before each single change of the disk, then run again: the same files as if never stopped."""
    monkeypatch.setattr(ledger, "now", lambda: "2027-01-15T12:00:00Z")
    first = tmp_path / "first"
    send(first, "ada", NAME, FILE, data=b"unreadable")
    send(first, "s-3", NAME, FILE, data=with_answer("class Alpha: first"))
    take_in(course, first)
    if own:
        for source, student in ((mixed / "ada" / NAME, "ada"), (mixed / "s-3", "s-3")):
            shutil.rmtree(course.submitted(student, NAME), ignore_errors=True)
            shutil.copytree(source, course.submitted(student, NAME))
    folder = course.submissions if own else mixed
    fresh = tmp_path / "fresh"
    shutil.copytree(course.root, fresh)
    left = None

    def step(function):
        def counted(*args, **kwargs):
            nonlocal left
            if left is not None:
                left -= 1
                if left < 0:
                    raise Killed
            return function(*args, **kwargs)

        return counted

    for owner, names in (
        (Path, ("replace", "rename", "unlink", "write_bytes", "mkdir")),
        (shutil, ("copyfile", "copyfileobj", "move", "rmtree")),
        (os, ("replace", "fdopen")),
    ):
        for name in names:
            monkeypatch.setattr(owner, name, step(getattr(owner, name)))
    opened = Path.open

    def open_(path, mode="r", *args, **kwargs):
        return (opened if mode in ("r", "rb") else step(opened))(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_)

    def state():
        """All files but those that a killed run was writing, which are nothing to anybody."""
        return {path: data for path, data in contents(course.root).items() if not store.is_left(path)}

    take_in(course, folder)
    expected = contents(course.root)
    assert state() == expected
    for killed_at in range(1000):
        shutil.rmtree(course.root)
        shutil.copytree(fresh, course.root)
        left = killed_at
        try:
            take_in(course, folder)
            finished = True
        except Killed:
            finished = False
        left = None
        take_in(course, folder)
        assert state() == expected, killed_at
        if finished:
            break
    assert killed_at > 50


@pytest.mark.parametrize("name", [f".{FILE}.x1y2z3_4", f".{FILE}.0a1b2c3d"])
def test_what_a_killed_run_has_left_half_written_is_no_students(course, inbox, name):
    """Where a run is killed today, and where one may have been before files were begun elsewhere."""
    send(inbox, "ada", FILE)
    before = take_in(course, inbox)
    work = course.work(NAME)
    for folder in ("originals/ada", "originals/ada/folder", "unassigned"):
        send(work / folder, name, data=with_answer("half")[:200])
    assert take_in(course, inbox) == before
    assert [entry.path for entry in ledger.Ledger(work).entries] == [f"ada/{FILE}"]


def test_a_killed_run_leaves_nothing_half_written_among_what_was_sent(course, inbox, monkeypatch):
    send(inbox, "ada", FILE)

    def killed(*_, **__):
        monkeypatch.setattr(Path, "unlink", killed)  # nothing is tidied up
        raise Killed

    monkeypatch.setattr(store.os, "replace", killed)
    with pytest.raises(Killed):
        take_in(course, inbox)
    [left] = contents(course.work(NAME))
    assert store.is_left(left) and left.parent == Path()


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX systems")
@pytest.mark.parametrize("mask", [0o002, 0o027], ids=oct)
def test_several_may_work_on_a_course_where_the_umask_says_so(course, inbox, mask):
    send(inbox, "ada", FILE)
    send(inbox, f"stranger_{FILE}")
    before = os.umask(mask)
    try:
        take_in(course, inbox)
    finally:
        os.umask(before)
    files = [path for path in (course.root / "grading").rglob("*") if path.is_file()]
    written = {"ledger.json", "ada.json", FILE, "unassigned.json"}
    written |= {"lock"} if lock.fcntl else set()  # Windows has another way to lock
    assert written <= {path.name for path in files}
    assert {path: oct(path.stat().st_mode & 0o777) for path in files} == dict.fromkeys(
        files, oct(0o666 & ~mask)
    )


# ---- which of several files


def test_the_notebook_named_like_the_assignment_is_taken(course, inbox):
    send(inbox, "ada", FILE)
    send(inbox, "ada", "scratch (1).ipynb", data=with_answer("class Alpha: pass"))
    ada = take_in(course, inbox)["ada"]
    assert ada["flags"] == [
        f"2 different notebooks were sent (ada/{FILE} answers `alpha`, `beta`, `gamma`, `words`; "
        f"ada/scratch (1).ipynb answers `alpha`); ada/{FILE} was taken. "
        'To take another: python -m autograder intake --assign "PATH=ada".'
    ]
    assert answer(course, "ada") == ANSWERS["alpha"]
    assert set(contents(course.work(NAME) / "originals" / "ada")) == {Path(FILE), Path("scratch (1).ipynb")}


def test_an_untouched_copy_is_not_taken_for_the_work(course, inbox):
    send(inbox, "ada", FILE, data=json.dumps(handed_out()).encode())
    send(inbox, "ada", f"{NAME} (1).ipynb")
    assert take_in(course, inbox)["ada"]["original"] == f"originals/ada/{NAME} (1).ipynb"


def test_of_others_the_one_with_more_answers_is_taken_and_then_the_newest(course, inbox):
    lesson = json.dumps(handed_out() | {"cells": [raw_cell("code", "x", "print(1)")]}).encode()
    send(inbox, "ada", "lesson (99).ipynb", data=lesson)
    send(inbox, "ada", "work (2).ipynb")
    send(inbox, "ada", "work (10).ipynb", data=notebook(nbformat_minor=4))
    send(inbox, "ada", "work (11).ipynb", data=with_answer("class Alpha: pass"))
    assert take_in(course, inbox)["ada"]["original"] == "originals/ada/work (10).ipynb"


def test_the_same_notebook_twice_is_one(course, inbox):
    send(inbox, "ada", FILE)
    send(inbox, "ada", "work.zip", data=zipped({FILE: notebook()}))
    assert take_in(course, inbox)["ada"]["flags"] == []


def test_a_broken_notebook_gives_way_to_a_readable_one(course, inbox):
    send(inbox, "ada", FILE, data=b"{")
    send(inbox, "ada", "other.ipynb")
    assert take_in(course, inbox)["ada"]["original"] == "originals/ada/other.ipynb"


def test_a_checkpoint_counts_only_if_there_is_nothing_else(course, inbox):
    checkpoint = ".ipynb_checkpoints", f"{NAME}-checkpoint.ipynb"
    send(inbox, "ada", *checkpoint)
    send(inbox, "ada", FILE, data=json.dumps(handed_out()).encode())
    send(inbox, "bob", *checkpoint)
    records = take_in(course, inbox)
    assert (records["ada"]["status"], records["ada"]["notes"]) == ("ok", [])
    path = "/".join(checkpoint)
    assert records["bob"]["flags"] == [f"Only Jupyter's checkpoint could be read: {path}."]


@pytest.mark.parametrize(
    "name", [f"{NAME} (1).ipynb", f"{NAME}-2.ipynb", f"Copy of {FILE}", f"{FILE}.txt", "HOMEWORK.IPYNB"]
)
def test_a_renamed_notebook_is_fine(course, inbox, name):
    send(inbox, "ada", name)
    ada = take_in(course, inbox)["ada"]
    assert (ada["status"], ada["notes"]) == ("ok", [f"The file was named {name}."])


def test_other_files_are_kept_and_named(course, inbox):
    send(inbox, "ada", FILE)
    for name in ("torch.py", "sitecustomize.py", "data.csv"):
        send(inbox, "ada", name, data=b"x")
    ada = take_in(course, inbox)["ada"]
    assert ada["status"] == "flagged"
    assert ada["flags"] == ["Python files sent along, kept but not used: sitecustomize.py, torch.py."]
    assert ada["notes"] == ["Other files sent along, kept but not used: data.csv."]
    assert set(submitted(course, "ada")) == {FILE}
    assert (course.work(NAME) / "originals" / "ada" / "torch.py").read_bytes() == b"x"


def test_no_notebook_among_the_files(course, inbox):
    send(inbox, "ada", "report.pdf", data=b"%PDF")
    ada = take_in(course, inbox)["ada"]
    assert (ada["status"], ada["original"]) == ("unreadable", None)
    what = "report.pdf is a PDF: ask for the notebook file itself, which ends in .ipynb."
    assert ada["flags"] == [what, "No notebook that can be read was sent."]
    assert ada["notes"] == ["Other files sent along, kept but not used: report.pdf."]


def test_too_many_notebooks(course, inbox):
    for n in range(choice.MOST + 5):
        send(inbox, "ada", f"n{n:02}.ipynb", data=with_answer(f"v = {n}"))
    send(inbox, "ada", "z", FILE)
    ada = take_in(course, inbox)["ada"]
    assert ada["flags"][0] == "26 notebooks were sent; 20 were looked into."
    assert ada["original"] == f"originals/ada/z/{FILE}"


# ---- time of submission


def test_a_timestamp_that_nbgrader_could_not_read_is_flagged(course, inbox):
    send(inbox, "ada", NAME, FILE)
    send(inbox, "ada", NAME, "timestamp.txt", data=b"yesterday")
    ada = take_in(course, inbox)["ada"]
    assert ada["flags"][0].startswith("timestamp.txt holds no time that could be relied on")
    assert set(submitted(course, "ada")) == {FILE}


@pytest.mark.parametrize("folder", ["Ada Lovelace_1_assignsubmission_file_", "ada/deeper"])
def test_a_timestamp_of_the_students_own_is_not_used(course, inbox, folder):
    send(inbox, *folder.split("/"), FILE)
    send(inbox, *folder.split("/"), "timestamp.txt", data=b"2020-01-01 00:00:00 UTC")
    ada = take_in(course, inbox)["ada"]
    assert "timestamp-by-the-student.txt" in ada["notes"][0]
    assert set(submitted(course, "ada")) == {FILE}
    take_in(course, course.work(NAME) / "originals")
    assert set(submitted(course, "ada")) == {FILE}


# ---- what cannot be read


DEEP = b'{"cells": [{"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
BROKEN = {
    "empty": (b"", "it is empty"),
    "blank": (b" \n", "it is empty"),
    "a mark only": (b"\xef\xbb\xbf", "it is empty"),
    "cut off": (notebook()[:500], "it is not JSON: "),
    "html": (b"<!DOCTYPE html>", "it is an HTML page (a saved or exported view, not the notebook)"),
    "latin-1": ("é".encode("latin-1"), "it is not text in UTF-8: byte 0 does not fit"),
    "binary": (bytes(range(256)), "it is not text in UTF-8: byte 128 does not fit"),
    "half of UTF-16": (b"\xff\xfe{", "it is not text in UTF-8"),
    "a list": (b"[1, 2]", "it is JSON, but no notebook: it has no list of cells"),
    "a text": (b'"notebook"', "it is JSON, but no notebook: it has no list of cells"),
    "no cells": (b'{"nbformat": 4}', "it is JSON, but no notebook: it has no list of cells"),
    "cells no list": (b'{"cells": {"a": 1}}', "it is JSON, but no notebook: it has no list of cells"),
    "empty worksheets": (b'{"worksheets": [3, {}]}', "it is JSON, but no notebook: it has no list of cells"),
    "deep": (DEEP, "it is nested too deeply"),
    "long number": (b'{"cells": ' + b"9" * 5000 + b"}", "it cannot be read as JSON: Exceeds the limit"),
    "many cells": (
        json.dumps({"cells": [{"source": "x"}] * 2001}).encode(),
        "it has 2001 cells that hold something; at most 2000 are read",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_cannot_be_read_says_why_and_the_class_goes_on(course, inbox, how):
    data, why = BROKEN[how]
    send(inbox, "ada", FILE, data=data)
    send(inbox, "bob", FILE)
    records = take_in(course, inbox)
    assert records["ada"]["status"] == "unreadable"
    assert records["ada"]["flags"][0].startswith(f"{FILE} cannot be graded: {why}")
    assert (course.work(NAME) / records["ada"]["original"]).read_bytes() == data
    assert records["ada"]["sha256"] is None and submitted(course, "ada") == {}
    assert records["bob"]["status"] == "ok"


def test_an_unexpected_error_is_that_students_alone(course, inbox, monkeypatch):
    send(inbox, "ada", FILE)
    send(inbox, "bob", FILE, data=with_answer("class Alpha: pass"))
    real = choice.rebase

    def fails(release, cells):
        if any(cell.source == ANSWERS["beta"] for cell in cells):
            raise KeyError("surprise")
        return real(release, cells)

    monkeypatch.setattr(choice, "rebase", fails)
    records = take_in(course, inbox)
    assert records["ada"]["status"] == "unreadable"
    assert records["ada"]["flags"] == ["It could not be taken in: KeyError: 'surprise'."]
    assert records["bob"]["status"] == "ok"


# ---- archives and links that mean harm


@needs_links
def test_links_are_flagged_and_not_followed(course, inbox, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(notebook())
    (inbox / "ada").mkdir()
    (inbox / "ada" / FILE).symlink_to(secret)
    send(inbox, "bob", FILE)
    (inbox / "bob" / "more").symlink_to(tmp_path)
    records = take_in(course, inbox)
    link = "it is a link, and links are not followed"
    assert records["ada"]["flags"] == [
        f"{FILE} was not read: {link}.",
        "No notebook that can be read was sent.",
    ]
    assert records["bob"]["status"] == "flagged"
    assert records["bob"]["flags"] == [f"more was not read: {link}."]
    assert set(contents(course.work(NAME) / "originals")) == {Path("bob", FILE)}


@needs_pipes
def test_a_pipe_is_flagged_and_not_waited_for(course, inbox):
    send(inbox, "bob", FILE)
    os.mkfifo(inbox / "bob" / "pipe")
    bob = take_in(course, inbox)["bob"]
    assert bob["flags"] == ["pipe was not read: it is neither a file nor a folder."]
    assert set(contents(course.work(NAME) / "originals")) == {Path("bob", FILE)}


@needs_links
def test_a_link_in_the_submitted_folder_is_put_away(course, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    send(tmp_path / "elsewhere", FILE)
    folder = course.submitted("ada", NAME)
    folder.parent.mkdir(parents=True)
    folder.symlink_to(tmp_path / "elsewhere")
    ada = take_in(course, course.submissions)["ada"]
    assert ada["status"] == "unreadable"
    assert not folder.exists()
    assert (tmp_path / "elsewhere" / FILE).exists()


def test_names_that_no_folder_can_hold(course, inbox):
    long = "x" * 250 + ".csv"
    archive = zipped(
        {f"ada/{FILE}": notebook(), f"ada/{long}": b"1", "ada/tab\t.csv": b"2", "ada/tab_.csv": b"3"}
    )
    download = inbox / "d.zip"
    download.write_bytes(archive)
    ada = take_in(course, download)["ada"]
    assert ada["status"] == "ok"
    kept = contents(course.work(NAME) / "originals" / "ada")
    assert sorted(kept.values()) == sorted([notebook(), b"1", b"2", b"3"])
    assert all(len(path.name) <= 150 for path in kept)


@needs_any_name
def test_a_name_that_is_no_text(course, inbox):
    weird = os.fsencode(inbox) + b"/bob/\xff\xfe.ipynb"
    os.makedirs(os.path.dirname(weird))
    Path(os.fsdecode(weird)).write_bytes(notebook())
    bob = take_in(course, inbox)["bob"]
    assert (course.work(NAME) / bob["original"]).read_bytes() == notebook()


# ---- documents


def as_old_format():
    full = json.loads(notebook())
    cells = []
    for cell in full["cells"]:
        if cell["cell_type"] == "code":
            cell = {"cell_type": "code", "language": "python", "input": [cell["source"]], "outputs": "broken"}
        cells.append({k: v for k, v in cell.items() if k != "id"})
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]})


def bare():
    """Cells with nothing but type and text."""
    full = json.loads(notebook())
    full["cells"] = [{k: c[k] for k in ("cell_type", "source")} for c in full["cells"]]
    return json.dumps(full)


def lines():
    full = json.loads(notebook())
    for cell in full["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n").splitlines(keepends=True)
    return json.dumps(full)


def same_ids():
    full = json.loads(notebook())
    for cell in full["cells"]:
        cell["id"] = "same"
    return json.dumps(full)


ODD = {
    "byte order mark": (b"\xef\xbb\xbf" + notebook(), "ok", "UTF-8 with a byte order mark"),
    "UTF-16": (notebook().decode().encode("utf-16"), "ok", "The file is in UTF-16."),
    "format 3": (as_old_format().encode(), "flagged", "It is in notebook format 3; it was converted to 4."),
    "format 4.2": (notebook(nbformat_minor=2), "ok", "notebook format 4.2; it was read as 4.5."),
    "no format": (notebook(nbformat=None), "ok", "notebook format None.5; it was read as 4.5."),
    "bare cells": (bare().encode(), "flagged", "19 cells lacked a required field; it was filled in."),
    "lists of lines": (lines().encode(), "ok", None),
    "one id": (same_ids().encode(), "ok", "1 cell ids occur more than once."),
    "wrong kernel": (
        notebook(metadata={"kernelspec": {"name": "ada's own"}}),
        "ok",
        "The kernel's name was \"ada's own\"; the assignment's is taken.",
    ),
    "no kernel": (notebook(metadata=[]), "ok", "The kernel's name was missing; the assignment's is taken."),
    "Colab": (
        notebook(metadata={"colab": {"x": 1}, "kernelspec": {"name": "python3"}}),
        "ok",
        "It was saved by Google Colab.",
    ),
    "entries that are no cells": (
        notebook(cells=[*json.loads(notebook())["cells"], None, 3]),
        "ok",
        "2 entries of its list of cells are no cells; left out.",
    ),
}


@pytest.mark.parametrize("how", ODD)
def test_odd_documents_come_out_right(course, inbox, how):
    data, status, note = ODD[how]
    send(inbox, "ada", FILE, data=data)
    ada = take_in(course, inbox)["ada"]
    assert ada["status"] == status
    assert note is None or any(note in text for text in ada["notes"])
    for name, text in ANSWERS.items():
        assert answer(course, "ada", name) == text
    new = nbformat.read(course.submitted("ada", NAME) / FILE, as_version=4)
    nbformat.validate(new)
    assert new.metadata.kernelspec.name == "python3"
    assert len(new.cells) == len(handed_out()["cells"])


def test_an_old_notebook_that_cannot_be_converted(monkeypatch):
    monkeypatch.setattr(document.nbformat, "convert", lambda *_: 1 / 0)
    with pytest.raises(document.Unreadable, match="cannot be converted: ZeroDivisionError: division by zero"):
        document.read(as_old_format().encode())


def test_characters_that_no_file_can_hold(course, inbox):
    send(inbox, "ada", FILE, data=with_answer("class Alpha:\n    x = '\ud800\x00'"))
    ada = take_in(course, inbox)["ada"]
    assert answer(course, "ada") == "class Alpha:\n    x = '\ufffd\ufffd'"
    assert "2 characters that no text file can hold were replaced by \ufffd." in ada["notes"]


# ---- the call itself, and its table


def test_wrong_calls_say_what_to_do(course, inbox, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file or folder"):
        take_in(course, tmp_path / "nothing")
    (tmp_path / "bad.zip").write_bytes(b"x")
    with pytest.raises(ValueError, match="is not a zip or tar archive, or it is damaged.* Download it again"):
        take_in(course, tmp_path / "bad.zip")
    with pytest.raises(
        FileNotFoundError, match="run `nbgrader generate_assignment 09` first. Released.*04_ex"
    ):
        intake.run(course, inbox, "09")
    (course.root / "notebooks" / "05").mkdir()
    (course.root / "notebooks" / "05" / "05.ipynb").write_text(json.dumps(handed_out()))
    with pytest.raises(ValueError, match=f"say which assignment .* Released: {NAME}, 05"):
        intake.run(course, inbox)


def test_the_only_assignment_need_not_be_named(course, inbox):
    send(inbox, "ada", FILE)
    assert intake.run(course, inbox)[0]["assignment"] == NAME


def test_counts_and_what_needs_a_look_are_said(course, mixed, capsys):
    take_in(course, mixed)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"{NAME}: 1 flagged, 1 ok, 1 unreadable; 1 file is nobody's"
    assert [line.split(": ")[:2] for line in printed[1:]] == [
        ["  unassigned", FILE],
        ["  unreadable", "s-3"],
        ["  flagged", "ada"],
    ]
    assert printed[3].endswith(f"Python files sent along, kept but not used: {NAME}/torch.py.")


def test_a_thousand_students_are_no_thousand_lines():
    def record(n, status, *flags):
        return {"student": f"s{n:04}", "status": status, "flags": flags, "original": None}

    good = [record(n, "ok") for n in range(900)]
    bad = [record(n, "unreadable", "It is a PDF.") for n in range(900, 940)]
    odd = [record(n, "flagged", f"Look at {n}.") for n in range(940, 970)]
    gone = [record(n, "not_submitted") for n in range(970, 1000)]
    printed = saying.table("04", [*good, *bad, *odd, *gone]).splitlines()
    assert printed[0] == "04: 30 flagged, 30 not submitted, 900 ok, 40 unreadable"
    twelve = ", ".join(f"s{n:04}" for n in range(900, 912))
    assert printed[1] == f"  unreadable: {twelve} and 28 more: It is a PDF."
    assert printed[2] == "  flagged: s0940: Look at 940."
    assert printed[14] == "  flagged: and 18 more: they stand in intake/ and in the report"
    assert printed[15].startswith("  not submitted: s0970, ") and printed[15].endswith(" and 18 more")
    assert len(printed) == 16


def test_nobody_is_said_too():
    assert saying.table("04", []) == "04: no students"


# ---- the course


def test_the_course_reads_nbgraders_own_gradebook(tmp_path, course, monkeypatch):
    from nbgrader import api

    monkeypatch.undo()
    assert course.students() == []
    assert not (course.root / "grading").exists()
    (course.root / "grading").mkdir()
    # Its number comes from a program that a bare environment does not find; no matter here.
    monkeypatch.setattr(api, "get_alembic_version", lambda: "1")
    with api.Gradebook(course.db_url, course.course_id) as book:
        book.add_student("zoe", first_name="Zoë", last_name=None, email="z@example.org", lms_user_id="7")
        book.add_student("ada")
    assert course.students() == [Student("ada"), Student("zoe", "Zoë", "", "z@example.org", "7")]


def test_the_courses_folders(course):
    root = course.root
    assert course.db_url == f"sqlite:///{root.as_posix()}/grading/gradebook.db"
    assert course.source(NAME) == root / "solutions" / NAME / FILE
    assert course.release(NAME) == root / "notebooks" / NAME / FILE
    assert course.submitted("ada", NAME) == root / "grading" / "submitted" / "ada" / NAME
    assert course.work(NAME) == root / "grading" / "autograder" / NAME
    assert (course.assignments(), course.submitters(NAME)) == ([NAME], [])


def test_the_gradebook_in_the_root_or_on_a_server(course):
    for address in ("sqlite:///gradebook.db", "postgresql://host/book"):
        config = copy.deepcopy(course.config)
        config.CourseDirectory.db_url = address
        assert Course(course.root, config).work(NAME) == course.root / "grading" / "autograder" / NAME


def test_an_assignment_of_several_or_no_notebooks(course):
    folder = course.root / "notebooks" / NAME
    (folder / FILE).rename(folder / "problem1.ipynb")
    assert course.release(NAME) == folder / "problem1.ipynb"
    shutil.copy(folder / "problem1.ipynb", folder / "problem2.ipynb")
    with pytest.raises(ValueError, match="holds 2 notebooks and none is 04_exercises.ipynb"):
        course.release(NAME)
    with pytest.raises(FileNotFoundError, match="the assignment '09' has no source"):
        course.source("09")
    with pytest.raises(
        FileNotFoundError, match="there is no nbgrader_config.py in .*: start this in the course"
    ):
        Course.load(folder)


def test_phrases_are_whole_words():
    people = roster.Roster([Student("ann"), Student("joann", "Jo", "Ann")], NAME)
    assert people.named("joann") == {"joann"}
    assert people.named("hannah") == set()
    assert people.named("jo-ann_04_exercises") == set() | people.named("Jo Ann")


def test_what_a_reader_has_done_in_the_chapters_is_passed_over(tmp_path):
    folder, scratch = tmp_path / "received", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    for name in (FILE, "course_progress.json", ".course_progress.json.x1y2"):
        (folder / name).write_text("{}", encoding="utf-8")
    assert [file.parts[-1] for file in walk(folder, scratch)] == [FILE]


def test_the_name_of_that_file_stands_once(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "FILE", "another.json")
    renamed = runpy.run_path(received.__file__)["walk"]
    folder, scratch = tmp_path / "received", tmp_path / "scratch"
    scratch.mkdir()
    for name in (FILE, "another.json", ".another.json.x1y2"):
        send(folder, name, data=b"{}")
    assert [file.parts[-1] for file in renamed(folder, scratch)] == [FILE]
