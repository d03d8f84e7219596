"""A workbook of a few sheets for people: typed tables, pages of text, and charts of the tables.

Every text is a string to a spreadsheet, never a formula or a link, and one that looks like a
formula is marked as a text, so that it stays one when somebody edits its cell. The same content
makes the same bytes.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from gateway.errors import TooLarge

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""What every workbook is made with."""

MOST_ROWS = 1_048_575
"""What a sheet holds below its header."""

Cell = str | int | float | date | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a text begins that a spreadsheet would compute. Source: OWASP, CSV injection."""

_LONGEST = 32_767
_WIDEST = 48
_TEXT = 90
_LINE = 15
_DATE = "yyyy-mm-dd"
_MARK = "#FFF2CC"
_COLOURS = ("#1F4E79", "#C55A11")
"""Far apart for the colour-blind too; the second line is dashed besides."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its title; `form` is how its numbers are shown, as spreadsheets spell it."""

    title: str
    form: str = "General"


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet with a table; the rows in `marked` stand out."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Lines:
    """A sheet of text: a title, and lines of a label and words."""

    name: str
    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: of some rows of a page, the columns of its places and of its heights."""

    name: str
    page: str
    along: int
    column: int
    rows: range


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of some lines, and what its axis counts."""

    title: str
    axis: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Charts:
    """A sheet of charts, one below the other."""

    name: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook by its title, its sheets in order, and the moment that its content is of."""

    title: str
    prepared: datetime
    sheets: tuple[Page | Lines | Charts, ...]


def write(book: Book) -> bytes:
    """The workbook as a file. Raises TooLarge for more rows than a sheet holds."""
    for each in book.sheets:
        if isinstance(each, Page) and len(each.rows) > MOST_ROWS:
            raise TooLarge(
                f"{len(each.rows):,} rows do not fit in a sheet, which holds {MOST_ROWS:,}.",
                spanish=f"{len(each.rows):,} filas no caben en una hoja de {MOST_ROWS:,}.",
                subject=each.name,
            )
    target = io.BytesIO()
    made = opened(target, book.title, book.prepared)
    styles = Styles(made)
    for each in book.sheets:
        page = made.add_worksheet(each.name)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        match each:
            case Page():
                _write_table(page, each, styles)
            case Lines():
                write_lines(page, each.title, each.rows, styles)
            case Charts():
                _draw(made, page, each)
    made.close()
    return target.getvalue()


def opened(target: io.BytesIO, title: str, prepared: datetime) -> Workbook:
    """A workbook with nothing in it yet."""
    found = xlsxwriter.Workbook(target, OPTIONS)
    # A workbook has no time zones.
    found.set_properties({"title": title, "created": prepared.replace(tzinfo=None)})
    return found


class Styles:
    """The styles of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[tuple[str, object], ...], Format] = {}
        self.header = self.of(bold=True, bottom=1, valign="top", text_wrap=True)
        self.title = self.of(bold=True, font_size=14)
        self.label = self.of(bold=True, valign="top", text_wrap=True)
        self.text = self.of(text_wrap=True, valign="top")

    def of(self, **properties: object) -> Format:
        """The style with some properties, in XlsxWriter's words."""
        key = tuple(sorted(properties.items()))
        if key not in self._known:
            self._known[key] = self._book.add_format(dict(properties))
        return self._known[key]

    def cell(self, value: Cell, form: str, *, marked: bool) -> Format:
        """The style of a cell in a table."""
        properties: dict[str, object] = {"bg_color": _MARK} if marked else {}
        if isinstance(value, str):
            return self.of(**properties, **_guarded(value))
        return self.of(**properties, num_format=_DATE if isinstance(value, date) else form)


def _guarded(text: str) -> Mapping[str, object]:
    return {"quote_prefix": True} if text.startswith(_FORMULA) else {}


def write_lines(
    page: Worksheet, title: str, rows: Sequence[tuple[str, str]], styles: Styles
) -> None:
    """A title, and below it lines of a label and words."""
    page.set_column(0, 0, 26)
    page.set_column(1, 1, _TEXT)
    page.write_string(0, 0, title, styles.title)
    for row, (label, text) in enumerate(rows, 2):
        page.set_row(row, _LINE * _lines(text))
        page.write_string(row, 0, label, styles.label)
        style = styles.of(text_wrap=True, valign="top", **_guarded(text))
        page.write_string(row, 1, _short(text), style)


def _lines(text: str) -> int:
    """How many lines a text takes; not every spreadsheet finds out by itself."""
    return sum(max(1, ceil(len(each) / _TEXT)) for each in text.split("\n"))


def _write_table(page: Worksheet, of: Page, styles: Styles) -> None:
    for place, column in enumerate(of.columns):
        page.write_string(0, place, column.title, styles.header)
        page.set_column(place, place, _width(of, place))
    for row, cells in enumerate(of.rows):
        for place, (value, column) in enumerate(zip(cells, of.columns, strict=True)):
            style = styles.cell(value, column.form, marked=row in of.marked)
            _write(page, row + 1, place, value, style)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(of.rows), len(of.columns) - 1)
    page.set_row(0, 3 * _LINE)
    page.repeat_rows(0)


def _write(page: Worksheet, row: int, place: int, value: Cell, style: Format) -> None:
    match value:
        case None:
            page.write_blank(row, place, None, style)
        case str():
            page.write_string(row, place, _short(value), style)
        case date():
            page.write_datetime(row, place, value, style)
        case _:
            page.write_number(row, place, value, style)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _width(of: Page, place: int) -> int:
    """As wide as its longest text or number, and so that its title fits in three lines."""
    said = (
        len(f"{cells[place]:,.2f}" if isinstance(cells[place], float) else str(cells[place]))
        for cells in of.rows
        if cells[place] is not None
    )
    title = of.columns[place].title
    return min(_WIDEST, max(*map(len, title.split()), len(title) // 2, *said, 6) + 3)


def _draw(book: Workbook, page: Worksheet, of: Charts) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 12, 11)
    for number, each in enumerate(of.charts):
        chart = book.add_chart({"type": "line"})
        for colour, line in zip(_COLOURS, each.lines, strict=False):
            dash = "solid" if colour == _COLOURS[0] else "dash"
            chart.add_series(
                {
                    "name": line.name,
                    "categories": _cells(line, line.along),
                    "values": _cells(line, line.column),
                    "line": {"color": colour, "width": 1.75, "dash_type": dash},
                }
            )
        chart.set_title({"name": each.title, "overlay": False, "name_font": {"size": 12}})
        chart.set_x_axis({"num_font": {"rotation": -45}, "label_position": "low"})
        chart.set_y_axis({"name": each.axis, "num_format": "#,##0", "min": 0})
        chart.set_legend({"position": "bottom"} if len(each.lines) > 1 else {"none": True})
        chart.show_blanks_as("gap")
        chart.set_size({"width": 960, "height": 360})
        page.insert_chart(1 + number * 19, 0, chart, {"description": each.title})


def _cells(line: Line, column: int) -> list[str | int]:
    """Some rows of a column, which begin below the header."""
    return [line.page, line.rows.start + 1, column, line.rows.stop, column]
