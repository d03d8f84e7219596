"""Maps in SDMX-ML: alone in 3.x, in structure sets in 2.1.

2.1 says a map between code lists as `CodelistMap`, and one from labels as the `ValueMap` of a
component; fixed values it cannot say. Source: SDMXStructureStructureSet.xsd (2.1),
SDMXStructureStructureMappings.xsd (3.x).
"""

from collections.abc import Iterable

from gateway.formats import ml
from gateway.formats.message import StructureMessage
from gateway.model.artefact import Artefact, Kind, Reference
from gateway.model.maps import ComponentMap, RepresentationMap, StructureMap, StructureSet

_MAPS = (Kind.REPRESENTATION_MAP, Kind.STRUCTURE_MAP, Kind.STRUCTURE_SET)


def without_sets(artefacts: Iterable[Artefact]) -> list[Artefact]:
    """For 3.x: each set as the maps in it, every artefact once."""
    found: dict[Reference, Artefact] = {}
    for each in artefacts:
        for one in each.maps() if isinstance(each, StructureSet) else (each,):
            found.setdefault(one.reference, one)
    return list(found.values())


def as_sets(message: StructureMessage) -> list[Artefact]:
    """For 2.1: a map that no set here holds in a set of its own, under the map's name.

    Maps that only stand beside what was asked for are left out: sdmx1 2.28 asks for everything
    related, and cannot read a structure map (seen 2026-11).
    """
    sets = [each for each in message.artefacts if isinstance(each, StructureSet)]
    left_out = {each.reference for found in sets for each in found.maps()}
    left_out |= {
        each.reference for each in message.artefacts if each.kind in _MAPS
    } & message.related
    return [_in_set(each) for each in message.artefacts if each.reference not in left_out]


def _in_set(artefact: Artefact) -> Artefact:
    structure_maps = (artefact,) if isinstance(artefact, StructureMap) else ()
    representation_maps = (artefact,) if isinstance(artefact, RepresentationMap) else ()
    if not structure_maps and not representation_maps:
        return artefact
    return StructureSet(
        agency=artefact.agency,
        id=artefact.id,
        version=artefact.version,
        name=artefact.name,
        description=artefact.description,
        is_final=artefact.is_final,
        structure_maps=structure_maps,
        representation_maps=representation_maps,
    )


def add_set(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    """The maps of a set, as far as 2.1 can say them."""
    if not isinstance(found, StructureSet):
        return
    by_name = {each.reference: each for each in found.representation_maps}
    for each in found.representation_maps:
        if each.source is not None and each.target is not None:
            _add_codelist_map(parent, each, edition)
    for structure_map in found.structure_maps:
        _add_structure_map_21(parent, structure_map, by_name, edition)


def _add_codelist_map(parent: ml.Element, found: RepresentationMap, edition: ml.Edition) -> None:
    element = ml.add(parent, edition.struct("CodelistMap"), id=found.id)
    ml.add_words(element, edition.com("Name"), found.name, edition)
    if found.description is not None:
        ml.add_words(element, edition.com("Description"), found.description, edition)
    for side, codelist in (("Source", found.source), ("Target", found.target)):
        if codelist is not None:
            ml.add_reference(ml.add(element, edition.struct(side)), codelist, edition)
    for source, target in found.mappings:
        pair = ml.add(element, edition.struct("CodeMap"))
        ml.add_local_reference(ml.add(pair, edition.struct("Source")), source, edition)
        ml.add_local_reference(ml.add(pair, edition.struct("Target")), target, edition)


def _add_structure_map_21(
    parent: ml.Element,
    found: StructureMap,
    by_name: dict[Reference, RepresentationMap],
    edition: ml.Edition,
) -> None:
    element = ml.add(parent, edition.struct("StructureMap"), id=found.id)
    ml.add_words(element, edition.com("Name"), found.name, edition)
    ml.add_reference(ml.add(element, edition.struct("Source")), found.source, edition)
    ml.add_reference(ml.add(element, edition.struct("Target")), found.target, edition)
    for each in found.components:
        if each.source is not None:
            pair = ml.add(element, edition.struct("ComponentMap"))
            _add_component_name(pair, "Source", each.source, edition)
            _add_component_name(pair, "Target", each.target, edition)
            _add_value_map(pair, each, by_name, edition)


def _add_component_name(parent: ml.Element, side: str, id: str, edition: ml.Edition) -> None:
    klass = "TimeDimension" if id == "TIME_PERIOD" else "Dimension"
    more = {"containerID": "DimensionDescriptor", "class": klass, "package": "datastructure"}
    ml.add_local_reference(ml.add(parent, edition.struct(side)), id, edition, **more)


def _add_value_map(
    parent: ml.Element,
    component: ComponentMap,
    by_name: dict[Reference, RepresentationMap],
    edition: ml.Edition,
) -> None:
    by = None if component.by is None else by_name.get(component.by)
    if by is None:
        return
    mapping = ml.add(parent, edition.struct("RepresentationMapping"))
    if by.source is not None:
        ml.add(ml.add(mapping, edition.struct("CodelistMap")), "Ref", id=by.id)
        return
    values = ml.add(mapping, edition.struct("ValueMap"))
    for source, target in by.mappings:
        ml.add(values, edition.struct("ValueMapping"), source=source, target=target)


def add_representation_map(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    """A representation map of 3.x: its two sides, then its pairs."""
    if not isinstance(found, RepresentationMap):
        return
    for side, codelist in (("Source", found.source), ("Target", found.target)):
        if codelist is None:
            ml.add(parent, edition.struct(f"{side}DataType"), "String")
        else:
            ml.add_reference(ml.add(parent, edition.struct(f"{side}Codelist")), codelist, edition)
    for source, target in found.mappings:
        pair = ml.add(parent, edition.struct("RepresentationMapping"))
        ml.add(pair, edition.struct("SourceValue"), source)
        ml.add(pair, edition.struct("TargetValue"), target)


def add_structure_map(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    """A structure map of 3.x: what is mapped, then what is fixed."""
    if not isinstance(found, StructureMap):
        return
    ml.add_reference(ml.add(parent, edition.struct("Source")), found.source, edition)
    ml.add_reference(ml.add(parent, edition.struct("Target")), found.target, edition)
    for each in found.components:
        if each.source is not None:
            pair = ml.add(parent, edition.struct("ComponentMap"))
            ml.add(pair, edition.struct("Source"), each.source)
            ml.add(pair, edition.struct("Target"), each.target)
            if each.by is not None:
                ml.add_reference(
                    ml.add(pair, edition.struct("RepresentationMap")), each.by, edition
                )
    for each in found.components:
        if each.fixed is not None:
            fixed = ml.add(parent, edition.struct("FixedValueMap"))
            ml.add(fixed, edition.struct("Target"), each.target)
            ml.add(fixed, edition.struct("Value"), each.fixed)
