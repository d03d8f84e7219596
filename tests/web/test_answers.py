"""Answers: the right status in both dialects, and nothing of the inside in any of them."""

import csv
import io
import json
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from lxml import etree
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.conftest import ISSUER
from tests.formats.reading import faults, official

FLOW = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0"
SDMX = "application/vnd.sdmx."
INSIDE = ("Traceback", "sqlite", "SELECT", "/gateway/", "site-packages", "gateway.db", "Error:")

Headers = dict[str, str]


def no_inside(answer: TestResponse) -> bool:
    return not any(word in answer.text for word in INSIDE)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{FLOW}/M.GT.MX?c[TIME_PERIOD]=ge:2023-01+le:2023-12", 24_395),
        (f"{FLOW}/M.GT.MX?c[TIME_PERIOD]=ge:2023+le:2023", 24_395),
        (f"{FLOW}/M.GT.MX?c%5BTIME_PERIOD%5D=ge%3A2023-01%2Ble%3A2023-12", 24_395),
        (f"{FLOW}/M.GT.%2A?c[COUNTERPART_AREA]=MX&c[TIME_PERIOD]=eq:2023,sw:2023", 24_395),
        (f"{FLOW}/M.GT.MX.*.*.*.*.F%2CM.GT.MX.*.*.*.*.M?c[TIME_PERIOD]=sw:2023", 24_395),
        ("/sdmx/v2/data/*/LMIG/DF_RETURNS/+/M.GT.MX?c[TIME_PERIOD]=sw:2023", 24_395),
        ("/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/?c[REF_AREA]=GT&c[TIME_PERIOD]=sw:2024", 76_768),
        ("/sdmx/v1/data/DF_RETURNS/M.GT.MX?startPeriod=2023&endPeriod=2023", 24_395),
        (
            "/sdmx/v1/data/LMIG,DF_RETURNS/M.GT.MX/all/?startPeriod=2023-01&endPeriod=2023-12",
            24_395,
        ),
        (
            "/sdmx/v1/data/LMIG%2CDF_RETURNS%2C1.0.0/M.GT.%2A/GT_IGM?startPeriod=2024&endPeriod=2024",
            76_768,
        ),
        ("/sdmx/v1/data/DF_RETURNS/M.MX+SV.GT?startPeriod=2023&endPeriod=2023", 25_741),
        ("/sdmx/v1/data/LMIG,DF_RETURNS,1.0/M.GT.MX?startPeriod=2023&endPeriod=2023", 24_395),
        ("/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0/M.GT.MX?c[TIME_PERIOD]=sw:2023", 24_395),
        ("/sdmx/v2/data/all/all/DF_RETURNS/all/M.GT.MX?c[TIME_PERIOD]=sw:2023", 24_395),
    ],
)
def test_published_figures_are_served(
    web: FlaskClient, bearer: Headers, path: str, expected: int
) -> None:
    """The figures that the offices print, by every spelling that clients send."""
    answer = web.get(path, headers={**bearer, "Accept": "text/csv"})

    assert answer.status_code == HTTPStatus.OK, answer.text
    found = csv.DictReader(answer.text.splitlines())
    assert sum(int(row["OBS_VALUE"] or 0) for row in found) == expected


