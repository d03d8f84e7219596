"""Months, quarters, halves and years as numbers that follow one another.

Other frequencies are not added up: weeks and days fall into two months.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

MONTHS: Mapping[str, int] = {"A": 12, "S": 6, "Q": 3, "M": 1}
"""How many months a period has, by frequency; the longest first."""

_FORMS = {
    "A": re.compile(r"\d{4}(?:-A1)?"),
    "S": re.compile(r"\d{4}-S[12]"),
    "Q": re.compile(r"\d{4}-Q[1-4]"),
    "M": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])"),
}
"""How a period of each frequency is spelled."""

_PERIOD = re.compile(r"(\d{4})(?:-([ASQ])?(\d{1,2}))?")


def number(period: str) -> int:
    """The months from year 0 to the beginning of a period; -1 for one of another form.

    >>> number("2024"), number("2024-Q2"), number("2024-04")
    (24288, 24291, 24291)
    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        return -1
    length = {"A": 12, "S": 6, "Q": 3}.get(found[2], 1)
    return int(found[1]) * 12 + (int(found[3] or 1) - 1) * length


def numbers(periods: Sequence[str], frequency: str) -> Numbers:
    """The number of each period of a frequency; -1 for one of another.

    >>> numbers(("2024", "2024-01", "2024-Q2"), "Q").tolist()
    [-1, -1, 24291]
    """
    form = _FORMS[frequency]
    return np.array([number(each) if form.fullmatch(each) else -1 for each in periods], np.int64)


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


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One month, quarter, half or year: its frequency, and its place among those."""

    frequency: str
    place: int

    def __str__(self) -> str:
        return spelled(self.place, self.frequency)

    @property
    def months(self) -> range:
        """The numbers of its months."""
        length = MONTHS[self.frequency]
        return range(self.place * length, (self.place + 1) * length)


def period(text: str) -> Period:
    """A period as it is spelled. Raises ValueError for none of a month, quarter, half or year.

    >>> str(period("2024-Q2")), [*period("2024-Q2").months] == [24291, 24292, 24293]
    ('2024-Q2', True)
    """
    for frequency, form in _FORMS.items():
        if form.fullmatch(text):
            return Period(frequency, number(text) // MONTHS[frequency])
    raise ValueError(text)
