"""What of the release before goes on beside a file that speaks only of some periods."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.observations import REPORTED, Observations, columns, join
from gateway.model.selection import Coded, Selection
from gateway.model.structure import DataStructure


def with_other_periods(observations: Observations, before: Selection) -> Observations:
    """The observations, and those of a release whose periods they do not speak of."""
    structure = observations.structure
    time = structure.time.id
    spoken = pc.unique(pc.cast(observations.table.column(time), pa.string()))
    table = _table(before, structure)
    silent = pc.invert(pc.is_in(pc.cast(table.column(time), pa.string()), value_set=spoken))
    return join(structure, [observations.table, table.filter(silent)]).sorted()


def _table(selection: Selection, structure: DataStructure) -> pa.Table:
    """A selection as a table of observations; its attributes of series stand in every row."""
    series = selection.series.astype(np.intp)
    notes = selection.notes.astype(np.intp)
    coded = {
        **{name: column.take(series) for name, column in selection.keys.items()},
        **{name: column.take(series) for name, column in selection.series_attributes.items()},
        **{name: column.take(notes) for name, column in selection.attributes.items()},
        structure.time.id: selection.periods,
    }
    reported = selection.values
    arrays = {
        structure.measure.id: pc.cast(reported, pa.float64()),
        REPORTED: reported,
        **{name: _array(column) for name, column in coded.items()},
    }
    schema = columns(structure)
    return pa.table([arrays[name] for name in schema.names], schema=schema)


def _array(column: Coded) -> pa.DictionaryArray:
    absent = column.codes >= len(column.values)
    indices = pa.array(column.codes, pa.int32(), mask=absent if absent.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(column.values, pa.string()))
