"""Filters as masks: which series, and which observations of them, pass."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gateway.model.query import Condition, Filter, Mask
from gateway.model.selection import Coded
from gateway.releases.index import Index
from gateway.releases.rows import Places, blanked, values_at

RowTest = Callable[[Places], Mask]


@dataclass(frozen=True, slots=True)
class Test:
    """What filters let through: `series` of a run, and of those the rows that pass every `rows`.

    `blank` are the same tests of rows of which nothing but the key is shown.
    """

    series: Mask
    rows: tuple[RowTest, ...]
    blank: tuple[RowTest, ...] = ()

    def passing(self, places: Places, count: int) -> Mask:
        """Which rows pass, whatever becomes of their series."""
        return _all(self.rows, places, count)

    def passing_blank(self, places: Places, count: int) -> Mask:
        """Which rows pass as far as they are shown with their value kept back."""
        return _all(self.blank, places, count)


def _all(tests: Iterable[RowTest], places: Places, count: int) -> Mask:
    found = np.ones(count, bool)
    for each in tests:
        found &= each(places)
    return found


def test(index: Index, filters: Iterable[Filter], run: slice) -> Test:
    """The test that all of some filters make together, over a run of series."""
    series = np.ones(run.stop - run.start, bool)
    rows, blank = [], []
    for each in filters:
        column = index.keys.get(each.component) or index.series_attributes.get(each.component)
        if column is None:
            rows.append(_on_rows(index, each))
            blank.append(_on_blank_rows(index, each))
        else:
            # Of many series, numpy takes the same twice as quickly as it indexes.
            series &= passing(column.values, each).take(column.codes[run])
    return Test(series, tuple(rows), tuple(blank))


def _on_rows(index: Index, filter: Filter) -> RowTest:
    structure = index.structure
    if filter.component == structure.time.id:
        in_time = _in_time(index.periods, filter)
        return lambda places: in_time[index.period[places]]
    if filter.component == structure.measure.id:
        return lambda places: _of_measure(index, filter, places)
    column = index.attributes.get(filter.component)
    if column is None:  # an attribute of whole data sets, which observations do not carry
        return lambda places: np.zeros(len(index.note[places]), bool)
    return _on_notes(index, column, filter)


def _on_blank_rows(index: Index, filter: Filter) -> RowTest:
    """A value that is kept back is missing, and passes no filter."""
    if filter.component == index.structure.time.id:
        return _on_rows(index, filter)
    column = index.attributes.get(filter.component)
    if column is None:
        return lambda places: np.zeros(len(index.note[places]), bool)
    return _on_notes(index, blanked(index.structure, filter.component, column), filter)


def _on_notes(index: Index, column: Coded, filter: Filter) -> RowTest:
    notes = passing(column.values, filter)[column.codes]
    return lambda places: notes[index.note[places]]


def _of_measure(index: Index, filter: Filter, places: Places) -> Mask:
    """Numbers compare as numbers; what looks into the spelling looks at what was reported."""

    def holds(condition: Condition) -> Mask:
        if condition.compares_numbers:
            return condition.holds_in_numbers(index.numbers[places])
        spelled = values_at(index, places).to_pylist()
        return np.array([each is not None and condition.holds(each) for each in spelled], bool)

    groups = ([holds(each) for each in group] for group in filter.alternatives)
    found: Mask = np.logical_or.reduce([np.logical_and.reduce(group) for group in groups])
    return found


@lru_cache(maxsize=256)
def _in_time(periods: tuple[str, ...], filter: Filter) -> Mask:
    """`passing` for periods: clients ask for the same time again and again. Not to be changed."""
    return passing(periods, filter, in_time=True)


def passing(values: Sequence[str], filter: Filter, *, in_time: bool = False) -> Mask:
    """For each value of a column, absent at the end, whether it passes; absent never does."""
    found = np.zeros(len(values) + 1, bool)
    if (named := filter.named()) is not None and not in_time:
        found[codes_of(values, named)] = True
    else:
        found[:-1] = [filter.matches(value, in_time=in_time) for value in values]
    return found


def codes_of(values: Sequence[str], named: Iterable[str]) -> list[int]:
    """Where some texts stand among a column's values, which are sorted; those that do."""
    places = {text: bisect_left(values, text) for text in named}
    found = (place for text, place in places.items() if values[place : place + 1] == (text,))
    return sorted(found)
