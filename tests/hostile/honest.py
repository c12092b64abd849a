"""Right and half-right answers in notebooks as students really send them: each must get what it deserves."""

from kit import NOTHING, added, case


@case()
def correct(kit):
    """Right in all exercises."""
    return kit.notebook()


@case()
def classmate_with_a_secret(kit):
    """Right, with a line that no other student's answer may ever show."""
    return kit.in_first(before=f"# {kit.places.canary} only its author may read this")


@case(NOTHING, status=("ok", "flagged"))
def untouched(kit):
    """As released."""
    return kit.empty()


@case({"two_layer_lstm": 0, "birnn_bn": 0})
def two_left_out(kit):
    """Two exercises left as released."""
    return kit.notebook("two_layer_lstm", "birnn_bn")


@case({"two_layer_lstm": 0})
def syntax_error(kit):
    """A bracket is missing in one answer."""
    return kit.notebook(two_layer_lstm=kit.answers["two_layer_lstm"].replace("self.lstm(x)", "self.lstm(x"))


@case({"two_layer_lstm": 7})
def half_right(kit):
    """The state of the first step goes to the head: costs the item about the output."""
    answer = """
class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, 0])
"""
    return kit.notebook(two_layer_lstm=answer)


@case()
def warns_and_prints(kit):
    """Warnings, prints, text on stderr, also from below Python; nbgrader takes such text for an error."""
    return kit.in_first(
        before="import os, sys, warnings",
        init='warnings.warn("a warning"); print("made"); print("also", file=sys.stderr)',
        forward='os.write(2, b"[W] from C++\\n"); os.write(1, b"raw\\n"); warnings.warn("again")',
    )


@case()
def scratch_cell_raises(kit):
    """A try-out that fails, left in."""
    return kit.scratch("1 / 0")


@case()
def scratch_cell_with_syntax_error(kit):
    """A note typed into a code cell."""
    return kit.scratch("remember: ask about this !!!")


@case(status=("ok", "flagged"))
def answer_in_a_cell_of_their_own(kit):
    """The released stub stays, and the answer stands in a new cell behind it."""
    notebook = kit.notebook("two_layer_lstm")
    return added(notebook, kit.answers["two_layer_lstm"], after="two_layer_lstm")


@case(status=("ok", "flagged"))
def import_in_setup_cell(kit):
    """An import added to the instructor's set-up cell, and needed by an answer."""
    notebook = kit.in_first(init="assert math.pi > 3")
    setup = next(cell for cell in notebook.cells if cell.id == "setup-imports")
    setup.source = "import math\n" + setup.source
    return notebook


@case()
def magics_and_shell(kit):
    """%matplotlib, %%timeit, %pip without a network, a shell line, top-level await."""
    notebook = kit.scratch("%matplotlib inline\n%pip install --quiet nothing-of-this-name\n!ls | head -1")
    notebook = added(notebook, "%%timeit -n 1 -r 1\nsum(range(10))")
    return added(notebook, "import asyncio\nawait asyncio.sleep(0)")


@case()
def letters_of_all_kinds(kit):
    """Identifiers and comments outside ASCII, emoji, a surrogate, NUL and escape codes printed."""
    return kit.scratch(
        'größe = "循环神经网络 🧠"  # 隐藏状态\nprint(größe)\n'
        'print("\\ud800 \\x00 \\x1b[31mred\\x1b[0m \\u202e")'
    )


@case()
def prints_html(kit):
    """Markup in what is printed must not come alive in the feedback."""
    return kit.scratch("print(\"<script>document.title = 'owned'</script>\")")


@case()
def error_text_of_a_surrogate(kit):
    """An error whose text no UTF-8 file can hold."""
    return kit.scratch('raise ValueError("\\udcff" * 10)')


@case()
def figures_and_seeds(kit):
    """Draws, sets seeds, threads and printing options: none of an answer's business."""
    return kit.scratch(
        "plt.plot([1, 2, 3]); plt.show()\ntorch.manual_seed(1234)\ntorch.set_num_threads(4)\n"
        "torch.set_printoptions(precision=1)\nimport random, numpy as np\nrandom.seed(1); np.random.seed(1)"
    )


@case(status=("ok", "flagged"))
def leaves_torch_in_another_state(kit):
    """Gradients off, another default dtype, anomaly mode, numpy's errors raised: no answer pays for it."""
    return kit.scratch(
        "import numpy as np\ntorch.set_grad_enabled(False)\ntorch.set_default_dtype(torch.float64)\n"
        'torch.autograd.set_detect_anomaly(True)\nnp.seterr(all="raise")'
    )


@case()
def magics_in_an_answer(kit):
    """The same line that stands in half of all notebooks, in the answer's own cell."""
    return kit.notebook(two_layer_lstm="%matplotlib inline\n" + kit.answers["two_layer_lstm"])


@case()
def class_with_metaclass_and_slots_of_its_own(kit):
    """A right answer in unusual Python: a decorator, a keyword-only helper, type annotations, a subclass."""
    answer = kit.answers["two_layer_lstm"].replace("class TwoLayerLSTM(", "class Base(")
    return kit.notebook(
        two_layer_lstm=answer
        + "\n\ndef named(cls):\n    return cls\n\n\n@named\nclass TwoLayerLSTM(Base):\n    pass\n"
    )
