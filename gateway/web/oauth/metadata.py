"""What the authorization server and the data say about themselves, for clients to find out.

Source: RFC 8414; RFC 9728; RFC 7517 for the keys.
"""

from collections.abc import Mapping
from datetime import datetime

from gateway.access.clients import SCOPES
from gateway.access.details import TYPE as DETAILS
from gateway.access.keys import KeyRing, published
from gateway.access.signed import ALGORITHMS
from gateway.access.tokens import TOKEN_PATH, audience
from gateway.web.oauth.clients import METHODS

SERVER_METADATA = "/.well-known/oauth-authorization-server"
OPENID_ALIAS = "/.well-known/openid-configuration"
"""Where many clients look first. It says the same, and so nothing of signing in by OpenID."""

KEYS_PATH = "/.well-known/jwks.json"
REVOCATION_PATH = "/oauth/revoke"
INTROSPECTION_PATH = "/oauth/introspect"


def server_metadata(issuer: str) -> Mapping[str, object]:
    """The authorization server, as RFC 8414, 2, has it."""
    methods: dict[str, object] = {}
    for endpoint in ("token", "revocation", "introspection"):
        methods[f"{endpoint}_endpoint_auth_methods_supported"] = METHODS
        methods[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = ALGORITHMS
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": issuer + KEYS_PATH,
        "revocation_endpoint": issuer + REVOCATION_PATH,
        "introspection_endpoint": issuer + INTROSPECTION_PATH,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": SCOPES,
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "authorization_details_types_supported": [DETAILS],
        "protected_resources": [audience(issuer)],
        **methods,
    }


def resource_metadata(issuer: str) -> Mapping[str, object]:
    """The data, as RFC 9728, 2, has them."""
    return {
        "resource": audience(issuer),
        "authorization_servers": [issuer],
        "scopes_supported": SCOPES,
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "authorization_details_types_supported": [DETAILS],
    }


def key_set(ring: KeyRing, now: datetime) -> Mapping[str, object]:
    """The public keys that tokens are checked by."""
    return published(ring.trusted(now))
