"""What a program narrows its own consent to: shown in words, given as far as may be, and kept to.

Source: RFC 9396, for the authorization code, for refresh tokens and for codes typed elsewhere.
"""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from lxml import html

from gateway.access.clients import DATA_CONFIDENTIAL, DATA_READ, DATA_SUBMIT, Proof
from gateway.access.clients import SCOPES as EVERY
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.exchange.submission import submit
from gateway.web import create_app
from tests.conftest import ISSUER, basic
from tests.homes import fresh
from tests.web.attacks.asking import with_token
from tests.web.attacks.test_people import (
    REQUEST,
    VERIFIER,
    asking,
    granted,
    redeemed,
    refreshed,
    refused,
)
from tests.web.visiting import MARIA, Visitor, invited

RETURNS = "LMIG:DF_RETURNS(1.0.0)"
GT_ALONE = {"type": "sdmx_data", "actions": ["read"], "dataflows": [RETURNS], "key": "M.GT"}
DATA = "/sdmx/v1/data/DF_RETURNS/all?lastNObservations=1&format=csv"
SCOPES = (DATA_READ, DATA_SUBMIT, DATA_CONFIDENTIAL)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A gateway with the returns of two countries, which everyone with a token reads."""
    with closing(Exchange(fresh(tmp_path_factory.mktemp("details")))) as exchange:
        now = exchange.clock()
        exchange.grants.add(Grant("*", ("read",), dataflow=RETURNS), "tests", now)
        exchange.clients.add("An app", SCOPES, now, "app", proof=Proof(public=True, device=True))
        exchange.accounts.apps.allow("app", ("https://app.example/back?from=gateway",))
        for provision in ("GT_IGM_RETURNS", "SV_DGME_RETURNS"):
            sample = exchange.provisions[provision].sample
            assert sample is not None
            submit(exchange, sample, provision)
        yield exchange


@pytest.fixture(scope="module")
def app(exchange: Exchange) -> Flask:
    return create_app(exchange, ISSUER)


@pytest.fixture(scope="module")
def maria(app: Flask, exchange: Exchange) -> Visitor:
    visitor = Visitor(app, exchange)
    visitor.set_up(invited(exchange, scopes=SCOPES))
    return visitor


def narrowed(*details: object, **other: str | None) -> str:
    """The address to which the app sends people, with these details."""
    scope = " ".join(SCOPES)
    said = json.dumps(details) if details else None
    return asking(**{"scope": scope, "authorization_details": said, **other})


def consented(visitor: Visitor, *details: object, **other: str | None) -> str:
    visitor.open(narrowed(*details, **other))
    visitor.send(button="allow")
    return visitor.answer()["code"]


def areas(app: Flask, token: str) -> set[str]:
    """The countries whose figures a token reads."""
    answer = with_token(app.test_client(), token, DATA)
    if answer.status_code == 404:
        return set()
    lines = answer.text.splitlines()
    place = lines[0].split(",").index("REF_AREA")
    return {line.split(",")[place] for line in lines[1:]}


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        (
            "es",
            ["Y de eso solo esto", "leer datos", "devueltas", "Frecuencia", "Mensual", "Guatemala"],
        ),
        ("en", ["only this", "read data", "Returned persons", "Frequency", "Monthly", "Guatemala"]),
    ],
)
def test_a_person_reads_in_words_what_a_program_asks_for(
    maria: Visitor, spoken: str, words: list[str]
) -> None:
    """Names of dataflows, dimensions and codes, each with its id; and no more scopes than that."""
    maria.open(narrowed({**GT_ALONE, "conf": ["F"]}) + f"&lang={spoken}")
    page = html.fromstring(maria.page.text)

    said = " ".join(page.xpath("//ul[@class='details']")[0].text_content().split())
    ids = page.xpath("//ul[@class='details']//code/text()")
    scopes = page.xpath("//main/ul[not(@class)]//code/text()")
    assert [word for word in words if word not in page.text_content()] == []
    assert "Guatemala" in said
    assert ids == ["DF_RETURNS", "M", "GT", "F"]
    assert scopes == [DATA_READ, DATA_CONFIDENTIAL]  # what it does not speak of is not given
    assert "remember" not in maria.page.text


def test_what_was_agreed_to_is_in_the_answer_and_kept_to_by_the_store(
    app: Flask, maria: Visitor
) -> None:
    """From the code over the token to the figures, and in every token that follows."""
    whole = granted(redeemed(app, consented(maria)))
    tokens = granted(redeemed(app, consented(maria, GT_ALONE)))
    fresh = granted(refreshed(app, tokens["refresh_token"]))

    assert areas(app, whole["access_token"]) == {"GT", "SV"}
    assert "authorization_details" not in whole
    for each in (tokens, fresh):
        assert each["authorization_details"] == [GT_ALONE]
        assert areas(app, each["access_token"]) == {"GT"}


def test_of_what_is_asked_only_what_the_person_may_do_is_given(
    app: Flask, exchange: Exchange, maria: Visitor
) -> None:
    """Actions, dataflows and statuses that are not hers go; so does what leaves nothing."""
    wide = {
        "type": "sdmx_data",
        "actions": ["read", "submit"],
        "dataflows": [RETURNS, "LMIG:DF_STOCK(*)"],
        "conf": ["F", "N"],
    }
    other = {"type": "sdmx_data", "dataflows": ["X:*(*)"]}
    confidential = Grant(f"person:{MARIA}", ("read",), statuses=frozenset("N"))

    (before,) = granted(redeemed(app, consented(maria, wide, other)))["authorization_details"]
    made = exchange.grants.add(confidential, "tests", exchange.clock())
    (after,) = granted(redeemed(app, consented(maria, wide)))["authorization_details"]
    exchange.grants.revoke(made.id, "tests", exchange.clock())

    assert before == {**wide, "actions": ["read"], "dataflows": [RETURNS], "conf": ["F"]}
    assert after == {**wide, "actions": ["read"]}


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"dataflows": ["X:*(*)"]}, id="a dataflow that is not there"),
        pytest.param({"actions": ["approve"]}, id="an action that is not hers"),
        pytest.param({"key": ".".join("A" * 30)}, id="a key of another structure"),
    ],
)
def test_where_nothing_is_left_the_program_is_told_so(
    maria: Visitor, details: dict[str, object]
) -> None:
    """As where the person has none of the scopes; with who says it (RFC 9207)."""
    maria.open(narrowed({"type": "sdmx_data", **details}))

    assert maria.answer()["error"] == "access_denied"
    assert maria.answer()["iss"] == ISSUER


WIDER = [
    pytest.param({}, id="everything"),
    pytest.param({"actions": ["read", "submit"]}, id="another action"),
    pytest.param({"dataflows": ["LMIG:DF_R*(*)"]}, id="more dataflows"),
    pytest.param({"key": "M"}, id="all countries"),
    pytest.param({"key": "M.GT+SV"}, id="another country"),
    pytest.param({"conf": ["C"]}, id="another status"),
]
AGREED = {**GT_ALONE, "conf": ["F", "N"]}


@pytest.mark.parametrize("wider", WIDER)
def test_no_token_is_wider_than_what_was_agreed_to(
    app: Flask, exchange: Exchange, maria: Visitor, wider: dict[str, object]
) -> None:
    """Neither the first nor one that follows; what is refused uses no refresh token up."""
    made = exchange.grants.add(
        Grant(f"person:{MARIA}", ("read",), statuses=frozenset("N")), "tests", exchange.clock()
    )
    asked = [{**AGREED, **wider} if wider else {"type": "sdmx_data"}]
    begun, more = consented(maria, AGREED), {"authorization_details": json.dumps(asked)}
    tokens = granted(redeemed(app, consented(maria, AGREED)))
    exchange.grants.revoke(made.id, "tests", exchange.clock())

    refused(redeemed(app, begun, **more), "invalid_authorization_details")
    refused(refreshed(app, tokens["refresh_token"], **more), "invalid_authorization_details")

    granted(refreshed(app, tokens["refresh_token"]))


def test_a_token_may_be_narrower_than_what_was_agreed_to(app: Flask, maria: Visitor) -> None:
    """For this once: what follows is as wide as before."""
    less = {**GT_ALONE, "key": "M.GT.MX"}
    asked = {"authorization_details": json.dumps([less])}
    tokens = granted(redeemed(app, consented(maria, GT_ALONE), **asked))
    fresh = granted(refreshed(app, tokens["refresh_token"]))

    assert tokens["authorization_details"] == [less]
    assert fresh["authorization_details"] == [GT_ALONE]


def test_what_was_remembered_for_all_covers_a_part_and_never_the_other_way(
    app: Flask, exchange: Exchange, maria: Visitor
) -> None:
    """And introspection says to the program what its token is narrowed to (RFC 9396, 9.2)."""
    _, secret = exchange.clients.add("Kept", SCOPES, exchange.clock(), "kept")
    exchange.accounts.apps.allow("kept", ("https://app.example/back?from=gateway",))
    maria.open(narrowed(GT_ALONE, client_id="kept"))
    maria.send(button="allow", remember="yes")
    maria.open(narrowed(client_id="kept"))
    assert "consent" not in maria.page.headers.get("Location", "")
    assert maria.page.status_code == 200  # asked again: only a part was agreed to

    maria.send(button="allow", remember="yes")
    maria.open(narrowed(GT_ALONE, client_id="kept"))
    form = {"grant_type": "authorization_code", "code": maria.answer()["code"]}
    form |= {"redirect_uri": REQUEST["redirect_uri"], "code_verifier": VERIFIER}
    web, who = app.test_client(), basic("kept", secret)
    token = granted(web.post("/oauth/token", data=form, headers=who))["access_token"]
    told = web.post("/oauth/introspect", data={"token": token}, headers=who).json

    assert told is not None
    assert told["authorization_details"] == [GT_ALONE]


def test_a_program_without_a_browser_is_narrowed_too(
    app: Flask, exchange: Exchange, maria: Visitor
) -> None:
    """RFC 8628 with RFC 9396: shown beside the code, and kept to; on record with who said so."""
    web = app.test_client()
    form = {"client_id": "app", "authorization_details": json.dumps([GT_ALONE])}
    asked = web.post("/oauth/device_authorization", data=form).json
    assert asked is not None
    maria.open(f"/device?user_code={asked['user_code']}")
    maria.send()
    shown = maria.page.text
    maria.send(button="allow")
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    form = {"grant_type": grant, "client_id": "app", "device_code": asked["device_code"]}
    tokens = granted(web.post("/oauth/token", data=form))

    assert "<code>GT</code>" in shown
    assert tokens["authorization_details"] == [GT_ALONE]
    assert areas(app, tokens["access_token"]) == {"GT"}
    (entry,) = exchange.audit.entries(action="consent", limit=1)
    (given,) = exchange.audit.entries(action="token", limit=1)
    assert entry.decision.query.startswith("allow data")
    assert (entry.decision.client_id, entry.decision.subject) == ("app", MARIA)
    assert json.dumps([GT_ALONE]) in given.decision.query
    maria.open("/account")
    assert "<code>GT</code>" in maria.page.text


def test_every_scope_is_said_in_words(exchange: Exchange, app: Flask, maria: Visitor) -> None:
    """Nobody agrees to what only engineers can read."""
    exchange.clients.add("All", EVERY, exchange.clock(), "all", proof=Proof(public=True))
    exchange.accounts.apps.allow("all", ("https://app.example/back?from=gateway",))
    other = Visitor(app, exchange)
    other.set_up(invited(exchange, "all@ine.gob.gt", scopes=EVERY))

    for spoken in ("es", "en"):
        other.open(asking(client_id="all", scope=" ".join(EVERY)) + f"&lang={spoken}")
        told = html.fromstring(other.page.text).xpath("//main/ul[1]/li")
        said = {each.findtext("code"): (each.text or "").strip() for each in told}
        assert set(said) == set(EVERY)
        assert [scope for scope, words in said.items() if words in ("", scope)] == []


def test_an_action_that_nobody_granted_is_not_promised(maria: Visitor) -> None:
    """Though the program may ask for it, and names no action."""
    maria.open(narrowed({"type": "sdmx_data", "dataflows": [RETURNS]}) + "&lang=es")

    said = html.fromstring(maria.page.text).xpath("//ul[@class='details']/li")[0].text
    assert " ".join(said.split()) == "leer datos"


@pytest.mark.parametrize("text", ["", "[]", '[{"type": "x"}]'])
def test_a_device_asks_for_nothing_that_nobody_knows(app: Flask, text: str) -> None:
    """Passed over, it would get more than it asked for."""
    form = {"client_id": "app", "authorization_details": text}

    answer = app.test_client().post("/oauth/device_authorization", data=form)

    refused(answer, "invalid_authorization_details")
