"""Machines at the token endpoint: what they may ask for, and what their tokens then say."""

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import Key
from werkzeug.test import TestResponse

from gateway.access.caller import Caller, Detail
from gateway.access.clients import SCOPES, Proof
from gateway.access.proofs import Asked
from gateway.access.signed import read
from gateway.access.tokens import DPOP, Presented
from gateway.exchange import Exchange
from gateway.exchange.trust import Trust
from gateway.model.text import Text
from gateway.settings import Home
from gateway.web import create_app
from tests.conftest import ISSUER, Clock, basic
from tests.homes import configure, fresh
from tests.serving import Elsewhere, elsewhere
from tests.signing import assertion, jwks, new_key, proof, registered

KEY, PROOF, ROTATED = new_key(), new_key(), new_key()
TOKEN = "/oauth/token"  # noqa: S105 - an address
DETAILS = [{"type": "sdmx_data", "actions": ["read"], "dataflows": ["LMIG:*(*)"], "conf": ["F"]}]


class Place:
    """A gateway with an organisation's client, and a server that publishes another's keys."""

    def __init__(self, home: Home, other: Elsewhere) -> None:
        configure(home)
        (home.root / "config" / "gateway.toml").write_text("loopback_keys = true\n")
        self.clock = Clock()
        self.other = other
        self.exchange = Exchange(home, self.clock)
        self.exchange.organisations.add("INE_GT", Text("INE", "INE"), self.clock())
        registered(self.exchange, "office", KEY, organisation="INE_GT")
        registered(self.exchange, "bound", KEY, dpop=True)
        registered(self.exchange, "strict", KEY, strict_audience=True)
        self.web: FlaskClient = create_app(self.exchange, ISSUER).test_client()
        self.trust = Trust(self.exchange, ISSUER)

    def post(
        self, client: str = "office", key: Key = KEY, aud: str = ISSUER, **more: object
    ) -> TestResponse:
        headers = {"DPoP": str(more.pop("dpop"))} if "dpop" in more else {}
        form = {**assertion(key, client, aud, self.clock()), **more}
        return self.web.post(TOKEN, data=form, headers=headers)

    def proof(self, url: str = ISSUER + TOKEN, method: str = "POST", **more: object) -> str:
        return proof(PROOF, method, url, self.clock(), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with elsewhere() as other:
        place = Place(fresh(tmp_path_factory.mktemp("machines") / "home"), other)
        yield place
        place.exchange.close()


@pytest.fixture(autouse=True)
def _later(place: Place) -> None:
    place.clock.move(minutes=2)


def test_a_token_says_whom_it_is_for(place: Place) -> None:
    """RFC 9068, 2.2, with the organisation beside it; and so does its caller."""
    answer = place.post(scope="data.read")
    assert answer.json is not None
    token = answer.json["access_token"]
    claims = dict(read(token).claims)

    assert answer.json | {"access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "data.read",
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(claims) == {"iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope", "org"}
    assert (claims["org"], claims["aud"]) == ("INE_GT", f"{ISSUER}/sdmx")
    assert place.trust.tokens.caller(Presented(token), "data.read") == Caller(
        "office",
        frozenset({"data.read"}),
        "office",
        ISSUER,
        "INE_GT",
        token=str(claims["jti"]),
    )


def test_a_token_is_as_narrow_as_was_asked(place: Place) -> None:
    """Authorization details come back in the answer, the token and its caller (RFC 9396)."""
    answer = place.post(authorization_details=json.dumps(DETAILS))
    assert answer.json is not None
    caller = place.trust.tokens.caller(Presented(answer.json["access_token"]), "data.read")

    assert answer.json["authorization_details"] == DETAILS
    assert caller.details == (Detail(("read",), ("LMIG:*(*)",), "", ("F",)),)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '[{"type": "x\\"é"}]', '[{"type": "sdmx_data", "é": 1}]']
)
def test_details_that_nobody_knows_are_refused(place: Place, text: str) -> None:
    answer = place.post(authorization_details=text)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "invalid_authorization_details"
    assert answer.json["error_description"].isascii()


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        (f"{ISSUER}/sdmx", 200),
        ([f"{ISSUER}/sdmx"] * 2, 200),
        ("https://elsewhere.example/sdmx", 400),
        ([f"{ISSUER}/sdmx", "https://elsewhere.example"], 400),
        ("", 400),
    ],
)
def test_tokens_are_for_our_data_alone(
    place: Place, resource: str | list[str], status: int
) -> None:
    """Source: RFC 8707, 2."""
    answer = place.post(resource=resource)

    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json.get("error") == (None if status == 200 else "invalid_target")


def test_a_token_is_bound_to_the_key_of_its_proof(place: Place) -> None:
    """RFC 9449, 5 and 7: it is asked with the same key then, and each proof is another."""
    answer = place.post(dpop=place.proof())
    assert answer.json is not None
    token, data = answer.json["access_token"], f"{ISSUER}/sdmx/v2/data"
    shown = Presented(token, DPOP, (place.proof(data, "GET", token=token),), Asked("GET", data))

    assert answer.json["token_type"] == "DPoP"  # noqa: S105 - a kind
    assert read(token).claims["cnf"] == {"jkt": PROOF.thumbprint()}
    assert place.trust.tokens.caller(shown, "data.read").client_id == "office"


