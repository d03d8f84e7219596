"""Totals recomputed from their parts, and where the fault sits when they do not agree."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from openpyxl.utils import get_column_letter

from gateway.intake import rules
from gateway.intake.figures import Figures, Mask, spot_of
from gateway.intake.sheet import address, shown
from gateway.intake.suspects import Cell, Suspects
from gateway.model.finding import Control, Finding

MOST_SINGLE_MISMATCHES = 3
"""A total row that disagrees in more columns than this, and in most of them, has one fault: its
nesting or its label."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Every total that can be recomputed, once, with the cell that states it.

    `cells` are the positions of those totals in the table, in the order of `controls`. `down` says
    of each whether it adds up rows; the others add up columns.
    """

    cells: tuple[Cell, ...]
    down: tuple[bool, ...]
    controls: tuple[Control, ...]


def recompute(figures: Figures) -> Checked:
    """A total row is checked in each column; a total column in each row of detail.

    Where a part is stated to be missing, cannot be read or has no heading, the total cannot be
    recomputed and is no control.
    """
    table = figures.table
    values, stated = np.nan_to_num(figures.values), figures.stated
    found: list[tuple[Cell, bool, float]] = []
    for i, row in enumerate(table.rows):
        if row.parts:
            parts = list(row.parts)
            ready = stated[i] & ~figures.unknown[parts].any(axis=0) & _on_every_page(figures, parts)
            if figures.strays:
                ready &= _without_strays(figures, i)
            sums = values[parts].sum(axis=0)
            found += [((i, j), True, float(sums[j])) for j in np.flatnonzero(ready).tolist()]
    across = {i for i, row in enumerate(table.rows) if not row.parts}
    stray_rows = {row for row, _ in figures.strays}
    for j, column in enumerate(table.columns):
        if column.parts:
            parts = list(column.parts)
            ready = stated[:, j] & ~figures.unknown[:, parts].any(axis=1)
            sums = values[:, parts].sum(axis=1)
            found += [
                ((i, j), False, float(sums[i]))
                for i in np.flatnonzero(ready).tolist()
                if i in across and table.rows[i].index not in stray_rows
            ]
    found.sort()
    return Checked(
        tuple(cell for cell, _, _ in found),
        tuple(down for _, down, _ in found),
        tuple(_named(figures, found)),
    )


def _on_every_page(figures: Figures, parts: list[int]) -> Mask:
    """The columns that are there on every page that has one of some rows."""
    table = figures.table
    if len(table.pages) == 1:
        return np.ones(len(table.columns), bool)
    pages = {table.rows[each].page for each in parts}
    return np.array([all(each.at[page] is not None for page in pages) for each in table.columns])


def _without_strays(figures: Figures, i: int) -> Mask:
    """The columns in which no figure without a label stands between a total's parts."""
    table = figures.table
    indexes = [table.rows[each].index for each in (i, *table.rows[i].parts)]
    between = {column for row, column in figures.strays if min(indexes) <= row <= max(indexes)}
    page = table.rows[i].page
    return np.array([each.at[page] not in between for each in table.columns], bool)


def _named(figures: Figures, found: list[tuple[Cell, bool, float]]) -> Iterator[Control]:
    """The totals with their names: the labels of the row and the headings of the column."""
    table = figures.table
    rows = [f"{table.sheet.name}: {' > '.join(row.path)} | " for row in table.rows]
    columns = [
        " > ".join(dict.fromkeys(each for each in column.path if each))  # merged ones say one thing
        for column in table.columns
    ]
    letters = [
        ["" if at is None else get_column_letter(at + 1) for at in each.at]
        for each in table.columns
    ]
    stated = figures.values.tolist()
    for (i, j), _, computed in found:
        row = table.rows[i]
        cell = f"{letters[j][row.page]}{row.index + 1}"
        yield Control(rows[i] + columns[j], stated[i][j], computed, table.sheet.name, cell)


def mismatches(figures: Figures, checked: Checked) -> Iterator[Finding]:
    """A finding for each fault that makes totals disagree, at the cell where it sits.

    One wrong figure spoils the total of its row and those of every group that it is in by the same
    amount: that is told once, of the figure. What is left is told of the total.
    """
    both = zip(checked.cells, checked.controls, strict=True)
    off = {cell: control for cell, control in both if not control.holds}
    if not off:
        return
    suspects = Suspects(figures, frozenset(checked.cells), off)
    for (i, j), (error, total) in suspects.wrong_figures().items():
        yield _figure_finding(figures, (i, j), error, off[total].cell)
    yield from _total_findings(figures, {cell: off[cell] for cell in suspects.left()}, checked)


def _figure_finding(figures: Figures, at: Cell, error: float, total: str) -> Finding:
    sheet, cell = spot_of(figures.table, figures.table.rows[at[0]], at[1])
    stated = float(figures.values[at])
    if np.isnan(stated):
        return rules.figure_missing(sheet, cell, shown(round(-error, 6)), total)
    agreed = shown(round(stated - error, 6))
    return rules.figure_disagrees(sheet, cell, shown(stated), agreed, total)


def _total_findings(
    figures: Figures, off: dict[Cell, Control], checked: Checked
) -> Iterator[Finding]:
    """A finding for each total, or one for a row of totals that disagrees nearly everywhere."""
    table = figures.table
    in_row: dict[int, list[Cell]] = {}
    for cell in off:
        in_row.setdefault(cell[0], []).append(cell)
    tried = Counter(i for i, _ in checked.cells)
    whole = {
        i
        for i, cells in in_row.items()
        if table.rows[i].parts and len(cells) > max(MOST_SINGLE_MISMATCHES, tried[i] / 2)
    }
    follow = _following(figures, whole, off)
    for i in sorted(in_row.keys() - follow):
        row, cells = table.rows[i], in_row[i]
        if i in whole:
            spot, said = address(*row.spots[-1]), (row.path[-1], len(cells), tried[i])
            yield rules.total_row_disagrees(table.sheet.name, spot, *said)
            continue
        for cell in cells:
            each = off[cell]
            stated, computed = shown(each.stated), shown(each.computed)
            yield rules.control_mismatch(each.sheet, each.cell, stated, computed, each.name)


def _following(figures: Figures, whole: set[int], off: dict[Cell, Control]) -> set[int]:
    """The rows of totals that lack just the figures of another one: that one is nested wrongly.

    A row that became a total by its indent is itself no longer added into the groups around it.
    """
    values = np.nan_to_num(figures.values)
    found: set[int] = set()
    for i in sorted(whole, key=lambda each: len(figures.table.rows[each].parts)):
        parts = list(figures.table.rows[i].parts)
        for other in whole - found - {i}:
            columns = [j for row, j in off if row == other]
            gaps = np.array([off[other, j].stated - off[other, j].computed for j in columns])
            alone, nested = (
                values[i, columns],
                values[i, columns] + values[parts][:, columns].sum(0),
            )
            if i not in found and any(np.allclose(gaps, each) for each in (alone, nested)):
                found.add(other)
    return found
