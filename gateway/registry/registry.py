"""The registry: every artefact by name, what it is built from and what is built from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from gateway.errors import BadConfiguration, NotFound, SemanticError
from gateway.model.artefact import (
    Artefact,
    Codelist,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Kind,
    Reference,
)
from gateway.model.query import ArtefactPattern, StructureQuery
from gateway.registry.items import only_items
from gateway.registry.versions import chosen

RESOURCES: Mapping[str, Kind] = {
    "codelist": Kind.CODELIST,
    "conceptscheme": Kind.CONCEPT_SCHEME,
    "datastructure": Kind.DATA_STRUCTURE,
    "dataflow": Kind.DATAFLOW,
}
"""The artefact types held here, by their name in a URL; every other type is known and empty."""


class Registry:
    """Artefacts of one `dsd/` folder; complete, for every reference inside it resolves."""

    def __init__(self, artefacts: Iterable[Artefact]) -> None:
        self._artefacts = {each.reference: each for each in artefacts}
        self._parents: dict[Reference, set[Reference]] = {each: set() for each in self._artefacts}
        self._connect()

    def _connect(self) -> None:
        faults = []
        for artefact in self._artefacts.values():
            for reference in sorted(artefact.references()):
                if reference in self._artefacts:
                    self._parents[reference].add(artefact.reference)
                else:
                    faults.append(f"{artefact.reference} refers to {reference}: no file states it.")
        faults.extend(self._concept_faults())
        if faults:
            raise BadConfiguration("\n".join(faults))

    def _concept_faults(self) -> Iterator[str]:
        structures = (each for each in self if isinstance(each, DataStructure))
        for structure in structures:
            for component in structure.components():
                scheme = self._artefacts.get(component.concept.artefact)
                if not isinstance(scheme, ConceptScheme):
                    continue
                if component.concept.item not in {concept.id for concept in scheme.concepts}:
                    yield f"{structure.reference}.{component.id}: no concept {component.concept}."

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

    def codes(self, structure: DataStructure) -> dict[str, frozenset[str]]:
        """The allowed codes of each component that has a code list."""
        return {
            component.id: frozenset(code.id for code in self.codelist(reference).codes)
            for component in structure.components()
            if (reference := component.representation.codelist) is not None
        }

    def codelist(self, reference: Reference) -> Codelist:
        """One code list by its reference; the registry is complete, so that it is there."""
        found = self._artefacts[reference]
        if not isinstance(found, Codelist):
            raise NotFound(f"{reference} is not a code list.", subject=str(reference))
        return found

    def dataflow(self, name: str) -> Dataflow:
        """The dataflow with this short name, such as ``LMIG:DF_RETURNS(1.0.0)``.

        Raises BadConfiguration, for such names stand in configuration files.
        """
        for flow in self.dataflows:
            if str(flow.reference) == name:
                return flow
        known = [str(flow.reference) for flow in self.dataflows]
        raise BadConfiguration(f"There is no dataflow {name}.", subject=name, allowed=known)

    def matching(self, kinds: Iterable[Kind], pattern: ArtefactPattern) -> tuple[Artefact, ...]:
        """The artefacts that fit a pattern, each id in the versions asked for.

        Raises NotFound when the pattern names what does not exist, with what does.
        """
        kinds = tuple(kinds)
        fitting = [each for each in self if each.kind in kinds and _fits(each, pattern)]
        found = chosen(fitting, pattern.versions)
        if not found:
            known = [str(each.reference) for each in self if each.kind in kinds]
            raise NotFound(f"There is no {pattern}.", subject=str(pattern), allowed=known[:20])
        return found

    def answer(self, query: StructureQuery) -> tuple[tuple[Artefact, ...], tuple[Artefact, ...]]:
        """What a structure query names, and what else its `references` ask for.

        Both in the order of the files. Raises NotFound as `matching` does, SemanticError for a
        `references` value that is neither one of the standard's nor an artefact type.
        """
        kinds = [RESOURCES[name] for name in query.resources if name in RESOURCES]
        named = self.matching(kinds if query.resources else tuple(Kind), query.pattern)
        if query.items:
            named = tuple(only_items(each, query.items) for each in named)
        wanted = self._related({each.reference for each in named}, query.references)
        return named, tuple(each for each in self if each.reference in wanted)

    def _related(self, named: set[Reference], references: str) -> set[Reference]:
        # SDMX-REST 2.2.2 structures.md: a named type gives every related artefact of that type.
        if references in RESOURCES:
            kind = RESOURCES[references]
            related = self._reach(named, self._up) | self._reach(named, self._down)
            return {each for each in related if each.kind is kind} - named
        walks: dict[str, Callable[[], set[Reference]]] = {
            "none": set,
            "parents": lambda: self._step(named, self._up),
            "parentsandsiblings": lambda: self._siblings(named),
            "ancestors": lambda: self._reach(named, self._up),
            "children": lambda: self._step(named, self._down),
            "descendants": lambda: self._reach(named, self._down),
            "all": lambda: self._siblings(named) | self._reach(named, self._down),
        }
        if references not in walks:
            raise SemanticError(
                f"references={references} is not known.",
                subject="references",
                allowed=(*walks, *RESOURCES),
            )
        return walks[references]() - named

    def _up(self, reference: Reference) -> set[Reference]:
        return self._parents[reference]

    def _down(self, reference: Reference) -> set[Reference]:
        return set(self._artefacts[reference].references())

    def _siblings(self, named: set[Reference]) -> set[Reference]:
        parents = self._step(named, self._up)
        return parents | self._step(parents, self._down)

    @staticmethod
    def _step(start: set[Reference], way: Callable[[Reference], set[Reference]]) -> set[Reference]:
        return {reached for each in start for reached in way(each)}

    def _reach(
        self, start: set[Reference], way: Callable[[Reference], set[Reference]]
    ) -> set[Reference]:
        reached: set[Reference] = set()
        frontier = start
        while frontier:
            frontier = self._step(frontier, way) - reached
            reached |= frontier
        return reached


def _fits(artefact: Artefact, pattern: ArtefactPattern) -> bool:
    in_agencies = not pattern.agencies or artefact.agency in pattern.agencies
    return in_agencies and (not pattern.ids or artefact.id in pattern.ids)
