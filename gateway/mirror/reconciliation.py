"""Reconciliation: a total that a source states beside the sum of its parts, its own or another's.

A total is all countries, all citizenships, or a broader category; its parts are the countries or
the categories below. Either can come from another source. What the countries at the other ends
say, together, is set beside a total of all countries too. Nothing is corrected: of a sum that
leaves something out it is said what.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.mirror.breakdown import Cell
from gateway.mirror.figures import Figure, figures
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.ledger import Request, Sums
from gateway.mirror.other_ends import other_ends, said_of_others
from gateway.mirror.periods import Period
from gateway.mirror.sides import BROKEN_DOWN, Statement
from gateway.mirror.totals import Reconciled, Source, alone, codes_of, sources_of


@dataclass(frozen=True, slots=True)
class _Division:
    """A cell of one source, and how another divides it in one dimension."""

    total_of: Source
    total: frozenset[Cell]
    parts_of: Source
    place: int
    whole: Cell
    parts: Mapping[str, frozenset[Cell] | None]


def reconciled(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: Period
) -> list[Reconciled]:
    """Every total of a period beside the sum of its parts, of each source that states any.

    Only what counts the same is set side by side; of what is seen in part nothing is added up.
    """
    sources = sources_of(statements, lists, period)
    found = [
        division
        for of in sources.values()
        for one in of
        for other in of
        for division in _divisions(one, other, lists)
    ]
    asked = [request for each in found for request in _requests(each)]
    made = dict(zip(asked, figures(statements, sums, asked, period), strict=True))
    rows = _with_others([row for each in found for row in _row(each, made, lists)], lists)
    said = said_of_others(statements, lists, sums, period)
    ends = (
        row
        for of in sources.values()
        for source in of
        for row in other_ends(statements, sums, period, source, said, rows)
    )
    return sorted([*rows, *ends], key=_in_order)


def _in_order(row: Reconciled) -> tuple[object, ...]:
    own = row.parts_of == (row.total_of,)
    total = (BROKEN_DOWN.index(row.dimension), row.whole, row.total_of)
    return (*row.of, *total, not own, row.parts_of)


def _divisions(one: Source, other: Source, lists: Sequence[Hierarchy]) -> Iterator[_Division]:
    """Each cell that one source states and another divides, by dimension; no sum twice."""
    if other.in_part or (one is not other and (one.incompatible or other.incompatible)):
        return
    seen: set[tuple[object, ...]] = set()
    usual = tuple(map(alone, one.cells.codes, other.cells.codes))
    for place, codelist in enumerate(lists):
        for code in sorted({*one.cells.codes[place], usual[place]}):
            finer = {each for each in other.cells.codes[place] - {code}
                     if codelist.contains(code, each)}  # fmt: skip
            if finer:
                whole = (*usual[:place], code, *usual[place + 1 :])
                found = _division(one, other, place, whole, codelist.broadest(finer))
                if found is not None and _sums_up(found) not in seen:
                    seen.add(_sums_up(found))
                    yield found


def _division(
    one: Source, other: Source, place: int, whole: Cell, tops: frozenset[str]
) -> _Division | None:
    total = one.cells.undivided(whole, place)
    if total is None or (one.in_part and len(total) > 1):
        return None
    parts = other.cells.sums(whole, {place: tuple(sorted(tops))})
    by_code = {cell[place]: cells for cell, cells in sorted(parts.items())}
    if not any(by_code.values()):
        return None
    return _Division(one, total, other, place, whole, by_code)


def _sums_up(division: _Division) -> tuple[object, ...]:
    """The same for divisions that add up the same: of who has one citizenship in each country."""
    cells = (each for each in division.parts.values() if each)
    return (division.total, frozenset(cell for each in cells for cell in each))


def _requests(division: _Division) -> Iterator[Request]:
    yield division.total_of.request(division.total)
    for cells in division.parts.values():
        if cells:
            yield division.parts_of.request(cells)


def _row(
    of: _Division, made: Mapping[Request, Figure], lists: Sequence[Hierarchy]
) -> Iterator[Reconciled]:
    """The row of a division, where its total has a value and some part of it is told of."""
    total = made[of.total_of.request(of.total)].value
    parts = {
        code: made[of.parts_of.request(cells)] if cells else Figure(missing=True)
        for code, cells in of.parts.items()
    }
    values = {code: each.value for code, each in parts.items() if each.value is not None}
    missing = {code for code, each in parts.items() if each.missing}
    if total is None or not (values or missing):
        return
    missing.update(lists[of.place].lacking(of.parts, of.whole[of.place]))
    yield Reconciled(
        *of.total_of.of, codes_of(of.whole, of.place), BROKEN_DOWN[of.place], of.whole[of.place],
        of.total_of.name, total, (of.parts_of.name,), values, tuple(sorted(missing)),
    )  # fmt: skip


def _with_others(rows: Sequence[Reconciled], lists: Sequence[Hierarchy]) -> list[Reconciled]:
    """The rows, where one also misses the parts that another source counts of the same total."""
    counted: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for row in rows:
        counted[_same(row)].update(row.parts)
    found = []
    for row in rows:
        codelist, own = lists[BROKEN_DOWN.index(row.dimension)], {*row.parts, *row.missing}
        others = (each for each in counted[_same(row)] if not _overlaps(each, own, codelist))
        found.append(replace(row, missing=tuple(sorted({*row.missing, *others}))))
    return found


def _same(row: Reconciled) -> tuple[object, ...]:
    return (*row.of, tuple(row.codes.items()), row.dimension, row.whole)


def _overlaps(code: str, others: Iterable[str], codelist: Hierarchy) -> bool:
    return any(codelist.contains(code, each) or codelist.contains(each, code) for each in others)
