"""Who was let in and who was not: sign-ins, consents and tokens, as they stand on the record.

Somebody unknown is not named: what stands where a name should may be a password or a secret that
was put into the wrong field.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, g, request

from gateway.access.caller import Detail
from gateway.access.details import as_text
from gateway.access.people import Person
from gateway.access.signed import Claims, NotSigned, read
from gateway.exchange import Exchange

SIGN_IN, CONSENT, TOKEN = "sign-in", "consent", "token"
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
    organisation: str = ""
    issuer: str = ""


def admitting(admission: Admission) -> None:
    """Note it of the request that is being answered, whose status says whether it was so."""
    g.admission = admission


def signing_in(exchange: Exchange, id: str, how: str) -> None:
    """Note that somebody tries to sign in, by name where there is such an account."""
    person = exchange.accounts.people.get(id)
    subject, organisation = ("", "") if person is None else (person.id, person.organisation or "")
    admitting(Admission(SIGN_IN, subject=subject, how=how, organisation=organisation))


def half_way() -> None:
    """Nobody is let in yet: the second factor is asked for, and is what will be on record."""
    g.pop("admission", None)


def consenting(
    client_id: str, person: Person, said: str, scope: str, details: Sequence[Detail]
) -> None:
    """Note what a person said to a program, and of what."""
    how = " ".join(each for each in (said, scope, as_text(details)) if each)
    organisation = person.organisation or ""
    admitting(Admission(CONSENT, client_id, person.id, how=how, organisation=organisation))


def told_of_token(exchange: Exchange, named: str, answer: Response) -> Response:
    """The answer to who asks for a token, once it is noted; a device that waits was told nothing.

    `named` is the client that the request names, proven or not.
    """
    said = answer.get_json(silent=True) or {}
    asked = request.form.get("grant_type", "")
    grant = asked if asked in _GRANTS else ""
    if "access_token" in said:
        admitting(_given(exchange, grant, read(said["access_token"]).claims))
    elif said.get("error") not in _WAITING:
        admitting(_not_given(exchange, f"{grant} {said.get('error', '')}".strip(), named))
    return answer


def _given(exchange: Exchange, grant: str, claims: Claims) -> Admission:
    names = ("client_id", "sub", "jti", "org", "iss")
    client, subject, token, organisation, issuer = (str(claims.get(each, "")) for each in names)
    if subject != client and (person := exchange.accounts.people.get(subject)) is not None:
        organisation = person.organisation or ""
    how = [grant, str(claims.get("scope", ""))]
    if details := claims.get("authorization_details"):
        how.append(json.dumps(details))
    return Admission(TOKEN, client, subject, token, " ".join(how), organisation, issuer)


def _not_given(exchange: Exchange, how: str, named: str) -> Admission:
    client = exchange.clients.get(named)
    if client is None:
        return Admission(TOKEN, how=how)
    return Admission(TOKEN, named, how=how, organisation=client.organisation or "")


def claimed() -> str:
    """The client that an assertion says it is of, which nobody has checked."""
    try:
        return str(read(request.form.get("client_assertion", "")).claims.get("sub", ""))
    except NotSigned:
        return ""
