"""Trust in other issuers: each speaks for its own organisations, and by its own rules."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import Key, RSAKey

from gateway.access.caller import Caller
from gateway.access.grants import Grant
from gateway.access.tokens import Presented
from gateway.errors import BadConfiguration, Forbidden, StorageFault, Unauthenticated
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.model.text import Text
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, Clock
from tests.homes import configure, fresh
from tests.serving import Elsewhere, elsewhere
from tests.signing import new_key, sign

KEYCLOAK, ENTRA = RSAKey.generate_key(2048, auto_kid=True), new_key()


@dataclass
class World:
    """A gateway that trusts two issuers, which publish their keys on another server."""

    exchange: Exchange
    trust: Trust
    web: FlaskClient
    other: Elsewhere
    clock: Clock

    def token(self, issuer: str, key: Key, head: Mapping[str, object], **claims: object) -> str:
        now = int(self.clock().timestamp())
        good = {
            "iss": issuer,
            "aud": f"{ISSUER}/sdmx",
            "sub": "f:1:ana",
            "azp": "reports",
            "client_id": "reports",
            "iat": now,
            "exp": now + 300,
            "jti": "j",
            "scope": "openid data.read data.approve",
        }
        text = {name: value for name, value in {**good, **claims}.items() if value is not None}
        return sign({"kid": key.kid, **head}, text, key)

    def keycloak(self, head: Mapping[str, object] | None = None, **claims: object) -> str:
        head = {"alg": "RS256", "typ": "JWT", **(head or {})}
        roles = {"realm_access": {"roles": ["steward", "a b"]}}
        return self.token(f"{self.other.url}/realms/gt", KEYCLOAK, head, **{**roles, **claims})

    def entra(self, **claims: object) -> str:
        head = {"alg": "ES256", "typ": "at+jwt"}
        return self.token(f"{self.other.url}/entra", ENTRA, head, **{"org": "INE_SV", **claims})

    def caller(self, token: str) -> Caller:
        return self.trust.tokens.caller(Presented(token), "data.read")

    def status(self, token: str) -> int:
        path = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS"
        return self.web.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with elsewhere() as other:
        home = fresh(tmp_path_factory.mktemp("trusting") / "home")
        configure(home)
        (home.root / "config" / "gateway.toml").write_text(f"""
loopback_keys = true
[[issuers]]
id = "mintrab"
issuer = "{other.url}/realms/gt"
types = ["JWT"]
organisations = ["GT_MINTRAB"]
scopes = ["data.read"]
client_claim = "azp"
groups_claim = "realm_access.roles"
[[issuers]]
id = "entra"
issuer = "{other.url}/entra"
jwks = "{other.url}/entra/keys"
algorithms = ["ES256"]
organisations = ["INE_SV", "MTPS_SV"]
scopes = ["data.read", "data.submit"]
organisation_claim = "org"
[[issuers]]
id = "silent"
issuer = "{other.url}/silent"
""")
        realm = f"{other.url}/realms/gt"
        certs = other.say("/certs", {"keys": [KEYCLOAK.as_dict(private=False)]})
        about = {"issuer": realm, "jwks_uri": certs}
        other.say("/realms/gt/.well-known/openid-configuration", about)
        other.say("/entra/keys", {"keys": [ENTRA.as_dict(private=False)]})
        other.pages["/silent/.well-known/openid-configuration"] = 30.0
        clock = Clock()
        exchange = Exchange(home, clock)
        for id in ("GT_MINTRAB", "INE_SV", "GT_INE"):
            exchange.organisations.add(id, Text(id, id), clock())
        exchange.clients.add("office", ["data.read"], clock(), "reports")
        exchange.grants.add(Grant("*", ("read",)), "tests", clock())
        web = create_app(exchange, ISSUER).test_client()
        yield World(exchange, Trust(exchange, ISSUER), web, other, clock)
        exchange.close()


def test_another_issuer_s_token_reads_data(world: World) -> None:
    """Keys by discovery or at an address, types and algorithms as each issuer has them."""
    assert world.status(world.keycloak()) == HTTPStatus.NO_CONTENT
    assert world.status(world.entra()) == HTTPStatus.NO_CONTENT


def test_whom_it_means_bears_its_name(world: World) -> None:
    """A stranger's client of the same id is not ours; scopes and groups are as was agreed."""
    caller = world.caller(world.keycloak())

    assert caller == Caller(
        "mintrab:reports",
        frozenset({"data.read"}),
        "mintrab:f:1:ana",
        f"{world.other.url}/realms/gt",
        "GT_MINTRAB",
        frozenset({"mintrab:steward", "mintrab:a b"}),
        "j",
    )
    assert world.caller(world.entra()).organisation == "INE_SV"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"org": "GT_INE"}, id="not its own"),
        pytest.param({"org": "MTPS_SV"}, id="its own, and nobody knows it"),
        pytest.param({"org": None}, id="none"),
        pytest.param({"org": ["INE_SV"]}, id="list"),
        pytest.param({"aud": "https://elsewhere.example/sdmx"}, id="for somebody else"),
        pytest.param({"client_id": "a\nb"}, id="a client of two lines"),
        pytest.param({"client_id": ""}, id="nobody"),
        pytest.param({"jti": None}, id="no id"),
        pytest.param({"exp": 1}, id="ended"),
    ],
)
def test_an_issuer_speaks_for_its_own(world: World, claims: Mapping[str, object]) -> None:
    """And for nobody else, whatever it signs."""
    assert world.status(world.entra(**claims)) == HTTPStatus.UNAUTHORIZED


