"""The corridor matrix as people read it: origins against destinations, with who says it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.mirror.corridors import Flow


@dataclass(frozen=True, slots=True)
class Column:
    """A country at one end, and a source that says something of it."""

    country: str
    source: str
    provision: str
    basis: str


@dataclass(frozen=True, slots=True)
class Row:
    """A country at the other end: what each column's source says of the two; None for nothing."""

    country: str
    flows: tuple[Flow | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All corridors of an indicator; `across` is the end that stands in the columns."""

    indicator: str
    across: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def groups(self) -> Mapping[str, int]:
        """How many columns each country at the one end has, in order."""
        counts: dict[str, int] = {}
        for column in self.columns:
            counts[column.country] = counts.get(column.country, 0) + 1
        return counts


def matrices(flows: Iterable[Flow]) -> list[Matrix]:
    """A matrix for each indicator. The end with fewer countries stands in the columns.

    First come the countries of which most sources speak, then those with the largest figures.
    """
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        found[flow.corridor.indicator].append(flow)
    return [_matrix(indicator, of) for indicator, of in found.items()]


def _matrix(indicator: str, flows: list[Flow]) -> Matrix:
    origins, destinations = ({each.origin for each in flows}, {e.destination for e in flows})
    across, down = ("origin", "destination")
    if len(origins) > len(destinations):
        across, down = down, across
    cells: dict[str, dict[Column, Flow]] = defaultdict(dict)
    for flow in flows:
        one = flow.corridor
        column = Column(getattr(flow, across), one.source, flow.provision, one.basis)
        cells[getattr(flow, down)][column] = flow
    columns = sorted({column for row in cells.values() for column in row}, key=_column_order)
    rows = [
        Row(country, tuple(of.get(column) for column in columns)) for country, of in cells.items()
    ]
    return Matrix(indicator, across, tuple(columns), tuple(sorted(rows, key=_row_order)))


def _column_order(column: Column) -> tuple[str, ...]:
    return (column.country, column.source, column.provision, column.basis)


def _row_order(row: Row) -> tuple[int, float, str]:
    there = [each for each in row.flows if each is not None]
    largest = max((each.value for each in there if each.value is not None), default=-1.0)
    return (-len({each.corridor.reporter for each in there}), -largest, row.country)
