"""A CSV file in which cells change, and nothing else does."""

import pytest

from autograder.sheet import Sheet, SheetError

TEXT = 'Name;"Größe ""x"""\r\n"Müller, Zoë ""Z""\r\nB";\r\n\r\n;;\r\nb;2;;\n'
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252")


def written(folder, text, encoding="utf-8"):
    path = folder / "table.csv"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + text.encode(encoding))
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_not_changed_stays_byte_for_byte(tmp_path, encoding, separator):
    text = TEXT.replace(";", separator)
    path = written(tmp_path, text, encoding)
    sheet = Sheet(path)
    assert sheet.content() == path.read_bytes()
    assert sheet.header == ["Name", 'Größe "x"']
    assert sheet.rows[1][0] == 'Müller, Zoë "Z"\r\nB'
    assert [sheet.line(row) for row in range(3)] == [1, 2, 6]
    sheet.put(1, 1, "7")
    sheet.put(2, 1, "3")
    changed = text.replace(f'B"{separator}', f'B"{separator}7').replace(f"b{separator}2", f"b{separator}3")
    assert sheet.content() == written(tmp_path, changed, encoding).read_bytes()


def test_a_cell_keeps_its_quotation_marks_and_gets_them_where_it_must(tmp_path):
    sheet = Sheet(written(tmp_path, 'a,b,c\n"1",2\n'))
    sheet.put(1, 0, "3")
    sheet.put(1, 1, "4,5")
    sheet.put(1, 2, 'say "x"')
    assert sheet.content() == b'a,b,c\n"3","4,5","say ""x"""\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("m,n\n10.00,\n", ("37.5", "37.50")),
        ("m;n\n10,00;\n", ("37,5", "37,50")),
        ('m,n\n"10,00",\n', ("37,5", "37,50")),
        ("m;n\n10;\n", ("37,5", "37,5")),
        ("m,n\n10,\n", ("37.5", "37.5")),
        ("m,n\n1.5,\n2.5,\n3;5,\n", ("37.5", "37.5")),
    ],
)
def test_a_number_is_written_as_the_files_own(tmp_path, text, said):
    sheet = Sheet(written(tmp_path, text))
    assert (sheet.number(37.5, 1), sheet.number(37.5, 0)) == said


def test_excels_line_on_the_separator_is_kept(tmp_path):
    path = written(tmp_path, "sep=;\r\na,b;c\r\n1;2\r\n")
    assert Sheet(path).header == ["a,b", "c"]
    assert Sheet(path).content() == path.read_bytes()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: export it once more"),
        (b"\r\n \n", "is empty: export it once more"),
        (b",,\n,,\n", "is empty: export it once more"),
        (b"\x00\x01\x02\x03", "is no CSV file: it holds bytes that are no text"),
        (b"a,\x81\x8d\n", "is no CSV file: it holds bytes that are no text"),
        (b"%PDF-1.7", "is a PDF, no CSV file: export it as CSV"),
        (b"PK\x03\x04", "archive, no CSV file: export it as CSV"),
        (b'a,b\n1,"2\n3,4\n', "line 2: a quotation mark is not closed"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(tmp_path, data, said):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(SheetError, match=said):
        Sheet(path)


def test_what_is_no_file_is_told_too(tmp_path):
    with pytest.raises(SheetError, match="there is no file"):
        Sheet(tmp_path / "none.csv")
    with pytest.raises(SheetError, match="is a folder"):
        Sheet(tmp_path)


def test_a_hundred_thousand_cells_take_no_time_to_speak_of(tmp_path):
    path = written(tmp_path, "a,b\n" + 'x,"y ""z"""\n' * 50_000)
    assert len(Sheet(path).rows) == 50_001
