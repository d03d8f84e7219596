"""What of a year goes on beside a file that speaks only of some of its periods."""

import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.observations import join
from gateway.model.structure import DataStructure


def with_other_periods(stated: pa.Table, before: pa.Table, structure: DataStructure) -> pa.Table:
    """Observations, and those of before whose periods they do not speak of, in file order."""
    time = structure.time.id
    spoken = pc.unique(pc.cast(stated.column(time), pa.string()))
    there = pc.cast(before.column(time), pa.string())
    silent = before.filter(pc.invert(pc.is_in(there, value_set=spoken)))
    return join(structure, [stated, silent]).sorted().table
