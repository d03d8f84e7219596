"""Settings that hold and are weak all the same: what a careful administrator would mend."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from gateway.access.clients import (
    BY_KEY,
    BY_SECRET,
    DATA_APPROVE,
    DATA_CONFIDENTIAL,
    DATA_EMBARGOED,
    Client,
)
from gateway.access.grants import EVERYONE, Grant
from gateway.access.invitations import LIFE
from gateway.exchange.exchange import Exchange
from gateway.settings import Issuer, Settings

OLD_SECRET = timedelta(days=365)
"""A secret that has been out for so long was seen by more people than know it."""

_PROXIES = 2
_WEIGHTY = (DATA_APPROVE, DATA_CONFIDENTIAL, DATA_EMBARGOED)
"""What is not to be done by whoever saw a secret once."""

_ENCRYPTED = {"require", "verify-ca", "verify-full"}
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:|$)")


def weaknesses(exchange: Exchange) -> Iterator[str]:
    """One sentence for each, that says how to mend it."""
    yield from _clients(exchange)
    yield from _people(exchange)
    yield from weak_settings(exchange.settings)
    grants = exchange.grants.rules().grants
    for grant in grants:
        yield from (f"{grant.id} {each}" for each in _grant(grant, exchange))
    yield from _without_agreement(grants)
    yield from (f"audit: {each}" for each in exchange.audit.faults())


def _clients(exchange: Exchange) -> Iterator[str]:
    now = exchange.clock()
    for each in exchange.clients.all():
        if each.revoked_at is not None:
            continue
        if each.method == BY_KEY and _signs_by_rs256(each):
            yield (
                f"client {each.id} may sign with RS256, which FAPI 2.0 leaves out: register it "
                "anew with --algorithm PS256"
            )
        if each.method != BY_SECRET:
            continue
        if now - each.created_at > OLD_SECRET:
            yield (
                f"client {each.id} has the secret of {each.created_at:%Y-%m-%d}, which never "
                "expires: register it anew and revoke this one"
            )
        if weighty := [scope for scope in _WEIGHTY if scope in each.scopes]:
            yield (
                f"client {each.id} needs no more than a secret for {', '.join(weighty)}: register "
                "it anew with --jwks"
            )


def _signs_by_rs256(client: Client) -> bool:
    """Whether it is pinned to that, or to nothing and has a key that fits it."""
    free = client.algorithm is None and '"RSA"' in (client.jwks or "")
    return free or client.algorithm == "RS256"


def _people(exchange: Exchange) -> Iterator[str]:
    """Accounts that were made and never taken up: a link is out, or was lost."""
    now = exchange.clock()
    for each in exchange.accounts.people.all():
        waits = each.revoked_at is None and not each.is_ready
        if waits and now - each.created_at > LIFE:
            yield (
                f"{each.id} never chose a password and a second factor: gateway people reset "
                f"{each.id} --everything, or gateway people revoke {each.id}"
            )


def weak_settings(settings: Settings) -> Iterator[str]:
    """The weaknesses of `gateway.toml` alone."""
    yield from _proxies(settings)
    for name in ("data", "structures"):
        if not getattr(settings.limits, name):
            yield f"{name} = 0 in [limits] of gateway.toml: anybody asks as often as he likes"
    if _is_readable_on_the_way(settings.database):
        yield (
            "the connection to database in gateway.toml may go without encryption: add "
            "?sslmode=verify-full"
        )
    for origin in settings.serve.origins:
        if origin.startswith("http://") and not _LOOPBACK.match(origin):
            yield f"origins names {origin}: whoever is on the way can change its pages"
    for each in settings.issuers:
        yield from (f"the issuer {each.id} {weak}" for weak in _issuer(each))


def _proxies(settings: Settings) -> Iterator[str]:
    if settings.serve.proxies > _PROXIES:
        yield (
            f"proxies = {settings.serve.proxies} in gateway.toml: of so many the last ones are "
            "likely the visitor's own, who then says where he comes from"
        )
    if settings.issuer.startswith("https:") and not settings.serve.proxies:
        yield (
            "proxies = 0 in gateway.toml, though something before the gateway speaks https: all "
            "visitors come from one address, on record and where somebody guesses, so that one "
            "can keep the others waiting"
        )


def _issuer(issuer: Issuer) -> Iterator[str]:
    if not issuer.organisations and issuer.scopes:
        yield "has scopes and speaks for no organisation: name them"
    if issuer.issuer.startswith("http:") and not _LOOPBACK.match(issuer.issuer):
        yield "is found without https: whoever is on the way can be it"
    takes_all = any(each.lower() == "jwt" for each in issuer.types)
    if takes_all and issuer.client_id and issuer.audience == issuer.client_id:
        yield (
            "has types with JWT and its client_id as audience, so that an id token passes for an "
            "access token: give the data an audience of their own"
        )


def _is_readable_on_the_way(database: str) -> bool:
    """Whether a database is on another machine, and its URL does not insist on TLS.

    libpq asks for it, and takes no for an answer. Source: PostgreSQL, libpq, sslmode.
    """
    parts = urlsplit(database)
    if not parts.hostname or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return False
    return not _ENCRYPTED & {*parse_qs(parts.query).get("sslmode", ())}


def _without_agreement(grants: Sequence[Grant]) -> Iterator[str]:
    """Grants under no agreement, where others are under one: forgotten rather than meant."""
    given = [each for each in grants if not each.denies and each.subject != EVERYONE]
    if any(each.agreement for each in given):
        yield from (
            f"{each.id} to {each.subject} names no agreement, as others do"
            for each in given
            if not each.agreement and not (each.statuses or each.embargoed)
        )


def _grant(grant: Grant, exchange: Exchange) -> Iterator[str]:
    if grant.denies:
        return
    if grant.subject == EVERYONE and grant.statuses:
        yield f"lets everyone read figures of status {' '.join(sorted(grant.statuses))}"
    if grant.subject == EVERYONE and grant.embargoed:
        yield "lets everyone read what is under embargo"
    if grant.subject == EVERYONE and grant.actions != ("read",):
        yield f"lets everyone {' and '.join(each for each in grant.actions if each != 'read')}"
    confides = bool(grant.statuses or grant.embargoed)
    if confides and not grant.agreement:
        yield "lets figures be read that are not free, and names no agreement"
    if confides and not grant.approved_by:
        yield "lets figures be read that are not free, and nobody approved it"
    if grant.valid_to is not None and grant.valid_to <= exchange.clock():
        yield f"ended on {grant.valid_to:%Y-%m-%d}: revoke it, or grant it anew"
