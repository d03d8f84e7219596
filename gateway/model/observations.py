"""Observations: an Arrow table with its data structure beside it, the one currency of the house."""

from dataclasses import dataclass

import pyarrow as pa

from gateway.model.coding import coded, order
from gateway.model.selection import as_arrow
from gateway.model.structure import Attachment, DataStructure

REPORTED = "OBS_VALUE_REPORTED"
"""The column that keeps a value as its source spelled it; null where there is none."""

_CODED = pa.dictionary(pa.int32(), pa.string())


def columns(structure: DataStructure) -> pa.Schema:
    """The schema of observations of a structure.

    In order: the dimensions in key order and the time dimension (never null), the measure as
    float64 (null is missing, and is not zero), its reported spelling, then the attributes of
    series and observations (null where the source states none). Codes and text are dictionary
    encoded.
    """
    keys = [*structure.dimension_ids, structure.time.id]
    attributes = structure.attribute_ids(Attachment.SERIES, Attachment.OBSERVATION)
    return pa.schema(
        [
            *(pa.field(name, _CODED, nullable=False) for name in keys),
            pa.field(structure.measure.id, pa.float64()),
            pa.field(REPORTED, pa.string()),
            *(pa.field(name, _CODED) for name in attributes),
        ]
    )


@dataclass(frozen=True, slots=True)
class Observations:
    """Rows of `columns(structure)`; no two with one full key once the checks have passed."""

    structure: DataStructure
    table: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def sorted(self) -> "Observations":
        """The same rows in the order of the key, then of time: the order of every file we write."""
        keys = [*self.structure.dimension_ids, self.structure.time.id]
        rows = order([coded(self.table.column(key)) for key in keys])
        return Observations(self.structure, self.table.take(as_arrow(rows)))


def join(structure: DataStructure, parts: list[pa.Table]) -> Observations:
    """Several tables of one structure as one; an empty list gives no observations."""
    schema = columns(structure)
    if not parts:
        return Observations(structure, schema.empty_table())
    whole = pa.concat_tables([part.select(schema.names).cast(schema) for part in parts])
    return Observations(structure, whole.unify_dictionaries())
