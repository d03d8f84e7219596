"""Sums of stated cells, all at once: rows are what was asked for, columns are periods.

A sum is there where every part of it is, and none of them missing (`Tally.whole`). Zero is a value,
missing is not.

Tallies are kept year by year: no sum reaches beyond its year, so what did not change is not added
up again.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
import numpy.typing as npt

from gateway.mirror.adding import Tally, tallies
from gateway.mirror.gravity import GRAVEST, Said, brought, by_gravity
from gateway.mirror.periods import MONTHS, numbers
from gateway.mirror.sides import Statement
from gateway.model.selection import Coded

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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
            said={name: Coded(each.codes[rows], each.values) for name, each in self.said.items()},
        )


_Years = dict[tuple[int, Hashable], Tally]
"""Tallies by their year and what stands for its content; the one used last is the last."""

_OfYears = Mapping[int, Tally]


class Sums:
    """Adds up, and keeps what it added up; safe to share between threads."""

    def __init__(self, most: int = 128 * 1024 * 1024) -> None:
        """Keep at most so many bytes."""
        self.added = 0
        """How many observations were added up so far."""
        self.measured = 0
        """Of how many pairs of values the measures were computed so far."""
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, _Years] = OrderedDict()
        self._lock = Lock()

    def ledger(
        self, statements: Sequence[Statement], requests: Sequence[Request], wanted: str
    ) -> Ledger:
        """The sums of all requests, each a row, for one frequency."""
        groups: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row, request in enumerate(requests):
            if request.series:
                groups[request.statement, request.stated].append(row)
        found = []
        for (number, stated), rows in groups.items():
            asked = [requests[row] for row in rows]
            with self._lock:
                years = self._years(statements[number], stated, asked)
            longer = MONTHS[wanted] // MONTHS[stated]
            of_years = {year: tally.of(longer) for year, tally in years.items()}
            found.append(_Block(rows, of_years, statements[number].leaves_gaps))
        return _assembled(len(requests), found, wanted)

    def _years(
        self, statement: Statement, stated: str, requests: Sequence[Request]
    ) -> dict[int, Tally]:
        """The tallies of some requests of one statement, by year."""
        months = numbers(statement.selection.periods, stated)
        years = sorted({*(months[months >= 0] // 12).tolist()})
        group = (statement.provision, stated, tuple(request.name for request in requests))
        kept = self._kept.pop(group, {})  # to be the last, as the one used last
        self._kept[group] = kept
        keys = {year: (year, statement.years.get(year)) for year in years}
        wanting = [y for y, key in keys.items() if key[1] is None or key not in kept]
        made = self._added(statement, stated, requests, wanting)
        found = {year: made[year] if year in made else kept.pop(keys[year]) for year in years}
        for year, key in keys.items():
            if key[1] is not None:
                self._size += made[year].size if year in made else 0
                kept[key] = found[year]
        self._forget()
        return found

    def _added(
        self, statement: Statement, stated: str, requests: Sequence[Request], years: Sequence[int]
    ) -> dict[int, Tally]:
        """The tallies of some years, added up now."""
        if not years:
            return {}
        found = {}
        rows = [request.series for request in requests]
        for year, tally, added in tallies(statement, rows, stated, years):
            found[year] = tally
            self.added += added
        return found

    def _forget(self) -> None:
        """Let go of what was not used for longest, until the rest is small enough."""
        while self._size > self._most and self._kept:
            group, years = next(iter(self._kept.items()))
            if years:
                self._size -= years.pop(next(iter(years))).size
            if not years:
                del self._kept[group]


@dataclass(frozen=True, slots=True)
class _Block:
    """The tallies of some rows, by year; `gaps` says whether what their table leaves out lacks."""

    rows: list[int]
    years: _OfYears
    gaps: bool


def _assembled(rows: int, blocks: Sequence[_Block], wanted: str) -> Ledger:
    """Years put side by side, and rows of one statement below those of another."""
    in_year = 12 // MONTHS[wanted]
    years = sorted({year for block in blocks for year in block.years})
    first = years[0] if years else 0
    shape = (rows, (years[-1] + 1 - first) * in_year if years else 0)
    values, partly = np.full(shape, np.nan), np.zeros(shape, bool)
    said = {name: _nothing_said(name, blocks, shape) for name in GRAVEST}
    for block in blocks:
        for year, tally in block.years.items():
            start = (year - first) * in_year
            at = np.ix_(block.rows, range(start, start + in_year))
            whole = tally.whole(leaves_gaps=block.gaps)
            values[at] = np.where(whole, tally.total, np.nan)
            partly[at] = (tally.there > 0) & ~whole
            for name, column in said.items():
                column.codes[at] = brought(tally.said[name], column.values)
    return Ledger(wanted, first * in_year, values, partly, said)


def _nothing_said(name: str, blocks: Sequence[_Block], shape: tuple[int, int]) -> Coded:
    """A column of all values that some tally has, absent everywhere as yet."""
    words = {v for block in blocks for each in block.years.values() for v in each.said[name].values}
    values = by_gravity(name, words)
    return Coded(np.full(shape, len(values), np.int8), values)
