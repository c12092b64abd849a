"""Execute the chapters from a fresh kernel and save them as a reader should see them.

    python tools/notebooks.py                      all chapters
    python tools/notebooks.py notebooks/01_rnn.ipynb

Kept: sources, tags, folded cells, text and pictures. Dropped: timings, the editor's metadata, widget state
and widget views (their ids change from run to run; a static picture stands beside each widget).
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"


def clean(notebook):
    """Reduce an executed notebook to what is committed; returns the same notebook."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in cell.metadata.items() if k in ("tags", "jupyter")}
        )
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if WIDGET not in o.get("data", {})]
            for output in cell.outputs:
                output.pop("metadata", None) if output.output_type == "stream" else output.setdefault(
                    "metadata", {}
                )
    return notebook


def execute(path):
    """Run one notebook in its own folder, as JupyterLab would, and save it."""
    notebook = nbformat.read(path, as_version=4)
    slow = []
    started = {}

    def begin(cell, cell_index):
        started[cell_index] = time.perf_counter()

    def end(cell, cell_index, **_):
        seconds = time.perf_counter() - started.pop(cell_index, time.perf_counter())
        if seconds > 2:
            slow.append(f"{seconds:5.1f} s  {cell.id}")

    start = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=begin,
        on_cell_executed=end,
    )
    client.execute()
    nbformat.write(clean(notebook), path)
    pictures = sum(
        len(o["data"]["image/png"]) * 3 // 4
        for c in notebook.cells
        for o in c.get("outputs", [])
        if "image/png" in o.get("data", {})
    )
    print(
        f"{path.name}: {time.perf_counter() - start:.0f} s, pictures {pictures // 1000} kB", *slow, sep="\n  "
    )


if __name__ == "__main__":
    given = [Path(name).resolve() for name in sys.argv[1:]]
    for chapter in given or sorted((ROOT / "notebooks").glob("*.ipynb")):
        execute(chapter)
