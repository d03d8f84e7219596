"""What a person has to give to a program that asks, and how that is said to the person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.access.caller import ACTIONS, READ, Caller, Detail
from gateway.access.narrowing import narrowed, within_details
from gateway.access.people import Person
from gateway.access.rights import SCOPE_OF
from gateway.exchange import Exchange
from gateway.model.artefact import Reference
from gateway.model.structure import Dataflow
from gateway.model.text import Text
from gateway.model.visibility import CONFIDENTIALITY
from gateway.rest import grammar
from gateway.web.addresses import issuer


@dataclass(frozen=True, slots=True)
class Offer:
    """The scopes and details that a person can give; without a scope there is nothing."""

    scope: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A code and its name; the code alone where no list has it."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Part:
    """A dataflow, and the part of it that is meant: for some dimensions, these codes of theirs."""

    flow: Dataflow
    bounds: tuple[tuple[Text, tuple[Named, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """An authorization detail in words: the scopes of what is done, in what, and which statuses."""

    scopes: tuple[str, ...]
    parts: tuple[Part, ...]
    statuses: tuple[Named, ...]


class Offers:
    """What people have to give in one gateway."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def offer(
        self, client_id: str, scopes: Sequence[str], details: Sequence[Detail], person: Person
    ) -> Offer:
        """Of what is asked for, what a person has to give today."""
        had = " ".join(each for each in scopes if each in person.scopes)
        if not details:
            return Offer(had)
        policy, now = self._exchange.policy, self._exchange.clock()
        given = narrowed(policy, self._caller(client_id, Offer(had), person), details, now)
        return Offer(" ".join(within_details(had.split(), given)), given) if given else Offer("")

    def flows(self, client_id: str, offer: Offer, person: Person) -> list[Dataflow]:
        """The dataflows of which the person sees, or may do, anything with such a token."""
        reached = self._reached(self._caller(client_id, offer, person), ACTIONS)
        supplied = {each.flow.reference for each in self._exchange.provisions.values()}
        return [
            each
            for each in self._exchange.registry.dataflows
            if each.reference in reached & supplied
        ]

    def told(self, client_id: str, offer: Offer, person: Person) -> list[Told]:
        """What an offer is narrowed to, in words."""
        caller = self._caller(client_id, offer, person)
        return [self._told(each, caller) for each in offer.details]

    def _caller(self, client_id: str, offer: Offer, person: Person) -> Caller:
        return Caller(
            client_id,
            frozenset(offer.scope.split()),
            person.id,
            issuer(),
            person.organisation,
            frozenset(person.groups),
            details=offer.details,
        )

    def _reached(self, caller: Caller, actions: Sequence[str]) -> frozenset[Reference]:
        policy, now = self._exchange.policy, self._exchange.clock()
        return frozenset().union(*(policy.reached(each, caller, now) for each in actions))

    def _told(self, detail: Detail, caller: Caller) -> Told:
        alone = replace(caller, details=(detail,))
        actions = [
            each for each in detail.actions or ACTIONS if self._reached(alone, (each,))
        ]  # what nobody granted is not done, though the program may ask for it
        reached = self._reached(alone, actions)
        flows = [each for each in self._exchange.registry.dataflows if each.reference in reached]
        return Told(
            tuple(SCOPE_OF[each] for each in actions),
            tuple(Part(each, tuple(self._bounds(detail.key, each))) for each in flows),
            tuple(self._statuses(detail, flows)) if READ in actions else (),
        )

    def _bounds(self, key: str, flow: Dataflow) -> Iterator[tuple[Text, tuple[Named, ...]]]:
        """What a key says of a dataflow: the names of dimensions, and of codes of each."""
        structure = self._exchange.registry.structure(flow)
        labels = self._exchange.registry.labels(flow.reference, structure)
        said = grammar.key(key) if key else ()
        for dimension, codes in zip(structure.dimension_ids, said, strict=False):
            if codes is not None:
                names = labels.codes.get(dimension, {})
                known = (Named(each, names.get(each, Text(each, each))) for each in sorted(codes))
                yield labels.components[dimension], tuple(known)

    def _statuses(self, detail: Detail, flows: Sequence[Dataflow]) -> Iterator[Named]:
        registry, names = self._exchange.registry, dict[str, Text]()
        for flow in flows:
            labels = registry.labels(flow.reference, registry.structure(flow))
            names |= labels.codes.get(CONFIDENTIALITY, {})
        for each in detail.confidentiality:
            yield Named(each, names.get(each, Text(each, each)))
