"""SDMX-ML 2.1 structure messages. Source: SDMX-ML 2.1 schemas, SDMXStructure.xsd."""

from collections.abc import Callable, Iterator

from lxml import etree

from gateway.formats import ml
from gateway.formats.message import StructureMessage
from gateway.model.artefact import (
    Artefact,
    Attachment,
    Attribute,
    Codelist,
    Component,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Item,
    Kind,
    Representation,
)
from gateway.model.text import LANGUAGES, Text

_SECTIONS = {  # in the order of the schema
    "Dataflows": Kind.DATAFLOW,
    "Codelists": Kind.CODELIST,
    "Concepts": Kind.CONCEPT_SCHEME,
    "DataStructures": Kind.DATA_STRUCTURE,
}


def write(message: StructureMessage) -> Iterator[bytes]:
    """The message as one chunk; structures are small beside data."""
    names = {"mes": ml.MESSAGE, "str": ml.STRUCTURE, "com": ml.COMMON}
    root = etree.Element(ml.mes("Structure"), nsmap=names)
    ml.add_header(root, message.header)
    structures = ml.add(root, ml.mes("Structures"))
    for section, kind in _SECTIONS.items():
        artefacts = [each for each in message.artefacts if each.kind is kind]
        if artefacts:
            parent = ml.add(structures, _str(section))
            for artefact in artefacts:
                _add_artefact(parent, artefact, message)
    yield ml.serialised(root)


def _str(name: str) -> str:
    return f"{{{ml.STRUCTURE}}}{name}"


def _add_artefact(parent: ml.Element, artefact: Artefact, message: StructureMessage) -> None:
    stub = artefact.reference in message.stubs
    element = ml.add(
        parent,
        _str(artefact.kind),
        id=artefact.id,
        urn=artefact.reference.urn,
        agencyID=artefact.agency,
        version=artefact.version,
        isFinal=str(artefact.is_final).lower(),
    )
    if stub:
        element.set("isExternalReference", "true")
    if artefact.is_partial and isinstance(artefact, Codelist | ConceptScheme):
        element.set("isPartial", "true")
    _add_words(element, "Name", artefact.name)
    if artefact.description is not None and (not stub or message.stubs_described):
        _add_words(element, "Description", artefact.description)
    if not stub:
        _CONTENT[artefact.kind](element, artefact)


def _add_words(parent: ml.Element, name: str, text: Text) -> None:
    for language in LANGUAGES:
        ml.add(parent, ml.com(name), text.said(language)).set(ml.LANGUAGE, language)


def _add_codes(parent: ml.Element, codelist: Artefact) -> None:
    if isinstance(codelist, Codelist):
        urn = f"urn:sdmx:org.sdmx.infomodel.codelist.Code={codelist.reference}"
        for code in codelist.codes:
            _add_item(parent, "Code", code, urn)


def _add_concepts(parent: ml.Element, scheme: Artefact) -> None:
    if isinstance(scheme, ConceptScheme):
        urn = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={scheme.reference}"
        for concept in scheme.concepts:
            _add_item(parent, "Concept", concept, urn)


def _add_item(parent: ml.Element, name: str, item: Item, scheme_urn: str) -> None:
    element = ml.add(parent, _str(name), id=item.id, urn=f"{scheme_urn}.{item.id}")
    _add_words(element, "Name", item.name)
    if item.description is not None:
        _add_words(element, "Description", item.description)
    if item.parent is not None:
        ml.add(ml.add(element, _str("Parent")), "Ref", id=item.parent)


def _add_structure_reference(parent: ml.Element, flow: Artefact) -> None:
    if isinstance(flow, Dataflow):
        ml.add_reference(ml.add(parent, _str("Structure")), flow.structure)


def _add_components(parent: ml.Element, structure: Artefact) -> None:
    if not isinstance(structure, DataStructure):
        return
    components = ml.add(parent, _str("DataStructureComponents"))
    dimensions = ml.add(components, _str("DimensionList"), id="DimensionDescriptor")
    for position, dimension in enumerate(structure.dimensions, start=1):
        _add_component(dimensions, "Dimension", dimension, position=str(position))
    last = str(len(structure.dimensions) + 1)
    _add_component(dimensions, "TimeDimension", structure.time, position=last)
    attributes = ml.add(components, _str("AttributeList"), id="AttributeDescriptor")
    for attribute in structure.attributes:
        _add_attribute(attributes, attribute)
    measures = ml.add(components, _str("MeasureList"), id="MeasureDescriptor")
    _add_component(measures, "PrimaryMeasure", structure.measure)


def _add_component(
    parent: ml.Element, name: str, component: Component, **attributes: str
) -> ml.Element:
    element = ml.add(parent, _str(name), id=component.id, **attributes)
    ml.add_reference(ml.add(element, _str("ConceptIdentity")), component.concept)
    _add_representation(element, component.representation)
    return element


def _add_representation(parent: ml.Element, representation: Representation) -> None:
    element = ml.add(parent, _str("LocalRepresentation"))
    if representation.codelist is not None:
        ml.add_reference(ml.add(element, _str("Enumeration")), representation.codelist)
    elif representation.text_type is not None:
        ml.add(element, _str("TextFormat"), textType=representation.text_type)


def _add_attribute(parent: ml.Element, attribute: Attribute) -> None:
    status = "Mandatory" if attribute.mandatory else "Conditional"
    element = _add_component(parent, "Attribute", attribute, assignmentStatus=status)
    relationship = ml.add(element, _str("AttributeRelationship"))
    match attribute.attachment:
        case Attachment.DATASET:
            ml.add(relationship, _str("None"))
        case Attachment.SERIES:
            for dimension in attribute.dimensions:
                ml.add(ml.add(relationship, _str("Dimension")), "Ref", id=dimension)
        case Attachment.OBSERVATION:
            ml.add(ml.add(relationship, _str("PrimaryMeasure")), "Ref", id="OBS_VALUE")


_CONTENT: dict[Kind, Callable[[ml.Element, Artefact], None]] = {
    Kind.CODELIST: _add_codes,
    Kind.CONCEPT_SCHEME: _add_concepts,
    Kind.DATA_STRUCTURE: _add_components,
    Kind.DATAFLOW: _add_structure_reference,
}
