"""Who is compared with whom, at what, and why somebody is not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from gateway.mirror.breakdown import Cell, Common, Stated, common, own_whole
from gateway.mirror.hierarchy import Hierarchy
from gateway.mirror.periods import MONTHS
from gateway.mirror.sides import BROKEN_DOWN, Corridor, Side, Statement

NOBODY = "_Z"
"""The mirror source where no source of the other country states an indicator at all."""

INCOMPATIBLE = "NONE"
"""The code of COMPARABILITY for series whose figures must not be compared."""


class Reason(StrEnum):
    """Why two values differ or are not compared: codes of CL_MIRROR_REASON."""

    DEFINITION = "DEF"
    COVERAGE = "COVERAGE"
    COUNT_BASIS = "COUNT_BASIS"
    LAG = "LAG"


@dataclass(frozen=True, slots=True)
class Term:
    """What one side adds up for a cell: cells of a statement, stated with a frequency.

    `series` are the numbers of their series.
    """

    side: Side
    stated: str
    cells: frozenset[Cell]
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One cell of a comparison at one frequency, as the first of its two sources sees it.

    `mirror` is the other source; `other` its corridor, None where the pair has no other way to be
    seen: the mirror is missing, or is compared with something else. A pair with a `reason` is not
    compared. `broken_down` names the dimensions that its comparison goes into.
    """

    corridor: Corridor
    mirror: str
    other: Corridor | None
    frequency: str
    cell: Cell
    left: Term | None
    right: Term | None
    broken_down: tuple[str, ...] = ()
    reason: Reason | None = None

    @property
    def turned(self) -> "Pair | None":
        """The same pair as the other source sees it."""
        if self.other is None:
            return None
        return replace(
            self,
            corridor=self.other,
            mirror=self.corridor.source,
            other=self.corridor,
            left=self.right,
            right=self.left,
        )


