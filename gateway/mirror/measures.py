"""The measures of a comparison, each a formula; nothing is corrected, averaged away or estimated.

Rows are pairs of sums, columns periods; NaN is missing, and so is every measure that would need
what is missing. A is what the reference area states, B what the mirror states. Sources: symmetric
index, de Beer, Raymer, van der Erf and van Wissen 2010 (European Journal of Population 26, 459) and
the concept ASYMMETRY_COEFF of SDMX:CROSS_DOMAIN_CONCEPTS(2.0); modified z-score, Iglewicz and
Hoaglin 1993 (How to Detect and Handle Outliers).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gateway.mirror.ledger import Mask, Values

HISTORY: Mapping[str, int] = {"A": 4, "S": 4, "Q": 8, "M": 12}
"""How many earlier comparisons a period is judged by, at least, by frequency."""

IN_YEAR: Mapping[str, int] = {"A": 1, "S": 2, "Q": 4, "M": 12}
"""Periods of a year, by frequency."""

UNUSUAL = 3.0
"""A modified z-score beyond which a discrepancy is an outlier."""

LARGE = 20.0
"""A symmetric index, in per cent, from which a discrepancy wants a reason."""

SHIFTS = (0, 1, -1, 2, -2, 3, -3)
"""The lags that are tried, in periods; of equals the first is taken."""

_BETTER = 0.5
"""A shift explains a gap where it brings the index down to this part of what it is without."""


def ratio(a: Values, b: Values) -> Values:
    """A / B; missing where B is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = a / b
    found[~np.isfinite(found)] = np.nan
    return found


def signed(a: Values, b: Values) -> Values:
    """(A − B) / ((A + B) / 2) in per cent, from −200 to 200; missing where both are zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a + b == 0, np.nan, (a - b) / ((a + b) / 2) * 100)


def asymmetry(a: Values, b: Values) -> Values:
    """|A − B| / ((A + B) / 2) in per cent, from 0 to 200; missing where both are zero."""
    return np.abs(signed(a, b))


def change(index: Values, frequency: str) -> Values:
    """The index less that of the same period of the year before."""
    year = IN_YEAR[frequency]
    found = np.full_like(index, np.nan)
    found[:, year:] = index[:, year:] - index[:, :-year]
    return found


def outliers(discrepancy: Values, frequency: str, since: int = 0) -> Mask:
    """Which signed discrepancies, from a column on, are unusual for what the pair had before.

    Judged by the median and the median absolute deviation of all earlier periods: what comes
    later does not make an earlier period usual, and a lasting shift shows from its beginning.
    """
    found = np.zeros(discrepancy.shape, bool)
    for column in range(max(since, HISTORY[frequency]), discrepancy.shape[1]):
        earlier = discrepancy[:, :column]
        middle = _median(earlier)
        deviation = _median(np.abs(earlier - middle[:, None]))
        enough = np.count_nonzero(~np.isnan(earlier), axis=1) >= HISTORY[frequency]
        away = np.abs(discrepancy[:, column] - middle)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[:, column] = enough & (0.6745 * away / deviation > UNUSUAL)
    return found[:, since:]


def _median(values: Values) -> Values:
    """The median of each row, of what is there; NaN sorts last."""
    ordered = np.sort(values, axis=1)
    count = np.count_nonzero(~np.isnan(ordered), axis=1)
    rows = np.arange(len(ordered))
    low = ordered[rows, np.maximum(count - 1, 0) // 2]
    high = ordered[rows, np.minimum(count // 2, ordered.shape[1] - 1)]
    middle: Values = (low + high) / 2
    return middle


def rank(index: Values, groups: npt.NDArray[np.int64]) -> Values:
    """The place by the index among the pairs of a group in each period, the highest first."""
    found = np.full_like(index, np.nan)
    for group in range(int(groups.max(initial=-1)) + 1):
        rows = np.flatnonzero(groups == group)
        some = index[rows]
        above = (
            np.sum(some[None, :, :] > some[:, None, :], axis=1) if len(rows) < 50 else _above(some)
        )
        found[rows] = np.where(np.isnan(some), np.nan, above + 1)
    return found


def _above(index: Values) -> Values:
    """How many are higher in each column, for many rows: by sorting."""
    found = np.empty_like(index)
    for column in range(index.shape[1]):
        ordered = np.sort(-index[:, column])  # NaN sorts last
        found[:, column] = np.searchsorted(ordered, -index[:, column], side="left")
    return found


def lag(a: Values, b: Values, frequency: str, since: int = 0) -> Values:
    """By how many periods the mirror records later, by the shift under which the two agree best.

    From a column on.

    Over the periods of the year that ends there, or as many as history needs; 0 where no shift
    halves their index; missing where not enough is there.
    """
    length = max(IN_YEAR[frequency], HISTORY[frequency])
    first = max(0, since - length - max(SHIFTS))  # nothing before it reaches so far
    a, b = a[:, first:], b[:, first:]
    every = np.stack([_over(a, _shifted(b, shift), length) for shift in SHIFTS])
    indexes = every[:, :, since - first :]
    still = indexes[0]
    with np.errstate(invalid="ignore"):
        best = np.argmin(np.where(np.isnan(indexes), np.inf, indexes), axis=0)
        lowest = np.take_along_axis(indexes, best[None], 0)[0]
        better = lowest < still * _BETTER
    return np.where(np.isnan(still), np.nan, np.where(better, np.array(SHIFTS)[best], 0.0))


def _shifted(values: Values, shift: int) -> Values:
    """What stands so many columns later, in the place of each."""
    found = np.full_like(values, np.nan)
    left = max(0, values.shape[1] - abs(shift))  # so many columns have one
    if shift >= 0:
        found[:, :left] = values[:, values.shape[1] - left :]
    else:
        found[:, values.shape[1] - left :] = values[:, :left]
    return found


def _over(a: Values, b: Values, length: int) -> Values:
    """The symmetric index of the last so many periods together, of two thirds of them at least."""
    there = ~np.isnan(a) & ~np.isnan(b)
    apart = _windowed(np.where(there, np.abs(a - b), 0), length)
    both = _windowed(np.where(there, (a + b) / 2, 0), length)
    enough = _windowed(there.astype(np.float64), length) >= length * 2 / 3
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(enough & (both > 0), apart / both * 100, np.nan)


def _windowed(values: Values, length: int) -> Values:
    """The sum of each column and of those before it, `length` in all.

    Put together of runs of 1, 2, 4 … columns: so it is the same to the last bit wherever the
    columns begin, which a running total would not be.
    """
    found, done = np.zeros_like(values), 0
    run, size = values, 1
    while size <= length:
        if length & size:
            found = found + _later(run, done)
            done += size
        run, size = run + _later(run, size), 2 * size
    return found


def _later(values: Values, columns: int) -> Values:
    """The same so many columns later, after zeros."""
    if columns == 0:
        return values
    found = np.zeros_like(values)
    found[:, columns:] = values[:, :-columns]
    return found


def lagged(a: Values, b: Values) -> Mask:
    """Where a shift explains a large gap: one period to either side makes up for it."""
    alone, around = asymmetry(a, b), asymmetry(_around(a), _around(b))
    with np.errstate(invalid="ignore"):
        return (alone >= LARGE) & (around < LARGE) & (around <= alone / 2)


def _around(values: Values) -> Values:
    """The sum of each period, the one before and the one after."""
    found = np.full_like(values, np.nan)
    found[:, 1:-1] = values[:, :-2] + values[:, 1:-1] + values[:, 2:]
    return found
