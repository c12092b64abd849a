"""Notebooks that were tampered with, broken, saved by odd programs, or not sent at all."""

import json
import os

import nbformat
from kit import FIRST, NAME, NO_MARK, WORTHLESS, added, as_json, case, labelled, tests

EITHER = ("ok", "flagged")
ZERO_FIRST = {FIRST: 0}


# --- tampering: the honest mark, and a flag


@case(ZERO_FIRST, status="flagged")
def tests_deleted(kit):
    notebook = kit.notebook(two_layer_lstm=WORTHLESS)
    gone = tests(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell not in gone]
    return notebook


@case(ZERO_FIRST, status="flagged")
def tests_edited(kit):
    """Each test gives full marks."""
    notebook = kit.notebook(two_layer_lstm=WORTHLESS)
    for cell in tests(notebook):
        cell.source = f"float({cell.metadata['nbgrader']['points']})"
    return notebook


@case(status="flagged")
def tests_moved(kit):
    """All tests at the end; the answers are right."""
    notebook = kit.notebook()
    moved = tests(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell not in moved] + moved
    return notebook


@case(status="flagged")
def tests_copied(kit):
    """Every test twice. Stock nbgrader ends the class here."""
    notebook = kit.notebook()
    for cell in tests(notebook):
        copy = nbformat.from_dict(json.loads(json.dumps(cell)))
        copy.id = f"{cell.id[:40]}_copy"
        notebook.cells.insert(notebook.cells.index(cell) + 1, copy)
    return notebook


@case(ZERO_FIRST, status="flagged")
def flags_flipped(kit):
    """The tests call themselves answers, the answers call themselves tests."""
    notebook = kit.notebook(two_layer_lstm=WORTHLESS)
    for cell, label in labelled(notebook):
        if cell.cell_type == "code":
            label.update(grade=not label["grade"], solution=not label["solution"], locked=not label["locked"])
            if label["grade"]:
                label["points"] = 10
    return notebook


@case(ZERO_FIRST, status="flagged")
def points_changed(kit):
    notebook = kit.notebook(two_layer_lstm=WORTHLESS)
    for cell in tests(notebook):
        cell.metadata["nbgrader"]["points"] = 1000
    return notebook


@case(ZERO_FIRST, status=EITHER)
def tests_switched_off(kit):
    """As text, as raw cells, under another name."""
    notebook = kit.notebook(two_layer_lstm=WORTHLESS)
    for number, cell in enumerate(tests(notebook)):
        cell.cell_type = ("markdown", "raw")[number % 2]
        cell.pop("outputs"), cell.pop("execution_count")
        cell.metadata["nbgrader"]["grade_id"] += "_off"
    return notebook


@case(ZERO_FIRST, status=EITHER)
def own_test_cell(kit):
    """A test of one's own under the name of a real one, before it."""
    notebook = added(kit.notebook(two_layer_lstm=WORTHLESS), "4.0", after="two_layer_lstm")
    cell = next(cell for cell in notebook.cells if cell.source == "4.0")
    cell.metadata["nbgrader"] = dict(tests(kit.empty())[0].metadata["nbgrader"])
    return notebook


# --- odd, and right: full marks


@case(status=EITHER)
def metadata_stripped(kit):
    """As a platform does that saves the cells' text alone; ids are kept."""
    notebook = kit.notebook()
    notebook.metadata = {}
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


@case(status=EITHER)
def metadata_and_ids_stripped(kit):
    notebook = kit.notebook()
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.metadata = {}
        cell.pop("id")
    return notebook


@case()
def kernelspec_wrong(kit):
    """A kernel that only the student's machine has."""
    notebook = kit.notebook()
    notebook.metadata["kernelspec"] = {"name": "my-env-310", "display_name": "my env", "language": "julia"}
    return notebook


@case()
def kernelspec_missing(kit):
    notebook = kit.notebook()
    notebook.metadata = {}
    return notebook


@case(status=EITHER)
def ids_duplicate(kit):
    notebook = kit.notebook()
    for cell in notebook.cells:
        cell.id = "same"
    return as_json_unchecked(notebook)


@case()
def old_format_3(kit):
    notebook = nbformat.convert(kit.notebook(), 3)
    return json.dumps(notebook)


@case(status=EITHER)
def old_format_4_0(kit):
    notebook = kit.notebook()
    notebook.nbformat_minor = 0
    for cell in notebook.cells:
        cell.pop("id")
    return as_json_unchecked(notebook)


@case(status=EITHER)
def cells_out_of_order(kit):
    """The first answer stands at the end of the notebook; everything is there and right."""
    notebook = kit.notebook()
    answer = next(cell for cell in notebook.cells if cell.id == FIRST)
    notebook.cells.remove(answer)
    notebook.cells.append(answer)
    return notebook


@case(ZERO_FIRST, status=EITHER)
def answer_cell_deleted(kit):
    notebook = kit.notebook()
    notebook.cells = [cell for cell in notebook.cells if cell.id != FIRST]
    return notebook


