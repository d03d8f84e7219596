"""Answers to data questions: which artefacts are meant, whether the question fits, what is shown.

An answer has a data set, or several for changes and history, of each artefact that was asked for:
one of a dataflow, of a data structure or of an agreement, as the context says. They come in the
order of the contexts, then of the definitions; pages run on from one to the next.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial

from gateway.errors import GatewayError, NoResults, NotServed, SemanticError
from gateway.exchange.bounds import Bounds
from gateway.exchange.fitting import fitted, refuse_moments, refuse_unfit
from gateway.exchange.mirror import Mirror
from gateway.exchange.showing import shown
from gateway.exchange.standing import AnyQuery, Standing, Standings, asked_of, of_supplies, rights
from gateway.exchange.states import datasets, page
from gateway.formats.message import FLAT, DataSet, Shown, Subject
from gateway.intake.provision import Provision
from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.query import (
    Alternatives,
    AvailabilityQuery,
    Condition,
    DataQuery,
    Filter,
    Operator,
    RegistrationQuery,
)
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.history import History, States
from gateway.releases.store import Store

CONTEXTS: Mapping[str, Kind] = {
    "dataflow": Kind.DATAFLOW,
    "datastructure": Kind.DATA_STRUCTURE,
    "provisionagreement": Kind.PROVISION_AGREEMENT,
}
"""By their words in a URL, in the order in which ``*`` looks for what a question names."""


@dataclass(frozen=True, slots=True)
class Supply:
    """An artefact that data are of, and the provisions that feed it; `named` if by its id.

    Where they are `derived`, they are made from what the provisions state, of other structures.
    """

    of: Reference
    structure: DataStructure
    provisions: tuple[str, ...]
    named: bool
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that fits one of the artefacts it is asked of, and what is shown of its data."""

    supply: Supply
    query: DataQuery
    shown: Shown


@dataclass(frozen=True, slots=True)
class _Seeing:
    """Rights by which something is remembered: alike ones are one, whenever they are asked."""

    rights: str
    visibility: Visibility = field(compare=False)


