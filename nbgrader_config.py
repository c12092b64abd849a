"""nbgrader for this course: what it reads, what it writes, what a student sees where an answer is missing.

Start JupyterLab and nbgrader's commands in this folder. Everything that grading writes lies under grading/.
"""

from pathlib import Path

COURSE = Path(__file__).resolve().parent
GRADING = COURSE / "grading"
# nbgrader opens its database and looks for its exchange in folders that it does not make itself.
(GRADING / "exchange").mkdir(parents=True, exist_ok=True)

c = get_config()  # noqa: F821 - nbgrader puts it there

c.CourseDirectory.course_id = "nets-by-hand"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{(GRADING / 'gradebook.db').as_posix()}"
# A script beside the source would be released with the answers in it.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    ".pytest_cache",
    ".DS_Store",
    "*.py",
]
c.Exchange.root = str(GRADING / "exchange")

c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("no answer yet: put your code in place of this line")'
}
c.ClearSolutions.text_stub = "*Your answer goes here.*"
