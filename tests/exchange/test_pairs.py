"""What is asked of a pair of countries: its parts, its sources, its reasons, and its workbook."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from gateway.errors import BadSyntax, NoResults, NotFound, SemanticError
from gateway.exchange import Exchange
from gateway.exchange.compared import Table
from gateway.exchange.comparing import PairQuery, compare, data_query
from gateway.exchange.pair_book import pair_book
from gateway.formats import book
from gateway.model.text import Language
from gateway.model.visibility import View, Visibility
from tests.conftest import Clock
from tests.figures import NOON, Row
from tests.homes import fresh
from tests.mirror.stating import GUATEMALA, MEXICO, months
from tests.releases.publishing import publish

GT, MX, INM = "GT_IGM_RETURNS", "MX_UPMRIP_RETURNS", "SV_DGME_RETURNS"
PERSONS: Row = {**MEXICO, "DATA_SOURCE": "MX_INEGI_CENSO", "COUNT_BASIS": "PER"}
SECOND: Row = {**MEXICO, "DATA_SOURCE": "MX_INM"}
PAIR = PairQuery("DF_RETURNS", ("GT", "MX"))


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Guatemala and Mexico by sex, the latter by two sources; and one that counts persons."""
    clock = Clock()
    clock.now = NOON
    exchange = Exchange(fresh(tmp_path_factory.mktemp("several") / "home"), clock)
    women, men = [float(n) for n in range(10, 34)], [float(n) for n in range(20, 44)]
    by_sex = [*months(women, SEX="F"), *months(men, SEX="M")]
    twice = [0, *(2 * n for n in women[1:])]  # a zero: what this table leaves out is missing
    more = [*months(twice, SEX="F"), *months([n + 1 for n in men[:18]], SEX="M")]
    content: dict[str, list[Row]] = {
        GT: [{**GUATEMALA, **row} for row in by_sex],
        MX: [{**MEXICO, **row} for row in more],
        INM: [{**SECOND, **row} for row in months([n + 40 for n in men])]
        + [{**PERSONS, **row} for row in months([5] * 24)],
    }
    for id, rows in content.items():
        structure = exchange.provision(id).structure
        publish(exchange.store, rows, now=NOON, provision=id, structure=structure, years=False)
    yield exchange
    exchange.close()


def of(found: tuple[Table, ...]) -> list[tuple[str, str, str]]:
    """The sources of each comparison, and its part."""
    return [(*each.sources, " ".join(each.codes.values())) for each in found]


def test_every_source_of_the_other_country_is_compared(several: Exchange) -> None:
    """And what counts something else says so, without a measure."""
    found = compare(several, PAIR, several.everything())

    told = {each.sources: each for each in found}
    assert set(told) == {
        ("GT_IGM", "MX_UPMRIP"),
        ("GT_IGM", "MX_INM"),
        ("GT_IGM", "MX_INEGI_CENSO"),
    }
    (gap,) = told["GT_IGM", "MX_INEGI_CENSO"].gaps()
    assert (gap.status, gap.reason, gap.periods) == ("NOT_COMPARABLE", "COUNT_BASIS", 24)
    persons = told["GT_IGM", "MX_INEGI_CENSO"].finest
    assert {(each.difference, each.index) for each in persons} == {(None, None)}


def test_the_parts_stand_behind_their_whole(several: Exchange) -> None:
    """Only where they are asked for, and only where both sides reach them."""
    asked = PairQuery("DF_RETURNS", ("GT", "MX"), breakdown=("SEX",))

    found = compare(several, asked, several.everything())

    assert ("GT_IGM", "MX_UPMRIP", "") in of(found)
    assert [each for each in of(found) if each[2]] == [
        ("GT_IGM", "MX_UPMRIP", "F"),
        ("GT_IGM", "MX_UPMRIP", "M"),
    ]


def test_a_country_beside_itself_has_its_own_sources(several: Exchange) -> None:
    """Each pair of them once; between two countries they stand beside the others."""
    found = compare(several, PairQuery("DF_RETURNS", ("MX", "MX")), several.everything())

    assert ("MX_INM", "MX_UPMRIP", "") in of(found)
    assert ("MX_UPMRIP", "MX_INM", "") not in of(found)
    assert {each.of["COUNTERPART_AREA"] for each in found} == {"GT"}
    assert all("GT_IGM" not in each.sources for each in found)


def test_the_other_way_round_is_the_same_seen_from_there(several: Exchange) -> None:
    """Differences change their sign, indexes do not."""
    here = {e.sources: e for e in compare(several, PAIR, several.everything())}
    other = PairQuery("DF_RETURNS", ("MX", "GT"))
    there = {e.sources: e for e in compare(several, other, several.everything())}

    one, turned = here["GT_IGM", "MX_UPMRIP"], there["MX_UPMRIP", "GT_IGM"]
    assert [-(e.difference or 0) for e in one.finest] == [e.difference or 0 for e in turned.finest]
    assert [e.index for e in one.finest] == [e.index for e in turned.finest]


