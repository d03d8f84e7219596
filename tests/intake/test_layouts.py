"""Layouts beyond the samples: what each word of a provision does, in a book that shows it."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from gateway.exchange import Exchange
from gateway.intake.checks import Checked, check_file
from gateway.intake.judging import Standard
from gateway.intake.provision import read_provisions
from gateway.settings import Home
from tests.intake.books import checked, places, saved

AGES = "MX_UPMRIP_IRREGULAR_SEX_AGE"
EVENTS = "MX_UPMRIP_IRREGULAR"
HEADING = "Continente/ país de nacionalidad"

PROVISION = """
id = "TEST"
provider = "GT_IGM"
dataflow = "LMIG:DF_RETURNS(1.0.0)"
name = {{ es = "Prueba", en = "Test" }}

[table]
{table}

{more}

[components]
FREQ = {{ period = true }}
REF_AREA = "GT"
COUNTERPART_AREA = {country}
INDICATOR = "RETURNS"
DIRECTION = "IN"
CITIZENSHIP = "GT"
STATUS_TYPE = "_T"
SEX = {sex}
AGE = "_T"
OCCUPATION = "_T"
ACTIVITY = "_T"
COUNT_BASIS = "EVT"
DATA_SOURCE = "GT_IGM"

[time]
period = {period}

[attributes]
OBS_STATUS = "A"
UNIT_MEASURE = "EVENT"
UNIT_MULT = "0"
DECIMALS = "0"
COMPARABILITY = "LOW"
DEFINITION = "x"
SOURCE_TABLE = "x"

[checks]
every_period = false
"""


@pytest.fixture
def by(loaded: Exchange, home: Home) -> "Reader":
    """A reader by a provision of the test's own."""
    home.adopt_defaults()
    return Reader(loaded, home.config / "provisions" / "TEST")


class Reader:
    """Checks files by a provision that is written for them."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self._exchange = exchange
        self._folder = folder

    def __call__(
        self, content: bytes, name: str, today: date | None = None, **said: str
    ) -> Checked:
        """Check a content by a provision that says this."""
        self._folder.mkdir(exist_ok=True)
        text = PROVISION.format(**{"more": "", "sex": '"_T"', **said})
        (self._folder / "provision.toml").write_text(text)
        provision = read_provisions(self._folder.parent, self._exchange.registry)["TEST"]
        codes = self._exchange.registry.codes(provision.structure)
        return check_file(content, name, provision, Standard(codes, today=today))


COUNTRY = '{{ {} = {}, codes = ["countries_es.csv"] }}'
BY_COLUMN = COUNTRY.format("column", 1)
BY_ROW = COUNTRY.format("row", 1)
BY_FIELD = COUNTRY.format("field", '"País"')
CROSS = 'heading = "Período"'
LIST = 'layout = "records"\nheading = "País"\nends = ["Fuente"]'
FIGURE = '[values]\nfield = "Casos"\nzero = ["-"]\nmissing = { "n.d." = "O" }'
LISTED = {"table": LIST, "country": BY_FIELD, "period": '{ field = "Mes" }', "more": FIGURE}


def stated(result: Checked) -> dict[tuple[str, ...], object]:
    """Values by country, sex and period."""
    assert result.findings == ()
    assert result.observations is not None
    assert result.account.balanced
    rows = result.observations.table.to_pylist()
    return {
        (row["COUNTERPART_AREA"], row["SEX"], row["TIME_PERIOD"]): row["OBS_VALUE"] for row in rows
    }


@pytest.mark.parametrize(
    ("label", "period"),
    [
        ("2024", "2024"),
        ("Enero-junio de 2024", "2024-S1"),
        ("II trimestre 2024", "2024-Q2"),
        ("Marzo 2024", "2024-03"),
        ("2024-05", "2024-05"),
        ("2024-05-31", "2024-05-31"),
        ("45443", "2024-05-31"),
    ],
)
def test_periods_are_read_as_tables_say_them(by: Reader, label: str, period: str) -> None:
    """Years, halves, quarters and months in one column; the frequency follows."""
    content = f"Período;México\n{label};5\n".encode()

    result = by(content, "x.csv", table=CROSS, country=BY_COLUMN, period="{ row = 1 }")

    assert stated(result) == {("MX", "_T", period): 5}


@pytest.mark.parametrize(
    ("words", "figure", "value"),
    [
        ('decimal = ","\nthousands = "."', "1.234", 1_234),
        ('thousands = ","', '"1,234"', 1_234),
        ("", "1 234", 1_234),
        ('zero = ["-"]', "-", 0),
    ],
    ids=["points", "commas", "blanks", "dash"],
)
def test_figures_are_read_as_the_provision_says(
    by: Reader, words: str, figure: str, value: float
) -> None:
    """A mark between thousands is one only where the provision says so."""
    content = f"Período;México\n2024;{figure}\n".encode()

    result = by(
        content,
        "x.csv",
        table=CROSS,
        country=BY_COLUMN,
        period="{ row = 1 }",
        more=f"[values]\n{words}",
    )

    assert stated(result) == {("MX", "_T", "2024"): value}


def test_several_label_columns_nest_the_rows(by: Reader) -> None:
    """An empty outer label goes on from above; a total stands for every label at its level."""
    content = """País;Sexo;2023;2024
