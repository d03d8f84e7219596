"""Who was let in and who was not: sign-ins, and tokens given, as they stand on the audit record.

Somebody unknown is not named: what stands where a name should may be a password or a secret that
was put into the wrong field.
"""

from dataclasses import dataclass

from flask import Response, g, request

from gateway.access.signed import NotSigned, read
from gateway.exchange import Exchange

SIGN_IN, TOKEN = "sign-in", "token"
"""How the audit calls them."""

_WAITING = frozenset({"authorization_pending", "slow_down"})
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_GRANTS = ("client_credentials", "authorization_code", "refresh_token", _GRANT)


@dataclass(frozen=True, slots=True)
class Admission:
    """What is decided on letting somebody in; `how` is the way that was tried, and what came."""

    action: str
    client_id: str = ""
    subject: str = ""
    token: str = ""
    how: str = ""


def admitting(admission: Admission) -> None:
    """Note it of the request that is being answered, whose status says whether it was so."""
    g.admission = admission


def signing_in(exchange: Exchange, id: str, how: str) -> None:
    """Note that somebody tries to sign in, by name where there is such an account."""
    person = exchange.accounts.people.get(id)
    admitting(Admission(SIGN_IN, subject="" if person is None else person.id, how=how))


def told_of_token(exchange: Exchange, named: str, answer: Response) -> Response:
    """The answer to who asks for a token, once it is noted; a device that waits was told nothing.

    `named` is the client that the request names, proven or not.
    """
    said = answer.get_json(silent=True) or {}
    asked = request.form.get("grant_type", "")
    grant = asked if asked in _GRANTS else ""
    if "access_token" in said:
        claims = read(said["access_token"]).claims
        client, subject, token = (str(claims.get(each, "")) for each in ("client_id", "sub", "jti"))
        admitting(Admission(TOKEN, client, subject, token, f"{grant} {claims.get('scope', '')}"))
    elif said.get("error") not in _WAITING:
        known = named if exchange.clients.get(named) is not None else ""
        admitting(Admission(TOKEN, known, how=f"{grant} {said.get('error', '')}".strip()))
    return answer


def claimed() -> str:
    """The client that an assertion says it is of, which nobody has checked."""
    try:
        return str(read(request.form.get("client_assertion", "")).claims.get("sub", ""))
    except NotSigned:
        return ""
