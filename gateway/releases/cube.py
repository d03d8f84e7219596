"""The cube: one release's index, and what is picked from it.

First a run of series, narrowed by search on the leading dimensions of a key; then a mask over that
run; then the rows of the series that are left, and a mask over those where a filter asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

import numpy as np

from gateway.model.joining import nothing
from gateway.model.query import Filter, Key, Mask, Wanted
from gateway.model.selection import Selection
from gateway.model.visibility import Visibility
from gateway.releases.index import Index
from gateway.releases.masks import Test, codes_of, test
from gateway.releases.rows import Numbers, Places, selection, spread
from gateway.releases.sights import Sights


@dataclass(frozen=True, slots=True)
class Picked:
    """Series of an index, how many observations of each are picked, and which.

    `rows` is None where they are the `lengths` from each `begin` on. Of the rows in `blank` (it
    may name others too) only the keys are shown. `partial` says that the caller is not shown all
    that there is, `withheld` how many observations of those asked for are in the caller's regions.
    """

    series: Numbers
    begin: Numbers
    lengths: Numbers
    rows: Numbers | None = None
    blank: Numbers | None = None
    partial: bool = False
    withheld: int = 0

    def places(self) -> Places:
        """The rows in ascending order."""
        return spread(self.begin, self.lengths) if self.rows is None else self.rows


_NONE = np.zeros(0, np.int64)


class Cube:
    """The observations of one release of one provision, as far as a caller may see them."""

    def __init__(self, provision: str, index: Index, visible_from: datetime | None = None) -> None:
        """Without a time of its own the release is visible to everybody."""
        self.provision = provision
        self.index = index
        self._visible_from = visible_from

    def select(self, wanted: Wanted, visibility: Visibility) -> Selection:
        """The observations that are wanted, by series then time, and only series that have one.

        A code, value or period that no observation has selects nothing. An attribute or a value
        that is absent passes no filter. Nothing outside the visibility is in it.
        """
        picked = self.pick(wanted, visibility)
        if not len(picked.series):
            return replace(nothing(self.index.structure), withheld=picked.withheld)
        found = selection(
            self.index, picked.series, picked.places(), blank=picked.blank, exact=picked.partial
        )
        return replace(found, withheld=picked.withheld) if picked.withheld else found

    def pick(self, wanted: Wanted, visibility: Visibility) -> Picked:
        """Which observations `select` gives."""
        keys, filters = _keyed(wanted, [*self.index.keys])
        run, keyed = self._run(keys)
        if not visibility.sees(self.provision) or run.start == run.stop:
            return Picked(_NONE, _NONE, _NONE)
        asked = test(self.index, filters, run)
        seen = self._seen(visibility, run)
        there = asked.series & seen.series
        if keyed is not None:
            there &= keyed
        series = np.flatnonzero(there) + run.start
        begin = self.index.start[series]
        lengths = self.index.start[series + 1] - begin
        whole = Picked(series, begin, lengths, partial=not seen.everything)
        if seen.by_rows:
            whole = _shown(self.index, whole, run, asked, seen)
        elif asked.rows:
            places, count = whole.places(), int(lengths.sum())
            whole = _kept(whole, places, asked.passing(places, count))
        return _ends(whole, wanted.first, wanted.last)

    def _seen(self, visibility: Visibility, run: slice) -> Sights:
        """Who reads ahead has before the release goes public no other right than that."""
        view = visibility.view(self.provision)
        public = self._visible_from is None or self._visible_from <= visibility.at
        released = public or not view.ahead
        return Sights(self.index, view, visibility.at, run, released=released)

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
        """Series are sorted by key: each single code at its front leaves a narrower run.

        So it does behind dimensions of which all series have the same code.
        """
        low, high = 0, self.index.series
        narrows, mask = True, None
        for column, codes in zip(self.index.keys.values(), key, strict=False):
            found = None if codes is None else codes_of(column.values, codes)
            if found is None or len(found) == len(column.values):
                narrows = narrows and len(column.values) == 1
                continue
            run = column.codes[low:high]
            if narrows and len(found) == 1:
                code = run.dtype.type(found[0])
                ends = (run.searchsorted(code), run.searchsorted(code, "right"))
                low, high = (low + int(end) for end in ends)
                continue
            named = np.zeros(len(column.values), bool)
            named[found] = True
            passes = named.take(run)
            narrows, mask = False, passes if mask is None else mask & passes
        return slice(low, high), mask


def _keyed(wanted: Wanted, ids: Sequence[str]) -> tuple[Sequence[Key], Sequence[Filter]]:
    """The keys that are wanted, with what filters name of them; and the other filters.

    A key leads to a run of series, and a filter looks at them all.
    """
    named: dict[str, frozenset[str]] = {}
    others = []
    for each in wanted.filters:
        codes = each.named() if each.component in ids else None
        if codes is None:
            others.append(each)
        else:
            named[each.component] = named.get(each.component, codes) & codes
    if not named:
        return wanted.keys, wanted.filters
    filtered = tuple(named.get(id) for id in ids)
    return [_both(key, filtered) for key in wanted.keys or ((),)], others


def _both(one: Key, other: Key) -> Key:
    """A key that allows what both allow."""
    return tuple(
        first if second is None else second if first is None else first & second
        for first, second in zip_longest(one, other)
    )


def _shown(index: Index, whole: Picked, run: slice, asked: Test, seen: Sights) -> Picked:
    """The rows that pass as they are shown, those without their value among them."""
    places, count = whole.places(), int(whole.lengths.sum())
    of_series = np.repeat(whole.series - run.start, whole.lengths)
    shown = seen.shown(places, of_series, count)
    passing = asked.passing(places, count)
    kept, blank = shown.open & passing, None
    if shown.blank is not None:
        keys_alone = shown.blank & asked.passing_blank(places, count)
        kept |= keys_alone
        blank = _rows(places, keys_alone)
    withheld = int((shown.withheld & passing).sum())
    return replace(_kept(whole, places, kept), blank=blank, partial=True, withheld=withheld)


def _kept(whole: Picked, places: Places, kept: Mask) -> Picked:
    """Some of the rows of the series, and only series that have one."""
    begins = np.cumsum(whole.lengths) - whole.lengths  # every series has an observation
    left = np.add.reduceat(kept, begins, dtype=np.int64) if len(kept) else _NONE
    some = left > 0
    return replace(
        whole,
        series=whole.series[some],
        begin=_NONE,
        lengths=left[some],
        rows=_rows(places, kept),
    )


def _rows(places: Places, kept: Mask) -> Numbers:
    return np.flatnonzero(kept) + places.start if isinstance(places, slice) else places[kept]


def _ends(picked: Picked, first: int | None, last: int | None) -> Picked:
    """The first and the last so many of each series; all, where neither is asked for."""
    if first is None and last is None:
        return picked
    whole = picked.lengths
    head = np.minimum(whole, first or 0)
    tail = np.minimum(whole - head, last or 0)
    begin = picked.begin if picked.rows is None else np.cumsum(whole) - whole
    if picked.rows is None and (first is None or last is None):
        begin = begin if last is None else begin + whole - tail
        return replace(picked, begin=begin, lengths=head + tail)
    both = np.column_stack([begin, begin + whole - tail]).ravel()
    places = spread(both, np.column_stack([head, tail]).ravel())
    rows = np.arange(places.start, places.stop) if isinstance(places, slice) else places
    rows = rows if picked.rows is None else picked.rows[rows]
    return replace(picked, begin=begin, lengths=head + tail, rows=rows)
