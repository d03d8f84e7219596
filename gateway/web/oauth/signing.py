"""Access tokens as they are made: JWTs by RFC 9068."""

from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import KeySet

from gateway.access.keys import ALGORITHM
from gateway.access.tokens import audience

LIFETIME = 600
"""Seconds that an access token is good for."""


class AccessTokens(JWTBearerTokenGenerator):  # type: ignore[misc]  # Authlib has no types
    """Makes the access tokens of an issuer."""

    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(issuer, ALGORITHM, expires_generator=lambda client, grant: LIFETIME)
        self._keys = keys

    def get_jwks(self) -> KeySet:
        """The key set, for a bare key would leave `kid` out of the header."""
        return self._keys

    def get_audiences(self, client: object, user: object, scope: object) -> str:
        """What the token is good for."""
        return audience(self.issuer)
