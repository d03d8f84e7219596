"""Attacks on machines' access: each test is a line of the list of attacks that must fail.

T1 to T7 on tokens and proofs, T12 to T15 on clients, T28 and T30 to T32 on what is around them.
"""

import base64
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, Key, OctKey, RSAKey
from werkzeug.test import TestResponse

from gateway.access.clients import SCOPES, Proof
from gateway.access.keys import AHEAD, LINGER
from gateway.access.keysets import keys_in_file
from gateway.errors import BadConfiguration, BadFile
from gateway.exchange import Exchange
from gateway.fetch import Bounds, fetch
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, basic
from tests.homes import fresh
from tests.signing import Values, assertion, encoded, new_key, proof, registered, sign
from tests.web.attacks.asking import DATA, ENDPOINT, GRANT, V1, refused, silence, with_token

__all__ = ["silence"]

pytestmark = pytest.mark.usefixtures("silence")

OURS = new_key()
"""The key of the client that asks in these tests."""

OTHER = new_key()
BOUND = new_key()


@dataclass
class Place:
    """A gateway of these tests' own, its clock, and its web."""

    exchange: Exchange
    clock: Clock
    web: FlaskClient

    @property
    def key(self) -> Key:
        (key,) = self.exchange.keys.signing(self.clock())
        return key

    def form(self, **other: object) -> dict[str, str]:
        return assertion(OURS, "office", ISSUER, self.clock(), **other)

    def claims(self, **other: object) -> dict[str, object]:
        """The claims of a good token, or others; those set to None are left out."""
        now = int(self.clock().timestamp())
        good = {
            "iss": ISSUER,
            "aud": f"{ISSUER}/sdmx",
            "sub": "office",
            "client_id": "office",
            "iat": now,
            "exp": now + 600,
            "jti": "1",
            "scope": "data.read",
        }
        return {name: value for name, value in {**good, **other}.items() if value is not None}

    def head(self, **other: object) -> dict[str, object]:
        good = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}
        return {name: value for name, value in {**good, **other}.items() if value is not None}

    def made(self, head: Values | None = None, key: Key | None = None, **claims: object) -> str:
        """A token with another header, key or claims."""
        return sign({**self.head(), **(head or {})}, self.claims(**claims), key or self.key)

    def token(self, **headers: str) -> str:
        """A token that the gateway gave."""
        answer = self.web.post(ENDPOINT, data=self.form(), headers=headers)
        assert answer.json is not None
        assert answer.status_code == 200, answer.text
        return str(answer.json["access_token"])

    def bound(self) -> str:
        """A token that the gateway bound to a key."""
        return self.token(DPoP=proof(BOUND, "POST", ISSUER + ENDPOINT, self.clock()))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Nothing is released there: a good token gets 204."""
    clock = Clock()
    exchange = Exchange(fresh(tmp_path_factory.mktemp("attacked")), clock)
    registered(exchange, "office", OURS)
    yield Place(exchange, clock, create_app(exchange, ISSUER).test_client())
    exchange.close()


@pytest.fixture(autouse=True)
def _later(place: Place) -> None:
    """Each test begins when the wrong attempts of the one before are forgotten."""
    place.clock.move(minutes=2)


def test_t00_what_is_good_holds(place: Place) -> None:
    """Else every refusal below would mean nothing."""
    assert with_token(place.web, place.made()).status_code == 204
    assert with_token(place.web, place.token()).status_code == 204


@pytest.mark.parametrize("path", [DATA, V1], ids=["v2", "v1"])
@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE", ""])
def test_t01_no_algorithm(place: Place, algorithm: str, path: str) -> None:
    """alg none in any spelling, with an empty signature or a stranger's."""
    head, body = encoded(place.head(alg=algorithm)), encoded(place.claims())
    signature = place.made().rpartition(".")[2]

    for text in (f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.{signature}"):
        refused(with_token(place.web, text, path), 401, "invalid_token")


def test_t01_changed_token(place: Place) -> None:
    """Other claims under the same signature; the signature cut off, or of another token."""
    head, body, signature = place.made().split(".")
    more = encoded(place.claims(scope="data.read data.approve"))

    for text in (
        f"{head}.{more}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-2]}",
    ):
        refused(with_token(place.web, text), 401, "invalid_token")


def test_t02_public_key_as_secret(place: Place) -> None:
    """HS256 with our public key as a PEM, as a JWK, or its x alone."""
    public = place.key.as_dict(private=False)
    secrets = [
        place.key.as_pem(private=False),
        str(public).encode(),
        str(public["x"]).encode(),
        base64.urlsafe_b64decode(f"{public['x']}="),
    ]

    for secret in secrets:
        key = OctKey.import_key(base64.urlsafe_b64encode(secret).decode())
        text = place.made({"alg": "HS256"}, key)
        refused(with_token(place.web, text), 401, "invalid_token")


def test_t02_no_shared_secret_enters_a_key_set() -> None:
    """Neither alone nor beside a good key, when a partner hands in a file."""
    shared = {"kty": "oct", "k": "c2VjcmV0"}

    for content in (shared, {"keys": [shared]}, {"keys": [OURS.as_dict(private=False), shared]}):
        with pytest.raises(BadFile):
            keys_in_file(str(content).replace("'", '"').encode())


@pytest.mark.parametrize(
    "head",
    [
        pytest.param({"kid": "../../etc/passwd"}, id="path"),
        pytest.param({"kid": "' OR 1=1 --"}, id="SQL"),
        pytest.param({"kid": "a\0b"}, id="NUL"),
        pytest.param({"kid": "k" * 400}, id="400 signs"),
        pytest.param({"kid": "unknown"}, id="unknown"),
        pytest.param({"kid": ["a"]}, id="list"),
        pytest.param({"kid": ""}, id="empty"),
        pytest.param({"jwk": OTHER.as_dict(private=False)}, id="jwk"),
        pytest.param({"jku": "https://evil.example/jwks"}, id="jku"),
        pytest.param({"x5u": "https://evil.example/x5u"}, id="x5u"),
        pytest.param({"x5c": ["MII="]}, id="x5c"),
        pytest.param({"crit": ["exp"], "exp": 1}, id="crit"),
        pytest.param({"crit": ["b64"], "b64": False}, id="b64"),
        pytest.param({"zip": "DEF"}, id="zip"),
    ],
)
def test_t03_headers_choose_nothing(place: Place, head: Values) -> None:
    """Rightly or wrongly signed, and nothing is fetched."""
    for key in (place.key, OTHER):
        text = f"{encoded({**place.head(), **head})}.{encoded(place.claims())}"
        refused(with_token(place.web, _signed(text, key)), 401, "invalid_token")


def test_t03_no_key_named(place: Place) -> None:
    """A token that names no key is none of ours."""
    text = sign(place.head(kid=None), place.claims(), place.key)

    refused(with_token(place.web, text), 401, "invalid_token")


def _signed(text: str, key: Key) -> str:
    """A text with a right signature, whatever its header says."""
    assert isinstance(key, ECKey)
    assert key.private_key is not None
    r, s = decode_dss_signature(key.private_key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": 1}, id="exp past"),
        pytest.param({"exp": "9999999999"}, id="exp text"),
        pytest.param({"exp": float("nan")}, id="exp NaN"),
        pytest.param({"exp": float("inf")}, id="exp Infinity"),
        pytest.param({"exp": True}, id="exp true"),
        pytest.param({"exp": None}, id="exp missing"),
        pytest.param({"exp": 10**400}, id="exp huge"),
        pytest.param({"nbf": 99_999_999_999}, id="nbf future"),
        pytest.param({"iat": 99_999_999_999}, id="iat future"),
        pytest.param({"iat": None}, id="iat missing"),
        pytest.param({"iss": "https://elsewhere.example"}, id="iss other"),
        pytest.param({"iss": f"{ISSUER}/"}, id="iss with a slash"),
        pytest.param({"iss": [ISSUER]}, id="iss list"),
        pytest.param({"iss": None}, id="iss missing"),
        pytest.param({"aud": "https://elsewhere.example/sdmx"}, id="aud other"),
        pytest.param({"aud": f"{ISSUER}/sdmx/"}, id="aud with a slash"),
        pytest.param({"aud": None}, id="aud missing"),
        pytest.param({"aud": []}, id="aud empty"),
        pytest.param({"aud": {"a": 1}}, id="aud object"),
        pytest.param({"jti": None}, id="jti missing"),
        pytest.param({"jti": 1}, id="jti number"),
        pytest.param({"sub": None}, id="sub missing"),
        pytest.param({"client_id": "nobody"}, id="client unknown"),
        pytest.param({"cnf": {"x5t#S256": "a"}}, id="bound in another way"),
        pytest.param({"cnf": "a"}, id="bound by a text"),
        pytest.param({"authorization_details": [{"type": "other"}]}, id="details of another type"),
    ],
)
def test_t04_wrong_claims(place: Place, claims: Values) -> None:
    """Rightly signed is not enough."""
    refused(with_token(place.web, place.made(**claims)), 401, "invalid_token")


