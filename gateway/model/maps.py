"""Maps: which value of one list or file became which code of another, in the open."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.model.artefact import Artefact, Kind, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentationMap(Artefact):
    """Pairs of values; `source` or `target` is a code list, or None for labels as text."""

    kind: Kind = Kind.REPRESENTATION_MAP
    source: Reference | None
    target: Reference | None
    mappings: tuple[tuple[str, str], ...]

    def references(self) -> Iterator[Reference]:
        """The code lists of either side."""
        yield from (each for each in (self.source, self.target) if each is not None)


@dataclass(frozen=True, slots=True)
class ComponentMap:
    """How a component of the target is filled: from a source component, or by a fixed value.

    `by` names the representation map that turns the source's values into the target's; without
    it they stay as they are.
    """

    target: str
    source: str | None = None
    by: Reference | None = None
    fixed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureMap(Artefact):
    """How data of one structure become data of another."""

    kind: Kind = Kind.STRUCTURE_MAP
    source: Reference
    target: Reference
    components: tuple[ComponentMap, ...]

    def references(self) -> Iterator[Reference]:
        """Both structures and the representation maps."""
        yield self.source
        yield self.target
        yield from (each.by for each in self.components if each.by is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureSet(Artefact):
    """Maps kept together, as SDMX 2.1 has them; SDMX 3 knows the maps alone."""

    kind: Kind = Kind.STRUCTURE_SET
    structure_maps: tuple[StructureMap, ...] = ()
    representation_maps: tuple[RepresentationMap, ...] = ()

    def maps(self) -> Iterator[StructureMap | RepresentationMap]:
        """Every map of the set."""
        yield from self.structure_maps
        yield from self.representation_maps

    def references(self) -> Iterator[Reference]:
        """What the maps refer to outside the set."""
        own = {each.reference for each in self.maps()}
        for each in self.maps():
            yield from (found for found in each.references() if found not in own)
