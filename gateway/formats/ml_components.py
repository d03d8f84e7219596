"""The components of a data structure in SDMX-ML. Source: SDMXStructureDataStructure.xsd.

`MeasureRelationship` is left out, for there is one measure; sdmx1 2.28 cannot read it (2026-11).
"""

from gateway.formats import ml
from gateway.model.artefact import Artefact
from gateway.model.structure import (
    Attachment,
    Attribute,
    Component,
    DataStructure,
    DimensionGroup,
    Representation,
)


def add_components(parent: ml.Element, structure: Artefact, edition: ml.Edition) -> None:
    """Dimensions, groups, attributes and the measure, in the order of the schema."""
    if not isinstance(structure, DataStructure):
        return
    components = ml.add(parent, edition.struct("DataStructureComponents"))
    dimensions = ml.add(components, edition.struct("DimensionList"), id="DimensionDescriptor")
    for position, dimension in enumerate(structure.dimensions, start=1):
        _add(dimensions, "Dimension", dimension, edition, position=str(position))
    last = {"position": str(len(structure.dimensions) + 1)} if edition.is_21 else {}
    _add(dimensions, "TimeDimension", structure.time, edition, **last)
    for group in structure.groups:
        _add_group(components, group, edition)
    if structure.attributes:
        attributes = ml.add(components, edition.struct("AttributeList"), id="AttributeDescriptor")
        for attribute in structure.attributes:
            _add_attribute(attributes, attribute, structure, edition)
    measures = ml.add(components, edition.struct("MeasureList"), id="MeasureDescriptor")
    _add(measures, "PrimaryMeasure" if edition.is_21 else "Measure", structure.measure, edition)


def _add_group(parent: ml.Element, group: DimensionGroup, edition: ml.Edition) -> None:
    element = ml.add(parent, edition.struct("Group"), id=group.id)
    for dimension in group.dimensions:
        named = ml.add(
            ml.add(element, edition.struct("GroupDimension")), edition.struct("DimensionReference")
        )
        ml.add_local_reference(named, dimension, edition)


def _add(
    parent: ml.Element, name: str, component: Component, edition: ml.Edition, **more: str
) -> ml.Element:
    element = ml.add(parent, edition.struct(name), id=component.id, **more)
    ml.add_reference(ml.add(element, edition.struct("ConceptIdentity")), component.concept, edition)
    _add_representation(element, component.representation, edition)
    return element


def _add_representation(
    parent: ml.Element, representation: Representation, edition: ml.Edition
) -> None:
    element = ml.add(parent, edition.struct("LocalRepresentation"))
    if representation.codelist is not None:
        enumeration = ml.add(element, edition.struct("Enumeration"))
        ml.add_reference(enumeration, representation.codelist, edition)
    elif representation.text_type is not None:
        ml.add(element, edition.struct("TextFormat"), textType=representation.text_type)


def _add_attribute(
    parent: ml.Element, attribute: Attribute, structure: DataStructure, edition: ml.Edition
) -> None:
    status = {"assignmentStatus": "Mandatory" if attribute.mandatory else "Conditional"}
    usage = {"usage": "mandatory" if attribute.mandatory else "optional"}
    more = status if edition.is_21 else usage
    element = _add(parent, "Attribute", attribute, edition, **more)
    relationship = ml.add(element, edition.struct("AttributeRelationship"))
    match attribute.attachment:
        case Attachment.DATASET:
            ml.add(relationship, edition.struct("None" if edition.is_21 else "Dataflow"))
        case Attachment.SERIES if attribute.group is not None:
            group = ml.add(relationship, edition.struct("Group"))
            ml.add_local_reference(group, attribute.group, edition)
        case Attachment.SERIES:
            for dimension in attribute.dimensions:
                named = ml.add(relationship, edition.struct("Dimension"))
                ml.add_local_reference(named, dimension, edition)
        case Attachment.OBSERVATION if edition.is_21:
            measure = ml.add(relationship, edition.struct("PrimaryMeasure"))
            ml.add_local_reference(measure, structure.measure.id, edition)
        case Attachment.OBSERVATION:
            ml.add(relationship, edition.struct("Observation"))
