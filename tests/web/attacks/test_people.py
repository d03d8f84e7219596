"""Attacks on people's access: each test is a line of the list of attacks that must fail.

T8 to T11 on codes and refresh tokens, T12 and T13 on guesses, T22 on forms, T28, T29 and T31 on
hosts, mix-ups and clocks.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from gateway.access.clients import DATA_READ, Proof
from gateway.access.families import CODE_LIFE, IDLE_LIFE, WHOLE_LIFE
from gateway.access.grants import Grant
from gateway.access.guesses import FREE
from gateway.exchange import Exchange
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, basic
from tests.homes import fresh
from tests.web.attacks.asking import SECRET, with_token
from tests.web.visiting import MARIA, PASSWORD, Visitor, invited

WRONG = "wrong"
BACK = "https://app.example/back?from=gateway"
VERIFIER = "a-verifier-of-a-length-that-the-standard-asks-for"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
REQUEST = {
    "response_type": "code",
    "client_id": "app",
    "redirect_uri": BACK,
    "scope": DATA_READ,
    "state": "of the app's own",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def time() -> Clock:
    """The clock of all tests here."""
    return Clock()


@pytest.fixture
def clock(time: Clock) -> Clock:
    """Each test has a day of its own: who was slowed down yesterday is not today."""
    time.move(hours=25)
    return time


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory, time: Clock) -> Iterator[Exchange]:
    """A gateway with two programs on people's machines."""
    clock = time
    exchange = Exchange(fresh(tmp_path_factory.mktemp("people")), clock)
    scopes = [DATA_READ]
    for id, public in (("app", True), ("other", True)):
        proof = Proof(public=public)
        exchange.clients.add("An app", scopes, clock(), id, proof=proof)
        exchange.accounts.apps.allow(id, (BACK, "http://127.0.0.1/back"))
    yield exchange
    exchange.close()


@pytest.fixture(scope="module")
def app(exchange: Exchange) -> Flask:
    return create_app(exchange, ISSUER)


@pytest.fixture(scope="module")
def first(app: Flask, exchange: Exchange) -> Visitor:
    """Somebody who has followed her link."""
    visitor = Visitor(app, exchange)
    visitor.set_up(invited(exchange))
    return visitor


@pytest.fixture
def maria(app: Flask, exchange: Exchange, clock: Clock, first: Visitor) -> Visitor:
    """Her, signed in today in a browser that she uses always."""
    visitor = Visitor(app, exchange)
    visitor.secret = first.secret
    for name, begin in (("gateway", _session), ("gateway-known", _known)):
        visitor.web.set_cookie(name, begin(exchange))
    return visitor


def _session(exchange: Exchange) -> str:
    return exchange.accounts.sessions.begin(MARIA, "a browser")


def _known(exchange: Exchange) -> str:
    return exchange.accounts.sessions.know(MARIA)


def asking(**other: str | None) -> str:
    """The address to which the app sends people, with something of it changed or left out."""
    asked = {name: value for name, value in {**REQUEST, **other}.items() if value is not None}
    return f"/oauth/authorize?{urlencode(asked)}"


def code(visitor: Visitor, **other: str | None) -> str:
    """A code, as the app is given it."""
    visitor.open(asking(**other))
    visitor.send(button="allow")
    return visitor.answer()["code"]


