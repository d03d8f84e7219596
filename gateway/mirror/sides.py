"""Who states which flow: an office's series sorted into corridors, and into cells of each."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.mirror.breakdown import Cell
from gateway.mirror.hierarchy import TOTAL, Hierarchy
from gateway.mirror.periods import MONTHS
from gateway.model.selection import Chunk, Selection, as_floats, as_scalar

BROKEN_DOWN = (
    *("REF_AREA", "COUNTERPART_AREA", "CITIZENSHIP", "STATUS_TYPE"),
    *("SEX", "AGE", "OCCUPATION", "ACTIVITY"),
)
"""The dimensions that an office may break down, in the order of a cell.

Of the two areas a cell says the part of the country, or `_T` for all of it.
"""

PERSONS = "PER"
"""The count basis that does not add up over time: who comes twice is one person in a year."""

_NAMES = ("FREQ", "INDICATOR", "DIRECTION", "COUNT_BASIS", "DATA_SOURCE", *BROKEN_DOWN)


@dataclass(frozen=True)  # without slots, to keep what is made of it
class Statement:
    """What one provision states as a caller sees it: all of it, and from which release.

    Where the caller sees only a part of it (`in_part`), nothing of it is added up: what one sees
    of a whole must not be taken for the whole. `years` gives for a year what stands for all that
    is seen of it; sums of a year that is not there are not kept.
    """

    provision: str
    release: int
    selection: Selection
    in_part: bool = False
    years: Mapping[int, Hashable] = field(default_factory=dict)

    @cached_property
    def chunk(self) -> Chunk:
        """All its observations."""
        return self.selection.chunk()

    @cached_property
    def values(self) -> npt.NDArray[np.float64]:
        """The value of each; NaN where it is missing."""
        numbers = pc.cast(self.chunk.values, pa.float64())
        return as_floats(pc.fill_null(numbers, as_scalar(np.nan)))

    @cached_property
    def states_zeros(self) -> bool:
        """Whether some value of it is zero: then what it does not state is a gap."""
        return bool(np.any(self.values == 0))

    @property
    def leaves_gaps(self) -> bool:
        """Whether what it does not state is missing, and no zero that was left out.

        Of what is seen in part nobody can tell: it may be hidden, and must not pass for zero.
        """
        return self.in_part or self.states_zeros


@dataclass(frozen=True, slots=True, order=True)
class Corridor:
    """What a source states: which phenomenon, seen from which country towards which other."""

    indicator: str
    direction: str
    reporter: str
    partner: str
    basis: str
    source: str

    @property
    def flow(self) -> tuple[str, ...]:
        """The same for all who state the same movement, from whichever end they see it."""
        ends = (self.reporter, self.partner)
        if self.direction == "IN":
            ends = (self.partner, self.reporter)
        way = "_Z" if self.direction == "_Z" else "FROM_TO"
        return (self.indicator, way, *ends)


@dataclass(frozen=True, slots=True)
class Side:
    """A corridor as one statement has it: by frequency, the number of each cell's series."""

    corridor: Corridor
    statement: int
    series: Mapping[str, dict[Cell, int]] = field(default_factory=lambda: defaultdict(dict))

    def cells(self, frequency: str) -> frozenset[Cell]:
        """The cells that are stated with a frequency."""
        return frozenset(self.series[frequency])

    def reaching(self, frequency: str) -> str | None:
        """The frequency from which another is reached: its own, else the longest that adds up."""
        if self.series.get(frequency):
            return frequency
        if self.corridor.basis == PERSONS:
            return None
        length = MONTHS[frequency]
        shorter = (each for each, of in MONTHS.items() if of < length and length % of == 0)
        return next((each for each in shorter if self.series.get(each)), None)


def sides(statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> list[Side]:
    """Every corridor of every statement, in order."""
    found: dict[tuple[Corridor, int], Side] = {}
    for number, statement in enumerate(statements):
        for series, named in enumerate(_named(statement.selection, _NAMES)):
            frequency, indicator, direction, basis, source, *codes = named
            reporter, partner = lists[0].root(codes[0]), lists[1].root(codes[1])
            corridor = Corridor(indicator, direction, reporter, partner, basis, source)
            side = found.setdefault((corridor, number), Side(corridor, number))
            areas = (_part(codes[0], reporter), _part(codes[1], partner))
            side.series[frequency][(*areas, *codes[2:])] = series
    return [found[key] for key in sorted(found)]


def _part(area: str, country: str) -> str:
    return TOTAL if area == country else area


def _named(selection: Selection, names: Iterable[str]) -> Iterable[tuple[str, ...]]:
    """The codes of each series in some dimensions."""
    columns = []
    for name in names:
        column = selection.keys[name]
        columns.append([column.values[code] for code in column.codes.tolist()])
    return zip(*columns, strict=True)
