"""What each kind of workbook keeps of its cells: values, looks, nesting, marks, merged ranges."""

import io
import zipfile

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment
from openpyxl.workbook import Workbook

from gateway.errors import BadFile
from gateway.intake.archive import NOT_SUSPICIOUS
from gateway.intake.sheet import Sheet
from gateway.intake.workbook import read_sheets
from tests.intake.books import saved
from tests.intake.layouts import FORM

ODS = "application/vnd.oasis.opendocument.spreadsheet"

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    )
)


def ods(content: str, manifest: str = "") -> bytes:
    """A file of the kind, with what stands in its `content.xml`."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), ODS)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return sink.getvalue()


def number(value: str, look: str, more: str = "") -> str:
    """A cell of a number and what it looks like."""
    kind = f'office:value-type="float" office:value="{value}" {more}'
    return f"<table:table-cell {kind}><text:p>{look}</text:p></table:table-cell>"


def sheet_of_ods() -> Sheet:
    up = '<text:p>Otros <text:span text:style-name="up">4</text:span></text:p>'
    cells = f"""
<table:table table:name="Hoja 1">
  <table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
  <table:table-row>
    <table:table-cell office:value-type="string" table:style-name="in">{up}</table:table-cell>
    {number("0", "-")}{number("101", "00101")}{number("2243", "2 243")}
    <table:table-cell office:value-type="date" office:date-value="2024-01-31">
      <text:p>31/01/24</text:p></table:table-cell>
  </table:table-row>
  <table:table-row>
    <table:table-cell table:number-columns-spanned="2" office:value-type="string">
      <text:p>Enero</text:p></table:table-cell>
    <table:covered-table-cell/>
    {number("7", "7", 'table:number-columns-repeated="2"')}
    <table:table-cell office:value-type="string">
      <text:p><text:s text:c="3"/>hondo</text:p></table:table-cell>
  </table:table-row>
  <table:table-row table:number-rows-repeated="1048000">
    <table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table>"""
    content = f"""<office:document-content {NAMESPACES}>
<office:automatic-styles>
  <style:style style:name="in">
    <style:paragraph-properties fo:margin-left="0.706cm"/></style:style>
  <style:style style:name="up">
    <style:text-properties style:text-position="super 58%"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>{cells}</office:spreadsheet></office:body>
