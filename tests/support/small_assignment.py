"""A small assignment as JSON, handed out and answered: three code answers with tests, one written answer."""

ANSWERS = {
    "alpha": "class Alpha:\n    def value(self):\n        return 1",
    "beta": "def beta(x):\n    return x + 1",
    "gamma": "class Gamma:\n    pass\n\ndef gamma_helper():\n    return Gamma()",
    "words": "Because the backward half sees one step only.",
}
STUBS = {
    "alpha": "class Alpha:\n    def value(self):\n        raise NotImplementedError()",
    "beta": "def beta(x):\n    raise NotImplementedError()",
    "gamma": "class Gamma:\n    raise NotImplementedError()",
    "words": "*Your answer goes here.*",
}


def label(grade_id, **what):
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": plain | {"grade_id": grade_id} | what}


def raw_cell(kind, identity, source, metadata=None):
    cell = {"cell_type": kind, "id": identity, "metadata": metadata or {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def handed_out():
    """The released notebook as JSON. The hidden tests have one and the same text, as nbgrader leaves them."""
    cells = [
        raw_cell("markdown", "title", "# Exercises"),
        raw_cell("code", "setup", "import math"),
    ]
    for name in ("alpha", "beta", "gamma"):
        test = {"grade": True, "locked": True}
        cells += [
            raw_cell("markdown", f"{name}-text", f"## About {name}"),
            raw_cell("code", name, STUBS[name], label(name, solution=True)),
            raw_cell("code", f"{name}-try", f"print({name!r})"),
            raw_cell(
                "code",
                f"{name}_check",
                f"check({name!r}, points=4)",
                label(f"{name}_check", points=4, **test),
            ),
            raw_cell("code", f"{name}_hidden", "# hidden", label(f"{name}_hidden", points=6, **test)),
        ]
    cells.append(raw_cell("markdown", "question", "Why?"))
    cells.append(
        raw_cell("markdown", "words", STUBS["words"], label("words", solution=True, grade=True, points=5))
    )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}


def answered(cells):
    for cell in cells:
        cell["source"] = ANSWERS.get(cell["id"], cell["source"])
    return cells


def by_id(cells, identity):
    return next(cell for cell in cells if cell.get("id") == identity)
