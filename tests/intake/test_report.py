"""The file back as a workbook: faulty cells marked, findings beside them, nothing that runs."""

import io
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.workbook import Workbook

from gateway.cli import commands
from gateway.errors import StorageFault
from gateway.exchange import Exchange
from gateway.intake.report import Report, annotated, summary
from gateway.model.text import LANGUAGES
from gateway.settings import Home
from tests.intake import layouts
from tests.intake.books import AIR, GT, SV, checked, edited, sample
from tests.intake.test_microdata import HEADINGS, RECORDS, csv

ERROR, WARNING = "00FFC7CE", "00FFEB9C"


def back(exchange: Exchange, provision: str, content: bytes, name: str) -> Workbook:
    """The workbook that comes back for a content."""
    result = checked(exchange, provision, content, name)
    report = Report(result.findings, result.account)
    return openpyxl.load_workbook(io.BytesIO(annotated(content, name, report)))


def test_a_faulty_cell_is_marked_where_it_stands(loaded: Exchange) -> None:
    """The office sees its own sheet, with what to do at the cell and in a list in front."""
    content = edited(sample(loaded, GT), {"2023!B8": "doce"})

    book = back(loaded, GT, content, "x.xlsx")

    assert book.sheetnames[0] == "Hallazgos"
    assert book.sheetnames[1:] == openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    cell = book["2023"]["B8"]
    assert (cell.value, cell.fill.fgColor.rgb) == ("doce", ERROR)
    assert "no es un número" in cell.comment.text
    assert book["2023"]["B9"].fill.fgColor.rgb not in (ERROR, WARNING)
    assert book["2023"]["A6"].alignment.indent == 1
    listed = [row for row in book["Hallazgos"].iter_rows(values_only=True) if row[3] == "B8"]
    assert [(row[0], row[1].partition(":")[0], row[2], row[4]) for row in listed] == [
        ("Detiene la entrega", "not_a_number", "2023", "doce")
    ]


@pytest.mark.parametrize("name", layouts.WRITERS)
def test_a_file_of_any_kind_comes_back_as_a_workbook(loaded: Exchange, name: str) -> None:
    """Old workbooks and CSV come back with their values, their nesting and the marks."""
    cells = layouts.grid(layouts.PLAIN)
    (row, column), cell = next(
        (at, cell) for at, cell in cells.items() if cell.value == "El Salvador"
    )
    cells[row, column] = layouts.Cell("El Salbador", cell.indent)

    book = back(loaded, AIR, layouts.WRITERS[name](cells, "Cuadro 1.3.1"), name)

    marked = book.worksheets[1].cell(row + 1, column + 1)
    assert marked.value.strip() == "El Salbador"
    assert marked.fill.fgColor.rgb == ERROR
    assert "El Salvador" in marked.comment.text


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)"])
def test_what_looks_like_a_formula_comes_back_as_text(loaded: Exchange, text: str) -> None:
    """A label of the file must not run when somebody opens the report."""
    content = sample(loaded, SV).decode().replace("2023,", f'"{text}",', 1).encode()

    book = back(loaded, SV, content, "x.csv")

    found = [cell for sheet in book for row in sheet for cell in row if cell.value == text]
    assert len(found) >= 2
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell in found)
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_a_formula_comes_back_as_its_result(loaded: Exchange) -> None:
    """And one that was never saved with a result is told, and comes back as its text."""
    content = edited(sample(loaded, GT), {"2023!B8": "=1+1"})

    result = checked(loaded, GT, content)
    book = back(loaded, GT, content, "x.xlsx")

    assert [(each.rule, each.cell) for each in result.findings] == [("formula_unsaved", "B8")]
    assert (book["2023"]["B8"].value, book["2023"]["B8"].data_type) == ("=1+1", "s")


def test_a_good_file_says_what_became_of_it(loaded: Exchange) -> None:
    """The account stands above an empty list."""
    book = back(loaded, GT, sample(loaded, GT), "x.xlsx")

    first = book["Hallazgos"]["A1"].value
    assert "1310" in first
    assert "752" in first
    assert "558" in first


def test_the_account_is_said_in_both_languages(loaded: Exchange) -> None:
    """Line for line."""
    result = checked(loaded, AIR, layouts.xls(layouts.grid(layouts.PLAIN)), "x.xls")

    es, en = (summary(result.account, language) for language in LANGUAGES)

    assert len(es) == len(en)
    assert es != en


def test_control_characters_do_not_spoil_the_workbook(loaded: Exchange) -> None:
    """XML knows no such characters; a CSV may have them."""
    content = sample(loaded, SV).decode().replace("2023,", "20\x0723,", 1).encode()

    book = back(loaded, SV, content, "x.csv")

    assert "20·23" in [cell.value for row in book.worksheets[1] for cell in row]


@pytest.mark.parametrize("options", [(), ("--lang", "en")], ids=["es", "en"])
def test_records_of_persons_are_not_given_back(
    home: Home, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Only what was found in them, in the language asked for."""
    file, report = tmp_path / "PSM 2019_T4.csv", tmp_path / "report.xlsx"
    file.write_bytes(csv((*HEADINGS, "NOMBRE"), [(*each, "Ana Pérez") for each in RECORDS]))
    command = ["submit", str(file), "--provision", "MX_EMIF_SUR", "--report", str(report)]

    done = CliRunner().invoke(commands, [*command, "--home", str(home.root), *options])

    assert done.exit_code == 1
    book = openpyxl.load_workbook(report)
    assert book.sheetnames == ["Findings" if options else "Hallazgos"]
    said = [str(cell.value) for row in book.worksheets[0] for cell in row]
    assert any("NOMBRE" in each for each in said)
    assert not any("Ana" in each for each in said)


def test_a_report_that_cannot_be_written_is_told_before(home: Home, tmp_path: Path) -> None:
    """Nothing is released and then not reported."""
    file, report = tmp_path / "PSM 2019_T4.csv", tmp_path / "none" / "report.xlsx"
    file.write_bytes(csv(HEADINGS, RECORDS))
    command = ["submit", str(file), "--provision", "MX_EMIF_SUR", "--report", str(report)]

    with pytest.raises(StorageFault, match="none"):
        CliRunner().invoke(commands, [*command, "--home", str(home.root)], catch_exceptions=False)

    assert [each for each in home.files.rglob("*") if each.is_file()] == []