México;Hombres;10;20
;Mujeres;1;2
;Total;11;22
Canadá;Hombres;5;6
;Mujeres;3;4
;Total;8;10
Total;;19;32
""".encode()
    more = '[rows]\nhierarchy = "columns"\ntotals = ["Total"]'

    result = by(
        content,
        "x.csv",
        table='heading = "País"\nlabels = 2',
        country=BY_ROW,
        sex='{ row = 2, codes = ["sex_es.csv"] }',
        period="{ column = 1 }",
        more=more,
    )

    assert stated(result) == {
        ("MX", "M", "2023"): 10,
        ("MX", "F", "2023"): 1,
        ("CA", "M", "2023"): 5,
        ("CA", "F", "2023"): 3,
        ("MX", "M", "2024"): 20,
        ("MX", "F", "2024"): 2,
        ("CA", "M", "2024"): 6,
        ("CA", "F", "2024"): 4,
    }
    assert len(result.controls) == 6
    assert all(each.holds for each in result.controls)


def test_rows_that_are_no_figures_are_left_out_and_counted(by: Reader) -> None:
    """Percentages and rates are skipped by name, and the report says how many figures they had."""
    content = "Período;México;Variación\n2023;5;\n2024;6;20.0\n% de 2024;100;\n".encode()
    more = '[rows]\nleave_out = ["%*"]\n[columns]\nleave_out = ["Variación"]'

    result = by(content, "x.csv", table=CROSS, country=BY_COLUMN, period="{ row = 1 }", more=more)

    assert stated(result) == {("MX", "_T", "2023"): 5, ("MX", "_T", "2024"): 6}
    assert [(each.figures, each.reason.en) for each in result.account.skipped] == [
        (2, "figures in rows or columns that the provision leaves out")
    ]


def test_a_list_is_read_line_by_line(by: Reader) -> None:
    """Latin-1, semicolons, words for zero and missing, a remark below: nothing is lost."""
    content = """País;Mes;Casos
México;2024-01;5
Canadá;2024-01;-
Perú;2024-01;n.d.

