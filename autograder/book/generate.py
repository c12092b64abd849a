"""What a source passes through before nbgrader makes students' copies of it."""

import re
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.assignment import SourceError, faults
from autograder.course import Course

_COLAB = re.compile(r"https://colab\.research\.google\.com/[^\s)\]\"'<>]+")


class SoundSource(NbGraderPreprocessor):
    """Refuses a source whose marks could be forged, or whose points contradict each other."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """See nbgrader.

        Raises:
            SourceError: it has faults; names all of them.
        """
        found = faults(nb)
        if found:
            raise SourceError("; ".join(found))
        return nb, resources


class OwnAddress(NbGraderPreprocessor):
    """Takes the public page's Colab links out of a variant: they lead to other exercises than its own.

    A link that the variant has of its own stays.
    """

    public = Unicode("solutions", help="Folder of the public sources, from the course's folder.").tag(
        config=True
    )

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        # nbgrader works in the course's folder while it converts.
        own = Course(Path.cwd(), self.config).source(resources["nbgrader"]["assignment"])
        public = Path(self.public, own.parent.name, own.name)
        if not public.is_file() or public.samefile(own):
            return nb, resources
        links = set(
            _COLAB.findall("\n".join(cell.source for cell in _prose(nbformat.read(public, as_version=4))))
        )
        for cell in _prose(nb):
            for link in links:
                cell.source = re.sub(_link_to(link) + r"(?:\n\n|\n?$)?", "", cell.source)
        return nb, resources


def _prose(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def _link_to(address: str) -> str:
    """A pattern for a link of Markdown to this address, be its text words or a picture."""
    return r"\[(?:!\[[^\]]*\]\([^)]*\)|[^\[\]])*\]\(" + re.escape(address) + r"\)"
