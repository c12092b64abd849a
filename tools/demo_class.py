"""Make a class of 24 to try the graders on: demo/, a course of its own, with what a term's platforms give.

    python tools/demo_class.py [FOLDER]

FOLDER (demo/, which git ignores) is replaced, unless something was taken in there. In downloads/ lie
Moodle's zip and grading worksheet of 04_exercises, Canvas's zip and gradebook of 05_by_hand, and a table of
groups. The class is as messy as real ones: late, twice, renamed, a PDF, a zip, a group with one file, two of
one name, a loop without an end, an answer that patches torch, a notebook that two have sent, one that belongs
to the other assignment.
The same program makes the same bytes. docs/instructors.md walks through it.
"""

import argparse
import io
import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
FIRST, SECOND = "04_exercises", "05_by_hand"
PEOPLE = (
    *("Ada Lovelace", "Alan Turing", "Annie Easley", "Barbara Liskov", "Claude Shannon", "Dorothy Vaughan"),
    *("Edsger Dijkstra", "Emmy Noether", "Frances Allen", "Grace Brewster Hopper", "Hedy Lamarr"),
    *("John Backus", "Karen Jones", "Katherine Johnson", "Konrad Zuse", "Kurt Gödel", "Lynn Conway"),
    *("Mary Jackson", "Max Meyer", "Max Meyer", "Radia Perlman", "Zoë Müller", "Seán O'Brien", "Tu Youyou"),
)
_PLAIN = str.maketrans("äöüéáëÖ'", "aoueaeO_")
LOOP = "class TwoLayerLSTM(nn.Module):\n    def __init__(self, *sizes, **more):\n        while True: pass\n"
CHEAT = (
    "torch.allclose = lambda *a, **k: True\n\n"
    "class TwoLayerLSTM(nn.Module):\n    def __init__(self, *sizes, **more):\n        super().__init__()\n\n"
    "    def forward(self, x):\n        return x.new_zeros(len(x), 2)\n"
)


class Person:
    """One of the class, as both platforms know them."""

    def __init__(self, index, name):
        self.name, self.moodle, self.canvas = name, 70_000 + 7 * index, 5_000 + 3 * index
        self.first, _, self.last = name.rpartition(" ")
        first, last = self.first.split()[0].translate(_PLAIN), self.last.translate(_PLAIN).replace("_", "")
        number = 1 + PEOPLE[:index].count(name) if PEOPLE.count(name) > 1 else ""
        self.email = f"{first}.{last}{number}@example.org".lower()
        self.folder = f"{name}_{self.moodle}_assignsubmission_file_"
        self.file = f"{last}{first}".lower() + "{late}" + f"_{self.canvas}_{90_000 + 11 * index}_"

    def canvas_file(self, name, late=False):
        return self.file.format(late="_LATE" if late else "") + name


