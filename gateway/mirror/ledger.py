"""Sums of stated cells, all at once: rows are what was asked for, columns are periods.

A sum is there where every part of it is, and none of them missing. In a table that states its
zeros, each series that it states in a year is a part in every period of that year; a table without
a zero leaves out what did not occur, and what it states is the whole. Zero is a value, missing is
not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.mirror.periods import MONTHS, Numbers, numbers
from gateway.mirror.sides import Statement
from gateway.model.selection import Coded, Selection, as_floats, as_scalar

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Request:
    """Series of a statement to be added up, and how long the periods are that they are added to."""

    statement: int
    series: tuple[int, ...]
    stated: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums of one frequency.

    `values` has NaN where there is none; `partly` says where some of it is stated but not all.
    `first` is the place of the first column among the periods of the frequency. `said` has, by
    observation attribute, the code of the gravest value among the parts; -1 where none is stated.
    """

    frequency: str
    first: int
    values: Values
    partly: Mask
    said: Mapping[str, tuple[npt.NDArray[np.int8], tuple[str, ...]]]

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


@dataclass(frozen=True, slots=True)
class _Entries:
    """Observations of parts: into which row of the sums, in which month, from which series."""

    row: Numbers
    month: Numbers
    part: Numbers
    value: Values
    note: Numbers


def ledger(statements: Sequence[Statement], requests: Sequence[Request], wanted: str) -> Ledger:
    """The sums of all requests, each a row; every one of them wants the same frequency."""
    by_statement: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row, request in enumerate(requests):
        by_statement[request.statement, request.stated].append(row)
    parts = [
        (statements[number].selection, stated, _entries(statements[number].selection, requests, of))
        for (number, stated), of in by_statement.items()
    ]
    length = MONTHS[wanted]
    months = [each.month for _, _, each in parts if len(each.month)]
    first = min((int(each.min()) for each in months), default=0) // 12 * 12 // length
    last = max((int(each.max()) for each in months), default=-1) // length
    shape = (len(requests), last - first + 1)
    return _filled(parts, requests, wanted, first, shape)


def _filled(
    parts: Sequence[tuple[Selection, str, _Entries]],
    requests: Sequence[Request],
    wanted: str,
    first: int,
    shape: tuple[int, int],
) -> Ledger:
    values, partly = np.full(shape, np.nan), np.zeros(shape, bool)
    said = {name: _Gravest(name, shape) for name in GRAVEST}
    length = MONTHS[wanted]
    for selection, stated, entries in parts:
        place = entries.month // length - first
        at = entries.row * shape[1] + place
        size = shape[0] * shape[1]
        missing = np.isnan(entries.value)
        there = np.bincount(at, minlength=size).reshape(shape)
        absent = np.bincount(at[missing], minlength=size).reshape(shape)
        sums = np.bincount(at, np.where(missing, 0, entries.value), size).reshape(shape)
        whole = (there > 0) & (absent == 0) & _complete(entries, there, first, length, stated)
        values[whole] = sums[whole]
        partly |= (there > 0) & ~whole
        for name, column in selection.attributes.items():
            if name in said:
                said[name].add(column, entries.note, at)
    return Ledger(
        wanted, first, values, partly, {name: each.result() for name, each in said.items()}
    )


def _complete(
    entries: _Entries, there: npt.NDArray[np.int64], first: int, length: int, stated: str
) -> Mask:
    """Where everything that belongs to a sum was stated; `there` counts what was."""
    parts = length // MONTHS[stated]
    if np.any(entries.value == 0):
        whole: Mask = there == _expected(entries, first, length, there.shape) * parts
        return whole
    periods = np.unique(entries.month // MONTHS[stated])
    column = periods * MONTHS[stated] // length - first
    covered: Mask = np.bincount(column, minlength=there.shape[1]) == parts
    return np.broadcast_to(covered, there.shape)


def _expected(
    entries: _Entries, first: int, length: int, shape: tuple[int, ...]
) -> npt.NDArray[np.int64]:
    """How many series a row adds up in each period: those that are stated in the same year."""
    in_year = 12 // length
    years = -(-shape[1] // in_year)
    year = entries.month // 12 - first // in_year
    of_year = entries.part * years + year
    once = np.flatnonzero(np.diff(of_year, prepend=-1))  # in the order of series, then time
    counts = np.bincount(entries.row[once] * years + year[once], minlength=shape[0] * years)
    return np.repeat(counts.reshape(shape[0], years), in_year, axis=1)[:, : shape[1]]


def _entries(selection: Selection, requests: Sequence[Request], rows: Iterable[int]) -> _Entries:
    """The observations of every part of some requests, one after the other."""
    asked = [(row, series) for row in rows for series in requests[row].series]
    row, series = np.array(asked, np.int64).reshape(-1, 2).T
    chunk = selection.chunk()
    start = np.searchsorted(chunk.series, np.arange(selection.series + 1))
    lengths = start[series + 1] - start[series]
    part = np.repeat(np.arange(len(series)), lengths)
    skipped = np.repeat(start[series] - (np.cumsum(lengths) - lengths), lengths)
    places = np.arange(int(lengths.sum())) + skipped
    month = numbers(selection.periods)[chunk.periods[places]]
    return _Entries(
        row[part], month, part, _floats(chunk.values)[places], chunk.notes[places].astype(np.int64)
    )


def _floats(values: pa.StringArray) -> Values:
    return as_floats(pc.fill_null(pc.cast(values, pa.float64()), as_scalar(np.nan)))


class _Gravest:
    """The gravest value of one attribute among the parts of each sum."""

    def __init__(self, name: str, shape: tuple[int, int]) -> None:
        self._order = GRAVEST[name]
        self._shape = shape
        self._values: dict[str, Mask] = {}

    def add(self, column: Coded, notes: Numbers, at: Numbers) -> None:
        """Note which sums have a part with each value."""
        codes = column.codes[notes]
        for code, value in enumerate(column.values):
            there = self._values.setdefault(value, np.zeros(self._shape, bool))
            there.reshape(-1)[at[codes == code]] = True

    def result(self) -> tuple[npt.NDArray[np.int8], tuple[str, ...]]:
        """The codes and what they stand for."""
        rank = {value: place for place, value in enumerate(self._order)}
        values = sorted(self._values, key=lambda each: (rank.get(each, len(rank)), each))
        codes = np.full(self._shape, -1, np.int8)
        for code in reversed(range(len(values))):
            codes[self._values[values[code]]] = code
        return codes, tuple(values)
