"""Pairs as either of their sources sees them: the series of a comparison, and which are wanted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gateway.mirror.comparison import Comparison, Measure
from gateway.mirror.paired import Paired
from gateway.mirror.pairing import Pair
from gateway.mirror.periods import spelled
from gateway.mirror.sides import BROKEN_DOWN
from gateway.model.coding import packed
from gateway.model.query import Filter, Mask, Wanted
from gateway.model.selection import Coded, RowNumbers
from gateway.model.structure import DataStructure

MEASURES = tuple(Measure)

_MEASURE = "MIRROR_MEASURE"

_OF_PAIR: Mapping[str, Callable[[Pair], str]] = {
    "FREQ": lambda pair: pair.frequency,
    "REF_AREA": lambda pair: pair.corridor.reporter,
    "COUNTERPART_AREA": lambda pair: pair.corridor.partner,
    "INDICATOR": lambda pair: pair.corridor.indicator,
    "DIRECTION": lambda pair: pair.corridor.direction,
    "COUNT_BASIS": lambda pair: pair.corridor.basis,
    "DATA_SOURCE": lambda pair: pair.corridor.source,
    "MIRROR_SOURCE": lambda pair: pair.mirror,
}
"""The codes of a pair's key that are not those of its cell."""


@dataclass(frozen=True, slots=True)
class Views:
    """Pairs as somebody sees them, in the order of their keys.

    `row` is the row of the pair, `turned` says that it is the right that sees it; `seen` is
    the pair so turned. `keys` has a code for each in every dimension but that of the measure.
    """

    seen: tuple[Pair, ...]
    row: RowNumbers
    turned: Mask
    keys: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(self.row)

    def at(self, places: RowNumbers) -> "Views":
        """Some of them."""
        return Views(
            tuple(self.seen[place] for place in places.tolist()),
            self.row[places],
            self.turned[places],
            {id: column.take(places) for id, column in self.keys.items()},
        )


def views(structure: DataStructure, paired: Paired) -> Views:
    """Every pair as the left sees it, and as the right does where there is that other way."""
    pairs = paired.pairs
    back = [(row, pair) for row, each in enumerate(pairs) if (pair := each.turned) is not None]
    seen = (*pairs, *(pair for _, pair in back))
    keys = {id: _codes(id, seen) for id in structure.dimension_ids if id != _MEASURE}
    order = np.argsort(packed([each.codes for each in keys.values()], len(seen)), kind="stable")
    row = np.array([*range(len(pairs)), *(row for row, _ in back)], np.intp)
    return Views(seen, row, np.arange(len(seen)) >= len(pairs), keys).at(order)


def _codes(id: str, seen: Sequence[Pair]) -> Coded:
    of = _OF_PAIR.get(id)
    if of is not None:
        return coded([of(pair) for pair in seen])
    place = BROKEN_DOWN.index(id)
    return coded([pair.cell[place] for pair in seen])


def coded(words: Sequence[str | None]) -> Coded:
    """Words as codes of the distinct ones, in order; None is absent."""
    values = tuple(sorted({each for each in words if each is not None}))
    place: Mapping[str | None, int] = {None: len(values), **{v: n for n, v in enumerate(values)}}
    return Coded(np.array([place[each] for each in words], np.int32), values)


# What of them a question asks for: only that is told, and only that is spelled.


def wanted_series(of: Views, wanted: Wanted) -> Mask:
    """Of which views which measures pass the keys and the filters of a question, as a table."""
    measures = Coded(np.arange(len(MEASURES)), tuple(map(str, MEASURES)))
    found = np.ones((len(of), len(MEASURES)), bool)
    for each in wanted.filters:
        if each.component in of.keys:
            found &= _passing(of.keys[each.component], each)[:, None]
        elif each.component == _MEASURE:
            found &= _passing(measures, each)[None, :]
    if wanted.keys:
        named = np.zeros_like(found)
        for key in wanted.keys:
            codes = dict(zip((*of.keys, _MEASURE), key, strict=False))
            views_ = np.ones(len(of), bool)
            for id, column in of.keys.items():
                views_ &= _among(column, codes.get(id))
            named |= views_[:, None] & _among(measures, codes.get(_MEASURE))[None, :]
        found &= named
    return found


def _passing(column: Coded, filter: Filter) -> Mask:
    passes = [*(filter.matches(each, in_time=False) for each in column.values), False]
    found: Mask = np.array(passes, bool)[column.codes]
    return found


def _among(column: Coded, codes: frozenset[str] | None) -> Mask:
    if codes is None:
        return np.ones(len(column.codes), bool)
    found: Mask = np.array([*(each in codes for each in column.values), False], bool)[column.codes]
    return found


def wanted_frequency(structure: DataStructure, frequency: str, wanted: Wanted) -> bool:
    """Whether a question asks for anything of a frequency."""
    place = structure.dimension_ids.index("FREQ")
    of_keys = [key[place] if len(key) > place else None for key in wanted.keys]
    keyed = not of_keys or any(codes is None or frequency in codes for codes in of_keys)
    filters = (each for each in wanted.filters if each.component == "FREQ")
    return keyed and all(each.matches(frequency, in_time=False) for each in filters)


def wanted_periods(structure: DataStructure, comparison: Comparison, wanted: Wanted) -> Mask:
    """Which periods of a comparison a question asks for."""
    filters = [each for each in wanted.filters if each.component == structure.time.id]
    periods = (spelled(comparison.first + n, comparison.frequency)
               for n in range(comparison.columns))  # fmt: skip
    found = [all(each.matches(p, in_time=True) for each in filters) for p in periods]
    return np.array(found, bool)
