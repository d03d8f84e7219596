"""What a provision is in SDMX: an agreement, and maps that show which label became which code.

Everything here is made from `provision.toml` and its code maps, so that the published maps are the
ones that read the files. The source of the structure map is a data structure of our own making: the
parts of the office's table that feed a dimension, as text.
"""

from collections.abc import Iterator

from gateway.intake.codemaps import EITHER
from gateway.intake.language import Place
from gateway.intake.provision import Provision
from gateway.model.artefact import Artefact
from gateway.model.maps import ComponentMap, RepresentationMap, StructureMap, StructureSet
from gateway.model.structure import Component, DataStructure, ProvisionAgreement, Representation
from gateway.model.text import Text

_LABEL = Representation(None, "String")


def artefacts_of(provision: Provision) -> Iterator[Artefact]:
    """The agreement, the structure of the office's table, and the set of maps between the two."""
    yield ProvisionAgreement(
        agency=provision.flow.agency,
        id=provision.id,
        version=provision.version,
        name=provision.name,
        flow=provision.flow.reference,
        provider=provision.provider_reference,
    )
    source = _source(provision)
    yield source
    maps = {
        name: _map(provision, name, place)
        for name, place in _read(provision)
        if place.codes or place.bands
    }
    yield StructureSet(
        agency=provision.flow.agency,
        id=f"SS_{provision.id}",
        version=provision.version,
        name=_called(provision, "equivalencias", "maps"),
        structure_maps=(_structure_map(provision, source, maps),),
        representation_maps=tuple(maps.values()),
    )


def _read(provision: Provision) -> Iterator[tuple[str, Place]]:
    """The dimensions that are read in the file, in key order."""
    for name in provision.structure.dimension_ids:
        place = provision.components[name]
        if isinstance(place, Place):
            yield name, place


def _called(provision: Provision, es: str, en: str) -> Text:
    return Text(es=f"{provision.name.es}: {es}", en=f"{provision.name.en}: {en}")


def _source(provision: Provision) -> DataStructure:
    structure = provision.structure
    read = {name for name, _ in _read(provision)}
    return DataStructure(
        agency=provision.flow.agency,
        id=f"SRC_{provision.id}",
        version=provision.version,
        name=_called(provision, "cuadro publicado", "published table"),
        dimensions=tuple(
            Component(each.id, each.concept, _LABEL)
            for each in structure.dimensions
            if each.id in read
        ),
        time=structure.time,
        measure=structure.measure,
        attributes=(),
    )


def _map(provision: Provision, component: str, place: Place) -> RepresentationMap:
    """The labels that a place's code maps know, each with its code; the first map wins."""
    pairs = {
        entry.key: (entry.label, code)
        for each in reversed(provision.maps(place))
        for entry in each.entries.values()
        if (code := entry.code(component)) is not None and EITHER not in code
        if provision.fits(component, each, code)
    }
    bands = {code: (f"{first}-{last}", code) for code, (first, last) in place.bands.items()}
    codelists = {each.id: each.representation.codelist for each in provision.structure.dimensions}
    return RepresentationMap(
        agency=provision.flow.agency,
        id=f"{provision.id}_{component}",
        version=provision.version,
        name=_called(provision, f"etiquetas de {component}", f"labels of {component}"),
        source=None,
        target=codelists[component],
        mappings=(*pairs.values(), *bands.values()),
    )


def _structure_map(
    provision: Provision, source: DataStructure, maps: dict[str, RepresentationMap]
) -> StructureMap:
    time = provision.structure.time.id
    by = {name: each.reference for name, each in maps.items()}
    return StructureMap(
        agency=provision.flow.agency,
        id=provision.id,
        version=provision.version,
        name=_called(provision, "del cuadro al flujo", "from table to dataflow"),
        source=source.reference,
        target=provision.structure.reference,
        components=(
            *(ComponentMap(name, source=name, by=by.get(name)) for name, _ in _read(provision)),
            ComponentMap(time, source=time),
            *(ComponentMap(name, fixed=value) for name, value in provision.constants().items()),
        ),
    )