España;2024-01;
Fuente: registro propio
""".encode("cp1252")

    result = by(content, "x.csv", **LISTED)

    assert stated(result) == {
        ("MX", "_T", "2024-01"): 5,
        ("CA", "_T", "2024-01"): 0,
        ("PE", "_T", "2024-01"): None,
    }
    assert result.observations is not None
    statuses = {row["COUNTERPART_AREA"]: row["OBS_STATUS"]
                for row in result.observations.table.to_pylist()}  # fmt: skip
    assert statuses == {"MX": "A", "CA": "A", "PE": "O"}
    assert [(each.figures, each.reason.en) for each in result.account.skipped] == [
        (1, "lines without a figure")
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("Narnia;2024-02;5", ("unmapped_label", "x!A4"), id="country"),
        pytest.param(";2024-02;5", ("empty_label", "x!A4"), id="no country"),
        pytest.param("Perú;febrero;5", ("period_not_found", "x!B4"), id="no year"),
        pytest.param("Perú;2024-02;cinco", ("not_a_number", "x!C4"), id="a word"),
        pytest.param("Perú;2024-02;-5", ("negative_number", "x!C4"), id="below zero"),
        pytest.param("Perú;2024-02;1.5", ("decimals", "x!C4"), id="decimals"),
        pytest.param("México;2024-01;7", ("duplicate_key", "x!C4"), id="twice"),
    ],
)
def test_a_fault_in_a_list_is_found_at_its_cell(
    by: Reader, line: str, found: tuple[str, str]
) -> None:
    """The cell that a spreadsheet shows for it."""
    content = f"País;Mes;Casos\nMéxico;2024-01;5\nCanadá;2024-01;6\n{line}\n".encode()

    result = by(content, "x.csv", **LISTED)

    assert places(result.findings) == [found]


def test_totals_in_a_list_are_controls(by: Reader) -> None:
    """A line that states a total is recomputed from the lines that it stands for."""
    content = "País;Mes;Casos\nMéxico;2024-01;5\nCanadá;2024-01;6\nTotal;2024-01;{}\n"
    said = {**LISTED, "more": FIGURE + '\n[rows]\ntotals = ["Total"]'}

    good = by(content.format(11).encode(), "x.csv", **said)
    wrong = by(content.format(12).encode(), "x.csv", **said)

    assert len(stated(good)) == 2
    assert (good.account.read, good.account.controls) == (3, 1)
    assert places(wrong.findings) == [("control_mismatch", "x!C4")]


@pytest.mark.parametrize(
    ("heading", "rule"),
    [
        pytest.param("País;Mes;Casos;Nombre", "unknown_column", id="one that nobody reads"),
        pytest.param("País;Mes;Cosas;x", "heading_not_found", id="misspelt"),
        pytest.param("País;Mes;Casos;", "unheaded_value", id="without a heading"),
    ],
)
def test_every_column_of_a_list_is_explained(by: Reader, heading: str, rule: str) -> None:
    """None is read over in silence."""
    content = f"{heading}\nMéxico;2024-01;5;x\n".encode()

    result = by(content, "x.csv", **LISTED)

    assert rule in [each.rule for each in result.findings]
    assert result.observations is None


def test_codes_that_lost_their_zeros_get_them_back(by: Reader) -> None:
    """A spreadsheet made a number of a municipality's code; the list has it with its prefix."""
    content = b"Municipio;Mes;Casos\n101;2024-01;5\n2212;2024-01;6\n"

    result = by(
        content,
        "x.csv",
        table='layout = "records"\nheading = "Municipio"',
        country='{ field = "Municipio", pad = 4, prefix = "GT-" }',
        period='{ field = "Mes" }',
        more=FIGURE,
    )

    assert stated(result) == {("GT-0101", "_T", "2024-01"): 5, ("GT-2212", "_T", "2024-01"): 6}


def test_sheets_that_are_not_wanted_are_counted(by: Reader) -> None:
    """Only the sheets that the provision names are read; the figures of others are told of."""
    book = openpyxl.Workbook()
    for name in ("Datos 2024", "Ayuda"):
        sheet = book.create_sheet(name)
        sheet.append(["Período", "México"])
        sheet.append(["2024", 5])
    del book["Sheet"]

    result = by(
        saved(book),
        "x.xlsx",
        table=CROSS + "\nsheets = '^Datos'",
        country=BY_COLUMN,
        period="{ row = 1 }",
    )

    assert stated(result) == {("MX", "_T", "2024"): 5}
    assert [(each.figures, each.reason.en) for each in result.account.skipped] == [
        (1, "figures in sheets that the provision leaves out")
    ]


@pytest.mark.parametrize(
    ("period", "rule"),
    [
        ("1949", "period_out_of_range"),
        ("2026-12", "period_out_of_range"),
        ("2026-11", None),
        ("2024-M13", "period_not_found"),
    ],
)
def test_a_period_lies_between_the_source_and_today(
    by: Reader, period: str, rule: str | None
) -> None:
    """Nothing is older than the source or of a time that has not come."""
    content = f"País;Mes;Casos\nMéxico;{period};5\n".encode()

    result = by(content, "x.csv", today=date(2026, 11, 23), **LISTED)

    assert [each.rule for each in result.findings] == ([rule] if rule else [])


