"""Others' clients, unmodified: they find the gateway's endpoints, prove themselves, read data."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from socket import socket
from subprocess import DEVNULL, Popen

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauth2client import OAuth2Client, PrivateKeyJwt
from requests_oauthlib import OAuth2Session as RequestsSession

from gateway.access.clients import SCOPES
from gateway.access.grants import Grant
from gateway.exchange import Exchange
from gateway.settings import Home
from tests.databases import free_port
from tests.foreign import node, require_npm, running
from tests.homes import configure, fresh
from tests.process import PYTHON
from tests.serving import served
from tests.signing import new_key, registered

KEY = new_key()
DATA = "/sdmx/v2/data/dataflow/LMIG/DF_RETURNS/1.0.0/A.SV"


@pytest.fixture(scope="module")
def issuer(loaded: Exchange) -> Iterator[str]:
    """Where the loaded gateway serves; a partner's key is registered."""
    registered(loaded, "partner", KEY)
    registered(loaded, "bound", KEY, dpop=True)
    with served(loaded) as url:
        yield url


def private(key: Key) -> dict[str, object]:
    return dict(key.as_dict(private=True))


def test_requests_oauthlib_with_a_secret(
    issuer: str, loaded: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session that most scripts are written with."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    id, secret = loaded.clients.add("script", SCOPES, loaded.clock())
    with RequestsSession(client=BackendApplicationClient(client_id=id)) as session:
        session.fetch_token(f"{issuer}/oauth/token", auth=(id, secret))

        assert session.get(issuer + DATA, timeout=30).status_code == HTTPStatus.OK


def test_authlib_s_session_with_a_key(issuer: str) -> None:
    """Its assertions last an hour unless it is told otherwise."""
    ends = {"exp": int(time.time()) + 60}
    method = PrivateKeyJWT(f"{issuer}/oauth/token", claims=ends, alg="ES256")
    with AuthlibSession("partner", KEY, token_endpoint_auth_method=method) as session:
        session.fetch_token(f"{issuer}/oauth/token", grant_type="client_credentials")

        assert session.get(issuer + DATA, timeout=30).status_code == HTTPStatus.OK


@pytest.mark.parametrize("client", ["partner", "bound"])
def test_requests_oauth2client_with_a_key(issuer: str, client: str) -> None:
    """With a bearer token, and with one that is bound to a key; asked about, and given back."""
    machine = OAuth2Client(
        token_endpoint=f"{issuer}/oauth/token",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        introspection_endpoint=f"{issuer}/oauth/introspect",
        auth=PrivateKeyJwt(client, private(KEY)),
        dpop_bound_access_tokens=client == "bound",
        testing=True,
    )
    token = machine.client_credentials()

    assert token.token_type == ("DPoP" if client == "bound" else "Bearer")
    assert requests.get(issuer + DATA, auth=token, timeout=30).status_code == HTTPStatus.OK
    assert requests.get(issuer + DATA, auth=token, timeout=30).status_code == HTTPStatus.OK
    assert machine.introspect_token(token.access_token)["active"]
    assert machine.revoke_access_token(token.access_token)
    assert not machine.introspect_token(token.access_token)["active"]
    if client == "partner":  # at any 401 this library (1.8) misses a nonce that nobody asked for
        again = requests.get(issuer + DATA, auth=token, timeout=30)
        assert again.status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        pytest.param(new_key(), "ES256", id="ES256"),
        pytest.param(RSAKey.generate_key(2048, auto_kid=True), "PS256", id="PS256"),
        pytest.param(RSAKey.generate_key(2048, auto_kid=True), "RS256", id="RS256"),
        pytest.param(OKPKey.generate_key("Ed25519", auto_kid=True), "EdDSA", id="EdDSA"),
    ],
)
@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "whatever fits"])
def test_every_algorithm_of_the_profile(
    issuer: str, loaded: Exchange, key: ECKey | RSAKey | OKPKey, algorithm: str, *, pinned: bool
) -> None:
    """Signed by another library than ours."""
    id = registered(loaded, secrets.token_hex(4), key, algorithm=algorithm if pinned else None)
    auth = PrivateKeyJwt(id, private(key), alg=algorithm)
    machine = OAuth2Client(token_endpoint=f"{issuer}/oauth/token", auth=auth, testing=True)

    assert machine.client_credentials().expires_in is not None


