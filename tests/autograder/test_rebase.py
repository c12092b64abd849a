"""A student's notebook, in whatever state, comes out as the instructor's, with the student's answers."""

import copy
import json
import random
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import markdown2html
from small_assignment import ANSWERS, STUBS, answered, by_id, handed_out, label, raw_cell

from autograder.intake import document
from autograder.intake.rebase import read_release, rebase

RELEASE = Path(__file__).resolve().parents[2] / "notebooks" / "04_exercises" / "04_exercises.ipynb"


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    path = tmp_path_factory.mktemp("release") / "exercises.ipynb"
    path.write_text(json.dumps(handed_out()))
    return read_release(path)


@pytest.fixture
def cells():
    """A complete submission's cells, as JSON."""
    return answered(handed_out()["cells"])


def put(release, cells):
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
    done = rebase(release, document.read(data).cells)
    nbformat.validate(done.notebook)
    return done


def instructors(done):
    return [cell for cell in done.notebook.cells if "autograder" not in cell.metadata]


def students(done):
    return [cell.source for cell in done.notebook.cells if "autograder" in cell.metadata]


def sources(done):
    return {cell.id: cell.source for cell in instructors(done)}


def intact(release, done, answers=ANSWERS):
    """Whether every cell is the instructor's, in order, with these answers put in."""
    for ours, theirs in zip(release.cells, instructors(done), strict=True):
        expected = copy.deepcopy(ours)
        expected.source = answers.get(ours.id, ours.source)
        if expected != theirs:
            return False
    return True


def test_a_complete_notebook_comes_out_as_it_is(release, cells):
    done = put(release, cells)
    assert intact(release, done)
    assert (done.flags, done.notes, students(done)) == ([], [], [])
    assert done.found == dict.fromkeys(ANSWERS, "grade_id")
    assert done.worked and done.known == len(release.cells)


def test_the_untouched_notebook_is_not_worked_on(release):
    done = put(release, handed_out()["cells"])
    assert not done.worked
    assert done.flags == []
    assert done.found == dict.fromkeys(ANSWERS, "grade_id")


def test_all_metadata_and_ids_stripped(release, cells):
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]
    done = put(release, cells)
    assert intact(release, done)
    assert done.found == dict.fromkeys(ANSWERS, "place")
    assert done.flags == [
        "The nbgrader metadata is missing from all answer and test cells; "
        "they were found by their ids, texts and places."
    ]


def test_metadata_stripped_but_ids_there(release, cells):
    for cell in cells:
        cell["metadata"] = {}
    done = put(release, cells[::-1])
    assert intact(release, done)
    assert done.found == dict.fromkeys(ANSWERS, "cell_id")


def test_metadata_stripped_from_one_cell(release, cells):
    by_id(cells, "beta")["metadata"] = {}
    done = put(release, cells)
    assert intact(release, done)
    assert done.flags == ["The nbgrader metadata is missing from `beta`."]


def test_stripped_and_tests_deleted(release, cells):
    cells = [c for c in cells if not c["id"].endswith(("_check", "_hidden"))]
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]
    done = put(release, cells)
    assert intact(release, done)
    assert any(flag.startswith("Deleted test cells: `alpha_check`") for flag in done.flags)


def test_written_answers_are_not_guessed_in_a_shuffled_notebook_without_labels(release, cells):
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]
    done = put(release, cells[::-1])
    assert done.found == {"alpha": "place", "beta": "place", "gamma": "place", "words": "missing"}
    assert students(done) == [ANSWERS["words"]]


def test_two_written_answers_are_never_taken_for_one_another():
    release = read_release(RELEASE)
    cells = [raw_cell(cell.cell_type, cell.id, cell.source) for cell in release.cells]
    written = ("birnn_bn_why", "gradient_clipping_why")
    for cell in cells:
        if cell["id"] in written:
            cell["source"] = f"About {cell['id']}."
        del cell["id"]
    for seed in range(60, 140):
        found = sources(put(release, random.Random(seed).sample(cells, len(cells))))
        for name in written:
            assert found[name] == f"About {name}." or found[name].startswith("*Your answer goes here.*")
    assert sources(put(release, cells))["birnn_bn_why"] == "About birnn_bn_why."


