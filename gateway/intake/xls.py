"""Reads workbooks of the old .xls kind (BIFF), with indents, number formats and raised marks."""

import io
from collections.abc import Mapping

import xlrd
from xlrd.book import Book
from xlrd.sheet import Cell
from xlrd.sheet import Sheet as BiffSheet
from xlrd.xldate import XLDateError, xldate_as_datetime

from gateway.errors import BadFile
from gateway.intake.numberformat import displayed
from gateway.intake.sheet import (
    Sheet,
    Spot,
    Value,
    damaged,
    locked,
    refuse_far,
    spread,
    stored,
)

SUPERSCRIPT = 1
_EMPTY = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


def read_xls(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a BIFF workbook. Raises BadFile."""
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, logfile=io.StringIO()
        )
        return [_read(book, sheet, name) for sheet in book.sheets()]
    except BadFile:
        raise
    except Exception as error:  # xlrd raises whatever a damaged file provokes
        raise (locked(name) if "ncrypted" in str(error) else damaged(name, ".xls")) from error


def _read(book: Book, sheet: BiffSheet, name: str) -> Sheet:
    refuse_far(name, sheet.name, sheet.nrows, sheet.ncols)
    filled = {
        (row, column): cell
        for row in range(sheet.nrows)
        for column, cell in enumerate(sheet.row(row))
        if cell.ctype not in _EMPTY
    }
    values: list[list[Value]] = [[None] * sheet.ncols for _ in range(sheet.nrows)]
    for (row, column), cell in filled.items():
        values[row][column] = _value(book, cell)
    marks = _take_marks(book, sheet, values)
    merged: set[Spot] = set()
    for top, bottom, left, right in sheet.merged_cells:
        merged |= spread(values, (top, left), (bottom - 1, right - 1))
    looks = {spot: look for spot, cell in filled.items() if (look := _look(book, cell))}
    return Sheet(sheet.name, values, _indents(book, filled), looks, marks, frozenset(merged))


def _indents(book: Book, filled: Mapping[Spot, Cell]) -> dict[Spot, int]:
    alignments = {n: style.alignment for n, style in enumerate(book.xf_list)}
    found = {spot: alignments[cell.xf_index or 0] for spot, cell in filled.items()}
    return {spot: each.indent_level for spot, each in found.items() if each and each.indent_level}


def _look(book: Book, cell: Cell) -> str | None:
    if cell.ctype != xlrd.XL_CELL_NUMBER:
        return None
    style = book.xf_list[cell.xf_index or 0]
    return displayed(float(cell.value), book.format_map[style.format_key].format_str)


def _take_marks(book: Book, sheet: BiffSheet, values: list[list[Value]]) -> dict[Spot, str]:
    """The raised marks at the end of texts, which are taken off."""
    marks: dict[Spot, str] = {}
    for (row, column), runs in sheet.rich_text_runlist_map.items():
        text, mark = _without_mark(book, str(values[row][column] or ""), runs)
        if mark:
            values[row][column], marks[row, column] = stored(text), mark
    return marks


def _value(book: Book, cell: Cell) -> Value:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return stored(xldate_as_datetime(float(cell.value), book.datemode))
        except (XLDateError, OverflowError, ValueError):  # a number that no calendar reaches
            return float(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(int(cell.value), "#ERROR"))
    return stored(cell.value)


def _without_mark(book: Book, text: str, runs: list[tuple[int, int]]) -> tuple[str, str]:
    """A text without the raised run at its end, and what that run says."""
    start, font = runs[-1]
    raised = book.font_list[font].escapement == SUPERSCRIPT and text[:start].strip()
    return (text[:start].rstrip(), text[start:].strip()) if raised else (text, "")
