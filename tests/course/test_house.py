"""The house itself: who imports whom, and how long a module may be."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpers", "autograder")
LONGEST = 400
# What is longer, and why it is not cut.
LONGER = {
    "helpers.data": "a collection: one function for each data set, none of which knows of another",
    "helpers.plotting": "a collection: one function for each plot, none of which knows of another",
}


def modules(root):
    """name -> file, of every module and package."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if path.stem == "__init__" else parts)] = path
    return found


def imports(root):
    """name -> the names of the modules that it imports, inside functions too."""
    paths = modules(root)
    found = {}
    for name, path in paths.items():
        there = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                there |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                there |= {one if one in paths else node.module for one in whole}
        found[name] = there & paths.keys()
    return found


def circle(imported):
    """The first circle of imports, from a name back to the same; [] where there is none."""
    done = set()

    def visit(name, way):
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        found = next(filter(None, (visit(other, [*way, name]) for other in sorted(imported[name]))), [])
        done.add(name)
        return found

    return next(filter(None, (visit(name, []) for name in sorted(imported))), [])


def test_no_module_imports_itself_by_way_of_others():
    assert circle(imports(ROOT)) == []


def test_a_circle_is_seen(tmp_path):
    for name, source in {
        "helpers/__init__.py": "",
        "helpers/a.py": "from helpers import b",
        "helpers/b.py": "def f():\n    import helpers.c",
        "helpers/c.py": "from helpers.a import x",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    assert circle(imports(tmp_path)) == ["helpers.a", "helpers.b", "helpers.c", "helpers.a"]


def test_the_course_imports_nothing_of_the_autograder():
    for name, there in imports(ROOT).items():
        if name.startswith("helpers"):
            assert not {other for other in there if other.startswith("autograder")}, name


def test_a_module_has_one_reason_and_at_most_400_lines():
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules(ROOT).items()}
    longer = {name for name, count in lines.items() if count > LONGEST}
    assert longer == LONGER.keys(), "cut it by reason, or say in LONGER why not"