@pytest.mark.parametrize("how", ["metadata", "grade_id", "id"])
def test_labels_swapped_between_two_answers(release, cells, how):
    a, b = by_id(cells, "alpha"), by_id(cells, "beta")
    if how == "grade_id":
        a, b = a["metadata"]["nbgrader"], b["metadata"]["nbgrader"]
    a[how], b[how] = b[how], a[how]
    assert intact(release, put(release, cells))


def test_deleted_answer_leaves_the_starter_code_and_a_flag(release, cells):
    cells.remove(by_id(cells, "beta"))
    done = put(release, cells)
    assert intact(release, done, ANSWERS | {"beta": STUBS["beta"]})
    assert done.found["beta"] == "missing"
    assert done.flags == ["Missing answer cells: `beta`; what was handed out stands there."]


def test_answer_retyped_in_a_new_cell_at_another_place(release, cells):
    cells.remove(by_id(cells, "beta"))
    cells.append(raw_cell("code", "mine", ANSWERS["beta"]))
    done = put(release, cells)
    assert intact(release, done)
    assert done.found["beta"] == "place"


def own_behind(cells, name, *sources, kind="code"):
    """Put cells of the student's own behind the answer cell of this name."""
    at = cells.index(by_id(cells, name)) + 1
    cells[at:at] = [raw_cell(kind, f"own{i}", text) for i, text in enumerate(sources)]


@pytest.mark.parametrize("left", ["", STUBS["alpha"]], ids=["empty", "stub"])
@pytest.mark.parametrize("where", ["above", "below", "at the end"])
@pytest.mark.parametrize("stripped", [False, True])
def test_an_untouched_answer_cell_yields_to_one_that_defines_its_name(release, cells, left, where, stripped):
    place = cells.index(by_id(cells, "alpha"))
    cells[place]["source"] = left
    cells.insert(
        {"above": place, "below": place + 1}.get(where, len(cells)),
        raw_cell("code", "mine", ANSWERS["alpha"]),
    )
    if stripped:
        for cell in cells:
            cell["metadata"] = {}
    done = put(release, cells)
    assert intact(release, done)
    assert students(done) == []
    assert done.found["alpha"] == "place"
    yields = "The answer cell of `alpha` holds no answer; "
    yields += "the cell that defines what it asks for counts in its place."
    assert yields in done.flags
    assert done.answered == list(ANSWERS)


def test_what_the_cell_that_counts_needs_runs_before_it(release, cells):
    by_id(cells, "alpha")["source"] = STUBS["alpha"]
    at = cells.index(by_id(cells, "alpha_hidden")) + 1
    cells[at:at] = [
        raw_cell("code", "base", "class Base:\n    pass"),
        raw_cell("code", "mine", "class Alpha(Base):\n    pass"),
    ]
    done = put(release, cells)
    order = [cell.source for cell in done.notebook.cells]
    assert order.index("class Base:\n    pass") + 1 == order.index("class Alpha(Base):\n    pass")
    assert sources(done)["alpha"] == "class Alpha(Base):\n    pass"


def test_an_answer_in_two_cells_above_its_stub(release, cells):
    """Together they define all that the starter code defines, one of them alone does not."""
    by_id(cells, "gamma")["source"] = STUBS["gamma"] + "\n\ndef gamma_helper():\n    ..."
    own = ["class Gamma:\n    right = True", "def gamma_helper():\n    return Gamma()"]
    released = copy.deepcopy(release)
    next(cell for cell in released.cells if cell.id == "gamma").source = by_id(cells, "gamma")["source"]
    at = cells.index(by_id(cells, "gamma"))
    cells[at:at] = [raw_cell("code", f"own{i}", text) for i, text in enumerate(own)]
    done = put(released, cells)
    assert sources(done)["gamma"] == own[1]
    assert students(done) == own[:1]
    order = [cell.source for cell in done.notebook.cells]
    assert order.index(own[0]) < order.index(own[1]) < order.index("check('gamma', points=4)")


