"""From a request to its caller: the one place that reads the credentials of whoever asks."""

import base64

from flask import request

from gateway.access.caller import Caller
from gateway.access.tokens import TokenCheck
from gateway.errors import Unauthenticated


def caller(tokens: TokenCheck, scope: str) -> Caller:
    """Who asks, with a token that carries a scope. Raises Unauthenticated, Forbidden."""
    return tokens.caller(_bearer_token(), scope)


def _bearer_token() -> str:
    """The token of a request. Raises Unauthenticated where there is none.

    Clients that know of no tokens, as pysdmx's services and connectors, send what stands in their
    URL: ``https://token:TOKEN@host/…`` becomes Basic with the user name ``token``.
    """
    kind, _, said = request.headers.get("Authorization", "").partition(" ")
    token = {"bearer": _itself, "basic": _behind_token}.get(kind.lower(), _nothing)(said.strip())
    if not token:
        raise Unauthenticated(
            "This takes an access token: Authorization: Bearer …",
            spanish="Se necesita un token de acceso: Authorization: Bearer …",
        )
    return token


def _itself(said: str) -> str:
    return said


def _nothing(_said: str) -> str:
    return ""


def _behind_token(said: str) -> str:
    """The password of the user ``token``; nothing for any other user, or where it is unreadable."""
    try:
        user, _, password = base64.b64decode(said, validate=True).decode("ascii").partition(":")
    except ValueError:
        return ""
    return password if user == "token" else ""
