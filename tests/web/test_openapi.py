"""The service as it describes itself: valid, whole, and true of every answer."""

import re

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

    assert {each for each in routes if not pages.fullmatch(each)} - mounts <= set(paths)
    for version, dialect in DIALECTS.items():
        told = {each.split("/")[3] for each in paths if each.startswith(f"/sdmx/{version}/")}
        assert {"data", "schema", *dialect.others} <= told


def test_its_page_needs_nobody_else(web: FlaskClient) -> None:
    """No address of others, nothing inline, in both languages."""
    for language, send in (("es", "Enviar"), ("en", "Send")):
        page = web.get("/api", query_string={"lang": language})

        assert send in page.text
        assert not re.search(r"https?://|<style|style=|\son\w+=|<script>", page.text)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