def redeemed(app: Flask, code: str, **other: str) -> TestResponse:
    """What the token endpoint says to a code."""
    form = {
        "grant_type": "authorization_code",
        "client_id": "app",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    kept = {name: value for name, value in {**form, **other}.items() if value}
    return app.test_client().post("/oauth/token", data=kept)


def refreshed(app: Flask, token: str, **other: str) -> TestResponse:
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": token}
    return app.test_client().post("/oauth/token", data={**form, **other})


def granted(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert isinstance(answer.json, dict)
    return answer.json


def refused(answer: TestResponse, error: str) -> None:
    assert (answer.status_code, (answer.json or {}).get("error")) == (400, error), answer.text
    assert not SECRET.search(answer.text)


def test_a_person_s_data_are_read_by_the_app_that_was_let_in(app: Flask, maria: Visitor) -> None:
    """What the attacks below change is this, and this works."""
    tokens = granted(redeemed(app, code(maria)))

    answer = with_token(app.test_client(), tokens["access_token"], "/sdmx/v1/data/DF_RETURNS")

    assert answer.status_code == 404  # let in, and nothing is released
    assert tokens["scope"] == DATA_READ


@pytest.mark.parametrize(
    ("other", "error"),
    [
        pytest.param({"code_challenge": None}, "invalid_request", id="no challenge"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain"),
        pytest.param({"code_challenge_method": None}, "invalid_request", id="no method is plain"),
        pytest.param({"code_challenge": "x"}, "invalid_request", id="short"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="implicit"),
        pytest.param({"response_type": "ñ"}, "unsupported_response_type", id="no ASCII"),
        pytest.param({"response_type": None}, "unsupported_response_type", id="no type"),
        pytest.param({"scope": "admin"}, "invalid_scope", id="unknown scope"),
        pytest.param({"scope": "data.approve"}, "invalid_scope", id="not the client's"),
        pytest.param({"request": "x"}, "request_not_supported", id="request object"),
        pytest.param(
            {"authorization_details": "[]"}, "invalid_authorization_details", id="no details"
        ),
        pytest.param(
            {"authorization_details": '[{"type": "ñ\\""}]'},
            "invalid_authorization_details",
            id="details of another type",
        ),
    ],
)
def test_t8_no_code_without_a_challenge(
    maria: Visitor, other: dict[str, str | None], error: str
) -> None:
    """T8: an error goes back to the app with its state and with who says so (RFC 9207)."""
    maria.open(asking(**other))

    answer = maria.answer()

    assert maria.page.headers["Location"].startswith("https://app.example/back?from=gateway&")
    assert (answer["error"], answer["state"], answer["iss"]) == (error, REQUEST["state"], ISSUER)
    assert "code" not in answer


@pytest.mark.parametrize("verifier", ["", "x", VERIFIER + "x", CHALLENGE, "ñ" * 50])
def test_t8_no_token_without_the_verifier(app: Flask, maria: Visitor, verifier: str) -> None:
    """T8: and the code is gone, for whoever presented it stole it."""
    begun = code(maria)

    answer = redeemed(app, begun, code_verifier=verifier)

    refused(answer, "invalid_grant" if verifier else "invalid_request")
    refused(redeemed(app, begun), "invalid_grant")


@pytest.mark.parametrize(
    "uri",
    [
        *("https://app.example/back", BACK + "&x=1", BACK + "/", BACK.replace("app.", "APP.")),
        *("https://app.example.evil/back", "https://app.example@evil.example/back", BACK + "#x"),
        *("https://evil.example/", "javascript:alert(1)", "//app.example/back", "", "ñ"),
        *("http://127.0.0.1.evil.example/back", "http://127.0.0.1:99999/back"),
        *("http://127.0.0.1:80/other", "http://localhost/back", "http://[::1]/back"),
    ],
)
def test_t9_nobody_is_sent_where_the_client_is_not(maria: Visitor, uri: str) -> None:
    """T9: a page that says so, and no way on; likewise where nobody is signed in."""
    for visitor in (maria, Visitor(maria.web.application, maria._exchange)):
        visitor.open(asking(redirect_uri=uri))

        assert visitor.page.status_code == 400
        assert "Location" not in visitor.page.headers
        assert "redirect_uri" in visitor.error


@pytest.mark.parametrize("name", ["redirect_uri", "client_id", "state", "scope", "x"])
def test_t9_a_parameter_given_twice_is_refused(maria: Visitor, name: str) -> None:
    """T9: two readers could take two different ones."""
    maria.open(asking() + f"&{name}=https://evil.example/&{name}=x")

    assert maria.page.status_code == 400
    assert "Location" not in maria.page.headers


@pytest.mark.parametrize("id", ["nobody", "gone", "", "ñ", "a\0b"])
def test_t9_an_unknown_client_is_not_sent_anywhere(
    maria: Visitor, exchange: Exchange, id: str
) -> None:
    """T9: nor is one that was revoked."""
    if exchange.clients.get("gone") is None:
        exchange.clients.add("gone", [DATA_READ], exchange.clock(), "gone")
        exchange.accounts.apps.allow("gone", (BACK,))
        exchange.clients.revoke("gone", exchange.clock())

    maria.open(asking(client_id=id))

    assert maria.page.status_code == 400
    assert "Location" not in maria.page.headers


@pytest.mark.parametrize("port", ["", ":1", ":8400", ":65535"])
def test_a_program_on_the_person_s_machine_takes_any_port(maria: Visitor, port: str) -> None:
    """RFC 8252, 7.3: it listens at whichever is free."""
    maria.open(asking(redirect_uri=f"http://127.0.0.1{port}/back"))
    maria.send(button="allow")

    assert maria.page.headers["Location"].startswith(f"http://127.0.0.1{port}/back?code=")


def test_t10_a_code_is_good_once(app: Flask, maria: Visitor) -> None:
    """T10: used again, everything that came of it ends."""
    begun = code(maria)
    tokens = granted(redeemed(app, begun))

    refused(redeemed(app, begun), "invalid_grant")

    refused(refreshed(app, tokens["refresh_token"]), "invalid_grant")
    assert with_token(app.test_client(), tokens["access_token"]).status_code == 401


def test_t10_a_code_of_another_client_is_nothing(app: Flask, maria: Visitor) -> None:
    """T10: and it is gone for its own client too."""
    begun = code(maria)

    refused(redeemed(app, begun, client_id="other"), "invalid_grant")
    refused(redeemed(app, begun), "invalid_grant")


def test_t10_a_code_with_another_address_is_nothing(app: Flask, maria: Visitor) -> None:
    """T10: the address is the one that the code was sent to."""
    refused(redeemed(app, code(maria), redirect_uri="http://127.0.0.1/back"), "invalid_grant")
    refused(redeemed(app, code(maria), redirect_uri=""), "invalid_grant")


def test_t10_eight_at_once_redeem_a_code_once(app: Flask, maria: Visitor) -> None:
    """T10: the database decides; and since seven came too late, the family ends."""
    begun = code(maria)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: redeemed(app, begun), range(8)))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [400] * 7
    (good,) = (answer for answer in answers if answer.status_code == 200)
    refused(refreshed(app, granted(good)["refresh_token"]), "invalid_grant")


def test_t10_a_code_lives_a_minute(app: Flask, maria: Visitor, clock: Clock) -> None:
    """T10, T31: to the second."""
    first, second = code(maria), code(maria)

    clock.move(seconds=CODE_LIFE.total_seconds() - 1)
    granted(redeemed(app, first))
    clock.move(seconds=1)

    refused(redeemed(app, second), "invalid_grant")


def test_t11_a_refresh_token_is_good_once(app: Flask, maria: Visitor) -> None:
    """T11: used again, the family ends with the newest token in it, and at once."""
    first = granted(redeemed(app, code(maria)))
    second = granted(refreshed(app, first["refresh_token"]))
    web = app.test_client()
    assert with_token(web, second["access_token"], "/sdmx/v1/data/DF_RETURNS").status_code == 404

    refused(refreshed(app, first["refresh_token"]), "invalid_grant")

    refused(refreshed(app, second["refresh_token"]), "invalid_grant")
    assert with_token(web, second["access_token"]).status_code == 401
    assert with_token(web, first["access_token"]).status_code == 401


def test_t11_eight_at_once_refresh_at_most_once(app: Flask, maria: Visitor) -> None:
    """T11: there is no grace in which two could have a token each."""
    tokens = granted(redeemed(app, code(maria)))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refreshed(app, tokens["refresh_token"]), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


@pytest.mark.parametrize("other", [{"client_id": "other"}, {"scope": "data.approve"}, {"x": "y"}])
def test_t11_a_refresh_token_is_its_client_s_and_its_scope_s(
    app: Flask, maria: Visitor, other: dict[str, str]
) -> None:
    """T11: another client does not get in by it, and nobody gets more by it."""
    tokens = granted(redeemed(app, code(maria)))

    answer = refreshed(app, tokens["refresh_token"], **other)

    if other == {"x": "y"}:
        granted(answer)  # what nobody knows is passed over (RFC 6749, 3.2)
    else:
        refused(answer, "invalid_grant" if "client_id" in other else "invalid_scope")


@pytest.mark.parametrize("often", [False, True], ids=["idle", "in use"])
def test_t11_a_refresh_token_ends(app: Flask, maria: Visitor, clock: Clock, *, often: bool) -> None:
    """T11: after two weeks without use, and after ninety days in any case."""
    tokens = granted(redeemed(app, code(maria)))
    begun = clock()

    while often and clock() + IDLE_LIFE * 0.9 < begun + WHOLE_LIFE:
        clock.move(seconds=IDLE_LIFE.total_seconds() * 0.9)
        tokens = granted(refreshed(app, tokens["refresh_token"]))
    clock.move(seconds=(IDLE_LIFE * 0.9 if often else IDLE_LIFE).total_seconds() + 1)

    refused(refreshed(app, tokens["refresh_token"]), "invalid_grant")


def test_t11_a_refresh_token_given_back_ends_all(app: Flask, maria: Visitor) -> None:
    """Revocation ends the family (RFC 7009, 2.1); another client's does nothing."""
    tokens = granted(redeemed(app, code(maria)))
    web, form = app.test_client(), {"token": tokens["refresh_token"]}

    web.post("/oauth/revoke", data={**form, "client_id": "other"})
    assert with_token(web, tokens["access_token"], "/sdmx/v1/data/DF_RETURNS").status_code == 404
    assert web.post("/oauth/revoke", data={**form, "client_id": "app"}).status_code == 200

    assert with_token(web, tokens["access_token"]).status_code == 401


def test_t12_an_unknown_account_looks_like_a_wrong_password(
    app: Flask, exchange: Exchange, maria: Visitor
) -> None:
    """T12: the same page, letter by letter, but for what was typed."""
    pages = []
    for id in (MARIA, "nobody@ine.gob.sv"):
        visitor = Visitor(app, exchange)
        visitor.open("/sign-in?lang=en")
        visitor.send(id=id, password=WRONG)
        assert visitor.page.status_code == 403
        mark = html.fromstring(visitor.page.text).forms[0].fields["form_mark"]
        typed = f'value="{id}"'
        assert typed in visitor.page.text
        pages.append(visitor.page.text.replace(typed, "").replace(mark, "MARK"))

    assert pages[0] == pages[1]


def test_t13_who_guesses_at_passwords_waits(
    app: Flask, exchange: Exchange, maria: Visitor, clock: Clock
) -> None:
    """T13: 429 with Retry-After; the account's owner comes in from her own browser meanwhile."""
    thief = Visitor(app, exchange)
    for _ in range(FREE):
        thief.open("/sign-in")
        thief.send(id=MARIA, password=WRONG)
    thief.send(id=MARIA, password=PASSWORD)

    assert thief.page.status_code == 429
    assert int(thief.page.headers["Retry-After"]) > 0
    maria.open("/account")
    maria.send(0)
    maria.sign_in()
    assert maria.title == "María Pérez"


def test_t13_who_guesses_at_codes_of_programs_waits(maria: Visitor) -> None:
    """T13: user codes are not found by trying."""
    for _ in range(FREE):
        maria.open("/device")
        maria.send(user_code="BCDF-GHJK")
        assert maria.page.status_code == 404

    maria.send(user_code="BCDF-GHJK")

    assert maria.page.status_code == 429
    assert "Retry-After" in maria.page.headers


def test_t13_a_program_s_code_ends_with_its_time(app: Flask, maria: Visitor, clock: Clock) -> None:
    """T13: ten minutes; and who asks too often is told to slow down."""
    web = app.test_client()
    asked = web.post("/oauth/device_authorization", data={"client_id": "gateway-cli"}).json
    assert asked is not None
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "gateway-cli",
        "device_code": asked["device_code"],
    }

    said = [(web.post("/oauth/token", data=form).json or {})["error"] for _ in range(2)]
    clock.move(minutes=10)
    late = (web.post("/oauth/token", data=form).json or {})["error"]
    maria.open("/device")
    maria.send(user_code=asked["user_code"])

    assert [*said, late] == ["authorization_pending", "slow_down", "expired_token"]
    assert maria.page.status_code == 404