def test_starter_code_that_is_needed_stays_and_does_not_undo_what_was_written(release, cells):
    given = STUBS["alpha"] + "\n\ndef given():\n    return 3"
    released = copy.deepcopy(release)
    next(cell for cell in released.cells if cell.id == "alpha").source = given
    by_id(cells, "alpha")["source"] = given
    mine = "class Alpha:\n    def value(self):\n        return given()"
    cells.insert(cells.index(by_id(cells, "alpha")), raw_cell("code", "mine", mine))
    done = put(released, cells)
    order = [cell.source for cell in done.notebook.cells]
    assert order.index(given) < order.index(mine) < order.index("check('alpha', points=4)")
    assert done.flags == [
        "The answer cell of `alpha` holds no answer; "
        "cells of the student's own that define a part of it run after it."
    ]


@pytest.mark.parametrize("left", ["", STUBS["words"], None], ids=["empty", "stub", "deleted"])
@pytest.mark.parametrize(
    "kind, text",
    [
        ("markdown", "Because of the start."),
        ("raw", "Because of the start."),
        ("code", "# Because of the start."),
        ("code", "Because the backward half starts there"),
    ],
)
def test_a_written_answer_in_a_cell_of_its_own_counts(release, cells, left, kind, text):
    own_behind(cells, "words", text, kind=kind)
    if left is None:
        cells.remove(by_id(cells, "words"))
    else:
        by_id(cells, "words")["source"] = left
    done = put(release, cells)
    assert sources(done)["words"] == text
    assert students(done) == []
    yields = "The answer cell of `words` holds no answer; the text in the cells beside it counts as one."
    missing = "The nbgrader metadata is missing from `words`."
    # Where only one text cell can be meant, and it is one, it was found as such before.
    assert done.flags == [missing if left is None and kind == "markdown" else yields]
    assert "words" in done.answered


def test_a_written_answer_above_its_stub_and_in_two_cells(release, cells):
    by_id(cells, "words")["source"] = STUBS["words"]
    at = cells.index(by_id(cells, "words"))
    cells[at:at] = [raw_cell("markdown", f"own{i}", text) for i, text in enumerate(("First.", "Second."))]
    assert sources(put(release, cells))["words"] == "First.\n\nSecond."


def test_text_far_from_an_unanswered_question_waits_for_a_person(tmp_path):
    full = handed_out()
    full["cells"] += [raw_cell("code", "last", "print('end')")]
    path = tmp_path / "release.ipynb"
    path.write_text(json.dumps(full))
    cells = answered(copy.deepcopy(full["cells"]))
    by_id(cells, "words")["source"] = STUBS["words"]
    cells.append(raw_cell("markdown", "own", "To the question: the backward half has read one step only."))
    done = put(read_release(path), cells)
    assert sources(done)["words"].startswith(STUBS["words"])
    assert "please read those" in sources(done)["words"]  # changed: nbgrader lets it wait for a person
    assert done.flags == ["Not answered in its cell: `words`; text in cells of the student's own follows."]


def test_notes_before_a_question_and_scratch_code_after_it_are_no_answer(release, cells):
    by_id(cells, "words")["source"] = STUBS["words"]
    own_behind(cells, "alpha", "I tried three things here before this one worked at last.", kind="markdown")
    own_behind(cells, "words", "x = 3\nprint(x)")
    done = put(release, cells)
    assert sources(done)["words"] == STUBS["words"]
    assert done.flags == []
    assert "words" not in done.answered


def test_split_with_copied_metadata_keeps_both_halves_in_order(release, cells):
    """JupyterLab gives both halves of a split cell the metadata."""
    place = cells.index(by_id(cells, "alpha"))
    before = copy.deepcopy(cells[place]) | {"id": "half", "source": "START = 1"}
    cells.insert(place, before)
    done = put(release, cells)
    assert intact(release, done)
    order = [cell.source for cell in done.notebook.cells]
    assert order.index("START = 1") + 1 == order.index(ANSWERS["alpha"])


