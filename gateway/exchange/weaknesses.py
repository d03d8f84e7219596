"""Settings that hold and are weak all the same: what a careful administrator would mend."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from gateway.access.clients import BY_SECRET
from gateway.access.grants import EVERYONE, Grant
from gateway.access.invitations import LIFE
from gateway.exchange.exchange import Exchange
from gateway.settings import Settings

OLD_SECRET = timedelta(days=365)
"""A secret that has been out for so long was seen by more people than know it."""

_PROXIES = 2
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:|$)")


def weaknesses(exchange: Exchange) -> Iterator[str]:
    """One sentence for each, that says how to mend it."""
    yield from _clients(exchange)
    yield from _people(exchange)
    yield from _settings(exchange.settings)
    grants = exchange.grants.rules().grants
    for grant in grants:
        yield from (f"{grant.id} {each}" for each in _grant(grant, exchange))
    yield from _without_agreement(grants)
    yield from (f"audit: {each}" for each in exchange.audit.faults())


def _clients(exchange: Exchange) -> Iterator[str]:
    now = exchange.clock()
    for each in exchange.clients.all():
        by_secret = each.method == BY_SECRET and each.revoked_at is None
        if by_secret and now - each.created_at > OLD_SECRET:
            yield (
                f"client {each.id} has the secret of {each.created_at:%Y-%m-%d}, which never "
                "expires: register it anew and revoke this one"
            )


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


def _settings(settings: Settings) -> Iterator[str]:
    if settings.serve.proxies > _PROXIES:
        yield (
            f"proxies = {settings.serve.proxies} in gateway.toml: of so many the last ones are "
            "likely the visitor's own, who then says where he comes from"
        )
    for origin in settings.serve.origins:
        if origin.startswith("http://") and not _LOOPBACK.match(origin):
            yield f"origins names {origin}: whoever is on the way can change its pages"
    for each in settings.issuers:
        if not each.organisations and each.scopes:
            yield f"the issuer {each.id} has scopes and speaks for no organisation: name them"


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
