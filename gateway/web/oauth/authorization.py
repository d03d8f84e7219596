"""An authorization request as it is read, and the ways back to the client that sent it.

Authlib's own reading leaves `iss` out of errors, lets a request without a challenge through, and
fails on letters outside ASCII: so it is done here. Source: RFC 6749, 4.1.1; RFC 7636; RFC 9207;
RFC 9700, section 2.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, request

from gateway.access.caller import Detail
from gateway.access.clients import SCOPES, Client
from gateway.errors import BadSyntax
from gateway.exchange import Exchange
from gateway.web.addresses import issuer
from gateway.web.oauth.errors import InvalidDetails
from gateway.web.oauth.narrowing import asked_details

_KNOWN = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("code_challenge", "code_challenge_method"),
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_STATE = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be answered: by a person's yes or no."""

    client: Client
    redirect_uri: str
    scope: tuple[str, ...]
    state: str
    challenge: str
    details: tuple[Detail, ...] = ()


class TurnedBack(Exception):
    """A request that goes back to its client with an error."""

    def __init__(self, error: str, description: str, redirect_uri: str, state: str) -> None:
        self.parameters = {"error": error, "error_description": description, "state": state}
        self.redirect_uri = redirect_uri
        super().__init__(description)


def read(exchange: Exchange) -> Asked:
    """The authorization request in the address.

    Raises BadSyntax where client or address do not hold: nobody is sent anywhere then. Raises
    TurnedBack for any other fault.
    """
    given = _given()
    client = exchange.clients.get(given["client_id"])
    redirect_uri = given["redirect_uri"]
    if client is None or client.revoked_at is not None:
        raise _unreadable("client_id")
    if not exchange.accounts.apps.fits(client.id, redirect_uri):
        raise _unreadable("redirect_uri")
    fault = _fault(given)
    if fault is not None:
        raise TurnedBack(*fault, redirect_uri, given["state"][:_LONGEST_STATE])
    details = _details(redirect_uri, given["state"])
    asked = tuple(dict.fromkeys(given["scope"].split())) or client.scopes
    scope = tuple(each for each in asked if each in client.scopes)
    if not scope or not set(asked) <= set(SCOPES):
        raise TurnedBack(
            "invalid_scope", "Nothing of this may be asked for.", redirect_uri, given["state"]
        )
    return Asked(client, redirect_uri, scope, given["state"], given["code_challenge"], details)


def _given() -> Mapping[str, str]:
    for name, values in request.args.to_dict(flat=False).items():
        if len(values) > 1:
            raise _unreadable(name)
    return {name: request.args.get(name, "") for name in _KNOWN}


def _fault(given: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a request whose client and address hold."""
    if len(given["state"]) > _LONGEST_STATE:
        return "invalid_request", f"state is longer than {_LONGEST_STATE} characters."
    if given["response_type"] != "code":
        return "unsupported_response_type", "The response_type is code."
    if given["code_challenge_method"] != "S256":
        return "invalid_request", "The code_challenge_method is S256."
    if not _CHALLENGE.fullmatch(given["code_challenge"]):
        return "invalid_request", "The code_challenge is 43 characters of base64url."
    if "request" in request.args or "request_uri" in request.args:
        return "request_not_supported", "Parameters stand in the address."
    return None


def _details(redirect_uri: str, state: str) -> tuple[Detail, ...]:
    """What the client asks to be narrowed to. Source: RFC 9396, sections 2 and 5."""
    try:
        return asked_details(request.args)
    except InvalidDetails as error:
        raise TurnedBack(error.error, str(error.description), redirect_uri, state) from error


def _unreadable(name: str) -> BadSyntax:
    return BadSyntax(
        f"The program that sent you here asked in a way that does not hold ({name}): you were not "
        "sent back to it. Tell whoever looks after it.",
        spanish=f"El programa que lo envió aquí pidió de una forma que no vale ({name}): no se le "
        "devolvió a él. Avise a quien lo atiende.",
        subject=name,
    )


def back(redirect_uri: str, parameters: Mapping[str, str]) -> Response:
    """The way back to a client, with `iss` always (RFC 9207) and `state` where it sent one."""
    pairs = [(name, value) for name, value in parameters.items() if value]
    glue = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{glue}{urlencode([*pairs, ('iss', issuer())])}"
    return Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})
