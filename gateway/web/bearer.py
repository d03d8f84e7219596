"""From a request to its caller: the one place that reads the credentials of whoever asks."""

from flask import request

from gateway.access.caller import Caller
from gateway.access.proofs import Asked
from gateway.access.tokens import BEARER, DPOP, Presented, TokenCheck
from gateway.errors import Unauthenticated
from gateway.web.addresses import here


def caller(tokens: TokenCheck, *scopes: str) -> Caller:
    """Who asks, with a token that carries one of some scopes.

    Called once a request: a proof of possession is good for one. Raises Unauthenticated, Forbidden.
    """
    return tokens.caller(_presented(), *scopes)


def _presented() -> Presented:
    """The token of a request and how it comes. Raises Unauthenticated where there is none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    scheme = kind.lower()
    if scheme not in (BEARER, DPOP) or not token.strip():
        raise Unauthenticated(
            "This takes an access token: Authorization: Bearer …",
            spanish="Se necesita un token de acceso: Authorization: Bearer …",
        )
    return Presented(token.strip(), scheme, proofs(), Asked(request.method, here()))


def proofs() -> tuple[str, ...]:
    """The proofs of possession that a request carries: one is right. Source: RFC 9449, 4.1."""
    found = request.headers.getlist("DPoP")
    return tuple(each.strip() for header in found for each in header.split(","))
