"""The check of an access token: signature, kind, issuer, audience, time and the client behind it.

Source: RFC 9068, section 4. Nothing in a token's header chooses how it is checked.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from gateway.access.caller import Caller
from gateway.access.clients import Client, Clients
from gateway.access.keys import ALGORITHM
from gateway.access.owners import Owners
from gateway.errors import Forbidden, Unauthenticated

LEEWAY = 30
"""Seconds by which another machine's clock may differ."""


FAMILY = "family"
"""The claim that names what a token of a person belongs to, and ends with."""

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address, not a secret
"""Where an issuer's tokens are asked for."""


def audience(issuer: str) -> str:
    """What tokens for this gateway's data name as their audience."""
    return f"{issuer}/sdmx"


class TokenCheck:
    """The check of tokens that one issuer signs for one audience."""

    def __init__(
        self,
        issuer: str,
        keys: KeySet,
        clients: Clients,
        owners: Owners,
        clock: Callable[[], datetime],
    ) -> None:
        self._keys = keys
        self._clients = clients
        self._owners = owners
        self._clock = clock
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience(issuer)},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            client_id={"essential": True},
            jti={"essential": True},
        )

    def caller(self, token: str, scope: str) -> Caller:
        """The caller behind a token that carries a scope.

        Raises Unauthenticated for a token that does not hold, or whose client was revoked since;
        Forbidden for one without the scope.
        """
        claims = self._claims_of(token)
        client = self._clients.get(str(claims["client_id"]))
        if client is None or client.revoked_at is not None:
            raise _invalid()
        scopes = claims.get("scope")
        granted = frozenset(scopes.split()) if isinstance(scopes, str) else frozenset()
        if scope not in granted or scope not in client.scopes:
            raise Forbidden(f"The token does not carry the scope {scope}.", subject=scope)
        if str(claims["sub"]) != client.id:
            return self._for_person(claims, client, granted, scope)
        return Caller(
            client.id,
            granted & frozenset(client.scopes),
            str(claims["sub"]),
            str(claims["iss"]),
            client.organisation,
            token=str(claims["jti"]),
        )

    def _for_person(
        self, claims: dict[str, Any], client: Client, granted: frozenset[str], scope: str
    ) -> Caller:
        """The caller behind a token that a client has of a person."""
        family = str(claims.get(FAMILY))
        person = self._owners.person(str(claims["sub"]), family, self._clock())
        if person is None:
            raise _invalid()
        if scope not in person.scopes:
            raise Forbidden(f"The token does not carry the scope {scope}.", subject=scope)
        return Caller(
            client.id,
            granted & frozenset(client.scopes) & frozenset(person.scopes),
            person.id,
            str(claims["iss"]),
            person.organisation,
            frozenset(person.groups),
            str(claims["jti"]),
        )

    def _claims_of(self, token: str) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:  # joserfc lets odd shapes through
            raise _invalid() from error
        header = decoded.header
        if header.get("typ") != "at+jwt" or not isinstance(header.get("kid"), str):
            raise _invalid()
        return dict(decoded.claims)


def _invalid() -> Unauthenticated:
    return Unauthenticated("The access token does not hold.", subject="invalid_token")
