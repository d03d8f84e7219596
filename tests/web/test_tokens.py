"""Tokens: who gets one, and everything that is no token of ours."""

import base64
import json
from collections.abc import Mapping
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey

from gateway.access.clients import DATA_READ, SCOPES
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, basic, token

DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"
GRANT = {"grant_type": "client_credentials"}
FORGED = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)

Values = Mapping[str, object]


@pytest.fixture(scope="module")
def client_id(loaded: Exchange) -> str:
    return loaded.clients.add("crafted", SCOPES, loaded.clock())[0]


def signing_key(exchange: Exchange) -> Key:
    """The key that the gateway signs with now."""
    (key,) = exchange.keys.signing(exchange.clock())
    return key


def claims(exchange: Exchange, client: str, /, **other: object) -> dict[str, object]:
    """The claims of a good token, or others; those set to None are left out."""
    now = int(exchange.clock().timestamp())
    good = {
        "iss": ISSUER,
        "aud": f"{ISSUER}/sdmx",
        "sub": client,
        "client_id": client,
        "iat": now,
        "exp": now + 600,
        "jti": "1",
        "scope": DATA_READ,
    }
    return {name: value for name, value in {**good, **other}.items() if value is not None}


def header(exchange: Exchange, **other: object) -> dict[str, object]:
    """The header of a good token, or another."""
    good = {"alg": "ES256", "typ": "at+jwt", "kid": signing_key(exchange).kid}
    return {name: value for name, value in {**good, **other}.items() if value is not None}


def signed(
    exchange: Exchange, values: Values, head: Values | None = None, key: object = None
) -> str:
    algorithms = ["ES256", "HS256"]
    return jwt.encode(
        dict(head or header(exchange)),
        dict(values),
        key or signing_key(exchange),
        algorithms=algorithms,
    )


def encoded(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def asked(web: FlaskClient, text: str) -> tuple[int, str]:
    answer = web.get(DATA, headers={"Authorization": f"Bearer {text}"})
    return answer.status_code, answer.headers.get("WWW-Authenticate", "")


def test_a_good_token_reads_data(loaded: Exchange, web: FlaskClient, client_id: str) -> None:
    """The crafted token of the cases below, with nothing changed."""
    status, _ = asked(web, signed(loaded, claims(loaded, client_id)))

    assert status == HTTPStatus.OK


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"iss": "https://elsewhere"}, id="wrong issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"aud": "https://elsewhere/sdmx"}, id="wrong audience"),
        pytest.param({"aud": ISSUER}, id="the issuer as audience"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"exp": None}, id="no end"),
        pytest.param({"exp": "tomorrow"}, id="an end that is no time"),
        pytest.param({"exp": 1}, id="expired long ago"),
        pytest.param({"iat": None}, id="no beginning"),
        pytest.param({"nbf": 99999999999}, id="not yet"),
        pytest.param({"jti": None}, id="no id of its own"),
        pytest.param({"sub": None}, id="no subject"),
        pytest.param({"client_id": None}, id="no client"),
        pytest.param({"client_id": "nobody"}, id="unknown client"),
        pytest.param({"client_id": ["a"]}, id="a list for a client"),
    ],
)
def test_a_token_with_wrong_claims_does_not_hold(
    loaded: Exchange, web: FlaskClient, client_id: str, other: Values
) -> None:
    """Rightly signed is not enough. Source: RFC 9068, section 4."""
    status, challenge = asked(web, signed(loaded, claims(loaded, client_id, **other)))

    assert status == HTTPStatus.UNAUTHORIZED
    assert 'error="invalid_token"' in challenge


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"typ": None}, id="no type"),
        pytest.param({"typ": "JWT"}, id="another type"),
        pytest.param({"typ": "logout+jwt"}, id="a logout token"),
        pytest.param({"kid": None}, id="no key id"),
        pytest.param({"kid": "other"}, id="unknown key id"),
    ],
)
def test_a_token_with_a_wrong_header_does_not_hold(
    loaded: Exchange, web: FlaskClient, client_id: str, other: Values
) -> None:
    """A token made for something else is not taken for an access token."""
    head = header(loaded, **other)
    text = signed(loaded, claims(loaded, client_id), head, signing_key(loaded))

    status, _ = asked(web, text)

    assert status == HTTPStatus.UNAUTHORIZED


def test_a_token_of_another_key_does_not_hold(
    loaded: Exchange, web: FlaskClient, client_id: str
) -> None:
    """Also where it names our key as its own, or brings its own key along."""
    good = claims(loaded, client_id)
    heads = [
        header(loaded),
        header(loaded, kid=FORGED.kid),
        header(loaded, jwk=FORGED.as_dict(private=False)),
    ]

    found = [asked(web, signed(loaded, good, head, FORGED))[0] for head in heads]

    assert found == [HTTPStatus.UNAUTHORIZED] * 3


