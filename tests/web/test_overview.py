"""The overviews over HTTP: for programs with a token, and as a page for who is signed in."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from lxml import html
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from gateway.access.clients import AUDIT_READ, DATA_READ, SCOPES
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.granting import hold_back
from gateway.exchange.submission import submit
from gateway.settings import Home
from gateway.web import create_app
from gateway.web.log import Log
from tests.conftest import ISSUER, token
from tests.homes import configure
from tests.web.visiting import MARIA, Visitor, invited

Headers = dict[str, str]

SV, GT = "SV_DGME_RETURNS", "GT_IGM_RETURNS"


def test_the_corridors_of_a_year_as_json(web: FlaskClient, bearer: Headers) -> None:
    """Numbers are numbers, what is missing is null, and each names its source and release."""
    answer = web.get("/mirror/corridors?period=2023&destination=SV", headers=bearer)

    assert answer.status_code == HTTPStatus.OK
    assert answer.json is not None
    found = answer.json["corridors"]
    assert answer.json["period"] == "2023"
    assert [(each["origin"], each["source"], each["value"], each["release"]) for each in found] == [
        ("MX", "MX_UPMRIP", 1990, 1),
        ("MX", "SV_DGME", None, 1),
        ("US", "SV_DGME", None, 1),
    ]
    assert found[0]["of"] == {"CITIZENSHIP": "SV"}


def test_each_is_told_as_csv(web: FlaskClient, bearer: Headers) -> None:
    """As a file, by Accept or by format=."""
    told = {}
    for name in ("corridors", "coverage", "reconciliation"):
        answer = web.get(f"/mirror/{name}?reporter=SV", headers={**bearer, "Accept": "text/csv"})
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        assert answer.data == web.get(f"/mirror/{name}?reporter=SV&format=csv", headers=bearer).data
        told[name] = [*csv.DictReader(io.StringIO(answer.text))]

    assert [each["value"] for each in told["corridors"]] == ["698", "14189"]
    assert [(each["last"], each["gaps"], each["days_late_median"], each["days_late_periods"])
            for each in told["coverage"]] == [("2024", "2018,2021,2022", "", "0")]  # fmt: skip
    assert [(each["sum"], each["outcome"], each["missing"], each["parts"])
            for each in told["reconciliation"]] == [
        ("14986", "AGREES", "", "MX=698 US=14189 _O=99"),
        ("356", "INCOMPLETE", "US,_O", "MX=356"),
    ]  # fmt: skip


def test_each_is_told_as_a_workbook(web: FlaskClient, bearer: Headers) -> None:
    answer = web.get("/mirror/corridors?period=2024&origin=US&format=xlsx", headers=bearer)

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_name("corridors").to_python()
    assert rows[0][:4] == ["period", "indicator", "origin", "destination"]
    assert [(row[3], row[11]) for row in rows[1:]] == [("SV", 14189.0)]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet.freeze_panes == "A2"
    assert (sheet["L2"].value, sheet["L2"].data_type) == (14189, "n")


def test_what_somebody_has_already_is_not_sent_again(web: FlaskClient, bearer: Headers) -> None:
    first = web.get("/mirror/coverage", headers=bearer)

    again = web.get("/mirror/coverage", headers={**bearer, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == HTTPStatus.NOT_MODIFIED
    assert first.headers["Cache-Control"] == "private, no-cache"


REFUSED = [
    ("corridors?period=2023-13", 400, "is no year, half, quarter or month"),
    ("corridors?period=2023&period=2024", 400, "given twice"),
    ("coverage?period=2023", 400, "There is no parameter period"),
    ("reconciliation?reporter=XX", 422, "There is no reporter XX"),
    ("corridors?indicator=XX", 422, "RETURNS"),
    ("coverage?asOf=2999-01-01T00:00:00Z", 422, "still to come"),
    ("coverage?format=pdf", 406, "format=xlsx"),
    ("corridors?period=1999", 204, ""),
    ("coverage?asOf=2001-01-01T00:00:00Z", 204, ""),
]


@pytest.mark.parametrize(("path", "status", "words"), REFUSED)
def test_what_means_nothing_is_refused_by_name(
    web: FlaskClient, bearer: Headers, path: str, status: int, words: str
) -> None:
    answer = web.get(f"/mirror/{path}", headers=bearer)

    assert answer.status_code == status
    assert words in answer.text


def test_it_takes_a_token_that_reads_data(web: FlaskClient, loaded: Exchange) -> None:
    id, secret = loaded.clients.add("no reader", [AUDIT_READ], loaded.clock())
    other = {"Authorization": f"Bearer {token(web, id, secret)}"}

    assert web.get("/mirror/coverage").status_code == HTTPStatus.UNAUTHORIZED
    assert web.get("/mirror/coverage", headers=other).status_code == HTTPStatus.FORBIDDEN


@pytest.fixture
def granted(home: Home) -> Iterator[Exchange]:
    """A gateway with two sources, of which a client and María may read one."""
    configure(home)
    exchange = Exchange(home)
    for each in (SV, GT):
        sample = exchange.provision(each).sample
        assert sample is not None
        submit(exchange, sample, each)
    for subject in ("client:partner", f"person:{MARIA}"):
        grant = Grant(subject, ("read",), provider="SV_DGME")
        exchange.grants.add(grant, "tests", exchange.clock())
    yield exchange
    exchange.close()


def test_nothing_is_told_of_what_is_not_granted_and_all_is_on_record(granted: Exchange) -> None:
    """Another office's figures are as if they were not there; the entry says whose were read."""
    web = create_app(granted, ISSUER).test_client()
    _, secret = granted.clients.add("partner", [DATA_READ], granted.clock(), "partner")
    header = {"Authorization": f"Bearer {token(web, 'partner', secret)}"}

    found = web.get("/mirror/corridors?period=2024", headers=header)
    again = web.get("/mirror/corridors?period=2024", headers=header)
    empty = web.get("/mirror/corridors?period=2024&reporter=GT", headers=header)

    assert found.json is not None
    assert {each["source"] for each in found.json["corridors"]} == {"SV_DGME"}
    assert found.data == again.data
    assert empty.status_code == HTTPStatus.NO_CONTENT
    entries = granted.audit.entries(client="partner", action="read")
    assert [(e.decision.query, e.decision.providers, e.decision.rows, e.decision.status)
            for e in entries] == [
        ("mirror/corridors?period=2024", ("SV_DGME",), 2, 200),
        ("mirror/corridors?period=2024", ("SV_DGME",), 2, 200),
        ("mirror/corridors?period=2024&reporter=GT", ("SV_DGME",), 0, 204),
    ]  # fmt: skip


