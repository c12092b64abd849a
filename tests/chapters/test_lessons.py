"""Only definitions come out of a notebook, each once, and whatever is wrong names the cell."""

import inspect
import json
import re

import lessons
import nbformat
import pytest


@pytest.fixture
def write(tmp_path):
    """write(source, ...) -> path of a notebook with these code cells, ids c1, c2, ..., prose before each."""

    def write(*sources, name="tiny.ipynb"):
        book = nbformat.v4.new_notebook()
        for number, source in enumerate(sources, start=1):
            book.cells.append(nbformat.v4.new_markdown_cell("def prose(): pass"))
            book.cells.append(nbformat.v4.new_code_cell(source, id=f"c{number}"))
        path = tmp_path / name
        nbformat.write(book, path)
        return path

    return write


def public(module):
    return {name for name in vars(module) if not name.startswith("__")}


def test_imports_functions_classes_and_constants_and_nothing_else(write):
    path = write(
        "import math as m, functools\nfrom pathlib import Path\nRATE, STEPS = 1, 3\nSIZES = {'a': [1, -2.5]}",
        "WIDTH: int = 8\nx = 3\nNOISE = m.sqrt(2)\nA = B = 1\nraise RuntimeError('the training loop')",
        "@functools.cache\ndef area(w=WIDTH):\n    'of a square'\n    return w * w\n\n"
        "class Layer:\n    size = SIZES['a'][1]\n    def __call__(self):\n        return area() + self.size",
        "async def later():\n    pass\nfor T in range(3):\n    def hidden(): pass\nif True:\n    import os",
    )
    module = lessons.load(path)
    kept = {"m", "functools", "Path", "SIZES", "WIDTH", "area", "Layer", "later"}
    assert public(module) == kept
    assert module.Layer()() == 61.5
    assert module.Layer.__module__ == module.__name__ == "tiny"
    assert lessons.load(path).Layer is not module.Layer


def test_a_definition_that_uses_the_lessons_state_fails_where_it_is_called(write):
    module = lessons.load(write("scale = 2", "def double(x):\n    return scale * x"))
    with pytest.raises(NameError, match="scale"):
        module.double(1)


def test_magics_and_shell_lines(write):
    module = lessons.load(
        write(
            "%matplotlib inline\n!pip install nothing\nimport math\nmath?\nfiles = !ls\nt = %time 3",
            "%%time\ndef timed(): pass",
            "def f():\n    %time 1\n    return ('%d'\n            % 3)",
            "TEXT = '''\n%not a magic\n!nor this\n'''",
        )
    )
    assert public(module) == {"math", "f", "TEXT"}
    assert module.TEXT == "\n%not a magic\n!nor this\n"


def test_a_stem_a_nested_stem_and_a_path(write, tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "NOTEBOOKS", tmp_path)
    path = write("A = 1")
    (tmp_path / "deep").mkdir()
    path.with_name("deep").joinpath("other.ipynb").write_bytes(path.read_bytes())
    assert lessons.load("tiny").A == lessons.load(str(path)).A == lessons.load("deep/other").A == 1
    with pytest.raises(
        FileNotFoundError, match=r"no notebook .*02_cnn\.ipynb; there are: deep/other\.ipynb, tiny"
    ):
        lessons.load("02_cnn")


def test_names_that_must_be_there(write):
    path = write("A = 1\ndef f(): pass")
    assert lessons.load(path, ["A", "f"]).A == 1
    with pytest.raises(AttributeError, match="^tiny does not define B, g$"):
        lessons.load(path, ["A", "B", "g"])


@pytest.mark.parametrize(
    "first, second, text",
    [
        ("def f(): pass", "def f(): pass", "function in {1}; function in {2}"),
        ("class RNN: pass", "from torch.nn import RNN", "class in {1}; import in {2}"),
        ("import torch.nn as RNN", "class RNN: pass", "import in {1}; class in {2}"),
        ("import torch.nn", "def torch(): pass", "import in {1}; function in {2}"),
        ("T = 3", "T = 4", "constant in {1}; constant in {2}"),
        ("def f(): pass", "f = 3", "function in {1}; assignment in {2}"),
        ("class f: pass", "a, (f, b) = 1, (2, 3)", "class in {1}; assignment in {2}"),
        ("T = 3", "def T(): pass", "constant in {1}; function in {2}"),
        ("def f(): pass\ndef f(): pass", "", "function in {1}; function in {1}"),
    ],
)
def test_a_name_defined_twice_names_both_cells(write, first, second, text):
    places = {1: "tiny.ipynb, code cell 1 (id c1)", 2: "tiny.ipynb, code cell 2 (id c2)"}
    expected = text.replace("{1}", places[1]).replace("{2}", places[2])
    with pytest.raises(
        AssertionError, match=r"^\w+ must be defined once, but is bound by: " + re.escape(expected)
    ):
        lessons.load(write(first, second))


