"""From a request to its caller: the one place that reads the credentials of whoever asks."""

from flask import request

from gateway.access.caller import Caller
from gateway.access.tokens import TokenCheck
from gateway.errors import Unauthenticated


def caller(tokens: TokenCheck, scope: str) -> Caller:
    """Who asks, with a token that carries a scope. Raises Unauthenticated, Forbidden."""
    return tokens.caller(_bearer_token(), scope)


def _bearer_token() -> str:
    """The token of a request. Raises Unauthenticated where there is none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "This takes an access token: Authorization: Bearer …",
            spanish="Se necesita un token de acceso: Authorization: Bearer …",
        )
    return token.strip()
