"""Attempts that are turned away are on record too: who tried, and nothing that opens a door."""

from contextlib import closing
from http import HTTPStatus

from gateway.access.clients import AUDIT_READ, DATA_READ
from gateway.exchange import Exchange
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, token

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS"


def test_t27_a_token_that_is_not_taken_is_on_record(home: Home) -> None:
    """With the client where it was well signed, revoked since or without the scope."""
    with closing(Exchange(home)) as exchange:
        web = create_app(exchange, ISSUER).test_client()
        tokens = {}
        for id, scope in (("reader", DATA_READ), ("auditor", AUDIT_READ)):
            _, secret = exchange.clients.add(id, [scope], exchange.clock(), id)
            tokens[id] = token(web, id, secret)
        exchange.clients.revoke("reader", exchange.clock())
        forged = tokens["auditor"][:-8] + "AAAAAAAA"
        asked = [{}, *({"Authorization": f"Bearer {each}"} for each in (*tokens.values(), forged))]

        statuses = [web.get(f"{DATA}?c[SEX]={forged}", headers=each).status_code for each in asked]

        refused = [each.decision for each in exchange.audit.entries(action="refuse")]
        everything = "".join(map(repr, refused))
        assert statuses == [401, 401, HTTPStatus.FORBIDDEN, 401]
        assert [each.status for each in refused] == statuses
        assert [each.client_id for each in refused] == ["", "reader", "auditor", ""]
        assert all(each.query.startswith(DATA) for each in refused)
        assert not any(each in everything for each in (*tokens.values(), forged, forged[-40:]))
        assert [*exchange.audit.faults()] == []


def test_t27_a_flood_of_attempts_does_not_fill_the_record(home: Home) -> None:
    """Of one address some twenty a minute are told; each is refused all the same."""
    with closing(Exchange(home)) as exchange:
        web = create_app(exchange, ISSUER).test_client()

        statuses = {web.get(DATA).status_code for _ in range(60)}

        assert statuses == {HTTPStatus.UNAUTHORIZED}
        assert 20 <= len(exchange.audit.entries(action="refuse")) < 40
