"""Whose tokens are taken: our own, and those of others who may speak for some organisations.

An issuer is found by the ``iss`` of a token that nobody has checked yet; that chooses the keys,
algorithms, types and audience to check it by, and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.access.caller import Caller
from gateway.access.clients import Clients
from gateway.access.details import from_claim
from gateway.access.keys import ALGORITHM, KeyRing
from gateway.access.keysets import RemoteKeys
from gateway.access.organisations import Organisations
from gateway.access.revocations import Revocations
from gateway.access.signed import Claims, NotSigned, PublicKey, Unverified, fitting
from gateway.errors import BadSyntax, StorageFault
from gateway.settings import Issuer

TYPE = "at+jwt"
"""What our own access tokens say that they are. Source: RFC 9068, 2.1."""

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What a token of an issuer has to be, beside rightly signed."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    types: tuple[str, ...]


class TrustedIssuer(Protocol):
    """Somebody who may say who asks."""

    @property
    def rules(self) -> Rules:
        """What its tokens have to be."""

    def keys(self, token: Unverified) -> Sequence[PublicKey]:
        """The keys that a token of it may be signed with."""

    def caller(self, claims: Claims) -> Caller:
        """Whom the claims of a good token mean. Raises NotSigned where they mean nobody here."""


class Ourselves:
    """The gateway itself, as the issuer of its own tokens."""

    def __init__(
        self,
        rules: Rules,
        ring: KeyRing,
        clients: Clients,
        revocations: Revocations,
        clock: Callable[[], datetime],
    ) -> None:
        self.rules = rules
        self._ring = ring
        self._clients = clients
        self._revocations = revocations
        self._clock = clock

    def keys(self, token: Unverified) -> Sequence[PublicKey]:
        """The one that it names."""
        return self._ring.named(token.kid, self._clock())

    def caller(self, claims: Claims) -> Caller:
        """The client behind it, as it stands now: what was taken from it since is not in."""
        client = self._clients.get(_text(claims, "client_id"))
        token = _text(claims, "jti")
        if client is None or client.revoked_at is not None or not self._revocations.holds(token):
            raise NotSigned
        scope = claims.get("scope")
        try:
            narrowed = claims.get("authorization_details")
            details = () if narrowed is None else from_claim(narrowed)
        except BadSyntax as error:
            raise NotSigned from error
        return Caller(
            client.id,
            frozenset(words(scope if isinstance(scope, str) else "")) & frozenset(client.scopes),
            _text(claims, "sub"),
            self.rules.issuer,
            client.organisation,
            token=token,
            details=details,
        )


def ourselves(issuer: str, audience: str) -> Rules:
    """The rules for our own tokens."""
    return Rules(issuer, audience, (ALGORITHM,), (TYPE,))


class Foreigner:
    """Somebody else's issuer, by the settings of `gateway.toml`."""

    def __init__(
        self, settings: Issuer, audience: str, source: RemoteKeys, organisations: Organisations
    ) -> None:
        self.rules = Rules(
            settings.issuer,
            settings.audience or audience,
            settings.algorithms,
            tuple(each.lower() for each in settings.types),
        )
        self._settings = settings
        self._source = source
        self._organisations = organisations

    def keys(self, token: Unverified) -> Sequence[PublicKey]:
        """Those that it publishes. Raises StorageFault where they cannot be had."""
        found = self._source.get(token.kid)
        if not found:
            name = self._settings.id
            raise StorageFault(f"The keys of the issuer {name} cannot be had now.", subject=name)
        return fitting(token, found)

    def caller(self, claims: Claims) -> Caller:
        """Whom it means, under names that none of ours can have."""
        named, settings = f"{self._settings.id}:", self._settings
        scopes = words(at(claims, settings.scope_claim))
        return Caller(
            named + _text(claims, settings.client_claim),
            frozenset(scopes) & frozenset(settings.scopes),
            named + _text(claims, "sub"),
            settings.issuer,
            self._organisation(claims),
            frozenset(named + each for each in words(at(claims, settings.groups_claim))),
            _text(claims, "jti"),
        )

    def _organisation(self, claims: Claims) -> str | None:
        allowed = self._settings.organisations
        if self._settings.organisation_claim:
            said = _text(claims, self._settings.organisation_claim)
        elif len(allowed) == 1:
            said = allowed[0]
        else:
            return None
        if said not in allowed or not self._organisations.stands(said):
            raise NotSigned
        return said


def at(claims: Claims, path: str) -> object:
    """The claim at a path, such as ``realm_access.roles``; None where there is none.

    >>> at({"realm_access": {"roles": ["a"]}}, "realm_access.roles")
    ['a']
    """
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def words(value: object) -> tuple[str, ...]:
    """A claim that is a list of words, or a text of them.

    >>> words("a b"), words(["a", "b"]), words(1)
    (('a', 'b'), ('a', 'b'), ())
    """
    found = value.split() if isinstance(value, str) else value
    if not isinstance(found, list):
        return ()
    return tuple(each for each in found if isinstance(each, str) and _plain(each))


def _text(claims: Claims, path: str) -> str:
    value = at(claims, path)
    if not isinstance(value, str) or not _plain(value):
        raise NotSigned
    return value


def _plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()
