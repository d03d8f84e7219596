"""Who is trusted to say who asks: the checks of tokens and of client assertions of a gateway."""

from gateway.access.assertions import Assertions
from gateway.access.issuers import Foreigner, Ourselves, TrustedIssuer, ourselves
from gateway.access.keysets import KeySources
from gateway.access.once import Once
from gateway.access.proofs import Proofs
from gateway.access.revocations import Revocations
from gateway.access.tokens import TokenCheck, audience
from gateway.exchange.exchange import Exchange
from gateway.fetch import Bounds


class Trust:
    """What one issuer's web needs to know whom it may believe."""

    def __init__(self, exchange: Exchange, issuer: str) -> None:
        self.issuer = issuer
        self.revocations = Revocations(exchange.database)
        once = Once(exchange.database)
        self.proofs = Proofs(once, exchange.clock)
        sources = KeySources(Bounds(loopback=exchange.settings.loopback_keys))
        self.assertions = Assertions(issuer, exchange.clients, sources, once, exchange.clock)
        self.tokens = TokenCheck(
            _issuers(exchange, issuer, self.revocations, sources),
            exchange.stamp,
            self.proofs,
            exchange.clock,
        )


def _issuers(
    exchange: Exchange, issuer: str, revocations: Revocations, sources: KeySources
) -> list[TrustedIssuer]:
    """The others first: none of them takes our own name."""
    wanted = audience(issuer)
    own = ourselves(issuer, wanted)
    others = [
        Foreigner(each, wanted, sources.of_issuer(each.issuer, each.jwks), exchange.organisations)
        for each in exchange.settings.issuers
    ]
    return [*others, Ourselves(own, exchange.keys, exchange.clients, revocations, exchange.clock)]
