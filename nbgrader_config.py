"""nbgrader for this course: what it reads, what it writes, what a student sees where an answer is missing.

Start JupyterLab and nbgrader's commands in this folder. Everything that grading writes lies under grading/.
"""

import glob
import os
import sys
from pathlib import Path

import nbgrader
from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
)

import autograder

COURSE = Path(__file__).resolve().parent
GRADING = COURSE / "grading"
if glob.has_magic(str(COURSE)):
    # nbgrader takes the path for a pattern. No error here: JupyterLab reads this file too, and works.
    print(
        f"{COURSE}: nbgrader finds no notebook where a path has [ or * or ? in it. Rename the folder.",
        file=sys.stderr,
    )
# nbgrader opens its database and looks for its exchange in folders that it does not make itself.
(GRADING / "exchange").mkdir(parents=True, exist_ok=True)
# It also calls alembic by its name, which is found only where the environment is activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


class HideTests(ClearHiddenTests):
    """Feedback without the hidden tests: neither their code nor a traceback, which quotes it.

    The flags of a cell do not count: a student may have changed them, and nbgrader leaves them so.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        try:
            hidden = self._remove_hidden_test_region(cell)
        except RuntimeError:  # a delimiter without its other half: a student typed it, and it hides nothing
            return cell, resources
        for output in cell.get("outputs", []) if hidden else []:
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


c = get_config()  # noqa: F821 - nbgrader puts it there

c.CourseDirectory.course_id = "nets-by-hand"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.ZipCollectApp.downloaded_directory = "grading/downloaded"
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

# A source with faults is refused, and a variant does not lead to the public exercises; then nbgrader's steps.
c.GenerateAssignment.preprocessors = [
    "autograder.book.generate.SoundSource",
    "autograder.book.generate.OwnAddress",
    *GenerateAssignment.preprocessors.default(),
]
c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("no answer yet: put your code in place of this line")'
}
c.ClearSolutions.text_stub = "*Your answer goes here.*"
# Colab saves the state of widgets in a form that stops nbconvert, and with it feedback and formgrader.
c.ClearMetadataPreprocessor.enabled = True
c.ClearMetadataPreprocessor.clear_cell_metadata = False
c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {"kernelspec", "language_info"}

# Submissions run in autograder's sandbox and are judged outside it, in place of nbgrader's own `Execute`; the
# other steps are nbgrader's. (`make grade-stock` goes nbgrader's way.)
c.Autograde.autograde_preprocessors = [
    "autograder.book.execute.SandboxedExecute",
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    "autograder.book.execute.WaitForPerson",
    AssignLatePenalties,
    CheckCellMetadata,
]

# Formulas without a network: formgrader takes MathJax from this installation, feedback has them as MathML.
# The course's templates go before nbgrader's, which load MathJax from an address outside.
c.HTMLExporter.extra_template_basedirs = [
    str(Path(autograder.__file__).with_name("book") / "templates"),
    str(Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"),
]
c.GenerateFeedback.HTMLExporter.filters = {"markdown2html": "autograder.book.formulas.markdown2html"}
c.GenerateFeedback.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]

# Who a file of a learning platform's download belongs to: the number that the platform puts in its name.
#   Moodle   Jane Doe_1234567_assignsubmission_file_/04_exercises.ipynb (in a folder, or in one name)
#   Canvas   doejane_1234_56789_04_exercises-1.ipynb, doejane_LATE_1234_56789_04_exercises.ipynb
# "Copy of", "(1)" and "-1" come from browsers, Colab and second attempts.
c.FileNameCollectorPlugin.named_regexp = (
    r"(?:.*[/\\])?[^/\\]*?_(?P<student_id>\d+)_(?:assignsubmission_file_(?:.*[/\\])?|\d+_)"
    r"(?:Copy[ _]of[ _])*(?P<file_id>[^/\\]+?)(?:-\d+|[ _]?\(\d+\))*\.ipynb$"
)

# A course's own variant, where there is one: git ignores private/. See docs/instructors.md.
load_subconfig("private/nbgrader_config.py")  # noqa: F821 - nbgrader puts it there
