"""What of the release before goes on beside a file that speaks only of some periods."""

import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.observations import Observations, columns


def with_other_periods(observations: Observations, before: Observations) -> Observations:
    """The observations, and those of a release whose periods they do not speak of."""
    structure = observations.structure
    time, schema = structure.time.id, columns(structure)
    spoken = pc.unique(pc.cast(observations.table.column(time), pa.string()))
    there = pc.cast(before.table.column(time), pa.string())
    silent = before.table.filter(pc.invert(pc.is_in(there, value_set=spoken)))
    both = [each.select(schema.names).cast(schema) for each in (observations.table, silent)]
    return Observations(structure, pa.concat_tables(both).unify_dictionaries()).sorted()