def test_t13_only_programs_that_may_ask_for_codes(app: Flask, exchange: Exchange) -> None:
    """The phishing of codes needs a client that shows them: each is registered for it."""
    web = app.test_client()

    answer = web.post("/oauth/device_authorization", data={"client_id": "app"})

    refused(answer, "unauthorized_client")
    assert web.post("/oauth/device_authorization", data={"client_id": "x"}).status_code == 401


FORMS = [
    "/sign-in",
    "/sign-in/code",
    "/sign-out",
    "/account/password",
    "/account/revoke",
    "/account/sign-out-everywhere",
    "/device",
    asking(),
]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("forged", ["no mark", "another's mark", "another site"])
def test_t22_another_site_sends_none_of_our_forms(
    app: Flask, exchange: Exchange, maria: Visitor, path: str, forged: str
) -> None:
    """T22: 403, and nothing is done; signing in included, lest somebody act as the thief."""
    other = Visitor(app, exchange)
    other.open("/sign-in")
    mark = html.fromstring(other.page.text).forms[0].fields["form_mark"]
    headers = {}
    if forged == "another site":
        maria.open("/account")
        mark = html.fromstring(maria.page.text).forms[0].fields["form_mark"]
        headers["Sec-Fetch-Site"] = "cross-site"

    form = {"decision": "allow", **({} if forged == "no mark" else {"form_mark": mark})}
    answer = maria.web.post(path, data=form, headers=headers)

    assert answer.status_code == 403
    assert "Location" not in answer.headers
    assert maria.open("/account").status_code == 200
    assert maria.title == "María Pérez"


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/device", asking()])
def test_t22_no_page_is_shown_within_another(maria: Visitor, path: str) -> None:
    """T22: no click is borrowed; no script runs; nothing is kept in a cache."""
    maria.open(path)
    policy = maria.page.headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert maria.page.headers["Cache-Control"] == "private, no-store"
    assert maria.page.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in maria.page.text


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_t22_cookies_are_this_host_s_and_no_script_s(exchange: Exchange, scheme: str) -> None:
    """T22: SameSite and HttpOnly; over https Secure, and bound to the host."""
    web = create_app(exchange, f"{scheme}://gateway.example").test_client()

    cookie = web.get("/sign-in").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cookie.startswith("__Host-gateway=") == (scheme == "https")
    assert ("Secure" in cookie) == (scheme == "https")


