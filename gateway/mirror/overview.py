"""Beyond the pair: who states which corridor, how fully, and whether totals and parts agree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gateway.mirror.breakdown import Stated, own_whole
from gateway.mirror.hierarchy import TOTAL, UNKNOWN, Hierarchy
from gateway.mirror.ledger import Request, Sums, Values
from gateway.mirror.periods import MONTHS, number, numbers, spelled
from gateway.mirror.sides import BROKEN_DOWN, Corridor, Side, Statement, sides

_WORLD = (TOTAL, UNKNOWN, "_Z")


@dataclass(frozen=True, slots=True)
class Flow:
    """What one source says of one corridor in one period; the value is None where it is missing."""

    corridor: Corridor
    provision: str
    value: float | None

    @property
    def origin(self) -> str:
        """Where the movement begins."""
        one = self.corridor
        return one.partner if one.direction == "IN" else one.reporter

    @property
    def destination(self) -> str:
        """Where it ends."""
        one = self.corridor
        return one.reporter if one.direction == "IN" else one.partner


def corridors(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: str
) -> list[Flow]:
    """Every corridor that somebody states in a period: origin × destination × reporter.

    A period is of the frequency that it is spelled in; shorter ones are added up to it. Totals of
    all countries are no corridors.
    """
    frequency = frequency_of(period)
    place = number(period) // MONTHS[frequency]
    found = []
    for side, values, first in _wholes(statements, lists, sums, frequency):
        column = place - first
        if side.corridor.partner in _WORLD or not 0 <= column < len(values):
            continue
        value = float(values[column])
        if not np.isnan(value):
            name = statements[side.statement].provision
            found.append(Flow(side.corridor, name, value))
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a source covers of a phenomenon with a frequency: which countries, periods and parts."""

    indicator: str
    reporter: str
    direction: str
    source: str
    provision: str
    basis: str
    frequency: str
    partners: tuple[str, ...]
    first: str
    last: str
    broken_down: tuple[str, ...]


def coverage(statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> list[Coverage]:
    """What every source covers, in the order of indicator, reporter and source."""
    groups: dict[tuple[str, ...], list[Side]] = defaultdict(list)
    for side in sides(statements, lists):
        for frequency in side.series:
            one = side.corridor
            key = (one.indicator, one.reporter, one.direction, one.source, one.basis, frequency)
            groups[*key, str(side.statement)].append(side)
    return [_covered(statements, key, of) for key, of in sorted(groups.items())]


def _covered(statements: Sequence[Statement], key: tuple[str, ...], of: Sequence[Side]) -> Coverage:
    indicator, reporter, direction, source, basis, frequency, place = key
    statement = statements[int(place)]
    cells = [cell for side in of for cell in side.series[frequency]]
    codes = [{*column} for column in zip(*cells, strict=True)]
    periods = _stated_periods(statement, of, frequency)
    return Coverage(
        indicator,
        reporter,
        direction,
        source,
        statement.provision,
        basis,
        frequency,
        tuple(sorted({side.corridor.partner for side in of})),
        periods[0],
        periods[-1],
        tuple(id for id, found in zip(BROKEN_DOWN, codes, strict=True) if len(found) > 1),
    )


def _stated_periods(statement: Statement, of: Sequence[Side], frequency: str) -> list[str]:
    """The periods of which some series of these sides states something, in order."""
    series = [number for side in of for number in side.series[frequency].values()]
    chunk = statement.chunk
    codes = np.unique(chunk.periods[np.isin(chunk.series, series)])
    return [statement.selection.periods[code] for code in codes.tolist()]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A total that one source states, and what the corridors that a source states add up to."""

    indicator: str
    reporter: str
    direction: str
    period: str
    total_of: str
    total: float
    parts_of: str
    parts: float
    corridors: int

    @property
    def difference(self) -> float:
        """The total less its parts."""
        return self.total - self.parts


def reconciled(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: str
) -> list[Reconciled]:
    """Every total of all countries beside the sum of the countries, of each source that states any.

    Only what counts the same is set side by side. Parts that are missing are not in the sum, which
    is why it says of how many corridors it is.
    """
    frequency = frequency_of(period)
    place = number(period) // MONTHS[frequency]
    totals: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    parts: dict[tuple[str, ...], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for side, values, first in _wholes(statements, lists, sums, frequency):
        column = place - first
        if not 0 <= column < len(values) or np.isnan(values[column]):
            continue
        one, value = side.corridor, float(values[column])
        key = (one.indicator, one.reporter, one.direction, one.basis)
        name = f"{one.source} {statements[side.statement].provision}"
        if one.partner == TOTAL:
            totals[key].append((name, value))
        else:
            parts[key][name].append(value)
    return [
        Reconciled(key[0], key[1], key[2], period, of, total, source, sum(values), len(values))
        for key in sorted(totals)
        for of, total in totals[key]
        for source, values in sorted(parts[key].items())
    ]


def frequency_of(period: str) -> str:
    """The frequency that a period is spelled in.

    Raises ValueError for one that is none of a month, quarter, half or year.
    """
    for frequency in MONTHS:
        if numbers((period,), frequency)[0] >= 0:
            return frequency
    raise ValueError(period)


def _wholes(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, frequency: str
) -> Iterator[tuple[Side, Values, int]]:
    """The whole of every side at a frequency: its values, and the place of the first of them."""
    found: list[tuple[Side, Request]] = []
    for side in sides(statements, lists):
        stated = side.reaching(frequency)
        cells = None if stated is None else Stated(side.cells(stated), lists)
        whole = None if cells is None else own_whole(cells)
        parts = None if cells is None or whole is None else cells.sum_of(whole)
        alone = parts is None or len(parts) == 1 or not statements[side.statement].in_part
        if stated is not None and parts is not None and alone:
            series = tuple(sorted(side.series[stated][cell] for cell in parts))
            found.append((side, Request(side.statement, stated, (side.corridor, parts), series)))
    made = sums.ledger(statements, [request for _, request in found], frequency)
    for row, (side, _) in enumerate(found):
        yield side, made.values[row], made.first


def last_period(found: Sequence[Coverage], frequency: str) -> str | None:
    """The last period of a frequency that anybody states."""
    places = [number(each.last) // MONTHS[frequency] for each in found]
    return spelled(max(places), frequency) if places else None
