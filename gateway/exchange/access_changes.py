"""What an access file changes in a home: told first, then done; and the home written out as one.

The grants and groups of a file that has any are all there are: others are revoked. Organisations
and clients that it does not name stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gateway.access.clients import Client as Registered
from gateway.access.clients import Proof
from gateway.access.grants import Grant
from gateway.exchange.access_file import Client, GrantEntry, Group, Organisation, Wanted
from gateway.exchange.exchange import Exchange
from gateway.model.text import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be done so that a home is as a file says, and what to tell of it."""

    organisations: tuple[Organisation, ...]
    clients: tuple[Client, ...]
    groups: Mapping[str, frozenset[str]]
    added: tuple[Grant, ...]
    revoked: tuple[Grant, ...]
    new: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.organisations or self.clients or self.groups or self.added or self.revoked)


def difference(exchange: Exchange, wanted: Wanted) -> Difference:
    """What a home lacks, and has too much, beside what a file wants."""
    organisations = {each.id: each.name for each in exchange.organisations.all()}
    clients = {each.id: each for each in exchange.clients.all()}
    rules = exchange.grants.rules()
    groups = {} if wanted.groups is None else {**wanted.groups}
    if wanted.groups is not None:
        groups |= {each: frozenset() for each in rules.members if each not in groups}
    there = {each.what(): each for each in rules.grants}
    named = {each.what(): each for each in wanted.grants or ()}
    gone = () if wanted.grants is None else tuple(
        each for what, each in there.items() if what not in named
    )  # fmt: skip
    return Difference(
        tuple(
            each
            for each in wanted.organisations
            if organisations.get(each.id) != Text(each.es, each.en)
        ),
        tuple(
            each
            for each in wanted.clients
            if (known := clients.get(each.id)) is None
            or (known.name, known.organisation, {*known.scopes})
            != (each.name, each.organisation, {*each.scopes})
            or told_proof(each.proof(known)) != told_proof(Client(each.id, "").proof(known))
        ),
        {
            group: members
            for group, members in groups.items()
            if rules.members.get(group, frozenset()) != members
        },
        tuple(each for what, each in named.items() if what not in there),
        gone,
        frozenset({each.id for each in wanted.clients} - {*clients})
        | frozenset({each.id for each in wanted.organisations} - {*organisations}),
    )


def apply(exchange: Exchange, changes: Difference, by: str) -> dict[str, str]:
    """Make a home as a file says; the secrets of clients that are new, shown this once."""
    now = exchange.clock()
    secrets: dict[str, str] = {}
    for organisation in changes.organisations:
        name = Text(organisation.es, organisation.en)
        if organisation.id in changes.new:
            exchange.organisations.add(organisation.id, name, now)
        else:
            exchange.organisations.rename(organisation.id, name)
    for each in changes.clients:
        if each.id in changes.new:
            _, secret = exchange.clients.add(
                each.name, each.scopes, now, each.id, each.organisation, each.proof(None)
            )
            secrets |= {each.id: secret} if secret else {}
        else:
            proof = each.proof(exchange.clients.get(each.id))
            exchange.clients.change(each.id, each.name, each.scopes, each.organisation, proof)
    for group, members in changes.groups.items():
        exchange.grants.set_members(group, members)
    if changes.added or changes.revoked:
        exchange.grants.change(changes.added, [each.id for each in changes.revoked], by, now)
    return secrets


def exported(exchange: Exchange) -> str:
    """The rights of a home as such a file, which applied to it changes nothing."""
    rules = exchange.grants.rules()
    ordered = sorted(rules.grants, key=lambda each: (each.subject, each.dataflow, each.id))
    whole: dict[str, Sequence[msgspec.Struct]] = {
        "organisations": [
            Organisation(each.id, each.name.es, each.name.en)
            for each in exchange.organisations.all()
        ],
        "clients": [_client(each) for each in exchange.clients.all() if each.revoked_at is None],
        "groups": [Group(id, tuple(sorted(who))) for id, who in sorted(rules.members.items())],
        "grants": [_entry(each) for each in ordered],
    }
    return "\n".join(_toml(section, each) for section, found in whole.items() for each in found)


def told_proof(proof: Proof) -> tuple[object, ...]:
    """How a client proves who it is, in words: its keys by their thumbprints."""
    keys = tuple(sorted((each.kid or "", each.thumbprint()) for each in proof.keys))
    flags = proof.dpop, proof.strict_audience, proof.public, proof.device
    return keys, proof.keys_url, proof.algorithm, flags


def _client(known: Registered) -> Client:
    """A client as a file tells it: only what is not as usual."""
    return Client(
        known.id,
        known.name,
        known.organisation,
        known.scopes,
        known.jwks,
        known.jwks_url,
        public=not known.is_confidential or None,
        algorithm=known.algorithm,
        dpop=known.dpop or None,
        strict_audience=known.strict_audience or None,
        device=known.device or None,
    )


def _entry(grant: Grant) -> GrantEntry:
    return GrantEntry(
        to=grant.subject,
        actions=grant.actions,
        provider=grant.provider,
        dataflow=grant.dataflow,
        region=grant.region,
        statuses=tuple(sorted(grant.statuses)),
        embargoed=grant.embargoed,
        denies=grant.denies,
        begins=grant.valid_from,
        ends=grant.valid_to,
        agreement=grant.agreement,
        approved_by=grant.approved_by,
    )


def _toml(section: str, entry: msgspec.Struct) -> str:
    """One entry. JSON's strings, lists and truth values are TOML's too; None has no word in it."""
    fields = msgspec.to_builtins(entry)
    lines = [f"{name} = {_value(name, value)}" for name, value in fields.items()
             if value is not None]  # fmt: skip
    return "\n".join([f"[[{section}]]", *lines, ""])


def _value(name: str, value: object) -> str:
    if name in ("begins", "ends"):
        return str(value)  # a moment stands without quotation marks
    if name == "jwks" and "'" not in str(value):
        return f"'{value}'"  # JSON within TOML is read more easily so
    return msgspec.json.encode(value).decode()
