"""Fixtures that the tests of the autograder share."""

from small_course import course, inbox

__all__ = ["course", "inbox"]
