"""SDMX time periods: how long each is, and how two compare.

Source: SDMX 2.1 Technical Notes, section 4 (time formats); reporting years start on 1 January.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from gateway.errors import BadSyntax

Span = tuple[date, date]

_FORMS = "2023, 2023-05, 2023-05-17, 2023-05-17T08:00:00, 2023-A1, -S1, -T1, -Q1, -M05, -W20, -D137"


def _months(year: int, first: int, last: int) -> Span:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _part_of_year(length: int) -> Callable[[int, int], Span]:
    """The nth part of a year, each `length` months long."""

    def part(year: int, number: int) -> Span:
        return _months(year, (number - 1) * length + 1, number * length)

    return part


def _week(year: int, number: int) -> Span:
    monday = date.fromisocalendar(year, number, 1)
    return monday, monday + timedelta(days=6)


def _day(year: int, number: int) -> Span:
    day = date(year, 1, 1) + timedelta(days=number - 1)
    if number < 1 or day.year != year:
        raise ValueError(number)
    return day, day


_REPORTING: dict[str, Callable[[int, int], Span]] = {
    "A": _part_of_year(12),
    "S": _part_of_year(6),
    "T": _part_of_year(4),
    "Q": _part_of_year(3),
    "M": _part_of_year(1),
    "W": _week,
    "D": _day,
}

_DATE = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII
)
_REPORT = re.compile(r"(\d{4})-([ASTQMWD])(\d{1,3})", re.ASCII)


@lru_cache(maxsize=65536)
def span(period: str) -> Span:
    """First and last day of an SDMX time period, both inclusive; a time of day is dropped.

    Raises BadSyntax for a period of no known form.

    >>> span("2024-Q3")
    (datetime.date(2024, 7, 1), datetime.date(2024, 9, 30))
    >>> span("2024-02") == span("2024-M02")
    True
    """
    try:
        if found := _REPORT.fullmatch(period):
            year, letter, number = found.groups()
            return _REPORTING[letter](int(year), int(number))
        if found := _DATE.fullmatch(period):
            return _gregorian(*found.groups())
    except (ValueError, OverflowError):  # no such day, or none that a calendar reaches
        pass
    raise BadSyntax(f"{period!r} is no SDMX time period (such as {_FORMS}).", subject=period)


def _gregorian(year: str, month: str | None, day: str | None) -> Span:
    if month is None:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if day is None:
        return _months(int(year), int(month), int(month))
    one = date(int(year), int(month), int(day))
    return one, one
