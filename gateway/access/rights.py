"""What a caller may see and do: scopes, grants and the token's details become one `Visibility`.

Each of them only takes away from what the others allow; what no grant allows is not there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.access import patterns
from gateway.access.caller import READ, Caller, Detail
from gateway.access.clients import (
    AUDIT_READ,
    DATA_APPROVE,
    DATA_CONFIDENTIAL,
    DATA_EMBARGOED,
    DATA_READ,
    DATA_SUBMIT,
)
from gateway.access.grants import EVERYONE, Grant, RegionEmbargo, Rules
from gateway.errors import BadSyntax
from gateway.model.artefact import Reference
from gateway.model.structure import DataStructure
from gateway.model.visibility import Embargo, Region, Sight, View, Visibility
from gateway.rest import grammar

SCOPE_OF = {
    READ: DATA_READ,
    "submit": DATA_SUBMIT,
    "approve": DATA_APPROVE,
    "audit": AUDIT_READ,
}
"""The scope without which an action is not done."""


@dataclass(frozen=True, slots=True)
class Provided:
    """A provision as far as a policy speaks of it.

    Of observations whose status is `blanked`, who may not read them still learns the key.
    """

    id: str
    provider: str
    flow: Reference
    structure: DataStructure
    blanked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Realm:
    """The provisions and dataflows that rules are about."""

    provided: tuple[Provided, ...]
    flows: tuple[Reference, ...]

    def visibility(self, rules: Rules, caller: Caller, at: datetime) -> Visibility:
        """What a caller sees by some rules."""
        given: list[Grant] = []
        if DATA_READ in caller.scopes:
            given = granted(rules, caller, at, READ)
        details = _details(caller, READ)
        views = {
            each.id: view
            for each in self.provided
            if (view := _view(each, given, caller, details, rules)).sights
        }
        used = (each.id for each in given if any(means(each, one) for one in self.provided))
        return Visibility(
            at,
            views,
            frozenset(self._known(views, given, details)),
            rules.version,
            tuple(sorted(used)),
        ).signed()

    def everything(self, rules: Rules, at: datetime) -> Visibility:
        """What the operator sees: all of it, but for what is under embargo."""
        if not rules.embargoes:
            return Visibility(at)
        return Visibility(
            at,
            {each.id: View(embargoes=_embargoes(each, rules.embargoes)) for each in self.provided},
        ).signed()

    def allowed(self, rules: Rules, action: str, caller: Caller, at: datetime) -> frozenset[str]:
        """The provisions with which a caller may do something else than read.

        A token that is narrowed to a part of the figures does nothing to the whole of them.
        """
        if SCOPE_OF[action] not in caller.scopes:
            return frozenset()
        about = granted(rules, caller, at, action)
        details = [each for each in _details(caller, action) if not each.key]
        return frozenset(
            each.id
            for each in self.provided
            if any(means(grant, each) for grant in about if not grant.denies)
            and not any(means(grant, each) for grant in about if grant.denies)
            and any(_speaks_of(detail, each.flow) for detail in details)
        )

    def reached(
        self, rules: Rules, action: str, caller: Caller, at: datetime
    ) -> frozenset[Reference]:
        """The dataflows on which a caller may do something."""
        if action == READ:
            return self.visibility(rules, caller, at).flows or frozenset()
        there = self.allowed(rules, action, caller, at)
        return frozenset(each.flow for each in self.provided if each.id in there)

    def _known(
        self, views: Mapping[str, View], granted: Sequence[Grant], details: Sequence[Detail]
    ) -> Iterator[Reference]:
        """The dataflows that are there: something of them is seen, or nobody supplies them yet."""
        supplied = {each.flow for each in self.provided}
        yield from (each.flow for each in self.provided if each.id in views)
        yield from (
            each for each in self.flows if each not in supplied and _knows(each, granted, details)
        )


def names(caller: Caller, rules: Rules) -> frozenset[str]:
    """The subjects of grants that a caller is.

    Another issuer's clients, people and groups bear its name in front, so that none of them can be
    taken for one of ours. A client that asks for itself is no person.
    """
    own = {f"client:{caller.client_id}"}
    if caller.subject and caller.subject != caller.client_id:
        own.add(f"person:{caller.subject}")
    groups = caller.groups | rules.groups_of(own)
    found = {EVERYONE, *own, *(f"group:{each}" for each in groups)}
    if caller.organisation is not None:
        found.add(f"organisation:{caller.organisation}")
    return frozenset(found)


def nameless(caller: Caller, rules: Rules) -> Caller:
    """Who sees as much by some rules, without the names that none of them knows.

    What everybody or an office is granted needs no person's address, and no client's id. The
    organisation stays: observations may name it as their recipient.
    """
    known = names(caller, rules) & {each.subject for each in rules.grants}
    return Caller(
        caller.client_id if f"client:{caller.client_id}" in known else "",
        caller.scopes,
        caller.subject if f"person:{caller.subject}" in known else "",
        organisation=caller.organisation,
        groups=frozenset(
            each.removeprefix("group:") for each in known if each.startswith("group:")
        ),
        details=caller.details,
    )


def granted(rules: Rules, caller: Caller, at: datetime, action: str) -> list[Grant]:
    """The grants that are in force for a caller, denials among them."""
    answering_to = names(caller, rules)
    return [
        each
        for each in rules.grants
        if each.subject in answering_to and action in each.actions and each.holds(at)
    ]


def _details(caller: Caller, action: str) -> tuple[Detail, ...]:
    """The token's details that speak of an action; one that narrows nothing where it has none."""
    if not caller.details:
        return (Detail(),)
    return tuple(each for each in caller.details if not each.actions or action in each.actions)


