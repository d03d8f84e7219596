"""The file handed in, back as a workbook: faulty cells marked, and a sheet of findings in Spanish.

Nothing in it can be run: formulas come back as the results that were saved with them, and text that
looks like a formula as text.
"""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from gateway.intake.messages import as_sheet, read_message
from gateway.intake.sheet import Sheet, Value
from gateway.intake.statements import STATEMENTS
from gateway.intake.workbook import read_sheets
from gateway.model.finding import Account, Finding, Severity
from gateway.model.text import Language, Text

MOST_CELLS_AS_IT_CAME = 200_000
"""A workbook with more cells comes back with its values and nesting only, not with its looks."""

TITLE = Text("Hallazgos", "Findings")

_HEADINGS = Text(
    "Gravedad|Regla|Hoja|Celda|Valor|Qué pasa y qué hacer",
    "Severity|Rule|Sheet|Cell|Value|What is wrong and what to do",
)
_SEVERITIES = {
    Severity.ERROR: Text("Detiene la entrega", "Stops the release"),
    Severity.WARNING: Text("Aviso", "Remark"),
}
_COLOURS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C"}
_WIDTHS = (18, 40, 22, 9, 22, 90)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of one file; `given_back` is False for records of persons."""

    findings: tuple[Finding, ...]
    account: Account
    given_back: bool = True


def annotated(content: bytes, name: str, report: Report, language: Language = "es") -> bytes:
    """The workbook of a file with its findings; of records of persons the findings alone.

    Raises BadFile where the file cannot be read.
    """
    book, names = _book(content, name) if report.given_back else _rebuilt([])
    for finding in report.findings:
        if finding.sheet in names:
            _mark(book[names[finding.sheet]], finding, language)
    _add_findings(book, names, report, language)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _book(content: bytes, name: str) -> tuple[Workbook, dict[str, str]]:
    """A workbook to write into, and what each sheet of the file is called in it."""
    sheets = _sheets(content, name)
    cells = sum(len(row) for sheet in sheets for row in sheet.values)
    modern = content.startswith(b"PK") and b"opendocument" not in content[:200]
    if not modern or cells > MOST_CELLS_AS_IT_CAME:
        return _rebuilt(sheets)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that it does not keep
            book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except (ValueError, TypeError, LookupError, AttributeError, SyntaxError, OSError):
        return _rebuilt(sheets)  # calamine reads more than openpyxl understands
    _make_harmless(book)
    _write_unsaved(book, sheets)
    return book, {sheet.title: sheet.title for sheet in book.worksheets}


def _sheets(content: bytes, name: str) -> list[Sheet]:
    """What stood in the file."""
    if (message := read_message(content, name)) is not None:
        return [as_sheet(message)]
    return read_sheets(content, name)


def _make_harmless(book: Workbook) -> None:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell):
                    cell.hyperlink = None
                    if isinstance(cell.value, str):
                        _write(cell, cell.value)


def _write_unsaved(book: Workbook, sheets: Iterable[Sheet]) -> None:
    """Formulas without a result would come back as empty cells: they come back as their text."""
    for sheet in sheets:
        for row, values in enumerate(sheet.values, start=1):
            for column, value in enumerate(values, start=1):
                if isinstance(value, str) and value.startswith("="):
                    _write(_cell(book[sheet.name], row, column), value)


def _rebuilt(sheets: Iterable[Sheet]) -> tuple[Workbook, dict[str, str]]:
    book = Workbook()
    book.remove(book.worksheets[0])
    names: dict[str, str] = {}
    for sheet in sheets:
        title = _free_title(book, re.sub(r"[\\/*?:\[\]]", " ", sheet.name)[:28] or "1")
        names[sheet.name] = title
        page = book.create_sheet(title)
        for row, values in enumerate(sheet.values, start=1):
            for column, value in enumerate(values, start=1):
                if value is not None and (row - 1, column - 1) not in sheet.merged:
                    _write(_cell(page, row, column), value)
        for (row, column), indent in sheet.indents.items():
            page.cell(row + 1, column + 1).alignment = Alignment(indent=min(indent, 15))
    return book, names


def _free_title(book: Workbook, title: str) -> str:
    taken = {each.lower() for each in book.sheetnames}
    numbered = (f"{title} {number}" for number in range(2, len(taken) + 3))
    return next(each for each in (title, *numbered) if each.lower() not in taken)


def _write(cell: Cell, value: Value) -> None:
    """Put a value into a cell; a text stays a text whatever it looks like."""
    if isinstance(value, str):
        cell.value = _FORBIDDEN.sub("·", value)
        cell.data_type = "s"
        if value[:1] in "=+-@":
            cell.quotePrefix = True  # so that it stays a text when somebody edits the cell
    else:
        cell.value = value


def _mark(sheet: Worksheet, finding: Finding, language: Language) -> None:
    colour = _COLOURS[finding.severity]
    if finding.cell == "*":
        sheet.sheet_properties.tabColor = colour
        return
    cell = sheet[finding.cell]
    cell.fill = PatternFill("solid", fgColor=colour)
    if isinstance(cell, MergedCell):
        return
    said = _FORBIDDEN.sub("·", finding.message.said(language))
    before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
    cell.comment = Comment(before + said, "gateway", width=380, height=140)


def _add_findings(
    book: Workbook, names: Mapping[str, str], report: Report, language: Language
) -> None:
    sheet = book.create_sheet(_free_title(book, TITLE.said(language)), 0)
    book.active = 0
    line = 1
    for said in summary(report.account, language):
        _write(_cell(sheet, line, 1), said)
        line += 1
    line += 1
    for column, heading in enumerate(_HEADINGS.said(language).split("|"), start=1):
        _write(_cell(sheet, line, column), heading)
        _cell(sheet, line, column).font = Font(bold=True)
    sheet.freeze_panes = f"A{line + 1}"
    for number, finding in enumerate(report.findings, start=line + 1):
        _add_finding(sheet, number, finding, names, language)
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """A cell to write into; what is below a merged one is not seen."""
    cell = sheet.cell(row, column)
    return cell if isinstance(cell, Cell) else Cell(sheet, row, column)


def _add_finding(
    sheet: Worksheet, row: int, finding: Finding, names: Mapping[str, str], language: Language
) -> None:
    words = (
        _SEVERITIES[finding.severity].said(language),
        f"{finding.rule}: {STATEMENTS[finding.rule].said(language)}",
        finding.sheet,
        finding.cell,
        finding.value,
        finding.message.said(language),
    )
    for column, word in enumerate(words, start=1):
        cell = _cell(sheet, row, column)
        _write(cell, word)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    _cell(sheet, row, 1).fill = PatternFill("solid", fgColor=_COLOURS[finding.severity])
    if finding.sheet in names and finding.cell != "*":
        quoted = names[finding.sheet].replace("'", "''")
        _cell(sheet, row, 4).hyperlink = f"#'{quoted}'!{finding.cell}"


def summary(account: Account, language: Language) -> list[str]:
    """What became of every figure, in a few lines."""
    says = Text(
        "{read} cifras o líneas leídas = {observations} en observaciones + {controls} controles "
        "+ {faulty} con faltas + {skipped} omitidas",
        "{read} figures or lines read = {observations} in observations + {controls} controls "
        "+ {faulty} with faults + {skipped} skipped",
    )
    first = says.said(language).format(
        read=account.read,
        observations=account.observations,
        controls=account.controls,
        faulty=account.faulty,
        skipped=sum(each.figures for each in account.skipped),
    )
    return [first, *(f"  {each.figures} {each.reason.said(language)}" for each in account.skipped)]
