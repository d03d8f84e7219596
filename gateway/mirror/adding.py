"""Observations added up as finely as they are stated: rows are what is asked for, columns periods.

Everything that is told of longer periods can be told from these tallies: they add up themselves.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.mirror.gravity import GRAVEST, Said, by_gravity
from gateway.mirror.periods import MONTHS, Numbers, numbers
from gateway.mirror.sides import Statement
from gateway.model.query import Mask
from gateway.model.query import Numbers as Values
from gateway.model.selection import Coded

Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tally:
    """The observations of some rows in the periods of one year.

    `there` counts them, `absent` those of them without a value, `total` adds the others up.
    `series` counts for each row the series that are stated in the year. `covered` says of which
    periods the statement has an observation, of whichever series.
    """

    there: Counts
    absent: Counts
    total: Values
    series: Counts
    covered: Mask
    said: Said

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        said = sum(each.codes.nbytes for each in self.said.values())
        return self.there.nbytes + self.absent.nbytes + self.total.nbytes + said

    def of(self, count: int) -> "Tally":
        """The same of longer periods, of so many each."""
        if count == 1:
            return self
        shape = (len(self.series), -1, count)
        return Tally(
            self.there.reshape(shape).sum(axis=2, dtype=np.int32),
            self.absent.reshape(shape).sum(axis=2, dtype=np.int32),
            self.total.reshape(shape).sum(axis=2),
            self.series * count,
            np.logical_and.reduce(self.covered.reshape(-1, count), axis=1),
            {
                name: Coded(each.codes.reshape(shape).min(axis=2), each.values)
                for name, each in self.said.items()
            },
        )

    def whole(self, *, leaves_gaps: bool) -> Mask:
        """Where nothing of a sum is missing.

        In a table that leaves gaps, each series that it states in a year is a part in every period
        of that year; any other leaves out what did not occur.
        """
        complete = self.there == self.series[:, None] if leaves_gaps else self.covered[None, :]
        found: Mask = (self.there > 0) & (self.absent == 0) & complete
        return found

    def year(self, place: int, in_year: int) -> "Tally":
        """One year of several that follow one another, as arrays of their own."""
        columns = slice(place * in_year, (place + 1) * in_year)
        return Tally(
            self.there[:, columns].copy(),
            self.absent[:, columns].copy(),
            self.total[:, columns].copy(),
            self.series[:, place].copy(),
            self.covered[columns].copy(),
            {
                name: Coded(each.codes[:, columns].copy(), each.values)
                for name, each in self.said.items()
            },
        )


def tallies(
    statement: Statement, rows: Sequence[tuple[int, ...]], stated: str, years: Collection[int]
) -> Iterator[tuple[int, Tally, int]]:
    """Some years of a statement, each added up by itself, and of how many observations.

    `rows` are the numbers of the series, stated with one frequency, that each row adds up.
    """
    entries = _entries(statement, rows, stated, years)
    length, first, last = MONTHS[stated], min(years), max(years)
    in_year, count = 12 // length, last + 1 - first
    year = entries.month // 12 - first
    columns = count * in_year
    at = entries.row * columns + entries.month // length - first * in_year
    shape = (len(rows), columns)
    missing = np.isnan(entries.value)
    whole = Tally(
        _counted(at, shape),
        _counted(at[missing], shape),
        _added(at, np.where(missing, 0.0, entries.value), shape),
        _series(entries, year, (len(rows), count)),
        _covered(statement, stated, first * in_year, columns),
        {
            name: _gravest(name, column, entries.note, at, shape)
            for name in GRAVEST
            for column in (statement.selection.attributes.get(name, _NONE),)
        },
    )
    added = np.bincount(year, minlength=count)
    for each in sorted(years):
        yield each, whole.year(each - first, in_year), int(added[each - first])


_NONE = Coded(np.zeros(0, np.int8), ())


def _counted(at: Numbers, shape: tuple[int, int]) -> Counts:
    return np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int32)


def _added(at: Numbers, values: Values, shape: tuple[int, int]) -> Values:
    return np.bincount(at, values, shape[0] * shape[1]).astype(np.float64).reshape(shape)


def _series(entries: "_Entries", year: Numbers, shape: tuple[int, int]) -> Counts:
    """How many series each row adds up in each year: those of which it has an observation."""
    of_year = entries.part * shape[1] + year
    once = np.flatnonzero(np.diff(of_year, prepend=-1))  # in the order of series, then time
    return _counted(entries.row[once] * shape[1] + year[once], shape)


def _covered(statement: Statement, stated: str, first: int, columns: int) -> Mask:
    """The periods of which the statement has an observation, whichever series it is of."""
    months = numbers(statement.selection.periods, stated)
    places = months[months >= 0] // MONTHS[stated] - first
    found = np.zeros(columns, bool)
    found[places[(places >= 0) & (places < columns)]] = True
    return found


@dataclass(frozen=True, slots=True)
class _Entries:
    """Observations of parts: into which row of the sums, in which month, from which series."""

    row: Numbers
    month: Numbers
    part: Numbers
    value: Values
    note: Numbers


def _entries(
    statement: Statement, rows: Sequence[tuple[int, ...]], stated: str, years: Collection[int]
) -> _Entries:
    """The observations of every part of some rows in some years, one after the other."""
    lengths = [len(each) for each in rows]
    row = np.repeat(np.arange(len(rows)), lengths)
    series = np.fromiter((each for of in rows for each in of), np.int64, sum(lengths))
    begin, kept = _in_years(statement, stated, years)
    count = begin[series + 1] - begin[series]
    part = np.repeat(np.arange(len(series)), count)
    skipped = np.repeat(begin[series] - (np.cumsum(count) - count), count)
    places = kept[np.arange(int(count.sum())) + skipped]
    chunk = statement.chunk
    months = numbers(statement.selection.periods, stated)
    return _Entries(row[part], months[chunk.periods[places]], part, statement.values[places],
                    chunk.notes[places].astype(np.int64))  # fmt: skip


def _in_years(
    statement: Statement, stated: str, years: Collection[int]
) -> tuple[Numbers, npt.NDArray[np.intp]]:
    """The observations of some years and one frequency, and where those of each series begin."""
    months = numbers(statement.selection.periods, stated)
    wanted = np.isin(months // 12, [*years]) & (months >= 0)
    chunk = statement.chunk
    kept = np.flatnonzero(wanted[chunk.periods])
    begin = np.searchsorted(chunk.series[kept], np.arange(statement.selection.series + 1))
    return begin, kept


def _gravest(
    name: str, column: Coded, notes: Numbers, at: Numbers, shape: tuple[int, int]
) -> Coded:
    """The gravest value of one attribute among the parts of each sum."""
    words = by_gravity(name, column.values)
    found = np.full(shape, len(words), np.int8)
    if words:
        codes = column.codes[notes]
        for word in reversed(words):  # the graver ones last, over the others
            found.reshape(-1)[at[codes == column.values.index(word)]] = words.index(word)
    return Coded(found, words)
