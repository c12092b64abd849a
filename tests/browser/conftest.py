"""A course, which each file makes as it needs it (`course`), in JupyterLab; and a browser."""

import pytest
from browser import chromium, jupyterlab


@pytest.fixture(scope="module")
def address(course):
    with jupyterlab(course) as started:
        yield started


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened
