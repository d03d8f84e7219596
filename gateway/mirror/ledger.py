"""Sums of stated cells, all at once: rows are what was asked for, columns are periods.

A sum is there where every part of it is, and none of them missing. In a table that states its
zeros, each series that it states in a year is a part in every period of that year; a table without
a zero leaves out what did not occur, and what it states is the whole. Zero is a value, missing is
not.

Sums are kept year by year: no sum reaches beyond its year, so what did not change is not added up
again.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gateway.mirror.periods import MONTHS, Numbers, numbers
from gateway.mirror.sides import Statement
from gateway.model.selection import Coded, Selection

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Said = Mapping[str, tuple[npt.NDArray[np.int8], tuple[str, ...]]]
"""By observation attribute: the code of the gravest value of each sum, -1 for none; the values."""


@dataclass(frozen=True, slots=True)
class Request:
    """Series of a statement to be added up; `name` stands for them in any release of it."""

    statement: int
    stated: str
    name: Hashable
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums of one frequency.

    `values` has NaN where there is none; `partly` says where some of it is stated but not all.
    `first` is the place of the first column among the periods of the frequency.
    """

    frequency: str
    first: int
    values: Values
    partly: Mask
    said: Said

    def at(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> "Ledger":
        """Other rows, some perhaps several times."""
        return replace(
            self,
            values=self.values[rows],
            partly=self.partly[rows],
            said={name: (codes[rows], values) for name, (codes, values) in self.said.items()},
        )

    def above(self, other: "Ledger") -> "Ledger":
        """These rows, and below them those of another ledger with the same attributes."""
        return replace(
            self,
            values=np.concatenate([self.values, other.values]),
            partly=np.concatenate([self.partly, other.partly]),
            said={
                name: (np.concatenate([codes, other.said[name][0]]), values)
                for name, (codes, values) in self.said.items()
            },
        )


GRAVEST: Mapping[str, tuple[str, ...]] = {
    "OBS_STATUS": ("B", "Q", "E", "I", "U", "P", "V", "N"),
    "CONF_STATUS": ("S", "D", "C", "N", "E"),
    "BREAK_REASON": (),
}
"""Observation attributes that a sum carries: which values outweigh others, the gravest first."""


class Sums:
    """Adds up, and keeps what it added up; safe to share between threads that take turns."""

    def __init__(self, most: int = 128 * 1024 * 1024) -> None:
        """Keep at most so many bytes."""
        self.added = 0
        """How many observations were added up so far."""
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, _Year] = OrderedDict()

    def ledger(
        self, statements: Sequence[Statement], requests: Sequence[Request], wanted: str
    ) -> Ledger:
        """The sums of all requests, each a row, for one frequency."""
        groups: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row, request in enumerate(requests):
            if request.series:
                groups[request.statement, request.stated].append(row)
        found = [
            (rows, self._years(statements[number], stated, [requests[r] for r in rows], wanted))
            for (number, stated), rows in groups.items()
        ]
        every = sorted({year for _, years in found for year in years})
        return _assembled(len(requests), found, every, wanted)

    def _years(
        self, statement: Statement, stated: str, requests: Sequence[Request], wanted: str
    ) -> dict[int, "_Year"]:
        """The sums of some requests of one statement, by year."""
        months = _months(statement.selection, stated)
        zeros = statement.states_zeros
        names = tuple(request.name for request in requests)
        keys = {
            year: (statement.provision, names, stated, wanted, zeros, statement.years.get(year))
            for year in sorted({*(months[months >= 0] // 12).tolist()})
        }
        wanting = {y for y, key in keys.items() if key[-1] is None or key not in self._kept}
        made = dict(self._added(statement, stated, requests, wanted, wanting))
        found = {year: made[year] if year in made else self._kept[keys[year]] for year in keys}
        for year, key in keys.items():
            if key[-1] is not None:
                self._keep(key, found[year])
        return found

    def _keep(self, key: Hashable, year: "_Year") -> None:
        if key not in self._kept:
            self._size += year.size
        self._kept[key] = year
        self._kept.move_to_end(key)
        while self._size > self._most:
            self._size -= self._kept.popitem(last=False)[1].size

    def _added(
        self,
        statement: Statement,
        stated: str,
        requests: Sequence[Request],
        wanted: str,
        years: set[int],
    ) -> Iterator[tuple[int, "_Year"]]:
        """The sums of some years, added up now."""
        if not years:
            return
        entries = _entries(statement, requests, stated, years)
        self.added += len(entries.row)
        in_year, first = 12 // MONTHS[wanted], min(years)
        shape = (len(requests), (max(years) + 1 - first) * in_year)
        filled = _filled(statement, stated, entries, wanted, first * in_year, shape)
        for year in years:
            yield year, filled.columns((year - first) * in_year, in_year)


@dataclass(frozen=True, slots=True)
class _Year:
    """The sums of some rows in some columns: of a year, once they are cut into years."""

    values: Values
    partly: Mask
    said: Said

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return self.values.nbytes + self.partly.nbytes * (1 + len(self.said))

    def columns(self, start: int, count: int) -> "_Year":
        """Some columns of it, as arrays of their own."""
        some = (slice(None), slice(start, start + count))
        return _Year(
            self.values[some].copy(),
            self.partly[some].copy(),
            {name: (codes[some].copy(), values) for name, (codes, values) in self.said.items()},
        )


def _assembled(
    rows: int,
    found: Sequence[tuple[list[int], dict[int, _Year]]],
    years: Sequence[int],
    wanted: str,
) -> Ledger:
    """Years put side by side, and rows of one statement below those of another."""
    in_year = 12 // MONTHS[wanted]
    first = years[0] if years else 0
    shape = (rows, (years[-1] + 1 - first) * in_year if years else 0)
    values, partly = np.full(shape, np.nan), np.zeros(shape, bool)
    words = {
        name: _by_gravity(name, (v for _, of in found for each in of.values()
                                 for v in each.said[name][1])) for name in GRAVEST
    }  # fmt: skip
    said = {name: np.full(shape, -1, np.int8) for name in GRAVEST}
    for places, of_years in found:
        for year, block in of_years.items():
            start = (year - first) * in_year
            at = np.ix_(places, range(start, start + in_year))
            values[at], partly[at] = block.values, block.partly
            for name, (codes, own) in block.said.items():
                place = np.array([*(words[name].index(each) for each in own), -1], np.int8)
                said[name][at] = place[codes]
    return Ledger(
        wanted,
        first * in_year,
        values,
        partly,
        {name: (codes, words[name]) for name, codes in said.items()},
    )


def _by_gravity(name: str, values: Iterable[str]) -> tuple[str, ...]:
    rank = {value: place for place, value in enumerate(GRAVEST[name])}
    return tuple(sorted({*values}, key=lambda each: (rank.get(each, len(rank)), each)))


def _filled(
    statement: Statement,
    stated: str,
    entries: "_Entries",
    wanted: str,
    first: int,
    shape: tuple[int, int],
) -> _Year:
    """The sums of all entries; `first` is the place of the first column."""
    length = MONTHS[wanted]
    at = entries.row * shape[1] + entries.month // length - first
    size = shape[0] * shape[1]
    missing = np.isnan(entries.value)
    there = np.bincount(at, minlength=size).reshape(shape)
    absent = np.bincount(at[missing], minlength=size).reshape(shape)
    sums = np.bincount(at, np.where(missing, 0, entries.value), size).reshape(shape)
    if statement.states_zeros:
        expected = _expected(entries, first, length, shape) * (length // MONTHS[stated])
        complete: Mask = there == expected
    else:
        complete = np.broadcast_to(_covered(statement, stated, length, first, shape[1]), shape)
    whole = (there > 0) & (absent == 0) & complete
    said = {}
    for name in GRAVEST:
        column = statement.selection.attributes.get(name, _NONE)
        said[name] = _gravest(name, column, entries.note, at, shape)
    return _Year(np.where(whole, sums, np.nan), (there > 0) & ~whole, said)


_NONE = Coded(np.zeros(0, np.int8), ())


def _covered(
    statement: Statement, stated: str, length: int, first: int, columns: int
) -> npt.NDArray[np.bool_]:
    """The periods of which the statement has every part, whichever series it has there."""
    months = _months(statement.selection, stated)
    periods = np.unique(months[months >= 0]) // length - first
    inside = periods[(periods >= 0) & (periods < columns)]
    covered: Mask = np.bincount(inside, minlength=columns) == length // MONTHS[stated]
    return covered


def _expected(
    entries: "_Entries", first: int, length: int, shape: tuple[int, ...]
) -> npt.NDArray[np.int64]:
    """How many series a row adds up in each period: those that are stated in the same year."""
    in_year = 12 // length
    years = shape[1] // in_year
    year = entries.month // 12 - first // in_year
    of_year = entries.part * years + year
    once = np.flatnonzero(np.diff(of_year, prepend=-1))  # in the order of series, then time
    counts = np.bincount(entries.row[once] * years + year[once], minlength=shape[0] * years)
    return np.repeat(counts.reshape(shape[0], years), in_year, axis=1)


@dataclass(frozen=True, slots=True)
class _Entries:
    """Observations of parts: into which row of the sums, in which month, from which series."""

    row: Numbers
    month: Numbers
    part: Numbers
    value: Values
    note: Numbers


def _entries(
    statement: Statement, requests: Sequence[Request], stated: str, years: set[int]
) -> _Entries:
    """The observations of every part of some requests in some years, one after the other."""
    asked = [(row, series) for row, request in enumerate(requests) for series in request.series]
    row, series = np.array(asked, np.int64).reshape(-1, 2).T
    selection, chunk = statement.selection, statement.chunk
    start = np.searchsorted(chunk.series, np.arange(selection.series + 1))
    lengths = start[series + 1] - start[series]
    part = np.repeat(np.arange(len(series)), lengths)
    skipped = np.repeat(start[series] - (np.cumsum(lengths) - lengths), lengths)
    places = np.arange(int(lengths.sum())) + skipped
    month = _months(selection, stated)[chunk.periods[places]]
    wanted = np.isin(month // 12, [*years]) & (month >= 0)
    part, places, month = part[wanted], places[wanted], month[wanted]
    notes = chunk.notes[places].astype(np.int64)
    return _Entries(row[part], month, part, statement.values[places], notes)


def _months(selection: Selection, stated: str) -> Numbers:
    """The first month of each period of a frequency; -1 for those of another."""
    return numbers(selection.periods, stated)


def _gravest(
    name: str, column: Coded, notes: Numbers, at: Numbers, shape: tuple[int, int]
) -> tuple[npt.NDArray[np.int8], tuple[str, ...]]:
    """The gravest value of one attribute among the parts of each sum."""
    words = _by_gravity(name, column.values)
    found = np.full(shape, -1, np.int8)
    if not words:
        return found, words
    codes = column.codes[notes]
    for word in reversed(words):  # the graver ones last, over the others
        found.reshape(-1)[at[codes == column.values.index(word)]] = words.index(word)
    return found, words
