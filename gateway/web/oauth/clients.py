"""Our clients as Authlib asks for them."""

import hashlib
from datetime import UTC, datetime

from authlib.oauth2.rfc6749 import ClientMixin, grants

from gateway.access.clients import Client

_NO_TIME = datetime.min.replace(tzinfo=UTC)
_NOBODY = Client("", "", hashlib.sha256(b"").hexdigest(), (), _NO_TIME, _NO_TIME)


class OAuthClient(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """One of our clients as Authlib asks for it; without a client, one that nothing matches.

    An unknown client takes the same way as a wrong secret, so that answers do not tell them apart.
    """

    def __init__(self, client_id: str, client: Client | None) -> None:
        self._id = client_id
        self._client = client

    def get_client_id(self) -> str:
        """Its id, or the one that was asked for."""
        return self._id

    def get_allowed_scope(self, scope: str) -> str:
        """Those of the scopes asked for that the client has; all that it has if none are named."""
        granted = self._client.scopes if self._client else ()
        asked = scope.split() or granted
        return " ".join(each for each in asked if each in granted)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is the secret of a client that was not revoked."""
        client = self._client or _NOBODY
        right = client.has_secret(client_secret)
        return right and client.revoked_at is None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether it may authenticate itself so."""
        return method == "client_secret_basic" and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may ask for tokens so."""
        return bool(grant_type == grants.ClientCredentialsGrant.GRANT_TYPE)
