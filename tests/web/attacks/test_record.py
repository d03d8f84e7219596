"""Attempts that are turned away are on record too: who tried, and nothing that opens a door."""

from contextlib import closing
from http import HTTPStatus

from gateway.access.clients import AUDIT_READ, DATA_READ, Proof
from gateway.exchange import Exchange
from gateway.model.text import Text
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, basic, token
from tests.web.attacks.test_people import BACK, code, granted, redeemed
from tests.web.visiting import MARIA, PASSWORD, Visitor, invited

WRONG = "wrong-password"
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


def test_t27_who_is_let_in_is_on_record(home: Home) -> None:
    """Tokens given and refused, sign-ins done and refused; no secret, and nobody unknown by name.

    What stands where a name should may be a password.
    """
    with closing(Exchange(home)) as exchange:
        app = create_app(exchange, ISSUER)
        visitor = Visitor(app, exchange)
        visitor.set_up(invited(exchange))
        _, secret = exchange.clients.add("reader", [DATA_READ], exchange.clock(), "reader")
        given = token(app.test_client(), "reader", secret)
        form = {"grant_type": "client_credentials"}
        for id in ("reader", "pasted-secret"):
            app.test_client().post("/oauth/token", data=form, headers=basic(id, "wrong-secret"))
        fresh = Visitor(app, exchange)
        fresh.secret = visitor.secret
        fresh.open("/sign-in")
        fresh.send(id=PASSWORD, password=WRONG)
        fresh.send(id=MARIA, password=WRONG)
        fresh.send(id=MARIA, password=PASSWORD)
        fresh.send(code="nothing")

        tokens, people = (
            [(each.decision.client_id, each.decision.subject, each.decision.status,
              each.decision.query) for each in exchange.audit.entries(action=action)]
            for action in ("token", "sign-in")
        )  # fmt: skip
        everything = "".join(map(repr, exchange.audit.entries()))

    assert tokens == [
        ("reader", "reader", 200, "client_credentials data.read"),
        ("reader", "", 401, "client_credentials invalid_client"),
        ("", "", 401, "client_credentials invalid_client"),
    ]
    assert people == [
        ("", MARIA, 200, "link"),
        ("", "", 403, "password"),
        ("", MARIA, 403, "password"),
        ("", MARIA, 403, "second factor"),
    ]
    for hidden in (secret, given, "wrong-", "pasted-secret", PASSWORD, visitor.secret):
        assert hidden not in everything


def test_t27_a_sign_in_is_on_record(home: Home) -> None:
    """Once both steps are done, with the person."""
    with closing(Exchange(home)) as exchange:
        app = create_app(exchange, ISSUER)
        visitor = Visitor(app, exchange)
        visitor.set_up(invited(exchange))
        fresh = Visitor(app, exchange)
        fresh.open("/sign-in")
        fresh.send(id=MARIA, password=PASSWORD)
        fresh.send(code=visitor.codes[0])

        (entry,) = exchange.audit.entries(action="sign-in", limit=1)
    assert (entry.decision.subject, entry.decision.status) == (MARIA, 303)


def test_t27_who_is_let_in_stands_under_an_organisation(home: Home) -> None:
    """A sign-in and a consent under the person's, a token under that of whoever it acts for."""
    with closing(Exchange(home)) as exchange:
        now, app = exchange.clock(), create_app(exchange, ISSUER)
        for id in ("INE", "IGM"):
            exchange.organisations.add(id, Text(id, id), now)
        _, secret = exchange.clients.add("reader", [DATA_READ], now, "reader", organisation="IGM")
        exchange.clients.add("app", [DATA_READ], now, "app", proof=Proof(public=True))
        exchange.accounts.apps.allow("app", (BACK,))
        visitor = Visitor(app, exchange)
        visitor.set_up(invited(exchange, organisation="INE"))
        granted(redeemed(app, code(visitor)))
        held = token(app.test_client(), "reader", secret)
        form = {"grant_type": "client_credentials"}
        app.test_client().post("/oauth/token", data=form, headers=basic("reader", "wrong-secret"))
        exchange.clients.revoke("reader", exchange.clock())
        app.test_client().get(DATA, headers={"Authorization": f"Bearer {held}"})

        found = {
            each: [one.decision.action for one in exchange.audit.entries(organisation=each)]
            for each in ("INE", "IGM")
        }

    assert found == {
        "INE": ["sign-in", "consent", "token"],
        "IGM": ["token", "token", "refuse"],
    }


def test_t27_a_flood_of_wrong_secrets_does_not_fill_the_record(home: Home) -> None:
    """Nor do names that are made up: those who are unknown are counted as one."""
    with closing(Exchange(home)) as exchange:
        web = create_app(exchange, ISSUER).test_client()
        form = {"grant_type": "client_credentials"}

        for number in range(60):
            web.post("/oauth/token", data=form, headers=basic(f"made-up-{number}", "wrong"))

        assert 20 <= len(exchange.audit.entries(action="token")) < 40