def test_the_algorithm_is_not_the_token_s_to_choose(
    loaded: Exchange, web: FlaskClient, client_id: str
) -> None:
    """Neither none, nor our public key taken for a shared secret."""
    good = claims(loaded, client_id)
    public = signing_key(loaded).as_pem(private=False)
    unsigned = f"{encoded(header(loaded, alg='none'))}.{encoded(good)}."
    shared = OctKey.import_key(base64.b64encode(public))
    confused = signed(loaded, good, header(loaded, alg="HS256"), shared)

    assert asked(web, unsigned)[0] == HTTPStatus.UNAUTHORIZED
    assert asked(web, confused)[0] == HTTPStatus.UNAUTHORIZED


def test_a_changed_token_does_not_hold(loaded: Exchange, web: FlaskClient, client_id: str) -> None:
    """The signature is over header and claims."""
    head, body, signature = signed(loaded, claims(loaded, client_id, scope=None)).split(".")
    other = encoded(claims(loaded, client_id))
    changed = [f"{head}.{other}.{signature}", f"{head}.{body}.", f"{head}.{body}.{signature}x"]

    assert [asked(web, text)[0] for text in changed] == [HTTPStatus.UNAUTHORIZED] * 3


@pytest.mark.parametrize(
    "text",
    [
        *("x", ".", "..", "a.b.c", "a.b.c.d", "a.b.c.d.e", "é", "null", "{}", "=" * 10, "x" * 7000),
        f"{encoded([])}.{encoded([])}.x",
        f"{encoded({'alg': 'ES256'})}.{encoded('text')}.x",
        f"{encoded({'alg': ['ES256'], 'typ': 1})}.{encoded({})}.x",
        f"{encoded(b'[' * 2000)}.{encoded({})}.x",
    ],
)
def test_garbage_is_no_token(web: FlaskClient, text: str) -> None:
    """401 with a challenge, whatever it is; never a 500."""
    status, challenge = asked(web, text)

    assert status == HTTPStatus.UNAUTHORIZED
    assert challenge.startswith("Bearer ")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Authorization": ""}, id="empty"),
        pytest.param({"Authorization": "Bearer"}, id="no token"),
        pytest.param({"Authorization": "Bearer  "}, id="blanks"),
        pytest.param({"Authorization": "Token x"}, id="another scheme"),
    ],
)
@pytest.mark.parametrize("path", [DATA, "/sdmx/v1/data/DF_RETURNS"], ids=["v2", "v1"])
def test_data_without_a_token_are_401(web: FlaskClient, path: str, headers: dict[str, str]) -> None:
    """The challenge names no error, for none was made yet. Source: RFC 6750, section 3."""
    answer = web.get(path, headers=headers)

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="')
    assert "error" not in answer.headers["WWW-Authenticate"]


def test_a_token_in_the_url_is_not_taken(
    loaded: Exchange, web: FlaskClient, client_id: str
) -> None:
    """URLs end up in logs."""
    text = signed(loaded, claims(loaded, client_id))

    answer = web.get(f"{DATA}?access_token={text}")

    assert answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED)


@pytest.mark.parametrize("scope", [None, "", "data.readx", "data", ["data.read"], 1], ids=repr)
def test_a_token_without_the_scope_is_403(
    loaded: Exchange, web: FlaskClient, client_id: str, scope: object
) -> None:
    """Known, and not allowed: the challenge names the scope that it takes."""
    status, challenge = asked(web, signed(loaded, claims(loaded, client_id, scope=scope)))

    assert status == HTTPStatus.FORBIDDEN
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{DATA_READ}"' in challenge


def test_a_token_expires(loaded: Exchange, home: Home, client_id: str) -> None:
    """Ten minutes, and as much more as clocks may differ; then it is 401."""
    clock = Clock()
    exchange = Exchange(home, clock)
    web = create_app(exchange, ISSUER).test_client()
    id, _ = exchange.clients.add("office", SCOPES, clock())
    exchange.grants.add(Grant(f"client:{id}", ("read",)), "tests", clock())
    text = signed(exchange, claims(exchange, id))

    statuses = []
    for minutes in (0, 9, 2):
        clock.move(minutes=minutes)
        statuses.append(asked(web, text)[0])
    exchange.close()

    nothing_released = HTTPStatus.NO_CONTENT
    assert statuses == [nothing_released, nothing_released, HTTPStatus.UNAUTHORIZED]


