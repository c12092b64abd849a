"""Canvas's gradebook and Moodle's worksheet, laid out as the platforms document them, filled in."""

import re
from pathlib import Path

import pytest

from autograder.course import Student
from autograder.export import canvas, moodle
from autograder.export.fill import How
from autograder.export.marks import FLAGGED, NOT_SUBMITTED, OK, TO_READ, UNREADABLE, Mark
from autograder.export.people import People
from autograder.sheet import SheetError

NAME = "04_exercises"
CLASS = [
    Student("ada", "Ada", "Lovelace", "ada.l@example.org", "11"),
    Student("bob", "Bob", "Tables", "bob@example.org", "12"),
    Student("zoe", "Zoë", 'Müller "Z"', "zoe@example.org", "13"),
    Student("max1", "Max", "Meyer", "max1@example.org"),
    Student("max2", "Max", "Meyer", "max2@example.org"),
    Student("eve", "Eve", "=cmd()", "eve@example.org", "16"),
]
MARKS = {
    "ada": (OK, 47.5),
    "bob": (UNREADABLE, None),
    "zoe": (FLAGGED, 0.0),
    "max1": (TO_READ, 30.0),
    "max2": (NOT_SUBMITTED, None),
    "eve": (OK, 60.0),
}
FILES = Path(__file__).parent / "platforms"
CANVAS, MOODLE = (FILES.joinpath(f"{name}.csv").read_text(encoding="utf-8") for name in ("canvas", "moodle"))
GERMAN = (
    MOODLE.replace('Identifier,"Full name","Email address"', 'ID,"Vollständiger Name",E-Mail-Adresse')
    .replace('Grade,"Maximum Grade"', "Bewertung,Bestwertung")
    .replace("Grade can be changed", "Bewertung kann geändert werden")
    .replace("Last modified (submission)", "Zuletzt geändert (Abgabe)")
    .replace("Last modified (grade)", "Zuletzt geändert (Bewertung)")
    .replace("Participant ", "Teilnehmer/in")
    .replace("60.00,Yes", '"60,00",Ja')
    .replace("60.00,No", '"60,00",Nein')
    .replace(",5.00,", ',"5,00",')
)


def people(numbers=None):
    return People(CLASS, numbers or {})


def all_marks(worth=60.0):
    return {one.id: Mark(NAME, one, *MARKS[one.id], worth) for one in CLASS}


def filled(reader, path, how=None, numbers=None, marks=None):
    how = how or How()
    table = reader.read(path, NAME, how)
    said = table.find_owners(people(numbers), how)
    said += table.fill(marks or all_marks(), how)
    return table.sheet.content(), said


def file(folder, text, encoding="utf-8"):
    path = folder / "template.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_canvas_gets_marks_in_one_column_and_every_other_byte_stays(tmp_path, encoding, end):
    path = file(tmp_path, CANVAS.replace("\n", end), encoding)
    content, said = filled(canvas, path)
    expected = (
        CANVAS.replace('"A, B",,,9.00', '"A, B",,47.50,9.00')
        .replace('"late, ""ill""",,', '"late, ""ill""",0.00,')
        .replace("eve,A,,12.00", "eve,A,,60.00")
        .replace("\n", end)
    )
    assert content == expected.encode(encoding)
    assert path.read_bytes() == CANVAS.replace("\n", end).encode(encoding)
    assert said == [
        "Canvas: 3 marks in the column '04 Exercises (501)'",
        "left out, answers wait for a person (read them in formgrader, or --provisional): max1",
    ]


def test_canvas_with_semicolons_and_decimal_commas(tmp_path):
    text = re.sub(r'("[^"\n]*), ', r"\1~ ", CANVAS)  # commas in names stay
    text = text.replace(",", ";").replace(".00", ",00").replace("~", ",")
    content, _ = filled(canvas, file(tmp_path, text))
    assert '"Lovelace, Ada";11;S1;ada.l@example.org;"A, B";;47,50;9,00;90,00' in content.decode()