def test_t22_a_cookie_from_before_signing_in_opens_nothing(
    app: Flask, exchange: Exchange, maria: Visitor
) -> None:
    """T22: who knows the cookie of a browser beforehand is not signed in with it."""
    visitor = Visitor(app, exchange)
    visitor.secret = maria.secret
    visitor.open("/sign-in")
    before = visitor.web.get_cookie("gateway")
    visitor.sign_in()
    after = visitor.web.get_cookie("gateway")
    assert before is not None
    assert after is not None
    assert before.value != after.value

    thief = app.test_client()
    thief.set_cookie("gateway", before.value)

    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize(
    "onward",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "evil", "/\t/evil", ""],
)
def test_t22_signing_in_leads_nowhere_else(maria: Visitor, onward: str) -> None:
    """An open redirect would lend our name to a thief's page."""
    answer = maria.web.get(f"/sign-in?{urlencode({'next': onward})}")

    assert answer.headers["Location"] == "/account"


def test_a_person_says_no(maria: Visitor) -> None:
    """And the app hears so, with its state and with who says it."""
    maria.open(asking())
    maria.send(button="deny")

    assert maria.answer()["error"] == "access_denied"
    assert maria.answer()["iss"] == ISSUER


def test_consent_names_no_dataflow_that_the_person_does_not_see(
    exchange: Exchange, maria: Visitor
) -> None:
    """Before a grant none, with one to her that one alone."""
    maria.open(asking())
    before = maria.page.text
    grant = Grant(f"person:{MARIA}", ("read",), dataflow="LMIG:DF_RETURNS")
    made = exchange.grants.add(grant, "tests", exchange.clock())
    maria.open(asking())
    after = maria.page.text
    exchange.grants.revoke(made.id, "tests", exchange.clock())

    assert "<code>DF_" not in before
    assert re.findall(r"<code>(DF_\w+)</code>", after) == ["DF_RETURNS"]