def test_a_year_of_which_one_side_states_a_part_is_of_those_months(several: Exchange) -> None:
    """Men are stated by Mexico up to June 2024 alone: so much of them is added up."""
    asked = PairQuery("DF_RETURNS", ("GT", "MX"), breakdown=("SEX",))
    found = compare(several, asked, several.everything())

    (men,) = (each for each in found if [*each.codes.values()] == ["M"])
    whole, part = men.years()
    assert (whole.period, part.period) == ("2023", "2024-01/2024-06")
    assert part.difference == -6
    assert [(gap.first, gap.last) for gap in men.gaps()] == [("2024-07", "2024-12")]


@pytest.mark.parametrize("breakdown", [(), ("SEX",)], ids=["the whole", "by sex"])
def test_a_question_of_data_has_the_very_same_observations(
    several: Exchange, breakdown: tuple[str, ...]
) -> None:
    """So every format tells what the table tells, no part more."""
    asked = PairQuery("DF_RETURNS", ("GT", "MX"), "2023", "2023", breakdown, "M")
    found = compare(several, asked, several.everything())

    message = several.data(data_query(several, asked, found), several.everything())

    (selection,) = message.selections
    series = range(selection.series)
    told = {(selection.keys["MIRROR_SOURCE"].value(n), selection.keys["SEX"].value(n))
            for n in series}  # fmt: skip
    assert told == {(each.sources[1], each.cell["SEX"]) for each in found}
    assert {selection.keys["FREQ"].value(n) for n in series} == {"M"}
    assert {each[:4] for each in selection.periods} == {"2023"}


