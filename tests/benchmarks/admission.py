"""What it costs to let somebody in: a token given and checked, and its entry in the audit.

Each beside a bare route. A request with a token is to cost less than a millisecond more than one
without; that a token which was withdrawn is taken by no process for more than a second is tested in
tests/access/test_remembering.py.
"""

from collections.abc import Callable, Iterator

from flask import Flask
from flask.testing import FlaskClient

from gateway.access.clients import DATA_READ
from gateway.access.decision import Decision
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.web import create_app
from gateway.web.bearer import caller
from tests.benchmarks.clock import beside
from tests.benchmarks.measures import Measure
from tests.conftest import ISSUER
from tests.signing import assertion, new_key, proof, registered

_TIMES = 200


def admitting(exchange: Exchange) -> Iterator[Measure]:
    """A token remembered, one not seen before, one bound to a key; and one asked for."""
    key = new_key()
    registered(exchange, "benchmark", key)
    app = create_app(exchange, ISSUER)
    _add_routes(app, Trust(exchange, ISSUER))
    web = app.test_client()

    def form() -> dict[str, str]:
        return assertion(key, "benchmark", ISSUER, exchange.clock())

    def given(**headers: str) -> str:
        answer = web.post("/oauth/token", data=form(), headers=headers)
        assert answer.json is not None
        return str(answer.json["access_token"])

    token = given()
    fresh = iter([given() for _ in range(_TIMES)])
    bound = given(DPoP=proof(key, "POST", f"{ISSUER}/oauth/token", exchange.clock()))
    proofs = iter(
        [proof(key, "GET", f"{ISSUER}/checked", exchange.clock(), bound) for _ in range(_TIMES)]
    )
    forms = iter([form() for _ in range(_TIMES)])
    yield _measured("request with a token, again", web, lambda: _asked(web, f"Bearer {token}"))
    yield _entry(exchange, web)
    name = "request with a token, first time"
    yield _measured(name, web, lambda: _asked(web, f"Bearer {next(fresh)}"))
    name = "request with a token bound to a key"
    yield _measured(name, web, lambda: _asked(web, f"DPoP {bound}", DPoP=next(proofs)))
    name = "token for a signed assertion"
    yield _measured(name, web, lambda: web.post("/oauth/token", data=next(forms)).status_code)


def _entry(exchange: Exchange, web: FlaskClient) -> Measure:
    """What each decision adds, on data as on tokens."""
    said = Decision(exchange.clock(), "read", 200, "benchmark", flow="LMIG:DF_RETURNS(1.0.0)")
    took, bare = beside(lambda: exchange.audit.record(said), lambda: web.get("/bare"), _TIMES)
    return Measure("entry in the audit", took * 1000, "ms", took / bare, "a bare route")


def _add_routes(app: Flask, trust: Trust) -> None:
    def bare() -> str:
        return "ok"

    def checked() -> str:
        caller(trust.tokens, DATA_READ)
        return "ok"

    app.add_url_rule("/bare", view_func=bare)
    app.add_url_rule("/checked", view_func=checked)


def _asked(web: FlaskClient, authorization: str, **headers: str) -> int:
    return web.get("/checked", headers={"Authorization": authorization, **headers}).status_code


def _measured(name: str, web: FlaskClient, work: Callable[[], int]) -> Measure:
    assert work() == 200
    took, bare = beside(work, lambda: web.get("/bare"), _TIMES - 1)
    return Measure(name, took * 1000, "ms", took / bare, "a bare route")
