"""The house itself: who imports whom, and how long a module may be."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpers", "autograder")
LONGEST = 400
# What is longer, and why it is not cut.
LONGER = {
    "helpers.data": "a collection: one function for each data set, none of which knows of another",
    "helpers.diagrams": "a collection: one function for each drawing, none of which knows of another",
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


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def untyped(path):
    """The functions and methods of a module that do not say what they take and give; no lambdas."""
    found = []
    for function in functions(path):
        args = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        given = [arg for arg in args if arg.arg not in ("self", "cls")]
        if function.returns is None or any(arg.annotation is None for arg in given):
            found.append(function.name)
    return found


def other_style(path):
    """Docstrings that do not tell of errors and attributes as Google's style does."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.ClassDef | ast.Module
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
    return [text for text in texts if re.search(r"^-{3,}$|\bRaises [A-Z]|:(param|raises)\b", text, re.M)]


def test_the_autograder_is_typed_and_its_docstrings_are_of_one_style():
    for name, path in modules(ROOT).items():
        if name.startswith("autograder"):
            assert not untyped(path), (name, untyped(path))
        assert not other_style(path), (name, other_style(path))


def test_missing_types_and_another_style_are_seen(tmp_path):
    source = tmp_path / "a.py"
    source.write_text(
        'def a(x: int):\n    """One."""\n'
        'def b(x) -> int:\n    """Two.\n\n    Raises KeyError."""\n'
        "class C:\n    def d(self, *, y: int) -> None:\n        "
        '        """Three.\n\n        Args\n        ----\n        """\n',
        encoding="utf-8",
    )
    assert untyped(source) == ["a", "b"]
    assert len(other_style(source)) == 2


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
