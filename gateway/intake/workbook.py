"""Reads a spreadsheet into sheets of cells that keep their address, shown text and indent.

Reads .xlsx and CSV (UTF-8 or Windows-1252, any usual separator). A file that cannot be read at all
is a BadFile, in one sentence; nothing here judges what a cell means.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gateway.errors import BadFile

MOST_BYTES_UNPACKED = 256 * 1024 * 1024
"""A workbook that unpacks to more is refused before it is opened."""

MOST_CELLS = 20_000_000
"""A sheet whose last cell is further out is refused: something stands far outside its table."""

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SEPARATORS = ",;\t|"

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `values[row][column]`, counted from 0, None where a cell is empty.

    A cell inside a merged range repeats the value of its first cell. `indents` holds the cells
    with an indent, by row and column.
    """

    name: str
    values: list[list[Value]]
    indents: dict[tuple[int, int], int]

    def text(self, row: int, column: int) -> str:
        """What a reader sees in a cell, without the blanks around it."""
        return shown(self.values[row][column])

    def indent(self, row: int, column: int) -> int:
        """How far a cell's text is indented; 0 for most."""
        return self.indents.get((row, column), 0)


def address(row: int, column: int) -> str:
    """The address that a spreadsheet shows for a cell counted from 0.

    >>> address(0, 27)
    'AB1'
    """
    return f"{get_column_letter(column + 1)}{row + 1}"


def shown(value: Value) -> str:
    """A stored value as text: whole numbers without a decimal point, runs of blanks as one.

    >>> shown(2243.0), shown("  Estados   Unidos "), shown(None)
    ('2243', 'Estados Unidos', '')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def read_sheets(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a file handed in under a name. Raises BadFile."""
    if not content:
        raise _bad(name, "is empty", "está vacío")
    if content.startswith(_OLE):
        raise _locked_or_old(content, name)
    if content.startswith(b"PK"):
        return list(_read_workbook(content, name))
    if Path(name).suffix.lower() in (".csv", ".txt", ".tsv"):
        return [_read_csv(content, name)]
    raise _bad(
        name,
        "is no spreadsheet; hand in an .xlsx workbook or a .csv file",
        "no es una hoja de cálculo; entregue un libro .xlsx o un archivo .csv",
    )


def _bad(name: str, english: str, spanish: str) -> BadFile:
    return BadFile(f"{name} {english}.", spanish=f"{name} {spanish}.", subject=name)


def _locked_or_old(content: bytes, name: str) -> BadFile:
    if _ENCRYPTED in content:
        return _bad(
            name,
            "is locked with a password; save a copy without one and hand that in",
            "está protegido con contraseña; guarde una copia sin ella y entréguela",
        )
    return _bad(
        name,
        "is a workbook of the old .xls kind; save it as .xlsx and hand that in",
        "es un libro del tipo antiguo .xls; guárdelo como .xlsx y entréguelo",
    )


def _read_workbook(content: bytes, name: str) -> Iterator[Sheet]:
    try:
        _refuse_bomb(content, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that it does not keep
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except BadFile:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged file provokes
        raise _bad(
            name,
            "is damaged or cut short: it starts like an .xlsx workbook but cannot be read",
            "está dañado o incompleto: empieza como un libro .xlsx pero no se puede leer",
        ) from error
    for worksheet in book.worksheets:
        yield _read_worksheet(worksheet, name)


def _refuse_bomb(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_BYTES_UNPACKED:
        limit = MOST_BYTES_UNPACKED // 1024 // 1024
        raise _bad(
            name,
            f"unpacks to {size // 1024 // 1024} MB; the limit is {limit} MB",
            f"se descomprime a {size // 1024 // 1024} MB; el límite es {limit} MB",
        )


def _read_worksheet(worksheet: Worksheet, name: str) -> Sheet:
    # openpyxl has no public way to the cells that are there; going over every cell up to the last
    # takes for ever where an office has formatted whole columns.
    cells = {place: each for place, each in worksheet._cells.items() if _stored(each) is not None}
    rows = max((row for row, _ in cells), default=0)
    width = max((column for _, column in cells), default=0)
    if rows * width > MOST_CELLS:
        last = address(rows - 1, width - 1)
        raise _bad(
            name,
            f"has a sheet {worksheet.title} that reaches to cell {last}; clear what stands far "
            "outside the table",
            f"tiene una hoja {worksheet.title} que llega hasta la celda {last}; borre lo que está "
            "lejos del cuadro",
        )
    values: list[list[Value]] = [[None] * width for _ in range(rows)]
    indents: dict[tuple[int, int], int] = {}
    for (row, column), cell in cells.items():
        values[row - 1][column - 1] = _stored(cell)
        if isinstance(cell, Cell) and cell.has_style and cell.alignment.indent:
            indents[row - 1, column - 1] = round(cell.alignment.indent)
    _spread_merged(worksheet, values)
    return Sheet(worksheet.title, values, indents)


def _spread_merged(worksheet: Worksheet, values: list[list[Value]]) -> None:
    """Repeat the first cell of each merged range in all of it, as far as there are cells."""
    for merged in worksheet.merged_cells.ranges:
        inside = [row[merged.min_col - 1 : merged.max_col] for row in values]
        inside = inside[merged.min_row - 1 : merged.max_row]
        if inside and inside[0]:
            for offset, cells in enumerate(inside):
                row = values[merged.min_row - 1 + offset]
                row[merged.min_col - 1 : merged.max_col] = [inside[0][0]] * len(cells)


def _stored(cell: Cell | MergedCell) -> Value:
    value = cell.value
    if isinstance(value, str):
        return value if value.strip() else None
    return value if value is None or isinstance(value, int | float) else str(value)


def _read_csv(content: bytes, name: str) -> Sheet:
    text = _decoded(content, name)
    separator = max(_SEPARATORS, key=text.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _bad(name, f"is no CSV file ({error})", f"no es un archivo CSV ({error})") from error
    width = max((len(row) for row in rows), default=0)
    values: list[list[Value]] = []
    for row in rows:
        empty: list[Value] = [None] * (width - len(row))
        values.append([*(cell.strip() or None for cell in row), *empty])
    return Sheet(Path(name).stem, values, {})


def _decoded(content: bytes, name: str) -> str:
    if b"\x00" in content:
        raise _bad(name, "is no text file", "no es un archivo de texto")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
