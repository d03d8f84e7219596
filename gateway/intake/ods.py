"""Reads OpenDocument spreadsheets (.ods) with indents, repeated cells and shown text."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from gateway.intake.archive import FAULTS, member, opened, tree
from gateway.intake.sheet import Sheet, Spot, Value, damaged, locked, refuse_far, spread, stored

MIME = b"application/vnd.oasis.opendocument.spreadsheet"

_NUMBERS = ("float", "currency", "percentage")
_UNITS = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "px": 25.4 / 96}


@dataclass(frozen=True, slots=True)
class _Styles:
    """The indent of each cell style, in tenths of a millimetre, and the raised text styles."""

    indents: Mapping[str, int]
    raised: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Cell:
    value: Value
    look: str
    indent: int
    mark: str
    rows: int
    columns: int


_NOTHING = _Cell(None, "", 0, "", 1, 1)


def read_ods(content: bytes, name: str) -> list[Sheet]:
    """The sheets of an OpenDocument spreadsheet. Raises BadFile."""
    try:
        with opened(content, name) as archive:
            if b"encryption-data" in _manifest(archive):
                raise locked(name)
            root = tree(member(archive, "content.xml"))
    except (*FAULTS, etree.XMLSyntaxError) as error:
        raise damaged(name, ".ods") from error
    styles = _styles(root)
    return [_read(table, styles, name) for table in root.iter("{*}table")]


def _manifest(archive: zipfile.ZipFile) -> bytes:
    path = "META-INF/manifest.xml"
    return member(archive, path) if path in archive.namelist() else b""


def _get(element: etree._Element, name: str, default: str = "") -> str:
    """An attribute by its local name; the same name never has two namespaces in a cell."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return default


def _length(text: str) -> int:
    number, unit = text[:-2], text[-2:]
    return round(float(number) * _UNITS[unit] * 10) if unit in _UNITS else 0


def _styles(root: etree._Element) -> _Styles:
    indents, raised = {}, set()
    for style in root.iter("{*}style"):
        for properties in style:
            kind = etree.QName(properties).localname
            if kind == "paragraph-properties":
                indents[_get(style, "name")] = _length(_get(properties, "margin-left", "0cm"))
            if _get(properties, "text-position").startswith("super"):
                raised.add(_get(style, "name"))
    return _Styles(indents, frozenset(raised))


def _read(table: etree._Element, styles: _Styles, name: str) -> Sheet:
    sheet = _get(table, "name")
    rows = [*_rows(table, styles)]
    width = max((_filled(cells) for cells in rows), default=0)
    refuse_far(name, sheet, len(rows), width)
    values: list[list[Value]] = [
        [cell.value for cell in cells[:width]] + [None] * (width - len(cells)) for cells in rows
    ]
    cells = {
        (row, column): cell
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells[:width])
        if cell is not _NOTHING
    }
    merged: set[Spot] = set()
    for (row, column), cell in cells.items():
        if cell.rows > 1 or cell.columns > 1:
            last = row + cell.rows - 1, column + cell.columns - 1
            merged |= spread(values, (row, column), last)
    return Sheet(
        sheet,
        values,
        {spot: cell.indent for spot, cell in cells.items() if cell.indent},
        {spot: cell.look for spot, cell in cells.items() if cell.look},
        {spot: cell.mark for spot, cell in cells.items() if cell.mark},
        frozenset(merged),
    )


def _filled(cells: list[_Cell]) -> int:
    return max((n for n, cell in enumerate(cells, start=1) if cell.value is not None), default=0)


def _rows(table: etree._Element, styles: _Styles) -> Iterator[list[_Cell]]:
    """The rows with their repeats; empty rows at the end are repeated a million times."""
    pending: list[list[_Cell]] = []
    for element in table.iter("{*}table-row"):
        cells = [*_cells(element, styles)]
        times = int(_get(element, "number-rows-repeated", "1"))
        if any(cell.value is not None for cell in cells):
            yield from pending
            pending = []
            for _ in range(times):
                yield cells
        else:
            pending.extend([cells] * min(times, 100_000))


def _cells(row: etree._Element, styles: _Styles) -> Iterator[_Cell]:
    for element in row:
        if etree.QName(element).localname not in ("table-cell", "covered-table-cell"):
            continue
        cell = _cell(element, styles)
        times = int(_get(element, "number-columns-repeated", "1"))
        for _ in range(times if cell.value is not None else min(times, 1024)):
            yield cell


def _cell(element: etree._Element, styles: _Styles) -> _Cell:
    if etree.QName(element).localname == "covered-table-cell":
        return _NOTHING  # what is below a merged cell is not seen
    text, mark = _text(element, styles)
    kind = _get(element, "value-type")
    value = _value(element, kind, text)
    look = text.strip() if kind in _NUMBERS and _tells(text, value) else ""
    return _Cell(
        value,
        look,
        styles.indents.get(_get(element, "style-name"), 0),
        mark,
        int(_get(element, "number-rows-spanned", "1")),
        int(_get(element, "number-columns-spanned", "1")),
    )


def _tells(text: str, value: Value) -> bool:
    """Whether what is shown says more than the digits: a word, per cent, or leading zeros."""
    plain = text.strip()
    whole = isinstance(value, float) and value.is_integer()
    padded = plain.isdecimal() and plain.startswith("0") and len(plain) > 1
    return not any(each.isdecimal() for each in plain) or "%" in plain or (whole and padded)


def _value(element: etree._Element, kind: str, text: str) -> Value:
    if kind in _NUMBERS:
        return float(_get(element, "value"))
    if kind == "date":
        return _get(element, "date-value").removesuffix("T00:00:00")
    if kind == "boolean":
        return _get(element, "boolean-value") == "true"
    return stored(text)


def _text(element: etree._Element, styles: _Styles) -> tuple[str, str]:
    """A cell's paragraphs as one text, and the raised mark at its end."""
    pieces = [piece for each in element.findall("{*}p") for piece in (*_pieces(each), ("\n", ""))]
    pieces = pieces[:-1]
    if len(pieces) > 1 and pieces[-1][1] in styles.raised:
        return "".join(piece for piece, _ in pieces[:-1]).rstrip(), pieces[-1][0].strip()
    return "".join(piece for piece, _ in pieces), ""


def _pieces(element: etree._Element, style: str = "") -> Iterator[tuple[str, str]]:
    if element.text:
        yield element.text, style
    for child in element:
        kind = etree.QName(child).localname
        if kind == "s":
            yield " " * int(_get(child, "c", "1")), style
        elif kind == "span":
            yield from _pieces(child, _get(child, "style-name"))
        elif kind == "a":
            yield from _pieces(child, style)
        if child.tail:
            yield child.tail, style
