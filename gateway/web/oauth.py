"""OAuth 2: the token endpoint, for clients with an id and a secret (client credentials).

Tokens are JWTs by RFC 9068, signed with ES256, good for ten minutes; `gateway.access.tokens` checks
them. Where Authlib's defaults differ this module changes them: they would let a token live ten
days, name the client as its audience, tell an unknown client from a wrong secret, and read
parameters from the URL. Source: RFC 6749, 4.4; RFC 9068.
"""

import base64
import hashlib
from datetime import UTC, datetime

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Blueprint, Flask, Response, jsonify, request
from joserfc.jwk import KeySet

from gateway.access.clients import SCOPES, Client
from gateway.access.keys import ALGORITHM
from gateway.access.tokens import TOKEN_PATH, audience
from gateway.exchange import Exchange

LIFETIME = 600
"""Seconds that an access token is good for."""

_NO_TIME = datetime.min.replace(tzinfo=UTC)
_NOBODY = Client("", "", hashlib.sha256(b"").hexdigest(), (), _NO_TIME, _NO_TIME)


def add_token_endpoint(app: Flask, exchange: Exchange, issuer: str) -> None:
    """Serve the token endpoint of an issuer."""
    app.config["OAUTH2_SCOPES_SUPPORTED"] = list(SCOPES)
    server = AuthorizationServer(
        query_client=lambda id: _OAuthClient(id, exchange.clients.get(id)),
        save_token=lambda token, request: None,  # a signed token needs no record
    )
    server.init_app(app)
    server.register_token_generator("default", _Tokens(issuer, exchange.keys))  # after init_app
    server.register_grant(_ClientCredentials)
    endpoint = Blueprint("oauth", __name__)

    @endpoint.post(TOKEN_PATH)
    def token() -> Response:
        if request.args:
            return _refusal("invalid_request", "Parameters belong in the body.", 400)
        if any(len(values) > 1 for values in request.form.listvalues()):
            return _refusal("invalid_request", "A parameter is given twice.", 400)
        if not _readable(request.headers.get("Authorization", "")):
            return _refusal("invalid_client", "The credentials cannot be read.", 401)
        answer: Response = server.create_token_response()
        return answer

    app.register_blueprint(endpoint)


def _readable(authorization: str) -> bool:
    """Whether credentials, where there are any, can be read: Authlib does so without a guard."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return True
    try:
        return ":" in base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:  # no base64, or no UTF-8
        return False


def _refusal(error: str, description: str, status: int) -> Response:
    response = jsonify(error=error, error_description=description)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="oauth"'
    return response


class _OAuthClient(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """One of our clients as Authlib asks for it; without a client, one that nothing matches.

    An unknown client takes the same way as a wrong secret, so that answers do not tell them apart.
    """

    def __init__(self, client_id: str, client: Client | None) -> None:
        self._id = client_id
        self._client = client

    def get_client_id(self) -> str:
        return self._id

    def get_allowed_scope(self, scope: str) -> str:
        """Those of the scopes asked for that the client has; all that it has if none are named."""
        granted = self._client.scopes if self._client else ()
        asked = scope.split() or granted
        return " ".join(each for each in asked if each in granted)

    def check_client_secret(self, client_secret: str) -> bool:
        client = self._client or _NOBODY
        right = client.has_secret(client_secret)
        return right and client.revoked_at is None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic" and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == grants.ClientCredentialsGrant.GRANT_TYPE)


class _ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def generate_token(self, scope: str | None = None, **options: object) -> dict[str, object]:
        allowed = self.client.get_allowed_scope(scope or "")
        token: dict[str, object] = super().generate_token(scope=allowed, **options)
        return token


class _Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]
    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(issuer, ALGORITHM, expires_generator=lambda client, grant: LIFETIME)
        self._keys = keys

    def get_jwks(self) -> KeySet:
        return self._keys  # a key set, for a bare key would leave `kid` out of the header

    def get_audiences(self, client: object, user: object, scope: object) -> str:
        return audience(self.issuer)