STATUSES = [
    pytest.param(
        "data/DF_RETURNS/M.GT", "data/dataflow/LMIG/DF_RETURNS/~/M.GT", 200, 200, id="data"
    ),
    pytest.param("dataflow/LMIG", "structure/dataflow/LMIG", 200, 200, id="structure"),
    pytest.param("data/DF_RETURNS/'", "data/dataflow/*/DF_RETURNS/~/'", 400, 400, id="key"),
    pytest.param("data/DF_RETURNS?x=1", "data/dataflow/*/DF_RETURNS?x=1", 400, 400, id="parameter"),
    pytest.param(
        "data/DF_RETURNS?startPeriod=soon",
        "data/dataflow/*/DF_RETURNS?c[TIME_PERIOD]=ge:soon",
        400,
        400,
        id="period",
    ),
    pytest.param("nothing", "nothing", 400, 400, id="resource"),
    pytest.param("", "", 400, 400, id="root"),
    pytest.param(
        "data/DF_RETURNS/X.GT", "data/dataflow/*/DF_RETURNS/~/X.GT", 403, 422, id="unknown code"
    ),
    pytest.param(
        "data/DF_RETURNS/" + "." * 20,
        "data/dataflow/*/DF_RETURNS/~/" + "." * 20,
        403,
        422,
        id="key too long",
    ),
    pytest.param(
        "data/DF_RETURNS/all?startPeriod=1850&endPeriod=1851",
        "data/dataflow/*/DF_RETURNS?c[NOTHING]=1",
        404,
        422,
        id="nothing, or no component",
    ),
    pytest.param(
        "dataflow/LMIG?references=childs",
        "structure/dataflow?references=childs",
        400,
        400,
        id="references",
    ),
    pytest.param(
        "dataflow/LMIG/DF_NONE", "structure/dataflow/LMIG/DF_NONE", 404, 404, id="no artefact"
    ),
    pytest.param("data/DF_NONE", "data/dataflow/*/DF_NONE", 404, 404, id="no dataflow"),
    pytest.param(
        "codelist/SDMX/CL_SEX/latest/Z",
        "structure/codelist/SDMX/CL_SEX/~/Z",
        404,
        404,
        id="no item",
    ),
    pytest.param("process", "structure/hierarchy", 404, 204, id="a type without artefacts"),
    pytest.param(
        "data/DF_RETURNS?startPeriod=1850&endPeriod=1851",
        "data/dataflow/*/DF_RETURNS?c[TIME_PERIOD]=le:1850",
        404,
        204,
        id="no result",
    ),
    pytest.param(
        "data/DF_RETURNS?format=pdf",
        "data/dataflow/*/DF_RETURNS?format=pdf",
        406,
        406,
        id="format",
    ),
    pytest.param(
        "data/DF_RETURNS?updatedAfter=2999-01-01T00:00:00Z",
        "data/dataflow/*/DF_RETURNS?asOf=2999-01-01T00:00:00Z",
        403,
        422,
        id="a moment that is still to come",
    ),
    pytest.param(
        "data/DF_RETURNS?firstNObservations=0",
        "data/dataflow/*/DF_RETURNS?limit=0",
        400,
        400,
        id="none of them",
    ),
    pytest.param(
        "data/DF_RETURNS?format=csv&includeHistory=true",
        "data/dataflow/*/DF_RETURNS?format=csv&includeHistory=true",
        501,
        501,
        id="history where it has no place",
    ),
    pytest.param(
        "metadata/MDF_PROVISIONS/M.GT",
        "schema/metadataflow/LMIG/MDF_PROVISIONS",
        501,
        501,
        id="known and not served",
    ),
    pytest.param(
        "data/DF_RETURNS?detail=some",
        "data/dataflow/LMIG/DF_RETURNS?attributes=NONE",
        400,
        422,
        id="what is not there to be told",
    ),
    pytest.param(
        "data/DF_RETURNS?dimensionAtObservation=SEX&format=generictimeseries",
        "data/dataflow/*/DF_RETURNS?dimensionAtObservation=SEX&format=structurespecifictimeseries",
        403,
        422,
        id="time series of another shape",
    ),
    pytest.param(
        "data/DF_RETURNS?dimensionAtObservation=NOTHING",
        "data/dataflow/*/DF_RETURNS?dimensionAtObservation=NOTHING",
        403,
        422,
        id="no such dimension",
    ),
]


@pytest.mark.parametrize(("on_v1", "on_v2", "status1", "status2"), STATUSES)
def test_a_question_has_its_status_in_each_dialect(
    web: FlaskClient, bearer: Headers, on_v1: str, on_v2: str, status1: int, status2: int
) -> None:
    """SDMX-REST 1.5 and 2.2.2 differ; a body is there unless the status forbids one."""
    answers = [
        web.get(f"/sdmx/{version}/{path}", headers=bearer)
        for version, path in (("v1", on_v1), ("v2", on_v2))
    ]

    assert [each.status_code for each in answers] == [status1, status2]
    for each in answers:
        assert bool(each.data) == (each.status_code != HTTPStatus.NO_CONTENT)
        assert no_inside(each)


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/sdmx/v1/data/DF_NONE", "*/*", "application/xml"),
        ("/sdmx/v1/data/DF_NONE", f"{SDMX}genericdata+xml;version=2.1", "application/xml"),
        ("/sdmx/v1/data/DF_NONE", f"{SDMX}data+json,*/*;q=0.1", "application/json"),
        ("/sdmx/v2/data/dataflow/*/DF_NONE", "*/*", "application/json"),
        ("/sdmx/v2/data/dataflow/*/DF_NONE", f"{SDMX}data+csv", "text/plain"),
        ("/sdmx/v2/data/dataflow/*/DF_NONE", "application/xml", "application/xml"),
        ("/sdmx/v2/data/dataflow/*/DF_NONE", "text/html,application/xml", "text/plain"),
        ("/sdmx/v1/data/DF_NONE", "application/xml;q=0.2,application/json", "application/json"),
    ],
)
def test_an_error_speaks_the_caller_s_language(
    web: FlaskClient, bearer: Headers, path: str, accept: str, kind: str
) -> None:
    """An SDMX-ML error that the official schema takes, or SDMX-JSON's errors."""
    answer = web.get(path, headers={**bearer, "Accept": accept})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.mimetype == kind
    assert "DF_NONE" in answer.text
    if kind == "application/xml":
        assert faults(official(), answer.data) == []
        assert etree.fromstring(answer.data)[0].get("code") == "100"
    elif kind == "application/json":
        (error,) = json.loads(answer.data)["errors"]
        assert error["code"] == HTTPStatus.NOT_FOUND


