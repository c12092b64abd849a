"""A chapter cut into its sittings."""

import nbformat


def sittings(path):
    """The set-up cells, and the cells of each sitting by its title; the optional end is left out."""
    setup, parts = [], {}
    current = setup
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            title = next(
                (x for x in cell.source.splitlines() if x.startswith(("# Sitting", "# Optional"))), None
            )
            if title:
                current = parts.setdefault(title, [])
        current.append(cell)
    parts.pop("# Optional", None)
    return setup, parts
