"""The service keeps to its own description, whatever it is asked."""

from http import HTTPStatus

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from gateway.access.clients import SCOPES
from gateway.exchange import Exchange
from gateway.web import create_app
from tests.conftest import ISSUER, token

OURS = [
    CHECKS.get_one("status_code_conformance"),
    CHECKS.get_one("content_type_conformance"),
    CHECKS.get_one("response_schema_conformance"),
]


@pytest.fixture(scope="module")
def contract(loaded: Exchange) -> object:
    """The schema as a caller gets it, over the app itself."""
    return schemathesis.openapi.from_wsgi("/openapi.json", create_app(loaded, ISSUER))


schema = schemathesis.pytest.from_fixture("contract")


@pytest.fixture(scope="module")
def reader(loaded: Exchange) -> dict[str, str]:
    web = create_app(loaded, ISSUER).test_client()
    id, secret = loaded.clients.add("contract", SCOPES, loaded.clock())
    return {"Authorization": f"Bearer {token(web, id, secret)}"}


@schema.parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_it_answers_as_it_says(case: schemathesis.Case, reader: dict[str, str]) -> None:
    headers = {} if case.path.startswith("/oauth") else reader
    answer = case.call(headers=headers)
    assert answer.status_code < 500 or answer.status_code == HTTPStatus.NOT_IMPLEMENTED
    case.validate_response(answer, checks=OURS)
