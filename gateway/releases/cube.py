"""The cube: one release as a table of series and code columns, from which queries are answered.

Series are sorted by key, observations by series then time. Each column is small integers, so that
a selection is a mask over series, then a run of rows for each that is left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gateway.model.coding import Rows, coded, combined, order
from gateway.model.observations import REPORTED, Observations
from gateway.model.query import Filter, Key
from gateway.model.selection import Coded, Selection, as_arrow
from gateway.model.structure import Attachment, DataStructure

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cube:
    """Columns of a release; `start` gives each series' first observation and has one entry more."""

    structure: DataStructure
    keys: Mapping[str, Coded]
    series_attributes: Mapping[str, Coded]
    start: npt.NDArray[np.int64]
    periods: Coded
    values: pa.StringArray
    attributes: Mapping[str, Coded]
    notes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, observations: Observations) -> "Cube":
        """The cube of observations in any order."""
        structure, table = observations.structure, observations.table
        count = table.num_rows
        columns = {
            name: coded(table.column(name))
            for name in table.column_names
            if pa.types.is_dictionary(table.schema.field(name).type)
        }
        times = columns[structure.time.id]
        rows = order([*(columns[name] for name in structure.dimension_ids), times])
        series = combined([columns[name] for name in structure.dimension_ids], count)[rows]
        start = np.flatnonzero(np.diff(series, prepend=-1, append=count))
        first = rows[start[:-1]]
        attributes = structure.attribute_ids(Attachment.OBSERVATION)
        notes = combined([columns[name] for name in attributes], count)
        _, example = np.unique(notes, return_index=True)
        reported = table.column(REPORTED).combine_chunks()
        return cls(
            structure,
            {name: columns[name].take(first) for name in structure.dimension_ids},
            {
                name: columns[name].take(first)
                for name in structure.attribute_ids(Attachment.SERIES)
            },
            start,
            times.take(rows),
            reported.take(as_arrow(rows)),
            {name: columns[name].take(example) for name in attributes},
            notes[rows].astype(np.int32),
        )

    def select(self, keys: Sequence[Key], filters: Sequence[Filter]) -> Selection:
        """The observations with one of the keys (any, where there is none) that pass every filter.

        Filters are on dimensions or time. Codes that no series has select nothing.
        """
        series = np.flatnonzero(self._series(keys, filters))
        rows, position = self._rows(series)
        for each in filters:
            if each.component == self.structure.time.id:
                allowed = _passing(self.periods, each, in_time=True)
                kept = allowed[self.periods.codes[rows]]
                rows, position = rows[kept], position[kept]
        return Selection(
            self.structure,
            {name: column.take(series) for name, column in self.keys.items()},
            {name: column.take(series) for name, column in self.series_attributes.items()},
            self.attributes,
            position.astype(np.int32),
            self.periods.take(rows),
            self.values.take(as_arrow(rows)),
            self.notes[rows],
        )

    def _series(self, keys: Sequence[Key], filters: Sequence[Filter]) -> Mask:
        count = len(self.start) - 1
        mask = np.zeros(count, bool) if keys else np.ones(count, bool)
        for key in keys:
            mask |= self._with_key(key)
        for each in filters:
            if each.component in self.keys:
                column = self.keys[each.component]
                mask &= _passing(column, each, in_time=False)[column.codes]
        return mask

    def _with_key(self, key: Key) -> Mask:
        mask = np.ones(len(self.start) - 1, bool)
        for column, codes in zip(self.keys.values(), key, strict=False):
            if codes is not None:
                mask &= _lookup(column, codes.__contains__)[column.codes]
        return mask

    def _rows(self, series: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The rows of some series, and for each the position of its series among them."""
        first = self.start[series]
        lengths = self.start[series + 1] - first
        position = np.repeat(np.arange(len(series)), lengths)
        before = np.cumsum(lengths) - lengths
        return np.arange(lengths.sum()) - before[position] + first[position], position


def _passing(column: Coded, filter: Filter, *, in_time: bool) -> Mask:
    return _lookup(column, lambda value: filter.matches(value, in_time=in_time))


def _lookup(column: Coded, allowed: Callable[[str], bool]) -> Mask:
    """For each code of a column, absent included, whether its value is allowed."""
    return np.array([*(allowed(value) for value in column.values), False], bool)