@pytest.mark.parametrize("how", ["none", "twice", "used", "other address", "garbage"])
def test_a_client_that_binds_its_tokens_needs_a_good_proof(place: Place, how: str) -> None:
    """400 with a name for it; no token."""
    used = place.proof()
    place.post(dpop=used)
    proofs = {
        "twice": f"{place.proof()}, {place.proof()}",
        "used": used,
        "other address": place.proof(f"{ISSUER}/oauth/revoke"),
        "garbage": "x",
    }

    answer = place.post("bound", **({"dpop": proofs[how]} if how in proofs else {}))

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "invalid_dpop_proof"
    assert "access_token" not in answer.json


@pytest.mark.parametrize(
    ("client", "aud", "status"),
    [
        ("office", ISSUER, 200),
        ("office", ISSUER + TOKEN, 200),
        ("office", f"{ISSUER}/", 401),
        ("strict", ISSUER, 200),
        ("strict", ISSUER + TOKEN, 401),
    ],
)
def test_an_assertion_names_whom_it_is_for(
    place: Place, client: str, aud: str, status: int
) -> None:
    """The issuer; or the endpoint, which many libraries name, unless a client is strict."""
    assert place.post(client, aud=aud).status_code == status


def test_who_signed_rightly_reads_what_else_is_wrong(place: Place) -> None:
    """Who did not reads nothing of it (T12)."""
    answer = place.post(aud="https://elsewhere.example")
    stranger = place.post(key=new_key(), aud="https://elsewhere.example")

    assert answer.json is not None
    assert stranger.json is not None
    assert ISSUER in answer.json["error_description"]
    assert ISSUER not in stranger.json["error_description"]


def test_keys_at_an_address_are_fetched_and_followed(place: Place) -> None:
    """A client turns its own keys without telling anybody; while it is silent, the old ones do."""
    url = place.other.say("/jwks", jwks(KEY))
    proof = Proof(keys_url=url)
    place.exchange.clients.add("published", SCOPES, place.clock(), "published", None, proof)
    assert place.post("published").status_code == 200

    place.other.pages["/jwks"] = (500, {})
    assert place.post("published").status_code == 200
    assert place.post("published", ROTATED).status_code == 401
    assert place.other.asked.count("/jwks") == 1  # at most once in half a minute


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"<html>", b'{"keys": [{"kty": "oct", "k": "a"}]}']
)
def test_an_address_without_keys_lets_nobody_in(place: Place, content: bytes) -> None:
    name = f"empty-{len(content)}"
    url = place.other.say(f"/{name}", content)
    place.exchange.clients.add(name, SCOPES, place.clock(), name, None, Proof(keys_url=url))

    assert place.post(name).status_code == 401


def test_a_body_of_another_kind_is_not_read(place: Place) -> None:
    """A form, and nothing else. Source: RFC 6749, 4.4.2."""
    form = assertion(KEY, "office", ISSUER, place.clock())

    for answer in (
        place.web.post(TOKEN, json=form),
        place.web.post(TOKEN, data=form, content_type="multipart/form-data"),
        place.web.post(TOKEN),
        place.web.post(f"{TOKEN}?scope=data.read", data=form),
        place.web.post(TOKEN, data={**form, "scope": ["data.read", "data.read"]}),
    ):
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["error"] == "invalid_request"


def test_the_metadata_name_what_is_there(place: Place) -> None:
    """Every address that they name answers, and the alias says the same. RFC 8414; RFC 9728."""
    found = place.web.get("/.well-known/oauth-authorization-server").json
    assert found is not None
    resource = place.web.get("/.well-known/oauth-protected-resource/sdmx").json

    assert found == place.web.get("/.well-known/openid-configuration").json
    assert found["issuer"] == ISSUER
    for name, address in found.items():
        if name.endswith(("_endpoint", "_uri")):
            answer = place.web.get(address.removeprefix(ISSUER))
            assert answer.status_code in (200, 302, 400, 405), name
    assert resource is not None
    assert resource["resource"] in found["protected_resources"]
    assert resource["authorization_servers"] == [found["issuer"]]
    assert set(SCOPES) == set(found["scopes_supported"])


def test_a_secret_and_a_proof_go_together(place: Place) -> None:
    """How a client proves itself has nothing to do with what its token is bound to."""
    id, secret = place.exchange.clients.add("secret", SCOPES, place.clock(), "secret")
    form = {"grant_type": "client_credentials"}

    answer = place.web.post(TOKEN, data=form, headers={**basic(id, secret), "DPoP": place.proof()})

    assert answer.json is not None
    assert answer.json["token_type"] == "DPoP"  # noqa: S105 - a kind
