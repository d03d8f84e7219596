"""Reconciliation: a total that a source states beside the sum of its parts, its own or another's.

A total is all countries, all citizenships, or a broader category; its parts are the countries or
the categories below. Either can come from another source. What the countries at the other ends
say, together, is set beside a total of all countries too. Nothing is corrected: of a sum that
leaves something out it is said what.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isclose

from gateway.mirror.breakdown import Cell, Stated
from gateway.mirror.corridors import Whole, wholes
from gateway.mirror.figures import Figure, figures, reading, told
from gateway.mirror.hierarchy import TOTAL, Hierarchy
from gateway.mirror.ledger import Request, Sums
from gateway.mirror.pairing import INCOMPATIBLE
from gateway.mirror.periods import Period
from gateway.mirror.sides import BROKEN_DOWN, Side, Statement, sides

_PARTNER = BROKEN_DOWN.index("COUNTERPART_AREA")


class Outcome(StrEnum):
    """What came of it: the sum agrees, leaves something out, or differs with nothing left out."""

    AGREES = "AGREES"
    INCOMPLETE = "INCOMPLETE"
    DIFFERS = "DIFFERS"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A total, and what the parts of it that a source states add up to.

    `dimension` is the one that is divided, and `whole` the code that is. `codes` are what both
    are of where it is not all. `parts` has the value of each part, `missing` those of which there
    is none though somebody counts them. `sum` is None where no part has a value.
    """

    indicator: str
    reporter: str
    direction: str
    basis: str
    codes: Mapping[str, str]
    dimension: str
    whole: str
    total_of: str
    total: float
    parts_of: tuple[str, ...]
    parts: Mapping[str, float]
    missing: tuple[str, ...]

    @property
    def sum(self) -> float | None:
        """What the parts that have a value add up to."""
        return sum(self.parts.values()) if self.parts else None

    @property
    def difference(self) -> float | None:
        """The total less its parts."""
        return None if self.sum is None else self.total - self.sum

    @property
    def outcome(self) -> Outcome:
        """Whether they agree; else whether something is known to be missing."""
        if self.sum is not None and isclose(self.total, self.sum, abs_tol=1e-6):
            return Outcome.AGREES
        return Outcome.INCOMPLETE if self.missing else Outcome.DIFFERS


@dataclass(frozen=True, slots=True)
class _Source:
    """All that one statement says of an indicator as one reporter, at one frequency.

    Its cells name the country at the other end too: it is one more thing that can be divided.
    """

    of: tuple[str, str, str, str]
    name: str
    statement: int
    frequency: str
    series: Mapping[Cell, int]
    cells: Stated
    in_part: bool
    incompatible: bool

    def request(self, cells: frozenset[Cell]) -> Request:
        """These cells, to be added up."""
        series = tuple(sorted(self.series[cell] for cell in cells))
        return Request(self.statement, self.frequency, (self.of, self.name, cells), series)


@dataclass(frozen=True, slots=True)
class _Division:
    """A cell of one source, and how another divides it in one dimension."""

    total_of: _Source
    total: frozenset[Cell]
    parts_of: _Source
    place: int
    whole: Cell
    parts: Mapping[str, frozenset[Cell] | None]


def reconciled(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: Period
) -> list[Reconciled]:
    """Every total of a period beside the sum of its parts, of each source that states any.

    Only what counts the same is set side by side; of what is seen in part nothing is added up.
    """
    sources = _sources(statements, lists, period)
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
    said = _said_of_others(statements, lists, sums, period)
    ends = (
        row
        for of in sources.values()
        for source in of
        for row in _other_ends(statements, sums, period, source, said, rows)
    )
    return sorted([*rows, *ends], key=_in_order)


def _in_order(row: Reconciled) -> tuple[object, ...]:
    own = row.parts_of == (row.total_of,)
    total = (BROKEN_DOWN.index(row.dimension), row.whole, row.total_of)
    return (*_of(row), *total, not own, row.parts_of)


def _sources(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], period: Period
) -> Mapping[tuple[str, ...], list[_Source]]:
    """The sources of which something is told in a period, by what they are of."""
    groups: dict[tuple[tuple[str, str, str, str], str, int], list[Side]] = defaultdict(list)
    for side in sides(statements, lists):
        one = side.corridor
        of = (one.indicator, one.reporter, one.direction, one.basis)
        groups[of, one.source, side.statement].append(side)
    there = [told(each, period) for each in statements]
    found: dict[tuple[str, ...], list[_Source]] = defaultdict(list)
    for (of, name, place), group in sorted(groups.items(), key=lambda each: each[0]):
        statement, series = statements[place], _together(group)
        frequency = reading(statement, there[place], series, of[-1], period)
        if frequency is not None:
            cells = Stated(series[frequency], lists)
            label = f"{name} {statement.provision}"
            marked = _marked(statement, series[frequency].values())
            found[of].append(_Source(of, label, place, frequency, series[frequency], cells,
                                     statement.in_part, marked))  # fmt: skip
    return found


