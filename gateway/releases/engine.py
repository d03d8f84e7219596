"""Set work on observations: DuckDB in this process, by statements that are built once with SQLGlot.

The statements are built for a dialect, so that another engine could run the same ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from tempfile import gettempdir

import duckdb
import numpy as np
import pyarrow as pa
from sqlglot import exp

from gateway.model.selection import RowNumbers, as_arrow, as_codes

DIALECT = "duckdb"

_ROW = "#"
"""A column beside the components, of which none has such an id."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Row numbers in two tables side by side: what was, and what is in its place.

    -1 where there is nothing on that side.
    """

    before: RowNumbers
    after: RowNumbers


class Engine:
    """DuckDB on Arrow tables.

    Each question has a connection of its own, so that threads may share an engine.
    """

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """One thread: the workers beside it have work to do; what does not fit goes to the disk."""
        return duckdb.connect(config={"threads": 1, "temp_directory": gettempdir()})

    def pairs(self, before: pa.Table, after: pa.Table, key: Sequence[str]) -> Pairs:
        """The rows that differ between two tables of the same columns; no key is there twice.

        A missing value is the same as a missing value.
        """
        statement = _pairs(tuple(before.column_names), tuple(key))
        with self._database.cursor() as connection:
            connection.register("earlier", _numbered(before))
            connection.register("later", _numbered(after))
            found = connection.sql(statement).to_arrow_table().combine_chunks()
        return Pairs(*(_numbers(found.column(each)) for each in range(2)))

    def sums(self, table: pa.Table, by: Sequence[str], measure: str) -> pa.Table:
        """For each combination of some columns, in order: how many rows, and the measure's sum.

        The columns `rows` and `total` follow those of `by`; a missing measure adds nothing.
        """
        with self._database.cursor() as connection:
            connection.register("observations", table)
            return connection.sql(_sums(tuple(by), measure)).to_arrow_table()


def _numbers(column: pa.ChunkedArray) -> RowNumbers:
    found = [as_codes(chunk) for chunk in column.chunks]
    return np.concatenate([np.zeros(0, np.intp), *found])


def _numbered(table: pa.Table) -> pa.Table:
    return table.append_column(_ROW, as_arrow(np.arange(len(table))))


@lru_cache(maxsize=64)
def _pairs(columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    def column(name: str, table: str) -> exp.Column:
        return exp.column(name, table, quoted=True)

    same_key = exp.and_(*(column(name, "earlier").eq(column(name, "later")) for name in key))
    differs = exp.or_(
        column(_ROW, "earlier").is_(exp.null()),
        column(_ROW, "later").is_(exp.null()),
        *(
            exp.NullSafeNEQ(this=column(name, "earlier"), expression=column(name, "later"))
            for name in columns
            if name not in key
        ),
    )
    rows = [
        exp.func("coalesce", column(_ROW, table), exp.Literal.number(-1)).as_(f"{table}_row")
        for table in ("earlier", "later")
    ]
    return (
        exp.select(*rows)
        .from_("earlier")
        .join("later", on=same_key, join_type="full")
        .where(differs)
        .sql(dialect=DIALECT)
    )


@lru_cache(maxsize=64)
def _sums(by: tuple[str, ...], measure: str) -> str:
    names = [exp.column(name, quoted=True) for name in by]
    total = exp.func("sum", exp.column(measure, quoted=True)).as_("total")
    return (
        exp.select(*names, exp.Count(this=exp.Star()).as_("rows"), total)
        .from_("observations")
        .group_by(*names)
        .order_by(*names)
        .sql(dialect=DIALECT)
    )