def test_the_endpoint_gives_a_token_by_the_standard(loaded: Exchange, web: FlaskClient) -> None:
    """RFC 6749, 5.1, and RFC 9068, 2: a bearer token of ten minutes, not to be cached."""
    id, secret = loaded.clients.add("standard", [DATA_READ], loaded.clock())

    answer = web.post("/oauth/token", data=GRANT, headers=basic(id, secret))

    assert answer.status_code == HTTPStatus.OK
    assert answer.json is not None
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 600)
    assert answer.json["scope"] == DATA_READ
    assert "no-store" in answer.headers["Cache-Control"]
    assert "refresh_token" not in answer.json
    decoded = jwt.decode(answer.json["access_token"], signing_key(loaded), algorithms=["ES256"])
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.claims["exp"] - decoded.claims["iat"] == 600
    assert decoded.claims["client_id"] == id
    assert decoded.claims["aud"] == f"{ISSUER}/sdmx"


def test_each_token_has_an_id_of_its_own(loaded: Exchange, web: FlaskClient) -> None:
    """Two tokens of one client can be told apart in a log."""
    id, secret = loaded.clients.add("twice", SCOPES, loaded.clock())

    ids = {
        jwt.decode(token(web, id, secret), signing_key(loaded), algorithms=["ES256"]).claims["jti"]
        for _ in range(3)
    }

    assert len(ids) == 3


def test_unknown_client_and_wrong_secret_answer_alike(loaded: Exchange, web: FlaskClient) -> None:
    """Nobody learns which ids there are; nor of a revoked client that it was one."""
    id, secret = loaded.clients.add("alike", SCOPES, loaded.clock())
    gone, old = loaded.clients.add("gone", SCOPES, loaded.clock())
    loaded.clients.revoke(gone, loaded.clock())
    attempts = [(id, "wrong"), (id, ""), ("nobody", secret), ("nobody", ""), (gone, old), ("", "")]

    answers = [web.post("/oauth/token", data=GRANT, headers=basic(*each)) for each in attempts]

    assert {answer.status_code for answer in answers} == {HTTPStatus.UNAUTHORIZED}
    assert len({answer.data for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"].split()[0] for answer in answers} == {"Basic"}


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        pytest.param("?grant_type=client_credentials", {}, 400, id="grant in the URL"),
        pytest.param("?client_id=a&client_secret=b", GRANT, 400, id="secret in the URL"),
        pytest.param("", {}, 400, id="no grant"),
        pytest.param("", {"grant_type": "password"}, 400, id="another grant"),
        pytest.param("", {"grant_type": "authorization_code", "code": "x"}, 400, id="a code"),
        pytest.param("", {"grant_type": ["client_credentials"] * 2}, 400, id="grant twice"),
    ],
)
def test_the_endpoint_refuses_what_is_not_its_grant(
    loaded: Exchange, web: FlaskClient, path: str, form: dict[str, str], status: int
) -> None:
    """Also with good credentials. Source: RFC 6749, 5.2."""
    good = loaded.clients.add("refused", SCOPES, loaded.clock())

    answer = web.post(f"/oauth/token{path}", data=form, headers=basic(*good))

    assert answer.status_code == status
    assert answer.json is not None
    assert "error" in answer.json
    assert "access_token" not in answer.json


def test_a_secret_in_the_body_is_not_taken(loaded: Exchange, web: FlaskClient) -> None:
    """Clients authenticate by the header alone."""
    id, secret = loaded.clients.add("body", SCOPES, loaded.clock())

    answer = web.post("/oauth/token", data={**GRANT, "client_id": id, "client_secret": secret})

    assert answer.status_code == HTTPStatus.UNAUTHORIZED


def test_an_unknown_scope_is_never_granted(loaded: Exchange, web: FlaskClient) -> None:
    """It is refused, or left out of the token; a client without the right gets no use of it."""
    good = loaded.clients.add("scoped", SCOPES, loaded.clock())

    answer = web.post("/oauth/token", data={**GRANT, "scope": "data.write"}, headers=basic(*good))

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json is not None
    assert answer.json["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param(base64.b64encode(b"\xff\xfe:\xff").decode(), id="not UTF-8"),
        pytest.param("a", id="not base64"),
        pytest.param("é", id="not ASCII"),
        pytest.param(base64.b64encode(b"nocolon").decode(), id="no colon"),
        pytest.param(base64.b64encode(b"a\x00b:c").decode(), id="null"),
        pytest.param("", id="empty"),
        pytest.param(base64.b64encode(b"x" * 100_000 + b":y").decode(), id="long"),
    ],
)
def test_odd_credentials_are_401(web: FlaskClient, credentials: str) -> None:
    """Never a 500."""
    answer = web.post("/oauth/token", data=GRANT, headers={"Authorization": f"Basic {credentials}"})

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.json is not None
    assert answer.json["error"] == "invalid_client"


def test_the_endpoint_is_posted_to(web: FlaskClient) -> None:
    """A GET would put credentials into logs."""
    assert web.get("/oauth/token").status_code == HTTPStatus.METHOD_NOT_ALLOWED
