"""The check of an access token: signature, kind, issuer, audience, time and who is behind it.

Source: RFC 9068, section 4; for tokens that are bound to a key, RFC 9449, section 7. Nothing in a
token's header chooses how it is checked.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from gateway.access.caller import Caller
from gateway.access.issuers import TrustedIssuer
from gateway.access.proofs import Asked, Proofs
from gateway.access.signed import LEEWAY, Claims, NotSigned, read, seconds, verify
from gateway.access.stamp import Stamp
from gateway.errors import Forbidden, GatewayError, Unauthenticated

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address, not a secret
"""Where an issuer's tokens are asked for."""

BEARER, DPOP = "bearer", "dpop"
"""How a token is presented: by whoever has it, or with a proof that a key is had too."""

_REMEMBERED = 4096
_RECHECKED = 60.0
"""So many tokens are remembered, each for so many seconds: then its issuer's keys are asked."""


def audience(issuer: str) -> str:
    """What tokens for this gateway's data name as their audience."""
    return f"{issuer}/sdmx"


_NOTHING = Asked("", "")


@dataclass(frozen=True, slots=True)
class Presented:
    """A token as a request presents it: by which scheme, and with which proofs for what."""

    token: str
    scheme: str = BEARER
    proofs: tuple[str, ...] = ()
    asked: Asked = _NOTHING


@dataclass(frozen=True, slots=True)
class Good:
    """What was found out about a token, as of a stamp; `ends` and `checked_at` in seconds."""

    claims: Claims
    caller: Caller
    key: str | None
    ends: float
    stamp: str
    checked_at: float


class TokenCheck:
    """The check of tokens from several issuers. Safe to share between threads.

    A token that was found good is remembered by its SHA-256 until something changes on which that
    rests: so much is looked up once a second (`gateway.access.stamp`).
    """

    def __init__(
        self,
        issuers: Iterable[TrustedIssuer],
        stamp: Stamp,
        proofs: Proofs,
        clock: Callable[[], datetime],
    ) -> None:
        self._issuers = {each.rules.issuer: each for each in issuers}
        self._stamp = stamp
        self._proofs = proofs
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[bytes, Good] = {}
        self._claims = {
            name: _registry(each.rules.issuer, each.rules.audience, clock)
            for name, each in self._issuers.items()
        }

    def caller(self, presented: Presented, *scopes: str) -> Caller:
        """The caller behind a token that carries one of some scopes.

        Raises Unauthenticated for a token that does not hold, or whose client was revoked since;
        Forbidden for one without the scope.
        """
        checked = self.good(presented.token)
        self._refuse_unproven(presented, checked)
        if not checked.caller.scopes & frozenset(scopes):
            raise Forbidden(
                f"The token does not carry the scope {scopes[0]}.",
                spanish=f"El token no lleva el alcance {scopes[0]}.",
                subject=scopes[0],
            )
        return checked.caller

    def good(self, token: str) -> Good:
        """What a token says, whoever presents it. Raises Unauthenticated for a bad one."""
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        stamp, known = self._stamp.now(), self._known.get(name)
        if known is not None and self._still_holds(known, stamp):
            return known
        try:
            checked = self._check(token, stamp)
        except NotSigned as error:
            raise _invalid() from error
        with self._lock:
            self._known.pop(name, None)
            while len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]  # the one that was checked longest ago
            self._known[name] = checked
        return checked

    def signer(self, token: str) -> str:
        """The client that a token names, if a trusted issuer truly signed it; else nothing.

        The token need not hold any more: this is for the record of what was refused.
        """
        try:
            issuer, claims = self._signed(token)
            return issuer.client(claims)
        except (NotSigned, GatewayError):
            return ""

    def _still_holds(self, known: Good, stamp: str) -> bool:
        fresh = known.stamp == stamp and time.monotonic() - known.checked_at < _RECHECKED
        return fresh and self._clock().timestamp() < known.ends + LEEWAY

    def _check(self, token: str, stamp: str) -> Good:
        issuer, claims = self._signed(token)
        try:
            self._claims[issuer.rules.issuer].validate(dict(claims))
        except (JoseError, ValueError, TypeError) as error:  # joserfc lets odd shapes through
            raise NotSigned from error
        key, ends = _key(claims), seconds(claims, "exp")
        return Good(claims, issuer.caller(claims), key, ends, stamp, time.monotonic())

    def _signed(self, token: str) -> tuple[TrustedIssuer, Claims]:
        """What a token claims that an issuer we trust truly signed. Raises NotSigned."""
        unverified = read(token)
        name = unverified.claims.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None or unverified.type not in issuer.rules.types or not unverified.kid:
            raise NotSigned
        if unverified.header.get("alg") not in issuer.rules.algorithms:
            raise NotSigned  # before any key is looked for
        return issuer, verify(unverified, issuer.keys(unverified), issuer.rules.algorithms)

    def _refuse_unproven(self, presented: Presented, checked: Good) -> None:
        """Raise Unauthenticated where token, scheme and proof do not belong together."""
        if (checked.key is None) != (presented.scheme == BEARER):
            raise _invalid()
        if checked.key is None:
            return
        if len(presented.proofs) != 1:
            raise _unproven("One header DPoP is needed.")
        try:
            key = self._proofs.key(presented.proofs[0], presented.asked, presented.token)
        except NotSigned as error:
            raise _unproven(error) from error
        if key != checked.key:
            raise _unproven("It was made with another key.")


def _registry(issuer: str, wanted: str, clock: Callable[[], datetime]) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        now=lambda: int(clock().timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": wanted},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        jti={"essential": True},
    )


def _key(claims: Claims) -> str | None:
    """The key that a token is bound to; one bound in a way that is not known here is no token."""
    bound = claims.get("cnf")
    if bound is None:
        return None
    key = bound.get("jkt") if isinstance(bound, dict) and len(bound) == 1 else None
    if not isinstance(key, str):
        raise NotSigned
    return key


def _invalid() -> Unauthenticated:
    return Unauthenticated(
        "The access token does not hold.",
        spanish="El token de acceso no vale.",
        subject="invalid_token",
    )


def _unproven(why: object) -> Unauthenticated:
    said = f"The proof of possession does not hold. {why}".strip()
    return Unauthenticated(said, subject="invalid_dpop_proof")
