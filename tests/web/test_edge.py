"""What every answer has at its edge: compression, shapes of errors, other sites, clients' ways."""

import gzip
import json
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus

import pytest
import zstandard
from flask.testing import FlaskClient

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0"
FLOWS = "/sdmx/v2/structure/dataflow/LMIG"
Headers = Mapping[str, str]


def plain(encoding: str | None, body: bytes) -> bytes:
    """A body as it was before it was compressed, read by others."""
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0, *", "zstd"),
        ("zstd;q=0, *;q=0.1", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.2, identity;q=0.9", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("*;q=0, identity", None),
    ],
)
@pytest.mark.parametrize("path", [f"{DATA}?format=csv", f"{DATA}?format=ss", FLOWS])
def test_an_answer_is_compressed_as_the_caller_can_read_it(
    web: FlaskClient, bearer: Headers, path: str, accepted: str | None, encoding: str | None
) -> None:
    """SDMX's own types and CSV too; what comes out is the same."""
    whole = web.get(path, headers=bearer)
    headers = bearer if accepted is None else {**bearer, "Accept-Encoding": accepted}

    answer = web.get(path, headers=headers)

    assert answer.headers.get("Content-Encoding") == encoding
    assert plain(encoding, answer.data) == whole.data
    assert "Accept-Encoding" in answer.headers["Vary"]
    if encoding is not None:
        assert len(answer.data) < len(whole.data) / 2
        assert answer.headers["ETag"] != whole.headers["ETag"]


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "br, *;q=0"])
def test_what_cannot_be_told_is_406(web: FlaskClient, bearer: Headers, accepted: str) -> None:
    """With what there is."""
    answer = web.get(DATA, headers={**bearer, "Accept-Encoding": accepted})

    assert answer.status_code == HTTPStatus.NOT_ACCEPTABLE
    assert "zstd, gzip, identity" in answer.text


@pytest.mark.parametrize(
    ("named", "encoding"), [("gzip", "gzip"), ("zstd", "zstd"), ("none", None), ("identity", None)]
)
def test_the_url_beats_the_header(
    web: FlaskClient, bearer: Headers, named: str, encoding: str | None
) -> None:
    """Doc/extend.md of SDMX-REST."""
    headers = {**bearer, "Accept-Encoding": "zstd"}

    answer = web.get(f"{DATA}?compression={named}", headers=headers)

    assert answer.headers.get("Content-Encoding") == encoding


def test_an_unknown_compression_is_named(web: FlaskClient, bearer: Headers) -> None:
    answer = web.get(f"{DATA}?compression=rar", headers=bearer)

    assert answer.status_code == HTTPStatus.NOT_ACCEPTABLE
    assert "rar" in answer.text


def test_a_small_body_stays_as_it_is(web: FlaskClient, bearer: Headers) -> None:
    """Compressed it would be as large."""
    path = f"{DATA}/A.SV.MX?lastNObservations=1&format=csv"

    answer = web.get(path, headers={**bearer, "Accept-Encoding": "gzip"})

    assert len(answer.data) < 1024
    assert "Content-Encoding" not in answer.headers


def test_a_compressed_body_is_held_by_its_own_tag(web: FlaskClient, bearer: Headers) -> None:
    """A tag of one encoding is not taken for the other."""
    tags = {
        each: web.get(DATA, headers={**bearer, "Accept-Encoding": each}).headers["ETag"]
        for each in ("gzip", "identity")
    }

    held = web.get(
        DATA, headers={**bearer, "Accept-Encoding": "gzip", "If-None-Match": tags["gzip"]}
    )
    other = web.get(
        DATA, headers={**bearer, "Accept-Encoding": "gzip", "If-None-Match": tags["identity"]}
    )

    assert (held.status_code, other.status_code) == (304, 200)