def test_of_two_versions_the_last_that_is_not_the_stub_counts(release, cells):
    later = copy.deepcopy(by_id(cells, "alpha")) | {"id": "second", "source": "class Alpha:\n    v = 2"}
    stub = copy.deepcopy(by_id(cells, "alpha")) | {"id": "third", "source": STUBS["alpha"]}
    cells += [later, stub]
    done = put(release, cells)
    assert sources(done)["alpha"] == "class Alpha:\n    v = 2"
    assert done.flags == ["Answer cells that occur more than once: `alpha`; the last answer counts."]
    # The first version runs before the one that counts, so that it cannot undo it.
    order = [cell.source for cell in done.notebook.cells]
    assert order.index(ANSWERS["alpha"]) < order.index("class Alpha:\n    v = 2")
    assert STUBS["alpha"] not in order


def test_an_earlier_version_never_runs_after_the_one_that_counts(release, cells):
    first = copy.deepcopy(by_id(cells, "alpha")) | {"id": "first", "source": "class Alpha:\n    old = True"}
    answer = by_id(cells, "alpha")
    cells.remove(answer)
    done = put(release, [*cells, first, answer])
    order = [cell.source for cell in done.notebook.cells]
    assert (
        order.index(first["source"]) < order.index(ANSWERS["alpha"]) < order.index("check('alpha', points=4)")
    )


def test_a_copied_answer_cell_used_for_trying_is_not_the_answer(release, cells):
    scratch = copy.deepcopy(by_id(cells, "alpha")) | {"id": "scratch", "source": "print(Alpha().value())"}
    cells.insert(cells.index(by_id(cells, "alpha")) + 1, scratch)
    done = put(release, cells)
    assert intact(release, done)
    assert students(done) == ["print(Alpha().value())"]
    assert done.flags == ["Answer cells that occur more than once: `alpha`; the last answer counts."]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_answer_turned_into_text_counts_as_code(release, cells, kind):
    answer = by_id(cells, "alpha")
    answer["cell_type"] = kind
    del answer["outputs"], answer["execution_count"]
    done = put(release, cells)
    assert intact(release, done)
    turned = f"Answer cells turned into {kind} cells: `alpha`"
    assert done.flags == [f"{turned}; their text counts as code all the same."]


def test_written_answer_turned_into_code_counts_as_text(release, cells):
    by_id(cells, "words")["cell_type"] = "code"
    done = put(release, cells)
    assert intact(release, done)
    assert "their text counts as markdown" in done.flags[0]


