"""Reads .xlsx workbooks: values by calamine, and what it leaves out by a look into the XML.

That is the indents, the look of numbers, raised footnote marks, errors, and formulas whose result
was never saved. Only cells that have one of these are looked at, so that long lists stay quick.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from openpyxl.utils import column_index_from_string
from python_calamine import CalamineError, CalamineWorkbook

from gateway.intake.archive import FAULTS, member, opened, tree, whole
from gateway.intake.numberformat import displayed
from gateway.intake.sheet import (
    MOST_CELLS,
    Sheet,
    Spot,
    Value,
    damaged,
    refuse_far,
    spread,
    stored,
)

_MOST_LOOKS = 200_000
"""In a sheet with more cells nobody writes "-" for zero by hand; looks are then left out."""

_FILLED = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_ROWS = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d{1,7})"')
_WIDE = re.compile(rb' r="([A-Z]{2,3})\d')
_CELL = (
    rb'<(?:\w+:)?c (?=[^>]*?\br="([A-Z]{1,3})(\d{1,7})")(?=[^>]*?\b%s)[^>]*>'
    rb"(?:<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>)?"
)
_UNSAVED = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*?\br="([A-Z]{1,3})(\d{1,7})")[^>]*><(?:\w+:)?f\b[^>]*?'
    rb"(?:/>|>([^<]*)</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_BUILT_IN = {9: "0%", 10: "0.00%"}


@dataclass(frozen=True, slots=True)
class _Styles:
    """What the style numbers of cells mean: an indent, or a format that says more than digits."""

    indents: Mapping[int, int]
    forms: Mapping[int, str]


def read_xlsx(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a workbook. Raises BadFile."""
    try:
        with opened(content, name) as archive:
            styles = _styles(archive)
            raised = _raised(archive)
            parts = dict(_parts(archive))
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            return [_read(book, each, xml, styles, raised, name) for each, xml in parts.items()]
    except (*FAULTS, etree.XMLSyntaxError, CalamineError, IndexError, OverflowError) as error:
        raise damaged(name, ".xlsx") from error


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Each worksheet's name and XML, in the order of the tabs."""
    links = tree(member(archive, "xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    for sheet in tree(member(archive, "xl/workbook.xml")).iter("{*}sheet"):
        link = next(value for key, value in sheet.attrib.items() if str(key).endswith("}id"))
        path = posixpath.normpath(posixpath.join("/xl", targets[str(link)])).lstrip("/")
        if path.startswith("xl/worksheets/"):
            yield str(sheet.get("name")), whole(member(archive, path))


def _styles(archive: zipfile.ZipFile) -> _Styles:
    if "xl/styles.xml" not in archive.namelist():
        return _Styles({}, {})
    root = tree(member(archive, "xl/styles.xml"))
    codes = {int(each.get("numFmtId", 0)): each.get("formatCode", "")
             for each in root.iter("{*}numFmt")}  # fmt: skip
    cells = next(root.iter("{*}cellXfs"), None)
    indents, forms = {}, {}
    for number, style in enumerate(() if cells is None else cells):
        alignment = style.find("{*}alignment")
        if alignment is not None and float(alignment.get("indent", 0)):
            indents[number] = round(float(alignment.get("indent", 0)))
        form = int(style.get("numFmtId", 0))
        code = codes.get(form, _BUILT_IN.get(form, ""))
        if displayed(0.0, code) or displayed(1.0, code):
            forms[number] = code
    return _Styles(indents, forms)


def _raised(archive: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """Shared texts that end in a raised run: the text without it, and the mark."""
    path = "xl/sharedStrings.xml"
    if path not in archive.namelist():
        return {}
    content = member(archive, path)
    if b"superscript" not in content:
        return {}
    return dict(_marked(tree(content).iter("{*}si")))


def _marked(items: Iterator[etree._Element]) -> Iterator[tuple[str, tuple[str, str]]]:
    for item in items:
        runs = [(each, "".join(str(each.findtext("{*}t") or ""))) for each in item.iter("{*}r")]
        if not runs:
            continue
        raised = runs[-1][0].find("{*}rPr/{*}vertAlign")
        text = "".join(part for _, part in runs[:-1]).rstrip()
        if raised is not None and raised.get("val") == "superscript" and text:
            yield "".join(part for _, part in runs), (text, runs[-1][1].strip())


def _read(
    book: CalamineWorkbook,
    title: str,
    xml: bytes,
    styles: _Styles,
    raised: dict[str, tuple[str, str]],
    name: str,
) -> Sheet:
    refuse_far(name, title, *_extent(xml))  # before calamine makes room for all of it
    sheet = book.get_sheet_by_name(title)
    values: list[list[Value]] = [
        [value if type(value) is float else stored(value) for value in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    _complete(values, xml)
    indents = {
        spot: styles.indents[int(style)]
        for spot, style, _ in _styled(xml, styles.indents)
        if _value_at(values, spot) is not None
    }
    small = sum(len(row) for row in values) <= _MOST_LOOKS
    displays = _displays(values, xml, styles) if small else {}
    marks = _take_marks(values, {**raised, **_inline(xml)})
    merged: set[Spot] = set()
    for first, last in sheet.merged_cell_ranges or ():
        merged |= spread(values, first, last)
    return Sheet(title, values, indents, displays, marks, frozenset(merged))


def _extent(xml: bytes) -> tuple[int, int]:
    """How many rows and columns reach to the last cell that is filled, or a little further.

    Whole columns that are formatted and empty are looked at more closely: offices have them.
    """
    rows = max(map(int, _ROWS.findall(xml)), default=0)
    width = max(map(_column, {*_WIDE.findall(xml)}), default=25) + 1
    if rows * width <= MOST_CELLS:
        return rows, width
    filled = _FILLED.findall(xml)
    width = max(map(_column, {letters for letters, _ in filled}), default=-1) + 1
    return max((int(row) for _, row in filled), default=0), width


def _column(letters: bytes) -> int:
    return column_index_from_string(letters.decode()) - 1


def _value_at(values: list[list[Value]], spot: Spot) -> Value:
    row, column = spot
    return values[row][column] if row < len(values) and column < len(values[row]) else None


def _put(values: list[list[Value]], spot: Spot, value: Value) -> None:
    """Set a cell, which calamine leaves out where it is the last of the sheet."""
    row, column = spot
    while len(values) <= row:
        values.append([])
    values[row].extend([None] * (column + 1 - len(values[row])))
    values[row][column] = value


def _complete(values: list[list[Value]], xml: bytes) -> None:
    """Put in errors and formulas without a result, which calamine takes for empty cells."""
    before = len(values[0]) if values else 0
    if b't="e"' in xml:
        for letters, row, error in re.findall(_CELL % rb't="e"', xml):
            _put(values, (int(row) - 1, _column(letters)), error.decode() or "#ERROR")
    if b"<f" in xml or b":f" in xml:
        for letters, row, formula in _UNSAVED.findall(xml):
            _put(values, (int(row) - 1, _column(letters)), "=" + formula.decode())
    width = max((len(row) for row in values), default=0)
    if width != before or any(len(row) != width for row in values):
        for row in values:
            row.extend([None] * (width - len(row)))


def _styled(xml: bytes, wanted: Mapping[int, object]) -> Iterator[tuple[Spot, bytes, bytes]]:
    """The cells with one of some style numbers: where, the number, and the stored value."""
    if not wanted:
        return
    styles = b"|".join(str(each).encode() for each in wanted)
    pattern = _CELL % (rb's="(' + styles + rb')"')
    for letters, row, style, value in re.findall(pattern, xml):
        yield (int(row) - 1, _column(letters)), style, value


def _displays(values: list[list[Value]], xml: bytes, styles: _Styles) -> dict[Spot, str]:
    looks = {}
    for spot, style, _ in _styled(xml, styles.forms):
        value = _value_at(values, spot)
        if isinstance(value, float | int) and not isinstance(value, bool):
            look = displayed(float(value), styles.forms[int(style)])
            if look is not None:
                looks[spot] = look
    return looks


def _inline(xml: bytes) -> dict[str, tuple[str, str]]:
    """As `_raised`, for texts that stand in the sheet itself."""
    if b"superscript" not in xml:
        return {}
    return dict(_marked(tree(xml).iter("{*}is")))


def _take_marks(values: list[list[Value]], raised: dict[str, tuple[str, str]]) -> dict[Spot, str]:
    marks: dict[Spot, str] = {}
    if not raised:
        return marks
    for number, row in enumerate(values):
        for column, value in enumerate(row):
            if isinstance(value, str) and value in raised:
                row[column], marks[number, column] = raised[value]
    return marks