def test_node_s_clients_with_a_key(issuer: str) -> None:
    """openid-client and oauth4webapi: by metadata alone, with and without DPoP, RAR, RFC 8707."""
    require_npm()

    found = node(
        "machine.mjs",
        {"issuer": issuer, "data": issuer + DATA, "client": "partner", "key": private(KEY)},
    )

    assert found["openid_client"] == {
        "bearer": "bearer",
        "bound": "dpop",
        "read": 200,
        "read_bound": 200,
        "read_unproven": 401,
        "active": True,
        "revoked": False,
    }
    assert found["oauth4webapi"] == {
        "type": "dpop",
        "details": [{"type": "sdmx_data", "actions": ["read"]}],
        "read": 200,
        "servers": [issuer],
    }


def trusting(home: Home, **issuer: object) -> Exchange:
    """A gateway that takes the tokens of an issuer on this machine."""
    configure(home)
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in issuer.items())
    settings = home.root / "config" / "gateway.toml"
    settings.write_text(f"loopback_keys = true\n[[issuers]]\n{lines}", encoding="utf-8")
    exchange = Exchange(home)
    exchange.grants.add(Grant("*", ("read",)), "tests", exchange.clock())
    return exchange


def statuses(url: str, form: dict[str, str], idp: str, secret: str) -> tuple[int, int]:
    """What a token of an issuer gets from us: on reading data, and on approving them."""
    given = requests.post(f"{idp}/token", data=form, auth=("reports", secret), timeout=30)
    header = {"Authorization": f"Bearer {given.json()['access_token']}"}
    read = requests.get(url + DATA, headers=header, timeout=30)
    approved = requests.post(f"{url}/submissions/x/approve", headers=header, timeout=30)
    return read.status_code, approved.status_code


TAKEN = (HTTPStatus.NO_CONTENT, HTTPStatus.FORBIDDEN)
"""It holds, and nothing is released; it has the scope to read and no other."""


def test_an_issuer_of_node_s_is_trusted(tmp_path: Path) -> None:
    """oidc-provider gives a token for our data, which the gateway takes as was agreed."""
    require_npm()
    port, secret = free_port(), secrets.token_urlsafe(32)
    idp = f"http://127.0.0.1:{port}"
    home = fresh(tmp_path / "home")

    with (
        closing(trusting(home, id="idp", issuer=idp, scopes=["data.read"])) as exchange,
        served(exchange) as url,
        running("issuer.mjs", port, f"{url}/sdmx", secret),
    ):
        form = {"grant_type": "client_credentials", "scope": "data.read", "resource": f"{url}/sdmx"}

        assert statuses(url, form, idp, secret) == TAKEN


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        pytest.param({"types": ["JWT"]}, TAKEN, id="as configured"),
        pytest.param({}, (HTTPStatus.UNAUTHORIZED,) * 2, id="a type that was not agreed on"),
    ],
)
def test_an_issuer_of_python_s_is_trusted(
    tmp_path: Path, agreed: dict[str, object], expected: tuple[int, int]
) -> None:
    """nanoidp gives tokens that say ``typ: JWT``: taken where that was agreed on, else not."""
    port, secret = free_port(), secrets.token_urlsafe(32)
    idp = f"http://127.0.0.1:{port}"
    settings = {"id": "idp", "issuer": idp, "scopes": ["data.read"]}
    home = fresh(tmp_path / "home")

    with (
        closing(trusting(home, **settings, **agreed)) as exchange,
        served(exchange) as url,
        nanoidp(tmp_path / "idp", port, f"{url}/sdmx", secret),
    ):
        form = {"grant_type": "client_credentials", "scope": "data.read"}

        assert statuses(url, form, idp, secret) == expected


@contextmanager
def nanoidp(folder: Path, port: int, audience: str, secret: str) -> Iterator[None]:
    """PyPI's nanoidp with one client, from when it answers."""
    client = {
        "client_id": "reports",
        "client_secret": secret,
        "allowed_scopes": ["data.read", "data.approve"],
    }
    oauth = {
        "issuer": f"http://127.0.0.1:{port}",
        "audience": audience,
        "scopes_supported": ["data.read", "data.approve"],
        "clients": [client],
    }
    folder.mkdir()
    (folder / "settings.yaml").write_text(json.dumps({"oauth": oauth}), encoding="utf-8")
    (folder / "users.yaml").write_text(json.dumps({"users": {}}), encoding="utf-8")
    command = ["-m", "nanoidp", "--config", str(folder), "--port", str(port), "--strict-config"]
    with Popen([PYTHON, *command], cwd=folder, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            wait_for(port)
            yield
        finally:
            process.kill()


def wait_for(port: int) -> None:
    """Until a port is listened at, for some seconds."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        with socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nobody listens at {port}")