def test_canvas_with_two_columns_of_names(tmp_path):
    text = "LastName,FirstName,ID,SIS Login ID,Section,04_exercises (5)\n"
    text += "Points Possible,,,,,60\nLovelace,Ada,1,x,A,\n"
    content, _ = filled(canvas, file(tmp_path, text))
    assert content.decode().endswith("Lovelace,Ada,1,x,A,47.5\n")


def test_excused_and_not_assigned_in_canvas_stay(tmp_path):
    text = CANVAS.replace('"A, B",,,9.00', '"A, B",,EX,9.00').replace("eve,A,,12.00", "eve,A,,N/A")
    content, said = filled(canvas, file(tmp_path, text))
    assert b'"A, B",,EX,9.00' in content and b"eve,A,,N/A" in content
    assert "left as it is by Canvas's own word: ada (excused), eve (not assigned)" in said


@pytest.mark.parametrize("text", [MOODLE, GERMAN], ids=["English", "German"])
def test_moodle_gets_marks_in_one_column_and_every_other_byte_stays(tmp_path, text):
    path = file(tmp_path, text, "utf-8-sig")
    content, said = filled(moodle, path)
    ada, zoe = ("47.5", "0.00") if text is MOODLE else ('"47,50"', '"0,00"')
    ada = "47.50" if text is MOODLE else '"47,50"'
    old = text.split("\n")
    lines = content.decode("utf-8-sig").split("\n")
    assert lines[1] == old[1].replace('grading - ",,', f'grading - ",{ada},')
    assert lines[3] == old[3].replace("5.00" if text is MOODLE else '"5,00"', zoe)
    assert [n for n in range(len(old)) if lines[n] != old[n]] == [1, 3]
    assert "left as it is by Moodle's own word: eve (the grade may not be changed)" in said


def test_moodles_number_says_whose_a_line_is_where_names_are_hidden(tmp_path):
    text = "Identifier,Status,Grade,Maximum Grade\nParticipant 702,x,,60\nParticipant 701,x,,60\n"
    content, _ = filled(moodle, file(tmp_path, text), numbers={"701": "ada", "702": "zoe"})
    assert content.decode().splitlines()[1:] == ["Participant 702,x,0,60", "Participant 701,x,47.5,60"]


def test_what_the_platform_holds_for_one_without_a_mark_stays_and_is_told(tmp_path):
    content, said = filled(
        canvas, file(tmp_path, CANVAS.replace("bob@example.org,A,,", "bob@example.org,A,,3.00"))
    )
    assert b"bob@example.org,A,,3.00" in content
    assert "has no mark here, and what the file holds stays: bob" in said


def test_a_provisional_mark_is_written_where_it_is_asked_for(tmp_path):
    content, said = filled(canvas, file(tmp_path, CANVAS), How(provisional=True))
    assert b'"Meyer, Max",14,,max1,A,,30.00' in content
    assert len(said) == 1


def test_another_maximum_is_refused_or_scaled(tmp_path):
    path = file(tmp_path, CANVAS.replace("60.00,10.00", "100.00,10.00"))
    with pytest.raises(SheetError, match=r"worth 100 points in Canvas, and 60 here: .* --scale"):
        filled(canvas, path)
    content, said = filled(canvas, path, How(scale=True))
    assert b'"A, B",,79.17,9.00' in content
    assert "multiplied by 1.66667 so that the most is 100" in said[0]