def _speaks_of(detail: Detail, flow: Reference) -> bool:
    return not detail.dataflows or any(patterns.means_flow(each, flow) for each in detail.dataflows)


def means(grant: Grant, provided: Provided) -> bool:
    """Whether a grant is about a provision."""
    return patterns.means_provider(grant.provider, provided.provider) and patterns.means_flow(
        grant.dataflow, provided.flow
    )


def _knows(flow: Reference, granted: Sequence[Grant], details: Sequence[Detail]) -> bool:
    """Whether something is granted of a dataflow, nothing denied, and the token speaks of it."""
    about = [each for each in granted if patterns.means_flow(each.dataflow, flow)]
    given = bool(about) and not any(each.denies for each in about)
    return given and any(_speaks_of(each, flow) for each in details)


def _view(
    provided: Provided,
    granted: Sequence[Grant],
    caller: Caller,
    details: Sequence[Detail],
    rules: Rules,
) -> View:
    about = [each for each in granted if means(each, provided)]
    denied = [patterns.region_of(each.region, provided.structure) for each in about if each.denies]
    if any(not each for each in denied):  # all of it; so is a region that no longer fits
        return View(())
    found = (
        sight
        for grant in about
        if not grant.denies
        for detail in details
        if _speaks_of(detail, provided.flow)
        for sight in _sights(grant, detail, provided, caller)
    )
    return View(
        _least(found),
        tuple(dict.fromkeys(each for each in denied if each is not None)),
        _embargoes(provided, rules.embargoes),
        provided.blanked,
    )


def _embargoes(provided: Provided, held: Sequence[RegionEmbargo]) -> tuple[Embargo, ...]:
    """What is held back of a provision; all of it where a region no longer fits its structure."""
    return tuple(
        Embargo(patterns.region_of(each.region, provided.structure) or (), each.until)
        for each in held
        if each.provision == provided.id
    )


def _sights(grant: Grant, detail: Detail, provided: Provided, caller: Caller) -> Iterator[Sight]:
    """What a grant lets see under one of the token's details; nothing where either is no fit."""
    region = patterns.region_of(grant.region, provided.structure)
    narrowed = _key(detail.key, provided.structure)
    if region is None or narrowed is None:
        return
    told = frozenset(detail.confidentiality)
    confidential = DATA_CONFIDENTIAL in caller.scopes
    statuses = grant.statuses if confidential else frozenset[str]()
    named = (told or None) if confidential else frozenset[str]()
    yield Sight(
        (*region, *narrowed),
        statuses & told if told else statuses,
        named,
        caller.organisation if confidential else None,
        own=confidential and caller.organisation == provided.provider,
        ahead=grant.embargoed and DATA_EMBARGOED in caller.scopes,
    )


def _key(text: str, structure: DataStructure) -> Region | None:
    """A key of a token as filters; None where it cannot be read or is too long."""
    try:
        key = grammar.key(text) if text else ()
    except BadSyntax:
        return None
    if len(key) > len(structure.dimension_ids):
        return None
    return patterns.key_filters(key, structure.dimension_ids)


def _least(sights: Iterator[Sight]) -> tuple[Sight, ...]:
    """The same without those that another one covers, in the order of the grants."""
    kept: list[Sight] = []
    for each in sights:
        if not any(other.covers(each) for other in kept):
            kept = [other for other in kept if not each.covers(other)] + [each]
    return tuple(kept)