STRANGE = (
    *"""data data/ data// data/// // / structure data/%00 data/%FF data/%0A data/%F0%9F%98%80 data/,
    data/dataflow/../.. data/dataflow/LMIG/DF_RETURNS/1.0.0/%01 data/dataflow/,/,/, data/,,
    data/dataflow/LMIG/DF_RETURNS/1.0.0/, structure/, structure/*,* structure/codelist/*/*/*/*
    structure/codelist/*/*/*/A structure/*/*/*/*?references=all codelist/all/all/all/all
    data?c[SEX] data?c[SEX]= data?c[]=1 data?c[SEX]=%00 data?c[OBS_VALUE]=ge:1
    data?c[TIME_PERIOD]=ge:0000 data?c[TIME_PERIOD]=ge:%D9%A2%D9%A0%D9%A2%D9%A3
    data?c[TIME_PERIOD]=co:( data?c[TIME_PERIOD]=ge:9999-W53 data?c[TIME_PERIOD]=eq:9999-D366
    data?format data?format= data?format=%00 data?format=a/b data?format=csv&format=ss data?format=,
    data?= data?&& data?%ff=1 structure/codelist/SDMX/CL_SEX/99999999999999999999
    structure/codelist/SDMX/CL_SEX/1.0- data/DF_RETURNS data/DF_RETURNS/all/all data/DF_RETURNS/+
    data/DF_RETURNS/%2B dataflow/+/+/+ codelist/%00 data/DF_RETURNS?startPeriod=9999-W53""".split(),
    "data/" + "a" * 5000,
    "data/" + "a,b" * 900,
    "data/dataflow/LMIG/DF_RETURNS/1.0.0/" + ",".join(["M.GT"] * 500),
)


@pytest.mark.parametrize("path", STRANGE, ids=lambda path: path[:40])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_strange_path_is_never_a_fault_of_ours(
    web: FlaskClient, bearer: Headers, version: str, path: str
) -> None:
    """Whatever it is, it is answered, or it is the client's mistake."""
    answer = web.get(f"/sdmx/{version}/{path}", headers=bearer)

    assert answer.status_code < 500 or answer.status_code == HTTPStatus.NOT_IMPLEMENTED, answer.text
    assert no_inside(answer)


@pytest.mark.parametrize(
    "accept",
    [
        *("", " ", ",", ";", ";q=1", "*", "*/*;q", "*/*;q=", "*/*;q=x", "*/*;q=nan", "*/*;q=inf"),
        *("a/b;c", "a/b;=;=", "text/csv;version=", "text/csv;version=é", "/" * 100, "*/*," * 500),
        *('text/csv;version="', "a" * 5000, "text/csv;q=1e999"),
    ],
    ids=lambda accept: repr(accept[:20]),
)
@pytest.mark.parametrize("path", [f"{FLOW}/A.SV", "/sdmx/v1/dataflow/LMIG"], ids=["data", "flow"])
def test_a_strange_accept_is_never_a_fault_of_ours(
    web: FlaskClient, bearer: Headers, path: str, accept: str
) -> None:
    """It is answered, or it is 406 with what is on offer."""
    answer = web.get(path, headers={**bearer, "Accept": accept})

    assert answer.status_code in (HTTPStatus.OK, HTTPStatus.NOT_ACCEPTABLE)
    if answer.status_code == HTTPStatus.NOT_ACCEPTABLE:
        assert SDMX in answer.text
        assert no_inside(answer)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (f"{SDMX}data+csv", f"{SDMX}data+csv;version=2.0.0"),
        (f"{SDMX}data+csv;version=2.0", f"{SDMX}data+csv;version=2.0.0"),
        (f"{SDMX}structurespecificdata+xml", f"{SDMX}structurespecificdata+xml;version=2.1"),
        (f"{SDMX}genericdata+xml;version=2.1", f"{SDMX}genericdata+xml;version=2.1"),
    ],
)
@pytest.mark.parametrize(
    "path", [f"{FLOW}/A.SV", "/sdmx/v1/data/DF_RETURNS/A.SV"], ids=["v2", "v1"]
)
def test_an_answer_states_its_format(
    web: FlaskClient, bearer: Headers, path: str, accept: str, media_type: str
) -> None:
    """With its version; and that it depends on what was accepted and who asked."""
    answer = web.get(path, headers={**bearer, "Accept": accept})

    assert answer.headers["Content-Type"] == media_type
    assert {"Accept", "Authorization"} <= set(answer.headers["Vary"].split(", "))
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_manner_is_stated_with_its_language(web: FlaskClient, bearer: Headers) -> None:
    """Every parameter that was applied; caches keep languages apart."""
    accept = f"{SDMX}data+csv;version=2+.0.0;labels=name; key=both"
    headers = {**bearer, "Accept": accept, "Accept-Language": "fr, en-GB;q=0.5"}

    answer = web.get(f"{FLOW}/A.SV", headers=headers)

    assert answer.headers["Content-Type"] == f"{SDMX}data+csv;version=2.1.0;labels=name;keys=both"
    assert answer.headers["Content-Language"] == "en"
    assert "Accept-Language" in answer.headers["Vary"].split(", ")
    assert "Reference area" in answer.text.splitlines()[0]