@case()
def carriage_returns(kit):
    """Saved on Windows by an old editor."""
    notebook = kit.notebook()
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return as_json(notebook).replace("\n", "\r\n")


@case()
def utf_16(kit):
    return as_json(kit.notebook()).encode("utf-16")


@case()
def byte_order_mark(kit):
    return as_json(kit.notebook()).encode("utf-8-sig")


@case()
def broken_outputs(kit):
    """Stored outputs of the wrong form and of 20 MB."""
    notebook = json.loads(as_json(kit.notebook()))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}]
    code[1]["outputs"] = "none"
    code[2]["outputs"] = [{"output_type": "unknown"}, 5, None]
    code[3]["execution_count"] = "many"
    return json.dumps(notebook)


@case()
def fields_missing(kit):
    """No outputs, no execution counts, source as a list, widget state of a form that stops nbconvert."""
    notebook = json.loads(as_json(kit.notebook()))
    for cell in notebook["cells"]:
        cell.pop("outputs", None), cell.pop("execution_count", None)
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"broken": True}}
    notebook["metadata"]["signature"] = 5
    return json.dumps(notebook)


@case(status=EITHER)
def renamed_file(kit):
    """As a browser names a second download."""
    kit.write(f"{NAME} (1).ipynb", as_json(kit.notebook()))


@case(status=EITHER)
def renamed_in_another_language(kit):
    kit.write(f"Kopie von {NAME} – fertig!.ipynb", as_json(kit.notebook()))


@case(status=EITHER)
def several_attempts(kit):
    """The released one and the right one, the right one under the assignment's name."""
    kit.write(f"{NAME}-old.ipynb", as_json(kit.empty()))
    return kit.notebook()


# --- nothing that can be graded: a status of its own, and no mark


@case(NO_MARK, status="not_submitted")
def nothing_in_the_folder(kit):
    """The folder was made, the notebook never came."""


@case(NO_MARK, status="not_submitted", stock="nothing to run")
def never_sent(kit):
    """Enrolled, and not even a folder."""
    os.rmdir(kit.folder)


@case(NO_MARK, status=("unreadable", "not_submitted"))
def another_kind_of_file(kit):
    kit.write("homework.docx", b"PK\x03\x04 not a notebook")


@case(NO_MARK, status="unreadable")
def malformed(kit):
    """Cut off in the middle."""
    text = as_json(kit.notebook())
    return text[: len(text) // 2]


@case(NO_MARK, status="unreadable")
def empty_file(kit):
    return b""


@case(NO_MARK, status="unreadable")
def not_utf_8(kit):
    return as_json(kit.notebook()).replace("Exercise", "Übung").encode("latin-1", "replace")


@case(NO_MARK, status="unreadable")
def json_but_no_notebook(kit):
    return json.dumps([1, 2, {"cells": "none"}])


@case(NO_MARK, status="unreadable")
def nested_too_deep(kit):
    return "[" * 200_000


@case(NO_MARK, status="unreadable")
def a_web_page(kit):
    """What a browser saves when the login has expired."""
    return "<!DOCTYPE html><html><title>Log in</title></html>"


@case(NO_MARK, status="unreadable")
def far_too_many_cells(kit):
    notebook = json.loads(as_json(kit.notebook()))
    cell = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [], "execution_count": None}
    notebook["cells"] += [cell] * 5000
    return json.dumps(notebook)


@case(NO_MARK, status="unreadable")
def far_too_large(kit):
    notebook = kit.notebook()
    return as_json(added(notebook, f"text = '{'x' * 60_000_000}'"))


@case(NO_MARK, status=("unreadable", "not_submitted"))
def folder_instead_of_file(kit):
    (kit.folder / f"{NAME}.ipynb").mkdir()


@case(NO_MARK, status=("unreadable", "not_submitted"), stock="not run: it would wait for ever")
def named_pipe(kit):
    """Reading it would wait for a writer that never comes."""
    os.mkfifo(kit.folder / f"{NAME}.ipynb")


@case(NO_MARK, status=("unreadable", "not_submitted"))
def symlink_to_the_source(kit):
    """The notebook is a link to the instructor's."""
    (kit.folder / f"{NAME}.ipynb").symlink_to(kit.places.course / "solutions" / NAME / f"{NAME}.ipynb")


@case(NO_MARK, status=("unreadable", "not_submitted"))
def symlink_to_a_classmate(kit):
    """The notebook is a link to what another student has sent."""
    (kit.folder / f"{NAME}.ipynb").symlink_to(kit.folder.parent.parent / "correct" / NAME / f"{NAME}.ipynb")


@case(NO_MARK, status=("unreadable", "not_submitted"))
def symlink_folder(kit):
    """The whole folder is a link out of the course."""
    kit.folder.rmdir()
    kit.folder.symlink_to(kit.places.outside.parent)


def as_json_unchecked(notebook):
    """Without nbformat's own repairs."""
    return json.dumps(notebook)
