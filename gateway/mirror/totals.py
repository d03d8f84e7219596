"""Totals and who states them: what reconciliation sets beside the sums of parts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isclose

from gateway.mirror.breakdown import Cell, Stated
from gateway.mirror.figures import reading, told
from gateway.mirror.hierarchy import TOTAL, Hierarchy
from gateway.mirror.ledger import Request
from gateway.mirror.pairing import INCOMPATIBLE
from gateway.mirror.periods import Period
from gateway.mirror.sides import BROKEN_DOWN, Side, Statement, sides

PARTNER = BROKEN_DOWN.index("COUNTERPART_AREA")

Of = tuple[str, str, str, str]
"""Indicator, reporter, direction and count basis: only what has these alike is set side by side."""


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
    def of(self) -> Of:
        """What it measures, and as whom."""
        return (self.indicator, self.reporter, self.direction, self.basis)

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
class Source:
    """All that one statement says of an indicator as one reporter, at one frequency.

    Its cells name the country at the other end too: it is one more thing that can be divided.
    """

    of: Of
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


def sources_of(
    statements: Sequence[Statement], lists: Sequence[Hierarchy], period: Period
) -> Mapping[Of, list[Source]]:
    """The sources of which something is told in a period, by what they are of."""
    groups: dict[tuple[Of, str, int], list[Side]] = defaultdict(list)
    for side in sides(statements, lists):
        one = side.corridor
        of = (one.indicator, one.reporter, one.direction, one.basis)
        groups[of, one.source, side.statement].append(side)
    there = [told(each, period) for each in statements]
    found: dict[Of, list[Source]] = defaultdict(list)
    for (of, name, place), group in sorted(groups.items(), key=lambda each: each[0]):
        statement, series = statements[place], _together(group)
        frequency = reading(statement, there[place], series, of[-1], period)
        if frequency is not None:
            cells = Stated(series[frequency], lists)
            label = f"{name} {statement.provision}"
            marked = is_marked(statement, series[frequency].values())
            found[of].append(Source(of, label, place, frequency, series[frequency], cells,
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
    area = partner if cell[PARTNER] == TOTAL else cell[PARTNER]
    return (*cell[:PARTNER], area, *cell[PARTNER + 1 :])


def is_marked(statement: Statement, series: Iterable[int]) -> bool:
    """Whether a source itself says that a series is not to be compared."""
    column = statement.selection.series_attributes.get("COMPARABILITY")
    return column is not None and any(column.value(each) == INCOMPATIBLE for each in series)


def alone(left: set[str], right: set[str]) -> str:
    """The one code that both have alone; else all."""
    return next(iter(left)) if left == right and len(left) == 1 else TOTAL


def codes_of(whole: Cell, place: int) -> Mapping[str, str]:
    """What a cell is of where it is not all, but for the dimension that is divided."""
    return {
        id: code
        for number, (id, code) in enumerate(zip(BROKEN_DOWN, whole, strict=True))
        if code != TOTAL and number != place and (id, code) != ("COUNTERPART_AREA", "_Z")
    }
