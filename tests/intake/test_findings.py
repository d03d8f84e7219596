"""Planted faults: each is found where it stands, said in two languages, all in one pass."""

from collections.abc import Callable

import pytest
from openpyxl.workbook import Workbook

from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.model.finding import Severity
from gateway.model.release import State
from gateway.settings import Home
from tests.intake.books import (
    GT,
    MX,
    SV,
    Cells,
    Place,
    checked,
    edited,
    indented,
    places,
    sample,
)


@pytest.fixture(scope="module")
def book(loaded: Exchange) -> bytes:
    """Guatemala's sample with three of its years."""

    def shorter(book: Workbook) -> None:
        for year in (2020, 2024, 2025):
            del book[str(year)]

    return edited(sample(loaded, GT), {}, shorter)


@pytest.fixture(scope="module")
def mexico(loaded: Exchange) -> bytes:
    """Mexico's sample with one of its years."""

    def only_2023(book: Workbook) -> None:
        for name in book.sheetnames:
            if "2023" not in name:
                del book[name]

    return edited(sample(loaded, MX), {}, only_2023)


def at(rule: str, *cells: str, sheet: str = "2023") -> list[Place]:
    return [(rule, f"{sheet}!{cell}") for cell in cells]


def nothing(_: Workbook) -> None:
    """Cells alone are edited."""


def shallow(book: Workbook) -> None:
    """A country without sexes or ages below it."""
    indented(book, "2023", "A15", 1)


CASES = [
    pytest.param({"2023!A6": "Méjico"}, nothing, at("unmapped_label", "A6"), id="unmapped label"),
    pytest.param(
        {"2023!A9": "NNA"}, nothing, at("unmapped_label", "A9"), id="label of two components"
    ),
    pytest.param({"2023!B4": "Enerro"}, nothing, at("period_not_found", "B4"), id="wrong month"),
    pytest.param({"2023!A2": "Retornos"}, nothing, at("period_not_found", "*"), id="no year"),
    pytest.param(
        {"2023!A2": "Enero-diciembre de 0000"},
        nothing,
        at("period_not_found", "*"),
        id="a year that no calendar has",
    ),
    pytest.param({"2023!B6": 2397}, nothing, at("control_mismatch", "B6"), id="wrong row total"),
    pytest.param({"2023!O6": 1}, nothing, at("control_mismatch", "O6"), id="wrong column total"),
    pytest.param(
        {"2023!A9": "NNA no acompañados"},
        nothing,
        at("duplicate_key", "A10"),
        id="duplicate row",
    ),
    pytest.param({"2023!N8": 5}, nothing, at("unheaded_value", "N8"), id="figure without heading"),
    pytest.param({"2023!B15": 7}, nothing, at("unheaded_value", "B15"), id="figure without label"),
    pytest.param(
        {"2023!A15": "No especificado", "2023!B15": "-"},
        shallow,
        at("level_missing", "A15"),
        id="missing level",
    ),
    pytest.param(
        {f"{year}!A4": "País" for year in range(2021, 2024)},
        nothing,
        [("table_not_found", f"{year}!*") for year in range(2021, 2024)],
        id="no table anywhere",
    ),
]


@pytest.mark.parametrize(("cells", "change", "expected"), CASES)
def test_a_planted_fault_is_found_where_it_stands(
    loaded: Exchange,
    book: bytes,
    cells: Cells,
    change: Callable[[Workbook], None],
    expected: list[Place],
) -> None:
    """One fault gives its finding at its sheet and cell, nothing else, and nothing to release."""
    result = checked(loaded, GT, edited(book, cells, change))

    assert places(result.findings) == expected
    assert result.observations is None
    for finding in result.findings:
        assert finding.severity is Severity.ERROR
        assert finding.message.es
        assert finding.message.en
        assert finding.message.es != finding.message.en


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        pytest.param("mil", "not_a_number", id="a word"),
        pytest.param("1,624", "not_a_number", id="a comma, which two offices read differently"),
        pytest.param("1624*", "not_a_number", id="a mark behind the number"),
        pytest.param("#REF!", "not_a_number", id="a broken formula"),
        pytest.param(True, "not_a_number", id="a truth value"),
        pytest.param(-1624, "negative_number", id="below zero"),
        pytest.param("-1624", "negative_number", id="below zero as text"),
        pytest.param("9" * 400, "not_a_number", id="more figures than any number has"),
    ],
)
def test_a_cell_that_is_no_count_is_found(
    loaded: Exchange, book: bytes, value: object, rule: str
) -> None:
    """The cell is marked; whatever else is said concerns only totals that it is a part of."""
    result = checked(loaded, GT, edited(book, {"2023!B8": value}))

    found = places(result.findings)

    assert [place for place in found if place[0] != "control_mismatch"] == at(rule, "B8")
    assert set(found) <= {*at(rule, "B8"), *at("control_mismatch", "B5", "B6", "B7", "O8")}
    assert result.observations is None


@pytest.mark.parametrize(
    ("cells", "cell", "said"),
    [
        pytest.param(
            {"2023!A6": "Méjico"}, "A6", ["Méjico", "origin.csv", "México"], id="suggestion"
        ),
        pytest.param({"2023!B6": 2397}, "B6", ["2397", "2396", "Enero"], id="both totals"),
        pytest.param({"2023!A9": "NNA no acompañados"}, "A10", ["2023!A9"], id="the first of two"),
        pytest.param({"2023!N8": "x"}, "N8", ["x"], id="the value"),
    ],
)
def test_a_finding_names_what_the_office_must_look_at(
    loaded: Exchange, book: bytes, cells: Cells, cell: str, said: list[str]
) -> None:
    """Both languages carry the value, what it should be, and where its twin stands."""
    result = checked(loaded, GT, edited(book, cells))

    finding = next(each for each in result.findings if each.cell == cell)

    for word in said:
        assert word in finding.message.es
        assert word in finding.message.en


