"""What is said of whole series of a comparison: units, tables, definitions, breakdown."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gateway.mirror.comparison import DECIMALS, Measure
from gateway.mirror.pairing import Term
from gateway.mirror.sides import Statement
from gateway.mirror.views import MEASURES, Views, coded
from gateway.model.selection import Coded, RowNumbers
from gateway.model.structure import Attachment, DataStructure

_UNITS: Mapping[Measure, str] = {
    Measure.ASYMMETRY: "PT",
    Measure.CHANGE: "PP",
    Measure.LAG: "PERIOD",
    Measure.RANK: "POSITION",
    Measure.RATIO: "RATIO",
}
"""In what a measure is told; the others are in the unit of the source."""

_OWN: Mapping[str, Mapping[Measure, str]] = {
    "UNIT_MEASURE": _UNITS,
    "DECIMALS": {measure: str(decimals) for measure, decimals in DECIMALS.items()},
}
"""Attributes that some measures have by themselves, the others as the source says."""

_COMPARABILITY = ("NONE", "LOW", "PARTIAL", "HIGH")

_Words = tuple[str | None, str | None]
"""What the two sides of a pair say."""


class OfSeries:
    """What is said of the series of some views."""

    def __init__(self, statements: Sequence[Statement], of: Views) -> None:
        self._of = of
        self._left = _Side(statements, [each.left for each in of.seen])
        self._right = _Side(statements, [each.right for each in of.seen])

    def columns(
        self, structure: DataStructure, view: RowNumbers, measure: RowNumbers
    ) -> dict[str, Coded]:
        """Every attribute, where each series has a view and the number of a measure."""
        found = {}
        for id in structure.attribute_ids(Attachment.SERIES):
            column = self._column(id)
            found[id] = column.take(view)
            if id in _OWN:
                found[id] = _by_measure(found[id], measure, _OWN[id])
        return found

    def _column(self, id: str) -> Coded:
        """An attribute of each view."""
        match id:
            case "BREAKDOWN":
                return coded([" ".join(each.broken_down) or "_T" for each in self._of.seen])
            case "COMPARABILITY":
                return self._told(id, _lower)
            case "DEFINITION" | "SOURCE_TABLE":
                return self._by_source(id)
            case "UNIT_MEASURE" | "UNIT_MULT" | "DECIMALS":
                return self._told(id, _either)
        return coded([None] * len(self._of))

    def _told(self, id: str, choose: Callable[[_Words], str | None]) -> Coded:
        """What is made of what both sides say; every two things that they say are met once."""
        words = [*zip(self._left.words(id), self._right.words(id), strict=True)]
        chosen = {each: choose(each) for each in set(words)}
        return coded([chosen[each] for each in words])

    def _by_source(self, id: str) -> Coded:
        """What each of the sources says, by its name."""
        sources = ((each.corridor.source, each.mirror) for each in self._of.seen)
        words = zip(self._left.words(id), self._right.words(id), strict=True)
        return coded([
            " | ".join(f"{source}: {said}" for source, said in zip(of, both, strict=True) if said)
            or None
            for of, both in zip(sources, words, strict=True)
        ])  # fmt: skip


def _either(words: _Words) -> str | None:
    """What the left says; the right where the left is missing."""
    return words[1] if words[0] is None else words[0]


def _lower(words: _Words) -> str | None:
    return next((each for each in _COMPARABILITY if each in words), None)


class _Side:
    """Where to find what one side says of each view: in a series of its statement."""

    def __init__(self, statements: Sequence[Statement], terms: Sequence[Term | None]) -> None:
        self._statements = statements
        self._terms = [None if t is None else (t.side.statement, t.series[0]) for t in terms]

    def words(self, id: str) -> list[str | None]:
        """What it says of each."""
        of_each = [each.selection.series_attributes.get(id) for each in self._statements]
        codes = [[] if column is None else column.codes.tolist() for column in of_each]
        values = [() if column is None else (*column.values, None) for column in of_each]
        return [
            None
            if term is None or not values[term[0]]
            else values[term[0]][codes[term[0]][term[1]]]
            for term in self._terms
        ]


def _by_measure(column: Coded, measure: RowNumbers, own: Mapping[Measure, str]) -> Coded:
    """A column in which some measures say something of their own."""
    values = tuple(sorted({*column.values, *own.values()}))
    place = np.array([*map(values.index, column.values), len(values)], np.int32)
    by_measure = np.array([values.index(own[m]) if m in own else -1 for m in MEASURES], np.int32)
    codes = by_measure[measure]
    return Coded(np.where(codes < 0, place[column.codes], codes), values)