class Data:
    """The data of some provisions, as questions name them."""

    def __init__(
        self,
        registry: Registry,
        provisions: Mapping[str, Provision],
        store: Store,
        mirror: Mirror,
    ) -> None:
        self._mirror = mirror
        self._registry = registry
        self._provisions = provisions
        self._store = store
        self._standings = Standings(store)
        # Definitions do not change while the gateway runs; clients ask the same again and again.
        self._asked = lru_cache(maxsize=1024)(self._asking)
        self._supplies = lru_cache(maxsize=1024)(self._supplying)

    @property
    def provisions(self) -> Iterable[Provision]:
        """Every provision."""
        return self._provisions.values()

    def standing(
        self,
        query: AnyQuery,
        visibility: Visibility,
        definitions: tuple[Hashable, datetime],
    ) -> Standing:
        """What decides an answer. Raises NotFound for an artefact that is not there."""
        data = _data_of(query)
        held = self._standings.get(
            (_naming(data), data.as_of, rights(visibility), definitions),
            visibility,
            lambda: self._feeds(data, visibility),
            lambda feeds: of_supplies(self._store, feeds, data.as_of, visibility, definitions),
        )
        return asked_of(held, query)

    def _feeds(self, query: DataQuery, visibility: Visibility) -> Mapping[str, DataStructure]:
        """Every provision that may answer a question, with its structure."""
        return {
            provision: self._provisions[provision].structure
            for supply in self.supplies(query, visibility)
            for provision in supply.provisions
        }

    def answer(
        self, query: DataQuery, visibility: Visibility, bounds: Bounds
    ) -> tuple[DataSet, ...]:
        """The data sets of an answer, at least one.

        Raises NotFound for an artefact that is not there, SemanticError for a question that does
        not fit one it names or any of those it means, NoResults where nothing is left, TooLarge
        and TooSlow beyond the bounds.
        """
        refuse_moments(query, visibility.at)
        asked = self.asked(query, visibility)
        found = [self._of(one, visibility, bounds) for one in asked]
        paged = tuple(page((each for told, _ in found for each in told), query.page))
        if not paged:
            empty = NoResults(
                "No observation fits the question.",
                spanish="Ninguna observación responde a la pregunta.",
                subject=str(query.flows),
            )
            empty.withheld = sum(withheld for _, withheld in found)
            raise empty
        return paged

    def suppliers(self, query: DataQuery, visibility: Visibility) -> tuple[str, ...]:
        """The providers whose figures a question is about, as far as a caller sees any of them."""
        try:
            found = self.supplies(query, visibility)
        except GatewayError:
            return ()
        ids = (id for each in found for id in each.provisions)
        return tuple(dict.fromkeys(self._provisions[id].provider for id in ids))

    def asked(self, query: DataQuery, visibility: Visibility) -> tuple[Asked, ...]:
        """What a question asks of each artefact it means.

        A wildcard leaves out those that it does not fit; if it fits none, that is said of the
        first. One that is named is refused by name.
        """
        return self._asked(query, _Seeing(rights(visibility), visibility))

    def _asking(self, query: DataQuery, seeing: _Seeing) -> tuple[Asked, ...]:
        found: list[Asked] = []
        refusals: list[GatewayError] = []
        for supply in self.supplies(query, seeing.visibility):
            try:
                found.append(self._fitting(supply, query))
            except SemanticError as refusal:
                if supply.named:
                    raise
                refusals.append(refusal)
        if refusals and not found:
            raise refusals[0]
        return tuple(found)

    def supplies(self, query: DataQuery, visibility: Visibility) -> tuple[Supply, ...]:
        """The artefacts that a question means; by a wildcard, those that something feeds.

        What is not there for the caller is passed over as if nobody had defined it. They are the
        same whichever keys and filters are asked for.
        """
        return self._supplies(_naming(query), _Seeing(rights(visibility), visibility))

    def _supplying(self, query: DataQuery, seeing: _Seeing) -> tuple[Supply, ...]:
        return tuple(self._supplied(query, seeing.visibility))

    def _supplied(self, query: DataQuery, visibility: Visibility) -> Iterator[Supply]:
        for artefact in self._artefacts(query, visibility):
            derived = self._mirror.gives(artefact)
            feeding = self._compared if derived else self._feeding
            supplied = tuple(feeding(artefact, query, visibility))
            named = artefact.id in query.flows.ids
            if supplied or named:
                structure = self._structure(artefact)
                yield Supply(artefact.reference, structure, supplied, named, derived)

    def states(self, supply: Supply) -> Mapping[str, States]:
        """The states of what feeds an artefact, by provision; of what is derived, by its id."""
        if supply.derived:
            return {supply.of.id: self._mirror.history(supply.structure)}
        return {each: History(self._store, each, supply.structure) for each in supply.provisions}

    def _compared(
        self, artefact: Artefact, query: DataQuery, visibility: Visibility
    ) -> Iterator[str]:
        """The provisions that are compared; what nobody supplies is of no provider."""
        if not query.providers:
            yield from self._mirror.seen(visibility)

    def _artefacts(self, query: DataQuery, visibility: Visibility) -> Iterable[Artefact]:
        if query.context != "*":
            kinds = [CONTEXTS[each] for each in query.context.split(",")]
        else:  # each observation once: those of all dataflows, unless ids say otherwise
            kinds = [*CONTEXTS.values()] if query.flows.ids else [Kind.DATAFLOW]
        found = sorted(
            self._registry.matching(kinds, query.flows, partial(self._knows, visibility)),
            key=lambda e: kinds.index(e.kind),
        )
        return found if query.context != "*" else _first_of_each_name(found)

    def _knows(self, visibility: Visibility, of: Reference) -> bool:
        """Whether an artefact is there for a caller: the mirror, where something of it can be."""
        if of in self._mirror.flows:
            return any(self._mirror.seen(visibility))
        return visibility.knows(of)

    def _feeding(
        self, artefact: Artefact, query: DataQuery, visibility: Visibility
    ) -> Iterator[str]:
        """The provisions of an artefact, by the providers that are asked for."""
        for each in self._provisions.values():
            provider = each.provider_reference
            wanted = not query.providers or any(
                one.allows(provider.agency, each.provider) for one in query.providers
            )
            if wanted and artefact.reference in _names(each) and visibility.sees(each.id):
                yield each.id

    def _structure(self, artefact: Artefact) -> DataStructure:
        if isinstance(artefact, DataStructure):
            return artefact
        if isinstance(artefact, Dataflow):
            return self._registry.structure(artefact)
        return self._provisions[artefact.id].structure

    def _fitting(self, supply: Supply, query: DataQuery) -> Asked:
        told = shown(query, supply.structure)
        refuse_unfit(query, supply.structure, self._registry.codes(supply.structure))
        if not told.observations:
            query = _of_series(query, supply.structure)
        return Asked(supply, fitted(query, supply.structure, told), told)

    def narrower(self, query: DataQuery, visibility: Visibility, most: int) -> DataQuery | None:
        """The same question from a later year on, so that its answer is within bounds.

        None where even the last year has too many, or where it is of no single state.
        """
        if query.history or query.updated_after is not None:
            return None
        at = visibility if query.as_of is None else visibility.as_of(query.as_of)
        years: Counter[int] = Counter()
        asked = self.asked(query, visibility)
        for one in asked:
            for states in self.states(one.supply).values():
                years += states.years(one.query.wanted, at)
        start = _start(years, most)
        return None if start is None else _since(query, asked[0].supply.structure.time.id, start)

    def _of(
        self, asked: Asked, visibility: Visibility, bounds: Bounds
    ) -> tuple[list[DataSet], int]:
        of, structure = asked.supply.of, asked.supply.structure
        subject = Subject(of, structure, self._registry.labels(of, structure))
        states = tuple(self.states(asked.supply).values())
        told, withheld = datasets(states, subject, asked.query, visibility, bounds)
        return [replace(each, shown=asked.shown) for each in told], withheld


