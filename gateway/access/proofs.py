"""Proofs of possession (DPoP): a token that is bound to a key holds for whoever has that key.

Source: RFC 9449. Without a nonce of ours: the id of every proof is kept instead, so that none
comes twice to any of our processes.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from gateway.access.once import Once
from gateway.access.signed import (
    ALGORITHMS,
    Claims,
    NotSigned,
    is_private,
    public_key,
    read,
    seconds,
    verify,
)

OLDEST = 60
"""Seconds that a proof is good for, before and after its own time."""

_PORTS = {"http": 80, "https": 443}
_LONGEST_ID = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a proof is for; `url` without what follows a question mark."""

    method: str
    url: str


class Proofs:
    """The check of proofs."""

    def __init__(self, once: Once, clock: Callable[[], datetime]) -> None:
        self._once = once
        self._clock = clock

    def key(self, proof: str, asked: Asked, token: str | None = None) -> str:
        """The thumbprint of the key that a good proof for a request was made with.

        With a token, the proof has to name it. Raises NotSigned, also for one that came before.
        """
        unverified = read(proof, headers=("jwk",))
        jwk = unverified.header.get("jwk")
        if unverified.type != "dpop+jwt" or is_private(jwk):
            raise NotSigned
        key = public_key(jwk)
        claims = verify(unverified, [key], ALGORITHMS)
        thumbprint = key.thumbprint()
        self._refuse_other(claims, asked, token)
        self._refuse_again(claims, thumbprint)
        return thumbprint

    def _refuse_other(self, claims: Claims, asked: Asked, token: str | None) -> None:
        if claims.get("htm") != asked.method or not _same(claims.get("htu"), asked.url):
            raise NotSigned(f"htm and htu of the proof are not {asked.method} and this address.")
        if token is not None and claims.get("ath") != token_hash(token):
            raise NotSigned("ath of the proof does not name the token.")
        if abs(self._clock().timestamp() - seconds(claims, "iat")) > OLDEST:
            raise NotSigned(f"iat of the proof is not of the last {OLDEST} seconds.")

    def _refuse_again(self, claims: Claims, thumbprint: str) -> None:
        id, made = claims.get("jti"), seconds(claims, "iat")
        if not isinstance(id, str) or not 0 < len(id) <= _LONGEST_ID:
            raise NotSigned("The proof has no jti.")
        until = datetime.fromtimestamp(made + OLDEST + 1, UTC)
        if not self._once.first(f"dpop {thumbprint}", id, until, self._clock()):
            raise NotSigned("The proof came before: each request needs one of its own.")


def token_hash(token: str) -> str:
    """What a proof names a token by, its ``ath``. Source: RFC 9449, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")


def _same(claimed: object, url: str) -> bool:
    """Whether two addresses are the same but for query, fragment, case and encoding.

    Source: RFC 9449, 4.3; RFC 3986, 6.2.2 and 6.2.3.
    """
    return isinstance(claimed, str) and _plain(claimed) == _plain(url)


def _plain(url: str) -> tuple[str, str | None, int | None, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError as error:
        raise NotSigned from error
    return parts.scheme, parts.hostname, port, unquote(parts.path) or "/"
