"""Settings that hold and are weak all the same: what a careful administrator would mend."""

from collections.abc import Iterator
from datetime import timedelta

from gateway.access.grants import EVERYONE, Grant
from gateway.exchange.exchange import Exchange

OLD_SECRET = timedelta(days=365)
"""A secret that has been out for so long was seen by more people than know it."""


def weaknesses(exchange: Exchange) -> Iterator[str]:
    """One sentence for each, that says how to mend it."""
    yield from _clients(exchange)
    for grant in exchange.grants.rules().grants:
        yield from (f"{grant.id} {each}" for each in _grant(grant, exchange))
    yield from (f"audit: {each}" for each in exchange.audit.faults())


def _clients(exchange: Exchange) -> Iterator[str]:
    now = exchange.clock()
    for each in exchange.clients.all():
        if each.revoked_at is None and now - each.created_at > OLD_SECRET:
            yield (
                f"client {each.id} has the secret of {each.created_at:%Y-%m-%d}, which never "
                "expires: register it anew and revoke this one"
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
