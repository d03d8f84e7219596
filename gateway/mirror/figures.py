"""What some series add up to in one period, for those who ask about a period and not a history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gateway.mirror.breakdown import Cell
from gateway.mirror.ledger import Ledger, Mask, Request, Sums
from gateway.mirror.periods import MONTHS, Period, numbers
from gateway.mirror.sides import PERSONS, Statement


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a sum in a period, and the gravest status of its parts (OBS_STATUS).

    The value is None where there is none; then it is `missing` where some of it is stated, or is
    stated as missing, or is left out by a table that states its zeros in another period of the same
    year. Where it is not, the source says nothing of it.
    """

    value: float | None = None
    status: str | None = None
    missing: bool = False


def figures(
    statements: Sequence[Statement], sums: Sums, requests: Sequence[Request], period: Period
) -> list[Figure]:
    """What each of some requests adds up to."""
    made = sums.ledger(statements, requests, period.frequency)
    column = period.place - made.first
    if not 0 <= column < made.values.shape[1]:
        return [Figure() for _ in requests]
    return [
        _figure(made, row, column, zeros=statements[request.statement].states_zeros)
        for row, request in enumerate(requests)
    ]


def _figure(made: Ledger, row: int, column: int, *, zeros: bool) -> Figure:
    value = float(made.values[row, column])
    if np.isnan(value):
        in_year = 12 // MONTHS[made.frequency]
        year = slice(column - column % in_year, column - column % in_year + in_year)
        partly = made.partly[row, year]
        left_out = zeros and bool(np.any(partly | ~np.isnan(made.values[row, year])))
        return Figure(missing=left_out or bool(made.partly[row, column]))
    said = made.said["OBS_STATUS"]
    code = int(said.codes[row, column])
    return Figure(value, said.values[code] if code < len(said.values) else None)


@dataclass(frozen=True, slots=True)
class Told:
    """Of which of a statement's series something is told in a period: a value, or that it lacks."""

    value: Mask
    anything: Mask


def told(statement: Statement, period: Period) -> Told:
    """Of which series something is told in a period, or in a shorter one within it.

    A table that states its zeros tells of each that it has in the year: one left out is missing.
    """
    within = _within(statement, period.frequency, period.months)[statement.chunk.periods]
    has_value = within & ~np.isnan(statement.values)
    if statement.states_zeros and within.any():
        start = period.months.start // 12 * 12
        year = range(start, start + 12)
        within = _within(statement, period.frequency, year)[statement.chunk.periods]
    return Told(_series(statement, has_value), _series(statement, within))


def _within(statement: Statement, frequency: str, months: range) -> Mask:
    """Which of its periods, of this frequency or shorter ones, begin in some months."""
    shorter = (each for each, length in MONTHS.items() if length <= MONTHS[frequency])
    found = np.zeros(len(statement.selection.periods), bool)
    for each in shorter:
        at = numbers(statement.selection.periods, each)
        found |= (at >= months.start) & (at < months.stop)
    return found


def _series(statement: Statement, observations: Mask) -> Mask:
    found = np.zeros(statement.selection.series, bool)
    found[statement.chunk.series[observations]] = True
    return found


def reading(
    statement: Statement,
    told: Told,
    series: Mapping[str, Mapping[Cell, int]],
    basis: str,
    period: Period,
) -> str | None:
    """The frequency at which a source is read for a period; None where it says nothing of it.

    Its own, else the longest that adds up to it; one with a value before one that only says that
    there is none. Of what is seen in part nothing is added up, over time neither.
    """
    reached = [
        each
        for each in _reached(period.frequency, basis, in_part=statement.in_part)
        if series.get(each)
    ]
    for there in (told.value, told.anything):
        for each in reached:
            if there[[*series[each].values()]].any():
                return each
    return None


def _reached(frequency: str, basis: str, *, in_part: bool) -> Iterator[str]:
    yield frequency
    length = MONTHS[frequency]
    if basis != PERSONS and not in_part:
        yield from (each for each, of in MONTHS.items() if of < length and length % of == 0)
