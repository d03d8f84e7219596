"""A sheet of cells as every reader gives it: stored values, what they look like, their nesting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from openpyxl.utils import get_column_letter

from gateway.errors import BadFile

MOST_CELLS = 12_000_000
"""A sheet whose last cell is further out is refused: something stands far outside its table."""

Value = str | int | float | bool | None

Spot = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `values[row][column]`, counted from 0, None where a cell is empty.

    A cell inside a merged range repeats the value of its first cell; `merged` holds those
    repeats. `indents` holds the cells with an indent. `displays` holds what a number looks like
    where its format says more than its digits ("-" for zero); `marks` the raised footnote marks
    that were taken off the end of a text.
    """

    name: str
    values: list[list[Value]]
    indents: Mapping[Spot, int]
    displays: Mapping[Spot, str] = field(default_factory=dict)
    marks: Mapping[Spot, str] = field(default_factory=dict)
    merged: frozenset[Spot] = frozenset()

    def text(self, row: int, column: int) -> str:
        """What a reader sees in a cell, without the blanks around it."""
        return self.displays.get((row, column)) or shown(self.values[row][column])

    def indent(self, row: int, column: int) -> int:
        """How far a cell's text is indented, by its style or by blanks before it; 0 for most."""
        value = self.values[row][column]
        blanks = len(value) - len(value.lstrip()) if isinstance(value, str) else 0
        return self.indents.get((row, column), 0) * 100 + blanks


def address(row: int, column: int) -> str:
    """The address that a spreadsheet shows for a cell counted from 0.

    >>> address(0, 27)
    'AB1'
    """
    return f"{get_column_letter(column + 1)}{row + 1}"


def shown(value: Value) -> str:
    """A stored value as text: whole numbers without a decimal point, runs of blanks as one.

    >>> shown(2243.0), shown("  Estados   Unidos "), shown(None), shown(1e17)
    ('2243', 'Estados Unidos', '', '100000000000000000')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def stored(value: object) -> Value:
    """A value as a sheet keeps it: blanks alone are no value, a date is its ISO spelling."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat()
    return value.isoformat() if isinstance(value, date) else _other(value)


def _other(value: object) -> str:
    return str(value.total_seconds() / 86400) if isinstance(value, timedelta) else str(value)


def spread(values: list[list[Value]], first: Spot, last: Spot) -> set[Spot]:
    """Repeat a merged range's first cell in all of it, as far as there are cells; the repeats."""
    (top, left), (bottom, right) = first, last
    if top >= len(values) or left >= len(values[top]):
        return set()
    value = values[top][left]
    if value is None:
        return set()
    repeats = {
        (row, column)
        for row in range(top, min(bottom + 1, len(values)))
        for column in range(left, min(right + 1, len(values[row])))
    } - {first}
    for row, column in repeats:
        values[row][column] = value
    return repeats


def bad(name: str, english: str, spanish: str) -> BadFile:
    """The error of a file that cannot be read, in one sentence of each language."""
    return BadFile(f"{name} {english}.", spanish=f"{name} {spanish}.", subject=name)


def damaged(name: str, kind: str) -> BadFile:
    """The error of a file that starts like a workbook of a kind and does not go on so."""
    return bad(
        name,
        f"is damaged or cut short: it starts like an {kind} workbook but cannot be read",
        f"está dañado o incompleto: empieza como un libro {kind} pero no se puede leer",
    )


def locked(name: str) -> BadFile:
    """The error of a file behind a password."""
    return bad(
        name,
        "is locked with a password; save a copy without one and hand that in",
        "está protegido con contraseña; guarde una copia sin ella y entréguela",
    )


def refuse_far(name: str, sheet: str, rows: int, width: int) -> None:
    """Raise BadFile for a sheet that reaches further than any table does."""
    if rows * width > MOST_CELLS:
        last = address(rows - 1, width - 1)
        raise bad(
            name,
            f"has a sheet {sheet} that reaches to cell {last}; clear what stands far outside the "
            "table",
            f"tiene una hoja {sheet} que llega hasta la celda {last}; borre lo que está lejos del "
            "cuadro",
        )