def test_what_is_not_a_second_definition(write):
    module = lessons.load(
        write(
            "import math\nT = 3\nx = 1\nlosses = []",
            "import math\nB, T = 2, 5\nx = 2\nlosses = []\nT += 1",
            "class A:\n    def f(self): pass\ndef f():\n    T = 4\n    def A(): pass\nf.calls = 0",
        )
    )
    assert module.T == 3


def test_errors_name_the_cell(write):
    with pytest.raises(SyntaxError, match=r"tiny\.ipynb, code cell 2 \(id c2\), line 3"):
        lessons.load(write("A = 1", "x = 1\n\ndef f(:"))
    with pytest.raises(ModuleNotFoundError, match="no_such_module") as failure:
        lessons.load(write("A = 1", "", "import no_such_module"))
    assert failure.value.__notes__ == ["in tiny.ipynb, code cell 3 (id c3)"]
    with pytest.raises(NameError, match="width") as failure:
        lessons.load(write("width = 3", "def f(w=width): pass"))
    assert failure.value.__notes__ == ["in tiny.ipynb, code cell 2 (id c2)"]


def test_source_and_traceback_show_the_lines_of_the_cell(write):
    module = lessons.load(write("x = 1\n%time x\ndef f():\n    return 1 / 0"))
    assert inspect.getsource(module.f) == "def f():\n    return 1 / 0\n"
    with pytest.raises(ZeroDivisionError) as failure:
        module.f()
    assert failure.traceback[-1].lineno + 1 == 4


def test_cells(write):
    path = write("A = 1\nB = 2", "C = 3")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][1]["metadata"]["tags"] = ["nbval-ignore-output", "plot"]
    del document["cells"][3]["id"]  # format 4.4, and what Colab may leave
    document["cells"][3]["source"] = "C = '隐藏状态'"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    first, second = lessons.cells(path)
    assert (first.number, first.id, first.source) == (1, "c1", "A = 1\nB = 2")
    assert first.tags == {"nbval-ignore-output", "plot"} and second.tags == frozenset()
    assert (second.number, second.id, second.source) == (2, "", "C = '隐藏状态'")
    assert (first.where, second.where) == ("tiny.ipynb, code cell 1 (id c1)", "tiny.ipynb, code cell 2")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"worksheets": []}', '{"cells": [{"cell_type": "code"}]}']
)
def test_a_file_that_is_no_notebook(tmp_path, text):
    path = tmp_path / "broken.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="broken.ipynb is not a notebook of format 4"):
        lessons.cells(path)


@pytest.mark.parametrize(
    "source, found",
    [
        ("lstm = nn.LSTM(3, 4)", {"lstm", "nn.LSTM"}),
        ("torch.nn.LSTM(3, 4)", {"torch.nn.LSTM", "nn.LSTM"}),
        ("model: Net = SimpleRNN(1)", {"model", "SimpleRNN"}),
        (
            "nn.utils.clip_grad_norm_(p, 5.0)",
            {"nn.utils.clip_grad_norm_", "utils.clip_grad_norm_", "clip_grad_norm_"},
        ),
        ("clip_grad_norm_(p, 5.0)", {"clip_grad_norm_"}),
        ("f(x).sum(1)", {"f", "sum"}),
        ("import torch\nfrom a import b", set()),
        ("x = y\na, (b, *c) = z\nd += 1\ne.f = 3\ng[0] = 1", {"x", "a", "b", "c", "d"}),
        (
            "class A(nn.Module):\n    def forward(self, x):\n        h = self.cell(x)\n        return h.f()",
            {"A", "forward", "self.cell", "cell", "h.f", "f"},
        ),
        ("@torch.no_grad()\ndef f():\n    def g(): pass", {"f", "g", "torch.no_grad", "no_grad"}),
        ("%matplotlib inline\n!ls\nshow(3)", {"show"}),
        ("%%time\ntrain()", set()),
        ("nn.LSTM", set()),
    ],
)
def test_defined_or_called(source, found):
    assert lessons.defined_or_called(source) == found


def test_defined_or_called_of_no_python():
    with pytest.raises(SyntaxError):
        lessons.defined_or_called("def f(:")
