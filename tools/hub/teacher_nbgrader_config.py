"""nbgrader in the teacher's JupyterLab on the hub, as ~/.jupyter/nbgrader_config.py: see docs/hub.md.

JupyterLab starts there in the home folder, and formgrader reads no configuration but that of this place.
"""

from pathlib import Path

COURSE = str(Path.home() / "course")

c = get_config()  # noqa: F821 - nbgrader puts it there

load_subconfig("nbgrader_config.py", COURSE)  # noqa: F821 - nbgrader puts it there
c.CourseDirectory.root = COURSE
