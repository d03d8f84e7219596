"""What changed between two states of a year: the rows as they were beside the rows as they are."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from gateway.model.coding import coded, order
from gateway.model.observations import Observations, columns, file_order
from gateway.model.selection import as_arrow, as_strings
from gateway.model.structure import DataStructure
from gateway.releases.engine import Pairs

SIDE = "SIDE"
"""The column of a changes file that tells what was (``before``) from what is (``after``)."""


def by_year(observations: Observations) -> Iterator[tuple[int, pa.Table]]:
    """The observations of each year, by the first four figures of their period."""
    years = pc.cast(years_of(observations.table, observations.structure), pa.int32())
    for year in sorted(pc.unique(years).to_pylist()):
        yield year, observations.table.filter(pc.equal(years, year))


def sides(pairs: Pairs, before: pa.Table, after: pa.Table, structure: DataStructure) -> pa.Table:
    """The rows of both sides in the order of files; what was stands before what is."""
    both = [
        table.take(as_arrow(rows[rows >= 0])).append_column(
            SIDE, as_strings([side] * int((rows >= 0).sum()))
        )
        for side, table, rows in (("before", before, pairs.before), ("after", after, pairs.after))
    ]
    schema = columns(structure).append(pa.field(SIDE, pa.string()))
    whole = pa.concat_tables([each.cast(schema) for each in both]).unify_dictionaries()
    columns_in_order = (coded(whole.column(name)) for name in file_order(structure))
    return whole.take(as_arrow(order([*columns_in_order])))


def years_of(table: pa.Table, structure: DataStructure) -> pa.ChunkedArray:
    """The year of each row as text: the first four figures of its period."""
    times = table.column(structure.time.id)
    return pc.utf8_slice_codeunits(pc.cast(times, pa.string()), 0, 4)
