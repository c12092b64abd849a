"""An answer that gets hold of the checks' own code is seen; one that only uses what they offer is not."""

import pytest

from autograder.borrowed import borrowed


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from helpers.checks.exercises.conv1d import with_faults\nconv1d = with_faults(())", "from helpers"),
        ("import helpers.checks.exercises.attention as a", "import helpers.checks.exercises.attention as a"),
        ("from helpers.checks import exercises", "from helpers.checks import exercises"),
        ("from helpers.checks import exercise", "from helpers.checks import exercise"),
        ("import helpers.checks as c\nc.exercise('conv1d')", "c.exercise"),
        ("from helpers import checks as c\nc.exercise('conv1d').reference", "c.exercise"),
        ("import helpers as h\nh.checks.exercises", "h.checks.exercises"),
        ("c = checks\nc.exercise('conv1d')", "checks"),
        ("getattr(checks, 'exerc' + 'ise')", "checks"),
        ("vars(checks)", "checks"),
        ("if True:\n    %time 1\n    !ls\n    checks.exercises", "checks.exercises"),
        ("def f(x):\n    return checks.exercises.bptt.reference(x)", "checks.exercises"),
        ("checks.exercise('conv1d')", "checks.exercise"),
        ("import helpers\nhelpers.checks.exercises", "helpers.checks.exercises"),
        ("import importlib\nimportlib.import_module('helpers.checks.exercises.conv1d')", "'helpers.checks."),
        ("import sys\nsys.modules['helpers.checks.exercises.conv1d']", "'helpers.checks."),
        ("%time\nfrom helpers.checks.exercises import conv1d", "from helpers.checks.exercises import conv1d"),
    ],
)
def test_what_is_not_offered_is_told_as_it_is_written(source, told):
    assert borrowed(source).startswith("it gets hold of the checks' own code: look at " + told)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("__import__('hel' + 'pers')", "__import__"),
        ("import importlib as i\ni.import_module('helpers.che' + 'cks')", "import importlib as i"),
        ("from importlib import import_module", "from importlib import import_module"),
        ("import sys\nsys.modules['helpers.' + 'checks']", "sys.modules"),
        ("from sys import modules", "from sys import modules"),
        ("run = exec\nrun('1')", "exec"),
        ("def f(eval=eval):\n    return eval('checks')", "eval"),
        ("from helpers.checks import check\ncheck.__globals__['exercise']", "check.__globals__"),
        ("checks.check.__globals__", "checks.check.__globals__"),
        ("from helpers import data\nopen(data.__file__)", "data.__file__"),
        ("().__class__.__base__.__subclasses__()", "().__class__.__base__.__subclasses__"),
        ("import gc\ngc.get_objects()", "gc.get_objects"),
        ("%time\nglobals()['che' + 'cks']", "globals"),
        ("x = (1\n% 3)\nglobals()['che' + 'cks']", "globals"),
    ],
)
def test_ways_that_lead_to_any_code_are_told_as_such(source, told):
    what = "it reaches for code that it does not name, perhaps the checks' own: look at "
    assert borrowed(source) == what + told


def test_a_long_line_is_cut():
    assert len(borrowed("checks.exercises" + ".x" * 1000 + " if f(" + "a," * 1000 + ") else 0")) < 140


@pytest.mark.parametrize(
    "source",
    [
        "from helpers import checks, plotting, probes",
        "from helpers.checks import check, hint",
        "checks.check('conv1d', conv1d, points=4)\nchecks.summary()",
        "from helpers import probes\nprobes.who_sees_whom",
        "# as helpers.checks does it\nself.checks = []\nself.checks.append(3)",
        "import helpers.checks as c\nc.check('conv1d', conv1d)",
        "for i in range(3) print(i)",
        "def f(model, eval=False):\n    return model.eval() if eval else model.train()",
        "list(model.modules()), torch.stack([x]), torch.compile(model), re.compile('a')",
        "import sys\nprint('google.colab' in sys.modules)",
        "import gc, inspect, sys\ngc.collect(), inspect.signature(f), sys.version",
        "%time x = a % b\n!ls\nx = (1\n% 3)",
        "a null\\0byte",
        "x" + 10_000 * ".checks",
        10_000 * "(",
        "",
    ],
)
def test_what_everybody_is_offered_is_not_told(source):
    assert borrowed(source) == ""
