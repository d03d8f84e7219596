"""The observations of an index by row number, fetched chunk by chunk."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.model.query import Mask
from gateway.model.selection import Chunk, Coded, Codes, Selection, as_arrow
from gateway.model.structure import DataStructure
from gateway.model.visibility import CONFIDENTIALITY
from gateway.releases.index import Index

Numbers = npt.NDArray[np.int64]

_MANY = 16

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


SUPPRESSED = "Q"
"""Missing value; suppressed. Source: SDMX:CL_OBS_STATUS."""


def blanked(structure: DataStructure, name: str, column: Coded) -> Coded:
    """An attribute of observations as it is shown where the value is kept back.

    The confidentiality stays, and what must not be missing; OBS_STATUS says why there is no value;
    what else was noted might tell it.
    """
    attribute = next(each for each in structure.attributes if each.id == name)
    listed = attribute.representation.codelist
    none = np.zeros(len(column.codes), np.int8)
    if name == "OBS_STATUS" and listed is not None and listed.id == "CL_OBS_STATUS":
        return Coded(none, (SUPPRESSED,))
    if name == CONFIDENTIALITY or attribute.mandatory:
        return column
    return Coded(none, ())


@dataclass(frozen=True, slots=True)
class _Notes:
    """Which sets of attributes and which periods some rows are told to have, by other numbers.

    The sets are twice as many as those of the index: behind each as it is comes each as it is
    shown where the value is kept back.
    """

    note: Codes
    period: Codes


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of an index that are fetched when a chunk is asked for.

    `first` is where each series of the selection begins; every row belongs to one of them. The
    values of the rows in `blank`, ascending, are kept back.
    """

    index: Index
    first: Numbers
    places: Places
    blank: Numbers | None = None
    told: _Notes | None = None

    def __len__(self) -> int:
        if isinstance(self.places, slice):
            return int(self.places.stop - self.places.start)
        return len(self.places)

    def chunk(self, start: int, stop: int) -> Chunk:
        """The observations from one place up to another, in memory."""
        index, places = self.index, self._part(start, stop)
        series, period, note = (
            self._series(places, stop - start),
            index.period[places],
            index.note[places],
        )
        if self.told is None:
            return Chunk(series, period, note, values_at(index, places))
        kept_back = self.kept_back(places)
        sets = note.astype(np.int64) + (len(self.told.note) // 2) * kept_back
        return Chunk(
            series,
            self.told.period[period],
            self.told.note[sets],
            _without(values_at(index, places), kept_back),
        )

    def kept_back(self, places: Places | None = None) -> Mask:
        """Which of some rows, of all where none are named, are shown without their value."""
        places = self.places if places is None else places
        rows = np.arange(places.start, places.stop) if isinstance(places, slice) else places
        if self.blank is None or not len(self.blank):
            return np.zeros(len(rows), bool)
        found = np.minimum(np.searchsorted(self.blank, rows), len(self.blank) - 1)
        same: Mask = self.blank[found] == rows
        return same

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
        lengths = np.empty(len(bounds) + 1, np.int64)
        lengths[:-1], lengths[-1] = bounds, count
        lengths[1:] -= bounds
        return np.arange(one, other + 1, dtype=np.int32).repeat(lengths)


def _without(values: pa.StringArray, kept_back: Mask) -> pa.StringArray:
    """Values, null where they are kept back."""
    if not kept_back.any():
        return values
    numbers = np.arange(len(values))
    there = pa.py_buffer(np.packbits(~kept_back, bitorder="little"))
    rows = pa.Array.from_buffers(pa.int64(), len(values), [there, pa.py_buffer(numbers)])
    return values.take(rows)


def selection(
    index: Index,
    series: Numbers,
    places: Places,
    *,
    blank: Numbers | None = None,
    exact: bool = False,
) -> Selection:
    """The selection of some series with some of their rows; every series has one.

    With `exact` no word is in it that none of its rows has, however many they are; the values of
    the rows in `blank` are kept back.
    """
    found = Selection(
        index.structure,
        {name: column.take(series) for name, column in index.keys.items()},
        {name: column.take(series) for name, column in index.series_attributes.items()},
        index.attributes,
        index.periods,
        Fetched(index, index.start[series], places),
        index.of_whole,
    )
    if exact:
        return _exact(found, index, Fetched(index, index.start[series], places, blank))
    return _cut_down(found) if len(found) <= _FEW else found


def _exact(whole: Selection, index: Index, rows: Fetched) -> Selection:
    """The same with nothing in it but what its rows show, whatever else the index holds."""
    sets = whole.sets
    shown = index.note[rows.places].astype(np.int64) + sets * rows.kept_back()
    notes = np.flatnonzero(np.bincount(shown, minlength=2 * sets))
    periods = np.flatnonzero(np.bincount(index.period[rows.places], minlength=len(index.periods)))
    told = _Notes(_renumbered(notes, 2 * sets), _renumbered(periods, len(index.periods)))
    return Selection(
        whole.structure,
        {name: column.exactly_used() for name, column in whole.keys.items()},
        {name: column.exactly_used() for name, column in whole.series_attributes.items()},
        {
            name: _both(column, blanked(index.structure, name, column)).take(notes).exactly_used()
            for name, column in index.attributes.items()
        },
        tuple(whole.periods[code] for code in periods.tolist()),
        Fetched(rows.index, rows.first, rows.places, rows.blank, told),
        whole.of_whole,
    )


def _both(one: Coded, other: Coded) -> Coded:
    """Two columns one below the other, the words of each kept in their order."""
    values = tuple(sorted({*one.values, *other.values}))
    places = {value: code for code, value in enumerate(values)}
    moved = [
        np.array([*(places[value] for value in each.values), len(values)], np.int32)[each.codes]
        for each in (one, other)
    ]
    return Coded(np.concatenate(moved), values)


def _renumbered(used: Numbers, count: int) -> Codes:
    """For each of so many numbers its place among those used; whatever, where it is not."""
    places = np.zeros(count, np.int32)
    places[used] = np.arange(len(used))
    return places


def _cut_down(whole: Selection) -> Selection:
    """The same with only the words in use: a small answer must not spell a whole country's."""
    rows = whole.chunk()
    notes, note = _distinct(rows.notes, whole.sets)
    periods, period = _distinct(rows.periods, len(whole.periods))
    return Selection(
        whole.structure,
        _only_used(whole.keys),
        _only_used(whole.series_attributes),
        _only_used({name: column.take(notes) for name, column in whole.attributes.items()}),
        tuple(whole.periods[code] for code in periods.tolist()),
        Chunk(rows.series, period, note, rows.values),
        whole.of_whole,
    )


def _distinct(codes: Codes, count: int) -> tuple[Numbers, Codes]:
    """Which of so many codes some rows have, and of each row its place among those."""
    if count == 1:
        return np.zeros(1, np.int64), codes
    if count > _MANY * len(codes):  # then it is quicker to sort the few than to count among all
        used, places = np.unique(codes, return_inverse=True)
        return used.astype(np.int64), places.astype(np.int32)
    used = np.flatnonzero(np.bincount(codes, minlength=count))
    return used, _renumbered(used, count)[codes]


def _only_used(columns: Mapping[str, Coded]) -> dict[str, Coded]:
    return {name: column.only_used() for name, column in columns.items()}