@pytest.mark.parametrize("path", [f"{DATA}/A.SV", "/sdmx/v2/data/dataflow/LMIG/DF_NO", "/sdmx/v9"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_page_of_another_site_reads_every_answer(
    web: FlaskClient, bearer: Headers, method: str, path: str
) -> None:
    """Errors too, with the headers that tell how things stand; never with a cookie."""
    answer = web.open(path, method=method, headers={**bearer, "Origin": "https://x.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    shown = answer.headers["Access-Control-Expose-Headers"]
    assert {"ETag", "RateLimit", "Content-Language", "Retry-After"} <= set(shown.split(", "))


@pytest.mark.parametrize("path", [f"{DATA}/A.SV", "/oauth/token"])
def test_a_browser_asks_before_it_sends_a_token(web: FlaskClient, path: str) -> None:
    """The preflight takes no token, and lets the headers through that clients send."""
    answer = web.options(
        path,
        headers={
            "Origin": "https://x.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization,accept,if-none-match",
        },
    )

    assert answer.status_code == HTTPStatus.OK
    taken = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "accept", "if-none-match", "content-type"} <= set(taken)
    assert "OPTIONS" in answer.headers["Access-Control-Allow-Methods"]


def test_head_does_not_do_the_body_s_work(web: FlaskClient, bearer: Headers) -> None:
    """Its headers are those of GET; what GET would refuse, it refuses."""
    path = f"{DATA}?format=generic&c[TIME_PERIOD]=ge:2019"

    head = web.head(path, headers=bearer)
    get = web.get(path, headers=bearer)

    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert web.head(f"{DATA}/A.SV?c[TIME_PERIOD]=ge:2100", headers=bearer).status_code == 204
    assert web.head(f"{DATA}/X.SV", headers=bearer).status_code == 422


def test_a_token_behind_the_user_token_is_one(web: FlaskClient, bearer: Headers) -> None:
    """As pysdmx sends what stands in its URL; nobody else's password is read."""
    token = bearer["Authorization"].removeprefix("Bearer ")

    def status(user: str) -> int:
        said = b64encode(f"{user}:{token}".encode()).decode()
        return web.get(f"{DATA}/A.SV", headers={"Authorization": f"Basic {said}"}).status_code

    assert status("token") == HTTPStatus.OK
    assert [status(each) for each in ("", "Token", "client", "token:token")] == [401] * 4
    for said in ("Basic", "Basic !", "Basic dG9rZW4=", "Basic w6k6eA==", "Digest x"):
        answer = web.get(f"{DATA}/A.SV", headers={"Authorization": said})
        assert answer.status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("application/xml", "application/xml"),
        ("text/csv", "text/plain"),
        ("application/json;q=0.3,text/plain;q=0.9", "text/plain"),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", "application/xml"),
        ("application/vnd.sdmx.data+json;version=2.0.0", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/plain"),
        ("", "application/json"),
    ],
)
def test_an_error_has_the_shape_that_is_liked_best(
    web: FlaskClient, bearer: Headers, accept: str, mimetype: str
) -> None:
    """And the language; nobody keeps it."""
    headers = {**bearer, "Accept": accept, "Accept-Language": "es"}

    answer = web.get("/sdmx/v2/nothing", headers=headers)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.mimetype == mimetype
    assert answer.headers["Content-Language"] == "es"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "language", "mimetype", "said"),
    [
        ("", "", "application/json", "There is no service at {}. Allowed: /sdmx/v1, /sdmx/v2."),
        ("application/xml", "es", "application/xml", "No hay ningún servicio en {}. Se admite: "),
        ("text/html", "es", "text/plain", "No hay ningún servicio en {}. Se admite: /sdmx/v1, "),
    ],
)
@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/sdmx/v3/data/dataflow/LMIG/DF_RETURNS?c[SEX]=F", "/sdmx/v3"),
        ("/sdmx/v10", "/sdmx/v10"),
        ("/sdmx/data/DF_RETURNS", "/sdmx/data"),
        ("/sdmx/", "/sdmx"),
        ("/sdmx", "/sdmx"),
        ("/sdmx/%00%1b<x>", "/sdmx/"),
    ],
)
def test_beside_the_mounts_it_is_said_which_there_are(
    web: FlaskClient, path: str, named: str, accept: str, language: str, mimetype: str, said: str
) -> None:
    """As every other error is told, to pages of other sites too, whose browsers ask first."""
    headers = {"Accept": accept, "Accept-Language": language, "Origin": "https://x.example"}
    first = {**headers, "Access-Control-Request-Method": "GET"}

    asked, head, answer = (
        web.options(path, headers=first), web.head(path, headers=headers),
        web.get(path, headers=headers),
    )  # fmt: skip

    assert (asked.status_code, head.status_code, answer.status_code) == (200, 404, 404)
    assert {each.headers["Access-Control-Allow-Origin"] for each in (asked, head, answer)} == {"*"}
    assert answer.mimetype == head.mimetype == mimetype
    assert answer.headers["Content-Language"] == (language or "en")
    before, after = said.split("{}")
    assert before + named in answer.text
    assert after in answer.text
    assert head.data == b""


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nothing", 404, ("Aquí no hay nada.", "There is nothing here.")),
        ("POST", "/sdmx/v2/data", 405, ("no se admite este método", "method is not taken here")),
        ("GET", f"/sdmx/v2/{'x' * 9000}", 414, ("más de 8,192 car", "longer than 8,192 char")),
    ],
)
def test_what_the_web_itself_refuses_is_told_in_both_languages(
    web: FlaskClient, method: str, path: str, status: int, words: tuple[str, str]
) -> None:
    for language, said in zip(("es", "en"), words, strict=True):
        answer = web.open(path, method=method, headers={"Accept-Language": language})

        assert answer.status_code == status
        assert said in json.loads(answer.data)["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/sdmx/v2/dta", ("No hay ningún recurso dta. Se admite: data, ", "Allowed: data, ")),
        ("/sdmx/v1/dta", ("Se admite: data, availableconstraint, ", "no resource dta. Allowed: ")),
        ("/sdmx/v2", ("La ruta no nombra ningún recurso. Se admite: ", "The path names no ")),
        ("/sdmx/v2/data/a/b/c/d/e/f", ("Error de sintaxis", "Syntax error")),
        (f"{DATA}/M.GT?c[SEX]=X", ("SEX no tiene código X. Se admite: F, M, ", "has no code X.")),
        (f"{DATA}/M.GT?c[X]=1", ("no tiene componente X. Se admite: ", "has no component X.")),
        (f"{DATA}?c[TIME_PERIOD]=ge:abril", ("no es un período de SDMX", "no SDMX time period")),
        (f"{DATA}?limit=0", ("no es un número entero de 1", "is no whole number from 1")),
        ("/sdmx/v1/codelist/LMIG/CL_NO", ("No hay LMIG:CL_NO(~).", "There is no LMIG:CL_NO(~).")),
    ],
)
def test_a_refusal_is_in_the_language_that_it_says_it_is_in(
    web: FlaskClient, bearer: Headers, path: str, words: tuple[str, str]
) -> None:
    for language, said in zip(("es", "en"), words, strict=True):
        headers = {**bearer, "Accept-Language": language}
        answer = web.get(path, headers=headers)

        assert answer.headers["Content-Language"] == language
        assert said in answer.text


def test_limits_are_as_json_by_default(web: FlaskClient) -> None:
    assert json.loads(web.get("/limits").data)["compression"] == ["zstd", "gzip", "identity"]
