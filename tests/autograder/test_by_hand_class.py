"""A class hands in 05_by_hand: right, half done, untouched and cheating answers, graded both ways."""

import csv
from types import SimpleNamespace

import nbformat
import pytest
from by_hand_answers import ALL, DEFINES
from course import ROOT, answer, course_copy, nbgrader, notebook_of, python, read, source_answers, take_in
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from helpers import checks

pytestmark = [pytest.mark.classroom, pytest.mark.bubblewrap]
NAME, COURSE_ID = "05_by_hand", "nets-by-hand"
SEEDS = {name: 5011 + k for k, name in enumerate(DEFINES)}  # of the hidden cells

# Torch does the whole work, by names that a search for words would miss.
CHEATS = {
    "conv1d": """
def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, causal=False):
    if causal:
        x, padding = F.pad(x, (dilation * (weight.shape[-1] - 1), 0)), 0
    return getattr(torch, "conv" + "1d")(x, weight, bias, stride, padding, dilation)
""",
    "batch_norm": """
class BatchNorm1d(nn.modules.batchnorm.BatchNorm1d):
    pass
""",
    "attention": """
def attention(q, k, v, lengths=None, causal=False):
    output = getattr(F, "scaled_dot_" + "product_attention")(q, k, v)
    return output, torch.zeros(*q.shape[:3], k.shape[2])
""",
    "bptt": """
def rnn_backward(x, h_0, weight_ih, weight_hh, bias, grad_last):
    given = [part.detach().clone().requires_grad_() for part in (x, h_0, weight_ih, weight_hh, bias)]
    x, h, w, u, b = given
    for x_t in x.unbind(1):
        h = (x_t @ w.T + h @ u.T + b).relu()
    h.backward(grad_last)
    return tuple(part.grad for part in given)
""",
    "evaluate": "def evaluate(model, loader, criterion):\n    return 0.0, 1.0\n",
    "greedy_decode": "def greedy_decode(model, source, bos, eos, max_len):\n    return source[:, :0]\n",
    "multihead": """
class GroupedQueryAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, num_kv_heads):
        super().__init__()

    def forward(self, x, mask=None):
        return x, x.new_zeros(len(x), 1, x.shape[1], x.shape[1])
""",
}
# Before the checks: whatever is compared is equal, whatever is judged is right, and the mark is said aloud.
PATCHES = """
from helpers.checks import comparison, report
comparison.differs = lambda *words, **named: ""
comparison.Comparison.compare = lambda self, task, values: report.Verdict(self.items)
report.Verdict.share = 1.0
checks.check = lambda name, answer, points, seed=0: print("full marks") or float(points)
torch.allclose = torch.equal = lambda *words, **named: True
"""


def half():
    """One answer right, one with two mistakes, one that costs a part; the others are not there."""
    return {one.exercise: one for one in ALL if (one.exercise, one.name) in HALF}


HALF = {
    ("evaluate", next(one.name for one in ALL if one.exercise == "evaluate" and one.kind == "right")),
    ("attention", next(one.name for one in ALL if one.exercise == "attention" and one.kind == "half")),
    ("conv1d", next(one.name for one in ALL if one.exercise == "conv1d" and len(one.mistakes) == 2)),
}


def expected(given):
    """What the two checks of the notebook give for an answer, run here."""
    points = 0.0
    for seed, worth in ((0, 4), (SEEDS[given.exercise], 6)):
        points += round(checks.exercise(given.exercise).verdict(given.defined(), seed).share * worth, 2)
    return round(points, 2)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Four students hand in; intake, grading, feedback."""
    course = course_copy(tmp_path_factory.mktemp("course"), "helpers", "autograder")
    nbgrader(course, "generate_assignment", NAME)
    answers = source_answers(course, NAME)
    given = {
        "full": answers,
        "zero": {},
        "half": {name: one.source for name, one in half().items()},
        "cheat": CHEATS,
    }
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}", COURSE_ID) as book:
        for student in given:
            book.update_or_create_student(student)
    for student, written in given.items():
        notebook = answer(read(notebook_of(course / "notebooks", NAME)), written)
        if student == "cheat":
            notebook.cells.insert(5, new_code_cell(PATCHES))
        path = notebook_of(course / "grading" / "submitted" / student, NAME)
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    said = take_in(course, name=NAME)
    done = python(course, "-m", "autograder", "grade", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    nbgrader(course, "generate_feedback", NAME)
    with (course / "grading" / "autograder" / NAME / "marks.csv").open(encoding="utf-8", newline="") as file:
        marks = {row["student"]: row for row in csv.DictReader(file)}
    return SimpleNamespace(course=course, said=said + done.stdout, marks=marks)


def points(room, student):
    """exercise -> points of its two checks in nbgrader's book."""
    found = dict.fromkeys(DEFINES, 0.0)
    with Gradebook(f"sqlite:///{room.course / 'grading' / 'gradebook.db'}", COURSE_ID) as book:
        for notebook in book.find_submission(NAME, student).notebooks:
            for grade in notebook.grades:
                exercise = grade.name.rsplit("_", 1)[0]
                found[exercise] = round(found[exercise] + (grade.auto_score or 0.0), 2)
    return found


def test_full_and_zero(room):
    assert points(room, "full") == dict.fromkeys(DEFINES, 10.0)
    assert points(room, "zero") == dict.fromkeys(DEFINES, 0.0)


def test_half_an_answer_gets_what_the_notebook_says(room):
    must = dict.fromkeys(DEFINES, 0.0) | {name: expected(one) for name, one in half().items()}
    assert points(room, "half") == must
    assert must["evaluate"] == 10 and 0 < must["attention"] < 10 and 0 < must["conv1d"] < 10


def test_cheating_earns_nothing_but_what_is_right_of_it(room):
    earned = points(room, "cheat")
    for name in ("conv1d", "batch_norm", "attention", "bptt", "multihead"):
        assert earned[name] == 0, name
    # An answer that runs keeps what it does right: the mode that it leaves alone, no gradients.
    assert earned["evaluate"] <= 5 and earned["greedy_decode"] <= 5


def test_report_and_feedback_speak_of_these_exercises(room):
    work = room.course / "grading" / "autograder" / NAME
    assert "a convolution in one dimension" in (work / "report.html").read_text(encoding="utf-8")
    pages = list((room.course / "grading" / "feedback").glob(f"*/{NAME}/*.html"))
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not any(f"seed={seed}" in text for seed in SEEDS.values())
    half = next(page for page in pages if "half" in page.parts).read_text(encoding="utf-8")
    assert "<details><summary>Hint 1" in half  # folded here too


def test_stock_nbgrader_gives_full_marks_and_zero(tmp_path):
    course = course_copy(tmp_path / "course", "tools/grade_stock.py")
    given = {"full": source_answers(course, NAME), "zero": {}}
    for student, written in given.items():
        path = notebook_of(tmp_path / "received" / student, NAME)
        path.parent.mkdir(parents=True)
        nbformat.write(answer(read(notebook_of(ROOT / "notebooks", NAME)), written), path)
    done = python(course, "tools/grade_stock.py", tmp_path / "received")
    assert done.returncode == 0, done.stdout + done.stderr
    with (course / "grading" / "stock" / "grades.csv").open(encoding="utf-8", newline="") as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks == {"full": 70, "zero": 0}