def _data_of(query: AnyQuery) -> DataQuery:
    """The question for the data that another question is about."""
    match query:
        case AvailabilityQuery():
            return query.data
        case RegistrationQuery():
            return DataQuery(query.context, query.pattern, providers=query.providers)
    return query


def _naming(query: DataQuery) -> DataQuery:
    """What a question says of the artefacts it means and of who supplies them, and no more."""
    return DataQuery(query.context, query.flows, providers=query.providers)


def _start(years: Counter[int], most: int) -> int | None:
    """The first year from which on there are at most so many; None where the last has more."""
    start, left = None, most
    for year in sorted(years, reverse=True):
        left -= years[year]
        if left < 0:
            break
        start = year
    return start


def _since(query: DataQuery, time: str, year: int) -> DataQuery:
    """The same question from a year on, which is later than any from which it was asked."""
    others = (each for each in query.filters if each.component != time)
    bounds = (each.alternatives for each in query.filters if each.component == time)
    groups: Alternatives = ((Condition(Operator.GE, f"{year:04}"),),)
    for alternatives in bounds:
        groups = tuple(
            (*one, *(each for each in other if each.operator is not Operator.GE))
            for one in groups
            for other in alternatives
        )
    return replace(query, filters=(*others, Filter(time, groups)))


def told_at(query: DataQuery, found: Iterable[DataSet]) -> str:
    """Which dimension stands at the observations of an answer; series alone have time there."""
    first = next(iter(found))
    structure = first.subject.structure
    return query.dimension_at_observation if first.shown.observations else structure.time.id


def _first_of_each_name(found: Iterable[Artefact]) -> Iterator[Artefact]:
    kept: dict[tuple[str, str], Kind] = {}
    for each in found:
        if kept.setdefault((each.agency, each.id), each.kind) is each.kind:
            yield each


def agreement_of(provision: Provision) -> Reference:
    """What names the agreement that a provision is."""
    flow = provision.flow
    return Reference(Kind.PROVISION_AGREEMENT, flow.agency, provision.id, provision.version)


def _names(provision: Provision) -> tuple[Reference, ...]:
    """What the data of a provision are of: its dataflow, their structure, its agreement."""
    flow = provision.flow
    return flow.reference, provision.structure.reference, agreement_of(provision)


def _of_series(query: DataQuery, structure: DataStructure) -> DataQuery:
    """The same question of series: one observation of each stands for it, so they are counted.

    Raises NotServed where the series asked for are not those over time.
    """
    if query.dimension_at_observation not in (structure.time.id, FLAT):
        raise NotServed(
            "Series without observations are served over time only.",
            spanish="Las series sin observaciones solo se sirven sobre el tiempo.",
            subject="dimensionAtObservation",
            allowed=(structure.time.id,),
        )
    return replace(query, first=1, last=None)
