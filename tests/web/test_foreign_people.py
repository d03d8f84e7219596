"""Others' clients let people sign in: by code with PKCE, and by a code typed elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from authlib.integrations.requests_client import OAuth2Session
from requests_oauth2client import OAuth2Client

from gateway.access.clients import DATA_READ, Proof
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.web import create_app
from tests.foreign import node, require_npm
from tests.homes import fresh
from tests.serving import served
from tests.web.visiting import Visitor, invited

BACK = "http://127.0.0.1:8400/back"


@dataclass(frozen=True)
class Place:
    """A served gateway, and somebody who is signed in there."""

    url: str
    exchange: Exchange
    maria: Visitor

    def allowed(self, url: str) -> str:
        """Where a browser is sent back to, once she has said yes."""
        self.maria.open(url.removeprefix(self.url))
        self.maria.send(button="allow")
        return str(self.maria.page.headers["Location"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    exchange = Exchange(fresh(tmp_path_factory.mktemp("foreign")))
    proof = Proof(public=True)
    exchange.grants.add(Grant("*", ("read",)), "tests", exchange.clock())
    exchange.clients.add("An app", [DATA_READ], exchange.clock(), "app", proof=proof)
    exchange.accounts.apps.allow("app", ("http://127.0.0.1/back",))
    with served(exchange) as url:
        maria = Visitor(create_app(exchange, url), exchange)
        maria.set_up(invited(exchange))
        yield Place(url, exchange, maria)
    exchange.close()


@pytest.mark.slow
@pytest.mark.parametrize("library", ["openid", "oauth4webapi"])
def test_javascript_clients_sign_people_in(place: Place, library: str) -> None:
    """They check `iss`, state and every answer by the letter; the second one binds its tokens."""
    require_npm()
    details = [{"type": "sdmx_data", "dataflows": ["LMIG:DF_RETURNS(1.0.0)"]}]
    about = {"issuer": place.url, "client_id": "app", "redirect_uri": BACK, "scope": DATA_READ}
    about = {**about, "details": details}
    begun = node("person.mjs", {"step": "begin", **about})["begun"]

    returned = place.allowed(str(begun["url"]))
    said = node("person.mjs", {"step": library, "returned": returned, **about, **begun})["said"]

    assert said.get("error") is None
    assert (said["scope"], said["authorization_details"]) == (DATA_READ, details)
    assert str(said["token_type"]).lower() == ("dpop" if library == "oauth4webapi" else "bearer")


@pytest.mark.slow
def test_a_javascript_client_understands_a_refusal(place: Place) -> None:
    """Also an error carries `iss`: without it, the client would not read the error at all."""
    require_npm()
    about = {"issuer": place.url, "client_id": "app", "redirect_uri": BACK, "scope": DATA_READ}
    about = {**about, "details": [{"type": "sdmx_data"}]}
    begun = node("person.mjs", {"step": "begin", **about})["begun"]

    place.maria.open(str(begun["url"]).removeprefix(place.url))
    place.maria.send(button="deny")
    returned = place.maria.page.headers["Location"]
    said = node("person.mjs", {"step": "openid", "returned": returned, **about, **begun})["said"]

    assert said == {"error": "access_denied"}


def test_authlib_s_client_signs_people_in(place: Place) -> None:
    """With PKCE, from the program to its tokens and to fresh ones."""
    verifier = "v" * 64
    session = OAuth2Session(
        "app",
        scope=DATA_READ,
        redirect_uri=BACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",  # noqa: S106 - a public client
    )
    url, _ = session.create_authorization_url(
        f"{place.url}/oauth/authorize", code_verifier=verifier
    )

    token = session.fetch_token(
        f"{place.url}/oauth/token",
        authorization_response=place.allowed(url),
        code_verifier=verifier,
    )
    fresh = session.refresh_token(f"{place.url}/oauth/token")

    assert token["expires_in"] == 600
    assert fresh["refresh_token"] != token["refresh_token"]
    session.close()


def test_requests_oauth2client_signs_in_by_a_code_typed_elsewhere(place: Place) -> None:
    """The device grant as a Python program on a server without a browser uses it."""
    client = OAuth2Client(
        token_endpoint=f"{place.url}/oauth/token",
        device_authorization_endpoint=f"{place.url}/oauth/device_authorization",
        client_id="gateway-cli",
        auth=None,
        testing=True,  # http, on this machine
    )

    asked = client.authorize_device(scope=DATA_READ)
    place.maria.open(f"/device?user_code={asked.user_code}")
    place.maria.send()
    place.maria.send(button="allow")
    token = client.device_code(asked)

    assert token.scope == DATA_READ
    assert token.refresh_token