</office:document-content>"""
    (sheet,) = read_sheets(ods(content), "x.ods")
    return sheet


def sheet_of_xlsx() -> Sheet:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Hoja 1"
    page["A3"] = CellRichText("Otros ", TextBlock(InlineFont(vertAlign="superscript"), "4"))
    page["A3"].alignment = Alignment(indent=2)
    page["B3"], page["B3"].number_format = 0, FORM
    page["C3"], page["C3"].number_format = 101, "00000"
    page["D3"] = 2243
    page["E3"], page["E3"].number_format = 45322, "dd/mm/yy"
    page["A4"] = "Enero"
    page.merge_cells("A4:B4")
    page["C4"] = page["D4"] = 7
    page["E4"] = "   hondo"
    page["A1048576"].alignment = Alignment(indent=1)
    (sheet,) = read_sheets(saved(book), "x.xlsx")
    return sheet


def sheet_of_xls() -> Sheet:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Hoja 1")
    raised = xlwt.Font()
    raised.escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
    page.write_rich_text(2, 0, ("Otros ", ("4", raised)), xlwt.easyxf("alignment: indent 2"))
    page.write(2, 1, 0, xlwt.easyxf(num_format_str=FORM))
    page.write(2, 2, 101, xlwt.easyxf(num_format_str="00000"))
    page.write(2, 3, 2243)
    page.write(2, 4, 45322, xlwt.easyxf(num_format_str="DD/MM/YY"))
    page.write_merge(3, 3, 0, 1, "Enero")
    page.write(3, 2, 7)
    page.write(3, 3, 7)
    page.write(3, 4, "   hondo")
    sink = io.BytesIO()
    book.save(sink)
    (sheet,) = read_sheets(sink.getvalue(), "x.xls")
    return sheet


@pytest.mark.parametrize(
    "read", [sheet_of_ods, sheet_of_xlsx, sheet_of_xls], ids=["ods", "xlsx", "xls"]
)
def test_every_kind_keeps_the_same(read: type[Sheet]) -> None:
    """One model of a sheet, whatever program wrote it."""
    sheet = read()

    assert sheet.name == "Hoja 1"
    assert sheet.values[:2] == [[None] * 5] * 2
    assert sheet.values[2] == ["Otros", 0, 101, 2243, "2024-01-31"]
    assert sheet.values[3] == ["Enero", "Enero", 7, 7, "   hondo"]
    assert len(sheet.values) == 4
    assert [sheet.text(2, column) for column in range(5)] == [
        *("Otros", "-", "00101", "2243", "2024-01-31")
    ]
    assert sheet.marks == {(2, 0): "4"}
    assert sheet.merged == {(3, 1)}
    assert sheet.indent(2, 0) > sheet.indent(3, 4) > sheet.indent(3, 0) == 0


@pytest.mark.parametrize("fault", ["", "<a>", "<!DOCTYPE x>"], ids=["empty", "open", "typed"])
def test_a_damaged_ods_is_told(fault: str) -> None:
    """Its content is no XML, or more than XML."""
    with pytest.raises(BadFile, match=r"x\.ods is damaged"):
        read_sheets(ods(fault), "x.ods")


def test_a_locked_ods_is_told() -> None:
    """By what its list of members says."""
    with pytest.raises(BadFile, match="password"):
        read_sheets(ods("", "<manifest:encryption-data/>"), "x.ods")


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_short_is_told(cut: float) -> None:
    """Wherever it ends, and whatever its readers make of that."""
    sink = io.BytesIO()
    book = xlwt.Workbook()
    page = book.add_sheet("x")
    for row in range(400):
        page.write(row, 0, f"label {row}")
    book.save(sink)
    whole = sink.getvalue()

    with pytest.raises(BadFile, match="damaged"):
        read_sheets(whole[: int(len(whole) * cut)], "x.xls")


def formulas(book: Workbook) -> None:
    book.worksheets[0]["B2"] = "=SUM(A1:A2)"


def test_a_formula_without_its_result_is_no_empty_cell() -> None:
    """Programs that write workbooks and never calculate leave such."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = 1
    formulas(book)

    (sheet,) = read_sheets(saved(book), "x.xlsx")

    assert sheet.values[1][1] == "=SUM(A1:A2)"


def test_an_error_is_no_empty_cell() -> None:
    """A broken reference is told as it is shown."""
    book = openpyxl.Workbook()
    book.worksheets[0]["B2"] = "#REF!"

    (sheet,) = read_sheets(saved(book), "x.xlsx")

    assert sheet.values[1][1] == "#REF!"


@pytest.mark.parametrize(
    ("ratio", "refused"), [(300, True), (20, False)], ids=["a bomb", "a long list"]
)
def test_only_what_unpacks_out_of_all_proportion_is_a_bomb(ratio: int, refused: bool) -> None:
    """A large list is read; a small file that grows hundreds of times is refused unread."""
    filler = bytes(NOT_SUSPICIOUS + 1)
    size = len(filler) // ratio
    noise = bytes(n * 7919 % 251 for n in range(size)) if not refused else b""
    sink = io.BytesIO(saved(openpyxl.Workbook()))
    with zipfile.ZipFile(sink, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x.bin", filler)
        archive.writestr(zipfile.ZipInfo("xl/media/y.bin"), noise)

    if refused:
        with pytest.raises(BadFile, match="limit"):
            read_sheets(sink.getvalue(), "x.xlsx")
    else:
        assert len(read_sheets(sink.getvalue(), "x.xlsx")) == 1


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("a,b\n1,2\n", ["a", "b"], id="commas"),
        pytest.param("Título, con coma\na;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"], id="decimals"),
        pytest.param("sep=|\na|b\n", ["a", "b"], id="said"),
        pytest.param('a\t"b\nc"\n', ["a", "b\nc"], id="a cell over two lines"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separator_and_encoding_are_found_out(text: str, cells: list[str], encoding: str) -> None:
    """By what cuts most lines alike, and by what can be decoded."""
    (sheet,) = read_sheets(text.encode(encoding), "x.csv")

    assert cells in sheet.values