def test_what_is_sent_again_is_on_record_and_in_the_log_as_the_first_time(
    granted: Exchange,
) -> None:
    """With as many rows, and as many kept back, though nothing is worked out again."""
    until = granted.clock() + timedelta(days=1)
    hold_back(granted, SV, "c[TIME_PERIOD]=ge:2024", until, "tests")
    granted.grants.add(Grant("client:partner", ("read",), provider="GT_IGM"), "tests", until)
    sink = io.BytesIO()
    web = create_app(granted, ISSUER, Log(sink)).test_client()
    _, secret = granted.clients.add("partner", [DATA_READ], granted.clock(), "partner")
    header = {"Authorization": f"Bearer {token(web, 'partner', secret)}"}

    for path in ("/mirror/corridors", "/mirror/corridors", "/mirror/coverage", "/mirror/coverage"):
        assert web.get(path, headers=header, buffered=True).status_code == HTTPStatus.OK

    lines = [json.loads(line) for line in sink.getvalue().splitlines()][1:]
    assert [line["answer"] for line in lines] == ["made", "kept"] * 2
    decisions = [e.decision for e in granted.audit.entries(client="partner", action="read")]
    counted = [(each.rows, each.suppressed) for each in decisions]
    assert counted[::2] == counted[1::2]
    assert [line["rows"] for line in lines] == [rows for rows, _ in counted]
    assert counted[0][0] != counted[2][0]
    assert min(suppressed for _, suppressed in counted) > 0


@pytest.fixture
def visitor(granted: Exchange) -> Visitor:
    """María, signed in."""
    found = Visitor(create_app(granted, ISSUER), granted)
    found.set_up(invited(granted, scopes=SCOPES))
    return found


def cells(page: str, label: str) -> list[list[str]]:
    """The rows of a table, as they are read: the country first."""
    (table,) = html.fromstring(page).xpath(f"//table[@aria-labelledby='{label}']")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")]


@pytest.mark.parametrize(
    ("language", "words"),
    [("es", ("De dónde a dónde, 2024", "De", "A El Salvador", "Estados Unidos US")),
     ("en", ("From where to where, 2024", "From", "To El Salvador", "United States US"))],
)  # fmt: skip
def test_the_page_shows_what_the_person_may_read(
    visitor: Visitor, granted: Exchange, language: str, words: tuple[str, ...]
) -> None:
    """A matrix with headings for who cannot see it, coverage and totals; nothing of others."""
    heading, down, across, country = words

    page = visitor.open(f"/mirror/overview?period=2024&lang={language}").text

    assert heading in page
    assert cells(page, "of-RETURNS") == [
        [down, across], ["SV_DGME"], [country, "14,189"], [country_of_mexico(language), "698"]
    ]  # fmt: skip
    assert len(cells(page, "coverage")) == 2
    assert "14,986" in page
    assert not [each for each in html.fromstring(page).iter("th") if not each.text_content()]
    assert "GT_IGM" not in page
    (entry,) = granted.audit.entries(action="read")
    assert (entry.decision.subject, entry.decision.providers) == (MARIA, ("SV_DGME",))


def country_of_mexico(language: str) -> str:
    return "México MX" if language == "es" else "Mexico MX"


def test_the_page_needs_no_script_and_nobody_else(visitor: Visitor) -> None:
    page = visitor.open("/mirror/overview")

    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_who_is_not_signed_in_is_asked_to(granted: Exchange) -> None:
    """And comes back to what was asked for."""
    answer = create_app(granted, ISSUER).test_client().get("/mirror/overview?period=2024")

    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "next=%2Fmirror%2Foverview%3Fperiod%3D2024" in answer.headers["Location"]


def test_the_page_says_what_is_wrong(visitor: Visitor) -> None:
    """Beside the form, which keeps what was typed; an empty answer is no fault."""
    wrong = visitor.open("/mirror/overview?period=2024-13&lang=es")
    error = visitor.error
    nothing = visitor.open("/mirror/overview?period=1999&lang=es")

    assert wrong.status_code == HTTPStatus.BAD_REQUEST
    assert "no es un año, semestre, trimestre ni mes" in error
    assert 'value="2024-13"' in wrong.text
    assert nothing.status_code == HTTPStatus.OK
    assert "Nadie declara nada de eso." in nothing.text


def test_who_may_not_read_data_reads_none(granted: Exchange) -> None:
    visitor = Visitor(create_app(granted, ISSUER), granted)
    visitor.set_up(invited(granted, scopes=(AUDIT_READ,)))

    assert visitor.open("/mirror/overview").status_code == HTTPStatus.FORBIDDEN
