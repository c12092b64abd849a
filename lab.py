"""The course in JupyterLab, from chapter 1 on: `python lab.py`, with whatever `jupyter lab` takes after it.

`jupyter lab` opens it as well. But JupyterLab writes into each notebook what the kernel says of itself, the
Python's release included, so that a notebook which another release saved shows unsaved changes as soon as it
is opened. Here it is handed out with the release of this environment; its file changes when it is saved.
"""

import os
import sys
from pathlib import Path

try:
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
    from jupyterlab.labapp import LabApp
except ModuleNotFoundError as missing:
    sys.exit(f"No module named {missing.name!r}: activate the course's environment, .venv")


class Contents(AsyncLargeFileManager):
    async def get(self, path, content=True, *asked, **by_name):
        model = await super().get(path, content, *asked, **by_name)
        if content and model["type"] == "notebook":
            language = model["content"]["metadata"].get("language_info", {})
            if language.get("name") == "python":
                language["version"] = sys.version.split()[0]  # in ipykernel's words
        return model


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)  # where nbgrader_config.py lies
    settings = ["--LabApp.default_url=/lab/tree/notebooks/01_rnn.ipynb"]
    settings += ["--ServerApp.contents_manager_class=lab.Contents"]  # a class by name: this very module
    LabApp.launch_instance([*settings, *sys.argv[1:]])