def test_a_label_that_can_mean_two_codes_is_refused(by: Reader) -> None:
    """ "M" is masculine to one office and mujer to another."""
    content = "País;Mes;Casos;Sexo\nMéxico;2024-01;5;M\n".encode()

    result = by(content, "x.csv", **LISTED, sex='{ field = "Sexo", codes = ["sex_es.csv"] }')

    assert places(result.findings) == [("ambiguous_label", "x!D2")]
    assert "M o F" in result.findings[0].message.es


def put(sheet: Worksheet, row: int, label: str, indent: int, figures: list[int]) -> None:
    sheet.cell(row, 1, label).alignment = Alignment(indent=indent)
    for column, figure in enumerate(figures, start=2):
        sheet.cell(row, column, figure)


def ages() -> bytes:
    """Mexico's table 3.1.3 as a book: age over company over sex, with subtotals."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["3.1.3 Eventos por grupo de edad y sexo, enero-diciembre de 2024"])
    sheet.append(
        [HEADING, "18 años y más", None, None, "Menores de 12 años", None, None, None, "Total"]
    )
    sheet.append([None, None, None, None, "Acompañados", None, "No acompañados", None])
    sheet.append(
        [None, "Hombres", "Mujeres", "Subtotal", "Hombres", "Mujeres", "Hombres", "Mujeres"]
    )
    for merged in ("A2:A4", "B2:D3", "E2:H2", "E3:F3", "G3:H3", "I2:I4"):
        sheet.merge_cells(merged)
    put(sheet, 5, "Total General", 0, [30, 12, 42, 7, 5, 3, 1, 58])
    put(sheet, 6, "Honduras", 1, [20, 8, 28, 4, 3, 2, 0, 37])
    put(sheet, 7, "El Salvador", 1, [10, 4, 14, 3, 2, 1, 1, 21])
    sheet.append(["Fuente: cifras inventadas para una prueba."])
    return saved(book)


def test_three_rows_of_headings_give_three_components(loaded: Exchange) -> None:
    """Age, company and sex are crossed; subtotals and totals are controls."""
    result = checked(loaded, AGES, ages())

    assert result.findings == ()
    assert all(each.holds for each in result.controls)
    assert len(result.controls) == 12
    assert result.observations is not None
    found = {
        (row["CITIZENSHIP"], row["AGE"], row["STATUS_TYPE"], row["SEX"]): row["OBS_VALUE"]
        for row in result.observations.table.to_pylist()
    }
    assert len(found) == 18
    assert found["HN", "Y_GE18", "_T", "M"] == 20
    assert found["SV", "Y0T11", "UNACC", "F"] == 1
    assert found["_T", "Y0T11", "ACC", "M"] == 7


def test_a_heading_over_its_first_column_only_goes_on(loaded: Exchange) -> None:
    """Months are written once and not merged; kinds stand below, with their subtotal."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["3.1.1 Eventos según nacionalidad, 2024"])
    sheet.append([HEADING, "Enero", None, None, "Febrero", None, None, "Total"])
    sheet.append([None, *("Presentados", "Canalizados", "Subtotal") * 2])
    put(sheet, 4, "Total General", 0, [3, 2, 5, 4, 1, 5, 10])
    put(sheet, 5, "Honduras", 1, [3, 2, 5, 4, 1, 5, 10])

    result = checked(loaded, EVENTS, saved(book))

    assert result.findings == ()
    assert len(result.controls) == 7 + 3
    assert result.observations is not None
    found = {
        (row["CITIZENSHIP"], row["TIME_PERIOD"], row["STATUS_TYPE"]): row["OBS_VALUE"]
        for row in result.observations.table.to_pylist()
    }
    assert found["HN", "2024-01", "CANAL"] == 2
    assert found["HN", "2024-02", "_T"] == 5
