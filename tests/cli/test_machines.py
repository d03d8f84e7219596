"""Machines at a terminal: a client by its public keys, and the turn of the gateway's own."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from gateway.cli import commands
from gateway.errors import BadConfiguration, BadFile, GatewayError, SemanticError
from gateway.exchange import Exchange
from gateway.settings import Home
from tests.signing import jwks, new_key

KEY = new_key()
CURVE = ec.generate_private_key(ec.SECP256R1())
PEM = CURVE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PRIVATE_PEM = CURVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def gateway(home: Path, *arguments: object) -> Result:
    """A command in this process, faults left as they are raised."""
    words = [str(each) for each in arguments]
    return CliRunner().invoke(commands, [*words, "--home", str(home)])


def added(home: Path, content: bytes, *more: str) -> Result:
    path = home / "handed-in"
    path.write_bytes(content)
    return gateway(home, "clients", "add", "INE", "--id", "ine", "--jwks", path, *more)


@pytest.mark.parametrize(
    ("content", "warned"),
    [
        pytest.param(jwks(KEY), False, id="key set"),
        pytest.param(json.dumps(KEY.as_dict(private=False)).encode(), False, id="key"),
        pytest.param(json.dumps(KEY.as_dict(private=True)).encode(), True, id="private key"),
        pytest.param(PEM, False, id="PEM"),
        pytest.param(PRIVATE_PEM, True, id="private PEM"),
        pytest.param(RSAKey.generate_key(2048).as_pem(private=False), False, id="RSA of 2048 bits"),
        pytest.param(OKPKey.generate_key("Ed25519").as_pem(private=False), False, id="Ed25519"),
    ],
)
def test_a_client_is_registered_by_its_public_keys(
    small: Path, content: bytes, *, warned: bool
) -> None:
    """No secret is made, and of a private key nothing but its public part is kept."""
    done = added(small, content, "--dpop", "--algorithm", "ES256", "--strict-audience")

    exchange = Exchange(Home(small))
    client = exchange.clients.get("ine")
    exchange.close()
    assert done.exit_code == 0
    assert done.stdout == "client_id     ine\n"
    assert ("private" in done.stderr) == warned
    assert client is not None
    assert client.jwks is not None
    assert (client.method, client.dpop, client.strict_audience) == ("private_key_jwt", True, True)
    assert not re.search(r'"(d|p|q|dp|dq|qi|k)":', client.jwks)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="page"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"keys": []}', id="no keys"),
        pytest.param(b'{"keys": {}}', id="keys of another kind"),
        pytest.param(jwks(*[KEY] * 51), id="too many"),
        pytest.param(jwks(ECKey.generate_key("P-384")), id="another curve"),
        pytest.param(OctKey.generate_key(256).as_dict().__repr__().encode(), id="secret"),
        pytest.param(b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", id="broken PEM"),
    ],
)
def test_a_file_without_fitting_keys_is_refused(small: Path, content: bytes) -> None:
    """One sentence that says what would fit; nobody is registered."""
    done = added(small, content)
    listed = gateway(small, "clients", "list")

    assert isinstance(done.exception, BadFile)
    assert "P-256" in done.exception.sentence("es")
    assert "ine" not in listed.output


@pytest.mark.parametrize("how", [(), ("--secret", "--jwks-url", "https://x.example/jwks")])
def test_how_a_client_proves_itself_is_asked(small: Path, how: tuple[str, ...]) -> None:
    """In one way: none is chosen for anybody."""
    done = gateway(small, "clients", "add", "INE", *how)

    assert done.exit_code == 2
    assert "--jwks" in done.output


@pytest.mark.parametrize("url", ["http://x.example/jwks", "https://10.0.0.1/jwks", "file:///etc/x"])
def test_keys_are_not_fetched_from_the_inside(small: Path, url: str) -> None:
    """What would never be asked is not registered either."""
    done = gateway(small, "clients", "add", "INE", "--id", "ine", "--jwks-url", url)

    assert isinstance(done.exception, BadConfiguration)
    assert "ine" not in gateway(small, "clients", "list").output


def test_an_organisation_is_revoked(small: Path) -> None:
    """With every client that acts for it; revoked again, it is told."""
    gateway(small, "organisations", "add", "INE_GT", "INE", "INE")
    added(small, jwks(KEY), "--organisation", "INE_GT")

    done = gateway(small, "organisations", "revoke", "INE_GT")
    again = gateway(small, "organisations", "revoke", "INE_GT")

    exchange = Exchange(Home(small))
    client = exchange.clients.get("ine")
    exchange.close()
    assert done.exit_code == 0
    assert isinstance(again.exception, GatewayError)
    assert client is not None
    assert client.revoked_at is not None


def test_keys_are_listed_rotated_and_retired(small: Path) -> None:
    """The next waits, and the only one that signs cannot be retired."""
    listed = gateway(small, "keys", "list")
    (kid,) = re.findall(r"[\w-]{43}", listed.output)
    rotated = gateway(small, "keys", "rotate")
    again = gateway(small, "keys", "rotate")
    retired = gateway(small, "keys", "retire", kid)
    afterwards = gateway(small, "keys", "list")

    assert "active" in listed.output
    assert rotated.exit_code == 0
    assert isinstance(again.exception, SemanticError)
    assert isinstance(retired.exception, SemanticError)
    assert "next" in afterwards.output
    assert kid in afterwards.output


def test_doctor_names_weak_settings(small: Path) -> None:
    """What is for tests alone is not left on unseen."""
    settings = small / "config" / "gateway.toml"
    text = settings.read_text().replace("loopback_keys = false", "loopback_keys = true")
    settings.write_text(text)

    done = gateway(small, "doctor")

    assert done.exit_code == 1
    assert "loopback_keys" in done.output