@pytest.mark.parametrize("version", ["v1/", "v2/structure/"])
def test_definitions_are_told_in_the_language_of_the_caller(web: FlaskClient, version: str) -> None:
    """Its name first, or alone where the URL says so; no cache takes one for the other."""
    path = f"/sdmx/{version}dataflow/LMIG/DF_RETURNS"
    english = web.get(f"{path}?format=json", headers={"Accept-Language": "en"})
    spanish = web.get(f"{path}?format=json&lang=es", headers={"Accept-Language": "en"})

    (one,), (other,) = (each.json["data"]["dataflows"] for each in (english, spanish))
    assert [english.headers["Content-Language"], spanish.headers["Content-Language"]] == [
        *("en, es", "es")
    ]
    assert one["name"] == one["names"]["en"]
    assert {"es": other["name"]} == other["names"] == {"es": one["names"]["es"]}
    assert english.headers["ETag"] != spanish.headers["ETag"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("format=csv&labels=all", "labels is one of id, name, both"),
        ("format=csv&zip=true", "zip"),
        ("format=csv-1.0&keys=obs", "no parameter keys"),
        ("format=csv&formatVersion=7", "csv in version 7"),
        ("format=csv&lang=fr", "fr"),
    ],
)
@pytest.mark.parametrize(
    "path", [f"{FLOW}/A.SV", "/sdmx/v1/data/DF_RETURNS/A.SV"], ids=["v2", "v1"]
)
def test_a_wish_that_cannot_be_met_is_named(
    web: FlaskClient, bearer: Headers, path: str, query: str, words: str
) -> None:
    """And is not passed over."""
    answer = web.get(f"{path}?{query}", headers=bearer)

    assert answer.status_code in (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.BAD_REQUEST)
    assert words in answer.text


@pytest.mark.parametrize(
    ("format", "name"),
    [
        ("csv", "DF_RETURNS.csv"),
        ("csv-1.0", "DF_RETURNS.csv"),
        ("csv-labels", "DF_RETURNS.csv"),
        ("xlsx", "DF_RETURNS.xlsx"),
        ("parquet", "DF_RETURNS.parquet"),
    ],
)
def test_a_file_to_keep_has_a_name(
    web: FlaskClient, bearer: Headers, format: str, name: str
) -> None:
    """So that a browser saves it, and runs nothing of it."""
    answer = web.get(f"{FLOW}/A.SV?format={format}", headers=bearer)

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_workbook_says_what_was_asked(web: FlaskClient, bearer: Headers) -> None:
    """And of whom the figures are, in the language of the caller."""
    answer = web.get(f"{FLOW}/A.SV?format=xlsx&lang=en", headers=bearer)

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_name("Notes")
    found = {row[0]: row[1] for row in rows.to_python() if len(row) > 1}
    assert answer.headers["Content-Language"] == "en"
    assert found["Query"] == f"{ISSUER}{FLOW}/A.SV?format=xlsx&lang=en"
    assert "release 1" in str(found["Source"])


def test_a_format_in_the_url_beats_the_header(web: FlaskClient, bearer: Headers) -> None:
    """Doc/extend.md of SDMX-REST; and people paste URLs."""
    answer = web.get(f"{FLOW}/A.SV?format=csv", headers={**bearer, "Accept": "application/xml"})

    assert answer.headers["Content-Type"].startswith(f"{SDMX}data+csv")


