"""Answers to data questions: which artefacts are meant, whether the question fits, what is shown.

An answer has a data set, or several for changes and history, of each artefact that was asked for:
one of a dataflow, of a data structure or of an agreement, as the context says. They come in the
order of the contexts, then of the definitions; pages run on from one to the next.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.errors import GatewayError, NoResults, NotServed, SemanticError
from gateway.exchange.fitting import fitted, refuse_moments, refuse_unfit
from gateway.exchange.showing import shown
from gateway.exchange.states import datasets, page
from gateway.formats.message import FLAT, DataSet, Shown, Subject
from gateway.intake.provision import Provision
from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.query import DataQuery
from gateway.model.structure import Dataflow, DataStructure
from gateway.model.visibility import Visibility
from gateway.registry import Registry
from gateway.releases.store import Store

CONTEXTS: Mapping[str, Kind] = {
    "dataflow": Kind.DATAFLOW,
    "datastructure": Kind.DATA_STRUCTURE,
    "provisionagreement": Kind.PROVISION_AGREEMENT,
}
"""By their words in a URL, in the order in which ``*`` looks for what a question names."""


@dataclass(frozen=True, slots=True)
class Supply:
    """An artefact that data are of, and the provisions that feed it; `named` if by its id."""

    of: Reference
    structure: DataStructure
    provisions: tuple[str, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that fits one of the artefacts it is asked of, and what is shown of its data."""

    supply: Supply
    query: DataQuery
    shown: Shown


class Data:
    """The data of some provisions, as questions name them."""

    def __init__(
        self, registry: Registry, provisions: Mapping[str, Provision], store: Store
    ) -> None:
        self._registry = registry
        self._provisions = provisions
        self._store = store

    @property
    def provisions(self) -> Iterable[Provision]:
        """Every provision."""
        return self._provisions.values()

    def answer(self, query: DataQuery, visibility: Visibility) -> tuple[DataSet, ...]:
        """The data sets of an answer, at least one.

        Raises NotFound for an artefact that is not there, SemanticError for a question that does
        not fit one it names or any of those it means, NoResults where nothing is left.
        """
        refuse_moments(query, visibility.at)
        found = [self._of(asked, visibility) for asked in self.asked(query, visibility)]
        paged = tuple(page((each for told, _ in found for each in told), query.page))
        if not paged:
            empty = NoResults("No observation fits the question.", subject=str(query.flows))
            empty.withheld = sum(withheld for _, withheld in found)
            raise empty
        return paged

    def suppliers(self, query: DataQuery, visibility: Visibility) -> tuple[str, ...]:
        """The providers whose figures a question is about, as far as a caller sees any of them."""
        try:
            ids = [id for each in self.supplies(query, visibility) for id in each.provisions]
        except GatewayError:
            return ()
        return tuple(dict.fromkeys(self._provisions[id].provider for id in ids))

    def asked(self, query: DataQuery, visibility: Visibility) -> tuple[Asked, ...]:
        """What a question asks of each artefact it means.

        A wildcard leaves out those that it does not fit; if it fits none, that is said of the
        first. One that is named is refused by name.
        """
        found: list[Asked] = []
        refusals: list[GatewayError] = []
        for supply in self.supplies(query, visibility):
            try:
                found.append(self._fitting(supply, query))
            except SemanticError as refusal:
                if supply.named:
                    raise
                refusals.append(refusal)
        if refusals and not found:
            raise refusals[0]
        return tuple(found)

    def supplies(self, query: DataQuery, visibility: Visibility) -> Iterator[Supply]:
        """The artefacts that a question means; by a wildcard, those that something feeds.

        What is not there for the caller is passed over as if nobody had defined it.
        """
        for artefact in self._artefacts(query, visibility):
            supplied = tuple(self._feeding(artefact, query, visibility))
            named = artefact.id in query.flows.ids
            if supplied or named:
                structure = self._structure(artefact)
                yield Supply(artefact.reference, structure, supplied, named)

    def _artefacts(self, query: DataQuery, visibility: Visibility) -> Iterable[Artefact]:
        if query.context != "*":
            kinds = [CONTEXTS[each] for each in query.context.split(",")]
        else:  # each observation once: those of all dataflows, unless ids say otherwise
            kinds = [*CONTEXTS.values()] if query.flows.ids else [Kind.DATAFLOW]
        found = sorted(
            self._registry.matching(kinds, query.flows, visibility.knows),
            key=lambda e: kinds.index(e.kind),
        )
        return found if query.context != "*" else _first_of_each_name(found)

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

    def _of(self, asked: Asked, visibility: Visibility) -> tuple[list[DataSet], int]:
        of, structure = asked.supply.of, asked.supply.structure
        subject = Subject(of, structure, self._registry.labels(of, structure))
        provisions = asked.supply.provisions
        told, withheld = datasets(self._store, provisions, subject, asked.query, visibility)
        return [replace(each, shown=asked.shown) for each in told], withheld


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
            subject="dimensionAtObservation",
            allowed=(structure.time.id,),
        )
    return replace(query, first=1, last=None)
