"""SDMX-ML structure messages 2.1, 3.0 and 3.1: one writer, to which the edition is a value.

Source: the SDMXStructure*.xsd schemas of each edition. Written by `ml_components`,
`ml_constraints` and `ml_maps` where an artefact is more than a list.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from lxml import etree

from gateway.formats import ml
from gateway.formats.message import StructureMessage
from gateway.formats.ml_components import add_components
from gateway.formats.ml_constraints import (
    add_availability,
    add_available,
    add_constraint,
    add_metrics,
    set_role,
)
from gateway.formats.ml_maps import (
    add_representation_map,
    add_set,
    add_structure_map,
    as_sets,
    without_sets,
)
from gateway.model.artefact import Artefact, Item, ItemScheme, Kind
from gateway.model.structure import (
    AvailabilityConstraint,
    Categorisation,
    Dataflow,
    ProvisionAgreement,
)

_SECTIONS_21 = {  # in the order of the schema
    "OrganisationSchemes": (
        Kind.AGENCY_SCHEME,
        Kind.DATA_CONSUMER_SCHEME,
        Kind.DATA_PROVIDER_SCHEME,
    ),
    "Dataflows": (Kind.DATAFLOW,),
    "CategorySchemes": (Kind.CATEGORY_SCHEME,),
    "Categorisations": (Kind.CATEGORISATION,),
    "Codelists": (Kind.CODELIST,),
    "Concepts": (Kind.CONCEPT_SCHEME,),
    "DataStructures": (Kind.DATA_STRUCTURE,),
    "StructureSets": (Kind.STRUCTURE_SET,),
    "Constraints": (Kind.DATA_CONSTRAINT, Kind.AVAILABILITY_CONSTRAINT),
    "ProvisionAgreements": (Kind.PROVISION_AGREEMENT,),
}

_SECTIONS_30 = {  # alphabetical, in the order of the schema
    "AgencySchemes": (Kind.AGENCY_SCHEME,),
    "Categorisations": (Kind.CATEGORISATION,),
    "CategorySchemes": (Kind.CATEGORY_SCHEME,),
    "Codelists": (Kind.CODELIST,),
    "ConceptSchemes": (Kind.CONCEPT_SCHEME,),
    "DataConstraints": (Kind.DATA_CONSTRAINT, Kind.AVAILABILITY_CONSTRAINT),
    "DataConsumerSchemes": (Kind.DATA_CONSUMER_SCHEME,),
    "Dataflows": (Kind.DATAFLOW,),
    "DataProviderSchemes": (Kind.DATA_PROVIDER_SCHEME,),
    "DataStructures": (Kind.DATA_STRUCTURE,),
    "ProvisionAgreements": (Kind.PROVISION_AGREEMENT,),
    "RepresentationMaps": (Kind.REPRESENTATION_MAP,),
    "StructureMaps": (Kind.STRUCTURE_MAP,),
}


_SECTIONS_31 = {
    "AgencySchemes": _SECTIONS_30["AgencySchemes"],
    "AvailabilityConstraints": (Kind.AVAILABILITY_CONSTRAINT,),
    **_SECTIONS_30,
    "DataConstraints": (Kind.DATA_CONSTRAINT,),
}

_SECTIONS = {"2.1": _SECTIONS_21, "3.0": _SECTIONS_30, "3.1": _SECTIONS_31}
_ORGANISATIONS = _SECTIONS_21["OrganisationSchemes"]
_UNVERSIONED = {"3.0": _ORGANISATIONS, "3.1": (*_ORGANISATIONS, Kind.CATEGORISATION)}
"""What an edition has in one version only, which is then not stated: 1.0."""


_WHOLE = (Kind.PROVISION_AGREEMENT, Kind.REPRESENTATION_MAP, Kind.STRUCTURE_MAP)
"""What the schemas accept only with its content, even as a stub."""


def write(message: StructureMessage, edition: ml.Edition) -> Iterator[bytes]:
    """The message as one chunk; structures are small beside data."""
    parts = {"mes": "message", "str": "structure", "com": "common"}
    names = {prefix: edition.namespace(part) for prefix, part in parts.items()}
    root = etree.Element(edition.mes("Structure"), nsmap=names)
    ml.add_header(root, message.header, edition)
    structures = ml.add(root, edition.mes("Structures"))
    artefacts = as_sets(message) if edition.is_21 else without_sets(message.artefacts)
    for section, kinds in _SECTIONS[edition.version].items():
        members = [each for each in artefacts if each.kind in kinds]
        if members:
            parent = ml.add(structures, edition.struct(section))
            for artefact in sorted(members, key=lambda each: kinds.index(each.kind)):
                _add(parent, artefact, message, edition)
    yield ml.serialised(root)


write_21 = partial(write, edition=ml.ML_21)
write_30 = partial(write, edition=ml.ML_30)
write_31 = partial(write, edition=ml.ML_31)


def _add(
    parent: ml.Element, artefact: Artefact, message: StructureMessage, edition: ml.Edition
) -> None:
    if isinstance(artefact, AvailabilityConstraint) and edition.version == "3.1":
        add_availability(parent, artefact, edition)  # there it is no maintained artefact
    else:
        _add_artefact(parent, artefact, message, edition)


def _add_artefact(
    parent: ml.Element, artefact: Artefact, message: StructureMessage, edition: ml.Edition
) -> None:
    stub = artefact.reference in message.stubs
    element = ml.add(
        parent,
        edition.struct(edition.klass(artefact.kind)),
        id=artefact.id,
        urn=edition.urn(artefact.reference),
        agencyID=artefact.agency,
    )
    if artefact.kind not in _UNVERSIONED.get(edition.version, ()):
        element.set("version", artefact.version)
    if edition.is_21:
        element.set("isFinal", str(artefact.is_final).lower())
    if stub:
        element.set("isExternalReference", "true")
    if artefact.is_partial and isinstance(artefact, ItemScheme):
        element.set("isPartial", "true")
    if isinstance(artefact, AvailabilityConstraint):
        add_metrics(element, artefact, edition)
    ml.add_words(element, edition.com("Name"), artefact.name)
    if artefact.description is not None and (not stub or message.stubs_described):
        ml.add_words(element, edition.com("Description"), artefact.description)
    set_role(element, artefact, edition)
    if not stub or artefact.kind in _WHOLE:
        _CONTENT[artefact.kind](element, artefact, edition)


def _add_items(parent: ml.Element, scheme: Artefact, edition: ml.Edition) -> None:
    if not isinstance(scheme, ItemScheme):
        return
    if scheme.kind is Kind.CATEGORY_SCHEME:
        _add_categories(parent, scheme, None, edition)
        return
    base = edition.urn(scheme.reference).replace(f".{scheme.kind}=", f".{scheme.kind.item}=")
    for item in scheme.items:
        element = _add_item(parent, scheme.kind.item or "", item.id, item, base, edition)
        if item.parent is not None:
            above = ml.add(element, edition.struct("Parent"))
            ml.add_local_reference(above, item.parent, edition)


def _add_item(
    parent: ml.Element, name: str, id: str, item: Item, base: str, edition: ml.Edition
) -> ml.Element:
    element = ml.add(parent, edition.struct(name), id=id, urn=f"{base}.{item.id}")
    ml.add_words(element, edition.com("Name"), item.name)
    if item.description is not None:
        ml.add_words(element, edition.com("Description"), item.description)
    return element


def _add_categories(
    parent: ml.Element, scheme: ItemScheme, above: str | None, edition: ml.Edition
) -> None:
    """Categories stand inside one another; their ids are local to the one around them."""
    base = edition.urn(scheme.reference).replace(".CategoryScheme=", ".Category=")
    for item in scheme.items:
        if item.parent == above:
            local = item.id.rpartition(".")[2]
            element = _add_item(parent, "Category", local, item, base, edition)
            _add_categories(element, scheme, item.id, edition)


def _add_flow(parent: ml.Element, flow: Artefact, edition: ml.Edition) -> None:
    if isinstance(flow, Dataflow):
        ml.add_reference(ml.add(parent, edition.struct("Structure")), flow.structure, edition)


def _add_categorisation(parent: ml.Element, found: Artefact, edition: ml.Edition) -> None:
    if isinstance(found, Categorisation):
        ml.add_reference(ml.add(parent, edition.struct("Source")), found.source, edition)
        ml.add_reference(ml.add(parent, edition.struct("Target")), found.target, edition)


def _add_agreement(parent: ml.Element, agreement: Artefact, edition: ml.Edition) -> None:
    if isinstance(agreement, ProvisionAgreement):
        usage = ml.add(parent, edition.struct("StructureUsage" if edition.is_21 else "Dataflow"))
        ml.add_reference(usage, agreement.flow, edition)
        provider = ml.add(parent, edition.struct("DataProvider"))
        ml.add_reference(provider, agreement.provider, edition)


_CONTENT: Mapping[Kind, Callable[[ml.Element, Artefact, ml.Edition], None]] = {
    Kind.AGENCY_SCHEME: _add_items,
    Kind.AVAILABILITY_CONSTRAINT: add_available,
    Kind.CATEGORISATION: _add_categorisation,
    Kind.CATEGORY_SCHEME: _add_items,
    Kind.CODELIST: _add_items,
    Kind.CONCEPT_SCHEME: _add_items,
    Kind.DATA_CONSTRAINT: add_constraint,
    Kind.DATA_CONSUMER_SCHEME: _add_items,
    Kind.DATA_PROVIDER_SCHEME: _add_items,
    Kind.DATA_STRUCTURE: add_components,
    Kind.DATAFLOW: _add_flow,
    Kind.PROVISION_AGREEMENT: _add_agreement,
    Kind.REPRESENTATION_MAP: add_representation_map,
    Kind.STRUCTURE_MAP: add_structure_map,
    Kind.STRUCTURE_SET: add_set,
}
