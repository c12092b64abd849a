"""What all tests share: kinds and what they need, the order in which files are taken, torch as it was found.

Kinds are the markers of KINDS. A test of one of these kinds is `slow` too, which nobody writes by hand:
`make test` leaves the slow ones out, `make test-slow` runs them, `-m browser` one kind of them.
"""

import gc
import random
import shutil

import numpy as np
import pytest
import torch
from order import in_order, takes_seconds
from times import lines
from torch_state import difference, put_back, torchs_state

KINDS = {
    "browser": "JupyterLab, and the pages that are written, in a real browser without a screen",
    "seeds": "trains for a minute or more: five seeds, whole sittings",
    "labelled": "every labelled answer, their mutants",
    "hostile": "a class that cheats, breaks and lies",
    "classroom": "whole commands on a class or a course: nbgrader, the sandbox, an installation",
}
NEEDS = {"browser": "chromium", "bubblewrap": "bwrap"}


def pytest_addoption(parser):
    parser.addoption("--shuffle", type=int, metavar="SEED", help="files, and tests in files, in random order")
    parser.addoption("--fast", action="store_true", help="leave out what takes more than some seconds")


def pytest_configure(config):
    for kind, meaning in KINDS.items():
        config.addinivalue_line("markers", f"{kind}: {meaning}")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected stays to the end: nobody looks through it for what could be freed."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # before pytest looks at -m
def pytest_collection_modifyitems(config, items):
    for item in items:
        if any(item.get_closest_marker(kind) for kind in KINDS):
            item.add_marker("slow")
        for marker, program in NEEDS.items():
            if item.get_closest_marker(marker) and shutil.which(program) is None:
                item.add_marker(pytest.mark.skip(reason=f"{program} is not installed"))
    if config.option.fast:
        items[:] = [item for item in items if not takes_seconds(item)]
    items[:] = in_order(items, config.option.shuffle)


def pytest_terminal_summary(terminalreporter):
    reports = [r for some in terminalreporter.stats.values() for r in some if hasattr(r, "duration")]
    terminalreporter.section("time by suite")
    terminalreporter.write_line("\n".join(lines(reports, KINDS)))


@pytest.fixture(autouse=True)
def torch_as_it_was():
    """Every test begins with the same random numbers, and leaves torch as it found it."""
    before = torchs_state()
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    yield
    left = difference(before)
    put_back(before)  # the next test is not to suffer for this one
    assert not left, f"left behind in torch: {left}"