REFUSED = {
    "no such dataflow": (PairQuery("DF_X", ("GT", "MX")), NotFound, ("DF_RETURNS",)),
    "one that is not compared": (PairQuery("DF_STOCK", ("GT", "MX")), NotFound, ("DF_RETURNS",)),
    "no such country": (PairQuery("DF_RETURNS", ("GT", "XX")), NotFound, ("GT", "MX")),
    "no such dimension": (
        PairQuery("DF_RETURNS", ("GT", "MX"), breakdown=("AGES",)), SemanticError, ("AGE",),
    ),
    "no period": (PairQuery("DF_RETURNS", ("GT", "MX"), "abril"), BadSyntax, ("2024-06",)),
    "no frequency": (PairQuery("DF_RETURNS", ("GT", "MX"), frequency="D"), BadSyntax, ("M",)),
    "no such years": (
        PairQuery("DF_RETURNS", ("GT", "MX"), "2030"), NoResults, ("M: 2023-01 – 2024-12",),
    ),
    "neither of them": (PairQuery("DF_RETURNS", ("GT", "SV")), NoResults, ()),
    "no two sources": (PairQuery("DF_RETURNS", ("GT", "GT")), NoResults, ()),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "kind", "allowed"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_compared_is_refused_with_what_can(
    several: Exchange, asked: PairQuery, kind: type[Exception], allowed: tuple[str, ...]
) -> None:
    """In Spanish too."""
    with pytest.raises(kind) as refusal:
        compare(several, asked, several.everything())

    assert {*allowed} <= {*refusal.value.allowed}
    assert refusal.value.spanish


def test_one_side_alone_is_named(several: Exchange) -> None:
    """That of the side which a caller does not see is nobody's to know."""
    alone = Visibility(several.clock(), {GT: View()})

    with pytest.raises(NoResults, match="only GT_IGM states one side"):
        compare(several, PAIR, alone)


def written(exchange: Exchange, asked: PairQuery, language: Language = "es") -> bytes:
    """The workbook of a comparison."""
    visibility = exchange.everything()
    found = compare(exchange, asked, visibility)
    return book.write(pair_book(exchange, asked, found, visibility, NOON, language))


def cells(page: Worksheet) -> list[dict[str, object]]:
    """The rows of a table by the titles of its columns."""
    titles, *rows = page.iter_rows(values_only=True)
    return [dict(zip(map(str, titles), row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def real(loaded: Exchange) -> bytes:
    """The workbook of the real pair."""
    return written(loaded, PAIR)


def test_the_real_pair_is_in_its_workbook(real: bytes) -> None:
    """As another reader has it: years, months, outliers, gaps, each number a number."""
    found = load_workbook(BytesIO(real))

    assert found.sheetnames == [
        *("Resumen", "Períodos", "No comparado", "Gráficos", "Método", "Procedencia")
    ]
    years = cells(found["Resumen"])
    assert [(row["Año"], row["Índice simétrico %"]) for row in years] == [
        (2020, 6.45), (2021, 15.05), (2022, 6.59), (2023, 5.37), (2024, 36.4),
        ("2025-01 – 2025-04", 79.04),
    ]  # fmt: skip
    assert [row["Diferencia A − B"] for row in years][:2] == [-1633, -7442]
    told = {row["Período"]: row for row in cells(found["Períodos"])}
    august = told["2021-08"]
    assert (august["A: GT_IGM"], august["B: MX_UPMRIP"], august["Atípico"]) == (3419, 7075, "sí")
    assert august["Desde"] == datetime(2021, 8, 1)  # noqa: DTZ001 - a cell has no time zone
    assert august["Publicación de A"] == "GT_IGM_RETURNS 1"
    assert august["Nota"] == (
        "México fecha el evento a la salida y Guatemala a la llegada: "
        "lo de fin de mes puede caer en el mes siguiente."
    )
    assert told["2019-12"]["A: GT_IGM"] is None
    (gap,) = cells(found["No comparado"])
    assert (gap["Desde"], gap["Hasta"], gap["Períodos"]) == ("2015-01", "2019-12", 60)


def test_a_workbook_is_made_to_be_read(real: bytes) -> None:
    """Headers stay, filters are there, numbers have their form, unusual rows stand out."""
    page = load_workbook(BytesIO(real))["Períodos"]

    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == f"A1:T{page.max_row}"
    titles = [cell.value for cell in page[1]]
    index = titles.index("Índice simétrico %") + 1
    august = next(row[0].row for row in page.iter_rows() if row[0].value == "2021-08")
    assert page.cell(august, index).number_format == "0.00"
    assert page.cell(august, index).fill.fill_type == "solid"
    assert page.cell(august - 1, index).fill.fill_type is None


def drawn(content: bytes) -> list[str]:
    """The charts of a workbook."""
    with ZipFile(BytesIO(content)) as found:
        return [found.read(n).decode() for n in found.namelist() if "charts/chart" in n]


def test_what_is_not_compared_is_not_drawn_together(several: Exchange) -> None:
    """Events and persons share no axis; of the two pairs that are compared each is named."""
    charts = drawn(written(several, PAIR))

    assert len(charts) == 4
    assert not any("MX_INEGI_CENSO" in each for each in charts)
    assert sum("GT_IGM / MX_INM" in each for each in charts) == 2


def test_a_workbook_has_charts_of_its_own(real: bytes) -> None:
    """Both sides, and their index, from the cells of the table."""
    charts = drawn(real)

    assert len(charts) == 2
    assert "GT_IGM" in charts[0]
    assert "'Períodos'!" in charts[0] or "Períodos!" in charts[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [("es", ("Valor atípico", "publicación 1 del")), ("en", ("Outlier", "release 1 of"))],
)
def test_method_and_provenance_are_in_it(
    loaded: Exchange, language: Language, words: tuple[str, ...]
) -> None:
    """Formulas, literature, definitions, releases, terms, and the question to ask again."""
    found = CalamineWorkbook.from_filelike(BytesIO(written(loaded, PAIR, language)))
    text = "\n".join(
        str(cell)
        for name in found.sheet_names[-2:]
        for row in found.get_sheet_by_name(name).to_python()
        for cell in row
    )

    said = (
        *("|A − B| / ((A + B) / 2)", "Poulain", "Iglewicz", "ASYMMETRY_COEFF", "UPMRIP 3.2.4"),
        *("igm_retornados_2020_2025.xlsx", "/sdmx/v2/data/dataflow/LMIG"),
    )
    for each in (*words, *said):
        assert each in text


def test_the_same_makes_the_same_bytes(loaded: Exchange, real: bytes) -> None:
    """Whenever it is made."""
    assert written(loaded, PAIR) == real


def test_categories_have_sheets_of_their_own(several: Exchange) -> None:
    """By year and by period, each with its names; whoever is compared stands in every row."""
    asked = PairQuery("DF_RETURNS", ("GT", "MX"), breakdown=("SEX",))

    found = load_workbook(BytesIO(written(several, asked, "en")))

    rows = cells(found["Categories"])
    assert [(row["Sex"], row["Year"], row["A: GT_IGM"]) for row in rows] == [
        ("Female", 2023, sum(range(10, 22))),
        ("Female", 2024, sum(range(22, 34))),
        ("Male", 2023, sum(range(20, 32))),
        ("Male", "2024-01 – 2024-06", sum(range(32, 38))),
    ]
    assert len(cells(found["Categories by period"])) == 48
    periods = cells(found["Periods"])
    assert {row["Source B"] for row in periods} == {"MX_INM", "MX_UPMRIP", "MX_INEGI_CENSO"}
    assert {row["Reason"] for row in cells(found["Not compared"])} >= {"Count basis"}
