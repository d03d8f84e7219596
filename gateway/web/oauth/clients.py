"""Our clients as Authlib asks for them, and how they prove who they are."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, OAuth2Request, grants
from authlib.oauth2.rfc6749.authenticate_client import authenticate_client_secret_basic

from gateway.access.assertions import TYPE, Assertions
from gateway.access.clients import BY_KEY, BY_SECRET, Client
from gateway.access.signed import NotSigned
from gateway.web.addresses import here

METHODS = (BY_KEY, BY_SECRET)
"""How a client may prove who it is, at every endpoint."""

_NO_TIME = datetime.min.replace(tzinfo=UTC)
_NOBODY = Client("", "", hashlib.sha256(b"").hexdigest(), (), _NO_TIME, _NO_TIME)


class OAuthClient(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """One of our clients as Authlib asks for it; without a client, one that nothing matches.

    An unknown client takes the same way as a wrong secret, so that answers do not tell them apart.
    """

    def __init__(self, client_id: str, client: Client | None) -> None:
        self._id = client_id
        self._client = client or _NOBODY

    @property
    def dpop(self) -> bool:
        """Whether its tokens have to be bound to a key."""
        return self._client.dpop

    @property
    def organisation(self) -> str | None:
        """Whom it acts for."""
        return self._client.organisation

    def get_client_id(self) -> str:
        """Its id, or the one that was asked for."""
        return self._id

    def get_allowed_scope(self, scope: str) -> str:
        """Those of the scopes asked for that the client has; all that it has if none are named."""
        granted = self._client.scopes
        asked = scope.split() or granted
        return " ".join(each for each in asked if each in granted)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is the secret of a client that was not revoked."""
        right = self._client.has_secret(client_secret)
        return right and self._client.revoked_at is None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether it may prove so who it is: each client in one way."""
        return method == self._client.method

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may ask for tokens so."""
        return bool(grant_type == grants.ClientCredentialsGrant.GRANT_TYPE)


Find = Callable[[str], OAuthClient]


def by_secret(find: Find, request: OAuth2Request) -> OAuthClient | None:
    """The client whose id and secret the header has."""
    client: OAuthClient | None = authenticate_client_secret_basic(find, request)
    return client if client is not None and _is_named(client.get_client_id(), request) else None


def by_key(assertions: Assertions) -> Callable[[Find, OAuth2Request], OAuthClient | None]:
    """How a client is known by what it signed; one that did so rightly reads what else is wrong."""

    def check(find: Find, request: OAuth2Request) -> OAuthClient | None:
        text = request.form.get("client_assertion", "")
        if request.form.get("client_assertion_type") != TYPE or not text:
            return None
        try:
            client = assertions.client(text, here())
        except NotSigned as error:
            if str(error):
                raise InvalidClientError(description=str(error), status_code=401) from error
            return None
        return OAuthClient(client.id, client) if _is_named(client.id, request) else None

    return check


def _is_named(id: str, request: OAuth2Request) -> bool:
    """Whether the body names this client, or none."""
    return bool(request.form.get("client_id", id) == id)
