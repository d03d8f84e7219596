"""The service as it describes itself: valid, whole, and true of every answer."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.rest.service import DIALECTS


@pytest.fixture(scope="module", params=["es", "en"])
def described(request: pytest.FixtureRequest, web: FlaskClient) -> dict[str, object]:
    answer = web.get("/openapi.json", query_string={"lang": request.param})
    assert answer.status_code == 200
    assert isinstance(answer.json, dict)
    return answer.json


def test_it_is_openapi(described: dict[str, object]) -> None:
    OpenAPIV31SpecValidator(described).validate()


def test_it_leaves_nothing_out(described: dict[str, object], web: FlaskClient) -> None:
    """Every route of a program; of both mounts, every resource. Pages are for people."""
    paths = described["paths"]
    assert isinstance(paths, dict)
    pages = re.compile(
        r"/(|api|mirror/(method|overview)|account|setup|sign-in|sign-out|device|static|"
        r"oauth/authorize)(/.*)?"
    )
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.rule)
              for each in web.application.url_map.iter_rules()}  # fmt: skip
    mounts = {"/sdmx/v1/", "/sdmx/v2/", "/sdmx/v1/{path}", "/sdmx/v2/{path}"}
    beside = {"/sdmx/", "/sdmx/{rest}"}  # where nothing is

    assert {each for each in routes if not pages.fullmatch(each)} - mounts - beside <= set(paths)
    for version, dialect in DIALECTS.items():
        told = {each.split("/")[3] for each in paths if each.startswith(f"/sdmx/{version}/")}
        assert {"data", "schema", *dialect.others} <= told


def asked(paths: dict[str, Any], path: str) -> tuple[str, list[str]]:
    """An address that a path has, and the parameters that it takes."""
    parameters = paths[path]["get"]["parameters"]
    within = {each["name"]: each["example"] for each in parameters if each["in"] == "path"}
    named = [each["name"] for each in parameters if each["in"] == "query"]
    return path.format(**within), ["c[…]" if each == "c" else each for each in named]


def test_an_unknown_parameter_is_refused_with_all_that_is_taken(
    web: FlaskClient, bearer: dict[str, str]
) -> None:
    """Of the question and of how it is told, on both mounts: what is described, and no more."""
    paths = web.get("/openapi.json").get_json()["paths"]
    asking = [each for each in paths if each.startswith(("/sdmx/", "/mirror/"))]
    assert len(asking) > 15
    for path in asking:
        address, named = asked(paths, path)
        for language, said in (("en", "Allowed: "), ("es", "Se admite: ")):
            headers = {**bearer, "Accept": "text/plain", "Accept-Language": language}
            refused = web.get(address, query_string={"nonsense": "1"}, headers=headers)

            assert refused.status_code == 400, address
            sentence, _, listed = refused.text.rstrip(".\n").partition(said)
            assert "nonsense" in sentence
            assert sorted(listed.split(", ")) == sorted(named), address


def test_its_page_needs_nobody_else(web: FlaskClient) -> None:
    """No address of others, nothing inline, in both languages."""
    for language, send in (("es", "Enviar"), ("en", "Send")):
        page = web.get("/api", query_string={"lang": language})

        assert send in page.text
        assert not re.search(r"https?://|<style|style=|\son\w+=|<script>", page.text)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
