"""Client assertions: a client proves who it is by a JWT that it signs, which holds once.

Source: RFC 7523, 2.2 and 3; OpenID Connect Core, 9 (``private_key_jwt``); FAPI 2.0, 5.3.2.1.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from joserfc.jwk import ECKey

from gateway.access.clients import BY_KEY, Client, Clients
from gateway.access.keysets import KeySources, from_text
from gateway.access.once import Once
from gateway.access.signed import (
    ALGORITHMS,
    LEEWAY,
    Claims,
    NotSigned,
    PublicKey,
    Unverified,
    fitting,
    read,
    seconds,
    verify,
)
from gateway.access.tokens import TOKEN_PATH

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""What an assertion is announced as. Source: RFC 7523, 2.2."""

LONGEST = timedelta(minutes=5)
"""How far ahead an assertion may end: so long its id has to be remembered."""

_TYPES = ("", "jwt", "client-authentication+jwt")
_LONGEST_ID = 256


class Assertions:
    """The check of assertions for one issuer."""

    def __init__(
        self,
        issuer: str,
        clients: Clients,
        sources: KeySources,
        once: Once,
        clock: Callable[[], datetime],
    ) -> None:
        self._issuer = issuer
        self._clients = clients
        self._sources = sources
        self._once = once
        self._clock = clock
        self._decoy = ECKey.generate_key("P-256", private=False)

    def client(self, text: str, endpoint: str) -> Client:
        """The client that an assertion is rightly of; it names the issuer or the endpoint asked.

        Raises NotSigned for every other one; why, it says to a client that signed rightly alone.
        """
        assertion = read(text)
        client = self._clients.get(_subject(assertion.claims))
        claims = verify(assertion, self._keys(client, assertion), self._algorithms(client))
        if client is None or client.revoked_at is not None or assertion.type not in _TYPES:
            raise NotSigned
        id, until = self._checked(claims, client, endpoint)
        if not self._once.first(client.id, id, until, self._clock()):
            raise NotSigned("The assertion came before: each one needs a jti of its own.")
        return client

    def _keys(self, client: Client | None, assertion: Unverified) -> list[PublicKey]:
        """The keys that may have signed it; for nobody, one that has not, and as much work."""
        if client is None or client.method != BY_KEY:
            return [self._decoy]
        known = from_text(client.jwks) if client.jwks else ()
        if client.jwks_url:
            known = self._sources.at(client.jwks_url).get(assertion.kid)
        return fitting(assertion, known)

    @staticmethod
    def _algorithms(client: Client | None) -> tuple[str, ...]:
        pinned = client.algorithm if client is not None else None
        if pinned in ("EdDSA", "Ed25519"):
            return ("EdDSA", "Ed25519")
        return (pinned,) if pinned else ALGORITHMS

    def _checked(self, claims: Claims, client: Client, endpoint: str) -> tuple[str, datetime]:
        """The id of a good assertion and until when it could come again."""
        named = claims.get("aud")
        named = named if isinstance(named, list) else [named]
        good: tuple[str, ...] = (self._issuer, self._issuer + TOKEN_PATH, endpoint)
        good = good[:1] if client.strict_audience else good
        id, now = claims.get("jti"), self._clock().timestamp()
        ends = seconds(claims, "exp")
        if claims.get("iss") != client.id or len(named) != 1 or named[0] not in good:
            raise NotSigned(
                f"iss has to be the client, aud one of {', '.join(dict.fromkeys(good))}."
            )
        if not isinstance(id, str) or not 0 < len(id) <= _LONGEST_ID:
            raise NotSigned("The assertion has no jti.")
        if not now - LEEWAY < ends <= now + LONGEST.total_seconds() + LEEWAY:
            raise NotSigned("exp has to lie ahead, by 5 minutes at most.")
        if any(seconds(claims, name, now) > now + LEEWAY for name in ("iat", "nbf")):
            raise NotSigned("iat and nbf must not lie ahead.")
        return id, datetime.fromtimestamp(ends + LEEWAY, UTC)


def _subject(claims: Claims) -> str:
    """Whom an assertion is about; somebody who cannot be where it says no name."""
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else ""
