"""Execute the chapters from a fresh kernel and save them as a reader should see them.

    python tools/notebooks.py                      all chapters
    python tools/notebooks.py notebooks/01_rnn.ipynb
    python tools/notebooks.py --fold               write the folds alone, execute nothing

What is folded follows from tags, in JupyterLab and in Colab: `folded` hides a cell's source ("one way to
write it", or what a first reader skips), `prediction` the output of a cell that answers one, until it is run.

Kept: sources, tags, what nbgrader knows of a cell, text, pictures and their alternative text.
Dropped: timings, the editor's metadata, widget state and widget views (their ids change from run to run; a
static picture stands beside each widget).
"""

import base64
import io
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # All that a kernel says of itself: JupyterLab would add what is missing as it opens the notebook, which
    # shows as unsaved changes at once.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.11.7",
    },
}
FOLDS = {  # tag -> what editors read; JupyterLab writes `collapsed` beside its own key when it saves
    "folded": {"jupyter": {"source_hidden": True}, "cellView": "form"},
    "prediction": {"jupyter": {"outputs_hidden": True}, "collapsed": True},
}
FOLD_KEYS = {"jupyter", "cellView", "collapsed"}
WIDGET = "application/vnd.jupyter.widget-view+json"


def small(png):
    """The same picture with at most 256 colours: a plot looks alike and takes a third of the space."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").quantize(256)
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return base64.b64encode(packed.getvalue()).decode()


def folds(tags):
    """The metadata of a cell with these tags, as far as folding goes."""
    found = {}
    for tag in FOLDS.keys() & set(tags):
        for key, value in FOLDS[tag].items():
            found[key] = found.get(key, {}) | value if isinstance(value, dict) else value
    return found


def fold(notebook):
    """Write what is folded, by the tags alone; returns the same notebook."""
    for cell in notebook.cells:
        metadata = {key: value for key, value in cell.metadata.items() if key not in FOLD_KEYS}
        cell.metadata = nbformat.from_dict(metadata | folds(metadata.get("tags", ())))
    return notebook


def clean(notebook):
    """Reduce an executed notebook to what is committed; returns the same notebook."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in cell.metadata.items() if k in ("tags", "nbgrader")}
        )
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if WIDGET not in o.get("data", {})]
            for output in cell.outputs:
                if "data" in output:
                    # Picture sizes go, which the data tells as well; the alternative text stays.
                    alt = output.metadata.get("image/png", {}).get("alt")
                    output.metadata = nbformat.from_dict({"image/png": {"alt": alt}} if alt else {})
                    if "image/png" in output.data:
                        output.data["image/png"] = small(output.data["image/png"])
    return fold(notebook)


def save(notebook, path):
    # nbformat.write would end lines as the system does.
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def execute(path):
    """Run one notebook in its own folder, as JupyterLab would, and save it."""
    notebook = nbformat.read(path, as_version=4)
    slow, peak = [], []
    started = {}

    def begin(cell, cell_index):
        started[cell_index] = time.perf_counter()

    def end(cell, cell_index, **_):
        seconds = time.perf_counter() - started.pop(cell_index, time.perf_counter())
        if seconds > 2:
            slow.append(f"{seconds:5.1f} s  {cell.id}")
        status = Path("/proc", str(client.km.provisioner.pid), "status")
        if status.exists():  # on Linux
            kilobytes = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))[1]
            peak[:] = [f"{int(kilobytes) * 1024 / 1e9:.2f} GB at its highest"]

    start = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # where a print was cut in two hangs on the clock
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=begin,
        on_cell_executed=end,
    )
    client.execute()
    save(clean(notebook), path)
    pictures = sum(
        len(o["data"]["image/png"]) * 3 // 4
        for c in notebook.cells
        for o in c.get("outputs", [])
        if "image/png" in o.get("data", {})
    )
    figures = [f"{time.perf_counter() - start:.0f} s", *peak, f"pictures {pictures // 1000} kB"]
    print(f"{path.name}: {', '.join(figures)}", *slow, sep="\n  ")


if __name__ == "__main__":
    # One thread, as in the tests: the printed digits depend on it, and it is the steadier one.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["COURSE_STATE"] = "off"  # what is printed is not to hang on who has worked here
    given = [Path(name).resolve() for name in sys.argv[1:] if name != "--fold"]
    for chapter in given or sorted((ROOT / "notebooks").glob("*.ipynb")):
        if "--fold" in sys.argv:
            save(fold(nbformat.read(chapter, as_version=4)), chapter)
        else:
            execute(chapter)
