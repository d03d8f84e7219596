"""Signed JWTs as strangers send them: read strictly, with algorithms that we choose.

Nothing in a header chooses how a token is checked: it may name the key by its id, and no more.
Source: RFC 7515; RFC 8725 (best practice for JWTs).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import CompactSignature, JWSRegistry

PublicKey = ECKey | OKPKey | RSAKey
Claims = Mapping[str, object]

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519", "RS256")
"""What others may sign with. Source: FAPI 2.0 security profile, 5.4; RS256 for those who must."""

LEEWAY = 30
"""Seconds by which another machine's clock may differ."""

_LONGEST_KID = 200
_HEADERS = frozenset({"alg", "typ", "kid", "cty", "x5t", "x5t#S256"})


class NotSigned(Exception):
    """A text that is no JWT signed by any of the keys in question, or says what it must not.

    It may say why, in ASCII and without quotation marks, to whoever proved to have the key.
    """


@dataclass(frozen=True, slots=True)
class Unverified:
    """A JWT that was read and not yet believed."""

    text: str
    header: Mapping[str, object]
    claims: Claims
    signature: CompactSignature

    @property
    def kid(self) -> str | None:
        """The id of the key that it says it was signed with."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None

    @property
    def type(self) -> str:
        """What it says it is; ``application/`` may stand before it. Source: RFC 7515, 4.1.9."""
        return str(self.header.get("typ", "")).lower().removeprefix("application/")


class _Registry(JWSRegistry):
    """The algorithms of a check; EdDSA is Ed25519 under its old name (RFC 9864)."""

    max_header_length = 2048  # a public RSA key in the header of a proof is longer than 512
    algorithms = JWSRegistry.algorithms | {"EdDSA": JWSRegistry.algorithms["Ed25519"]}


def read(text: str, headers: Iterable[str] = ()) -> Unverified:
    """A JWT as it stands. Raises NotSigned for what is none, or has other headers than these.

    What names a key is always read, and what brings one along or says where it is never.
    """
    try:
        found = jws.extract_compact(text.encode("ascii"), registry=_Registry())
        header, claims = found.headers(), json.loads(found.payload, parse_constant=_refuse)
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NotSigned from error
    if not isinstance(claims, dict) or set(header) - _HEADERS - set(headers):
        raise NotSigned
    kid = header.get("kid")
    if kid is not None and not (isinstance(kid, str) and len(kid) <= _LONGEST_KID):
        raise NotSigned
    return Unverified(text, header, claims, found)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def verify(token: Unverified, keys: Iterable[PublicKey], algorithms: Collection[str]) -> Claims:
    """The claims of a token, signed by one of some keys. Raises NotSigned for any other."""
    algorithm = token.header.get("alg")
    if algorithm not in algorithms:
        raise NotSigned
    registry = _Registry(algorithms=algorithms)
    for key in keys:
        try:
            if jws.validate_compact(token.signature, key, registry=registry):
                return token.claims
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # a key of another kind
    raise NotSigned


def fitting(token: Unverified, keys: Sequence[PublicKey]) -> list[PublicKey]:
    """The keys that a token may be signed with: the one that it names, else every one."""
    if token.kid is None:
        return list(keys)
    return [key for key in keys if key.kid == token.kid]


def public_key(value: object) -> PublicKey:
    """The public part of a JWK. Raises NotSigned for a secret or a weak one."""
    if not isinstance(value, dict) or value.get("kty") not in _STRONG:
        raise NotSigned
    kind, private, strong = _STRONG[value["kty"]]
    shared = {name: each for name, each in value.items() if name not in private}
    shared.pop("key_ops", None)  # a private key's say "sign"
    if shared.get("alg") == "EdDSA":
        shared["alg"] = "Ed25519"
    try:
        key = kind.import_key(shared) if strong(shared) else None
        if key is not None:
            key.ensure_kid()
            return key
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotSigned from error
    raise NotSigned


def _long(value: Mapping[str, object]) -> bool:
    """At least 2048 bits, at most 8192, and an exponent that is checked in no time."""
    modulus, exponent = str(value.get("n", "")), str(value.get("e", ""))
    return 340 <= len(modulus) <= 1370 and len(exponent) <= 6


_Kind = type[ECKey] | type[OKPKey] | type[RSAKey]
_STRONG: Mapping[str, tuple[_Kind, frozenset[str], Callable[[Mapping[str, object]], bool]]] = {
    "EC": (ECKey, frozenset({"d"}), lambda value: value.get("crv") == "P-256"),
    "OKP": (OKPKey, frozenset({"d"}), lambda value: value.get("crv") == "Ed25519"),
    "RSA": (RSAKey, frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"}), _long),
}


def is_private(value: object) -> bool:
    """Whether a JWK holds what its owner alone should know."""
    return isinstance(value, dict) and ("d" in value or "k" in value)


def seconds(claims: Claims, name: str, absent: float | None = None) -> float:
    """A moment among claims, since 1970. Raises NotSigned for one that is none, or is missing."""
    value = claims.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise NotSigned(f"{name} is missing, or is no time.")
    return float(value)
