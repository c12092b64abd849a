"""nbgrader's feedback pages, made afresh for some students."""

import os
from collections.abc import Sequence
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course


class _Pages(GenerateFeedback):
    """nbgrader's own, for a given list of students."""

    def __init__(self, students: Sequence[str], **options: object) -> None:
        super().__init__(**options)
        self.students, self.force = students, True

    def init_notebooks(self) -> None:
        name = self.coursedir.assignment_id
        folders = [self._format_source(name, student) for student in self.students]
        self.assignments = {folder: [os.path.join(folder, f"{name}.ipynb")] for folder in folders}


def write_pages(course: Course, name: str, students: Sequence[str]) -> dict[str, Path]:
    """Write the pages, what was marked by hand until now included; returns them by student.

    Raises:
        FileNotFoundError: nbgrader could not write somebody's; says whose.
    """
    coursedir = CourseDirectory(config=course.config, root=str(course.root))
    coursedir.assignment_id = name
    app = _Pages(students, coursedir=coursedir, config=course.config)
    app.log.setLevel("ERROR")
    if students:
        try:
            app.start()
        except NbGraderException as error:
            raise FileNotFoundError(f"nbgrader could not write all feedback of {name}: {error}") from error
    return {student: course.feedback(student, name) / f"{name}.html" for student in students}
