"""Selections brought to the same codes: to be read as one, or compared with one another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.coding import Packed, SortKey, combined, dense, narrow, packed
from gateway.model.period import chronological
from gateway.model.query import Numbers, Sort
from gateway.model.selection import (
    Chunk,
    Coded,
    Codes,
    RowNumbers,
    Selection,
    as_codes,
    as_floats,
    as_scalar,
    as_strings,
)
from gateway.model.structure import Attachment, DataStructure


def joined(selections: Sequence[Selection]) -> Selection:
    """The observations of several selections of one structure as those of one, one after the other.

    A series that several have is there several times; of the whole is stated what all state.
    Everything is in memory.
    """
    chunks = [each.chunk() for each in selections]
    periods = _merged(
        [Coded(c.periods, s.periods) for s, c in zip(selections, chunks, strict=True)],
        by=chronological,
    )
    return Selection(
        selections[0].structure,
        _below([each.keys for each in selections]),
        _below([each.series_attributes for each in selections]),
        _below([each.attributes for each in selections]),
        periods.values,
        Chunk(
            _moved([each.series for each in chunks], [each.series for each in selections]),
            periods.codes,
            _moved([each.notes for each in chunks], [each.sets for each in selections]),
            pa.concat_arrays([each.values for each in chunks]),
        ),
        dict(frozenset.intersection(*(frozenset(each.of_whole.items()) for each in selections))),
        sum(each.withheld for each in selections),
    )


def _below(tables: Sequence[Mapping[str, Coded]]) -> dict[str, Coded]:
    """Tables of one set of columns, one below the other."""
    return {name: _merged([table[name] for table in tables]) for name in tables[0]}


def _merged(columns: Sequence[Coded], by: SortKey = str) -> Coded:
    """Columns one below the other as one, its values distinct and in order."""
    distinct = {value for column in columns for value in column.values}
    values = tuple(sorted(distinct, key=by))
    place = {value: code for code, value in enumerate(values)}
    codes = [
        np.array([*(place[value] for value in column.values), len(values)], narrow(len(values)))[
            column.codes
        ]
        for column in columns
    ]
    return Coded(np.concatenate(codes), values)


def _moved(numbers: Sequence[Codes], counts: Sequence[int]) -> Codes:
    """Row numbers of tables that stand one below the other, each so many rows long."""
    before = np.cumsum([0, *counts[:-1]])
    kind = narrow(max(sum(counts), 2**15))  # of 32 bits at least, so that others can add to it
    moved = [
        each.astype(kind, copy=False) + shift
        for each, shift in zip(numbers, before.astype(kind), strict=True)
    ]
    return np.concatenate(moved)


def ordered(selection: Selection, order: Sequence[Sort]) -> Selection:
    """The same observations sorted by one component or more; what they leave open stays as it is.

    Codes and text sort as text, periods by time, the measure by its number; absent comes last,
    and first where the order is descending. Everything is in memory.
    """
    rows = selection.chunk()
    columns = [
        -column if each.descending else column
        for each in order
        for column in (_sortable(selection, rows, each.component),)
    ]
    return selection.with_rows(rows.at(np.lexsort(columns[::-1])))


def _sortable(selection: Selection, rows: Chunk, component: str) -> Numbers:
    structure = selection.structure
    if component == structure.time.id:
        return rows.periods.astype(np.float64)
    if component == structure.measure.id:
        return as_floats(pc.fill_null(pc.cast(rows.values, pa.float64()), as_scalar(np.inf)))
    if component in selection.attributes:
        return selection.attributes[component].codes[rows.notes].astype(np.float64)
    column = {**selection.keys, **selection.series_attributes}.get(component)
    if column is None:  # an attribute of whole data sets is the same for all
        return np.zeros(len(rows))
    return column.codes[rows.series].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Difference:
    """What happened between two states of the same question.

    `changed` are observations of the later state that the earlier had otherwise, `revised` of them,
    or not at all; `deleted` are those of the earlier state that the later has no more.
    """

    changed: Selection
    deleted: Selection
    revised: int

    def __len__(self) -> int:
        return len(self.changed) + len(self.deleted)


def difference(before: Selection, after: Selection) -> Difference:
    """What an observation's key says of two states of the same question.

    Two observations with one key are the same where value, spelling included, and attributes,
    those of the series included, are.
    """
    both = joined([before, after])
    split = len(before)
    keys, contents = identities(both)
    partner = places(keys[:split], keys[split:])
    known = partner >= 0
    same = known.copy()
    same[known] = contents[partner[known]] == contents[split:][known]
    gone = np.ones(split, bool)
    gone[partner[known]] = False
    return Difference(
        narrowed(after, after.chunk().at(np.flatnonzero(~same))),
        narrowed(before, before.chunk().at(np.flatnonzero(gone))),
        int((known & ~same).sum()),
    )


def places(among: Packed, wanted: Packed) -> RowNumbers:
    """Where each of some numbers stands among distinct others; -1 where it does not."""
    if not len(among):
        return np.full(len(wanted), -1)
    order = np.argsort(among, kind="stable")
    place = order[np.minimum(np.searchsorted(among, wanted, sorter=order), len(among) - 1)]
    return np.where(among[place] == wanted, place, -1)


def identities(selection: Selection) -> tuple[Packed, Packed]:
    """For each observation a number for its full key, and one for all else that it states."""
    rows = selection.chunk()
    count = len(rows)
    series = combined([*selection.keys.values()], selection.series)[rows.series]
    on_series = combined([*selection.series_attributes.values()], selection.series)[rows.series]
    notes = combined([*selection.attributes.values()], selection.sets)[rows.notes]
    spelled = rows.values.dictionary_encode()
    value = as_codes(pc.fill_null(spelled.indices, as_scalar(len(spelled.dictionary))))
    return (
        dense(packed([series, rows.periods], count)),
        dense(packed([value, on_series, notes], count)),
    )


def ends(selection: Selection, first: int | None, last: int | None) -> Selection:
    """The first and the last so many observations of each series; all, where neither is given."""
    if first is None and last is None:
        return selection
    rows = selection.chunk()
    lengths = np.bincount(rows.series, minlength=selection.series)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    left = np.repeat(lengths, lengths) - place
    kept = (place < (first or 0)) | (left <= (last or 0))
    return narrowed(selection, rows.at(np.flatnonzero(kept)))


def narrowed(selection: Selection, rows: Chunk) -> Selection:
    """Some observations of a selection, with only the series that they are of."""
    used, series = np.unique(rows.series, return_inverse=True)
    return Selection(
        selection.structure,
        {name: column.take(used) for name, column in selection.keys.items()},
        {name: column.take(used) for name, column in selection.series_attributes.items()},
        selection.attributes,
        selection.periods,
        Chunk(series.astype(np.int32), rows.periods, rows.notes, rows.values),
        selection.of_whole,
        selection.withheld,
    )


_NO_CODES = np.zeros(0, np.int32)
_NO_CODES.flags.writeable = False  # they are shared
_NO_COLUMN = Coded(_NO_CODES, ())
_NO_ROWS = Chunk(_NO_CODES, _NO_CODES, _NO_CODES, as_strings([]))


def nothing(structure: DataStructure) -> Selection:
    """A selection without observations."""
    return Selection(
        structure,
        dict.fromkeys(structure.dimension_ids, _NO_COLUMN),
        dict.fromkeys(structure.attribute_ids(Attachment.SERIES), _NO_COLUMN),
        dict.fromkeys(structure.attribute_ids(Attachment.OBSERVATION), _NO_COLUMN),
        (),
        _NO_ROWS,
    )


def bare(selection: Selection) -> Selection:
    """The same observations by their keys alone: no value, no attribute."""
    rows = selection.chunk()
    none = np.zeros(len(rows), np.int32)

    def absent(columns: Mapping[str, Coded], count: int) -> dict[str, Coded]:
        return {name: Coded(none[:count], ()) for name in columns}

    return Selection(
        selection.structure,
        selection.keys,
        absent(selection.series_attributes, selection.series),
        absent(selection.attributes, 1),
        selection.periods,
        Chunk(rows.series, rows.periods, none, pa.nulls(len(rows), pa.string())),
    )
