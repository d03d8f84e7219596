"""The mirror over HTTP: the real pair in every format on both mounts, and all that data answer."""

import csv
import io
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from gateway.exchange import Exchange
from gateway.formats import table
from gateway.formats.message import DataMessage
from tests.asking import message
from tests.formats.reading import DATA_READERS, DataFormat, definition, filled

Headers = dict[str, str]

PATH = "dataflow/LMIG/DF_MIRROR/1.0.0"
V2 = f"/sdmx/v2/data/{PATH}"
YEARS = "A.GT.MX"
MOUNTS = {1: f"/sdmx/v1/data/LMIG,DF_MIRROR,1.0.0/{YEARS}", 2: f"{V2}/{YEARS}"}


def rows(web: FlaskClient, bearer: Headers, path: str) -> list[dict[str, str]]:
    """An answer in CSV."""
    answer = web.get(path, headers={**bearer, "Accept": table.CSV.media_type})
    assert answer.status_code == HTTPStatus.OK, answer.text
    return [*csv.DictReader(io.StringIO(answer.text))]


def by_period(found: list[dict[str, str]]) -> dict[str, str]:
    return {each["TIME_PERIOD"]: each["OBS_VALUE"] for each in found}


def measure(code: str) -> str:
    return f"c[MIRROR_MEASURE]={code}&c[MIRROR_SOURCE]=MX_UPMRIP&c[DATA_SOURCE]=GT_IGM"


def test_the_years_of_the_real_pair(web: FlaskClient, bearer: Headers) -> None:
    """What Guatemala received by IGM beside what Mexico sent by UPMRIP."""
    index = by_period(rows(web, bearer, f"{V2}/{YEARS}?{measure('ASYMMETRY')}"))
    ratio = by_period(rows(web, bearer, f"{V2}/{YEARS}?{measure('RATIO')}"))

    years = [str(year) for year in range(2020, 2025)]
    assert [index[year] for year in years] == ["6.45", "15.05", "6.59", "5.37", "36.40"]
    told = [f"{float(ratio[year]):.2f}" for year in years]
    assert told == ["0.94", "0.86", "1.07", "0.95", "1.44"]


def test_the_real_outliers_are_marked(web: FlaskClient, bearer: Headers) -> None:
    """August 2021, October and December 2023, and the collapse from 2024."""
    asked = f"{measure('ASYMMETRY')}&c[MIRROR_STATUS]=OUTLIER"

    found = by_period(rows(web, bearer, f"{V2}/M.GT.MX?{asked}"))

    assert {"2021-08", "2023-10", "2023-12", "2024-04", "2025-03"} <= {*found}
    assert found["2021-08"] == "69.68"


PAIRS = [
    pytest.param(dialect, each, id=f"{dialect} {each.names[0]}")
    for dialect, offers in table.DATA.items()
    for each in offers
]


@pytest.fixture(scope="module")
def expected(loaded: Exchange) -> list[dict[str, str | None]]:
    """The years as they are told in a format that others read elsewhere."""
    found = written(table.DATA_31, message(loaded, f"data/{PATH}/{YEARS}"))
    reader = DATA_READERS["xml-3.1"][-1]
    structure = loaded.registry.structure(loaded.registry.dataflow("LMIG:DF_MIRROR(1.0.0)"))
    return filled(reader(found, definition(tuple(loaded.registry), "LMIG_MIRROR")), structure)


def written(format: DataFormat, content: DataMessage) -> bytes:
    return b"".join(format.write(content))


@pytest.mark.parametrize(("dialect", "format"), PAIRS)
def test_every_format_tells_the_same(
    web: FlaskClient,
    bearer: Headers,
    loaded: Exchange,
    expected: list[dict[str, str | None]],
    dialect: int,
    format: DataFormat,
) -> None:
    """On both mounts, as others' libraries read it."""
    name = format.type if format.type.startswith("text/") else format.media_type
    answer = web.get(MOUNTS[dialect], headers={**bearer, "Accept": name})

    assert answer.status_code == HTTPStatus.OK, answer.text
    flow = loaded.registry.dataflow("LMIG:DF_MIRROR(1.0.0)")
    structure = loaded.registry.structure(flow)
    told = [shortened(each) for each in expected]
    for read in DATA_READERS[format.names[0]]:
        rows = read(answer.data, definition(tuple(loaded.registry), "LMIG_MIRROR"))
        assert [shortened(each) for each in filled(rows, structure)] == told


