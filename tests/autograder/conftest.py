"""Fixtures that the tests of the autograder share, and gradebooks that keep nobody waiting."""

import sqlite3

from small_course import course, inbox
from sqlalchemy import Engine, event

__all__ = ["course", "inbox"]


@event.listens_for(Engine, "connect")
def without_waiting(connection, _):
    """nbgrader commits some fifty times for each student; only a power cut tells whether the disk has it.

    And where a gradebook is locked on purpose, five seconds are no other than half of one.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA busy_timeout=500")
