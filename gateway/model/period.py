"""SDMX time periods: how long each is, and how two compare.

Source: SDMX 2.1 Technical Notes, section 4 (time formats).
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from gateway.errors import BadSyntax

Span = tuple[date, date]

MonthDay = tuple[int, int]
"""A month and a day of any year."""

JANUARY_1: MonthDay = (1, 1)
"""When reporting years begin unless something else is said."""

_FORMS = (
    "2023, 2023-05, 2023-05-17, 2023-05-17T08:00:00, 2023-A1, -S1, -T1, -Q1, -M05, -W20, -D137, "
    "2023-05-17/P1M"
)


def _after(day: date, months: int) -> date:
    """So many months later; where that month has no such day, its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _part_of_year(length: int) -> Callable[[date, int], Span]:
    """The nth part of a reporting year, each `length` months long."""

    def part(begins: date, number: int) -> Span:
        if not 1 <= number <= 12 // length:
            raise ValueError(number)
        first = _after(begins, (number - 1) * length)
        return first, _after(begins, number * length) - timedelta(days=1)

    return part


def _week(begins: date, number: int) -> Span:
    """The nth week; the first is the one that holds four days or more of the reporting year."""
    back = begins.weekday()
    first = begins - timedelta(days=back) if back <= 3 else begins + timedelta(days=7 - back)
    monday = first + timedelta(weeks=number - 1)
    if number < 1 or (monday + timedelta(days=3)) >= _after(begins, 12):
        raise ValueError(number)
    return monday, monday + timedelta(days=6)


def _day(begins: date, number: int) -> Span:
    day = begins + timedelta(days=number - 1)
    if number < 1 or day >= _after(begins, 12):
        raise ValueError(number)
    return day, day


_REPORTING: dict[str, Callable[[date, int], Span]] = {
    "A": _part_of_year(12),
    "S": _part_of_year(6),
    "T": _part_of_year(4),
    "Q": _part_of_year(3),
    "M": _part_of_year(1),
    "W": _week,
    "D": _day,
}

_TIME = r"T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?"
_DATE = re.compile(rf"(\d{{4}})(?:-(\d{{2}})(?:-(\d{{2}})(?:{_TIME})?)?)?", re.ASCII)
_REPORT = re.compile(r"(\d{4})-([ASTQMWD])(\d{1,3})", re.ASCII)
_RANGE = re.compile(
    rf"(\d{{4}}-\d{{2}}-\d{{2}})(?:{_TIME})?/"
    r"P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?",
    re.ASCII,
)


@lru_cache(maxsize=65536)
def span(period: str, year_starts: MonthDay = JANUARY_1) -> Span:
    """First and last day of an SDMX time period, both inclusive; a time of day is dropped.

    `year_starts` is the day on which reporting years begin; another than 1 January belongs to the
    calendar year before. Source: SDMX-REST 2.2.2, data.md, reportingYearStartDay. Raises BadSyntax
    for a period of no known form.

    >>> span("2024-Q3")
    (datetime.date(2024, 7, 1), datetime.date(2024, 9, 30))
    >>> span("2010-Q3", (7, 1))
    (datetime.date(2010, 1, 1), datetime.date(2010, 3, 31))
    >>> span("2024-01-15/P2M")
    (datetime.date(2024, 1, 15), datetime.date(2024, 3, 14))
    """
    try:
        if found := _REPORT.fullmatch(period):
            year, letter, number = found.groups()
            return _REPORTING[letter](_begins(int(year), year_starts), int(number))
        if found := _DATE.fullmatch(period):
            return _gregorian(*found.groups())
        if found := _RANGE.fullmatch(period):
            return _range(*found.groups())
    except (ValueError, OverflowError):  # no such day, or none that a calendar reaches
        pass
    raise BadSyntax(
        f"{period!r} is no SDMX time period (such as {_FORMS}).",
        spanish=f"{period!r} no es un período de SDMX (como {_FORMS}).",
        subject=period,
    )


def _begins(year: int, year_starts: MonthDay) -> date:
    return date(year if year_starts == JANUARY_1 else year - 1, *year_starts)


def _gregorian(year: str, month: str | None, day: str | None) -> Span:
    if month is None:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if day is None:
        first = date(int(year), int(month), 1)
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    one = date(int(year), int(month), int(day))
    return one, one


def _range(first: str, *lasts: str | None) -> Span:
    """A day and how long from it; hours and less make up no further day."""
    years, months, days, _ = (each or "0" for each in lasts)
    begins = date.fromisoformat(first)
    beyond = _after(begins, int(years) * 12 + int(months)) + timedelta(days=int(days))
    return begins, max(begins, beyond - timedelta(days=1))


def year_start(text: str) -> MonthDay:
    """The day of an xs:gMonthDay, such as ``--07-01``. Raises BadSyntax for what is none."""
    found = re.fullmatch(r"--(\d{2})-(\d{2})", text, re.ASCII)
    try:
        if found is not None:
            day = date(2000, int(found[1]), int(found[2]))
            return day.month, day.day
    except ValueError:
        pass
    raise BadSyntax(
        f"{text!r} is no day of a year.",
        spanish=f"{text!r} no es un día del año.",
        subject=text,
        allowed=("--07-01",),
    )


def chronological(period: str) -> tuple[date, date, str]:
    """What periods sort by: where they begin, then where they end, then how they are spelled."""
    return (*span(period), period)
