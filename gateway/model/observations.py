"""Observations: an Arrow table with its data structure beside it, the one currency of the house."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.errors import BadConfiguration
from gateway.model.coding import coded, order
from gateway.model.selection import as_arrow, as_scalar, as_strings
from gateway.model.structure import Attachment, DataStructure

REPORTED = "OBS_VALUE_REPORTED"
"""The column that keeps a value as its source spelled it; null where there is none."""

FREQUENCY = "FREQ"
"""The dimension of every structure whose concept is SDMX's frequency."""

_CODED = pa.dictionary(pa.int32(), pa.string())


def columns(structure: DataStructure) -> pa.Schema:
    """The schema of observations of a structure.

    In order: the dimensions in key order and the time dimension (never null), the measure as
    float64 (null is missing, and is not zero), its reported spelling, then the attributes of
    series and observations, at last those of the whole data set, repeated in each row (null where
    the source states none). Codes and text are dictionary encoded.
    """
    keys = [*structure.dimension_ids, structure.time.id]
    attributes = (
        *structure.attribute_ids(Attachment.SERIES, Attachment.OBSERVATION),
        *structure.attribute_ids(Attachment.DATASET),
    )
    return pa.schema(
        [
            *(pa.field(name, _CODED, nullable=False) for name in keys),
            pa.field(structure.measure.id, pa.float64()),
            pa.field(REPORTED, pa.string()),
            *(pa.field(name, _CODED) for name in attributes),
        ]
    )


def file_order(structure: DataStructure) -> tuple[str, ...]:
    """What the rows of a file are sorted by: the dimensions of the key, then time.

    The frequency comes behind the other dimensions: what stands first decides which row groups a
    question can leave unread, and few frequencies tell few rows apart.
    """
    others = (id for id in structure.dimension_ids if id != FREQUENCY)
    frequency = (id for id in structure.dimension_ids if id == FREQUENCY)
    return (*others, *frequency, structure.time.id)


@dataclass(frozen=True, slots=True)
class Observations:
    """Rows of `columns(structure)`; no two with one full key once the checks have passed."""

    structure: DataStructure
    table: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def sorted(self) -> "Observations":
        """The same rows in the order of every file we write."""
        keys = file_order(self.structure)
        rows = order([coded(self.table.column(key)) for key in keys])
        return Observations(self.structure, self.table.take(as_arrow(rows)))


def fitted(table: pa.Table, structure: DataStructure) -> pa.Table:
    """A table of an older version of a structure in the columns that it has now.

    Raises BadConfiguration as `fitted_column` does.
    """
    schema = columns(structure)
    return pa.table([fitted_column(table, field) for field in schema], schema=schema)


def fitted_column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    """One column of a table; absent from every row where it is an attribute that it has not.

    Raises BadConfiguration for a dimension that it has not: its rows have no place in one.
    """
    if field.name in table.column_names:
        return table.column(field.name).cast(field.type)
    if field.nullable:
        return pa.chunked_array([pa.nulls(table.num_rows, field.type)])
    raise BadConfiguration(
        f"Releases made before have no dimension {field.name}: a new one wants a new structure, "
        "dataflow and provision.",
        subject=field.name,
    )


def canonical(table: pa.Table) -> pa.Table:
    """The same rows with dictionaries of just the values in use, sorted: one content, one file."""
    arrays = [
        _canonical(column) if pa.types.is_dictionary(column.type) else column.combine_chunks()
        for column in table.columns
    ]
    return pa.table(arrays, schema=table.schema)


def _canonical(column: pa.ChunkedArray) -> pa.DictionaryArray:
    found = coded(column)
    codes = as_arrow(found.codes.astype(np.int32))
    there = pc.less(codes, as_scalar(len(found.values)))
    indices = pc.if_else(there, codes, pa.nulls(len(codes), pa.int32()))
    return pa.DictionaryArray.from_arrays(indices, as_strings(found.values))


def join(structure: DataStructure, parts: list[pa.Table]) -> Observations:
    """Several tables of one structure as one; an empty list gives no observations."""
    schema = columns(structure)
    if not parts:
        return Observations(structure, schema.empty_table())
    whole = pa.concat_tables([part.select(schema.names).cast(schema) for part in parts])
    return Observations(structure, whole.unify_dictionaries())