def test_members_of_a_class_without_a_line_are_told(tmp_path):
    text = "\n".join(line for line in CANVAS.split("\n") if "cmd" not in line)
    assert "has a mark and no line in template.csv: eve" in filled(canvas, file(tmp_path, text))[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("ID,SIS User", "Number,SIS User"), "has no column 'ID' .*: export it once more"),
        (("Student,ID", "Pupil,ID"), "has no column 'LastName'"),
        (("Student,ID", "Student,ID,ID"), "2 columns are called 'ID': keep one of them"),
        (("05 By hand (502)", "My 04_exercises (502)"), None),
        (("05 By hand (502)", "04-Exercises (502)"), "fit '04_exercises': say which with --column"),
        (
            ("04 Exercises (501)", "Homework (501)"),
            "name one with --column, of 'Homework .501.', '05 By hand",
        ),
        (("60.00,10.00", "(read only),10.00"), "no column that takes marks fits"),
        (('"Tables, Bob",12,,bob@', '"Nobody, Any",44,,any@'), "line 5, 'Nobody, Any' .nobody like it"),
        (
            ('"Tables, Bob",12,,bob@', '"Tables, Bob",11,,ada.l@'),
            "'Tables, Bob' .one cell fits ada and another bob",
        ),
        (('"Meyer, Max",15,,max2', '"Meyer, Max",15,,other'), "its name fits max1 and max2"),
        (('"Meyer, Max",15,,max2', '"Meyer, Max",15,,max1'), "lines 7 and 8 are both of max1: take one out"),
        (('"Tables, Bob"', '"Tables, Bob'), "line 5: a quotation mark is not closed"),
        (('"Tables, Bob",12,', "Tables, Bob,12,"), "line 5: more cells than columns: export it once more"),
    ],
)
def test_a_gradebook_that_does_not_fit_is_refused_in_a_sentence(tmp_path, change, said):
    text = CANVAS.replace(*change)
    assert text != CANVAS
    if said is None:  # a name that is the assignment's goes before one that only holds it
        assert filled(canvas, file(tmp_path, text))[1][0].endswith("'04 Exercises (501)'")
        return
    with pytest.raises(SheetError, match=said):
        filled(canvas, file(tmp_path, text))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Identifier", "Who"), None),
        (("Status,Grade,", "Status,Punkte,"), "has no column 'Grade' .it has 'Identifier'"),
        (("Status,Grade,", "Grade,Grade,"), "2 columns are called 'Grade'"),
        (("Participant 702", "702 or so"), "does not hold 'Participant 12345' in each line"),
        (
            ('bob@example.org,"Submitted for grading - ",,60.00', 'b@x,"S",,50.00'),
            "is not the same in all lines",
        ),
        (('Bob Tables",bob@', 'Bob Tablez",b@'), "line 3, 'Bob Tablez'"),
        (("702", "701"), None),
        (("bob@", "ada.l@"), "one cell fits ada and another bob"),
    ],
)
def test_a_worksheet_that_does_not_fit_is_refused_in_a_sentence(tmp_path, change, said):
    text = MOODLE.replace(*change)
    assert text != MOODLE
    if said is None:
        assert filled(moodle, file(tmp_path, text))[1]
        return
    with pytest.raises(SheetError, match=said):
        filled(moodle, file(tmp_path, text))


def test_columns_may_be_named(tmp_path):
    text = CANVAS.replace("04 Exercises (501)", "Homework (501)")
    for name in ("Homework", "Homework (501)"):
        assert b'"A, B",,47.50' in filled(canvas, file(tmp_path, text), How(column=name))[0]
    with pytest.raises(SheetError, match="fits 'Home': name one"):
        filled(canvas, file(tmp_path, text), How(column="Home"))
    text = MOODLE.replace("Status,Grade,", "Status,Note,")
    assert b'grading - ",47.50,' in filled(moodle, file(tmp_path, text), How(column="Note"))[0]


def test_lines_of_nobody_known_may_stay(tmp_path):
    text = CANVAS + '"Tables, Robert",77,,r,A,,,,,\n'
    with pytest.raises(SheetError, match="or leave these lines as they are with --skip-unknown"):
        filled(canvas, file(tmp_path, text))
    content, said = filled(canvas, file(tmp_path, text), How(skip_unknown=True))
    assert content.decode().endswith('"Tables, Robert",77,,r,A,,,,,\n')
    assert said[0].startswith("not filled, nobody known is meant: line 11, 'Tables, Robert'")


@pytest.mark.parametrize("reader", [canvas, moodle])
def test_a_table_of_headers_alone_is_refused(tmp_path, reader):
    text = (CANVAS if reader is canvas else MOODLE).split("\n")[0]
    with pytest.raises(SheetError, match="holds no student"):
        filled(reader, file(tmp_path, text))
