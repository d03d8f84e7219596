"""The grant of machines: client credentials (RFC 6749, 4.4)."""

from authlib.oauth2.rfc6749 import grants

from gateway.web.oauth.clients import METHODS


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    """A client asks for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def generate_token(self, scope: str | None = None, **options: object) -> dict[str, object]:
        """A token with the scopes that the client may have; without a word, with all of them."""
        allowed = self.client.get_allowed_scope(scope or "")
        token: dict[str, object] = super().generate_token(scope=allowed, **options)
        return token
