"""When something was handed in: texts of people and platforms as times, or the reason why they are none.

nbgrader reads what it can parse: `18:00 PDT` as UTC, `20:15` as today. Here a text counts only where it says
a whole date, a time of day, and a time zone that is known; where no zone is named the course's counts.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil import parser, tz

from autograder.intake.document import shown
from autograder.sheet import Sheet

HOW = "write it like 2027-01-15 20:15:00 UTC"
# Abbreviations that mean one thing only; CST, IST, BST and others mean several.
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2}
_ZONES |= {
    "EEST": 3,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "EST": -5,
    "EDT": -4,
}
_ZONES |= {"CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "HST": -10}
_NAMED = re.compile(r"\s+([A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)+)\s*$")
_YEAR_FIRST = re.compile(r"\s*\d{4}[-/.]\d")
_FULL_DATES = (
    "time",
    "submitted",
    "date submitted",
    "last modified (submission)",
    "timestamp",
    "submitted at",
)
_WHO = (
    "student",
    "id",
    "student id",
    "username",
    "email",
    "email address",
    "identifier",
    "full name",
    "name",
)


class NotUnderstood(ValueError):
    """A text is no time that could be relied on; the text says why, and what to write instead."""


def parse(text: str) -> datetime:
    """The time in a text; without a zone (naive) where the text has none.

    Raises:
        NotUnderstood: it is no time, not a whole one, or one that can be read in two ways.
    """
    plain = text.strip()
    zone: tzinfo | None = None
    if named := _NAMED.search(plain):
        try:
            zone = ZoneInfo(named[1])
        except Exception:  # unknown, or no name of a file at all
            raise NotUnderstood(f"the time zone {shown(named[1])!r} is not known: {HOW}") from None
        plain = plain[: named.start()]
    if re.search(r"(?:UTC|GMT)\s*[+-]\s*\d", plain):  # east for most people, west for POSIX
        raise NotUnderstood(f"{shown(text)!r} can be read in more than one way: {HOW}")
    unknown: list[str] = []

    def known(name: str | None, offset: int | None) -> tzinfo | None:
        if offset is not None:
            return tz.tzoffset(name, offset)
        if name in _ZONES:
            return tz.tzoffset(name, 3600 * _ZONES[name])
        if name is not None:
            unknown.append(name)
        return None

    readings = set()
    orders = [(False, True)] if _YEAR_FIRST.match(plain) else [(False, False), (True, False), (False, True)]
    # What a text leaves out comes from the default: two of them show it.
    for default in (datetime(2001, 1, 1, 1, 1), datetime(2002, 2, 2, 2, 1)):
        for day, year in orders:
            try:
                read = parser.parse(plain, dayfirst=day, yearfirst=year, default=default, tzinfos=known)
            except Exception as error:  # dateutil raises a handful of classes
                raise NotUnderstood(f"{shown(text)!r} is no time ({shown(error)}): {HOW}") from None
            readings.add(read)
    if unknown:
        raise NotUnderstood(f"the time zone {shown(unknown[0])!r} is not known, or means several: {HOW}")
    if len(readings) > 1:
        raise NotUnderstood(f"{shown(text)!r} can be read in more than one way: {HOW}")
    [time] = readings
    return time.replace(tzinfo=zone) if zone else time


def in_utc(time: datetime, zone: str) -> datetime:
    """The time in UTC; one without a zone is in the course's."""
    return (time if time.tzinfo else time.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def stamp(time: datetime) -> bytes:
    """What nbgrader's timestamp.txt holds for a time in UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S.%f UTC\n").encode()


def in_name(text: str) -> datetime:
    """The time that Blackboard writes into a name, `2027-01-15-20-00-00`; it is local, and without a zone."""
    return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")


def in_receipt(text: str) -> datetime | None:
    """The time in the text file that Blackboard lays beside an attempt, None where it has none."""
    line = re.search(r"^Date Submitted:\s*(.+?)\s*$", text[:10_000], re.M)
    try:
        return parse(line[1]) if line else None
    except NotUnderstood:
        return None


def read_csv(path: Path | str, whose: Callable[[str], str | None]) -> dict[str, datetime]:
    """Times of submission by student, from a table: ours, or Moodle's grading worksheet.

    The students' columns are student, id, username, email, identifier and full name, as they are there;
    the times' is time, submitted or Moodle's "Last modified (submission)". No time or "-" is passed over.

    Raises:
        ValueError: a column is missing, a time is not understood, or a student is not known; says which line.
    """
    sheet = Sheet(path)
    columns = {name.lower(): n for n, name in enumerate(sheet.header)}
    who = [columns[name] for name in _WHO if name in columns]
    when = [columns[name] for name in _FULL_DATES if name in columns]
    if not who or not when:
        raise ValueError(f"{path} has no columns for student and time: its first line should be student,time")
    found: dict[str, datetime] = {}
    for row in range(1, len(sheet.rows)):
        text, line = sheet.cell(row, when[0]), sheet.line(row)
        if text in ("", "-"):
            continue
        student = next((s for n in who if (s := whose(sheet.cell(row, n)))), None)
        if student is None:
            named = shown(sheet.cell(row, who[0]))
            raise ValueError(f"{path}, line {line}: no student {named!r} is enrolled, or several are meant")
        try:
            found[student] = parse(text)
        except NotUnderstood as error:
            raise ValueError(f"{path}, line {line}: {error}") from None
    return found


def near(time: datetime, deadline: datetime) -> bool:
    """Whether another time zone could put the time on the other side of the deadline."""
    return abs(time - deadline) <= timedelta(hours=14)