@pytest.mark.parametrize("type", ["JWT", None, "at+jwtx", "dpop+jwt", "id_token+jwt", "AT JWT"])
def test_t04_wrong_type(place: Place, type: str | None) -> None:
    """A token made for something else."""
    head = {name: value for name, value in place.head(typ=type).items() if value is not None}

    refused(with_token(place.web, sign(head, place.claims(), place.key)), 401, "invalid_token")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": "office", "nonce": "n"}, id="id token"),
        pytest.param({"aud": ISSUER + ENDPOINT, "sub": "office"}, id="assertion"),
        pytest.param(
            {"iss": "https://idp.example", "aud": f"{ISSUER}/sdmx"}, id="another issuer's"
        ),
    ],
)
def test_t05_other_tokens(place: Place, claims: Values) -> None:
    """Signed with our own key, and yet no access token."""
    for type in ("JWT", "at+jwt"):
        text = place.made({"typ": type}, **claims)
        refused(with_token(place.web, text), 401, "invalid_token")


@pytest.mark.parametrize(
    "text", ["8xLOxBtZp8", "urn:device:GmRhmhcxhwAzkoEqiMEg", "a.b.c.d.e", "é"]
)
def test_t05_opaque_tokens(place: Place, text: str) -> None:
    """Refresh tokens, device codes and encrypted ones are not for asking data."""
    refused(with_token(place.web, text), 401, "invalid_token")


