"""Tokens given back (RFC 7009) and tokens asked about (RFC 7662): each client its own alone."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from gateway.access.families import Families, Family
from gateway.access.tokens import Good, TokenCheck
from gateway.errors import Unauthenticated
from gateway.exchange.trust import Trust
from gateway.web.oauth.clients import METHODS, OF_PEOPLE, OAuthClient


class AccessToken:
    """One of our access tokens as Authlib asks for it."""

    def __init__(self, good: Good) -> None:
        self.claims: Mapping[str, object] = good.claims
        self.ends = datetime.fromtimestamp(good.ends, UTC)
        self.id = good.caller.token
        self._client = good.caller.client_id

    def check_client(self, client: OAuthClient) -> bool:
        """Whether the token was given to this client."""
        return client.get_client_id() == self._client

    def is_expired(self) -> bool:
        """Never: then it would not have been found."""
        return False

    def is_revoked(self) -> bool:
        """Never, likewise."""
        return False


class RefreshToken:
    """A refresh token as Authlib asks for it, used or not."""

    def __init__(self, family: Family) -> None:
        self.family = family

    def check_client(self, client: OAuthClient) -> bool:
        """Whether the token was given to this client."""
        return client.get_client_id() == self.family.client_id


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    """A token that is given back holds no longer; one that holds no more is no fault.

    With a refresh token ends all that came of the same consent.
    """

    CLIENT_AUTH_METHODS = OF_PEOPLE

    def __init__(self, trust: Trust, families: Families, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._trust = trust
        self._families = families
        self._clock = clock

    def query_token(self, token: str, hint: str | None) -> AccessToken | RefreshToken | None:
        """A token of ours that holds."""
        family = self._families.peek(token)
        if family is not None:
            return RefreshToken(family)
        return _found(self._trust.tokens, self._trust.issuer, token)

    def revoke_token(self, token: AccessToken | RefreshToken, request: OAuth2Request) -> None:
        """Let it hold no longer, for every process within a second."""
        if isinstance(token, RefreshToken):
            self._families.end(token.family.id, self._clock(), "given back")
        else:
            self._trust.revocations.revoke(token.id, token.ends, self._clock())


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """What a token says, to the client that it was given to; to others it is not active."""

    CLIENT_AUTH_METHODS = METHODS

    def __init__(self, trust: Trust) -> None:
        super().__init__()
        self._trust = trust

    def query_token(self, token: str, hint: str | None) -> AccessToken | None:
        """A token of ours that holds."""
        return _found(self._trust.tokens, self._trust.issuer, token)

    def check_permission(
        self, token: AccessToken, client: OAuthClient, request: OAuth2Request
    ) -> bool:
        """Whether it was given to this client."""
        return token.check_client(client)

    def introspect_token(self, token: AccessToken) -> dict[str, object]:
        """Its claims. Source: RFC 7662, 2.2."""
        kind = "DPoP" if "cnf" in token.claims else "Bearer"
        return {"active": True, "token_type": kind, **token.claims}


def _found(tokens: TokenCheck, issuer: str, text: str) -> AccessToken | None:
    try:
        good = tokens.good(text)
    except Unauthenticated:
        return None
    return AccessToken(good) if good.caller.issuer == issuer else None