@pytest.mark.parametrize(
    "path",
    [
        "/sdmx/v1/dataflow/LMIG",
        "/sdmx/v1/dataflow/LMIG/all/latest?references=all",
        "/sdmx/v2/structure/dataflow/LMIG/DF_RETURNS/+?references=descendants",
        "/sdmx/v2/structure",
        "/sdmx/v2/structure/codelist/*/*/*?detail=allstubs",
        "/",
        "/health",
    ],
)
def test_structures_and_pages_are_open(web: FlaskClient, path: str) -> None:
    """Definitions take no token; structure messages are valid as they come."""
    answer = web.get(path)

    assert answer.status_code == HTTPStatus.OK
    if path.startswith("/sdmx"):
        default = "structure+xml;version=2.1" if "/v1/" in path else "structure+json;version=2.1.0"
        assert answer.headers["Content-Type"] == SDMX + default
        in_xml = web.get(path, headers={"Accept": f"{SDMX}structure+xml;version=2.1"})
        assert faults(official(), in_xml.data) == []


@pytest.mark.parametrize(
    "path",
    [f"{FLOW}/A.SV", "/sdmx/v1/dataflow/LMIG", "/", "/health", "/sdmx/v2/data/x", "/nothing"],
)
def test_head_is_get_without_a_body(web: FlaskClient, bearer: Headers, path: str) -> None:
    """Same status and media type."""
    head, get = web.head(path, headers=bearer), web.get(path, headers=bearer)

    assert head.status_code == get.status_code
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.data == b""


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("path", [f"{FLOW}/A.SV", "/sdmx/v1/dataflow/LMIG", "/"])
def test_what_can_only_be_read_is_405(
    web: FlaskClient, bearer: Headers, method: str, path: str
) -> None:
    """With the methods that there are."""
    answer = getattr(web, method)(path, headers=bearer)

    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "GET" in answer.headers["Allow"]
    assert no_inside(answer)


@pytest.mark.parametrize(
    "path", ["/nothing", "/sdmx", "/sdmx/v3/data", "/static/../app.py", "/.env"]
)
def test_an_unknown_path_is_404(web: FlaskClient, path: str) -> None:
    """In a body that says no more than that."""
    answer = web.get(path)

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert no_inside(answer)


def test_a_trailing_slash_needs_no_redirect(web: FlaskClient, bearer: Headers) -> None:
    """The clients that add one lose their credentials on a redirect."""
    paths = [f"{FLOW}/A.SV/", "/sdmx/v1/dataflow/LMIG/", "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/"]

    assert [web.get(path, headers=bearer).status_code for path in paths] == [HTTPStatus.OK] * 3


@pytest.mark.parametrize(
    ("query", "accepts", "language"),
    [
        ("", "", "es"),
        ("", "en", "en"),
        ("", "es,en;q=0.5", "es"),
        ("", "fr", "es"),
        ("?lang=en", "", "en"),
        ("?lang=en", "es", "en"),
        ("?lang=es", "en", "es"),
        ("?lang=xx", "", "es"),
    ],
)
def test_the_page_is_spanish_unless_english_is_asked_for(
    web: FlaskClient, query: str, accepts: str, language: str
) -> None:
    """The URL decides, then the browser, then the offices' language."""
    answer = web.get(f"/{query}", headers={"Accept-Language": accepts})

    assert f'<html lang="{language}">' in answer.text
    title = {"es": "Pasarela regional", "en": "Regional migration"}[language]
    assert title in answer.text


@pytest.mark.parametrize("path", ["/", "/nothing", f"{FLOW}/A.SV", "/sdmx/v1/dataflow", "/health"])
def test_every_answer_has_safe_headers(web: FlaskClient, path: str) -> None:
    """Errors too."""
    headers = web.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("lang", ["<script>", "'\"><b>"])
def test_a_page_repeats_nothing_unescaped(web: FlaskClient, lang: str) -> None:
    """What stands in the URL never becomes markup."""
    assert lang not in web.get("/", query_string={"lang": lang}).text


@pytest.mark.parametrize("accept", ["application/xml", "application/json"])
def test_an_error_repeats_nothing_unescaped(web: FlaskClient, bearer: Headers, accept: str) -> None:
    """What a client sent stands in the sentence as text."""
    answer = web.get('/sdmx/v2/data/dataflow/LMIG/<b>&"', headers={**bearer, "Accept": accept})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    if accept == "application/xml":
        assert "<b>" not in answer.text
        assert faults(official(), answer.data) == []
    else:
        assert "<b>" in json.loads(answer.data)["errors"][0]["detail"]
