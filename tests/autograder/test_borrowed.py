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
        ("def f(x):\n    return checks.exercises.bptt.reference(x)", "checks.exercises"),
        ("checks.exercise('conv1d')", "checks.exercise"),
        ("import helpers\nhelpers.checks.exercises", "helpers.checks.exercises"),
        ("import importlib\nimportlib.import_module('helpers.checks.exercises.conv1d')", "'helpers.checks."),
        ("import sys\nsys.modules['helpers.checks.exercises.conv1d']", "'helpers.checks."),
        ("%time\nfrom helpers.checks.exercises import conv1d", "from helpers.checks.exercises import conv1d"),
    ],
)
def test_what_is_not_offered_is_told_as_it_is_written(source, told):
    assert borrowed(source).startswith(told)


@pytest.mark.parametrize(
    "source",
    [
        "from helpers import checks, plotting, probes",
        "from helpers.checks import check, hint",
        "checks.check('conv1d', conv1d, points=4)\nchecks.summary()",
        "from helpers import probes\nprobes.who_sees_whom",
        "# as helpers.checks does it\nself.checks = []\nself.checks.append(3)",
        "for i in range(3) print(i)",
        "a null\\0byte",
        "x" + 10_000 * ".checks",
        10_000 * "(",
        "",
    ],
)
def test_what_everybody_is_offered_is_not_told(source):
    assert borrowed(source) == ""
