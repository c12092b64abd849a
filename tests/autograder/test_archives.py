"""Archives that mean harm, or are only too large: what is refused says why, and the rest is read."""

import io
import os
import stat
import tarfile
import zipfile

import pytest
from small_assignment import ANSWERS
from small_course import FILE, NAME, answer, contents, notebook, send, take_in, zipped

from autograder.intake import archives, document, received


def tarred(members, mode="w"):
    """The bytes of a tar archive; members are {name or TarInfo: bytes}."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in members.items():
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def bad_zip():
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(
        {
            "../../escape.ipynb": notebook(),
            "/absolute.ipynb": notebook(),
            "C:\\drive.ipynb": notebook(),
            "a\\..\\..\\windows.ipynb": notebook(),
            link: b"/etc/passwd",
            FILE: notebook(),
        }
    )


def bad_tar():
    return tarred(
        {
            "../../escape.ipynb": notebook(),
            "/absolute.ipynb": notebook(),
            special("link.ipynb", tarfile.SYMTYPE, "/etc/passwd"): b"",
            special("hard.ipynb", tarfile.LNKTYPE, "/etc/passwd"): b"",
            special("device", tarfile.CHRTYPE): b"",
            special("pipe", tarfile.FIFOTYPE): b"",
            FILE: notebook(),
        },
        "w:gz",
    )


@pytest.mark.parametrize("name, data", [("work.zip", bad_zip()), ("work.tar.gz", bad_tar())])
def test_an_archive_that_leads_out_of_itself(course, inbox, tmp_path, name, data):
    send(inbox, "ada", name, data=data)
    before = contents(tmp_path)
    ada = take_in(course, inbox)["ada"]
    outside = "its path leads out of the archive"
    link = "it is a link, and links are not followed"
    expected = {"escape.ipynb": outside, "absolute.ipynb": outside, "link.ipynb": link}
    if name == "work.zip":
        expected |= {"C:/drive.ipynb": outside, "a/windows.ipynb": outside}
    else:
        expected |= {"hard.ipynb": link} | dict.fromkeys(
            ("device", "pipe"), "it is neither a file nor a folder"
        )
    assert {f"{name}/{path} was not read: {why}." for path, why in expected.items()} == set(ada["flags"])
    assert answer(course, "ada") == ANSWERS["alpha"]
    new = set(contents(tmp_path)) - set(before)
    assert {p.parts[:2] for p in new} == {("course", "grading")}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives_are_opened(course, inbox, mode):
    suffix = {"w": ".tar", "w:gz": ".tgz", "w:bz2": ".tar.bz2", "w:xz": ".tar.xz"}[mode]
    send(inbox, f"ada_{NAME}{suffix}", data=tarred({f"work/{FILE}": notebook()}, mode))
    ada = take_in(course, inbox)["ada"]
    assert (ada["status"], ada["original"]) == ("ok", f"originals/ada/ada_{NAME}{suffix}")


def test_damaged_encrypted_and_deep_archives(course, inbox):
    data = zipped({FILE: notebook()})
    damaged = data.replace(b"class Alpha", b"class Omega", 1)
    encrypted = bytearray(data)
    encrypted[encrypted.find(b"PK\x01\x02") + 8] |= 1
    deep = tarred({"b.zip": zipped({"c.zip": data})})
    send(inbox, "ada", "a.zip", data=b"PK no archive")
    send(inbox, "ada", "b.zip", data=damaged)
    send(inbox, "ada", "c.zip", data=bytes(encrypted))
    send(inbox, "ada", "d.tar", data=deep)
    send(inbox, "ada", "e.tar.gz", data=tarred({FILE: notebook() * 9}, "w:gz")[:300])
    send(inbox, "ada", "f.zip", data=data[: len(data) // 2])
    flags = take_in(course, inbox)["ada"]["flags"]
    assert flags[0] == "a.zip was not read: it is a damaged archive: File is not a zip file."
    assert flags[1].startswith(f"b.zip/{FILE} was not read: it is damaged: BadZipFile: Bad CRC-32")
    assert flags[2] == f"c.zip/{FILE} was not read: it is encrypted: ask for it without a password."
    deep = "d.tar/b.zip/c.zip was not read: it is an archive inside 2 others, which is not opened"
    assert flags[3] == f"{deep}: unpack it by hand."
    assert flags[4].startswith("e.tar.gz") and "damaged" in flags[4]
    assert flags[5] == "f.zip was not read: it is a damaged archive: File is not a zip file."


def test_all_archives_of_a_student_share_one_budget(tmp_path, monkeypatch):
    """A small file full of archives wrote 28 GB: each of them had a budget of its own."""
    monkeypatch.setattr(archives, "MAX_UNPACKED", 3_000_000)
    bomb = zipped({"zeros.bin": bytes(1_000_000)}, zipfile.ZIP_DEFLATED)
    nest = zipped({f"{n}.zip": bomb for n in range(50)}, zipfile.ZIP_DEFLATED)
    folder = tmp_path / "inbox"
    for n in range(3):
        send(folder, "ada", f"nest{n}.zip", data=nest)
    send(folder, "bob", "work.zip", data=zipped({FILE: notebook()}))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    files = received.walk(folder, scratch, lambda parts: parts[0])
    assert sum(path.stat().st_size for path in scratch.rglob("*") if path.is_file()) < 4_000_000
    refused = [file for file in files if file.refused]
    assert len(refused) < 60  # a sentence for an archive, not for each entry of it
    assert {file.parts[0] for file in refused} == {"ada"}
    assert "more than the archives of one student may hold: 10000 files or 3 MB" in refused[0].refused


def test_an_archive_that_is_nobodys_has_a_budget_too(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 3_000_000)
    bomb = zipped({"zeros.bin": bytes(1_000_000)}, zipfile.ZIP_DEFLATED)
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({f"s{n}/work.zip": bomb for n in range(50)}, zipfile.ZIP_DEFLATED))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    received.walk(path, scratch, lambda parts: parts[0])  # each inner one claims another student
    assert sum(path.stat().st_size for path in scratch.rglob("*") if path.is_file()) < 5_000_000


def test_of_too_many_files_the_notebook_is_read_first(course, inbox, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILES", 3)
    send(inbox, "ada", "work.zip", data=zipped({f"{n}.txt": b"" for n in range(9)} | {FILE: notebook()}))
    ada = take_in(course, inbox)["ada"]
    why = "it, and what follows it, is more than the archives of one student may hold: 3 files or 500 MB"
    assert ada["flags"] == [f"work.zip/2.txt was not read: {why}."]
    assert answer(course, "ada") == ANSWERS["alpha"]


def test_a_directory_of_a_million_names_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILES", 10)
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"{n:060}.txt": b"" for n in range(500)}))
    with pytest.raises(archives.Refused, match="an archive of more than 10 files"):
        list(archives.entries(path, 10**6))


def test_a_header_of_a_tar_archive_that_does_not_end(tmp_path):
    """Its comment alone would be 100 MB in memory."""
    comment = tarfile.TarInfo(FILE)
    comment.pax_headers = {"comment": "x" * 100_000_000}
    path = tmp_path / "work.tgz"
    path.write_bytes(tarred({comment: b""}, "w:gz"))
    with pytest.raises(archives.Refused, match="unpacked it is too large"):
        list(archives.entries(path, 1_000_000))


def test_an_archive_that_claims_too_little(course, inbox):
    """The size in the header is the student's word."""
    data = bytearray(zipped({FILE: b" " * 5_000_000}, zipfile.ZIP_DEFLATED))
    at = data.find(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    send(inbox, "ada", "work.zip", data=bytes(data))
    ada = take_in(course, inbox)["ada"]
    assert ada["flags"][0].startswith(f"work.zip/{FILE} was not read: it is damaged: BadZipFile: Bad CRC-32")
    assert ada["status"] == "unreadable"


def test_a_file_too_large(course, inbox, monkeypatch):
    for module in (received, archives):
        monkeypatch.setattr(module, "MAX_FILE", 1_000_000)
    send(inbox, "ada", FILE, data=notebook() + b" " * 1_000_000)
    send(inbox, "bob", "work.zip", data=zipped({FILE: b" " * 2_000_000}, zipfile.ZIP_DEFLATED))
    send(inbox, "s-3", "work.zip", data=zipped({FILE: b" " * 2_000_000}))
    records = take_in(course, inbox)
    assert records["ada"]["flags"][0] == f"{FILE} was not read: it is larger than 1 MB."
    assert records["bob"]["flags"][0] == f"work.zip/{FILE} was not read: it is larger than 1 MB."
    assert records["s-3"]["flags"][0] == "work.zip was not read: it is an archive larger than 1 MB."
    assert {record["status"] for record in records.values()} == {"unreadable"}


# ---- notebooks that are large


def test_what_cells_have_put_out_does_not_count(monkeypatch):
    monkeypatch.setattr(document, "MAX_BYTES", 20_000)
    cell = {"cell_type": "code", "source": 'print("outputs")', "outputs": [{"data": {"x": "A]}" * 50_000}}]}
    data = (b'{"cells": [' + os.fsencode(str([cell])[1:-1]).replace(b"'", b'"')).replace(
        b'"print("outputs")"', b'"x = 1"'
    )
    read = document.read(data + b'], "metadata": {"widgets": {"a": [' + b'{"b": "c"},' * 5000 + b"1]}}}")
    assert [cell.source for cell in read.cells] == ["x = 1"]


def test_a_notebook_too_large_without_its_outputs(monkeypatch):
    with pytest.raises(document.Unreadable, match="it is larger than 200 MB"):
        document.read(b" " * (document.MAX_FILE + 1))
    monkeypatch.setattr(document, "MAX_BYTES", 20_000)
    large = b'{"cells": [{"source": "' + b"x" * 20_000 + b'"}]}'
    with pytest.raises(document.Unreadable, match="larger than 0 MB without its outputs"):
        document.read(large)
    monkeypatch.setattr(document, "MAX_MARKS", 1000)
    with pytest.raises(document.Unreadable, match="of too many small parts"):
        document.read(b"[]," * 10_000)


def test_empty_cells_are_left_out_before_they_are_counted():
    cells = b'{"source": "x"},' * 3 + b'{"source": " \\n"},' * 3000 + b'{"source": ""}'
    read = document.read(b'{"nbformat": 4, "nbformat_minor": 5, "cells": [' + cells + b"]}")
    assert [cell.source for cell in read.cells] == ["x"] * 3
    assert "3001 empty cells were left out." in read.notes
