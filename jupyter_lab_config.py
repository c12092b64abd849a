"""How JupyterLab opens the course: `jupyter lab --config=jupyter_lab_config.py`, in this folder.

It begins with chapter 1, and a notebook that is only opened shows no unsaved changes. JupyterLab writes into
each notebook what the kernel says of itself, the Python's release included, and another release counts as a
change. So a notebook is handed out with the release of this environment; its file changes when it is saved.
"""

import sys

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class Contents(AsyncLargeFileManager):
    async def get(self, path, content=True, *asked, **by_name):
        model = await super().get(path, content, *asked, **by_name)
        if content and model["type"] == "notebook":
            language = model["content"]["metadata"].get("language_info", {})
            if language.get("name") == "python":
                language["version"] = sys.version.split()[0]  # in ipykernel's words
        return model


c = get_config()  # noqa: F821 - Jupyter puts it there
c.LabApp.default_url = "/lab/tree/notebooks/01_rnn.ipynb"
c.ServerApp.contents_manager_class = Contents
