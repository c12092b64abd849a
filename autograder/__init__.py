"""Grades a class in a sandbox, from the files as they were received to the marks in nbgrader's gradebook."""
