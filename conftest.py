"""For all tests, and for the notebooks under nbval: what a reader has done in this folder does not count."""

import os

os.environ["COURSE_STATE"] = "off"
