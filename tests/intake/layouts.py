"""Books that tests make in the layout of Mexico's table 1.3.1: pages, indents, marks, spacers.

The figures are made up; what is real is the layout, as the office publishes it.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import openpyxl
import xlrd
import xlwt
from openpyxl.styles import Alignment

HEADING = "Continente/ país de nacionalidad"
FORM = '#\\ ###\\ ##0;\\-;_-\\ "-"_-;_-@_-'
AIRPORTS = ("Cancún, A. I.", "Cozumel, A. I.", "Mérida, A. I.")

Line = tuple[int, str, int]
"""A row's level, its label, and the first of its figures; 0 for a total."""

ROWS: tuple[Line, ...] = (
    (0, "Total General", 0),
    (1, "Nacionales", 500),
    (1, "Extranjeros", 0),
    (2, "América", 0),
    (3, "América del Norte", 0),
    (4, "Canadá", 70),
    (4, "Estados Unidos", 900),
    (3, "América Central", 0),
    (4, "Belice", 0),
    (4, "El Salvador", 31),
    (4, "Guatemala", 47),
    (2, "Europa", 0),
    (3, "España", 120),
    (3, "Portugal", 11),
    (2, "Apátridas", 2),
    (2, "No especificado", 5),
)
PAGE_OF = (0,) * 9 + (1,) * 7
"""The second page goes on in the middle of Central America, without its label."""


@dataclass(frozen=True)
class Cell:
    """What is written in a cell, and how."""

    value: str | float
    indent: int = 0
    number: bool = False


Grid = Mapping[tuple[int, int], Cell]


@dataclass(frozen=True)
class Layout:
    """How a book is laid out; every one of these states the same figures."""

    columns: tuple[str, ...] = (*AIRPORTS, "Otros", "Total")
    title: str = "1.3.1 Entradas aéreas, enero-diciembre de 2025"
    sheet: str = "Cuadro 1.3.1"
    steps: tuple[int, ...] = (0, 1, 2, 3, 4)
    left: int = 2
    spacers: tuple[str, ...] = ("Otros", "Total")
    figures: Mapping[tuple[str, str], object] | None = None


def number(row: str, column: str) -> int:
    """The made-up figure of a row and column."""
    start = next(first for _, label, first in ROWS if label == row)
    place = (*AIRPORTS, "Otros").index(column)
    return 0 if start == 0 or (start + place) % 5 == 0 else start * (4 - place) + place


def inside(row: str) -> list[str]:
    """The rows of detail that a row adds up; itself if it is detail."""
    at = next(n for n, (_, label, _) in enumerate(ROWS) if label == row)
    end = at + 1
    while end < len(ROWS) and ROWS[end][0] > ROWS[at][0]:
        end += 1
    if end == at + 1:
        return [row]
    below = range(at + 1, end)
    return [ROWS[n][1] for n in below if n + 1 == len(ROWS) or ROWS[n + 1][0] <= ROWS[n][0]]


def figure(row: str, column: str) -> int:
    """The figure of any row and column, totals included."""
    columns = (*AIRPORTS, "Otros") if column == "Total" else (column,)
    return sum(number(each, one) for each in inside(row) for one in columns)


def grid(layout: Layout) -> dict[tuple[int, int], Cell]:
    """The cells of a book, by row and column from 0."""
    cells: dict[tuple[int, int], Cell] = {}
    at: dict[str, int] = {}
    column = layout.left + 1
    for each in layout.columns:
        column += each in layout.spacers
        at[each] = column
        column += 1
    row = 1
    for page in (0, 1):
        cells[row, layout.left] = Cell(layout.title)
        cells[row + 2, column - 1] = Cell("(Continúa)" if page == 0 else "(Concluye)")
        cells[row + 3, layout.left] = Cell(HEADING)
        for each, where in at.items():
            cells[row + 3, where] = Cell("Otros 4" if each == "Otros" and page else each)
        row += 6
        for (level, label, _), of in zip(ROWS, PAGE_OF, strict=True):
            if of == page:
                said = {"Estados Unidos": "Estados Unidos 1"}.get(label, label)
                cells[row, layout.left] = Cell(said, layout.steps[level])
                for each, where in at.items():
                    value = (layout.figures or {}).get((label, each), figure(label, each))
                    cells[row, where] = Cell(value, number=True)  # type: ignore[arg-type]
                row += 2 if level < 3 else 1
        cells[row + 1, layout.left] = Cell("(-) Significa cero.")
        row += 5
    cells[row, layout.left] = Cell("1 Incluye a los nacidos en Puerto Rico.")
    cells[row + 1, layout.left] = Cell("Información preliminar.")
    return cells


def xls(cells: Grid, sheet: str = "Cuadro 1.3.1") -> bytes:
    """A book of the old kind."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    styles: dict[tuple[int, bool], xlwt.XFStyle] = {}
    for (row, column), cell in cells.items():
        look = cell.indent, cell.number
        if look not in styles:
            styles[look] = xlwt.easyxf(f"alignment: indent {cell.indent}")
            styles[look].num_format_str = FORM if cell.number else "General"
        page.write(row, column, cell.value, styles[look])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def xlsx(cells: Grid, sheet: str = "Cuadro 1.3.1") -> bytes:
    """A book of the new kind."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for (row, column), cell in cells.items():
        one = page.cell(row + 1, column + 1, cell.value)
        one.alignment = Alignment(indent=cell.indent)
        one.number_format = FORM if cell.number else "General"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def cells_of(content: bytes) -> dict[tuple[int, int], Cell]:
    """The cells of the first sheet of an old workbook, to be written again otherwise."""
    book = xlrd.open_workbook(file_contents=content, formatting_info=True)
    sheet = book.sheet_by_index(0)
    cells: dict[tuple[int, int], Cell] = {}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER):
                alignment = book.xf_list[cell.xf_index or 0].alignment
                indent = alignment.indent_level if alignment is not None else 0
                number = cell.ctype == xlrd.XL_CELL_NUMBER
                cells[row, column] = Cell(cell.value, indent, number)
    return cells


def spaced(cells: Grid, _: str = "") -> bytes:
    """A CSV whose nesting is blanks before the labels."""
    width = max(column for _, column in cells) + 1
    lines: list[Sequence[str]] = []
    for row in range(max(row for row, _ in cells) + 1):
        line = [""] * width
        for column in range(width):
            if (row, column) in cells:
                cell = cells[row, column]
                line[column] = "  " * cell.indent + str(cell.value)
        lines.append(line)
    return "\n".join(";".join(line) for line in lines).encode("cp1252")


WRITERS: Mapping[str, Callable[[Grid, str], bytes]] = {
    "x.xls": xls,
    "x.xlsx": xlsx,
    "x.csv": spaced,
}

PLAIN = Layout()
RENAMED = replace(
    PLAIN,
    columns=("Mérida, A. I.", "Cancún, A. I.", "Cozumel, A. I.", "Otros", "Total"),
    title="1.3.1 Entradas por vía aérea según continente, enero-diciembre de 2025",
    sheet="C131",
    steps=(1, 3, 5, 8, 9),
    left=0,
    spacers=("Total",),
)
"""The same figures under another title, in other columns, with other indents."""