def test_a_person_gives_no_more_than_she_has(app: Flask, exchange: Exchange) -> None:
    """Whatever the client may have; and as soon as it is taken from her, her tokens lack it."""
    visitor = Visitor(app, exchange)
    visitor.set_up(invited(exchange, "new@ine.gob.gt", scopes=()))
    visitor.open(asking())

    assert visitor.answer()["error"] == "access_denied"


def test_consent_is_remembered_where_that_was_chosen(
    app: Flask, exchange: Exchange, maria: Visitor
) -> None:
    """And never for a program that cannot prove that it is itself (RFC 8252, 8.6)."""
    _, secret = exchange.clients.add("Kept", [DATA_READ], exchange.clock(), "kept")
    exchange.accounts.apps.allow("kept", (BACK,))
    visitor = maria
    visitor.open(asking(client_id="kept"))
    visitor.send(button="allow", remember="yes")
    visitor.open(asking(client_id="kept"))
    again = visitor.answer()
    visitor.open(asking())
    assert "remember" not in visitor.page.text

    alone = redeemed(app, again["code"], client_id="kept")
    assert alone.status_code == 401  # its secret is asked for

    visitor.open(asking(client_id="kept"))
    form = {
        "grant_type": "authorization_code",
        "code": visitor.answer()["code"],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    granted(app.test_client().post("/oauth/token", data=form, headers=basic("kept", secret)))


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_t28_no_header_says_where_we_are(maria: Visitor, app: Flask, header: str) -> None:
    """T28: addresses that are handed out come from the settings."""
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    headers = {header: value}
    asked = maria.web.post(
        "/oauth/device_authorization", data={"client_id": "gateway-cli"}, headers=headers
    )
    sent = app.test_client().get(asking(code_challenge=None), headers=headers)

    assert "evil" not in asked.text
    assert parse_qs(urlsplit(sent.headers["Location"]).query)["iss"] == [ISSUER]


def test_an_account_closed_meanwhile_reads_no_more(app: Flask, exchange: Exchange) -> None:
    """Withdrawal works on the next request, for browser and programs alike."""
    maria = Visitor(app, exchange)
    maria.set_up(invited(exchange, "leaving@ine.gob.gt"))
    tokens = granted(redeemed(app, code(maria)))

    exchange.accounts.people.revoke("leaving@ine.gob.gt", exchange.clock())

    assert with_token(app.test_client(), tokens["access_token"]).status_code == 401
    refused(refreshed(app, tokens["refresh_token"]), "invalid_grant")
    maria.open("/account")
    assert maria.title == "Entrar"


def test_a_program_is_sent_away_on_the_account_page(app: Flask, maria: Visitor) -> None:
    """The person sees who acts for her, and ends it."""
    tokens = granted(redeemed(app, code(maria)))
    maria.open("/account")
    assert "An app" in maria.page.text

    maria.send(1)

    assert "An app" not in maria.page.text
    assert with_token(app.test_client(), tokens["access_token"]).status_code == 401
