"""What a client signs for itself: assertions and proofs, right ones and wrong ones."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from joserfc import jwt
from joserfc.jwk import ECKey, Key

from gateway.access.assertions import TYPE
from gateway.access.clients import SCOPES, Proof
from gateway.access.grants import Grant
from gateway.access.keysets import keys_in_file
from gateway.exchange import Exchange

Values = Mapping[str, object]

ALL = ("ES256", "HS256", "RS256", "PS256", "Ed25519", "EdDSA", "ES384")


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)


def jwks(*keys: Key) -> bytes:
    """A key set as a partner hands it in."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def registered(exchange: Exchange, id: str, *keys: Key, **how: object) -> str:
    """A client that proves itself by keys and may read all that is free."""
    public, _ = keys_in_file(jwks(*keys))
    organisation = how.pop("organisation", None)
    proof = Proof(public, **how)
    exchange.grants.add(Grant(f"client:{id}", ("read",)), "tests", exchange.clock())
    return exchange.clients.add(id, SCOPES, exchange.clock(), id, organisation, proof)[0]


def sign(header: Values, claims: Values, key: Key) -> str:
    return jwt.encode(dict(header), dict(claims), key, algorithms=ALL, default_type=None)


def without_nothing(values: Values) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def assertion(
    key: Key,
    client: str,
    audience: object,
    now: datetime,
    head: Values | None = None,
    **other: object,
) -> dict[str, str]:
    """The form of a client that authenticates itself; claims set to None are left out."""
    seconds = int(now.timestamp())
    good = {
        "iss": client,
        "sub": client,
        "aud": audience,
        "jti": secrets.token_hex(8),
        "iat": seconds,
        "exp": seconds + 60,
    }
    header = without_nothing({"alg": "ES256", "kid": key.kid, **(head or {})})
    text = sign(header, without_nothing({**good, **other}), key)
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": text,
    }


def proof(
    key: Key,
    method: str,
    url: str,
    now: datetime,
    token: str | None = None,
    head: Values | None = None,
    **other: object,
) -> str:
    """A proof of possession; claims and headers set to None are left out."""
    good = {"htm": method, "htu": url, "iat": int(now.timestamp()), "jti": secrets.token_hex(8)}
    if token is not None:
        good["ath"] = encoded(hashlib.sha256(token.encode()).digest())
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False), **(head or {})}
    return sign(without_nothing(header), without_nothing({**good, **other}), key)


def encoded(part: object) -> str:
    """A part of a JWT."""
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