def _together(group: Iterable[Side]) -> Mapping[str, Mapping[Cell, int]]:
    """The series of some corridors by cells that name the country at the other end."""
    found: dict[str, dict[Cell, int]] = defaultdict(dict)
    for side in group:
        for frequency, series in side.series.items():
            for cell, number in series.items():
                found[frequency][_with_partner(cell, side.corridor.partner)] = number
    return found


def _with_partner(cell: Cell, partner: str) -> Cell:
    area = partner if cell[_PARTNER] == TOTAL else cell[_PARTNER]
    return (*cell[:_PARTNER], area, *cell[_PARTNER + 1 :])


def _marked(statement: Statement, series: Iterable[int]) -> bool:
    """Whether a source itself says that a series is not to be compared."""
    column = statement.selection.series_attributes.get("COMPARABILITY")
    return column is not None and any(column.value(each) == INCOMPATIBLE for each in series)


def _divisions(one: _Source, other: _Source, lists: Sequence[Hierarchy]) -> Iterator[_Division]:
    """Each cell that one source states and another divides, by dimension; no sum twice."""
    if other.in_part or (one is not other and (one.incompatible or other.incompatible)):
        return
    seen: set[tuple[object, ...]] = set()
    usual = tuple(map(_alone, one.cells.codes, other.cells.codes))
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


def _alone(left: set[str], right: set[str]) -> str:
    """The one code that both have alone; else all."""
    return next(iter(left)) if left == right and len(left) == 1 else TOTAL


def _division(
    one: _Source, other: _Source, place: int, whole: Cell, tops: frozenset[str]
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
        *of.total_of.of, _codes(of.whole, of.place), BROKEN_DOWN[of.place], of.whole[of.place],
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
    return (*_of(row), tuple(row.codes.items()), row.dimension, row.whole)


def _overlaps(code: str, others: Iterable[str], codelist: Hierarchy) -> bool:
    return any(codelist.contains(code, each) or codelist.contains(each, code) for each in others)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one source says of one corridor: how many, and of whom."""

    whole: Whole
    source: str
    value: float


def _said_of_others(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: Period
) -> Mapping[tuple[str, str, str, str], list[_Said]]:
    """What the countries at the other ends say, by what total it would be part of."""
    found = [
        each
        for each in wholes(statements, lists, period)
        if not _marked(statements[each.side.statement], each.request.series)
    ]
    made = figures(statements, sums, [each.request for each in found], period)
    said: dict[tuple[str, str, str, str], list[_Said]] = defaultdict(list)
    for whole, figure in zip(found, made, strict=True):
        one = whole.side.corridor
        if figure.value is not None:
            provision = statements[whole.side.statement].provision
            of = (one.indicator, one.partner, _OPPOSITE[one.direction], one.basis)
            said[of].append(_Said(whole, f"{one.source} {provision}", figure.value))
    return said


_OPPOSITE = {"IN": "OUT", "OUT": "IN"}


def _other_ends(
    statements: Sequence[Statement],
    sums: Sums,
    period: Period,
    source: _Source,
    said: Mapping[tuple[str, str, str, str], list[_Said]],
    rows: Iterable[Reconciled],
) -> Iterator[Reconciled]:
    """A total of all countries beside what those countries say, as far as they say anything.

    Where several sources of a country say it, the first by its id is taken: all of them stand in
    the matrix.
    """
    whole = tuple(_alone(codes, codes) for codes in source.cells.codes)
    whole = (*whole[:_PARTNER], TOTAL, *whole[_PARTNER + 1 :])
    of_whom = (TOTAL, TOTAL, *whole[2:])
    parts = {
        each.whole.side.corridor.reporter: each
        for each in sorted(said.get(source.of, ()), key=lambda each: each.source, reverse=True)
        if each.whole.cell == of_whom
    }
    total = source.cells.undivided(whole, _PARTNER) if parts else None
    if total is None or source.incompatible or (source.in_part and len(total) > 1):
        return
    (figure,) = figures(statements, sums, [source.request(total)], period)
    if figure.value is not None:
        own = (each for each in rows if (each.total_of, each.dimension, each.whole)
               == (source.name, "COUNTERPART_AREA", TOTAL) and _of(each) == source.of)  # fmt: skip
        known = {code for each in own for code in (*each.parts, *each.missing)} or {_OTHERS}
        yield Reconciled(
            *source.of, _codes(whole, _PARTNER), "COUNTERPART_AREA", TOTAL, source.name,
            figure.value, tuple(dict.fromkeys(parts[each].source for each in sorted(parts))),
            {each: parts[each].value for each in sorted(parts)}, tuple(sorted(known - {*parts})),
        )  # fmt: skip


_OTHERS = "_O"
"""All other countries: what is missing where a source does not say which there are."""


def _of(row: Reconciled) -> tuple[str, str, str, str]:
    return (row.indicator, row.reporter, row.direction, row.basis)


def _codes(whole: Cell, place: int) -> Mapping[str, str]:
    """What a cell is of where it is not all, but for the dimension that is divided."""
    return {
        id: code
        for number, (id, code) in enumerate(zip(BROKEN_DOWN, whole, strict=True))
        if code != TOTAL and number != place and (id, code) != ("COUNTERPART_AREA", "_Z")
    }
