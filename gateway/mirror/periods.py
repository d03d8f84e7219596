"""Months, quarters, halves and years as numbers that follow one another.

Other frequencies are not added up: weeks and days fall into two months.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

MONTHS: Mapping[str, int] = {"A": 12, "S": 6, "Q": 3, "M": 1}
"""How many months a period has, by frequency; the longest first."""

_PERIOD = re.compile(r"(\d{4})(?:-([SQ])?(\d{1,2}))?")


def number(period: str) -> int:
    """The months from year 0 to the beginning of a period; -1 for one of another form.

    >>> number("2024"), number("2024-Q2"), number("2024-04")
    (24288, 24291, 24291)
    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        return -1
    length = {"S": 6, "Q": 3}.get(found[2], 1)
    return int(found[1]) * 12 + (int(found[3] or 1) - 1) * length


def numbers(periods: Sequence[str]) -> Numbers:
    """The number of each period."""
    return np.array([number(each) for each in periods], np.int64)


def spelled(place: int, frequency: str) -> str:
    """A period by its place among those of its frequency.

    >>> spelled(2024, "A"), spelled(8097, "Q"), spelled(24291, "M")
    ('2024', '2024-Q2', '2024-04')
    """
    parts = 12 // MONTHS[frequency]
    year, part = divmod(place, parts)
    if frequency == "A":
        return f"{year:04}"
    return f"{year:04}-{part + 1:02}" if frequency == "M" else f"{year:04}-{frequency}{part + 1}"
