"""Lists of records as whole columns of text, so that a million lines stay quick.

A CSV goes straight into Arrow where every line is cut into equally many cells; any other file, and
a CSV with titles or remarks around its lines, is read cell by cell first.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from gateway.intake.clean import label
from gateway.intake.delimited import SUFFIXES, decoded, separator
from gateway.intake.labels import Cleaner
from gateway.intake.language import Labels, Table
from gateway.intake.sheet import Sheet, shown

_LOOKED_AT = 200
"""The heading of a list stands within so many lines of its top."""

_ZIPPED_OR_OLE = (b"PK", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Records:
    """One sheet's list. `headings` go with `columns` by position; "" has no heading.

    `header` is the row of the headings and `first` that of the first record, counted from 0;
    `columns` hold the text of each cell, "" where it is empty. `above` and `below` are the texts
    around the list, `outside` counts the figures among them.
    """

    sheet: str
    header: int
    first: int
    headings: tuple[str, ...]
    columns: tuple[pa.StringArray, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    outside: int = 0

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def quick_records(content: bytes, name: str, table: Table, labels: Labels) -> Records | None:
    """The records of a CSV whose lines are all alike; None for any other file.

    Raises BadFile for what is called CSV and is no text.
    """
    if Path(name).suffix.lower() not in SUFFIXES or content.startswith(_ZIPPED_OR_OLE):
        return None
    text = decoded(content, name)
    mark = separator(text)
    found = _header(text, mark, name, table, labels)
    if found is None:
        return None
    line, row, headings, above = found
    utf8 = content[3:] if content.startswith(b"\xef\xbb\xbf") else text.encode()
    try:
        read = _arrow(utf8, line, mark, len(headings))
    except pa.ArrowInvalid:
        return None  # a line is cut differently: remarks, or a cell that spans lines
    columns = tuple(read.column(n).combine_chunks() for n in range(read.num_columns))
    if columns and _says_ending(columns[0], table):
        return None
    return Records(Path(name).stem, row, row + 1, headings, columns, above)


def _header(
    text: str, mark: str, name: str, table: Table, labels: Labels
) -> tuple[int, int, tuple[str, ...], tuple[str, ...]] | None:
    """The line after the headings, their row, what they say, and the texts above."""
    top = "".join(text[: 1 << 20].splitlines(keepends=True)[:_LOOKED_AT])
    reader = csv.reader(io.StringIO(top, newline=""), delimiter=mark)
    above: list[str] = []
    try:
        for row, cells in enumerate(reader):
            said = _cleaned(cells, labels)
            if _is_heading(said, table):
                return reader.line_num, row, said, tuple(above)
            above.extend(shown(each) for each in cells if each.strip())
    except csv.Error:
        pass  # the slow way tells what is wrong with it
    return None


def _cleaned(cells: list[str], labels: Labels) -> tuple[str, ...]:
    cleaner = Cleaner(Sheet("", [[each or None for each in cells]], {}), labels)
    return tuple(cleaner.said(0, column).text for column in range(len(cells)))


def _is_heading(said: tuple[str, ...], table: Table) -> bool:
    wanted = {label(each) for each in table.headings}
    return any(label(each) in wanted for each in said)


def _arrow(content: bytes, line: int, mark: str, width: int) -> pa.Table:
    names = [f"f{n}" for n in range(width)]
    return arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(skip_rows=line, column_names=names),
        parse_options=arrow_csv.ParseOptions(
            delimiter=mark, newlines_in_values=False, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _says_ending(column: pa.StringArray, table: Table) -> bool:
    """Whether one of the last lines is a remark that ends the list."""
    starts = tuple(label(each) for each in table.ends)
    tail = column.slice(max(0, len(column) - _LOOKED_AT)).to_pylist()
    return bool(starts) and any(label(each).startswith(starts) for each in tail if each)


def records_of(sheet: Sheet, table: Table, labels: Labels) -> Records | None:
    """The list in a sheet, or None where none of its headings is there."""
    cleaner = Cleaner(sheet, labels)
    for row, cells in enumerate(sheet.values):
        width = len(cells)
        if not any(isinstance(cell, str) for cell in cells):
            continue
        said = tuple(cleaner.said(row, column).text for column in range(width))
        if _is_heading(said, table):
            last = _end(sheet, row + 1, table)
            columns = (_column(sheet, row + 1, last, column) for column in range(width))
            around = [*range(row), *range(last, len(sheet.values))]
            return Records(
                sheet.name,
                row,
                row + 1,
                said,
                tuple(columns),
                tuple(_texts(sheet, range(row))),
                tuple(_texts(sheet, range(last, len(sheet.values)))),
                sum(_is_number(cell) for each in around for cell in sheet.values[each]),
            )
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _end(sheet: Sheet, first: int, table: Table) -> int:
    starts = tuple(label(each) for each in table.ends)
    if not starts:
        return len(sheet.values)
    for row in range(first, len(sheet.values)):
        given = (value for value in sheet.values[row] if value is not None)
        value = next(given, None)
        if isinstance(value, str) and label(value).startswith(starts):
            return row
    return len(sheet.values)


def _column(sheet: Sheet, first: int, last: int, column: int) -> pa.StringArray:
    looks = {row: text for (row, at), text in sheet.displays.items() if at == column}
    cells = [shown(sheet.values[row][column]) for row in range(first, last)]
    for row, text in looks.items():
        value = sheet.values[row][column]
        padded = text.isdecimal() and first <= row < last
        if padded and value is not None:
            cells[row - first] = text  # a code whose leading zeros are in its format
    return pa.array(cells, pa.string())


def _texts(sheet: Sheet, rows: range) -> Iterator[str]:
    for row in rows:
        for column, value in enumerate(sheet.values[row]):
            if value is not None:
                yield sheet.text(row, column)
