"""The service keeps to its own description, whatever it is asked."""

import json
from http import HTTPStatus

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.access.clients import SCOPES
from gateway.exchange import Exchange
from gateway.web import create_app
from gateway.web.openapi import others, service
from tests.conftest import ISSUER, token
from tests.web.test_edge import plain

TOLD = {
    (path, method): operation
    for path, methods in (
        service.paths("en", service.Example("LMIG", "DF_RETURNS", "1.0.0")) | others.paths("en")
    ).items()
    if isinstance(methods, dict)
    for method, operation in methods.items()
}
OPERATIONS = [pytest.param(*each, id=" ".join(each)) for each in TOLD]
WITH_FIELDS = [
    pytest.param(*each, id=" ".join(each))
    for each, operation in TOLD.items()
    if operation["parameters"] or '"required": ["' in json.dumps(operation.get("requestBody"))
]
"""What can be asked wrongly: a form of which no field is compulsory fits always."""
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def app(loaded: Exchange) -> Flask:
    return create_app(loaded, ISSUER)


@pytest.fixture(scope="module")
def described(app: Flask) -> schemathesis.BaseSchema:
    """The description as a caller gets it."""
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.fixture(scope="module")
def reader(app: Flask, loaded: Exchange) -> dict[str, str]:
    id, secret = loaded.clients.add("contract", SCOPES, loaded.clock())
    return {"Authorization": f"Bearer {token(app.test_client(), id, secret)}"}


def assert_kept(
    described: schemathesis.BaseSchema,
    operation: tuple[str, str],
    headers: dict[str, str],
    mode: GenerationMode,
    often: int,
) -> None:
    """Ask one operation many things: no fault of ours, no status or media type untold.

    With ``--hypothesis-profile=long`` a hundred times as many, others each time.
    """
    path, method = operation
    strategy = described[path][method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=often * settings().max_examples // 100,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(strategy)
    def asked(case: schemathesis.Case) -> None:
        answer = case.call(headers={} if path.startswith("/oauth") else headers)
        ours = answer.status_code >= 500 and answer.status_code != HTTPStatus.NOT_IMPLEMENTED
        assert not ours, (answer.status_code, case.as_curl_command())
        # As it was before it was compressed, which only a real connection would undo for us.
        (encoding,) = answer.headers.get("content-encoding", [None])
        answer.content = plain(encoding, answer.content)
        case.validate_response(answer, checks=CHECKS)

    asked()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_it_answers_as_it_says(
    described: schemathesis.BaseSchema, reader: dict[str, str], path: str, method: str
) -> None:
    """Of each operation a few questions that fit its description."""
    assert_kept(described, (path, method), reader, GenerationMode.POSITIVE, 6)


@pytest.mark.parametrize(("path", "method"), WITH_FIELDS)
def test_it_refuses_as_it_says(
    described: schemathesis.BaseSchema, reader: dict[str, str], path: str, method: str
) -> None:
    """Of each operation a few questions that do not fit it."""
    assert_kept(described, (path, method), reader, GenerationMode.NEGATIVE, 4)
