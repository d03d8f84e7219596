"""The corridor matrix: who states how many moved from where to where in a period."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.mirror.breakdown import Cell, Stated, own_whole
from gateway.mirror.figures import Figure, Told, figures, reading, told
from gateway.mirror.hierarchy import TOTAL, UNKNOWN, Hierarchy
from gateway.mirror.ledger import Request, Sums
from gateway.mirror.periods import Period
from gateway.mirror.sides import BROKEN_DOWN, Corridor, Side, Statement, sides

NO_COUNTRY = frozenset({TOTAL, UNKNOWN, "_Z", "_O"})
"""All countries, one that is not known, none, and all others: no end of a corridor."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one source says of one corridor in one period.

    The value is None where it is stated in part only, or as missing: that is not zero. `codes` are
    what it is of where it is not all, as the citizenship that a source counts alone. `release` is
    the number of the release that states it, `status` the gravest OBS_STATUS in it.
    """

    corridor: Corridor
    provision: str
    release: int
    codes: Mapping[str, str]
    value: float | None
    status: str | None

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
    statements: Sequence[Statement], lists: Sequence[Hierarchy], sums: Sums, period: Period
) -> list[Flow]:
    """Every corridor that somebody states in a period: origin × destination × reporter.

    Shorter periods are added up to it, and an office's own categories to the whole of what it
    states. What has no direction is no movement, and what names no country at its other end is no
    corridor.
    """
    found = [*wholes(statements, lists, period)]
    made = figures(statements, sums, [whole.request for whole in found], period)
    flows = [
        _flow(statements, whole, figure)
        for whole, figure in zip(found, made, strict=True)
        if figure.value is not None or figure.missing
    ]
    return sorted(flows, key=_in_order)


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole of what a source states of a corridor: its cell, and what adds up to it."""

    side: Side
    cell: Cell
    request: Request


def wholes(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], period: Period
) -> Iterator[Whole]:
    """The whole of every corridor of which something is told in a period."""
    there = [told(each, period) for each in statements]
    for side in sides(statements, lists):
        corridor = side.corridor
        if corridor.direction in ("IN", "OUT") and corridor.partner not in NO_COUNTRY:
            found = _whole(side, statements[side.statement], there[side.statement], lists, period)
            if found is not None:
                yield found


def _whole(
    side: Side, statement: Statement, there: Told, lists: Sequence[Hierarchy], period: Period
) -> Whole | None:
    """Of a statement that is seen in part, only what is stated whole: nothing is added up."""
    frequency = reading(statement, there, side.series, side.corridor.basis, period)
    if frequency is None:
        return None
    cells = Stated(side.cells(frequency), lists)
    whole = own_whole(cells)
    parts = None if whole is None else cells.sum_of(whole)
    if whole is None or parts is None or (statement.in_part and len(parts) > 1):
        return None
    series = tuple(sorted(side.series[frequency][cell] for cell in parts))
    name = (side.corridor, parts)
    return Whole(side, whole, Request(side.statement, frequency, name, series))


def _flow(statements: Sequence[Statement], whole: Whole, figure: Figure) -> Flow:
    statement = statements[whole.side.statement]
    codes = {id: code for id, code in zip(BROKEN_DOWN, whole.cell, strict=True) if code != TOTAL}
    return Flow(
        whole.side.corridor,
        statement.provision,
        statement.release,
        codes,
        figure.value,
        figure.status,
    )


def _in_order(flow: Flow) -> tuple[str, ...]:
    one = flow.corridor
    ends = (flow.origin, flow.destination)
    return (one.indicator, *ends, one.reporter, one.source, one.basis, flow.provision)
