"""The cube: one release's index, and what is picked from it.

First a run of series, narrowed by search on the leading dimensions of a key; then a mask over that
run; then the rows of the series that are left, and a mask over those where a filter asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gateway.model.joining import nothing
from gateway.model.query import Filter, Key, Mask, Wanted
from gateway.model.selection import Selection
from gateway.model.visibility import Visibility
from gateway.releases.index import Index, microsecond
from gateway.releases.masks import Test, codes_of, test
from gateway.releases.rows import Numbers, Places, selection, spread


@dataclass(frozen=True, slots=True)
class Picked:
    """Series of an index, how many observations of each are picked, and which.

    `rows` is None where they are the `lengths` from each `begin` on.
    """

    series: Numbers
    begin: Numbers
    lengths: Numbers
    rows: Numbers | None = None

    def places(self) -> Places:
        """The rows in ascending order."""
        return spread(self.begin, self.lengths) if self.rows is None else self.rows


_NONE = np.zeros(0, np.int64)


class Cube:
    """The observations of one release of one provision, as far as a caller may see them."""

    def __init__(self, provision: str, index: Index) -> None:
        self.provision = provision
        self.index = index

    def select(self, wanted: Wanted, visibility: Visibility) -> Selection:
        """The observations that are wanted, by series then time, and only series that have one.

        A code, value or period that no observation has selects nothing. An attribute or a value
        that is absent passes no filter. Nothing outside the visibility is in it.
        """
        picked = self.pick(wanted, visibility)
        if not len(picked.series):
            return nothing(self.index.structure)
        return selection(self.index, picked.series, picked.places())

    def lifted(self, visibility: Visibility) -> int:
        """How many embargoes of observations have lifted at the moment of a visibility."""
        times = np.unique(self.index.embargo)
        return int(np.count_nonzero(times <= microsecond(visibility.at)))

    def pick(self, wanted: Wanted, visibility: Visibility) -> Picked:
        """Which observations `select` gives."""
        run, keyed = self._run(wanted.keys)
        if not visibility.sees(self.provision) or run.start == run.stop:
            return Picked(_NONE, _NONE, _NONE)
        asked = test(self.index, wanted.filters, run)
        seen = self._seen(visibility, run)
        there = asked.series & np.logical_or.reduce([each.series for each in seen])
        if keyed is not None:
            there &= keyed
        series = np.flatnonzero(there) + run.start
        begin = self.index.start[series]
        whole = Picked(series, begin, self.index.start[series + 1] - begin)
        hidden = self._hidden(visibility)
        if asked.rows or hidden is not None or any(each.rows for each in seen):
            whole = self._passing(whole, run, asked, seen, hidden)
        return _ends(whole, wanted.first, wanted.last)

    def _run(self, keys: Sequence[Key]) -> tuple[slice, Mask | None]:
        """The run of series in which every one with a key is, and which of them have one."""
        if not keys:
            return slice(0, self.index.series), None
        runs = [self._run_of(key) for key in keys]
        if len(runs) == 1:
            return runs[0]
        whole = slice(min(run.start for run, _ in runs), max(run.stop for run, _ in runs))
        mask = np.zeros(whole.stop - whole.start, bool)
        for run, keyed in runs:
            part = slice(run.start - whole.start, run.stop - whole.start)
            mask[part] |= True if keyed is None else keyed
        return whole, mask

    def _run_of(self, key: Key) -> tuple[slice, Mask | None]:
        """Series are sorted by key: each single code at its front leaves a narrower run."""
        low, high = 0, self.index.series
        mask: Mask | None = None
        for column, codes in zip(self.index.keys.values(), key, strict=False):
            if codes is None:
                mask = np.ones(high - low, bool) if mask is None else mask
                continue
            found = codes_of(column.values, codes)
            run = column.codes[low:high]
            if mask is None and len(found) == 1:
                code = run.dtype.type(found[0])
                left, right = np.searchsorted(run, code), np.searchsorted(run, code, "right")
                low, high = low + int(left), low + int(right)
            else:
                passes = np.isin(run, found) if len(found) != 1 else run == found[0]
                mask = passes if mask is None else mask & passes
        return slice(low, high), mask

    def _seen(self, visibility: Visibility, run: slice) -> list[Test]:
        """A test for each region, of which a row must pass one."""
        everywhere: tuple[tuple[Filter, ...], ...] = ((),)
        regions = visibility.region(self.provision)
        return [
            test(self.index, each, run) for each in (everywhere if regions is None else regions)
        ]

    def _hidden(self, visibility: Visibility) -> Mask | None:
        """The sets of attributes whose embargo has not lifted; None where there is none."""
        hidden = self.index.embargo > microsecond(visibility.at)
        return hidden if hidden.any() else None

    def _passing(
        self, whole: Picked, run: slice, asked: Test, seen: Sequence[Test], hidden: Mask | None
    ) -> Picked:
        places, count = whole.places(), int(whole.lengths.sum())
        kept = asked.passing(places, count)
        if any(each.rows for each in seen):
            of_series = np.repeat(whole.series - run.start, whole.lengths)
            kept &= np.logical_or.reduce(
                [each.series[of_series] & each.passing(places, count) for each in seen]
            )
        if hidden is not None:
            kept &= ~hidden[self.index.note[places]]
        begins = np.cumsum(whole.lengths) - whole.lengths  # every series has an observation
        left = np.add.reduceat(kept, begins, dtype=np.int64) if count else _NONE
        some = left > 0
        rows = np.flatnonzero(kept) + places.start if isinstance(places, slice) else places[kept]
        return Picked(whole.series[some], _NONE, left[some], rows)


def _ends(picked: Picked, first: int | None, last: int | None) -> Picked:
    """The first and the last so many of each series; all, where neither is asked for."""
    if first is None and last is None:
        return picked
    whole = picked.lengths
    head = np.minimum(whole, first or 0)
    tail = np.minimum(whole - head, last or 0)
    begin = picked.begin if picked.rows is None else np.cumsum(whole) - whole
    if picked.rows is None and (first is None or last is None):
        return Picked(picked.series, begin if last is None else begin + whole - tail, head + tail)
    both = np.column_stack([begin, begin + whole - tail]).ravel()
    places = spread(both, np.column_stack([head, tail]).ravel())
    rows = np.arange(places.start, places.stop) if isinstance(places, slice) else places
    return Picked(
        picked.series, begin, head + tail, rows if picked.rows is None else picked.rows[rows]
    )
