"""Which of an office's cells add up to one that both offices reach; never by splitting one.

A cell is a code for each of the dimensions that an office may break down. An office states some
cells; others it reaches by adding its own categories up along the code lists.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.mirror.hierarchy import TOTAL, UNKNOWN, Hierarchy

Cell = tuple[str, ...]
"""A code for each dimension that may be broken down."""

_Parts = Mapping[Cell, Cell]
"""Cells as they are left to be added up, each with the cell as it was stated."""

_Options = Mapping[int, tuple[str, ...]]
"""The codes that a dimension is broken down into, by its place in a cell."""

_Sums = dict[Cell, frozenset[Cell] | None]
"""What a side adds up to reach each cell."""


@dataclass(frozen=True, slots=True)
class Common:
    """What two offices can be compared at: the whole first, then its finest common parts.

    `left` and `right` give for each of `cells` what each office adds up to reach it: nothing where
    it states no part of it, None where what it states does not make up the whole of it.
    """

    cells: tuple[Cell, ...]
    left: tuple[frozenset[Cell] | None, ...]
    right: tuple[frozenset[Cell] | None, ...]
    broken_down: tuple[int, ...]


class Stated:
    """The cells that an office states, and what they add up to."""

    def __init__(self, cells: Iterable[Cell], lists: Sequence[Hierarchy]) -> None:
        self.cells = frozenset(cells)
        self._lists = lists
        self.codes = [{*column} for column in zip(*self.cells, strict=True)]

    def sum_of(self, whole: Cell) -> frozenset[Cell] | None:
        """The cells that add up to one; None where they do not, or would count some twice."""
        return self._sum(self._within(whole), whole)

    def undivided(self, whole: Cell, place: int) -> frozenset[Cell] | None:
        """The cells that add up to one, none of them finer than it in one dimension.

        What they leave out is not excused by what the office states elsewhere: they are its total.
        """
        own = [cell for cell in self._within(whole) if cell[place] == whole[place]]
        return Stated(own, self._lists).sum_of(whole) if own else None

    def _within(self, whole: Cell) -> list[Cell]:
        inside = [
            {code for code in codes if each.contains(w, code)}
            for each, w, codes in zip(self._lists, whole, self.codes, strict=True)
        ]
        return [
            cell
            for cell in self.cells
            if all(code in codes for code, codes in zip(cell, inside, strict=True))
        ]

    def sums(self, whole: Cell, options: _Options) -> _Sums:
        """What adds up to each cell of a breakdown of which some part is stated; None where not."""
        choices = [options.get(place, (code,)) for place, code in enumerate(whole)]
        within = [
            {code: self._choice(place, code, of) for code in self.codes[place]}
            for place, of in enumerate(choices)
        ]
        groups: dict[Cell, list[Cell]] = {}
        for cell in self.cells:
            target = [found[code] for found, code in zip(within, cell, strict=True)]
            named = tuple(each for each in target if each is not None)
            if len(named) == len(cell):
                groups.setdefault(named, []).append(cell)
        return {
            target: frozenset(group) if group == [target] else self._sum(group, target)
            for target, group in groups.items()
        }

    def _choice(self, place: int, code: str, choices: Iterable[str]) -> str | None:
        """Which of some codes one is part of; all is part of none but all."""
        return next((each for each in choices if self._lists[place].contains(each, code)), None)

    def _sum(self, cells: Iterable[Cell], whole: Cell) -> frozenset[Cell] | None:
        parts: dict[Cell, Cell] = {}
        for cell in cells:
            rest = (TOTAL if c == w else c for c, w in zip(cell, whole, strict=True))
            parts[tuple(rest)] = cell
        return self._add(parts, whole) if parts else None

    def _add(self, parts: _Parts, whole: Cell) -> frozenset[Cell] | None:
        every = (TOTAL,) * len(whole)
        if every in parts:
            return frozenset({parts[every]})
        codes = [{cell[place] for cell in parts} for place in range(len(whole))]
        must = [place for place, found in enumerate(codes) if TOTAL not in found]
        if must:
            return self._split(parts, must[0], whole)
        # Every dimension has some total: leave out the parts of one of them, whichever adds up.
        for place in (place for place, found in enumerate(codes) if len(found) > 1):
            totals = {cell: was for cell, was in parts.items() if cell[place] == TOTAL}
            if (found := self._add(totals, whole)) is not None:
                return found
        return None

    def _split(self, parts: _Parts, place: int, whole: Cell) -> frozenset[Cell] | None:
        """Add up by the broadest categories of one dimension, if they make up the whole of it."""
        tops = self._lists[place].broadest(cell[place] for cell in parts)
        if not self._complete(place, tops, whole[place]):
            return None
        found: set[Cell] = set()
        for top, part in self._by_code(parts, place, tops).items():
            below = self._add(part, (*whole[:place], top, *whole[place + 1 :]))
            if below is None:
                return None
            found |= below
        return frozenset(found)

    def _complete(self, place: int, tops: frozenset[str], whole: str) -> bool:
        """Whether categories make up a code, or would with those that the office has elsewhere.

        An office states for each citizenship the sexes and ages that occur, not all that there are.
        """
        codelist = self._lists[place]
        if codelist.complete(tops, whole):
            return True
        own = (code for code in self.codes[place] - {TOTAL} if codelist.contains(whole, code))
        usual = codelist.broadest(own)
        return tops <= usual and codelist.complete(usual, whole)

    def _by_code(
        self, parts: _Parts, place: int, tops: Iterable[str]
    ) -> dict[str, dict[Cell, Cell]]:
        """Parts by the broadest code that they belong to in one dimension."""
        found: dict[str, dict[Cell, Cell]] = {top: {} for top in tops}
        for cell, was in parts.items():
            code = cell[place]
            top = next(each for each in self._lists[place].above(code)[::-1] if each in found)
            rest = TOTAL if code == top else code
            found[top][*cell[:place], rest, *cell[place + 1 :]] = was
        return found


def common(left: Stated, right: Stated, lists: Sequence[Hierarchy]) -> Common | None:
    """The whole and the finest breakdown that both reach; None where they share no whole."""
    whole = tuple(map(_whole, left.codes, right.codes))
    wholes = (left.sum_of(whole), right.sum_of(whole))
    if wholes[0] is None or wholes[1] is None:
        return None
    shared = {
        place: codes
        for place, codelist in enumerate(lists)
        if whole[place] == TOTAL
        and (codes := _shared(left.codes[place], right.codes[place], codelist))
    }
    options, sums = _finest(left, right, whole, shared)
    cells = sorted({*sums[0], *sums[1]})
    return Common(
        (whole, *cells),
        (wholes[0], *(sums[0].get(cell, frozenset()) for cell in cells)),
        (wholes[1], *(sums[1].get(cell, frozenset()) for cell in cells)),
        tuple(options),
    )


def _finest(
    left: Stated, right: Stated, whole: Cell, shared: _Options
) -> tuple[_Options, tuple[_Sums, _Sums]]:
    """The breakdown by all shared dimensions; else by as many, one after the other, as go."""
    found: tuple[_Sums, _Sums] = ({}, {})
    if shared:
        found = (left.sums(whole, shared), right.sums(whole, shared))
    if not shared or _reached(*found):
        return shared, found
    options: _Options = {}
    sums: tuple[_Sums, _Sums] = ({}, {})
    for place, codes in shared.items():
        tried = {**options, place: codes}
        found = (left.sums(whole, tried), right.sums(whole, tried))
        if _reached(*found):
            options, sums = tried, found
    return options, sums


def own_whole(stated: Stated) -> Cell | None:
    """The broadest cell that an office reaches by itself; None where it reaches no single one."""
    whole = tuple(map(_whole, stated.codes, stated.codes))
    return whole if stated.sum_of(whole) is not None else None


def _whole(left: set[str], right: set[str]) -> str:
    """The one code that both have alone; else all."""
    return next(iter(left)) if left == right and len(left) == 1 else TOTAL


def _shared(left: set[str], right: set[str], codelist: Hierarchy) -> tuple[str, ...]:
    """The finest codes of one dimension that both have or reach, if they leave nothing out."""
    own = (left - {TOTAL}, right - {TOTAL})
    broader = {above for codes in own for code in codes for above in codelist.above(code)}
    reached = [{code for code in broader if _has(codes, code, codelist)} for codes in own]
    shared = codelist.finest(reached[0] & reached[1])
    left_over = {
        code
        for codes in own
        for code in codelist.finest(codes) - {UNKNOWN}
        if shared.isdisjoint(codelist.above(code))
    }
    if not left_over:
        return tuple(sorted(shared))
    together = shared | left_over
    apart = codelist.finest(together) == codelist.broadest(together)
    return tuple(sorted(together)) if shared and apart and codelist.open else ()


def _has(codes: Iterable[str], code: str, codelist: Hierarchy) -> bool:
    """Whether a code is among others, or is made up of some of them."""
    parts = codelist.broadest(each for each in codes if codelist.contains(code, each))
    return code in parts or codelist.complete(parts, code)


def _reached(left: _Sums, right: _Sums) -> bool:
    """Whether both reach most of the cells of which both state some part, and one at least."""
    shared = left.keys() & right.keys()
    both = [cell for cell in shared if None not in (left[cell], right[cell])]
    return bool(both) and 2 * len(both) >= len(shared)