class Pairing:
    """Pairs up the sides of some statements."""

    def __init__(self, statements: Sequence[Statement], lists: Sequence[Hierarchy]) -> None:
        self._statements = statements
        self._lists = lists
        self._stated: dict[frozenset[Cell], Stated] = {}
        self._known: dict[tuple[Stated, Stated], Common | None] = {}

    def pairs(self, sides: Sequence[Side]) -> Iterator[Pair]:
        """Every pair, and every side whose mirror is missing.

        Of the two ways to see a pair, only that of the source that comes first by its id. A mirror
        is expected of each source that states the indicator for the other country and, where
        there is none, of nobody in a country that states other flows.
        """
        flows: dict[tuple[str, ...], dict[str, list[Side]]] = defaultdict(lambda: defaultdict(list))
        for side in sides:
            flows[side.corridor.flow][side.corridor.source].append(side)
        for by_source in flows.values():
            for one, other in combinations(sorted(by_source), 2):
                yield from self._matched(by_source[one], by_source[other])
        expected = _sources(sides)
        for side in sides:
            if side.corridor.direction != "_Z":
                there = {*flows[side.corridor.flow]}
                for source in sorted(_expected(side.corridor, expected) - there):
                    yield from self._alone(side, source)

    def _matched(self, left: Sequence[Side], right: Sequence[Side]) -> Iterator[Pair]:
        """The comparisons of two sources: each corridor once, with what it shares most with."""
        found = [
            (one.corridor, other.corridor, [*self._between(one, other)])
            for one in left
            for other in right
        ]
        found.sort(key=lambda each: -sum(pair.reason is None for pair in each[2]))
        taken: set[tuple[int, Corridor]] = set()
        for one, other, pairs in found:
            if taken.isdisjoint({(0, one), (1, other)}):
                taken |= {(0, one), (1, other)}
                yield from pairs
        for one, other, pairs in found:  # what counts something else has nothing of its own left
            for side, corridor in ((0, one), (1, other)):
                if (side, corridor) not in taken:
                    taken.add((side, corridor))
                    yield from (replace(_seen(each, side), other=None) for each in pairs)

    def _between(self, left: Side, right: Side) -> Iterator[Pair]:
        known: dict[tuple[str, str], list[Pair]] = {}
        for frequency in MONTHS:
            one, other = left.reaching(frequency), right.reaching(frequency)
            if one is not None and other is not None:
                if (one, other) not in known:
                    known[one, other] = [*self._at(frequency, left, one, right, other)]
                for pair in known[one, other]:
                    at_this = pair.frequency == frequency
                    yield pair if at_this else replace(pair, frequency=frequency)

    def _at(
        self, frequency: str, left: Side, of_left: str, right: Side, of_right: str
    ) -> Iterator[Pair]:
        """The cells that two sides are compared at, or why they are not."""
        known = (left.corridor, right.corridor.source, right.corridor, frequency)
        reason = self._incompatible(left, of_left, right, of_right)
        cells = self._cells(left, of_left), self._cells(right, of_right)
        found = None if reason else self._common(*cells)
        if found is None:
            yield from self._apart(left, of_left, right, of_right, known, reason)
            return
        names = tuple(BROKEN_DOWN[place] for place in found.broken_down)
        for cell, one, other in zip(found.cells, found.left, found.right, strict=True):
            short = Reason.COVERAGE if None in (one, other) else None
            terms = (_term(left, of_left, one), _term(right, of_right, other))
            yield Pair(*known, cell, *terms, names, short)

    def _apart(
        self,
        left: Side,
        of_left: str,
        right: Side,
        of_right: str,
        known: tuple[Corridor, str, Corridor, str],
        reason: Reason | None,
    ) -> Iterator[Pair]:
        """What each of two sides states as its whole, side by side and not compared."""
        one, other = self._whole(left, of_left), self._whole(right, of_right)
        cell = one[0] if one is not None else other[0] if other is not None else None
        if cell is not None:
            terms = (one and one[1], other and other[1])
            yield Pair(*known, cell, *terms, (), reason or Reason.COVERAGE)

    def _alone(self, side: Side, source: str) -> Iterator[Pair]:
        """A side whose mirror is missing, at what it states itself."""
        for frequency in side.series:
            found = self._whole(side, frequency) if frequency in MONTHS else None
            if found is not None:
                yield Pair(side.corridor, source, None, frequency, *found, None)

    def _whole(self, side: Side, frequency: str) -> tuple[Cell, Term] | None:
        stated = self._cells(side, frequency)
        whole = own_whole(stated)
        if whole is None:
            return None
        parts = stated.sum_of(whole) or frozenset()
        return whole, _of(side, frequency, parts)

    def _cells(self, side: Side, frequency: str) -> Stated:
        """The cells of a side: sides that state the same ones are looked into once."""
        cells = side.cells(frequency)
        if cells not in self._stated:
            self._stated[cells] = Stated(cells, self._lists)
        return self._stated[cells]

    def _common(self, left: Stated, right: Stated) -> Common | None:
        if (left, right) not in self._known:
            self._known[left, right] = common(left, right, self._lists)
        return self._known[left, right]

    def _incompatible(self, left: Side, of_left: str, right: Side, of_right: str) -> Reason | None:
        if left.corridor.basis != right.corridor.basis:
            return Reason.COUNT_BASIS
        if self._marked(left, of_left) or self._marked(right, of_right):
            return Reason.DEFINITION
        both = (left, of_left), (right, of_right)
        partial = any(
            self._statements[s.statement].in_part and len(s.cells(f)) > 1 for s, f in both
        )
        return Reason.COVERAGE if partial else None

    def _marked(self, side: Side, frequency: str) -> bool:
        """Whether a source itself says that a series is not to be compared."""
        column = self._statements[side.statement].selection.series_attributes.get("COMPARABILITY")
        series = side.series[frequency].values()
        return column is not None and any(column.value(each) == INCOMPATIBLE for each in series)


def _seen(pair: Pair, side: int) -> Pair:
    """A pair as its first source sees it, or its other one."""
    return pair if side == 0 else pair.turned or pair


def _sources(sides: Iterable[Side]) -> Mapping[str, Mapping[str, set[str]]]:
    """Who states which flows as a country that reports them: by country, then by indicator."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for side in sides:
        if side.corridor.direction != "_Z":
            found[side.corridor.reporter][side.corridor.indicator].add(side.corridor.source)
    return found


def _expected(corridor: Corridor, sources: Mapping[str, Mapping[str, set[str]]]) -> set[str]:
    """Of whom a mirror is expected; of no one where the other country states no flows at all."""
    if corridor.partner not in sources:
        return set()
    own = corridor.partner == corridor.reporter
    return sources[corridor.partner].get(corridor.indicator) or (set() if own else {NOBODY})


def _term(side: Side, stated: str, cells: frozenset[Cell] | None) -> Term | None:
    return _of(side, stated, cells) if cells else None


def _of(side: Side, stated: str, cells: frozenset[Cell]) -> Term:
    of = side.series[stated]
    return Term(side, stated, cells, tuple(sorted(of[cell] for cell in cells)))