def test_all_faults_come_out_in_one_pass(loaded: Exchange, book: bytes) -> None:
    """Faults on three sheets are all told at once, in the order in which the office reads them."""
    cells = {
        "2021!A6": "Méjico",
        "2022!B4": "Enerro",
        "2022!B6": 1,
        "2023!N8": 5,
        "2023!O6": 1,
        "2023!A9": "NNA no acompañados",
    }

    result = checked(loaded, GT, edited(book, cells))

    assert places(result.findings) == [
        ("unmapped_label", "2021!A6"),
        ("period_not_found", "2022!B4"),
        ("control_mismatch", "2022!B6"),
        ("control_mismatch", "2023!O6"),
        ("unheaded_value", "2023!N8"),
        *at("duplicate_key", "A10"),
    ]


def test_a_sheet_of_notes_is_only_a_warning(loaded: Exchange, book: bytes) -> None:
    """A cover sheet beside the tables travels with the release as a remark."""

    def with_notes(opened: Workbook) -> None:
        opened.create_sheet("Notas")["A1"] = "Elaborado por la Subdirección"

    result = checked(loaded, GT, edited(book, {}, with_notes))

    assert places(result.findings) == [("table_not_found", "Notas!*")]
    assert result.findings[0].severity is Severity.WARNING
    assert result.observations is not None
    assert len(result.observations) == result.rows


def test_spacer_rows_and_columns_say_nothing(loaded: Exchange, book: bytes) -> None:
    """An empty row or column more, as layouts have them for the eye, changes no observation."""

    def spread(opened: Workbook) -> None:
        opened["2021"].insert_rows(1, 3)
        opened["2021"].insert_cols(1, 2)
        for merged in list(opened["2021"].merged_cells.ranges):
            merged.shift(2, 3)

    whole = checked(loaded, GT, book).observations
    result = checked(loaded, GT, edited(book, {}, spread))

    assert result.findings == ()
    assert result.observations is not None
    assert whole is not None
    assert result.observations.table.equals(whole.table)


def test_a_table_without_rows_is_refused(loaded: Exchange, book: bytes) -> None:
    """A form handed in empty is no release of nothing; the office is told."""

    def emptied(opened: Workbook) -> None:
        for name in opened.sheetnames[1:]:
            del opened[name]
        for row in opened.worksheets[0]["A5:O25"]:
            for cell in row:
                cell.value = None

    result = checked(loaded, GT, edited(book, {}, emptied))

    assert result.observations is None
    assert [each.severity for each in result.findings] == [Severity.ERROR]


def test_a_code_that_no_list_has_is_found(loaded: Exchange, home: Home) -> None:
    """A code map of the home's own with a code that the structure lacks stops the release."""
    home.adopt_defaults()
    origins = home.config / "provisions" / GT / "origin.csv"
    origins.write_text(origins.read_text().replace("México,MX", "México,XX9"))
    own = Exchange(home)
    path = own.provision(GT).sample
    assert path is not None

    receipt = submit(own, path, GT)
    own.close()

    assert receipt.state is State.REFUSED
    assert {each.rule for each in receipt.findings} == {"unknown_code"}
    assert ("unknown_code", "2023!B8") in places(receipt.findings)
    for finding in receipt.findings:
        assert finding.value == "XX9"
        assert "COUNTERPART_AREA" in finding.message.es
        assert "COUNTERPART_AREA" in finding.message.en
        assert finding.message.es != finding.message.en


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(
            {"Cuadro 3.2.4 (2023)!C20": "Guatemela"},
            [("unmapped_label", "Cuadro 3.2.4 (2023)!C20")],
            id="nationality, read by two components",
        ),
        pytest.param(
            {"Cuadro 3.2.4 (2023)!D10": 437},
            [("control_mismatch", "Cuadro 3.2.4 (2023)!D10")],
            id="a continent's total",
        ),
    ],
)
def test_mexico_s_layout_is_checked_too(
    loaded: Exchange, mexico: bytes, cells: Cells, expected: list[Place]
) -> None:
    """Two rows of headings, a first column that is not A: addresses are those of the sheet."""
    result = checked(loaded, MX, edited(mexico, cells))

    assert places(result.findings) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("14 189", '"14,189"', [("not_a_number", "sv!B10")], id="comma in a number"),
        pytest.param("2023,", "20x3,", [("period_not_found", "sv!A9")], id="no year"),
        pytest.param("14 986", "14 987", [("control_mismatch", "sv!E10")], id="wrong total"),
        pytest.param("2023,", "2020,", [("duplicate_key", "sv!A9")], id="twice"),
    ],
)
def test_a_csv_has_addresses_too(
    loaded: Exchange, old: str, new: str, expected: list[Place]
) -> None:
    """Cells of a CSV are named as the spreadsheet that opens it names them."""
    content = sample(loaded, SV).decode().replace(old, new, 1).encode()

    found = places(checked(loaded, SV, content, "sv.csv").findings)

    rule = expected[0][0]
    assert [place for place in found if place[0] == rule] == expected
    assert {name for name, _ in found} <= {rule, "control_mismatch"}


def test_a_misspelt_heading_stops_the_file(loaded: Exchange, book: bytes) -> None:
    """Beside good sheets too: a year's figures are not dropped with a shrug."""
    heading = "Pais de origen"

    result = checked(loaded, GT, edited(book, {"2022!A4": heading}))

    assert places(result.findings) == [("table_not_found", "2022!*")]
    assert result.observations is None
