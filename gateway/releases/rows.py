"""The observations of an index by row number, fetched chunk by chunk."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.model.selection import Chunk, Coded, Selection, as_arrow
from gateway.releases.index import Index

Numbers = npt.NDArray[np.int64]

Places = slice | Numbers
"""Row numbers in ascending order: a slice where they stand side by side."""

_FEW = 65_536
"""So many observations are fetched at once, and their columns cut down to what they use."""


def values_at(index: Index, places: Places) -> pa.StringArray:
    """The values of some rows as reported."""
    if isinstance(places, slice):
        found = index.values.slice(places.start, places.stop - places.start)
    else:
        found = index.values.take(as_arrow(places))
    return found if found.type == pa.string() else found.cast(pa.string())


def spread(begin: Numbers, lengths: Numbers) -> Places:
    """The rows of several runs: each from its beginning, so many long."""
    ends = begin + lengths
    if len(begin) and np.array_equal(ends[:-1], begin[1:]):
        return slice(int(begin[0]), int(ends[-1]))
    before = np.cumsum(lengths) - lengths
    rows: Numbers = np.arange(lengths.sum()) + np.repeat(begin - before, lengths)
    return rows


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of an index that are fetched when a chunk is asked for.

    `first` is where each series of the selection begins; every row belongs to one of them.
    """

    index: Index
    first: Numbers
    places: Places

    def __len__(self) -> int:
        if isinstance(self.places, slice):
            return int(self.places.stop - self.places.start)
        return len(self.places)

    def chunk(self, start: int, stop: int) -> Chunk:
        """The observations from one place up to another, in memory."""
        index, places = self.index, self._part(start, stop)
        return Chunk(
            self._series(places, stop - start),
            index.period[places],
            index.note[places],
            values_at(index, places),
        )

    def _part(self, start: int, stop: int) -> Places:
        if isinstance(self.places, slice):
            return slice(self.places.start + start, self.places.start + stop)
        return self.places[start:stop]

    def _series(self, places: Places, count: int) -> npt.NDArray[np.int32]:
        """For each row the number of its series: neither is looked up one by one."""
        if count == 0:
            return np.zeros(0, np.int32)
        ends = [places.start, places.stop - 1] if isinstance(places, slice) else places[[0, -1]]
        one, other = np.searchsorted(self.first, ends, side="right") - 1
        bounds = self.first[one + 1 : other + 1]
        if isinstance(places, slice):
            bounds = bounds - places.start
        else:
            bounds = np.searchsorted(places, bounds)
        lengths = np.diff(bounds, prepend=0, append=count)
        return np.repeat(np.arange(one, other + 1, dtype=np.int32), lengths)


def selection(index: Index, series: Numbers, places: Places) -> Selection:
    """The selection of some series with some of their rows; every series has one."""
    rows = Fetched(index, index.start[series], places)
    found = Selection(
        index.structure,
        {name: column.take(series) for name, column in index.keys.items()},
        {name: column.take(series) for name, column in index.series_attributes.items()},
        index.attributes,
        index.periods,
        rows,
        index.of_whole,
    )
    return _cut_down(found) if len(rows) <= _FEW else found


def _cut_down(whole: Selection) -> Selection:
    """The same with only the words in use: a small answer must not spell a whole country's."""
    rows = whole.chunk()
    notes, note = np.unique(rows.notes, return_inverse=True)
    periods, period = np.unique(rows.periods, return_inverse=True)
    return Selection(
        whole.structure,
        _only_used(whole.keys),
        _only_used(whole.series_attributes),
        _only_used({name: column.take(notes) for name, column in whole.attributes.items()}),
        tuple(whole.periods[code] for code in periods.tolist()),
        Chunk(rows.series, period.astype(np.int32), note.astype(np.int32), rows.values),
        whole.of_whole,
    )


def _only_used(columns: Mapping[str, Coded]) -> dict[str, Coded]:
    return {name: column.only_used() for name, column in columns.items()}
