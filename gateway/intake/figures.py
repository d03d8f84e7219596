"""The numbers of a table: every cell read once, words for zero and for missing told apart."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.intake import rules
from gateway.intake.clean import number
from gateway.intake.language import Values
from gateway.intake.sheet import Sheet, Value, address, shown
from gateway.intake.table import Row, SourceTable
from gateway.model.finding import Finding

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_SINGLE_STRAYS = 2
"""More figures than this without the same label or heading are one fault: that of the label."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A table's numbers, a row for each of its rows and a column for each of its columns.

    `values` is NaN where there is none. `reported` keeps the digits; it is None for an empty or
    unreadable cell. `statuses` is the OBS_STATUS of a cell that says its value is missing.
    `unknown` are the cells that have no value though something stands there: what they add up to
    is not known. `strays` are the cells inside the table without a label or heading.
    """

    table: SourceTable
    values: Floats
    reported: list[list[str | None]]
    statuses: Mapping[tuple[int, int], str]
    unreadable: frozenset[tuple[int, int]]
    unknown: Mask
    strays: frozenset[tuple[int, int]]
    findings: tuple[Finding, ...]

    @property
    def stated(self) -> Mask:
        """The cells that hold a number."""
        found: Mask = ~np.isnan(self.values)
        return found


def read_figures(table: SourceTable, words: Values) -> Figures:
    """Every number of the table; what is neither number nor word becomes a finding."""
    shape = len(table.rows), len(table.columns)
    values = np.full(shape, np.nan)
    reported: list[list[str | None]] = []
    statuses: dict[tuple[int, int], str] = {}
    unreadable: dict[tuple[int, int], Finding] = {}
    merged = table.sheet.merged
    for i, row in enumerate(table.rows):
        cells = table.sheet.values[row.index]
        mine: list[str | None] = [None] * shape[1]
        reported.append(mine)
        for j, column in enumerate(table.columns):
            at = column.at[row.page]
            value = None if at is None else cells[at]
            if value is None or (row.index, at) in merged:
                continue
            if type(value) is float and 0 <= value < 1e15:
                mine[j] = str(int(value)) if value.is_integer() else repr(value)
                values[i, j] = value
                continue
            digits = _digits(value, words)
            if digits is not None and not digits.startswith("-"):
                mine[j], values[i, j] = digits, float(digits)
            elif (status := words.missing.get(shown(value))) is not None:
                statuses[i, j] = status
            else:
                fault = _fault(value, digits)
                spot = address(row.index, at or 0)
                unreadable[i, j] = fault(table.sheet.name, spot, shown(value))
    unknown = np.zeros(shape, bool)
    for cell in (*statuses, *unreadable):
        unknown[cell] = True
    strays = [*_strays(table)]
    findings = (*_stray_findings(table, strays), *unreadable.values())
    return Figures(
        table,
        values,
        reported,
        statuses,
        frozenset(unreadable),
        unknown,
        frozenset(strays),
        tuple(findings),
    )


def _fault(value: Value, digits: str | None) -> Callable[[str, str, str], Finding]:
    """The rule that a cell without a figure breaks."""
    if isinstance(value, str) and value.startswith("="):
        return rules.formula_unsaved
    return rules.not_a_number if digits is None else rules.negative_number


def _digits(value: Value, words: Values) -> str | None:
    """A stored number's digits; what only looks like one is read by the words of `clean`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return shown(value) if np.isfinite(value) else None
    text = shown(value)
    return "0" if text in words.zero else number(text, words.decimal, words.thousands)


def _strays(table: SourceTable) -> Iterator[tuple[int, int]]:
    """Cells inside the table that no label or no heading explains."""
    explained = {row.index for row in (*table.rows, *table.left_out)}
    for number_, page in enumerate(table.pages):
        mine = [index for index in explained if page.first <= index < page.last]
        if not mine:
            continue
        headed = {each.at[number_] for each in (*table.columns, *table.left_columns)}
        labels = {column for row in table.rows[:1] for _, column in row.spots}
        wide = range(max(labels, default=page.labels) + 1, len(table.sheet.values[page.header]))
        unheaded = [column for column in wide if column not in headed]
        for index in range(min(mine), max(mine) + 1):
            cells = table.sheet.values[index]
            columns = unheaded if index in explained else wide
            for column in columns:
                if cells[column] is not None and (index, column) not in table.sheet.merged:
                    yield index, column


def _stray_findings(table: SourceTable, strays: list[tuple[int, int]]) -> Iterator[Finding]:
    """One finding for each stray cell, or one for the heading or label that many of them lack."""
    sheet = table.sheet
    in_row = Counter(row for row, _ in strays)
    in_column = Counter(column for _, column in strays)
    told: set[tuple[int, int]] = set()
    for row, column in strays:
        page = next(each for each in table.pages if each.first <= row < each.last)
        if in_row[row] > MOST_SINGLE_STRAYS:
            at, rule, many = (row, page.labels), rules.unlabelled_row, in_row[row]
        elif in_column[column] > MOST_SINGLE_STRAYS:
            at, rule, many = (page.header, column), rules.unheaded_column, in_column[column]
        else:
            yield rules.unheaded_value(sheet.name, address(row, column), sheet.text(row, column))
            continue
        if at not in told:
            told.add(at)
            yield rule(sheet.name, address(*at), many)


def numbers_in(sheet: Sheet) -> int:
    """How many numbers a sheet holds."""
    return sum(
        isinstance(value, int | float) and not isinstance(value, bool)
        for row in sheet.values
        for value in row
    )


def spot_of(table: SourceTable, row: Row, j: int) -> tuple[str, str]:
    """The sheet and the address of a cell of the table."""
    at = table.spot(row, table.columns[j])
    return table.sheet.name, "*" if at is None else address(*at)