TAMPERED = {
    "deleted": "Deleted test cells: `beta_check`; they were put back.",
    "edited": "Edited test cells: `beta_check`; the instructor's were put back.",
    "moved": "Moved test cells: `beta_check`; they were moved back.",
    "copied": "Copied test cells: `beta_check`; the copies were left out.",
    "copied without label": "Copied test cells: `beta_check`; the copies were left out.",
    "made markdown": "Edited test cells: `beta_check`; the instructor's were put back.",
    "points": "`points` was changed from 4 to 100 in `beta_check`; the instructor's counts.",
    "locked": "`locked` was changed from true to false in `beta_check`; the instructor's counts.",
    "grade": "`grade` was changed from true to false in `beta_check`; the instructor's counts.",
    "solution": "`solution` was changed from false to true in `beta_check`; the instructor's counts.",
    "grade_id": '`grade_id` was changed from "beta_check" to "x" in `beta_check`; the instructor\'s counts.',
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampered_test_cell_is_the_instructors_again_and_flagged(release, cells, how):
    test = by_id(cells, "beta_check")
    info = test["metadata"]["nbgrader"]
    if how == "deleted":
        cells.remove(test)
    elif how == "edited":
        test["source"] = "check('beta', points=4, passed=True)"
    elif how == "moved":
        cells.remove(test)
        cells.insert(0, test)
    elif how == "copied":
        cells.append(copy.deepcopy(test) | {"id": "again"})
    elif how == "copied without label":
        cells.append(raw_cell("code", "again", test["source"]))
    elif how == "made markdown":
        test["cell_type"] = "markdown"
    elif how == "points":
        info["points"] = 100
    elif how == "grade_id":
        info["grade_id"] = "x"
    else:
        info[how] = not info[how]
    done = put(release, cells)
    assert intact(release, done)
    assert students(done) == []
    assert done.flags == [TAMPERED[how]]


def test_an_edited_test_without_label_is_dropped_too(release, cells):
    test = by_id(cells, "beta_check")
    test |= {"metadata": {}, "id": "x", "source": "check('beta', points=400)"}
    done = put(release, cells)
    assert intact(release, done)
    assert students(done) == []
    assert "Edited test cells: `beta_check`; the instructor's were put back." in done.flags


def test_of_two_swapped_cells_the_test_is_blamed(release, cells):
    i = cells.index(by_id(cells, "beta_check"))
    cells[i - 1 : i + 1] = [cells[i], cells[i - 1]]
    assert put(release, cells).flags == [TAMPERED["moved"]]


def test_a_test_before_its_answer_is_the_one_that_moved(release, cells):
    i = cells.index(by_id(cells, "beta_check"))
    cells[i - 2 : i + 1] = [cells[i], cells[i - 2], cells[i - 1]]
    assert put(release, cells).flags == [TAMPERED["moved"]]


def test_a_cell_that_claims_to_be_graded(release, cells):
    cells.append(raw_cell("code", "extra", "pass", label("extra_points", grade=True, points=50)))
    done = put(release, cells)
    assert done.flags == ["Cells that claim to be graded, but are not of this assignment: `extra_points`."]
    assert [c.metadata for c in done.notebook.cells if c.source == "pass"] == [
        {"autograder": {"from": "student"}}
    ]


def test_changed_instructor_cell_runs_right_after_the_intact_one(release, cells):
    by_id(cells, "setup")["source"] = "import math\nimport random"
    done = put(release, cells)
    assert [c.source for c in done.notebook.cells][1:3] == ["import math", "import math\nimport random"]
    assert done.flags == []
    assert done.notes == ["Changed cells of the assignment: `setup`; the changed copies follow them."]


def test_own_cells_stand_behind_the_cell_they_followed(release, cells):
    cells.insert(0, raw_cell("code", "top", "FIRST = 1"))
    at = cells.index(by_id(cells, "beta")) + 1
    cells[at:at] = [
        raw_cell("code", "o1", "one"),
        raw_cell("code", "o2", ""),
        raw_cell("markdown", "o3", "two"),
    ]
    done = put(release, cells)
    order = [cell.source for cell in done.notebook.cells]
    assert order[0] == "FIRST = 1"
    assert order[order.index(ANSWERS["beta"]) :][:4] == [ANSWERS["beta"], "one", "two", "print('beta')"]
    assert [c.id for c in done.notebook.cells if "autograder" in c.metadata] == [
        "student-1",
        "student-2",
        "student-3",
    ]
    assert done.flags == done.notes == []


def test_own_cells_get_ids_that_no_other_has(release, cells):
    other = copy.deepcopy(release)
    other.cells[0].id = "student-1"
    done = put(other, [*cells, raw_cell("code", "title", "mine")])
    assert [c.id for c in done.notebook.cells if c.source == "mine"] == ["student-2"]


def test_own_cells_lose_metadata_and_outputs_and_raw_html_is_fenced(release, cells):
    own = raw_cell("code", "own", "1", {"tags": ["raises-exception"]})
    own["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "10 points"}]
    html = raw_cell("raw", "html", "<script>```</script>", {"raw_mimetype": "text/html"})
    done = put(release, [*cells, own, html])
    one, two = done.notebook.cells[-2:]
    assert (one.outputs, one.execution_count, one.metadata) == ([], None, {"autograder": {"from": "student"}})
    assert (two.cell_type, two.source) == ("markdown", "````\n<script>```</script>\n````")


def test_pictures_in_a_written_answer_are_kept(release, cells):
    picture = {"a.png": {"image/png": "aGVsbG8="}}
    by_id(cells, "words")["attachments"] = picture | {"bad": 3, "worse": {"image/png": 4}}
    done = put(release, cells)
    assert instructors(done)[-1].attachments == picture


def test_another_notebook_altogether(release):
    done = put(release, [raw_cell("code", "x", "print('lesson 1')")])
    # And no more: what is missing and what was changed, cell by cell, says nothing then.
    assert done.flags == ["None of the answer cells was found: is it a notebook of this assignment?"]
    assert done.notes == []
    assert intact(release, done, {})


def test_no_cells_at_all(release):
    assert intact(release, put(release, []), {})


def test_names_in_a_long_list_are_cut(release, tmp_path):
    whole = read_release(RELEASE)
    answer = next(cell for cell in whole.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    done = put(whole, [answer])
    assert any("and 26 more; they were put back." in note for note in done.notes)


def test_hostile_labels_and_texts_do_no_harm(release, cells):
    by_id(cells, "alpha")["metadata"]["nbgrader"] = "solution"
    by_id(cells, "beta")["metadata"]["nbgrader"]["grade_id"] = ["beta"]
    by_id(cells, "gamma")["metadata"]["nbgrader"]["points"] = {"{}": [1]}
    by_id(cells, "alpha-try")["source"] = "\x00 \ud800 {0} %s"
    done = put(release, cells)
    assert intact(release, done)
    text = nbformat.writes(done.notebook).encode()
    assert "\ufffd \ufffd {0} %s" in text.decode()


def test_many_unlabelled_cells_take_no_time(release):
    cells = [
        raw_cell("code", f"c{i}", f"class Alpha{i}:\n" + "    x = 1\n" * 50)
        for i in range(document.MAX_CELLS)
    ]
    done = put(release, cells)
    assert intact(release, done, {})


def test_a_release_without_ids_gets_the_same_ones_each_time(tmp_path):
    old = handed_out() | {"nbformat_minor": 4}
    for cell in old["cells"]:
        del cell["id"]
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(old))
    first, second = read_release(path), read_release(path)
    assert first == second
    assert [cell.id for cell in first.cells][:4] == ["cell-0", "cell-1", "cell-2", "alpha"]
    nbformat.validate(first)


def test_a_release_in_an_old_format_is_refused(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({"nbformat": 3, "worksheets": []}))
    with pytest.raises(ValueError, match="notebook format 3: generate the assignment anew"):
        read_release(path)


# ---- whatever happens to the cells


@st.composite
def mangled(draw):
    """A complete submission whose cells were deleted, copied, shuffled, stripped; answers stay, labelled."""
    cells = answered(handed_out()["cells"])
    out = []
    for cell in cells:
        is_answer = cell["id"] in ANSWERS
        fate = draw(
            st.sampled_from(["keep", "keep", "strip", "drop id", "drop label", "delete", "copy", "edit"])
        )
        if fate == "delete" and not is_answer:
            continue
        if fate == "strip" and not is_answer:
            cell["metadata"] = {}
            del cell["id"]
        elif fate == "drop id":
            del cell["id"]
        elif fate == "drop label":
            cell["metadata"] = {}
        elif fate == "edit" and not is_answer:
            cell["source"] += "\n# changed"
        elif fate == "copy" and not is_answer:
            out.append(copy.deepcopy(cell))
        # Without both a cell bears no label at all.
        if is_answer and "id" not in cell and not cell["metadata"]:
            cell["id"] = "never"
        out.append(cell)
    own = draw(
        st.lists(st.sampled_from(["", "x = 1", "class Alpha: pass", "# hidden", "def f(:"]), max_size=4)
    )
    out += [
        raw_cell(draw(st.sampled_from(["code", "markdown", "raw"])), f"own{i}", s) for i, s in enumerate(own)
    ]
    return draw(st.permutations(out))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(mangled())
def test_property_all_answers_at_their_places(release, cells):
    done = put(release, cells)
    assert intact(release, done)
    assert "missing" not in done.found.values()
    ids = [cell.id for cell in done.notebook.cells]
    assert len(ids) == len(set(ids))
    assert nbformat.writes(done.notebook) == nbformat.writes(put(release, cells).notebook)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 18), st.booleans(), st.booleans(), st.integers(0, 4)), max_size=30))
