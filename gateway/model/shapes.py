"""A selection in the shape that a message tells it in: what is shown, and under which dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from gateway.model.coding import Packed, combined, dense, packed
from gateway.model.selection import Chunk, Coded, Codes, RowNumbers, Rows, Selection
from gateway.model.structure import Attachment


def arranged(selection: Selection, dimension: str) -> Selection:
    """The same observations in series under a dimension, which is one of the key.

    Then time, as their last, is one of the `keys`, and `periods` are the codes of that dimension
    that are in use. Attributes that hang on it, or on the whole key, are the observations'.
    Observations come by series then code, unless they were asked for in an order of their own.
    Under time, or under no dimension, it is the selection itself. Everything is in memory.
    Source: SDMX 2.1, SDMXDataStructureSpecific.xsd, SeriesType.
    """
    if dimension not in selection.keys:
        return selection
    rows = selection.chunk()
    others = {id: column for id, column in selection.keys.items() if id != dimension}
    on_series, moved = _divided(selection, dimension)
    codes = selection.keys[dimension].codes[rows.series]
    # With its attributes: where these differ against the structure, nothing is lost.
    key = combined([*others.values(), *on_series.values()], selection.series)[rows.series]
    order = _order(rows, packed([key, rows.periods, codes], len(rows)))
    series, example = _numbered(packed([key, rows.periods], len(rows))[order])
    first = order[example]
    under = _only_used(Coded(codes[order], selection.keys[dimension].values))
    time = Coded(rows.periods[first], selection.periods)
    notes, attributes = _with(selection, moved, rows.at(order))
    return Selection(
        selection.structure,
        {
            **_taken(others, rows.series[first]),
            selection.structure.time.id: time,
        },
        _taken(on_series, rows.series[first]),
        attributes,
        under.values,
        replace(rows.at(order), series=series.astype(np.int32), periods=under.codes, notes=notes),
        selection.of_whole,
    )


def _order(rows: Chunk, sorted_by: Packed) -> RowNumbers:
    """The rows sorted, but for those that do not stand by series then time as they are."""
    natural = packed([rows.series, rows.periods], len(rows))
    if np.all(natural[1:] >= natural[:-1]):
        return np.argsort(sorted_by, kind="stable")
    return np.arange(len(rows))


def _numbered(numbers: Packed) -> tuple[Packed, RowNumbers]:
    """Each number's place among the distinct ones, and for each of these a row that has it."""
    found = dense(numbers)
    example = np.zeros(int(found.max(initial=-1)) + 1, np.intp)
    example[found] = np.arange(len(found))
    return found, example


def _only_used(column: Coded) -> Coded:
    """A column that is never absent, without the values that no row has."""
    used = np.flatnonzero(np.bincount(column.codes, minlength=len(column.values)))
    place = np.zeros(len(column.values), np.int32)
    place[used] = np.arange(len(used))
    return Coded(place[column.codes], tuple(column.values[code] for code in used.tolist()))


def _divided(selection: Selection, dimension: str) -> tuple[dict[str, Coded], dict[str, Coded]]:
    """The attributes that stay with the series under a dimension, and those that do not."""
    structure = selection.structure
    move = {e.id for e in structure.attributes if structure.stands_at_observation(e, dimension)}
    columns = selection.series_attributes.items()
    return (
        {id: column for id, column in columns if id not in move},
        {id: column for id, column in columns if id in move},
    )


def _with(
    selection: Selection, moved: dict[str, Coded], rows: Chunk
) -> tuple[Codes, dict[str, Coded]]:
    """The sets of attributes of some observations, with those that were their series'."""
    if not moved:
        return rows.notes, dict(selection.attributes)
    on_series = combined([*moved.values()], selection.series)[rows.series]
    notes, example = _numbered(packed([rows.notes, on_series], len(rows)))
    return notes, {
        **_taken(selection.attributes, rows.notes[example]),
        **_taken(moved, rows.series[example]),
    }


def _taken(columns: Mapping[str, Coded], rows: Codes) -> dict[str, Coded]:
    return {id: column.take(rows) for id, column in columns.items()}


def grouped(
    selection: Selection, dimensions: Sequence[str], attributes: Sequence[str]
) -> Selection:
    """What a selection states of groups of its series: of each once, where it states something.

    A group is the series that share the codes of some dimensions. There are no observations.
    """
    keys = {id: selection.keys[id] for id in dimensions}
    stated = {id: selection.series_attributes[id] for id in attributes}
    there = [column.codes < len(column.values) for column in stated.values()]
    some = np.flatnonzero(np.logical_or.reduce(there)) if there else np.zeros(0, np.intp)
    every = [*_taken(keys, some).values(), *_taken(stated, some).values()]
    _, first = np.unique(combined(every, len(some)), return_index=True)
    none = np.zeros(0, np.int32)
    return replace(
        selection,
        keys=_taken(keys, some[first]),
        series_attributes=_taken(stated, some[first]),
        rows=Chunk(none, none, none, pa.nulls(0, pa.string())),
    )


def shown(
    selection: Selection, attributes: frozenset[str] | None = None, *, measure: bool = True
) -> Selection:
    """The same observations with some of their attributes only, or without their values.

    None is for all attributes.
    """
    if attributes is None and measure:
        return selection
    on_series = _named(selection.series_attributes, attributes)
    on_rows = _named(selection.attributes, attributes)
    rows = _Less(selection.rows, values=measure, notes=bool(on_rows))
    return replace(
        selection,
        series_attributes=on_series,
        attributes=on_rows,
        rows=rows,
        of_whole=stated_of_whole(selection, attributes),
    )


def spread(selection: Selection) -> Selection:
    """The same, with what is stated of the whole stated of each series.

    For formats in which that is how it is told: a table has a column for it, and SDMX-JSON finds
    out for itself that all series have one value, or that those of two providers differ.
    """
    ids = selection.structure.attribute_ids(Attachment.DATASET)
    if not ids:
        return selection
    every = np.zeros(selection.series, np.int32)
    stated = {id: (selection.of_whole[id],) if id in selection.of_whole else () for id in ids}
    of_each = {id: Coded(every, values) for id, values in stated.items()}
    both = {**selection.series_attributes, **of_each}
    return replace(selection, series_attributes=both)


def stated_of_whole(selection: Selection, attributes: frozenset[str] | None) -> dict[str, str]:
    """What is stated of the whole data set by some of its attributes; None is for all."""
    found = selection.of_whole.items()
    return {id: value for id, value in found if attributes is None or id in attributes}


def _named(columns: Mapping[str, Coded], ids: frozenset[str] | None) -> dict[str, Coded]:
    return {id: column for id, column in columns.items() if ids is None or id in ids}


@dataclass(frozen=True, slots=True)
class _Less:
    """Rows without their values or without their notes, fetched as they are needed."""

    rows: Rows
    values: bool
    notes: bool

    def __len__(self) -> int:
        return len(self.rows)

    def chunk(self, start: int, stop: int) -> Chunk:
        """The observations from one place up to another, in memory."""
        found = self.rows.chunk(start, stop)
        if not self.values:
            found = replace(found, values=pa.nulls(len(found), pa.string()))
        if not self.notes:
            found = replace(found, notes=np.zeros(len(found), np.int32))
        return found
