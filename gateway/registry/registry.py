"""The registry: every artefact by name, what it is built from and what is built from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property

from gateway.errors import BadConfiguration, NoResults, NotFound
from gateway.model.artefact import Artefact, ItemScheme, Kind, Reference
from gateway.model.labels import Labels
from gateway.model.maps import StructureSet
from gateway.model.query import ArtefactPattern, StructureQuery
from gateway.model.structure import DataConstraint, Dataflow, DataStructure
from gateway.model.text import Text
from gateway.registry.items import only_items
from gateway.registry.partial import only_used
from gateway.registry.versions import chosen

_ORGANISATIONS = (Kind.AGENCY_SCHEME, Kind.DATA_CONSUMER_SCHEME, Kind.DATA_PROVIDER_SCHEME)

RESOURCES: Mapping[str, tuple[Kind, ...]] = {
    **{kind.lower(): (kind,) for kind in Kind},
    "organisationscheme": _ORGANISATIONS,
    "contentconstraint": (Kind.DATA_CONSTRAINT,),
    "allowedconstraint": (Kind.DATA_CONSTRAINT,),
}
"""The artefact types held here, by their name in a URL; every other type is known and empty."""


class Registry:
    """Artefacts that are complete: every reference inside them resolves."""

    def __init__(self, artefacts: Iterable[Artefact]) -> None:
        """Connect artefacts. Raises BadConfiguration with every reference that does not resolve."""
        self._artefacts = {each.reference: each for each in _with_maps(artefacts)}
        self._ids: dict[Reference, frozenset[str]] = {}
        self._names: dict[Reference, Mapping[str, Text]] = {}
        self._labels: dict[tuple[Reference, Reference], Labels] = {}
        self._codes: dict[Reference, Mapping[str, frozenset[str]]] = {}
        self._agencies = {
            agency.id: scheme.reference
            for scheme in self._artefacts.values()
            if isinstance(scheme, ItemScheme) and scheme.kind is Kind.AGENCY_SCHEME
            for agency in scheme.items
        }
        self._children = {name: self._used_by(each) for name, each in self._artefacts.items()}
        self._parents: dict[Reference, set[Reference]] = {each: set() for each in self._artefacts}
        if faults := [*self._faults()]:
            raise BadConfiguration("\n".join(faults))
        for name, children in self._children.items():
            for child in children:
                self._parents[child].add(name)

    def _used_by(self, artefact: Artefact) -> set[Reference]:
        """What an artefact refers to, its agency's scheme included (structures.md, the table)."""
        found = {reference.artefact for reference in artefact.references()}
        if artefact.agency in self._agencies and artefact.kind is not Kind.AGENCY_SCHEME:
            found.add(self._agencies[artefact.agency])
        return found - {artefact.reference}

    def _faults(self) -> Iterator[str]:
        for artefact in self._artefacts.values():
            for reference in sorted({*artefact.references()}, key=str):
                found = self._artefacts.get(reference.artefact)
                if found is None:
                    yield f"{artefact.reference} refers to {reference.urn}: no file states it."
                elif reference.item is not None and reference.item not in self._item_ids(found):
                    yield f"{artefact.reference} refers to {reference.urn}: no such item."

    def _item_ids(self, artefact: Artefact) -> frozenset[str]:
        """The ids of an artefact's items, gathered once: places alone are thousands."""
        if artefact.reference not in self._ids:
            items = artefact.items if isinstance(artefact, ItemScheme) else ()
            self._ids[artefact.reference] = frozenset(item.id for item in items)
        return self._ids[artefact.reference]

    def only(self, urns: frozenset[str]) -> "Registry":
        """A registry of those artefacts alone that have one of these URNs."""
        return Registry(each for each in self if each.reference.urn in urns)

    def __iter__(self) -> Iterator[Artefact]:
        return iter(self._artefacts.values())

    @cached_property
    def dataflows(self) -> tuple[Dataflow, ...]:
        """Every dataflow, in the order of the files."""
        return tuple(each for each in self if isinstance(each, Dataflow))

    def structure(self, flow: Dataflow) -> DataStructure:
        """The data structure of a dataflow."""
        found = self._artefacts[flow.structure]
        if not isinstance(found, DataStructure):
            raise BadConfiguration(f"{flow.reference} refers to {flow.structure}: no structure.")
        return found

    def codes(self, structure: DataStructure) -> Mapping[str, frozenset[str]]:
        """The allowed codes of each component that has a code list, gathered once."""
        if structure.reference not in self._codes:
            self._codes[structure.reference] = {
                component.id: self._item_ids(self._artefacts[reference])
                for component in structure.components()
                if (reference := component.representation.codelist) is not None
            }
        return self._codes[structure.reference]

    def code_order(self, structure: DataStructure) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each component that has a code list, with the codes in the list's order."""
        for component in structure.components():
            if (reference := component.representation.codelist) is not None:
                yield component.id, tuple(item.id for item in self.scheme(reference).items)

    def labels(self, of: Reference, structure: DataStructure) -> Labels:
        """The names of what data of an artefact use, by the concepts and code lists."""
        name = of, structure.reference
        if name not in self._labels:
            self._labels[name] = self._labels_of(of, structure)
        return self._labels[name]

    def _labels_of(self, of: Reference, structure: DataStructure) -> Labels:
        return Labels(
            self.get(of).name,
            {each.id: self._item_name(each.concept) for each in structure.components()},
            {
                each.id: self._names_of(reference)
                for each in structure.components()
                if (reference := each.representation.codelist) is not None
            },
        )

    def _item_name(self, reference: Reference) -> Text:
        return self._names_of(reference.artefact)[reference.item or ""]

    def _names_of(self, reference: Reference) -> Mapping[str, Text]:
        """The names of a scheme's items, gathered once."""
        if reference not in self._names:
            items = self.scheme(reference).items
            self._names[reference] = {item.id: item.name for item in items}
        return self._names[reference]

    def get(self, reference: Reference) -> Artefact:
        """One artefact by its reference. Raises NotFound."""
        if reference not in self._artefacts:
            raise NotFound(
                f"There is no {reference}.", spanish=f"No hay {reference}.", subject=str(reference)
            )
        return self._artefacts[reference]

    def constraints(self, *names: Reference) -> tuple[DataConstraint, ...]:
        """The constraints attached to any of some artefacts."""
        return tuple(
            each
            for each in self
            if isinstance(each, DataConstraint) and not {*names}.isdisjoint(each.attached)
        )

    def scheme(self, reference: Reference) -> ItemScheme:
        """A scheme by its reference. Raises NotFound."""
        found = self.get(reference)
        if not isinstance(found, ItemScheme):
            raise NotFound(
                f"{reference} has no items.",
                spanish=f"{reference} no tiene elementos.",
                subject=str(reference),
            )
        return found

    def provider(self, id: str) -> Reference:
        """A data provider of any provider scheme. Raises BadConfiguration with those there are."""
        schemes = [each for each in self if each.kind is Kind.DATA_PROVIDER_SCHEME]
        known = {
            item.id: replace(scheme.reference, item=item.id)
            for scheme in schemes
            if isinstance(scheme, ItemScheme)
            for item in scheme.items
        }
        if id not in known:
            raise BadConfiguration(f"There is no data provider {id}.", subject=id, allowed=known)
        return known[id]

    def dataflow(self, name: str) -> Dataflow:
        """The dataflow with this short name, such as ``LMIG:DF_RETURNS(1.0.0)``.

        Raises BadConfiguration, for such names stand in configuration files.
        """
        for flow in self.dataflows:
            if str(flow.reference) == name:
                return flow
        known = [str(flow.reference) for flow in self.dataflows]
        raise BadConfiguration(f"There is no dataflow {name}.", subject=name, allowed=known)

    def matching(
        self,
        kinds: Iterable[Kind],
        pattern: ArtefactPattern,
        there: Callable[[Reference], bool] = lambda reference: True,
    ) -> tuple[Artefact, ...]:
        """The artefacts that fit a pattern, each id in the versions asked for.

        Those that are not `there` for whoever asks are passed over as if nobody had made them.

        Raises NotFound when the pattern names what does not exist, with what does; NoResults
        where it names nothing and there is nothing.
        """
        kinds = tuple(kinds)
        known = [each for each in self if each.kind in kinds and there(each.reference)]
        fitting = [each for each in known if _fits(each, pattern)]
        found = chosen(fitting, pattern.versions)
        if not found and not pattern.ids:
            raise NoResults(
                "There is no artefact of this type.",
                spanish="No hay ningún artefacto de este tipo.",
                subject=str(pattern),
            )
        if not found:
            known.sort(key=lambda each: _likeness(each, pattern), reverse=True)
            allowed = [str(each.reference) for each in known[:20]]
            raise NotFound(
                f"There is no {pattern}.",
                spanish=f"No hay {pattern}.",
                subject=str(pattern),
                allowed=allowed,
            )
        return found

    def answer(self, query: StructureQuery) -> tuple[tuple[Artefact, ...], tuple[Artefact, ...]]:
        """What a structure query names, and what else its `references` ask for.

        Both in the order of the files. Raises NotFound as `matching` does.
        """
        kinds = {kind for name in query.resources for kind in RESOURCES.get(name, ())}
        named = self.matching(kinds, query.pattern)
        wanted = self._related({each.reference for each in named}, query.references)
        related = tuple(each for each in self if each.reference in wanted)
        if query.items:
            named = tuple(only_items(each, query.items) for each in named)
        if query.detail == "referencepartial":
            related = only_used(named, related, self.constraints(*self._flows_of(named)))
        return named, related

    def _flows_of(self, named: Iterable[Artefact]) -> Iterator[Reference]:
        """The constrainable artefacts that some artefacts are or supply."""
        for each in named:
            yield each.reference
            yield from self._children[each.reference]

    def _related(self, named: set[Reference], references: tuple[str, ...]) -> set[Reference]:
        """What `references` ask for beside what was named; types narrow everything connected."""
        walks: Mapping[str, Callable[[set[Reference]], set[Reference]]] = {
            "none": lambda these: set(),
            "parents": self._up,
            "parentsandsiblings": self._siblings,
            "ancestors": lambda these: _reach(these, self._up),
            "children": self._down,
            "descendants": lambda these: _reach(these, self._down),
            "all": lambda these: self._siblings(these) | _reach(these, self._down),
        }
        found: set[Reference] = set()
        for word in references:
            if word in walks:
                found |= walks[word](named)
            else:
                kinds = RESOURCES.get(word, ())
                connected = _reach(named, self._up) | _reach(named, self._down)
                found |= {each for each in connected if each.kind in kinds}
        return found - named

    def _up(self, these: set[Reference]) -> set[Reference]:
        return {parent for each in these for parent in self._parents[each]}

    def _down(self, these: set[Reference]) -> set[Reference]:
        return {child for each in these for child in self._children[each]}

    def _siblings(self, these: set[Reference]) -> set[Reference]:
        parents = self._up(these)
        return parents | self._down(parents)


def _reach(
    start: set[Reference], step: Callable[[set[Reference]], set[Reference]]
) -> set[Reference]:
    reached: set[Reference] = set()
    frontier = start
    while frontier:
        frontier = step(frontier) - reached
        reached |= frontier
    return reached


def _with_maps(artefacts: Iterable[Artefact]) -> Iterator[Artefact]:
    """Every artefact, and after a set the maps in it: SDMX 3 knows them alone."""
    for each in artefacts:
        yield each
        if isinstance(each, StructureSet):
            yield from each.maps()


def _likeness(artefact: Artefact, pattern: ArtefactPattern) -> tuple[float, bool]:
    """How near an artefact comes to what was asked for."""
    likest = max((SequenceMatcher(None, artefact.id, id).ratio() for id in pattern.ids), default=0)
    return likest, artefact.agency in pattern.agencies


def _fits(artefact: Artefact, pattern: ArtefactPattern) -> bool:
    in_agencies = not pattern.agencies or artefact.agency in pattern.agencies
    return in_agencies and (not pattern.ids or artefact.id in pattern.ids)