def made(release, answers, who):
    """A student's notebook: the release with answers, each signed, so that no two are equal by chance."""
    notebook = nbformat.reads(release, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            sign = f"# {who}\n" if cell.cell_type == "code" else ""
            cell.source = sign + answers[grade_id]
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def zipped(files):
    """The bytes of a zip, the same each time."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(zipfile.ZipInfo(name, (2027, 1, 15, 12, 0, 0)), data)
    return memory.getvalue()


def source(name):
    """The release's text, and the source's own answers to what is graded by running it, and in words."""
    cells = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4).cells
    marks = [(cell.metadata.get("nbgrader", {}), cell) for cell in cells]
    found = {mark["grade_id"]: cell for mark, cell in marks if mark.get("solution")}
    code = {
        grade_id: re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n?", "", cell.source)
        for grade_id, cell in found.items()
        if cell.cell_type == "code"
    }
    words = {grade_id: cell.source for grade_id, cell in found.items() if cell.cell_type == "markdown"}
    return (ROOT / "notebooks" / name / f"{name}.ipynb").read_text(encoding="utf-8"), code, words


def some(answers, count, start):
    """So many of the answers, from one on."""
    names = list(answers)
    return {names[(start + n) % len(names)]: answers[names[(start + n) % len(names)]] for n in range(count)}


def moodle_zip(people, release, code, words, other):
    """Moodle's download of the first assignment."""
    files = {}
    for index, one in enumerate(people):
        answers = some(code, (5, 5, 4, 5, 3)[index % 5], index)
        name = f"{FIRST}.ipynb"
        match one.name:
            case "Alan Turing":
                answers["two_layer_lstm"] = LOOP
            case "Claude Shannon":
                answers["two_layer_lstm"] = CHEAT
            case "Barbara Liskov" | "Grace Brewster Hopper":
                answers |= words
            case "Edsger Dijkstra":  # twice: the second try has more in it
                files[f"{one.folder}/{FIRST}.ipynb"] = made(release, some(code, 1, 0), one.name)
                name = f"{FIRST} (1).ipynb"
            case "Hedy Lamarr":
                name = "Homework final FINAL.ipynb"
            case "John Backus":
                files[f"{one.folder}/{FIRST}.pdf"] = b"%PDF-1.7\n"
                continue
            case "Karen Jones":
                whole = made(release, answers, one.name)
                files[f"{one.folder}/work.zip"] = zipped(
                    {f"work/{FIRST}.ipynb": whole, "work/notes.txt": b"!"}
                )
                continue
            case "Konrad Zuse":  # has the file of Lynn Conway
                files[f"{one.folder}/{FIRST}.ipynb"] = made(release, some(code, 4, 1), "Lynn Conway")
                continue
            case "Lynn Conway":
                answers = some(code, 4, 1)
            case "Mary Jackson":  # works with Katherine Johnson, who sends the file
                continue
            case "Radia Perlman":
                files[f"{one.folder}/{FIRST}.ipynb"] = other
                continue
            case "Kurt Gödel" | "Tu Youyou":
                continue
        files[f"{one.folder}/{name}"] = made(release, answers, one.name)
    return files


def canvas_zip(people, release, code):
    """Canvas's download of the second assignment."""
    files = {}
    for index, one in enumerate(people):
        answers = some(code, (7, 6, 7, 4, 7)[index % 5], index)
        if one.name in ("Kurt Gödel", "Frances Allen"):
            continue
        tries = "-1" if one.name == "Emmy Noether" else ""
        late = one.name == "Annie Easley"
        files[one.canvas_file(f"{SECOND}{tries}.ipynb", late)] = made(release, answers, one.name)
    return files


def worksheet(people, sent):
    """Moodle's grading worksheet of the first assignment."""
    head = 'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    lines = [head + '"Last modified (submission)","Last modified (grade)","Feedback comments"']
    for one in people:
        came = any(name.startswith(one.folder) for name in sent) or one.name == "Mary Jackson"
        day = "16" if one.name == "Dorothy Vaughan" else "15"
        when = f'"Friday, {day} January 2027, 8:15 PM"'.replace("Friday, 16", "Saturday, 16") if came else "-"
        status = '"Submitted for grading - "' if came else '"No submission - "'
        lines.append(f'"Participant {one.moodle}","{one.name}",{one.email},{status},,60.00,Yes,{when},-,')
    return "\r\n".join(lines) + "\r\n"


def gradebook(people):
    """Canvas's gradebook."""
    lines = [
        f"Student,ID,SIS User ID,SIS Login ID,Section,Nets {FIRST} (801),Nets {SECOND} (802),Final Score",
        "    Points Possible,,,,,60.00,70.00,(read only)",
    ]
    order = sorted(people, key=lambda one: one.last)
    lines += [f'"{one.last}, {one.first}",{one.canvas},,{one.email},Nets,,,' for one in order]
    return "\n".join([*lines, '"Student, Test",9999,,4c1d,Nets,,,']) + "\n"


def main(folder):
    if folder.exists() and not (folder / "downloads").is_dir():
        sys.exit(f"{folder} is there and was not made by this program: name another folder")
    if (folder / "grading/autograder").exists():
        sys.exit(f"{folder} holds what was taken in and graded: delete that folder first, or name another")
    if folder.exists():
        shutil.rmtree(folder)
    downloads = folder / "downloads"
    downloads.mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in (FIRST, SECOND):
        shutil.copytree(ROOT / "solutions" / name, folder / "solutions" / name)
    people = [Person(index, name) for index, name in enumerate(PEOPLE)]
    release, code, words = source(FIRST)
    second, more, _ = source(SECOND)
    sent = moodle_zip(people, release, code, words, made(second, some(more, 2, 0), "Radia Perlman"))
    (downloads / "moodle.zip").write_bytes(zipped(sent))
    (downloads / "worksheet.csv").write_bytes(worksheet(people, sent).encode("utf-8-sig"))
    (downloads / "canvas.zip").write_bytes(zipped(canvas_zip(people, second, more)))
    (downloads / "gradebook.csv").write_bytes(gradebook(people).encode())
    group = ("Katherine Johnson", "Mary Jackson")
    rows = [f"1,{one.email}" for one in people if one.name in group]
    (downloads / "groups.csv").write_text("\n".join(["group,email", *rows]) + "\n", encoding="utf-8")
    print(f"{folder}: a course with a class of {len(people)}; what its platforms give lies in downloads/")
    print(f"next: cd {os.path.relpath(folder)}, and then as docs/instructors.md says")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default=ROOT / "demo", type=Path)
    main(parser.parse_args().folder.resolve())