def shortened(row: dict[str, str | None]) -> tuple[str | None, ...]:
    """What every reader tells alike: some add words to codes, or drop trailing zeros."""
    value = row.get("OBS_VALUE")
    codes = (row.get(each) for each in ("REF_AREA", "MIRROR_MEASURE", "TIME_PERIOD"))
    return (*codes, None if value in (None, "NaN") else f"{float(value):.4f}")


@pytest.mark.parametrize(
    ("language", "words"),
    [("es", "Cómo se comparan las cifras espejo"), ("en", "How mirror figures are compared")],
)
def test_the_method_has_a_page(web: FlaskClient, language: str, words: str) -> None:
    """Formulas, every code of the comparison, and the literature; open, and linked in front."""
    assert f"/mirror/method?lang={language}" in web.get(f"/?lang={language}").text
    page = web.get(f"/mirror/method?lang={language}")

    assert page.status_code == HTTPStatus.OK
    for told in (words, "|A − B| / ((A + B) / 2)", "Poulain", "Iglewicz", "ASYMMETRY_COEFF",
                 "MISSING_MIRROR", "COUNT_BASIS", "RANK", "69.68"):  # fmt: skip
        assert told in page.text
    assert "style=" not in page.text
    assert "<script" not in page.text


def test_the_front_page_says_that_there_are_comparisons(web: FlaskClient) -> None:
    """They are made of what is supplied, though nobody supplies them."""
    page = web.get("/?lang=en").text

    assert "DF_MIRROR" in page
    assert "no data yet" not in page


BOOK = "/mirror/pair.xlsx?dataflow=DF_RETURNS&between=GT,MX"


def test_a_comparison_is_a_workbook(web: FlaskClient, bearer: Headers, loaded: Exchange) -> None:
    """To keep, in the language asked for; who has it already is told so, and all is on record."""
    answer = web.get(f"{BOOK}&from=2020&lang=en", headers=bearer)

    assert answer.status_code == HTTPStatus.OK, answer.text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="GT-MX.xlsx"'
    found = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    years = found.get_sheet_by_name("Summary").to_python()
    assert [row[5] for row in years][:3] == ["Symmetric index %", 6.45, 15.05]
    held = {**bearer, "If-None-Match": answer.headers["ETag"]}
    assert web.get(f"{BOOK}&from=2020&lang=en", headers=held).status_code == 304
    assert web.get(f"{BOOK}&from=2020&lang=en", headers=bearer).data == answer.data
    told = [entry.decision for entry in loaded.audit.entries(limit=3)]
    assert {(each.action, each.flow) for each in told} == {("read", "LMIG:DF_MIRROR(1.0.0)")}
    assert all(each.query.startswith(f"data/{PATH}/*.GT.MX") for each in told)
    made, held_already, kept = ((each.rows, each.suppressed) for each in told)
    assert made == kept
    assert held_already == (0, 0)
    assert made[0] > 64


REFUSED = {
    "no token": (BOOK, {}, HTTPStatus.UNAUTHORIZED, ""),
    "no pair": (BOOK.removesuffix(",MX"), None, HTTPStatus.BAD_REQUEST, "between=GT,MX"),
    "no dataflow": ("/mirror/pair.xlsx?between=GT,MX", None, HTTPStatus.BAD_REQUEST, "dataflow"),
    "no such dataflow": (BOOK.replace("RETURNS", "X"), None, HTTPStatus.NOT_FOUND, "DF_RETURNS"),
    "no such country": (BOOK.replace("MX", "XX"), None, HTTPStatus.NOT_FOUND, "GT, MX, SV"),
    "no parameter": (f"{BOOK}&until=2024", None, HTTPStatus.BAD_REQUEST, "until"),
    "no period": (f"{BOOK}&from=abril", None, HTTPStatus.BAD_REQUEST, "2024-06"),
    "no dimension": (f"{BOOK}&breakdown=SEX,AGES", None, 422, "AGES"),
    "no years": (f"{BOOK}&from=2030", None, HTTPStatus.NOT_FOUND, "2015-01"),
    "no other side": (BOOK.replace("MX", "SV"), None, HTTPStatus.NOT_FOUND, "GT"),
}


@pytest.mark.parametrize(("path", "header", "status", "words"), REFUSED.values(), ids=REFUSED)
def test_a_workbook_that_is_none_is_refused_with_the_reason(
    web: FlaskClient, bearer: Headers, path: str, header: Headers | None, status: int, words: str
) -> None:
    """Never an empty file."""
    answer = web.get(path, headers=bearer if header is None else header)

    assert answer.status_code == status
    assert words in answer.text
