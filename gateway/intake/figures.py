"""The numbers of a table: every cell read once, words for zero and for missing told apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.intake import rules
from gateway.intake.clean import number
from gateway.intake.provision import Values
from gateway.intake.table import Column, Row, SourceTable
from gateway.intake.workbook import Value, address, shown
from gateway.model.finding import Control, Finding

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """A table's numbers, a row for each of its rows and a column for each of its columns.

    `values` is NaN where there is none. `reported` keeps the digits; it is None for an empty or
    unreadable cell. `statuses` is the OBS_STATUS of a cell that says its value is missing.
    `unreadable` are the cells with a fault of their own: what they add up to is not known.
    """

    table: SourceTable
    values: Floats
    reported: list[list[str | None]]
    statuses: dict[tuple[int, int], str]
    unreadable: frozenset[tuple[int, int]]
    findings: tuple[Finding, ...]


def read_figures(table: SourceTable, words: Values) -> Figures:
    """Every number of the table; what is neither number nor word becomes a finding."""
    values = np.full((len(table.rows), len(table.columns)), np.nan)
    reported: list[list[str | None]] = [[None] * len(table.columns) for _ in table.rows]
    statuses: dict[tuple[int, int], str] = {}
    unreadable: set[tuple[int, int]] = set()
    findings = list(_strays(table))
    for i, row in enumerate(table.rows):
        cells = table.sheet.values[row.index]
        for j, column in enumerate(table.columns):
            value = cells[column.index]
            if value is None:
                continue
            text = shown(value)
            if text in words.missing:
                statuses[i, j] = words.missing[text]
                continue
            digits = "0" if text in words.zero else _digits(value, text)
            if digits is None or digits.startswith("-"):
                fault = rules.not_a_number if digits is None else rules.negative_number
                findings.append(fault(*_at(table, row, column), text))
                unreadable.add((i, j))
                continue
            reported[i][j] = digits
            values[i, j] = float(digits)
    return Figures(table, values, reported, statuses, frozenset(unreadable), tuple(findings))


def _at(table: SourceTable, row: Row, column: Column) -> tuple[str, str]:
    return table.sheet.name, address(row.index, column.index)


def _digits(value: Value, text: str) -> str | None:
    """A stored number's digits; what only looks like one is read by the words of `clean`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return text if np.isfinite(value) else None
    return number(text)


def _strays(table: SourceTable) -> Iterator[Finding]:
    """Cells inside the table that no label or no heading explains."""
    if not table.rows:
        return
    labelled = {row.index for row in table.rows}
    headed = {column.index for column in table.columns}
    for row in range(min(labelled), max(labelled) + 1):
        for column in range(table.labels + 1, len(table.sheet.values[row])):
            text = table.sheet.text(row, column)
            if text and (row not in labelled or column not in headed):
                yield rules.unheaded_value(table.sheet.name, address(row, column), text)


def controls(figures: Figures) -> Iterator[Control]:
    """Every total that can be recomputed, once.

    A total row is checked in each column; a total column in each row of detail. Where a part is
    stated to be missing, or cannot be read, the total cannot be recomputed and is no control.
    """
    table = figures.table
    at_row = {row.index: i for i, row in enumerate(table.rows)}
    at_column = {column.index: j for j, column in enumerate(table.columns)}
    for i, row in enumerate(table.rows):
        parts = [at_row[each] for each in row.parts]
        for j, column in enumerate(table.columns):
            across = [at_column[each] for each in column.parts]
            cells = [(part, j) for part in parts] or [(i, part) for part in across]
            if cells and figures.reported[i][j] is not None and _all_stated(figures, cells):
                computed = float(np.nansum([figures.values[cell] for cell in cells]))
                yield _control(figures, i, j, computed)


def _all_stated(figures: Figures, cells: list[tuple[int, int]]) -> bool:
    return not any(cell in figures.statuses or cell in figures.unreadable for cell in cells)


def _control(figures: Figures, i: int, j: int, computed: float) -> Control:
    table = figures.table
    row, column = table.rows[i], table.columns[j]
    headings = dict.fromkeys(column.path)  # a heading merged over two rows says one thing
    name = f"{table.sheet.name}: {' > '.join(row.path)} | {' > '.join(headings)}"
    stated = float(figures.values[i, j])
    return Control(name, stated, computed, *_at(table, row, column))


def mismatches(checked: list[Control]) -> Iterator[Finding]:
    """A finding for each total that its parts do not add up to."""
    for control in checked:
        if not control.holds:
            yield rules.control_mismatch(
                control.sheet,
                control.cell,
                shown(control.stated),
                shown(control.computed),
                control.name,
            )