def test_issuers_do_not_speak_for_each_other(world: World) -> None:
    """Nor for us: each by its own keys, types and algorithms."""
    url = world.other.url
    es = {"alg": "ES256", "typ": "at+jwt"}
    rs = {"alg": "RS256", "typ": "JWT"}
    crossed = [
        world.token(f"{url}/entra", KEYCLOAK, rs, org="INE_SV"),
        world.token(f"{url}/entra", KEYCLOAK, {**es, "alg": "RS256"}, org="INE_SV"),
        world.token(f"{url}/realms/gt", ENTRA, {**rs, "alg": "ES256"}),
        world.token(f"{url}/realms/gt", KEYCLOAK, {**rs, "alg": "PS256"}),
        world.token(ISSUER, ENTRA, es),
        world.token(f"{url}/nobody", ENTRA, es),
        world.keycloak({"typ": "at+jwt"}),
        world.keycloak({"typ": "ID"}),
    ]

    assert {world.status(each) for each in crossed} == {HTTPStatus.UNAUTHORIZED}


def test_a_scope_beyond_what_was_agreed_is_not_carried(world: World) -> None:
    with pytest.raises(Forbidden):
        world.trust.tokens.caller(Presented(world.keycloak()), "data.approve")


def test_nothing_is_asked_for_a_token_that_cannot_be(world: World) -> None:
    """An unknown issuer, another type or algorithm: no key is looked for."""
    world.status(world.keycloak())
    before = len(world.other.asked)
    other = new_key()

    for issuer in ("https://evil.example", f"{world.other.url}/evil", f"{world.other.url}/entra/"):
        text = world.token(issuer, other, {"alg": "ES256", "typ": "at+jwt"})
        assert world.status(text) == HTTPStatus.UNAUTHORIZED
    wrong = world.token(f"{world.other.url}/silent", other, {"alg": "ES256", "typ": "at+jwt"})

    assert world.status(wrong) == HTTPStatus.UNAUTHORIZED
    assert len(world.other.asked) == before


def test_a_silent_issuer_holds_nobody_up(world: World) -> None:
    """Its own tokens cannot be judged now, which is told soon; all others go on meanwhile."""
    head = {"alg": "RS256", "typ": "at+jwt"}
    text = world.token(f"{world.other.url}/silent", KEYCLOAK, head)
    began = time.monotonic()

    first = world.status(text)
    waited = time.monotonic() - began
    others = [world.status(text), world.status(world.keycloak()), world.status(world.entra())]

    assert first == HTTPStatus.SERVICE_UNAVAILABLE
    assert waited < 4
    assert others == [HTTPStatus.SERVICE_UNAVAILABLE, *[HTTPStatus.NO_CONTENT] * 2]
    assert time.monotonic() - began < 6


def test_a_revoked_organisation_has_no_spokesman(world: World) -> None:
    """Whoever signs for it."""
    token = world.entra()
    assert world.status(token) == HTTPStatus.NO_CONTENT

    world.exchange.organisations.revoke("INE_SV", world.clock())

    assert world.status(token) == HTTPStatus.UNAUTHORIZED


def test_an_issuer_that_says_another_name_is_not_believed(world: World, home: Home) -> None:
    """Its keys are not taken. Source: OpenID Connect Discovery, 4.3."""
    url = f"{world.other.url}/liar"
    world.other.say("/liar/.well-known/openid-configuration", {"issuer": "x", "jwks_uri": url})
    configure(home)
    (home.root / "config" / "gateway.toml").write_text(
        f'loopback_keys = true\n[[issuers]]\nid = "liar"\nissuer = "{url}"\n'
    )
    exchange = Exchange(home, world.clock)
    tokens = Trust(exchange, ISSUER).tokens
    text = world.token(url, KEYCLOAK, {"alg": "RS256", "typ": "at+jwt"})

    with pytest.raises((Unauthenticated, StorageFault)):
        tokens.caller(Presented(text), "data.read")
    exchange.close()
    assert "/liar" not in world.other.asked


@pytest.mark.parametrize(
    "lines",
    [
        'id = "a"',
        'id = "A b"\nissuer = "https://x.example"',
        'id = "a"\nissuer = "x.example"',
        'id = "a"\nissuer = "https://x.example"\nalgorithms = ["HS256"]',
        'id = "a"\nissuer = "https://x.example"\nalgorithms = ["none"]',
        'id = "a"\nissuer = "https://x.example"\nalgorithms = []',
        'id = "a"\nissuer = "https://x.example"\norganizations = ["X"]',
        'id = "a"\nissuer = "https://x.example"\n[[issuers]]\nid = "a"\nissuer = "https://y.example"',
        'id = "a"\nissuer = "https://x.example"\n[[issuers]]\nid = "b"\nissuer = "https://x.example"',
    ],
)
def test_odd_settings_are_refused(home: Home, lines: str) -> None:
    """Before anything is served by them."""
    configure(home)
    (home.root / "config" / "gateway.toml").write_text(f"[[issuers]]\n{lines}\n")

    with pytest.raises(BadConfiguration):
        home.settings()
