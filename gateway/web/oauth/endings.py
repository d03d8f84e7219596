"""Tokens given back (RFC 7009) and tokens asked about (RFC 7662): each client its own alone."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from gateway.access.tokens import Good, TokenCheck
from gateway.errors import Unauthenticated
from gateway.exchange.trust import Trust
from gateway.web.oauth.clients import METHODS, OAuthClient


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


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    """A token that is given back holds no longer; one that holds no more is no fault."""

    CLIENT_AUTH_METHODS = METHODS

    def __init__(self, trust: Trust, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._trust = trust
        self._clock = clock

    def query_token(self, token: str, hint: str | None) -> AccessToken | None:
        """A token of ours that holds."""
        return _found(self._trust.tokens, self._trust.issuer, token)

    def revoke_token(self, token: AccessToken, request: OAuth2Request) -> None:
        """Let it hold no longer, for every process within a second."""
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
