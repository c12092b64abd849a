"""A pytest of its own, in a process of its own, for tests of how tests run."""

import sys

# Without a grammar that jsonschema builds and nothing here asks: two seconds (see autograder/__main__.py).
START = "import sys; sys.modules['rfc3987_syntax'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
PYTEST = (sys.executable, "-c", START)