def test_property_any_pile_of_cells_gives_the_instructors_notebook(release, picks):
    """Any cells, any number of times, with labels of others: every cell of the release is there once."""
    originals = answered(handed_out()["cells"])
    cells = []
    for index, keep_id, keep_label, source_of in picks:
        cell = copy.deepcopy(originals[index])
        cell["source"] = originals[(index + source_of) % 19]["source"]
        if not keep_id:
            del cell["id"]
        if not keep_label:
            cell["metadata"] = {}
        cells.append(cell)
    done = put(release, cells)
    kept = [(c.id, c.metadata, c.cell_type) for c in instructors(done)]
    assert kept == [(c.id, c.metadata, c.cell_type) for c in release.cells]
    for ours, theirs in zip(release.cells, instructors(done), strict=True):
        assert ours.id in ANSWERS or ours.source == theirs.source


# ---- text that a page would run


HARMLESS = [
    "Plain, **bold**, *italic*, `code <b>`, a < b and x<5 & y > 3.",
    "$a<b$ and $$\\frac{a}{b} < c$$ and \\begin{align} x &< y \\end{align}",
    "```html\n<script>alert(1)</script>\n```",
    "    <script>in indented code</script>",
    "[a link](https://example.org/?a=1&b=2) <https://example.org>",
    "x<sub>2</sub><br>next <b>line</b>",
    '<img src="https://example.org/c.png" width="30">',
    "|a|b|\n|:-|-:|\n|1|2|\n\n- [ ] to do\n\n> quoted",
    "![p](attachment:a.png)",
]
HARMFUL = [
    '<img src="x" onerror="alert(1)">',
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "```&#109;ermaid\n<img src=x onerror=alert(1)>\n```",
    '<https://a"onmouseover=alert(1)>',
    '<div onmouseover="alert(1)" ',
    "`` <img src=x onerror=alert(1)> `",
    "<style>* {display: none}</style>",
    '<div class="modal fade in">',
    "</div></div></div>",
    "<!-- all that follows",
    "![x](attachment:not-there.png)",
    "# <iframe src=x>",
    "- <script>\n  alert(1)\n  </script>",
    "<math><mtext><form><mglyph><style></math><img src onerror=alert(1)>",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays_byte_by_byte(release, cells, text):
    picture = {"a.png": {"image/png": "aGVsbG8="}}
    by_id(cells, "words").update(source=text, attachments=picture)
    done = put(release, cells)
    assert sources(done)["words"] == text
    assert done.flags == done.notes == []


@pytest.mark.parametrize("text", HARMFUL)
def test_nothing_in_a_text_cell_runs_or_breaks_the_page(release, cells, text):
    """As nbgrader's pages render it: no tag with a handler, none that is left open or closes too much."""
    by_id(cells, "words")["source"] = text
    cells += [raw_cell("markdown", "own", text), raw_cell("raw", "raw", text)]
    done = put(release, cells)
    for cell in done.notebook.cells[-3:]:
        page = BeautifulSoup(markdown2html(cell.source), "html.parser")
        for tag in page.find_all(True):
            assert tag.name not in ("script", "style", "svg", "iframe", "form", "math"), cell.source
            assert not any(name.startswith("on") for name in tag.attrs), cell.source
            assert not re.match("javascript|data", tag.get("href", ""))
            assert not {"modal", "mermaid"} & {*tag.get("class", [])}
        assert "<!--" not in str(page)
        around = BeautifulSoup(f"<div id=a>{markdown2html(cell.source)}</div><hr>", "html.parser")
        assert around.hr.parent is around
    told = "HTML or links in text cells that no page should follow stand there as text: `words`"
    changed = sources(done)["words"] != text
    assert changed == any(sentence.startswith(told) for sentence in done.flags + done.notes)
    again = put(release, [json.loads(json.dumps(cell)) for cell in done.notebook.cells])
    assert sources(again)["words"] == sources(done)["words"]
