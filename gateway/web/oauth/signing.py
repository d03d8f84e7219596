"""Access tokens as they are made: JWTs by RFC 9068, as narrow as the request asks for.

Authlib's generators do not get to see the request: what it asks for is read where it is.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import request
from joserfc import jwt

from gateway.access.caller import Detail
from gateway.access.details import as_claim
from gateway.access.issuers import FAMILY, TYPE
from gateway.access.keys import ALGORITHM, KeyRing
from gateway.access.proofs import Asked, Proofs
from gateway.access.signed import NotSigned
from gateway.access.tokens import audience
from gateway.web.addresses import here
from gateway.web.bearer import proofs
from gateway.web.oauth.clients import OAuthClient
from gateway.web.oauth.errors import InvalidProof, InvalidTarget
from gateway.web.oauth.narrowing import details_of_token
from gateway.web.oauth.owner import Owner

LIFETIME = 600
"""Seconds that an access token is good for."""


class AccessTokens(JWTBearerTokenGenerator):  # type: ignore[misc]  # Authlib has no types
    """Makes the access tokens of an issuer."""

    def __init__(
        self, issuer: str, ring: KeyRing, proofs: Proofs, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(issuer, ALGORITHM, expires_generator=lambda client, grant: LIFETIME)
        self._ring = ring
        self._proofs = proofs
        self._clock = clock

    def access_token_generator(
        self, client: OAuthClient, grant_type: str, user: object, scope: str
    ) -> str:
        """The token itself, of this clock and these keys."""
        now = self._clock()
        issued = int(now.timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self._audience(),
            "sub": user.person if isinstance(user, Owner) else client.get_client_id(),
            "client_id": client.get_client_id(),
            "iat": issued,
            "exp": issued + LIFETIME,
            "jti": secrets.token_urlsafe(16),
            "scope": scope,
            **self.get_extra_claims(client, grant_type, user, scope),
        }
        header = {"alg": ALGORITHM, "typ": TYPE}
        return jwt.encode(header, claims, self._ring.signing(now), algorithms=[ALGORITHM])

    def get_extra_claims(
        self, client: OAuthClient, grant_type: str, user: object, scope: str
    ) -> Mapping[str, object]:
        """Whom the client acts for, what the token is narrowed to, and the key that it needs."""
        found: dict[str, object] = {}
        if client.organisation is not None:
            found["org"] = client.organisation
        if isinstance(user, Owner):
            found = {FAMILY: user.family}
        if wanted := details_of_token(_agreed(user)):
            found["authorization_details"] = as_claim(wanted)
        if key := self._key(client):
            found["cnf"] = {"jkt": key}
        return found

    def generate(
        self, grant_type: str, client: OAuthClient, user: object = None, *more: object
    ) -> dict[str, object]:
        """The answer around the token. Source: RFC 6749, 5.1; RFC 9396, 7; RFC 9449, 5."""
        answer: dict[str, object] = super().generate(grant_type, client, user, *more)
        if proofs():
            answer |= {"token_type": "DPoP"}
        if wanted := details_of_token(_agreed(user)):
            answer["authorization_details"] = as_claim(wanted)
        return answer

    def _audience(self) -> str:
        """What the token is good for: our data, whether or not they are named (RFC 8707)."""
        ours = audience(self.issuer)
        if any(each != ours for each in request.form.getlist("resource")):
            raise InvalidTarget
        return ours

    def _key(self, client: OAuthClient) -> str | None:
        """The key that the token will be bound to; none for a client that may do without."""
        found = proofs()
        if not found:
            if client.dpop:
                raise InvalidProof("This client binds its tokens to a key: a DPoP proof is missing")
            return None
        if len(found) > 1:
            raise InvalidProof("There is more than one DPoP proof.")
        try:
            return self._proofs.key(found[0], Asked(request.method, here()))
        except NotSigned as error:
            raise InvalidProof(str(error) or "The DPoP proof does not hold.") from error


def _agreed(user: object) -> tuple[Detail, ...]:
    """What a person narrowed the tokens of a client to."""
    return user.details if isinstance(user, Owner) else ()
