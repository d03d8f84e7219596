"""A workbook for analysts: a sheet a dataflow, numbers as numbers, and a sheet of notes.

XlsxWriter makes the workbook with all but the rows of data; those are gathered from fragments and
take their place as the file is packed, so that memory stays bounded and a million rows take
seconds. Every text is in the table of shared strings, so none is ever a formula or a link.
Source: ECMA-376, part 1, 18.3 and 18.4.
"""

import io
import re
from collections.abc import Iterator
from zipfile import ZIP64_LIMIT, ZIP_DEFLATED, ZipFile, ZipInfo

from gateway.errors import TooLarge
from gateway.formats.book import MOST_ROWS, Styles, opened, write_lines
from gateway.formats.escape import sheet_text
from gateway.formats.flat import refuse_more_than_a_state
from gateway.formats.message import DataMessage
from gateway.formats.notes import notes
from gateway.formats.outlet import Outlet
from gateway.formats.sheet import MOST_DECIMALS, Sheet, Strings, sheets

_BYTES_A_CELL = 40

_STRINGS = "xl/sharedStrings.xml"


def write(message: DataMessage) -> Iterator[bytes]:
    """The workbook in chunks.

    Raises TooLarge for more rows than a sheet holds, NotServed for changes and history.
    """
    refuse_more_than_a_state(message, "A workbook", ("format=csv-2.1",))
    found = sheets(message)
    for each in found:
        if each.rows > MOST_ROWS:
            raise TooLarge(
                f"{each.rows:,} rows of {each.subject.of} do not fit in a sheet, which holds "
                f"{MOST_ROWS:,}: ask for fewer periods or codes, or for another format.",
                spanish=f"{each.rows:,} filas de {each.subject.of} no caben en una hoja de "
                f"{MOST_ROWS:,}: pida menos períodos o códigos, u otro formato.",
                subject="format",
                allowed=("format=csv-labels", "format=parquet", "format=csv"),
            )
    return _packed(message, found)


def _packed(message: DataMessage, found: list[Sheet]) -> Iterator[bytes]:
    """The members of the workbook one by one, each sheet of data with its rows."""
    with ZipFile(io.BytesIO(_workbook(message, found))) as plain:
        strings = Strings(_count(plain.read(_STRINGS)))
        rows = {f"xl/worksheets/sheet{n}.xml": each for n, each in enumerate(found, 1)}
        outlet = Outlet()
        at = message.header.prepared.timetuple()[:6]
        with ZipFile(outlet, "w", ZIP_DEFLATED, compresslevel=1) as packed:
            others = [name for name in plain.namelist() if name != _STRINGS]
            for name in (*others, _STRINGS):  # which knows all strings only at the end
                member = ZipInfo(name, max(at, (1980, 1, 1, 0, 0, 0)))
                member.compress_type = ZIP_DEFLATED
                with packed.open(member, "w", force_zip64=_is_large(rows.get(name))) as entry:
                    for piece in _member(name, plain.read(name), rows.get(name), strings):
                        entry.write(piece)
                        yield outlet.drained()
        yield outlet.drained()


def _is_large(sheet: Sheet | None) -> bool:
    """Whether a sheet may need the larger form of ZIP, which makes Excel offer a repair."""
    return sheet is not None and sheet.rows * len(sheet.headers) * _BYTES_A_CELL >= ZIP64_LIMIT


def _member(name: str, content: bytes, sheet: Sheet | None, strings: Strings) -> Iterator[bytes]:
    if name == _STRINGS:
        yield from _with_strings(content, strings)
    elif sheet is None:
        yield content
    else:
        before, template, after = _parted(content)
        styles = tuple(re.findall(r' s="(\d+)"', template))
        width = len(re.findall("<c ", before))
        reference = f'<dimension ref="A1:{_letters(width)}{sheet.rows + 1}"/>'
        yield re.sub(r"<dimension [^>]*>", reference, before).encode()
        yield from sheet.cells(strings, styles)
        yield after.encode()


def _parted(content: bytes) -> tuple[str, str, str]:
    """A sheet around its second row, the template, which names a style for each of its cells."""
    text = content.decode()
    start = text.index('<row r="2"')
    end = text.index("</row>", start) + len("</row>")
    return text[:start], text[start:end], text[end:]


def _letters(number: int) -> str:
    """The letters of a column.

    >>> _letters(1), _letters(28)
    ('A', 'AB')
    """
    return "" if number == 0 else _letters((number - 1) // 26) + chr(65 + (number - 1) % 26)


def _count(strings: bytes) -> int:
    found = re.search(rb'uniqueCount="(\d+)"', strings)
    return int(found[1]) if found else 0


def _with_strings(content: bytes, strings: Strings) -> Iterator[bytes]:
    """The table of strings with those of the rows behind the others."""
    before = re.sub(rb' (count|uniqueCount)="\d+"', b"", content).removesuffix(b"</sst>")
    yield before
    for text in strings:
        yield f'<si><t xml:space="preserve">{sheet_text(text)}</t></si>'.encode()
    yield b"</sst>"


def _workbook(message: DataMessage, found: list[Sheet]) -> bytes:
    """The workbook without its rows: in their place is one with a cell of each number style."""
    target = io.BytesIO()
    told = notes(message, found)
    book = opened(target, told.title, message.header.prepared)
    styles = Styles(book)
    formats = ["#,##0" + ("." + "0" * n if n else "") for n in range(MOST_DECIMALS + 1)]
    numbers = [styles.of(num_format=each) for each in formats]
    for each in found:
        page = book.add_worksheet(each.name)
        page.write_row(0, 0, each.headers, styles.header)
        for column, style in enumerate(numbers):
            page.write_blank(1, column, None, style)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, each.rows, len(each.headers) - 1)
        for column, (width, folded) in enumerate(each.widths()):
            page.set_column(
                column, column, width, None, {"level": 1, "hidden": 1} if folded else {}
            )
    write_lines(book.add_worksheet(told.sheet), told.title, told.rows, styles)
    book.close()
    return target.getvalue()
