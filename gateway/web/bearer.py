"""From a request to its caller: the one place that reads the credentials of whoever asks."""

import base64

from flask import request

from gateway.access.caller import Caller
from gateway.access.proofs import Asked
from gateway.access.tokens import BEARER, DPOP, Presented, TokenCheck
from gateway.errors import Refused, Unauthenticated
from gateway.web.addresses import here
from gateway.web.told import told


def caller(tokens: TokenCheck, *scopes: str) -> Caller:
    """Who asks, with a token that carries one of some scopes.

    Called once a request: a proof of possession is good for one. Raises Unauthenticated, Forbidden,
    of which is noted whose token it was.
    """
    presented = None
    try:
        presented = _presented()
        return tokens.caller(presented, *scopes)
    except Refused:
        told().refused = "" if presented is None else tokens.signer(presented.token)
        raise


def _presented() -> Presented:
    """The token of a request and how it comes. Raises Unauthenticated where there is none."""
    scheme, token = credentials(request.headers.get("Authorization", ""))
    if scheme not in (BEARER, DPOP) or not token:
        raise Unauthenticated(
            "This takes an access token: Authorization: Bearer …",
            spanish="Se necesita un token de acceso: Authorization: Bearer …",
        )
    if scheme == BEARER:
        return Presented(token)
    return Presented(token, scheme, proofs(), Asked(request.method, here()))


def credentials(authorization: str) -> tuple[str, str]:
    """The scheme, in small letters, and the token that a header carries.

    Clients that know of no tokens, as pysdmx's services and connectors, send what stands in their
    URL: ``https://token:TOKEN@host/…`` becomes Basic with the user name ``token``.
    """
    kind, _, said = authorization.partition(" ")
    scheme, token = kind.lower(), said.strip()
    return (BEARER, _behind_token(token)) if scheme == "basic" else (scheme, token)


def _behind_token(said: str) -> str:
    """The password of the user ``token``; nothing for any other user, or where it is unreadable."""
    try:
        user, _, password = base64.b64decode(said, validate=True).decode("ascii").partition(":")
    except ValueError:
        return ""
    return password.strip() if user == "token" else ""


def proofs() -> tuple[str, ...]:
    """The proofs of possession that a request carries: one is right. Source: RFC 9449, 4.1."""
    found = request.headers.getlist("DPoP")
    return tuple(each.strip() for header in found for each in header.split(","))
