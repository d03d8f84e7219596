"""What taking in a file costs: lists as .xlsx and CSV, a wide table, and a bomb."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress

from openpyxl import Workbook

from gateway.errors import BadFile
from gateway.exchange import Exchange
from gateway.exchange.submission import standard_of
from gateway.intake.checks import Checked, check_file
from gateway.intake.workbook import read_sheets
from tests.benchmarks.clock import seconds
from tests.benchmarks.measures import Measure

STOCK, YEARS = "UNDESA_STOCK", "SV_DGME_RETURNS"

BOMB = 134_000_000
"""Bytes that some hundred kilobytes unpack to."""


def taking_in(exchange: Exchange, count: int) -> Iterator[Measure]:
    """Checks of whole files from their bytes; `count` lines of CSV, a tenth of that as .xlsx."""
    lines = [*_lines(exchange, count)]
    few = lines[: max(count // 10, 240)]
    took = seconds(_checking(exchange, STOCK, _csv(lines), "x.csv", len(lines)))
    yield Measure(f"check a CSV of {len(lines):,} lines", took, "CPU s")
    took = seconds(_checking(exchange, STOCK, _xlsx(few), "x.xlsx", len(few)))
    yield Measure(f"check an .xlsx of {len(few):,} lines", took, "CPU s")
    table = [["Año", "Estados Unidos", "México", "Otros países", "Total"]]
    table += [[1950 + n % 70, n, n + 1, n + 2, 3 * n + 3] for n in range(len(few))]
    took = seconds(_checking(exchange, YEARS, _xlsx(table), "x.xlsx", 4 * len(few)))
    yield Measure(f"check a table of {len(few):,} rows with totals", took, "CPU s")
    yield Measure(
        "refuse a workbook that unpacks to 134 MB", seconds(_refusing(_bomb())) * 1e3, "ms"
    )


Rows = list[list[object]]


def _lines(exchange: Exchange, count: int) -> Iterator[list[object]]:
    """A heading, and lines that each state another series or year."""
    known = exchange.provision(STOCK).code_maps["countries_iso3.csv"].entries.values()
    areas = [each.label for each in known if "_" not in (each.code("REF_AREA") or "_")]
    areas = [each for each in areas if each != "ANT"]
    yield ["geo", "t", "from", "sex", "n"]
    made = (
        [here, year, there, sex, (year * 7919 + len(here)) % 99_991]
        for here in areas
        for there in areas
        for year in range(1990, 2026)
        for sex in ("male", "female")
    )
    for _, line in zip(range(count), made, strict=False):
        yield list(line)


def _csv(lines: Rows) -> bytes:
    sink = io.StringIO()
    csv.writer(sink).writerows(lines)
    return sink.getvalue().encode()


def _xlsx(lines: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("x")
    for line in lines:
        sheet.append(line)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _bomb() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * BOMB)
    return sink.getvalue()


def _checking(
    exchange: Exchange, provision: str, content: bytes, name: str, lines: int
) -> Callable[[], Checked]:
    supply = exchange.provision(provision)
    standard = standard_of(exchange, supply)

    def check() -> Checked:
        found = check_file(content, name, supply, standard)
        assert found.account.balanced
        assert lines - 1 <= found.rows <= lines
        return found

    return check


def _refusing(content: bytes) -> Callable[[], None]:
    def refuse() -> None:
        with suppress(BadFile):
            read_sheets(content, "x.xlsx")

    return refuse
