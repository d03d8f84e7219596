"""Counts what became of every figure of a file: nothing is dropped in silence."""

import numpy as np

from gateway.intake.controls import Checked
from gateway.intake.figures import Figures, is_number, numbers_in
from gateway.intake.mapping import Mapped
from gateway.intake.records import Listed
from gateway.intake.sheet import Sheet
from gateway.intake.table import SourceTable
from gateway.model.finding import Account, Skipped
from gateway.model.text import Text

OUTSIDE = Text("cifras fuera del cuadro", "figures outside the table")
WITHOUT_TABLE = Text("cifras en hojas sin el cuadro", "figures in sheets without the table")
NOT_WANTED = Text(
    "cifras en hojas que la provisión omite", "figures in sheets that the provision leaves out"
)
LEFT_OUT = Text(
    "cifras en filas o columnas que la provisión omite",
    "figures in rows or columns that the provision leaves out",
)
ADDED = Text(
    "cifras sumadas a la de otra fila con el mismo código",
    "figures added to that of another row with the same code",
)
NOT_RECOMPUTED = Text("totales que no se pueden recalcular", "totals that cannot be recomputed")
LINES_LEFT_OUT = Text("líneas que la provisión omite", "lines that the provision leaves out")
LINES_EMPTY = Text("líneas sin cifra", "lines without a figure")
LINES_TOTAL = Text(
    "líneas de totales que no se pueden recalcular", "lines of totals that cannot be recomputed"
)


def of_sheet(sheet: Sheet, *, wanted: bool) -> Account:
    """The account of a sheet in which no table was found or looked for."""
    figures = numbers_in(sheet)
    return Account(figures, 0, 0, 0, _skipped((WITHOUT_TABLE if wanted else NOT_WANTED, figures)))


def of_table(figures: Figures, mapped: Mapped, checked: Checked) -> Account:
    """The account of a table and the sheet around it.

    What was read is counted in the sheet itself, not by adding up what became of it.
    """
    table = figures.table
    inside, around = _in_sheet(table, {row for row, _ in figures.strays})
    given = figures.stated
    for cell in figures.statuses:
        given[cell] = True
    observed = np.zeros(given.shape, bool)
    observed[np.ix_(*mapped.observed)] = True
    recomputed = np.zeros(given.shape, bool)
    for cell in checked.cells:
        recomputed[cell] = True
    recomputed &= ~observed
    return Account(
        inside + around,
        len(mapped.frame),
        int(recomputed.sum()),
        len(figures.unreadable) + len(figures.strays),
        _skipped(
            (OUTSIDE, around),
            (LEFT_OUT, _left_out(table)),
            (NOT_RECOMPUTED, int((given & ~observed & ~recomputed).sum())),
            (ADDED, mapped.added),
        ),
    )


def outside(account: Account) -> int:
    """How many figures stand outside the table."""
    return sum(each.figures for each in account.skipped if each.reason == OUTSIDE)


def of_list(listed: Listed, outside: int) -> Account:
    """The account of a list: its lines, and the figures around it."""
    idle = listed.totals - len(listed.controls)
    return Account(
        listed.read + outside,
        len(listed.frame),
        min(len(listed.controls), listed.totals),
        listed.faulty,
        _skipped(
            (OUTSIDE, outside),
            (LINES_LEFT_OUT, listed.left_out),
            (LINES_EMPTY, listed.empty),
            (LINES_TOTAL, max(idle, 0)),
        ),
    )


def _skipped(*reasons: tuple[Text, int]) -> tuple[Skipped, ...]:
    return tuple(Skipped(reason, figures) for reason, figures in reasons if figures)


def _in_sheet(table: SourceTable, strays: set[int]) -> tuple[int, int]:
    """How many cells are filled among the table's rows, and how many numbers stand elsewhere.

    Rows with stray figures below the last label are the table's too.
    """
    sheet = table.sheet
    lines = {row.index: row for row in (*table.rows, *table.left_out)}
    spans = _spans(table, sorted(lines))
    first = max((column for row in table.rows[:1] for _, column in row.spots), default=0)
    inside = around = 0
    headings = {row for page in table.pages for row in range(page.header, page.first)}
    within = strays.union(*spans)
    for index, cells in enumerate(sheet.values):
        if index in headings:
            continue
        if index in within:
            inside += len(cells) - first - 1 - cells[first + 1 :].count(None)
        else:
            around += sum(is_number(value) for value in cells)
    merged = [(row, column) for row, column in sheet.merged if row in within and column > first]
    return inside - len(merged), around


def _spans(table: SourceTable, lines: list[int]) -> list[range]:
    """The rows of each page from the first with a label to the last."""
    found = []
    for page in table.pages:
        mine = [index for index in lines if page.first <= index < page.last]
        if mine:
            found.append(range(mine[0], mine[-1] + 1))
    return found


def _left_out(table: SourceTable) -> int:
    """The cells of the rows and columns that the provision leaves out."""
    every = (*table.columns, *table.left_columns)
    cells = {
        (row.index, each.at[row.page])
        for rows, columns in ((table.left_out, every), (table.rows, table.left_columns))
        for row in rows
        for each in columns
    }
    merged = table.sheet.merged
    return sum(
        column is not None
        and table.sheet.values[row][column] is not None
        and (row, column) not in merged
        for row, column in cells
    )
