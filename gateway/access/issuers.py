"""Whose tokens are taken: our own, and those of others who may speak for some organisations.

An issuer is found by the ``iss`` of a token that nobody has checked yet; that chooses the keys,
algorithms, types and audience to check it by, and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from gateway.access.caller import Caller
from gateway.access.clients import Clients
from gateway.access.details import from_claim
from gateway.access.keys import ALGORITHM, KeyRing
from gateway.access.keysets import RemoteKeys
from gateway.access.organisations import Organisations
from gateway.access.owners import Owners
from gateway.access.revocations import Revocations
from gateway.access.signed import Claims, NotSigned, PublicKey, Unverified, fitting
from gateway.errors import BadSyntax, StorageFault
from gateway.settings import Issuer

TYPE = "at+jwt"
"""What our own access tokens say that they are. Source: RFC 9068, 2.1."""

FAMILY = "family"
"""The claim that names what a token of a person belongs to, and ends with."""

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

    def client(self, claims: Claims) -> str:
        """The client that claims name, whether it may ask or not. Raises NotSigned for none."""


class Ourselves:
    """The gateway itself, as the issuer of its own tokens."""

    def __init__(
        self,
        rules: Rules,
        ring: KeyRing,
        clients: Clients,
        owners: Owners,
        revocations: Revocations,
        clock: Callable[[], datetime],
    ) -> None:
        self.rules = rules
        self._ring = ring
        self._clients = clients
        self._owners = owners
        self._revocations = revocations
        self._clock = clock

    def keys(self, token: Unverified) -> Sequence[PublicKey]:
        """The one that it names."""
        return self._ring.named(token.kid, self._clock())

    def caller(self, claims: Claims) -> Caller:
        """The client behind it, as it stands now: what was taken from it since is not in."""
        client = self._clients.get(text_at(claims, "client_id"))
        token = text_at(claims, "jti")
        if client is None or client.revoked_at is not None or not self._revocations.holds(token):
            raise NotSigned
        scope = claims.get("scope")
        try:
            narrowed = claims.get("authorization_details")
            details = () if narrowed is None else from_claim(narrowed)
        except BadSyntax as error:
            raise NotSigned from error
        caller = Caller(
            client.id,
            frozenset(words(scope if isinstance(scope, str) else "")) & frozenset(client.scopes),
            text_at(claims, "sub"),
            self.rules.issuer,
            client.organisation,
            token=token,
            details=details,
        )
        return caller if caller.subject == client.id else self._for_person(caller, claims)

    def client(self, claims: Claims) -> str:
        """The one that the token was issued to."""
        return text_at(claims, "client_id")

    def _for_person(self, caller: Caller, claims: Claims) -> Caller:
        """The caller where a client acts for a person: with what the person has, as it is now."""
        family = text_at(claims, FAMILY)
        person = self._owners.person(caller.subject, family, self._clock())
        if person is None:
            raise NotSigned
        return replace(
            caller,
            scopes=caller.scopes & frozenset(person.scopes),
            organisation=person.organisation,
            groups=frozenset(person.groups),
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
            named + text_at(claims, settings.client_claim),
            frozenset(scopes) & frozenset(settings.scopes),
            named + text_at(claims, "sub"),
            settings.issuer,
            organisation_of(settings, self._organisations, claims),
            frozenset(named + each for each in words(at(claims, settings.groups_claim))),
            text_at(claims, "jti"),
        )

    def client(self, claims: Claims) -> str:
        """Its client, under a name that none of ours can have."""
        return f"{self._settings.id}:{text_at(claims, self._settings.client_claim)}"


def organisation_of(settings: Issuer, organisations: Organisations, claims: Claims) -> str | None:
    """Whom claims act for. Raises NotSigned where the issuer may not speak for that one."""
    allowed = settings.organisations
    if settings.organisation_claim:
        said = text_at(claims, settings.organisation_claim)
    elif len(allowed) == 1:
        said = allowed[0]
    else:
        return None
    if said not in allowed or not organisations.stands(said):
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


def text_at(claims: Claims, path: str) -> str:
    """The claim at a path, which must be a short text. Raises NotSigned for any other."""
    value = at(claims, path)
    if not isinstance(value, str) or not _plain(value):
        raise NotSigned
    return value


def _plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()
