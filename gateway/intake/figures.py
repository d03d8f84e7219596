"""The numbers of a table: every cell read once, words for zero and for missing told apart."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateway.intake import rules
from gateway.intake.clean import number
from gateway.intake.language import Values
from gateway.intake.sheet import Sheet, Value, address, shown
from gateway.intake.table import Row, SourceTable
from gateway.model.finding import Finding

LARGEST_WHOLE = 1e15
"""Below it a float tells every whole number from the next."""

Cell = tuple[int, int]
"""The positions of a row and a column of the table."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_SINGLE_STRAYS = 2
"""More figures than this without the same label or heading are one fault: that of the label."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A table's numbers, a row for each of its rows and a column for each of its columns.

    `values` is NaN where there is none. `spelled` keeps the digits of the cells that spell their
    value otherwise than a plain number does. `statuses` is the OBS_STATUS of a cell that says its
    value is missing. `unknown` are the cells that have no value though something stands there: what
    they add up to is not known. `strays` are the cells inside the table without a label or heading.
    """

    table: SourceTable
    values: Floats
    spelled: Mapping[Cell, str]
    statuses: Mapping[Cell, str]
    unreadable: frozenset[Cell]
    unknown: Mask
    strays: frozenset[Cell]
    findings: tuple[Finding, ...]

    @property
    def stated(self) -> Mask:
        """The cells that hold a number."""
        found: Mask = ~np.isnan(self.values)
        return found

    def reported(self, rows: list[int], columns: list[int]) -> pa.StringArray:
        """The digits of some rows and columns, row by row; null where there are none."""
        values = self.values[np.ix_(rows, columns)].ravel()
        whole = np.abs(values) < LARGEST_WHOLE
        whole &= values == np.floor(values)
        digits = pc.cast(pa.array(np.where(whole, values, 0).astype(np.int64)), pa.string())
        digits = pc.if_else(pa.array(whole), digits, pa.scalar(None, pa.string()))
        down = {i: at for at, i in enumerate(rows)}
        across = {j: at for at, j in enumerate(columns)}
        other = {at: repr(values[at]) for at in np.flatnonzero(~whole & ~np.isnan(values)).tolist()}
        for (i, j), spelling in self.spelled.items():
            if i in down and j in across:
                other[down[i] * len(columns) + across[j]] = spelling
        return _with(digits, other)


def _with(digits: pa.StringArray, other: Mapping[int, str]) -> pa.StringArray:
    """Digits with other ones at some places."""
    if not other:
        return digits
    mask = np.zeros(len(digits), bool)
    mask[list(other)] = True
    words = [other[at] for at in sorted(other)]
    return pc.replace_with_mask(digits, pa.array(mask), pa.array(words, pa.string()))


def read_figures(table: SourceTable, words: Values) -> Figures:
    """Every number of the table; what is neither number nor word becomes a finding."""
    values = np.full((len(table.rows), len(table.columns)), np.nan)
    odd: list[tuple[Cell, Value]] = []
    merged, width = table.sheet.merged, len(table.columns)
    for i, row in enumerate(table.rows):
        cells = table.sheet.values[row.index]
        mine = [None if (at := each.at[row.page]) is None else cells[at] for each in table.columns]
        if merged:
            mine = [
                None if (row.index, each.at[row.page]) in merged else value
                for each, value in zip(table.columns, mine, strict=True)
            ]
        if all(type(value) is float for value in mine):
            values[i] = mine
            if width and not (values[i] >= 0).all():
                odd += [((i, j), value) for j, value in enumerate(mine)]
                values[i] = np.nan
        else:
            odd += [((i, j), value) for j, value in enumerate(mine) if value is not None]
    return _with_odd(table, values, odd, words)


def _with_odd(
    table: SourceTable, values: Floats, odd: list[tuple[Cell, Value]], words: Values
) -> Figures:
    """The figures, once each cell that is more than a number has been looked at."""
    spelled: dict[Cell, str] = {}
    statuses: dict[Cell, str] = {}
    faults: dict[Cell, Finding] = {}
    for (i, j), value in odd:
        digits = _digits(value, words)
        if digits is not None and not digits.startswith("-"):
            values[i, j] = float(digits)
            if not _is_plain(digits):
                spelled[i, j] = digits
        elif (status := words.missing.get(shown(value))) is not None:
            statuses[i, j] = status
        else:
            spot = spot_of(table, table.rows[i], j)
            faults[i, j] = _fault(value, digits)(*spot, shown(value))
    unknown = np.zeros(values.shape, bool)
    for cell in (*statuses, *faults):
        unknown[cell] = True
    strays = [*_strays(table)]
    findings = (*_stray_findings(table, strays), *faults.values())
    return Figures(
        table, values, spelled, statuses, frozenset(faults), unknown, frozenset(strays), findings
    )


def _is_plain(digits: str) -> bool:
    """Whether a number is spelled as it would be from its value."""
    return digits.isdecimal() and len(digits) <= 15 and (digits[0] != "0" or digits == "0")


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
        if not np.isfinite(value):
            return None
        return shown(value) if abs(value) < LARGEST_WHOLE else repr(value)
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
        below = [
            index
            for index in range(max(mine) + 1, page.last)
            if any(is_number(table.sheet.values[index][at]) for at in headed if at is not None)
        ]
        for index in (*range(min(mine), max(mine) + 1), *below):
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
    """How many numbers a sheet holds; where there are none, as in a CSV, those that are text."""
    cells = [value for row in sheet.values for value in row if value is not None]
    typed = sum(is_number(value) for value in cells)
    return typed or sum(isinstance(each, str) and number(each) is not None for each in cells)


def is_number(value: Value) -> bool:
    """Whether a cell holds a number, and not a text or a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def spot_of(table: SourceTable, row: Row, j: int) -> tuple[str, str]:
    """The sheet and the address of a cell of the table."""
    at = table.spot(row, table.columns[j])
    return table.sheet.name, "*" if at is None else address(*at)
