"""Coverage: which country states which flow, of whom, to which breakdown, and how late."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.mirror.corridors import NO_COUNTRY
from gateway.mirror.hierarchy import TOTAL, Hierarchy
from gateway.mirror.periods import MONTHS, Period, period
from gateway.mirror.sides import BROKEN_DOWN, Corridor, Side, Statement, sides
from gateway.model.period import span
from gateway.model.selection import Selection, as_codes

_Key = tuple[str, ...]
"""Indicator, reporter, direction, source, count basis and frequency."""

Periods = Mapping[_Key, frozenset[Period]]
"""Of which periods there is some value, by what it is of."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many days after the end of a period a source first stated it: median and longest.

    `periods` is from how many that is told.
    """

    median: float
    longest: int
    periods: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a source covers of a phenomenon with a frequency.

    `partners` are the countries that it names; `total` says whether it states all countries in one
    as well. `gaps` are the periods between the first and the last of which it has no value. By
    dimension, `broken_down` has the codes into which it goes. `late` is None where nobody can say:
    see `lateness`.
    """

    indicator: str
    reporter: str
    direction: str
    source: str
    provision: str
    release: int
    basis: str
    frequency: str
    partners: tuple[str, ...]
    total: bool
    first: str
    last: str
    gaps: tuple[str, ...]
    broken_down: Mapping[str, tuple[str, ...]]
    late: Lateness | None = None


def coverage(
    statements: Sequence[Statement],
    lists: Sequence[Hierarchy],
    late: Mapping[str, Mapping[_Key, Mapping[Period, int]]],
) -> list[Coverage]:
    """What every source covers, in the order of indicator, reporter and source.

    Only what has a value counts: a cell that is stated as missing covers nothing. `late` has the
    days of `lateness` by provision.
    """
    groups: dict[tuple[_Key, int], list[Side]] = defaultdict(list)
    for side in sides(statements, lists):
        for frequency in side.series:
            groups[_key(side.corridor, frequency), side.statement].append(side)
    periods = [stated(each.selection, lists) for each in statements]
    return [
        _covered(statements[place], key, of, periods[place][key], late)
        for (key, place), of in sorted(groups.items(), key=lambda each: each[0])
        if key in periods[place]
    ]


def _key(one: Corridor, frequency: str) -> _Key:
    return (one.indicator, one.reporter, one.direction, one.source, one.basis, frequency)


def _covered(
    statement: Statement,
    key: _Key,
    of: Sequence[Side],
    periods: frozenset[Period],
    late: Mapping[str, Mapping[_Key, Mapping[Period, int]]],
) -> Coverage:
    indicator, reporter, direction, source, basis, frequency = key
    has_value = np.zeros(statement.selection.series, bool)
    has_value[statement.chunk.series[~np.isnan(statement.values)]] = True
    cells = [(side.corridor.partner, cell) for side in of
             for cell, series in side.series[frequency].items() if has_value[series]]  # fmt: skip
    partners = {partner for partner, _ in cells}
    places = sorted(each.place for each in periods)
    between = {*range(places[0], places[-1])} - {*places}
    days = late.get(statement.provision, {}).get(key, {})
    return Coverage(
        indicator, reporter, direction, source, statement.provision, statement.release, basis,
        frequency, tuple(sorted(partners - NO_COUNTRY)), TOTAL in partners,
        str(Period(frequency, places[0])), str(Period(frequency, places[-1])),
        tuple(str(Period(frequency, place)) for place in sorted(between)),
        _broken_down(cell for _, cell in cells),
        _late([days[each] for each in periods if each in days]),
    )  # fmt: skip


def _broken_down(cells: Iterable[tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """By dimension the codes that are parts, where there is more than one code."""
    codes = [{*column} for column in zip(*cells, strict=True)]
    return {
        id: tuple(sorted(found - {TOTAL}))
        for id, found in zip(BROKEN_DOWN, codes, strict=True)
        if len(found) > 1
    }


def _late(days: Sequence[int]) -> Lateness | None:
    return Lateness(median(days), max(days), len(days)) if days else None


def stated(selection: Selection, lists: Sequence[Hierarchy]) -> Periods:
    """Of which periods some value is stated; only of those that are months, quarters and so on."""
    chunk, width = selection.chunk(), len(selection.periods) + 1
    there = as_codes(pc.cast(chunk.values.is_valid(), pa.int8())) == 1
    keys: dict[_Key, int] = {}
    of_series = [keys.setdefault(key, len(keys)) for key in _keys(selection, lists)]
    pairs = np.array(of_series, np.int64)[chunk.series[there]] * width + chunk.periods[there]
    names, spans = [*keys], [_read(each) for each in selection.periods]
    periods: dict[_Key, set[Period]] = defaultdict(set)
    for number, place in zip(*np.divmod(np.unique(pairs), width), strict=True):
        key, one = names[int(number)], spans[int(place)]
        if one is not None and one.frequency == key[-1]:
            periods[key].add(one)
    return {key: frozenset(of) for key, of in periods.items()}


def _read(text: str) -> Period | None:
    try:
        return period(text)
    except ValueError:
        return None


_OF = ("INDICATOR", "REF_AREA", "DIRECTION", "DATA_SOURCE", "COUNT_BASIS", "FREQ")


def _keys(selection: Selection, lists: Sequence[Hierarchy]) -> list[_Key]:
    """What each series is of."""
    columns = []
    for id in _OF:
        column = selection.keys[id]
        values = column.values
        if id == BROKEN_DOWN[0]:
            values = tuple(lists[0].root(each) for each in values)
        columns.append([values[code] for code in column.codes.tolist()])
    return [*zip(*columns, strict=True)]


def lateness(changes: Iterable[tuple[date, Periods]]) -> Mapping[_Key, Mapping[Period, int]]:
    """The days from the end of each period to the day on which it was first stated.

    `changes` are the days on which something changed, in order, and of what there was a value in
    that. What came first, and what came later on periods before that, was loaded in one go: when
    it was first published nobody here can tell, so it says nothing of how late a source is.
    """
    known: dict[_Key, set[Period]] = {}
    start: dict[_Key, Period] = {}
    found: dict[_Key, dict[Period, int]] = defaultdict(dict)
    for day, periods in changes:
        for key, of in periods.items():
            if key not in known:
                known[key], start[key] = {*of}, min(of)
                continue
            for each in of - known[key]:
                known[key].add(each)
                if each > start[key]:
                    found[key][each] = (day - span(str(each))[1]).days
    return found


def last_period(found: Iterable[Coverage], frequency: str) -> Period | None:
    """The last period of a frequency that a source states to its end, of corridors if of any."""
    covered = [*found]
    some = [each for each in covered if each.partners] or covered
    ends = [period(each.last).months.stop for each in some]
    return Period(frequency, max(ends) // MONTHS[frequency] - 1) if ends else None