def test_t06_bound_token_needs_its_key(place: Place) -> None:
    """It never passes as Bearer, nor without a proof, nor with one of another key."""
    token, now = place.bound(), place.clock()
    good = proof(BOUND, "GET", ISSUER + DATA, now, token)
    other = proof(OTHER, "GET", ISSUER + DATA, now, token)

    refused(with_token(place.web, token), 401, "invalid_token")
    refused(_with_proofs(place, token, good, scheme="Bearer"), 401, "invalid_token")
    refused(_with_proofs(place, token), 401, "invalid_dpop_proof")
    refused(_with_proofs(place, token, other), 401, "invalid_dpop_proof")
    refused(_with_proofs(place, token, good, good), 401, "invalid_dpop_proof")
    assert _with_proofs(place, token, good).status_code == 204


def test_t06_proof_comes_once(place: Place) -> None:
    """Also where two come at the same moment."""
    token = place.bound()
    used = proof(BOUND, "GET", ISSUER + DATA, place.clock(), token)
    statuses: list[int] = []

    threads = [
        threading.Thread(
            target=lambda: statuses.append(_with_proofs(place, token, used).status_code)
        )
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(statuses) == [204, *[401] * 7]


@pytest.mark.parametrize(
    ("claims", "head"),
    [
        pytest.param({"htm": "POST"}, {}, id="htm"),
        pytest.param({"htu": f"{ISSUER}/sdmx/v2/data"}, {}, id="htu"),
        pytest.param({"htu": f"https://evil.example{DATA}"}, {}, id="htu of another host"),
        pytest.param({"htu": ["x"]}, {}, id="htu list"),
        pytest.param({"ath": None}, {}, id="no ath"),
        pytest.param({"ath": "x"}, {}, id="ath of another token"),
        pytest.param({"iat": 1}, {}, id="old"),
        pytest.param({"iat": 99_999_999_999}, {}, id="of tomorrow"),
        pytest.param({"iat": None}, {}, id="no iat"),
        pytest.param({"jti": None}, {}, id="no jti"),
        pytest.param({"jti": "j" * 300}, {}, id="long jti"),
        pytest.param({}, {"typ": "JWT"}, id="typ"),
        pytest.param({}, {"jwk": None}, id="no key"),
        pytest.param({}, {"jwk": OTHER.as_dict(private=False)}, id="another's key"),
        pytest.param({}, {"jwk": BOUND.as_dict(private=True)}, id="private key"),
        pytest.param({}, {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}, id="shared key"),
        pytest.param({}, {"jku": "https://evil.example/"}, id="jku"),
    ],
)
def test_t06_wrong_proofs(place: Place, claims: Values, head: Values) -> None:
    """Each part of a proof is checked. Source: RFC 9449, 4.3."""
    token = place.bound()
    wrong = proof(BOUND, "GET", ISSUER + DATA, place.clock(), token, head, **claims)

    refused(_with_proofs(place, token, wrong), 401, "invalid_dpop_proof")


@pytest.mark.parametrize(
    ("asked", "claimed", "status"),
    [
        ("/*.SV", "/%2A.SV", 204),
        ("/%2A.SV", "/*.SV", 204),
        ("/A.SV?format=csv", "/A.SV", 204),
        ("/A.SV", "/A.SV?format=csv#x", 204),
        ("/A.SV", "/A.GT", 401),
    ],
)
def test_t06_addresses_are_compared_decoded(
    place: Place, asked: str, claimed: str, status: int
) -> None:
    """Clients encode them in their own ways. Source: RFC 9449, 4.3; RFC 3986, 6.2.2."""
    token, data = place.bound(), DATA.rpartition("/")[0]
    shown = proof(BOUND, "GET", ISSUER + data + claimed, place.clock(), token)

    answer = place.web.get(data + asked, headers={"Authorization": f"DPoP {token}", "DPoP": shown})

    assert answer.status_code == status


def test_t06_bearer_token_with_another_scheme(place: Place) -> None:
    """A token that is bound to no key gains nothing by a proof."""
    token = place.token()
    extra = proof(BOUND, "GET", ISSUER + DATA, place.clock(), token)

    refused(_with_proofs(place, token, extra), 401, "invalid_token")


def _with_proofs(place: Place, token: str, *proofs: str, scheme: str = "DPoP") -> TestResponse:
    headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", each) for each in proofs)]
    return place.web.get(DATA, headers=headers)


@pytest.mark.parametrize(
    ("claims", "head"),
    [
        pytest.param({"aud": "https://elsewhere.example"}, {}, id="aud other"),
        pytest.param({"aud": [ISSUER, "https://elsewhere.example"]}, {}, id="aud of two"),
        pytest.param({"aud": None}, {}, id="aud missing"),
        pytest.param({"iss": "other"}, {}, id="iss other"),
        pytest.param({"sub": "nobody"}, {}, id="sub unknown"),
        pytest.param({"sub": ["office"]}, {}, id="sub list"),
        pytest.param({"sub": None}, {}, id="sub missing"),
        pytest.param({"exp": 99_999_999_999}, {}, id="exp in a thousand years"),
        pytest.param({"exp": 1}, {}, id="exp past"),
        pytest.param({"exp": None}, {}, id="exp missing"),
        pytest.param({"exp": "x"}, {}, id="exp text"),
        pytest.param({"iat": 99_999_999_999}, {}, id="iat future"),
        pytest.param({"nbf": 99_999_999_999}, {}, id="nbf future"),
        pytest.param({"jti": None}, {}, id="jti missing"),
        pytest.param({"jti": ["a"]}, {}, id="jti list"),
        pytest.param({}, {"kid": "other"}, id="kid unknown"),
        pytest.param({}, {"typ": "at+jwt"}, id="an access token"),
        pytest.param({}, {"typ": "dpop+jwt"}, id="a proof"),
        pytest.param({}, {"jku": "https://evil.example/"}, id="jku"),
        pytest.param({}, {"jwk": OURS.as_dict(private=False)}, id="jwk"),
    ],
)
def test_t07_wrong_assertions(place: Place, claims: Values, head: Values) -> None:
    """Each part of an assertion is checked. Source: RFC 7523, 3."""
    answer = place.web.post(ENDPOINT, data=place.form(head=head, **claims))

    refused(answer, 401, "invalid_client")


def test_t07_assertion_comes_once(place: Place) -> None:
    """Of eight at the same moment one gets a token."""
    form = place.form()
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(place.web.post(ENDPOINT, data=form).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(statuses) == [200, *[401] * 7]


def test_t07_assertion_of_another_key(place: Place) -> None:
    """Of no key, of another, and with another's algorithm."""
    rsa = RSAKey.generate_key(2048, auto_kid=True)
    forged = assertion(OTHER, "office", ISSUER, place.clock(), {"kid": OURS.kid})
    other = assertion(rsa, "office", ISSUER, place.clock(), {"alg": "RS256", "kid": OURS.kid})
    none = place.form()
    _, body, _ = none["client_assertion"].split(".")
    none["client_assertion"] = f"{encoded({'alg': 'none'})}.{body}."

    for form in (forged, other, none):
        refused(place.web.post(ENDPOINT, data=form), 401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [b"\xff\xfe:\xff", b"a:\xff", b"nocolon", b"a\x00b:c", b"x" * 9000 + b":y", b""],
    ids=["not UTF-8", "secret not UTF-8", "no colon", "NUL", "long", "empty"],
)
def test_t07_unreadable_credentials(place: Place, header: bytes) -> None:
    """Never a 500."""
    credentials = {"Authorization": "Basic " + base64.b64encode(header).decode()}

    refused(place.web.post(ENDPOINT, data=GRANT, headers=credentials), 401, "invalid_client")


def test_t07_one_way_to_prove_itself(place: Place) -> None:
    """A client with keys has no secret; nobody proves itself twice at once."""
    for secret in ("", "x"):
        answer = place.web.post(ENDPOINT, data=GRANT, headers=basic("office", secret))
        refused(answer, 401, "invalid_client")
    both = place.web.post(ENDPOINT, data=place.form(), headers=basic("office", "x"))
    named = place.web.post(ENDPOINT, data={**place.form(), "client_id": "other"})

    refused(both, 400, "invalid_request")
    refused(named, 401, "invalid_client")


def test_t12_unknown_and_wrong_are_told_alike(place: Place) -> None:
    """An unknown client, a wrong secret, a wrong key: one answer, to the letter."""
    _, secret = place.exchange.clients.add("with-secret", SCOPES, place.clock(), "with-secret")
    now = place.clock()
    forms = [
        (GRANT, basic("with-secret", "wrong")),
        (GRANT, basic("nobody", secret)),
        (GRANT, basic("office", secret)),
        (assertion(OTHER, "office", ISSUER, now), {}),
        (assertion(OTHER, "nobody", ISSUER, now), {}),
        (assertion(OTHER, "with-secret", ISSUER, now), {}),
    ]

    answers = [place.web.post(ENDPOINT, data=form, headers=headers) for form, headers in forms]

    for answer in answers:
        refused(answer, 401, "invalid_client")
    assert len({answer.data for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


def test_t12_unknown_and_wrong_take_alike_long(place: Place) -> None:
    """A signature is checked for nobody too."""

    def seconds(client: str) -> float:
        began = time.process_time()
        for _ in range(20):
            form = assertion(OTHER, client, ISSUER, place.clock())
            place.exchange.clients.get(client)
            place.web.post(ENDPOINT, data=form)
        return time.process_time() - began

    seconds("office")
    known, unknown = seconds("office"), seconds("nobody")

    assert 0.4 < known / unknown < 2.5


def test_t13_wrong_attempts_are_kept_off(place: Place) -> None:
    """After ten a minute 429, for known and unknown alike; and whoever is right gets in."""
    id, secret = place.exchange.clients.add("tried", SCOPES, place.clock(), "tried")
    there = {"REMOTE_ADDR": "203.0.113.9"}

    def attempt(client: str, with_secret: str, place_: dict[str, str]) -> int:
        headers = basic(client, with_secret)
        answer = place.web.post(ENDPOINT, data=GRANT, headers=headers, environ_base=place_)
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 60
            refused(answer, 429, "invalid_client")
        return answer.status_code

    tried = [attempt(id, "wrong", there) for _ in range(12)]
    unknown = [attempt("unknown", "wrong", there) for _ in range(12)]

    assert tried == unknown == [*[401] * 10, 429, 429]
    assert attempt(id, secret, there) == 200
    assert attempt(id, "wrong", {"REMOTE_ADDR": "203.0.113.10"}) == 401
    place.clock.move(minutes=1.1)
    assert attempt(id, "wrong", there) == 401


def test_t14_another_s_token_is_not_active(place: Place) -> None:
    """Nor can it be taken back; garbage is no fault, and no client is not enough."""
    registered(place.exchange, "curious", OTHER)
    token = place.token()

    def ask(path: str, key: Key, client: str, text: str) -> TestResponse:
        form = assertion(key, client, ISSUER, place.clock())
        return place.web.post(path, data={**form, "token": text})

    curious = ask("/oauth/introspect", OTHER, "curious", token)
    taken = ask("/oauth/revoke", OTHER, "curious", token)
    own = ask("/oauth/introspect", OURS, "office", token)
    garbage = ask("/oauth/revoke", OURS, "office", "garbage")
    nobody = place.web.post("/oauth/introspect", data={"token": token})
    none = place.web.post("/oauth/introspect", data={"token": token, "client_id": "office"})

    assert curious.json == {"active": False}
    refused(taken, 400, "invalid_grant")
    assert own.json is not None
    assert (own.json["active"], own.json["client_id"]) == (True, "office")
    assert garbage.status_code == 200
    refused(nobody, 401, "invalid_client")
    refused(none, 401, "invalid_client")
    assert with_token(place.web, token).status_code == 204


def test_t14_own_token_is_given_back(place: Place) -> None:
    """At once, though it would hold for minutes yet."""
    token = place.token()
    assert with_token(place.web, token).status_code == 204

    form = {**place.form(), "token": token, "token_type_hint": "access_token"}
    answer = place.web.post("/oauth/revoke", data=form)

    assert answer.status_code == 200
    refused(with_token(place.web, token), 401, "invalid_token")


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "file:///etc/passwd", "gopher://example.org/", "https:///x"),
        *("https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data"),
        *("https://192.168.1.1/", "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/"),
        *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/"),
        *(
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[ff02::1]/",
        ),
        *("https://user@example.org/", "https://user:x@example.org/", "https://example.org/#a"),
        *("https://example.org/a b", "https://exa\nmple.org/", "https://example.org:99999/", "x"),
    ],
)
def test_t15_addresses_that_are_never_asked(place: Place, url: str) -> None:
    """Neither registered nor fetched; no name is looked up."""
    with pytest.raises(BadConfiguration):
        fetch(url, Bounds())
    with pytest.raises(BadConfiguration):
        place.exchange.clients.add("x", SCOPES, place.clock(), "ssrf", None, Proof(keys_url=url))
    assert place.exchange.clients.get("ssrf") is None


def test_t28_the_issuer_is_not_the_request_s_to_say(place: Place) -> None:
    """Host and X-Forwarded-* change no address that we name."""
    lies = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    pages = [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource/sdmx",
        DATA,
    ]

    answers = [place.web.get(path, headers=lies) for path in pages]
    token = place.web.post(ENDPOINT, data=place.form(), headers=lies)

    for answer in (*answers, token):
        assert "evil.example" not in answer.text + str(answer.headers)
    assert answers[0].json is not None
    assert answers[0].json["issuer"] == ISSUER
    challenge = answers[3].headers["WWW-Authenticate"]
    assert f'resource_metadata="{ISSUER}{pages[2]}"' in challenge


def test_t28_a_proof_for_another_host(place: Place) -> None:
    """The address of a request is what the issuer says, not what its Host does."""
    token = place.bound()
    wrong = proof(BOUND, "GET", f"http://evil.example{DATA}", place.clock(), token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": wrong, "Host": "evil.example"}

    refused(place.web.get(DATA, headers=headers), 401, "invalid_dpop_proof")


def test_t30_keys_turn_without_a_failure(home: Home) -> None:
    """Next is published before it signs; the old one is trusted until its last token has ended.

    The same under load, with several processes: tests/cli/test_rotation.py.
    """
    clock = Clock()
    exchange = Exchange(home, clock)
    place = Place(exchange, clock, create_app(exchange, ISSUER).test_client())
    registered(exchange, "office", OURS)
    published = "/.well-known/jwks.json"
    first, before = place.key.kid, place.token()

    made = exchange.keys.rotate(clock())
    listed = {each["kid"] for each in place.web.get(published).json["keys"]}
    assert listed == {first, made.kid}
    assert place.key.kid == first

    clock.move(seconds=AHEAD.total_seconds() - 60)
    last_of_first = place.token()
    clock.move(seconds=61)
    assert place.key.kid == made.kid
    assert [with_token(place.web, each).status_code for each in (last_of_first, place.token())] == [
        204,
        204,
    ]
    clock.move(seconds=30)
    refused(with_token(place.web, before), 401, "invalid_token")  # it has ended by itself

    clock.move(seconds=LINGER.total_seconds())
    assert {each["kid"] for each in place.web.get(published).json["keys"]} == {made.kid}
    exchange.close()


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(-31, 401), (-29, 204), (0, 204), (600, 204), (629, 204), (631, 401)],
)
def test_t31_clocks_may_differ_by_half_a_minute(place: Place, seconds: int, status: int) -> None:
    """Either way, and to the second; remembered or not."""
    now = int(place.clock().timestamp())
    text = place.made(iat=now - seconds, nbf=now - seconds, exp=now - seconds + 600)

    assert [with_token(place.web, text).status_code for _ in range(2)] == [status] * 2


def test_t32_no_secret_is_published(place: Place) -> None:
    """Of keys their public parts alone, on every page that anyone may read."""
    place.token()
    for path in ("/.well-known/jwks.json", "/.well-known/oauth-authorization-server", "/"):
        answer = place.web.get(path)
        assert answer.status_code == 200
        assert not re.search(r'"(d|p|q|dp|dq|qi|k|oth)":', answer.text)


def test_t32_no_secret_lies_about(place: Place) -> None:
    """Neither tokens, assertions, proofs nor private keys in any file of the home."""
    form, token = place.form(), place.token()
    place.web.post(ENDPOINT, data=form)
    private = str(place.key.as_dict(private=True)["d"]).encode()
    kept = [path for path in place.exchange.home.root.rglob("*") if path.is_file()]

    assert kept
    for path in kept:
        content = path.read_bytes()
        assert private not in content
        assert token.encode() not in content
        assert form["client_assertion"].encode() not in content
        assert path.stat().st_mode & 0o077 == 0 or "cache" in path.parts
